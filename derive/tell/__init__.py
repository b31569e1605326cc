"""What is declared and decided, told to people: text, drawings and tables."""

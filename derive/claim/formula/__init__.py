"""Claims about expressions, numbers and matrices."""

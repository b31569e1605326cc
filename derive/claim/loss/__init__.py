"""Claims about losses of a certain kind, and what rules do on them."""

"""Claims about what rules do, whatever the loss is."""

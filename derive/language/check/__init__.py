"""What makes a declaration meaningful, checked when it is made."""

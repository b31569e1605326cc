"""What can be claimed, and how it is answered: statements and verdicts."""

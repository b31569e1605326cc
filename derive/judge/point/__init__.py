"""Declarations run by the reference interpreter, and certificates held against what they do."""

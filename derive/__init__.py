"""Declarations of optimizers, statements about them, and their step programs."""

"""Backends: one folder each, with a printer and its Jinja templates."""

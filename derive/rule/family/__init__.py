"""The papers' rules, by family."""

"""How two rules are related: maps found, verified, or excluded."""

"""Claims about rules on losses: stability, descent, paths, orders, landscapes."""

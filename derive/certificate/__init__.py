"""The format in which a proof is handed over: expressions as plain data."""

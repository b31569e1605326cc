"""The judge's own algebra, which follows certificates without SymPy and NumPy."""

"""Linear rules on quadratics: characteristic polynomials, and where their roots lie."""

"""Exact algebra: domains, polynomials, normal forms, noncommutative words."""

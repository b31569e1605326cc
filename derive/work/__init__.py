"""Deciding many statements: processes, limits, and what is kept between runs."""

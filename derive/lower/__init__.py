"""From a declaration to a step program: named assignments, cut into passes over the data."""

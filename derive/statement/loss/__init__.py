"""What is claimed of rules on losses: models, quadratics, paths, coordinates, data."""

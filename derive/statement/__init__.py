"""What is claimed of the catalogue's optimizers, by subject; `collection` has all of it."""

"""Settings every test runs under."""

import os

from hypothesis import settings

# Keras asks for TensorFlow unless told otherwise, and reads this when first imported.
os.environ.setdefault("KERAS_BACKEND", "jax")

# Examples vary widely in cost (SymPy caches, first calls), so no single one is timed.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

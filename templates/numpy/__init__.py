"""The NumPy backend."""

from optwright.templates.numpy.module import NumpyBackend, backend

__all__ = ["NumpyBackend", "backend"]

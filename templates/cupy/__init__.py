"""The CuPy backend."""

from optwright.templates.cupy.module import CupyBackend, backend

__all__ = ["CupyBackend", "backend"]

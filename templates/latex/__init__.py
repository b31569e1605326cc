"""The LaTeX backend."""

from optwright.templates.latex.module import (
    LatexBackend,
    System,
    backend,
    environment,
    systems,
    traits,
)

__all__ = ["LatexBackend", "System", "backend", "environment", "systems", "traits"]

"""How the judge rechecks each kind of claim; importing this registers them all."""

from optwright.derive.judge.kind.formula import counting, determinant, matrix
from optwright.derive.judge.kind.loss import landscape, order, path, quadratic, smooth
from optwright.derive.judge.kind.rule import (
    declared,
    expectation,
    gathered,
    invariant,
    limit,
    only_if,
    symmetry,
)

__all__ = [
    "counting",
    "declared",
    "determinant",
    "expectation",
    "gathered",
    "invariant",
    "landscape",
    "limit",
    "matrix",
    "only_if",
    "order",
    "path",
    "quadratic",
    "smooth",
    "symmetry",
]

"""How each kind of claim is decided; importing this registers them all."""

from optwright.derive.proof.kind.formula import counting, every_step, expression, interval, matrix
from optwright.derive.proof.kind.loss import landscape, order, path, quadratic, smooth
from optwright.derive.proof.kind.rule import (
    declared,
    exclusion,
    expectation,
    gathered,
    invariant,
    limit,
    only_if,
    simulation,
    symmetry,
)

__all__ = [
    "counting",
    "declared",
    "every_step",
    "exclusion",
    "expectation",
    "expression",
    "gathered",
    "interval",
    "invariant",
    "landscape",
    "limit",
    "matrix",
    "only_if",
    "order",
    "path",
    "quadratic",
    "simulation",
    "smooth",
    "symmetry",
]

"""How the judge rechecks each kind of claim; importing this registers them all."""

from optwright.derive.judge.kind.formula import (
    counting,
    determinant,
    every_step,
    expression,
    matrix,
)
from optwright.derive.judge.kind.loss import landscape, order, path, quadratic, smooth
from optwright.derive.judge.kind.rule import (
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
    "determinant",
    "every_step",
    "exclusion",
    "expectation",
    "expression",
    "gathered",
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

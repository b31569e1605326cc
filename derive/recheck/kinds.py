"""The kinds of claims that have modules of their own: importing this one registers them all."""

from optwright.derive.recheck import (
    condition,
    counting,
    declared,
    determinant,
    expectation,
    gathering,
    landscape,
    limit,
    matrices,
    means,
    order,
    path,
    quadratic,
    smooth,
    symmetry,
)

__all__ = [
    "condition",
    "counting",
    "declared",
    "determinant",
    "expectation",
    "gathering",
    "landscape",
    "limit",
    "matrices",
    "means",
    "order",
    "path",
    "quadratic",
    "smooth",
    "symmetry",
]

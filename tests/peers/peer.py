"""What the comparisons with other frameworks share: data, the interpreter's run, the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from optwright.derive.interpret import advance, floats, start
from optwright.derive.language.declaration import Family
from optwright.derive.rule import catalog

SHAPES = ((3, 2), (2, 3), (4,), (2, 2, 2))

Arrays = list[np.ndarray]


def arrays(seed: int, shapes: Sequence[tuple[int, ...]] = SHAPES) -> Arrays:
    """Normal numbers in tensors of these shapes."""
    source = np.random.default_rng(seed)
    return [source.normal(size=shape) for shape in shapes]


def exact(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters as they are written: 0.1 is one tenth."""
    return {name: Decimal(repr(x)) if isinstance(x, float) else x for name, x in numbers.items()}


def declared(
    name: str,
    flags: Mapping[str, Any],
    theta: Arrays,
    gradients: Sequence[Arrays],
    hyper: Mapping[str, Any],
    varying: Mapping[str, Sequence[float]] | None = None,
) -> list[Arrays]:
    """The parameters after each step by the declaration, in fifty digits, rounded.

    `varying` gives hyperparameters that change from step to step.
    """
    rule = catalog[name]
    rule = rule(**flags) if isinstance(rule, Family) else rule
    now = [{k: x[step] for k, x in (varying or {}).items()} for step in range(len(gradients))]
    snapshot, found = start(rule, theta, exact({**hyper, **now[0]})), []
    for numbers, gradient in zip(now, gradients, strict=True):
        given = exact({**hyper, **numbers})
        snapshot = advance(rule, snapshot, given, {"grad": lambda points, g=gradient: g})
        found.append(floats(snapshot.theta))
    return found


def agree(found: Sequence[Arrays], expected: Sequence[Arrays], tolerance: float = 1e-11) -> None:
    """Every entry of every step, relative to it and absolutely."""
    for step, (a, b) in enumerate(zip(found, expected, strict=True)):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_allclose(
                x, y, rtol=tolerance, atol=tolerance, err_msg=f"step {step + 1}"
            )

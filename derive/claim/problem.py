"""Small problems that claims name: quadratic losses of one coordinate, one for each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Integer, Symbol, sympify

POINT = Symbol("point", real=True)
"""The point at which the first system asks, in a map of points."""
ANSWER = Symbol("answer", real=True)
"""What the first system is answered, in a map of answers."""


@dataclass(frozen=True)
class Objective:
    """The losses f_t(x) = a_t x²/2 + c_t x of steps 1, 2, …; the last ones repeat for ever."""

    curvature: tuple[Any, ...]
    slope: tuple[Any, ...]

    def at(self, step: int) -> tuple[Expr, Expr]:
        """The pair (a_t, c_t)."""
        a = self.curvature[min(step, len(self.curvature)) - 1]
        c = self.slope[min(step, len(self.slope)) - 1]
        return sympify(a), sympify(c)

    def __str__(self) -> str:
        losses = []
        for step in range(1, max(len(self.curvature), len(self.slope)) + 1):
            a, c = self.at(step)
            losses.append(str(a * Symbol("x") ** 2 / 2 + c * Symbol("x")))
        return (
            f"f_1, f_2, … = {', '.join(losses)}, …"
            if len(set(losses)) > 1
            else f"f(x) = {losses[0]}"
        )


def script(*slopes: Any) -> Objective:
    """Gradients given one by one, wherever they are asked for: linear losses."""
    return Objective((Integer(0),), tuple(sympify(x) for x in slopes))


__all__ = ["ANSWER", "POINT", "Objective", "script"]

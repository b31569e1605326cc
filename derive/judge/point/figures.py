"""The numbers that a counterexample shows beside expressions, computed again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy

from optwright.derive.certificate.tree import tree
from optwright.derive.interpret import EXACT
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.value import Point


def number(text: Any) -> Fraction | None:
    """The fraction that a text is, None if it is something else."""
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return None


def agree(found: Mapping[str, Any], values: Mapping[str, Fraction]) -> None:
    """Raise Rejected where an expression that is shown with a number has another one.

    found: numbers by expression, each followed by words after a comma or not. What is no
    expression in the unknowns of `values` is left out: names of states, words.
    """
    own = {name: sympy.Symbol(name) for name in values}
    for said, text in found.items():
        told = number(text)
        if told is None or "[" in said:
            continue
        expr = sympy.sympify(said.split(", ")[0], locals=own, rational=True)
        if getattr(expr, "free_symbols", {None}) <= set(own.values()):
            actual = Point(values, EXACT)(tree(expr))
            if actual != told:
                raise Rejected(f"{said} is {actual}, not {told}")


__all__ = ["agree", "number"]

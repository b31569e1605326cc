"""Relations as they are claimed and assumed: data, which SymPy does not try to decide.

SymPy's own decide when they are made, where they can, and are slow where they cannot. These are the
same relations where that would stay open, and are decided between numbers only.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import sympify
from sympy.core.relational import Relational


def _relation(kind: type[Relational], left: Any, right: Any) -> Any:
    sides = sympify(left), sympify(right)
    return kind(*sides, evaluate=not any(side.free_symbols for side in sides))


def Equal(left: Any, right: Any) -> Any:
    """`left = right`."""
    return _relation(sympy.Eq, left, right)


def Le(left: Any, right: Any) -> Any:
    """`left <= right`."""
    return _relation(sympy.Le, left, right)


def Ge(left: Any, right: Any) -> Any:
    """`left >= right`."""
    return _relation(sympy.Ge, left, right)


def Lt(left: Any, right: Any) -> Any:
    """`left < right`."""
    return _relation(sympy.Lt, left, right)


def Gt(left: Any, right: Any) -> Any:
    """`left > right`."""
    return _relation(sympy.Gt, left, right)


__all__ = ["Equal", "Ge", "Gt", "Le", "Lt"]

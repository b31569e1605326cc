"""Conditions that are joined from relations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy.logic.boolalg import ITE, And, Not, Or


def joined(condition: Any, relation: Callable[[Any], bool]) -> bool:
    """The truth of a condition; `relation` says that of what is not joined from others.

    Parts are looked at in order, as far as they are needed.
    """
    if condition in (True, False):
        return bool(condition)
    if isinstance(condition, And):
        return all(joined(part, relation) for part in condition.args)
    if isinstance(condition, Or):
        return any(joined(part, relation) for part in condition.args)
    if isinstance(condition, Not):
        return not joined(condition.args[0], relation)
    if isinstance(condition, ITE):
        test, yes, no = condition.args
        return joined(yes if joined(test, relation) else no, relation)
    return relation(condition)


__all__ = ["joined"]

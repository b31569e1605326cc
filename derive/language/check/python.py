"""What SymPy and NumPy say of Python's own words on symbols, said in the words of the language.

`if`, `and`, `or`, `not`, `max` and `min` ask whether a condition on symbols is true, which SymPy
refuses with a TypeError; so do floats of expressions. The refusals stay, and their text says what
to write instead where the symbols are the language's.
"""

from __future__ import annotations

import re
from typing import Any

from sympy import Expr
from sympy.core.relational import Relational

from optwright.derive.language.symbol import NO_FLOAT, NoExpression, Parameter, Value, nodes

_NO_TRUTH = (
    "is not decided before numbers are known: write cases((a, condition), b) for if, And, Or, Not "
    "for and, or, not, and Max, Min for max, min"
)
_NO_NUMBER = "is a condition, no number: write cases((1, condition), 0)"
_NO_METHOD = re.compile(r"has no callable (\w+) method")


def answer_in_words() -> None:
    """Extend SymPy's refusals, once, where symbols of the language are in what is refused."""
    _refuse(Relational, "__bool__", _NO_TRUTH)
    _refuse(Expr, "__float__", NO_FLOAT)
    for operator in ("add", "sub", "mul"):
        for name in (f"__{operator}__", f"__r{operator}__"):
            _refuse(Relational, name, _NO_NUMBER)


def _refuse(kind: type, name: str, reason: str) -> None:
    plain = getattr(kind, name, None)

    def refuse(self: Any, *others: Any) -> Any:
        if any(isinstance(node, (Value, Parameter)) for node in nodes(self)):
            raise NoExpression("expression", str(self), reason)
        return NotImplemented if plain is None else plain(self, *others)

    setattr(kind, name, refuse)


def said(error: BaseException) -> str:
    """What an error says, on one line; of NumPy's on symbols, what to write instead."""
    if isinstance(error, TypeError) and (found := _NO_METHOD.search(str(error))):
        return f"np.{found.group(1)} takes arrays: write {found.group(1)} of the language"
    return " ".join(str(error).split()) or "was raised"


__all__ = ["answer_in_words", "said"]

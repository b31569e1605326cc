"""Names for the numbers that enter entrywise work.

In a blocked pass every maximal part of an expression that is one number per step, per tensor or
over all tensors is computed once in float64 and enters the arrays' arithmetic rounded once. This
module finds these parts and gives them readable names: `1 - beta1` is `one_minus_beta1`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import sympy
from sympy import Add, Expr, Mul, Pow, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanAtom

from optwright.derive.language import operation as op
from optwright.derive.language.extent import Extent
from optwright.derive.language.order import Order

_DIGITS = {
    0: "zero",
    1: "one",
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
}
_LONGEST = 36


def word(expr: Expr, order: Order) -> str | None:
    """A readable identifier for a scalar expression, or None where it would be too long."""
    text = _word(expr, order)
    return (
        text
        if text and len(text) <= _LONGEST and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text)
        else None
    )


def _word(expr: Expr, order: Order) -> str | None:
    if isinstance(expr, Symbol):
        return str(expr.name)
    if expr.is_Integer:
        return _DIGITS.get(int(expr)) if expr >= 0 else None
    if expr == sympy.Rational(1, 2):
        return "half"
    if isinstance(expr, Add):
        text = ""
        for sign, term in order.terms(expr):
            part = _word(term, order)
            if part is None or (not text and sign < 0):
                return None
            text += part if not text else f"_{'minus' if sign < 0 else 'plus'}_{part}"
        return text
    if isinstance(expr, Pow):
        base, exponent = expr.args
        part = _word(base, order)
        if part is None:
            return None
        if exponent == sympy.Rational(1, 2):
            return f"sqrt_{part}"
        if exponent == 2:
            return f"{part}_squared"
        if exponent == -1:
            return f"one_over_{part}"
        if isinstance(exponent, Symbol):
            return f"{part}_to_{exponent.name}"
        return None
    if isinstance(expr, Mul):
        parts = order.product(expr)
        if parts.number != 1:
            parts_above: tuple[Expr, ...] = (parts.number, *parts.above)
        else:
            parts_above = parts.above
        above = [_word(f, order) for f in parts_above]
        below = [_word(f, order) for f in parts.below]
        if None in above or None in below:
            return None
        text = "_".join(str(a) for a in above) or "one"
        return text + "".join(f"_over_{b}" for b in below)
    return None


class Scalars:
    """Replaces the scalar parts of one line by names.

    `extent` tells the extent of an expression, `declare(base, expr)` keeps a new number and returns
    its symbol (the same symbol for the same expression).
    """

    def __init__(
        self,
        extent: Callable[[Expr], Extent],
        declare: Callable[[str, Expr], Symbol],
        order: Order,
    ) -> None:
        self.extent, self.declare, self.order = extent, declare, order

    def is_scalar(self, expr: Expr) -> bool:
        return expr.is_number or self.extent(expr).scalar

    def named(self, expr: Expr, target: str) -> Expr:
        """The symbol for a scalar expression; numbers and plain symbols are their own names."""
        if expr.is_Number or isinstance(expr, (Symbol, BooleanAtom)):
            return expr
        if isinstance(expr, Boolean):
            return self.declare(f"{target}_case", expr)
        return self.declare(word(expr, self.order) or f"{target}_factor", expr)

    def replace(self, expr: Expr, target: str) -> Expr:
        """The expression with every maximal scalar part named."""
        if expr.is_Number or isinstance(expr, (Symbol, BooleanAtom)):
            return expr
        if isinstance(expr, Boolean):
            if self.is_scalar(expr):
                return self.named(expr, target)
            if isinstance(expr, Relational):
                sides = [self.replace(a, target) for a in expr.args]
                return type(expr)(*sides, evaluate=False)
            return expr.func(*(self.replace(a, target) for a in expr.args))
        if self.is_scalar(expr):
            return self.named(expr, target)
        if isinstance(expr, Mul):
            number, rest = expr.as_coeff_Mul()
            sign = -1 if number.is_negative else 1
            factors = Mul.make_args(rest)
            scalar = Mul(abs(number), *(f for f in factors if self.is_scalar(f)))
            arrays = [self.replace(f, target) for f in factors if not self.is_scalar(f)]
            if scalar.as_numer_denom()[0] == 1 and not scalar.is_Number:
                return Mul(sign, *arrays, 1 / self.named(1 / scalar, target))
            return Mul(sign, self.named(scalar, target), *arrays)
        if isinstance(expr, Add):
            scalars = [a for a in expr.args if self.is_scalar(a)]
            arrays = [self.replace(a, target) for a in expr.args if not self.is_scalar(a)]
            if not scalars:
                return Add(*arrays)
            offset = Add(*scalars)
            if offset.could_extract_minus_sign():
                return Add(*arrays, -self.named(-offset, target))
            return Add(*arrays, self.named(offset, target))
        if isinstance(expr, Pow):
            base, exponent = expr.args
            if exponent.is_number:
                return Pow(self.replace(base, target), exponent)
            return Pow(self.replace(base, target), self.named(exponent, target))
        if isinstance(expr, op.cases):
            return op.cases(*(self.replace(a, target) for a in expr.args))
        return expr.func(
            *(self.replace(a, target) if isinstance(a, (Expr, Boolean)) else a for a in expr.args)
        )

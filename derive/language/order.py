"""The one documented order in which sums and products are written, computed and printed.

SymPy does not keep the order in which an author writes a sum or a product, so every printer uses
this one. Terms: positive before negative; parameters θ first, then kept state, then everything
else, hyperparameters last (numbers first where nothing else is added: 1 - beta, 1 - x[t]).
Factors: numbers, the learning rate, other hyperparameters by role, expressions of these, then
state, then the rest. Ties are broken by the text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache

import sympy
from sympy import Add, Expr, Mul, Pow, Symbol

from optwright.derive.language.operation import Oracle
from optwright.derive.language.symbol import ROLES, Parameter, Value, t


@lru_cache(maxsize=65536)
def _text(expr: Expr) -> str:
    return str(sympy.sstr(expr))


@dataclass(frozen=True)
class Product:
    """A product taken apart: an exact number, ordered factors above and below the line."""

    number: Expr
    above: tuple[Expr, ...]
    below: tuple[Expr, ...]


def split(expr: Expr) -> tuple[Expr, list[Expr], list[Expr]]:
    """Number, factors above and factors below the line of a product, in SymPy's order."""
    number, rest = expr.as_coeff_Mul()
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in Mul.make_args(rest):
        base, exponent = factor.as_base_exp() if isinstance(factor, Pow) else (factor, sympy.S.One)
        if factor == 1:
            continue
        if exponent.is_number and exponent.is_negative:
            below.append(Pow(base, -exponent))
        elif not exponent.is_number and exponent.could_extract_minus_sign():
            if base.is_Rational and not base.is_Integer:
                above.append(Pow(1 / base, -exponent))  # SymPy 1.13 makes (25/24)**-x of (24/25)**x
            else:
                below.append(Pow(base, -exponent))
        else:
            above.append(factor)
    return number, above, below


@dataclass(frozen=True)
class Order:
    """The order above, for a system that keeps the sequences named `kept`."""

    kept: Collection[str] = field(default_factory=frozenset)

    def _state(self, expr: Expr) -> int:
        """0: contains θ before the step; 1: kept state before the step; 2: anything else."""
        before: set[str] = set()
        stack = [expr]
        while stack:
            node = stack.pop()
            if isinstance(node, Oracle):
                continue
            if isinstance(node, Value):
                before |= {node.name} if node.index != t else set()
            elif type(node) is Symbol:
                before.add(node.name)
            else:
                stack += node.args
        return 0 if "theta" in before else 1 if before & set(self.kept) else 2

    def terms(
        self, expr: Expr, scalar: Callable[[Expr], bool] | None = None
    ) -> list[tuple[int, Expr]]:
        """The terms of a sum as (sign, term)."""
        is_scalar = scalar or _constant
        args = Add.make_args(expr)
        only_scalars = all(is_scalar(a) for a in args)
        # 1 - x, not -x + 1: a number goes last only behind something that is added.
        rising = any(not is_scalar(a) and not a.as_coeff_Mul()[0].is_negative for a in args)

        def key(item: tuple[int, Expr]) -> tuple[object, ...]:
            sign, term = item
            lone = rising and is_scalar(term) and not only_scalars
            number = not term.is_number if only_scalars else False
            return (lone, sign < 0, number, self._state(term), _text(term))

        signed = [(-1, -a) if a.as_coeff_Mul()[0].is_negative else (1, a) for a in args]
        return sorted(signed, key=key)

    def product(self, expr: Expr) -> Product:
        """The factors of a product in order."""
        number, above, below = split(expr)
        return Product(
            number, tuple(sorted(above, key=self._factor)), tuple(sorted(below, key=self._factor))
        )

    def _factor(self, factor: Expr) -> tuple[object, ...]:
        base = factor.as_base_exp()[0] if isinstance(factor, Pow) else factor
        if isinstance(base, Parameter):
            return (0, ROLES.index(base.role), _text(factor))
        if _constant(factor):
            return (1, 0, _text(factor))
        if isinstance(factor, Value) or type(factor) is Symbol:
            return (2, self._state(factor), _text(factor))
        return (3, 0, _text(factor))


def _constant(expr: Expr) -> bool:
    """Whether an expression has hyperparameters, the clock and numbers only."""
    return not expr.atoms(Value) and all(
        isinstance(s, Parameter) or s == t for s in expr.free_symbols
    )

r"""Sums and products of trees.

Two arrays side by side are the entrywise product, or the matrix product where the system's tensors
are matrices or one vector (`\odot` is entrywise there).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from lark import Token, Tree
from sympy import Add, Expr, Integer, Mul

from optwright.derive.language import operation as op
from optwright.derive.language.extent import Extent, ExtentError, infer
from optwright.derive.reading.spelling import Spelling

_LOSSES = ("J", "f", "F", "L", r"\mathcal{L}", r"\ell")
LARGEST_EXPONENT = 10_000
"""The largest number that may stand in an exponent."""
MOST_DIGITS = 1000
"""Digits that a number may have, about, as it is written or as a power."""


@dataclass(frozen=True)
class Inverse:
    """The inverse of a matrix, before what it is applied to."""

    matrix: Expr


class Products(Spelling, ABC):
    """Sums, products and quotients; `scripted` reads what carries indices and powers."""

    @abstractmethod
    def scripted(self, tree: Tree[Token]) -> Any:
        """An expression, or the inverse of a matrix."""

    @abstractmethod
    def raised(self, value: Expr, power: Any, tree: Any) -> Any:
        """A value to a power, its transpose, or the inverse of a matrix."""

    def bound(self, base: Expr, exponent: Expr, tree: Any) -> None:
        """Refuse powers that nobody can write out."""
        if not exponent.is_Rational:
            return
        if max(abs(exponent.p), exponent.q) > LARGEST_EXPONENT:
            raise self.fail(f"an exponent beyond {LARGEST_EXPONENT:,}", tree)
        size = max(abs(base.p), base.q).bit_length() if base.is_Rational else 0
        if size * abs(exponent) > 4 * MOST_DIGITS:
            raise self.fail(f"a power of more than {MOST_DIGITS:,} digits", tree)

    def expr(self, tree: Any) -> Expr:
        """The expression of a tree."""
        if isinstance(tree, Token):
            raise self.fail(f"cannot read {str(tree)!r} here", tree)
        method: Callable[[Tree[Token]], Expr] | None = getattr(self, f"_{tree.data}", None)
        if method is None:
            raise self.fail(f"{self.source(tree)!r} has no meaning here", tree)
        return method(tree)

    def _sum(self, tree: Tree[Token]) -> Expr:
        terms, sign = [], 1
        for child in tree.children:
            if isinstance(child, Token):
                sign = 1 if child == "+" else -1
                continue
            factors = self.factors(child)
            terms.append(Mul(*factors) if sign == 1 else Mul(Integer(-1), *factors))
        return terms[0] if len(terms) == 1 else Add(*terms)

    def _product(self, tree: Tree[Token]) -> Expr:
        return Mul(*self.factors(tree))

    def factors(self, tree: Any) -> list[Expr]:
        """The factors of a term; a single Mul of all of them keeps SymPy from distributing."""
        if tree.data in ("signed", "positive"):
            return self.factors(tree.children[-1])
        if tree.data == "negative":
            return [Integer(-1), *self.factors(tree.children[-1])]
        if tree.data == "sum" and len(tree.children) == 1:
            return self.factors(tree.children[0])
        if tree.data == "group":
            return self.factors(tree.children[0])
        if tree.data == "fraction":
            return [*self.factors(tree.children[1]), 1 / self.expr(tree.children[2])]
        if tree.data == "factor" and len(tree.children) == 1 and self.shape == "any":
            return self.factors(tree.children[0])
        if tree.data != "product":
            return [self.expr(tree)]
        return self._chain(tree)

    def _chain(self, tree: Any) -> list[Expr]:
        scalars: list[Expr] = []
        arrays: list[Any] = []
        kind = ""
        children = list(tree.children)
        k = 0
        while k < len(children):
            child = children[k]
            k += 1
            if isinstance(child, Token):
                kind = child.type
                continue
            answer = self._answer(child, children[k], kind) if k < len(children) else None
            if answer is not None:
                scalars, kind, k = [*scalars, answer], "", k + 1
                continue
            if kind == "BMOD":
                before = Mul(*scalars, *arrays)
                scalars, arrays, kind = [sympy.Mod(before, self.expr(child))], [], ""
                continue
            if self.shape == "any":
                found = self.factors(child)
                scalars += [1 / Mul(*found)] if kind == "SLASH" else found
                kind = ""
                continue
            x = self._linear(child)
            if isinstance(x, Inverse):
                arrays.append(x)
            elif self._scalar(x, child):
                scalars.append(1 / x if kind == "SLASH" else x)
            elif kind == "SLASH":
                arrays.append(1 / x)
            elif arrays and kind != "ODOT":
                arrays = [self._apply(arrays, x, child)]
            else:
                arrays.append(x)
            kind = ""
        for x in arrays:
            if isinstance(x, Inverse):
                raise self.fail("an inverse stands before what it is applied to", tree)
        return [*scalars, *arrays]

    def _answer(self, child: Any, following: Any, kind: str) -> Expr | None:
        """What an oracle answers that is written in two factors: f(x), or the Hessian and [v]."""
        if not kind.startswith("S") and self._is_loss(child, following):
            return op.value(self.expr(self._inside(following)))
        before = self.expr(child) if self._is_square(following) else None
        if isinstance(before, op.hessian):
            return op.hvp(before.args[0], self.expr(following.children[0]))
        return None

    def _linear(self, child: Any) -> Any:
        """A factor of a matrix system: an expression, or the inverse of a matrix."""
        if child.data == "factor":
            return self.scripted(child)
        return self.expr(child)

    def _apply(self, before: list[Any], x: Expr, tree: Any) -> Expr:
        """What stands before, times an array: matrix product, dot, outer product or solution."""
        *left, last = before
        if isinstance(last, Inverse):
            made = op.solve(last.matrix, x)
            return op.matmul(Mul(*left), made) if left else made
        product = Mul(*before)
        flat = self._dims(product) == 1, self._dims(x) == 1
        if flat == (True, True):
            if isinstance(product, op.transpose):
                return op.dot(product.args[0], x)
            if isinstance(x, op.transpose):
                return op.outer(product, x.args[0])
            raise self.fail(
                "two vectors side by side: write \\odot for the entrywise product, x^\\top y, or "
                "x y^\\top",
                tree,
            )
        return op.matmul(product, x)

    def _dims(self, x: Expr) -> int:
        extent = self._extent(x)
        if extent.kind == "matrix":
            return len(extent.dims)
        return 0 if extent.scalar else 1 if self.shape == "vector" else 2

    def _extent(self, x: Expr) -> Extent:
        return infer(x, self.known, self.shape)

    def _scalar(self, x: Expr, tree: Any) -> bool:
        try:
            return self._extent(x).scalar
        except KeyError as error:
            raise self.fail(f"{error.args[0]} is used before it is assigned", tree) from None
        except ExtentError as error:
            raise self.fail(str(error), tree) from None

    def _is_loss(self, tree: Any, following: Any) -> bool:
        if isinstance(tree, Token) or isinstance(following, Token) or tree.data != "factor":
            return False
        head = following.children[0] if following.data == "factor" else following
        if getattr(head, "data", "") != "paren":
            return False
        shown = str(self.letter(tree) or "")
        if self.names.known or shown == self.names.loss:
            return shown == self.names.loss and (
                self.names.known or shown not in self.names.sequences
            )
        free = shown in _LOSSES and shown not in self.names.sequences
        if free and self.names.theta in self.source(following):
            raise self.fail(f"{shown} is not the loss here, {self.names.loss} is", tree)
        return False

    def _is_square(self, tree: Any) -> bool:
        return (
            not isinstance(tree, Token)
            and tree.data == "factor"
            and getattr(tree.children[0], "data", "") == "square"
        )

    def _inside(self, tree: Any) -> Any:
        return tree.children[0].children[0]


__all__ = ["MOST_DIGITS", "Inverse", "Products"]

"""The normal form that knows the domain: expressions as fractions of polynomials in letters.

Whatever is not rational arithmetic becomes a letter: an atom, a power ``b**(t - 1)`` with symbolic
exponent, a root of an irreducible non-negative polynomial, ``exp``, ``log``, ``cos``, an
uninterpreted function (one letter for all arguments that are equal).  Rules such as
``root**2 = radicand`` tie letters together.  Where a sign must be known (absolute values, maxima,
cases, roots of products) and the domain does not tell it, `Split` asks for a case distinction.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from sympy import (
    Abs,
    Basic,
    Expr,
    Integer,
    Max,
    Min,
    Piecewise,
    S,
    conjugate,
    cos,
    exp,
    im,
    log,
    re,
    sign,
    sin,
)
from sympy.core.function import AppliedUndef

from optwright.derive.error import NotReal, OutOfTime, Unsupported
from optwright.derive.proof.algebra.condition import joined
from optwright.derive.proof.algebra.domain import (
    ANY,
    NEGATIVE,
    POSITIVE,
    Domain,
    Interval,
    is_atom,
    sign_product,
)
from optwright.derive.proof.algebra.known import constant, rest_sign
from optwright.derive.proof.algebra.polynomial import Poly, Quotient
from optwright.derive.proof.algebra.power import PowerLetters
from optwright.derive.proof.algebra.sign import MASKS, NONPOSITIVE, Sign, Split, flipped, single

__all__ = ["Algebra"]


class Algebra(PowerLetters):
    """Normal forms over one domain, in one region of it.

    region: signs assumed besides the domain's facts.  order: all roots are taken as powers of
    ``order``-th roots (`root_order` finds it).  opaque: absolute values, signs, maxima and cases
    of unknown sign become letters of their own instead of raising `Split`.  roots: atoms that
    stand under roots (`rooted_atoms` finds them).
    """

    def __init__(
        self,
        domain: Domain,
        region: Iterable[Sign] = (),
        *,
        order: int = 2,
        deadline: float | None = None,
        opaque: bool = False,
        roots: Iterable[Expr] = (),
    ):
        super().__init__(domain, order=order, deadline=deadline, opaque=opaque)
        for atom in roots:  # first, so that everything after is written in these roots
            if not domain.sign(atom) & NEGATIVE:
                self._root_letter(self.convert(atom).num)
        later = []
        for fact in domain.facts:
            try:
                self._assume(fact.args[0] - fact.args[1], MASKS[type(fact)])
            except Split:
                later.append(fact)
        for assumed in region:
            self._assume(assumed.expr, assumed.mask)
        for fact in later:
            self._assume(fact.args[0] - fact.args[1], MASKS[type(fact)])

    def convert(self, expr: Basic) -> Quotient:
        """The normal form of an expression.

        Raises Split, NotReal, OutOfTime; TypeError for a float.
        """
        found = self._memo.get(expr)
        if found is None:
            if self.deadline is not None and time.process_time() > self.deadline:
                raise OutOfTime
            found = self._memo[expr] = self.reduced(self._convert(expr))
        return found

    def normal(self, expr: Basic) -> Quotient:
        """The normal form, converted again if roots found late let earlier radicands factor."""
        result = self.convert(expr)
        for _ in range(3):
            replaced = {letter for letter, (power, _) in self.rules.items() if power == 1}
            stale = [
                key
                for key in self.index
                if key[0] in ("root", "power")
                and isinstance(key[1], Poly)
                and (key[0] == "power" or key[1].single is None)
                and key[1].letters() & replaced
            ]
            if not stale:
                break
            for key in stale:
                del self.index[key]
            self._memo.clear()
            self._applied.clear()
            result = self.convert(expr)
        return result

    def _convert(self, expr: Basic) -> Quotient:
        if expr.is_Rational:
            return constant(Fraction(int(expr.p), int(expr.q)))
        if expr.is_Float:
            raise TypeError(f"{expr} is a float; use an exact rational")
        if is_atom(expr, self.domain):
            return self._letter(("atom", expr), expr, self.domain.interval(expr), atom=True)
        if expr.is_Add:
            total = constant(0)
            for arg in expr.args:
                total = total + self.convert(arg)
            return total
        if expr.is_Mul:
            product = constant(1)
            for arg in expr.args:
                product = product * self.convert(arg)
            return product
        if expr.is_Pow:
            return self._power(*expr.args)
        if isinstance(expr, exp):
            return self._symbolic_power(None, expr.args[0])
        if expr is S.Exp1:
            return self._letter_power(None, Integer(1))[0]
        if expr.is_NumberSymbol:
            below, above = expr.approximation_interval(Integer)
            return self._letter(
                ("constant", expr), expr, Interval(int(below), int(above), True, True)
            )
        return self._function(expr)

    def _function(self, expr: Basic) -> Quotient:
        if getattr(expr, "is_select", False):
            *pairs, last = expr.args
            return self._cases(expr, list(zip(pairs[::2], pairs[1::2], strict=True)), last)
        if isinstance(expr, Piecewise):
            return self._cases(expr, [tuple(arg.args) for arg in expr.args], None)
        if isinstance(expr, AppliedUndef) or getattr(expr, "is_uninterpreted", False):
            interval = self.domain.interval(expr) if self.domain.declares(expr) else Interval()
            return self._application(expr, interval)
        if isinstance(expr, (Abs, sign, Max, Min)):
            return self._by_sign(expr)
        if isinstance(expr, log):
            inner = self.convert(expr.args[0])
            if self.signs(inner) & NONPOSITIVE:
                self._require(inner.num, POSITIVE)
            return self._application(expr, Interval())
        if isinstance(expr, (re, conjugate)):  # around symbols not said to be real
            return self.convert(expr.args[0])
        if isinstance(expr, im):
            return constant(0)
        if isinstance(expr, (cos, sin)):
            result = self._application(expr, Interval(-1, 1))
            self._pythagoras(expr)
            return result
        if isinstance(expr, Expr) and expr.is_Function and expr.is_extended_real is not False:
            return self._application(expr, Interval())
        if expr.is_extended_real is False or expr.is_infinite or expr is S.NaN:
            raise NotReal(str(expr))
        raise Unsupported(f"no normal form of {expr}")

    def _by_sign(self, expr: Basic) -> Quotient:
        try:
            return self._settled(expr)
        except Split:
            if not self.opaque:
                raise
            lo = {Abs: Interval(0), sign: Interval(-1, 1)}.get(expr.func, Interval())
            return self._application(expr, lo)

    def _settled(self, expr: Basic) -> Quotient:
        if isinstance(expr, Abs):
            inner = self.convert(expr.args[0])
            return inner if self.settle(inner, closed=True) == 1 else -inner
        if isinstance(expr, sign):
            return constant(self.settle(self.convert(expr.args[0])))
        direction = 1 if isinstance(expr, Max) else -1
        best, *rest = (self.convert(arg) for arg in expr.args)
        for other in rest:
            if self.settle(self.reduced(other - best), closed=True) == direction:
                best = other
        return best

    def _cases(self, expr: Basic, pairs: list[Any], last: Basic | None) -> Quotient:
        try:
            for choice, condition in pairs:
                if self.truth(condition):
                    return self.convert(choice)
        except Split:
            if not self.opaque:
                raise
            return self._letter(("cases", expr), expr, Interval())
        if last is None:
            raise NotReal("no branch of a Piecewise applies")
        return self.convert(last)

    def truth(self, condition: Basic) -> bool:
        """The truth of a condition in this region; raises Split where it varies."""
        return joined(condition, self._relation)

    def _relation(self, condition: Basic) -> bool:
        if type(condition) not in MASKS:
            raise Unsupported(f"condition {condition} is not a relation between reals")
        wanted = MASKS[type(condition)]
        left, right = condition.args
        gap = self.reduced(self.convert(left) - self.convert(right))
        mask = self.signs(gap)
        if not mask & wanted:
            return False
        if not mask & ~wanted & ANY:
            return True
        unsettled = [p for p, n in self.factors(gap) if n % 2 == 0 or not single(self.sign(p))]
        if len(unsettled) == 1 and dict(self.factors(gap))[unsettled[0]] % 2:
            own = self.sign(unsettled[0])
            flips = sign_product(rest_sign(self, gap, unsettled[0]), POSITIVE) == NEGATIVE
            yes = flipped(wanted) if flips else wanted
            raise Split(self.expression(unsettled[0]), (own & yes, own & ~yes & ANY))
        self.settle(gap)
        raise AssertionError("a settled sign decides every relation")  # pragma: no cover

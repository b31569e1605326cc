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
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    Integer,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    S,
    conjugate,
    cos,
    exp,
    expand,
    factorint,
    im,
    log,
    re,
    sign,
    sin,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne
from sympy.logic.boolalg import ITE, And, Not, Or

from optwright.derive.error import NotReal, OutOfTime, Unsupported
from optwright.derive.proof.algebra.domain import (
    ANY,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Domain,
    Interval,
    is_atom,
    sign_product,
    sign_sum,
)
from optwright.derive.proof.algebra.polynomial import ONE, Number, Poly, Quotient, box_sign, factor

__all__ = [
    "Algebra",
    "Infeasible",
    "OutOfTime",
    "Sign",
    "Split",
    "relation",
    "root_order",
    "rooted_atoms",
]


class Sign(NamedTuple):
    """An expression with the mask of signs it may have: one assumption of a region.

    origin: the expression as assumed, where an equality has been substituted in ``expr`` since.
    given: follows from the domain, so is not worth telling.  put: an atom and the value that was
    put for it from here on, where it follows from ``expr = 0``.
    """

    expr: Expr
    mask: int
    origin: Expr | None = None
    given: bool = False
    put: tuple[Expr, Expr] | None = None

    @property
    def text(self) -> str:
        return relation(self.expr if self.origin is None else self.origin, self.mask)

    @property
    def fact(self) -> Basic:
        """The assumption as a SymPy relational."""
        expr = self.expr if self.origin is None else self.origin
        return next(kind for kind, mask in _MASKS.items() if mask == self.mask)(expr, 0)


NONNEGATIVE, NONPOSITIVE = POSITIVE | ZERO, NEGATIVE | ZERO
_MASKS = {
    Gt: POSITIVE,
    Ge: NONNEGATIVE,
    Lt: NEGATIVE,
    Le: NONPOSITIVE,
    Eq: ZERO,
    Ne: POSITIVE | NEGATIVE,
}
_SYMBOLS = {
    POSITIVE: ">",
    NONNEGATIVE: ">=",
    NEGATIVE: "<",
    NONPOSITIVE: "<=",
    ZERO: "=",
    POSITIVE | NEGATIVE: "!=",
}


class Split(Exception):
    """The sign of an expression must be known: it is to be assumed, once for each mask."""

    def __init__(self, expr: Expr, masks: Iterable[int]):
        super().__init__(str(expr))
        self.expr = expr
        self.masks = tuple(masks)


class Infeasible(Exception):
    """The assumptions of a region contradict each other."""


def relation(expr: Expr, mask: int) -> str:
    """An assumption as text: ``relation(x - y, POSITIVE)`` is ``"x - y > 0"``."""
    return f"{expr} {_SYMBOLS.get(mask, '?')} 0"


@dataclass(frozen=True)
class AlgebraLetter:
    """What a letter stands for and where it lies."""

    expr: Expr
    interval: Interval
    atom: bool = False


class Algebra:
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
        self.domain = domain
        self.order = order
        self.deadline = deadline
        self.opaque = opaque
        self.letters: list[AlgebraLetter] = []
        self.conditions: dict[str, Sign] = {}
        self.known: dict[Poly, int] = {}
        self.equations: list[Poly] = []
        self.rules: dict[int, tuple[int, Poly]] = {}
        self._index: dict[Any, int] = {}
        self._applied: list[tuple[Any, tuple[Any, ...], int]] = []
        self._memo: dict[Basic, Quotient] = {}
        self._steps: dict[int, tuple[int, int]] = {}
        self._starts: dict[int, int] = {}
        self._roots: set[int] = set()
        self._nested = 0
        self._signs: dict[Poly, int] = {}
        for atom in roots:  # first, so that everything after is written in these roots
            if not domain.sign(atom) & NEGATIVE:
                self._root_letter(self.convert(atom).num)
        later = []
        for fact in domain.facts:
            try:
                self._assume(fact.args[0] - fact.args[1], _MASKS[type(fact)])
            except Split:
                later.append(fact)
        for assumed in region:
            self._assume(assumed.expr, assumed.mask)
        for fact in later:
            self._assume(fact.args[0] - fact.args[1], _MASKS[type(fact)])

    # ---- expressions to quotients

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
                for key in self._index
                if key[0] in ("root", "power")
                and isinstance(key[1], Poly)
                and (key[0] == "power" or key[1].single is None)
                and key[1].letters() & replaced
            ]
            if not stale:
                break
            for key in stale:
                del self._index[key]
            self._memo.clear()
            self._applied.clear()
            result = self.convert(expr)
        return result

    def reduced(self, quotient: Quotient) -> Quotient:
        """The same quotient with the rules applied to its numerator."""
        num = self.reduce(quotient.num)
        return quotient if num is quotient.num else Quotient(num, quotient.den)

    def reduce(self, poly: Poly) -> Poly:
        """Apply the rules, and the equations of the region, until none applies."""
        for _ in range(50):
            before = poly
            for letter in sorted(poly.letters(), reverse=True):
                rule = self.rules.get(letter)
                if rule is not None:
                    poly = poly.replace(letter, rule[1], rule[0])
            for equation in self.equations:
                poly = poly.modulo(equation)
            if poly == before:
                break
        return poly

    def is_zero(self, quotient: Quotient) -> bool:
        """Whether a quotient is zero by its normal form."""
        return not self.reduce(quotient.num)

    def expression(self, poly: Poly) -> Expr:
        """A polynomial back in the caller's terms."""
        return Add(
            *(
                Mul(_rational(value), *self._monomial(dict(monomial)))
                for monomial, value in sorted(poly.terms.items())
            )
        )

    def _monomial(self, powers: dict[int, int]) -> list[Expr]:
        factors = []
        for letter, (base, start) in self._steps.items():  # b*b**(t - 1) is shown as b**t
            while letter in powers and powers.get(base, 0) >= start:
                power = self.letters[letter].expr
                factors.append(power.args[0] ** (power.args[1] + start))
                for x, n in ((letter, 1), (base, start)):
                    powers[x] -= n
                    if not powers[x]:
                        del powers[x]
        return factors + [self.letters[x].expr ** n for x, n in powers.items()]

    def _convert(self, expr: Basic) -> Quotient:
        if expr.is_Rational:
            return _constant(Fraction(int(expr.p), int(expr.q)))
        if expr.is_Float:
            raise TypeError(f"{expr} is a float; use an exact rational")
        if is_atom(expr, self.domain):
            return self._letter(("atom", expr), expr, self.domain.interval(expr), atom=True)
        if expr.is_Add:
            total = _constant(0)
            for arg in expr.args:
                total = total + self.convert(arg)
            return total
        if expr.is_Mul:
            product = _constant(1)
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
            try:
                return self._by_sign(expr)
            except Split:
                if not self.opaque:
                    raise
                lo = {Abs: Interval(0), sign: Interval(-1, 1)}.get(expr.func, Interval())
                return self._application(expr, lo)
        if isinstance(expr, log):
            inner = self.convert(expr.args[0])
            if self.signs(inner) & NONPOSITIVE:
                self._require(inner.num, POSITIVE)
            return self._application(expr, Interval())
        if isinstance(
            expr, (re, conjugate)
        ):  # SymPy writes them around symbols not said to be real
            return self.convert(expr.args[0])
        if isinstance(expr, im):
            return _constant(0)
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
        if isinstance(expr, Abs):
            inner = self.convert(expr.args[0])
            return inner if self.settle(inner, closed=True) == 1 else -inner
        if isinstance(expr, sign):
            return _constant(self.settle(self.convert(expr.args[0])))
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
        if condition in (True, False):
            return bool(condition)
        if isinstance(condition, And):
            return all(self.truth(arg) for arg in condition.args)
        if isinstance(condition, Or):
            return any(self.truth(arg) for arg in condition.args)
        if isinstance(condition, Not):
            return not self.truth(condition.args[0])
        if isinstance(condition, ITE):
            test, yes, no = condition.args
            return self.truth(yes if self.truth(test) else no)
        if type(condition) not in _MASKS:
            raise Unsupported(f"condition {condition} is not a relation between reals")
        wanted = _MASKS[type(condition)]
        left, right = condition.args
        gap = self.reduced(self.convert(left) - self.convert(right))
        mask = self.signs(gap)
        if not mask & wanted:
            return False
        if not mask & ~wanted & ANY:
            return True
        unsettled = [p for p, n in self._factors(gap) if n % 2 == 0 or not _single(self.sign(p))]
        if len(unsettled) == 1 and dict(self._factors(gap))[unsettled[0]] % 2:
            own = self.sign(unsettled[0])
            flips = sign_product(_rest_sign(self, gap, unsettled[0]), POSITIVE) == NEGATIVE
            yes = _flip(wanted) if flips else wanted
            raise Split(self.expression(unsettled[0]), (own & yes, own & ~yes & ANY))
        self.settle(gap)
        raise AssertionError("a settled sign decides every relation")  # pragma: no cover

    # ---- signs

    def sign(self, poly: Poly) -> int:
        """Possible signs of a polynomial in this region, as a mask."""
        mask = self._signs.get(poly)
        if mask is None:
            mask = self._signs[poly] = self._sign(poly)
        return mask

    def _interval(self, letter: int) -> Interval:
        return self.letters[letter].interval

    def _sign(self, poly: Poly) -> int:
        mask = box_sign(poly, self._interval)
        if not _single(mask):
            mask &= self._definite(poly)
            for square, direction in self._squares(poly):
                own = self.sign(square)
                mask &= own if direction > 0 else _flip(own)
        if poly.value is not None or not self.known:
            return mask
        scale, part = poly.primitive()
        known = self.known.get(part, ANY)
        mask &= known if scale > 0 else _flip(known)
        if _single(mask):
            return mask
        for fact, signs in self.known.items():
            tried = set()
            for monomial, value in fact.terms.items():
                if monomial not in poly.terms:
                    continue
                ratio = Fraction(poly.terms[monomial]) / value
                if ratio in tried:
                    continue
                tried.add(ratio)
                rest = poly - fact.scale(ratio)
                own = signs if ratio > 0 else _flip(signs)
                mask &= sign_sum(own, box_sign(rest, self._interval))
        return mask

    def _definite(self, poly: Poly) -> int:
        """The sign of a quadratic in a power of one letter, without real roots."""
        letters = poly.letters()
        if len(letters) != 1:
            return ANY
        parts = poly.coefficients(letters.pop())
        top = max(parts)
        if top % 2 or set(parts) - {0, top // 2, top}:
            return ANY
        a, b, c = (
            Fraction(parts[n].value or 0) if n in parts else Fraction(0) for n in (top, top // 2, 0)
        )
        return ANY if b * b >= 4 * a * c else POSITIVE if a > 0 else NEGATIVE

    def _squares(self, poly: Poly) -> list[tuple[Poly, int]]:
        """For ``a + b*r`` with a root r and a, b of opposite signs: ``a**2 - b**2*r**2``.

        The polynomial has the sign of that, times the direction returned, which is a's sign.
        """
        if self._nested > 3:
            return []
        self._nested += 1
        found = []
        for letter in poly.letters() & self._roots:
            parts = poly.coefficients(letter)
            if set(parts) == {0, 1}:
                a, b = self.sign(parts[0]), self.sign(parts[1])
                square = parts[0] * parts[0] - parts[1] * parts[1] * Poly.letter(letter, 2)
                if not a & NEGATIVE and not b & POSITIVE:
                    found.append((self.reduce(square), 1))
                elif not a & POSITIVE and not b & NEGATIVE:
                    found.append((self.reduce(square), -1))
        self._nested -= 1
        return found

    def signs(self, quotient: Quotient) -> int:
        """Possible signs of a quotient, where it is defined."""
        value = quotient.num.value
        if value is not None and not quotient.den:
            return box_sign(quotient.num, self._interval)
        mask = POSITIVE
        for poly, power in self._factors(quotient):
            own = self.sign(poly)
            if power < 0:
                own &= ~ZERO
            mask = sign_product(mask, own if power % 2 else _square(own))
        scale = factor(quotient.num)[0]
        return sign_product(mask, POSITIVE if scale > 0 else NEGATIVE if scale < 0 else ZERO) & (
            self.sign(quotient.num) if not quotient.den else ANY
        )

    def _factors(self, quotient: Quotient) -> list[tuple[Poly, int]]:
        return factor(quotient.num)[1] + [(p, -n) for p, n in quotient.den.items()]

    def settle(self, quotient: Quotient, closed: bool = False) -> int:
        """The sign -1, 0 or 1; raises Split where it varies.

        closed: 1 may mean "not negative" and -1 "not positive".
        """
        mask = self.signs(quotient)
        if _single(mask) or not mask:
            return {NEGATIVE: -1, POSITIVE: 1}.get(mask, 0)
        if closed and not mask & NEGATIVE:
            return 1
        if closed and not mask & POSITIVE:
            return -1
        for poly, power in self._factors(quotient):
            own = self.sign(poly)
            if closed and power % 2 and own & POSITIVE and own & NEGATIVE:
                keep = ANY if power > 0 else ~ZERO
                raise Split(self.expression(poly), (NONNEGATIVE & keep, NONPOSITIVE & keep))
            if not closed and not _single(own):
                raise Split(
                    self.expression(poly), [m for m in (POSITIVE, ZERO, NEGATIVE) if own & m]
                )
        raise Split(self.expression(quotient.num), (POSITIVE, ZERO, NEGATIVE))

    def _assume(self, expr: Expr, mask: int) -> None:
        quotient = self.convert(expr)
        possible = self.signs(quotient)
        if not possible & mask:
            raise Infeasible(relation(expr, mask))
        if not possible & ~mask:
            return
        scale, factors = factor(quotient.num)
        if not mask & ZERO:  # no factor vanishes
            for poly, _ in factors:
                self._learn(poly, POSITIVE | NEGATIVE)
        open_ = [(p, n) for p, n in self._factors(quotient) if n % 2 and not _single(self.sign(p))]
        if mask == ZERO:
            free = [p for p, _ in factors if self.sign(p) & ZERO]
            if len(free) == 1:
                self._learn(free[0], ZERO)
            else:
                self._learn(quotient.num.primitive()[1], ZERO)
        elif (
            len(open_) == 1
            and open_[0][1] > 0
            and all(n % 2 or not self.sign(p) & ZERO for p, n in self._factors(quotient))
        ):
            rest = _rest_sign(self, quotient, open_[0][0])
            self._learn(open_[0][0], mask if rest == POSITIVE else _flip(mask))
        else:
            den = POSITIVE
            for poly, power in quotient.den.items():
                den = sign_product(den, self.sign(poly) if power % 2 else POSITIVE)
            if _single(den):
                content, part = quotient.num.primitive()
                flip = (den == NEGATIVE) != (content < 0)
                self._learn(part, _flip(mask) if flip else mask)

    def close(self) -> bool:
        """Compare what is known of products with their factors; whether that taught anything."""
        learned = False
        for poly, known in list(self.known.items()):
            scale, factors = factor(poly)
            if len(factors) < 2 and not (factors and factors[0][1] > 1):
                continue
            mask = POSITIVE if scale > 0 else NEGATIVE
            for piece, power in factors:
                own = self.sign(piece)
                mask = sign_product(mask, own if power % 2 else _square(own))
            if known & ~mask:
                self._learn(poly, mask)
                learned = True
        return learned

    def _learn(self, poly: Poly, mask: int) -> None:
        self._signs.clear()
        mask &= self.known.get(poly, ANY)
        if not mask & self.sign(poly):
            raise Infeasible(relation(self.expression(poly), mask))
        for square, direction in self._squares(poly):
            scale, part = square.primitive()
            own = mask if (scale > 0) == (direction > 0) else _flip(mask)
            if scale and self.sign(part) & ~own and part != poly:
                self._learn(part, own)
        self._signs.clear()
        self.known[poly] = mask
        if mask == ZERO:
            self.equations.append(poly)
            self._memo.clear()
        single = poly.single
        if single is not None and self.rules.get(single) == (2, ONE):
            if not mask & NEGATIVE:
                self._learn(poly - ONE, ZERO)
            elif not mask & POSITIVE:
                self._learn(poly + ONE, ZERO)
        letters = poly.letters()
        if len(letters) != 1 or mask == POSITIVE | NEGATIVE:
            return
        (index,) = letters
        parts = poly.coefficients(index)
        if max(parts) != 1:
            return
        slope = parts[1].value
        start = parts[0].value if 0 in parts else 0
        assert slope is not None and start is not None
        edge = -Fraction(start) / slope
        if slope < 0:
            mask = _flip(mask)
        open_ = not mask & ZERO
        letter = self.letters[index]
        bound = Interval(
            None if mask & NEGATIVE else edge, None if mask & POSITIVE else edge, open_, open_
        )
        interval = letter.interval.meet(bound)
        if interval.empty:
            raise Infeasible(relation(self.expression(poly), mask))
        self.letters[index] = AlgebraLetter(letter.expr, interval, letter.atom)

    def _require(self, poly: Poly, mask: int) -> None:
        """Record that the expression is defined only where the polynomial has these signs."""
        if not self.sign(poly) & ~mask & ANY:
            return
        scale, part = poly.primitive()
        expr = self.expression(part)
        mask = mask if scale > 0 else _flip(mask)
        self.conditions[relation(expr, mask)] = Sign(expr, mask)

    # ---- letters

    def _letter(self, key: Any, expr: Expr, interval: Interval, atom: bool = False) -> Quotient:
        index = self._index.get(key)
        if index is None:
            index = self._index[key] = len(self.letters)
            self.letters.append(AlgebraLetter(expr, interval, atom))
        return Quotient(Poly.letter(index))

    def _application(self, expr: Basic, interval: Interval) -> Quotient:
        """The letter of a function application: the same for arguments that are equal."""
        args = tuple(self.convert(arg) if isinstance(arg, Expr) else arg for arg in expr.args)
        for function, known, index in self._applied:
            if (
                function == expr.func
                and len(known) == len(args)
                and all(map(self._same, known, args))
            ):
                return Quotient(Poly.letter(index))
        result = self._letter(("apply", expr), expr, interval)
        self._applied.append((expr.func, args, self._index["apply", expr]))
        return result

    def _same(self, a: Any, b: Any) -> bool:
        if isinstance(a, Quotient) and isinstance(b, Quotient):
            return self.is_zero(a - b)
        return bool(a == b)

    def _pythagoras(self, expr: Basic) -> None:
        arg = self.convert(expr.args[0])
        found = {
            function: index
            for function, known, index in self._applied
            if function in (sin, cos) and self._same(known[0], arg)
        }
        if len(found) == 2 and found[sin] not in self.rules:
            self.rules[found[sin]] = (2, ONE - Poly.letter(found[cos], 2))

    # ---- powers

    def _power(self, base: Expr, exponent: Expr) -> Quotient:
        if not exponent.is_Rational:
            return self._symbolic_power(base, exponent)
        inner = self.convert(base)
        if exponent.is_Integer:
            n = int(exponent)
            return inner**n if n >= 0 else self.inverse(inner) ** -n
        return self._root(inner, Fraction(int(exponent.p), int(exponent.q)))

    def inverse(self, quotient: Quotient) -> Quotient:
        """One over a quotient; records where that is defined."""
        num = self.reduce(quotient.num)
        if not num:
            raise NotReal("division by zero")
        scale, factors = factor(num)
        for poly, _ in factors:
            self._require(poly, POSITIVE | NEGATIVE)
        return Quotient(quotient.expanded_den().scale(Fraction(1) / scale), dict(factors))

    def _root(self, inner: Quotient, exponent: Fraction) -> Quotient:
        """A rational power of a quotient that is not negative."""
        inner = self.reduced(inner)
        if not inner.num:
            if exponent < 0:
                raise NotReal("division by zero")
            return inner
        scale, factors = factor(inner.num)
        factors = factors + [pair for p, n in inner.den.items() for pair in self._refactored(p, -n)]
        free = []
        pieces = []
        for poly, n in factors:
            mask = self.sign(poly)
            if not mask & NEGATIVE:
                pieces.append((poly, n))
            elif not mask & POSITIVE:
                pieces.append((-poly, n))
                scale = -scale if n % 2 else scale
            elif n % 2:
                free.append((poly, n))
            elif (n * exponent) % 2 == 0:
                pieces.append((poly, n))
            else:
                raise Split(self.expression(poly), (NONNEGATIVE, NONPOSITIVE))
        if len(free) > 1:
            raise Split(self.expression(free[0][0]), (NONNEGATIVE, NONPOSITIVE))
        if free:
            poly, n = free[0]
            radicand = poly if scale > 0 else -poly
            self._require(radicand, NONNEGATIVE if n > 0 else POSITIVE)
            pieces.append((radicand, n))
        elif scale < 0:
            raise NotReal("a root of a negative number")
        result = self._number_power(abs(Fraction(scale)), exponent)
        for poly, n in pieces:
            result = result * self._root_power(poly, n * exponent)
        return result

    def _refactored(self, poly: Poly, power: int) -> list[tuple[Poly, int]]:
        """Factors of a denominator's factor, once the rules have been applied to it."""
        reduced = self.reduce(poly)
        if reduced == poly:
            return [(poly, power)]
        return [(p, n * power) for p, n in factor(reduced)[1]]

    def _root_power(self, poly: Poly, power: Fraction) -> Quotient:
        if power.denominator == 1:
            whole = Quotient(poly)
            return whole**power.numerator if power >= 0 else self.inverse(whole) ** -power.numerator
        steps = power * self.order
        assert steps.denominator == 1, "root_order covers every root"
        root = self._root_letter(poly)
        return root**steps.numerator if steps >= 0 else self.inverse(root) ** -steps.numerator

    def _root_letter(self, poly: Poly) -> Quotient:
        key = ("root", poly)
        index = self._index.get(key)
        if index is None:
            mask = self.sign(poly)
            interval = Interval(
                1 if not self.sign(poly - ONE) & NEGATIVE else 0,
                1 if not self.sign(poly - ONE) & POSITIVE else None,
                lo_open=not mask & ZERO and bool(self.sign(poly - ONE) & NEGATIVE),
                hi_open=not self.sign(poly - ONE) & NONNEGATIVE,
            )
            base = self.expression(poly)
            self._roots.add(len(self.letters))
            result = self._letter(key, base ** Rational(1, self.order), interval)
            index = self._index[key]
            single = poly.single
            if single is None:
                self.rules[index] = (self.order, poly)
            elif single not in self.rules:
                self._eliminate(single, Poly.letter(index, self.order))
            else:  # already a power of a root of its own
                self.rules[index] = (self.order, poly)
            return result
        return Quotient(Poly.letter(index))

    def _eliminate(self, letter: int, by: Poly) -> None:
        self.rules[letter] = (1, by)
        self._signs.clear()
        self.equations = [reduced for p in self.equations if (reduced := p.replace(letter, by))]
        known, self.known = self.known, {}
        for poly, mask in known.items():
            scale, part = self.reduce(poly).primitive()
            mask = mask if scale > 0 else _flip(mask)
            self.known[part] = mask & self.known.get(part, ANY)

    def _number_power(self, value: Fraction, exponent: Fraction) -> Quotient:
        result = _constant(1)
        for number, direction in ((value.numerator, 1), (value.denominator, -1)):
            for prime, n in factorint(number).items():
                power = direction * n * exponent
                whole = power.numerator // power.denominator
                result = result * _constant(Fraction(int(prime)) ** whole)
                if power != whole:
                    root = self._prime_root(int(prime))
                    result = result * root ** int((power - whole) * self.order)
        return result

    def _prime_root(self, prime: int) -> Quotient:
        key = ("root of number", prime)
        if key not in self._index:
            self._roots.add(len(self.letters))
            result = self._letter(
                key, Integer(prime) ** Rational(1, self.order), Interval(1, prime, True, True)
            )
            self.rules[self._index[key]] = (self.order, Poly.constant(prime))
            return result
        return Quotient(Poly.letter(self._index[key]))

    def _symbolic_power(self, base: Expr | None, exponent: Expr) -> Quotient:
        """``base**exponent`` with a symbolic exponent; no base means exp."""
        exponent = exponent.replace(re, lambda x: x).replace(conjugate, lambda x: x)
        inner = None if base is None else self.convert(base)
        if inner is not None and not inner.num:
            power = self.settle(self.convert(exponent))
            if power < 0:
                raise NotReal("division by zero")
            return _constant(1 if power == 0 else 0)
        result = _constant(1)
        offset = Fraction(0)
        for term in Add.make_args(expand(exponent)):
            coefficient, monomial = term.as_coeff_Mul()
            if not coefficient.is_Rational:
                coefficient, monomial = Integer(1), term
            times = Fraction(int(coefficient.p), int(coefficient.q))
            if monomial == 1 and inner is not None:
                offset += times
            else:
                letter, start = self._letter_power(inner, monomial)
                offset += times * start
                result = result * self._fractional(letter, times)
        return result if inner is None else result * self._fractional(inner, offset)

    def _fractional(self, quotient: Quotient, power: Fraction) -> Quotient:
        if power.denominator != 1:
            return self._root(quotient, power)
        return (
            quotient**power.numerator if power >= 0 else self.inverse(quotient) ** -power.numerator
        )

    def _letter_power(self, inner: Quotient | None, exponent: Expr) -> tuple[Quotient, int]:
        """``inner**(exponent - start)`` as a product of letters, and ``start``.

        A counter t >= 1 starts at 1: the letters then are powers ``b**(t - 1)``, whose exponent
        is not negative, so that nothing is divided by a base that may be zero.
        """
        if inner is None:
            mask = POSITIVE if exponent == 1 else self.signs(self.convert(exponent))
            interval = Interval(
                1 if not mask & NEGATIVE else 0,
                None if mask & POSITIVE else 1,
                lo_open=bool(mask & NEGATIVE),
            )
            return self._letter(("exp", exponent), exp(exponent), interval), 0
        inner = self.reduced(inner)
        whole = self._is_integer(exponent)
        start = 0
        if whole and is_atom(exponent, self.domain):
            lo = self.domain.interval(exponent).lo
            start = max(0, -int(-lo // 1)) if lo is not None else 0
        scale, factors = factor(inner.num)
        factors = factors + [(p, -n) for p, n in inner.den.items()]
        for place, (poly, n) in enumerate(factors):
            if not self.sign(poly) & POSITIVE:
                factors[place] = (-poly, n)
                scale = -scale if n % 2 else scale
        result = _constant(1)
        if scale < 0:
            if not whole:
                free = [p for p, n in factors if n % 2 and self.sign(p) & NEGATIVE]
                if len(free) != 1:
                    raise (
                        NotReal("a power of a negative number")
                        if not free
                        else Split(self.expression(free[0]), (NONNEGATIVE, NONPOSITIVE))
                    )
                factors = [(-p if p == free[0] else p, n) for p, n in factors]
            else:
                minus = self._letter(
                    ("power", -1, exponent), Pow(-1, exponent, evaluate=False), Interval(-1, 1)
                )
                self.rules[self._index["power", -1, exponent]] = (2, ONE)
                self._starts[self._index["power", -1, exponent]] = start
                result = minus * _constant(-1) ** (start % 2)
        for number, direction in (
            (abs(Fraction(scale)).numerator, 1),
            (Fraction(scale).denominator, -1),
        ):
            for prime, n in factorint(number).items():
                key: Any = ("power", int(prime), exponent)
                base = self._letter(
                    key,
                    Integer(prime) ** (exponent - start),
                    self._power_interval(Poly.constant(int(prime)), exponent, start),
                )
                self._starts[self._index[key]] = start
                result = result * (base**n if direction > 0 else self.inverse(base) ** n)
        for poly, n in factors:
            if not whole:
                self._require(poly, NONNEGATIVE)
            inside = self._inside_power(poly)
            if inside is not None:  # (b**p)**q = b**(p*q) for b >= 0
                self.convert(exponent)
                product = exp if inside[0] is None else inside[0].__pow__
                base = self.convert(product(expand(inside[1] * (exponent - start))))
                result = result * (base**n if n > 0 else self.inverse(base) ** -n)
                continue
            key = ("power", poly, exponent)
            if key not in self._index:
                base_expr = self.expression(poly)
                self._letter(
                    key,
                    base_expr ** (exponent - start),
                    self._power_interval(poly, exponent, start),
                )
                self._starts[self._index[key]] = start
                if start and poly.single is not None:
                    self._steps[self._index[key]] = (poly.single, start)
            base = Quotient(Poly.letter(self._index[key]))
            result = result * (base**n if n > 0 else self.inverse(base) ** -n)
        return result, start

    def _inside_power(self, poly: Poly) -> tuple[Expr | None, Expr] | None:
        """Base and exponent of a letter that is a symbolic power of something not negative."""
        if poly.single is None or self.letters[poly.single].atom:
            return None
        power = self.letters[poly.single].expr
        if isinstance(power, exp):
            return None, power.args[0]
        if not power.is_Pow or power.args[1].is_Rational:
            return None
        if self.signs(self.convert(power.args[0])) & NEGATIVE:
            return None
        return power.args[0], power.args[1]

    def _is_integer(self, exponent: Expr) -> bool:
        return all(
            self.domain.interval(f).integer
            if is_atom(f, self.domain)
            else bool(f.is_integer)
            or (
                f.is_Pow
                and f.args[1].is_Integer
                and f.args[1] > 0
                and self.domain.interval(f.args[0]).integer
            )
            for f in Mul.make_args(exponent)
        )

    def _power_interval(self, poly: Poly, exponent: Expr, start: int) -> Interval:
        if start:
            power = NONNEGATIVE
        else:
            power = self.signs(self.convert(exponent))
        mask = self.sign(poly)
        if mask & NEGATIVE:
            return Interval()
        zero = bool(mask & ZERO)
        to_one = self.sign(poly - ONE)
        if not power & NEGATIVE and not to_one & POSITIVE:  # base in [0, 1], exponent >= 0
            return Interval(
                0, 1, lo_open=not zero, hi_open=power == POSITIVE and to_one == NEGATIVE
            )
        if not power & NEGATIVE and not to_one & NEGATIVE:
            return Interval(1, None, lo_open=power == POSITIVE and to_one == POSITIVE)
        return Interval(0, None, lo_open=not zero)


def root_order(exprs: Iterable[Basic], domain: Domain) -> int:
    """The least common order of all roots in some expressions (at least 2)."""
    order = 2
    stack = list(exprs)
    while stack:
        node = stack.pop()
        if is_atom(node, domain):
            continue
        exponent = node.args[1] if node.is_Pow else node.args[0] if isinstance(node, exp) else None
        if exponent is not None:
            for term in Add.make_args(exponent if exponent.is_Rational else expand(exponent)):
                coefficient = term.as_coeff_Mul()[0]
                if coefficient.is_Rational:
                    order = lcm(order, int(coefficient.q))
        stack.extend(node.args)
    return order


def rooted_atoms(exprs: Iterable[Basic], domain: Domain) -> list[Expr]:
    """Atoms that are factors of what stands under a root."""
    found: set[Expr] = set()
    stack = [(expr, False) for expr in exprs]
    while stack:
        node, under = stack.pop()
        if is_atom(node, domain):
            found |= {node} if under else set()
        elif node.is_Pow:
            rational = node.args[1].is_Rational
            rooted = rational and not node.args[1].is_Integer
            stack += [(node.args[0], rooted or (under and rational)), (node.args[1], False)]
        else:
            stack += [(arg, under and node.is_Mul) for arg in node.args]
    return sorted(found, key=str)


def _constant(value: Number) -> Quotient:
    return Quotient(Poly.constant(value))


def _rational(value: Number) -> Rational:
    fraction = Fraction(value)
    return Rational(fraction.numerator, fraction.denominator)


def _flip(mask: int) -> int:
    return (
        (mask & ZERO) | (NEGATIVE if mask & POSITIVE else 0) | (POSITIVE if mask & NEGATIVE else 0)
    )


def _square(mask: int) -> int:
    return (mask & ZERO) | (POSITIVE if mask & (POSITIVE | NEGATIVE) else 0)


def _single(mask: int) -> bool:
    return mask in (NEGATIVE, ZERO, POSITIVE)


def _rest_sign(algebra: Algebra, quotient: Quotient, leave: Poly) -> int:
    """Sign of a quotient without one of its factors, all others being nowhere zero."""
    scale = factor(quotient.num)[0]
    mask = POSITIVE if scale > 0 else NEGATIVE
    for poly, power in algebra._factors(quotient):
        if poly != leave:
            own = algebra.sign(poly)
            mask = sign_product(mask, own if power % 2 else POSITIVE)
    return mask

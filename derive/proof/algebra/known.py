"""Letters of polynomials and what is known of their signs, in one region of a domain."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Add, Basic, Expr, Mul, Rational

from optwright.derive.proof.algebra.domain import (
    ANY,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Domain,
    Interval,
    sign_product,
    sign_sum,
)
from optwright.derive.proof.algebra.polynomial import ONE, Number, Poly, Quotient, box_sign, factor
from optwright.derive.proof.algebra.sign import (
    NONNEGATIVE,
    NONPOSITIVE,
    Infeasible,
    Sign,
    Split,
    flipped,
    relation,
    single,
    squared,
)

__all__ = ["AlgebraLetter", "KnownSigns", "constant", "rest_sign"]


@dataclass(frozen=True)
class AlgebraLetter:
    """What a letter stands for and where it lies."""

    expr: Expr
    interval: Interval
    atom: bool = False


class KnownSigns:
    """The letters of one region, the equations between them, and the signs that are known."""

    def __init__(
        self,
        domain: Domain,
        *,
        order: int = 2,
        deadline: float | None = None,
        opaque: bool = False,
    ) -> None:
        self.domain = domain
        self.order = order
        self.deadline = deadline
        self.opaque = opaque
        self.letters: list[AlgebraLetter] = []
        self.conditions: dict[str, Sign] = {}
        self.known: dict[Poly, int] = {}
        self.equations: list[Poly] = []
        self.rules: dict[int, tuple[int, Poly]] = {}
        self.index: dict[Any, int] = {}
        self._applied: list[tuple[Any, tuple[Any, ...], int]] = []
        self._memo: dict[Basic, Quotient] = {}
        self._steps: dict[int, tuple[int, int]] = {}
        self.starts: dict[int, int] = {}
        self._roots: set[int] = set()
        self._nested = 0
        self._signs: dict[Poly, int] = {}

    def convert(self, expr: Basic) -> Quotient:
        """An expression in letters: said by `Algebra`."""
        raise NotImplementedError

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
        if not single(mask):
            mask &= self._definite(poly)
            for square, direction in self._squares(poly):
                own = self.sign(square)
                mask &= own if direction > 0 else flipped(own)
        if poly.value is not None or not self.known:
            return mask
        scale, part = poly.primitive()
        known = self.known.get(part, ANY)
        mask &= known if scale > 0 else flipped(known)
        if single(mask):
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
                own = signs if ratio > 0 else flipped(signs)
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
        for poly, power in self.factors(quotient):
            own = self.sign(poly)
            if power < 0:
                own &= ~ZERO
            mask = sign_product(mask, own if power % 2 else squared(own))
        scale = factor(quotient.num)[0]
        return sign_product(mask, POSITIVE if scale > 0 else NEGATIVE if scale < 0 else ZERO) & (
            self.sign(quotient.num) if not quotient.den else ANY
        )

    def factors(self, quotient: Quotient) -> list[tuple[Poly, int]]:
        return factor(quotient.num)[1] + [(p, -n) for p, n in quotient.den.items()]

    def settle(self, quotient: Quotient, closed: bool = False) -> int:
        """The sign -1, 0 or 1; raises Split where it varies.

        closed: 1 may mean "not negative" and -1 "not positive".
        """
        mask = self.signs(quotient)
        if single(mask) or not mask:
            return {NEGATIVE: -1, POSITIVE: 1}.get(mask, 0)
        if closed and not mask & NEGATIVE:
            return 1
        if closed and not mask & POSITIVE:
            return -1
        for poly, power in self.factors(quotient):
            own = self.sign(poly)
            if closed and power % 2 and own & POSITIVE and own & NEGATIVE:
                keep = ANY if power > 0 else ~ZERO
                raise Split(self.expression(poly), (NONNEGATIVE & keep, NONPOSITIVE & keep))
            if not closed and not single(own):
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
        factors = factor(quotient.num)[1]
        if not mask & ZERO:  # no factor vanishes
            for poly, _ in factors:
                self._learn(poly, POSITIVE | NEGATIVE)
        open_ = [(p, n) for p, n in self.factors(quotient) if n % 2 and not single(self.sign(p))]
        if mask == ZERO:
            free = [p for p, _ in factors if self.sign(p) & ZERO]
            if len(free) == 1:
                self._learn(free[0], ZERO)
            else:
                self._learn(quotient.num.primitive()[1], ZERO)
        elif (
            len(open_) == 1
            and open_[0][1] > 0
            and all(n % 2 or not self.sign(p) & ZERO for p, n in self.factors(quotient))
        ):
            rest = rest_sign(self, quotient, open_[0][0])
            self._learn(open_[0][0], mask if rest == POSITIVE else flipped(mask))
        else:
            den = POSITIVE
            for poly, power in quotient.den.items():
                den = sign_product(den, self.sign(poly) if power % 2 else POSITIVE)
            if single(den):
                content, part = quotient.num.primitive()
                flip = (den == NEGATIVE) != (content < 0)
                self._learn(part, flipped(mask) if flip else mask)

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
                mask = sign_product(mask, own if power % 2 else squared(own))
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
            own = mask if (scale > 0) == (direction > 0) else flipped(mask)
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
            mask = flipped(mask)
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
        mask = mask if scale > 0 else flipped(mask)
        self.conditions[relation(expr, mask)] = Sign(expr, mask)


def constant(value: Number) -> Quotient:
    """A number as a quotient."""
    return Quotient(Poly.constant(value))


def _rational(value: Number) -> Rational:
    fraction = Fraction(value)
    return Rational(fraction.numerator, fraction.denominator)


def rest_sign(algebra: KnownSigns, quotient: Quotient, leave: Poly) -> int:
    """Sign of a quotient without one of its factors, all others being nowhere zero."""
    scale = factor(quotient.num)[0]
    mask = POSITIVE if scale > 0 else NEGATIVE
    for poly, power in algebra.factors(quotient):
        if poly != leave:
            own = algebra.sign(poly)
            mask = sign_product(mask, own if power % 2 else POSITIVE)
    return mask

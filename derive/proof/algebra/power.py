"""Roots and powers as letters of polynomials."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    Integer,
    Mul,
    Pow,
    Rational,
    conjugate,
    cos,
    exp,
    expand,
    factorint,
    re,
    sin,
)

from optwright.derive.error import NotReal
from optwright.derive.proof.algebra.domain import ANY, NEGATIVE, POSITIVE, ZERO, Interval, is_atom
from optwright.derive.proof.algebra.known import AlgebraLetter, KnownSigns, constant
from optwright.derive.proof.algebra.polynomial import ONE, Poly, Quotient, factor
from optwright.derive.proof.algebra.sign import NONNEGATIVE, NONPOSITIVE, Split, flipped

__all__ = ["PowerLetters"]


class PowerLetters(KnownSigns):
    """What roots, symbolic powers and unknown functions become."""

    def _letter(self, key: Any, expr: Expr, interval: Interval, atom: bool = False) -> Quotient:
        index = self.index.get(key)
        if index is None:
            index = self.index[key] = len(self.letters)
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
        self._applied.append((expr.func, args, self.index["apply", expr]))
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
        index = self.index.get(key)
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
            index = self.index[key]
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
            mask = mask if scale > 0 else flipped(mask)
            self.known[part] = mask & self.known.get(part, ANY)

    def _number_power(self, value: Fraction, exponent: Fraction) -> Quotient:
        result = constant(1)
        for number, direction in ((value.numerator, 1), (value.denominator, -1)):
            for prime, n in factorint(number).items():
                power = direction * n * exponent
                whole = power.numerator // power.denominator
                result = result * constant(Fraction(int(prime)) ** whole)
                if power != whole:
                    root = self._prime_root(int(prime))
                    result = result * root ** int((power - whole) * self.order)
        return result

    def _prime_root(self, prime: int) -> Quotient:
        key = ("root of number", prime)
        if key not in self.index:
            self._roots.add(len(self.letters))
            result = self._letter(
                key, Integer(prime) ** Rational(1, self.order), Interval(1, prime, True, True)
            )
            self.rules[self.index[key]] = (self.order, Poly.constant(prime))
            return result
        return Quotient(Poly.letter(self.index[key]))

    def _symbolic_power(self, base: Expr | None, exponent: Expr) -> Quotient:
        """``base**exponent`` with a symbolic exponent; no base means exp."""
        exponent = exponent.replace(re, lambda x: x).replace(conjugate, lambda x: x)
        inner = None if base is None else self.convert(base)
        if inner is not None and not inner.num:
            power = self.settle(self.convert(exponent))
            if power < 0:
                raise NotReal("division by zero")
            return constant(1 if power == 0 else 0)
        result = constant(1)
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
            return self._exp_letter(exponent), 0
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
        result = constant(1)
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
                self.rules[self.index["power", -1, exponent]] = (2, ONE)
                self.starts[self.index["power", -1, exponent]] = start
                result = minus * constant(-1) ** (start % 2)
        for number, direction in (
            (abs(Fraction(scale)).numerator, 1),
            (Fraction(scale).denominator, -1),
        ):
            for prime, n in factorint(number).items():
                base = self._prime_letter(int(prime), exponent, start)
                result = result * (base**n if direction > 0 else self.inverse(base) ** n)
        for poly, n in factors:
            if not whole:
                self._require(poly, NONNEGATIVE)
            base = self._factor_letter(poly, exponent, start)
            result = result * (base**n if n > 0 else self.inverse(base) ** -n)
        return result, start

    def _exp_letter(self, exponent: Expr) -> Quotient:
        """The letter of exp(exponent)."""
        mask = POSITIVE if exponent == 1 else self.signs(self.convert(exponent))
        interval = Interval(
            1 if not mask & NEGATIVE else 0,
            None if mask & POSITIVE else 1,
            lo_open=bool(mask & NEGATIVE),
        )
        return self._letter(("exp", exponent), exp(exponent), interval)

    def _prime_letter(self, prime: int, exponent: Expr, start: int) -> Quotient:
        """The letter of prime**(exponent - start)."""
        key = ("power", prime, exponent)
        inside = self._power_interval(Poly.constant(prime), exponent, start)
        found = self._letter(key, Integer(prime) ** (exponent - start), inside)
        self.starts[self.index[key]] = start
        return found

    def _factor_letter(self, poly: Poly, exponent: Expr, start: int) -> Quotient:
        """The letter of poly**(exponent - start), or that of the power that poly is itself."""
        inside = self._inside_power(poly)
        if inside is not None:  # (b**p)**q = b**(p*q) for b >= 0
            self.convert(exponent)
            product = exp if inside[0] is None else inside[0].__pow__
            return self.convert(product(expand(inside[1] * (exponent - start))))
        key = ("power", poly, exponent)
        if key not in self.index:
            base = self.expression(poly)
            reach = self._power_interval(poly, exponent, start)
            self._letter(key, base ** (exponent - start), reach)
            self.starts[self.index[key]] = start
            if start and poly.single is not None:
                self._steps[self.index[key]] = (poly.single, start)
        return Quotient(Poly.letter(self.index[key]))

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
        power = NONNEGATIVE if start else self.signs(self.convert(exponent))
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

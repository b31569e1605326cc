"""Sparse polynomials and fractions over letters, and the sign of a polynomial on a box.

Letters are small integers; what they stand for is the business of
`optwright.derive.proof.algebra.normal`. SymPy's own rings fix their generators in advance, while
letters are met one by one; only factoring is handed to SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import product
from math import gcd, lcm, prod

from sympy import ZZ
from sympy.polys.rings import ring

from optwright.derive.error import OutOfTime
from optwright.derive.proof.algebra.domain import (
    ANY,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Interval,
    sign_product,
)

__all__ = ["Poly", "Quotient", "box_sign", "factor"]

MAX_TERMS, MAX_PRODUCTS, MAX_FACTORED = 6000, 400_000, 250


Number = int | Fraction
Monomial = tuple[tuple[int, int], ...]  # ((letter, exponent), ...), letters ascending


def _times(a: Monomial, b: Monomial) -> Monomial:
    if not a:
        return b
    if not b:
        return a
    exponents = dict(a)
    for letter, power in b:
        exponents[letter] = exponents.get(letter, 0) + power
    return tuple(sorted(exponents.items()))


def _tidy(x: Number) -> Number:
    return x.numerator if isinstance(x, Fraction) and x.denominator == 1 else x


class Poly:
    """An immutable polynomial with rational coefficients."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[Monomial, Number]):
        self.terms = terms
        self._hash: int | None = None

    @classmethod
    def constant(cls, value: Number) -> Poly:
        return cls({(): _tidy(value)} if value else {})

    @classmethod
    def letter(cls, index: int, power: int = 1) -> Poly:
        return cls({((index, power),): 1} if power else {(): 1})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __add__(self, other: Poly) -> Poly:
        terms = dict(self.terms)
        for monomial, value in other.terms.items():
            total = terms.get(monomial, 0) + value
            if total:
                terms[monomial] = _tidy(total)
            else:
                del terms[monomial]
        return Poly(terms)

    def __neg__(self) -> Poly:
        return self.scale(-1)

    def __sub__(self, other: Poly) -> Poly:
        return self + other.scale(-1)

    def __mul__(self, other: Poly) -> Poly:
        if not self.terms or not other.terms:
            return Poly({})
        if other.terms == _UNIT:
            return self
        if self.terms == _UNIT:
            return other
        if len(self.terms) * len(other.terms) > MAX_PRODUCTS:
            raise OutOfTime("too many terms")
        terms: dict[Monomial, Number] = {}
        for a, x in self.terms.items():
            for b, y in other.terms.items():
                key = _times(a, b)
                terms[key] = terms.get(key, 0) + x * y
        if len(terms) > MAX_TERMS:
            raise OutOfTime("too many terms")
        return Poly({key: _tidy(value) for key, value in terms.items() if value})

    def __pow__(self, power: int) -> Poly:
        if len(self.terms) == 1:
            ((monomial, value),) = self.terms.items()
            return Poly(
                {tuple((x, n * power) for x, n in monomial) if power else (): _tidy(value**power)}
            )
        result = Poly({(): 1})
        for _ in range(power):
            result = result * self
        return result

    def scale(self, value: Number) -> Poly:
        return Poly({m: _tidy(x * value) for m, x in self.terms.items()} if value else {})

    @property
    def value(self) -> Number | None:
        """The value if the polynomial is a constant, else None."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    @property
    def single(self) -> int | None:
        """The letter if the polynomial is just one letter, else None."""
        if len(self.terms) == 1:
            ((monomial, value),) = self.terms.items()
            if value == 1 and len(monomial) == 1 and monomial[0][1] == 1:
                return monomial[0][0]
        return None

    def letters(self) -> set[int]:
        return {letter for monomial in self.terms for letter, _ in monomial}

    def degree(self, letter: int) -> int:
        return max((dict(m).get(letter, 0) for m in self.terms), default=0)

    def coefficients(self, letter: int) -> dict[int, Poly]:
        """Coefficients as a polynomial in one letter, by its exponent."""
        parts: dict[int, dict[Monomial, Number]] = {}
        for monomial, value in self.terms.items():
            power = dict(monomial).get(letter, 0)
            rest = tuple(pair for pair in monomial if pair[0] != letter)
            parts.setdefault(power, {})[rest] = value
        return {power: Poly(terms) for power, terms in parts.items()}

    def replace(self, letter: int, by: Poly, every: int = 1) -> Poly:
        """Put ``letter**every = by``, as often as it goes."""
        if self.degree(letter) < every:
            return self
        result = Poly({})
        powers: dict[int, Poly] = {}
        for power, part in self.coefficients(letter).items():
            times, rest = divmod(power, every)
            if times not in powers:
                powers[times] = by**times
            result = result + part * powers[times] * Poly.letter(letter, rest)
        return result

    def primitive(self) -> tuple[Number, Poly]:
        """Constant and primitive part: coprime integers, the leading one positive."""
        if not self.terms:
            return 0, self
        values = [Fraction(x) for x in self.terms.values()]
        content = Fraction(
            reduce(gcd, (x.numerator for x in values)), reduce(lcm, (x.denominator for x in values))
        )
        if self.terms[max(self.terms)] < 0:
            content = -content
        return _tidy(content), self.scale(1 / content)

    def monomial_content(self) -> Monomial:
        """The largest monomial that divides every term."""
        monomials = iter(self.terms)
        common = dict(next(monomials, ()))
        for monomial in monomials:
            if not common:
                break
            exponents = dict(monomial)
            common = {x: min(n, exponents[x]) for x, n in common.items() if x in exponents}
        return tuple(sorted(common.items()))

    def over(self, monomial: Monomial) -> Poly:
        """Exact quotient by a monomial that divides every term."""
        if not monomial:
            return self
        divisor = dict(monomial)
        return Poly(
            {
                tuple((x, n - divisor.get(x, 0)) for x, n in m if n != divisor.get(x, 0)): value
                for m, value in self.terms.items()
            }
        )

    def divided(self, divisor: Poly) -> Poly | None:
        """Exact quotient, or None where the division leaves a remainder."""
        quotient, remainder = self._divide(divisor, exact=True)
        return None if remainder else quotient

    def modulo(self, divisor: Poly) -> Poly:
        """A remainder of division: equal to the polynomial wherever the divisor is zero."""
        return self._divide(divisor, exact=False)[1]

    def _divide(self, divisor: Poly, exact: bool) -> tuple[Poly, Poly]:
        order = sorted(self.letters() | divisor.letters())
        lead = max(divisor.terms, key=lambda m: _lex(m, order))
        lead_value = divisor.terms[lead]
        want = dict(lead)
        rest = dict(self.terms)
        quotient: dict[Monomial, Number] = {}
        remainder: dict[Monomial, Number] = {}
        while rest:
            top = max(rest, key=lambda m: _lex(m, order))
            have = dict(top)
            if any(have.get(x, 0) < n for x, n in want.items()):
                if exact:
                    return Poly(quotient), Poly(rest)
                remainder[top] = rest.pop(top)
                continue
            shift = tuple((x, n - want.get(x, 0)) for x, n in top if n != want.get(x, 0))
            scale = Fraction(rest[top]) / lead_value
            quotient[shift] = _tidy(scale)
            for monomial, value in divisor.terms.items():
                key = _times(monomial, shift)
                left = rest.get(key, 0) - scale * value
                if left:
                    rest[key] = _tidy(left)
                else:
                    rest.pop(key, None)
        return Poly(quotient), Poly(remainder)


_UNIT: dict[Monomial, Number] = {(): 1}
ONE = Poly(_UNIT)


def _lex(monomial: Monomial, order: list[int]) -> tuple[int, ...]:
    exponents = dict(monomial)
    return tuple(exponents.get(x, 0) for x in order)


def factor(poly: Poly) -> tuple[Number, list[tuple[Poly, int]]]:
    """Constant and irreducible primitive factors with their multiplicities."""
    content, part = poly.primitive()
    factors = [(Poly.letter(x), n) for x, n in part.monomial_content()]
    part = part.over(part.monomial_content())
    if part.value is not None:
        return _tidy(content * part.value), factors
    if len(part.terms) > MAX_FACTORED:
        return content, [*factors, (part, 1)]
    scale, found = _factor(part)
    return _tidy(content * scale), factors + found


@lru_cache(maxsize=4096)
def _factor(part: Poly) -> tuple[Number, list[tuple[Poly, int]]]:
    for letter in part.letters():
        # Affine in a letter, and either coefficient a single term: nothing left to split off,
        # since monomials have been taken out.
        pieces = part.coefficients(letter)
        if max(pieces) == 1 and min(len(p.terms) for p in pieces.values()) == 1:
            return 1, [(part, 1)]
    order = sorted(part.letters())
    ground, *_ = ring([f"x{i}" for i in range(len(order))], ZZ)
    dense = ground.from_dict({_lex(m, order): ZZ(int(value)) for m, value in part.terms.items()})
    constant, factors = dense.factor_list()
    scale: Number = int(constant)
    result = []
    for piece, multiplicity in factors:
        terms = {
            tuple((x, int(n)) for x, n in zip(order, powers, strict=True) if n): int(value)
            for powers, value in piece.items()
        }
        content, primitive = Poly(terms).primitive()
        scale = scale * content**multiplicity
        result.append((primitive, multiplicity))
    return _tidy(scale), result


class Quotient:
    """A fraction with its denominator kept as a product of primitive factors."""

    __slots__ = ("den", "num")

    def __init__(self, num: Poly, den: Mapping[Poly, int] | None = None):
        self.num = num
        self.den: Mapping[Poly, int] = den if den and num else {}

    def __add__(self, other: Quotient) -> Quotient:
        if not self.num:
            return other
        if not other.num:
            return self
        if not self.den and not other.den:
            return Quotient(self.num + other.num)
        den = dict(self.den)
        for factor_, power in other.den.items():
            den[factor_] = max(power, den.get(factor_, 0))
        num = self._lift(den) + other._lift(den)
        return Quotient(num, den)._cancelled() if num else Quotient(num)

    def _lift(self, den: Mapping[Poly, int]) -> Poly:
        num = self.num
        for factor_, power in den.items():
            missing = power - self.den.get(factor_, 0)
            if missing:
                num = num * factor_**missing
        return num

    def __neg__(self) -> Quotient:
        return Quotient(-self.num, self.den)

    def __sub__(self, other: Quotient) -> Quotient:
        return self + -other

    def __mul__(self, other: Quotient) -> Quotient:
        if not self.num or not other.num:
            return Quotient(Poly({}))
        den = dict(self.den)
        for factor_, power in other.den.items():
            den[factor_] = den.get(factor_, 0) + power
        return Quotient(self.num * other.num, den)._cancelled()

    def _cancelled(self) -> Quotient:
        if not self.den:
            return self
        num, den = self.num, dict(self.den)
        for factor_ in self.den:
            if factor_.letters() - num.letters():
                continue
            while den.get(factor_):
                quotient = num.divided(factor_)
                if quotient is None:
                    break
                num = quotient
                den[factor_] -= 1
                if not den[factor_]:
                    del den[factor_]
        return Quotient(num, den)

    def __pow__(self, power: int) -> Quotient:
        """A non-negative power."""
        return Quotient(
            self.num**power, {p: n * power for p, n in self.den.items()} if power else {}
        )

    def expanded_den(self) -> Poly:
        result = ONE
        for factor_, power in self.den.items():
            result = result * factor_**power
        return result


def box_sign(poly: Poly, interval: Callable[[int], Interval]) -> int:
    """Possible signs of a polynomial while every letter stays in its interval.

    Each bounded letter is moved to a non-negative one (``lo + u``, ``hi - u`` or
    ``(lo + hi*u)/(1 + u)``); if all coefficients then have one sign, so has the polynomial.
    """
    value = poly.value
    if value is not None:
        return POSITIVE if value > 0 else NEGATIVE if value < 0 else ZERO
    letters = sorted(poly.letters())
    if len(letters) > 12 or len(poly.terms) > 600:
        return ANY
    if len(poly.terms) == 1:
        return _monomial_sign(poly, interval)
    faces: list[list[str]] = []
    top: dict[int, int] = {}
    for letter in letters:
        box = interval(letter)
        if box.lo is None and box.hi is None:
            if any(dict(m).get(letter, 0) % 2 for m in poly.terms):
                return ANY
        elif box.lo is not None and box.hi is not None and box.lo != box.hi:
            top[letter] = poly.degree(letter)
        poly, near = _moved(poly, letter, box)
        faces.append(near)
        if len(poly.terms) > 2000:
            return ANY
    signs = {x > 0 for x in poly.terms.values()}
    if not poly:
        return ZERO
    if len(signs) > 1:
        return ANY
    direction = POSITIVE if signs.pop() else NEGATIVE
    if prod(map(len, faces)) * len(poly.terms) > 50_000:
        return direction | ZERO
    exponents = [dict(m) for m in poly.terms]
    positive = all(
        any(_survives(powers, face, letters, top) for powers in exponents)
        for face in product(*faces)
    )
    return direction if positive else direction | ZERO


def _moved(poly: Poly, letter: int, box: Interval) -> tuple[Poly, list[str]]:
    """The polynomial in a letter that is not negative, and at which ends the letter may be."""
    if box.lo is None and box.hi is None:
        return poly, ["inside", "low"]  # the letter may be zero
    if box.lo is not None and box.hi is not None:
        if box.lo == box.hi:
            return poly.replace(letter, Poly.constant(box.lo)), ["inside"]
        degree, u, moved = poly.degree(letter), Poly.letter(letter), Poly({})
        for power, part in poly.coefficients(letter).items():
            ends = Poly.constant(box.lo) + u.scale(box.hi)
            moved = moved + part * ends**power * (ONE + u) ** (degree - power)
        low, high = [] if box.lo_open else ["low"], [] if box.hi_open else ["high"]
        return moved, ["inside", *low, *high]
    shift, slope, open_ = (
        (box.lo, 1, box.lo_open) if box.lo is not None else (box.hi, -1, box.hi_open)
    )
    assert shift is not None
    if shift or slope < 0:
        poly = poly.replace(letter, Poly.constant(shift) + Poly.letter(letter).scale(slope))
    return poly, ["inside"] if open_ else ["inside", "low"]


def _survives(
    powers: dict[int, int], face: Iterable[str], letters: list[int], top: dict[int, int]
) -> bool:
    for letter, side in zip(letters, face, strict=True):
        power = powers.get(letter, 0)
        if (side == "low" and power) or (side == "high" and power != top[letter]):
            return False
    return True


def _monomial_sign(poly: Poly, interval: Callable[[int], Interval]) -> int:
    ((monomial, value),) = poly.terms.items()
    mask = POSITIVE if value > 0 else NEGATIVE
    for letter, power in monomial:
        own = interval(letter).sign
        if power % 2 == 0:
            own = (ZERO if own & ZERO else 0) | (POSITIVE if own & (POSITIVE | NEGATIVE) else 0)
        mask = sign_product(mask, own)
    return mask

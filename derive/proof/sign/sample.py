"""Exact rational points inside a domain, at which claims are tried."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction

from sympy import Basic, Expr, Rational
from sympy.core.relational import Eq, Ge, Gt, Ne

from optwright.derive.proof.algebra.domain import Domain, Interval, Point
from optwright.derive.proof.sign.evaluate import holds, value_at

# Values that make trouble or make roots rational, tried before arbitrary ones.
_UNIT = [
    Fraction(*pair)
    for pair in (
        (1, 2),
        (3, 4),
        (16, 25),
        (8, 9),
        (9, 25),
        (1, 4),
        (15, 16),
        (1, 3),
        (9, 10),
        (2, 3),
        (99, 100),
    )
]
_REAL = [
    Fraction(*pair)
    for pair in (
        (1, 1),
        (2, 1),
        (-1, 1),
        (4, 1),
        (1, 4),
        (0, 1),
        (-2, 1),
        (3, 1),
        (9, 1),
        (1, 2),
        (-3, 1),
        (-1, 2),
        (9, 4),
        (5, 1),
        (1, 9),
        (-4, 3),
        (16, 1),
        (25, 4),
        (1, 100),
        (-7, 1),
        (100, 1),
    )
]
_STEP = [0, 1, 2, 0, 3, 1, 4, 6]


def sample(
    domain: Domain,
    rng: random.Random,
    atoms: Iterable[Expr] | None = None,
    *,
    index: int | None = None,
    digits: int | None = None,
) -> Point | None:
    """An exact rational point inside the domain, or None where none was found.

    atoms: those wanted (all declared ones if not given); those that a fact ties to them are
    added.  index: small numbers give simple points
    (few digits, ends of intervals, perfect squares).  digits: long random rationals instead.
    """
    wanted = domain.declared.union(*domain.tied.values()) if atoms is None else set(atoms)
    facts = list(domain.facts)
    tied: list[Basic] = []
    while True:
        new = [fact for fact in facts if domain.tied[fact] & wanted or not domain.tied[fact]]
        if not new:
            break
        tied += new
        facts = [fact for fact in facts if fact not in new]
        for fact in new:
            wanted |= domain.tied[fact]
    order = sorted(wanted, key=str)
    for attempt in range(40):
        point = {
            atom: _draw(domain.interval(atom), rng, None if attempt > 20 else index, digits, place)
            for place, atom in enumerate(order)
        }
        if _repair(domain, point, tied, rng, digits):
            return {atom: Rational(x.numerator, x.denominator) for atom, x in point.items()}
    return None


def _draw(
    interval: Interval,
    rng: random.Random,
    index: int | None,
    digits: int | None,
    place: int,
) -> Fraction:
    lo, hi = interval.lo, interval.hi
    if interval.integer:
        start = (
            Fraction(0)
            if lo is None
            else Fraction(-(-lo // 1)) + (1 if interval.lo_open and lo == lo // 1 else 0)
        )
        for _ in range(20):
            step = rng.choice(_STEP) if index is None or index > 2 else index
            x = start + step * (rng.choice((1, -1)) if lo is None else 1)
            if lo is None and hi is not None:
                x = Fraction(hi // 1) - step
            if x in interval:
                return x
        return start
    if digits is not None:
        fine = Fraction(rng.randrange(1, 10**digits), 10**digits)
        if lo is not None and hi is not None:
            return Fraction(lo + (hi - lo) * fine)
        wide = fine * rng.choice((1, 3, 10))
        if lo is not None:
            return Fraction(lo + wide)
        return Fraction(hi - wide) if hi is not None else wide * rng.choice((1, -1))
    if lo is not None and hi is not None:
        pick = (
            _UNIT[(index + 3 * place) % 5]
            if index is not None and index < 4
            else rng.choice([*_UNIT, Fraction(0)])
        )
        x = lo + (hi - lo) * pick
        return Fraction(x if x in interval else (lo + hi) / Fraction(2))
    pick = _REAL[(index + place) % 5] if index is not None and index < 4 else rng.choice(_REAL)
    if lo is not None:
        x = lo + abs(pick)
    elif hi is not None:
        x = hi - abs(pick)
    else:
        x = pick
    return Fraction(x if x in interval else lo + 1 if lo is not None else x - 1)


def _repair(
    domain: Domain,
    point: dict[Expr, Fraction],
    facts: list[Basic],
    rng: random.Random,
    digits: int | None,
) -> bool:
    """Move atoms until the facts hold; False where that fails."""
    for _ in range(2 + 2 * len(facts)):
        broken = [fact for fact in facts if holds(fact, point, domain) is not True]
        if not broken:
            return True
        if not _mend(domain, rng.choice(broken), point, rng, digits):
            return False
    return False


def _mend(
    domain: Domain, fact: Basic, point: dict[Expr, Fraction], rng: random.Random, digits: int | None
) -> bool:
    """Solve a fact for an atom in which it is affine at this point."""
    difference = fact.args[0] - fact.args[1]
    atoms = sorted(domain.atoms(fact) & set(point), key=str)
    rng.shuffle(atoms)
    for atom in atoms:
        at = []
        for x in (Fraction(0), Fraction(1), Fraction(2)):
            value = value_at(difference, {**point, atom: x}, domain)
            if not isinstance(value, Fraction):
                break
            at.append(value)
        if len(at) < 3 or at[0] + at[2] != 2 * at[1] or at[0] == at[1]:
            continue
        slope = at[1] - at[0]
        edge = -at[0] / slope
        gap = abs(_draw(Interval(0), rng, None, digits, 0)) / rng.choice((1, 1, 10))
        if isinstance(fact, Eq):
            x = edge
        elif isinstance(fact, (Gt, Ge, Ne)):
            x = edge + gap * (1 if slope > 0 else -1)
        else:
            x = edge - gap * (1 if slope > 0 else -1)
        if x in domain.interval(atom):
            point[atom] = x
            return True
    return False


__all__ = ["sample"]

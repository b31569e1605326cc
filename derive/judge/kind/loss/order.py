"""Orders of smallness: Taylor coefficients by own sums, and runs interpolated in a small rate.

How far two rules end apart is a polynomial in the rate where the loss is one: its coefficients are
found from exact runs at many rates.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import factorial
from typing import Any

import sympy

from optwright.derive.certificate.tree import tree
from optwright.derive.claim.loss.order import (
    AgreeToOrder,
    AtLeastAsClose,
    DifferenceError,
    Vanishes,
)
from optwright.derive.interpret import EXACT
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.domain import random_points, symbol_ranges
from optwright.derive.judge.point.obligation import (
    Allowed,
    Obligations,
    Unbound,
    contains,
    range_box,
)
from optwright.derive.judge.point.run import RunningSystem, draw, inside
from optwright.derive.judge.point.value import Point
from optwright.derive.judge.registry import proved, refuted

NODES = (12, 24)
"""At how many rates runs are interpolated: the larger number where the smaller does not do."""
RATES = [Fraction(k, 16) for k in range(1, 25)]


def _number(x: Any) -> Fraction:
    return Fraction(x if isinstance(x, (str, int, Fraction)) else str(sympy.sympify(x)))


# ---- difference quotients


def coefficient(quotient: Any, k: int) -> Fraction:
    """That of f^(k)(x) h**(k - d) in the quotient minus the derivative of order d."""
    terms = (_number(w) * _number(a) ** k for a, w in quotient.weights.items())
    return sum(terms, Fraction(0)) / factorial(k) - int(k == quotient.derivative)


@proved.register
def difference(claim: DifferenceError, known: Obligations) -> None:
    """The Taylor coefficients of an error, each a number."""
    d, top = claim.quotient.derivative, claim.quotient.derivative + claim.order
    for k in range(top + (claim.coefficient is not None)):
        wanted = _number(claim.coefficient) if k == top else Fraction(0)
        name, found = f"f^({k})*h**{k - d} in the error", coefficient(claim.quotient, k)
        if known.take(name) is not None or found != wanted:
            raise Rejected(f"{name}: it is {found}, not {wanted}")
        if known.texts[name][0] != (f"coefficient {wanted}", str(found)):
            raise Rejected(f"{name}: the obligation tells another number")
        known.evaluated.add(name)
        known.points += 1


def _polynomial(text: str) -> list[Fraction]:
    """The coefficients of a polynomial in x, the constant first."""
    poly = sympy.Poly(sympy.sympify(text), sympy.Symbol("x"))
    return [_number(c) for c in reversed(poly.all_coeffs())]


def error(quotient: Any, f: Sequence[Fraction], h: Fraction) -> Fraction:
    """How far the quotient of a polynomial is from its derivative at 0."""
    d: int = quotient.derivative
    terms = (
        _number(w) * sum((c * (_number(a) * h) ** k for k, c in enumerate(f)), Fraction(0))
        for a, w in quotient.weights.items()
    )
    exact = f[d] * factorial(d) if len(f) > d else Fraction(0)
    return sum(terms, Fraction(0)) / h**d - exact


@refuted.register
def other_error(claim: DifferenceError, found: Mapping[str, Any]) -> None:
    """A monomial, whose error is one power of h, and not the one that is claimed."""
    f, h = _polynomial(found["point"]["f"]), _number(found["point"]["h"])
    d, top = claim.quotient.derivative, claim.quotient.derivative + claim.order
    k = len(f) - 1
    if any(f[:-1]) or found["point"]["x"] != "0" or k > top or not h > 0:
        raise Rejected("a counterexample that is no monomial of the orders that are claimed")
    own = error(claim.quotient, f, h)
    claimed = Fraction(0)
    if k == top:
        if claim.coefficient is None:
            raise Rejected("an error of the order that is claimed")
        claimed = _number(claim.coefficient) * f[k] * factorial(k) * h**claim.order
    if own == claimed:
        raise Rejected("the error is as claimed at the counterexample")
    if _number(found["found"]["error"]) != own:
        raise Rejected(f"the error is {own} at the counterexample")
    if own != error(claim.quotient, f, h / 2) * 2 ** (k - d):
        raise Rejected("an error that is no power of h")


@refuted.register
def closer(claim: AtLeastAsClose, found: Mapping[str, Any]) -> None:
    """A polynomial for which the first error is larger."""
    f, h = _polynomial(found["point"]["f"]), _number(found["point"]["h"])
    errors = [error(q, f, h) for q in (claim.first, claim.second)]
    if abs(errors[0]) <= abs(errors[1]):
        raise Rejected("the first error is not larger at the counterexample")
    if [_number(found["found"][name]) for name in ("first error", "second error")] != errors:
        raise Rejected("the errors are other numbers at the counterexample")


# ---- rules that agree


def coefficients(values: Sequence[Fraction]) -> list[Fraction]:
    """The coefficients of a polynomial from its values at the first rates, the constant first.

    Raises Unbound where it is no polynomial of a low degree.
    """
    row, newton = list(values), [values[0]]
    for k in range(1, len(values)):
        pairs = pairwise(row)
        row = [(b - a) / (RATES[i + k] - RATES[i]) for i, (a, b) in enumerate(pairs)]
        newton.append(row[0])
    if any(newton[-3:]):
        raise Unbound(f"no polynomial of a degree below {len(values) - 3}")
    found = [Fraction(0)]
    for x, c in reversed(list(zip(RATES, newton, strict=False))):
        found = [
            a - x * b for a, b in zip([Fraction(0), *found], [*found, Fraction(0)], strict=True)
        ]
        found[0] += c
    return found


def _walk(
    steps: Any,
    hyper: Mapping[str, Fraction],
    slope: Callable[[int, Fraction], Fraction],
    start: Fraction = Fraction(0),
) -> list[Fraction]:
    """The points at which some steps ask, and where they end."""
    said = {h.name: steps.hyper.get(h.name, h.symbol) for h in steps.system.hyper}
    values = {name: Point(hyper, EXACT)(tree(x)) for name, x in said.items()}
    run = RunningSystem(steps.system, [start], values, EXACT)
    asked: list[Fraction] = []

    def answer(kind: str, args: Any) -> list[Fraction]:
        if kind != "grad":
            raise Unbound(f"steps that ask {kind}")
        asked.append(args[0][0])
        return [slope(len(asked) - 1, args[0][0])]

    for _ in range(steps.count):
        run.step(values, answer)
    return [*asked, run.state["theta"][0]]


def _gap(claim: Any, hyper: Mapping[str, Fraction], slopes: Sequence[Fraction]) -> list[Fraction]:
    """How far the two end apart, by powers of the rate."""

    def slope(_: int, x: Fraction) -> Fraction:
        return sum((s * x**k / factorial(k) for k, s in enumerate(slopes)), Fraction(0))

    def apart(rate: Fraction) -> Fraction:
        full = {**hyper, str(claim.symbol): rate}
        return _walk(claim.left, full, slope)[-1] - _walk(claim.right, full, slope)[-1]

    few, many = NODES
    values = [apart(rate) for rate in RATES[:few]]
    try:
        return coefficients(values)
    except Unbound:
        return coefficients([*values, *(apart(rate) for rate in RATES[few:many])])


def _names(order: int) -> list[str]:
    return ["slope", "curvature", *(f"f_{k}" for k in range(3, order + 1))][: max(2, order)]


@proved.register
def agree(claim: AgreeToOrder, known: Obligations) -> None:
    """The powers below the order vanish at random losses, and all moves are small."""
    rng = random.Random(1)
    own = {h.name: h for s in (claim.left, claim.right) for h in s.system.hyper}
    allowed = Allowed({name: h.range for name, h in own.items()}, [])
    small = "moves are small"
    if known.take(small) is not None:
        raise Rejected(f"{small}: a certificate of another kind of claim")
    hyper = {name: inside(h.range, rng) for name, h in own.items() if name != str(claim.symbol)}
    slopes = [draw(rng) for _ in _names(claim.order)]
    found = _gap(claim, hyper, slopes)
    point = Point({**hyper, **dict(zip(_names(claim.order), slopes, strict=True))}, EXACT)
    for k in range(claim.order):
        name = f"coefficient of {claim.symbol}**{k}"
        known.equation(name, point, found[k], Fraction(0), allowed)
    drawn = [draw(rng) for _ in range(64)]
    count = 0
    for steps in (claim.left, claim.right):
        walks = [
            _walk(steps, {**hyper, str(claim.symbol): rate}, lambda k, x: drawn[k])
            for rate in RATES[: NODES[0]]
        ]
        count += len(walks[0])
        if any(coefficients(moves)[0] for moves in zip(*walks, strict=True)):
            raise Rejected(f"a move that is not O({claim.symbol})")
    told = f"all {count} points asked at and ends are O({claim.symbol}) for unknown gradients"
    if known.texts[small][0][0] != told:
        raise Rejected(f"{small}: it is about other points")


@refuted.register
def disagree(claim: AgreeToOrder, found: Mapping[str, Any]) -> None:
    """A loss for which a power below the order is left."""
    point = {name: _number(x) for name, x in found["point"].items()}
    own = {h.name: h for s in (claim.left, claim.right) for h in s.system.hyper}
    for name, h in own.items():
        if name in point and not contains(range_box(h.range), point[name]):
            raise Rejected(f"{name} = {point[name]} is outside its range")
    rng = random.Random(1)
    hyper = {name: point.get(name, inside(h.range, rng)) for name, h in own.items()}
    slopes = [point.get(name, Fraction(1)) for name in _names(claim.order)]
    if not any(_gap(claim, hyper, slopes)[: claim.order]):
        raise Rejected("the rules agree to this order at the counterexample")
    half = {name: Fraction(1, 2) for name in own} | {str(claim.symbol): Fraction(1, 10)}
    for steps in (claim.left, claim.right):
        end = _walk(steps, half, lambda k, x: x + 1)[-1]
        where = f"on x**2/2 + x from 0 at {claim.symbol} = 1/10"
        told = found["found"].get(f"{steps.system.id} {where}, theta[{steps.count}]")
        if told is not None and _number(told) != end:
            raise Rejected(f"{steps.system.id} ends at {end} {where}")


@proved.register
def vanishes(claim: Vanishes, known: Obligations) -> None:
    """A quotient of polynomials divided by a power stays bounded at exact points."""
    ranges = symbol_ranges([claim.expr, *claim.where], claim.parameters)
    rest = {name: own for name, own in ranges.items() if name != str(claim.symbol)}
    allowed, node = Allowed(ranges, [tree(x) for x in claim.where]), tree(claim.expr)
    for values in random_points(rest, claim.where, random.Random(1), 3):
        sizes = [_scaled(node, claim, values, Fraction(1, 2**k)) for k in (20, 40)]
        if abs(sizes[1]) > 2 * abs(sizes[0]) + Fraction(1, 2**10):
            raise Rejected(f"it is not O({claim.symbol}**{claim.order}) at a point")
        for k in range(claim.order):
            name = f"coefficient of {claim.symbol}**{k}"
            known.equation(name, Point(values, EXACT), Fraction(0), Fraction(0), allowed)
    known.weak.append("the order was seen at exact points only")


@refuted.register
def lingers(claim: Vanishes, found: Mapping[str, Any]) -> None:
    """A point at which a quotient of polynomials divided by a power grows without bound."""
    point = {name: _number(x) for name, x in found["point"].items()}
    names = {str(s) for s in sympy.sympify(claim.expr).free_symbols} - {str(claim.symbol)}
    values = {name: point.get(name, Fraction(1)) for name in names}
    node = tree(claim.expr)
    sizes = [abs(_scaled(node, claim, values, Fraction(1, 2**k))) for k in (20, 40)]
    if sizes[1] <= 2**15 * sizes[0]:
        raise Rejected("it is of the order that is claimed at the counterexample")


def _scaled(node: Any, claim: Any, values: Mapping[str, Any], rate: Fraction) -> Fraction:
    found = Point({**values, str(claim.symbol): rate}, EXACT)(node)
    return Fraction(found) / rate ** int(claim.order)


__all__ = ["agree", "closer", "coefficient", "coefficients", "difference", "disagree", "error"]

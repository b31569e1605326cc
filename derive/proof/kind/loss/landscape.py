"""What a polynomial loss is like at a point: stationary, a minimum, a maximum or a saddle.

The gradient decides first, then whether the Hessian is definite. Where it is not, the loss is
followed along polynomial curves through the point: the leading term in the curve's parameter says
whether there are higher or lower values arbitrarily near. All numbers are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy
from sympy import Expr, Poly, Rational, Symbol, sympify

from optwright.derive.claim.loss.landscape import CriticalPoint, MixedPartials
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import Unsupported
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign.inequality import decide_nonneg

_FACTORS = (0, 1, -1, Rational(3, 2), 2, -2, Rational(1, 2))
"""Factors a, b, … of the curves (a s**k, b s**l, …) that are tried."""
_S = Symbol("s", real=True)
_AGAINST = {"minimum": "down", "maximum": "up"}


@dataclass(frozen=True)
class Way:
    """A curve through a point, with parameter s, and the change of the loss along it.

    side: the sign of s. Near 0 the change has the sign of its leading term, or is 0 throughout.
    """

    curve: Mapping[Expr, Expr]
    change: Poly
    side: int

    @property
    def near(self) -> Rational:
        """A parameter at which the change has the sign of its leading term."""
        step = Rational(self.side, 10)
        if not self.change.is_zero:
            (order,), lead = self.change.terms()[-1]
            while self.change.eval(step) * lead * self.side**order <= 0:
                step /= 10
        return step

    def __str__(self) -> str:
        place = ", ".join(f"{x} = {p}" for x, p in self.curve.items())
        return f"{place} with s {'>' if self.side > 0 else '<'} 0: {self.change.as_expr()}"


@decide.register
def _critical_point(claim: CriticalPoint, budget_s: float = 5.0) -> Verdict:
    """Prove or refute by derivatives at the point, and by curves through it."""
    place = {x: sympify(p) for x, p in claim.at.items()}
    try:
        loss = Poly(sympify(claim.loss), *place, domain="QQ")
    except (sympy.PolynomialError, sympy.CoercionFailed):
        return undecided(f"{claim.loss} is no polynomial with rational coefficients")
    gradient = [loss.diff(x).eval(place) for x in place]
    slope = _shown("gradient", gradient)
    if any(gradient):
        return _refuted(claim, (slope,), ("gradient", str(gradient)))
    if claim.what == "stationary":
        return _proved(slope)
    hessian = sympy.Matrix([[loss.diff(x).diff(y).eval(place) for y in place] for x in place])
    bend = _shown("Hessian", hessian.tolist())
    only = _definite(hessian)
    strict = ("level",) if claim.what.startswith("strict") else ()
    enough = () if claim.what == "saddle" else (_AGAINST[claim.what.split()[-1]], *strict)
    ways = {} if only else explored(loss, place, enough)
    shown = (slope, bend, *(_shown(f"a way {name}", w) for name, w in ways.items()))
    if len(place) == len(ways) == 1:
        (only,) = ways  # in one variable the leading term tells everything
    if only in ("up", "down"):
        best = "strict minimum" if only == "up" else "strict maximum"
        if claim.what in (best, best.removeprefix("strict ")):
            return _proved(*shown)
        if claim.what == "saddle":
            return _refuted(claim, shown, (f"it is a {best}, the Hessian", str(hessian.tolist())))
        curve = {x: p + _S for x, p in place.items()}
        return _refuted(claim, shown, *_compared(claim, loss, Way(curve, _change(loss, curve), 1)))
    if claim.what == "saddle" and {"up", "down"} <= ways.keys():
        return _proved(*shown)
    for name in enough:
        if name in ways:
            return _refuted(claim, shown, *_compared(claim, loss, ways[name]))
    if claim.what in ("minimum", "maximum"):
        gap = (loss - loss.eval(place)).as_expr() * (1 if claim.what == "minimum" else -1)
        bound = decide_nonneg(sympy.expand(gap), Domain(), budget_s=budget_s)
        if bound.status == "proved":
            steps = "; ".join(bound.certificate)
            return _proved(*shown, Obligation("everywhere", f"{gap} >= 0", steps, "proved"))
    return undecided(
        f"the Hessian {hessian.tolist()} is degenerate", "polynomial curves", obligations=shown
    )


def _compared(claim: CriticalPoint, loss: Poly, way: Way) -> list[tuple[str, str]]:
    """The loss at the point and at one near it."""
    there = {x: p.subs(_S, way.near) for x, p in way.curve.items()}
    here = {x: p.subs(_S, 0) for x, p in way.curve.items()}
    return [
        (f"loss at {', '.join(f'{x} = {p}' for x, p in place.items())}", str(loss.eval(place)))
        for place in (here, there)
    ]


def _proved(*obligations: Obligation) -> Verdict:
    return Verdict("proved", obligations, None, "this point")


def _refuted(
    claim: CriticalPoint, obligations: Sequence[Obligation], *found: tuple[str, str]
) -> Verdict:
    what = f"it is {'stationary' if claim.what == 'stationary' else f'a {claim.what}'}"
    failed = Obligation(claim.what, str(claim.loss), "; ".join(x for _, x in found), "refuted")
    place = (("loss", str(claim.loss)), *((str(x), str(p)) for x, p in claim.at.items()))
    counterexample = Counterexample(place, found, what)
    return Verdict("refuted", (*obligations, failed), counterexample, "this point")


def explored(loss: Poly, place: Mapping[Expr, Expr], enough: Sequence[str] = ()) -> dict[str, Way]:
    """A way up, a way down and a level way from a point, as far as curves show them.

    enough: one of these ways is enough to stop at.
    """
    found: dict[str, Way] = {}
    for powers in product((1, 2, 3), repeat=len(place)):
        for factors in product(_FACTORS, repeat=len(place)):
            first = next((a for a in factors if a), None)
            if first not in (1, -1) or any(
                k > 1 and not a for a, k in zip(factors, powers, strict=True)
            ):
                continue  # no curve, or one that others are up to the scale of s
            curve = {
                x: p + a * _S**k
                for (x, p), a, k in zip(place.items(), factors, powers, strict=True)
            }
            change = _change(loss, curve)
            if change.is_zero:
                found.setdefault("level", Way(curve, change, 1))
            else:
                (order,), lead = change.terms()[-1]
                for side in (1, -1):
                    name = "up" if lead * side**order > 0 else "down"
                    found.setdefault(name, Way(curve, change, side))
            if {"up", "down"} <= found.keys() or found.keys() & set(enough) or len(place) == 1:
                return found
    return found


def _change(loss: Poly, curve: Mapping[Expr, Expr]) -> Poly:
    """How the loss changes along a curve from its point at s = 0."""
    moved = loss.as_expr().subs(curve, simultaneous=True)
    return Poly(sympy.expand(moved - moved.subs(_S, 0)), _S, domain="QQ")


def _definite(hessian: sympy.Matrix) -> str:
    """ "up" for positive definite, "down" for negative definite, else nothing (Sylvester)."""
    minors = [hessian[:k, :k].det() for k in range(1, hessian.rows + 1)]
    if all(d > 0 for d in minors):
        return "up"
    return "down" if all(d * (-1) ** k > 0 for k, d in enumerate(minors, 1)) else ""


def _shown(name: str, what: Any) -> Obligation:
    return Obligation(name, f"{name} = {what}", str(what), "proved")


@decide.register
def _mixed_partials(claim: MixedPartials, budget_s: float = 5.0) -> Verdict:
    """Take the limits of difference quotients, which cancel to polynomials over polynomials."""
    loss = sympify(claim.loss)
    place = {x: sympify(p) for x, p in claim.at.items()}
    if claim.value is None:
        above, below = (part.subs(place) for part in sympy.fraction(sympy.together(loss)))
        if below == 0:
            return undecided(f"{loss} is not defined at the point: give its value there")
        value = above / below
    else:
        value = sympify(claim.value)
    x, y = place
    try:
        found = (_mixed(loss, value, place, x, y), _mixed(loss, value, place, y, x))
    except Unsupported as error:
        return undecided(str(error))
    names = f"f_{x}{y}", f"f_{y}{x}"
    shown = tuple(_shown(n, v) for n, v in zip(names, found, strict=True))
    claimed = found[0], found[0]
    expect = f"{names[0]} = {names[1]}"
    if claim.values is not None:
        claimed = sympify(claim.values[0]), sympify(claim.values[1])
        expect = f"{names[0]} = {claimed[0]}, {names[1]} = {claimed[1]}"
    if claimed == found:
        return Verdict("proved", shown, None, "this point")
    point = (("f", str(loss)), *((str(s), str(p)) for s, p in place.items()))
    failed = Obligation(expect, expect, f"{names[1]} = {found[1]}", "refuted")
    numbers = tuple((n, str(v)) for n, v in zip(names, found, strict=True))
    return Verdict(
        "refuted", (*shown, failed), Counterexample(point, numbers, expect), "this point"
    )


def _mixed(loss: Expr, value: Expr, place: Mapping[Expr, Expr], x: Expr, y: Expr) -> Expr:
    """The derivative along y of the derivative along x, at the point."""
    h, k = Symbol("h", real=True), Symbol("k", real=True)

    def f(dx: Expr, dy: Expr) -> Expr:
        if dx == 0 and dy == 0:
            return value
        return loss.subs({x: place[x] + dx, y: place[y] + dy}, simultaneous=True)

    def limit(quotient: Expr, letter: Expr) -> Expr:
        """The limit for letter -> 0 of a quotient of polynomials."""
        above, below = sympy.fraction(sympy.cancel(sympy.together(quotient)))
        if not (above.is_polynomial() and below.is_polynomial()):
            raise Unsupported(f"{quotient} is no quotient of polynomials")
        if below.subs(letter, 0) == 0:
            raise Unsupported(f"{quotient} is not bounded for {letter} -> 0")
        return sympy.cancel(above.subs(letter, 0) / below.subs(letter, 0))

    zero = sympify(0)
    off = limit((f(h, k) - f(zero, k)) / h, h)  # f_x at a point beside the given one
    here = limit((f(h, zero) - f(zero, zero)) / h, h)
    return limit((off - here) / k, k)


__all__ = ["Way", "explored"]

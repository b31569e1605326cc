"""What a counterexample says, as numbers: its point, its runs, its matrices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy

from optwright.derive.certificate.form import Tree, unknowns
from optwright.derive.certificate.tree import tree
from optwright.derive.interpret import DECIMAL50, EXACT, Field, Inexact
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.word import Table
from optwright.derive.judge.point.domain import make_integer, symbol_ranges
from optwright.derive.judge.point.obligation import Unbound, contains, range_box
from optwright.derive.judge.point.value import Near, Number, Point, Unvalued

Found = Mapping[str, Any]
"""A counterexample as plain data: its point, what was found there, its runs."""


def stated_number(text: Any, f: Field) -> Number:
    """An exact number that was written as text."""
    try:
        return f.number(Fraction(text))
    except ValueError:  # no fraction: an expression
        return Point({}, f)(tree(sympy.sympify(text, rational=True)))


def stated_fraction(x: Any) -> Fraction:
    """A number of a claim; one written with a decimal point is the decimal."""
    return Fraction(str(sympy.sympify(x, rational=True)))


def either(run: Callable[[Field], Any]) -> Any:
    """What a check finds in fractions, or else in fifty digits."""
    try:
        return run(EXACT)
    except (Inexact, Unvalued):
        return run(DECIMAL50)


def loss_of(record: Mapping[str, Any], f: Field, step: int, kind: str, args: Any) -> list[Number]:
    """What the losses a*x**2/2 + c*x of a run answer in a step."""
    sides = record["objective"]
    a, c = (
        stated_number(sides[name][min(step, len(sides[name])) - 1], f)
        for name in ("curvature", "slope")
    )
    x = args[0][0]
    match kind:
        case "grad":
            return [f.add([f.multiply([a, x]), c])]
        case "value":
            half = f.number(Fraction(1, 2))
            return [f.add([f.multiply([half, a, x, x]), f.multiply([c, x])])]
        case "hessian" | "hessian_diagonal":
            return [a]
        case "hvp":
            return [f.multiply([a, args[1][0]])]
        case "noise":
            return [f.number(Fraction((3 * step + 5 * int(x)) % 7 - 3, 2))]
    raise Unbound(f"a run that asks {kind}")


def rows_of(record: Mapping[str, Any], steps: int, f: Field) -> list[dict[str, Number]]:
    """The hyperparameters of a run by step, those of step 0 and one later step among them."""
    given = [{name: stated_number(x, f) for name, x in row.items()} for row in record["hyper"]]
    return [given[min(max(k, 1), len(given)) - 1] if given else {} for k in range(steps + 2)]


def last_step(found: Found) -> int:
    """The step that a counterexample is about."""
    if "t" in found["point"]:
        return int(found["point"]["t"])
    for name in found["found"]:
        index = re.search(r"\[(\d+)\]$", name)
        if index:
            return int(index[1])
    raise Unbound("a counterexample that names no step")


def real_value(node: Tree, point: Point) -> Number | None:
    """A value, None where there is none that is real and finite."""
    try:
        return point(node)
    except Unvalued:
        if point.field is EXACT:
            raise
        return None


def is_false(fact: Tree, point: Point) -> bool:
    """Whether a relation fails; two numbers too near to tell count as equal."""
    try:
        return not point.truth(fact)
    except Near:
        return bool(fact[0] == "!=")


def given_point(claim: Any, exprs: Sequence[Any], found: Found, f: Field) -> Point:
    """The point of a counterexample, inside the claim's domain."""
    names = {n for e in exprs for n in unknowns(tree(e))}
    if not names <= set(found["point"]):
        raise Unbound("a counterexample that leaves unknowns open")
    values = {name: stated_number(found["point"][name], f) for name in names}
    ranges = symbol_ranges(exprs, claim.parameters)
    make_integer(ranges, getattr(claim, "integers", ()))
    for name, x in values.items():
        if name in ranges and not contains(range_box(ranges[name]), x):
            raise Rejected(f"{name} = {x} is outside the range of {name}")
    point = Point(values, f)
    if not all(point.truth(tree(fact)) for fact in claim.where):
        raise Rejected("a counterexample that does not fulfil the assumptions")
    return point


def matrix_of(text: str) -> Table:
    """The rows of "[[1, 2], [3, 4]]"."""
    rows = re.findall(r"\[([^\[\]]*)\]", text)
    return tuple(tuple(Fraction(x.strip()) for x in row.split(",")) for row in rows)


__all__ = [
    "Found",
    "either",
    "given_point",
    "is_false",
    "last_step",
    "loss_of",
    "matrix_of",
    "real_value",
    "rows_of",
    "stated_fraction",
    "stated_number",
]

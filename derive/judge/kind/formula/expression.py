"""Single expressions at points of their domain, finite sums, and several claims at once."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import partial

import sympy

from optwright.derive.certificate.form import Tree
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality, SumOf
from optwright.derive.interpret import Field
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.domain import make_integer, random_points, symbol_ranges
from optwright.derive.judge.point.found import Found, either, given_point, is_false, stated_number
from optwright.derive.judge.point.obligation import Allowed, Obligations, Unbound
from optwright.derive.judge.point.pair import in_fields
from optwright.derive.judge.point.run import Values
from optwright.derive.judge.point.value import Number, Point, Unvalued, near
from optwright.derive.judge.registry import bind, proved, refuted
from optwright.derive.language.symbol import Range


@proved.register
def identity(claim: Identity, known: Obligations) -> None:
    """An equation between two expressions."""
    left, right = sympy.sympify(claim.left), sympy.sympify(claim.right)
    ranges = symbol_ranges([left, right, *claim.where], claim.parameters)
    make_integer(ranges, claim.integers)
    allowed = Allowed(ranges, [tree(x) for x in claim.where])
    a, b = tree(left), tree(right)
    certificate = known.take(claim.name)
    if certificate and certificate.get("left") == a and certificate.get("right") == b:
        allowed.check(claim.name, certificate)
    for values in random_points(ranges, claim.where, random.Random(1), 3):
        in_fields(partial(_equation, known, claim.name, a, b, values, allowed))


def _equation(
    known: Obligations, name: str, a: Tree, b: Tree, values: Values, allowed: Allowed, f: Field
) -> None:
    point = Point({k: f.number(x) for k, x in values.items()}, f)
    known.equation(name, point, point(a), point(b), allowed)


@proved.register
def inequality(claim: Inequality, known: Obligations) -> None:
    """A relation between two expressions."""
    ranges = symbol_ranges([claim.relation, *claim.where], claim.parameters)
    make_integer(ranges, claim.integers)
    allowed = Allowed(ranges, [tree(x) for x in claim.where])
    fact = tree(claim.relation)

    def at(values: Values, f: Field) -> None:
        point = Point({k: f.number(x) for k, x in values.items()}, f)
        known.relation(claim.name, point, fact, point, allowed)

    for values in random_points(ranges, claim.where, random.Random(1), 3):
        in_fields(partial(at, values))


NATURAL = Range(sympy.Integer(1), sympy.oo, False, True, True)


@proved.register
def total(claim: SumOf, known: Obligations) -> None:
    """A finite sum: its first values, and the three obligations of the induction."""
    term, whole = tree(claim.term), tree(claim.total)
    index = str(claim.index)
    ranges = symbol_ranges([claim.term, claim.total, *claim.where], claim.parameters)
    ranges.pop(index, None)
    ranges.pop("t", None)
    where = [tree(x) for x in claim.where]
    first, later = Allowed(ranges, where, 1), Allowed(ranges | {index: NATURAL}, where, 2)
    carry = known.take("each term carries over by one factor")

    def at(values: Values, f: Field) -> None:
        base = {k: f.number(x) for k, x in values.items()}

        def put(node: Tree, t: int, i: int | None = None) -> Number:
            more = {} if i is None else {index: Fraction(i)}
            return Point({**base, "t": Fraction(t), **more}, f)(node)

        for n in range(1, 5):
            found = f.add([put(term, n, i) for i in range(1, n + 1)])
            if not near(found, put(whole, n)):
                raise Rejected(f"the sum at t = {n} is {found}")
            known.points += 1
        point = Point({**base, "t": Fraction(1), index: Fraction(1)}, f)
        known.equation("base, t = 1", point, put(term, 1, 1), put(whole, 1), first)
        factors = [f.multiply([put(term, 4, i)], [put(term, 3, i)]) for i in (1, 2, 3)]
        if not all(near(factors[0], x) for x in factors):
            raise Rejected("the factor from t - 1 to t is not one for all terms")
        for i in (1, 2, 3):
            at4 = Point({**base, "t": Fraction(4), index: Fraction(i)}, f)
            name = "each term carries over by one factor"
            known.equation(name, at4, put(term, 4, i), put(term, 4, i), later)
        step = Point({**base, "t": Fraction(4)}, f)
        left = f.add([f.multiply([factors[0], put(whole, 3)]), put(term, 4, 4)])
        known.equation("step", step, left, put(whole, 4), later)

    assert carry is None or carry
    for values in random_points(ranges, claim.where, random.Random(1), 3):
        in_fields(partial(at, values))


@proved.register
def conjunction(claim: Conjunction, known: Obligations) -> None:
    """All parts, each with its own obligations."""
    reasons = []
    for name, part in claim.parts.items():
        inner = {
            full.removeprefix(f"{name}: "): xs
            for full, xs in known.found.items()
            if full.startswith(f"{name}: ")
        }
        texts = {
            full.removeprefix(f"{name}: "): xs
            for full, xs in known.texts.items()
            if full.startswith(f"{name}: ")
        }
        own = Obligations(inner, texts=texts)
        try:
            bind(part, own)
        except Unbound as error:
            reasons.append(f"{name}: {error}")
        known.bound |= {(f"{name}: {n}", k) for n, k in own.bound}
        known.evaluated |= {f"{name}: {n}" for n in own.evaluated}
        known.weak += [f"{name}: {reason}" for reason in own.weak]
        known.points += own.points
    if reasons:
        raise Unbound("; ".join(reasons))


@refuted.register
def differs(claim: Identity, found: Found) -> None:
    """A point at which two expressions differ."""

    def at(f: Field) -> None:
        point = given_point(claim, [claim.left, claim.right, *claim.where], found, f)
        if near(point(tree(claim.left)), point(tree(claim.right))):
            raise Rejected("the two sides agree at the counterexample")

    either(at)


@refuted.register
def fails(claim: Inequality, found: Found) -> None:
    """A point at which a relation fails."""

    def at(f: Field) -> None:
        point = given_point(claim, [claim.relation, *claim.where], found, f)
        if not is_false(tree(claim.relation), point):
            raise Rejected("the relation holds at the counterexample")

    either(at)


@refuted.register
def other_sum(claim: SumOf, found: Found) -> None:
    """A small t at which a sum is another number."""

    def at(f: Field) -> None:
        values = {name: stated_number(x, f) for name, x in found["point"].items()}
        for n in (1, 2, 3):
            try:
                terms = [
                    Point({**values, "t": Fraction(n), str(claim.index): Fraction(i)}, f)(
                        tree(claim.term)
                    )
                    for i in range(1, n + 1)
                ]
                whole = Point({**values, "t": Fraction(n)}, f)(tree(claim.total))
            except Unvalued:
                continue
            if not near(f.add(terms), whole):
                return
        raise Rejected("the sum is as claimed at the counterexample")

    either(at)


@refuted.register
def one_part(claim: Conjunction, found: Found) -> str | None:
    """The part that the verdict names."""
    hint = str(found.get("hint", ""))
    parts = [part for name, part in claim.parts.items() if hint.startswith(name)]
    if len(parts) != 1:
        raise Unbound("a counterexample that names no part")
    return refuted(parts[0], {**found, "hint": hint.partition(": ")[2]})


__all__ = ["conjunction", "identity", "inequality", "total"]

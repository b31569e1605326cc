"""Counts: relations between positive integers, and the numbers that a rule keeps."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import sympy

from optwright.derive.certificate.form import Tree, unknowns
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.formula.counting import Counting, Kept
from optwright.derive.interpret import DECIMAL50, EXACT
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.word import unit
from optwright.derive.judge.point.array import Loss, Trial, flat
from optwright.derive.judge.point.found import stated_number
from optwright.derive.judge.point.obligation import Allowed, Obligations, Unbound
from optwright.derive.judge.point.run import Values, draw, inside
from optwright.derive.judge.point.value import Number, Point, near
from optwright.derive.judge.registry import proved, refuted
from optwright.derive.language.declaration import History
from optwright.derive.language.symbol import Range

LARGEST = 6
"""Up to which integers a relation is evaluated."""
_POSITIVE = Range(sympy.Integer(1), sympy.oo, False, True, True)


class Whole(Point):
    """A point at which ceilings have values too."""

    def _call(self, name: str, args: list[Tree], place: int) -> Number:
        if name == "ceiling":
            return Fraction(math.ceil(self(args[0], place)))
        return super()._call(name, args, place)


def _letters(claim: Any) -> list[str]:
    return sorted(str(s) for s in claim.relation.free_symbols)


def _small(claim: Any) -> Iterator[Values]:
    """All small integers that fulfil what is assumed."""
    letters = _letters(claim)
    for numbers in product(range(1, LARGEST + 1), repeat=len(letters)):
        values: Values = dict(zip(letters, map(Fraction, numbers), strict=True))
        if all(Whole(values, EXACT).truth(tree(fact)) for fact in claim.where):
            yield values


def _lettered(relation: Any) -> tuple[dict[Any, Any], list[Any]]:
    """A letter for each ceiling of a relation, and the facts that say what the letters are."""
    table, facts = {}, []
    for k, node in enumerate(sorted(relation.atoms(sympy.ceiling), key=str), 1):
        above, below = sympy.fraction(sympy.together(node.args[0]))
        q = sympy.Symbol(f"q_{k}" if k > 1 else "q", integer=True, positive=True)
        if q in relation.free_symbols:
            raise Unbound(f"a relation that uses the letter {q}")
        whole = above.is_integer and below.is_integer
        facts += [
            (q - 1) * below + 1 <= above if whole else (q - 1) * below < above,
            above <= q * below,
        ]
        table[node] = q
    return table, facts


@proved.register
def counting(claim: Counting, known: Obligations) -> None:
    """A relation at all small integers; its certificates with a letter for each ceiling."""
    fact = tree(claim.relation)
    for values in _small(claim):
        if not Whole(values, EXACT).truth(fact):
            raise Rejected(f"the relation fails at {values}")
        known.points += 1
    if not _letters(claim):
        known.take("arithmetic")
        known.evaluated.add("arithmetic")
        return
    ranges = dict.fromkeys(_letters(claim), _POSITIVE)
    where = list(claim.where)
    if str(claim.relation) in known.found:
        table, facts = _lettered(claim.relation)
        where += facts
        ranges |= dict.fromkeys(map(str, table.values()), _POSITIVE)
        goals = {str(claim.relation): tree(claim.relation.xreplace(table))}
        ceilings = {str(q): tree(node) for node, q in table.items()}
    else:  # ceiling(x) = r where r - 1 < x <= r
        left, right = claim.relation.args
        if not isinstance(left, sympy.ceiling) or not right.is_integer:
            raise Unbound("a relation that is no equation for a ceiling")
        above, below = sympy.fraction(sympy.together(left.args[0]))
        ends = ((right - 1) * below < above, above <= right * below)
        goals, ceilings = {str(end): tree(end) for end in ends}, {}
    allowed = Allowed(ranges, [tree(x) for x in where])
    for values in _small(claim):
        full = values | {q: Whole(values, EXACT)(node) for q, node in ceilings.items()}
        point = Whole(full, EXACT)
        if not all(point.truth(tree(x)) for x in where):
            raise Rejected("the facts that stand for a ceiling are not so")
        for name, goal in goals.items():
            if goal == ["true"]:
                known.take(name)
            else:
                known.relation(name, point, goal, point, allowed)


@refuted.register
def miscounted(claim: Counting, found: Mapping[str, Any]) -> None:
    """Integers at which a relation fails."""
    values = {name: Fraction(x) for name, x in found["point"].items()}
    if set(values) != set(_letters(claim)):
        raise Rejected("a counterexample that leaves integers open")
    if any(x < 1 or x.denominator != 1 for x in values.values()):
        raise Rejected("a counterexample that is no positive integer")
    point = Whole(values, EXACT)
    if not all(point.truth(tree(x)) for x in claim.where):
        raise Rejected("a counterexample that does not fulfil the assumptions")
    if point.truth(tree(claim.relation)):
        raise Rejected("the relation holds at the counterexample")
    for side in claim.relation.args:
        told = found["found"].get(str(side))
        if told is None or not near(stated_number(told, EXACT), point(tree(side))):
            raise Rejected(f"{side} is another number at the counterexample")


# ---- numbers kept


def kept(system: Any, n: int, sizes: Mapping[str, Fraction]) -> int:
    """How many numbers a run on n parameters has in its state, histories full."""
    rng = random.Random(1)
    longest = 0
    for s in system.state:
        if isinstance(s, History):
            own = {h.name: sizes.get(h.name, Fraction(1)) for h in system.hyper}
            longest = max(longest, int(Point(own, EXACT)(tree(s.length))))
    hyper = {h.name: sizes.get(h.name, inside(h.range, rng)) for h in system.hyper}
    losses = [
        Loss(
            tuple(tuple((k + i + 2) * x for x in row) for i, row in enumerate(unit(n))),
            tuple(draw(rng) for _ in range(n)),
        )
        for k in range(longest + 2)
    ]
    theta = [draw(rng) for _ in range(n)]
    steps = longest + 2 if longest else 0
    state = Trial(system, theta, (n,), hyper, losses).run(DECIMAL50, steps)[-1].state
    return len(flat(tuple(state.values())))


@proved.register
def memory(claim: Kept, known: Obligations) -> None:
    """The numbers in the states of runs on few parameters."""
    said = tree(claim.total)
    for n, length in ((1, 1), (2, 1), (2, 2), (3, 1), (4, 2)):
        sizes = {h.name: Fraction(length) for h in claim.system.hyper if h.name in unknowns(said)}
        point = Point({"n": Fraction(n), **sizes}, EXACT)
        count = Fraction(kept(claim.system, n, sizes))
        known.equation("numbers kept", point, count, point(said), Allowed({}, []))


@refuted.register
def forgotten(claim: Kept, found: Mapping[str, Any]) -> None:
    """A number of parameters for which a rule keeps another number."""
    values = {name: Fraction(x) for name, x in found["point"].items()}
    n = values.get("n", Fraction(2))
    if any(x < 1 or x.denominator != 1 for x in values.values()):
        raise Rejected("a counterexample that is no positive integer")
    wanted = Point({"n": n, **values}, EXACT)(tree(claim.total))
    gap = kept(claim.system, int(n), values) - wanted
    if gap == 0:
        raise Rejected("the rule keeps as many numbers as claimed")
    if Fraction(found["found"]["left - right"]) != gap:
        raise Rejected("another number of them is kept")


__all__ = ["counting", "forgotten", "kept", "memory", "miscounted"]

"""Counterexamples found again: the numbers of a refutation, put into the claim by itself."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from optwright.derive.certificate.tree import (
    Near,
    Number,
    Point,
    Tree,
    Unvalued,
    near,
    tree,
    unknowns,
)
from optwright.derive.interpret import DECIMAL50, EXACT, Ambiguous, Field, Inexact
from optwright.derive.judge.kernel.algebra import Rejected
from optwright.derive.judge.kernel.word import Table, evaluate, identity_data
from optwright.derive.judge.point.bind import (
    Unbound,
    _contains,
    _Pair,
    _range_box,
    _symbols,
    _told,
    _whole,
)
from optwright.derive.judge.point.run import System, Values, numbers, shifted, table

Found = Mapping[str, Any]
"""A counterexample as plain data: its point, what was found there, its runs."""


def _number(text: Any, f: Field) -> Number:
    """An exact number that was written as text."""
    try:
        return f.number(Fraction(text))
    except ValueError:  # no fraction: an expression
        return Point({}, f)(tree(sympy.sympify(text, rational=True)))


def _either(run: Callable[[Field], Any]) -> Any:
    try:
        return run(EXACT)
    except (Inexact, Unvalued):
        return run(DECIMAL50)


def _loss(record: Mapping[str, Any], f: Field, step: int, kind: str, args: Any) -> list[Number]:
    """What the losses a*x**2/2 + c*x of a run answer in a step."""
    sides = record["objective"]
    a, c = (
        _number(sides[name][min(step, len(sides[name])) - 1], f) for name in ("curvature", "slope")
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


def _rows(record: Mapping[str, Any], steps: int, f: Field) -> list[dict[str, Number]]:
    given = [{name: _number(x, f) for name, x in row.items()} for row in record["hyper"]]
    return [given[min(max(k, 1), len(given)) - 1] if given else {} for k in range(steps + 2)]


def _last(found: Found) -> int:
    """The step that a counterexample is about."""
    if "t" in found["point"]:
        return int(found["point"]["t"])
    for name in found["found"]:
        index = re.search(r"\[(\d+)\]$", name)
        if index:
            return int(index[1])
    raise Unbound("a counterexample that names no step")


def _real(node: Tree, point: Point) -> Number | None:
    """A value, None where there is none that is real and finite."""
    try:
        return point(node)
    except Unvalued:
        if point.field is EXACT:
            raise
        return None


def simulation(claim: Any, found: Found) -> None:
    """Two runs whose observed values differ."""
    if not found["runs"]:
        raise Unbound("a counterexample without runs")
    _either(lambda f: _simulated(claim, found, f))


def _simulated(claim: Any, found: Found, f: Field) -> None:
    record, steps = found["runs"][0], _last(found)
    pair = object.__new__(_Pair)
    pair.claim, pair.field, pair.size, pair.rng = claim, f, 1, random.Random(0)
    pair.hyper = _rows(record, steps, f)
    if not all(pair.fits(n) for n in range(1, steps + 1)):
        raise Rejected("the hyperparameters of a counterexample are not allowed")
    pair.left = System(claim.left, [_number(record["theta"], f)], pair.hyper[1], f)
    pair.states, pair.heard = [pair.left.state], [{}]
    pair.right = System(claim.right, pair.begin(), pair.theirs(1), f)

    def hear(n: int) -> Callable[[str, Any], list[Number]]:
        def answer(kind: str, args: Any) -> list[Number]:
            moved = args if kind == "noise" else (pair.moved(args[0]), *args[1:])
            return pair.hears(kind, _loss(record, f, n, kind, moved))

        return answer

    for _ in range(claim.shift):
        pair.right.step(pair.theirs(1), hear(1))
    for n in range(1, steps + 1):
        pair.left.step(pair.hyper[n], partial(_loss, record, f, n))
        pair.states.append(pair.left.state)
        said = {"g": _loss(record, f, n, "grad", pair.left.asked[0][1])} if pair.left.asked else {}
        values = pair.known(n, pair.states, said)
        if not _told(claim.assume, values, f, 1, "t"):
            raise Rejected(f"step {n} of a counterexample does not fulfil the assumptions")
        pair.right.step(pair.theirs(n), hear(n))
    theta = sympy.Symbol("theta[t]")
    hyper = [pair.theirs(k) for k in range(1, steps + 1)]
    right = table([{}] * steps + [pair.right.state], [hyper[0], *hyper, hyper[-1]], (), steps, {})
    for of_right, of_left in claim.observe or [(theta, claim.state.get("theta", theta))]:
        a = _real(tree(of_right), Point(right, f))
        b = _real(tree(of_left), Point(pair.known(steps, pair.states), f))
        if (a is None) != (b is None) or (a is not None and not near(a, b)):
            return
    raise Rejected("the runs of a counterexample do not differ")


def invariant(claim: Any, found: Found) -> None:
    """A run in which a step violates a relation."""
    if claim.moments or not found["runs"]:
        raise Unbound("a counterexample of means" if claim.moments else "one without runs")
    _either(lambda f: _violated(claim, found, f))


def _violated(claim: Any, found: Found, f: Field) -> None:
    record, steps = found["runs"][0], _last(found)
    hyper = _rows(record, steps, f)
    ranges = {h.name: _range_box(h.range) for h in (*claim.system.hyper, *claim.parameters)}
    for row in hyper[1:]:
        if any(name in ranges and not _contains(ranges[name], x) for name, x in row.items()):
            raise Rejected("the hyperparameters of a counterexample are not allowed")
    theta = _number(record["theta"], f)
    begin = getattr(claim, "begin", None)
    if begin is not None:
        theta = Point(table([{}], hyper, claim.varying, 0, {}), f)(shifted(tree(begin), 0))
    system = System(claim.system, [theta], hyper[1], f)
    states = [system.state]
    heard: Values = {}
    for n in range(1, steps + 1):
        heard = {}

        def answer(kind: str, args: Any, n: int = n, heard: Values = heard) -> list[Number]:
            own = _loss(record, f, n, kind, args)
            said = claim.answer.get(kind)
            if said is not None:
                values = {**table([{}], hyper, claim.varying, n, {}), "answer": own,
                          "point": args[0]}  # fmt: skip
                own = numbers(tree(said), Point(values, f))
            heard[f"g_{len(heard) + 1}" if heard else "g"] = own
            return own

        system.step(hyper[n], answer)
        assigned = {k: x for k, x in system.assigned.items() if k != "theta"}
        states.append({**assigned, **system.state})
        values = table(states, hyper, claim.varying, n, heard)
        if not _told(claim.assume, values, f, 1, "t"):
            raise Rejected(f"step {n} of a counterexample does not fulfil the assumptions")
    values = table(states, hyper, claim.varying, steps, heard)
    if not _told(getattr(claim, "given", ()), values, f, 1, "t") or steps < claim.first:
        raise Rejected("a counterexample of a step of which nothing is claimed")
    if claim.last is not None and steps > claim.last:
        raise Rejected("a counterexample of a step of which nothing is claimed")
    if not any(_false(tree(r), Point(values, f)) for r in claim.relations):
        raise Rejected("the relations hold in the run of a counterexample")


def _false(fact: Tree, point: Point) -> bool:
    try:
        return not point.truth(fact)
    except Near:
        return bool(fact[0] == "!=")


def _given(claim: Any, exprs: Sequence[Any], found: Found, f: Field) -> Point:
    """The point of a counterexample, inside the claim's domain."""
    names = {n for e in exprs for n in unknowns(tree(e))}
    if not names <= set(found["point"]):
        raise Unbound("a counterexample that leaves unknowns open")
    values = {name: _number(found["point"][name], f) for name in names}
    ranges = _symbols(exprs, claim.parameters)
    _whole(ranges, getattr(claim, "integers", ()))
    for name, x in values.items():
        if name in ranges and not _contains(_range_box(ranges[name]), x):
            raise Rejected(f"{name} = {x} is outside the range of {name}")
    point = Point(values, f)
    if not all(point.truth(tree(fact)) for fact in claim.where):
        raise Rejected("a counterexample that does not fulfil the assumptions")
    return point


def identity(claim: Any, found: Found) -> None:
    """A point at which two expressions differ."""

    def at(f: Field) -> None:
        point = _given(claim, [claim.left, claim.right, *claim.where], found, f)
        if near(point(tree(claim.left)), point(tree(claim.right))):
            raise Rejected("the two sides agree at the counterexample")

    _either(at)


def inequality(claim: Any, found: Found) -> None:
    """A point at which a relation fails."""

    def at(f: Field) -> None:
        point = _given(claim, [claim.relation, *claim.where], found, f)
        if not _false(tree(claim.relation), point):
            raise Rejected("the relation holds at the counterexample")

    _either(at)


def total(claim: Any, found: Found) -> None:
    """A small t at which a sum is another number."""

    def at(f: Field) -> None:
        values = {name: _number(x, f) for name, x in found["point"].items()}
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

    _either(at)


def every_step(claim: Any, found: Found) -> None:
    """A step at which a relation in t fails."""
    n = _last(found)
    if n < claim.first or (claim.last is not None and n > claim.last):
        raise Rejected("a counterexample of a step of which nothing is claimed")

    def at(f: Field) -> None:
        if not _false(tree(claim.relation), Point({"t": Fraction(n)}, f)):
            raise Rejected("the relation holds at the counterexample")

    _either(at)


def words(claim: Any, found: Found) -> None:
    """Exact matrices at which an equation between words fails."""
    lowered = hasattr(claim, "lowered")
    step = claim.lowered() if lowered else None
    said = claim.said(step) if lowered else claim.equations
    rules = (*(step.rules if step is not None else ()), *getattr(claim, "rules", ()))
    matrices = {name: _matrix(text) for name, text in found["point"].items()}
    n = max((len(x) for x in matrices.values()), default=1)
    positive = step.positive if step is not None else ()
    for name, (left, right) in said.items():
        if not any(str(where).endswith(name) for where in found["found"]):
            continue
        data = identity_data(left, right, rules)
        for head, *args in data["steps"]:
            if head == "letter":
                letter, rows, columns, symmetric = args
                x = matrices.get(letter)
                if x is None:
                    raise Unbound(f"a counterexample without {letter}")
                shape = tuple(n if isinstance(k, str) else k for k in (rows, columns))
                if (len(x), len(x[0])) != shape or (symmetric and x != tuple(zip(*x, strict=True))):
                    raise Rejected(f"{letter} of a counterexample is no such matrix")
        values = evaluate(data["steps"], matrices, n)
        if any(values[a] is None or values[a] != values[b] for a, b in data["rules"]):
            raise Rejected("a counterexample that breaks the rules")
        for number in positive:
            own = identity_data(number, number, ())
            names = {s[1] for s in own["steps"] if s[0] == "letter"}
            if names <= set(matrices):
                value = evaluate(own["steps"], matrices, n)[own["left"]]
                if value is None or value[0][0] <= 0:
                    raise Rejected("a counterexample with a number that is not positive")
        a, b = values[data["left"]], values[data["right"]]
        if a is not None and b is not None and a != b:
            return
        raise Rejected(f"{name} holds at the counterexample")
    raise Unbound("a counterexample that names no equation")


def _matrix(text: str) -> Table:
    rows = re.findall(r"\[([^\[\]]*)\]", text)
    return tuple(tuple(Fraction(x.strip()) for x in row.split(",")) for row in rows)


HANDLERS: dict[str, Callable[[Any, Found], str | None]] = {
    "Simulation": simulation,
    "Always": invariant,
    "Identity": identity,
    "Inequality": inequality,
    "SumOf": total,
    "EveryStep": every_step,
    "WordIdentity": words,
    "MatrixIdentity": words,
    "Minimiser": words,
}
"""How a counterexample of a class of claims is found again: what of it was seen in part, if any."""


def check(claim: Any, found: Found, hint: str = "") -> str | None:
    """Replay a counterexample: what was seen of it in part only, None if all was.

    Raises Rejected where it is none, Unbound if that is not known.
    """
    if type(claim).__name__ == "Conjunction":
        parts = [part for name, part in claim.parts.items() if hint.startswith(name)]
        if len(parts) != 1:
            raise Unbound("a counterexample that names no part")
        inner = hint.partition(": ")[2]
        return check(parts[0], found, inner)
    handler = HANDLERS.get(type(claim).__name__)
    if handler is None:
        raise Unbound(f"counterexamples of the kind {claim.kind} are not replayed")
    try:
        return handler(claim, found)
    except (Unvalued, Ambiguous, Inexact) as error:
        raise Unbound(f"no value at the counterexample: {error}") from error


__all__ = ["HANDLERS", "check"]

"""Counterexamples run again by the reference interpreter, which shares no code with the prover.

A counterexample kept as plain data becomes runs again (`revived`), any engine's numbers for these
runs are a `EngineRun`, and `contradiction` says what in them contradicts the claim.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import singledispatch
from itertools import product
from typing import Any

import numpy as np
import sympy
from sympy import Basic, Expr, Integer, Rational, sympify

from optwright.derive import interpret as reference
from optwright.derive.claim.formula.expression import Conjunction, Refutation
from optwright.derive.claim.loss.order import Steps
from optwright.derive.claim.loss.path import Path
from optwright.derive.claim.problem import ANSWER, POINT, Objective
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.verdict import Counterexample
from optwright.derive.error import NotExact, Unsupported
from optwright.derive.interpret import DECIMAL50, EXACT, Field, Inexact, fraction
from optwright.derive.language.declaration import Optimizer, theta
from optwright.derive.language.entry import one_entry
from optwright.derive.language.symbol import Variable, t
from optwright.derive.proof.run.array import ArrayObjective, ArrayRun, vector
from optwright.derive.proof.run.exact import Run, answered
from optwright.derive.proof.run.system import THETA, Question, at, evaluate

TOLERANCE = Decimal(10) ** -40
"""By how much a replayed number may differ where it is irrational."""


def replay(found: Counterexample, *of: Any) -> bool:
    """Whether every run of a counterexample gives the same states in the reference interpreter.

    of: the claims or the systems that the runs are of. Exactly where all numbers are rational, else
    to forty digits; of a run followed in intervals, the states that it shows must lie in them.
    """
    known = [x for x in of if isinstance(x, Optimizer)]
    claims = [x for x in of if not isinstance(x, Optimizer)]
    known += [x for claim in claims for part in parts(claim) for x in systems(part)]
    return all(any(_repeats(record, x) for x in dict.fromkeys(known)) for record in found.runs)


def _repeats(record: Mapping[str, Any], system: Optimizer) -> bool:
    try:
        run = run_of(record, system)
        if isinstance(run, ArrayRun):
            return run.as_dict() == record and run.again()
        kept = record["states"]
        if any(text.startswith("[") for state in kept for text in state.values()):
            pairs = zip(interpreted(run).states, kept, strict=True)
            return all(_within(x, there[n]) for here, there in pairs for n, x in here.items())
        same = [{n: str(x) for n, x in state.items()} for state in run.states] == kept
        return same and system.id == record["optimizer"] and agrees(run)
    except (NotExact, Unsupported, ArithmeticError, TypeError, KeyError):
        return False


def _within(x: Any, kept: str) -> bool:
    """Whether a number of the interpreter is the one that was kept, or lies in the interval."""
    low, *high = map(Fraction, kept.strip("[]").split(", "))
    gap = Fraction(TOLERANCE)
    return low - gap <= Fraction(fraction(x)) <= (high or [low])[0] + gap


def agrees(run: Run | ArrayRun) -> bool:
    """Whether the reference interpreter finds the states of a run."""
    if isinstance(run, ArrayRun):
        return run.again()
    try:
        found = interpreted(run)
    except Inexact:
        return False
    return follows(found, run, TOLERANCE if found.engine != EXACT.name else Decimal(0))


# --- trajectories ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class EngineRun:
    """What an engine computed for a run: numbers that are taken exactly as they are.

    states: the values after 0, 1, … steps by name. values: what else a step assigned, by step from
    1, where the engine tells it. answers: what the oracles said in each step, in order of asking.
    """

    engine: str
    states: tuple[Mapping[str, Any], ...]
    values: tuple[Mapping[str, Any], ...]
    answers: tuple[tuple[Any, ...], ...]


def interpreted(run: Run) -> EngineRun:
    """A run in the reference interpreter: in fractions if all numbers are, else to fifty digits.

    Raises Inexact for a run that leaves the real numbers.
    """
    try:
        return _interpreted(run, EXACT)
    except Inexact:
        return _interpreted(run, DECIMAL50)


def _interpreted(run: Run, field: Field) -> EngineRun:
    snapshot = reference.start(run.system, [_array(run.theta)], _hyper(run, 1), field)
    names = [s.name for s in run.system.state]

    def seen() -> dict[str, Any]:
        return {THETA: first(snapshot.theta)} | {n: first(snapshot.state[n]) for n in names}

    states, values, answers = [seen()], [], []
    for number in range(1, run.steps + 1):
        heard: list[Any] = []
        asked = oracles(run, number, heard)
        snapshot = reference.advance(run.system, snapshot, _hyper(run, number), asked)
        states.append(seen())
        values.append({n: first(x) for n, x in snapshot.values.items() if not isinstance(x, dict)})
        answers.append(tuple(heard))
    return EngineRun(field.name, tuple(states), tuple(values), tuple(answers))


def follows(found: EngineRun, run: Run, tolerance: Any) -> bool:
    """Whether a trajectory has the states of an exact run, up to a relative tolerance.

    Where the run leaves the real numbers, so must the trajectory, in the same step.
    """
    real = len(run.states)
    if real < len(found.states) and all(math.isfinite(x) for x in found.states[real].values()):
        return False
    return real <= len(found.states) and all(
        near(have[name], _plain(x), tolerance)
        for have, want in zip(found.states, run.states, strict=False)
        for name, x in want.items()
        if name in have
    )


class NoRun(ValueError):
    """A kept run that the declarations do not repeat."""


def revived(claim: Any, records: Sequence[Mapping[str, Any]]) -> tuple[Any, tuple[Run, ...]]:
    """Kept runs as runs again, with the claim or the part of it that they are about.

    The systems are those of the claim; each must give the states that were kept, exactly.
    Raises NoRun if none does.
    """
    for part in parts(claim):
        mine = systems(part)
        orders = [mine] if len(mine) == len(records) else []
        for chosen in (*orders, *product(mine, repeat=len(records))):
            found = tuple(map(_revived, records, chosen))
            if None not in found:
                return part, tuple(run for run in found if run is not None)
    said = " and ".join(str(r["optimizer"]) for r in records)
    raise NoRun(f"the kept runs of {said} are not what the declarations compute now")


def _revived(record: Mapping[str, Any], system: Optimizer) -> Run | None:
    run = run_of(record, system)
    if isinstance(run, ArrayRun):
        return None
    try:
        same = [{n: str(x) for n, x in state.items()} for state in run.states] == record["states"]
    except (NotExact, Unsupported, ArithmeticError, TypeError, KeyError):
        return None
    return run if same and system.id == record["optimizer"] else None


def run_of(record: Mapping[str, Any], system: Optimizer) -> Run | ArrayRun:
    """The run that was kept as plain data, of a system, whatever its states are."""
    problem, said = record["objective"], {"answer": ANSWER, "point": POINT, "t": t}
    if "shape" in record:
        return ArrayRun(
            system,
            vector(record["theta"].strip("()").split(", ")),
            tuple(record["shape"]),
            {name: Fraction(x) for name, x in record["hyper"][0].items()},
            ArrayObjective(
                tuple(map(vector, problem["curvature"])),
                tuple(map(vector, problem["slope"])),
                vector(problem["offset"]),
            ),
            len(record["states"]) - 1,
            record["noise"] and tuple(map(vector, record["noise"])),
        )
    return Run(
        system,
        sympify(record["theta"]),
        tuple({n: sympify(x) for n, x in row.items()} for row in record["hyper"]),
        Objective(tuple(map(sympify, problem["curvature"])), tuple(map(sympify, problem["slope"]))),
        len(record["states"]) - 1,
        sympify(record["point"], locals=said),
        tuple((k, sympify(x, locals=said)) for k, x in record["answer"].items()),
    )


def parts(claim: Any) -> Iterator[Any]:
    """A claim and those that it is made of."""
    yield claim
    inner: Any = ()
    if isinstance(claim, Conjunction):
        inner = claim.parts.values()
    elif isinstance(claim, Refutation):
        inner = (claim.of,)
    elif isinstance(claim, OnlyIf):
        inner = (claim.claim,)
    for part in inner:
        yield from parts(part)


def systems(claim: Any) -> tuple[Optimizer, ...]:
    """The systems that a claim names itself or by a path of its own, the left one first."""
    if isinstance(claim, Optimizer):
        return (claim,)
    values = [getattr(claim, f.name) for f in dataclasses.fields(claim)]
    flat = [y for x in values for y in (x if isinstance(x, (tuple, list)) else (x,))]
    named = [x for y in flat if isinstance(y, (Optimizer, Path, Steps)) for x in systems(y)]
    return tuple(dict.fromkeys(named))


# --- what contradicts a claim ---------------------------------------------------------------------


@dataclass(frozen=True)
class Contradiction:
    """Two numbers of trajectories of which a claim says something that is false."""

    said: str
    numbers: tuple[tuple[str, Any], ...]


@singledispatch
def contradiction(
    claim: Any, runs: Sequence[Run], found: Sequence[EngineRun], tolerance: Fraction
) -> Contradiction | None:
    """What in the last step of some trajectories certainly contradicts a claim, or None.

    Numbers that differ by no more than the tolerance, taken relatively, count as equal. Raises
    Unsupported where the claim speaks of what the trajectories do not tell.
    """
    raise Unsupported(f"claims of the kind {claim.kind} are not followed step by step")


@contradiction.register
def _of_simulation(
    claim: Simulation, runs: Sequence[Run], found: Sequence[EngineRun], tolerance: Fraction
) -> Contradiction | None:
    left, right = runs
    names = (left.system.id, right.system.id)
    names = names if names[0] != names[1] else ("left", "right")
    pairs = list(claim.observe) or [(theta[t], claim.state.get(THETA, theta[t]))]
    for of_right, of_left in pairs:
        a = _number(of_left, left, found[0], claim.varying)
        b = _number(of_right, right, found[1], ())
        if not near(a, b, tolerance):
            said = ((f"{names[0]} {of_left}", a), (f"{names[1]} {of_right}", b))
            return Contradiction("they are equal", said)
    return None


@contradiction.register
def _of_always(
    claim: Always, runs: Sequence[Run], found: Sequence[EngineRun], tolerance: Fraction
) -> Contradiction | None:
    (run,) = runs
    for relation in claim.relations:
        a = _number(relation.lhs, run, found[0], claim.varying)
        b = _number(relation.rhs, run, found[0], claim.varying)
        alike = near(a, b, tolerance)
        if isinstance(relation, sympy.Eq):
            fails = not alike
        elif isinstance(relation, sympy.Ne):
            fails = a == b
        elif alike:  # a strict relation may fail by equality, which only exact numbers show
            fails = a == b and isinstance(relation, (sympy.Gt, sympy.Lt))
        else:
            fails = relation.func(_rational(a), _rational(b)) == sympy.false
        if fails:
            said = ((str(relation.lhs), a), (str(relation.rhs), b))
            return Contradiction(str(relation), said)
    return None


def _number(expr: Any, run: Run, found: EngineRun, varying: Sequence[str]) -> Fraction:
    """An expression in the last step of a trajectory; irrational ones to fifty digits."""
    number = run.steps
    known: dict[Basic, Expr] = {}
    for k in (number - 1, number):
        known |= {Variable(n)[k]: _rational(x) for n, x in found.states[k].items()}
    told = found.values[number - 1] if found.values else {}
    for name, x in told.items():
        known.setdefault(Variable(name)[number], _rational(x))
    for place, x in enumerate(found.answers[number - 1], 1):
        name = "g" if place == 1 else f"g_{place}"
        known.setdefault(Variable(name)[number], _rational(x))
    for k in (number - 1, number, number + 1):
        known |= {Variable(n)[k]: x for n, x in run.hyper_at(k).items()}
    clock = Integer(number)
    value = evaluate(at(expr, clock, varying), known, run.hyper_at(number), clock)
    return Fraction(fraction(_plain(one_entry(value))))


def _rational(x: Any) -> Rational:
    number = Fraction(fraction(x))
    return Rational(number.numerator, number.denominator)


# --- one entry ------------------------------------------------------------------------------------


def _hyper(run: Run, step: int) -> dict[str, Any]:
    values = run.hyper_at(step)
    return {h.name: _plain(values[h.name]) for h in run.system.hyper}


def _plain(x: Expr) -> Fraction | Decimal:
    return Fraction(int(x.p), int(x.q)) if x.is_Rational else Decimal(str(x.evalf(60)))


def _array(x: Expr) -> np.ndarray[Any, Any]:
    entry = np.empty((1,), dtype=object)
    entry[0] = _plain(x)
    return entry


def first(data: Any) -> Any:
    """The only entry of data nested in arrays and tuples."""
    while isinstance(data, (tuple, list, np.ndarray)):
        data = data.flat[0] if isinstance(data, np.ndarray) else data[0]
    return data


def near(a: Any, b: Any, tolerance: Any) -> bool:
    """Whether two numbers differ by no more than a tolerance, relative where they are large."""
    if not all(math.isfinite(x) for x in (a, b)):
        return False
    gap = abs(Fraction(fraction(a)) - Fraction(fraction(b)))
    return gap <= Fraction(fraction(tolerance)) * (1 + abs(Fraction(fraction(b))))


def oracles(run: Run, step: int, heard: list[Any] | None = None) -> dict[str, Any]:
    """The scripted problem as the reference interpreter asks it, on one entry.

    heard: a list to which every answer is appended, in order of asking.
    """
    maps = dict(run.answer)

    def exact(x: Any) -> Rational:
        number = Fraction(fraction(first(x)))
        return Rational(number.numerator, number.denominator)

    def answer(kind: str, *args: Any) -> Expr:
        seen = (run.point.subs(POINT, args[0]), *args[1:])
        heard = answered(run.objective, step, Question(kind, seen))
        known = {ANSWER: heard, POINT: args[0], t: step}
        return maps[kind].subs(known) if kind in maps else heard

    def asked(kind: str) -> Any:
        def ask(*question: Any) -> Any:
            told = question if kind == "noise" else map(exact, question)
            said = answer(kind, *told)
            if heard is not None:
                heard.append(_plain(said))
            if kind == "value":
                return _plain(said)
            return _array(said).reshape(1, 1) if kind == "hessian" else [_array(said)]

        return ask

    return {
        kind: asked(kind)
        for kind in ("grad", "value", "hessian", "hessian_diagonal", "hvp", "noise")
    }


__all__ = [
    "Contradiction",
    "EngineRun",
    "NoRun",
    "agrees",
    "contradiction",
    "first",
    "follows",
    "interpreted",
    "near",
    "oracles",
    "parts",
    "replay",
    "revived",
    "run_of",
    "systems",
]

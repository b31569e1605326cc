"""Exact runs of both systems of a simulation, until they part."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, product
from typing import Any

import sympy
from sympy import Basic, Expr, Integer, sympify

from optwright.derive.claim.problem import Objective, script
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.system import answer_names
from optwright.derive.claim.verdict import Counterexample
from optwright.derive.error import NotExact, NotReal, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer, expressions, theta
from optwright.derive.language.extent import HOST
from optwright.derive.language.symbol import Value, Variable, t
from optwright.derive.proof.run.exact import Run, differ, draws, later, objectives, recorded
from optwright.derive.proof.run.system import THETA, at, evaluate

RUN_STEPS = 4
"""Steps after which an exact run gives up looking for a difference."""
NOWHERE = "no real number"
LONG_STEPS = 10
"""The same for systems that change with the clock, where shorter runs found none."""


class SimulationRuns:
    """The maps of a simulation, and runs of its systems under them."""

    def __init__(self, claim: Simulation, deadline: float) -> None:
        self.claim, self.deadline = claim, deadline
        self.left, self.right = claim.left, claim.right
        self.all_hyper = (*claim.left.hyper, *claim.parameters)

    def right_hyper(self, values: Mapping[str, Expr], clock: Expr) -> dict[str, Expr]:
        """The hyperparameters of the right system, given those of the left at this step."""
        found = {}
        for h in self.right.hyper:
            said = self.claim.hyper.get(h.name, h.symbol)
            found[h.name] = evaluate(said, {}, values, clock)
        return found

    def mapped(self, name: str) -> Expr:
        """The map of one state of the right system, in terms at t."""
        return at(self.claim.state.get(name, Variable(name)[t]), t, self.claim.varying)

    def observed(self) -> list[tuple[str, Expr, Expr]]:
        """What is to agree: a name, the expression of the right system, that of the left one."""
        pairs = list(self.claim.observe) or [(theta[t], self.claim.state.get(THETA, theta[t]))]
        return [(str(of_right), sympify(of_right), sympify(of_left)) for of_right, of_left in pairs]

    def said_begin(self, mine: Mapping[str, Expr]) -> Expr:
        """theta[0] of the right system in terms of the left one's initial state."""
        if self.claim.begin is not None:
            return at(self.claim.begin, Integer(0), self.claim.varying)
        said = at(self.mapped(THETA), Integer(0), self.claim.varying)
        value = said.xreplace({Variable(n)[0]: x for n, x in mine.items()})
        return Variable(THETA)[0] if value.has(sympy.nan, sympy.zoo) else said

    def names(self) -> tuple[str, str]:
        """What the two systems are called in texts."""
        different = self.left.id != self.right.id
        return (self.left.id, self.right.id) if different else ("left", "right")

    def runs(
        self,
        variants: int = 3,
        steps: int = RUN_STEPS,
        wanted: Callable[[Objective], bool] = lambda _: True,
    ) -> Iterator[tuple[Run, Run, Objective]]:
        """Pairs of exact runs that the claim says agree, on the problems that are wanted then."""
        claim = self.claim
        tried = [*claim.problems, *objectives()]
        for variant, objective in product(range(variants), tried):
            for origin in (Integer(1), Integer(0), Integer(2)):
                if (origin != 1 and objective not in tried[:2]) or not wanted(objective):
                    continue
                values = draws(self.all_hyper, tuple(claim.varying), steps, variant)
                try:
                    if not self.admissible(values):
                        continue
                    yield (*self.run_pair(values, origin, objective, steps), objective)
                except (NotExact, Unsupported, ZeroDivisionError, TypeError):
                    continue

    def long_runs(self) -> Iterator[tuple[Run, Run, Objective]]:
        """Longer pairs, without penalties, if a case of either system depends on the clock."""
        if not (_changes(self.left) or _changes(self.right)):
            return
        still = {h.name for h in self.all_hyper if h.symbol.role == "regularization"}
        for variant, objective in product(range(3), (script(1), script(1, 2, -1, 1, 3))):
            values = [
                {n: Integer(0) if n in still else x for n, x in row.items()}
                for row in draws(self.all_hyper, tuple(self.claim.varying), LONG_STEPS, variant)
            ]
            inside = all(0 in h.range for h in self.all_hyper if h.name in still)
            try:
                if inside and self.admissible(values):
                    yield (
                        *self.run_pair(values, Integer(1), objective, LONG_STEPS),
                        objective,
                    )
            except (NotExact, Unsupported, ZeroDivisionError, TypeError):
                continue

    def admissible(self, values: Sequence[Mapping[str, Expr]]) -> bool:
        """Whether assumptions hold and mapped hyperparameters are in range, at every step."""
        for number, here in enumerate(values, 1):
            for fact in self.claim.assume:
                truth = (
                    evaluate(fact, {}, here, Integer(number))
                    if not sympify(fact).atoms(Value)
                    else sympy.true
                )
                if truth != sympy.true:
                    return False
            for h, x in zip(
                self.right.hyper, self.right_hyper(here, Integer(number)).values(), strict=True
            ):
                if x.is_Rational and x not in h.range:
                    return False
        return True

    def run_pair(
        self, values: Sequence[Mapping[str, Expr]], origin: Expr, objective: Objective, steps: int
    ) -> tuple[Run, Run]:
        claim = self.claim
        left = Run(self.left, origin, tuple(values), objective, steps)
        mine = left.start
        begin = self.number(self.said_begin(mine), mine, values, 0)
        clock = [Integer(k) for k in range(1, len(values) + 1)]
        theirs = tuple(self.right_hyper(v, k) for v, k in zip(values, clock, strict=True))
        if claim.shift and "noise" in self.right.oracles:
            raise Unsupported("the same noise at other steps")
        fixed = {h.symbol: values[0][h.name] for h in self.all_hyper}
        answers = tuple((kind, sympify(x).xreplace(fixed)) for kind, x in claim.answer.items())
        right = Run(
            self.right,
            begin,
            theirs[:1] * claim.shift + theirs,
            later(objective, claim.shift),
            steps + claim.shift,
            sympify(claim.point).xreplace(fixed),
            answers,
        )
        return left, right

    def number(
        self, expr: Any, state: Mapping[str, Expr], values: Sequence[Mapping[str, Expr]], index: int
    ) -> Expr:
        """An expression at step `index`, evaluated in a run."""
        known: dict[Basic, Expr] = {Variable(n)[index]: x for n, x in state.items()}
        for k in (index - 1, index, index + 1):
            row = values[min(max(k, 1), len(values)) - 1]
            known |= {Variable(n)[k]: x for n, x in row.items()}
        row = values[min(max(index, 1), len(values)) - 1]
        return evaluate(at(expr, Integer(index), self.claim.varying), known, row, Integer(index))

    def refute(self) -> tuple[Counterexample | None, int]:
        """Look for exact runs whose observed values differ; also how many agreed.

        Runs in which one side has no real value are shown only if there are no others, or on a
        problem that the claim itself names.
        """
        agreed, nowhere = 0, []
        short = self.runs()
        for left, right, objective in chain(islice(short, 9), self.long_runs(), short):
            if time.process_time() > self.deadline:
                break
            try:
                found = self.parting(left, right)
            except (NotExact, Unsupported, ZeroDivisionError, TypeError):
                continue
            if found is None:
                agreed += 1
            elif NOWHERE not in found[2:] or objective in self.claim.problems:
                return self.shown(left, right, objective, found), agreed
            else:
                nowhere.append((left, right, objective, found))
                if len(nowhere) == 6:
                    break
        return (self.shown(*nowhere[0]) if nowhere else None), agreed

    def shown(
        self, left: Run, right: Run, objective: Objective, found: tuple[int, str, str, str]
    ) -> Counterexample:
        """Two runs that part, with the numbers at which they do."""
        number, name, a, b = found
        values = {h.name: str(left.hyper_at(1)[h.name]) for h in self.all_hyper}
        for h in self.all_hyper:
            if h.name in self.claim.varying:
                values[h.name] = ", ".join(
                    str(left.hyper_at(k)[h.name]) for k in range(1, number + 1)
                )
        point = (("theta[0]", str(left.theta)), *values.items(), ("losses", str(objective)))
        names = self.names()
        number_ = number + self.claim.shift
        return Counterexample(
            point,
            ((f"{names[0]} {name}[{number}]", a), (f"{names[1]} {name}[{number_}]", b)),
            "they are equal",
            recorded(replace(left, steps=number), replace(right, steps=number_)),
        )

    def parting(self, left: Run, right: Run) -> tuple[int, str, str, str] | None:
        """The first step at which observed values differ, with the values.

        A step that has a real value in one system and none in the other is a difference.
        """
        for number in range(1, left.steps + 1):
            if not self.assumed(left, number):
                return None
            for name, of_right, of_left in self.observed():
                a = self.seen(of_left, left, number, self.claim.varying)
                b = self.seen(of_right, right, number + self.claim.shift, ())
                if a is None and b is None:
                    return None
                if a is None or b is None or differ(a, b):
                    return number, name.split("[")[0], _shown(a), _shown(b)
        return None

    def assumed(self, run: Run, number: int) -> bool:
        """Whether the assumptions about values hold in a step of the left run."""
        facts = [fact for fact in self.claim.assume if sympify(fact).atoms(Value)]
        if not facts:
            return True
        try:
            known = run.known(number, answer_names(self.left))
        except NotReal:
            known = run.known(number - 1, answer_names(self.left)) if number > 1 else {}
        values, clock = run.hyper_at(number), Integer(number)
        for fact in facts:
            moved = at(fact, clock, self.claim.varying)
            if not moved.atoms(Value) <= set(known):
                return False
            if evaluate(moved, known, values, clock) != sympy.true:
                return False
        return True

    def seen(self, expr: Expr, run: Run, number: int, varying: Sequence[str]) -> Expr | None:
        """What is observed after a step of a run; None where it has no real value."""
        try:
            known: dict[Basic, Expr] = {
                Variable(n)[number]: x for n, x in run.state(number).items()
            }
        except NotReal:
            return None
        for k in (number, number + 1):
            known |= {Variable(n)[k]: x for n, x in run.hyper_at(k).items()}
        moved = at(expr, Integer(number), varying)
        return evaluate(moved, known, run.hyper_at(number), Integer(number))


def _changes(system: Optimizer) -> bool:
    """Whether a case depends on host values that may take some steps to change it."""
    return any(
        not {v.name for v in condition.atoms(Value)} - host
        for host in [{n for n, x in system.extents.items() if x == HOST}]
        for s in system.step
        for x in expressions(s)
        for case in x.atoms(op.cases)
        for condition in case.args[1::2]
    )


def _shown(x: Expr | None) -> str:
    return NOWHERE if x is None else str(x)


__all__ = ["NOWHERE", "SimulationRuns"]

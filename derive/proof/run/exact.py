"""Exact runs of a declaration on small scripted problems: the material of counterexamples.

A problem is one coordinate with a quadratic loss per step, f_t(x) = a_t x²/2 + c_t x, which answers
every oracle consistently. All numbers are exact: rationals, and roots where a rule takes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import sympy
from sympy import Basic, Expr, Integer, Rational

from optwright.derive.claim.problem import ANSWER, POINT, Objective
from optwright.derive.error import NotExact, NotReal, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.entry import one_entry
from optwright.derive.language.symbol import Hyper, Range, Variable, t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.run.system import Question, Step, advance, initial
from optwright.derive.proof.sign.evaluate import Ball, value_at

_NOWHERE = Domain()


Record = Mapping[str, Any]
"""A run as plain data."""


def answered(objective: Objective, step: int, question: Question) -> Expr:
    """What the oracles of a problem say; raises Unsupported for line searches."""
    a, c = objective.at(step)
    x = question.args[0]
    match question.kind:
        case "grad":
            return a * x + c
        case "value":
            return a * x**2 / 2 + c * x
        case "hessian" | "hessian_diagonal":
            return a
        case "hvp":
            return a * question.args[1]
        case "noise":
            return Rational((3 * step + 5 * int(x)) % 7 - 3, 2)
    raise Unsupported(f"no scripted answer to {question.kind}")


def later(objective: Objective, steps: int) -> Objective:
    """These losses after so many more steps, which see the first of them."""
    return Objective(
        objective.curvature[:1] * steps + tuple(objective.curvature),
        objective.slope[:1] * steps + tuple(objective.slope),
    )


@dataclass(frozen=True)
class Run:
    """One run of a system: everything that determines it, so that anyone can repeat it.

    hyper: the hyperparameters of step 1, 2, … (the last ones repeat). point, answer: the system
    is asked at x while the objective sees point(x), and hears answer(of the objective, of
    POINT, the x, and of the step t), by kind.
    """

    system: Optimizer
    theta: Expr
    hyper: tuple[Mapping[str, Expr], ...]
    objective: Objective
    steps: int
    point: Expr = POINT
    answer: tuple[tuple[str, Expr], ...] = ()

    def hyper_at(self, step: int) -> Mapping[str, Expr]:
        return self.hyper[min(max(step, 1), len(self.hyper)) - 1] if self.hyper else {}

    def step(self, number: int) -> Step:
        """Step `number` (from 1) with everything that it assigned, every number exact.

        Steps are run when they are asked for. Raises NotExact or Unsupported.
        """
        while len(self._done) < number:
            clock = len(self._done) + 1
            done = advance(
                self.system,
                self.state(clock - 1),
                self.hyper_at(clock),
                Integer(clock),
                partial(self._ask, clock),
                self.theta,
            )
            assigned = _numbers(done)
            state = {name: assigned.get(name, x) for name, x in done.state.items()}
            self._done.append(Step(state, assigned, done.questions))
        return self._done[number - 1]

    @cached_property
    def _done(self) -> list[Step]:
        return []

    def state(self, number: int) -> Mapping[str, Expr]:
        """The state after so many steps."""
        return self.step(number).state if number else self.start

    def known(self, number: int, answers: Iterator[str]) -> dict[Basic, Expr]:
        """All that is known of a step, by member: values before and after it, answers by name."""
        done = self.step(number)
        found: dict[Basic, Expr] = {
            Variable(name)[number - 1]: x for name, x in self.state(number - 1).items()
        }
        for name, x in (*done.assigned.items(), *done.state.items()):
            found[Variable(name)[number]] = x
        for name, (_, answer) in zip(answers, done.questions, strict=False):
            found.setdefault(Variable(name)[number], answer)
        for k in (number - 1, number, number + 1):
            found |= {Variable(name)[k]: x for name, x in self.hyper_at(k).items()}
        return found

    @property
    def states(self) -> tuple[Mapping[str, Expr], ...]:
        """The states after 0, 1, … steps, as far as they are real."""
        found = [self.start]
        with suppress(NotReal):
            found.extend(self.state(number) for number in range(1, self.steps + 1))
        return tuple(found)

    def _ask(self, step: int, question: Question) -> Expr:
        args = tuple(_number(x) if isinstance(x, Expr) else x for x in question.args)
        point = self.point.subs(POINT, args[0])
        heard = answered(self.objective, step, Question(question.kind, (point, *args[1:])))
        said = dict(self.answer).get(question.kind)
        return heard if said is None else said.subs({ANSWER: heard, POINT: args[0], t: step})

    @cached_property
    def start(self) -> Mapping[str, Expr]:
        """The state before step 1."""
        found = initial(self.system, self.theta, self.hyper_at(1))
        return {name: _number(x) for name, x in found.items()}

    def as_dict(self) -> dict[str, Any]:
        """The run as plain data; exact numbers are strings."""
        return {
            "optimizer": self.system.id,
            "theta": str(self.theta),
            "hyper": [{name: str(x) for name, x in values.items()} for values in self.hyper],
            "objective": {
                "curvature": [str(a) for a in self.objective.curvature],
                "slope": [str(c) for c in self.objective.slope],
            },
            "point": str(self.point),
            "answer": {kind: str(x) for kind, x in self.answer},
            "states": [{name: str(x) for name, x in state.items()} for state in self.states],
        }


def recorded(*runs: Any) -> tuple[Record, ...]:
    """Runs as plain data, which is what a counterexample holds: nothing is left to be run."""
    return tuple(run.as_dict() for run in runs)


def _numbers(step: Step) -> dict[str, Expr]:
    """What a step assigned, as numbers. Raises NotReal where a state has no real value.

    An intermediate value without one may be unused: then NotExact, as nothing is known of theta.
    """
    found, hidden = {}, ""
    for name, x in step.assigned.items():
        try:
            found[name] = _number(x)
        except NotReal:
            if name in step.state:
                raise
            hidden = name
    if hidden:
        raise NotExact(f"{hidden} has no real value")
    return found


def _number(x: Expr) -> Expr:
    """An exact number, the operations on arrays taken of arrays with one entry."""
    if x.is_Rational:
        return x
    x = one_entry(x)
    if x.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I):
        raise NotReal(str(x))
    if x.free_symbols or x.count_ops() > 120:
        raise NotExact("the exact number has grown too long")
    return x


def differ(a: Expr, b: Expr) -> bool:
    """Whether two exact numbers certainly differ; enclosures that overlap do not."""
    if a.is_Rational and b.is_Rational:
        return bool(a != b)
    gap = value_at(a - b, {}, _NOWHERE)
    if gap is None:
        return False
    return gap.signs & 2 == 0 if isinstance(gap, Ball) else gap != 0


_BY_ROLE: dict[str, tuple[str, ...]] = {
    "lr": ("1/2", "1/4", "1", "2", "1/3"),
    "decay": ("1/2", "3/4", "1/4", "8/9", "1/3", "15/16"),
    "coefficient": ("1/2", "1/4", "3/4", "2/3"),
    "regularization": ("1/3", "1/5", "1/2"),
    "eps": ("1/2", "1", "1/4", "1/3"),
    "count": ("2", "3", "4"),
    "other": ("1/2", "2", "3/4", "1/3"),
}


@lru_cache(maxsize=4096)
def pick(hyper: Hyper, variant: int) -> Expr:
    """A simple exact value of a hyperparameter inside its range, another for each variant."""
    pool = [Rational(text) for text in _BY_ROLE[hyper.symbol.role]]
    inside = [x for x in pool if x in hyper.range] or [_inside(hyper.range)]
    return inside[variant % len(inside)]


def _inside(domain: Range) -> Expr:
    low = (
        domain.low
        if domain.low.is_finite
        else (domain.high - 2 if domain.high.is_finite else Integer(0))
    )
    high = domain.high if domain.high.is_finite else low + 2
    return sympy.ceiling((low + high) / 2) if domain.integer else (low + high) / 2


_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("0", "1"),
    ("1", "0"),
    ("0", "1 2 -1 1"),
    ("0", "2 1 1 -3"),
    ("1 2", "1 -1 1"),
    ("0", "1 0 1 1"),
    ("2", "-1"),
    ("0", "3 -4 12 1"),
    ("0", "0 1 1 0"),
)


def objectives() -> Iterator[Objective]:
    """The small problems on which claims are tried, simplest first."""
    for curvature, slope in _SCRIPTS:
        yield Objective(
            tuple(map(Rational, curvature.split())), tuple(map(Rational, slope.split()))
        )


def draws(
    hyper: Sequence[Hyper], varying: Sequence[str], steps: int, variant: int
) -> tuple[dict[str, Expr], ...]:
    """Exact hyperparameters for each step: constant unless they vary."""
    return tuple(
        {
            h.name: pick(h, variant + place + (step if h.name in varying else 0))
            for place, h in enumerate(hyper)
        }
        for step in range(1, steps + 2)
    )

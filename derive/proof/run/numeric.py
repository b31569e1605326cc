"""Declarations compiled to functions of floats, to search with; nothing is decided by them.

A `Machine` runs one coordinate of a system with answers that are given beforehand, whatever it
asks: two systems that do the same ask at the same points. Equations between what two machines ask
are solved for hyperparameters by damped least squares.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Symbol
from sympy.core.symbol import Str

from optwright.derive.error import NotExact, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.entry import one_entry
from optwright.derive.language.symbol import Range, t
from optwright.derive.proof.run.system import THETA, Question, advance, initial, state_names

Hypers = Sequence[float]
CLOSE = 1e-9
SLOW = 3
"""Turns with hardly any gain after which least squares are no solution."""
_WRONG = (ValueError, TypeError, ZeroDivisionError, OverflowError)


class NoValue(ArithmeticError):
    """The floats leave the real numbers, or the systems ask different questions."""


@dataclass(frozen=True)
class FloatProblem:
    """Answers to questions, drawn at random: the same whenever the same is asked again."""

    seed: int

    @cached_property
    def theta(self) -> float:
        return random.Random(self.seed).uniform(0.5, 2.0)

    @lru_cache(maxsize=4096)  # noqa: B019  (problems are few, and constants)
    def answer(self, step: int, kind: str, number: int) -> float:
        """The answer to the question of this kind and number in a step."""
        draw = random.Random(f"{self.seed} {step} {kind} {number}")
        size = draw.uniform(0.3, 2.0)
        return (
            size
            if kind in ("value", "hessian", "hessian_diagonal")
            else draw.choice((1, -1)) * size
        )


@dataclass(frozen=True)
class Trace:
    """A run: the points asked at in every step, by kind and number, and the states, from step 0."""

    asked: tuple[Mapping[tuple[str, int, int], float], ...]
    states: tuple[tuple[float, ...], ...]


def _plain(expr: Expr) -> Expr:
    """The expression in functions that floats know."""
    expr = one_entry(expr)
    return expr.replace(
        lambda node: isinstance(node, op.cases),
        lambda node: sympy.Piecewise(*node.arms, (node.otherwise, True)),
    )


class Machine:
    """One system, compiled. Raises Unsupported for what cannot be run as one coordinate."""

    def __init__(self, system: Optimizer) -> None:
        self.system = system
        self.names = state_names(system)
        self.hyper = tuple(h.name for h in system.hyper)
        state = {n: Symbol(f"s{k}", real=True) for k, n in enumerate(self.names)}
        hyper: dict[str, Expr] = {n: Symbol(f"h{k}", real=True) for k, n in enumerate(self.hyper)}
        origin = Symbol("origin", real=True)
        questions: list[Question] = []
        heard: list[Symbol] = []

        def ask(question: Question) -> Expr:
            questions.append(question)
            heard.append(Symbol(f"a{len(heard)}", real=True))
            return heard[-1]

        done = advance(system, state, hyper, t, ask, origin)
        inputs = [t, origin, *state.values(), *hyper.values()]
        self.kinds = tuple(q.kind for q in questions)
        try:
            self._points = [
                sympy.lambdify(
                    [*inputs, *heard[:k]],
                    [_plain(x) for x in q.args if not isinstance(x, Str)],
                    "math",
                )
                for k, q in enumerate(questions)
            ]
            self._state = sympy.lambdify(
                [*inputs, *heard],
                [_plain(done.state[n]) for n in self.names],
                "math",
                # A common part of an arm that is not taken may have no value.
                cse=not any(done.state[n].has(op.cases) for n in self.names),
            )
            start = initial(system, origin, hyper)
            self._start = sympy.lambdify(
                [origin, *hyper.values()], [_plain(start[n]) for n in self.names], "math"
            )
        except (NotExact, TypeError, NotImplementedError) as error:
            raise Unsupported(f"{system.id} cannot be run as one coordinate: {error}") from error

    def run(
        self, hyper: Callable[[int], Hypers], problem: FloatProblem, steps: int, ahead: int = 0
    ) -> Trace:
        """Run with the hyperparameters of every step. Raises NoValue.

        ahead: steps before the first that is told of, with its hyperparameters.
        """
        state = self.start(hyper(1), problem)
        states, asked = [state], []
        for step in range(1, steps + ahead + 1):
            here = hyper(max(1, step - ahead))
            state, points = self.step(here, problem, step, state, ahead)
            asked.append(points)
            states.append(state)
        if not all(math.isfinite(x) for row in states for x in row):
            raise NoValue("infinite")
        return Trace(tuple(asked[ahead:]), tuple(states[ahead:]))

    def step(
        self,
        hyper: Hypers,
        problem: FloatProblem,
        step: int,
        state: Sequence[float],
        ahead: int = 0,
    ) -> tuple[tuple[float, ...], dict[tuple[str, int, int], float]]:
        """The state after a step, and the points asked at. Raises NoValue."""
        try:
            return self._step(hyper, problem, step, state, ahead)
        except _WRONG as error:
            raise NoValue(str(error)) from error

    def start(self, hyper: Hypers, problem: FloatProblem) -> tuple[float, ...]:
        """The state before step 1. Raises NoValue."""
        try:
            return tuple(map(float, self._start(problem.theta, *hyper)))
        except _WRONG as error:
            raise NoValue(str(error)) from error

    def _step(
        self, hyper: Hypers, problem: FloatProblem, step: int, state: Sequence[float], ahead: int
    ) -> tuple[tuple[float, ...], dict[tuple[str, int, int], float]]:
        heard: list[float] = []
        points: dict[tuple[str, int, int], float] = {}
        count: dict[str, int] = {}
        inputs = (step, problem.theta, *state, *hyper)
        for kind, function in zip(self.kinds, self._points, strict=True):
            number = count.get(kind, 0)
            count[kind] = number + 1
            for place, x in enumerate(function(*inputs, *heard)):
                points[kind, number, place] = float(x)
            heard.append(problem.answer(step - ahead, kind, number))
        return tuple(map(float, self._state(*inputs, *heard))), points


@lru_cache(maxsize=64)
def compiled(system: Optimizer) -> Machine:
    """The machine of a system, which searches in both directions and at all clocks share."""
    return Machine(system)


def differences(mine: Trace, other: Trace, observe: str, steps: Sequence[int]) -> list[float]:
    """What the two runs disagree in: points asked at, and theta if that is what is observed."""
    gaps = []
    for step in steps:
        a, b = mine.asked[step - 1], other.asked[step - 1]
        for key, x in b.items():
            if key not in a:
                raise NoValue("the questions differ")
            gaps.append(x - a[key])
        if observe == THETA:
            gaps.append(other.states[step][0] - mine.states[step][0])
    return gaps


def draw(domain: Range, role: str, rng: random.Random) -> float:
    """A hyperparameter inside its range, away from its ends."""
    low = float(domain.low) if domain.low.is_finite else -2.0
    high = float(domain.high) if domain.high.is_finite else max(low, 0.0) + 1.0
    if domain.integer:
        return float(math.floor(low) + rng.choice((1, 2)))
    share = rng.uniform(0.15, 0.85)
    if role == "lr" and low <= 0:
        return share / 2
    return low + (high - low) * share


def solve(
    gaps: Callable[[Hypers], Sequence[float]],
    start: Sequence[float],
    bounds: Sequence[tuple[float, float]],
    turns: int = 40,
) -> list[float] | None:
    """Numbers inside bounds at which all gaps vanish, by damped least squares, or None."""
    x = np.array([min(max(s, lo), hi) for s, (lo, hi) in zip(start, bounds, strict=True)])
    low, high = np.array([b[0] for b in bounds]), np.array([b[1] for b in bounds])

    def at(point: NDArray[np.float64]) -> NDArray[np.float64] | None:
        try:
            found = np.array(gaps(point.tolist()), dtype=float)
        except NoValue:
            return None
        return found if np.isfinite(found).all() else None

    here = at(x)
    damp = 1e-3
    slow = 0
    if here is None:
        return None
    for _ in range(turns):
        size = float(np.abs(here).max(initial=0.0))
        if size < 1e-12 or slow == SLOW:
            break
        columns = []
        for k in range(len(x)):
            delta = 1e-7 * max(abs(x[k]), 1e-2)
            moved = x.copy()
            moved[k] += delta if x[k] + delta <= high[k] else -delta
            there = at(moved)
            if there is None:
                return None
            columns.append((there - here) / (moved[k] - x[k]))
        jacobian = np.array(columns).T
        for _ in range(8):
            matrix = np.vstack([jacobian, math.sqrt(damp) * np.eye(len(x))])
            step = np.linalg.lstsq(matrix, np.concatenate([-here, np.zeros(len(x))]), rcond=None)[0]
            moved = np.clip(x + step, low, high)
            there = at(moved)
            if there is not None and float(there @ there) < float(here @ here):
                slow = slow + 1 if float(there @ there) > 0.98 * float(here @ here) else 0
                x, here, damp = moved, there, damp / 20
                break
            damp = damp * 8
        else:
            break
    return list(map(float, x)) if float(np.abs(here).max(initial=0.0)) < CLOSE else None


def number(expr: Expr, point: Mapping[Symbol, float]) -> float:
    """The value of an algebraic expression at a point. Raises NoValue."""
    if expr.is_Symbol:
        return point[expr]
    if expr.is_Rational:
        return int(expr.p) / int(expr.q)
    values = [number(x, point) for x in expr.args]
    try:
        if expr.is_Add:
            return math.fsum(values)
        if expr.is_Mul:
            return math.prod(values)
        if expr.is_Pow:
            return math.pow(*values)
        return float(expr.subs(point))
    except (*_WRONG, KeyError) as error:
        raise NoValue(f"{expr} has no value") from error


def linear(
    rows: Sequence[Sequence[float]], right: Sequence[float], close: float = 1e-7
) -> list[float] | None:
    """The least-squares solution of a linear system, or None where it does not fit or is free."""
    matrix, values = np.array(rows, dtype=float), np.array(right, dtype=float)
    found, _, rank, _ = np.linalg.lstsq(matrix, values, rcond=1e-9)
    if rank < matrix.shape[1]:
        return None
    scale = max(1.0, float(np.abs(values).max(initial=0.0)))
    if float(np.abs(matrix @ found - values).max(initial=0.0)) > close * scale:
        return None
    return list(map(float, found))


__all__: list[Any] = [
    "CLOSE",
    "FloatProblem",
    "Machine",
    "NoValue",
    "Trace",
    "compiled",
    "differences",
    "draw",
    "linear",
    "number",
    "solve",
]

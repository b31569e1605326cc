"""Maps between two systems, proposed: of hyperparameters from runs in floats, of states by fitting.

A map of hyperparameters is found without a map of states: started alike and answered alike, two
systems that do the same must ask at the same points. The hyperparameters at which they do are
solved for at several points and recognised as expressions; then the states of one are fitted as
linear functions of those of the other, and their coefficients recognised. Nothing here decides.
"""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice, permutations, product

import sympy
from sympy import Basic, Eq, Expr, Integer, Rational, Symbol, sympify

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import DeclarationError, Optimizer
from optwright.derive.language.symbol import Hyper, Value, Variable, t
from optwright.derive.proof.relate.recognise import recognise
from optwright.derive.proof.run.numeric import (
    CLOSE,
    FloatProblem,
    NoValue,
    Trace,
    compiled,
    differences,
    draw,
    linear,
    number,
    solve,
)
from optwright.derive.proof.run.system import THETA

STEPS = 4
PROBLEMS = tuple(FloatProblem(seed) for seed in range(5))
FEW = 2
"""Problems that are tried first: most maps fail on them already."""
SAMPLES = 16
POINTS = "points"
"""What may be observed besides theta: only the points at which the systems ask."""

HyperMap = Mapping[str, Expr]
State = tuple[float, ...]

_ONE = -1
"""The number 1 among what a state is a combination of; theta[0] comes after the states."""

_ALIAS = {
    "learning_rate": "lr",
    "epsilon": "eps",
    "b1": "beta1",
    "beta_1": "beta1",
    "b2": "beta2",
    "beta_2": "beta2",
}
MOVING = ("lr", "eps", "regularization", "coefficient")
"""Roles of the hyperparameters that a map may let change with t."""


def canonical(name: str) -> str:
    """The standard vocabulary's name of a framework's hyperparameter."""
    return _ALIAS.get(name, name)


@dataclass(frozen=True)
class Natural:
    """Hyperparameters of the right system by those of the left, as names and roles suggest.

    rest: those to which none corresponds.
    """

    same: Mapping[str, Symbol]
    rest: tuple[Hyper, ...]


def naturals(left: Optimizer, right: Optimizer) -> Iterator[Natural]:
    """Correspondences of hyperparameters: by name, then those of a role in every order."""
    mine = {canonical(h.name): h for h in left.hyper}
    same: dict[str, Symbol] = {
        h.name: mine[canonical(h.name)].symbol for h in right.hyper if canonical(h.name) in mine
    }
    taken = set(same.values())
    groups = []
    for role in dict.fromkeys(h.symbol.role for h in right.hyper):
        theirs = [h for h in right.hyper if h.symbol.role == role and h.name not in same]
        ours = [h for h in left.hyper if h.symbol.role == role and h.symbol not in taken]
        few = min(len(theirs), len(ours))
        pairs = []
        for chosen in combinations(theirs, few):
            pairs += [dict(zip(chosen, order, strict=True)) for order in permutations(ours, few)]
        groups.append(pairs)
    for choice in product(*groups):
        found = dict(same)
        for part in choice:
            found |= {h.name: o.symbol for h, o in part.items()}
        yield Natural(found, tuple(h for h in right.hyper if h.name not in found))


def neutral(hyper: Hyper) -> tuple[Expr, ...]:
    """Values at which a hyperparameter may be without effect: 0, 1, its default."""
    first = (1, 0) if hyper.symbol.role == "lr" else (0, 1)
    values = [Integer(x) for x in first if x in hyper.range]
    if hyper.default is not None and hyper.default.is_Rational:
        inside = hyper.default not in values
        values += [hyper.default] if inside and hyper.default in hyper.range else []
    return tuple(values)


class Search:
    """Proposals for maps from one system to another. Raises Unsupported where none can be run.

    ahead: how many steps the right system takes before the first step of the left one.
    """

    def __init__(
        self, left: Optimizer, right: Optimizer, deadline: float, seed: int = 0, ahead: int = 0
    ) -> None:
        self.left, self.right, self.deadline, self.ahead = left, right, deadline, ahead
        self.mine, self.other = compiled(left), compiled(right)
        rng = random.Random(seed)
        other = {canonical(h.name): h.range for h in right.hyper}
        self.samples: list[dict[Symbol, float]] = []
        for _ in range(400):
            if len(self.samples) == SAMPLES:
                break
            sample = {h.symbol: draw(h.range, h.symbol.role, rng) for h in left.hyper}
            if all(
                other.get(canonical(h.name)) is None or sample[h.symbol] in other[canonical(h.name)]
                for h in left.hyper
            ) and self._runs(sample):
                self.samples.append(sample)
        if len(self.samples) < SAMPLES:
            raise NoValue(f"{left.id} has no real values")
        self.runs_at: dict[int, list[Trace]] = {}
        self.unexplained = False
        """Whether numbers were found that make the systems agree, but no expression for them."""

    def _runs(self, sample: Mapping[Symbol, float]) -> bool:
        try:
            self.mine.run(lambda _: list(sample.values()), PROBLEMS[0], STEPS)
        except NoValue:
            return False
        return True

    @property
    def late(self) -> bool:
        return time.process_time() > self.deadline

    def traces(self, place: int) -> list[Trace]:
        """The runs of the left system at one sample of its hyperparameters."""
        if place not in self.runs_at:
            values = list(self.samples[place].values())
            self.runs_at[place] = [self.mine.run(lambda _: values, p, STEPS) for p in PROBLEMS]
        return self.runs_at[place]

    def gaps(
        self, place: int, values: Sequence[float], observe: str, problems: int = len(PROBLEMS)
    ) -> list[float]:
        """What the right system does differently with these hyperparameters."""
        found: list[float] = []
        for mine, problem in islice(zip(self.traces(place), PROBLEMS, strict=True), problems):
            trace = self.other.run(lambda _: values, problem, STEPS, self.ahead)
            found += differences(mine, trace, observe, range(1, STEPS + 1))
        return found

    def agrees(self, hyper: HyperMap, observe: str) -> bool:
        """Whether runs in floats agree under a map that does not depend on t."""
        try:
            for place in (0, 1, 2):
                values = [_float(hyper[n], self.samples[place]) for n in self.other.hyper]
                if max(map(abs, self.gaps(place, values, observe)), default=0.0) > CLOSE:
                    return False
        except NoValue:
            return False
        return True

    def inside(self, facts: Sequence[Basic]) -> bool:
        """Whether all relations between hyperparameters of the left system hold somewhere."""
        exact = [{s: Rational(x) for s, x in sample.items()} for sample in self.samples]
        return any(all(f.subs(sample) == sympy.true for f in facts) for sample in exact)

    # ---- maps of hyperparameters

    def constants(self, observe: str, solving: bool = True) -> Iterator[HyperMap]:
        """Maps that do not depend on t: by name and role first, solved ones after them."""
        seen: list[HyperMap] = []
        starts: list[tuple[Natural, HyperMap]] = []
        for natural in islice(naturals(self.left, self.right), 24):
            for fixed in islice(product(*map(neutral, natural.rest)), 32):
                here = {h.name: x for h, x in zip(natural.rest, fixed, strict=True)}
                full: HyperMap = {**natural.same, **here}
                starts.append((natural, full))
                if self.agrees(full, observe):
                    seen.append(full)
                    yield full
        if seen:
            return
        turned = [
            (natural, other) for natural, full in starts[:40] for other in self.complements(full)
        ]
        for _, full in turned:
            if self.agrees(full, observe):
                seen.append(full)
                yield full
        if seen or not solving:
            return
        everything = tuple(h.name for h in self.right.hyper)
        tries = [(full, tuple(natural.same)) for natural, full in (*starts, *turned)[:40]]
        tries += [(full, everything) for _, full in starts[:1]]
        for full, free in tries:
            if self.late:
                return
            found = self.solved(full, free, observe)
            if found is not None:
                self.unexplained = False
                yield found
                return

    def complements(self, full: HyperMap) -> Iterator[HyperMap]:
        """The map with decays as one minus those of another name: a sign shows no slope."""
        able = [
            h.name
            for h in self.right.hyper
            if h.symbol.role == "decay"
            and full[h.name].is_Symbol
            and canonical(str(full[h.name])) != canonical(h.name)
        ]
        for size in range(1, len(able) + 1):
            for chosen in combinations(able, size):
                yield {n: 1 - x if n in chosen else x for n, x in full.items()}

    def solved(self, full: HyperMap, free: Sequence[str], observe: str) -> HyperMap | None:
        """The map with some hyperparameters solved for; as few as suffice."""
        if not free or any(self.at(k, full, free, observe) is None for k in (0, 1)):
            return None
        self.unexplained = True
        sizes = sorted({1, 2, len(free)} & set(range(1, len(free) + 1)))
        for size in sizes:
            for chosen in combinations(free, size):
                if self.late:
                    return None
                if size < len(free) and self.at(0, full, chosen, observe) is None:
                    continue
                rows = [self.at(k, full, chosen, observe) for k in range(SAMPLES)]
                good = [(r, s) for r, s in zip(rows, self.samples, strict=True) if r is not None]
                if len(good) < SAMPLES - 3:
                    continue
                found = dict(full)
                for place, name in enumerate(chosen):
                    expr = recognise([r[place] for r, _ in good], [s for _, s in good])
                    if expr is None:
                        break
                    found[name] = expr
                else:
                    if self.agrees(found, observe):
                        return found
        return None

    def at(
        self, place: int, full: HyperMap, free: Sequence[str], observe: str
    ) -> list[float] | None:
        """The free hyperparameters at one sample, or None where no numbers fit."""
        sample = self.samples[place]
        base = {n: _float(full[n], sample) for n in self.other.hyper}

        def gaps(values: Sequence[float], problems: int = len(PROBLEMS)) -> list[float]:
            now = {**base, **dict(zip(free, values, strict=True))}
            return self.gaps(place, list(now.values()), observe, problems)

        ranges = {h.name: _bounds(h) for h in self.right.hyper}
        bounds = [ranges[n] for n in free]
        start = [base[n] if base[n] not in ranges[n] else base[n] + 0.01 for n in free]
        if solve(lambda values: gaps(values, FEW), start, bounds) is None:
            return None  # a part cannot be solved
        return solve(gaps, start, bounds)

    def moving(self) -> Iterator[HyperMap]:
        """Maps in which one or two of learning rates, epsilons and coefficients depend on t."""
        for natural in islice(naturals(self.left, self.right), 6):
            for fixed in islice(product(*map(neutral, natural.rest)), 8):
                here = {h.name: x for h, x in zip(natural.rest, fixed, strict=True)}
                full: HyperMap = {**natural.same, **here}
                roles = {h.name: h.symbol.role for h in self.right.hyper}
                able = [n for n in natural.same if roles[n] in MOVING]
                for size in (1, 2):
                    for chosen in combinations(able, size):
                        if self.late:
                            return
                        found = self._moved(full, chosen)
                        if found is not None:
                            yield found

    def _moved(self, full: HyperMap, free: Sequence[str]) -> HyperMap | None:
        values: dict[str, list[float]] = {n: [] for n in free}
        points: list[dict[Symbol, float]] = []
        for place in range(SAMPLES):
            rows = self._steps(place, full, free)
            if rows is None:
                if place < 3:
                    return None
                continue
            for step, row in enumerate(rows, 1):
                if step > 1:
                    points.append({**self.samples[place], t: float(step)})
                    for n, x in zip(free, row, strict=True):
                        values[n].append(x)
        found = dict(full)
        for n in free:
            expr = recognise(values[n], points) if points else None
            if expr is None:
                return None
            found[n] = expr
        return found if any(sympify(found[n]).has(t) for n in free) else None

    def _steps(self, place: int, full: HyperMap, free: Sequence[str]) -> list[list[float]] | None:
        """The free hyperparameters of every step in turn."""
        sample = self.samples[place]
        base = {n: _float(full[n], sample) for n in self.other.hyper}
        ranges = {h.name: _bounds(h) for h in self.right.hyper}
        rows: list[list[float]] = []
        traces = self.traces(place)
        states = [trace.states[0] for trace in traces]
        try:
            for step in range(1, STEPS + 1):

                def after(
                    values: Sequence[float],
                    step: int = step,
                    before: Sequence[State] = tuple(states),
                ) -> tuple[list[float], list[State]]:
                    hyper = list({**base, **dict(zip(free, values, strict=True))}.values())
                    found: list[float] = []
                    reached = []
                    for mine, problem, state in zip(traces, PROBLEMS, before, strict=True):
                        if step == 1:
                            state = self.other.start(hyper, problem)
                        state, asked = self.other.step(hyper, problem, step, state)
                        reached.append(state)
                        found.append(state[0] - mine.states[step][0])
                        found += [x - mine.asked[step - 1].get(k, x) for k, x in asked.items()]
                    return found, reached

                solution = solve(
                    lambda values, f=after: f(values)[0],  # type: ignore[misc]
                    rows[-1] if rows else [base[n] for n in free],
                    [ranges[n] for n in free],
                )
                if solution is None:
                    return None
                rows.append(solution)
                states = after(solution)[1]
        except NoValue:
            return None
        return rows

    # ---- maps of states

    @cached_property
    def _fitting(self) -> tuple[FloatProblem, ...]:
        return tuple(FloatProblem(100 + k) for k in range(len(self.mine.names) + 4))

    def fixed(self, values: Mapping[str, Expr]) -> Search:
        """This search with some hyperparameters of the left system at fixed numbers."""
        other = copy.copy(self)
        numbers = {h.symbol: float(values[h.name]) for h in self.left.hyper if h.name in values}
        other.samples = [{**s, **numbers} for s in self.samples]
        other.runs_at = {}
        return other

    def states(self, right: Optimizer, hyper: HyperMap) -> Mapping[str, Expr] | None:
        """The states of a right system as linear functions of those of the left one.

        hyper: of that system. None if there is no such map, or its coefficients are none that are
        recognised.
        """
        ours = self.mine.names
        machine = compiled(right)
        count = len(ours)
        steps = [2 + k % 4 for k in range(SAMPLES)]
        tables = []
        for sample, step in zip(self.samples, steps, strict=True):
            rows = []
            try:
                functions = {n: _function(hyper[n], sample) for n in machine.hyper}

                def theirs(
                    number: int, f: Mapping[str, Callable[[int], float]] = functions
                ) -> list[float]:
                    return [f[n](number) for n in machine.hyper]

                for problem in self._fitting:
                    values = list(sample.values())
                    a = self.mine.run(lambda _, v=values: v, problem, step).states[step]  # type: ignore[misc]
                    b = machine.run(theirs, problem, step, self.ahead).states[step]
                    rows.append(((*a, problem.theta), b))
            except NoValue:
                continue
            tables.append(({**sample, t: float(step)}, rows))
        if len(tables) < SAMPLES - 3:
            return None
        found: dict[str, Expr] = {}
        for place, name in enumerate(machine.names):
            order = sorted(range(count), key=lambda k: (ours[k] != name, k == 0, k))
            bases: list[tuple[int, ...]] = (
                [(k,) for k in order] + [(_ONE,)] + [(k, _ONE) for k in order]
            )
            bases += [(k, count) for k in order]  # with theta[0]
            bases += [tuple(range(count))]
            for basis in bases:
                expr = self._fit(place, basis, tables)
                if expr is not None:
                    found[name] = expr
                    break
            else:
                return None
        return found

    def _fit(
        self,
        place: int,
        basis: tuple[int, ...],
        tables: Sequence[
            tuple[Mapping[Symbol, float], Sequence[tuple[Sequence[float], Sequence[float]]]]
        ],
    ) -> Expr | None:
        points = [point for point, _ in tables]
        coefficients = []
        for _, rows in tables:
            right = [b[place] for _, b in rows]
            if max(map(abs, right)) < 1e-12:
                found: list[float] | None = [0.0] * len(basis)
            else:
                left = [[1.0 if k == _ONE else a[k] for k in basis] for a, _ in rows]
                found = linear(left, right, CLOSE)
            if found is None:
                return None
            coefficients.append([0.0 if abs(x) < 1e-8 else x for x in found])
        names = self.mine.names
        members = {k: Variable(n)[t] for k, n in enumerate(names)}
        members |= {_ONE: Integer(1), len(names): Variable(THETA)[0]}
        total: Expr = Integer(0)
        for place, k in enumerate(basis):
            expr = recognise([c[place] for c in coefficients], points)
            if expr is None:
                return None
            total += expr * members[k]
        return total


def _bounds(hyper: Hyper) -> tuple[float, float]:
    low = float(hyper.range.low) if hyper.range.low.is_finite else -1e3
    high = float(hyper.range.high) if hyper.range.high.is_finite else 1e3
    return low + (1e-9 if hyper.range.low_open else 0), high - (
        1e-9 if hyper.range.high_open else 0
    )


def _float(expr: Expr, sample: Mapping[Symbol, float]) -> float:
    return number(sympify(expr), sample)


def _function(expr: Expr, sample: Mapping[Symbol, float]) -> Callable[[int], float]:
    """An expression at a sample, as a function of the step."""
    if not sympify(expr).has(t):
        value = _float(expr, sample)
        return lambda _: value
    memo = {k: _float(expr, {**sample, t: float(k)}) for k in range(1, STEPS + 3)}
    return lambda number: memo[number]


# ---- systems with less in them


def specialised(system: Optimizer, values: Mapping[str, Expr]) -> Optimizer:
    """The system with hyperparameters fixed, without the states that then have no effect."""
    return pruned(system.with_hyper(**values) if values else system)


def pruned(system: Optimizer) -> Optimizer:
    """The system without states that reach neither theta nor a question."""
    equations = system.equations
    if len(equations) < len(system.step) or system.views:
        return system
    kept = {s.name for s in system.states}
    live = _live(equations, kept)
    dead = kept - live
    if not dead:
        return system
    facts = tuple(
        x for x in system.invariants if not {v.name for v in sympify(x).atoms(Value)} & dead
    )
    needed: set[str] = set()
    step = []
    for statement in reversed(equations):
        name = statement.lhs.name
        if name in live or name in needed or name in kept - dead:
            step.append(statement)
            needed |= {v.name for v in statement.rhs.atoms(Value) if v.index == t}
    try:
        return system.replace(
            state=tuple(s for s in system.state if s.name not in dead),
            step=tuple(reversed(step)),
            invariants=facts,
            hyper=tuple(
                h
                for h in system.hyper
                if any(s.rhs.has(h.symbol) for s in step)
                or any(sympify(s.init).has(h.symbol) for s in system.states if s.name not in dead)
            ),
        )
    except DeclarationError:
        return system


def _live(equations: Sequence[Eq], kept: set[str]) -> set[str]:
    """The states, and theta, that reach theta or a question in some step."""
    live: set[str] = {THETA}
    current: dict[str, set[str]] = {}
    for statement in equations:
        read: set[str] = set()
        for node in statement.rhs.atoms(Value):
            if node.index == t:
                read |= current.get(node.name, {node.name})
            elif node.name in kept:
                read.add(node.name)
        current[statement.lhs.name] = read
        for oracle in statement.rhs.atoms(op.Oracle):
            for node in oracle.atoms(Value):
                live |= current.get(node.name, set()) if node.index == t else {node.name}
    reads = {name: current.get(name, {name}) for name in (*kept, THETA)}
    todo = list(live)
    while todo:
        new = reads.get(todo.pop(), set()) - live
        live |= new
        todo += new
    return live


__all__ = [
    "MOVING",
    "POINTS",
    "HyperMap",
    "Natural",
    "Search",
    "canonical",
    "naturals",
    "neutral",
    "pruned",
    "specialised",
]

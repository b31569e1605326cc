"""Declared systems run by the reference interpreter, and what a claim's expressions are there.

Nothing here executes a declaration by itself: `optwright.derive.interpret` does, which
shares no code with the prover. Numbers are fractions where all of a run is rational, else fifty
digits.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from optwright.derive import interpret as reference
from optwright.derive.certificate.form import Tree, renamed
from optwright.derive.interpret import Field
from optwright.derive.judge.point.value import Number, Point, Unvalued, near
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper, Range

Values = dict[str, Any]
"""What is known, by name: a number, or a list of one number per coordinate."""

Answer = Callable[[str, tuple[list[Number], ...]], list[Number]]
"""What an oracle of a kind says to its arguments, all by coordinate."""

_MEMBER = re.compile(r"^(\w+)\[(.+)\]$")


def shifted(node: Tree, to: int | str, varying: Sequence[str] = ()) -> Tree:
    """A tree at t moved to another step: a number, or "t - 1"; varying names become members."""
    offset = -1 if to == "t - 1" else 0

    def member(name: str) -> Tree:
        if name == "t":
            if isinstance(to, int):
                return str(to)
            return ["+", "-1", ["x", "t"]] if offset else ["x", "t"]
        found = _MEMBER.match(name)
        if found is None:
            return member(f"{name}[t]") if name in varying else ["x", name]
        index = found[2].replace(" ", "")
        if not index.startswith("t"):
            return ["x", name]
        k = int(index[1:] or 0)
        if isinstance(to, int):
            return ["x", f"{found[1]}[{to + k}]"]
        k += offset
        sign = "" if k == 0 else f" - {-k}" if k < 0 else f" + {k}"
        return ["x", f"{found[1]}[t{sign}]"]

    return renamed(node, member)


def numbered(name: str, index: int, clock: int | None) -> list[str]:
    """The names of one member of a sequence: by number, and by t where t is `clock`."""
    found = [f"{name}[{index}]"]
    if clock is not None:
        k = index - clock
        found.append(f"{name}[t{'' if k == 0 else f' - {-k}' if k < 0 else f' + {k}'}]")
    return found


def inside(own: Range, rng: random.Random) -> Fraction:
    """A simple random number of a range."""
    low = None if own.low == -sympy.oo else Fraction(int(own.low.p), int(own.low.q))
    high = None if own.high == sympy.oo else Fraction(int(own.high.p), int(own.high.q))
    if own.integer:
        return (Fraction(0) if low is None else low + own.low_open) + rng.randrange(4)
    part = Fraction(rng.randrange(1, 16), 16) if rng.random() < 0.6 else rng.choice(_PARTS)
    if low is not None and high is not None:
        return low + (high - low) * part
    wide = part * rng.choice((1, 1, 2, 3))
    if low is not None:
        return low + wide
    return high - wide if high is not None else wide * rng.choice((1, -1))


_PARTS = (Fraction(9, 25), Fraction(16, 25), Fraction(3, 4), Fraction(1, 4))


def draw(rng: random.Random) -> Fraction:
    """A random number that is not zero."""
    return Fraction(rng.choice((1, -1)) * rng.randrange(1, 13), rng.choice((1, 2, 3, 4)))


def coordinates(data: Any) -> Any:
    """What a snapshot holds of a sequence, as a number or a list of one number per coordinate."""
    if isinstance(data, np.ndarray):
        return list(data.flat)
    if isinstance(data, tuple):
        if len(data) != 1:
            raise Unvalued("a sequence of more than one tensor or axis")
        return coordinates(data[0])
    return data


class RunningSystem:
    """A declaration that is stepped through on one tensor of so many coordinates."""

    def __init__(
        self,
        system: Optimizer,
        theta: Sequence[Number],
        hyper: Mapping[str, Number],
        field: Field,
    ) -> None:
        if any(s.name not in {x.name for x in system.states} for s in system.state):
            raise Unvalued(f"{system.id} keeps a history")
        self.system, self.field, self.size = system, field, len(theta)
        own = {h.name: hyper[h.name] for h in system.hyper}
        self.snapshot = reference.start(system, [self.array(theta)], own, field)
        self.asked: list[tuple[str, tuple[list[Number], ...]]] = []
        self.assigned: Values = {}

    def array(self, xs: Any) -> np.ndarray[Any, Any]:
        entries = np.empty((self.size,), dtype=object)
        for k in range(self.size):
            entries[k] = xs[k] if isinstance(xs, list | tuple) else xs
        return entries

    @property
    def state(self) -> Values:
        """Theta and the state, by name."""
        kept = {s.name: coordinates(self.snapshot.state[s.name]) for s in self.system.states}
        return {"theta": coordinates(self.snapshot.theta), **kept}

    def step(self, hyper: Mapping[str, Number], answer: Answer) -> None:
        """One step, its questions answered."""
        self.asked = []

        def oracle(kind: str) -> Any:
            def ask(*question: Any) -> Any:
                args = tuple(
                    coordinates(tuple(x)) if isinstance(x, list) else [self.field.number(x)]
                    for x in question
                )
                self.asked.append((kind, args))
                heard = answer(kind, args)
                if kind == "value":
                    return heard[0]
                if kind == "hessian":
                    return np.array([[heard[0]]], dtype=object)
                return [self.array(heard)]

            return ask

        kinds = ("grad", "value", "hessian", "hessian_diagonal", "hvp", "noise")
        own = {h.name: hyper[h.name] for h in self.system.hyper}
        oracles = {kind: oracle(kind) for kind in kinds}
        self.snapshot = reference.advance(self.system, self.snapshot, own, oracles)
        self.assigned = {}
        for name, data in self.snapshot.values.items():
            if not isinstance(data, dict):
                try:
                    self.assigned[name] = coordinates(data)
                except Unvalued:
                    continue


def entry(x: Any, place: int) -> Number:
    """One coordinate of a value; a number is the same in all."""
    return x[place] if isinstance(x, list) else x


def numbers(node: Tree, point: Point) -> list[Number]:
    """The values of a tree, by coordinate."""
    return [point(node, k) for k in range(point.size)]


def equal(a: Any, b: Any, size: int) -> bool:
    """Whether two values agree in every coordinate."""
    return all(near(entry(a, k), entry(b, k)) for k in range(size))


def rows(
    hyper: Sequence[Hyper], varying: Sequence[str], steps: int, rng: random.Random
) -> list[dict[str, Fraction]]:
    """Random hyperparameters for the steps 0, 1, …: constant unless they vary."""
    fixed = {h.name: inside(h.range, rng) for h in hyper}
    return [
        {h.name: inside(h.range, rng) if h.name in varying else fixed[h.name] for h in hyper}
        for _ in range(steps + 2)
    ]


def table(
    states: Sequence[Mapping[str, Any]],
    hyper: Sequence[Mapping[str, Any]],
    varying: Sequence[str],
    clock: int,
    heard: Mapping[str, Any],
    symbolic: bool = True,
) -> Values:
    """All that is known after step `clock`, by the names that obligations use."""
    found: Values = {"t": Fraction(clock)}
    at = clock if symbolic else None
    for index, state in enumerate(states):
        for name, x in state.items():
            for text in numbered(name, index, at):
                found[text] = x
    for name in hyper[0]:
        found[name] = hyper[clock][name]
        if name in varying:
            for k, row in enumerate(hyper):
                for text in numbered(name, k, at):
                    found[text] = row[name]
    for name, x in heard.items():
        for text in numbered(name, clock, at):
            found.setdefault(text, x)
    return found


__all__ = [
    "Answer",
    "RunningSystem",
    "Values",
    "draw",
    "entry",
    "equal",
    "inside",
    "numbers",
    "rows",
    "shifted",
    "table",
]

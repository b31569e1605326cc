"""Families: which members carry out an operation, as a condition on their flags.

`merged` joins the operations of several systems into one list: what all have in common stands
once, what differs stands under its flag. A list read by one member only is that member's own, in
its order, so that joining changes no result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import combinations, product
from typing import Any, TypeAlias, TypeVar

from optwright.derive.language.declaration import Hyper, Optimizer, State

Only: TypeAlias = frozenset[int]
"""The members that carry something out, by their place; the empty set stands for all."""
ALWAYS: Only = frozenset()


def meets(one: Only, other: Only) -> bool:
    """Whether some member carries out both."""
    return one == ALWAYS or other == ALWAYS or bool(one & other)


def joined(one: Only, other: Only) -> Only:
    """The members of either."""
    return ALWAYS if ALWAYS in (one, other) else one | other


Literal: TypeAlias = tuple[str, Any, bool]
"""A flag, a value, and whether it has or has not that value."""
Condition: TypeAlias = tuple[tuple[Literal, ...], ...]
"""Literals that all hold, in one of several ways."""


@dataclass(frozen=True)
class Flags:
    """The flags of a family with their values, the default first, and its members."""

    choices: Mapping[str, tuple[Any, ...]]
    members: tuple[tuple[Mapping[str, Any], Optimizer], ...]

    @cached_property
    def hyper(self) -> tuple[Hyper, ...]:
        """The hyperparameters of all members, in the order of the fullest."""
        found: dict[str, Hyper] = {}
        for system in sorted(self.systems, key=lambda system: -len(system.hyper)):
            for h in system.hyper:
                found.setdefault(h.name, h)
        return tuple(found.values())

    @property
    def systems(self) -> list[Optimizer]:
        return [system for _, system in self.members]

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states of all members that are no histories."""
        found: dict[str, State] = {}
        for system in sorted(self.systems, key=lambda system: -len(system.states)):
            for s in system.states:
                found.setdefault(s.name, s)
        return tuple(found.values())

    def having(self, test: Any) -> Only:
        """The members whose systems pass a test; those of all are said to be always."""
        return self.normal(k for k, system in enumerate(self.systems) if test(system))

    def normal(self, members: Any) -> Only:
        found = frozenset(members)
        return ALWAYS if len(found) == len(self.members) else found

    def others(self, only: Only) -> Only:
        """The members that are not these."""
        return frozenset(range(len(self.members))) - only

    def condition(self, only: Only, among: Only = ALWAYS) -> Condition:
        """The shortest condition on the flags that holds for these of some members, no others."""
        rest = set(only)
        among = among or frozenset(range(len(self.members)))
        ways: list[tuple[Literal, ...]] = []
        while rest:
            way = max(self._ways(only, among), key=lambda w: len(rest & self._holding(w)))
            ways.append(way)
            rest -= self._holding(way)
        return tuple(ways)

    def _ways(self, only: Only, among: Only) -> Iterator[tuple[Literal, ...]]:
        """Conjunctions of literals that hold for some of these members only, shortest first."""
        literals = [
            [(flag, value, holds) for holds in (True, False) for value in values]
            if len(values) > 2 or not all(isinstance(v, bool) for v in values)
            else [(flag, True, True), (flag, True, False)]
            for flag, values in self.choices.items()
        ]
        for count in range(1, len(literals) + 1):
            for chosen in combinations(literals, count):
                for way in product(*chosen):
                    holding = self._holding(way) & among
                    if holding and holding <= only:
                        yield way

    def _holding(self, way: tuple[Literal, ...]) -> frozenset[int]:
        return frozenset(
            k
            for k, (flags, _) in enumerate(self.members)
            if all((flags[flag] == value) == holds for flag, value, holds in way)
        )


T = TypeVar("T")


def merged(lists: Sequence[Sequence[T]]) -> list[tuple[T, Only]]:
    """Several lists as one, each item with the lists that have it, in the order of each."""
    found: list[tuple[T, frozenset[int]]] = [(x, frozenset({0})) for x in lists[0]]
    for k, items in enumerate(lists[1:], start=1):
        keys: dict[Any, int] = {}
        left, right = (
            [keys.setdefault(x, len(keys)) for x in xs] for xs in ([x for x, _ in found], items)
        )
        matcher = SequenceMatcher(None, left, right, autojunk=False)
        joined: list[tuple[T, frozenset[int]]] = []
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                joined += [(x, only | {k}) for x, only in found[a:b]]
            else:
                joined += found[a:b]
                joined += [(x, frozenset({k})) for x in items[c:d]]
        found = joined
    full = frozenset(range(len(lists)))
    return [(x, ALWAYS if only == full else only) for x, only in _gathered(found)]


def _gathered(items: list[tuple[T, frozenset[int]]]) -> list[tuple[T, frozenset[int]]]:
    """Equal items of different lists that stand apart with nothing between that either has."""
    result: list[tuple[T, frozenset[int]]] = []
    for item, only in items:
        for back in range(len(result) - 1, -1, -1):
            other, its = result[back]
            if other == item and not its & only:
                result[back] = (other, its | only)
                break
            if its & only:
                result.append((item, only))
                break
        else:
            result.append((item, only))
    return result


def marked(operation: Any, only: Only) -> Any:
    """An operation for these members."""
    return operation if only == ALWAYS else replace(operation, only=only)

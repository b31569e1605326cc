"""Operations: an expression taken apart into functions and operands, in one order.

Lowering makes these from an equation's right side once; every backend prints the same operations,
in infix (`optwright.templates.entry_form`) or as calls on whole blocks (`optwright.derive.lower.
block`). A name carries its extent and whether it is the value before the step or the one that the
step makes: those are different names, whatever variable they lie in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sympy import Expr

from optwright.derive.language.extent import ALL, HOST, Extent


@dataclass(frozen=True)
class Number:
    """An exact number; True and False are numbers too."""

    value: Expr
    extent: Extent = HOST


@dataclass(frozen=True)
class Name:
    """A value by name. `old` marks what is kept as it was before the step, `m[t - 1]`."""

    name: str
    extent: Extent
    old: bool = False


@dataclass(frozen=True)
class Member:
    """A member of a loop's sequence, or the entry at an age of a history: `q[j - 1]`, `S[j]`."""

    name: str
    index: Expr
    extent: Extent
    history: bool = False


@dataclass(frozen=True)
class Apply:
    """A function of operands. `option` is what is no operand: an axis, or a storage type."""

    function: str
    operands: tuple[Node, ...]
    extent: Extent
    option: Any = None


Node: TypeAlias = Number | Name | Member | Apply

COUNT = "count"
"""The length of a history: its operand is the history."""


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in order of evaluation's text."""
    yield node
    if isinstance(node, Apply):
        for operand in node.operands:
            yield from walk(operand)


def names(*nodes: Node) -> tuple[Name, ...]:
    """The names that some nodes read, each once, in order."""
    found: dict[Name, None] = {}
    for node in nodes:
        for part in walk(node):
            if isinstance(part, Name):
                found.setdefault(part)
    return tuple(found)


def read(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The names of sequences, histories and numbers that nodes read, old and new alike."""
    found: dict[str, None] = {}
    for node in nodes:
        for part in walk(node):
            if isinstance(part, (Name, Member)):
                found.setdefault(part.name)
                if isinstance(part, Member):
                    for symbol in sorted(part.index.free_symbols, key=str):
                        found.setdefault(str(symbol).removeprefix("count_"))
    return tuple(found)


def mapped(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The node with every part replaced for which `change` gives something, outermost first."""
    changed = change(node)
    if changed is not None:
        return changed
    if isinstance(node, Apply):
        operands = tuple(mapped(o, change) for o in node.operands)
        return node if operands == node.operands else replace(node, operands=operands)
    return node


def is_number(node: Node) -> bool:
    """Whether it is one number, at least per tensor."""
    return node.extent.scalar


def is_host(node: Node) -> bool:
    """Whether it is known before any data is."""
    return node.extent == HOST


def count(history: Name) -> Apply:
    """How many values a history keeps; known only as the steps go on."""
    return Apply(COUNT, (history,), ALL)

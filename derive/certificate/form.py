"""The format in which a proof is handed over: plain data, ready for JSON.

A tree is a number as text ("3/4"), or a list of an operator and its operands:
    ["x", name]                                 an unknown: "lr", "v[t - 1]"
    ["+", …] ["*", …] ["^", base, exponent]
    ["abs" | "sign" | "exp" | "log" | "cos" | "sin", x]   ["max" | "min", …]   ["pi"]
    ["cases", value, condition, …, otherwise]
    ["call", name, …]                           an operation on arrays, or a function not known
    [">" | ">=" | "==" | "!=", a, b]   ["and" | "or", …]   ["not", c]   ["true"] ["false"]

An obligation's certificate is one of
    {"form": "true"}                                            a relation between numbers
    {"form": "same", "left", "right"}                           the two sides are one tree
    {"form": "zero", "left", "right", "domain", "leaves"}       left = right
    {"form": "sign", "gap", "strict", "domain", "leaves"}       gap >= 0, or > 0 if strict
    {"form": "vanishes", "gap"}                                 gap = 0 is assumed, and
    {"form": "inconsistent", "equations"}                       led to a contradiction
    {"form": "word", …}                                         `optwright.derive.certificate.word`
A domain is {"bounds": {name: [low, high, low open, high open, integer]}, "facts": [trees]}. Each
leaf is a region: the case distinctions that lead to it, its letters, and for signs the steps of
the proof. What is shown holds wherever the claim is defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Tree = Any
"""A JSON value in the format above."""
Certificate = Mapping[str, Any]


def unknowns(node: Tree) -> Iterator[str]:
    """The names of the unknowns of a tree."""
    if isinstance(node, list):
        if node[0] == "x":
            yield node[1]
        else:
            for x in node[1:]:
                yield from unknowns(x)


def renamed(node: Tree, name: Callable[[str], Tree]) -> Tree:
    """The tree with each unknown replaced by the tree that `name` gives."""
    if not isinstance(node, list):
        return node
    if node[0] == "x":
        return name(node[1])
    return [node[0], *(x if k == 0 and node[0] == "call" else renamed(x, name)
                       for k, x in enumerate(node[1:]))]  # fmt: skip


__all__ = ["Certificate", "Tree", "renamed", "unknowns"]

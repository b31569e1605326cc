"""Identities between matrices of every size, as certificates say them.

A certificate holds the steps by which expressions were made, each a list of an operation and its
operands, which are numbers of earlier steps:
    ["letter", name, rows, columns, symmetric]   ["number", "1/2"]   ["identity", rows]
    ["turn", a]  ["add", a, b]  ["matmul", a, b]  ["scale", a, b]  ["divide", a, b]   (a a number)
and {"form": "word", "steps", "left", "right", "rules"} says that left = right in every dimension
where the rules, pairs of a word and what it equals, hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optwright.derive.claim.formula.word import WordRule, Words


def identity_data(left: Words, right: Words, rules: Sequence[WordRule]) -> dict[str, Any]:
    """The certificate that two words are equal under rules, as it must look."""
    sides = [side for rule in rules for side in (rule.left, rule.right)]
    steps, (first, second, *others) = word_steps([left, right, *sides])
    return {
        "form": "word",
        "steps": steps,
        "left": first,
        "right": second,
        "rules": [list(pair) for pair in zip(others[::2], others[1::2], strict=True)],
    }


def word_steps(exprs: Sequence[Words]) -> tuple[list[Any], list[int]]:
    """The steps by which words were made, which they keep, and the places of these among them."""
    steps: list[Any] = []
    places: dict[int, int] = {}

    def place(expr: Words) -> int:
        if id(expr) not in places:
            head, *args = expr.made
            if head == "letter":
                x = args[0]
                said = [x.name, x.rows, x.cols, x.symmetric]
            elif head == "number":
                said = [str(args[0])]
            elif head == "identity":
                said = [expr.shape[0]]
            else:
                said = [place(a) for a in args]
            steps.append([head, *said])
            places[id(expr)] = len(steps) - 1
        return places[id(expr)]

    return steps, [place(expr) for expr in exprs]


__all__ = ["identity_data", "word_steps"]

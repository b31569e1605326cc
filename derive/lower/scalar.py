"""Readable names for numbers: `1 - beta1` is `one_minus_beta1`."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sympy

from optwright.derive.lower.node import Apply, Name, Node, Number

_DIGITS = "zero one two three four five six seven eight nine".split()
_LONGEST = 36
_JOINED: Mapping[str, str] = {
    "add": "{}_plus_{}",
    "subtract": "{}_minus_{}",
    "multiply": "{}_{}",
    "divide": "{}_over_{}",
    "sqrt": "sqrt_{}",
}
"""How the words of operands are joined."""


def word(node: Node) -> str | None:
    """A readable identifier for a number, or None where it would be too long."""
    text = _word(node)
    fits = text and len(text) <= _LONGEST and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text)
    return text if fits else None


def _word(node: Node) -> str | None:
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Number):
        if node.value == sympy.Rational(1, 2):
            return "half"
        whole = node.value.is_Integer and 0 <= node.value < len(_DIGITS)
        return _DIGITS[int(node.value)] if whole else None
    if not isinstance(node, Apply):
        return None
    function = node.function
    parts = [_word(x) for x in node.operands]
    if None in parts:
        return None
    if function == "power":
        if parts[1] == "two":
            return f"{parts[0]}_squared"
        return f"{parts[0]}_to_{parts[1]}" if isinstance(node.operands[1], Name) else None
    return _JOINED[function].format(*parts) if function in _JOINED else None

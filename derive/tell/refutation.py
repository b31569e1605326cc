"""The numbers of a refutation as one table: both sides step by step, and where they part."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from optwright.derive.tell.terminal import block, bold, columns, dim, wrong

LONGEST = 28
"""How many characters of an exact number are shown; a longer one is shown as a decimal."""
DIGITS = 50
"""With how many digits a number that is no fraction is worked out, to be shown with six."""


def against(found: Mapping[str, Any]) -> list[str]:
    """A counterexample: its numbers, both sides of each step, what the claim says."""
    point = [[name, f"= {x}"] for name, x in found["point"].items()]
    lines = ["", bold("Counterexample, at"), *columns(point)] if point else []
    table = parting(found)
    if table:
        return [*lines, "", *columns(table), *_claimed(found["expect"])]
    lines += found_there(found["found"].items()) + _claimed(found["expect"])
    for run in found["runs"]:
        steps = [
            f"t = {k}: " + ", ".join(f"{name} = {x}" for name, x in state.items())
            for k, state in enumerate(run["states"])
        ]
        lines += block(f"States of {run['optimizer']}", steps)
    return lines


def _claimed(expect: str) -> list[str]:
    return [] if expect == "they are equal" else block("The claim says", [expect])


def found_there(found: Iterable[tuple[str, str]]) -> list[str]:
    """What was found at a point: names with their exact values, and decimals of those."""
    rows = [[name, f"= {x}", dim(_decimal(x))] for name, x in found]
    return ["", bold("There"), *columns(rows)]


def parting(found: Mapping[str, Any]) -> list[list[str]]:
    """A header and a row for each step of two runs: t, left, right, difference.

    Nothing where there are not two runs of as many steps that are claimed to be equal.
    """
    names = [re.fullmatch(r"(\S+) (\w+)\[(\d+)\]", name) for name in found["found"]]
    runs = found["runs"]
    if len(names) != 2 or len(runs) != 2 or found["expect"] != "they are equal":
        return []
    sides = [n.groups() for n in names if n]
    if len(sides) != 2 or sides[0][1:] != sides[1][1:]:
        return []
    what, last = sides[0][1], int(sides[0][2])
    paths = [[str(state.get(what, "")) for state in run["states"]] for run in runs]
    if any(len(path) != last + 1 for path in paths):
        return []
    if [path[last] for path in paths] != list(found["found"].values()):
        return []  # what is compared is not what the runs keep
    heads = ["t", *(f"{side[0]} {what}" for side in sides), "difference"]
    return [
        list(map(dim, heads)),
        *(_row(t, *pair) for t, pair in enumerate(zip(*paths, strict=True))),
    ]


def _row(t: int, left: str, right: str) -> list[str]:
    cells = [str(t), _shown(left), _shown(right), difference(left, right)]
    return cells if left == right else list(map(wrong, cells))


def difference(left: str, right: str) -> str:
    """Left minus right, exact where it is a short fraction, else a decimal; empty if no numbers."""
    if left == right:
        return "0"
    try:
        exact = str(Fraction(left) - Fraction(right))
        return exact if len(exact) <= LONGEST else _decimal(exact)
    except (ValueError, ZeroDivisionError):
        pass
    try:
        import mpmath

        with mpmath.workdps(DIGITS):
            return f"≈ {mpmath.nstr(_number(left) - _number(right), 6)}"
    except (ValueError, ZeroDivisionError, TypeError, SyntaxError, RecursionError, OverflowError):
        return ""


def _shown(text: str) -> str:
    """A number, with a decimal beside a fraction or instead of what is long."""
    decimal = _decimal(text)
    if not decimal:
        return text
    return f"{text} ({decimal[2:]})" if len(text) <= LONGEST else decimal


def _decimal(text: str) -> str:
    """A number that is not whole as a decimal, "≈ 0.75"; nothing for any other text."""
    if re.fullmatch(r"-?\d*", text):
        return ""
    try:
        import mpmath

        with mpmath.workdps(DIGITS):
            return f"≈ {mpmath.nstr(_number(text), 6)}"
    except (ValueError, ZeroDivisionError, TypeError, SyntaxError, RecursionError, OverflowError):
        return ""


def _number(text: str) -> Any:
    """The value of an expression in whole numbers, as SymPy prints it. Raises ValueError."""
    return _value(ast.parse(text, mode="eval").body)


def _value(node: ast.expr) -> Any:
    import mpmath

    match node:
        case ast.Constant(value=int() as x):
            return mpmath.mpf(x)
        case ast.UnaryOp(op=ast.USub(), operand=x):
            return -_value(x)
        case ast.BinOp(left=a, op=op, right=b):
            x, y = _value(a), _value(b)
            match op:
                case ast.Add():
                    return x + y
                case ast.Sub():
                    return x - y
                case ast.Mult():
                    return x * y
                case ast.Div():
                    return x / y
                case ast.Pow():
                    return x**y
        case ast.Call(func=ast.Name(id="sqrt" | "exp" | "log" as name), args=[x]):
            return getattr(mpmath, name)(_value(x))
        case ast.Name(id="pi" | "E" as name):
            return getattr(mpmath, name.lower())
    raise ValueError(f"no number: {ast.unparse(node)}")


__all__ = ["against", "difference", "found_there", "parting"]

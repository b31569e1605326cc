"""Calls as text: `torch.SGD(nesterov=True, momentum=0.9)` names a declaration and fixes parts.

Arguments are literals and given by name. Flags choose the member of a family; numbers fix
hyperparameters, exactly as written: `0.1` is one tenth.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isinf
from typing import Any

from sympy import Expr, Integer, Rational, sympify

from optwright.derive.error import suggest
from optwright.derive.language.declaration import (
    Declaration,
    DeclarationError,
    Family,
    Optimizer,
    Route,
    Schedule,
    State,
    map_statement,
)
from optwright.derive.language.symbol import Hyper


@dataclass(frozen=True)
class Call:
    """A name and its arguments: exact numbers, booleans, strings or None."""

    name: str
    arguments: Mapping[str, Any]


def parse(text: str) -> Call:
    """Read a name or a call; DeclarationError says what is wrong with it."""

    def fail(symbol: str, reason: str) -> DeclarationError:
        return DeclarationError("call", symbol, reason)

    shown = " ".join(text.split())
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise fail(shown or "''", 'is no call such as "Adam" or "Adam(lr=0.01)"') from None
    source = text.strip()
    if not isinstance(tree, ast.Call):
        return Call(_dotted(tree, shown), {})
    name = _dotted(tree.func, shown)
    if tree.args:
        raise fail(shown, "give every argument by name, such as lr=0.01")
    arguments: dict[str, Any] = {}
    for keyword in tree.keywords:
        if keyword.arg is None:
            raise fail(shown, "give every argument by name, ** is not read")
        if keyword.arg in arguments:
            raise fail(shown, f"{keyword.arg} is given twice")
        arguments[keyword.arg] = _literal(keyword.value, source, keyword.arg)
    return Call(name, arguments)


def _dotted(node: ast.expr, shown: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, shown)}.{node.attr}"
    raise DeclarationError("call", shown, 'is no name such as "Adam" or "torch.SGD"')


def _literal(node: ast.expr, source: str, name: str) -> Any:
    """A literal's value; numbers exactly as written."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        number = _literal(node.operand, source, name)
        if isinstance(number, Expr):
            return -number if isinstance(node.op, ast.USub) else number
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        above, below = _literal(node.left, source, name), _literal(node.right, source, name)
        if isinstance(above, Expr) and isinstance(below, Expr) and below != 0:
            return above / below
    elif isinstance(node, ast.Constant):
        if node.value is None or isinstance(node.value, (bool, str)):
            return node.value
        if isinstance(node.value, int):
            return Integer(node.value)
        if isinstance(node.value, float):
            text = (ast.get_source_segment(source, node) or repr(node.value)).replace("_", "")
            if isinf(node.value) or (not node.value and Decimal(text)):
                raise DeclarationError("call", name, f"{text} is beyond double precision")
            return Rational(text)
    given = ast.get_source_segment(source, node) or ast.unparse(node)
    raise DeclarationError(
        "call", name, f"{given} is no literal: give a number, True, False, None or a quoted word"
    )


def specialise(declaration: Declaration, arguments: Mapping[str, Any]) -> Declaration:
    """The member of a family that the flags choose, with the numbers fixed.

    Raises DeclarationError for an unknown name, a value that is not allowed, or a flag where a
    number belongs. No arguments give the declaration itself, a family unchosen.
    """
    if not arguments:
        return declaration
    flags: dict[str, Any] = {}
    if isinstance(declaration, Family):
        flags = {
            name: _flag(declaration, name, given)
            for name, given in arguments.items()
            if name in declaration.choices
        }
        known_flags = tuple(declaration.choices)
        declaration = declaration(**flags)
    else:
        known_flags = ()
    numbers = {k: x for k, x in arguments.items() if k not in flags}
    known = {h.name: h for h in declaration.hyper}
    for name, number in numbers.items():
        if name not in known:
            there = ", ".join((*known_flags, *known)) or "none"
            raise DeclarationError(
                declaration.id,
                name,
                f"is no argument{suggest(name, (*known_flags, *known))}; there are {there}",
            )
        if not isinstance(number, Expr):
            raise DeclarationError(
                declaration.id, name, f"{number!r} is no number in {known[name].range}"
            )
    return _fix(declaration, numbers, known)


def _flag(family: Family, name: str, given: Any) -> Any:
    """The allowed value that equals what was given; 0 and 1 do not stand for False and True."""
    plain = int(given) if isinstance(given, Integer) else given
    for choice in family.choices[name]:
        if choice == plain and isinstance(choice, bool) == isinstance(plain, bool):
            return choice
    allowed = ", ".join(map(repr, family.choices[name]))
    raise DeclarationError(family.id, name, f"{plain!r} is not one of {allowed}")


def _fix(
    declaration: Declaration, numbers: Mapping[str, Any], known: Mapping[str, Hyper]
) -> Declaration:
    if not numbers:
        return declaration
    if isinstance(declaration, Optimizer):
        return declaration.with_hyper(**numbers)
    for name, number in numbers.items():
        if number not in known[name].range:
            raise DeclarationError(declaration.id, name, f"{number} is outside {known[name].range}")
    if isinstance(declaration, Route):
        branches = tuple(
            (
                where,
                branch.with_hyper(
                    **{k: x for k, x in numbers.items() if k in {h.name for h in branch.hyper}}
                ),
            )
            for where, branch in declaration.branches
        )
        return replace(declaration, branches=branches)
    assert isinstance(declaration, Schedule)
    table = {known[name].symbol: number for name, number in numbers.items()}

    def change(x: Any) -> Any:
        return sympify(x).xreplace(table)

    return replace(
        declaration,
        output=change(declaration.output),
        hyper=tuple(
            replace(h, default=None if h.default is None else change(h.default))
            for h in declaration.hyper
            if h.symbol not in table
        ),
        state=tuple(State(s.variable, change(s.init), s.extent) for s in declaration.state),
        step=tuple(map_statement(s, change) for s in declaration.step),
    )


__all__ = ["Call", "parse", "specialise"]

r"""Derivations in print: a document that tells how statements were decided, with all obligations.

The systems are set as on formula sheets. Formulas of obligations are kept as text; they are set
as they stand, term by term, with the letters of the systems, and words that are no formula as text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optwright.derive.claim.statement import Statement
from optwright.derive.language.notation import LatexName, LatexNames, letters, spelled
from optwright.derive.tell.explain import Facts, Setting, explained, settings
from optwright.derive.tell.formula import Unreadable, parse, related
from optwright.templates.latex.escape import escape
from optwright.templates.latex.layout import Block, block, width
from optwright.templates.latex.module import environment
from optwright.templates.latex.printer import Refused, bracket

LINE = 62.0
"""How wide a line of a formula is at most, in letters."""
NARROW = 38.5
"""How wide a system may be to stand beside another."""

SUM, SIGNED, PRODUCT, POWER, ATOM = range(5)
_SIGNS = {"=": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
_WORDS = {"true": r"\text{true}", "false": r"\text{false}", "oo": r"\infty", "I": "I"}
_FUNCTIONS = {"exp", "log", "cos", "sin", "max", "min"}


class Formulas:
    """Sets formulas that are kept as text, with the letters of some systems, the first first."""

    def __init__(self, named: Sequence[LatexNames]) -> None:
        self.named = named

    def show(self, text: str) -> str:
        """A formula or relation in math mode; what is neither, as upright text."""
        left, equals, right = text.partition(" = ")
        try:
            if equals and _level(left) and _level(right):
                return f"{self._top(left)} = {self._top(right)}"
            return self._top(text)
        except (Unreadable, Refused, RecursionError):
            return rf"\text{{{escape(text)}}}"

    def lines(self, text: str) -> list[str]:
        """A formula as lines of `aligned`, broken before a relation and between terms."""
        left, equals, right = text.partition(" = ")
        try:
            if not (equals and _level(left) and _level(right)):
                return self._broken(parse(text), "")
            sides = [*self._broken(parse(left), ""), *self._broken(parse(right), "= ")]
            whole = " ".join([sides[0], sides[-1].removeprefix("& ")])
            return [whole] if len(sides) == 2 and width(whole) <= LINE else sides
        except (Unreadable, Refused, RecursionError):
            return [rf"& \text{{{escape(piece)}}}" for piece in _pieces(text)]

    def _top(self, text: str) -> str:
        return self.visit(parse(text))[0]

    def _broken(self, node: ast.expr, lead: str) -> list[str]:
        """One side in lines that are not too wide, where terms allow it."""
        found: list[str] = []
        line = lead
        for k, term in enumerate(self._terms(node)):
            if k and width(line + term) > LINE:
                found.append(line)
                line = r"\quad " + term
            else:
                line += term if not k else f" {term}"
        found.append(line)
        return [f"& {x}" for x in found]

    def _terms(self, node: ast.expr) -> list[str]:
        """The terms of a sum, with their signs from the second on."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            sign = "+" if isinstance(node.op, ast.Add) else "-"
            return [*self._terms(node.left), f"{sign} {self.at(node.right, SIGNED + 1)}"]
        return [self.visit(node)[0]]

    def at(self, node: ast.expr, level: int) -> str:
        """A part, in brackets where it binds looser than a level."""
        text, own = self.visit(node)
        return bracket(text) if own < level else text

    def visit(self, node: ast.expr) -> tuple[str, int]:
        """The LaTeX of a part and how tightly it binds."""
        said = related(node)
        if said is not None:
            return f"{self.at(said.left, SUM)} {_SIGNS[said.sign]} {self.at(said.right, SUM)}", SUM
        match node:
            case ast.Constant(value=bool() as truth):
                return _WORDS[str(truth).lower()], ATOM
            case ast.Constant(value=int() as number):
                return str(number), ATOM
            case ast.Name(id=name):
                return self._symbol(name), ATOM
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                return self._letter(name).show(self._index(index)), ATOM
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return f"-{self.at(x, PRODUCT)}", SIGNED
            case ast.Attribute(value=x, attr="T"):
                return rf"{self._base(x)}^\top", POWER
            case ast.BinOp():
                return self._binary(node)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
        raise Unreadable(f"{ast.unparse(node)} is not set")

    def _binary(self, node: ast.BinOp) -> tuple[str, int]:
        match node.op:
            case ast.Add() | ast.Sub():
                return " ".join(self._terms(node)), SUM
            case ast.Mult():
                left, right = self.at(node.left, SIGNED), self.at(node.right, PRODUCT)
                dot = r" \cdot " if re.match(r"\d", right) or left.endswith(r"\top") else " "
                return f"{left}{dot}{right}", SIGNED if left.startswith("-") else PRODUCT
            case ast.MatMult():
                left, right = self.at(node.left, SIGNED), self.at(node.right, PRODUCT)
                return f"{left} {right}", SIGNED if left.startswith("-") else PRODUCT
            case ast.Div():
                above, sign = node.left, ""
                if isinstance(above, ast.UnaryOp):
                    above, sign = above.operand, "-"
                text = rf"{sign}\frac{{{self.visit(above)[0]}}}{{{self.visit(node.right)[0]}}}"
                return text, SIGNED if sign else PRODUCT
            case ast.Pow():
                return f"{self._base(node.left)}^{{{self.visit(node.right)[0]}}}", POWER
        raise Unreadable(f"{ast.unparse(node)} is not set")

    def _base(self, node: ast.expr) -> str:
        """What a power or a transposition is of: in brackets, too, where it has a mark above."""
        text, own = self.visit(node)
        marked = isinstance(node, (ast.Name, ast.Subscript)) and "^" in text
        return bracket(text) if own < ATOM or marked else text

    def _call(self, name: str, args: list[ast.expr]) -> tuple[str, int]:
        if name == "cases":
            *arms, otherwise = args
            rows = [
                rf"{self.visit(x)[0]} & \text{{if }} {self.visit(c)[0]}"
                for x, c in zip(arms[::2], arms[1::2], strict=True)
            ]
            rows.append(rf"{self.visit(otherwise)[0]} & \text{{otherwise}}")
            body = r" \\ ".join(rows)
            return rf"\begin{{cases}} {body} \end{{cases}}", SUM
        inner = ", ".join(self.visit(x)[0] for x in args)
        if name == "sqrt":
            return rf"\sqrt{{{inner}}}", ATOM
        if name == "Abs":
            return bracket(inner, r"\lvert ", r" \rvert"), ATOM
        if name == "norm":
            return bracket(inner, r"\lVert ", r" \rVert"), ATOM
        plain = name.lower()
        head = rf"\{plain}" if plain in _FUNCTIONS else rf"\operatorname{{{escape(name)}}}"
        return f"{head}{bracket(inner)}", ATOM

    def _index(self, node: ast.expr) -> str:
        return re.sub(r"\s*([+-])\s*", r"\1", self.visit(node)[0])

    def _symbol(self, name: str) -> str:
        if name == "t" or name in _WORDS:
            return _WORDS.get(name, name)
        return str(self._letter(name))

    def _letter(self, name: str) -> LatexName:
        for all_ in self.named:
            for table in (all_.sequences, all_.parameters):
                if name in table:
                    return table[name]
        return next(spelled(name))


def _level(text: str) -> bool:
    """Whether no bracket is open at the end of a text."""
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}"))


def _pieces(text: str, size: int = 90) -> list[str]:
    """Words in lines of about the same length."""
    found = [""]
    for word in text.split():
        if len(found[-1]) + len(word) > size and found[-1]:
            found.append("")
        found[-1] = f"{found[-1]} {word}".strip()
    return found


# --- the document ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A setting in print."""

    name: str
    systems: list[tuple[str, Block]]
    beside: bool
    facts: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Entry:
    """A statement in print."""

    data: Mapping[str, Any]
    parts: list[Part]
    obligations: list[tuple[Mapping[str, Any], list[str], list[str]]]
    formulas: Formulas


def appendix(pairs: Sequence[tuple[Statement, Mapping[str, Any]]], command: str) -> str:
    """A document of decided statements, given with their records.

    It needs base LaTeX with amsmath and longtable. Raises `Refused` for what has no LaTeX.
    """
    entries = [_entry(statement, record) for statement, record in pairs]
    return (
        environment()
        .get_template("proof.tex.j2")
        .render(entries=entries, command=" ".join(command.split()))
    )


def _entry(statement: Statement, record: Mapping[str, Any]) -> Entry:
    told = settings(statement.claim)
    named = [letters(system) for setting in told for _, system in setting.systems]
    formulas = Formulas(named)
    obligations = [
        (o, formulas.lines(o["before"]), [] if o["after"] == "0" else formulas.lines(o["after"]))
        for o in record["obligations"]
    ]
    data = explained(statement, record)
    return Entry(data, [_part(s) for s in told], obligations, formulas)


def _part(setting: Setting) -> Part:
    systems = [(name, block(system)) for name, system in setting.systems]
    named = [letters(system) for _, system in setting.systems]
    widest = [max(map(width, made.rows), default=0.0) for _, made in systems]
    beside = len(systems) == 2 and all(w <= NARROW for w in widest)
    facts = [(f.heading, _fact(f, named)) for f in setting.facts]
    return Part(setting.name, systems, beside, facts)


def _fact(facts: Facts, named: Sequence[LatexNames]) -> list[str]:
    """The lines of some facts, each side in the letters of its system."""

    def side(place: int) -> Formulas:
        first = named[place : place + 1]
        return Formulas([*first, *named])

    shown = []
    for line in facts.lines:
        sides = [side(p).show(text) for p, text in zip(facts.sides, line, strict=False)]
        shown.append(" = ".join(sides))
    return shown


__all__ = ["Formulas", "appendix"]

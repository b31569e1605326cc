r"""The layout of a system as an algorithm: rows of one `aligned` block.

Inputs with defaults, the start, the loop over t with one row per statement, what is returned.
Rows that would be too wide are broken where a term, an alternative or an input begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy
from sympy import Eq
from sympy.logic.boolalg import And, Or

from optwright.derive.language.declaration import (
    History,
    Hyper,
    Loop,
    Optimizer,
    Push,
    Schedule,
    State,
    Statement,
)
from optwright.derive.language.extent import COORDINATE, HOST
from optwright.derive.language.notation import LatexNames, Notation, letters
from optwright.derive.language.symbol import Value
from optwright.derive.language.text import order_of
from optwright.templates.latex.printer import Latex, number

WIDTH = 73.0
"""How wide a row may be, in letters."""

HEIGHT = 38.0
"""How high a part of a block may be, in rows."""

STEP = r"\quad "


@dataclass(frozen=True)
class Block:
    """A system in print: the rows of its `aligned` block, its letters, and lines on its symbols."""

    rows: tuple[str, ...]
    letters: LatexNames
    symbols: tuple[str, ...]

    @property
    def pieces(self) -> list[list[str]]:
        """The rows in parts that fit on a page each."""
        parts: list[list[str]] = [[]]
        filled = 0.0
        for row in self.rows:
            filled += height(row)
            if filled > HEIGHT and parts[-1]:
                parts.append([])
                filled = height(row)
            parts[-1].append(row)
        return parts


def block(system: Optimizer | Schedule, notation: Notation | None = None) -> Block:
    """The block of a system in a notation."""
    latex = printer(system, notation)
    named = latex.letters
    rows = [
        *_inputs(system.hyper, latex),
        *_start(system, latex),
        r"\textbf{for } t = 1, 2, \dots",
        *(STEP + row for row in _body(system, latex)),
    ]
    if isinstance(system, Schedule):
        rows[-1:] = [rows[-1], *_wrapped(STEP + r"\textbf{return } ", latex.terms(system.output))]
    else:
        rows.append(rf"\textbf{{return }} {named.sequences['theta'].show('t')}")
        for view, x in system.views.items():
            rows.append(rf"\textbf{{view }} \text{{{view}: }} {latex.show(sympy.sympify(x))}")
    return Block(tuple(rows), named, tuple(_symbols(system, named, latex)))


def printer(system: Optimizer | Schedule, notation: Notation | None = None) -> Latex:
    """The printer of a system's expressions, with its letters in a notation."""
    named = letters(system, notation)
    if isinstance(system, Schedule):
        return Latex(order_of(system), named, {})
    histories = [h.name for h in system.histories]
    extents = {**system.extents, "theta": COORDINATE}
    return Latex(order_of(system), named, extents, system.shape, histories)


def _inputs(hyper: Sequence[Hyper], latex: Latex) -> list[str]:
    items = []
    for h in hyper:
        letter = str(latex.letters.parameters[h.name])
        if h.default is None:
            items.append(letter)
        elif h.default.is_number:
            items.append(f"{letter} = {number(h.default, decimal=True)}")
        else:
            items.append(f"{letter} = {latex.show(h.default)}")
    return _listed(r"\textbf{Input } ", items)


def _start(system: Optimizer | Schedule, latex: Latex) -> list[str]:
    items = []
    for s in system.state:
        if isinstance(s, History):
            letter = str(latex.letters.sequences[s.name])
            items.append(
                rf"{letter} \gets \emptyset \text{{ (the last }} "
                rf"{latex.show(sympy.sympify(s.length))}\text{{)}}"
            )
            continue
        lhs, rhs = latex.letters.sequences[s.name].show("0"), latex.show(sympy.sympify(s.init))
        items.append(lhs if lhs == rhs else rf"{lhs} \gets {rhs}")
    return _listed(r"\textbf{Start } ", items)


def _listed(heading: str, items: Sequence[str]) -> list[str]:
    """Items after a heading, as many to a row as fit."""
    rows: list[str] = []
    line = ""
    for item in items:
        if line and width(heading + line + item) > WIDTH:
            rows.append(line + ",")
            line = ""
        line = f"{line}, \\; {item}" if line else item
    if not items:
        return []
    indent = rf"\phantom{{{heading}}} "
    return [(indent if k else heading) + row for k, row in enumerate([*rows, line])]


def _body(system: Optimizer | Schedule, latex: Latex) -> list[str]:
    rows = [row for s in system.step for row in _statement(s, latex)]
    repeat = system.repeat if isinstance(system, Optimizer) else None
    if repeat is None:
        return rows
    until = sympy.sympify(repeat.until)
    head = (
        rf"\textbf{{repeat at most }} {latex.show(sympy.sympify(repeat.at_most))} \textbf{{ times}}"
    )
    turn = rf"\text{{, }} {latex.letters.sequences['turn'].show('t')} \text{{ counting}}"
    parts = latex.parts(until) if isinstance(until, (And, Or)) else [latex.show(until)]
    word = r"\text{ and } " if isinstance(until, And) else r"\text{ or } "
    tail = [parts[0], *(word + p for p in parts[1:])]
    return [head + turn, *(STEP + r for r in rows), *_wrapped(r"\textbf{until } ", tail)]


def _statement(statement: Statement, latex: Latex) -> list[str]:
    if isinstance(statement, Eq):
        return _assignment(statement, latex)
    if isinstance(statement, Push):
        items = [
            rf"{latex.show(x)} \text{{ to }} {latex.letters.sequences[h.name]}"
            for h, x in statement.values
        ]
        when = (
            "" if statement.when == sympy.true else rf" \text{{ if }} {latex.show(statement.when)}"
        )
        return [rf"\textbf{{push }} {', '.join(items)}{when}"]
    assert isinstance(statement, Loop)
    first, last = latex.show(statement.first), latex.show(statement.last)
    body = [row for e in statement.body for row in _assignment(e, latex)]
    return [
        *(row for e in statement.init for row in _assignment(e, latex)),
        rf"\textbf{{for }} {statement.index} = {first}, \dots, {last}",
        *(STEP + row for row in body),
        r"\textbf{end}",
    ]


def _assignment(equation: Eq, latex: Latex) -> list[str]:
    return _wrapped(rf"{latex.show(equation.lhs)} \gets ", latex.terms(equation.rhs))


def _wrapped(lead: str, parts: Sequence[str]) -> list[str]:
    """A row that continues below, indented, where it would be too wide."""
    rows, line = [], lead
    for k, part in enumerate(parts):
        if k and width(f"{line} {part}") > WIDTH:
            rows.append(line)
            line = rf"\qquad {{}} {part}"
        else:
            line = f"{line} {part}" if k else line + part
    return [*rows, line]


# --- symbols ---------------------------------------------------------------------------------


def _symbols(system: Optimizer | Schedule, named: LatexNames, latex: Latex) -> Iterable[str]:
    """A line for each symbol: name, letter, what it is. The reader takes names from these."""
    for h in system.hyper:
        words = " ".join(h.meaning.replace("|", "/").split())
        meaning = f" | {words}" if words else ""
        yield (f"{h.name} | {named.parameters[h.name]} | {h.symbol.role} in {h.range}{meaning}")
    states = {s.name: s for s in system.state}
    used = _used(system)
    for name, letter in named.sequences.items():
        if name in states:
            s = states[name]
            kind = "history" if isinstance(s, History) else "state"
            extent = s.extent if isinstance(s, (State, History)) else HOST
            yield f"{name} | {letter} | {kind} of extent {extent}"
        elif name in used:
            yield f"{name} | {letter} | {'parameters' if name == 'theta' else 'value'}"
    yield f"loss | {named.loss} | loss"


def _used(system: Optimizer | Schedule) -> set[str]:
    from optwright.derive.language.declaration import assigned, expressions

    exprs = [x for s in system.step for x in expressions(s)]
    if isinstance(system, Schedule):
        exprs.append(system.output)
    names = {v.name for x in exprs for v in sympy.sympify(x).atoms(Value)}
    names |= {n for s in system.step for n in assigned(s)}
    if isinstance(system, Optimizer):
        names |= {"theta"} | ({"turn"} if system.repeat else set())
    return names


# --- width -----------------------------------------------------------------------------------

_TOKEN = re.compile(r"\\begin\{cases\}|\\end\{cases\}|\\[A-Za-z]+|\\.|[{}]|\s+|.", re.DOTALL)
_WIDE = {
    "quad": 2.0,
    "qquad": 4.0,
    "gets": 2.5,
    "operatorname": 0.5,
    "sqrt": 1.5,
    "left": 0.5,
    "right": 0.5,
    "nabla": 1.5,
    "top": 0.7,
}
_EMPTY = {
    "textbf",
    "text",
    "mathrm",
    "mathit",
    "hat",
    "bar",
    "tilde",
    "phantom",
    "cdot",
}


def width(latex: str) -> float:
    """Roughly how wide some LaTeX is in print, in letters."""
    tokens = [m.group() for m in _TOKEN.finditer(latex) if not m.group().isspace()]
    return _width(tokens, 0, "")[0]


def _width(tokens: Sequence[str], k: int, stop: str) -> tuple[float, int]:
    """The width up to a token that stops, and the place after it."""
    total, script = 0.0, 1.0
    widest = 0.0
    while k < len(tokens):
        token = tokens[k]
        k += 1
        if token == stop:
            break
        if token in (r"\frac", r"\dfrac"):
            above, k = _width(tokens, k + 1, "}")
            below, k = _width(tokens, k + 1, "}")
            total += max(above, below) + 0.5
            continue
        if token == r"\begin{cases}":
            inner, k = _width(tokens, k, r"\end{cases}")
            total += inner + 3.0
            continue
        if token == "{":
            inner, k = _width(tokens, k, "}")
            total += script * inner
            script = 1.0
            continue
        if token in "_^":
            script = 0.65
            continue
        if token == r"\\":
            widest, total = max(widest, total), 0.0
            continue
        word = token[1:] if token.startswith("\\") and len(token) > 2 else ""
        if word in _EMPTY:
            continue
        size = (
            _WIDE.get(word, 1.2)
            if word
            else 0.3
            if token in r"\,\;"
            else 2.0
            if token in "+-=<>&"
            else 1.0
        )
        total += script * size
        script = 1.0
    return max(widest, total), k


def height(row: str) -> float:
    """Roughly how high a row is in print, in plain rows."""
    inner = row.count(r" \\")
    return 1.0 + inner + 0.3 * bool(inner) + 0.7 * row.count(r"\dfrac" if inner else r"\frac")


__all__ = ["HEIGHT", "WIDTH", "Block", "block", "height", "printer", "width"]

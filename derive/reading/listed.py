r"""Rows of our own files, each read by its keyword."""

from __future__ import annotations

import re
from typing import Any

import sympy
from lark import Token
from sympy import Eq, Expr, Symbol

from optwright.derive.language.declaration import (
    History,
    Hyper,
    Loop,
    Push,
    Statement,
    equation,
    turn,
)
from optwright.derive.language.notation import LatexName
from optwright.derive.language.symbol import Parameter, Value, Variable, t
from optwright.derive.reading.builder import Builder, OpenLoop
from optwright.derive.reading.parse import parse
from optwright.derive.reading.source import ReadError, Row


class Listed(Builder):
    """Rows with keywords, all of whose symbols the comments list."""

    def read_rows(self) -> None:
        for row in self.rows:
            self._read(row)

    def _read(self, row: Row) -> None:
        self.meaning.row = row
        method = getattr(self, f"_row_{row.keyword or 'assignment'}")
        method(row)

    def _row_input(self, row: Row) -> None:
        for letter, value in self.pairs(row):
            symbol = self.names.parameters.get(str(letter))
            if not isinstance(symbol, Parameter):
                raise ReadError(f"{letter} is no hyperparameter", self.file, row.start)
            self.hyper.append(Hyper(symbol, value, symbol.range, symbol.meaning))

    def _row_start(self, row: Row) -> None:
        row = self._histories(row)
        if not row.text.strip(" ,"):
            return
        self.meaning.initial = True
        for tree in self.chains(row):
            first = tree.children[0]
            letter = self.full(first)
            place, _, below = (letter.below if letter else "").rpartition(",")
            bare = letter and str(LatexName(letter.base, letter.above, place))
            if below != "0" or bare not in self.names.sequences:
                raise self.meaning.fail("a start is of index 0, such as m_0", first)
            # A state that starts at a hyperparameter of the same letter, d_0, stands alone.
            self.inits[self.names.sequences[bare]] = self.meaning.expr(tree.children[-1])
        self.meaning.initial = False

    def _histories(self, row: Row) -> Row:
        """Take histories out of a row of starts."""
        pattern = re.compile(
            r"([^,]*?)\\gets\s*\\emptyset\s*\\text\{\s*\(the last\s*\}(.*?)\\text\{\s*\)\s*\},?"
        )

        def take(match: re.Match[str]) -> str:
            letter = LatexName.parse(match.group(1).strip())
            place = row.start + match.start(2)
            length = self.formula(Row("", match.group(2), place))
            name = self.names.sequences.get(str(letter))
            if name is None:
                raise ReadError(f"{match.group(1).strip()} is no history", self.file, place)
            self.lengths[name] = length
            return " " * len(match.group())

        text = pattern.sub(take, row.text)
        lead = len(text) - len(text.lstrip())
        made = Row(row.keyword, text.strip().rstrip(","), row.start + lead)
        self.meaning.row = made
        return made

    def _row_for(self, row: Row) -> None:
        if re.match(r"t\s*(=|\\gets|\\leftarrow)", row.text):
            first = re.match(r"t\s*=\s*1\s*,\s*(2\s*,\s*)?\\l?dots", row.text)
            if not first and self.names.known:
                raise ReadError("the clock runs t = 1, 2, \\dots", self.file, row.start)
            return
        tree = parse(row, "loop", self.file)
        index, first_tree, last_tree = (c for c in tree.children if not isinstance(c, Token))
        letter = self.meaning.source(index).strip()
        symbol = Symbol(letter, integer=True)
        first_value, last = self.meaning.expr(first_tree), self.meaning.expr(last_tree)
        self.meaning.indices[letter] = symbol
        self.loop = OpenLoop(symbol, first_value, last)

    def _row_end(self, row: Row) -> None:
        if self.loop is None:
            return
        loop, self.loop = self.loop, None
        members = {e.lhs.name for e in loop.body}
        inits: list[Eq] = []
        while self.step and self._starts_loop(self.step[-1], members):
            inits.insert(0, self.step.pop())
        self.step.append(Loop(loop.index, loop.first, loop.last, tuple(inits), tuple(loop.body)))
        self.meaning.indices.pop(str(loop.index), None)

    def _starts_loop(self, statement: Statement, members: set[str]) -> bool:
        return (
            isinstance(statement, Eq)
            and statement.lhs.name in members
            and not statement.lhs.index.has(t)
        )

    def _row_repeat(self, row: Row) -> None:
        pattern = r"(.*?)\\textbf\{\s*times\s*\}\s*\\text\{, \}(.*?)\\text\{ counting\}"
        found = re.match(pattern, row.text, re.DOTALL)
        if not found:
            raise ReadError("repeat at most … times is not complete", self.file, row.start)
        count = Row("", found.group(1), row.start)
        counter = Row("", found.group(2), row.start + found.start(2))
        if self.formula(counter) != turn[t]:
            raise ReadError("this does not count the turns", self.file, counter.start)
        self.repeat = (self.formula(count), sympy.false)

    def _row_until(self, row: Row) -> None:
        tree = parse(row, "condition", self.file)
        if self.repeat is None:
            raise ReadError("until without repeat", self.file, row.start)
        self.repeat = (self.repeat[0], self.meaning.condition(tree))

    def _row_push(self, row: Row) -> None:
        tree = parse(row, "pushes", self.file)
        values: dict[History, Expr] = {}
        when: Any = True
        for child in tree.children:
            if isinstance(child, Token):
                continue
            if child.data == "push":
                what, target = (c for c in child.children if not isinstance(c, Token))
                letter = self.meaning.letter(self.meaning.single(target)) or LatexName("?")
                name = self.names.sequences.get(str(letter), "")
                if name not in self.lengths:
                    raise self.meaning.fail("this is no history", target)
                values[self.history(name)] = self.meaning.expr(what)
            else:
                when = self.meaning.condition(child)
        self.add(Push(values, when), row)

    def _row_return(self, row: Row) -> None:
        value = self.formula(row)
        if self.kind == "schedule":
            self.output = value
        elif value != Variable("theta")[t]:
            raise ReadError("an optimizer returns its parameters", self.file, row.start)

    def _row_view(self, row: Row) -> None:
        found = re.match(r"\\text\{\s*(\w+)\s*:\s*\}", row.text)
        if not found:
            raise ReadError("a view is written \\text{name: } expression", self.file, row.start)
        rest = Row("", row.text[found.end() :], row.start + found.end())
        self.views[found.group(1)] = self.formula(rest)

    def _row_assignment(self, row: Row) -> None:
        tree = parse(row, "assignment", self.file)
        left, _, right = tree.children
        value = self.meaning.expr(right)
        target = self.target(left)
        if not isinstance(target, Value):
            raise self.meaning.fail("only a sequence such as m_t can be assigned", left)
        made = equation(target, value)
        if self.loop:
            self.loop.body.append(made)
            self.meaning.known[target.name] = self.found(value, right)
            self.meaning.done.add(target.name)
        else:
            self.add(made, row, self.found(value, right))


__all__ = ["Listed"]

r"""What is known of a system while its rows are read, and the declaration made of it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import sympy
from lark import Token, Tree
from sympy import Eq, Expr, Symbol

from optwright.derive.language.declaration import (
    DeclarationError,
    History,
    Hyper,
    Optimizer,
    Repeat,
    Schedule,
    Source,
    State,
    Statement,
    assigned,
)
from optwright.derive.language.extent import COORDINATE, HOST, Extent, ExtentError, infer
from optwright.derive.language.notation import LatexName
from optwright.derive.language.symbol import Variable
from optwright.derive.reading.meaning import Meaning, extent_of
from optwright.derive.reading.names import SourceNames
from optwright.derive.reading.parse import parse
from optwright.derive.reading.source import Block, ReadError, Row

_MATRIX = re.compile(r"\\nabla\s*\^\s*\{?2|\\top(?![A-Za-z])|\^\s*\{?T\b|\^\s*\{\s*-1\s*\}")


@dataclass
class OpenLoop:
    """A loop whose end has not been read."""

    index: Symbol
    first: Expr
    last: Expr
    body: list[Eq] = field(default_factory=list)


class Builder(ABC):
    """A system under construction: hyperparameters, starts, statements, and where each stood."""

    def __init__(self, block: Block, file: str, name: str) -> None:
        self.block, self.file, self.name = block, file, name
        self.rows = list(block.rows)
        traits = dict(re.findall(r"(\w+)=(\w+)", block.traits))
        self.kind = block.traits.split(" ")[0] if block.traits else "optimizer"
        self.scope = traits.get("scope", "tensor")
        shape: Any = traits.get("shape", "any")
        try:
            names = SourceNames.listed(block.symbols) if block.traits else SourceNames()
        except ValueError as error:
            raise ReadError(
                f"the comments % symbol … are not as they were written: {error}"
            ) from None
        if not block.traits and any(_MATRIX.search(row.text) for row in self.rows):
            self.scope, shape = "all", "vector"
        self.names = names
        self.meaning = Meaning(names, file, shape)
        self.hyper: list[Hyper] = []
        self.inits: dict[str, Expr] = {}
        self.lengths: dict[str, Expr] = {}
        self.step: list[Statement] = []
        self.loop: OpenLoop | None = None
        self.views: dict[str, Expr] = {}
        self.output: Expr | None = None
        self.repeat: tuple[Expr, Any] | None = None
        self.at: dict[int, Row] = {}

    def build(self) -> Optimizer | Schedule:
        """The declaration. Raises ReadError with the place of what cannot be read."""
        always = {"theta": COORDINATE, "g": COORDINATE, "turn": HOST}
        self.meaning.known = {**always, **self.names.kept, **self.names.histories}
        self.read_rows()
        if self.loop:
            raise ReadError("a loop is not ended", self.file, self.rows[-1].start)
        try:
            return self.schedule() if self.kind == "schedule" else self.optimizer()
        except DeclarationError as error:
            raise ReadError(str(error), self.file, self.place(error)) from None

    @abstractmethod
    def read_rows(self) -> None:
        """Read all rows into hyperparameters, starts and statements."""

    def add(self, statement: Statement, row: Row, extent: Extent | None = None) -> None:
        """Append a statement of the step."""
        self.at[len(self.step)] = row
        self.step.append(statement)
        self.meaning.done |= assigned(statement)
        if isinstance(statement, Eq) and extent is not None:
            kept = statement.lhs.name in self.names.kept or statement.lhs.name == "theta"
            if not kept:
                self.meaning.known[statement.lhs.name] = extent

    def found(self, value: Expr, tree: Any) -> Extent:
        """The extent of a value. Raises ReadError where it has none."""
        if self.meaning.shape == "any":
            return extent_of(self.meaning, value)
        try:
            return infer(value, self.meaning.known, self.meaning.shape)
        except KeyError as error:
            raise self.meaning.fail(
                f"{error.args[0]} is used before it is assigned", tree
            ) from None
        except ExtentError as error:
            raise self.meaning.fail(str(error), tree) from None

    def target(self, tree: Any) -> Expr:
        """The left side of an assignment."""
        single = self.meaning.single(tree)
        node = (
            single
            if getattr(single, "data", "") in ("factor", "symbol", "word", "accent", "style")
            else None
        )
        if node is None:
            raise self.meaning.fail(f"{self.meaning.source(tree)!r} cannot be assigned", tree)
        return self.meaning.expr(node)

    def formula(self, row: Row) -> Expr:
        """A row as one expression."""
        before, self.meaning.row = self.meaning.row, row
        value = self.meaning.expr(parse(row, "formula", self.file))
        self.meaning.row = before
        return value

    def chains(self, row: Row) -> list[Tree[Token]]:
        """The chains of equations in a row, which commas part."""
        tree = parse(row, "assignments", self.file)
        return [c for c in tree.children if not isinstance(c, Token)]

    def pairs(self, row: Row) -> list[tuple[LatexName, Expr | None]]:
        """Letters with their defaults, None where none is given."""
        found: list[tuple[LatexName, Expr | None]] = []
        for chain in self.chains(row):
            trees = [c for c in chain.children if not isinstance(c, Token)]
            value = self.meaning.expr(trees[-1]) if len(trees) > 1 else None
            for tree in trees[:-1] or trees:
                letter = self.full(tree)
                if letter is None:
                    raise self.meaning.fail("this is no symbol", tree)
                found.append((letter, value))
        return found

    def full(self, tree: Any) -> LatexName | None:
        """A letter with all its marks, none taken for an index."""
        node = self.meaning.single(tree)
        if isinstance(node, Token):
            return LatexName(str(node)) if node.type in ("LETTER", "SYMBOL") else None
        if node.data != "factor":
            return self.meaning.letter(node)
        base = self.meaning.base(node.children[0])
        if base is None:
            return None
        above, below, _ = self.meaning.marks(node.children[1:])
        return LatexName(base, above, ",".join(mark for mark, _ in self.meaning.marked(below)))

    def history(self, name: str) -> History:
        """The history of a name."""
        latex = self.names.latex.get(name)
        letter = latex if latex != name else None
        return History(Variable(name, letter), self.lengths[name], self.names.histories[name])

    # --- results --------------------------------------------------------------------------------

    def place(self, error: DeclarationError) -> int:
        """Where the statement of an error stands, as far as its words tell."""
        for k, statement in enumerate(self.step):
            if k not in self.at or not isinstance(statement, Eq):
                continue
            if str(statement.lhs) in error.where or error.symbol == statement.lhs.name:
                return self.at[k].start
        return self.rows[0].start

    def states(self) -> list[State | History]:
        """What is kept between steps, with its starts."""
        kept: list[State | History] = []
        extents = {**self.names.kept, **self.names.histories}
        for name in [n for n in self.names.latex if n in extents]:
            latex, extent = self.names.latex[name], extents[name]
            variable = Variable(name, latex if latex != name else None)
            if name in self.names.histories:
                if name not in self.lengths:
                    raise ReadError(
                        f"the history {name} has no start", self.file, self.rows[0].start
                    )
                kept.append(self.history(name))
                continue
            if self.names.known and name not in self.inits:
                raise ReadError(f"the state {name} has no start", self.file, self.rows[0].start)
            kept.append(State(variable, self.inits.get(name, sympy.Integer(0)), extent))
        return kept

    def complete(self) -> None:
        """Refuse our own rows where one that assigns a listed symbol is missing."""
        for name in self.names.latex if self.names.known else ():
            kept = {*self.names.kept, *self.names.histories, "turn"} - {"theta"}
            if name in self.names.sequences.values() and name not in self.meaning.done | kept:
                raise ReadError(f"no row assigns {name}", self.file, self.rows[0].start)

    def optimizer(self) -> Optimizer:
        """The rows as an optimizer."""
        self.complete()
        return Optimizer(
            name=self.name,
            source=Source("read from LaTeX"),
            step=tuple(self.step),
            hyper=tuple(self.hyper),
            state=tuple(self.states()),
            scope=self.scope,
            shape=self.meaning.shape,
            views=self.views,
            repeat=Repeat(*self.repeat) if self.repeat else None,
        )

    def schedule(self) -> Schedule:
        """The rows as a schedule."""
        if self.output is None:
            raise ReadError("a schedule returns its value", self.file, self.rows[-1].start)
        return Schedule(
            name=self.name,
            source=Source("read from LaTeX"),
            output=self.output,
            hyper=tuple(self.hyper),
            state=tuple(s for s in self.states() if isinstance(s, State)),
            step=tuple(self.step),
        )


__all__ = ["Builder", "OpenLoop"]

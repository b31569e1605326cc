r"""Hand-written rows, sorted out by what stands on their left.

Those without a step index and with a number are defaults, those of index 0 are starts, everything
else is the step. What is kept from step to step is what a row reads before it is assigned.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sympy
from lark import Token
from sympy import Eq, Expr

from optwright.derive.language.declaration import (
    Hyper,
    Statement,
    assigned,
    equation,
    expressions,
)
from optwright.derive.language.extent import COORDINATE, HOST, Extent, ExtentError, Shape, infer
from optwright.derive.language.notation import LatexName
from optwright.derive.language.symbol import ROLES, Parameter, Value, Variable, t
from optwright.derive.reading.builder import Builder
from optwright.derive.reading.meaning import extent_of
from optwright.derive.reading.source import ReadError, Row


class HandWritten(Builder):
    """Rows without our comments, read by the standard vocabulary."""

    def read_rows(self) -> None:
        """Sort out rows without our comments, then read them in order."""
        lefts: list[tuple[Row, LatexName, str]] = []
        self.meaning.indices = {}
        rows = [r for r in self.rows if r.keyword not in ("for", "end", "return")]
        plain: list[Row] = []
        for row in rows:
            self.meaning.row = row
            if row.keyword in ("repeat", "until", "push", "view"):
                raise ReadError(
                    f"{row.keyword} is read in our own files only", self.file, row.start
                )
            for chain in self.chains(row):
                trees = [c for c in chain.children if not isinstance(c, Token)]
                if len(trees) < 2:
                    raise self.meaning.fail("this is no equation: = or \\gets is missing", chain)
                letter = self.full(trees[0])
                if letter is None:
                    raise self.meaning.fail(
                        f"{self.meaning.source(trees[0])!r} cannot be assigned", trees[0]
                    )
                marks = [m for m in letter.below.split(",") if m]
                index = marks[-1] if marks else ""
                if not re.match(r"t(?![A-Za-z])|0$|1$", index):
                    index = ""
                bare = LatexName(
                    letter.base, letter.above, ",".join(marks[:-1] if index else marks)
                )
                lefts.append((row, bare, index.replace(" ", "")))
            plain.append(row)
        numbers = {r.start for r in plain if self._is_number(r)}
        stepped = {
            str(b) for r, b, i in lefts if i.startswith("t") or (not i and r.start not in numbers)
        }
        letters = {w for r in self.rows for w in re.findall(r"\\[A-Za-z]+|[A-Za-z]", r.text)}
        sequences = [b for _, b, _ in lefts if str(b) in stepped]
        shown = " ".join(r.text for r in plain)
        gradient = re.search(
            r"\\nabla\s*(?:_\s*\{[^}]*\}|_\\[A-Za-z]+)?\s*(?:\^\{?2\}?)?\s*"
            r"(\\math[a-z]+\s*\{[A-Za-z]\}|\\[A-Za-z]+|[A-Za-z])",
            shown,
        )
        try:
            self.names.guess(dict.fromkeys(sequences), letters)
        except ValueError as error:
            raise ReadError(str(error), self.file, self.rows[0].start) from None
        if gradient:
            self.names.loss = gradient.group(1)
        self.names.shifts = {str(b): 1 for _, b, i in lefts if i.startswith("t+1")}
        for row in plain:
            self._hand_row(row, numbers, stepped)
        self._finish_hand()

    def _is_number(self, row: Row) -> bool:
        """Whether a row gives numbers only, such as \\eta = 0.001."""
        self.meaning.row = row
        for chain in self.chains(row):
            trees = [c for c in chain.children if not isinstance(c, Token)]
            if re.search(
                r"[A-Za-z]", re.sub(r"\\(frac|cdot|times|sqrt)", "", self.meaning.source(trees[-1]))
            ):
                return False
        return True

    def _hand_row(self, row: Row, numbers: set[int], stepped: set[str]) -> None:
        self.meaning.row = row
        for chain in self.chains(row):
            trees = [c for c in chain.children if not isinstance(c, Token)]
            value_tree = trees[-1]
            for tree in trees[:-1]:
                full = self.full(tree)
                assert full is not None
                marks = full.below.split(",")
                bare = LatexName(full.base, full.above, ",".join(marks[:-1]))
                if marks[-1] == "0" and str(bare) in stepped:
                    self.meaning.initial = True
                    self.inits[self.names.sequence(bare)] = self.meaning.expr(value_tree)
                    self.meaning.initial = False
                elif (
                    row.start in numbers
                    and str(full) not in stepped
                    and not marks[-1].startswith("t")
                ):
                    symbol = self.names.parameter(full)
                    self._set_hyper(symbol, self.meaning.expr(value_tree), tree)
                else:
                    self._hand_step(tree, value_tree, row)

    def _set_hyper(self, symbol: Any, value: Expr, tree: Any) -> None:
        if value not in symbol.range:
            raise self.meaning.fail(f"{symbol.name} = {value} is outside {symbol.range}", tree)
        self.hyper.append(Hyper(symbol, value, symbol.range, symbol.meaning))

    def _hand_step(self, left: Any, right: Any, row: Row) -> None:
        value = self.meaning.expr(right)
        target = self._hand_target(left)
        self.add(equation(target, value), row, extent_of(self.meaning, value))

    def _hand_target(self, tree: Any) -> Value:
        full = self.full(tree)
        assert full is not None
        if str(full) in self.names.sequences:
            return Variable(self.names.sequence(full))[t]
        target = self.target(tree)
        if not isinstance(target, Value) or target.index != t:
            raise self.meaning.fail("a step assigns values of index t", tree)
        return target

    def _finish_hand(self) -> None:
        """Hyperparameters that no row gives, and what is kept."""
        given = {h.name for h in self.hyper}
        used = {
            s
            for x in (*(e for s in self.step for e in expressions(s)), *self.inits.values())
            for s in sympy.sympify(x).free_symbols
            if isinstance(s, Parameter)
        }
        order = sorted(used, key=lambda s: (ROLES.index(s.role), s.name))
        self.hyper += [Hyper(s, None, s.range, s.meaning) for s in order if s.name not in given]
        self._arrange()
        kept: dict[str, None] = {}
        done: set[str] = set()
        for k, statement in enumerate(self.step):
            for value in _values(statement):
                if value.name != "theta" and value.index == t - 1:
                    kept.setdefault(value.name)
                if value.index == t and value.name not in done and value.name != "g":
                    raise ReadError(
                        f"{value} is read, but no row assigns it", self.file, self.at[k].start
                    )
            done |= assigned(statement)
        for k, statement in enumerate(self.step):
            loose = [v for v in _values(statement) if v.name in kept and v.name not in done]
            if loose:
                raise ReadError(
                    f"{loose[0]} is read, but no row assigns {loose[0].name}",
                    self.file,
                    self.at[k].start,
                )
        self.names.kept = _extents(self.step, list(kept), self.meaning.shape)

    def _arrange(self) -> None:
        """Put what a row needs before it, where a text defines it after; the order stays else."""
        rest = list(enumerate(self.step))
        later = {name for _, s in rest for name in assigned(s)}
        step: list[Statement] = []
        at: dict[int, Row] = {}
        while rest:
            ready = (
                item
                for item in rest
                if not any(v.index == t and v.name in later for v in _values(item[1]))
            )
            chosen = next(ready, rest[0])
            rest.remove(chosen)
            later -= assigned(chosen[1])
            at[len(step)] = self.at[chosen[0]]
            step.append(chosen[1])
        self.step, self.at = step, at


def _values(statement: Statement) -> list[Value]:
    """The members that a statement reads, in a fixed order."""
    return sorted({v for x in expressions(statement) for v in x.atoms(Value)}, key=str)


def _extents(step: Sequence[Statement], kept: Sequence[str], shape: Shape) -> dict[str, Extent]:
    """The extents of kept sequences: the finest that their own equations give, from `host` up."""
    found: dict[str, Extent] = dict.fromkeys(kept, HOST)
    for _ in range(len(kept) + 2):
        known = {**found, "theta": COORDINATE, "g": COORDINATE}
        for statement in step:
            if not isinstance(statement, Eq):
                continue
            try:
                extent = infer(statement.rhs, known, shape)
            except (KeyError, ExtentError):
                extent = COORDINATE
            known[statement.lhs.name] = extent
        if all(found[name] == known[name] for name in kept):
            break
        found = {name: known[name] for name in kept}
    return found


__all__ = ["HandWritten"]

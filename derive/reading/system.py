r"""A block of rows as an optimizer or a schedule.

Rows with our keywords are read as written. Hand-written rows are sorted out: those without a step
index and with a number are defaults, those of index 0 are starts, everything else is the step.
What is kept from step to step is what a row reads before it is assigned.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from lark import Token, Tree
from sympy import Eq, Expr, Symbol

from optwright.derive.language.declaration import (
    DeclarationError,
    History,
    Hyper,
    Loop,
    Optimizer,
    Push,
    Repeat,
    Schedule,
    Source,
    State,
    Statement,
    assigned,
    equation,
    expressions,
    turn,
)
from optwright.derive.language.extent import COORDINATE, HOST, Extent, ExtentError, Shape, infer
from optwright.derive.language.notation import LatexName
from optwright.derive.language.symbol import Parameter, Value, Variable, t
from optwright.derive.reading.meaning import Meaning, extent_of, parse
from optwright.derive.reading.names import SourceNames
from optwright.derive.reading.source import Block, ReadError, Row

_MATRIX = re.compile(r"\\nabla\s*\^\s*\{?2|\\top(?![A-Za-z])|\^\s*\{?T\b|\^\s*\{\s*-1\s*\}")


def system(block: Block, file: str, name: str) -> Optimizer | Schedule:
    """The system of a block. Raises ReadError with the place of what cannot be read."""
    return _Builder(block, file, name).build()


@dataclass
class _Loop:
    index: Symbol
    first: Expr
    last: Expr
    body: list[Eq] = field(default_factory=list)


class _Builder:
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
        self.loop: _Loop | None = None
        self.views: dict[str, Expr] = {}
        self.output: Expr | None = None
        self.repeat: tuple[Expr, Any] | None = None
        self.at: dict[int, Row] = {}

    # --- rows --------------------------------------------------------------------------------

    def build(self) -> Optimizer | Schedule:
        always = {"theta": COORDINATE, "g": COORDINATE, "turn": HOST}
        self.meaning.known = {**always, **self.names.kept, **self.names.histories}
        if self.names.known:
            for row in self.rows:
                self._ours(row)
        else:
            self._hand()
        if self.loop:
            raise ReadError("a loop is not ended", self.file, self.rows[-1].start)
        try:
            return self._schedule() if self.kind == "schedule" else self._optimizer()
        except DeclarationError as error:
            raise ReadError(str(error), self.file, self._place(error)) from None

    def _place(self, error: DeclarationError) -> int:
        """Where the statement of an error stands, as far as its words tell."""
        for k, statement in enumerate(self.step):
            if k in self.at and isinstance(statement, Eq):
                if str(statement.lhs) in error.where or error.symbol == statement.lhs.name:
                    return self.at[k].start
        return self.rows[0].start

    def _ours(self, row: Row) -> None:
        self.meaning.row = row
        read = getattr(self, f"_row_{row.keyword or 'assignment'}")
        read(row)

    def _row_input(self, row: Row) -> None:
        for letter, value in self._pairs(row):
            symbol = self.names.parameters.get(str(letter))
            if not isinstance(symbol, Parameter):
                raise ReadError(f"{letter} is no hyperparameter", self.file, row.start)
            self.hyper.append(Hyper(symbol, value, symbol.range, symbol.meaning))

    def _row_start(self, row: Row) -> None:
        row = self._histories(row)
        if not row.text.strip(" ,"):
            return
        self.meaning.initial = True
        for tree in self._chains(row):
            first = tree.children[0]
            letter = self._full(first)
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
            length = self._formula(Row("", match.group(2), place))
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
        self.loop = _Loop(symbol, first_value, last)

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
        found = re.match(pattern, row.text, re.S)
        if not found:
            raise ReadError("repeat at most … times is not complete", self.file, row.start)
        count = Row("", found.group(1), row.start)
        counter = Row("", found.group(2), row.start + found.start(2))
        if self._formula(counter) != turn[t]:
            raise ReadError("this does not count the turns", self.file, counter.start)
        self.repeat = (self._formula(count), sympy.false)

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
                letter = self.meaning.letter(self.meaning._single(target)) or LatexName("?")
                name = self.names.sequences.get(str(letter), "")
                if name not in self.lengths:
                    raise self.meaning.fail("this is no history", target)
                values[self._history(name)] = self.meaning.expr(what)
            else:
                when = self.meaning.condition(child)
        self._add(Push(values, when), row)

    def _row_return(self, row: Row) -> None:
        value = self._formula(row)
        if self.kind == "schedule":
            self.output = value
        elif value != Variable("theta")[t]:
            raise ReadError("an optimizer returns its parameters", self.file, row.start)

    def _row_view(self, row: Row) -> None:
        found = re.match(r"\\text\{\s*(\w+)\s*:\s*\}", row.text)
        if not found:
            raise ReadError("a view is written \\text{name: } expression", self.file, row.start)
        rest = Row("", row.text[found.end() :], row.start + found.end())
        self.views[found.group(1)] = self._formula(rest)

    def _row_assignment(self, row: Row) -> None:
        tree = parse(row, "assignment", self.file)
        left, _, right = tree.children
        value = self.meaning.expr(right)
        target = self._target(left)
        if not isinstance(target, Value):
            raise self.meaning.fail("only a sequence such as m_t can be assigned", left)
        made = equation(target, value)
        if self.loop:
            self.loop.body.append(made)
            self.meaning.known[target.name] = self._found(value, right)
            self.meaning.done.add(target.name)
        else:
            self._add(made, row, self._found(value, right))

    # --- pieces ------------------------------------------------------------------------------

    def _add(self, statement: Statement, row: Row, extent: Extent | None = None) -> None:
        self.at[len(self.step)] = row
        self.step.append(statement)
        self.meaning.done |= assigned(statement)
        if isinstance(statement, Eq) and extent is not None:
            kept = statement.lhs.name in self.names.kept or statement.lhs.name == "theta"
            if not kept:
                self.meaning.known[statement.lhs.name] = extent

    def _found(self, value: Expr, tree: Any) -> Extent:
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

    def _target(self, tree: Any) -> Expr:
        """The left side of an assignment."""
        single = self.meaning._single(tree)
        node = (
            single
            if getattr(single, "data", "") in ("factor", "symbol", "word", "accent", "style")
            else None
        )
        if node is None:
            raise self.meaning.fail(f"{self.meaning.source(tree)!r} cannot be assigned", tree)
        return self.meaning.expr(node)

    def _formula(self, row: Row) -> Expr:
        before, self.meaning.row = self.meaning.row, row
        value = self.meaning.expr(parse(row, "formula", self.file))
        self.meaning.row = before
        return value

    def _chains(self, row: Row) -> list[Tree[Token]]:
        tree = parse(row, "assignments", self.file)
        return [c for c in tree.children if not isinstance(c, Token)]

    def _pairs(self, row: Row) -> list[tuple[LatexName, Expr | None]]:
        """Letters with their defaults, None where none is given."""
        found: list[tuple[LatexName, Expr | None]] = []
        for chain in self._chains(row):
            trees = [c for c in chain.children if not isinstance(c, Token)]
            value = self.meaning.expr(trees[-1]) if len(trees) > 1 else None
            for tree in trees[:-1] or trees:
                letter = self._full(tree)
                if letter is None:
                    raise self.meaning.fail("this is no symbol", tree)
                found.append((letter, value))
        return found

    def _full(self, tree: Any) -> LatexName | None:
        """A letter with all its marks, none taken for an index."""
        node = self.meaning._single(tree)
        if isinstance(node, Token):
            return LatexName(str(node)) if node.type in ("LETTER", "SYMBOL") else None
        if node.data != "factor":
            return self.meaning.letter(node)
        base = self.meaning._base(node.children[0])
        if base is None:
            return None
        above, below, _ = self.meaning._marks(node.children[1:])
        return LatexName(base, above, ",".join(mark for mark, _ in self.meaning.marked(below)))

    def _history(self, name: str) -> History:
        latex = self.names.latex.get(name)
        letter = latex if latex != name else None
        return History(Variable(name, letter), self.lengths[name], self.names.histories[name])

    # --- hand-written rows -------------------------------------------------------------------

    def _hand(self) -> None:
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
            for chain in self._chains(row):
                trees = [c for c in chain.children if not isinstance(c, Token)]
                if len(trees) < 2:
                    raise self.meaning.fail("this is no equation: = or \\gets is missing", chain)
                letter = self._full(trees[0])
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
        for chain in self._chains(row):
            trees = [c for c in chain.children if not isinstance(c, Token)]
            if re.search(
                r"[A-Za-z]", re.sub(r"\\(frac|cdot|times|sqrt)", "", self.meaning.source(trees[-1]))
            ):
                return False
        return True

    def _hand_row(self, row: Row, numbers: set[int], stepped: set[str]) -> None:
        self.meaning.row = row
        for chain in self._chains(row):
            trees = [c for c in chain.children if not isinstance(c, Token)]
            value_tree = trees[-1]
            for tree in trees[:-1]:
                full = self._full(tree)
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
        self._add(equation(target, value), row, extent_of(self.meaning, value))

    def _hand_target(self, tree: Any) -> Value:
        full = self._full(tree)
        assert full is not None
        if str(full) in self.names.sequences:
            return Variable(self.names.sequence(full))[t]
        target = self._target(tree)
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
        order = sorted(used, key=lambda s: (_rank(s), s.name))
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

    # --- results -----------------------------------------------------------------------------

    def _states(self) -> list[State | History]:
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
                kept.append(self._history(name))
                continue
            if self.names.known and name not in self.inits:
                raise ReadError(f"the state {name} has no start", self.file, self.rows[0].start)
            kept.append(State(variable, self.inits.get(name, sympy.Integer(0)), extent))
        return kept

    def _complete(self) -> None:
        """Refuse our own rows where one that assigns a listed symbol is missing."""
        for name in self.names.latex if self.names.known else ():
            kept = {*self.names.kept, *self.names.histories, "turn"} - {"theta"}
            if name in self.names.sequences.values() and name not in self.meaning.done | kept:
                raise ReadError(f"no row assigns {name}", self.file, self.rows[0].start)

    def _optimizer(self) -> Optimizer:
        self._complete()
        return Optimizer(
            name=self.name,
            source=Source("read from LaTeX"),
            step=tuple(self.step),
            hyper=tuple(self.hyper),
            state=tuple(self._states()),
            scope=self.scope,
            shape=self.meaning.shape,
            views=self.views,
            repeat=Repeat(*self.repeat) if self.repeat else None,
        )

    def _schedule(self) -> Schedule:
        if self.output is None:
            raise ReadError("a schedule returns its value", self.file, self.rows[-1].start)
        return Schedule(
            name=self.name,
            source=Source("read from LaTeX"),
            output=self.output,
            hyper=tuple(self.hyper),
            state=tuple(s for s in self._states() if isinstance(s, State)),
            step=tuple(self.step),
        )


def _values(statement: Statement) -> list[Value]:
    """The members that a statement reads, in a fixed order."""
    return sorted({v for x in expressions(statement) for v in x.atoms(Value)}, key=str)


def _rank(symbol: Parameter) -> int:
    from optwright.derive.language.symbol import ROLES

    return ROLES.index(symbol.role)


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


__all__ = ["system"]

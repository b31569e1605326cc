r"""Parse trees of formulas as SymPy expressions: letters with what stands below and above them."""

from __future__ import annotations

import re
from typing import Any

import sympy
from lark import Token, Tree
from sympy import Expr, Integer, Mul, Pow, Rational, Symbol

from optwright.derive.language import operation as op
from optwright.derive.language.extent import HOST, Extent, ExtentError, infer
from optwright.derive.language.notation import LatexName
from optwright.derive.language.symbol import Variable, t
from optwright.derive.reading.function import Functions
from optwright.derive.reading.product import MOST_DIGITS, Inverse

_AXES = {r"\text{rows}": -2, r"\text{columns}": -1}


class Meaning(Functions):
    """Reads the trees of one system."""

    def _factor(self, tree: Tree[Token]) -> Expr:
        found = self.scripted(tree)
        if isinstance(found, Inverse):
            raise self.fail("an inverse stands alone", tree)
        return found

    def scripted(self, tree: Tree[Token]) -> Any:
        atom: Any = tree.children[0]
        scripts: list[Any] = list(tree.children[1:])
        base = self.base(atom)
        if base is not None:
            above, below, powers = self.marks(scripts)
            value = self._named(LatexName(base, above), below, tree)
        elif getattr(atom, "data", "") == "norm":
            return self._norm(atom, scripts)
        elif getattr(atom, "data", "") == "inner":
            return self._inner(atom, scripts)
        else:
            _, below, powers = self.marks(scripts)
            if below:
                raise self.fail(f"{self.source(atom)!r} takes no index", tree)
            value = self._linear(atom)
        for power in powers:
            value = self.raised(value, power, tree)
        return value

    def raised(self, value: Expr, power: Any, tree: Any) -> Any:
        if isinstance(value, Inverse):
            raise self.fail("a power of an inverse has no meaning here", tree)
        text = str(power)[1:].strip() if isinstance(power, Token) and power.type == "SUP1" else ""
        if isinstance(power, Token) and power.type == "TOP":
            return op.transpose(value)
        single = None if isinstance(power, Token) else self.single(power)
        if getattr(single, "data", "") == "top":
            return op.transpose(value)
        if text == "T" and "T" not in self.names.parameters and self.shape != "any":
            return op.transpose(value)
        exponent = self._short(text, tree) if text else self._mark_expr(power)
        if self.shape != "any" and exponent.is_Rational and exponent < 0:
            extent = self._extent(value)
            if self._dims(value) == 2 and (extent.kind == "matrix" or self.shape == "matrix"):
                return Inverse(value) if exponent == -1 else op.inverse_root(value, -1 / exponent)
        self.bound(value, exponent, tree)
        return Pow(value, exponent)

    def _mark_expr(self, item: Any) -> Expr:
        if isinstance(item, Token):
            if item.type in ("LETTER", "SYMBOL"):
                return self._named(LatexName(str(item)), [], item)
            if item.type == "INFTY":
                return sympy.oo
            raise self.fail(f"{str(item)!r} is no exponent", item)
        return self.expr(item)

    def _short(self, text: str, tree: Any) -> Expr:
        """A script of one character."""
        if text.isdigit():
            return Integer(text)
        return self._named(LatexName(text), [], tree)

    def _index(self, item: Any, tree: Any) -> Expr:
        if isinstance(item, Token):
            text = str(item)[1:].strip() if item.type == "SUB1" else str(item)
            return self._short(text, tree)
        return self.expr(item)

    def _named(self, letter: LatexName, below: list[Any], tree: Any) -> Expr:
        """The meaning of a letter with what stands below it."""
        names = self.names
        pairs = self.marked(below)
        marks, below = [mark for mark, _ in pairs], [item for _, item in pairs]
        full = LatexName(letter.base, letter.above, ",".join(marks))
        if str(full) in names.parameters:
            return names.parameters[str(full)]
        if not below and letter.base in self.indices and not letter.above:
            return self.indices[letter.base]
        if str(full) == "t":
            return t
        if below:
            bare = LatexName(letter.base, letter.above, ",".join(marks[:-1]))
            if str(bare) in names.sequences:
                return self._member(bare, below[-1], tree)
        if str(full) in names.sequences:
            return self._implicit(full, tree)
        special = self._special(letter, below, marks, tree)
        if special is not None:
            return special
        if names.known:
            raise self.fail(f"{self.source(tree)!r} is no symbol that the comments list", tree)
        if below and self._is_time(marks[-1]):
            bare = LatexName(letter.base, letter.above, ",".join(marks[:-1]))
            if marks[-1] == "t" and names.is_standard(bare):
                return names.parameter(bare)  # a hyperparameter that varies, such as \eta_t
            names.sequence(bare)
            return self._member(bare, below[-1], tree)
        return names.parameter(full)

    def _is_time(self, mark: str) -> bool:
        return bool(re.match(r"t(?![A-Za-z])", mark)) or mark.split("-")[0] in self.indices

    def _member(self, letter: LatexName, item: Any, tree: Any) -> Expr:
        name = self.names.sequence(letter)
        index = self._index(item, tree)
        shift = self.names.shifts.get(str(letter), 0)
        if shift and index.has(t):
            index = index - shift
        return Variable(name)[index]

    def _implicit(self, letter: LatexName, tree: Any) -> Expr:
        """A sequence without an index: its newest value."""
        name = self.names.sequence(letter)
        if name in self.names.histories:
            return Symbol(name)
        if self.names.known:
            raise self.fail(f"{self.source(tree)!r} needs an index such as t", tree)
        return Variable(name)[t if name in self.done else t - 1]

    def _special(
        self, letter: LatexName, below: list[Any], marks: list[str], tree: Any
    ) -> Expr | None:
        """Letters with a fixed meaning where nothing else has them."""
        if letter.above:
            return None
        if letter.base == r"\pi" and not below:
            return sympy.pi
        if letter.base == "e" and not below:
            return sympy.E
        if letter.base == r"\xi" and len(below) == 2 and marks[0] == "t":
            return op.noise(self._index(below[1], tree))
        if letter.base == "n" and len(below) == 1:
            text = re.sub(r"\s", "", self.source(below[0]))
            if text in _AXES:
                return op.dim(_AXES[text])
            if re.fullmatch(r"-\d+", text):
                return op.dim(int(text))
        if letter.base == "I" and self.shape != "any":
            if below:
                return op.identity(self._index(below[0], tree))
            return op.identity(Variable("theta")[0 if self.initial else t - 1])
        return None

    def _symbol(self, tree: Tree[Token]) -> Expr:
        return self._named(LatexName(str(self.base(tree))), [], tree)

    _word = _accent = _style = _symbol

    # --- atoms -------------------------------------------------------------------------------

    def _number(self, tree: Tree[Token]) -> Expr:
        return self._written(tree.children[0])

    def _written(self, token: Any) -> Expr:
        if len(token) > MOST_DIGITS:
            raise self.fail(f"a number of {len(token):,} digits; {MOST_DIGITS:,} are read", token)
        return Rational(str(token))

    def _paren(self, tree: Tree[Token]) -> Expr:
        return self.expr(tree.children[0])

    _square = _group = _formula = _paren

    def _infinity(self, tree: Tree[Token]) -> Expr:
        return sympy.oo

    def _fraction(self, tree: Tree[Token]) -> Expr:
        return Mul(*self.factors(tree))

    def _fraction11(self, tree: Tree[Token]) -> Expr:
        above, below = re.findall(r"\d", str(tree.children[0]))
        return Rational(int(above), int(below))

    def _fraction1(self, tree: Tree[Token]) -> Expr:
        return Integer(str(tree.children[0])[-1]) / self.expr(tree.children[1])

    def _root(self, tree: Tree[Token]) -> Expr:
        return sympy.sqrt(self.expr(tree.children[1]))

    def _nthroot(self, tree: Tree[Token]) -> Expr:
        value, exponent = self.expr(tree.children[2]), 1 / self._written(tree.children[1])
        self.bound(value, exponent, tree)
        return Pow(value, exponent)

    def _absolute(self, tree: Tree[Token]) -> Expr:
        inner = self.expr(tree.children[1])
        if isinstance(inner, Symbol) and inner.name in self.names.histories:
            return Symbol(f"count_{inner.name}", integer=True, nonnegative=True)
        return sympy.Abs(inner)

    def _floor(self, tree: Tree[Token]) -> Expr:
        return sympy.floor(self.expr(tree.children[1]))

    def _ceiling(self, tree: Tree[Token]) -> Expr:
        return sympy.ceiling(self.expr(tree.children[1]))


def extent_of(meaning: Meaning, expr: Expr) -> Extent:
    """The extent of an expression, `host` where a sequence is not known yet."""
    try:
        return infer(expr, meaning.known, meaning.shape)
    except (KeyError, ExtentError):
        return HOST


__all__ = ["Meaning", "extent_of"]

r"""Parse trees of formulas as SymPy expressions.

Two arrays side by side are the entrywise product, or the matrix product where the system's tensors
are matrices or one vector (`\odot` is entrywise there).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import sympy
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol
from sympy.core.symbol import Str

from optwright.derive.language import operation as op
from optwright.derive.language.extent import HOST, Extent, ExtentError, Shape, infer
from optwright.derive.language.notation import LatexName
from optwright.derive.language.notation import mark as spell
from optwright.derive.language.symbol import Variable, t
from optwright.derive.reading.names import SourceNames
from optwright.derive.reading.source import ReadError, Row

STARTS = (
    "assignment",
    "assignments",
    "loop",
    "clock",
    "pushes",
    "histories",
    "condition",
    "formula",
)
_LOSSES = ("J", "f", "F", "L", r"\mathcal{L}", r"\ell")
_AXES = {r"\text{rows}": -2, r"\text{columns}": -1}
_RELATIONS = {
    "=": sympy.Eq,
    "<": sympy.Lt,
    ">": sympy.Gt,
    r"\lt": sympy.Lt,
    r"\gt": sympy.Gt,
    r"\le": sympy.Le,
    r"\leq": sympy.Le,
    r"\leqslant": sympy.Le,
    r"\ge": sympy.Ge,
    r"\geq": sympy.Ge,
    r"\geqslant": sympy.Ge,
    r"\ne": sympy.Ne,
    r"\neq": sympy.Ne,
}


@cache
def _grammar() -> Lark:
    text = (Path(__file__).parent / "formula.lark").read_text(encoding="utf-8")
    return Lark(
        text, parser="lalr", start=list(STARTS), propagate_positions=True, maybe_placeholders=False
    )


@lru_cache(maxsize=8192)
def _tree(text: str, start: str) -> Tree[Token]:
    return _grammar().parse(text, start=start)


def parse(row: Row, start: str, file: str) -> Tree[Token]:
    """The tree of a row. Raises ReadError with the place of what cannot be read."""
    try:
        return _tree(row.text, start)
    except UnexpectedInput as error:
        place = error.pos_in_stream
        ended = place is None or place < 0 or place >= len(row.text.rstrip())
        token = getattr(error, "token", None)
        ended = ended or (isinstance(token, Token) and token.type == "$END")
        if ended:
            last = row.start + len(row.text.rstrip())
            raise ReadError("the formula ends too early", file, last) from None
        assert place is not None
        found = re.match(r"\\[A-Za-z]+|\S", row.text[place:])
        shown = found.group() if found else row.text[place : place + 1]
        raise ReadError(f"cannot read {shown!r} here", file, row.start + place) from None


@dataclass(frozen=True)
class Inverse:
    """The inverse of a matrix, before what it is applied to."""

    matrix: Expr


@dataclass
class Meaning:
    """Reads the trees of one system.

    `known` are the extents of sequences so far, `done` the sequences that the step has assigned.
    """

    names: SourceNames
    file: str
    shape: Shape = "any"
    known: dict[str, Extent] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    indices: dict[str, Symbol] = field(default_factory=dict)
    row: Row = Row("", "", 0)
    initial: bool = False

    def fail(self, reason: str, tree: Any) -> ReadError:
        """An error at the place of a tree."""
        place = tree.start_pos if isinstance(tree, Token) else getattr(tree.meta, "start_pos", 0)
        return ReadError(reason, self.file, self.row.start + (place or 0))

    def source(self, tree: Any) -> str:
        """The LaTeX of a tree."""
        if isinstance(tree, Token):
            return str(tree)
        return self.row.text[tree.meta.start_pos : tree.meta.end_pos]

    # --- sums and products -------------------------------------------------------------------

    def expr(self, tree: Any) -> Expr:
        """The expression of a tree."""
        if isinstance(tree, Token):
            raise self.fail(f"cannot read {str(tree)!r} here", tree)
        method: Callable[[Tree[Token]], Expr] | None = getattr(self, f"_{tree.data}", None)
        if method is None:
            raise self.fail(f"{self.source(tree)!r} has no meaning here", tree)
        return method(tree)

    def _sum(self, tree: Tree[Token]) -> Expr:
        terms, sign = [], 1
        for child in tree.children:
            if isinstance(child, Token):
                sign = 1 if child == "+" else -1
                continue
            factors = self.factors(child)
            terms.append(Mul(*factors) if sign == 1 else Mul(Integer(-1), *factors))
        return terms[0] if len(terms) == 1 else Add(*terms)

    def _product(self, tree: Tree[Token]) -> Expr:
        return Mul(*self.factors(tree))

    def factors(self, tree: Any) -> list[Expr]:
        """The factors of a term; a single Mul of all of them keeps SymPy from distributing."""
        if tree.data in ("signed", "positive"):
            return self.factors(tree.children[-1])
        if tree.data == "negative":
            return [Integer(-1), *self.factors(tree.children[-1])]
        if tree.data == "sum" and len(tree.children) == 1:
            return self.factors(tree.children[0])
        if tree.data == "group":
            return self.factors(tree.children[0])
        if tree.data == "fraction":
            return [*self.factors(tree.children[1]), 1 / self.expr(tree.children[2])]
        if tree.data == "factor" and len(tree.children) == 1 and self.shape == "any":
            return self.factors(tree.children[0])
        if tree.data != "product":
            return [self.expr(tree)]
        return self._chain(tree)

    def _chain(self, tree: Any) -> list[Expr]:
        scalars: list[Expr] = []
        arrays: list[Any] = []
        kind = ""
        children = list(tree.children)
        k = 0
        while k < len(children):
            child = children[k]
            k += 1
            if isinstance(child, Token):
                kind = child.type
                continue
            if k < len(children) and not kind.startswith("S") and self._is_loss(child, children[k]):
                value = op.value(self.expr(self._inside(children[k])))
                k += 1
                scalars, kind = [*scalars, value], ""
                continue
            if k < len(children) and self._is_square(children[k]):
                before = self.expr(child)
                if isinstance(before, op.hessian):
                    vector = self.expr(children[k].children[0])
                    scalars, kind = [*scalars, op.hvp(before.args[0], vector)], ""
                    k += 1
                    continue
            if kind == "BMOD":
                before = Mul(*scalars, *arrays)
                scalars, arrays, kind = [sympy.Mod(before, self.expr(child))], [], ""
                continue
            if self.shape == "any":
                found = self.factors(child)
                scalars += [1 / Mul(*found)] if kind == "SLASH" else found
                kind = ""
                continue
            x = self._linear(child)
            if isinstance(x, Inverse):
                arrays.append(x)
            elif self._scalar(x, child):
                scalars.append(1 / x if kind == "SLASH" else x)
            elif kind == "SLASH":
                arrays.append(1 / x)
            elif arrays and kind != "ODOT":
                arrays = [self._apply(arrays, x, child)]
            else:
                arrays.append(x)
            kind = ""
        for x in arrays:
            if isinstance(x, Inverse):
                raise self.fail("an inverse stands before what it is applied to", tree)
        return [*scalars, *arrays]

    def _linear(self, child: Any) -> Any:
        """A factor of a matrix system: an expression, or the inverse of a matrix."""
        if child.data == "factor":
            return self._scripted(child)
        return self.expr(child)

    def _apply(self, before: list[Any], x: Expr, tree: Any) -> Expr:
        """What stands before, times an array: matrix product, dot, outer product or solution."""
        *left, last = before
        if isinstance(last, Inverse):
            made = op.solve(last.matrix, x)
            return op.matmul(Mul(*left), made) if left else made
        product = Mul(*before)
        flat = self._dims(product) == 1, self._dims(x) == 1
        if flat == (True, True):
            if isinstance(product, op.transpose):
                return op.dot(product.args[0], x)
            if isinstance(x, op.transpose):
                return op.outer(product, x.args[0])
            raise self.fail(
                "two vectors side by side: write \\odot for the entrywise product, x^\\top y, or "
                "x y^\\top",
                tree,
            )
        return op.matmul(product, x)

    def _dims(self, x: Expr) -> int:
        extent = self._extent(x)
        if extent.kind == "matrix":
            return len(extent.dims)
        return 0 if extent.scalar else 1 if self.shape == "vector" else 2

    def _extent(self, x: Expr) -> Extent:
        return infer(x, self.known, self.shape)

    def _scalar(self, x: Expr, tree: Any) -> bool:
        try:
            return self._extent(x).scalar
        except KeyError as error:
            raise self.fail(f"{error.args[0]} is used before it is assigned", tree) from None
        except ExtentError as error:
            raise self.fail(str(error), tree) from None

    def _is_loss(self, tree: Any, following: Any) -> bool:
        if isinstance(tree, Token) or isinstance(following, Token) or tree.data != "factor":
            return False
        head = following.children[0] if following.data == "factor" else following
        if getattr(head, "data", "") not in ("paren",):
            return False
        shown = str(self.letter(tree) or "")
        if self.names.known or shown == self.names.loss:
            return shown == self.names.loss and (
                self.names.known or shown not in self.names.sequences
            )
        free = shown in _LOSSES and shown not in self.names.sequences
        if free and self.names.theta in self.source(following):
            raise self.fail(f"{shown} is not the loss here, {self.names.loss} is", tree)
        return False

    def _is_square(self, tree: Any) -> bool:
        return (
            not isinstance(tree, Token)
            and tree.data == "factor"
            and getattr(tree.children[0], "data", "") == "square"
        )

    def _inside(self, tree: Any) -> Any:
        return tree.children[0].children[0]

    # --- symbols and scripts -----------------------------------------------------------------

    def letter(self, tree: Any) -> LatexName | None:
        """The bare letter of a factor, marks included, its index left out; None for others."""
        if tree.data == "factor":
            base = self._base(tree.children[0])
            if base is None:
                return None
            return LatexName(base, *self._marks(tree.children[1:])[:1])
        base = self._base(tree)
        return None if base is None else LatexName(base)

    def _base(self, tree: Any) -> str | None:
        """The base of a letter: `m`, `\\beta`, `\\hat{m}`, `\\mathit{ratio}`."""
        if isinstance(tree, Token):
            return str(tree) if tree.type in ("LETTER", "SYMBOL", "WORD", "MOMENT") else None
        if tree.data == "symbol":
            return str(tree.children[0])
        if tree.data == "word":
            word = str(tree.children[0])
            if word.startswith("E"):
                return rf"\mathrm{{E{re.sub(r'[^A-Za-z0-9]', '', word[1:])}}}"
            return re.sub(
                r"^\\(text|textrm|textit|mathtt|texttt|textnormal)\s*\{\s*", r"\\mathrm{", word
            )
        if tree.data in ("accent", "style"):
            inner = self._base(self._single(tree.children[1]))
            if inner is None:
                return None
            if tree.data == "style" and not self.names.known and "cal" not in tree.children[0]:
                return inner  # bold letters are the same letters
            command = str(tree.children[0]).replace("wide", "").replace("overline", "bar")
            return f"{command}{{{inner}}}"
        return None

    def _single(self, tree: Any) -> Any:
        """A tree without the layers that hold one child only."""
        while not isinstance(tree, Token) and tree.data in (
            "group",
            "sum",
            "signed",
            "product",
            "factor",
            "arg",
            "items",
        ):
            if len(tree.children) != 1:
                return tree
            tree = tree.children[0]
        return tree

    def _items(self, script: Any) -> list[Any]:
        """The items of a script: trees or tokens."""
        [arg] = script.children
        if isinstance(arg, Token):
            return [arg]
        if arg.data == "arg":
            [inner] = arg.children
            return list(inner.children) if getattr(inner, "data", "") == "items" else [inner]
        return [arg]

    def _marks(self, scripts: list[Any]) -> tuple[str, list[Any], list[Any]]:
        """The mark above, the items below, the powers (trees and tokens)."""
        above, below, powers = "", [], []
        for script in scripts:
            if script.data == "primes":
                above = r"\prime"
            elif script.data in ("below", "below1"):
                below += self._items(script)
            else:
                for item in self._items(script):
                    mark = self._label(item)
                    if mark:
                        above = mark
                    else:
                        powers.append(item)
        return above, below, powers

    def _label(self, item: Any) -> str:
        """The mark that an item above a letter is, or nothing if it is a power."""
        if isinstance(item, Token):
            text = str(item)
            if item.type == "SUP1":
                text = text[1:].strip()
                return text if text in "+-*" else ""
            if item.type in ("PLUS", "MINUS", "STAR", "PRIME", "CIRC"):
                return r"*" if item.type == "STAR" else text
            return spell(text) if item.type in ("FUNC", "WORD") else ""
        single = self._single(item)
        if isinstance(single, Token):
            return self._label(single) if single.type != "SYMBOL" else ""
        if single.data in ("word", "name", "prime", "circ"):
            return spell(str(single.children[0])) or str(single.children[0])
        return ""

    def _factor(self, tree: Tree[Token]) -> Expr:
        found = self._scripted(tree)
        if isinstance(found, Inverse):
            raise self.fail("an inverse stands alone", tree)
        return found

    def _scripted(self, tree: Tree[Token]) -> Any:
        atom: Any = tree.children[0]
        scripts: list[Any] = list(tree.children[1:])
        base = self._base(atom)
        if base is not None:
            above, below, powers = self._marks(scripts)
            value = self._named(LatexName(base, above), below, powers, tree)
        elif getattr(atom, "data", "") == "norm":
            return self._norm(atom, scripts)
        elif getattr(atom, "data", "") == "inner":
            return self._inner(atom, scripts)
        else:
            _, below, powers = self._marks(scripts)
            if below:
                raise self.fail(f"{self.source(atom)!r} takes no index", tree)
            value = self._linear(atom)
        for power in powers:
            value = self._raise(value, power, tree)
        return value

    def _raise(self, value: Expr, power: Any, tree: Any) -> Any:
        if isinstance(value, Inverse):
            raise self.fail("a power of an inverse has no meaning here", tree)
        text = str(power)[1:].strip() if isinstance(power, Token) and power.type == "SUP1" else ""
        if isinstance(power, Token) and power.type == "TOP":
            return op.transpose(value)
        single = None if isinstance(power, Token) else self._single(power)
        if getattr(single, "data", "") == "top":
            return op.transpose(value)
        if text == "T" and "T" not in self.names.parameters and self.shape != "any":
            return op.transpose(value)
        exponent = self._short(text, tree) if text else self._mark_expr(power)
        if self.shape != "any" and exponent.is_Rational and exponent < 0:
            extent = self._extent(value)
            if self._dims(value) == 2 and (extent.kind == "matrix" or self.shape == "matrix"):
                return Inverse(value) if exponent == -1 else op.inverse_root(value, -1 / exponent)
        return Pow(value, exponent)

    def _mark_expr(self, item: Any) -> Expr:
        if isinstance(item, Token):
            if item.type in ("LETTER", "SYMBOL"):
                return self._named(LatexName(str(item)), [], [], item)
            if item.type == "INFTY":
                return sympy.oo
            raise self.fail(f"{str(item)!r} is no exponent", item)
        return self.expr(item)

    def _short(self, text: str, tree: Any) -> Expr:
        """A script of one character."""
        if text.isdigit():
            return Integer(text)
        return self._named(LatexName(text), [], [], tree)

    def _text(self, item: Any) -> str:
        """An item below a letter as a mark, in its one spelling."""
        text = re.sub(r"\s+", "", self.source(item))
        if isinstance(item, Token) and item.type == "SUB1":
            text = text[1:]
        return spell(text) or text

    def marked(self, below: list[Any]) -> list[tuple[str, Any]]:
        """Items below with their marks; of hand-written ones the entry's number, i, is left out."""
        pairs = [(self._text(item), item) for item in below]
        plain = [p for p in pairs if p[0] not in ("i", r"\mathrm{ii}")]
        return pairs if self.names.known or len(pairs) < 2 else plain

    def _index(self, item: Any, tree: Any) -> Expr:
        if isinstance(item, Token):
            text = str(item)[1:].strip() if item.type == "SUB1" else str(item)
            return self._short(text, tree)
        return self.expr(item)

    def _named(self, letter: LatexName, below: list[Any], powers: list[Any], tree: Any) -> Expr:
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
        return self._named(LatexName(str(self._base(tree))), [], [], tree)

    _word = _accent = _style = _symbol

    # --- atoms -------------------------------------------------------------------------------

    def _number(self, tree: Tree[Token]) -> Expr:
        return Rational(str(tree.children[0]))

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
        return Pow(self.expr(tree.children[2]), 1 / Rational(str(tree.children[1])))

    def _absolute(self, tree: Tree[Token]) -> Expr:
        inner = self.expr(tree.children[1])
        if isinstance(inner, Symbol) and inner.name in self.names.histories:
            return Symbol(f"count_{inner.name}", integer=True, nonnegative=True)
        return sympy.Abs(inner)

    def _floor(self, tree: Tree[Token]) -> Expr:
        return sympy.floor(self.expr(tree.children[1]))

    def _ceiling(self, tree: Tree[Token]) -> Expr:
        return sympy.ceiling(self.expr(tree.children[1]))

    def _norm(self, tree: Tree[Token], scripts: list[Any] | None = None) -> Any:
        _, below, powers = self._marks(scripts or [])
        x = self.expr(tree.children[1])
        marks = [self._text(item) for item in below]
        scope = self._scope(marks, tree)
        kind = [m for m in marks if m in ("1", "2", "F", r"\infty")]
        if kind and kind[0] == "1":
            value: Expr = op.total(sympy.Abs(x), scope)
        elif kind and kind[0] == r"\infty":
            value = op.largest(sympy.Abs(x), scope)
        else:
            value = op.norm(x, scope)
        for power in powers:
            value = self._raise(value, power, tree)
        return value

    def _inner(self, tree: Tree[Token], scripts: list[Any] | None = None) -> Any:
        _, below, powers = self._marks(scripts or [])
        first, second = (self.expr(c) for c in tree.children if not isinstance(c, Token))
        scope = self._scope([self._text(item) for item in below], tree)
        value = op.dot(first, second, scope)
        for power in powers:
            value = self._raise(value, power, tree)
        return value

    def _scope(self, marks: list[str], tree: Any) -> str | int:
        scope: str | int = "tensor"
        for mark in marks:
            if mark in (r"\mathrm{all}", "all"):
                scope = "all"
            elif re.fullmatch(r"-\d+", mark):
                scope = int(mark)
            elif mark not in ("1", "2", "F", r"\infty"):
                raise self.fail(f"{mark!r} is no scope: all, or an axis such as -1", tree)
        return scope

    def _cases(self, tree: Tree[Token]) -> Expr:
        arms: list[Any] = []
        otherwise: Expr | None = None
        for child in tree.children:
            if isinstance(child, Token):
                continue
            parts = [c for c in child.children if not isinstance(c, Token)]
            if child.data == "otherwise":
                otherwise = self.expr(parts[0])
            else:
                arms.append((self.expr(parts[0]), self.condition(parts[1])))
        if otherwise is None:
            raise self.fail("cases need a last row with \\text{otherwise}", tree)
        return op.cases(*arms, otherwise)

    # --- oracles and functions ---------------------------------------------------------------

    def _gradient(self, tree: Tree[Token]) -> Expr:
        scripts = [
            c for c in tree.children if getattr(c, "data", "") in ("above", "above1", "primes")
        ]
        place = next(k for k, c in enumerate(tree.children) if getattr(c, "data", "") == "target")
        target: Any = tree.children[place]
        style = f"{target.children[0]}{{{{{{}}}}}}" if len(target.children) > 1 else "{}"
        loss = style.format(target.children[-1].children[0])
        if self.names.known and loss != self.names.loss:
            raise self.fail(f"{loss!r} is not the loss, {self.names.loss!r} is", tree)
        points = [
            c
            for c in tree.children[place + 1 :]
            if not isinstance(c, Token)
            and c.data not in ("above", "above1", "below", "below1", "primes")
        ]
        point = self.expr(points[0])
        powers = [self.source(i).lstrip("^ ") for s in scripts for i in self._items(s)]
        if not powers:
            return op.grad(point)
        if powers == ["2"]:
            return op.hessian(point)
        raise self.fail(f"a derivative of order {powers[0]} has no meaning here", tree)

    def _bare_gradient(self, tree: Tree[Token]) -> Expr:
        if self.names.known:
            raise self.fail("the gradient needs a point: \\nabla J(\\theta_{t-1})", tree)
        return op.grad(Variable("theta")[t - 1])

    def _call1(self, tree: Tree[Token]) -> Expr:
        return self._function(tree, [tree.children[-1]])

    def _call(self, tree: Tree[Token]) -> Expr:
        def trees(node: Any) -> list[Any]:
            return [c for c in node.children if not isinstance(c, Token)]

        [args] = [c for c in trees(tree) if c.data in ("arguments",)]
        [exprs] = trees(args)
        return self._function(tree, trees(exprs) if exprs.data == "exprs" else [exprs])

    def _function(self, tree: Tree[Token], args: list[Any]) -> Expr:
        head = str(tree.children[0])
        inside = re.search(r"\{\s*(.*?)\s*\}", head)
        name = (inside.group(1) if inside else head.lstrip("\\")).replace("\\,", " ")
        name = re.sub(r"[~\s]+", " ", name)
        scripts = [c for c in tree.children[1:] if getattr(c, "data", "") in ("below", "below1")]
        marks = [item for s in scripts for item in self._items(s)]
        plain: dict[str, Callable[..., Expr]] = {
            "max": sympy.Max,
            "min": sympy.Min,
            "exp": sympy.exp,
            "log": sympy.log,
            "ln": sympy.log,
            "cos": sympy.cos,
            "sin": sympy.sin,
            "tanh": sympy.tanh,
            "sign": sympy.sign,
            "sgn": sympy.sign,
            "max per axis": op.max_per_axis,
            "min over axes": op.min_over_axes,
            "evaluations": op.evaluations,
        }
        scoped = {
            "mean": op.mean,
            "sum": op.total,
            "largest": op.largest,
            "count nonfinite": op.count_nonfinite,
        }
        if name == "line search":
            words = re.search(r"\{(.*)\}", self.source(marks[0])) if marks else None
            contract = re.sub(r"[~\s]+", "_", words.group(1)) if words else "armijo"
            return op.line_search(
                *(self.expr(a) for a in args[:2]), contract, *(self.expr(a) for a in args[2:])
            )
        if name == "round":
            words = re.search(r"\{(.*)\}", self.source(marks[0])) if marks else None
            return op.round_to(self.expr(args[0]), Str(words.group(1) if words else ""))
        if name == "diag":
            inner = self.expr(args[0])
            if isinstance(inner, op.hessian):
                return op.hessian_diagonal(inner.args[0])
            raise self.fail("diag is of the Hessian only: \\nabla^2 J(\\theta_{t-1})", tree)
        if name == "clip" and len(args) == 3:
            x, low, high = (self.expr(a) for a in args)
            return op.clip(x, low, high)
        if name in scoped:
            scope = self._scope([self._text(m) for m in marks], tree)
            if name == "count nonfinite" and not marks:
                scope = "tensor"
            return scoped[name](self.expr(args[0]), scope)
        if name not in plain:
            raise self.fail(f"the function {name!r} is not known", tree)
        try:
            return plain[name](*(self.expr(a) for a in args))
        except TypeError:
            raise self.fail(f"{name} does not take {len(args)} arguments", tree) from None

    # --- conditions --------------------------------------------------------------------------

    def condition(self, tree: Any) -> Any:
        """The condition of a tree."""
        parts = [
            c
            for c in tree.children
            if not (isinstance(c, Token) and c.type in ("OR", "AND", "NOT"))
        ]
        if tree.data in ("condition", "disjunction", "conjunction") and len(parts) == 1:
            return self.condition(parts[0])
        if tree.data == "disjunction":
            return sympy.Or(*(self.condition(p) for p in parts))
        if tree.data == "conjunction":
            return sympy.And(*(self.condition(p) for p in parts))
        if tree.data == "negation":
            return sympy.Not(self.condition(parts[0]))
        if tree.data in ("true", "false"):
            return sympy.true if tree.data == "true" else sympy.false
        if tree.data == "comparison":
            left, sign, right = tree.children
            return _RELATIONS[str(sign)](self.expr(left), self.expr(right))
        raise self.fail(f"{self.source(tree)!r} is no condition", tree)


def extent_of(meaning: Meaning, expr: Expr) -> Extent:
    """The extent of an expression, `host` where a sequence is not known yet."""
    try:
        return infer(expr, meaning.known, meaning.shape)
    except (KeyError, ExtentError):
        return HOST


__all__ = ["Inverse", "Meaning", "extent_of", "parse"]

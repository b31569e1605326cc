"""The symbols of a declaration: sequences over steps, hyperparameters, the clock.

A `Variable` is a sequence: `m[t]` is its value after step t, `m[t - 1]` before it. Values are real
SymPy expressions (so algebra is SymPy's), elementwise unless an operation says otherwise: `a*b` of
two arrays is their entrywise product and matrix products are written `a @ b` or `matmul(a, b)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Symbol, sympify

t = Symbol("t", integer=True, positive=True)
"""The step counter: 1 in the first step."""


class Term(Expr):  # type: ignore[misc]
    """A real expression that also knows the matrix product, `a @ b`, and the transpose, `a.T`."""

    is_commutative = True
    is_real = True
    is_extended_real = True

    def __matmul__(self, other: Any) -> Expr:
        from optwright.derive.language.operation import matmul

        return matmul(self, other)

    def __rmatmul__(self, other: Any) -> Expr:
        from optwright.derive.language.operation import matmul

        return matmul(other, self)

    @property
    def T(self) -> Expr:  # noqa: N802  (the name of the field)
        from optwright.derive.language.operation import transpose

        return transpose(self)


class Value(Term):
    """One member of a sequence: `m[t - 1]`. Its arguments are the sequence and the index."""

    def __new__(cls, symbol: Symbol, index: Any) -> Value:
        return Expr.__new__(cls, symbol, sympify(index))  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        return str(self.args[0].name)

    @property
    def index(self) -> Expr:
        return self.args[1]

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}[{printer._print(self.index)}]"

    _sympyrepr = _sympystr


@dataclass(frozen=True)
class Variable:
    """A named sequence over steps (or over the index of a loop).

    `latex` is its symbol in print; None means the name itself.
    """

    name: str
    latex: str | None = None

    def __getitem__(self, index: Any) -> Value:
        return Value(Symbol(self.name, real=True), index)

    def __str__(self) -> str:
        return self.name


def variables(names: str) -> tuple[Variable, ...]:
    """Several variables at once: `m, v = variables("m v")`."""
    return tuple(Variable(name) for name in names.split())


@dataclass(frozen=True)
class Range:
    """An interval of numbers with open or closed ends, of integers if `integer`.

    Written as mathematics writes it: `Range.parse("[0, 1)")`, `Range.parse("(0, inf)")`,
    `Range.parse("integer [1, inf)")`. Ends are exact.
    """

    low: Expr
    high: Expr
    low_open: bool = False
    high_open: bool = False
    integer: bool = False

    @staticmethod
    def parse(text: str) -> Range:
        """Read the notation above; ValueError says what is expected."""
        body = text.strip()
        integer = body.startswith("integer")
        body = body.removeprefix("integer").strip()
        ends = body[1:-1].split(",")
        if len(body) < 5 or body[0] not in "[(" or body[-1] not in "])" or len(ends) != 2:
            raise ValueError(f"range {text!r} is not of the form '[0, 1)' or 'integer [1, inf)'")
        low, high = (
            {"inf": sympy.oo, "-inf": -sympy.oo}.get(end.strip()) or sympy.Rational(end.strip())
            for end in ends
        )
        if low > high:
            raise ValueError(f"range {text!r} is empty")
        return Range(low, high, body[0] == "(", body[-1] == ")", integer)

    def __contains__(self, number: Any) -> bool:
        exact = sympy.Rational(str(number)) if isinstance(number, float) else sympify(number)
        if not exact.is_finite or (self.integer and not exact.is_integer):
            return False
        above = exact > self.low if self.low_open else exact >= self.low
        below = exact < self.high if self.high_open else exact <= self.high
        return bool(above) and bool(below)

    def __str__(self) -> str:
        def end(number: Expr) -> str:
            return str(number).replace("oo", "inf")

        left = "(" if self.low_open or self.low == -sympy.oo else "["
        right = ")" if self.high_open or self.high == sympy.oo else "]"
        whole = "integer " if self.integer else ""
        return f"{whole}{left}{end(self.low)}, {end(self.high)}{right}"


ROLES = ("lr", "decay", "coefficient", "regularization", "eps", "count", "other")
"""Roles of hyperparameters, in printing order; see `Parameter`."""


class Parameter(Symbol):  # type: ignore[misc]
    """The symbol of a hyperparameter. Calling it with a default makes the `Hyper` of a declaration.

    Compared by name alone. What it means (range, role, LaTeX, words) is kept beside the symbol.
    """

    range: Range
    role: str
    latex: str | None
    meaning: str

    def __new__(
        cls,
        name: str,
        range: str | Range = "(-inf, inf)",
        role: str = "other",
        latex: str | None = None,
        meaning: str = "",
    ) -> Parameter:
        if role not in ROLES:
            raise ValueError(f"role {role!r} of {name} is not one of {', '.join(ROLES)}")
        domain = Range.parse(range) if isinstance(range, str) else range
        self = Symbol.__xnew__(
            cls, name, real=True, **({"integer": True} if domain.integer else {})
        )
        self.range, self.role, self.latex, self.meaning = domain, role, latex, meaning
        return self  # type: ignore[no-any-return]

    def __getnewargs_ex__(self) -> Any:
        return (self.name, self.range, self.role, self.latex, self.meaning), {}

    def __call__(self, default: Any, range: str | None = None, meaning: str | None = None) -> Hyper:
        """This parameter with its default (None: the caller must give it) in a declaration."""
        return Hyper(
            self,
            None if default is None else exact(default),
            Range.parse(range) if range else self.range,
            meaning or self.meaning,
        )


@dataclass(frozen=True)
class Hyper:
    """A hyperparameter of a declaration: its symbol, exact default, range and meaning.

    A default may be an expression in other hyperparameters (`tau = beta1`), or None: required.
    """

    symbol: Parameter
    default: Expr | None
    range: Range
    meaning: str = ""

    @property
    def name(self) -> str:
        return str(self.symbol.name)


def exact(number: Any) -> Expr:
    """A number or expression with its floats made exact: 0.1 is one tenth."""
    expr = sympify(number)
    floats = expr.atoms(sympy.Float) if isinstance(expr, sympy.Basic) else ()
    finite = {f: sympy.Rational(repr(float(f))) for f in floats if f.is_finite}
    return expr.xreplace(finite) if finite else expr

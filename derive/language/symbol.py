"""The symbols of a declaration: sequences over steps, hyperparameters, the clock.

A `Variable` is a sequence: `m[t]` is its value after step t, `m[t - 1]` before it. Values are real
SymPy expressions (so algebra is SymPy's), elementwise unless an operation says otherwise: `a*b` of
two arrays is their entrywise product and matrix products are written `a @ b` or `matmul(a, b)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import sympy
from sympy import Expr, Function, Symbol, SympifyError, sympify
from sympy.core.function import FunctionClass

from optwright.derive.error import DeclarationError

t = Symbol("t", integer=True, positive=True)
"""The step counter: 1 in the first step."""


class NoExpression(DeclarationError, SympifyError):  # type: ignore[misc]
    """Something stands in an expression that has no value there."""

    __str__ = DeclarationError.__str__


class Bare:
    """What has no value by itself, so that arithmetic, SymPy and NumPy on it are refused.

    SymPy takes the refusal for "not mine", and Python then asks the other operand, which refuses
    in words.
    """

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        name, instead = self._bare()
        raise NoExpression("expression", name, instead)

    def _bare(self) -> tuple[str, str]:
        """The name, and what is wrong with it where it stands."""
        raise NotImplementedError

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _refuse
    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = _refuse
    __neg__ = __pos__ = __abs__ = __float__ = __int__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __array_ufunc__ = _sympy_ = _refuse


class Term(Expr):  # type: ignore[misc]
    """A real expression that also knows the matrix product, `a @ b`, and the transpose, `a.T`."""

    is_commutative = True
    is_real = True
    is_extended_real = True

    def __matmul__(self, other: Any) -> Expr:
        return matmul(self, other)

    def __rmatmul__(self, other: Any) -> Expr:
        return matmul(other, self)

    @property
    def T(self) -> Expr:  # noqa: N802  (the name of the field)
        """The transpose of a matrix."""
        return transpose(self)

    def __array_ufunc__(self, ufunc: Any, *_: Any, **__: Any) -> NoReturn:
        name = ufunc.__name__
        reason = f"np.{name} takes arrays: write {_INSTEAD.get(name, name)} of the language"
        raise NoExpression("expression", str(self), reason)

    def __float__(self) -> NoReturn:
        reason = (
            "is no number, which float() and the functions of math take: write sqrt, exp, log, … "
            "of optwright.derive.language"
        )
        raise NoExpression("expression", str(self), reason)


_INSTEAD = {
    "absolute": "Abs",
    "ceil": "ceiling",
    "max": "largest",
    "maximum": "Max",
    "minimum": "Min",
    "power": "x**y",
    "square": "x**2",
}
"""The language's words for functions of NumPy that are called otherwise here."""


class Word(Bare, FunctionClass):  # type: ignore[misc]
    """The kind of the operations: one without its arguments is no expression."""

    def _bare(cls) -> tuple[str, str]:
        examples = {"grad": "g[t], or grad(theta[t - 1])", "value": "value(theta[t - 1])"}
        instead = examples.get(cls.__name__, f"{cls.__name__}(…)")
        return cls.__name__, f"is an operation without its arguments: write {instead}"


class Operation(Term, Function, metaclass=Word):  # type: ignore[misc]
    """Base of the language's own functions: real, never evaluated symbolically."""

    # SymPy takes a function of numbers, noise(1) or dim(-1), for a number that it may evaluate.
    is_number = False

    @classmethod
    def eval(cls, *args: Any) -> None:
        return None

    def _eval_is_real(self) -> bool:
        return True

    @property
    def word(self) -> str:
        """The name by which messages and printers know the operation."""
        return type(self).__name__

    def _sympystr(self, printer: Any) -> str:
        return f"{self.word}({', '.join(printer._print(a) for a in self.args)})"


class MatrixOperation(Operation):
    """An operation on whole arrays, not entrywise."""


class matmul(MatrixOperation):  # noqa: N801
    """The matrix product of two factors; several are multiplied from the left."""

    def __new__(cls, a: Any, b: Any, *rest: Any) -> Expr:
        product = Function.__new__(cls, sympify(a), sympify(b))
        for factor in rest:
            product = Function.__new__(cls, product, sympify(factor))
        return product


class transpose(MatrixOperation):  # noqa: N801
    """The transpose of a matrix."""


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


class Indexed(Bare):
    """A sequence: it has values at indices only."""

    name: str

    def _bare(self) -> tuple[str, str]:
        name = self.name
        return name, f"is a sequence: write {name}[t] or {name}[t - 1], after or before the step"

    def __getitem__(self, index: Any) -> Value:
        return Value(Symbol(self.name, real=True), exact(index))

    def __call__(self, *_: Any) -> NoReturn:
        """Refused: `m(t)` is written `m[t]`."""
        self._refuse()

    def __iter__(self) -> NoReturn:
        reason = f"is one sequence where several are wanted: write ({self.name},)"
        raise DeclarationError("declaration", self.name, reason)


@dataclass(frozen=True)
class Variable(Indexed):
    """A named sequence over steps (or over the index of a loop).

    `m[t]` is its value after step t, `m[t - 1]` the value before. `latex` is its symbol in print;
    None means the name itself.
    """

    name: str
    latex: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            reason = 'is no name: write Variable("m")'
            raise DeclarationError("Variable", repr(self.name), reason)

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

    def __getitem__(self, index: Any) -> NoReturn:
        reason = f"is a hyperparameter, the same in every step: write {self.name} without an index"
        raise NoExpression("expression", f"{self.name}[{index}]", reason)

    __iter__ = None  # else Python would count what has __getitem__ as a sequence

    def __call__(self, default: Any, range: str | None = None, meaning: str | None = None) -> Hyper:
        """This parameter with its default (None: the caller must give it) in a declaration."""
        return Hyper(
            self,
            None if default is None else exact(default),
            Range.parse(range) if range else self.range,
            meaning or self.meaning,
        )


@dataclass(frozen=True)
class Hyper(Bare):
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

    def _bare(self) -> tuple[str, str]:
        return self.name, f"is called with a default, as hyper=… wants it: write {self.name} here"


def exact(number: Any) -> Expr:
    """A number or expression with its floats made exact: 0.1 is one tenth."""
    expr = sympify(number)
    floats = expr.atoms(sympy.Float) if isinstance(expr, sympy.Basic) else ()
    finite = {f: sympy.Rational(repr(float(f))) for f in floats if f.is_finite}
    return expr.xreplace(finite) if finite else expr

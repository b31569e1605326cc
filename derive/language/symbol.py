"""The symbols of a declaration: sequences over steps, hyperparameters, the clock.

A `Variable` is a sequence: `m[t]` is its value after step t, `m[t - 1]` before it. Values are real
SymPy expressions (so algebra is SymPy's), elementwise unless an operation says otherwise: `a*b` of
two arrays is their entrywise product and matrix products are written `a @ b` or `matmul(a, b)`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, NoReturn

import sympy
from sympy import Expr, Function, Symbol, SympifyError, sympify
from sympy.core.decorators import sympify_method_args, sympify_return
from sympy.core.function import FunctionClass

from optwright.derive.error import DeclarationError

t = Symbol("t", integer=True, positive=True)
"""The step counter: 1 in the first step."""


class NoExpression(DeclarationError, SympifyError, TypeError):  # type: ignore[misc]
    """Something stands in an expression that has no value there.

    Also what SymPy and Python raise for that, so that both go on as they would.
    """

    __str__ = DeclarationError.__str__


class Bare:
    """What has no value by itself, so that arithmetic, SymPy and NumPy on it are refused.

    SymPy takes the refusal for "not mine", and Python then asks the other operand, which refuses
    in words.
    """

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        name, reason = self._bare()
        raise NoExpression("expression", name, reason)

    def _bare(self) -> tuple[str, str]:
        """The name, and what is wrong with it where it stands."""
        raise NotImplementedError

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _refuse
    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = _refuse
    __neg__ = __pos__ = __abs__ = __float__ = __int__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __array_ufunc__ = _sympy_ = _refuse


_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}

_INSTEAD = {"absolute": "Abs", "ceil": "ceiling", "maximum": "Max", "minimum": "Min"}
"""The language's words for functions of NumPy that are called otherwise here."""


class Symbolic:
    """What stands for a number that is not known yet: NumPy and math cannot compute with it."""

    def __array_ufunc__(self, ufunc: Any, _: str, *inputs: Any, **__: Any) -> Any:
        name = str(ufunc.__name__)
        numbers = [x.item() if getattr(x, "shape", None) == () else x for x in inputs]
        if name in _OPERATORS and not any(hasattr(x, "shape") for x in numbers):
            return _OPERATORS[name](*numbers)  # a number of NumPy's is a number
        if name in _OPERATORS:
            reason = "is combined with an array of NumPy's: write a number or a Parameter instead"
        else:
            reason = f"np.{name} takes arrays: write {_INSTEAD.get(name, name)} of the language"
        raise NoExpression("expression", str(self), reason)

    def __float__(self) -> NoReturn:
        raise NoExpression("expression", str(self), NO_FLOAT)


NO_FLOAT = "is no number, as math and float() want: write sqrt, exp, log, … of the language"


_expression: Callable[[Callable[..., Any]], Callable[..., Any]] = sympify_return(
    [("other", Expr)], NotImplemented
)
"""Refuses what is no expression, as SymPy's comparisons do."""


class Term(Symbolic, Expr):  # type: ignore[misc]
    """A real expression that also knows the matrix product, `a @ b`, and the transpose, `a.T`."""

    is_commutative = True
    is_real = True
    is_extended_real = True

    def __matmul__(self, other: Any) -> Expr:
        return matmul(self, other)

    def __rmatmul__(self, other: Any) -> Expr:
        return matmul(other, self)

    @property
    def T(self) -> Expr:
        """The transpose of a matrix."""
        return transpose(self)


@sympify_method_args
class Indeterminate(Symbolic):
    """A symbol of whose size nothing is known, so that SymPy need not look for it in comparisons.

    They give what SymPy gives after it has searched in vain.
    """

    @_expression
    def __lt__(self, other: Any) -> Any:
        return sympy.Lt(self, other, evaluate=_decided(self, other))

    @_expression
    def __le__(self, other: Any) -> Any:
        return sympy.Le(self, other, evaluate=_decided(self, other))

    @_expression
    def __gt__(self, other: Any) -> Any:
        return sympy.Gt(self, other, evaluate=_decided(self, other))

    @_expression
    def __ge__(self, other: Any) -> Any:
        return sympy.Ge(self, other, evaluate=_decided(self, other))


def _decided(symbol: Any, other: Expr) -> bool:
    """Whether SymPy may decide a comparison: with the symbol itself, or with no real number."""
    if other.is_number:
        return other.is_real is not True
    return not _SPECIAL.isdisjoint(found := set(nodes(other))) or symbol in found


_SPECIAL = frozenset((sympy.I, sympy.oo, -sympy.oo, sympy.zoo, sympy.nan))


class Word(Bare, FunctionClass):  # type: ignore[misc]
    """The kind of the operations: one without its arguments is no expression."""

    form: str

    def _bare(cls) -> tuple[str, str]:
        return cls.__name__, f"is an operation without its arguments: write {cls.form}"

    def __call__(cls, *args: Any, **options: Any) -> Any:
        """The operation on its arguments. Raises NoExpression where they are not what it takes."""
        try:
            return super().__call__(*args, **options)
        except NoExpression:
            raise
        except TypeError as error:
            fault = re.sub(r"\w+\.__new__", cls.__name__, str(error))
            reason = f"{fault}: write {cls.form}"
            raise NoExpression("expression", cls.__name__, reason) from None


class Operation(Term, Function, metaclass=Word):  # type: ignore[misc]
    """Base of the language's own functions: real, never evaluated symbolically.

    `form` is how it is written, for messages; `nargs`, where set, how many arguments it takes.
    """

    form: ClassVar[str] = "it with its arguments"
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
        return str(type(self).__name__)

    def _sympystr(self, printer: Any) -> str:
        return f"{self.word}({', '.join(printer._print(a) for a in self.args)})"


class MatrixOperation(Operation):
    """An operation on whole arrays, not entrywise."""


class matmul(MatrixOperation):
    """The matrix product of two factors; several are multiplied from the left."""

    form = "a @ b, or matmul(a, b)"

    def __new__(cls, a: Any, b: Any, *rest: Any) -> Expr:
        product = Function.__new__(cls, sympify(a), sympify(b))
        for factor in rest:
            product = Function.__new__(cls, product, sympify(factor))
        return product


class transpose(MatrixOperation):
    """The transpose of a matrix."""

    form, nargs = "a.T, or transpose(a)", 1


class Value(Indeterminate, Term):
    """One member of a sequence: `m[t - 1]`. Its arguments are the sequence and the index."""

    def __new__(cls, symbol: Symbol, index: Any) -> Value:
        return _value(symbol, sympify(index))

    @property
    def name(self) -> str:
        return str(self.args[0].name)

    @property
    def index(self) -> Expr:
        return self.args[1]

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}[{printer._print(self.index)}]"

    _sympyrepr = _sympystr

    def _latex(self, printer: Any) -> str:
        head, *marks = self.name.split("_")
        letter = printer._print(Symbol(head))
        for accent in (m for m in marks if m in _ACCENTS):
            letter = rf"\{accent}{{{letter}}}"
        words = " ".join(m for m in marks if m not in _ACCENTS)
        letter = rf"{{{letter}^{{\mathrm{{{words}}}}}}}" if words else letter
        return f"{letter}_{{{printer._print(self.index)}}}"


@lru_cache(maxsize=4096)
def _value(symbol: Symbol, index: Expr) -> Value:
    """One object for equal values, so that what SymPy finds out about it is found out once."""
    return Expr.__new__(Value, symbol, index)  # type: ignore[no-any-return]


_ACCENTS = ("hat", "bar", "tilde")


class Indexed(Bare):
    """A sequence: it has values at indices only."""

    name: str

    def _bare(self) -> tuple[str, str]:
        name = self.name
        instead = "g[t]" if name == "g" else f"{name}[t] or {name}[t - 1], after or before the step"
        return name, f"is a sequence: write {instead}"

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
    """Several variables at once, by names with spaces between: `m, v = variables("m v")`."""
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
        """Read the notation above. Raises DeclarationError where it is not that."""
        form = "is not of the form '[0, 1)' or 'integer [1, inf)'"
        if not isinstance(text, str):
            raise DeclarationError("range", repr(text), form)
        body = text.strip()
        integer = body.startswith("integer")
        body = body.removeprefix("integer").strip()
        ends = body[1:-1].split(",")
        if len(body) < 5 or body[0] not in "[(" or body[-1] not in "])" or len(ends) != 2:
            raise DeclarationError("range", repr(text), form)
        try:
            low, high = (
                {"inf": sympy.oo, "-inf": -sympy.oo}.get(end.strip()) or sympy.Rational(end.strip())
                for end in ends
            )
        except (TypeError, ValueError):
            raise DeclarationError("range", repr(text), form) from None
        if low > high:
            raise DeclarationError("range", repr(text), "is empty")
        return Range(low, high, body[0] == "(", body[-1] == ")", integer)

    def __contains__(self, number: Any) -> bool:
        exact = sympy.Rational(str(number)) if isinstance(number, float) else sympify(number)
        return _inside(self, exact)

    def __str__(self) -> str:
        def end(number: Expr) -> str:
            return str(number).replace("oo", "inf")

        left = "(" if self.low_open or self.low == -sympy.oo else "["
        right = ")" if self.high_open or self.high == sympy.oo else "]"
        whole = "integer " if self.integer else ""
        return f"{whole}{left}{end(self.low)}, {end(self.high)}{right}"


@lru_cache(maxsize=4096)
def _inside(interval: Range, number: Expr) -> bool:
    if not number.is_finite or (interval.integer and not number.is_integer):
        return False
    above = number > interval.low if interval.low_open else number >= interval.low
    below = number < interval.high if interval.high_open else number <= interval.high
    return bool(above) and bool(below)


ROLES = ("lr", "decay", "coefficient", "regularization", "eps", "count", "other")
"""Roles of hyperparameters, in printing order; see `Parameter`."""


class Parameter(Indeterminate, Symbol):  # type: ignore[misc]
    """The symbol of a hyperparameter. Calling it with a default makes the `Hyper` of a declaration.

    range    where it lies, as `Range.parse` reads it: "[0, 1)", "integer [1, inf)"
    role     "lr", "decay", "coefficient", "regularization", "eps", "count" or "other": decides the
             order in which factors are printed
    latex    its letter in print; one is found from the name unless given
    meaning  in words, for docstrings and sheets

    Compared by name alone. Raises DeclarationError for a range or a role that is none.
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
            reason = f"role {role!r} is not one of {', '.join(ROLES)}"
            raise DeclarationError("Parameter", name, reason)
        domain = range if isinstance(range, Range) else Range.parse(range)
        self = Symbol.__xnew__(
            cls, name, real=True, **({"integer": True} if domain.integer else {})
        )
        self.range, self.role, self.latex, self.meaning = domain, role, latex, meaning
        return self  # type: ignore[no-any-return]

    def _latex(self, printer: Any) -> str:
        return str(self.latex or printer._print_Symbol(self))

    def __getnewargs_ex__(self) -> Any:
        return (self.name, self.range, self.role, self.latex, self.meaning), {}

    def __getitem__(self, index: Any) -> NoReturn:
        reason = f"is a hyperparameter, the same in every step: write {self.name} without an index"
        raise NoExpression("expression", f"{self.name}[{index}]", reason)

    __iter__ = None  # else Python would count what has __getitem__ as a sequence

    def __call__(self, default: Any, range: str | None = None, meaning: str | None = None) -> Hyper:
        """This parameter with its default (None: the caller must give it) in a declaration.

        `range` and `meaning` replace the parameter's own. Raises NoExpression for a default that is
        no number; that it lies in the range is checked by the declaration.
        """
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


def nodes(expr: sympy.Basic) -> Iterator[Any]:
    """An expression and all that is in it, each before its arguments, from the left."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack += node.args[::-1]


def exact(number: Any) -> Expr:
    """A number or expression with its floats made exact: 0.1 is one tenth, and so is "0.1".

    Raises NoExpression for what is neither, such as a text that is no number.
    """
    if isinstance(number, str):
        try:
            return sympy.Rational(number)
        except (TypeError, ValueError):
            reason = "is a text: write the expression without quotes"
            raise NoExpression("expression", repr(number), reason) from None
    try:
        expr = sympify(number)
    except NoExpression:
        raise
    except SympifyError:
        expr = None
    if not isinstance(expr, sympy.Basic):
        shown = " ".join(repr(number).split())
        reason = f"is a {type(number).__name__}: write a number, or an expression of symbols"
        raise NoExpression("expression", shown if len(shown) < 60 else shown[:60] + "…", reason)
    finite = {
        f: sympy.Rational(repr(float(f)))
        for f in nodes(expr)
        if isinstance(f, sympy.Float) and f.is_finite
    }
    return expr.xreplace(finite) if finite else expr

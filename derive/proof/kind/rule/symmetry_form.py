"""How the values of a step transform when parameters and loss do: forms, and the walk to them.

A form says what becomes of a value in the other coordinates: it is multiplied by a power of a
number (`Powers`), moved by a multiple of a vector (`Shifts`), or multiplied by matrices from one
side or more, like a vector, a gradient or a Hessian (`Indices`). Each operation of the language
either carries forms to a form or has none, and then the walk raises `NoForm` with the reason.
If the forms of the state fit before and after the step, the whole trajectory transforms so, for
every loss, every t and every number of entries.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Integer, sympify
from sympy.core.relational import Eq, Ne, Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import And, Not, Or

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import History, Loop, Optimizer, Push
from optwright.derive.language.symbol import Parameter, Value

Form = Any
ZERO = "zero"
"""The form of what is always zero: it is whatever it is added to or compared with."""


class NoForm(ValueError):
    """A value does not transform with the group; the text says which and why."""


class Algebra(ABC):
    """What the operations of the language do to the forms of one group."""

    scalar: Form
    """The form of numbers that the group leaves alone."""
    zero: Form = ZERO
    """The form of the number zero, and of what is not known to be more yet."""
    theta: Form

    @abstractmethod
    def text(self, name: str, form: Form) -> str:
        """What becomes of a value of this form, as a formula."""

    @abstractmethod
    def oracle(self, node: Any, forms: Sequence[Form]) -> Form:
        """The form of an oracle's answer, given those of its arguments."""

    @abstractmethod
    def product(self, node: Expr, forms: Sequence[Form]) -> Form:
        """Of an entrywise product."""

    @abstractmethod
    def power(self, node: Expr, base: Form, exponent: Form) -> Form:
        """Of an entrywise power."""

    @abstractmethod
    def function(self, node: Expr, forms: Sequence[Form]) -> Form:
        """Of any other entrywise function."""

    @abstractmethod
    def compare(self, node: Any, forms: Sequence[Form]) -> Form:
        """Of the truth of a relation, which must not change with the group."""

    @abstractmethod
    def reduce(self, node: Any, forms: Sequence[Form]) -> Form:
        """Of a reduction."""

    @abstractmethod
    def matrix(self, node: Any, forms: Sequence[Form]) -> Form:
        """Of a matrix operation."""

    def sum(self, node: Expr, forms: Sequence[Form]) -> Form:
        """Of an entrywise sum: that of all its terms."""
        return self.alike(node, forms)

    def choice(self, node: Any, arms: Sequence[Form], conditions: Sequence[Form]) -> Form:
        """Of a choice: that of all its arms."""
        return self.alike(node, arms)

    def both(self, node: Any, forms: Sequence[Form]) -> Form:
        """Of the truth of several conditions together."""
        return self.scalar

    def squared(self, node: Any, a: Form, b: Form) -> Form | None:
        """Of the sum or mean of the entrywise product of two arrays, if it is more than any sum."""
        return None

    def alike(self, node: Any, forms: Sequence[Form]) -> Form:
        """The one form of several values."""
        total = ZERO
        for form in forms:
            total = self.join(node, total, form)
        return total

    def join(self, node: Any, a: Form, b: Form) -> Form:
        """The one form of two values, of which one may be zero."""
        if a == ZERO or a == b:
            return b
        if b == ZERO:
            return a
        raise NoForm(f"{node} joins {self.text('x', a)} and {self.text('y', b)}")


def forms(
    system: Optimizer,
    algebra: Algebra,
    hyper: Mapping[str, Form],
    given: Mapping[Any, bool],
    start: Mapping[str, Form],
) -> dict[str, Form]:
    """The form of every sequence of a system.

    hyper: forms of the hyperparameters that change with the group; given: the truth of conditions
    that cases depend on; start: forms that states are assumed to have before the first step.
    Raises NoForm.
    """
    walk = _Walk(system, algebra, hyper, given)
    known: dict[str, Form] = {"theta": algebra.theta}
    for s in system.state:
        known[s.name] = (
            algebra.zero
            if isinstance(s, History)
            else start.get(s.name) or walk.visit(s.init, known)
        )
    for _ in range(len(known) + 2):
        found = walk.step(known)
        after = {
            name: algebra.join(f"the step of {name}", x, found.get(name, x))
            for name, x in known.items()
        }
        if after == known:
            walk.strict = True
            return walk.step(known)
        known = after
    raise NoForm("the forms of the state do not settle")


class _Walk:
    """One step, its values replaced by their forms."""

    def __init__(
        self,
        system: Optimizer,
        algebra: Algebra,
        hyper: Mapping[str, Form],
        given: Mapping[Any, bool],
    ) -> None:
        self.system, self.algebra, self.hyper, self.given = system, algebra, hyper, given
        self.strict = False  # until forms have settled, zero stands for those not known yet

    def step(self, before: Mapping[str, Form]) -> dict[str, Form]:
        """The forms after a step; members of a loop share one."""
        known = dict(before)
        for statement in self.system.step:
            if isinstance(statement, Push):
                for history, x in statement.values:
                    form = self.visit(x, known)
                    known[history.name] = self.algebra.join(history.name, known[history.name], form)
                self.visit(statement.when, known)
            elif isinstance(statement, Loop):
                for equation in (*statement.init, *statement.body, *statement.body):
                    name, form = equation.lhs.name, self.visit(equation.rhs, known)
                    known[name] = self.algebra.join(
                        equation.lhs, known.get(name, self.algebra.zero), form
                    )
            else:
                known[statement.lhs.name] = self.visit(statement.rhs, known)
        if self.system.repeat:
            self.visit(self.system.repeat.until, known)
        return known

    def visit(self, node: Any, known: Mapping[str, Form]) -> Form:
        algebra = self.algebra

        def function(node: Any, parts: list[Form]) -> Form:
            if node.func in _KEEP_ZERO and all(x == ZERO for x in parts):
                return ZERO
            return algebra.function(node, parts)

        def visit(node: Any) -> Form:
            if node in (sympy.true, sympy.false):
                return algebra.scalar
            if isinstance(node, Value):
                if node.name == "turn" and self.system.repeat:
                    return algebra.scalar
                if node.name not in known:
                    raise NoForm(f"{node} is read before its form is known")
                return known[node.name]
            if isinstance(node, Parameter):
                return self.hyper.get(node.name, algebra.scalar)
            if node.is_Symbol or isinstance(node, op.dim):
                return algebra.scalar
            if isinstance(node, op.cases):
                return self.choice(node, known)
            if isinstance(node, (Relational, And, Or, Not)):
                if node in self.given:
                    return algebra.scalar
                if not isinstance(node, Relational):
                    return algebra.both(node, [visit(x) for x in node.args])
                return algebra.compare(node, [visit(x) for x in node.args])
            if isinstance(node, (op.total, op.mean)) and not isinstance(node.over, int):
                scale, pair = _two_factors(node.operands[0], visit, algebra)
                form = pair and algebra.squared(node, *pair)
                if form is not None:
                    return algebra.product(node, [*scale, form])
            if isinstance(node, op.Operation):
                parts = [visit(x) for x in node.args if not isinstance(x, Str)]
                if isinstance(node, op.Oracle):
                    return algebra.oracle(node, parts)
                if isinstance(node, op.Reduction):
                    count = len(node.operands)
                    return algebra.reduce(node, parts[:count])
                if isinstance(node, op.MatrixOperation):
                    return algebra.matrix(node, parts)
                if isinstance(node, op.evaluations):
                    return algebra.scalar
                return function(node, parts)
            if node.is_number:
                return algebra.zero if node == 0 else algebra.scalar
            parts = [visit(x) for x in node.args]
            if node.is_Add:
                return algebra.sum(node, parts)
            if node.is_Mul:
                return ZERO if ZERO in parts else algebra.product(node, parts)
            if node.is_Pow:
                if parts[0] == ZERO:
                    if not self.strict or (node.exp.is_number and node.exp > 0):
                        return ZERO
                    raise NoForm(f"{node} may divide by zero")
                return algebra.power(node, *parts)
            return function(node, parts)

        return visit(sympify(node))

    def choice(self, node: Any, known: Mapping[str, Form]) -> Form:
        open_: list[tuple[Any, Any]] = []
        last = node.otherwise
        for arm, condition in node.arms:
            truth = self.truth(condition)
            if truth is True:
                last = arm
                break
            if truth is None:
                open_.append((arm, condition))
        arms = [self.visit(arm, known) for arm in (*(arm for arm, _ in open_), last)]
        if not open_:
            return arms[0]
        conditions = [self.visit(condition, known) for _, condition in open_]
        return self.algebra.choice(op.cases(*open_, last), arms, conditions)

    def truth(self, condition: Any) -> bool | None:
        """Whether a condition is given to hold, part by part."""
        if condition in self.given:
            return self.given[condition]
        if isinstance(condition, (And, Or)):
            parts = [self.truth(x) for x in condition.args]
            decisive = isinstance(condition, Or)
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        return None


_KEEP_ZERO = (
    *(sympy.sign, sympy.Abs, sympy.Max, sympy.Min, sympy.sin, sympy.tanh),
    *(op.round_to, op.max_per_axis, op.min_over_axes),
)


def _two_factors(
    expr: Expr, visit: Callable[[Any], Form], algebra: Algebra
) -> tuple[list[Form], tuple[Form, Form] | None]:
    """The forms of the factors that are one number, and of the two that are arrays, if just two."""
    scale: list[Form] = []
    arrays: list[Form] = []
    for factor in sympy.Mul.make_args(expr):
        base, count = (factor.base, 2) if factor.is_Pow and factor.exp == 2 else (factor, 1)
        form = visit(base)
        if form == algebra.scalar:
            scale += [form] * count
        else:
            arrays += [form] * count
    return scale, (arrays[0], arrays[1]) if len(arrays) == 2 else None


# --- powers of a number


class Powers(Algebra):
    """Values multiplied by c**k: the form is k.

    loss, theta: the exponents of the loss and of the parameters.
    """

    scalar = Integer(0)

    def __init__(self, loss: Expr, theta: Expr) -> None:
        self.loss, self.theta = sympify(loss), sympify(theta)

    def text(self, name: str, form: Form) -> str:
        if form == ZERO:
            return "0"
        factor = sympy.Symbol("c") ** form
        return name if form == 0 else f"{factor}*{name}"

    def oracle(self, node: Any, forms: Sequence[Form]) -> Form:
        if isinstance(node, op.noise):
            return self.scalar
        self.want(node, forms[0], self.theta)
        match node.word:
            case "value":
                return self.loss
            case "grad":
                return self.loss - self.theta
            case "hessian" | "hessian_diagonal":
                return self.loss - 2 * self.theta
            case "hvp":
                return self.product(node, [self.loss - 2 * self.theta, forms[1]])
            case "line_search":
                self.want(node, forms[1], self.theta)
                for form in forms[2:]:
                    self.want(node, form, self.scalar)
                return self.scalar
        raise NoForm(f"{node} is an oracle without a form")

    def product(self, node: Expr, forms: Sequence[Form]) -> Form:
        return ZERO if ZERO in forms else sum(forms, Integer(0))

    def power(self, node: Expr, base: Form, exponent: Form) -> Form:
        if not node.exp.is_number:
            self.want(node, base, self.scalar)
            self.want(node, exponent, self.scalar)
            return self.scalar
        return base * node.exp

    def function(self, node: Expr, forms: Sequence[Form]) -> Form:
        if node.func == sympy.sign:
            return self.scalar
        if node.func in (sympy.Abs, sympy.Max, sympy.Min, op.max_per_axis, op.min_over_axes):
            return self.alike(node, forms)
        for form in forms:
            self.want(node, form, self.scalar)
        return self.scalar

    def compare(self, node: Any, forms: Sequence[Form]) -> Form:
        self.alike(node, forms)
        return self.scalar

    def reduce(self, node: Any, forms: Sequence[Form]) -> Form:
        if isinstance(node, op.count_nonfinite):
            return self.scalar
        return self.product(node, forms)

    def matrix(self, node: Any, forms: Sequence[Form]) -> Form:
        match node.word:
            case "identity":
                return self.scalar
            case "solve":
                if forms[0] == ZERO:
                    raise NoForm(f"{node} divides by zero")
                return ZERO if forms[1] == ZERO else forms[1] - forms[0]
            case "inverse_root":
                if forms[0] == ZERO or not node.args[1].is_number:
                    raise NoForm(f"{node} has no exponent that is a number")
                return -forms[0] / node.args[1]
        return self.product(node, forms)

    def want(self, node: Any, form: Form, wanted: Form) -> None:
        if form not in (ZERO, wanted):
            raise NoForm(f"{node} needs {self.text('x', wanted)}, not {self.text('x', form)}")


# --- multiples of a vector


class Shifts(Algebra):
    """Values moved by a multiple of one vector c: the form is the multiple, an expression.

    same: decides whether two multiples are one.
    """

    scalar = zero = Integer(0)
    theta = Integer(1)

    def __init__(self, same: Any) -> None:
        self.same = same

    def text(self, name: str, form: Form) -> str:
        if form == 0:
            return name
        return f"{name} + c" if form == 1 else f"{name} + ({form})*c"

    def join(self, node: Any, a: Form, b: Form) -> Form:
        if a == b or self.same(a, b):
            return a
        raise NoForm(f"{node} joins {self.text('x', a)} and {self.text('y', b)}")

    def alike(self, node: Any, forms: Sequence[Form]) -> Form:
        for form in forms[1:]:
            self.join(node, forms[0], form)
        return forms[0]

    def sum(self, node: Expr, forms: Sequence[Form]) -> Form:
        total = sum(forms, Integer(0))
        return self.scalar if total != 0 and self.same(total, self.scalar) else total

    def product(self, node: Expr, forms: Sequence[Form]) -> Form:
        moved = [k for k, x in enumerate(forms) if x != 0]
        if not moved:
            return self.scalar
        if len(moved) > 1:
            raise NoForm(f"{node} multiplies values that move")
        others = [x for k, x in enumerate(node.args) if k != moved[0]]
        return sympy.Mul(forms[moved[0]], *others)

    def power(self, node: Expr, base: Form, exponent: Form) -> Form:
        return self.still(node, [base, exponent])

    def function(self, node: Expr, forms: Sequence[Form]) -> Form:
        if node.func in (sympy.Max, sympy.Min):
            return self.alike(node, forms)
        return self.still(node, forms)

    def compare(self, node: Any, forms: Sequence[Form]) -> Form:
        self.alike(node, forms)
        return self.scalar

    def choice(self, node: Any, arms: Sequence[Form], conditions: Sequence[Form]) -> Form:
        if all(x == arms[0] for x in arms):
            return arms[0]
        pairs = [(x, c) for x, (_, c) in zip(arms[:-1], node.arms, strict=False)]
        return op.cases(*pairs, arms[-1])

    def reduce(self, node: Any, forms: Sequence[Form]) -> Form:
        return self.still(node, forms)

    def matrix(self, node: Any, forms: Sequence[Form]) -> Form:
        return self.scalar if isinstance(node, op.identity) else self.still(node, forms)

    def oracle(self, node: Any, forms: Sequence[Form]) -> Form:
        if not isinstance(node, op.noise):
            self.join(node, forms[0], self.theta)
            self.still(node, forms[1:])
        return self.scalar

    def still(self, node: Any, forms: Sequence[Form]) -> Form:
        for form in forms:
            if form != 0:
                raise NoForm(f"{node} takes {self.text('x', form)}")
        return self.scalar


# --- matrices on each side


@dataclass(frozen=True)
class Index:
    """One side of an array: the space that is turned, and how.

    part: 0 for an orthogonal matrix Q; 1 for M and -1 for M inverse transposed; under changes of
    sign 1 for what changes with its coordinate and 0 for what does not.
    """

    space: str
    part: int = 0


KEPT = Index("")
"""A side of length one, which broadcasts."""


@dataclass(frozen=True)
class Unit:
    """The identity matrix, which is of both parts."""

    space: str


class Indices(Algebra):
    """Arrays that are multiplied by a matrix from each side: the form is a tuple of `Index`.

    theta: the form of the parameters. entrywise: whether entries are only moved about or change
    their sign, so that entrywise operations keep to them; signs: whether signs change. whole:
    the system's arrays are matrices but one vector here, so that matrix operations do not fit.
    """

    scalar: Form = ()

    def __init__(
        self,
        theta: tuple[Index, ...],
        entrywise: bool = False,
        signs: bool = False,
        whole: bool = False,
        letters: Mapping[str, str] | None = None,
    ) -> None:
        self.theta, self.entrywise, self.signs, self.whole = theta, entrywise, signs, whole
        self.letters = dict(letters or {})

    def text(self, name: str, form: Form) -> str:
        if form == ZERO:
            return "0"
        if isinstance(form, Unit):
            return "I"
        if form == "each axis":
            return f"{name} along each axis"
        left = self.letter(form[0]) if form else ""
        right = self.letter(form[1]) if len(form) > 1 else ""
        right = right[:-1] if right.endswith("'") else right and f"{right}'"
        return " ".join(x for x in (left, name, right) if x)

    def letter(self, index: Index) -> str:
        base = self.letters.get(index.space, "")
        if index == KEPT or not base or (self.signs and index.part == 0):
            return ""
        return f"inv({base})'" if index.part == -1 else base

    def dual(self, index: Index) -> Index:
        """What an index contracts with."""
        return index if self.signs else Index(index.space, -index.part)

    # entrywise operations

    def join(self, node: Any, a: Form, b: Form) -> Form:
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Unit) and isinstance(other, tuple) and len(other) == 2:
                if other[0] == self.dual(other[1]) and other[0].space == one.space:
                    return other
        if ZERO not in (a, b) and a != b and self.entrywise:
            return self.broadcast(node, a, b)
        return super().join(node, a, b)

    def broadcast(self, node: Any, a: Form, b: Form) -> Form:
        """The form of an entrywise operation that keeps what both are."""
        if not (isinstance(a, tuple) and isinstance(b, tuple)):
            raise NoForm(f"{node} joins {self.text('x', a)} and {self.text('y', b)}")
        size = max(len(a), len(b))
        wide = [(KEPT,) * (size - len(x)) + x for x in (a, b)]
        result = []
        for p, q in zip(*wide, strict=True):
            plain = p if q == KEPT else q
            if p != q and (KEPT not in (p, q) or plain.part):
                raise NoForm(f"{node} joins {self.text('x', a)} and {self.text('y', b)}")
            result.append(plain)
        return tuple(result)

    def even(self, node: Any, form: Form) -> Form:
        """The form, if none of its signs change."""
        if self.signs and isinstance(form, tuple) and any(x.part for x in form):
            raise NoForm(f"{node} takes {self.text('x', form)}, whose signs change")
        return form

    def entries(self, node: Any, forms: Sequence[Form]) -> Form:
        """The form of a function of entries whose signs stay."""
        if all(x in (ZERO, ()) for x in forms):
            return ()
        if not self.entrywise:
            array = next(x for x in forms if x not in (ZERO, ()))
            raise NoForm(f"{node} takes the entries of {self.text('x', array)}")
        total: Form = ()
        for form in forms:
            total = self.broadcast(node, total, () if form == ZERO else self.even(node, form))
        return total

    def product(self, node: Expr, forms: Sequence[Form]) -> Form:
        if ZERO in forms:
            return ZERO
        arrays = [x for x in forms if x != ()]
        if len(arrays) <= 1:
            return arrays[0] if arrays else ()
        if not self.entrywise:
            raise NoForm(f"{node} multiplies the entries of {self.text('x', arrays[0])}")
        if not self.signs:
            return self.entries(node, arrays)
        total: Form = ()
        for form in arrays:
            if not isinstance(form, tuple):
                raise NoForm(f"{node} multiplies {self.text('x', form)} entry by entry")
            plain = [tuple(Index(i.space) for i in x) for x in (total, form)]
            shape = self.broadcast(node, *plain)
            parts = [(0,) * (len(shape) - len(x)) + tuple(i.part for i in x) for x in (total, form)]
            total = tuple(
                Index(i.space, (p + q) % 2) for i, p, q in zip(shape, *parts, strict=True)
            )
        return total

    def power(self, node: Expr, base: Form, exponent: Form) -> Form:
        if self.signs and node.exp.is_Integer and isinstance(base, tuple):
            return tuple(Index(i.space, i.part * int(node.exp) % 2) for i in base)
        return self.entries(node, [base, exponent])

    def function(self, node: Expr, forms: Sequence[Form]) -> Form:
        first = forms[0]
        if self.signs and isinstance(first, tuple):
            if node.func in (sympy.sign, sympy.sin, sympy.tanh, op.round_to):
                return first
            if node.func == sympy.Abs:
                return tuple(Index(i.space) for i in first)
        if isinstance(node, op.max_per_axis):
            if len(self.theta) != 2 and not self.signs:
                raise NoForm(f"{node} reduces the axes of {self.text('x', first)}")
            self.even(node, self.entries(node, forms))
            return "each axis"
        if isinstance(node, op.min_over_axes):
            if first not in (ZERO, "each axis"):
                raise NoForm(f"{node} takes {self.text('x', first)}")
            return tuple(Index(i.space) for i in self.theta)
        return self.entries(node, forms)

    def compare(self, node: Any, forms: Sequence[Form]) -> Form:
        if self.signs and isinstance(node, (Eq, Ne)) and ZERO in forms:
            (form,) = [x for x in forms if x != ZERO] or [()]
            return tuple(Index(i.space) for i in form)
        return self.entries(node, forms)

    def choice(self, node: Any, arms: Sequence[Form], conditions: Sequence[Form]) -> Form:
        form = self.alike(node, arms)
        shape = self.entries(node, conditions)
        if shape == () or form == ZERO:
            return form
        if form == ():
            return shape
        plain = tuple(Index(i.space) for i in form)
        if self.broadcast(node, plain, shape) != plain:
            raise NoForm(f"{node} chooses between {self.text('x', form)} entry by entry")
        return form

    def both(self, node: Any, forms: Sequence[Form]) -> Form:
        return self.entries(node, forms)

    # sums over entries, and matrices

    def squared(self, node: Any, a: Form, b: Form) -> Form | None:
        if self.entrywise or ZERO in (a, b):
            return None
        return self.contracted(node, a, b)

    def reduce(self, node: Any, forms: Sequence[Form]) -> Form:
        over = node.over
        if ZERO in forms:
            return ZERO
        if not isinstance(over, int):
            if isinstance(node, op.norm):
                return self.contracted(node, forms[0], forms[0])
            if isinstance(node, op.dot):
                return self.contracted(node, *forms)
            return self.entries(node, forms) and ()
        form = self.even(node, self.entries(node, forms))
        if self.signs:
            return ()  # no entry moves, and no sign of these changes
        if len(self.theta) != 2 or self.whole:
            raise NoForm(f"{node} reduces an axis of {self.text('x', form)}")
        wide = (KEPT,) * (2 - len(form)) + form
        return tuple(KEPT if k == over % 2 else i for k, i in enumerate(wide))

    def contracted(self, node: Any, a: Form, b: Form) -> Form:
        if a == () and b == ():
            return ()
        if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
            if all(p == self.dual(q) for p, q in zip(a, b, strict=True)):
                return ()
        raise NoForm(f"{node} multiplies {self.text('x', a)} and {self.text('y', b)}")

    def matrix(self, node: Any, forms: Sequence[Form]) -> Form:
        if self.whole:
            raise NoForm(f"{node} works on rows and columns")
        if isinstance(node, op.identity):
            return Unit(forms[0][0].space if isinstance(forms[0], tuple) else "n")
        if isinstance(node, op.inverse_root):
            first = forms[0]
            if isinstance(first, Unit):
                return first
            if isinstance(first, tuple) and len(first) == 2 and first[0] == first[1]:
                if first[0] == self.dual(first[0]):
                    return first
            raise NoForm(f"{node} takes {self.text('x', first)}")
        if ZERO in forms:
            if isinstance(node, op.solve) and forms[0] == ZERO:
                raise NoForm(f"{node} divides by zero")
            return ZERO
        match node.word:
            case "transpose":
                return forms[0] if isinstance(forms[0], Unit) else forms[0][::-1]
            case "outer":
                return forms[0] + forms[1]
            case "matmul":
                a, b = forms
                if isinstance(a, Unit) or isinstance(b, Unit):
                    return b if isinstance(a, Unit) else a
                if a and b and a[-1] == self.dual(b[0]):
                    return a[:-1] + b[1:]
            case "solve":
                a, b = forms
                if isinstance(a, Unit):
                    return b
                if b and not isinstance(b, Unit) and len(a) == 2 and a[0] == b[0]:
                    return (self.dual(a[1]), *b[1:])
        said = " and ".join(self.text("x", x) for x in forms)
        raise NoForm(f"{node} takes {said}")

    def oracle(self, node: Any, forms: Sequence[Form]) -> Form:
        if isinstance(node, op.noise):
            if any(i != self.dual(i) for i in self.theta):
                raise NoForm(f"{node} is not spread alike in all coordinates")
            return self.theta
        self.want(node, forms[0])
        gradient = tuple(self.dual(i) for i in self.theta)
        match node.word:
            case "value":
                return ()
            case "grad":
                return gradient
            case "hvp":
                self.want(node, forms[1])
                return gradient
            case "hessian":
                return (*gradient, *gradient)
            case "hessian_diagonal":
                if self.entrywise:
                    return tuple(Index(i.space) for i in self.theta)
            case "line_search":
                self.want(node, forms[1])
                self.entries(node, forms[2:])
                return ()
        raise NoForm(f"{node} depends on the coordinates")

    def want(self, node: Any, form: Form) -> None:
        if form not in (ZERO, self.theta):
            raise NoForm(f"{node} takes {self.text('x', form)}, not {self.text('x', self.theta)}")


__all__ = [
    "KEPT",
    "ZERO",
    "Algebra",
    "Form",
    "Index",
    "Indices",
    "NoForm",
    "Powers",
    "Shifts",
    "Unit",
    "forms",
]

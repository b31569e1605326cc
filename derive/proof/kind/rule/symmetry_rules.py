"""The forms of values under groups: powers of a number, multiples of a vector, indices to turn.

`Powers` says by which power of a number a value is multiplied, `Shifts` by which multiple of a
vector it is moved, `Indices` by which matrices it is multiplied from one side or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Integer, sympify
from sympy.core.relational import Eq, Ne

from optwright.derive.claim.rule.symmetry import Form, Index
from optwright.derive.language import operation as op
from optwright.derive.proof.kind.rule.symmetry_form import ZERO, FormRules, NoForm

# --- powers of a number


class Powers(FormRules):
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


class Shifts(FormRules):
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


KEPT = Index("")
"""A side of length one, which broadcasts."""


@dataclass(frozen=True)
class Unit:
    """The identity matrix, which is of both parts."""

    space: str


class Indices(FormRules):
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
            square = isinstance(one, Unit) and isinstance(other, tuple) and len(other) == 2
            if square and other[0] == self.dual(other[1]) and other[0].space == one.space:
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
        alike = isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b)
        if alike and all(p == self.dual(q) for p, q in zip(a, b, strict=True)):
            return ()
        raise NoForm(f"{node} multiplies {self.text('x', a)} and {self.text('y', b)}")

    def matrix(self, node: Any, forms: Sequence[Form]) -> Form:
        if self.whole:
            raise NoForm(f"{node} works on rows and columns")
        if isinstance(node, op.identity):
            return Unit(forms[0][0].space if isinstance(forms[0], tuple) else "n")
        if isinstance(node, op.inverse_root):
            return self._root(node, forms[0])
        if ZERO in forms:
            if isinstance(node, op.solve) and forms[0] == ZERO:
                raise NoForm(f"{node} divides by zero")
            return ZERO
        match node.word:
            case "transpose":
                return forms[0] if isinstance(forms[0], Unit) else forms[0][::-1]
            case "outer":
                return forms[0] + forms[1]
            case "matmul" | "solve":
                found = self._multiplied(node.word, *forms)
                if found is not None:
                    return found
        said = " and ".join(self.text("x", x) for x in forms)
        raise NoForm(f"{node} takes {said}")

    def _root(self, node: Any, form: Form) -> Form:
        """The form of a root of a matrix, of which both indices must be alike and their own dual.

        Raises NoForm for any other.
        """
        if isinstance(form, Unit):
            return form
        square = isinstance(form, tuple) and len(form) == 2 and form[0] == form[1]
        if square and form[0] == self.dual(form[0]):
            return form
        raise NoForm(f"{node} takes {self.text('x', form)}")

    def _multiplied(self, word: str, a: Form, b: Form) -> Form | None:
        """The form of a product of matrices, or of a solution; None if they do not contract."""
        if isinstance(a, Unit):
            return b
        if word == "matmul":
            if isinstance(b, Unit):
                return a
            return a[:-1] + b[1:] if a and b and a[-1] == self.dual(b[0]) else None
        fits = b and not isinstance(b, Unit) and len(a) == 2 and a[0] == b[0]
        return (self.dual(a[1]), *b[1:]) if fits else None

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


__all__ = ["Indices", "Powers", "Shifts"]

"""Equations taken apart: a SymPy expression as operations, in the one documented order.

SymPy keeps no order in sums and products, so `optwright.derive.language.order` fixes one, and this
module carries it out, in two ways. *Numbers* (one per step, per tensor or over all) are computed as
the equation is shown. In *array* work the numbers of a sum or a product are joined to one number
first, which enters the arrays' arithmetic once:

    product   the first array, times the number, times the other arrays, over those below the line;
              over the number where it is a reciprocal
    sum       terms from the left, positive before negative, the number last; a number comes first
              where all arrays are subtracted

Integer powers of arrays are repeated products, roots have functions of their own. Questions to
oracles and reductions that cut a pass are left to `Translator`'s subclass.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

import sympy
from sympy import Add, Expr, Mul, Pow, Rational, Symbol
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import And, Boolean, BooleanAtom, Not, Or

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import DeclarationError
from optwright.derive.language.extent import ALL, HOST, TENSOR, Extent, Shape, infer, join
from optwright.derive.language.order import Order
from optwright.derive.language.symbol import Value, t
from optwright.derive.lower.node import Apply, Member, Name, Node, Number, count

FUNCTIONS: Mapping[str, str] = {
    "Abs": "absolute",
    "ceiling": "ceil",
    "Mod": "remainder",
    "Max": "maximum",
    "Min": "minimum",
    "Equality": "equal",
    "Unequality": "not_equal",
    "StrictLessThan": "less",
    "LessThan": "less_equal",
    "StrictGreaterThan": "greater",
    "GreaterThan": "greater_equal",
}
"""SymPy's functions whose names here are others."""

HALF, THIRD, QUARTER = Rational(1, 2), Rational(1, 3), Rational(1, 4)


class Translator(ABC):
    """Makes operations of expressions. `target` is the name to which the value is given."""

    def __init__(
        self,
        where: str,
        extents: Mapping[str, Extent],
        order: Order,
        shape: Shape = "any",
        histories: Collection[str] = (),
    ) -> None:
        self.where, self.order, self.shape = where, order, shape
        self.extents, self.histories = dict(extents), frozenset(histories)
        self.loops: Collection[str] = ()
        self.recorded: Collection[str] = ()
        self.answers: dict[Expr, Node] = {}
        self.target = ""
        self._extents: dict[Expr, Extent] = {}

    # --- what a subclass does --------------------------------------------------------------------

    @abstractmethod
    def ask(self, node: op.Oracle) -> Node:
        """The answer to a question that stands inside an expression."""

    @abstractmethod
    def reduce(self, node: op.Reduction) -> Node | None:
        """The result of a reduction that ends a pass, or None for one that does not."""

    @abstractmethod
    def named(self, base: str, node: Node) -> Node:
        """A name for a value that is read several times."""

    def arms(self, node: op.cases) -> Node:
        """A choice; the arm that is not chosen may ask nothing."""
        arms = [(self.node(a), self.node(c)) for a, c in node.arms]
        return select(arms, self.node(node.otherwise))

    def refuse(self, what: Any, reason: str) -> NoReturn:
        """Refuse an expression of the equation at hand."""
        where = f"{self.where}, {self.target}" if self.target else self.where
        raise DeclarationError(where, str(what), reason)

    # --- extents ---------------------------------------------------------------------------------

    def extent(self, expr: Expr) -> Extent:
        """The extent of an expression; what needs the length of a history is not the host's."""
        if expr not in self._extents:
            if isinstance(expr, BooleanAtom):
                return HOST
            found = infer(expr, self.extents, self.shape)
            counts = any(s.name.startswith("count_") for s in expr.free_symbols)
            self._extents[expr] = ALL if found == HOST and counts else found
        return self._extents[expr]

    def is_number(self, expr: Expr) -> bool:
        return bool(expr.is_number) or self.extent(expr).scalar

    # --- expressions -----------------------------------------------------------------------------

    def node(self, expr: Expr) -> Node:
        """The operations of an expression."""
        if isinstance(expr, Boolean) and not isinstance(expr, Symbol):
            return self.condition(expr)
        if expr.is_Number or getattr(expr, "is_NumberSymbol", False):
            return Number(expr)
        if isinstance(expr, Value):
            return self.value(expr)
        if isinstance(expr, Symbol):
            return self.symbol(expr)
        if isinstance(expr, (op.Oracle, op.evaluations)):
            return self.ask(expr)
        number = self.is_number(expr)
        if isinstance(expr, Add):
            return self.number_sum(expr) if number else self.array_sum(expr)
        if isinstance(expr, Mul):
            return self.number_product(expr) if number else self.array_product(expr)
        if isinstance(expr, Pow):
            return self.number_power(expr) if number else self.array_power(expr)
        return self.function(expr)

    def value(self, value: Value) -> Node:
        """A member of a sequence: before the step, made by it, of a loop or of a history."""
        name, extent = value.name, self.extents[value.name]
        if name in self.histories:
            return Member(name, sympy.simplify(value.index - 1), extent, history=True)
        if name in self.recorded:
            return Member(name, value.index, extent)
        return Name(name, extent, old=name not in self.loops and value.index != t)

    def symbol(self, symbol: Symbol) -> Node:
        name = str(symbol.name)
        if name.startswith("count_") and name.removeprefix("count_") in self.histories:
            history = name.removeprefix("count_")
            return count(Name(history, self.extents[history]))
        return Name(name, self.extents.get(name, HOST))

    # --- numbers: the order in which the equation is shown ---------------------------------------

    def number_sum(self, expr: Expr) -> Node:
        return _summed([(sign, self.node(e)) for sign, e in self.order.terms(expr)])

    def number_product(self, expr: Expr) -> Node:
        parts = self.order.product(expr)
        number, above, below = abs(parts.number), list(parts.above), list(parts.below)
        if not isinstance(number, Rational) or _is_decimal(number):
            above.insert(0, number)
        else:
            above[:0] = [sympy.Integer(number.p)] * (number.p != 1)
            below[:0] = [sympy.Integer(number.q)] * (number.q != 1)
        result = chain("multiply", [self.node(f) for f in above] or [Number(sympy.S.One)])
        if below:
            result = apply("divide", result, chain("multiply", [self.node(f) for f in below]))
        return apply("negative", result) if parts.number.is_negative else result

    def number_power(self, expr: Expr) -> Node:
        base, exponent = expr.args
        if exponent.is_number and exponent.is_negative:
            return self.number_product(expr)
        return self.root(base, exponent) or apply("power", self.node(base), self.node(exponent))

    def root(self, base: Expr, exponent: Expr) -> Node | None:
        """A square or cube root; whole powers of a norm are powers of the sum of squares."""
        if isinstance(base, op.norm) and exponent.is_Integer and exponent.is_even and exponent > 0:
            found = self.node(base)
            if isinstance(found, Apply) and found.function == "sqrt":
                half = Number(exponent / 2)
                return (
                    found.operands[0] if exponent == 2 else apply("power", found.operands[0], half)
                )
        if exponent in (HALF, THIRD):
            return apply("sqrt" if exponent == HALF else "cbrt", self.node(base))
        return None

    # --- arrays ----------------------------------------------------------------------------------

    def array_sum(self, expr: Expr) -> Node:
        numbers, arrays = self._parted(expr)
        ordered = self.order.terms(Add(*arrays, evaluate=False), self.is_number)
        terms = [(sign, self.node(e)) for sign, e in ordered]
        offset = Add(*numbers)
        if offset != 0:
            sign = -1 if offset.could_extract_minus_sign() else 1
            first = sign > 0 and all(s < 0 for s, _ in terms)
            terms.insert(0 if first else len(terms), (sign, self.node(sign * offset)))
        return _summed(terms)

    def array_product(self, expr: Expr) -> Node:
        number, rest = expr.as_coeff_Mul()
        numbers, arrays = self._parted(rest)
        parts = self.order.product(Mul(*arrays))
        above = [self.node(f) for f in parts.above]
        below = [("divide", self.node(f)) for f in parts.below]
        scalar = Mul(abs(number), *numbers)
        factors: list[Node] = []
        if scalar.as_numer_denom()[0] == 1 and not scalar.is_Number:
            below.append(("divide", self.node(1 / scalar)))
        elif scalar != 1:
            factors.append(self.node(scalar))
        ordered = [*above[:1], *factors, *above[1:]] or [Number(sympy.S.One)]
        result = ordered[0]
        for function, operand in (*(("multiply", x) for x in ordered[1:]), *below):
            result = apply(function, result, operand)
        return apply("negative", result) if number.is_negative else result

    def array_power(self, expr: Expr) -> Node:
        base, exponent = expr.args
        if root := self.root(base, exponent):
            return root
        if exponent == QUARTER:
            return apply("sqrt", apply("sqrt", self.node(base)))
        if exponent.is_Integer and exponent.is_positive:
            factor = self.node(base)
            if isinstance(factor, Apply):
                factor = self.named("base", factor)
            return chain("multiply", [factor] * int(exponent))
        if exponent.is_number and exponent.is_negative:
            return apply("divide", Number(sympy.S.One), self.node(Pow(base, -exponent)))
        return apply("power", self.node(base), self.node(exponent))

    def _parted(self, expr: Expr) -> tuple[list[Expr], list[Expr]]:
        """The arguments that are numbers, and the arrays."""
        args = Add.make_args(expr) if isinstance(expr, Add) else Mul.make_args(expr)
        numbers = [a for a in args if self.is_number(a)]
        return numbers, [a for a in args if not self.is_number(a)]

    # --- functions -------------------------------------------------------------------------------

    def function(self, expr: Expr) -> Node:
        if isinstance(expr, op.cases):
            return self.arms(expr)
        if isinstance(expr, op.Reduction):
            if expr not in self.answers:
                reduced = self.reduce(expr)
                if reduced is None:
                    operands = tuple(self.node(a) for a in expr.operands)
                    over = expr.over if isinstance(expr.over, int) else None
                    return Apply(expr.word, operands, self.extent(expr), over)
                self.answers[expr] = reduced
            return self.answers[expr]
        if isinstance(expr, op.dim):
            return Apply("dim", (), TENSOR, int(expr.args[0]))
        operands = tuple(self.node(a) for a in expr.args if not isinstance(a, Str))
        if isinstance(expr, op.round_to):
            return Apply("round_to", operands, operands[0].extent, str(expr.args[1].name))
        if isinstance(expr, op.Operation):
            return Apply(expr.word, operands, self.extent(expr))
        name = type(expr).__name__
        name = FUNCTIONS.get(name, name)
        if name in ("maximum", "minimum"):
            ranked = sorted(expr.args, key=lambda a: (self.is_number(a), str(a)))
            return chain(name, [self.node(a) for a in ranked])
        return apply(name, *operands)

    def condition(self, expr: Boolean) -> Node:
        if isinstance(expr, BooleanAtom):
            return Number(expr)
        if isinstance(expr, Not):
            return apply("not", self.node(expr.args[0]))
        if isinstance(expr, (And, Or)):
            word = "and" if isinstance(expr, And) else "or"
            return chain(word, [self.node(a) for a in sorted(expr.args, key=str)])
        if isinstance(expr, Relational):
            return apply(FUNCTIONS[type(expr).__name__], *map(self.node, expr.args))
        return self.refuse(expr, "is no condition that can be computed")


class Plain(Translator):
    """Operations of an expression outside a step: a start, a default, a schedule's number.

    The loss that a schedule asks for is the number `value`.
    """

    def ask(self, node: op.Oracle) -> Node:
        if not isinstance(node, op.value):
            self.refuse(node, "is asked outside a step")
        return Name("value", HOST)

    def reduce(self, node: op.Reduction) -> Node | None:
        return None

    def named(self, base: str, node: Node) -> Node:
        return node


def apply(function: str, *operands: Node) -> Apply:
    """A function whose extent is its operands', joined."""
    extent = HOST
    for operand in operands:
        extent = join(extent, operand.extent)
    return Apply(function, operands, extent)


def chain(function: str, operands: Sequence[Node]) -> Node:
    """A function of two operands over several, from the left."""
    result = operands[0]
    for operand in operands[1:]:
        result = apply(function, result, operand)
    return result


def select(arms: Sequence[tuple[Node, Node]], otherwise: Node) -> Node:
    """The first (value, condition) whose condition holds, else the last value."""
    result = otherwise
    for value, condition in reversed(arms):
        result = apply("select", condition, value, result)
    return result


def _summed(terms: Sequence[tuple[int, Node]]) -> Node:
    """Signed terms from the left; a negated first term is written so."""
    (sign, result), *rest = terms
    if sign < 0:
        result = apply("negative", result)
    for sign, term in rest:
        result = apply("subtract" if sign < 0 else "add", result, term)
    return result


def _is_decimal(number: Rational) -> bool:
    """Whether a fraction is shown, and computed, as one decimal number: 3.4445."""
    rest = int(number.q)
    if rest <= 10:
        return False
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1 and len(f"{Decimal(int(number.p)) / Decimal(int(number.q))}") <= 18

"""Exact evaluation at rational points: a fraction where the value is one, else an enclosure.

This is the half of every decision that knows no algebra: it follows the expression as it stands,
in fractions, and in outward-rounded interval arithmetic once a value is irrational.  A value is
never a float, so an interval that excludes zero *proves* that the value is not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from mpmath.libmp import (
    from_rational,
    libmpi,
    mpf_e,
    mpf_pi,
    round_ceiling,
    round_floor,
    to_rational,
)
from sympy import (
    Abs,
    Basic,
    Expr,
    Max,
    Min,
    Piecewise,
    conjugate,
    cos,
    exp,
    im,
    log,
    re,
    sign,
    sin,
    tan,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne

from optwright.derive.error import Undefined
from optwright.derive.proof.algebra.condition import joined
from optwright.derive.proof.algebra.domain import NEGATIVE, POSITIVE, ZERO, Domain, is_atom

__all__ = ["Ball", "Evaluation", "Unknown", "Value", "holds", "value_at"]


class Unknown(ArithmeticError):
    """The value, or a case that it depends on, cannot be settled at this precision."""


class Ball:
    """A closed interval with binary ends that contains the value."""

    __slots__ = ("ends",)

    def __init__(self, ends: Any):
        self.ends = ends

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """The ends, exactly."""
        low, high = (Fraction(*map(int, to_rational(end))) for end in self.ends)
        return low, high

    @property
    def signs(self) -> int:
        """Signs that the value may have."""
        low, high = self.bounds
        return (
            (NEGATIVE if low < 0 else 0)
            | (ZERO if low <= 0 <= high else 0)
            | (POSITIVE if high > 0 else 0)
        )

    @property
    def small(self) -> bool:
        """Whether the interval contains zero and is narrower than 10**-30."""
        low, high = self.bounds
        return low <= 0 <= high and high - low < Fraction(1, 10**30)


Value = Fraction | Ball


def value_at(expr: Basic, point: Mapping[Expr, Any], domain: Domain) -> Value | None:
    """The value at a point, or None where it is undefined or not settled at 60 digits."""
    try:
        return Evaluation(point, domain)(expr)
    except (Undefined, Unknown):
        return None


def holds(fact: Basic, point: Mapping[Expr, Any], domain: Domain) -> bool | None:
    """Whether a relation holds at a point; None where that is not settled."""
    try:
        return Evaluation(point, domain).truth(fact)
    except (Undefined, Unknown):
        return None


class Evaluation:
    """Evaluate expressions at one exact point.

    point: an exact rational, or an enclosure, per atom.
    draw: makes the value of an uninterpreted function at a new argument; the table of values
    that were drawn is ``answers``.  Equal arguments get equal answers; arguments that cannot be
    told apart do too, which is a legitimate interpretation of the function in either case.
    digits: working precision of enclosures, in decimal digits.
    """

    def __init__(
        self,
        point: Mapping[Expr, Any],
        domain: Domain,
        *,
        draw: Callable[[], Fraction] | None = None,
        digits: int = 60,
    ):
        self.point = {
            atom: x
            if isinstance(x, Ball)
            else Fraction(int(x.p), int(x.q))
            if hasattr(x, "q")
            else Fraction(x)
            for atom, x in point.items()
        }
        self.domain = domain
        self.draw = draw
        self.precision = int(digits * 3.33) + 10
        self.answers: list[tuple[Basic, tuple[Any, ...], Fraction]] = []
        self._memo: dict[Basic, Value] = {}

    def __call__(self, expr: Basic) -> Value:
        """The value of an expression; raises Undefined or Unknown."""
        found = self._memo.get(expr)
        if found is None:
            found = self._memo[expr] = self._value(expr)
        return found

    def enclosure(self, value: Value) -> Ball:
        """The value as an interval at the working precision."""
        return value if isinstance(value, Ball) else Ball(self._ends(value))

    def sign(self, value: Value) -> int:
        """-1, 0 or 1; raises Unknown when the enclosure does not settle it."""
        if isinstance(value, Fraction):
            return (value > 0) - (value < 0)
        signs = value.signs
        if signs == POSITIVE:
            return 1
        if signs == NEGATIVE:
            return -1
        raise Unknown("sign of an irrational value")

    def truth(self, condition: Basic) -> bool:
        """The truth of a condition; raises Undefined or Unknown."""
        return joined(condition, self._relation)

    def _relation(self, condition: Basic) -> bool:
        for kind, test in _RELATIONS.items():
            if isinstance(condition, kind):
                left, right = (self(arg) for arg in condition.args)
                return bool(test(self.sign(self._add(left, self._multiply(Fraction(-1), right)))))
        raise Unknown(f"condition {condition}")

    def _value(self, expr: Basic) -> Value:
        if expr in self.point:
            return self.point[expr]
        if expr.is_Rational:
            return Fraction(int(expr.p), int(expr.q))
        if is_atom(expr, self.domain):
            raise Unknown(f"no value for {expr}")
        if expr.is_Add:
            total: Value = Fraction(0)
            for arg in expr.args:
                total = self._add(total, self(arg))
            return total
        if expr.is_Mul:
            product: Value = Fraction(1)
            for arg in expr.args:  # every factor is looked at: 0*(1/0) is undefined
                product = self._multiply(product, self(arg))
            return product
        if expr.is_Pow:
            return self._power(self(expr.args[0]), self(expr.args[1]))
        if expr.is_NumberSymbol:
            return self._constant(expr)
        return self._function(expr)

    def _function(self, expr: Basic) -> Value:
        if getattr(expr, "is_select", False):
            *pairs, last = expr.args
            return self._chosen(zip(pairs[::2], pairs[1::2], strict=True), last)
        if isinstance(expr, Piecewise):
            return self._chosen(expr.args, None)
        if isinstance(expr, AppliedUndef) or getattr(expr, "is_uninterpreted", False):
            return self._answer(expr)
        args = [self(arg) for arg in expr.args]
        if isinstance(expr, (re, conjugate)):
            return args[0]
        if isinstance(expr, im):
            return Fraction(0)
        if isinstance(expr, Abs):
            return self._size(args[0])
        if isinstance(expr, sign):
            return Fraction(self.sign(args[0]))
        if isinstance(expr, (Max, Min)):
            return self._extreme(args, 1 if isinstance(expr, Max) else -1)
        for kind, (rule, known) in _FUNCTIONS.items():
            if isinstance(expr, kind):
                x, (place, value) = args[0], known
                if x == place:
                    return Fraction(value)
                if kind is log and self.sign(x) <= 0:
                    raise Undefined(f"{expr}")
                return Ball(rule(self._ends(x), self.precision))
        raise Unknown(f"no exact evaluation of {expr}")

    def _chosen(self, pairs: Iterable[Any], last: Basic | None) -> Value:
        """The first value whose condition holds, else the last; raises Undefined without one."""
        chosen = next((x for x, condition in pairs if self.truth(condition)), last)
        if chosen is None:
            raise Undefined("no branch of a Piecewise applies")
        return self(chosen)

    def _size(self, x: Value) -> Value:
        if isinstance(x, Fraction):
            return abs(x)
        return Ball(libmpi.mpi_abs(x.ends, self.precision))

    def _answer(self, expr: Basic) -> Fraction:
        if self.draw is None:
            raise Unknown(f"{expr} is uninterpreted")
        args = tuple(self(arg) if isinstance(arg, Expr) else arg for arg in expr.args)
        fitting = {
            answer
            for other, known, answer in self.answers
            if other.func == expr.func
            and len(known) == len(args)
            and all(map(self._may_equal, known, args))
        }
        if len(fitting) > 1:
            raise Unknown(f"argument of {expr}")
        answer = fitting.pop() if fitting else self.draw()
        answer = abs(answer) if expr.is_nonnegative else answer
        self.answers.append((expr, args, answer))
        return answer

    def _may_equal(self, a: Any, b: Any) -> bool:
        if isinstance(a, (Fraction, Ball)) and isinstance(b, (Fraction, Ball)):
            gap = self._add(a, self._multiply(Fraction(-1), b))
            return gap == 0 if isinstance(gap, Fraction) else bool(gap.signs & ZERO)
        return bool(a == b)

    def _extreme(self, args: list[Value], direction: int) -> Value:
        best = args[0]
        for x in args[1:]:
            gap = self._add(x, self._multiply(Fraction(-1), best))
            if isinstance(gap, Ball) and gap.small:
                continue
            if self.sign(gap) == direction:
                best = x
        return best

    def _ends(self, x: Value) -> Any:
        if isinstance(x, Ball):
            return x.ends
        p, q = x.numerator, x.denominator
        return (
            from_rational(p, q, self.precision, round_floor),
            from_rational(p, q, self.precision, round_ceiling),
        )

    def _add(self, a: Value, b: Value) -> Value:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a + b
        return Ball(libmpi.mpi_add(self._ends(a), self._ends(b), self.precision))

    def _multiply(self, a: Value, b: Value) -> Value:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a * b
        if a == 0 or b == 0:
            return Fraction(0)
        return Ball(libmpi.mpi_mul(self._ends(a), self._ends(b), self.precision))

    def _power(self, base: Value, exponent: Value) -> Value:
        if isinstance(exponent, Fraction) and exponent.denominator == 1:
            n = int(exponent)
            if abs(n) > 5000:
                raise Unknown("exponent too large")
            if n < 0 and self.sign(base) == 0:
                raise Undefined("division by zero")
            if isinstance(base, Fraction):
                return base**n
            return Ball(libmpi.mpi_pow_int(base.ends, n, self.precision))
        if self.sign(base) < 0:
            raise Undefined("a root of a negative number")
        if self.sign(base) == 0:
            if self.sign(exponent) > 0:
                return Fraction(0)
            raise Undefined("division by zero")
        if base == 1:
            return Fraction(1)
        if isinstance(exponent, Fraction) and isinstance(base, Fraction):
            small = exponent.denominator <= 64
            root = _root(base, exponent.denominator) if small else None
            if root is not None:
                return self._power(root, Fraction(exponent.numerator))
        if isinstance(exponent, Fraction) and exponent.denominator == 2:
            radical = Ball(libmpi.mpi_sqrt(self._ends(base), self.precision))
            return self._power(radical, Fraction(exponent.numerator))
        logarithm = libmpi.mpi_log(self._ends(base), self.precision)
        return Ball(
            libmpi.mpi_exp(
                libmpi.mpi_mul(logarithm, self._ends(exponent), self.precision), self.precision
            )
        )

    def _constant(self, expr: Basic) -> Ball:
        makers = {"pi": mpf_pi, "E": mpf_e}
        if str(expr) not in makers:
            raise Unknown(f"no exact evaluation of {expr}")
        make = makers[str(expr)]
        return Ball((make(self.precision, round_floor), make(self.precision, round_ceiling)))


@cache
def _root(x: Fraction, q: int) -> Fraction | None:
    """The positive q-th root of a positive fraction if it is a fraction."""
    parts = []
    for n in (x.numerator, x.denominator):
        root = _integer_root(n, q)
        if root**q != n:
            return None
        parts.append(root)
    return Fraction(parts[0], parts[1])


def _integer_root(n: int, q: int) -> int:
    if n < 2:
        return n
    x = 1 << -(-n.bit_length() // q)
    while True:
        y = ((q - 1) * x + n // x ** (q - 1)) // q
        if y >= x:
            return x
        x = y


_RELATIONS: dict[Any, Callable[[int], bool]] = {
    Eq: lambda s: s == 0,
    Ne: lambda s: s != 0,
    Gt: lambda s: s > 0,
    Ge: lambda s: s >= 0,
    Lt: lambda s: s < 0,
    Le: lambda s: s <= 0,
}
_FUNCTIONS: dict[Any, tuple[Callable[..., Any], tuple[int, int]]] = {
    exp: (libmpi.mpi_exp, (0, 1)),
    log: (libmpi.mpi_log, (1, 0)),
    cos: (libmpi.mpi_cos, (0, 1)),
    sin: (libmpi.mpi_sin, (0, 0)),
    tan: (libmpi.mpi_tan, (0, 0)),
}
"""How each is enclosed, and where it has which rational value."""

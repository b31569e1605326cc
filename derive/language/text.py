"""Expressions as one line of text, in the documented order (see `optwright.derive.language.order`).

`Infix` is the printer; backends whose code is written infix subclass it and replace its table of
leaves. `show_equation` prints `m[t] = beta1*m[t-1] + (1 - beta1)*g[t]`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import sympy
from sympy import Add, Eq, Expr, Mul, Pow, Rational, Symbol
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import And, Boolean, Not, Or

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Loop, Optimizer, Push, Schedule, Statement
from optwright.derive.language.order import Order
from optwright.derive.language.symbol import Value

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
COMPARISON = 0


class Infix:
    """Prints an expression with the operators of Python. Subclasses change the table of leaves."""

    functions: ClassVar[dict[str, str]] = {
        "Abs": "abs",
        "sign": "sign",
        "Max": "max",
        "Min": "min",
        "exp": "exp",
        "log": "log",
        "cos": "cos",
        "sin": "sin",
        "tanh": "tanh",
        "floor": "floor",
        "ceiling": "ceil",
        "Mod": "mod",
    }

    def __init__(self, order: Order | None = None) -> None:
        self.order = order or Order()

    def show(self, expr: Expr, level: int = COMPARISON) -> str:
        """The text, in parentheses where it binds looser than `level`."""
        text, own = self.visit(sympy.sympify(expr))
        return f"({text})" if own < level else text

    def visit(self, expr: Expr) -> tuple[str, int]:
        """The text and how tightly it binds."""
        if isinstance(expr, Boolean):
            return self.condition(expr)
        if expr.is_Number or expr in (sympy.pi, sympy.E, sympy.oo, -sympy.oo):
            return self.number(expr)
        if isinstance(expr, Value):
            return self.value(expr), ATOM
        if isinstance(expr, Symbol):
            return str(expr.name), ATOM
        if isinstance(expr, Str):
            return repr(str(expr.name)), ATOM
        if isinstance(expr, Add):
            return self.sum(expr)
        if isinstance(expr, Mul):
            return self.product(expr)
        if isinstance(expr, Pow):
            return self.power(expr)
        return self.function(expr)

    def number(self, expr: Expr) -> tuple[str, int]:
        """The text of a number and how tightly it binds."""
        if isinstance(expr, Rational) and not expr.is_Integer:
            decimal = _decimal(expr)
            return (decimal, SUM if expr.is_negative else ATOM) if decimal else (str(expr), PRODUCT)
        return str(expr), SUM if expr.is_negative else ATOM

    def value(self, expr: Value) -> str:
        index = str(expr.index).replace(" ", "")
        return f"{expr.name}[{index}]"

    def sum(self, expr: Expr) -> tuple[str, int]:
        text = ""
        for sign, term in self.order.terms(expr):
            shown = self.show(term, PRODUCT)
            if not text:
                text = f"-{shown}" if sign < 0 else shown
            else:
                text += f" {'-' if sign < 0 else '+'} {shown}"
        return text, SUM

    def product(self, expr: Expr) -> tuple[str, int]:
        parts = self.order.product(expr)
        number, sign = (-parts.number, "-") if parts.number.is_negative else (parts.number, "")
        above = list(parts.above)
        below = list(parts.below)
        if not isinstance(number, Rational) or _decimal(number):
            above.insert(0, number)
        else:
            if number.p != 1:
                above.insert(0, sympy.Integer(number.p))
            if number.q != 1:
                below.insert(0, sympy.Integer(number.q))
        top = (
            "*".join(self.show(f, POWER if isinstance(f, op.matmul) else PRODUCT) for f in above)
            or "1"
        )
        if below:
            bottom = "*".join(
                self.show(f, PRODUCT if len(below) > 1 and not isinstance(f, op.matmul) else POWER)
                for f in below
            )
            top = f"{top}/({bottom})" if len(below) > 1 else f"{top}/{bottom}"
        return sign + top, SUM if sign else PRODUCT

    def power(self, expr: Expr) -> tuple[str, int]:
        base, exponent = expr.args
        if exponent == Rational(1, 2):
            return self.call("sqrt", [base])
        if exponent.is_number and exponent.is_negative:
            return self.product(expr)
        return f"{self.show(base, ATOM)}**{self.show(exponent, ATOM)}", POWER

    def function(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, op.matmul):
            return f"{self.show(expr.args[0], PRODUCT)} @ {self.show(expr.args[1], POWER)}", PRODUCT
        if isinstance(expr, op.transpose):
            return f"{self.show(expr.args[0], ATOM)}.T", ATOM
        if isinstance(expr, op.cases):
            text = ""
            for arm, condition in expr.arms:
                text += f"{self.show(arm)} if {self.show(condition)}, "
            return f"{{{text}else {self.show(expr.otherwise)}}}", ATOM
        if isinstance(expr, op.Reduction):
            over = expr.over
            where = (
                "" if over == "tensor" else ", all tensors" if over == "all" else f", axis {over}"
            )
            return f"{expr.word}({', '.join(self.show(a) for a in expr.operands)}{where})", ATOM
        name = expr.word if isinstance(expr, op.Operation) else type(expr).__name__
        return self.call(self.functions.get(name, name), list(expr.args))

    def call(self, name: str, args: list[Any]) -> tuple[str, int]:
        return f"{name}({', '.join(self.show(a) for a in args)})", ATOM

    def condition(self, expr: Boolean) -> tuple[str, int]:
        if isinstance(expr, Relational):
            sign = {"Eq": "==", "Ne": "!="}.get(type(expr).__name__, expr.rel_op)
            return f"{self.show(expr.lhs, SUM)} {sign} {self.show(expr.rhs, SUM)}", COMPARISON
        if isinstance(expr, (And, Or)):
            word = " and " if isinstance(expr, And) else " or "
            parts = sorted(self.show(a, SUM) for a in expr.args)
            return word.join(parts), COMPARISON
        if isinstance(expr, Not):
            return f"not {self.show(expr.args[0], SUM)}", COMPARISON
        return str(expr), ATOM


def _decimal(number: Rational) -> str | None:
    """A terminating decimal such as 3.4445, where a fraction would be harder to read."""
    if number.q <= 10:
        return None
    rest = number.q
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    text = f"{Decimal(number.p) / Decimal(number.q)}"
    return text if len(text) <= 18 else None


def order_of(optimizer: Optimizer | Schedule) -> Order:
    """The order for a declaration: which sequences it keeps."""
    return Order(frozenset(s.name for s in optimizer.state) | {"theta"})


def show_equation(equation: Eq, order: Order | None = None) -> str:
    """An equation on one line, in the documented order."""
    printer = Infix(order)
    return f"{printer.show(equation.lhs)} = {printer.show(equation.rhs)}"


def show_statement(statement: Statement, order: Order | None = None) -> list[str]:
    """A statement as lines: one for an equation, a block for a loop."""
    if isinstance(statement, Eq):
        return [show_equation(statement, order)]
    printer = Infix(order)
    if isinstance(statement, Push):
        text = ", ".join(f"{h.name} << {printer.show(x)}" for h, x in statement.values)
        return [
            text if statement.when == sympy.true else f"{text} if {printer.show(statement.when)}"
        ]
    assert isinstance(statement, Loop)
    first, last = printer.show(statement.first), printer.show(statement.last)
    span = f"for {statement.index} = {first}, …, {last}:"
    return [
        *(show_equation(e, order) for e in statement.init),
        span,
        *("    " + show_equation(e, order) for e in statement.body),
    ]


def show_step(optimizer: Optimizer | Schedule) -> list[str]:
    """All lines of a step."""
    order = order_of(optimizer)
    return [line for s in optimizer.step for line in show_statement(s, order)]

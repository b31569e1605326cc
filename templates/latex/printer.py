r"""LaTeX of expressions: the text printer with another table of leaves.

Terms and factors stand in the documented order, as in the text of `gen show`. Products of arrays
are entrywise; where the tensors of a declaration are matrices or one vector, two arrays side by
side are the matrix product and the entrywise one is written `\odot`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import sympy
from sympy import Add, Expr, Rational, Symbol
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import And, Boolean, Not, Or

from optwright.derive.language import operation as op
from optwright.derive.language.extent import Extent, Shape, infer
from optwright.derive.language.notation import LatexNames
from optwright.derive.language.order import Order
from optwright.derive.language.symbol import Parameter, Value
from optwright.derive.language.text import ATOM, COMPARISON, POWER, PRODUCT, SUM, Infix

TALL = re.compile(r"\\(d?frac|sqrt|begin|left|hat\{\\)")
RELATIONS = {"==": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
AXES = {-1: r"\text{columns}", -2: r"\text{rows}"}


SIDE_BY_SIDE = (op.matmul, op.outer, op.solve)
"""What is written as two factors side by side."""


class Refused(ValueError):
    """An operation that has no LaTeX here; the text names it."""


def bracket(text: str, left: str = "(", right: str = ")") -> str:
    """The text in brackets, as tall as it is."""
    return rf"\left{left} {text} \right{right}" if TALL.search(text) else f"{left}{text}{right}"


def number(x: Expr, decimal: bool = False) -> str:
    """An exact number: a decimal where it ends, small ones with a power of ten, else a fraction.

    Halves and quarters are fractions unless `decimal`.
    """
    if not isinstance(x, Rational):
        return {sympy.pi: r"\pi", sympy.oo: r"\infty", -sympy.oo: r"-\infty"}[x]
    sign, x = ("-", -x) if x < 0 else ("", x)
    if x.p == 1 and x.q > 2**16 and x.q & (x.q - 1) == 0:
        return f"{sign}2^{{-{int(x.q).bit_length() - 1}}}"
    rest = x.q
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if x.q == 1 and x < 10**5:
        return f"{sign}{x}"
    if not decimal and x in (Rational(1, 2), Rational(1, 4)):
        return rf"{sign}\frac{{1}}{{{x.q}}}"
    if rest != 1:
        return sign + rf"\frac{{{x.p}}}{{{x.q}}}"
    digits = (Decimal(x.p) / Decimal(x.q)).normalize()
    if Rational(str(digits)) != x:
        return sign + rf"\frac{{{x.p}}}{{{x.q}}}"
    power = digits.adjusted()
    if -4 < power < 5:
        return sign + f"{digits:f}"
    mantissa = f"{digits.scaleb(-power):f}"
    return sign + (rf"10^{{{power}}}" if mantissa == "1" else rf"{mantissa} \cdot 10^{{{power}}}")


class Latex(Infix):
    """Prints an expression of a system with these letters.

    `extents` are those of the system's sequences; `shape` that of its tensors.
    """

    functions: ClassVar[dict[str, str]] = {
        "sign": r"\operatorname{sign}",
        "Max": r"\max",
        "Min": r"\min",
        "exp": r"\exp",
        "log": r"\log",
        "cos": r"\cos",
        "sin": r"\sin",
        "tanh": r"\tanh",
        "line_search": r"\operatorname{line~search}",
        "evaluations": r"\operatorname{evaluations}",
        "mean": r"\operatorname{mean}",
        "total": r"\operatorname{sum}",
        "largest": r"\operatorname{largest}",
        "count_nonfinite": r"\operatorname{count~nonfinite}",
        "max_per_axis": r"\operatorname{max~per~axis}",
        "min_over_axes": r"\operatorname{min~over~axes}",
        "round_to": r"\operatorname{round}",
        "hessian_diagonal": r"\operatorname{diag}",
    }

    fences: ClassVar[dict[str, tuple[str, str]]] = {
        "Abs": (r"\lvert", r"\rvert"),
        "floor": (r"\lfloor", r"\rfloor"),
        "ceiling": (r"\lceil", r"\rceil"),
    }

    def __init__(
        self,
        order: Order,
        letters: LatexNames,
        extents: Mapping[str, Extent],
        shape: Shape = "any",
        histories: Sequence[str] = (),
    ) -> None:
        super().__init__(order)
        self.letters, self.extents, self.shape = letters, extents, shape
        self.inline = False
        self.counts = {f"count_{name}": name for name in histories}

    # --- leaves ------------------------------------------------------------------------------

    def show(self, expr: Expr, level: int = COMPARISON) -> str:
        text, own = self.visit(sympy.sympify(expr))
        return bracket(text) if own < level else text

    def visit(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, Symbol):
            return self.symbol(expr), ATOM
        return super().visit(expr)

    def symbol(self, expr: Symbol) -> str:
        if isinstance(expr, Parameter) and expr.name in self.letters.parameters:
            return str(self.letters.parameters[expr.name])
        if expr.name in self.counts:
            return self.fence("Abs", str(self.letters.sequences[self.counts[expr.name]]))
        return str(expr.name)

    def number(self, expr: Expr) -> tuple[str, int]:
        text = number(expr)
        if self.inline and isinstance(expr, Rational):
            text = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"\1 / \2", text)
            return text, SUM if "/" in text or text.startswith("-") else ATOM
        level = SUM if text.startswith("-") else PRODUCT if "^" in text else ATOM
        return text, level

    def value(self, expr: Value) -> str:
        index = re.sub(r"\s*([+-])\s*", r"\1", self.show(expr.index))
        return self.letters.sequences[expr.name].show(index)

    # --- arithmetic --------------------------------------------------------------------------

    def product(self, expr: Expr) -> tuple[str, int]:
        parts = self.order.product(expr)
        number, sign = (-parts.number, "-") if parts.number.is_negative else (parts.number, "")
        above, below = list(parts.above), list(parts.below)
        front: list[Expr] = []
        if not isinstance(number, Rational) or number.q == 1:
            above[:0] = [] if number == 1 else [number]
        elif below or (number.q <= 10 and above):
            above[:0] = [] if number.p == 1 else [sympy.Integer(number.p)]
            below.insert(0, sympy.Integer(number.q))
        else:
            front.append(number)
        if below and len(above) > 1:
            # A learning rate stands before the fraction that it scales.
            lead = [f for f in above if isinstance(f, Parameter) or f.is_Rational]
            if any(isinstance(f, Parameter) for f in lead) and len(lead) < len(above):
                front += lead
                above = [f for f in above if f not in lead]
        if below and self.inline:
            above_, below_ = self.factors(above) or "1", self.factors(below)
            if len(below) > 1 or self.visit(below[0])[1] < ATOM:
                below_ = bracket(below_)
            if len(above) == 1 and self.visit(above[0])[1] < PRODUCT:
                above_ = bracket(above_)
            text = f"{above_} / {below_}"
            return sign + (f"{self.factors(front, True)} {text}" if front else text), SUM
        if below:
            fraction = rf"\frac{{{self.factors(above) or '1'}}}{{{self.factors(below)}}}"
            text = f"{self.factors(front, True)} {fraction}" if front else fraction
        else:
            text = self.factors(front + above)
        return sign + text, SUM if sign else PRODUCT

    def factors(self, factors: Sequence[Expr], followed: bool = False) -> str:
        """Factors side by side; between arrays of a matrix system stands `\\odot`.

        A single factor that fills its place alone needs no brackets.
        """
        if len(factors) == 1 and not followed:
            return self.show(factors[0])
        arrays = [f for f in factors if not self.scalar(f)] if self.shape != "any" else []
        text = ""
        for factor in factors:
            alone = len(arrays) < 2 and factor in arrays and factor == factors[-1]
            level = PRODUCT if isinstance(factor, SIDE_BY_SIDE) and alone else POWER
            shown = self.show(factor, level)
            if factor in arrays and any(a in arrays for a in factors[: factors.index(factor)]):
                shown = rf"\odot {shown}"
            elif re.match(r"[\d]", shown) and text:
                shown = rf"\cdot {shown}"
            elif text:
                shown = self._apart(text, shown)
            text = f"{text} {shown}" if text else shown
        return text

    def _apart(self, left: str, right: str) -> str:
        """The right factor with a thin space before it where the two would read as one."""
        words = (left.endswith("}") and r"\mathit" in left[-25:]) or right.startswith(r"\mathit")
        return rf"\, {right}" if words else right

    def power(self, expr: Expr) -> tuple[str, int]:
        base, exponent = expr.args
        if isinstance(exponent, Rational) and exponent > 0 and exponent.p == 1 and exponent.q > 1:
            root = "" if exponent.q == 2 else f"[{exponent.q}]"
            return rf"\sqrt{root}{{{self.show(base)}}}", ATOM
        if (exponent.is_number and exponent.is_negative) or (
            not exponent.is_number and exponent.could_extract_minus_sign()
        ):
            return self.product(expr)
        return self.raised(base, self.small(exponent)), POWER

    def small(self, expr: Expr) -> str:
        """An expression on one line, fractions with a slash: for exponents."""
        before, self.inline = self.inline, True
        text = self.show(expr)
        self.inline = before
        return text

    def raised(self, base: Expr, exponent: str) -> str:
        text = self.show(base, ATOM)
        letter = (
            self.letters.sequences[base.name]
            if isinstance(base, Value)
            else self.letters.parameters.get(base.name)
            if isinstance(base, Parameter)
            else None
        )
        if (letter and letter.above) or (
            isinstance(base, op.Operation) and not isinstance(base, Value)
        ):
            text = bracket(text) if not isinstance(base, op.norm) else text
        return f"{text}^{exponent}" if len(exponent) == 1 else f"{text}^{{{exponent}}}"

    def scalar(self, expr: Expr) -> bool:
        """Whether an expression is one number (per tensor at most)."""
        if self.shape == "any":
            return True
        return infer(expr, self.extents, self.shape).scalar

    # --- functions ---------------------------------------------------------------------------

    def function(self, expr: Expr) -> tuple[str, int]:
        word = expr.word if isinstance(expr, op.Operation) else type(expr).__name__
        method = getattr(self, f"_{word}", None)
        if method is not None:
            shown: tuple[str, int] = method(expr)
            return shown
        if isinstance(expr, op.Reduction):
            return (
                f"{self.functions[word]}{self._over(expr)}{bracket(self._list(expr.operands))}",
                ATOM,
            )
        if word in self.fences:
            return self.fence(word, self.show(expr.args[0])), ATOM
        if word not in self.functions:
            raise Refused(f"{word} has no LaTeX")
        return f"{self.functions[word]}{bracket(self._list(expr.args))}", ATOM

    def fence(self, word: str, text: str) -> str:
        left, right = self.fences[word]
        if TALL.search(text):
            return rf"\left{left} {text} \right{right}"
        return f"{left} {text} {right}"

    def _list(self, args: Sequence[Any]) -> str:
        return ", ".join(self.show(a) for a in args)

    def _over(self, expr: op.Reduction, first: str = "") -> str:
        over = expr.over
        scope = "" if over == "tensor" else r"\text{all}" if over == "all" else str(over)
        marks = ",".join(x for x in (first, scope) if x)
        return f"_{{{marks}}}" if marks else ""

    def _grad(self, expr: Expr) -> tuple[str, int]:
        return rf"\nabla {self.letters.loss}{bracket(self.show(expr.args[0]))}", ATOM

    def _value(self, expr: Expr) -> tuple[str, int]:
        return f"{self.letters.loss}{bracket(self.show(expr.args[0]))}", ATOM

    def _hessian(self, expr: Expr) -> tuple[str, int]:
        return rf"\nabla^2 {self.letters.loss}{bracket(self.show(expr.args[0]))}", ATOM

    def _hvp(self, expr: Expr) -> tuple[str, int]:
        at = self._hessian(expr)[0]
        return f"{at}{bracket(self.show(expr.args[1]), '[', ']')}", ATOM

    def _hessian_diagonal(self, expr: Expr) -> tuple[str, int]:
        return rf"\operatorname{{diag}} \left( {self._hessian(expr)[0]} \right)", ATOM

    def _noise(self, expr: Expr) -> tuple[str, int]:
        return rf"\xi_{{t,{self.show(expr.args[0])}}}", ATOM

    def _line_search(self, expr: op.line_search) -> tuple[str, int]:
        point, direction, _, *rest = expr.args
        contract = expr.contract.replace("_", "~")
        args = f"{self._list([point, direction])}; {self._list(rest)}"
        return rf"\operatorname{{line~search}}_{{\text{{{contract}}}}}{bracket(args)}", ATOM

    def _round_to(self, expr: Expr) -> tuple[str, int]:
        x, dtype = expr.args
        assert isinstance(dtype, Str)
        return rf"\operatorname{{round}}_{{\text{{{dtype.name}}}}}{bracket(self.show(x))}", ATOM

    def _norm(self, expr: op.norm) -> tuple[str, int]:
        return self._bars(expr, expr.operands[0], ""), ATOM

    def _total(self, expr: op.total) -> tuple[str, int]:
        return self._one_norm(expr, "1")

    def _largest(self, expr: op.largest) -> tuple[str, int]:
        return self._one_norm(expr, r"\infty")

    def _one_norm(self, expr: op.Reduction, kind: str) -> tuple[str, int]:
        """Sum and maximum of absolute values are norms."""
        if isinstance(expr.operands[0], sympy.Abs):
            return self._bars(expr, expr.operands[0].args[0], kind), ATOM
        name = self.functions[expr.word]
        return f"{name}{self._over(expr)}{bracket(self._list(expr.operands))}", ATOM

    def _bars(self, expr: op.Reduction, x: Expr, kind: str) -> str:
        text = self.show(x)
        body = (
            rf"\left\lVert {text} \right\rVert" if TALL.search(text) else rf"\lVert {text} \rVert"
        )
        return f"{body}{self._over(expr, kind)}"

    def _dot(self, expr: op.dot) -> tuple[str, int]:
        x, y = expr.operands
        if self.shape == "vector" and expr.over == "tensor":
            return rf"{self.show(x, ATOM)}^\top {self.show(y, POWER)}", PRODUCT
        text = f"{self.show(x)}, {self.show(y)}"
        tall = bool(TALL.search(text))
        left, right = (r"\left\langle", r"\right\rangle") if tall else (r"\langle", r"\rangle")
        return f"{left} {text} {right}{self._over(expr)}", ATOM

    def _matmul(self, expr: Expr) -> tuple[str, int]:
        left, right = expr.args
        first = self.show(left, PRODUCT if isinstance(left, op.matmul) else POWER)
        return f"{first} {self.show(right, POWER)}", PRODUCT

    def _transpose(self, expr: Expr) -> tuple[str, int]:
        return self.raised(expr.args[0], r"\top").replace(r"{\top}", r"\top"), POWER

    def _outer(self, expr: Expr) -> tuple[str, int]:
        x, y = expr.args
        right = self.raised(y, r"\top").replace(r"{\top}", r"\top")
        return f"{self.show(x, POWER)} {right}", PRODUCT

    def _solve(self, expr: Expr) -> tuple[str, int]:
        matrix, right = expr.args
        left = self.show(matrix)
        if not isinstance(matrix, Value):
            left = bracket(left, "[", "]")
        return f"{left}^{{-1}} {self.show(right, POWER)}", PRODUCT

    def _identity(self, expr: Expr) -> tuple[str, int]:
        return "I" if self.shape == "vector" else f"I_{{{self.show(expr.args[0])}}}", ATOM

    def _inverse_root(self, expr: Expr) -> tuple[str, int]:
        base, p = expr.args
        return self.raised(base, f"-1/{self.show(p, ATOM)}"), POWER

    def _dim(self, expr: Expr) -> tuple[str, int]:
        axis = int(expr.args[0])
        return f"n_{{{AXES.get(axis, str(axis))}}}", ATOM

    def _Mod(self, expr: Expr) -> tuple[str, int]:
        x, y = expr.args
        return rf"{self.show(x, POWER)} \bmod {self.show(y, POWER)}", PRODUCT

    def _Max(self, expr: Expr) -> tuple[str, int]:
        return self._extreme(expr)

    def _Min(self, expr: Expr) -> tuple[str, int]:
        return self._extreme(expr)

    def _extreme(self, expr: Expr) -> tuple[str, int]:
        """Arguments in the order of their text, numbers first, as in the text printer."""
        args = list(expr.args)
        return f"{self.functions[type(expr).__name__]}{bracket(self._list(args))}", ATOM

    def _cases(self, expr: op.cases) -> tuple[str, int]:
        rows = [rf"{self.show(x)} & \text{{if }} {self.show(c)}" for x, c in expr.arms]
        rows.append(rf"{self.show(expr.otherwise)} & \text{{otherwise}}")
        # Fractions are set as large as outside, with room between the rows.
        tall = any(r"\frac" in row for row in rows)
        body = (r" \\[4pt] " if tall else r" \\ ").join(rows).replace(r"\frac", r"\dfrac")
        return rf"\begin{{cases}} {body} \end{{cases}}", SUM

    # --- conditions --------------------------------------------------------------------------

    def condition(self, expr: Boolean) -> tuple[str, int]:
        if isinstance(expr, Relational):
            sides = self.show(expr.lhs, SUM), self.show(expr.rhs, SUM)
            return f" {RELATIONS[expr.rel_op]} ".join(sides), SUM
        if isinstance(expr, (And, Or)):
            word = r" \text{ and } " if isinstance(expr, And) else r" \text{ or } "
            return word.join(self.parts(expr)), COMPARISON
        if isinstance(expr, Not):
            return rf"\neg {bracket(self.show(expr.args[0]))}", SUM
        return {sympy.true: r"\text{true}", sympy.false: r"\text{false}"}[expr], ATOM

    def parts(self, expr: Boolean) -> list[str]:
        """The conditions that "and" or "or" joins, in the order of their text."""
        plain = Infix(self.order)
        return [self.show(a, SUM) for a in sorted(expr.args, key=plain.show)]

    def terms(self, expr: Expr) -> list[str]:
        """The terms of a sum with their signs; one text for anything else."""
        if not isinstance(expr, Add):
            return [self.show(expr)]
        shown: list[str] = []
        for sign, term in self.order.terms(expr):
            text = self.show(term, PRODUCT)
            lead = "-" if sign < 0 else "+" if shown else ""
            shown.append(f"{lead} {text}" if shown else f"{lead}{text}")
        return shown


__all__ = ["Latex", "Refused", "bracket", "number"]

"""The leaves of NumPy code: infix for numbers and whole arrays, `out=` calls for blocks.

`NumpyInfix` prints numbers (NumPy float64 scalars in the host function) and whole-array work.
`BlockPrinter` prints entrywise work as in-place ufunc calls on blocks, each temporary named for
what it holds (`product`, `denominator`, `root`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

import sympy
from sympy import Add, Expr, Mul, Pow, Rational, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanAtom, Not, Or

from optwright.derive.language import operation as op
from optwright.derive.language.order import Order
from optwright.derive.language.symbol import Value
from optwright.derive.language.text import ATOM, COMPARISON, POWER, PRODUCT, SUM, Infix
from optwright.derive.lower.program import Line

UFUNCS = {
    "Abs": "np.absolute",
    "sign": "np.sign",
    "Max": "np.maximum",
    "Min": "np.minimum",
    "exp": "np.exp",
    "log": "np.log",
    "cos": "np.cos",
    "sin": "np.sin",
    "floor": "np.floor",
    "ceiling": "np.ceil",
    "Mod": "np.mod",
    "sqrt": "np.sqrt",
    "tanh": "np.tanh",
}
"""SymPy's functions and NumPy's names for them."""

COMPARISONS = {
    "Equality": "np.equal",
    "Unequality": "np.not_equal",
    "StrictLessThan": "np.less",
    "LessThan": "np.less_equal",
    "StrictGreaterThan": "np.greater",
    "GreaterThan": "np.greater_equal",
}

HELPERS: dict[type[Expr], str] = {
    op.solve: "solve",
    op.outer: "outer",
    op.inverse_root: "inverse_root",
    op.round_to: "round_to",
    op.max_per_axis: "max_per_axis",
    op.min_over_axes: "min_over_axes",
    op.identity: "identity",
    op.total: "total",
    op.mean: "mean",
    op.norm: "norm",
    op.dot: "dot",
    op.largest: "largest",
    op.count_nonfinite: "count_nonfinite",
}
"""Operations that the runtime carries out, by the name of its function."""


class Refused(NotImplementedError):
    """An operation that this backend does not have; the text names it."""


def literal(number: Expr) -> str:
    """A number as Python text: the shortest that is the nearest double."""
    if number == sympy.oo:
        return "np.inf"
    if number == -sympy.oo:
        return "-np.inf"
    if number.is_Integer:
        return str(int(number))
    return repr(float(number))


class NumpyInfix(Infix):
    """Infix NumPy. `scalar` tells which parts are numbers: in array work they are grouped first."""

    functions: ClassVar[dict[str, str]] = UFUNCS

    def __init__(
        self, order: Order, scalar: Callable[[Expr], bool], histories: Collection[str] = ()
    ) -> None:
        super().__init__(order)
        self.scalar = scalar
        self.histories = frozenset(histories)
        self.used: set[str] = set()

    def place(self, name: str, args: Sequence[Expr]) -> str:
        """The function of that name for these arguments: other libraries have their own."""
        return name

    def call(self, name: str, args: list[Any]) -> tuple[str, int]:
        return super().call(self.place(name, args), args)

    def number(self, expr: Expr) -> tuple[str, int]:
        """A literal, exact fractions as quotients of integers where that is shorter."""
        text = literal(expr)
        return text, SUM if text.startswith("-") else ATOM

    def value(self, expr: Value) -> str:
        if expr.name in self.histories:
            age = sympy.simplify(expr.index - 1)
            return f"{expr.name}[{Infix(self.order).show(age)}]"
        return f"{expr.name}[{Infix(self.order).show(expr.index)}]"

    def visit(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, Symbol) and expr.name.startswith("count_"):
            return f"len({expr.name.removeprefix('count_')})", ATOM
        return super().visit(expr)

    def sum(self, expr: Expr) -> tuple[str, int]:
        if self.scalar(expr):
            return super().sum(expr)
        text = ""
        arrays = [a for a in expr.args if not self.scalar(a)]
        offset = Add(*(a for a in expr.args if self.scalar(a)))
        terms = self.order.terms(Add(*arrays, evaluate=False), self.scalar)
        if offset != 0:
            negative = offset.could_extract_minus_sign()
            terms.append((-1, -offset) if negative else (1, offset))
        for sign, term in terms:
            shown = self.show(term, PRODUCT)
            text = (
                (f"-{shown}" if sign < 0 else shown)
                if not text
                else f"{text} {'-' if sign < 0 else '+'} {shown}"
            )
        return text, SUM

    def product(self, expr: Expr) -> tuple[str, int]:
        if self.scalar(expr):
            return super().product(expr)
        number, rest = expr.as_coeff_Mul()
        sign = "-" if number.is_negative else ""
        factors = Mul.make_args(rest)
        scalar = Mul(abs(number), *(f for f in factors if self.scalar(f)))
        parts = self.order.product(Mul(*(f for f in factors if not self.scalar(f))))
        above = [self.show(f, POWER if isinstance(f, op.matmul) else PRODUCT) for f in parts.above]
        below = [self.show(f, POWER) for f in parts.below]
        if scalar != 1:
            if scalar.as_numer_denom()[0] == 1 and not scalar.is_Number:
                below.append(self.show(1 / scalar, POWER))
            else:
                above.insert(0, self.show(scalar, POWER))
        text = "*".join(above) or "1"
        for factor in below:
            text += f"/{factor}"
        return sign + text, SUM if sign else PRODUCT

    def power(self, expr: Expr) -> tuple[str, int]:
        base, exponent = expr.args
        if exponent == Rational(1, 3):
            return self.call("np.cbrt", [base])
        if (
            isinstance(exponent, Rational)
            and exponent.is_positive
            and exponent.is_Integer
            and exponent <= 4
            and isinstance(base, Symbol)
        ):
            return "*".join([str(base.name)] * int(exponent)), PRODUCT
        if exponent == Rational(1, 2):
            return self.call("np.sqrt", [base])
        return super().power(expr)

    def function(self, expr: Expr) -> tuple[str, int]:
        if isinstance(expr, (op.matmul, op.transpose)):
            return super().function(expr)
        if isinstance(expr, op.cases):
            return self.choice(expr)
        if isinstance(expr, op.dim):
            return f"dim[{int(expr.args[0])}]", ATOM
        if type(expr) in HELPERS:
            name = HELPERS[type(expr)]
            self.used.add(name)
            if isinstance(expr, op.Reduction):
                axis = f", axis={expr.over}" if isinstance(expr.over, int) else ""
                return f"{name}({', '.join(self.show(a) for a in expr.operands)}{axis})", ATOM
            return self.call(name, list(expr.args))
        if isinstance(expr, op.Operation):
            raise Refused(f"the NumPy backend has no operation {expr.word}")
        name = type(expr).__name__
        if name not in UFUNCS:
            raise Refused(f"the NumPy backend has no function {name}")
        if name in ("Max", "Min"):
            args = sorted(expr.args, key=lambda a: (self.scalar(a), str(a)))
            text = self.show(args[0])
            for a in args[1:]:
                text = f"{self.place(UFUNCS[name], args)}({text}, {self.show(a)})"
            return text, ATOM
        return self.call(UFUNCS[name], list(expr.args))

    def choice(self, expr: op.cases) -> tuple[str, int]:
        text = self.show(expr.otherwise, COMPARISON + 1)
        for arm, condition in reversed(expr.arms):
            if self.scalar(condition):
                text = f"({self.show(arm, SUM)} if {self.show(condition)} else {text})"
            else:
                where = self.place("np.where", [condition])
                text = f"{where}({self.show(condition)}, {self.show(arm)}, {text})"
        return text, ATOM

    def condition(self, expr: Boolean) -> tuple[str, int]:
        if isinstance(expr, BooleanAtom):
            return str(bool(expr)), ATOM
        if not self.scalar(expr):
            if isinstance(expr, (And, Or, Not)):
                word = {"And": "np.logical_and", "Or": "np.logical_or", "Not": "np.logical_not"}
                name = self.place(word[type(expr).__name__], [expr])
                text = self.show(sorted(expr.args, key=str)[0])
                if isinstance(expr, Not):
                    return f"{name}({text})", ATOM
                for a in sorted(expr.args, key=str)[1:]:
                    text = f"{name}({text}, {self.show(a)})"
                return text, ATOM
        return super().condition(expr)


KIND = {
    "Add": "total",
    "Mul": "product",
    "Abs": "magnitude",
    "sign": "signs",
    "Max": "larger",
    "Min": "smaller",
    "cases": "choice",
    "round_to": "rounded",
}


class BlockPrinter:
    """Prints the lines of a blocked pass. Arrays are flat blocks; numbers are parameters.

    `arrays` are the names of arrays that exist before the pass; everything a line assigns that is
    not in there is a temporary of the block, listed in `work` (and `masks` for truth values).
    """

    def __init__(self, order: Order, arrays: Collection[str], names: Collection[str]) -> None:
        self.order = order
        self.arrays = set(arrays)
        self.names = set(names) | set(arrays)
        self.work: dict[str, None] = {}
        self.masks: dict[str, None] = {}
        self.scalars: dict[str, None] = {}
        self.reads: dict[str, None] = {}
        self.used: set[str] = set()
        self.code: list[str] = []
        self.busy: set[str] = set()
        self.indent = 0

    # --- lines ---------------------------------------------------------------------------------

    def line(self, line: Line) -> None:
        """One assignment, its equation as a comment above."""
        if line.equation:
            self.comment(line.equation)
        self.names.add(line.name)
        self.arrays.add(line.name)
        self.into(line.expr, line.name)

    def comment(self, text: str) -> None:
        self.say(f"# {text}")

    def say(self, text: str) -> None:
        self.code.append("    " * self.indent + text)

    # --- temporaries ---------------------------------------------------------------------------

    def temporary(self, base: str, pool: dict[str, None] | None = None) -> str:
        """A free block for intermediate values, named for what it holds."""
        name, k = base, 2
        while name in self.busy or name in self.names:
            name, k = f"{base}{k}", k + 1
        self.busy.add(name)
        (self.work if pool is None else pool).setdefault(name)
        return name

    def release(self, name: str) -> None:
        self.busy.discard(name)

    # --- expressions ---------------------------------------------------------------------------

    def is_array(self, expr: Expr) -> bool:
        return any(s.name in self.arrays for s in expr.free_symbols)

    def leaf(self, expr: Expr) -> str | None:
        """The text of a symbol or number, None for anything else."""
        if expr.is_Number:
            return literal(expr)
        if isinstance(expr, Symbol):
            name = str(expr.name)
            if name in self.arrays:
                self.reads.setdefault(name)
            else:
                self.scalars.setdefault(name)
            return name
        return None

    def operand(self, expr: Expr, base: str | None = None, out: str | None = None) -> str:
        """The value of an expression: a leaf, or a temporary (or `out`) that holds it."""
        text = self.leaf(expr)
        if text is not None:
            return text
        if isinstance(expr, Boolean):
            return self.mask(expr)
        kind = base or self.kind(expr)
        name = out or self.temporary(kind)
        self.into(expr, name)
        return name

    def kind(self, expr: Expr) -> str:
        if isinstance(expr, Pow):
            exponent = expr.args[1]
            return {2: "square", Rational(1, 2): "root", Rational(1, 3): "root"}.get(
                exponent, "power"
            )
        if isinstance(expr, Mul) and self.order.product(expr).below:
            return "quotient"
        return KIND.get(type(expr).__name__, "result")

    def into(self, expr: Expr, out: str) -> None:
        """Code that leaves the value of an expression in `out`, which it may read before."""
        text = self.leaf(expr)
        if text is not None:
            if self.is_array(expr):
                if text != out:
                    self.say(f"np.copyto({out}, {text})")
            else:
                self.say(f"{out}.fill({text})")
        elif isinstance(expr, Add):
            self.sum(expr, out)
        elif isinstance(expr, Mul):
            self.product(expr, out)
        elif isinstance(expr, Pow):
            self.power(expr, out)
        elif isinstance(expr, op.cases):
            self.choice(expr, out)
        elif isinstance(expr, op.round_to):
            self.used.add("round_to")
            inner = self.operand(expr.args[0], out=out)
            self.say(f"np.copyto({out}, round_to({inner}, {str(expr.args[1].name)!r}))")
            self.done(inner, out)
        elif type(expr).__name__ in ("Max", "Min"):
            args = sorted(expr.args, key=lambda a: (not self.is_array(a), str(a)))
            self.fold(UFUNCS[type(expr).__name__], args, out)
        elif type(expr).__name__ == "Mod":
            self.fold(UFUNCS["Mod"], list(expr.args), out)
        elif type(expr).__name__ in UFUNCS and len(expr.args) == 1:
            self.unary(UFUNCS[type(expr).__name__], expr.args[0], out)
        else:
            name = expr.word if isinstance(expr, op.Operation) else type(expr).__name__
            raise Refused(f"the NumPy backend has no entrywise function {name}")

    def allowed(self, out: str, remaining: list[Expr]) -> str | None:
        """`out` as a place for a partial result, if no remaining operand reads its old value."""
        return None if any(out in {s.name for s in e.free_symbols} for e in remaining) else out

    def done(self, name: str, out: str) -> None:
        if name != out:
            self.release(name)

    def unary(self, function: str, arg: Expr, out: str) -> None:
        inner = self.operand(arg, out=out)
        self.say(f"{function}({inner}, out={out})")
        self.done(inner, out)

    def fold(self, function: str, args: list[Expr], out: str) -> None:
        """A chain of two-operand calls."""
        self.chain([(function, a) for a in args], out)

    def chain(self, steps: list[tuple[str, Expr]], out: str, names: str | None = None) -> None:
        """The first operand, then each further one joined by its function."""
        place = self.allowed(out, [e for _, e in steps[1:]])
        current = self.operand(steps[0][1], names, out=place)
        for k, (function, expr) in enumerate(steps[1:], start=1):
            rest = [e for _, e in steps[k + 1 :]]
            free = self.allowed(out, rest)
            second = self.operand(
                expr,
                "denominator" if function == "np.divide" else None,
                out=None if current == out else free,
            )
            target = out if free is not None else self.temporary(names or "total")
            self.say(f"{function}({current}, {second}, out={target})")
            self.done(second, target)
            if current != target:
                self.done(current, target)
            current = target
        if current != out:
            self.say(f"np.copyto({out}, {current})")
            self.release(current)

    def sum(self, expr: Expr, out: str) -> None:
        terms = self.order.terms(expr, lambda e: not self.is_array(e))
        sign, first = terms[0]
        if sign < 0:
            later = next((i for i, (s, _) in enumerate(terms) if s > 0), None)
            if later is None:
                first = -first
            else:
                terms.insert(0, terms.pop(later))
                first = terms[0][1]
        steps = [("", first)] + [("np.subtract" if s < 0 else "np.add", e) for s, e in terms[1:]]
        self.chain(steps, out)

    def product(self, expr: Expr, out: str) -> None:
        parts = self.order.product(expr)
        arrays = [f for f in parts.above if self.is_array(f)]
        scalars = [f for f in parts.above if not self.is_array(f)]
        negative = parts.number.is_negative
        number = abs(parts.number)
        if number != 1:
            scalars.insert(0, number)
        below = sorted(parts.below, key=lambda f: not self.is_array(f))
        if not arrays:
            arrays = [scalars.pop(0) if scalars else sympy.S.One]
        steps = [("", arrays[0])]
        steps += [("np.multiply", f) for f in (*scalars, *arrays[1:])]
        steps += [("np.divide", f) for f in below]
        if len(steps) == 1:
            self.unary("np.negative", arrays[0], out)
            return
        self.chain(steps, out)
        if negative:
            self.say(f"np.negative({out}, out={out})")

    def power(self, expr: Expr, out: str) -> None:
        base, exponent = expr.args
        if exponent == Rational(1, 2):
            self.unary("np.sqrt", base, out)
        elif exponent == Rational(1, 3):
            self.unary("np.cbrt", base, out)
        elif exponent == Rational(1, 4):
            self.unary("np.sqrt", sympy.sqrt(base, evaluate=False), out)
        elif exponent.is_Integer and exponent.is_positive:
            self.repeated(base, int(exponent), out)
        elif exponent.is_number and exponent.is_negative:
            inner = self.operand(Pow(base, -exponent), out=out)
            self.say(f"np.divide(1, {inner}, out={out})")
            self.done(inner, out)
        else:
            inner = self.operand(base, out=out)
            self.say(f"np.power({inner}, {self.operand(exponent)}, out={out})")
            self.done(inner, out)

    def repeated(self, base: Expr, exponent: int, out: str) -> None:
        """An integer power as repeated products."""
        inner = self.operand(base, out=out if exponent == 2 else None)
        if exponent == 2:
            self.say(f"np.multiply({inner}, {inner}, out={out})")
        else:
            place = self.temporary("power") if inner == out else out
            self.say(f"np.multiply({inner}, {inner}, out={place})")
            for _ in range(exponent - 2):
                self.say(f"np.multiply({place}, {inner}, out={place})")
            if place != out:
                self.say(f"np.copyto({out}, {place})")
                self.release(place)
        self.done(inner, out)

    # --- choices ---------------------------------------------------------------------------------

    def choice(self, expr: op.cases, out: str) -> None:
        (arm, condition), *rest = expr.arms
        otherwise = (
            op.cases(*(x for pair in rest for x in pair), expr.otherwise)
            if rest
            else expr.otherwise
        )
        if not self.is_array(condition):
            # A number decides: only the chosen arm is computed.
            self.say(f"if {self.number_condition(condition)}:")
            self.indented(lambda: self.into(arm, out))
            self.say("else:")
            self.indented(lambda: self.into(otherwise, out))
            return
        mask = self.mask(condition)
        chosen = self.operand(arm, "choice")
        reads_out = out in {s.name for s in otherwise.free_symbols}
        busy = chosen == out or (reads_out and not isinstance(otherwise, Symbol))
        target = self.temporary("choice") if busy else out
        self.into(otherwise, target)
        self.say(f"np.copyto({target}, {chosen}, where={mask})")
        if target != out:
            self.say(f"np.copyto({out}, {target})")
            self.release(target)
        self.done(chosen, out)
        self.release(mask)

    def indented(self, body: Callable[[], None]) -> None:
        before, busy = len(self.code), set(self.busy)
        self.indent += 1
        body()
        if len(self.code) == before:
            self.say("pass")
        self.indent -= 1
        self.busy = busy

    def number_condition(self, condition: Boolean) -> str:
        if isinstance(condition, Symbol):
            self.scalars.setdefault(str(condition.name))
            return str(condition.name)
        for s in condition.free_symbols:
            self.scalars.setdefault(str(s.name))
        return Infix(self.order).show(condition)

    def mask(self, condition: Boolean) -> str:
        """A truth value per entry."""
        if isinstance(condition, Not):
            inner = self.mask(condition.args[0])
            self.say(f"np.logical_not({inner}, out={inner})")
            return inner
        if isinstance(condition, (And, Or)):
            function = "np.logical_and" if isinstance(condition, And) else "np.logical_or"
            first, *others = (self.mask(a) for a in sorted(condition.args, key=str))
            for other in others:
                self.say(f"{function}({first}, {other}, out={first})")
                self.release(other)
            return first
        if isinstance(condition, Relational):
            left, right = (self.operand(a) for a in condition.args)
            name = self.temporary("mask", self.masks)
            self.say(f"{COMPARISONS[type(condition).__name__]}({left}, {right}, out={name})")
            self.release(left)
            self.release(right)
            return name
        if isinstance(condition, Symbol):
            name = self.temporary("mask", self.masks)
            self.scalars.setdefault(str(condition.name))
            self.say(f"{name}.fill({condition.name})")
            return name
        raise Refused(f"the NumPy backend has no condition {condition}")

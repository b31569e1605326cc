"""What expressions mean, entry by entry: numbers, sums, functions, choices, and what is asked.

Sums and products go to the field with all their operands, as their order is no part of a
declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr, Symbol

from optwright.derive.interpret.evaluation import AnswerError, Evaluator, meaning
from optwright.derive.interpret.field import Ambiguous, Array
from optwright.derive.interpret.format import FORMATS
from optwright.derive.interpret.quantity import Quantity, numbers
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer, Schedule
from optwright.derive.language.extent import infer
from optwright.derive.language.symbol import Value, exact, t

_LARGEST_REPEATED = 5
"""The largest whole power that is computed by multiplying."""

_RELATIONS = {
    sympy.StrictLessThan: ("<", False),
    sympy.LessThan: ("<=", False),
    sympy.StrictGreaterThan: ("<", True),
    sympy.GreaterThan: ("<=", True),
    sympy.Equality: ("==", False),
    sympy.Unequality: ("!=", False),
}
"""Each relation as one of the field's, and whether its sides change places."""


@meaning.register(sympy.Rational)
def _rational(expr: Any, run: Evaluator) -> Quantity:
    return run.host(Fraction(int(expr.p), int(expr.q)))


@meaning.register(sympy.Float)
def _decimal(expr: Any, run: Evaluator) -> Quantity:
    return run.evaluate(exact(expr))


@meaning.register(type(sympy.oo))
@meaning.register(type(-sympy.oo))
def _infinity(expr: Any, run: Evaluator) -> Quantity:
    return run.host(float(expr))


@meaning.register(Symbol)
def _symbol(expr: Symbol, run: Evaluator) -> Quantity:
    if expr == t:
        return run.host(run.clock)
    name = expr.name
    if name in run.indices:
        return run.host(run.indices[name])
    if name in run.hyper:
        return Quantity("host", (run.hyper[name],))
    if name.startswith("count_") and name[6:] in run.histories:
        return run.host(len(run.histories[name[6:]]))
    raise KeyError(f"{run.id}: {name} has no value")


@meaning.register(Value)
def _member(expr: Value, run: Evaluator) -> Quantity:
    name = expr.name
    if name in run.histories:
        age, members = run.integer(expr.index), run.histories[name]
        if not 1 <= age <= len(members):
            raise IndexError(f"{run.id}: {name}[{age}] is asked for, {len(members)} are kept")
        return members[age - 1]
    if name in run.loops:
        place = run.integer(expr.index)
        if place not in run.loops[name]:
            raise IndexError(f"{run.id}: {name}[{place}] has not been assigned")
        return run.loops[name][place]
    if expr.index == t:
        return run.new[name]
    if expr.index == t - 1:
        return run.old[name]
    if name == "theta" and expr.index == 0:
        return run.start
    raise KeyError(f"{run.id}: {expr} is not at t or t - 1")


@meaning.register(sympy.Add)
def _sum(expr: Expr, run: Evaluator) -> Quantity:
    terms = list(map(run.evaluate, expr.args))
    made = run.entrywise(lambda f, *x: f.add(x), *terms)
    scalars, arrays = [x for x in terms if x.scalar], [x for x in terms if not x.scalar]
    if len(scalars) < 2 or not arrays:
        return made
    combined = run.entrywise(lambda f, *x: f.add(x), *scalars)
    return _hull(run, made, run.entrywise(lambda f, *x: f.add(x), combined, *arrays))


@meaning.register(sympy.Mul)
def _product(expr: Expr, run: Evaluator) -> Quantity:
    return _factored(run, expr)


def _factored(run: Evaluator, expr: Expr) -> Quantity:
    """All factors at once.

    Scalars among them may meet the arrays one by one, as one number, or as one number above
    the line and one below it: the hull holds all three.
    """
    over: list[Quantity] = []
    under: list[Quantity] = []
    for factor in sympy.Mul.make_args(expr):
        side, base, exponent = over, factor, sympy.S.One
        if isinstance(factor, sympy.Pow) and factor.exp.is_Rational and factor.base != sympy.E:
            base, exponent = factor.args
            if exponent < 0:
                side, exponent = under, -exponent
        if exponent.is_Integer and exponent <= _LARGEST_REPEATED:
            side += [run.evaluate(base)] * int(exponent)
        else:
            side.append(_rational_power(run, run.evaluate(base), exponent))
    made = _quotient(run, over, under)
    above, below = [x for x in over if x.scalar], [x for x in under if x.scalar]
    if made.scalar or len(above) + len(below) == 0:
        return made
    arrays_above, arrays_below = (
        [x for x in over if not x.scalar],
        [x for x in under if not x.scalar],
    )
    if below:
        multiplied = _quotient(run, above, below)
        made = _hull(run, made, _quotient(run, [multiplied, *arrays_above], arrays_below))
    if len(above) > 1 or len(below) > 1:
        top = [_quotient(run, above, [])] if above else []
        bottom = [_quotient(run, below, [])] if below else []
        made = _hull(run, made, _quotient(run, [*top, *arrays_above], [*bottom, *arrays_below]))
    return made


def _quotient(run: Evaluator, over: Sequence[Quantity], under: Sequence[Quantity]) -> Quantity:
    k = len(over)
    return run.entrywise(lambda f, *x: f.multiply(x[:k], x[k:]), *over, *under)


def _hull(run: Evaluator, a: Quantity, b: Quantity) -> Quantity:
    return run.entrywise(lambda f, x, y: f.hull(x, y), a, b) if a is not b else a


@meaning.register(sympy.Pow)
def _power(expr: Expr, run: Evaluator) -> Quantity:
    base, exponent = expr.args
    if base == sympy.E:
        return run.entrywise(lambda f, x: f.apply("exp", x), run.evaluate(exponent))
    if exponent.is_Rational:
        return _factored(run, expr)
    return run.entrywise(lambda f, x, y: f.power(x, y), run.evaluate(base), run.evaluate(exponent))


def _rational_power(run: Evaluator, base: Quantity, exponent: Any) -> Quantity:
    if exponent == sympy.Rational(1, 2):
        return run.entrywise(lambda f, x: f.apply("sqrt", x), base)
    number = Fraction(int(exponent.p), int(exponent.q))
    return run.entrywise(lambda f, x: f.power(x, number), base)


@meaning.register(sympy.exp)
@meaning.register(sympy.log)
@meaning.register(sympy.cos)
@meaning.register(sympy.sin)
@meaning.register(sympy.tanh)
@meaning.register(sympy.floor)
@meaning.register(sympy.ceiling)
@meaning.register(sympy.Abs)
@meaning.register(sympy.sign)
def _elementary(expr: Expr, run: Evaluator) -> Quantity:
    name = type(expr).__name__
    return run.entrywise(lambda f, x: f.apply(name, x), run.evaluate(expr.args[0]))


_ENTRYWISE: dict[type, Callable[..., Any]] = {
    sympy.Max: lambda f, *x: f.largest(x),
    sympy.Min: lambda f, *x: f.smallest(x),
    sympy.Mod: lambda f, a, b: f.modulo(a, b),
    sympy.And: lambda f, *c: f.both(c),
    sympy.Or: lambda f, *c: f.either(c),
    sympy.Not: lambda f, c: f.invert(c),
}


@meaning.register(sympy.Max)
@meaning.register(sympy.Min)
@meaning.register(sympy.Mod)
@meaning.register(sympy.And)
@meaning.register(sympy.Or)
@meaning.register(sympy.Not)
def _entrywise(expr: Any, run: Evaluator) -> Quantity:
    return run.entrywise(_ENTRYWISE[type(expr)], *map(run.evaluate, expr.args))


@meaning.register(type(sympy.pi))
def _circle(expr: Expr, run: Evaluator) -> Quantity:
    return Quantity("host", (run.wide.pi(),))


@meaning.register(type(sympy.E))
def _euler(expr: Expr, run: Evaluator) -> Quantity:
    return Quantity("host", (run.wide.apply("exp", run.wide.number(1)),))


@meaning.register(op.round_to)
def _rounded(expr: op.round_to, run: Evaluator) -> Quantity:
    storage = FORMATS[str(expr.args[1].name)]
    return run.entrywise(lambda f, x: f.round_to(x, storage), run.evaluate(expr.args[0]))


# --- conditions and choices


@meaning.register(sympy.core.relational.Relational)
def _relation(expr: Any, run: Evaluator) -> Quantity:
    word, swapped = _RELATIONS[type(expr)]
    a, b = map(run.evaluate, reversed(expr.args) if swapped else expr.args)
    return run.entrywise(lambda f, x, y: f.compare(x, word, y), a, b)


@meaning.register(sympy.logic.boolalg.BooleanAtom)
def _constant(expr: Any, run: Evaluator) -> Quantity:
    return Quantity("host", (run.wide.truth(bool(expr)),))


@meaning.register(op.cases)
def _choice(expr: op.cases, run: Evaluator) -> Quantity:
    """The arms in order, selected per entry.

    A condition on one number, once it is decided, leaves one arm: no other is evaluated, and no
    oracle in another asked.
    """
    found = _choose(run, list(expr.arms), expr.otherwise)
    if not found.scalar or not isinstance(run.system, Optimizer):
        return found
    return run.fit(found, infer(expr, run.system.extents, run.system.shape))


def _choose(run: Evaluator, arms: list[tuple[Expr, Any]], otherwise: Expr) -> Quantity:
    if not arms:
        return run.evaluate(otherwise)
    (arm, condition), *others = arms
    holds = run.evaluate(condition)
    if holds.kind in ("host", "all"):
        known = run.wide.known(holds.items[0])
        if known is not None:
            return run.evaluate(arm) if known else _choose(run, others, otherwise)
        if any(x.atoms(op.Oracle) for x in (arm, otherwise, *(x for x, _ in others))):
            raise Ambiguous(f"{run.id}: rounding decides whether {condition}")
    return run.entrywise(
        lambda f, c, a, b: f.select(c, a, b),
        holds,
        run.evaluate(arm),
        _choose(run, others, otherwise),
    )


# --- oracles


def _own(run: Evaluator, arrays: Sequence[Array]) -> Quantity:
    """An answer for all tensors as the system sees its own."""
    return run.gather([arrays[place] for place in run.places])


def _search(run: Evaluator, expr: op.line_search) -> Any:
    """The answer of a line search, which is asked once in a step."""
    if expr not in run.searches:
        assert run.asker is not None
        start, *constants = (run.evaluate(x).items[0] for x in expr.args[3:])
        points, directions = run.points(expr.args[0]), run.points(expr.args[1])
        question = (expr.contract, points, directions, start, tuple(constants))
        run.searches[expr] = run.asker.ask(expr.word, question)
    return run.searches[expr]


@meaning.register(op.evaluations)
def _evaluations(expr: op.evaluations, run: Evaluator) -> Quantity:
    found = _search(run, expr.args[0])
    if not isinstance(found, tuple):
        raise AnswerError("line_search: the rule counts evaluations; answer (length, evaluations)")
    return Quantity("all", (run.wide.number(found[1]),))


@meaning.register(op.Oracle)
def _question(expr: op.Oracle, run: Evaluator) -> Quantity:
    name, asker = expr.word, run.asker
    if asker is None:
        raise AnswerError(f"{run.id}: {expr} is asked where there is no oracle")
    if isinstance(run.system, Schedule):
        return Quantity("host", (run.wide.number(asker.once(name)),))
    if isinstance(expr, op.noise):
        return _own(run, asker.arrays(name, asker.once(name, run.integer(expr.args[0]))))
    if isinstance(expr, op.line_search):
        found = _search(run, expr)
        length = found[0] if isinstance(found, tuple) else found
        return Quantity("all", (run.wide.number(length),))
    points = run.points(expr.args[0])
    if isinstance(expr, op.value):
        return Quantity("all", (run.wide.number(asker.once(name, points)),))
    if isinstance(expr, op.hessian):
        matrix = numbers(asker.once(name, points), run.field)
        n = run.tensors.items[0].size
        if matrix.shape != (n, n):
            raise AnswerError(f"{name}: answer has shape {matrix.shape}, {(n, n)} expected")
        return Quantity("array", (matrix,))
    question = [points, run.points(expr.args[1])] if isinstance(expr, op.hvp) else [points]
    return _own(run, asker.arrays(name, asker.once(name, *question)))

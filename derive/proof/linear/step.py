"""Linear rules: a step on a quadratic as a matrix, and its characteristic polynomial in factors.

On a quadratic with Hessian H a rule that is linear in its states and asks for gradients only does
the same in every eigenvector of H, with the eigenvalue in the place of H. So one coordinate with an
unknown curvature says all about every quadratic, in every dimension. All arithmetic is that of
rational functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import ZZ, Expr, Symbol, sympify
from sympy.polys.fields import FracElement, FracField
from sympy.polys.polyerrors import PolynomialError
from sympy.polys.polyutils import parallel_dict_from_expr
from sympy.polys.rings import PolyElement, ring

from optwright.derive.claim.loss.quadratic import curvature
from optwright.derive.error import InternalError, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.run.system import THETA, Question, advance, hyper_values, state_names
from optwright.derive.proof.sign.obligation import decide_relation


class NotLinear(ValueError):
    """The rule is no linear map of its states with constant coefficients; says why."""


@dataclass(frozen=True)
class Linear:
    """A step from the second one on: after = matrix @ before + offset, by rows.

    states: names, theta first. field: the rational functions that the entries belong to.
    """

    states: tuple[str, ...]
    matrix: tuple[tuple[FracElement, ...], ...]
    offset: tuple[FracElement, ...]
    field: FracField


def field_of(symbols: Iterable[Symbol]) -> FracField:
    """The rational functions in some symbols, ordered by name."""
    return FracField(sorted(set(symbols) | {curvature}, key=str), ZZ, sympy.lex)


def element(field: FracField, expr: Any) -> FracElement:
    """An expression as a rational function; raises NotLinear if it is none."""
    try:
        return field.from_expr(sympify(expr))
    except (ValueError, ZeroDivisionError) as error:
        raise NotLinear(
            f"{expr} is no rational function of {', '.join(map(str, field.symbols))}"
        ) from error


def compose(value: FracElement, letters: Sequence[FracElement]) -> FracElement | None:
    """A rational function of others, in the order of its letters; None where it is undefined."""
    field: FracField = letters[0].field
    parts = []
    for poly in (value.numer, value.denom):
        total = field.zero
        for powers, c in poly.items():
            part = field.new(field.ring(c))
            for letter, n in zip(letters, powers, strict=True):
                part *= letter**n if n else field.one
            total += part
        parts.append(total)
    return parts[0] / parts[1] if parts[1] else None


def linear(
    system: Optimizer,
    hyper: Mapping[str, Any] | None = None,
    domain: Domain | None = None,
    symbols: Iterable[Symbol] = (),
    centre: Any = 0,
) -> Linear:
    """The matrix of a step on the loss curvature/2*(x - centre)**2, from the second step on.

    hyper: hyperparameters as rational functions of other symbols, those not named as they are;
    domain: what is known of them, for cases. symbols: further letters of the field.
    Raises NotLinear for rules that are not linear, or whose matrix depends on t.
    """
    values = {
        **hyper_values(system.hyper, (), t),
        **{name: sympify(x) for name, x in (hyper or {}).items()},
    }
    field = field_of(
        s for x in (*values.values(), sympify(centre), *symbols) for s in x.free_symbols
    )

    def ask(question: Question) -> Expr:
        if question.kind != "grad":
            raise NotLinear(f"{system.id} asks for {question.kind}, not for gradients only")
        return curvature * (question.args[0] - centre)

    try:
        before = {name: Symbol(f"{name}'", real=True) for name in state_names(system)}
        for s in system.states:
            if s.extent.kind not in ("coordinate", "host"):
                raise NotLinear(f"{system.id}: {s.name} is not one number per coordinate")
        origin = Symbol(f"{THETA}_0", real=True)
        step = advance(system, before, values, t, ask, origin, least=2)
    except Unsupported as error:
        raise NotLinear(str(error)) from error
    rows, offset = [], []
    for name in before:
        after = _decided(step.state[name], domain or Domain(), f"{system.id}: {name}")
        if t in after.free_symbols:
            raise NotLinear(f"{system.id}: {name} depends on t")
        row, rest = _affine(after, tuple(before.values()), field, f"{system.id}: {name}")
        rows.append(row)
        offset.append(rest)
    return Linear(tuple(before), tuple(rows), tuple(offset), field)


def _decided(expr: Expr, domain: Domain, what: str) -> Expr:
    """The expression with the cases decided that hold, or fail, on the whole domain."""

    def chosen(node: Any) -> Expr:
        for arm, condition in node.arms:
            if _always(condition, domain):
                return arm
            if not _always(sympy.Not(condition), domain):
                raise NotLinear(f"{what} depends on whether {condition}")
        return node.otherwise

    return expr.replace(lambda node: isinstance(node, op.cases), chosen)


def _always(condition: Any, domain: Domain) -> bool:
    return decide_relation("condition", condition, domain, 0.5).status == "proved"


def _affine(
    expr: Expr, states: Sequence[Symbol], field: FracField, what: str
) -> tuple[tuple[FracElement, ...], FracElement]:
    """The coefficients of the states, and the rest."""
    if expr.atoms(op.Operation):
        raise NotLinear(f"{what} takes {min(expr.atoms(op.Operation), key=str)}")
    top, bottom = sympy.together(expr).as_numer_denom()
    try:
        (terms,), _ = parallel_dict_from_expr([sympy.expand(top)], gens=states)
    except PolynomialError as error:
        raise NotLinear(f"{what} is not linear in the states") from error
    if bottom.free_symbols & set(states) or any(sum(powers) > 1 for powers in terms):
        raise NotLinear(f"{what} is not linear in the states")
    below = element(field, bottom)
    found = {powers: element(field, x) / below for powers, x in terms.items()}
    size = len(states)
    unit = [tuple(int(i == k) for i in range(size)) for k in range(size)]
    return tuple(found.get(u, field.zero) for u in unit), found.get((0,) * size, field.zero)


Polynomial = tuple[FracElement, ...]
"""Coefficients of 1, z, z**2, …; the last one is 1."""


def characteristic(rule: Linear) -> Polynomial:
    """The characteristic polynomial of the matrix, by Faddeev and LeVerrier's recurrence."""
    field, size = rule.field, len(rule.states)
    falling = [field.one]
    power = [[field.zero] * size for _ in range(size)]
    for k in range(1, size + 1):
        for i in range(size):
            power[i][i] += falling[-1]
        power = _product(rule.matrix, power, field)
        falling.append(-sum((power[i][i] for i in range(size)), field.zero) / k)
    return tuple(reversed(falling))


def factors(poly: Polynomial) -> tuple[Polynomial, ...]:
    """The irreducible monic factors of a monic polynomial, each once, z itself left out."""
    field: FracField = poly[0].field
    below = field.ring.one
    for c in poly:
        below = below.lcm(c.denom)
    ground, z, *_ = ring([Symbol("z"), *field.symbols], ZZ, sympy.lex)
    cleared = ground.zero
    for k, c in enumerate(poly):
        top = (c * field.new(below)).numer
        cleared += ground.from_dict({(k, *m): x for m, x in top.items()})
    found: list[Polynomial] = []
    product: Polynomial = (field.one,)
    for factor, times in cleared.factor_list()[1]:
        degree = factor.degree(z)
        if degree:
            monic = _monic(factor, degree, field)
            for _ in range(times):
                product = _times(product, monic, field)
            if factor != z:
                found.append(monic)
    if product != poly:
        raise InternalError(f"the factors of {cleared} do not give it back")
    return tuple(found)


def _times(a: Polynomial, b: Polynomial, field: FracField) -> Polynomial:
    found = [field.zero] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            found[i + j] += x * y
    return tuple(found)


def _monic(factor: PolyElement, degree: int, field: FracField) -> Polynomial:
    parts: list[dict[Any, Any]] = [{} for _ in range(degree + 1)]
    for (power, *rest), x in factor.items():
        parts[power][tuple(rest)] = x
    tops = [field.new(field.ring.from_dict(part)) for part in parts]
    return tuple(top / tops[-1] for top in tops)


def _product(
    a: Sequence[Sequence[FracElement]], b: Sequence[Sequence[FracElement]], field: FracField
) -> list[list[FracElement]]:
    size = range(len(a))
    return [[sum((a[i][k] * b[k][j] for k in size), field.zero) for j in size] for i in size]


def fixed_point(rule: Linear) -> dict[str, Expr]:
    """The states that a step leaves as they are; raises NotLinear where they are not unique."""
    field, size = rule.field, len(rule.states)
    rows = [
        [*(((field.one if i == j else field.zero) - rule.matrix[i][j]) for j in range(size)), k]
        for i, k in enumerate(rule.offset)
    ]
    for column in range(size):
        pivot = next((i for i in range(column, size) if rows[i][column]), None)
        if pivot is None:
            raise NotLinear("no single point stays where it is")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [x / rows[column][column] for x in rows[column]]
        for i in range(size):
            if i != column and rows[i][column]:
                scale = rows[i][column]
                rows[i] = [x - scale * y for x, y in zip(rows[i], rows[column], strict=True)]
    return {name: row[-1].as_expr() for name, row in zip(rule.states, rows, strict=True)}


__all__ = [
    "Linear",
    "NotLinear",
    "Polynomial",
    "characteristic",
    "compose",
    "element",
    "factors",
    "field_of",
    "fixed_point",
    "linear",
]

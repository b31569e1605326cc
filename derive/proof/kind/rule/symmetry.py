"""Symmetries: groups under which a rule computes the same in other coordinates.

Let the parameters be seen as theta' = rho(theta), and the loss as c f(rho^-1(theta')). A rule is
symmetric under the group of these changes if the run that starts at theta'[0] = rho(theta[0]) is at
theta'[t] = rho(theta[t]) after every step, for every loss and every member of the group. It is
proved by the forms of its values (`optwright.derive.proof.kind.rule.symmetry_form`): they hold for
every number of entries, every loss and every t. It is refuted by an exact run on two entries, or on
a matrix of two by two, and its image.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import singledispatch
from typing import Any

import sympy
from sympy import Expr, Rational, sympify

from optwright.derive.claim.rule.symmetry import (
    AffineMaps,
    Group,
    Index,
    LinearMaps,
    Permutations,
    Rotations,
    Scalings,
    SignChanges,
    Symmetry,
    Translations,
)
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import InternalError, Unsupported
from optwright.derive.interpret import Ambiguous, Inexact
from optwright.derive.interpret.interval import Enclosed, differ
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer, expressions
from optwright.derive.language.symbol import Value, t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.kind.rule.symmetry_form import FormRules, NoForm, forms
from optwright.derive.proof.kind.rule.symmetry_rules import Indices, Powers, Shifts
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.array import (
    ArrayObjective,
    ArrayRun,
    Change,
    Table,
    Vector,
    kron,
    listed,
    unit,
    vector,
)
from optwright.derive.proof.run.exact import pick, recorded
from optwright.derive.proof.sign.obligation import decide_equation, interval_of

Same = Callable[[Expr, Expr], bool]

FACTOR = Fraction(4)
"""The number by which exact runs are scaled; its root is whole."""


@singledispatch
def algebras(group: Group, system: Optimizer, same: Same) -> Sequence[FormRules]:
    """The forms that values may have under a group; a rule must have them all."""
    raise Unsupported(f"no forms are known of {group.name}")


@singledispatch
def changes(group: Group, n: int) -> Iterator[Change]:
    """Members of a group to refute with, on n entries: two, or two by two."""
    raise Unsupported(f"no members are known of {group.name}")


def _whole(system: Optimizer, sides: int) -> bool:
    return system.shape == "matrix" and sides == 1


@algebras.register
def _(group: Scalings, system: Optimizer, same: Same) -> Sequence[FormRules]:
    return [Powers(group.loss, group.theta)]


@algebras.register
def _(group: Translations, system: Optimizer, same: Same) -> Sequence[FormRules]:
    return [Shifts(same)]


@algebras.register
def _(group: SignChanges, system: Optimizer, same: Same) -> Sequence[FormRules]:
    return [
        Indices(
            (Index("n", 1),),
            entrywise=True,
            signs=True,
            whole=_whole(system, 1),
            letters={"n": "D"},
        )
    ]


@algebras.register
def _(group: Permutations, system: Optimizer, same: Same) -> Sequence[FormRules]:
    spaces = ("n",) if group.sides == 1 else ("rows", "columns")
    return [
        Indices(
            tuple(map(Index, spaces)),
            entrywise=True,
            whole=_whole(system, group.sides),
            letters={"n": "P", "rows": "P", "columns": "R"},
        )
    ]


@algebras.register
def _(group: Rotations, system: Optimizer, same: Same) -> Sequence[FormRules]:
    spaces = ("n",) if group.sides == 1 else ("rows", "columns")
    return [
        Indices(
            tuple(map(Index, spaces)),
            whole=_whole(system, group.sides),
            letters={"n": "Q", "rows": "Q", "columns": "R"},
        )
    ]


@algebras.register
def _(group: LinearMaps, system: Optimizer, same: Same) -> Sequence[FormRules]:
    return [Indices((Index("n", 1),), whole=_whole(system, 1), letters={"n": "M"})]


@algebras.register
def _(group: AffineMaps, system: Optimizer, same: Same) -> Sequence[FormRules]:
    return [*algebras(LinearMaps(), system, same), Shifts(same)]


@changes.register
def _(group: Scalings, n: int) -> Iterator[Change]:
    size, factor = _power(FACTOR, group.theta), _power(FACTOR, group.loss)
    yield Change(tuple(tuple(size * x for x in row) for row in unit(n)), _still(n), factor)


@changes.register
def _(group: Translations, n: int) -> Iterator[Change]:
    yield Change(unit(n), _moved(n))


@changes.register
def _(group: SignChanges, n: int) -> Iterator[Change]:
    flip = _padded(unit(2, 1, -1), n)
    yield Change(flip, _still(n), noise=flip)


@changes.register
def _(group: Permutations, n: int) -> Iterator[Change]:
    swap: Table = unit(2)[::-1]
    yield _turned(group.sides, swap, swap, n)


@changes.register
def _(group: Rotations, n: int) -> Iterator[Change]:
    yield _turned(group.sides, _rotation(3, 4, 5), _rotation(5, 12, 13), n)


@changes.register
def _(group: LinearMaps, n: int) -> Iterator[Change]:
    for rows in (((1, 1), (0, 1)), ((2, 0), (0, 1))):
        yield Change(_padded(tuple(map(vector, rows)), n), _still(n))


@changes.register
def _(group: AffineMaps, n: int) -> Iterator[Change]:
    for change in changes(LinearMaps(), n):
        yield Change(change.matrix, _moved(n))


def _power(x: Fraction, exponent: Any) -> Fraction:
    found = Rational(x.numerator, x.denominator) ** sympify(exponent)
    return Fraction(int(found.p), int(found.q))


def _rotation(a: int, b: int, c: int) -> Table:
    x, y = Fraction(a, c), Fraction(b, c)
    return ((x, -y), (y, x))


def _turned(sides: int, left: Table, right: Table, n: int) -> Change:
    matrix = _padded(left, n) if sides == 1 else kron(left, right)
    return Change(matrix, _still(n), noise=matrix)


def _padded(table: Table, n: int) -> Table:
    """The matrix on the first entries, and the identity on the others."""
    rest = n - len(table)
    above = tuple((*row, *_still(rest)) for row in table)
    return above + tuple((*_still(len(table)), *row) for row in unit(rest))


def _still(n: int) -> Vector:
    return (Fraction(0),) * n


def _moved(n: int) -> Vector:
    return (Fraction(1), Fraction(-2), Fraction(3), Fraction(1, 2))[:n]


class SymmetryAttempt:
    """One attempt to decide a symmetry."""

    def __init__(self, claim: Symmetry) -> None:
        self.claim = claim

    def verdict(self, budget_s: float = 5.0) -> Verdict:
        """Prove by forms for every n, refute by an exact run and its image, or say what failed."""
        deadline = time.process_time() + budget_s
        obligations: list[Obligation] = []
        reason = ""
        try:
            for algebra in algebras(self.claim.group, self.claim.system, self.same):
                obligations += self.shown(algebra)
        except NoForm as error:
            reason = " ".join(str(error).split())
        found, agreed = self.parted(deadline, few=not reason)
        if not reason:
            if found is not None:
                raise InternalError(f"forms fit, but runs part: {found}")
            return Verdict("proved", tuple(obligations), None, self.scope(), self.conditions())
        failed = Obligation(
            f"form under {self.claim.group.name}", self.claim.group.change, reason, "undecided"
        )
        if found is not None:
            return Verdict(
                "refuted", (*obligations, failed), found, self.scope(), self.conditions(), reason
            )
        return undecided(
            reason, f"{agreed} exact runs that agreed", obligations=(*obligations, failed)
        )

    def shown(self, algebra: FormRules) -> list[Obligation]:
        """What becomes of every value of a step; raises NoForm."""
        powers = {name: sympify(x) for name, x in self.claim.hyper.items()}
        found = forms(self.claim.system, algebra, powers, self.claim.given, self.claim.start)
        start = {s.name: str(getattr(s, "init", "empty")) for s in self.claim.system.state}
        rows = [("theta", "theta[0]"), *start.items()]
        shown = [
            Obligation(f"start: {name}", before, algebra.text(name, found[name]), "proved")
            for name, before in rows
        ]
        for statement in self.claim.system.step:
            names = sorted({v.name for v in _assigned(statement)})
            after = ", ".join(f"{name}' = {algebra.text(name, found[name])}" for name in names)
            shown.append(Obligation(f"step: {', '.join(names)}", str(statement), after, "proved"))
        return shown

    def same(self, left: Expr, right: Expr) -> bool:
        """Whether two multiples are one for all hyperparameters."""
        bounds = tuple((h.symbol, interval_of(h.range)) for h in self.claim.system.hyper)
        return (
            decide_equation("", sympify(left), sympify(right), Domain(bounds), 1.0).status
            == "proved"
        )

    def scope(self) -> str:
        whole = "all tensors as one vector" if self.claim.system.scope == "all" else "every tensor"
        what = "matrices of every shape" if self.claim.group.sides == 2 else "all n"
        return f"{what}, {whole}, all losses, all t"

    def conditions(self) -> tuple[str, ...]:
        """What the claim assumes, spelt out."""
        said = [self.claim.group.change]
        said += [
            f"{name}' = {sympy.Symbol('c') ** sympify(x)}*{name}"
            for name, x in self.claim.hyper.items()
        ]
        said += [f"{c} is {'true' if holds else 'false'}" for c, holds in self.claim.given.items()]
        said += [f"{name} corresponds at the start" for name in self.claim.start]
        if any(x.has(op.noise) for s in self.claim.system.step for x in expressions(s)):
            said.append("draws of noise correspond")
        return tuple(said)

    def parted(self, deadline: float, few: bool) -> tuple[Counterexample | None, int]:
        """Exact runs that part from their images, if some are found; how many did not part."""
        agreed = 0
        if self.claim.start or (
            isinstance(self.claim.group, (LinearMaps, AffineMaps)) and self.noisy()
        ):
            return None, 0
        for run, change in self.pairs():
            if time.process_time() > deadline or (few and agreed == 2):
                break
            try:
                found = self.compared(run, change)
            except (Inexact, Ambiguous, ZeroDivisionError):
                continue
            if found is not None:
                return found, agreed
            agreed += 1
        return None, agreed

    def noisy(self) -> bool:
        return any(x.has(op.noise) for s in self.claim.system.step for x in expressions(s))

    def pairs(self) -> Iterator[tuple[ArrayRun, Change]]:
        """Runs on small problems, each with a member of the group."""
        matrix = self.claim.group.sides == 2 or self.claim.system.shape == "matrix"
        shape = self.claim.shape or ((2, 2) if matrix else (2,))
        n = math.prod(shape)
        given = [(row, k) for row in self.claim.runs for k in range(2)]
        rows: list[tuple[Mapping[str, Any], int]] = [*given, *(({}, k) for k in range(3))]
        for row, variant in rows:
            values = {
                h.name: _fraction(pick(h, variant + place))
                for place, h in enumerate(self.claim.system.hyper)
            } | {name: Fraction(x) for name, x in row.get("hyper", {}).items()}
            thetas = [row["theta"]] if "theta" in row else _STARTS[n]
            slopes = [row["slopes"]] if "slopes" in row else _SLOPES[n]
            for bent in (False, True):
                for slope in slopes:
                    for theta in thetas:
                        problem = ArrayObjective(
                            _BENT[n] if bent else (_still(n),) * n, tuple(map(vector, slope))
                        )
                        run = ArrayRun(self.claim.system, vector(theta), shape, values, problem, 2)
                        for change in changes(self.claim.group, n):
                            yield run, change

    def compared(self, run: ArrayRun, change: Change) -> Counterexample | None:
        """The counterexample if a run and its image part."""
        moved = {
            name: x * _power(FACTOR, self.claim.hyper.get(name, 0)) for name, x in run.hyper.items()
        }
        if any(
            Rational(moved[h.name].numerator, moved[h.name].denominator) not in h.range
            for h in self.claim.system.hyper
        ):
            return None
        start = change.point(run.theta)
        image = ArrayRun(
            self.claim.system,
            start,
            run.shape,
            moved,
            change.problem(run.problem),
            run.steps,
            change.noise,
        )
        for step in range(1, run.steps + 1):
            pair = tuple(
                ArrayRun(x.system, x.theta, x.shape, x.hyper, x.problem, step, x.noise)
                for x in (run, image)
            )
            if not all(self.assumed(x, step) for x in pair):
                return None
            wanted, found = change.point(pair[0].entries(step)), pair[1].entries(step)
            if any(differ(a, b) for a, b in zip(wanted, found, strict=True)):
                point = (
                    ("theta[0]", listed(run.theta)),
                    *((name, str(x)) for name, x in run.hyper.items()),
                    ("losses", str(run.problem)),
                    ("theta'", f"{_table(change.matrix)} theta + {listed(change.shift)}"),
                    *((("loss'", f"{change.loss}*loss"),) if change.loss != 1 else ()),
                    *((f"{name}'", str(moved[name])) for name in self.claim.hyper),
                )
                rows = (
                    (f"image of theta[{step}]", listed(wanted)),
                    (f"theta'[{step}]", listed(found)),
                )
                return Counterexample(point, rows, "they are equal", recorded(*pair))
        return None

    def assumed(self, run: ArrayRun, step: int) -> bool:
        """Whether the conditions that are given hold in a step."""
        snapshot = run.snapshots()[step]
        for condition, holds in self.claim.given.items():
            table = {t: sympy.Integer(step)}
            for value in condition.atoms(Value):
                x = snapshot.values.get(value.name)
                x = x[0] if isinstance(x, tuple) else x
                if not isinstance(x, (Fraction, Enclosed)):
                    return False
                low = x.low if isinstance(x, Enclosed) else x
                table[value] = Rational(low.numerator, low.denominator)
            if condition.subs(table) != sympify(holds):
                return False
        return True


@decide.register
def _symmetry(claim: Symmetry, budget_s: float = 5.0) -> Verdict:
    """Prove by forms for every n, refute by an exact run and its image, or say what failed."""
    return SymmetryAttempt(claim).verdict(budget_s)


_STARTS: dict[int, tuple[tuple[Any, ...], ...]] = {
    2: ((3, 4), (0, 0)),
    4: ((3, 0, 4, 0), (1, 2, 3, 4)),
}
_SLOPES: dict[int, tuple[tuple[tuple[Any, ...], ...], ...]] = {
    2: (((4, 3),), ((1, 2), (2, -1)), ((0, 5),), ((1, 0),)),
    4: (((4, 3, 0, 0),), ((1, 2, 3, 4), (2, 1, 0, 1)), ((3, 0, 4, 0),)),
}


# Curved problems: quadratics whose matrix is positive definite.
_BENT: dict[int, Table] = {
    2: (vector((2, 1)), vector((1, 3))),
    4: tuple(map(vector, ((2, 1, 0, 0), (1, 3, 0, 0), (0, 0, 1, 0), (0, 0, 0, 4)))),
}


def _assigned(statement: Any) -> list[Value]:
    if hasattr(statement, "body"):
        return [e.lhs for e in (*statement.init, *statement.body)]
    if hasattr(statement, "values"):
        return [h.variable[1] for h, _ in statement.values]
    return [statement.lhs]


def _fraction(x: Expr) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def _table(rows: Table) -> str:
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in rows) + "]"


__all__ = ["algebras", "changes"]

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
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

import sympy
from sympy import Expr, Rational, sympify

from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.interpret import Ambiguous, Inexact
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer, expressions
from optwright.derive.language.symbol import Value, t
from optwright.derive.language.validate import suggest
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.decide.obligation import decide, interval_of
from optwright.derive.proof.decide.zero import InternalError
from optwright.derive.proof.kind.rule.symmetry_form import (
    ZERO,
    Algebra,
    Form,
    Index,
    Indices,
    NoForm,
    Powers,
    Shifts,
    forms,
)
from optwright.derive.proof.run.array import (
    ArrayRun,
    Change,
    Quadratic,
    Span,
    Table,
    Vector,
    differ,
    kron,
    unit,
)
from optwright.derive.proof.run.exact import pick

Same = Callable[[Expr, Expr], bool]

FACTOR = Fraction(4)
"""The number by which exact runs are scaled; its root is whole."""


class Group:
    """Changes of coordinates.

    sides: 2 if it turns the rows and the columns of matrices, 1 if it takes entries as one vector.
    """

    sides: int = 1

    @property
    def name(self) -> str:
        """What it is called."""
        raise NotImplementedError

    @property
    def change(self) -> str:
        """What becomes of parameters and loss, as a formula."""
        raise NotImplementedError

    def algebras(self, system: Optimizer, same: Same) -> Sequence[Algebra]:
        """The forms that values may have; a rule must have them all."""
        raise NotImplementedError

    def changes(self, n: int) -> Iterator[Change]:
        """Members of the group to refute with, on n entries: two, or two by two."""
        raise NotImplementedError


def _whole(system: Optimizer, sides: int) -> bool:
    return system.shape == "matrix" and sides == 1


@dataclass(frozen=True)
class Scalings(Group):
    """theta' = c**theta theta and a loss c**loss as large, for every c > 0."""

    loss: Any = 0
    theta: Any = 0

    @property
    def name(self) -> str:
        return "scalings of " + " and ".join(
            what for what, power in (("the loss", self.loss), ("theta", self.theta)) if power
        )

    @property
    def change(self) -> str:
        said = (("loss", self.loss), ("theta", self.theta))
        return ", ".join(
            f"{what}' = {sympy.Symbol('c') ** sympify(power)}*{what}"
            for what, power in said
            if power
        )

    def algebras(self, system: Optimizer, same: Same) -> Sequence[Algebra]:
        return [Powers(self.loss, self.theta)]

    def changes(self, n: int) -> Iterator[Change]:
        size, factor = _power(FACTOR, self.theta), _power(FACTOR, self.loss)
        yield Change(tuple(tuple(size * x for x in row) for row in unit(n)), _still(n), factor)


@dataclass(frozen=True)
class Translations(Group):
    """theta' = theta + c, for every vector c."""

    @property
    def name(self) -> str:
        return "shifts of theta"

    @property
    def change(self) -> str:
        return "theta' = theta + c"

    def algebras(self, system: Optimizer, same: Same) -> Sequence[Algebra]:
        return [Shifts(same)]

    def changes(self, n: int) -> Iterator[Change]:
        yield Change(unit(n), _moved(n))


@dataclass(frozen=True)
class SignChanges(Group):
    """theta' = D theta, for every diagonal D of ones and minus ones."""

    @property
    def name(self) -> str:
        return "changes of sign of entries"

    @property
    def change(self) -> str:
        return "theta' = D theta, D diagonal of 1 and -1"

    def algebras(self, system: Optimizer, same: Same) -> Sequence[Algebra]:
        return [
            Indices(
                (Index("n", 1),),
                entrywise=True,
                signs=True,
                whole=_whole(system, 1),
                letters={"n": "D"},
            )
        ]

    def changes(self, n: int) -> Iterator[Change]:
        flip = _padded(unit(2, 1, -1), n)
        yield Change(flip, _still(n), noise=flip)


@dataclass(frozen=True)
class Permutations(Group):
    """theta' = P theta, or P theta R' on matrices (sides = 2), for permutations P and R."""

    sides: int = 1

    @property
    def name(self) -> str:
        return "permutations of " + ("entries" if self.sides == 1 else "rows and of columns")

    @property
    def change(self) -> str:
        return "theta' = P theta" if self.sides == 1 else "theta' = P theta R'"

    def algebras(self, system: Optimizer, same: Same) -> Sequence[Algebra]:
        spaces = ("n",) if self.sides == 1 else ("rows", "columns")
        return [
            Indices(
                tuple(map(Index, spaces)),
                entrywise=True,
                whole=_whole(system, self.sides),
                letters={"n": "P", "rows": "P", "columns": "R"},
            )
        ]

    def changes(self, n: int) -> Iterator[Change]:
        swap: Table = unit(2)[::-1]
        yield _turned(self.sides, swap, swap, n)


@dataclass(frozen=True)
class Rotations(Group):
    """theta' = Q theta, or Q theta R' on matrices (sides = 2), for orthogonal Q and R."""

    sides: int = 1

    @property
    def name(self) -> str:
        return "rotations" + ("" if self.sides == 1 else " of rows and of columns")

    @property
    def change(self) -> str:
        return (
            "theta' = Q theta, Q'Q = I"
            if self.sides == 1
            else ("theta' = Q theta R', Q'Q = I, R'R = I")
        )

    def algebras(self, system: Optimizer, same: Same) -> Sequence[Algebra]:
        spaces = ("n",) if self.sides == 1 else ("rows", "columns")
        return [
            Indices(
                tuple(map(Index, spaces)),
                whole=_whole(system, self.sides),
                letters={"n": "Q", "rows": "Q", "columns": "R"},
            )
        ]

    def changes(self, n: int) -> Iterator[Change]:
        yield _turned(self.sides, _rotation(3, 4, 5), _rotation(5, 12, 13), n)


@dataclass(frozen=True)
class LinearMaps(Group):
    """theta' = M theta, for every invertible M; gradients become inv(M)' g."""

    @property
    def name(self) -> str:
        return "linear maps of theta"

    @property
    def change(self) -> str:
        return "theta' = M theta, M invertible"

    def algebras(self, system: Optimizer, same: Same) -> Sequence[Algebra]:
        return [Indices((Index("n", 1),), whole=_whole(system, 1), letters={"n": "M"})]

    def changes(self, n: int) -> Iterator[Change]:
        for rows in (((1, 1), (0, 1)), ((2, 0), (0, 1))):
            yield Change(_padded(tuple(map(_vector, rows)), n), _still(n))


@dataclass(frozen=True)
class AffineMaps(Group):
    """theta' = M theta + c: linear maps and shifts, which make up all of them."""

    @property
    def name(self) -> str:
        return "affine maps of theta"

    @property
    def change(self) -> str:
        return "theta' = M theta + c, M invertible"

    def algebras(self, system: Optimizer, same: Same) -> Sequence[Algebra]:
        return [*LinearMaps().algebras(system, same), Shifts(same)]

    def changes(self, n: int) -> Iterator[Change]:
        for change in LinearMaps().changes(n):
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


@dataclass(frozen=True)
class Symmetry:
    """The claim that a rule computes the same in all coordinates of a group.

    hyper   exponents of the factor c by which hyperparameters change with scalings, by name; the
            others stay as they are
    given   the truth of conditions that cases depend on, as `MatrixIdentity` has it: where they
            hold in both
    start   forms that states are assumed to have before the step, as tuples of `Index`
    runs    exact material to refute with first: rows with any of theta, slopes, hyper
    shape   of the tensor in exact runs, if not two entries (or two by two for rules on matrices)
    """

    kind: ClassVar[str] = "symmetry"

    system: Optimizer
    group: Group
    hyper: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[Any, bool] = field(default_factory=dict)
    start: Mapping[str, Form] = field(default_factory=dict)
    runs: Sequence[Mapping[str, Any]] = ()
    shape: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        known = {h.name for h in self.system.hyper}
        for name in self.hyper:
            if name not in known:
                raise ValueError(
                    f"{self.system.id} has no hyperparameter {name}{suggest(name, known)}"
                )
            if not isinstance(self.group, Scalings):
                raise ValueError(f"{name} changes with scalings only, not with {self.group.name}")
        if self.group.sides == 2 and self.system.shape == "vector":
            raise ValueError(f"{self.system.id} takes all tensors as one vector, without rows")

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove by forms for every n, refute by an exact run and its image, or say what failed."""
        deadline = time.process_time() + budget_s
        obligations: list[Obligation] = []
        reason = ""
        try:
            for algebra in self.group.algebras(self.system, self.same):
                obligations += self.shown(algebra)
        except NoForm as error:
            reason = " ".join(str(error).split())
        found, agreed = self.parted(deadline, few=not reason)
        if not reason:
            if found is not None:
                raise InternalError(f"forms fit, but runs part: {found}")
            return Verdict("proved", tuple(obligations), None, self.scope(), self.conditions())
        failed = Obligation(f"form under {self.group.name}", self.group.change, reason, "undecided")
        if found is not None:
            return Verdict(
                "refuted", (*obligations, failed), found, self.scope(), self.conditions(), reason
            )
        return undecided(
            reason, f"{agreed} exact runs that agreed", obligations=(*obligations, failed)
        )

    # ---- proof

    def shown(self, algebra: Algebra) -> list[Obligation]:
        """What becomes of every value of a step; raises NoForm."""
        powers = {name: sympify(x) for name, x in self.hyper.items()}
        found = forms(self.system, algebra, powers, self.given, self.start)
        start = {s.name: str(getattr(s, "init", "empty")) for s in self.system.state}
        rows = [("theta", "theta[0]"), *start.items()]
        shown = [
            Obligation(f"start: {name}", before, algebra.text(name, found[name]), "proved")
            for name, before in rows
        ]
        for statement in self.system.step:
            names = sorted({v.name for v in _assigned(statement)})
            after = ", ".join(f"{name}' = {algebra.text(name, found[name])}" for name in names)
            shown.append(Obligation(f"step: {', '.join(names)}", str(statement), after, "proved"))
        return shown

    def same(self, left: Expr, right: Expr) -> bool:
        """Whether two multiples are one for all hyperparameters."""
        bounds = tuple((h.symbol, interval_of(h.range)) for h in self.system.hyper)
        return decide("", sympify(left), sympify(right), Domain(bounds), 1.0).status == "proved"

    def scope(self) -> str:
        whole = "all tensors as one vector" if self.system.scope == "all" else "every tensor"
        what = "matrices of every shape" if self.group.sides == 2 else "all n"
        return f"{what}, {whole}, all losses, all t"

    def conditions(self) -> tuple[str, ...]:
        """What the claim assumes, spelt out."""
        said = [self.group.change]
        said += [
            f"{name}' = {sympy.Symbol('c') ** sympify(x)}*{name}" for name, x in self.hyper.items()
        ]
        said += [f"{c} is {'true' if holds else 'false'}" for c, holds in self.given.items()]
        said += [f"{name} corresponds at the start" for name in self.start]
        if any(x.has(op.noise) for s in self.system.step for x in expressions(s)):
            said.append("draws of noise correspond")
        return tuple(said)

    # ---- exact runs

    def parted(self, deadline: float, few: bool) -> tuple[Counterexample | None, int]:
        """Exact runs that part from their images, if some are found; how many did not part."""
        agreed = 0
        if self.start or (isinstance(self.group, (LinearMaps, AffineMaps)) and self.noisy()):
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
        return any(x.has(op.noise) for s in self.system.step for x in expressions(s))

    def pairs(self) -> Iterator[tuple[ArrayRun, Change]]:
        """Runs on small problems, each with a member of the group."""
        matrix = self.group.sides == 2 or self.system.shape == "matrix"
        shape = self.shape or ((2, 2) if matrix else (2,))
        n = math.prod(shape)
        given = [(row, k) for row in self.runs for k in range(2)]
        rows: list[tuple[Mapping[str, Any], int]] = [*given, *(({}, k) for k in range(3))]
        for row, variant in rows:
            values = {
                h.name: _fraction(pick(h, variant + place))
                for place, h in enumerate(self.system.hyper)
            } | {name: Fraction(x) for name, x in row.get("hyper", {}).items()}
            thetas = [row["theta"]] if "theta" in row else _STARTS[n]
            slopes = [row["slopes"]] if "slopes" in row else _SLOPES[n]
            for bent in (False, True):
                for slope in slopes:
                    for theta in thetas:
                        problem = Quadratic(
                            _BENT[n] if bent else (_still(n),) * n, tuple(map(_vector, slope))
                        )
                        run = ArrayRun(self.system, _vector(theta), shape, values, problem, 2)
                        for change in self.group.changes(n):
                            yield run, change

    def compared(self, run: ArrayRun, change: Change) -> Counterexample | None:
        """The counterexample if a run and its image part."""
        moved = {name: x * _power(FACTOR, self.hyper.get(name, 0)) for name, x in run.hyper.items()}
        if any(
            Rational(moved[h.name].numerator, moved[h.name].denominator) not in h.range
            for h in self.system.hyper
        ):
            return None
        start = change.point(run.theta)
        image = ArrayRun(
            self.system,
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
                    ("theta[0]", _shown(run.theta)),
                    *((name, str(x)) for name, x in run.hyper.items()),
                    ("losses", str(run.problem)),
                    ("theta'", f"{_table(change.matrix)} theta + {_shown(change.shift)}"),
                    *((("loss'", f"{change.loss}*loss"),) if change.loss != 1 else ()),
                    *((f"{name}'", str(moved[name])) for name in self.hyper),
                )
                rows = (
                    (f"image of theta[{step}]", _shown(wanted)),
                    (f"theta'[{step}]", _shown(found)),
                )
                return Counterexample(point, rows, "they are equal", pair)
        return None

    def assumed(self, run: ArrayRun, step: int) -> bool:
        """Whether the conditions that are given hold in a step."""
        snapshot = run.snapshots()[step]
        for condition, holds in self.given.items():
            table = {t: sympy.Integer(step)}
            for value in condition.atoms(Value):
                x = snapshot.values.get(value.name)
                x = x[0] if isinstance(x, tuple) else x
                if not isinstance(x, (Fraction, Span)):
                    return False
                low = x.low if isinstance(x, Span) else x
                table[value] = Rational(low.numerator, low.denominator)
            if condition.subs(table) != sympify(holds):
                return False
        return True


_STARTS: dict[int, tuple[tuple[Any, ...], ...]] = {
    2: ((3, 4), (0, 0)),
    4: ((3, 0, 4, 0), (1, 2, 3, 4)),
}
_SLOPES: dict[int, tuple[tuple[tuple[Any, ...], ...], ...]] = {
    2: (((4, 3),), ((1, 2), (2, -1)), ((0, 5),), ((1, 0),)),
    4: (((4, 3, 0, 0),), ((1, 2, 3, 4), (2, 1, 0, 1)), ((3, 0, 4, 0),)),
}


def _vector(x: Sequence[Any]) -> Vector:
    return tuple(map(Fraction, x))


# Curved problems: quadratics whose matrix is positive definite.
_BENT: dict[int, Table] = {
    2: (_vector((2, 1)), _vector((1, 3))),
    4: tuple(map(_vector, ((2, 1, 0, 0), (1, 3, 0, 0), (0, 0, 1, 0), (0, 0, 0, 4)))),
}


def _assigned(statement: Any) -> list[Value]:
    if hasattr(statement, "body"):
        return [e.lhs for e in (*statement.init, *statement.body)]
    if hasattr(statement, "values"):
        return [h.variable[1] for h, _ in statement.values]
    return [statement.lhs]


def _fraction(x: Expr) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def _shown(x: Sequence[Any]) -> str:
    return "(" + ", ".join(map(str, x)) + ")"


def _table(rows: Table) -> str:
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in rows) + "]"


__all__ = [
    "ZERO",
    "AffineMaps",
    "Group",
    "LinearMaps",
    "Permutations",
    "Rotations",
    "Scalings",
    "SignChanges",
    "Symmetry",
    "Translations",
]

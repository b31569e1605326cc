"""That no hyperparameters whatever make one system follow another: a proof by a few numbers.

At exact hyperparameters of the left system, exact runs must agree on small problems. That is a
system of equations for the hyperparameters of the right one. Roots become unknowns of their own,
whose powers are given, which only adds solutions. If none lies in the ranges, there is no map, of
any form, that takes these hyperparameters to others that do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from fractions import Fraction
from typing import Any

import sympy
from sympy import QQ, ZZ, Expr, Integer, Rational, Symbol, sympify
from sympy.polys.rings import PolyElement, ring

from optwright.derive.claim.problem import Objective, script
from optwright.derive.claim.rule.exclusion import Impossible, NoMap
from optwright.derive.claim.verdict import Obligation, Verdict, undecided
from optwright.derive.error import NotExact, OutOfTime, TimeIsOver, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.entry import one_entry
from optwright.derive.language.symbol import Hyper
from optwright.derive.proof.algebra.domain import NEGATIVE, ZERO, Interval
from optwright.derive.proof.algebra.polynomial import ONE, Poly, Quotient, box_sign, factor
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.exact import Run, answered, pick
from optwright.derive.proof.run.system import THETA, advance, initial
from optwright.derive.proof.sign import certify
from optwright.derive.proof.sign.obligation import interval_of
from optwright.derive.proof.time_limit import guard

_DECAYS = tuple(Rational(text) for text in ("9/25", "16/25", "1/4", "15/16"))
_FIRST = tuple(script(x, 0, 0) for x in (1, 2, -1, 3))
_LATER = (
    script(5, 4, 0),
    script(5, 3, 0),
    script(3, 4, 0),
    script(1, 1, 0),
    script(1, -1, 2),
    script(0, 1, 0),
    Objective((Integer(1),), (Integer(0),)),
)
# Decays of theta are not seen from 0, which leaves fewer unknowns at first.
_BATCHES = (
    (Integer(0), _FIRST, 1),
    (Integer(1), _FIRST, 1),
    (Integer(0), _LATER, 2),
    (Integer(1), _LATER, 2),
    (Integer(1), _LATER, 3),
)


def numbers(system: Optimizer, variant: int = 0) -> dict[str, Expr]:
    """Exact hyperparameters at which roots of decays are rational."""
    found: dict[str, Expr] = {}
    for place, h in enumerate(system.hyper):
        inside = [x for x in _DECAYS if x in h.range] if h.symbol.role == "decay" else []
        index = place + variant
        found[h.name] = inside[index % len(inside)] if inside else pick(h, index)
    return found


@decide.register
def _no_map(claim: NoMap, budget_s: float = 2.0) -> Verdict:
    """Prove that the equations contradict each other, else undecided."""
    found = contradiction(claim, budget_s)
    if isinstance(found, str):
        return undecided(f"equations for the hyperparameters: {found}")
    shown = [Obligation(where, f"{x} = 0", f"{y} = 0", "proved") for where, x, y in found]
    none = "a common solution in the ranges"
    free = [h.name for h in claim.right.hyper if h.name not in claim.kept]
    return Verdict(
        "proved",
        (*shown, Obligation(none, "false", "false", "proved")),
        scope=f"all {', '.join(free) or 'hyperparameters'} of {claim.right.id}",
        conditions=tuple(f"{name} = {x}" for name, x in numbers(claim.left).items()),
    )


def contradiction(claim: NoMap, budget_s: float = 2.0) -> tuple[tuple[str, Expr, Expr], ...] | str:
    """Equations without a solution, each with where it is from; or why there are none.

    What has to be zero is given as the runs have it, and as a polynomial.
    """
    values = numbers(claim.left)
    letters = {h.name: _letter(h) for h in claim.right.hyper if h.name not in claim.kept}
    table = {h.symbol: values[h.name] for h in claim.left.hyper}
    theirs: dict[str, Expr] = {n: sympify(x).xreplace(table) for n, x in claim.kept.items()}
    ranges = {h.name: h.range for h in claim.right.hyper}
    if any(x not in ranges[n] for n, x in theirs.items()):
        return "what is kept leaves its range"
    unknown = _Unknowns({letters[h.name]: h for h in claim.right.hyper if h.name in letters})
    equations = Equations(unknown.interval)
    rows: list[tuple[str, Expr, Poly]] = []
    try:
        with guard(budget_s):
            for origin, batch, step in _BATCHES:
                for problem in batch:
                    try:
                        defect = _defect(
                            claim, origin, problem, step, values, {**theirs, **letters}
                        )
                        found = unknown.polynomials(defect)
                    except (NotExact, Unsupported, ZeroDivisionError):
                        continue  # no equation, then
                    for top in found:
                        equations.add(top)
                        rows.append((f"theta[0] = {origin}, {problem}, step {step}", defect, top))
                    if equations.contradictory:
                        break
                if equations.impossible():
                    return tuple((where, x, unknown.expression(y)) for where, x, y in rows)
    except TimeIsOver:
        return "out of time"
    except (OutOfTime, sympy.PolynomialError, TypeError, ValueError) as error:
        return str(error)
    return "they may have a solution"


def _defect(
    claim: NoMap,
    start: Expr,
    problem: Objective,
    steps: int,
    values: dict[str, Expr],
    letters: dict[str, Expr],
) -> Expr:
    """How far apart the two are after so many steps of a problem."""
    run = Run(claim.left, start, (values,), problem, steps)
    state = initial(claim.right, start, letters)
    for number in range(1, steps + 1):

        def ask(question: Any, step: int = number) -> Expr:
            return answered(problem, step, question)

        done = advance(claim.right, state, letters, Integer(number), ask, start)
        state = {name: one_entry(x) for name, x in done.state.items()}
    return sympify(state[THETA] - run.state(steps)[THETA])


def _letter(hyper: Hyper) -> Symbol:
    low = hyper.range.low
    if low.is_finite and low >= 0:
        sign = {"positive": True} if low > 0 or hyper.range.low_open else {"nonnegative": True}
        return Symbol(f"{hyper.name}'", **sign)
    return Symbol(f"{hyper.name}'", real=True)


class _Unknowns:
    """Hyperparameters, roots, sizes and maxima as letters of polynomials."""

    def __init__(self, hyper: Mapping[Symbol, Hyper]) -> None:
        self.symbols: list[Expr] = list(hyper)
        self.intervals = [interval_of(h.range) for h in hyper.values()]
        self.memo: dict[Expr, Quotient] = {
            s: Quotient(Poly.letter(k)) for k, s in enumerate(self.symbols)
        }
        self.made: dict[Any, Quotient] = {}
        self.squares: dict[int, Poly] = {}
        self.fresh: list[Poly] = []

    def interval(self, letter: int) -> Interval:
        """Where a letter lies."""
        return self.intervals[letter]

    def polynomials(self, defect: Expr) -> list[Poly]:
        """Polynomials that vanish where the defect does, those that define new letters first."""
        top = self.quotient(defect).num
        for letter, square in reversed(self.squares.items()):
            top = top.replace(letter, square, 2)
        made, self.fresh = self.fresh, []
        return [p for p in (*made, top) if p]

    def expression(self, poly: Poly) -> Expr:
        """A polynomial for people."""
        return sympy.Add(
            *(
                sympy.Mul(sympify(x), *(self.symbols[k] ** n for k, n in monomial))
                for monomial, x in poly.terms.items()
            )
        )

    def quotient(self, expr: Expr) -> Quotient:
        """An expression as a fraction. Raises Unsupported for what has none."""
        found = self.memo.get(expr)
        if found is None:
            found = self.memo[expr] = self._quotient(expr)
        return found

    def _quotient(self, expr: Expr) -> Quotient:
        if expr.is_Rational:
            return Quotient(Poly.constant(Fraction(int(expr.p), int(expr.q))))
        parts = [self.quotient(x) for x in expr.args]
        if expr.is_Add:
            return sum(parts[1:], parts[0])
        if expr.is_Mul:
            total = parts[0]
            for part in parts[1:]:
                total = total * part
            return total
        if expr.is_Pow and expr.exp.is_Rational:
            power, order = int(expr.exp.p), int(expr.exp.q)
            base = parts[0] if order == 1 else self._root(parts[0], order)
            return _raised(base, power)
        if isinstance(expr, sympy.Abs):
            return self._power(parts[0] * parts[0], 2)
        if isinstance(expr, sympy.Max) and len(parts) == 2:
            return self._larger(*parts)
        raise Unsupported(f"no polynomial has the values of {expr.func.__name__}")

    def _root(self, base: Quotient, order: int) -> Quotient:
        """A root; a square root factor by factor, as far as none of them is ever negative."""
        if not base.num:
            return base
        if order != 2:
            return self._power(base, order)
        scale, factors = factor(base.num)
        rational, root = sympy.sqrt(abs(sympify(scale))).as_coeff_Mul()
        powers = dict(factors) | {f: -n for f, n in base.den.items()}
        if root != 1:
            powers[Poly.constant(int(root.base))] = 1
        found = Quotient(Poly.constant(Fraction(int(rational.p), int(rational.q))))
        rest = Quotient(Poly.constant(1 if scale > 0 else -1))
        for f, n in powers.items():
            if box_sign(f, self.interval) & NEGATIVE:
                rest = rest * _raised(Quotient(f), n)
                continue
            found = found * _raised(Quotient(f), n // 2)
            if n % 2:
                found = found * self._power(Quotient(f), 2)
        return found if rest.num == ONE and not rest.den else found * self._power(rest, 2)

    def _power(self, base: Quotient, order: int) -> Quotient:
        """The letter of a root that is taken as a whole."""
        bottom = base.expanded_den()
        key = (base.num, bottom, order)
        if key not in self.made:
            positive = not box_sign(base.num, self.interval) & ZERO
            letter = self._new(key, Interval(0, lo_open=positive))
            if bottom == ONE and order == 2:
                self.squares[letter] = base.num
            self.fresh.append(Poly.letter(letter, order) * bottom - base.num)
        return self.made[key]

    def _larger(self, a: Quotient, b: Quotient) -> Quotient:
        """The letter of a maximum: one of the two."""
        bottoms = a.expanded_den(), b.expanded_den()
        key = (a.num, b.num, *bottoms)
        if key not in self.made:
            x = Poly.letter(self._new(key, Interval()))
            self.fresh.append((x * bottoms[0] - a.num) * (x * bottoms[1] - b.num))
        return self.made[key]

    def _new(self, key: Any, inside: Interval) -> int:
        letter = len(self.symbols)
        self.symbols.append(Symbol(f"value{letter}", real=True))
        self.intervals.append(inside)
        self.made[key] = Quotient(Poly.letter(letter))
        return letter


def _raised(base: Quotient, power: int) -> Quotient:
    """A power, negative ones too. Raises ZeroDivisionError."""
    if power >= 0:
        return base**power
    if not base.num:
        raise ZeroDivisionError("a division by zero whatever the hyperparameters are")
    scale, factors = factor(base.num)
    top = base.expanded_den().scale(1 / Fraction(scale))
    return Quotient(top, dict(factors)) ** -power


@decide.register
def _impossible(claim: Impossible, budget_s: float = 5.0) -> Verdict:
    """Prove that the equations contradict each other; a common solution leaves it undecided."""
    letters = {name: Symbol(f"{name}'") for name in claim.unknown}
    equations: list[Expr] = []
    obligations: list[Obligation] = []
    try:
        for problem in claim.problems:
            for number, name, defect in _defects(claim, problem, letters):
                top = sympy.fraction(sympy.together(defect))[0].expand()
                if top != 0:
                    equations.append(top)
                    obligations.append(
                        Obligation(
                            f"{problem}, step {number}: {name}",
                            f"{defect} = 0",
                            f"{top} = 0",
                            "proved",
                            certificate=certify.vanishes(defect),
                        )
                    )
    except (Unsupported, NotExact, sympy.PolynomialError) as error:
        return undecided(str(error))
    if not equations:
        return undecided("the runs agree whatever the hyperparameters are")
    try:
        if any(sympy.Poly(e, *letters.values()).domain not in (ZZ, QQ) for e in equations):
            return undecided("the equations have irrational coefficients")
        basis = sympy.groebner(equations, *letters.values(), order="grevlex")
    except sympy.PolynomialError as error:
        return undecided(f"the equations are no polynomials: {error}")
    given = tuple(f"{name} = {x}" for name, x in claim.hyper.items())
    if list(basis.exprs) == [Integer(1)]:
        shown = certify.inconsistent([o.certificate for o in obligations])
        obligations.append(
            Obligation(
                "the equations contradict each other",
                "1 in the ideal",
                "1",
                "proved",
                certificate=shown,
            )
        )
        return Verdict(
            "proved",
            tuple(obligations),
            scope=f"all constant {', '.join(claim.unknown)}",
            conditions=given,
        )
    solved = ", ".join(map(str, basis.exprs))
    return undecided(f"the equations leave {solved} = 0", obligations=tuple(obligations))


def _defects(
    claim: Impossible, problem: Objective, letters: Mapping[str, Symbol]
) -> list[tuple[int, str, Expr]]:
    numbers = {name: sympify(x) for name, x in claim.hyper.items()}
    mine = {h.name: numbers[h.name] for h in claim.left.hyper}
    theirs = {h.name: letters.get(h.name, numbers.get(h.name)) for h in claim.right.hyper}
    run = Run(claim.left, sympify(claim.start), (mine,), problem, claim.steps)
    state = initial(claim.right, sympify(claim.start), theirs)
    found = []
    for number in range(1, claim.steps + 1):

        def ask(question: Any, step: int = number) -> Expr:
            return answered(problem, step, question)

        done = advance(claim.right, state, theirs, Integer(number), ask, sympify(claim.start))
        state = dict(done.state)
        for right, left in claim.observe:
            found.append((number, right, state[right] - run.state(number)[left]))
    return found


Row = tuple[Poly, ...]
"""An equation as its factors, one of which has to vanish."""

Pivot = tuple[int, Poly, Poly]
"""A letter x, with c and r of an equation c*x + r = 0."""

CASES = 200
"""Cases after which no more are told apart."""


class Equations:
    """Equations between letters that lie in intervals, reduced as they come.

    contradictory: whether they are already known to have no solution.
    """

    def __init__(self, interval: Callable[[int], Interval]) -> None:
        self.interval = interval
        self.rows: tuple[Row, ...] = ()
        self.pivots: tuple[Pivot, ...] = ()
        self.contradictory = False

    def add(self, poly: Poly) -> None:
        """One more equation: that a polynomial is zero. Raises OutOfTime if it grows too long."""
        row: Row = (poly,)
        for pivot in self.pivots:
            row = _put(row, pivot)
        self.keep([row])

    def keep(self, todo: list[Row]) -> None:
        while todo:
            row = self._reduced(todo.pop(0))
            if row is None or row in self.rows:
                continue
            if not row:
                self.contradictory = True
                return
            pivot = self._pivot(row)
            if pivot is None:
                self.rows = (*self.rows, row)
                continue
            self.pivots = (*self.pivots, pivot)
            todo = [_put(other, pivot) for other in (*self.rows, *todo)]
            self.rows = ()

    def _reduced(self, row: Row) -> Row | None:
        """The irreducible factors that may vanish; None for an equation that holds anyway."""
        if not all(row):
            return None
        parts = {f for poly in row for f, _ in factor(poly)[1]}
        return tuple(sorted((f for f in parts if self._vanishes(f)), key=_size))

    def _vanishes(self, poly: Poly) -> bool:
        return bool(box_sign(poly, self.interval) & ZERO)

    def _pivot(self, row: Row) -> Pivot | None:
        """A letter that the equation gives, the coefficient having no zero in the box."""
        if len(row) > 1:
            return None
        found = [p for p in _linear(row[0]) if not self._vanishes(p[1])]
        return min(found, key=lambda p: len(p[1].terms) * len(p[2].terms), default=None)

    def impossible(self, spare: Iterator[int] | None = None) -> bool:
        """Whether it is shown that no point of the box solves all; False if that stays open.

        spare: gives up when it ends, each case taking one of it; CASES of them unless given.
        """
        spare = iter(range(CASES)) if spare is None else spare
        if self.contradictory:
            return True
        if next(spare, None) is None:
            return False
        try:
            cases = self._cases()
            if cases is not None:
                return all(case.impossible(spare) for case in cases)
        except OutOfTime:
            return False
        return _inconsistent([row[0] for row in self.rows])

    def _cases(self) -> Iterator[Equations] | None:
        """Cases one of which holds: a factor is zero; a coefficient is zero, or is not."""
        several = [row for row in self.rows if len(row) > 1]
        if several:
            row = min(several, key=lambda r: (len(r), sum(len(f.terms) for f in r)))
            rest = [other for other in self.rows if other is not row]
            return (self._case([(f,), *rest]) for f in row)
        given = [(row, pivot) for row in self.rows for pivot in _linear(row[0])]
        if not given:
            return None
        row, pivot = min(given, key=lambda x: len(x[1][1].terms) * len(x[1][2].terms))
        rest = [other for other in self.rows if other is not row]
        return (
            self._case([(pivot[1],), (pivot[2],), *rest])
            if zero
            else self._case([_put(other, pivot) for other in rest], pivot)
            for zero in (True, False)
        )

    def _case(self, rows: list[Row], *pivots: Pivot) -> Equations:
        """These equations with other rows, and further pivots."""
        case = copy(self)
        case.rows, case.pivots = (), (*self.pivots, *pivots)
        case.keep(rows)
        return case


def _put(row: Row, pivot: Pivot) -> Row:
    """The factors with the letter of a pivot replaced, and multiplied by what it is divided by."""
    letter, c, r = pivot
    found = []
    for poly in row:
        degree = poly.degree(letter)
        if degree:
            total = Poly({})
            for power, part in poly.coefficients(letter).items():
                total = total + part * (-r) ** power * c ** (degree - power)
            poly = total
        found.append(poly)
    return tuple(found)


def _linear(poly: Poly) -> list[Pivot]:
    found = []
    for letter in poly.letters():
        if poly.degree(letter) == 1:
            parts = poly.coefficients(letter)
            found.append((letter, parts[1], parts.get(0, Poly({}))))
    return found


def _size(poly: Poly) -> tuple[int, str]:
    return len(poly.terms), str(sorted(poly.terms.items()))


def _inconsistent(equations: Sequence[Poly]) -> bool:
    """Whether a Gröbner basis is 1: no solution at all, not even in complex numbers."""
    letters = sorted(set().union(*(e.letters() for e in equations)))
    if len(equations) < 2 or len(equations) < len(letters):
        return False
    symbols = [Symbol(f"x{k}") for k in letters]
    ground, *_ = ring(symbols, QQ)
    rows: list[PolyElement] = [
        ground.from_dict(
            {
                tuple(dict(m).get(k, 0) for k in letters): QQ(x.numerator, x.denominator)
                for m, x in e.terms.items()
            }
        )
        for e in equations
    ]
    basis = sympy.groebner([row.as_expr() for row in rows], *symbols, order="grevlex")
    return list(basis.exprs) == [1]


__all__ = ["contradiction", "numbers"]

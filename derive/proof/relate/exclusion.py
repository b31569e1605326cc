"""That no hyperparameters whatever make one system follow another: a proof by a few numbers.

At exact hyperparameters of the left system, exact runs must agree on small problems. That is a
system of equations for the hyperparameters of the right one. Roots become unknowns of their own,
whose powers are given, which only adds solutions. If none lies in the ranges, there is no map, of
any form, that takes these hyperparameters to others that do the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

import sympy
from sympy import Expr, Integer, Rational, Symbol, sympify

from optwright.derive.claim.verdict import Obligation, Verdict, undecided
from optwright.derive.error import NotExact, OutOfTime, TimeIsOver, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper
from optwright.derive.proof.algebra.domain import NEGATIVE, ZERO, Interval
from optwright.derive.proof.algebra.polynomial import ONE, Poly, Quotient, box_sign, factor
from optwright.derive.proof.relate.eliminate import Equations
from optwright.derive.proof.run.exact import Objective, Run, one_entry, pick, script
from optwright.derive.proof.run.system import THETA, advance, initial
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


@dataclass(frozen=True)
class NoMap:
    """No constant hyperparameters of `right`, inside their ranges, make it follow `left`.

    Shown at certain numbers for the hyperparameters of `left`, hence of every map from all of
    them. The runs start at the same theta and hear the same losses; theta would have to agree.
    kept: hyperparameters of `right` that are said, as expressions in those of `left`; of no other
    values of these is anything shown.
    """

    kind: ClassVar[str] = "no map"

    left: Optimizer
    right: Optimizer
    kept: Mapping[str, Expr] = field(default_factory=dict)

    def decide(self, budget_s: float = 2.0) -> Verdict:
        """Prove that the equations contradict each other, else undecided."""
        found = self.contradiction(budget_s)
        if isinstance(found, str):
            return undecided(f"equations for the hyperparameters: {found}")
        shown = [Obligation(where, f"{x} = 0", f"{y} = 0", "proved") for where, x, y in found]
        none = "a common solution in the ranges"
        free = [h.name for h in self.right.hyper if h.name not in self.kept]
        return Verdict(
            "proved",
            (*shown, Obligation(none, "false", "false", "proved")),
            scope=f"all {', '.join(free) or 'hyperparameters'} of {self.right.id}",
            conditions=tuple(f"{name} = {x}" for name, x in numbers(self.left).items()),
        )

    def contradiction(self, budget_s: float = 2.0) -> tuple[tuple[str, Expr, Expr], ...] | str:
        """Equations without a solution, each with where it is from; or why there are none.

        What has to be zero is given as the runs have it, and as a polynomial.
        """
        values = numbers(self.left)
        letters = {h.name: _letter(h) for h in self.right.hyper if h.name not in self.kept}
        table = {h.symbol: values[h.name] for h in self.left.hyper}
        theirs: dict[str, Expr] = {n: sympify(x).xreplace(table) for n, x in self.kept.items()}
        ranges = {h.name: h.range for h in self.right.hyper}
        if any(x not in ranges[n] for n, x in theirs.items()):
            return "what is kept leaves its range"
        unknown = _Unknowns({letters[h.name]: h for h in self.right.hyper if h.name in letters})
        equations = Equations(unknown.interval)
        rows: list[tuple[str, Expr, Poly]] = []
        try:
            with guard(budget_s):
                for origin, batch, step in _BATCHES:
                    for problem in batch:
                        try:
                            defect = self._defect(
                                origin, problem, step, values, {**theirs, **letters}
                            )
                            found = unknown.polynomials(defect)
                        except (NotExact, Unsupported, ZeroDivisionError):
                            continue  # no equation, then
                        for top in found:
                            equations.add(top)
                            rows.append(
                                (f"theta[0] = {origin}, {problem}, step {step}", defect, top)
                            )
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
        self,
        start: Expr,
        problem: Objective,
        steps: int,
        values: dict[str, Expr],
        letters: dict[str, Expr],
    ) -> Expr:
        """How far apart the two are after so many steps of a problem."""
        run = Run(self.left, start, (values,), problem, steps)
        state = initial(self.right, start, letters)
        for number in range(1, steps + 1):

            def ask(question: Any, step: int = number) -> Expr:
                return problem.answer(step, question)

            done = advance(self.right, state, letters, Integer(number), ask, start)
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


__all__ = ["NoMap", "numbers"]

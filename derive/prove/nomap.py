"""That no hyperparameters whatever make one system follow another: a proof by a few numbers.

At exact hyperparameters of the left system, exact runs must agree on small problems. That is a
system of equations for the hyperparameters of the right one. Roots become unknowns of their own,
whose powers are given, which only adds solutions. If a Gröbner basis is 1, there is none: no map,
of any form, takes these hyperparameters to others that do the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sympy
from sympy import Expr, Integer, Rational, Symbol, sympify

from optwright.derive.declaration import Optimizer
from optwright.derive.prove.guard import OutOfTime, guard
from optwright.derive.prove.run import NotExact, Objective, Run, one_entry, pick, script
from optwright.derive.prove.system import THETA, Unsupported, advance, initial
from optwright.derive.prove.verdict import Obligation, Verdict, undecided
from optwright.derive.symbol import Hyper

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
        values = numbers(self.left)
        letters = {h.name: _letter(h) for h in self.right.hyper if h.name not in self.kept}
        table = {h.symbol: values[h.name] for h in self.left.hyper}
        theirs: dict[str, Expr] = {n: sympify(x).xreplace(table) for n, x in self.kept.items()}
        ranges = {h.name: h.range for h in self.right.hyper}
        if any(x not in ranges[n] for n, x in theirs.items()):
            return undecided("the hyperparameters that are kept leave their ranges")
        equations: list[Expr] = []
        obligations: list[Obligation] = []
        try:
            with guard(budget_s):
                roots = _Roots(letters.values())
                for batch, step in ((_FIRST, 1), (_LATER, 2), (_LATER, 3)):
                    for problem in batch:
                        defect = self._defect(problem, step, values, {**theirs, **letters})
                        for top in roots.polynomials(defect) or ():
                            if top not in equations:
                                equations.append(top)
                                where = f"{problem}, step {step}"
                                obligations.append(
                                    Obligation(where, f"{defect} = 0", f"{top} = 0", "proved")
                                )
                    if equations and _contradict(equations, roots.letters):
                        shown = "the equations contradict each other"
                        obligations.append(Obligation(shown, "1 in the ideal", "1", "proved"))
                        return Verdict(
                            "proved",
                            tuple(obligations),
                            scope=f"all {', '.join(letters) or 'hyperparameters'} of "
                            f"{self.right.id}",
                            conditions=tuple(f"{name} = {x}" for name, x in values.items()),
                        )
        except OutOfTime:
            return undecided("equations for the hyperparameters: out of time")
        except (Unsupported, NotExact, sympy.PolynomialError, TypeError, ValueError) as error:
            return undecided(f"equations for the hyperparameters: {error}")
        return undecided("equations for the hyperparameters: they may have a solution")

    def _defect(
        self, problem: Objective, steps: int, values: dict[str, Expr], letters: dict[str, Expr]
    ) -> Expr:
        """How far apart the two are after so many steps of a problem."""
        start = Integer(1)
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


class _Roots:
    """Letters for roots, one for each radicand, with the equations that define them."""

    def __init__(self, letters: Iterable[Symbol]) -> None:
        self.letters = set(letters)
        self.made: dict[tuple[Expr, int], Symbol] = {}

    def polynomials(self, defect: Expr) -> list[Expr] | None:
        """Polynomials that vanish where the defect does; None where it is no root of any."""
        numerator = sympy.numer(sympy.together(defect))
        fresh: list[Expr] = []
        for _ in range(8):
            roots = [
                p
                for p in numerator.atoms(sympy.Pow)
                if p.exp.is_Rational
                and not p.exp.is_Integer
                and not any(
                    q.exp.is_Rational and not q.exp.is_Integer for q in p.base.atoms(sympy.Pow)
                )
            ]
            if not roots:
                break
            base, order = roots[0].base, int(roots[0].exp.q)
            z = self.made.get((base, order))
            if z is None:
                z = self.made[base, order] = Symbol(f"root{len(self.made) + 1}", nonnegative=True)
                self.letters.add(z)
                fresh.append(sympy.numer(sympy.together(z**order - base)))
            power = {p: z**p.exp.p for p in roots if p.base == base and p.exp.q == order}
            numerator = sympy.numer(sympy.together(numerator.xreplace(power)))
        found = []
        for top in (numerator, *fresh):
            top = sympy.expand(top)
            if not top.free_symbols <= self.letters or top.has(sympy.Abs, sympy.Max):
                return None
            if top == 0:
                continue
            if not top.free_symbols:
                if not top.is_Rational:
                    return None
                return [Integer(1)]
            poly = sympy.Poly(top, *sorted(self.letters, key=str))
            if poly.domain not in (sympy.ZZ, sympy.QQ):
                return None
            found.append(poly.primitive()[1].as_expr())
        return found


def _contradict(equations: Sequence[Expr], letters: Iterable[Symbol]) -> bool:
    if Integer(1) in equations:
        return True
    used = set().union(*(e.free_symbols for e in equations)) & set(letters)
    # Roots are eliminated first: they are what the equations have in common.
    order = sorted(used, key=lambda s: (not s.name.startswith("root"), s.name))
    basis = sympy.groebner(list(equations), *order, order="grevlex")
    return list(basis.exprs) == [Integer(1)]


__all__ = ["NoMap", "numbers"]

"""That no constants make two systems agree: exact runs as equations without a common solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sympy
from sympy import QQ, ZZ, Expr, Integer, Symbol, sympify

from optwright.derive.claim.verdict import Obligation, Verdict, undecided
from optwright.derive.error import NotExact, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.proof.run.exact import Objective, Run
from optwright.derive.proof.run.system import advance, initial
from optwright.derive.proof.sign import certify


@dataclass(frozen=True)
class Impossible:
    """No constant values of some hyperparameters of `right` make it follow `left`.

    hyper     the hyperparameters of `left`, and of `right` those that are not unknown: exact
    unknown   hyperparameters of `right` for which any real number is allowed
    problems  exact problems; on all of them the runs would have to agree
    observe   the states that would have to agree, as (name in `right`, name in `left`)

    Proved when the equations of the runs have no common solution (a Gröbner basis is 1), which a
    few numbers settle for all maps to constants at these hyperparameters of `left`.
    """

    kind: ClassVar[str] = "impossibility"

    left: Optimizer
    right: Optimizer
    hyper: Mapping[str, Any]
    unknown: Sequence[str]
    problems: Sequence[Objective]
    steps: int = 3
    start: Any = 1
    observe: Sequence[tuple[str, str]] = field(default=(("theta", "theta"),))

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove that the equations contradict each other; a common solution leaves it undecided."""
        letters = {name: Symbol(f"{name}'") for name in self.unknown}
        equations: list[Expr] = []
        obligations: list[Obligation] = []
        try:
            for problem in self.problems:
                for number, name, defect in self._defects(problem, letters):
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
        given = tuple(f"{name} = {x}" for name, x in self.hyper.items())
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
                scope=f"all constant {', '.join(self.unknown)}",
                conditions=given,
            )
        solved = ", ".join(map(str, basis.exprs))
        return undecided(f"the equations leave {solved} = 0", obligations=tuple(obligations))

    def _defects(
        self, problem: Objective, letters: Mapping[str, Symbol]
    ) -> list[tuple[int, str, Expr]]:
        numbers = {name: sympify(x) for name, x in self.hyper.items()}
        mine = {h.name: numbers[h.name] for h in self.left.hyper}
        theirs = {h.name: letters.get(h.name, numbers.get(h.name)) for h in self.right.hyper}
        run = Run(self.left, sympify(self.start), (mine,), problem, self.steps)
        state = initial(self.right, sympify(self.start), theirs)
        found = []
        for number in range(1, self.steps + 1):

            def ask(question: Any, step: int = number) -> Expr:
                return problem.answer(step, question)

            done = advance(self.right, state, theirs, Integer(number), ask, sympify(self.start))
            state = dict(done.state)
            for right, left in self.observe:
                found.append((number, right, state[right] - run.state(number)[left]))
        return found


__all__ = ["Impossible"]

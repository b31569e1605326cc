"""What every claim shares, and the claims about single expressions.

A claim is anything with `decide`: it proves, refutes or leaves undecided, and never looks at what
is expected of it. `Identity` and `Inequality` are about expressions on a domain, `SumOf` about a
finite sum, `Conjunction` about several claims at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from sympy import Basic, Expr, Integer, Symbol, sympify

from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.language import vocabulary
from optwright.derive.language.symbol import Hyper, Parameter, Range, t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.sign.obligation import (
    Answered,
    decide_equation,
    decide_relation,
    interval_of,
)


class Claim(Protocol):
    """Something that can be decided."""

    kind: ClassVar[str]

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove, refute, or say what was tried."""


def domain_of(
    *exprs: Any,
    where: Iterable[Any] = (),
    integers: Iterable[Expr] = (),
    hyper: Iterable[Hyper] = (),
) -> Domain:
    """The domain of the symbols of some expressions, with further relations.

    Hyperparameters have the range of `hyper`, else that of the standard vocabulary; other symbols
    what their assumptions say. Raises ValueError for a hyperparameter of neither.
    """
    given = Domain.where(*where, integers=integers)
    known = ranges(hyper)
    symbols = {
        s for e in (*exprs, *where) for s in sympify(e).free_symbols if isinstance(s, Parameter)
    }
    bounds = []
    for s in sorted(symbols, key=str):
        # Not s.range: symbols are compared by name, and SymPy's cache may hand out a namesake.
        if s.name not in known:
            raise ValueError(f"the range of {s} is not known: give parameters=({s}(default),)")
        bounds.append((s, interval_of(known[s.name])))
    return Domain((*bounds, *given.bounds), given.facts)


def ranges(hyper: Iterable[Hyper]) -> dict[str, Range]:
    """Ranges by name: those of the standard vocabulary, and these in their place."""
    found = {p.name: p.range for p in vars(vocabulary).values() if isinstance(p, Parameter)}
    for h in hyper:
        found[h.name] = h.range
    return found


def conclude(answers: Sequence[Answered], scope: str, conditions: Sequence[Any] = ()) -> Verdict:
    """The verdict of a list of obligations: refuted by the first that fails at an exact point."""
    obligations = tuple(a.obligation for a in answers)
    said = tuple(map(str, conditions))
    for a in answers:
        if a.obligation.status == "refuted":
            return Verdict("refuted", obligations, a.counterexample, scope, said)
    open_ = [o.name for o in obligations if o.status != "proved"]
    if open_:
        notes = [n for o in obligations if o.status != "proved" for n in o.notes[:1]]
        return undecided(f"normal form of {', '.join(open_)}", *notes, obligations=obligations)
    return Verdict("proved", obligations, None, scope, said)


@dataclass(frozen=True)
class Identity:
    """`left = right` wherever both are defined and the relations of `where` hold.

    parameters: hyperparameters that are not of the standard vocabulary, with their ranges.
    """

    kind: ClassVar[str] = "identity"

    left: Any
    right: Any
    where: Sequence[Any] = ()
    integers: Sequence[Expr] = ()
    parameters: Sequence[Hyper] = ()
    name: str = "identity"

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove or refute the identity."""
        left, right = sympify(self.left), sympify(self.right)
        domain = domain_of(
            left, right, where=self.where, integers=self.integers, hyper=self.parameters
        )
        return conclude(
            [decide_equation(self.name, left, right, domain, budget_s)],
            _scope(left - right),
            self.where,
        )


@dataclass(frozen=True)
class Inequality:
    """A relation such as `a <= b` wherever both sides are defined and `where` holds.

    parameters: hyperparameters that are not of the standard vocabulary, with their ranges.
    """

    kind: ClassVar[str] = "inequality"

    relation: Any
    where: Sequence[Any] = ()
    integers: Sequence[Expr] = ()
    parameters: Sequence[Hyper] = ()
    name: str = "inequality"

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove or refute the inequality."""
        domain = domain_of(
            self.relation, where=self.where, integers=self.integers, hyper=self.parameters
        )
        answer = decide_relation(self.name, self.relation, domain, budget_s)
        return conclude([answer], _scope(self.relation), self.where)


def _scope(expr: Basic) -> str:
    names = sorted(str(s) for s in expr.free_symbols)
    return f"all {', '.join(names)}" if names else ""


@dataclass(frozen=True)
class SumOf:
    """The sum of `term` over `index` = 1 … t equals `total`, by induction on t.

    Each term must carry over to the next t by a factor that is the same for all of them.
    """

    kind: ClassVar[str] = "sum"

    term: Any
    index: Symbol
    total: Any
    where: Sequence[Any] = ()
    parameters: Sequence[Hyper] = ()

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Base case, common factor, and step; a wrong total is refuted at a small t."""
        term, total = sympify(self.term), sympify(self.total)
        domain = domain_of(term, total, where=self.where, hyper=self.parameters)
        for number in (1, 2, 3):
            exact = sum(
                (term.subs({t: number, self.index: i}) for i in range(1, number + 1)), Integer(0)
            )
            small = decide_equation(
                f"the sum at t = {number}", exact, total.subs(t, number), domain, budget_s
            )
            if small.obligation.status == "refuted":
                return conclude([small], f"t = {number}", self.where)
        factor = (term / term.subs(t, t - 1)).powsimp().simplify()
        later = domain_of(term, total, where=[*self.where, t >= 2], hyper=self.parameters)
        base = decide_equation(
            "base, t = 1", term.subs({t: 1, self.index: 1}), total.subs(t, 1), domain, budget_s
        )
        if self.index in factor.free_symbols:
            return undecided(
                f"no common factor from t - 1 to t: {factor}", obligations=(base.obligation,)
            )
        answers = [
            base,
            decide_equation(
                "each term carries over by one factor",
                term,
                factor * term.subs(t, t - 1),
                later,
                budget_s,
            ),
            decide_equation(
                "step",
                factor * total.subs(t, t - 1) + term.subs(self.index, t),
                total,
                later,
                budget_s,
            ),
        ]
        return conclude(answers, "all t", self.where)


@dataclass(frozen=True)
class Conjunction:
    """Several claims, all of which must hold; each has a name."""

    kind: ClassVar[str] = "conjunction"

    parts: Mapping[str, Any]

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Refuted by the first part that is, proved if all are."""
        verdicts = {name: part.decide(budget_s) for name, part in self.parts.items()}
        obligations = tuple(
            replace(o, name=f"{name}: {o.name}")
            for name, v in verdicts.items()
            for o in v.obligations
        )
        scope = "; ".join(dict.fromkeys(v.scope for v in verdicts.values() if v.scope))
        conditions = tuple(
            f"{name}: {', '.join(v.conditions)}" for name, v in verdicts.items() if v.conditions
        )
        for name, v in verdicts.items():
            if v.status == "refuted":
                return Verdict(
                    "refuted",
                    obligations,
                    v.counterexample,
                    scope,
                    conditions,
                    f"{name}: {v.hint}" if v.hint else name,
                )
        open_ = tuple(
            f"{name}: {why}"
            for name, v in verdicts.items()
            if v.status == "undecided"
            for why in v.tried
        )
        if any(v.status == "undecided" for v in verdicts.values()):
            return undecided(*open_, obligations=obligations)
        return Verdict("proved", obligations, None, scope, conditions)


@dataclass(frozen=True)
class Refutation:
    """The claim that another claim is false: proved by that claim's counterexample."""

    kind: ClassVar[str] = "refutation"

    of: Any

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Decide the other claim, and turn its verdict round."""
        verdict: Verdict = self.of.decide(budget_s)
        if verdict.status == "refuted":
            shown = Obligation("counterexample", "the claim", str(verdict.counterexample), "proved")
            return Verdict(
                "proved",
                (*_kept(verdict.obligations), shown),
                None,
                "existence",
                verdict.conditions,
                verdict.hint,
            )
        if verdict.status == "proved":
            found = Counterexample((), (("the claim that should fail", "proved"),), "it fails")
            return Verdict("refuted", verdict.obligations, found, verdict.scope, verdict.conditions)
        return verdict


def _kept(obligations: Sequence[Obligation]) -> tuple[Obligation, ...]:
    return tuple(o for o in obligations if o.status == "proved")


__all__ = [
    "Claim",
    "Conjunction",
    "Identity",
    "Inequality",
    "Refutation",
    "SumOf",
    "conclude",
    "domain_of",
]

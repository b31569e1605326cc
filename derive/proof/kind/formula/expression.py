"""What every decider shares, and claims about expressions, sums and several claims at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sympy import Basic, Expr, Integer, sympify

from optwright.derive.claim.formula.expression import (
    Conjunction,
    Identity,
    Inequality,
    Refutation,
    SumOf,
)
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.language import vocabulary
from optwright.derive.language.symbol import Hyper, Parameter, Range, t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign.obligation import (
    Answered,
    decide_equation,
    decide_relation,
    interval_of,
)


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


@decide.register
def _identity(claim: Identity, budget_s: float = 5.0) -> Verdict:
    """Prove or refute the identity."""
    left, right = sympify(claim.left), sympify(claim.right)
    domain = domain_of(
        left, right, where=claim.where, integers=claim.integers, hyper=claim.parameters
    )
    return conclude(
        [decide_equation(claim.name, left, right, domain, budget_s)],
        _scope(left - right),
        claim.where,
    )


@decide.register
def _inequality(claim: Inequality, budget_s: float = 5.0) -> Verdict:
    """Prove or refute the inequality."""
    domain = domain_of(
        claim.relation, where=claim.where, integers=claim.integers, hyper=claim.parameters
    )
    answer = decide_relation(claim.name, claim.relation, domain, budget_s)
    return conclude([answer], _scope(claim.relation), claim.where)


def _scope(expr: Basic) -> str:
    names = sorted(str(s) for s in expr.free_symbols)
    return f"all {', '.join(names)}" if names else ""


@decide.register
def _sum_of(claim: SumOf, budget_s: float = 5.0) -> Verdict:
    """Base case, common factor, and step; a wrong total is refuted at a small t."""
    term, total = sympify(claim.term), sympify(claim.total)
    domain = domain_of(term, total, where=claim.where, hyper=claim.parameters)
    for number in (1, 2, 3):
        exact = sum(
            (term.subs({t: number, claim.index: i}) for i in range(1, number + 1)), Integer(0)
        )
        small = decide_equation(
            f"the sum at t = {number}", exact, total.subs(t, number), domain, budget_s
        )
        if small.obligation.status == "refuted":
            return conclude([small], f"t = {number}", claim.where)
    factor = (term / term.subs(t, t - 1)).powsimp().simplify()
    later = domain_of(term, total, where=[*claim.where, t >= 2], hyper=claim.parameters)
    base = decide_equation(
        "base, t = 1", term.subs({t: 1, claim.index: 1}), total.subs(t, 1), domain, budget_s
    )
    if claim.index in factor.free_symbols:
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
            factor * total.subs(t, t - 1) + term.subs(claim.index, t),
            total,
            later,
            budget_s,
        ),
    ]
    return conclude(answers, "all t", claim.where)


@decide.register
def _conjunction(claim: Conjunction, budget_s: float = 5.0) -> Verdict:
    """Refuted by the first part that is, proved if all are."""
    verdicts = {name: decide(part, budget_s) for name, part in claim.parts.items()}
    obligations = tuple(
        replace(o, name=f"{name}: {o.name}") for name, v in verdicts.items() for o in v.obligations
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


@decide.register
def _refutation(claim: Refutation, budget_s: float = 5.0) -> Verdict:
    """Decide the other claim, and turn its verdict round."""
    verdict = decide(claim.of, budget_s)
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


__all__ = ["conclude", "domain_of"]

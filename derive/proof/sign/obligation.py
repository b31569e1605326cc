"""One obligation: an equation or a relation decided on a domain, with its evidence.

The operations of the language that the algebra does not know (norms, dot products, matrix products)
become uninterpreted functions here, after their arguments were brought to one form.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy
from sympy import Abs, Expr
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.core.relational import Eq, Ge, Gt, Le, Lt
from sympy.core.symbol import Str

from optwright.derive.claim.verdict import Counterexample, Obligation, Status
from optwright.derive.error import NotExact, OutOfTime
from optwright.derive.language import operation as op
from optwright.derive.language.entry import one_entry
from optwright.derive.language.symbol import Range, Value
from optwright.derive.proof.algebra.domain import Domain, Interval
from optwright.derive.proof.algebra.sign import Split
from optwright.derive.proof.sign import certify
from optwright.derive.proof.sign.inequality import decide_nonneg
from optwright.derive.proof.sign.zero import decide_zero, factor_defect

_NOWHERE = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)


@dataclass(frozen=True)
class Answered:
    """An obligation that was decided, with the exact point at which it fails if it does."""

    obligation: Obligation
    counterexample: Counterexample | None = None

    @property
    def status(self) -> Status:
        return self.obligation.status


def interval_of(domain: Range) -> Interval:
    """The interval of a hyperparameter's range."""

    def end(x: Expr) -> Fraction | None:
        return Fraction(int(x.p), int(x.q)) if x.is_Rational else None

    return Interval(
        end(domain.low), end(domain.high), domain.low_open, domain.high_open, domain.integer
    )


def decide_equation(
    name: str,
    left: Expr,
    right: Expr,
    domain: Domain,
    budget_s: float = 2.0,
    *,
    factor: bool = False,
) -> Answered:
    """Decide `left = right` wherever both are defined; `factor` a difference that is not zero."""
    before = f"{left} = {right}"
    if left.has(*_NOWHERE) or right.has(*_NOWHERE):
        return Answered(
            Obligation(name, before, "not defined", "undecided", ("a side is nowhere defined",))
        )
    if left == right:
        shown = certify.same(neutral(left), domain)
        return Answered(Obligation(name, before, "0", "proved", certificate=shown))
    gap = neutral(left - right)
    decision = decide_zero(gap, domain, budget_s=budget_s)
    if decision.status == "nonzero" and gap.atoms(_Operated):
        # Some function differs there; the operations do so where arrays with one entry do.
        plain = _of_one_entry(left - right)
        alone = None if plain is None else decide_zero(plain, domain, budget_s=budget_s)
        if alone is None or alone.status != "nonzero":
            decision = replace(decision, status="undecided", reason=_ANY_FUNCTION)
        else:
            decision = alone
    notes = tuple(f"where {c}" for c in decision.side_conditions)
    if decision.status == "zero":
        if len(decision.regions) > 1:
            notes += tuple(f"region {', '.join(r.assumed)}" for r in decision.regions)
        until = time.process_time() + budget_s
        shown = certify.equality(neutral(left), neutral(right), domain, until)
        return Answered(
            Obligation(name, before, "0", "proved", notes, decision.seconds, certificate=shown)
        )
    after = (factored(gap, domain) if factor else "") or decision.normal_form or str(gap)
    if decision.status == "nonzero":
        found = (("left - right", str(decision.value)),)
        return Answered(
            Obligation(name, before, after, "refuted", (decision.reason,), decision.seconds),
            Counterexample(_point(decision.witness), found, before),
        )
    return Answered(
        Obligation(name, before, after, "undecided", (decision.reason, *notes), decision.seconds)
    )


def _proved_squared(name: str, fact: Any, domain: Domain, budget_s: float) -> Answered | None:
    """The relation with both sides squared, where that is the same and is proved."""
    squared = _squared(fact, domain)
    answer = None if squared is None else decide_relation(name, squared, domain, budget_s)
    if answer is None or answer.status != "proved":
        return None
    o = answer.obligation
    return Answered(
        Obligation(name, str(fact), f"{squared}; {o.after}", "proved", o.notes, o.seconds)
    )


def decide_relation(name: str, fact: Any, domain: Domain, budget_s: float = 2.0) -> Answered:
    """Decide a relation such as `v >= 0` on a domain, wherever both sides are defined."""
    before = str(fact)
    if fact in (True, False, sympy.true, sympy.false):
        if fact in (True, sympy.true):
            holds = certify.true()
            return Answered(Obligation(name, before, before, "proved", certificate=holds))
        failed = Counterexample((), ((name, "false"),), "it is true")
        return Answered(Obligation(name, before, before, "refuted"), failed)
    if isinstance(fact, Eq):
        return decide_equation(name, fact.lhs, fact.rhs, domain, budget_s)
    if isinstance(fact, (Gt, Ge, Lt, Le)):
        gap = neutral(fact.gts - fact.lts)
        bound = decide_nonneg(gap, domain, strict=isinstance(fact, (Gt, Lt)), budget_s=budget_s)
        status, witness, seconds = bound.status, bound.witness, bound.seconds
        shown, conditions, reason = bound.certificate, bound.side_conditions, bound.reason
        seen = bound.data
    else:
        choice = op.cases((sympy.Integer(0), neutral(fact)), sympy.Integer(1))
        decision = decide_zero(choice, domain, budget_s=budget_s)
        status, witness, seconds = _STATUS[decision.status], decision.witness, decision.seconds
        shown, conditions, reason = (), decision.side_conditions, decision.reason
        seen = None
        if status == "proved":
            until = time.process_time() + budget_s
            seen = certify.equality(choice, sympy.Integer(0), domain, until)
    if status == "undecided" and isinstance(fact, (Ge, Le)):
        squared = _proved_squared(name, fact, domain, budget_s)
        if squared is not None:
            return squared
    if status == "refuted" and neutral(fact).atoms(_Operated):
        plain = _of_one_entry(fact)
        alone = None if plain is None else decide_relation(name, plain, domain, budget_s)
        if alone is not None and alone.counterexample is not None:
            return Answered(
                replace(alone.obligation, before=before),
                replace(alone.counterexample, expect=before),
            )
        status, reason = "undecided", _ANY_FUNCTION
    notes = tuple(f"where {c}" for c in conditions)
    if status == "proved":
        return Answered(
            Obligation(name, before, "; ".join(shown) or "true", "proved", notes, seconds, seen)
        )
    if status == "undecided":
        return Answered(
            Obligation(name, before, "not shown", "undecided", (reason, *notes), seconds)
        )
    point = dict(witness or {})
    found = tuple((str(side), str(domain.substitute(neutral(side), point))) for side in fact.args)
    return Answered(
        Obligation(name, before, "false", "refuted", (reason,), seconds),
        Counterexample(_point(witness), found, before),
    )


def _squared(fact: Any, domain: Domain) -> Any:
    """x**2 <= y**2 for a relation Abs(x) <= y where y >= 0 is known; None for any other."""
    small, large = neutral(fact.lts), neutral(fact.gts)
    size = sympy.Wild("size")
    if small.has(Abs) and decide_nonneg(large, domain, budget_s=0.5).status == "proved":
        inner = small.replace(Abs(size), size)
        if not inner.has(Abs) and sympy.Abs(inner) == small:
            return sympy.Le(sympy.expand_power_base(inner**2), large**2)
    return None


_STATUS: dict[str, Status] = {"zero": "proved", "nonzero": "refuted", "undecided": "undecided"}


def _point(witness: Mapping[Expr, Expr] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(atom), str(x)) for atom, x in (witness or {}).items()))


def factored(gap: Expr, domain: Domain) -> str:
    """The numerator of a difference as a product; empty where it could not be found in time."""
    try:
        return str(factor_defect(gap, domain, budget_s=0.5))
    except (OutOfTime, Split, ArithmeticError, ValueError, RecursionError):
        return ""


_ANY_FUNCTION = "false of some functions in the place of the operations on arrays"


class _Operated(AppliedUndef):  # type: ignore[misc]
    """Base of the uninterpreted functions in the place of operations, to tell them from others."""


def _operated(name: str, **known: bool) -> Any:
    return UndefinedFunction(name, bases=(_Operated,), real=True, **known)


def _of_one_entry(expr: Any) -> Any:
    """The expression on arrays with one entry; None where an operation has no exact value there."""
    try:
        return one_entry(expr)
    except NotExact:
        return None


def neutral(expr: Any) -> Any:
    """The expression with operations unknown to algebra as uninterpreted functions.

    Norms are homogeneous and dot products bilinear in factors that are one number for the whole
    tensor; both are pulled out. Arguments are expanded, so that equal ones look equal.
    """
    return expr.replace(
        lambda node: isinstance(node, op.Operation) and not isinstance(node, op.cases),
        _neutral,
    )


def _neutral(node: Expr) -> Expr:
    words = "_".join(str(a) for a in node.args if isinstance(a, Str) or a.is_Integer)
    operands = [sympy.expand(a) for a in node.args if not isinstance(a, Str)]
    name = f"{type(node).__name__}_{words}" if words else type(node).__name__
    if isinstance(node, op.norm):
        scale, rest = _scale(operands[0])
        return Abs(scale) * _operated(name, nonnegative=True)(rest)
    if isinstance(node, op.dot):
        (a, x), (b, y) = _scale(operands[0]), _scale(operands[1])
        return a * b * _operated(name)(*sorted((x, y), key=str))
    return _operated(name)(*operands)


def _scale(x: Expr) -> tuple[Expr, Expr]:
    """A factor that is one number for all entries, and the rest."""
    outer, inner = sympy.factor_terms(x).as_independent(Value, as_Add=False)
    return outer, sympy.expand(inner)


__all__ = ["Answered", "decide_equation", "decide_relation", "factored", "interval_of", "neutral"]

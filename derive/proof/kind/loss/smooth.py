"""What a step does to every smooth loss, from the inequalities that define the class.

The losses have gradients that are L-Lipschitz, in any number of dimensions. An inequality that they
all fulfil is assumed; what follows from it is proved for all of them, and a claim that does not
follow is refuted by a quadratic, for which the assumption is an equation.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sympy import Expr, Integer, Symbol, sympify

from optwright.derive.claim.loss.quadratic import L, mu
from optwright.derive.claim.loss.smooth import Contraction, Descent, Trajectory
from optwright.derive.claim.problem import Objective
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import InternalError, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper, t
from optwright.derive.proof.algebra.domain import Domain, Point
from optwright.derive.proof.kind.formula.expression import domain_of
from optwright.derive.proof.linear.step import NotLinear
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.exact import Run, differ, recorded
from optwright.derive.proof.run.system import THETA, Question, advance, hyper_values
from optwright.derive.proof.sign.evaluate import value_at
from optwright.derive.proof.sign.obligation import Answered, decide_relation
from optwright.derive.proof.sign.sample import sample


def step_length(system: Optimizer, hyper: Mapping[str, Any]) -> Expr:
    """The c of a rule theta[t] = theta[t-1] - c*g[t] without state; raises NotLinear for others."""
    if system.states:
        raise NotLinear(f"{system.id} keeps a state")
    theta, answer = Symbol("theta", real=True), Symbol("g", real=True)

    def ask(question: Question) -> Expr:
        if question.kind != "grad" or question.args[0] != theta:
            raise NotLinear(f"{system.id} asks for {question}")
        return answer

    values = {**hyper_values(system.hyper, (), t), **{k: sympify(x) for k, x in hyper.items()}}
    try:
        after = advance(system, {THETA: theta}, values, t, ask).state[THETA]
    except Unsupported as error:
        raise NotLinear(str(error)) from error
    if after.atoms(op.Operation):
        raise NotLinear(f"{system.id} is not linear in the gradient")
    length = ((theta - after).expand() / answer).expand()
    if length.free_symbols & {theta, answer, t}:
        raise NotLinear(f"{system.id} is not theta - c*g with a constant c")
    return length


@decide.register
def _descent(claim: Descent, budget_s: float = 5.0) -> Verdict:
    """Compare the decrease that the inequality gives with the one claimed."""
    try:
        c = step_length(claim.system, claim.hyper)
    except NotLinear as error:
        return undecided(str(error))
    claimed = sympify(claim.decrease)
    domain = _domain(claim.system, claim.parameters, claim.where, L, c, claimed)
    given = f"f(x - c*g) <= f(x) - (c - L*c**2/2)*|g|**2 with c = {c}"
    answered = decide_relation("decrease", c - L * c**2 / 2 >= claimed, domain, budget_s)
    o = answered.obligation
    shown = Obligation(o.name, f"{given}: {o.before}", o.after, o.status, o.notes, o.seconds)
    conditions = ("the gradient of f is L-Lipschitz", *map(str, claim.where))
    point = _violated([c - L * c**2 / 2 - claimed], domain)
    if o.status == "proved":
        if point is not None:
            raise InternalError(f"{o.before} was proved, but fails at {point}")
        return Verdict("proved", (shown,), None, "all n, all L-smooth losses", conditions)
    if point is None:
        return undecided(f"{o.before} was not shown", obligations=(shown,))
    size = sympify(L.subs(point))
    run = _run(claim.system, claim.hyper, point, size)
    after = run.state(1)[THETA]
    bound = size / 2 - claimed.subs(point) * size**2
    found = Counterexample(
        _shown(point),
        (("f(theta[1])", str(size * after**2 / 2)), ("f(1) - decrease*g**2", str(bound))),
        "the first is at most the second, for f(x) = L/2*x**2",
        recorded(run),
    )
    return Verdict("refuted", (shown,), found, "quadratics", conditions)


@decide.register
def _contraction(claim: Contraction, budget_s: float = 5.0) -> Verdict:
    """Check the certificate; a wrong factor is refuted on a quadratic."""
    try:
        c = step_length(claim.system, claim.hyper)
    except NotLinear as error:
        return undecided(str(error))
    factor, weight = sympify(claim.factor), sympify(claim.weight)
    given = (mu <= L, *claim.where)
    domain = _domain(claim.system, claim.parameters, given, L, mu, c, factor, weight)
    conditions = ("f is L-smooth and mu-strongly convex", *map(str, claim.where))
    for size in (mu, L):
        point = _violated([factor**2 - (1 - c * size) ** 2], domain)
        if point is not None:
            here = sympify(size.subs(point))
            run = _run(claim.system, claim.hyper, point, here)
            found = Counterexample(
                (*_shown(point), ("curvature", str(here))),
                (
                    ("|theta[1]|", str(abs(run.state(1)[THETA]))),
                    ("factor*|theta[0]|", str(factor.subs(point))),
                ),
                "the first is at most the second",
                recorded(run),
            )
            failed = Obligation("contraction", str(factor), str(found), "refuted")
            return Verdict("refuted", (failed,), found, "quadratics", conditions)
    # factor**2*d.d - |d - c*g|**2 - weight*(g - mu*d).(L*d - g) as a form in d and g
    dd = factor**2 - 1 + weight * L * mu
    dg = c - weight * (L + mu) / 2
    gg = weight - c**2
    answers: list[Answered] = []
    for name, relation in (
        ("the weight", weight >= 0),
        ("the factor", factor >= 0),
        ("coefficient of d.d", dd >= 0),
        ("coefficient of g.g", gg >= 0),
        ("determinant of the form", dd * gg - dg**2 >= 0),
    ):
        answers.append(decide_relation(name, relation, domain, budget_s / 5))
    obligations = tuple(a.obligation for a in answers)
    if any(o.status != "proved" for o in obligations):
        return undecided(
            *(f"{o.name} was not shown" for o in obligations if o.status != "proved"),
        )
    return Verdict(
        "proved", obligations, None, "all n, all L-smooth mu-strongly convex losses", conditions
    )


@decide.register
def _trajectory(claim: Trajectory, budget_s: float = 5.0) -> Verdict:
    """Run it and compare."""
    values = {h.name: sympify(claim.hyper.get(h.name, h.default)) for h in claim.system.hyper}
    loss = Objective((sympify(claim.curvature),), (Integer(0),))
    run = Run(claim.system, sympify(claim.start), (values,), loss, len(claim.path))
    obligations: list[Obligation] = []
    for number, wanted in enumerate(claim.path, 1):
        found, claimed = run.state(number)[THETA], sympify(wanted)
        right = bool(found == claimed)
        if not right and not differ(found, claimed):
            return undecided(f"whether {found} is {claimed}", obligations=tuple(obligations))
        obligations.append(
            Obligation(
                f"step {number}",
                f"theta[{number}] = {wanted}",
                str(found),
                "proved" if right else "refuted",
            )
        )
        if not right:
            seen = Counterexample(
                (
                    ("theta[0]", str(claim.start)),
                    ("curvature", str(claim.curvature)),
                    *((k, str(x)) for k, x in values.items()),
                ),
                ((f"theta[{number}]", str(found)),),
                f"it is {wanted}",
                recorded(run),
            )
            return Verdict("refuted", tuple(obligations), seen, "one run")
    return Verdict("proved", tuple(obligations), None, "one run, in exact numbers")


def _domain(
    system: Optimizer, parameters: Sequence[Hyper], where: Sequence[Any], *exprs: Expr
) -> Domain:
    return domain_of(*exprs, where=where, hyper=(L(1), mu(1), *system.hyper, *parameters))


def _violated(values: Sequence[Expr], domain: Domain) -> Point | None:
    """An exact point of the domain at which a value is negative."""
    for index in range(24):
        point = sample(domain, random.Random(index), index=index)
        for value in values if point is not None else ():
            number = value_at(value, point or {}, domain)
            if isinstance(number, Fraction) and number < 0:
                return point
    return None


def _run(system: Optimizer, hyper: Mapping[str, Any], point: Point, size: Expr) -> Run:
    values = {h.name: sympify(hyper.get(h.name, h.symbol)).subs(point) for h in system.hyper}
    return Run(system, Integer(1), (values,), Objective((size,), (Integer(0),)), 1)


def _shown(point: Point) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(s), str(x)) for s, x in point.items()))


__all__ = ["step_length"]

"""Several steps of one system as one step of another: gradients gathered over parts of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Expr, Integer, sympify

from optwright.derive.claim.problem import script
from optwright.derive.claim.rule.gathered import Gathered, part
from optwright.derive.claim.verdict import Counterexample, Verdict, undecided
from optwright.derive.error import InternalError, NotExact, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Variable, t
from optwright.derive.proof.algebra.domain import Domain, Interval
from optwright.derive.proof.kind.formula.expression import conclude
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.exact import Run, differ, draws, recorded
from optwright.derive.proof.run.system import (
    THETA,
    Question,
    Step,
    advance,
    hyper_values,
    initial,
    state_names,
)
from optwright.derive.proof.sign.obligation import Answered, decide_equation, interval_of

_PARTS = ((1, -1, 2), (2, 1, -3), (3, 0, 1), (1, 2, 4))
"""Gradients of the parts in exact runs."""


@decide.register
def _gathered(claim: Gathered, budget_s: float = 5.0) -> Verdict:
    """Prove from the start and from any later step of `right`, or refute by an exact run."""
    said = (f"right hears {claim.heard}", f"{claim.count} steps of left to one of right")
    found = _refute(claim)
    try:
        answers = [*_obligations(claim, first=True), *_obligations(claim, first=False)]
    except Unsupported as error:
        return undecided(str(error))
    good = all(a.status == "proved" for a in answers)
    if found is not None and good:
        raise InternalError(f"proved, but runs part: {found}")
    scope = "all losses, all t"
    if found is not None:
        shown = tuple(a.obligation for a in answers)
        return Verdict("refuted", shown, found, scope, said)
    if not good:
        open_ = ", ".join(a.obligation.name for a in answers if a.status != "proved")
        return undecided(f"the obligations left open: {open_}", "exact runs that agreed")
    return conclude(answers, scope, said)


def _obligations(claim: Gathered, first: bool) -> Iterator[Answered]:
    """One step of `right`, the first or any later one, beside `count` of `left`."""
    label = "first step" if first else "later steps"
    clock: Any = Integer(1) if first else t
    hyper = hyper_values(claim.left.hyper, (), clock)
    bounds = [(h.symbol, interval_of(h.range)) for h in claim.left.hyper]
    if not first:
        bounds.append((t, Interval(lo=2, integer=True)))
    domain = Domain(tuple(bounds))
    origin = Variable(THETA)[0]
    state = (
        initial(claim.left, origin, hyper)
        if first
        else {name: _before(claim, name, clock - 1) for name in state_names(claim.left)}
    )
    other = {name: state[name] for name in state_names(claim.right)}
    asked: list[Expr] = []
    for number in range(1, claim.count + 1):
        step = _advanced(claim.left, state, hyper, (clock - 1) * claim.count + number, number)
        asked += [question.args[0] for question, _ in step.questions]
        state = dict(step.state)
    heard = sympify(claim.heard)
    done = advance(claim.right, other, _shared(claim, hyper), clock, lambda q: heard, origin)
    for number, point in enumerate(asked, 1):
        for question, _ in done.questions:
            yield decide_equation(f"{label}: point {number}", point, question.args[0], domain)
    for name in state_names(claim.right):
        yield decide_equation(f"{label}: {name}", state[name], done.state[name], domain)
    for name, said in claim.rest.items():
        if said is not None:
            wanted = sympify(said).subs(t, clock)
            yield decide_equation(f"{label}: {name}", state[name], wanted, domain)


def _before(claim: Gathered, name: str, index: Expr) -> Expr:
    said = claim.rest.get(name)
    return Variable(name)[index] if said is None else sympify(said).subs(t, index)


def _shared(claim: Gathered, hyper: Mapping[str, Expr]) -> dict[str, Expr]:
    return {h.name: hyper[h.name] for h in claim.right.hyper}


def _advanced(
    system: Optimizer,
    state: Mapping[str, Expr],
    hyper: Mapping[str, Expr],
    clock: Expr,
    number: int,
) -> Step:
    def hear(question: Question) -> Expr:
        if question.kind != "grad":
            raise Unsupported(f"{system.id} asks {question}, not a gradient")
        return part(number)

    return advance(system, state, hyper, clock, hear, Variable(THETA)[0])


def _refute(claim: Gathered) -> Counterexample | None:
    """One step of `right` from the start beside `count` of `left`, in exact numbers."""
    for variant in range(2):
        values = draws(claim.left.hyper, (), 1, variant)[0]
        for numbers in _PARTS:
            parts = numbers[: claim.count]
            told = {part(k): sympify(x) for k, x in enumerate(parts, 1)}
            heard = sympify(claim.heard).subs(told)
            left = Run(claim.left, Integer(1), (values,), script(*parts), claim.count)
            right = Run(claim.right, Integer(1), (_shared(claim, values),), script(heard), 1)
            try:
                a, b = left.state(claim.count)[THETA], right.state(1)[THETA]
            except (NotExact, Unsupported, ZeroDivisionError):
                continue
            if differ(a, b):
                point = (
                    ("theta[0]", "1"),
                    *((name, str(x)) for name, x in values.items()),
                    ("gradients of the parts", ", ".join(map(str, parts))),
                )
                found = (
                    (f"{claim.left.id} theta[{claim.count}]", str(a)),
                    (f"{claim.right.id} theta[1]", str(b)),
                )
                return Counterexample(point, found, "they are equal", recorded(left, right))
    return None

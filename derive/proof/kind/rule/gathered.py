"""Several steps of one system as one step of another: gradients gathered over parts of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sympy import Expr, Integer, sympify

from optwright.derive.claim.verdict import Counterexample, Verdict, undecided
from optwright.derive.error import InternalError, NotExact, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Variable, t
from optwright.derive.proof.algebra.domain import Domain, Interval
from optwright.derive.proof.kind.formula.expression import conclude
from optwright.derive.proof.run.exact import Run, differ, draws, script
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


@dataclass(frozen=True)
class Gathered:
    """Every `count` steps of `left` do what one step of `right` does.

    heard   what the gradient of `right` is, in the symbols `part(1)`, `part(2)`, … for those that
            `left` heard in its steps; all are asked at the point where `right` asks
    rest    states of `left` that `right` has not, after its step t: expressions in t, or None if
            they may be anything
    Sequences and hyperparameters of the same name are equal.
    """

    kind: ClassVar[str] = "gathering"

    left: Optimizer
    right: Optimizer
    count: int
    heard: Any
    rest: Mapping[str, Any] = field(default_factory=dict)

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove from the start and from any later step of `right`, or refute by an exact run."""
        said = (f"right hears {self.heard}", f"{self.count} steps of left to one of right")
        found = self.refute()
        try:
            answers = [*self.obligations(first=True), *self.obligations(first=False)]
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

    def obligations(self, first: bool) -> Iterator[Answered]:
        """One step of `right`, the first or any later one, beside `count` of `left`."""
        label = "first step" if first else "later steps"
        clock: Any = Integer(1) if first else t
        hyper = hyper_values(self.left.hyper, (), clock)
        bounds = [(h.symbol, interval_of(h.range)) for h in self.left.hyper]
        if not first:
            bounds.append((t, Interval(lo=2, integer=True)))
        domain = Domain(tuple(bounds))
        origin = Variable(THETA)[0]
        state = (
            initial(self.left, origin, hyper)
            if first
            else {name: self.before(name, clock - 1) for name in state_names(self.left)}
        )
        other = {name: state[name] for name in state_names(self.right)}
        asked: list[Expr] = []
        for number in range(1, self.count + 1):
            step = self.advanced(self.left, state, hyper, (clock - 1) * self.count + number, number)
            asked += [question.args[0] for question, _ in step.questions]
            state = dict(step.state)
        heard = sympify(self.heard)
        done = advance(self.right, other, self.shared(hyper), clock, lambda q: heard, origin)
        for number, point in enumerate(asked, 1):
            for question, _ in done.questions:
                yield decide_equation(f"{label}: point {number}", point, question.args[0], domain)
        for name in state_names(self.right):
            yield decide_equation(f"{label}: {name}", state[name], done.state[name], domain)
        for name, said in self.rest.items():
            if said is not None:
                wanted = sympify(said).subs(t, clock)
                yield decide_equation(f"{label}: {name}", state[name], wanted, domain)

    def before(self, name: str, index: Expr) -> Expr:
        said = self.rest.get(name)
        return Variable(name)[index] if said is None else sympify(said).subs(t, index)

    def shared(self, hyper: Mapping[str, Expr]) -> dict[str, Expr]:
        return {h.name: hyper[h.name] for h in self.right.hyper}

    def advanced(
        self,
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

    def refute(self) -> Counterexample | None:
        """One step of `right` from the start beside `count` of `left`, in exact numbers."""
        for variant in range(2):
            values = draws(self.left.hyper, (), 1, variant)[0]
            for numbers in _PARTS:
                parts = numbers[: self.count]
                told = {part(k): sympify(x) for k, x in enumerate(parts, 1)}
                heard = sympify(self.heard).subs(told)
                left = Run(self.left, Integer(1), (values,), script(*parts), self.count)
                right = Run(self.right, Integer(1), (self.shared(values),), script(heard), 1)
                try:
                    a, b = left.state(self.count)[THETA], right.state(1)[THETA]
                except (NotExact, Unsupported, ZeroDivisionError):
                    continue
                if differ(a, b):
                    point = (
                        ("theta[0]", "1"),
                        *((name, str(x)) for name, x in values.items()),
                        ("gradients of the parts", ", ".join(map(str, parts))),
                    )
                    found = (
                        (f"{self.left.id} theta[{self.count}]", str(a)),
                        (f"{self.right.id} theta[1]", str(b)),
                    )
                    return Counterexample(point, found, "they are equal", (left, right))
        return None


def part(number: int) -> Expr:
    """The gradient that `left` hears in one of its steps."""
    return Variable(f"g_part{number}")[t]


__all__ = ["Gathered", "part"]

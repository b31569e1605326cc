"""What holds in every step of a system, whatever its oracles answer.

`Always` proves relations by induction: its invariants hold at the start, and if all of them hold
before a step then each holds after it; the relations claimed then follow in every step. Averages
over random gradients are such claims too: the expectation of a linear recurrence is the recurrence
of the expectations (`moments`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import sympy
from sympy import Basic, Expr, Integer, sympify
from sympy.core.relational import Relational

from optwright.derive.claim.problem import ANSWER, POINT
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.claim.verdict import Counterexample, Verdict, undecided
from optwright.derive.error import InternalError, NotExact, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import assigned, expressions
from optwright.derive.language.entry import one_entry
from optwright.derive.language.extent import HOST
from optwright.derive.language.symbol import Value, Variable, t
from optwright.derive.proof.algebra.domain import Domain, Interval
from optwright.derive.proof.kind.formula.expression import conclude, domain_of
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.exact import Run, draws, objectives, recorded
from optwright.derive.proof.run.system import (
    THETA,
    Question,
    advance,
    at,
    evaluate,
    hyper_values,
    initial,
    state_names,
)
from optwright.derive.proof.sign.evaluate import holds
from optwright.derive.proof.sign.obligation import (
    Answered,
    decide_equation,
    decide_relation,
    interval_of,
)

CONFIRMED = 12
"""Exact steps that a proof is held against."""


class InvariantAttempt:
    """One attempt to decide relations that hold in every step."""

    def __init__(self, claim: Always) -> None:
        self.claim = claim

    def verdict(self, budget_s: float = 5.0) -> Verdict:
        """Prove by induction, refute by an exact run (for means, by exact moments), or neither."""
        deadline = time.process_time() + budget_s
        conditions = tuple(map(str, (*self.claim.assume, *self.claim.given))) + self._moments_said()
        answers: list[Answered] = []
        reason = "the obligations left open"
        try:
            answers.extend(self.obligations(deadline))
            if all(a.status == "proved" for a in answers):
                self.confirm(deadline)
                return Verdict(
                    "proved", tuple(a.obligation for a in answers), None, self._scope(), conditions
                )
        except Unsupported as error:
            reason = str(error)
        obligations = tuple(a.obligation for a in answers)
        found, agreed = self.refute(deadline)
        if found is not None:
            return Verdict("refuted", obligations, found, self._scope(), conditions)
        open_ = ", ".join(a.obligation.name for a in answers if a.status != "proved")
        tried = f"{reason}: {open_}" if open_ else reason
        return undecided(tried, f"{agreed} exact steps in which it held", obligations=obligations)

    def _scope(self) -> str:
        steps = (
            "all t"
            if self.claim.last is None
            else f"t = {self.claim.first}"
            if self.claim.last == self.claim.first
            else (f"t = {self.claim.first} … {self.claim.last}")
        )
        return (
            f"all gradients, {steps}" if not self.claim.answer and not self.claim.moments else steps
        )

    def _moments_said(self) -> tuple[str, ...]:
        said = [
            f"E[g**{k}] = {x}" if k > 1 else f"E[g] = {x}" for k, x in self.claim.moments.items()
        ]
        said += [f"{kind} = {x} in every step" for kind, x in self.claim.answer.items()]
        said += [f"theta[0] = {self.claim.begin}"] if self.claim.begin is not None else []
        return tuple(
            said + (["independent gradients of one distribution"] if self.claim.moments else [])
        )

    def obligations(self, deadline: float) -> Iterator[Answered]:
        """Start and step of the invariants, then the relations claimed."""
        hyper = (*self.claim.system.hyper, *self.claim.parameters)
        origin = Variable(THETA)[0] if self.claim.begin is None else sympify(self.claim.begin)
        state = initial(
            self.claim.system, origin, hyper_values(hyper, self.claim.varying, Integer(1))
        )

        def budget() -> float:
            return max(0.05, min(2.0, deadline - time.process_time()))

        state = yield from self._unrolled(state, origin, budget)
        if self.claim.last is None:
            yield from self._induction(state, origin, budget)

    def _unrolled(
        self, state: dict[str, Any], origin: Any, budget: Callable[[], float]
    ) -> Generator[Answered, None, dict[str, Any]]:
        """The relations in each step that the claim names; returns the state after the last."""
        for number in range(1, (self.claim.last or self.claim.first - 1) + 1):
            clock = Integer(number)
            if number >= self.claim.first:
                values = self.values(state, clock, origin, self.claim.given)
                domain = self.domain(
                    clock, [at(x, clock, self.claim.varying) for x in self.claim.given]
                )
                for relation in self.claim.relations:
                    fact = at(relation, clock, self.claim.varying).xreplace(values)
                    yield decide_relation(f"step {number}: {relation}", fact, domain, budget())
            if number != self.claim.last:
                values = self.values(state, clock, origin)
                state = {name: values[Variable(name)[number]] for name in state}
        return state

    def _induction(
        self, state: Mapping[str, Any], origin: Any, budget: Callable[[], float]
    ) -> Iterator[Answered]:
        """The invariants at the state before the first step, and from each step to the next."""
        start: dict[Basic, Any] = {
            Variable(name)[self.claim.first - 1]: x for name, x in state.items()
        }
        for relation in self.claim.invariants:
            fact = at(relation, Integer(self.claim.first - 1), self.claim.varying).xreplace(start)
            yield decide_relation(
                f"invariant {relation}, start", fact, self.domain(Integer(1)), budget()
            )
        before = {name: Variable(name)[t - 1] for name in state_names(self.claim.system)}
        facts = []
        for relation in self.claim.invariants:
            fact = at(relation, t - 1, self.claim.varying)
            if isinstance(fact, sympy.Eq) and fact.lhs == before.get(getattr(fact.lhs, "name", "")):
                before[fact.lhs.name] = fact.rhs  # an equation for a state: used as a definition
            else:
                facts.append(fact)
        values, domain = self.values(before, t, origin), self.domain(t, facts)
        for relation in self.claim.invariants:
            fact = at(relation, t, self.claim.varying).xreplace(values)
            yield decide_relation(f"invariant {relation}, step", fact, domain, budget())
        if self.claim.given:
            values = self.values(before, t, origin, self.claim.given)
            domain = self.domain(
                t, [*facts, *(at(x, t, self.claim.varying) for x in self.claim.given)]
            )
        for relation in self.claim.relations:
            if relation in self.claim.invariants:
                continue
            fact = at(relation, t, self.claim.varying).xreplace(values)
            yield decide_relation(f"{relation}", fact, domain, budget())

    def values(
        self, state: Mapping[str, Expr], clock: Expr, origin: Expr, given: Sequence[Any] = ()
    ) -> dict[Basic, Expr]:
        """Everything that a step at `clock` has found, by member, if `given` holds of it."""
        hyper = (*self.claim.system.hyper, *self.claim.parameters)
        heard: dict[Basic, Expr] = {}
        said_of_it = [at(sympify(fact), clock, self.claim.varying) for fact in given]
        equated = {x.lhs: x.rhs for x in said_of_it if isinstance(x, sympy.Eq) and x.rhs.is_number}

        def ask(question: Question) -> Expr:
            name = "g" if not heard else f"g_{len(heard) + 1}"
            said = self.claim.answer.get(question.kind)
            symbol = Variable(name)[clock]
            if said is not None:
                here = {ANSWER: symbol, POINT: question.args[0], t: clock}
                heard[symbol] = sympify(said).subs(here, simultaneous=True)
            return heard.setdefault(symbol, equated.get(symbol, symbol))

        # The mean of a product is none of means: states stay letters until theirs is taken.
        kept = {
            name: Variable(name)[clock - 1]
            for name in state
            if self.claim.moments and self.claim.system.extents.get(name) != HOST
        }
        step = advance(
            self.claim.system,
            {**state, **kept},
            hyper_values(hyper, self.claim.varying, clock),
            clock,
            ask,
            origin,
            self.claim.first if clock == t else 1,
        )
        means = {letter: state[name] for name, letter in kept.items()}
        found: dict[Basic, Expr] = dict(heard)
        found |= {Variable(name)[clock - 1]: x for name, x in state.items()}
        for name, x in (*step.assigned.items(), *step.state.items()):
            said = self.mean(name, x, kept, heard) if self.claim.moments else x
            found[Variable(name)[clock]] = said.xreplace(means)
        return found

    def mean(
        self, name: str, x: Expr, state: Mapping[str, Value], heard: Mapping[Basic, Expr]
    ) -> Expr:
        """The mean of a value that is affine in the states and in powers of the gradient."""
        if not self.concerns(name):
            return x
        if len(heard) != 1:
            raise Unsupported(
                f"{self.claim.system.id} asks {len(heard)} questions, not for one gradient"
            )
        (gradient,) = heard
        unknowns = list(state.values())
        if x.has(gradient, *unknowns):
            try:
                poly = sympy.Poly(x, gradient, *unknowns)
            except sympy.PolynomialError as error:
                raise Unsupported(f"the mean of {name} is none of powers of gradients") from error
            total: Expr = Integer(0)
            for (power, *others), coefficient in poly.terms():
                if sum(others) + (power > 0) > 1 or (power and power not in self.claim.moments):
                    raise Unsupported(f"the mean of {name} needs more than the means given")
                factor = self.claim.moments[power] if power else Integer(1)
                total += (
                    coefficient
                    * factor
                    * sympy.Mul(*(u**n for u, n in zip(unknowns, others, strict=True)))
                )
            return total
        return x

    def concerns(self, name: str) -> bool:
        """Whether the claim speaks of this sequence, or of one that follows from this state."""
        return name in self._spoken_of

    @cached_property
    def _spoken_of(self) -> frozenset[str]:
        said = [sympify(r) for r in (*self.claim.relations, *self.claim.invariants)]
        for side in (side for r in said for side in r.args):
            values = sorted(side.atoms(Value), key=str)
            if values and not (side.is_polynomial(*values) and sympy.Poly(side, *values).is_linear):
                raise Unsupported(f"the mean of {side} is none of means")
        names = {v.name for r in said for v in r.atoms(Value)}
        states, reached = set(state_names(self.claim.system)), set(names)
        reads = [(assigned(s), _read(s)) for s in self.claim.system.step]
        while True:
            more = {x for made, used in reads if made & reached for x in used} - reached
            if not more:
                return frozenset(names | reached & states)
            reached |= more

    def domain(self, clock: Any, facts: Sequence[Any] = ()) -> Domain:
        """Ranges of everything that may occur in the step at `clock`."""
        bounds: list[tuple[Expr, Interval]] = []
        for h in (*self.claim.system.hyper, *self.claim.parameters):
            varies = h.name in self.claim.varying
            members = [Variable(h.name)[clock + k] for k in (-1, 0, 1)] if varies else [h.symbol]
            bounds += [(x, interval_of(h.range)) for x in members]
        if clock == t:
            bounds.append((t, Interval(lo=self.claim.first, integer=True)))
        given = Domain.where(
            *[at(sympify(fact), clock, self.claim.varying) for fact in self.claim.assume], *facts
        )
        return Domain((*bounds, *given.bounds), given.facts)

    def refute(self, deadline: float, enough: int = 0) -> tuple[Counterexample | None, int]:
        """Look for an exact step that violates a relation, until `enough` did not if that is not 0.

        Also says how many did not.
        """
        if self.claim.moments:
            return self._refute_means()
        agreed = 0
        for run in self.runs():
            if time.process_time() > deadline:
                break
            for number in range(1, (self.claim.last or run.steps) + 1):
                try:
                    told = self.told(run, number)
                    if not all(_true(fact, told) for fact in self.claim.assume):
                        break
                    found = self.violated(run, number, told)
                except (NotExact, Unsupported, ZeroDivisionError, TypeError):
                    break
                if found is not None:
                    return found, agreed
                agreed += 1
                if agreed == enough:
                    return None, agreed
        return None, agreed

    def confirm(self, deadline: float) -> None:
        """A proof must agree with exact runs; if not, the prover is wrong."""
        if not self.claim.moments:
            found, _ = self.refute(min(deadline, time.process_time() + 0.5), enough=CONFIRMED)
            if found is not None:
                raise InternalError(f"proved, but fails {found}")

    def runs(self) -> Iterator[Run]:
        """Exact runs on small problems, those given first."""
        hyper = (*self.claim.system.hyper, *self.claim.parameters)
        steps = self.claim.last or self.claim.steps
        given = [
            tuple({k: sympify(x) for k, x in row.items()} for _ in range(steps))
            for row in self.claim.hyper
        ]
        for values in [
            *given,
            *(draws(hyper, self.claim.varying, steps, variant) for variant in range(3)),
        ]:
            for objective in (*self.claim.problems, *objectives()):
                length = (
                    max(steps, len(objective.slope)) if objective in self.claim.problems else steps
                )
                answers = tuple(
                    (kind, sympify(x).xreplace({h.symbol: values[0][h.name] for h in hyper}))
                    for kind, x in self.claim.answer.items()
                )
                try:
                    assumed = all(
                        evaluate(a, {}, values[0], Integer(1)) == sympy.true
                        for a in self.claim.assume
                        if not sympify(a).atoms(Value)
                    )
                except Unsupported:
                    continue
                if assumed:
                    begin = sympify(1 if self.claim.begin is None else self.claim.begin)
                    yield Run(self.claim.system, begin, values, objective, length, answer=answers)

    def told(self, run: Run, number: int) -> Callable[[Any], Any]:
        """What a run says of a relation or expression in a step of it."""
        step = run.step(number)
        known: dict[Basic, Expr] = {
            Variable(n)[number - 1]: x for n, x in run.state(number - 1).items()
        }
        known |= {Variable(n)[number]: x for n, x in (*step.assigned.items(), *step.state.items())}
        for place, (_, answer) in enumerate(step.questions, 1):
            known.setdefault(Variable("g" if place == 1 else f"g_{place}")[number], answer)
        for k in (number - 1, number, number + 1):
            known |= {Variable(n)[k]: x for n, x in run.hyper_at(k).items()}

        def told(relation: Any) -> Any:
            return evaluate(
                at(relation, Integer(number), self.claim.varying),
                known,
                run.hyper_at(number),
                Integer(number),
            )

        return told

    def violated(self, run: Run, number: int, told: Callable[[Any], Any]) -> Counterexample | None:
        """The counterexample of a step that violates a relation though what is given holds."""
        if number < self.claim.first:
            return None
        if not all(_true(fact, told) for fact in self.claim.given):
            return None
        for relation in self.claim.relations:
            if _true(relation, told) is False:
                sides = told(relation.lhs), told(relation.rhs)
                found = tuple(
                    (str(s), str(x))
                    for s, x in zip((relation.lhs, relation.rhs), sides, strict=True)
                )
                point = (
                    ("theta[0]", str(run.theta)),
                    *((n, str(x)) for n, x in run.hyper_at(1).items()),
                    *((kind, str(x)) for kind, x in run.answer),
                    *([("losses", str(run.objective))] if "grad" not in self.claim.answer else []),
                    ("t", str(number)),
                )
                return Counterexample(
                    point, found, str(relation), recorded(replace(run, steps=number))
                )
        return None

    def _refute_means(self) -> tuple[Counterexample | None, int]:
        """Follow the exact means over the first steps from the start; they are reachable."""
        if self.claim.given:
            return None, 0  # of the gradients, whose means are not those of all of them then
        hyper = (*self.claim.system.hyper, *self.claim.parameters)
        origin = Variable(THETA)[0]
        state = initial(
            self.claim.system, origin, hyper_values(hyper, self.claim.varying, Integer(1))
        )
        agreed = 0
        for number in range(1, (self.claim.last or max(3, self.claim.first + 1)) + 1):
            clock = Integer(number)
            try:
                values = self.values(state, clock, origin)
            except Unsupported:
                break
            for relation in self.claim.relations if number >= self.claim.first else ():
                fact = at(relation, clock, self.claim.varying).xreplace(values)
                answered = decide_relation(f"step {number}: {relation}", fact, self.domain(clock))
                if answered.counterexample is not None:
                    return answered.counterexample, agreed
                agreed += 1
            state = {name: values[Variable(name)[clock]] for name in state}
        return None, agreed


@decide.register
def _always(claim: Always, budget_s: float = 5.0) -> Verdict:
    """Prove by induction, refute by an exact run (for means, by exact moments), or neither."""
    return InvariantAttempt(claim).verdict(budget_s)


def _read(statement: Any) -> set[str]:
    """The names that a statement reads, at the points of oracles aside."""
    plain = [
        x.replace(lambda e: isinstance(e, op.Oracle), lambda e: Integer(0))
        for x in expressions(statement)
    ]
    return {v.name for x in plain for v in x.atoms(Value)}


def _true(relation: Any, told: Callable[[Any], Any]) -> bool | None:
    """Whether a relation holds of the values told; None where that is not settled."""
    if isinstance(relation, Relational):
        # Each side by itself: SymPy takes minutes to compare sums of roots.
        relation = relation.func(told(relation.lhs), told(relation.rhs), evaluate=False)
    else:
        relation = told(relation)
    return holds(relation, {}, Domain())


@decide.register
def _step_from(claim: StepFrom, budget_s: float = 5.0) -> Verdict:
    """Prove or refute the values after the step."""

    def ask(question: Question) -> Expr:
        return sympify(claim.answer[question.kind]).subs(POINT, question.args[0])

    state = {name: sympify(x) for name, x in claim.state.items()}
    try:
        step = advance(
            claim.system, state, hyper_values(claim.system.hyper, (), t), sympify(claim.clock), ask
        )
        found = {name: one_entry(step.state[name]) for name in claim.to}
    except (Unsupported, NotExact) as error:
        return undecided(str(error))
    symbols = [h.symbol for h in claim.system.hyper]
    domain = domain_of(
        *symbols,
        *claim.state.values(),
        *claim.to.values(),
        *claim.answer.values(),
        where=claim.where,
        hyper=(*claim.system.hyper, *claim.parameters),
    )
    answers = [
        decide_equation(f"{name} after the step", x, sympify(claim.to[name]), domain, budget_s)
        for name, x in found.items()
    ]
    return conclude(
        answers,
        "one coordinate",
        (*claim.where, *(f"{k} = {x}" for k, x in claim.answer.items())),
    )

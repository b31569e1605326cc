"""What holds in every step of a system, whatever its oracles answer.

`Always` proves relations by induction: its invariants hold at the start, and if all of them hold
before a step then each holds after it; the relations claimed then follow in every step. Averages
over random gradients are such claims too: the expectation of a linear recurrence is the recurrence
of the expectations (`moments`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import sympy
from sympy import Basic, Expr, Integer, sympify
from sympy.core.relational import Relational

from optwright.derive.claim.verdict import Counterexample, Verdict, undecided
from optwright.derive.error import InternalError, NotExact, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer, assigned, expressions
from optwright.derive.language.extent import HOST
from optwright.derive.language.symbol import Hyper, Value, Variable, t
from optwright.derive.proof.algebra.domain import Domain, Interval
from optwright.derive.proof.kind.formula.expression import conclude, domain_of
from optwright.derive.proof.run.exact import (
    ANSWER,
    POINT,
    Objective,
    Run,
    draws,
    objectives,
    one_entry,
)
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

RUN_STEPS = 4
CONFIRMED = 12
"""Exact steps that a proof is held against."""


@dataclass(frozen=True)
class Always:
    """Relations that hold in every step.

    relations   claimed of each step: in values at t (assigned ones too) and at t - 1, the
                hyperparameters, t, and the answers `g[t]`, `g_2[t]`, … in order of asking
    invariants  relations on the state after step t, proved by induction and then used
    varying     the hyperparameters that change with t
    parameters  further symbols with ranges
    assume      relations on hyperparameters, parameters and answers that are assumed of every step
    given       relations assumed only of the step that the relations are claimed of, also on the
                state before it; the equation of an answer with a number is its definition
    answer      answers fixed by kind of oracle, as expressions in parameters
                (a constant gradient), in POINT (the gradient of a given loss) and in t
    begin       theta[0], any unless given
    moments     claims about means over independent gradients: the mean of g[t]**k by k; every
                state in the relations must then be affine in states and these powers
    first       the relations are claimed of the steps from `first` to `last` only; without
                `last` the steps before `first` are unrolled, and the induction starts after them
    steps       how many steps of an exact run to look at for a violation, 4 unless said
    problems    exact problems on which to look for a violation first
    hyper       exact hyperparameters to look for a violation with, before others
    """

    kind: ClassVar[str] = "invariant"

    system: Optimizer
    relations: Sequence[Any]
    invariants: Sequence[Any] = ()
    varying: Sequence[str] = ()
    parameters: Sequence[Hyper] = ()
    assume: Sequence[Any] = ()
    given: Sequence[Any] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    begin: Any = None
    moments: Mapping[int, Any] = field(default_factory=dict)
    first: int = 1
    last: int | None = None
    problems: Sequence[Objective] = ()
    hyper: Sequence[Mapping[str, Any]] = ()
    steps: int = RUN_STEPS

    def __post_init__(self) -> None:
        if self.first < 1 or (self.last is not None and self.last < self.first):
            raise ValueError(f"there is no step from {self.first} to {self.last}: 1 is the first")

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove by induction, refute by an exact run (for means, by exact moments), or neither."""
        deadline = time.process_time() + budget_s
        conditions = tuple(map(str, (*self.assume, *self.given))) + self._moments_said()
        answers: list[Answered] = []
        reason = "the obligations left open"
        try:
            for answered in self.obligations(deadline):
                answers.append(answered)
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
            if self.last is None
            else f"t = {self.first}"
            if self.last == self.first
            else (f"t = {self.first} … {self.last}")
        )
        return f"all gradients, {steps}" if not self.answer and not self.moments else steps

    def _moments_said(self) -> tuple[str, ...]:
        said = [f"E[g**{k}] = {x}" if k > 1 else f"E[g] = {x}" for k, x in self.moments.items()]
        said += [f"{kind} = {x} in every step" for kind, x in self.answer.items()]
        said += [f"theta[0] = {self.begin}"] if self.begin is not None else []
        return tuple(said + (["independent gradients of one distribution"] if self.moments else []))

    # ---- proof

    def obligations(self, deadline: float) -> Iterator[Answered]:
        """Start and step of the invariants, then the relations claimed."""
        hyper = (*self.system.hyper, *self.parameters)
        origin = Variable(THETA)[0] if self.begin is None else sympify(self.begin)
        state = initial(self.system, origin, hyper_values(hyper, self.varying, Integer(1)))

        def budget() -> float:
            return max(0.05, min(2.0, deadline - time.process_time()))

        for number in range(1, (self.last or self.first - 1) + 1):
            clock = Integer(number)
            if number >= self.first:
                values = self.values(state, clock, origin, self.given)
                domain = self.domain(clock, [at(x, clock, self.varying) for x in self.given])
                for relation in self.relations:
                    fact = at(relation, clock, self.varying).xreplace(values)
                    yield decide_relation(f"step {number}: {relation}", fact, domain, budget())
            if number != self.last:
                values = self.values(state, clock, origin)
                state = {name: values[Variable(name)[number]] for name in state}
        if self.last is not None:
            return
        start: dict[Basic, Any] = {Variable(name)[self.first - 1]: x for name, x in state.items()}
        for relation in self.invariants:
            fact = at(relation, Integer(self.first - 1), self.varying).xreplace(start)
            yield decide_relation(
                f"invariant {relation}, start", fact, self.domain(Integer(1)), budget()
            )
        before = {name: Variable(name)[t - 1] for name in state_names(self.system)}
        facts = []
        for relation in self.invariants:
            fact = at(relation, t - 1, self.varying)
            if isinstance(fact, sympy.Eq) and fact.lhs == before.get(getattr(fact.lhs, "name", "")):
                before[fact.lhs.name] = fact.rhs  # an equation for a state: used as a definition
            else:
                facts.append(fact)
        values, domain = self.values(before, t, origin), self.domain(t, facts)
        for relation in self.invariants:
            fact = at(relation, t, self.varying).xreplace(values)
            yield decide_relation(f"invariant {relation}, step", fact, domain, budget())
        if self.given:
            values = self.values(before, t, origin, self.given)
            domain = self.domain(t, [*facts, *(at(x, t, self.varying) for x in self.given)])
        for relation in self.relations:
            if relation in self.invariants:
                continue
            fact = at(relation, t, self.varying).xreplace(values)
            yield decide_relation(f"{relation}", fact, domain, budget())

    def values(
        self, state: Mapping[str, Expr], clock: Expr, origin: Expr, given: Sequence[Any] = ()
    ) -> dict[Basic, Expr]:
        """Everything that a step at `clock` has found, by member, if `given` holds of it."""
        hyper = (*self.system.hyper, *self.parameters)
        heard: dict[Basic, Expr] = {}
        said_of_it = [at(sympify(fact), clock, self.varying) for fact in given]
        equated = {x.lhs: x.rhs for x in said_of_it if isinstance(x, sympy.Eq) and x.rhs.is_number}

        def ask(question: Question) -> Expr:
            name = "g" if not heard else f"g_{len(heard) + 1}"
            said = self.answer.get(question.kind)
            symbol = Variable(name)[clock]
            if said is not None:
                here = {ANSWER: symbol, POINT: question.args[0], t: clock}
                heard[symbol] = sympify(said).subs(here, simultaneous=True)
            return heard.setdefault(symbol, equated.get(symbol, symbol))

        # The mean of a product is none of means: states stay letters until theirs is taken.
        kept = {
            name: Variable(name)[clock - 1]
            for name in state
            if self.moments and self.system.extents.get(name) != HOST
        }
        step = advance(
            self.system,
            {**state, **kept},
            hyper_values(hyper, self.varying, clock),
            clock,
            ask,
            origin,
            self.first if clock == t else 1,
        )
        means = {letter: state[name] for name, letter in kept.items()}
        found: dict[Basic, Expr] = dict(heard)
        found |= {Variable(name)[clock - 1]: x for name, x in state.items()}
        for name, x in (*step.assigned.items(), *step.state.items()):
            said = self.mean(name, x, kept, heard) if self.moments else x
            found[Variable(name)[clock]] = said.xreplace(means)
        return found

    def mean(
        self, name: str, x: Expr, state: Mapping[str, Value], heard: Mapping[Basic, Expr]
    ) -> Expr:
        """The mean of a value that is affine in the states and in powers of the gradient."""
        if not self.concerns(name):
            return x
        if len(heard) != 1:
            raise Unsupported(f"{self.system.id} asks {len(heard)} questions, not for one gradient")
        (gradient,) = heard
        unknowns = list(state.values())
        if x.has(gradient, *unknowns):
            try:
                poly = sympy.Poly(x, gradient, *unknowns)
            except sympy.PolynomialError as error:
                raise Unsupported(f"the mean of {name} is none of powers of gradients") from error
            total: Expr = Integer(0)
            for (power, *others), coefficient in poly.terms():
                if sum(others) + (power > 0) > 1 or (power and power not in self.moments):
                    raise Unsupported(f"the mean of {name} needs more than the means given")
                factor = self.moments[power] if power else Integer(1)
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
        said = [sympify(r) for r in (*self.relations, *self.invariants)]
        for side in (side for r in said for side in r.args):
            values = sorted(side.atoms(Value), key=str)
            if values and not (side.is_polynomial(*values) and sympy.Poly(side, *values).is_linear):
                raise Unsupported(f"the mean of {side} is none of means")
        names = {v.name for r in said for v in r.atoms(Value)}
        states, reached = set(state_names(self.system)), set(names)
        reads = [(assigned(s), _read(s)) for s in self.system.step]
        while True:
            more = {x for made, used in reads if made & reached for x in used} - reached
            if not more:
                return frozenset(names | reached & states)
            reached |= more

    def domain(self, clock: Any, facts: Sequence[Any] = ()) -> Domain:
        """Ranges of everything that may occur in the step at `clock`."""
        bounds: list[tuple[Expr, Interval]] = []
        for h in (*self.system.hyper, *self.parameters):
            varies = h.name in self.varying
            members = [Variable(h.name)[clock + k] for k in (-1, 0, 1)] if varies else [h.symbol]
            bounds += [(x, interval_of(h.range)) for x in members]
        if clock == t:
            bounds.append((t, Interval(lo=self.first, integer=True)))
        given = Domain.where(
            *[at(sympify(fact), clock, self.varying) for fact in self.assume], *facts
        )
        return Domain((*bounds, *given.bounds), given.facts)

    # ---- exact runs

    def refute(self, deadline: float, enough: int = 0) -> tuple[Counterexample | None, int]:
        """Look for an exact step that violates a relation, until `enough` did not if that is not 0.

        Also says how many did not.
        """
        if self.moments:
            return self._refute_means()
        agreed = 0
        for run in self.runs():
            if time.process_time() > deadline:
                break
            for number in range(1, (self.last or run.steps) + 1):
                try:
                    told = self.told(run, number)
                    if not all(_true(fact, told) for fact in self.assume):
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
        if not self.moments:
            found, _ = self.refute(min(deadline, time.process_time() + 0.5), enough=CONFIRMED)
            if found is not None:
                raise InternalError(f"proved, but fails {found}")

    def runs(self) -> Iterator[Run]:
        """Exact runs on small problems, those given first."""
        hyper = (*self.system.hyper, *self.parameters)
        steps = self.last or self.steps
        given = [
            tuple({k: sympify(x) for k, x in row.items()} for _ in range(steps))
            for row in self.hyper
        ]
        for values in [
            *given,
            *(draws(hyper, self.varying, steps, variant) for variant in range(3)),
        ]:
            for objective in (*self.problems, *objectives()):
                length = max(steps, len(objective.slope)) if objective in self.problems else steps
                answers = tuple(
                    (kind, sympify(x).xreplace({h.symbol: values[0][h.name] for h in hyper}))
                    for kind, x in self.answer.items()
                )
                try:
                    assumed = all(
                        evaluate(a, {}, values[0], Integer(1)) == sympy.true
                        for a in self.assume
                        if not sympify(a).atoms(Value)
                    )
                except Unsupported:
                    continue
                if assumed:
                    begin = sympify(1 if self.begin is None else self.begin)
                    yield Run(self.system, begin, values, objective, length, answer=answers)

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
                at(relation, Integer(number), self.varying),
                known,
                run.hyper_at(number),
                Integer(number),
            )

        return told

    def violated(self, run: Run, number: int, told: Callable[[Any], Any]) -> Counterexample | None:
        """The counterexample of a step that violates a relation though what is given holds."""
        if number < self.first:
            return None
        if not all(_true(fact, told) for fact in self.given):
            return None
        for relation in self.relations:
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
                    *([("losses", str(run.objective))] if "grad" not in self.answer else []),
                    ("t", str(number)),
                )
                return Counterexample(point, found, str(relation), (replace(run, steps=number),))
        return None

    def _refute_means(self) -> tuple[Counterexample | None, int]:
        """Follow the exact means over the first steps from the start; they are reachable."""
        if self.given:
            return None, 0  # of the gradients, whose means are not those of all of them then
        hyper = (*self.system.hyper, *self.parameters)
        origin = Variable(THETA)[0]
        state = initial(self.system, origin, hyper_values(hyper, self.varying, Integer(1)))
        agreed = 0
        for number in range(1, (self.last or max(3, self.first + 1)) + 1):
            clock = Integer(number)
            try:
                values = self.values(state, clock, origin)
            except Unsupported:
                break
            for relation in self.relations if number >= self.first else ():
                fact = at(relation, clock, self.varying).xreplace(values)
                answered = decide_relation(f"step {number}: {relation}", fact, self.domain(clock))
                if answered.counterexample is not None:
                    return answered.counterexample, agreed
                agreed += 1
            state = {name: values[Variable(name)[clock]] for name in state}
        return None, agreed


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


@dataclass(frozen=True)
class StepFrom:
    """One step from a given state leads to a given state, on one coordinate.

    state, to: the states before and after the step by name, in hyperparameters and other symbols.
    answer: what the oracles say, by kind, as expressions in POINT. where: relations that are
    assumed. parameters: further symbols with their ranges.
    clock: the number of the step, any unless given.
    """

    kind: ClassVar[str] = "step"

    system: Optimizer
    state: Mapping[str, Any]
    to: Mapping[str, Any]
    answer: Mapping[str, Any]
    where: Sequence[Any] = ()
    parameters: Sequence[Hyper] = ()
    clock: Any = t

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Prove or refute the values after the step."""

        def ask(question: Question) -> Expr:
            return sympify(self.answer[question.kind]).subs(POINT, question.args[0])

        state = {name: sympify(x) for name, x in self.state.items()}
        try:
            step = advance(
                self.system, state, hyper_values(self.system.hyper, (), t), sympify(self.clock), ask
            )
            found = {name: one_entry(step.state[name]) for name in self.to}
        except (Unsupported, NotExact) as error:
            return undecided(str(error))
        symbols = [h.symbol for h in self.system.hyper]
        domain = domain_of(
            *symbols,
            *self.state.values(),
            *self.to.values(),
            *self.answer.values(),
            where=self.where,
            hyper=(*self.system.hyper, *self.parameters),
        )
        answers = [
            decide_equation(f"{name} after the step", x, sympify(self.to[name]), domain, budget_s)
            for name, x in found.items()
        ]
        return conclude(
            answers,
            "one coordinate",
            (*self.where, *(f"{k} = {x}" for k, x in self.answer.items())),
        )


__all__ = ["Always", "StepFrom"]

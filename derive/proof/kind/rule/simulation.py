"""The simulation relation of two systems: equality of whole trajectories, for every loss and t.

The state of the right system is a map of the state of the left one, `state`, which may depend on t
and on hyperparameters at t and t + 1. With uninterpreted answers of the oracles, and symbolic state
and t, it is enough that
  1. the relation holds at the start (or from a step on, the steps before it unrolled),
  2. the right system asks where the left one asks, up to a map of points, and hears its answers,
     up to a map of answers,
  3. one step preserves the relation,
  4. what is observed agrees.
Each is an identity, decided exactly. Where one fails, both systems are run on small exact problems
until they part; if they do not, the verdict is undecided.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import sympy
from sympy import Basic, Dummy, Expr, Integer, sympify
from sympy.core.symbol import Str

from optwright.derive.claim.problem import ANSWER, POINT, Objective
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.system import answer_names
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import InternalError, NotExact, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer, expressions
from optwright.derive.language.symbol import Value, Variable, t
from optwright.derive.proof.algebra.domain import Domain, Interval
from optwright.derive.proof.kind.rule.invariant import InvariantAttempt
from optwright.derive.proof.kind.rule.simulation_run import NOWHERE, SimulationRuns
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.system import (
    THETA,
    Answer,
    Question,
    Step,
    advance,
    at,
    hyper_values,
    initial,
    state_names,
)
from optwright.derive.proof.sign.obligation import (
    decide_equation,
    decide_relation,
    factored,
    interval_of,
    neutral,
)


@decide.register
def _simulation(claim: Simulation, budget_s: float = 5.0) -> Verdict:
    """Prove the claim, refute it by an exact run, or say what was tried."""
    return SimulationAttempt(claim, time.process_time() + budget_s).verdict()


def proof(claim: Simulation, budget_s: float = 5.0) -> Verdict | None:
    """The verdict if the claim is proved, else None; counterexamples are not looked for."""
    return SimulationAttempt(claim, time.process_time() + budget_s).proof(whole=False)[0]


def refute(claim: Simulation, budget_s: float = 5.0) -> Counterexample | None:
    """Exact runs in which what is observed differs, if some are found; nothing is proved."""
    return SimulationAttempt(claim, time.process_time() + budget_s).refute()[0]


class SimulationAttempt(SimulationRuns):
    """One attempt to decide a simulation."""

    def __init__(self, claim: Simulation, deadline: float) -> None:
        super().__init__(claim, deadline)
        self.start = claim.start or 0
        self.obligations: list[Obligation] = []
        self.failed: list[tuple[str, Expr, Domain]] = []

    def image(
        self, state: Mapping[str, Expr], hyper: Mapping[Basic, Expr], index: Expr
    ) -> dict[str, Expr]:
        """The state of the right system when the left one is in this state after step `index`."""
        here = {Variable(name)[index]: x for name, x in state.items()} | dict(hyper)
        return {
            name: _put(at(self.mapped(name), index), here, self.claim.varying)
            for name in state_names(self.right)
        }

    def domain(self, clock: Expr, extra: Sequence[Basic] = ()) -> Domain:
        """Ranges of everything that may occur in an obligation of the step at `clock`."""
        bounds: list[tuple[Expr, Interval]] = []
        for h in self.all_hyper:
            inside = interval_of(h.range)
            if h.name in self.claim.varying:
                bounds += [(Variable(h.name)[clock + k], inside) for k in (-1, 0, 1)]
            else:
                bounds.append((h.symbol, inside))
        if clock == t:
            bounds.append((t, Interval(lo=self.start + 1, integer=True)))
        facts = [at(fact, t, self.claim.varying).subs(t, clock) for fact in self.claim.assume]
        given = Domain.where(*facts, *extra)
        return Domain((*bounds, *given.bounds), given.facts)

    def show(self, name: str, left: Expr, right: Expr, domain: Domain) -> bool:
        """Decide `left = right` and keep the obligation; False unless proved."""
        rest = max(0.05, min(2.0, self.deadline - time.process_time()))
        obligation = decide_equation(name, left, right, domain, rest).obligation
        self.obligations.append(obligation)
        if obligation.status != "proved":
            self.failed.append((name, left - right, domain))
        return obligation.status == "proved"

    def pair(
        self,
        mine: Mapping[str, Expr],
        other: Mapping[str, Expr],
        mine_hyper: Mapping[str, Expr],
        clock: Expr,
        begin: tuple[Expr, Expr],
        domain: Domain,
        label: str,
    ) -> tuple[Step, Step, bool]:
        """One step of both systems, the right one answered by what the left one heard."""
        names = iter(answer_names(self.left))

        def hear(question: Question) -> Expr:
            return Variable(next(names))[clock]

        least = self.start + 1
        step = advance(self.left, mine, mine_hyper, clock, hear, begin[0], least)
        free = list(step.questions)
        matched: list[tuple[Question, Expr]] = []

        def answer(question: Question) -> Expr:
            candidates = [pair for pair in free if pair[0].kind == question.kind]
            for candidate in candidates:
                if self.same_point(candidate[0], question, domain):
                    heard = candidate[1]
                    break
            else:
                if not candidates:
                    raise Unmatched(
                        f"{self.right.id} asks {question}, {self.left.id} asks nothing of the kind"
                    )
                candidate = candidates[0]
                heard = candidate[1]
            matched.append((candidate[0], heard))
            return _hears(self.claim, question.kind, heard)

        right_hyper = self.right_hyper(mine_hyper, clock)
        shifted = clock + self.claim.shift
        done = advance(
            self.right, other, right_hyper, shifted, answer, begin[1], least + self.claim.shift
        )
        good = True
        for (asked, _), (mine_question, _) in zip(done.questions, matched, strict=True):
            if len(asked.args) != len(mine_question.args):
                raise Unmatched(f"{self.right.id} asks {asked}, {self.left.id} {mine_question}")
            for k, (p, q) in enumerate(zip(mine_question.args, asked.args, strict=True)):
                if isinstance(q, Str):
                    good &= p == q
                    continue
                moved = self.moved(asked, k)
                what = "point" if k == 0 else f"argument {k}"
                good &= self.show(f"{label}{asked.kind} asked, {what}", p, moved, domain)
        return step, done, good

    def same_point(self, mine: Question, other: Question, domain: Domain) -> bool:
        """Whether two questions are the same, the points up to the map."""
        if len(mine.args) != len(other.args):
            return False
        for k, (p, q) in enumerate(zip(mine.args, other.args, strict=True)):
            if isinstance(q, Str):
                if p != q:
                    return False
                continue
            moved = self.moved(other, k)
            if p != moved and decide_equation("", p, moved, domain, 0.5).status != "proved":
                return False
        return True

    def moved(self, question: Question, place: int) -> Expr:
        """An argument of the right system's question as the left one must have put it."""
        argument = question.args[place]
        if place or question.kind == "noise":  # noise counts its draws and has no point
            return sympify(argument)
        return sympify(self.claim.point).subs(POINT, argument)

    def prove(self, whole: bool = True) -> bool:
        """Show all obligations; whether all of them were proved.

        whole: also show what needs no showing once the step or the start fails.
        """
        if self.left.scope != self.right.scope and (_reduces(self.left) or _reduces(self.right)):
            raise Unsupported("reductions over each tensor are not those over all tensors together")
        if whole:
            good = self.prove_invariants()
            good = self.prove_ranges() and good
            good = self.prove_start() and good
            return self.prove_step() and good
        good = self.prove_start()
        good = self.prove_step() and good
        last, self.obligations = self.obligations, []
        good = good and self.prove_ranges() and self.prove_invariants()
        self.obligations += last
        return good

    def left_state(self, index: Expr) -> dict[str, Expr]:
        return {name: Variable(name)[index] for name in state_names(self.left)}

    def prove_invariants(self) -> bool:
        """The invariants of the left system, each by induction."""
        claim = self.claim
        if not claim.invariants:
            return True
        known = Always(
            self.left,
            claim.invariants,
            claim.invariants,
            claim.varying,
            claim.parameters,
            claim.assume,
        )
        found = [
            answered.obligation for answered in InvariantAttempt(known).obligations(self.deadline)
        ]
        self.obligations += found
        return all(o.status == "proved" for o in found)

    def prove_ranges(self) -> bool:
        """The map of hyperparameters stays inside the ranges that the right system declares."""
        good = True
        domain = self.domain(t)
        here = hyper_values(self.all_hyper, self.claim.varying, t)
        values = self.right_hyper(here, t)
        same = {h.name: h.range for h in self.left.hyper}
        integers = {here[h.name]: Dummy(integer=True) for h in self.all_hyper if h.range.integer}

        def whole(x: Expr) -> bool:
            return bool(x.xreplace(integers).is_integer)

        for h in self.right.hyper:
            if h.name not in self.claim.hyper and same.get(h.name) == h.range:
                continue
            low = sympy.Gt if h.range.low_open else sympy.Ge
            high = sympy.Lt if h.range.high_open else sympy.Le
            for end, relation in ((h.range.low, low), (h.range.high, high)):
                if end.is_finite:
                    fact = relation(values[h.name], end)
                    obligation = decide_relation(f"{h.name} in {h.range}", fact, domain).obligation
                    self.obligations.append(obligation)
                    good &= obligation.status == "proved"
            if h.range.integer and not whole(values[h.name]):
                said = f"{values[h.name]} is an integer"
                self.obligations.append(
                    Obligation(f"{h.name} in {h.range}", said, "not shown", "undecided")
                )
                good = False
        return good

    def prove_start(self) -> bool:
        """The relation after `start` steps, and everything asked and observed on the way."""
        origin = Variable(THETA)[0]
        claim = self.claim
        first = hyper_values(self.all_hyper, claim.varying, Integer(1))
        mine = initial(self.left, origin, first)
        right_first = self.right_hyper(first, Integer(1))
        good = True
        begin = self.beginning(mine)
        other = initial(self.right, begin, right_first)
        for number in range(1, claim.shift + 1):
            clock = Integer(number)
            other = dict(advance(self.right, other, right_first, clock, _early(clock), begin).state)
        for number in range(1, self.start + 1):
            clock = Integer(number)
            domain = self.domain(clock)
            here = hyper_values(self.all_hyper, claim.varying, clock)
            step, done, asked = self.pair(
                mine, other, here, clock, (origin, begin), domain, f"step {number}: "
            )
            good &= asked
            mine, other = dict(step.state), dict(done.state)
            for name, right, left in self.observed():
                a = _put(
                    at(left, clock, claim.varying),
                    {Variable(n)[clock]: x for n, x in mine.items()},
                    (),
                )
                b = _put(at(right, clock), {Variable(n)[clock]: x for n, x in other.items()}, ())
                good &= self.show(f"step {number}: {name} observed", b, a, domain)
        index = Integer(self.start)
        image = self.image(mine, {}, index)
        for name in state_names(self.right):
            good &= self.show(f"start: {name}", other[name], image[name], self.domain(index + 1))
        return good

    def beginning(self, mine: Mapping[str, Expr]) -> Expr:
        return self.said_begin(mine).xreplace({Variable(n)[0]: x for n, x in mine.items()})

    def prove_step(self) -> bool:
        """Queries, preservation and observation in the step at symbolic t."""
        claim = self.claim
        origin = Variable(THETA)[0]
        mine = self.left_state(t - 1)
        other = self.image(mine, {}, t - 1)
        facts = []
        for relation in claim.invariants:
            fact = at(relation, t - 1, claim.varying)
            if isinstance(fact, sympy.Eq) and fact.lhs == mine.get(getattr(fact.lhs, "name", "")):
                mine[fact.lhs.name] = fact.rhs  # an equation for a state: used as a definition
            else:
                facts.append(fact)
        other = self.image(mine, {}, t - 1)
        domain = self.domain(t, facts)
        here = hyper_values(self.all_hyper, claim.varying, t)
        first = hyper_values(self.all_hyper, claim.varying, Integer(1))
        begin = self.beginning(initial(self.left, origin, first))
        step, done, good = self.pair(mine, other, here, t, (origin, begin), domain, "")
        values = {Variable(n)[t]: x for n, x in step.state.items()}
        for name in state_names(self.right):
            good &= self.show(
                f"step: {name}",
                done.state[name],
                _put(self.mapped(name), values, claim.varying),
                domain,
            )
        if claim.observe:
            for name, right, left in self.observed():
                a = _put(at(left, t, claim.varying), values, claim.varying)
                b = _put(
                    at(right, t), {Variable(n)[t]: x for n, x in done.state.items()}, claim.varying
                )
                good &= self.show(f"{name} observed", b, a, domain)
        return good

    def proof(self, whole: bool = True) -> tuple[Verdict | None, str]:
        """The verdict if the claim is proved, else why it is not."""
        reason = "the obligations left open"
        proved = False
        try:
            proved = self.prove(whole)
            if not proved and self.claim.start is None and self.by_cases():
                # Cases on the first step hold of the initial state only: unroll it.
                earlier = self.obligations, self.failed
                self.obligations, self.failed, self.start = [], [], 1
                proved = self.prove(whole)
                if not proved:
                    (self.obligations, self.failed), self.start = earlier, 0
        except (Unsupported, Unmatched) as error:
            reason = str(error)
        if not proved:
            return None, reason
        if not self.confirm():
            return None, "a step has a real value in one system only"
        done = Verdict(
            "proved", tuple(self.obligations), scope=self.scope(), conditions=self.conditions()
        )
        return done, ""

    def verdict(self) -> Verdict:
        conditions = self.conditions()
        done, reason = self.proof()
        if done is not None:
            return done
        found, agreed = self.refute()
        hint = self.hint()
        if found is not None:
            return Verdict(
                "refuted",
                tuple(self.obligations),
                found,
                scope=self.scope(),
                conditions=conditions,
                hint=hint,
            )
        open_ = [o.name for o in self.obligations if o.status != "proved"]
        return undecided(
            f"{reason}: {', '.join(open_)}" if open_ else reason,
            f"{agreed} exact runs that agreed",
            obligations=tuple(self.obligations),
            hint=hint,
        )

    def confirm(self) -> bool:
        """A proof must agree with exact runs; if not, the prover is wrong.

        False where a step has a real value in one system only, which no identity tells: both sides
        of one are compared where both are defined.
        """
        seen = 0
        partial = _partial(self.left) or _partial(self.right)

        def wanted(objective: Objective) -> bool:
            return seen < 3 or (partial and 0 in objective.slope)

        for left, right, objective in self.runs(variants=2, steps=3, wanted=wanted):
            try:
                parted = self.parting(left, right)
            except (NotExact, Unsupported, ZeroDivisionError, TypeError):
                continue
            if parted is not None and NOWHERE in parted[2:]:
                return False
            if parted is not None:
                raise InternalError(f"proved, but runs on {objective} part: {parted}")
            seen += 1
            if (seen >= 3 and not partial) or time.process_time() > self.deadline:
                break
        return True

    def by_cases(self) -> bool:
        """Whether what failed distinguishes cases, or fails at the start: unrolling may help."""
        return any(gap.has(op.cases) or name.startswith("start") for name, gap, _ in self.failed)

    def scope(self) -> str:
        losses = "all losses, all t"
        vary = ", ".join(self.claim.varying)
        return f"{losses}, {vary} varying with t" if vary else losses

    def conditions(self) -> tuple[str, ...]:
        """What the claim assumes, spelt out."""
        mine, other = self.names()
        said = [f"{name} of {other} = {sympify(x)}" for name, x in self.claim.hyper.items()]
        said += [
            f"{name}[t] of {other} = {sympify(x)} of {mine}" for name, x in self.claim.state.items()
        ]
        said += [str(fact) for fact in self.claim.assume]
        fixed = [h.name for h in self.left.hyper if h.name not in self.claim.varying]
        if fixed:
            said.append(f"{', '.join(fixed)} constant")
        return tuple(said)

    def hint(self) -> str:
        """The defect of the first failed step, factored: zero where a factor vanishes."""
        for name, gap, domain in self.failed:
            if not name.startswith("start"):
                text = factored(neutral(gap), domain)
                return (
                    f"defect of {name.removeprefix('step: ')}: {text}"
                    if 0 < len(text) < 300
                    else ""
                )
        return ""


def _partial(system: Optimizer) -> bool:
    """Whether a step divides, or takes a root or a logarithm, by or of what changes."""
    return any(
        isinstance(x, sympy.log) or not (x.exp.is_Integer and x.exp > 0)
        for s in system.step
        for e in expressions(s)
        for x in e.atoms(sympy.Pow, sympy.log)
        if x.args[0].atoms(Value)
    )


def _reduces(system: Optimizer) -> bool:
    kinds = (op.Reduction, op.MatrixOperation)
    return any(x.has(*kinds) for s in system.step for x in expressions(s))


class Unmatched(ValueError):
    """The right system asks something to which nothing of the left one corresponds."""


def _early(clock: Expr) -> Answer:
    """Answers to the steps before the clocks meet: any, of which nothing may depend."""
    number = count(1)
    return lambda question: Variable(f"early_{next(number)}")[clock]


def _hears(claim: Simulation, kind: str, heard: Expr) -> Expr:
    said = claim.answer.get(kind)
    return heard if said is None else sympify(said).subs(ANSWER, heard)


def _put(expr: Any, table: Mapping[Basic, Expr], varying: Sequence[str]) -> Expr:
    """Replace members of sequences, all at once."""
    return at(sympify(expr), t, varying).xreplace(dict(table))

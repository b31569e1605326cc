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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count, islice, product
from typing import Any

import sympy
from sympy import Basic, Dummy, Expr, Integer, sympify
from sympy.core.symbol import Str

from optwright.derive.claim.problem import ANSWER, POINT, Objective, script
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import InternalError, NotExact, NotReal, OutOfTime, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Optimizer, expressions, theta
from optwright.derive.language.extent import HOST
from optwright.derive.language.symbol import Value, Variable, t
from optwright.derive.proof.algebra.domain import Domain, Interval
from optwright.derive.proof.kind.formula.expression import conclude
from optwright.derive.proof.kind.rule.invariant import InvariantAttempt
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.exact import Run, differ, draws, later, objectives, recorded
from optwright.derive.proof.run.system import (
    THETA,
    Answer,
    Question,
    Step,
    advance,
    at,
    evaluate,
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
from optwright.derive.proof.sign.zero import factor_defect

RUN_STEPS = 4
"""Steps after which an exact run gives up looking for a difference."""
NOWHERE = "no real number"
LONG_STEPS = 10
"""The same for systems that change with the clock, where shorter runs found none."""


@decide.register
def _simulation(claim: Simulation, budget_s: float = 5.0) -> Verdict:
    """Prove the claim, refute it by an exact run, or say what was tried."""
    return _Decision(claim, time.process_time() + budget_s).verdict()


def proof(claim: Simulation, budget_s: float = 5.0) -> Verdict | None:
    """The verdict if the claim is proved, else None; counterexamples are not looked for."""
    return _Decision(claim, time.process_time() + budget_s).proof(whole=False)[0]


def refute(claim: Simulation, budget_s: float = 5.0) -> Counterexample | None:
    """Exact runs in which what is observed differs, if some are found; nothing is proved."""
    return _Decision(claim, time.process_time() + budget_s).refute()[0]


class _Decision:
    """One attempt to decide a simulation."""

    def __init__(self, claim: Simulation, deadline: float) -> None:
        self.claim, self.deadline = claim, deadline
        self.start = claim.start or 0
        self.left, self.right = claim.left, claim.right
        self.all_hyper = (*claim.left.hyper, *claim.parameters)
        self.obligations: list[Obligation] = []
        self.failed: list[tuple[str, Expr, Domain]] = []

    # ---- maps

    def right_hyper(self, values: Mapping[str, Expr], clock: Expr) -> dict[str, Expr]:
        """The hyperparameters of the right system, given those of the left at this step."""
        found = {}
        for h in self.right.hyper:
            said = self.claim.hyper.get(h.name, h.symbol)
            found[h.name] = evaluate(said, {}, values, clock)
        return found

    def mapped(self, name: str) -> Expr:
        """The map of one state of the right system, in terms at t."""
        return at(self.claim.state.get(name, Variable(name)[t]), t, self.claim.varying)

    def image(
        self, state: Mapping[str, Expr], hyper: Mapping[Basic, Expr], index: Expr
    ) -> dict[str, Expr]:
        """The state of the right system when the left one is in this state after step `index`."""
        here = {Variable(name)[index]: x for name, x in state.items()} | dict(hyper)
        return {
            name: _put(at(self.mapped(name), index), here, self.claim.varying)
            for name in state_names(self.right)
        }

    # ---- obligations

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
        names = iter(_answer_names(self.left))

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

    def observed(self) -> list[tuple[str, Expr, Expr]]:
        """What is to agree: a name, the expression of the right system, that of the left one."""
        pairs = list(self.claim.observe) or [(theta[t], self.claim.state.get(THETA, theta[t]))]
        return [(str(of_right), sympify(of_right), sympify(of_left)) for of_right, of_left in pairs]

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

    def said_begin(self, mine: Mapping[str, Expr]) -> Expr:
        """theta[0] of the right system in terms of the left one's initial state."""
        if self.claim.begin is not None:
            return at(self.claim.begin, Integer(0), self.claim.varying)
        said = at(self.mapped(THETA), Integer(0), self.claim.varying)
        value = said.xreplace({Variable(n)[0]: x for n, x in mine.items()})
        return Variable(THETA)[0] if value.has(sympy.nan, sympy.zoo) else said

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

    # ---- exact runs

    def runs(
        self,
        variants: int = 3,
        steps: int = RUN_STEPS,
        wanted: Callable[[Objective], bool] = lambda _: True,
    ) -> Iterator[tuple[Run, Run, Objective]]:
        """Pairs of exact runs that the claim says agree, on the problems that are wanted then."""
        claim = self.claim
        tried = [*claim.problems, *objectives()]
        for variant, objective in product(range(variants), tried):
            for origin in (Integer(1), Integer(0), Integer(2)):
                if (origin != 1 and objective not in tried[:2]) or not wanted(objective):
                    continue
                values = draws(self.all_hyper, tuple(claim.varying), steps, variant)
                try:
                    if not self.admissible(values):
                        continue
                    yield (*self.run_pair(values, origin, objective, steps), objective)
                except (NotExact, Unsupported, ZeroDivisionError, TypeError):
                    continue

    def long_runs(self) -> Iterator[tuple[Run, Run, Objective]]:
        """Longer pairs, without penalties, if a case of either system depends on the clock."""
        if not (_changes(self.left) or _changes(self.right)):
            return
        still = {h.name for h in self.all_hyper if h.symbol.role == "regularization"}
        for variant, objective in product(range(3), (script(1), script(1, 2, -1, 1, 3))):
            values = [
                {n: Integer(0) if n in still else x for n, x in row.items()}
                for row in draws(self.all_hyper, tuple(self.claim.varying), LONG_STEPS, variant)
            ]
            inside = all(0 in h.range for h in self.all_hyper if h.name in still)
            try:
                if inside and self.admissible(values):
                    yield (
                        *self.run_pair(values, Integer(1), objective, LONG_STEPS),
                        objective,
                    )
            except (NotExact, Unsupported, ZeroDivisionError, TypeError):
                continue

    def admissible(self, values: Sequence[Mapping[str, Expr]]) -> bool:
        """Whether assumptions hold and mapped hyperparameters are in range, at every step."""
        for number, here in enumerate(values, 1):
            for fact in self.claim.assume:
                truth = (
                    evaluate(fact, {}, here, Integer(number))
                    if not sympify(fact).atoms(Value)
                    else sympy.true
                )
                if truth != sympy.true:
                    return False
            for h, x in zip(
                self.right.hyper, self.right_hyper(here, Integer(number)).values(), strict=True
            ):
                if x.is_Rational and x not in h.range:
                    return False
        return True

    def run_pair(
        self, values: Sequence[Mapping[str, Expr]], origin: Expr, objective: Objective, steps: int
    ) -> tuple[Run, Run]:
        claim = self.claim
        left = Run(self.left, origin, tuple(values), objective, steps)
        mine = left.start
        begin = self.number(self.said_begin(mine), mine, values, 0)
        clock = [Integer(k) for k in range(1, len(values) + 1)]
        theirs = tuple(self.right_hyper(v, k) for v, k in zip(values, clock, strict=True))
        if claim.shift and "noise" in self.right.oracles:
            raise Unsupported("the same noise at other steps")
        fixed = {h.symbol: values[0][h.name] for h in self.all_hyper}
        answers = tuple((kind, sympify(x).xreplace(fixed)) for kind, x in claim.answer.items())
        right = Run(
            self.right,
            begin,
            theirs[:1] * claim.shift + theirs,
            later(objective, claim.shift),
            steps + claim.shift,
            sympify(claim.point).xreplace(fixed),
            answers,
        )
        return left, right

    def number(
        self, expr: Any, state: Mapping[str, Expr], values: Sequence[Mapping[str, Expr]], index: int
    ) -> Expr:
        """An expression at step `index`, evaluated in a run."""
        known: dict[Basic, Expr] = {Variable(n)[index]: x for n, x in state.items()}
        for k in (index - 1, index, index + 1):
            row = values[min(max(k, 1), len(values)) - 1]
            known |= {Variable(n)[k]: x for n, x in row.items()}
        row = values[min(max(index, 1), len(values)) - 1]
        return evaluate(at(expr, Integer(index), self.claim.varying), known, row, Integer(index))

    def refute(self) -> tuple[Counterexample | None, int]:
        """Look for exact runs whose observed values differ; also how many agreed.

        Runs in which one side has no real value are shown only if there are no others, or on a
        problem that the claim itself names.
        """
        agreed, nowhere = 0, []
        short = self.runs()
        for left, right, objective in chain(islice(short, 9), self.long_runs(), short):
            if time.process_time() > self.deadline:
                break
            try:
                found = self.parting(left, right)
            except (NotExact, Unsupported, ZeroDivisionError, TypeError):
                continue
            if found is None:
                agreed += 1
            elif NOWHERE not in found[2:] or objective in self.claim.problems:
                return self.shown(left, right, objective, found), agreed
            else:
                nowhere.append((left, right, objective, found))
                if len(nowhere) == 6:
                    break
        return (self.shown(*nowhere[0]) if nowhere else None), agreed

    def shown(
        self, left: Run, right: Run, objective: Objective, found: tuple[int, str, str, str]
    ) -> Counterexample:
        """Two runs that part, with the numbers at which they do."""
        number, name, a, b = found
        values = {h.name: str(left.hyper_at(1)[h.name]) for h in self.all_hyper}
        for h in self.all_hyper:
            if h.name in self.claim.varying:
                values[h.name] = ", ".join(
                    str(left.hyper_at(k)[h.name]) for k in range(1, number + 1)
                )
        point = (("theta[0]", str(left.theta)), *values.items(), ("losses", str(objective)))
        names = self.names()
        number_ = number + self.claim.shift
        return Counterexample(
            point,
            ((f"{names[0]} {name}[{number}]", a), (f"{names[1]} {name}[{number_}]", b)),
            "they are equal",
            recorded(replace(left, steps=number), replace(right, steps=number_)),
        )

    def parting(self, left: Run, right: Run) -> tuple[int, str, str, str] | None:
        """The first step at which observed values differ, with the values.

        A step that has a real value in one system and none in the other is a difference.
        """
        for number in range(1, left.steps + 1):
            if not self.assumed(left, number):
                return None
            for name, of_right, of_left in self.observed():
                a = self.seen(of_left, left, number, self.claim.varying)
                b = self.seen(of_right, right, number + self.claim.shift, ())
                if a is None and b is None:
                    return None
                if a is None or b is None or differ(a, b):
                    return number, name.split("[")[0], _shown(a), _shown(b)
        return None

    def assumed(self, run: Run, number: int) -> bool:
        """Whether the assumptions about values hold in a step of the left run."""
        facts = [fact for fact in self.claim.assume if sympify(fact).atoms(Value)]
        if not facts:
            return True
        try:
            known = run.known(number, _answer_names(self.left))
        except NotReal:
            known = run.known(number - 1, _answer_names(self.left)) if number > 1 else {}
        values, clock = run.hyper_at(number), Integer(number)
        for fact in facts:
            moved = at(fact, clock, self.claim.varying)
            if not moved.atoms(Value) <= set(known):
                return False
            if evaluate(moved, known, values, clock) != sympy.true:
                return False
        return True

    def seen(self, expr: Expr, run: Run, number: int, varying: Sequence[str]) -> Expr | None:
        """What is observed after a step of a run; None where it has no real value."""
        try:
            known: dict[Basic, Expr] = {
                Variable(n)[number]: x for n, x in run.state(number).items()
            }
        except NotReal:
            return None
        for k in (number, number + 1):
            known |= {Variable(n)[k]: x for n, x in run.hyper_at(k).items()}
        moved = at(expr, Integer(number), varying)
        return evaluate(moved, known, run.hyper_at(number), Integer(number))

    # ---- the verdict

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
            if seen >= 3 and not partial or time.process_time() > self.deadline:
                break
        return True

    def by_cases(self) -> bool:
        """Whether what failed distinguishes cases, or fails at the start: unrolling may help."""
        return any(gap.has(op.cases) or name.startswith("start") for name, gap, _ in self.failed)

    def scope(self) -> str:
        losses = "all losses, all t"
        vary = ", ".join(self.claim.varying)
        return f"{losses}, {vary} varying with t" if vary else losses

    def names(self) -> tuple[str, str]:
        """What the two systems are called in texts."""
        different = self.left.id != self.right.id
        return (self.left.id, self.right.id) if different else ("left", "right")

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


def _changes(system: Optimizer) -> bool:
    """Whether a case depends on host values that may take some steps to change it."""
    return any(
        not {v.name for v in condition.atoms(Value)} - host
        for host in [{n for n, x in system.extents.items() if x == HOST}]
        for s in system.step
        for x in expressions(s)
        for case in x.atoms(op.cases)
        for condition in case.args[1::2]
    )


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


@decide.register
def _only_if(claim: OnlyIf, budget_s: float = 5.0) -> Verdict:
    """Prove both directions, or say which is open."""
    attempt = _Decision(claim.claim, time.process_time() + budget_s)
    try:
        attempt.prove()
    except (Unsupported, Unmatched) as error:
        return undecided(str(error))
    failed = [row for row in attempt.failed if not row[0].startswith(("start", "invariant"))]
    if not failed:
        return undecided("the simulation does not fail")
    put = {claim.symbol: sympify(claim.value)}
    answers = []
    for name, gap, domain in failed:
        answers.append(decide_equation(f"if: {name}", gap.xreplace(put), Integer(0), domain))
    name, gap, domain = failed[0]
    # As numbers in their own right: facts between atoms narrow the domain of the defect.
    facts = Domain.where(*claim.where, sympy.Ne(claim.symbol, claim.value))
    narrowed = Domain((*domain.bounds, *facts.bounds), (*domain.facts, *facts.facts))
    defect = factor_defect(neutral(gap), domain).numerator
    for factor in sympy.Mul.make_args(defect):
        base = factor.base if factor.is_Pow and factor.exp.is_Integer else factor
        if not base.is_number:
            answers.append(decide_relation(f"only if: {base}", sympy.Ne(base, 0), narrowed))
    said = (*attempt.conditions(), f"{claim.symbol} = {claim.value}", *map(str, claim.where))
    open_ = [a.obligation.name for a in answers if a.status != "proved"]
    if open_:
        # What fails in a state that no run reaches refutes nothing.
        return undecided(", ".join(open_), obligations=tuple(a.obligation for a in answers))
    if attempt.refute()[0] is None:
        return undecided("no exact run in which it fails")
    return conclude(answers, attempt.scope(), said)


def only_if(claim: Simulation, symbol: Any, value: Any, budget_s: float = 2.0) -> OnlyIf | None:
    """The claim that a simulation holds only if a symbol has a value, with its `where` found.

    What else would make the first failing defect vanish is assumed not to: its other factors are
    not zero. None if the simulation does not fail, or the value makes no factor vanish.
    """
    attempt = _Decision(claim, time.process_time() + budget_s)
    try:
        if claim.start:
            attempt.prove()
        else:
            attempt.prove_step()
        failed = [row for row in attempt.failed if not row[0].startswith(("start", "invariant"))]
        if not failed:
            return None
        name, gap, domain = failed[0]
        factors = sympy.Mul.make_args(factor_defect(neutral(gap), domain).numerator)
    except (Unsupported, Unmatched, ValueError, ArithmeticError, OutOfTime):
        return None
    put = {symbol: sympify(value)}
    others: list[Any] = []
    for factor in factors:
        base = factor.base if factor.is_Pow and factor.exp.is_Integer else factor
        if base.is_number:
            continue
        if decide_equation("", base.xreplace(put), Integer(0), domain, 0.3).status != "proved":
            others.append(sympy.Ne(base, 0))
    kept = len(others) < sum(not f.is_number for f in factors)
    return OnlyIf(claim, symbol, value, tuple(others)) if kept else None


def _shown(x: Expr | None) -> str:
    return NOWHERE if x is None else str(x)


def _early(clock: Expr) -> Answer:
    """Answers to the steps before the clocks meet: any, of which nothing may depend."""
    number = count(1)
    return lambda question: Variable(f"early_{next(number)}")[clock]


def _hears(claim: Simulation, kind: str, heard: Expr) -> Expr:
    said = claim.answer.get(kind)
    return heard if said is None else sympify(said).subs(ANSWER, heard)


def _answer_names(system: Optimizer) -> Iterator[str]:
    """Names for answers, in order: g, g_2, g_3, … unless the system uses them for its state."""
    taken = {THETA, *(s.name for s in system.state), *(h.name for h in system.hyper)}
    number = 1
    while True:
        name = "g" if number == 1 else f"g_{number}"
        if name not in taken:
            yield name
        number += 1


def _put(expr: Any, table: Mapping[Basic, Expr], varying: Sequence[str]) -> Expr:
    """Replace members of sequences, all at once."""
    return at(sympify(expr), t, varying).xreplace(dict(table))

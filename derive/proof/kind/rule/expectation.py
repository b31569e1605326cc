"""Means over random batches and over random answers of oracles.

A batch of B draws from n samples enters by the means of one draw and of the product of two draws,
which is all that means and variances of its sum need; the law of the draws is with or without
replacement. Means of a step over a random answer are exact where the step is affine in it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import Any

from sympy import Expr, Integer, Rational, sympify

from optwright.derive.claim.problem import script
from optwright.derive.claim.rule.expectation import B, BatchMoment, MeanStep, mean, n, variance
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import InternalError, NotExact, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Variable, t
from optwright.derive.proof.kind.formula.expression import conclude, domain_of
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.exact import Run, differ, draws, recorded
from optwright.derive.proof.run.system import THETA, Question, advance, hyper_values, state_names
from optwright.derive.proof.sign.obligation import Answered, decide_equation

_ANSWER = Variable("answer")[t]
_DATA = ((0, 1), (1, 2, 4), (0, 0, 3, 5))


@decide.register
def _batch_moment(claim: BatchMoment, budget_s: float = 5.0) -> Verdict:
    """Derive the moment for all n and B; refute by counting all batches of small data."""
    begun = time.perf_counter()
    value, scale = sympify(claim.value), sympify(claim.scale)
    total = n * mean  # the sum of all samples
    squares = n * (variance + mean**2)
    # P(i, j) for two different draws: 1/n**2 with replacement, else 1/(n*(n - 1)) if i != j.
    pair = total**2 / n**2 if claim.replacement else (total**2 - squares) / (n * (n - 1))
    first = scale * B * total / n
    second = scale**2 * (B * squares / n + B * (B - 1) * pair)
    found = first if claim.quantity == "mean" else second - first**2
    law = (
        "with replacement"
        if claim.replacement
        else "without replacement: two draws are different samples, all pairs alike"
    )
    where = (n >= 2,) if claim.replacement else (n >= 2, B <= n)
    domain = domain_of(found, value, where=where, integers=(n, B))
    answer = decide_equation(f"{claim.quantity} over batches", found, value, domain, budget_s)
    counted = _counted(claim, value, scale)
    seconds = time.perf_counter() - begun
    if answer.status == "proved":
        if counted is not None:
            raise InternalError(f"{claim} was proved, but {counted}")
        small = Obligation(
            "all batches of small data, counted", str(value), "the same", "proved", (), seconds
        )
        return conclude([answer, Answered(small)], "all n, B and samples", (law, *where))
    if counted is None:
        return undecided(f"small data, which agree, and {answer.obligation.after}")
    failed = Obligation(
        answer.obligation.name, answer.obligation.before, str(found), "refuted", (law,), seconds
    )
    return Verdict("refuted", (failed,), counted, "all n, B and samples", (law,))


def _counted(claim: BatchMoment, value: Expr, scale: Expr) -> Counterexample | None:
    """Small data for which counting all batches gives another number than `value`."""
    for data in _DATA:
        size = len(data)
        for count in range(1, size + 1):
            batches = (
                list(product(data, repeat=count))
                if claim.replacement
                else list(permutations(data, count))
            )
            exact = scale.subs({n: size, B: count})
            sums = [
                Fraction(sum(batch)) * Fraction(int(exact.p), int(exact.q)) for batch in batches
            ]
            found, around = _moments(sums)
            centre, spread = _moments([Fraction(x) for x in data])
            wanted = value.subs(
                {n: size, B: count, mean: Rational(centre), variance: Rational(spread)}
            )
            got = Rational(found if claim.quantity == "mean" else around)
            if wanted.is_Rational and wanted != got:
                point = (("samples", str(list(data))), ("n", str(size)), ("B", str(count)))
                numbers = ((f"{claim.quantity} over all {len(batches)} batches", str(got)),)
                return Counterexample(point, numbers, f"it is {claim.value} = {wanted}")
    return None


def _moments(numbers: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Mean and variance of equally likely numbers."""
    centre = sum(numbers, Fraction(0)) / len(numbers)
    return centre, sum(((x - centre) ** 2 for x in numbers), Fraction(0)) / len(numbers)


@decide.register
def _mean_step(claim: MeanStep, budget_s: float = 5.0) -> Verdict:
    """Show that the step is affine in the answer, or refute by two equally likely answers."""
    try:
        answers = _answers(claim, budget_s)
    except Unsupported as error:
        return undecided(str(error))
    said = ["random answers are drawn independently of the state"]
    said += ["noise of mean 0"] if claim.oracle == "noise" else []
    if all(a.status == "proved" for a in answers):
        return conclude(answers, "all states, all t, all distributions with a mean", said)
    shown = tuple(a.obligation for a in answers)
    try:
        found = _refuted(claim)
    except (NotExact, Unsupported):
        found = None
    if found is None:
        open_ = ", ".join(o.name for o in shown if o.status != "proved")
        return undecided(f"two answers from the start; {open_}", obligations=shown)
    return Verdict("refuted", shown, found, "all states, all distributions", tuple(said))


def _after(claim: MeanStep, system: Optimizer, random: Expr) -> tuple[Expr, list[Question]]:
    """theta after a step in which the random oracle answers so, and what was asked."""
    state = {name: Variable(name)[t - 1] for name in state_names(system)}
    asked: list[Question] = []

    def ask(question: Question) -> Expr:
        asked.append(question)
        alike = sum(q.kind == question.kind for q in asked)
        if question.kind == claim.oracle:
            if alike > 1:
                raise Unsupported(f"{system.id} asks for {claim.oracle} twice in a step")
            return random
        if any(isinstance(x, Expr) and x.has(_ANSWER) for x in question.args):
            # What it hears there is itself random, in an unknown way.
            raise Unsupported(f"{system.id} asks {question}, where the answer has led it")
        return Variable(f"{question.kind}_{alike}")[t]

    hyper = hyper_values(system.hyper, (), t)
    done = advance(system, state, hyper, t, ask, Variable(THETA)[0])
    return done.state[THETA], asked


def _answers(claim: MeanStep, budget_s: float) -> list[Answered]:
    like = claim.like or claim.system
    after, asked = _after(claim, claim.system, _ANSWER)
    others = [q for q in _after(claim, like, _ANSWER)[1] if q.kind != "noise"]
    if others != [q for q in asked if q.kind != "noise"]:
        raise Unsupported(f"{claim.system.id} and {like.id} ask different questions")
    none, one = (_after(claim, claim.system, Integer(k))[0] for k in (0, 1))
    domain = domain_of(
        *(h.symbol for h in (*claim.system.hyper, *like.hyper)),
        where=[t >= 1],
        hyper=(*like.hyper, *claim.system.hyper),
    )
    affine = none + _ANSWER * (one - none)
    answers = [decide_equation("theta[t] is affine in the answer", after, affine, domain, budget_s)]
    centre = Integer(0) if claim.oracle == "noise" else _ANSWER
    at_mean, wanted = (_after(claim, system, centre)[0] for system in (claim.system, like))
    answers.append(decide_equation("theta[t] at the mean", at_mean, wanted, domain, budget_s))
    return answers


def _refuted(claim: MeanStep) -> Counterexample | None:
    like = claim.like or claim.system
    for low, high in ((-1, 1), (0, 2), (-1, 3), (1, 3), (-3, 1)):
        middle = Rational(low + high, 2)
        if claim.oracle == "noise" and middle:
            continue
        for variant in range(2):
            values = draws((*claim.system.hyper, *like.hyper), (), 1, variant)
            runs = [
                _run(claim, system, values[0], Rational(x))
                for system, x in ((claim.system, low), (claim.system, high), (like, middle))
            ]
            try:
                ends = [run.state(1)[THETA] for run in runs]
            except NotExact:
                continue
            average = (ends[0] + ends[1]) / 2
            if differ(average, ends[2]):
                hyper = tuple((k, str(x)) for k, x in values[0].items())
                return Counterexample(
                    (
                        ("theta[0]", "1"),
                        *hyper,
                        (f"{claim.oracle}, equally likely", f"{low} and {high}"),
                    ),
                    (("mean of theta[1]", str(average)), ("at the mean", str(ends[2]))),
                    "the two are equal",
                    recorded(*runs),
                )
    return None


def _run(claim: MeanStep, system: Optimizer, values: Any, answer: Expr) -> Run:
    if claim.oracle == "noise":
        fixed = (("noise", answer),)
        return Run(system, Integer(1), (values,), script(1), 1, answer=fixed)
    return Run(system, Integer(1), (values,), script(answer), 1)

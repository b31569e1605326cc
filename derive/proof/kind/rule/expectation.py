"""Means over random batches and over random answers of oracles.

A batch of B draws from n samples enters by the means of one draw and of the product of two draws,
which is all that means and variances of its sum need; the law of the draws is with or without
replacement. Means of a step over a random answer are exact where the step is affine in it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations, product
from typing import Any, ClassVar, Literal

from sympy import Expr, Integer, Rational, Symbol, sympify

from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import InternalError, NotExact, Unsupported
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Variable, t
from optwright.derive.proof.kind.formula.expression import conclude, domain_of
from optwright.derive.proof.run.exact import Run, differ, draws, script
from optwright.derive.proof.run.system import THETA, Question, advance, hyper_values, state_names
from optwright.derive.proof.sign.obligation import Answered, decide_equation

n = Symbol("n", integer=True, positive=True)
"""The number of samples."""
B = Symbol("B", integer=True, positive=True)
"""The number of draws in a batch."""
mean, variance = Symbol("mean", real=True), Symbol("variance", nonnegative=True)
"""Of the numbers of all samples, the variance as their mean squared distance from the mean."""

Quantity = Literal["mean", "variance"]
_ANSWER = Variable("answer")[t]
_DATA = ((0, 1), (1, 2, 4), (0, 0, 3, 5))


@dataclass(frozen=True)
class BatchMoment:
    """The mean or the variance of a batch's sum, times `scale`, is `value`.

    replacement: whether a sample may be drawn twice. scale: a factor of the sum of the batch, 1/B
    for its mean. value: an expression in n, B, mean and variance. The numbers are those of any
    entry of the samples' gradients, and of any linear combination of entries, so that a formula
    that is linear in `variance` holds for the whole covariance matrix.
    """

    kind: ClassVar[str] = "expectation"

    replacement: bool
    quantity: Quantity
    value: Any
    scale: Any = 1 / B

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Derive the moment for all n and B; refute by counting all batches of small data."""
        begun = time.perf_counter()
        value, scale = sympify(self.value), sympify(self.scale)
        total = n * mean  # the sum of all samples
        squares = n * (variance + mean**2)
        # P(i, j) for two different draws: 1/n**2 with replacement, else 1/(n*(n - 1)) if i != j.
        pair = total**2 / n**2 if self.replacement else (total**2 - squares) / (n * (n - 1))
        first = scale * B * total / n
        second = scale**2 * (B * squares / n + B * (B - 1) * pair)
        found = first if self.quantity == "mean" else second - first**2
        law = (
            "with replacement"
            if self.replacement
            else "without replacement: two draws are different samples, all pairs alike"
        )
        where = (n >= 2,) if self.replacement else (n >= 2, B <= n)
        domain = domain_of(found, value, where=where, integers=(n, B))
        answer = decide_equation(f"{self.quantity} over batches", found, value, domain, budget_s)
        counted = self._counted(value, scale)
        seconds = time.perf_counter() - begun
        if answer.status == "proved":
            if counted is not None:
                raise InternalError(f"{self} was proved, but {counted}")
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

    def _counted(self, value: Expr, scale: Expr) -> Counterexample | None:
        """Small data for which counting all batches gives another number than `value`."""
        for data in _DATA:
            size = len(data)
            for count in range(1, size + 1):
                batches = (
                    list(product(data, repeat=count))
                    if self.replacement
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
                got = Rational(found if self.quantity == "mean" else around)
                if wanted.is_Rational and wanted != got:
                    point = (("samples", str(list(data))), ("n", str(size)), ("B", str(count)))
                    numbers = ((f"{self.quantity} over all {len(batches)} batches", str(got)),)
                    return Counterexample(point, numbers, f"it is {self.value} = {wanted}")
        return None


def _moments(numbers: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Mean and variance of equally likely numbers."""
    centre = sum(numbers, Fraction(0)) / len(numbers)
    return centre, sum(((x - centre) ** 2 for x in numbers), Fraction(0)) / len(numbers)


@dataclass(frozen=True)
class MeanStep:
    """The mean of theta after a step over a random answer is theta after the step at its mean.

    From every state, for every distribution of the answer that has a mean. oracle: whose answer is
    random, "grad" or "noise"; the mean of noise is 0. like: the rule that takes the step at the
    mean, the same one unless given; its states and other answers are those of the same name.
    """

    kind: ClassVar[str] = "expectation"

    system: Optimizer
    oracle: Literal["grad", "noise"] = "grad"
    like: Optimizer | None = None

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Show that the step is affine in the answer, or refute by two equally likely answers."""
        try:
            answers = self._answers(budget_s)
        except Unsupported as error:
            return undecided(str(error))
        said = ["random answers are drawn independently of the state"]
        said += ["noise of mean 0"] if self.oracle == "noise" else []
        if all(a.status == "proved" for a in answers):
            return conclude(answers, "all states, all t, all distributions with a mean", said)
        shown = tuple(a.obligation for a in answers)
        try:
            found = self._refuted()
        except (NotExact, Unsupported):
            found = None
        if found is None:
            open_ = ", ".join(o.name for o in shown if o.status != "proved")
            return undecided(f"two answers from the start; {open_}", obligations=shown)
        return Verdict("refuted", shown, found, "all states, all distributions", tuple(said))

    def _after(self, system: Optimizer, random: Expr) -> tuple[Expr, list[Question]]:
        """theta after a step in which the random oracle answers so, and what was asked."""
        state = {name: Variable(name)[t - 1] for name in state_names(system)}
        asked: list[Question] = []

        def ask(question: Question) -> Expr:
            asked.append(question)
            alike = sum(q.kind == question.kind for q in asked)
            if question.kind == self.oracle:
                if alike > 1:
                    raise Unsupported(f"{system.id} asks for {self.oracle} twice in a step")
                return random
            if any(isinstance(x, Expr) and x.has(_ANSWER) for x in question.args):
                # What it hears there is itself random, in an unknown way.
                raise Unsupported(f"{system.id} asks {question}, where the answer has led it")
            return Variable(f"{question.kind}_{alike}")[t]

        hyper = hyper_values(system.hyper, (), t)
        done = advance(system, state, hyper, t, ask, Variable(THETA)[0])
        return done.state[THETA], asked

    def _answers(self, budget_s: float) -> list[Answered]:
        like = self.like or self.system
        after, asked = self._after(self.system, _ANSWER)
        others = [q for q in self._after(like, _ANSWER)[1] if q.kind != "noise"]
        if others != [q for q in asked if q.kind != "noise"]:
            raise Unsupported(f"{self.system.id} and {like.id} ask different questions")
        none, one = (self._after(self.system, Integer(k))[0] for k in (0, 1))
        domain = domain_of(
            *(h.symbol for h in (*self.system.hyper, *like.hyper)),
            where=[t >= 1],
            hyper=(*like.hyper, *self.system.hyper),
        )
        affine = none + _ANSWER * (one - none)
        answers = [
            decide_equation("theta[t] is affine in the answer", after, affine, domain, budget_s)
        ]
        centre = Integer(0) if self.oracle == "noise" else _ANSWER
        at_mean, wanted = (self._after(system, centre)[0] for system in (self.system, like))
        answers.append(decide_equation("theta[t] at the mean", at_mean, wanted, domain, budget_s))
        return answers

    def _refuted(self) -> Counterexample | None:
        like = self.like or self.system
        for low, high in ((-1, 1), (0, 2), (-1, 3), (1, 3), (-3, 1)):
            middle = Rational(low + high, 2)
            if self.oracle == "noise" and middle:
                continue
            for variant in range(2):
                values = draws((*self.system.hyper, *like.hyper), (), 1, variant)
                runs = [
                    self._run(system, values[0], Rational(x))
                    for system, x in ((self.system, low), (self.system, high), (like, middle))
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
                            (f"{self.oracle}, equally likely", f"{low} and {high}"),
                        ),
                        (("mean of theta[1]", str(average)), ("at the mean", str(ends[2]))),
                        "the two are equal",
                        tuple(runs),
                    )
        return None

    def _run(self, system: Optimizer, values: Any, answer: Expr) -> Run:
        if self.oracle == "noise":
            fixed = (("noise", answer),)
            return Run(system, Integer(1), (values,), script(1), 1, answer=fixed)
        return Run(system, Integer(1), (values,), script(answer), 1)


__all__ = ["B", "BatchMoment", "MeanStep", "mean", "n", "variance"]

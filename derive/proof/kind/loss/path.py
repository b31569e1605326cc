"""Runs of one rule on one given loss: at which step something first happens, and where they end.

A run is followed in fractions, and in outward-rounded intervals once a number is irrational or has
grown long, so that every comparison is either certain or not made. What holds for all t comes from
an interval that the step maps into itself, by the exact sign of polynomials.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from sympy import Expr, Ge, Integer, Le, Poly, Rational, Symbol, sympify

from optwright.derive.claim.loss.path import FirstStep, Path, Reaches, Settles
from optwright.derive.claim.problem import POINT, Objective
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import Undefined, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import expressions
from optwright.derive.language.symbol import Variable, t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.algebra.univariate import polynomial, root_between
from optwright.derive.proof.kind.formula.interval import on_interval
from optwright.derive.proof.registry import decide
from optwright.derive.proof.run.exact import Run, recorded
from optwright.derive.proof.run.system import THETA, Question, advance, initial, state_names
from optwright.derive.proof.sign.evaluate import Ball, Evaluation, Unknown, Value
from optwright.derive.proof.sign.obligation import Answered

LONGEST = 8192
"""Bits after which a fraction becomes an interval."""
LARGEST_BITS = 100_000
"""Bits before the point beyond which a number is no longer followed."""
DIGITS = (80, 200, 500, 1200)
"""Precisions tried one after the other, in decimal digits."""
LARGEST = Rational(999, 1000)
"""How large the derivative of a step may be that is said to contract."""
SHOWN_STEPS = 3
"""How many states of a long run are printed."""

Enclosures = Mapping[str, Value]


class FollowedPath:
    """A path with its states, as far as they are followed."""

    def __init__(self, claim: Path) -> None:
        self.claim = claim

    @cached_property
    def values(self) -> dict[str, Expr]:
        """All hyperparameters. Raises Unsupported for one that has no value inside its range."""
        known = {h.name: h for h in self.claim.system.hyper}
        for name in self.claim.hyper:
            if name not in known:
                raise Unsupported(f"{self.claim.system.id} has no hyperparameter {name}")
        found = {}
        for name, h in known.items():
            x = sympify(self.claim.hyper.get(name, h.default))
            if not x.is_Rational or x not in h.range:
                raise Unsupported(
                    f"{name} = {x} of {self.claim.system.id} is no number in {h.range}"
                )
            found[name] = x
        return found

    @cached_property
    def step(self) -> dict[str, Expr]:
        """The state after step t from the state before it, as expressions in `letters`."""
        kinds = (op.Reduction, op.MatrixOperation)
        if any(x.has(*kinds) for s in self.claim.system.step for x in expressions(s)):
            raise Unsupported(f"{self.claim.system.id} looks at all coordinates at once")

        def ask(question: Question) -> Expr:
            if question.kind != "grad":
                raise Unsupported(f"{self.claim.system.id} asks for {question.kind}")
            return sympify(self.claim.slope).subs(POINT, question.args[0])

        done = advance(
            self.claim.system, self.letters, self.values, t, ask, sympify(self.claim.begin)
        )
        return dict(done.state)

    @cached_property
    def letters(self) -> dict[str, Expr]:
        return {
            name: Symbol(f"{name}_before", real=True) for name in state_names(self.claim.system)
        }

    @property
    def theta(self) -> Expr:
        """The letter for theta before the step."""
        return self.letters[THETA]

    def enclosures(self, digits: int) -> Iterator[Enclosures]:
        """The states after 0, 1, 2, … steps. Raises Undefined or Unknown where one has no value."""
        start = initial(self.claim.system, sympify(self.claim.begin), self.values)
        first = Evaluation({}, Domain(), digits=digits)
        state = {name: first(x) for name, x in start.items()}
        clock = 0
        while True:
            yield state
            clock += 1
            here: dict[Expr, Any] = {self.letters[name]: x for name, x in state.items()}
            evaluation = Evaluation({**here, t: Fraction(clock)}, Domain(), digits=digits)
            state = {name: _shortened(evaluation(x), evaluation) for name, x in self.step.items()}

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """The numbers of the run, for a counterexample."""
        return (
            (f"{THETA}[0]", str(sympify(self.claim.begin))),
            *((name, str(x)) for name, x in self.values.items()),
            ("gradient", str(self.claim.slope)),
        )

    @property
    def said(self) -> tuple[str, ...]:
        """The same, spelt out."""
        return tuple(f"{name} = {x}" for name, x in self.shown)

    def run(self, steps: int, states: Sequence[Enclosures] = ()) -> Run:
        """So many steps as a run that can be replayed, with states that were found before."""
        return LongRun(
            self.claim.system,
            sympify(self.claim.begin),
            (self.values,),
            Objective((0,), (0,)),
            steps,
            answer=(("grad", sympify(self.claim.slope)),),
            found=tuple(states[: steps + 1]),
        )


@dataclass(frozen=True)
class LongRun(Run):
    """A run whose states are the middles of their enclosures; only the first are printed."""

    found: tuple[Enclosures, ...] = ()

    @property
    def states(self) -> tuple[Mapping[str, Expr], ...]:
        return tuple({name: _middle(x) for name, x in state.items()} for state in self.found)

    def as_dict(self) -> dict[str, Any]:
        """The run as plain data, with its first states."""
        kept = self.found[: SHOWN_STEPS + 1]
        plain = super().as_dict()
        plain["states"] = [{name: text(x) for name, x in state.items()} for state in kept]
        return plain


def _shortened(x: Value, evaluation: Evaluation) -> Value:
    if isinstance(x, Fraction):
        longest = max(x.numerator.bit_length(), x.denominator.bit_length())
        return evaluation.enclosure(x) if longest > LONGEST else x
    if max(exponent + bits for _, _, exponent, bits in x.ends) > LARGEST_BITS:
        raise Undefined("the path leaves all bounds")
    return x


def _middle(x: Value) -> Expr:
    if isinstance(x, Ball):
        low, high = x.bounds
        x = (low + high) / 2
    return Rational(x.numerator, x.denominator)


def text(x: Value) -> str:
    """A short fraction as it is, anything else as an interval of decimals that holds it."""
    if isinstance(x, Fraction) and len(str(x)) <= 24:
        return str(x)
    low, high = x.bounds if isinstance(x, Ball) else (x, x)
    scale = 10**12
    while low and abs(low) * scale < 10**9:
        scale *= 10**3
    places = len(str(scale)) - 1
    below, above = low * scale // 1, -(-high * scale // 1)
    return f"[{_decimal(below, places)}, {_decimal(above, places)}]"


def _decimal(digits: int, places: int) -> str:
    body = str(abs(digits)).rjust(places + 1, "0")
    return f"{'-' if digits < 0 else ''}{body[:-places]}.{body[-places:]}"


@decide.register
def _first_step(claim: FirstStep, budget_s: float = 10.0) -> Verdict:
    """Follow the path until the relation holds for certain."""
    path, deadline = FollowedPath(claim.path), time.process_time() + budget_s
    why = ""
    for digits in DIGITS:
        try:
            return _first(claim, path, digits, deadline)
        except Unknown as error:
            why = f"{error} at {digits} digits"
        except (Undefined, Unsupported) as error:
            return undecided(str(error) or "the path has no real value")
    return undecided(why)


def _first(claim: FirstStep, path: FollowedPath, digits: int, deadline: float) -> Verdict:
    begun = time.perf_counter()
    theta = Symbol("theta_after", real=True)
    goal = sympify(claim.relation).xreplace({Variable(THETA)[t]: theta})
    states: list[Enclosures] = []
    reached = None
    for number, state in enumerate(path.enclosures(digits)):
        states.append(state)
        if Evaluation({theta: state[THETA]}, Domain(), digits=digits).truth(goal):
            reached = number
            break
        if number == claim.limit:
            break
        if time.process_time() > deadline:
            return undecided(f"out of time after {number} steps, in which it did not hold")
    when = f"step {reached}" if reached is not None else f"not within {claim.limit} steps"
    claimed = f"step {claim.step}" if claim.step is not None else f"not within {claim.limit} steps"
    here = tuple(
        (f"{THETA}[{k}]", text(states[k][THETA]))
        for k in range(max(0, len(states) - 2), len(states))
    )
    seconds = time.perf_counter() - begun
    name = f"{path.claim.system.id}: first {claim.relation}"
    if reached == claim.step:
        shown = "; ".join(f"{n} = {x}" for n, x in here)
        notes = (f"intervals of {digits} digits",)
        proved = Obligation(name, f"first holds: {claimed}", shown, "proved", notes, seconds)
        return Verdict("proved", (proved,), None, "this path", path.said)
    exact = next(
        (k for k, s in enumerate(states) if any(_rounded(x, path) for x in s.values())),
        len(states),
    )
    run = path.run(min(exact, len(states)) - 1, states)
    found = Counterexample(
        path.shown, (("first holds", when), *here), f"first holds: {claimed}", recorded(run)
    )
    failed = Obligation(name, f"first holds: {claimed}", f"first holds: {when}", "refuted")
    return Verdict("refuted", (failed,), found, "this path", path.said)


def _rounded(x: Value, path: FollowedPath) -> bool:
    """Whether a number of a rational rule was rounded, so that no exact replay finds it."""
    return isinstance(x, Ball) and all(e.is_rational_function() for e in path.step.values())


@dataclass(frozen=True)
class Trap:
    """An interval that a path cannot leave, with what shows it."""

    low: Expr
    high: Expr
    answers: tuple[Answered, ...]

    def __str__(self) -> str:
        return f"between {self.low} and {self.high}"


def trap(
    path: FollowedPath, states: Sequence[Enclosures], wanted: Mapping[str, Any]
) -> Trap | None:
    """An interval around a path that one step maps into itself, and where relations hold.

    wanted: further relations in theta, the letter of `path.letters`, that must hold in the whole
    interval. None if no such interval was found. Raises Unsupported for rules that remember more
    than theta, and for losses that are not polynomials.
    """
    step = path.step[THETA]
    if set(path.step) != {THETA} or step.has(t):
        raise Unsupported(f"{path.claim.system.id} remembers more than theta")
    letter = path.theta
    after = polynomial(step, letter).as_expr()
    seen = [_middle(s[THETA]) for s in states]
    low, high = _simple(min(seen), -1), _simple(max(seen), 1)
    begin = sympify(path.claim.begin)
    for share in (Rational(1), Rational(1, 4), Rational(1, 16), Rational(1, 64), Integer(0)):
        a = _simple(low - share * (high - low), -1)
        b = _simple(high + share * (high - low), 1)
        if not a <= begin <= b:
            continue
        facts = {
            f"a step from between {a} and {b} stays above {a}": Ge(after, a),
            f"a step from between {a} and {b} stays below {b}": Le(after, b),
            **wanted,
        }
        answers = tuple(on_interval(n, fact, letter, a, b) for n, fact in facts.items())
        if all(x.status == "proved" for x in answers):
            inside = f"{a} <= {begin} <= {b}"
            start = Obligation("the start is there", inside, inside, "proved")
            return Trap(a, b, (Answered(start), *answers))
    return None


def _simple(x: Expr, side: int) -> Expr:
    """A number of few digits that is not above x (side -1) or not below it (side 1)."""
    scaled = x * 1000
    return Rational(scaled.floor() if side < 0 else scaled.ceiling(), 1000)


@decide.register
def _reaches(claim: Reaches, budget_s: float = 10.0) -> Verdict:
    """Follow the path, then look for an interval that holds it."""
    begun, deadline = time.perf_counter(), time.process_time() + budget_s
    path = FollowedPath(claim.path)
    theta = Symbol("theta_after", real=True)
    goal = sympify(claim.relation).xreplace({Variable(THETA)[t]: theta})
    said = path.said
    states: list[Enclosures] = []
    try:
        for number, state in enumerate(path.enclosures(DIGITS[0])):
            states.append(state)
            if Evaluation({theta: state[THETA]}, Domain(), digits=DIGITS[0]).truth(goal):
                shown = f"{THETA}[{number}] = {text(state[THETA])}"
                seconds = time.perf_counter() - begun
                reached = Obligation(
                    f"{claim.relation} at step {number}",
                    str(claim.relation),
                    shown,
                    "proved",
                    (),
                    seconds,
                )
                return Verdict("proved", (reached,), None, "this path", said)
            if number == claim.within or time.process_time() > deadline:
                break
        false = {"the goal is false there": goal.negated.xreplace({theta: path.theta})}
        found = trap(path, states, false)
    except (Unsupported, Undefined, Unknown) as error:
        return undecided(f"{len(states)} steps, in which it did not hold", str(error))
    if found is None:
        return undecided(f"{len(states)} steps, in which it did not hold, and no interval")
    failed = Counterexample(
        path.shown,
        ((f"{THETA}[t] for all t", str(found)),),
        f"some step makes {claim.relation} true",
        recorded(path.run(SHOWN_STEPS, states)),
    )
    obligations = tuple(a.obligation for a in found.answers)
    return Verdict("refuted", obligations, failed, "this path, all t", said)


@decide.register
def _settles(claim: Settles, budget_s: float = 10.0) -> Verdict:
    """Find the interval, isolate the fixed point and compare."""
    path = FollowedPath(claim.path)
    try:
        states = []
        for number, state in enumerate(path.enclosures(DIGITS[0])):
            states.append(state)
            if number == claim.within:
                break
        return _settled(claim, path, states)
    except (Unsupported, Undefined, Unknown) as error:
        return undecided(str(error))


def _settled(claim: Settles, path: FollowedPath, states: Sequence[Enclosures]) -> Verdict:
    letter = path.theta
    step = polynomial(path.step[THETA], letter)
    slope = step.diff(letter).as_expr()
    contracts = {
        "the step's derivative is below 1": slope < LARGEST,
        "the step's derivative is above -1": slope > -LARGEST,
    }
    found = trap(path, states, contracts)
    if found is None:
        return undecided("no interval around the path that contracts")
    fixed = Poly(step.as_expr() - letter, letter)
    root = root_between(fixed, found.low, found.high, Rational(1, 10**6))
    if root is None:
        return undecided(f"the fixed point {found} was not isolated")
    shown = tuple(a.obligation for a in found.answers)
    low, high = Fraction(str(claim.low)), Fraction(str(claim.high))
    place = f"[{root[0]}, {root[1]}]"
    claimed = f"the limit lies in [{low}, {high}]"
    scope = "this path, t -> oo"
    if low <= root[0] and root[1] <= high:
        end = Obligation("the fixed point", claimed, f"it lies in {place}", "proved")
        return Verdict("proved", (*shown, end), None, scope, path.said)
    if root[1] < low or high < root[0]:
        failed = Counterexample(
            path.shown,
            (("the limit lies in", place), (f"{THETA}[t] for all t", str(found))),
            claimed,
            recorded(path.run(SHOWN_STEPS, states)),
        )
        return Verdict("refuted", shown, failed, scope, path.said)
    return undecided(f"the fixed point in {place} is too near an end")


__all__ = ["FollowedPath", "LongRun", "Trap", "text", "trap"]

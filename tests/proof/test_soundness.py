"""Pairs whose relation is known beforehand: `compare` must find it, and never the opposite.

A declaration is written differently in ways that change nothing but names and coordinates; the two
must be equal. Then one of them is broken; the two must differ, with numbers that replay. All is
drawn by a seed. `OPTWRIGHT_NIGHTLY=SEED` draws many times as many by a seed of its own.
"""

from __future__ import annotations

import math
import os
import random
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import chain, pairwise
from typing import Any

import pytest
import sympy
from mutants import changed, moved, mutants
from sympy import Integer, Rational, sqrt, sympify

from optwright.derive.claim.problem import script
from optwright.derive.language.declaration import (
    DeclarationError,
    Family,
    Optimizer,
    State,
    equation,
)
from optwright.derive.language.extent import COORDINATE
from optwright.derive.language.symbol import Hyper, Parameter, Range, Value, Variable, t
from optwright.derive.proof.relate.compare import compare
from optwright.derive.proof.run.exact import Run, draws
from optwright.derive.proof.run.replay import interpreted, replay
from optwright.derive.rule import catalog

NIGHTLY = int(os.environ.get("OPTWRIGHT_NIGHTLY", "0"))
PAIRS = 400 if NIGHTLY else 24
LONG = 20.0

RULES = (
    "GradientDescent", "GradientDescentL2", "Momentum", "MomentumSum", "MomentumEMA", "HeavyBall",
    "Nesterov", "NesterovRearranged", "texts.MOM_b", "texts.NAG_b", "texts.NAG_c", "Adagrad",
    "LeakyAdagrad", "RMSProp", "RMSPropEpsInside", "RMSPropGraves", "Adadelta", "Adam",
    "AdamNoCorrection", "AdamEpsInside", "AdamEpsHat", "AdamL2", "AdamW", "SignSGD", "Signum",
    "Lion", "torch.SGD", "torch.Adam", "torch.AdamW", "torch.Adamax", "torch.RMSprop",
    "torch.Adadelta", "optax.sgd", "optax.adam", "optax.lion", "keras.SGD", "keras.Adam",
    "keras.Lion", "keras.Adagrad",
)  # fmt: skip


def system(name: str) -> Optimizer:
    found = catalog[name]
    plain = found.default if isinstance(found, Family) else found
    assert isinstance(plain, Optimizer)
    return plain


# --- other words for the same rule ---------------------------------------------------------------

Table = Mapping[str, Callable[[sympy.Expr], sympy.Expr]]


def rewritten(rule: Optimizer, table: Table, names: Mapping[str, str]) -> Optimizer:
    """The rule in other states: `table[s](index)` is what s[index] is in the new ones.

    names: the state that takes the place of each. Each must be solvable for by one division.
    """

    def put(expr: object) -> sympy.Expr:
        plain = sympify(expr)
        return plain.xreplace(
            {v: table[v.name](v.index) for v in plain.atoms(Value) if v.name in table}
        )

    def solved(statement: sympy.Eq) -> sympy.Eq:
        name = statement.lhs.name
        if name not in table:
            return equation(statement.lhs, put(statement.rhs))
        new = Variable(names[name])[t]
        here = table[name](t)
        slope = here.coeff(new)
        return equation(new, (put(statement.rhs) - (here - slope * new)) / slope)

    def moved(s: State) -> State:
        if s.name not in table:
            return State(s.variable, put(s.init), s.extent)
        new = Variable(names[s.name])
        here = table[s.name](Integer(0))
        slope = here.coeff(new[0])
        return State(new, (put(s.init) - (here - slope * new[0])) / slope, s.extent)

    return rule.replace(
        step=tuple(map(solved, rule.equations)),
        state=tuple(map(moved, rule.states)),
        invariants=tuple(map(put, rule.invariants)),
        views={},
    )


def renamed_states(rule: Optimizer, rng: random.Random) -> Optimizer:
    names = {s.name: f"{s.name}_new" for s in rule.states}
    return rewritten(rule, {n: lambda k, n=n: Variable(names[n])[k] for n in names}, names)  # type: ignore[misc]


def rescaled_state(rule: Optimizer, rng: random.Random) -> Optimizer:
    able = [s.name for s in rule.states if s.extent == COORDINATE and s.name != "previous"]
    name, factor = rng.choice(able), rng.choice([Integer(2), Rational(1, 3), Integer(5)])
    new = f"{name}_scaled"
    return rewritten(rule, {name: lambda k: factor * Variable(new)[k]}, {name: new})


def moved_theta(rule: Optimizer, rng: random.Random) -> Optimizer:
    """theta plus a multiple of a state that is assigned before it, and zero at the start."""
    order = [e.lhs.name for e in rule.equations]
    able = [
        s.name
        for s in rule.states
        if s.init == 0 and s.name in order and order.index(s.name) < order.index("theta")
    ]
    name, factor = rng.choice(able), rng.choice([Integer(1), Integer(-1), Rational(1, 2)])
    theta = Variable("theta")
    table = {"theta": lambda k: theta[k] + factor * Variable(name)[k]}
    return rewritten(rule, table, {"theta": "theta"})


def reordered(rule: Optimizer, rng: random.Random) -> Optimizer:
    """Two neighbouring equations swapped, of which neither reads the other."""
    step = list(rule.equations)
    able = []
    for k, (a, b) in enumerate(pairwise(step)):
        reads = [{v.name for v in e.rhs.atoms(Value)} for e in (a, b)]
        if a.lhs.name not in reads[1] and b.lhs.name not in reads[0]:
            able.append(k)
    k = rng.choice(able)
    step[k], step[k + 1] = step[k + 1], step[k]
    return rule.replace(step=tuple(step))


def split(rule: Optimizer, rng: random.Random) -> Optimizer:
    """A part of an equation as an intermediate of its own."""
    step = list(rule.equations)
    able = [
        (k, part)
        for k, e in enumerate(step)
        for part in sorted(e.rhs.atoms(sympy.Mul, sympy.Pow, sympy.Add), key=str)
        if part != e.rhs and part.atoms(Value) and not part.is_Boolean
    ]
    k, part = rng.choice(able)
    name = Variable("part")
    step[k : k + 1] = [
        equation(name[t], part),
        equation(step[k].lhs, step[k].rhs.xreplace({part: name[t]})),
    ]
    return rule.replace(step=tuple(step))


def merged(rule: Optimizer, rng: random.Random) -> Optimizer:
    """An intermediate put in where it is used."""
    kept = {s.name for s in rule.states} | {"theta", "g"}
    step = list(rule.equations)
    k = rng.choice([k for k, e in enumerate(step) if e.lhs.name not in kept])
    inner = step.pop(k)
    step[k:] = [equation(e.lhs, e.rhs.xreplace({inner.lhs: inner.rhs})) for e in step[k:]]
    return rule.replace(step=tuple(step), views={})


def in_other_hyper(rule: Optimizer, old: Hyper, new: Hyper, value: sympy.Expr) -> Optimizer:
    """The rule with one hyperparameter an expression in another."""

    def put(expr: object) -> sympy.Expr:
        return sympify(expr).xreplace({old.symbol: value})

    def kept(h: Hyper) -> Hyper:
        return Hyper(h.symbol, None if h.default is None else put(h.default), h.range)

    return rule.replace(
        hyper=tuple(new if h == old else kept(h) for h in rule.hyper),
        step=tuple(equation(e.lhs, put(e.rhs)) for e in rule.equations),
        state=tuple(State(s.variable, put(s.init), s.extent) for s in rule.states),
        invariants=tuple(map(put, rule.invariants)),
        views={},
    )


def renamed_hyper(rule: Optimizer, rng: random.Random) -> Optimizer:
    h = rng.choice(rule.hyper)
    new = Parameter(f"{h.name}_named", h.range, h.symbol.role)
    return in_other_hyper(rule, h, Hyper(new, h.default, h.range), new)


def other_rate(rule: Optimizer, rng: random.Random) -> Optimizer:
    """The learning rate as a multiple of another one."""
    h = next(h for h in rule.hyper if h.symbol.role == "lr")
    below = [d for d in rule.hyper if d.range.high == 1 and d.range.high_open]
    decays = [d.symbol for d in below if d.symbol.role == "decay"]
    new = Parameter("rate", h.range, "lr")
    factors = [Integer(3), Rational(1, 4), *(1 - d for d in decays), *(1 / (1 - d) for d in decays)]
    return in_other_hyper(rule, h, Hyper(new, None, h.range), new * rng.choice(factors))


def complement(rule: Optimizer, rng: random.Random) -> Optimizer:
    """A decay as one minus a share."""
    h = rng.choice([h for h in rule.hyper if h.symbol.role == "decay" and h.range.high == 1])
    turned = Range(
        1 - h.range.high, 1 - h.range.low, h.range.high_open, h.range.low_open, h.range.integer
    )
    new = Parameter("share", turned, "decay")
    return in_other_hyper(rule, h, Hyper(new, None, turned), 1 - new)


def squared_eps(rule: Optimizer, rng: random.Random) -> Optimizer:
    """An epsilon as the root of its square."""
    h = next(h for h in rule.hyper if h.symbol.role == "eps")
    new = Parameter("square", h.range, "eps")
    return in_other_hyper(rule, h, Hyper(new, None, h.range), sqrt(new))


CHANGES = (
    renamed_states, rescaled_state, moved_theta, reordered, split, merged, renamed_hyper,
    other_rate, complement, squared_eps,
)  # fmt: skip


def rewordings(count: int, seed: int) -> list[tuple[str, Optimizer, Optimizer]]:
    """Pairs that are one rule in two wordings: what was done, the rule, the other wording."""
    rng = random.Random(seed)
    found: list[tuple[str, Optimizer, Optimizer]] = []
    while len(found) < count:
        rule = system(rng.choice(RULES))
        now, done = rule, []
        for change in rng.sample(CHANGES, rng.choice((1, 1, 2, 3))):
            try:
                now = change(now, rng)
                done.append(change.__name__)
            except (IndexError, StopIteration, DeclarationError):
                continue  # the rule has nothing of the kind
        if done:
            found.append((f"{rule.id}: {', '.join(done)}", rule, now.replace(name="Other")))
    return found


@pytest.mark.exhaustive
def test_rewordings_are_equal(capsys: pytest.CaptureFixture[str]) -> None:
    open_: list[str] = []
    found = rewordings(PAIRS, seed=NIGHTLY + 1)
    for what, rule, other in found:
        verdict = compare(rule, other, budget_s=LONG)
        assert verdict.status != "different", f"{what}\n{verdict}"
        if verdict.status != "equal":
            open_.append(f"{what}: {'; '.join(verdict.tried)}")
    with capsys.disabled():
        print(f"\n{len(found) - len(open_)} of {len(found)} rewordings equal", *open_, sep="\n  ")
    assert len(open_) <= len(found) // 50


# --- broken ones ----------------------------------------------------------------------------------

WORDS = (renamed_states, rescaled_state, reordered, split, merged)
"""Changes that keep theta and need no map of hyperparameters."""


def breakages(count: int, seed: int) -> list[tuple[str, Optimizer, Optimizer]]:
    """Rules at numbers, each with a mutant of it in other words at the same numbers."""
    rng = random.Random(seed)
    found: list[tuple[str, Optimizer, Optimizer]] = []
    while len(found) < count:
        rule = system(rng.choice(RULES))
        numbers = draws(rule.hyper, (), 1, rng.choice((0, 1)))[0]
        what, mutant = rng.choice(list(mutants(rule, lambda e: chain(changed(e), moved(e)))))
        try:
            mine = rule.with_hyper(**numbers)
            other = mutant.with_hyper(**{h.name: numbers[h.name] for h in mutant.hyper})
            other = rng.choice(WORDS)(other, rng)
        except (IndexError, DeclarationError):
            continue
        real = not any(e.rhs.has(sympy.I) for e in other.equations)
        if real and set(mine.oracles) & set(other.oracles):
            found.append((f"{rule.id}: {what}", mine, other.replace(name="Broken")))
    return found


def paths(rule: Optimizer, slopes: tuple[int, ...]) -> list[Any]:
    """theta after each step, by the reference interpreter, which knows nothing of the prover.

    The last one is not finite where the rule leaves the real numbers.
    """
    found: list[Any] = []
    for steps in range(1, len(slopes) + 1):
        run = Run(rule, Integer(1), ({},), script(*slopes), steps)
        found.append(interpreted(run).states[-1]["theta"])
        if not math.isfinite(found[-1]):
            break
    return found


def apart(a: Optimizer, b: Optimizer) -> bool:
    """Whether the interpreter finds them in different places on some problem."""
    for slopes in ((1, 2, -1, 3, 1), (2, -3, 0, 1, 1), (-1, -1, 4, 2, -2)):
        for x, y in zip(paths(a, slopes), paths(b, slopes), strict=False):
            if math.isfinite(x) != math.isfinite(y):
                return True
            if math.isfinite(x) and abs(Fraction(x) - Fraction(y)) > Fraction(1, 10**30):
                return True
    return False


@pytest.mark.exhaustive
def test_broken_rules_are_never_equal(capsys: pytest.CaptureFixture[str]) -> None:
    tally: Counter[str] = Counter()
    for what, rule, broken in breakages(PAIRS, seed=NIGHTLY + 2):
        found = compare(rule, broken, budget_s=LONG)
        tally[found.status] += 1
        if found.status == "equal":
            assert not apart(rule, broken), f"{what}\n{found}"
        if found.status == "different":
            assert found.counterexample is not None
            assert replay(found.counterexample, *found.systems), f"{what}\n{found}"
    with capsys.disabled():
        print(f"\nbroken: {dict(tally)}")
    assert tally["different"] > 0.9 * PAIRS


def test_the_sample_is_not_of_one_kind() -> None:
    """That all kinds of changes occur, and that the interpreter tells most broken ones apart."""
    done = " ".join(what for what, _, _ in rewordings(100, seed=1))
    assert all(change.__name__ in done for change in CHANGES)
    some = breakages(8, seed=3)
    assert sum(apart(rule, broken) for _, rule, broken in some) > len(some) // 2

"""Schedules against the numbers that their sources give."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from sympy import Rational, Symbol

from optwright.derive.language import HOST, Eq, State, Variable, lr, t
from optwright.derive.language.declaration import DeclarationError, Schedule, Source
from optwright.derive.rule import catalog
from optwright.derive.rule.schedule import cosine, declarations, warmed_up

BY_HAND: dict[str, Callable[[int], float]] = {
    "Constant(lr=0.3)": lambda k: 0.3,
    "StepDecay(lr=0.8, period=3, factor=0.5)": lambda k: 0.8 * 0.5 ** ((k - 1) // 3),
    "Exponential(lr=0.8, factor=0.9)": lambda k: 0.8 * 0.9 ** (k - 1),
    "InverseTime(lr=0.8, period=2, rate=0.5)": lambda k: 0.8 / (1 + 0.5 * ((k - 1) // 2)),
    "Linear(lr=0.8, steps=4, final=0.2)": lambda k: [0.8, 0.65, 0.5, 0.35, 0.2][min(k - 1, 4)],
    "Cosine(lr=0.8, steps=4, final=0.2)": lambda k: (
        0.2 + 0.3 * (1 + math.cos(math.pi * min(k - 1, 4) / 4))
    ),
    "InverseSqrt(lr=0.8)": lambda k: 0.8 * k**-0.5,
    "LinearWarmup(lr=0.8, warmup=4)": lambda k: [0.2, 0.4, 0.6, 0.8][min(k, 4) - 1],
    "WarmupCosine(lr=0.8, steps=4, final=0.2, warmup=2)": lambda k: (
        [0.4, 0.8][k - 1] if k <= 2 else 0.2 + 0.3 * (1 + math.cos(math.pi * min(k - 3, 4) / 4))
    ),
    "WarmupLinear(lr=0.8, steps=4, final=0, warmup=2)": lambda k: (
        [0.4, 0.8][k - 1] if k <= 2 else 0.8 * (1 - min(k - 3, 4) / 4)
    ),
    "WarmupInverseSqrt(lr=0.8, warmup=4)": lambda k: 0.8 * min(k / 4, math.sqrt(4 / k)),
    "LinearScaling(lr=0.1, batch=256, base_batch=64)": lambda k: 0.4,
    "MomentumWarmup(start=0.5, final=0.9, steps=4)": lambda k: [0.5, 0.6, 0.7, 0.8, 0.9][
        min(k - 1, 4)
    ],
    "MomentumSutskever(final=0.9, period=2)": lambda k: min(
        1 - 2 ** (-1 - math.log2(k // 2 + 1)), 0.9
    ),
}


def schedule(text: str) -> Schedule:
    found = catalog[text]
    assert isinstance(found, Schedule)
    return found


def at(declaration: Schedule, k: int) -> Any:
    value = declaration.output.subs(t, k)
    return value.doit()


@pytest.mark.parametrize("text", BY_HAND)
def test_values(text: str) -> None:
    declaration = schedule(text)
    assert not declaration.hyper
    for k in range(1, 13):
        assert float(at(declaration, k)) == pytest.approx(BY_HAND[text](k), rel=1e-14), k


def test_every_schedule_has_a_test() -> None:
    assert {text.partition("(")[0] for text in BY_HAND} == {d.id for d in declarations}


def test_ends_are_exact() -> None:
    assert at(schedule("Cosine(lr=0.1, steps=7, final=0.01)"), 1) == Rational(1, 10)
    assert at(schedule("Cosine(lr=0.1, steps=7, final=0.01)"), 8) == Rational(1, 100)
    assert at(schedule("MomentumWarmup(start=0.5, steps=10)"), 1) == Rational(1, 2)
    assert at(schedule("MomentumWarmup(final=0.9, steps=10)"), 11) == Rational(9, 10)


def test_classical_step_sizes() -> None:
    """InverseTime is a/(b + n): its sum diverges and the sum of its squares does not."""
    k = Symbol("k", integer=True, positive=True)
    assert schedule("InverseTime(lr=1, rate=1, period=1)").output.subs(t, k) == 1 / k


def test_warm_up_joins_at_the_first_value() -> None:
    for text in ("WarmupCosine(steps=10, warmup=5)", "WarmupLinear(steps=10, warmup=5)"):
        assert at(schedule(text), 5) == at(schedule(text), 6)


def test_warm_up_needs_a_formula() -> None:
    x = Variable("x")
    stateful = Schedule(
        name="Halving",
        source=Source("test"),
        output=lr * x[t],
        hyper=(lr(1),),
        state=(State(x, init=1, extent=HOST),),
        step=(Eq(x[t], x[t - 1] / 2),),
    )
    with pytest.raises(DeclarationError, match="Halving: has state"):
        warmed_up(stateful, "WarmupHalving")
    assert warmed_up(cosine, "Other").hyper[-1].name == "warmup"

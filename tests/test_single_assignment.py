"""Old and new values are different names: no class takes one for the other.

Small rules for each way in which they could be confused, and for families whose members differ in
what they keep, ask and reduce. Each class is compared with the interpreter's enclosures (NumPy),
and with NumPy's bits (CuPy's stand-in, the toy backend).
"""

from __future__ import annotations

from typing import Any

import cupy_standin
import pytest
from sympy import Symbol
from test_backend import differences as plain_differences
from test_backend import plain  # noqa: F401  (a fixture)
from test_cupy import (
    FLOAT32,
    FLOAT64,
    _compared,
    _compiled_ahead,
    _number_sources,
    _sources,
    folder,  # noqa: F401  (a fixture)
)
from test_generated import _run

from optwright.derive.compose import named, skip_nonfinite
from optwright.derive.language import (
    ALL,
    HOST,
    TENSOR,
    Abs,
    Eq,
    Equal,
    History,
    Loop,
    Mod,
    Parameter,
    Push,
    Source,
    State,
    Variable,
    axes,
    cases,
    count_nonfinite,
    dot,
    g,
    grad,
    hvp,
    lr,
    matmul,
    matrix,
    mean,
    norm,
    round_to,
    sqrt,
    t,
    theta,
    total,
    transpose,
)
from optwright.derive.language.declaration import DeclarationError, Family, Optimizer
from optwright.derive.lower.phase import lower

a, b, c, m, n, v, x, prev, second = map(Variable, "a b c m n v x prev second".split())
k = Symbol("k", integer=True)
memory = Parameter("memory", "integer [1, inf)", "count")
past = History(Variable("past"), memory)
here = theta[t - 1]


def rule(name: str, *step: Any, **options: Any) -> Optimizer:
    options.setdefault("hyper", [lr(0.1)])
    return Optimizer(name=name, source=Source("A test"), step=step, **options)


def down(move: Any = g[t]) -> Any:
    """θ goes against something."""
    return Eq(theta[t], here - lr * move)


def both(name: str, *step: Any, state: Any) -> list[Optimizer]:
    """A rule on tensors, in blocks, and on their concatenation, whole."""
    return [rule(f"{name}{scope.title()}", *step, state=state, scope=scope)
            for scope in ("tensor", "all")]  # fmt: skip


OLD = [
    *both("Previous", down(), Eq(prev[t], here), state=[prev]),
    *both("PreviousFirst", Eq(prev[t], here), down(g[t] + prev[t]), state=[prev]),
    *both("Chain", Eq(second[t], prev[t - 1]), Eq(prev[t], g[t]), down(second[t]),
          state=[prev, second]),
    *both("ChainLate", Eq(prev[t], g[t]), Eq(second[t], prev[t - 1]), down(second[t]),
          state=[prev, second]),
    *both("Swap", Eq(a[t], b[t - 1]), Eq(b[t], a[t - 1]), down(g[t] + a[t]),
          state=[State(a, init=theta[0]), State(b, init=1)]),
    *both("Chosen", down(), Eq(prev[t], cases((here, t > 1), g[t])), state=[prev]),
    *both("ByAName", Eq(x[t], here), down(), Eq(prev[t], x[t]), state=[prev]),
    *both("Exchange", Eq(m[t], here), Eq(theta[t], m[t - 1] - lr * g[t]),
          state=[State(m, init=theta[0])]),
    rule("BarzilaiBorwein",
         Eq(a[t], here - prev[t - 1]),
         Eq(b[t], g[t] - second[t - 1]),
         Eq(c[t], cases((dot(a[t], a[t]) / dot(a[t], b[t]), t > 1), lr)),
         Eq(theta[t], here - c[t] * g[t]),
         Eq(prev[t], here),
         Eq(second[t], g[t]),
         state=[prev, second], scope="all"),
    rule("Transposed", down(), Eq(prev[t], transpose(here)),
         state=[State(prev, extent=matrix("columns", "rows"))], shape="matrix"),
    rule("Neighbours",
         Loop(k, 1, 3, (Eq(a[0], g[t]), Eq(b[0], here)), (Eq(a[k], b[k - 1]), Eq(b[k], a[k - 1]))),
         down(a[3] + b[3] / 3), scope="all"),
    rule("LouderLate", down(n[t - 1] * g[t]), Eq(n[t], n[t - 1] + norm(g[t])),
         state=[State(n, init=1, extent=TENSOR)]),
    rule("CountedLate", down(n[t - 1] * g[t]), Eq(n[t], n[t - 1] + 1),
         state=[State(n, init=1, extent=TENSOR)]),
    rule("HostLate", Eq(c[t], c[t - 1] + 1), down(g[t] * c[t - 1] / (1 + norm(g[t]))),
         state=[State(c, init=1, extent=HOST)]),
]  # fmt: skip
"""The old value is read, or kept, beside the new one."""

COARSE = [
    rule("AllInTensor", Eq(n[t], norm(g[t], "all")), down(g[t] / n[t]),
         state=[State(n, extent=TENSOR)]),
    rule("HostInTensor", Eq(n[t], lr * t), down(g[t] * n[t]), state=[State(n, extent=TENSOR)]),
    rule("HostInAll", Eq(n[t], n[t - 1] + lr), Eq(m[t], lr * t), down(g[t] * n[t] * m[t]),
         state=[State(n, extent=ALL), State(m, extent=ALL)]),
    rule("TensorInAllScope", Eq(n[t], n[t - 1] / 2 + norm(g[t])), down(g[t] / (1 + n[t])),
         state=[State(n, extent=TENSOR)], scope="all"),
    *both("HostInEntries", Eq(v[t], lr * t), down(g[t] * v[t]), state=[v]),
    *both("AllInEntries", Eq(v[t], norm(g[t], "all")), down(g[t] / (1 + total(v[t]))), state=[v]),
    rule("AllInAxes", Eq(v[t], norm(g[t], "all")), down(g[t] / (1 + total(v[t]))),
         state=[State(v, extent=axes(-1))], shape="matrix"),
    rule("AxesInEntries", Eq(v[t], mean(g[t] ** 2, -1)), down(g[t] / (1 + norm(v[t]))),
         state=[v], shape="matrix"),
    rule("AxesInTheta", Eq(theta[t], lr * mean(here, -1)), Eq(v[t], g[t] + total(theta[t])),
         state=[v], shape="matrix"),
    rule("HostInMatrix", Eq(v[t], lr * t), down(matmul(v[t], g[t])),
         state=[State(v, extent=matrix("rows", "rows"))], shape="matrix"),
    rule("AxesInAnArm", Eq(v[t], cases((mean(g[t] ** 2, -1), norm(g[t], "all") > 1), v[t - 1])),
         down(v[t]), state=[State(v)]),
    rule("AxesSkipped", Eq(v[t], cases((mean(g[t] ** 2, -1), Equal(Mod(t, 2), 0)), v[t - 1])),
         down(v[t]), state=[State(v)]),
    rule("AxesOfAxes", Eq(v[t], mean(g[t] ** 2, -1)), Eq(m[t], mean(v[t], -2)), down(m[t] * g[t]),
         state=[State(v, extent=axes(-1)), State(m, extent=axes(-1))], shape="matrix"),
]  # fmt: skip
"""State is given a value that extends less far."""

REDUCED = [
    *both("NormOfOld", Eq(m[t], m[t - 1] / 2 + g[t]), Eq(n[t], norm(m[t - 1], "all")), down(m[t]),
          state=[m, State(n, extent=ALL)]),
    *both("NormOfTheta", down(), Eq(n[t], n[t - 1] / 2 + norm(here, "all")),
          state=[State(n, extent=ALL)]),
    *both("NormOfEach", down(), Eq(n[t], norm(here)), state=[State(n, extent=TENSOR)]),
    *both("DotOfBoth", down(), Eq(n[t], dot(here, theta[t], "all")), state=[State(n, extent=ALL)]),
    rule("FiniteOfOld", Eq(m[t], g[t]), Eq(n[t], count_nonfinite(m[t - 1])), down(),
         state=[m, State(n, extent=ALL)]),
    named(skip_nonfinite(OLD[-1]), "SkippedHost"),
    named(skip_nonfinite(rule("Sum", Eq(c[t], c[t - 1] * 2), Eq(m[t], m[t - 1] + g[t]),
                              down(m[t] * c[t - 1] / (1 + norm(m[t - 1]))),
                              state=[State(c, init=1, extent=HOST), m])), "SkippedSum"),
]  # fmt: skip
"""A reduction of the old value stands beside the new one."""

OTHERS = [
    rule("Window", Push({past: g[t]}, when=norm(g[t], "all") > 0.5),
         Loop(k, 1, past.count, (Eq(a[0], 0 * g[t]),), (Eq(a[k], a[k - 1] + past[k]),)),
         down(a[past.count] / memory), hyper=[lr(0.1), memory(3)], state=[past]),
    rule("HessianOfTheta", down(hvp(here, here))),
    rule("RoundedNumber", down(g[t] * round_to(1 + lr / 3, "bfloat16"))),
    rule("RoundedNorm", down(g[t] * round_to(norm(g[t]), "bfloat16"))),
    rule("PowerOfAxis", down(mean(1 / (1 + Abs(g[t])) ** 2, -1) * g[t]), shape="matrix"),
    rule("WholeNumbers", down(g[t] * sqrt(1 + lr * lr) * (1 + Mod(t, 2)) / (1 + here**2) ** 3),
         scope="all"),
    rule("PowerOfNumber", down(g[t] ** 3 + here**5 / (1 + norm(g[t]) ** 4)), scope="all"),
]  # fmt: skip
"""What generated code stumbled over."""


def _member(kind: str, nesterov: bool, clipped: bool) -> Optimizer:
    """What is kept, asked and reduced, and which numbers there are, depends on the flags."""
    step = [Eq(g[t], -grad(here) if kind == "sign" else grad(here))]
    state: list[Any] = []
    if clipped:
        step.append(Eq(c[t], cases((1 / norm(g[t], "all"), norm(g[t], "all") > 1), 1)))
    if kind == "average":
        step.append(Eq(m[t], m[t - 1] / 2 + g[t]))
        state.append(m)
    move = {"average": m[t], "sign": -g[t], "none": g[t]}[kind]
    if nesterov:
        step.append(Eq(x[t], grad(here - lr * move)))
        step.append(Eq(n[t], n[t - 1] + norm(x[t])))
        state.append(State(n, extent=TENSOR))
        move = move + x[t] / (1 + n[t])
    return rule("Mixed", *step, down(move * c[t] if clipped else move), state=state)


MIXED = Family(
    "Mixed",
    "paper",
    {"kind": ("average", "sign", "none"), "nesterov": (False, True), "clipped": (False, True)},
    _member,
)
"""A family of twelve."""

CASES = [
    *(pytest.param(r, r, {}, id=r.name) for r in [*OLD, *COARSE, *REDUCED, *OTHERS]),
    *(
        pytest.param(MIXED, system, dict(flags), id="-".join(map(str, flags.values())))
        for flags, system in MIXED.members
    ),
]
DTYPES = ["float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_numpy(
    declaration: Any, system: Any, flags: Any, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, compared = _run(declaration, system, flags, dtype, False, monkeypatch)
    assert not wrong, "\n".join(wrong[:10])
    assert compared >= 3


@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_plain(plain: Any, declaration: Any, system: Any, flags: Any) -> None:  # noqa: F811
    if system in OTHERS[1:3]:
        with pytest.raises(NotImplementedError, match="no entrywise function round_to"):
            plain.module(rule("Round", down(round_to(g[t], "bfloat16"))), lambda _: (), "")
    assert not plain_differences(plain, declaration, system, flags, "float32", True)


@pytest.fixture(scope="module")
def machine(folder: Any) -> cupy_standin.Machine:  # noqa: F811
    """The stand-in with the kernels of all cases."""
    taken = list({case.values[0].id: case.values[0] for case in CASES}.values())
    texts = [(FLOAT32, _sources(taken)[1:]), (FLOAT64, _number_sources(taken)[1:])]
    return _compiled_ahead(folder, texts)


@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_cupy(machine: Any, declaration: Any, system: Any, flags: Any) -> None:
    with cupy_standin.installed(machine) as cp:
        wrong = _compared(cp, declaration, system, flags, "float32", True)
    assert not wrong, "\n".join(w[:300] for w in wrong[:6])


def test_an_oracle_in_an_arm_that_entries_choose_is_refused() -> None:
    odd = rule("Odd", down(cases((grad(here - lr * g[t]), g[t] > 0), g[t])))
    with pytest.raises(DeclarationError, match="decided for each entry: ask in an equation before"):
        lower(odd)
    odd = rule("Odd", down(cases((grad(here - lr * g[t]), norm(g[t]) > 0), g[t])))
    with pytest.raises(DeclarationError, match="decided for each tensor: ask in an equation"):
        lower(odd)


def test_members_that_flags_cannot_tell_apart_are_refused() -> None:
    def make(joint: bool) -> Optimizer:
        return rule("Joint", down(), scope="all" if joint else "tensor")

    family = Family("Joint", "paper", {"joint": (False, True)}, make)
    from optwright.derive.lower.phase import lower_family

    with pytest.raises(DeclarationError, match="scope: differs between members"):
        lower_family(family)

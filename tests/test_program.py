"""Lowering: passes are cut where answers are consumed, and nothing is overwritten too early."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from selection import RULES

from optwright.derive.compose import chain, clip_by_global_norm
from optwright.derive.language import (
    TENSOR,
    Eq,
    Source,
    State,
    Variable,
    g,
    grad,
    lr,
    norm,
    t,
    theta,
    v,
)
from optwright.derive.language.declaration import (
    DeclarationError,
    Family,
    Optimizer,
    Route,
    Schedule,
)
from optwright.derive.language.text import show_step
from optwright.derive.lower.program import Ask, Numbers, Pass, Program, lower, lower_route, made
from optwright.derive.rule import catalog

GENERATED = Path(__file__).resolve().parents[1] / "generated" / "numpy"


def _systems() -> Iterator[Any]:
    for name, declaration in catalog.items():
        if isinstance(declaration, Family):
            for flags, system in declaration.members:
                yield pytest.param(system, id=f"{name}({', '.join(map(str, flags.values()))})")
        elif isinstance(declaration, Optimizer):
            yield pytest.param(declaration, id=name)


@cache
def _lowered(system: Optimizer) -> Program:
    return lower(system)


def _passes(program: Program) -> list[Pass]:
    return [p for p in program.phases if isinstance(p, Pass)]


@pytest.mark.parametrize(
    "name, count",
    [("Adam", 1), ("Momentum", 1), ("Nesterov", 2), ("NesterovRearranged", 1), ("LAMB", 2)],
)
def test_number_of_passes(name: str, count: int) -> None:
    assert len(_passes(lower(catalog.system(name)))) == count


def test_clipping_before_lamb_makes_three_passes() -> None:
    clipped = chain(clip_by_global_norm(1), catalog.system("LAMB"))
    assert len(_passes(lower(clipped))) == 3


@pytest.mark.parametrize("system", list(_systems()))
def test_nothing_is_overwritten_before_the_last_answer(system: Optimizer) -> None:
    program = _lowered(system)
    asks = [i for i, p in enumerate(program.phases) if isinstance(p, Ask)]
    kept = {"theta", *(s.name for s in system.states)}
    for phase in program.phases[: asks[-1] if asks else 0]:
        if isinstance(phase, Pass):
            assert not kept & set(made(phase))


@pytest.mark.parametrize("system", list(_systems()))
def test_every_name_is_made_before_it_is_read(system: Optimizer) -> None:
    program = _lowered(system)
    known = {h.name for h in system.hyper} | {s.name for s in system.state}
    known |= {"theta", "t", "turn", "size", "total_size"}
    for phase in program.phases:
        if isinstance(phase, Ask):
            assert {n for n in (phase.at, phase.vector, phase.when) if n} <= known
            known |= {phase.name, f"{phase.name}_evaluations"}
        elif isinstance(phase, Numbers):
            for line in phase.lines:
                names = {s.name for s in line.expr.free_symbols}
                assert {n for n in names if not n.startswith("count_")} <= known
                known.add(line.name)
        elif isinstance(phase, Pass):
            known |= set(made(phase)) | {r.name for r in phase.reduces}


def test_what_is_reduced_is_not_renewed_in_the_same_pass() -> None:
    """The norm of the old parameters is taken before the new ones are written over them."""
    length = Variable("length")
    system = Optimizer(
        name="Measured",
        source=Source("nowhere"),
        hyper=[lr(1)],
        state=[State(length, extent=TENSOR)],
        step=[Eq(length[t], norm(theta[t - 1])), Eq(theta[t], theta[t - 1] - lr * g[t])],
    )
    for p in _passes(lower(system)):
        reduced = {s.name for r in p.reduces for s in r.expr.free_symbols}
        assert not reduced & set(made(p))


def test_routes_share_what_spans_all_tensors() -> None:
    muon = catalog["Muon"]
    assert isinstance(muon, Route)
    shared, branches = lower_route(chain(clip_by_global_norm(1), muon))
    assert [p.oracle for p in shared.phases if isinstance(p, Ask)] == ["grad"]
    assert any(p.reduces for p in _passes(shared))
    assert not any(isinstance(p, Ask) for b in branches for p in b.phases)


def test_a_value_read_after_its_renewal_moves_at_the_end() -> None:
    program = lower(catalog.system("NesterovRearranged"))
    assert program.moves == {"v": "v_next"}


def test_a_question_in_a_loop_is_refused() -> None:
    from sympy import Symbol

    from optwright.derive.language import Loop, u

    j = Symbol("j", integer=True)
    system = Optimizer(
        name="Asks",
        source=Source("nowhere"),
        hyper=[lr(1)],
        step=[
            Loop(j, 1, 3, (Eq(u[0], theta[t - 1]),), (Eq(u[j], u[j - 1] - lr * grad(u[j - 1])),)),
            Eq(theta[t], u[3]),
        ],
    )
    with pytest.raises(DeclarationError, match="inside a loop"):
        lower(system)


def test_state_may_be_asked_for_directly() -> None:
    """`Eq(v[t], grad(…))` names the answer by the state itself."""
    system = Optimizer(
        name="Last",
        source=Source("nowhere"),
        hyper=[lr(1)],
        state=[State(v)],
        step=[Eq(theta[t], theta[t - 1] - lr * v[t - 1]), Eq(v[t], grad(theta[t]))],
    )
    assert set(lower(system).moves) == {"theta", "v"}


def test_generated_names_are_words() -> None:
    for path in GENERATED.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(_?tmp\d*|x\d+|_t\d+)\b", text), path


def test_printed_steps_are_deterministic() -> None:
    """The same text under any hash seed: steps as shown, and modules as generated."""
    program = (
        "import hashlib\n"
        "from optwright.derive.rule import catalog\n"
        "from optwright.templates.generate import modules\n"
        f"files = modules([catalog[id] for id in {RULES} if id in catalog], 'numpy')\n"
        "text = ''.join(f'{k}{v}' for k, v in files.items())\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    seen = set()
    for seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(run.stdout.strip())
    assert len(seen) == 1


def test_show_step_keeps_the_documented_order() -> None:
    assert show_step(catalog.system("Adam")) == [
        "g[t] = grad(theta[t-1])",
        "m[t] = beta1*m[t-1] + (1 - beta1)*g[t]",
        "v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2",
        "m_hat[t] = m[t]/(1 - beta1**t)",
        "v_hat[t] = v[t]/(1 - beta2**t)",
        "theta[t] = theta[t-1] - lr*m_hat[t]/(sqrt(v_hat[t]) + eps)",
    ]


def test_schedules_are_no_programs() -> None:
    assert all(not isinstance(s.values[0], Schedule) for s in _systems())

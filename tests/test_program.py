"""Lowering: passes are cut where answers are consumed, and nothing is overwritten too early."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
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
from optwright.derive.lower.block import ArrayCall, Choice, Item, listed
from optwright.derive.lower.node import Apply, Name, names
from optwright.derive.lower.phase import lower, lower_family, lower_route
from optwright.derive.lower.program import (
    Ask,
    LoopLine,
    Pass,
    Program,
    assignments,
    made,
    nodes,
    operations,
)
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
            assert not kept & {program.variable(Name(n, program.extents[n])) for n in made(phase)}


@pytest.mark.parametrize("system", list(_systems()))
def test_every_name_is_made_before_it_is_read(system: Optimizer) -> None:
    program = _lowered(system)
    known = {h.name for h in system.hyper} | {s.name for s in system.histories}
    known |= {"t", "turn", "size", "total_size"}
    for phase in program.phases:
        made_here = set(known)
        for operation in operations(phase):
            if isinstance(operation, LoopLine):
                made_here |= {x.name.name for x in assignments(operation)}
            for name in names(*nodes(operation)):
                assert name.old or name.name in made_here, name
            if not isinstance(operation, Ask) and hasattr(operation, "name"):
                made_here.add(operation.name.name)
        known = made_here
        if isinstance(phase, Ask):
            known |= {phase.name.name, f"{phase.name.name}_evaluations"}


@pytest.mark.parametrize("system", list(_systems()))
def test_an_old_value_is_not_read_from_where_the_new_one_lies(system: Optimizer) -> None:
    """A new value lies in the old one's place only behind the last reading of the old one."""
    program = _lowered(system)
    order = [o for phase in program.phases for o in operations(phase)]
    for k, operation in enumerate(order):
        target = getattr(operation, "name", None)
        if target is None or target.name not in program.kept:
            continue
        if program.variable(target) == target.name:
            later = {n.name for o in order[k + 1 :] for n in names(*nodes(o)) if n.old}
            assert target.name not in later


def test_one_pass_reduces_the_old_value_and_makes_the_new_one() -> None:
    """The norm of the old parameters is found although the new ones are written in that pass."""
    length = Variable("length")
    system = Optimizer(
        name="Measured",
        source=Source("nowhere"),
        hyper=[lr(1)],
        state=[State(length, extent=TENSOR)],
        step=[Eq(length[t], norm(theta[t - 1])), Eq(theta[t], theta[t - 1] - lr * g[t])],
    )
    program = lower(system)
    [update] = _passes(program)
    assert program.late(update) == {"theta_next": "theta"}
    assert [n.old for r in update.reduces for n in names(r.value)] == [True]


def test_numbers_and_the_step_are_known() -> None:
    program = lower(catalog.system("LAMB"))
    assert program.numbers["ratio"] == TENSOR
    move = program.step
    assert isinstance(move, Apply) and move.function == "negative"
    assert {n.name for n in names(move)} == {"lr", "ratio", "u"}


# --- the list form -------------------------------------------------------------------------------


def _calls(items: list[Item]) -> Iterator[ArrayCall]:
    for item in items:
        if isinstance(item, ArrayCall):
            yield item
        elif isinstance(item, Choice):
            for arm in item.arms:
                yield from _calls(arm)


@pytest.mark.parametrize("name, blocks", [("Adam", 2), ("Momentum", 1), ("LAMB", 2), ("Lion", 3)])
def test_blocks_are_taken_over(name: str, blocks: int) -> None:
    program = lower(catalog.system(name))
    assert max(len(listed(program, p).work) for p in _passes(program)) == blocks


@pytest.mark.parametrize("system", list(_systems()))
def test_no_call_spoils_what_it_reads(system: Optimizer) -> None:
    """A sign does not replace its operand, a choice does not lie where the chosen value does."""
    program = _lowered(system)
    for phase in _passes(program):
        if phase.style == "blocked":
            for call in _calls(listed(program, phase).items):
                places = [getattr(x, "place", "") for x in call.operands]
                assert not (call.function == "sign" and call.out.place in places)
                assert not (call.function == "select" and call.out.place == places[1])


# --- families ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["optax.rmsprop", "torch.Adam", "torch.LBFGS", "keras.Adam"])
def test_a_member_of_a_family_has_its_own_operations(name: str) -> None:
    """Those of the joined program that a member carries out are those of the member alone."""
    family = catalog[name]
    assert isinstance(family, Family)
    joined = lower_family(family)
    for k, (_, system) in enumerate(family.members):
        own = _texts(o for o in _operations(joined) if not o.only or k in o.only)
        missing = [x for x in _texts(_operations(lower(system))) if x not in own]
        assert not missing


def _operations(program: Program) -> list[Any]:
    return [o for phase in program.phases for o in operations(phase)]


def _texts(found: Iterable[Any]) -> list[str]:
    """What operations compute; answers may have names of their own where members join."""
    parts = [str(x) for o in found for x in nodes(o) if isinstance(x, Apply)]
    return [x.replace("raw_", "") for x in parts]


def test_conditions_are_short() -> None:
    flags = lower_family(catalog["optax.rmsprop"]).flags  # type: ignore[arg-type]
    centered = flags.having(lambda s: any(x.name == "m" for x in s.states))
    assert flags.condition(centered) == ((("centered", True, True),),)
    assert flags.condition(flags.others(centered)) == ((("centered", True, False),),)


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
        "from optwright.templates.folder import modules\n"
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

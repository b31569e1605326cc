"""Every generated NumPy class against the reference interpreter, step by step.

Each step of a class starts from its own float state; the interpreter takes the same step in
enclosures that hold every rounding of the type (`optwright.derive.number.bounded`), and each
parameter and state entry must lie inside. Gradients include zeros, huge, tiny, denormal, infinite
and NaN entries; tensors have odd shapes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from optwright.derive import reference
from optwright.derive.catalog import catalog
from optwright.derive.declaration import Family, History, Optimizer, Route, Schedule
from optwright.derive.number import Ambiguous, bounded
from optwright.generated import numpy as generated
from optwright.runtime.step import Step

SHAPES = [(3,), (2, 5), (), (1, 1), (2, 1, 3), (0, 4)]
MATRICES = [(3, 2), (1, 4), (2, 5)]
VECTORS = [(2,), (1, 3)]
SPECIAL = [0.0, -0.0, 1e30, -1e-30, 1e-42, 1e-310, np.inf, -np.inf, np.nan]
STEPS = 4


def _class(declaration: Any) -> Any:
    package = (
        generated if declaration.dialect == "paper" else getattr(generated, declaration.dialect)
    )
    return getattr(package, declaration.name)


def _cases() -> Iterator[Any]:
    """(id, declaration, plain system or route, flags) for every combination of flags."""
    for name, declaration in catalog.items():
        if isinstance(declaration, Schedule):
            continue
        if isinstance(declaration, Family):
            for flags, system in declaration.members:
                text = ", ".join(f"{k}={v}" for k, v in flags.items())
                yield pytest.param(declaration, system, dict(flags), id=f"{name}({text})")
        else:
            yield pytest.param(declaration, declaration, {}, id=name)


CASES = list(_cases())


def _shapes(system: Optimizer | Route) -> list[tuple[int, ...]]:
    if isinstance(system, Route):
        return SHAPES
    if system.scope == "all":
        return VECTORS
    return MATRICES if system.shape == "matrix" else SHAPES


def _bowl(parameters: list[np.ndarray]) -> tuple[float, list[np.ndarray]]:
    """A convex loss with its gradient: the line searches need one that is real."""
    value, gradients = 0.0, []
    for k, x in enumerate(parameters):
        scale = 1.0 + k + np.arange(x.size).reshape(x.shape)
        value += float(np.sum(scale * np.sqrt(1 + x.astype(float) ** 2)))
        gradients.append((scale * x / np.sqrt(1 + x.astype(float) ** 2)).astype(x.dtype))
    return value, gradients


class Recorder:
    """The answers that a class received in one step, as the interpreter's oracles."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[Any]] = {}
        ask, noise, search = Step.ask, Step.noise, Step.search

        def skipped(step: Step, when: str | None) -> bool:
            """Whether the interpreter does not ask either: it chooses arms by host values only."""
            known = next(iter(step.host_numbers.values()), {})
            return when is not None and when in known and not known[when]

        def recorded_ask(step: Step, name: str, oracle: str, *args: Any, **options: Any) -> None:
            ask(step, name, oracle, *args, **options)
            if not skipped(step, options.get("when")):
                self.keep(step, name, oracle)

        def recorded_noise(step: Step, name: str, draw: int = 1) -> None:
            noise(step, name, draw)
            self.keep(step, name, "noise")

        def recorded_search(step: Step, name: str, *args: Any, **options: Any) -> None:
            search(step, name, *args, **options)
            if not skipped(step, options.get("when")):
                trials = step.shared[f"{name}_evaluations"]
                found = (step.shared[name], 0 if np.isnan(trials) else int(trials))
                self.answers.setdefault("line_search", []).append(found)

        monkeypatch.setattr(Step, "ask", recorded_ask)
        monkeypatch.setattr(Step, "noise", recorded_noise)
        monkeypatch.setattr(Step, "search", recorded_search)

    def keep(self, step: Step, name: str, oracle: str) -> None:
        if oracle == "value":
            self.answers.setdefault(oracle, []).append(float(step.shared[name]))
            return
        parts = [
            np.full(s.shape, np.nan) if s.arrays[name] is None else np.array(s.arrays[name])
            for s in step.seats
        ]
        if oracle != "hessian":
            parts = [
                p
                for seat, part in zip(step.seats, parts, strict=True)
                for p in step._split(seat, part)
            ]
        self.answers.setdefault(oracle, []).append(parts[0] if oracle == "hessian" else parts)


def _state(optimizer: Any, branch: int, system: Optimizer) -> dict[str, Any]:
    """The state of one branch in the form of the interpreter's snapshots."""
    slots = [optimizer._slots[i] for i in optimizer._within[branch]]
    memory = optimizer._memories[branch]
    found: dict[str, Any] = {}
    for s in system.state:
        kind = s.extent.kind
        if isinstance(s, History):
            found[s.name] = tuple((np.array(x),) for x in memory.get(s.name, ()))
        elif kind == "host":
            found[s.name] = float(slots[0].group.state[s.name])
        elif system.scope == "all":
            data = memory[s.name]
            found[s.name] = float(data) if kind in ("all", "tensor") else (np.array(data),)
        elif kind == "all":
            found[s.name] = float(memory[s.name])
        elif kind == "each_axis":
            found[s.name] = tuple(tuple(np.array(x) for x in slot.state[s.name]) for slot in slots)
        elif kind == "tensor":
            found[s.name] = tuple(float(slot.state[s.name]) for slot in slots)
        else:
            found[s.name] = tuple(np.array(slot.state[s.name]) for slot in slots)
    return found


def _compare(
    system: Optimizer,
    branch: int,
    optimizer: Any,
    before: Any,
    hyper: Any,
    answers: Any,
    within: list[int],
) -> list[str]:
    """Where the class's step leaves the interpreter's enclosures."""
    after = reference.advance(system, before, hyper, reference.Script(**answers).oracles)
    theta = [np.array(optimizer._slots[i].array) for i in within]
    wrong = [f"theta{text}" for text in reference.outside(after.theta, theta)]
    state = _state(optimizer, branch, system)
    for s in system.state:
        wrong += [
            f"{s.name}{text}" for text in reference.outside(after.state[s.name], state[s.name])
        ]
    return wrong


# A rule that repeats within a step would widen its enclosures with every turn.
CHOSEN = {"momentum": 0.9, "max_iter": 3}


def _run(
    declaration: Any,
    system: Any,
    flags: dict[str, Any],
    dtype: str,
    special: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[list[str], int]:
    """(what is wrong, steps compared) of a class over some steps."""
    rng = np.random.default_rng(zlib.crc32(f"{declaration.id}{flags}{dtype}{special}".encode()))
    shapes = _shapes(system)
    params = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    hyper = {
        h.name: CHOSEN[h.name]
        for h in system.hyper
        if h.name in CHOSEN and (h.default is None or h.name == "max_iter")
    }
    optimizer = _class(declaration)([p for p in params], **flags, **hyper)
    recorder = Recorder(monkeypatch)
    branches = optimizer._branches
    systems = [b for _, b in system.branches] if isinstance(system, Route) else [system]
    first = [p.copy() for p in params]
    searches = not isinstance(system, Route) and "line_search" in system.oracles
    wrong: list[str] = []
    compared = 0

    def gradient(parameters: list[np.ndarray]) -> tuple[float, list[np.ndarray]]:
        if searches or not isinstance(system, Route) and system.scope == "all":
            return _bowl(parameters)
        gradients = [
            rng.normal(size=shape).astype(dtype) * 10.0 ** rng.integers(-2, 2) for shape in shapes
        ]
        if special:
            for x in gradients:
                flat = x.reshape(-1)
                for k in range(flat.size):
                    if rng.random() < 0.4:
                        flat[k] = rng.choice(SPECIAL).astype(dtype)
        return float(rng.normal()), [x.astype(dtype) for x in gradients]

    size = sum(p.size for p in params)
    square = rng.normal(size=(size, size))
    others = {"hessian": square @ square.T + size * np.eye(size)}
    others["hessian_diagonal"] = [np.abs(rng.normal(size=shape)) for shape in shapes]
    wanted = {o for _, rule in branches for o in rule.oracles}
    others = {k: v for k, v in others.items() if k in wanted}
    with np.errstate(all="ignore"):
        for step in range(STEPS):
            recorder.answers.clear()
            before = []
            for k, plain in enumerate(systems):
                within = list(optimizer._within[k])
                if not within:
                    continue
                tensors = [params[i] for i in within]
                start = [first[i] for i in within]
                if step == 0:
                    at = reference.start(plain, tensors, hyper, bounded(dtype))
                else:
                    clock = int(optimizer._memories[k].get("clock", step)) if plain.repeat else step
                    at = reference.load(
                        plain,
                        clock,
                        tensors,
                        _state(optimizer, k, plain),
                        bounded(dtype),
                        start,
                        step,
                    )
                before.append((k, plain, at, within))
            optimizer.step(gradient, **others)
            answers = dict(recorder.answers)
            for k, plain, at, within in before:
                mine = answers
                if isinstance(system, Route):
                    # The branches ask in order, each for its own tensors.
                    mine = {
                        name: [given[[b for b, *_ in before].index(k)]]
                        for name, given in answers.items()
                    }
                own = {h.name: hyper[h.name] for h in plain.hyper if h.name in hyper}
                try:
                    wrong += [
                        f"step {step + 1}: {w}"
                        for w in _compare(plain, k, optimizer, at, own, mine, within)
                    ]
                    compared += 1
                except Ambiguous:
                    continue
    return wrong, compared


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_step_within_bounds(
    declaration: Any,
    system: Any,
    flags: dict[str, Any],
    dtype: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong, compared = _run(declaration, system, flags, dtype, False, monkeypatch)
    assert not wrong, "\n".join(wrong[:10])
    assert compared >= STEPS - 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_special_values(
    declaration: Any,
    system: Any,
    flags: dict[str, Any],
    dtype: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong, _ = _run(declaration, system, flags, dtype, True, monkeypatch)
    assert not wrong, "\n".join(wrong[:10])

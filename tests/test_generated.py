"""Every generated NumPy class against the reference interpreter, step by step.

Each step of a class starts from its own float state; the interpreter takes the same step in
enclosures that hold every rounding of the type (`optwright.derive.interpret.bounded`), and
each parameter and state entry must lie inside. Gradients include zeros, huge, tiny, denormal,
infinite and NaN entries; tensors have odd shapes.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy
from selection import selected, selected_member, tiered

from optwright.derive import interpret as reference
from optwright.derive.compose import (
    accumulate,
    chain,
    clip_by_global_norm,
    lookahead,
    named,
    sam,
    skip_nonfinite,
)
from optwright.derive.interpret import Ambiguous, bounded
from optwright.derive.language.declaration import (
    Family,
    History,
    Optimizer,
    Route,
    Schedule,
    expressions,
)
from optwright.derive.language.operation import norm
from optwright.derive.rule import catalog
from optwright.generated import numpy as generated
from optwright.runtime import HyperparameterError, intake
from optwright.runtime.step.verb import Step
from optwright.templates.backend import backend

SHAPES = [(3,), (2, 5), (), (1, 1), (2, 1, 3), (0, 4)]
MATRICES = [(3, 2), (1, 4), (2, 5)]
VECTORS = [(2,), (1, 3)]
SPECIAL = [0.0, -0.0, 1e30, -1e-30, 1e-42, 1e-310, np.inf, -np.inf, np.nan]
STEPS = 4

muon, adam, momentum = catalog["Muon"], catalog.system("Adam"), catalog.system("Momentum")
COMPOSED = [
    named(chain(clip_by_global_norm(1), muon), "ClippedMuon"),
    named(chain(clip_by_global_norm(1), catalog["Adafactor"]), "ClippedAdafactor"),
    named(sam(adam), "SAMAdam"),
    named(lookahead(momentum, k=2, alpha=0.5), "LookaheadMomentum"),
    named(accumulate(adam, 2), "AccumulatedAdam"),
    named(skip_nonfinite(momentum), "SkippingMomentum"),
    named(chain(clip_by_global_norm(1), sam(momentum)), "ClippedSAM"),
]
"""Compositions that the catalogue does not list: the combinators take any rule."""


_classes: dict[str, Any] = {}


def _made(declaration: Any) -> Any:
    """The class of a declaration that is not in the catalogue, from the text of its module."""
    if declaration.id not in _classes:
        _classes[declaration.id] = _built(declaration)
    return _classes[declaration.id]


def _built(declaration: Any) -> Any:
    text = backend("numpy").module(declaration, lambda _: (), "none")
    scope: dict[str, Any] = {"__name__": "made"}
    exec(compile(text, declaration.name, "exec"), scope)
    return scope[declaration.name]


def _class(declaration: Any) -> Any:
    if declaration.id not in catalog:
        return _made(declaration)
    package = (
        generated if declaration.dialect == "paper" else getattr(generated, declaration.dialect)
    )
    return getattr(package, declaration.name)


def members(made: Any) -> list[tuple[Any, Any]]:
    """The rules of a class with what selects each: of its branches, or of all its flags."""
    return list(made.branches) or list(intake.members(made.rules, made.rule, made.choices))


def _cases() -> Iterator[Any]:
    """(id, declaration, plain system or route, flags) for every combination of flags."""
    for name, declaration in [*catalog.items(), *((d.id, d) for d in COMPOSED)]:
        if isinstance(declaration, Schedule):
            continue
        if isinstance(declaration, Family):
            for flags, system in declaration.members:
                text = ", ".join(f"{k}={v}" for k, v in flags.items())
                yield pytest.param(declaration, system, dict(flags), id=f"{name}({text})")
        else:
            yield pytest.param(declaration, declaration, {}, id=name)


CASES = tiered(_cases(), selected_member)


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
    """What a class asked in one step and what it heard, as the interpreter's oracles."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[Any]] = {}
        self.asked: dict[str, list[list[Any]]] = {}
        ask, noise, search = Step.ask, Step.noise, Step.search

        def skipped(step: Step, when: str | None) -> bool:
            """Whether the interpreter does not ask either: it chooses arms by host values only."""
            known = next(iter(step.host_numbers.values()), {})
            return when is not None and when in known and not known[when]

        def recorded_ask(step: Step, name: str, oracle: str, *args: Any, **options: Any) -> None:
            question = self.question(step, options.get("at"), options.get("vector"))
            ask(step, name, oracle, *args, **options)
            if not skipped(step, options.get("when")):
                self.keep(step, name, oracle)
                self.asked.setdefault(oracle, []).append(question)

        def recorded_noise(step: Step, name: str, draw: int = 1) -> None:
            noise(step, name, draw)
            self.keep(step, name, "noise")

        def recorded_search(step: Step, name: str, *args: Any, **options: Any) -> None:
            question = self.question(step, *args[1:3])
            search(step, name, *args, **options)
            if not skipped(step, options.get("when")):
                self.asked.setdefault("line_search", []).append(question)
            if not skipped(step, options.get("when")):
                trials = step.shared[f"{name}_evaluations"]
                found = (step.shared[name], 0 if np.isnan(trials) else int(trials))
                self.answers.setdefault("line_search", []).append(found)

        monkeypatch.setattr(Step, "ask", recorded_ask)
        monkeypatch.setattr(Step, "noise", recorded_noise)
        monkeypatch.setattr(Step, "search", recorded_search)

    def clear(self) -> None:
        self.answers.clear()
        self.asked.clear()

    @staticmethod
    def question(step: Step, at: str | None, vector: str | None = None) -> list[Any]:
        """The point and the vector of a question, one array per tensor."""
        named = [at or "theta", *([vector] if vector else [])]
        try:
            return [[np.array(p) for p in step._points(name) or []] for name in named]
        except (AttributeError, TypeError):
            return []  # asked under a condition that does not hold: there is no point

    def elsewhere(self, script: reference.Script) -> list[str]:
        """Where the class asked other than the interpreter does."""
        wrong: list[str] = []
        theirs: dict[str, list[Any]] = {}
        for name, question in script.asked:
            parts = question[1:3] if name == "line_search" else question
            theirs.setdefault(name, []).append([p for p in parts if isinstance(p, list)])
        for name, questions in theirs.items():
            for mine, other in zip(self.asked.get(name, ()), questions, strict=False):
                for arrays, points in zip(mine, other, strict=False):
                    shaped = [a.reshape(p.shape) for a, p in zip(arrays, points, strict=True)]
                    wrong += [f"{name} at{t}" for t in reference.outside(tuple(points), shaped)]
        return wrong

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
            if system.scope == "all":
                found[s.name] = tuple((np.array(x),) for x in memory[s.name])
                continue
            # What is kept of a tensor without dimensions is a vector of one entry.
            kept = [[x.reshape(z.array.shape) for x in z.state[s.name]] for z in slots]
            found[s.name] = tuple(zip(*kept, strict=True))
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


def _before(
    optimizer: Any, system: Optimizer | Route, step: int, first: list[Any], hyper: Any, field: Any
) -> Any:
    """The interpreter's snapshot of where the class stands."""
    params = [slot.array for slot in optimizer._slots]
    if step == 0:
        return reference.start(system, params, hyper, field)
    parts = []
    systems = [b for _, b in system.branches] if isinstance(system, Route) else [system]
    for k, plain in enumerate(systems):
        within = list(optimizer._within[k])
        tensors, starts = [params[i] for i in within], [first[i] for i in within]
        if not within:
            parts.append((tuple(within), reference.start(plain, [], hyper, field)))
            continue
        clock = int(optimizer._memories[k]["clock"]) if plain.repeat else step
        state = _state(optimizer, k, plain)
        parts.append(
            (tuple(within), reference.load(plain, clock, tensors, state, field, starts, step))
        )
    if not isinstance(system, Route):
        return parts[0][1]
    theta = tuple(reference.numbers(x, field) for x in params)
    return reference.RouteSnapshot(field, theta, tuple(parts))


def _outside(optimizer: Any, system: Optimizer | Route, after: Any) -> list[str]:
    """Where the class's parameters and state leave the interpreter's enclosures."""
    wrong = [
        f"theta{text}"
        for text in reference.outside(after.theta, [s.array for s in optimizer._slots])
    ]
    parts = (
        [(k, b) for k, (_, b) in enumerate(system.branches)]
        if isinstance(system, Route)
        else [(0, system)]
    )
    for k, plain in parts:
        snapshot = after.branches[k][1] if isinstance(system, Route) else after
        if optimizer._within[k]:
            state = _state(optimizer, k, plain)
            for name, mine in state.items():
                theirs = snapshot.state[name]
                if isinstance(theirs, tuple) and isinstance(mine, float):
                    (theirs,) = theirs  # of the one tensor that all are together
                wrong += [f"{name}{t}" for t in reference.outside(theirs, mine)]
    return wrong


# A rule that repeats within a step would widen its enclosures with every turn.
CHOSEN = {"momentum": 0.9, "max_iter": 3, "learning_rate": 0.01}


def _run(
    declaration: Any,
    system: Any,
    flags: dict[str, Any],
    dtype: str,
    special: bool,
    monkeypatch: pytest.MonkeyPatch,
    scale: float | None = None,
) -> tuple[list[str], int]:
    """(what is wrong, steps compared) of a class over some steps.

    scale: of the gradients, and of parameters if it is below 1. Norms are held to what is ordinary.
    """
    rng = np.random.default_rng(zlib.crc32(f"{declaration.id}{flags}{dtype}{special}".encode()))
    shapes = _shapes(system)
    params = [np.asarray(min(scale or 1, 1) * rng.normal(size=shape), dtype) for shape in shapes]
    field = bounded(dtype, ordinary=scale is not None)
    hyper = {
        h.name: CHOSEN[h.name]
        for h in system.hyper
        if h.name in CHOSEN and (h.default is None or h.name == "max_iter")
    }
    optimizer = _class(declaration)(list(params), **flags, **hyper)
    recorder = Recorder(monkeypatch)
    branches = optimizer._branches
    first = [p.copy() for p in params]
    searches = not isinstance(system, Route) and "line_search" in system.oracles
    wrong: list[str] = []
    compared = 0

    def gradient(parameters: list[np.ndarray]) -> tuple[float, list[np.ndarray]]:
        together = not isinstance(system, Route) and system.scope == "all"
        if searches or (together and scale is None):
            return _bowl(parameters)
        gradients = [
            np.asarray((scale or 10.0 ** rng.integers(-2, 2)) * rng.normal(size=shape), dtype)
            for shape in shapes
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
    others: dict[str, Any] = {"hessian": square @ square.T + size * np.eye(size)}
    others["hessian_diagonal"] = [np.abs(rng.normal(size=shape)) for shape in shapes]
    others["hvp"] = lambda _, vectors: [2 * x for x in vectors]
    wanted = {o for _, rule in branches for o in rule.oracles}
    others = {k: v for k, v in others.items() if k in wanted}
    with np.errstate(all="ignore"):
        for step in range(STEPS):
            recorder.clear()
            before = _before(optimizer, system, step, first, hyper, field)
            optimizer.step(gradient, **others)
            script = reference.Script(**recorder.answers)
            try:
                after = reference.advance(system, before, hyper, script.oracles)
            except Ambiguous:
                continue
            found = _outside(optimizer, system, after) + recorder.elsewhere(script)
            wrong += [f"step {step + 1}: {w}" for w in found]
            compared += 1
    return wrong, compared


@pytest.mark.parametrize("special", [False, True], ids=["normal", "special"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("declaration, system, flags", CASES)
def test_step_within_bounds(
    declaration: Any,
    system: Any,
    flags: dict[str, Any],
    dtype: str,
    special: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong, compared = _run(declaration, system, flags, dtype, special, monkeypatch)
    assert not wrong, "\n".join(wrong[:10])
    assert compared >= STEPS - 1


# --- norms ---------------------------------------------------------------------------------------


def _has_norm(system: Optimizer | Route) -> bool:
    systems = [b for _, b in system.branches] if isinstance(system, Route) else [system]
    steps = [statement for s in systems for statement in s.step]
    return any(sympy.sympify(x).has(norm) for s in steps for x in expressions(s))


NORMED = [p for p in CASES if _has_norm(p.values[1])]
SIZES = {"float32": {"large": 3e20, "small": 1e-25}, "float64": {"large": 3e160, "small": 1e-170}}
TO_MEND = {
    "large": "LARS ClippedSGD ClippedAdam ClippedLAMB ClippedMuon ClippedAdafactor SAM SAMAdam "
    "ClippedSAM Muon(float64)",
    "small": "LARS LAMB ClippedLAMB SAM SAMAdam ClippedSAM",
}
"""Rules whose norms overflow or vanish today, although they are ordinary numbers of the type."""


@pytest.mark.parametrize("size", ["large", "small"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("declaration, system, flags", NORMED)
def test_norms_neither_overflow_nor_vanish(
    declaration: Any,
    system: Any,
    flags: dict[str, Any],
    dtype: str,
    size: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong, _ = _run(declaration, system, flags, dtype, False, monkeypatch, SIZES[dtype][size])
    known = {declaration.id, f"{declaration.id}({dtype})"} & set(TO_MEND[size].split())
    assert bool(wrong) == bool(known), "\n".join(wrong[:10]) or "mended: take it off the list"


# --- the test itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong, right",
    [
        ("np.add(v, product, out=v)", "np.subtract(v, product, out=v)"),
        ("np.multiply(m, beta1, out=m)", "np.multiply(m, beta2, out=m)"),
        ("1 - beta2**t", "1 - beta2**(t - 1)"),
        ("np.add(root, eps, out=block2)", "root"),
        ("np.multiply(g, one_minus_beta1, out=block1)", "np.multiply(g, beta1, out=block1)"),
    ],
)
def test_a_wrong_kernel_is_noticed(wrong: str, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = backend("numpy").module(adam, lambda _: (), "none")
    assert wrong in text
    scope: dict[str, Any] = {"__name__": "made"}
    exec(compile(text.replace(wrong, right), "Adam", "exec"), scope)
    monkeypatch.setattr("test_generated._class", lambda _: scope["Adam"], raising=True)
    found, compared = _run(adam, adam, {}, "float64", False, monkeypatch)
    assert found and compared


# --- blocks, storage types, layouts --------------------------------------------------------------


ELEMENTWISE = [
    "Adam",
    "Momentum",
    "Nesterov",
    "NesterovRearranged",
    "Rprop",
    "RAdam",
    "LAMB",
    "Lion",
]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_block_size_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are an economy: a step on tiny blocks gives the same bits, reductions aside."""
    rng = np.random.default_rng(3)
    start = rng.normal(size=(7, 11)).astype(np.float32)
    grads = [rng.normal(size=(7, 11)).astype(np.float32) for _ in range(3)]
    results = []
    for chunk in (65536, 8):
        monkeypatch.setattr("optwright.runtime.step.plan.CHUNK", chunk)
        theta = start.copy()
        optimizer = _class(catalog[name])(theta)
        for g in grads:
            optimizer.step(lambda _, g=g: g)
        results.append(theta)
    if name == "LAMB":
        np.testing.assert_allclose(results[0], results[1], rtol=1e-5)
    else:
        assert results[0].tobytes() == results[1].tobytes()


@pytest.mark.parametrize("name", ["Adam", "LAMB", "Muon", "BFGS", "SM3", "Adafactor"])
def test_layout_changes_nothing(name: str) -> None:
    """Strided and transposed arrays give what contiguous ones give."""
    rng = np.random.default_rng(5)
    start = rng.normal(size=(4, 6))
    strided = np.zeros((8, 12))[::2, ::2]
    transposed = np.zeros((6, 4)).T
    results = []
    for theta in (start.copy(), strided, transposed):
        theta[...] = start
        optimizer = _class(catalog[name])({"w": theta})
        for _ in range(3):
            optimizer.step(_bowl_tree)
        results.append(np.array(theta))
    assert results[0].tobytes() == results[1].tobytes() == results[2].tobytes()


def _bowl_tree(params: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
    value, (gradient,) = _bowl([params["w"]])
    return value, {"w": gradient}


@pytest.mark.parametrize("name", ["Adam", "LAMB", "Momentum"])
def test_half_precision_keeps_single_state(name: str) -> None:
    """A float16 parameter is updated in float32 and rounded once."""
    rng = np.random.default_rng(7)
    start = rng.normal(size=(5,)).astype(np.float16)
    g = rng.normal(size=(5,)).astype(np.float16)
    half, single = start.copy(), start.astype(np.float32)
    a, b = _class(catalog[name])(half), _class(catalog[name])(single)
    a.step(g)
    b.step(g.astype(np.float32))
    assert half.tobytes() == single.astype(np.float16).tobytes()


# --- schedules ---------------------------------------------------------------------------------


SCHEDULES = tiered(
    [pytest.param(d, id=d.id) for d in catalog.values() if isinstance(d, Schedule)], selected
)
GIVEN = {"steps": 7, "period": 3, "warmup": 3, "batch": 64, "total": 12, "decay_steps": 5}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedule(schedule: Schedule) -> None:
    """A generated schedule gives the interpreter's numbers, and so does its state."""
    hyper = {h.name: GIVEN.get(h.name, 0.1) for h in schedule.hyper if h.default is None}
    made = _class(schedule)(**hyper)
    at = reference.start_schedule(schedule, hyper)
    state = made.start()
    losses = [3.0, 2.0, 2.0, 2.0, 2.5, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0]
    for t, loss in enumerate(losses, start=1):
        number, state = made.at(t, state, loss if "value" in made.oracles else None)
        at = reference.advance_schedule(schedule, at, hyper, loss)
        assert number == pytest.approx(float(at.output), rel=1e-13, abs=1e-18), t
        for name, kept in state.items():
            assert kept == pytest.approx(float(at.state[name]), rel=1e-13, abs=1e-18)


# --- names -------------------------------------------------------------------------------------


def test_unknown_names_get_suggestions() -> None:
    with pytest.raises(HyperparameterError, match="'lrr'; did you mean 'lr'"):
        generated.Adam(np.ones(3), lrr=1)
    with pytest.raises(HyperparameterError, match="did you mean 'steps'"):
        generated.Cosine(step=3)
    assert list(inspect.signature(generated.Adam).parameters)[:3] == ["params", "lr", "beta1"]
    with pytest.raises(AttributeError, match="did you mean 'Adam'"):
        _ = generated.Adm

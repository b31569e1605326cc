"""Optimizers, routes and schedules between their steps, and how a step is taken."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy

from optwright.derive.interpret import expression, reduction  # noqa: F401 they say what is meant
from optwright.derive.interpret.decimals import DECIMAL50
from optwright.derive.interpret.evaluation import Asker, Evaluator, Oracles
from optwright.derive.interpret.field import Array, Field
from optwright.derive.interpret.quantity import Data, Kind, Quantity, numbers
from optwright.derive.language.declaration import (
    History,
    Hyper,
    Optimizer,
    Repeat,
    Route,
    Schedule,
    State,
    Where,
)
from optwright.derive.language.extent import HOST, Extent


@dataclass(frozen=True)
class Snapshot:
    """An optimizer between two steps.

    t           steps done, by the system's own clock (a repeated system runs several in one call)
    theta       the parameters, one object array per tensor
    state       by name; a history is a tuple of its members, the newest first
    values      every sequence that the last step assigned; those of loops by index
    theta0      the parameters before the first step
    calls       how often `advance` has run, which is what scheduled hyperparameters depend on
    """

    field: Field
    t: int
    theta: tuple[Array, ...]
    state: Mapping[str, Data]
    values: Mapping[str, Data] = dataclasses.field(default_factory=dict)
    theta0: tuple[Array, ...] = ()
    calls: int = 0


@dataclass(frozen=True)
class RouteSnapshot:
    """A route between two steps: for each branch the places of its tensors, and its snapshot."""

    field: Field
    theta: tuple[Array, ...]
    branches: tuple[tuple[tuple[int, ...], Snapshot], ...]

    @property
    def t(self) -> int:
        return max((snapshot.t for _, snapshot in self.branches), default=0)


@dataclass(frozen=True)
class ScheduleSnapshot:
    """A schedule after t steps: its state, the values of the last step, and its output."""

    field: Field
    t: int
    state: Mapping[str, Data]
    values: Mapping[str, Data] = dataclasses.field(default_factory=dict)
    output: Any = None


def hyperparameters(
    declared: Sequence[Hyper],
    given: Mapping[str, Any] | None,
    arithmetic: Field,
    call: int,
    where: str,
) -> dict[str, Any]:
    """The hyperparameters' numbers at a call: given, as numbers or functions of it, or defaults.

    Raises ValueError for a name that is not declared and for one that has neither.
    """
    given = given or {}
    names = [h.name for h in declared]
    for name in given:
        if name not in names:
            raise ValueError(
                f"{where}: {name} is no hyperparameter; there are {', '.join(names) or 'none'}"
            )
    found: dict[str, Any] = {}
    for h in declared:
        if h.name in given:
            number = given[h.name](call) if callable(given[h.name]) else given[h.name]
            found[h.name] = arithmetic.wide.number(number)
        elif h.default is None:
            raise ValueError(f"{where}: {h.name} has no default and must be given")
        else:
            blank = Evaluator(None, arithmetic, found, call, (), (), None)
            found[h.name] = blank.evaluate(h.default).items[0]
    return found


# --- optimizers ----------------------------------------------------------------------------------


def _kind(extent: Extent) -> Kind:
    return extent.kind if extent.kind in ("host", "all", "tensor", "each_axis") else "array"


def _quantity(data: Data, extent: Extent) -> Quantity:
    kind = _kind(extent)
    return Quantity(kind, (data,) if kind in ("host", "all") else tuple(data))


def _extent(system: Optimizer, extent: Extent) -> Extent:
    """One number per tensor is one over all where all tensors are one."""
    return Extent("all") if system.scope == "all" and extent.kind == "tensor" else extent


def start(
    system: Optimizer | Route,
    theta: Sequence[Any],
    hyper: Mapping[str, Any] | None = None,
    field: Field = DECIMAL50,
    names: Sequence[str] | None = None,
) -> Any:
    """The snapshot before the first step: `theta` a list of arrays, `hyper` as for `advance`.

    A route needs `names` where its conditions name tensors, and gives a `RouteSnapshot`. Scheduled
    hyperparameters in initial values are taken at t = 1.
    """
    tensors = tuple(numbers(x, field) for x in theta)
    if isinstance(system, Route):
        return _start_route(system, tensors, hyper, field, names or [""] * len(tensors))
    known = hyperparameters(system.hyper, hyper, field, 1, system.id)
    run = Evaluator(system, field, known, 0, tensors, tensors, None)
    state: dict[str, Data] = {}
    for s in system.state:
        if isinstance(s, History):
            state[s.name] = ()
        else:
            init = run.evaluate(sympy.sympify(s.init))
            state[s.name] = run.fit(init, _extent(system, s.extent)).data
    return Snapshot(field, 0, tensors, state, {}, tensors, 0)


def load(
    system: Optimizer,
    t: int,
    theta: Sequence[Any],
    state: Mapping[str, Any],
    field: Field = DECIMAL50,
    theta0: Sequence[Any] | None = None,
    calls: int | None = None,
) -> Snapshot:
    """The snapshot with the given contents, each float taken exactly: t steps done.

    `state` has all of the declaration's state by name, in the form that snapshots have it.
    """
    tensors = tuple(numbers(x, field) for x in theta)
    first = tensors if theta0 is None else tuple(numbers(x, field) for x in theta0)
    wanted = {s.name: s for s in system.state}
    if set(state) != set(wanted):
        odd = min(set(state) ^ set(wanted))
        raise ValueError(
            f"{system.id}: {odd} is {'missing from' if odd in wanted else 'no part of'} the state"
        )

    def taken(data: Any, extent: Extent) -> Data:
        kind = _kind(_extent(system, extent))
        if kind in ("host", "all"):
            return field.wide.number(data)
        if kind == "tensor":
            return tuple(field.wide.number(x) for x in data)
        if kind == "each_axis":
            return tuple(tuple(numbers(x, field) for x in arrays) for arrays in data)
        return tuple(numbers(x, field) for x in data)

    kept = {
        name: taken(state[name], s.extent)
        if isinstance(s, State)
        else tuple(taken(x, s.extent) for x in state[name])
        for name, s in wanted.items()
    }
    return Snapshot(field, t, tensors, kept, {}, first, t if calls is None else calls)


def _resume(
    system: Optimizer,
    snapshot: Snapshot,
    hyper: Mapping[str, Any],
    clock: int,
    asker: Asker | None,
) -> Evaluator:
    run = Evaluator(system, snapshot.field, hyper, clock, snapshot.theta, snapshot.theta0, asker)
    for s in system.state:
        extent = _extent(system, s.extent)
        if isinstance(s, History):
            run.histories[s.name] = tuple(_quantity(x, extent) for x in snapshot.state[s.name])
        else:
            run.old[s.name] = _quantity(snapshot.state[s.name], extent)
    return run


def advance(
    system: Optimizer | Route,
    snapshot: Any,
    hyper: Mapping[str, Any] | None = None,
    oracles: Oracles | None = None,
) -> Any:
    """The snapshot after one call: one step, or as many as the declaration repeats.

    `hyper` gives hyperparameters by name, as numbers or as functions of the call (1, 2, …).
    Raises AnswerError for a missing or misshapen answer, Inexact in exact fields, Ambiguous where
    rounding decides which way a step goes.
    """
    shapes = [x.shape for x in snapshot.theta]
    asker = Asker(oracles or {}, snapshot.field, shapes)
    if isinstance(system, Route):
        return _advance_route(system, snapshot, hyper, asker)
    return _advance(system, snapshot, hyper, asker)


def _advance(
    system: Optimizer, snapshot: Snapshot, hyper: Mapping[str, Any] | None, asker: Asker
) -> Snapshot:
    call = snapshot.calls + 1
    known = hyperparameters(system.hyper, hyper, snapshot.field, call, system.id)
    repeat = system.repeat or Repeat(1)
    turn, done = 0, False
    while not done:
        turn += 1
        run = _resume(system, snapshot, known, snapshot.t + 1, asker)
        run.new["turn"] = run.host(turn)
        at_most = run.integer(repeat.at_most)
        if at_most < 1:
            break
        run.step(system.step)
        done = turn >= at_most or run.decide(repeat.until)
        snapshot = _commit(system, snapshot, run)
    return replace(snapshot, calls=call)


def _commit(system: Optimizer, snapshot: Snapshot, run: Evaluator) -> Snapshot:
    state: dict[str, Data] = {}
    for s in system.state:
        if isinstance(s, History):
            state[s.name] = tuple(run.settled(x).data for x in run.histories[s.name])
        else:
            state[s.name] = run.settled(run.new[s.name]).data
    values: dict[str, Data] = {
        name: x.data for name, x in run.new.items() if name != "turn" or system.repeat
    }
    values |= {
        name: {place: x.data for place, x in members.items()} for name, members in run.loops.items()
    }
    return replace(
        snapshot,
        t=run.clock,
        theta=tuple(run.scatter(run.settled(run.new["theta"]))),
        state=state,
        values=values,
    )


def view(
    system: Optimizer, snapshot: Snapshot, name: str, hyper: Mapping[str, Any] | None = None
) -> tuple[Array, ...]:
    """Other parameters to evaluate at, from the values after the last step."""
    if name not in system.views:
        raise ValueError(
            f"{system.id}: {name} is no view; there are {', '.join(system.views) or 'none'}"
        )
    known = hyperparameters(system.hyper, hyper, snapshot.field, max(snapshot.calls, 1), system.id)
    run = _resume(system, snapshot, known, snapshot.t, None)
    run.new = dict(run.old)
    for sequence, data in snapshot.values.items():
        if isinstance(data, dict):
            run.loops[sequence] = {
                i: _quantity(x, _extent(system, system.extents[sequence])) for i, x in data.items()
            }
        elif sequence != "theta" and sequence in system.extents:
            run.new[sequence] = _quantity(data, _extent(system, system.extents[sequence]))
    return tuple(run.points(sympy.sympify(system.views[name])))


def run(
    system: Optimizer | Route,
    theta: Sequence[Any],
    steps: int,
    oracles: Oracles,
    hyper: Mapping[str, Any] | None = None,
    field: Field = DECIMAL50,
    names: Sequence[str] | None = None,
) -> list[Any]:
    """The snapshots before the first step and after each of so many."""
    found = [start(system, theta, hyper, field, names)]
    for _ in range(steps):
        found.append(advance(system, found[-1], hyper, oracles))
    return found


# --- routes --------------------------------------------------------------------------------------


def meets(where: Where, shape: Sequence[int], name: str) -> bool:
    """Whether a tensor of this shape and name meets a condition."""
    return (
        len(shape) >= where.ndim_at_least
        and (where.ndim_at_most is None or len(shape) <= where.ndim_at_most)
        and (where.name is None or re.search(where.name, name) is not None)
    )


def _own(branch: Optimizer, hyper: Mapping[str, Any] | None) -> dict[str, Any]:
    names = {h.name for h in branch.hyper}
    return {name: number for name, number in (hyper or {}).items() if name in names}


def _start_route(
    route: Route,
    theta: tuple[Array, ...],
    hyper: Mapping[str, Any] | None,
    field: Field,
    names: Sequence[str],
) -> RouteSnapshot:
    hyperparameters(route.hyper, hyper, field, 1, route.id)
    places: list[list[int]] = [[] for _ in route.branches]
    for i, tensor in enumerate(theta):
        for found, (where, _) in zip(places, route.branches, strict=True):
            if meets(where, tensor.shape, names[i]):
                found.append(i)
                break
        else:
            raise ValueError(f"{route.id}: no branch takes tensor {i} of shape {tensor.shape}")
    branches = tuple(
        (tuple(found), start(branch, [theta[i] for i in found], _own(branch, hyper), field))
        for found, (_, branch) in zip(places, route.branches, strict=True)
    )
    return RouteSnapshot(field, theta, branches)


def _advance_route(
    route: Route, snapshot: RouteSnapshot, hyper: Mapping[str, Any] | None, asker: Asker
) -> RouteSnapshot:
    runs: list[Evaluator] = []
    for (places, before), (_, branch) in zip(snapshot.branches, route.branches, strict=True):
        own = _own(branch, hyper)
        known = hyperparameters(branch.hyper, own, before.field, before.calls + 1, branch.id)
        run = _resume(branch, before, known, before.t + 1, asker)
        run.places = places
        runs.append(run)
    for run in runs:
        run.peers = tuple(runs)
    for statement in route.shared:
        for run in runs:
            run.step([statement])
    theta = list(snapshot.theta)
    branches = []
    for run, (places, before), (_, branch) in zip(
        runs, snapshot.branches, route.branches, strict=True
    ):
        run.peers = (run,)
        run.step(route.own(branch))
        after = replace(_commit(branch, before, run), calls=before.calls + 1)
        branches.append((places, after))
        for place, array in zip(places, after.theta, strict=True):
            theta[place] = array
    return RouteSnapshot(snapshot.field, tuple(theta), tuple(branches))


# --- schedules -----------------------------------------------------------------------------------


def start_schedule(
    schedule: Schedule, hyper: Mapping[str, Any] | None = None, field: Field = DECIMAL50
) -> ScheduleSnapshot:
    """A schedule before its first step; it has no output yet."""
    known = hyperparameters(schedule.hyper, hyper, field, 1, schedule.id)
    run = Evaluator(schedule, field, known, 0, (), (), None)
    return ScheduleSnapshot(
        field, 0, {s.name: run.evaluate(sympy.sympify(s.init)).data for s in schedule.state}
    )


def advance_schedule(
    schedule: Schedule,
    snapshot: ScheduleSnapshot,
    hyper: Mapping[str, Any] | None = None,
    value: Any = None,
) -> ScheduleSnapshot:
    """The schedule one step on; `value` is the loss, where it needs it."""
    clock = snapshot.t + 1
    known = hyperparameters(schedule.hyper, hyper, snapshot.field, clock, schedule.id)
    asker = Asker({} if value is None else {"value": value}, snapshot.field, [])
    run = Evaluator(schedule, snapshot.field, known, clock, (), (), asker)
    run.old = {name: _quantity(data, HOST) for name, data in snapshot.state.items()}
    run.step(schedule.step)
    output = run.settled(run.evaluate(schedule.output)).items[0]
    values = {name: x.data for name, x in run.new.items()}
    return ScheduleSnapshot(
        snapshot.field, clock, {s.name: values[s.name] for s in schedule.state}, values, output
    )

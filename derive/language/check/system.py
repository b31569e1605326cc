"""A plain system as a whole: parts of the right kind, names, ranges, state that is assigned.

The first violation raises DeclarationError with the equation, the symbol and the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import sympy
from sympy import Eq, Expr

from optwright.derive.error import DeclarationError, suggest
from optwright.derive.language import operation as op
from optwright.derive.language.check.name import check_name
from optwright.derive.language.check.step import StepCheck
from optwright.derive.language.extent import (
    ALL,
    COORDINATE,
    HOST,
    Extent,
    ExtentError,
    Shape,
    infer,
    join,
)
from optwright.derive.language.step import (
    History,
    Loop,
    Push,
    Repeat,
    State,
    System,
    theta,
    turn,
    used_names,
)
from optwright.derive.language.symbol import Hyper, Parameter, Value, Variable


def sequence(given: Any, field: str, where: str) -> tuple[Any, ...]:
    """Several parts as a tuple. Raises DeclarationError for one alone, or a mapping or text."""
    if isinstance(given, (Eq, Loop, Push, State, History, Variable, Hyper, Expr)):
        reason = f"is one part where several are wanted: write {field}=({_short(given)},)"
        raise DeclarationError(where, field, reason)
    if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
        shown = getattr(given, "id", " ".join(repr(given).split()))
        reason = f"{shown:.60} is a {type(given).__name__}: give a tuple or a list"
        raise DeclarationError(where, field, reason)
    return tuple(given)


def _short(given: Any) -> str:
    if isinstance(given, Eq):
        return f"Eq({given.lhs}, …)"
    return f"{given.name}({given.default})" if isinstance(given, Hyper) else str(given)


def check_parts(system: System) -> None:
    """Refuse hyperparameters and state that are none."""
    for h in system.hyper:
        if isinstance(h, Parameter):
            reason = f"has no default: write {h.name}(0.1), or {h.name}(None) if it must be given"
            raise DeclarationError(system.id, h.name, reason)
        if not isinstance(h, Hyper):
            reason = f"is a {type(h).__name__}, no hyperparameter such as lr(0.1)"
            raise DeclarationError(system.id, str(h), reason)
    for s in system.state:
        if not isinstance(s, (State, History)):
            reason = f"is a {type(s).__name__}, no state such as m or State(m, 0)"
            raise DeclarationError(system.id, str(s), reason)


def check_optimizer(
    system: System,
    scope: str,
    shape: Shape,
    views: Mapping[str, Any],
    invariants: Sequence[Any],
    repeat: Repeat | None,
) -> dict[str, Extent]:
    """Check a plain optimizer; returns the extent of every sequence in it.

    Raises DeclarationError.
    """
    where = system.id
    check_name(system.name, where)
    for field, given, allowed in (("scope", scope, op.SCOPES), ("shape", shape, get_args(Shape))):
        if given not in allowed:
            reason = f"{given!r} is not one of {', '.join(allowed)}"
            raise DeclarationError(where, field, reason)
    hyper = _hyper(system)
    kept = _kept(system, hyper)
    histories = {h.name: kept.pop(h.name) for h in system.histories}
    kept[theta.name] = COORDINATE
    _starts(system, hyper, shape)
    step = StepCheck(where, hyper, kept, histories, shape)
    if repeat:
        step.assigned[turn.name] = HOST
    step.walk(system.step)
    _assigned(system, step)
    if theta.name not in step.assigned:
        raise DeclarationError(where, "theta", "no equation assigns theta[t]")
    _used(system, used_names(system.step, system.state, system.hyper, views, repeat))
    for condition in invariants:
        step.extent(sympy.sympify(condition), "invariant")
    for name, view in views.items():
        check_name(name, f"{where}, view")
        if step.number(sympy.sympify(view), f"view {name}").kind != "coordinate":
            raise DeclarationError(where, name, "a view has one entry per parameter")
    if repeat and step.extent(sympy.sympify(repeat.until), "repeat") not in (HOST, ALL):
        raise DeclarationError(where, "repeat", "its condition is one number over all tensors")
    return step.extents


def check_schedule(system: System, output: Any) -> None:
    """Check a schedule, all of whose values are host values. Raises DeclarationError."""
    where = system.id
    check_name(system.name, where)
    hyper = _hyper(system)
    kept = _kept(system, hyper)
    step = StepCheck(where, hyper, {**kept, theta.name: COORDINATE}, {}, schedule=True)
    step.walk(system.step)
    for name, extent in step.assigned.items():
        if extent != HOST:
            reason = f"a schedule has host values only, this is of extent {extent}"
            raise DeclarationError(where, name, reason)
    _assigned(system, step)
    if step.number(output, "output") != HOST:
        raise DeclarationError(where, "output", "the output of a schedule is one host value")


def _hyper(system: System) -> dict[str, Hyper]:
    """The hyperparameters by name, each of whose defaults is allowed."""
    where, known = system.id, dict[str, Hyper]()
    for h in system.hyper:
        check_name(h.name, where)
        if h.name in known:
            raise DeclarationError(where, h.name, "is declared twice among the hyperparameters")
        if h.default is not None:
            unknown = sorted({s.name for s in h.default.free_symbols} - set(known))
            if unknown:
                reason = f"its default uses {unknown[0]}, which is not declared before it"
                raise DeclarationError(where, h.name, reason)
            if not h.default.free_symbols and h.default not in h.range:
                reason = f"its default {h.default} is outside {h.range}"
                raise DeclarationError(where, h.name, reason)
        known[h.name] = h
    return known


def _kept(system: System, hyper: Mapping[str, Hyper]) -> dict[str, Extent]:
    """The extents of what is kept, histories included."""
    kept: dict[str, Extent] = {}
    for s in system.state:
        check_name(s.name, system.id)
        if s.name in kept or s.name in hyper or s.name == theta.name:
            reason = "is declared twice (state, hyperparameters and theta share names)"
            raise DeclarationError(system.id, s.name, reason)
        kept[s.name] = s.extent
    return kept


def _starts(system: System, hyper: Mapping[str, Hyper], shape: Shape) -> None:
    """Initial values: known symbols, and an extent that fits the declared one."""
    for s in system.states:
        where = f"{system.id}, initial value of {s.name}"
        init = sympy.sympify(s.init)
        for v in init.atoms(Value):
            if v.name != theta.name or v.index != 0:
                reason = "an initial value uses hyperparameters and theta[0] only"
                raise DeclarationError(where, str(v), reason)
        inner = {x for v in init.atoms(Value) for x in v.free_symbols}
        for symbol in sorted(init.free_symbols - inner, key=str):
            if symbol.name not in hyper:
                reason = "is no hyperparameter" + suggest(symbol.name, hyper)
                raise DeclarationError(where, symbol.name, reason)
        try:
            found = infer(init, {theta.name: COORDINATE}, shape)
            fits = join(s.extent, found) == s.extent
        except ExtentError as error:
            raise DeclarationError(where, str(init), str(error)) from None
        if not fits:
            reason = f"is of extent {found}, the state is declared of {s.extent}"
            raise DeclarationError(where, str(init), reason)


def _assigned(system: System, step: StepCheck) -> None:
    for s in system.states:
        if s.name not in step.assigned:
            reason = "is kept as state, but no equation assigns it"
            raise DeclarationError(system.id, s.name, reason)


def _used(system: System, used: set[str]) -> None:
    for h in system.hyper:
        if h.name not in used:
            raise DeclarationError(system.id, h.name, "is a hyperparameter that no equation uses")


__all__ = ["check_optimizer", "check_parts", "check_schedule", "sequence"]

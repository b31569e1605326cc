"""A declaration tried at its defaults: its first steps on ordinary gradients have numbers.

What a declaration's own checks cannot see is a division by zero in a step, such as that of
`m[t]/(1 - beta**(t - 1))` in the first. It is found here by running the equations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import numpy as np
from sympy import Eq, oo

from optwright.derive.error import DeclarationError
from optwright.derive.interpret import (
    DECIMAL50,
    Array,
    Oracles,
    advance,
    advance_schedule,
    start,
    start_schedule,
)
from optwright.derive.language.declaration import Declaration, Family, Optimizer, Route, Schedule
from optwright.derive.language.step import Loop, Push, System, str_equation
from optwright.derive.language.symbol import Hyper, Value, t

STEPS = 3
"""How many steps are tried."""

_SHAPES = {"any": ((2, 2), (2,)), "matrix": ((2, 3), (2, 2)), "vector": ((2,), (1,))}
_CURVATURES = [Decimal(x) for x in ("0.5", "1.5", "2", "1.25")]
_TARGETS = [Decimal(x) for x in ("1", "-0.5", "0.25", "2")]
_MIXED, _POSITIVE = "0.7", "7"
"""Where parameters start: with gradients of both signs, and with positive ones alone."""


def trial(declaration: Declaration, steps: int = STEPS) -> None:
    """Take the first steps at the defaults, in fifty digits, on the gradients of a quadratic.

    Of a family every member is tried. Raises DeclarationError that names the equation and the step
    where a value is infinite or no number.
    """
    if isinstance(declaration, Family):
        for _, member in declaration.members:
            trial(member, steps)
    elif isinstance(declaration, Schedule):
        _try_schedule(declaration, steps)
    else:
        _try_rule(declaration, steps)


def _try_rule(rule: Optimizer | Route, steps: int) -> None:
    """A rule is refused that has no number from either start.

    One that takes the root of an average of gradients, say, has numbers where all are positive.
    """
    try:
        _run(rule, steps, _MIXED)
    except DeclarationError:
        _run(rule, steps, _POSITIVE)


def _run(rule: Optimizer | Route, steps: int, at: str) -> None:
    shapes = _SHAPES["any" if isinstance(rule, Route) else rule.shape]
    hyper, oracles = _required(rule.hyper), _quadratic(shapes)
    with _step(rule.id, 1):
        snapshot = start(rule, [_filled(shape, at) for shape in shapes], hyper, DECIMAL50)
    for number in range(1, steps + 1):
        before = snapshot
        with _step(rule.id, number):
            snapshot = advance(rule, before, hyper, oracles)
        for system, old, new in _systems(rule, before, snapshot):
            _check(system, number, old.state, new.values)


def _try_schedule(schedule: Schedule, steps: int) -> None:
    hyper = _required(schedule.hyper)
    with _step(schedule.id, 1):
        snapshot = start_schedule(schedule, hyper, DECIMAL50)
    for number in range(1, steps + 1):
        before, loss = snapshot, Decimal(2) / number if schedule.needs_value else None
        with _step(schedule.id, number):
            snapshot = advance_schedule(schedule, before, hyper, loss)
        _check(schedule, number, before.state, snapshot.values)
        if not _finite(snapshot.output):
            _refuse(schedule, f"output {schedule.output}", number)


def _systems(rule: Any, before: Any, after: Any) -> Iterator[tuple[System, Any, Any]]:
    """The plain systems of a rule, each with its snapshots."""
    if not isinstance(rule, Route):
        yield rule, before, after
        return
    pairs = zip(rule.branches, before.branches, after.branches, strict=True)
    for (_, branch), (_, old), (_, new) in pairs:
        yield branch, old, new


def _check(system: System, number: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse the first equation that makes something infinite, or no number, of finite values."""
    for statement in system.step:
        if isinstance(statement, Push):
            continue
        inner = (*statement.init, *statement.body) if isinstance(statement, Loop) else (statement,)
        for equation in inner:
            found = new.get(equation.lhs.name)
            if not _finite(found) and not _from_infinity(equation, old, new):
                _refuse(system, f"equation {str_equation(equation)!r}", number)


def _from_infinity(equation: Eq, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether an equation reads, or says itself, something that is infinite."""
    if equation.rhs.has(oo, -oo):
        return True
    read = [v for v in equation.rhs.atoms(Value) if v.name != equation.lhs.name or v.index != t]
    return any(not _finite((new if v.index == t else old).get(v.name)) for v in read)


def _finite(data: Any) -> bool:
    """Whether all numbers are finite, in arrays, tuples and by index."""
    if isinstance(data, Mapping):
        return all(_finite(x) for x in data.values())
    if isinstance(data, tuple):
        return all(_finite(x) for x in data)
    if isinstance(data, np.ndarray):
        return all(_finite(x) for x in data.flat)
    return not isinstance(data, Decimal) or data.is_finite()


def _refuse(system: System, where: str, number: int) -> None:
    defaults = ", ".join(f"{h.name} = {h.default}" for h in system.hyper) or "none"
    reason = (
        "gives a value that is infinite or no number on ordinary gradients: is something divided "
        f"by zero there? (at the defaults: {defaults})"
    )
    raise DeclarationError(f"{system.id}, {where}", f"step {number}", reason)


@contextmanager
def _step(name: str, number: int) -> Iterator[None]:
    """What cannot be run is told with its step."""
    try:
        yield
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, DeclarationError):
            raise
        said = " ".join(str(error.args[0] if error.args else error).split())
        reason = f"cannot be taken at the defaults: {said.removeprefix(f'{name}: ')}"
        raise DeclarationError(name, f"step {number}", reason) from error


# --- ordinary gradients --------------------------------------------------------------------------


def _required(declared: Sequence[Hyper]) -> dict[str, Any]:
    """Numbers for the hyperparameters without a default, well inside their ranges."""
    numbers = [Decimal(x) for x in ("0.1", "1", "2", "10", "100", "-1", "-10")]
    return {
        h.name: next((x for x in numbers if x in h.range), h.range.low)
        for h in declared
        if h.default is None
    }


def _filled(shape: tuple[int, ...], number: str) -> Array:
    """An array of different numbers near one."""
    array = np.empty(shape, dtype=object)
    for k, index in enumerate(np.ndindex(shape)):
        array[index] = Decimal(number) * (k % 3 + 1)
    return array


def _quadratic(shapes: Sequence[tuple[int, ...]]) -> Oracles:
    """The oracles of the sum of c·(x - a)²/2 over all entries."""
    count = sum(int(np.prod(shape, dtype=int)) for shape in shapes)

    def like(numbers: Sequence[Decimal], shape: tuple[int, ...]) -> Array:
        array = np.empty(shape, dtype=object)
        for k, index in enumerate(np.ndindex(shape)):
            array[index] = numbers[k % len(numbers)]
        return array

    c = [like(_CURVATURES, shape) for shape in shapes]
    a = [like(_TARGETS, shape) for shape in shapes]
    every = [x for array in c for x in array.flat]
    matrix = np.array([[every[i] if i == j else Decimal(0) for j in range(count)]
                       for i in range(count)], dtype=object)  # fmt: skip
    return {
        "grad": lambda x: [ci * (xi - ai) for ci, xi, ai in zip(c, x, a, strict=True)],
        "value": lambda x: sum(
            (ci * (xi - ai) ** 2).sum() / 2 for ci, xi, ai in zip(c, x, a, strict=True)
        ),
        "hessian": matrix,
        "hvp": lambda _, u: [ci * ui for ci, ui in zip(c, u, strict=True)],
        "hessian_diagonal": c,
        "noise": lambda k: [_filled(shape, "0.3") * k for shape in shapes],
        "line_search": (Decimal("0.5"), 3),
    }


__all__ = ["STEPS", "trial"]

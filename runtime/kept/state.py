"""States: which a rule keeps where, their shapes, and the values they start from."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from optwright.runtime.group import Group
from optwright.runtime.hyperparameter import call_by_name
from optwright.runtime.kept.slot import Slot
from optwright.runtime.rule import Rule, State

Values = dict[int, dict[str, float]]
"""Hyperparameters of a step for each group, by the group's identity."""

Shape = tuple[int, ...] | list[tuple[int, ...]] | None
"""Of an array, of one array per axis, or None for a plain number."""


def shape_of(extent: str, shape: tuple[int, ...]) -> Shape:
    """The shape of a state of the given extent beside a tensor of the given shape."""
    kind, _, rest = extent.partition("(")
    if kind in ("axes", "each_axis"):
        shape = shape or (1,)  # a tensor without dimensions is a vector of one entry
    ndim = len(shape)
    if kind == "coordinate":
        return shape
    if kind in ("host", "all", "tensor"):
        return None
    if kind == "axes":
        named = [int(axis) for axis in rest.rstrip(")").split(",")]
        reduced = {axis % ndim for axis in named if -ndim <= axis < ndim}
        return tuple(1 if axis in reduced else length for axis, length in enumerate(shape))
    if kind == "each_axis":
        return [
            tuple(length if axis == kept else 1 for axis, length in enumerate(shape))
            for kept in range(ndim)
        ]
    lengths = {"n": int(np.prod(shape, dtype=np.int64))}
    if ndim == 2:
        lengths |= {"rows": shape[0], "columns": shape[1]}
    return tuple(
        lengths[name.strip()] if name.strip() in lengths else int(name)
        for name in rest.rstrip(")").split(",")
    )


def initial(state: State, shape: tuple[int, ...], dtype: np.dtype, known: Mapping[str, Any]) -> Any:
    """The value of a state before the first step, in memory of its own.

    `known` has the hyperparameters and `theta`, the tensor's value. Numbers are np.float64, arrays
    are of `dtype` and C-contiguous, histories are empty lists.
    """
    if state.length is not None:
        return []
    form = shape_of(state.extent, shape)
    if state.start == "identity":
        assert isinstance(form, tuple)
        return np.eye(*form, dtype=dtype)
    start = call_by_name(state.start, known) if callable(state.start) else state.start
    if form is None:
        return np.float64(start)
    if isinstance(form, list):
        return [np.array(np.broadcast_to(start, one), dtype, order="C") for one in form]
    return np.array(np.broadcast_to(start, form), dtype, order="C")


def joint(rule: Rule) -> tuple[State, ...]:
    """States over all tensors of the rule."""
    return tuple(
        s for s in rule.state if s.extent == "all" or (rule.scope == "all" and s.extent != "host")
    )


def separate(rule: Rule) -> tuple[State, ...]:
    """States of each tensor."""
    of_all = joint(rule)
    return tuple(s for s in rule.state if s.extent != "host" and s not in of_all)


def joint_dtype(slots: Sequence[Slot]) -> np.dtype:
    """The type of states over all tensors: the widest, float32 at least."""
    return np.result_type(np.float32, *(slot.compute for slot in slots))


def begin_host(rule: Rule, groups: Sequence[Group], values: Values) -> None:
    """Give the groups' states their first values."""
    for group in groups:
        for state in rule.state:
            if state.extent == "host":
                group.state[state.name] = initial(
                    state, (), np.dtype(float), {**values[id(group)], **rule.flags}
                )


def begin_tensors(rule: Rule, slots: Sequence[Slot], values: Values) -> None:
    """Give the tensors' states their first values."""
    for slot in slots:
        known = {**values[id(slot.group)], **rule.flags, "theta": slot.value(slot.compute)}
        for state in separate(rule):
            slot.state[state.name] = initial(state, slot.array.shape, slot.compute, known)


def begin_joint(
    rule: Rule, slots: Sequence[Slot], values: Values, memory: MutableMapping[str, Any]
) -> None:
    """Give the states over all tensors their first values."""
    if not slots or not joint(rule):
        return
    dtype = joint_dtype(slots)
    theta = np.concatenate([slot.value(dtype).reshape(-1) for slot in slots])
    known = {**values[id(slots[0].group)], **rule.flags, "theta": theta}
    for state in joint(rule):
        memory[state.name] = initial(state, theta.shape, dtype, known)

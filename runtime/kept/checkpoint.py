"""Checkpoints: what an optimizer holds as plain dicts and arrays, and such a document checked.

Nothing is put in place here: `document` copies, `restored` gives checked copies of all that is to
be put in place, so that a checkpoint that does not fit changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from optwright.runtime.error import CheckpointError, HyperparameterError, ParameterError
from optwright.runtime.group import Group, HyperValue
from optwright.runtime.kept.slot import Slot
from optwright.runtime.kept.state import joint, joint_dtype, separate, shape_of
from optwright.runtime.rule import Hyper, Rule, State
from optwright.runtime.schedule import Schedule


@dataclass(frozen=True)
class Contents:
    """What an optimizer holds.

    rules      its rules, `within` the indices of the slots of each, `memories` its states over all
    generator  what draws noise, or None
    """

    name: str
    flags: Mapping[str, Any]
    specs: Mapping[str, Hyper]
    t: int
    groups: Sequence[Group]
    slots: Sequence[Slot]
    rules: Sequence[Rule]
    within: Sequence[Sequence[int]]
    memories: Sequence[Mapping[str, Any]]
    generator: np.random.Generator | None


@dataclass(frozen=True)
class Restored:
    """What a checkpoint puts in place: for each group (hyper, progress, state), for each slot and
    each rule its states.
    """

    t: int
    groups: list[tuple[dict[str, HyperValue], dict[str, dict[str, Any]], dict[str, Any]]]
    states: list[dict[str, Any]]
    memories: list[dict[str, Any]]
    generator: np.random.Generator | None


def document(held: Contents, fetch: Callable[[Any], Any]) -> dict[str, Any]:
    """Everything that the next step depends on, save the parameters: copies, in plain dicts.

    `fetch` copies a state into NumPy's memory.
    """
    rule_of = {i: r for r, w in zip(held.rules, held.within, strict=True) for i in w}
    return {
        "rule": held.name,
        "flags": dict(held.flags),
        "t": held.t,
        "groups": [
            {
                "hyper": group.described(),
                "progress": deepcopy(group.progress),
                "state": deepcopy(group.state),
                "tensors": [
                    {
                        "name": slot.name,
                        "shape": list(slot.array.shape),
                        "state": _fetched(slot.state, rule_of[i], fetch),
                    }
                    for i, slot in enumerate(held.slots)
                    if slot.group is group
                ],
            }
            for group in held.groups
        ],
        "memory": [
            _fetched(memory, rule, fetch)
            for memory, rule in zip(held.memories, held.rules, strict=True)
        ],
        "generator": deepcopy(
            None if held.generator is None else held.generator.bit_generator.state
        ),
    }


def _fetched(state: Mapping[str, Any], rule: Rule, fetch: Callable[[Any], Any]) -> dict[str, Any]:
    """A copy of a state; what is a number by its extent is one, wherever it lay."""
    numbers = {s.name for s in rule.state if s.extent in ("all", "tensor")}
    return {
        name: np.float64(fetch(value)) if name in numbers else fetch(value)
        for name, value in state.items()
    }


def described(
    saved: Mapping[str, Any],
    ids: Collection[str],
    groups: Sequence[Mapping[str, Any]],
    given: Mapping[str, Any],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(what a constructor is to be given for each group, what of it replaces saved values).

    `ids` are those that the class can have. Raises CheckpointError.
    """
    if saved["rule"] not in ids:
        raise CheckpointError(f"the checkpoint is of {saved['rule']}, not of {min(ids)}")
    if len(groups) != len(saved["groups"]):
        raise CheckpointError(
            f"the checkpoint has {len(saved['groups'])} groups, params has {len(groups)}"
        )
    replaced = [
        {**given, **{name: value for name, value in group.items() if value is not None}}
        for group in groups
    ]
    pairs = zip(saved["groups"], replaced, strict=True)
    return [_ready(kept["hyper"], new) | new for kept, new in pairs], replaced


def resumed(
    saved: Mapping[str, Any],
    specs: Mapping[str, Hyper],
    groups: Sequence[Group],
    described: Sequence[Mapping[str, Any]],
    replaced: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The document as it continues with what was replaced: a new schedule starts anew."""
    for given in described:
        _complete(specs, given)
    kept_groups = [
        {
            **kept,
            "hyper": group.described(),
            "progress": {k: v for k, v in kept["progress"].items() if k not in new},
        }
        for kept, group, new in zip(saved["groups"], groups, replaced, strict=True)
    ]
    return {**saved, "groups": kept_groups}


def restored(held: Contents, saved: Mapping[str, Any]) -> Restored:
    """Copies of all that a document puts in place, or CheckpointError."""
    with damage_said():
        t = _fitting_step(held, saved)
        rule_of = {i: r for r, w in zip(held.rules, held.within, strict=True) for i in w}
        hosts = [s for rule in held.rules for s in rule.state if s.extent == "host"]
        groups, states = [], []
        for group, kept in zip(held.groups, saved["groups"], strict=True):
            hyper = _revived(held, group, kept["hyper"])
            where = f"group {group.index}"
            progress = _progress(hyper, kept["progress"])
            state = _restored(kept["state"], hosts, (), np.dtype(float), where, t > 0)
            groups.append((hyper, progress, state))
            own = [(slot, rule_of[i]) for i, slot in enumerate(held.slots) if slot.group is group]
            states += _tensor_states(own, kept["tensors"], where, t > 0)
        memories = []
        for rule, within, kept in zip(held.rules, held.within, saved["memory"], strict=True):
            slots = [held.slots[i] for i in within]
            n = sum(slot.array.size for slot in slots)
            wanted = joint(rule) if slots else ()
            dtype = joint_dtype(slots)
            memories.append(_restored(dict(kept), wanted, (n,), dtype, held.name, t > 0))
        generator = _restored_generator(held.generator, saved["generator"])
        return Restored(t, groups, states, memories, generator)


def _fitting_step(held: Contents, saved: Mapping[str, Any]) -> int:
    """The step number of a document that is of this rule, with these flags and groups."""
    if not isinstance(saved, Mapping) or "rule" not in saved:
        raise CheckpointError("that is no state of an optimizer")
    if saved["rule"] != held.name:
        raise CheckpointError(f"the checkpoint is of {saved['rule']}, not of {held.name}")
    if dict(saved["flags"]) != held.flags:
        raise CheckpointError(
            f"the checkpoint was made with {saved['flags']}, this {held.name} with {held.flags}"
        )
    t = saved["t"]
    if not isinstance(t, int) or isinstance(t, bool) or t < 0:
        raise CheckpointError(f"the checkpoint's step number is {t!r}")
    if len(saved["groups"]) != len(held.groups):
        raise CheckpointError(
            f"the checkpoint has {len(saved['groups'])} groups, this {held.name} has"
            f" {len(held.groups)}"
        )
    return t


def _tensor_states(
    own: Sequence[tuple[Slot, Rule]], tensors: Sequence[Any], where: str, begun: bool
) -> list[dict[str, Any]]:
    """The states of one group's tensors."""
    if len(tensors) != len(own):
        raise CheckpointError(
            f"the checkpoint has {len(tensors)} tensors in {where}, there are {len(own)}"
        )
    states = []
    for (slot, rule), kept in zip(own, tensors, strict=True):
        shape = slot.array.shape
        if kept["name"] != slot.name or tuple(kept["shape"]) != shape:
            raise CheckpointError(
                f"the checkpoint has {kept['name']!r} of shape {tuple(kept['shape'])}"
                f" where the parameter is {slot.name!r} of shape {shape}"
            )
        wanted = separate(rule)
        states.append(_restored(kept["state"], wanted, shape, slot.compute, slot.name, begun))
    return states


def _revived(held: Contents, group: Group, kept: Mapping[str, Any]) -> dict[str, HyperValue]:
    hyper: dict[str, HyperValue] = {}
    for name, value in kept.items():
        if name not in held.specs:
            raise CheckpointError(f"the checkpoint has an unknown hyperparameter {name!r}")
        if value == {"function": True}:
            present = group.hyper.get(name)
            if not callable(present):
                raise CheckpointError(
                    f"{name} was a function when the checkpoint was made, which cannot be"
                    f" saved: assign a function to it first"
                )
            hyper[name] = present
        elif isinstance(value, Mapping):
            hyper[name] = Schedule.revive(value)
        else:
            hyper[name] = group.checked(name, value)
    _complete(held.specs, hyper)
    return hyper


def _complete(specs: Mapping[str, Hyper], hyper: Mapping[str, Any]) -> None:
    """Refuse hyperparameters that lack one."""
    for name, spec in specs.items():
        if name not in hyper and not callable(spec.default):
            raise CheckpointError(f"the checkpoint lacks the hyperparameter {name!r}")


def _progress(hyper: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    progress = {}
    for name, value in kept.items():
        source = hyper[name]
        if not isinstance(source, Schedule) or set(value["state"]) != set(source.start()):
            raise CheckpointError(f"the checkpoint's state of the schedule of {name!r} is damaged")
        state = {key: float(x) for key, x in value["state"].items()}
        progress[name] = {"state": state, "output": float(value["output"])}
    return progress


def _restored_generator(
    present: np.random.Generator | None, kept: Any
) -> np.random.Generator | None:
    if (kept is None) != (present is None):
        raise CheckpointError("the checkpoint and the optimizer differ in whether they draw noise")
    if kept is None:
        return None
    bits = np.random.PCG64()
    bits.state = deepcopy(kept)
    return np.random.Generator(bits)


@contextmanager
def damage_said() -> Iterator[None]:
    """Turn what goes wrong with a document of the wrong form into a CheckpointError."""
    try:
        yield
    except (CheckpointError, ParameterError):
        raise
    except HyperparameterError as error:
        raise CheckpointError(f"the checkpoint does not fit: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise CheckpointError(f"the checkpoint is damaged ({reason})") from None


def _ready(hyper: Mapping[str, Any], replaced: Mapping[str, Any]) -> dict[str, Any]:
    """Saved hyperparameters that are not replaced, ready for a constructor."""
    ready: dict[str, Any] = {}
    for name, value in hyper.items():
        if name in replaced:
            continue
        if value == {"function": True}:
            raise CheckpointError(
                f"{name} was a function when the checkpoint was made, which cannot be saved:"
                f" pass it again, as in {name}=function"
            )
        ready[name] = Schedule.revive(value) if isinstance(value, Mapping) else value
    return ready


def _restored(
    kept: Mapping[str, Any],
    wanted: Sequence[State],
    shape: tuple[int, ...],
    dtype: np.dtype,
    where: str,
    begun: bool,
) -> dict[str, Any]:
    """Copies of saved states, checked against what the rule keeps."""
    names = {s.name for s in wanted} if begun else set()
    if different := sorted(names ^ set(kept)):
        what = "lacks" if different[0] in names else "has an unknown"
        raise CheckpointError(
            f"the checkpoint {what} state {different[0]!r} of {where or 'params'}"
        )
    result: dict[str, Any] = {}
    for state in wanted if begun else ():
        value = kept[state.name]
        label = f"the state {state.name!r} of {where or 'params'}"
        form = shape_of(state.extent, shape)
        if state.length is not None:
            result[state.name] = [
                _fitting(item, form, dtype, label) for item in _list(value, label)
            ]
        elif isinstance(form, list):
            items = _list(value, label)
            if len(items) != len(form):
                raise CheckpointError(f"{label} has {len(items)} arrays; expected {len(form)}")
            result[state.name] = [
                _fitting(item, one, dtype, label) for item, one in zip(items, form, strict=True)
            ]
        else:
            result[state.name] = _fitting(value, form, dtype, label)
    return result


def _list(value: Any, label: str) -> list[Any]:
    if not isinstance(value, list):
        raise CheckpointError(f"{label} is {type(value).__name__}; expected a list of arrays")
    return value


def _fitting(value: Any, shape: Any, dtype: np.dtype, label: str) -> Any:
    """A copy of a number or of an array of the given shape and dtype."""
    if shape is None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise CheckpointError(f"{label} is {type(value).__name__}; expected a number")
        return np.float64(value)
    if not isinstance(value, np.ndarray) or value.dtype != dtype or value.shape != shape:
        found = (
            f"{value.dtype} {value.shape}"
            if isinstance(value, np.ndarray)
            else type(value).__name__
        )
        raise CheckpointError(f"{label} is {found}; expected {dtype} {shape}")
    return np.array(value, order="C")

"""The object that users work with: parameters, groups, steps, checkpoints, views."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np

from optwright.runtime import checkpoint
from optwright.runtime.error import (
    CheckpointError,
    HyperparameterError,
    OptwrightError,
    OracleError,
    ParameterError,
    suggest,
)
from optwright.runtime.hyperparameter import Checked
from optwright.runtime.oracle import NAMES, Oracles
from optwright.runtime.overlap import Regions, overlaps_itself
from optwright.runtime.rule import Rule, State, Where
from optwright.runtime.schedule import Schedule
from optwright.runtime.slot import Group, HyperValue, Slot, compute_dtype, initial, shape_of
from optwright.runtime.step import Step
from optwright.runtime.tree import Tree

Params = Any
"""An array; nested dicts, lists and tuples of arrays; or a list of groups, dicts with "params"."""

_DTYPES = "float16, float32, float64, bfloat16"


class Optimizer(metaclass=Checked):
    """An optimizer over arrays that are updated in place. Generated classes fill in the rule.

    `choices` has the flags' allowed values, default first. `rules` has one rule per combination of
    flags; or `rule` is a function that makes it, given the flags by name (None where a combination
    is not defined). A class that treats tensors differently has `branches` instead, and an `id` if
    it is not its name. `shared` is what its branches do first, over all tensors together.

    `t` is the number of steps done.

    Other array libraries subclass it: `xp` is the library, `step_class` and `oracles_class` work
    on its arrays, and the methods `_array`, `_regions_of` and `_settle` know where arrays lie.
    """

    xp: ClassVar[Any] = np
    step_class: ClassVar[type[Step]] = Step
    oracles_class: ClassVar[type[Oracles]] = Oracles
    rules: ClassVar[Sequence[tuple[Any, Rule]]] = ()
    rule: ClassVar[Callable[..., Rule | None] | None] = None
    choices: ClassVar[Mapping[str, Sequence[Any]]] = {}
    branches: ClassVar[Sequence[tuple[Where, Rule]]] = ()
    shared: ClassVar[Rule | None] = None
    id: ClassVar[str] = ""

    def __init__(self, params: Params, *, seed: int | None = None, **given: Any) -> None:
        """Take the parameters; hyperparameters are numbers or functions of t, None the default.

        `seed` is for rules that draw noise; without one every optimizer draws its own.

        Raises ParameterError for arrays that cannot be updated in place, HyperparameterError for
        unknown names, numbers outside their range and flags that are not allowed.
        """
        self.t = 0
        self._flags = {name: self._choose(name, given.pop(name, None)) for name in self.choices}
        self._branches = self._rules()
        rule = self._branches[0][1]
        self._name = (self.id or type(self).__name__) if self.branches else rule.id
        self._specs = {h.name: h for _, rule in self._branches for h in rule.hyper}
        self._without_idle(given)
        self._known(given)
        self._defaults = given
        self._memories: list[dict[str, Any]] = [{} for _ in self._branches]
        self._workspace: dict[Any, np.ndarray] = {}
        self._slots: list[Slot] = []
        self._groups: list[Group] = []
        self._generator: np.random.Generator | None = None
        if "noise" in self._oracles():
            try:
                self._generator = np.random.Generator(np.random.PCG64(seed))
            except (TypeError, ValueError):
                raise HyperparameterError(
                    f"{self._name}: seed = {seed!r} is not a whole number from 0 on"
                ) from None
        elif seed is not None:
            raise HyperparameterError(f"{self._name} draws no noise and takes no seed")
        self._grouped = _is_grouped(params)
        self._trees: list[Tree] = []
        self._take([dict(group) for group in params] if self._grouped else [{"params": params}])

    # --- construction ----------------------------------------------------------------------------

    def _choose(self, name: str, value: Any) -> Any:
        allowed = self.choices[name]
        if value is None:
            return allowed[0]
        for choice in allowed:
            if choice == value and type(choice) is type(value):
                return choice
        raise HyperparameterError(
            f"{type(self).__name__}: {name} = {value!r} is not one of"
            f" {', '.join(map(repr, allowed))}"
        )

    def _rules(self) -> Sequence[tuple[Where, Rule]]:
        if self.branches:
            return self.branches
        for flags, rule in self._members(self._flags):
            if all(self._flags[name] == value for name, value in dict(flags).items()):
                return ((Where(), rule),)
        chosen = ", ".join(f"{name}={value!r}" for name, value in self._flags.items())
        raise HyperparameterError(f"{type(self).__name__} is not defined for {chosen}")

    @classmethod
    def _members(
        cls, fixed: Mapping[str, Any] = MappingProxyType({})
    ) -> Iterator[tuple[Any, Rule]]:
        """The flags and the rule of each member, or of those with the flags in `fixed`."""
        yield from cls.rules
        if cls.rule is not None:
            choices = {n: (fixed[n],) if n in fixed else all for n, all in cls.choices.items()}
            for values in product(*choices.values()):
                flags = dict(zip(choices, values, strict=True))
                if (rule := _member(cls.rule, *flags.items())) is not None:
                    yield flags, rule

    def _oracles(self) -> set[str]:
        shared = self.shared.oracles if self.shared else ()
        return {name for _, rule in self._branches for name in rule.oracles} | set(shared)

    def _without_idle(self, given: dict[str, Any]) -> None:
        """Drop hyperparameters that only other flags use, if they have their default."""
        if given.keys() <= self._specs.keys():
            return
        members = (rule for _, rule in self._members())
        for spec in (h for rule in members for h in rule.hyper if h.name not in self._specs):
            value = given.get(spec.name)
            if value is None or (not callable(value) and value == spec.default):
                given.pop(spec.name, None)
            elif spec.name in given:
                chosen = ", ".join(f"{name}={flag!r}" for name, flag in self._flags.items())
                raise HyperparameterError(
                    f"{self._name}: {spec.name} = {value!r} has no effect with {chosen}:"
                    " leave it out"
                )

    def _known(self, given: Mapping[str, Any]) -> None:
        for name in given:
            if name in self.choices:
                raise HyperparameterError(
                    f"{self._name}: {name} holds for all groups; pass it to the constructor"
                )
            if name not in self._specs:
                raise HyperparameterError(
                    f"{self._name} has no hyperparameter {name!r};"
                    f" {suggest(name, [*self._specs, *self.choices])}"
                )

    def _take(self, described: list[dict[str, Any]]) -> None:
        """Add groups: all are checked before any is kept."""
        groups, slots, trees = list(self._groups), list(self._slots), list(self._trees)
        for given in described:
            params = given.pop("params")
            self._known(given)
            given = {k: v for k, v in given.items() if v is not None}
            tree = Tree.of(params)
            names = tree.names()
            arrays = [
                self._array(leaf, name)
                for leaf, name in zip(tree.flatten(params, "params"), names, strict=True)
            ]
            if len(set(names)) < len(names):
                doubled = min(name for name in names if names.count(name) > 1)
                raise ParameterError(f"two parameters have the same path {doubled!r}")
            group = Group(len(groups), self._name, self._specs, {**self._defaults, **given}, params)
            groups.append(group)
            trees.append(tree)
            slots += [
                Slot(name, array, group, compute_dtype(array.dtype))
                for name, array in zip(names, arrays, strict=True)
            ]
        if not slots:
            raise ParameterError("params has no arrays")
        regions = self._regions_of([slot.array for slot in slots])
        for i, slot in enumerate(slots):
            if (other := regions.meets(slot.array, but=i)) is not None:
                first, second = (slots[j].name for j in sorted((i, other)))
                raise ParameterError(
                    f"the parameters {first!r} and {second!r} share memory: each array may be"
                    " given once"
                )
        within = self._routed(slots)
        self._agree([group.hyper for group in groups])
        self._groups, self._slots, self._trees = groups, slots, trees
        self._regions, self._within = regions, within
        several = self._grouped or len(trees) > 1
        self._tree = Tree(list, tuple(range(len(trees))), tuple(trees)) if several else trees[0]

    @staticmethod
    def _array(leaf: Any, name: str) -> np.ndarray:
        what = f"the parameter {name!r}" if name else "params"
        if not isinstance(leaf, np.ndarray):
            raise ParameterError(f"{what} is {type(leaf).__name__}, not a NumPy array")
        dtype = leaf.dtype
        real = (dtype.kind == "f" and dtype.itemsize <= 8) or dtype.name == "bfloat16"
        if not real:
            raise ParameterError(f"{what} has dtype {dtype}; allowed: {_DTYPES}")
        if not leaf.flags.writeable:
            raise ParameterError(f"{what} is read-only: it is updated in place, so pass a copy")
        if overlaps_itself(leaf):
            raise ParameterError(f"{what} is a view whose elements share memory: pass a copy")
        return np.asarray(leaf)

    @staticmethod
    def _regions_of(arrays: Sequence[np.ndarray]) -> Regions:
        """Which memory the parameters occupy."""
        return Regions(arrays)

    def _settle(self) -> None:
        """Bring states that were made or loaded to where the steps want them."""

    def _routed(self, slots: Sequence[Slot]) -> list[list[int]]:
        """For each branch the indices of its tensors."""
        within: list[list[int]] = [[] for _ in self._branches]
        for i, slot in enumerate(slots):
            for branch, (where, _) in zip(within, self._branches, strict=True):
                if _holds(where, slot):
                    branch.append(i)
                    break
            else:
                raise ParameterError(
                    f"{self._name} has no rule for the parameter {slot.name!r} of shape"
                    f" {slot.array.shape}"
                )
        for branch, (_, rule) in zip(within, self._branches, strict=True):
            for i in branch:
                if rule.shape == "matrix" and slots[i].array.ndim != 2:
                    raise ParameterError(
                        f"{rule.id} is for two-dimensional arrays, but the parameter"
                        f" {slots[i].name!r} has shape {slots[i].array.shape}"
                    )
        return within

    def _agree(self, hyper: Sequence[Mapping[str, Any]]) -> None:
        """Refuse groups that differ where a value over all tensors needs one number."""
        for _, rule in self._branches:
            names = [h.name for h in rule.hyper] if rule.scope == "all" else rule.shared
            for name in names:
                first = hyper[0].get(name)
                for index, other in enumerate(hyper):
                    if other.get(name) != first and not (
                        callable(first) or callable(other.get(name))
                    ):
                        raise HyperparameterError(
                            f"{rule.id}: {name} must be the same in all groups, but it is {first}"
                            f" in group 0 and {other.get(name)} in group {index}"
                        )

    def add_group(self, group: Mapping[str, Any]) -> None:
        """Add a group, {"params": tree, hyperparameter: value, …}; gradients are then a list of
        the groups' trees. Refused for rules that join all tensors once they have made a step.
        """
        if not (isinstance(group, Mapping) and "params" in group):
            raise ParameterError('a group is a dict with "params" and hyperparameters')
        if self.t and any(rule.scope == "all" for _, rule in self._branches):
            raise ParameterError(
                f"{self._name} joins all tensors: add groups before the first step"
            )
        before = len(self._slots)
        self._take([dict(group)])
        self._grouped = True
        self._tree = Tree(list, tuple(range(len(self._trees))), tuple(self._trees))
        if self.t:
            values = self._numbers()
            for (_, rule), within in zip(self._branches, self._within, strict=True):
                _begin_tensors(rule, [self._slots[i] for i in within if i >= before], values)
                _begin_host(rule, self._groups[-1:], values)
            self._settle()

    # --- use -------------------------------------------------------------------------------------

    @property
    def groups(self) -> tuple[Group, ...]:
        """Hyperparameters per group: read and assign them by name, `opt.groups[0]["lr"] = 0.1`."""
        return tuple(self._groups)

    def step(
        self,
        grads: Any = None,
        /,
        *,
        value: float | Callable[..., Any] | None = None,
        hessian: Any = None,
        hvp: Callable[..., Any] | None = None,
        hessian_diagonal: Any = None,
        noise: Any = None,
        **unknown: Any,
    ) -> float | None:
        """Make one step, and give the loss at the first point asked, if an oracle gave it.

        grads    gradients nested like the parameters, or a function of the parameters that gives
                 them, or (loss, gradients); it may be called several times
        others   answers at the current parameters, or functions of the parameters (`hvp`: of the
                 parameters and a vector nested like them)

        Raises OracleError for missing or unfitting answers and HyperparameterError for a schedule
        that leaves its range. Nothing has changed then, nor when a function of the user's raises.
        """
        for name in unknown:
            raise OracleError(f"step takes no oracle {name!r}; {suggest(name, NAMES)}")
        named: dict[str, Any] = {
            "value": value, "hessian": hessian, "hvp": hvp,
            "hessian_diagonal": hessian_diagonal, "noise": noise,
        }  # fmt: skip
        self._refuse_values_elsewhere(grads, value)
        oracles = self._asked(grads, named)
        t = self.t + 1
        generator = self._generator
        drawn = generator.bit_generator.state if generator is not None else {}
        try:
            values, progress = self._advanced(t, oracles)
            if self.t == 0:
                self._begin(values)
            self._advance(t, values, oracles)
        except BaseException:
            if generator is not None:
                generator.bit_generator.state = drawn
            if self.t == 0:
                self._forget()
            raise
        for group, kept in zip(self._groups, progress, strict=True):
            group.progress = kept
        self.t = t
        return oracles.loss

    def _refuse_values_elsewhere(self, grads: Any, value: Any) -> None:
        """Say at the first step what would come out at a later one."""
        for _, rule in self._branches:
            # A line search by values alone needs no gradient elsewhere.
            if rule.elsewhere and grads is not None and not callable(grads) and not callable(value):
                raise OracleError(
                    f"{rule.id} asks at other points than the parameters: pass a function of the"
                    " parameters that gives the gradients or (loss, gradients), not arrays"
                )

    def _asked(self, grads: Any, named: Mapping[str, Any]) -> Oracles:
        # Rules that ask after something has moved need the parameters as they were.
        elsewhere = len(self._branches) > 1 or any(
            rule.elsewhere or "line_search" in rule.oracles for _, rule in self._branches
        )
        return self.oracles_class(
            self._name,
            self._tree,
            self._slots,
            grads,
            named,
            self._regions,
            self._generator,
            elsewhere,
            self._workspace,
        )

    def _advanced(self, t: int, oracles: Oracles) -> tuple[Values, list[Any]]:
        """The groups' numbers at step t and the progress of their schedules."""
        pairs = [group.advanced(t, lambda: oracles.ask("value")) for group in self._groups]
        self._agree([numbers for numbers, _ in pairs])
        values = {id(g): numbers for g, (numbers, _) in zip(self._groups, pairs, strict=True)}
        return values, [kept for _, kept in pairs]

    def _numbers(self) -> Values:
        """The groups' numbers at the last step done."""
        return {id(group): group.numbers(self.t) for group in self._groups}

    def _advance(self, t: int, values: Values, oracles: Oracles) -> None:
        # A step writes only when it can no longer fail, but of several the last may.
        with self._undone_on_error() if len(self._branches) > 1 else nullcontext():
            for step in self._steps(t, values, oracles):
                step.run()

    @contextmanager
    def _undone_on_error(self) -> Iterator[None]:
        arrays = [slot.array.copy() for slot in self._slots]
        owners: list[Slot | Group] = [*self._slots, *self._groups]
        states = [deepcopy(owner.state) for owner in owners]
        memories = deepcopy(self._memories)
        try:
            yield
        except BaseException:
            for slot, array in zip(self._slots, arrays, strict=True):
                slot.array[...] = array
            for owner, state in zip(owners, states, strict=True):
                owner.state = state
            self._memories = memories
            raise

    def _steps(
        self, t: int, values: Values, oracles: Oracles, *, asking: bool = True
    ) -> Iterator[Step]:
        """One step per branch that has tensors, after the one that they share."""
        before = None
        host = {id(slot.group): dict(slot.group.state) for slot in self._slots}
        if self.shared and asking:
            before = self.step_class(
                self.shared, self._slots, {}, t, values, oracles, self._workspace
            )
            before.prepare()
        for (_, rule), within, memory in zip(
            self._branches, self._within, self._memories, strict=True
        ):
            if within:
                slots = [self._slots[i] for i in within]
                part = oracles.restrict(within)
                step = self.step_class(rule, slots, memory, t, values, part, self._workspace)
                if before is not None:
                    step.adopt(before)
                if self.branches:  # host state of one name is one: each branch renews it alike
                    step.host_before = host
                yield step

    def view(self, name: str) -> Any:
        """Parameters to evaluate at (copies, nested like the parameters), where the rule has them.

        Before the first step these are the parameters. Raises OptwrightError for an unknown name.
        """
        known = sorted({view for _, rule in self._branches for view in rule.views})
        if name not in known:
            raise OptwrightError(f"{self._name} has no view {name!r}; {suggest(name, known)}")
        seen = [self.xp.array(slot.array, order="C") for slot in self._slots]
        if self.t:
            at = {id(slot): array for slot, array in zip(self._slots, seen, strict=True)}
            for step in self._steps(self.t, self._numbers(), self._asked(None, {}), asking=False):
                if name in step.rule.views:
                    for slot, array in zip(step.slots, step.view(name), strict=True):
                        at[id(slot)][...] = array
        return self._tree.unflatten(seen)

    def __repr__(self) -> str:
        count = sum(slot.array.size for slot in self._slots)
        if len(self._groups) == 1:
            group = self._groups[0]
            said = [f"{name}={group[name]!r}" for name in self._specs]
        else:
            said = [f"{len(self._groups)} groups"]
        said += [f"{name}={value!r}" for name, value in self._flags.items()]
        return (
            f"<{self._name}({', '.join(said)}): {len(self._slots)}"
            f" tensor{'s' if len(self._slots) != 1 else ''}, {count:,} parameters, {self.t} steps>"
        )

    # --- state -----------------------------------------------------------------------------------

    def _begin(self, values: Values) -> None:
        """Give every state its value before the first step."""
        self._forget()
        for (_, rule), within, memory in zip(
            self._branches, self._within, self._memories, strict=True
        ):
            slots = [self._slots[i] for i in within]
            _begin_host(rule, self._groups, values)
            _begin_tensors(rule, slots, values)
            if slots and _joint(rule):
                dtype = _joint_dtype(slots)
                theta = np.concatenate([slot.value(dtype).reshape(-1) for slot in slots])
                known = {**values[id(slots[0].group)], **rule.flags, "theta": theta}
                for state in _joint(rule):
                    memory[state.name] = initial(state, theta.shape, dtype, known)
        self._settle()

    def _forget(self) -> None:
        for memory in self._memories:
            memory.clear()
        for group in self._groups:
            group.state.clear()
        for slot in self._slots:
            slot.state.clear()

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, save the parameters: copies, in plain dicts."""
        return {
            "rule": self._name,
            "flags": dict(self._flags),
            "t": self.t,
            "groups": [
                {
                    "hyper": group.described(),
                    "progress": deepcopy(group.progress),
                    "state": deepcopy(group.state),
                    "tensors": [
                        {
                            "name": slot.name,
                            "shape": list(slot.array.shape),
                            "state": deepcopy(slot.state),
                        }
                        for slot in self._slots
                        if slot.group is group
                    ],
                }
                for group in self._groups
            ],
            "memory": deepcopy(self._memories),
            "generator": deepcopy(
                None if self._generator is None else self._generator.bit_generator.state
            ),
        }

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Continue from what `state_dict` gave, hyperparameters included.

        A hyperparameter that was a plain function cannot be saved; the present one is kept if it
        is a function too. Raises CheckpointError, and changes nothing, where something is missing
        or does not fit: the rule, its flags, groups, names, shapes or dtypes.
        """
        with _damage_said():
            t, groups, slots, memories, generator = self._plan(saved)
        self.t = t
        for group, (hyper, progress, state) in zip(self._groups, groups, strict=True):
            group.hyper, group.progress, group.state = hyper, progress, state
        for slot, state in zip(self._slots, slots, strict=True):
            slot.state = state
        self._memories = memories
        self._generator = generator
        self._settle()

    def _plan(self, saved: Mapping[str, Any]) -> tuple[Any, ...]:
        """Copies of all that is to be put in place, checked."""
        if not isinstance(saved, Mapping) or "rule" not in saved:
            raise CheckpointError("that is no state of an optimizer")
        if saved["rule"] != self._name:
            raise CheckpointError(f"the checkpoint is of {saved['rule']}, not of {self._name}")
        if dict(saved["flags"]) != self._flags:
            raise CheckpointError(
                f"the checkpoint was made with {saved['flags']}, this {self._name} with"
                f" {self._flags}"
            )
        t = saved["t"]
        if not isinstance(t, int) or isinstance(t, bool) or t < 0:
            raise CheckpointError(f"the checkpoint's step number is {t!r}")
        if len(saved["groups"]) != len(self._groups):
            raise CheckpointError(
                f"the checkpoint has {len(saved['groups'])} groups, this {self._name} has"
                f" {len(self._groups)}"
            )
        begun = t > 0
        rule_of = {i: r for (_, r), w in zip(self._branches, self._within, strict=True) for i in w}
        groups: list[Any] = []
        states: list[Any] = []
        for group, kept in zip(self._groups, saved["groups"], strict=True):
            hyper = self._revived(group, kept["hyper"])
            progress = self._progress(hyper, kept["progress"])
            hosts = [s for _, rule in self._branches for s in rule.state if s.extent == "host"]
            where = f"group {group.index}"
            groups.append(
                (
                    hyper,
                    progress,
                    _restored(kept["state"], hosts, (), np.dtype(float), where, begun),
                )
            )
            own = [(i, slot) for i, slot in enumerate(self._slots) if slot.group is group]
            if len(kept["tensors"]) != len(own):
                raise CheckpointError(
                    f"the checkpoint has {len(kept['tensors'])} tensors in {where}, there are"
                    f" {len(own)}"
                )
            for (i, slot), tensor in zip(own, kept["tensors"], strict=True):
                if tensor["name"] != slot.name or tuple(tensor["shape"]) != slot.array.shape:
                    raise CheckpointError(
                        f"the checkpoint has {tensor['name']!r} of shape {tuple(tensor['shape'])}"
                        f" where the parameter is {slot.name!r} of shape {slot.array.shape}"
                    )
                wanted = _separate(rule_of[i])
                states.append(
                    _restored(
                        tensor["state"], wanted, slot.array.shape, slot.compute, slot.name, begun
                    )
                )
        memories = []
        for (_, rule), within, kept in zip(
            self._branches, self._within, saved["memory"], strict=True
        ):
            slots = [self._slots[i] for i in within]
            n = sum(slot.array.size for slot in slots)
            kept = dict(kept)
            wanted = _joint(rule) if slots else ()
            memory = _restored(kept, wanted, (n,), _joint_dtype(slots), self._name, begun)
            memories.append(memory)
        return t, groups, states, memories, self._restored_generator(saved["generator"])

    def _revived(self, group: Group, kept: Mapping[str, Any]) -> dict[str, HyperValue]:
        hyper: dict[str, HyperValue] = {}
        for name, value in kept.items():
            if name not in self._specs:
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
        self._complete(hyper)
        return hyper

    def _complete(self, hyper: Mapping[str, Any]) -> None:
        for name, spec in self._specs.items():
            if name not in hyper and not callable(spec.default):
                raise CheckpointError(f"the checkpoint lacks the hyperparameter {name!r}")

    @staticmethod
    def _progress(hyper: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        progress = {}
        for name, value in kept.items():
            source = hyper[name]
            if not isinstance(source, Schedule) or set(value["state"]) != set(source.start()):
                raise CheckpointError(
                    f"the checkpoint's state of the schedule of {name!r} is damaged"
                )
            state = {key: float(x) for key, x in value["state"].items()}
            progress[name] = {"state": state, "output": float(value["output"])}
        return progress

    def _restored_generator(self, kept: Any) -> np.random.Generator | None:
        if (kept is None) != (self._generator is None):
            raise CheckpointError(
                "the checkpoint and the optimizer differ in whether they draw noise"
            )
        if kept is None:
            return None
        bits = np.random.PCG64()
        bits.state = deepcopy(kept)
        return np.random.Generator(bits)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to a file (.npz form, no pickle), whole or not at all.

        The parameters are yours to save. Raises CheckpointError if the file cannot be written.
        """
        checkpoint.write(path, self.state_dict())

    @classmethod
    def load(cls, path: str | os.PathLike[str], params: Params, **given: Any) -> Self:
        """An optimizer for `params` as it was when saved, flags and hyperparameters included.

        Hyperparameters given here, or in groups, replace the saved ones; those that were plain
        functions must be given. Raises CheckpointError for a file that does not fit.
        """
        saved = checkpoint.read(path)
        with _damage_said():
            return cls._load(saved, params, given)

    @classmethod
    def _load(cls, saved: Mapping[str, Any], params: Params, given: Mapping[str, Any]) -> Self:
        names = {cls.id or cls.__name__} if cls.branches else {r.id for _, r in cls._members()}
        if saved["rule"] not in names:
            raise CheckpointError(f"the checkpoint is of {saved['rule']}, not of {min(names)}")
        groups = params if _is_grouped(params) else [{"params": params}]
        if len(groups) != len(saved["groups"]):
            raise CheckpointError(
                f"the checkpoint has {len(saved['groups'])} groups, params has {len(groups)}"
            )
        replaced = [
            {**given, **{name: value for name, value in group.items() if value is not None}}
            for group in groups
        ]
        described = [
            _ready(kept["hyper"], new) | new
            for kept, new in zip(saved["groups"], replaced, strict=True)
        ]
        opt = cls.__new__(cls)
        if _is_grouped(params):
            Optimizer.__init__(opt, described, **saved["flags"])
        else:
            Optimizer.__init__(opt, **described[0], **saved["flags"])
        for now in described:
            opt._complete(now)
        # What was replaced is no longer what was saved, and a new schedule starts anew.
        resumed = [
            {
                **kept,
                "hyper": group.described(),
                "progress": {k: v for k, v in kept["progress"].items() if k not in new},
            }
            for kept, group, new in zip(saved["groups"], opt.groups, replaced, strict=True)
        ]
        opt.load_state_dict({**saved, "groups": resumed})
        return opt


Values = dict[int, dict[str, float]]
"""Hyperparameters of a step for each group, by the group's identity."""


@cache
def _member(make: Callable[..., Rule | None], *flags: tuple[str, Any]) -> Rule | None:
    return make(**dict(flags))


def _is_grouped(params: Any) -> bool:
    """Whether it is a list of groups: dicts that each have "params"."""
    return (
        isinstance(params, (list, tuple))
        and len(params) > 0
        and all(isinstance(item, Mapping) and "params" in item for item in params)
    )


@contextmanager
def _damage_said() -> Iterator[None]:
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


def _holds(where: Where, slot: Slot) -> bool:
    most = where.ndim_at_most
    return (
        slot.array.ndim >= where.ndim_at_least
        and (most is None or slot.array.ndim <= most)
        and (where.name is None or re.search(where.name, slot.name) is not None)
    )


def _joint(rule: Rule) -> tuple[State, ...]:
    """States over all tensors of the rule."""
    return tuple(
        s for s in rule.state if s.extent == "all" or (rule.scope == "all" and s.extent != "host")
    )


def _separate(rule: Rule) -> tuple[State, ...]:
    """States of each tensor."""
    joint = _joint(rule)
    return tuple(s for s in rule.state if s.extent != "host" and s not in joint)


def _joint_dtype(slots: Sequence[Slot]) -> np.dtype:
    return np.result_type(np.float32, *(slot.compute for slot in slots))


def _begin_host(rule: Rule, groups: Sequence[Group], values: Values) -> None:
    for group in groups:
        for state in rule.state:
            if state.extent == "host":
                group.state[state.name] = initial(
                    state, (), np.dtype(float), {**values[id(group)], **rule.flags}
                )


def _begin_tensors(rule: Rule, slots: Sequence[Slot], values: Values) -> None:
    for slot in slots:
        known = {**values[id(slot.group)], **rule.flags, "theta": slot.value(slot.compute)}
        for state in _separate(rule):
            slot.state[state.name] = initial(state, slot.array.shape, slot.compute, known)


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

"""The object that users work with: parameters, groups, steps, checkpoints, views."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, ClassVar, Self

import numpy as np

from optwright.runtime import intake
from optwright.runtime.error import (
    HyperparameterError,
    OptwrightError,
    OracleError,
    ParameterError,
    suggest,
)
from optwright.runtime.group import Group
from optwright.runtime.hyperparameter import Checked
from optwright.runtime.kept import archive, checkpoint
from optwright.runtime.kept.slot import Slot
from optwright.runtime.kept.state import Values, begin_host, begin_joint, begin_tensors
from optwright.runtime.oracle import NAMES, Oracles
from optwright.runtime.rule import Rule, Where
from optwright.runtime.step.library import Library
from optwright.runtime.step.verb import Step
from optwright.runtime.tree import Tree

Params = Any
"""An array; nested dicts, lists and tuples of arrays; or a list of groups, dicts with "params"."""


class Optimizer(metaclass=Checked):
    """An optimizer over arrays that are updated in place. Generated classes fill in the rule.

    `choices` has the flags' allowed values, default first. `rules` has one rule per combination of
    flags; or `rule` is a function that makes it, given the flags by name (None where a combination
    is not defined). A class that treats tensors differently has `branches` instead, and an `id` if
    it is not its name. `shared` is what its branches do first, over all tensors together.

    `t` is the number of steps done.

    Other array libraries subclass it: `library` says what depends on them, and `step_class` and
    `oracles_class` work on their arrays.
    """

    library: ClassVar[Library] = Library()
    step_class: ClassVar[type[Step]] = Step
    oracles_class: ClassVar[type[Oracles]] = Oracles
    rules: ClassVar[Sequence[tuple[Any, Rule]]] = ()
    rule: ClassVar[Callable[..., Rule | None] | None] = None
    choices: ClassVar[Mapping[str, Sequence[Any]]] = {}
    branches: ClassVar[Sequence[tuple[Where, Rule]]] = ()
    shared: ClassVar[Rule | None] = None
    id: ClassVar[str] = ""
    _stepping: bool = False

    def __init__(self, params: Params, *, seed: int | None = None, **given: Any) -> None:
        """Take the parameters; hyperparameters are numbers or functions of t, None the default.

        `seed` is for rules that draw noise; without one every optimizer draws its own.

        Raises ParameterError for arrays that cannot be updated in place, HyperparameterError for
        unknown names, numbers outside their range and flags that are not allowed.
        """
        cls = type(self)
        self.t = 0
        self._flags = intake.chosen(cls.__name__, self.choices, given)
        self._branches: Sequence[tuple[Where, Rule]] = self.branches
        if not self.branches:
            member = intake.rule_for(cls.__name__, cls.rules, cls.rule, self._flags)
            self._branches = ((Where(), member),)
        self._rules = [rule for _, rule in self._branches]
        self._name = (self.id or cls.__name__) if self.branches else self._rules[0].id
        self._specs = {h.name: h for rule in self._rules for h in rule.hyper}
        intake.drop_idle(self._name, cls.members(), self._specs, self._flags, given)
        intake.check_names(self._name, self._specs, self.choices, given)
        self._terms = intake.Terms(
            self._name, self._specs, self.choices, self._branches, given, self.library
        )
        # Rules that ask after something has moved need the parameters as they were.
        self._elsewhere = next((rule.id for rule in self._rules if rule.elsewhere), None)
        self._moves = len(self._rules) > 1 or any(
            rule.elsewhere or "line_search" in rule.oracles for rule in self._rules
        )
        self._memories: list[dict[str, Any]] = [{} for _ in self._rules]
        self._workspace: dict[Any, Any] = {}
        self._generator = self._seeded(seed)
        self._grouped = intake.is_grouped(params)
        self._take(intake.Taken(), params if self._grouped else [{"params": params}])

    # --- construction ----------------------------------------------------------------------------

    @classmethod
    def members(cls) -> Iterator[Rule]:
        """The rules of all members, made when they are asked for."""
        return (rule for _, rule in intake.members(cls.rules, cls.rule, cls.choices))

    def _seeded(self, seed: int | None) -> np.random.Generator | None:
        """What draws noise, for rules that do."""
        if "noise" not in self._oracles():
            if seed is not None:
                raise HyperparameterError(f"{self._name} draws no noise and takes no seed")
            return None
        try:
            return np.random.Generator(np.random.PCG64(seed))
        except (TypeError, ValueError):
            raise HyperparameterError(
                f"{self._name}: seed = {seed!r} is not a whole number from 0 on"
            ) from None

    def _oracles(self) -> set[str]:
        shared = self.shared.oracles if self.shared else ()
        return {name for rule in self._rules for name in rule.oracles} | set(shared)

    def _take(self, before: intake.Taken, described: Sequence[Mapping[str, Any]]) -> None:
        """Add groups: all are checked before any is kept."""
        taken = intake.take(self._terms, before, described)
        self._taken = taken
        self._groups, self._slots, self._within = taken.groups, taken.slots, taken.within
        trees = taken.trees
        several = self._grouped or len(trees) > 1
        self._tree = Tree(list, tuple(range(len(trees))), trees) if several else trees[0]
        self._steps: list[tuple[Sequence[int], Step]] | None = None

    def add_group(self, group: Mapping[str, Any]) -> None:
        """Add a group, {"params": tree, hyperparameter: value, …}; gradients are then a list of
        the groups' trees. Refused for rules that join all tensors once they have made a step.
        """
        self._refuse_within_a_step("add_group")
        if not (isinstance(group, Mapping) and "params" in group):
            raise ParameterError('a group is a dict with "params" and hyperparameters')
        if self.t and any(rule.scope == "all" for rule in self._rules):
            raise ParameterError(
                f"{self._name} joins all tensors: add groups before the first step"
            )
        before = len(self._slots)
        self._take(self._taken, [group])
        self._grouped = True
        if self.t:
            values = self._numbers()
            for rule, within in zip(self._rules, self._within, strict=True):
                begin_tensors(rule, [self._slots[i] for i in within if i >= before], values)
                begin_host(rule, self._groups[-1:], values)
            self._settle()

    # --- use -------------------------------------------------------------------------------------

    @property
    def groups(self) -> tuple[Group, ...]:
        """Hyperparameters per group: read and assign them by name, `opt.groups[0]["lr"] = 0.1`."""
        return self._groups

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

        Raises OracleError for missing or unfitting answers, HyperparameterError for a schedule that
        leaves its range, ParameterError for an array that has become read-only. Nothing has changed
        then, nor when a function of the user's raises.
        """
        for name in unknown:
            raise OracleError(f"step takes no oracle {name!r}; {suggest(name, NAMES)}")
        self._refuse_within_a_step("step")
        given: dict[str, Any] = {
            "grad": grads, "value": value, "hessian": hessian, "hvp": hvp,
            "hessian_diagonal": hessian_diagonal, "noise": noise,
        }  # fmt: skip
        if self._elsewhere is not None:
            self._refuse_values_elsewhere(grads, value)
        for slot in self._slots:
            if self.library.locked(slot.array):
                raise ParameterError(
                    f"the parameter {slot.name!r} is read-only now, and it is updated in place:"
                    " set its flags.writeable"
                )
        oracles = self._asked(given)
        t = self.t + 1
        generator = self._generator
        drawn = generator.bit_generator.state if generator is not None else {}
        self._stepping = True
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
            self._steps = None
            raise
        finally:
            self._stepping = False
        for group, kept in zip(self._groups, progress, strict=True):
            group.progress = kept
        self.t = t
        return oracles.loss

    def _refuse_within_a_step(self, name: str) -> None:
        """Say that a step is under way, from whose function or beside which it is called."""
        if self._stepping:
            raise OptwrightError(
                f"{self._name}.{name} is called while a step is under way, by a function that the"
                " step asks or in another thread: call it after the step"
            )

    def _refuse_values_elsewhere(self, grads: Any, value: Any) -> None:
        """Say at the first step what would come out at a later one."""
        if grads is None or callable(grads) or callable(value):
            return
        # A line search by values alone needs no gradient elsewhere.
        raise OracleError(
            f"{self._elsewhere} asks at other points than the parameters: pass a function of the"
            " parameters that gives the gradients or (loss, gradients), not arrays"
        )

    def _asked(self, given: Mapping[str, Any]) -> Oracles:
        return self.oracles_class(
            self._name,
            self._tree,
            self._slots,
            given,
            self._taken.regions,
            self._generator,
            self._moves,
            workspace=self._workspace,
        )

    def _advanced(self, t: int, oracles: Oracles) -> tuple[Values, list[Any]]:
        """The groups' numbers at step t and the progress of their schedules."""
        values, progress = {}, []
        for group in self._groups:
            values[id(group)], kept = group.advanced(t, lambda: oracles.ask("value"))
            progress.append(kept)
        if len(values) > 1:
            intake.agree(self._rules, list(values.values()))
        return values, progress

    def _numbers(self) -> Values:
        """The groups' numbers at the last step done."""
        return {id(group): group.numbers(self.t) for group in self._groups}

    def _advance(self, t: int, values: Values, oracles: Oracles) -> None:
        if self._steps is None:
            self._steps = self._bound()
        if len(self._steps) == 1:
            _, step = self._steps[0]
            step.begin(t, values, oracles)
            step.run()
            step.release()
        else:
            # A step writes only when it can no longer fail, but of several the last may.
            with self._undone_on_error():
                self._advance_branches(t, values, oracles)

    def _advance_branches(self, t: int, values: Values, oracles: Oracles) -> None:
        assert self._steps is not None
        # All begin before one runs: host state of one name is one, renewed by each alike.
        for within, step in self._steps:
            step.begin(t, values, oracles.restrict(within))
        steps = [step for _, step in self._steps]
        if self.shared:
            before, *steps = steps
            before.prepare()
            for step in steps:
                step.adopt(before)
        for step in steps:
            step.run()
        for _, step in self._steps:
            step.release()

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

    # --- steps, bound once -----------------------------------------------------------------------

    def _bound(self) -> list[tuple[Sequence[int], Step]]:
        """The step that all branches share, if they do, and one for each branch that has tensors,
        with the indices of their tensors.

        They hold views of parameters and states, and last until one of these is another array.
        """
        make, slots, kept = self.step_class, self._slots, self._workspace
        steps = (
            [(range(len(slots)), make(self.shared, list(slots), {}, kept))] if self.shared else []
        )
        return steps + [
            (within, make(rule, [slots[i] for i in within], memory, kept))
            for rule, within, memory in zip(self._rules, self._within, self._memories, strict=True)
            if within
        ]

    def __getstate__(self) -> dict[str, Any]:
        """A copy binds steps of its own: views of arrays do not stay views when they are copied."""
        return {**self.__dict__, "_steps": None, "_stepping": False}

    def view(self, name: str) -> Any:
        """Parameters to evaluate at (copies, nested like the parameters), where the rule has them.

        Before the first step these are the parameters. Raises OptwrightError for an unknown name.
        """
        known = sorted({view for rule in self._rules for view in rule.views})
        if name not in known:
            raise OptwrightError(f"{self._name} has no view {name!r}; {suggest(name, known)}")
        seen = [self.library.xp.array(slot.array, order="C") for slot in self._slots]
        if self.t:
            at = {id(slot): array for slot, array in zip(self._slots, seen, strict=True)}
            values, oracles = self._numbers(), self._asked({})
            # Steps of its own, since a user's function may ask for a view within a step.
            for _, step in self._bound():
                if name in step.rule.views:
                    step.begin(self.t, values, oracles)
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
        for rule, within, memory in zip(self._rules, self._within, self._memories, strict=True):
            slots = [self._slots[i] for i in within]
            begin_host(rule, self._groups, values)
            begin_tensors(rule, slots, values)
            begin_joint(rule, slots, values, memory)
        self._settle()

    def _settle(self) -> None:
        """Bring states that were made or loaded to where the steps want them."""
        for state in (*self._memories, *(slot.state for slot in self._slots)):
            for name, value in state.items():
                state[name] = self.library.place(value)
        self._steps = None

    def _forget(self) -> None:
        for memory in self._memories:
            memory.clear()
        for state in (*(g.state for g in self._groups), *(s.state for s in self._slots)):
            state.clear()

    def _contents(self) -> checkpoint.Contents:
        return checkpoint.Contents(
            self._name,
            self._flags,
            self._specs,
            self.t,
            self._groups,
            self._slots,
            self._rules,
            self._within,
            self._memories,
            self._generator,
        )

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, save the parameters: copies, in plain dicts."""
        return checkpoint.document(self._contents(), self.library.fetch)

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Continue from what `state_dict` gave, hyperparameters included.

        A hyperparameter that was a plain function cannot be saved; the present one is kept if it
        is a function too. Raises CheckpointError, and changes nothing, where something is missing
        or does not fit: the rule, its flags, groups, names, shapes or dtypes.
        """
        self._refuse_within_a_step("load_state_dict")
        found = checkpoint.restored(self._contents(), saved)
        self.t = found.t
        for group, kept in zip(self._groups, found.groups, strict=True):
            group.restore(*kept)
        for slot, state in zip(self._slots, found.states, strict=True):
            slot.state = state
        self._memories = found.memories
        self._generator = found.generator
        self._settle()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to a file (.npz form, no pickle), whole or not at all.

        The parameters are yours to save. Raises CheckpointError if the file cannot be written.
        """
        archive.write(path, self.state_dict())

    @classmethod
    def load(cls, path: str | os.PathLike[str], params: Params, **given: Any) -> Self:
        """An optimizer for `params` as it was when saved, flags and hyperparameters included.

        Hyperparameters given here, or in groups, replace the saved ones; those that were plain
        functions must be given. Raises CheckpointError for a file that does not fit.
        """
        saved = archive.read(path)
        with checkpoint.damage_said():
            return cls._load(saved, params, given)

    @classmethod
    def _load(cls, saved: Mapping[str, Any], params: Params, given: Mapping[str, Any]) -> Self:
        ids = {cls.id or cls.__name__} if cls.branches else {rule.id for rule in cls.members()}
        grouped = intake.is_grouped(params)
        groups = params if grouped else [{"params": params}]
        described, replaced = checkpoint.described(saved, ids, groups, given)
        opt = cls.__new__(cls)
        if grouped:
            Optimizer.__init__(opt, described, **saved["flags"])
        else:
            Optimizer.__init__(opt, **described[0], **saved["flags"])
        specs = opt._specs  # noqa: SLF001 (an object of this class)
        opt.load_state_dict(checkpoint.resumed(saved, specs, opt.groups, described, replaced))
        return opt

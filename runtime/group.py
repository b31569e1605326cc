"""One parameter group: hyperparameters as numbers or schedules, checked when they are assigned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from optwright.runtime.error import HyperparameterError, suggest
from optwright.runtime.hyperparameter import argument_names, call_by_name, check
from optwright.runtime.rule import Hyper
from optwright.runtime.schedule import Schedule

HyperValue = float | int | Callable[[int], float] | Schedule
"""A number, or a function of the step t = 1, 2, …"""

Loss = Callable[[], float]


class Group(MutableMapping[str, Any]):
    """Tensors with the same hyperparameters: a mapping that checks what is assigned.

    `group["lr"]` is the number or schedule in force, `group["params"]` the arrays (read only).

    index     its place in `opt.groups`
    hyper     what was given, by name; a name that is absent follows its default
    state     host states (np.float64)
    progress  for each schedule that keeps something: {"state": {…}, "output": last number}
    """

    def __init__(
        self,
        index: int,
        owner: str,
        specs: Mapping[str, Hyper],
        given: Mapping[str, Any],
        params: Any,
    ) -> None:
        self.index = index
        self.owner = owner
        self.specs = specs
        self.params = params
        self.hyper: dict[str, HyperValue] = {}
        self.state: dict[str, Any] = {}
        self.progress: dict[str, dict[str, Any]] = {}
        self._constant: dict[str, float] | None = None
        for name, spec in specs.items():
            value = given.get(name)
            if value is None and not callable(spec.default):
                value = spec.default
                if value is None:
                    raise HyperparameterError(
                        f"{owner} needs {name}: {spec.meaning or 'a number in ' + spec.range}"
                    )
            if value is not None:
                self.hyper[name] = self.checked(name, value)

    def checked(self, name: str, value: Any) -> HyperValue:
        """`value` as it is kept under `name`, or HyperparameterError."""
        if isinstance(value, Schedule) or (callable(value) and not isinstance(value, type)):
            return value
        return check(self.specs[name], value, self.owner)

    def __getitem__(self, name: str) -> Any:
        if name == "params":
            return self.params
        if name in self.hyper:
            return self.hyper[name]
        default = self.specs[name].default
        assert callable(default)
        known = {other: self[other] for other in argument_names(default)}
        # A default that follows a schedule has no number outside a step.
        return None if any(callable(x) or x is None for x in known.values()) else default(**known)

    def __setitem__(self, name: str, value: Any) -> None:
        if name == "params":
            raise HyperparameterError(f"{self.owner}: the params of a group cannot be replaced")
        if name not in self.specs:
            raise HyperparameterError(
                f"{self.owner} has no hyperparameter {name!r}; {suggest(name, self.specs)}"
            )
        self.hyper[name] = self.checked(name, value)
        self.progress.pop(name, None)
        self._constant = None

    def update(self, *given: Any, **more: Any) -> None:
        """Assign several values, all of them or none."""
        values = dict(*given, **more)
        before = dict(self.hyper), dict(self.progress)
        try:
            super().update(values)
        except BaseException:
            self.hyper, self.progress = before
            self._constant = None
            raise

    def restore(
        self,
        hyper: dict[str, HyperValue],
        progress: dict[str, dict[str, Any]],
        state: dict[str, Any],
    ) -> None:
        """Take over what was saved and has been checked."""
        self.hyper, self.progress, self.state = hyper, progress, state
        self._constant = None

    def __delitem__(self, name: str) -> None:
        raise HyperparameterError(f"{self.owner}: {name!r} cannot be removed; assign another value")

    def __iter__(self) -> Iterator[str]:
        return iter(["params", *self.specs])

    def __len__(self) -> int:
        return 1 + len(self.specs)

    # A group is one thing, not a value: comparing contents would compare arrays.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{name!r}: {self[name]!r}' for name in self.specs)}}}"

    def described(self) -> dict[str, Any]:
        """The hyperparameters as a checkpoint keeps them; plain functions leave only a mark."""
        kept: dict[str, Any] = {}
        for name, value in self.hyper.items():
            if isinstance(value, Schedule):
                kept[name] = value.describe()
            else:
                kept[name] = {"function": True} if callable(value) else value
        return kept

    def advanced(
        self, t: int, loss: Loss | None = None
    ) -> tuple[dict[str, float], dict[str, dict[str, Any]]]:
        """The numbers at step t, checked, and the progress of schedules after it.

        `loss` gives the loss at the parameters, for schedules that ask for it. The numbers are the
        same object in each step if none depends on the step.
        """
        if self._constant is not None:
            return self._constant, {}
        values: dict[str, float] = {}
        progress: dict[str, dict[str, Any]] = {}
        for name, spec in self.specs.items():
            source: Any = self.hyper.get(name)
            if source is None:
                assert callable(spec.default)
                source = call_by_name(spec.default, values)
            elif isinstance(source, Schedule) and (source.state or source.oracles):
                before = self.progress.get(name)
                state = source.start() if before is None else before["state"]
                value = None
                if "value" in source.oracles:
                    assert loss is not None
                    value = loss()
                number, state = source.at(t, state, value)
                progress[name] = {"state": state, "output": number}
                source = number
            elif callable(source):
                source = source(t)
            moving = callable(self.hyper.get(name))
            values[name] = check(spec, source, f"{self.owner}, step {t}" if moving else self.owner)
        if not any(callable(source) for source in self.hyper.values()):
            self._constant = values
        return values, progress

    def numbers(self, t: int) -> dict[str, float]:
        """The numbers at step t; schedules with state give the number of the last step done."""
        held = {name: kept["output"] for name, kept in self.progress.items()}
        if not held:
            return self.advanced(t)[0]
        still = Group.__new__(Group)
        still.__dict__.update(self.__dict__, hyper={**self.hyper, **held}, progress={})
        return still.advanced(t)[0]

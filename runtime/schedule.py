"""Hyperparameters that change with the step: generated schedules, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar, Self

from optwright.runtime.error import CheckpointError, HyperparameterError, suggest
from optwright.runtime.hyperparameter import Checked, call_by_name, check
from optwright.runtime.rule import Hyper, State

_PACKAGE = "optwright.generated."


class Schedule(metaclass=Checked):
    """A hyperparameter as a function of the step t = 1, 2, …

    A generated class gives, as class attributes,

    id       its name, such as "Cosine" or "optax.cosine_decay_schedule"
    hyper    its own hyperparameters
    state    what it keeps between steps (host values); most keep nothing
    oracles  ("value",) if it follows the loss, else ()
    advance  a static function of t, the hyperparameters and the state by name, and `value` if it
             asks for it: gives (number at step t, {state name: new value})

    The object is immutable: what it keeps between steps is held, and saved, by the optimizer that
    uses it, so one object may serve several optimizers.
    """

    id: ClassVar[str]
    hyper: ClassVar[tuple[Hyper, ...]] = ()
    state: ClassVar[tuple[State, ...]] = ()
    oracles: ClassVar[tuple[str, ...]] = ()
    advance: ClassVar[Callable[..., tuple[float, Mapping[str, float]]]]

    _known: ClassVar[dict[str, type[Schedule]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "id" in cls.__dict__:
            Schedule._known[cls.id] = cls

    def __init__(self, **given: float | int | None) -> None:
        """Check the hyperparameters; None stands for the default.

        Raises HyperparameterError for an unknown name or a number outside its range.
        """
        names = [h.name for h in self.hyper]
        for name in given:
            if name not in names:
                raise HyperparameterError(
                    f"{self.id} has no hyperparameter {name!r}; {suggest(name, names)}"
                )
        values: dict[str, float | int] = {}
        for h in self.hyper:
            number: Any = given.get(h.name)
            if number is None:
                number = call_by_name(h.default, values) if callable(h.default) else h.default
            if number is None:
                raise HyperparameterError(f"{self.id} needs {h.name}: {h.meaning or h.range}")
            values[h.name] = check(h, number, self.id)
        self.values: Mapping[str, float | int] = MappingProxyType(values)
        self.factor = 1.0

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "values": dict(self.values)}

    def __setstate__(self, kept: Mapping[str, Any]) -> None:
        self.__dict__.update(kept)
        self.values = MappingProxyType(dict(self.values))

    def start(self) -> dict[str, float]:
        """The state before the first step."""
        return {
            s.name: float(call_by_name(s.start, self.values) if callable(s.start) else s.start)
            for s in self.state
        }

    def at(
        self, t: int, state: Mapping[str, float], value: float | None = None
    ) -> tuple[float, dict[str, float]]:
        """The number at step t and the state after it; `value` is the loss, if it asks for it."""
        known: dict[str, Any] = {"t": t, **self.values, **state}
        if "value" in self.oracles:
            known["value"] = value
        output, after = type(self).advance(**known)
        return self.factor * float(output), {name: float(x) for name, x in after.items()}

    def __call__(self, t: int) -> float:
        """The number at step t. A schedule with state has one only within an optimizer."""
        if self.state:
            raise HyperparameterError(
                f"{self.id} depends on earlier steps: give it to an optimizer, as in"
                f" lr={type(self).__name__}(...)"
            )
        return self.at(t, {})[0]

    def scaled(self, factor: float) -> Self:
        """The same schedule times a constant: one shape for groups with different rates."""
        copy = object.__new__(type(self))
        copy.values = self.values
        copy.factor = self.factor * float(factor)
        return copy

    def describe(self) -> dict[str, Any]:
        """What a checkpoint keeps of it; `Schedule.revive` is the inverse."""
        return {
            "schedule": self.id,
            "module": type(self).__module__,
            "hyper": dict(self.values),
            "factor": self.factor,
        }

    @staticmethod
    def revive(description: Mapping[str, Any]) -> Schedule:
        """The schedule that `describe` described. Raises CheckpointError if its class is not known.

        Only modules of this package are imported for it, never what a file names.
        """
        name, module = str(description["schedule"]), str(description["module"])
        if name not in Schedule._known and module.startswith(_PACKAGE):
            with suppress(ImportError):  # Said below, with the way out.
                import_module(module)
        kind = Schedule._known.get(name)
        if kind is None:
            raise CheckpointError(
                f"the checkpoint uses the schedule {name!r}: import its class from {module} first"
            )
        try:
            copy = object.__new__(kind)
            Schedule.__init__(copy, **description["hyper"])
            return copy.scaled(float(description["factor"]))
        except (HyperparameterError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"the checkpoint's schedule {name!r} is damaged: {error}"
            ) from None

    def __eq__(self, other: object) -> bool:
        return (
            type(self) is type(other)
            and isinstance(other, Schedule)
            and (dict(self.values), self.factor) == (dict(other.values), other.factor)
        )

    def __hash__(self) -> int:
        return hash((type(self), tuple(self.values.items()), self.factor))

    def __repr__(self) -> str:
        text = f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.values.items())})"
        return text if self.factor == 1 else f"{text}.scaled({self.factor!r})"

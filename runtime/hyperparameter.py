"""Numbers inside their ranges."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import cache
from math import inf, isfinite
from numbers import Real
from typing import Any

import numpy as np

from optwright.runtime.error import HyperparameterError, suggest
from optwright.runtime.rule import Hyper

__all__ = ["Checked", "argument_names", "call_by_name", "check", "contains"]


@cache
def _bounds(text: str) -> tuple[bool, float, float, bool, bool]:
    """(integer, low, high, low is open, high is open) of "[0, 1)" or "integer [1, inf)"."""
    body = text.strip()
    integer = body.startswith("integer")
    body = body.removeprefix("integer").strip()
    low, high = (_end(part.strip()) for part in body[1:-1].split(","))
    return integer, low, high, body[0] == "(", body[-1] == ")"


def _end(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


def contains(text: str, number: float) -> bool:
    """Whether the range written `text` contains a finite number."""
    integer, low, high, low_open, high_open = _bounds(text)
    if not isfinite(number) or (integer and number != int(number)):
        return False
    above = number > low if low_open else number >= low
    below = number < high if high_open else number <= high
    return above and below


class Checked(type):
    """The type of generated classes: a call with an unknown name is refused with a suggestion."""

    def __call__(cls, *args: Any, **named: Any) -> Any:
        """Make an object. Raises HyperparameterError for a name that the class does not take."""
        code = cls.__init__.__code__  # type: ignore[misc]
        known = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        if not code.co_flags & _ANY_NAME:
            for name in named:
                if name not in known:
                    raise HyperparameterError(
                        f"{cls.__name__} has no hyperparameter {name!r}; {suggest(name, known)}"
                    )
        return super().__call__(*args, **named)

    @property
    def __signature__(cls) -> Any:
        """The constructor's signature, for `help` and `inspect`: this type's call would hide it."""
        from inspect import signature  # Only who asks pays for this import.

        own = signature(cls.__init__)  # type: ignore[misc]
        return own.replace(parameters=list(own.parameters.values())[1:])


_ANY_NAME = 0x08
"""The flag of a function that takes any names."""


def check(hyper: Hyper, number: object, owner: str) -> float | int:
    """`number` as a float (an int where the range says integer).

    Raises HyperparameterError when it is no real number, not finite, or outside the range.
    """
    if isinstance(number, np.ndarray) and number.ndim == 0:
        number = number[()]
    if isinstance(number, (bool, np.bool_)) or not isinstance(number, Real):
        raise HyperparameterError(
            f"{owner}: {hyper.name} is {_short(number)}, which is not a number; allowed:"
            f" {hyper.range}, or a function of the step t"
        )
    try:
        value = float(number)
    except OverflowError:
        value = inf
    if not contains(hyper.range, value):
        meaning = f" ({hyper.meaning})" if hyper.meaning else ""
        raise HyperparameterError(
            f"{owner}: {hyper.name} = {number} is outside {hyper.range}{meaning}"
        )
    return operator.index(int(value)) if hyper.range.lstrip().startswith("integer") else value


def _short(thing: object) -> str:
    text = " ".join(repr(thing).split())
    return f"{type(thing).__name__} {text if len(text) <= 40 else text[:37] + '...'}"


def argument_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a generated function's arguments."""
    code = function.__code__
    return tuple(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def call_by_name(function: Callable[..., Any], known: Mapping[str, Any]) -> Any:
    """Call a generated function with the values that its arguments name."""
    return function(**{name: known[name] for name in argument_names(function)})

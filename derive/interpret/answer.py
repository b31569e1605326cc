"""What a step asks: oracles, their answers checked, and oracles that answer from a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from optwright.derive.interpret.field import Array, Field
from optwright.derive.interpret.quantity import numbers

Oracles = Mapping[str, Any]
"""Answers to a step's questions, by name; each a function, or the answer itself, always the same.

    grad(points), hessian_diagonal(points)      one array per tensor
    hvp(points, vectors)                        one array per tensor
    value(points)                               a number
    hessian(points)                             an n × n array over the concatenated parameters
    noise(k)                                    one array per tensor
    line_search(contract, points, directions, start, constants)    a number, or it and how many
                                                points were asked, where the rule counts them

Points are lists of object arrays of the field's numbers, shaped like the parameters.
"""


class AnswerError(ValueError):
    """An oracle that is missing, or whose answer does not fit the parameters."""


class Script:
    """Oracles that answer from lists, in the order of the questions: `Script(grad=[g1, g2])`.

    Has every answer been asked for? `left` counts those that were not.
    """

    def __init__(self, **answers: Iterable[Any]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def left(self) -> int:
        """How many answers nobody has asked for."""
        return sum(map(len, self.answers.values()))

    @property
    def oracles(self) -> Oracles:
        """As functions, to be handed to `advance`."""

        def ask(name: str) -> Callable[..., Any]:
            def answer(*question: Any) -> Any:
                self.asked.append((name, question))
                if not self.answers[name]:
                    raise AnswerError(f"{name}: asked more often than the script has answers")
                return self.answers[name].pop(0)

            return answer

        return {name: ask(name) for name in self.answers}


class Asker:
    """The oracles during one call: answers made numbers, checked, and kept for equal questions."""

    def __init__(
        self, oracles: Oracles, arithmetic: Field, shapes: Sequence[tuple[int, ...]]
    ) -> None:
        self.oracles, self.field, self.shapes = oracles, arithmetic, list(shapes)
        self.kept: dict[Any, Any] = {}

    def ask(self, name: str, question: tuple[Any, ...]) -> Any:
        """The raw answer. Raises AnswerError for an oracle that was not given."""
        if name not in self.oracles:
            given = ", ".join(self.oracles) or "none"
            raise AnswerError(
                f"{name}: the step asks this oracle, which was not given (given: {given})"
            )
        oracle = self.oracles[name]
        with self.field.arithmetic():
            return oracle(*question) if callable(oracle) else oracle

    def once(self, name: str, *question: Any) -> Any:
        """The raw answer; an equal question is asked once."""
        key = (name, *(_key(part) for part in question))
        if key not in self.kept:
            self.kept[key] = self.ask(name, question)
        return self.kept[key]

    def arrays(self, name: str, answer: Any) -> list[Array]:
        """An answer as one array per tensor. Raises AnswerError for other shapes."""
        given = list(answer) if isinstance(answer, (list, tuple)) else [answer]
        if len(given) != len(self.shapes):
            raise AnswerError(
                f"{name}: answered {len(given)} arrays for {len(self.shapes)} tensors"
            )
        made = [numbers(x, self.field) for x in given]
        for place, (array, shape) in enumerate(zip(made, self.shapes, strict=True)):
            if array.shape != shape:
                raise AnswerError(
                    f"{name}: answer {place} has shape {array.shape}, its tensor {shape}"
                )
        return made


def _key(part: Any) -> Any:
    if isinstance(part, (list, tuple)):
        return tuple(_key(x) for x in part)
    return (part.shape, tuple(part.flat)) if isinstance(part, np.ndarray) else part


__all__ = ["AnswerError", "Asker", "Oracles", "Script"]

"""The list form of a pass as text: one call on whole blocks after another.

`ListForm` goes through what `optwright.derive.lower.block` has put in order and in place; an array
library gives its leaves: how a number, a call and a choice by a number are written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from sympy import Expr

from optwright.derive.lower.block import ArrayCall, Choice, Item, ListedPass, Made, Operand, Remark
from optwright.derive.lower.flag import Flags
from optwright.derive.lower.node import Name, Node, Number
from optwright.templates.flagged import PYTHON


class ListForm(ABC):
    """Prints a pass in list form; `variable` tells in which variable a value lies."""

    def __init__(self, variable: Callable[[Name], str], condition: Callable[[Node], str]) -> None:
        self.variable, self.condition = variable, condition
        self.flags: dict[str, None] = {}
        """The flags on which branches depend."""

    @abstractmethod
    def number(self, number: Expr) -> str:
        """An exact number: the nearest double, rounded once."""

    @abstractmethod
    def call(self, call: ArrayCall, operands: Sequence[str]) -> list[str]:
        """The statements of one call; the result's variable is not bound yet."""

    def lines(self, listed: ListedPass, flags: Flags) -> list[str]:
        """All statements of a pass, what some members carry out under their flags."""
        self.flags = {}
        return self._written(listed.items, flags)

    def _written(self, items: Sequence[Item], flags: Flags) -> list[str]:
        parts = ((self._item(x, flags), x.only) for x in items)
        return PYTHON.written(parts, flags, used=self.flags)

    def _item(self, item: Item, flags: Flags) -> list[str]:
        if isinstance(item, Remark):
            return [f"# {item.text}"]
        if isinstance(item, Choice):
            arms = [[x for i in arm for x in self._item(i, flags)] or ["pass"] for arm in item.arms]
            return [
                f"if {self.condition(item.condition)}:",
                *(f"    {line}" for line in arms[0]),
                "else:",
                *(f"    {line}" for line in arms[1]),
            ]
        return self.call(item, [self.operand(x) for x in item.operands])

    def operand(self, operand: Operand) -> str:
        """The text of an operand."""
        if isinstance(operand, Made):
            return operand.variable
        return self.number(operand.value) if isinstance(operand, Number) else self.variable(operand)

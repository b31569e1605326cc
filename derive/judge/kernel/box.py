"""Signs as masks, and boxes: where an unknown lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

NEGATIVE, ZERO, POSITIVE, ANY = 1, 2, 4, 7


MASK = {">": POSITIVE, ">=": POSITIVE | ZERO, "==": ZERO, "!=": POSITIVE | NEGATIVE}


class Rejected(ValueError):
    """A certificate that does not show what it should: says where."""


def flipped(mask: int) -> int:
    """The signs of the negative."""
    return mask & ZERO | (mask & NEGATIVE) << 2 | (mask & POSITIVE) >> 2


def multiplied_sign(a: int, b: int) -> int:
    """Possible signs of a product."""
    found = ZERO if (a | b) & ZERO and a and b else 0
    if a & POSITIVE:
        found |= b
    if a & NEGATIVE:
        found |= flipped(b)
    return found


def raised_sign(mask: int, power: int) -> int:
    """Possible signs of a whole power."""
    return mask if power % 2 else mask & ZERO | (POSITIVE if mask & ~ZERO else 0)


@dataclass
class Box:
    """Where a letter lies; None is an infinite end."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False
    whole: bool = False

    @property
    def sign(self) -> int:
        mask = ANY
        if self.low is not None and self.low >= 0:
            mask &= ~NEGATIVE & (~ZERO if self.low > 0 or self.low_open else ANY)
        if self.high is not None and self.high <= 0:
            mask &= ~POSITIVE & (~ZERO if self.high < 0 or self.high_open else ANY)
        return mask


def box(data: Sequence[Any]) -> Box:
    """A box from the data of a certificate."""
    low, high, *rest = data
    return Box(
        None if low is None else Fraction(low), None if high is None else Fraction(high), *rest
    )


__all__ = [
    "ANY",
    "MASK",
    "NEGATIVE",
    "POSITIVE",
    "ZERO",
    "Box",
    "Rejected",
    "box",
    "flipped",
    "multiplied_sign",
    "raised_sign",
]

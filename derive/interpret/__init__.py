"""What a declaration computes, in the arithmetic of a chosen field: the oracle of every test."""

from optwright.derive.interpret.number import DECIMAL50, Array
from optwright.derive.interpret.reference import (
    Oracles,
    advance,
    advance_schedule,
    start,
    start_schedule,
)

__all__ = [
    "DECIMAL50",
    "Array",
    "Oracles",
    "advance",
    "advance_schedule",
    "start",
    "start_schedule",
]

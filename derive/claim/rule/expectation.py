"""Means over random batches and over random answers of oracles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sympy import Symbol

from optwright.derive.language.declaration import Optimizer

n = Symbol("n", integer=True, positive=True)
"""The number of samples."""
B = Symbol("B", integer=True, positive=True)
"""The number of draws in a batch."""
mean, variance = Symbol("mean", real=True), Symbol("variance", nonnegative=True)
"""Of the numbers of all samples, the variance as their mean squared distance from the mean."""

Quantity = Literal["mean", "variance"]


@dataclass(frozen=True)
class BatchMoment:
    """The mean or the variance of a batch's sum, times `scale`, is `value`.

    replacement: whether a sample may be drawn twice. scale: a factor of the sum of the batch, 1/B
    for its mean. value: an expression in n, B, mean and variance. The numbers are those of any
    entry of the samples' gradients, and of any linear combination of entries, so that a formula
    that is linear in `variance` holds for the whole covariance matrix.
    """

    kind: ClassVar[str] = "expectation"

    replacement: bool
    quantity: Quantity
    value: Any
    scale: Any = 1 / B


@dataclass(frozen=True)
class MeanStep:
    """The mean of theta after a step over a random answer is theta after the step at its mean.

    From every state, for every distribution of the answer that has a mean. oracle: whose answer is
    random, "grad" or "noise"; the mean of noise is 0. like: the rule that takes the step at the
    mean, the same one unless given; its states and other answers are those of the same name.
    """

    kind: ClassVar[str] = "expectation"

    system: Optimizer
    oracle: Literal["grad", "noise"] = "grad"
    like: Optimizer | None = None


__all__ = ["B", "BatchMoment", "MeanStep", "mean", "n", "variance"]

"""Constant: Robbins & Monro 1951, stochastic approximation, with a fixed step.

The same value in every step.

Equations
    output = lr

Do not edit. Made from the declaration Constant and the template numpy/schedule.py.j2;
remake it with: gen kernels --backend cupy
Digest: b0eaca8873475fee
"""

from __future__ import annotations

from optwright.runtime import Hyper, Schedule


class Constant(Schedule):
    """Constant: Robbins & Monro 1951, stochastic approximation, with a fixed step.

    The same value in every step.

    Equations
        output = lr

    Arguments
        lr: learning rate, in [0, inf); default 0.01
    """

    id = "Constant"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
    )

    @staticmethod
    def advance(t, lr):
        """The number at step t, and the state after it."""
        return lr, {}

    def __init__(
        self,
        lr: float = 0.01,
    ) -> None:
        super().__init__(
            lr=lr,
        )

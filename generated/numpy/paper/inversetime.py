"""InverseTime: Robbins & Monro 1951, steps of order 1/n.

Do not edit. Made from the declaration InverseTime; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class InverseTime(Schedule):
    """Falls as one over the number of periods: the classical choice, whose sum diverges and whose
    squares' sum does not.

    Equations
        output = lr/(1 + rate*floor((t - 1)/period))

    Arguments
        lr: learning rate, in [0, inf); default 0.01
        period: steps between two changes, such as those of an epoch, in integer [1, inf); default 1
        rate: speed of the decay, per period, in [0, inf); default 1
    """

    id = "InverseTime"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("period", 1, "integer [1, inf)", "steps between two changes, such as those of an epoch"),
        Hyper("rate", 1, "[0, inf)", "speed of the decay, per period"),
    )

    @staticmethod
    def advance(t, lr, period, rate):
        """The number at step t, and the state after it."""
        return lr/(1 + rate*np.floor((t - 1)/period)), {}

    def __init__(self, lr: float = 0.01, period: float = 1, rate: float = 1) -> None:
        super().__init__(lr=lr, period=period, rate=rate)

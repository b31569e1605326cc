"""Constant: Robbins & Monro 1951, stochastic approximation, with a fixed step.

Do not edit. Made from the declaration Constant; remake it with: gen kernels --backend numpy
"""

from optwright.runtime import Hyper, Schedule


class Constant(Schedule):
    """The same value in every step.

    Equations
        output = lr

    Arguments
        lr: learning rate, in [0, inf); default 0.01
    """

    id = "Constant"
    hyper = (Hyper("lr", 0.01, "[0, inf)", "learning rate"),)

    @staticmethod
    def advance(t, lr):
        """The number at step t, and the state after it."""
        return lr, {}

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr=lr)

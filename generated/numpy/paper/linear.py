"""Linear: Lecture notes on optimization (D4), learning-rate decay.

Do not edit. Made from the declaration Linear; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class Linear(Schedule):
    """A straight line from lr to final, and final after it.

    Equations
        output = min(1, (t - 1)/steps)*(final - lr) + lr

    Arguments
        lr: learning rate, in [0, inf); default 0.01
        steps: steps from the start to the end, in integer [1, inf); required
        final: value at the end and after it, in [0, inf); default 0
    """

    id = "Linear"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("steps", None, "integer [1, inf)", "steps from the start to the end"),
        Hyper("final", 0, "[0, inf)", "value at the end and after it"),
    )

    @staticmethod
    def advance(t, lr, steps, final):
        """The number at step t, and the state after it."""
        return np.minimum((t - 1)/steps, 1)*(final - lr) + lr, {}

    def __init__(self, lr: float = 0.01, *, steps: float, final: float = 0) -> None:
        super().__init__(lr=lr, steps=steps, final=final)

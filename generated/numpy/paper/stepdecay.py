"""StepDecay: Lecture notes on optimization (D4), learning-rate decay.

Do not edit. Made from the declaration StepDecay; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class StepDecay(Schedule):
    """Multiplied by factor after every period; a period of one epoch is decay by epochs.

    Equations
        output = lr*factor**floor((t - 1)/period)

    Arguments
        lr: learning rate, in [0, inf); default 0.01
        period: steps between two changes, such as those of an epoch, in integer [1, inf); required
        factor: factor of each change, in (0, 1]; default 0.1
    """

    id = "StepDecay"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("period", None, "integer [1, inf)", "steps between two changes, such as those of an epoch"),
        Hyper("factor", 0.1, "(0, 1]", "factor of each change"),
    )

    @staticmethod
    def advance(t, lr, period, factor):
        """The number at step t, and the state after it."""
        return lr*factor**np.floor((t - 1)/period), {}

    def __init__(self, lr: float = 0.01, *, period: float, factor: float = 0.1) -> None:
        super().__init__(lr=lr, period=period, factor=factor)

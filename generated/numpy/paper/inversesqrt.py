"""InverseSqrt: Vaswani et al. 2017, section 5.3, without warm-up (arXiv:1706.03762).

Do not edit. Made from the declaration InverseSqrt; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class InverseSqrt(Schedule):
    """lr at the first step.

    Equations
        output = lr/sqrt(t)

    Arguments
        lr: learning rate, in [0, inf); default 0.01
    """

    id = "InverseSqrt"
    hyper = (Hyper("lr", 0.01, "[0, inf)", "learning rate"),)

    @staticmethod
    def advance(t, lr):
        """The number at step t, and the state after it."""
        return lr/np.sqrt(t), {}

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr=lr)

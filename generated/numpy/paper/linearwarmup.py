"""LinearWarmup: Goyal et al. 2017, section 2.2 (arXiv:1706.02677).

Do not edit. Made from the declaration LinearWarmup; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class LinearWarmup(Schedule):
    """Rises to lr, which it reaches at step warmup, and stays there.

    Equations
        output = lr*min(1, t/warmup)

    Arguments
        lr: learning rate, in [0, inf); default 0.01
        warmup: steps of linear warm-up, in integer [1, inf); required
    """

    id = "LinearWarmup"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("warmup", None, "integer [1, inf)", "steps of linear warm-up"),
    )

    @staticmethod
    def advance(t, lr, warmup):
        """The number at step t, and the state after it."""
        return lr*np.minimum(1, t/warmup), {}

    def __init__(self, lr: float = 0.01, *, warmup: float) -> None:
        super().__init__(lr=lr, warmup=warmup)

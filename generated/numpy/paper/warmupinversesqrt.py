"""WarmupInverseSqrt: Vaswani et al. 2017, section 5.3 (arXiv:1706.03762).

Do not edit. Made from the declaration WarmupInverseSqrt;
remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class WarmupInverseSqrt(Schedule):
    """Rises to lr at step warmup and falls as the inverse root from there; the paper's lr is
    1/sqrt(d_model·warmup).

    Equations
        output = lr*min(t/warmup, sqrt(warmup)/sqrt(t))

    Arguments
        lr: learning rate, in [0, inf); default 0.01
        warmup: steps of linear warm-up, in integer [1, inf); default 4000
    """

    id = "WarmupInverseSqrt"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("warmup", 4000, "integer [1, inf)", "steps of linear warm-up"),
    )

    @staticmethod
    def advance(t, lr, warmup):
        """The number at step t, and the state after it."""
        return lr*np.minimum(np.sqrt(warmup)/np.sqrt(t), t/warmup), {}

    def __init__(self, lr: float = 0.01, warmup: float = 4000) -> None:
        super().__init__(lr=lr, warmup=warmup)

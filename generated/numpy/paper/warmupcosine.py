"""WarmupCosine: Loshchilov & Hutter 2017, eq. (5) (arXiv:1608.03983).

Do not edit. Made from the declaration WarmupCosine; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class WarmupCosine(Schedule):
    """Rises linearly to its first value over warmup steps, then Cosine from its start.

    Equations
        output = {lr*t/warmup if warmup >= t, else (lr - final)*(1 + cos(min(1, (t - 1 - warmup)/steps)*pi))/2 + final}

    Arguments
        lr: learning rate, in [0, inf); default 0.01
        steps: steps from the start to the end, in integer [1, inf); required
        final: value at the end and after it, in [0, inf); default 0
        warmup: steps of linear warm-up, in integer [1, inf); required
    """

    id = "WarmupCosine"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("steps", None, "integer [1, inf)", "steps from the start to the end"),
        Hyper("final", 0, "[0, inf)", "value at the end and after it"),
        Hyper("warmup", None, "integer [1, inf)", "steps of linear warm-up"),
    )

    @staticmethod
    def advance(t, lr, steps, final, warmup):
        """The number at step t, and the state after it."""
        return (lr*t/warmup if warmup >= t else (lr - final)*(1 + np.cos(np.minimum((t - 1 - warmup)/steps, 1)*3.141592653589793))/2 + final), {}

    def __init__(self, lr: float = 0.01, *, steps: float, final: float = 0, warmup: float) -> None:
        super().__init__(lr=lr, steps=steps, final=final, warmup=warmup)

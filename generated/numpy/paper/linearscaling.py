"""LinearScaling: Goyal et al. 2017, section 2.1 (arXiv:1706.02677).

Do not edit. Made from the declaration LinearScaling; remake it with: gen kernels --backend numpy
"""

from optwright.runtime import Hyper, Schedule


class LinearScaling(Schedule):
    """A rule of thumb: N times the batch, N times the learning rate. Exact to first order in lr
    only.

    Equations
        output = lr*batch/base_batch

    Arguments
        lr: learning rate, in [0, inf); default 0.01
        batch: batch size, in integer [1, inf); required
        base_batch: batch size for which lr was chosen, in integer [1, inf); default 32
    """

    id = "LinearScaling"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("batch", None, "integer [1, inf)", "batch size"),
        Hyper("base_batch", 32, "integer [1, inf)", "batch size for which lr was chosen"),
    )

    @staticmethod
    def advance(t, lr, batch, base_batch):
        """The number at step t, and the state after it."""
        return lr*batch/base_batch, {}

    def __init__(self, lr: float = 0.01, *, batch: float, base_batch: float = 32) -> None:
        super().__init__(lr=lr, batch=batch, base_batch=base_batch)

"""Exponential: PyTorch, torch.optim.lr_scheduler.ExponentialLR.

Do not edit. Made from the declaration Exponential; remake it with: gen kernels --backend numpy
"""

from optwright.runtime import Hyper, Schedule


class Exponential(Schedule):
    """Multiplied by factor after every step.

    Equations
        output = lr*factor**(t - 1)

    Arguments
        lr: learning rate, in [0, inf); default 0.01
        factor: factor of each change, in (0, 1]; default 0.999
    """

    id = "Exponential"
    hyper = (
        Hyper("lr", 0.01, "[0, inf)", "learning rate"),
        Hyper("factor", 0.999, "(0, 1]", "factor of each change"),
    )

    @staticmethod
    def advance(t, lr, factor):
        """The number at step t, and the state after it."""
        return lr*factor**(t - 1), {}

    def __init__(self, lr: float = 0.01, factor: float = 0.999) -> None:
        super().__init__(lr=lr, factor=factor)

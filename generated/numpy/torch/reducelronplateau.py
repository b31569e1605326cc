"""torch.ReduceLROnPlateau: PyTorch 2.13, torch/optim/lr_scheduler.py, ReduceLROnPlateau(mode='min', threshold_mode='rel').

Do not edit. Made from the declaration torch.ReduceLROnPlateau;
remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule, State


class ReduceLROnPlateau(Schedule):
    """The loss of step t decides the rate of step t. torch asks once per epoch: give the mean loss
    of an epoch, or scale patience and cooldown to steps.

    Equations
        loss[t] = value(theta[t-1])
        better[t] = {1 if (loss[t] < (1 - threshold)*best[t-1]) or (t == 1), else 0}
        best[t] = {loss[t] if better[t] == 1, else best[t-1]}
        waited[t] = {0 if (better[t] == 1) or (resting[t-1] > 0), else bad[t-1] + 1}
        reduces[t] = {1 if waited[t] > patience, else 0}
        bad[t] = {0 if reduces[t] == 1, else waited[t]}
        resting[t] = {cooldown if reduces[t] == 1, else max(0, resting[t-1] - 1)}
        lowered[t] = max(min_lr, factor*rate[t-1])
        rate[t] = {lowered[t] if (rate[t-1] - lowered[t] > eps) and (reduces[t] == 1), else rate[t-1]}
        output = rate[t]

    Arguments
        lr: learning rate, in [0, inf); default 0.001
        factor: factor of each reduction, in (0, 1); default 0.1
        patience: steps without improvement that are tolerated, in integer [0, inf); default 10
        threshold: relative improvement that counts, in [0, 1); default 0.0001
        cooldown: steps of rest after a reduction, in integer [0, inf); default 0
        min_lr: smallest learning rate, in [0, inf); default 0
        eps: smallest reduction that is made, in [0, inf); default 1e-08
    """

    id = "torch.ReduceLROnPlateau"
    hyper = (
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("factor", 0.1, "(0, 1)", "factor of each reduction"),
        Hyper("patience", 10, "integer [0, inf)", "steps without improvement that are tolerated"),
        Hyper("threshold", 0.0001, "[0, 1)", "relative improvement that counts"),
        Hyper("cooldown", 0, "integer [0, inf)", "steps of rest after a reduction"),
        Hyper("min_lr", 0, "[0, inf)", "smallest learning rate"),
        Hyper("eps", 1e-08, "[0, inf)", "smallest reduction that is made"),
    )
    state = (State("best", "host"), State("bad", "host"), State("resting", "host"), State("rate", "host", start=lambda lr: lr),)
    oracles = ("value",)

    @staticmethod
    def advance(
        t, lr, factor, patience, threshold, cooldown, min_lr, eps, best, bad, resting, rate, value,
    ):
        """The number at step t, and the state after it."""
        # loss[t] = value(theta[t-1])
        loss = value
        # better[t] = {1 if (loss[t] < (1 - threshold)*best[t-1]) or (t == 1), else 0}
        better = (1 if (t == 1) or (loss < (1 - threshold)*best) else 0)
        # best[t] = {loss[t] if better[t] == 1, else best[t-1]}
        best = (loss if better == 1 else best)
        # waited[t] = {0 if (better[t] == 1) or (resting[t-1] > 0), else bad[t-1] + 1}
        waited = (0 if (better == 1) or (resting > 0) else bad + 1)
        # reduces[t] = {1 if waited[t] > patience, else 0}
        reduces = (1 if waited > patience else 0)
        # bad[t] = {0 if reduces[t] == 1, else waited[t]}
        bad = (0 if reduces == 1 else waited)
        # resting[t] = {cooldown if reduces[t] == 1, else max(0, resting[t-1] - 1)}
        resting = (cooldown if reduces == 1 else np.maximum(0, resting - 1))
        # lowered[t] = max(min_lr, factor*rate[t-1])
        lowered = np.maximum(factor*rate, min_lr)
        # rate[t] = {lowered[t] if (rate[t-1] - lowered[t] > eps) and (reduces[t] == 1), else rate[t-1]}
        rate = (lowered if (rate - lowered > eps) and (reduces == 1) else rate)
        return rate, {"best": best, "bad": bad, "resting": resting, "rate": rate}

    def __init__(
        self, lr: float = 0.001, factor: float = 0.1, patience: float = 10,
        threshold: float = 0.0001, cooldown: float = 0, min_lr: float = 0, eps: float = 1e-08,
    ) -> None:
        super().__init__(
            lr=lr, factor=factor, patience=patience, threshold=threshold, cooldown=cooldown,
            min_lr=min_lr, eps=eps,
        )

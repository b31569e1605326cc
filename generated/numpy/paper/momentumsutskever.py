"""MomentumSutskever: Sutskever et al. 2013, eq. (5).

Do not edit. Made from the declaration MomentumSutskever;
remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class MomentumSutskever(Schedule):
    """For momentum: 1/2, 3/4, 5/6, … by periods, up to final.

    Equations
        output = min(final, 1 - 1/(2 + 2*floor(t/period)))

    Arguments
        final: largest momentum, in [0, 1); default 0.9
        period: steps between two changes, such as those of an epoch, in integer [1, inf); default
            250
    """

    id = "MomentumSutskever"
    hyper = (
        Hyper("final", 0.9, "[0, 1)", "largest momentum"),
        Hyper("period", 250, "integer [1, inf)", "steps between two changes, such as those of an epoch"),
    )

    @staticmethod
    def advance(t, final, period):
        """The number at step t, and the state after it."""
        return np.minimum(1 - 1/(2 + 2*np.floor(t/period)), final), {}

    def __init__(self, final: float = 0.9, period: float = 250) -> None:
        super().__init__(final=final, period=period)

"""MomentumWarmup: An article on momentum, RMSProp and Adam (D1), momentum from 0.5 to 0.9.

Do not edit. Made from the declaration MomentumWarmup; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import Hyper, Schedule


class MomentumWarmup(Schedule):
    """For momentum: rises in a straight line from start to final, and stays there.

    Equations
        output = min(1, (t - 1)/steps)*(final - start) + start

    Arguments
        start: value at the first step, in [0, 1); default 0.5
        final: momentum at the end and after it, in [0, 1); default 0.9
        steps: steps from the start to the end, in integer [1, inf); required
    """

    id = "MomentumWarmup"
    hyper = (
        Hyper("start", 0.5, "[0, 1)", "value at the first step"),
        Hyper("final", 0.9, "[0, 1)", "momentum at the end and after it"),
        Hyper("steps", None, "integer [1, inf)", "steps from the start to the end"),
    )

    @staticmethod
    def advance(t, start, final, steps):
        """The number at step t, and the state after it."""
        return np.minimum((t - 1)/steps, 1)*(final - start) + start, {}

    def __init__(self, start: float = 0.5, final: float = 0.9, *, steps: float) -> None:
        super().__init__(start=start, final=final, steps=steps)

"""What generated optimizers on CuPy arrays share; importing it does not import CuPy."""

from optwright.runtime.device.kernel import CompileError, Kernel, Layout, NumberKernel
from optwright.runtime.device.library import DeviceError, cp
from optwright.runtime.device.linear import identity, inverse_root, outer, round_to, solve
from optwright.runtime.device.optimizer import DeviceOptimizer as Optimizer
from optwright.runtime.device.reduction import (
    count_nonfinite,
    dot,
    largest,
    max_per_axis,
    mean,
    min_over_axes,
    norm,
    total,
    weak,
)
from optwright.runtime.device.step import DeviceStep as Step
from optwright.runtime.group import HyperValue
from optwright.runtime.optimizer import Params
from optwright.runtime.rule import Hyper, Rule, State, Where
from optwright.runtime.schedule import Schedule

__all__ = [
    "CompileError",
    "DeviceError",
    "Hyper",
    "HyperValue",
    "Kernel",
    "Layout",
    "NumberKernel",
    "Optimizer",
    "Params",
    "Rule",
    "Schedule",
    "State",
    "Step",
    "Where",
    "count_nonfinite",
    "cp",
    "dot",
    "identity",
    "inverse_root",
    "largest",
    "max_per_axis",
    "mean",
    "min_over_axes",
    "norm",
    "outer",
    "round_to",
    "solve",
    "total",
    "weak",
]

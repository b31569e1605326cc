"""What generated optimizers share: parameter groups, state, schedules, checkpoints."""

from optwright.runtime.error import (
    CheckpointError,
    HyperparameterError,
    OptwrightError,
    OracleError,
    ParameterError,
)
from optwright.runtime.group import HyperValue
from optwright.runtime.optimizer import Optimizer, Params
from optwright.runtime.rule import Hyper, Rule, State, Where
from optwright.runtime.schedule import Schedule
from optwright.runtime.step.linear import identity, inverse_root, outer, round_to, solve
from optwright.runtime.step.reduction import (
    count_nonfinite,
    dot,
    largest,
    max_per_axis,
    mean,
    min_over_axes,
    norm,
    total,
)
from optwright.runtime.step.verb import Step, blocked

__all__ = [
    "CheckpointError",
    "Hyper",
    "HyperValue",
    "HyperparameterError",
    "Optimizer",
    "OptwrightError",
    "OracleError",
    "ParameterError",
    "Params",
    "Rule",
    "Schedule",
    "State",
    "Step",
    "Where",
    "blocked",
    "count_nonfinite",
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
]

"""Everything an author of declarations needs, in one place.

    from optwright.derive.language import *

The standard symbols (theta, g, t, lr, beta1, …), the operations, and the declaration types.
"""

from __future__ import annotations

from sympy import Abs, And, Max, Min, Mod, Not, Or, Rational, ceiling, cos, exp, floor, log, pi, sign, sqrt
from sympy import Eq as Equal
from sympy import Ne as Unequal

from optwright.derive.declaration import (
    DeclarationError,
    Excluded,
    Family,
    History,
    Loop,
    Optimizer,
    Push,
    Repeat,
    Route,
    Schedule,
    Source,
    State,
    Where,
    g,
    theta,
    turn,
)
from optwright.derive.declaration import equation as Eq  # noqa: N812  (what authors write)
from optwright.derive.extent import ALL, COORDINATE, EACH_AXIS, HOST, TENSOR, axes, matrix
from optwright.derive.operation import (
    cases,
    clip,
    count_nonfinite,
    dim,
    dot,
    evaluations,
    grad,
    hessian,
    hessian_diagonal,
    hvp,
    identity,
    inverse_root,
    largest,
    line_search,
    matmul,
    max_per_axis,
    mean,
    min_over_axes,
    noise,
    norm,
    outer,
    round_to,
    solve,
    total,
    transpose,
    value,
)
from optwright.derive.symbol import Hyper, Parameter, Range, Variable, exact, t, variables
from optwright.derive.vocabulary import *  # noqa: F403
from optwright.derive.vocabulary import __all__ as _symbols

__all__ = [
    "ALL", "COORDINATE", "EACH_AXIS", "HOST", "TENSOR", "Abs", "And", "DeclarationError", "Eq", "Equal",
    "Excluded", "Family", "History", "Hyper", "Loop", "Max", "Min", "Mod", "Not", "Optimizer", "Or",
    "Parameter", "Push", "Range", "Rational", "Repeat", "Route", "Schedule", "Source", "State",
    "Unequal", "Variable", "Where", "axes", "cases", "ceiling", "clip", "cos", "count_nonfinite", "dim",
    "dot", "evaluations", "exact", "exp", "floor", "g", "grad", "hessian", "hessian_diagonal", "hvp", "identity",
    "inverse_root", "largest", "line_search", "log", "matmul", "matrix", "max_per_axis", "mean",
    "min_over_axes", "noise", "norm", "outer", "pi", "round_to", "sign", "solve", "sqrt", "t", "theta",
    "total", "transpose", "turn", "value", "variables", *_symbols,
]

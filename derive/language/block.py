"""Building blocks: the equations that many rules share, as functions of the author's symbols."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr

from optwright.derive.language.declaration import equation, g, theta
from optwright.derive.language.operation import grad
from optwright.derive.language.symbol import Variable, exact, t

decayed = Variable("decayed", r"\tilde{\theta}")
"""The parameters after decoupled decay, before the rule's own step."""


def ema(x: Any, state: Variable, decay: Any) -> Eq:
    """The exponential moving average: `state[t] = decay*state[t - 1] + (1 - decay)*x`."""
    decay = exact(decay)
    return equation(state[t], decay * state[t - 1] + (1 - decay) * x)


def leaky_sum(x: Any, state: Variable, decay: Any) -> Eq:
    """The sum in which older terms fade: `state[t] = decay*state[t - 1] + x`."""
    return equation(state[t], exact(decay) * state[t - 1] + x)


def bias_correction(state: Variable, corrected: Variable, decay: Any) -> Eq:
    """An average that started at zero, divided by the sum of its weights, `1 - decay**t`."""
    return equation(corrected[t], state[t] / (1 - exact(decay) ** t))


def coupled_decay(rate: Any, gradient: Any = None) -> Eq:
    """The L2 penalty's gradient added to `g[t]`, so that the rule treats both alike.

    `gradient` is what is decayed, the gradient at `theta[t - 1]` unless given.
    """
    base: Expr = grad(theta[t - 1]) if gradient is None else gradient
    return equation(g[t], base + exact(rate) * theta[t - 1])


def decoupled_decay(rate: Any, result: Variable = decayed) -> Eq:
    """The parameters less a share `rate`, past the rule: `result[t] = (1 - rate)*theta[t - 1]`."""
    return equation(result[t], (1 - exact(rate)) * theta[t - 1])


__all__ = ["bias_correction", "coupled_decay", "decayed", "decoupled_decay", "ema", "leaky_sum"]

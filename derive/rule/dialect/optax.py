"""optax 0.2.8: gradient descent, the adaptive rates, Adam's family and the signs.

Names, defaults and the place of every epsilon are optax's. A chain of transformations is written
out: what follows `scale_by_learning_rate` in it sees the gradient times the negative rate. Required
arguments have no default here either. Left out are the types of accumulators, which change rounding
only, and masks: give the tensors that decay a parameter group of their own. `momentum=None` is
momentum 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr

from optwright.derive.language import (
    Abs,
    Eq,
    Family,
    G,
    Max,
    Optimizer,
    Parameter,
    Source,
    State,
    Variable,
    b,
    beta,
    cases,
    eps,
    g,
    learning_rate,
    m,
    m_hat,
    momentum,
    rho,
    sign,
    sqrt,
    t,
    theta,
    u,
    v,
    v_hat,
    weight_decay,
)
from optwright.derive.language.block import bias_correction, coupled_decay, ema, leaky_sum
from optwright.derive.language.symbol import Hyper

NO, YES = (False, True), (True, False)

b1 = Parameter("b1", "[0, 1)", "decay", r"\beta_1", "decay of the moving average of gradients")
b2 = Parameter(
    "b2", "[0, 1)", "decay", r"\beta_2", "decay of the moving average of squared gradients"
)
eps_root = Parameter(
    "eps_root", "[0, inf)", "eps", r"\bar{\epsilon}", "added to the squares inside the root"
)
initial_accumulator_value = Parameter(
    "initial_accumulator_value", "[0, inf)", "other", "G_0", "start of the sum of squares"
)

direction = Variable("direction", "d")
delta = Variable("delta", r"\Delta")
look_ahead = Variable("look_ahead", r"\bar{m}")
v_max = Variable("v_max", r"v^{max}")

source = Source("optax 0.2.8", "optax/_src/alias.py")


def _rule(
    name: str,
    hyper: Sequence[Hyper],
    state: Sequence[Any],
    step: Sequence[Any],
    *,
    family: str,
    rate: Hyper | None = None,
    invariants: Sequence[Any] = (),
    note: str = "",
) -> Optimizer:
    """The rule with its learning rate, which optax requires, before the other arguments."""
    return Optimizer(
        name=name,
        dialect="optax",
        family=family,
        source=source,
        hyper=[rate or learning_rate(None), *hyper],
        state=state,
        step=step,
        invariants=invariants,
        note=note,
    )


# --- momentum ------------------------------------------------------------------------------------


def _sgd(nesterov: bool) -> Optimizer:
    return _rule(
        "sgd",
        [momentum(0, "[0, inf)")],
        [b],
        [
            leaky_sum(g[t], b, momentum),
            Eq(
                theta[t],
                theta[t - 1] - learning_rate * (g[t] + momentum * b[t] if nesterov else b[t]),
            ),
        ],
        family="momentum",
        note="The learning rate scales the trace from outside.",
    )


sgd = Family("sgd", "optax", {"nesterov": NO}, _sgd)


# --- rates from squared gradients ----------------------------------------------------------------

adagrad = _rule(
    "adagrad",
    [initial_accumulator_value(0.1), eps(1e-7)],
    [State(G, init=initial_accumulator_value)],
    [
        leaky_sum(g[t] ** 2, G, 1),
        Eq(direction[t], cases((g[t] / sqrt(G[t] + eps), G[t] > 0), 0)),
        Eq(theta[t], theta[t - 1] - learning_rate * direction[t]),
    ],
    family="adaptive",
    invariants=[G[t] >= 0],
    note="eps stands inside the root. An entry whose sum is zero rests, also with eps = 0.",
)

adadelta = _rule(
    "adadelta",
    [rho(0.9), eps(1e-6), weight_decay(0)],
    [v, u],
    [
        coupled_decay(weight_decay),
        ema(g[t] ** 2, v, rho),
        Eq(delta[t], sqrt(u[t - 1] + eps) / sqrt(v[t] + eps) * g[t]),
        ema(delta[t] ** 2, u, rho),
        Eq(theta[t], theta[t - 1] - learning_rate * delta[t]),
    ],
    family="adaptive",
    invariants=[v[t] >= 0, u[t] >= 0],
    rate=learning_rate(None, "(-inf, inf)"),
    note=(
        "optax's default learning_rate=None leaves out the rate and its sign with it, which is "
        "learning_rate = -1 here, a step uphill: so the rate must be given."
    ),
)


def _rmsprop(eps_in_sqrt: bool, centered: bool, nesterov: bool, bias_correction: bool) -> Optimizer:
    decay = Parameter(
        "decay", "[0, 1)", "decay", r"\rho", "decay of the moving average of squared gradients"
    )
    initial_scale = Parameter(
        "initial_scale", "[0, inf)", "other", "v_0", "start of the average of squared gradients"
    )
    scaled = Variable("scaled")
    share = 1 - decay**t if bias_correction else 1
    squares = v[t] / share - (m[t] / share) ** 2 if centered else v[t] / share
    root = sqrt(squares + eps) if eps_in_sqrt else sqrt(squares) + eps
    return _rule(
        "rmsprop",
        [decay(0.9), eps(1e-8), initial_scale(0), momentum(0, "[0, inf)")],
        [*([m] if centered else []), State(v, init=initial_scale), b],
        [
            *([ema(g[t], m, decay)] if centered else []),
            ema(g[t] ** 2, v, decay),
            Eq(scaled[t], -learning_rate * (g[t] / root)),
            leaky_sum(scaled[t], b, momentum),
            Eq(theta[t], theta[t - 1] + (scaled[t] + momentum * b[t] if nesterov else b[t])),
        ],
        family="adaptive",
        invariants=[v[t] >= (m[t] ** 2 if centered else 0)],
        note=(
            "The learning rate stands inside the trace. Bias correction divides an average that "
            "starts at initial_scale as if it had started at zero; if it did, and is centered, the "
            "first variance is zero and the first step g/sqrt(eps) or g/eps."
        ),
    )


rmsprop = Family(
    "rmsprop",
    "optax",
    {"eps_in_sqrt": YES, "centered": NO, "nesterov": NO, "bias_correction": NO},
    _rmsprop,
)


# --- Adam's family -------------------------------------------------------------------------------

adam_hyper = [b1(0.9), b2(0.999), eps(1e-8), eps_root(0)]


def _first_moment(nesterov: bool) -> list[Any]:
    """The average of gradients, corrected, or Nesterov's: that of the step after."""
    if not nesterov:
        return [ema(g[t], m, b1), bias_correction(m, m_hat, b1)]
    return [
        ema(g[t], m, b1),
        Eq(look_ahead[t], m[t] / (1 - b1 ** (t + 1))),
        Eq(m_hat[t], b1 * look_ahead[t] + (1 - b1) * g[t] / (1 - b1**t)),
    ]


def _descent(step: Expr, decays: bool) -> Any:
    return Eq(
        theta[t],
        theta[t - 1] - learning_rate * (step + weight_decay * theta[t - 1] if decays else step),
    )


def _adam(name: str, decays: bool, note: str) -> Any:
    def make(nesterov: bool) -> Optimizer:
        return _rule(
            name,
            [*adam_hyper, *([weight_decay(1e-4)] if decays else [])],
            [m, v],
            [
                *_first_moment(nesterov),
                ema(g[t] ** 2, v, b2),
                bias_correction(v, v_hat, b2),
                _descent(m_hat[t] / (sqrt(v_hat[t] + eps_root) + eps), decays),
            ],
            family="adam",
            invariants=[v[t] >= 0],
            note=note,
        )

    return make


two_epsilons = "eps stands outside the root and eps_root inside, both after the bias correction."
same_point = "The decay is added to the step, times the learning rate, at the same point."

adam = Family("adam", "optax", {"nesterov": NO}, _adam("adam", False, two_epsilons))
adamw = Family("adamw", "optax", {"nesterov": NO}, _adam("adamw", True, same_point))
nadam = Family(
    "nadam",
    "optax",
    {"nesterov": YES},
    _adam("nadam", False, "adam with nesterov on: the momentum is b1 at all times."),
)
nadamw = Family(
    "nadamw",
    "optax",
    {"nesterov": YES},
    _adam("nadamw", True, "adamw with nesterov on: the momentum is b1 at all times."),
)


def _amsgrad(bias_correction_mu: bool, bias_correction_nu: bool) -> Optimizer:
    first = m[t] / (1 - b1**t) if bias_correction_mu else m[t]
    second = v[t] / (1 - b2**t) if bias_correction_nu else v[t]
    return _rule(
        "amsgrad",
        adam_hyper,
        [m, v, v_max],
        [
            ema(g[t], m, b1),
            ema(g[t] ** 2, v, b2),
            Eq(v_max[t], Max(v_max[t - 1], second)),
            _descent(first / (sqrt(v_max[t] + eps_root) + eps), False),
        ],
        family="adam",
        invariants=[v[t] >= 0, v_max[t] >= 0],
        note="The maximum is of the corrected averages, not of those that torch and Keras keep.",
    )


amsgrad = Family(
    "amsgrad", "optax", {"bias_correction_mu": YES, "bias_correction_nu": YES}, _amsgrad
)


def _adamax(name: str, decays: bool, note: str) -> Optimizer:
    return _rule(
        name,
        [b1(0.9), b2(0.999), eps(1e-8), *([weight_decay(1e-4)] if decays else [])],
        [m, u],
        [
            ema(g[t], m, b1),
            Eq(u[t], Max(Abs(g[t]) + eps, b2 * u[t - 1])),
            bias_correction(m, m_hat, b1),
            _descent(m_hat[t] / u[t], decays),
        ],
        family="adam",
        invariants=[u[t] >= 0],
        note=note,
    )


adamax = _adamax("adamax", False, "eps is added to the gradient's size inside the maximum.")
adamaxw = _adamax("adamaxw", True, same_point)


def _radam(nesterov: bool) -> Optimizer:
    threshold = Parameter(
        "threshold", "[4, inf)", "other", r"\rho_0", "length from which the step is rectified"
    )
    rho_inf, rho_t = Variable("rho_inf", r"\rho_\infty"), Variable("rho_t", r"\rho")
    rectifier = Variable("rectifier", "r")
    length, limit = rho_t[t], rho_inf[t]
    ratio = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    long_enough = length >= threshold
    return _rule(
        "radam",
        [*adam_hyper, threshold(5)],
        [m, v],
        [
            *_first_moment(nesterov),
            ema(g[t] ** 2, v, b2),
            Eq(rho_inf[t], 2 / (1 - b2) - 1),
            Eq(rho_t[t], limit - 2 * t * b2**t / (1 - b2**t)),
            Eq(rectifier[t], cases((sqrt(ratio), long_enough), 0)),
            bias_correction(v, v_hat, b2),
            Eq(
                direction[t],
                cases(
                    (rectifier[t] * m_hat[t] / (sqrt(v_hat[t] + eps_root) + eps), long_enough),
                    m_hat[t],
                ),
            ),
            Eq(theta[t], theta[t - 1] - learning_rate * direction[t]),
        ],
        family="adam",
        invariants=[v[t] >= 0],
        note=(
            "Rectified from rho_t >= threshold on, before that the corrected momentum. A "
            "threshold below 4 gives optax NaN and is refused here."
        ),
    )


radam = Family("radam", "optax", {"nesterov": NO}, _radam)


# --- signs ---------------------------------------------------------------------------------------

sign_sgd = _rule(
    "sign_sgd",
    [],
    [],
    [_descent(sign(g[t]), False)],
    family="sign",
    note="Every entry moves by the learning rate; one whose gradient is zero rests.",
)

signum = _rule(
    "signum",
    [beta(0.9)],
    [m],
    [ema(g[t], m, beta), _descent(sign(m[t]), False)],
    family="sign",
    note="The sign of the average of gradients: lion with both decays beta and no weight decay.",
)

lion = _rule(
    "lion",
    [b1(0.9, "[0, 1]"), b2(0.99, "[0, 1]"), weight_decay(1e-3)],
    [m],
    [
        Eq(direction[t], sign((1 - b1) * g[t] + b1 * m[t - 1])),
        ema(g[t], m, b2),
        _descent(direction[t], True),
    ],
    family="sign",
    note=same_point,
)

declarations = (
    sgd,
    adagrad,
    adadelta,
    rmsprop,
    adam,
    adamw,
    amsgrad,
    adamax,
    adamaxw,
    nadam,
    nadamw,
    radam,
    sign_sgd,
    signum,
    lion,
)

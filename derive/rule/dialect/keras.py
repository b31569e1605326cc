"""Keras 3.15.1: gradient descent, the adaptive rates, Adam's family and Lion.

Names, defaults and the place of every epsilon are Keras's. Each rule first takes weight decay,
times the learning rate, from the parameters; `weight_decay=None` is 0. Left out are the other
arguments that all of them share: clipping, averages of the parameters and accumulation of gradients
are combinators of `optwright.derive.compose.chain`, and `loss_scale_factor` divides the gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optwright.derive.language import (
    HOST,
    Abs,
    Eq,
    Family,
    G,
    Max,
    Optimizer,
    Parameter,
    Rational,
    Source,
    State,
    Variable,
    g,
    learning_rate,
    m,
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
from optwright.derive.language.block import (
    bias_correction,
    decayed,
    decoupled_decay,
    ema,
    leaky_sum,
)
from optwright.derive.language.symbol import Hyper

BOTH = (False, True)

beta_1 = Parameter(
    "beta_1", "[0, 1)", "decay", r"\beta_1", "decay of the moving average of gradients"
)
beta_2 = Parameter(
    "beta_2", "[0, 1)", "decay", r"\beta_2", "decay of the moving average of squared gradients"
)
epsilon = Parameter("epsilon", "[0, inf)", "eps", r"\epsilon", "keeps the denominator from zero")

velocity = Variable("velocity", "b")
average = Variable("average", r"\bar{g}")
delta = Variable("delta", r"\Delta")
rate = Variable("rate", r"\eta_t")
v_max = Variable("v_max", r"v^{max}")

decay_first = decoupled_decay(weight_decay * learning_rate)


def _rule(
    name: str,
    hyper: Sequence[Hyper],
    state: Sequence[Any],
    step: Sequence[Any],
    *,
    family: str,
    invariants: Sequence[Any] = (),
    note: str = "",
) -> Optimizer:
    """The rule after Keras's own beginning, weight decay."""
    return Optimizer(
        name=name,
        dialect="keras",
        family=family,
        source=Source("Keras 3.15.1", f"keras/src/optimizers/{name.lower()}.py"),
        hyper=hyper,
        state=state,
        step=[decay_first, *step],
        invariants=invariants,
        note=note,
    )


# --- momentum ------------------------------------------------------------------------------------


def _sgd(nesterov: bool) -> Optimizer:
    move = momentum * velocity[t] - learning_rate * g[t] if nesterov else velocity[t]
    return _rule(
        "SGD",
        [learning_rate(0.01), momentum(0, "[0, 1]"), weight_decay(0)],
        [velocity],
        [
            Eq(velocity[t], momentum * velocity[t - 1] - learning_rate * g[t]),
            Eq(theta[t], decayed[t] + move),
        ],
        family="momentum",
        note="The learning rate stands inside the velocity, which points where parameters go.",
    )


SGD = Family("SGD", "keras", {"nesterov": BOTH}, _sgd)


# --- rates from squared gradients ----------------------------------------------------------------

initial_accumulator_value = Parameter(
    "initial_accumulator_value", "[0, inf)", "other", "G_0", "start of the sum of squares"
)

Adagrad = _rule(
    "Adagrad",
    [learning_rate(0.001), initial_accumulator_value(0.1), epsilon(1e-7), weight_decay(0)],
    [State(G, init=initial_accumulator_value)],
    [
        leaky_sum(g[t] ** 2, G, 1),
        Eq(theta[t], decayed[t] - learning_rate * g[t] / sqrt(G[t] + epsilon)),
    ],
    family="adaptive",
    invariants=[G[t] >= 0],
    note="epsilon stands inside the root, and the sum of squares starts above zero.",
)

Adadelta = _rule(
    "Adadelta",
    [learning_rate(0.001), rho(0.95), epsilon(1e-7), weight_decay(0)],
    [v, u],
    [
        ema(g[t] ** 2, v, rho),
        Eq(delta[t], -(sqrt(u[t - 1] + epsilon) * g[t] / sqrt(v[t] + epsilon))),
        ema(delta[t] ** 2, u, rho),
        Eq(theta[t], decayed[t] + learning_rate * delta[t]),
    ],
    family="adaptive",
    invariants=[v[t] >= 0, u[t] >= 0],
    note="With Zeiler's learning rate of 1 the paper's rule: the default is a thousandth of it.",
)


def _rmsprop(centered: bool) -> Optimizer:
    squares = v[t] - average[t] ** 2 if centered else v[t]
    return _rule(
        "RMSprop",
        [
            learning_rate(0.001),
            rho(0.9),
            momentum(0, "[0, inf)"),
            epsilon(1e-7),
            weight_decay(0),
        ],
        [v, velocity, *([average] if centered else [])],
        [
            ema(g[t] ** 2, v, rho),
            *([ema(g[t], average, rho)] if centered else []),
            leaky_sum(learning_rate * g[t] / sqrt(squares + epsilon), velocity, momentum),
            Eq(theta[t], decayed[t] - velocity[t]),
        ],
        family="adaptive",
        invariants=[v[t] >= (average[t] ** 2 if centered else 0)],
        note="epsilon stands inside the root, the learning rate inside the velocity.",
    )


RMSprop = Family("RMSprop", "keras", {"centered": BOTH}, _rmsprop)


# --- Adam's family -------------------------------------------------------------------------------

moments = (ema(g[t], m, beta_1), ema(g[t] ** 2, v, beta_2))
adam_hyper = (beta_1(0.9), beta_2(0.999), epsilon(1e-7))


def _adam(name: str, hyper: Sequence[Hyper], note: str) -> Any:
    def make(amsgrad: bool) -> Optimizer:
        squares = v_max if amsgrad else v
        return _rule(
            name,
            hyper,
            [m, v, *([v_max] if amsgrad else [])],
            [
                Eq(rate[t], learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)),
                *moments,
                *([Eq(v_max[t], Max(v_max[t - 1], v[t]))] if amsgrad else []),
                Eq(theta[t], decayed[t] - m[t] * rate[t] / (sqrt(squares[t]) + epsilon)),
            ],
            family="adam",
            invariants=[v[t] >= 0, *([v_max[t] >= v[t]] if amsgrad else [])],
            note=note,
        )

    return make


Adam = Family(
    "Adam",
    "keras",
    {"amsgrad": BOTH},
    _adam(
        "Adam",
        (learning_rate(0.001), *adam_hyper, weight_decay(0)),
        "epsilon joins the root before its bias is corrected: the corrections are in the rate.",
    ),
)

AdamW = Family(
    "AdamW",
    "keras",
    {"amsgrad": BOTH},
    _adam(
        "AdamW",
        (learning_rate(0.001), weight_decay(0.004), *adam_hyper),
        "Adam with another default of weight_decay, which Adam decouples as well.",
    ),
)

Adamax = _rule(
    "Adamax",
    [learning_rate(0.001), *adam_hyper, weight_decay(0)],
    [m, u],
    [
        ema(g[t], m, beta_1),
        Eq(u[t], Max(beta_2 * u[t - 1], Abs(g[t]))),
        Eq(
            theta[t],
            decayed[t] - learning_rate * m[t] / ((1 - beta_1**t) * (u[t] + epsilon)),
        ),
    ],
    family="adam",
    invariants=[u[t] >= 0],
    note="epsilon is added to the maximum, not to the gradient's size inside it.",
)


def _nadam() -> Optimizer:
    mu, mu_next, product, m_hat = (
        Variable("mu", r"\mu"),
        Variable("mu_next", r"\mu_{t+1}"),
        Variable("mu_product"),
        Variable("m_hat", r"\hat{m}"),
    )

    def warm(step: Any) -> Any:
        return beta_1 * (1 - Rational(1, 2) * Rational(96, 100) ** step)

    return _rule(
        "Nadam",
        [learning_rate(0.001), *adam_hyper, weight_decay(0)],
        [m, v, State(product, init=1, extent=HOST)],
        [
            Eq(mu[t], warm(t)),
            Eq(mu_next[t], warm(t + 1)),
            Eq(product[t], product[t - 1] * mu[t]),
            *moments,
            Eq(
                m_hat[t],
                mu_next[t] * m[t] / (1 - product[t] * mu_next[t])
                + (1 - mu[t]) * g[t] / (1 - product[t]),
            ),
            bias_correction(v, v_hat, beta_2),
            Eq(theta[t], decayed[t] - m_hat[t] * learning_rate / (sqrt(v_hat[t]) + epsilon)),
        ],
        family="adam",
        invariants=[v[t] >= 0],
        note=(
            "The momentum grows to beta_1 within some fifty steps, 250 times as fast as with "
            "torch's momentum_decay."
        ),
    )


Nadam = _nadam()


# --- signs ---------------------------------------------------------------------------------------

direction = Variable("direction", "d")

Lion = _rule(
    "Lion",
    [learning_rate(0.001), beta_1(0.9, "(0, 1]"), beta_2(0.99, "[0, 1]"), weight_decay(0)],
    [m],
    [
        Eq(direction[t], sign(m[t - 1] * beta_1 + g[t] * (1 - beta_1))),
        ema(g[t], m, beta_2),
        Eq(theta[t], decayed[t] - learning_rate * direction[t]),
    ],
    family="sign",
    note="Keras has no default weight decay here, optax has.",
)

declarations = (SGD, Adagrad, Adadelta, RMSprop, Adam, AdamW, Adamax, Nadam, Lion)

"""optax.rmsprop: optax 0.2.8, optax/_src/alias.py.

The learning rate stands inside the trace. Bias correction divides an average that starts at
initial_scale as if it had started at zero; if it did, and is centered, the first variance is
zero and the first step g/sqrt(eps) or g/eps.

Equations with bias_correction=False, centered=False, eps_in_sqrt=True, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=True, centered=False, eps_in_sqrt=True, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=False, centered=False, eps_in_sqrt=True, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=True, centered=False, eps_in_sqrt=True, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=False, centered=True, eps_in_sqrt=True, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=True, centered=True, eps_in_sqrt=True, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=False, centered=True, eps_in_sqrt=True, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=True, centered=True, eps_in_sqrt=True, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=False, centered=False, eps_in_sqrt=False, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=True, centered=False, eps_in_sqrt=False, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=False, centered=False, eps_in_sqrt=False, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=True, centered=False, eps_in_sqrt=False, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=False, centered=True, eps_in_sqrt=False, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=True, centered=True, eps_in_sqrt=False, nesterov=False
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + b[t]

Equations with bias_correction=False, centered=True, eps_in_sqrt=False, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Equations with bias_correction=True, centered=True, eps_in_sqrt=False, nesterov=True
    v[0] = initial_scale
    g[t] = grad(theta[t-1])
    m[t] = decay*m[t-1] + (1 - decay)*g[t]
    v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
    b[t] = momentum*b[t-1] + scaled[t]
    theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

Proved
    optax.rmsprop = keras.RMSprop under velocity = -b (DL4: proved for all losses, all t,
        learning_rate, decay, eps, momentum varying with t)
    optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: proved for
        all losses, all t)
    optax.rmsprop(bias_correction=True) = optax.adam(b1=0) (DL4f: proved for all losses, all
        t, learning_rate varying with t)

Do not edit. Made from the declaration optax.rmsprop and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: c9fdb290b6447fd6
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def eps_in_sqrt_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


@blocked(work="scaled product denominator")
def eps_in_sqrt_update(
    theta, g, v, b, learning_rate, decay, eps, momentum, one_minus_decay, scaled, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.add(v, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + b[t]
    np.add(theta, b, out=theta)


def eps_in_sqrt_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(eps_in_sqrt_host)
    step.ask("g", "grad")
    step.blocks(eps_in_sqrt_update)
    step.commit()


EPS_IN_SQRT_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=eps_in_sqrt_advance,
)


def bias_correction_eps_in_sqrt_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    return {"one_minus_decay": one_minus_decay, "one_minus_decay_to_t": one_minus_decay_to_t}


@blocked(work="scaled product denominator")
def bias_correction_eps_in_sqrt_update(
    theta, g, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    scaled, product, denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.divide(v, one_minus_decay_to_t, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + b[t]
    np.add(theta, b, out=theta)


def bias_correction_eps_in_sqrt_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_eps_in_sqrt_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_eps_in_sqrt_update)
    step.commit()


BIAS_CORRECTION_EPS_IN_SQRT_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_eps_in_sqrt_advance,
)


def eps_in_sqrt_nesterov_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


@blocked(work="scaled product denominator")
def eps_in_sqrt_nesterov_update(
    theta, g, v, b, learning_rate, decay, eps, momentum, one_minus_decay, scaled, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.add(v, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    np.multiply(b, momentum, out=product)
    np.add(theta, product, out=theta)
    np.add(theta, scaled, out=theta)


def eps_in_sqrt_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(eps_in_sqrt_nesterov_host)
    step.ask("g", "grad")
    step.blocks(eps_in_sqrt_nesterov_update)
    step.commit()


EPS_IN_SQRT_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=eps_in_sqrt_nesterov_advance,
)


def bias_correction_eps_in_sqrt_nesterov_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    return {"one_minus_decay": one_minus_decay, "one_minus_decay_to_t": one_minus_decay_to_t}


@blocked(work="scaled product denominator")
def bias_correction_eps_in_sqrt_nesterov_update(
    theta, g, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    scaled, product, denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.divide(v, one_minus_decay_to_t, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    np.multiply(b, momentum, out=product)
    np.add(theta, product, out=theta)
    np.add(theta, scaled, out=theta)


def bias_correction_eps_in_sqrt_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_eps_in_sqrt_nesterov_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_eps_in_sqrt_nesterov_update)
    step.commit()


BIAS_CORRECTION_EPS_IN_SQRT_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_eps_in_sqrt_nesterov_advance,
)


def centered_eps_in_sqrt_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


@blocked(work="scaled product denominator")
def centered_eps_in_sqrt_update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, scaled, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = decay*m[t-1] + (1 - decay)*g[t]
    np.multiply(m, decay, out=m)
    np.multiply(g, one_minus_decay, out=product)
    np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.multiply(m, m, out=denominator)
    np.subtract(v, denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + b[t]
    np.add(theta, b, out=theta)


def centered_eps_in_sqrt_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_eps_in_sqrt_host)
    step.ask("g", "grad")
    step.blocks(centered_eps_in_sqrt_update)
    step.commit()


CENTERED_EPS_IN_SQRT_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=centered_eps_in_sqrt_advance,
)


def bias_correction_centered_eps_in_sqrt_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    one_minus_decay_to_t_squared = (1 - decay**t)**2
    return {
        "one_minus_decay": one_minus_decay,
        "one_minus_decay_to_t": one_minus_decay_to_t,
        "one_minus_decay_to_t_squared": one_minus_decay_to_t_squared,
    }


@blocked(work="scaled product denominator quotient")
def bias_correction_centered_eps_in_sqrt_update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    one_minus_decay_to_t_squared, scaled, product, denominator, quotient,
):
    """Entrywise work on one block, in place."""
    # m[t] = decay*m[t-1] + (1 - decay)*g[t]
    np.multiply(m, decay, out=m)
    np.multiply(g, one_minus_decay, out=product)
    np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.divide(v, one_minus_decay_to_t, out=denominator)
    np.multiply(m, m, out=quotient)
    np.divide(quotient, one_minus_decay_to_t_squared, out=quotient)
    np.subtract(denominator, quotient, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + b[t]
    np.add(theta, b, out=theta)


def bias_correction_centered_eps_in_sqrt_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_centered_eps_in_sqrt_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_centered_eps_in_sqrt_update)
    step.commit()


BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_centered_eps_in_sqrt_advance,
)


def centered_eps_in_sqrt_nesterov_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


@blocked(work="scaled product denominator")
def centered_eps_in_sqrt_nesterov_update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, scaled, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = decay*m[t-1] + (1 - decay)*g[t]
    np.multiply(m, decay, out=m)
    np.multiply(g, one_minus_decay, out=product)
    np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.multiply(m, m, out=denominator)
    np.subtract(v, denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    np.multiply(b, momentum, out=product)
    np.add(theta, product, out=theta)
    np.add(theta, scaled, out=theta)


def centered_eps_in_sqrt_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_eps_in_sqrt_nesterov_host)
    step.ask("g", "grad")
    step.blocks(centered_eps_in_sqrt_nesterov_update)
    step.commit()


CENTERED_EPS_IN_SQRT_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=centered_eps_in_sqrt_nesterov_advance,
)


def bias_correction_centered_eps_in_sqrt_nesterov_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    one_minus_decay_to_t_squared = (1 - decay**t)**2
    return {
        "one_minus_decay": one_minus_decay,
        "one_minus_decay_to_t": one_minus_decay_to_t,
        "one_minus_decay_to_t_squared": one_minus_decay_to_t_squared,
    }


@blocked(work="scaled product denominator quotient")
def bias_correction_centered_eps_in_sqrt_nesterov_update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    one_minus_decay_to_t_squared, scaled, product, denominator, quotient,
):
    """Entrywise work on one block, in place."""
    # m[t] = decay*m[t-1] + (1 - decay)*g[t]
    np.multiply(m, decay, out=m)
    np.multiply(g, one_minus_decay, out=product)
    np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.divide(v, one_minus_decay_to_t, out=denominator)
    np.multiply(m, m, out=quotient)
    np.divide(quotient, one_minus_decay_to_t_squared, out=quotient)
    np.subtract(denominator, quotient, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    np.multiply(b, momentum, out=product)
    np.add(theta, product, out=theta)
    np.add(theta, scaled, out=theta)


def bias_correction_centered_eps_in_sqrt_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_centered_eps_in_sqrt_nesterov_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_centered_eps_in_sqrt_nesterov_update)
    step.commit()


BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_centered_eps_in_sqrt_nesterov_advance,
)


def plain_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


@blocked(work="scaled product denominator")
def plain_update(
    theta, g, v, b, learning_rate, decay, eps, momentum, one_minus_decay, scaled, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.sqrt(v, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + b[t]
    np.add(theta, b, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=plain_advance,
)


def bias_correction_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    return {"one_minus_decay": one_minus_decay, "one_minus_decay_to_t": one_minus_decay_to_t}


@blocked(work="scaled product denominator")
def bias_correction_update(
    theta, g, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    scaled, product, denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.divide(v, one_minus_decay_to_t, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + b[t]
    np.add(theta, b, out=theta)


def bias_correction_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_update)
    step.commit()


BIAS_CORRECTION_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_advance,
)


def nesterov_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


@blocked(work="scaled product denominator")
def nesterov_update(
    theta, g, v, b, learning_rate, decay, eps, momentum, one_minus_decay, scaled, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.sqrt(v, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    np.multiply(b, momentum, out=product)
    np.add(theta, product, out=theta)
    np.add(theta, scaled, out=theta)


def nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(nesterov_host)
    step.ask("g", "grad")
    step.blocks(nesterov_update)
    step.commit()


NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=nesterov_advance,
)


def bias_correction_nesterov_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    return {"one_minus_decay": one_minus_decay, "one_minus_decay_to_t": one_minus_decay_to_t}


@blocked(work="scaled product denominator")
def bias_correction_nesterov_update(
    theta, g, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    scaled, product, denominator,
):
    """Entrywise work on one block, in place."""
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.divide(v, one_minus_decay_to_t, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    np.multiply(b, momentum, out=product)
    np.add(theta, product, out=theta)
    np.add(theta, scaled, out=theta)


def bias_correction_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_nesterov_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_nesterov_update)
    step.commit()


BIAS_CORRECTION_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_nesterov_advance,
)


def centered_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


@blocked(work="scaled product denominator")
def centered_update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, scaled, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = decay*m[t-1] + (1 - decay)*g[t]
    np.multiply(m, decay, out=m)
    np.multiply(g, one_minus_decay, out=product)
    np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.multiply(m, m, out=denominator)
    np.subtract(v, denominator, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + b[t]
    np.add(theta, b, out=theta)


def centered_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_host)
    step.ask("g", "grad")
    step.blocks(centered_update)
    step.commit()


CENTERED_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=centered_advance,
)


def bias_correction_centered_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    one_minus_decay_to_t_squared = (1 - decay**t)**2
    return {
        "one_minus_decay": one_minus_decay,
        "one_minus_decay_to_t": one_minus_decay_to_t,
        "one_minus_decay_to_t_squared": one_minus_decay_to_t_squared,
    }


@blocked(work="scaled product denominator quotient")
def bias_correction_centered_update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    one_minus_decay_to_t_squared, scaled, product, denominator, quotient,
):
    """Entrywise work on one block, in place."""
    # m[t] = decay*m[t-1] + (1 - decay)*g[t]
    np.multiply(m, decay, out=m)
    np.multiply(g, one_minus_decay, out=product)
    np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.divide(v, one_minus_decay_to_t, out=denominator)
    np.multiply(m, m, out=quotient)
    np.divide(quotient, one_minus_decay_to_t_squared, out=quotient)
    np.subtract(denominator, quotient, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + b[t]
    np.add(theta, b, out=theta)


def bias_correction_centered_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_centered_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_centered_update)
    step.commit()


BIAS_CORRECTION_CENTERED_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_centered_advance,
)


def centered_nesterov_host(decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    return {"one_minus_decay": one_minus_decay}


@blocked(work="scaled product denominator")
def centered_nesterov_update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, scaled, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # m[t] = decay*m[t-1] + (1 - decay)*g[t]
    np.multiply(m, decay, out=m)
    np.multiply(g, one_minus_decay, out=product)
    np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.multiply(m, m, out=denominator)
    np.subtract(v, denominator, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    np.multiply(b, momentum, out=product)
    np.add(theta, product, out=theta)
    np.add(theta, scaled, out=theta)


def centered_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(centered_nesterov_host)
    step.ask("g", "grad")
    step.blocks(centered_nesterov_update)
    step.commit()


CENTERED_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=centered_nesterov_advance,
)


def bias_correction_centered_nesterov_host(t, decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_decay = 1 - decay
    one_minus_decay_to_t = 1 - decay**t
    one_minus_decay_to_t_squared = (1 - decay**t)**2
    return {
        "one_minus_decay": one_minus_decay,
        "one_minus_decay_to_t": one_minus_decay_to_t,
        "one_minus_decay_to_t_squared": one_minus_decay_to_t_squared,
    }


@blocked(work="scaled product denominator quotient")
def bias_correction_centered_nesterov_update(
    theta, g, m, v, b, learning_rate, decay, eps, momentum, one_minus_decay, one_minus_decay_to_t,
    one_minus_decay_to_t_squared, scaled, product, denominator, quotient,
):
    """Entrywise work on one block, in place."""
    # m[t] = decay*m[t-1] + (1 - decay)*g[t]
    np.multiply(m, decay, out=m)
    np.multiply(g, one_minus_decay, out=product)
    np.add(m, product, out=m)
    # v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
    np.multiply(v, decay, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_decay, out=product)
    np.add(v, product, out=v)
    # scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
    np.multiply(g, learning_rate, out=scaled)
    np.divide(v, one_minus_decay_to_t, out=denominator)
    np.multiply(m, m, out=quotient)
    np.divide(quotient, one_minus_decay_to_t_squared, out=quotient)
    np.subtract(denominator, quotient, out=denominator)
    np.sqrt(denominator, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(scaled, denominator, out=scaled)
    np.negative(scaled, out=scaled)
    # b[t] = momentum*b[t-1] + scaled[t]
    np.multiply(b, momentum, out=b)
    np.add(b, scaled, out=b)
    # theta[t] = theta[t-1] + momentum*b[t] + scaled[t]
    np.multiply(b, momentum, out=product)
    np.add(theta, product, out=theta)
    np.add(theta, scaled, out=theta)


def bias_correction_centered_nesterov_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(bias_correction_centered_nesterov_host)
    step.ask("g", "grad")
    step.blocks(bias_correction_centered_nesterov_update)
    step.commit()


BIAS_CORRECTION_CENTERED_NESTEROV_RULE = Rule(
    name="rmsprop",
    dialect="optax",
    hyper=(
        Hyper("learning_rate", None, "[0, inf)", "learning rate"),
        Hyper("decay", 0.9, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("initial_scale", 0, "[0, inf)", "start of the average of squared gradients"),
        Hyper("momentum", 0, "[0, inf)", "momentum: the share of the last velocity that is kept"),
    ),
    state=(State("m"), State("v", start=lambda initial_scale: initial_scale), State("b"),),
    oracles=("grad",),
    advance=bias_correction_centered_nesterov_advance,
)


class rmsprop(Optimizer):
    """optax.rmsprop: optax 0.2.8, optax/_src/alias.py.

    The learning rate stands inside the trace. Bias correction divides an average that starts at
    initial_scale as if it had started at zero; if it did, and is centered, the first variance is
    zero and the first step g/sqrt(eps) or g/eps.

    Equations with bias_correction=False, centered=False, eps_in_sqrt=True, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=True, centered=False, eps_in_sqrt=True, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=False, centered=False, eps_in_sqrt=True, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t] + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=True, centered=False, eps_in_sqrt=True, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=False, centered=True, eps_in_sqrt=True, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=True, centered=True, eps_in_sqrt=True, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=False, centered=True, eps_in_sqrt=True, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t] - m[t]**2 + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=True, centered=True, eps_in_sqrt=True, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2 + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=False, centered=False, eps_in_sqrt=False, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=True, centered=False, eps_in_sqrt=False, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=False, centered=False, eps_in_sqrt=False, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=True, centered=False, eps_in_sqrt=False, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t)) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=False, centered=True, eps_in_sqrt=False, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=True, centered=True, eps_in_sqrt=False, nesterov=False
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + b[t]

    Equations with bias_correction=False, centered=True, eps_in_sqrt=False, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t] - m[t]**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Equations with bias_correction=True, centered=True, eps_in_sqrt=False, nesterov=True
        v[0] = initial_scale
        g[t] = grad(theta[t-1])
        m[t] = decay*m[t-1] + (1 - decay)*g[t]
        v[t] = decay*v[t-1] + (1 - decay)*g[t]**2
        scaled[t] = -learning_rate*g[t]/(sqrt(v[t]/(1 - decay**t) - m[t]**2/(1 - decay**t)**2) + eps)
        b[t] = momentum*b[t-1] + scaled[t]
        theta[t] = theta[t-1] + momentum*b[t] + scaled[t]

    Proved
        optax.rmsprop = keras.RMSprop under velocity = -b (DL4: proved for all losses, all t,
            learning_rate, decay, eps, momentum varying with t)
        optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0) (DL4a: proved for
            all losses, all t)
        optax.rmsprop(bias_correction=True) = optax.adam(b1=0) (DL4f: proved for all losses, all
            t, learning_rate varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        learning_rate: learning rate, in [0, inf); required
        decay: decay of the moving average of squared gradients, in [0, 1); default 0.9
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        initial_scale: start of the average of squared gradients, in [0, inf); default 0
        momentum: momentum: the share of the last velocity that is kept, in [0, inf); default 0
        eps_in_sqrt: one of True, False
        centered: one of False, True
        nesterov: one of False, True
        bias_correction: one of False, True
    """

    rules = (
        ((('bias_correction', False), ('centered', False), ('eps_in_sqrt', True), ('nesterov', False)), EPS_IN_SQRT_RULE),
        ((('bias_correction', True), ('centered', False), ('eps_in_sqrt', True), ('nesterov', False)), BIAS_CORRECTION_EPS_IN_SQRT_RULE),
        ((('bias_correction', False), ('centered', False), ('eps_in_sqrt', True), ('nesterov', True)), EPS_IN_SQRT_NESTEROV_RULE),
        ((('bias_correction', True), ('centered', False), ('eps_in_sqrt', True), ('nesterov', True)), BIAS_CORRECTION_EPS_IN_SQRT_NESTEROV_RULE),
        ((('bias_correction', False), ('centered', True), ('eps_in_sqrt', True), ('nesterov', False)), CENTERED_EPS_IN_SQRT_RULE),
        ((('bias_correction', True), ('centered', True), ('eps_in_sqrt', True), ('nesterov', False)), BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_RULE),
        ((('bias_correction', False), ('centered', True), ('eps_in_sqrt', True), ('nesterov', True)), CENTERED_EPS_IN_SQRT_NESTEROV_RULE),
        ((('bias_correction', True), ('centered', True), ('eps_in_sqrt', True), ('nesterov', True)), BIAS_CORRECTION_CENTERED_EPS_IN_SQRT_NESTEROV_RULE),
        ((('bias_correction', False), ('centered', False), ('eps_in_sqrt', False), ('nesterov', False)), PLAIN_RULE),
        ((('bias_correction', True), ('centered', False), ('eps_in_sqrt', False), ('nesterov', False)), BIAS_CORRECTION_RULE),
        ((('bias_correction', False), ('centered', False), ('eps_in_sqrt', False), ('nesterov', True)), NESTEROV_RULE),
        ((('bias_correction', True), ('centered', False), ('eps_in_sqrt', False), ('nesterov', True)), BIAS_CORRECTION_NESTEROV_RULE),
        ((('bias_correction', False), ('centered', True), ('eps_in_sqrt', False), ('nesterov', False)), CENTERED_RULE),
        ((('bias_correction', True), ('centered', True), ('eps_in_sqrt', False), ('nesterov', False)), BIAS_CORRECTION_CENTERED_RULE),
        ((('bias_correction', False), ('centered', True), ('eps_in_sqrt', False), ('nesterov', True)), CENTERED_NESTEROV_RULE),
        ((('bias_correction', True), ('centered', True), ('eps_in_sqrt', False), ('nesterov', True)), BIAS_CORRECTION_CENTERED_NESTEROV_RULE),
    )
    choices = {'eps_in_sqrt': (True, False), 'centered': (False, True), 'nesterov': (False, True), 'bias_correction': (False, True)}

    def __init__(
        self,
        params: Params,
        *,
        learning_rate: HyperValue,
        decay: HyperValue = 0.9,
        eps: HyperValue = 1e-08,
        initial_scale: HyperValue = 0,
        momentum: HyperValue = 0,
        eps_in_sqrt: bool = True,
        centered: bool = False,
        nesterov: bool = False,
        bias_correction: bool = False,
    ) -> None:
        super().__init__(
            params,
            learning_rate=learning_rate,
            decay=decay,
            eps=eps,
            initial_scale=initial_scale,
            momentum=momentum,
            eps_in_sqrt=eps_in_sqrt,
            centered=centered,
            nesterov=nesterov,
            bias_correction=bias_correction,
        )

"""torch.Adam: PyTorch 2.13, torch/optim/adam.py.

amsgrad keeps the largest average of squares as it stands, and corrects it as if it were the
last one.

Equations with amsgrad=False, decoupled_weight_decay=False, maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=False, decoupled_weight_decay=True, maximize=False
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=False, decoupled_weight_decay=False, maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=False, decoupled_weight_decay=True, maximize=True
    g[t] = -grad(theta[t-1])
    decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_hat[t] = v[t]/(1 - beta2**t)
    theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=True, decoupled_weight_decay=False, maximize=False
    g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    v_hat[t] = v_max[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=True, decoupled_weight_decay=True, maximize=False
    g[t] = grad(theta[t-1])
    decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    v_hat[t] = v_max[t]/(1 - beta2**t)
    theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=True, decoupled_weight_decay=False, maximize=True
    g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    v_hat[t] = v_max[t]/(1 - beta2**t)
    theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Equations with amsgrad=True, decoupled_weight_decay=True, maximize=True
    g[t] = -grad(theta[t-1])
    decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    v_max[t] = max(v[t], v_max[t-1])
    v_hat[t] = v_max[t]/(1 - beta2**t)
    theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

Proved
    Adam = torch.Adam = optax.adam (K1: proved for all losses, all t, lr, beta1, beta2, eps
        varying with t)
    torch.Adam = optax.adam(eps_root=0) (DL5: proved for all losses, all t, lr, beta1, beta2,
        eps varying with t)
    torch.Adam(decoupled_weight_decay=True) = torch.AdamW (DL5c: proved for all losses, all t,
        lr, beta1, beta2, eps, weight_decay varying with t)
    torch.Adam(amsgrad=True, eps=0) = keras.Adam(amsgrad=True, epsilon=0) (DL6a: proved for
        all losses, all t, lr varying with t)

Do not edit. Made from the declaration torch.Adam and the template numpy/module.py.j2;
remake it with: gen kernels --backend numpy
Digest: 1251004378163aef
"""

from __future__ import annotations

import numpy as np

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, blocked


def plain_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="g v_hat product quotient denominator")
def plain_update(
    theta, m, v, g2, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, g, v_hat, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.add(g, g2, out=g)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(plain_host)
    step.ask("g2", "grad")
    step.blocks(plain_update)
    step.commit()


PLAIN_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=plain_advance,
)


def decoupled_weight_decay_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="decayed v_hat product denominator")
def decoupled_weight_decay_update(
    theta, g, m, v, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, decayed, v_hat, product, denominator,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_lr_weight_decay, out=decayed)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=theta)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


def decoupled_weight_decay_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_host)
    step.ask("g", "grad")
    step.blocks(decoupled_weight_decay_update)
    step.commit()


DECOUPLED_WEIGHT_DECAY_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=decoupled_weight_decay_advance,
)


def maximize_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="g v_hat product quotient denominator")
def maximize_update(
    theta, m, v, g2, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, g, v_hat, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.subtract(g, g2, out=g)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(maximize_host)
    step.ask("g2", "grad")
    step.blocks(maximize_update)
    step.commit()


MAXIMIZE_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=maximize_advance,
)


def decoupled_weight_decay_maximize_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="g decayed v_hat product denominator")
def decoupled_weight_decay_maximize_update(
    theta, m, v, g2, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, g, decayed, v_hat, product, denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = -grad(theta[t-1])
    np.negative(g2, out=g)
    # decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_lr_weight_decay, out=decayed)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_hat[t] = v[t]/(1 - beta2**t)
    np.divide(v, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=theta)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


def decoupled_weight_decay_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(decoupled_weight_decay_maximize_host)
    step.ask("g2", "grad")
    step.blocks(decoupled_weight_decay_maximize_update)
    step.commit()


DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"),),
    oracles=("grad",),
    advance=decoupled_weight_decay_maximize_advance,
)


def amsgrad_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="g v_hat product quotient denominator")
def amsgrad_update(
    theta, m, v, v_max, g2, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, g, v_hat, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.add(g, g2, out=g)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_max[t] = max(v[t], v_max[t-1])
    np.maximum(v, v_max, out=v_max)
    # v_hat[t] = v_max[t]/(1 - beta2**t)
    np.divide(v_max, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def amsgrad_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(amsgrad_host)
    step.ask("g2", "grad")
    step.blocks(amsgrad_update)
    step.commit()


AMSGRAD_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=amsgrad_advance,
)


def amsgrad_decoupled_weight_decay_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="decayed v_hat product denominator")
def amsgrad_decoupled_weight_decay_update(
    theta, g, m, v, v_max, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1,
    one_minus_beta2, one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, decayed, v_hat, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_lr_weight_decay, out=decayed)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_max[t] = max(v[t], v_max[t-1])
    np.maximum(v, v_max, out=v_max)
    # v_hat[t] = v_max[t]/(1 - beta2**t)
    np.divide(v_max, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=theta)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


def amsgrad_decoupled_weight_decay_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(amsgrad_decoupled_weight_decay_host)
    step.ask("g", "grad")
    step.blocks(amsgrad_decoupled_weight_decay_update)
    step.commit()


AMSGRAD_DECOUPLED_WEIGHT_DECAY_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=amsgrad_decoupled_weight_decay_advance,
)


def amsgrad_maximize_host(t, lr, beta1, beta2):
    """Numbers of this step that need no data, in float64."""
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="g v_hat product quotient denominator")
def amsgrad_maximize_update(
    theta, m, v, v_max, g2, beta1, beta2, eps, weight_decay, one_minus_beta1, one_minus_beta2,
    one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, g, v_hat, product, quotient, denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
    np.multiply(theta, weight_decay, out=g)
    np.subtract(g, g2, out=g)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_max[t] = max(v[t], v_max[t-1])
    np.maximum(v, v_max, out=v_max)
    # v_hat[t] = v_max[t]/(1 - beta2**t)
    np.divide(v_max, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=quotient)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(quotient, denominator, out=quotient)
    np.subtract(theta, quotient, out=theta)


def amsgrad_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(amsgrad_maximize_host)
    step.ask("g2", "grad")
    step.blocks(amsgrad_maximize_update)
    step.commit()


AMSGRAD_MAXIMIZE_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=amsgrad_maximize_advance,
)


def amsgrad_decoupled_weight_decay_maximize_host(t, lr, beta1, beta2, weight_decay):
    """Numbers of this step that need no data, in float64."""
    one_minus_lr_weight_decay = 1 - lr*weight_decay
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_minus_beta2_to_t = 1 - beta2**t
    lr_over_one_minus_beta1_to_t = lr/(1 - beta1**t)
    return {
        "one_minus_lr_weight_decay": one_minus_lr_weight_decay,
        "one_minus_beta1": one_minus_beta1,
        "one_minus_beta2": one_minus_beta2,
        "one_minus_beta2_to_t": one_minus_beta2_to_t,
        "lr_over_one_minus_beta1_to_t": lr_over_one_minus_beta1_to_t,
    }


@blocked(work="g decayed v_hat product denominator")
def amsgrad_decoupled_weight_decay_maximize_update(
    theta, m, v, v_max, g2, beta1, beta2, eps, one_minus_lr_weight_decay, one_minus_beta1,
    one_minus_beta2, one_minus_beta2_to_t, lr_over_one_minus_beta1_to_t, g, decayed, v_hat, product,
    denominator,
):
    """Entrywise work on one block, in place."""
    # g[t] = -grad(theta[t-1])
    np.negative(g2, out=g)
    # decayed[t] = (1 - lr*weight_decay)*theta[t-1]
    np.multiply(theta, one_minus_lr_weight_decay, out=decayed)
    # m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    np.multiply(m, beta1, out=m)
    np.multiply(g, one_minus_beta1, out=product)
    np.add(m, product, out=m)
    # v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
    np.multiply(v, beta2, out=v)
    np.multiply(g, g, out=product)
    np.multiply(product, one_minus_beta2, out=product)
    np.add(v, product, out=v)
    # v_max[t] = max(v[t], v_max[t-1])
    np.maximum(v, v_max, out=v_max)
    # v_hat[t] = v_max[t]/(1 - beta2**t)
    np.divide(v_max, one_minus_beta2_to_t, out=v_hat)
    # theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))
    np.multiply(m, lr_over_one_minus_beta1_to_t, out=theta)
    np.sqrt(v_hat, out=denominator)
    np.add(denominator, eps, out=denominator)
    np.divide(theta, denominator, out=theta)
    np.subtract(decayed, theta, out=theta)


def amsgrad_decoupled_weight_decay_maximize_advance(step: Step) -> None:
    """One step, pass by pass."""
    step.host(amsgrad_decoupled_weight_decay_maximize_host)
    step.ask("g2", "grad")
    step.blocks(amsgrad_decoupled_weight_decay_maximize_update)
    step.commit()


AMSGRAD_DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE = Rule(
    name="Adam",
    dialect="torch",
    hyper=(
        Hyper("lr", 0.001, "[0, inf)", "learning rate"),
        Hyper("beta1", 0.9, "[0, 1)", "decay of the moving average of gradients"),
        Hyper("beta2", 0.999, "[0, 1)", "decay of the moving average of squared gradients"),
        Hyper("eps", 1e-08, "[0, inf)", "keeps the denominator from zero"),
        Hyper("weight_decay", 0, "[0, inf)", "weight decay"),
    ),
    state=(State("m"), State("v"), State("v_max"),),
    oracles=("grad",),
    advance=amsgrad_decoupled_weight_decay_maximize_advance,
)


class Adam(Optimizer):
    """torch.Adam: PyTorch 2.13, torch/optim/adam.py.

    amsgrad keeps the largest average of squares as it stands, and corrects it as if it were the
    last one.

    Equations with amsgrad=False, decoupled_weight_decay=False, maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=False, decoupled_weight_decay=True, maximize=False
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=False, decoupled_weight_decay=False, maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=False, decoupled_weight_decay=True, maximize=True
        g[t] = -grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_hat[t] = v[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=True, decoupled_weight_decay=False, maximize=False
        g[t] = weight_decay*theta[t-1] + grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=True, decoupled_weight_decay=True, maximize=False
        g[t] = grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=True, decoupled_weight_decay=False, maximize=True
        g[t] = weight_decay*theta[t-1] - grad(theta[t-1])
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = theta[t-1] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Equations with amsgrad=True, decoupled_weight_decay=True, maximize=True
        g[t] = -grad(theta[t-1])
        decayed[t] = (1 - lr*weight_decay)*theta[t-1]
        m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
        v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2
        v_max[t] = max(v[t], v_max[t-1])
        v_hat[t] = v_max[t]/(1 - beta2**t)
        theta[t] = decayed[t] - lr*m[t]/((1 - beta1**t)*(sqrt(v_hat[t]) + eps))

    Proved
        Adam = torch.Adam = optax.adam (K1: proved for all losses, all t, lr, beta1, beta2, eps
            varying with t)
        torch.Adam = optax.adam(eps_root=0) (DL5: proved for all losses, all t, lr, beta1, beta2,
            eps varying with t)
        torch.Adam(decoupled_weight_decay=True) = torch.AdamW (DL5c: proved for all losses, all t,
            lr, beta1, beta2, eps, weight_decay varying with t)
        torch.Adam(amsgrad=True, eps=0) = keras.Adam(amsgrad=True, epsilon=0) (DL6a: proved for
            all losses, all t, lr varying with t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 0.001
        beta1: decay of the moving average of gradients, in [0, 1); default 0.9
        beta2: decay of the moving average of squared gradients, in [0, 1); default 0.999
        eps: keeps the denominator from zero, in [0, inf); default 1e-08
        weight_decay: weight decay, in [0, inf); default 0
        amsgrad: one of False, True
        maximize: one of False, True
        decoupled_weight_decay: one of False, True
    """

    rules = (
        ((('amsgrad', False), ('decoupled_weight_decay', False), ('maximize', False)), PLAIN_RULE),
        ((('amsgrad', False), ('decoupled_weight_decay', True), ('maximize', False)), DECOUPLED_WEIGHT_DECAY_RULE),
        ((('amsgrad', False), ('decoupled_weight_decay', False), ('maximize', True)), MAXIMIZE_RULE),
        ((('amsgrad', False), ('decoupled_weight_decay', True), ('maximize', True)), DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE),
        ((('amsgrad', True), ('decoupled_weight_decay', False), ('maximize', False)), AMSGRAD_RULE),
        ((('amsgrad', True), ('decoupled_weight_decay', True), ('maximize', False)), AMSGRAD_DECOUPLED_WEIGHT_DECAY_RULE),
        ((('amsgrad', True), ('decoupled_weight_decay', False), ('maximize', True)), AMSGRAD_MAXIMIZE_RULE),
        ((('amsgrad', True), ('decoupled_weight_decay', True), ('maximize', True)), AMSGRAD_DECOUPLED_WEIGHT_DECAY_MAXIMIZE_RULE),
    )
    choices = {'amsgrad': (False, True), 'maximize': (False, True), 'decoupled_weight_decay': (False, True)}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 0.001,
        beta1: HyperValue = 0.9,
        beta2: HyperValue = 0.999,
        eps: HyperValue = 1e-08,
        weight_decay: HyperValue = 0,
        amsgrad: bool = False,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            decoupled_weight_decay=decoupled_weight_decay,
        )

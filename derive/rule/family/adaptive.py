"""Learning rates per coordinate, from squared gradients: Adagrad, RMSProp, Adadelta.

All squares and roots are entrywise; `v[t]` and `G[t]` are the diagonal that the papers write as the
diagonal of a matrix.
"""

from __future__ import annotations

from optwright.derive.language import (
    Eq,
    G,
    Optimizer,
    Source,
    Variable,
    eps,
    g,
    lr,
    m,
    rho,
    sqrt,
    t,
    theta,
    u,
    v,
)
from optwright.derive.language import momentum as mu
from optwright.derive.language.block import ema, leaky_sum
from optwright.derive.language.declaration import Declaration

eps_outside = Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(v[t]) + eps))
eps_inside = Eq(theta[t], theta[t - 1] - lr * g[t] / sqrt(v[t] + eps))

adagrad = Optimizer(
    name="Adagrad",
    source=Source(
        "Duchi, Hazan & Singer 2011",
        "Figure 1, diagonal form",
        note="ADG (D2 lesson, review, quiz), ADG-c (D4)",
    ),
    hyper=(lr(0.01), eps(1e-8)),
    state=(G,),
    step=(
        Eq(G[t], G[t - 1] + g[t] ** 2),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(G[t]) + eps)),
    ),
    invariants=(G[t] >= 0,),
    family="adaptive",
    note="The sum of squares never falls, so the rate of a coordinate never rises.",
)

leaky_adagrad = Optimizer(
    name="LeakyAdagrad",
    source=Source(
        "Tieleman & Hinton 2012", "Lecture 6.5, without the weight 1 - rho of the average"
    ),
    hyper=(lr(0.01), rho(0.9, range="[0, 1]"), eps(1e-8)),
    state=(G,),
    step=(
        leaky_sum(g[t] ** 2, G, rho),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(G[t]) + eps)),
    ),
    invariants=(G[t] >= 0,),
    family="adaptive",
    note=(
        "Adagrad whose sum fades: Adagrad at rho = 1, RMSProp but for a factor of the "
        "learning rate below."
    ),
)

rmsprop = Optimizer(
    name="RMSProp",
    source=Source(
        "Tieleman & Hinton 2012",
        "Lecture 6.5",
        note="RMS-D2 (D2 lesson, there called Adadelta), RMS-D3, RMS-D4",
    ),
    hyper=(lr(1e-3), rho(0.9), eps(1e-8)),
    state=(v,),
    step=(ema(g[t] ** 2, v, rho), eps_outside),
    invariants=(v[t] >= 0,),
    family="adaptive",
    note="The lecture gives no eps; outside the root is where PyTorch and most texts put it.",
)

rmsprop_eps_inside = rmsprop.replace(
    name="RMSPropEpsInside",
    source=Source(
        "Tieleman & Hinton 2012",
        "Lecture 6.5, eps inside the root",
        note="RMS-D2r (D2 review, there called Adadelata)",
    ),
    step=(ema(g[t] ** 2, v, rho), eps_inside),
    note="eps stands inside the root, as Keras and optax put it.",
)

rmsprop_no_root = rmsprop.replace(
    name="RMSPropNoRoot",
    source=Source("An article on momentum, RMSProp and Adam (D1)", "RMS-D1"),
    hyper=(lr(1e-3), rho(0.9), eps(1e-10)),
    step=(
        ema(g[t] ** 2, v, rho),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (v[t] + eps)),
    ),
    note=(
        "Divides by the average of squares itself: no RMSProp, its step grows as gradients shrink."
    ),
)

rms_d0 = rmsprop.replace(
    name="RMS_D0",
    dialect="texts",
    source=Source("An essay on gradient descent (D0)", "RMS-D0"),
    hyper=(lr(1e-3), rho(0.9), eps(1e-8)),
    state=(m,),
    step=(
        ema(g[t], m, rho),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(m[t]) + eps)),
    ),
    invariants=(),
    note=(
        "The essay's words taken literally: an average of gradients, not of squares. Where it "
        "is negative "
        "there is no real root, and no step."
    ),
)

delta = Variable("delta", r"\Delta")
average = Variable("average", r"\bar{g}")
variance = Variable("variance", r"\sigma^2")

rmsprop_graves = Optimizer(
    name="RMSPropGraves",
    source=Source("Graves 2013", "eqs. (38) to (41)", arxiv="1308.0850"),
    hyper=(lr(1e-4), rho(0.95), mu(0.9), eps(1e-4)),
    state=(v, average, delta),
    step=(
        ema(g[t] ** 2, v, rho),
        ema(g[t], average, rho),
        Eq(variance[t], v[t] - average[t] ** 2),
        Eq(delta[t], mu * delta[t - 1] - lr * g[t] / sqrt(variance[t] + eps)),
        Eq(theta[t], theta[t - 1] + delta[t]),
    ),
    invariants=(v[t] >= average[t] ** 2,),
    family="adaptive",
    note=(
        "Centred RMSProp with momentum: divides by an estimate of the gradients' standard "
        "deviation."
    ),
)

adadelta = Optimizer(
    name="Adadelta",
    source=Source("Zeiler 2012", "Algorithm 1", arxiv="1212.5701"),
    hyper=(rho(0.95), eps(1e-6)),
    state=(v, u),
    step=(
        ema(g[t] ** 2, v, rho),
        Eq(delta[t], -sqrt(u[t - 1] + eps) / sqrt(v[t] + eps) * g[t]),
        ema(delta[t] ** 2, u, rho),
        Eq(theta[t], theta[t - 1] + delta[t]),
    ),
    invariants=(v[t] >= 0, u[t] >= 0),
    family="adaptive",
    note=(
        "No learning rate: the last steps' root mean square gives the step the units of the "
        "parameters."
    ),
)

declarations: tuple[Declaration, ...] = (
    adagrad,
    leaky_adagrad,
    rmsprop,
    rmsprop_eps_inside,
    rmsprop_no_root,
    rmsprop_graves,
    adadelta,
    rms_d0,
)

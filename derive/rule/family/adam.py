"""Adam, the places of its eps and of weight decay, and the forms that leave parts out."""

from __future__ import annotations

from optwright.derive.language import (
    Eq,
    Optimizer,
    Parameter,
    Source,
    Variable,
    beta1,
    beta2,
    eps,
    g,
    lr,
    m,
    m_hat,
    sqrt,
    t,
    theta,
    v,
    v_hat,
    weight_decay,
)
from optwright.derive.language.block import (
    bias_correction,
    coupled_decay,
    decayed,
    decoupled_decay,
    ema,
)
from optwright.derive.language.declaration import Declaration

moments = (ema(g[t], m, beta1), ema(g[t] ** 2, v, beta2))
corrections = (bias_correction(m, m_hat, beta1), bias_correction(v, v_hat, beta2))
corrected_step = Eq(theta[t], theta[t - 1] - lr * m_hat[t] / (sqrt(v_hat[t]) + eps))

adam = Optimizer(
    name="Adam",
    source=Source("Kingma & Ba 2015", "Algorithm 1", arxiv="1412.6980", note="ADAM-D4"),
    hyper=(lr(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)),
    state=(m, v),
    step=(*moments, *corrections, corrected_step),
    invariants=(v[t] >= 0,),
    family="adam",
    note=(
        "Adaptive moment estimation: averages of gradients and of their squares, both "
        "corrected for starting at zero."
    ),
)

adam_no_correction = adam.replace(
    name="AdamNoCorrection",
    source=Source(
        "Kingma & Ba 2015",
        "Algorithm 1 without lines for bias correction",
        arxiv="1412.6980",
        note="ADAM-D3",
    ),
    step=(*moments, Eq(theta[t], theta[t - 1] - lr * m[t] / (sqrt(v[t]) + eps))),
    note=(
        "Without bias correction the first steps are larger, 3.16 times at t = 1 with the "
        "usual decays."
    ),
)

adam_eps_inside = adam.replace(
    name="AdamEpsInside",
    source=Source("Kingma & Ba 2015", "Algorithm 1, eps inside the root", arxiv="1412.6980"),
    step=(
        *moments,
        *corrections,
        Eq(theta[t], theta[t - 1] - lr * m_hat[t] / sqrt(v_hat[t] + eps)),
    ),
    note=(
        "eps stands inside the root (optax calls it eps_root): its root is what bounds the "
        "denominator."
    ),
)

rate = Variable("rate", r"\eta_t")

adam_eps_hat = adam.replace(
    name="AdamEpsHat",
    source=Source(
        "Kingma & Ba 2015", "section 2, the reordered form with constant eps-hat", arxiv="1412.6980"
    ),
    step=(
        *moments,
        Eq(rate[t], lr * sqrt(1 - beta2**t) / (1 - beta1**t)),
        Eq(theta[t], theta[t - 1] - rate[t] * m[t] / (sqrt(v[t]) + eps)),
    ),
    note=(
        "Corrections are folded into the rate and eps is added before them, as Keras and "
        "Chainer do."
    ),
)

adam_l2 = adam.replace(
    name="AdamL2",
    source=Source(
        "Loshchilov & Hutter 2019",
        "Algorithm 2, Adam with L2 regularization",
        arxiv="1711.05101",
        note="Adam + L2 (D4)",
    ),
    hyper=(lr(1e-3), beta1(0.9), beta2(0.999), eps(1e-8), weight_decay(0.01)),
    step=(coupled_decay(weight_decay), *moments, *corrections, corrected_step),
    note="The penalty's gradient passes through the moments, so large gradients weaken the decay.",
)

multiplier = Parameter(
    "multiplier", "[0, inf)", "coefficient", r"\eta_t", "schedule multiplier of the whole step"
)

adamw = adam.replace(
    name="AdamW",
    source=Source("Loshchilov & Hutter 2019", "Algorithm 2", arxiv="1711.05101", note="ADAMW (D4)"),
    hyper=(lr(1e-3), beta1(0.9), beta2(0.999), eps(1e-8), weight_decay(1e-5), multiplier(1)),
    step=(
        *moments,
        *corrections,
        Eq(
            theta[t],
            theta[t - 1]
            - multiplier * (lr * m_hat[t] / (sqrt(v_hat[t]) + eps) + weight_decay * theta[t - 1]),
        ),
    ),
    note=(
        "As the paper writes it, weight_decay is not multiplied by lr but by the schedule's "
        "multiplier alone. "
        "PyTorch, optax and Keras multiply it: their 0.01 at lr = 1e-3 is 1e-5 here."
    ),
)

adamw_text = adam_l2.replace(
    name="ADAMW",
    dialect="texts",
    source=Source("Lecture notes on optimization (D4)", "ADAMW"),
    step=(
        decoupled_decay(lr * weight_decay),
        *moments,
        *corrections,
        Eq(theta[t], decayed[t] - lr * m_hat[t] / (sqrt(v_hat[t]) + eps)),
    ),
    note="AdamW with weight decay times the learning rate, as frameworks compute it.",
)

adam_d1 = adam_no_correction.replace(
    name="ADAM_D1",
    dialect="texts",
    source=Source("An article on momentum, RMSProp and Adam (D1)", "ADAM-D1"),
    hyper=(lr(1e-3), beta1(0.9), beta2(0.99), eps(1e-10)),
    note="AdamNoCorrection with the article's beta2 = 0.99 and eps = 1e-10.",
)

adam_d2 = adam_no_correction.replace(
    name="ADAM_D2",
    dialect="texts",
    source=Source("A learning site's lesson and review (D2)", "ADAM-D2, ADAM-D2r"),
    step=(*moments, Eq(theta[t], theta[t - 1] - lr * m[t] / sqrt(v[t] + eps))),
    note=(
        "No bias correction and eps inside the root. The site gives one decay, 0.9, and no "
        "recursion for "
        "the squares: Adam's is supplied."
    ),
)

declarations: tuple[Declaration, ...] = (
    adam,
    adam_no_correction,
    adam_eps_inside,
    adam_eps_hat,
    adam_l2,
    adamw,
    adam_d1,
    adam_d2,
    adamw_text,
)

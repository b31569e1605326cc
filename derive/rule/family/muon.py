"""Muon: momentum, orthogonalised by Newton–Schulz, for matrices; AdamW for the rest."""

from __future__ import annotations

from sympy import Symbol

from optwright.derive.compose import chain, decoupled_decay, rename
from optwright.derive.language import (
    Eq,
    Loop,
    Max,
    Optimizer,
    Parameter,
    Rational,
    Route,
    Source,
    Variable,
    Where,
    beta1,
    beta2,
    dim,
    eps,
    g,
    lr,
    m,
    m_hat,
    matmul,
    momentum,
    norm,
    sqrt,
    t,
    theta,
    transpose,
    u,
    v,
    v_hat,
    variables,
    weight_decay,
)
from optwright.derive.language.declaration import Declaration
from optwright.derive.rule.family.adam import corrections, moments

ns_steps = Parameter("ns_steps", "integer [1, inf)", "count", None, "Newton–Schulz iterations")
X, A, B, direction = variables("X A B direction")
scale = Variable("scale")
k = Symbol("k", integer=True)
quintic = (Rational("3.4445"), Rational("-4.7750"), Rational("2.0315"))

source = Source(
    "Jordan et al. 2024", "Muon: an optimizer for hidden layers in neural networks, Algorithm 2"
)

newton_schulz = Loop(
    k,
    1,
    ns_steps,
    init=(Eq(X[0], u[t] / Max(norm(u[t]), eps)),),
    body=(
        Eq(A[k], matmul(X[k - 1], transpose(X[k - 1]))),
        Eq(B[k], quintic[1] * A[k] + quintic[2] * matmul(A[k], A[k])),
        Eq(X[k], quintic[0] * X[k - 1] + matmul(B[k], X[k - 1])),
    ),
)
"""The quintic iteration that moves every singular value of u towards 1."""

matrices = Optimizer(
    name="MuonMatrix",
    source=source,
    shape="matrix",
    hyper=(lr(0.02), momentum(0.95), weight_decay(0), eps(1e-7), ns_steps(5)),
    state=(m,),
    step=(
        Eq(m[t], momentum * m[t - 1] + (1 - momentum) * g[t]),
        Eq(u[t], momentum * m[t] + (1 - momentum) * g[t]),
        newton_schulz,
        Eq(direction[t], X[ns_steps]),
        Eq(scale[t], lr * sqrt(Max(1, dim(-2) / dim(-1)))),
        Eq(theta[t], theta[t - 1] * (1 - lr * weight_decay) - scale[t] * direction[t]),
    ),
    family="orthogonal",
    note="Nesterov momentum, as in the authors' code.",
)

fallback = rename(
    chain(
        decoupled_decay(0),
        Optimizer(
            name="AdamFallback",
            source=Source("Kingma & Ba 2015", "Algorithm 1", arxiv="1412.6980"),
            hyper=(lr(3e-4), beta1(0.9), beta2(0.95), eps(1e-10)),
            state=(m, v),
            step=(
                *moments,
                *corrections,
                Eq(theta[t], theta[t - 1] - lr * m_hat[t] / (sqrt(v_hat[t]) + eps)),
            ),
            invariants=(v[t] >= 0,),
        ),
    ),
    prefix="adam_",
)

muon = Route(
    name="Muon",
    source=source,
    branches=((Where(ndim_at_least=2, ndim_at_most=2), matrices), (Where(), fallback)),
    family="orthogonal",
    note=(
        "Two-dimensional tensors get the nearest orthogonal matrix to their momentum, all others "
        "AdamW with hyperparameters of its own. The authors compute the iteration in bfloat16 and "
        "on the transpose where there are more rows than columns, which is the same in exact "
        "arithmetic; here it keeps the compute type. Embeddings and output layers belong to AdamW "
        "as well: give them a route by name."
    ),
)

declarations: tuple[Declaration, ...] = (muon,)

"""Second moments kept in less than one number per parameter: Adafactor and SM3."""

from __future__ import annotations

from collections.abc import Sequence

from optwright.derive.language import (
    EACH_AXIS,
    Eq,
    Max,
    Min,
    Optimizer,
    Parameter,
    Route,
    Source,
    State,
    Variable,
    Where,
    axes,
    cases,
    g,
    lr,
    max_per_axis,
    mean,
    min_over_axes,
    sqrt,
    t,
    theta,
    v,
    variables,
)
from optwright.derive.language.declaration import Declaration, Statement

beta2_decay = Parameter(
    "beta2_decay", "[0, inf)", "decay", r"\tau", "the decay at step t is 1 - t^(-beta2_decay)"
)
eps1 = Parameter("eps1", "(0, inf)", "eps", r"\epsilon_1", "is added to the squared gradient")
eps2 = Parameter("eps2", "[0, inf)", "eps", r"\epsilon_2", "smallest scale of the parameters")
threshold = Parameter(
    "clip_threshold", "(0, inf)", "coefficient", "d", "largest root mean square of the update"
)
max_lr = Parameter("max_lr", "[0, inf)", "lr", r"\rho_{max}", "largest relative step size")
beta2_t, rho_t, alpha_t, square, U, rms = variables("beta2_t rho_t alpha_t g_square U rms_update")
R, C, V = variables("R C V")


def adafactor_branch(
    name: str, place: str, state: Sequence[State], moments: Sequence[Statement]
) -> Optimizer:
    """Adafactor with the given state and equations for the second moment V."""
    return Optimizer(
        name=name,
        source=Source("Shazeer & Stern 2018", place, arxiv="1804.04235"),
        hyper=(max_lr(0.01), beta2_decay(0.8), eps1(1e-30), eps2(1e-3), threshold(1)),
        state=tuple(state),
        step=(
            Eq(beta2_t[t], 1 - t ** (-beta2_decay)),
            Eq(rho_t[t], Min(max_lr, 1 / sqrt(t))),
            Eq(alpha_t[t], Max(eps2, sqrt(mean(theta[t - 1] ** 2))) * rho_t[t]),
            Eq(square[t], g[t] ** 2 + eps1),
            *moments,
            Eq(U[t], g[t] / sqrt(V[t])),
            Eq(rms[t], sqrt(mean(U[t] ** 2))),
            Eq(theta[t], theta[t - 1] - alpha_t[t] / Max(1, rms[t] / threshold) * U[t]),
        ),
        family="factored",
    )


adafactor = Route(
    name="Adafactor",
    source=Source("Shazeer & Stern 2018", "Algorithms 4 and 5", arxiv="1804.04235"),
    branches=(
        (
            Where(ndim_at_least=2),
            adafactor_branch(
                "AdafactorMatrix",
                "Algorithm 4",
                (State(R, extent=axes(-1)), State(C, extent=axes(-2))),
                (
                    Eq(R[t], beta2_t[t] * R[t - 1] + (1 - beta2_t[t]) * mean(square[t], -1)),
                    Eq(C[t], beta2_t[t] * C[t - 1] + (1 - beta2_t[t]) * mean(square[t], -2)),
                    Eq(V[t], R[t] * C[t] / mean(R[t], -2)),
                ),
            ),
        ),
        (
            Where(),
            adafactor_branch(
                "AdafactorVector",
                "Algorithm 5",
                (State(v),),
                (
                    Eq(v[t], beta2_t[t] * v[t - 1] + (1 - beta2_t[t]) * square[t]),
                    Eq(V[t], v[t]),
                ),
            ),
        ),
    ),
    family="factored",
    note=(
        "Of a matrix only the means of rows and of columns of the squared gradient are kept; the "
        "last two axes are factored. Without a learning rate of its own: the step is relative to "
        "the root mean square of the parameters. Means stand for the paper's sums, which cancel."
    ),
)

nu, mu = Variable("nu", r"\nu"), Variable("mu", r"\mu")

sm3 = Optimizer(
    name="SM3",
    source=Source("Anil et al. 2019", "Algorithm SM3-II", arxiv="1901.11150"),
    hyper=(lr(0.1),),
    state=(State(mu, extent=EACH_AXIS),),
    step=(
        Eq(nu[t], min_over_axes(mu[t - 1]) + g[t] ** 2),
        Eq(mu[t], max_per_axis(nu[t])),
        Eq(theta[t], theta[t - 1] - lr * cases((g[t] / sqrt(nu[t]), nu[t] > 0), 0)),
    ),
    invariants=(nu[t] >= 0,),
    family="factored",
    note=(
        "Adagrad in the memory of one array per axis: the cover sets are the slices of the "
        "tensor. An entry that never had a gradient does not move (the paper's 0/0 = 0)."
    ),
)

declarations: tuple[Declaration, ...] = (adafactor, sm3)

"""A schedule that watches the loss: reduce the learning rate where it no longer falls."""

from __future__ import annotations

from optwright.derive.language import (
    HOST,
    And,
    Eq,
    Equal,
    Max,
    Or,
    Parameter,
    Schedule,
    Source,
    State,
    cases,
    lr,
    t,
    theta,
    value,
    variables,
)
from optwright.derive.language.declaration import Declaration

factor = Parameter("factor", "(0, 1)", "decay", None, "factor of each reduction")
patience = Parameter(
    "patience", "integer [0, inf)", "count", None, "steps without improvement that are tolerated"
)
threshold = Parameter("threshold", "[0, 1)", "other", None, "relative improvement that counts")
cooldown = Parameter(
    "cooldown", "integer [0, inf)", "count", None, "steps of rest after a reduction"
)
min_lr = Parameter("min_lr", "[0, inf)", "lr", None, "smallest learning rate")
lr_eps = Parameter("eps", "[0, inf)", "eps", None, "smallest reduction that is made")
loss, better, best, bad, resting, waited, reduces, rate, lowered = variables(
    "loss better best bad resting waited reduces rate lowered"
)

reduce_on_plateau = Schedule(
    name="ReduceLROnPlateau",
    dialect="torch",
    source=Source(
        "PyTorch 2.13",
        "torch/optim/lr_scheduler.py, ReduceLROnPlateau(mode='min', threshold_mode='rel')",
    ),
    hyper=(
        lr(0.001),
        factor(0.1),
        patience(10),
        threshold(1e-4),
        cooldown(0),
        min_lr(0),
        lr_eps(1e-8),
    ),
    state=tuple(State(x, extent=HOST) for x in (best, bad, resting))
    + (State(rate, init=lr, extent=HOST),),
    step=(
        Eq(loss[t], value(theta[t - 1])),
        Eq(better[t], cases((1, Or(Equal(t, 1), loss[t] < best[t - 1] * (1 - threshold))), 0)),
        Eq(best[t], cases((loss[t], Equal(better[t], 1)), best[t - 1])),
        Eq(waited[t], cases((0, Or(Equal(better[t], 1), resting[t - 1] > 0)), bad[t - 1] + 1)),
        Eq(reduces[t], cases((1, waited[t] > patience), 0)),
        Eq(bad[t], cases((0, Equal(reduces[t], 1)), waited[t])),
        Eq(resting[t], cases((cooldown, Equal(reduces[t], 1)), Max(resting[t - 1] - 1, 0))),
        Eq(lowered[t], Max(rate[t - 1] * factor, min_lr)),
        Eq(
            rate[t],
            cases(
                (lowered[t], And(Equal(reduces[t], 1), rate[t - 1] - lowered[t] > lr_eps)),
                rate[t - 1],
            ),
        ),
    ),
    output=rate[t],
    note=(
        "The loss of step t decides the rate of step t. torch asks once per epoch: give the mean "
        "loss of an epoch, or scale patience and cooldown to steps."
    ),
)

declarations: tuple[Declaration, ...] = (reduce_on_plateau,)

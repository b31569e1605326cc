"""Rules around rules: gathered gradients, clipping, averages; layerwise rates and Muon's buffer."""

from __future__ import annotations

from typing import Any

from sympy import Max, Min, Symbol

from optwright.derive.claim.formula.expression import Conjunction, Identity
from optwright.derive.claim.formula.lowered import Lowered
from optwright.derive.claim.formula.matrix import MatrixIdentity
from optwright.derive.claim.formula.word import Column, Scalar, WordRule, Words
from optwright.derive.claim.relation import Le
from optwright.derive.claim.rule.gathered import Gathered, part
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.rule.symmetry import Scalings, Symmetry
from optwright.derive.claim.statement import Statement
from optwright.derive.compose import accumulate
from optwright.derive.language import (
    And,
    Eq,
    G,
    Optimizer,
    Source,
    State,
    beta,
    eps,
    g,
    grad,
    lr,
    m,
    momentum,
    sign,
    sqrt,
    t,
    theta,
    u,
    v,
    variables,
)
from optwright.derive.language.declaration import Loop, map_statement, substitute
from optwright.derive.language.entry import one_entry
from optwright.derive.rule import catalog
from optwright.derive.rule.family.muon import matrices
from optwright.derive.statement.loss.symmetry import shampoo

descent, rmsprop = catalog.system("GradientDescent"), catalog.system("RMSProp")
adam, outside = catalog.system("Adam"), catalog.system("MomentumSum")
lamb, clipped = catalog.system("LAMB"), catalog.system("ClippedSGD")
free = catalog.system("ScheduleFreeSGD(weight_decay=0, warmup_steps=0)")

resting = {"accumulated": 2, "steps_taken": t, "g_sum": None}
both = (part(1), part(2))
mean = sum(both) / 2

x, z, total, lr_t, weight_sum, w_norm, u_norm = variables("x z total lr_t weight_sum w_norm u_norm")
given = {And(w_norm[t] > 0, u_norm[t] > 0): True}
rate, length, size = Scalar("lr"), Scalar("w_norm"), Scalar("u_norm")
weights, update, scale = Column("theta"), Column("u"), Scalar("clip_scale")
lengths = (WordRule(weights.T @ weights, length**2), WordRule(update.T @ update, size**2))
unclipped = Column("g_raw")


def moved(w: Lowered) -> Words:
    """The square of the length of the move."""
    return w.move.T @ w.move


def lamb_length(share: Words) -> MatrixIdentity:
    """LAMB's move has this length, where weights and update are not zero."""
    return MatrixIdentity(
        lamb,
        lambda w: {"|move|**2": (moved(w), share**2 * length**2)},
        letters=("m", "v", "m_hat", "v_hat", "r", "u", "w_norm", "u_norm"),
        given=given,
        rules=lengths,
        conditions=("w_norm = |theta|, u_norm = |u|",),
    )


def clipped_by(factor: Words) -> MatrixIdentity:
    """Clipped descent moves by this number times the gradient."""
    return MatrixIdentity(
        clipped,
        lambda w: {"move": (w.move, -(factor * unclipped))},
        letters=("g_raw", "g_norm", "clip_scale"),
    )


summed = free.replace(
    name="ScheduleFreeSum",
    source=Source("Defazio et al. 2024", "eq. (5), beside the sum of z", arxiv="2405.15682"),
    state=(*free.state, State(total)),
    step=(*free.step, Eq(total[t], total[t - 1] + z[t])),
)
primal = substitute(free, {beta: 1})
yogi = Optimizer(
    name="Yogi",
    source=Source("Zaheer et al. 2018", "Algorithm 2"),
    hyper=(lr(0.01), beta(0.999), eps(1e-3)),
    state=(v,),
    step=(
        Eq(v[t], v[t - 1] - (1 - beta) * sign(v[t - 1] - g[t] ** 2) * g[t] ** 2),
        Eq(theta[t], theta[t - 1] - lr * g[t] / (sqrt(v[t]) + eps)),
    ),
)

# Muon's two buffers, before the direction is made orthogonal.
buffer_ema = Optimizer(
    name="MuonBufferEMA",
    source=Source("Jordan et al. 2024", "Algorithm 2, buffer as an average"),
    hyper=(lr(0.02), momentum(0.95)),
    state=(m,),
    step=(
        Eq(m[t], momentum * m[t - 1] + (1 - momentum) * g[t]),
        Eq(u[t], momentum * m[t] + (1 - momentum) * g[t]),
        Eq(theta[t], theta[t - 1] - lr * u[t]),
    ),
)
buffer_sum = buffer_ema.replace(
    name="MuonBufferSum",
    source=Source("Jordan et al. 2024", "Algorithm 2, buffer as a sum"),
    step=(
        Eq(m[t], momentum * m[t - 1] + g[t]),
        Eq(u[t], momentum * m[t] + g[t]),
        Eq(theta[t], theta[t - 1] - lr * u[t]),
    ),
)


def of_direction(statement: Any) -> bool:
    """Whether a statement of Muon makes the direction of its step."""
    return isinstance(statement, Loop) or statement.lhs.name in ("direction", "scale")


def of_one_entry(statement: Any) -> Any:
    """The statement on one entry, where matrices are numbers."""
    return statement if statement.has(grad) else map_statement(statement, one_entry)


scale_of, direction = variables("scale direction")
orthogonal = matrices.replace(
    name="Orthogonalised",
    state=(),
    hyper=tuple(h for h in matrices.hyper if h.name in ("lr", "eps", "ns_steps")),
    step=(
        Eq(u[t], g[t]),
        *filter(of_direction, matrices.step),
        Eq(theta[t], theta[t - 1] - scale_of[t] * direction[t]),
    ),
)

# Shampoo of one entry: its matrices are numbers.
single = shampoo.replace(
    name="ShampooOfOne",
    shape="any",
    state=tuple(State(s.variable, init=eps) for s in shampoo.state if isinstance(s, State)),
    step=tuple(map(of_one_entry, shampoo.step)),
)
started = Optimizer(
    name="AdagradFromEps",
    source=Source("Duchi, Hazan & Singer 2011", "diagonal form, started at eps"),
    hyper=(lr(0.1), eps(1e-4)),
    state=(State(G, init=eps),),
    step=(
        Eq(G[t], G[t - 1] + g[t] ** 2),
        Eq(theta[t], theta[t - 1] - lr * g[t] / sqrt(G[t])),
    ),
)

i = Symbol("i", integer=True, positive=True)
n, limit = Symbol("n", positive=True), Symbol("limit", positive=True)
g1, g2 = (Symbol(name, real=True) for name in ("g1", "g2"))


def row(
    id: str,
    words: str,
    claim: Any,
    expected: Any,
    source: str,
    about: str = "",
    brief: str = "",
) -> Statement:
    """A statement, its optimizers in one string."""
    return Statement(id, words, claim, expected, source, tuple(about.split()), (), brief)


goyal = "Goyal et al. 2017, section 2"

statements: tuple[Statement, ...] = (
    row(
        "X1",
        "Descent, momentum, RMSProp and Adam on gradients gathered over two parts of a batch make "
        "the step of the whole batch.",
        Conjunction(
            {
                rule.id: Gathered(
                    accumulate(rule, 2).with_hyper(accumulation_steps=2), rule, 2, mean, resting
                )
                for rule in (descent, outside, rmsprop, adam)
            }
        ),
        "proved",
        goyal,
        "GradientDescent MomentumSum RMSProp Adam",
        "gathered over two parts of a batch = on the whole batch",
    ),
    row(
        "X1x",
        "They make the step of the sum of the two gradients.",
        Gathered(
            accumulate(descent, 2).with_hyper(accumulation_steps=2),
            descent,
            2,
            sum(both),
            resting,
        ),
        "refuted",
        "near miss of X1",
        "GradientDescent",
    ),
    row(
        "X1a",
        "Two steps of descent on the parts at the same rate are one on the mean gradient.",
        Gathered(descent, descent, 2, mean),
        "refuted",
        goyal,
        "GradientDescent",
    ),
    row(
        "X1b",
        "Two steps of Adam on the parts are one step on their mean.",
        Gathered(adam, adam, 2, mean),
        "refuted",
        "near miss of X1",
        "Adam",
    ),
    row(
        "X2",
        "Averaging squared gradients over the parts of a batch is squaring their average.",
        Identity((g1**2 + g2**2) / 2, ((g1 + g2) / 2) ** 2),
        "refuted",
        "Kingma & Ba 2015, Algorithm 1, on accumulated gradients",
    ),
    row(
        "X2a",
        "The mean square is the square of the mean plus the variance of the parts.",
        Identity((g1**2 + g2**2) / 2, ((g1 + g2) / 2) ** 2 + ((g1 - g2) / 2) ** 2),
        "proved",
        "Kingma & Ba 2015, Algorithm 1, on accumulated gradients",
    ),
    row(
        "X3",
        "Clipping by the norm, then descent, is descent at the rate lr*min(1, max_norm/|g|).",
        Conjunction(
            {
                "step": clipped_by(rate * scale),
                "scale": Identity(limit / Max(limit, n), Min(1, limit / n)),
            }
        ),
        "proved",
        "Pascanu, Mikolov & Bengio 2013, Algorithm 1",
        "ClippedSGD",
        "= descent at the rate lr*min(1, max_norm/|g|), for all n",
    ),
    row(
        "X3x",
        "Clipped descent is descent at the rate lr.",
        clipped_by(rate),
        "refuted",
        "near miss of X3",
        "ClippedSGD",
    ),
    row(
        "X3a",
        "Clipping multiplies every gradient by max_norm/|g|.",
        Identity(limit / Max(limit, n), limit / n),
        "refuted",
        "near miss of X3",
        "ClippedSGD",
    ),
    row(
        "X3b",
        "Clipping the gradient does not change Adam.",
        Simulation(catalog.system("ClippedAdam"), adam),
        "refuted",
        "Pascanu, Mikolov & Bengio 2013",
        "ClippedAdam Adam",
    ),
    row(
        "L4",
        "LAMB moves each tensor by lr times its norm, where weights and update are not zero.",
        lamb_length(rate),
        "proved",
        "You et al. 2020, Algorithm 2",
        "LAMB",
        "|move| = lr*|theta|, for all n, where weights and update are not zero",
    ),
    row(
        "L4x",
        "LAMB moves each tensor by lr, whatever its norm is.",
        MatrixIdentity(
            lamb,
            lambda w: {"|move|**2": (moved(w), rate**2)},
            letters=("m", "v", "m_hat", "v_hat", "r", "u", "w_norm", "u_norm"),
            given=given,
            rules=lengths,
        ),
        "refuted",
        "near miss of L4",
        "LAMB",
    ),
    row(
        "L4a",
        "LAMB's move is lr times the tensor's norm squared.",
        lamb_length(rate * length),
        "refuted",
        "near miss of L4",
        "LAMB",
    ),
    row(
        "L5",
        "LAMB is AdamW.",
        Simulation(lamb, catalog.system("texts.ADAMW")),
        "refuted",
        "You et al. 2020",
        "LAMB texts.ADAMW",
    ),
    row(
        "L6",
        "Yogi's v is never negative.",
        Always(yogi, (v[t] >= 0,), (v[t] >= 0,)),
        "proved",
        "Zaheer et al. 2018, Algorithm 2",
    ),
    row(
        "L6x",
        "Yogi's v never falls.",
        Always(yogi, (v[t] >= v[t - 1],), (v[t] >= 0,)),
        "refuted",
        "Zaheer et al. 2018, section 3",
    ),
    row(
        "L6a",
        "Yogi's v changes by at most (1 - beta)*g**2 in a step.",
        Always(
            yogi,
            (
                Le(v[t] - v[t - 1], (1 - beta) * g[t] ** 2),
                Le(v[t - 1] - v[t], (1 - beta) * g[t] ** 2),
            ),
            (v[t] >= 0,),
        ),
        "proved",
        "Zaheer et al. 2018, section 3",
    ),
    row(
        "L6b",
        "Yogi's v is the average of RMSProp.",
        Simulation(yogi, rmsprop, hyper={"rho": beta}),
        "refuted",
        "Zaheer et al. 2018, section 3",
        "RMSProp",
    ),
    row(
        "L7",
        "Muon's buffer as an average is 1 - momentum times the buffer as a sum, its Nesterov mix "
        "too, and what is made orthogonal does not change when multiplied (with eps).",
        Conjunction(
            {
                "buffer": Simulation(
                    buffer_sum,
                    buffer_ema,
                    hyper={"lr": lr / (1 - momentum)},
                    state={"m": (1 - momentum) * m[t]},
                    varying=("lr",),
                ),
                "orthogonalised": Symmetry(orthogonal, Scalings(loss=1, theta=0), hyper={"eps": 1}),
            }
        ),
        "proved",
        "NeMo Emerging-Optimizers#166",
        "Muon",
        "its buffer as an average or as a sum: the same direction, eps scaled",
    ),
    row(
        "L7x",
        "The two buffers are one at the same rate, without the matrices made orthogonal.",
        Simulation(buffer_sum, buffer_ema, state={"m": (1 - momentum) * m[t]}),
        "refuted",
        "NeMo Emerging-Optimizers#166",
        "Muon",
    ),
    row(
        "L8",
        "Shampoo of one entry is Adagrad whose sum starts at eps.",
        Simulation(
            started,
            single,
            state={"L": G[t], "R": G[t]},
            invariants=(G[t] > 0,),
            assume=(eps > 0,),
            varying=("lr",),
        ),
        "proved",
        "Gupta, Koren & Singer 2018, section 1",
        "",
    ),
    row(
        "L8x",
        "Shampoo of one entry is Adagrad with eps beside the root.",
        Simulation(catalog.system("Adagrad"), single, state={"L": G[t] + eps, "R": G[t] + eps}),
        "refuted",
        "near miss of L8",
        "Adagrad",
    ),
    row(
        "V2",
        "Schedule-free with beta = 1 takes gradients at the average: it is primal averaging.",
        Always(primal, (Eq(theta[t], x[t]),), (Eq(theta[t], x[t]),)),
        "proved",
        "Defazio et al. 2024, section 2",
        "ScheduleFreeSGD",
        "beta = 1: gradients at the average x (primal averaging)",
    ),
    row(
        "V2x",
        "Schedule-free takes gradients at the average, whatever beta is.",
        Always(free, (Eq(theta[t], x[t]),)),
        "refuted",
        "near miss of V2",
        "ScheduleFreeSGD",
    ),
    row(
        "V3",
        "At a constant rate the average of schedule-free is the mean of z_1, …, z_t.",
        Always(
            summed,
            (Eq(t * x[t], total[t]),),
            (Eq(weight_sum[t], t * lr**2), Eq(t * x[t], total[t])),
            assume=(lr > 0,),
        ),
        "proved",
        "Defazio et al. 2024, section 2",
        "ScheduleFreeSGD",
        "x is the mean of the z so far, at a constant rate",
    ),
    row(
        "V3x",
        "It is the mean of z_1, …, z_t also when the rate changes.",
        Always(summed, (Eq(t * x[t], total[t]),), assume=(lr > 0,), varying=("lr",)),
        "refuted",
        "Defazio et al. 2024, section 2",
        "ScheduleFreeSGD",
    ),
    row(
        "V3a",
        "It is the mean of z_0, …, z_t.",
        Always(summed, (Eq((t + 1) * x[t], total[t] + theta[0]),), assume=(lr > 0,)),
        "refuted",
        "near miss of V3",
        "ScheduleFreeSGD",
    ),
    row(
        "V6",
        "As its decay tends to 1 the bias-corrected average weighs all terms alike: it tends to "
        "the mean.",
        Limit((1 - beta) * beta ** (t - i) / (1 - beta**t), beta, 1, 1 / t),
        "proved",
        "Kingma & Ba 2015, section 3",
        "",
    ),
    row(
        "V6x",
        "So does the average without the correction.",
        Limit((1 - beta) * beta ** (t - i), beta, 1, 1 / t),
        "refuted",
        "near miss of V6",
        "MomentumEMA",
    ),
)

"""torch.optim 2.13: the rules whose computation is torch's own.

Names, defaults and branches are torch's. `maximize` negates the gradient before anything else;
`foreach`, `fused`, `capturable` and `differentiable` change rounding and speed only and are left
out. Tuples are given by their parts: `betas` is beta1, beta2; `etas` is etaminus, etaplus.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol

from optwright.derive.language import (
    ALL,
    HOST,
    Abs,
    And,
    Eq,
    Equal,
    Family,
    History,
    Loop,
    Max,
    Min,
    Not,
    Optimizer,
    Or,
    Parameter,
    Push,
    Rational,
    Repeat,
    Route,
    Source,
    State,
    Variable,
    Where,
    axes,
    b,
    beta1,
    beta2,
    cases,
    clip,
    d,
    dampening,
    dot,
    eps,
    evaluations,
    floor,
    g,
    grad,
    largest,
    line_search,
    lr,
    m,
    mean,
    momentum,
    sign,
    sqrt,
    t,
    theta,
    total,
    turn,
    v,
    value,
    variables,
    weight_decay,
)

BOTH = (False, True)


def source(module: str) -> Source:
    """The module of torch.optim that defines the rule."""
    return Source("PyTorch 2.13", f"torch/optim/{module}.py")


def asked(maximize: bool) -> Expr:
    """The gradient of what is minimised."""
    return -grad(theta[t - 1]) if maximize else grad(theta[t - 1])


# --- SGD -----------------------------------------------------------------------------------------


def _sgd(nesterov: bool, maximize: bool) -> Optimizer:
    decayed = Variable("g_decayed")
    plain = [lr(0.001), momentum(0, "[0, inf)"), dampening(0), weight_decay(0)]
    if nesterov:
        plain = [lr(0.001), momentum(None, "(0, inf)"), weight_decay(0)]
    rest = 1 if nesterov else 1 - dampening
    first = Equal(t, 1) if nesterov else Or(Equal(t, 1), Equal(momentum, 0))
    return Optimizer(
        name="SGD",
        dialect="torch",
        family="momentum",
        source=source("sgd"),
        hyper=plain,
        state=[b],
        step=[
            Eq(g[t], asked(maximize)),
            Eq(decayed[t], g[t] + weight_decay * theta[t - 1]),
            Eq(b[t], cases((decayed[t], first), momentum * b[t - 1] + rest * decayed[t])),
            Eq(theta[t], theta[t - 1] - lr * (decayed[t] + momentum * b[t] if nesterov else b[t])),
        ],
        note=(
            "The buffer of the first step is the whole gradient: dampening acts from the second "
            "step on, and not at all where momentum is 0. nesterov needs momentum > 0 and "
            "dampening = 0."
        ),
    )


SGD = Family("SGD", "torch", {"nesterov": BOTH, "maximize": BOTH}, _sgd)


# --- NAdam and RAdam -----------------------------------------------------------------------------


def _decay(decoupled: bool) -> tuple[Expr, Expr]:
    """What is added to the gradient and what the parameters are multiplied by."""
    if decoupled:
        return g[t], theta[t - 1] * (1 - lr * weight_decay)
    return g[t] + weight_decay * theta[t - 1], theta[t - 1]


def _nadam(decoupled_weight_decay: bool, maximize: bool) -> Optimizer:
    psi = Parameter(
        "momentum_decay", "[0, inf)", "decay", r"\psi", "speed at which the momentum grows to beta1"
    )
    mu, mu_next, product, v_hat, decayed, shrunk = variables(
        "mu mu_next mu_product v_hat g_decayed theta_decayed"
    )
    gradient, base = _decay(decoupled_weight_decay)

    def warm(step: Expr) -> Expr:
        return beta1 * (1 - Rational(1, 2) * Rational(96, 100) ** (step * psi))

    return Optimizer(
        name="NAdam",
        dialect="torch",
        family="adam",
        source=source("nadam"),
        hyper=[lr(0.002), beta1(0.9), beta2(0.999), eps(1e-8), weight_decay(0), psi(0.004)],
        state=[m, v, State(product, init=1, extent=HOST)],
        step=[
            Eq(mu[t], warm(t)),
            Eq(mu_next[t], warm(t + 1)),
            Eq(product[t], product[t - 1] * mu[t]),
            Eq(g[t], asked(maximize)),
            Eq(decayed[t], gradient),
            Eq(shrunk[t], base),
            Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * decayed[t]),
            Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * decayed[t] ** 2),
            Eq(v_hat[t], v[t] / (1 - beta2**t)),
            Eq(
                theta[t],
                shrunk[t]
                - lr * (1 - mu[t]) / (1 - product[t]) * decayed[t] / (sqrt(v_hat[t]) + eps)
                - lr * mu_next[t] / (1 - product[t] * mu_next[t]) * m[t] / (sqrt(v_hat[t]) + eps),
            ),
        ],
        invariants=[v[t] >= 0],
        note=(
            "The momentum coefficient mu grows from step to step, so the bias of m is corrected "
            "by the running product of the coefficients, which is state."
        ),
    )


NAdam = Family("NAdam", "torch", {"decoupled_weight_decay": BOTH, "maximize": BOTH}, _nadam)


def _radam(decoupled_weight_decay: bool, maximize: bool) -> Optimizer:
    rho_inf, rho_t, rectifier, m_hat, decayed, shrunk = variables(
        "rho_inf rho_t rectifier m_hat g_decayed theta_decayed"
    )
    gradient, base = _decay(decoupled_weight_decay)
    length, limit = rho_t[t], rho_inf[t]
    return Optimizer(
        name="RAdam",
        dialect="torch",
        family="adam",
        source=source("radam"),
        hyper=[lr(0.001), beta1(0.9), beta2(0.999), eps(1e-8), weight_decay(0)],
        state=[m, v],
        step=[
            Eq(rho_inf[t], 2 / (1 - beta2) - 1),
            Eq(rho_t[t], limit - 2 * t * beta2**t / (1 - beta2**t)),
            Eq(
                rectifier[t],
                cases(
                    (
                        sqrt(
                            (length - 4)
                            * (length - 2)
                            * limit
                            / ((limit - 4) * (limit - 2) * length)
                        ),
                        length > 5,
                    ),
                    0,
                ),
            ),
            Eq(g[t], asked(maximize)),
            Eq(decayed[t], gradient),
            Eq(shrunk[t], base),
            Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * decayed[t]),
            Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * decayed[t] ** 2),
            Eq(m_hat[t], m[t] / (1 - beta1**t)),
            Eq(
                theta[t],
                shrunk[t]
                - lr
                * m_hat[t]
                * cases((rectifier[t] * sqrt(1 - beta2**t) / (sqrt(v[t]) + eps), length > 5), 1),
            ),
        ],
        invariants=[v[t] >= 0],
        note=(
            "Until the averages of squares are long enough (rho_t > 5) the step is the "
            "corrected momentum at full size. eps joins the root before its bias is corrected."
        ),
    )


RAdam = Family("RAdam", "torch", {"decoupled_weight_decay": BOTH, "maximize": BOTH}, _radam)


# --- Rprop ---------------------------------------------------------------------------------------


def _rprop(maximize: bool) -> Optimizer:
    etaminus = Parameter(
        "etaminus",
        "(0, 1)",
        "coefficient",
        r"\eta^-",
        "factor of a step size after a change of sign",
    )
    etaplus = Parameter(
        "etaplus",
        "(1, inf)",
        "coefficient",
        r"\eta^+",
        "factor of a step size while the sign stays",
    )
    low = Parameter(
        "step_size_min", "[0, inf)", "coefficient", r"\Gamma_{min}", "smallest step size"
    )
    high = Parameter(
        "step_size_max", "[0, inf)", "coefficient", r"\Gamma_{max}", "largest step size"
    )
    prev, size, agreement, kept = variables("prev step_size agreement g_kept")
    return Optimizer(
        name="Rprop",
        dialect="torch",
        family="sign",
        source=source("rprop"),
        hyper=[lr(0.01), etaminus(0.5), etaplus(1.2), low(1e-6), high(50)],
        state=[prev, State(size, init=lr)],
        step=[
            Eq(g[t], asked(maximize)),
            Eq(agreement[t], g[t] * prev[t - 1]),
            Eq(
                size[t],
                clip(
                    size[t - 1]
                    * cases((etaplus, agreement[t] > 0), (etaminus, agreement[t] < 0), 1),
                    low,
                    high,
                ),
            ),
            Eq(kept[t], cases((0, agreement[t] < 0), g[t])),
            Eq(theta[t], theta[t - 1] - size[t] * sign(kept[t])),
            Eq(prev[t], kept[t]),
        ],
        note=("iRprop-: after a change of sign an entry rests for one step and starts afresh."),
    )


Rprop = Family("Rprop", "torch", {"maximize": BOTH}, _rprop)


# --- Adafactor -----------------------------------------------------------------------------------


def _adafactor() -> Route:
    beta2_decay = Parameter(
        "beta2_decay", "(-inf, 0]", "decay", r"\tau", "exponent of the step count in the decay"
    )
    eps1 = Parameter("eps1", "(0, inf)", "eps", r"\epsilon_1", "keeps the variances from zero")
    eps2 = Parameter("eps2", "[0, inf)", "eps", r"\epsilon_2", "smallest scale of the parameters")
    threshold = Parameter(
        "d", "[1, inf)", "coefficient", "d", "largest root mean square of the update"
    )
    w, rho, scale, V, U, rms, R, C = variables("w rho scale V U rms_update R C")
    hyper = [
        lr(0.01),
        beta2_decay(-0.8),
        eps1(Rational(1, 2**23)),
        eps2(0.001),
        threshold(1),
        weight_decay(0),
    ]

    def branch(name: str, state: list[Any], estimate: list[Any]) -> Optimizer:
        return Optimizer(
            name=name,
            dialect="torch",
            source=source("_adafactor"),
            hyper=hyper,
            state=state,
            step=[
                Eq(w[t], t**beta2_decay),
                Eq(rho[t], Min(lr, 1 / sqrt(t))),
                Eq(g[t], grad(theta[t - 1])),
                Eq(scale[t], Max(eps2, sqrt(mean(theta[t - 1] ** 2))) * rho[t]),
                *estimate,
                Eq(U[t], g[t] / sqrt(Max(V[t], eps1**2))),
                Eq(rms[t], sqrt(mean(U[t] ** 2))),
                Eq(
                    theta[t],
                    theta[t - 1] * (1 - lr * weight_decay)
                    - scale[t] / Max(1, rms[t] / threshold) * U[t],
                ),
            ],
        )

    matrices = branch(
        "AdafactorMatrix",
        [State(R, extent=axes(-1)), State(C, extent=axes(-2))],
        [
            Eq(R[t], (1 - w[t]) * R[t - 1] + w[t] * mean(g[t] ** 2, -1)),
            Eq(C[t], (1 - w[t]) * C[t - 1] + w[t] * mean(g[t] ** 2, -2)),
            Eq(V[t], R[t] * C[t] / Max(mean(R[t], -2), eps1)),
        ],
    )
    vectors = branch(
        "AdafactorVector",
        [v],
        [
            Eq(v[t], (1 - w[t]) * v[t - 1] + w[t] * g[t] ** 2),
            Eq(V[t], v[t]),
        ],
    )
    return Route(
        name="Adafactor",
        dialect="torch",
        family="factored",
        source=source("_adafactor"),
        branches=((Where(ndim_at_least=2), matrices), (Where(), vectors)),
        note=(
            "torch's eps1=None stands for the machine epsilon of the parameters' type; the "
            "default here is float32's. The scale is that of the parameters before they decay."
        ),
    )


Adafactor = _adafactor()


# --- L-BFGS --------------------------------------------------------------------------------------


def _lbfgs(line_search_fn: str | None) -> Optimizer:
    max_iter = Parameter("max_iter", "integer [1, inf)", "count", None, "iterations per step")
    max_eval = Parameter("max_eval", "integer [1, inf)", "count", None, "evaluations per step")
    history_size = Parameter(
        "history_size", "integer [1, inf)", "count", "m", "pairs that are kept"
    )
    tolerance_grad = Parameter(
        "tolerance_grad", "[0, inf)", "other", None, "stop at this largest gradient entry"
    )
    tolerance_change = Parameter(
        "tolerance_change", "[0, inf)", "other", None, "stop at this change of loss or parameters"
    )
    S, Y = History(Variable("S"), history_size), History(Variable("Y"), history_size)
    n, evals, calls, loss, loss_next, g_next, g_prev = variables(
        "n evals calls loss loss_next g_next g_prev"
    )
    optimal, s, y, ys, H, length, start, slope, moved = variables(
        "optimal s y ys H length start_length slope moved"
    )
    q, a, r = variables("q a r")
    j = Symbol("j", integer=True)
    first = Equal(turn[t], 1)
    more = turn[t] < max_iter
    was_optimal = Equal(optimal[t], 1)
    if line_search_fn is None:
        searched, spent = start[t], cases((1, more), 0)
    else:
        search = line_search(
            theta[t - 1],
            d[t],
            "strong_wolfe_torch",
            start[t],
            Rational(1, 10**4),
            Rational(9, 10),
            tolerance_change,
            max_eval - calls[t],
        )
        searched = cases((search, Equal(moved[t], 1)), start[t])
        spent = cases((evaluations(search), Equal(moved[t], 1)), 0)
    return Optimizer(
        name="LBFGS",
        dialect="torch",
        family="second order",
        source=source("lbfgs"),
        scope="all",
        hyper=[
            lr(1),
            max_iter(20),
            max_eval(floor(max_iter * Rational(5, 4))),
            tolerance_grad(1e-7),
            tolerance_change(1e-9),
            history_size(100),
        ],
        state=[
            S,
            Y,
            d,
            g_prev,
            g_next,
            State(length, extent=ALL),
            State(H, init=1, extent=ALL),
            State(n, extent=ALL),
            State(evals, extent=ALL),
            State(loss_next, extent=ALL),
        ],
        step=[
            Eq(loss[t], cases((value(theta[t - 1]), first), loss_next[t - 1])),
            Eq(g[t], cases((grad(theta[t - 1]), first), g_next[t - 1])),
            Eq(calls[t], cases((1, first), evals[t - 1])),
            Eq(optimal[t], cases((1, And(first, largest(Abs(g[t])) <= tolerance_grad)), 0)),
            Eq(n[t], n[t - 1] + 1 - optimal[t]),
            Eq(s[t], length[t - 1] * d[t - 1]),
            Eq(y[t], g[t] - g_prev[t - 1]),
            Eq(ys[t], dot(y[t], s[t])),
            Push({S: s[t], Y: y[t]}, when=And(ys[t] > Rational(1, 10**10), Not(was_optimal))),
            Eq(
                H[t],
                cases(
                    (ys[t] / dot(y[t], y[t]), And(ys[t] > Rational(1, 10**10), Not(was_optimal))),
                    H[t - 1],
                ),
            ),
            Loop(
                j,
                1,
                S.count,
                (Eq(q[0], -g[t]),),
                (
                    Eq(a[j], dot(S[j], q[j - 1]) / dot(S[j], Y[j])),
                    Eq(q[j], q[j - 1] - a[j] * Y[j]),
                ),
            ),
            Loop(
                j,
                S.count,
                1,
                (Eq(r[S.count + 1], H[t] * q[S.count]),),
                (Eq(r[j], r[j + 1] + S[j] * (a[j] - dot(Y[j], r[j + 1]) / dot(S[j], Y[j]))),),
            ),
            Eq(d[t], cases((d[t - 1], was_optimal), r[1])),
            Eq(g_prev[t], cases((g_prev[t - 1], was_optimal), g[t])),
            Eq(
                start[t],
                cases(
                    (length[t - 1], was_optimal),
                    (lr * Min(1, 1 / total(Abs(g[t]))), Equal(n[t], 1)),
                    lr,
                ),
            ),
            Eq(slope[t], dot(g[t], d[t])),
            Eq(moved[t], cases((0, Or(was_optimal, slope[t] > -tolerance_change)), 1)),
            Eq(length[t], searched),
            Eq(
                theta[t], cases((theta[t - 1] + length[t] * d[t], Equal(moved[t], 1)), theta[t - 1])
            ),
            Eq(loss_next[t], cases((value(theta[t]), more), loss[t])),
            Eq(g_next[t], cases((grad(theta[t]), more), g[t])),
            Eq(evals[t], calls[t] + spent),
        ],
        repeat=Repeat(
            max_iter,
            Or(
                Equal(moved[t], 0),
                evals[t] >= max_eval,
                largest(Abs(g_next[t])) <= tolerance_grad,
                largest(Abs(length[t] * d[t])) <= tolerance_change,
                Abs(loss_next[t] - loss[t]) < tolerance_change,
            ),
        ),
        note=(
            "One call runs up to max_iter iterations. Pairs, direction and scale outlive the "
            "call. A gradient at most tolerance_grad at the start of a call leaves everything "
            "as it was."
        ),
    )


LBFGS = Family("LBFGS", "torch", {"line_search_fn": (None, "strong_wolfe")}, _lbfgs)

declarations = (SGD, NAdam, RAdam, Rprop, Adafactor, LBFGS)

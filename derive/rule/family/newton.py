"""Newton's method and the quasi-Newton methods, on all tensors together as one vector."""

from __future__ import annotations

from sympy import Symbol

from optwright.derive.language import (
    Eq,
    Equal,
    History,
    Loop,
    Optimizer,
    Parameter,
    Push,
    Source,
    State,
    Variable,
    cases,
    dot,
    g,
    grad,
    hessian,
    identity,
    line_search,
    lr,
    matmul,
    matrix,
    outer,
    solve,
    t,
    theta,
    variables,
)
from optwright.derive.language.declaration import Declaration

p, s, y = variables("p s y")
step_length = Variable("step_length", r"\alpha")

c1 = Parameter(
    "c1",
    "(0, 1)",
    "coefficient",
    "c_1",
    "sufficient decrease: share of the slope's promise that must be kept",
)
c2 = Parameter(
    "c2", "(0, 1)", "coefficient", "c_2", "curvature: share of the slope that may be left, above c1"
)
shrink = Parameter(
    "shrink",
    "(0, 1)",
    "coefficient",
    r"\rho",
    "factor of the step length after a trial that failed",
)

newton = Optimizer(
    name="Newton",
    source=Source("Nocedal & Wright 2006", "eq. (2.15)", note="NEWTON (D4, D0, D1)"),
    step=(Eq(theta[t], theta[t - 1] - solve(hessian(theta[t - 1]), g[t])),),
    scope="all",
    family="second order",
    note=(
        "Jumps to the stationary point of the quadratic model: a minimum only where the "
        "Hessian is positive definite."
    ),
)

relaxed_newton = newton.replace(
    name="RelaxedNewton",
    source=Source("Boyd & Vandenberghe 2004", "section 9.5.2, with a fixed step length"),
    hyper=(lr(1),),
    step=(Eq(theta[t], theta[t - 1] - lr * solve(hessian(theta[t - 1]), g[t])),),
    note="Newton's step times a learning rate; Newton at lr = 1.",
)

damped_newton = newton.replace(
    name="DampedNewton",
    source=Source("Boyd & Vandenberghe 2004", "Algorithm 9.5", note="NEWTON with line search (D0)"),
    hyper=(c1(1e-4, range="(0, 1/2)"), shrink(0.5)),
    step=(
        Eq(p[t], -solve(hessian(theta[t - 1]), g[t])),
        Eq(step_length[t], line_search(theta[t - 1], p[t], "armijo", 1, c1, shrink)),
        Eq(theta[t], theta[t - 1] + step_length[t] * p[t]),
    ),
    note=(
        "Halves Newton's step until the loss falls enough. Needs a positive definite Hessian, "
        "as Newton does: "
        "elsewhere the direction may ascend and no step length will do."
    ),
)

H = State(Variable("H"), init=identity(theta[0]), extent=matrix("n", "n"))
H_start = Variable("H_start", "H^0")
g_new = Variable("g_new", r"g^{+}")
curvature = Variable("curvature", r"s^\top y")
inverse_curvature = Variable("inverse_curvature", r"\rho")
side = Variable("side", "V")

line = (
    Eq(step_length[t], line_search(theta[t - 1], p[t], "strong_wolfe", 1, c1, c2)),
    Eq(theta[t], theta[t - 1] + step_length[t] * p[t]),
    Eq(g_new[t], grad(theta[t])),
    Eq(s[t], theta[t] - theta[t - 1]),
    Eq(y[t], g_new[t] - g[t]),
    Eq(curvature[t], dot(s[t], y[t])),
)

bfgs = Optimizer(
    name="BFGS",
    source=Source(
        "Nocedal & Wright 2006", "Algorithm 6.1, eqs. (6.17) and (6.20)", note="BFGS (D4)"
    ),
    hyper=(c1(1e-4), c2(0.9)),
    state=(H,),
    step=(
        Eq(p[t], -matmul(H.variable[t - 1], g[t])),
        *line,
        Eq(inverse_curvature[t], cases((1 / curvature[t], curvature[t] > 0), 0)),
        Eq(
            H_start[t],
            cases(
                (curvature[t] / dot(y[t], y[t]) * identity(s[t]), Equal(t, 1)), H.variable[t - 1]
            ),
        ),
        Eq(side[t], identity(s[t]) - inverse_curvature[t] * outer(y[t], s[t])),
        Eq(
            H.variable[t],
            cases(
                (
                    matmul(side[t].T, H_start[t], side[t])
                    + inverse_curvature[t] * outer(s[t], s[t]),
                    curvature[t] > 0,
                ),
                H.variable[t - 1],
            ),
        ),
    ),
    scope="all",
    family="second order",
    note=(
        "H approximates the inverse Hessian. Safeguard: where s·y is not positive the update "
        "is left out, "
        "so H stays positive definite."
    ),
)

memory = Parameter(
    "memory",
    "integer [1, inf)",
    "count",
    "m",
    "how many pairs of steps and gradient changes are kept",
)
S, Y = History(Variable("S"), memory), History(Variable("Y"), memory)
K = S.count
j = Symbol("j", integer=True)
q, r, a = Variable("q"), Variable("r"), Variable("a", r"\alpha")
scaling = Variable("scaling", r"\gamma")

lbfgs = Optimizer(
    name="LBFGS",
    source=Source(
        "Nocedal & Wright 2006", "Algorithms 7.4 and 7.5, eq. (7.20)", note="L-BFGS (D4)"
    ),
    hyper=(memory(10), c1(1e-4), c2(0.9)),
    state=(S, Y),
    step=(
        Loop(
            j,
            1,
            K,
            (Eq(q[0], g[t]),),
            (
                Eq(a[j], dot(S[j], q[j - 1]) / dot(S[j], Y[j])),
                Eq(q[j], q[j - 1] - a[j] * Y[j]),
            ),
        ),
        Eq(scaling[t], cases((dot(S[1], Y[1]) / dot(Y[1], Y[1]), K > 0), 1)),
        Loop(
            j,
            K,
            1,
            (Eq(r[K + 1], scaling[t] * q[K]),),
            (Eq(r[j], r[j + 1] + S[j] * (a[j] - dot(Y[j], r[j + 1]) / dot(S[j], Y[j]))),),
        ),
        Eq(p[t], -r[1]),
        *line,
        Push({S: s[t], Y: y[t]}, when=curvature[t] > 0),
    ),
    scope="all",
    family="second order",
    note=(
        "BFGS from the last pairs alone, without the matrix: 2·memory·n numbers. Safeguard: a "
        "pair whose s·y "
        "is not positive is not kept."
    ),
)

declarations: tuple[Declaration, ...] = (newton, relaxed_newton, damped_newton, bfgs, lbfgs)

"""BFGS: Nocedal & Wright 2006, Algorithm 6.1, eqs. (6.17) and (6.20).

Do not edit. Made from the declaration BFGS; remake it with: gen kernels --backend numpy
"""

from optwright.runtime import (
    Hyper, HyperValue, Optimizer, Params, Rule, State, Step, dot, identity, outer,
)


def pass1(g, H):
    """Work on whole arrays."""
    # p[t] = -(H[t-1] @ g[t])
    p = -(H @ g)
    return {"p": p}


def pass2(theta, p, step_length):
    """Work on whole arrays."""
    # theta[t] = theta[t-1] + p[t]*step_length[t]
    theta_next = theta + p*float(step_length)
    return {"theta_next": theta_next}


def pass3(theta, g, H, t, theta_next, g_new):
    """Work on whole arrays."""
    # s[t] = theta[t] - theta[t-1]
    s = theta_next - theta
    # y[t] = g_new[t] - g[t]
    y = g_new - g
    # curvature[t] = dot(s[t], y[t])
    curvature = dot(s, y)
    # inverse_curvature[t] = {1/curvature[t] if curvature[t] > 0, else 0}
    inverse_curvature = (1/curvature if curvature > 0 else 0)
    # H_start[t] = {curvature[t]*identity(s[t])/dot(y[t], y[t]) if t == 1, else H[t-1]}
    H_start = (identity(s)*float(curvature/dot(y, y)) if t == 1 else H)
    # side[t] = identity(s[t]) - inverse_curvature[t]*outer(y[t], s[t])
    side = identity(s) - outer(y, s)*float(inverse_curvature)
    # H[t] = {side[t].T @ H_start[t] @ side[t] + inverse_curvature[t]*outer(s[t], s[t]) if curvature[t] > 0, else H[t-1]}
    H = (side.T @ H_start @ side + outer(s, s)*float(inverse_curvature) if curvature > 0 else H.copy())
    return {"H": H}


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.arrays(pass1)
    step.search("step_length", "strong_wolfe", None, "p", 1, ("c1", "c2",))
    step.arrays(pass2)
    step.ask("g_new", "grad", at="theta_next")
    step.arrays(pass3)
    step.commit({"theta": "theta_next"})


HYPER = (
    Hyper("c1", 0.0001, "(0, 1)", "sufficient decrease: share of the slope's promise that must be kept"),
    Hyper("c2", 0.9, "(0, 1)", "curvature: share of the slope that may be left, above c1"),
)
STATES = (State("H", "matrix(n, n)", start="identity"),)
RULE = Rule(
    name="BFGS", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad", "line_search"),
    advance=advance, scope="all", elsewhere=True, shared=("c1", "c2"),
)


class BFGS(Optimizer):
    """H approximates the inverse Hessian. Safeguard: where s·y is not positive the update is left
    out, so H stays positive definite.

    Equations
        H[0] = identity(theta[0])
        g[t] = grad(theta[t-1])
        p[t] = -(H[t-1] @ g[t])
        step_length[t] = line_search(theta[t-1], p[t], 'strong_wolfe', 1, c1, c2)
        theta[t] = theta[t-1] + p[t]*step_length[t]
        g_new[t] = grad(theta[t])
        s[t] = theta[t] - theta[t-1]
        y[t] = g_new[t] - g[t]
        curvature[t] = dot(s[t], y[t])
        inverse_curvature[t] = {1/curvature[t] if curvature[t] > 0, else 0}
        H_start[t] = {curvature[t]*identity(s[t])/dot(y[t], y[t]) if t == 1, else H[t-1]}
        side[t] = identity(s[t]) - inverse_curvature[t]*outer(y[t], s[t])
        H[t] = {side[t].T @ H_start[t] @ side[t] + inverse_curvature[t]*outer(s[t], s[t]) if curvature[t] > 0, else H[t-1]}

    Proved
        H y = s after every update, for all n (Q1: all n)
        H stays symmetric, for all n (Q1a: all n)
        H stays positive definite, for all n (Q3: all n)
        det B+ = det B * y's/(s'Bs), for all n (Q4b: all n)
        the two loops apply BFGS's H of the pairs kept, for every n and every number of them (Q5:
            all n)
        turns with the coordinates, line searches answered alike (SY7: all n, all tensors as one
            vector, all losses, all t)
        2 more: gen show BFGS

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        c1: sufficient decrease: share of the slope's promise that must be kept, in (0, 1); default
            0.0001
        c2: curvature: share of the slope that may be left, above c1, in (0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, c1: HyperValue = 0.0001, c2: HyperValue = 0.9) -> None:
        super().__init__(params, c1=c1, c2=c2)

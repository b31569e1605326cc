"""LBFGS: Nocedal & Wright 2006, Algorithms 7.4 and 7.5, eq. (7.20).

Work on whole arrays takes memory from CuPy's pool in every step.
A line search makes trial points, and reads back the losses and slopes that it compares.
Whether a history grows is read back.

Do not edit. Made from the declaration LBFGS; remake it with: gen kernels --backend cupy
"""

from optwright.runtime.device import (
    Hyper, HyperValue, Optimizer, Params, Rule, State, Step, dot, weak,
)


def pass1(theta, g, S, Y):
    """Work on whole arrays."""
    a = {}
    # q[0] = g[t]
    q = g
    for j in range(1, len(S) + 1):  # j = 1, ..., len(S)
        # a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
        a[j] = dot(S[j - 1], q)/dot(S[j - 1], Y[j - 1])
        # q[j] = q[j-1] - Y[j]*a[j]
        q = q - Y[j - 1]*weak(a[j], theta)
    # scaling[t] = {dot(S[1], Y[1])/dot(Y[1], Y[1]) if count_S > 0, else 1}
    scaling = (dot(S[0], Y[0])/dot(Y[0], Y[0]) if len(S) > 0 else 1)
    # r[count_S+1] = q[count_S]*scaling[t]
    r = q*weak(scaling, theta)
    for j in range(len(S), 0, -1):  # j = len(S), ..., 1
        # r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
        r = S[j - 1]*weak(a[j] - dot(Y[j - 1], r)/dot(S[j - 1], Y[j - 1]), theta) + r
    # p[t] = -r[1]
    p = -r
    return {"p": p}


def pass2(theta, p, step_length):
    """Work on whole arrays."""
    # theta[t] = theta[t-1] + p[t]*step_length[t]
    theta_next = theta + p*weak(step_length, theta)
    return {"theta_next": theta_next}


def pass3(theta, g, theta_next, g_new):
    """Work on whole arrays."""
    # s[t] = theta[t] - theta[t-1]
    s = theta_next - theta
    # y[t] = g_new[t] - g[t]
    y = g_new - g
    # curvature[t] = dot(s[t], y[t])
    curvature = dot(s, y)
    # curvature[t] > 0
    S_kept = curvature > 0
    return {"s": s, "y": y, "S_kept": S_kept}


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.arrays(pass1)
    step.search("step_length", "strong_wolfe", None, "p", 1, ("c1", "c2",))
    step.arrays(pass2)
    step.ask("g_new", "grad", at="theta_next")
    step.arrays(pass3)
    step.push({"S": "s", "Y": "y"}, when="S_kept")
    step.commit({"theta": "theta_next"})


HYPER = (
    Hyper("memory", 10, "integer [1, inf)", "how many pairs of steps and gradient changes are kept"),
    Hyper("c1", 0.0001, "(0, 1)", "sufficient decrease: share of the slope's promise that must be kept"),
    Hyper("c2", 0.9, "(0, 1)", "curvature: share of the slope that may be left, above c1"),
)
STATES = (State("S", length="memory"), State("Y", length="memory"))
RULE = Rule(
    name="LBFGS", dialect="paper", hyper=HYPER, state=STATES, oracles=("grad", "line_search"),
    advance=advance, scope="all", elsewhere=True, shared=("memory", "c1", "c2"),
)


class LBFGS(Optimizer):
    """BFGS from the last pairs alone, without the matrix: 2·memory·n numbers. Safeguard: a pair
    whose s·y is not positive is not kept.

    Equations
        g[t] = grad(theta[t-1])
        q[0] = g[t]
        for j = 1, …, count_S:
            a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
            q[j] = q[j-1] - Y[j]*a[j]
        scaling[t] = {dot(S[1], Y[1])/dot(Y[1], Y[1]) if count_S > 0, else 1}
        r[count_S+1] = q[count_S]*scaling[t]
        for j = count_S, …, 1:
            r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
        p[t] = -r[1]
        step_length[t] = line_search(theta[t-1], p[t], 'strong_wolfe', 1, c1, c2)
        theta[t] = theta[t-1] + p[t]*step_length[t]
        g_new[t] = grad(theta[t])
        s[t] = theta[t] - theta[t-1]
        y[t] = g_new[t] - g[t]
        curvature[t] = dot(s[t], y[t])
        S << s[t], Y << y[t] if curvature[t] > 0

    Proved
        the two loops apply BFGS's H of the pairs kept, for every n and every number of them (Q5:
            all n)
        turns with the coordinates, line searches answered alike (SY7: all n, all tensors as one
            vector, all losses, all t)
        1 more: gen show LBFGS

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        memory: how many pairs of steps and gradient changes are kept, in integer [1, inf); default
            10
        c1: sufficient decrease: share of the slope's promise that must be kept, in (0, 1); default
            0.0001
        c2: curvature: share of the slope that may be left, above c1, in (0, 1); default 0.9
    """

    rules = (((), RULE),)

    def __init__(
        self, params: Params, memory: HyperValue = 10, c1: HyperValue = 0.0001, c2: HyperValue = 0.9,
    ) -> None:
        super().__init__(params, memory=memory, c1=c1, c2=c2)

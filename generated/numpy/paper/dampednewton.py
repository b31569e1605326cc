"""DampedNewton: Boyd & Vandenberghe 2004, Algorithm 9.5.

Do not edit. Made from the declaration DampedNewton; remake it with: gen kernels --backend numpy
"""

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, solve


def pass1(g, hess):
    """Work on whole arrays."""
    # p[t] = -solve(hessian(theta[t-1]), g[t])
    p = -solve(hess, g)
    return {"p": p}


def pass2(theta, p, step_length):
    """Work on whole arrays."""
    # theta[t] = theta[t-1] + p[t]*step_length[t]
    theta = theta + p*float(step_length)
    return {"theta": theta}


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.ask("hess", "hessian")
    step.arrays(pass1)
    step.search("step_length", "armijo", None, "p", 1, ("c1", "shrink",))
    step.arrays(pass2)
    step.commit()


HYPER = (
    Hyper("c1", 0.0001, "(0, 1/2)", "sufficient decrease: share of the slope's promise that must be kept"),
    Hyper("shrink", 0.5, "(0, 1)", "factor of the step length after a trial that failed"),
)
RULE = Rule(
    name="DampedNewton", dialect="paper", hyper=HYPER, state=(),
    oracles=("grad", "hessian", "line_search"), advance=advance, scope="all", elsewhere=True,
    shared=("c1", "shrink"),
)


class DampedNewton(Optimizer):
    """Halves Newton's step until the loss falls enough. Needs a positive definite Hessian, as
    Newton does: elsewhere the direction may ascend and no step length will do.

    Equations
        g[t] = grad(theta[t-1])
        p[t] = -solve(hessian(theta[t-1]), g[t])
        step_length[t] = line_search(theta[t-1], p[t], 'armijo', 1, c1, shrink)
        theta[t] = theta[t-1] + p[t]*step_length[t]

    Proved
        the same in all affine coordinates (SY17: all n, all tensors as one vector, all losses, all
            t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        c1: sufficient decrease: share of the slope's promise that must be kept, in (0, 1/2);
            default 0.0001
        shrink: factor of the step length after a trial that failed, in (0, 1); default 0.5
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, c1: HyperValue = 0.0001, shrink: HyperValue = 0.5) -> None:
        super().__init__(params, c1=c1, shrink=shrink)

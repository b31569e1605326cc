"""RelaxedNewton: Boyd & Vandenberghe 2004, section 9.5.2, with a fixed step length.

Do not edit. Made from the declaration RelaxedNewton; remake it with: gen kernels --backend numpy
"""

from optwright.runtime import Hyper, HyperValue, Optimizer, Params, Rule, Step, solve


def update(theta, g, lr, hess):
    """Work on whole arrays."""
    # theta[t] = theta[t-1] - lr*solve(hessian(theta[t-1]), g[t])
    theta = theta - solve(hess, g)*lr
    return {"theta": theta}


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.ask("hess", "hessian")
    step.arrays(update)
    step.commit()


HYPER = (Hyper("lr", 1, "[0, inf)", "learning rate"),)
RULE = Rule(
    name="RelaxedNewton", dialect="paper", hyper=HYPER, state=(), oracles=("grad", "hessian"),
    advance=advance, scope="all", shared=("lr",),
)


class RelaxedNewton(Optimizer):
    """Newton's step times a learning rate; Newton at lr = 1.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - lr*solve(hessian(theta[t-1]), g[t])

    Proved
        RelaxedNewton(lr=1) = Newton (C100: all n)
        the same in all affine coordinates (SY17: all n, all tensors as one vector, all losses, all
            t)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 1
    """

    rules = (((), RULE),)

    def __init__(self, params: Params, lr: HyperValue = 1) -> None:
        super().__init__(params, lr=lr)

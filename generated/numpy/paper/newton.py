"""Newton: Nocedal & Wright 2006, eq. (2.15).

Do not edit. Made from the declaration Newton; remake it with: gen kernels --backend numpy
"""

from optwright.runtime import Optimizer, Params, Rule, Step, solve


def update(theta, g, hess):
    """Work on whole arrays."""
    # theta[t] = theta[t-1] - solve(hessian(theta[t-1]), g[t])
    theta = theta - solve(hess, g)
    return {"theta": theta}


def advance(step: Step) -> None:
    step.ask("g", "grad")
    step.ask("hess", "hessian")
    step.arrays(update)
    step.commit()


RULE = Rule(
    name="Newton", dialect="paper", hyper=(), state=(), oracles=("grad", "hessian"),
    advance=advance, scope="all",
)


class Newton(Optimizer):
    """Jumps to the stationary point of the quadratic model: a minimum only where the Hessian is
    positive definite.

    Equations
        g[t] = grad(theta[t-1])
        theta[t] = theta[t-1] - solve(hessian(theta[t-1]), g[t])

    Proved
        RelaxedNewton(lr=1) = Newton (C100: all n)
        Newton's move minimises the second-order Taylor model, for all n, if the Hessian is positive
            definite (Q9: all n)
        Newton solves a quadratic in one step, for all n (Q10: all n)
        Newton is affine invariant, for all n (Q11: all n)
        its move goes downhill where the Hessian is positive definite, for all n (Q17: all n)
        the same in all affine coordinates (SY17: all n, all tensors as one vector, all losses, all
            t)
        2 more: gen show Newton

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
    """

    rules = (((), RULE),)

    def __init__(self, params: Params) -> None:
        super().__init__(params)

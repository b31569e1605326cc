"""What users of the frameworks asked or claimed, and what their maintainers concluded.

Most questions are claims that stand elsewhere (`issues` names the statement that decides each);
those about code that was mistaken are declared here as that code had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Rational

from optwright.derive.claim.formula.expression import Refutation
from optwright.derive.claim.relation import Equal
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Eq,
    Optimizer,
    Source,
    Variable,
    beta,
    beta1,
    beta2,
    cases,
    dampening,
    eps,
    g,
    grad,
    lr,
    m,
    sign,
    sqrt,
    t,
    theta,
    v,
)
from optwright.derive.language import momentum as mu
from optwright.derive.rule import catalog


@dataclass(frozen=True)
class Issue:
    """A thread about an optimizer.

    where      repository and number: "pytorch/pytorch#1099"
    claim      what was claimed or asked there, in our words
    decided    the statements that decide it; the first is the claim itself
    concluded  what the maintainers held of the claim: true, false, or None if they left it open
    outcome    how it ended, in a few words
    """

    where: str
    claim: str
    decided: tuple[str, ...]
    concluded: bool | None
    outcome: str

    @property
    def short(self) -> str:
        """The reference without its owner: "pytorch#1099"."""
        return self.where.rpartition("/")[2]


inside, outside = catalog.system("Momentum"), catalog.system("MomentumSum")
average, nesterov = catalog.system("MomentumEMA"), catalog.system("Nesterov")
torch_nesterov = catalog.system("torch.SGD(nesterov=True, weight_decay=0)")
torch_sgd = catalog.system("torch.SGD(nesterov=False, weight_decay=0)")
nadam = catalog.system("torch.NAdam(weight_decay=0, momentum_decay=0)")
adam, hat = catalog.system("Adam"), catalog.system("AdamEpsHat")
rmsprop, rms_inside = catalog.system("RMSProp"), catalog.system("RMSPropEpsInside")
schedule_free = catalog.system("ScheduleFreeSGD(weight_decay=0, warmup_steps=0)")
signs, signum = catalog.system("SignSGD"), catalog.system("Signum")
mu_t, mu_next, mu_product = (Variable(name) for name in ("mu", "mu_next", "mu_product"))
m_hat, v_hat, ahead = (Variable(name) for name in ("m_hat", "v_hat", "ahead"))


def as_found(where: str, name: str, like: Optimizer, *step: Any, **changes: Any) -> Optimizer:
    """A rule as a thread has it, with the hyperparameters and the state of another."""
    source = Source(where)
    return like.replace(name=name, dialect="issues", source=source, step=step, note="", **changes)


velocity = Eq(v[t], mu * v[t - 1] + g[t])
turned = as_found(
    "pytorch#44917",
    "MomentumTurned",
    inside,
    Eq(v[t], mu * v[t - 1] - lr * g[t]),
    Eq(theta[t], theta[t - 1] + v[t]),
)
proposed = as_found(
    "pytorch#5920",
    "NesterovProposed",
    outside,
    velocity,
    Eq(theta[t], theta[t - 1] - lr * (1 + mu) * v[t]),
)
documented = as_found(
    "pytorch#72395",
    "NesterovDocumented",
    outside,
    velocity,
    Eq(m[t], g[t]),
    Eq(theta[t], theta[t - 1] - lr * (m[t - 1] + mu * v[t])),
    state=(v, m),
)
paddle = as_found(
    "Paddle#12231",
    "NesterovPaddle",
    outside,
    velocity,
    Eq(theta[t], theta[t - 1] - lr * g[t] + lr * mu * v[t]),
)
in_place = as_found(
    "google-research#1711",
    "NesterovInPlace",
    outside,
    Eq(v[t], g[t] + mu * (mu * v[t - 1] + g[t])),
    Eq(theta[t], theta[t - 1] - lr * v[t]),
)
moved_twice = as_found(
    "simd_neuralnet#17",
    "NesterovMovedTwice",
    nesterov,
    Eq(ahead[t], theta[t - 1] - mu * v[t - 1]),
    Eq(g[t], grad(ahead[t])),
    Eq(v[t], mu * v[t - 1] + lr * g[t]),
    Eq(theta[t], ahead[t] - v[t]),
)
moved_once = moved_twice.replace(
    name="NesterovMovedOnce", step=(*moved_twice.step[:3], Eq(theta[t], ahead[t] - lr * g[t]))
)
dampened = as_found(
    "mlx#473",
    "MomentumDampened",
    outside,
    Eq(v[t], mu * v[t - 1] + (1 - dampening) * g[t]),
    Eq(theta[t], theta[t - 1] - lr * v[t]),
    hyper=(*outside.hyper, dampening(0)),
)
mended = dampened.replace(
    name="MomentumMended",
    step=(
        Eq(
            v[t],
            mu * cases((dampening / mu * g[t], Equal(t, 1)), v[t - 1]) + (1 - dampening) * g[t],
        ),
        dampened.step[-1],
    ),
)
forgetful = as_found(
    "pytorch_optimizer#516",
    "SignumForgetful",
    signum,
    Eq(m[t], (1 - beta) * g[t]),
    Eq(theta[t], theta[t - 1] - lr * sign(m[t])),
    state=(),
)
subtracted = as_found(
    "tensorflow#61407",
    "AdamSubtracted",
    adam,
    *adam.step[:-1],
    Eq(theta[t], theta[t - 1] - lr * m_hat[t] / (sqrt(v_hat[t]) - eps)),
)
uncorrected = as_found(
    "bert#153",
    "AdamUncorrected",
    adam,
    Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
    Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
    Eq(theta[t], theta[t - 1] - lr * m[t] / (sqrt(v[t]) + eps)),
)
next_product = mu_product[t] * mu_next[t]
multiplied_twice = as_found(
    "pytorch#92699",
    "NAdamMultipliedTwice",
    nadam,
    *(Eq(e.lhs, e.rhs.subs(next_product, mu_t[t] * next_product)) for e in nadam.equations),
)

statements: tuple[Statement, ...] = (
    Statement(
        "I1",
        "A velocity of the other sign makes momentum push backwards: the iterates change.",
        Refutation(Simulation(inside, turned, state={"v": -v[t]})),
        "refuted",
        "pytorch#44917, on Sutskever et al. 2013, eqs. (1) and (2)",
        ("Momentum",),
    ),
    Statement(
        "I1a",
        "With the velocity's sign turned, momentum takes the same steps; rates may vary.",
        Simulation(inside, turned, state={"v": -v[t]}, varying=("lr", "momentum")),
        "proved",
        "pytorch#44917, on Sutskever et al. 2013, eqs. (1) and (2)",
        ("Momentum",),
    ),
    Statement(
        "I2",
        "Nesterov in the looked-ahead point is a step of (1 + momentum) times the velocity.",
        Simulation(nesterov, proposed, state={"theta": theta[t] - mu * v[t], "v": v[t] / lr}),
        "refuted",
        "pytorch#5920, the change that was proposed",
        ("Nesterov", "torch.SGD"),
    ),
    Statement(
        "I3",
        "torch's Nesterov adds the gradient of the step before to the velocity, as its "
        "documentation said.",
        Simulation(documented, torch_nesterov, state={"b": v[t]}),
        "refuted",
        "pytorch#72395, mended by pytorch#76639",
        ("torch.SGD",),
    ),
    Statement(
        "I4",
        "Paddle's first Nesterov step, -lr*g + lr*mu*v, is Nesterov's.",
        Simulation(torch_nesterov, paddle, state={"v": Variable("b")[t]}),
        "refuted",
        "Paddle#12231",
        ("torch.SGD",),
    ),
    Statement(
        "I5",
        "Keeping the step of Nesterov in the buffer, in place, is still Nesterov.",
        Simulation(torch_nesterov, in_place, state={"v": Variable("b")[t]}),
        "refuted",
        "google-research#1711, of a Shampoo",
        ("torch.SGD",),
    ),
    Statement(
        "I6",
        "Moving to the look-ahead point and then by the whole velocity is Nesterov.",
        Simulation(nesterov, moved_twice),
        "refuted",
        "simd_neuralnet#17, the bug",
        ("Nesterov",),
    ),
    Statement(
        "I6a",
        "Moving to the look-ahead point and then by the gradient alone is Nesterov.",
        Simulation(nesterov, moved_once, varying=("lr", "momentum")),
        "proved",
        "simd_neuralnet#17, the change",
        ("Nesterov",),
    ),
    Statement(
        "I7",
        "torch's dampening acts in every step, the first included.",
        Simulation(dampened, torch_sgd, state={"b": v[t]}, assume=(mu > 0,)),
        "refuted",
        "pytorch#152833, mlx#473",
        ("torch.SGD",),
    ),
    Statement(
        "I7a",
        "A buffer that starts at dampening/momentum times the first gradient gives torch's.",
        Simulation(mended, torch_sgd, state={"b": v[t]}, assume=(mu > 0,), varying=("lr",)),
        "proved",
        "mlx#473, the reviewer's proposal",
        ("torch.SGD",),
    ),
    Statement(
        "I8",
        "A Signum whose buffer is set to zero before every step is descent by signs: its decay "
        "does nothing.",
        Simulation(forgetful, signs, varying=("lr",)),
        "proved",
        "pytorch_optimizer#516",
        ("Signum", "SignSGD"),
    ),
    Statement(
        "I8x",
        "It is Signum.",
        Simulation(signum, forgetful),
        "refuted",
        "pytorch_optimizer#516, the code before",
        ("Signum",),
    ),
    Statement(
        "I9",
        "Adam may as well subtract eps from the root.",
        Simulation(adam, subtracted),
        "refuted",
        "tensorflow#61407, a comment in the code",
        ("Adam",),
    ),
    Statement(
        "I10",
        "BERT's optimizer, which corrects no bias, is Adam.",
        Simulation(adam, uncorrected),
        "refuted",
        "google-research/bert#153",
        ("Adam",),
    ),
    Statement(
        "I10a",
        "It is Adam with lr*sqrt(1 - beta2**t)/(1 - beta1**t) in the eps-hat form, turned round.",
        Simulation(
            hat,
            uncorrected,
            hyper={"lr": lr * sqrt(1 - beta2**t) / (1 - beta1**t)},
            varying=("lr", "beta1", "beta2", "eps"),
        ),
        "proved",
        "google-research/bert#153; Kingma & Ba 2015, section 2",
        ("AdamEpsHat",),
    ),
    Statement(
        "I11",
        "NAdam with the momentum of the step counted twice in the next product is torch's NAdam.",
        Simulation(nadam, multiplied_twice),
        "refuted",
        "pytorch#92699, TorchSharp#1155",
        ("torch.NAdam",),
    ),
    Statement(
        "I12",
        "eps inside the root is eps outside it for the root of eps.",
        Simulation(rms_inside, rmsprop, hyper={"eps": sqrt(eps)}),
        "refuted",
        "torch/optim#149, keras-radam#29",
        ("RMSProp", "RMSPropEpsInside"),
    ),
    Statement(
        "I13",
        "Ten times the learning rate makes averaged momentum the momentum of the sum, at 9/10.",
        Simulation(
            outside.with_hyper(momentum=Rational(9, 10)),
            average.with_hyper(beta=Rational(9, 10)),
            hyper={"lr": 10 * lr},
            state={"m": v[t] / 10},
            varying=("lr",),
        ),
        "proved",
        "Paddle#1002",
        ("MomentumEMA", "MomentumSum"),
    ),
    Statement(
        "I14",
        "Schedule-free descent is Nesterov at its learning rate and momentum.",
        Simulation(
            nesterov,
            schedule_free,
            hyper={"beta": mu},
            state={
                "theta": theta[t] - mu * v[t],
                "x": theta[t],
                "z": theta[t] - mu * v[t] / (1 - mu),
                "weight_sum": t * lr**2,
            },
        ),
        "refuted",
        "schedule_free#67",
        ("Nesterov", "ScheduleFreeSGD"),
    ),
)

issues: tuple[Issue, ...] = (
    Issue(
        "pytorch/pytorch#1099",
        "momentum with the rate outside the velocity is the papers', whatever the rate does",
        ("M2", "M1"),
        False,
        "documented (pytorch#1196): the same at a constant rate, not with a schedule",
    ),
    Issue(
        "paiml/aprender#2190",
        "a velocity that holds the rate follows torch through a schedule",
        ("M2",),
        False,
        "mended: the rate was taken out of the velocity",
    ),
    Issue(
        "HIPS/autograd#289",
        "averaged momentum is momentum under another choice of hyperparameters",
        ("M3", "M3a"),
        True,
        "answered: one can be had from the other by its parameters",
    ),
    Issue(
        "PaddlePaddle/Paddle#1002",
        "torch's momentum needs another learning rate than Paddle's, ten times at 0.9",
        ("I13",),
        True,
        "answered so, and the code changed",
    ),
    Issue(
        "pytorch/pytorch#44917",
        "a velocity of the other sign makes momentum negative",
        ("I1", "I1a"),
        None,
        "left open",
    ),
    Issue(
        "pytorch/pytorch#5920",
        "torch's Nesterov has a bug; the step is (1 + momentum) times the velocity",
        ("I2", "N1"),
        False,
        "closed: a reader derived torch's form by a change of variables",
    ),
    Issue(
        "torch/optim#27",
        "Torch's Nesterov, taken for wrong there, is Nesterov's in the looked-ahead point",
        ("N1",),
        None,
        "closed: the form in the looked-ahead point was derived; torch inherits it",
    ),
    Issue(
        "pytorch/pytorch#72395",
        "Nesterov's formula in the documentation, with the gradient of step t - 1, is the code's",
        ("I3",),
        False,
        "the documentation was mended (pytorch#76639)",
    ),
    Issue(
        "PaddlePaddle/Paddle#12231",
        "Paddle's Nesterov step, without parentheses, is Nesterov's",
        ("I4",),
        False,
        "mended as a serious bug",
    ),
    Issue(
        "google-research/google-research#1711",
        "a Nesterov step that overwrites its buffer is torch's",
        ("I5",),
        None,
        "left open",
    ),
    Issue(
        "oysteijo/simd_neuralnet#17",
        "moving ahead and then by the whole velocity is Nesterov",
        ("I6", "I6a"),
        False,
        "the author worked out the step by the gradient alone",
    ),
    Issue(
        "pytorch/pytorch#91108",
        "torch's first momentum buffer, the whole gradient, is that of a start at zero",
        ("C33x", "C33"),
        False,
        "kept: changing it would break users",
    ),
    Issue(
        "pytorch/pytorch#152833",
        "dampening acts in the first step",
        ("I7",),
        False,
        "documented: it is skipped there",
    ),
    Issue(
        "ml-explore/mlx#473",
        "a start at dampening/momentum times the first gradient gives torch's buffer",
        ("I7a",),
        True,
        "merged",
    ),
    Issue(
        "kozistr/pytorch_optimizer#516",
        "with its buffer zeroed before every step Signum is descent by signs",
        ("I8", "I8x"),
        True,
        "mended: the buffer is kept",
    ),
    Issue(
        "tensorflow/tensorflow#9047",
        "TensorFlow's Adam is Algorithm 1 with the same epsilon",
        ("D5", "D4", "K2"),
        False,
        "it is the paper's eps-hat form, as the maintainers answered",
    ),
    Issue(
        "tensorflow/tensorflow#35102",
        "the bias correction reaches epsilon, unlike in Algorithm 1",
        ("D4a", "D4"),
        True,
        "documented as eps-hat",
    ),
    Issue(
        "keras-team/keras#17391",
        "Keras's epsilon is the paper's epsilon",
        ("K2", "K2b"),
        False,
        "documented as eps-hat; the thread finds eps*sqrt(1 - beta2**t)",
    ),
    Issue(
        "keras-team/keras#14035",
        "epsilon must be multiplied by sqrt(1 - beta2**t) to have Algorithm 1",
        ("D4", "D4a"),
        None,
        "closed without an answer",
    ),
    Issue(
        "tensorflow/tensorflow#61407",
        "the code's comment, with epsilon subtracted, is Adam",
        ("I9",),
        False,
        "newer code has the sum",
    ),
    Issue(
        "google-research/bert#153",
        "Adam without bias correction is Adam",
        ("I10", "I10a"),
        None,
        "left as it is",
    ),
    Issue(
        "chainer/chainer#4754",
        "RMSprop of Chainer, with epsilon outside the root, is TensorFlow's",
        ("C69", "K4x"),
        False,
        "noted as a difference",
    ),
    Issue(
        "pytorch/pytorch#23796",
        "torch's RMSprop is TensorFlow's",
        ("K4x", "K4"),
        False,
        "documented (pytorch#26735); an option was declined (pytorch#23807)",
    ),
    Issue(
        "tensorflow/tensorflow#58412",
        "epsilon inside the root of RMSprop is that of Adam's paper, outside it",
        ("C69",),
        False,
        "stalled",
    ),
    Issue(
        "torch/optim#149",
        "epsilon outside the root can stand in for its square inside",
        ("I12", "C69a"),
        None,
        "answered: approximately; it is so where the average is zero",
    ),
    Issue(
        "google-deepmind/optax#49",
        "starting RMSProp's average at 1 changes nothing in the long run",
        ("A8",),
        None,
        "an option initial_scale was added; the difference is rho**t",
    ),
    Issue(
        "pytorch/pytorch#92699",
        "the two implementations of NAdam, one with mu counted twice, agree",
        ("I11",),
        False,
        "mended",
    ),
    Issue(
        "dotnet/TorchSharp#1155",
        "TorchSharp's NAdam, with mu counted twice, is torch's",
        ("I11",),
        False,
        "mended",
    ),
    Issue(
        "NVIDIA/apex#1849",
        "AdamW of the frameworks, which multiplies the decay by the rate, is the paper's",
        ("W6x", "W6"),
        False,
        "open; the paper's is had by dividing the decay by the base rate",
    ),
    Issue(
        "google-deepmind/optax#292",
        "optax's AdamW at the paper's numbers is the paper's AdamW",
        ("W6x", "K3"),
        False,
        "documented",
    ),
    Issue(
        "modern-fortran/neural-fortran#152",
        "the paper's decay is multiplied by the learning rate, as in torch",
        ("W6x",),
        None,
        "they followed torch",
    ),
    Issue(
        "egg-west/AdamW-pytorch#1",
        "the decay times the rate is the paper's",
        ("W6x", "W6"),
        False,
        "accepted as a comment",
    ),
    Issue(
        "google/jax#3494",
        "Adam with eps = 0, b1 = 0 and b2 = 1 is gradient descent",
        ("D10",),
        False,
        "withdrawn: the tests of equality fail at the start",
    ),
    Issue(
        "taki0112/RAdam-Tensorflow#2",
        "the thresholds 4 and 5 rectify from the same step on",
        ("R5",),
        False,
        "left open; code uses 5, the paper 4",
    ),
    Issue(
        "facebookresearch/schedule_free#67",
        "schedule-free descent is Nesterov",
        ("I14",),
        False,
        "answered: the same three sequences, other weights",
    ),
    Issue(
        "math.stackexchange/3325577",
        "Adam's steps are bounded as section 2.1 of its paper says",
        ("D14", "D15"),
        True,
        "the accepted answer derives the bound; it fails after 2 and after 210 steps",
    ),
)
"""Threads, by subject."""

DISPUTED = {"math.stackexchange/3325577"}
"""Where the verdict is not what was concluded."""

__all__ = ["DISPUTED", "Issue", "issues", "statements"]

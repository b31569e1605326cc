"""The field's standard symbols, ready to use: hyperparameters with range, role, LaTeX and meaning.

An author may declare others with `Parameter` and `Variable`; names found here print as the papers
print them.
"""

from __future__ import annotations

from optwright.derive.language.symbol import Parameter, Variable

lr = Parameter("lr", "[0, inf)", "lr", r"\eta", "learning rate")
learning_rate = Parameter("learning_rate", "[0, inf)", "lr", r"\eta", "learning rate")
alpha = Parameter("alpha", "[0, inf)", "lr", r"\alpha", "second step size")
gamma = Parameter(
    "gamma", "[0, 1)", "decay", r"\gamma", "momentum: the share of the last velocity that is kept"
)
momentum = Parameter(
    "momentum", "[0, 1)", "decay", r"\mu", "momentum: the share of the last velocity that is kept"
)
dampening = Parameter(
    "dampening",
    "[0, 1]",
    "decay",
    r"\tau",
    "the share of the gradient held back from the momentum buffer",
)
beta = Parameter("beta", "[0, 1)", "decay", r"\beta", "decay of the moving average of gradients")
beta1 = Parameter(
    "beta1", "[0, 1)", "decay", r"\beta_1", "decay of the moving average of gradients"
)
beta2 = Parameter(
    "beta2", "[0, 1)", "decay", r"\beta_2", "decay of the moving average of squared gradients"
)
beta3 = Parameter("beta3", "[0, 1)", "decay", r"\beta_3", "decay of a third moving average")
rho = Parameter("rho", "[0, 1)", "decay", r"\rho", "decay of a moving average")
nu = Parameter("nu", "[0, 1]", "coefficient", r"\nu", "weight between the gradient and its average")
weight_decay = Parameter("weight_decay", "[0, inf)", "regularization", r"\lambda", "weight decay")
eps = Parameter("eps", "[0, inf)", "eps", r"\epsilon", "keeps the denominator from zero")

m = Variable("m")
v = Variable("v")
u = Variable("u")
b = Variable("b")
d = Variable("d")
G = Variable("G")
m_hat = Variable("m_hat", r"\hat{m}")
v_hat = Variable("v_hat", r"\hat{v}")

__all__ = [
    "G",
    "alpha",
    "b",
    "beta",
    "beta1",
    "beta2",
    "beta3",
    "d",
    "dampening",
    "eps",
    "gamma",
    "learning_rate",
    "lr",
    "m",
    "m_hat",
    "momentum",
    "nu",
    "rho",
    "u",
    "v",
    "v_hat",
    "weight_decay",
]

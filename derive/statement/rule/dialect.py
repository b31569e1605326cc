"""The frameworks' computations and the papers': where they are one, and where they are not."""

from __future__ import annotations

from typing import Any

from sympy import sqrt

from optwright.derive.claim.formula.expression import Conjunction
from optwright.derive.claim.problem import ANSWER
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    G,
    Parameter,
    b,
    beta1,
    beta2,
    eps,
    learning_rate,
    lr,
    m,
    momentum,
    rho,
    t,
    theta,
    v,
    variables,
    weight_decay,
)
from optwright.derive.language.declaration import Optimizer
from optwright.derive.rule import catalog

adam, hat = catalog.system("Adam"), catalog.system("AdamEpsHat")
rmsprop, inside = catalog.system("RMSProp"), catalog.system("RMSPropEpsInside")
torch_rmsprop = catalog.system("torch.RMSprop(momentum=0, weight_decay=0)")
keras_rmsprop = catalog.system("keras.RMSprop(momentum=0, weight_decay=0)")
alpha = {h.name: h.symbol for h in torch_rmsprop.hyper}["alpha"]
epsilon = {h.name: h.symbol for h in keras_rmsprop.hyper}["epsilon"]
keras_adam = {
    "learning_rate": lr,
    "beta_1": beta1,
    "beta_2": beta2,
    "epsilon": eps,
    "weight_decay": 0,
}
optax_adam = {"learning_rate": lr, "b1": beta1, "b2": beta2, "eps": eps, "eps_root": 0}
moments = ("lr", "beta1", "beta2", "eps")
SYNONYMS = (
    ("lr", "learning_rate"),
    ("beta1", "b1", "beta_1"),
    ("beta2", "b2", "beta_2"),
    ("eps", "epsilon"),
    ("rho", "alpha", "decay"),
)


def named(system: Optimizer, name: str) -> Parameter:
    """A hyperparameter by any of its names."""
    known = {h.name: h.symbol for h in system.hyper}
    for names in SYNONYMS:
        if name in names:
            return next(known[n] for n in names if n in known)
    return known[name]


def same(left: str, right: str, **more: Any) -> Simulation:
    """The claim that two calls compute the same at the same numbers.

    more: the arguments of `Simulation`; `hyper` says what is not the same number, `varying` and
    the symbols in `hyper` may use any of the frameworks' names.
    """
    a, z = catalog.system(left), catalog.system(right)
    said = {named(z, name).name: x for name, x in more.pop("hyper", {}).items()}
    known = {h.name for h in a.hyper}
    alike = [h.name for h in z.hyper if h.name not in known and h.name not in said]
    hyper = {name: named(a, name) for name in alike if any(name in names for names in SYNONYMS)}
    varying = tuple(named(a, name).name for name in more.pop("varying", ()))
    return Simulation(a, z, hyper={**hyper, **said}, varying=varying, **more)


def row(
    id: str,
    words: str,
    claim: Simulation,
    expected: Any,
    source: str,
    brief: str = "",
) -> Statement:
    """A statement about the two systems of a claim."""
    about = dict.fromkeys(system.id for system in (claim.left, claim.right))
    return Statement(id, words, claim, expected, source, tuple(about), (), brief)


velocity, v_max = variables("velocity v_max")
start, lr_decay = Parameter("initial_accumulator_value"), Parameter("lr_decay")
b2 = Parameter("b2")
squares = (v[t] >= 0,)
plain_sgd = "torch.SGD(dampening=0, weight_decay=0)"
plain_nesterov = "torch.SGD(nesterov=True, weight_decay=0)"
adagrad_sources = "torch.optim.Adagrad, optax.adagrad, keras.optimizers.Adagrad"
decay_sources = "pytorch#3740, tensorflow/addons#844"

statements: tuple[Statement, ...] = (
    Statement(
        "K1",
        "Adam of torch and of optax is the paper's; everything may vary.",
        Conjunction(
            {
                "torch": Simulation(
                    adam,
                    catalog.system("torch.Adam"),
                    hyper={"weight_decay": 0},
                    invariants=(v[t] >= 0,),
                    varying=moments,
                ),
                "optax": Simulation(
                    adam, catalog.system("optax.adam"), hyper=optax_adam, varying=moments
                ),
            }
        ),
        "proved",
        "torch.optim.Adam, optax.adam",
        ("Adam", "torch.Adam", "optax.adam"),
        (),
        "Adam = torch.Adam = optax.adam",
    ),
    Statement(
        "K2",
        "Keras's Adam is the paper's with the same epsilon.",
        Simulation(adam, catalog.system("keras.Adam"), hyper=keras_adam),
        "refuted",
        "keras#17391, tensorflow#35102",
        ("Adam", "keras.Adam"),
    ),
    Statement(
        "K2a",
        "Keras's Adam is the eps-hat form; everything may vary.",
        Simulation(hat, catalog.system("keras.Adam"), hyper=keras_adam, varying=moments),
        "proved",
        "keras#17391, tensorflow#35102",
        ("AdamEpsHat", "keras.Adam"),
        (),
        "AdamEpsHat = keras.Adam",
    ),
    Statement(
        "K2b",
        "Keras's Adam is the paper's with epsilon = eps*sqrt(1 - beta2**t).",
        Simulation(
            adam,
            catalog.system("keras.Adam"),
            hyper={**keras_adam, "epsilon": eps * sqrt(1 - beta2**t)},
            invariants=(v[t] >= 0,),
            varying=moments,
        ),
        "proved",
        "keras#17391, tensorflow#35102",
        ("Adam", "keras.Adam"),
        (),
        "Adam(eps) = keras.Adam(epsilon=eps*sqrt(1 - beta2**t))",
    ),
    Statement(
        "K3",
        "torch's AdamW multiplies the decay by the learning rate, as the lecture notes do.",
        Simulation(
            catalog.system("texts.ADAMW"),
            catalog.system("torch.AdamW"),
            invariants=(v[t] >= 0,),
            varying=(*moments, "weight_decay"),
        ),
        "proved",
        "torch.optim.AdamW",
        ("texts.ADAMW", "torch.AdamW"),
        (),
        "texts.ADAMW = torch.AdamW",
    ),
    Statement(
        "K4",
        "torch's RMSprop has eps outside the root; Keras's and optax's have it inside.",
        Conjunction(
            {
                "torch": Simulation(
                    torch_rmsprop,
                    rmsprop,
                    hyper={"rho": alpha},
                    varying=("lr",),
                    assume=(alpha < 1,),
                ),
                "keras": Simulation(
                    keras_rmsprop,
                    inside,
                    hyper={
                        "lr": learning_rate,
                        "eps": epsilon,
                    },
                    varying=("learning_rate",),
                ),
            }
        ),
        "proved",
        "pytorch#23796, chainer#4754",
        ("RMSProp", "RMSPropEpsInside", "torch.RMSprop", "keras.RMSprop"),
        ("C69",),
        "torch.RMSprop(momentum=0) = RMSProp, keras.RMSprop(momentum=0) = RMSPropEpsInside",
    ),
    Statement(
        "K4x",
        "torch's and Keras's RMSprop are one at the same numbers.",
        Simulation(
            torch_rmsprop,
            keras_rmsprop,
            hyper={
                "learning_rate": lr,
                "epsilon": eps,
                "rho": alpha,
            },
            assume=(alpha < 1,),
        ),
        "refuted",
        "pytorch#23796, chainer#4754",
        ("torch.RMSprop", "keras.RMSprop"),
        ("C69",),
    ),
    Statement(
        "K5",
        "Keras's momentum has the rate inside the velocity, optax's outside.",
        Conjunction(
            {
                "keras": Simulation(
                    catalog.system("Momentum"),
                    catalog.system("keras.SGD"),
                    hyper={"learning_rate": lr, "weight_decay": 0},
                    state={"velocity": -v[t]},
                    varying=("lr",),
                ),
                "optax": Simulation(
                    catalog.system("MomentumSum"),
                    catalog.system("optax.sgd"),
                    hyper={"learning_rate": lr},
                    state={"b": v[t]},
                    varying=("lr",),
                ),
            }
        ),
        "proved",
        "keras.optimizers.SGD, optax.sgd",
        ("Momentum", "MomentumSum", "keras.SGD", "optax.sgd"),
        ("C31",),
        "Momentum = keras.SGD under velocity = -v, MomentumSum = optax.sgd",
    ),
    Statement(
        "K5x",
        "Keras's and torch's momentum are one when the learning rate changes.",
        Simulation(
            catalog.system("keras.SGD(weight_decay=0)"),
            catalog.system("torch.SGD(dampening=0, weight_decay=0)"),
            hyper={"lr": learning_rate},
            state={"b": 0},
            varying=("learning_rate",),
        ),
        "refuted",
        "pytorch#1099",
        ("keras.SGD", "torch.SGD"),
    ),
    Statement(
        "K6",
        "torch's Adagrad and Adadelta at lr = 1 are the papers'.",
        Conjunction(
            {
                "Adagrad": Simulation(
                    catalog.system("Adagrad"),
                    catalog.system("torch.Adagrad"),
                    hyper={"lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0},
                    invariants=(G[t] >= 0,),
                    varying=("lr", "eps"),
                ),
                "Adadelta": Simulation(
                    catalog.system("Adadelta"),
                    catalog.system("torch.Adadelta(lr=1)"),
                    hyper={"weight_decay": 0},
                    varying=("rho", "eps"),
                ),
            }
        ),
        "proved",
        "torch.optim",
        ("Adagrad", "Adadelta", "torch.Adagrad", "torch.Adadelta"),
        (),
        "Adagrad = torch.Adagrad, Adadelta = torch.Adadelta(lr=1)",
    ),
    # SGD
    row(
        "DL1",
        "Momentum of torch, without dampening and decay, is optax's; all may vary.",
        same(plain_sgd, "optax.sgd", varying=("lr",)),
        "proved",
        "torch.optim.SGD, optax.sgd",
        "torch.SGD(dampening=0, weight_decay=0) = optax.sgd",
    ),
    row(
        "DL1a",
        "Nesterov's momentum of torch, without dampening and decay, is optax's.",
        same(plain_nesterov, "optax.sgd(nesterov=True)", varying=("lr",)),
        "proved",
        "pytorch#5920, optax.sgd",
        "torch.SGD(nesterov=True) = optax.sgd(nesterov=True)",
    ),
    row(
        "DL1b",
        "Nesterov's momentum of torch is Keras's at a constant rate.",
        same(
            plain_nesterov,
            "keras.SGD(nesterov=True, weight_decay=0)",
            state={"velocity": -lr * b[t]},
            assume=(momentum <= 1,),
        ),
        "proved",
        "pytorch#5920, keras.optimizers.SGD",
        "torch.SGD(nesterov=True) = keras.SGD(nesterov=True) under velocity = -lr*b",
    ),
    row(
        "DL1c",
        "Nesterov's momentum of torch is Keras's also when the rate changes.",
        same(
            plain_nesterov,
            "keras.SGD(nesterov=True, weight_decay=0)",
            state={"velocity": -lr * b[t]},
            varying=("lr",),
        ),
        "refuted",
        "pytorch#1099",
    ),
    row(
        "DL1d",
        "torch's dampening is optax's momentum at the rate lr*(1 - dampening).",
        same(
            "torch.SGD(weight_decay=0)",
            "optax.sgd",
            hyper={"learning_rate": lr * (1 - Parameter("dampening"))},
            state={"b": b[t] / (1 - Parameter("dampening"))},
            assume=(Parameter("dampening") < 1,),
        ),
        "refuted",
        "pytorch#91108, torch.optim.SGD on its first step",
    ),
    row(
        "DL1e",
        "Without momentum the decay of torch's SGD is that of Keras's.",
        same(
            "torch.SGD(momentum=0, dampening=0)",
            "keras.SGD(momentum=0)",
            state={"velocity": -lr * (b[t] - weight_decay * (theta[t] + lr * b[t]))},
            start=1,
        ),
        "proved",
        "torch.optim.SGD, keras.optimizers.SGD",
        "torch.SGD(momentum=0) = keras.SGD(momentum=0), decay included",
    ),
    row(
        "DL1f",
        "The decay of torch's SGD with momentum is that of Keras's.",
        same("torch.SGD(dampening=0)", "keras.SGD", state={"velocity": -lr * b[t]}),
        "refuted",
        decay_sources,
    ),
    row(
        "DL1g",
        "torch's maximize is its descent on the negative loss.",
        same(
            "torch.SGD(maximize=True, weight_decay=0)",
            "torch.SGD(weight_decay=0)",
            answer={"grad": -ANSWER},
            varying=("lr",),
        ),
        "proved",
        "torch.optim.SGD",
        "torch.SGD(maximize=True) = torch.SGD on the negative loss",
    ),
    # Adagrad
    row(
        "DL2",
        "Adagrad of Keras is optax's at the same positive start.",
        same(
            "keras.Adagrad(weight_decay=0)",
            "optax.adagrad",
            invariants=(G[t] > 0,),
            assume=(start > 0,),
            varying=("learning_rate",),
        ),
        "proved",
        adagrad_sources,
        "keras.Adagrad = optax.adagrad at the same positive start",
    ),
    row(
        "DL2a",
        "Adagrad of torch is Keras's at the same numbers.",
        same("torch.Adagrad(lr_decay=0, weight_decay=0)", "keras.Adagrad(weight_decay=0)"),
        "refuted",
        adagrad_sources,
    ),
    row(
        "DL2b",
        "Adagrad of torch is optax's at eps = 0 and the same positive start.",
        same(
            "torch.Adagrad(lr_decay=0, weight_decay=0, eps=0)",
            "optax.adagrad(eps=0)",
            invariants=(G[t] > 0,),
            assume=(start > 0,),
            varying=("lr",),
        ),
        "proved",
        adagrad_sources,
        "torch.Adagrad(eps=0) = optax.adagrad(eps=0) at the same positive start",
    ),
    row(
        "DL2c",
        "Adagrad of torch is optax's at eps = 0 and their own starts, 0 and 1/10.",
        same(
            "torch.Adagrad(lr_decay=0, weight_decay=0, eps=0, initial_accumulator_value=0)",
            "optax.adagrad(eps=0, initial_accumulator_value=0.1)",
        ),
        "refuted",
        adagrad_sources,
    ),
    row(
        "DL2d",
        "torch's lr_decay is the rate lr/(1 + lr_decay*(t - 1)) in Keras, at eps = 0.",
        same(
            "torch.Adagrad(weight_decay=0, eps=0)",
            "keras.Adagrad(weight_decay=0, epsilon=0)",
            hyper={"lr": lr / (1 + lr_decay * (t - 1))},
        ),
        "proved",
        adagrad_sources,
        "torch.Adagrad(lr_decay, eps=0) = keras.Adagrad(lr/(1 + lr_decay*(t - 1)), epsilon=0)",
    ),
    row(
        "DL2e",
        "torch's lr_decay is the rate lr/(1 + lr_decay*t) in Keras, at eps = 0.",
        same(
            "torch.Adagrad(weight_decay=0, eps=0)",
            "keras.Adagrad(weight_decay=0, epsilon=0)",
            hyper={"lr": lr / (1 + lr_decay * t)},
        ),
        "refuted",
        "near miss of DL2d",
    ),
    row(
        "DL2f",
        "The decay of torch's Adagrad is that of Keras's.",
        same("torch.Adagrad(lr_decay=0, eps=0)", "keras.Adagrad(epsilon=0)"),
        "refuted",
        decay_sources,
    ),
    # Adadelta
    row(
        "DL3",
        "Adadelta of torch is optax's, decay included; rates may vary.",
        same(
            "torch.Adadelta",
            "optax.adadelta",
            varying=("lr", "eps", "weight_decay"),
            assume=(rho < 1,),
        ),
        "proved",
        "torch.optim.Adadelta, optax.adadelta",
        "torch.Adadelta = optax.adadelta",
    ),
    row(
        "DL3a",
        "Adadelta of torch without decay is Keras's.",
        same(
            "torch.Adadelta(weight_decay=0)",
            "keras.Adadelta(weight_decay=0)",
            varying=("lr", "eps"),
            assume=(rho < 1,),
        ),
        "proved",
        "torch.optim.Adadelta, keras.optimizers.Adadelta",
        "torch.Adadelta(weight_decay=0) = keras.Adadelta(weight_decay=0)",
    ),
    row(
        "DL3b",
        "Adadelta of torch with decay is Keras's.",
        same("torch.Adadelta", "keras.Adadelta"),
        "refuted",
        decay_sources,
    ),
    # RMSprop
    row(
        "DL4",
        "RMSprop of optax, from 0, is Keras's, momentum included; all may vary.",
        same(
            "optax.rmsprop(initial_scale=0)",
            "keras.RMSprop(weight_decay=0)",
            state={"velocity": -b[t]},
            varying=("learning_rate", "decay", "eps", "momentum"),
        ),
        "proved",
        "optax.rmsprop, keras.optimizers.RMSprop",
        "optax.rmsprop = keras.RMSprop under velocity = -b",
    ),
    row(
        "DL4a",
        "RMSprop of optax with eps outside the root is torch's without momentum.",
        same(
            "optax.rmsprop(eps_in_sqrt=False, initial_scale=0, momentum=0)",
            "torch.RMSprop(momentum=0, weight_decay=0)",
            state={"velocity": -b[t] / learning_rate},
            assume=(learning_rate > 0,),
        ),
        "proved",
        "optax.rmsprop, torch.optim.RMSprop",
        "optax.rmsprop(eps_in_sqrt=False, momentum=0) = torch.RMSprop(momentum=0)",
    ),
    row(
        "DL4b",
        "RMSprop of torch is Keras's at eps = 0 and a constant rate, momentum included.",
        same(
            "torch.RMSprop(weight_decay=0, eps=0)",
            "keras.RMSprop(weight_decay=0, epsilon=0)",
            state={"velocity": lr * velocity[t]},
            assume=(Parameter("alpha") < 1,),
        ),
        "proved",
        "pytorch#23796, keras.optimizers.RMSprop",
        "torch.RMSprop(eps=0) = keras.RMSprop(epsilon=0) under velocity = lr*velocity",
    ),
    row(
        "DL4c",
        "RMSprop of torch is Keras's at eps = 0 also when the rate changes.",
        same(
            "torch.RMSprop(weight_decay=0, eps=0)",
            "keras.RMSprop(weight_decay=0, epsilon=0)",
            state={"velocity": lr * velocity[t]},
            assume=(Parameter("alpha") < 1,),
            varying=("lr",),
        ),
        "refuted",
        "pytorch#1099",
    ),
    row(
        "DL4d",
        "RMSprop of optax computes the same from 1 as from 0.",
        same("optax.rmsprop(initial_scale=0)", "optax.rmsprop(initial_scale=1)"),
        "refuted",
        "optax#49",
    ),
    row(
        "DL4e",
        "The centred RMSprop of torch is Keras's at the same numbers.",
        same(
            "torch.RMSprop(centered=True, momentum=0, weight_decay=0)",
            "keras.RMSprop(centered=True, momentum=0, weight_decay=0)",
            assume=(Parameter("alpha") < 1,),
            state={"velocity": lr * velocity[t]},
        ),
        "refuted",
        "pytorch#23796",
    ),
    row(
        "DL4h",
        "The centred RMSprop of torch is Keras's at eps = 0 and a constant rate.",
        same(
            "torch.RMSprop(centered=True, weight_decay=0, eps=0)",
            "keras.RMSprop(centered=True, weight_decay=0, epsilon=0)",
            assume=(Parameter("alpha") < 1,),
            state={"velocity": lr * velocity[t]},
        ),
        "proved",
        "pytorch#23796",
        "torch.RMSprop(centered=True, eps=0) = keras.RMSprop(centered=True, epsilon=0)",
    ),
    row(
        "DL4f",
        "RMSprop of optax with bias correction and eps outside is its Adam at b1 = 0.",
        same(
            "optax.adam(b1=0, eps_root=0)",
            "optax.rmsprop(bias_correction=True, eps_in_sqrt=False, initial_scale=0, momentum=0)",
            state={"b": -learning_rate * m[t] / (sqrt(v[t] / (1 - b2**t)) + eps)},
            hyper={"rho": b2},
            varying=("learning_rate",),
            invariants=squares,
            start=1,
        ),
        "proved",
        "optax#1006",
        "optax.rmsprop(bias_correction=True) = optax.adam(b1=0)",
    ),
    row(
        "DL4g",
        "RMSprop of optax without bias correction is its Adam at b1 = 0.",
        same(
            "optax.rmsprop(eps_in_sqrt=False, initial_scale=0, momentum=0)",
            "optax.adam(b1=0, eps_root=0)",
            state={"m": 0},
            hyper={"b2": Parameter("decay")},
        ),
        "refuted",
        "optax#1006, jax#3494",
    ),
)

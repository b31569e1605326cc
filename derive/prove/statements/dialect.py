"""The frameworks' computations and the papers': where they are one, and where they are not."""

from __future__ import annotations

from sympy import sqrt

from optwright.derive.catalog import catalog
from optwright.derive.language import G, beta1, beta2, eps, learning_rate, lr, t, v
from optwright.derive.prove.claim import Conjunction
from optwright.derive.prove.simulation import Simulation
from optwright.derive.prove.statement import Statement

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
)

"""Units: what happens to a rule when the loss, the parameters or a rate are scaled."""

from __future__ import annotations

from optwright.derive.claim.formula.expression import Conjunction
from optwright.derive.claim.rule.symmetry import Symmetry
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    And,
    Eq,
    Optimizer,
    Source,
    g,
    lr,
    t,
    theta,
    variables,
    weight_decay,
)
from optwright.derive.statement.loss.symmetry import (
    all_of,
    balles,
    loss,
    multiplicative,
    normalized,
    of,
    row,
    units,
)

cautious = Optimizer(
    name="DecayedAway",
    source=Source("Loshchilov & Hutter 2019", "eq. (1), decay beside the rate", arxiv="1711.05101"),
    hyper=(lr(0.01), weight_decay(0.01)),
    step=(Eq(theta[t], (1 - weight_decay) * theta[t - 1] - lr * g[t]),),
)
w_norm, g_norm, u_norm = variables("w_norm g_norm u_norm")
zeiler = "Zeiler 2012, section 3.2"

statements: tuple[Statement, ...] = (
    # Scalings of the loss
    row(
        "SY46",
        "Descent by signs, Rprop, SM3 and Adagrad at eps = 0 do not change when the loss is "
        "multiplied.",
        all_of(loss, "SignSGD", "Signum", "Rprop", "SM3", "Adagrad(eps=0)"),
        "proved",
        balles,
        "SignSGD Signum Rprop SM3 Adagrad",
        "the same when the loss is multiplied (at eps = 0)",
    ),
    row(
        "SY47",
        "Newton's method and normalized descent do not change when the loss is multiplied.",
        Conjunction(
            {"Newton": of("Newton", loss), "NormalizedDescent": Symmetry(normalized, loss)}
        ),
        "proved",
        "Boyd & Vandenberghe 2004, section 9.5",
        "Newton",
        "the same when the loss is multiplied",
    ),
    row(
        "SY48",
        "LARS does not change when the loss is multiplied.",
        of("LARS", loss),
        "refuted",
        "You, Gitman & Ginsburg 2017",
        "LARS",
    ),
    row(
        "SY49",
        "LARS does not change when loss and decay are multiplied, where weights and gradient are "
        "not zero.",
        of(
            "LARS",
            loss,
            hyper={"weight_decay": 1},
            given={And(w_norm[t] > 0, g_norm[t] > 0): True},
        ),
        "proved",
        "You, Gitman & Ginsburg 2017",
        "LARS",
        "the same when loss and decay are multiplied by one number, norms not zero",
    ),
    row(
        "SY50",
        "LARS does not change when loss and decay are multiplied, also where the weights are zero.",
        of("LARS", loss, hyper={"weight_decay": 1}),
        "refuted",
        "near miss of SY49",
        "LARS",
    ),
    row(
        "SY51",
        "Polyak's step does not change when the loss is multiplied.",
        of("PolyakStep", loss),
        "refuted",
        "Polyak 1987, section 5.3",
        "PolyakStep",
    ),
    row(
        "SY52",
        "Polyak's step does not change when the loss and its least value f_star are multiplied.",
        of("PolyakStep", loss, hyper={"f_star": 1}),
        "proved",
        "Polyak 1987, section 5.3",
        "PolyakStep",
        "the same when loss and f_star are multiplied by one number",
    ),
    row(
        "SY53",
        "Clipped descent is the same when the loss is multiplied and its rate divided.",
        of("ClippedSGD", loss, hyper={"lr": -1}, runs=({"hyper": {"max_norm": 1}},)),
        "refuted",
        "Pascanu, Mikolov & Bengio 2013",
        "ClippedSGD",
    ),
    row(
        "SY54",
        "Clipped descent is the same when the loss and max_norm are multiplied and its rate "
        "divided.",
        of("ClippedSGD", loss, hyper={"lr": -1, "max_norm": 1}),
        "proved",
        "Pascanu, Mikolov & Bengio 2013",
        "ClippedSGD",
        "the same when loss and max_norm are multiplied and lr divided by one number",
    ),
    row(
        "SY55",
        "Adadelta is the same when the loss is multiplied and eps by its square.",
        of("Adadelta", loss, hyper={"eps": 2}),
        "refuted",
        zeiler,
        "Adadelta",
    ),
    # Units of the parameters
    row(
        "SY56",
        "Adam's rate has the units of theta, and eps those of the gradient.",
        of("Adam", units, hyper={"lr": 1, "eps": -1}),
        "proved",
        zeiler,
        "Adam",
        "scaling theta scales lr, and eps as the gradient",
        ("A9",),
    ),
    row(
        "SY57",
        "Adam's rate has no units.",
        of("Adam(eps=0)", units),
        "refuted",
        zeiler,
        "Adam",
        rows=("A9",),
    ),
    row(
        "SY58",
        "Newton's and Polyak's steps need no rate and have the units of theta.",
        all_of(units, "Newton", "PolyakStep"),
        "proved",
        zeiler,
        "Newton PolyakStep",
        "has the units of theta",
        ("A9",),
    ),
    row(
        "SY59",
        "Where weights and gradient are not zero LARS's rates have no units, and its decay those "
        "of the gradient over theta.",
        of(
            "LARS",
            units,
            hyper={"weight_decay": -2},
            given={And(w_norm[t] > 0, g_norm[t] > 0): True},
        ),
        "proved",
        "You, Gitman & Ginsburg 2017",
        "LARS",
        "lr has no units, norms not zero",
    ),
    row(
        "SY60",
        "Where weights and step are not zero LAMB's rate has no units.",
        of(
            "LAMB",
            units,
            hyper={"eps": -1, "weight_decay": -1},
            given={And(w_norm[t] > 0, u_norm[t] > 0): True},
        ),
        "proved",
        "You et al. 2020",
        "LAMB",
        "lr has no units, norms not zero",
    ),
    row(
        "SY61",
        "LAMB's rate has no units, also where the weights are zero.",
        of("LAMB", units, hyper={"eps": -1, "weight_decay": -1}),
        "refuted",
        "near miss of SY60",
        "LAMB",
    ),
    row(
        "SY62",
        "SAM's radius has the units of theta.",
        of("SAM", units, hyper={"lr": 2, "rho": 1}),
        "proved",
        "Foret et al. 2021",
        "SAM",
        "scaling theta scales rho, and lr by the square",
    ),
    row(
        "SY63",
        "SAM's radius has no units.",
        of("SAM", units, hyper={"lr": 2}),
        "refuted",
        "near miss of SY62",
        "SAM",
    ),
    row(
        "SY64",
        "Prodigy's rate has no units: its first guess d0 has those of theta.",
        of("Prodigy(weight_decay=0)", units, hyper={"d0": 1, "eps": -1}),
        "proved",
        "Mishchenko & Defazio 2024",
        "Prodigy",
        "scaling theta scales d0, and lr has no units",
    ),
    row(
        "SY65",
        "Prodigy needs no units at all: not even d0 has any.",
        of("Prodigy(weight_decay=0)", units, hyper={"eps": -1}),
        "refuted",
        "near miss of SY64",
        "Prodigy",
    ),
    row(
        "SY66",
        "Decay beside the rate has no units, decay times the rate those of one over the rate.",
        Conjunction(
            {
                "beside": Symmetry(cautious, units, hyper={"lr": 2}),
                "times": of("GradientDescentL2", units, hyper={"lr": 2, "weight_decay": -2}),
            }
        ),
        "proved",
        "Loshchilov & Hutter 2019",
        "GradientDescentL2",
        "scaling theta scales lr by the square and divides the penalty by it",
    ),
    row(
        "SY67",
        "Decay times the rate has no units.",
        of("GradientDescentL2", units, hyper={"lr": 2}),
        "refuted",
        "near miss of SY66",
        "GradientDescentL2",
    ),
    row(
        "SY68",
        "The rate of multiplicative weights has the units of one over the gradient.",
        Symmetry(multiplicative, units, hyper={"lr": 1}),
        "proved",
        "Arora, Hazan & Kale 2012",
    ),
)

__all__ = ["statements"]

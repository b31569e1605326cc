"""Quadratics under other forms of momentum and the dialects, and what decay converges to."""

from __future__ import annotations

from optwright.derive.claim.loss.quadratic import (
    FixedPoint,
    L,
    Rate,
    Stable,
    curvature,
    minimiser,
    mu,
)
from optwright.derive.claim.relation import Lt
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Eq,
    Optimizer,
    Parameter,
    Source,
    State,
    Variable,
    alpha,
    beta,
    dampening,
    g,
    grad,
    lr,
    momentum,
    nu,
    t,
    theta,
    v,
    weight_decay,
)
from optwright.derive.language.vocabulary import learning_rate
from optwright.derive.rule import catalog
from optwright.derive.statement.loss.quadratic import penalised
from optwright.derive.statement.loss.quadratic_momentum import nine, r
from optwright.derive.statement.rule.momentum import qhm

average = catalog.system("MomentumEMA")
two_rates = catalog.system("texts.MOM_b")
review = catalog.system("texts.NAG_b")
torch_sgd = catalog.system("torch.SGD(nesterov=False)")
torch_nesterov = catalog.system("torch.SGD(nesterov=True)")
keras_sgd = catalog.system("keras.SGD(nesterov=False)")
keras_nesterov = catalog.system("keras.SGD(nesterov=True)")
optax_sgd = catalog.system("optax.sgd(nesterov=False)")
decay = Parameter("decay", "[0, 1)", "decay", meaning="the share of the average that is kept")
previous = Variable("previous")
gamma, b1 = Parameter("gamma"), Parameter("b1")
triple = Optimizer(
    name="TripleMomentum",
    source=Source("Van Scoy, Freeman & Lynch 2018", "the triple momentum method"),
    hyper=(lr(0.1), b1(0.5), gamma(0.25)),
    state=(State(previous, init=theta[0]),),
    step=(
        Eq(g[t], grad(theta[t - 1] + gamma * (theta[t - 1] - previous[t - 1]))),
        Eq(theta[t], theta[t - 1] + b1 * (theta[t - 1] - previous[t - 1]) - lr * g[t]),
        Eq(previous[t], theta[t - 1]),
    ),
)
slow, fast = Variable("slow"), Variable("fast")
aggregated = Optimizer(
    name="AggMo",
    source=Source(
        "Lucas et al. 2019", "aggregated momentum, of two velocities", arxiv="1804.00325"
    ),
    hyper=(lr(0.1), momentum(0.9)),
    state=(fast, slow),
    step=(
        Eq(fast[t], g[t]),
        Eq(slow[t], momentum * slow[t - 1] + g[t]),
        Eq(theta[t], theta[t - 1] - lr * (fast[t] + slow[t]) / 2),
    ),
)
averaged = Optimizer(
    name="AveragedDescent",
    source=Source("Polyak & Juditsky 1992", "with an average that fades"),
    hyper=(lr(0.1), decay(0.99)),
    state=(v,),
    step=(
        Eq(theta[t], theta[t - 1] - lr * g[t]),
        Eq(v[t], decay * v[t - 1] + (1 - decay) * theta[t]),
    ),
)
rho = 1 - 1 / r
triple_tuned = {
    "lr": (1 + rho) / (mu * r**2),
    "b1": rho**2 / (2 - rho),
    "gamma": rho**2 / ((1 + rho) * (2 - rho)),
}

statements: tuple[Statement, ...] = (
    # --- other forms and dialects
    Statement(
        "E10",
        "Momentum as an average converges exactly if 0 < lr < 2*(1 + beta)/((1 - beta)*L).",
        Stable(average, [lr > 0, lr < 2 * (1 + beta) / ((1 - beta) * L)]),
        "proved",
        "follows from E2 and M3; Ma & Yarats 2019",
        ("MomentumEMA",),
        (),
        "converges exactly if 0 < lr < 2*(1 + beta)/((1 - beta)*L)",
    ),
    Statement(
        "E10a",
        "It has the limit of momentum as a sum, 2*(1 + beta)/L.",
        Stable(average, [lr > 0, lr < 2 * (1 + beta) / L]),
        "refuted",
        "near miss of E10",
        ("MomentumEMA",),
    ),
    Statement(
        "E11",
        "With the review's two rates momentum converges exactly if lr*alpha < 2*(1 + momentum)/L.",
        Stable(two_rates, [lr > 0, alpha > 0, lr * alpha < 2 * (1 + momentum) / L]),
        "proved",
        "a learning site's review (D2)",
        ("texts.MOM_b",),
    ),
    Statement(
        "E11a",
        "The review's Nesterov with two rates converges exactly if lr < "
        "2*(1 + momentum)/((alpha + 2*momentum)*L).",
        Stable(
            review,
            [lr > 0, alpha > 0, lr < 2 * (1 + momentum) / ((alpha + 2 * momentum) * L)],
        ),
        "proved",
        "a learning site's review (D2)",
        ("texts.NAG_b",),
    ),
    Statement(
        "E11b",
        "It converges exactly if lr*alpha is below Nesterov's limit.",
        Stable(
            review,
            [
                lr > 0,
                alpha > 0,
                Lt(lr * alpha, 2 * (1 + momentum) / ((1 + 2 * momentum) * L)),
            ],
        ),
        "refuted",
        "near miss of E11a",
        ("texts.NAG_b",),
    ),
    Statement(
        "E12",
        "PyTorch's SGD with momentum, dampening below 1 and weight decay converges exactly if "
        "momentum < 1 and lr < 2*(1 + momentum)/((1 - dampening)*(L + weight_decay)).",
        Stable(
            torch_sgd,
            [
                lr > 0,
                momentum < 1,
                lr < 2 * (1 + momentum) / ((1 - dampening) * (L + weight_decay)),
            ],
            where=(momentum > 0, dampening < 1),
        ),
        "proved",
        "documentation of torch.optim.SGD",
        ("torch.SGD",),
    ),
    Statement(
        "E12a",
        "Dampening does not change its limit.",
        Stable(
            torch_sgd,
            [lr > 0, momentum < 1, lr < 2 * (1 + momentum) / (L + weight_decay)],
            where=(momentum > 0, dampening < 1),
        ),
        "refuted",
        "near miss of E12",
        ("torch.SGD",),
    ),
    Statement(
        "E12b",
        "With nesterov=True and momentum below 1 the limit is "
        "2*(1 + momentum)/((1 + 2*momentum)*(L + weight_decay)).",
        Stable(
            torch_nesterov,
            [lr > 0, lr < 2 * (1 + momentum) / ((1 + 2 * momentum) * (L + weight_decay))],
            where=(momentum < 1,),
        ),
        "proved",
        "follows from E3 and N1",
        ("torch.SGD",),
    ),
    Statement(
        "E12c",
        "With nesterov=True the limit is that of nesterov=False.",
        Stable(
            torch_nesterov,
            [lr > 0, lr < 2 * (1 + momentum) / (L + weight_decay)],
            where=(momentum < 1,),
        ),
        "refuted",
        "near miss of E12b",
        ("torch.SGD",),
    ),
    Statement(
        "E12d",
        "With nesterov=True it converges only if momentum < 1.",
        Stable(torch_nesterov, [momentum < 1], "only if", {"weight_decay": 0}),
        "refuted",
        "near miss of E12: looking ahead damps even at momentum 1",
        ("torch.SGD",),
    ),
    Statement(
        "E12e",
        "With nesterov=True and no weight decay it converges exactly if momentum <= 1 and "
        "0 < lr < 2*(1 + momentum)/((1 + 2*momentum)*L): at momentum 1 too.",
        Stable(
            torch_nesterov,
            [lr > 0, momentum <= 1, lr < 2 * (1 + momentum) / ((1 + 2 * momentum) * L)],
            hyper={"weight_decay": 0},
        ),
        "proved",
        "follows from E3 and N1, made exact at the end",
        ("torch.SGD",),
    ),
    Statement(
        "E13",
        "Keras's SGD, whose weight decay is decoupled, converges with momentum below 1 exactly if "
        "0 < learning_rate < 2*(1 + momentum)/(L + (1 + momentum)*weight_decay).",
        Stable(
            keras_sgd,
            [
                learning_rate > 0,
                learning_rate < 2 * (1 + momentum) / (L + (1 + momentum) * weight_decay),
            ],
            where=(momentum < 1,),
        ),
        "proved",
        "Keras 3.15.1, keras/src/optimizers/sgd.py",
        ("keras.SGD",),
    ),
    Statement(
        "E13a",
        "Its limit is that of coupled decay, 2*(1 + momentum)/(L + weight_decay).",
        Stable(
            keras_sgd,
            [learning_rate > 0, learning_rate < 2 * (1 + momentum) / (L + weight_decay)],
            where=(momentum < 1,),
        ),
        "refuted",
        "near miss of E13",
        ("keras.SGD", "torch.SGD"),
    ),
    Statement(
        "E13b",
        "With nesterov=True the limit is "
        "2*(1 + momentum)/((1 + 2*momentum)*L + (1 + momentum)*weight_decay).",
        Stable(
            keras_nesterov,
            [
                learning_rate > 0,
                learning_rate
                < 2 * (1 + momentum) / ((1 + 2 * momentum) * L + (1 + momentum) * weight_decay),
            ],
            where=(momentum < 1,),
        ),
        "proved",
        "Keras 3.15.1, keras/src/optimizers/sgd.py",
        ("keras.SGD",),
    ),
    Statement(
        "E13c",
        "Keras's SGD converges for small learning rates at every momentum that it admits, "
        "1 included.",
        Stable(keras_sgd, [learning_rate > 0, learning_rate < 1 / (L + weight_decay)], "if"),
        "refuted",
        "Keras 3.15.1, keras/src/optimizers/sgd.py",
        ("keras.SGD",),
    ),
    Statement(
        "E14",
        "optax's sgd with a trace converges exactly if momentum < 1 and learning_rate < "
        "2*(1 + momentum)/L.",
        Stable(
            optax_sgd,
            [learning_rate > 0, momentum < 1, learning_rate < 2 * (1 + momentum) / L],
        ),
        "proved",
        "optax 0.2.8, optax/_src/alias.py",
        ("optax.sgd",),
    ),
    Statement(
        "E14a",
        "It converges at every momentum that it admits if learning_rate < 2/L.",
        Stable(optax_sgd, [learning_rate > 0, learning_rate < 2 / L], "if"),
        "refuted",
        "optax 0.2.8, optax/_src/alias.py",
        ("optax.sgd",),
    ),
    Statement(
        "E15",
        "Quasi-hyperbolic momentum converges exactly if lr < "
        "2*(1 + beta)/((1 + beta - 2*nu*beta)*L).",
        Stable(qhm, [lr > 0, lr < 2 * (1 + beta) / ((1 + beta - 2 * nu * beta) * L)]),
        "proved",
        "Gitman et al. 2019; Ma & Yarats 2019",
    ),
    Statement(
        "E15a",
        "Its limit is that of the average, 2*(1 + beta)/((1 - beta)*L), whatever nu is.",
        Stable(qhm, [lr > 0, lr < 2 * (1 + beta) / ((1 - beta) * L)]),
        "refuted",
        "near miss of E15",
    ),
    Statement(
        "E16",
        "Triple momentum with its parameters has radius 1 - 1/sqrt(kappa) on quadratics.",
        Rate(triple, triple_tuned, rho, parameters=(r(2),), high=mu * r**2),
        "proved",
        "Van Scoy, Freeman & Lynch 2018, theorem 1",
    ),
    Statement(
        "E16a",
        "On quadratics it is faster than Nesterov's method at 1/L.",
        Rate(triple, triple_tuned, rho, "<", parameters=(r(2),), high=mu * r**2),
        "refuted",
        "near miss of E16: its gain is on other losses",
    ),
    Statement(
        "E17",
        "Two velocities, of momentum 0 and b, converge together exactly if lr < "
        "4*(1 + b)/((2 + b)*L).",
        Stable(aggregated, [lr > 0, lr < 4 * (1 + momentum) / ((2 + momentum) * L)]),
        "proved",
        "Lucas et al. 2019, by Jury's conditions",
    ),
    Statement(
        "E17a",
        "Their limit is the mean of the limits of both, (2 + b)/L.",
        Stable(aggregated, [lr > 0, lr < (2 + momentum) / L]),
        "refuted",
        "near miss of E17: it is the harmonic mean",
    ),
    Statement(
        "E18",
        "A fading average of the iterates converges with them, exactly if 0 < lr < 2/L.",
        Stable(averaged, [lr > 0, lr < 2 / L]),
        "proved",
        "Polyak & Juditsky 1992",
    ),
    Statement(
        "E18a",
        "A fading average makes larger learning rates stable, up to 2*(1 + decay)/L as momentum "
        "does.",
        Stable(averaged, [lr > 0, lr < 2 * (1 + decay) / L], parameters=(decay(nine),)),
        "refuted",
        "near miss of E18",
    ),
    Statement(
        "E18b",
        "At lr = 1/L the average is as fast as the iterates: radius 1 - mu/L.",
        Rate(averaged, {"lr": 1 / L}, 1 - mu / L, parameters=(decay(nine),)),
        "refuted",
        "near miss of E6b: not where decay is larger",
    ),
    # --- weight decay: where rules converge to
    Statement(
        "E19",
        "With an L2 penalty gradient descent converges to h*c/(h + weight_decay), not to the "
        "minimiser c of the loss of curvature h.",
        FixedPoint(penalised, curvature * minimiser / (curvature + weight_decay), where=(lr > 0,)),
        "proved",
        "Hoerl & Kennard 1970",
        ("GradientDescentL2",),
    ),
    Statement(
        "E19a",
        "With an L2 penalty it converges to the minimiser of the loss.",
        FixedPoint(penalised, minimiser, where=(lr > 0,)),
        "refuted",
        "near miss of E19",
        ("GradientDescentL2",),
    ),
    Statement(
        "E19b",
        "PyTorch's SGD converges to the same point whatever the momentum and dampening are.",
        FixedPoint(
            torch_sgd,
            curvature * minimiser / (curvature + weight_decay),
            where=(momentum > 0, lr > 0, momentum < 1, dampening < 1),
        ),
        "proved",
        "Loshchilov & Hutter 2019",
        ("torch.SGD",),
    ),
    Statement(
        "E19c",
        "Decoupled decay shrinks less under momentum: Keras's SGD converges to "
        "h*c/(h + (1 - momentum)*weight_decay).",
        FixedPoint(
            keras_sgd,
            curvature * minimiser / (curvature + (1 - momentum) * weight_decay),
            where=(learning_rate > 0, momentum < 1),
        ),
        "proved",
        "Loshchilov & Hutter 2019, Algorithm 1, made exact",
        ("keras.SGD",),
    ),
    Statement(
        "E19d",
        "Keras's SGD with weight decay converges to the point of the L2 penalty.",
        FixedPoint(
            keras_sgd,
            curvature * minimiser / (curvature + weight_decay),
            where=(learning_rate > 0, momentum < 1),
        ),
        "refuted",
        "near miss of E19c",
        ("keras.SGD", "torch.SGD"),
    ),
)

__all__ = ["statements"]

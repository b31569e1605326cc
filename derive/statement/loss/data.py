"""Batches, epochs and noise: what random samples keep of the gradient, and what they do not."""

from __future__ import annotations

from sympy import Eq, Integer, Rational, Symbol, ceiling

from optwright.derive.claim.formula.counting import Counting
from optwright.derive.claim.formula.expression import Conjunction, Identity, Inequality
from optwright.derive.claim.relation import Equal, Ge, Le
from optwright.derive.claim.rule.expectation import B, BatchMoment, MeanStep, mean, n, variance
from optwright.derive.claim.rule.invariant import Always
from optwright.derive.claim.statement import Statement
from optwright.derive.language import g as answer
from optwright.derive.language import lr, sqrt, t, theta
from optwright.derive.rule import catalog

spread, batch = Symbol("spread", positive=True), Symbol("batch", positive=True)
x, y, z, w = (Symbol(name, real=True) for name in "xyzw")
epochs = Symbol("epochs", integer=True, positive=True)
noisy, descent = catalog.system("NoisySGD"), catalog.system("GradientDescent")


def updates(samples: int, size: int) -> Integer:
    """The updates of an epoch, left as a ceiling."""
    return ceiling(Rational(samples, size), evaluate=False)


epoch: tuple[Statement, ...] = (
    Statement(
        "C14a",
        "The sum of the gradients of a batch is B times the mean gradient in the mean.",
        BatchMoment(replacement=False, quantity="mean", value=B * mean, scale=1),
        "proved",
        "essay (D0) against lessons (D2)",
        ("MiniBatchGradientDescent",),
        ("C14",),
    ),
    Statement(
        "C14y",
        "The sum of the gradients of a batch is the mean gradient in the mean.",
        BatchMoment(replacement=False, quantity="mean", value=mean, scale=1),
        "refuted",
        "essay (D0) against lessons (D2)",
        ("MiniBatchGradientDescent",),
        ("C14",),
    ),
    Statement(
        "C14z",
        "Summing instead of averaging multiplies the variance by B only.",
        BatchMoment(replacement=True, quantity="variance", value=B * variance / B, scale=1),
        "refuted",
        "near miss of C14a",
        ("MiniBatchGradientDescent",),
        ("C14",),
    ),
    Statement(
        "C15",
        "Batch gradient descent updates once in an epoch: a batch that holds all samples makes "
        "one update.",
        Counting(Eq(ceiling(n / B), 1), where=(B >= n,)),
        "proved",
        "learning site (D2)",
        ("GradientDescent",),
        ("C15",),
    ),
    Statement(
        "C15x",
        "Mini-batch descent updates once in an epoch.",
        Counting(Eq(ceiling(n / B), 1)),
        "refuted",
        "near miss of C15",
        ("MiniBatchGradientDescent",),
        ("C15",),
    ),
    Statement(
        "C15a",
        "1000 samples in batches of 10 make 100 updates an epoch and 500 in five epochs.",
        Conjunction(
            {
                "an epoch": Counting(Eq(updates(1000, 10), 100, evaluate=False)),
                "five": Counting(Eq(5 * updates(1000, 10), 500, evaluate=False)),
            }
        ),
        "proved",
        "essay (D0)",
        ("MiniBatchGradientDescent",),
        ("C15", "C17"),
    ),
    Statement(
        "C15b",
        "The last batch of an epoch holds at least one sample, and at most B.",
        Conjunction(
            {
                "at least one": Counting(Ge(n - B * (ceiling(n / B) - 1), 1)),
                "at most B": Counting(Le(n - B * (ceiling(n / B) - 1), B)),
            }
        ),
        "proved",
        "essay (D0), made exact",
        ("MiniBatchGradientDescent",),
        ("C17",),
    ),
    Statement(
        "C15y",
        "All batches of an epoch hold B samples.",
        Counting(Eq(B * ceiling(n / B), n)),
        "refuted",
        "near miss of C15b",
        ("MiniBatchGradientDescent",),
        ("C17",),
    ),
    Statement(
        "C15z",
        "Half the batch makes twice the updates.",
        Counting(Eq(ceiling(2 * n / B), 2 * ceiling(n / B))),
        "refuted",
        "near miss of C15a",
        ("MiniBatchGradientDescent",),
        ("C15", "C17"),
    ),
    Statement(
        "C15c",
        "Half the batch makes at most twice the updates.",
        Counting(ceiling(2 * n / B) <= 2 * ceiling(n / B)),
        "proved",
        "C15z, mended",
        ("MiniBatchGradientDescent",),
        ("C15", "C17"),
    ),
    Statement(
        "C15w",
        "A power of two is a good size of batches: 32 divides 1000 samples evenly.",
        Counting(Eq(32 * updates(1000, 32), 1000, evaluate=False)),
        "refuted",
        "lecture notes (D4), read too far",
        ("MiniBatchGradientDescent",),
        ("C17",),
    ),
)

batches: tuple[Statement, ...] = (
    Statement(
        "C16",
        "The gradient of a random batch is the full gradient in the mean, drawn with replacement "
        "or without.",
        Conjunction(
            {
                "with": BatchMoment(replacement=True, quantity="mean", value=mean),
                "without": BatchMoment(replacement=False, quantity="mean", value=mean),
            }
        ),
        "proved",
        "essay (D0), lecture notes (D4); Robbins & Monro 1951",
        ("MiniBatchGradientDescent", "SGD"),
        ("C16",),
        "its batch gradient is the full gradient in the mean",
    ),
    Statement(
        "C16a",
        "With replacement its variance is that of one sample, over B.",
        BatchMoment(replacement=True, quantity="variance", value=variance / B),
        "proved",
        "essay (D0), made exact; Bottou, Curtis & Nocedal 2018, section 3.2 (arXiv:1606.04838)",
        ("MiniBatchGradientDescent",),
        ("C16",),
    ),
    Statement(
        "C16b",
        "Without replacement it is smaller by the factor (n - B)/(n - 1).",
        BatchMoment(replacement=False, quantity="variance", value=variance / B * (n - B) / (n - 1)),
        "proved",
        "Cochran 1977, Sampling techniques, theorem 2.2",
        ("MiniBatchGradientDescent",),
        ("C16",),
    ),
    Statement(
        "C16x",
        "Without replacement, too, it is that of one sample over B.",
        BatchMoment(replacement=False, quantity="variance", value=variance / B),
        "refuted",
        "near miss of C16a",
        ("MiniBatchGradientDescent",),
        ("C16",),
    ),
    Statement(
        "C16y",
        "With replacement it falls as 1/B**2.",
        BatchMoment(replacement=True, quantity="variance", value=variance / B**2),
        "refuted",
        "near miss of C16a",
        ("MiniBatchGradientDescent",),
        ("C16",),
    ),
    Statement(
        "C16z",
        "The factor without replacement is (n - B)/n.",
        BatchMoment(replacement=False, quantity="variance", value=variance / B * (n - B) / n),
        "refuted",
        "near miss of C16b",
        ("MiniBatchGradientDescent",),
        ("C16",),
    ),
    Statement(
        "C16w",
        "A batch's gradient is the full gradient: its variance is 0.",
        BatchMoment(replacement=False, quantity="variance", value=0),
        "refuted",
        "essay (D0), read literally",
        ("MiniBatchGradientDescent",),
        ("C16",),
    ),
    Statement(
        "C16v",
        "Twice the batch halves the standard deviation.",
        Identity(sqrt(spread / (2 * batch)), sqrt(spread / batch) / 2),
        "refuted",
        "near miss of C16a",
        ("MiniBatchGradientDescent",),
        ("C16",),
    ),
    Statement(
        "C16c",
        "Four times the batch halves it.",
        Identity(sqrt(spread / (4 * batch)), sqrt(spread / batch) / 2),
        "proved",
        "C16v, mended",
        ("MiniBatchGradientDescent",),
        ("C16",),
    ),
    Statement(
        "C16u",
        "The mean of the batch means of an epoch is the mean of all samples: so it is for three "
        "samples in batches of two.",
        Identity(((x + y) / 2 + z) / 2, (x + y + z) / 3),
        "refuted",
        "near miss of C16d",
        ("MiniBatchGradientDescent",),
        ("C16", "C17"),
    ),
    Statement(
        "C16d",
        "It is where all batches have one size (for four samples in batches of two).",
        Identity(((x + y) / 2 + (z + w) / 2) / 2, (x + y + z + w) / 4),
        "proved",
        "essay (D0), made exact",
        ("MiniBatchGradientDescent",),
        ("C16", "C17"),
    ),
)

steps: tuple[Statement, ...] = (
    Statement(
        "C16e",
        "A step of gradient descent, momentum or Nesterov over a random gradient is, in the mean, "
        "the step at the mean gradient.",
        Conjunction(
            {
                name: MeanStep(catalog.system(name))
                for name in ("GradientDescent", "Momentum", "Nesterov", "MomentumEMA")
            }
        ),
        "proved",
        "Robbins & Monro 1951",
        ("GradientDescent", "Momentum", "Nesterov", "MomentumEMA"),
        ("C16",),
    ),
    *(
        Statement(
            f"C16e{letter}",
            f"A step of {name} over a random gradient is, in the mean, that at the mean gradient.",
            MeanStep(catalog.system(name)),
            "refuted",
            f"near miss of C16e{source}",
            (name,),
            ("C16",),
        )
        for letter, name, source in (
            ("u", "Adagrad", ""),
            ("v", "RMSProp", ""),
            ("w", "Adam", "; Reddi, Kale & Kumar 2018 (arXiv:1904.09237)"),
            ("x", "SignSGD", "; Bernstein et al. 2018, section 3 (arXiv:1802.04434)"),
            ("y", "ClippedSGD", "; Koloskova, Hendrikx & Stich 2023 (arXiv:2305.01588)"),
            ("z", "ISTA", ""),
        )
    ),
    Statement(
        "C16n",
        "A step of noisy descent is, in the mean over its noise, the step of gradient descent.",
        MeanStep(noisy, "noise", descent),
        "proved",
        "Neelakantan et al. 2015, section 3 (arXiv:1511.06807)",
        ("NoisySGD", "GradientDescent"),
        (),
        "NoisySGD's step = GradientDescent's in the mean over the noise",
    ),
    Statement(
        "C16nx",
        "It is the step of gradient descent in every step.",
        Always(noisy, (Equal(theta[t], theta[t - 1] - lr * answer[t]),)),
        "refuted",
        "near miss of C16n",
        ("NoisySGD", "GradientDescent"),
        (),
    ),
    Statement(
        "C16ny",
        "Noise of mean 0 does not matter in the mean: the mean of a loss is the loss at the mean "
        "(on x**2, for the two values x - y and x + y).",
        Identity(((x - y) ** 2 + (x + y) ** 2) / 2, x**2),
        "refuted",
        "Jensen 1906",
        (),
        ("C16",),
    ),
    Statement(
        "C16nz",
        "On a convex loss noise of mean 0 raises the mean (on x**2, for two values).",
        Inequality(Ge(((x - y) ** 2 + (x + y) ** 2) / 2, x**2)),
        "proved",
        "Jensen 1906",
        (),
        ("C16",),
    ),
)

statements = (*epoch, *batches, *steps)

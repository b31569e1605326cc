"""Fit a logistic regression by Newton's method, quasi-Newton methods and gradient descent.

The table is scikit-learn's breast cancer data; the loss has an L2 penalty, so it has one minimum,
and the picture shows how far above it each method is after so many steps, and after asking the
model so many times: a line search tries a point at least, and the next step asks there again, since
a batch might have changed.

    python examples/breast_cancer.py
    python examples/breast_cancer.py --l2 1e-4 --output examples/breast_cancer.png
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from model import Layer, LogisticRegression, breast_cancer
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from optwright.generated.numpy import BFGS, LBFGS, DampedNewton, GradientDescent, Nesterov, Newton
from optwright.runtime import Optimizer

Make = Callable[[Layer, float], Optimizer]

# The learning rate of the first two is 1/L, with L the largest curvature that the loss can have:
# no larger one is safe everywhere.
METHODS: dict[str, Make] = {
    "GradientDescent": lambda params, curvature: GradientDescent(params, lr=1 / curvature),
    "Nesterov": lambda params, curvature: Nesterov(params, lr=1 / curvature, momentum=0.9),
    "LBFGS": lambda params, _: LBFGS(params, memory=10),
    "BFGS": lambda params, _: BFGS(params),
    "Newton": lambda params, _: Newton(params),
    "DampedNewton": lambda params, _: DampedNewton(params),
}


@dataclass(frozen=True)
class Fit:
    """One method's way to the minimum.

    losses       before the first step and after each
    evaluations  how often loss and gradients had been asked by then
    hessians     how often the Hessian had been asked in all
    gradient     norm of the gradient at the end
    accuracy     on the test rows at the end
    """

    name: str
    losses: tuple[float, ...]
    evaluations: tuple[int, ...]
    hessians: int
    gradient: float
    accuracy: float


def norm(grads: Layer) -> float:
    """The Euclidean norm over all arrays."""
    return float(np.sqrt(sum(np.sum(g * g) for g in grads.values())))


def fit(
    name: str,
    make: Make,
    model: LogisticRegression,
    judge: LogisticRegression,
    *,
    steps: int = 200,
    tolerance: float = 1e-8,
) -> Fit:
    """Step from zero until the gradient's norm is below the tolerance, or the steps are used up."""
    asked = {"gradient": 0, "hessian": 0}

    def oracle(params: Layer) -> tuple[float, Layer]:
        asked["gradient"] += 1
        return model.loss(params)

    def hessian(params: Layer) -> np.ndarray:
        asked["hessian"] += 1
        return model.hessian(params)

    params = model.start()
    opt = make(params, model.smoothness())
    value, grads = model.loss(params)
    losses, evaluations = [value], [0]
    with threadpool_limits(1):  # 31 unknowns are too few to share out
        while norm(grads) > tolerance and len(losses) <= steps:
            opt.step(oracle, hessian=hessian)
            value, grads = model.loss(params)  # to watch: not counted
            losses.append(value)
            evaluations.append(asked["gradient"])
    return Fit(
        name,
        tuple(losses),
        tuple(evaluations),
        asked["hessian"],
        norm(grads),
        judge.accuracy(params),
    )


def fits(l2: float, seed: int, steps: int, names: Sequence[str] = tuple(METHODS)) -> list[Fit]:
    """Each method's fit of the training rows, judged on the test rows."""
    data = breast_cancer(seed)
    model = LogisticRegression(data.x, data.y, l2)
    judge = LogisticRegression(data.x_test, data.y_test, l2)
    return [fit(name, METHODS[name], model, judge, steps=steps) for name in names]


# Okabe & Ito's colours, told apart with any colour vision.
COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#000000", "#D55E00")
DASHES = ("-", "-", "-", "-", "-", (0, (4, 2)))


def draw(found: Sequence[Fit], title: str, path: Path) -> None:
    """How far above the least loss found, against steps and against evaluations."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    least = min(min(one.losses) for one in found)
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.8), sharey=True)
    for i, one in enumerate(found):
        # The least loss itself, and rounding about it, have no logarithm.
        gap = np.maximum(np.array(one.losses) - least, 1e-17)
        for axis, x in zip(axes, (np.arange(len(gap)), np.array(one.evaluations)), strict=True):
            axis.plot(x, gap, color=COLOURS[i], linestyle=DASHES[i], linewidth=1.8, label=one.name)
    axes[0].set(xlabel="steps", ylabel="loss above the least", yscale="log", ylim=(1e-16, 1))
    axes[1].set(xlabel="evaluations of loss and gradient")
    for axis, end in zip(axes, (80, 160), strict=True):
        axis.set_xlim(0, end)
        axis.spines[["top", "right"]].set_visible(False)
    axes[1].legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)


def main(argv: Sequence[str] | None = None) -> None:
    """Fit by each method, print a table, draw."""
    about, _, usage = (__doc__ or "").partition("\n\n    ")
    parser = argparse.ArgumentParser(
        description=about,
        epilog="examples:\n    " + usage,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--l2", type=positive, default=1e-3, help="weight of the penalty |w|²/2 (default: 1e-3)")
    add("--steps", type=int, default=200, help="most steps of each method (default: 200)")
    add("--seed", type=int, default=0, help="of the split into training and test (default: 0)")
    add("--output", type=Path, metavar="PNG", help="where to draw the losses (default: nowhere)")
    given = parser.parse_args(argv)

    found = fits(given.l2, given.seed, given.steps)
    least = min(min(one.losses) for one in found)
    print(f"least loss found: {least:.9f}\n")
    print(
        f"{'method':<18}{'steps':>7}{'evaluations':>13}{'Hessians':>10}"
        f"{'above least':>13}{'|gradient|':>12}{'accuracy':>10}"
    )
    for one in found:
        print(
            f"{one.name:<18}{len(one.losses) - 1:>7}{one.evaluations[-1]:>13}{one.hessians:>10}"
            f"{one.losses[-1] - least:>13.1e}{one.gradient:>12.1e}{one.accuracy:>10.1%}"
        )
    if given.output:
        draw(found, f"Logistic regression on breast cancer data, l2 = {given.l2:g}", given.output)
        print(f"\ndrawn: {given.output}")


def positive(text: str) -> float:
    """A number above 0: without a penalty the separable table has no minimum."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


if __name__ == "__main__":
    main()

"""Train on handwritten digits with every first-order optimizer of `optwright.generated.numpy`.

Softmax regression and a two-layer network learn scikit-learn's 8 × 8 digits by mini-batches, each
optimizer from the same start, on the same batches in the same order. Prints the final loss on the
training rows and the accuracy on rows that were not seen, and draws loss against epoch.

    python examples/digits.py
    python examples/digits.py --only Adam SGD Muon --epochs 20 --schedule constant
"""

from __future__ import annotations

import argparse
import difflib
import inspect
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from model import CLASSIFIERS, NETWORK, Classifier, Split, digits
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

import optwright.generated.numpy as optimizers
from optwright.generated.numpy import Cosine, StepDecay
from optwright.runtime import Optimizer, Schedule

# --- which optimizers ----------------------------------------------------------------------------


def rules_of(kind: type[Optimizer]) -> list[Any]:
    """The rules that a class may follow, by its flags or by the shapes of tensors."""
    return [rule for _, rule in kind.branches] or list(kind.members())


def questions(kind: type[Optimizer]) -> set[str]:
    """The oracles that a class may ask: "grad", "value", "noise", "hessian", …"""
    return {oracle for rule in rules_of(kind) for oracle in rule.oracles}


def is_first_order(kind: type[Optimizer]) -> bool:
    """Whether it asks for the gradient and nothing beyond, save the loss and noise."""
    return "grad" in questions(kind) <= {"grad", "value", "noise"}


def is_baseline(kind: type[Optimizer]) -> bool:
    """Whether it looks at losses only: random search."""
    return questions(kind) == {"value", "noise"}


def catalogue(dialects: bool = True) -> dict[str, type[Optimizer]]:
    """First-order optimizers by name, the papers' forms first, then "torch.SGD", and baselines."""
    things = {name: getattr(optimizers, name) for name in optimizers.__all__}
    for dialect, package in list(things.items()):
        if isinstance(package, ModuleType) and dialects:
            things |= {f"{dialect}.{name}": getattr(package, name) for name in package.__all__}
    found = {
        name: kind
        for name, kind in things.items()
        if isinstance(kind, type) and issubclass(kind, Optimizer)
    }
    first = {name: kind for name, kind in found.items() if is_first_order(kind)}
    return first | {name: kind for name, kind in found.items() if is_baseline(kind)}


# --- how to set them -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """What to give an optimizer here, and why it is not the default.

    lr          learning rate; None for the default
    why         the reason
    scheduled   whether the learning rate follows the schedule
    full_batch  whether each step sees all rows, so that an epoch is one step
    more        further hyperparameters
    """

    lr: float | None = None
    why: str = ""
    scheduled: bool = True
    full_batch: bool = False
    more: Mapping[str, float] = field(default_factory=dict)


# Defaults are made for runs of thousands of steps; ten epochs of 23 batches are 230.
PLAIN = Setting(0.5, "inputs of unit variance: a curvature of order 1")
SUMMED = Setting(0.05, "the velocity sums ten gradients: 0.5/10")
ENTRYWISE = Setting(0.01, "each entry moves about lr a step, of 230")
SETTINGS: dict[str, Setting] = {
    **dict.fromkeys(
        ("gradientdescent", "sgd", "minibatchgradientdescent", "gradientdescentl2", "subgradientl1")
        + ("ista", "noisysgd", "clippedsgd", "sam", "momentumema", "mom_c0"),
        PLAIN,
    ),
    **dict.fromkeys(
        ("momentum", "heavyball", "momentumsum", "nesterov", "nesterovrearranged")
        + ("mom_b", "nag_b", "nag_c"),
        SUMMED,
    ),
    **dict.fromkeys(
        ("rmsprop", "rmspropepsinside", "adam", "adamnocorrection", "adamepsinside", "adamepshat")
        + ("adaml2", "adamw", "nadam", "clippedadam", "adam_d1", "adam_d2", "lion", "signsgd")
        + ("signum", "adamax", "amsgrad", "adabelief", "sign_sgd", "adamaxw", "nadamw")
        + ("sparseadam",),
        ENTRYWISE,
    ),
    "adagrad": Setting(0.1, "its steps shrink as 1/√t"),
    "leakyadagrad": Setting(0.03, "RMSProp's over √(1 − rho)"),
    "rmspropgraves": Setting(1e-3, "RMSProp's over ten: it has momentum"),
    "radam": Setting(0.05, "rectification damps all of so short a run"),
    **dict.fromkeys(
        ("torch.adadelta", "keras.adadelta", "optax.adadelta"),
        Setting(3.0, "it sets out slowly, as eps is all that moves it", scheduled=False),
    ),
    "lookaheadadam": Setting(0.02, "half of every move is taken back"),
    "lars": Setting(3.0, "a step is lr/1000 of a layer's norm"),
    "lamb": Setting(0.02, "a step is lr times a layer's norm"),
    "clippedlamb": Setting(0.02, "a step is lr times a layer's norm"),
    "torch.adafactor": Setting(0.1, "a step is lr times a layer's root mean square"),
    "schedulefreesgd": Setting(None, "averages instead of a schedule", scheduled=False),
    "schedulefreeadamw": Setting(0.03, "averages instead of a schedule", scheduled=False),
    "rprop": Setting(
        0.1, "all rows in every step: signs from batches are noise", False, full_batch=True
    ),
    "randomsearch": Setting(why="sigma 0.1: the weights' usual size", more={"sigma": 0.1}),
    "randomlocalsearch": Setting(why="sigma 0.03: a small step", more={"sigma": 0.03}),
}
"""By name in lower case, and then without its dialect: `torch.NAdam` is set as `NAdam`."""

FAILS = {
    "RMSPropNoRoot": "divides by the average square: its steps grow as gradients shrink",
    "texts.RMS_D0": "takes the root of an average that may be negative",
}
"""Printed forms that do not work, and are in the catalogue to show it."""


def setting(name: str) -> Setting:
    """The setting for an optimizer's name; the defaults where the table has none."""
    name = name.lower()
    return SETTINGS.get(name) or SETTINGS.get(name.rpartition(".")[2], Setting())


# --- training ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One optimizer on one model.

    losses    on all training rows, before the first epoch and after each
    accuracy  on the test rows at the end
    lr        the learning rate given or defaulted to; None where there is none
    """

    name: str
    losses: tuple[float, ...]
    accuracy: float
    lr: float | None


def steps_per_epoch(rows: int, batch: int) -> int:
    """How many batches make one pass over the rows; the last may be smaller."""
    return -(-rows // batch)


def batches(rng: np.random.Generator, rows: int, batch: int) -> Iterator[NDArray[np.int64]]:
    """The rows in a random order, a batch at a time."""
    order = rng.permutation(rows)
    for first in range(0, rows, batch):
        yield order[first : first + batch]


def schedule_of(kind: str, lr: float, epochs: int, steps: int) -> float | Schedule:
    """A learning rate over so many epochs of so many steps: "cosine", "step" or "constant"."""
    if kind == "cosine":
        return Cosine(lr=lr, steps=epochs * steps)
    if kind == "step":
        return StepDecay(lr=lr, period=steps_per_epoch(epochs, 3) * steps, factor=0.1)
    return lr


def train(
    name: str,
    kind: type[Optimizer],
    model: Classifier,
    data: Split,
    *,
    epochs: int = 10,
    batch: int = 64,
    schedule: str = "cosine",
    seed: int = 0,
) -> Run:
    """Train a model from a start, and on batches, that depend on the seed alone."""
    chosen = setting(name)
    rng = np.random.default_rng(seed)
    params = model.start(rng, (data.x.shape[1], 10))
    rows = len(data.x)
    batch = rows if chosen.full_batch else batch

    accepted = inspect.signature(kind).parameters
    given: dict[str, Any] = dict(chosen.more)
    rate = next((key for key in ("lr", "learning_rate") if key in accepted), None)
    lr = None
    if rate is not None:
        lr = accepted[rate].default if chosen.lr is None else chosen.lr
        kept = schedule if chosen.scheduled else "constant"
        given[rate] = schedule_of(kept, lr, epochs, steps_per_epoch(rows, batch))
    if "seed" in accepted:
        given["seed"] = seed
    opt = kind(params, **given)

    averages = any("eval" in rule.views for rule in rules_of(kind))
    losses = [model.loss(params, data.x, data.y)[0]]
    at = params
    # One thread: matrices this small gain nothing from more, and sums keep their order.
    # No warnings: a rule that diverges shows it in the table.
    with threadpool_limits(1), np.errstate(all="ignore"):
        for _ in range(epochs):
            for index in batches(rng, rows, batch):
                opt.step(model.oracle(data.x[index], data.y[index]))
            at = opt.view("eval") if averages else params
            losses.append(model.loss(at, data.x, data.y)[0])
    return Run(name, tuple(losses), model.accuracy(at, data.x_test, data.y_test), lr)


# --- picture -------------------------------------------------------------------------------------

PANELS = {
    "gradient descent": (
        *("GradientDescent", "SGD", "MiniBatchGradientDescent", "GradientDescentL2", "ISTA"),
        *("SubgradientL1", "ClippedSGD", "NoisySGD", "SAM", "PolyakStep"),
    ),
    "momentum, and random search": (
        *("Momentum", "HeavyBall", "MomentumSum", "MomentumEMA"),
        *("Nesterov", "NesterovRearranged", "RandomSearch", "RandomLocalSearch"),
    ),
    "adaptive": (
        *("Adagrad", "LeakyAdagrad", "RMSProp", "RMSPropEpsInside", "RMSPropGraves"),
        *("RMSPropNoRoot", "Adadelta"),
    ),
    "Adam": (
        *("Adam", "AdamNoCorrection", "AdamEpsInside", "AdamEpsHat", "AdamL2", "AdamW"),
        *("ClippedAdam", "NAdam", "RAdam"),
    ),
    "signs and layers": ("SignSGD", "Signum", "Lion", "Rprop", "LARS", "LAMB", "ClippedLAMB"),
    "factored, orthogonal, averaged": (
        *("Adafactor", "SM3", "Muon", "LookaheadAdam", "ScheduleFreeSGD", "ScheduleFreeAdamW"),
        "Prodigy",
    ),
}
# Okabe & Ito's colours, told apart with any colour vision; without the yellow, too pale for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", (0, (4, 1.5)))


def coinciding(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs in groups of equal curves (to six digits)."""
    groups: list[list[Run]] = []
    for run in runs:
        alike = (g for g in groups if np.allclose(g[0].losses, run.losses, 1e-6, equal_nan=True))
        group = next(alike, None)
        if group is None:
            groups.append([run])
        else:
            group.append(run)
    return groups


def spread(heights: Sequence[float], sizes: Sequence[float]) -> NDArray[np.float64]:
    """The heights nearest to falling ones, within 0 and 1, at which labels of some sizes clear.

    With the space above each label taken out, what is left must only not rise: least squares.
    """
    above = np.concatenate([[0.0], np.cumsum([(a + b) / 2 for a, b in pairwise(sizes)])])
    fitted = isotonic_regression(heights + above, increasing=False, y_min=above[-1], y_max=1.0)
    return np.asarray(fitted - above)


def draw(runs: Sequence[Run], title: str, path: Path) -> None:
    """Loss against epoch, one panel per family; curves that coincide share a line and a label."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from PIL import Image

    by_name = {run.name: run for run in runs}
    listed = {name for names in PANELS.values() for name in names}
    panels = {family: [n for n in names if n in by_name] for family, names in PANELS.items()}
    panels["others"] = [name for name in by_name if name not in listed]
    shown = {family: [by_name[n] for n in names] for family, names in panels.items() if names}

    start = runs[0].losses[0]
    last = [run.losses[-1] for run in runs if run.losses[-1] <= start]  # drops NaN as well
    low, high = min([*last, start / 10]) / 1.5, 2 * start
    epochs = len(runs[0].losses) - 1

    rows = -(-len(shown) // 2)
    figure, axes = plt.subplots(
        rows, 2, figsize=(11, 2.9 * rows + 0.4), sharex=True, sharey=True, squeeze=False
    )
    for axis, (family, members) in zip(axes.flat, shown.items(), strict=False):
        for run in runs:
            axis.plot(run.losses, color="#E4E4E4", linewidth=0.7, zorder=1)
        groups = coinciding(members)
        # NaN and what has left the picture come first, at the top.
        ends = [min(g[0].losses[-1], high) if g[0].losses[-1] > 0 else high for g in groups]
        ranked = sorted(zip(ends, groups, strict=True), key=lambda pair: -pair[0])
        labels = [label(group, end < high) for end, group in ranked]
        heights = [np.log(end / low) / np.log(high / low) for end, _ in ranked]
        places = spread(heights, [0.075 * (1 + text.count("\n")) for text in labels])
        for i, ((_, group), text, height, place) in enumerate(
            zip(ranked, labels, heights, places, strict=True)
        ):
            colour = COLOURS[i % len(COLOURS)]
            dashes = DASHES[i // len(COLOURS) % len(DASHES)]
            axis.plot(group[0].losses, color=colour, linestyle=dashes, linewidth=1.5, zorder=2)
            axis.annotate(
                text,
                (1, height),
                (1.07, place),
                xycoords="axes fraction",
                textcoords="axes fraction",
                va="center",
                fontsize=8.5,
                arrowprops={
                    "arrowstyle": "-",
                    "color": colour,
                    "relpos": (0, 0.5),
                    "shrinkA": 1,
                    "shrinkB": 0,
                },
            )
        axis.set_title(family, loc="left", fontsize=11, fontweight="bold")
        axis.set_yscale("log")
        axis.set(xlim=(0, epochs), ylim=(low, high))
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(shown) :]:
        axis.set_visible(False)
    for axis in axes[:, 0]:
        axis.set_ylabel("training loss")
    for axis in axes[-1]:
        axis.set_xlabel("epoch")
    figure.suptitle(title)
    figure.tight_layout()
    picture = BytesIO()
    figure.savefig(picture, dpi=100)
    plt.close(figure)
    # A palette is enough for lines, and a third of the size.
    Image.open(picture).convert("RGB").quantize(256).save(path, optimize=True)


def label(group: Sequence[Run], inside: bool) -> str:
    """The names of curves that coincide, one to a line."""
    names = "\n= ".join(run.name for run in group)
    return names if inside else f"{names} (diverges)"


# --- command line --------------------------------------------------------------------------------


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line, read and checked."""
    about, _, usage = (__doc__ or "").partition("\n\n    ")
    parser = argparse.ArgumentParser(
        description=about,
        epilog="examples:\n    " + usage,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", nargs="+", metavar="NAME", help="these optimizers, such as Adam or torch.SGD")
    add("--dialects", action="store_true", help="also frameworks' and texts' forms (torch.SGD, …)")
    add("--epochs", type=positive, default=10, help="passes over the data (default: 10)")
    add("--batch", type=positive, default=64, help="rows per mini-batch (default: 64)")
    add(
        "--schedule",
        choices=("cosine", "step", "constant"),
        default="cosine",
        help="of the learning rate: half a cosine to 0, a tenth after each third, or none",
    )
    add("--seed", type=int, default=0, help="of split, start, batches and noise (default: 0)")
    add(
        "--output",
        type=Path,
        metavar="PNG",
        help="where to draw the network's losses, such as examples/digits.png (default: nowhere)",
    )
    given = parser.parse_args(argv)
    known = catalogue()
    for name in given.only or ():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            parser.error(f"there is no first-order optimizer {name!r}; {hint}")
    return given


def positive(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def main(argv: Sequence[str] | None = None) -> None:
    """Train, print a table as it grows, draw."""
    given = arguments(argv)
    known = catalogue()
    names = given.only or list(catalogue(given.dialects))
    data = digits(given.seed)
    steps = steps_per_epoch(len(data.x), given.batch)
    print(
        f"{len(data.x)} rows to learn from, {len(data.x_test)} to judge by;"
        f" {given.epochs} epochs × {steps} batches = {given.epochs * steps} steps\n"
    )
    print(f"{'':<26}{'':>8}" + "".join(f"{model.name:>22}" for model in CLASSIFIERS))
    print(f"{'optimizer':<26}{'lr':>8}" + f"{'loss':>12}{'accuracy':>10}" * 2 + "  remark")
    drawn: list[Run] = []
    begun = time.perf_counter()
    for name in names:
        runs = [
            train(
                name,
                known[name],
                model,
                data,
                epochs=given.epochs,
                batch=given.batch,
                schedule=given.schedule,
                seed=given.seed,
            )
            for model in CLASSIFIERS
        ]
        figures = "".join(f"{run.losses[-1]:12.4g}{run.accuracy:10.1%}" for run in runs)
        lr = "" if runs[0].lr is None else f"{runs[0].lr:g}"
        print(f"{name:<26}{lr:>8}{figures}  {FAILS.get(name, setting(name).why)}", flush=True)
        drawn.append(runs[CLASSIFIERS.index(NETWORK)])
    print(f"\n{len(names)} optimizers in {time.perf_counter() - begun:.1f} s")
    if given.output:
        title = f"Training loss of a {NETWORK.name} on handwritten digits, batches of {given.batch}"
        draw(drawn, title, given.output)
        print(f"drawn: {given.output}")


if __name__ == "__main__":
    main()

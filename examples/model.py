"""Models as pure functions: parameters in, loss and gradients out; nothing is kept or changed.

Parameters are nested dicts of float64 arrays, {"out": {"w": (inputs, classes), "b": (classes,)}},
and gradients are nested like them, which is what an optimizer's `step` expects. Losses are means
over the rows of `x`, so a learning rate means the same for every batch size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.model_selection import train_test_split

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Layer = dict[str, Array]
Params = dict[str, Layer]
Oracle = Callable[[Params], tuple[float, Params]]
"""A function of the parameters that gives (loss, gradients)."""


def dense(rng: np.random.Generator, inputs: int, outputs: int) -> Layer:
    """A layer's first parameters: weights of variance 2/inputs (He et al. 2015), biases zero."""
    return {
        "w": rng.normal(0.0, np.sqrt(2 / inputs), (inputs, outputs)),
        "b": np.zeros(outputs),
    }


def affine(layer: Layer, x: Array) -> Array:
    """x·w + b, one row per example."""
    return x @ layer["w"] + layer["b"]


def affine_gradient(x: Array, slope: Array) -> Layer:
    """The gradient of a layer whose input was `x`, given the loss's slope in its output."""
    return {"w": x.T @ slope, "b": slope.sum(axis=0)}


def cross_entropy(scores: Array, y: Labels) -> tuple[float, Array]:
    """Mean of −log softmax(scores)[y], and its slope in the scores: (softmax − one-hot)/rows."""
    rows = np.arange(len(y))
    shifted = scores - scores.max(axis=1, keepdims=True)  # the same softmax, and no overflow
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(sums[:, 0]) - shifted[rows, y]))
    slope = powers / sums
    slope[rows, y] -= 1.0
    return loss, slope / len(y)


# --- classifiers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Classifier:
    """A model of classes.

    start   first parameters for (rng, sizes): sizes are (inputs, classes)
    scores  of every class, one row per example
    loss    (mean cross-entropy, its gradients) for (params, x, y)
    """

    name: str
    start: Callable[[np.random.Generator, tuple[int, int]], Params]
    scores: Callable[[Params, Array], Array]
    loss: Callable[[Params, Array, Labels], tuple[float, Params]]

    def oracle(self, x: Array, y: Labels) -> Oracle:
        """The loss on one batch as a function of the parameters alone: what `step` asks."""
        return lambda params: self.loss(params, x, y)

    def accuracy(self, params: Params, x: Array, y: Labels) -> float:
        """The share of examples whose own class has the highest score."""
        return float(np.mean(self.scores(params, x).argmax(axis=1) == y))


def softmax_start(rng: np.random.Generator, sizes: tuple[int, int]) -> Params:
    """Small weights: the loss is convex, so any start would do."""
    return {"out": dense(rng, *sizes)}


def softmax_scores(params: Params, x: Array) -> Array:
    """x·w + b."""
    return affine(params["out"], x)


def softmax_loss(params: Params, x: Array, y: Labels) -> tuple[float, Params]:
    """Cross-entropy of softmax regression, and its gradients."""
    loss, slope = cross_entropy(softmax_scores(params, x), y)
    return loss, {"out": affine_gradient(x, slope)}


HIDDEN = 32


def network_start(rng: np.random.Generator, sizes: tuple[int, int]) -> Params:
    """A hidden layer of 32 units between inputs and classes."""
    inputs, classes = sizes
    return {"hidden": dense(rng, inputs, HIDDEN), "out": dense(rng, HIDDEN, classes)}


def network_scores(params: Params, x: Array) -> Array:
    """max(x·w₁ + b₁, 0)·w₂ + b₂."""
    return affine(params["out"], np.maximum(affine(params["hidden"], x), 0.0))


def network_loss(params: Params, x: Array, y: Labels) -> tuple[float, Params]:
    """Cross-entropy of the two-layer network, and its gradients by the chain rule."""
    active = np.maximum(affine(params["hidden"], x), 0.0)
    loss, slope = cross_entropy(affine(params["out"], active), y)
    hidden_slope = (slope @ params["out"]["w"].T) * (active > 0)
    return loss, {"hidden": affine_gradient(x, hidden_slope), "out": affine_gradient(active, slope)}


SOFTMAX = Classifier("softmax regression", softmax_start, softmax_scores, softmax_loss)
NETWORK = Classifier("two-layer network", network_start, network_scores, network_loss)
CLASSIFIERS = (SOFTMAX, NETWORK)


# --- logistic regression -------------------------------------------------------------------------


@dataclass(frozen=True)
class LogisticRegression:
    """L2-regularised logistic regression on a fixed table: loss, gradients and Hessian.

    x   one row per example
    y   0 or 1
    l2  weight of |w|²/2; the intercept b is left free. With l2 > 0 the Hessian is positive definite
        and the loss has one minimum.
    """

    x: Array
    y: Labels
    l2: float

    def start(self) -> Layer:
        """Zeros: probability 1/2 for every example."""
        return {"w": np.zeros(self.x.shape[1]), "b": np.zeros(1)}

    def margins(self, params: Layer) -> Array:
        """x·w + b with the sign of the true class: positive where the model is right."""
        return np.where(self.y == 1, 1.0, -1.0) * affine(params, self.x)

    def loss(self, params: Layer) -> tuple[float, Layer]:
        """Mean of log(1 + exp(−margin)) + l2·|w|²/2, and its gradients."""
        margins = self.margins(params)
        w = params["w"]
        value = np.mean(np.logaddexp(0.0, -margins)) + self.l2 / 2 * (w @ w)
        slope = np.where(self.y == 1, -1.0, 1.0) * sigmoid(-margins) / len(self.y)
        return float(value), {"w": self.x.T @ slope + self.l2 * w, "b": np.array([slope.sum()])}

    def hessian(self, params: Layer) -> Array:
        """The second derivatives, in the order w, b: XᵀDX/rows + l2·I (0 for the intercept)."""
        margins = self.margins(params)
        weights = sigmoid(margins) * sigmoid(-margins) / len(self.y)
        extended = np.column_stack([self.x, np.ones(len(self.x))])
        penalty = np.append(np.full(self.x.shape[1], self.l2), 0.0)
        return np.asarray((extended * weights[:, None]).T @ extended + np.diag(penalty))

    def smoothness(self) -> float:
        """A Lipschitz constant L of the gradient; gradient descent with lr = 1/L never ascends."""
        extended = np.column_stack([self.x, np.ones(len(self.x))])
        return float(np.linalg.norm(extended, 2) ** 2 / (4 * len(self.x)) + self.l2)

    def accuracy(self, params: Layer) -> float:
        """The share of examples on the right side."""
        return float(np.mean(self.margins(params) > 0))


def sigmoid(z: Array) -> Array:
    """1/(1 + exp(−z)), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)))


# --- data ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Split:
    """Examples to learn from and others to judge by."""

    x: Array
    y: Labels
    x_test: Array
    y_test: Labels


def split(table: tuple[Any, Any], seed: int, share: float = 0.2) -> Split:
    """A random split that keeps the shares of the classes; `share` of the rows are for the test."""
    x, y = table
    x, x_test, y, y_test = train_test_split(x, y, test_size=share, random_state=seed, stratify=y)
    return Split(x, y, x_test, y_test)


def scaled(raw: Split, columnwise: bool) -> Split:
    """Columns of mean 0, and of deviation 1 each (columnwise) or over the whole table.

    Columns that never vary are dropped: they tell nothing, their gradient is zero for ever, and a
    rule without eps, such as RAdam, divides zero by zero there. All is measured on the training
    rows, so that the test rows stay unseen.
    """
    deviation = raw.x.std(axis=0)
    varies = deviation > 0
    mean = raw.x.mean(axis=0)[varies]
    scale = deviation[varies] if columnwise else raw.x.std()
    return Split(
        (raw.x[:, varies] - mean) / scale, raw.y, (raw.x_test[:, varies] - mean) / scale, raw.y_test
    )


def digits(seed: int) -> Split:
    """1,797 images of 8 × 8 pixels from 0 to 16, ten classes.

    All pixels have one unit, so one scale serves them all: those at the border hardly vary, and
    dividing each by its own deviation would blow up its noise.
    """
    return scaled(split(load_digits(return_X_y=True), seed), columnwise=False)


def breast_cancer(seed: int) -> Split:
    """569 tumours, 30 measurements of different units each, malignant (0) or benign (1)."""
    return scaled(split(load_breast_cancer(return_X_y=True), seed), columnwise=True)

"""What the five founding texts print, form by form, and how their symbols read here.

    D0  an essay on gradient descent and popular optimizers
    D1  an article on momentum, RMSProp and Adam
    D2  a learning site with lessons, a review and a quiz
    D3  a chapter on PyTorch optimizers
    D4  lecture notes on optimization

The texts write one thing in many ways (the learning rate is η, α or lr; ∇² is the square of the
derivative in D2 and the Hessian elsewhere), so every form has a notation of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sympy import Expr, Function, Symbol


@dataclass(frozen=True)
class Form:
    """A formula as a text prints it.

    row      its name in the list of forms
    texts    where it stands
    call     the declaration that says the same, as a name or call for the catalogue
    symbols  the text's symbols and what they are called in that declaration
    note     what the text leaves open, and how it was filled
    """

    row: str
    texts: tuple[str, ...]
    call: str
    symbols: Mapping[str, str]
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbols", MappingProxyType(dict(self.symbols)))


_THETA = {"θ": "theta", "∇_θ J(θ)": "g"}
_SQUARES = {"θ": "theta", "η": "lr", "ε": "eps", "∇J": "g", "∇²J": "g**2"}

forms: tuple[Form, ...] = (
    Form("GD-a", ("D0", "D2 lesson"), "GradientDescent", {**_THETA, "η": "lr"}),
    Form("GD-b", ("D2 review",), "GradientDescent", {**_THETA, "α": "lr"}),
    Form("GD-c", ("D3",), "GradientDescent", {"w": "theta", "∇": "g", "α": "lr"}),
    Form("SGD", ("D2 review",), "SGD", {"θ": "theta", "∇_θ J(θ; sample)": "g", "α": "lr"}),
    Form(
        "MB",
        ("D2 review", "D3", "D4"),
        "MiniBatchGradientDescent",
        {"θ": "theta", "∇_θ J(θ; N samples)": "g", "α": "lr"},
    ),
    Form("MOM-a", ("D2 lesson",), "Momentum", {**_THETA, "v": "v", "γ": "momentum", "η": "lr"}),
    Form(
        "MOM-b",
        ("D2 review",),
        "texts.MOM_b",
        {**_THETA, "v": "v", "γ": "momentum", "η": "lr", "α": "alpha"},
    ),
    Form(
        "MOM-c",
        ("D0", "D3"),
        "MomentumEMA",
        {"w": "theta", "g": "g", "m": "m", "β": "beta", "α": "lr"},
        "D3 starts at the first gradient: texts.MOM_c0.",
    ),
    Form(
        "MOM-d",
        ("D4",),
        "MomentumSum",
        {"x": "theta", "∇f(x)": "g", "v": "v", "vx": "v", "ρ": "momentum", "α": "lr"},
    ),
    Form(
        "MOM-e",
        ("D1",),
        "MomentumSum",
        {"v": "v", "coefficient": "momentum", "new": "g"},
        "In words only; the step is MOM-d's.",
    ),
    Form(
        "NAG-a",
        ("D2 lesson", "D2 quiz"),
        "Nesterov",
        {"θ": "theta", "∇_θJ(θ − γ v)": "g", "v": "v", "γ": "momentum", "η": "lr"},
    ),
    Form(
        "NAG-b",
        ("D2 review",),
        "texts.NAG_b",
        {"θ": "theta", "∇_θJ(θ − γ·v)": "g", "v": "v", "γ": "momentum", "η": "lr", "α": "alpha"},
    ),
    Form(
        "NAG-c",
        ("D4",),
        "texts.NAG_c",
        {"x": "theta", "∇f(x + ρv)": "g", "v": "v", "ρ": "momentum", "α": "lr"},
    ),
    Form(
        "NAG-d",
        ("D4",),
        "NesterovRearranged",
        {"x̃": "theta", "∇f(x̃)": "g", "v": "v", "ρ": "momentum", "α": "lr"},
    ),
    Form("ADG", ("D2 lesson", "D2 review", "D2 quiz"), "Adagrad", {**_SQUARES, "G": "G"}),
    Form(
        "ADG-c",
        ("D4",),
        "Adagrad(eps=1e-7)",
        {"x": "theta", "dx": "g", "grad_squared": "G", "α": "lr"},
    ),
    Form(
        "RMS-D2",
        ("D2 lesson",),
        "RMSProp",
        {**_SQUARES, "G": "v", "γ": "rho"},
        "There called Adadelta.",
    ),
    Form(
        "RMS-D2r",
        ("D2 review",),
        "RMSPropEpsInside",
        {**_SQUARES, "E[G]": "v", "γ": "rho"},
        "There called Adadelata.",
    ),
    Form(
        "RMS-D1",
        ("D1",),
        "RMSPropNoRoot",
        {"E": "v", "ν": "rho", "p": "rho", "η": "lr", "G": "g", "ε": "eps"},
    ),
    Form(
        "RMS-D3",
        ("D3",),
        "RMSProp",
        {"w": "theta", "g": "g", "d": "v", "β": "rho", "α": "lr", "ε": "eps"},
    ),
    Form("RMS-D4", ("D4",), "RMSProp", {"η": "lr", "γ": "rho", "ε": "eps"}),
    Form(
        "RMS-D0", ("D0",), "texts.RMS_D0", {"average": "m"}, "In words only, which drop the square."
    ),
    Form(
        "ADAM-D2",
        ("D2 lesson",),
        "texts.ADAM_D2",
        {**_SQUARES, "E[g]": "m", "E[G]": "v", "β": "beta1"},
        "The decay of E[G] is not given.",
    ),
    Form(
        "ADAM-D2r",
        ("D2 review",),
        "texts.ADAM_D2",
        {**_SQUARES, "E[g]": "m", "E[G]": "v", "β": "beta1"},
        "The decay of E[G] is not given.",
    ),
    Form(
        "ADAM-D1",
        ("D1",),
        "texts.ADAM_D1",
        {"m": "m", "v": "v", "η": "lr", "β1": "beta1", "β2": "beta2", "ε": "eps"},
        "Where eps stands is not said.",
    ),
    Form(
        "ADAM-D3",
        ("D3",),
        "AdamNoCorrection",
        {"w": "theta", "g": "g", "m": "m", "d": "v", "α": "lr", "ε": "eps"},
    ),
    Form(
        "ADAM-D4",
        ("D4",),
        "Adam",
        {"first_moment": "m", "second_moment": "v", "x": "theta", "dx": "g"},
    ),
    Form(
        "ADAMW",
        ("D4",),
        "texts.ADAMW",
        {"x": "theta"},
        "In words only; the paper's own form is AdamW, Adam with the penalty in the gradient "
        "AdamL2.",
    ),
    Form(
        "NEWTON",
        ("D4", "D0", "D1"),
        "Newton",
        {"θ": "theta", "∇J": "g", "H": "hessian"},
        "The minimiser of the second-order model below.",
    ),
    Form(
        "TAYLOR-1",
        ("D0",),
        "GradientDescent",
        {"θ": "theta", "a": "theta[t-1]", "J′(a)": "g"},
        "The first-order model below; its descent direction is the step's.",
    ),
    Form(
        "FD",
        ("D4",),
        "",
        {"f": "f", "x": "x", "h": "h"},
        "A check of gradients, no optimizer: see `models`.",
    ),
    Form(
        "DERIV",
        ("D4",),
        "",
        {"f": "f", "x": "x", "h": "h"},
        "A definition, no optimizer: see `models`.",
    ),
)
"""Every form, in the order of the texts' list. `call` is empty where the form is no optimizer."""

systems: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Gradient descent (batch / vanilla)": ("GradientDescent",),
        "SGD (one sample)": ("SGD",),
        "Mini-batch GD": ("MiniBatchGradientDescent",),
        "Momentum": ("Momentum", "MomentumEMA", "MomentumSum", "texts.MOM_b"),
        "Nesterov momentum (acceleration)": ("Nesterov", "NesterovRearranged"),
        "AdaGrad": ("Adagrad",),
        "RMSProp": ("RMSProp",),
        "Adadelta": ("Adadelta", "RMSProp"),
        "Adam": ("Adam", "AdamNoCorrection", "AdamEpsInside"),
        "AdamW vs Adam+L2": ("AdamW", "AdamL2"),
        "Newton": ("Newton", "RelaxedNewton", "DampedNewton"),
        "Quasi-Newton BFGS, L-BFGS": ("BFGS", "LBFGS"),
        "Random search": ("RandomSearch", "RandomLocalSearch"),
        "Schedules: step, cosine, linear, inverse sqrt": (
            "StepDecay",
            "Cosine",
            "Linear",
            "InverseSqrt",
        ),
        "Simulated annealing (learning-rate decay)": ("InverseTime", "StepDecay", "Exponential"),
        "L1, L2 regularisation; feature selection": ("GradientDescentL2", "SubgradientL1", "ISTA"),
    }
)
"""Every system that the texts name and the declarations that answer to it.

What they name besides is no optimizer: gradient checks (`models`), feature scaling, batch
normalisation, residual connections.
"""


def _models() -> Mapping[str, Expr]:
    f, gradient, curvature = Function("f"), Symbol("g", real=True), Symbol("H", real=True)
    x, h, a = Symbol("x", real=True), Symbol("h", positive=True), Symbol("a", real=True)
    return MappingProxyType(
        {
            "forward difference": (f(x + h) - f(x)) / h,
            "centred difference": (f(x + h) - f(x - h)) / (2 * h),
            "first-order model": f(a) + gradient * (x - a),
            "second-order model": f(a) + gradient * (x - a) + curvature * (x - a) ** 2 / 2,
        }
    )


models = _models()
"""The formulas that are no optimizer, in one dimension: FD and DERIV, and the models around a point
`a` (with f′(a) = g, f″(a) = H) behind TAYLOR-1 and NEWTON."""


def forms_of(name: str) -> tuple[Form, ...]:
    """The forms that the declaration of this id answers to."""
    return tuple(form for form in forms if form.call.partition("(")[0] == name)


__all__ = ["Form", "forms", "forms_of", "models", "systems"]

"""The founding texts' rules: every form is there, and each does what a plain loop does.

The loops below are written from the texts and papers alone, in 60 digits. They are compared with
the declarations as the reference interpreter runs them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from mpmath import mpf
from sympy import Symbol

from optwright.derive import interpret as reference
from optwright.derive.language.declaration import Family, Optimizer
from optwright.derive.language.operation import hessian
from optwright.derive.language.symbol import Value
from optwright.derive.rule import catalog, modules
from optwright.derive.rule.form import forms, forms_of, models, systems
from optwright.runtime.line_search import CONTRACTS

Vector = Any
mpmath.mp.dps = 60

TEXTS = set(
    """
    GradientDescent SGD MiniBatchGradientDescent GradientDescentL2 SubgradientL1 ISTA
    RandomSearch RandomLocalSearch PolyakStep Momentum HeavyBall MomentumSum MomentumEMA
    Nesterov NesterovRearranged texts.MOM_b texts.MOM_c0 texts.NAG_b texts.NAG_c Adagrad
    LeakyAdagrad RMSProp RMSPropEpsInside RMSPropNoRoot RMSPropGraves Adadelta texts.RMS_D0
    Adam AdamNoCorrection AdamEpsInside AdamEpsHat AdamL2 AdamW texts.ADAM_D1 texts.ADAM_D2
    texts.ADAMW Newton RelaxedNewton DampedNewton BFGS LBFGS
    """.split()
)

DRAWN = {"RandomSearch", "RandomLocalSearch"}
"""Rules that draw noise, which have a test of their own."""

ROWS = """GD-a GD-b GD-c SGD MB MOM-a MOM-b MOM-c MOM-d MOM-e NAG-a NAG-b NAG-c NAG-d ADG ADG-c
RMS-D2 RMS-D2r RMS-D1 RMS-D3 RMS-D4 RMS-D0 ADAM-D2 ADAM-D2r ADAM-D1 ADAM-D3 ADAM-D4
ADAMW NEWTON TAYLOR-1 FD DERIV""".split()


# --- what there is -------------------------------------------------------------------------------


def test_every_form_of_the_texts_is_there() -> None:
    assert [form.row for form in forms] == ROWS
    no_optimizer = {form.row for form in forms if not form.call}
    assert no_optimizer == {"FD", "DERIV"}
    for form in forms:
        if form.call:
            assert isinstance(catalog[form.call], Optimizer)
            assert form in forms_of(form.call.partition("(")[0])


def test_notations_name_what_the_declaration_has() -> None:
    for form in forms:
        if not form.call:
            continue
        declaration = catalog.system(form.call)
        known = (
            {"theta", "theta[t-1]", "g**2"}
            | {h.name for h in declaration.hyper}
            | set(declaration.extents)
        )
        if any(x.has(hessian) for e in declaration.equations for x in [e.rhs]):
            known.add("hessian")
        fixed = set() if form.call in catalog else {"eps"}
        assert set(form.symbols.values()) <= known | fixed, form.row
        assert form.texts and form.symbols


def test_every_system_of_the_texts_is_there() -> None:
    assert len(systems) == 16
    for names in systems.values():
        assert names and all(name in catalog for name in names)


def test_every_loop_has_its_declaration() -> None:
    assert TEXTS <= set(catalog)
    assert {name.partition("(")[0] for name in LOOPS} | DRAWN == TEXTS


@pytest.mark.parametrize("name", [d.id for m in modules for d in m.declarations])
def test_declarations_are_documented(name: str) -> None:
    declaration = catalog[name]
    plain = declaration.default if isinstance(declaration, Family) else declaration
    assert plain.source.work and plain.family
    assert plain.note.endswith(".") or name not in TEXTS
    for h in plain.hyper:
        assert h.meaning, h.name


def test_defaults_of_the_texts() -> None:
    def defaults(name: str) -> dict[str, str]:
        return {h.name: str(h.default) for h in catalog.system(name).hyper}

    assert defaults("Adam") == {
        "lr": "1/1000",
        "beta1": "9/10",
        "beta2": "999/1000",
        "eps": "1/100000000",
    }
    assert defaults("texts.ADAM_D1")["beta2"] == "99/100"
    assert defaults("texts.ADAM_D1")["eps"] == defaults("RMSPropNoRoot")["eps"] == "1/10000000000"
    assert defaults("RMSProp")["rho"] == "9/10"
    assert defaults("RMSProp")["eps"] == "1/100000000"
    assert defaults("Adadelta") == {"rho": "19/20", "eps": "1/1000000"}
    for name in ("Momentum", "MomentumSum", "HeavyBall", "Nesterov", "NesterovRearranged"):
        assert defaults(name) == {"lr": "1/100", "momentum": "9/10"}


def test_models_have_the_orders_they_are_known_for() -> None:
    x, h = Symbol("x", real=True), Symbol("h", positive=True)
    f = sympy.Function("f")
    for name, order, expected in [
        ("forward difference", 1, f(x).diff(x, 2) / 2),
        ("centred difference", 2, f(x).diff(x, 3) / 6),
    ]:
        quotient = models[name].replace(f, sympy.exp)
        error = sympy.series(quotient - sympy.exp(x), h, 0, order + 1).removeO()
        assert sympy.simplify(error - expected.replace(f, sympy.exp).doit() * h**order) == 0
    a, slope, curvature = Symbol("a", real=True), Symbol("g", real=True), Symbol("H", real=True)
    second = models["second-order model"]
    (lowest,) = sympy.solve(second.diff(x), x)
    assert sympy.simplify(lowest - (a - slope / curvature)) == 0
    assert models["first-order model"].diff(x) == slope


# --- the problem ---------------------------------------------------------------------------------


def vector(*numbers: Any) -> Vector:
    return np.array([mpf(str(x)) for x in numbers], dtype=object)


A = np.array([[mpf(4), mpf(1), mpf(0)], [mpf(1), mpf(3), mpf("0.5")], [mpf(0), mpf("0.5"), mpf(2)]])
CENTRE = vector("0.25", "-1.5", "0.75")
START = vector("1.5", "-0.7", "2.25")


def gradient(x: Vector) -> Vector:
    return A @ (x - CENTRE)


def loss(x: Vector) -> mpf:
    return (x - CENTRE) @ A @ (x - CENTRE) / 2


def linear_solution(matrix: Vector, right: Vector) -> Vector:
    return np.array(
        list(mpmath.lu_solve(mpmath.matrix(matrix.tolist()), mpmath.matrix(right.tolist())))
    )


def exact_length(x: Vector, direction: Vector) -> mpf:
    """The step length that minimises the quadratic along a line."""
    return -(gradient(x) @ direction) / (direction @ A @ direction)


def root(x: Vector) -> Vector:
    return np.array([mpmath.sqrt(y) for y in x])


def signs(x: Vector) -> Vector:
    return np.array([mpmath.sign(y) for y in x])


# --- the loops -----------------------------------------------------------------------------------

Loop = Callable[[Vector, Mapping[str, mpf], int], Vector]
LOOPS: dict[str, Loop] = {}
STEPS = 6


def loop(*names: str) -> Callable[[Loop], Loop]:
    def register(function: Loop) -> Loop:
        for name in names:
            LOOPS[name] = function
        return function

    return register


@loop("GradientDescent", "SGD", "MiniBatchGradientDescent")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    for _ in range(n):
        w = w - h["lr"] * gradient(w)
    return w


@loop("GradientDescentL2")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    for _ in range(n):
        w = w - h["lr"] * (gradient(w) + h["weight_decay"] * w)
    return w


@loop("SubgradientL1")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    for _ in range(n):
        w = w - h["lr"] * (gradient(w) + h["l1"] * signs(w))
    return w


@loop("ISTA")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    cut = h["lr"] * h["l1"]
    for _ in range(n):
        moved = w - h["lr"] * gradient(w)
        w = np.array([x - cut if x > cut else x + cut if x < -cut else mpf(0) for x in moved])
    return w


@loop("PolyakStep")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    for _ in range(n):
        g = gradient(w)
        w = w - (loss(w) - h["f_star"]) / (g[0] ** 2 + g[1] ** 2 + g[2] ** 2) * g
    return w


@loop("Momentum")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    velocity = 0 * w
    for _ in range(n):
        velocity = h["momentum"] * velocity + h["lr"] * gradient(w)
        w = w - velocity
    return w


@loop("HeavyBall")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    points = [w, w]
    for _ in range(n):
        x = points[-1]
        points.append(x - h["lr"] * gradient(x) + h["momentum"] * (x - points[-2]))
    return points[-1]


@loop("MomentumSum")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    vx = 0 * w
    for _ in range(n):
        vx = h["momentum"] * vx + gradient(w)
        w = w - h["lr"] * vx
    return w


@loop("MomentumEMA")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    gradients = []
    for k in range(1, n + 1):
        gradients.append(gradient(w))
        weights = [(1 - h["beta"]) * h["beta"] ** (k - i) for i in range(1, k + 1)]
        w = w - h["lr"] * sum(x * y for x, y in zip(weights, gradients, strict=True))
    return w


@loop("texts.MOM_b")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    velocity = 0 * w
    for _ in range(n):
        velocity = h["momentum"] * velocity + h["lr"] * gradient(w)
        w = w - h["alpha"] * velocity
    return w


@loop("texts.MOM_c0")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    average = None
    for _ in range(n):
        g = gradient(w)
        average = g if average is None else h["beta"] * average + (1 - h["beta"]) * g
        w = w - h["lr"] * average
    return w


@loop("Nesterov")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    velocity = 0 * w
    for _ in range(n):
        ahead = w - h["momentum"] * velocity
        velocity = h["momentum"] * velocity + h["lr"] * gradient(ahead)
        w = w - velocity
    return w


@loop("texts.NAG_b")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    velocity = 0 * w
    for _ in range(n):
        ahead = w - h["momentum"] * velocity
        velocity = h["momentum"] * velocity + h["lr"] * gradient(ahead)
        w = w - h["alpha"] * velocity
    return w


@loop("texts.NAG_c")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    velocity = 0 * w
    for _ in range(n):
        ahead = w + h["momentum"] * velocity
        velocity = h["momentum"] * velocity - h["lr"] * gradient(ahead)
        w = w + velocity
    return w


@loop("NesterovRearranged")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    velocity = 0 * w
    for _ in range(n):
        old = velocity
        velocity = h["momentum"] * old - h["lr"] * gradient(w)
        w = w + velocity + h["momentum"] * (velocity - old)
    return w


@loop("Adagrad")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    grad_squared = 0 * w
    for _ in range(n):
        dx = gradient(w)
        grad_squared = grad_squared + dx * dx
        w = w - h["lr"] * dx / (root(grad_squared) + h["eps"])
    return w


@loop("LeakyAdagrad")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    squares = 0 * w
    for _ in range(n):
        dx = gradient(w)
        squares = h["rho"] * squares + dx * dx
        w = w - h["lr"] * dx / (root(squares) + h["eps"])
    return w


def _rms(divide: Callable[[Vector, mpf], Vector]) -> Loop:
    def run(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
        squares = 0 * w
        for _ in range(n):
            g = gradient(w)
            squares = h["rho"] * squares + (1 - h["rho"]) * g * g
            w = w - h["lr"] * g / divide(squares, h["eps"])
        return w

    return run


loop("RMSProp")(_rms(lambda squares, eps: root(squares) + eps))
loop("RMSPropEpsInside")(_rms(lambda squares, eps: root(squares + eps)))
loop("RMSPropNoRoot")(_rms(lambda squares, eps: squares + eps))


@loop("texts.RMS_D0")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    average = 0 * w
    for _ in range(n):
        g = gradient(w)
        average = h["rho"] * average + (1 - h["rho"]) * g
        w = w - h["lr"] * g / (root(average) + h["eps"])
    return w


@loop("RMSPropGraves")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    squares, average, move = 0 * w, 0 * w, 0 * w
    for _ in range(n):
        epsilon = gradient(w)
        squares = h["rho"] * squares + (1 - h["rho"]) * epsilon**2
        average = h["rho"] * average + (1 - h["rho"]) * epsilon
        move = h["momentum"] * move - h["lr"] * epsilon / root(squares - average**2 + h["eps"])
        w = w + move
    return w


@loop("Adadelta")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    squares, moves = 0 * w, 0 * w
    for _ in range(n):
        g = gradient(w)
        squares = h["rho"] * squares + (1 - h["rho"]) * g**2
        move = -(root(moves + h["eps"]) / root(squares + h["eps"])) * g
        moves = h["rho"] * moves + (1 - h["rho"]) * move**2
        w = w + move
    return w


def _adam(
    direction: Callable[[Vector, Vector, mpf, mpf, mpf], Vector],
    l2: bool = False,
    decay: str = "",
) -> Loop:
    """Adam with `direction(m, v, 1 - beta1**k, 1 - beta2**k, eps)` and a place for decay."""

    def run(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
        first, second = 0 * w, 0 * w
        for k in range(1, n + 1):
            g = gradient(w) + (h["weight_decay"] * w if l2 else 0 * w)
            first = h["beta1"] * first + (1 - h["beta1"]) * g
            second = h["beta2"] * second + (1 - h["beta2"]) * g**2
            u = direction(first, second, 1 - h["beta1"] ** k, 1 - h["beta2"] ** k, h["eps"])
            if decay == "paper":
                w = w - h["multiplier"] * (h["lr"] * u + h["weight_decay"] * w)
            elif decay == "rate":
                w = w - h["lr"] * u - h["lr"] * h["weight_decay"] * w
            else:
                w = w - h["lr"] * u
        return w

    return run


def _corrected(m: Vector, v: Vector, c1: mpf, c2: mpf, eps: mpf) -> Vector:
    return (m / c1) / (root(v / c2) + eps)


def _uncorrected(m: Vector, v: Vector, c1: mpf, c2: mpf, eps: mpf) -> Vector:
    return m / (root(v) + eps)


loop("Adam")(_adam(_corrected))
loop("AdamNoCorrection", "texts.ADAM_D1")(_adam(_uncorrected))
loop("AdamEpsInside")(_adam(lambda m, v, c1, c2, eps: (m / c1) / root(v / c2 + eps)))
loop("AdamEpsHat")(_adam(lambda m, v, c1, c2, eps: mpmath.sqrt(c2) / c1 * m / (root(v) + eps)))
loop("texts.ADAM_D2")(_adam(lambda m, v, c1, c2, eps: m / root(v + eps)))
loop("AdamL2")(_adam(_corrected, l2=True))
loop("AdamW")(_adam(_corrected, decay="paper"))
loop("texts.ADAMW")(_adam(_corrected, decay="rate"))


@loop("Newton")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    return CENTRE  # the quadratic model is the loss


@loop("RelaxedNewton")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    return CENTRE + (1 - h["lr"]) ** n * (w - CENTRE)


LENGTH = mpf("0.4")
"""What the line search answers in the loops below; see also the test with exact searches."""


@loop("DampedNewton")
def _(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
    for _ in range(n):
        w = w - LENGTH * linear_solution(A, gradient(w))
    return w


def _quasi_newton(memory: int | None) -> Loop:
    """BFGS by its other form, which updates the Hessian's approximation B and solves with it.

    With `memory`, B is built anew in every step from that many last pairs and a multiple of the
    identity; without, from all pairs and the multiple of the first.
    """

    def run(w: Vector, h: Mapping[str, mpf], n: int) -> Vector:
        pairs: list[tuple[Vector, Vector]] = []
        for _ in range(n):
            kept = pairs if memory is None else pairs[-memory:]
            B = np.array([[mpf(int(i == k)) for k in range(3)] for i in range(3)])
            if kept:
                s, y = kept[0] if memory is None else kept[-1]
                B = B * (y @ y) / (s @ y)
            for s, y in kept:
                B = B - np.outer(B @ s, B @ s) / (s @ B @ s) + np.outer(y, y) / (y @ s)
            g = gradient(w)
            moved = w - LENGTH * linear_solution(B, g)
            pairs.append((moved - w, gradient(moved) - g))
            w = moved
        return w

    return run


loop("BFGS")(_quasi_newton(None))
loop("LBFGS")(_quasi_newton(10))
loop("LBFGS(memory=2)")(_quasi_newton(2))


def conjugate_gradients(w: Vector, n: int) -> Vector:
    g = gradient(w)
    direction = -g
    for _ in range(n):
        w = w + exact_length(w, direction) * direction
        new = gradient(w)
        direction = -new + (new @ new) / (g @ g) * direction
        g = new
    return w


OTHER_VALUES = {
    "lr": "0.03",
    "alpha": "0.4",
    "momentum": "0.7",
    "beta": "0.6",
    "rho": "0.8",
    "beta1": "0.75",
    "beta2": "0.9",
    "eps": "0.001",
    "weight_decay": "0.2",
    "l1": "0.3",
    "f_star": "-0.1",
    "multiplier": "0.5",
    "sigma": "0.3",
}
"""Far from the defaults, so that every hyperparameter shows in the result."""


def values(declaration: Optimizer, other: bool) -> dict[str, mpf]:
    def number(h: Any) -> mpf:
        if other and h.name in OTHER_VALUES:
            return mpf(OTHER_VALUES[h.name])
        return mpf(h.default.p) / h.default.q

    return {h.name: number(h) for h in declaration.hyper}


# --- the declarations against the loops ----------------------------------------------------------


def problem(search: Callable[[Vector, Vector], mpf] | None = None) -> dict[str, Any]:
    """The quadratic's answers, for two tensors: the first two entries and the last."""

    def joined(points: list[Vector]) -> Vector:
        return vector(*(x for point in points for x in point))

    def split(x: Vector) -> list[Vector]:
        return [decimals(x[:2]), decimals(x[2:])]

    def line_search(
        contract: str, points: list[Vector], directions: list[Vector], start: Any, constants: Any
    ) -> Any:
        assert contract in ("armijo", "strong_wolfe") and start == 1 and len(constants) == 2
        x, direction = joined(points), joined(directions)
        return decimal(LENGTH if search is None else search(x, direction))

    return {
        "grad": lambda points: split(gradient(joined(points))),
        "value": lambda points: decimal(loss(joined(points))),
        "hessian": lambda points: np.array([list(decimals(row)) for row in A]),
        "line_search": line_search,
    }


def decimal(x: mpf) -> Decimal:
    return Decimal(mpmath.nstr(x, 55))


def decimals(x: Vector) -> Vector:
    return np.array([decimal(y) for y in x], dtype=object)


def declared(
    declaration: Optimizer, n: int, h: Mapping[str, mpf], **oracles: Any
) -> list[reference.Snapshot]:
    hyper = {name: decimal(x) for name, x in h.items()}
    return reference.run(
        declaration, [decimals(START[:2]), decimals(START[2:])], n, problem() | oracles, hyper
    )


def parameters(snapshot: reference.Snapshot) -> Vector:
    return vector(*(x for tensor in snapshot.theta for x in tensor))


def distance(a: Vector, b: Vector) -> mpf:
    return max(abs(x) for x in a - b)


@pytest.mark.parametrize("other", [False, True], ids=["defaults", "other values"])
@pytest.mark.parametrize("name", LOOPS)
def test_declaration_does_what_the_loop_does(name: str, other: bool) -> None:
    declaration = catalog.system(name)
    h = values(declaration, other)
    snapshots = declared(declaration, STEPS, h)
    for n in (1, 2, STEPS):
        found, expected = parameters(snapshots[n]), LOOPS[name](START, h, n)
        assert distance(found, expected) < mpf(10) ** -40, n
        assert distance(found, START) > mpf(10) ** -4


def test_other_values_are_not_the_defaults() -> None:
    for name in LOOPS:
        declaration = catalog.system(name)
        default, other = values(declaration, False), values(declaration, True)
        for h in declaration.hyper:
            assert h.name not in OTHER_VALUES or default[h.name] != other[h.name], (name, h.name)
            assert (
                h.name in OTHER_VALUES
                or h.symbol.role == "count"
                or h.name in ("c1", "c2", "shrink")
            )


def test_invariants_hold_along_the_way() -> None:
    seen = 0
    for name in TEXTS - DRAWN:
        declaration = catalog.system(name)
        for snapshot in declared(declaration, 4, values(declaration, False))[1:]:
            for invariant in declaration.invariants:
                difference = invariant.gts - invariant.lts
                for place in range(3):
                    tensor, entry = (0, place) if place < 2 else (1, 0)
                    table = {
                        x: sympy.Rational(str(snapshot.values[x.name][tensor][entry]))
                        for x in difference.atoms(Value)
                    }
                    assert difference.xreplace(table) >= 0
                    seen += 1
    assert seen > 100


@pytest.mark.parametrize("name", ["BFGS", "LBFGS", "LBFGS(memory=1)"])
def test_quasi_newton_with_exact_searches_is_conjugate_gradients(name: str) -> None:
    snapshots = declared(catalog.system(name), 3, {}, **problem(exact_length))
    for n in (1, 2, 3):
        expected = conjugate_gradients(START, n)
        assert distance(parameters(snapshots[n]), expected) < mpf(10) ** -40
    assert distance(parameters(snapshots[3]), CENTRE) < mpf(10) ** -40
    assert distance(parameters(snapshots[2]), CENTRE) > mpf(10) ** -3


def test_bfgs_fulfils_the_secant_equation() -> None:
    for snapshot in declared(catalog.system("BFGS"), 4, {})[1:]:
        (matrix,), (s,), (y,) = (snapshot.values[name] for name in ("H", "s", "y"))
        H, change, answer = (
            np.vectorize(lambda x: mpf(str(x)), otypes=[object])(x) for x in (matrix, s, y)
        )
        assert distance(H @ answer, change) < mpf(10) ** -40
        assert max(abs(x) for x in (H - H.T).flat) < mpf(10) ** -40


@pytest.mark.parametrize("name", ["BFGS", "LBFGS"])
def test_no_update_where_the_curvature_is_not_positive(name: str) -> None:
    """On a concave quadratic s·y < 0: the memory stays as it was, and steps go on."""
    declaration = catalog.system(name)
    concave = {"grad": lambda points: [-x for x in points]}
    first, *later = declared(declaration, 3, {}, **concave)
    for snapshot in later:
        for state in declaration.state:
            assert str(snapshot.state[state.name]) == str(first.state[state.name])
        assert snapshot.values["curvature"] < 0


@pytest.mark.parametrize("name", ["BFGS", "LBFGS", "PolyakStep"])
def test_rests_at_a_stationary_point(name: str) -> None:
    """A zero gradient moves nothing and leaves the memory clean, though 0/0 stands in an arm."""
    declaration = catalog.system(name)
    still = {"grad": lambda points: [0 * x for x in points]}
    *_, last = declared(declaration, 3, {}, **still)
    assert distance(parameters(last), START) == 0
    assert "NaN" not in str(last.state)


@pytest.mark.parametrize("name", ["DampedNewton", "BFGS", "LBFGS", "LBFGS(memory=2)"])
def test_second_order_rules_solve_rosenbrock(name: str) -> None:
    """With the procedures that answer line searches in use, from the usual start, to 20 digits."""

    def point(points: list[Vector]) -> tuple[mpf, mpf]:
        x, y = (mpf(str(entry)) for entry in points[0])
        return x, y

    def f(x: mpf, y: mpf) -> mpf:
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    def slopes(x: mpf, y: mpf) -> Vector:
        return vector(-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2))

    def search(
        contract: str, points: list[Vector], directions: list[Vector], start: Any, constants: Any
    ) -> Any:
        x, p = np.array(point(points)), np.array(point(directions))

        def phi(a: mpf) -> tuple[mpf, mpf]:
            return f(*(x + a * p)), slopes(*(x + a * p)) @ p

        value, slope = phi(mpf(0))
        constants = [mpf(str(c)) for c in constants]
        return decimal(CONTRACTS[contract](phi, value, slope, mpf(str(start)), *constants))

    def curvatures(points: list[Vector]) -> Vector:
        x, y = point(points)
        rows = vector(2 - 400 * (y - 3 * x**2), -400 * x), vector(-400 * x, 200)
        return np.array([list(decimals(row)) for row in rows])

    snapshots = reference.run(
        catalog.system(name),
        [decimals(vector("-1.2", 1))],
        60,
        {
            "grad": lambda points: [decimals(slopes(*point(points)))],
            "hessian": curvatures,
            "line_search": search,
        },
    )
    assert distance(parameters(snapshots[-1]), vector(1, 1)) < mpf(10) ** -20
    losses = [f(*point(list(snapshot.theta))) for snapshot in snapshots]
    assert all(b <= a for a, b in itertools.pairwise(losses))


def test_random_search_keeps_the_best() -> None:
    draws = [
        vector("0.2", "-1.4", "0.7"),
        vector(3, 3, 3),
        vector("0.25", "-1.5", "0.75"),
        vector(0, 0, 0),
    ]
    for name in DRAWN:
        best, step = START, 0
        declaration = catalog.system(name)
        hyper = {"sigma": mpf("0.3")}
        drawn = iter([[decimals(x[:2]), decimals(x[2:])] for x in draws])
        snapshots = declared(declaration, len(draws), hyper, noise=lambda k, d=drawn: next(d))
        for draw, snapshot in zip(draws, snapshots[1:], strict=True):
            trial = mpf("0.3") * draw + (best if name == "RandomLocalSearch" else 0)
            step += loss(trial) < loss(best)
            best = trial if loss(trial) < loss(best) else best
            assert distance(parameters(snapshot), best) < mpf(10) ** -40
        assert 0 < step < len(draws)


# --- what the texts claim of their forms ---------------------------------------------------------


def final(name: str, n: int = 5, **hyper: str) -> Vector:
    declaration = catalog.system(name)
    h = values(declaration, False) | {k: mpf(x) for k, x in hyper.items()}
    return parameters(declared(declaration, n, h)[-1])


def same(a: Vector, b: Vector) -> bool:
    return bool(distance(a, b) < mpf(10) ** -40)


def test_momentum_forms_are_one_method_under_maps() -> None:
    assert same(final("MomentumEMA", lr="0.1", beta="0.9"), final("Momentum", lr="0.01"))
    assert same(final("MomentumSum", lr="0.01"), final("Momentum", lr="0.01"))
    assert same(final("texts.MOM_b", lr="0.1", alpha="0.1"), final("Momentum", lr="0.01"))
    assert same(final("HeavyBall", lr="0.01"), final("Momentum", lr="0.01"))
    assert not same(final("texts.MOM_c0", lr="0.1"), final("MomentumEMA", lr="0.1"))


def test_nesterov_forms() -> None:
    assert same(final("texts.NAG_c"), final("Nesterov"))
    assert same(final("texts.NAG_b", alpha="1"), final("Nesterov"))
    assert not same(final("texts.NAG_b", alpha="0.5", lr="0.02"), final("Nesterov", lr="0.01"))
    ahead = declared(catalog.system("NesterovRearranged"), 5, {})[-1]
    behind = declared(catalog.system("Nesterov"), 5, {})[-1]
    v = vector(*(x for tensor in behind.state["v"] for x in tensor))
    assert same(parameters(ahead), parameters(behind) - mpf("0.9") * v)


def test_rmsprop_is_leaky_adagrad_scaled() -> None:
    lr = mpmath.sqrt(mpf("0.1")) * mpf("0.1")
    assert same(
        final("RMSProp", lr=mpmath.nstr(lr, 58), eps="0"), final("LeakyAdagrad", lr="0.1", eps="0")
    )
    assert same(final("LeakyAdagrad", rho="1"), final("Adagrad"))


def test_where_decay_stands_matters() -> None:
    plain = final("Adam")
    assert same(final("AdamL2", weight_decay="0"), plain)
    assert same(final("AdamW", weight_decay="0"), plain)
    assert same(final("AdamW", weight_decay="1e-5"), final("texts.ADAMW", weight_decay="0.01"))
    assert not same(final("AdamL2", weight_decay="0.01"), final("texts.ADAMW", weight_decay="0.01"))


def test_first_step_without_bias_correction() -> None:
    moved = final("AdamNoCorrection", 1, eps="0") - START
    full = final("Adam", 1, eps="0") - START
    assert same(moved, mpmath.sqrt(10) * full)
    assert same(final("AdamNoCorrection(beta2=0.99)", 1, eps="0"), START + full)

"""Rules written by hand for these tests, one for each thing that a rule may ask for or keep."""

from __future__ import annotations

from typing import Any

import numpy as np

from optwright.runtime import (
    Hyper,
    HyperValue,
    Optimizer,
    Params,
    Rule,
    Schedule,
    State,
    Step,
    Where,
    blocked,
)

LR = Hyper("lr", 0.1, "[0, inf)", "learning rate")
MOMENTUM = Hyper("momentum", 0.9, "[0, 1)", "share of the buffer that is kept")


def rates(lr: Any, momentum: Any) -> dict[str, Any]:
    return {"lr": float(lr), "momentum": float(momentum)}


def rate(lr: Any) -> dict[str, Any]:
    return {"lr": float(lr)}


# --- momentum, by blocks -------------------------------------------------------------------------


@blocked(work="move")
def momentum_update(theta: Any, g: Any, b: Any, lr: float, momentum: float, move: Any) -> tuple[()]:
    np.multiply(b, momentum, out=b)
    np.add(b, g, out=b)
    np.multiply(b, lr, out=move)
    np.subtract(theta, move, out=theta)
    return ()


def momentum_step(step: Step) -> None:
    step.ask("g", "grad")
    step.host(rates)
    step.blocks(momentum_update)
    step.commit()


momentum_rule = Rule("SGD", "toy", (LR, MOMENTUM), (State("b"),), ("grad",), momentum_step)


class SGD(Optimizer):
    """b = momentum·b + g; theta = theta − lr·b."""

    rules = (((), momentum_rule),)

    def __init__(
        self, params: Params, lr: HyperValue | None = 0.1, momentum: HyperValue | None = 0.9
    ) -> None:
        super().__init__(params, lr=lr, momentum=momentum)


# --- two gradients a step ------------------------------------------------------------------------


def look_ahead_point(theta: Any, b: Any, momentum: Any) -> dict[str, Any]:
    return {"ahead": theta - momentum * b}


def look_ahead_update(theta: Any, g: Any, b: Any, lr: Any, momentum: Any) -> dict[str, Any]:
    after = momentum * b + lr * g
    return {"b": after, "theta": theta - after}


def look_ahead_step(step: Step) -> None:
    step.host(rates)
    step.arrays(look_ahead_point)
    step.ask("g", "grad", at="ahead")
    step.arrays(look_ahead_update)
    step.commit()


look_ahead_rule = Rule(
    "Nesterov", "toy", (LR, MOMENTUM), (State("b"),), ("grad",), look_ahead_step, elsewhere=True
)


def sam_point(theta: Any, g: Any) -> dict[str, Any]:
    return {"up": theta + g}


def sam_update(theta: Any, h: Any, b: Any, lr: Any, momentum: Any) -> dict[str, Any]:
    after = momentum * b + h
    return {"b": after, "theta": theta - lr * after}


def sam_step(step: Step) -> None:
    step.host(rates)
    step.ask("g", "grad")
    step.arrays(sam_point)
    step.ask("h", "grad", at="up")
    step.arrays(sam_update)
    step.commit()


sam_rule = Rule("SAM", "toy", (LR, MOMENTUM), (State("b"),), ("grad",), sam_step, elsewhere=True)


class Family(Optimizer):
    """Flags choose the rule."""

    choices = {"nesterov": (False, True), "kind": ("one", "two")}
    rules = (
        ((("nesterov", True), ("kind", "one")), look_ahead_rule),
        ((("nesterov", False), ("kind", "one")), momentum_rule),
        ((("nesterov", False), ("kind", "two")), sam_rule),
    )


# --- a family as one program ---------------------------------------------------------------------


def variant_host(lr: Any, halved: bool) -> dict[str, Any]:
    return {"lr": lr / 2 if halved else lr}


@blocked(work="move")
def variant_update(
    theta: Any, g: Any, b: Any, peak: Any, lr: float, kind: str, move: Any
) -> tuple[()]:
    if kind == "sign":
        np.sign(g, out=b)
    elif kind == "sum":
        np.add(b, g, out=b)
    else:
        assert b is None
    if peak is not None:
        np.maximum(peak, g, out=peak)
    np.multiply(g if b is None else b, lr, out=move)
    np.subtract(theta, move, out=theta)
    return ()


def variant_step(step: Step) -> None:
    step.host(variant_host)
    step.ask("g", "grad")
    step.blocks(variant_update)
    if step.flags["kind"] == "none":
        step.arrays(lambda theta, halved: {"theta": theta + 1 if halved else theta})
    step.commit()


def variant(kind: str, halved: bool, peaks: bool) -> Rule | None:
    """The member with these flags; a peak of signs is not defined."""
    if kind == "sign" and peaks:
        return None
    kept = [State("b")] * (kind != "none") + [State("peak")] * peaks
    return Rule(
        "Variant", "toy", (LR,), tuple(kept), ("grad",), variant_step,
        flags={"kind": kind, "halved": halved, "peaks": peaks},
        absent=tuple({"b", "peak"} - {state.name for state in kept}),
    )  # fmt: skip


class Variant(Optimizer):
    """A family whose members are made when they are wanted."""

    choices = {"kind": ("sum", "sign", "none"), "halved": (False, True), "peaks": (False, True)}
    rule = variant


# --- every kind of state -------------------------------------------------------------------------


def kept_host(lr: Any, product: Any) -> dict[str, Any]:
    return {"lr": float(lr), "product": product * 0.5}


def kept_update(theta: Any, g: Any, row: Any, sides: Any, lr: Any, steps: Any) -> dict[str, Any]:
    return {
        "row": row + np.abs(g).sum(axis=-1, keepdims=True) if theta.ndim else row,
        "sides": [side + 1 for side in sides],
        "steps": np.float64(steps + 1),
        "theta": theta - lr * g * (1 + steps),
    }


def kept_step(step: Step) -> None:
    step.ask("g", "grad")
    step.host(kept_host)
    step.arrays(kept_update)
    step.numbers(lambda total: {"total": total + 1}, "all")
    step.commit()


def first(theta: Any) -> Any:
    return theta


def first_rate(lr: Any) -> Any:
    return lr


kept_rule = Rule(
    "Kept",
    "toy",
    (LR,),
    (
        State("product", "host", 1.0),
        State("total", "all", first_rate),
        State("steps", "tensor", first_rate),
        State("row", "axes(-1)", 0.25),
        State("sides", "each_axis"),
        State("start", "coordinate", first),
    ),
    ("grad",),
    kept_step,
    shared=("lr",),
    views={"start": lambda start: start},
)


class Kept(Optimizer):
    """Keeps something of every extent."""

    rules = (((), kept_rule),)


def newest(theta: Any, g: Any, H: Any, lr: Any) -> dict[str, Any]:
    return {"H": H + np.outer(g, g), "theta": theta - lr * H @ g}


def joined_step(step: Step) -> None:
    step.ask("g", "grad")
    step.push({"past": "g"})
    step.arrays(newest)
    step.commit()


joined_rule = Rule(
    "Joined",
    "toy",
    (LR, Hyper("memory", 2, "integer [1, inf)", "pairs kept")),
    (State("H", "matrix(n, n)", "identity"), State("past", length="memory")),
    ("grad",),
    joined_step,
    scope="all",
)


class Joined(Optimizer):
    """Treats all tensors as one vector; has a matrix and a history."""

    rules = (((), joined_rule),)


# --- other oracles -------------------------------------------------------------------------------


def noisy_step(step: Step) -> None:
    step.ask("g", "grad")
    step.noise("z")
    step.arrays(lambda theta, g, z, lr: {"theta": theta - lr * (g + z)})
    step.commit()


noisy_rule = Rule("Noisy", "toy", (LR,), (), ("grad", "noise"), noisy_step)


class Noisy(Optimizer):
    """Adds standard normal noise to the gradient."""

    rules = (((), noisy_rule),)


def curved_step(step: Step) -> None:
    step.ask("g", "grad")
    step.ask("h", "hessian_diagonal")
    step.ask("Hg", "hvp", vector="g")
    step.ask("f", "value")
    step.arrays(lambda theta, g, h, Hg, lr: {"theta": theta - lr * (g + h + Hg)})
    step.commit()


curved_rule = Rule(
    "Curved", "toy", (LR,), (), ("grad", "hessian_diagonal", "hvp", "value"), curved_step
)


class Curved(Optimizer):
    """Asks for second derivatives."""

    rules = (((), curved_rule),)


def newton_step(step: Step) -> None:
    step.ask("g", "grad")
    step.ask("H", "hessian")
    step.arrays(lambda theta, g, H: {"theta": theta, "d": -np.linalg.solve(H, g)})
    step.search("a", "armijo", None, "d", "lr")
    step.arrays(lambda theta, d, a: {"theta": theta + a * d})
    step.commit()


newton_rule = Rule(
    "Newton", "toy", (LR,), (), ("grad", "hessian", "line_search"), newton_step, scope="all",
    elsewhere=True,
)  # fmt: skip


class Newton(Optimizer):
    """Newton's direction with Armijo's rule."""

    rules = (((), newton_rule),)


# --- rules that differ between tensors -----------------------------------------------------------


def scaled_step(step: Step) -> None:
    step.ask("g", "grad")
    step.arrays(lambda theta, g, scale: {"theta": theta - scale * g})
    step.commit()


scaled_rule = Rule(
    "Scaled", "toy", (Hyper("scale", 1.0, "(0, 10]"),), (), ("grad",), scaled_step, shape="matrix"
)


class Routed(Optimizer):
    """Matrices by one rule, biases by another, the rest by none."""

    branches = ((Where(ndim_at_least=2), scaled_rule), (Where(name="bias$"), momentum_rule))
    id = "toy.Routed"


def late_step(step: Step) -> None:
    step.ask("g", "grad")
    step.ask("Hg", "hvp", vector="g")
    step.host(rate)
    step.arrays(lambda theta, Hg, lr: {"theta": theta - lr * Hg})
    step.commit()


late_rule = Rule("Late", "toy", (LR,), (), ("grad", "hvp"), late_step)


class Late(Optimizer):
    """The second branch asks, at the parameters before the step, when the first has moved."""

    branches = ((Where(name="^first"), momentum_rule), (Where(), late_rule))


class Matrices(Optimizer):
    """For matrices only."""

    rules = (((), scaled_rule),)


# --- schedules -----------------------------------------------------------------------------------


class Decay(Schedule):
    """lr / t."""

    id = "toy.Decay"
    hyper = (Hyper("lr", None, "[0, inf)", "first learning rate"),)

    @staticmethod
    def advance(t: int, lr: float) -> tuple[float, dict[str, float]]:
        return lr / t, {}


class Plateau(Schedule):
    """Halves lr when the loss has not fallen."""

    id = "toy.Plateau"
    hyper = (Hyper("lr", 0.1, "[0, inf)"),)
    state = (State("best", "host", float("inf")), State("rate", "host", lambda lr: lr))
    oracles = ("value",)

    @staticmethod
    def advance(
        t: int, lr: float, best: float, rate: float, value: float
    ) -> tuple[float, dict[str, float]]:
        now = rate if value < best else rate / 2
        return now, {"best": min(best, value), "rate": now}

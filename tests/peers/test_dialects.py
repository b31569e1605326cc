"""The dialects of torch, optax and Keras against the frameworks themselves, in float64.

Every class runs with every combination of its flags, once with its defaults and once with every
hyperparameter at another value, while the learning rate changes from step to step: that tells apart
where it stands. An epsilon of the size of the gradients tells apart where that stands.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from peer import Arrays, agree, arrays, declared

from optwright.derive.language.declaration import Family
from optwright.derive.rule import catalog
from optwright.derive.rule.dialect import keras, optax, torch_adaptive

pytestmark = pytest.mark.peers

MODULES = {"torch": torch_adaptive, "optax": optax, "keras": keras}

FACTORS = (1.0, 0.5, 2.0, 0.25, 1.5, 0.75, 1.0, 3.0, 0.5)
"""The learning rate of each step, as a share of the first."""

OTHER = {
    "lr": 0.1,
    "learning_rate": 0.1,
    "alpha": 0.8,
    "beta": 0.6,
    **dict.fromkeys(("beta1", "b1", "beta_1"), 0.7),
    **dict.fromkeys(("beta2", "b2", "beta_2"), 0.9),
    "decay": 0.8,
    "eps": 0.05,
    "epsilon": 0.05,
    "eps_root": 0.02,
    "initial_accumulator_value": 0.4,
    "initial_scale": 0.3,
    "lr_decay": 0.2,
    "momentum": 0.6,
    "rho": 0.8,
    "threshold": 4.5,
    "weight_decay": 0.3,
}
"""Values that are no default, and far enough from them to be seen in a few steps."""

LEFT_OUT = {
    "torch": {"params", "foreach", "capturable", "differentiable", "fused"},
    "optax": {"accumulator_dtype", "mu_dtype", "mask", "weight_decay_mask"},
    "keras": {
        "name",
        "kwargs",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    },
}
"""Arguments without a counterpart: rounding, speed, routing, and what combinators do."""


UNDO: list[Callable[[], None]] = []


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """After each test, the frameworks' default types are what they were."""
    yield
    while UNDO:
        UNDO.pop()()


def framework(name: str) -> Any:
    """The framework, computing in float64 until the test ends; skips where it is missing."""
    pytest.importorskip(name, reason=f"compares with {name}: pip install -e '.[peers]'")
    module = importlib.import_module(name)
    if name == "torch":
        before = module.get_default_dtype()
        UNDO.append(lambda: module.set_default_dtype(before))
        module.set_default_dtype(module.float64)
        return module
    if name == "keras":
        before = module.config.floatx()
        UNDO.append(lambda: module.config.set_floatx(before))
        module.config.set_floatx("float64")
        if module.backend.backend() != "jax":
            return module
    jax = importlib.import_module("jax")
    wide = jax.config.jax_enable_x64
    UNDO.append(lambda: jax.config.update("jax_enable_x64", wide))
    jax.config.update("jax_enable_x64", True)
    return module


# --- runs ----------------------------------------------------------------------------------------


def run_torch(
    name: str, given: Mapping[str, Any], rates: Sequence[float], theta: Arrays, grads: list[Arrays]
) -> list[Arrays]:
    torch = framework("torch")
    arguments = dict(given)
    if "beta1" in arguments:
        arguments["betas"] = (arguments.pop("beta1"), arguments.pop("beta2"))
    parameters = [torch.tensor(x.copy(), requires_grad=True) for x in theta]
    optimizer, found = getattr(torch.optim, name)(parameters, **arguments), []
    for rate, gradient in zip(rates, grads, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        for p, g in zip(parameters, gradient, strict=True):
            p.grad = torch.tensor(g.copy())
            if name == "SparseAdam":
                p.grad = p.grad.to_sparse()
        optimizer.step()
        found.append([p.detach().numpy().copy() for p in parameters])
    return found


def run_optax(
    name: str, given: Mapping[str, Any], rates: Sequence[float], theta: Arrays, grads: list[Arrays]
) -> list[Arrays]:
    optax = framework("optax")
    jnp = importlib.import_module("jax.numpy")
    optimizer = getattr(optax, name)(**{**given, "learning_rate": jnp.asarray(rates).__getitem__})
    params, found = [jnp.asarray(x) for x in theta], []
    state = optimizer.init(params)
    for gradient in grads:
        updates, state = optimizer.update([jnp.asarray(g) for g in gradient], state, params)
        params = optax.apply_updates(params, updates)
        found.append([np.array(p) for p in params])
    return found


def run_keras(
    name: str, given: Mapping[str, Any], rates: Sequence[float], theta: Arrays, grads: list[Arrays]
) -> list[Arrays]:
    keras = framework("keras")
    optimizer = getattr(keras.optimizers, name)(**given)
    variables, found = [keras.Variable(x, dtype="float64") for x in theta], []
    for rate, gradient in zip(rates, grads, strict=True):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradient], variables)
        found.append([np.array(keras.ops.convert_to_numpy(x)) for x in variables])
    return found


RUNS = {"torch": run_torch, "optax": run_optax, "keras": run_keras}


# --- cases ---------------------------------------------------------------------------------------


def members(declaration: Any) -> list[tuple[dict[str, Any], Any]]:
    if isinstance(declaration, Family):
        return [(dict(flags), system) for flags, system in declaration.members]
    return [({}, declaration)]


def _cases() -> Iterator[Any]:
    for dialect, module in MODULES.items():
        for declaration in module.declarations:
            for flags, system in members(declaration):
                for kind in ("defaults", "other"):
                    text = ", ".join(f"{k}={v}" for k, v in flags.items())
                    yield pytest.param(
                        dialect, declaration, flags, system, kind, id=f"{system.id}({text})-{kind}"
                    )


def tolerance(flags: Mapping[str, Any], kind: str) -> float:
    """What rounding in float64 allows: a few units in the last place, whose sum stays below 1e-13.

    optax.rmsprop is another matter where it is centered and corrected: its first variance is
    g**2 - g**2, and what rounding leaves of that, 1e-16, is 1e-8 of the default eps beside it.
    """
    cancels = flags.get("centered") and flags.get("bias_correction") and flags["eps_in_sqrt"]
    return 1e-7 if cancels and kind == "defaults" else 1e-13


def data() -> tuple[Arrays, list[Arrays]]:
    """Start and gradients; one entry's gradient is always zero, another's at first."""
    theta, grads = arrays(1), [arrays(2 + k) for k in range(len(FACTORS))]
    for step, gradient in enumerate(grads):
        gradient[0][0, 0] = 0.0
        gradient[2][1] *= step > 2
    return theta, grads


def compare(
    dialect: str,
    name: str,
    flags: Mapping[str, Any],
    hyper: Mapping[str, Any],
    rate: str,
    allowed: float,
) -> None:
    theta, grads = data()
    rates = [hyper[rate] * factor for factor in FACTORS]
    expected = RUNS[dialect](name, {**flags, **hyper}, rates, theta, grads)
    found = declared(f"{dialect}.{name}", flags, theta, grads, hyper, {rate: rates})
    agree(found, expected, allowed)


@pytest.mark.parametrize(("dialect", "declaration", "flags", "system", "kind"), list(_cases()))
def test_the_declaration_computes_what_the_framework_computes(
    dialect: str, declaration: Any, flags: dict[str, Any], system: Any, kind: str
) -> None:
    rate, *others = [h.name for h in system.hyper]
    default = system.hyper[0].default
    if kind == "other":
        hyper = {name: OTHER[name] for name in (rate, *others)}
    else:
        hyper = {rate: 0.01 if default is None else float(default)}
        if flags.get("centered") and flags.get("bias_correction") and not flags["eps_in_sqrt"]:
            hyper["initial_scale"] = 0.5  # else the first variance is zero, or below it, and NaN
    compare(dialect, system.name, flags, hyper, rate, tolerance(flags, kind))


@pytest.mark.parametrize(
    ("theirs", "flags", "ours", "names"),
    [
        ("keras.Adam", {}, "torch.Adam", {"beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"}),
        ("torch.Adam", {}, "torch.AdamW", {}),
        ("torch.Adam", {"amsgrad": True}, "torch.Adam", {}),
        ("keras.RMSprop", {}, "torch.RMSprop", {"alpha": "rho", "eps": "epsilon"}),
        ("keras.SGD", {}, "torch.SGD", {}),
        ("keras.SGD", {"nesterov": True}, "keras.SGD", {}),
        ("optax.sgd", {}, "keras.SGD", {}),
        ("optax.radam", {"nesterov": True}, "optax.radam", {}),
    ],
)
def test_another_dialect_is_told_apart(
    theirs: str, flags: dict[str, Any], ours: str, names: dict[str, str]
) -> None:
    """The negative control: what differs in one place only does not agree."""
    dialect, _, name = theirs.partition(".")
    theta, grads = data()
    _, system = members(catalog[theirs])[0]
    given = {h.name: OTHER[h.name] for h in system.hyper}
    rates = [given[system.hyper[0].name] * factor for factor in FACTORS]
    expected = RUNS[dialect](name, {**flags, **given}, rates, theta, grads)
    _, other = members(catalog[ours])[0]
    named = {h.name: names.get(h.name, h.name) for h in other.hyper}
    hyper = {key: given[known] for key, known in named.items() if known in given}
    found = declared(ours, {}, theta, grads, hyper, {other.hyper[0].name: rates})
    with pytest.raises(AssertionError, match="Not equal"):
        agree(found, expected, 1e-6)


def test_adagrad_of_optax_rests_where_the_sum_is_zero() -> None:
    hyper = {"learning_rate": 0.1, "initial_accumulator_value": 0.0, "eps": 0.0}
    compare("optax", "adagrad", {}, hyper, "learning_rate", 1e-13)


def test_adadelta_of_optax_climbs_without_a_learning_rate() -> None:
    optax = framework("optax")
    jnp = importlib.import_module("jax.numpy")
    theta, grads = data()
    optimizer = optax.adadelta()
    params, expected = [jnp.asarray(x) for x in theta], []
    state = optimizer.init(params)
    for gradient in grads:
        updates, state = optimizer.update([jnp.asarray(g) for g in gradient], state, params)
        params = optax.apply_updates(params, updates)
        expected.append([np.array(p) for p in params])
    agree(declared("optax.adadelta", {}, theta, grads, {"learning_rate": -1}), expected, 1e-13)


# --- signatures ----------------------------------------------------------------------------------


def signature(dialect: str, name: str) -> dict[str, Any]:
    """The framework's own arguments with their defaults, tuples in their parts."""
    module = framework(dialect)
    home = {"torch": "optim", "keras": "optimizers"}.get(dialect)
    made = getattr(getattr(module, home) if home else module, name)
    found = {k: p.default for k, p in inspect.signature(made).parameters.items()}
    if "betas" in found:
        place = list(found).index("betas")
        items = list(found.items())
        parts = zip(("beta1", "beta2"), found["betas"], strict=True)
        found = dict([*items[:place], *parts, *items[place + 1 :]])
    return {k: x for k, x in found.items() if k not in LEFT_OUT[dialect]}


@pytest.mark.parametrize(
    "identifier", [d.id for module in MODULES.values() for d in module.declarations]
)
def test_arguments_and_defaults_are_the_frameworks(identifier: str) -> None:
    dialect, _, name = identifier.partition(".")
    theirs = signature(dialect, name)
    declaration = catalog[identifier]
    flags = dict(declaration.choices) if isinstance(declaration, Family) else {}
    system = declaration.default if isinstance(declaration, Family) else declaration
    ours = {h.name: h.default for h in system.hyper}
    assert {*flags, *ours} == set(theirs)
    assert [k for k in theirs if k in ours] == list(ours)
    for flag, allowed in flags.items():
        assert allowed[0] == theirs[flag]
    for key, value in ours.items():
        if theirs[key] is None:  # no momentum, no weight decay; adadelta asks for its rate
            assert value in (0, None) and key in ("momentum", "weight_decay", "learning_rate")
        elif theirs[key] is inspect.Parameter.empty:
            assert value is None
        else:
            assert float(value) == theirs[key], key

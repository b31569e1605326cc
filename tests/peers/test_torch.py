"""The torch dialect against torch itself, in float64: the declarations' fifty digits, rounded."""

import random
from decimal import Decimal

import numpy as np
import pytest
from peer import agree, arrays, declared

from optwright.derive.interpret import advance, floats, start
from optwright.derive.language.declaration import Family
from optwright.derive.rule import catalog
from optwright.runtime.line_search import strong_wolfe_torch

torch = pytest.importorskip("torch", reason="compares with torch: pip install -e '.[peers]'")
pytestmark = pytest.mark.peers


@pytest.fixture(autouse=True)
def double():
    """Scalar state of torch follows its default type."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def real(make, theta, gradients):
    parameters = [torch.tensor(x.copy(), requires_grad=True) for x in theta]
    optimizer, found = make(parameters), []
    for gradient in gradients:
        for p, g in zip(parameters, gradient, strict=True):
            p.grad = torch.tensor(g.copy())
        optimizer.step()
        found.append([p.detach().numpy().copy() for p in parameters])
    return found


CASES = [
    ("SGD", {}, {}),
    ("SGD", {}, {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {}, {"dampening": 0.3}),
    ("SGD", {"nesterov": True}, {"momentum": 0.9, "weight_decay": 0.1}),
    ("SGD", {"maximize": True}, {"momentum": 0.5, "weight_decay": 0.1}),
    ("NAdam", {}, {"weight_decay": 0.1}),
    ("NAdam", {"decoupled_weight_decay": True}, {"weight_decay": 0.1, "momentum_decay": 0.1}),
    ("NAdam", {"maximize": True}, {"lr": 0.1, "eps": 0.1}),
    ("RAdam", {}, {"weight_decay": 0.1}),
    ("RAdam", {"decoupled_weight_decay": True}, {"weight_decay": 0.1, "lr": 0.1, "eps": 0.01}),
    ("RAdam", {"maximize": True}, {"beta2": 0.9}),
    ("Rprop", {}, {}),
    ("Rprop", {"maximize": True}, {"step_size_max": 0.011, "step_size_min": 0.004, "etaplus": 1.3}),
    ("Adafactor", {}, {"eps1": 1e-3}),
    (
        "Adafactor",
        {},
        {"eps1": 1e-3, "weight_decay": 0.1, "d": 1.1, "beta2_decay": -0.5, "lr": 0.3},
    ),
]
TUPLES = {
    "betas": ("beta1", "beta2"),
    "etas": ("etaminus", "etaplus"),
    "eps": ("eps1", "eps2"),
    "step_sizes": ("step_size_min", "step_size_max"),
}


def arguments(make, hyper):
    """torch's own arguments: the parts of its tuples put together, what is not given by default."""
    given = dict(hyper)
    defaults = make([torch.zeros(1)]).defaults
    for name, parts in TUPLES.items():
        if any(part in given for part in parts):
            given[name] = tuple(given.pop(p, d) for p, d in zip(parts, defaults[name], strict=True))
    return given


@pytest.mark.parametrize(("name", "flags", "hyper"), CASES)
def test_the_declaration_computes_what_torch_computes(name, flags, hyper):
    theta, gradients = arrays(1), [arrays(2 + k) for k in range(12)]
    make = getattr(torch.optim, name)
    expected = real(lambda p: make(p, **flags, **arguments(make, hyper)), theta, gradients)
    agree(declared(f"torch.{name}", flags, theta, gradients, hyper), expected)


@pytest.mark.parametrize("name", ["SGD", "NAdam", "RAdam", "Rprop", "Adafactor", "LBFGS"])
def test_the_defaults_are_torchs(name):
    rule = catalog[f"torch.{name}"]
    rule = rule.default if isinstance(rule, Family) else rule
    theirs = dict(getattr(torch.optim, name)([torch.zeros(1)]).defaults)
    for group, parts in TUPLES.items():
        if isinstance(theirs.get(group), tuple):
            theirs |= dict(zip(parts, theirs.pop(group), strict=True))
    for h in rule.hyper:
        if theirs[h.name] is None:  # Adafactor's eps1: the machine epsilon of the parameters' type
            assert float(h.default) == torch.finfo(torch.float32).eps
        elif h.default.is_number:
            assert float(h.default) == theirs[h.name], h.name
        else:
            known = {other.symbol: other.default for other in rule.hyper}
            assert h.default.subs(known) == theirs[h.name]


def loss_of(x, shift):
    """Rosenbrock's valley, moved: the two tensors are its coordinates."""
    a, b = x
    return ((1 - a) ** 2).sum() + 5 * ((b - shift - a * a) ** 2).sum()


@pytest.mark.parametrize(
    ("search", "hyper"),
    [
        (None, {}),
        (None, {"max_iter": 4, "history_size": 2}),
        (None, {"max_iter": 9, "max_eval": 3, "lr": 0.5}),
        ("strong_wolfe", {}),
        ("strong_wolfe", {"max_iter": 5, "history_size": 2}),
        ("strong_wolfe", {"max_iter": 20, "max_eval": 40, "lr": 0.3}),
    ],
)
@pytest.mark.parametrize("changing", [False, True])
def test_lbfgs_over_several_calls(search, hyper, changing):
    """Also where the loss changes between calls, and a new gradient is compared with the last."""
    theta = [np.array([-1.2, 0.3]), np.array([1.0, -0.4])]
    shifts = [0.1 * k if changing else 0.0 for k in range(4)]
    parameters = [torch.tensor(x.copy(), requires_grad=True) for x in theta]
    optimizer = torch.optim.LBFGS(parameters, line_search_fn=search, **hyper)
    rule = catalog["torch.LBFGS"](line_search_fn=search)
    given = {key: Decimal(repr(x)) if isinstance(x, float) else x for key, x in hyper.items()}
    snapshot = start(rule, theta, given)
    for call, shift in enumerate(shifts):

        def closure(shift=shift):
            optimizer.zero_grad()
            loss = loss_of(parameters, shift)
            loss.backward()
            return loss

        def values(points, shift=shift):
            x = [torch.tensor(p, requires_grad=True) for p in floats(tuple(points))]
            loss = loss_of(x, shift)
            loss.backward()
            return float(loss.detach()), [p.grad.numpy() for p in x]

        def line(contract, points, directions, length, constants, values=values):
            assert contract == "strong_wolfe_torch"
            x, d = floats(tuple(points)), floats(tuple(directions))
            trials = []

            def phi(a):
                trials.append(a)
                value, gradient = values([p + a * q for p, q in zip(x, d, strict=True)])
                return value, sum(float((g * q).sum()) for g, q in zip(gradient, d, strict=True))

            value, slope = phi(0.0)
            largest = max(float(np.abs(q).max()) for q in d)
            found = strong_wolfe_torch(
                phi, value, slope, float(length), *map(float, constants), largest=largest
            )
            return found, len(trials) - 1

        optimizer.step(closure)
        oracles = {
            "grad": lambda p, v=values: v(p)[1],
            "value": lambda p, v=values: v(p)[0],
            "line_search": line,
        }
        snapshot = advance(rule, snapshot, given, oracles)
        ours, theirs = floats(snapshot.theta), [p.detach().numpy() for p in parameters]
        state = optimizer.state[parameters[0]]
        assert int(snapshot.state["n"]) == state["n_iter"], f"call {call + 1}"
        assert len(snapshot.state["S"]) == len(state.get("old_dirs") or [])
        agree([ours], [theirs], 1e-6)


def test_the_plateau_schedule():
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, patience=2, cooldown=3, min_lr=1e-3
    )
    from optwright.derive.interpret import advance_schedule, start_schedule

    source = random.Random(5)
    ours, hyper = (
        catalog["torch.ReduceLROnPlateau"],
        {"lr": 1, "patience": 2, "cooldown": 3, "min_lr": Decimal("0.001")},
    )
    snapshot, seen = start_schedule(ours, hyper), set()
    for k in range(60):
        loss = round(1 / (k + 1), 2) if k < 10 else source.choice([0.1, 0.2, 0.1 - k * 1e-6])
        theirs.step(loss)
        snapshot = advance_schedule(ours, snapshot, hyper, loss)
        seen.add(float(snapshot.output))
        assert float(snapshot.output) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
    assert len(seen) > 2

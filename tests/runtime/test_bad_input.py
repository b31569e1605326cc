"""Bad input gets one line that says what is wrong, and nothing changes: to the bit."""

import copy
from collections.abc import Callable
from functools import partial
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from test_checkpoint import equal
from toy import (
    SGD,
    Curved,
    Decay,
    Family,
    Joined,
    Kept,
    Late,
    Matrices,
    Newton,
    Noisy,
    Plateau,
    Routed,
)

from optwright.runtime import (
    HyperparameterError,
    Optimizer,
    OptwrightError,
    OracleError,
    ParameterError,
)

NAMES = ["one", "two", "three", "four", "five"]


def five() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {name: rng.standard_normal((2, k)) for k, name in enumerate(NAMES, start=1)}


def refused(opt: Optimizer, kind: type[Exception], message: str, action: Callable[[], Any]) -> None:
    """`action` raises one line with `message` and leaves parameters and optimizer as they were."""
    arrays = [slot.array.tobytes() for slot in opt._slots]
    state, shown = opt.state_dict(), repr(opt)
    with pytest.raises(kind) as caught:
        action()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, OptwrightError)
    assert isinstance(caught.value, ValueError)
    assert [slot.array.tobytes() for slot in opt._slots] == arrays
    assert equal(opt.state_dict(), state)
    assert repr(opt) == shown


# --- gradients -----------------------------------------------------------------------------------

W = five()
BAD_LEAVES: dict[str, tuple[Any, str]] = {
    "shape": (np.ones((5, 2)), "grads at 'five' has shape (5, 2); expected (2, 5)"),
    "flat": (np.ones(10), "has shape (10,); expected (2, 5)"),
    "scalar": (1.0, "grads at 'five' is a float, not an array"),
    "number": (np.float64(1), "has shape (); expected (2, 5)"),
    "integers": (np.ones((2, 5), int), "has dtype int64; allowed: real floating point"),
    "bools": (np.ones((2, 5), bool), "has dtype bool"),
    "complex": (np.ones((2, 5), complex), "has dtype complex128"),
    "objects": (np.ones((2, 5), object), "has dtype object"),
    "text": ("gradient", "is a str, not an array"),
    "none": (None, "grads at 'five' is None, not an array"),
    "list": ([[1.0] * 5] * 2, "grads['five'] is a list, but the parameter there is one array"),
}


@pytest.mark.parametrize("steps", [0, 2])
@pytest.mark.parametrize("maker", [SGD, Kept, Joined, lambda w: Family(w, kind="two")])
@pytest.mark.parametrize("bad", BAD_LEAVES)
def test_a_bad_gradient_in_the_fifth_tensor(
    bad: str, maker: Callable[[Any], Optimizer], steps: int
) -> None:
    w = five()
    opt = maker(w)
    for _ in range(steps):
        opt.step(lambda p: {name: 1e-3 * np.ones_like(p[name]) for name in p})
    leaf, message = BAD_LEAVES[bad]
    grads = {**{name: np.ones_like(w[name]) for name in w}, "five": leaf}
    if not any(rule.elsewhere for _, rule in opt._branches):
        refused(opt, OracleError, message, lambda: opt.step(grads))
    message = message.replace("grads", "the gradient")
    refused(opt, OracleError, message, lambda: opt.step(lambda p: grads))


@pytest.mark.parametrize("maker", [SGD, lambda w: Family(w, nesterov=True)])
def test_gradients_nested_otherwise(maker: Callable[[Any], Optimizer]) -> None:
    w = five()
    opt = maker(w)
    good = {name: np.ones_like(w[name]) for name in w}
    less = {name: good[name] for name in NAMES[:4]}
    for grads, message in [
        (less, "lacks 'five'"),
        ({**good, "six": np.ones(1)}, "has 'six', which the parameters have not"),
        (list(good.values()), "is a list, but the parameters are a dict there"),
        (np.ones(3), "is one ndarray, but the parameters are a dict there"),
    ]:
        refused(opt, OracleError, message, partial(opt.step, lambda p, it=grads: it))
    opt = SGD([np.ones(1), np.ones(1)])
    refused(opt, OracleError, "has length 1, but the parameters have 2", lambda: opt.step([1.0]))


def test_gradients_in_the_memory_of_parameters() -> None:
    w = five()
    opt = SGD(w)
    good = {name: np.ones_like(w[name]) for name in w}
    for alias in (w["five"], w["five"][::-1], w["five"][:, ::-1]):
        grads = {**good, "five": alias}
        refused(opt, OracleError, "shares memory with the parameter", partial(opt.step, grads))
    square = np.ones((2, 2))
    single = SGD(square)
    refused(single, OracleError, "with the parameter: pass a copy", lambda: single.step(square.T))
    twin = copy.deepcopy(single)
    refused(twin, OracleError, "pass a copy", partial(twin.step, twin.groups[0]["params"][::-1]))
    # Beside each other in one block is no overlap.
    block = np.ones((4, 2))
    SGD(block[:2]).step(block[2:])


def test_the_second_answer_of_a_step() -> None:
    w = five()
    opt = Family(w, kind="two")
    opt.step(lambda p: p)
    calls: list[int] = []

    def second_is_bad(p: Any) -> Any:
        calls.append(1)
        return p if len(calls) % 2 else {**p, "five": np.ones(3)}

    refused(opt, OracleError, "has shape (3,); expected (2, 5)", lambda: opt.step(second_is_bad))
    assert len(calls) == 2


# --- oracles -------------------------------------------------------------------------------------


def test_missing_oracles() -> None:
    w = five()
    good = {name: np.ones_like(w[name]) for name in w}
    opt: Optimizer = SGD(w)
    refused(opt, OracleError, "toy.SGD needs the gradient (grad): pass", opt.step)
    refused(opt, OracleError, "needs the gradient", lambda: opt.step(value=3.0))
    message = "gives one number only"
    refused(opt, OracleError, message, lambda: opt.step(lambda p: 3.0))
    opt = Curved(w)
    diagonal: Any = {"hessian_diagonal": good}
    product: Any = {"hvp": lambda p, v: v}
    cases: Any = [
        ({}, "toy.Curved needs the Hessian's diagonal (hessian_diagonal): pass opt.step("),
        (diagonal, "toy.Curved needs Hessian-vector products (hvp): pass opt.step(grads, hvp="),
        ({**diagonal, **product}, "toy.Curved needs the loss (value): pass opt.step(grads, value="),
    ]
    for more, message in cases:
        refused(opt, OracleError, message, partial(opt.step, good, **more))
    refused(
        opt, OracleError, "needs the loss: return (loss, gradients)",
        lambda: opt.step(lambda p: good, **diagonal, **product),
    )  # fmt: skip
    opt = Newton(w)
    refused(
        opt, OracleError, "needs the Hessian (hessian)", lambda: opt.step(lambda p: (1.0, good))
    )
    plateau = SGD(w, lr=Plateau())
    refused(plateau, OracleError, "needs the loss (value)", lambda: plateau.step(good))


def test_arrays_where_functions_are_needed() -> None:
    w = five()
    good = {name: np.ones_like(w[name]) for name in w}
    for opt in (Family(w, nesterov=True), Newton(w)):
        message = "asks at other points than the parameters: pass a function"
        refused(opt, OracleError, message, partial(opt.step, good, hessian=np.eye(30)))
    newton = Newton(w)
    refused(
        newton, OracleError, "or pass value=function of the parameters as well",
        lambda: newton.step(lambda p: good, value=1.0, hessian=np.eye(30)),
    )  # fmt: skip


def test_other_answers() -> None:
    w = five()
    good: Any = {name: np.ones_like(w[name]) for name in w}
    opt: Optimizer = SGD(w)
    values: Any = ("low", [1.0], np.ones(2), 1j, True)
    for value in values:
        refused(opt, OracleError, "not one real number", partial(opt.step, good, value=value))
    refused(opt, OracleError, "hvp is a dict: pass a function", partial(opt.step, good, hvp=good))
    refused(
        opt, OracleError, "step takes no oracle 'hesian'; did you mean 'hessian'?",
        lambda: opt.step(good, hesian=1),
    )  # fmt: skip
    opt = Newton(w)
    for hessian, message in [
        (np.eye(3), "hessian has shape (3, 3); expected (30, 30)"),
        (np.eye(30, dtype=int), "hessian has dtype int64"),
        ([[1.0]], "hessian is a list, not an array"),
    ]:
        refused(
            opt, OracleError, message,
            partial(opt.step, lambda p: (1.0, good), hessian=hessian),
        )  # fmt: skip
    opt = Noisy(w, seed=0)
    refused(opt, OracleError, "noise", lambda: opt.step(good, noise=np.ones(3)))
    refused(
        opt, OracleError, "the answer of noise at 'one' has shape (2,); expected (2, 1)",
        lambda: opt.step(good, noise=lambda p: {name: np.ones(2) for name in p}),
    )  # fmt: skip
    opt = Curved(w)
    refused(
        opt, OracleError, "the answer of hvp lacks 'two'",
        lambda: opt.step(good, hvp=lambda p, v: {"one": v["one"]}, hessian_diagonal=good),
    )  # fmt: skip


def test_a_bad_answer_for_the_last_branch_of_a_route() -> None:
    w = {"kernel": np.ones((2, 2)), "bias": np.ones(2)}
    opt = Routed(w)
    opt.step(lambda p: p)
    for grads in (lambda p: {**p, "bias": np.ones(3)}, {"kernel": np.ones((2, 2)), "bias": None}):
        refused(opt, OracleError, "bias", partial(opt.step, grads))


def test_a_branch_that_fails_after_another_has_moved() -> None:
    w = {"first": np.ones(2), "second": np.ones(2)}
    opt = Late(w)
    seen: list[Any] = []

    def product(p: Any, v: Any) -> Any:
        seen.append((p["first"].copy(), v["first"].copy()))
        return v if len(seen) == 1 else {"first": v["first"], "second": np.ones(3)}

    opt.step(lambda p: p, hvp=product)
    np.testing.assert_array_equal(seen[0], [[1.0, 1.0], [0.0, 0.0]])
    np.testing.assert_allclose([w["first"], w["second"]], 0.9)
    refused(opt, OracleError, "'second' has shape (3,)", lambda: opt.step(w_copy(w), hvp=product))
    assert len(seen) == 2


def w_copy(w: Any) -> Any:
    return {name: array.copy() for name, array in w.items()}


def test_the_generator_is_put_back() -> None:
    a, b = np.zeros(3), np.zeros(3)
    one, other = Noisy(a, seed=2), Noisy(b, seed=2)
    with pytest.raises(RuntimeError):
        one.step(np.zeros(3), noise=lambda p: (_ for _ in ()).throw(RuntimeError("no")))
    with pytest.raises(OracleError):
        one.step(np.zeros(4))
    one.step(np.zeros(3))
    other.step(np.zeros(3))
    assert a.tobytes() == b.tobytes()


# --- parameters ----------------------------------------------------------------------------------


def read_only() -> Any:
    array = np.ones(3)
    array.flags.writeable = False
    return array


shared = np.ones(4)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (3.0, "params is float, not a NumPy array"),
        ([1.0, 2.0], "the parameter '0' is float, not a NumPy array"),
        ({"w": [[1.0]]}, "the parameter 'w/0/0' is float"),
        (None, "params is NoneType"),
        ([], "params has no arrays"),
        ({"a": {}, "b": []}, "params has no arrays"),
        (np.ones(2, int), "params has dtype int64; allowed: float16, float32, float64, bfloat16"),
        ({"w": np.ones(2, bool)}, "the parameter 'w' has dtype bool"),
        (np.ones(2, complex), "has dtype complex128"),
        (np.ones(2, np.longdouble), "allowed: float16, float32, float64, bfloat16"),
        (np.array([None]), "has dtype object"),
        (np.ones(2, "datetime64[s]"), "has dtype datetime64"),
        ({"w": read_only()}, "the parameter 'w' is read-only: it is updated in place"),
        (np.broadcast_to(np.ones(1), (3,)), "params is read-only"),
        ([shared, shared], "the parameters '0' and '1' share memory"),
        ({"a": shared[:3], "b": shared[2:]}, "the parameters 'a' and 'b' share memory"),
        ({"a": shared[::2], "b": shared.reshape(2, 2)}, "share memory"),
        (
            np.lib.stride_tricks.as_strided(np.ones(4), (3, 2), (8, 8)),
            "params is a view whose elements share memory",
        ),
        ({"a/b": np.ones(1), "a": {"b": np.ones(1)}}, "two parameters have the same path 'a/b'"),
        ([{"params": np.ones(1)}, {"params": [np.ones(1), 2]}], "the parameter '1' is int"),
        ([{"params": shared}, {"params": {"w": shared[1:]}}], "share memory"),
    ],
)
@pytest.mark.parametrize("maker", [SGD, Kept, Joined])
def test_parameters(params: Any, message: str, maker: type[Optimizer]) -> None:
    with pytest.raises(ParameterError) as caught:
        maker(params)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_parameters_that_a_rule_does_not_take() -> None:
    with pytest.raises(
        ParameterError, match=r"two-dimensional arrays, but .* 'b' has shape \(3,\)"
    ):
        Matrices({"a": np.ones((2, 2)), "b": np.ones(3)})
    with pytest.raises(ParameterError, match=r"no rule for the parameter 'gain' of shape \(3,\)"):
        Routed({"bias": np.ones(3), "gain": np.ones(3)})


def test_groups_added() -> None:
    w = five()
    opt: Optimizer = SGD(w)
    cases: Any = [
        ({"params": w["one"]}, ParameterError, "share memory"),
        ({"params": [1.0]}, ParameterError, "not a NumPy array"),
        ({"params": np.ones(1), "lr": -1}, HyperparameterError, "outside [0, inf)"),
        ({"params": np.ones(1), "rate": 1}, HyperparameterError, "no hyperparameter 'rate'"),
        ({"lr": 1.0}, ParameterError, 'a group is a dict with "params"'),
        (np.ones(1), ParameterError, 'a group is a dict with "params"'),
    ]
    for group, kind, message in cases:
        refused(opt, kind, message, partial(opt.add_group, group))
        assert len(opt.groups) == 1
    opt = Joined(np.ones(2), lr=0.1)
    opt.step(np.ones(2))
    refused(
        opt, ParameterError, "add groups before the first step",
        lambda: opt.add_group({"params": np.ones(1)}),
    )  # fmt: skip


# --- hyperparameters -----------------------------------------------------------------------------

BAD_RATES: list[tuple[Any, str]] = [
    (nan, "lr = nan is outside [0, inf) (learning rate)"),
    (inf, "lr = inf is outside [0, inf)"),
    (-inf, "outside [0, inf)"),
    (-1e-9, "lr = -1e-09 is outside [0, inf)"),
    (10**400, "outside [0, inf)"),
    ("0.1", "lr is str '0.1', which is not a number; allowed: [0, inf), or a function"),
    (True, "lr is bool True, which is not a number"),
    (1j, "not a number"),
    ([0.1], "not a number"),
    (np.ones(2), "not a number"),
    (np.float32(nan), "outside [0, inf)"),
]


@pytest.mark.parametrize(("rate", "message"), BAD_RATES)
def test_hyperparameters(rate: Any, message: str) -> None:
    w = five()
    with pytest.raises(HyperparameterError) as caught:
        SGD(w, lr=rate)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    opt = SGD(w)
    opt.step(lambda p: p)

    def assign() -> None:
        opt.groups[0]["lr"] = rate

    refused(opt, HyperparameterError, message, assign)
    moving = SGD(w, lr=lambda t: rate if t == 2 else 0.1)
    moving.step(lambda p: p)
    refused(moving, HyperparameterError, "step 2: lr", lambda: moving.step(lambda p: p))


@pytest.mark.parametrize("momentum", [1, 1.0, -0.1, 2, nan])
def test_ends_of_ranges(momentum: float) -> None:
    with pytest.raises(HyperparameterError, match=r"is outside \[0, 1\)"):
        SGD(np.ones(1), momentum=momentum)
    SGD(np.ones(1), lr=0, momentum=0)
    for scale in (0, 10.5):
        with pytest.raises(HyperparameterError, match=r"is outside \(0, 10\]"):
            Matrices(np.ones((1, 1)), scale=scale)
    Matrices(np.ones((1, 1)), scale=10)


def test_whole_numbers() -> None:
    for memory in (0, 1.5, nan, -1):
        with pytest.raises(HyperparameterError, match=r"outside integer \[1, inf\)"):
            Joined(np.ones(1), memory=memory)
    kept = Joined(np.ones(1), memory=np.float64(3)).groups[0]["memory"]
    assert (kept, type(kept)) == (3, int)


def test_names() -> None:
    w = np.ones(1)
    with pytest.raises(HyperparameterError, match=r"toy.Kept has no hyperparameter 'lrr'; did you"):
        Kept(w, lrr=0.1)
    with pytest.raises(HyperparameterError, match="no hyperparameter 'zzz'; known: lr"):
        Kept([{"params": w, "zzz": 0.1}])
    opt = Kept(w)

    def assign(name: str, value: Any) -> Callable[[], None]:
        return lambda: opt.groups[0].__setitem__(name, value)

    refused(opt, HyperparameterError, "no hyperparameter 'learning'", assign("learning", 1.0))
    refused(opt, HyperparameterError, "params of a group cannot", assign("params", [w]))
    refused(opt, HyperparameterError, "cannot be removed", lambda: opt.groups[0].pop("lr"))
    with pytest.raises(HyperparameterError, match="draws no noise and takes no seed"):
        Kept(w, seed=3)
    for seed in (-1, 1.5, "x"):
        with pytest.raises(HyperparameterError, match="is not a whole number from 0 on"):
            Noisy(w, seed=seed)  # type: ignore[arg-type]
    refused(opt, OptwrightError, "no view 'end'; known: start", lambda: opt.view("end"))
    other = SGD(w)
    refused(other, OptwrightError, "no view 'eval'; there are none", lambda: other.view("eval"))


def test_flags() -> None:
    w = np.ones(1)
    cases: Any = [
        ({"nesterov": 1}, "nesterov = 1 is not one of False, True"),
        ({"kind": "three"}, "kind = 'three' is not one of 'one', 'two'"),
        ({"nesterov": True, "kind": "two"}, "not defined for nesterov=True, kind='two'"),
        ({"nestrov": True}, "no hyperparameter 'nestrov'; did you mean 'nesterov'?"),
    ]
    for given, message in cases:
        with pytest.raises(HyperparameterError) as caught:
            Family(w, **given)
        assert message in str(caught.value)
    with pytest.raises(HyperparameterError, match="nesterov holds for all groups"):
        Family([{"params": w, "nesterov": True}])


def test_hyperparameters_that_groups_share() -> None:
    a, b = np.ones(1), np.ones(1)
    message = "lr must be the same in all groups, but it is 0.1 in group 0 and 0.2 in group 1"
    for maker in (Kept, Joined):
        with pytest.raises(HyperparameterError, match=message):
            maker([{"params": a}, {"params": b, "lr": 0.2}], lr=0.1)
    opt = Kept([{"params": a}, {"params": b, "lr": lambda t: 0.1 * t}], lr=0.1)
    opt.step([a.copy(), b.copy()])
    refused(opt, HyperparameterError, message, lambda: opt.step([a.copy(), b.copy()]))


def test_schedules() -> None:
    with pytest.raises(HyperparameterError, match=r"toy.Decay needs lr: first learning rate"):
        Decay()
    with pytest.raises(HyperparameterError, match="has no hyperparameter 'lrr'; did you mean 'lr'"):
        Decay(lrr=1.0)
    with pytest.raises(HyperparameterError, match=r"lr = -1 is outside \[0, inf\)"):
        Decay(lr=-1)
    w = np.ones(1)
    opt = SGD(w, lr=Decay(lr=1.0).scaled(-1))
    refused(opt, HyperparameterError, "step 1: lr = -1.0", lambda: opt.step(np.ones(1)))


# --- what is no mistake --------------------------------------------------------------------------


@pytest.mark.parametrize("entry", [0.0, -0.0, 5e-324, 1e308, inf, -inf, nan])
def test_any_number_is_a_gradient(entry: float) -> None:
    for dtype in (np.float32, np.float64):
        w = np.ones(3, dtype)
        with np.errstate(all="raise"):
            SGD(w, lr=1.0).step(np.array([1.0, entry, 1.0]))
        np.testing.assert_array_equal(w[[0, 2]], [0.0, 0.0])

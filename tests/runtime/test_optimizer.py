from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import (
    SGD,
    Curved,
    Decay,
    Family,
    Joined,
    Kept,
    Matrices,
    Newton,
    Noisy,
    Plateau,
    Routed,
    Variant,
)

from optwright.runtime import HyperparameterError, Optimizer, OracleError
from optwright.runtime.kept.state import shape_of


def loss(params: Any) -> tuple[float, Any]:
    """Half the squared norm, and its gradient, of a dict of arrays."""
    value = sum(0.5 * float(np.sum(p.astype(float) ** 2)) for p in params.values())
    return value, {name: p.copy() for name, p in params.items()}


class TestParameters:
    def test_one_array(self) -> None:
        w = np.array([1.0, -2.0])
        opt = SGD(w, lr=0.5, momentum=0.5)
        opt.step(np.array([1.0, 1.0]))
        opt.step(np.array([1.0, 0.0]))
        np.testing.assert_array_equal(w, [1 - 0.5 - 0.75, -2 - 0.5 - 0.25])
        assert opt.t == 2

    def test_nested_in_place_and_by_key(self) -> None:
        w: Any = {"a": [np.ones((2, 3), np.float32), np.array(4, np.float32)], "b": (np.ones(0),)}
        kept = w["a"][0]
        assert isinstance(kept, np.ndarray)
        opt = SGD(w, lr=1.0, momentum=0.0)
        grads = {"b": [np.zeros(0)], "a": (np.full((2, 3), 0.25), np.array(1.0))}
        opt.step(grads)
        assert w["a"][0] is kept
        np.testing.assert_array_equal(kept, np.full((2, 3), 0.75, np.float32))
        np.testing.assert_array_equal(w["a"][1], 3.0)

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    def test_state_is_at_least_single_precision(self, dtype: type) -> None:
        w: np.ndarray = np.ones(3, dtype)
        opt = SGD(w)
        opt.step(np.ones(3, dtype))
        state = opt.state_dict()["groups"][0]["tensors"][0]["state"]["b"]
        assert state.dtype == (np.float64 if dtype is np.float64 else np.float32)
        assert w.dtype == dtype
        np.testing.assert_allclose(w, np.full(3, 0.9), rtol=1e-3)

    @pytest.mark.parametrize(
        "view",
        [
            lambda a: a[::2],
            lambda a: a[::-1],
            lambda a: a.reshape(4, 5).T,
            lambda a: np.asfortranarray(a.reshape(4, 5)),
            lambda a: a.reshape(4, 5)[1:3, ::2],
        ],
    )
    def test_views_are_updated_in_place(self, view: Callable[[Any], Any]) -> None:
        base = np.arange(20.0)
        w = view(base)
        twin = w.copy()
        grads = np.cos(np.arange(w.size)).reshape(w.shape)
        a, b = SGD(w), SGD(twin)
        for _ in range(3):
            a.step(grads)
            b.step(grads)
        np.testing.assert_array_equal(w, twin)

    def test_interleaved_views_do_not_share_memory(self) -> None:
        base = np.zeros(10)
        SGD([base[::2], base[1::2]]).step([np.ones(5), -np.ones(5)])
        np.testing.assert_allclose(base, [-0.1, 0.1] * 5)
        square = np.zeros((3, 3))
        SGD(list(square.T)).step(list(np.eye(3)))
        np.testing.assert_allclose(square, -0.1 * np.eye(3))

    def test_gradients_are_left_alone(self) -> None:
        w, g = np.ones(4), np.arange(4.0)
        g.flags.writeable = False
        opt = SGD(w)
        for _ in range(2):
            opt.step(g)
        np.testing.assert_array_equal(g, np.arange(4.0))

    def test_gradients_of_other_forms(self) -> None:
        w = np.zeros((2, 2), np.float32)
        SGD(w, lr=1.0).step(np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]))
        np.testing.assert_array_equal(w, [[-1, -2], [-3, -4]])
        scalar = np.zeros(())
        SGD(scalar, lr=1.0).step(np.float64(2.0))
        assert scalar == -2.0

        class Other:
            def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
                return np.ones((2, 2))

        SGD(w, lr=1.0).step(Other())
        np.testing.assert_array_equal(w, [[-2, -3], [-4, -5]])

    def test_repr(self) -> None:
        opt = SGD({"w": np.ones((3, 4)), "b": np.ones(4)}, lr=Decay(lr=1.0))
        opt.step({"w": np.ones((3, 4)), "b": np.ones(4)})
        assert repr(opt) == (
            "<toy.SGD(lr=Decay(lr=1.0), momentum=0.9): 2 tensors, 16 parameters, 1 steps>"
        )


class TestGroups:
    def test_hyperparameters_of_their_own(self) -> None:
        a, b = np.zeros(2), np.zeros(3)
        opt = SGD([{"params": {"w": a}, "lr": 1.0}, {"params": b}], lr=0.5, momentum=0.0)
        opt.step([{"w": np.ones(2)}, np.ones(3)])
        np.testing.assert_array_equal(a, [-1, -1])
        np.testing.assert_array_equal(b, [-0.5] * 3)
        assert [group["lr"] for group in opt.groups] == [1.0, 0.5]
        assert opt.groups[0]["params"]["w"] is a

    def test_assignment(self) -> None:
        w = np.zeros(1)
        opt = SGD(w, lr=1.0, momentum=0.0)
        opt.groups[0]["lr"] = 0.25
        opt.step(np.ones(1))
        assert w == -0.25
        opt.groups[0].update(lr=lambda t: 0.5 * t)
        opt.step(np.ones(1))
        assert w == -1.25
        assert dict(opt.groups[0]).keys() == {"params", "lr", "momentum"}

    def test_added_later(self) -> None:
        a, b = np.zeros(2), np.zeros(2)
        opt = Kept(a, lr=0.5)
        opt.step(np.ones(2))
        opt.add_group({"params": [b]})
        opt.step([np.ones(2), [np.ones(2)]])
        np.testing.assert_array_equal(b, [-0.75, -0.75])
        assert len(opt.groups) == 2
        assert opt.state_dict()["groups"][1]["state"] == {"product": 0.5}

    def test_default_that_follows_another(self) -> None:
        from toy import MOMENTUM, momentum_rule

        from optwright.runtime import Hyper, Rule

        follows = Hyper("lr", lambda momentum: 1 - momentum, "[0, inf)")
        rule = Rule(
            "Follows", "toy", (MOMENTUM, follows), momentum_rule.state, ("grad",),
            momentum_rule.advance,
        )  # fmt: skip

        class Follows(Optimizer):
            rules = (((), rule),)

        w = np.zeros(1)
        opt = Follows(w, momentum=0.75)
        assert opt.groups[0]["lr"] == 0.25
        opt.step(np.ones(1))
        assert w == -0.25
        opt.groups[0]["momentum"] = lambda t: 0.5
        assert opt.groups[0]["lr"] is None
        opt.step(np.ones(1))
        assert w == -0.25 - 0.5 * 1.5


class TestFlags:
    def test_choose_the_rule(self) -> None:
        a, b = np.ones(1), np.ones(1)
        Family(a).step(lambda p: p)
        Family(b, kind="two").step(lambda p: p)
        assert a == 0.9
        assert b == 1 - 0.1 * 2

    @pytest.mark.parametrize(
        ("flags", "states", "after"),
        [
            ({}, {"b"}, 1 - 0.1 * 3),
            ({"kind": "sign", "halved": True}, {"b"}, 1 - 0.05 * 2),
            ({"kind": "none", "peaks": True}, {"peak"}, 1 - 0.1 * 2),
            ({"kind": "none", "halved": True}, set(), 1 - 0.05 * 2 + 2),
        ],
    )
    def test_one_program_for_a_family(self, flags: Any, states: set[str], after: float) -> None:
        w = np.ones(3)
        opt = Variant(w, **flags)
        for _ in range(2):
            opt.step(np.ones(3))
        np.testing.assert_allclose(w, after)
        assert opt.state_dict()["groups"][0]["tensors"][0]["state"].keys() == states
        twin = Variant(np.ones(3), **flags)
        twin.load_state_dict(opt.state_dict())
        assert twin.t == 2

    def test_flags_are_constants_of_kernels(self) -> None:
        from optwright.runtime.device.kernel import Kernel, constants

        kernel = Kernel("", "update", arrays="theta g", flags="nesterov power centered")
        flags = {"nesterov": True, "power": 3, "centered": None, "other": "word"}
        assert constants(kernel, flags).splitlines() == [
            "static const bool nesterov = true;",
            "static const long long power = 3;",
            "static const bool centered = false;",
        ]
        with pytest.raises(TypeError, match="update: the flag power = 'word' is no constant of C"):
            constants(kernel, {**flags, "power": "word"})

    def test_a_member_that_is_not_defined(self) -> None:
        with pytest.raises(HyperparameterError, match=r"not defined for kind='sign', halved=False"):
            Variant(np.ones(1), kind="sign", peaks=True)


class TestOracles:
    def test_loss_is_given_back(self) -> None:
        w = {"a": np.array([3.0])}
        opt = SGD(w)
        assert opt.step(loss) == 4.5
        assert opt.step({"a": np.ones(1)}) is None
        assert opt.step({"a": np.ones(1)}, value=2) == 2.0

    def test_functions_are_given_copies(self) -> None:
        w = {"a": np.ones(2), "b": np.ones((2, 2))}

        def spoils(params: Any) -> Any:
            for name, p in params.items():
                assert not np.shares_memory(p, w[name])
                p[...] = np.nan
            return {name: np.ones_like(p) for name, p in params.items()}

        SGD(w, lr=1.0).step(spoils)
        np.testing.assert_array_equal(w["a"], [0, 0])

    def test_answers_are_copied_at_once(self) -> None:
        buffer = np.zeros(2)

        def reuses(p: Any) -> Any:
            buffer[...] = p
            return buffer

        a, b = np.ones(2), np.ones(2)
        one, other = Family(a, kind="two"), Family(b, kind="two")
        for _ in range(3):
            one.step(reuses)
            other.step(lambda p: p.copy())
        np.testing.assert_array_equal(a, b)

    def test_one_point_is_asked_once(self) -> None:
        points: list[float] = []

        def asked(p: Any) -> Any:
            points.append(float(p[0]))
            return p[0] ** 2 / 2, p

        w = np.ones(1)
        Newton(w, lr=1.0).step(asked, hessian=lambda p: np.eye(1))
        # The start, for gradient and loss; the first trial, for the loss.
        assert points == [1.0, 0.0]
        w[...] = 1.0
        assert Newton(w, lr=1.0).step(asked, hessian=np.eye(1)) == 0.5

    def test_values_serve_a_search_that_needs_no_slope(self) -> None:
        w = np.array([2.0, 1.0])
        opt = Newton(w, lr=3.0)
        opt.step(w.copy(), value=lambda p: 0.5 * float(p @ p), hessian=np.eye(2))
        np.testing.assert_allclose(w, [-1.0, -0.5])

    def test_a_pair_of_arrays_is_no_loss_and_gradient(self) -> None:
        w = (np.ones(2), np.ones(()))
        opt = SGD(w, lr=1.0)
        assert opt.step(lambda p: (np.ones(2), np.ones(()))) is None
        assert opt.step(lambda p: (7.0, (np.ones(2), np.ones(())))) == 7.0
        np.testing.assert_array_equal(w[0], 1 - 1 - 1.9)

    def test_second_derivatives(self) -> None:
        w = [np.array([1.0, 2.0]), np.array([[3.0]])]
        Curved(w, lr=1.0).step(
            lambda p: (0.0, p),
            hvp=lambda p, v: [2 * x for x in v],
            hessian_diagonal=[np.ones(2), np.ones((1, 1))],
        )
        # theta − (g + 1 + 2g) with g = theta
        np.testing.assert_array_equal(w[0], [-3.0, -5.0])
        np.testing.assert_array_equal(w[1], [[-7.0]])

    def test_noise(self) -> None:
        a, b, c = np.zeros(4), np.zeros(4), np.zeros(4)
        Noisy(a, seed=3, lr=1.0).step(np.zeros(4))
        Noisy(b, seed=3, lr=1.0).step(np.zeros(4))
        Noisy(c, seed=4, lr=1.0).step(np.zeros(4))
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)
        np.testing.assert_array_equal(-a, np.random.default_rng(3).standard_normal(4))
        Noisy(a, lr=1.0).step(np.zeros(4), noise=lambda p: np.ones(4))
        Noisy(b, lr=1.0).step(np.zeros(4), noise=np.ones(4))
        np.testing.assert_array_equal(a, b)

    def test_users_floating_point_settings_hold_in_their_functions(self) -> None:
        def divides(p: Any) -> Any:
            return p / np.zeros(1)

        w = np.ones(1)
        with np.errstate(all="raise"), pytest.raises(FloatingPointError):
            SGD(w).step(divides)
        assert w == 1
        with np.errstate(all="raise"):
            SGD(w, lr=1e300).step(np.array([1e300]))
        assert w == -np.inf


class TestStates:
    def test_every_extent(self) -> None:
        w = {"a": np.full((2, 3), 2.0), "b": np.full((), 3.0)}
        opt = Kept(w, lr=0.5)
        assert opt.state_dict()["groups"][0]["tensors"][0]["state"] == {}
        opt.step({"a": np.ones((2, 3)), "b": np.ones(())})
        saved = opt.state_dict()
        group = saved["groups"][0]
        assert group["state"] == {"product": 0.5}
        assert saved["memory"] == [{"total": 1.5}]
        state = group["tensors"][0]["state"]
        assert state["steps"] == 1.5
        np.testing.assert_array_equal(state["row"], [[3.25], [3.25]])
        assert [side.shape for side in state["sides"]] == [(2, 1), (1, 3)]
        np.testing.assert_array_equal(state["start"], np.full((2, 3), 2.0))
        # A tensor without dimensions counts as a vector of one entry.
        assert [side.shape for side in group["tensors"][1]["state"]["sides"]] == [(1,)]

    def test_shapes(self) -> None:
        assert shape_of("axes(-1)", (2, 3, 4)) == (2, 3, 1)
        assert shape_of("axes(-2, -1)", (2, 3, 4)) == (2, 1, 1)
        assert shape_of("axes(-2)", (5,)) == (5,)
        assert shape_of("matrix(rows, rows)", (2, 3)) == (2, 2)
        assert shape_of("matrix(n, n)", (7,)) == (7, 7)
        assert shape_of("tensor", (7,)) is None

    def test_over_all_tensors(self) -> None:
        w = [np.array([1.0]), np.array([[2.0]], np.float32)]
        opt = Joined(w, lr=0.5, memory=2)
        for k in range(3):
            opt.step([np.array([1.0 + k]), np.array([[2.0]])])
        memory = opt.state_dict()["memory"][0]
        assert memory["H"].shape == (2, 2)
        np.testing.assert_array_equal(memory["past"], [[3.0, 2.0], [2.0, 2.0]])
        assert w[1].dtype == np.float32

    def test_views(self) -> None:
        w = [np.full(2, 5.0, np.float32)]
        opt = Kept(w, lr=1.0)
        np.testing.assert_array_equal(opt.view("start")[0], w[0])
        opt.step([np.ones(2)])
        seen = opt.view("start")
        assert type(seen) is list
        np.testing.assert_array_equal(seen[0], [5.0, 5.0])
        assert seen[0].dtype == np.float32
        assert w[0][0] != 5.0
        seen[0][...] = 0
        np.testing.assert_array_equal(opt.view("start")[0], [5.0, 5.0])


class TestRoute:
    def test_by_shape_and_name(self) -> None:
        w: Any = {"l1": {"kernel": np.ones((2, 2)), "bias": np.ones(2)}, "l2": {"bias": np.ones(1)}}
        opt = Routed(w, scale=2.0, lr=1.0)
        for _ in range(2):
            opt.step(lambda p: p)
        np.testing.assert_array_equal(w["l1"]["kernel"], np.ones((2, 2)))
        np.testing.assert_allclose(w["l1"]["bias"], 0 - 0.9)
        assert repr(opt).startswith("<toy.Routed(scale=2.0, lr=1.0, momentum=0.9): 3 tensors")

    def test_matrices(self) -> None:
        w = [np.ones((2, 2)), np.ones((1, 3))]
        Matrices(w).step([np.ones((2, 2)), np.ones((1, 3))])
        np.testing.assert_array_equal(w[0], np.zeros((2, 2)))


class TestSchedules:
    def test_function_of_t(self) -> None:
        w = np.zeros(1)
        opt = SGD(w, lr=lambda t: 1.0 if t == 1 else 0.25, momentum=0.0)
        for _ in range(3):
            opt.step(np.ones(1))
        assert w == -1.5

    def test_generated(self) -> None:
        shape = Decay(lr=1.0)
        assert [shape(t) for t in (1, 2, 4)] == [1.0, 0.5, 0.25]
        assert shape.scaled(4)(2) == 2.0
        assert repr(shape.scaled(4)) == "Decay(lr=1.0).scaled(4.0)"
        assert shape.scaled(4).scaled(0.25) == shape == Decay(lr=1)
        assert shape != Decay(lr=2.0)
        w = np.zeros(1)
        opt = SGD(w, lr=shape, momentum=0.0)
        for _ in range(2):
            opt.step(np.ones(1))
        assert w == -1.5

    def test_that_follows_the_loss(self) -> None:
        w = [np.zeros(1), np.zeros(1)]
        plateau = Plateau(lr=1.0)
        opt = SGD(
            [{"params": w[0]}, {"params": w[1], "lr": plateau.scaled(2)}], lr=plateau, momentum=0.0
        )
        moved = []
        for value in (3.0, 2.0, 2.0, 1.0):
            before = w[0].item()
            opt.step([np.ones(1), np.ones(1)], value=value)
            moved.append(before - w[0].item())
        # One object in two groups is advanced once per step in each.
        assert moved == [1.0, 1.0, 0.5, 0.5]
        assert w[1] == 2 * w[0]

    def test_loss_from_the_function(self) -> None:
        w = {"a": np.array([1.0])}
        calls = []

        def counted(p: Any) -> Any:
            calls.append(p)
            return loss(p)

        opt = SGD(w, lr=Plateau(lr=0.5), momentum=0.0)
        for _ in range(3):
            opt.step(counted)
        assert len(calls) == 3
        assert w["a"] == 0.125

    def test_alone(self) -> None:
        with pytest.raises(ValueError, match=r"lr=Plateau\(\.\.\.\)"):
            Plateau()(1)


@given(st.lists(st.integers(0, 4), max_size=3), st.sampled_from([np.float32, np.float64]))
def test_any_shape(shape: list[int], dtype: type) -> None:
    w: np.ndarray = np.ones(shape, dtype)
    opt = SGD(w, lr=0.5, momentum=0.0)
    opt.step(np.full(shape, 0.5))
    np.testing.assert_array_equal(w, np.full(shape, 0.75, dtype))
    for maker in (Kept, Joined):
        w = np.ones(shape, dtype)
        maker(w, lr=0.5).step(np.full(shape, 0.5))
        assert w.shape == tuple(shape)


def test_a_failing_function_leaves_everything() -> None:
    w = np.ones(2)
    opt = Noisy(w, seed=1)
    opt.step(np.ones(2))
    before, state = w.copy(), opt.state_dict()

    def fails(p: Any) -> Any:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        opt.step(np.ones(2), noise=fails)
    with pytest.raises(OracleError):
        opt.step(np.ones(3))
    assert opt.state_dict() == state
    np.testing.assert_array_equal(w, before)


def test_bfloat16() -> None:
    bfloat16 = pytest.importorskip("ml_dtypes", reason="pip install ml_dtypes").bfloat16
    w = np.ones(3, bfloat16)
    opt = SGD(w, lr=0.25)
    opt.step(np.ones(3, bfloat16))
    opt.step(lambda p: p)
    # 1, then 0.75, then 0.75 − 0.25·(0.9 + 0.75) rounded to eight bits
    np.testing.assert_array_equal(w.astype(float), 0.337890625)
    assert opt.state_dict()["groups"][0]["tensors"][0]["state"]["b"].dtype == np.float32

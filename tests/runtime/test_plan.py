"""Steps are bound once: what is found again, what is found anew, and that bits do not change."""

import copy
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from toy import SGD, Kept, Late, Variant

from optwright.generated.numpy import LAMB, Adam, Lion, ScheduleFreeSGD
from optwright.runtime import Hyper, Optimizer, ParameterError, Rule, blocked
from optwright.runtime.step import plan, seat


def tensors(seed: int) -> Iterator[np.ndarray]:
    """Small ones of every kind, and one that is not small."""
    rng = np.random.default_rng(seed)
    for dtype in (np.float32, np.float64, np.float16):
        for shape in ((), (3,), (0,), (2, 5), (7,), (plan.SMALL + 1,)):
            yield np.asarray(rng.normal(size=shape), dtype)
        yield np.asarray(rng.normal(size=(4, 6)), dtype)[::2, ::3]


@pytest.mark.parametrize("joint", [8, plan.JOINT])
@pytest.mark.parametrize("maker", [SGD, Variant, Adam, LAMB, Lion])
def test_together_as_alone(maker: Any, joint: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many tensors get the bits that each gets by itself."""
    monkeypatch.setattr(plan, "JOINT", joint)
    together, alone = list(tensors(0)), list(tensors(0))
    half = len(together) // 2
    optimizer = maker([{"params": together[:half]}, {"params": together[half:], "lr": 0.5}])
    singles = [maker(x, lr=optimizer.groups[k >= half]["lr"]) for k, x in enumerate(alone)]
    for seed in (1, 2, 3):
        grads = list(tensors(seed))
        optimizer.step([grads[:half], grads[half:]])
        for single, g in zip(singles, grads, strict=True):
            single.step(g)
    for one, other in zip(together, alone, strict=True):
        assert one.tobytes() == other.tobytes()
    kept = [t["state"] for group in optimizer.state_dict()["groups"] for t in group["tensors"]]
    for state, single in zip(kept, singles, strict=True):
        other = single.state_dict()["groups"][0]["tensors"][0]["state"]
        assert {k: x.tobytes() for k, x in state.items()} == {
            k: x.tobytes() for k, x in other.items()
        }


def test_names_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    find = seat.find
    monkeypatch.setattr(
        seat, "find", lambda places, name: (looked.append(name), find(places, name))[1]
    )
    for maker in (SGD, Kept, Adam, LAMB):
        params, grads = [np.ones(3), np.ones((2, 2))], [np.ones(3), np.ones((2, 2))]
        optimizer = maker(params)
        optimizer.step(grads)
        assert looked
        looked.clear()
        optimizer.step(grads)
        assert not looked
        optimizer.load_state_dict(optimizer.state_dict())
        optimizer.step(grads)
        assert looked
        looked.clear()


def test_parameters_may_be_changed_between_steps() -> None:
    ours, twin = [np.ones(2), np.ones(3)], [np.ones(2), np.ones(3)]
    a, b = SGD(ours, lr=0.5), [SGD(x, lr=0.5) for x in twin]
    for k in range(4):
        for x in (*ours, *twin):
            x *= 1 + k
        a.step([np.ones(2), np.ones(3)])
        for single, x in zip(b, twin, strict=True):
            single.step(np.ones_like(x))
    for one, other in zip(ours, twin, strict=True):
        np.testing.assert_array_equal(one, other)


def test_numbers_of_other_kinds() -> None:
    """A number, a schedule, an integer; a member that takes words."""
    w = np.zeros(2)
    optimizer = SGD(w, lr=1.0, momentum=0.0)
    optimizer.step(np.ones(2))
    optimizer.groups[0]["lr"] = lambda t: t
    optimizer.step(np.ones(2))
    optimizer.groups[0]["lr"] = 4
    optimizer.step(np.ones(2))
    np.testing.assert_array_equal(w, [-7.0, -7.0])


def test_a_number_that_becomes_a_truth_value() -> None:
    @blocked(work="move")
    def update(theta: Any, g: Any, scale: Any, move: Any) -> None:
        assert scale is not False
        np.multiply(g, 0.0 if scale is True else scale, out=move)
        np.subtract(theta, move, out=theta)

    def advance(step: Any) -> None:
        step.host(lambda t: {"scale": True if t == 2 else 0.5 * t})
        step.ask("g", "grad")
        step.blocks(update)
        step.commit()

    class Switching(Optimizer):
        rules = (
            ((), Rule("Switching", "toy", (Hyper("lr", 1.0, "[0, inf)"),), (), ("grad",), advance)),
        )

    w = np.zeros(2)
    optimizer = Switching(w)
    for _ in range(3):
        optimizer.step(np.ones(2))
    np.testing.assert_array_equal(w, [-2.0, -2.0])


def test_a_value_that_is_an_array_in_one_step_and_a_number_in_another() -> None:
    def advance(step: Any) -> None:
        step.host(lambda t: {"odd": t % 2 == 1})
        step.ask("g", "grad")
        step.arrays(lambda g, odd: {"rate": np.full_like(g, 0.5) if odd else 2.0})
        step.arrays(lambda theta, g, rate: {"theta": theta - rate * g})
        step.commit()

    rule = Rule("Varying", "toy", (), (), ("grad",), advance)

    class Varying(Optimizer):
        rules = (((), rule),)

    w = np.zeros(2)
    optimizer = Varying(w)
    for _ in range(4):
        optimizer.step(np.ones(2))
    np.testing.assert_array_equal(w, [-5.0, -5.0])


def test_a_copy_is_another_optimizer() -> None:
    w = {"a": np.ones(3), "b": np.ones((2, 2))}
    grads = {"a": np.ones(3), "b": np.ones((2, 2))}
    optimizer = Adam(w)
    optimizer.step(grads)
    twin = copy.deepcopy(optimizer)
    before = {k: x.copy() for k, x in w.items()}
    twin.step(grads)
    assert all(np.array_equal(w[k], before[k]) for k in w)
    optimizer.step(grads)
    seen = twin.groups[0]["params"]
    assert all(seen[k] is not w[k] and np.array_equal(seen[k], w[k]) for k in w)


def test_a_view_may_be_asked_for_within_a_step() -> None:
    w = np.ones(3)
    optimizer, twin = ScheduleFreeSGD(w), ScheduleFreeSGD(w.copy())
    name = next(iter(optimizer._branches[0][1].views))

    def looks(p: np.ndarray) -> np.ndarray:
        optimizer.view(name)
        return p * 2

    for _ in range(3):
        optimizer.step(looks)
        twin.step(lambda p: p * 2)
    np.testing.assert_array_equal(w, twin.groups[0]["params"])


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("maker", [SGD, Kept, LAMB, Adam])
def test_gradients_are_let_go(maker: Any, count: int) -> None:
    optimizer = maker([np.ones(2, np.float16) for _ in range(count)])
    grads = [np.ones(2, np.float32) for _ in range(count)]
    optimizer.step(grads)
    watched = [weakref.ref(g) for g in grads]
    del grads
    gc.collect()
    assert not any(ref() is not None for ref in watched)


def test_a_parameter_that_is_locked_later() -> None:
    w = {"a": np.ones(2), "b": np.ones(2)}
    optimizer = SGD(w)
    optimizer.step({"a": np.ones(2), "b": np.ones(2)})
    w["b"].flags.writeable = False
    before = {k: x.copy() for k, x in w.items()}
    with pytest.raises(ParameterError, match=r"'b' is read-only now.*flags\.writeable"):
        optimizer.step({"a": np.ones(2), "b": np.ones(2)})
    assert all(np.array_equal(w[k], before[k]) for k in w) and optimizer.t == 1


def test_after_a_failure_all_is_found_anew() -> None:
    """The second branch fails when the first has moved; the steps after it are as if it had not."""

    def curvature(_: Any, v: Any) -> Any:
        return {name: 2 * x for name, x in v.items()}

    def fails(_: Any, v: Any) -> Any:
        raise RuntimeError("mine")

    w, twin = ({"first": np.ones(3), "other": np.ones(2)} for _ in range(2))
    grads = {"first": np.ones(3), "other": np.ones(2)}
    optimizer, other = Late(w), Late(twin)
    for _ in range(3):
        optimizer.step(grads, hvp=curvature)
        with pytest.raises(RuntimeError, match="mine"):
            optimizer.step(grads, hvp=fails)
        other.step(grads, hvp=curvature)
        assert all(np.array_equal(w[k], twin[k]) for k in w)


def test_gradients_that_share_memory_are_refused_however_they_came() -> None:
    whole = np.zeros(12)
    for params, g in (
        (whole[:4], whole[2:6]),
        (np.frombuffer(whole)[:4], whole[2:6]),
        (whole[:4], np.frombuffer(whole)[2:6]),
        (whole, whole),
        (np.asarray(memoryview(whole)), whole),
    ):
        params.flags.writeable = True
        with pytest.raises(ValueError, match="shares memory"):
            SGD(params).step(g)
    SGD(whole[:4]).step(whole[4:8])

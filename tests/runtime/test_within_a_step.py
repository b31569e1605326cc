"""What is called from inside a step is refused, and nothing is half assigned or half copied."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from optwright.generated.numpy import Adam, Cosine
from optwright.runtime import OptwrightError

CALLS: dict[str, Callable[[Any], Any]] = {
    "step": lambda opt: opt.step([np.ones(3)]),
    "add_group": lambda opt: opt.add_group({"params": [np.ones(2)]}),
    "load_state_dict": lambda opt: opt.load_state_dict(opt.state_dict()),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_function_that_the_step_asks_changes_no_optimizer(name: str) -> None:
    opt = Adam([np.arange(3.0)], lr=0.1)
    opt.step([np.ones(3)])
    before = opt.state_dict(), opt.groups[0]["params"][0].copy()

    def oracle(params: Any) -> Any:
        CALLS[name](opt)
        return [np.ones(3)]

    with pytest.raises(OptwrightError, match=f"Adam.{name} is called while a step is under way"):
        opt.step(oracle)
    assert opt.t == 1 and (opt.groups[0]["params"][0] == before[1]).all()
    np.testing.assert_equal(opt.state_dict(), before[0])
    opt.step(lambda params: [np.ones(3)])  # it goes on
    assert opt.t == 2


def test_a_second_thread_is_refused() -> None:
    opt = Adam([np.zeros(3)], lr=0.1)
    told: list[str] = []

    def other() -> None:
        try:
            opt.step([np.ones(3)])
        except OptwrightError as error:
            told.append(str(error))

    def oracle(params: Any) -> Any:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return [np.ones(3)]

    opt.step(oracle)
    assert opt.t == 1 and len(told) == 1 and "in another thread" in told[0]


def test_schedules_are_copied_with_what_holds_them() -> None:
    cosine = Cosine(lr=0.1, steps=10)
    again = pickle.loads(pickle.dumps(cosine))
    assert [again(t) for t in range(1, 12)] == [cosine(t) for t in range(1, 12)]
    with pytest.raises(TypeError):
        again.values["lr"] = 2.0
    opt = Adam([np.zeros(3)], lr=cosine)
    opt.step([np.ones(3)])
    other = deepcopy(opt)
    for one in (opt, other, pickle.loads(pickle.dumps(opt))):
        one.step([np.full(3, 0.5)])
    assert (other.groups[0]["params"][0] == opt.groups[0]["params"][0]).all()


def test_a_group_is_updated_whole_or_not_at_all() -> None:
    opt = Adam([np.zeros(3)], lr=0.1)
    with pytest.raises(ValueError, match="beta1"):
        opt.groups[0].update(lr=5, beta1=2)
    assert opt.groups[0]["lr"] == 0.1 and opt.groups[0]["beta1"] == 0.9
    opt.groups[0].update({"lr": 5}, beta1=0.5)
    assert opt.groups[0]["lr"] == 5 and opt.groups[0]["beta1"] == 0.5

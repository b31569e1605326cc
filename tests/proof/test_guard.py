"""The limit on processor time: it ends code that looks at no clock, wherever it is rung."""

from __future__ import annotations

import gc
import threading
import time

import pytest

from optwright.derive.error import TimeIsOver
from optwright.derive.proof.time_limit import guard


def busy(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(100))


def test_it_ends_what_takes_too_long() -> None:
    begun = time.process_time()
    with pytest.raises(TimeIsOver), guard(0.1):
        busy(5)
    assert time.process_time() - begun < 2


def test_it_leaves_nothing_behind() -> None:
    with guard(0.1):
        busy(0.01)
    busy(0.4)  # the timer does not ring any more


def test_guards_nest() -> None:
    with pytest.raises(TimeIsOver), guard(0.2), guard(5):
        busy(5)
    with guard(5):
        with pytest.raises(TimeIsOver), guard(0.1):
            busy(5)
        busy(0.2)


def test_the_collectors_callbacks_lose_no_ring() -> None:
    """Python drops what a callback of its collector raises: the guard waits until it is over."""

    def slow(phase: str, info: dict[str, int]) -> None:
        busy(0.3)

    gc.callbacks.append(slow)
    try:
        with pytest.raises(TimeIsOver), guard(0.1):  # noqa: PT012  (it rings in either)
            gc.collect()
            busy(5)
    finally:
        gc.callbacks.remove(slow)


def test_it_works_in_other_threads() -> None:
    found: list[str] = []

    def run() -> None:
        try:
            with guard(0.1):
                busy(5)
        except TimeIsOver:
            found.append("ended")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == ["ended"]

"""A limit on the processor time of code that looks at no clock itself."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from optwright.derive.error import TimeIsOver

AGAIN_S = 0.1
"""How soon the timer rings again where an exception would have been lost."""


@contextmanager
def guard(seconds: float) -> Iterator[None]:
    """Raise TimeIsOver in the block after so many seconds of processor time; guards may nest.

    By the interval timer in the main thread, where there is one; elsewhere by the profiler's hook,
    which looks at every call and is slower. Both are given back as they were.
    """
    alarm = getattr(signal, "setitimer", None)
    if alarm is None or threading.current_thread() is not threading.main_thread():
        with _hook(seconds):
            yield
        return

    def ring(number: int, frame: Any) -> None:
        if not _loses(frame):
            raise TimeIsOver

    start = time.process_time()
    earlier = signal.signal(signal.SIGPROF, ring)
    rest, _ = signal.setitimer(signal.ITIMER_PROF, 0)
    try:
        signal.setitimer(signal.ITIMER_PROF, min(seconds, rest) if rest else seconds, AGAIN_S)
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL if earlier is None else earlier)
        if rest:
            left = max(1e-3, rest - (time.process_time() - start))
            signal.setitimer(signal.ITIMER_PROF, left, AGAIN_S)


def _loses(frame: Any) -> bool:
    """Whether Python would drop an exception here: in a destructor or the collector's callbacks."""
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code in callbacks or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


@contextmanager
def _hook(seconds: float) -> Iterator[None]:
    earlier = sys.getprofile()
    end = time.process_time() + seconds

    def look(frame: Any, event: str, argument: Any) -> None:
        if time.process_time() > end and not _loses(frame):
            sys.setprofile(None)
            raise TimeIsOver

    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(earlier)


__all__ = ["guard"]

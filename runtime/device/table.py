"""Small arrays that lie on the device and follow what the host knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optwright.runtime.device.library import cp
from optwright.runtime.step.reduction import CHUNK


class Row:
    """A device array with a copy on the host: what has not changed is not sent again."""

    def __init__(self) -> None:
        self.host: np.ndarray | None = None
        self.device: Any = None

    def hold(self, values: np.ndarray) -> Any:
        """The device array with these values."""
        host = self.host
        if host is None or host.shape != values.shape or host.dtype != values.dtype:
            self.device = cp.empty(values.shape, values.dtype)
        elif host.tobytes() == values.tobytes():
            return self.device
        self.host = np.array(values, order="C")
        if values.size:
            runtime = cp.cuda.runtime
            # From ordinary memory, so the call returns when the values have been read.
            runtime.memcpyAsync(
                self.device.data.ptr,
                self.host.ctypes.data,
                self.host.nbytes,
                runtime.memcpyHostToDevice,
                cp.cuda.get_current_stream().ptr,
            )
        return self.device


def chunks(sizes: Sequence[int]) -> np.ndarray:
    """One row (tensor, start, length) for each chunk of tensors of these sizes."""
    rows = [
        (k, start, min(CHUNK, size - start))
        for k, size in enumerate(sizes)
        for start in range(0, size, CHUNK)
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)

"""How long a step takes, as ratios measured side by side in one run.

Rows are numbers and sizes of tensors, columns what is compared: the generated class, the step as
one would write it in NumPy, and torch's Adam (default, fused) where torch is installed. All take
turns, many times; a ratio is that of medians, to the generated class, whose own median is given in
microseconds a tensor. Machines are noisy: compare within a row only.

    python benchmarks/step.py [--tensors 1x10 1000x10 1x100000 1x4000000] [--turns 30]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from optwright.generated.numpy import Adam


def vectors(count: int, size: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """So many float32 vectors of that size, and a gradient of each."""
    params = [np.linspace(-1, 1, size, dtype=np.float32) for _ in range(count)]
    return params, [np.cos(theta) for theta in params]


def generated(count: int, size: int) -> Callable[[], None]:
    """The generated class; one vector is handed over as it is."""
    params, grads = vectors(count, size)
    if count == 1:
        opt, g = Adam(params[0]), grads[0]
        return lambda: void(opt.step(g))
    opt = Adam(params)
    return lambda: void(opt.step(grads))


def naive(count: int, size: int) -> Callable[[], None]:
    """Adam as its paper reads, each expression a new array."""
    params, grads = vectors(count, size)
    kept = [(np.zeros_like(theta), np.zeros_like(theta)) for theta in params]
    t = 0

    def step() -> None:
        nonlocal t
        t += 1
        for k, (g, (m, v)) in enumerate(zip(grads, kept, strict=True)):
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g**2
            kept[k] = m, v
            m_hat = m / (1 - 0.9**t)
            v_hat = v / (1 - 0.999**t)
            params[k] = params[k] - 0.001 * m_hat / (np.sqrt(v_hat) + 1e-8)

    return step


def torch_adam(count: int, size: int, **options: bool) -> Callable[[], None]:
    """torch's Adam on the same vectors. Raises ImportError without torch."""
    import torch

    params = [torch.linspace(-1, 1, size, requires_grad=True) for _ in range(count)]
    for theta in params:
        theta.grad = torch.cos(theta.detach())
    opt = torch.optim.Adam(params, **options)
    return lambda: void(opt.step())


def void(_: object) -> None:
    """Drop a value."""


KINDS: dict[str, Callable[[int, int], Callable[[], None]]] = {
    "generated": generated,
    "naive NumPy": naive,
    "torch": torch_adam,
    "torch fused": lambda count, size: torch_adam(count, size, fused=True),
}


def measure(count: int, size: int, turns: int) -> dict[str, float]:
    """Median seconds of a step of each kind that can run here."""
    steps: dict[str, Callable[[], None]] = {}
    for name, make in KINDS.items():
        try:
            steps[name] = make(count, size)
        except ImportError:
            continue
    # A turn of short steps is several, so that one does not find its caches taken by another.
    repeats = max(1, 20_000 // (count * size + 1000))
    times: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(turns + 3):
        for name, step in steps.items():
            begun = time.perf_counter()
            for _ in range(repeats):
                step()
            if turn >= 3:  # the first turns warm caches and allocate
                times[name].append((time.perf_counter() - begun) / repeats)
    return {name: statistics.median(found) for name, found in times.items()}


def shape(text: str) -> tuple[int, int]:
    """(count, size) of "1000x10"."""
    count, size = text.split("x")
    return int(count), int(size)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    rows = ["1x10", "1000x10", "1x1000", "1x100000", "1x4000000"]
    parser.add_argument("--tensors", type=shape, nargs="+", default=[shape(row) for row in rows])
    parser.add_argument("--turns", type=int, default=30)
    chosen = parser.parse_args()
    print("Adam, float32, one step; time relative to the generated class = 1")
    for count, size in chosen.tensors:
        found = measure(count, size, chosen.turns)
        own = found["generated"]
        row = "  ".join(f"{name} {found[name] / own:.2f}" for name in found)
        print(f"{count:>5,} x {size:>9,}: {row}  ({own / count * 1e6:.1f} us a tensor)")


if __name__ == "__main__":
    main()

"""How long a step takes, as ratios measured side by side in one run.

Rows are sizes, columns what is compared: the generated class, the step as one would write it in
NumPy, and torch's Adam (default, fused) where torch is installed. All take turns, many times; a
ratio is that of medians, to the generated class. Machines are noisy: compare within a row only.

    python benchmarks/step.py [--sizes 1000 100000 4000000] [--turns 30]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from optwright.generated.numpy import Adam


def generated(size: int) -> Callable[[], None]:
    """The generated class on one float32 vector."""
    theta = np.linspace(-1, 1, size, dtype=np.float32)
    g = np.cos(theta)
    opt = Adam(theta)
    return lambda: void(opt.step(g))


def naive(size: int) -> Callable[[], None]:
    """Adam as its paper reads, each expression a new array."""
    theta = np.linspace(-1, 1, size, dtype=np.float32)
    g = np.cos(theta)
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta), "theta": theta}

    def step() -> None:
        state["t"] += 1
        t = state["t"]
        state["m"] = 0.9 * state["m"] + 0.1 * g
        state["v"] = 0.999 * state["v"] + 0.001 * g**2
        m_hat = state["m"] / (1 - 0.9**t)
        v_hat = state["v"] / (1 - 0.999**t)
        state["theta"] = state["theta"] - 0.001 * m_hat / (np.sqrt(v_hat) + 1e-8)

    return step


def torch_adam(size: int, **options: bool) -> Callable[[], None]:
    """torch's Adam on one float32 vector. Raises ImportError without torch."""
    import torch

    theta = torch.linspace(-1, 1, size, requires_grad=True)
    theta.grad = torch.cos(theta.detach())
    opt = torch.optim.Adam([theta], **options)
    return lambda: void(opt.step())


def void(_: object) -> None:
    """Drop a value."""


KINDS: dict[str, Callable[[int], Callable[[], None]]] = {
    "generated": generated,
    "naive NumPy": naive,
    "torch": torch_adam,
    "torch fused": lambda size: torch_adam(size, fused=True),
}


def measure(size: int, turns: int) -> dict[str, float]:
    """Median seconds of a step of each kind that can run here."""
    steps: dict[str, Callable[[], None]] = {}
    for name, make in KINDS.items():
        try:
            steps[name] = make(size)
        except ImportError:
            continue
    times: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(turns + 3):
        for name, step in steps.items():
            begun = time.perf_counter()
            step()
            if turn >= 3:  # the first turns warm caches and allocate
                times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(found) for name, found in times.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000, 4_000_000])
    parser.add_argument("--turns", type=int, default=30)
    chosen = parser.parse_args()
    print("Adam, float32, one step; time relative to the generated class = 1")
    for size in chosen.sizes:
        found = measure(size, chosen.turns)
        row = "  ".join(f"{name} {found[name] / found['generated']:.2f}" for name in found)
        print(f"{size:>10,} parameters: {row}")


if __name__ == "__main__":
    main()

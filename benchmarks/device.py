"""How long a step of Adam takes on a CUDA device, as ratios measured side by side in one run.

Rows are sizes, columns what is compared: the generated class, the step as one would write it in
CuPy, and torch's Adam (foreach, fused) where torch sees the device. All take turns; each step is
waited for, so that its launches count. A ratio is that of medians, to the generated class.

    python benchmarks/device.py [--sizes 1000 1000000 100000000] [--turns 50]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import cupy as cp

from optwright.generated.cupy import Adam

Step = Callable[[], object]


def generated(size: int) -> Step:
    """The generated class on one float32 vector."""
    theta = cp.linspace(-1, 1, size, dtype=cp.float32)
    g = cp.cos(theta)
    opt = Adam(theta)
    return lambda: opt.step(g)


def many(size: int) -> Step:
    """The generated class on a thousand vectors that have as many entries between them."""
    params = [cp.linspace(-1, 1, max(1, size // 1000), dtype=cp.float32) for _ in range(1000)]
    grads = [cp.cos(theta) for theta in params]
    opt = Adam(params)
    return lambda: opt.step(grads)


def naive(size: int) -> Step:
    """Adam as its paper reads, each expression a new array."""
    theta = cp.linspace(-1, 1, size, dtype=cp.float32)
    g = cp.cos(theta)
    state = {"t": 0, "m": cp.zeros_like(theta), "v": cp.zeros_like(theta), "theta": theta}

    def step() -> None:
        state["t"] += 1
        t = state["t"]
        state["m"] = 0.9 * state["m"] + 0.1 * g
        state["v"] = 0.999 * state["v"] + 0.001 * g**2
        m_hat = state["m"] / (1 - 0.9**t)
        v_hat = state["v"] / (1 - 0.999**t)
        state["theta"] = state["theta"] - 0.001 * m_hat / (cp.sqrt(v_hat) + 1e-8)

    return step


def torch_adam(size: int, **options: bool) -> Step:
    """torch's Adam on one float32 vector. Raises ImportError where torch has no device."""
    import torch

    if not torch.cuda.is_available():
        raise ImportError("torch sees no device")
    theta = torch.linspace(-1, 1, size, device="cuda", requires_grad=True)
    theta.grad = torch.cos(theta.detach())
    opt = torch.optim.Adam([theta], **options)
    return lambda: (opt.step(), torch.cuda.synchronize())


KINDS: dict[str, Callable[[int], Step]] = {
    "generated": generated,
    "1000 vectors": many,
    "naive CuPy": naive,
    "torch foreach": lambda size: torch_adam(size, foreach=True),
    "torch fused": lambda size: torch_adam(size, fused=True),
}


def measure(size: int, turns: int) -> dict[str, float]:
    """Median seconds of a step of each kind that can run here."""
    steps: dict[str, Step] = {}
    for name, make in KINDS.items():
        try:
            steps[name] = make(size)
        except ImportError:
            continue
    times: dict[str, list[float]] = {name: [] for name in steps}
    stream = cp.cuda.get_current_stream()
    for turn in range(turns + 3):
        for name, step in steps.items():
            stream.synchronize()
            begun = time.perf_counter()
            step()
            stream.synchronize()
            if turn >= 3:  # the first turns compile and allocate
                times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(found) for name, found in times.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 1_000_000, 100_000_000])
    parser.add_argument("--turns", type=int, default=50)
    chosen = parser.parse_args()
    print("Adam, float32, one step; microseconds of the generated class, and the others relative")
    for size in chosen.sizes:
        found = measure(size, chosen.turns)
        one = found.pop("generated")
        row = "  ".join(f"{name} {seconds / one:.2f}" for name, seconds in found.items())
        print(f"{size:>11,} parameters: generated {one * 1e6:.1f} us  {row}")


if __name__ == "__main__":
    main()

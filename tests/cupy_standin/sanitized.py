"""Every kernel of every generated class, run under AddressSanitizer and UBSan.

A program of its own, since the sanitizers must be loaded before Python: its argument is a folder
for libraries. It prints the kernels that were not launched and ends with 0 if there are none.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import cupy_standin
from cupy_standin import build
from optwright.generated import cupy
from optwright.runtime import intake
from optwright.runtime.device.kernel import Kernel, NumberKernel, constants
from optwright.runtime.device.source import COMBINATION, REDUCTION, prelude
from optwright.runtime.schedule import Schedule

DTYPE, DOUBLE = np.dtype("float32"), np.dtype("float64")
ODD = [(3,), (2, 5), (), (0, 4), (33,), (1030,)]
SHIFTED = 4


def classes() -> Iterator[Any]:
    """All optimizers, of the papers and of the dialects."""
    for package in (cupy, *(getattr(cupy, name) for name in cupy._PACKAGES)):
        for name in package._MODULES:
            found = getattr(package, name)
            if not issubclass(found, Schedule):
                yield found


def members(made: Any) -> list[tuple[Any, Any]]:
    """The rules of a class with what selects each."""
    return list(made.branches) or list(intake.members(made.rules, made.rule, made.choices))


def run(cp: Any, made: Any, flags: dict[str, Any]) -> None:
    """Two steps."""
    rules = [(key, rule) for key, rule in members(made) if made.branches or key == flags]
    rule = rules[0][1]
    shapes = ODD
    if not made.branches and (rule.scope == "all" or rule.shape == "matrix"):
        shapes = [(2,), (1, 3)] if rule.scope == "all" else [(3, 2), (1, 4), (33, 1)]
    params = []
    for k, shape in enumerate(shapes):
        host = np.linspace(-1, 1, int(np.prod(shape)), dtype=DTYPE)
        longer = cp.zeros((host.size + 1,), dtype=DTYPE)
        own = longer[1:] if k == SHIFTED else cp.zeros((host.size,), dtype=DTYPE)
        cp.copyto(own, cp.asarray(host))
        params.append(own.reshape(shape))
    required = {
        h.name: 3 if h.range.startswith("integer") else 0.5
        for _, rule in rules
        for h in rule.hyper
        if h.default is None
    }
    optimizer = made(params, **flags, **required)
    size = sum(x.size for x in params)
    more = {
        "hessian": cp.asarray(np.eye(size)),
        "hessian_diagonal": [cp.asarray(np.ones(x.shape)) for x in params],
    }
    more = {k: v for k, v in more.items() if k in optimizer._oracles()}
    for _ in range(2):
        optimizer.step(lambda p: (sum(float(cp.sum(x * x)) for x in p), [x * 2 for x in p]), **more)


def main(folder: Path) -> int:
    sources, wide = [REDUCTION], [COMBINATION]
    symbols = {"optwright_halve_sum", "optwright_combine_sum_of_float"}
    made = list(classes())
    for one in made:
        module = vars(importlib.import_module(one.__module__))
        kernels = [x for x in module.values() if isinstance(x, (Kernel, NumberKernel))]
        for kernel in kernels:
            known = sources if isinstance(kernel, Kernel) else wide
            for _, rule in members(one):
                text = constants(kernel, rule.flags) + kernel.source
                known += [] if text in known else [text]
        symbols |= {x.symbol for x in kernels}
    joined = [(DTYPE, sources[::2]), (DTYPE, sources[1::2]), (DOUBLE, wide)]
    begun = [
        (d, part, build.start(prelude(d) + build.joined(part), folder, build.SANITIZERS))
        for d, part in joined
    ]
    ready = {}
    for dtype, part, each in begun:
        library = build.finish(*each)
        ready.update(build.places(part, prelude(dtype), library))
    with cupy_standin.installed(cupy_standin.Machine(folder, ready, build.SANITIZERS)) as cp:
        for one in made:
            for flags in [{}] if one.branches else [key for key, _ in members(one)]:
                run(cp, one, flags)
    missing = sorted(symbols - cupy_standin.launched)
    print(f"{len(symbols) - len(missing)} kernels ran; not launched: {missing}")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

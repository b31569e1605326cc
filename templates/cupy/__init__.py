"""The CuPy backend: CUDA C kernels and array code; see `optwright.templates.backend`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from optwright.derive.declaration import Declaration
from optwright.templates.cupy.backend import Kernel, KernelPrinter
from optwright.templates.numpy import NumpyBackend
from optwright.templates.numpy.backend import Printers, RuleText


class CupyBackend(NumpyBackend):
    """Declarations as CuPy modules: NumPy's, with kernels in place of blocked functions."""

    name = "cupy"
    title = "CuPy"
    folders = ("cupy", "numpy")
    runtime = "optwright.runtime.device"

    def printer(self, declaration: Declaration) -> Printers:
        """What prints the rules of a declaration, kernels named after it."""
        return partial(KernelPrinter, owner=f"{declaration.dialect}_{declaration.name}".lower())

    def context(self, rules: Sequence[RuleText]) -> dict[str, Any]:
        kernels: list[Kernel] = [kernel for rule in rules for kernel in rule.kernels]
        lines = [line for rule in rules for f in rule.functions for line in f.body]
        if len(rules) > 1 and "shared_" in "".join(f.name for f in rules[0].functions):
            cost = "whole"
        elif any(word in line for line in lines for word in _WHOLE):
            cost = "whole"
        else:
            cost = "reduced" if any(kernel.reductions for kernel in kernels) else "entrywise"
        return {"kernels": kernels, "cost": cost}


_WHOLE = ("step.arrays", "step.search", "step.noise", "at=", "step.push", "step.turns")
"""What makes arrays, or waits for them, in every step."""


def backend() -> CupyBackend:
    """The backend of this folder."""
    return CupyBackend()

"""The CuPy backend: CUDA C kernels and array code; see `optwright.templates.backend`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from optwright.derive.language.declaration import Declaration
from optwright.templates.cupy.cost import told
from optwright.templates.cupy.rule import Kernel, KernelPrinter, NumberKernel
from optwright.templates.numpy.module import NumpyBackend
from optwright.templates.numpy.rule import Printers, RuleText


class CupyBackend(NumpyBackend):
    """Declarations as CuPy modules: NumPy's, with kernels in place of blocked functions."""

    name = "cupy"
    title = "CuPy"
    told = 2
    schedules = "numpy"
    folders = ("cupy", "numpy")
    runtime = "optwright.runtime.device"

    def printer(self, declaration: Declaration) -> Printers:
        """What prints the rules of a declaration, kernels named after it."""
        return partial(KernelPrinter, owner=f"{declaration.dialect}_{declaration.name}".lower())

    def context(self, rules: Sequence[RuleText]) -> dict[str, Any]:
        printed = [kernel for rule in rules for kernel in rule.kernels]
        kernels = [k for k in printed if isinstance(k, Kernel)]
        numbers = [k for k in printed if isinstance(k, NumberKernel)]
        layouts = [k.layout for k in kernels if k.uses_layout] + [k.layout for k in numbers]
        return {
            "kernels": kernels,
            "number_kernels": numbers,
            "layouts": list({layout.name: layout for layout in layouts}.values()),
            "cost": told(rules),
        }


def backend() -> CupyBackend:
    """The backend of this folder."""
    return CupyBackend()

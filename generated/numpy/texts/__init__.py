"""The texts dialect on NumPy arrays.

Do not edit. Remake it with: gen kernels --backend numpy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.numpy.texts.adamw import ADAMW as ADAMW
    from optwright.generated.numpy.texts.adam_d1 import ADAM_D1 as ADAM_D1
    from optwright.generated.numpy.texts.adam_d2 import ADAM_D2 as ADAM_D2
    from optwright.generated.numpy.texts.mom_b import MOM_b as MOM_b
    from optwright.generated.numpy.texts.mom_c0 import MOM_c0 as MOM_c0
    from optwright.generated.numpy.texts.nag_b import NAG_b as NAG_b
    from optwright.generated.numpy.texts.nag_c import NAG_c as NAG_c
    from optwright.generated.numpy.texts.rms_d0 import RMS_D0 as RMS_D0

_MODULES = {
    "ADAMW": "numpy.texts.adamw", "ADAM_D1": "numpy.texts.adam_d1",
    "ADAM_D2": "numpy.texts.adam_d2", "MOM_b": "numpy.texts.mom_b", "MOM_c0": "numpy.texts.mom_c0",
    "NAG_b": "numpy.texts.nag_b", "NAG_c": "numpy.texts.nag_c", "RMS_D0": "numpy.texts.rms_d0",
}

__all__ = [
    "ADAMW", "ADAM_D1", "ADAM_D2", "MOM_b", "MOM_c0", "NAG_b", "NAG_c", "RMS_D0",
]


def __getattr__(name: str) -> Any:
    """Load a class when it is first used."""
    if name in _MODULES:
        found = getattr(import_module(f"optwright.generated.{_MODULES[name]}"), name)
    else:
        from optwright.runtime.error import suggest

        raise AttributeError(f"{__name__} has no {name!r}; {suggest(name, __all__)}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The names that can be imported."""
    return sorted(__all__)

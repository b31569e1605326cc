"""The keras dialect on CuPy arrays.

Do not edit. Remake it with: gen kernels --backend cupy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.cupy.keras.adadelta import Adadelta as Adadelta
    from optwright.generated.cupy.keras.adagrad import Adagrad as Adagrad
    from optwright.generated.cupy.keras.adam import Adam as Adam
    from optwright.generated.cupy.keras.adamw import AdamW as AdamW
    from optwright.generated.cupy.keras.adamax import Adamax as Adamax
    from optwright.generated.cupy.keras.lion import Lion as Lion
    from optwright.generated.cupy.keras.nadam import Nadam as Nadam
    from optwright.generated.cupy.keras.rmsprop import RMSprop as RMSprop
    from optwright.generated.cupy.keras.sgd import SGD as SGD

_MODULES = {
    "Adadelta": "cupy.keras.adadelta", "Adagrad": "cupy.keras.adagrad", "Adam": "cupy.keras.adam",
    "AdamW": "cupy.keras.adamw", "Adamax": "cupy.keras.adamax", "Lion": "cupy.keras.lion",
    "Nadam": "cupy.keras.nadam", "RMSprop": "cupy.keras.rmsprop", "SGD": "cupy.keras.sgd",
}

__all__ = [
    "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Lion", "Nadam", "RMSprop", "SGD",
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

"""The keras dialect on NumPy arrays.

Do not edit. Remake it with: gen kernels --backend numpy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.numpy.keras.adadelta import Adadelta as Adadelta
    from optwright.generated.numpy.keras.adagrad import Adagrad as Adagrad
    from optwright.generated.numpy.keras.adam import Adam as Adam
    from optwright.generated.numpy.keras.adamw import AdamW as AdamW
    from optwright.generated.numpy.keras.adamax import Adamax as Adamax
    from optwright.generated.numpy.keras.lion import Lion as Lion
    from optwright.generated.numpy.keras.nadam import Nadam as Nadam
    from optwright.generated.numpy.keras.rmsprop import RMSprop as RMSprop
    from optwright.generated.numpy.keras.sgd import SGD as SGD

_MODULES = {
    "Adadelta": "numpy.keras.adadelta", "Adagrad": "numpy.keras.adagrad",
    "Adam": "numpy.keras.adam", "AdamW": "numpy.keras.adamw", "Adamax": "numpy.keras.adamax",
    "Lion": "numpy.keras.lion", "Nadam": "numpy.keras.nadam", "RMSprop": "numpy.keras.rmsprop",
    "SGD": "numpy.keras.sgd",
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

"""The torch dialect on CuPy arrays.

Do not edit. Remake it with: gen kernels --backend cupy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.cupy.torch.adadelta import Adadelta as Adadelta
    from optwright.generated.cupy.torch.adafactor import Adafactor as Adafactor
    from optwright.generated.cupy.torch.adagrad import Adagrad as Adagrad
    from optwright.generated.cupy.torch.adam import Adam as Adam
    from optwright.generated.cupy.torch.adamw import AdamW as AdamW
    from optwright.generated.cupy.torch.adamax import Adamax as Adamax
    from optwright.generated.cupy.torch.lbfgs import LBFGS as LBFGS
    from optwright.generated.cupy.torch.nadam import NAdam as NAdam
    from optwright.generated.cupy.torch.radam import RAdam as RAdam
    from optwright.generated.cupy.torch.rmsprop import RMSprop as RMSprop
    from optwright.generated.numpy.torch.reducelronplateau import ReduceLROnPlateau as ReduceLROnPlateau
    from optwright.generated.cupy.torch.rprop import Rprop as Rprop
    from optwright.generated.cupy.torch.sgd import SGD as SGD
    from optwright.generated.cupy.torch.sparseadam import SparseAdam as SparseAdam

_MODULES = {
    "Adadelta": "cupy.torch.adadelta", "Adafactor": "cupy.torch.adafactor",
    "Adagrad": "cupy.torch.adagrad", "Adam": "cupy.torch.adam", "AdamW": "cupy.torch.adamw",
    "Adamax": "cupy.torch.adamax", "LBFGS": "cupy.torch.lbfgs", "NAdam": "cupy.torch.nadam",
    "RAdam": "cupy.torch.radam", "RMSprop": "cupy.torch.rmsprop",
    "ReduceLROnPlateau": "numpy.torch.reducelronplateau", "Rprop": "cupy.torch.rprop",
    "SGD": "cupy.torch.sgd", "SparseAdam": "cupy.torch.sparseadam",
}

__all__ = [
    "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "NAdam", "RAdam",
    "RMSprop", "ReduceLROnPlateau", "Rprop", "SGD", "SparseAdam",
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

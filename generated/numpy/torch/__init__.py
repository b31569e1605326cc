"""The torch dialect on NumPy arrays.

Do not edit. Remake it with: gen kernels --backend numpy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.numpy.torch.adadelta import Adadelta as Adadelta
    from optwright.generated.numpy.torch.adafactor import Adafactor as Adafactor
    from optwright.generated.numpy.torch.adagrad import Adagrad as Adagrad
    from optwright.generated.numpy.torch.adam import Adam as Adam
    from optwright.generated.numpy.torch.adamw import AdamW as AdamW
    from optwright.generated.numpy.torch.adamax import Adamax as Adamax
    from optwright.generated.numpy.torch.lbfgs import LBFGS as LBFGS
    from optwright.generated.numpy.torch.nadam import NAdam as NAdam
    from optwright.generated.numpy.torch.radam import RAdam as RAdam
    from optwright.generated.numpy.torch.rmsprop import RMSprop as RMSprop
    from optwright.generated.numpy.torch.reducelronplateau import ReduceLROnPlateau as ReduceLROnPlateau
    from optwright.generated.numpy.torch.rprop import Rprop as Rprop
    from optwright.generated.numpy.torch.sgd import SGD as SGD
    from optwright.generated.numpy.torch.sparseadam import SparseAdam as SparseAdam

_MODULES = {
    "Adadelta": "numpy.torch.adadelta", "Adafactor": "numpy.torch.adafactor",
    "Adagrad": "numpy.torch.adagrad", "Adam": "numpy.torch.adam", "AdamW": "numpy.torch.adamw",
    "Adamax": "numpy.torch.adamax", "LBFGS": "numpy.torch.lbfgs", "NAdam": "numpy.torch.nadam",
    "RAdam": "numpy.torch.radam", "RMSprop": "numpy.torch.rmsprop",
    "ReduceLROnPlateau": "numpy.torch.reducelronplateau", "Rprop": "numpy.torch.rprop",
    "SGD": "numpy.torch.sgd", "SparseAdam": "numpy.torch.sparseadam",
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

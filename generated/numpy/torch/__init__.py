"""The torch dialect on NumPy arrays.

Do not edit. Remake it with: gen kernels --backend numpy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.numpy.torch.adafactor import Adafactor as Adafactor
    from optwright.generated.numpy.torch.lbfgs import LBFGS as LBFGS
    from optwright.generated.numpy.torch.nadam import NAdam as NAdam
    from optwright.generated.numpy.torch.radam import RAdam as RAdam
    from optwright.generated.numpy.torch.reducelronplateau import ReduceLROnPlateau as ReduceLROnPlateau
    from optwright.generated.numpy.torch.rprop import Rprop as Rprop
    from optwright.generated.numpy.torch.sgd import SGD as SGD

_MODULES = {
    "Adafactor": "torch.adafactor",
    "LBFGS": "torch.lbfgs",
    "NAdam": "torch.nadam",
    "RAdam": "torch.radam",
    "ReduceLROnPlateau": "torch.reducelronplateau",
    "Rprop": "torch.rprop",
    "SGD": "torch.sgd",
}

__all__ = [
    "Adafactor",
    "LBFGS",
    "NAdam",
    "RAdam",
    "ReduceLROnPlateau",
    "Rprop",
    "SGD",
]


def __getattr__(name: str) -> Any:
    """Load a class when it is first used."""
    if name in _MODULES:
        found = getattr(import_module(f"optwright.generated.numpy.{_MODULES[name]}"), name)
    else:
        raise AttributeError(f"{__name__} has no {name!r}; it has: {', '.join(__all__)}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The names that can be imported."""
    return sorted(__all__)

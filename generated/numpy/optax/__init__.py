"""The optax dialect on NumPy arrays.

Do not edit. Remake it with: gen kernels --backend numpy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.numpy.optax.adadelta_ import adadelta as adadelta
    from optwright.generated.numpy.optax.adagrad_ import adagrad as adagrad
    from optwright.generated.numpy.optax.adam_ import adam as adam
    from optwright.generated.numpy.optax.adamax_ import adamax as adamax
    from optwright.generated.numpy.optax.adamaxw_ import adamaxw as adamaxw
    from optwright.generated.numpy.optax.adamw_ import adamw as adamw
    from optwright.generated.numpy.optax.amsgrad_ import amsgrad as amsgrad
    from optwright.generated.numpy.optax.lion_ import lion as lion
    from optwright.generated.numpy.optax.nadam_ import nadam as nadam
    from optwright.generated.numpy.optax.nadamw_ import nadamw as nadamw
    from optwright.generated.numpy.optax.radam_ import radam as radam
    from optwright.generated.numpy.optax.rmsprop_ import rmsprop as rmsprop
    from optwright.generated.numpy.optax.sgd_ import sgd as sgd
    from optwright.generated.numpy.optax.sign_sgd_ import sign_sgd as sign_sgd
    from optwright.generated.numpy.optax.signum_ import signum as signum

_MODULES = {
    "adadelta": "numpy.optax.adadelta_", "adagrad": "numpy.optax.adagrad_",
    "adam": "numpy.optax.adam_", "adamax": "numpy.optax.adamax_", "adamaxw": "numpy.optax.adamaxw_",
    "adamw": "numpy.optax.adamw_", "amsgrad": "numpy.optax.amsgrad_", "lion": "numpy.optax.lion_",
    "nadam": "numpy.optax.nadam_", "nadamw": "numpy.optax.nadamw_", "radam": "numpy.optax.radam_",
    "rmsprop": "numpy.optax.rmsprop_", "sgd": "numpy.optax.sgd_",
    "sign_sgd": "numpy.optax.sign_sgd_", "signum": "numpy.optax.signum_",
}

__all__ = [
    "adadelta", "adagrad", "adam", "adamax", "adamaxw", "adamw", "amsgrad", "lion", "nadam",
    "nadamw", "radam", "rmsprop", "sgd", "sign_sgd", "signum",
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

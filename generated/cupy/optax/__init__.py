"""The optax dialect on CuPy arrays.

Do not edit. Remake it with: gen kernels --backend cupy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.cupy.optax.adadelta_ import adadelta as adadelta
    from optwright.generated.cupy.optax.adagrad_ import adagrad as adagrad
    from optwright.generated.cupy.optax.adam_ import adam as adam
    from optwright.generated.cupy.optax.adamax_ import adamax as adamax
    from optwright.generated.cupy.optax.adamaxw_ import adamaxw as adamaxw
    from optwright.generated.cupy.optax.adamw_ import adamw as adamw
    from optwright.generated.cupy.optax.amsgrad_ import amsgrad as amsgrad
    from optwright.generated.cupy.optax.lion_ import lion as lion
    from optwright.generated.cupy.optax.nadam_ import nadam as nadam
    from optwright.generated.cupy.optax.nadamw_ import nadamw as nadamw
    from optwright.generated.cupy.optax.radam_ import radam as radam
    from optwright.generated.cupy.optax.rmsprop_ import rmsprop as rmsprop
    from optwright.generated.cupy.optax.sgd_ import sgd as sgd
    from optwright.generated.cupy.optax.sign_sgd_ import sign_sgd as sign_sgd
    from optwright.generated.cupy.optax.signum_ import signum as signum

_MODULES = {
    "adadelta": "cupy.optax.adadelta_", "adagrad": "cupy.optax.adagrad_",
    "adam": "cupy.optax.adam_", "adamax": "cupy.optax.adamax_", "adamaxw": "cupy.optax.adamaxw_",
    "adamw": "cupy.optax.adamw_", "amsgrad": "cupy.optax.amsgrad_", "lion": "cupy.optax.lion_",
    "nadam": "cupy.optax.nadam_", "nadamw": "cupy.optax.nadamw_", "radam": "cupy.optax.radam_",
    "rmsprop": "cupy.optax.rmsprop_", "sgd": "cupy.optax.sgd_", "sign_sgd": "cupy.optax.sign_sgd_",
    "signum": "cupy.optax.signum_",
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

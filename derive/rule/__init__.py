"""The catalogue: every declaration by its id, "Adam", "torch.SGD", in a fixed order.

    from optwright.derive.rule import catalog, load

    catalog["Adam"]                        one declaration
    catalog["Adam(beta1=0)"]               with a hyperparameter fixed
    catalog["torch.SGD(nesterov=True)"]    the member of a family that the flag chooses
    load("my_rule.py")["MyRule"]           a file of one's own; the catalogue has no privilege

The papers' forms have plain names, a framework's its prefix. `texts.` holds forms that a text of
`optwright.derive.rule.form` prints and no paper does, wrong ones included: they are there to be
compared. Each module lists its declarations in `declarations`.
"""

from __future__ import annotations

from pathlib import Path

from optwright.derive.language import registry
from optwright.derive.language.registry import Registry, UnknownName
from optwright.derive.rule import composed, plateau, schedule
from optwright.derive.rule.dialect import keras, optax, torch, torch_adaptive
from optwright.derive.rule.family import (
    adam,
    adaptive,
    averaging,
    factored,
    gradient,
    layerwise,
    moments,
    momentum,
    muon,
    newton,
    noisy,
    parameterfree,
    sign,
)

modules = (
    gradient,
    momentum,
    adaptive,
    adam,
    newton,
    moments,
    sign,
    layerwise,
    factored,
    muon,
    averaging,
    parameterfree,
    noisy,
    composed,
    torch,
    torch_adaptive,
    optax,
    keras,
    schedule,
    plateau,
)
"""The modules of the catalogue, in order."""

catalog = Registry(declaration for module in modules for declaration in module.declarations)


def load(path: str | Path) -> Registry:
    """The declarations of a user's own file; see `optwright.derive.language.registry.load`."""
    return registry.load(path, catalog)


__all__ = ["Registry", "UnknownName", "catalog", "load", "modules"]

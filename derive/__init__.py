"""Declarations of optimizers, statements about them, and their step programs.

    from optwright.derive import Optimizer, catalog, prove, Verdict

Names are imported when first asked for, so that a part can be used without the others.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.derive.catalog import catalog
    from optwright.derive.declaration import Optimizer
    from optwright.derive.prove import prove, relations
    from optwright.derive.prove.compare import compare
    from optwright.derive.prove.statement import Statement
    from optwright.derive.prove.statements import statements
    from optwright.derive.prove.verdict import Verdict

_HOMES = {
    "Optimizer": "declaration",
    "Statement": "prove.statement",
    "Verdict": "prove.verdict",
    "catalog": "catalog",
    "compare": "prove.compare",
    "prove": "prove",
    "relations": "prove",
    "statements": "prove.statements",
}


def _find(name: str) -> Any:
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


class _Package(ModuleType):
    """This package. `catalog` and `prove` are what their packages hold, not the packages.

    Importing a submodule sets it as an attribute of its package; these two attributes stay.
    """

    catalog = property(lambda self: _find("catalog"), lambda self, module: None)
    prove = property(lambda self: _find("prove"), lambda self, module: None)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return _find(name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


sys.modules[__name__].__class__ = _Package

__all__ = [
    "Optimizer",
    "Statement",
    "Verdict",
    "catalog",
    "compare",
    "prove",
    "relations",
    "statements",
]

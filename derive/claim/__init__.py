"""What can be claimed, and how it is answered: statements and verdicts.

    from optwright.derive.claim import Simulation, Statement

Claims are frozen data: each kind is a class, and `optwright.derive.prove` decides a statement of
any. The names are those of `kind`, which is imported when one is first asked for: what reads kept
verdicts needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.derive.claim.kind import *  # noqa: F403


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name != "__all__":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.kind"), name)

"""What a backend is, and the registry of those there are.

A backend is a folder beside this file: a printer, templates, and one entry in `BACKENDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # so that the names of the backends are known without SymPy
    from optwright.derive.language.declaration import Declaration

Relations = Callable[[str], Sequence[str]]
"""For the id of a declaration, one line for each thing that has been proved about it."""


class Backend(Protocol):
    """Turns declarations into the text of modules."""

    name: str

    def module(self, declaration: Declaration, relations: Relations, command: str) -> str:
        """The module of one declaration."""

    def packages(self, declarations: Sequence[Declaration]) -> Mapping[PurePosixPath, str]:
        """The files that make a package of the modules, by path below the backend's folder."""


BACKENDS = {
    "numpy": "optwright.templates.numpy",
    "cupy": "optwright.templates.cupy",
    "latex": "optwright.templates.latex",
}
"""The module of each backend; it has a function `backend()`."""

SUFFIXES = {"latex": ".tex"}
"""How the files of a backend end, where that is not `.py`."""


def backend(name: str) -> Backend:
    """The backend of that name. Raises ValueError naming those there are."""
    if name not in BACKENDS:
        raise ValueError(f"there is no backend {name!r}; there are: {', '.join(BACKENDS)}")
    made: Backend = import_module(BACKENDS[name]).backend()
    return made


def file_name(declaration: Declaration, suffix: str = ".py") -> str:
    """The module's file: the name in lower case, with "_" where it is lower case itself."""
    lower = declaration.name.lower()
    return f"{lower}_{suffix}" if lower == declaration.name else f"{lower}{suffix}"


def path(declaration: Declaration, suffix: str = ".py") -> PurePosixPath:
    """Where the module of a declaration lies below a backend's folder."""
    return PurePosixPath(declaration.dialect) / file_name(declaration, suffix)

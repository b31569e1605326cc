"""Modules that need nothing but their array library: the runtime travels beside them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import PurePosixPath

NAME = "optwright_runtime"
"""The package that the runtime's modules become beside standalone modules."""


def standalone(modules: Mapping[PurePosixPath, str], backend: str) -> dict[PurePosixPath, str]:
    """The modules with the runtime that they import, as files of one folder."""
    made = {name: _moved(text) for name, text in modules.items()}
    runtime = files("optwright.runtime")
    folders = [PurePosixPath()]
    folders += [] if backend == "numpy" else [PurePosixPath("device")]
    for folder in folders:
        place = runtime.joinpath(*folder.parts) if folder.parts else runtime
        for entry in sorted(place.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".py"):
                text = entry.read_text(encoding="utf-8")
                made[PurePosixPath(NAME) / folder / entry.name] = _moved(text)
    return made


def _moved(text: str) -> str:
    """A module's text with the runtime's name changed."""
    return text.replace("optwright.runtime", NAME)

"""How things show themselves in a notebook: as the LaTeX backend prints them.

What prints stands above what is printed, so it registers itself here by class when it is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from importlib import import_module
from typing import Any

import optwright


@dataclass(frozen=True)
class Part:
    """Some words in Markdown, and below them the rows of an `aligned` block, if any."""

    words: str = ""
    rows: Sequence[str] = ()

    @property
    def latex(self) -> str:
        """The rows as displayed mathematics."""
        body = " \\\\\n".join(f"& {row.removeprefix('& ')}" for row in self.rows)
        return f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$"


@singledispatch
def parts(thing: Any) -> list[Part]:
    """What is shown of a thing. Raises TypeError for a class that nothing has registered."""
    raise TypeError(f"a {type(thing).__name__} has no form in print")


class Displayed:
    """What shows itself in a notebook, in Markdown or, where that is not known, its equations."""

    def _repr_markdown_(self) -> str:
        return "\n\n".join(
            text
            for part in self._parts()
            for text in (part.words, part.latex if part.rows else "")
            if text
        )

    def _repr_latex_(self) -> str | None:
        return "\n".join(part.latex for part in self._parts() if part.rows) or None

    def _parts(self) -> list[Part]:
        import_module(optwright.DISPLAY)
        return parts(self)


__all__ = ["Displayed", "Part", "parts"]

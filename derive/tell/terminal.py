"""Lines for a terminal: wrapped, indented, in columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 100


def block(heading: str, lines: Sequence[str]) -> list[str]:
    """A heading with indented lines below it; nothing where there are no lines."""
    return ["", heading, *(w for line in lines for w in wrap(line, "    "))] if lines else []


def wrap(line: str, hanging: str = "") -> list[str]:
    """A line indented by two, and further by `hanging` where it goes on."""
    own = "  " + line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line.strip(),
        WIDTH,
        initial_indent=own,
        subsequent_indent=own + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def columns(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows with their columns aligned."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))] if rows else []
    return [
        (indent + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


__all__ = ["WIDTH", "block", "columns", "counted", "wrap"]

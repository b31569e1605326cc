"""Lines for a terminal: as wide as it is, indented, in columns, with colours.

Colours are written into the lines; `say` takes them out again where it prints to what is no
terminal, or where NO_COLOR is set.
"""

from __future__ import annotations

import codecs
import os
import re
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from click import echo, style, unstyle

WIDTH = 100
"""How wide lines are where nothing says so: neither a terminal nor `COLUMNS`."""
NARROWEST = 40
WORD = 24
"""How long a word may be for a column to be as wide; a longer one stands out."""


def _styled(text: str, **how: Any) -> str:
    return style(text, **how) if text else ""


good = partial(_styled, fg="green")
wrong = partial(_styled, fg="red")
unsure = partial(_styled, fg="yellow")
bold = partial(_styled, bold=True)
dim = partial(_styled, dim=True)

VERDICTS = {
    "proved": good("✓"),
    "refuted": wrong("✗"),
    "undecided": unsure("?"),
    "equal": good("✓"),
    "different": wrong("✗"),
    "on a condition": unsure("≈"),
}
"""The signs of verdicts, coloured."""

_PLAIN = {"✓": "+", "✗": "x", "≈": "~", "·": "*", "—": "-", "–": "-", "…": "...", "→": "->",
          "∞": "oo", "≤": "<=", "≥": ">=", "≠": "!=", "²": "^2", "−": "-"}  # fmt: skip


def _sayable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    failed = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c, "?") for c in failed), error.end


SAYABLE = "optwright.sayable"
"""How a stream treats what its encoding cannot say: by ASCII that means the same."""
codecs.register_error(SAYABLE, _sayable)


def say(text: str, err: bool = False) -> None:
    """Print a text on stdout, or stderr: in colour where it is a terminal, in what can be said."""
    stream = sys.stderr if err else sys.stdout
    code = getattr(stream, "encoding", None) or "utf-8"
    plain = False if os.environ.get("NO_COLOR") else None
    echo(text.encode(code, SAYABLE).decode(code), err=err, color=plain)


def width() -> int:
    """How wide a line may be: the terminal's width, or what `COLUMNS` says."""
    return max(shutil.get_terminal_size((WIDTH, 24)).columns, NARROWEST)


def seconds(number: float) -> str:
    """How long something took, in brackets."""
    return dim(f"({number:.2f} s)")


def coloured(status: str, text: str) -> str:
    """A text in the colour of a verdict."""
    colour = {"proved": good, "equal": good, "refuted": wrong, "different": wrong}
    return colour.get(status, unsure)(text)


def block(heading: str, lines: Sequence[str]) -> list[str]:
    """A heading with indented lines below it; nothing where there are no lines."""
    told = [piece for line in lines for piece in wrap(line, "    ")]
    return ["", *map(bold, wrap(heading, "  ", indent="")), *told] if lines else []


def wrap(line: str, hanging: str = "", indent: str = "  ") -> list[str]:
    """A line, indented further by `hanging` where it goes on. Words are never cut."""
    own = indent + line[: len(line) - len(line.lstrip())]
    return fold(line.strip(), width(), own, own + hanging)


def fold(text: str, room: int, first: str = "", later: str = "") -> list[str]:
    """A text in lines: words are never cut, nor what stands in brackets as `[t - 1]`."""
    lines, line, fresh = [], first, True
    for word in re.findall(r"(?:\[[^\]\s]* [-+] [^\]\s]*\]|\S)+", text):
        if not fresh and _long(line) + 1 + _long(word) > room:
            lines.append(line)
            line, fresh = later, True
        line, fresh = line + word if fresh else f"{line} {word}", False
    return [*lines, line]


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def columns(
    rows: Sequence[Sequence[str]], indent: str = "  ", last: int | None = None
) -> list[str]:
    """Rows with their columns aligned; where they do not fit, the widest columns are wrapped.

    A cell has one colour or none. last: how wide the last column may be.
    """
    if not rows:
        return []
    widths = _widths(rows, width() - len(indent), last)
    lines = []
    for row in rows:
        cells = [_cell(cell, w) for cell, w in zip(row, widths, strict=True)]
        for k in range(max(map(len, cells))):
            pieces = [c[k] if k < len(c) else "" for c in cells]
            padded = [p + " " * (w - _long(p)) for p, w in zip(pieces, widths, strict=True)]
            lines.append((indent + "  ".join(padded)).rstrip())
    return lines


def _widths(rows: Sequence[Sequence[str]], room: int, last: int | None) -> list[int]:
    """The widths of columns: those of their cells, the widest made smaller until all fit."""
    found = [max(_long(row[k]) for row in rows) for k in range(len(rows[0]))]
    words = [max(_longest_word(row[k]) for row in rows) for k in range(len(rows[0]))]
    least = [min(longest, WORD) for longest in words]
    if last is not None:
        found[-1] = min(found[-1], max(last, least[-1]))
    while sum(found) + 2 * (len(found) - 1) > room:
        able = [k for k in range(len(found)) if found[k] > least[k]]
        if not able:
            break
        found[max(able, key=lambda k: found[k])] -= 1
    return found


def _cell(text: str, room: int) -> list[str]:
    """A cell as lines, each with the colour of the whole."""
    plain = unstyle(text)
    if len(plain) <= room:
        return [text]
    before, _, after = text.partition(plain)
    return [f"{before}{line}{after}" for line in fold(plain, room)]


def _long(text: str) -> int:
    return len(unstyle(text))


def _longest_word(text: str) -> int:
    return max(map(len, fold(unstyle(text), 1)))


__all__ = [
    "SAYABLE",
    "VERDICTS",
    "block",
    "bold",
    "coloured",
    "columns",
    "counted",
    "dim",
    "fold",
    "good",
    "say",
    "seconds",
    "unsure",
    "width",
    "wrap",
    "wrong",
]

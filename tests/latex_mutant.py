"""Small changes to printed formulas: one sign, index, exponent, number, letter, row."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CHANGES: tuple[tuple[str, str, str], ...] = (
    ("sign", r"(?<= )\+(?= )", "-"),
    ("sign", r"(?<= )-(?= )", "+"),
    ("sign", r"(?<=\\gets )-(?=\S)", ""),
    ("index", r"(?<=_\{)([a-z])-1(?=\})", r"\1"),
    ("index", r"(?<=[_,])t(?=[\s\}^])", "{t-1}"),
    ("exponent", r"\^2", "^3"),
    ("exponent", r"\^t(?![a-z])", ""),
    ("root", r"\\sqrt", ""),
    ("number", r"(?<!\\\\\[)(?<![\d.A-Za-z])(\d+)(?![\d.])", "7"),
    ("letter", r"\\beta_1", r"\\beta_2"),
    ("letter", r"\\mu(?![a-z])", r"\\eta"),
    ("comparison", r"(?<= )<(?= )", r"\\le"),
    ("comparison", r"(?<= )>(?= )", r"\\ge"),
    ("extreme", r"\\max(?=[(\\])", r"\\min"),
    ("transpose", r"\^\\top", ""),
)


def mutants(rows: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Every change of one place of the rows with what was changed, and every row left out."""
    for k, row in enumerate(rows):
        for what, pattern, new in _CHANGES:
            for found in re.finditer(pattern, row):
                changed = row[: found.start()] + found.expand(new) + row[found.end() :]
                if changed != row:
                    yield f"{what} in {row}", [*rows[:k], changed, *rows[k + 1 :]]
        if r"\gets" in row:
            yield f"without {row}", rows[:k] + rows[k + 1 :]

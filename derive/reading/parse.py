r"""Rows of LaTeX as parse trees, by the grammar of `formula.lark`."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from optwright.derive.reading.source import ReadError, Row

_STARTS = (
    "assignment",
    "assignments",
    "loop",
    "clock",
    "pushes",
    "histories",
    "condition",
    "formula",
)


@cache
def _grammar() -> Lark:
    text = (Path(__file__).parent / "formula.lark").read_text(encoding="utf-8")
    return Lark(
        text, parser="lalr", start=list(_STARTS), propagate_positions=True, maybe_placeholders=False
    )


@lru_cache(maxsize=8192)
def _tree(text: str, start: str) -> Tree[Token]:
    return _grammar().parse(text, start=start)


def parse(row: Row, start: str, file: str) -> Tree[Token]:
    """The tree of a row. Raises ReadError with the place of what cannot be read."""
    try:
        return _tree(row.text, start)
    except UnexpectedInput as error:
        place = error.pos_in_stream
        ended = place is None or place < 0 or place >= len(row.text.rstrip())
        token = getattr(error, "token", None)
        ended = ended or (isinstance(token, Token) and token.type == "$END")
        if ended:
            last = row.start + len(row.text.rstrip())
            raise ReadError("the formula ends too early", file, last) from None
        assert place is not None
        found = re.match(r"\\[A-Za-z]+|\S", row.text[place:])
        shown = found.group() if found else row.text[place : place + 1]
        raise ReadError(f"cannot read {shown!r} here", file, row.start + place) from None


__all__ = ["parse"]

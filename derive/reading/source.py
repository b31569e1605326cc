r"""The text of a LaTeX file taken apart: blocks of mathematics, their rows, our comments.

What only looks (spacing, sizes of brackets, alignment, comments) is blanked out with as many
spaces, so that places in the result are places in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


class ReadError(ValueError):
    """LaTeX that cannot be read; the text says where and why."""

    def __init__(self, reason: str, text: str = "", place: int | None = None) -> None:
        self.line = self.column = None
        where = ""
        if place is not None:
            place = min(place, len(text))
            self.line = text.count("\n", 0, place) + 1
            self.column = place - (text.rfind("\n", 0, place) + 1) + 1
            where = f"line {self.line}, column {self.column}: "
        super().__init__(f"{where}{reason}")


@dataclass(frozen=True)
class Row:
    """One row of mathematics: its keyword if any, its text, and where that begins in the file."""

    keyword: str
    text: str
    start: int


@dataclass(frozen=True)
class Block:
    """The rows of one system with our comments on it: traits and lines on symbols."""

    rows: tuple[Row, ...]
    traits: str = ""
    symbols: tuple[str, ...] = field(default=())


_ENVIRONMENTS = r"(?:aligned|align|alignat|equation|gather|gathered|split|eqnarray|multline|math)"
_DISPLAY = re.compile(rf"\\begin\{{(?P<name>{_ENVIRONMENTS}\*?|displaymath)\}}|\\\[|(?<!\\)\$\$")
_INLINE = re.compile(r"\\\(|(?<!\\)\$")
_CLOSERS = {r"\[": r"\\\]", r"\(": r"\\\)", "$": r"(?<!\\)\$", "$$": r"(?<!\\)\$\$"}
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_TRAITS = re.compile(r"^% system (.*)$", re.MULTILINE)
_SYMBOL = re.compile(r"^% symbol (.*)$", re.MULTILINE)

_TOKEN = re.compile(
    r"""(?P<break>\\\\\*?(?:\s*\[[^\]\n]*\])?)
    |(?P<keep>\\(?:text|mathrm|mathit|textrm|textit|mathtt|texttt|textbf|textnormal|operatorname)\*?
        \s*\{[^{}]*\})
    |(?P<phantom>\\(?:h|v)?phantom\s*\{(?:[^{}]|\{[^{}]*\})*\})
    |(?P<open>\\begin\{[dr]?cases\})|(?P<close>\\end\{[dr]?cases\})
    |(?P<env>\\(?:begin|end)\s*\{[^{}]*\}(?:\s*\{[lrc|@]*\})?)
    |(?P<bar>\\(?:left|right)\s*(?:\\\||\||\.))
    |(?P<blank>\\(?:left|right|[bB]igg?[lrm]?|middle|quad|qquad|displaystyle|textstyle|limits|nolimits
        |nonumber|notag|thinspace|medspace|strut|mathstrut|noindent|allowbreak|,|;|:|!|>|\ |/)
        (?:(?<=[,;:!>\ /])|(?![A-Za-z]))
        |\\(?:hspace|vspace|label|tag)\*?\s*\{[^{}]*\}|~|\{\s*\})
    |(?P<command>\\[A-Za-z]+|\\.)
    |(?P<amp>&)
    |(?P<fence>\|)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_BARS = {
    ("left", "|"): r"\lvert",
    ("right", "|"): r"\rvert",
    ("left", r"\|"): r"\lVert",
    ("right", r"\|"): r"\rVert",
}
_KEYWORD = re.compile(r"\s*\\(?:text(?:bf|sc|it|rm)?|mathbf)\s*\{\s*([A-Za-z ]+?)\s*:?\s*\}")
_KEYWORDS = {
    "input": "input",
    "require": "input",
    "given": "input",
    "start": "start",
    "initialize": "start",
    "initialise": "start",
    "for": "for",
    "end": "end",
    "end for": "end",
    "repeat at most": "repeat",
    "until": "until",
    "push": "push",
    "return": "return",
    "view": "view",
}
_CLOCK = re.compile(
    r"t\s*(:?=|\\gets|\\leftarrow)\s*(\d\s*((,|\\[lc]?dots|\\text).*)?|t\s*\+\s*1)", re.DOTALL
)
"""What an algorithm says of its counter, which every declaration has."""
_CONTINUES = re.compile(r"\s*([+\-−–*/]|\\(cdot|times|odot)(?![A-Za-z])|\\text\{\s*(or|and)\s*\})")

LONGEST_TEXT, LONGEST_ROW, MOST_ROWS = 1_000_000, 10_000, 1_000
"""Characters of a text and of one of its formulas, and formulas of one system, that are read.

All rules of the catalogue are 266,000 characters, their longest formula 322.
"""


def blocks(text: str) -> list[Block]:
    """The blocks of a file: one for each of our markers, or all mathematics as one.

    Raises ReadError where there is no mathematics, or more than is read.
    """
    if len(text) > LONGEST_TEXT:
        raise ReadError(f"a text of {len(text):,} characters; {LONGEST_TEXT:,} are read")
    marks = list(_TRAITS.finditer(text))
    bare = _COMMENT.sub(lambda m: " " * len(m.group()), text)
    if not marks:
        return [Block(tuple(_rows(text, bare, 0, len(text))))]
    ends = [m.start() for m in marks[1:]] + [len(text)]
    found = []
    for mark, end in zip(marks, ends, strict=True):
        symbols = tuple(m.group(1) for m in _SYMBOL.finditer(text, mark.end(), end))
        rows = tuple(_rows(text, bare, mark.end(), end))
        found.append(Block(rows, mark.group(1).strip(), symbols))
    return found


def _rows(text: str, bare: str, start: int, end: int) -> list[Row]:
    rows: list[Row] = []
    for low, high in _regions(bare, start, end):
        for place, row in _split(bare, low, high, text):
            made = _row(row, place)
            if made is None:
                continue
            joined = rows and not made.keyword and _CONTINUES.match(made.text)
            if rows and (joined or (rows[-1].text.rstrip().endswith(",") and not made.keyword)):
                last = rows[-1]
                gap = " " * (made.start - last.start - len(last.text))
                rows[-1] = Row(last.keyword, last.text + gap + made.text, last.start)
            else:
                rows.append(made)
            if len(rows[-1].text) > LONGEST_ROW:
                raise ReadError(f"a formula beyond {LONGEST_ROW:,} characters", text, made.start)
            if len(rows) > MOST_ROWS:
                raise ReadError(f"more than {MOST_ROWS:,} formulas in one system", text, made.start)
    if not rows:
        raise ReadError("there are no equations: no display such as \\[ … \\], and no = or \\gets")
    return rows


def _regions(bare: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where mathematics stands: displays; else inline formulas; else everything if it has one."""
    assigns = re.compile(r"=|\\gets|\\leftarrow")
    if displays := list(_between(_DISPLAY, bare, start, end)):
        return displays
    if inline := [
        span for span in _between(_INLINE, bare, start, end) if assigns.search(bare, *span)
    ]:
        return inline
    plain = not re.search(r"\\(documentclass|section|begin\{document\})", bare[start:end])
    return [(start, end)] if plain and assigns.search(bare, start, end) else []


def _between(opener: re.Pattern[str], bare: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What stands between openers and what closes them, in one pass over the text."""
    missing: set[str] = set()
    while found := opener.search(bare, start, end):
        start = found.end()
        name = found.groupdict().get("name")
        closer = re.escape(rf"\end{{{name}}}") if name else _CLOSERS[found.group()]
        close = None if closer in missing else re.compile(closer).search(bare, start, end)
        if close is None:
            missing.add(closer)  # what is not closed once is not closed later
        elif close.start() > start:
            yield start, close.start()
            start = close.end()


def _row(text: str, place: int) -> Row | None:
    body = text.strip(" \t\n.;")
    if not body or _CLOCK.fullmatch(body):
        return None
    keyword = ""
    found = _KEYWORD.match(text)
    if found and found.group(1).lower() in _KEYWORDS:
        keyword = _KEYWORDS[found.group(1).lower()]
        text, place = text[found.end() :], place + found.end()
    lead = len(text) - len(text.lstrip())
    return Row(keyword, text[lead:].rstrip(" \t\n.;"), place + lead)


def _split(bare: str, low: int, high: int, text: str) -> Iterator[tuple[int, str]]:
    """The rows between two places, each with its place; looks blanked out."""
    shown: list[str] = []
    begin, depth = low, 0
    fences: list[str] = []
    for match in _TOKEN.finditer(bare, low, high):
        kind, token = match.lastgroup, match.group()
        blank = " " * len(token)
        if kind == "break" and not depth:
            yield begin, "".join(shown)
            shown, begin = [], match.end()
            if fences:
                raise ReadError("a bar | is not closed", text, match.start())
            continue
        if kind == "break":
            shown.append(r"\\".ljust(len(token)))
            continue
        depth += (kind == "open") - (kind == "close")
        if kind == "bar":
            side, bar = re.match(r"\\(left|right)\s*(.*)", token, re.DOTALL).groups()  # type: ignore[union-attr]
            shown.append(blank if bar == "." else _BARS[side, bar].ljust(len(token)))
        elif kind == "fence" or (kind == "command" and token == r"\|"):
            double = len(token) == 2
            if fences and fences[-1] == token:
                fences.pop()
                shown.append(("\ue003" if double else "\ue001").ljust(len(token)))
            else:
                fences.append(token)
                shown.append(("\ue002" if double else "\ue000").ljust(len(token)))
        elif kind in ("blank", "phantom", "env") or (kind == "amp" and not depth):
            shown.append("".join("\n" if c == "\n" else " " for c in token))
        else:
            shown.append(token)
    yield begin, "".join(shown)


__all__ = ["Block", "ReadError", "Row", "blocks"]

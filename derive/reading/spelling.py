r"""Trees as letters: `\hat{m}_{t-1}^{\prime}` has a base, a mark above, an index and powers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lark import Token
from sympy import Symbol

from optwright.derive.language.extent import Extent, Shape
from optwright.derive.language.notation import LatexName
from optwright.derive.language.notation import mark as spell
from optwright.derive.reading.names import SourceNames
from optwright.derive.reading.source import ReadError, Row


@dataclass
class Spelling:
    """What is known while one system is read, and the letters of its trees.

    `known` are the extents of sequences so far, `done` the sequences that the step has assigned.
    """

    names: SourceNames
    file: str
    shape: Shape = "any"
    known: dict[str, Extent] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    indices: dict[str, Symbol] = field(default_factory=dict)
    row: Row = field(default_factory=partial(Row, "", "", 0))
    initial: bool = False

    def fail(self, reason: str, tree: Any) -> ReadError:
        """An error at the place of a tree."""
        place = tree.start_pos if isinstance(tree, Token) else getattr(tree.meta, "start_pos", 0)
        return ReadError(reason, self.file, self.row.start + (place or 0))

    def source(self, tree: Any) -> str:
        """The LaTeX of a tree."""
        if isinstance(tree, Token):
            return str(tree)
        return self.row.text[tree.meta.start_pos : tree.meta.end_pos]

    def letter(self, tree: Any) -> LatexName | None:
        """The bare letter of a factor, marks included, its index left out; None for others."""
        if tree.data == "factor":
            base = self.base(tree.children[0])
            if base is None:
                return None
            return LatexName(base, *self.marks(tree.children[1:])[:1])
        base = self.base(tree)
        return None if base is None else LatexName(base)

    def base(self, tree: Any) -> str | None:
        """The base of a letter: `m`, `\\beta`, `\\hat{m}`, `\\mathit{ratio}`."""
        if isinstance(tree, Token):
            return str(tree) if tree.type in ("LETTER", "SYMBOL", "WORD", "MOMENT") else None
        if tree.data == "symbol":
            return str(tree.children[0])
        if tree.data == "word":
            word = str(tree.children[0])
            if word.startswith("E"):
                return rf"\mathrm{{E{re.sub(r'[^A-Za-z0-9]', '', word[1:])}}}"
            return re.sub(
                r"^\\(text|textrm|textit|mathtt|texttt|textnormal)\s*\{\s*", r"\\mathrm{", word
            )
        if tree.data in ("accent", "style"):
            inner = self.base(self.single(tree.children[1]))
            if inner is None:
                return None
            if tree.data == "style" and not self.names.known and "cal" not in tree.children[0]:
                return inner  # bold letters are the same letters
            command = str(tree.children[0]).replace("wide", "").replace("overline", "bar")
            return f"{command}{{{inner}}}"
        return None

    def single(self, tree: Any) -> Any:
        """A tree without the layers that hold one child only."""
        while not isinstance(tree, Token) and tree.data in (
            "group",
            "sum",
            "signed",
            "product",
            "factor",
            "arg",
            "items",
        ):
            if len(tree.children) != 1:
                return tree
            tree = tree.children[0]
        return tree

    def items(self, script: Any) -> list[Any]:
        """The items of a script: trees or tokens."""
        [arg] = script.children
        if isinstance(arg, Token):
            return [arg]
        if arg.data == "arg":
            [inner] = arg.children
            return list(inner.children) if getattr(inner, "data", "") == "items" else [inner]
        return [arg]

    def marks(self, scripts: list[Any]) -> tuple[str, list[Any], list[Any]]:
        """The mark above, the items below, the powers (trees and tokens)."""
        above, below, powers = "", [], []
        for script in scripts:
            if script.data == "primes":
                above = r"\prime"
            elif script.data in ("below", "below1"):
                below += self.items(script)
            else:
                for item in self.items(script):
                    mark = self.label(item)
                    if mark:
                        above = mark
                    else:
                        powers.append(item)
        return above, below, powers

    def label(self, item: Any) -> str:
        """The mark that an item above a letter is, or nothing if it is a power."""
        if isinstance(item, Token):
            text = str(item)
            if item.type == "SUP1":
                text = text[1:].strip()
                return text if text in "+-*" else ""
            if item.type in ("PLUS", "MINUS", "STAR", "PRIME", "CIRC"):
                return r"*" if item.type == "STAR" else text
            return spell(text) if item.type in ("FUNC", "WORD") else ""
        single = self.single(item)
        if isinstance(single, Token):
            return self.label(single) if single.type != "SYMBOL" else ""
        if single.data in ("word", "name", "prime", "circ"):
            return spell(str(single.children[0])) or str(single.children[0])
        return ""

    def text(self, item: Any) -> str:
        """An item below a letter as a mark, in its one spelling."""
        text = re.sub(r"\s+", "", self.source(item))
        if isinstance(item, Token) and item.type == "SUB1":
            text = text[1:]
        return spell(text) or text

    def marked(self, below: list[Any]) -> list[tuple[str, Any]]:
        """Items below with their marks; of hand-written ones the entry's number, i, is left out."""
        pairs = [(self.text(item), item) for item in below]
        plain = [p for p in pairs if p[0] not in ("i", r"\mathrm{ii}")]
        return pairs if self.names.known or len(pairs) < 2 else plain


__all__ = ["Spelling"]

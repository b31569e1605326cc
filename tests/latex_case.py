"""The plain systems of the catalogue and their printed blocks, shared by the tests of LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from optwright.derive.language.declaration import Declaration, Family, Optimizer, Route, Schedule
from optwright.derive.language.notation import Notation
from optwright.derive.rule import catalog
from optwright.templates.latex import environment, systems, traits
from optwright.templates.latex.layout import Block, block

IDS = list(catalog)


def plain(declaration: Declaration, members: bool = False) -> list[Optimizer | Schedule]:
    """The plain systems; of a family the default, or all members."""
    if isinstance(declaration, Family):
        return [s for _, s in declaration.members] if members else [declaration.default]
    if isinstance(declaration, Route):
        return [branch for _, branch in declaration.branches]
    return [declaration]


def text(system: Optimizer | Schedule, made: Block, rows: Sequence[str] | None = None) -> str:
    """A file of one block, or of these rows in its place."""
    head = "".join(f"% symbol {line}\n" for line in made.symbols)
    body = " \\\\\n".join(f"  & {row}" for row in (made.rows if rows is None else rows))
    return (
        f"% system {traits(system)}\n{head}\\[\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n\\]\n"
    )


@cache
def emitted(id: str) -> str:
    """The file of a declaration."""
    from optwright.templates.latex import backend

    return backend().module(catalog[id], lambda _: (), "gen kernels --backend latex")


__all__ = ["IDS", "Notation", "block", "emitted", "environment", "plain", "systems", "text"]

"""The LaTeX backend: rules as algorithms in print; see `optwright.templates.backend`.

A file holds one `aligned` block per plain system, to be read into a document by `\\input`; it needs
the package amsmath alone. Its comments name the symbols, so that `optwright.derive.reading` gets
the declaration back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import jinja2

from optwright.derive.language.declaration import (
    Declaration,
    Family,
    Optimizer,
    Route,
    Schedule,
    Where,
)
from optwright.derive.language.notation import Notation
from optwright.templates.backend import Relations
from optwright.templates.latex.escape import escape
from optwright.templates.latex.layout import Block, block


@dataclass(frozen=True)
class System:
    """One plain system of a declaration: what selects it in words, its layout, its traits."""

    when: str
    block: Block
    traits: str


class LatexBackend:
    """Declarations as LaTeX."""

    name = "latex"

    def module(self, declaration: Declaration, relations: Relations, command: str) -> str:
        """The file of one declaration. Raises `Refused` for what has no LaTeX."""
        face = declaration.default if isinstance(declaration, Family) else declaration
        return (
            environment()
            .get_template("module.tex.j2")
            .render(
                id=declaration.id,
                source=" ".join(str(face.source).split()),
                command=command,
                systems=systems(declaration),
                relations=list(relations(declaration.id)),
            )
        )

    def packages(self, declarations: Sequence[Declaration]) -> Mapping[PurePosixPath, str]:
        """Nothing joins the files: a document takes those that it needs."""
        return {}


def backend() -> LatexBackend:
    """The backend of this folder."""
    return LatexBackend()


@cache
def environment() -> jinja2.Environment:
    """Templates whose marks do not meet LaTeX's braces: `<< value >>`, `<% statement %>`."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    made.filters["escape_tex"] = escape
    return made


def systems(
    declaration: Declaration, notation: Notation | None = None, default_only: bool = False
) -> list[System]:
    """The systems of a declaration that differ; of a family the default comes first."""
    if isinstance(declaration, Family):
        members = declaration.members[:1] if default_only else declaration.members
        pairs: list[tuple[str, Optimizer | Schedule]] = [
            (", ".join(f"{flag}={value!r}" for flag, value in flags.items()), system)
            for flags, system in members
        ]
    elif isinstance(declaration, Route):
        pairs = [(_which(where), branch) for where, branch in declaration.branches]
    else:
        pairs = [("", declaration)]
    found: dict[tuple[str, ...], System] = {}
    for when, system in pairs:
        made = block(system, notation)
        found.setdefault((*made.rows, *made.symbols), System(when, made, traits(system)))
    return list(found.values())


def _which(where: Where) -> str:
    return "every other tensor" if where == Where() else f"tensors with {where}"


def traits(system: Optimizer | Schedule) -> str:
    """What the equations do not say: the kind of system, its scope and shape."""
    if isinstance(system, Schedule):
        return "schedule"
    return f"optimizer scope={system.scope} shape={system.shape}"


__all__ = ["LatexBackend", "System", "backend", "environment", "systems", "traits"]

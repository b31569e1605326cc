"""Statements: claims with an id, plain words and a source, as data.

The verdict that a statement is expected to have is kept beside it for tests and tables; deciding
never looks at it. A user's file states things as the project does: `Statement` objects at the top
level of a module, or a tuple named `statements`.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from optwright.derive.claim.name import means
from optwright.derive.claim.system import check_systems
from optwright.derive.claim.verdict import STATUSES, Status
from optwright.derive.error import suggest


class StatementError(ValueError):
    """A statement that cannot be read or found: names it and the reason."""


class UnknownStatement(StatementError, KeyError):
    """No statement has this id; the message suggests the nearest."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would print it quoted


class Claim(Protocol):
    """What is claimed, as frozen data; how it is decided is registered by its class."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class Statement:
    """A claim about optimizers.

    id        short and unique: "M1"
    words     the claim in plain words, one sentence
    claim     what is decided: a Simulation, an Identity, a Minimiser, …
    expected  the verdict that it should have; deciding never reads it
    source    who claims it, or where it is shown
    about     ids of the declarations that it mentions
    rows      further numbers under which claims of the founding texts ask for it: "C31"
    brief     for the docstrings of generated code, once proved: "= HeavyBall under v = -lr*u"
    """

    id: str
    words: str
    claim: Claim
    expected: Status
    source: str = ""
    about: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    brief: str = ""

    def __post_init__(self) -> None:
        for name in ("id", "words", "source", "brief"):
            if not isinstance(x := getattr(self, name), str):
                raise StatementError(f"statement {self.id}: its {name} is {x!r}, not a text")
        for name in ("about", "rows"):
            if isinstance(x := getattr(self, name), str):
                raise StatementError(f"statement {self.id}: its {name} is {x!r}, not a tuple")
        if isinstance(self.claim, type) or not isinstance(getattr(self.claim, "kind", None), str):
            raise StatementError(
                f"statement {self.id}: {self.claim!r} is no claim: give a Simulation, Identity, …"
            )
        check_systems(self.claim)
        if self.expected not in STATUSES:
            raise StatementError(
                f"statement {self.id}: expected {self.expected!r} is none of {', '.join(STATUSES)}"
            )
        if not self.id or self.id != self.id.strip():
            raise StatementError(f"statement {self.id!r}: its id is empty or has spaces around it")

    @property
    def kind(self) -> str:
        """What sort of claim it is: "simulation", "identity", "limit", …"""
        return self.claim.kind


class Statements(Mapping[str, Statement]):
    """Statements by id, in a fixed order. An unknown id raises UnknownStatement."""

    def __init__(self, statements: Iterable[Statement], where: str = "statements") -> None:
        self.where = where
        self._known: dict[str, Statement] = {}
        for statement in statements:
            if statement.id in self._known:
                raise StatementError(
                    f"{where}: two statements have the id {statement.id}: rename one"
                )
            self._known[statement.id] = statement

    def __getitem__(self, name: str) -> Statement:
        if name not in self._known:
            alike = [known for known in self._known if known.lower() == name.lower()]
            near = f", did you mean {alike[0]}?" if alike else suggest(name, self._known)
            raise UnknownStatement(
                f"{self.where}: there is no statement {name.strip() or repr(name)}"
                f"{near or '; gen prove lists them'}"
            )
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def find(self, text: str) -> tuple[Statement, ...]:
        """The statement of this id, then those on this row ("C58") or about this optimizer.

        A thread is a row by its whole name or without its owner. Raises UnknownStatement if there
        is none.
        """
        meant = (s for s in self._known.values() if means(text, s.rows, s.about))
        own = {text: self._known[text]} if text in self._known else {}
        found = own | {s.id: s for s in meant}
        return tuple(found.values()) or (self[text],)


def load(path: str | Path) -> Statements:
    """The statements of a Python file: its top-level `Statement` objects and a tuple `statements`.

    The file is run as it is. Raises StatementError if it cannot be read or run; an empty result is
    no error, since a file may hold declarations only.
    """
    path = Path(path)
    if not path.is_file():
        why = "is no file" if path.exists() else "does not exist"
        raise StatementError(f"{path}: {why}: give a Python file")
    try:
        names = runpy.run_path(str(path), run_name=path.stem)
    except (Exception, SystemExit) as error:
        reason = " ".join(str(error).split()) or "was raised"
        raise StatementError(f"{path}: {type(error).__name__}: {reason}") from error
    found: dict[int, Statement] = {}
    for name, thing in names.items():
        members: Any = (
            thing if name == "statements" and isinstance(thing, (tuple, list)) else [thing]
        )
        found |= {id(x): x for x in members if isinstance(x, Statement)}
    return Statements(found.values(), str(path))


__all__ = ["Statement", "StatementError", "Statements", "UnknownStatement", "load"]

"""Records of decided statements, and those of the project kept between runs.

A record is plain data (see `optwright.derive.tell.evidence.record`), so what is kept is read
without SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from optwright.derive.claim.name import means
from optwright.derive.tell.evidence import as_expected, record
from optwright.derive.work import cache

if TYPE_CHECKING:
    from optwright.derive.claim.statement import Statement

Told = TypeVar("Told")
Records = list[dict[str, Any]]
Progress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and what comes next."""


def quiet(done: int, total: int, name: str) -> None:
    """The progress that shows nothing."""


def decide(
    statements: Sequence[Statement], path: Path | None = None, progress: Progress = quiet
) -> Records:
    """The records of some statements, in order; `path` is the user's file that they come from."""
    from optwright.derive.work.runner import decide_all

    if statements:
        progress(0, len(statements), statements[0].id)
    found: Records = []
    for statement, verdict in decide_all(statements, path=path):
        found.append(record(statement, verdict))
        following = statements[len(found) : len(found) + 1]
        progress(len(found), len(statements), following[0].id if following else "")
    return found


def project(progress: Progress = quiet) -> Records:
    """The records of all the project's statements.

    Kept unless one is undecided that should not be: with more time it may come out better.
    """
    found = kept_project()
    if found is None:
        from optwright.derive.statement.collection import statements

        found = decide(list(statements.values()), None, progress)
        if all(row["status"] != "undecided" or as_expected(row) for row in found):
            cache.keep("project", cache.sources("derive"), found)
    return found


def kept_project() -> Records | None:
    """What `project` returns, if it is kept from an earlier run."""
    kept: Records | None = cache.recall("project", cache.sources("derive"))
    return kept


def relations(records: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What is proved, one line each, by the ids of the declarations that it is about.

    The lines are those of `optwright.derive.proof.relations`, made from records.
    """
    found: dict[str, list[str]] = {}
    for row in records:
        if row["status"] == "proved" and row["brief"]:
            for name in row["about"]:
                line = f"{row['brief']} ({row['id']}: proved for {row['scope']})"
                found.setdefault(name, []).append(line)
    return found


def concerning(ids: Iterable[str], told: Iterable[Told]) -> list[Told]:
    """The statements that relate one of these declarations to others, or have a line about it.

    told: statements, or their records.
    """
    wanted = set(ids)
    return [
        x
        for x in told
        for about, brief in [_said(x)]
        if not wanted.isdisjoint(about) and (brief or len(about) > 1)
    ]


def telling(ids: Iterable[str], told: Iterable[Told]) -> list[Told]:
    """The statements, or records, that could give a line about one of these declarations."""
    return [x for x in concerning(ids, told) if _said(x)[1]]


def _said(told: Any) -> tuple[Sequence[str], str]:
    """What a statement, or its record, is about, and its line."""
    return (told["about"], told["brief"]) if isinstance(told, dict) else (told.about, told.brief)


def named(names: Iterable[str], records: Records) -> Records | None:
    """The records that these names mean, as `Statements.find` has them; None if one means none."""
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        meant = [row for row in records if row["id"] == name]
        meant += [row for row in records if means(name, row["rows"], row["about"])]
        if not meant:
            return None
        found |= {row["id"]: row for row in meant if row["id"] not in found}
    return list(found.values())


__all__ = [
    "Records",
    "concerning",
    "decide",
    "kept_project",
    "named",
    "project",
    "quiet",
    "relations",
    "telling",
]

"""Records of decided statements: what is said of each, with its verdict, as plain data.

What is said of the project's statements is kept between runs (`index`), and so are verdicts (see
`kept`): a record that was there before is read without SymPy and without the statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from optwright.derive.claim.name import means
from optwright.derive.tell.evidence import joined, said
from optwright.derive.tell.terminal import counted
from optwright.derive.work import cache, kept
from optwright.derive.work.progress import QUIET, Progress

if TYPE_CHECKING:
    from optwright.derive.claim.statement import Statement

Told = TypeVar("Told")
Records = list[dict[str, Any]]
Known = Callable[[], Mapping[str, "Statement"]]


def project() -> Mapping[str, Statement]:
    """The project's statements."""
    from optwright.derive.statement.collection import statements

    return statements


def told(statements: Iterable[Statement]) -> Records:
    """What is said of statements, each with the digest of its claim."""
    from optwright.derive.work.digest import digest

    return [{**said(s), "digest": digest(s.claim)} for s in statements]


def index(progress: Progress = QUIET) -> Records:
    """What is said of the project's statements; kept."""
    key = cache.sources("derive")
    found: Records | None = cache.recall("statements", key)
    if found is None:
        progress.note("reading the statements")
        found = told(project().values())
        cache.keep("statements", key, found)
    return found


def decided(
    rows: Sequence[Mapping[str, Any]],
    known: Known = project,
    path: Path | None = None,
    progress: Progress = QUIET,
) -> Records:
    """The records of statements, in order; only those are decided whose verdict is not kept.

    rows: what is said of them; known: gives the statements themselves; path: the user's file that
    they come from.
    """
    found = {row["id"]: kept.recall(row["digest"]) for row in rows}
    missing = [name for name, verdict in found.items() if verdict is None]
    if missing:
        from optwright.derive.work.processors import processors
        from optwright.derive.work.runner import decide_all

        hands = counted(min(processors(), len(missing)), "worker")
        progress.begin(f"deciding {counted(len(missing), 'statement')} with {hands}")
        open_ = [known()[name] for name in missing]
        show = progress.on("deciding")
        for done, (statement, verdict) in enumerate(decide_all(open_, path=path), 1):
            found[statement.id] = verdict
            show(done, len(open_), missing[done] if done < len(open_) else "")
    verdicts = ((row, found[row["id"]]) for row in rows)
    return [joined(row, verdict) for row, verdict in verdicts if verdict is not None]


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


def concerning(ids: Iterable[str], rows: Iterable[Told]) -> list[Told]:
    """The statements that relate one of these declarations to others, or have a line about it.

    rows: statements, what is said of them, or their records.
    """
    wanted = set(ids)
    return [
        x
        for x in rows
        for about, brief in [_said(x)]
        if not wanted.isdisjoint(about) and (brief or len(about) > 1)
    ]


def telling(ids: Iterable[str], rows: Iterable[Told]) -> list[Told]:
    """The statements that could give a line about one of these declarations."""
    return [x for x in concerning(ids, rows) if _said(x)[1]]


def _said(x: Any) -> tuple[Sequence[str], str]:
    """What a statement, or its record, is about, and its line."""
    return (x["about"], x["brief"]) if isinstance(x, dict) else (x.about, x.brief)


def named(names: Iterable[str], rows: Records) -> Records | None:
    """The rows that these names mean, as `Statements.find` has them; None if one means none."""
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        meant = [row for row in rows if row["id"] == name]
        meant += [row for row in rows if means(name, row["rows"], row["about"])]
        if not meant:
            return None
        found |= {row["id"]: row for row in meant if row["id"] not in found}
    return list(found.values())


__all__ = [
    "Records",
    "concerning",
    "decided",
    "index",
    "named",
    "project",
    "relations",
    "telling",
    "told",
]

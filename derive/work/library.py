"""What names mean: the catalogue and the project's statements, with a user's file besides.

What is kept from an earlier run answers without the declarations themselves, which are imported
only where a name is a call, a file brings its own, or nothing is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from optwright.derive.error import Unusable, about
from optwright.derive.statement.people import thread
from optwright.derive.tell import page
from optwright.derive.tell.graph import Edge, Graph, gathered
from optwright.derive.tell.terminal import counted
from optwright.derive.work import cache, record
from optwright.derive.work.progress import QUIET, Progress

if TYPE_CHECKING:
    from optwright.derive.claim.statement import Statement, Statements
    from optwright.derive.judge import Recheck
    from optwright.derive.language.declaration import Declaration
    from optwright.derive.language.registry import Registry

Loaded = TypeVar("Loaded")
Chosen = list[tuple[str, "Declaration"]]
Choice = Callable[[Sequence[str], Iterable[Any]], list[Any]]


class Library:
    """The declarations and statements that names may mean.

    file: a Python file of the user's, whose names may be meant as well; without names only those
    are. It runs once for its declarations and once for its statements, and what it prints goes to
    stderr.
    """

    def __init__(self, file: Path | None = None, progress: Progress = QUIET) -> None:
        self.file = file
        self.progress = progress

    # ---- declarations

    @cached_property
    def known(self) -> Registry:
        """All declarations: the file's, and the catalogue."""
        return self._catalog if self.file is None else self._loaded[1]

    @cached_property
    def own(self) -> Registry:
        """The declarations meant where no name is given: the file's, or the catalogue."""
        return self._catalog if self.file is None else self._loaded[0]

    @cached_property
    def _loaded(self) -> tuple[Registry, Registry]:
        """The file's declarations, and those with the catalogue. Raises if a name is in both."""
        from optwright.derive.rule import load

        assert self.file is not None
        found = self._run(load, self.file)
        with about(str(self.file)):
            return found, found.union(self._catalog)

    @cached_property
    def _catalog(self) -> Registry:
        self.progress.note("reading the catalogue")
        from optwright.derive.rule import catalog

        return catalog

    def _run(self, load: Callable[[Path], Loaded], file: Path) -> Loaded:
        with about(str(file)), redirect_stdout(sys.stderr):
            return load(file)

    @cached_property
    def catalogue(self) -> dict[str, dict[str, Any]]:
        """Every declaration of the catalogue as plain data, by its id; kept."""
        key = cache.sources("derive")
        found: dict[str, dict[str, Any]] | None = cache.recall("catalogue", key)
        if found is None:
            found = {name: _described(name, d) for name, d in self._catalog.items()}
            cache.keep("catalogue", key, found)
        return found

    def described(self, name: str) -> dict[str, Any]:
        """A declaration as plain data, given by its name or a call."""
        if self.file is None and name in self.catalogue:
            return self.catalogue[name]
        [(_, declaration)] = self.selected([name])
        return _described(name, declaration)

    def listed(self, families: Sequence[str] = ()) -> list[dict[str, str]]:
        """The id, family and source of each declaration, or of those of some families."""
        told: Iterable[Mapping[str, Any]] = self.catalogue.values()
        if self.file is not None:
            told = [_described(name, d) for name, d in self.own.items()]
        rows = [{n: data[n] for n in ("id", "family", "source")} for data in told]
        there = list(dict.fromkeys(row["family"] for row in rows))
        for name in families:
            if name.casefold() not in there:
                raise Unusable(f"there is no family {name!r}; there are: {', '.join(there)}")
        wanted = {name.casefold() for name in families}
        return [row for row in rows if not wanted or row["family"] in wanted]

    def spread(self, names: Iterable[str], any_case: bool = False) -> list[str]:
        """Names with the members' in place of each family's; an id comes before a family.

        any_case: an id is also meant where only its case is another, unless a family is.
        """
        rows = [*(self.listed() if self.file and self._declares else []), *Library().listed()]
        ids = {row["id"]: row["id"] for row in rows}
        alike = {name.casefold(): name for name in ids} if any_case else {}
        found: list[str] = []
        for name in names:
            members = [row["id"] for row in rows if row["family"] == name.casefold()]
            found += [name] if name in ids else members or [alike.get(name.casefold(), name)]
        return found

    def selected(self, names: Sequence[str]) -> Chosen:
        """The declarations of these names, each once; without names, all that are meant."""
        if not names:
            return list(self.own.items())
        found = []
        for name in dict.fromkeys(names):
            with about(name):
                found.append((name, self.known[name]))
        return found

    def ids(self, names: Sequence[str]) -> list[str]:
        """The ids of the declarations that these names or calls mean, each once."""
        if not names or (self.file is None and all(name in self.catalogue for name in names)):
            return list(dict.fromkeys(names))
        return list(dict.fromkeys(d.id for _, d in self.selected(names)))

    # ---- statements

    @cached_property
    def own_statements(self) -> Statements:
        """The statements of the file; none without one."""
        from optwright.derive.claim.statement import Statements, load

        return self._run(load, self.file) if self.file else Statements(())

    @cached_property
    def _own_rows(self) -> record.Records:
        if self.file is None:
            return []
        rows = record.told(self.own_statements.values())
        taken = {row["id"] for row in self.rows} if rows else set()
        for row in rows:
            if row["id"] in taken:
                what = f"two statements have the id {row['id']}: rename one"
                raise Unusable(f"{self.file} and the project: {what}")
        return rows

    @property
    def own_ids(self) -> set[str]:
        """The ids of the file's statements."""
        return {row["id"] for row in self._own_rows}

    @cached_property
    def rows(self) -> record.Records:
        """What is said of each of the project's statements."""
        return record.index(self.progress)

    def _decided(self, rows: record.Records) -> record.Records:
        """The records of statements of the file and the project."""
        own = self.own_ids
        mine = [row for row in rows if row["id"] in own]
        others = [row for row in rows if row["id"] not in own]
        return [
            *record.decided(mine, lambda: self.own_statements, self.file, self.progress),
            *record.decided(others, progress=self.progress),
        ]

    def decided(self, names: Sequence[str] = ()) -> record.Records:
        """The records of the statements that these names mean; without names of the file's, or all.

        Raises UnknownStatement for a name that means none, Unusable if the file has none.
        """
        if not names:
            if self.file and not self._own_rows:
                raise Unusable(f"{self.file} binds no Statement at its top level")
            return self._decided(self._own_rows if self.file else self.rows)
        found = record.named(names, self.rows) if not self.file else None
        if found is None:
            from optwright.derive.claim.statement import Statements

            where = f"{self.file} and the project" if self.file else "statements"
            both = [*self.own_statements.values(), *record.project().values()]
            every = Statements(both, where)
            ids = dict.fromkeys(s.id for name in names for s in every.find(name))
            rows = {row["id"]: row for row in (*self._own_rows, *self.rows)}
            found = [rows[name] for name in ids]
        return self._decided(found)

    def concerned(self, choose: Choice, ids: Sequence[str]) -> record.Records:
        """The records of the statements that are chosen for some declarations."""
        return self._decided(choose(ids, [*self.rows, *self._own_rows]))

    def relations(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """What has been proved about some declarations, by id."""
        return record.relations(self.concerned(record.telling, ids))

    def pairs(self, rows: record.Records) -> list[tuple[Statement, dict[str, Any]]]:
        """Records with the statements that they are of; a file's own before the project's."""
        own = self.own_statements
        return [(own[r["id"]] if r["id"] in own else record.project()[r["id"]], r) for r in rows]

    def rechecked(self, rows: record.Records) -> list[Recheck]:
        """What the second judge says of decided statements; what is undecided comes last."""
        from optwright.derive.tell import report
        from optwright.derive.work.recheck import all_of
        from optwright.derive.work.runner import decide_all

        open_ = [row["id"] for row in rows if row["status"] == "undecided"]
        known = [s for s, row in self.pairs(rows) if row["status"] != "undecided"]
        mine = decide_all([s for s in known if s.id in self.own_ids], path=self.file)
        others = decide_all([s for s in known if s.id not in self.own_ids])
        self.progress.begin(f"rechecking {counted(len(known), 'statement')}")
        show = self.progress.on("rechecking")
        found = []
        for row in all_of(pair for pairs in (mine, others) for pair in pairs):
            found.append(row)
            show(len(found), len(known), row.id)
        return found + [report.undecided(name) for name in open_]

    def issues(self) -> list[dict[str, Any]]:
        """The threads of the frameworks' users with what is decided of them; kept."""
        key = cache.sources("derive")
        if (kept := cache.recall("issues", key)) is not None:
            return list(kept)
        from optwright.derive.statement.people.issue import issues

        rows = {row["id"]: row for row in self.rows}
        asked = [rows[name] for name in dict.fromkeys(x.decided[0] for x in issues)]
        verdicts = {row["id"]: row["status"] for row in self._decided(asked)}
        found = thread.threads(issues, verdicts)
        if all(row["status"] != "undecided" for row in found):
            cache.keep("issues", key, found)
        return found

    # ---- both together

    def compared(self, a: str, b: str) -> dict[str, Any]:
        """How two optimizers, names or calls, are related, as plain data."""
        from optwright.derive.proof.relate.compare import compare

        return compare(a, b, known=self.known).as_dict()

    def page(self, name: str) -> dict[str, Any]:
        """A declaration with all that is known of it, as plain data."""
        data = self.described(name)
        rows = self.concerned(record.concerning, [data["id"]])
        return page.related(data, record.relations(rows).get(data["id"], ()), rows)

    def graph(self, names: Sequence[str] = ()) -> Graph:
        """The map of what is proved, or the part of it about some optimizers."""
        ids = self.ids(self.spread(names))
        edges = self._edges
        rows = [row for row in (*self._own_rows, *self.rows) if row["id"] in edges]
        some = record.concerning(ids, rows) if ids else rows
        proved = [row["id"] for row in self._decided(some) if row["status"] == "proved"]
        families = {
            name: data["family"]
            for name, data in self.catalogue.items()
            if data["kind"] != "schedule"
        }
        if self.file and self._declares:
            from optwright.derive.tell.edge import families as families_of

            families = families_of(self.known)
        for name in ids:
            if name not in families:
                raise Unusable(f"{name} is a schedule; the map is of optimizers: give one")
        return gathered((e for name in proved for e in edges[name]), families, ids)

    @cached_property
    def _edges(self) -> dict[str, list[Edge]]:
        """The edges of each statement, if it is proved; those of the project are kept."""
        key = cache.sources("derive")
        kept = cache.recall("edges", key)
        if kept is None:
            from optwright.derive.tell.edge import edges_by

            found = edges_by(record.project().values(), self._catalog)
            kept = {name: [e.as_dict() for e in edges] for name, edges in found.items()}
            cache.keep("edges", key, kept)
        project = {name: [Edge.from_dict(e) for e in edges] for name, edges in kept.items()}
        if not self.file:
            return project
        from optwright.derive.tell.edge import edges_by

        known = self.known if self._declares else self._catalog
        return {**edges_by(self.own_statements.values(), known), **project}

    @cached_property
    def _declares(self) -> bool:
        """Whether the file declares rules: one with statements alone has its use, too."""
        try:
            return bool(self.own)
        except Unusable:
            return False

    def declared(self) -> Registry:
        """All declarations, where the file may have none of its own."""
        return self.known if self._declares else self._catalog

    def prepare(self) -> None:
        """Keep what `list`, `show` and `graph` answer from."""
        _ = self.catalogue, self._edges


def _described(name: str, declaration: Declaration) -> dict[str, Any]:
    from optwright.derive.tell.describe import describe

    with about(name):
        return describe(declaration)


__all__ = ["Library"]

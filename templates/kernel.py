"""Kernels by name: the modules of chosen declarations, and the package's own folder.

What is made is remembered for as long as what it is made from is the same; `whole` is all that the
package keeps, `asked` what a command names.
`settle` compares a folder with what belongs there or brings it up to date; `told` puts its findings
into lines.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from optwright.derive.error import Unusable, about
from optwright.derive.tell.terminal import bold, counted, good, wrong
from optwright.derive.work import cache, record
from optwright.derive.work.processors import processors
from optwright.derive.work.progress import QUIET, Progress, Step
from optwright.templates import folder as folders
from optwright.templates.backend import backend as get

if TYPE_CHECKING:
    from optwright.derive.language.declaration import Declaration
    from optwright.derive.work.library import Library

Files = dict[PurePosixPath, str]
Relations = Mapping[str, Sequence[str]]
Chosen = Sequence[tuple[str, "Declaration"]]

DIFFS, DIFF_LINES = 5, 12
"""How many diffs are told, and how many lines of each."""


def folder(backend: str) -> Path:
    """Where the package keeps what is generated for a backend."""
    import optwright.generated

    return Path(next(iter(optwright.generated.__path__))) / backend


@dataclass(frozen=True)
class Asked:
    """What `gen kernels` was asked for; see there."""

    names: tuple[str, ...] = ()
    backend: str = "numpy"
    file: Path | None = None
    out: Path | None = None
    standalone: bool = False

    @property
    def command(self) -> str:
        """The command that asks for it."""
        options = {"--from": self.file, "--out": self.out}
        more = [str(word) for name, x in options.items() if x for word in (name, x)]
        more += ["--standalone"] if self.standalone else []
        return shlex.join(["gen", "kernels", *self.names, "--backend", self.backend, *more])


def asked(library: Library, wanted: Asked, check: bool) -> dict[str, Any]:
    """Make what is asked for and settle it in its folder; the findings as plain data."""
    everything = not (wanted.names or wanted.out)
    root = wanted.out or folder(wanted.backend)
    return settle(_files(library, wanted, everything), root, check, everything, wanted.command)


def kept(library: Library, backends: Iterable[str], check: bool) -> dict[str, dict[str, Any]]:
    """Settle all that the package keeps, for several backends."""
    relations = record.relations(library.decided())
    files = every(backends, relations, library.progress)
    return {b: settle(files[b], folder(b), check, True, "gen all") for b in files}


def _files(library: Library, wanted: Asked, everything: bool) -> Files:
    """The files that are asked for; what names of the catalogue give is remembered."""
    if everything:
        relations = record.relations(library.decided())
        return whole(wanted.backend, relations, library.progress)
    ids = library.ids(wanted.names) or [row["id"] for row in library.listed()]
    relations = library.relations(ids)

    def make() -> Files:
        from optwright.derive.interpret.trial import trial

        chosen = library.selected(wanted.names)
        library.progress.begin(f"generating {counted(len(chosen), 'module')}")
        show = library.progress.on("generating")
        for name, declaration in chosen:  # those of the whole catalogue are tried by the tests
            with about(name):
                trial(declaration)
        if wanted.out is None:
            return packaged(chosen, wanted.backend, relations, show)
        return flat(chosen, wanted.backend, relations, wanted.file, show, wanted.standalone)

    if wanted.file:
        return make()
    what = json.dumps([wanted.names, wanted.out is None, wanted.standalone])
    return _remembered("kernels", _key(wanted.backend, relations, what), make)


def _remembered(name: str, key: str, make: Callable[[], Files]) -> Files:
    """Files that were made before from the same sources, or are made now."""
    if (kept := cache.recall(name, key)) is not None:
        return {PurePosixPath(path): text for path, text in kept.items()}
    files = make()
    cache.keep(name, key, {str(path): text for path, text in files.items()})
    return files


def whole(backend: str, relations: Relations, progress: Progress) -> Files:
    """Every file of the package's own folder."""

    def make() -> Files:
        from optwright.derive.rule import catalog

        progress.begin(f"generating {counted(len(catalog), 'module')} for {backend}")
        return packaged(list(catalog.items()), backend, relations, progress.on("generating"))

    return _remembered("package", _key(backend, relations), make)


def every(backends: Iterable[str], relations: Relations, progress: Progress) -> dict[str, Files]:
    """`whole` of several backends; a second process makes those after the first meanwhile."""
    backends = list(backends)
    missing = [b for b in backends if cache.recall("package", _key(b, relations)) is None]
    helper = _helper(missing[1:], relations) if missing[1:] and processors() > 1 else None
    try:
        made = {b: whole(b, relations, progress) for b in missing[:1]}
        if helper:
            helper.wait()
    finally:
        if helper:
            helper.kill()
            helper.wait()
    # What the helper could not make or keep is made here, where errors are told.
    return {b: made.get(b) or whole(b, relations, progress) for b in backends}


def _helper(backends: Sequence[str], relations: Relations) -> subprocess.Popen[str]:
    """A process that makes the packages of these backends, for `whole` to find them kept."""
    command = [sys.executable, "-P", "-m", "optwright.templates.kernel", *backends]
    quiet = subprocess.DEVNULL
    helper = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=quiet,
        stderr=quiet,
        text=True,
        start_new_session=True,  # Ctrl-C is for this process, which ends it
    )
    assert helper.stdin is not None
    with suppress(OSError), helper.stdin as stdin:
        json.dump(relations, stdin)
    return helper


def _key(backend: str, relations: Relations, what: str = "") -> str:
    sources = cache.sources("derive", "templates", "runtime")
    return cache.key(sources, backend, json.dumps(relations), what)


def packaged(chosen: Chosen, backend: str, relations: Relations, progress: Step) -> Files:
    """The files of the package's own folder for some declarations, and those that join all.

    Raises Unusable for one that is not the catalogue's own, arguments fixed or from a file.
    """
    from optwright.derive.rule import catalog

    def make(name: str, declaration: Declaration) -> Mapping[PurePosixPath, str]:
        if catalog.get(declaration.id) is not declaration:
            raise Unusable(f"{name} is not as the package keeps it: give --out DIR")
        command = f"gen kernels --backend {backend}"
        return folders.modules([declaration], backend, _get(relations), command)

    files = _made(chosen, make, progress)
    return {**files, **get(backend).packages(list(catalog.values()))}


def flat(
    chosen: Chosen,
    backend: str,
    relations: Relations,
    file: Path | None,
    progress: Step,
    alone: bool = False,
) -> Files:
    """Modules for a folder of the user's own; `file` is where names come from besides.

    With `alone` the runtime comes along, so that they need the array library and nothing else.
    """
    origin = f" --from {_plain(file.name, 'FILE')}" if file else ""

    def make(name: str, declaration: Declaration) -> Mapping[PurePosixPath, str]:
        word = _plain(name, declaration.id)
        command = f"gen kernels {word}{origin} --backend {backend} --out ."
        command += " --standalone" if alone else ""
        return folders.flat([declaration], backend, _get(relations), command)

    files = _made(chosen, make, progress)
    return folders.standalone(files, backend) if alone else files


def _made(
    chosen: Chosen,
    make: Callable[[str, Declaration], Mapping[PurePosixPath, str]],
    progress: Step,
) -> Files:
    files: Files = {}
    for done, (name, declaration) in enumerate(chosen):
        progress(done, len(chosen), name)
        with about(name):
            made = make(name, declaration)
        if taken := files.keys() & made.keys():
            raise Unusable(f"{name}: {min(taken)} would be written twice: use two folders")
        files |= made
    return files


def _get(relations: Relations) -> Callable[[str], Sequence[str]]:
    return lambda name: relations.get(name, ())


def _plain(text: str, otherwise: str) -> str:
    """A word of a command as it may stand in a docstring."""
    return shlex.quote(text) if re.fullmatch(r"[\w.()=, +/-]+", text) else otherwise


def settle(files: Files, root: Path, check: bool, orphans: bool, mend: str) -> dict[str, Any]:
    """Compare a folder with what belongs there, or bring it up to date; the findings as plain data.

    `mend` is the command that mends what a check finds.
    """
    files = folders.with_digests(files, root, whole=orphans)
    changes = (folders.compare if check else folders.write)(files, root, orphans)
    return {
        "folder": str(root),
        "files": sorted(map(str, files)),
        "changes": [{"kind": c.kind, "path": str(c.path), "diff": c.diff} for c in changes],
        "check": check,
        "ok": not (check and changes),
        "mend": mend if check and changes else None,
    }


def told(settled: Mapping[str, Any]) -> list[str]:
    """The findings of `settle` as lines."""
    changes, check = settled["changes"], settled["check"]
    count = f"{counted(len(settled['files']), 'file')} in {settled['folder']}"
    if not changes:
        return [f"{count}: all up to date"]
    words = {"stale": "rewritten", "missing": "new", "orphan": "removed"}
    lines = []
    for k, change in enumerate(changes):
        kind = f"{change['kind'] if check else words[change['kind']]:<9}"
        lines.append(f"{wrong(kind) if check else good(kind)}  {change['path']}")
        diff = change["diff"].splitlines() if check and k < DIFFS else []
        lines += [f"    {line}" for line in diff[:DIFF_LINES]]
        if len(diff) > DIFF_LINES:
            lines.append(f"    … {len(diff) - DIFF_LINES} more lines")
    if check:
        return [
            *lines,
            f"{count}, {counted(len(changes), 'difference')}; mend with: {bold(settled['mend'])}",
        ]
    return [*lines, f"{count}: {len(changes)} changed"]


__all__ = [
    "Asked",
    "asked",
    "every",
    "flat",
    "folder",
    "kept",
    "packaged",
    "settle",
    "told",
    "whole",
]

if __name__ == "__main__":
    given = json.load(sys.stdin)
    for name in sys.argv[1:]:
        whole(name, given, QUIET)

"""Generation: every declaration's module as text, compared with or written to a folder.

Everything is made in memory first; writing touches only files that differ, and replaces them only
when all new texts are on disk. Files of ours (they begin by saying so) that no declaration makes
are orphans. `digests.txt` has one line for each file of a folder, so that a changed text shows in
two places and nowhere else.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from optwright.templates.backend import SUFFIXES, Relations, backend, file_name, path

if TYPE_CHECKING:  # so that files are compared and written without SymPy
    from optwright.derive.language.declaration import Declaration

MARK = re.compile(
    r"^(Do not edit\. (Made from|Remake it with)"
    r"|% Made by optwright from the equations of the declaration\. Do not edit\.)",
    re.MULTILINE,
)
"""The line by which a generated file is known, among its first ones."""
BEGINNING = 4000
"""In how many characters of a file that line is looked for."""

DIGESTS = PurePosixPath("digests.txt")
"""The file that lists the digests of a folder."""

RUNTIME = "optwright_runtime"
"""The package that the runtime's modules become beside standalone modules."""


class OutputError(OSError):
    """A target that cannot be written; the text names it and the reason."""


@dataclass(frozen=True)
class Difference:
    """A file that is not what generation makes: stale, missing or orphan, with a diff."""

    kind: Literal["stale", "missing", "orphan"]
    path: Path
    diff: str = ""


def modules(
    declarations: Sequence[Declaration],
    backend_name: str,
    relations: Relations = lambda _: (),
    command: str = "gen kernels",
    progress: Callable[[str], None] = lambda _: None,
) -> dict[PurePosixPath, str]:
    """The modules of some declarations, by path below the backend's folder.

    Schedules that a backend takes from another have none.
    """
    from optwright.derive.language.declaration import Schedule

    made = backend(backend_name)
    files: dict[PurePosixPath, str] = {}
    for declaration in declarations:
        progress(declaration.id)
        if isinstance(declaration, Schedule) and getattr(made, "schedules", None):
            continue
        where = path(declaration, SUFFIXES.get(backend_name, ".py"))
        if where in files:
            raise ValueError(
                f"two declarations would be written to {where}: rename {declaration.id}"
            )
        files[where] = made.module(declaration, relations, command)
    return files


def flat(
    declarations: Sequence[Declaration],
    backend_name: str,
    relations: Relations,
    command: str,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[PurePosixPath, str]:
    """Modules for a folder of the user's own: one file each, no package around them.

    Raises ValueError if two would have one name.
    """
    made = backend(backend_name)
    files: dict[PurePosixPath, str] = {}
    for d in declarations:
        progress(d.id)
        file = file_name(d, SUFFIXES.get(backend_name, ".py"))
        where = PurePosixPath(file if d.dialect == "paper" else f"{d.dialect}_{file}")
        if where in files:
            raise ValueError(
                f"two declarations would be written to {where}: generate {d.id} into another folder"
            )
        files[where] = made.module(d, relations, command)
    return files


def compare(
    files: Mapping[PurePosixPath, str], root: Path, orphans: bool = True
) -> list[Difference]:
    """How a folder differs from what generation makes, in the order of paths."""
    found: list[Difference] = []
    for name, text in sorted(files.items()):
        target = root / name
        if not target.exists():
            found.append(Difference("missing", target))
            continue
        there = target.read_text(encoding="utf-8", errors="replace")
        if there != text:
            diff = "".join(
                difflib.unified_diff(
                    there.splitlines(keepends=True),
                    text.splitlines(keepends=True),
                    f"{name} (as it is)",
                    f"{name} (as generated)",
                    n=1,
                )
            )
            found.append(Difference("stale", target, diff))
    if orphans:
        found += [
            Difference("orphan", p)
            for p in _ours(root)
            if PurePosixPath(p.relative_to(root).as_posix()) not in files
        ]
    return found


def _ours(root: Path) -> list[Path]:
    """The generated files in a folder, known by their mark."""
    if not root.is_dir():
        return []
    candidates = sorted(
        p for p in root.rglob("*") if p.is_file() and p.suffix in (".py", ".tex", ".cu")
    )
    return [p for p in candidates if MARK.search(_beginning(p))]


def _beginning(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as stream:
        return stream.read(BEGINNING)


def with_digests(
    files: Mapping[PurePosixPath, str], root: Path, whole: bool
) -> dict[PurePosixPath, str]:
    """The files with the list of their digests; that of a folder of which they are a part is
    brought up to date. A folder that has none, and is not `whole`, gets none."""
    kept = root / DIGESTS
    if not whole and not kept.exists():
        return dict(files)
    rows: dict[str, str] = {}
    if not whole:
        lines = kept.read_text(encoding="utf-8", errors="replace").splitlines()
        rows = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for file, text in files.items():
        rows[str(file)] = hashlib.sha256(text.encode()).hexdigest()[:16]
    listed = "".join(f"{rows[name]}  {name}\n" for name in sorted(rows))
    return {**files, DIGESTS: listed}


def standalone(modules: Mapping[PurePosixPath, str], backend: str) -> dict[PurePosixPath, str]:
    """The modules with the runtime that they import, as files of one folder: they need nothing but
    their array library."""
    made = {name: _moved(text) for name, text in modules.items()}
    runtime = resources("optwright.runtime")
    for folder in ("", "step", "kept", *(() if backend == "numpy" else ("device",))):
        place = runtime.joinpath(folder) if folder else runtime
        for entry in sorted(place.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".py"):
                text = entry.read_text(encoding="utf-8")
                made[PurePosixPath(RUNTIME) / folder / entry.name] = _moved(text)
    return made


def _moved(text: str) -> str:
    """A module's text with the runtime's name changed."""
    return text.replace("optwright.runtime", RUNTIME)


def write(files: Mapping[PurePosixPath, str], root: Path, orphans: bool = True) -> list[Difference]:
    """Bring a folder up to date; returns what was changed.

    Every text is on disk under a passing name before the first file is replaced, so what goes wrong
    until then leaves all files as they were. Raises OutputError if the folder cannot be written to.
    """
    changes = compare(files, root, orphans)
    made: list[Path] = []
    staged: dict[Path, str] = {}
    try:
        for change in changes:
            _make_folder(change.path.parent, made)
            if change.kind != "orphan":
                text = files[PurePosixPath(change.path.relative_to(root).as_posix())]
                _stage(change.path, text, staged)
    except BaseException as error:
        for name in staged.values():
            os.unlink(name)
        for folder in reversed(made):
            folder.rmdir()
        if isinstance(error, OSError) and not isinstance(error, OutputError):
            raise OutputError(
                f"cannot write to {error.filename or root}: {error.strerror}"
            ) from error
        raise
    for target, name in staged.items():
        os.replace(name, target)
    for change in changes:
        if change.kind == "orphan":
            change.path.unlink()
    return changes


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; those made are noted. Refuses one that cannot be used."""
    if not folder.exists() and not folder.is_symlink():
        _make_folder(folder.parent, made)
        folder.mkdir()
        made.append(folder)
    if not folder.is_dir():
        raise OutputError(f"cannot write to {folder}: it is not a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write to {folder}: no permission")


def _stage(target: Path, text: str, staged: dict[Path, str]) -> None:
    """Write what will replace a file beside it, under a passing name that is noted."""
    if target.is_dir():
        raise OutputError(f"cannot write {target}: it is a folder")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".tmp")
    staged[target] = name
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
    os.chmod(name, 0o644)

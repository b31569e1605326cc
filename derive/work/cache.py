"""What has been computed before, kept between runs in the user's cache folder.

Entries are JSON values under a name and a key; the key is a digest of everything that the value
depends on, so an entry is right or is not found, and none is ever brought up to date. The folder is
safe to delete at any time. An entry that cannot be read, is damaged or was moved counts as not
there; a folder that cannot be written to keeps nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

KEPT_DAYS = 30
"""How long an entry is kept after it was written."""

_ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """Where entries are kept: the platform's place for caches, or `$XDG_CACHE_HOME` if set."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(given):
        base = Path(given)
    elif sys.platform == "darwin":
        base = Path("~/Library/Caches").expanduser()
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or "~/AppData/Local").expanduser()
    else:
        base = Path("~/.cache").expanduser()
    return base / "optwright"


PACKAGES = ("sympy", "mpmath", "z3-solver", "gmpy2", "python-flint", "jinja2", "lark")
"""What results rest on besides the program; z3, gmpy2 and flint may be there or not."""


@cache
def sources(*folders: str) -> str:
    """A digest of the program itself: every source file in these folders, and what they run on."""
    mixed = hashlib.sha256()
    for name in folders:
        top = _ROOT / name
        for file in sorted(p for p in top.rglob("*") if p.suffix in (".py", ".j2")):
            mixed.update(f"{name}/{file.relative_to(top).as_posix()}\0".encode())
            mixed.update(hashlib.sha256(file.read_bytes()).digest())
    mixed.update(_ground().encode())
    return mixed.hexdigest()


@cache
def _ground() -> str:
    """Python, the packages and the arithmetic that SymPy is told to use."""
    versions = [f"{package} {_version(package)}" for package in PACKAGES]
    types = os.environ.get("SYMPY_GROUND_TYPES", "auto")
    return json.dumps([sys.version, types, *versions])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def key(*parts: str) -> str:
    """One key for several texts, in their order."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def recall(name: str, key: str) -> Any | None:
    """The value kept under this name and key; None if there is none that can be trusted."""
    try:
        check, _, body = _entry(name, key).read_text(encoding="utf-8").partition("\n")
        return json.loads(body) if check == _digest(name, key, body) else None
    except (OSError, ValueError, RecursionError):
        return None


def keep(name: str, key: str, value: Any) -> None:
    """Keep a JSON value; other entries of this name that are old are removed. Never fails."""
    body = json.dumps(value)
    target = _entry(name, key)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(f"{_digest(name, key, body)}\n{body}")
        os.replace(new, target)
        _prune(target.parent)
    except OSError:
        return


def _entry(name: str, key: str) -> Path:
    return folder() / name / f"{key[:40]}.json"


def _digest(*parts: str) -> str:
    """What tells an entry that was damaged, or moved to another name."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def _prune(entries: Path) -> None:
    """Remove what is old, once in a process: a folder may have a thousand entries."""
    oldest = time.time() - KEPT_DAYS * 86400
    for entry in entries.iterdir():
        if entry.stat().st_mtime < oldest:
            entry.unlink(missing_ok=True)


__all__ = ["folder", "keep", "key", "recall", "sources"]

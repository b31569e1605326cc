"""What is written about the project: it names only what exists, and its examples run."""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXTS = sorted(
    str(file.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", ".github/**/*.md")
    for file in ROOT.glob(pattern)
    if file.name != "CHANGELOG.md"  # history names what is gone
)
FOLDERS = r"derive|templates|runtime|generated|tests|benchmarks|examples|docs|\.ci|\.github|\.src"
PATH = re.compile(rf"(?<![\w/.-])(?:{FOLDERS})/[\w./-]*[\w/]")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
DOTTED = re.compile(r"\boptwright(?:\.[A-Za-z_]\w*)+")
PLACEHOLDER = re.compile(r"[A-Z]{4}|\bmine\b")
"""As NAME stands in `templates/NAME/`, and `mine` for a claim of one's own."""

EXAMPLES = sorted(
    str(file.relative_to(ROOT))
    for folder in ("derive", "templates", "runtime")
    for file in (ROOT / folder).rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


def missing(text: str, beside: Path = ROOT) -> list[str]:
    """The paths, links and dotted names of a text that are not there."""
    paths = [p for p in PATH.findall(text) if not PLACEHOLDER.search(p)]
    found = [p for p in paths if not (ROOT / p).exists()]
    found += [link for link in LINK.findall(text) if not (beside / link).exists()]
    return found + [name for name in DOTTED.findall(text) if not _is_there(name)]


def _is_there(name: str) -> bool:
    """Whether a dotted name is a module, or what a module has."""
    head, _, last = name.rpartition(".")
    try:
        import_module(name)
    except ImportError:
        return bool(head) and _is_there(head) and hasattr(import_module(head), last)
    return True


@pytest.mark.parametrize("name", TEXTS)
def test_texts_name_what_exists(name: str) -> None:
    file = ROOT / name
    assert not missing(file.read_text(encoding="utf-8"), file.parent)


def test_what_is_gone_is_noticed() -> None:
    gone = "`derive/gone.py`, [it](docs/gone.md), `optwright.derive.language.gone`"
    assert missing(gone) == [
        "derive/gone.py",
        "docs/gone.md",
        "docs/gone.md",
        "optwright.derive.language.gone",
    ]
    there = "`derive/`, `templates/NAME/`, [it](README.md), `optwright.generated.numpy.Adam`"
    assert not missing(there)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_in_docstrings(name: str) -> None:
    module = import_module("optwright." + name.removesuffix(".py").replace("/", "."))
    failed, tried = doctest.testmod(module)
    assert tried and not failed

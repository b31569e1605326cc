"""The pages of docs/ show every construct; pytest runs their examples as doctests."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from optwright.derive import claim, compose, language
from optwright.derive.language import vocabulary

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))

TOLD = {
    *vocabulary.__all__,  # one list, of which the examples use the most common
    *("Hyper", "Range", "exact"),
    *("Counterexample", "Obligation", "StatementError", "Statements", "Verdict"),
    *("Scalar", "UnitMatrix", "WordRule"),
    *("AffineMaps", "LinearMaps", "Permutations", "Scalings", "SignChanges", "Translations"),
    *("Transform",),
    *("ceiling", "cos", "exp", "log", "matmul", "pi", "sin", "tanh", "transpose"),
}
"""Names that pages tell of in words, or that are part of an example under another spelling."""


def examples(page: Path) -> str:
    found = doctest.DocTestParser().get_examples(page.read_text(encoding="utf-8"))
    return "\n".join(example.source for example in found)


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))


@pytest.mark.parametrize(
    ("package", "page"),
    [(language, "language"), (language, "declarations"), (compose, "composition")],
)
def test_a_page_has_examples(package: object, page: str) -> None:
    assert len(examples(ROOT / "docs" / f"{page}.md").splitlines()) > 30


@pytest.mark.parametrize("package", [language, compose, claim], ids=lambda p: p.__name__)
def test_every_public_name_has_an_example(package: object) -> None:
    shown = words("\n".join(map(examples, PAGES)))
    names = set(package.__all__)  # type: ignore[attr-defined]
    assert not names - shown - TOLD
    told = words("\n".join(page.read_text(encoding="utf-8") for page in PAGES))
    assert not (names & TOLD) - told - {*vocabulary.__all__}


def test_every_page_is_in_the_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in PAGES:
        assert page.relative_to(ROOT / "docs").as_posix() in menu

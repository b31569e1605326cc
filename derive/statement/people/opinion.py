"""What the founding texts say that no prover decides: experience, habit and history.

These rows are kept by the numbers of the claims, so that asking for one gets an honest answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from optwright.derive.tell.terminal import wrap


@dataclass(frozen=True)
class Opinion:
    """A claim that depends on data, taste or events: its number, its words, who says it."""

    id: str
    words: str
    source: str

    def as_dict(self) -> dict[str, str]:
        """The opinion as plain data; its status is "opinion"."""
        return {**asdict(self), "status": "opinion"}

    def lines(self) -> list[str]:
        """The opinion as lines for a terminal."""
        return [
            f"{self.id}: opinion, not decided",
            *wrap(self.words),
            "",
            f"  source  {self.source}",
        ]

    def row(self) -> list[str]:
        """The opinion as a row of a table, wrapped."""
        return wrap(f"{self.id}  opinion, not decided — {self.words}", "    ", indent="")


opinions: Mapping[str, Opinion] = {
    o.id: o
    for o in (
        Opinion(
            "C93",
            "Adam is the choice to begin with, SGD the one to end with: it generalises better, "
            "its slower convergence prevents overfitting, and it ends more accurate.",
            "essay (D0), learning site (D2), chapter (D3)",
        ),
        Opinion(
            "C94",
            "AlexNet, in 2012, made gradient descent on GPUs the way to train networks.",
            "essay (D0)",
        ),
    )
}
"""The opinions, by number."""


def rows() -> list[str]:
    """All opinions as rows of a table."""
    return [line for o in opinions.values() for line in o.row()]


def asked(names: tuple[str, ...]) -> list[Opinion]:
    """Those of the names that are opinions, each once, in the order given."""
    return [opinions[name] for name in dict.fromkeys(names) if name in opinions]


__all__ = ["Opinion", "asked", "opinions", "rows"]

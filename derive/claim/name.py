"""By which names statements are asked for."""

from __future__ import annotations

from collections.abc import Iterable


def means(name: str, rows: Iterable[str], about: Iterable[str]) -> bool:
    """Whether a name means a statement on these rows ("C58") about these optimizers.

    A thread is a row by its whole name or without its owner: "pytorch/pytorch#1099",
    "pytorch#1099".
    """
    return name in about or any(name in (row, row.rpartition("/")[2]) for row in rows)


__all__ = ["means"]

"""Errors that name what they are about: a declaration, a statement, a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Unusable(ValueError):
    """Something given by the user cannot be used; the text names it and says why."""


class DeclarationError(ValueError):
    """A declaration that means nothing: one line with the place, the symbol and the reason.

    `where` is the declaration and, where there is one, its equation; `symbol` is what is wrong
    there; `reason` says why and what to write instead.
    """

    def __init__(self, where: str, symbol: str, reason: str) -> None:
        ValueError.__init__(self, where, symbol, reason)
        self.where, self.symbol, self.reason = where, symbol, reason

    def __str__(self) -> str:
        return " ".join(f"{self.where}: {self.symbol}: {self.reason}".split())


def suggest(name: str, known: Iterable[str]) -> str:
    """ ", did you mean x?" for the nearest known name, else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {near[0]}?" if near else ""


@contextmanager
def about(subject: str) -> Iterator[None]:
    """Whatever fails within is raised as Unusable with the subject named; OSErrors pass.

    Declarations and users' files are programs: any error may come out of them.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        ours = isinstance(error, ValueError) or type(error).__module__.startswith("optwright.")
        message = str(error) if ours else f"{type(error).__name__}: {error}"
        raise Unusable(message if subject in message else f"{subject}: {message}") from error


__all__ = ["DeclarationError", "Unusable", "about", "suggest"]

"""What can go wrong: errors that name what they are about, and those that end an attempt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Unusable(ValueError):
    """Something given by the user cannot be used; the text names it and says why."""


class InternalError(RuntimeError):
    """Two ways to one result disagree: this program is wrong. Never shown as a verdict."""


class Unsupported(ValueError, ArithmeticError):
    """An expression, or a declaration, of a form that is not decided or executed here."""


class Undefined(ArithmeticError):
    """The expression has no real value at this point."""


class NotExact(ArithmeticError):
    """A run left the numbers that can be compared exactly."""


class NotReal(NotExact):
    """There is no real value: a division by zero, or the root of a negative number."""


class OutOfTime(Exception):
    """An attempt has used up the time or the terms that it was given."""


class TimeIsOver(BaseException):
    """A guard rang. No Exception, so that no handler of errors inside the guard swallows it."""


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


__all__ = [
    "DeclarationError",
    "InternalError",
    "NotExact",
    "NotReal",
    "OutOfTime",
    "TimeIsOver",
    "Undefined",
    "Unsupported",
    "Unusable",
    "about",
    "suggest",
]

"""Errors that name what they are about: a declaration, a statement, a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Unusable(ValueError):
    """Something given by the user cannot be used; the text names it and says why."""


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


__all__ = ["Unusable", "about"]

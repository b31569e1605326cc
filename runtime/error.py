"""What can be wrong with an argument: one line each, raised before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable


class OptwrightError(ValueError):
    """The base of all errors that the runtime raises about its arguments."""


class ParameterError(OptwrightError):
    """The arrays to optimize: their structure, dtype, memory."""


class HyperparameterError(OptwrightError):
    """A hyperparameter: its name, its range."""


class OracleError(OptwrightError):
    """Gradients and other answers: missing, or not fitting the parameters."""


class CheckpointError(OptwrightError):
    """A saved state: unreadable, of another rule, or not fitting the parameters."""


def suggest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: a similar known one, else all of them."""
    from difflib import get_close_matches  # Only errors pay for this import.

    known = list(known)
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(known)}" if known else "there are none"

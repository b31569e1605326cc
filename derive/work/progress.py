"""How far long work is, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType

import click

from optwright.derive.tell.terminal import say, width

Step = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and what comes next."""


def quiet(done: int, total: int, name: str) -> None:
    """The progress that shows nothing."""


class Progress:
    """On a terminal one line, which is overwritten and disappears; elsewhere what begins, once."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)
        self._shown = False

    def note(self, what: str) -> None:
        """Show on a terminal what takes a second or a few."""
        if not self._quiet and sys.stderr.isatty():
            self._show(f"{what} …")

    def begin(self, what: str) -> None:
        """Say what begins and may take long."""
        self.note(what)
        if not self._quiet and not sys.stderr.isatty():
            say(what, err=True)

    def on(self, what: str) -> Step:
        """A function that shows how far something is: `generating 3/82 Adam`."""

        def show(done: int, total: int, name: str) -> None:
            if not self._quiet and sys.stderr.isatty():
                self._show(f"{what} {done}/{total} {name}")

        return show

    def _show(self, text: str) -> None:
        click.echo(f"\r{text[: width() - 1]}\x1b[K", nl=False, err=True, color=True)
        self._shown = True


QUIET = Progress(quiet=True)

__all__ = ["QUIET", "Progress", "Step", "quiet"]

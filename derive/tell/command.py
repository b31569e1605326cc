"""The frame of a command line: commands in groups, and every error told in one line.

Exit codes: 0 done; 1 a check failed or a verdict is not the expected one; 2 bad input; 70 a fault
of this program; 130 interrupted. With --json an error is one JSON object on stderr.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from errno import EISDIR, ENOENT
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import click

from optwright.derive.error import Unusable
from optwright.derive.tell.terminal import SAYABLE, bold, dim, say, width, wrong

LONGEST = 1000
"""How many characters of an error are told."""


class BadInput(click.ClickException):
    """What was asked for cannot be done; the message says why and what to do."""

    exit_code = 2


class Commands(click.Group):
    """A group whose commands return their exit code.

    sections: headings with the commands below each, and an example.
    """

    sections: Mapping[str, tuple[Sequence[str], str]] = {}

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run and exit; see the module for the codes."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors=SAYABLE)
        words = [str(x) for x in (extra.get("args") or (args[0] if args else None) or sys.argv[1:])]
        options = words[: words.index("--")] if "--" in words else words
        as_json = "--json" in options or "--format=json" in options or _follows(options)
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            code = complain(error.format_message(), error.exit_code, as_json)
        except click.Abort:
            code = complain("interrupted", 130, as_json)
        except Exception as error:
            code = complain(*_told(error), as_json)
        sys.exit(code or 0)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """The context, without colours where NO_COLOR is set."""
        if os.environ.get("NO_COLOR"):
            extra.setdefault("color", False)
        extra.setdefault("max_content_width", width())
        return super().make_context(*args, **extra)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by sections, each with an example."""
        for heading, (names, example) in self.sections.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(f"{bold(heading)} {dim(f'— {example}')}"):
                formatter.write_dl([(n, c.get_short_help_str(50)) for n, c in commands if c])


def _follows(options: Sequence[str]) -> bool:
    """Whether `--format json` is among the options."""
    return any(a == "--format" and b == "json" for a, b in pairwise(options))


def complain(message: str, code: int, as_json: bool) -> int:
    """Print an error as one line of printable characters, or as JSON; the code it ends with."""
    text = " ".join(message.split())
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 + 100 :]}"
    said = json.dumps({"error": text, "code": code}) if as_json else f"{wrong('Error:')} {text}"
    say(said, err=True)
    return code


def _told(error: Exception) -> tuple[str, int]:
    """What is said of an error, and the code."""
    if os.environ.get("OPTWRIGHT_TRACEBACK"):
        traceback.print_exception(error)
    if type(error).__module__.startswith("optwright."):
        return str(error), 2
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return f"{error.filename or 'cannot print or read'}: {reason}", 2
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{PurePosixPath(*Path(where.filename).parts[-3:])}:{where.lineno}"
    fault = f"a fault of this program at {place}: {type(error).__name__}: {error}"
    return f"{fault} (OPTWRIGHT_TRACEBACK=1 shows more)", 70


def emit(as_json: bool, data: Any, lines: Callable[[], Sequence[str]]) -> None:
    """Print the data for a machine or the lines for a person."""
    say(json.dumps(data, indent=2) if as_json else "\n".join(lines()))


def write(text: str, out: Path | None) -> None:
    """Print a text, or write it to a file whole or not at all, without colours."""
    if out is None or str(out) == "-":
        say(text)
        return
    save(out, (click.unstyle(text) + "\n").encode())
    if out.is_file():  # not where the text itself was printed: /dev/stdout
        say(str(out))


def ready(target: Path) -> None:
    """Raise Unusable, before the work is done, for a file in a folder that is not there."""
    if not target.parent.is_dir():
        raise Unusable(f"cannot write {target}: {os.strerror(ENOENT)}")


def save(target: Path, data: bytes) -> None:
    """Write a file whole or not at all, where a link leads; a pipe or a device gets the bytes.

    Raises Unusable where that cannot be.
    """
    try:
        if target.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        place = target.resolve()
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.chmod(name, 0o644)
            os.replace(name, place)
        except BaseException:  # an interruption too leaves nothing behind
            os.unlink(name)
            raise
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a name with NUL
        reason = getattr(error, "strerror", None) or str(error)
        raise Unusable(f"cannot write {target}: {reason}") from None


def form(given: str, as_json: bool, default: str) -> str:
    """How to print: --json is --format json, and no other format goes with it."""
    if as_json and given not in (default, "json"):
        raise BadInput(f"--json and --format {given} are two formats: give one of them")
    return "json" if as_json else given


__all__ = ["BadInput", "Commands", "complain", "emit", "form", "ready", "save", "write"]

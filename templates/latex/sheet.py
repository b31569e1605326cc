"""Formula sheets: a document of chosen rules with a table of their symbols, as LaTeX or PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optwright.derive.language.declaration import Declaration, Family
from optwright.derive.language.notation import LOSS, NOTATION, Notation, spelled
from optwright.derive.tell.describe import family
from optwright.templates.latex.layout import width
from optwright.templates.latex.module import System, environment, systems

ENGINES = ("pdflatex", "lualatex", "xelatex", "tectonic")
"""TeX engines that make PDF, the first that is found is used."""

PACKAGES = "texlive-latex-base texlive-latex-recommended lmodern"
"""The packages of Debian and Ubuntu that hold all that a sheet needs."""

NARROW = 36.0
"""How wide the rows of a narrow system are at most, in letters."""

_RUNS = 2  # the table's columns are as wide as the first run found them
_SECONDS = 120


class SheetError(ValueError):
    """A PDF that cannot be made; the text says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """A rule on the sheet."""

    id: str
    source: str
    choices: str
    systems: list[System]


@dataclass(frozen=True)
class Box:
    """A system on the sheet; two narrow ones stand side by side."""

    entry: Entry
    system: System
    first: bool
    narrow: bool


@dataclass(frozen=True)
class Row:
    """A row of the table of symbols."""

    letter: str
    name: str
    meaning: str


def sheet(
    declarations: Sequence[Declaration],
    notation: Notation | None = None,
    title: str = "",
    command: str = "gen sheet",
) -> str:
    """The document of some rules, by family; of a family of systems the default is shown.

    Raises `Refused` for what has no LaTeX.
    """
    notation = notation or Notation()
    families: dict[str, list[Entry]] = {}
    rows: dict[tuple[str, str], Row] = {}
    for declaration in declarations:
        face = declaration.default if isinstance(declaration, Family) else declaration
        choices = declaration.choices if isinstance(declaration, Family) else {}
        words = "; ".join(f"{flag}: {', '.join(map(repr, all_))}" for flag, all_ in choices.items())
        made = systems(declaration, notation, default_only=True)
        entry = Entry(declaration.id, str(face.source), words, made)
        families.setdefault(family(declaration), []).append(entry)
        for system in made:
            for row in _rows(system):
                rows.setdefault((row.letter, row.name), row)
    fixed = [Row(*row) for row in _fixed(notation)]
    return (
        environment()
        .get_template("sheet.tex.j2")
        .render(
            title=title,
            command=" ".join(command.split()),
            families=[
                (name[:1].upper() + name[1:], _lines(rules)) for name, rules in families.items()
            ],
            symbols=[*fixed, *sorted(rows.values(), key=lambda r: (r.name.lower(), r.letter))],
        )
    )


def _lines(entries: Sequence[Entry]) -> list[list[Box]]:
    """Boxes in order, two narrow neighbours to a line."""
    lines: list[list[Box]] = []
    for entry in entries:
        for system in entry.systems:
            narrow = max(map(width, system.block.rows)) <= NARROW
            box = Box(entry, system, system is entry.systems[0], narrow)
            if narrow and lines and len(lines[-1]) == 1 and lines[-1][0].narrow:
                lines[-1].append(box)
            else:
                lines.append([box])
    return lines


def _fixed(notation: Notation) -> list[tuple[str, str, str]]:
    letter, loss = NOTATION["parameters"][notation.parameters], LOSS[notation.parameters]
    return [
        (rf"{letter}_t", "theta", "parameters after step t; arithmetic on arrays is entrywise"),
        (rf"{loss}, \nabla {loss}", "loss", "loss and its gradient at a point"),
        ("g_t", "g", "gradient of step t"),
        ("t", "t", "number of the step, from 1"),
    ]


def _rows(system: System) -> list[Row]:
    """Hyperparameters with their meaning, and sequences whose letter is not their name."""
    found = []
    for line in system.block.symbols:
        name, letter, kind, *meaning = line.split(" | ")
        if name in ("theta", "loss", "g"):
            continue
        if " in " in kind:
            words = f"{meaning[0]}, " if meaning else ""
            found.append(Row(letter, name, words + _domain(kind.partition(" in ")[2])))
        elif letter != next(str(x) for x in spelled(name)) and len(name) > 1:
            shown = system.block.letters.sequences[name].show("t")
            found.append(Row(shown, name, name.replace("_", " ")))
    return found


def _domain(interval: str) -> str:
    """An interval in words: `integer [1, inf)` is "an integer in [1, ∞)"."""
    shown = interval.replace("inf", "∞")
    kind = "an integer in " if shown.startswith("integer") else "in "
    return kind + shown.removeprefix("integer ")


# --- PDF -----------------------------------------------------------------------------------------


def engine() -> str:
    """The TeX engine of this machine; SheetError names the packages where there is none."""
    for name in ENGINES:
        if found := shutil.which(name):
            return found
    raise SheetError(
        f"no TeX engine ({', '.join(ENGINES)}) is installed: on Debian or Ubuntu "
        f"apt-get install {PACKAGES}; or give --format tex"
    )


def pdf(text: str) -> bytes:
    """The PDF of a document. Raises SheetError with TeX's own error line where TeX fails."""
    program = engine()
    name = Path(program).name
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sheet.tex"
        source.write_text(text, encoding="utf-8")
        options = [] if name == "tectonic" else ["-interaction=nonstopmode", "-halt-on-error"]
        for _ in range(1 if name == "tectonic" else _RUNS):
            try:
                run = subprocess.run(
                    [program, *options, source.name],
                    cwd=folder,
                    capture_output=True,
                    timeout=_SECONDS,
                    env={**os.environ, "max_print_line": "1000"},
                    stdin=subprocess.DEVNULL,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise SheetError(f"{name} did not end within {_SECONDS} seconds") from None
            if run.returncode:
                output = (run.stdout + b"\n" + run.stderr).decode("utf-8", "replace")
                raise SheetError(f"{name} failed: {_error_line(output)}")
        made = source.with_suffix(".pdf")
        if not made.exists():
            raise SheetError(f"{name} made no PDF and told no error")
        return made.read_bytes()


def _error_line(output: str) -> str:
    """TeX's first error and the line of the source at which it stands."""
    lines = output.splitlines()
    for k, line in enumerate(lines):
        if line.startswith(("! ", "error:")):
            at = next((x for x in lines[k + 1 : k + 12] if x.startswith("l.")), "")
            return f"{line.removeprefix('! ')} {at}".strip()
    return next((line for line in reversed(lines) if line.strip()), "it told no reason")


__all__ = ["ENGINES", "PACKAGES", "SheetError", "engine", "pdf", "sheet"]

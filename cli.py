"""The ``gen`` command line.

SymPy and the catalogue are imported inside the commands, and only where nothing kept from an
earlier run answers: help and completion are quick.

Exit codes: 0 done; 1 a check failed or a verdict is not the expected one; 2 bad input, told in one
line; 70 a fault of this program; 130 interrupted.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from optwright import __version__
from optwright.derive.error import Unusable, about
from optwright.derive.statement.people import opinion, thread
from optwright.derive.tell.evidence import as_expected, details, table
from optwright.derive.tell.evidence import replay as replay_lines
from optwright.derive.tell.terminal import columns, counted
from optwright.derive.work import cache, record
from optwright.templates import kernel
from optwright.templates.backend import BACKENDS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from optwright.derive.claim.statement import Statement, Statements
    from optwright.derive.language.declaration import Declaration
    from optwright.derive.language.registry import Registry

Loaded = TypeVar("Loaded")

EPILOG = """\b
Exit codes: 0 done; 1 a check failed, or a verdict is not the expected one;
2 bad input; 70 a fault of this program; 130 interrupted.

\b
Completion of commands, options and names: put into the shell's start-up file
  bash   eval "$(_GEN_COMPLETE=bash_source gen)"
  zsh    eval "$(_GEN_COMPLETE=zsh_source gen)"
  fish   _GEN_COMPLETE=fish_source gen | source
"""


class BadInput(click.ClickException):
    """What was asked for cannot be done; the message says why and what to do."""

    exit_code = 2


class Program(click.Group):
    """A group whose commands return their exit code, and which tells every error in one line."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run and exit; see the module for the codes."""
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            code = _complain(error.format_message(), error.exit_code)
        except click.Abort:
            code = _complain("interrupted", 130)
        except Exception as error:
            code = _complain_of(error)
        sys.exit(code or 0)


def _complain(message: str, code: int) -> int:
    """Print an error as one line of printable characters."""
    text = " ".join(message.split())
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    if len(text) > 1000:
        text = f"{text[:500]} … {text[-400:]}"
    click.echo(f"Error: {text}", err=True)
    return code


def _complain_of(error: Exception) -> int:
    if os.environ.get("OPTWRIGHT_TRACEBACK"):
        traceback.print_exception(error)
    if type(error).__module__.startswith("optwright."):
        return _complain(str(error), 2)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return _complain(f"{error.filename or 'cannot print or read'}: {reason}", 2)
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{PurePosixPath(*Path(where.filename).parts[-3:])}:{where.lineno}"
    return _complain(
        f"a fault of this program at {place}: {type(error).__name__}: {error} "
        "(OPTWRIGHT_TRACEBACK=1 shows more)",
        70,
    )


class Progress:
    """One line on stderr that is overwritten and disappears; nothing unless it is a terminal."""

    def __init__(self) -> None:
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def on(self, what: str) -> Callable[[int, int, str], None]:
        """A function that shows how far something is: `generating 3/82 Adam`."""

        def show(done: int, total: int, name: str) -> None:
            if sys.stderr.isatty():
                text = f"{what} {done}/{total} {name}"[: shutil.get_terminal_size().columns - 1]
                click.echo(f"\r{text}\x1b[K", nl=False, err=True)
                self._shown = True

        return show


# --- declarations ---------------------------------------------------------------------------------


def _declarations(file: Path | None) -> tuple[Registry, Registry]:
    """All declarations that names may mean, and those meant where no name is given."""
    from optwright.derive.rule import catalog, load

    if file is None:
        return catalog, catalog
    own = _once(load, file)
    with about(str(file)):
        return own.union(catalog), own


def _once(load: Callable[[Path], Loaded], file: Path) -> Loaded:
    """What is read from a user's file, which runs once in a command: it may print, or take long."""
    kept = click.get_current_context().meta
    key = f"{load.__module__} {file}"
    if key not in kept:
        with about(str(file)), redirect_stdout(sys.stderr):
            kept[key] = load(file)
    found: Loaded = kept[key]
    return found


def _selected(names: Sequence[str], file: Path | None) -> list[tuple[str, Declaration]]:
    known, default = _declarations(file)
    if not names:
        return list(default.items())
    found = []
    for name in dict.fromkeys(names):
        with about(name):
            found.append((name, known[name]))
    return found


def _listed(file: Path | None) -> list[dict[str, str]]:
    """The id, family and source of each declaration; those of the catalogue are kept."""
    key = cache.sources("derive")
    if file is None and (kept := cache.recall("list", key)) is not None:
        return list(kept)
    from optwright.derive.tell.describe import family, source

    rows = []
    for name, declaration in _declarations(file)[1].items():
        with about(name):
            rows.append({"id": name, "family": family(declaration), "source": source(declaration)})
    if file is None:
        cache.keep("list", key, rows)
    return rows


# --- statements -----------------------------------------------------------------------------------


def _own_statements(file: Path) -> Statements:
    from optwright.derive.claim.statement import load

    return _once(load, file)


def _decided(names: Sequence[str], file: Path | None, progress: Progress) -> record.Records:
    """The records of the statements of these names; without names those of the file, or all."""
    show = progress.on("proving")
    if not names and file is None:
        return record.project(show)
    if file is None and (kept := record.named(names, record.kept_project() or [])) is not None:
        return kept
    from optwright.derive.claim.statement import Statements
    from optwright.derive.statement.collection import statements

    own = _own_statements(file) if file else Statements(())
    if not names and not own:
        raise BadInput(f"{file} binds no Statement at its top level")
    where = f"{file} and the project" if file else "statements"
    known = Statements([*own.values(), *statements.values()], where)
    chosen = {s.id: s for name in names for s in known.find(name)} if names else dict(own)
    mine = [s for s in chosen.values() if s.id in own]
    rows = record.decide(mine, file, show)
    rows += record.decide([s for s in chosen.values() if s.id not in own], None, show)
    return rows


def _concerned(
    choose: Callable[[Sequence[str], Iterable[Any]], list[Any]],
    ids: Sequence[str],
    file: Path | None,
    progress: Progress,
) -> record.Records:
    """The records of the statements that are chosen for some declarations."""
    show = progress.on("proving")
    rows = record.kept_project()
    if rows is None:
        from optwright.derive.statement.collection import statements

        rows = record.decide(choose(ids, statements.values()), None, show)
    if file:
        rows = rows + record.decide(choose(ids, _own_statements(file).values()), file, show)
    return choose(ids, rows)


def _relations(ids: Sequence[str], file: Path | None, progress: Progress) -> kernel.Relations:
    """What has been proved about some declarations, by id."""
    return record.relations(_concerned(record.telling, ids, file, progress))


def _statements(rows: record.Records, file: Path | None) -> list[tuple[Statement, dict[str, Any]]]:
    """Records with the statements that they are of; a file's own before the project's."""
    from optwright.derive.statement.collection import statements

    own = _own_statements(file) if file else {}
    return [(own[r["id"]] if r["id"] in own else statements[r["id"]], r) for r in rows]


def _known_statements() -> list[dict[str, str]]:
    """The id and words of each of the project's statements; kept."""
    key = cache.sources("derive")
    if (kept := cache.recall("statements", key)) is not None:
        return list(kept)
    from optwright.derive.statement.collection import statements

    rows = [{"id": s.id, "words": s.words} for s in statements.values()]
    cache.keep("statements", key, rows)
    return rows


def _issues() -> list[dict[str, Any]]:
    """The threads of the frameworks' users with what is decided of them; kept."""
    key = cache.sources("derive")
    if (kept := cache.recall("issues", key)) is not None:
        return list(kept)
    from optwright.derive.statement.collection import statements
    from optwright.derive.statement.people.issue import issues

    verdicts = {row["id"]: row["status"] for row in record.kept_project() or ()}
    if not verdicts:
        chosen = [statements[id_] for id_ in dict.fromkeys(x.decided[0] for x in issues)]
        with Progress() as progress:
            decided = record.decide(chosen, None, progress.on("proving"))
        verdicts = {row["id"]: row["status"] for row in decided}
    rows = thread.threads(issues, verdicts)
    if all(row["status"] != "undecided" for row in rows):
        cache.keep("issues", key, rows)
    return rows


def _tally(rows: record.Records) -> str:
    """How many statements got which verdict, and which not the expected one."""
    counts = {s: sum(r["status"] == s for r in rows) for s in ("proved", "refuted", "undecided")}
    text = ", ".join(f"{n} {status}" for status, n in counts.items())
    wrong = [r["id"] for r in rows if not as_expected(r)]
    end = f"; not as expected: {', '.join(wrong)}" if wrong else "; each as expected"
    return f"{counted(len(rows), 'statement')}: {text}{end}"


# --- the commands ---------------------------------------------------------------------------------


def _emit(as_json: bool, data: Any, lines: Callable[[], Sequence[str]]) -> None:
    """Print the data for a machine or the lines for a person."""
    click.echo(json.dumps(data, indent=2) if as_json else "\n".join(lines()))


def _complete(what: str) -> Callable[..., list[CompletionItem]]:
    """Completion from the names of the catalogue or of the statements."""

    def complete(context: Any, parameter: Any, typed: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            rows = _listed(None) if what == "names" else _known_statements()
        except Exception:  # completion never disturbs the line being typed
            return []
        return [
            CompletionItem(row["id"], help=row["source" if what == "names" else "words"])
            for row in rows
            if row["id"].lower().startswith(typed.lower())
        ]

    return complete


def _backend(context: Any, parameter: Any, given: str) -> str:
    if given not in BACKENDS:
        raise BadInput(f"there is no backend {given!r}; there are: {', '.join(BACKENDS)}")
    return given


_FROM = click.option(
    "--from",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A Python file of your own declarations and statements; names may mean those as well, "
    "and without names only those are meant.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
_CHECK = click.option(
    "--check", is_flag=True, help="Write nothing; tell what is stale, missing or orphan."
)
_NAMES = click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=_complete("names"))


@click.group(cls=Program, epilog=EPILOG, invoke_without_command=True)
@click.version_option(__version__, prog_name="gen")
@click.pass_context
def main(context: click.Context) -> None:
    """Optimizers declared as equations: prove claims about them, generate code from them.

    A NAME is that of `gen list`, or a call that fixes arguments: "Adam(beta1=0)",
    "torch.SGD(nesterov=True)".
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@main.command()
@_NAMES
@click.option(
    "--backend", default="numpy", show_default=True, callback=_backend, help="What to generate for."
)
@_FROM
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write plain modules into this folder instead of the package.",
)
@click.option(
    "--standalone", is_flag=True, help="With --out: files that need the array library alone."
)
@_CHECK
@_JSON
def kernels(
    names: tuple[str, ...],
    backend: str,
    file: Path | None,
    out: Path | None,
    standalone: bool,
    check: bool,
    as_json: bool,
) -> int:
    """Generate the modules of optimizers and schedules: those named, or all.

    Without --out they are the package's own, optwright.generated; generating all of them also
    removes those whose declaration is gone. Only files that differ are written.
    """
    if standalone and not out:
        raise BadInput("--standalone needs --out DIR: the package has its runtime already")
    if standalone and backend == "latex":
        raise BadInput("--standalone is for code: what latex makes needs nothing besides")
    if file and not out:
        raise BadInput("--from needs --out DIR: the package keeps the catalogue only")
    mend = shlex.join(
        ["gen", "kernels", *names, "--backend", backend]
        + (["--from", str(file)] if file else [])
        + (["--out", str(out)] if out else [])
        + (["--standalone"] if standalone else [])
    )
    with Progress() as progress:
        show = progress.on("generating")
        if not (names or out):
            proofs = record.project(progress.on("proving"))
            files = kernel.whole(backend, record.relations(proofs), show)
        else:
            chosen = _selected(names, file)
            relations = _relations([d.id for _, d in chosen], file, progress)
            if out:
                files = kernel.flat(chosen, backend, relations, file, show, standalone)
            else:
                files = kernel.packaged(chosen, backend, relations, show)
    root = out or kernel.folder(backend)
    settled = kernel.settle(files, root, check, not (names or out), mend)
    _emit(as_json, {"backend": backend, **settled}, lambda: kernel.told(settled))
    return 0 if settled["ok"] else 1


@main.command()
@click.argument("names", nargs=-1, metavar="[STATEMENT]...", shell_complete=_complete("statements"))
@click.option(
    "--explain", is_flag=True, help="The derivation: systems, maps, obligations, or each step."
)
@click.option(
    "--replay", is_flag=True, help="Run counterexamples again, in generated code and exactly."
)
@click.option("--recheck", is_flag=True, help="Follow every verdict by a second, smaller checker.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "latex", "json"]),
    default="text",
    show_default=True,
    help="How to print; latex with --explain, a document of its own.",
)
@click.option(
    "-o", "--out", metavar="FILE", type=click.Path(path_type=Path), help="Write to a file instead."
)
@_FROM
@_JSON
def prove(
    names: tuple[str, ...],
    explain: bool,
    replay: bool,
    recheck: bool,
    form: str,
    out: Path | None,
    file: Path | None,
    as_json: bool,
) -> int:
    """Decide statements: a table of verdicts, or all the evidence of those named.

    A STATEMENT is an id, a claim's number, a thread of `gen list --issues`, or the name of an
    optimizer: all about it. --replay needs statements that are refuted, without names it takes all
    of those.
    """
    form = _form(form, as_json, "text")
    if explain + replay + recheck > 1:
        raise BadInput("--explain, --replay and --recheck are three commands: give one of them")
    if explain and not (names or file):
        raise BadInput("--explain needs the statements to explain: gen prove --explain M1")
    if form == "latex" and not explain:
        raise BadInput("--format latex is for --explain")
    own = _own_statements(file) if file else {}
    held = [o for o in opinion.asked(names) if o.id not in own]
    if held and (explain or replay or recheck):
        raise BadInput(f"{held[0].id} is an opinion, not decided: it has nothing to show")
    names = tuple(name for name in names if name not in {o.id for o in held})
    with Progress() as progress:
        rows = _decided(names, file, progress) if names or not held else []
    if replay:
        return _replayed(rows, file, form, out, bool(names))
    if recheck:
        return _rechecked(rows, file, form, out)
    if explain:
        command = ["gen", "prove", "--explain", *names, *(["--from", str(file)] if file else [])]
        text = _explained(rows, file, form, command)
    elif form == "json":
        text = json.dumps([*(o.as_dict() for o in held), *rows], indent=2)
    elif names or held:
        told = [line for o in held for line in (*o.lines(), "")]
        told += [line for row in rows for line in (*details(row), "")]
        text = "\n".join([*told, _tally(rows)] if rows else told[:-1])
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() and not out else None
        told = [*table(rows), *(o.row() for o in opinion.opinions.values() if not file)]
        text = "\n".join([*(line[:width] for line in told), _tally(rows)])
    _write(text, out)
    return 0 if all(map(as_expected, rows)) else 1


def _explained(rows: record.Records, file: Path | None, form: str, command: Sequence[str]) -> str:
    from optwright.derive.tell.explain import explained, render

    pairs = _statements(rows, file)
    if form == "latex":
        from optwright.templates.latex.proof import appendix

        return appendix(pairs, shlex.join(command)).rstrip("\n")
    data = [explained(statement, row) for statement, row in pairs]
    if form == "json":
        return json.dumps(data, indent=2)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 100
    return "\n".join([line for d in data for line in (*render(d, width), "")][:-1])


def _replayed(
    rows: record.Records, file: Path | None, form: str, out: Path | None, named: bool
) -> int:
    from optwright.templates.replay import replayed

    known = _declarations(file if file and _declares(file) else None)[0]
    refuted = [row for row in rows if row["status"] == "refuted"]
    if named and not refuted:
        told = ", ".join(f"{row['id']} is {row['status']}" for row in rows[:3])
        raise BadInput(f"{told}: only what is refuted has numbers to replay")
    found = []
    for statement, row in _statements(refuted, file):
        with about(statement.id):
            found.append(replayed(statement, row, known))
    sound = sum(f["confirmed"] for f in found)
    last = f"{counted(len(found), 'counterexample')}: {sound} confirmed"
    lines = [line for f in found for line in (*replay_lines(f), "")] + [last]
    _write(json.dumps(found, indent=2) if form == "json" else "\n".join(lines), out)
    return 0 if sound == len(found) else 1


def _rechecked(rows: record.Records, file: Path | None, form: str, out: Path | None) -> int:
    """Let the second judge see the verdicts; what was decided is read from the cache."""
    from optwright.derive.tell import report
    from optwright.derive.work.runner import decide_all

    decided = [row for row in rows if row["status"] != "undecided"]
    own = set(_own_statements(file)) if file else set()
    known = [statement for statement, _ in _statements(decided, file)]
    mine = decide_all([s for s in known if s.id in own], path=file)
    others = decide_all([s for s in known if s.id not in own])
    found = list(report.all_of(pair for pairs in (mine, others) for pair in pairs))
    found += [report.undecided(row["id"]) for row in rows if row["status"] == "undecided"]
    lines = [*report.table(found), report.tally(found)]
    shown = json.dumps([x.as_dict() for x in found], indent=2) if form == "json" else None
    _write(shown or "\n".join(lines), out)
    return 1 if any(x.status == "failed" for x in found) else 0


def _declares(file: Path) -> bool:
    """Whether a file declares rules: one with statements alone will do for a replay."""
    try:
        _declarations(file)
    except Unusable:
        return False
    return True


def _form(form: str, as_json: bool, default: str) -> str:
    """How to print: --json is --format json, and no other format goes with it."""
    if as_json and form not in (default, "json"):
        raise BadInput(f"--json and --format {form} are two formats: give one of them")
    return "json" if as_json else form


def _write(text: str, out: Path | None) -> None:
    """Print a text, or write it to a file whole or not at all."""
    if out is None or str(out) == "-":
        click.echo(text)
        return
    from optwright.templates.latex.sheet import save

    save(out, (text + "\n").encode())
    if out.is_file():  # not where the text itself was printed: /dev/stdout
        click.echo(str(out))


@main.command()
@click.argument("a", shell_complete=_complete("names"))
@click.argument("b", shell_complete=_complete("names"))
@_FROM
@_JSON
def compare(a: str, b: str, file: Path | None, as_json: bool) -> int:
    """Whether two optimizers are the same: the maps found and proved, or where they part.

    Equal and different are answers, with exit code 0; undecided is 1.
    """
    from optwright.derive.proof.relate.compare import compare

    found = compare(a, b, known=_declarations(file)[0])
    _emit(as_json, found.as_dict(), lambda: found.text().splitlines())
    return 1 if found.status == "undecided" else 0


@main.command()
@_NAMES
@click.option(
    "--format",
    "form",
    type=click.Choice(["svg", "dot", "json"]),
    default="svg",
    show_default=True,
    help="A picture, text for Graphviz, or data.",
)
@click.option(
    "-o", "--out", metavar="FILE", type=click.Path(path_type=Path), help="Write to a file."
)
@_FROM
@_JSON
def graph(
    names: tuple[str, ...], form: str, out: Path | None, file: Path | None, as_json: bool
) -> int:
    """Draw what is proved: optimizers by family, with equalities, special cases and limits.

    With names, those optimizers and what they are related to. In the picture every edge has a
    tooltip with its maps, conditions and statements.
    """
    form = _form(form, as_json, "svg")
    from optwright.derive.language.declaration import Schedule
    from optwright.derive.statement.collection import statements
    from optwright.derive.tell.drawing import svg
    from optwright.derive.tell.graph import dot, graph, relating

    known, _ = _declarations(file)
    ids = []
    for name, declaration in _selected(names, file) if names else ():
        if isinstance(declaration, Schedule):
            raise BadInput(f"{name} is a schedule; the map is of optimizers: give one")
        ids.append(declaration.id)
    chosen = relating(statements.values())
    own = relating(_own_statements(file).values()) if file else []
    if ids:
        chosen, own = record.concerning(ids, chosen), record.concerning(ids, own)
    with Progress() as progress:
        rows = record.decide(own, file, progress.on("proving"))
        rows += record.decide(chosen, None, progress.on("proving"))
    proved = {row["id"] for row in rows if row["status"] == "proved"}
    found = graph([s for s in (*own, *chosen) if s.id in proved], known, ids)
    if form == "json":
        text = json.dumps(found.as_dict(), indent=2)
    else:
        text = (svg if form == "svg" else dot)(found).rstrip("\n")
    _write(text, out)
    return 0


@main.command()
@click.argument("name", shell_complete=_complete("names"))
@_FROM
@_JSON
def show(name: str, file: Path | None, as_json: bool) -> None:
    """Show an optimizer: equations, start, defaults, source, its relations.

    What is proved about it, and the near misses that are refuted, with the ids of the statements.
    """
    from optwright.derive.tell.describe import describe, render

    with Progress() as progress:
        [(_, declaration)] = _selected([name], file)
        records = _concerned(record.concerning, [declaration.id], file, progress)
        with about(name):
            relations = record.relations(records).get(declaration.id, ())
            data = describe(declaration, relations, records)
    _emit(as_json, data, lambda: render(data))


@main.command()
@_NAMES
@_FROM
@click.option(
    "--format",
    "form",
    type=click.Choice(("tex", "pdf")),
    help="What to make; tex, unless --out ends in .pdf.",
)
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write here; without it LaTeX is printed, and a PDF is sheet.pdf.",
)
@click.option(
    "--notation",
    metavar="WORDS",
    help="Letters, with commas: theta, x or w; eta, alpha or lr; mu, gamma, beta or rho.",
)
@_JSON
def sheet(
    names: tuple[str, ...],
    file: Path | None,
    form: str | None,
    out: Path | None,
    notation: str | None,
    as_json: bool,
) -> None:
    """Make a formula sheet of the named rules, or of all by family, with a table of symbols.

    --json tells what was made, and has the LaTeX where no file is written.
    """
    from optwright.derive.language.notation import Notation
    from optwright.templates.latex import sheet as sheets

    letters = Notation.parse(notation) if notation else Notation()
    form = form or ("pdf" if out and out.suffix.lower() == ".pdf" else "tex")
    if form == "pdf":
        sheets.engine()  # so that what is missing is told before the work
    command = shlex.join(
        ["gen", "sheet", *names]
        + (["--from", str(file)] if file else [])
        + (["--notation", notation] if notation else [])
    )
    ids = {name.lower(): name for name in _declarations(file)[0]}
    wanted = [ids.get(name.lower(), name) for name in names]
    chosen = [declaration for _, declaration in _selected(wanted, file)]
    title = "" if names or file else "Optimizers"
    text = sheets.sheet(chosen, letters, title, command)
    made: dict[str, Any] = {"format": form, "rules": [d.id for d in chosen]}
    if form == "tex" and (out is None or str(out) == "-"):
        click.echo(json.dumps({**made, "text": text}, indent=2) if as_json else text, nl=as_json)
        return
    target = out or Path("sheet.pdf")
    sheets.save(target, sheets.pdf(text) if form == "pdf" else text.encode())
    told = f"{target}: {counted(len(chosen), 'rule')}"
    _emit(as_json, {**made, "file": str(target)}, lambda: [told])


@main.command()
@click.argument("file", metavar="FILE.tex", type=click.Path(path_type=Path))
@_JSON
def read(file: Path, as_json: bool) -> None:
    """Read the update equations of a LaTeX file, ours or hand-written, and print them."""
    from optwright.derive.reading import name_of
    from optwright.derive.reading import read as read_latex
    from optwright.derive.tell.describe import describe, render

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{file} is no text in UTF-8") from None
    with about(str(file)):
        found = read_latex(text, name_of(file.stem))
        data = [describe(system) for system in found]
    _emit(as_json, data, lambda: [line for d in data for line in (*render(d), "")][:-1])


@main.command("list")
@click.option(
    "--issues",
    is_flag=True,
    help="List the threads of the frameworks' users instead: what is decided of each claim, and "
    "what the maintainers concluded.",
)
@_FROM
@_JSON
def list_(issues: bool, file: Path | None, as_json: bool) -> None:
    """List the catalogue, or the declarations of a file, by family.

    `gen prove pytorch#1099` has the evidence of a thread of --issues.
    """
    if issues:
        return _list_issues(file, as_json)
    rows = _listed(file)

    def lines() -> list[str]:
        width = max(len(row["id"]) for row in rows)
        found = []
        for family in dict.fromkeys(row["family"] for row in rows):
            members = [row for row in rows if row["family"] == family]
            found += ["", family, *columns([[r["id"].ljust(width), r["source"]] for r in members])]
        return found[1:]

    _emit(as_json, rows, lines)


def _list_issues(file: Path | None, as_json: bool) -> None:
    if file:
        raise BadInput("--issues lists the project's threads, no file has any: leave out --from")
    rows = _issues()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    _emit(as_json, rows, lambda: [*(x[:width] for x in thread.table(rows)), thread.tally(rows)])


@main.command("all")
@_CHECK
@_JSON
def all_(check: bool, as_json: bool) -> int:
    """Everything the package keeps: decide all statements, generate for all backends."""
    with Progress() as progress:
        rows = record.project(progress.on("proving"))
        relations = record.relations(rows)
        files = kernel.every(BACKENDS, relations, progress.on("generating"))
    settled = {b: kernel.settle(files[b], kernel.folder(b), check, True, "gen all") for b in files}
    wrong = [row for row in rows if not as_expected(row)]
    ok = not wrong and all(s["ok"] for s in settled.values())

    def lines() -> list[str]:
        told = [line for s in settled.values() for line in kernel.told(s)]
        return [*told, *table(wrong), _tally(rows)]

    _emit(as_json, {"ok": ok, "kernels": settled, "proofs": rows}, lines)
    return 0 if ok else 1


if __name__ == "__main__":
    main()

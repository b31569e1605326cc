"""The ``gen`` command line: what each command takes, and what it prints.

SymPy and the catalogue are imported only where nothing kept from an earlier run answers: help,
completion and looking things up are quick. `optwright.derive.tell.command` has the exit codes.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optwright import __version__
from optwright.derive.error import about
from optwright.derive.statement.people import opinion, thread
from optwright.derive.tell import evidence, page
from optwright.derive.tell.command import BadInput, Commands, emit, form, ready, save, write
from optwright.derive.tell.terminal import counted, wrap
from optwright.derive.work.library import Library
from optwright.derive.work.progress import Progress
from optwright.templates import answer, kernel
from optwright.templates.backend import BACKENDS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EPILOG = """\b
Exit codes: 0 done; 1 a check failed, or a verdict is not the expected one;
2 bad input; 70 a fault of this program; 130 interrupted.

\b
Completion of commands, options and names: put into the shell's start-up file
  bash   eval "$(_GEN_COMPLETE=bash_source gen)"
  zsh    eval "$(_GEN_COMPLETE=zsh_source gen)"
  fish   _GEN_COMPLETE=fish_source gen | source
"""

SECTIONS: dict[str, tuple[Sequence[str], str]] = {
    "Look": (("list", "show", "graph"), "gen show Adam"),
    "Prove": (("prove", "compare"), "gen compare Adam AdamW"),
    "Generate": (("all", "kernels", "sheet"), "gen kernels Adam --out my_rules"),
    "Read": (("read",), "gen read paper.tex"),
}


def _complete(what: str) -> Callable[..., list[CompletionItem]]:
    """Completion from the names of the catalogue or of the statements."""

    def complete(context: Any, parameter: Any, typed: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            rows = Library().listed() if what == "names" else Library().rows
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


def _example(text: str) -> str:
    return f"\b\nExample:\n  {text}"


_FROM = click.option(
    "--from",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A Python file of your own declarations and statements; names may mean those as well, "
    "and without names only those are meant.",
)
_OUT = click.option(
    "-o", "--out", metavar="FILE", type=click.Path(path_type=Path), help="Write to a file instead."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
_CHECK = click.option(
    "--check", is_flag=True, help="Write nothing; tell what is stale, missing or orphan."
)
_NAMES = click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=_complete("names"))


def _formats(*allowed: str, help: str) -> Callable[..., Any]:
    choice = click.Choice(allowed)
    return click.option(
        "--format", "how", type=choice, default=allowed[0], show_default=True, help=help
    )


@click.group(cls=Commands, epilog=EPILOG, invoke_without_command=True)
@click.version_option(__version__, prog_name="gen")
@click.pass_context
def main(context: click.Context) -> None:
    """Optimizers declared as equations: prove claims about them, generate code from them.

    A NAME is that of `gen list`, or a call that fixes arguments: "Adam(beta1=0)",
    "torch.SGD(nesterov=True)". Where several names may stand, a family's name means its members.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


main.sections = SECTIONS


# --- look -----------------------------------------------------------------------------------------


@main.command("list", epilog=_example("gen list adaptive"))
@click.argument("families", nargs=-1, metavar="[FAMILY]...")
@click.option(
    "--issues",
    is_flag=True,
    help="List the threads of the frameworks' users instead: what is decided of each claim, and "
    "what the maintainers concluded.",
)
@_FROM
@_JSON
def list_(families: tuple[str, ...], issues: bool, file: Path | None, as_json: bool) -> None:
    """List optimizers and schedules by family.

    `gen prove pytorch#1099` has the evidence of a thread of --issues.
    """
    if issues and (file or families):
        raise BadInput("--issues lists the project's threads: leave out --from and families")
    with Progress() as progress:
        library = Library(file, progress)
        rows: Any = library.issues() if issues else library.listed(families)
    if issues:
        emit(as_json, rows, lambda: [*thread.table(rows), *wrap(thread.tally(rows), indent="")])
    else:
        emit(as_json, rows, lambda: page.by_family(rows))


@main.command(epilog=_example("gen show Adam"))
@click.argument("name", shell_complete=_complete("names"))
@click.option("--all", "whole", is_flag=True, help="All that is known, not the first lines of it.")
@_FROM
@_JSON
def show(name: str, whole: bool, file: Path | None, as_json: bool) -> None:
    """Show one optimizer and what is known of it.

    Equations, start, defaults, source; what is proved about it, and the near misses that are
    refuted, with the ids of the statements.
    """
    with Progress() as progress:
        data = Library(file, progress).page(name)
    emit(as_json, data, lambda: page.render(data, whole))


@main.command(epilog=_example("gen graph momentum -o map.svg"))
@_NAMES
@_formats("svg", "dot", "json", help="A picture, text for Graphviz, or data.")
@_OUT
@_FROM
@_JSON
def graph(
    names: tuple[str, ...], how: str, out: Path | None, file: Path | None, as_json: bool
) -> None:
    """Draw what is proved between optimizers.

    They stand by family, with equalities, special cases and limits. With names, those optimizers
    and what they are related to. In the picture every edge has a tooltip with its maps, conditions
    and statements.
    """
    from optwright.derive.tell.drawing import svg
    from optwright.derive.tell.graph import dot

    how = form(how, as_json, "svg")
    with Progress() as progress:
        found = Library(file, progress).graph(names)
    if how == "json":
        write(json.dumps(found.as_dict(), indent=2), out)
    else:
        write((svg if how == "svg" else dot)(found).rstrip("\n"), out)


# --- prove ----------------------------------------------------------------------------------------


@main.command(epilog=_example("gen prove M1"))
@click.argument("names", nargs=-1, metavar="[STATEMENT]...", shell_complete=_complete("statements"))
@click.option(
    "--explain", is_flag=True, help="The derivation: systems, maps, obligations, or each step."
)
@click.option(
    "--replay", is_flag=True, help="Run counterexamples again, in generated code and exactly."
)
@click.option("--recheck", is_flag=True, help="Follow every verdict by a second, smaller checker.")
@_formats(
    "text", "latex", "json", help="How to print; latex with --explain, a document of its own."
)
@_OUT
@_FROM
@_JSON
def prove(
    names: tuple[str, ...],
    explain: bool,
    replay: bool,
    recheck: bool,
    how: str,
    out: Path | None,
    file: Path | None,
    as_json: bool,
) -> int:
    """Decide statements, and show the evidence.

    A STATEMENT is an id, a claim's number, a thread of `gen list --issues`, or the name of an
    optimizer: all about it. With names all their evidence is shown, without names a table of
    verdicts. --replay needs statements that are refuted, without names it takes all of those.
    """
    how = form(how, as_json, "text")
    if explain + replay + recheck > 1:
        raise BadInput("--explain, --replay and --recheck are three commands: give one of them")
    if explain and not (names or file):
        raise BadInput("--explain needs the statements to explain: gen prove --explain M1")
    if how == "latex" and not explain:
        raise BadInput("--format latex is for --explain")
    with Progress() as progress:
        library = Library(file, progress)
        held = [o for o in opinion.asked(names) if o.id not in library.own_ids]
        if held and (explain or replay or recheck):
            raise BadInput(f"{held[0].id} is an opinion, not decided: it has nothing to show")
        asked = [name for name in names if name not in {o.id for o in held}]
        rows = library.decided(asked) if asked or not held else []
        if explain:
            text, ok = answer.explained(library, names, rows, how)
        elif replay:
            text, ok = answer.replayed(library, names, rows, how)
        elif recheck:
            text, ok = answer.rechecked(library, rows, how)
        else:
            text, ok = answer.verdicts(library, names, rows, held, how)
    write(text, out)
    return 0 if ok else 1


@main.command(epilog=_example("gen compare torch.RMSprop keras.RMSprop"))
@click.argument("a", shell_complete=_complete("names"))
@click.argument("b", shell_complete=_complete("names"))
@_FROM
@_JSON
def compare(a: str, b: str, file: Path | None, as_json: bool) -> int:
    """Find how two optimizers are related.

    The same, under maps that are proved, or different, with the step in which they part and what
    would make them the same. Both are answers, with exit code 0; undecided is 1.
    """
    from optwright.derive.tell.comparison import render

    with Progress() as progress:
        library = Library(file, progress)
        progress.note(f"comparing {a} and {b}")
        found = library.compared(a, b)
    emit(as_json, found, lambda: render(found))
    return 1 if found["status"] == "undecided" else 0


# --- generate -------------------------------------------------------------------------------------


@main.command("all", epilog=_example("gen all --check"))
@_CHECK
@_JSON
def all_(check: bool, as_json: bool) -> int:
    """Decide all statements, generate all code.

    Everything the package keeps: verdicts, and the modules of all backends.
    """
    with Progress() as progress:
        library = Library(None, progress)
        rows = library.decided()
        library.prepare()
        settled = kernel.kept(library, BACKENDS, check)
    wrong = [row for row in rows if not evidence.as_expected(row)]
    ok = not wrong and all(s["ok"] for s in settled.values())

    def lines() -> list[str]:
        told = [line for s in settled.values() for line in kernel.told(s)]
        return [*told, *evidence.table(wrong), *evidence.tally(rows)]

    emit(as_json, {"ok": ok, "kernels": settled, "proofs": rows}, lines)
    return 0 if ok else 1


@main.command(epilog=_example("gen kernels Adam Lion --out my_rules"))
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
    """Generate the code of optimizers and schedules.

    Of those named, or of all. Without --out the modules are the package's own,
    optwright.generated; generating all of them also removes those whose declaration is gone. Only
    files that differ are written.
    """
    if standalone and not out:
        raise BadInput("--standalone needs --out DIR: the package has its runtime already")
    if standalone and backend == "latex":
        raise BadInput("--standalone is for code: what latex makes needs nothing besides")
    if file and not out:
        raise BadInput("--from needs --out DIR: the package keeps the catalogue only")
    with Progress() as progress:
        asked = kernel.Asked(names, backend, file, out, standalone)
        settled = kernel.asked(Library(file, progress), asked, check)
    emit(as_json, {"backend": backend, **settled}, lambda: kernel.told(settled))
    return 0 if settled["ok"] else 1


@main.command(epilog=_example("gen sheet adam -o adam.pdf"))
@_NAMES
@_FROM
@click.option(
    "--format",
    "how",
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
    how: str | None,
    out: Path | None,
    notation: str | None,
    as_json: bool,
) -> None:
    """Make a formula sheet in LaTeX or PDF.

    Of the named rules, or of all by family, with a table of symbols. --json tells what was made,
    and has the LaTeX where no file is written.
    """
    from optwright.derive.language.notation import Notation
    from optwright.templates.latex import sheet as sheets

    letters = Notation.parse(notation) if notation else Notation()
    how = how or ("pdf" if out and out.suffix.lower() == ".pdf" else "tex")
    if how == "pdf":
        sheets.engine()  # so that what is missing is told before the work
    if out:
        ready(out)
    options = {"--from": str(file or ""), "--notation": notation}
    more = [word for name, x in options.items() if x for word in (name, x)]
    command = shlex.join(["gen", "sheet", *names, *more])
    with Progress() as progress:
        library = Library(file, progress)
        chosen = [d for _, d in library.selected(library.spread(names, any_case=True))]
        progress.begin(f"setting {counted(len(chosen), 'rule')}")
        text = sheets.sheet(chosen, letters, "" if names or file else "Optimizers", command)
        made: dict[str, Any] = {"format": how, "rules": [d.id for d in chosen]}
        target = out or Path("sheet.pdf")
        data = sheets.pdf(text) if how == "pdf" else text.encode()
    if how == "tex" and (out is None or str(out) == "-"):
        click.echo(json.dumps({**made, "text": text}, indent=2) if as_json else text, nl=as_json)
        return
    save(target, data)
    said = f"{target}: {counted(len(chosen), 'rule')}"
    emit(as_json, {**made, "file": str(target)}, lambda: [said])


# --- read -----------------------------------------------------------------------------------------


@main.command(epilog=_example("gen read paper.tex"))
@click.argument("file", metavar="FILE.tex", type=click.Path(path_type=Path))
@_JSON
def read(file: Path, as_json: bool) -> None:
    """Read equations from a LaTeX file.

    Ours or hand-written; they are printed as `gen show` does.
    """
    from optwright.derive.reading import name_of
    from optwright.derive.reading import read as read_latex
    from optwright.derive.tell.describe import describe

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{file} is no text in UTF-8") from None
    with about(str(file)):
        data = [describe(system) for system in read_latex(text, name_of(file.stem))]
    emit(as_json, data, lambda: [line for d in data for line in (*page.render(d), "")][:-1])


if __name__ == "__main__":
    main()

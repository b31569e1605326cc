"""What people see: signs, colours, widths, progress; and what they need not wait for."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import click
import pytest
from click import unstyle
from click.testing import CliRunner
from selection import tiered
from sympy import Dummy, Symbol

from optwright.cli import SECTIONS, main
from optwright.derive import prove, statements
from optwright.derive.claim.formula.expression import Identity
from optwright.derive.language import lr
from optwright.derive.tell import evidence, page, refutation, terminal
from optwright.derive.tell.comparison import headline, maps, render
from optwright.derive.tell.terminal import columns, fold
from optwright.derive.work import kept, record
from optwright.derive.work.digest import digest
from optwright.derive.work.library import Library
from optwright.derive.work.processors import processors

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", autouse=True)
def surroundings(known: Callable[..., Any]) -> Iterator[None]:
    """Neither colours nor a width are asked for; some verdicts are kept."""
    about = (s.id for s in record.concerning(["SGD", "Momentum"], statements.values()))
    known("M1", "M2", "A5x", *about)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NO_COLOR", raising=False)
        patch.delenv("COLUMNS", raising=False)
        yield


def piped(*args: str, code: int = 0, **env: str) -> tuple[str, str]:
    """What a command prints into pipes, on stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "optwright.cli", *args],
        env=os.environ | env,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def shown(*args: str, width: int = 80, **env: str) -> str:
    """What a command prints on a terminal of a width, which is its stdout and its stderr."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, width))
    command = [sys.executable, "-m", "optwright.cli", *args]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=os.environ | env):
        os.close(theirs)
        seen = b""
        while True:
            try:
                seen += os.read(ours, 65536)
            except OSError:  # the terminal is closed
                break
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


# --- width and colour -----------------------------------------------------------------------------

QUICK = (
    ("list", "momentum"),
    ("show", "SGD"),
    ("prove", "M1", "M2", "A5x"),
    ("kernels", "--help"),
    ("--help",),
)
"""What is answered without SymPy, once it is kept."""
SLOW = (
    ("prove", "--explain", "M2"),
    ("compare", "torch.RMSprop", "keras.RMSprop"),
    ("show", "Momentum", "--all"),
)


def fits(text: str, width: int) -> None:
    """Whether no line is wider than it must be."""
    assert "\x1b[" not in text
    for line in text.splitlines():
        assert len(line) <= width or len(line.split()) == 1, line


@pytest.mark.parametrize("width", tiered([80, 120], (120).__eq__))
@pytest.mark.parametrize("command", QUICK, ids=" ".join)
def test_lines_are_as_wide_as_the_terminal(command: tuple[str, ...], width: int) -> None:
    in_pipe, _ = piped(*command, COLUMNS=str(width))
    on_terminal = unstyle(shown(*command, width=width)).rpartition("\r")[2]
    fits(in_pipe, width)
    assert on_terminal.removeprefix("\x1b[K") == in_pipe


@pytest.mark.parametrize(
    "command", tiered([(c,) for c in SLOW], lambda c: c[0] != "compare"), ids=" ".join
)
def test_long_answers_fit_too(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = []
    for width in (80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.output
        fits(result.stdout, width)
        lines.append(len(result.stdout.splitlines()))
    assert lines[1] < lines[0]


def test_colours_are_for_terminals_and_for_those_who_want_them() -> None:
    coloured = shown("compare", "MomentumSum", "Momentum")
    assert "\x1b[33m≈\x1b[0m \x1b[1mMomentumSum\x1b[0m" in coloured
    assert "\x1b[32m✓\x1b[0m \x1b[1mM1\x1b[0m: \x1b[32mproved\x1b[0m" in shown("prove", "M1")
    found = {
        command: shown(*command) for command in (("prove", "M2"), ("--help",), ("show", "Adm"))
    }
    refuted = found["prove", "M2"]
    assert "\x1b[31m✗\x1b[0m" in refuted and "\x1b[31m-9/16" in refuted
    for command, text in found.items():
        assert re.search(r"\x1b\[\d+m", text)
        assert not re.search(r"\x1b\[\d*m", shown(*command, NO_COLOR="1"))
    assert "\x1b[31mError:\x1b[0m" in found["show", "Adm"]


def test_files_have_no_colours(tmp_path: Path) -> None:
    out = tmp_path / "m2.txt"
    assert shown("prove", "M2", "-o", str(out)).endswith(f"{out}\n")
    assert "✗ M2: refuted" in out.read_text()


@pytest.mark.parametrize(("code", "sign"), [("ascii", "+"), ("latin-1", "+"), ("utf-8", "✓")])
def test_what_a_stream_cannot_say_is_said_in_ascii(code: str, sign: str) -> None:
    command = [sys.executable, "-m", "optwright.cli", "prove", "M1"]
    env = os.environ | {"PYTHONIOENCODING": code}
    done = subprocess.run(command, env=env, capture_output=True)
    assert done.stdout.decode(code).startswith(f"{sign} M1: proved")
    said = "≤ · … ✗ é".encode(code, terminal.SAYABLE).decode(code)
    assert said == {"ascii": "<= * ... x ?", "latin-1": "<= · ... x é"}.get(code, "≤ · … ✗ é")


def test_lines_break_between_words_and_not_in_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fold("a v[t - 1] b", 4) == ["a", "v[t - 1]", "b"]
    assert fold(terminal.bold("ab") + " cd", 5) == [terminal.bold("ab") + " cd"]
    assert fold("", 5) == [""]
    monkeypatch.setenv("COLUMNS", "40")
    rows = [["id", terminal.dim("word " * 12), "x" * 14]]
    lines = columns(rows)
    assert unstyle("".join(columns([["a" * 60, "b c"]]))) == f"  {'a' * 60}  b c"
    assert len(lines) > 3 and all(len(unstyle(line)) <= 40 for line in lines)
    assert lines[0].startswith("  id  \x1b[2mword") and lines[0].endswith("x" * 14)
    assert all(line.startswith("      \x1b[2mword") for line in lines[1:])
    assert len(columns([["a", "b " * 30]], last=10)) > len(columns([["a", "b " * 30]]))


# --- headlines, maps, numbers ---------------------------------------------------------------------


def compared(a: str, b: str) -> dict[str, Any]:
    return Library().compared(a, b)


def plain(data: dict[str, Any]) -> str:
    return unstyle("\n".join(render(data)))


def test_headlines_say_what_holds_and_when() -> None:
    assert unstyle(headline(compared("Adam", "AdamW"))) == (
        "✓ AdamW contains Adam, at weight_decay = 0, multiplier = 1"
    )
    assert unstyle(headline(compared("MomentumSum", "Momentum"))) == (
        "≈ MomentumSum and Momentum are the same, only at a constant lr"
    )
    same = compared("Adam", "torch.Adam(weight_decay=0, amsgrad=False)")
    assert unstyle(headline(same)).startswith("✓ Adam and torch.Adam(")
    assert unstyle(headline(same)).endswith(" are the same")


def test_both_sides_of_a_map_are_named_and_conditions_said_once() -> None:
    data = compared("MomentumSum", "Momentum")
    assert maps(data["map"]) == [["Momentum.v[t]", "= lr·MomentumSum.v[t]"]]
    text = plain(compared("Adam", "AdamW"))
    assert text.count("weight_decay = 0") == 1 and "AdamW.weight_decay  = 0" in text
    relation = {"left": "A", "right": "B", "hyper": {"a": "b*exp(b)**t", "t0": "1"},
                "state": {"m": "b*m[t - 1]"}}  # fmt: skip
    assert maps(relation) == [
        ["B.a", "= A.b·exp(A.b)**t"],
        ["B.t0", "= 1"],
        ["B.m[t]", "= A.b·A.m[t-1]"],
    ]


def test_what_differs_has_its_step_and_its_rescues() -> None:
    text = plain(compared("torch.RMSprop", "keras.RMSprop"))
    assert text.startswith("✗ torch.RMSprop and keras.RMSprop: different")
    assert re.search(r"\n  t  torch.RMSprop theta  keras.RMSprop theta +difference\n", text)
    assert "\n  1  3/11 (0.272727) " in text and "≈ 0.146501\n" in text
    assert "\n≈ the same, only at weight_decay = 0, eps = 0, where alpha < 1, at a cons" in text


def test_what_is_undecided_says_so() -> None:
    data = compared("Adam", "AdamW") | {"status": "undecided", "map": None, "tried": ["this"]}
    assert plain(data).startswith("? Adam and AdamW: undecided (")
    assert plain(data).endswith("\nTried\n  this")


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("1", "1", "0"),
        ("-1", "-7/16", "-9/16"),
        ("sqrt(2)", "1", "≈ 0.414214"),
        ("sqrt(2)", "sqrt(2) + 10**(-30)", "≈ -1.0e-30"),
        ("1/3", f"1/{10**30}", "≈ 0.333333"),
        ("no real number", "1/2", ""),
        ("1/0", "1", ""),
        ("(1, 2)", "(1, 3)", ""),
    ],
)
def test_differences_are_exact_or_decimals_or_nothing(left: str, right: str, said: str) -> None:
    assert refutation.difference(left, right) == said


def test_a_table_is_only_for_two_runs_that_are_claimed_equal() -> None:
    for name, rows in (("M2", 4), ("D10", 0), ("C54", 0), ("C25x", 0)):
        [(_, verdict)] = [(name, prove(name, 30))]
        example = evidence.record(statements[name], verdict)["counterexample"]
        assert len(refutation.parting(example)) == rows
        text = unstyle("\n".join(refutation.against(example)))
        assert ("difference" in text) == bool(rows) and ("\nThere\n" in text) != bool(rows)


def test_trivial_obligations_are_counted() -> None:
    row = evidence.record(statements["M1"], prove("M1", 30))
    text = unstyle("\n".join(evidence.details(row)))
    assert "3 of 5 trivial: start: theta; start: v; grad asked, point" in text
    assert "✓ step: v\n" in text and "theta[0] = theta[0]" not in text


# --- show, list, graph, help ----------------------------------------------------------------------


def test_ten_lines_by_groups_and_all_on_request() -> None:
    rows = [
        {"id": f"R{k}", "status": "proved", "words": "It is so.", "brief": f"= X{k}",
         "scope": "all t", "about": ["A", "B"], "kind": "simulation", "parts": []}
        for k in range(8)
    ]  # fmt: skip
    rows += [{**rows[0], "id": f"S{k}", "kind": "conjunction", "parts": ["symmetry"],
              "brief": ""} for k in range(8)]  # fmt: skip
    rows += [{**rows[0], "id": f"F{k}", "status": "refuted", "brief": ""} for k in range(8)]
    data = page.related(
        {"id": "A", "kind": "optimizer", "family": "f", "source": "s", "note": "",
         "hyperparameters": [], "choices": {}, "systems": []}, [], rows)  # fmt: skip
    few, whole = (unstyle("\n".join(page.render(data, x))) for x in (False, True))
    ids = re.compile(r"^  ([RSF]\d)  ", re.MULTILINE)
    assert len(ids.findall(few)) == page.SHOWN and len(ids.findall(whole)) == len(rows)
    assert "\nRelations, 5 of 8\n" in few and "14 lines more: gen show A --all" in few
    assert "\nSymmetries\n" in whole and "more" not in whole
    assert "R0  A = X0  all t" in few and "S0  A with B: It is so  all t" in few


@pytest.mark.parametrize(
    ("words", "brief", "said"),
    [
        ("Adam is odd.", "", "Adam is odd"),
        ("AdamW is odd.", "", "Adam with RMSProp: AdamW is odd"),
        ("It tends to RMSProp.", "", "Adam: It tends to RMSProp"),
        ("x", "= RMSProp", "Adam = RMSProp"),
        ("x", "the same when shifted", "Adam: the same when shifted"),
        ("x", "torch.Adam = RMSProp", "Adam: torch.Adam = RMSProp"),
    ],
)
def test_every_line_has_its_subject(words: str, brief: str, said: str) -> None:
    assert page.claim("Adam", {"words": words, "brief": brief, "others": ["RMSProp"]}) == said


def test_families_are_names() -> None:
    def data(*args: str) -> Any:
        result = CliRunner().invoke(main, [*args, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    adaptive = data("list", "adaptive")
    assert {row["family"] for row in adaptive} == {"adaptive"} and len(adaptive) > 5
    assert len(data("list", "Adaptive", "sign")) > len(adaptive)
    members = [row["id"] for row in data("list") if row["family"] == "layerwise"]
    assert data("sheet", "layerwise")["rules"] == members
    assert data("sheet", "muon")["rules"] == ["Muon"]
    assert Library().spread(["sign", "Adam", "layerwise"])[-len(members) :] == members
    found = data("graph", "layerwise")
    assert set(members) <= {node["id"] for node in found["nodes"]}
    wrong = CliRunner().invoke(main, ["list", "adaptiv"])
    assert wrong.exit_code == 2 and "there are: gradient, momentum" in wrong.stderr


def test_help_has_groups_short_summaries_and_examples() -> None:
    assert isinstance(main, click.Group)
    assert sorted(n for names, _ in SECTIONS.values() for n in names) == sorted(main.commands)
    text = CliRunner().invoke(main, ["--help"]).stdout
    for heading, (names, example) in SECTIONS.items():
        assert f"{heading} — {example}:" in text
        for name in names:
            summary = main.commands[name].get_short_help_str(1000)
            assert len(summary) <= 50 and f" {summary}\n" in text
            told = CliRunner().invoke(main, [name, "--help"]).stdout
            assert re.search(rf"Example:\n +gen {name} ", told)


@pytest.mark.parametrize("command", [*main.commands], ids=str)  # type: ignore[attr-defined]
def test_errors_are_json_where_json_is_asked_for(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--json", "--no-such-option"])
    assert result.exit_code == 2 and result.stdout == ""
    error = json.loads(result.stderr)
    assert error["code"] == 2 and "--no-such-option" in error["error"]
    after = CliRunner().invoke(main, [command, "--no-such-option", "--", "--json"])
    assert after.stderr.startswith("Error: ")


def test_formats_are_json_too() -> None:
    result = CliRunner().invoke(main, ["prove", "--format", "json", "no such"])
    assert "no such" in json.loads(result.stderr)["error"]


# --- progress -------------------------------------------------------------------------------------


def test_long_work_is_told_on_terminals(tmp_path: Path) -> None:
    arguments = ["kernels", "SGD", "--json", "--out", str(tmp_path / "k")]
    seen = shown(*arguments, XDG_CACHE_HOME=str(tmp_path / "one"))
    assert seen.startswith("\rreading the ") and "\rdeciding 1 statement with 1 worker" in seen
    assert re.search(r"\rdeciding 1/1 ", seen) and "\rgenerating 0/1 SGD" in seen
    assert "\r\x1b[K" in seen and json.loads(seen.rpartition("\x1b[K")[2])["ok"]


@pytest.mark.exhaustive
def test_long_work_is_told_in_pipes(tmp_path: Path) -> None:
    arguments = ["kernels", "SGD", "--json", "--out", str(tmp_path / "k")]
    out, said = piped(*arguments, XDG_CACHE_HOME=str(tmp_path / "two"))
    assert json.loads(out)["ok"]
    first = r"deciding 1 statement with 1 worker\ngenerating 1 module\n"
    assert re.fullmatch(first, said)
    again = piped(*arguments, XDG_CACHE_HOME=str(tmp_path / "two"))
    assert json.loads(again[0])["changes"] == [] and again[1] == ""


def test_there_is_a_worker_for_each_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(7)), raising=False)
    assert processors() == 7
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert processors() == 5


# --- what is kept, and what it rests on -----------------------------------------------------------

LOOKED_UP = (
    ("list",),
    ("show", "SGD"),
    ("graph", "SGD", "--format", "json"),
    ("prove", "M1"),
    ("kernels", "SGD", "--out"),
)


def test_looking_up_what_is_kept_imports_no_sympy(tmp_path: Path) -> None:
    for command in LOOKED_UP:
        args = [*command, str(tmp_path)] if command[-1] == "--out" else list(command)
        piped(*args)
        code = (
            "import sys\nfrom optwright.cli import main\n"
            f"try: main({args!r})\n"
            "except SystemExit as end: assert not end.code\n"
            "slow = {'sympy', 'numpy', 'jinja2', 'optwright.derive.statement.collection'}\n"
            "assert not slow & set(sys.modules), slow & set(sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stderr == ""


def test_all_keeps_what_looking_up_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    Library().prepare()
    there = {path.parent.name for path in tmp_path.rglob("*.json")}
    assert {"catalogue", "edges"} <= there


def test_a_digest_is_the_same_in_every_process() -> None:
    names = [*statements][:: len(statements) // 60]
    code = (
        "import sys\nfrom optwright.derive import statements\n"
        "from optwright.derive.work.digest import digest\n"
        "print([digest(statements[n].claim) for n in sys.argv[1:]])"
    )
    env = os.environ | {"PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", code, *names]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    mine = [digest(statements[n].claim) for n in names]
    assert ast.literal_eval(done.stdout) == mine and None not in mine
    assert len(set(mine)) == len(mine)


def test_a_digest_goes_by_what_the_claim_says() -> None:
    claim: Any = statements["M1"].claim
    before = digest(claim)
    assert digest(replace(claim)) == before
    last = claim.left.step[-1]
    edited = claim.left.replace(step=(*claim.left.step[:-1], last.subs(lr, 2 * lr)))
    x = Symbol("x", real=True)
    others = [
        replace(claim, left=edited),
        replace(claim, varying=("lr",)),
        replace(claim, state={}),
        Identity(x, x),
        Identity(Symbol("x"), Symbol("x")),  # of other assumptions
    ]
    found = [digest(c) for c in others]
    assert None not in found and len({before, *found}) == 1 + len(others)
    assert digest(statements["M2"].claim) != before


@dataclass(frozen=True)
class Own:
    """A claim of the user's, whose program may read anything."""

    kind: ClassVar[str] = "own"


def test_what_cannot_be_told_is_not_kept() -> None:
    x = Symbol("x")
    for claim in (Own(), Identity(Dummy("x"), x), {"a": lambda: 1}, [object()]):
        assert digest(claim) is None
    verdict = prove("M1", 30)
    kept.keep(None, verdict)
    assert kept.recall(None) is None


def test_functions_of_the_project_are_told_by_their_code() -> None:
    def of(name: str) -> str | None:
        return digest(statements[name].claim)

    named = [s.id for s in statements.values() if s.kind == "matrix identity"]
    assert len({of(name) for name in named} - {None}) == len(named)


def test_verdicts_rest_on_the_rooms_that_proofs_run_through() -> None:
    """Those that prover and judge import, at any depth, but for what looks names up.

    The judge, too: a certificate that it does not follow is left out.
    """
    derive, lookup = ROOT / "derive", {"rule", "statement", "work", "tell"}

    def imported(room: str) -> set[str]:
        found = set()
        for file in (derive / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = [f"{node.module}.{alias.name}".split(".") for alias in node.names]
                    found |= {n[2] for n in names if n[:2] == ["optwright", "derive"]}
        return {name for name in found - lookup if (derive / name).is_dir()}

    rooms, new = set(), {"proof", "judge"}
    while new:
        rooms |= new
        new = {other for room in new for other in imported(room)} - rooms
    assert rooms == set(kept.ROOMS)


def test_kept_verdicts_are_believed_only_where_they_were_put(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    proved, refuted = (digest(statements[n].claim) for n in ("M1", "M2"))
    for name, key in (("M1", proved), ("M2", refuted)):
        kept.keep(key, prove(name, 30))
    assert proved and refuted
    files = [tmp_path / "optwright" / "verdicts" / f"{kept._key(k)[:40]}.json"
             for k in (proved, refuted)]  # fmt: skip
    good = kept.recall(refuted)
    assert good is not None and good.status == "refuted"
    files[1].write_bytes(files[0].read_bytes())  # another's
    assert kept.recall(refuted) is None
    from optwright.derive.work import cache

    cache.keep("verdicts", kept._key(refuted), {"status": "proved"})  # no verdict
    assert kept.recall(refuted) is None
    cache.keep("verdicts", kept._key(refuted), [1])
    assert kept.recall(refuted) is None


def test_versions_and_ground_types_tell_verdicts_apart() -> None:
    code = "from optwright.derive.work import kept; print(kept._key('x'))"

    def key(**env: str) -> str:
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=os.environ | env, capture_output=True, text=True)
        return done.stdout

    assert key() == key() != key(SYMPY_GROUND_TYPES="python")
    from optwright.derive.work import cache

    needed = {"sympy", "mpmath", "z3-solver", "gmpy2", "python-flint"}
    assert needed <= set(cache.PACKAGES)


@pytest.mark.exhaustive
def test_a_changed_helper_of_a_users_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("factor = 2\n")
    own = tmp_path / "mine.py"
    own.write_text(
        "from sympy import Symbol\n"
        "from helper import factor\n"
        "from optwright.derive.claim.formula.expression import Identity\n"
        "from optwright.derive.claim.statement import Statement\n"
        "x = Symbol('x', real=True)\n"
        "h = Statement('h', 'It is.', Identity(factor*x, 2*x), 'proved')\n"
    )
    path = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    assert "h: proved" in piped("prove", "h", "--from", str(own), PYTHONPATH=path)[0]
    assert piped("prove", "h", "--from", str(own), PYTHONPATH=path)[1] == ""
    (tmp_path / "helper.py").write_text("factor = 3  # longer, so that it is compiled anew\n")
    assert "h: refuted" in piped("prove", "h", "--from", str(own), PYTHONPATH=path, code=1)[0]


def test_an_id_of_the_projects_is_taken(tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(
        "from sympy import Symbol\n"
        "from optwright.derive.claim.formula.expression import Identity\n"
        "from optwright.derive.claim.statement import Statement\n"
        "x = Symbol('x')\n"
        "h = Statement('M1', 'It is.', Identity(x, x), 'proved', about=('SGD',))\n"
    )
    for command in (["prove"], ["show", "SGD"], ["graph", "SGD"]):
        result = CliRunner().invoke(main, [*command, "--from", str(own)])
        assert result.exit_code == 2, result.output
        assert "two statements have the id M1" in result.stderr or command[0] != "prove"

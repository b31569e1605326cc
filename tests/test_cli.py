"""The command line: what each command does, what it says of bad input, and its exit codes."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click import unstyle
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from optwright.cli import main
from optwright.derive import statements
from optwright.derive.claim.statement import Statements, UnknownStatement
from optwright.derive.statement.people.issue import DISPUTED, Issue, issues
from optwright.derive.statement.people.thread import table, tally, threads
from optwright.derive.work import cache, record
from optwright.derive.work.library import Library
from optwright.templates import folder, kernel

OWN = """
from sympy import Symbol
from optwright.derive.rule import catalog
from optwright.derive.language import *
from optwright.derive.claim.formula.expression import Identity
from optwright.derive.claim.statement import Statement

print("a file may print")
halved = Optimizer(
    name="Halved",
    source=Source("A test", "page 1"),
    hyper=(lr(0.25),),
    step=(Eq(theta[t], theta[t - 1] - lr * g[t] / 2),),
    note="Half a step.",
)
x = Symbol("x", real=True)
statements = (
    Statement("H1", "Two halves are one.", Identity(x / 2 + x / 2, x), "proved",
              about=("Halved",), brief="two halves are one"),
    Statement("H2", "Two thirds are one.", Identity(2 * x / 3, x), "refuted", about=("Halved",)),
)
"""


@pytest.fixture(scope="module", autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's own cache stays untouched."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield home


@pytest.fixture
def own(tmp_path: Path) -> str:
    path = tmp_path / "my_rule.py"
    path.write_text(OWN)
    return str(path)


SAID = ("a file may print", "deciding ", "generating ", "setting ", "replaying ", "rechecking ")
"""What else is on stderr: what a file prints, and what takes long."""


def gen(*args: str) -> Result:
    """Run a command in this process; whatever it is, it ends by an exit code and no traceback."""
    result = CliRunner().invoke(main, list(args))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert result.exit_code in (0, 1, 2), result.output
    return result


def good(*args: str) -> str:
    result = gen(*args)
    assert result.exit_code == 0, result.output
    return result.stdout


def bad(*args: str) -> str:
    """The one line that bad input gets; nothing else is printed."""
    result = gen(*args)
    assert result.exit_code == 2, result.output
    lines = [line for line in result.stderr.splitlines() if not line.startswith(SAID)]
    assert result.stdout == "" and len(lines) == 1, result.output
    return lines[0]


def data(*args: str) -> Any:
    return json.loads(good(*args, "--json"))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"folder"
        for p in sorted(folder.rglob("*"))
    }


# --- help, version, completion --------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["kernels", "--help"]])
def test_help_is_quick_it_does_not_load_sympy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom optwright.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert not {'sympy', 'jinja2', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_help_tells_exit_codes_and_completion() -> None:
    text = good("--help")
    assert "Exit codes: 0 done; 1 a check failed" in text
    assert 'eval "$(_GEN_COMPLETE=bash_source gen)"' in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [("gen show Ada", "Adam"), ("gen kernels torch.s", "torch.SGD"), ("gen ker", "kernels")],
)
def test_the_shell_completes(words: str, expected: str) -> None:
    asked = {
        "_GEN_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    code = "from optwright.cli import main; main(prog_name='gen')"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True
    )
    assert f"plain,{expected}" in done.stdout.split(), done


# --- list and show --------------------------------------------------------------------------------


def test_list_groups_by_family() -> None:
    rows = data("list")
    assert {"Adam", "SGD", "Momentum", "torch.SGD"} <= {row["id"] for row in rows}
    text = good("list")
    for row in rows:
        assert row["source"] in " ".join(text.split()) and f"\n{row['family']}\n" in f"\n{text}"
    assert [r["id"] for r in rows if r["id"] in text.split()] == [r["id"] for r in rows]


def test_show_prints_the_equations_in_order() -> None:
    text = good("show", "Adam")
    assert "Kingma & Ba 2015" in text
    assert "  m[0] = 0\n" in text
    assert "0.001  [0, inf)  learning rate" in text
    assert "  m[t] = beta1*m[t-1] + (1 - beta1)*g[t]\n  v[t] = beta2*v[t-1]" in text
    assert "\nRelations, " in text
    shown = data("show", "Adam")
    assert [h["default"] for h in shown["hyperparameters"]] == ["0.001", "0.9", "0.999", "1e-08"]
    assert shown["systems"][0]["equations"][-1].startswith("theta[t] = theta[t-1] - lr*m_hat[t]/")
    assert shown["relations"]


def test_show_takes_calls_and_families() -> None:
    assert "beta1" not in json.dumps(data("show", "Adam(beta1=0)")["systems"])
    family = data("show", "torch.SGD")
    assert family["kind"] == "family" and len(family["systems"]) > 1
    assert "nesterov  False, True" in good("show", "torch.SGD")
    assert data("show", "torch.SGD(nesterov=True)")["kind"] == "optimizer"


def test_every_declaration_can_be_shown() -> None:
    from optwright.derive.rule import catalog
    from optwright.derive.tell.describe import describe
    from optwright.derive.tell.page import render

    for declaration in catalog.values():
        shown = json.loads(json.dumps(describe(declaration)))
        text = unstyle("\n".join(render(shown)))
        assert text.startswith(declaration.id)
        for line in shown["systems"][0]["equations"]:
            assert line.split("=")[0].split()[0] in text


# --- prove ----------------------------------------------------------------------------------------


def test_prove_gives_evidence(own: str) -> None:
    text = good("prove", "H1", "H2", "--from", own)
    assert "H1: proved" in text and "Two halves are one." in text
    assert "H2: refuted" in text and "Counterexample, at\n  x  = " in text
    assert "2 statements: 1 proved, 1 refuted, 0 undecided; each as expected" in text
    rows = data("prove", "--from", own)
    assert [(r["id"], r["status"]) for r in rows] == [("H1", "proved"), ("H2", "refuted")]
    assert rows[1]["counterexample"]["point"].keys() == {"x"}
    table = good("prove", "--from", own).splitlines()
    assert table[0].split()[:2] == ["H1", "proved"] and "Two thirds are one." in table[1]


def test_prove_by_optimizer(own: str) -> None:
    assert [r["id"] for r in data("prove", "Halved", "--from", own)] == ["H1", "H2"]


def test_an_unexpected_verdict_exits_with_1(own: str) -> None:
    Path(own).write_text(OWN.replace('"refuted"', '"proved"'))
    result = gen("prove", "--from", own)
    assert result.exit_code == 1
    assert "refuted (expected: proved)" in result.stdout
    assert "not as expected: H2" in result.stdout


def test_every_way_to_show_evidence_takes_a_users_file(own: str) -> None:
    for how, count in (((), 2), (("--explain",), 2), (("--replay",), 1), (("--recheck",), 2)):
        assert len(data("prove", "--from", own, *how)) == count
        assert good("prove", "--from", own, *how)
    text = good("prove", "--explain", "--from", own, "--format", "latex")
    assert text.startswith(f"% Made by optwright: gen prove --explain --from {own}\n")


def test_a_users_file_runs_once_for_what_it_is_read_for(own: str) -> None:
    good("prove", "--from", own)  # the processes that decide run it, too
    assert gen("prove", "--from", own, "--recheck").stderr.count("a file may print") == 1
    assert gen("show", "Halved", "--from", own).stderr.count("a file may print") == 2


def test_an_id_comes_first_then_what_stands_on_its_row() -> None:
    m1, m2, n1 = (statements[name] for name in ("M1", "M2", "N1"))
    some = Statements(
        [replace(m2, rows=("M1",)), replace(n1, rows=("a/b#7",), about=("Adam",)), m1]
    )
    assert [s.id for s in some.find("M1")] == ["M1", "M2"]
    assert [s.id for s in some.find("b#7")] == [s.id for s in some.find("a/b#7")] == ["N1"]
    assert [s.id for s in some.find("Adam")] == ["N1"]
    for absent in ("c/b#7", "b#", "7"):
        with pytest.raises(UnknownStatement, match=absent):
            some.find(absent)
    c33 = [s.id for s in statements.find("C33")]
    assert c33[0] == "C33" and len(c33) > 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("Identity(2 * x / 3, x)", "None"), "None is no claim"),
        (('"H2", "Two thirds are one."', '"H2", None'), "its words is None"),
        (('"H2",', "2,"), "its id is 2"),
        (('"refuted", about=("Halved",)', '"refuted", about="Halved"'), "'Halved', not a tuple"),
        (('"refuted"', '"false"'), "'false' is none of proved, refuted, undecided"),
        (('"H2"', '"M1"'), "my_rule.py and the project: two statements have the id M1"),
        (('"H2"', '"H1"'), "two statements have the id H1"),
    ],
)
def test_bad_statements_get_one_line(change: tuple[str, str], says: str, own: str) -> None:
    assert OWN.count(change[0]) == 1
    Path(own).write_text(OWN.replace(*change))
    assert says in bad("prove", "--from", own, "M1")


def test_evidence_goes_to_files_links_and_pipes(own: str, tmp_path: Path) -> None:
    text = good("prove", "--from", own)
    assert good("prove", "--from", own, "-o", "-") == text
    link, target, pipe = (tmp_path / name for name in ("link", "target", "pipe"))
    link.symlink_to(target)
    assert good("prove", "--from", own, "-o", str(link)) == f"{link}\n"
    assert link.is_symlink() and target.read_text() == text
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert good("prove", "--from", own, "-o", str(pipe)) == ""
    assert os.read(reading, 65536).decode() == text and not pipe.is_file()
    os.close(reading)
    pipe.unlink()
    before = contents(tmp_path)
    for out in (tmp_path, target / "below", tmp_path / "none" / "of", tmp_path / ("n" * 300)):
        assert f"cannot write {out}" in bad("prove", "--from", own, "-o", str(out))
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "command", [["prove", "M1", "--explain", "--format", "latex"], ["graph", "--format", "dot"]]
)
def test_there_is_one_format(command: list[str]) -> None:
    assert "are two formats: give one of them" in bad(*command, "--json")


def test_a_prover_process_whose_parent_is_gone_says_nothing(own: str) -> None:
    command = [sys.executable, "-m", "optwright.derive.work.worker", own]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as worker:
        assert worker.stdin and worker.stdout and worker.stderr
        assert worker.stdout.readline() == "null\n"
        worker.stdout.close()
        print(json.dumps(["H1", 5]), file=worker.stdin, flush=True)
        assert worker.stderr.read() == "a file may print\n"
        assert worker.wait() == 0


def test_what_is_claimed_of_gathered_steps_is_told_in_words() -> None:
    from optwright.derive.tell.explain import settings

    facts = {f.heading: f.lines for s in settings(statements["X1"].claim) for f in s.facts}
    a, b = "AccumulatedMomentumSum", "MomentumSum"
    assert facts[f"Further state of {a} after step t of {b}"][0] == ("accumulated", "2")
    assert facts[f"State of {a} that may be anything then"] == (("g_sum",),)


# --- the threads of the frameworks' users ---------------------------------------------------------


def test_threads_with_what_was_decided_and_concluded(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [{"id": s.id, "status": s.expected} for s in statements.values()]
    monkeypatch.setattr(Library, "_decided", lambda self, rows: told)
    monkeypatch.setattr(cache, "recall", lambda *key: None)
    monkeypatch.setattr(cache, "keep", lambda *entry: None)
    rows = data("list", "--issues")
    assert [row["thread"] for row in rows] == [issue.where for issue in issues]
    assert {row["thread"] for row in rows if row["agrees"] is False} == DISPUTED
    first = rows[0]
    assert first["statements"] == ["M2", "M1"] and first["status"] == "refuted"
    assert first["concluded"] is False and first["agrees"] is True
    lines = good("list", "--issues").splitlines()
    heads = [line for line in lines if line.startswith(("✓", "✗", "?"))]
    text = " ".join(" ".join(lines).split())
    for row, line in zip(rows, heads, strict=True):
        assert all(row[name] in line for name in ("thread", "status"))
        assert f"{row['claim']} — {row['outcome']}" in text
    same = sum(row["agrees"] is True for row in rows)
    assert f"{len(rows)} threads: the maintainers concluded the same in {same}," in text


def test_an_open_thread_or_claim_agrees_with_nobody() -> None:
    left_open, held = (Issue("a/b#1", "c", ("S", "T"), x, "o") for x in (None, True))
    assert threads([left_open, held], {"S": "undecided"})[1]["agrees"] is None
    rows = threads([left_open, held], {"S": "refuted"})
    assert [row["agrees"] for row in rows] == [None, False]
    lines = [unstyle(line) for line in table(rows)]
    assert lines[2:] == ["✗ a/b#1: refuted, maintainers held true (!) (S, T)", "    c — o"]
    assert "the same in 0, otherwise in 1 (!), 1 left open" in tally(rows)


# --- kernels into a folder of one's own -----------------------------------------------------------


def test_a_rule_that_divides_by_zero_is_not_generated(tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(
        "from optwright.derive.language import *\n"
        "m = Variable('m')\n"
        "Late = Optimizer(name='Late', source=Source('here'), hyper=[lr(0.1), momentum(0.9)],\n"
        "    state=[m], step=[Eq(m[t], m[t-1] + g[t]/(1 - momentum**(t-1))),\n"
        "                     Eq(theta[t], theta[t-1] - lr*m[t])])\n"
    )
    told = bad("kernels", "--from", str(own), "--out", str(tmp_path / "out"))
    assert "equation 'm[t] = " in told and "step 1" in told
    assert not (tmp_path / "out").exists()


def test_kernels_write_only_what_differs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = good("kernels", "Adam", "torch.SGD", "--out", str(out))
    assert sorted(contents(out)) == ["adam.py", "torch_sgd.py"]
    assert first.count("new ") == 2
    before = contents(out)
    assert "all up to date" in good("kernels", "Adam", "torch.SGD", "--out", str(out))
    good("kernels", "SGD", "--out", str(out))
    assert contents(out) == {**before, "sgd.py": (out / "sgd.py").read_bytes()}


def test_check_tells_stale_and_missing_files_and_writes_nothing(tmp_path: Path) -> None:
    names = ("kernels", "Adam", "SGD", "--out", str(tmp_path))
    good(*names)
    (tmp_path / "sgd.py").unlink()
    adam = tmp_path / "adam.py"
    adam.write_text(adam.read_text().replace("theta", "thaeta", 1))
    before = contents(tmp_path)
    result = gen(*names, "--check")
    assert result.exit_code == 1
    assert f"stale      {adam}" in result.stdout and "thaeta" in result.stdout
    assert f"missing    {tmp_path / 'sgd.py'}" in result.stdout
    assert f"mend with: gen kernels Adam SGD --backend numpy --out {tmp_path}" in result.stdout
    told = json.loads(gen(*names, "--check", "--json").stdout)
    assert [c["kind"] for c in told["changes"]] == ["stale", "missing"] and not told["ok"]
    assert contents(tmp_path) == before
    good(*names)
    assert "all up to date" in good(*names, "--check")


def test_a_damaged_file_is_stale(tmp_path: Path) -> None:
    good("kernels", "SGD", "--out", str(tmp_path))
    (tmp_path / "sgd.py").write_bytes(b"\xff\xfe\x00 Do not edit.")
    assert gen("kernels", "SGD", "--out", str(tmp_path), "--check").exit_code == 1
    good("kernels", "SGD", "--out", str(tmp_path))
    assert b"class SGD" in (tmp_path / "sgd.py").read_bytes()


def test_a_users_file_works_as_the_catalogue_does(own: str, tmp_path: Path) -> None:
    assert [row["id"] for row in data("list", "--from", own)] == ["Halved"]
    assert "theta[t] = theta[t-1] - lr*g[t]/2" in good("show", "Halved", "--from", own)
    assert "  H1  Halved: two halves are one\n" in good("show", "Halved", "--from", own)
    assert data("show", "Adam", "--from", own)["id"] == "Adam"
    out = tmp_path / "out"
    assert data("kernels", "--from", own, "--out", str(out))["files"] == ["halved.py"]
    text = (out / "halved.py").read_text()
    assert "two halves are one (H1" in text
    assert "gen kernels Halved --from my_rule.py --backend numpy --out ." in text
    assert str(tmp_path) not in text
    weights = np.array([1.0, 2.0])
    optimizer = runpy.run_path(str(out / "halved.py"))["Halved"](weights)
    optimizer.step(np.array([1.0, -1.0]))
    np.testing.assert_allclose(weights, [0.875, 2.125])
    good("kernels", "Halved(lr=1)", "SGD", "--from", own, "--out", str(out))
    assert sorted(contents(out)) == ["halved.py", "sgd.py"]


# --- the package's own folder ---------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the package's own; the project's statements are a few."""
    root = tmp_path / "generated"
    few = record.told(record.concerning(["Momentum"], statements.values()))
    monkeypatch.setattr(record, "index", lambda progress: few)
    monkeypatch.setattr(kernel, "folder", lambda backend: root / backend)
    return root / "numpy"


def test_all_makes_the_package_and_checks_tell_every_difference(package: Path) -> None:
    assert gen("kernels", "--check").exit_code == 1
    assert not package.exists()
    text = good("all")
    assert "0 undecided; each as expected" in text
    made = contents(package)
    assert {"__init__.py", "paper/adam.py", "torch/sgd.py"} <= made.keys()
    assert data("all", "--check")["ok"]
    assert contents(package) == made

    (package / "paper" / "momentum.py").unlink()
    sgd = package / "torch" / "sgd.py"
    sgd.write_text(sgd.read_text() + "# edited\n")
    orphan = package / "paper" / "gone.py"
    orphan.write_bytes(made["paper/adam.py"])
    foreign = package / "paper" / "mine.py"
    foreign.write_text("x = 1\n")
    planted = contents(package)
    for command in ("kernels", "all"):
        result = gen(command, "--check")
        assert result.exit_code == 1
        assert f"missing    {package / 'paper' / 'momentum.py'}" in result.stdout
        assert f"stale      {sgd}" in result.stdout and "-# edited" in result.stdout
        assert f"orphan     {orphan}" in result.stdout
        assert "mine.py" not in result.stdout
        assert f"mend with: gen {command}" in result.stdout
    assert contents(package) == planted

    good("kernels", "Momentum")
    assert (package / "paper" / "momentum.py").exists() and orphan.exists()
    assert sgd.read_text().endswith("# edited\n")
    assert [c["kind"] for c in data("kernels")["changes"]] == ["stale", "orphan"]
    assert contents(package) == made | {"paper/mine.py": b"x = 1\n"}


def test_the_package_keeps_the_catalogue_only(package: Path, own: str) -> None:
    assert "give --out DIR" in bad("kernels", "Adam(beta1=0)")
    assert "--from needs --out DIR" in bad("kernels", "--from", own)
    assert not package.exists()


def test_sheet_tells_what_it_made(own: str, tmp_path: Path) -> None:
    out = tmp_path / "sheet.tex"
    made = data("sheet", "Halved", "SGD", "--from", own)
    text = made.pop("text")
    assert made == {"format": "tex", "rules": ["Halved", "SGD"]}
    assert len(text) > 1000 and "Halved" in text
    assert data("sheet", "SGD", "-o", str(out))["file"] == str(out)
    assert good("sheet", "SGD", "-o", str(out)) == f"{out}: 1 rule\n"


# --- targets that cannot be written ---------------------------------------------------------------


def test_an_unwritable_target_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("text")
    (tmp_path / "out" / "sgd.py").mkdir(parents=True)
    for out in (file, file / "below", tmp_path / "out", Path("/proc/none/of/this")):
        before = contents(tmp_path)
        assert "cannot" in bad("kernels", "Adam", "SGD", "--out", str(out)) or out.name == "out"
        assert contents(tmp_path) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "no permission" in bad("kernels", "SGD", "--out", str(tmp_path))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_what_stops_halfway_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    good("kernels", "Adam", "SGD", "--out", str(tmp_path))
    for file in tmp_path.iterdir():
        file.write_text("old")
    before, stage = contents(tmp_path), folder._stage

    def fail(target: Path, text: str, staged: dict[Path, str]) -> None:
        if staged:
            raise error
        stage(target, text, staged)

    monkeypatch.setattr(folder, "_stage", fail)
    result = CliRunner().invoke(main, ["kernels", "Adam", "SGD", "--out", str(tmp_path)])
    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 2)
    assert result.stderr.strip().startswith("Error: ") and "\n" not in result.stderr.strip()
    assert contents(tmp_path) == before


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show"], "Missing argument"),
        (["frobnicate"], "No such command"),
        (["list", "--frob"], "--frob"),
        (["show", "adam"], "did you mean Adam"),
        (["show", "Adm"], "did you mean Adam"),
        (["show", "sgd"], "SGD"),
        (["kernels", "Adan2", "--out", "."], "Adan2"),
        (["show", "Adam("], "is no call"),
        (["show", "Adam(0.1)"], "by name"),
        (["show", "Adam(lr=-1)"], "-1 is outside [0, inf)"),
        (["show", "Adam(lr=open('x'))"], "no literal"),
        (["show", "Adam(lr=1e99999999)"], "1e99999999 is beyond double precision"),
        (["show", "Adam(lr=1e-99999999)"], "1e-99999999 is beyond double precision"),
        (["show", "Adam(lrr=1)"], "did you mean lr"),
        (["show", "torch.SGD(nesterov=1)"], "not one of False, True"),
        (["show", ""], "''"),
        (["show", "Adam\n\x1b[31m"], "Adam"),
        (["kernels", "--backend", "fortran"], "no backend 'fortran'; there are: numpy, cupy"),
        (["kernels", "Adam", "Adam(lr=1)", "--out", "."], "written twice"),
        (["prove", "no such statement"], "no such statement"),
        (["prove", "--from", "missing.py"], "missing.py: does not exist"),
        (["list", "--from", "missing.py"], "missing.py: file: does not exist"),
        (["show", "Adam", "--from", "."], "is no file"),
        (["prove", "--from", "."], "is no file"),
        (["prove", ""], "there is no statement ''"),
        (["prove", "--explain", "--replay", "M1"], "give one of them"),
        (["prove", "--explain"], "gen prove --explain M1"),
        (["prove", "C93", "--replay"], "C93 is an opinion"),
        (["kernels", "SGD", "--backend", "latex", "--standalone", "--out", "."], "nothing besides"),
        (["list", "--issues", "--from", "."], "leave out --from"),
        (["graph", "Cosine"], "Cosine is a schedule"),
    ],
)
def test_bad_input_gets_one_line(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in bad(*arguments)
    assert bad(*arguments, "--json")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = (", "1"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("1/0", "ZeroDivisionError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("x = 1", "binds no"),
        ("\0", "null"),
        (OWN.replace('"Halved"', '"Adam"'), "Adam"),
        (OWN.replace("theta[t - 1] - lr", "theta[t - 1] - unknown_name"), "unknown_name"),
        (OWN.replace("lr(0.25)", "lr(-1)"), "lr"),
        (OWN.replace('name="Halved"', 'name="not a name"'), "not a name"),
        (
            OWN.replace("g[t] / 2", "digamma(g[t])").replace(
                "from sympy import", "from sympy import digamma,"
            ),
            "polygamma is no part of the language: the functions are sqrt, Abs",
        ),
        (
            OWN + "\nfamily = Family('F', 'paper', {'a': (1, 2)}, lambda a: 1/0)",
            "ZeroDivisionError",
        ),
    ],
)
def test_broken_files_get_one_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text(text)
    out = tmp_path / "out"
    assert says in bad("kernels", "--from", str(path), "--out", str(out))
    assert not out.exists()


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "noise.py"
    path.write_bytes(bytes(range(256)))
    for command in (["list"], ["prove"], ["show", "Adam"]):
        assert "noise.py" in bad(*command, "--from", str(path))


names = st.one_of(
    st.text(max_size=30),
    st.text("Adam.SGD()=,0123456789e-'\"[]{}*/ \n", max_size=30),
    st.builds(
        "Adam({}={})".format,
        st.sampled_from(["lr", "eps", "x"]),
        st.text("0123456789e.-+j/*_", max_size=14),
    ),
    st.builds(lambda n, k: n * k, st.sampled_from("(-[A."), st.integers(1, 3000)),
)


@settings(max_examples=60)
@given(names, st.sampled_from(["show", "prove", "kernels"]))
def test_odd_names_never_give_a_traceback(name: str, command: str) -> None:
    extra = ["--check", "--out", "/nowhere"] if command == "kernels" else []
    result = gen(command, *extra, "--", name)
    said = [line for line in result.stderr.splitlines() if not line.startswith(SAID)]
    assert len(said) == (result.exit_code == 2)


# --- what is kept between runs --------------------------------------------------------------------


def test_damaged_entries_are_ignored(cache_home: Path) -> None:
    before = good("list")
    entries = [p for p in cache_home.rglob("*.json") if p.parent.name == "catalogue"]
    assert entries
    for entry in entries:
        entry.write_text(entry.read_text().replace("Adam", "Eve"))
    assert good("list") == before


def test_no_cache_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    before = good("list")
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    assert cache.recall("catalogue", cache.sources("derive")) is None
    assert good("list") == before

"""Evidence that one can read and replay: explanations in every form, counterexamples run again."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click import unstyle
from click.testing import CliRunner, Result
from sympy import Symbol

from optwright.cli import main
from optwright.derive import prove
from optwright.derive.claim.formula.expression import Conjunction, Identity
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.claim.verdict import Obligation, undecided
from optwright.derive.compose.origin import origin
from optwright.derive.language import beta1, beta2, eps
from optwright.derive.language.declaration import Optimizer, substitute
from optwright.derive.proof.run.replay import (
    NoRun,
    contradiction,
    follows,
    interpreted,
    revived,
)
from optwright.derive.rule import catalog
from optwright.derive.statement.collection import statements
from optwright.derive.tell import evidence
from optwright.derive.tell.evidence import record
from optwright.derive.tell.explain import beside, explained, help_of, render, settings
from optwright.derive.tell.formula import (
    Unreadable,
    parse,
    refuted_at,
    relation,
    shown,
    unnamed,
)
from optwright.templates.latex.proof import Formulas, appendix
from optwright.templates.latex.sheet import pdf
from optwright.templates.replay import made, replayed

RUNS = ("M2", "N2", "C36", "A5x", "A13", "D12", "L3", "K2")
"""Refuted statements with runs, rational and not, about one system and about two."""
POINTS = ("C54", "Q1x", "C25", "D1b", "T1x")
"""Refuted ones without runs: an inequality, matrices, an identity, means, a model."""
PROVED = ("M1", "A4", "Q3", "W5", "N1", "M2a", "A8")
"""Proved ones of several kinds."""


KNOWN: dict[str, dict[str, Any]] = {}


def decided(name: str) -> dict[str, Any]:
    """The record of a statement of the project, decided once."""
    if name not in KNOWN:
        statement = statements[name]
        KNOWN[name] = json.loads(json.dumps(record(statement, prove(statement, 30))))
    return KNOWN[name]


def gen(*args: str) -> Result:
    result = CliRunner().invoke(main, list(args))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def bad(*args: str) -> str:
    result = gen(*args)
    assert result.exit_code == 2, result.output
    assert result.stdout == "" and result.stderr.count("\n") == 1
    return result.stderr


def plain(data: dict[str, Any]) -> str:
    """What `render` gives, without colours."""
    return unstyle("\n".join(render(data)))


# --- explanations ---------------------------------------------------------------------------------


def test_a_proof_is_told_in_full() -> None:
    text = plain(explained(statements["M1"], decided("M1")))
    assert "v[t] = momentum*v[t-1] + g[t]     |       v[t] = momentum*v[t-1] + lr*g[t]" in text
    assert "State of Momentum after step t, from that of MomentumSum" in text
    assert re.search(r"v\[t\] +=  ?lr\*v\[t\]", text)
    assert "lr, momentum constant" in text
    assert "lr*momentum*v[t - 1] + lr*g[t] = lr*(momentum*v[t - 1] + g[t])" in text
    for o in decided("M1")["obligations"]:
        assert f"{o['name']}: proved" in text


def test_narrow_terminals_get_one_system_below_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = render(explained(statements["M1"], decided("M1")))
    assert not any("   |   " in line for line in lines)
    assert beside([["a", "b"], ["c"]], 20) == ["a   |   c", "b   |"]
    assert beside([["a", "b"], ["c"]], 5) == ["a", "b", "", "c"]


def test_a_refutation_is_told_step_by_step() -> None:
    data = explained(statements["M2"], decided("M2"))
    mine, other = data["walks"]
    assert [w["optimizer"] for w in data["walks"]] == ["MomentumSum", "Momentum"]
    assert [step["state"]["theta"] for step in mine["steps"]] == [
        ["1", ""],
        ["3/4", "0.75"],
        ["-1", ""],
    ]
    assert other["steps"][2]["asked"] == [["grad", "3/4", "1", ""]]
    text = plain(data)
    assert re.search(r"2 +1 +grad at 3/4: 1 +-7/16 \(-0.4375\)", text)
    assert "t  MomentumSum theta  Momentum theta   difference" in text
    assert re.search(r"2  -1 +-7/16 \(-0.4375\)  -9/16\n", text) and "defect of theta" in text


def test_what_is_undecided_says_what_would_help() -> None:
    gap = Obligation("step: v", "a = b", "a - b", "undecided")
    verdict = undecided("normal form of step: v", obligations=(gap,), hint="defect of v: a - b")
    told = help_of(record(statements["M1"], verdict))
    assert any("step: v is open" in line for line in told)
    assert any("defect of v: a - b" in line for line in told)
    text = plain(explained(statements["M1"], record(statements["M1"], verdict)))
    assert "\nTried\n" in text and "\nWhat would help\n" in text


@dataclass(frozen=True)
class Own:
    """A claim of a kind that the project does not know."""

    kind: ClassVar[str] = "own"

    system: Optimizer
    relations: tuple[Any, ...]
    at_most: int = 3


def test_unknown_kinds_are_told_by_their_fields() -> None:
    x = Symbol("x")
    (told,) = settings(Own(catalog.system("Momentum"), (x > 0, x < 2)))
    assert [name for name, _ in told.systems] == ["Momentum"]
    assert {f.heading: f.lines for f in told.facts} == {
        "Relations": (("x > 0",), ("x < 2",)),
        "At most": (("3",),),
    }
    several = settings(Conjunction({"one": Identity(x, x), "two": Identity(x, 2)}))
    assert [s.name for s in several] == ["one", "two"]


@pytest.mark.parametrize("name", [*PROVED, *RUNS, *POINTS])
def test_every_kind_is_told_in_every_form(name: str) -> None:
    data = explained(statements[name], decided(name))
    assert data["settings"], name
    json.dumps(data)
    assert all(len(line) < 220 for line in render(data))
    made_ = appendix([(statements[name], decided(name))], "x")
    for left, right in ("{}", (r"\left", r"\right"), (r"\begin", r"\end")):
        marks = made_.replace(r"\leftarrow", "").replace(r"\{", "").replace(r"\}", "")
        assert marks.count(left) == marks.count(right), (name, left)


def test_every_statement_of_the_project_has_a_setting() -> None:
    for statement in statements.values():
        for setting in settings(statement.claim):
            json.dumps(setting.as_dict())


# --- formulas -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("lr*v[t - 1] + g[t]", r"\eta v_{t-1} + g_t"),
        ("-(momentum*v[t - 1] + g[t])*lr", r"-(\mu v_{t-1} + g_t) \eta"),
        ("v[t]/(1 - momentum)", r"\frac{v_t}{1 - \mu}"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a + b)**2", "(a + b)^{2}"),
        ("(a**b)**2", r"(a^{b})^{2}"),
        ("2*3*a", r"2 \cdot 3 a"),
        ("Abs(v[t])", r"\lvert v_t \rvert"),
        ("sqrt(v[t]) = lr[t]", r"\sqrt{v_t} = \eta_t"),
        ("Ne(v[t - 1], 0)", r"v_{t-1} \ne 0"),
        ("s.T @ H @ y", r"s^\top H y"),
        ("lr > 0 by signs", r"\text{lr \textgreater{} 0 by signs}"),
    ],
)
def test_formulas_are_set_as_they_stand(text: str, latex: str) -> None:
    from optwright.derive.language.notation import letters

    assert Formulas([letters(catalog.system("Momentum"))]).show(text) == latex


@pytest.mark.parametrize(
    ("text", "point", "fails"),
    [
        ("a + b = 3", {"a": "1", "b": "1"}, True),
        ("a + b = 3", {"a": "1", "b": "2"}, False),
        ("sqrt(a)**2 = a", {"a": "2"}, False),
        ("sqrt(a) = 1414/1000", {"a": "2"}, True),
        ("sqrt(a) <= 3/2", {"a": "2"}, False),
        ("a < b", {"a": "1", "b": "1"}, True),
        ("Ne(a, b)", {"a": "1", "b": "1"}, True),
        ("v[t - 1]*lr >= 0", {"v[t - 1]": "-1", "lr": "1/2"}, True),
        ("A @ x = b", {"A": "[[0, 1], [1, 0]]", "x": "[[1], [2]]", "b": "[[2], [1]]"}, False),
        ("A @ x = b", {"A": "[[0, 1], [1, 0]]", "x": "[[1], [2]]", "b": "[[1], [2]]"}, True),
        ("x.T @ x * A = A", {"A": "[[0, 1], [1, 0]]", "x": "[[1], [2]]"}, True),
        ("A @ A = I", {"A": "[[0, 1], [1, 0]]"}, False),
        ("cases(a, a > 0, -a) = 2", {"a": "-2"}, False),
    ],
)
def test_formulas_at_a_point(text: str, point: dict[str, str], fails: bool) -> None:
    assert refuted_at(relation(text), point).fails is fails


def test_formulas_that_say_nothing_are_refused() -> None:
    for text in ("it is 0", "a +", "f(a)", "a; b", "__import__('os')"):
        with pytest.raises(Unreadable):
            relation(text)
    with pytest.raises(Unreadable, match="the point gives no b"):
        refuted_at(relation("a = b"), {"a": "1"})
    with pytest.raises(Unreadable, match="__import__ cannot be evaluated"):
        refuted_at(relation("__import__(1) = 1"), {})
    assert unnamed(relation("a + v[t] = I"), {"a": "1"}) == ["v[t]"]
    assert shown(Fraction(1, 3)) == "1/3" and parse("a") is not None


# --- special cases found again --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("Momentum", ()),
        ("Adam(beta1=0, eps=0)", ("beta1=0", "eps=0")),
        ("torch.SGD(nesterov=True)", ("nesterov=True",)),
        ("Signum(beta=0)", ("beta=0",)),
    ],
)
def test_special_cases_are_recognised(call: str, said: tuple[str, ...]) -> None:
    found = origin(catalog.system(call), catalog)
    assert found is not None and set(said) <= set(found.said)


def test_tied_hyperparameters_are_recognised_and_changes_are_not() -> None:
    adam = catalog.system("Adam")
    tied = origin(substitute(adam, {beta1: beta2}), catalog)
    assert tied is not None and tied.said == ("beta1=beta2",)
    changed = adam.replace(step=(*adam.step[:-1], adam.step[-1].subs(eps, 2 * eps)))
    assert origin(changed, catalog) is None
    assert origin(adam.replace(name="Other"), catalog) is None


# --- replay ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNS)
def test_counterexamples_run_again_in_generated_code(name: str) -> None:
    found = replayed(statements[name], decided(name), catalog)
    assert found["confirmed"], found["problems"]
    assert set(found["found"]) == {"the reference interpreter", "the generated code"}
    assert all("optwright.generated.numpy" in run["class"] for run in found["runs"])
    assert "replay confirmed" in unstyle("\n".join(evidence.replay(found)))


@pytest.mark.parametrize("name", POINTS)
def test_points_are_evaluated_again(name: str) -> None:
    found = replayed(statements[name], decided(name), catalog)
    assert found["confirmed"] and "evaluated again" in found["how"], found
    assert found["check"]["left"] != found["check"]["right"]


def test_a_changed_record_is_not_confirmed() -> None:
    row = json.loads(json.dumps(decided("M2")))
    row["counterexample"]["runs"][1]["states"][2]["theta"] = "-1"
    with pytest.raises(NoRun):
        revived(statements["M2"].claim, row["counterexample"]["runs"])
    row["counterexample"]["found"] = {"MomentumSum theta[2]": "0"}
    found = replayed(statements["M2"], row, catalog)
    assert not found["confirmed"] and found["problems"]
    point = json.loads(json.dumps(decided("C25")))
    point["counterexample"]["point"] = {"h": "0", "lr": "1"}
    assert not replayed(statements["C25"], point, catalog)["confirmed"]


def test_runs_that_agree_contradict_nothing() -> None:
    claim = statements["M2"].claim
    assert isinstance(claim, Simulation)
    _, runs = revived(claim, decided("M2")["counterexample"]["runs"])
    shorter = [replace(run, steps=1) for run in runs]
    found = [interpreted(run) for run in shorter]
    assert contradiction(claim, shorter, found, Fraction(0)) is None
    assert follows(found[0], shorter[0], 0) and not follows(found[1], shorter[0], 0)


def test_numbers_that_no_class_takes_are_told() -> None:
    """Of momentum at -1/2: the claim is about it, the generated class refuses it."""
    found = replayed(statements["E2b"], decided("E2b"), catalog)
    assert found["confirmed"] and "the generated code refuses" in found["how"]
    assert "is outside [0, 1)" in found["how"]


def test_changed_rules_are_generated_in_memory() -> None:
    system = catalog.system("Momentum").replace(name="Mine")
    by = made(system, catalog)
    assert "generated in memory" in by.where and by.cls.__name__ == "Mine"


# --- the commands ---------------------------------------------------------------------------------


def test_commands_explain_and_replay(tmp_path: Path) -> None:
    result = gen("prove", "--explain", "M1")
    assert result.exit_code == 0 and "State of Momentum after step t" in result.stdout
    data = json.loads(gen("prove", "--explain", "M1", "--format", "json").stdout)
    assert data[0]["settings"][0]["systems"][1]["name"] == "Momentum"
    out = tmp_path / "m1.tex"
    assert gen("prove", "--explain", "M1", "--format", "latex", "-o", str(out)).exit_code == 0
    text = out.read_text()
    assert r"\section*{M1: proved}" in text and r"v_t = \eta v_t" in text
    packages = set(re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", text))
    assert packages <= {"fontenc", "inputenc", "lmodern", "geometry", "amsmath", "longtable"}
    result = gen("prove", "--replay", "M2")
    assert result.exit_code == 0 and "1 counterexample: 1 confirmed" in result.stdout
    assert json.loads(gen("prove", "--replay", "M2", "--json").stdout)[0]["confirmed"]


def test_bad_commands_get_one_line() -> None:
    assert "give one of them" in bad("prove", "--explain", "--replay", "M2")
    assert "needs the statements" in bad("prove", "--explain")
    assert "--format latex is for --explain" in bad("prove", "M1", "--format", "latex")
    assert "M1 is proved" in bad("prove", "--replay", "M1")
    assert "cannot write" in bad("prove", "M1", "-o", "no/such/folder/file")


OWN = """
from optwright.derive.language import *
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.rule import catalog

halved = Optimizer(name="Halved", source=Source("A test"), hyper=(lr(0.25),),
                   step=(Eq(theta[t], theta[t - 1] - lr * g[t] / 2),))
statements = (
    Statement("H1", "Halved is descent.", Simulation(catalog.system("GradientDescent"), halved),
              "refuted", about=("Halved", "GradientDescent")),
)
"""


def test_rules_of_ones_own_are_replayed_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(OWN)
    result = gen("prove", "--replay", "--from", str(path))
    assert result.exit_code == 0, result.output
    assert "Halved, its class generated in memory" in result.stdout
    shown_ = gen("show", "Halved", "--from", str(path)).stdout
    assert "\nRefuted near misses\n  H1  Halved is descent  all losses, all t\n" in shown_


def test_show_lists_near_misses(only: Callable[..., None]) -> None:
    only("M4", "E7c")
    result = gen("show", "HeavyBall")
    assert "\n  M4  Momentum = HeavyBall under" in result.stdout
    assert "\nRefuted near misses\n  E7c  HeavyBall: " in result.stdout
    data = json.loads(gen("show", "HeavyBall", "--json").stdout)
    assert {"id", "status", "words", "others"} <= data["statements"][0].keys()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_appendices_compile(tmp_path: Path) -> None:
    names = [*PROVED, *RUNS, *POINTS]
    text = appendix([(statements[name], decided(name)) for name in names], "x")
    assert pdf(text).startswith(b"%PDF")
    (tmp_path / "a.tex").write_text(text)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "a.tex"],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
    )
    log = done.stdout.decode("utf-8", "replace")
    wide = [float(x) for x in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert not [x for x in wide if x > 40]
    assert isinstance(statements["M1"], Statement)

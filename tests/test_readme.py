"""The README says what the project does: its code runs, its listings are real."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner

from optwright.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)


def _block(kind: str, word: str) -> str:
    return next(text for k, text in BLOCKS if k == kind and word in text)


def test_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "use.py"
    script.write_text(_block("python", "opt.save"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    scope = runpy.run_path(str(script))
    assert scope["opt"].t == 1000
    assert abs(scope["params"]["b"] - 1).max() < 1e-2


def test_listing_is_the_generated_code() -> None:
    shown = _block("python", "def update(theta, g, v")
    generated = (ROOT / "generated" / "numpy" / "paper" / "momentum.py").read_text(encoding="utf-8")
    assert shown.strip() in generated


def test_declaration_is_the_catalogue_s() -> None:
    shown = _block("python", "Eq(v[t], momentum * v[t - 1]")
    from optwright.derive.language import Eq, Optimizer, Source, g, lr, momentum, t, theta, v
    from optwright.derive.rule import catalog

    text = shown.replace("…", 'source=Source("this file")')
    made = eval(text, {"Optimizer": Optimizer, "Source": Source, "Eq": Eq, "g": g, "lr": lr,
                       "momentum": momentum, "t": t, "theta": theta, "v": v})  # fmt: skip
    declared = catalog.system("Momentum")
    assert (made.step, made.hyper) == (declared.step, declared.hyper)


@pytest.mark.parametrize(
    "command", ["prove M1", "prove M2", "prove --replay M2", "compare Momentum MomentumSum"]
)
def test_what_commands_print_is_as_printed_here(command: str) -> None:
    shown = _block("console", f"gen {command}\n")
    first, *listings = re.split(r"^\$ gen ", shown, flags=re.MULTILINE)
    assert not first and listings[0].startswith(f"{command}\n")
    for listing in listings:
        asked, *lines = listing.splitlines()
        printed = CliRunner(env={"COLUMNS": "100"}).invoke(main, asked.split()).output
        for line in lines:
            assert line.strip() in ("", "…") or line.strip() in printed, line

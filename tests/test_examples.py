"""The examples on real data: right gradients, and every optimizer learns."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from optwright import cli
from optwright.derive import prove

pytest.importorskip("sklearn", reason="needs the extra plots: pip install -e '.[plots]'")
pytest.importorskip("matplotlib", reason="needs the extra plots: pip install -e '.[plots]'")

EXAMPLES = Path(__file__).parents[1] / "examples"
sys.path.insert(0, str(EXAMPLES))  # they import each other as scripts do

import breast_cancer  # noqa: E402
import digits  # noqa: E402
import gradcheck  # noqa: E402
import model  # noqa: E402

ENOUGH = 0.9
"""Accuracy of softmax regression on the test digits after ten epochs."""

DIGITS = model.digits(0)
KNOWN = digits.catalogue()


# --- models --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_derivatives_agree_with_centred_differences(seed: int) -> None:
    errors = gradcheck.errors(seed)
    assert len(errors) == 4
    assert max(errors.values()) < gradcheck.TOLERANCE, errors


def test_a_wrong_gradient_is_noticed() -> None:
    def wrong(params: model.Params) -> tuple[float, model.Params]:
        loss, grads = model.softmax_loss(params, DIGITS.x[:20], DIGITS.y[:20])
        grads["out"]["b"] = grads["out"]["b"] * 1.01
        return loss, grads

    params = model.SOFTMAX.start(np.random.default_rng(0), (DIGITS.x.shape[1], 10))
    assert gradcheck.gradient_error(wrong, params) > gradcheck.TOLERANCE


@pytest.mark.parametrize("one", model.CLASSIFIERS, ids=lambda one: one.name)
def test_models_change_nothing_and_repeat(one: model.Classifier) -> None:
    params = one.start(np.random.default_rng(0), (DIGITS.x.shape[1], 10))
    before = gradcheck.copied(params)
    first, second = (one.loss(params, DIGITS.x[:50], DIGITS.y[:50]) for _ in range(2))
    assert first[0] == second[0]
    np.testing.assert_array_equal(gradcheck.flat(first[1]), gradcheck.flat(second[1]))
    np.testing.assert_array_equal(gradcheck.flat(params), gradcheck.flat(before))


def test_losses_survive_huge_scores() -> None:
    with np.errstate(all="raise", under="ignore"):
        loss, slope = model.cross_entropy(np.array([[1e4, -1e4]]), np.array([1]))
        assert loss == 2e4
        np.testing.assert_allclose(slope, [[1.0, -1.0]])
        np.testing.assert_allclose(model.sigmoid(np.array([-1e4, 0.0, 1e4])), [0.0, 0.5, 1.0])


def test_data_are_scaled_by_the_training_rows() -> None:
    table = model.breast_cancer(0)
    np.testing.assert_allclose(table.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(table.x.std(axis=0), 1)
    assert np.abs(table.x_test.mean(axis=0)).max() > 1e-3
    assert (DIGITS.x.std(axis=0) > 0).all()
    assert len(DIGITS.x) + len(DIGITS.x_test) == 1797


# --- digits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KNOWN)
def test_every_first_order_optimizer_learns_the_digits(name: str) -> None:
    run = digits.train(name, KNOWN[name], model.SOFTMAX, DIGITS)
    assert len(run.losses) == 11
    if name in digits.FAILS:
        assert not run.accuracy > ENOUGH, "it works after all: take it from FAILS"
    elif digits.is_baseline(KNOWN[name]):
        assert 0.1 < run.accuracy < ENOUGH
    else:
        assert run.accuracy > ENOUGH
        assert run.losses[-1] < 0.2 * run.losses[0]


@pytest.mark.parametrize("name", ["SGD", "Nesterov", "Adam", "Rprop", "Muon", "ScheduleFreeAdamW"])
def test_the_network_learns_too(name: str) -> None:
    run = digits.train(name, KNOWN[name], model.NETWORK, DIGITS, schedule="step")
    assert run.accuracy > 0.93


def test_runs_repeat_to_the_bit() -> None:
    runs = [
        digits.train("NoisySGD", KNOWN["NoisySGD"], model.NETWORK, DIGITS, epochs=2)
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


def test_each_row_is_seen_once_per_epoch() -> None:
    seen = list(digits.batches(np.random.default_rng(0), 10, 4))
    assert len(seen) == digits.steps_per_epoch(10, 4) == 3
    assert sorted(np.concatenate(seen)) == list(range(10))
    assert digits.steps_per_epoch(12, 4) == 3


def test_the_schedule_spans_the_run() -> None:
    cosine = digits.schedule_of("cosine", 0.5, epochs=10, steps=23)
    assert cosine(1) == 0.5
    assert cosine(231) == pytest.approx(0, abs=1e-15)
    steps = digits.schedule_of("step", 0.5, epochs=10, steps=23)
    assert [steps(t) for t in (92, 93, 185)] == pytest.approx([0.5, 0.05, 0.005])


def test_the_table_names_no_optimizer_that_is_gone() -> None:
    assert set(digits.FAILS) <= set(KNOWN)
    assert {name for names in digits.PANELS.values() for name in names} <= set(KNOWN)


def test_labels_clear_each_other() -> None:
    placed = digits.spread([0.5, 0.5, 0.49, 0.01], [0.1, 0.2, 0.1, 0.1])
    gaps = -np.diff(placed)
    assert (gaps >= np.array([0.15, 0.15, 0.1]) - 1e-12).all()
    assert 0 <= placed[-1] and placed[0] <= 1


def test_picture_and_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "losses.png"
    names = ["Adam", "Momentum", "HeavyBall", "torch.SGD"]
    digits.main(["--only", *names, "--epochs", "2", "--output", str(picture)])
    printed = capsys.readouterr().out
    assert all(f"\n{name} " in printed for name in names)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_curves_that_coincide_share_a_line() -> None:
    runs = [
        digits.train(name, KNOWN[name], model.SOFTMAX, DIGITS, epochs=2)
        for name in ("Momentum", "Nesterov", "HeavyBall")
    ]
    groups = digits.coinciding(runs)
    assert [[run.name for run in group] for group in groups] == [
        ["Momentum", "HeavyBall"],
        ["Nesterov"],
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--only", "Adm"], "did you mean Adam?"),
        (["--only", "BFGS"], "no first-order optimizer 'BFGS'"),
        (["--epochs", "0"], "'0' is not a whole number above 0"),
    ],
)
def test_bad_arguments(given: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        digits.main(given)
    assert exit.value.code == 2
    assert said in capsys.readouterr().err


# --- breast cancer -------------------------------------------------------------------------------


def test_second_order_methods_find_the_minimum_in_few_steps() -> None:
    found = {one.name: one for one in breast_cancer.fits(l2=1e-2, seed=0, steps=100)}
    least = found["Newton"].losses[-1]
    for name in ("Newton", "DampedNewton", "BFGS", "LBFGS"):
        assert found[name].gradient < 1e-8, name
        assert found[name].losses[-1] == pytest.approx(least, rel=1e-12), name
        assert found[name].accuracy > 0.95, name
    assert len(found["Newton"].losses) < len(found["LBFGS"].losses)
    assert found["Newton"].hessians == len(found["Newton"].losses) - 1
    descent = found["GradientDescent"]
    assert (np.diff(descent.losses) < 0).all()
    assert descent.losses[-1] > least + 1e-4


# --- a rule of one's own -------------------------------------------------------------------------


def test_own_rule_is_proved_generated_and_learns(tmp_path: Path) -> None:
    path = EXAMPLES / "my_rule.py"
    for statement in runpy.run_path(str(path))["statements"]:
        assert prove(statement, 30).status == statement.expected
    done = CliRunner().invoke(cli.main, ["kernels", "--from", str(path), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    kind = runpy.run_path(str(tmp_path / "aggmo.py"))["AggMo"]
    run = digits.train("AggMo", kind, model.SOFTMAX, DIGITS)
    assert run.losses[-1] < 0.5 * run.losses[0]

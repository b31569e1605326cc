"""The second judge on quadratics, smooth losses, paths, points of losses, and means.

Each kind is accepted as it was decided, and rejected once a number, the evidence or the claim has
been changed. The algebra underneath is seen by itself.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import sympy
from sympy import Abs, Rational, Symbol

from optwright.derive import prove
from optwright.derive.claim.verdict import Verdict, from_dict
from optwright.derive.interpret import DECIMAL50
from optwright.derive.judge import Recheck, recheck
from optwright.derive.judge.kernel import sturm
from optwright.derive.judge.kernel.box import ANY, NEGATIVE, POSITIVE, ZERO, Box
from optwright.derive.judge.kernel.chart import ChartRegion
from optwright.derive.judge.kernel.unknown import Unknowns
from optwright.derive.judge.kind.loss.landscape import what
from optwright.derive.judge.point.spans import Spans, span
from optwright.derive.statement.collection import statements

PROVED = (
    *("E1", "E2a", "E3a", "E12b", "E17", "C40c", "C39", "E5", "E7", "E6", "E5a", "E19", "E19c"),
    *("E9", "E9a", "C5", "E6f", "C4a", "C45", "C24b", "C24a", "C23a", "C8a", "C4b", "A2a", "C80a"),
    *("C52d", "D1a"),
)
REFUTED = (
    *("E1a", "E1b", "E2c", "E17a", "C39b", "E5b", "E5c", "C41", "E16a", "E6a", "E7b", "E19a"),
    *("E9b", "C10", "C5a", "E6g", "C44y", "C52y", "C4y", "C44x", "C4", "C5t", "C7x", "C24x", "C23"),
    *("C4x", "C20x", "C104y", "D1b", "C80"),
)

Data = dict[str, Any]


@cache
def kept(name: str) -> str:
    """The verdict of a statement as it is stored."""
    return json.dumps(prove(statements[name], 30.0).kept())


def seen(name: str, change: Callable[[Data], object] | None = None, claim: Any = None) -> Recheck:
    """What the second judge says of a stored verdict that was changed, or of another claim."""
    data = json.loads(kept(name))
    if change is not None:
        before = json.dumps(data)
        change(data)
        assert json.dumps(data) != before
    statement = statements[name]
    verdict: Verdict = from_dict(data)
    return recheck(statement if claim is None else replace(statement, claim=claim), verdict)


@pytest.mark.parametrize("name", PROVED)
def test_a_proof_is_derived_again(name: str) -> None:
    found = seen(name)
    assert (found.verdict, found.status, found.reasons) == ("proved", "rechecked", ())
    assert found.certified == found.obligations > 0
    assert found.points > 0


@pytest.mark.parametrize("name", REFUTED)
def test_a_counterexample_is_computed_again(name: str) -> None:
    found = seen(name)
    assert (found.verdict, found.status, found.reasons) == ("refuted", "rechecked", ())


# ---- planted faults


def no_obligations(data: Data) -> None:
    data["obligations"] = data["obligations"][:0]


@pytest.mark.parametrize("name", PROVED)
def test_a_proof_without_obligations_is_not_accepted(name: str) -> None:
    assert seen(name, no_obligations).status in ("failed", "not rechecked")


def changed_claim(name: str, **parts: Any) -> Recheck:
    return seen(name, claim=replace(statements[name].claim, **parts))


lr, L = (next(s for s in statements["E1"].claim.when[1].free_symbols if str(s) == n)
         for n in ("lr", "L"))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "parts"),
    (
        ("E1", {"when": [lr > 0, lr < 3 / L]}),
        ("E1", {"when": [lr > 0, lr < 1 / L]}),
        ("E2a", {"when": [lr > 0, lr < 2 / L]}),
        ("E17", {"when": [lr > 0, lr < 2 / L]}),
        ("E5", {"radius": Rational(1, 2)}),
        ("E6", {"hyper": {"lr": 1 / L}}),
        ("E19", {"point": sympy.Integer(0)}),
        ("E9", {"decrease": lr}),
        ("C5", {"factor": Rational(1, 2)}),
        ("C4a", {"high": Rational(17, 25)}),
        ("C24b", {"what": "minimum"}),
        ("C23a", {"values": (1, 1)}),
        ("C8a", {"relation": Symbol("x") ** 2 > 2}),
    ),
)
def test_the_evidence_of_another_claim_fails(name: str, parts: dict[str, Any]) -> None:
    assert changed_claim(name, **parts).status in ("failed", "not rechecked")


@pytest.mark.parametrize(
    ("name", "parts"),
    (
        ("E1a", {"when": [lr > 0, lr < 2 / L]}),
        ("C44y", {"step": None}),
        ("C52y", {"step": 68}),
        ("C4", {"low": Rational(1, 2), "high": 1}),
        ("C5t", {"what": "saddle"}),
        ("C23", {"values": (-1, 1)}),
        ("C4x", {"low": 0}),
        ("C20x", {"to": {"theta": Symbol("x", real=True)}}),
        ("E9b", {"decrease": -lr * 100}),
        ("E6g", {"factor": 1}),
    ),
)
def test_a_counterexample_to_another_claim_fails(name: str, parts: dict[str, Any]) -> None:
    assert changed_claim(name, **parts).status in ("failed", "not rechecked")


def numbers_changed(data: Data) -> None:
    """Every number of what was found, one more."""
    found = data["counterexample"]["found"]
    for pair in found if isinstance(found, list) else ():
        try:
            pair[1] = str(Fraction(pair[1]) + 1)
        except ValueError:
            continue
    if isinstance(found, dict):
        for name, text in found.items():
            try:
                found[name] = str(Fraction(text) + 1)
            except ValueError:
                continue


@pytest.mark.parametrize(
    "name", ("E1a", "E5b", "C39b", "E19a", "E9b", "E6g", "C5t", "C23", "C4x", "C20x", "D1b")
)
def test_an_altered_number_fails(name: str) -> None:
    assert seen(name, numbers_changed).status == "failed"


def moved(data: Data) -> None:
    """Another point, at which the claim holds or which is not allowed."""
    point = data["counterexample"]["point"]
    pairs = point.items() if isinstance(point, dict) else [tuple(x) for x in point]
    changed = {k: "1/100" if k in ("lr", "learning_rate") else x for k, x in pairs}
    data["counterexample"]["point"] = (
        changed if isinstance(point, dict) else [list(x) for x in changed.items()]
    )


@pytest.mark.parametrize("name", ("E1a", "C10", "C5a", "C52"))
def test_another_point_fails(name: str) -> None:
    assert seen(name, moved).status == "failed"


def test_the_evidence_of_a_path_must_be_of_this_path() -> None:
    other = json.loads(kept("C52y"))
    assert recheck(statements["C44y"], from_dict(other)).status == "failed"
    settled = json.loads(kept("C4a"))
    for o in settled["obligations"]:
        o["name"] = o["name"].replace("3/5", "4/5").replace("27/25", "9/10")
    assert recheck(statements["C4a"], from_dict(settled)).status == "failed"


# ---- the algebra by itself


def test_real_roots_are_counted() -> None:
    p = [Fraction(x) for x in (-6, 11, -6, 1)]  # (x - 1)(x - 2)(x - 3)
    assert sturm.roots(p, None, None) == 3
    assert sturm.roots(p, Fraction(1), Fraction(3)) == 2
    square = [Fraction(x) for x in (1, -2, 1)]
    assert sturm.nonnegative(square, None, None)
    assert not sturm.positive(square, Fraction(0), Fraction(2))
    assert not sturm.nonnegative(p, Fraction(0), Fraction(4))
    assert sturm.positive([Fraction(0), Fraction(1)], Fraction(0), Fraction(1), True)
    assert not sturm.nonnegative([Fraction(0), Fraction(0), Fraction(0), Fraction(1)], None, None)


@pytest.mark.parametrize("seed", range(6))
def test_roots_inside_the_circle_are_told_as_by_their_moduli(seed: int) -> None:
    rng = random.Random(seed)
    p = [Fraction(rng.randrange(-8, 9), 8) for _ in range(rng.randrange(2, 5))] + [Fraction(1)]
    z = Symbol("z")
    poly = sum((sympy.Rational(c.numerator, c.denominator) * z**k for k, c in enumerate(p)), 0 * z)
    inside = all(abs(r) < 1 for r in sympy.Poly(poly, z).nroots(30))
    assert sturm.stable(p) == inside


def test_signs_hold_wherever_the_relations_do() -> None:
    letters = Unknowns()
    x, y = letters("x"), letters("y")
    unit = Box(Fraction(0), Fraction(1), True, True)
    region = ChartRegion.of(letters, {"x": unit, "y": Box(Fraction(0), None)})
    assert region.sign(x) == POSITIVE
    assert region.sign(x * x - x) == NEGATIVE
    assert region.sign(y) == POSITIVE | ZERO
    assert region.sign(x - y) == ANY
    (below,) = list(region.solved([(x - y, True)]))[:1]
    assert below.sign(x - y) == POSITIVE


def test_spans_hold_what_they_should() -> None:
    f = Spans()
    third, two = span(Fraction(1, 3)), span(Fraction(2))
    root = f.apply("sqrt", two)
    low, high = f.multiply([root, root]).ends
    assert low <= 2 <= high and high - low < Fraction(1, 10**40)
    low, high = f.multiply([third], [f.negate(two)]).ends
    assert low <= Fraction(-1, 6) <= high
    assert f.compare(third, "<", two) is True
    assert f.compare(root, "<", root) is None
    assert f.multiply([two], [f.subtract(root, root)]).reason


def test_a_degenerate_point_is_not_called_a_minimum_by_curves_alone() -> None:
    x, y = sympy.symbols("x y", real=True)
    claim = type("Claim", (), {"at": {x: 0, y: 0}, "loss": x**2 * y**2 + x**6, "what": "minimum"})
    assert not what(claim) & {"minimum", "strict minimum", "no minimum"}


def test_the_reference_interpreter_agrees_with_the_spans_of_a_path() -> None:
    from optwright.derive.judge.kind.loss.path import followed
    from optwright.derive.judge.point.run import RunningSystem

    path = statements["C52"].claim.path
    run = followed(path)
    hyper = {name: DECIMAL50.number(x) for name, x in run.hyper.items()}
    system = RunningSystem(path.system, [DECIMAL50.number(Fraction(1, 1000))], hyper, DECIMAL50)
    for _ in range(9):
        system.step(hyper, lambda _, args: [DECIMAL50.multiply([-2, args[0][0]])])
    low, high = run(9).ends
    assert low <= Fraction(system.state["theta"][0]) <= high or Abs(
        Fraction(system.state["theta"][0]) - low
    ) < Fraction(1, 10**40)

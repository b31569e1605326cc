"""The second judge accepts what was proved and refuted, and no certificate that was tampered with.

Faults are planted in every part of a certificate: coefficients, sides, regions, letters, domains,
steps, rules, and in which statement it belongs to.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import pytest
from click import unstyle
from click.testing import CliRunner
from sympy import Symbol

from optwright.cli import main
from optwright.derive import prove
from optwright.derive.certificate.form import Tree
from optwright.derive.claim.formula.expression import Identity, Inequality
from optwright.derive.claim.statement import Statement
from optwright.derive.claim.verdict import Verdict, from_dict
from optwright.derive.judge import Recheck, recheck
from optwright.derive.judge.kernel import proof
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.ideal import inconsistent
from optwright.derive.judge.kernel.polynomial import Fractional, Poly
from optwright.derive.judge.registry import replay
from optwright.derive.statement.collection import statements
from optwright.derive.tell.report import table, tally
from optwright.derive.work import runner

PROVED = ("M1", "M3", "A12", "D28", "C30", "C9", "C9a", "C103", "N3a", "Q1", "T1", "L1", "R5a")
REFUTED = ("M2", "A13", "C9x", "C30x", "Q1x", "T1x", "R5")

Data = dict[str, Any]


@cache
def kept(name: str) -> str:
    """The verdict of a statement as it is stored."""
    return json.dumps(prove(statements[name], 30.0).kept())


def verdict(name: str, change: Callable[[Data], object] | None = None) -> Verdict:
    """A stored verdict, changed."""
    data = json.loads(kept(name))
    if change is not None:
        change(data)
    return from_dict(data)


def seen(name: str, change: Callable[[Data], object] | None = None) -> Recheck:
    return recheck(statements[name], verdict(name, change))


def obligation(data: Data, name: str) -> Data:
    return next(o for o in data["obligations"] if o["name"] == name)


def certificates(data: Data, form: str) -> Iterator[Data]:
    """All certificates of a form."""
    for o in data["obligations"]:
        if o["certificate"] and o["certificate"]["form"] == form:
            yield o["certificate"]


@pytest.mark.parametrize("name", PROVED)
def test_a_proof_is_rechecked_by_algebra_and_bound_to_its_declarations(name: str) -> None:
    found = seen(name)
    assert (found.status, found.reasons) == ("rechecked", ())
    assert found.certified == found.obligations > 0
    assert found.points > 0


@pytest.mark.parametrize("name", REFUTED)
def test_a_counterexample_is_found_again(name: str) -> None:
    found = seen(name)
    assert (found.verdict, found.status, found.reasons) == ("refuted", "rechecked", ())


def test_an_undecided_statement_and_an_unknown_kind_are_named() -> None:
    told = Verdict("undecided", tried=("nothing",))
    assert recheck(statements["M1"], told).status == "not rechecked"
    limit = recheck(statements["N9a"], verdict("N9a"))
    assert limit.status == "points"
    assert "limit" in limit.reasons[0]
    unknown = type("Odd", (), {"kind": "odd", "decide": None})()
    odd = Statement("odd", "", unknown, "proved")
    assert recheck(odd, Verdict("proved")).status == "not rechecked"


# ---- planted faults


def first_zero(data: Data) -> Data:
    return next(c for c in certificates(data, "zero") if c["leaves"][0]["letters"])


def change_side(data: Data) -> None:
    c = first_zero(data)
    c["left"] = ["+", c["left"], ["x", "lr"]]


def change_both_sides(data: Data) -> None:
    c = first_zero(data)
    c["left"], c["right"] = "0", "0"


def change_number(data: Data) -> None:
    c = obligation(data, "step: theta")["certificate"]
    c["right"] = ["*", "2", c["right"]]
    c["left"] = ["*", "2", c["left"]]


def same_of_nothing(data: Data) -> None:
    obligation(data, "step: theta")["certificate"] = {"form": "same", "left": "0", "right": "0"}


def true_of_nothing(data: Data) -> None:
    for o in data["obligations"]:
        o["certificate"] = {"form": "zero"}


def drop_obligation(data: Data) -> None:
    data["obligations"].remove(obligation(data, "step: theta"))


def swap_obligations(data: Data) -> None:
    a, b = obligation(data, "step: theta"), obligation(data, "start: theta")
    a["certificate"], b["certificate"] = b["certificate"], a["certificate"]


def of_another_statement(data: Data) -> None:
    data["obligations"] = json.loads(kept("M3"))["obligations"]


def narrow_domain(data: Data) -> None:
    for c in certificates(data, "zero"):
        for name in c["domain"]["bounds"]:
            if name.startswith("lr"):
                c["domain"]["bounds"][name] = ["1", "1", False, False, False]


def assume_more(data: Data) -> None:
    for c in certificates(data, "zero"):
        c["domain"]["facts"].append(["==", ["x", "lr"], "0"])


FAULTS: tuple[tuple[str, Callable[[Data], object]], ...] = (
    ("M1", change_side),
    ("M1", change_both_sides),
    ("M1", change_number),
    ("M1", same_of_nothing),
    ("M1", true_of_nothing),
    ("M1", drop_obligation),
    ("M1", swap_obligations),
    ("M1", of_another_statement),
    ("M1", narrow_domain),
    ("M1", assume_more),
    ("D28", change_side),
    ("D28", narrow_domain),
    ("D28", of_another_statement),
)


@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=lambda x: getattr(x, "__name__", str(x)))
def test_a_planted_fault_fails(name: str, fault: Callable[[Data], object]) -> None:
    before = json.loads(kept(name))
    after = copy.deepcopy(before)
    fault(after)
    assert after != before
    assert seen(name, fault).status == "failed"


def rooted(data: Data) -> Data:
    """A leaf that gives the values of roots."""
    return next(
        leaf
        for form in ("zero", "sign")
        for c in certificates(data, form)
        for leaf in c["leaves"]
        if leaf["roots"]
    )


def change_coefficient(data: Data) -> None:
    top = rooted(data)["roots"][0][1]
    top[0][0] = "2" if top[0][0] == "1" else "1"


def change_letter(data: Data) -> None:
    letter = next(x for x in rooted(data)["letters"] if "root" in x)
    letter["of"] = [["1", [[0, 1]]], ["1", []]] if len(letter["of"]) == 1 else letter["of"][:1]


def change_order(data: Data) -> None:
    next(x for x in rooted(data)["letters"] if "root" in x)["root"] = 3


def drop_root(data: Data) -> None:
    rooted(data)["roots"].pop()


def change_sign_of_root(data: Data) -> None:
    for term in rooted(data)["roots"][0][1]:
        term[0] = str(-int(term[0]))


ROOT_FAULTS = (change_coefficient, change_letter, change_order, drop_root, change_sign_of_root)


@pytest.mark.parametrize("fault", ROOT_FAULTS, ids=lambda f: f.__name__)
def test_a_fault_in_letters_and_roots_fails(fault: Callable[[Data], object]) -> None:
    assert seen("D28", fault).status == "failed"


def split(data: Data) -> Data:
    return next(
        c for form in ("sign", "zero") for c in certificates(data, form) if len(c["leaves"]) > 1
    )


def drop_region(data: Data) -> None:
    split(data)["leaves"].pop()


def change_region(data: Data) -> None:
    leaves = split(data)["leaves"]
    leaves[0]["path"][0][1], leaves[-1]["path"][0][1] = 7, 7


def swap_regions(data: Data) -> None:
    leaves = split(data)["leaves"]
    leaves[0]["path"], leaves[-1]["path"] = leaves[-1]["path"], leaves[0]["path"]
    leaves[0]["path"][0][1] = leaves[-1]["path"][0][1]


def forget_steps(data: Data) -> None:
    for c in certificates(data, "sign"):
        c["leaves"][0]["steps"] = []


def forget_strictness(data: Data) -> None:
    for c in certificates(data, "sign"):
        c["gap"] = ["+", c["gap"], "1"]


REGION_FAULTS = (drop_region, change_region, swap_regions, forget_steps, forget_strictness)


@pytest.mark.parametrize("fault", REGION_FAULTS, ids=lambda f: f.__name__)
def test_a_fault_in_regions_and_steps_fails(fault: Callable[[Data], object]) -> None:
    assert seen("A12", fault).status == "failed"


def word_certificate(data: Data) -> Data:
    return next(certificates(data, "word"))


def change_word(data: Data) -> None:
    c = word_certificate(data)
    c["left"] = c["right"]


def add_rule(data: Data) -> None:
    c = word_certificate(data)
    place = next(i for i, x in enumerate(c["steps"]) if x[0] == "letter")
    c["rules"].append([place, place])


def make_symmetric(data: Data) -> None:
    for c in certificates(data, "word"):
        for step in c["steps"]:
            if step[0] == "letter":
                step[4] = not step[4]


@pytest.mark.parametrize("fault", (change_word, add_rule, make_symmetric), ids=lambda f: f.__name__)
def test_a_fault_in_words_fails(fault: Callable[[Data], object]) -> None:
    assert seen("Q1", fault).status == "failed"


def change_equation(data: Data) -> None:
    next(certificates(data, "vanishes"))["gap"] = "1"


def foreign_equation(data: Data) -> None:
    next(certificates(data, "inconsistent"))["equations"].append("1")


@pytest.mark.parametrize("fault", (change_equation, foreign_equation), ids=lambda f: f.__name__)
def test_a_fault_in_equations_fails(fault: Callable[[Data], object]) -> None:
    assert seen("N3a", fault).status == "failed"


def equal_rates(data: Data) -> None:
    for run in data["counterexample"]["runs"]:
        for row in run["hyper"]:
            row["lr"] = "1/2"


def outside_range(data: Data) -> None:
    for run in data["counterexample"]["runs"]:
        for row in run["hyper"]:
            row["momentum"] = "-3"


@pytest.mark.parametrize("fault", (equal_rates, outside_range), ids=lambda f: f.__name__)
def test_a_run_that_refutes_nothing_fails(fault: Callable[[Data], object]) -> None:
    assert seen("M2", fault).status == "failed"


def test_a_matrix_that_refutes_nothing_fails() -> None:
    def zeros(data: Data) -> None:
        point = data["counterexample"]["point"]
        for name, text in point.items():
            point[name] = "".join("1" if c.isdigit() else c for c in text.replace("-", ""))

    assert seen("Q1x", zeros).status in ("failed", "not rechecked")
    assert seen("Q1x").status == "rechecked"


def test_a_number_that_refutes_nothing_fails() -> None:
    point = {"x": "1", "L": "1", "lr": "1"}
    with pytest.raises(Rejected, match="holds"):
        replay(statements["C9x"].claim, {"point": point, "found": {}, "runs": []})
    with pytest.raises(Rejected, match="range"):
        replay(statements["C9x"].claim, {"point": {**point, "L": "-1"}, "found": {}, "runs": []})


# ---- the algebra by itself


def atoms(*names: str) -> list[Data]:
    return [{"atom": name} for name in names]


def equality(left: Tree, right: Tree, *leaves: Data, **bounds: Any) -> Data:
    return {
        "form": "zero",
        "left": left,
        "right": right,
        "domain": {"bounds": bounds, "facts": []},
        "leaves": list(leaves),
    }


def leaf(letters: list[Data], path: Any = (), roots: Any = ()) -> Data:
    return {
        "path": list(path),
        "letters": letters,
        "roots": list(roots),
        "factors": [],
        "steps": [],
    }


X: Tree = ["x", "x"]
ABSOLUTE: Tree = ["abs", X]
ROOT: Tree = ["^", ["^", X, "2"], "1/2"]


def test_a_case_distinction_must_cover_the_line() -> None:
    up, down = leaf(atoms("x"), [[X, 6, None]]), leaf(atoms("x"), [[X, 3, None]])
    square = ["*", ABSOLUTE, ABSOLUTE]
    proof.check(equality(square, ["^", X, "2"], up, down))
    with pytest.raises(Rejected, match="missing"):
        proof.check(equality(square, ["^", X, "2"], up))
    with pytest.raises(Rejected, match="differ"):
        proof.check(equality(ABSOLUTE, X, up, down))


def test_the_root_of_a_square_is_not_the_number() -> None:
    value = [ROOT, [["1", [[0, 1]]]], []]
    with pytest.raises(Rejected, match="negative"):
        proof.check(equality(ROOT, X, leaf(atoms("x"), roots=[value])))
    proof.check(
        equality(ROOT, X, leaf(atoms("x"), roots=[value]), x=["0", None, False, False, False])
    )


def test_a_letter_may_not_bring_an_assumption_in() -> None:
    # The root of -x**2 - 1 is nowhere real: a region must not become empty by a letter.
    never: Tree = ["^", ["+", ["*", "-1", ["^", X, "2"]], "-1"], "1/2"]
    letters = [*atoms("x"), {"call": ["call", "f", never]}]
    with pytest.raises(Rejected):
        proof.check(equality(["call", "f", X], ["call", "f", "0"], leaf(letters)))


def test_a_substitution_must_follow() -> None:
    zero = leaf(atoms("y"), [[["+", X, ["*", "-1", ["x", "y"]]], 2, ["x", "0"]]])
    other = leaf(atoms("x", "y"), [[["+", X, ["*", "-1", ["x", "y"]]], 5, None]])
    with pytest.raises(Rejected, match="does not follow"):
        proof.check(equality(X, "0", zero, other))


def test_polynomials_and_ideals() -> None:
    x, y, one = Poly.unknown(0), Poly.unknown(1), Poly.number(1)
    assert ((x + y) * (x - y)).remainder(x - y) == (x + y, Poly({}))
    assert Fractional((x + y) * (x - y), {x - y: 1}).top == x + y
    assert inconsistent([x * y - one, x])
    assert inconsistent([x * x + y * y - one, x - y, x - Poly.number(3)])
    assert not inconsistent([x * y - one, x - y])


def test_expressions_are_rechecked_where_they_are_defined() -> None:
    x = Symbol("x", real=True)
    for claim in (
        Identity((x**2 - 1) / (x - 1), x + 1),
        Identity(abs(x) ** 3, abs(x**3)),
        Inequality(x**2 + 1 > x),
        Inequality(abs(x) >= x),
    ):
        own = Statement("own", "", claim, "proved")
        assert recheck(own, prove(own)).status == "rechecked"


def test_the_command_tells_and_fails_where_a_recheck_does(monkeypatch: pytest.MonkeyPatch) -> None:
    change: list[Callable[[Data], object]] = []

    def decided(wanted: Sequence[Statement], path: object = None) -> Iterator[Any]:
        return ((s, verdict(s.id, *change)) for s in wanted)

    monkeypatch.setattr(runner, "decide_all", decided)
    told = CliRunner().invoke(main, ["prove", "M1", "--recheck"])
    assert told.exit_code == 0
    assert "1 statement: 1 rechecked" in told.output
    change.append(drop_obligation)
    told = CliRunner().invoke(main, ["prove", "M1", "--recheck"])
    assert told.exit_code == 1
    assert "1 failed" in told.output


def test_the_table_names_what_failed_and_the_tally_counts() -> None:
    rows = [seen("M1"), seen("M1", drop_obligation), seen("N9a")]
    lines = [unstyle(line) for line in table(rows)]
    assert lines[0].startswith("M1") and "by algebra" in lines[0]
    assert "step: theta" in " ".join(lines[1:])
    parts = "1 rechecked, 1 in part at exact points only, 1 failed"
    assert tally(rows).startswith(f"3 statements: {parts}; ")

"""Every statement has the verdict that it should have, and no mutant of a proved one is proved."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest
from mutants import mutated, simulations
from selection import first_of_each, tiered
from sympy import Symbol

from optwright.derive import Verdict, catalog, prove, relations, statements
from optwright.derive.claim.formula.expression import (
    Conjunction,
    Identity,
    Inequality,
    Refutation,
    SumOf,
)
from optwright.derive.claim.formula.lowered import lower
from optwright.derive.claim.formula.matrix import MatrixIdentity, WordIdentity
from optwright.derive.claim.formula.word import Column, Matrix
from optwright.derive.claim.problem import POINT, Objective, script
from optwright.derive.claim.rule.exclusion import Impossible
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.claim.rule.limit import Limit
from optwright.derive.claim.statement import Statement, StatementError, Statements, UnknownStatement
from optwright.derive.claim.verdict import from_dict
from optwright.derive.language import Abs, Parameter, beta, lr, rho, t, v
from optwright.derive.proof import decide
from optwright.derive.proof.algebra.word import text
from optwright.derive.proof.run.replay import replay

FIRST = first_of_each(statements.values())
VERDICTS: dict[str, Verdict] = {}


def verdict(name: str) -> Verdict:
    if name not in VERDICTS:
        VERDICTS[name] = prove(name)
    return VERDICTS[name]


@pytest.mark.parametrize("name", tiered(statements, FIRST.__contains__))
def test_verdict(name):
    statement, found = statements[name], verdict(name)
    assert found.status == statement.expected, found
    assert json.loads(json.dumps(found.as_dict())) == found.as_dict()
    assert from_dict(found.as_dict()).status == found.status
    if found.status == "proved":
        assert found.obligations and {o.status for o in found.obligations} == {"proved"}
    else:
        assert found.counterexample.found
        assert replay(found.counterexample, statement.claim)


def test_the_expected_verdict_is_not_looked_at():
    wrong = replace(statements["M1"], expected="refuted")
    assert prove(wrong).status == "proved"


def test_true_and_false_ones_are_both_many():
    false = [s for s in statements.values() if s.expected == "refuted"]
    assert len(statements) >= 120 and len(false) >= 0.3 * len(statements)


@pytest.mark.parametrize(
    "row",
    [
        "C30",
        "C31",
        "C32",
        "C33",
        "C42",
        "C43",
        "C50",
        "C54",
        "C58",
        "C59",
        "C60",
        "C62",
        "C64",
        "C69",
        "C82",
        "C89",
        "C100",
        "C101",
        "C104",
    ],
)
def test_the_claims_of_the_texts_are_there(row):
    assert statements.find(row)


def test_what_statements_mention_is_in_the_catalogue():
    for statement in statements.values():
        for name in statement.about:
            assert name in catalog, (statement.id, name)
        assert statement.words.endswith("."), statement.id


UNUSED = {
    "I8": ("left m[t]",),  # only its sign is used, which any positive factor leaves
    "N5": ("left m[t]",),  # QHM at nu = 0 does not use its average
    "V1": ("left weight_sum[t]", "left c[t]", "left x[t]"),  # nor schedule-free at beta = 0
}


SIMULATIONS = [s.id for s in statements.values() if s.expected == "proved" and list(simulations(s))]


@pytest.mark.parametrize("name", tiered(SIMULATIONS, FIRST.__contains__))
def test_mutants_are_not_proved(name):
    unused = UNUSED.get(name, ())
    for claim in simulations(statements[name]):
        chosen = [(what, mutant) for what, mutant in mutated(claim) if not what.startswith(unused)]
        chosen.sort(key=lambda pair: zlib.crc32(pair[0].encode()))
        assert chosen
        for what, mutant in chosen[:2]:
            assert decide(mutant, 3.0).status != "proved", what


# --- kinds of claim, each with near misses


def decided(claim) -> str:
    return decide(claim).status


def test_sums():
    i = Symbol("i", integer=True, positive=True)
    assert decided(SumOf(i, i, t * (t + 1) / 2)) in ("proved", "undecided")
    assert (
        decided(SumOf((1 - beta) * beta ** (t - i), i, 1 - beta**t, where=[beta > 0])) == "proved"
    )
    assert (
        decided(SumOf((1 - beta) * beta ** (t - i), i, 1 + beta**t, where=[beta > 0])) == "refuted"
    )
    assert (
        decided(SumOf((1 - beta) * beta ** (t - i), i, 1 - beta ** (t - 1), where=[beta > 0]))
        == "refuted"
    )


def test_limits():
    assert decided(Limit((1 - rho**t) / (1 - rho), rho, 1, t)) == "proved"
    assert decided(Limit((1 - rho**t) / (1 - rho), rho, 1, t + 1)) == "refuted"
    assert decided(Limit((1 - rho**t) / (1 - rho), t, "oo", 1 / (1 - rho))) == "proved"
    assert decided(Limit((1 - rho**t) / (1 - rho), t, "oo", 1)) == "refuted"
    # Unbounded, and cancelling to second order: not told, never guessed.
    assert decided(Limit(1 / (1 - rho), rho, 1, 0)) == "undecided"
    assert decided(Limit(rho ** Symbol("x", positive=True), rho, 1, 1)) == "undecided"


def test_identities_and_inequalities_know_ranges():
    x = Symbol("x", real=True)
    assert decided(Identity(Abs(beta - 1), 1 - beta)) == "proved"
    assert decided(Identity(Abs(x), x)) == "refuted"
    assert decided(Inequality(beta * x**2 <= x**2)) == "proved"
    assert decided(Inequality(x**2 <= beta * x**2)) == "refuted"


def test_invariants():
    rms = catalog.system("RMSProp")
    assert decided(Always(rms, [v[t] >= 0], [v[t] >= 0])) == "proved"
    assert decided(Always(rms, [v[t] > 0])) == "refuted"
    assert decided(Always(rms, [v[t] <= 1])) == "refuted"


def test_steps():
    descent = catalog.system("GradientDescent")
    x = Symbol("x", real=True)
    assert (
        decided(StepFrom(descent, {"theta": x}, {"theta": x - 2 * lr * x}, {"grad": 2 * POINT}))
        == "proved"
    )
    assert (
        decided(StepFrom(descent, {"theta": x}, {"theta": x - lr * x}, {"grad": 2 * POINT}))
        == "refuted"
    )


def test_impossibility_is_not_concluded_where_a_map_exists():
    outside, average = catalog.system("MomentumSum"), catalog.system("MomentumEMA")
    claim = Impossible(
        average,
        outside,
        {"lr": 1, "beta": "1/2"},
        ("lr", "momentum"),
        (Objective((1,), (0,)), script(1, 1, 1)),
    )
    found = decide(claim)
    assert found.status == "undecided" and "2*lr' - 1" in found.evidence


def test_words_of_a_declaration():
    newton = lower(catalog.system("Newton"))
    assert text(newton.move) == "(-1) * inverse_hessian @ g"
    H, x = Matrix("H", symmetric=True), Column("x")
    assert decided(WordIdentity({"symmetric": (x.T @ H, (H @ x).T)})) == "proved"
    assert decided(WordIdentity({"not": (Matrix("A") @ x, Matrix("A").T @ x)})) == "refuted"


def test_a_matrix_statement_says_for_which_n():
    assert verdict("Q1").scope == "all n"
    assert verdict("Q1x").scope in ("n = 1", "n = 2", "n = 3")
    bfgs = catalog.system("BFGS")
    without = MatrixIdentity(bfgs, lambda w: {"": (w["H"], w["H"])}, letters=("s", "y"))
    assert "say whether" in decide(without).evidence


def test_conjunctions_and_refutations():
    true, false = Identity(t, t), Identity(t, t + 1)
    assert decided(Conjunction({"a": true, "b": true})) == "proved"
    assert decided(Conjunction({"a": true, "b": false})) == "refuted"
    assert decided(Refutation(false)) == "proved"
    assert decided(Refutation(true)) == "refuted"


# --- the interface


def test_a_statement_is_not_a_boolean():
    with pytest.raises(TypeError, match="three values"):
        bool(verdict("M1"))
    with pytest.raises(ValueError, match="counterexample"):
        Verdict("refuted")


def test_unknown_statements_are_named_with_the_nearest():
    with pytest.raises(UnknownStatement, match="no statement m1, did you mean M1"):
        prove("m1")
    assert "Z9" not in statements and statements.get("Z9") is None
    with pytest.raises(StatementError, match="two statements have the id"):
        Statements([statements["M1"], statements["M1"]])


def test_own_statements_are_decided_like_the_others():
    c = Parameter("c", "[0, 1]")
    mine = Statement(
        "mine",
        "A share is at least its square.",
        Inequality(c**2 <= c, parameters=(c(1),)),
        "proved",
    )
    assert prove(mine).status == "proved" and mine.kind == "inequality"


def test_ranges_are_never_taken_from_a_namesake():
    c = Parameter("c", "[0, 1]")
    with pytest.raises(ValueError, match="range of c is not known"):
        decide(Inequality(c**2 <= c))
    wide = Parameter("c", "(0, inf)")
    assert decided(Inequality(wide**2 <= wide, parameters=(wide(1),))) == "refuted"


def test_relations_give_what_was_proved():
    lines = relations("BFGS", {name: verdict(name) for name in ("Q1", "Q1a", "Q1x")})
    assert lines == (
        "H y = s after every update, for all n (Q1: proved for all n)",
        "H stays symmetric, for all n (Q1a: proved for all n)",
    )
    assert relations("BFGS", {}) == ()

"""Determinants, L-BFGS's loops, gathered gradients and rules on lengths, each with near misses."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from optwright.derive import catalog
from optwright.derive.claim.formula.lowered import turn
from optwright.derive.claim.formula.matrix import Determinant, WordIdentity
from optwright.derive.claim.formula.word import Column, Scalar, UnitMatrix, WordRule, inverse_rules
from optwright.derive.claim.rule.gathered import Gathered, part
from optwright.derive.compose import accumulate
from optwright.derive.error import Unsupported
from optwright.derive.language import t
from optwright.derive.language.declaration import Loop
from optwright.derive.proof import decide
from optwright.derive.proof.algebra.word import decide_word, evaluate, text
from optwright.derive.proof.run.replay import replay
from optwright.derive.rule.family.newton import S, Y, j, q, r
from optwright.derive.statement.loss.model import B, H, s, y
from optwright.derive.statement.loss.quasi_newton import direct, first_loop, second_loop, updated


def determinant(rows):
    if not rows:
        return Fraction(1)
    return sum(
        (-1) ** k * x * determinant([row[:k] + row[k + 1 :] for row in rows[1:]])
        for k, x in enumerate(rows[0])
    )


def symmetric(rng, n):
    rows = [[Fraction(rng.randint(-3, 3)) for _ in range(n)] for _ in range(n)]
    return tuple(
        tuple(rows[i][k] + rows[k][i] + (9 * n if i == k else 0) for k in range(n))
        for i in range(n)
    )


def column(rng, n):
    return tuple((Fraction(rng.randint(1, 5)),) for _ in range(n))


PAIRS = ((s, -(B @ s) / (s.T @ B @ s)), (H @ y, y / (y.T @ s)))


def claim(ratio, pairs=PAIRS):
    return Determinant(B, direct(B, s, y), pairs, ratio, inverse_rules(H, B))


def test_the_determinant_of_bfgs_is_what_small_matrices_have():
    assert decide(claim(y.T @ s / (s.T @ B @ s))).status == "proved"
    rng = random.Random(1)
    for n in (1, 2, 3):
        point = {"B": symmetric(rng, n), "s": column(rng, n), "y": column(rng, n)}
        before, after = (evaluate(x, point, n) for x in (B, direct(B, s, y)))
        ratio = evaluate(y.T @ s / (s.T @ B @ s), point, n)[0][0]
        rows = [[list(row) for row in table] for table in (before, after)]
        assert determinant(rows[1]) == ratio * determinant(rows[0])


def test_wrong_determinants_are_not_proved():
    assert decide(claim(y.T @ s / (s.T @ s))).status == "refuted"
    assert decide(claim(s.T @ B @ s / (y.T @ s))).status == "refuted"
    # Pairs that do not give the update prove nothing.
    assert decide(claim(y.T @ s / (s.T @ B @ s), (PAIRS[0],))).status == "undecided"
    one = Determinant(B, B @ (UnitMatrix() + s @ y.T), ((s, y),), 1 + y.T @ s)
    assert decide(one).status == "proved"
    assert decide(Determinant(B, one.after, ((s, y),), 1 - y.T @ s)).status == "refuted"


def test_the_two_loops_are_what_the_statement_says_of_them():
    wanted = Column("g") - y @ (s.T @ Column("g")) / (s.T @ y)
    assert text(first_loop[q[j]]) == text(wanted)
    rng = random.Random(2)
    point = {"H": symmetric(rng, 3), **{n: column(rng, 3) for n in ("s", "y", "g")}}
    assert evaluate(second_loop[r[j]], point, 3) == evaluate(
        updated(H, s, y) @ Column("g"), point, 3
    )


def test_a_turn_needs_all_that_it_reads():
    lbfgs = catalog.system("LBFGS")
    down = next(x for x in lbfgs.step if isinstance(x, Loop))
    with pytest.raises(Unsupported, match="Y\\[j\\] is not known"):
        turn(lbfgs, down, {S[j]: s, q[j - 1]: Column("g")})
    assert Y[j] in turn(lbfgs, down, {S[j]: s, Y[j]: y, q[j - 1]: Column("g")})


def test_rules_on_lengths_have_models_in_every_dimension():
    x, c = Column("x"), Scalar("c")
    rule = WordRule(x.T @ x, c**2)
    assert decide_word((x.T @ x) ** 2 - c**4, [rule]).status == "zero"
    wrong = decide_word(x.T @ x - c, [rule])
    assert wrong.status == "nonzero"
    length = evaluate(x.T @ x, wrong.witness, wrong.dimension)
    assert length == evaluate(c**2, wrong.witness, wrong.dimension)
    assert decide(WordIdentity({"": (x.T @ x, c**2)}, (rule,))).status == "proved"
    assert decide(WordIdentity({"": (x.T @ x, c**2)})).status == "refuted"


RESTING = {"accumulated": 2, "steps_taken": t, "g_sum": None}


@pytest.mark.parametrize("name", ["GradientDescent", "Adam", "RMSProp"])
def test_gathered_gradients(name):
    rule = catalog.system(name)
    twice = accumulate(rule, 2).with_hyper(accumulation_steps=2)
    mean = (part(1) + part(2)) / 2
    assert decide(Gathered(twice, rule, 2, mean, RESTING)).status == "proved"
    for heard in (part(1), part(2), part(1) + part(2), (part(1) - part(2)) / 2):
        found = decide(Gathered(twice, rule, 2, heard, RESTING))
        assert found.status == "refuted" and replay(found.counterexample, twice, rule)
    # What rests must be said as it is.
    off = {**RESTING, "steps_taken": t + 1, "accumulated": 1}
    assert decide(Gathered(twice, rule, 2, mean, off)).status != "proved"


def test_three_parts_are_not_two():
    rule = catalog.system("MomentumSum")
    thrice = accumulate(rule, 3).with_hyper(accumulation_steps=3)
    rest = {**RESTING, "accumulated": 3}
    mean = (part(1) + part(2) + part(3)) / 3
    assert decide(Gathered(thrice, rule, 3, mean, rest)).status == "proved"
    assert decide(Gathered(thrice, rule, 3, (part(1) + part(2)) / 2, rest)).status == "refuted"
    assert decide(Gathered(thrice, rule, 2, (part(1) + part(2)) / 2, rest)).status == "refuted"

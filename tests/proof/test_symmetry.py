"""Symmetries: forms that hold, near misses that part, and no form that exact runs contradict."""

from __future__ import annotations

import itertools
import random
import time
from fractions import Fraction

import numpy as np
import pytest
from mutants import mutants

from optwright.derive import catalog
from optwright.derive.claim.rule.symmetry import (
    AffineMaps,
    Index,
    LinearMaps,
    Permutations,
    Rotations,
    Scalings,
    SignChanges,
    Symmetry,
    Translations,
)
from optwright.derive.interpret import Inexact, NoFraction
from optwright.derive.interpret.interval import CERTAIN, Enclosed, differ
from optwright.derive.language import (
    Eq,
    Equal,
    Max,
    Source,
    State,
    Variable,
    dot,
    g,
    lr,
    matmul,
    matrix,
    mean,
    norm,
    sign,
    solve,
    sqrt,
    t,
    theta,
)
from optwright.derive.language.declaration import Optimizer
from optwright.derive.proof import decide
from optwright.derive.proof.kind.rule.symmetry import SymmetryAttempt
from optwright.derive.proof.run.array import (
    ArrayObjective,
    ArrayRun,
    Change,
    apply,
    inner,
    kron,
    product,
    unit,
)
from optwright.derive.proof.run.replay import replay, run_of
from optwright.derive.rule.family.muon import matrices

GROUPS = (
    Scalings(loss=1),
    Scalings(theta=1),
    Translations(),
    SignChanges(),
    Permutations(),
    Rotations(),
    LinearMaps(),
    AffineMaps(),
    Permutations(sides=2),
    Rotations(sides=2),
)


def rule(move, *, state=(), scope="tensor", before=()) -> Optimizer:
    """A rule of rate lr that adds `move` to theta."""
    return Optimizer(
        name="Tried",
        source=Source("a test", "a rule"),
        hyper=(lr(0.5),),
        state=state,
        step=(*before, Eq(theta[t], theta[t - 1] + move)),
        scope=scope,
    )


def status(system, group, **more) -> str:
    verdict = decide(Symmetry(system, group, **more))
    if verdict.counterexample is not None:
        assert replay(verdict.counterexample, system)
    if verdict.status == "proved":
        assert verdict.obligations
    return verdict.status


TRUE = [
    (rule(-lr * g[t]), Rotations()),
    (rule(-lr * g[t] / norm(g[t])), Scalings(loss=3)),
    (rule(-lr * g[t] * dot(g[t], theta[t - 1])), Rotations()),
    (rule(-lr * g[t] * sqrt(mean(g[t] ** 2))), Rotations()),
    (rule(-lr * g[t] * mean(g[t] * theta[t - 1])), Rotations()),
    (rule(-lr * g[t] * mean(g[t])), Permutations()),
    (rule(-lr * sign(g[t]) * mean(g[t] ** 2)), SignChanges()),
    (rule(-lr * g[t] * mean(g[t] ** 2, -1)), Permutations(sides=2)),
    (rule(-lr * g[t] ** 3), SignChanges()),
    (rule(-lr * g[t] - lr), Permutations()),
    (rule(-lr * g[t] * Max(norm(g[t]), 0)), Rotations()),
    (rule((theta[t - 1] - theta[t - 1]) * lr - lr * g[t]), Translations()),
]
FALSE = [
    (rule(-lr * g[t]), LinearMaps()),
    (rule(-lr * g[t] ** 2), SignChanges()),
    (rule(-lr * g[t] ** 2), Rotations()),
    (rule(-lr * g[t] * mean(g[t])), SignChanges()),
    (rule(-lr * g[t] * mean(g[t])), Rotations()),
    (rule(-lr * g[t] * dot(g[t], theta[t - 1])), Translations()),
    (rule(-lr * g[t] * dot(g[t], g[t])), LinearMaps()),
    (rule(-lr * g[t] / (norm(g[t]) + 1)), Scalings(loss=1)),
    (rule(-lr * g[t] * Max(norm(g[t]), 1)), Scalings(loss=1)),
    (rule(-lr * g[t] - lr), SignChanges()),
    (rule(-lr * g[t] - lr), Rotations()),
    (rule(-lr * theta[t - 1]), Translations()),
    (rule(-lr * g[t] * mean(g[t], -1)), Rotations(sides=2)),
]


@pytest.mark.parametrize(("system", "group"), TRUE)
def test_true_ones_are_proved(system, group):
    assert status(system, group) == "proved"


@pytest.mark.parametrize(("system", "group"), FALSE)
def test_near_misses_are_refuted(system, group):
    assert status(system, group) == "refuted"


def test_what_no_form_says_is_not_refuted_without_runs_that_part():
    # g*g - g**2 + g is g, but no form sees it for rotations.
    hidden = rule(-lr * (Variable("w")[t] - g[t] ** 2), before=(Eq(Variable("w")[t], g[t] ** 2),))
    assert status(hidden, Rotations()) == "undecided"


def test_states_must_start_and_stay_in_their_form():
    w = Variable("w")
    kept = rule(-lr * w[t], state=(State(w),), before=(Eq(w[t], w[t - 1] + g[t]),))
    moved = rule(-lr * w[t], state=(State(w, init=1),), before=(Eq(w[t], w[t - 1] + g[t]),))
    assert status(kept, Rotations()) == "proved"
    assert status(moved, Rotations()) == "refuted"
    assert status(kept, Scalings(loss=1), hyper={"lr": -1}) == "proved"
    assert status(moved, Scalings(loss=1), hyper={"lr": -1}) == "refuted"


def test_matrices_turn_as_products_do():
    H = State(Variable("H"), extent=matrix("n", "n"))
    known = {"state": (H,), "scope": "all"}
    grown = Eq(H.variable[t], H.variable[t - 1] + matmul(H.variable[t - 1], H.variable[t - 1]))
    rotated = rule(-lr * matmul(H.variable[t], g[t]), before=(grown,), **known)
    assert status(rotated, Rotations()) == "proved"
    # H H does not turn like the inverse of a Hessian.
    start = {"H": (Index("n", 1), Index("n", 1))}
    assert status(rotated, LinearMaps(), start=start) == "undecided"
    still = rule(
        -lr * matmul(H.variable[t - 1], g[t]),
        before=(Eq(H.variable[t], H.variable[t - 1]),),
        **known,
    )
    assert status(still, LinearMaps(), start=start) == "proved"
    inverse = {"H": (Index("n", -1), Index("n", -1))}
    solved = rule(
        -lr * solve(H.variable[t - 1], g[t]),
        before=(Eq(H.variable[t], H.variable[t - 1]),),
        **known,
    )
    assert status(solved, LinearMaps(), start=inverse) == "proved"
    assert status(solved, LinearMaps(), start=start) == "undecided"


def test_conditions_are_used_and_runs_that_break_them_are_not():
    lars = catalog.system("LARS")
    (choice,) = (s.rhs for s in lars.step if s.lhs.name == "ratio")
    (condition,) = choice.conditions
    units = {"hyper": {"weight_decay": -2}}
    assert status(lars, Scalings(theta=1), given={condition: True}, **units) == "proved"
    assert status(lars, Scalings(theta=1), **units) == "refuted"
    assert status(lars, Scalings(theta=1), given={condition: True}) == "refuted"


def test_wrong_units_are_refuted():
    adam = catalog.system("Adam")
    right = {"lr": 1, "eps": -1}
    assert status(adam, Scalings(theta=1), hyper=right) == "proved"
    for name, power in itertools.product(right, (-2, 2)):
        assert status(adam, Scalings(theta=1), hyper={**right, name: power}) == "refuted"


def test_an_update_without_its_transpose_does_not_turn():
    bfgs = catalog.system("BFGS")
    later = {Equal(t, 1): False}
    start = {"H": (Index("n", 1), Index("n", 1))}
    assert status(bfgs, LinearMaps(), given=later, start=start) == "proved"
    dropped = bfgs.replace(
        step=tuple(
            s if s.lhs.name != "side" else Eq(s.lhs, s.rhs.subs(Variable("y")[t], Variable("s")[t]))
            for s in bfgs.step
        )
    )
    assert status(dropped, LinearMaps(), given=later, start=start) == "undecided"


NAMES = (
    *("HeavyBall", "Adam(eps=0)", "Adagrad", "Adadelta", "Lion", "LAMB", "ClippedSGD", "SAM"),
    *("Prodigy", "PolyakStep", "Rprop", "ISTA", "ScheduleFreeSGD", "NoisySGD", "AdamW"),
    *("LookaheadAdam", "torch.Adamax", "optax.amsgrad"),
)


@pytest.mark.exhaustive
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_no_proof_is_contradicted_by_exact_runs(group):
    """Of rules and of mutants: what is proved holds in all runs that there are."""
    chosen = random.Random(group.name).sample(NAMES, 2)
    vectors = ["Newton", "BFGS"] if group.sides == 1 else ["LARS", "SM3"]
    count = 0
    for name in (*vectors, *chosen):
        system = catalog.system(name)
        changed = [mutant for _, mutant in mutants(system)]
        for candidate in (system, *changed[len(changed) // 2 :][:1]):
            claim = Symmetry(candidate, group)
            if decide(claim, 2.0).status == "proved":
                found, _ = SymmetryAttempt(claim).parted(time.monotonic() + 0.5, few=False)
                assert found is None, (name, group.name)
                count += 1
    assert count


def test_bad_claims_are_refused():
    adam = catalog.system("Adam")
    with pytest.raises(ValueError, match="Adam has no hyperparameter lrr"):
        Symmetry(adam, Scalings(loss=1), hyper={"lrr": 1})
    with pytest.raises(ValueError, match="Newton takes all tensors as one vector"):
        Symmetry(catalog.system("Newton"), Rotations(sides=2))
    with pytest.raises(ValueError, match="lr changes with scalings only, not with rotations"):
        Symmetry(adam, Rotations(), hyper={"lr": 1})


def test_muon_turns_by_sides_alone():
    assert status(matrices, Rotations(sides=2)) == "proved"
    assert status(matrices, Permutations(sides=1)) != "proved"


# --- exact arrays


def test_spans_hold_the_number():
    rng = random.Random(5)
    for _ in range(200):
        a, b = (Fraction(rng.randint(1, 50), rng.randint(1, 9)) for _ in range(2))
        root = CERTAIN.apply("sqrt", a)
        back = CERTAIN.power(root, Fraction(2))
        low, high = (back.low, back.high) if isinstance(back, Enclosed) else (back, back)
        assert low <= a <= high and high - low < Fraction(1, 10**50)
        total = CERTAIN.add([root, CERTAIN.negate(CERTAIN.apply("sqrt", b))])
        if a != b:
            assert CERTAIN.compare(total, "<", Fraction(0)) == (a < b)
        ratio = CERTAIN.multiply([root], [CERTAIN.apply("sqrt", b)])
        squared = CERTAIN.power(ratio, Fraction(2))
        assert not differ(squared, a / b) and differ(squared, a / b + Fraction(1, 10**30))


def test_spans_refuse_what_they_cannot_decide():
    root = CERTAIN.apply("sqrt", Fraction(2))
    gone = CERTAIN.subtract(root, root)
    with pytest.raises(Inexact):
        CERTAIN.compare(gone, "<", Fraction(0))
    assert isinstance(CERTAIN.multiply([Fraction(1)], [gone]), NoFraction)
    assert isinstance(CERTAIN.apply("log", gone), NoFraction)
    assert isinstance(CERTAIN.apply("sign", gone), NoFraction)
    assert not differ(root, root)


@pytest.mark.parametrize("p", [1, 2, 4])
def test_inverse_roots_of_two_by_two(p):
    a = np.array([[5, 2], [2, 3]], dtype=object)
    rows = np.array([[Fraction(int(x)) for x in row] for row in a], dtype=object)
    root = CERTAIN.inverse_root(rows, Fraction(p))
    whole = rows
    for _ in range(p):
        whole = np.array(
            [[CERTAIN.inner(list(row), list(column)) for column in root.T] for row in whole],
            dtype=object,
        )
    for i, j in np.ndindex(2, 2):
        assert not differ(whole[i, j], Fraction(int(i == j)))


def test_changed_problems_are_the_same_losses():
    rng = random.Random(3)
    matrix_, shift = (
        ((Fraction(1), Fraction(2)), (Fraction(0), Fraction(3))),
        (Fraction(1), Fraction(-2)),
    )
    change = Change(matrix_, shift, Fraction(4))
    problem = ArrayObjective(
        ((Fraction(2), Fraction(1)), (Fraction(1), Fraction(3))), ((Fraction(1), Fraction(5)),)
    )
    moved = change.problem(problem)

    def value(known, x):
        bent = inner(x, apply(known.curvature, x)) / 2
        return bent + inner(known.slope(1), x) + known.offset(1)

    for _ in range(20):
        x = (Fraction(rng.randint(-9, 9)), Fraction(rng.randint(-9, 9)))
        assert value(moved, change.point(x)) == 4 * value(problem, x)
    assert product(change.inverse, matrix_) == unit(2)


def test_turning_both_sides_is_one_matrix_on_rows():
    left, right = ((1, 2), (3, 4)), ((0, 1), (5, 6))
    x = np.arange(4).reshape(2, 2)
    wanted = np.array(left) @ x @ np.array(right).T
    assert (np.array(kron(left, right)) @ x.reshape(4)).tolist() == wanted.reshape(4).tolist()


def test_runs_that_are_tampered_with_do_not_replay():
    system = catalog.system("RMSProp")
    found = decide(Symmetry(system, Rotations())).counterexample
    assert replay(found, system)
    run = run_of(found.runs[1], system)
    wrong = ArrayRun(run.system, run.theta, run.shape, run.hyper, run.problem, run.steps, run.noise)
    snapshots = list(run.snapshots())
    other = ArrayRun(
        run.system, (Fraction(9), Fraction(9)), run.shape, run.hyper, run.problem, run.steps
    )
    wrong._seen[CERTAIN.name] = (*snapshots[:-1], other.snapshots()[-1])
    assert not wrong.again()
    data = run.as_dict()
    assert data["shape"] == [2] and len(data["states"]) == run.steps + 1

"""Relations found without hints: which, under which conditions, and never a wrong one."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial

import pytest
from click.testing import CliRunner
from mutants import mutants
from selection import tiered
from sympy import Rational, sqrt, sympify

from optwright.cli import main
from optwright.derive import compare as exported
from optwright.derive.claim.rule.exclusion import NoMap
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.error import TimeIsOver
from optwright.derive.language import (
    Eq,
    Optimizer,
    Parameter,
    Source,
    State,
    Variable,
    beta1,
    beta2,
    cases,
    eps,
    g,
    grad,
    lr,
    m,
    nu,
    t,
    theta,
    v,
    value,
)
from optwright.derive.language import beta as decay
from optwright.derive.language import momentum as mu
from optwright.derive.language.declaration import DeclarationError, map_statement
from optwright.derive.language.symbol import Hyper
from optwright.derive.proof import decide
from optwright.derive.proof.algebra.domain import Interval
from optwright.derive.proof.algebra.polynomial import Poly
from optwright.derive.proof.kind.rule.exclusion import Equations, contradiction
from optwright.derive.proof.kind.rule.simulation import refute
from optwright.derive.proof.relate.compare import compare
from optwright.derive.proof.relate.recognise import constant, recognise
from optwright.derive.proof.relate.renaming import renaming
from optwright.derive.proof.relate.search import Search, naturals, pruned, specialised
from optwright.derive.proof.run.numeric import FloatProblem, Machine
from optwright.derive.proof.run.replay import replay
from optwright.derive.proof.time_limit import guard
from optwright.derive.rule import catalog

HERE = Source("this test")
LONG = 60.0
"""Seconds allowed: the machine may be busy, and the verdicts must not depend on it."""

qhm = Optimizer(
    name="QHM",
    source=HERE,
    hyper=(lr(1), decay(0.999), nu(0.7)),
    state=(m,),
    step=(
        Eq(m[t], decay * m[t - 1] + (1 - decay) * g[t]),
        Eq(theta[t], theta[t - 1] - lr * ((1 - nu) * g[t] + nu * m[t])),
    ),
)


compared = cache(partial(compare, budget_s=LONG))


def related(a, b, status):
    found = compared(a, b)
    assert found.status == status, str(found)
    return found


def maps(relation):
    return {n: str(x) for n, x in relation.hyper.items()}


# --- equalities, with their maps ------------------------------------------------------------------


def test_momentum_inside_and_outside_are_one_at_a_constant_rate():
    found = related("Momentum", "MomentumSum", "equal")
    assert found.kind == "equivalent"
    assert "lr constant" in found.conditions
    assert found.map.varying == ("momentum",)
    assert str(found.map.state["v"]) in ("lr*v[t]", "v[t]/lr")
    assert found.proof.status == "proved"


def test_a_rate_is_solved_for():
    found = related("MomentumEMA", "MomentumSum", "equal")
    assert found.kind == "equivalent"
    if found.map.left == "MomentumEMA":
        assert sympify(found.map.hyper["lr"] - lr * (1 - decay)).expand() == 0
        assert found.map.hyper["momentum"] == decay


def test_a_remembered_point_is_a_velocity():
    found = related("HeavyBall", "Momentum", "equal")
    assert found.kind == "equivalent" and not found.conditions
    related("MomentumEMA", "HeavyBall", "equal")


@pytest.mark.parametrize(
    "other", tiered(["NesterovRearranged", "torch.SGD(nesterov=True)"], "NesterovRearranged".__eq__)
)
def test_nesterov_is_found_at_the_points_where_it_asks(other):
    found = related("Nesterov", other, "equal")
    assert found.map.shifted
    assert found.map.state["theta"] in (theta[t] - mu * v[t], theta[t] + mu * v[t])


def test_quasi_hyperbolic_momentum_contains_nesterov():
    found = related(qhm, "NesterovRearranged", "equal")
    assert (found.kind, found.map.right) == ("special case", "QHM")
    assert maps(found.map) == {
        "lr": "lr/(1 - momentum)",
        "beta": "momentum",
        "nu": "momentum",
    }
    assert not found.map.degenerate


@pytest.mark.parametrize(
    ("a", "b", "pins"),
    tiered(
        [
            ("Adam", "torch.Adam", {"weight_decay": 0}),
            ("Adam", "optax.adam", {"eps_root": 0}),
            ("AdamEpsHat", "keras.Adam", {"weight_decay": 0}),
            ("torch.AdamW", "optax.adamw", {"eps_root": 0}),
            ("torch.Adamax", "optax.adamax", {"weight_decay": 0}),
            ("torch.SGD", "optax.sgd", {"dampening": 0, "weight_decay": 0}),
            ("keras.SGD", "optax.sgd", {"weight_decay": 0}),
            ("torch.SGD(nesterov=True)", "optax.sgd(nesterov=True)", {"weight_decay": 0}),
            ("GradientDescent", "Momentum", {"momentum": 0}),
        ],
        lambda a, b, pins: len(pins) == 2 or a in ("Adam", "keras.SGD", "GradientDescent"),
    ),
)
def test_special_cases_say_what_they_fix(a, b, pins):
    found = related(a, b, "equal")
    assert found.map.pins == pins and found.kind == "special case"
    for name in pins:
        assert f"{name} of {found.map.right} = {pins[name]}" in found.conditions


@pytest.mark.exhaustive
def test_adadelta_of_torch_and_optax():
    found = related("torch.Adadelta", "optax.adadelta", "equal")
    assert "equivalent" in found.kind and not found.map.pins


@pytest.mark.exhaustive
def test_decoupled_decay_goes_by_the_rate():
    found = related("AdamW", "torch.AdamW", "equal")
    assert maps(found.map)["weight_decay"] in ("lr*weight_decay", "weight_decay/lr")


# --- differences, and what would rescue -----------------------------------------------------------


def test_the_place_of_epsilon():
    found = related("Adam", "AdamEpsHat", "different")
    moving, still = found.rescues
    assert moving.moves and not still.moves
    assert moving.hyper["eps"] in (eps * sqrt(1 - beta2**t), eps / sqrt(1 - beta2**t))
    assert still.given == {"eps": 0}
    assert all(r.proof.status == "proved" for r in found.rescues)
    assert replay(found.counterexample, *found.systems)


@pytest.mark.exhaustive
def test_rmsprop_is_adam_without_momentum_up_to_the_correction():
    found = related("RMSProp", "Adam(beta1=0)", "different")
    moving = next(r for r in found.rescues if r.moves)
    assert "sqrt(1 - " in str(moving.hyper["lr"])


@pytest.mark.exhaustive
def test_l2_and_decoupled_decay():
    found = related("AdamL2", "AdamW", "different")
    assert any(r.given == {"weight_decay": 0} for r in found.rescues)


def test_two_decays_are_one_without_momentum():
    found = related("torch.SGD(momentum=0, dampening=0)", "keras.SGD(momentum=0)", "equal")
    assert "weight_decay" not in found.map.pins


@pytest.mark.parametrize(
    ("a", "b", "needed"),
    tiered(
        [
            ("torch.RMSprop", "keras.RMSprop", "eps"),
            ("torch.RMSprop", "optax.rmsprop(eps_in_sqrt=False)", "weight_decay"),
            ("keras.RMSprop", "optax.rmsprop", "weight_decay"),
            ("torch.Adagrad", "keras.Adagrad", "eps"),
            ("torch.Adadelta", "keras.Adadelta", "weight_decay"),
            ("keras.Adamax", "optax.adamax", "eps"),
            ("torch.SGD", "keras.SGD", "weight_decay"),
        ],
        lambda a, b, needed: b == "keras.SGD",
    ),
)
def test_dialects_part_and_meet_under_a_condition(a, b, needed):
    found = related(a, b, "different")
    assert found.counterexample is not None and found.scope
    assert any(n.startswith(needed) for r in found.rescues for n in r.given), str(found)


def test_a_match_at_the_edge_only_is_degenerate():
    found = related("HeavyBall", "Nesterov", "different")
    assert found.scope.startswith("every map of constant hyperparameters")
    assert [r.degenerate for r in found.rescues] == [True]


def test_no_map_is_never_claimed_of_equals():
    for a, b in (("Momentum", "MomentumSum"), ("MomentumEMA", "Momentum")):
        assert decide(NoMap(catalog.system(a), catalog.system(b)), 5).status == "undecided"
    assert decide(NoMap(catalog.system("HeavyBall"), catalog.system("Nesterov")), 20).status == (
        "proved"
    )

    for a, b in (
        ("GradientDescent", "Momentum"),
        ("SignSGD", "Signum"),
        ("LeakyAdagrad", "RMSProp"),
        ("Adam", "torch.Adam"),
        ("optax.adagrad", "torch.Adagrad"),
        ("torch.Adadelta", "optax.adadelta"),
    ):
        assert isinstance(contradiction(NoMap(catalog.system(a), catalog.system(b)), 0.3), str), (
            a,
            b,
        )


def shown(equations):
    try:
        with guard(0.2):
            return equations.impossible()
    except TimeIsOver:
        return False


def test_no_solution_is_lost_by_elimination():
    rng = random.Random(1)
    box = [Interval(0, 1, hi_open=True), Interval(0, lo_open=True), Interval(), Interval(0)]
    powers, closed = (0, 0, 0, 1, 2), 0
    for _ in range(30):
        point = [Fraction(1, 2), Fraction(3), Fraction(-2), Fraction(rng.choice((0, 4)))]
        equations, off = Equations(box.__getitem__), Equations(box.__getitem__)
        for k in range(5):
            terms = {
                tuple((x, n) for x in range(4) if (n := rng.choice(powers))): rng.randint(-4, 4)
                for _ in range(3)
            }
            poly = Poly({m: x for m, x in terms.items() if x})
            value = sum(
                x * math.prod(point[letter] ** n for letter, n in m) for m, x in poly.terms.items()
            )
            equations.add(poly - Poly.constant(value))
            off.add(poly - Poly.constant(value + (k == 4)))
        assert not shown(equations)
        closed += shown(off)
    assert closed > 5


# --- numbers --------------------------------------------------------------------------------------


def test_numbers_are_about_numbers():
    found = related("Momentum(lr=0.1, momentum=0.9)", "MomentumSum(lr=0.1, momentum=0.9)", "equal")
    assert found.map.hyper == {}
    found = related("Momentum(lr=0.1, momentum=0.9)", "MomentumSum", "equal")
    assert found.map.hyper == {"lr": Rational(1, 10), "momentum": Rational(9, 10)}
    found = related(
        "Adam(lr=0.1, beta1=0, beta2=0.9, eps=0)", "RMSProp(lr=0.1, rho=0.9, eps=0)", "different"
    )
    assert found.scope == "these numbers" and replay(found.counterexample, *found.systems)


def test_the_same_name_with_other_numbers_differs():
    related("Momentum(lr=0.1)", "Momentum(lr=0.2)", "different")
    related("torch.Adam", "torch.Adam", "equal")
    bfgs = catalog.system("LBFGS")  # no search could run it
    related(bfgs, bfgs.replace(name="Copy"), "equal")
    assert compare(bfgs, bfgs.with_hyper(memory=2), budget_s=2).status != "equal"


# --- known-valid changes stay equal, known-breaking ones never are --------------------------------

w, half = Variable("w"), Variable("half")
share, square = Parameter("share", "(0, 1]", "decay"), Parameter("square", "[0, inf)", "eps")

adam = catalog.system("Adam")
changed = {
    "rescaled state": adam.replace(
        state=(m, w),
        step=(
            Eq(m[t], beta1 * m[t - 1] + g[t]),
            Eq(w[t], beta2 * w[t - 1] + 4 * g[t] ** 2),
            Eq(half[t], sqrt((1 - beta2) * w[t] / (1 - beta2**t)) / 2),
            Eq(
                theta[t],
                theta[t - 1] - lr * (1 - beta1) * m[t] / (1 - beta1**t) / (half[t] + eps),
            ),
        ),
        invariants=(w[t] >= 0,),
    ),
    "complement of a decay": adam.replace(
        hyper=(lr(0.1), share(0.1), beta2(0.9), eps(0.1)),
        step=tuple(Eq(e.lhs, e.rhs.subs(beta1, 1 - share)) for e in adam.equations),
    ),
    "root of epsilon": adam.replace(
        hyper=(lr(0.1), beta1(0.1), beta2(0.9), square(0.1)),
        step=tuple(Eq(e.lhs, e.rhs.subs(eps, sqrt(square))) for e in adam.equations),
    ),
}


@pytest.mark.parametrize("what", tiered(changed, "root of epsilon".__eq__))
def test_changes_of_variables_are_seen_through(what):
    related(adam, changed[what].replace(name="Changed"), "equal")


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("a", "b"),
    [("Momentum", "MomentumSum"), ("Nesterov", "NesterovRearranged"), ("Adam", "torch.Adam")],
)
def test_mutants_are_never_called_equal_unless_they_are(a, b):
    tried = list(mutants(catalog.system(b)))
    for what, mutant in tried[:: max(1, len(tried) // 4)]:
        found = compare(a, mutant, budget_s=3)
        if found.status == "equal":
            # A mutant may be the same rule in other signs: then no exact run may tell them apart.
            assert refute(found.map.claim, 5) is None, what
            assert agree(found.map), what
        elif found.status == "different":
            assert replay(found.counterexample, *found.systems), what


def agree(relation):
    """Whether floats agree, by a loop that shares only the compiled step with the search."""
    claim = relation.claim
    left, right = Machine(claim.left), Machine(claim.right)
    values = {h.symbol: 0.1 + 0.17 * k for k, h in enumerate(claim.left.hyper)}
    theirs = [
        float(sympify(claim.hyper.get(n, lr)).subs(values))
        if n in claim.hyper
        else values[{h.name: h.symbol for h in claim.left.hyper}[n]]
        for n in right.hyper
    ]
    a = left.run(lambda _: list(values.values()), FloatProblem(77), 4)
    b = right.run(lambda _: theirs, FloatProblem(77), 4)
    return all(
        abs(x - y) < 1e-9
        for mine, other in zip(a.asked, b.asked, strict=True)
        for x, y in zip(mine.values(), other.values(), strict=True)
    )


# --- forms in which texts write one rule, and those that only look like it ------------------------

z, p, q, count = Variable("z"), Variable("p"), Variable("q"), Variable("count")
part = Parameter("part", "(0, 1]", "coefficient")
ahead = Parameter("ahead", "[0, inf)", "coefficient")
drift = Parameter("drift", "(0, 1)", "coefficient")


def rule(name, hyper, state, *step):
    return Optimizer(name=name, source=HERE, hyper=hyper, state=state, step=step)


averaging = rule(
    "PrimalAveraging",
    (lr(1), part(0.1)),
    (State(z, init=theta[0]),),
    Eq(z[t], z[t - 1] - lr * g[t]),
    Eq(theta[t], (1 - part) * theta[t - 1] + part * z[t]),
)
triple = rule(
    "TripleMomentum",
    (lr(1), mu(0.9), ahead(0.5)),
    (State(p, init=theta[0]),),
    Eq(q[t], grad((1 + ahead) * theta[t - 1] - ahead * p[t - 1])),
    Eq(theta[t], (1 + mu) * theta[t - 1] - mu * p[t - 1] - lr * q[t]),
    Eq(p[t], theta[t - 1]),
)
summed = rule(
    "Summed",
    (lr(1),),
    (z,),
    Eq(z[t], z[t - 1] + g[t]),
    Eq(theta[t], theta[0] - lr * z[t]),
)
harmonic = rule("Harmonic", (lr(1),), (), Eq(theta[t], theta[t - 1] - lr * g[t] / t))
counted = rule(
    "Counted",
    (lr(1),),
    (count,),
    Eq(count[t], count[t - 1] + 1),
    Eq(theta[t], theta[t - 1] - lr * g[t] / count[t]),
)
drifting = rule("Drifting", (lr(1), drift(0.5)), (), Eq(theta[t], theta[t - 1] - lr * g[t] - drift))
growing = rule(
    "GrowingMomentum",
    (lr(1),),
    (State(p, init=theta[0]),),
    Eq(q[t], theta[t - 1] + (t - 1) / (t + 2) * (theta[t - 1] - p[t - 1])),
    Eq(theta[t], q[t] - lr * grad(q[t])),
    Eq(p[t], theta[t - 1]),
)
looking = rule(
    "MoveThenAsk",
    (lr(1), mu(0.9)),
    (v,),
    Eq(theta[t], theta[t - 1] - v[t - 1]),
    Eq(v[t], mu * v[t - 1] + lr * grad(theta[t])),
)


@pytest.mark.parametrize(
    ("a", "b", "hyper"),
    tiered(
        [
            (averaging, "Momentum", {"lr": "lr/(1 - momentum)", "part": "1 - momentum"}),
            (averaging, "MomentumEMA", {"lr": "lr", "part": "1 - beta"}),
            (averaging, qhm, {"lr": "lr", "nu": "1", "beta": "1 - part"}),
            (qhm, "Nesterov", {"lr": "lr/(1 - momentum)", "beta": "momentum", "nu": "momentum"}),
            (triple, "Nesterov", {"lr": "lr", "momentum": "momentum", "ahead": "momentum"}),
            (triple, "HeavyBall", {"lr": "lr", "momentum": "momentum", "ahead": "0"}),
            (summed, "GradientDescent", {"lr": "lr"}),
            (harmonic, counted, {"lr": "lr"}),
            (looking, "Momentum", {"lr": "lr", "momentum": "momentum"}),
        ],
        lambda a, b, hyper: a in (triple, summed, harmonic, looking) or b is qhm,
    ),
    ids=str,
)
def test_forms_of_one_rule(a, b, hyper):
    found = related(a, b, "equal")
    assert maps(found.map) == hyper and not found.map.degenerate


def test_a_counter_is_no_constant():
    found = related(harmonic, "GradientDescent", "different")
    assert found.scope.startswith("every map of constant hyperparameters")
    (moving,) = found.rescues
    assert moving.moves and maps(moving) == {"lr": "lr/t"}
    assert moving.exactly == ("lr_t = lr/t, in steps where g[t] != 0",)
    found = related(growing, "Nesterov", "different")
    assert not found.rescues and replay(found.counterexample, *found.systems)
    found = related(drifting, "GradientDescent", "different")
    assert not found.rescues and replay(found.counterexample, *found.systems)


def test_what_holds_exactly_when():
    found = related("Momentum", "MomentumSum", "equal")
    assert any(x.startswith("lr[t - 1] = lr[t], in steps where") for x in found.map.exactly)
    moving, still = related("Adam", "AdamEpsHat", "different").rescues
    assert moving.exactly[0].startswith("eps_t = eps*sqrt(1 - beta2**t), in steps where")
    assert still.exactly[0].startswith("eps = 0, in steps where")


def test_a_clock_apart_is_a_condition_never_an_equality():
    early = harmonic.replace(
        name="Early", step=(Eq(theta[t], theta[t - 1] - lr * g[t] * (t - 1) / t),)
    )
    late = harmonic.replace(
        name="Late", step=(Eq(theta[t], theta[t - 1] - lr * g[t] * t / (t + 1)),)
    )
    for a, b in ((early, late), (late, early)):
        found = related(a, b, "different")
        assert found.rescues[0].ahead == 1
        assert "step t + 1 of Early as step t of Late" in found.conditions
    later = late.replace(
        name="Later", step=(Eq(theta[t], theta[t - 1] - lr * g[t] * (t + 1) / (t + 3)),)
    )
    assert not any(r.ahead for r in related(early, later, "different").rescues)


def test_shifted_runs_are_compared_at_shifted_steps():
    early = harmonic.replace(
        name="Early", step=(Eq(theta[t], theta[t - 1] - lr * g[t] * (t - 1) / t),)
    )
    late = harmonic.replace(
        name="Late", step=(Eq(theta[t], theta[t - 1] - lr * g[t] * t / (t + 1)),)
    )
    assert decide(Simulation(late, early, shift=1)).status == "proved"
    wrong = decide(Simulation(harmonic, early, shift=1))
    assert wrong.status == "refuted" and replay(wrong.counterexample, harmonic, early)


@pytest.mark.parametrize("name", ["LBFGS", "torch.LBFGS", "torch.RAdam", "torch.NAdam", "Prodigy"])
def test_a_rule_under_other_names_is_itself(name):
    found = catalog[name]
    system = found if isinstance(found, Optimizer) else found.default
    first = system.hyper[-1]
    named = Parameter("other_name", first.range, first.symbol.role)
    copied = system.replace(
        name="Copy",
        hyper=(*system.hyper[:-1], Hyper(named, None, first.range)),
        step=tuple(
            map_statement(s, lambda x: x.xreplace({first.symbol: named})) for s in system.step
        ),
        state=tuple(
            replace(s, init=sympify(s.init).xreplace({first.symbol: named}))
            if isinstance(s, State)
            else replace(s, length=sympify(s.length).xreplace({first.symbol: named}))
            for s in system.state
        ),
        repeat=None if system.repeat is None else system.repeat,
    )
    assert renaming(system, copied) is not None
    related(system, copied, "equal")


def test_names_alone_make_nothing_equal():
    swapped = adam.replace(
        step=tuple(Eq(e.lhs, e.rhs.xreplace({beta1: beta2, beta2: beta1})) for e in adam.equations)
    )
    assert renaming(adam, swapped) is None
    other = adam.replace(state=(m, State(v, init=1)))
    assert renaming(adam, other) is None
    narrow = adam.replace(hyper=tuple(h.symbol(None, "[0, 1/2)") for h in adam.hyper))
    assert renaming(adam, narrow) is None


def test_epsilon_as_a_start_of_the_sum():
    found = related("torch.Adagrad", "optax.adagrad", "equal")
    assert maps(found.map)["initial_accumulator_value"] == "eps + initial_accumulator_value"


@pytest.mark.exhaustive
def test_epsilon_as_a_start_in_another_framework():
    related("keras.Adagrad", "optax.adagrad", "equal")


def test_a_rate_outside_its_range_is_a_condition():
    loose = rule(
        "Loose",
        (lr(1), mu(0.5, "[0, inf)")),
        (v,),
        Eq(v[t], mu * v[t - 1] + g[t]),
        Eq(theta[t], theta[t - 1] - lr * v[t]),
    )
    scaled = loose.replace(
        name="Scaled",
        step=(loose.step[0], loose.step[1], Eq(theta[t], theta[t - 1] - lr * (1 - mu) * v[t])),
    )
    found = related(loose, scaled, "equal")
    assert found.map.assume


def test_a_root_that_nothing_reads_is_no_difference():
    hidden = rule(
        "Hidden",
        (lr(1),),
        (),
        Eq(q[t], sqrt(1 - t)),
        Eq(theta[t], theta[t - 1] - lr * cases((g[t], t < 9), q[t])),
    )
    assert compare(hidden, "GradientDescent", budget_s=5).status != "different"


KEPT = {"beta1": beta1, "beta2": beta2}


@pytest.mark.parametrize(
    ("a", "b"),
    tiered(
        [("Adam", "AdamEpsHat"), ("AdamL2", "AdamW"), ("Adam", "AdamNoCorrection")],
        lambda a, b: b == "AdamNoCorrection",
    ),
)
def test_different_under_every_map_of_a_class(a, b):
    verdict = decide(NoMap(catalog.system(a), catalog.system(b), KEPT), LONG)
    assert verdict.status == "proved" and "eps" in verdict.scope


def test_no_map_of_a_class_is_not_shown_of_equals():
    same = decide(NoMap(catalog.system("Adam"), catalog.system("torch.Adam"), KEPT), 1)
    assert same.status == "undecided"


# --- bad input, time, and the outside -------------------------------------------------------------

only_value = Optimizer(
    name="OnlyValue",
    source=HERE,
    hyper=(lr(0.1),),
    step=(Eq(theta[t], theta[t - 1] - lr * value(theta[t - 1])),),
)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("Adam(", "Adam", "is no call"),
        ("Adam", "Adamm", "did you mean"),
        ("Adam", "torch.Adam(nesterov=True)", "is no argument"),
        ("Adam(lr=-1)", "Adam", "outside"),
        ("Adam", "Cosine", "no single optimizer"),
        ("Adam", only_value, "no oracle in common"),
    ],
)
def test_bad_input_is_told(a, b, said):
    with pytest.raises(DeclarationError, match=said):
        compare(a, b)


def test_without_time_nothing_is_guessed():
    found = compare("AdamW", "torch.AdamW", budget_s=0.01)
    assert found.status in ("undecided", "equal") and found.seconds < 3
    with pytest.raises(TypeError, match="three values"):
        bool(found)


def test_it_is_exported_and_becomes_json():
    found = exported("GradientDescent", "Momentum")
    assert json.loads(json.dumps(found.as_dict()))["map"]["hyper"]["momentum"] == "0"
    assert "special case" in str(found)


def test_the_command_line(tmp_path):
    def gen(*args):
        return CliRunner().invoke(main, ["compare", *args])

    good = gen("HeavyBall", "Momentum")
    assert good.exit_code == 0 and "HeavyBall and Momentum are the same" in good.output
    assert json.loads(gen("HeavyBall", "Momentum", "--json").output)["status"] == "equal"
    for args in (("Adam", "Nothing"), ("Adam", "torch.Adam(foo=1)"), ("Adam((", "Adam")):
        bad = gen(*args)
        assert bad.exit_code == 2 and len(bad.output.splitlines()) == 1, bad.output
    own = tmp_path / "own.py"
    own.write_text(
        "from optwright.derive.language import *\n"
        "twice = Optimizer(name='Twice', source=Source('here'), hyper=[lr(0.1)],\n"
        "                  step=[Eq(theta[t], theta[t-1] - 2*lr*g[t])])\n"
    )
    found = gen("Twice", "GradientDescent", "--from", str(own))
    assert found.exit_code == 0 and "GradientDescent.lr  = 2·Twice.lr" in found.output


# --- the parts ------------------------------------------------------------------------------------


def test_expressions_are_recognised_from_their_values():
    points = [{lr: 0.1 + 0.07 * k, mu: 0.9 - 0.05 * k**0.7, t: 2.0 + k % 3} for k in range(14)]

    def of(expr):
        return recognise([float(expr.subs(p)) for p in points], points)

    for expr in (
        lr,
        lr * (1 - mu),
        -lr / sqrt(1 - mu**t),
        sympify(0),
        Rational(3, 7),
        lr**2 / mu,
        lr / (lr + mu),
        2 * lr,
    ):
        assert sympify(of(expr) - expr).simplify() == 0
    assert recognise([0.1 + 0.013 * k**2 for k in range(14)], points) is None
    assert constant(2**0.5) == sqrt(2) and constant(2 ** (1 / 3)) is None


def test_correspondences_go_by_name_then_by_role():
    first = next(naturals(catalog.system("RMSProp"), catalog.system("keras.RMSprop")))
    assert {n: str(s) for n, s in first.same.items()} == {
        "learning_rate": "lr",
        "rho": "rho",
        "epsilon": "eps",
    }
    assert {h.name for h in first.rest} == {"momentum", "weight_decay"}


def test_states_without_effect_are_left_out():
    system = catalog.system("torch.SGD")
    assert [s.name for s in specialised(system, {"momentum": 0}).states] == []
    assert pruned(system) is system


def test_a_search_only_proposes():
    search = Search(catalog.system("Adam"), catalog.system("Momentum"), 1e12)
    assert list(search.constants("theta")) == []
    assert not search.unexplained

"""Compositions: what each computes, that neutral ones change nothing, what is refused and why."""

import decimal
import itertools
import pickle
import random
from dataclasses import replace
from decimal import Decimal
from functools import partial

import numpy as np
import pytest
import sympy
from selection import selected, tiered

from optwright.derive.compose import (
    accumulate,
    chain,
    clip_by_global_norm,
    clip_by_value,
    coupled_decay,
    decoupled_decay,
    ema_of_parameters,
    lookahead,
    master_weights,
    named,
    rename,
    repeat,
    sam,
    scheduled,
    skip_nonfinite,
)
from optwright.derive.interpret import advance, floats, run, start, view
from optwright.derive.language import norm, t, theta
from optwright.derive.language.declaration import DeclarationError, Family, Route, Schedule
from optwright.derive.rule import catalog, plateau
from optwright.derive.rule.dialect import torch as torch_rules
from optwright.derive.rule.family import adam as adam_rules
from optwright.derive.rule.family import averaging, factored, layerwise, moments, muon
from optwright.derive.rule.family.gradient import gradient_descent
from optwright.derive.rule.family.momentum import nesterov
from optwright.templates.backend import backend

D = Decimal
adam = adam_rules.adam
SHAPES = ((2, 3), (3,))


@pytest.fixture(autouse=True)
def sixty_digits():
    with decimal.localcontext(decimal.Context(prec=60, traps=[])):
        yield


def tensors(seed, shapes=SHAPES):
    source = random.Random(seed)
    return [
        np.array(
            [
                D(source.randint(1, 300)) / 100 * source.choice((1, -1))
                for _ in range(int(np.prod(s)))
            ],
            dtype=object,
        ).reshape(s)
        for s in shapes
    ]


def length(arrays):
    return sum((e * e for x in arrays for e in x.flat), D(0)).sqrt()


def bowl(points):
    """The gradient of a loss with a different curvature in every entry, and coupled tensors."""
    mean = sum((x.sum() for x in points), D(0)) / 10
    return [
        np.array([(k + 1) * e / 4 + mean for k, e in enumerate(x.flat)], dtype=object).reshape(
            x.shape
        )
        for x in points
    ]


def theta_of(snapshots):
    return [s.theta for s in snapshots]


def close(found, expected, digits=40):
    assert len(found) == len(expected)
    for step, (a, b) in enumerate(zip(found, expected, strict=True)):
        for x, y in zip(a, b, strict=True):
            for p, q in zip(x.flat, y.flat, strict=True):
                same = p == q or str(p) == str(q) or abs(p - q) <= D(10) ** -digits * max(1, abs(q))
                assert same, f"step {step}: {p}, {q} expected"


def differ(found, expected):
    return any(
        p != q
        for a, b in zip(found, expected, strict=True)
        for x, y in zip(a, b, strict=True)
        for p, q in zip(x.flat, y.flat, strict=True)
    )


def given(rule, gradients, theta, hyper=None):
    """The parameters before and after each step, where step k's gradient is the k-th of a list."""
    snapshot, found = start(rule, theta, hyper), []
    found.append(snapshot.theta)
    for gradient in gradients:
        snapshot = advance(rule, snapshot, hyper, {"grad": lambda p, g=gradient: g})
        found.append(snapshot.theta)
    return found


# --- transforms ----------------------------------------------------------------------------------


def test_clipping_is_by_the_norm_over_all_tensors_and_exact_below_it():
    rule, x = chain(clip_by_global_norm(2), gradient_descent), tensors(1)
    long, short = tensors(2), [g / 100 for g in tensors(2)]
    rate = D("0.01")
    scale = 2 / length(long)
    assert scale < 1 and length(short) < 2
    hyper = {"lr": rate}
    close(
        given(rule, [long], x, hyper)[1:],
        [[p - rate * scale * g for p, g in zip(x, long, strict=True)]],
    )
    assert not differ(given(rule, [short], x, hyper), given(gradient_descent, [short], x, hyper))


def test_a_zero_gradient_stays_zero_under_clipping():
    rule, x = chain(clip_by_global_norm(2), gradient_descent), tensors(1)
    assert not differ(given(rule, [[0 * p for p in x]], x)[1:], [x])


def test_the_first_transform_of_a_chain_comes_first():
    x, g = tensors(3), tensors(4)
    clipped = [np.frompyfunc(lambda e: min(max(e, D(-1)), D(1)), 1, 1)(e) for e in g]
    rate, w = D("0.01"), D("0.5")
    first = chain(clip_by_value(1), coupled_decay(0.5), gradient_descent)
    close(
        given(first, [g], x, {"lr": rate})[1:],
        [[p - rate * (c + w * p) for p, c in zip(x, clipped, strict=True)]],
    )
    second = chain(coupled_decay(0.5), clip_by_value(1), gradient_descent)
    limited = [
        np.frompyfunc(lambda e: min(max(e, D(-1)), D(1)), 1, 1)(e + w * p)
        for e, p in zip(g, x, strict=True)
    ]
    close(
        given(second, [g], x, {"lr": rate})[1:],
        [[p - rate * c for p, c in zip(x, limited, strict=True)]],
    )


def test_coupled_decay_is_a_penalty_for_every_oracle():
    decayed = coupled_decay(0.5)
    newton, polyak = decayed(catalog["Newton"]), decayed(catalog["PolyakStep"])
    x = [np.array([D(2), D(-3)], dtype=object)]
    # ∇²(½x·Ax + ¼‖x‖²) = A + ½I: one Newton step from anywhere goes to the minimum, 0.
    A = np.array([[D(3), D(1)], [D(1), D(2)]], dtype=object)
    after = advance(
        newton, start(newton, x), None, {"grad": lambda p: [A @ p[0]], "hessian": lambda p: A}
    )
    assert all(abs(e) < D("1e-45") for e in after.theta[0])
    asked = {"grad": lambda p: [A @ p[0]], "value": lambda p: p[0] @ A @ p[0] / 2}
    hyper = {h.name: D(0) for h in polyak.hyper if h.name in ("f_star", "loss_min", "f_min")}
    after = advance(polyak, start(polyak, x, hyper), hyper, asked)
    shifted = A + np.array([[D("0.5"), D(0)], [D(0), D("0.5")]], dtype=object)
    plain = catalog["PolyakStep"]
    asked = {"grad": lambda p: [shifted @ p[0]], "value": lambda p: p[0] @ shifted @ p[0] / 2}
    close([after.theta], [advance(plain, start(plain, x, hyper), hyper, asked).theta])


def test_decoupled_decay_of_adam_is_torchs_adamw():
    x, gradients = tensors(5), [tensors(6 + k) for k in range(3)]
    rule = decoupled_decay(0.1)(adam)
    rate, w = D("0.001"), D("0.1")
    m = v = [0 * p for p in x]
    expected = [x]
    for k, g in enumerate(gradients, start=1):
        m = [D("0.9") * a + D("0.1") * b for a, b in zip(m, g, strict=True)]
        v = [D("0.999") * a + D("0.001") * b * b for a, b in zip(v, g, strict=True)]
        root = np.frompyfunc(lambda e: e.sqrt(), 1, 1)
        x = [
            p * (1 - rate * w)
            - rate * (a / (1 - D("0.9") ** k)) / (root(b / (1 - D("0.999") ** k)) + D("1e-8"))
            for p, a, b in zip(x, m, v, strict=True)
        ]
        expected.append(x)
    close(given(rule, gradients, expected[0]), expected)


# --- wrappers ------------------------------------------------------------------------------------


def test_sam_asks_at_the_worst_point_nearby():
    radius, rate = D("0.05"), D("0.01")
    x = tensors(7)
    expected = [x]
    for _ in range(3):
        g = bowl(x)
        worst = [p + radius / length(g) * e for p, e in zip(x, g, strict=True)]
        x = [p - rate * e for p, e in zip(x, bowl(worst), strict=True)]
        expected.append(x)
    close(
        theta_of(run(sam(gradient_descent), expected[0], 3, {"grad": bowl}, {"lr": rate})), expected
    )


def test_sam_around_nesterov_starts_from_the_point_that_nesterov_asks():
    radius, rate, gamma = D("0.05"), D("0.01"), D("0.9")
    x, v = tensors(8), [0 * p for p in tensors(8)]
    expected = [x]
    for _ in range(3):
        ahead = [p - gamma * e for p, e in zip(x, v, strict=True)]
        g = bowl(ahead)
        worst = [p + radius / length(g) * e for p, e in zip(ahead, g, strict=True)]
        v = [gamma * a + rate * e for a, e in zip(v, bowl(worst), strict=True)]
        x = [p - e for p, e in zip(x, v, strict=True)]
        expected.append(x)
    hyper = {"lr": rate, nesterov.hyper[1].name: gamma}
    close(theta_of(run(sam(nesterov), expected[0], 3, {"grad": bowl}, hyper)), expected)


def test_a_gradient_of_zero_is_its_own_worst_point():
    x = [0 * p for p in tensors(1)]
    assert not differ(theta_of(run(sam(adam), x, 2, {"grad": bowl}))[1:], [x, x])


def test_lookahead():
    k, share = 3, D("0.5")
    x = tensors(9)
    slow = x
    inner = start(adam, x)
    expected = [x]
    for step in range(1, 8):
        inner = advance(adam, inner, None, {"grad": bowl})
        if step % k == 0:
            slow = [a + share * (b - a) for a, b in zip(slow, inner.theta, strict=True)]
            inner = inner.__class__(**{**inner.__dict__, "theta": tuple(slow)})
        expected.append(inner.theta)
    close(theta_of(run(lookahead(adam, k=k, alpha=0.5), x, 7, {"grad": bowl})), expected)


@pytest.mark.parametrize(
    "rule",
    [
        adam,
        moments.nadam,
        torch_rules.RAdam(),
        torch_rules.SGD(nesterov=True),
        layerwise.lamb,
        factored.sm3,
    ],
)
def test_accumulation_is_the_rule_on_mean_gradients(rule):
    x, parts = tensors(10), [tensors(11 + k) for k in range(12)]
    hyper = {"momentum": D("0.9")} if rule.id == "torch.SGD" else {}
    means = [
        [sum(column) / 2 for column in zip(*parts[k : k + 2], strict=True)] for k in range(0, 12, 2)
    ]
    expected = given(rule, means, x, hyper)
    found = given(accumulate(rule, k=2), parts, x, hyper)
    close(found[::2], expected)
    for k in range(0, 12, 2):
        assert not differ([found[k]], [found[k + 1]]), "a call that gathers moves nothing"


@pytest.mark.parametrize(
    "rule", [adam, moments.nadam, torch_rules.RAdam(), layerwise.lamb, averaging.schedule_free_sgd]
)
@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity"])
def test_a_step_with_a_nonfinite_gradient_is_as_if_it_had_not_been(rule, bad):
    x, gradients = tensors(30), [tensors(31 + k) for k in range(8)]
    broken = [g.copy() for g in gradients[0]]
    broken[1][2] = D(bad)
    guarded = skip_nonfinite(rule)
    found = given(guarded, [gradients[0], broken, broken, *gradients[1:], broken], x)
    expected = given(rule, gradients, x)
    close([found[0], found[1], *found[4:-1]], expected)
    assert not differ([found[1], found[1], found[-2]], [found[2], found[3], found[-1]])
    assert differ([found[1]], [found[4]])


def test_master_weights_keep_what_rounding_would_lose():
    x = [np.array([D(1), D(-2), D("0.5")], dtype=object)]
    small = [[np.array([D("0.01")] * 3, dtype=object)]] * 40
    rule = master_weights(gradient_descent, "bfloat16")
    hyper = {"lr": D("0.01")}
    snapshots = given(rule, small, x, hyper)
    exact = given(gradient_descent, small, x, hyper)
    # bfloat16 has eight bits: just below 1 its spacing is 2^-8, so each single step vanishes.
    assert not differ([snapshots[1]], [x])
    assert differ([snapshots[-1]], [x])
    for p, q in zip(snapshots[-1][0], exact[-1][0], strict=True):
        assert abs(p - q) <= abs(q) * D(2) ** -8 and p != q
    points = []
    advance(rule, start(rule, x, hyper), hyper, {"grad": lambda p: points.append(p) or small[0]})
    assert not differ(points, [x])


def test_master_weights_round_every_point_that_is_asked():
    rule, asked = master_weights(nesterov, "bfloat16"), []

    def noted(points):
        asked.append(points)
        return bowl(points)

    run(rule, [np.array([D(1), D("0.3125")], dtype=object)], 4, {"grad": noted}, {"lr": D("0.013")})
    for points in asked:
        for e in points[0]:
            assert e == D(float(e)) and (np.float32(float(e)).view(np.uint32) & 0xFFFF) == 0


def test_an_average_of_parameters_is_a_view():
    rule, hyper = ema_of_parameters(adam, decay=0.9), {}
    snapshots = run(rule, tensors(12), 4, {"grad": bowl})
    plain = theta_of(run(adam, tensors(12), 4, {"grad": bowl}))
    close(theta_of(snapshots), plain)
    average = plain[1]
    for x in plain[2:]:
        average = [D("0.9") * a + D("0.1") * p for a, p in zip(average, x, strict=True)]
    close([view(rule, snapshots[-1], "ema", hyper)], [average])


@pytest.mark.parametrize(
    "name", [s.id for s in catalog.values() if isinstance(s, Schedule) and not s.needs_value]
)
def test_a_scheduled_rule_follows_its_schedule(name):
    from optwright.derive.interpret import advance_schedule, start_schedule

    schedule = catalog[name]
    needed = {h.name: D(2) for h in schedule.hyper if h.default is None}
    before, rates = start_schedule(schedule, needed), []
    for _ in range(6):
        before = advance_schedule(schedule, before, needed)
        rates.append(before.output)
    driven = scheduled(adam, lr=schedule)
    found = run(driven, tensors(13), 6, {"grad": bowl}, needed)
    expected = run(adam, tensors(13), 6, {"grad": bowl}, {"lr": lambda k: rates[k - 1]})
    close(theta_of(found), theta_of(expected), digits=38)
    assert "lr" not in {h.name for h in driven.hyper} or "lr" in {h.name for h in schedule.hyper}


def test_a_plateau_schedule_asks_for_the_loss():
    rule = scheduled(adam, lr=plateau.reduce_on_plateau)
    assert rule.oracles == ("value", "grad")
    assert {h.name: str(h.default) for h in rule.hyper if "eps" in h.name} == {
        "eps": "1/100000000",
        "lr_eps": "1/100000000",
    }
    hyper = {"patience": 0, "lr": D("0.1"), "factor": D("0.5"), "threshold": D(0)}
    losses = iter([D(3), D(2), D(2), D(2), D(1)])
    found = run(rule, tensors(14), 5, {"grad": bowl, "value": lambda p: next(losses)}, hyper)
    rates = [D("0.1"), D("0.1"), D("0.05"), D("0.025"), D("0.025")]
    expected = run(adam, tensors(14), 5, {"grad": bowl}, {"lr": lambda k: rates[k - 1]})
    close(theta_of(found), theta_of(expected))


def test_repeat_runs_until_its_condition():
    rule = repeat(gradient_descent, 4, until=norm(theta[t], "all") < 1)
    x = [np.array([D(4)], dtype=object)]
    asked = []
    half = {"grad": lambda p: asked.append(1) or [p[0]]}
    hyper = {"lr": D("0.5")}
    first = advance(rule, start(rule, x, hyper), hyper, half)
    assert (first.theta[0][0], first.t, len(asked)) == (D("0.5"), 3, 3)
    second = advance(rule, first, hyper, half)
    assert (second.theta[0][0], second.t) == (D("0.25"), 4)


# --- routes and families -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "route", [factored.adafactor, torch_rules.Adafactor, muon.muon], ids=lambda r: r.id
)
def test_a_clipped_route_clips_by_the_norm_over_the_tensors_of_all_branches(route):
    x, g = tensors(15), tensors(16)
    rule = chain(clip_by_global_norm(2), route)
    assert isinstance(rule, Route) and rule.name == "Clipped" + route.name
    scale = 2 / length(g)
    close(given(rule, [g, g], x), given(route, [[scale * e for e in g]] * 2, x))


def test_the_branches_of_a_clipped_route_share_one_norm():
    (where, _), (rest, _) = factored.adafactor.branches
    slow = rename(gradient_descent, {"lr": "slow_lr"})
    route = Route("TwoRates", gradient_descent.source, ((where, gradient_descent), (rest, slow)))
    x, g = tensors(15), tensors(16)
    rates = {"lr": D("0.1"), "slow_lr": D("0.01")}
    scale = 2 / length(g)
    expected = [
        p - rate * scale * e for p, e, rate in zip(x, g, (D("0.1"), D("0.01")), strict=True)
    ]
    close(given(chain(clip_by_global_norm(2), route), [g], x, rates)[1:], [expected])


@pytest.mark.parametrize("route", [factored.adafactor, muon.muon], ids=lambda r: r.id)
def test_a_route_skips_for_all_tensors_what_one_of_them_breaks(route):
    x, gradients = tensors(15), [tensors(40 + k) for k in range(3)]
    broken = [g.copy() for g in gradients[0]]
    broken[1][0] = D("NaN")
    found = given(skip_nonfinite(route), [gradients[0], broken, *gradients[1:]], x)
    close([found[0], found[1], *found[3:]], given(route, gradients, x))
    assert not differ([found[1]], [found[2]])


def test_sam_around_a_route_perturbs_all_tensors_together():
    x = tensors(17)
    rule, radius = sam(factored.adafactor), D("0.05")
    g = bowl(x)
    worst = [p + radius / length(g) * e for p, e in zip(x, g, strict=True)]
    close(theta_of(run(rule, x, 1, {"grad": bowl})), given(factored.adafactor, [bowl(worst)], x))


def test_a_route_refuses_what_only_a_branch_would_see():
    (where, first), (rest, second) = factored.adafactor.branches
    alone = chain(clip_by_global_norm(1), first)
    with pytest.raises(DeclarationError, match="every branch begins"):
        Route("Half", factored.adafactor.source, ((where, alone), (rest, second)))
    counted = accumulate(first, k=2)
    other = accumulate(second, k=2)
    late = [replace(s, init=1) if s.name == "accumulated" else s for s in other.state]
    slower = other.replace(state=late)
    with pytest.raises(DeclarationError, match="renew differently"):
        Route("Clashing", factored.adafactor.source, ((where, counted), (rest, slower)))
    with pytest.raises(DeclarationError, match="two dimensions exactly"):
        Route("Wide", muon.muon.source, ((where, muon.matrices), (rest, muon.fallback)))


def test_a_composed_family_keeps_its_choices():
    family = chain(clip_by_global_norm(1), torch_rules.SGD)
    assert isinstance(family, Family) and family.id == "torch.ClippedSGD"
    assert [dict(flags) for flags, _ in family.members] == [
        dict(flags) for flags, _ in torch_rules.SGD.members
    ]
    assert all("max_norm" in {h.name for h in member.hyper} for _, member in family.members)


# --- names ---------------------------------------------------------------------------------------


def test_a_clash_of_names_is_resolved_in_the_open():
    twice = chain(clip_by_global_norm(1), clip_by_global_norm(5), adam)
    assert [h.name for h in twice.hyper][-2:] == ["max_norm", "clip_max_norm"]
    assert "max_norm of clip is called clip_max_norm here" in twice.note
    adadelta = sam(catalog["Adadelta"])
    assert {h.name: h.default for h in adadelta.hyper}["sam_rho"] == sympy.Rational(1, 20)


def test_rename():
    renamed = rename(adam, {"beta1": "b1", "m": "mean", "eps": "epsilon"})
    assert [h.name for h in renamed.hyper] == ["lr", "b1", "beta2", "epsilon"]
    assert renamed.hyper[1].range == adam.hyper[1].range
    x = tensors(18)
    found = given(renamed, [tensors(19)] * 3, x, {"b1": D("0.5")})
    assert not differ(found, given(adam, [tensors(19)] * 3, x, {"beta1": D("0.5")}))
    assert [h.name for h in rename(adam, prefix="adam_").hyper] == [
        "adam_lr",
        "adam_beta1",
        "adam_beta2",
        "adam_eps",
    ]
    history = rename(torch_rules.LBFGS(), {"S": "differences", "history_size": "memory"})
    assert "count_differences" in str(history.step) and "count_S" not in str(history.step)


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({"beta9": "b"}, "is no name of the rule"),
        ({"beta1": "beta2"}, "in use already"),
        ({"theta": "x"}, "fixed meaning"),
        ({"beta1": "b", "beta2": "b"}, "in use already"),
        ({"m": "2x"}, "is no name"),
    ],
)
def test_rename_refuses(mapping, reason):
    with pytest.raises(DeclarationError, match=reason):
        rename(adam, mapping)


def test_names_may_be_exchanged():
    swapped = rename(adam, {"beta1": "beta2", "beta2": "beta1"})
    assert str(swapped.step[1]) == str(adam.step[1]).replace("beta1", "beta2")


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: accumulate(sam(adam)), "2 gradients"),
        (lambda: accumulate(torch_rules.LBFGS()), "several times within one call"),
        (lambda: accumulate(catalog["Newton"]), "last of the accumulated batches"),
        (lambda: lookahead(torch_rules.LBFGS()), "several times within one call"),
        (lambda: skip_nonfinite(torch_rules.LBFGS()), "several times within one call"),
        (
            lambda: coupled_decay(1)(torch_rules.LBFGS(line_search_fn="strong_wolfe")),
            "without the penalty",
        ),
        (lambda: sam(torch_rules.LBFGS(line_search_fn="strong_wolfe")), "worst point"),
        (lambda: clip_by_value(1)(catalog["RandomLocalSearch"]), "no gradient"),
        (lambda: decoupled_decay(1)(adam.with_hyper(lr=1)), "learning rate"),
        (lambda: scheduled(adam, rate=plateau.reduce_on_plateau), "no hyperparameter of the rule"),
        (lambda: scheduled(torch_rules.Rprop(), lr=plateau.reduce_on_plateau), "initial value"),
        (lambda: repeat(torch_rules.LBFGS(), 3), "already"),
        (lambda: chain(adam, adam), "transform"),
        (lambda: chain(clip_by_value(1)), "last part is the rule"),
        (lambda: chain(plateau.reduce_on_plateau), "last part is the rule"),
    ],
)
def test_what_is_impossible_is_refused_with_the_reason(make, reason):
    with pytest.raises(DeclarationError, match=reason) as error:
        make()
    assert "\n" not in str(error.value)


# --- neutral settings ----------------------------------------------------------------------------

NEUTRAL = {
    "clip": clip_by_global_norm(10**9),
    "clip_value": clip_by_value(10**9),
    "coupled": coupled_decay(0),
    "decoupled": decoupled_decay(0),
    "sam": partial(sam, rho=0),
    "lookahead": partial(lookahead, k=2, alpha=1),
    "accumulate": partial(accumulate, k=1),
    "skip": skip_nonfinite,
    "ema": ema_of_parameters,
    "repeat": partial(repeat, at_most=1),
    "rename": partial(rename, prefix="own_"),
}


def plain_rules():
    """Every rule of the catalogue; of a family the first and the last combination of flags."""
    for declaration in catalog.values():
        if isinstance(declaration, Family):
            for flags, member in {0: declaration.members[0], 1: declaration.members[-1]}.values():
                yield pytest.param(member, id=f"{declaration.id}{list(flags.values())}")
        elif not isinstance(declaration, Schedule):
            yield pytest.param(declaration, id=declaration.id)


def world():
    """Oracles for any rule, the same whenever they are made anew."""
    draws = itertools.count(100)

    def loss(points):
        mean = sum((x.sum() for x in points), D(0)) / 10
        return (
            sum(((k + 1) * e * e / 8 for x in points for k, e in enumerate(x.flat)), D(0))
            + 5 * mean**2
        )

    def hessian(points):
        n = sum(x.size for x in points)
        curvature = [D(k + 1) / 4 for x in points for k in range(x.size)]
        return np.array(
            [[D("0.1") + (curvature[i] if i == j else 0) for j in range(n)] for i in range(n)],
            dtype=object,
        )

    return {
        "grad": bowl,
        "value": loss,
        "hessian": hessian,
        "hvp": lambda p, v: bowl(v),
        "hessian_diagonal": lambda p: [
            np.array([D("0.1") + D(k + 1) / 4 for k in range(x.size)], dtype=object).reshape(
                x.shape
            )
            for x in p
        ],
        "noise": lambda k: tensors(next(draws), [x.shape for x in points_like()]),
        "line_search": lambda *question: (D("0.25"), 2),
    }


def points_like():
    return tensors(20, [(2, 2), (2,)])


REPEATING = ("torch.LBFGS[None]", "torch.LBFGS['strong_wolfe']")
SEARCHING = ("DampedNewton", "BFGS", "LBFGS", "torch.LBFGS['strong_wolfe']")
RANDOM = ("RandomSearch", "RandomLocalSearch")
SECOND_ORDER = ("Newton", "RelaxedNewton", "DampedNewton", "BFGS", "LBFGS")
NO_RATE = ("PolyakStep", "Adadelta", "Newton", "DampedNewton", "BFGS", "LBFGS")

REFUSED = {
    "asks for no gradient": (("clip", "clip_value", "coupled", "sam", "skip"), RANDOM),
    "a line search asks the loss": (("coupled", "sam"), SEARCHING),
    "asked on the last of the accumulated batches only": (
        ("accumulate",),
        (*RANDOM, "PolyakStep", *SECOND_ORDER),
    ),
    "asks for 2 gradients in a step": (("accumulate",), ("SAM",)),
    "runs several times within one call": (("accumulate", "skip", "lookahead"), REPEATING),
    "is repeated within a call already": (("repeat",), REPEATING),
    "would leave the others behind": (("repeat",), ("Adafactor", "Muon", "torch.Adafactor")),
    "name the rule's learning rate": (("decoupled",), (*NO_RATE, "texts.MOM_b", "texts.NAG_b")),
}
"""The reason, the combinators and the rules that it keeps apart."""

REASONS = {
    (rule, combinator): reason
    for reason, (combinators, rules) in REFUSED.items()
    for rule, combinator in itertools.product(rules, combinators)
}
PAIRS = {
    (rule.id, combinator): pytest.param(rule.values[0], combinator, id=f"{rule.id}-{combinator}")
    for rule, combinator in itertools.product(plain_rules(), NEUTRAL)
}


@pytest.mark.parametrize(
    ("rule", "combinator", "reason"),
    [(*PAIRS[pair].values, reason) for pair, reason in REASONS.items()],
)
def test_some_rules_refuse_a_composition(rule, combinator, reason):
    with pytest.raises(DeclarationError, match=reason):
        NEUTRAL[combinator](rule)


@pytest.mark.parametrize(
    ("rule", "combinator"),
    tiered([case for pair, case in PAIRS.items() if pair not in REASONS], selected),
)
def test_neutral_compositions_leave_every_rule_of_the_catalogue_as_it_was(rule, combinator):
    composed = NEUTRAL[combinator](rule)
    x = points_like()
    prefix = "own_" if combinator == "rename" else ""
    hyper = {h.name: D("0.5") for h in rule.hyper if h.default is None}
    hyper |= {h.name: D(2) for h in rule.hyper if h.name == "max_iter"}
    expected = run(rule, x, 2, world(), hyper)
    found = run(composed, x, 2, world(), {prefix + name: number for name, number in hyper.items()})
    close(theta_of(found), theta_of(expected), digits=30)


GENERATED = [
    named(accumulate(muon.muon, k=2), "AccumulatedMuon"),
    named(skip_nonfinite(torch_rules.Adafactor), "SkippingAdafactor"),
    named(repeat(adam, 3), "RepeatedAdam"),
    named(master_weights(adam), "MasterAdam"),
    named(scheduled(adam, lr=plateau.reduce_on_plateau), "PlateauAdam"),
    named(chain(clip_by_value(0.1), decoupled_decay(0.1), layerwise.lamb), "LimitedLAMB"),
]


@pytest.mark.parametrize("rule", GENERATED, ids=lambda r: r.name)
def test_generated_compositions_compute_what_the_declaration_says(rule):
    text = backend("numpy").module(rule, lambda _: (), "none")
    scope = {"__name__": "made"}
    exec(compile(text, rule.name, "exec"), scope)
    parameters = [np.array(x, dtype=float) for x in tensors(22)]
    made, snapshot = scope[rule.name](parameters), start(rule, parameters)
    losses = [3.0, 2.0, *[2.0] * 16]
    for k, loss in enumerate(losses):
        broken = rule.name == "SkippingAdafactor" and k == 1

        def gradient(points, broken=broken):
            found = [np.array(x, dtype=float) for x in bowl([x * D(1) for x in exact(points)])]
            found[1][0] = np.nan if broken else found[1][0]
            return found

        oracles = {"value": loss} if rule.name == "PlateauAdam" else {}
        made.step(gradient, **oracles)
        oracles = {"grad": gradient, "value": lambda points, loss=loss: loss}
        snapshot = advance(rule, snapshot, None, oracles)
        for ours, theirs in zip(parameters, floats(snapshot.theta), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def exact(points):
    return [np.frompyfunc(D, 1, 1)(x) for x in points]


def test_compositions_pickle_and_nest():
    rule = named(lookahead(chain(clip_by_global_norm(1), sam(adam))), "Everything")
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert rule.id == "Everything"
    assert len(theta_of(run(rule, tensors(21), 6, {"grad": bowl}))) == 7

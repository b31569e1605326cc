"""The reference interpreter against plain loops in fractions and many digits, written by hand."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Symbol

from optwright.derive.interpret import (
    DECIMAL50,
    EXACT,
    Ambiguous,
    AnswerError,
    Inexact,
    Script,
    advance,
    advance_schedule,
    bounded,
    contains,
    floats,
    load,
    outside,
    run,
    start,
    start_schedule,
    view,
)
from optwright.derive.language import (
    ALL,
    EACH_AXIS,
    HOST,
    TENSOR,
    Abs,
    Eq,
    Equal,
    History,
    Loop,
    Mod,
    Optimizer,
    Parameter,
    Push,
    Repeat,
    Route,
    Schedule,
    Source,
    State,
    Variable,
    Where,
    axes,
    b,
    beta1,
    beta2,
    cases,
    count_nonfinite,
    dim,
    dot,
    eps,
    exp,
    g,
    gamma,
    grad,
    hessian,
    hessian_diagonal,
    hvp,
    identity,
    inverse_root,
    largest,
    line_search,
    lr,
    m,
    m_hat,
    matmul,
    matrix,
    max_per_axis,
    mean,
    min_over_axes,
    noise,
    norm,
    outer,
    round_to,
    solve,
    sqrt,
    t,
    theta,
    total,
    transpose,
    turn,
    v,
    v_hat,
    value,
    variables,
)

SOURCE = Source("a test")
H = Fraction(1, 2)


def system(*step: Any, **fields: Any) -> Optimizer:
    return Optimizer(name="Rule", source=SOURCE, step=step, **fields)


adam = system(
    Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
    Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
    Eq(m_hat[t], m[t] / (1 - beta1**t)),
    Eq(v_hat[t], v[t] / (1 - beta2**t)),
    Eq(theta[t], theta[t - 1] - lr * m_hat[t] / (sqrt(v_hat[t]) + eps)),
    hyper=[lr(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)],
    state=[m, v],
)
sgd = system(Eq(theta[t], theta[t - 1] - lr * g[t]), hyper=[lr(1)])

a_q = [
    [Fraction(4), Fraction(1), Fraction(0)],
    [Fraction(1), Fraction(3), Fraction(1)],
    [Fraction(0), Fraction(1), Fraction(2)],
]
b_q = [Fraction(1), Fraction(-2), Fraction(3)]


def quadratic_gradient(x: Any) -> list[Fraction]:
    """Of ½ xᵀA x - bᵀx, with the rational A and b above."""
    return [sum(a_q[i][j] * x[j] for j in range(3)) - b_q[i] for i in range(3)]


def fractions(rng: Any, n: int) -> list[Fraction]:
    return [Fraction(int(k), 8) for k in rng.integers(-20, 20, n)]


def test_adam_in_fifty_digits() -> None:
    rng = np.random.default_rng(0)
    theta0, *grads = ([rng.normal(size=(2, 3)), rng.normal(size=4)] for _ in range(6))
    script = Script(grad=grads)
    last = run(adam, theta0, 5, script.oracles, {"lr": 0.1})[-1]
    assert script.left == 0 and last.t == 5 == last.calls
    with mpmath.workdps(60):
        for i in range(2):
            for place in np.ndindex(theta0[i].shape):
                x, first, second = mpmath.mpf(float(theta0[i][place])), mpmath.mpf(0), mpmath.mpf(0)
                b1, b2 = mpmath.mpf(9) / 10, mpmath.mpf(999) / 1000
                for k in range(5):
                    d = mpmath.mpf(float(grads[k][i][place]))
                    first = b1 * first + (1 - b1) * d
                    second = b2 * second + (1 - b2) * d**2
                    root = mpmath.sqrt(second / (1 - b2 ** (k + 1))) + mpmath.mpf(10) ** -8
                    x -= mpmath.mpf(0.1) * first / (1 - b1 ** (k + 1)) / root
                for found, expected in (
                    (last.theta[i][place], x),
                    (last.state["m"][i][place], first),
                    (last.state["v"][i][place], second),
                ):
                    assert abs(mpmath.mpf(str(found)) - expected) < mpmath.mpf(10) ** -47


def test_momentum_in_fractions_with_a_scheduled_rate() -> None:
    momentum = system(
        Eq(b[t], gamma * b[t - 1] + g[t]),
        Eq(theta[t], theta[t - 1] - lr * b[t]),
        hyper=[lr(0.1), gamma(0.9)],
        state=[b],
    )
    found = run(
        momentum,
        [[1, 2]],
        4,
        {"grad": lambda p: [[3 * x - 1 for x in p[0]]]},
        {"lr": lambda k: H**k},
        EXACT,
    )
    for i, begun in enumerate([Fraction(1), Fraction(2)]):
        x, buffer = begun, Fraction(0)
        for k in range(1, 5):
            buffer = Fraction(9, 10) * buffer + 3 * x - 1
            x -= H**k * buffer
            assert found[k].theta[0][i] == x and found[k].state["b"][0][i] == buffer


def test_a_look_ahead_asks_at_its_point() -> None:
    nag = system(
        Eq(g[t], grad(theta[t - 1] - gamma * v[t - 1])),
        Eq(v[t], gamma * v[t - 1] + lr * g[t]),
        Eq(theta[t], theta[t - 1] - v[t]),
        hyper=[lr(H), gamma(H)],
        state=[State(v, 2)],
    )
    script = Script(grad=[[np.array([4.0])]])
    after = advance(nag, start(nag, [[8]], field=EXACT), None, script.oracles)
    assert script.asked[0][1][0][0].tolist() == [7]
    assert after.theta[0].tolist() == [5] and after.values["g"][0].tolist() == [4]


def test_equal_questions_are_asked_once_and_points_are_copies() -> None:
    def spoil(points: Any) -> Any:
        answer = [p.copy() for p in points]
        for p in points:
            p.fill(None)
        return answer

    u = Variable("u")
    twice = system(
        Eq(g[t], grad(theta[t - 1])),
        Eq(u[t], grad(theta[t - 1]) + g[t]),
        Eq(theta[t], theta[t - 1] - u[t]),
    )
    script = Script(grad=[[[1, 2]]])
    assert advance(twice, start(twice, [[0, 0]], field=EXACT), None, script.oracles).theta[
        0
    ].tolist() == [-2, -4]
    assert advance(sgd, start(sgd, [[1, 2]], field=EXACT), None, {"grad": spoil}).theta[
        0
    ].tolist() == [0, 0]


def test_newton_hits_the_minimum_exactly() -> None:
    newton = system(
        Eq(theta[t], theta[t - 1] - solve(hessian(theta[t - 1]), g[t])),
        scope="all",
    )
    oracles = {
        "grad": lambda p: [
            [quadratic_gradient([*p[0], *p[1].flat])[0]],
            [quadratic_gradient([*p[0], *p[1].flat])[1:]],
        ],
        "hessian": lambda p: a_q,
    }
    after = advance(newton, start(newton, [[7], [[-3, H]]], field=EXACT), None, oracles)
    flat = [*after.theta[0], *after.theta[1].flat]
    assert after.theta[1].shape == (1, 2)
    assert quadratic_gradient(flat) == [0, 0, 0]


s_, y_, d_, r_ = variables("s y dd r")
h_ = Variable("H")
bfgs = system(
    Eq(d_[t], -(h_[t - 1] @ g[t])),
    Eq(theta[t], theta[t - 1] + lr * d_[t]),
    Eq(s_[t], theta[t] - theta[t - 1]),
    Eq(y_[t], grad(theta[t]) - g[t]),
    Eq(r_[t], 1 / dot(s_[t], y_[t])),
    Eq(
        h_[t],
        matmul(
            identity(s_[t]) - r_[t] * outer(s_[t], y_[t]),
            h_[t - 1],
            identity(s_[t]) - r_[t] * outer(y_[t], s_[t]),
        )
        + r_[t] * outer(s_[t], s_[t]),
    ),
    scope="all",
    hyper=[lr(H)],
    state=[State(h_, identity(theta[0]), matrix("n", "n"))],
)


def test_a_bfgs_step_meets_the_secant_equation() -> None:
    before = start(bfgs, [[1, 0], [2]], field=EXACT)
    assert before.state["H"][0].tolist() == np.eye(3).tolist()
    oracles = {"grad": lambda p: (lambda x: [x[:2], x[2:]])(quadratic_gradient([*p[0], *p[1]]))}
    first = advance(bfgs, before, None, oracles)
    second = advance(bfgs, first, None, oracles)
    x0 = [Fraction(1), Fraction(0), Fraction(2)]
    x1 = [x - H * d for x, d in zip(x0, quadratic_gradient(x0), strict=True)]
    assert [*first.theta[0], *first.theta[1]] == x1
    s = [p - q for p, q in zip(x1, x0, strict=True)]
    y = [sum(a_q[i][j] * s[j] for j in range(3)) for i in range(3)]
    rho = 1 / sum(p * q for p, q in zip(s, y, strict=True))
    left = [[(i == j) - rho * s[i] * y[j] for j in range(3)] for i in range(3)]
    expected = [
        [sum(left[i][k] * left[j][k] for k in range(3)) + rho * s[i] * s[j] for j in range(3)]
        for i in range(3)
    ]
    assert first.state["H"][0].tolist() == expected
    for after in (first, second):
        inverse, change = after.state["H"][0], after.values["y"][0]
        assert (inverse @ change).tolist() == after.values["s"][0].tolist()
        assert (inverse == inverse.T).all()


memory = Parameter("memory", "integer [1, inf)", "count")
S, Y = History(Variable("S"), memory), History(Variable("Y"), memory)
j = Symbol("j", integer=True)
q, r, a, p, g_new, scale = variables("q r a p g_new scale")
lbfgs = system(
    Loop(
        j,
        1,
        S.count,
        (Eq(q[0], g[t]),),
        (Eq(a[j], dot(S[j], q[j - 1]) / dot(S[j], Y[j])), Eq(q[j], q[j - 1] - a[j] * Y[j])),
    ),
    Eq(scale[t], cases((dot(S[1], Y[1]) / dot(Y[1], Y[1]), S.count > 0), 1)),
    Loop(
        j,
        S.count,
        1,
        (Eq(r[S.count + 1], scale[t] * q[S.count]),),
        (Eq(r[j], r[j + 1] + S[j] * (a[j] - dot(Y[j], r[j + 1]) / dot(S[j], Y[j]))),),
    ),
    Eq(p[t], -r[1]),
    Eq(theta[t], theta[t - 1] + lr * p[t]),
    Eq(g_new[t], grad(theta[t])),
    Push(
        {S: theta[t] - theta[t - 1], Y: g_new[t] - g[t]},
        when=dot(theta[t] - theta[t - 1], g_new[t] - g[t]) > 0,
    ),
    scope="all",
    hyper=[lr(Fraction(1, 4)), memory(2)],
    state=[S, Y],
)


def test_two_loop_recursion_is_the_dense_inverse_hessian() -> None:
    oracles = {"grad": lambda points: [quadratic_gradient(points[0])]}
    snapshots = run(lbfgs, [[1, 2, 3]], 4, oracles, field=EXACT)
    assert [len(s.state["S"]) for s in snapshots] == [0, 1, 2, 2, 2]
    assert snapshots[1].values["p"][0].tolist() == [-x for x in quadratic_gradient([1, 2, 3])]
    for before, after in itertools.pairwise(snapshots[1:]):
        pairs = [
            (np.array(s[0]), np.array(y[0]))
            for s, y in zip(before.state["S"], before.state["Y"], strict=True)
        ]
        s, y = pairs[0]  # the newest
        dense = np.array([[Fraction(i == k) for k in range(3)] for i in range(3)], dtype=object) * (
            (s @ y) / (y @ y)
        )
        for s, y in reversed(pairs):
            rho = 1 / (s @ y)
            left = np.array(
                [[(i == k) - rho * s[i] * y[k] for k in range(3)] for i in range(3)], dtype=object
            )
            dense = left @ dense @ left.T + rho * np.outer(s, s)
        gradient = np.array(quadratic_gradient(before.theta[0]), dtype=object)
        assert after.values["p"][0].tolist() == (-(dense @ gradient)).tolist()
        assert after.state["S"][0][0].tolist() == (after.theta[0] - before.theta[0]).tolist()
    assert snapshots[3].state["S"][1][0].tolist() == snapshots[2].state["S"][0][0].tolist()


def test_a_push_that_does_not_hold_leaves_the_history() -> None:
    concave = {"grad": lambda points: [[-x for x in points[0]]]}
    assert [s.state["S"] for s in run(lbfgs, [[1, 2]], 2, concave, field=EXACT)] == [(), (), ()]


def test_reductions_over_tensors_axes_and_all() -> None:
    x = theta[t - 1]
    names = "n_t n_all mean_t sum_all rows big bad pair both lengths"
    n_t, n_all, mean_t, sum_all, rows, big, bad, pair, both, lengths = variables(names)
    rule = system(
        Eq(n_t[t], norm(x)),
        Eq(n_all[t], norm(x, "all")),
        Eq(mean_t[t], mean(x)),
        Eq(sum_all[t], total(Abs(x), "all")),
        Eq(rows[t], mean(x, -1)),
        Eq(big[t], largest(x)),
        Eq(bad[t], count_nonfinite(g[t])),
        Eq(pair[t], dot(x, 2 * x)),
        Eq(both[t], total(n_t[t] ** 2, "all")),
        Eq(lengths[t], dim(-1) - dim(-2)),
        Eq(theta[t], x - mean_t[t] + 0 * g[t]),
    )
    before = start(rule, [[[3, 4, -12]], [[0], [-5]]], field=EXACT)
    found = advance(rule, before, None, {"grad": [[[0, 0, 0]], [[0], [0]]]}).values
    assert found["n_t"] == (13, 5) and found["both"] == 194
    assert found["mean_t"] == (Fraction(-5, 3), Fraction(-5, 2)) and found["sum_all"] == 24
    assert [x.tolist() for x in found["rows"]] == [[[Fraction(-5, 3)]], [[0], [-5]]]
    assert found["big"] == (4, 0) and found["pair"] == (338, 50) and found["lengths"] == (2, -1)
    infinite = start(rule, [[[3, 4, -12]], [[0], [-5]]])
    found = advance(
        rule, infinite, None, {"grad": [[[0, math.nan, math.inf]], [[-math.inf], [0]]]}
    ).values
    assert found["bad"] == 3


def test_one_state_per_axis() -> None:
    mu, w = variables("mu w")
    sm3 = system(
        Eq(w[t], min_over_axes(mu[t - 1]) + g[t] ** 2),
        Eq(mu[t], max_per_axis(w[t])),
        Eq(theta[t], theta[t - 1] - lr * g[t] / sqrt(w[t])),
        hyper=[lr(1)],
        state=[State(mu, 0, EACH_AXIS)],
    )
    before = start(sm3, [[[0, 0], [0, 0]], [0, 0]], field=EXACT)
    assert [len(x) for x in before.state["mu"]] == [2, 1]
    after = advance(sm3, before, None, {"grad": [[[1, 2], [3, 6]], [5, 7]]})
    assert [x.tolist() for x in after.state["mu"][0]] == [[[4], [36]], [[9, 36]]]
    assert after.state["mu"][1][0].tolist() == [25, 49]
    second_rule = system(*sm3.step[1:-1], Eq(theta[t], theta[t - 1]), state=sm3.state)  # no root
    second = advance(second_rule, after, None, {"grad": [[[1, 0], [0, 8]], [0, 24]]})
    assert second.values["w"][0].tolist() == [[5, 4], [9, 100]]


def test_factored_state_and_row_means() -> None:
    row, column = variables("row column")
    rule = system(
        Eq(row[t], H * row[t - 1] + H * mean(g[t] ** 2, -1)),
        Eq(column[t], mean(g[t] ** 2, -2)),
        Eq(theta[t], theta[t - 1] - row[t] * column[t] / mean(row[t], -2)),
        state=[State(row, 1, axes(-1)), State(column, 0, axes(-2))],
    )
    before = start(rule, [[[0, 0, 0], [0, 0, 0]]], field=EXACT)
    assert before.state["row"][0].tolist() == [[1], [1]] and before.state["column"][0].shape == (
        1,
        3,
    )
    after = advance(rule, before, None, {"grad": [[[1, 1, 2], [0, 3, 0]]]})
    assert after.state["row"][0].tolist() == [[Fraction(3, 2)], [2]]
    assert after.theta[0][1].tolist() == [
        -Fraction(1, 2) * 2 / Fraction(7, 4),
        -5 * 2 / Fraction(7, 4),
        -2 * 2 / Fraction(7, 4),
    ]


def test_tensors_without_dimensions_or_entries() -> None:
    mu = Variable("mu")
    rule = system(
        Eq(mu[t], max_per_axis(g[t] + min_over_axes(mu[t - 1]))),
        Eq(theta[t], theta[t - 1] - mean(g[t], -1) * norm(g[t]) - total(g[t], "all")),
        state=[State(mu, 1, EACH_AXIS)],
    )
    before = start(rule, [3, np.zeros((0, 2))])
    assert [[x.shape for x in arrays] for arrays in before.state["mu"]] == [
        [(1,)],
        [(0, 1), (1, 2)],
    ]
    after = advance(rule, before, None, {"grad": [2, np.zeros((0, 2))]})
    assert (
        after.theta[0].shape == ()
        and after.theta[0][()] == 3 - 4 - 2
        and after.theta[1].shape == (0, 2)
    )
    assert after.state["mu"][0][0].tolist() == [3]
    assert floats(after.state["mu"][1][1]).tolist() == [[-math.inf, -math.inf]]
    product = system(Eq(theta[t], theta[t - 1] + g[t] @ transpose(g[t]) @ g[t]), shape="matrix")
    for field in (EXACT, DECIMAL50, bounded("float32")):
        found = advance(
            product,
            start(product, [np.zeros((0, 4))], None, field),
            None,
            {"grad": [np.zeros((0, 4))]},
        )
        assert found.theta[0].shape == (0, 4)


def test_an_oracle_in_an_arm_that_is_not_taken_is_not_asked() -> None:
    rule = system(
        Eq(theta[t], theta[t - 1] - cases((grad(theta[t - 1] + 1), norm(g[t], "all") > 1), g[t]))
    )
    asked = Script(grad=[[[2]], [[5]]])
    assert advance(rule, start(rule, [[0]], field=EXACT), None, asked.oracles).theta[
        0
    ].tolist() == [-5]
    once = Script(grad=[[[1]], [[5]]])
    assert advance(rule, start(rule, [[0]], field=EXACT), None, once.oracles).theta[0].tolist() == [
        -1
    ]
    assert once.left == 1


def test_host_conditions_are_lazy_and_others_select() -> None:
    u, trust = variables("u trust")
    k = Parameter("k", "integer [1, inf)", "count")
    rule = system(
        Eq(u[t], cases((1 / (t - 1), t > 1), 7)),
        Eq(trust[t], cases((norm(theta[t - 1]) / norm(g[t]), norm(g[t]) > 0), 1)),
        Eq(
            theta[t],
            cases(
                (0, Equal(Mod(t, k), 0)),
                theta[t - 1] - cases((g[t], g[t] > 0), (-3 * g[t], g[t] < -1), 10),
            ),
        ),
        hyper=[k(2)],
    )
    first = advance(rule, start(rule, [[3, 4, 0]], field=EXACT), None, {"grad": [[0, -3, -4]]})
    assert first.values["u"] == 7
    assert first.theta[0].tolist() == [-7, -5, -12]
    zero = advance(rule, start(rule, [[3, 4, 0]], field=EXACT), None, {"grad": [[0, 0, 0]]})
    assert zero.values["trust"] == (1,)
    second = advance(rule, first, None, {"grad": [[0, 3, 4]]})
    assert second.values["u"] == 1 and second.theta[0].tolist() == [0, 0, 0]


def test_nan_is_in_no_order_and_propagates() -> None:
    u, w = variables("u w")
    rule = system(
        Eq(u[t], cases((1, g[t] < 0), (2, g[t] >= 0), 3)),
        Eq(w[t], largest(g[t])),
        Eq(theta[t], theta[t - 1] - Abs(g[t])),
    )
    found = advance(rule, start(rule, [[0, 0, 0]]), None, {"grad": [[-1.0, math.nan, math.inf]]})
    assert floats(found.values["u"][0]).tolist() == [1, 3, 2]
    assert math.isnan(floats(found.values["w"])[0])
    assert (
        floats(found.theta[0])[0] == -1
        and math.isnan(floats(found.theta[0])[1])
        and floats(found.theta[0])[2] == -math.inf
    )


def test_exact_refuses_what_is_no_fraction() -> None:
    root = system(Eq(theta[t], sqrt(theta[t - 1])))
    assert advance(root, start(root, [[4]], field=EXACT)).theta[0].tolist() == [2]
    with pytest.raises(Inexact, match="irrational"):
        advance(root, start(root, [[2]], field=EXACT))
    unbiased = {"beta1": H, "beta2": Fraction(3, 4), "eps": 0, "lr": 1}  # Adam's first step is ±lr
    found = advance(adam, start(adam, [[1, 1]], field=EXACT), unbiased, {"grad": [[2, -5]]})
    assert found.theta[0].tolist() == [0, 2]
    with pytest.raises(Inexact, match="division by zero"):
        advance(adam, start(adam, [[1]], field=EXACT), unbiased, {"grad": [[0]]})


def test_other_oracles() -> None:
    loss, step_length, hv, hd, n = variables("loss step_length hv hd n")
    rule = system(
        Eq(loss[t], value(theta[t - 1])),
        Eq(hv[t], hvp(theta[t - 1], 2 * g[t])),
        Eq(hd[t], hessian_diagonal(theta[t - 1])),
        Eq(n[t], noise(1) + noise(2) + noise(1)),
        Eq(step_length[t], line_search(theta[t - 1], -g[t], "armijo", loss[t], lr)),
        Eq(theta[t], theta[t - 1] + step_length[t] * hv[t] + hd[t] + n[t]),
        hyper=[lr(0.25)],
    )
    asked: list[Any] = []

    def search(*question: Any) -> Any:
        asked.append(question)
        return 0.5

    script = Script(noise=[[[100, 0]], [[1000, 0]]])
    after = advance(
        rule,
        start(rule, [[1, 2]], field=EXACT),
        None,
        {
            "grad": [[3, 4]],
            "value": 5,
            "hvp": lambda x, y: [7 * y[0]],
            "hessian_diagonal": [[1, -1]],
            "line_search": search,
            "noise": script.oracles["noise"],
        },
    )
    assert [x[1][0] for x in script.asked] == [1, 2]
    contract, points, directions, first, constants = asked[0]
    assert (
        contract == "armijo" and points[0].tolist() == [1, 2] and directions[0].tolist() == [-3, -4]
    )
    assert first == 5 and constants == (Fraction(1, 4),)
    assert after.values["loss"] == 5 and after.values["n"][0].tolist() == [1200, 0]
    assert after.theta[0].tolist() == [1 + 21 + 1 + 1200, 2 + 28 - 1]


def test_answers_are_checked() -> None:
    before = start(sgd, [[1, 2], [[3]]])
    for answer, message in (
        ([[1, 2]], "1 arrays for 2"),
        ([[1, 2], [3]], r"answer 1 has shape \(1,\)"),
        ([[1], [[3]]], "answer 0"),
    ):
        with pytest.raises(AnswerError, match=message):
            advance(sgd, before, None, {"grad": answer})
    with pytest.raises(AnswerError, match="grad: the step asks this oracle"):
        advance(sgd, before, None, {"value": 1})
    with pytest.raises(ValueError, match="lrr is no hyperparameter; there are lr"):
        start(sgd, [[1]], {"lrr": 1})


def test_scope_all_concatenates() -> None:
    u = Variable("u")
    rule = system(Eq(u[t], norm(g[t])), Eq(theta[t], theta[t - 1] - g[t] / u[t]), scope="all")
    after = advance(rule, start(rule, [[[1, 2]], 3], field=EXACT), None, {"grad": [[[2, 3]], 6]})
    assert after.values["u"] == 7 and after.values["g"][0].tolist() == [2, 3, 6]
    assert after.theta[0].tolist() == [[Fraction(5, 7), Fraction(11, 7)]] and after.theta[1][
        ()
    ] == Fraction(15, 7)


def test_matrix_operations() -> None:
    left, root = variables("left root")
    rule = system(
        Eq(left[t], left[t - 1] + g[t] @ transpose(g[t])),
        Eq(root[t], inverse_root(left[t], 2)),
        Eq(theta[t], theta[t - 1] - root[t] @ g[t]),
        shape="matrix",
        state=[State(left, 4 * identity(theta[0] @ transpose(theta[0])), matrix("rows", "rows"))],
    )
    before = start(rule, [[[0, 0, 0], [0, 0, 0]]], field=EXACT)
    assert before.state["left"][0].tolist() == [[4, 0], [0, 4]]
    after = advance(rule, before, None, {"grad": [[[1, 2, 0], [0, 0, 0]]]})
    assert after.theta[0].tolist() == [[-Fraction(1, 3), -Fraction(2, 3), 0], [0, 0, 0]]


def test_round_to_a_storage_type() -> None:
    rule = system(Eq(theta[t], round_to(theta[t - 1], "bfloat16")))
    assert advance(rule, start(rule, [[1.0009765625, 1.00390625, 1e-45]], field=EXACT)).theta[
        0
    ].tolist()[:2] == [1, 1]


def test_repeat_has_its_own_clock() -> None:
    rule = system(
        Eq(theta[t], theta[t - 1] - g[t] * turn[t] * lr),
        hyper=[lr(1)],
        repeat=Repeat(3, norm(g[t], "all") < 3),
    )
    first = advance(
        rule,
        start(rule, [[Fraction(8)]], field=EXACT),
        {"lr": lambda call: H**call},
        {"grad": lambda p: p},
    )
    # 8 - 8/2 = 4; 4 - 4·2/2 = 0; at 0 the gradient is small
    assert (first.t, first.calls, first.theta[0][0]) == (3, 1, 0)
    again = advance(rule, first, {"lr": lambda call: H**call}, {"grad": [[1]]})
    assert (again.t, again.calls, again.theta[0][0]) == (4, 2, -Fraction(1, 4))


def test_views_and_theta0() -> None:
    dist, average = variables("dist average")
    rule = system(
        Eq(dist[t], largest(Abs(theta[t - 1] - theta[0]), "all")),
        Eq(theta[t], theta[t - 1] - g[t]),
        Eq(average[t], H * average[t - 1] + H * theta[t]),
        state=[State(average, theta[0])],
        views={"mean": 2 * average[t]},
    )
    before = start(rule, [[1, 2], [3]], field=EXACT)
    assert [x.tolist() for x in view(rule, before, "mean")] == [[2, 4], [6]]
    found = run(rule, [[1, 2], [3]], 2, {"grad": [[1, -2], [4]]}, field=EXACT)[-1]
    assert found.values["dist"] == 4
    x, mean_ = Fraction(1), Fraction(1)
    for _ in range(2):
        x -= 1
        mean_ = (mean_ + x) / 2
    assert view(rule, found, "mean")[0][0] == 2 * mean_


def test_schedules() -> None:
    steps, best, bad_steps = (
        Parameter("steps", "integer [1, inf)", "count"),
        Variable("best"),
        Variable("waited"),
    )
    decay = Schedule("Decay", SOURCE, lr * exp(-(t - 1) / steps), hyper=[lr(1), steps(10)])
    snapshot = start_schedule(decay)
    for k in range(3):
        snapshot = advance_schedule(decay, snapshot, {"lr": 2})
        with mpmath.workdps(60):
            expected = 2 * mpmath.exp(-mpmath.mpf(k) / 10)
            assert abs(mpmath.mpf(str(snapshot.output)) - expected) < mpmath.mpf(10) ** -48
    plateau = Schedule(
        "Plateau",
        SOURCE,
        cases((lr / 2, bad_steps[t] >= 2), lr),
        hyper=[lr(1)],
        state=[State(best, 10**6, HOST), State(bad_steps, 0, HOST)],
        step=[
            Eq(bad_steps[t], cases((0, value(theta[t - 1]) < best[t - 1]), bad_steps[t - 1] + 1)),
            Eq(
                best[t],
                cases((value(theta[t - 1]), value(theta[t - 1]) < best[t - 1]), best[t - 1]),
            ),
        ],
    )
    snapshot, outputs = start_schedule(plateau, field=EXACT), []
    for loss in (5, 4, 6, 7, 3):
        snapshot = advance_schedule(plateau, snapshot, None, loss)
        outputs.append(snapshot.output)
    assert outputs == [1, 1, 1, H, 1] and snapshot.state["best"] == 3


def test_routes() -> None:
    plain = system(Eq(theta[t], theta[t - 1] - lr * g[t]), hyper=[lr(1)])
    named = system(Eq(theta[t], theta[t - 1] - norm(g[t])))
    route = Route(
        "Both",
        SOURCE,
        ((Where(ndim_at_least=2), named), (Where(name="^bias"), named), (Where(), plain)),
    )
    before = start(route, [[1, 1], [[0, 0]], [0]], {"lr": 2}, EXACT, names=["w", "k", "bias"])
    script = Script(grad=[[[1, 2], [[3, 4]], [1]]])
    after = advance(route, before, {"lr": 2}, script.oracles)
    assert [x.tolist() for x in after.theta] == [[-1, -3], [[-5, -5]], [-1]]
    assert after.t == 1 and [places for places, _ in after.branches] == [(1,), (2,), (0,)]
    with pytest.raises(ValueError, match="no branch takes tensor 0"):
        start(Route("One", SOURCE, ((Where(ndim_at_least=2), named),)), [[1]])


def test_states_per_tensor_host_and_all() -> None:
    product, scale_, longest = variables("product scale longest")
    rule = system(
        Eq(product[t], product[t - 1] * beta1),
        Eq(scale_[t], scale_[t - 1] + norm(g[t])),
        Eq(longest[t], longest[t - 1] + total(g[t], "all")),
        Eq(theta[t], theta[t - 1] - product[t] * scale_[t]),
        hyper=[beta1(0.5)],
        state=[State(product, 1, HOST), State(scale_, 0, TENSOR), State(longest, beta1, ALL)],
    )
    after = run(rule, [[0, 0], [0]], 2, {"grad": [[3, 4], [-1]]}, field=EXACT)[-1]
    assert after.state["product"] == Fraction(1, 4) and after.state["scale"] == (10, 2)
    assert after.state["longest"] == H + 12
    loaded = load(
        rule, 2, floats(after.theta), {"product": 0.25, "scale": [10, 2.0], "longest": 12.5}, EXACT
    )
    assert {**loaded.state} == {**after.state} and loaded.t == loaded.calls == 2
    assert [x.tolist() for x in loaded.theta] == [x.tolist() for x in after.theta]
    with pytest.raises(ValueError, match="scale is missing"):
        load(rule, 1, [[0]], {"product": 1, "longest": 0})


# --- rounding ------------------------------------------------------------------------------------

HOSTILE = [0.0, -0.0, 1.0, 1e-45, -3e-40, 1e-30, 1e-20, 3e19, -2e38, math.inf, -math.inf, math.nan]


def naive_adam(
    kind: Any, x: Any, m_: Any, v_: Any, d: Any, k: int, rate: float
) -> tuple[Any, Any, Any]:
    b1, b2 = 0.9, 0.99
    m_ = kind(b1) * m_ + kind(1 - b1) * d
    v_ = kind(b2) * v_ + kind(1 - b2) * (d * d)
    x = x - kind(rate) * (m_ / kind(1 - b1**k)) / (np.sqrt(v_ / kind(1 - b2**k)) + kind(1e-8))
    return x, m_, v_


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_adam_in_floating_point_stays_inside_and_the_bound_is_small(name: str) -> None:
    kind, field, rng = (
        {"float32": np.float32, "float64": np.float64}[name],
        bounded(name),
        np.random.default_rng(1),
    )
    n, rate = 40, 0.01
    hyper = {"lr": rate, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8}
    x, m_, v_ = rng.normal(size=n).astype(kind), np.zeros(n, kind), np.zeros(n, kind)
    snapshot, widths = start(adam, [x], hyper, field), []
    with np.errstate(all="ignore"):
        for k in range(1, 7):
            d = rng.normal(size=n).astype(kind)
            x, m_, v_ = naive_adam(kind, x, m_, v_, d, k, rate)
            snapshot = advance(adam, snapshot, hyper, {"grad": [d]})
            assert outside(snapshot.theta, [x]) == []
            assert contains(snapshot.state["m"], [m_]) and contains(snapshot.state["v"], [v_])
            widths += [
                e.error / np.spacing(abs(c)) for e, c in zip(snapshot.theta[0], x, strict=True)
            ]
        assert np.median(widths) < 20
        wrong = x * kind(1 + 1e-4)
        assert len(outside(snapshot.theta, [wrong])) > n // 2


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_one_hostile_step_from_a_loaded_state(name: str) -> None:
    kind, field, rng = (
        {"float32": np.float32, "float64": np.float64}[name],
        bounded(name),
        np.random.default_rng(2),
    )
    hyper = {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8}
    x, m_, d = (rng.choice(HOSTILE, 60).astype(kind) for _ in range(3))
    v_ = abs(rng.choice(HOSTILE, 60)).astype(kind)
    with np.errstate(all="ignore"):
        computed = naive_adam(kind, x, m_, v_, d, 3, 0.1)
        after = advance(
            adam, load(adam, 2, [x], {"m": [m_], "v": [v_]}, field), hyper, {"grad": [d]}
        )
    for data, found in zip(
        (after.theta, after.state["m"], after.state["v"]), computed, strict=True
    ):
        assert outside(data, [found]) == []


def test_scalars_may_be_combined_or_not() -> None:
    field, kind = bounded("float32"), np.float32
    c = Parameter("c")
    rule = system(
        Eq(theta[t], lr * c * theta[t - 1] / (eps * (1 - gamma))),
        hyper=[lr(0.1), c(0.3), eps(0.7), gamma(0.9)],
    )
    hyper = {"lr": 0.1, "c": 0.3, "eps": 0.7, "gamma": 0.9}
    x = np.random.default_rng(3).normal(size=50).astype(kind)
    after = advance(rule, start(rule, [x], hyper, field), hyper).theta
    below = 0.7 * (1 - 0.9)
    for computed in (
        kind(0.1 * 0.3 / below) * x,
        kind(0.1 * 0.3) * x / kind(below),
        kind(0.1) * x * kind(0.3) / kind(0.7) / kind(1 - 0.9),
        kind(0.1) * (kind(0.3) * (x / kind(below))),
    ):
        assert outside(after, [computed.astype(kind)]) == []


def test_reductions_in_floating_point() -> None:
    field, kind = bounded("float32"), np.float32
    rule = system(
        Eq(theta[t], theta[t - 1] - g[t] * mean(g[t]) / (norm(g[t]) + dot(g[t], g[t], "all")))
    )
    d = [np.random.default_rng(k).normal(size=33).astype(kind) for k in range(2)]
    x = [np.ones(33, kind), np.ones(33, kind)]
    after = advance(rule, start(rule, x, None, field), None, {"grad": d})
    squares = sum(float(np.sum(y * y)) for y in d)
    for i in range(2):
        factor = float(np.sum(d[i])) / 33 / (math.sqrt(np.sum(d[i] * d[i])) + squares)
        assert outside(after.theta[i], x[i] - d[i] * kind(factor)) == []


def test_matrices_in_floating_point() -> None:
    field, rng = bounded("float64"), np.random.default_rng(6)
    hyper = {"lr": 0.125}
    spd = np.diag([1.0, 2.0, 4.0]) + 0.25
    x = rng.normal(size=3)
    snapshot, inverse = start(bfgs, [x], hyper, field), np.eye(3)
    d = spd @ x
    for _ in range(2):
        x_new = x + 0.125 * -(inverse @ d)
        d_new = spd @ x_new
        snapshot = advance(bfgs, snapshot, hyper, Script(grad=[[d], [d_new]]).oracles)
        s, y = x_new - x, d_new - d
        rho = 1 / (s @ y)
        left = np.eye(3) - rho * np.outer(s, y)
        inverse = left @ inverse @ left.T + rho * np.outer(s, s)
        x, d = x_new, d_new
        assert outside(snapshot.theta, [x]) == [] and outside(snapshot.state["H"], [inverse]) == []
    assert max(e.error for e in snapshot.state["H"][0].flat) < 1e-12


def test_what_rounding_decides_is_said() -> None:
    rule = system(Eq(theta[t], theta[t - 1] - g[t]), repeat=Repeat(2, norm(g[t], "all") ** 2 > 0.1))
    d = [np.sqrt(np.array([0.1]))]
    with pytest.raises(Ambiguous, match="rounding decides"):
        advance(rule, start(rule, d, field=bounded("float64")), None, {"grad": d})
    selected = system(Eq(theta[t], cases((1, exp(theta[t - 1]) > math.exp(0.5)), 2)))
    made = advance(selected, start(selected, [[0.5]], field=bounded("float64"))).theta[0][0]
    assert 1.0 in made and 2.0 in made


def test_decimal_numbers_are_plain() -> None:
    after = advance(sgd, start(sgd, [[1]]), {"lr": 0.5}, {"grad": [[1]]})
    assert after.theta[0][0] == Decimal("0.5") and after.field is DECIMAL50

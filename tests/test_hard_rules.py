"""The rules that ask most of the language, in fifty digits, against plain transcriptions.

Each transcription follows the framework's or the paper's algorithm step by step, in Python's own
decimal arithmetic, and shares no code with the declarations.
"""

import decimal
import random
from decimal import Decimal

import numpy as np
import pytest

from optwright.derive.interpret import advance_schedule, run, start_schedule, view
from optwright.derive.rule import composed, plateau
from optwright.derive.rule.dialect import torch as torch_rules
from optwright.derive.rule.family import (
    averaging,
    factored,
    layerwise,
    moments,
    muon,
    noisy,
    parameterfree,
    sign,
)

D = Decimal
SHAPES = ((2, 3), (3,))


@pytest.fixture(autouse=True)
def sixty_digits():
    with decimal.localcontext(decimal.Context(prec=60, traps=[])):
        yield


def tensors(seed, shapes=SHAPES, zeros=False):
    """Arrays of two-decimal numbers; with `zeros`, a fifth of the entries are zero."""
    source = random.Random(seed)

    def entry():
        return D(0) if zeros and source.random() < 0.2 else D(source.randint(-300, 300)) / 100

    return [
        np.array([entry() for _ in range(int(np.prod(s)))], dtype=object).reshape(s) for s in shapes
    ]


def scripted(steps, shapes=SHAPES, seed=7):
    """Gradients given beforehand, one list of arrays per step."""
    return [tensors(seed + k, shapes, zeros=True) for k in range(steps)]


def followed(rule, theta, gradients, hyper=None):
    """The parameters after each step, with these gradients whatever the point."""
    answers = iter(gradients)
    found = run(rule, theta, len(gradients), {"grad": lambda points: next(answers)}, hyper)
    return [snapshot.theta for snapshot in found[1:]], found


def each(function, *arrays):
    return np.frompyfunc(function, len(arrays), 1)(*arrays)


def root(x):
    return each(lambda e: e.sqrt(), x) if isinstance(x, np.ndarray) else x.sqrt()


def signs(x):
    return each(lambda e: D(0) if e == 0 else D(1).copy_sign(e), x)


def norm(*arrays):
    return sum((e * e for x in arrays for e in x.flat), D(0)).sqrt()


def average(x, axis):
    return x.sum(axis=axis, keepdims=True) / x.shape[axis]


def rms(x):
    return (sum((e * e for e in x.flat), D(0)) / x.size).sqrt()


def close(found, expected, digits=42):
    """All tensors of all steps agree to so many digits."""
    assert len(found) == len(expected)
    for step, (a, b) in enumerate(zip(found, expected, strict=True)):
        for x, y in zip(a, b, strict=True):
            assert x.shape == y.shape
            for p, q in zip(x.flat, y.flat, strict=True):
                assert p.is_finite(), f"step {step + 1}: {p}, {q} expected"
                assert abs(p - q) <= D(10) ** -digits * max(1, abs(q)), (
                    f"step {step + 1}: {p}, {q} expected"
                )


def trajectory(update, theta, gradients):
    """What `update(t, i, parameters, gradient, memory)` makes of each tensor by itself."""
    current, memory, found = [x.copy() for x in theta], [{} for _ in theta], []
    for t, gradient in enumerate(gradients, start=1):
        current = [
            update(t, i, x, g, memory[i])
            for i, (x, g) in enumerate(zip(current, gradient, strict=True))
        ]
        found.append(current)
    return found


# --- torch ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize(("mu", "damp"), [("0.9", "0.4"), ("0", "0.4"), ("0.5", "0")])
def test_torch_sgd(nesterov, maximize, mu, damp):
    lr, mu, damp, decay = D("0.1"), D(mu), D(damp), D("0.01")
    if nesterov:
        mu, damp = max(mu, D("0.1")), D(0)

    def update(t, i, x, g, memory):
        g = (-g if maximize else g) + decay * x
        if mu != 0:
            memory["b"] = g if "b" not in memory else mu * memory["b"] + (1 - damp) * g
            g = g + mu * memory["b"] if nesterov else memory["b"]
        return x - lr * g

    hyper = {"lr": lr, "momentum": mu, "weight_decay": decay} | (
        {} if nesterov else {"dampening": damp}
    )
    rule, theta, gradients = (
        torch_rules.SGD(nesterov=nesterov, maximize=maximize),
        tensors(1),
        scripted(5),
    )
    close(followed(rule, theta, gradients, hyper)[0], trajectory(update, theta, gradients))


@pytest.mark.parametrize("decoupled", [False, True])
def test_torch_nadam(decoupled):
    lr, b1, b2, eps, decay, psi = D("0.02"), D("0.9"), D("0.99"), D("1e-8"), D("0.1"), D("0.004")

    def mu(t):
        return b1 * (1 - D("0.5") * D("0.96") ** (t * psi))

    def update(t, i, x, g, s):
        if decoupled:
            x = x * (1 - lr * decay)
        else:
            g = g + decay * x
        s["product"] = s.get("product", D(1)) * mu(t)
        s["m"] = s.get("m", 0 * x) + (g - s.get("m", 0 * x)) * (1 - b1)
        s["v"] = b2 * s.get("v", 0 * x) + (1 - b2) * g * g
        denominator = root(s["v"] / (1 - b2**t)) + eps
        x = x - lr * (1 - mu(t)) / (1 - s["product"]) * g / denominator
        return x - lr * mu(t + 1) / (1 - s["product"] * mu(t + 1)) * s["m"] / denominator

    rule = torch_rules.NAdam(decoupled_weight_decay=decoupled)
    hyper = {"lr": lr, "beta2": b2, "weight_decay": decay}
    theta, gradients = tensors(2), scripted(7)
    close(followed(rule, theta, gradients, hyper)[0], trajectory(update, theta, gradients))


def radam_length(b2, t):
    limit = 2 / (1 - b2) - 1
    length = limit - 2 * t * b2**t / (1 - b2**t)
    factor = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    return length, factor


@pytest.mark.parametrize("decoupled", [False, True])
def test_torch_radam_passes_its_branch(decoupled):
    lr, b1, b2, eps, decay = D("0.01"), D("0.9"), D("0.999"), D("1e-8"), D("0.1")
    lengths = []

    def update(t, i, x, g, s):
        if decoupled:
            x = x * (1 - lr * decay)
        else:
            g = g + decay * x
        s["m"] = b1 * s.get("m", 0 * x) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0 * x) + (1 - b2) * g * g
        length, factor = radam_length(b2, t)
        lengths.append(length)
        step = s["m"] / (1 - b1**t)
        if length > 5:
            step = step * factor.sqrt() * (1 - b2**t).sqrt() / (root(s["v"]) + eps)
        return x - lr * step

    theta, gradients = tensors(3), scripted(9)
    rule = torch_rules.RAdam(decoupled_weight_decay=decoupled)
    found = followed(rule, theta, gradients, {"lr": lr, "weight_decay": decay})[0]
    close(found, trajectory(update, theta, gradients))
    assert min(lengths) < 5 < max(lengths)


def test_torch_rprop():
    lr, minus, plus, low, high = D("0.1"), D("0.5"), D("1.2"), D("0.03"), D("0.15")

    def update(t, i, x, g, s):
        agreement = signs(g * s.get("prev", 0 * x))
        factor = each(lambda a: plus if a > 0 else minus if a < 0 else D(1), agreement)
        s["size"] = each(lambda e: min(max(e, low), high), s.get("size", 0 * x + lr) * factor)
        g = each(lambda a, e: D(0) if a < 0 else e, agreement, g)
        s["prev"] = g
        return x - signs(g) * s["size"]

    theta, gradients = tensors(4), scripted(8)
    hyper = {"lr": lr, "step_size_min": low, "step_size_max": high}
    close(
        followed(torch_rules.Rprop(), theta, gradients, hyper)[0],
        trajectory(update, theta, gradients),
    )


def test_torch_adafactor():
    lr, eps1, eps2, d, decay = D("0.3"), D("0.001"), D("0.5"), D("1.1"), D("0.1")

    def update(t, i, x, g, s):
        share = D(t) ** D("-0.8")
        scale = max(eps2, rms(x)) * min(lr, 1 / D(t).sqrt())
        x = x * (1 - lr * decay)
        if x.ndim > 1:
            for key, axis in (("row", -1), ("column", -2)):
                old = s.get(key, 0 * average(g, axis))
                s[key] = old + share * (average(g * g, axis) - old)
            v = s["row"] * s["column"] / each(lambda e: max(e, eps1), average(s["row"], -2))
        else:
            s["v"] = v = s.get("v", 0 * g) + share * (g * g - s.get("v", 0 * g))
        u = g / root(each(lambda e: max(e, eps1 * eps1), v))
        return x - scale / max(D(1), rms(u) / d) * u

    theta, gradients = tensors(5), scripted(5)
    hyper = {"lr": lr, "eps1": eps1, "eps2": eps2, "d": d, "weight_decay": decay}
    close(
        followed(torch_rules.Adafactor, theta, gradients, hyper)[0],
        trajectory(update, theta, gradients),
    )


def rosenbrock(x):
    a, b = x
    return (1 - a) ** 2 + 5 * (b - a * a) ** 2, np.array(
        [-2 * (1 - a) - 20 * a * (b - a * a), 10 * (b - a * a)]
    )


def lbfgs_without_search(x, calls, lr, max_iter, max_eval, tol_grad, tol_change, memory):
    """torch's loops with line_search_fn=None, call after call; gives the points, one per call."""
    pairs, d, length, scale, before, n, found = [], None, None, D(1), None, 0, []
    for _ in range(calls):
        loss, g = rosenbrock(x)
        evals, turn = 1, 0
        if max(abs(e) for e in g) > tol_grad:
            while turn < max_iter:
                turn, n = turn + 1, n + 1
                if n == 1:
                    d = -g
                else:
                    y, s = g - before, d * length
                    if y @ s > D("1e-10"):
                        pairs = (pairs + [(s, y)])[-memory:]
                        scale = y @ s / (y @ y)
                    q, weights = -g, []
                    for s, y in reversed(pairs):
                        weights.append(s @ q / (y @ s))
                        q = q - weights[-1] * y
                    d = q * scale
                    for (s, y), weight in zip(pairs, reversed(weights), strict=True):
                        d = d + s * (weight - y @ d / (y @ s))
                before, previous = g, loss
                length = lr * min(D(1), 1 / sum(abs(e) for e in g)) if n == 1 else lr
                if g @ d > -tol_change:
                    break
                x = x + length * d
                if turn == max_iter:
                    break
                loss, g = rosenbrock(x)
                evals += 1
                if (
                    evals >= max_eval
                    or max(abs(e) for e in g) <= tol_grad
                    or max(abs(e) for e in d * length) <= tol_change
                    or abs(loss - previous) < tol_change
                ):
                    break
        found.append(([x], n))
    return found


@pytest.mark.parametrize(
    ("calls", "settings"),
    [
        (3, {}),
        (6, {"max_iter": 4, "history_size": 2}),
        (4, {"max_iter": 9, "max_eval": 3}),
        (5, {"tolerance_grad": D("0.1"), "lr": D("0.5")}),
        (5, {"tolerance_change": D("0.001"), "lr": D("0.5")}),
    ],
)
def test_torch_lbfgs(calls, settings):
    values = {
        "lr": D(1),
        "max_iter": 20,
        "tolerance_grad": D("1e-7"),
        "tolerance_change": D("1e-9"),
        "history_size": 100,
    }
    values |= settings
    values.setdefault("max_eval", values["max_iter"] * 5 // 4)
    start = np.array([D("-1.2"), D("1")])
    found = run(
        torch_rules.LBFGS(),
        [start],
        calls,
        {"grad": lambda p: [rosenbrock(p[0])[1]], "value": lambda p: rosenbrock(p[0])[0]},
        settings,
    )
    expected = lbfgs_without_search(
        start,
        calls,
        values["lr"],
        values["max_iter"],
        values["max_eval"],
        values["tolerance_grad"],
        values["tolerance_change"],
        values["history_size"],
    )
    close([s.theta for s in found[1:]], [x for x, _ in expected], digits=30)
    assert [int(s.state["n"]) for s in found[1:]] == [n for _, n in expected]


# --- papers --------------------------------------------------------------------------------------


def test_nadam_of_the_paper():
    lr, b1, b2, eps, psi = D("0.002"), D("0.99"), D("0.999"), D("1e-8"), D("0.004")

    def mu(t):
        return b1 * (1 - D("0.5") * D("0.96") ** (t * psi))

    def update(t, i, x, g, s):
        s["product"] = s.get("product", D(1)) * mu(t)
        s["m"] = mu(t) * s.get("m", 0 * x) + (1 - mu(t)) * g
        s["v"] = b2 * s.get("v", 0 * x) + (1 - b2) * g * g
        m_bar = (1 - mu(t)) * g / (1 - s["product"]) + mu(t + 1) * s["m"] / (
            1 - s["product"] * mu(t + 1)
        )
        return x - lr * m_bar / (root(s["v"] / (1 - b2**t)) + eps)

    theta, gradients = tensors(6), scripted(5)
    close(followed(moments.nadam, theta, gradients)[0], trajectory(update, theta, gradients))


def test_radam_of_the_paper():
    lr, b1, b2 = D("0.001"), D("0.9"), D("0.999")

    def update(t, i, x, g, s):
        s["m"] = b1 * s.get("m", 0 * x) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0 * x) + (1 - b2) * g * g
        length, factor = radam_length(b2, t)
        step = s["m"] / (1 - b1**t)
        if length > 4:
            step = step * factor.sqrt() * root((1 - b2**t) / s["v"])
        return x - lr * step

    theta = tensors(6)
    gradients = [tensors(50 + k) for k in range(8)]
    assert radam_length(b2, 4)[0] < 4 < radam_length(b2, 8)[0]
    close(followed(moments.radam, theta, gradients)[0], trajectory(update, theta, gradients))


def test_lars():
    lr, mu, decay, trust = D("0.1"), D("0.9"), D("1e-4"), D("0.001")

    def update(t, i, x, g, s):
        local = (
            trust * norm(x) / (norm(g) + decay * norm(x)) if norm(x) > 0 and norm(g) > 0 else D(1)
        )
        s["v"] = mu * s.get("v", 0 * x) + lr * local * (g + decay * x)
        return x - s["v"]

    theta, gradients = tensors(7), scripted(4)
    gradients[1] = [0 * g for g in gradients[1]]
    close(followed(layerwise.lars, theta, gradients)[0], trajectory(update, theta, gradients))


def test_lamb():
    lr, b1, b2, eps, decay = D("0.001"), D("0.9"), D("0.999"), D("1e-6"), D("0.01")

    def update(t, i, x, g, s):
        s["m"] = b1 * s.get("m", 0 * x) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0 * x) + (1 - b2) * g * g
        u = s["m"] / (1 - b1**t) / (root(s["v"] / (1 - b2**t)) + eps) + decay * x
        ratio = norm(x) / norm(u) if norm(x) > 0 and norm(u) > 0 else D(1)
        return x - lr * ratio * u

    theta, gradients = tensors(8), scripted(4)
    theta[1] = 0 * theta[1]
    close(followed(layerwise.lamb, theta, gradients)[0], trajectory(update, theta, gradients))


def test_adafactor_of_the_paper():
    eps1, eps2, d = D("1e-30"), D("0.001"), D("0.9")

    def update(t, i, x, g, s):
        decay = 1 - D(t) ** D("-0.8")
        scale = max(eps2, rms(x)) * min(D("0.01"), 1 / D(t).sqrt())
        square = g * g + eps1
        if x.ndim > 1:  # sums, as the paper has them
            for key, axis in (("r", -1), ("c", -2)):
                s[key] = decay * s.get(key, 0 * average(g, axis)) + (1 - decay) * square.sum(
                    axis=axis, keepdims=True
                )
            v = s["r"] * s["c"] / s["r"].sum(axis=-2, keepdims=True)
        else:
            s["v"] = v = decay * s.get("v", 0 * g) + (1 - decay) * square
        u = g / root(v)
        return x - scale * u / max(D(1), rms(u) / d)

    shapes = ((2, 3), (4,), (2, 2, 3))
    theta, gradients = tensors(9, shapes), scripted(4, shapes)
    close(
        followed(factored.adafactor, theta, gradients, {"clip_threshold": d})[0],
        trajectory(update, theta, gradients),
    )


def test_sm3():
    lr = D("0.1")

    def update(t, i, x, g, s):
        cover = s.setdefault("mu", [{} for _ in range(x.ndim)])
        nu, new = 0 * x, [{} for _ in range(x.ndim)]
        for place in np.ndindex(x.shape):
            nu[place] = min(cover[a].get(k, D(0)) for a, k in enumerate(place)) + g[place] ** 2
            for a, k in enumerate(place):
                new[a][k] = max(new[a].get(k, D(0)), nu[place])
        s["mu"] = new
        return x - lr * each(lambda a, b: a / b.sqrt() if b > 0 else D(0), g, nu)

    shapes = ((2, 3), (4,), (2, 2, 3))
    theta, gradients = tensors(10, shapes), scripted(4, shapes)
    close(followed(factored.sm3, theta, gradients)[0], trajectory(update, theta, gradients))


def test_muon():
    a, b, c = D("3.4445"), D("-4.7750"), D("2.0315")

    def update(t, i, x, g, s):
        if x.ndim != 2:
            lr, b1, b2, eps, decay = D("3e-4"), D("0.9"), D("0.95"), D("1e-10"), D("0.1")
            s["m"] = b1 * s.get("m", 0 * x) + (1 - b1) * g
            s["v"] = b2 * s.get("v", 0 * x) + (1 - b2) * g * g
            return x * (1 - lr * decay) - lr * s["m"] / (1 - b1**t) / (
                root(s["v"] / (1 - b2**t)) + eps
            )
        lr, mu, eps, decay = D("0.02"), D("0.95"), D("1e-7"), D("0.01")
        s["m"] = mu * s.get("m", 0 * x) + (1 - mu) * g
        u = (1 - mu) * g + mu * s["m"]
        tall = u.shape[0] > u.shape[1]
        X = (u.T if tall else u) / max(norm(u), eps)
        for _ in range(5):
            A = X @ X.T
            X = a * X + (b * A + c * (A @ A)) @ X
        X = X.T if tall else X
        return x * (1 - lr * decay) - lr * max(D(1), D(x.shape[0]) / x.shape[1]).sqrt() * X

    shapes = ((2, 3), (4,), (4, 2), (2, 1, 2))
    theta, gradients = tensors(11, shapes), scripted(4, shapes)
    hyper = {"weight_decay": D("0.01"), "adam_weight_decay": D("0.1")}
    close(followed(muon.muon, theta, gradients, hyper)[0], trajectory(update, theta, gradients))


@pytest.mark.parametrize("warmup", [0, 3])
def test_schedule_free_sgd(warmup):
    lr, beta, decay = D(1), D("0.9"), D("0.05")
    total = D(0)

    def update(t, i, x, g, s):
        nonlocal total
        rate = lr * min(D(1), D(t) / warmup) if warmup else lr
        total += rate**2 if i == 0 else 0
        z = s.get("z", x) - rate * (g + decay * x)
        c = rate**2 / total
        s["z"], s["x"] = z, (1 - c) * s.get("x", x) + c * z
        return (1 - beta) * z + beta * s["x"]

    theta, gradients = tensors(12), scripted(6)
    hyper = {"weight_decay": decay, "warmup_steps": warmup}
    rule = averaging.schedule_free_sgd
    found, snapshots = followed(rule, theta, gradients, hyper)
    close(found, trajectory(update, theta, gradients))
    # The average is recovered from the point of the gradient and the iterate.
    last = snapshots[-1]
    average_point = view(rule, last, "eval", hyper)
    expected = [
        (y - (1 - beta) * z) / beta for y, z in zip(last.theta, last.state["z"], strict=True)
    ]
    close([average_point], [expected])


def test_schedule_free_adamw():
    lr, b1, b2, eps, decay, warmup = D("0.0025"), D("0.9"), D("0.999"), D("1e-8"), D("0.05"), 2
    total = D(0)

    def update(t, i, y, g, s):
        nonlocal total
        rate = lr * min(D(1), D(t) / warmup)
        total += rate**2 if i == 0 else 0
        s["v"] = b2 * s.get("v", 0 * y) + (1 - b2) * g * g
        z = s.get("z", y) - rate * g / (root(s["v"] / (1 - b2**t)) + eps) - rate * decay * y
        c = rate**2 / total
        s["z"], s["x"] = z, (1 - c) * s.get("x", y) + c * z
        return (1 - b1) * z + b1 * s["x"]

    theta, gradients = tensors(13), scripted(5)
    hyper = {"weight_decay": decay, "warmup_steps": warmup}
    close(
        followed(averaging.schedule_free_adamw, theta, gradients, hyper)[0],
        trajectory(update, theta, gradients),
    )


@pytest.mark.parametrize("correct", [False, True])
@pytest.mark.parametrize("safeguard", [False, True])
def test_prodigy(correct, safeguard):
    lr, b1, b2, eps, decay, d0, coef = (
        D(1),
        D("0.9"),
        D("0.999"),
        D("1e-8"),
        D("0.1"),
        D("0.001"),
        D(20),
    )
    b3 = b2.sqrt()
    theta, gradients = tensors(14), [[g * (10 + k) / 10 for g in tensors(24)] for k in range(8)]
    if not correct:  # no progress yet: the package returns early (and does not count the step)
        gradients[0] = [0 * g for g in gradients[0]]
    x, start = [p.copy() for p in theta], theta
    m, v, s = ([0 * p for p in theta] for _ in range(3))
    d = d_max = d0
    numerator, k, found = D(0), 0, []
    for gradient in gradients:
        correction = (1 - b2 ** (k + 1)).sqrt() / (1 - b1 ** (k + 1)) if correct else D(1)
        rate = d * lr * correction
        grown, size = numerator * b3, D(0)
        for i, g in enumerate(gradient):
            grown += d / d0 * rate * (g * (start[i] - x[i])).sum()
            m[i] = b1 * m[i] + d * (1 - b1) * g
            v[i] = b2 * v[i] + d * d * (1 - b2) * g * g
            s[i] = b3 * s[i] + d / d0 * (d if safeguard else rate) * g
            size += sum(abs(e) for e in s[i].flat)
        if size != 0:
            numerator = grown
            estimate = coef * grown / size
            if d == d0:
                d = max(d, estimate)
            d_max = max(d_max, estimate)
            d = d_max
            x = [
                p - decay * rate * p - rate * a / (root(b) + d * eps)
                for p, a, b in zip(x, m, v, strict=True)
            ]
        k += 1 if size != 0 else 0
        found.append(x)
    rule = parameterfree.declarations[0](use_bias_correction=correct, safeguard_warmup=safeguard)
    got, snapshots = followed(
        rule, theta, gradients, {"weight_decay": decay, "d0": d0, "d_coef": coef}
    )
    close(got, found)
    assert snapshots[-1].state["d"] > d0


def test_rprop_of_the_paper():
    first, minus, plus, low, high = D("0.1"), D("0.5"), D("1.2"), D("0.03"), D("0.15")

    def update(t, i, x, g, s):
        x = x.copy()
        size, prev, move = (
            s.setdefault(k, 0 * x + (first if k == "size" else 0)) for k in ("size", "prev", "move")
        )
        for place in np.ndindex(x.shape):
            agreement = g[place] * prev[place]
            if agreement > 0:
                size[place] = min(size[place] * plus, high)
            elif agreement < 0:
                size[place] = max(size[place] * minus, low)
            if agreement < 0:
                x[place] -= move[place]
                move[place] = prev[place] = D(0)
            else:
                step = D(0) if g[place] == 0 else -size[place].copy_sign(g[place])
                x[place] += step
                move[place], prev[place] = step, g[place]
        return x

    theta, gradients = tensors(15), scripted(9)
    hyper = {"step_size_min": low, "step_size_max": high}
    close(followed(sign.rprop, theta, gradients, hyper)[0], trajectory(update, theta, gradients))


def test_lion_and_signum():
    def lion(t, i, x, g, s):
        m = s.get("m", 0 * x)
        s["m"] = D("0.99") * m + D("0.01") * g
        return x - D("1e-4") * (signs(D("0.9") * m + D("0.1") * g) + D("0.1") * x)

    def signum(t, i, x, g, s):
        s["m"] = D("0.9") * s.get("m", 0 * x) + D("0.1") * g
        return x - D("1e-4") * signs(s["m"])

    theta, gradients = tensors(16), scripted(5)
    close(
        followed(sign.lion, theta, gradients, {"weight_decay": D("0.1")})[0],
        trajectory(lion, theta, gradients),
    )
    close(followed(sign.signum, theta, gradients)[0], trajectory(signum, theta, gradients))


def test_noisy_sgd():
    theta, gradients, draws = tensors(17), scripted(4), scripted(4, seed=90)
    asked, drawn = iter(gradients), iter(draws)
    found = run(
        noisy.noisy_sgd, theta, 4, {"grad": lambda p: next(asked), "noise": lambda k: next(drawn)}
    )
    x, expected = theta, []
    for t, (g, xi) in enumerate(zip(gradients, draws, strict=True), start=1):
        sigma = (D("0.01") / D(1 + t) ** D("0.55")).sqrt()
        x = [p - D("0.01") * (a + sigma * b) for p, a, b in zip(x, g, xi, strict=True)]
        expected.append(x)
    close([s.theta for s in found[1:]], expected)


def test_plateau():
    losses = [D(x) for x in "5 4 4 4.5 4 3 3 3 3 3 2.9999 3 3 3 3 3".split()]
    hyper = {"lr": D(1), "patience": 2, "cooldown": 2, "factor": D("0.1"), "min_lr": D("0.005")}
    rate, best, bad, resting, expected = D(1), None, 0, 0, []
    for loss in losses:  # torch's ReduceLROnPlateau.step
        if best is None or loss < best * (1 - D("1e-4")):
            best, bad = loss, 0
        else:
            bad += 1
        if resting > 0:
            resting -= 1
            bad = 0
        if bad > 2:
            lowered = max(rate * D("0.1"), D("0.005"))
            if rate - lowered > D("1e-8"):
                rate = lowered
            resting, bad = 2, 0
        expected.append(rate)
    snapshot, found = start_schedule(plateau.reduce_on_plateau, hyper), []
    for loss in losses:
        snapshot = advance_schedule(plateau.reduce_on_plateau, snapshot, hyper, loss)
        found.append(snapshot.output)
    assert found == expected
    assert len(set(expected)) == 4


def test_composed_examples_are_declared():
    assert [d.id for d in composed.declarations] == [
        "ClippedSGD",
        "ClippedAdam",
        "ClippedLAMB",
        "SAM",
        "LookaheadAdam",
    ]

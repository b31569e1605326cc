"""torch.LBFGS: PyTorch 2.13, torch/optim/lbfgs.py.

One call runs up to max_iter iterations. Pairs, direction and scale outlive the call. A gradient
at most tolerance_grad at the start of a call leaves everything as it was.

Equations with line_search_fn=None
    H[0] = 1
    loss[t] = {value(theta[t-1]) if turn[t] == 1, else loss_next[t-1]}
    g[t] = {grad(theta[t-1]) if turn[t] == 1, else g_next[t-1]}
    calls[t] = {1 if turn[t] == 1, else evals[t-1]}
    optimal[t] = {1 if (largest(abs(g[t])) <= tolerance_grad) and (turn[t] == 1), else 0}
    n[t] = n[t-1] - optimal[t] + 1
    s[t] = d[t-1]*length[t-1]
    y[t] = g[t] - g_prev[t-1]
    ys[t] = dot(y[t], s[t])
    S << s[t], Y << y[t] if (optimal[t] != 1) and (ys[t] > 1E-10)
    H[t] = {ys[t]/dot(y[t], y[t]) if (optimal[t] != 1) and (ys[t] > 1E-10), else H[t-1]}
    q[0] = -g[t]
    for j = 1, …, count_S:
        a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
        q[j] = q[j-1] - Y[j]*a[j]
    r[count_S+1] = H[t]*q[count_S]
    for j = count_S, …, 1:
        r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
    d[t] = {d[t-1] if optimal[t] == 1, else r[1]}
    g_prev[t] = {g_prev[t-1] if optimal[t] == 1, else g[t]}
    start_length[t] = {length[t-1] if optimal[t] == 1, lr*min(1, 1/total(abs(g[t]))) if n[t] == 1, else lr}
    slope[t] = dot(g[t], d[t])
    moved[t] = {0 if (optimal[t] == 1) or (slope[t] > -tolerance_change), else 1}
    length[t] = start_length[t]
    theta[t] = {theta[t-1] + d[t]*length[t] if moved[t] == 1, else theta[t-1]}
    loss_next[t] = {value(theta[t]) if turn[t] < max_iter, else loss[t]}
    g_next[t] = {grad(theta[t]) if turn[t] < max_iter, else g[t]}
    evals[t] = calls[t] + {1 if turn[t] < max_iter, else 0}
    repeated at most max_iter times, until (abs(loss[t] - loss_next[t]) < tolerance_change) or (evals[t] >= max_eval) or (largest(abs(d[t]*length[t])) <= tolerance_change) or (largest(abs(g_next[t])) <= tolerance_grad) or (moved[t] == 0)

Equations with line_search_fn='strong_wolfe'
    H[0] = 1
    loss[t] = {value(theta[t-1]) if turn[t] == 1, else loss_next[t-1]}
    g[t] = {grad(theta[t-1]) if turn[t] == 1, else g_next[t-1]}
    calls[t] = {1 if turn[t] == 1, else evals[t-1]}
    optimal[t] = {1 if (largest(abs(g[t])) <= tolerance_grad) and (turn[t] == 1), else 0}
    n[t] = n[t-1] - optimal[t] + 1
    s[t] = d[t-1]*length[t-1]
    y[t] = g[t] - g_prev[t-1]
    ys[t] = dot(y[t], s[t])
    S << s[t], Y << y[t] if (optimal[t] != 1) and (ys[t] > 1E-10)
    H[t] = {ys[t]/dot(y[t], y[t]) if (optimal[t] != 1) and (ys[t] > 1E-10), else H[t-1]}
    q[0] = -g[t]
    for j = 1, …, count_S:
        a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
        q[j] = q[j-1] - Y[j]*a[j]
    r[count_S+1] = H[t]*q[count_S]
    for j = count_S, …, 1:
        r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
    d[t] = {d[t-1] if optimal[t] == 1, else r[1]}
    g_prev[t] = {g_prev[t-1] if optimal[t] == 1, else g[t]}
    start_length[t] = {length[t-1] if optimal[t] == 1, lr*min(1, 1/total(abs(g[t]))) if n[t] == 1, else lr}
    slope[t] = dot(g[t], d[t])
    moved[t] = {0 if (optimal[t] == 1) or (slope[t] > -tolerance_change), else 1}
    length[t] = {line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t]) if moved[t] == 1, else start_length[t]}
    theta[t] = {theta[t-1] + d[t]*length[t] if moved[t] == 1, else theta[t-1]}
    loss_next[t] = {value(theta[t]) if turn[t] < max_iter, else loss[t]}
    g_next[t] = {grad(theta[t]) if turn[t] < max_iter, else g[t]}
    evals[t] = calls[t] + {evaluations(line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t])) if moved[t] == 1, else 0}
    repeated at most max_iter times, until (abs(loss[t] - loss_next[t]) < tolerance_change) or (evals[t] >= max_eval) or (largest(abs(d[t]*length[t])) <= tolerance_change) or (largest(abs(g_next[t])) <= tolerance_grad) or (moved[t] == 0)

Work on whole arrays takes memory from CuPy's pool in every step.
A line search makes trial points, and reads back the losses and slopes that it compares.
Turns copy the state, and read back whether to go on.
Whether a history grows is read back.
A choice by a number found from data waits for it.

Do not edit. Made from the declaration torch.LBFGS and the template cupy/module.py.j2;
remake it with: gen kernels --backend cupy
Digest: f466f04c1e0e8b8a
"""

from __future__ import annotations

import numpy as np

from optwright.runtime.device import Hyper, HyperValue, Optimizer, Params, Rule, State, Step, cp, dot, largest, total, weak


def plain_host(turn, max_iter):
    """Numbers of this step that need no data, in float64."""
    # turn[t] == 1
    ask_loss2 = turn == 1
    # turn[t] == 1
    ask_g2 = turn == 1
    # turn[t] < max_iter
    ask_loss3 = turn < max_iter
    # turn[t] < max_iter
    ask_g3 = turn < max_iter
    return {"ask_loss2": ask_loss2, "ask_g2": ask_g2, "ask_loss3": ask_loss3, "ask_g3": ask_g3}


def plain_pass1(loss_next, turn, loss2):
    """Work on whole arrays."""
    # loss[t] = {value(theta[t-1]) if turn[t] == 1, else loss_next[t-1]}
    loss = (loss2 if turn == 1 else loss_next)
    return {"loss": loss}


def plain_pass2(theta, d, g_prev, g_next, length, n, evals, turn, tolerance_grad, g2):
    """Work on whole arrays."""
    # g[t] = {grad(theta[t-1]) if turn[t] == 1, else g_next[t-1]}
    g = (g2 if turn == 1 else g_next)
    # calls[t] = {1 if turn[t] == 1, else evals[t-1]}
    calls = (1 if turn == 1 else evals)
    # optimal[t] = {1 if (largest(abs(g[t])) <= tolerance_grad) and (turn[t] == 1), else 0}
    optimal = (1 if bool((largest(cp.absolute(g)) <= tolerance_grad) and (turn == 1)) else 0)
    # n[t] = n[t-1] - optimal[t] + 1
    n_next = n - optimal + 1
    # s[t] = d[t-1]*length[t-1]
    s = weak(length, theta)*d
    # y[t] = g[t] - g_prev[t-1]
    y = g - g_prev
    # ys[t] = dot(y[t], s[t])
    ys = dot(y, s)
    # (optimal[t] != 1) and (ys[t] > 1E-10)
    S_kept = (optimal != 1) and (ys > 1e-10)
    return {
        "g": g,
        "calls": calls,
        "optimal": optimal,
        "n_next": n_next,
        "s": s,
        "y": y,
        "ys": ys,
        "S_kept": S_kept,
    }


def plain_pass3(theta, g, S, Y, d, g_prev, length, H, lr, tolerance_change, optimal, y, ys, n_next):
    """Work on whole arrays."""
    # H[t] = {ys[t]/dot(y[t], y[t]) if (optimal[t] != 1) and (ys[t] > 1E-10), else H[t-1]}
    H_next = (ys/dot(y, y) if bool((optimal != 1) and (ys > 1e-10)) else H)
    # q[0] = -g[t]
    q = -g
    a = {}
    for j in range(1, len(S) + 1):  # j = 1, ..., len(S)
        # a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
        a[j] = dot(S[j - 1], q)/dot(S[j - 1], Y[j - 1])
        # q[j] = q[j-1] - Y[j]*a[j]
        q = q - weak(a[j], theta)*Y[j - 1]
    # r[count_S+1] = H[t]*q[count_S]
    r = weak(H_next, theta)*q
    for j in range(len(S), 0, -1):  # j = len(S), ..., 1
        # r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
        r = weak(a[j] - dot(Y[j - 1], r)/dot(S[j - 1], Y[j - 1]), theta)*S[j - 1] + r
    # d[t] = {d[t-1] if optimal[t] == 1, else r[1]}
    d_next = (d if bool(optimal == 1) else r)
    # g_prev[t] = {g_prev[t-1] if optimal[t] == 1, else g[t]}
    g_prev_next = (g_prev if bool(optimal == 1) else g)
    # start_length[t] = {length[t-1] if optimal[t] == 1, lr*min(1, 1/total(abs(g[t]))) if n[t] == 1, else lr}
    start_length = (length if bool(optimal == 1) else (lr*np.minimum(1, 1/total(cp.absolute(g))) if bool(n_next == 1) else lr))
    # slope[t] = dot(g[t], d[t])
    slope = dot(g, d_next)
    # moved[t] = {0 if (optimal[t] == 1) or (slope[t] > -tolerance_change), else 1}
    moved = (0 if bool((optimal == 1) or (slope > -tolerance_change)) else 1)
    # length[t] = start_length[t]
    length_next = start_length
    # theta[t] = {theta[t-1] + d[t]*length[t] if moved[t] == 1, else theta[t-1]}
    theta_next = (theta + weak(length_next, theta)*d_next if bool(moved == 1) else theta)
    return {
        "H_next": H_next,
        "d_next": d_next,
        "g_prev_next": g_prev_next,
        "moved": moved,
        "length_next": length_next,
        "theta_next": theta_next,
    }


def plain_pass4(turn, max_iter, loss, loss3):
    """Work on whole arrays."""
    # loss_next[t] = {value(theta[t]) if turn[t] < max_iter, else loss[t]}
    loss_next_next = (loss3 if turn < max_iter else loss)
    return {"loss_next_next": loss_next_next}


def plain_pass5(
    theta, g, turn, max_iter, max_eval, tolerance_grad, tolerance_change, g3, calls, d_next,
    length_next, loss, loss_next_next, moved,
):
    """Work on whole arrays."""
    # g_next[t] = {grad(theta[t]) if turn[t] < max_iter, else g[t]}
    g_next = (g3 if turn < max_iter else g)
    # evals[t] = calls[t] + {1 if turn[t] < max_iter, else 0}
    evals = calls + (1 if turn < max_iter else 0)
    # (abs(loss[t] - loss_next[t]) < tolerance_change) or (evals[t] >= max_eval) or (largest(abs(d[t]*length[t])) <= tolerance_change) or (largest(abs(g_next[t])) <= tolerance_grad) or (moved[t] == 0)
    done = (evals >= max_eval) or (largest(cp.absolute(g_next)) <= tolerance_grad) or (largest(cp.absolute(weak(length_next, theta)*d_next)) <= tolerance_change) or (moved == 0) or (np.absolute(loss - loss_next_next) < tolerance_change)
    return {"g_next": g_next, "evals": evals, "done": done}


def plain_advance(step: Step) -> None:
    """One step, pass by pass."""
    for _ in step.turns("max_iter"):
        step.host(plain_host)
        step.ask("loss2", "value", when="ask_loss2")
        step.arrays(plain_pass1)
        step.ask("g2", "grad", when="ask_g2")
        step.arrays(plain_pass2)
        step.push({"S": "s", "Y": "y"}, when="S_kept")
        step.arrays(plain_pass3)
        step.ask("loss3", "value", at="theta_next", when="ask_loss3")
        step.arrays(plain_pass4)
        step.ask("g3", "grad", at="theta_next", when="ask_g3")
        step.arrays(plain_pass5)
        step.stop_if("done")
        step.commit({"theta": "theta_next", "d": "d_next", "g_prev": "g_prev_next", "length": "length_next", "H": "H_next", "n": "n_next", "loss_next": "loss_next_next"})


PLAIN_RULE = Rule(
    name="LBFGS",
    dialect="torch",
    hyper=(
        Hyper("lr", 1, "[0, inf)", "learning rate"),
        Hyper("max_iter", 20, "integer [1, inf)", "iterations per step"),
        Hyper("max_eval", lambda max_iter: np.floor(5*max_iter/4), "integer [1, inf)", "evaluations per step"),
        Hyper("tolerance_grad", 1e-07, "[0, inf)", "stop at this largest gradient entry"),
        Hyper("tolerance_change", 1e-09, "[0, inf)", "stop at this change of loss or parameters"),
        Hyper("history_size", 100, "integer [1, inf)", "pairs that are kept"),
    ),
    state=(State("S", length="history_size"), State("Y", length="history_size"), State("d"), State("g_prev"), State("g_next"), State("length", "all"), State("H", "all", start=1), State("n", "all"), State("evals", "all"), State("loss_next", "all"), State("clock", "all"),),
    oracles=("value", "grad",),
    advance=plain_advance,
    scope="all",
    elsewhere=True,
    shared=("lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size",),
)


def line_search_fn_strong_wolfe_host(turn, max_iter):
    """Numbers of this step that need no data, in float64."""
    # turn[t] == 1
    ask_loss2 = turn == 1
    # turn[t] == 1
    ask_g2 = turn == 1
    # turn[t] < max_iter
    ask_loss3 = turn < max_iter
    # turn[t] < max_iter
    ask_g3 = turn < max_iter
    return {"ask_loss2": ask_loss2, "ask_g2": ask_g2, "ask_loss3": ask_loss3, "ask_g3": ask_g3}


def line_search_fn_strong_wolfe_pass1(loss_next, turn, loss2):
    """Work on whole arrays."""
    # loss[t] = {value(theta[t-1]) if turn[t] == 1, else loss_next[t-1]}
    loss = (loss2 if turn == 1 else loss_next)
    return {"loss": loss}


def line_search_fn_strong_wolfe_pass2(
    theta, d, g_prev, g_next, length, n, evals, turn, tolerance_grad, g2,
):
    """Work on whole arrays."""
    # g[t] = {grad(theta[t-1]) if turn[t] == 1, else g_next[t-1]}
    g = (g2 if turn == 1 else g_next)
    # calls[t] = {1 if turn[t] == 1, else evals[t-1]}
    calls = (1 if turn == 1 else evals)
    # optimal[t] = {1 if (largest(abs(g[t])) <= tolerance_grad) and (turn[t] == 1), else 0}
    optimal = (1 if bool((largest(cp.absolute(g)) <= tolerance_grad) and (turn == 1)) else 0)
    # n[t] = n[t-1] - optimal[t] + 1
    n_next = n - optimal + 1
    # s[t] = d[t-1]*length[t-1]
    s = weak(length, theta)*d
    # y[t] = g[t] - g_prev[t-1]
    y = g - g_prev
    # ys[t] = dot(y[t], s[t])
    ys = dot(y, s)
    # (optimal[t] != 1) and (ys[t] > 1E-10)
    S_kept = (optimal != 1) and (ys > 1e-10)
    return {
        "g": g,
        "calls": calls,
        "optimal": optimal,
        "n_next": n_next,
        "s": s,
        "y": y,
        "ys": ys,
        "S_kept": S_kept,
    }


def line_search_fn_strong_wolfe_pass3(
    theta, g, S, Y, d, g_prev, length, H, lr, max_eval, tolerance_change, optimal, y, ys, n_next,
    calls,
):
    """Work on whole arrays."""
    # H[t] = {ys[t]/dot(y[t], y[t]) if (optimal[t] != 1) and (ys[t] > 1E-10), else H[t-1]}
    H_next = (ys/dot(y, y) if bool((optimal != 1) and (ys > 1e-10)) else H)
    # q[0] = -g[t]
    q = -g
    a = {}
    for j in range(1, len(S) + 1):  # j = 1, ..., len(S)
        # a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
        a[j] = dot(S[j - 1], q)/dot(S[j - 1], Y[j - 1])
        # q[j] = q[j-1] - Y[j]*a[j]
        q = q - weak(a[j], theta)*Y[j - 1]
    # r[count_S+1] = H[t]*q[count_S]
    r = weak(H_next, theta)*q
    for j in range(len(S), 0, -1):  # j = len(S), ..., 1
        # r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
        r = weak(a[j] - dot(Y[j - 1], r)/dot(S[j - 1], Y[j - 1]), theta)*S[j - 1] + r
    # d[t] = {d[t-1] if optimal[t] == 1, else r[1]}
    d_next = (d if bool(optimal == 1) else r)
    # g_prev[t] = {g_prev[t-1] if optimal[t] == 1, else g[t]}
    g_prev_next = (g_prev if bool(optimal == 1) else g)
    # start_length[t] = {length[t-1] if optimal[t] == 1, lr*min(1, 1/total(abs(g[t]))) if n[t] == 1, else lr}
    start_length = (length if bool(optimal == 1) else (lr*np.minimum(1, 1/total(cp.absolute(g))) if bool(n_next == 1) else lr))
    # slope[t] = dot(g[t], d[t])
    slope = dot(g, d_next)
    # moved[t] = {0 if (optimal[t] == 1) or (slope[t] > -tolerance_change), else 1}
    moved = (0 if bool((optimal == 1) or (slope > -tolerance_change)) else 1)
    # moved[t] == 1
    ask_length2 = moved == 1
    # length2_constant4 = max_eval - calls[t]
    length2_constant4 = max_eval - calls
    return {
        "H_next": H_next,
        "d_next": d_next,
        "g_prev_next": g_prev_next,
        "start_length": start_length,
        "moved": moved,
        "ask_length2": ask_length2,
        "length2_constant4": length2_constant4,
    }


def line_search_fn_strong_wolfe_pass4(theta, length2, moved, start_length, d_next):
    """Work on whole arrays."""
    # length[t] = {line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t]) if moved[t] == 1, else start_length[t]}
    length_next = (length2 if bool(moved == 1) else start_length)
    # theta[t] = {theta[t-1] + d[t]*length[t] if moved[t] == 1, else theta[t-1]}
    theta_next = (theta + weak(length_next, theta)*d_next if bool(moved == 1) else theta)
    return {"length_next": length_next, "theta_next": theta_next}


def line_search_fn_strong_wolfe_pass5(turn, max_iter, loss, loss3):
    """Work on whole arrays."""
    # loss_next[t] = {value(theta[t]) if turn[t] < max_iter, else loss[t]}
    loss_next_next = (loss3 if turn < max_iter else loss)
    return {"loss_next_next": loss_next_next}


def line_search_fn_strong_wolfe_pass6(
    theta, g, turn, max_iter, max_eval, tolerance_grad, tolerance_change, g3, calls,
    length2_evaluations, moved, d_next, length_next, loss, loss_next_next,
):
    """Work on whole arrays."""
    # g_next[t] = {grad(theta[t]) if turn[t] < max_iter, else g[t]}
    g_next = (g3 if turn < max_iter else g)
    # evals[t] = calls[t] + {evaluations(line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t])) if moved[t] == 1, else 0}
    evals = calls + (length2_evaluations if bool(moved == 1) else 0)
    # (abs(loss[t] - loss_next[t]) < tolerance_change) or (evals[t] >= max_eval) or (largest(abs(d[t]*length[t])) <= tolerance_change) or (largest(abs(g_next[t])) <= tolerance_grad) or (moved[t] == 0)
    done = (evals >= max_eval) or (largest(cp.absolute(g_next)) <= tolerance_grad) or (largest(cp.absolute(weak(length_next, theta)*d_next)) <= tolerance_change) or (moved == 0) or (np.absolute(loss - loss_next_next) < tolerance_change)
    return {"g_next": g_next, "evals": evals, "done": done}


def line_search_fn_strong_wolfe_advance(step: Step) -> None:
    """One step, pass by pass."""
    for _ in step.turns("max_iter"):
        step.host(line_search_fn_strong_wolfe_host)
        step.ask("loss2", "value", when="ask_loss2")
        step.arrays(line_search_fn_strong_wolfe_pass1)
        step.ask("g2", "grad", when="ask_g2")
        step.arrays(line_search_fn_strong_wolfe_pass2)
        step.push({"S": "s", "Y": "y"}, when="S_kept")
        step.arrays(line_search_fn_strong_wolfe_pass3)
        step.search("length2", "strong_wolfe_torch", None, "d_next", "start_length", (0.0001, 0.9, "tolerance_change", "length2_constant4",), when="ask_length2")
        step.arrays(line_search_fn_strong_wolfe_pass4)
        step.ask("loss3", "value", at="theta_next", when="ask_loss3")
        step.arrays(line_search_fn_strong_wolfe_pass5)
        step.ask("g3", "grad", at="theta_next", when="ask_g3")
        step.arrays(line_search_fn_strong_wolfe_pass6)
        step.stop_if("done")
        step.commit({"theta": "theta_next", "d": "d_next", "g_prev": "g_prev_next", "length": "length_next", "H": "H_next", "n": "n_next", "loss_next": "loss_next_next"})


LINE_SEARCH_FN_STRONG_WOLFE_RULE = Rule(
    name="LBFGS",
    dialect="torch",
    hyper=(
        Hyper("lr", 1, "[0, inf)", "learning rate"),
        Hyper("max_iter", 20, "integer [1, inf)", "iterations per step"),
        Hyper("max_eval", lambda max_iter: np.floor(5*max_iter/4), "integer [1, inf)", "evaluations per step"),
        Hyper("tolerance_grad", 1e-07, "[0, inf)", "stop at this largest gradient entry"),
        Hyper("tolerance_change", 1e-09, "[0, inf)", "stop at this change of loss or parameters"),
        Hyper("history_size", 100, "integer [1, inf)", "pairs that are kept"),
    ),
    state=(State("S", length="history_size"), State("Y", length="history_size"), State("d"), State("g_prev"), State("g_next"), State("length", "all"), State("H", "all", start=1), State("n", "all"), State("evals", "all"), State("loss_next", "all"), State("clock", "all"),),
    oracles=("value", "grad", "line_search",),
    advance=line_search_fn_strong_wolfe_advance,
    scope="all",
    elsewhere=True,
    shared=("lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size",),
)


class LBFGS(Optimizer):
    """torch.LBFGS: PyTorch 2.13, torch/optim/lbfgs.py.

    One call runs up to max_iter iterations. Pairs, direction and scale outlive the call. A gradient
    at most tolerance_grad at the start of a call leaves everything as it was.

    Equations with line_search_fn=None
        H[0] = 1
        loss[t] = {value(theta[t-1]) if turn[t] == 1, else loss_next[t-1]}
        g[t] = {grad(theta[t-1]) if turn[t] == 1, else g_next[t-1]}
        calls[t] = {1 if turn[t] == 1, else evals[t-1]}
        optimal[t] = {1 if (largest(abs(g[t])) <= tolerance_grad) and (turn[t] == 1), else 0}
        n[t] = n[t-1] - optimal[t] + 1
        s[t] = d[t-1]*length[t-1]
        y[t] = g[t] - g_prev[t-1]
        ys[t] = dot(y[t], s[t])
        S << s[t], Y << y[t] if (optimal[t] != 1) and (ys[t] > 1E-10)
        H[t] = {ys[t]/dot(y[t], y[t]) if (optimal[t] != 1) and (ys[t] > 1E-10), else H[t-1]}
        q[0] = -g[t]
        for j = 1, …, count_S:
            a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
            q[j] = q[j-1] - Y[j]*a[j]
        r[count_S+1] = H[t]*q[count_S]
        for j = count_S, …, 1:
            r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
        d[t] = {d[t-1] if optimal[t] == 1, else r[1]}
        g_prev[t] = {g_prev[t-1] if optimal[t] == 1, else g[t]}
        start_length[t] = {length[t-1] if optimal[t] == 1, lr*min(1, 1/total(abs(g[t]))) if n[t] == 1, else lr}
        slope[t] = dot(g[t], d[t])
        moved[t] = {0 if (optimal[t] == 1) or (slope[t] > -tolerance_change), else 1}
        length[t] = start_length[t]
        theta[t] = {theta[t-1] + d[t]*length[t] if moved[t] == 1, else theta[t-1]}
        loss_next[t] = {value(theta[t]) if turn[t] < max_iter, else loss[t]}
        g_next[t] = {grad(theta[t]) if turn[t] < max_iter, else g[t]}
        evals[t] = calls[t] + {1 if turn[t] < max_iter, else 0}
        repeated at most max_iter times, until (abs(loss[t] - loss_next[t]) < tolerance_change) or (evals[t] >= max_eval) or (largest(abs(d[t]*length[t])) <= tolerance_change) or (largest(abs(g_next[t])) <= tolerance_grad) or (moved[t] == 0)

    Equations with line_search_fn='strong_wolfe'
        H[0] = 1
        loss[t] = {value(theta[t-1]) if turn[t] == 1, else loss_next[t-1]}
        g[t] = {grad(theta[t-1]) if turn[t] == 1, else g_next[t-1]}
        calls[t] = {1 if turn[t] == 1, else evals[t-1]}
        optimal[t] = {1 if (largest(abs(g[t])) <= tolerance_grad) and (turn[t] == 1), else 0}
        n[t] = n[t-1] - optimal[t] + 1
        s[t] = d[t-1]*length[t-1]
        y[t] = g[t] - g_prev[t-1]
        ys[t] = dot(y[t], s[t])
        S << s[t], Y << y[t] if (optimal[t] != 1) and (ys[t] > 1E-10)
        H[t] = {ys[t]/dot(y[t], y[t]) if (optimal[t] != 1) and (ys[t] > 1E-10), else H[t-1]}
        q[0] = -g[t]
        for j = 1, …, count_S:
            a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
            q[j] = q[j-1] - Y[j]*a[j]
        r[count_S+1] = H[t]*q[count_S]
        for j = count_S, …, 1:
            r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
        d[t] = {d[t-1] if optimal[t] == 1, else r[1]}
        g_prev[t] = {g_prev[t-1] if optimal[t] == 1, else g[t]}
        start_length[t] = {length[t-1] if optimal[t] == 1, lr*min(1, 1/total(abs(g[t]))) if n[t] == 1, else lr}
        slope[t] = dot(g[t], d[t])
        moved[t] = {0 if (optimal[t] == 1) or (slope[t] > -tolerance_change), else 1}
        length[t] = {line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t]) if moved[t] == 1, else start_length[t]}
        theta[t] = {theta[t-1] + d[t]*length[t] if moved[t] == 1, else theta[t-1]}
        loss_next[t] = {value(theta[t]) if turn[t] < max_iter, else loss[t]}
        g_next[t] = {grad(theta[t]) if turn[t] < max_iter, else g[t]}
        evals[t] = calls[t] + {evaluations(line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t])) if moved[t] == 1, else 0}
        repeated at most max_iter times, until (abs(loss[t] - loss_next[t]) < tolerance_change) or (evals[t] >= max_eval) or (largest(abs(d[t]*length[t])) <= tolerance_change) or (largest(abs(g_next[t])) <= tolerance_grad) or (moved[t] == 0)

    Arguments
        params: arrays to update in place: one, a list, a nested dict, or a list of groups
        lr: learning rate, in [0, inf); default 1
        max_iter: iterations per step, in integer [1, inf); default 20
        max_eval: evaluations per step, in integer [1, inf); default floor(5*max_iter/4)
        tolerance_grad: stop at this largest gradient entry, in [0, inf); default 1e-07
        tolerance_change: stop at this change of loss or parameters, in [0, inf); default 1e-09
        history_size: pairs that are kept, in integer [1, inf); default 100
        line_search_fn: one of None, 'strong_wolfe'
    """

    rules = (
        ((('line_search_fn', None),), PLAIN_RULE),
        ((('line_search_fn', 'strong_wolfe'),), LINE_SEARCH_FN_STRONG_WOLFE_RULE),
    )
    choices = {'line_search_fn': (None, 'strong_wolfe')}

    def __init__(
        self,
        params: Params,
        lr: HyperValue = 1,
        max_iter: HyperValue = 20,
        max_eval: HyperValue | None = None,
        tolerance_grad: HyperValue = 1e-07,
        tolerance_change: HyperValue = 1e-09,
        history_size: HyperValue = 100,
        line_search_fn: str | None = None,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            max_iter=max_iter,
            max_eval=max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            history_size=history_size,
            line_search_fn=line_search_fn,
        )

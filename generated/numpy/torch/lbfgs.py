"""torch.LBFGS: PyTorch 2.13, torch/optim/lbfgs.py.

Do not edit. Made from the declaration torch.LBFGS; remake it with: gen kernels --backend numpy
"""

import numpy as np

from optwright.runtime import (
    Hyper, HyperValue, Optimizer, Params, Rule, State, Step, dot, largest, total,
)


def host(turn, max_iter):
    """Numbers of this step that need no data, in float64."""
    # turn[t] == 1
    ask_raw_loss = turn == 1
    # turn[t] == 1
    ask_raw_g = turn == 1
    # turn[t] < max_iter
    ask_raw_loss_next = turn < max_iter
    # turn[t] < max_iter
    ask_raw_g_next = turn < max_iter
    return {
        "ask_raw_loss": ask_raw_loss, "ask_raw_g": ask_raw_g,
        "ask_raw_loss_next": ask_raw_loss_next, "ask_raw_g_next": ask_raw_g_next,
    }


def pass1(loss_next, turn, raw_loss):
    """Work on whole arrays."""
    # loss[t] = {value(theta[t-1]) if turn[t] == 1, else loss_next[t-1]}
    loss = (raw_loss if turn == 1 else loss_next)
    return {"loss": loss}


def pass2(raw_g, d, g_prev, g_next, length, n, evals, turn, tolerance_grad):
    """Work on whole arrays."""
    # g[t] = {grad(theta[t-1]) if turn[t] == 1, else g_next[t-1]}
    g = (raw_g if turn == 1 else g_next)
    # calls[t] = {1 if turn[t] == 1, else evals[t-1]}
    calls = (1 if turn == 1 else evals)
    # optimal[t] = {1 if (largest(abs(g[t])) <= tolerance_grad) and (turn[t] == 1), else 0}
    optimal = (1 if (turn == 1) and (largest(np.absolute(g)) <= tolerance_grad) else 0)
    # n[t] = n[t-1] - optimal[t] + 1
    n_next = n - optimal + 1
    # s[t] = d[t-1]*length[t-1]
    s = d*float(length)
    # y[t] = g[t] - g_prev[t-1]
    y = g - g_prev
    # ys[t] = dot(y[t], s[t])
    ys = dot(y, s)
    # (optimal[t] != 1) and (ys[t] > 1E-10)
    S_kept = (optimal != 1) and (ys > 1e-10)
    return {
        "g": g, "calls": calls, "optimal": optimal, "n_next": n_next, "s": s, "y": y, "ys": ys,
        "S_kept": S_kept,
    }


def pass3(
    g, d, g_prev, length, H, lr, max_eval, tolerance_change, optimal, ys, y, S, Y, n_next, calls,
    line_search_fn,
):
    """Work on whole arrays."""
    length_next = None
    ask_raw_length = None
    raw_length_constant4 = None
    # H[t] = {ys[t]/dot(y[t], y[t]) if (optimal[t] != 1) and (ys[t] > 1E-10), else H[t-1]}
    H_next = (ys/dot(y, y) if (optimal != 1) and (ys > 1e-10) else H)
    a = {}
    # q[0] = -g[t]
    q = -g
    for j in range(1, len(S) + 1):  # j = 1, ..., len(S)
        # a[j] = dot(S[j], q[j-1])/dot(S[j], Y[j])
        a[j] = dot(S[j - 1], q)/dot(S[j - 1], Y[j - 1])
        # q[j] = q[j-1] - Y[j]*a[j]
        q = q - Y[j - 1]*float(a[j])
    # r[count_S+1] = H[t]*q[count_S]
    r = q*float(H_next)
    for j in range(len(S), 0, -1):  # j = len(S), ..., 1
        # r[j] = S[j]*(a[j] - dot(Y[j], r[j+1])/dot(S[j], Y[j])) + r[j+1]
        r = S[j - 1]*float(a[j] - dot(Y[j - 1], r)/dot(S[j - 1], Y[j - 1])) + r
    # d[t] = {d[t-1] if optimal[t] == 1, else r[1]}
    d_next = (d.copy() if optimal == 1 else r.copy())
    # g_prev[t] = {g_prev[t-1] if optimal[t] == 1, else g[t]}
    g_prev_next = (g_prev.copy() if optimal == 1 else g.copy())
    # start_length[t] = {length[t-1] if optimal[t] == 1, lr*min(1, 1/total(abs(g[t]))) if n[t] == 1, else lr}
    start_length = (length if optimal == 1 else (lr*np.minimum(1, 1/total(np.absolute(g))) if n_next == 1 else lr))
    # slope[t] = dot(g[t], d[t])
    slope = dot(g, d_next)
    # moved[t] = {0 if (optimal[t] == 1) or (slope[t] > -tolerance_change), else 1}
    moved = (0 if (optimal == 1) or (slope > -tolerance_change) else 1)
    if line_search_fn is None:
        # length[t] = start_length[t]
        length_next = start_length
    else:
        # moved[t] == 1
        ask_raw_length = moved == 1
        # raw_length_constant4 = max_eval - calls[t]
        raw_length_constant4 = max_eval - calls
    return {
        "H_next": H_next, "d_next": d_next, "g_prev_next": g_prev_next,
        "start_length": start_length, "moved": moved, "length_next": length_next,
        "ask_raw_length": ask_raw_length, "raw_length_constant4": raw_length_constant4,
    }


def pass4(theta, moved, raw_length, start_length, d_next, length_next, line_search_fn):
    """Work on whole arrays."""
    if line_search_fn == "strong_wolfe":
        # length[t] = {line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t]) if moved[t] == 1, else start_length[t]}
        length_next = (raw_length if moved == 1 else start_length)
    # theta[t] = {theta[t-1] + d[t]*length[t] if moved[t] == 1, else theta[t-1]}
    theta_next = (theta + d_next*float(length_next) if moved == 1 else theta.copy())
    found = {"theta_next": theta_next}
    if line_search_fn == "strong_wolfe":
        found["length_next"] = length_next
    return found


def pass5(turn, max_iter, raw_loss_next, loss):
    """Work on whole arrays."""
    # loss_next[t] = {value(theta[t]) if turn[t] < max_iter, else loss[t]}
    loss_next_next = (raw_loss_next if turn < max_iter else loss)
    return {"loss_next_next": loss_next_next}


def pass6(
    g, turn, max_iter, max_eval, tolerance_grad, tolerance_change, raw_g_next, calls, moved,
    raw_length_evaluations, loss, loss_next_next, d_next, length_next, line_search_fn,
):
    """Work on whole arrays."""
    # g_next[t] = {grad(theta[t]) if turn[t] < max_iter, else g[t]}
    g_next = (raw_g_next if turn < max_iter else g.copy())
    if line_search_fn is None:
        # evals[t] = calls[t] + {1 if turn[t] < max_iter, else 0}
        evals = calls + (1 if turn < max_iter else 0)
    else:
        # evals[t] = calls[t] + {evaluations(line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t])) if moved[t] == 1, else 0}
        evals = calls + (raw_length_evaluations if moved == 1 else 0)
    # (abs(loss[t] - loss_next[t]) < tolerance_change) or (evals[t] >= max_eval) or (largest(abs(d[t]*length[t])) <= tolerance_change) or (largest(abs(g_next[t])) <= tolerance_grad) or (moved[t] == 0)
    done = (np.absolute(loss - loss_next_next) < tolerance_change) or (moved == 0) or (evals >= max_eval) or (largest(np.absolute(d_next*float(length_next))) <= tolerance_change) or (largest(np.absolute(g_next)) <= tolerance_grad)
    return {"g_next": g_next, "evals": evals, "done": done}


def advance(step: Step) -> None:
    for _ in step.turns("max_iter"):
        step.host(host)
        step.ask("raw_loss", "value", when="ask_raw_loss")
        step.arrays(pass1)
        step.ask("raw_g", "grad", when="ask_raw_g")
        step.arrays(pass2)
        step.push({"S": "s", "Y": "y"}, when="S_kept")
        step.arrays(pass3)
        if step.flags["line_search_fn"] == "strong_wolfe":
            step.search(
                "raw_length",
                "strong_wolfe_torch",
                None,
                "d_next",
                "start_length",
                (0.0001, 0.9, "tolerance_change", "raw_length_constant4",),
                when="ask_raw_length",
            )
        step.arrays(pass4)
        step.ask("raw_loss_next", "value", at="theta_next", when="ask_raw_loss_next")
        step.arrays(pass5)
        step.ask("raw_g_next", "grad", at="theta_next", when="ask_raw_g_next")
        step.arrays(pass6)
        step.stop_if("done")
        step.commit({
            "theta": "theta_next", "d": "d_next", "g_prev": "g_prev_next", "length": "length_next",
            "H": "H_next", "n": "n_next", "loss_next": "loss_next_next",
        })


HYPER = (
    Hyper("lr", 1, "[0, inf)", "learning rate"),
    Hyper("max_iter", 20, "integer [1, inf)", "iterations per step"),
    Hyper("max_eval", lambda max_iter: np.floor(5*max_iter/4), "integer [1, inf)", "evaluations per step"),
    Hyper("tolerance_grad", 1e-07, "[0, inf)", "stop at this largest gradient entry"),
    Hyper("tolerance_change", 1e-09, "[0, inf)", "stop at this change of loss or parameters"),
    Hyper("history_size", 100, "integer [1, inf)", "pairs that are kept"),
)
STATES = (
    State("S", length="history_size"), State("Y", length="history_size"), State("d"),
    State("g_prev"), State("g_next"), State("length", "all"), State("H", "all", start=1),
    State("n", "all"), State("evals", "all"), State("loss_next", "all"), State("clock", "all"),
)


def rule(line_search_fn):
    """The rule of these flags."""
    absent = ("raw_length", "raw_length_evaluations") if line_search_fn is None else ()
    flags = {"line_search_fn": line_search_fn}
    return Rule(
        name="LBFGS", dialect="torch", hyper=HYPER, state=STATES,
        oracles=("value", "grad", "line_search") if line_search_fn == "strong_wolfe" else ("value", "grad"),
        advance=advance, scope="all", elsewhere=True,
        shared=("lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size"),
        flags=flags, absent=absent,
    )


class LBFGS(Optimizer):
    """One call runs up to max_iter iterations. Pairs, direction and scale outlive the call. A
    gradient at most tolerance_grad at the start of a call leaves everything as it was.

    Equations
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
        if line_search_fn is None:
            length[t] = start_length[t]
        else:
            length[t] = {line_search(theta[t-1], d[t], 'strong_wolfe_torch', start_length[t], 0.0001, 9/10, tolerance_change, max_eval - calls[t]) if moved[t] == 1, else start_length[t]}
        theta[t] = {theta[t-1] + d[t]*length[t] if moved[t] == 1, else theta[t-1]}
        loss_next[t] = {value(theta[t]) if turn[t] < max_iter, else loss[t]}
        g_next[t] = {grad(theta[t]) if turn[t] < max_iter, else g[t]}
        if line_search_fn is None:
            evals[t] = calls[t] + {1 if turn[t] < max_iter, else 0}
        else:
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

    choices = {"line_search_fn": (None, "strong_wolfe")}
    rule = rule

    def __init__(
        self, params: Params, lr: HyperValue = 1, max_iter: HyperValue = 20,
        max_eval: HyperValue | None = None, tolerance_grad: HyperValue = 1e-07,
        tolerance_change: HyperValue = 1e-09, history_size: HyperValue = 100,
        line_search_fn: str | None = None,
    ) -> None:
        super().__init__(
            params, lr=lr, max_iter=max_iter, max_eval=max_eval, tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change, history_size=history_size,
            line_search_fn=line_search_fn,
        )

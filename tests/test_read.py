"""LaTeX read back: what is printed gives the declarations, and any change of it is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from latex_case import IDS, emitted, plain, text
from latex_mutant import mutants
from selection import RULES, tiered

from optwright.cli import main
from optwright.derive.language import (
    ALL,
    Abs,
    Eq,
    Rational,
    Source,
    State,
    Variable,
    count_nonfinite,
    exp,
    floor,
    g,
    hessian,
    hessian_diagonal,
    hvp,
    identity,
    inverse_root,
    log,
    lr,
    m,
    matmul,
    matrix,
    mean,
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
    v,
)
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.notation import Notation, letters
from optwright.derive.reading import ReadError, differences, read
from optwright.derive.rule import catalog
from optwright.templates.latex.layout import block


@pytest.mark.parametrize("id", IDS)
def test_files_give_the_declarations(id: str) -> None:
    found = read(emitted(id))
    for system in plain(catalog[id], members=True):
        assert any(not differences(system, other) for other in found), min(
            (differences(system, other) for other in found), key=len
        )


@pytest.mark.parametrize("id", tiered(IDS, RULES.__contains__))
def test_every_notation_gives_the_declarations(id: str) -> None:
    for system in plain(catalog[id]):
        seen = []
        for notation in Notation.all():
            named = letters(system, notation)
            if named in seen:  # what is printed depends on the letters alone
                continue
            seen.append(named)
            made = block(system, notation)
            [found] = read(text(system, made))
            assert differences(system, found) == [], notation


def few(changes: list[tuple[str, list[str]]], count: int) -> list[tuple[str, list[str]]]:
    """About so many of the changes, evenly."""
    return changes[:: max(1, len(changes) // count)]


@pytest.mark.parametrize("id", tiered(IDS, RULES.__contains__))
def test_changed_formulas_are_noticed(id: str) -> None:
    for system in plain(catalog[id]):
        made = block(system)
        for what, rows in few(list(mutants(list(made.rows))), 7):
            try:
                [found] = read(text(system, made, rows))
            except ReadError:
                continue
            assert differences(system, found), what


p, y = Variable("p"), Variable("y")
H = State(Variable("H"), init=identity(theta[0]), extent=matrix("n", "n"))
SOURCE = Source("a test")


def rule(*step: Eq, **more: object) -> Optimizer:
    return Optimizer(name="Rule", source=SOURCE, step=step, **{"hyper": (lr(1),), **more})  # type: ignore[arg-type]


OPERATIONS = {
    "hvp": rule(Eq(theta[t], theta[t - 1] - lr * hvp(theta[t - 1], g[t]))),
    "hessian_diagonal": rule(Eq(theta[t], theta[t - 1] - lr * hessian_diagonal(theta[t - 1]))),
    "noise": rule(Eq(theta[t], theta[t - 1] - lr * noise(1) * noise(2))),
    "round_to": rule(Eq(theta[t], round_to(theta[t - 1] - lr * g[t], "bfloat16"))),
    "count_nonfinite": rule(
        Eq(v[t], count_nonfinite(g[t], "all")), Eq(theta[t], theta[t - 1] - lr * v[t] * g[t])
    ),
    "total": rule(Eq(theta[t], theta[t - 1] - lr * total(g[t] ** 3, "all") * g[t])),
    "norm of an axis": rule(Eq(theta[t], theta[t - 1] - lr * norm(g[t], -1) * mean(g[t], "all"))),
    "functions": rule(
        Eq(theta[t], theta[t - 1] - lr * exp(-Abs(g[t])) * log(1 + g[t] ** 2) ** 2 * floor(g[t]))
    ),
    "roots": rule(Eq(theta[t], theta[t - 1] - lr * g[t] ** Rational(1, 3) / (1 + sqrt(g[t])) ** 2)),
    "power of a power": rule(Eq(theta[t], theta[t - 1] - lr * (lr**t) ** 2 * g[t] ** (2 * t))),
    "a number and a sum": rule(
        Eq(theta[t], theta[t - 1] - g[t] / (2 * (lr + 1)) - lr / (3 - 3 * g[t]) ** 2)
    ),
    "half of a quotient": rule(
        Eq(theta[t], theta[t - 1] - lr * g[t] / 2 / (1 + Abs(g[t])) / sqrt(1 + lr / 2))
    ),
    "quotients": rule(Eq(theta[t], theta[t - 1] - lr / (3 * g[t] * (1 + lr)) + 2 * g[t] / 3)),
    "matrices": rule(
        Eq(p[t], matmul(g[t], transpose(g[t]))),
        Eq(theta[t], theta[t - 1] - lr * matmul(inverse_root(p[t], 4), g[t] * g[t])),
        shape="matrix",
    ),
    "products of matrices": rule(
        Eq(
            theta[t],
            theta[t - 1] - matmul(2 * g[t], transpose(g[t]), lr * g[t] + theta[t - 1]) * g[t],
        ),
        shape="matrix",
    ),
    "vectors": rule(
        Eq(y[t], solve(hessian(theta[t - 1]) + identity(g[t]), g[t])),
        Eq(H.variable[t], H.variable[t - 1] + outer(y[t], g[t])),
        Eq(theta[t], theta[t - 1] - lr * matmul(H.variable[t], y[t]) * g[t]),
        scope="all",
        state=(H,),
    ),
    "scalar state": rule(
        Eq(v[t], v[t - 1] + norm(g[t], "all") ** 2),
        Eq(theta[t], theta[t - 1] - lr * g[t] / sqrt(v[t])),
        state=(State(v, extent=ALL),),
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_beyond_the_catalogue(name: str) -> None:
    system = OPERATIONS[name]
    [found] = read(text(system, block(system)))
    assert differences(system, found) == []


# --- hand-written ---------------------------------------------------------------------------------

ADAM = {
    "aligned rows": r"""
        \begin{align}
          g_t &= \nabla_\theta f_t(\theta_{t-1}) \\ % Get gradients
          m_t &= \beta_1 \cdot m_{t-1} + (1-\beta_1) \cdot g_t \\
          v_t &\leftarrow \beta_2 v_{t-1} + (1-\beta_2) g_t^2 \\
          \hat{m}_t &= m_t / (1-\beta_1^t), \qquad \hat v_t = \frac{v_t}{1-\beta_2^t} \\
          \theta_t &= \theta_{t-1} - \alpha \, \hat{m}_t / \left(\sqrt{\hat{v}_t} + \epsilon\right)
        \end{align}""",
    "a display for each": r"""Adam \cite{kingma}: with $\eta$ the step size,
        \[ m_t := \beta_1 m_{t-1} + (1-\beta_1) g_t \]
        \[ v_t := \beta_2 v_{t-1} + \left(1-\beta_2\right) g_t \odot g_t \]
        $$ \hat{m}_t = \frac{m_t}{1-\beta_1^{t}} $$ $$ \hat{v}_t = \frac{v_t}{1-{\beta_2}^t} $$
        and then
        \[ \theta_t = \theta_{t-1} - \dfrac{\eta}{\sqrt{\hat{v}_t} + \varepsilon} \hat{m}_t. \]""",
    "shifted, defined below": r"""
        w_{t+1} = w_t - \eta \frac{\hat{m}_t}{\sqrt{\hat{v}_t}+\epsilon} \\
        \hat m_t = \frac{1}{1-\beta_1^t} m_t \\ \hat v_t = \frac{1}{1-\beta_2^t} \times v_t \\
        m_t = \beta_1 m_{t-1} + g_t - \beta_1 g_t \\
        v_t = \beta_2 v_{t-1} + (1-\beta_2) \cdot g_t^{2}""",
}


@pytest.mark.parametrize("form", ADAM)
def test_adam_in_several_hands(form: str) -> None:
    [found] = read(ADAM[form])
    assert isinstance(found, Optimizer)
    import sympy

    wanted = {e.lhs: e.rhs for e in catalog.system("Adam").equations}
    got = {e.lhs: e.rhs for e in found.equations}
    assert got.keys() == wanted.keys()
    for lhs, rhs in wanted.items():
        assert sympy.expand(got[lhs] - rhs) == 0, lhs
    assert {h.name for h in found.hyper} == {"lr", "beta1", "beta2", "eps"}
    assert {s.name for s in found.states} == {"m", "v"}


HAND = {
    # An unindexed letter is its newest value: MOM-a and NAG-a as a lesson prints them.
    r"v \leftarrow \gamma v + \eta \nabla_\theta J(\theta) \\ \theta \leftarrow \theta - v": [
        "v[t] = gamma*v[t-1] + lr*grad(theta[t-1])",
        "theta[t] = theta[t-1] - v[t]",
    ],
    r"v_t = \gamma v_{t-1} + \eta \nabla_\theta J(\theta - \gamma v_{t-1})"
    r" \\ \theta = \theta - v_t": [
        "v[t] = gamma*v[t-1] + lr*grad(theta[t-1] - gamma*v[t-1])",
        "theta[t] = theta[t-1] - v[t]",
    ],
    # NAG-c: everything is one step ahead.
    r"v_{t+1} = \rho v_t - \alpha \nabla f(x_t + \rho v_t) \\ x_{t+1} = x_t + v_{t+1}": [
        "v[t] = rho*v[t-1] - lr*grad(theta[t-1] + rho*v[t-1])",
        "theta[t] = theta[t-1] + v[t]",
    ],
    # ADG, entry by entry, its sum defined below.
    r"\theta_{t+1,i} = \theta_{t,i} - \frac{\eta}{\sqrt{G_{t,ii}} + \epsilon} \cdot g_{t,i}"
    r" \\ G_{t,ii} = G_{t-1,ii} + g_{t,i}^2": [
        "g[t] = grad(theta[t-1])",
        "G[t] = G[t-1] + g[t]**2",
        "theta[t] = theta[t-1] - lr*g[t]/(sqrt(G[t]) + eps)",
    ],
    # Bold letters, a rate that varies.
    r"\boldsymbol{\theta}_{t+1} \gets \boldsymbol\theta_t"
    r" - \eta_t\,\nabla\mathcal{L}(\boldsymbol{\theta}_t)": [
        "theta[t] = theta[t-1] - lr*grad(theta[t-1])"
    ],
    r"x_t = x_{t-1} - \alpha (f(x_{t-1}) - f^*) \nabla_{x} f(x_{t-1}; \xi_t)": [
        "theta[t] = theta[t-1] - lr*(value(theta[t-1]) - f_star)*grad(theta[t-1])"
    ],
    r"w := w - \alpha \nabla J": ["theta[t] = theta[t-1] - lr*grad(theta[t-1])"],
    r"\theta_t = \theta_{t-1} - \frac12 \eta g_t": [
        "g[t] = grad(theta[t-1])",
        "theta[t] = theta[t-1] - lr*g[t]/2",
    ],
    r"E[g^2]_t = \rho E[g^2]_{t-1} + (1-\rho) g_t^2"
    r" \\ \theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{E[g^2]_t + \epsilon}} g_t": [
        "g[t] = grad(theta[t-1])",
        "Eg2[t] = rho*Eg2[t-1] + (1 - rho)*g[t]**2",
        "theta[t] = theta[t-1] - lr*g[t]/sqrt(Eg2[t] + eps)",
    ],
    r"\theta_t = \theta_{t-1} - \left[\nabla^2 J(\theta_{t-1})\right]^{-1} g_t": [
        "g[t] = grad(theta[t-1])",
        "theta[t] = theta[t-1] - solve(hessian(theta[t-1]), g[t])",
    ],
    r"u_t = \max(\beta_2 u_{t-1}, |g_t|) \\ \theta_t = \theta_{t-1} - \eta \, g_t / u_t": [
        "g[t] = grad(theta[t-1])",
        "u[t] = max(abs(g[t]), beta2*u[t-1])",
        "theta[t] = theta[t-1] - lr*g[t]/u[t]",
    ],
    r"m_t = \begin{cases} g_t, & t = 1, \\ \beta m_{t-1} + g_t, & \text{otherwise.} \end{cases}"
    r" \\ \theta_t = \theta_{t-1} - \eta m_t": [
        "g[t] = grad(theta[t-1])",
        "m[t] = {g[t] if t == 1, else beta*m[t-1] + g[t]}",
        "theta[t] = theta[t-1] - lr*m[t]",
    ],
}


@pytest.mark.parametrize("latex", HAND)
def test_hand_written_rules(latex: str) -> None:
    from optwright.derive.language.text import show_step

    [found] = read(latex)
    assert show_step(found) == HAND[latex]


def test_defaults_and_starts_are_found() -> None:
    [found] = read(
        r"\eta = 0.01, \; \mu = 9/10 \\ v_0 = 0 \\ v_t = \mu v_{t-1} + g_t \\"
        r"\theta_t = \theta_{t-1} - \eta v_t"
    )
    assert isinstance(found, Optimizer)
    assert [(h.name, h.default) for h in found.hyper] == [
        ("lr", Rational(1, 100)),
        ("momentum", Rational(9, 10)),
    ]
    assert differences(found, catalog.system("MomentumSum")) == []


def test_a_read_rule_is_usable_everywhere() -> None:
    from optwright.templates.folder import flat

    [found] = read(ADAM["aligned rows"], "Mine")
    [(path, module)] = flat([found], "numpy", lambda _: (), "test").items()
    assert str(path) == "mine.py" and "class Mine(Optimizer)" in module
    assert m.name in module


# --- bad input ------------------------------------------------------------------------------------

BAD = {
    "": "there are no equations",
    "hello world": "there are no equations",
    r"\documentclass{article} \begin{document} \section{a} no = maths \end{document}": (
        "there are no equations"
    ),
    "\\[\n  \\theta_t = \\theta_{t-1} \\\\\n  - \\foo g_t\n\\]": (
        r"line 3, column 5: cannot read '\\foo' here"
    ),
    r"\theta_t = \theta_{t-1} - \eta ( g_t": "line 1, column 37: the formula ends too early",
    r"\theta_t = \theta_{t-1} - \frac{g_t}": "line 1, column 37: the formula ends too early",
    "% a comment\n\\theta_t = \\theta_{t-1} - \\eta m_t": (
        "line 2, column 1: m[t] is read, but no row assigns it"
    ),
    r"m_t = g_t": "no row assigns the parameters",
    r"\theta_t = \theta_{t-1} - \operatorname{softplus}(g_t)": (
        "column 27: the function 'softplus' is not known"
    ),
    r"\beta_1 = 3 \\ \theta_t = \theta_{t-1} - \beta_1 g_t": (
        "line 1, column 1: beta1 = 3 is outside [0, 1)"
    ),
    r"\theta_t = \theta_{t-1} - |g_t": "the formula ends too early",
    r"\theta_t = \theta_{t-1} - \nabla^3 J(\theta_{t-1})": "a derivative of order 3",
    r"\theta_t + 1 = \theta_{t-1}": "cannot be assigned",
    r"\theta_t = \theta_{t-1} - f(\theta_{t-1}) \nabla J(\theta_{t-1})": (
        "column 27: f is not the loss here, J is"
    ),
    "% system optimizer scope=tensor shape=any\n% symbol x\n\\[ \\theta_t \\gets 1 \\]": (
        "the comments % symbol … are not as they were written"
    ),
}


@pytest.mark.parametrize("latex", BAD)
def test_bad_latex_is_told_in_one_line(latex: str) -> None:
    with pytest.raises(ReadError) as error:
        read(latex)
    assert BAD[latex] in str(error.value)
    assert "\n" not in str(error.value)


def test_the_command_prints_equations(tmp_path: Path) -> None:
    file = tmp_path / "adam.tex"
    file.write_text(emitted("Adam"))
    result = CliRunner().invoke(main, ["read", str(file)])
    assert result.exit_code == 0
    assert "v[t] = beta2*v[t-1] + (1 - beta2)*g[t]**2" in result.output
    result = CliRunner().invoke(main, ["read", str(file), "--json"])
    [data] = json.loads(result.output)
    assert data["hyperparameters"][0]["default"] == "0.001"


def test_the_command_tells_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    for name, content, words in (
        ("a.tex", b"hello", "there are no equations"),
        ("b.tex", b"\xff\xfe", "is no text in UTF-8"),
        ("c.tex", b"\\theta_t = \\theta_{t-1} -", "line 1, column 26"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        result = CliRunner().invoke(main, ["read", str(file)])
        assert result.exit_code == 2
        assert result.output.startswith("Error: ") and result.output.count("\n") == 1
        assert words in result.output


LISTING = r"""
\begin{algorithm}
\caption{Adam, as its paper lists it}
\begin{algorithmic}[1]
\Require $\alpha$: step size; $\beta_1, \beta_2 \in [0, 1)$: decay rates
\State $m_0 \gets 0$ (first moment)
\State $v_0 \gets 0$
\State $t \gets 0$
\While{$\theta_t$ not converged}
\State $t \gets t + 1$
\State $g_t \gets \nabla_\theta f_t(\theta_{t-1})$
\State $m_t \gets \beta_1 \cdot m_{t-1} + (1 - \beta_1) \cdot g_t$
\State $v_t \gets \beta_2 \cdot v_{t-1} + (1-\beta_2) \cdot g_t^2$
\State $\hat{m}_t \gets m_t/(1-\beta_1^t)$
\State $\hat{v}_t \gets v_t/(1-\beta_2^t)$
\State $\theta_t \gets \theta_{t-1} - \alpha \cdot \hat{m}_t / (\sqrt{\hat{v}_t} + \epsilon)$
\EndWhile
\end{algorithmic}
\end{algorithm}
"""

LOOP = r"""
\begin{algorithmic}
\STATE {\bfseries Input:} $\rho = 0.9$, initial point $x_0$, step size $\eta > 0$
\FOR{$t = 1, 2, \dots, T$}
\STATE $g_t = \nabla f(x_{t-1})$
\STATE $v_t = \rho v_{t-1} + (1 - \rho) g_t \odot g_t$
\STATE $x_t = x_{t-1} - \frac{\eta}{\sqrt{v_t} + \varepsilon} \odot g_t$
\ENDFOR
\end{algorithmic}
"""


@pytest.mark.parametrize(("text", "name"), [(LISTING, "Adam"), (LOOP, "RMSProp")])
def test_listings_of_algorithms_are_read(text: str, name: str) -> None:
    """Lines about the clock say what every declaration has."""
    from optwright.derive import compare

    [found] = read(text)
    assert compare(found, catalog.system(name)).status == "equal"


def test_a_listing_with_a_mistake_is_told_where_it_stands() -> None:
    with pytest.raises(ReadError, match="line 12") as caught:
        read(LISTING.replace(r"m_{t-1} + (1", r"m_{t-1} + (1 + (1"))
    assert "\n" not in str(caught.value)


# --- what differs, and what only looks so --------------------------------------------------------


def step(u: object) -> Optimizer:
    return rule(Eq(theta[t], theta[t - 1] - u), hyper=(lr(1),))  # type: ignore[operator]


x = g[t]


@pytest.mark.parametrize(
    "first, second",
    [
        (x / 2 / (lr + 1), x / (2 * lr + 2)),
        (x / (2 - 2 * lr), -x / (2 * lr - 2)),
        ((x - lr) ** 2, (lr - x) ** 2),
        (x * sqrt(4 * lr + 2), x * sqrt(2) * sqrt(2 * lr + 1)),
        (exp(x * (2 * lr + 2)), exp(2 * x * (lr + 1))),
    ],
)
def test_a_number_that_sympy_multiplies_in_is_no_difference(first: object, second: object) -> None:
    assert first != second
    assert differences(step(first), step(second)) == []


@pytest.mark.parametrize(
    "first, second",
    [
        (x / (2 * lr + 2), x / (2 * lr + 1)),
        (x / (2 * lr + 2), x / (lr + 1)),
        ((x - lr) ** 3, (lr - x) ** 3),
        (x * sqrt(lr - 1), x * sqrt(1 - lr)),
        (x * (2 * lr + 2) ** 2, x * 2 * (lr + 1) ** 2),
    ],
)
def test_other_numbers_differ(first: object, second: object) -> None:
    assert differences(step(first), step(second))


# --- sizes ---------------------------------------------------------------------------------------

START = r"\theta_t = \theta_{t-1} - \eta "


@pytest.mark.parametrize(
    "text, reason",
    [
        (START + "10^{999999999}", "an exponent beyond 10,000"),
        (START + "g_t^{-999999999}", "an exponent beyond 10,000"),
        (START + "10^{10^{10^{10}}}", "an exponent beyond 10,000"),
        (START + r"\exp(10^{20})", "an exponent beyond 10,000"),
        (START + "((10^{900})^{900})", "a power of more than 1,000 digits"),
        (START + r"\sqrt[999999999]{3}", "an exponent beyond 10,000"),
        (START + "9" * 2000, "a number of 2,000 digits; 1,000 are read"),
        (START + "+".join(["g_t"] * 240_000), "a formula beyond 10,000 characters"),
        (START + "+ g_t\\\\\n" * 100_000, "a formula beyond 10,000 characters"),
        (START + "+".join(["g_t"] * 500_000), "a text of 2,000,0.. characters; 1,000,000 are read"),
        ("a_t = g_t\\\\\n" * 2000, "more than 1,000 formulas in one system"),
        (START + "(" * 3000 + "g_t" + ")" * 3000, "nested too deeply"),
    ],
    ids=range(12),
)
def test_what_nobody_writes_is_refused_at_once(text: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as error:
        read(text)
    assert len(str(error.value)) < 100 and "\n" not in str(error.value)


def test_an_environment_that_is_never_closed_takes_no_time() -> None:
    """Each opener looked for its end through the whole text."""
    [found] = read(START + "g_t" + r"\begin{align}" * 60_000)
    assert not differences(found, read(START + "g_t")[0])

"""In a notebook things show themselves as the LaTeX backend prints them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import sympy

from optwright.derive import catalog, compare, prove, statements
from optwright.derive.claim.verdict import Obligation, Verdict
from optwright.derive.display import parts
from optwright.derive.language import Variable, beta1, eps, g, lr, m, m_hat, sqrt, t, v_hat
from optwright.derive.language.declaration import Family, Route

LATEX = Path(__file__).resolve().parents[1] / "generated" / "latex"


def aligned(text: str) -> list[str]:
    """The rows of all blocks, without what sets them apart."""
    blocks = re.findall(r"\\begin\{aligned\}\n(.*?)\n\s*\\end\{aligned\}", text, flags=re.DOTALL)
    return [" ".join(row.strip(" &\\").split()) for block in blocks for row in block.split("\n")]


@pytest.mark.parametrize("name", ["Adam", "Muon", "LBFGS", "Cosine", "SAM"])
def test_equations_are_those_of_the_backend(name: str) -> None:
    file = LATEX / "paper" / f"{name.lower()}.tex"
    latex = catalog[name]._repr_latex_()
    assert latex is not None
    assert aligned(latex) == aligned(file.read_text(encoding="utf-8"))


def test_adam_is_set_as_in_its_paper() -> None:
    latex = catalog["Adam"]._repr_latex_()
    assert latex is not None and latex.startswith("$$") and latex.endswith("$$")
    assert r"\hat{m}_t \gets \frac{m_t}{1 - \beta_1^t}" in latex
    assert "operatorname" not in latex
    text = catalog["Adam"]._repr_markdown_()
    assert text.startswith("**Adam**: Kingma &amp; Ba 2015, Algorithm 1") and latex in text


def test_a_family_shows_its_flags_and_its_default() -> None:
    family = catalog["torch.SGD"]
    assert isinstance(family, Family)
    text = family._repr_markdown_()
    assert "`nesterov` is one of `False`, `True`" in text and "This is the default" in text
    assert aligned(text) == aligned(family.default._repr_markdown_())
    member = family(nesterov=True)
    assert "nesterov = True" in member._repr_markdown_()
    assert aligned(member._repr_markdown_()) != aligned(text)


def test_a_route_shows_every_branch() -> None:
    route = catalog["Muon"]
    assert isinstance(route, Route)
    text = route._repr_markdown_()
    assert text.count(r"\begin{aligned}") == len(route.branches) == 2
    assert "For tensors with 2 dimensions:" in text and "For every other tensor:" in text


def test_verdicts_show_what_was_shown() -> None:
    proved = prove(statements["M1"])._repr_markdown_()
    assert proved.startswith("M1: **proved** (5 obligations, for all losses, all t)")
    assert r"\eta \mu v_{t-1} + \eta g_t = \eta (\mu v_{t-1} + g_t)" in proved
    refuted = prove(statements["M2"])._repr_markdown_()
    assert "M2: **refuted** (at theta[0] = 1" in refuted and r"\quad\to\ " in refuted
    odd = Verdict("proved", tuple(Obligation(f"<x{k}>", "a < b", "0", "proved") for k in range(20)))
    assert "and 8 more" in odd._repr_markdown_()
    alone = Verdict("undecided", tried=("a < b * c",))
    assert "a &lt; b \\* c" in alone._repr_markdown_() and alone._repr_latex_() is None


def test_comparisons_show_their_maps() -> None:
    equal = compare("Momentum", "MomentumSum")
    assert equal._repr_markdown_().startswith("Momentum and MomentumSum: **equal**, equivalent")
    row = r"v_t \text{ of MomentumSum} = \eta v_t"
    assert row not in equal._repr_markdown_()
    row = r"v_t \text{ of Momentum} = \eta v_t \text{ of MomentumSum}"
    assert row in equal._repr_markdown_()
    assert "where lr constant" in equal._repr_markdown_()
    assert equal.map is not None and row in equal.map._repr_markdown_()
    part = compare("Momentum", "SignSGD")._repr_markdown_()
    assert "**different**" in part and "They part at" in part and r"\theta_0 = " in part


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="a dict has no form in print"):
        parts({})


def test_expressions_are_set_with_the_letters_of_the_field() -> None:
    step = lr * m_hat[t] / (sqrt(v_hat[t]) + eps)
    assert sympy.latex(step) == r"\frac{\eta \hat{m}_{t}}{\epsilon + \sqrt{\hat{v}_{t}}}"
    assert sympy.latex(beta1 * m[t - 1] + (1 - beta1) * g[t] ** 2).startswith(r"\beta_1 m_{t - 1}")
    raw = Variable("g_raw")[t] ** 2
    assert sympy.latex(raw) == r"{g^{\mathrm{raw}}}_{t}^{2}"


def test_nothing_that_prints_is_loaded_before_it_is_needed() -> None:
    code = "import optwright.derive.language, sys; print('optwright.templates' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"

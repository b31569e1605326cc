"""LaTeX of the catalogue: its look, formula sheets, notations, and PDF where TeX is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from latex_case import IDS, emitted, plain
from sympy import Add

from optwright.cli import main
from optwright.derive.language import Eq, Parameter, Source, State, Variable, g, lr, t, theta
from optwright.derive.language.declaration import DeclarationError, Optimizer
from optwright.derive.language.notation import LETTERS, LatexName, Notation, NotationError, letters
from optwright.derive.language.text import Infix, order_of
from optwright.derive.rule import catalog
from optwright.templates.backend import path
from optwright.templates.latex import backend
from optwright.templates.latex.escape import escape
from optwright.templates.latex.layout import WIDTH, block, printer, width
from optwright.templates.latex.printer import Refused, number
from optwright.templates.latex.sheet import SheetError, pdf, sheet

ADAM = r"""
  & \textbf{Input } \eta = 0.001, \; \beta_1 = 0.9, \; \beta_2 = 0.999, \; \epsilon = 10^{-8} \\
  & \textbf{Start } m_0 \gets 0, \; v_0 \gets 0 \\
  & \textbf{for } t = 1, 2, \dots \\
  & \quad g_t \gets \nabla J(\theta_{t-1}) \\
  & \quad m_t \gets \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
  & \quad v_t \gets \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
  & \quad \hat{m}_t \gets \frac{m_t}{1 - \beta_1^t} \\
  & \quad \hat{v}_t \gets \frac{v_t}{1 - \beta_2^t} \\
  & \quad \theta_t \gets \theta_{t-1} - \eta \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon} \\
  & \textbf{return } \theta_t
"""


def rows(id: str) -> list[str]:
    return [row for system in plain(catalog[id]) for row in block(system).rows]


def test_adam_reads_like_its_paper() -> None:
    assert ADAM in emitted("Adam")


@pytest.mark.parametrize(
    ("id", "row"),
    [
        ("Nesterov", r"\quad g_t \gets \nabla J(\theta_{t-1} - \mu v_{t-1})"),
        ("Newton", r"\theta_{t-1} - [\nabla^2 J(\theta_{t-1})]^{-1} g_t"),
        ("BFGS", r"V_t^\top H^{\circ}_t V_t + \rho_t s_t s_t^\top"),
        ("LBFGS", r"\alpha_j \gets \frac{S_j^\top q_{j-1}}{S_j^\top Y_j}"),
        ("LBFGS", r"\textbf{push } s_t \text{ to } S, y_t \text{ to } Y \text{ if } \kappa_t > 0"),
        ("Muon", r"A_k \gets X_{k-1} X_{k-1}^\top"),
        ("ClippedSGD", r"\lVert g^{\mathrm{raw}}_t \rVert_{\text{all}}"),
        ("Prodigy", r"\lVert s_t \rVert_{1,\text{all}}"),
        ("AdamEpsHat", r"\eta_t \gets \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}"),
        ("ScheduleFreeSGD", r"\textbf{view } \text{eval: } x_t"),
        ("Exponential", r"\textbf{return } \eta \gamma^{t - 1}"),
    ],
)
def test_rules_read_like_their_papers(id: str, row: str) -> None:
    shown = "\n".join(rows(id))
    assert row in shown


@pytest.mark.parametrize("id", IDS)
def test_rows_fit_and_braces_match(id: str) -> None:
    made = emitted(id)
    for system in plain(catalog[id], members=True):
        for row in block(system).rows:
            assert width(row) <= WIDTH + 18, row  # a single case cannot be broken
    assert made.count("{") == made.count("}")
    assert made.count(r"\left") - made.count(r"\leftarrow") == made.count(r"\right")
    assert "Do not edit." in made


def test_every_block_is_emitted_quickly() -> None:
    systems = [s for declaration in catalog.values() for s in plain(declaration)]
    start = time.process_time()
    for system in systems:
        block(system)
    assert time.process_time() - start < 5


def test_files_are_the_same_every_time() -> None:
    again = backend().module(catalog["LAMB"], lambda _: (), "gen kernels --backend latex")
    assert again == emitted("LAMB")


@pytest.mark.parametrize("id", IDS)
def test_sums_list_their_terms_as_the_text_does(id: str) -> None:
    for system in plain(catalog[id]):
        latex, shown = printer(system), Infix(order_of(system))
        named = {**latex.letters.sequences, **latex.letters.parameters}
        for equation in getattr(system, "equations", ()):
            if not isinstance(equation.rhs, Add):
                continue
            depth, terms, sign = 0, [""], ["+"]
            for token in re.findall(r"[()\[\]{}]| [+-] |[^()\[\]{} ]+| ", shown.show(equation.rhs)):
                depth += (token in "([{") - (token in ")]}")
                if depth == 0 and token in (" + ", " - "):
                    terms, sign = [*terms, ""], [*sign, token.strip()]
                else:
                    terms[-1] += token
            if terms[0].startswith("-"):
                sign[0] = "-"
            printed = latex.terms(equation.rhs)
            assert [("+" + x.lstrip())[:2][-1] if x[0] in "+-" else "+" for x in printed] == sign
            for given, term in zip(terms, printed, strict=True):
                words = re.sub(r"identity\(.*?\)", "", given)
                for name in set(re.findall(r"[A-Za-z_]\w*", words)) & named.keys():
                    assert named[name].base in term, (words, term)


def test_proved_relations_stand_in_the_file() -> None:
    made = backend().module(catalog["Adam"], lambda _: ("A = B_1 under 5% & v >= 0",), "x")
    assert r"\item A = B\_1 under 5\% \& v \textgreater{}= 0" in made


# --- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", Notation.all()[::7], ids=str)
def test_letters_never_clash(notation: Notation) -> None:
    for declaration in catalog.values():
        for system in plain(declaration):
            named = letters(system, notation)
            assert len({*map(str, named.sequences.values())}) == len(named.sequences)
            assert len({*map(str, named.parameters.values())}) == len(named.parameters)


def test_a_notation_changes_the_letters() -> None:
    made = "\n".join(block(catalog.system("Momentum"), Notation.parse("x, alpha, rho")).rows)
    assert r"v_t \gets \rho v_{t-1} + \alpha g_t" in made
    assert r"g_t \gets \nabla f(x_{t-1})" in made
    assert len(Notation.all()) == 36


@pytest.mark.parametrize("words", ["psi", "x,w", "", "eta,,"])
def test_an_unknown_notation_is_refused(words: str) -> None:
    with pytest.raises(NotationError, match="parameters: theta, x, w"):
        Notation.parse(words)


def test_the_tables_letters_are_letters() -> None:
    for choices in LETTERS.values():
        assert all(LatexName.parse(latex) for latex in choices)


@pytest.mark.parametrize("latex", [r"\foo", "$x$", r"a\\b", r"\beta_", r"s^\top y", "x^2", ""])
def test_latex_that_is_no_symbol_is_refused(latex: str) -> None:
    rate = Parameter("rate", "[0, inf)", "lr", latex)
    system = Optimizer(
        name="Rule",
        source=Source("a test"),
        hyper=(rate(1),),
        step=(Eq(theta[t], theta[t - 1] - rate * g[t]),),
    )
    with pytest.raises(DeclarationError, match=r"rate: its LaTeX .* is no single symbol"):
        block(system)


def test_names_without_a_letter_print_as_words() -> None:
    long = Variable("some_long_name")
    system = Optimizer(
        name="Rule",
        source=Source("a test"),
        hyper=(lr(1),),
        state=(State(long),),
        step=(Eq(long[t], long[t - 1] + g[t]), Eq(theta[t], theta[t - 1] - lr * long[t])),
    )
    assert r"\mathit{some~long~name}_t" in "\n".join(block(system).rows)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("1/10", "0.1"),
        ("1/2", r"\frac{1}{2}"),
        ("1/3", r"\frac{1}{3}"),
        ("-1/100000", r"-10^{-5}"),
        ("3/10000", r"3 \cdot 10^{-4}"),
        ("34445/10000", "3.4445"),
        ("1/8388608", "2^{-23}"),
        ("12", "12"),
    ],
)
def test_numbers(given: str, shown: str) -> None:
    from sympy import Rational

    assert number(Rational(given)) == shown


def test_text_is_escaped_or_refused() -> None:
    assert escape("a_b & 50% of φ ≤ 1…") == r"a\_b \& 50\% of $\varphi$ $\le$ 1\ldots{}"
    assert escape("Méthode générale") == "Méthode générale"
    with pytest.raises(Refused, match="lack '漢'"):
        escape("漢字")


# --- sheets and commands --------------------------------------------------------------------------


def test_a_sheet_has_rules_families_and_symbols() -> None:
    made = sheet([catalog["Adam"], catalog["Lion"], catalog["torch.SGD"]])
    for words in (
        r"\section*{Adam}",
        r"\section*{Sign}",
        r"\textbf{torch.SGD}",
        "Choices, the default first: nesterov: False, True",
        r"$\lambda$ & \texttt{weight\_decay}",
        r"\section*{Symbols}",
    ):
        assert words in made
    packages = set(re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", made))
    assert packages == {"fontenc", "inputenc", "lmodern", "geometry", "amsmath", "longtable"}


def test_the_command_prints_a_sheet() -> None:
    result = CliRunner().invoke(main, ["sheet", "adam", "lion", "--notation", "w,lr"])
    assert result.exit_code == 0
    assert r"w_t \gets w_{t-1} - \mathrm{lr} \frac" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Adam", "--notation", "psi"], "there are parameters: theta, x, w"),
        (["Adamm"], "did you mean"),
        (["Adam", "--out", "no/such/folder/a.tex"], "cannot write no/such/folder/a.tex"),
    ],
)
def test_bad_sheets_are_told_in_one_line(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(main, ["sheet", *arguments])
    assert result.exit_code == 2
    assert words in result.output and result.output.count("\n") == 1


def test_without_tex_the_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    out = tmp_path / "a.pdf"
    result = CliRunner().invoke(main, ["sheet", "Adam", "--out", str(out)])
    assert result.exit_code == 2
    assert "texlive-latex-base texlive-latex-recommended lmodern" in result.output
    assert result.output.count("\n") == 1
    assert not out.exists()


def test_an_engine_that_fails_tells_its_error_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "pdflatex"
    program.write_text(
        "#!/bin/sh\nprintf '%s\\n' 'This is TeX' '! Undefined control sequence.' "
        "'l.12 \\foo' 'a long log'\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(SheetError) as error:
        pdf("")
    assert str(error.value) == r"pdflatex failed: Undefined control sequence. l.12 \foo"


TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")


@TEX
def test_the_whole_catalogue_makes_a_pdf(tmp_path: Path) -> None:
    made = pdf(sheet(list(catalog.values()), Notation.parse("w,alpha,gamma")))
    assert made.startswith(b"%PDF") and len(made) > 100_000


@TEX
@pytest.mark.parametrize("notation", ["", "w,alpha,gamma"])
def test_no_row_is_wider_than_its_column(tmp_path: Path, notation: str) -> None:
    """TeX names the boxes that stick out; none does."""
    text = sheet(list(catalog.values()), Notation.parse(notation) if notation else None)
    (tmp_path / "all.tex").write_text(text)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "all.tex"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120).stdout
    assert b"Transcript written" in told
    assert b"Overfull" not in told, told[told.index(b"Overfull") :][:200]


@TEX
def test_every_file_goes_into_a_document() -> None:
    body = "\n".join(emitted(id) for id in IDS)
    made = pdf(
        "\\documentclass{article}\\usepackage{amsmath}\\usepackage[T1]{fontenc}\n"
        f"\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
    assert made.startswith(b"%PDF")


@TEX
def test_tex_errors_are_told_as_a_line() -> None:
    with pytest.raises(SheetError, match=r"failed: Undefined control sequence. l.1 .*"):
        pdf(r"\documentclass{article}\begin{document}\foo\end{document}")


def test_files_of_the_package_end_in_tex() -> None:
    assert str(path(catalog["optax.adam"], ".tex")) == "optax/adam_.tex"

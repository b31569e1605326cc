"""The catalogue as a mapping, calls as text, and users' own files."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from sympy import Rational

from optwright.derive.language.call import parse, specialise
from optwright.derive.language.declaration import (
    Declaration,
    DeclarationError,
    Excluded,
    Family,
    Optimizer,
    Route,
    Schedule,
    Where,
)
from optwright.derive.language.registry import Registry
from optwright.derive.rule import UnknownName, catalog, load, modules

OWN = """
from optwright.derive.rule import catalog
from optwright.derive.language import *

adam = catalog["Adam"]
_hidden = adam.replace(name="Hidden")
half = adam.replace(name="HalfAdam")
same = half
"""


def plain(text: str) -> Optimizer:
    found = catalog[text]
    assert isinstance(found, Optimizer)
    return found


def test_order_is_that_of_the_modules() -> None:
    assert list(catalog) == [d.id for module in modules for d in module.declarations]
    assert len(catalog) == len(set(catalog))
    for name, declaration in catalog.items():
        assert declaration.id == name
        assert catalog[name] is declaration


def test_names_are_case_sensitive_and_errors_suggest() -> None:
    for wrong, right in [
        ("adam", "Adam"),
        ("AdaGrad", "Adagrad"),
        ("RMSprop", "RMSProp"),
        ("Adadelata", "Adadelta"),
        ("BGFS", "BFGS"),
        ("MOM_b", "texts.MOM_b"),
    ]:
        with pytest.raises(
            UnknownName, match=f"{wrong}: is not declared, did you mean .*{right}"
        ) as caught:
            catalog[wrong]
        assert "\n" not in str(caught.value)
        assert isinstance(caught.value, KeyError) and isinstance(caught.value, DeclarationError)
        assert wrong not in catalog
        assert catalog.get(wrong) is None
    with pytest.raises(UnknownName, match="gen list"):
        catalog["Qqqqq"]


def test_read_only() -> None:
    with pytest.raises(TypeError):
        catalog["Adam"] = catalog["SGD"]  # type: ignore[index]


def test_numbers_in_calls_are_exact() -> None:
    assert parse("A(x=0.1, y=-1e-3, z=1/3, k=7, w=1_0.5)").arguments == {
        "x": Rational(1, 10),
        "y": Rational(-1, 1000),
        "z": Rational(1, 3),
        "k": 7,
        "w": Rational(21, 2),
    }
    assert parse("A(x=0.1000000000000000000001)").arguments["x"] != Rational(1, 10)
    assert parse("a.B(flag=True, none=None, word='x')").arguments == {
        "flag": True,
        "none": None,
        "word": "x",
    }


def test_numbers_fix_hyperparameters() -> None:
    fixed = plain("Adam(beta1=0, lr=0.01)")
    assert fixed.step == plain("Adam").with_hyper(beta1=0, lr=Rational(1, 100)).step
    assert [h.name for h in fixed.hyper] == ["beta2", "eps"]
    assert plain("Adam()") is catalog["Adam"]
    cosine = catalog["Cosine(steps=10, lr=0.1)"]
    assert isinstance(cosine, Schedule)
    assert [h.name for h in cosine.hyper] == ["final"]
    assert {s.name for s in cosine.output.free_symbols} == {"t", "final"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Adam(beta=0)", "beta: is no argument, did you mean beta"),
        ("Adam(beta1=1)", r"beta1: 1 is outside \[0, 1\)"),
        ("Cosine(steps=2.5)", "steps: 5/2 is outside integer"),
        ("Adam(0.1)", "give every argument by name"),
        ("Adam(**x)", r"\*\* is not read"),
        ("Adam(lr=x)", "lr: x is no literal"),
        ("Adam(lr=__import__('os'))", "is no literal"),
        ("Adam(lr=1/0)", "lr: 1/0 is no literal"),
        ("Adam(lr=1j)", "lr: 1j is no literal"),
        ("Adam(lr=True)", "lr: True is no number"),
        ("Adam(lr='1')", "lr: '1' is no number"),
        ("Adam(lr=1, lr=2)", "keyword argument repeated: lr|lr is given twice"),
        ("Adam(", "is no call such as"),
        ("", "is no call such as"),
        ("1 + 2", "is no name such as"),
        ("Adam()()", "is no name such as"),
    ],
)
def test_bad_calls(text: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message) as caught:
        catalog[text]
    assert "\n" not in str(caught.value)


def sample_family() -> Family:
    def make(nesterov: bool, form: str) -> Optimizer:
        if nesterov and form == "ema":
            raise Excluded("Sample", "nesterov", "has no form ema")
        return plain("Nesterov" if nesterov else "Momentum" if form == "sum" else "MomentumEMA")

    return Family("Sample", "texts", {"nesterov": (False, True), "form": ("sum", "ema")}, make)


def test_flags_choose_the_member() -> None:
    family = sample_family()
    registry = Registry([family])
    assert registry["texts.Sample"] is family
    assert registry.system("texts.Sample").step == plain("Momentum").step
    chosen = registry.system("texts.Sample(nesterov=True, lr=0.5)")
    assert chosen.step == plain("Nesterov(lr=0.5)").step
    assert chosen.choices == {"nesterov": True, "form": "sum"}
    assert registry.system("texts.Sample(form='ema')").step == plain("MomentumEMA").step
    for text, message in [
        ("nesterov=1", "1 is not one of False, True"),
        ("form='x'", "'x' is not one of 'sum', 'ema'"),
        ("form='ema', nesterov=True", "has no form ema"),
        ("nestrov=True", "did you mean nesterov"),
        ("beta=0.5", "is no argument"),
    ]:
        with pytest.raises(DeclarationError, match=message):
            registry[f"texts.Sample({text})"]


def test_calls_of_routes() -> None:
    route = Route(
        "Sample",
        plain("Adam").source,
        ((Where(ndim_at_least=2), plain("Momentum")), (Where(), plain("MomentumEMA"))),
    )
    fixed = specialise(route, parse("Sample(lr=0.5, beta=0.2)").arguments)
    assert isinstance(fixed, Route)
    assert [h.name for h in fixed.hyper] == ["momentum"]
    assert fixed.branches[0][1].step == plain("Momentum(lr=0.5)").step
    with pytest.raises(DeclarationError, match="outside"):
        specialise(route, parse("Sample(lr=-1)").arguments)
    with pytest.raises(DeclarationError, match="routes tensors"):
        Registry([route]).system("Sample")
    with pytest.raises(DeclarationError, match="is a schedule"):
        catalog.system("Cosine")


def test_declarations_survive_pickling() -> None:
    for declaration in catalog.values():
        if isinstance(declaration, Optimizer):
            assert pickle.loads(pickle.dumps(declaration)) == declaration


def test_load_reads_public_declarations(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(OWN)
    own = load(path)
    assert list(own) == ["HalfAdam"]
    assert isinstance(own["HalfAdam(beta1=0)"], Optimizer)
    both = catalog.union(own)
    assert len(both) == len(catalog) + 1 and list(both)[-1] == "HalfAdam"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (", r"own\.py:1: syntax: "),
        ("import sys\n\nraise ValueError('two\\nlines')", r"own\.py:3: ValueError: two lines"),
        ("import sys\nsys.exit(3)", r"own\.py:2: SystemExit: 3"),
        ("import no_such_module_at_all", r"own\.py:1: ModuleNotFoundError"),
        ("x = 1", "binds no Optimizer"),
        (
            OWN + "other = adam.replace(name='HalfAdam', note='x')",
            "HalfAdam: is the name of both half and other",
        ),
        (
            OWN + "bad = adam.replace(\n    step=adam.step[:2])\n",
            r"own\.py:9: DeclarationError: Adam: ",
        ),
        (OWN + "def make():\n    return Nope\nbad = make()\n", r"own\.py:10: NameError"),
    ],
)
def test_load_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "own.py"
    path.write_text(text)
    with pytest.raises(DeclarationError, match=message) as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_load_of_no_file(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="does not exist"):
        load(tmp_path / "none.py")


def test_clash_with_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(OWN.replace("HalfAdam", "SGD"))
    own = load(path)
    with pytest.raises(DeclarationError, match="SGD: is the name of two declarations"):
        catalog.union(own)


def test_two_declarations_of_one_name() -> None:
    declarations: list[Declaration] = [plain("Adam"), plain("Adam").replace(note="x")]
    with pytest.raises(DeclarationError, match="is the name of two declarations"):
        Registry(declarations)

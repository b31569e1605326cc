"""A beginner's mistakes: each is answered on one line that says what to write instead."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Symbol

from optwright.derive import catalog, claim, compose, language
from optwright.derive.error import DeclarationError
from optwright.derive.language import Eq, Optimizer, Source, lr
from optwright.derive.language.registry import load


def rule(*step: Any, hyper: Any = None, **options: Any) -> Optimizer:
    hyper = [lr(0.1)] if hyper is None else hyper
    return Optimizer("Rule", Source("a test"), step, hyper, **options)


def moved(length: Any, **options: Any) -> Optimizer:
    """A rule that takes so long a step."""
    theta, t = language.theta, language.t
    return rule(Eq(theta[t], theta[t - 1] - length), **options)


KNOWN = {name: getattr(language, name) for name in language.__all__}
KNOWN |= {name: getattr(compose, name) for name in compose.__all__}
KNOWN |= {name: getattr(claim, name) for name in claim.__all__}
KNOWN |= {"rule": rule, "moved": moved, "adam": catalog["Adam"], "catalog": catalog}
KNOWN |= {"np": np, "math": math, "sympy": sympy, "Symbol": Symbol}
KNOWN |= {"move": "the step of gradient descent, replaced below"}

NAMES_WITHOUT_AN_INDEX = [
    ("rule(Eq(theta[t], theta - lr*v[t]))", "theta: is a sequence: write theta[t] or theta[t - 1]"),
    ("moved(lr*v)", "v: is a sequence: write v[t]"),
    ("moved(v*lr)", "v: is a sequence: write v[t]"),
    ("moved(-v)", "v: is a sequence: write v[t]"),
    ("moved(abs(v))", "v: is a sequence: write v[t]"),
    ("moved(sqrt(v))", "v: is a sequence: write v[t]"),
    ("moved(Max(v, 0))", "v: is a sequence: write v[t]"),
    ("moved(norm(v))", "v: is a sequence: write v[t]"),
    ("moved(cases((1, v > 0), 0))", "v: is a sequence: write v[t]"),
    ("moved(lr*State(v))", "v: is a sequence: write v[t]"),
    ("rule(Eq(v[t], momentum*v[t - 1] + g))", "g: is a sequence: write g[t]"),
    ("rule(Eq(theta, theta[t - 1] - lr*g[t]))", "theta: is a sequence: write theta[t]"),
    ("moved(grad(theta))", "theta: is a sequence: write theta[t]"),
    ("rule(Eq(theta(t), 0))", "theta: is a sequence: write theta[t]"),
    ("moved(lr*grad)", "grad: is an operation without its arguments: write g[t], or grad(theta[t"),
    ("moved(lr*value)", "value: is an operation without its arguments: write value(theta[t - 1])"),
    ("moved(lr*norm)", "norm: is an operation without its arguments: write norm(x)"),
    ("moved(lr[t]*g[t])", "lr[t]: is a hyperparameter, the same in every step: write lr without"),
    ("moved(lr(0.1)*g[t])", "lr: is called with a default, as hyper=… wants it: write lr here"),
    ("moved(lr*Symbol('m'), state=[m])", "m: is a sequence: write m[t] or m[t - 1]"),
    ("moved(lr*Variable('lr')[t])", "lr[t]: is a hyperparameter: write lr without an index"),
]

PYTHON_ON_SYMBOLS = [
    ("moved(g[t] if g[t] > 0 else 0)", "write cases((a, condition), b) for if"),
    ("moved(cases((1, g[t] > 0 and lr > 0), 0))", "And, Or, Not for and, or, not"),
    ("moved(cases((1, g[t] > 0 or lr > 0), 0))", "And, Or, Not for and, or, not"),
    ("moved(cases((1, not g[t] > 0), 0))", "And, Or, Not for and, or, not"),
    ("moved(cases((1, 0 < g[t] < 1), 0))", "And, Or, Not for and, or, not"),
    ("moved(max(g[t], 0))", "Max, Min for max, min"),
    ("moved(min(g[t] + 1, 0))", "Max, Min for max, min"),
    ("moved(lr*(g[t] > 0))", "is a condition, no number: write cases((1, condition), 0)"),
    ("moved(1 - (g[t] > 0))", "is a condition, no number: write cases((1, condition), 0)"),
    ("rule(Eq(theta[t], g[t] > 0))", "is a condition, no number: write cases((a, condition), b)"),
    ("moved(g[t]/np.sqrt(v[t]))", "np.sqrt takes arrays: write sqrt of the language"),
    ("moved(np.sign(g[t]))", "np.sign takes arrays: write sign of the language"),
    ("moved(np.maximum(g[t], 0))", "np.maximum takes arrays: write Max of the language"),
    ("moved(np.exp(lr))", "lr: np.exp takes arrays: write exp of the language"),
    ("moved(np.where(g[t] > 0, g[t], 0))", "write cases((a, condition), b) for if"),
    ("moved(np.ones(3)*g[t])", "is combined with an array of NumPy's: write a number"),
    ("moved(g[t]/math.sqrt(v[t]))", "write sqrt, exp, log, … of the language"),
    ("moved(g[t]/math.sqrt(v[t] + 1))", "write sqrt, exp, log, … of the language"),
    ("moved(g[t]**float(lr))", "write sqrt, exp, log, … of the language"),
    ("rule(theta[t] == theta[t - 1] - lr*g[t])", "== and SymPy's Eq decide at once; write Eq(m[t]"),
    ("rule(sympy.Eq(1, 1), move)", "== and SymPy's Eq decide at once; write Eq(m[t]"),
    ("moved(sympy.atan(g[t]))", "atan is no part of the language: the functions are sqrt, Abs"),
    ("moved(sympy.Piecewise((g[t], g[t] > 0), (0, True)))", "write cases((a, condition), b)"),
    ("moved(g[t]/0)", "zoo: ComplexInfinity is no part of the language: something is divided by"),
    ("moved(g[t]*sqrt(-1))", "values are real: is a root of a negative number taken?"),
    ("rule(Eq(theta[t], 'theta[t - 1] - lr*g[t]'))", "is a text: write the expression without"),
    ("rule(Eq(theta[t], None))", "None: is a NoneType: write a number, or an expression"),
    ("rule(Eq(theta[t], [1, 2]))", "[1, 2]: is a list: write a number, or an expression"),
    ("rule(Eq(theta[t], lambda: 0))", "is a function: write a number, or an expression"),
]

PARTS = [
    ("rule(move).replace(step=move)", "write step=(Eq(theta[t], …),)"),
    ("rule(move, hyper=(lr, momentum))", "lr: has no default: write lr(0.1), or lr(None) if it"),
    ("rule(move, hyper=lr(0.1))", "write hyper=(lr(1/10),)"),
    ("rule(move, hyper=lr)", "write hyper=(lr,)"),
    ("rule(move, hyper=('lr',))", "lr: is a str, no hyperparameter such as lr(0.1)"),
    ("rule(move, hyper={'lr': 0.1})", "hyper: {'lr': 0.1} is a dict: give a tuple or a list"),
    ("rule(move, hyper=[(lr, 0.1)])", "is a tuple, no hyperparameter such as lr(0.1)"),
    ("rule(move, state=m)", "state: is one part where several are wanted: write state=(m,)"),
    ("rule(move, state='m')", "state: 'm' is a str: give a tuple or a list"),
    ("rule(move, state=['m'])", "m: is a str, no state such as m or State(m, 0)"),
    ("rule(move, state=[m[t]])", "m[t]: is a Value, no state such as m or State(m, 0)"),
    ("State('m')", "State: 'm': is a str, no Variable: Variable('m') is one"),
    ("State(m[t])", "State: m[t]: is one value of it: write State(m)"),
    ("State(m, None)", "None: is a NoneType: write a number"),
    ("State(m, 'zero')", "'zero': is a text: write the expression without quotes"),
    ("State(m, 0, 'tensor')", "m: 'tensor': is no extent: write HOST, ALL, TENSOR"),
    ("tuple(m)", "m: is one sequence where several are wanted: write (m,)"),
    ("Variable(m)", 'is no name: write Variable("m")'),
    ("rule(move, theta[t] - lr*g[t])", "is an expression, no equation: write Eq(m[t], …)"),
    ("rule('theta = theta - lr*g')", "is a str: a step is made of Eq(m[t], …), Loop and Push"),
    ("rule(move, Push(g[t]))", "names no history: write Push({past: g[t]})"),
    ("rule(move, Push({g: g[t]}))", "names no history: write Push({past: g[t]})"),
    ("Loop(1, 1, 2, (), ())", '1: is no index: write k = Symbol("k", integer=True)'),
    ("Loop(Symbol('k', integer=True), 1, 2, Eq(m[0], 0), ())", "holds equations: write (Eq(a[0]"),
    ("rule(move, views=[theta[t]])", "views: [theta[t]] is a list: write views={name: …}"),
    ("rule(move, views={'eval': theta})", "theta: is a sequence: write theta[t]"),
    ("rule(move, repeat=3)", "repeat: 3 is none: write Repeat(5)"),
    ("rule(move).replace(source=None)", 'None says not where the rule is written down: write Sour'),
    ("rule(move).replace(source='')", "'' says not where the rule is written down: write Source("),
    ("rule(move).replace(name=3)", '3: is no name: write it as a text, such as "Rule"'),
    ("Parameter('beta', '0 to 1')", "range: '0 to 1': is not of the form '[0, 1)'"),
    ("Parameter('beta', (0, 1))", "range: (0, 1): is not of the form '[0, 1)'"),
    ("Parameter('beta', '[a, b]')", "range: '[a, b]': is not of the form '[0, 1)'"),
    ("Parameter('beta', '[0, 1)', 'momentum')", "role 'momentum' is not one of lr, decay"),
    ("lr('a tenth')", "'a tenth': is a text: write the expression without quotes"),
    ("lr([0.1])", "[0.1]: is a list: write a number"),
    ("rule(move, hyper=[lr(float('nan'))])", "lr: its default nan is outside [0, inf)"),
]  # fmt: skip

STEPS = [
    ("rule(Eq(lr, 1), move)", "lr: an equation assigns a sequence at t, such as m[t]"),
    ("rule(Eq(theta[t + 1], theta[t] - lr*g[t]))", "assigns a sequence at t, such as theta[t]"),
    ("rule(Eq(theta[t], theta[t + 1] - lr*g[t]))", "theta[t + 1]: is not known yet: a step finds"),
    ("rule(Eq(theta[t], theta[t - 2] - lr*g[t]))", "keep what else is needed as state, as in Eq("),
    ("moved(lr*theta[Symbol('t') - 1])", "has another t: import t from optwright.derive.language"),
    ("moved(lr*g[t]**Symbol('t'))", "t: is another t: import t from optwright.derive.language"),
    ("moved(Symbol('lr')*g[t])", "lr: is SymPy's Symbol: write the Parameter that hyper=… has"),
    (
        "moved(lr*momentum*g[t])",
        "momentum: is not among the hyperparameters: add it, as in hyper=(",
    ),
    ("rule(Eq(m[t], beta*m[t - 1]), move, hyper=[lr(1), beta(0)])", "add it, state=(m,)"),
    ("rule(Eq(theta[t], m[t]), Eq(m[t], g[t]))", "m[t]: is used before it is assigned"),
    ("rule(Eq(m[t], g[t]), Eq(m[t], 0), move)", "is assigned twice in one step: give the first an"),
    ("rule(Eq(Variable('lambda')[t], 0), move)", "lambda: is a word of Python or C"),
    ("rule(Eq(Variable('double')[t], 0), move)", "double: is a word of Python or C"),
    (
        "rule(Eq(Variable('np')[t], 0), move)",
        "np: has a fixed meaning in generated code; choose an",
    ),
    ("rule(Eq(Variable('sqrt')[t], 0), move)", "sqrt: has a fixed meaning in generated code"),
    ("rule(Eq(Variable('m hat')[t], 0), move)", "m hat: is no name: letters, digits and undersc"),
    (
        "moved(norm(g[t], 'layer'))",
        "scope 'layer' is not 'tensor', 'all' or a negative axis: write",
    ),
    (
        "moved(norm(g[t], axis=0))",
        "argument 'axis': write norm(x), norm(x, \"all\") or norm(x, -1)",
    ),
    ("moved(dot(g[t]))", "missing 1 required positional argument: 'y': write dot(x, y)"),
    ("moved(grad(theta[t - 1], 1))", "takes exactly 1 argument (2 given): write g[t], or grad("),
    ("moved(cases((g[t], g[t] > 0)))", "it ends with an expression without a condition: write cas"),
    ("moved(cases((g[t], 1), 0))", "1 is no condition, such as x > 0: write cases((a, condition)"),
    ("moved(round_to(g[t], 'bf16'))", "'bf16' is not one of bfloat16, float16, float32, float64"),
    ("moved(lr*g[t] @ g[t])", "declare shape='matrix' (two-dimensional tensors) or scope='all'"),
    ("rule(move, scope='layer')", "scope: 'layer' is not one of tensor, all"),
]

FAMILIES_AND_COMPOSITIONS = [
    ("Family('Rule', 'paper', {'f': True}, lambda f: adam)", "write (False, True), the default f"),
    ("Family('Rule', 'paper', {'f': (0, 1)}, adam)", "is no function of the flags: write def"),
    ("Family('Rule', 'paper', {'f': (0, 1)}, lambda: adam)", "write def make(f)"),
    ("Family('Rule', 'paper', {'f': (0, 1)}, lambda f: None)()", "it returns the Optimizer of its"),
    ("Route('R', 'a test', adam)", "branches: Adam is a Optimizer: give a tuple or a list"),
    ("Route('R', 'a test', [adam])", "such as (Where(ndim_at_least=2), rule)"),
    ("Schedule('S', 'a test', 'lr/t')", "'lr/t': is a text: write the expression without quotes"),
    ("Schedule('S', 'a test', lambda t: 1)", "is a function: write a number, or an expression"),
    ("chain(clip_by_global_norm(1))", "the last part is the rule, an Optimizer, Family or Route"),
    ("chain(clip_by_global_norm, adam)", "call it with its settings first, as in clip_by_glob"),
    ("chain('clip', adam)", "every part but the last is a transform, such as clip_by_value(1)"),
    ("chain()", "the last part is the rule, an Optimizer, Family or Route"),
    ("sam('Adam')", "Adam: is no Optimizer, Family or Route, such as catalog['Adam']"),
    ("sam(adam, rho='small')", "'small': is a text: write the expression without quotes"),
    ("scheduled(adam, lr=0.1)", "or fix a number: rule.with_hyper(lr=0.1)"),
    ("scheduled(adam, lr='Cosine')", "give one, such as catalog['Cosine']"),
    ("adam.with_hyper(beta1='half')", "'half': is a text: write the expression without quotes"),
]  # fmt: skip

CLAIMS = [
    ("Simulation('Adam', adam)", "left: 'Adam': is a name, no rule: write catalog.system('Adam')"),
    ("Simulation(adam, catalog['torch.SGD'])", "right: torch.SGD: is a family: write SGD.default"),
    ("Simulation(catalog['Muon'], adam)", "routes tensors to several systems: write one of its br"),
    ("Simulation(adam, None)", "is a NoneType: write an Optimizer, such as catalog.system('Adam')"),
    ("Declared('Adam', {'lr': 1})", "Declared, system: 'Adam': is a name, no rule: write"),
    ("Statement('S', 'w', Stable('Adam', []), 'proved')", "Stable, system: 'Adam': is a name, no"),
]

ALL = [
    *CLAIMS,
    *NAMES_WITHOUT_AN_INDEX,
    *PYTHON_ON_SYMBOLS,
    *PARTS,
    *STEPS,
    *FAMILIES_AND_COMPOSITIONS,
]


def run(text: str) -> None:
    known = {**KNOWN, "move": moved(language.lr * language.g[language.t]).step[1]}
    eval(text, known)  # the mistakes are our own


@pytest.mark.parametrize(("text", "answer"), ALL, ids=[text for text, _ in ALL])
def test_a_mistake_is_answered_with_what_to_write(text: str, answer: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        run(text)
    assert answer in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "moved(lr*abs(g[t]))",  # Python's abs is SymPy's Abs
        "moved(np.float64(0.1)*lr*g[t])",  # and a number of NumPy's a number
        "moved(lr*g[t]*np.float32(2))",
        "lr('1/10')",  # exactly as written
        "rule(move).replace(source='Polyak 1964')",
        "rule(move).replace(source=Source('Polyak 1964', 'eq. (9)'))",
    ],
)
def test_no_mistake(text: str) -> None:
    run(text)


def test_refusals_of_sympy_on_its_own_symbols_stay_as_they_are() -> None:
    x = Symbol("x", real=True)
    with pytest.raises(TypeError, match="cannot determine truth value of Relational: x > 0") as own:
        bool(x > 0)
    assert not isinstance(own.value, DeclarationError)
    with pytest.raises(TypeError, match="Cannot convert expression to float"):
        float(x + 1)
    with pytest.raises(TypeError, match="unsupported operand"):
        2 * (x > 0)
    assert bool(sympy.S.One > 0) and float(sympy.S.Half) == 0.5


FILE = "import numpy as np\nfrom optwright.derive.language import *\n"
RULE = "Optimizer('Rule', 'a test', [Eq(theta[t], theta[t - 1] - {})], [lr(0.1)])"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("rule = " + RULE.format("lr*g[t]/np.sqrt(g[t] + 1)"), r":3: TypeError: np.sqrt takes arr"),
        ("rule = " + RULE.format("lr*max(g[t], 0)"), r":3: NoExpression: .* Max, Min for max"),
        ("def make():\n    return " + RULE.format("lr*g"), r"write .* declarations = \("),
    ],
)
def test_a_mistake_in_a_file_has_its_line(tmp_path: Path, text: str, answer: str) -> None:
    path = tmp_path / "own.py"
    path.write_text(FILE + text)
    with pytest.raises(DeclarationError, match=answer) as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_declarations_in_a_tuple_alone_are_found(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    made = RULE.format("lr*g[t]")
    path.write_text(FILE + f"declarations = ({made}, ({made}).replace(name='Other'))")
    assert list(load(path)) == ["Rule", "Other"]
    path.write_text(FILE + f"one = {made}\ndeclarations = (one,)")
    assert list(load(path)) == ["Rule"]


def test_errors_travel_between_processes() -> None:
    with pytest.raises(DeclarationError) as caught:
        run("moved(lr*v)")
    back = pickle.loads(pickle.dumps(caught.value))
    assert (type(back), str(back)) == (type(caught.value), str(caught.value))
    with pytest.raises(DeclarationError, match="did you mean Adam") as unknown:
        catalog["adam"]
    assert str(pickle.loads(pickle.dumps(unknown.value))) == str(unknown.value)

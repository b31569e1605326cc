"""Mutants of declarations: the comparison of a class with its interpreter must notice each.

A class takes a few steps. Then each of them is repeated by the interpreter of a declaration with
one small change (a sign, a dropped term, an exponent, a constant, an index, swapped states or
decays), from the same floats and with the same answers. A mutant whose enclosures hold all that
the class did has survived: it must be listed below, with the reason why it means the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Eq, Expr
from test_generated import Recorder, _before, _bowl, _class, _outside  # type: ignore[import-not-found]

from optwright.derive import interpret as reference
from optwright.derive.interpret import Ambiguous
from optwright.derive.language.declaration import DeclarationError, Family, Optimizer, equation
from optwright.derive.language.symbol import Parameter, Value, t
from optwright.derive.rule import catalog

pytestmark = pytest.mark.exhaustive

STEPS = 8

EXPLAINED = {
    "Prodigy: d_grown[t]: theta_start[t] one earlier": "the starting point never changes",
    "NoisySGD: sigma[t]: -(t)": "undefined: a negative number to a fractional power",
}
"""Mutants that survive, and why."""

SHAPES = {"any": [(3,), (2, 2)], "matrix": [(2, 3)], "vector": [(2,), (1, 2)]}


def changes(rhs: Expr, kept: list[str]) -> Iterator[tuple[str, Expr]]:
    """Small changes of an expression, in words and done."""
    for total in sorted(rhs.atoms(sympy.Add), key=str):
        for term in sorted(total.args, key=str):
            yield f"-({term})", rhs.xreplace({total: total - 2 * term})
            yield f"without {term}", rhs.xreplace({total: total - term})
    for power in sorted(rhs.atoms(sympy.Pow), key=str):
        base, exponent = power.args
        if exponent in (2, sympy.Rational(1, 2)):
            yield f"{power} as **{exponent + 1}", rhs.xreplace({power: base ** (exponent + 1)})
        if exponent == t:
            yield f"{power} one later", rhs.xreplace({power: base ** (t + 1)})
    for number in sorted(rhs.atoms(sympy.Rational), key=str):
        if number not in (0, 1, -1, 2, sympy.Rational(1, 2)):
            yield f"{number} doubled", rhs.xreplace({number: 2 * number})
    values = sorted(rhs.atoms(Value), key=str)
    for v in values:
        if v.name in kept and v.index == t:
            yield f"{v} one earlier", rhs.xreplace({v: v.func(v.args[0], t - 1)})
    states = [v for v in values if v.name in kept and v.name != "theta"]
    for a, b in combinations(states, 2):
        if a.index == b.index:
            yield f"{a} and {b} swapped", rhs.xreplace({a: b, b: a})
    decays = [s for s in sorted(rhs.free_symbols, key=str)
              if isinstance(s, Parameter) and s.role == "decay"]  # fmt: skip
    for a, b in combinations(decays, 2):
        yield f"{a} and {b} swapped", rhs.xreplace({a: b, b: a})


def mutants(system: Optimizer) -> Iterator[tuple[str, Optimizer]]:
    """Declarations that differ in one equation; what is no declaration is left out."""
    kept = [s.name for s in system.states] + ["theta"]
    for place, statement in enumerate(system.step):
        if not isinstance(statement, Eq):
            continue
        for what, rhs in changes(statement.rhs, kept):
            if rhs == statement.rhs or rhs.has(sympy.zoo, sympy.nan):
                continue
            step = (*system.step[:place], equation(statement.lhs, rhs), *system.step[place + 1 :])
            try:
                yield f"{statement.lhs}: {what}", system.replace(step=step)
            except (DeclarationError, TypeError, ValueError):
                continue


def _systems() -> list[Any]:
    found = []
    for name, declaration in catalog.items():
        system = declaration.default if isinstance(declaration, Family) else declaration
        # RandomSearch has no sum, power, number or state to change.
        if isinstance(system, Optimizer) and not system.repeat and name != "RandomSearch":
            found.append(pytest.param(declaration, system, id=name))
    return found


def _numbers(system: Optimizer) -> dict[str, float]:
    """Hyperparameters away from the values at which equations degenerate."""
    chosen: dict[str, float] = {}
    for k, h in enumerate(system.hyper):
        low, high = h.range.low, h.range.high
        if h.range.integer:
            chosen[h.name] = 3 if h.default is None else int(h.default)
        elif h.default is not None and h.symbol.role not in (
            "eps",
            "decay",
            "regularization",
            "lr",
        ):
            if not h.default.free_symbols and h.default != 0:
                continue
            chosen[h.name] = 0.25 if 0.25 in h.range else float(low)
        elif high == 1:
            chosen[h.name] = min(0.6 + 0.1 * k, 0.9)
        else:
            chosen[h.name] = 0.3 if 0.3 in h.range else float(max(low, 1))
    return chosen


@pytest.mark.parametrize("declaration, system", _systems())
def test_mutants(declaration: Any, system: Optimizer, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(11)
    shapes = SHAPES["vector" if system.scope == "all" else system.shape]
    params = [rng.normal(size=shape) + 0.5 for shape in shapes]
    first = [p.copy() for p in params]
    hyper = _numbers(system)
    optimizer = _class(declaration)(params, **hyper)
    recorder = Recorder(monkeypatch)
    size = sum(p.size for p in params)
    square = rng.normal(size=(size, size))
    others = {"hessian": square @ square.T + np.eye(size)} if "hessian" in system.oracles else {}
    trail = []
    for step in range(STEPS):
        recorder.clear()
        before = _before(optimizer, system, step, first, hyper, "float64")
        with np.errstate(all="ignore"):
            optimizer.step(lambda p: _answer(system, rng, p), **others)
        told = Recorder.__new__(Recorder)
        told.answers, told.asked = dict(recorder.answers), dict(recorder.asked)
        trail.append((before, told, _Frozen(optimizer)))
    trail.reverse()
    made = list(mutants(system))
    survivors = set()
    for what, mutant in made:
        with np.errstate(all="ignore"):
            if not any(_noticed(mutant, hyper, *moment) for moment in trail):
                survivors.add(f"{system.id}: {what}")
    assert made
    assert survivors == {what for what in EXPLAINED if what.startswith(f"{system.id}: ")}


def _answer(system: Optimizer, rng: Any, p: Any) -> Any:
    """A bowl's loss and gradient, with noise on it unless the rule takes it for one function."""
    value, gradients = _bowl(p)
    if "line_search" in system.oracles or system.scope == "all":
        return value, gradients
    return value + 1, [x + 0.3 * rng.normal(size=x.shape) for x in gradients]


class _Frozen:
    """What an optimizer holds now, in the form in which the comparison reads it."""

    def __init__(self, optimizer: Any) -> None:
        from copy import deepcopy
        from types import SimpleNamespace

        groups: dict[int, Any] = {}
        self._within = optimizer._within
        self._memories = deepcopy(optimizer._memories)
        self._slots = []
        for slot in optimizer._slots:
            group = groups.setdefault(id(slot.group), SimpleNamespace(state=dict(slot.group.state)))
            self._slots.append(
                SimpleNamespace(array=slot.array.copy(), state=deepcopy(slot.state), group=group)
            )


def _noticed(mutant: Optimizer, hyper: Any, before: Any, told: Recorder, after: _Frozen) -> bool:
    script = reference.Script(**told.answers)
    try:
        made = reference.advance(mutant, before, hyper, script.oracles)
    except Ambiguous:
        return False
    except (reference.AnswerError, ArithmeticError, ValueError):
        return True  # it asks for what the class never asked
    return bool(_outside(after, mutant, made) or told.elsewhere(script))

"""Mutants of declarations at equal numbers: told apart by exact runs, or proved to be the same.

Each is one rule with one small change (a sign, a term, an index, an epsilon, a clock). Every
difference is replayed by the reference interpreter, which shares no code with the prover, and by
the generated NumPy code wherever its numbers are floats. What is proved equal, or left undecided,
is listed with its reason. `OPTWRIGHT_NIGHTLY=SEED` takes all mutants of all rules, otherwise every
seventh is taken.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain, count
from typing import Any

import pytest
import sympy
from mutants import changed, moved, mutants
from sympy import Expr, Integer, Rational

from optwright.derive.error import NotExact, Unsupported
from optwright.derive.language.declaration import DeclarationError, Family, Optimizer, expressions
from optwright.derive.proof.kind.rule.simulation_run import NOWHERE
from optwright.derive.proof.relate.compare import compare
from optwright.derive.proof.relate.relation import Comparison
from optwright.derive.proof.run.exact import Run, draws
from optwright.derive.proof.run.replay import follows, near, replay, run_of
from optwright.derive.rule import catalog
from optwright.templates.replay import TOLERANCE, computed, made

pytestmark = pytest.mark.exhaustive

NIGHTLY = bool(os.environ.get("OPTWRIGHT_NIGHTLY"))
STRIDE = 1 if NIGHTLY else 7
LONG = 8.0

TUNED: dict[str, Expr] = {
    "RAdam.beta2": Rational(8, 9),
    "torch.RAdam.beta2": Rational(8, 9),
    "optax.radam.b2": Rational(8, 9),
    "NAdam.momentum_decay": Integer(1),
    "torch.NAdam.momentum_decay": Integer(1),
    "Rprop.step_size_min": Integer(0),
    "Rprop.step_size_max": Integer(4),
    "torch.Rprop.step_size_min": Integer(0),
    "torch.Rprop.step_size_max": Integer(4),
}
"""Numbers at which a rule does in few steps all that it can, and exactly."""

EQUAL = {
    "RMSPropGraves: average[t]: -((1 - rho)*g[t])": "only the square of the average is used",
    "Signum: m[t]: -(-beta)": "a positive multiple of the average has the same sign",
    "Signum: m[t]: without -beta": "a positive multiple of the average has the same sign",
    "optax.signum: m[t]: -(-beta)": "a positive multiple of the average has the same sign",
    "optax.signum: m[t]: without -beta": "a positive multiple of the average has the same sign",
}
"""Mutants that mean the same."""

OPEN = {
    "LAMB: v[t]: without beta2*v[t - 1]": "of one entry only the sign of a step depends on it",
    "ClippedLAMB: m[t]: -(beta1*m[t - 1])": "its exact numbers grow too long",
    "ClippedLAMB: u[t]: without r[t]": "of one entry only the sign of a step depends on it",
    "optax.radam: rectifier[t]: rho_inf[t] and rho_t[t] swapped": "an unused root is not real",
    "torch.RAdam: rho_inf[t]: -(-beta2)": "its roots take long",
    "optax.amsgrad: v[t]: without b2*v[t - 1]": "the maximum hides it in short runs",
}
"""Mutants that stay undecided."""

EDGE = {"Adadelta: u[t]: -(1)": "the root of a sum that is exactly 0, and negative when rounded"}
"""Mutants whose exact runs no rounded numbers can follow."""

LEFT_OUT = {
    "DampedNewton": "no answer is scripted to a line search",
    "BFGS": "no answer is scripted to a line search",
    "LBFGS": "no exact run keeps a history",
    "torch.LBFGS": "no exact run keeps a history",
    "Prodigy": "its exact numbers grow too long in the second step",
}
"""Rules that exact runs cannot follow far enough."""


def rules() -> Iterator[Optimizer]:
    for declaration in catalog.values():
        rule = declaration.default if isinstance(declaration, Family) else declaration
        if isinstance(rule, Optimizer) and rule.id not in LEFT_OUT:
            yield rule


def pairs() -> Iterator[tuple[str, Optimizer, Optimizer]]:
    """A name for each mutant, with the rule and the mutant at the same numbers."""
    place = count()

    def some(expr: Expr) -> Iterator[tuple[str, Expr]]:
        return (x for x in chain(changed(expr), moved(expr)) if next(place) % STRIDE == 0)

    for rule in rules():
        numbers: dict[str, Expr] = {
            n: TUNED.get(f"{rule.id}.{n}", x) for n, x in draws(rule.hyper, (), 1, 0)[0].items()
        }
        for what, mutant in mutants(rule, some):
            try:
                kept = {h.name: numbers[h.name] for h in mutant.hyper}
                found = rule.with_hyper(**numbers), mutant.with_hyper(**kept)
            except DeclarationError:
                continue  # undefined at these numbers
            used = [x for statement in found[1].step for x in expressions(statement)]
            if not any(x.has(sympy.I) for x in used):
                yield f"{rule.id}: {what}", *found


def run_that_was_kept(record: Mapping[str, Any], found: Comparison) -> Run:
    """A rule and its mutant have one name: the run is of the one whose states were kept."""
    for system in found.systems:
        with suppress(NotExact, Unsupported):
            run = run_of(record, system)
            if run.as_dict() == record:
                return run
    raise AssertionError(record)


def generated(found: Comparison) -> str:
    """What the generated classes make of the runs: "same", or "other" states; or why none."""
    if any(x == NOWHERE for _, x in found.counterexample.found):
        return "no real number"
    runs = [run_that_was_kept(record, found) for record in found.counterexample.runs]
    floats = [computed(run, made(run.system, {})) for run in runs]
    if not all(follows(x, run, TOLERANCE) for x, run in zip(floats, runs, strict=True)):
        return "other"
    ends = [x.states[-1]["theta"] for x in floats]
    return "other" if near(*ends, TOLERANCE) else "same"


def test_mutants_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    tally: Counter[str] = Counter()
    replayed: Counter[str] = Counter()
    surprises: list[str] = []
    for what, rule, mutant in pairs():
        if not set(rule.oracles) & set(mutant.oracles):
            with pytest.raises(DeclarationError, match="no oracle in common"):
                compare(rule, mutant)
            tally["refused"] += 1
            continue
        found = compare(rule, mutant, budget_s=LONG)
        tally[found.status] += 1
        if found.status == "different":
            assert found.counterexample is not None
            if what in EDGE:
                tally["on an edge"] += 1
                continue
            if not replay(found.counterexample, *found.systems):
                surprises.append(f"{what}: different, but the numbers do not replay")
            seen = generated(found)
            replayed[seen] += 1
            if seen == "other":
                surprises.append(f"{what}: different, but not in the generated code")
        elif what not in (EQUAL if found.status == "equal" else OPEN):
            surprises.append(f"{what}: {found.status}: {'; '.join(found.tried)}")
    with capsys.disabled():
        print(f"\nmutants: {dict(tally)}; in generated code: {dict(replayed)}")
    assert tally.total() >= 300
    assert not surprises, "\n".join(surprises)


@pytest.mark.parametrize("what", ["rectifier[t]: -(-4)", "rectifier[t]: without -2"])
def test_what_never_happens_at_some_numbers_does_at_others(what: str) -> None:
    rule = next(r for r in rules() if r.id == "RAdam")
    mutant = dict(mutants(rule))[what]
    never = {"lr": Rational(1, 2), "beta1": Rational(1, 4), "beta2": Rational(1, 2)}
    found = compare(rule.with_hyper(**never), mutant.with_hyper(**never), budget_s=LONG)
    assert found.status == "equal", str(found)
    found = compare(rule, mutant, budget_s=LONG)
    assert found.status == "different", str(found)
    assert replay(found.counterexample, *found.systems)

"""Small changes to a declaration's equations, each of which changes what it computes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import sympy
from sympy import Eq, Expr

from optwright.derive.declaration import DeclarationError, Optimizer, equation
from optwright.derive.prove.claim import Conjunction
from optwright.derive.prove.simulation import Simulation
from optwright.derive.prove.statement import Statement
from optwright.derive.prove.system import advance, state_names
from optwright.derive.symbol import Variable, t


def changed(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """The expression with a term's sign turned, a term dropped, decays swapped, t off by one."""
    for total in sorted(expr.atoms(sympy.Add), key=str):
        if total.has(t) and total.free_symbols == {t}:
            continue
        for term in total.args:
            yield f"-({term})", expr.xreplace({total: total - 2 * term})
            yield f"without {term}", expr.xreplace({total: total - term})
    for first, second in combinations(sorted(expr.free_symbols, key=str), 2):
        if str(first).rstrip("12") == str(second).rstrip("12") == "beta":
            yield f"{first} and {second} swapped", expr.xreplace({first: second, second: first})
    for power in sorted(expr.atoms(sympy.Pow), key=str):
        if power.exp == t:
            yield "t off by one", expr.xreplace({power: power.base ** (t + 1)})


def mutants(system: Optimizer) -> Iterator[tuple[str, Optimizer]]:
    """Declarations that differ in one equation, those that are no declarations left out."""
    for place, statement in enumerate(system.step):
        if not isinstance(statement, Eq):
            continue
        for what, rhs in changed(statement.rhs):
            if rhs == statement.rhs:
                continue
            step = (*system.step[:place], equation(statement.lhs, rhs), *system.step[place + 1 :])
            try:
                yield f"{statement.lhs}: {what}", system.replace(step=step)
            except DeclarationError:
                continue


def simulations(statement: Statement) -> Iterator[Simulation]:
    """The simulations of a statement."""
    claims = (
        statement.claim.parts.values()
        if isinstance(statement.claim, Conjunction)
        else [statement.claim]
    )
    yield from (claim for claim in claims if isinstance(claim, Simulation))


def same(claim: Simulation, system: Optimizer, mutant: Optimizer) -> bool:
    """Whether a mutant does what the right system does at the numbers that the claim fixes."""
    said = {h.name: sympy.sympify(claim.hyper.get(h.name, h.symbol)) for h in system.hyper}
    hyper = {h.name: said[h.name] if said[h.name].is_number else h.symbol for h in system.hyper}
    state = {name: Variable(name)[t - 1] for name in state_names(system)}

    def after(which: Optimizer) -> dict[str, Expr]:
        step = advance(which, state, hyper, t, lambda question: Variable("answer")[t])
        return {**step.state, **{str(q): a for q, a in step.questions}}

    return after(system) == after(mutant)


def mutated(claim: Simulation) -> Iterator[tuple[str, Simulation]]:
    """The same claim about a mutated system, right or left."""
    for what, system in mutants(claim.right):
        if not same(claim, claim.right, system):
            yield f"right {what}", replace(claim, right=system)
    if claim.left != claim.right:
        for what, system in mutants(claim.left):
            yield f"left {what}", replace(claim, left=system)

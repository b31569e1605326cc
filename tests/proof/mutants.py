"""Small changes to a declaration's equations, each of which changes what it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations, product

import sympy
from sympy import Eq, Expr

from optwright.derive.claim.formula.expression import Conjunction
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language.declaration import DeclarationError, Optimizer, equation
from optwright.derive.language.symbol import Parameter, Value, Variable, t
from optwright.derive.proof.run.system import advance, state_names


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


def moved(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """The expression with an epsilon moved, an index earlier, a square cubed, states swapped."""
    for total in sorted(expr.atoms(sympy.Add), key=str):
        small = [x for x in total.args if isinstance(x, Parameter) and x.role == "eps"]
        roots = [
            x for x in total.args if isinstance(x, sympy.Pow) and x.exp == sympy.Rational(1, 2)
        ]
        for epsilon, root in product(small, roots):
            inside = sympy.sqrt(root.base + epsilon)
            yield (
                f"{epsilon} under the root",
                expr.xreplace({total: total - epsilon - root + inside}),
            )
    for power in sorted(expr.atoms(sympy.Pow), key=str):
        if power.exp == 2:
            yield f"{power} cubed", expr.xreplace({power: power.base**3})
    values = [v for v in sorted(expr.atoms(Value), key=str) if v.name != "theta"]
    for v in values:
        if v.index == t and v.name != "g":
            yield f"{v} one earlier", expr.xreplace({v: Variable(v.name)[t - 1]})
    for a, b in combinations(values, 2):
        if a.index == b.index:
            yield f"{a} and {b} swapped", expr.xreplace({a: b, b: a})


Changes = Callable[[Expr], Iterable[tuple[str, Expr]]]


def mutants(system: Optimizer, changes: Changes = changed) -> Iterator[tuple[str, Optimizer]]:
    """Declarations that differ in one equation, those that are no declarations left out."""
    for place, statement in enumerate(system.step):
        if not isinstance(statement, Eq):
            continue
        for what, rhs in changes(statement.rhs):
            if rhs == statement.rhs or rhs.has(sympy.zoo, sympy.nan):
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

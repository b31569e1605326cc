"""Edges of the map, read off the claims of proved statements.

Which systems, what is fixed in them, and the map of hyperparameters; prose is only shown beside
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sympy import sympify

from optwright.derive.claim.formula.expression import Conjunction
from optwright.derive.claim.rule.limit import FamilyLimit
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.compose.origin import Origin, origin
from optwright.derive.language.declaration import Declaration, Optimizer, Schedule
from optwright.derive.language.symbol import Value
from optwright.derive.tell.describe import family
from optwright.derive.tell.graph import Edge, Graph, Relation, gathered


def relating(statements: Iterable[Statement]) -> list[Statement]:
    """The statements that could give an edge; whether they do is for their verdicts to say."""
    return [s for s in statements if any(True for _ in _claims(s.claim))]


def graph(
    proved: Iterable[Statement],
    known: Mapping[str, Declaration],
    names: Sequence[str] = (),
) -> Graph:
    """The map of proved statements; with names, of these optimizers and their neighbours.

    Nodes are the optimizers that are known, by family, and systems that only a statement has.
    """
    edges = (e for _, found in _edges(proved, known) for e in found)
    return gathered(edges, families(known), names)


def families(known: Mapping[str, Declaration]) -> dict[str, str]:
    """The family of each optimizer; schedules are none."""
    return {d.id: family(d) for d in known.values() if not isinstance(d, Schedule)}


def edges_by(
    statements: Iterable[Statement], known: Mapping[str, Declaration]
) -> dict[str, list[Edge]]:
    """The edges that each statement gives if it is proved, by the ids of those that give any."""
    return {s.id: edges for s, edges in _edges(statements, known) if edges}


def _edges(
    statements: Iterable[Statement], known: Mapping[str, Declaration]
) -> Iterator[tuple[Statement, list[Edge]]]:
    some = relating(statements)
    whole = {**_own_systems(some, known), **known}
    return ((s, list(edges_of(s, whole))) for s in some)


def _own_systems(
    proved: Iterable[Statement], known: Mapping[str, Declaration]
) -> dict[str, Optimizer]:
    """Systems that only statements have, each as the one that has the most hyperparameters.

    Where that does not give the others of its name, none of them can have the name.
    """
    named: dict[str, list[Optimizer]] = {}
    for statement in proved:
        for claim in _claims(statement.claim):
            for system in (claim.left, claim.right):
                if system.id not in known:
                    named.setdefault(system.id, []).append(system)
    found = {name: max(all_, key=lambda s: len(s.hyper)) for name, all_ in named.items()}
    return {
        name: whole
        for name, whole in found.items()
        if all(origin(s, {name: whole}) is not None for s in named[name])
    }


def edges_of(statement: Statement, known: Mapping[str, Declaration]) -> Iterator[Edge]:
    """The edges that a statement gives if it is proved, from the objects of its claim.

    An end that is no special case of a known optimizer gives none: a changed Adam is not Adam.
    """
    for claim in _claims(statement.claim):
        left, right = _end(claim.left, known), _end(claim.right, known)
        if left is None or right is None or left[0] == right[0]:
            continue
        (a, fixed_a), (b, fixed_b) = left, right
        full = "; ".join(_full(claim, a, fixed_a, b, fixed_b))
        said: tuple[str, str, Relation, str]
        if isinstance(claim, FamilyLimit):
            replaced = [f"{n}={sympify(x)}" for n, x in claim.replaced.items()]
            to = str(claim.to).replace("oo", "∞")
            said = (a, b, "limit", ", ".join([f"{claim.symbol}→{to}", *replaced]))
        else:
            said = _simulated(claim, a, fixed_a, b, fixed_b)
        yield Edge(*said, full, (statement.id,), (statement.brief or statement.words,))


def _simulated(
    claim: Simulation, a: str, fixed_a: tuple[str, ...], b: str, fixed_b: tuple[str, ...]
) -> tuple[str, str, Relation, str]:
    """Source, target, relation and condition of a simulation of `a` by `b`."""
    maps = [f"{n}={sympify(x)}" for n, x in claim.hyper.items() if str(x) != n]
    pins = [f"{n}={sympify(x)}" for n, x in claim.hyper.items() if sympify(x).is_number]
    if len(claim.right.hyper) - len(pins) > len(claim.left.hyper):
        pins = maps  # several of b follow from one of a
    rates = [*_constant(claim), *map(str, claim.assume)]
    mine, theirs = ", ".join(fixed_a), ", ".join((*fixed_b, *pins))
    if any(sympify(x).atoms(Value) for x in claim.assume):  # of what happens in a run
        return a, b, "meet", ", ".join((*fixed_a, *fixed_b, *pins, *rates))
    if mine and theirs:
        return a, b, "meet", f"{mine} | {theirs}"
    if mine:
        return b, a, "special case", ", ".join((*fixed_a, *rates))
    if theirs:
        return a, b, "special case", ", ".join((*fixed_b, *pins, *rates))
    return a, b, "equal", ", ".join((*rates, *maps))


def _constant(claim: Simulation) -> list[str]:
    """The hyperparameters of which the map of states makes use, if they must not change."""
    used = {s.name for x in claim.state.values() for s in sympify(x).free_symbols}
    fixed = [h.name for h in claim.left.hyper if h.name in used - set(claim.varying)]
    return [f"{', '.join(fixed)} constant"] if fixed else []


def _claims(claim: Any) -> Iterator[Simulation | FamilyLimit]:
    """The simulations and limits that a claim asserts, of two systems."""
    if isinstance(claim, (Simulation, FamilyLimit)) and claim.left.id != claim.right.id:
        yield claim
    elif isinstance(claim, Conjunction):
        for part in claim.parts.values():
            yield from _claims(part)


def _end(system: Optimizer, known: Mapping[str, Declaration]) -> tuple[str, tuple[str, ...]] | None:
    """The optimizer that a system belongs to and what is fixed in it, or None."""
    found: Origin | None = origin(system, known)
    return None if found is None else (found.declaration.id, found.said)


def _full(
    claim: Simulation | FamilyLimit,
    a: str,
    fixed_a: tuple[str, ...],
    b: str,
    fixed_b: tuple[str, ...],
) -> list[str]:
    """Everything under which an edge holds."""
    lines = [f"{name}({', '.join(said)})" for name, said in ((a, fixed_a), (b, fixed_b)) if said]
    lines += [f"{n} of {b} = {sympify(x)}" for n, x in claim.hyper.items()]
    lines += [f"{n}[t] of {b} = {sympify(x)} of {a}" for n, x in claim.state.items()]
    lines += [str(x) for x in claim.assume]
    if isinstance(claim, Simulation):
        constant = [h.name for h in claim.left.hyper if h.name not in claim.varying]
        lines += [f"{', '.join(constant)} constant"] if constant else []
    return lines


__all__ = ["edges_by", "edges_of", "families", "graph", "relating"]

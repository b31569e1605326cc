"""The map of what is proved between optimizers: as data, as DOT, and as a drawing in SVG.

Edges are read off the claims of proved statements (`edges_of`): which systems, what is fixed in
them, and the map of hyperparameters; prose is only shown beside them. What is refuted is not drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sympy import sympify

from optwright.derive.claim.formula.expression import Conjunction
from optwright.derive.claim.rule.limit import FamilyLimit
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.compose.origin import Origin, origin
from optwright.derive.language.declaration import Declaration, Optimizer, Schedule
from optwright.derive.language.symbol import Value
from optwright.derive.tell.describe import family

Relation = Literal["equal", "special case", "meet", "limit"]


@dataclass(frozen=True)
class Edge:
    """What is proved of two optimizers.

    relation   equal: each is the other under a map; special case: `source` is one of `target`;
               meet: they are one where both are restricted; limit: `source` tends to `target`
    condition  what is fixed, in a few words: "beta1=0"; full: all of it, with the maps
    statements the ids of the statements, words: their sentences
    """

    source: str
    target: str
    relation: Relation
    condition: str
    full: str
    statements: tuple[str, ...]
    words: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The edge as plain data."""
        return {
            "source": self.source,
            "target": self.target,
            "relation": self.relation,
            "condition": self.condition,
            "full": self.full,
            "statements": list(self.statements),
            "words": list(self.words),
        }


@dataclass(frozen=True)
class Graph:
    """Optimizers by family, and what is proved of pairs of them.

    nodes: ids with their family. stated: those that no catalogue holds, only a statement; each is
    in the family of an optimizer that it is related to.
    """

    nodes: tuple[tuple[str, str], ...]
    edges: tuple[Edge, ...]
    stated: frozenset[str] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        """The graph as plain data."""
        return {
            "nodes": [
                {"id": name, "family": group, "stated": name in self.stated}
                for name, group in self.nodes
            ],
            "edges": [e.as_dict() for e in self.edges],
        }


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
    merged: dict[tuple[str, str, Relation], Edge] = {}
    proved = list(proved)
    whole = {**_own_systems(proved, known), **known}
    for statement in proved:
        for edge in edges_of(statement, whole):
            key = (edge.source, edge.target, edge.relation)
            if edge.relation in ("equal", "meet"):
                key = (*sorted(key[:2]), edge.relation)  # type: ignore[assignment]
            before = merged.get(key)
            merged[key] = edge if before is None else _joined(before, edge)
    edges = [e for e in merged.values() if not names or {e.source, e.target} & set(names)]
    groups = {d.id: family(d) for d in known.values() if not isinstance(d, Schedule)}
    if names:
        shown = set(names) | {x for e in edges for x in (e.source, e.target)}
        groups = {name: group for name, group in groups.items() if name in shown}
    stated = {x for e in edges for x in (e.source, e.target)} - set(known)
    for edge in (*edges, *edges):  # twice: a neighbour may itself be placed by its own
        for name, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if other in groups:
                groups.setdefault(name, groups[other])
    for name in sorted(stated):
        groups.setdefault(name, "other")
    order = {group: place for place, group in enumerate(dict.fromkeys(groups.values()))}
    nodes = sorted(groups.items(), key=lambda node: order[node[1]])
    return Graph(tuple(nodes), tuple(edges), frozenset(stated))


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


def _joined(a: Edge, b: Edge) -> Edge:
    """Two statements about one pair: the first gives the condition."""
    full = a.full if b.full in a.full else f"{a.full} | {b.full}"
    return Edge(
        a.source,
        a.target,
        a.relation,
        a.condition,
        full,
        tuple(dict.fromkeys((*a.statements, *b.statements))),
        tuple(dict.fromkeys((*a.words, *b.words))),
    )


# --- DOT ------------------------------------------------------------------------------------------

_DOT = {
    "equal": "dir=none penwidth=2",
    "special case": "arrowhead=empty",
    "meet": "dir=none style=dashed",
    "limit": "style=dotted arrowhead=vee",
}


def dot(found: Graph) -> str:
    """The graph in the language of Graphviz: families as clusters, the same text every time."""
    lines = ["digraph optimizers {", "  rankdir=LR;", '  node [shape=box, fontname="Helvetica"];']
    lines.append('  edge [fontname="Helvetica", fontsize=9];')
    for place, group in enumerate(dict.fromkeys(group for _, group in found.nodes)):
        lines += [f"  subgraph cluster_{place} {{", f"    label={_quoted(group)};"]
        for name, of in found.nodes:
            if of == group:
                style = " [style=dashed]" if name in found.stated else ""
                lines.append(f"    {_quoted(name)}{style};")
        lines.append("  }")
    for e in found.edges:
        label = _quoted(f"{e.statements[0]}: {e.condition}" if e.condition else e.statements[0])
        tip = _quoted(f"{e.relation}: {'; '.join(e.words)} ({', '.join(e.statements)}) {e.full}")
        style = _DOT[e.relation].replace(" ", ", ")
        lines.append(
            f"  {_quoted(e.source)} -> {_quoted(e.target)} [{style}, label={label}, tooltip={tip}];"
        )
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    body = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{body}"'


__all__ = ["Edge", "Graph", "dot", "edges_of", "graph", "relating"]

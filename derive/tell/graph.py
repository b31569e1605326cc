"""The map of what is proved between optimizers: as data, and as DOT.

`optwright.derive.tell.edge` reads edges off the claims of proved statements,
`optwright.derive.tell.drawing` draws the map in SVG. What is refuted is not drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

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

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Edge:
        """The edge that `as_dict` gave."""
        lists = {name: tuple(data[name]) for name in ("statements", "words")}
        return Edge(**{**data, **lists})


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


def gathered(
    edges: Iterable[Edge], families: Mapping[str, str], names: Collection[str] = ()
) -> Graph:
    """The map of these edges; with names, of these optimizers and their neighbours.

    families: of each optimizer that is known; what only an edge has joins that of a neighbour.
    """
    merged: dict[tuple[str, str, Relation], Edge] = {}
    for edge in edges:
        key = (edge.source, edge.target, edge.relation)
        if edge.relation in ("equal", "meet"):
            key = (*sorted(key[:2]), edge.relation)  # type: ignore[assignment]
        before = merged.get(key)
        merged[key] = edge if before is None else _joined(before, edge)
    kept = [e for e in merged.values() if not names or {e.source, e.target} & set(names)]
    ends = {x for e in kept for x in (e.source, e.target)}
    shown = set(families) if not names else set(names) | ends
    groups = {name: group for name, group in families.items() if name in shown}
    stated = ends - set(families)
    for edge in (*kept, *kept):  # twice: a neighbour may itself be placed by its own
        for name, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if other in groups:
                groups.setdefault(name, groups[other])
    for name in sorted(stated):
        groups.setdefault(name, "other")
    order = {group: place for place, group in enumerate(dict.fromkeys(groups.values()))}
    nodes = sorted(groups.items(), key=lambda node: order[node[1]])
    return Graph(tuple(nodes), tuple(kept), frozenset(stated))


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


__all__ = ["Edge", "Graph", "dot", "gathered"]

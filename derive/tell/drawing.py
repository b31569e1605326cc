"""The map of optimizers as a picture: families as boxes, optimizers in them, relations as curves.

`arranged` fixes where everything stands, so that nothing overlaps; `svg` writes it down. Both
depend on the graph alone: the same graph is the same text everywhere. Lengths are in pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from optwright.derive.tell.graph import Edge, Graph

NAME, LABEL = 11.0, 9.0
"""Sizes of the type of names and labels."""
CHARACTER = 0.62
"""The width of a character of a monospaced type, in terms of its size; types have 0.60."""
ROW, BOX = 27.0, 20.0
"""From one optimizer to the next, and how high its box is."""
LANE = 22.0
"""From one curve beside a family to the next."""
PAD, HEAD, GAP = 14.0, 26.0, 26.0
"""Around what stands in a family, its heading, and from one family to the next below it."""
ALLEY = 170.0
"""Between columns of families."""
LONGEST = 30
"""How many characters a label has at most; all of it is in the tooltip."""
COLUMNS = 4


@dataclass(frozen=True)
class Rect:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    def moved(self, x: float, y: float) -> Rect:
        """The rectangle, further right and down."""
        return Rect(self.x + x, self.y + y, self.width, self.height)

    def meets(self, other: Rect, gap: float = 0.0) -> bool:
        """Whether the two overlap, or come nearer than a gap."""
        return (
            self.x < other.right + gap
            and other.x < self.right + gap
            and self.y < other.bottom + gap
            and other.y < self.bottom + gap
        )


@dataclass(frozen=True)
class Curve:
    """An edge: its path as the points of cubic curves, and where its label stands."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    text: str
    label: Rect


@dataclass(frozen=True)
class Picture:
    """Where everything stands."""

    width: float
    height: float
    families: tuple[tuple[str, Rect], ...]
    nodes: tuple[tuple[str, Rect], ...]
    curves: tuple[Curve, ...]


def text_width(text: str, size: float) -> float:
    """How wide a monospaced text is at most."""
    return len(text) * size * CHARACTER


def label_of(edge: Edge) -> str:
    """What stands beside an edge: the statement, and the condition as far as it is short."""
    text = f"{edge.statements[0]} {edge.condition}".strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip(" ,=") + "…"


# --- where everything stands ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Family:
    """A family by itself, its upper left corner at the origin."""

    name: str
    width: float
    height: float
    nodes: dict[str, Rect]
    curves: tuple[Curve, ...]


def arranged(graph: Graph) -> Picture:
    """The picture of a graph: families in columns, what is related in a family side by side."""
    groups: dict[str, list[str]] = {}
    for name, group in graph.nodes:
        groups.setdefault(group, []).append(name)
    of = dict(graph.nodes)
    inner = {g: [e for e in graph.edges if of[e.source] == of[e.target] == g] for g in groups}
    used = {x for e in graph.edges for x in (e.source, e.target)}
    families = [_family(g, names, inner[g], used) for g, names in groups.items()]
    boxes: list[tuple[str, Rect]] = []
    nodes: dict[str, Rect] = {}
    curves: list[Curve] = []
    columns = _columns(families)
    first = {name for family in columns[0] for name in family.nodes} if columns else set()
    turned = any(
        {e.source, e.target} <= first and of[e.source] != of[e.target] for e in graph.edges
    )
    x = PAD + (ALLEY if turned else 0)
    column_of: dict[str, int] = {}
    for number, column in enumerate(columns):
        y = PAD
        for family in column:
            boxes.append((family.name, Rect(x, y, family.width, family.height)))
            column_of |= dict.fromkeys(family.nodes, number)
            nodes |= {name: r.moved(x, y) for name, r in family.nodes.items()}
            curves += [_moved(c, x, y) for c in family.curves]
            y += family.height + GAP
        x += max(family.width for family in column) + ALLEY
    taken = [*nodes.values(), *(c.label for c in curves)]
    taken += [Rect(r.x, r.y, r.width, HEAD) for _, r in boxes]
    for edge in graph.edges:
        if of[edge.source] != of[edge.target]:
            a, b = nodes[edge.source], nodes[edge.target]
            ends = column_of[edge.source], column_of[edge.target]
            between = range(min(ends) + 1, max(ends))
            low = max((r.bottom for n, r in nodes.items() if column_of[n] in between), default=None)
            points = _across(a, b, *ends, low)
            text = label_of(edge)
            place = _free(text, _along(points), taken)
            taken.append(place)
            curves.append(Curve(edge, points, text, place))
    corners = [r for _, r in boxes] + [c.label for c in curves]
    corners += [Rect(*_bezier(c.points, 0.5), 0.0, 0.0) for c in curves]
    width = max((r.right for r in corners), default=0.0) + PAD
    height = max((r.bottom for r in corners), default=0.0) + PAD
    return Picture(width, height, tuple(boxes), tuple(nodes.items()), tuple(curves))


def _columns(families: Sequence[_Family]) -> list[list[_Family]]:
    """Families in their order, filled into columns of about the same height."""
    whole = sum(f.height + GAP for f in families)
    limit = max([whole / COLUMNS, *(f.height for f in families)])
    columns: list[list[_Family]] = []
    filled = 0.0
    for family in families:
        if not columns or filled + family.height > limit * 1.05:
            columns.append([])
            filled = 0.0
        columns[-1].append(family)
        filled += family.height + GAP
    return columns


def _family(name: str, members: Sequence[str], edges: Sequence[Edge], used: set[str]) -> _Family:
    """A family: related members below each other with curves beside them, the others in rows."""
    ordered = [m for m in _near(members, edges) if m in used]
    rest = [m for m in members if m not in used]
    wide = max(text_width(m, NAME) for m in members) + 12
    nodes = {m: Rect(PAD, HEAD + PAD + k * ROW, wide, BOX) for k, m in enumerate(ordered)}
    curves: list[Curve] = []
    taken = list(nodes.values())
    ends: list[list[tuple[float, float]]] = []
    for edge in sorted(edges, key=lambda e: (_span(nodes, e), e.statements)):
        a, b = nodes[edge.source], nodes[edge.target]
        # Curves end at different heights of a box, so that they can be told apart.
        top, bottom = sorted((a.middle, b.middle))
        lane = next(
            (k for k, kept in enumerate(ends) if all(bottom <= lo or top >= hi for lo, hi in kept)),
            len(ends),
        )
        if lane == len(ends):
            ends.append([])
        ends[lane].append((top, bottom))
        reach = PAD + wide + 16 + LANE * lane
        points = (
            (a.right, a.middle),
            (reach + 8, a.middle),
            (reach + 8, b.middle),
            (b.right, b.middle),
        )
        text = label_of(edge)
        apex = _bezier(points, 0.5)
        stops = [(apex[0] - 3, apex[1] + k * 7.0) for k in _outwards(40)]
        shifts = [(x + 46.0 * n, y) for n in range(12) for x, y in stops]
        place = _free(
            text, [(x + _label_width(text) / 2, y) for x, y in shifts if y > HEAD + 8], taken
        )
        taken.append(place)
        curves.append(Curve(edge, points, text, place))
    head = text_width(name, NAME + 1) + 2 * PAD
    right = max([wide + PAD, head, *(c.label.right for c in curves)])
    low = max([HEAD + PAD, *(r.bottom for r in nodes.values()), *(c.label.bottom for c in curves)])
    top = low + (PAD - 4 if nodes and rest else 0)
    across = max(1, int((right - PAD + 8) // (wide + 8)))
    across = max(across, 2 if len(rest) > 6 else 1)
    for k, member in enumerate(rest):
        nodes[member] = Rect(
            PAD + (k % across) * (wide + 8), top + (k // across) * (BOX + 5), wide, BOX
        )
    right = max([right, *(r.right for r in nodes.values())])
    low = max([low, *(r.bottom for r in nodes.values())])
    return _Family(name, right + PAD, low + PAD, nodes, tuple(curves))


def _span(nodes: dict[str, Rect], edge: Edge) -> float:
    return abs(nodes[edge.source].y - nodes[edge.target].y)


def _near(members: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """The members, each followed by those related to it that have not come yet."""
    beside: dict[str, list[str]] = {m: [] for m in members}
    for e in edges:
        beside[e.source].append(e.target)
        beside[e.target].append(e.source)
    found: dict[str, None] = {}

    def follow(name: str) -> None:
        found[name] = None
        for other in sorted(set(beside[name]), key=lambda m: (len(beside[m]), members.index(m))):
            if other not in found:
                follow(other)

    for m in members:
        if m not in found:
            follow(m)
    return list(found)


def _across(
    a: Rect, b: Rect, from_: int, to: int, low: float | None
) -> tuple[tuple[float, float], ...]:
    """A curve from one family to another: from the side that faces it.

    low: where the columns between them end; the curve goes below, not to seem to end at one.
    """
    if from_ == to:
        out = min(a.x, b.x) - 60 - abs(a.y - b.y) / 12
        return ((a.x, a.middle), (out, a.middle), (out, b.middle), (b.x, b.middle))
    start, end = (a.right, b.x) if from_ < to else (a.x, b.right)
    pull = (end - start) * (0.5 if low is None else 0.2)
    down = 0.0 if low is None else low + 40 - (a.middle + b.middle) / 2
    return (
        (start, a.middle),
        (start + pull, a.middle + down / 0.75),
        (end - pull, b.middle + down / 0.75),
        (end, b.middle),
    )


def _bezier(points: Sequence[tuple[float, float]], at: float) -> tuple[float, float]:
    """The point of a cubic curve at a parameter from 0 to 1."""
    weights = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at**2 * (1 - at), at**3)
    return (
        sum(w * x for w, (x, _) in zip(weights, points, strict=True)),
        sum(w * y for w, (_, y) in zip(weights, points, strict=True)),
    )


def _outwards(count: int) -> Iterator[int]:
    """0, 1, -1, 2, -2, …"""
    yield 0
    for k in range(1, count):
        yield from (k, -k)


def _along(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Places for a label: on the curve from its middle outwards, then ever further beside it."""
    for aside in _outwards(200):
        for step in _outwards(8):
            x, y = _bezier(points, 0.5 + 0.055 * step)
            yield x, y + 6.0 * aside


def _label_width(text: str) -> float:
    return text_width(text, LABEL) + 6


def _free(text: str, places: Iterable[tuple[float, float]], taken: Sequence[Rect]) -> Rect:
    """The first place, given by its middle, where a label meets nothing."""
    wide, high = _label_width(text), LABEL + 4
    rect = Rect(0.0, 0.0, wide, high)
    for x, y in places:
        rect = Rect(x - wide / 2, y - high / 2, wide, high)
        if rect.x > 0 and rect.y > 0 and not any(rect.meets(r, 1.0) for r in taken):
            return rect
    low = max(r.bottom for r in taken) + 4
    return Rect(max(rect.x, 1.0), low, wide, high)


def _moved(curve: Curve, x: float, y: float) -> Curve:
    points = tuple((px + x, py + y) for px, py in curve.points)
    return Curve(curve.edge, points, curve.text, curve.label.moved(x, y))


# --- the text -------------------------------------------------------------------------------------

_LINE = {
    "equal": ("#1a5fb4", "", ""),
    "special case": ("#26734d", "", "url(#general)"),
    "meet": ("#8a6d1d", "5 3", ""),
    "limit": ("#8b2fa0", "2 3", "url(#limit)"),
}
_MEANS = {
    "equal": "equal: each is the other under a map",
    "special case": "special case: the arrow points to the more general one",
    "meet": "meet: one where both are restricted",
    "limit": "limit: the arrow points to what it tends to",
}
FOOT = 74.0
"""The height of the key."""


def svg(graph: Graph) -> str:
    """The graph as SVG, without scripts or outside references; tooltips tell all of each edge."""
    picture = arranged(graph)
    width = max(picture.width, 420.0)
    height = picture.height + FOOT
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" font-family="DejaVu Sans Mono, Menlo, monospace">',
        "<title>What is proved between optimizers</title>",
        f'<rect width="{_n(width)}" height="{_n(height)}" fill="#ffffff"/>',
        "<defs>",
        _marker("general", _LINE["special case"][0], "M1,1 L11,6 L1,11 Z", "#ffffff"),
        _marker("limit", _LINE["limit"][0], "M1,1 L11,6 L1,11", "none"),
        "</defs>",
    ]
    for name, r in picture.families:
        out.append(_rect(r, 8, "#f6f7f9", "#c9ced6"))
        out.append(_text(name, r.x + PAD, r.y + 18, NAME + 1, "#333a44", ' font-weight="bold"'))
    for curve in picture.curves:
        color, dash, mark = _LINE[curve.edge.relation]
        start, *others = curve.points
        path = f"M{_p(start)} C{' '.join(map(_p, others))}"
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        extra += f' marker-end="{mark}"' if mark else ""
        out.append(
            f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.4" '
            f'stroke-opacity="0.75"{extra}><title>{escape(_tip(curve.edge))}</title></path>'
        )
    for name, r in picture.nodes:
        dashed = ' stroke-dasharray="3 2"' if name in graph.stated else ""
        related = any(name in (e.source, e.target) for e in graph.edges)
        out.append(_rect(r, 4, "#ffffff", "#5b6573" if related else "#c4c9d1", dashed))
        shade = "#14181f" if related else "#6b7482"
        out.append(_text(name, r.x + 6, r.middle + 4, NAME, shade))
    for curve in picture.curves:
        color = _LINE[curve.edge.relation][0]
        out.append(f"<g><title>{escape(_tip(curve.edge))}</title>")
        out.append(_rect(curve.label, 3, "#ffffff", color, ' stroke-width="0.6"'))
        where = (curve.label.x + 3, curve.label.middle + 3.2)
        out.append(_text(curve.text, *where, LABEL, color) + "</g>")
    for k, (relation, words) in enumerate(_MEANS.items()):
        color, dash, mark = _LINE[relation]
        y = picture.height + 12 + 16 * k
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        extra += f' marker-end="{mark}"' if mark else ""
        out.append(
            f'<path d="M{_n(PAD)},{_n(y)} L{_n(PAD + 40)},{_n(y)}" stroke="{color}" '
            f'stroke-width="1.4" fill="none"{extra}/>'
        )
        out.append(_text(words, PAD + 50, y + 3.5, LABEL + 1, "#333a44"))
    return "\n".join([*out, "</svg>", ""])


def _tip(edge: Edge) -> str:
    """All of an edge, in lines."""
    arrow = {"equal": "=", "meet": "meets", "limit": "tends to"}.get(edge.relation)
    head = f"{edge.source} {arrow or 'is a special case of'} {edge.target}"
    return "\n".join([head, *edge.words, edge.full, f"proved: {', '.join(edge.statements)}"])


def _n(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


def _p(point: tuple[float, float]) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _rect(r: Rect, radius: float, fill: str, stroke: str, extra: str = "") -> str:
    return (
        f'<rect x="{_n(r.x)}" y="{_n(r.y)}" width="{_n(r.width)}" height="{_n(r.height)}" '
        f'rx="{_n(radius)}" fill="{fill}" stroke="{stroke}"{extra}/>'
    )


def _text(text: str, x: float, y: float, size: float, fill: str, extra: str = "") -> str:
    place = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill}"{extra}'
    return f"<text {place}>{escape(text)}</text>"


def _marker(name: str, stroke: str, path: str, fill: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 12 12" refX="11" refY="6" markerWidth="9" '
        f'markerHeight="9" orient="auto"><path d="{path}" fill="{fill}" stroke="{stroke}" '
        'stroke-width="1.4"/></marker>'
    )


__all__ = ["Curve", "Picture", "Rect", "arranged", "label_of", "svg", "text_width"]

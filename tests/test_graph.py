"""The map of what is proved: its edges come from claims, its picture can be read."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from optwright.cli import main
from optwright.derive.claim.formula.expression import Refutation
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language import Equal, eps, g, t, theta
from optwright.derive.language.declaration import Schedule, substitute
from optwright.derive.rule import catalog
from optwright.derive.statement.collection import statements
from optwright.derive.tell.drawing import CHARACTER, LABEL, NAME, arranged, svg, text_width
from optwright.derive.tell.edge import edges_of, graph, relating
from optwright.derive.tell.graph import Edge, Graph, dot

# What is expected stands for verdicts here: whether they hold is for other tests to say.
PROVED = [s for s in statements.values() if s.expected == "proved"]
WHOLE = graph(PROVED, catalog)


def edge(name: str) -> Edge:
    return next(e for e in WHOLE.edges if name in e.statements)


def statement(claim: Any) -> Statement:
    return Statement("X", "A test.", claim, "proved")


@pytest.mark.parametrize(
    ("name", "source", "target", "relation", "condition"),
    [
        ("M1", "MomentumSum", "Momentum", "equal", "lr constant"),
        ("C32a", "Momentum", "texts.MOM_b", "special case", "alpha=1"),
        ("D8a", "RMSProp", "Adam", "special case", "beta1=0"),
        ("L1", "Signum", "Lion", "special case", "beta1=beta2, weight_decay=0"),
        ("A4", "Adam", "Adagrad", "limit", "beta2→1, lr=lr/sqrt(t)"),
        ("C82a", "Adam", "texts.ADAM_D2", "meet", "eps=0 | eps=0"),
        ("L2a", "SignSGD", "Signum", "special case", "beta=0"),
    ],
)
def test_edges_are_read_off_claims(
    name: str, source: str, target: str, relation: str, condition: str
) -> None:
    found = edge(name)
    assert (found.source, found.target) == (source, target)
    assert (found.relation, found.condition) == (relation, condition)
    assert name in found.statements and found.words


def test_claims_that_assert_no_equality_give_no_edge() -> None:
    adam, rms = catalog.system("Adam"), catalog.system("RMSProp")
    claim = Simulation(rms, adam, hyper={"beta1": 0, "beta2": rms.hyper[1].symbol},
                       state={"m": g[t], "v": "v"})  # fmt: skip
    assert list(edges_of(statement(Refutation(claim)), catalog)) == []
    assert list(edges_of(statement(OnlyIf(claim, eps, 0)), catalog)) == []
    assert list(edges_of(statement(Simulation(adam, adam)), catalog)) == []


def test_a_changed_rule_does_not_pass_for_the_known_one() -> None:
    adam = catalog.system("Adam")
    changed = adam.replace(step=(*adam.step[:-1], adam.step[-1].subs(eps, 2 * eps)))
    assert (
        list(edges_of(statement(Simulation(changed, catalog.system("AdamEpsHat"))), catalog)) == []
    )


def test_what_only_statements_have_must_be_one_thing() -> None:
    adam = catalog.system("Adam")
    own = adam.replace(name="Mine")
    other = own.replace(step=(*own.step[:-1], own.step[-1].subs(eps, 2 * eps)))
    whole, case = Simulation(own, adam), Simulation(substitute(own, {eps: 0}), adam, {"eps": 0})
    assert [e.relation for e in graph([statement(whole)], catalog, ["Adam"]).edges] == ["equal"]
    both = graph([statement(whole), statement(case)], catalog, ["Adam"])
    assert {e.relation for e in both.edges} == {"equal", "meet"} and both.stated == {"Mine"}
    assert (
        graph([statement(whole), statement(Simulation(other, adam))], catalog, ["Adam"]).edges == ()
    )


def test_assumptions_on_runs_make_no_equality() -> None:
    left, right = catalog.system("Adam"), catalog.system("AdamEpsHat")
    claim = Simulation(left, right, assume=(Equal(g[t], theta[t]),))
    (found,) = edges_of(statement(claim), catalog)
    assert found.relation == "meet" and "Eq(g[t], theta[t])" in found.condition


def test_the_map_has_every_optimizer_and_its_neighbours() -> None:
    known = {d.id for d in catalog.values() if not isinstance(d, Schedule)}
    assert known == {name for name, _ in WHOLE.nodes} - WHOLE.stated
    ends = {x for e in WHOLE.edges for x in (e.source, e.target)}
    assert ends <= {name for name, _ in WHOLE.nodes}
    few = graph(PROVED, catalog, ["Lion"])
    assert {"Lion", "Signum"} <= {name for name, _ in few.nodes} and len(few.nodes) < 12
    assert all("Lion" in (e.source, e.target) for e in few.edges)
    assert {s.id for s in relating(PROVED)} >= {x for e in WHOLE.edges for x in e.statements}


# --- the picture ----------------------------------------------------------------------------------


def dense() -> Graph:
    """More edges than the catalogue has: every pair of ten, in two families."""
    names = [f"rule_{k}" for k in range(10)]
    edges = tuple(
        Edge(a, b, "equal", f"beta1={k}", "", (f"S{k}",), ("words",))
        for k, (a, b) in enumerate(combinations(names, 2))
    )
    return Graph(tuple((n, "one" if k < 6 else "two") for k, n in enumerate(names)), edges)


@pytest.mark.parametrize("found", [WHOLE, graph(PROVED, catalog, ["Adam"]), dense(), Graph((), ())])
def test_nothing_overlaps_and_texts_fit(found: Graph) -> None:
    picture = arranged(found)
    boxes = dict(picture.families)
    of = dict(found.nodes)
    assert len(picture.nodes) == len(found.nodes) and len(picture.curves) == len(found.edges)
    solid = [*picture.nodes, *((c.text, c.label) for c in picture.curves)]
    for (a, first), (b, second) in combinations(solid, 2):
        assert not first.meets(second), (a, b)
    for (a, first), (b, second) in combinations(picture.families, 2):
        assert not first.meets(second), (a, b)
    for name, r in picture.nodes:
        box = boxes[of[name]]
        assert text_width(name, NAME) <= r.width - 8
        assert box.x < r.x and box.y < r.y and r.right < box.right and r.bottom < box.bottom
    for c in picture.curves:
        assert text_width(c.text, LABEL) <= c.label.width
    for _, r in [*picture.families, *solid]:
        assert 0 <= r.x and 0 <= r.y and r.right <= picture.width and r.bottom <= picture.height
    assert CHARACTER >= 0.602  # DejaVu Sans Mono


def test_curves_start_and_end_at_their_boxes() -> None:
    picture = arranged(WHOLE)
    nodes = dict(picture.nodes)
    for c in picture.curves:
        for name, (x, y) in ((c.edge.source, c.points[0]), (c.edge.target, c.points[-1])):
            assert x in (nodes[name].x, nodes[name].right) and y == nodes[name].middle


def test_the_svg_is_whole_and_the_same_every_time() -> None:
    text = svg(WHOLE)
    assert text == svg(graph(PROVED, catalog))
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    words = [e.text for e in root.iter(f"{space}text")]
    assert {name for name, _ in WHOLE.nodes} <= set(words)
    tips = [e.text or "" for e in root.iter(f"{space}title")]
    assert sum("proved: M1" in tip for tip in tips) == 2  # of the curve and of its label
    assert "href" not in text and "script" not in text


def test_dot_is_well_formed() -> None:
    text = dot(WHOLE)
    assert text == dot(graph(PROVED, catalog)) and text.count("{") == text.count("}")
    assert text.count(" -> ") >= len(WHOLE.edges)
    assert '"RMSProp" -> "Adam" [arrowhead=empty, label="D8a: beta1=0"' in text
    odd = Graph((('a"b', "x"),), ())
    assert '"a\\"b";' in dot(odd)


def test_the_command_draws(tmp_path: Path, only: Callable[..., None]) -> None:
    only("L1", "L3")
    run = CliRunner().invoke
    out = tmp_path / "map.svg"
    result = run(main, ["graph", "Lion", "-o", str(out)])
    assert result.exit_code == 0, result.output
    assert ElementTree.fromstring(out.read_text()).tag.endswith("svg")
    data = json.loads(run(main, ["graph", "Lion", "--format", "json"]).stdout)
    assert {(e["source"], e["target"]) for e in data["edges"]} >= {("Signum", "Lion")}
    assert run(main, ["graph", "Lion", "--format", "dot"]).stdout.startswith("digraph")
    wrong = run(main, ["graph", "Lionn"])
    assert wrong.exit_code == 2 and "did you mean" in wrong.output

"""Plain facts of a declaration, looked up again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sympy

from optwright.derive.claim.rule.declared import Declared
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.obligation import Obligations
from optwright.derive.judge.registry import proved, refuted
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Schedule, expressions
from optwright.derive.language.symbol import exact


def facts(claim: Any) -> Iterator[tuple[str, str, str]]:
    """What is claimed: the name of a fact, what the declaration says, what the claim says."""
    own = {h.name: h.default for h in claim.system.hyper}
    for name, said in claim.defaults.items():
        yield f"default of {name}", str(exact(own[name])), str(exact(said))
    if claim.hyper is not None:
        yield "hyperparameters", _listed(own), _listed(claim.hyper)
    if claim.oracles is not None:
        yield "oracles", _listed(asked(claim.system)), _listed(claim.oracles)


def asked(system: Any) -> set[str]:
    """The kinds of oracle that occur in a step."""
    if isinstance(system, Schedule):
        return {"value"} if system.needs_value else set()
    exprs = (x for statement in system.step for x in expressions(statement))
    nodes = (node for x in exprs for node in sympy.preorder_traversal(x))
    return {node.word for node in nodes if isinstance(node, op.Oracle)}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))) or "none"


@proved.register
def bound(claim: Declared, known: Obligations) -> None:
    """Every fact is as claimed, and as its obligation tells."""
    for name, found, said in facts(claim):
        known.take(name)
        if found != said:
            raise Rejected(f"{name}: it is {found}, not {said}")
        if known.texts[name][0] != (f"{found} = {said}", found):
            raise Rejected(f"{name}: the obligation tells another fact")
        known.evaluated.add(name)
        known.points += 1


@refuted.register
def replayed(claim: Declared, found: Mapping[str, Any]) -> None:
    """A fact that is not as claimed, and is what the counterexample tells."""
    if found["point"].get("declaration") != claim.system.id:
        raise Rejected("a counterexample of another declaration")
    for name, own, said in facts(claim):
        if name in found["found"]:
            if own == said:
                raise Rejected(f"{name} is {said}, as claimed")
            if found["found"][name] != own:
                raise Rejected(f"{name} is {own}, not {found['found'][name]}")
            return
    raise Rejected("a counterexample of a fact that is not claimed")


__all__ = ["asked", "bound", "facts", "replayed"]

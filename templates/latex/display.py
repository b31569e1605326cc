r"""What declarations, verdicts and comparisons show of themselves in a notebook.

The systems are those of the LaTeX backend's files, without the rows that only say how they are run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from sympy import sympify

from optwright.derive.claim.verdict import Verdict
from optwright.derive.display import Part, parts
from optwright.derive.language import vocabulary
from optwright.derive.language.declaration import Declaration, Family, Optimizer, Route, Schedule
from optwright.derive.language.notation import LatexName, LatexNames
from optwright.derive.language.symbol import Parameter, Variable
from optwright.derive.proof.relate.relation import Comparison, Relation
from optwright.templates.latex import systems
from optwright.templates.latex.escape import escape as escape_tex
from optwright.templates.latex.proof import Formulas

SHOWN = 12
"""How many obligations of a verdict are shown."""


@parts.register
def _optimizer(rule: Optimizer) -> list[Part]:
    flags = [f"{flag} = {value!r}" for flag, value in rule.choices.items()]
    return _headed(rule, f" with {', '.join(flags)}" if flags else "")


@parts.register
def _schedule(schedule: Schedule) -> list[Part]:
    return _headed(schedule)


@parts.register
def _route(route: Route) -> list[Part]:
    return _headed(route)


@parts.register
def _family(family: Family) -> list[Part]:
    heading, *shown = parts(family.default.replace(choices={}))
    choices = "; ".join(
        f"`{flag}` is one of {', '.join(f'`{value!r}`' for value in allowed)}"
        for flag, allowed in family.choices.items()
    )
    note = f"{choices}. This is the default; {family.name}(flag=value) is another member."
    return [heading, Part(note), *shown]


def _headed(declaration: Declaration, more: str = "") -> list[Part]:
    """The name and source, then each system with what it is for."""
    assert not isinstance(declaration, Family)
    heading = Part(f"**{declaration.id}**{more}: {_plain(str(declaration.source))}")
    return [heading, *(Part(_for(s.when), s.block.rows) for s in systems(declaration))]


def _for(when: str) -> str:
    return f"For {when}:" if when else ""


@parts.register
def _verdict(verdict: Verdict) -> list[Part]:
    name = f"{verdict.statement}: " if verdict.statement else ""
    found = [Part(f"{_plain(name)}**{verdict.status}** ({_plain(verdict.evidence)})")]
    formulas = Formulas([_standard()])
    for o in verdict.obligations[:SHOWN]:
        after = formulas.lines(o.after) if o.status == "refuted" else []
        rows = [*formulas.lines(o.before), *(_led(r"\quad\to\ ", after))]
        found.append(Part(f"`{o.name}`: {o.status}", rows))
    left = len(verdict.obligations) - SHOWN
    return found + ([Part(f"and {left} more")] if left > 0 else [])


@parts.register
def _comparison(comparison: Comparison) -> list[Part]:
    kind = f", {comparison.kind}" if comparison.kind else ""
    words = (
        f"{_plain(comparison.left)} and {_plain(comparison.right)}: **{comparison.status}**{kind}"
    )
    found = [Part(words + (f", for {_plain(comparison.scope)}" if comparison.scope else ""))]
    if comparison.map:
        found += parts(comparison.map)
    for rescue in comparison.rescues:
        found += parts(rescue)
    if comparison.counterexample:
        formulas = Formulas([_standard()])
        pairs = (*comparison.counterexample.point, *comparison.counterexample.found)
        rows = [formulas.show(f"{name} = {value}") for name, value in pairs]
        found.append(Part("They part at", rows))
    return found


@parts.register
def _relation(relation: Relation) -> list[Part]:
    maps = {**relation.hyper, **{f"{name}[t]": x for name, x in relation.state.items()}}
    rows = [_mapped(relation, name, x) for name, x in maps.items() if str(x) != name]
    words = f"{_plain(relation.right)} does what {_plain(relation.left)} does"
    found = [Part(f"{words} under" if rows else f"{words}, all of the same name", rows)]
    conditions = "; ".join(relation.conditions())
    return [*found, Part(f"where {_plain(conditions)}")] if conditions else found


def _mapped(relation: Relation, name: str, x: Any) -> str:
    """What something of one system is in the other."""
    formulas = Formulas([_standard()])
    of = "" if sympify(x).is_number else rf" \text{{ of {escape_tex(relation.left)}}}"
    left = rf"{formulas.show(name)} \text{{ of {escape_tex(relation.right)}}}"
    return f"{left} = {formulas.show(str(x))}{of}"


def _plain(text: str) -> str:
    """Text in Markdown that shows as it is."""
    return re.sub(r"([\\`*_$])", r"\\\1", escape(text, quote=False))


def _led(lead: str, lines: Sequence[str]) -> list[str]:
    return [f"{lead if k == 0 else ''}{line.removeprefix('& ')}" for k, line in enumerate(lines)]


def _standard() -> LatexNames:
    """The letters of the standard symbols, for texts whose systems are not at hand."""
    parameters: dict[str, LatexName] = {}
    sequences: dict[str, LatexName] = {"theta": LatexName(r"\theta")}
    for name in vocabulary.__all__:
        symbol = getattr(vocabulary, name)
        letter = LatexName.parse(symbol.latex) if symbol.latex else None
        if isinstance(symbol, Parameter) and letter:
            parameters[name] = letter
        elif isinstance(symbol, Variable) and letter:
            sequences[name] = letter
    return LatexNames(parameters, sequences)


__all__ = ["SHOWN"]

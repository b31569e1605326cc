"""A decided statement told in full: what it is about, how it follows, or the numbers against it.

`settings` says of a claim which systems it is about, the maps between them and what it assumes;
kinds of claims that are not named here are told by their fields. `explained` joins that with the
evidence of a record into plain data, and `render` lays the data out as lines.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import sympy
from click import unstyle
from sympy import Basic, Expr, sympify

from optwright.derive.claim.formula.expression import (
    Conjunction,
    Identity,
    Inequality,
    Refutation,
    SumOf,
)
from optwright.derive.claim.loss.path import Path
from optwright.derive.claim.problem import POINT, Objective
from optwright.derive.claim.rule.gathered import Gathered
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.claim.rule.limit import FamilyLimit, Limit
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.statement import Statement
from optwright.derive.language.declaration import Optimizer
from optwright.derive.language.symbol import Hyper, Variable, t
from optwright.derive.proof.kind.loss.path import FollowedPath
from optwright.derive.proof.run.exact import Run
from optwright.derive.proof.run.replay import NoRun, revived
from optwright.derive.proof.run.system import THETA
from optwright.derive.tell.describe import start_and_step
from optwright.derive.tell.evidence import head
from optwright.derive.tell.refutation import parting
from optwright.derive.tell.terminal import (
    block,
    bold,
    coloured,
    columns,
    counted,
    dim,
    width,
    wrap,
)


@dataclass(frozen=True)
class Facts:
    """Lines under a heading: a formula, or two with `=` between them.

    sides: whose symbols stand left and right, as places in the systems of the setting.
    """

    heading: str
    lines: tuple[tuple[str, ...], ...]
    sides: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Setting:
    """What a claim is about: its systems by what texts call them, and what it says of them.

    name: the part of a conjunction that this is, empty for a claim that stands alone.
    """

    name: str
    systems: tuple[tuple[str, Optimizer], ...]
    facts: tuple[Facts, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The setting as plain data."""
        return {
            "name": self.name,
            "systems": [
                {"name": name, "initial": initial, "equations": equations}
                for name, system in self.systems
                for initial, equations in [start_and_step(system)]
            ],
            "facts": [
                {"heading": f.heading, "lines": list(map(list, f.lines))} for f in self.facts
            ],
        }


# --- what a claim is about ------------------------------------------------------------------------


@singledispatch
def settings(claim: Any, name: str = "") -> tuple[Setting, ...]:
    """The settings of a claim, one for each of its parts.

    A kind that has no rule of its own is told by its fields: systems, relations, maps, words.
    """
    found: list[tuple[str, Optimizer]] = []
    facts: list[Facts] = []
    inner: list[Setting] = []
    for part in dataclasses.fields(claim) if dataclasses.is_dataclass(claim) else ():
        x = getattr(claim, part.name)
        words = part.name.replace("_", " ")
        if isinstance(x, Optimizer):
            found.append((x.id, x))
        elif isinstance(x, Path):
            found.append((x.system.id, x.system))
            facts.append(Facts("Path", FollowedPath(x).shown))
        elif isinstance(getattr(x, "kind", None), str):
            inner += settings(x, _joined(name, words))
        elif lines := tuple(_told(x)):
            facts.append(Facts(words[:1].upper() + words[1:], lines))
    own = (Setting(name, _distinct(found), tuple(facts)),) if found or facts else ()
    return (*own, *inner)


def _told(x: Any) -> Iterator[tuple[str, ...]]:
    """A field of a claim as lines; what is neither a formula nor words gives none."""
    if isinstance(x, Mapping):
        for key, value in x.items():
            if not callable(value) or isinstance(value, (Basic, bool)):
                yield (str(key), _text(value))
    elif isinstance(x, (Basic, str, int, float)) and not isinstance(x, bool):
        if x not in ("", POINT):
            yield (str(x),)
    elif isinstance(x, Hyper):
        yield (f"{x.name} in {x.range}",)
    elif isinstance(x, (tuple, list)) and not any(isinstance(y, Objective) for y in x):
        for y in x:
            if isinstance(y, (tuple, list)):
                yield tuple(map(_text, y))
            else:
                yield from _told(y)


def _text(x: Any) -> str:
    if isinstance(x, Mapping):
        return ", ".join(f"{key} = {_text(value)}" for key, value in x.items())
    return ", ".join(map(_text, x)) if isinstance(x, (tuple, list)) else str(x)


def _distinct(found: Sequence[tuple[str, Optimizer]]) -> tuple[tuple[str, Optimizer], ...]:
    """Two systems of one id are called left and right, as in verdicts."""
    if len(found) == 2 and found[0][0] == found[1][0]:
        return (("left", found[0][1]), ("right", found[1][1]))
    return tuple(found)


def _joined(name: str, more: str) -> str:
    return f"{name}: {more}" if name else more


def _facts(*all_: Facts) -> tuple[Facts, ...]:
    return tuple(f for f in all_ if f.lines)


def _lines(values: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    return tuple((str(x),) for x in values)


def _map(names: Sequence[str], said: Mapping[str, Any], index: Any) -> tuple[tuple[str, str], ...]:
    """The image of each name, that of the same name unless said; an index for sequences."""

    def member(name: str) -> str:
        return name if index is None else str(Variable(name)[index])

    return tuple((member(n), str(sympify(said[n])) if n in said else member(n)) for n in names)


def _symbols(parameters: Sequence[Hyper]) -> tuple[tuple[str, ...], ...]:
    return tuple((f"{h.name} in {h.range}",) for h in parameters)


def _kept(system: Optimizer) -> list[str]:
    return [THETA, *(s.name for s in system.state)]


@settings.register
def _(claim: Simulation, name: str = "") -> tuple[Setting, ...]:
    both = _distinct(((claim.left.id, claim.left), (claim.right.id, claim.right)))
    a, b = both[0][0], both[1][0]
    here = [h.name for h in claim.right.hyper]
    point = (("point", str(claim.point)),) if claim.point != POINT else ()
    fixed = [h.name for h in claim.left.hyper if h.name not in claim.varying]
    rates = _lines([f"{', '.join(fixed)} constant"] if fixed else [])
    rates += _lines([f"{', '.join(claim.varying)} varying with t"] if claim.varying else [])
    observed = [(str(r), str(x)) for r, x in claim.observe]
    start = (("theta[0]", str(claim.begin)),) if claim.begin is not None else ()
    clock = _lines([f"step t of {a} is step t + {claim.shift} of {b}"] if claim.shift else [])
    clock += _lines([f"the relation starts after step {claim.start}"] if claim.start else [])
    facts = _facts(
        Facts(f"Hyperparameters of {b}, from those of {a}", _map(here, claim.hyper, None), (1, 0)),
        Facts(f"State of {b} after step t, from that of {a}",
              _map(_kept(claim.right), claim.state, t), (1, 0)),
        Facts(f"Agreeing after every step: of {b}, of {a}", tuple(observed), (1, 0)),
        Facts(f"When {b} asks at a point, {a} asks at", point),
        Facts(f"Where {a} is answered `answer`, {b} hears",
              tuple((k, str(x)) for k, x in claim.answer.items())),
        Facts("Clocks", clock),
        Facts("Hyperparameters over the steps", rates),
        Facts("Further symbols", _symbols(claim.parameters)),
        Facts("Assumed", _lines(claim.assume)),
        Facts(f"Invariants of {a}, proved first", _lines(claim.invariants)),
        Facts("Start", start, (1, 0)),
    )  # fmt: skip
    return (Setting(name, both, facts),)


@settings.register
def _(claim: OnlyIf, name: str = "") -> tuple[Setting, ...]:
    facts = _facts(
        Facts("It holds if, and only if", ((str(claim.symbol), str(sympify(claim.value))),)),
        Facts("The second where", _lines(claim.where)),
    )
    return tuple(
        dataclasses.replace(s, facts=(*s.facts, *facts)) for s in settings(claim.claim, name)
    )


@settings.register
def _(claim: Conjunction, name: str = "") -> tuple[Setting, ...]:
    return tuple(s for n, part in claim.parts.items() for s in settings(part, _joined(name, n)))


@settings.register
def _(claim: Refutation, name: str = "") -> tuple[Setting, ...]:
    return settings(claim.of, _joined(name, "to be refuted"))


@settings.register
def _(claim: Always, name: str = "") -> tuple[Setting, ...]:
    varying = ((f"{', '.join(claim.varying)} varying with t",),) if claim.varying else ()
    last = claim.last
    steps = "" if last is None else f"steps {claim.first} to {last}"
    means = tuple((f"E[g**{k}]", str(x)) for k, x in claim.moments.items())
    facts = _facts(
        Facts(f"Claimed of {steps or 'every step'}", _lines(claim.relations)),
        Facts("Invariants, by induction", _lines(claim.invariants)),
        Facts("Answers", tuple((k, str(x)) for k, x in claim.answer.items())),
        Facts("Means of independent gradients", means),
        Facts("Hyperparameters over the steps", varying),
        Facts("Further symbols", _symbols(claim.parameters)),
        Facts("Assumed", _lines(claim.assume)),
    )
    return (Setting(name, ((claim.system.id, claim.system),), facts),)


@settings.register
def _(claim: StepFrom, name: str = "") -> tuple[Setting, ...]:
    facts = _facts(
        Facts("State before the step", _map(list(claim.state), claim.state, None)),
        Facts("State after it", _map(list(claim.to), claim.to, None)),
        Facts("Answers, at a point", tuple((k, str(x)) for k, x in claim.answer.items())),
        Facts("Further symbols", _symbols(claim.parameters)),
        Facts("Assumed", _lines(claim.where)),
    )
    return (Setting(name, ((claim.system.id, claim.system),), facts),)


@settings.register
def _(claim: FamilyLimit, name: str = "") -> tuple[Setting, ...]:
    both = _distinct(((claim.left.id, claim.left), (claim.right.id, claim.right)))
    a, b = both[0][0], both[1][0]
    hyper = [h.name for h in claim.right.hyper]
    facts = _facts(
        Facts("Limit", ((f"{claim.symbol} -> {claim.to}",),)),
        Facts(f"Replaced in {a}", _map(list(claim.replaced), claim.replaced, None)),
        Facts(f"Hyperparameters of {b}, from those of {a}", _map(hyper, claim.hyper, None), (1, 0)),
        Facts(f"State of {b} after step t, from that of {a}",
              _map(_kept(claim.right), claim.state, t), (1, 0)),
        Facts(f"State of {a}, back from that of {b}",
              _map(_kept(claim.left), claim.inverse, t), (0, 1)),
        Facts("Invariants", _lines(claim.invariants)),
        Facts("Assumed", _lines(claim.assume)),
    )  # fmt: skip
    return (Setting(name, both, facts),)


@settings.register
def _(claim: Gathered, name: str = "") -> tuple[Setting, ...]:
    both = _distinct(((claim.left.id, claim.left), (claim.right.id, claim.right)))
    a, b = both[0][0], both[1][0]
    rest = tuple((n, str(x)) for n, x in claim.rest.items() if x is not None)
    free = [n for n, x in claim.rest.items() if x is None]
    facts = _facts(
        Facts("Clocks", _lines([f"{claim.count} steps of {a} are one step of {b}"])),
        Facts(f"What {b} hears as its gradient, of those in these steps", _lines([claim.heard])),
        Facts(f"Further state of {a} after step t of {b}", rest, (0, 1)),
        Facts(f"State of {a} that may be anything then", _lines(free)),
    )
    return (Setting(name, both, facts),)


def _plain(claim: Any, name: str, heading: str, lines: tuple[tuple[str, ...], ...]) -> Setting:
    """The setting of a claim about expressions."""
    facts = _facts(
        Facts(heading, lines),
        Facts("Where", _lines(claim.where)),
        Facts("Further symbols", _symbols(claim.parameters)),
    )
    return Setting(name, (), facts)


@settings.register
def _(claim: Identity, name: str = "") -> tuple[Setting, ...]:
    lines = ((str(sympify(claim.left)), str(sympify(claim.right))),)
    return (_plain(claim, name, "Claimed", lines),)


@settings.register
def _(claim: Inequality, name: str = "") -> tuple[Setting, ...]:
    return (_plain(claim, name, "Claimed", _lines([claim.relation])),)


@settings.register
def _(claim: SumOf, name: str = "") -> tuple[Setting, ...]:
    heading = f"Claimed: the sum over {claim.index} = 1, …, t"
    return (_plain(claim, name, heading, ((str(claim.term), str(sympify(claim.total))),)),)


@settings.register
def _(claim: Limit, name: str = "") -> tuple[Setting, ...]:
    lines = ((str(sympify(claim.expr)), str(sympify(claim.value))),)
    return (_plain(claim, name, f"Claimed: the limit as {claim.symbol} -> {claim.to}", lines),)


# --- the whole of it ------------------------------------------------------------------------------


def explained(statement: Statement, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with what its claim is about, its runs step by step, and what would help.

    settings   of each part: systems with start and equations, maps, assumptions
    walks      of a counterexample's runs: the state after each step, what was asked and answered
    help       of an undecided statement: what is open, and what would settle it
    """
    return {
        **record,
        "settings": [s.as_dict() for s in settings(statement.claim)],
        "walks": _walks(statement, record),
        "help": help_of(record) if record["status"] == "undecided" else [],
    }


def _walks(statement: Statement, record: Mapping[str, Any]) -> list[dict[str, Any]]:
    example = record["counterexample"]
    if not example or not example["runs"]:
        return []
    try:
        _, runs = revived(statement.claim, example["runs"])
    except NoRun:
        return []
    same = len({run.system.id for run in runs}) < len(runs)
    pair = same and len(runs) == 2
    names = ("left", "right") if pair else tuple(run.system.id for run in runs)
    return [_walk(name, run) for name, run in zip(names, runs, strict=True)]


def _walk(name: str, run: Run) -> dict[str, Any]:
    """Every step of a run: hyperparameters, questions with answers, the state after it."""
    steps: list[dict[str, Any]] = [{"t": 0, "hyper": {}, "asked": [], "state": _numbers(run.start)}]
    for number in range(1, run.steps + 1):
        values = run.hyper_at(number)
        asked = [
            [q.kind, ", ".join(str(x) for x in q.args), *told(answer)]
            for q, answer in run.step(number).questions
        ]
        steps.append(
            {
                "t": number,
                "hyper": {h.name: str(values[h.name]) for h in run.system.hyper},
                "asked": asked,
                "state": _numbers(run.state(number)),
            }
        )
    return {"optimizer": name, "losses": str(run.objective), "steps": steps}


def _numbers(state: Mapping[str, Expr]) -> dict[str, list[str]]:
    return {name: told(x) for name, x in state.items()}


def told(x: Any) -> list[str]:
    """A number as exact text and as a decimal, which is empty for a whole number."""
    exact = sympify(x)
    if not exact.is_number or exact.is_Integer or not exact.is_finite:
        return [str(x), ""]
    return [str(x), f"{float(exact.evalf(20)):.6g}"]


def help_of(record: Mapping[str, Any]) -> list[str]:
    """What would settle an undecided statement: each obligation left open, and how it could go."""
    lines = []
    for o in record["obligations"]:
        if o["status"] == "refuted":
            lines.append(
                f"{o['name']} fails for some values, so the map is not the one: another map, an "
                "assumption that excludes them, or an exact run in which they occur"
            )
        elif o["status"] != "proved":
            lines.append(
                f"{o['name']} is open: an invariant or assumption that makes "
                f"{_short(o['after'])} hold proves it, a point where it fails refutes it"
            )
    if record["hint"]:
        lines.append(f"it would hold where a factor vanishes: {record['hint']}")
    if any("out of time" in x for x in record["tried"]):
        lines.append("more time: prove(statement, budget_s=300) in Python")
    return lines or ["a weaker claim, or more assumptions"]


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:150]} …"


# --- lines for a terminal -------------------------------------------------------------------------


def render(data: Mapping[str, Any]) -> list[str]:
    """The data of `explained` as lines; systems side by side where the terminal is wide enough."""
    lines = [head(data), *wrap(data["words"])]
    if data["status"] == "proved" and data["scope"]:
        lines += wrap(f"Proved for {data['scope']}.")
    lines += wrap(f"Source: {data['source']}") if data["source"] else []
    for setting in data["settings"]:
        lines += _setting(setting)
    if data["status"] == "refuted":
        lines += _against(data)
    lines += _obligations(data["obligations"], data["status"])
    return lines + block("Tried", data["tried"]) + block("What would help", data["help"])


def _setting(setting: Mapping[str, Any]) -> list[str]:
    lines = ["", f"— {setting['name']} —"] if setting["name"] else []
    blocks = [
        [bold(s["name"]), *(f"  {x}" for x in s["initial"]), "  for t = 1, 2, …"]
        + [f"    {x}" for x in s["equations"]]
        for s in setting["systems"]
    ]
    if blocks:
        lines += ["", *beside(blocks, width())]
    for facts in setting["facts"]:
        pairs = all(len(line) == 2 for line in facts["lines"])
        rows = (
            columns([[a, f"= {b}"] for a, b in facts["lines"]])
            if pairs
            else [w for line in facts["lines"] for w in wrap(" = ".join(line), "    ")]
        )
        lines += ["", bold(facts["heading"]), *rows]
    return lines


def beside(blocks: Sequence[Sequence[str]], room: int) -> list[str]:
    """Blocks of lines side by side, or one below the other where they would not fit."""
    widths = [max(len(unstyle(line)) for line in block) for block in blocks]
    gap = "   |   "
    if sum(widths) + len(gap) * (len(blocks) - 1) > room:
        whole = [line for k, block in enumerate(blocks) for line in (*[""][: k > 0], *block)]
        return [w for line in whole for w in wrap(line, "    ", indent="")]
    height = max(map(len, blocks))
    rows = [[block[k] if k < len(block) else "" for block in blocks] for k in range(height)]
    return [
        gap.join(x + " " * (w - len(unstyle(x))) for x, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _against(data: Mapping[str, Any]) -> list[str]:
    """The numbers of a refutation, step by step where it has runs."""
    example = data["counterexample"]
    point = [[name, f"= {x}"] for name, x in example["point"].items()]
    lines = ["", bold("Counterexample, at"), *columns(point)] if point else []
    for walk in data["walks"]:
        lines += ["", bold(f"{walk['optimizer']}, step by step"), *columns(_rows(walk))]
    table = parting(example)
    found = [[name, f"= {x}", _decimal(x)] for name, x in example["found"].items()]
    steps = {step["t"] for walk in data["walks"] for step in walk["steps"]}
    where = f"At t = {max(steps)}" if steps else "There"
    lines += ["", bold("Side by side" if table else where), *columns(table or found)]
    lines += block("The claim says", [example["expect"]])
    return lines + block("Where it fails", [data["hint"]] if data["hint"] else [])


def _decimal(text: str) -> str:
    try:
        exact = told(sympify(text))[1]
    except (sympy.SympifyError, TypeError, ValueError, AttributeError):
        return ""
    return f"≈ {exact}" if exact else ""


def _rows(walk: Mapping[str, Any]) -> list[list[str]]:
    """A header and a row for each step; hyperparameters only where they change."""
    steps = walk["steps"]
    names = list(steps[0]["state"])
    later = [step["hyper"] for step in steps[1:]]
    moving = [n for n in (later[0] if later else {}) if len({row[n] for row in later}) > 1]
    asked = max(len(step["asked"]) for step in steps)
    heads = [f"asked {k + 1}" if asked > 1 else "asked and answered" for k in range(asked)]
    rows = [list(map(dim, ["t", *moving, *heads, *names]))]
    for step in steps:
        questions = [f"{kind} at {args}: {_both(x, d)}" for kind, args, x, d in step["asked"]]
        rows.append(
            [
                str(step["t"]),
                *(step["hyper"].get(n, "") for n in moving),
                *questions,
                *[""] * (asked - len(questions)),
                *(_both(*step["state"][n]) for n in names),
            ]
        )
    return rows


def _both(exact: str, decimal: str) -> str:
    if len(exact) > 28 and decimal:
        return f"≈ {decimal}"
    return f"{exact} ({decimal})" if decimal else exact


def _obligations(obligations: Sequence[Mapping[str, Any]], status: str) -> list[str]:
    if not obligations:
        return []
    seconds = sum(o["seconds"] for o in obligations)
    lines = ["", bold(counted(len(obligations), "obligation")) + dim(f", {seconds:.2f} s")]
    for number, o in enumerate(obligations, 1):
        told_ = coloured(o["status"], o["status"])
        took = dim(f"({o['seconds']:.3f} s)")
        lines += wrap(f"{number}. {o['name']}: {told_} {took}", "    ")
        rows = [[dim("claim"), o["before"]]]
        if o["after"] not in ("0", "true", "True") or status != "proved":
            rows.append([dim("normal form"), o["after"]])
        elif o["after"] == "0":
            rows.append([dim("normal form"), "left - right = 0"])
        rows += [[dim("note"), note] for note in o["notes"]]
        lines += columns(rows, indent="     ")
    return lines


__all__ = ["Facts", "Setting", "beside", "explained", "help_of", "render", "settings", "told"]

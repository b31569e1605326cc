"""The NumPy backend: readable in-place code; see `optwright.templates.backend`."""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2
import sympy

from optwright.derive.language.declaration import (
    Declaration,
    Family,
    Hyper,
    Optimizer,
    Route,
    Schedule,
    Where,
)
from optwright.derive.language.order import Order
from optwright.derive.language.text import Infix, order_of, show_step
from optwright.templates.backend import Relations, file_name
from optwright.templates.numpy.backend import (
    Function,
    Printers,
    RulePrinter,
    RuleText,
    route_texts,
    rule_text,
    schedule_text,
)
from optwright.templates.numpy.printer import NumpyInfix, literal

WIDTH = 100


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["signature"] = _signature
    environment.filters["filled"] = _filled
    environment.filters["hyper"] = _hyper
    environment.filters["advance"] = lambda rule: rule.functions[-1].name
    return environment


class NumpyBackend:
    """Declarations as NumPy modules. Other array libraries subclass it.

    title    the library's name in texts
    folders  where its templates lie; each is taken from the first folder that has it
    runtime  the package from which generated modules import
    """

    name = "numpy"
    title = "NumPy"
    folders: tuple[str, ...] = ("numpy",)
    runtime = "optwright.runtime"

    def printer(self, declaration: Declaration) -> Printers:
        """What prints the rules of a declaration."""
        return RulePrinter

    def context(self, rules: Sequence[RuleText]) -> dict[str, Any]:
        """What the templates of an optimizer are told besides."""
        return {}

    def template(self, name: str) -> jinja2.Template:
        return _environment().select_template([f"{folder}/{name}" for folder in self.folders])

    def module(self, declaration: Declaration, relations: Relations, command: str) -> str:
        """The module of one declaration. Raises `Refused` for what NumPy cannot run."""
        if isinstance(declaration, Schedule):
            return _schedule(self, declaration, relations, command)
        return _optimizer(self, declaration, relations, command)

    def packages(self, declarations: Sequence[Declaration]) -> Mapping[PurePosixPath, str]:
        """The `__init__` files: each name is loaded when it is first used."""
        dialects: dict[str, list[Declaration]] = {"paper": []}
        for declaration in declarations:
            dialects.setdefault(declaration.dialect, []).append(declaration)
        template = self.template("package.py.j2")
        files = {}
        others = [d for d in dialects if d != "paper"]
        for dialect, members in dialects.items():
            files[PurePosixPath(dialect) / "__init__.py"] = template.render(
                backend=self.name,
                library=self.title,
                dialect=dialect,
                packages=[],
                members=_members(members, dialect),
            )
        files[PurePosixPath("__init__.py")] = template.render(
            backend=self.name,
            library=self.title,
            dialect=None,
            packages=sorted(others),
            members=_members(dialects["paper"], "paper"),
        )
        return files


def backend() -> NumpyBackend:
    """The backend of this folder."""
    return NumpyBackend()


def _members(declarations: Sequence[Declaration], dialect: str) -> list[tuple[str, str]]:
    """(class, module) pairs in alphabetical order."""
    return sorted((d.name, f"{dialect}.{file_name(d).removesuffix('.py')}") for d in declarations)


# --- optimizers ----------------------------------------------------------------------------------


def _variants(declaration: Optimizer | Family | Route) -> list[tuple[Any, Optimizer]]:
    """The plain systems of a declaration with what selects each: flags or a condition."""
    if isinstance(declaration, Family):
        return [(tuple(sorted(flags.items())), system) for flags, system in declaration.members]
    if isinstance(declaration, Route):
        return list(declaration.branches)
    return [((), declaration)]


def _optimizer(
    backend: NumpyBackend,
    declaration: Optimizer | Family | Route,
    relations: Relations,
    command: str,
) -> str:
    printer = backend.printer(declaration)
    variants = _variants(declaration)
    labels = _labels(declaration, variants)
    rules: list[RuleText] = []
    printed: dict[str, str] = {}
    selected: list[tuple[str, str]] = []
    if isinstance(declaration, Route):
        shared, rules = route_texts(declaration, labels, printer)
        rules.insert(0, shared)
        selected = [(_where(key), label) for (key, _), label in zip(variants, labels, strict=True)]
    else:
        for (key, system), label in zip(variants, labels, strict=True):
            # Flags that change nothing share one rule.
            text = rule_text(system, label, printer)
            bare = repr(text).replace(label, "").replace(label.lower(), "") if label else ""
            if bare not in printed:
                printed[bare] = label
                rules.append(text)
            selected.append((repr(key), printed[bare]))
    hyper = _hypers(declaration, variants)
    choices = dict(declaration.choices) if isinstance(declaration, Family) else {}
    seeded = any("noise" in rule.oracles for rule in rules)
    signature, passed, arguments = _arguments(hyper, choices, seeded)
    helpers = {h for rule in rules for h in rule.helpers}
    imports = sorted(
        {"Hyper", "HyperValue", "Optimizer", "Params", "Rule", "Step", *helpers}
        | ({"State"} if any(rule.states for rule in rules) else set())
        | ({"Where"} if isinstance(declaration, Route) else set()),
        key=lambda n: (not n[0].isupper(), n),
    )
    if not hyper:
        imports = [n for n in imports if n not in ("Hyper", "HyperValue")]
    defaults = "".join(_hyper(h) for h in hyper)
    body = (
        defaults
        + "".join(line for rule in rules for f in rule.functions for line in f.body)
        + "".join(s for rule in rules for s in rule.states)
    )
    return _render(
        backend,
        "module.py.j2",
        declaration,
        variants,
        relations,
        command,
        rules=rules,
        name=declaration.name,
        arguments=arguments,
        signature=signature,
        passed=passed,
        branches=selected if isinstance(declaration, Route) else [],
        rules_by_flags=[] if isinstance(declaration, Route) else selected,
        choices=repr(choices),
        imports=imports,
        runtime=backend.runtime,
        **backend.context(rules),
        uses_numpy="np." in body,
    )


def _labels(declaration: Declaration, variants: Sequence[tuple[Any, Optimizer]]) -> list[str]:
    """A prefix for the names of each variant's functions; none where there is one variant."""
    if len(variants) == 1:
        return [""]
    labels: list[str] = []
    for key, _ in variants:
        if isinstance(key, Where):
            word = _shape_word(key)
        else:
            word = (
                "_".join(_flag(name, value) for name, value in key if _flag(name, value)) or "plain"
            )
        label, k = word.upper(), 2
        while f"{label}_" in labels:
            label, k = f"{word.upper()}{k}", k + 1
        labels.append(f"{label}_")
    return labels


def _shape_word(where: Where) -> str:
    """What a branch of a route is for."""
    exact = where.ndim_at_least if where.ndim_at_least == where.ndim_at_most else None
    if where.name is not None:
        return "named"
    return {1: "vector", 2: "matrix"}.get(exact or 0, "tensor" if where.ndim_at_least else "other")


def _flag(name: str, value: Any) -> str:
    if value is False or value is None:
        return ""
    return name if value is True else re.sub(r"\W+", "_", f"{name}_{value}")


def _hypers(declaration: Declaration, variants: Sequence[tuple[Any, Optimizer]]) -> list[Hyper]:
    """The hyperparameters of all variants, in the order of the fullest."""
    merged: dict[str, Hyper] = {}
    for _, system in (
        sorted(variants, key=lambda v: -len(v[1].hyper))
        if isinstance(declaration, Family)
        else variants
    ):
        for h in system.hyper:
            merged.setdefault(h.name, h)
    return list(merged.values())


def _arguments(
    hyper: Sequence[Hyper], choices: Mapping[str, Any], seeded: bool
) -> tuple[list[str], list[str], list[str]]:
    """The constructor's arguments: signature lines, names passed on, and lines of documentation."""
    signature: list[str] = []
    lines: list[str] = []
    for h in hyper:
        if h.default is None:
            # From the first that must be given on, arguments go by name, in the declared order.
            signature += [] if "*" in signature else ["*"]
            signature.append(f"{h.name}: HyperValue")
        elif h.default.free_symbols:
            signature.append(f"{h.name}: HyperValue | None = None")
        else:
            signature.append(f"{h.name}: HyperValue = {literal(h.default)}")
        if h.default is None:
            default = "required"
        else:
            shown = Infix().show(h.default) if h.default.free_symbols else literal(h.default)
            default = f"default {shown}"
        lines += textwrap.wrap(
            f"{h.name}: {h.meaning or 'a number'}, in {h.range}; {default}",
            WIDTH - 12,
            subsequent_indent="    ",
        )
    for flag, allowed in choices.items():
        kind = (
            "bool"
            if all(isinstance(a, bool) for a in allowed)
            else "Any"
            if None in allowed and not all(a is None or isinstance(a, str) for a in allowed)
            else "str | None"
            if None in allowed
            else "str"
        )
        signature.append(f"{flag}: {kind} = {allowed[0]!r}")
        lines.append(f"{flag}: one of {', '.join(map(repr, allowed))}")
    passed = [h.name for h in hyper] + list(choices)
    if seeded:
        signature.append("seed: int | None = None")
        passed.append("seed")
        lines.append("seed: of the noise's generator")
    lines.insert(
        0, "params: arrays to update in place: one, a list, a nested dict, or a list of groups"
    )
    return signature, passed, lines


def _where(where: Where) -> str:
    parts = []
    if where.ndim_at_least:
        parts.append(f"ndim_at_least={where.ndim_at_least}")
    if where.ndim_at_most is not None:
        parts.append(f"ndim_at_most={where.ndim_at_most}")
    if where.name is not None:
        parts.append(f"name={where.name!r}")
    return f"Where({', '.join(parts)})"


# --- schedules -----------------------------------------------------------------------------------


def _schedule(
    backend: NumpyBackend, declaration: Schedule, relations: Relations, command: str
) -> str:
    text = schedule_text(declaration)
    signature, passed, arguments = _arguments(declaration.hyper, {}, False)
    signature = [s.replace("HyperValue", "float") for s in signature]
    imports = ["Schedule", *(["Hyper"] if text.hyper else []), *(["State"] if text.states else [])]
    return _render(
        backend,
        "schedule.py.j2",
        declaration,
        [],
        relations,
        command,
        name=declaration.name,
        hyper=text.hyper,
        states=text.states,
        oracles=text.oracles,
        advance=text.advance,
        signature=signature,
        passed=passed,
        arguments=arguments[1:],
        imports=sorted(imports),
        uses_numpy="np." in "".join(text.advance.body),
    )


# --- shared --------------------------------------------------------------------------------------


def _render(
    backend: NumpyBackend,
    template: str,
    declaration: Declaration,
    variants: Sequence[tuple[Any, Optimizer]],
    relations: Relations,
    command: str,
    **context: Any,
) -> str:
    text = backend.template(template)
    doc = _doc(declaration, variants, relations)
    common = {
        "title": _title(declaration),
        "doc": doc,
        "id": declaration.id,
        "template": text.name,
        "command": command,
    }
    plain = text.render(digest="", **common, **context)
    digest = hashlib.sha256(plain.encode()).hexdigest()[:16]
    return text.render(digest=digest, **common, **context)


def _title(declaration: Declaration) -> str:
    source = (
        declaration.source if not isinstance(declaration, Family) else declaration.default.source
    )
    return f"{declaration.id}: {source}."


def _doc(
    declaration: Declaration, variants: Sequence[tuple[Any, Optimizer]], relations: Relations
) -> str:
    """Note, equations, views, and what has been proved, as indented text."""
    parts: list[str] = []
    note = getattr(declaration, "note", "") or (
        variants[0][1].note if variants and len(variants) == 1 else ""
    )
    if isinstance(declaration, Family):
        note = declaration.default.note
    if note:
        parts.append("\n".join(textwrap.wrap(" ".join(note.split()), WIDTH - 4)))
    if isinstance(declaration, Schedule):
        lines = [
            *show_step(declaration),
            f"output = {Infix(order_of(declaration)).show(declaration.output)}",
        ]
        parts.append(_block("Equations", lines))
    shown: set[tuple[str, ...]] = set()
    for key, system in variants:
        lines = show_step(system)
        heading = "Equations"
        if len(variants) > 1:
            heading = (
                f"Equations where {key}"
                if isinstance(key, Where)
                else "Equations with " + ", ".join(f"{n}={v!r}" for n, v in key)
            )
        if tuple(lines) in shown:
            continue
        shown.add(tuple(lines))
        starts = [
            f"{s.name}[0] = {Infix(order_of(system)).show(sympy.sympify(s.init))}"
            for s in system.states
            if sympy.sympify(s.init) != 0
        ]
        repeat = []
        if system.repeat:
            until = Infix().show(sympy.sympify(system.repeat.until))
            repeat = [f"repeated at most {system.repeat.at_most} times, until {until}"]
        parts.append(_block(heading, [*starts, *lines, *repeat]))
        for view, expr in system.views.items():
            parts.append(f"View {view!r}: {Infix(order_of(system)).show(sympy.sympify(expr))}")
    proved = list(relations(declaration.id))
    if proved:
        parts.append(
            _block(
                "Proved",
                [
                    w
                    for line in proved
                    for w in textwrap.wrap(line, WIDTH - 10, subsequent_indent="    ")
                ],
            )
        )
    return "\n\n".join(parts)


def _block(heading: str, lines: Sequence[str]) -> str:
    return heading + "\n" + "\n".join(f"    {line}" for line in lines)


def _hyper(h: Hyper) -> str:
    """The constructor call of a hyperparameter."""
    if h.default is None:
        default = "None"
    elif h.default.free_symbols:
        names = ", ".join(sorted(s.name for s in h.default.free_symbols))
        default = f"lambda {names}: {NumpyInfix(Order(), lambda _: True).show(h.default)}"
    else:
        default = literal(h.default)
    meaning = f", {json.dumps(h.meaning, ensure_ascii=False)}" if h.meaning else ""
    return f'Hyper("{h.name}", {default}, "{h.range}"{meaning})'


def _filled(items: Sequence[str], indent: int) -> str:
    """Items with commas between, in lines of at most `WIDTH` columns."""
    lines = [" " * indent]
    for k, item in enumerate(items):
        text = item if k == len(items) - 1 else f"{item},"
        if len(lines[-1]) > indent and len(lines[-1]) + 1 + len(text) > WIDTH:
            lines.append(" " * indent)
        lines[-1] += (" " if len(lines[-1]) > indent else "") + text
    return "\n".join(lines)


def _signature(function: Function) -> str:
    """`def name(parameters):` in lines of at most `WIDTH` columns."""
    returns = " -> None" if any(": " in p for p in function.parameters) else ""
    line = f"def {function.name}({', '.join(function.parameters)}){returns}:"
    if len(line) <= WIDTH:
        return line
    wrapped = textwrap.wrap(", ".join(function.parameters) + ",", WIDTH - 4)
    return "\n".join([f"def {function.name}(", *("    " + w for w in wrapped), f"){returns}:"])

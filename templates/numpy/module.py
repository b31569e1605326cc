"""The NumPy backend: readable in-place code; see `optwright.templates.backend`.

A module says where it comes from in its own text; its class has the equations and what is proved.
"""

from __future__ import annotations

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
from optwright.derive.language.text import Infix, order_of, show_step
from optwright.derive.lower.flag import Flags, merged
from optwright.templates.backend import Relations, file_name
from optwright.templates.flagged import PYTHON
from optwright.templates.numpy.hyper import schedule_text
from optwright.templates.numpy.printer import literal
from optwright.templates.numpy.rule import (
    Function,
    Printers,
    RulePrinter,
    RuleText,
    route_texts,
    rule_text,
)

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
    environment.filters["called"] = _called
    environment.filters["tuple"] = _tuple
    environment.filters["rows"] = _rows
    environment.filters["quoted"] = lambda word: f'"{word}"'
    environment.filters["following"] = _following
    environment.filters["spaced"] = _spaced
    environment.filters["importing"] = _importing
    environment.filters["fields"] = lambda rule: [f"{n}={text}" for n, text in rule.fields]
    return environment


class NumpyBackend:
    """Declarations as NumPy modules. Other array libraries subclass it.

    title    the library's name in texts
    told     how many relations a class tells
    schedules  the backend whose schedules are taken: they are numbers, whatever the arrays
    folders  where its templates lie; each is taken from the first folder that has it
    runtime  the package from which generated modules import
    """

    name = "numpy"
    title = "NumPy"
    told = 6
    schedules: str | None = None
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
        files = {}
        for dialect, declared in dialects.items():
            files[PurePosixPath(dialect) / "__init__.py"] = self._package(dialect, declared, [])
        others = sorted(d for d in dialects if d != "paper")
        files[PurePosixPath("__init__.py")] = self._package(None, dialects["paper"], others)
        return files

    def _package(
        self, dialect: str | None, declared: Sequence[Declaration], packages: Sequence[str]
    ) -> str:
        """One `__init__` file: of a dialect, or the top level, where the papers' forms are."""
        members = sorted((d.name, self._place(d, dialect or "paper")) for d in declared)
        return self.template("package.py.j2").render(
            backend=self.name,
            library=self.title,
            dialect=dialect,
            packages=packages,
            members=members,
            modules=[f'"{name}": "{module}"' for name, module in members],
            imported=[f"{name} as {name}" for name, _ in members],
        )

    def _place(self, declaration: Declaration, dialect: str) -> str:
        """The module of a declaration, below `optwright.generated`."""
        folder = self.schedules if isinstance(declaration, Schedule) else None
        return f"{folder or self.name}.{dialect}.{file_name(declaration).removesuffix('.py')}"


def backend() -> NumpyBackend:
    """The backend of this folder."""
    return NumpyBackend()


# --- optimizers ----------------------------------------------------------------------------------


def _optimizer(
    backend: NumpyBackend,
    declaration: Optimizer | Family | Route,
    relations: Relations,
    command: str,
) -> str:
    printer = backend.printer(declaration)
    selected: list[tuple[str, str]] = []
    if isinstance(declaration, Route):
        labels = _labels([where for where, _ in declaration.branches])
        shared, own = route_texts(declaration, labels, printer)
        rules = [shared, *own]
        wheres = (_where(where) for where, _ in declaration.branches)
        selected = list(zip(wheres, labels, strict=True))
    else:
        rules = [rule_text(declaration, printer)]
    hyper = _hypers(declaration)
    choices = dict(declaration.choices) if isinstance(declaration, Family) else {}
    seeded = any("noise" in rule.oracles for rule in rules)
    signature, passed, arguments = _arguments(hyper, choices, seeded)
    body = "".join(
        [*(line for rule in rules for f in rule.functions for line in f.body),
         *(text for rule in rules for text in (*rule.hyper, *rule.states, *rule.function))]
    )  # fmt: skip
    helpers = {h for rule in rules for h in rule.helpers}
    names = {"Optimizer", "Params", "Rule", "Step", *helpers}
    names |= {"State"} if any(rule.states for rule in rules) else set()
    names |= {"Where"} if isinstance(declaration, Route) else set()
    names |= {"Hyper", "HyperValue"} if hyper else set()
    imports = [*sorted(names, key=lambda n: (not n[0].isupper(), n))]
    return _render(
        backend,
        "module.py.j2",
        declaration,
        relations,
        command,
        rules=rules,
        arguments=arguments,
        signature=["self", "params: Params", *signature],
        passed=["params", *(f"{n}={n}" for n in passed)],
        branches=selected,
        choices=[f'"{n}": {values!r}'.replace("'", '"') for n, values in choices.items()],
        flags=list(choices),
        imports=imports,
        runtime=backend.runtime,
        **backend.context(rules),
        uses_numpy="np." in body,
    )


def _labels(conditions: Sequence[Where]) -> list[str]:
    """A prefix for the names of each branch's functions."""
    labels: list[str] = []
    for where in conditions:
        word = _shape_word(where).upper()
        label, k = f"{word}_", 2
        while label in labels:
            label, k = f"{word}{k}_", k + 1
        labels.append(label)
    return labels


def _shape_word(where: Where) -> str:
    """What a branch of a route is for."""
    exact = where.ndim_at_least if where.ndim_at_least == where.ndim_at_most else None
    if where.name is not None:
        return "named"
    return {1: "vector", 2: "matrix"}.get(exact or 0, "tensor" if where.ndim_at_least else "other")


def _hypers(declaration: Optimizer | Family | Route) -> Sequence[Hyper]:
    """The hyperparameters of all systems of a declaration, in the order of the fullest."""
    if isinstance(declaration, Family):
        return Flags(declaration.choices, declaration.members).hyper
    return declaration.hyper


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
            WIDTH - 8,
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
    alike: dict[tuple[Any, ...], list[str]] = {}
    for flag, allowed in choices.items():
        alike.setdefault(tuple(allowed), []).append(flag)
    for allowed, flags in alike.items():
        lines.append(f"{', '.join(flags)}: one of {', '.join(map(repr, allowed))}")
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
    imports = ["Schedule", *(["Hyper"] if text.hyper else []), *(["State"] if text.states else [])]
    doc = "The number at step t, and the state after it."
    return _render(
        backend,
        "schedule.py.j2",
        declaration,
        relations,
        command,
        hyper=text.hyper,
        states=text.states,
        oracles=text.oracles,
        advance=Function("advance", text.parameters, doc, text.body),
        signature=["self", *(s.replace("HyperValue", "float") for s in signature)],
        passed=[f"{n}={n}" for n in passed],
        arguments=arguments[1:],
        imports=sorted(imports),
        uses_numpy="np." in "".join(text.body),
    )


# --- shared --------------------------------------------------------------------------------------


def _render(
    backend: NumpyBackend,
    template: str,
    declaration: Declaration,
    relations: Relations,
    command: str,
    **context: Any,
) -> str:
    origin = f"Do not edit. Made from the declaration {declaration.id}; remake it with: {command}"
    if len(origin) > WIDTH:
        origin = origin.replace("; remake", ";\nremake")
    return backend.template(template).render(
        origin=origin,
        title=_title(declaration),
        doc=_doc(declaration, relations, backend.told),
        id=declaration.id,
        name=declaration.name,
        **context,
    )


def _title(declaration: Declaration) -> str:
    source = (
        declaration.source if not isinstance(declaration, Family) else declaration.default.source
    )
    return f"{declaration.id}: {source}."


def _doc(declaration: Declaration, relations: Relations, most: int) -> str:
    """Note, equations, views, and the most telling of what has been proved."""
    face = declaration.default if isinstance(declaration, Family) else declaration
    note = " ".join(face.note.split())
    if not note and isinstance(face, Route) and len({b.note for _, b in face.branches}) == 1:
        note = " ".join(face.branches[0][1].note.split())
    parts = ["\n".join(textwrap.wrap(note or f"{declaration.id}.", WIDTH - 8))]
    if isinstance(declaration, Schedule):
        shown = Infix(order_of(declaration)).show(declaration.output)
        parts.append(_block("Equations", [*show_step(declaration), f"output = {shown}"]))
    elif isinstance(declaration, Route):
        for where, branch in declaration.branches:
            parts += [_block(f"Equations where {where}", _equations(branch)), *_views(branch)]
    elif isinstance(declaration, Family):
        flags = Flags(declaration.choices, declaration.members)
        lines = merged([_equations(system) for system in flags.systems])
        written = PYTHON.written((([line], only) for line, only in lines), flags)
        parts += [_block("Equations", written), *_views(declaration.default)]
    else:
        parts += [_block("Equations", _equations(declaration)), *_views(declaration)]
    if proved := _ranked(declaration, relations(declaration.id)):
        told = [
            w
            for line in proved[:most]
            for w in textwrap.wrap(
                line.replace(": proved for ", ": "), WIDTH - 8, subsequent_indent="    "
            )
        ]
        if len(proved) > most:
            told.append(f"{len(proved) - most} more: gen show {declaration.id}")
        parts.append(_block("Proved", told))
    return "\n\n".join(parts)


def _equations(system: Optimizer) -> list[str]:
    """Where the state starts, if not at zero, the step, and how often it is repeated."""
    infix = Infix(order_of(system))
    inits = [(s.name, sympy.sympify(s.init)) for s in system.states]
    lines = [f"{name}[0] = {infix.show(init)}" for name, init in inits if init != 0]
    lines += show_step(system)
    if system.repeat:
        until = Infix().show(sympy.sympify(system.repeat.until))
        lines.append(f"repeated at most {system.repeat.at_most} times, until {until}")
    return lines


def _views(system: Optimizer) -> list[str]:
    infix = Infix(order_of(system))
    return [f"View {v!r}: {infix.show(sympy.sympify(x))}" for v, x in system.views.items()]


_RULE = re.compile(r"\b(?:(?:torch|optax|keras|texts)\.\w+|[A-Z][A-Za-z]{2,}\w*)")


def _ranked(declaration: Declaration, lines: Sequence[str]) -> list[str]:
    """Relations, the most telling first: equal to other rules, special cases and limits, others."""

    def rank(line: str) -> int:
        said = line.rpartition(" (")[0]
        others = {name for name in _RULE.findall(said) if name != declaration.id}
        if not others or " = " not in said:
            return 3
        if any("." in name for name in others) and "texts." not in said:
            return 0
        return 1 if "limit" not in said else 2

    return sorted(lines, key=rank)


def _block(heading: str, lines: Sequence[str]) -> str:
    return heading + "\n" + "\n".join(f"    {line}" for line in lines)


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


def _called(arguments: Sequence[str], indent: int, begun: int) -> str:
    """Arguments of a call that begins in a line: on it, or on lines of their own."""
    line = ", ".join(arguments)
    if indent + begun + len(line) < WIDTH:
        return line
    return f"\n{_filled(arguments, indent + 4)},\n{' ' * indent}"


def _tuple(items: Sequence[str], indent: int, begun: int) -> str:
    """A tuple that begins in a line: on it, or on lines of its own."""
    return f"({_called(items, indent, begun + 2)}{',' * (len(items) == 1)})"


def _rows(items: Sequence[str], begun: int, indent: int = 0) -> str:
    """A tuple that begins in a line: one item on it, several on a line each."""
    if len(items) == 1 and begun + len(items[0]) + 3 <= WIDTH:
        return f"({items[0]},)"
    inner = "".join(f"\n{' ' * (indent + 4)}{item}," for item in items)
    return f"({inner}\n{' ' * indent})" if items else "()"


def _importing(begin: str, names: Sequence[str]) -> str:
    """An import on one line, or in parentheses."""
    line = begin + ", ".join(names)
    return line if len(line) <= WIDTH else f"{begin}(\n{_filled(names, 4)},\n)"


def _following(items: Sequence[str], indent: int, begun: int) -> str:
    """Items with commas between, the first on a line that has begun, further lines set in."""
    text = ", ".join(x.replace(" ", "\0") for x in items)
    further = " " * (indent + 4)
    lines = textwrap.wrap(text, WIDTH, initial_indent="x" * begun, subsequent_indent=further)
    return "\n".join(lines)[begun:].replace("\0", " ")


def _spaced(items: Sequence[str], indent: int) -> str:
    """Statements with blanks between, in lines of at most `WIDTH` columns."""
    lines = textwrap.wrap(" ".join(x.replace(" ", "\0") for x in items), WIDTH - indent)
    return "\n".join(" " * indent + line for line in lines).replace("\0", " ")

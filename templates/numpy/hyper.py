"""Numbers outside a step as Python text: hyperparameters, starts of states, schedules."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sympy
from sympy import Eq, Expr, Symbol

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import Hyper, Schedule, State
from optwright.derive.language.extent import COORDINATE, HOST, Shape
from optwright.derive.language.order import Order
from optwright.derive.language.text import order_of, show_equation
from optwright.derive.lower.node import Apply, Name, names, walk
from optwright.derive.lower.translate import Plain
from optwright.templates.numpy.printer import HELPERS, NumpyForm, literal


def hyper_call(h: Hyper) -> str:
    """The constructor call of a hyperparameter."""
    if h.default is None:
        default = "None"
    elif h.default.free_symbols:
        text, known, _ = number_text(h.default, Order())
        default = f"lambda {', '.join(known)}: {text}"
    else:
        default = literal(h.default)
    meaning = f", {json.dumps(h.meaning, ensure_ascii=False)}" if h.meaning else ""
    return f'Hyper("{h.name}", {default}, "{h.range}"{meaning})'


def number_text(
    expr: Expr, order: Order, shape: Shape = "any"
) -> tuple[str, list[str], frozenset[str]]:
    """An expression in hyperparameters and θ, the names it reads, the runtime's functions in it."""
    node = Plain("a start", {"theta": COORDINATE}, order, shape).node(expr)
    form = NumpyForm(lambda name: name.name)
    text = form.show(node)
    known = sorted({x.name for x in names(node)})
    known += ["dim"] * any(isinstance(x, Apply) and x.function == "dim" for x in walk(node))
    return text, known, frozenset(form.used) & frozenset(HELPERS)


@dataclass(frozen=True)
class ScheduleText:
    """What the template prints for a schedule."""

    hyper: tuple[str, ...]
    states: tuple[str, ...]
    oracles: tuple[str, ...]
    parameters: tuple[str, ...]
    body: tuple[str, ...]


def schedule_text(schedule: Schedule) -> ScheduleText:
    """The advance function of a schedule: numbers only."""
    order = order_of(schedule)
    statements = [e for e in schedule.step if isinstance(e, Eq)]
    extents = {s.name: HOST for s in schedule.state} | {e.lhs.name: HOST for e in statements}
    translator = Plain(schedule.id, extents, order)

    def plain(expr: Expr) -> Expr:
        return expr.replace(lambda n: isinstance(n, op.value), lambda n: Symbol("value", real=True))

    lines = [(e.lhs.name, translator.node(plain(e.rhs)), e) for e in statements]
    output = translator.node(plain(schedule.output))
    moved = set()
    for k, (name, _, _) in enumerate(lines):
        later = [node for _, node, _ in lines[k + 1 :]] + [output]
        if any(x.old and x.name == name for x in names(*later)):
            moved.add(name)

    def variable(name: Name) -> str:
        return f"{name.name}_next" if name.name in moved and not name.old else name.name

    form = NumpyForm(variable)
    body: list[str] = []
    for name, node, e in lines:
        body += [
            f"# {show_equation(e, order)}",
            f"{variable(Name(name, HOST))} = {form.show(node)}",
        ]
    kept = ", ".join(f'"{s.name}": {variable(Name(s.name, HOST))}' for s in schedule.state)
    body.append(f"return {form.show(output)}, {{{kept}}}")
    every = ["t", *(h.name for h in schedule.hyper), *(s.name for s in schedule.state)]
    return ScheduleText(
        tuple(hyper_call(h) for h in schedule.hyper),
        tuple(_state(s, order) for s in schedule.state),
        ("value",) if schedule.needs_value else (),
        (*every, "value") if schedule.needs_value else tuple(every),
        tuple(body),
    )


def _state(s: State, order: Order) -> str:
    """The constructor call of a schedule's state."""
    init = sympy.sympify(s.init)
    start = ""
    if init.is_number and init != 0:
        start = f", start={literal(init)}"
    elif init != 0:
        text, known, _ = number_text(init, order)
        start = f", start=lambda {', '.join(known)}: {text}"
    return f'State("{s.name}", "host"{start})'

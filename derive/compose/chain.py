"""Rules joined, driven by schedules, repeated, and renamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from sympy import sympify

from optwright.derive.compose.rewrite import (
    Names,
    S,
    System,
    counts,
    lift,
    names_of,
    rename_values,
    renamed_parameter,
)
from optwright.derive.language.declaration import (
    DeclarationError,
    Family,
    Optimizer,
    Push,
    Repeat,
    Route,
    Schedule,
    Source,
    State,
    Statement,
    equation,
    map_statement,
)
from optwright.derive.language.extent import ALL, HOST
from optwright.derive.language.symbol import Parameter, Variable, t


def chain(*parts: Any) -> Any:
    """Transforms and, last, a rule: what the first transform makes of the gradient goes to the
    second, and so on to the rule. `chain(clip, decay, rule)` is `clip(decay(rule))`.

    In a `Route` a norm over all tensors spans the tensors of every branch. Raises DeclarationError
    where a part is no transform, or the last no rule.
    """
    *transforms, rule = parts or (None,)
    if not isinstance(rule, (Optimizer, Family, Route)):
        reason = "the last part is the rule, an Optimizer, Family or Route such as catalog['Adam']"
        raise DeclarationError("chain", _called(rule), reason)
    for transform in reversed(transforms):
        if not callable(transform) or isinstance(transform, (Optimizer, Family, Route)):
            reason = "every part but the last is a transform, such as clip_by_value(1)"
            raise DeclarationError("chain", _called(transform), reason)
        rule = transform(rule)
        if not isinstance(rule, (Optimizer, Family, Route)):
            name = _called(transform)
            reason = f"makes no rule of a rule: call it with its settings first, as in {name}(1)"
            raise DeclarationError("chain", name, reason)
    return rule


def _called(part: Any) -> str:
    """A part's name, for messages."""
    return str(getattr(part, "id", getattr(part, "__name__", part)))


def scheduled(rule: S, **schedules: Schedule) -> S:
    """The rule with hyperparameters driven by schedules: `scheduled(adam, lr=cosine)`.

    The schedule's equations come first, its output stands for the hyperparameter, its own
    hyperparameters join the rule's. A schedule that needs the loss makes its state one number over
    all tensors. Raises DeclarationError for what is no hyperparameter or no schedule, and where an
    initial value or another default uses the hyperparameter.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        for name, schedule in schedules.items():
            rule = _drive(rule, name, schedule, names)
        return rule

    return lift(rule, build, "schedule", "Scheduled")


def _drive(rule: Optimizer, name: str, schedule: Schedule, names: Names) -> Optimizer:
    symbol = _driven(rule, name, schedule)
    names.prefix = name
    names.taken.discard(name)
    assigned = [s.lhs.name for s in schedule.equations]
    new = {
        old: names.fresh(old) for old in dict.fromkeys([s.name for s in schedule.state] + assigned)
    }
    added = [names.hyper(h.symbol, None) for h in schedule.hyper]
    table = {h.symbol: own.symbol for h, own in zip(schedule.hyper, added, strict=True)}

    def own(x: Any) -> Any:
        return rename_values(sympify(x).xreplace(table), new)

    output = names.variable(f"{name}_t")

    def drive(x: Any) -> Any:
        return sympify(x).xreplace({symbol: output[t]})

    extent = ALL if schedule.needs_value else HOST
    hyper = [
        replace(
            h,
            symbol=table[h.symbol],
            default=None if h.default is None else h.default.xreplace(table),
        )
        for h in schedule.hyper
    ]
    position = [h.name for h in rule.hyper].index(name)
    return rule.replace(
        hyper=(*rule.hyper[:position], *hyper, *rule.hyper[position + 1 :]),
        step=(
            *(map_statement(s, own) for s in schedule.step),
            equation(output[t], own(schedule.output)),
            *(map_statement(s, drive) for s in rule.step),
        ),
        state=(
            *(
                State(Variable(new[s.name], s.variable.latex), own(s.init), extent)
                for s in schedule.state
            ),
            *rule.state,
        ),
        views={n: drive(x) for n, x in rule.views.items()},
        invariants=tuple(x for x in rule.invariants if not x.has(symbol)),
        repeat=rule.repeat and Repeat(drive(rule.repeat.at_most), drive(rule.repeat.until)),
    )


def _driven(rule: Optimizer, name: str, schedule: Any) -> Parameter:
    """The symbol of the hyperparameter that the schedule drives, where nothing else needs it."""
    if not isinstance(schedule, Schedule):
        reason = (
            f"{schedule!r} is no Schedule: give one, such as catalog['Cosine'], or fix a number: "
            f"rule.with_hyper({name}=0.1)"
        )
        raise DeclarationError(f"scheduled({rule.id})", name, reason)
    where = f"scheduled({rule.id}, {name}={schedule.id})"
    symbol = next((h.symbol for h in rule.hyper if h.name == name), None)
    if symbol is None:
        there = ", ".join(h.name for h in rule.hyper) or "none"
        raise DeclarationError(where, name, f"is no hyperparameter of the rule; there are {there}")
    for s in rule.state:
        if sympify(s.init if isinstance(s, State) else s.length).has(symbol):
            reason = (
                f"its initial value or length uses {name}, which a schedule gives from step 1 on"
            )
            raise DeclarationError(where, s.name, reason)
    for h in rule.hyper:
        if h.default is not None and h.default.has(symbol):
            reason = f"its default uses {name}: give it a number first"
            raise DeclarationError(where, h.name, reason)
    return symbol


def repeat(rule: S, at_most: int, until: Any = False) -> S:
    """Run the rule several times within one call: at most `at_most` times, until the condition.

    `at_most`, a whole number of at least 1, becomes the hyperparameter `max_iter`; `until` is one
    number over all tensors. Raises DeclarationError for a rule that is repeated already.
    """

    def build(rule: Optimizer, names: Names) -> Optimizer:
        if rule.repeat:
            raise DeclarationError(
                f"repeat({rule.id})", "repeat", "the rule is repeated within a call already"
            )
        limit = names.hyper(
            Parameter(
                "max_iter", "integer [1, inf)", "count", None, "steps of the rule within one call"
            ),
            at_most,
        )
        return rule.replace(hyper=(*rule.hyper, limit), repeat=Repeat(limit.symbol, until))

    return lift(rule, build, "repeat", "Repeated")


def rename(rule: S, mapping: Mapping[str, str] | None = None, *, prefix: str = "") -> S:
    """The rule with names changed: those of `mapping` (hyperparameters, sequences or views), or
    every hyperparameter's by a prefix. Raises DeclarationError for a name that the rule has not,
    and for a new one that is in use already."""

    def build(rule: Optimizer, _: Names) -> Optimizer:
        new = {h.name: prefix + h.name for h in rule.hyper} if prefix else {}
        new |= dict(mapping or {})
        known = names_of(rule)
        for old, name in new.items():
            if old not in known:
                raise DeclarationError(
                    f"rename({rule.id})",
                    old,
                    f"is no name of the rule; there are {', '.join(sorted(known))}",
                )
            if old in ("theta", "t"):
                raise DeclarationError(f"rename({rule.id})", old, "has a fixed meaning")
            if name in known - set(new) or list(new.values()).count(name) > 1:
                raise DeclarationError(f"rename({rule.id})", name, "is in use already")
        return _renamed(rule, new)

    return lift(rule, build, "rename", "")


def _renamed(rule: Optimizer, new: Mapping[str, str]) -> Optimizer:
    table = {h.symbol: renamed_parameter(h.symbol, new.get(h.name, h.name)) for h in rule.hyper}

    def own(x: Any) -> Any:
        x = sympify(x).xreplace({a: b for a, b in table.items() if a != b})
        return rename_values(x, new).xreplace(counts(new))

    def variable(v: Variable) -> Variable:
        return Variable(new[v.name]) if v.name in new else v

    def statement(s: Statement) -> Statement:
        if isinstance(s, Push):
            return Push(
                {
                    replace(h, variable=variable(h.variable), length=own(h.length)): own(x)
                    for h, x in s.values
                },
                own(s.when),
            )
        return map_statement(s, own)

    return rule.replace(
        step=tuple(statement(s) for s in rule.step),
        hyper=tuple(
            replace(
                h, symbol=table[h.symbol], default=None if h.default is None else own(h.default)
            )
            for h in rule.hyper
        ),
        state=tuple(
            replace(
                s,
                variable=variable(s.variable),
                **({"init": own(s.init)} if isinstance(s, State) else {"length": own(s.length)}),
            )
            for s in rule.state
        ),
        views={new.get(name, name): own(x) for name, x in rule.views.items()},
        invariants=tuple(own(x) for x in rule.invariants),
        repeat=rule.repeat and Repeat(own(rule.repeat.at_most), own(rule.repeat.until)),
    )


def named(
    rule: S,
    name: str,
    source: Source | None = None,
    family: str | None = None,
    note: str | None = None,
) -> S:
    """The same rule under another name, with its own source, family and note where given."""
    changes: dict[str, Any] = {"source": source, "family": family, "note": note}
    given = {key: x for key, x in changes.items() if x is not None}
    return cast(S, _changed(rule, name, given))


def _changed(rule: System, name: str, given: Mapping[str, Any]) -> System:
    if not isinstance(rule, Family):
        return replace(rule, name=name, **given)

    def make(**flags: Any) -> Optimizer:
        return rule.make(**flags).replace(name=name, **given)

    return replace(rule, name=name, make=make)


__all__ = ["chain", "named", "rename", "repeat", "scheduled"]

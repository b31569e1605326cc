"""Rewriting declarations: fresh names, and substitution in steps. What compositions are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

from sympy import Dummy, Expr, Symbol, sympify

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import (
    DeclarationError,
    Family,
    History,
    Optimizer,
    Route,
    Statement,
    expressions,
    theta,
    turn,
)
from optwright.derive.language.symbol import Hyper, Parameter, Value, Variable, nodes, t

System = Optimizer | Family | Route
S = TypeVar("S", Optimizer, Family, Route)


class Names:
    """The names in use, and new ones that clash with none of them."""

    def __init__(self, rules: Iterable[Optimizer], prefix: str) -> None:
        self.taken = {"g", theta.name, turn.name}
        for rule in rules:
            self.taken |= names_of(rule)
        self.prefix, self.renamed = prefix, dict[str, str]()

    def fresh(self, name: str) -> str:
        """The name, or, where it is taken, the combinator's name and it, then a number."""
        prefixed = name if name.startswith(f"{self.prefix}_") else f"{self.prefix}_{name}"
        candidates = [name, prefixed, *(f"{prefixed}_{n}" for n in range(2, len(self.taken) + 3))]
        new = next(c for c in candidates if c not in self.taken)
        self.taken.add(new)
        return new

    def variable(self, name: str) -> Variable:
        return Variable(self.fresh(name))

    def hyper(self, parameter: Parameter, default: Any) -> Hyper:
        """The hyperparameter with its default, under a name that is free."""
        new = self.fresh(parameter.name)
        if new != parameter.name:
            self.renamed[parameter.name] = new
        return renamed_parameter(parameter, new)(default)

    def note(self) -> str:
        return "".join(
            f" {old} of {self.prefix} is called {new} here: the rule has a name {old} of its own."
            for old, new in self.renamed.items()
        )


def names_of(rule: Optimizer) -> set[str]:
    """Every name that a rule uses: hyperparameters, sequences, views."""
    return {h.name for h in rule.hyper} | set(rule.extents) | set(rule.views)


def renamed_parameter(parameter: Parameter, name: str) -> Parameter:
    """The same hyperparameter under another name, which it prints as."""
    if name == parameter.name:
        return parameter
    return Parameter(name, parameter.range, parameter.role, None, parameter.meaning)


Build = Callable[[Optimizer, Names], Optimizer]


def lift(rule: S, build: Build, prefix: str, title: str) -> S:
    """Apply `build` to a rule, to all members of a family, or to all branches of a route.

    New names are free in every member or branch, so that all of them use the same ones.
    """
    return cast(S, _lifted(rule, build, prefix, title))


def _lifted(rule: System, build: Build, prefix: str, title: str) -> System:
    if isinstance(rule, Optimizer):
        return _built(rule, build, Names([rule], prefix), title)
    if isinstance(rule, Family):
        members = [member for _, member in rule.members]

        def make(**flags: Any) -> Optimizer:
            return _built(rule(**flags), build, Names(members, prefix), title)

        return replace(rule, name=title + rule.name, make=make)
    if isinstance(rule, Route):
        branches = [branch for _, branch in rule.branches]
        built = tuple(
            (where, _built(branch, build, Names(branches, prefix), title))
            for where, branch in rule.branches
        )
        return replace(rule, name=title + rule.name, branches=built)
    shown, instead = " ".join(str(rule).split()), ", such as catalog['Adam']"
    raise DeclarationError(prefix, f"{shown:.60}", f"is no Optimizer, Family or Route{instead}")


def _built(rule: Optimizer, build: Build, names: Names, title: str) -> Optimizer:
    built = build(rule, names)
    return built.replace(name=title + rule.name, note=(built.note + names.note()).strip())


def rename_values(
    expr: Any, new: Mapping[str, str], where: Callable[[Value], bool] = lambda _: True
) -> Any:
    """The expression with sequences renamed, those members only for which `where` holds."""
    expr = sympify(expr)
    return expr.xreplace(
        {
            v: Variable(new[v.name])[v.index.xreplace(counts(new))]
            for v in expr.atoms(Value)
            if v.name in new and where(v)
        }
    )


def counts(new: Mapping[str, str]) -> dict[Symbol, Symbol]:
    """How the counts of renamed histories are renamed."""
    return {History(Variable(a), 1).count: History(Variable(b), 1).count for a, b in new.items()}


def reclock(expr: Any, clock: Expr) -> Any:
    """The expression with its own clock in place of the step counter; indices stay."""
    expr = sympify(expr)
    hidden = {v: Dummy() for v in expr.atoms(Value)}
    return expr.xreplace(hidden).xreplace({t: clock}).xreplace({d: v for v, d in hidden.items()})


def has_clock(expr: Any) -> bool:
    """Whether the step counter itself enters, not only as an index."""
    hidden = Dummy()
    return bool(reclock(expr, hidden).has(hidden))


def asks(statement: Statement, *oracles: type[op.Oracle]) -> list[op.Oracle]:
    """The questions of a statement, in order: all of them, or those to the oracles named."""
    return [
        node
        for x in expressions(statement)
        for node in nodes(x)
        if isinstance(node, oracles or op.Oracle)
    ]


def refuse(
    rule: Optimizer,
    prefix: str,
    *,
    repeated: bool = False,
    oracles: Mapping[type[op.Oracle], str] | None = None,
) -> None:
    """Raise DeclarationError where the rule is repeated within a call, or asks what it must not."""
    if repeated and rule.repeat:
        raise DeclarationError(
            f"{prefix}({rule.id})",
            "repeat",
            "the rule runs several times within one call, so its clock does not count calls",
        )
    for statement in rule.step:
        for question in asks(statement):
            for kind, reason in (oracles or {}).items():
                if isinstance(question, kind):
                    raise DeclarationError(f"{prefix}({rule.id})", str(question), reason)


def refuse_views(rule: Optimizer, prefix: str) -> None:
    """Raise DeclarationError where a view needs a value that a skipped step does not make."""
    kept = {s.name for s in rule.states} | {theta.name}
    for name, view in rule.views.items():
        for v in view.atoms(Value):
            if v.name not in kept:
                raise DeclarationError(
                    f"{prefix}({rule.id})",
                    name,
                    f"this view needs {v}, which is not kept in a call that takes no step",
                )

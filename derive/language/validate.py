"""What makes a declaration meaningful, checked when it is made.

Every symbol known, every sequence assigned at most once per step and never used before, state that
is kept is assigned, extents that fit, defaults inside their ranges, names that every backend can
carry. The first violation raises DeclarationError with the equation, the symbol and the reason.
"""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

import sympy
from sympy import Eq, Expr, Symbol

from optwright.derive.language import operation as op
from optwright.derive.language.extent import (
    ALL,
    COORDINATE,
    EACH_AXIS,
    HOST,
    TENSOR,
    Extent,
    ExtentError,
    Shape,
    infer,
    join,
)
from optwright.derive.language.symbol import Hyper, Value, t

if TYPE_CHECKING:
    from optwright.derive.language.declaration import Optimizer, Route, Schedule, Statement

C_WORDS = frozenset(
    "auto bool break case char class const constexpr continue default delete do double else enum "
    "explicit extern false float for friend goto if inline int long mutable namespace new "
    "operator private protected public register restrict return short signed sizeof static struct "
    "switch template this throw true try typedef typename union unsigned using virtual void "
    "volatile while printf real_t blockIdx threadIdx blockDim gridDim".split()
)
_RESERVED = frozenset(
    {"t", "params", "grads", "np", "cp", "self", "step", "state", "groups", "dtype"}
)


def check_name(name: str, where: str) -> None:
    """Refuse a name that Python, C or the generated code cannot carry."""
    from optwright.derive.language.declaration import DeclarationError

    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise DeclarationError(
            where, name, "is no name: letters, digits and underscores, a letter first"
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in C_WORDS:
        raise DeclarationError(
            where, name, "is a word of Python or C, which generated code cannot use as a name"
        )
    if name in _RESERVED:
        raise DeclarationError(
            where, name, "has a fixed meaning in generated code; choose another name"
        )


def suggest(name: str, known: Iterable[str]) -> str:
    """ ", did you mean x?" for the nearest known name, else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {near[0]}?" if near else ""


def _check_hyper(hyper: Iterable[Hyper], where: str) -> set[str]:
    from optwright.derive.language.declaration import DeclarationError

    names: set[str] = set()
    hyper = list(hyper)
    for h in hyper:
        check_name(h.name, where)
        if h.name in names:
            raise DeclarationError(where, h.name, "is declared twice among the hyperparameters")
        if h.default is not None:
            unknown = {s.name for s in h.default.free_symbols} - names
            if unknown:
                raise DeclarationError(
                    where,
                    h.name,
                    f"its default uses {sorted(unknown)[0]}, which is not declared before it",
                )
            if not h.default.free_symbols and h.default not in h.range:
                raise DeclarationError(
                    where, h.name, f"its default {h.default} is outside {h.range}"
                )
        names.add(h.name)
    return names


class _Checker:
    """Walks a step in order, knowing what is assigned so far."""

    def __init__(
        self,
        where: str,
        hyper: set[str],
        kept: dict[str, Extent],
        histories: dict[str, Extent],
        shape: Shape,
        value_extent: Extent = ALL,
    ) -> None:
        self.where, self.hyper, self.kept, self.histories, self.shape = (
            where,
            hyper,
            kept,
            histories,
            shape,
        )
        self.assigned: dict[str, Extent] = {}
        self.loops: dict[str, Extent] = {}
        self.value_extent = value_extent

    def fail(self, where: str, symbol: str, reason: str) -> None:
        from optwright.derive.language.declaration import DeclarationError

        raise DeclarationError(f"{self.where}, {where}", symbol, reason)

    def extent(self, expr: Expr, where: str, index: Symbol | None = None) -> Extent:
        """The extent of an expression all of whose symbols are known here."""
        known = self.kept | self.histories | self.assigned | self.loops
        for node in sympy.preorder_traversal(expr):
            if isinstance(node, Value):
                self.check_value(node, where, index)
        counts = {f"count_{name}" for name in self.histories}
        names = {str(s) for v in expr.atoms(Value) for s in v.args[0].free_symbols}
        for symbol in sorted(expr.free_symbols, key=str):
            name = symbol.name
            if symbol in (t, index) or name in self.hyper or name in names or name in counts:
                continue
            self.fail(
                where,
                name,
                "is neither a hyperparameter nor a sequence"
                + suggest(name, self.hyper | set(known)),
            )
        try:
            return infer(
                expr.replace(op.value, lambda *_: Symbol("loss"))
                if self.value_extent == HOST
                else expr,
                known,
                self.shape,
            )
        except ExtentError as error:
            self.fail(where, str(expr), str(error))
            raise

    def check_value(self, node: Value, where: str, index: Symbol | None) -> None:
        name, at = node.name, node.index
        if name in self.loops or name in self.histories:
            return
        if at == t:
            if name not in self.assigned:
                known = self.kept | self.assigned
                hint = (
                    f" ({name}[t - 1] is its value before the step)"
                    if name in self.kept
                    else suggest(name, known)
                )
                self.fail(where, str(node), f"is used before it is assigned{hint}")
        elif at == t - 1:
            if name not in self.kept:
                hint = (
                    "is assigned in the step but not kept: add it to the state"
                    if name in self.assigned
                    else "is not in the state" + suggest(name, self.kept)
                )
                self.fail(where, str(node), hint)
        elif name == "theta" and at == 0:
            pass
        else:
            self.fail(
                where,
                str(node),
                "a step reads sequences at t and t - 1 only: name what else is needed as state",
            )

    def equation(self, statement: Eq) -> None:
        from optwright.derive.language.declaration import str_equation

        where = f"equation {str_equation(statement)!r}"
        if not isinstance(statement.lhs, Value) or statement.lhs.index != t:
            self.fail(
                where, str(statement.lhs), "an equation assigns a sequence at t, such as m[t]"
            )
        name = statement.lhs.name
        check_name(name, f"{self.where}, {where}")
        if name in self.assigned:
            self.fail(where, name, "is assigned twice in one step")
        if name in self.hyper:
            self.fail(where, name, "is a hyperparameter and cannot be assigned")
        if name in self.histories:
            self.fail(where, name, "is a history: append to it with Push")
        found = self.extent(statement.rhs, where)
        if name in self.kept:
            declared = self.kept[name]
            try:
                fits = join(declared, found) == declared
            except ExtentError:
                fits = False
            if not fits:
                self.fail(
                    where,
                    name,
                    f"is declared of extent {declared} and assigned a value of extent {found}",
                )
            found = declared
        self.assigned[name] = found

    def loop(self, statement: object) -> None:
        from optwright.derive.language.declaration import Loop, str_equation

        assert isinstance(statement, Loop)
        for bound in (statement.first, statement.last):
            if self.extent(sympy.sympify(bound), "loop").kind != "host":
                self.fail(
                    f"loop over {statement.index}",
                    str(bound),
                    "the bounds of a loop are host values",
                )
        for e in statement.init:
            where = f"start of the loop over {statement.index}, {str_equation(e)!r}"
            found = self.extent(e.rhs, where)
            name = e.lhs.name
            check_name(name, f"{self.where}, {where}")
            self.loops[name] = join(self.loops[name], found) if name in self.loops else found
        for e in statement.body:
            where = f"loop over {statement.index}, {str_equation(e)!r}"
            name = e.lhs.name
            check_name(name, f"{self.where}, {where}")
            if name in self.kept or name in self.assigned or name in self.hyper:
                self.fail(where, name, "a loop assigns sequences of its own")
            if e.lhs.index != statement.index:
                self.fail(where, str(e.lhs), f"a loop assigns members at {statement.index}")
            found = self.extent(e.rhs, where, statement.index)
            if name in self.loops:
                try:
                    found = join(self.loops[name], found)
                except ExtentError as error:
                    self.fail(where, name, str(error))
            self.loops[name] = found

    def push(self, statement: object) -> None:
        from optwright.derive.language.declaration import Push

        assert isinstance(statement, Push)
        for history, x in statement.values:
            where = f"push onto {history.name}"
            if history.name not in self.histories:
                self.fail(where, history.name, "is not among the state's histories")
            found = self.extent(x, where)
            if found != self.histories[history.name]:
                self.fail(
                    where,
                    history.name,
                    f"is declared of extent {self.histories[history.name]}, pushed {found}",
                )
        condition = self.extent(statement.when, "push")
        if not condition.scalar or condition.kind == "tensor":
            self.fail(
                "push",
                str(statement.when),
                "the condition of a push is one number over all tensors",
            )

    def walk(self, statements: Iterable[Statement]) -> None:
        from optwright.derive.language.declaration import Loop, Push

        for statement in statements:
            if isinstance(statement, Eq):
                self.equation(statement)
            elif isinstance(statement, Loop):
                self.loop(statement)
            elif isinstance(statement, Push):
                self.push(statement)
            else:
                self.fail(
                    "step",
                    str(statement),
                    "is no equation: SymPy decided it; build it with language.Eq",
                )


def _states(declaration: Optimizer | Schedule, names: set[str]) -> dict[str, Extent]:
    from optwright.derive.language.declaration import DeclarationError, State

    kept: dict[str, Extent] = {}
    for s in declaration.state:
        check_name(s.name, declaration.id)
        if s.name in kept or s.name in names or s.name == "theta":
            raise DeclarationError(
                declaration.id,
                s.name,
                "is declared twice (state, hyperparameters and theta share names)",
            )
        if isinstance(s, State):
            init = sympy.sympify(s.init)
            for v in init.atoms(Value):
                if v.name != "theta" or v.index != 0:
                    raise DeclarationError(
                        f"{declaration.id}, initial value of {s.name}",
                        str(v),
                        "an initial value uses hyperparameters and theta[0] only",
                    )
        kept[s.name] = s.extent
    return kept


def _check_starts(optimizer: Optimizer, hyper: set[str]) -> None:
    """Initial values: known symbols, and an extent that fits the declared one."""
    from optwright.derive.language.declaration import DeclarationError, theta

    for s in optimizer.states:
        where = f"{optimizer.id}, initial value of {s.name}"
        init = sympy.sympify(s.init)
        inner = {x for v in init.atoms(Value) for x in v.free_symbols}
        for symbol in sorted(init.free_symbols - inner, key=str):
            if symbol.name not in hyper:
                raise DeclarationError(
                    where, symbol.name, "is no hyperparameter" + suggest(symbol.name, hyper)
                )
        try:
            found = infer(init, {theta.name: COORDINATE}, optimizer.shape)
            fits = join(s.extent, found) == s.extent
        except ExtentError as error:
            raise DeclarationError(where, str(init), str(error)) from None
        if not fits:
            raise DeclarationError(
                where, str(init), f"is of extent {found}, the state is declared of {s.extent}"
            )


def validate(optimizer: Optimizer) -> dict[str, Extent]:
    """Check a plain system; returns the extent of every sequence in it. Raises DeclarationError."""
    from optwright.derive.language.declaration import (
        DeclarationError,
        Loop,
        theta,
        turn,
        used_names,
    )

    where = optimizer.id
    check_name(optimizer.name, where)
    if optimizer.scope not in op.SCOPES:
        raise DeclarationError(
            where, "scope", f"{optimizer.scope!r} is not one of {', '.join(op.SCOPES)}"
        )
    if optimizer.shape not in get_args(Shape):
        raise DeclarationError(
            where, "shape", f"{optimizer.shape!r} is not one of {', '.join(get_args(Shape))}"
        )
    hyper = _check_hyper(optimizer.hyper, where)
    kept = _states(optimizer, hyper)
    histories = {h.name: kept.pop(h.name) for h in optimizer.histories}
    kept[theta.name] = COORDINATE
    _check_starts(optimizer, hyper)
    checker = _Checker(where, hyper, kept, histories, optimizer.shape)
    if optimizer.repeat:
        checker.assigned[turn.name] = HOST
    checker.walk(optimizer.step)
    for s in optimizer.states:
        if s.name not in checker.assigned:
            raise DeclarationError(where, s.name, "is kept as state, but no equation assigns it")
    if theta.name not in checker.assigned:
        raise DeclarationError(where, "theta", "no equation assigns theta[t]")
    used = used_names(
        optimizer.step, optimizer.state, optimizer.hyper, optimizer.views, optimizer.repeat
    )
    for h in optimizer.hyper:
        if h.name not in used:
            raise DeclarationError(where, h.name, "is a hyperparameter that no equation uses")
    for condition in optimizer.invariants:
        checker.extent(sympy.sympify(condition), "invariant")
    for name, view in optimizer.views.items():
        check_name(name, f"{where}, view")
        if checker.extent(sympy.sympify(view), f"view {name}").kind != "coordinate":
            raise DeclarationError(where, name, "a view has one entry per parameter")
    if optimizer.repeat and checker.extent(
        sympy.sympify(optimizer.repeat.until), "repeat"
    ).kind not in ("host", "all"):
        raise DeclarationError(where, "repeat", "its condition is one number over all tensors")
    loops = [s for s in optimizer.step if isinstance(s, Loop)]
    extents = {**checker.kept, **checker.histories, **checker.assigned, **checker.loops}
    if loops and any(s.index == t for s in loops):
        raise DeclarationError(where, "t", "a loop needs an index of its own")
    return extents


def validate_route(route: Route) -> None:
    """Check that a route's branches fit together; see `Route`."""
    from optwright.derive.language.declaration import DeclarationError, joint

    check_name(route.name, route.id)
    if not route.branches:
        raise DeclarationError(route.id, "branches", "a route needs at least one")
    seen: dict[str, Hyper] = {}
    host: dict[str, tuple[object, ...]] = {}
    for where, branch in route.branches:
        if branch.scope == "all":
            raise DeclarationError(
                route.id, branch.id, "a branch of scope 'all' would see its own tensors only"
            )
        if branch.repeat:
            raise DeclarationError(
                route.id,
                branch.id,
                "a branch that repeats within a call would leave the others behind",
            )
        if branch.shape == "matrix" and not where.ndim_at_least == where.ndim_at_most == 2:
            raise DeclarationError(
                route.id, branch.id, "is for matrices: its condition must be two dimensions exactly"
            )
        for statement in route.own(branch):
            for node in joint(statement):
                raise DeclarationError(
                    f"{route.id}, {branch.id}",
                    str(node),
                    "spans all tensors, so it must stand among the statements with which every "
                    "branch begins",
                )
        for state in branch.states:
            if state.extent == HOST:
                rule = (state, *(e for e in branch.equations if e.lhs.name == state.name))
                if host.setdefault(state.name, rule) != rule:
                    raise DeclarationError(
                        route.id,
                        state.name,
                        "is host state that two branches renew differently: rename one",
                    )
        for h in branch.hyper:
            if h.name in seen and (seen[h.name].default, seen[h.name].range) != (
                h.default,
                h.range,
            ):
                raise DeclarationError(
                    route.id, h.name, "has different defaults or ranges in two branches: rename one"
                )
            seen.setdefault(h.name, h)


def validate_schedule(schedule: Schedule) -> None:
    """Check a schedule: host values only."""
    from optwright.derive.language.declaration import DeclarationError

    check_name(schedule.name, schedule.id)
    hyper = _check_hyper(schedule.hyper, schedule.id)
    kept = _states(schedule, hyper)
    checker = _Checker(
        schedule.id, hyper, {**kept, "theta": COORDINATE}, {}, "any", value_extent=HOST
    )
    checker.walk(schedule.step)
    for name, extent in checker.assigned.items():
        if extent.kind != "host":
            raise DeclarationError(
                schedule.id, name, f"a schedule has host values only, this is of extent {extent}"
            )
    for s in schedule.state:
        if s.name not in checker.assigned:
            raise DeclarationError(
                schedule.id, s.name, "is kept as state, but no equation assigns it"
            )
    if checker.extent(schedule.output, "output").kind != "host":
        raise DeclarationError(schedule.id, "output", "the output of a schedule is one host value")


__all__ = [
    "C_WORDS",
    "EACH_AXIS",
    "TENSOR",
    "check_name",
    "suggest",
    "validate",
    "validate_route",
    "validate_schedule",
]

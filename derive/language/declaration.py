"""Declarations: an optimizer as a discrete-time system, as frozen data that validates itself.

`Optimizer` is one plain system: a list of equations in the author's order (see
`optwright.derive.language.step`). `Family` chooses between systems by booleans and choices, `Route`
gives each tensor its own system, and `Schedule` is a system of host values only.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Eq, Expr, sympify
from sympy.logic.boolalg import Boolean

from optwright.derive.display import Displayed
from optwright.derive.error import DeclarationError
from optwright.derive.language import operation as op
from optwright.derive.language.check.name import check_name
from optwright.derive.language.check.system import (
    check_optimizer,
    check_parts,
    check_schedule,
    sequence,
)
from optwright.derive.language.extent import HOST, Extent, Shape
from optwright.derive.language.step import (
    History,
    Loop,
    Push,
    Repeat,
    State,
    Statement,
    System,
    assigned,
    equation,
    expressions,
    g,
    identifier,
    joint,
    map_statement,
    str_equation,
    theta,
    turn,
    used_names,
)
from optwright.derive.language.symbol import Hyper, Parameter, Value, Variable, exact, nodes, t


@dataclass(frozen=True)
class Source:
    """Where a rule is written down: the work, the place in it, and its arXiv number if any."""

    work: str
    place: str = ""
    arxiv: str | None = None
    note: str = ""

    def __str__(self) -> str:
        text = f"{self.work}, {self.place}" if self.place else self.work
        return f"{text} (arXiv:{self.arxiv})" if self.arxiv else text

    @staticmethod
    def of(given: Any, where: str) -> Source:
        """A source as given; a text is the name of the work. Raises DeclarationError for none."""
        if isinstance(given, str) and given.strip():
            return Source(given)
        if isinstance(given, Source):
            return given
        reason = (
            f"{given!r} says not where the rule is written down: write "
            'Source("Polyak 1964", "eq. (9)"), or Source("this file")'
        )
        raise DeclarationError(where, "source", reason)


@dataclass(frozen=True)
class Optimizer(System):
    """One plain system: hyperparameters, state, and the equations of a step.

    Sequences may be given as tuples or lists, a source as text, and state that starts at zero as a
    bare variable. Raises DeclarationError, on one line, for whatever means nothing.

    name        the class name of what is generated; a valid identifier
    source      where the rule is written down
    step        the equations in order (Eq, Loop, Push)
    hyper       hyperparameters in the order of the constructor
    state       what is kept: State and History
    dialect     "paper", or the framework whose computation this is
    scope       "tensor": each tensor for itself; "all": θ is the concatenation of all tensors
    shape       "any", or "matrix" for rules on two-dimensional tensors
    views       other parameters to evaluate at, by name, from values after the step
    invariants  conditions on reachable states, proved before they are used
    family      the heading under which the catalogue lists it
    repeat      run the step several times in one call
    note        one paragraph for the docstring: what is special about this form
    """

    name: str
    source: Source
    step: tuple[Statement, ...]
    hyper: tuple[Hyper, ...] = ()
    state: tuple[State | History, ...] = ()
    dialect: str = "paper"
    scope: str = "tensor"
    shape: Shape = "any"
    views: Mapping[str, Expr] = field(default_factory=dict)
    invariants: tuple[Any, ...] = ()
    family: str = ""
    repeat: Repeat | None = None
    note: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)

    if (
        TYPE_CHECKING
    ):  # authors give any sequences, and bare variables for state that starts at zero

        def __init__(
            self,
            name: str,
            source: Source | str,
            step: Sequence[Statement],
            hyper: Sequence[Hyper] = (),
            state: Sequence[State | History | Variable] = (),
            dialect: str = "paper",
            scope: str = "tensor",
            shape: Shape = "any",
            views: Mapping[str, Expr] = ...,
            invariants: Sequence[Any] = (),
            family: str = "",
            repeat: Repeat | None = None,
            note: str = "",
            choices: Mapping[str, Any] = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        self._check_words()
        set_(self, "step", _with_gradient(sequence(self.step, "step", self.id)))
        set_(self, "hyper", sequence(self.hyper, "hyper", self.id))
        set_(self, "state", _states(self.state, self.id))
        check_parts(self)
        set_(self, "views", _mapping(self.views, "views", self.id))
        set_(self, "invariants", sequence(self.invariants, "invariants", self.id))
        if self.repeat is not None and not isinstance(self.repeat, Repeat):
            raise DeclarationError(self.id, "repeat", f"{self.repeat!r} is none: write Repeat(5)")
        if self.scope == "all":
            set_(self, "shape", "vector")
        found = check_optimizer(
            self, self.scope, self.shape, self.views, self.invariants, self.repeat
        )
        set_(self, "extents", MappingProxyType(found))

    def _check_words(self) -> None:
        check_name(self.name, self.id)
        object.__setattr__(self, "source", Source.of(self.source, self.id))
        object.__setattr__(self, "choices", _mapping(self.choices, "choices", self.id))

    extents: Mapping[str, Extent] = field(init=False, repr=False, compare=False)

    def __reduce__(self) -> Any:
        fields = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name != "extents"
        }
        fields["views"], fields["choices"] = dict(self.views), dict(self.choices)
        return _rebuild, (fields,)

    def __hash__(self) -> int:
        return hash((self.name, self.dialect, tuple(map(str, self.step))))

    @cached_property
    def oracles(self) -> tuple[str, ...]:
        """The names of the oracles that a step asks, in order of first use."""
        names: dict[str, None] = {}
        for statement in self.step:
            for expr in expressions(statement):
                for node in nodes(expr):
                    if isinstance(node, op.Oracle):
                        names.setdefault(node.word)
        return tuple(names)

    def replace(self, **changes: Any) -> Optimizer:
        """This declaration with some fields changed, validated again."""
        if not changes.keys() <= _WORDS:
            return replace(self, **changes)
        same = object.__new__(Optimizer)
        vars(same).update(vars(self), **changes)
        same._check_words()
        return same

    def with_hyper(self, **values: Any) -> Optimizer:
        """The special case with some hyperparameters fixed: numbers, or expressions in others."""
        known = {h.name: h for h in self.hyper}
        for name, number in values.items():
            if name not in known:
                raise DeclarationError(
                    self.id, name, f"is no hyperparameter; there are {', '.join(known) or 'none'}"
                )
            number = exact(number)
            if number.is_number and number not in known[name].range:
                raise DeclarationError(self.id, name, f"{number} is outside {known[name].range}")
        table = {known[name].symbol: exact(number) for name, number in values.items()}
        return substitute(self, table)


_WORDS = frozenset(("name", "source", "dialect", "family", "note", "choices"))
"""The fields that no equation depends on."""


def _rebuild(fields: dict[str, Any]) -> Optimizer:
    return Optimizer(**fields)


def _states(given: Any, where: str, extent: Extent | None = None) -> tuple[Any, ...]:
    """State as given, bare variables made state that starts at zero."""
    options = {} if extent is None else {"extent": extent}
    return tuple(
        State(s, **options) if isinstance(s, Variable) else s
        for s in sequence(given, "state", where)
    )


def _mapping(given: Any, field: str, where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        reason = f"{given!r} is a {type(given).__name__}: write {field}={{name: …}}"
        raise DeclarationError(where, field, reason)
    return MappingProxyType(dict(given))


def substitute(optimizer: Optimizer, table: Mapping[Any, Any]) -> Optimizer:
    """The declaration with symbols replaced everywhere, defaults and initial values included.

    A hyperparameter that is replaced is no hyperparameter any more, nor is one that nothing uses
    then. Raises DeclarationError where an equation becomes undefined.
    """

    new = {symbol: sympify(x) for symbol, x in table.items()}

    def change(x: Any) -> Any:
        expr = sympify(x)
        if new.keys().isdisjoint(nodes(expr)):
            return expr
        # Conditions first: an arm that falls away may be undefined there.
        chosen = expr.replace(
            lambda node: isinstance(node, op.cases),
            lambda node: op.cases(
                *(a.xreplace(new) if isinstance(a, Boolean) else a for a in node.args)
            ),
        )
        try:
            changed = chosen.xreplace(new)
        except (ValueError, TypeError):  # SymPy compares with an undefined number
            changed = sympy.nan
        if changed.has(sympy.nan, sympy.zoo) and not expr.has(sympy.nan, sympy.zoo):
            given = ", ".join(f"{k} = {v}" for k, v in table.items())
            raise DeclarationError(optimizer.id, str(expr), f"is undefined at {given}")
        return changed

    step = tuple(map_statement(s, change) for s in optimizer.step)
    state = tuple(
        replace(s, init=change(s.init))
        if isinstance(s, State)
        else replace(s, length=change(s.length))
        for s in optimizer.state
    )
    views = {name: change(x) for name, x in optimizer.views.items()}
    repeat = optimizer.repeat and Repeat(
        change(optimizer.repeat.at_most), change(optimizer.repeat.until)
    )
    hyper = [
        replace(h, default=None if h.default is None else change(h.default))
        for h in optimizer.hyper
        if h.symbol not in table
    ]
    return optimizer.replace(
        step=step,
        state=state,
        hyper=tuple(h for h in hyper if h.name in used_names(step, state, hyper, views, repeat)),
        views=views,
        invariants=tuple(change(x) for x in optimizer.invariants),
        repeat=repeat,
    )


def _with_gradient(step: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The step with `g[t] = grad(theta[t - 1])` first, where g is used and not assigned."""
    used = any(
        isinstance(v, Value) and v.name == "g" and v.index == t
        for s in step
        if isinstance(s, (Eq, Loop, Push))
        for x in expressions(s)
        for v in nodes(x)
    )
    assigned = any(
        isinstance(s, Eq) and isinstance(s.lhs, Value) and s.lhs.name == "g" for s in step
    )
    return (equation(g[t], op.grad(theta[t - 1])), *step) if used and not assigned else step


@dataclass(frozen=True)
class Family(Displayed):
    """Systems chosen by flags: `choices` lists the values of each flag, the default first.

    `make` gets the flags as keyword arguments and returns the plain system for them, all of the
    same name, dialect and order of hyperparameters (each may lack some).
    """

    name: str
    dialect: str
    choices: Mapping[str, tuple[Any, ...]]
    make: Callable[..., Optimizer]

    def __post_init__(self) -> None:
        check_name(self.name, self.id)
        choices = _mapping(self.choices, "choices", self.id)
        for flag, allowed in choices.items():
            if isinstance(allowed, str) or not isinstance(allowed, Sequence) or not allowed:
                reason = f"{allowed!r} lists no values: write (False, True), the default first"
                raise DeclarationError(self.id, flag, reason)
        try:
            inspect.signature(self.make).bind(**choices)
        except TypeError:
            reason = f"is no function of the flags: write def make({', '.join(choices)})"
            raise DeclarationError(self.id, "make", reason) from None
        object.__setattr__(self, "choices", {f: tuple(allowed) for f, allowed in choices.items()})

    @property
    def id(self) -> str:
        """The name under which the catalogue keeps it: "Adam", "torch.SGD"."""
        return identifier(self.name, self.dialect)

    def __call__(self, **flags: Any) -> Optimizer:
        """The plain system of these flags; DeclarationError names an unknown flag or value."""
        for flag, chosen in flags.items():
            if flag not in self.choices:
                raise DeclarationError(
                    self.id, flag, f"is no choice; there are {', '.join(self.choices)}"
                )
            if chosen not in self.choices[flag]:
                allowed = ", ".join(map(repr, self.choices[flag]))
                raise DeclarationError(self.id, flag, f"{chosen!r} is not one of {allowed}")
        full = {flag: flags.get(flag, allowed[0]) for flag, allowed in self.choices.items()}
        key = tuple(full.values())
        if key not in self._made:
            made = self.make(**full)
            if not isinstance(made, Optimizer):
                reason = f"returned a {type(made).__name__}: it returns the Optimizer of its flags"
                raise DeclarationError(self.id, "make", reason)
            for h in made.hyper:
                if h.name in self.choices:
                    raise DeclarationError(
                        self.id, h.name, "is a flag and a hyperparameter: rename one"
                    )
            self._made[key] = made.replace(name=self.name, dialect=self.dialect, choices=full)
        return self._made[key]

    @cached_property
    def _made(self) -> dict[tuple[Any, ...], Optimizer]:
        return {}

    @cached_property
    def members(self) -> tuple[tuple[Mapping[str, Any], Optimizer], ...]:
        """Every combination of flags that exists, with its system; the default first."""
        found = []
        for combination in product(*self.choices.values()):
            flags = dict(zip(self.choices, combination, strict=True))
            try:
                found.append((flags, self(**flags)))
            except Excluded:
                continue
        return tuple(found)

    @property
    def default(self) -> Optimizer:
        return self()


class Excluded(DeclarationError):
    """Raised by a family's `make` for a combination of flags that does not exist."""


@dataclass(frozen=True)
class Where:
    """A condition on a tensor: its number of dimensions, its shortest of the last two, its name.

    All that are given must hold; `Where()` holds for every tensor.
    """

    ndim_at_least: int = 0
    ndim_at_most: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        low, high = self.ndim_at_least, self.ndim_at_most
        if low and low == high:
            parts = [f"{low} dimension{'s' if low > 1 else ''}"]
        else:
            parts = [f"at least {low} dimensions"] if low else []
            parts += [f"at most {high} dimensions"] if high is not None else []
        parts += [f"name matches {self.name!r}"] if self.name is not None else []
        return " and ".join(parts) or "every tensor"


@dataclass(frozen=True)
class Route(Displayed):
    """Each tensor gets the first system whose condition it meets (Muon and its fallback).

    Hyperparameters of the branches that share a name are one hyperparameter. The last condition
    should be `Where()`. Oracles are asked and reductions over "all" taken of the tensors of all
    branches together; so they stand among the statements with which every branch begins, and
    those run first (`shared`).
    """

    name: str
    source: Source
    branches: tuple[tuple[Where, Optimizer], ...]
    dialect: str = "paper"
    family: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", Source.of(self.source, self.id))
        object.__setattr__(self, "branches", sequence(self.branches, "branches", self.id))
        check_name(self.name, self.id)
        if not self.branches:
            raise DeclarationError(self.id, "branches", "a route needs at least one")
        for pair in self.branches:
            if not (isinstance(pair, tuple) and tuple(map(type, pair)) == (Where, Optimizer)):
                reason = (
                    "each is a condition and a plain rule, such as (Where(ndim_at_least=2), rule)"
                )
                raise DeclarationError(self.id, "branches", reason)
        for where, branch in self.branches:
            self._check_branch(where, branch)
        self._check_shared_names()

    def _check_branch(self, where: Where, branch: Optimizer) -> None:
        reason = ""
        if branch.scope == "all":
            reason = "a branch of scope 'all' would see its own tensors only"
        elif branch.repeat:
            reason = "a branch that repeats within a call would leave the others behind"
        elif branch.shape == "matrix" and not where.ndim_at_least == where.ndim_at_most == 2:
            reason = "is for matrices: its condition must be two dimensions exactly"
        if reason:
            raise DeclarationError(self.id, branch.id, reason)
        for node in (node for statement in self.own(branch) for node in joint(statement)):
            reason = (
                "spans all tensors, so it must stand among the statements with which every branch "
                "begins"
            )
            raise DeclarationError(f"{self.id}, {branch.id}", str(node), reason)

    def _check_shared_names(self) -> None:
        """What two branches share under one name is one thing: host state and hyperparameters."""
        seen: dict[str, Hyper] = {}
        host: dict[str, tuple[object, ...]] = {}
        for _, branch in self.branches:
            for state in (s for s in branch.states if s.extent == HOST):
                rule = (state, *(e for e in branch.equations if e.lhs.name == state.name))
                if host.setdefault(state.name, rule) != rule:
                    reason = "is host state that two branches renew differently: rename one"
                    raise DeclarationError(self.id, state.name, reason)
            for h in branch.hyper:
                first = seen.setdefault(h.name, h)
                if (first.default, first.range) != (h.default, h.range):
                    reason = "has different defaults or ranges in two branches: rename one"
                    raise DeclarationError(self.id, h.name, reason)

    @property
    def id(self) -> str:
        """The name under which the catalogue keeps it: "Adam", "torch.SGD"."""
        return identifier(self.name, self.dialect)

    @property
    def shared(self) -> tuple[Statement, ...]:
        """What spans all tensors (oracles but noise, reductions over "all") and what that needs,
        of the statements with which every branch begins."""
        first, *others = (branch.step for _, branch in self.branches)
        count = 0
        while count < len(first) and all(
            step[count : count + 1] == first[count : count + 1] for step in others
        ):
            count += 1
        needed: set[str] = set()
        kept: list[Statement] = []
        for statement in reversed(first[:count]):
            if joint(statement) or assigned(statement) & needed:
                kept.insert(0, statement)
                needed |= {v.name for x in expressions(statement) for v in x.atoms(Value)}
        return tuple(kept)

    def own(self, branch: Optimizer) -> tuple[Statement, ...]:
        """The statements of a branch beyond the shared ones."""
        return tuple(s for s in branch.step if s not in self.shared)

    @property
    def hyper(self) -> tuple[Hyper, ...]:
        """The hyperparameters of all branches, in order of first appearance."""
        seen: dict[str, Hyper] = {}
        for _, branch in self.branches:
            for h in branch.hyper:
                seen.setdefault(h.name, h)
        return tuple(seen.values())


@dataclass(frozen=True)
class Schedule(System):
    """A system of host values whose `output` drives a hyperparameter, step by step from t = 1.

    `step` assigns host values in order; `output` is the schedule's value at step t. A schedule that
    needs the loss (plateau) writes `value(theta[t - 1])`, which is then one host input per step.
    """

    name: str
    source: Source
    output: Expr
    hyper: tuple[Hyper, ...] = ()
    state: tuple[State, ...] = ()
    step: tuple[Statement, ...] = ()
    dialect: str = "paper"
    family: str = "schedule"
    note: str = ""

    if TYPE_CHECKING:  # as for an optimizer

        def __init__(
            self,
            name: str,
            source: Source | str,
            output: Any,
            hyper: Sequence[Hyper] = (),
            state: Sequence[State | Variable] = (),
            step: Sequence[Statement] = (),
            dialect: str = "paper",
            family: str = "schedule",
            note: str = "",
        ) -> None: ...

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "source", Source.of(self.source, self.id))
        set_(self, "output", exact(self.output))
        set_(self, "step", sequence(self.step, "step", self.id))
        set_(self, "hyper", sequence(self.hyper, "hyper", self.id))
        set_(self, "state", _states(self.state, self.id, HOST))
        check_parts(self)
        check_schedule(self, self.output)

    @property
    def needs_value(self) -> bool:
        """Whether the loss must be given at each step."""
        return any(
            isinstance(n, op.value) for s in self.step for x in expressions(s) for n in nodes(x)
        )


Declaration = Optimizer | Family | Route | Schedule

__all__ = [
    "Declaration",
    "DeclarationError",
    "Excluded",
    "Family",
    "History",
    "Hyper",
    "Loop",
    "Optimizer",
    "Parameter",
    "Push",
    "Repeat",
    "Route",
    "Schedule",
    "Source",
    "State",
    "Statement",
    "Where",
    "assigned",
    "equation",
    "expressions",
    "g",
    "joint",
    "map_statement",
    "str_equation",
    "substitute",
    "theta",
    "turn",
    "used_names",
]

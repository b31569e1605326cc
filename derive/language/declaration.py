"""Declarations: an optimizer as a discrete-time system, as frozen data that validates itself.

One step is a list of equations in the author's order: `Eq(x[t], …)` assigns a value, `Loop` runs a
bounded recurrence over an index, `Push` appends to finite histories. `x[t - 1]` is the state before
the step, `x[t]` whatever the step has assigned so far. `theta` is the parameters, `g[t]` (unless
the author assigns it) the gradient at `theta[t - 1]`.

`Optimizer` is one plain system, `Family` chooses between systems by booleans and choices, `Route`
gives each tensor its own system, and `Schedule` is a system of host values only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import sympy
from sympy import Eq, Expr, Integer, Symbol, sympify
from sympy.logic.boolalg import Boolean

from optwright.derive.language import operation as op
from optwright.derive.language.extent import COORDINATE, HOST, Extent, Shape
from optwright.derive.language.symbol import Hyper, Parameter, Value, Variable, exact, t

theta = Variable("theta", r"\theta")
g = Variable("g")


class DeclarationError(ValueError):
    """A declaration that means nothing: names the equation, the symbol and the reason."""

    def __init__(self, where: str, symbol: str, reason: str) -> None:
        super().__init__(f"{where}: {symbol}: {reason}")
        self.where, self.symbol, self.reason = where, symbol, reason


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


def _check_variable(kind: str, variable: Any) -> None:
    if not isinstance(variable, Variable):
        reason = f"is a {type(variable).__name__}, no Variable: Variable({str(variable)!r}) is one"
        raise DeclarationError(kind, repr(variable), reason)


@dataclass(frozen=True)
class State:
    """A sequence that is kept from step to step.

    `init` may use hyperparameters and `theta[0]`. `extent` says how far it extends (one number per
    parameter entry unless said); host state depends on hyperparameters and the clock only.
    """

    variable: Variable
    init: Any = 0
    extent: Extent = COORDINATE

    def __post_init__(self) -> None:
        _check_variable("State", self.variable)

    @property
    def name(self) -> str:
        return self.variable.name

    def __getitem__(self, index: Any) -> Value:
        return self.variable[index]


@dataclass(frozen=True)
class History:
    """The last `length` values of a quantity: `S[1]` is the newest, `S[2]` the one before.

    `count(S)` is how many are kept so far, at most `length` (an integer hyperparameter).
    """

    variable: Variable
    length: Any
    extent: Extent = COORDINATE

    def __post_init__(self) -> None:
        _check_variable("History", self.variable)

    @property
    def name(self) -> str:
        return self.variable.name

    def __getitem__(self, age: Any) -> Value:
        return self.variable[age]

    @property
    def count(self) -> Expr:
        return Symbol(f"count_{self.name}", integer=True, nonnegative=True)


@dataclass(frozen=True)
class Push:
    """Append values to histories, all or none: only where `when` holds (a condition on numbers)."""

    values: tuple[tuple[History, Expr], ...]
    when: Any = True

    def __init__(self, values: Mapping[History, Any], when: Any = True) -> None:
        object.__setattr__(self, "values", tuple((h, exact(x)) for h, x in values.items()))
        object.__setattr__(self, "when", sympify(when))

    def __str__(self) -> str:
        text = ", ".join(f"{h.name} << {x}" for h, x in self.values)
        return text if self.when == sympy.true else f"{text} if {self.when}"


@dataclass(frozen=True)
class Loop:
    """A bounded recurrence over an integer index, upwards or downwards from `first` to `last`.

    `init` assigns the members before the first turn (`q[0]`), `body` those of each turn from the
    neighbour before it (`q[j - 1]` upwards, `r[j + 1]` downwards). After the loop `q[last]` is the
    result (and `q[0]` still, when there was no turn) and every `a[j]` may be read by a later loop.
    """

    index: Symbol
    first: Any
    last: Any
    init: tuple[Eq, ...]
    body: tuple[Eq, ...]

    @property
    def downward(self) -> bool:
        """Whether members are found from the neighbour with the higher index."""
        for equation in self.body:
            for value in equation.rhs.atoms(Value):
                if (value.index - self.index) == 1:
                    return True
        return False

    def __str__(self) -> str:
        return f"for {self.index} = {self.first} … {self.last}: " + "; ".join(
            str_equation(e) for e in self.body
        )


Statement: TypeAlias = Eq | Loop | Push


def str_equation(equation: Eq) -> str:
    """An equation on one line."""
    return f"{equation.lhs} = {equation.rhs}"


@dataclass(frozen=True)
class Repeat:
    """Run the step again within one call, at most so often, until a condition on it holds.

    The clock of the repeated system counts its own runs over the optimizer's life; `turn[t]`, a
    host value that the system may use, counts them within the call, from 1.
    """

    at_most: Any
    until: Any = False


turn = Variable("turn")


@dataclass(frozen=True)
class Optimizer:
    """One plain system: hyperparameters, state, and the equations of a step.

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
            source: Source,
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
        from optwright.derive.language.validate import validate

        set_ = object.__setattr__
        set_(self, "step", _with_gradient(tuple(self.step)))
        set_(self, "hyper", tuple(self.hyper))
        set_(
            self,
            "state",
            tuple(s if isinstance(s, (State, History)) else State(s) for s in self.state),
        )
        set_(self, "views", MappingProxyType(dict(self.views)))
        set_(self, "choices", MappingProxyType(dict(self.choices)))
        set_(self, "invariants", tuple(self.invariants))
        if self.scope == "all":
            set_(self, "shape", "vector")
        set_(self, "extents", MappingProxyType(validate(self)))

    extents: Mapping[str, Extent] = field(init=False, repr=False, compare=False)

    def __reduce__(self) -> Any:
        fields = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name != "extents"
        }
        fields["views"], fields["choices"] = dict(self.views), dict(self.choices)
        return _rebuild, (fields,)

    def __hash__(self) -> int:
        return hash((self.name, self.dialect, tuple(map(str, self.step))))

    @property
    def id(self) -> str:
        """The name under which the catalogue keeps it: "Adam", "torch.SGD"."""
        return self.name if self.dialect == "paper" else f"{self.dialect}.{self.name}"

    @property
    def equations(self) -> tuple[Eq, ...]:
        """The plain equations of the step, those of loops left out."""
        return tuple(s for s in self.step if isinstance(s, Eq))

    @property
    def states(self) -> tuple[State, ...]:
        return tuple(s for s in self.state if isinstance(s, State))

    @property
    def histories(self) -> tuple[History, ...]:
        return tuple(s for s in self.state if isinstance(s, History))

    @cached_property
    def oracles(self) -> tuple[str, ...]:
        """The names of the oracles that a step asks, in order of first use."""
        names: dict[str, None] = {}
        for statement in self.step:
            for expr in expressions(statement):
                for node in sympy.preorder_traversal(expr):
                    if isinstance(node, op.Oracle):
                        names.setdefault(node.word)
        return tuple(names)

    def replace(self, **changes: Any) -> Optimizer:
        """This declaration with some fields changed, validated again."""
        return replace(self, **changes)

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

    def _repr_latex_(self) -> str:
        lines = r" \\ ".join(
            sympy.latex(e.lhs) + " &= " + sympy.latex(e.rhs) for e in self.equations
        )
        return r"$\begin{aligned}" + lines + r"\end{aligned}$"


def _rebuild(fields: dict[str, Any]) -> Optimizer:
    return Optimizer(**fields)


def expressions(statement: Statement) -> tuple[Expr, ...]:
    """The expressions that a statement evaluates, in order."""
    if isinstance(statement, Loop):
        bounds = (sympify(statement.first), sympify(statement.last))
        return bounds + tuple(e.rhs for e in statement.init) + tuple(e.rhs for e in statement.body)
    if isinstance(statement, Push):
        return tuple(x for _, x in statement.values) + (statement.when,)
    return (statement.rhs,)


def assigned(statement: Statement) -> set[str]:
    """The names that a statement assigns or appends to."""
    if isinstance(statement, Loop):
        return {e.lhs.name for e in (*statement.init, *statement.body)}
    if isinstance(statement, Push):
        return {h.name for h, _ in statement.values}
    return {statement.lhs.name}


def joint(statement: Statement) -> tuple[Expr, ...]:
    """What in a statement spans all tensors: oracles but noise, and reductions over "all"."""
    return tuple(
        node
        for x in expressions(statement)
        for node in sympy.preorder_traversal(x)
        if (isinstance(node, op.Oracle) and not isinstance(node, op.noise))
        or (isinstance(node, op.Reduction) and node.over == "all")
    )


def map_statement(statement: Statement, change: Callable[[Any], Any]) -> Statement:
    """The statement with every expression in it, left sides too, replaced by `change` of it."""
    if isinstance(statement, Loop):
        return Loop(
            statement.index,
            change(sympify(statement.first)),
            change(sympify(statement.last)),
            tuple(equation(change(e.lhs), change(e.rhs)) for e in statement.init),
            tuple(equation(change(e.lhs), change(e.rhs)) for e in statement.body),
        )
    if isinstance(statement, Push):
        return Push(
            {replace(h, length=change(sympify(h.length))): change(x) for h, x in statement.values},
            change(statement.when),
        )
    return equation(change(statement.lhs), change(statement.rhs))


def equation(lhs: Expr, rhs: Any) -> Eq:
    """`lhs = rhs` as data: never decided, whatever SymPy knows of its sides; floats made exact."""
    return Eq(lhs, exact(rhs), evaluate=False)


def substitute(optimizer: Optimizer, table: Mapping[Any, Any]) -> Optimizer:
    """The declaration with symbols replaced everywhere, defaults and initial values included.

    A hyperparameter that is replaced is no hyperparameter any more, nor is one that nothing uses
    then. Raises DeclarationError where an equation becomes undefined.
    """

    plain = not any(sympify(x).free_symbols for x in table.values())

    def change(x: Any) -> Any:
        expr = sympify(x)
        if expr.free_symbols.isdisjoint(table):
            return expr
        # Conditions first: an arm that falls away may be undefined there.
        chosen = expr.replace(
            lambda node: isinstance(node, op.cases),
            lambda node: op.cases(
                *(a.subs(dict(table)) if isinstance(a, Boolean) else a for a in node.args)
            ),
        )
        try:
            changed = chosen.subs(dict(table), simultaneous=not plain)
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


def used_names(
    step: Sequence[Statement],
    state: Sequence[State | History],
    hyper: Sequence[Hyper],
    views: Mapping[str, Any],
    repeat: Repeat | None,
) -> set[str]:
    """The names of the symbols that a system's parts use."""
    parts: list[Any] = [x for s in step for x in expressions(s)]
    parts += [s.init if isinstance(s, State) else s.length for s in state]
    parts += [h.default for h in hyper if h.default is not None]
    parts += list(views.values())
    parts += [repeat.at_most, repeat.until] if repeat else []
    return {symbol.name for x in parts for symbol in sympify(x).free_symbols}


def _with_gradient(step: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The step with `g[t] = grad(theta[t - 1])` first, where g is used and not assigned."""
    used = any(
        isinstance(v, Value) and v.name == "g" and v.index == t
        for s in step
        if isinstance(s, (Eq, Loop, Push))
        for x in expressions(s)
        for v in sympy.preorder_traversal(x)
    )
    assigned = any(
        isinstance(s, Eq) and isinstance(s.lhs, Value) and s.lhs.name == "g" for s in step
    )
    return (equation(g[t], op.grad(theta[t - 1])), *step) if used and not assigned else step


@dataclass(frozen=True)
class Family:
    """Systems chosen by flags: `choices` lists the values of each flag, the default first.

    `make` gets the flags as keyword arguments and returns the plain system for them, all of the
    same name, dialect and order of hyperparameters (each may lack some).
    """

    name: str
    dialect: str
    choices: Mapping[str, tuple[Any, ...]]
    make: Callable[..., Optimizer]

    @property
    def id(self) -> str:
        return self.name if self.dialect == "paper" else f"{self.dialect}.{self.name}"

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
class Route:
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
        from optwright.derive.language.validate import validate_route

        object.__setattr__(self, "branches", tuple(self.branches))
        validate_route(self)

    @property
    def id(self) -> str:
        return self.name if self.dialect == "paper" else f"{self.dialect}.{self.name}"

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
class Schedule:
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
            source: Source,
            output: Any,
            hyper: Sequence[Hyper] = (),
            state: Sequence[State | Variable] = (),
            step: Sequence[Statement] = (),
            dialect: str = "paper",
            family: str = "schedule",
            note: str = "",
        ) -> None: ...

    def __post_init__(self) -> None:
        from optwright.derive.language.validate import validate_schedule

        set_ = object.__setattr__
        set_(self, "output", sympify(self.output))
        set_(self, "step", tuple(self.step))
        set_(self, "hyper", tuple(self.hyper))
        set_(
            self,
            "state",
            tuple(s if isinstance(s, State) else State(s, extent=HOST) for s in self.state),
        )
        validate_schedule(self)

    @property
    def id(self) -> str:
        return self.name if self.dialect == "paper" else f"{self.dialect}.{self.name}"

    @property
    def needs_value(self) -> bool:
        """Whether the loss must be given at each step."""
        return any(
            isinstance(n, op.value)
            for s in self.step
            for x in expressions(s)
            for n in sympy.preorder_traversal(x)
        )


Declaration = Optimizer | Family | Route | Schedule

__all__ = [
    "Declaration",
    "DeclarationError",
    "Excluded",
    "Family",
    "History",
    "Hyper",
    "Integer",
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
    "equation",
    "expressions",
    "g",
    "map_statement",
    "str_equation",
    "substitute",
    "theta",
    "turn",
]

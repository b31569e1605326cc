"""What a step is made of: sequences that are kept, equations, loops, pushes, repetition.

`Eq(x[t], …)` assigns a value, `Loop` runs a bounded recurrence over an index, `Push` appends to
finite histories, `Repeat` runs the whole step again. `x[t - 1]` is the state before the step,
`x[t]` whatever the step has assigned so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sympy
from sympy import Eq, Expr, Symbol, sympify

from optwright.derive.display import Displayed
from optwright.derive.error import DeclarationError
from optwright.derive.language import operation as op
from optwright.derive.language.extent import COORDINATE, Extent
from optwright.derive.language.symbol import Hyper, Indexed, Value, Variable, exact, nodes

theta = Variable("theta", r"\theta")
"""The parameters: `theta[t - 1]` before the step, `theta[t]` after it, `theta[0]` at the start."""

g = Variable("g")
"""The gradient at `theta[t - 1]`, `g[t]`, unless the step assigns it."""


def _check_kept(kind: str, variable: Any, extent: Any) -> None:
    if isinstance(variable, Value):
        reason = f"is one value of it: write {kind}({variable.name})"
        raise DeclarationError(kind, str(variable), reason)
    if not isinstance(variable, Variable):
        reason = f"is a {type(variable).__name__}, no Variable: Variable({str(variable)!r}) is one"
        raise DeclarationError(kind, repr(variable), reason)
    if not isinstance(extent, Extent):
        reason = 'is no extent: write HOST, ALL, TENSOR, COORDINATE, axes(-1) or matrix("n", "n")'
        raise DeclarationError(kind, f"{variable}: {extent!r}", reason)


@dataclass(frozen=True)
class State(Indexed):
    """A sequence that is kept from step to step.

    `init` may use hyperparameters and `theta[0]`. `extent` says how far it extends (one number per
    parameter entry unless said); host state depends on hyperparameters and the clock only.
    """

    variable: Variable
    init: Any = 0
    extent: Extent = COORDINATE

    def __post_init__(self) -> None:
        _check_kept("State", self.variable, self.extent)
        object.__setattr__(self, "init", exact(self.init))

    @property
    def name(self) -> str:  # type: ignore[override]  # a field of Variable
        return self.variable.name

    def __getitem__(self, index: Any) -> Value:
        return self.variable[index]


@dataclass(frozen=True)
class History(Indexed):
    """The last `length` values of a quantity: `S[1]` is the newest, `S[2]` the one before.

    `S.count` is how many are kept so far, at most `length` (a positive whole number or
    hyperparameter). `extent` is that of each member. A step appends with `Push`.
    """

    variable: Variable
    length: Any
    extent: Extent = COORDINATE

    def __post_init__(self) -> None:
        _check_kept("History", self.variable, self.extent)
        object.__setattr__(self, "length", exact(self.length))

    @property
    def name(self) -> str:  # type: ignore[override]  # a field of Variable
        return self.variable.name

    def __getitem__(self, age: Any) -> Value:
        return self.variable[age]

    @property
    def count(self) -> Expr:
        return Symbol(f"count_{self.name}", integer=True, nonnegative=True)


@dataclass(frozen=True)
class Push:
    """Append values to histories, all or none: `Push({S: s[t], Y: y[t]}, when=…)`.

    `when` is a condition on one number over all tensors; each value has the extent of its history.
    Raises DeclarationError where what is appended to is no History.
    """

    values: tuple[tuple[History, Expr], ...]
    when: Any = True

    def __init__(self, values: Mapping[History, Any], when: Any = True) -> None:
        if not isinstance(values, Mapping) or not all(isinstance(h, History) for h in values):
            reason = "names no history: write Push({past: g[t]}) with past = History(…)"
            raise DeclarationError("Push", str(values), reason)
        object.__setattr__(self, "values", tuple((h, exact(x)) for h, x in values.items()))
        object.__setattr__(self, "when", exact(when))

    def __str__(self) -> str:
        text = ", ".join(f"{h.name} << {x}" for h, x in self.values)
        return text if self.when == sympy.true else f"{text} if {self.when}"


@dataclass(frozen=True)
class Loop:
    """A bounded recurrence over an integer index, upwards or downwards from `first` to `last`.

    The bounds are host values.

    `init` assigns the members before the first turn (`q[0]`), `body` those of each turn from the
    neighbour before it (`q[j - 1]` upwards, `r[j + 1]` downwards). After the loop `q[last]` is the
    result (and `q[0]` still, when there was no turn) and every `a[j]` may be read by a later loop.
    """

    index: Symbol
    first: Any
    last: Any
    init: tuple[Eq, ...]
    body: tuple[Eq, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.index, Symbol) or not self.index.is_integer:
            reason = 'is no index: write k = Symbol("k", integer=True)'
            raise DeclarationError("Loop", str(self.index), reason)
        for part in ("init", "body"):
            given = getattr(self, part)
            if isinstance(given, Eq) or not all(isinstance(e, Eq) for e in given):
                reason = "holds equations: write (Eq(a[0], …),)"
                raise DeclarationError(f"Loop over {self.index}", part, reason)

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
    """Run the step again within one call, `at_most` so often, until a condition on it holds.

    `at_most` is a whole number of at least 1, or a hyperparameter; `until` one number over all
    tensors.

    The clock of the repeated system counts its own runs over the optimizer's life; `turn[t]`, a
    host value that the system may use, counts them within the call, from 1.
    """

    at_most: Any
    until: Any = False


turn = Variable("turn")


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
        for node in nodes(x)
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
    """`lhs = rhs` as data: `Eq(m[t], …)` assigns m[t] in a step.

    Never decided, whatever SymPy knows of its sides; floats are made exact. Raises DeclarationError
    where a side is no expression: a sequence without its index, a text, an array.
    """
    return Eq(lhs, exact(rhs), evaluate=False)


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
    return {node.name for x in parts for node in nodes(sympify(x)) if isinstance(node, Symbol)}


class System(Displayed):
    """What every plain system has: a name in a dialect, hyperparameters, state, and a step."""

    name: str
    dialect: str
    hyper: tuple[Hyper, ...]
    state: tuple[Any, ...]
    step: tuple[Statement, ...]

    @property
    def id(self) -> str:
        """The name under which the catalogue keeps it: "Adam", "torch.SGD"."""
        return identifier(self.name, self.dialect)

    @property
    def states(self) -> tuple[State, ...]:
        """What is kept, histories left out."""
        return tuple(s for s in self.state if isinstance(s, State))

    @property
    def histories(self) -> tuple[History, ...]:
        """The histories that are kept."""
        return tuple(s for s in self.state if isinstance(s, History))

    @property
    def equations(self) -> tuple[Eq, ...]:
        """The plain equations of the step, those of loops left out."""
        return tuple(s for s in self.step if isinstance(s, Eq))


def identifier(name: str, dialect: str) -> str:
    """A name in a dialect as the catalogue writes it."""
    return name if dialect == "paper" else f"{dialect}.{name}"

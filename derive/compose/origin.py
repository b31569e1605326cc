"""Which declaration a system is a special case of, and what was fixed to make it.

`substitute` leaves no trace of what it replaced, so that a special case is a plain system like any
other. `origin` finds it again: it tries simple values for the hyperparameters that have gone, and
keeps those that give the same equations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice, product
from typing import Any

from sympy import Eq, Expr, Integer, Rational, sympify

from optwright.derive.language import operation as op
from optwright.derive.language.declaration import (
    Declaration,
    DeclarationError,
    Family,
    Optimizer,
    Route,
    State,
    expressions,
    substitute,
)
from optwright.derive.language.symbol import Hyper

TRIED = 400
"""How many substitutions are tried for one system."""


@dataclass(frozen=True)
class Origin:
    """A declaration with flags chosen and hyperparameters fixed, each at a number or an expression
    in the hyperparameters that are left."""

    declaration: Declaration
    flags: tuple[tuple[str, Any], ...] = ()
    fixed: tuple[tuple[str, Expr], ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """What was chosen, as the arguments of a call; flags at their default are left out."""
        default = self.declaration.choices if isinstance(self.declaration, Family) else {}
        flags = [f"{n}={x!r}" for n, x in self.flags if x != default.get(n, (None,))[0]]
        return (*flags, *(f"{name}={x}" for name, x in self.fixed))

    def __str__(self) -> str:
        said = ", ".join(self.said)
        return f"{self.declaration.id}({said})" if said else self.declaration.id


@lru_cache(maxsize=1024)
def _found(member: Optimizer, system: Optimizer) -> tuple[tuple[str, Expr], ...] | None:
    if _same(member, system):
        return ()
    left = {h.name for h in system.hyper}
    gone = [h for h in member.hyper if h.name not in left]
    if not gone or not left <= {h.name for h in member.hyper}:
        return None
    for table in islice(_tables(gone, system), TRIED):
        if not _likely(member, system, {h.symbol: x for h, x in table}):
            continue
        try:
            made = substitute(member, {h.symbol: x for h, x in table})
        except DeclarationError:
            continue
        if _same(made, system):
            return tuple((h.name, x) for h, x in table)
    return None


def origin(system: Optimizer, known: Mapping[str, Declaration]) -> Origin | None:
    """The declaration of the same id of which a system is a special case, or None.

    What is looked for are numbers such as 0 and 1, numbers that the equations hold, and other
    hyperparameters, a few at a time; a special case of another kind is not found.
    """
    declaration = known.get(system.id)
    if declaration is None or isinstance(declaration, Route):
        return None
    if isinstance(declaration, Optimizer):
        fixed = _found(declaration, system)
        return None if fixed is None else Origin(declaration, (), fixed)
    if isinstance(declaration, Family):
        chosen = dict(system.choices)
        for flags, member in declaration.members:
            if chosen and flags != chosen:
                continue
            fixed = _found(member, system)
            if fixed is not None:
                return Origin(declaration, tuple(flags.items()), fixed)
    return None


def _likely(member: Optimizer, system: Optimizer, table: Mapping[Any, Expr]) -> bool:
    """Whether the equations in which something is fixed could become those of the system."""
    pairs = zip(member.step, system.step, strict=False)
    return len(member.step) == len(system.step) and all(
        not isinstance(a, Eq)
        or not isinstance(b, Eq)
        or a.rhs.has(op.cases)  # an arm may fall away
        or a.rhs.xreplace(table) == b.rhs
        for a, b in pairs
    )


def _tables(gone: list[Hyper], system: Optimizer) -> Iterator[tuple[tuple[Hyper, Expr], ...]]:
    """What may have been fixed, few hyperparameters first; those that fell away need no value."""
    numbers = sorted(
        {x for s in system.step for e in expressions(s) for x in e.atoms(Rational)},
        key=lambda x: (abs(x), x),
    )
    symbols = [h.symbol for h in system.hyper]
    values = {
        h.name: list(
            dict.fromkeys(
                x
                for x in (Integer(0), Integer(1), *numbers, *symbols)
                if not x.is_number or x in h.range
            )
        )
        for h in gone
    }
    for count in range(1, len(gone) + 1):
        for some in combinations(gone, count):
            for chosen in product(*(values[h.name] for h in some)):
                yield tuple(zip(some, chosen, strict=True))


def _same(a: Optimizer, b: Optimizer) -> bool:
    """Whether two systems have the same equations, start and hyperparameters."""

    def start(system: Optimizer) -> list[Any]:
        return [(s.name, sympify(s.init)) for s in system.state if isinstance(s, State)]

    return (
        a.step == b.step
        and start(a) == start(b)
        and a.histories == b.histories
        and [h.name for h in a.hyper] == [h.name for h in b.hyper]
        and (a.scope, a.shape) == (b.scope, b.shape)
    )


__all__ = ["Origin", "origin"]

"""Claims about single expressions on a domain, finite sums, and several claims at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr, Symbol

from optwright.derive.language.symbol import Hyper


@dataclass(frozen=True)
class Identity:
    """`left = right` wherever both are defined and the relations of `where` hold.

    parameters: hyperparameters that are not of the standard vocabulary, with their ranges.
    """

    kind: ClassVar[str] = "identity"

    left: Any
    right: Any
    where: Sequence[Any] = ()
    integers: Sequence[Expr] = ()
    parameters: Sequence[Hyper] = ()
    name: str = "identity"


@dataclass(frozen=True)
class Inequality:
    """A relation such as `a <= b` wherever both sides are defined and `where` holds.

    parameters: hyperparameters that are not of the standard vocabulary, with their ranges.
    """

    kind: ClassVar[str] = "inequality"

    relation: Any
    where: Sequence[Any] = ()
    integers: Sequence[Expr] = ()
    parameters: Sequence[Hyper] = ()
    name: str = "inequality"


@dataclass(frozen=True)
class SumOf:
    """The sum of `term` over `index` = 1 … t equals `total`, by induction on t.

    Each term must carry over to the next t by a factor that is the same for all of them.
    """

    kind: ClassVar[str] = "sum"

    term: Any
    index: Symbol
    total: Any
    where: Sequence[Any] = ()
    parameters: Sequence[Hyper] = ()


@dataclass(frozen=True)
class Conjunction:
    """Several claims, all of which must hold; each has a name."""

    kind: ClassVar[str] = "conjunction"

    parts: Mapping[str, Any]


@dataclass(frozen=True)
class Refutation:
    """The claim that another claim is false: proved by that claim's counterexample."""

    kind: ClassVar[str] = "refutation"

    of: Any


__all__ = ["Conjunction", "Identity", "Inequality", "Refutation", "SumOf"]

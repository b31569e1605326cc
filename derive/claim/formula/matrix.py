"""Claims about vectors and matrices of every dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optwright.derive.claim.formula.lowered import Lowered, Oracle, lower
from optwright.derive.claim.formula.word import Column, WordRule, Words
from optwright.derive.language.declaration import Optimizer

Equations = Callable[[Lowered], Mapping[str, tuple[Words, Words]]]


@dataclass(frozen=True)
class MatrixIdentity:
    """Equations between words that follow from a declaration's step, for every n.

    system, letters, symmetric, given, oracles: as `lower` takes them. equations: from the lowered
    step to pairs of words by name. rules: further rewritings that are assumed; words say them.
    """

    kind: ClassVar[str] = "matrix identity"

    system: Optimizer
    equations: Equations
    letters: Sequence[str] = ()
    symmetric: Sequence[str] = ()
    given: Mapping[Any, bool] = field(default_factory=dict)
    oracles: Mapping[str, Oracle] = field(default_factory=dict)
    rules: Sequence[WordRule] = ()
    conditions: Sequence[str] = ()

    def lowered(self) -> Lowered:
        """The step in words; raises Unsupported."""
        return lower(
            self.system,
            letters=self.letters,
            symmetric=self.symmetric,
            given=self.given,
            oracles=self.oracles,
        )

    def said(self, step: Lowered) -> Mapping[str, tuple[Words, Words]]:
        """The equations claimed of a lowered step, by name."""
        return self.equations(step)


@dataclass(frozen=True)
class Minimiser:
    """A step of a system minimises a quadratic model of the loss, for every n.

    model: the model as a function of the move d and the lowered step. excess: what the model has
    above its least value, as a function of the distance e from the minimiser; `positive` says in
    words why that is positive unless e = 0, `definite` the matrices assumed positive definite.
    Proved by completing the square: with d* the move of the step,
    model(d* + e) - model(d*) = excess(e) for every column e.
    """

    kind: ClassVar[str] = "minimiser"

    system: Optimizer
    model: Callable[[Words, Lowered], Words]
    excess: Callable[[Words, Lowered], Words]
    positive: str
    definite: Sequence[Words] = ()
    given: Mapping[Any, bool] = field(default_factory=dict)

    def lowered(self) -> Lowered:
        """The step in words; raises Unsupported."""
        return lower(self.system, given=self.given)

    def said(self, step: Lowered) -> Mapping[str, tuple[Words, Words]]:
        """What the model gains away from the move of a lowered step, and its excess."""
        e = Column("e")
        gain = self.model(step.move + e, step) - self.model(step.move, step)
        return {"the model's excess": (gain, self.excess(e, step))}


@dataclass(frozen=True)
class WordIdentity:
    """Equations between words given directly, for every n."""

    kind: ClassVar[str] = "matrix identity"

    equations: Mapping[str, tuple[Words, Words]]
    rules: Sequence[WordRule] = ()
    conditions: Sequence[str] = ()


@dataclass(frozen=True)
class Determinant:
    """det(after) = ratio * det(before), for every n.

    after must be before @ (I + u1 v1' + u2 v2' + …), the pairs of columns given as `pairs`. By
    Sylvester's identity det(I + U V') = det(I + V'U), which is the determinant of numbers, as many
    a side as there are pairs (at most two). rules: assumed; `before` is invertible.
    """

    kind: ClassVar[str] = "determinant"

    before: Words
    after: Words
    pairs: Sequence[tuple[Words, Words]]
    ratio: Words
    rules: Sequence[WordRule] = ()
    conditions: Sequence[str] = ()


__all__ = ["Determinant", "MatrixIdentity", "Minimiser", "WordIdentity"]

"""What a comparison finds: verified relations between two systems, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sympy import Expr, sympify

from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.verdict import Counterexample, Verdict
from optwright.derive.display import Displayed
from optwright.derive.language.declaration import Optimizer, theta
from optwright.derive.language.symbol import t
from optwright.derive.proof.run.system import THETA

Status = Literal["equal", "different", "undecided"]


@dataclass(frozen=True)
class Relation(Displayed):
    """A verified relation: `right` does what `left` does, under these maps.

    hyper       hyperparameters of `right`, as expressions in those of `left` (and t)
    state       what `right` keeps after step t, theta among it, from what `left` keeps
    given       values of hyperparameters of `left` under which it holds
    assume      further relations on hyperparameters of `left` under which it holds
    varying     hyperparameters of `left` that may change from step to step
    constant    those that must not, for all that was proved
    degenerate  whether it holds only at the edge of a decay's range
    exactly     what it holds in a step if and only if, under this map of states, and in which
                steps that was proved
    proof       the verdict of the simulation
    """

    left: str
    right: str
    hyper: Mapping[str, Expr]
    state: Mapping[str, Expr]
    claim: Simulation = field(repr=False, compare=False)
    proof: Verdict = field(repr=False, compare=False)
    given: Mapping[str, Expr] = field(default_factory=dict)
    assume: tuple[Any, ...] = ()
    varying: tuple[str, ...] = ()
    constant: tuple[str, ...] = ()
    degenerate: bool = False
    exactly: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether the map of hyperparameters depends on t."""
        return any(sympify(x).has(t) for x in self.hyper.values())

    @property
    def shifted(self) -> bool:
        """Whether the parameters differ, only the points asked at being the same."""
        return bool(self.state.get(THETA, theta[t]) != theta[t])

    @property
    def ahead(self) -> int:
        """How many steps `right` is ahead: its step t + ahead is step t of `left`."""
        return self.claim.shift

    @property
    def pins(self) -> dict[str, Expr]:
        """Hyperparameters of `right` that the map fixes at numbers."""
        return {n: x for n, x in self.hyper.items() if sympify(x).is_number}

    def conditions(self) -> tuple[str, ...]:
        """All under which the relation holds, spelt out."""
        said = [f"{n} of {self.left} = {x}" for n, x in self.given.items()]
        said += [f"{n} of {self.right} = {x}" for n, x in self.pins.items()]
        said += [
            f"{n}[t] of {self.right} = {x}" for n, x in self.hyper.items() if sympify(x).has(t)
        ]
        said += [str(fact) for fact in self.assume]
        said += self._noted()
        if self.constant:
            said.append(f"{', '.join(self.constant)} constant")
        if self.ahead:
            said.append(f"step t + {self.ahead} of {self.right} as step t of {self.left}")
        return tuple(said)

    def _noted(self) -> list[str]:
        """What the proof asks of hyperparameters."""
        return sorted({n for o in self.proof.obligations for n in o.notes if is_condition(n)})

    def as_dict(self) -> dict[str, Any]:
        """The relation as plain data."""
        return {
            "left": self.left,
            "right": self.right,
            "hyper": {n: str(x) for n, x in self.hyper.items()},
            "state": {n: str(x) for n, x in self.state.items()},
            "given": {n: str(x) for n, x in self.given.items()},
            "conditions": list(self.conditions()),
            "assume": [str(fact) for fact in self.assume] + self._noted(),
            "varying": list(self.varying),
            "constant": list(self.constant),
            "degenerate": self.degenerate,
            "exactly": list(self.exactly),
            "moving": self.moves,
            "shifted": self.shifted,
            "ahead": self.ahead,
        }


@dataclass(frozen=True)
class Comparison(Displayed):
    """What was found about two optimizers.

    status          "equal": one does what the other does, under `map`, for all of its own
                    hyperparameters; "different": they part, see `counterexample` and `scope`
    kind            of an equality: "equivalent" (either is the other), "special case"
    scope           of a difference: for which maps it holds
    conditions      if equal, all that `map` needs; if different, each a rescue by itself
    rescues         the relations behind those conditions, each verified
    systems         the two, as single rules
    """

    status: Status
    left: str
    right: str
    map: Relation | None = None
    kind: str = ""
    scope: str = ""
    conditions: tuple[str, ...] = ()
    rescues: tuple[Relation, ...] = ()
    counterexample: Counterexample | None = None
    proof: Verdict | None = None
    tried: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    systems: tuple[Optimizer, ...] = field(default=(), compare=False, repr=False)

    def __bool__(self) -> bool:
        raise TypeError("a comparison has three values: compare its status with 'equal'")

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain data, ready for JSON."""
        return {
            "left": self.left,
            "right": self.right,
            "status": self.status,
            "kind": self.kind,
            "scope": self.scope,
            "map": self.map.as_dict() if self.map else None,
            "conditions": list(self.conditions),
            "rescues": [r.as_dict() for r in self.rescues],
            "counterexample": self.counterexample.as_dict() if self.counterexample else None,
            "proof": None if self.proof is None else self.proof.as_dict(),
            "tried": list(self.tried),
            "seconds": round(self.seconds, 3),
        }

    def __str__(self) -> str:
        """One line; `optwright.derive.tell.comparison` has all of it for a person."""
        verdict = f"{self.status}, {self.kind}" if self.kind else self.status
        why = f"; {'; '.join(self.conditions)}" if self.conditions else ""
        return f"{self.left} and {self.right}: {verdict}{why}"


def is_condition(note: str) -> bool:
    """Whether a note restricts hyperparameters; where both sides mean something goes unsaid."""
    return note.startswith("where ") and "[" not in note


__all__ = ["Comparison", "Relation", "Status", "is_condition"]

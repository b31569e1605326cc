"""What a declaration says of itself: its defaults, its hyperparameters, what a step asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict
from optwright.derive.language.declaration import Optimizer, Schedule
from optwright.derive.language.symbol import exact
from optwright.derive.language.validate import suggest
from optwright.derive.proof.kind.formula.expression import conclude
from optwright.derive.proof.sign.obligation import Answered


@dataclass(frozen=True)
class Declared:
    """Plain facts of one declaration; what is None is not claimed.

    defaults  hyperparameters with their defaults, numbers or expressions in others
    hyper     the names of all hyperparameters, in any order
    oracles   the kinds of oracle that a step asks, in any order; a schedule asks none

    Raises ValueError for a default of what is no hyperparameter, and where nothing is claimed.
    """

    kind: ClassVar[str] = "declaration"

    system: Optimizer | Schedule
    defaults: Mapping[str, Any] = field(default_factory=dict)
    hyper: Sequence[str] | None = None
    oracles: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if not self.defaults and self.hyper is None and self.oracles is None:
            raise ValueError(f"nothing is claimed of {self.system.id}: give defaults or names")
        known = [h.name for h in self.system.hyper]
        for name in self.defaults:
            if name not in known:
                raise ValueError(
                    f"{self.system.id} has no hyperparameter {name}{suggest(name, known)}"
                )

    def decide(self, budget_s: float = 5.0) -> Verdict:
        """Look each fact up."""
        own = {h.name: h.default for h in self.system.hyper}
        answers = [
            self._same(f"default of {name}", own[name], exact(said))
            for name, said in self.defaults.items()
        ]
        if self.hyper is not None:
            answers.append(self._same("hyperparameters", _names(own), _names(self.hyper)))
        if self.oracles is not None:
            answers.append(self._same("oracles", _names(self._asked()), _names(self.oracles)))
        return conclude(answers, self.system.id)

    def _asked(self) -> tuple[str, ...]:
        if isinstance(self.system, Schedule):
            return ("value",) if self.system.needs_value else ()
        return self.system.oracles

    def _same(self, name: str, found: Any, said: Any) -> Answered:
        status = "proved" if found == said else "refuted"
        shown = Obligation(name, f"{found} = {said}", str(found), status)  # type: ignore[arg-type]
        if found == said:
            return Answered(shown)
        point = (("declaration", self.system.id),)
        return Answered(shown, Counterexample(point, ((name, str(found)),), str(said)))


def _names(names: Any) -> str:
    return ", ".join(sorted(names)) or "none"


__all__ = ["Declared"]

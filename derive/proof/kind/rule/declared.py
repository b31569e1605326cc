"""What a declaration says of itself: its defaults, its hyperparameters, what a step asks."""

from __future__ import annotations

from typing import Any

from optwright.derive.claim.rule.declared import Declared
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict
from optwright.derive.language.declaration import Schedule
from optwright.derive.language.symbol import exact
from optwright.derive.proof.kind.formula.expression import conclude
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign.obligation import Answered


@decide.register
def _declared(claim: Declared, budget_s: float = 5.0) -> Verdict:
    """Look each fact up."""
    own = {h.name: h.default for h in claim.system.hyper}
    answers = [
        _same(claim, f"default of {name}", own[name], exact(said))
        for name, said in claim.defaults.items()
    ]
    if claim.hyper is not None:
        answers.append(_same(claim, "hyperparameters", _names(own), _names(claim.hyper)))
    if claim.oracles is not None:
        answers.append(_same(claim, "oracles", _names(_asked(claim)), _names(claim.oracles)))
    return conclude(answers, claim.system.id)


def _asked(claim: Declared) -> tuple[str, ...]:
    if isinstance(claim.system, Schedule):
        return ("value",) if claim.system.needs_value else ()
    return claim.system.oracles


def _same(claim: Declared, name: str, found: Any, said: Any) -> Answered:
    status = "proved" if found == said else "refuted"
    shown = Obligation(name, f"{found} = {said}", str(found), status)  # type: ignore[arg-type]
    if found == said:
        return Answered(shown)
    point = (("declaration", claim.system.id),)
    return Answered(shown, Counterexample(point, ((name, str(found)),), str(said)))


def _names(names: Any) -> str:
    return ", ".join(sorted(names)) or "none"

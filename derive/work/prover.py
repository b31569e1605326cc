"""The prover with the judge beside it: what is handed out is what the judge follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from optwright.derive import proof
from optwright.derive.claim.statement import Statement
from optwright.derive.claim.verdict import Obligation, Verdict
from optwright.derive.judge.kernel.algebra import Rejected
from optwright.derive.judge.kernel.proof import check


def prove(statement: str | Statement, budget_s: float = 30.0) -> Verdict:
    """Decide a statement, given by its id or as it is, in this process.

    budget_s: processor time. A certificate that the judge does not follow to its end is left out;
    the proof stands as it is. Raises what `optwright.derive.proof.prove` raises.
    """
    verdict = proof.prove(statement, budget_s)
    return replace(verdict, obligations=tuple(map(_followed, verdict.obligations)))


def _followed(obligation: Obligation) -> Obligation:
    if obligation.certificate is not None:
        try:
            check(obligation.certificate)
        except Rejected:
            return replace(obligation, certificate=None)
    return obligation


def relations(optimizer: str, verdicts: Mapping[str, Verdict] | None = None) -> tuple[str, ...]:
    """What has been proved about an optimizer of the catalogue, one line each, for its docstring.

    verdicts: those at hand, by statement; unless given, the statements concerned are decided, or
    found in the cache. Statements that are refuted or undecided give no line.
    """
    from optwright.derive.statement.collection import statements
    from optwright.derive.work.runner import decide_all

    mine = [s for s in statements.values() if optimizer in s.about and s.brief]
    if verdicts is None:
        verdicts = {s.id: v for s, v in decide_all(mine)}
    return tuple(
        f"{s.brief} ({s.id}: proved for {verdicts[s.id].scope})"
        for s in mine
        if s.id in verdicts and verdicts[s.id].status == "proved"
    )


__all__ = ["prove", "relations"]

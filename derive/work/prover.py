"""The prover with the judge beside it: what is handed out is what the judge follows."""

from __future__ import annotations

from dataclasses import replace

from optwright.derive import proof
from optwright.derive.claim.statement import Statement
from optwright.derive.claim.verdict import Obligation, Verdict
from optwright.derive.judge.kernel.box import Rejected
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


__all__ = ["prove"]

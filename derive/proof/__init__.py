"""Decide statements about optimizers, exactly: proved, refuted or undecided, with the evidence.

prove("M1")                 a statement by its id, or a `Statement` of one's own
statements["M1"].words      the statements about the catalogue
relations("Momentum")       what has been proved about an optimizer, one line each
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optwright.derive.claim.statement import Statement
    from optwright.derive.claim.verdict import Verdict


def prove(statement: str | Statement, budget_s: float = 30.0) -> Verdict:
    """Decide a statement, given by its id or as it is, in this process.

    Raises UnknownStatement for an id that is not there, TypeError for what is neither.
    """
    from optwright.derive.claim.statement import Statement

    if isinstance(statement, str):
        from optwright.derive.statement.collection import statements

        statement = statements[statement]
    if not isinstance(statement, Statement):
        raise TypeError(f"prove takes the id of a statement or a Statement, not {statement!r}")
    return statement.decide(budget_s)


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

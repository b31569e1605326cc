"""What has been proved about an optimizer, for the docstring of its class."""

from __future__ import annotations

from collections.abc import Mapping

from optwright.derive.claim.verdict import Verdict
from optwright.derive.statement.collection import statements
from optwright.derive.work.runner import decide_all


def relations(optimizer: str, verdicts: Mapping[str, Verdict] | None = None) -> tuple[str, ...]:
    """What has been proved about an optimizer of the catalogue, one line each, for its docstring.

    verdicts: those at hand, by statement; unless given, the statements concerned are decided, or
    found in the cache. Statements that are refuted or undecided give no line.
    """
    mine = [s for s in statements.values() if optimizer in s.about and s.brief]
    if verdicts is None:
        verdicts = {s.id: v for s, v in decide_all(mine)}
    return tuple(
        f"{s.brief} ({s.id}: proved for {verdicts[s.id].scope})"
        for s in mine
        if s.id in verdicts and verdicts[s.id].status == "proved"
    )


__all__ = ["relations"]

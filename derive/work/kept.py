"""Verdicts kept between runs, each under what it depends on.

That is the claim's own data (`digest`), the rooms that proofs run through, the versions of what
they stand on, and nothing else: an edit of one declaration or statement leaves every other verdict
as it is. Undecided verdicts are not kept: with more time they may come out better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optwright.derive.work import cache

if TYPE_CHECKING:
    from optwright.derive.claim.verdict import Verdict

ROOMS = ("claim", "certificate", "interpret", "judge", "language", "proof")
"""The rooms that proofs run through: a change in one of them changes what a verdict rests on."""

_NAME = "verdicts"


def recall(claim: str | None) -> Verdict | None:
    """The verdict on the claim of this digest, if there is one that can be trusted."""
    from optwright.derive.claim.verdict import from_dict

    if claim is None or (found := cache.recall(_NAME, _key(claim))) is None:
        return None
    try:
        verdict = from_dict(found)
    except (KeyError, TypeError, ValueError, AttributeError):  # no verdict, whoever wrote it
        return None
    return verdict if verdict.status != "undecided" else None


def keep(claim: str | None, verdict: Verdict) -> None:
    """Keep a verdict on the claim of this digest."""
    if claim is not None and verdict.status != "undecided":
        cache.keep(_NAME, _key(claim), verdict.kept())


def _key(claim: str) -> str:
    return cache.key(cache.sources(*(f"derive/{room}" for room in ROOMS)), claim)


__all__ = ["ROOMS", "keep", "recall"]

"""How a claim is decided: one function for each class of claims, found by the class."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from optwright.derive.claim.verdict import Verdict
from optwright.derive.error import Unusable


class NoDecider(Unusable):
    """A class of claims that nobody has said how to decide."""


@singledispatch
def decide(claim: Any, budget_s: float = 5.0) -> Verdict:
    """Prove a claim, refute it, or say what was tried, in about so many seconds of processor time.

    A new kind of claim is a frozen dataclass with a `kind`, and a function that is registered:

        from optwright.derive.proof import decide

        @decide.register
        def _(claim: MyClaim, budget_s: float = 5.0) -> Verdict: ...

    It may stand in the file that states the claim. A method `decide` of the claim is not asked.
    Raises NoDecider for a class without such a function.
    """
    raise undecidable(claim)


def undecidable(claim: Any) -> NoDecider:
    """The error that says what to write for the class of a claim."""
    name = type(claim).__name__
    own = " (its method decide is not asked)" if hasattr(claim, "decide") else ""
    return NoDecider(
        f"claims of the class {name} have no decider{own}: write @decide.register above a function "
        f"(claim: {name}, budget_s: float) -> Verdict, with decide from optwright.derive.proof"
    )


def decidable(claim: Any) -> bool:
    """Whether somebody has said how to decide claims of this class."""
    return decide.dispatch(type(claim)) is not decide.dispatch(object)


__all__ = ["NoDecider", "decidable", "decide", "undecidable"]

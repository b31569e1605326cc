"""What the judge does with each class of claims, found by the class: never by its name.

`proved` binds a proved claim's obligations to what the claim says; `refuted` finds a counterexample
again. A kind of claim registers both, in `optwright.derive.judge.kind`:

    @proved.register
    def _(claim: MyClaim, known: Obligations) -> None: ...

    @refuted.register
    def _(claim: MyClaim, found: Found) -> str | None: ...
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from optwright.derive.interpret import Ambiguous, Inexact
from optwright.derive.judge.point.found import Found
from optwright.derive.judge.point.obligation import Obligations, Unbound
from optwright.derive.judge.point.value import Unvalued


@singledispatch
def proved(claim: Any, known: Obligations) -> None:
    """Bind a proved claim. Raises Rejected where it fails, Unbound for what cannot be bound."""
    raise Unbound(f"claims of the kind {claim.kind} are not bound to declarations")


@singledispatch
def refuted(claim: Any, found: Found) -> str | None:
    """Replay a counterexample: what was seen of it in part only, None if all was.

    Raises Rejected where it is none, Unbound if that is not known.
    """
    raise Unbound(f"counterexamples of the kind {claim.kind} are not replayed")


def bind(claim: Any, known: Obligations) -> None:
    """Bind a proved claim; what has no value at the points tried is Unbound."""
    try:
        proved(claim, known)
    except (Unvalued, Ambiguous, Inexact) as error:
        raise Unbound(f"no value at the points tried: {error}") from error


def replay(claim: Any, found: Found) -> str | None:
    """Replay a counterexample; what has no value there is Unbound."""
    try:
        return refuted(claim, found)
    except (Unvalued, Ambiguous, Inexact) as error:
        raise Unbound(f"no value at the counterexample: {error}") from error


__all__ = ["bind", "proved", "refuted", "replay"]

"""The second judge: certificates followed, and bound to the declarations, without the prover.

A proved statement is rechecked in two ways. Each obligation's certificate is expanded again by a
small algebra (`kernel`), for all values; and the declarations are run by the reference interpreter
at exact points (`point`), where every obligation must be what the claim says. A refuted one is
replayed. How, is registered for each class of claims (`registry`, `kind`). Nothing here imports or
runs the prover, or looks at what is expected.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from optwright.derive.certificate.tree import NoTree
from optwright.derive.claim.formula.expression import Refutation
from optwright.derive.judge import kind as _kinds  # noqa: F401  (registers the kinds of claims)
from optwright.derive.judge.kernel import proof
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.obligation import Obligations, Unbound
from optwright.derive.judge.registry import bind, replay

Status = Literal["rechecked", "points", "algebra", "not rechecked", "failed"]
STATUSES: tuple[Status, ...] = ("rechecked", "points", "algebra", "not rechecked", "failed")


@dataclass(frozen=True)
class Recheck:
    """What the second judge found of one statement.

    status        rechecked: every obligation's certificate was followed and bound, or the
                  counterexample replayed; points: some of it has no certificate, but holds at
                  exact points, or along a sequence that approaches a limit; algebra: every
                  certificate was followed, but that the obligations are what the claim says was
                  not seen; not rechecked: what was not, in `reasons`; failed: it does not hold
    verdict       the verdict that was rechecked
    certified     obligations whose certificate was followed, or that speak of finitely many
                  numbers and were evaluated at all of them
    obligations   how many there are
    points        exact points at which obligations were seen to say what the claim says
    reasons       why it failed, or what was not rechecked
    """

    id: str
    status: Status
    verdict: str
    certified: int = 0
    obligations: int = 0
    points: int = 0
    reasons: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**vars(self), "reasons": list(self.reasons), "seconds": round(self.seconds, 4)}


def recheck(statement: Any, verdict: Any) -> Recheck:
    """Recheck the verdict of a statement: its claim is read, and nothing of it believed."""
    begun = time.perf_counter()
    try:
        found = _recheck(statement, verdict)
    except Exception as error:  # a claim of a form that this checker does not know: named, not lost
        reason = f"the checker stopped: {type(error).__name__}: {' '.join(str(error).split())}"
        found = Recheck(statement.id, "not rechecked", verdict.status, reasons=(reason,))
    return Recheck(**{**vars(found), "seconds": time.perf_counter() - begun})


def _recheck(statement: Any, verdict: Any) -> Recheck:
    kind, name = verdict.status, statement.id
    if kind == "undecided":
        return Recheck(name, "not rechecked", kind, reasons=("it is undecided",))
    if kind == "refuted" and isinstance(statement.claim, Refutation):
        found = _proved(name, statement.claim.of, verdict.obligations)
        return replace(found, verdict="refuted")  # what should fail was proved
    if kind == "refuted":
        try:
            part = replay(
                statement.claim, {**verdict.counterexample.as_dict(), "hint": verdict.hint}
            )
        except Rejected as error:
            return Recheck(name, "failed", kind, reasons=(str(error),))
        except (Unbound, NoTree) as error:
            return Recheck(name, "not rechecked", kind, reasons=(str(error),))
        if part is not None:
            return Recheck(name, "points", kind, points=1, reasons=(part,))
        return Recheck(name, "rechecked", kind, points=1)
    return _proved(name, statement.claim, verdict.obligations)


def _proved(name: str, claim: Any, obligations: Iterable[Any]) -> Recheck:
    by_name: dict[str, list[Mapping[str, Any] | None]] = {}
    texts: dict[str, list[tuple[str, str]]] = {}
    certified, without, count = 0, [], 0
    for o in obligations:
        count += 1
        if o.status != "proved":
            reason = f"{o.name}: the obligation is {o.status}"
            return Recheck(name, "failed", "proved", reasons=(reason,))
        by_name.setdefault(o.name, []).append(o.certificate)
        texts.setdefault(o.name, []).append((o.before, o.after))
        if o.certificate is None:
            without.append(o.name)
            continue
        try:
            proof.check(o.certificate)
        except Rejected as error:
            return Recheck(name, "failed", "proved", certified, count, 0, (f"{o.name}: {error}",))
        certified += 1
    known = Obligations(by_name, texts=texts)
    reasons: list[str] = []
    try:
        bind(claim, known)
    except Rejected as error:
        return Recheck(name, "failed", "proved", certified, count, known.points, (str(error),))
    except (Unbound, NoTree) as error:
        reasons.append(str(error))
    else:
        everything = {(n, k) for n, xs in by_name.items() for k in range(len(xs))}
        reasons += [f"{n}: not bound" for n, _ in sorted(everything - known.bound)]
    certified += sum(n in known.evaluated for n in without)
    without = [n for n in without if n not in known.evaluated]
    if reasons and certified == count > 0:
        told = tuple(reasons)
        return Recheck(name, "algebra", "proved", certified, count, known.points, told)
    if reasons or not count:
        return Recheck(name, "not rechecked", "proved", certified, count, known.points,
                       tuple(reasons or ["it has no obligation"]))  # fmt: skip
    status: Status = "points" if without or known.weak else "rechecked"
    told = (*(f"{n}: no certificate" for n in without), *known.weak)
    return Recheck(name, status, "proved", certified, count, known.points, told)


__all__ = ["STATUSES", "Recheck", "Status", "recheck"]

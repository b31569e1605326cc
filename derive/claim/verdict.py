"""Verdicts: proved, refuted or undecided, with the evidence that anyone can check again.

A verdict is never a boolean. What was proved lists its obligations with their normal forms, what
was refuted carries a counterexample in exact rational numbers, and what is undecided says what was
tried. All of it converts to JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from optwright.derive.display import Displayed

Status = Literal["proved", "refuted", "undecided"]
STATUSES: tuple[Status, ...] = ("proved", "refuted", "undecided")


@dataclass(frozen=True)
class Obligation:
    """One thing that had to be shown, and whether it was.

    before  the claim as it arose, such as `theta: lhs = rhs`
    after   its normal form ("0" where both sides are one), or the defect that is left
    status  proved: holds on the whole domain; refuted: fails at an exact point of it
    notes   conditions under which both sides mean something, regions that were split, a witness
    certificate  what `optwright.derive.judge` follows to see it again; None where there is none
    """

    name: str
    before: str
    after: str
    status: Status
    notes: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    certificate: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The obligation as plain data, without its certificate."""
        return {
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "status": self.status,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 4),
        }


@dataclass(frozen=True)
class Counterexample:
    """Exact numbers at which a claim fails.

    point    the numbers: names with exact values
    found    what was evaluated there, with the exact values that contradict the claim
    expect   what the claim says of `found`
    runs     for claims about optimizers: the runs as plain data, exact numbers as strings
    """

    point: tuple[tuple[str, str], ...]
    found: tuple[tuple[str, str], ...]
    expect: str
    runs: tuple[Mapping[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The counterexample as plain data."""
        return {
            "point": dict(self.point),
            "found": dict(self.found),
            "expect": self.expect,
            "runs": [dict(run) for run in self.runs],
        }

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {value}" for name, value in self.point)
        found = ", ".join(f"{name} = {value}" for name, value in self.found)
        return (
            f"at {at}: {found}; the claim says {self.expect}"
            if at
            else f"{found}; the claim says {self.expect}"
        )


@dataclass(frozen=True)
class Verdict(Displayed):
    """The outcome of deciding a statement.

    scope       for what it was proved: "all t, all n", "n <= 3", …
    conditions  the assumptions that the statement makes, spelt out
    hint        what would rescue a false claim: the defect, factored
    tried       for undecided ones, what was tried
    """

    status: Status
    obligations: tuple[Obligation, ...] = ()
    counterexample: Counterexample | None = None
    scope: str = ""
    conditions: tuple[str, ...] = ()
    hint: str = ""
    tried: tuple[str, ...] = ()
    statement: str = ""
    seconds: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is not one of {', '.join(STATUSES)}")
        if self.status == "refuted" and self.counterexample is None:
            raise ValueError("a refutation needs a counterexample")

    def __bool__(self) -> bool:
        raise TypeError(
            "a verdict has three values: compare verdict.status with 'proved' or 'refuted'"
        )

    def named(self, statement: str, seconds: float) -> Verdict:
        """This verdict as that of a statement, with the time it took."""
        return replace(self, statement=statement, seconds=seconds)

    @property
    def evidence(self) -> str:
        """One line: the counterexample, what was shown, or what was tried."""
        if self.counterexample is not None:
            return str(self.counterexample) + (f"; {self.hint}" if self.hint else "")
        if self.status == "proved":
            count = len(self.obligations)
            shown = f"{count} obligation{'' if count == 1 else 's'}"
            return f"{shown}, for {self.scope}" if self.scope else shown
        return "; ".join(self.tried) or "nothing was tried"

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain data, ready for JSON."""
        return {
            "statement": self.statement,
            "status": self.status,
            "scope": self.scope,
            "conditions": list(self.conditions),
            "hint": self.hint,
            "tried": list(self.tried),
            "obligations": [o.as_dict() for o in self.obligations],
            "counterexample": self.counterexample.as_dict() if self.counterexample else None,
            "seconds": round(self.seconds, 4),
        }

    def kept(self) -> dict[str, Any]:
        """The verdict as plain data, certificates included: what is stored and sent."""
        found = self.as_dict()
        for data, o in zip(found["obligations"], self.obligations, strict=True):
            data["certificate"] = o.certificate
        return found

    def __str__(self) -> str:
        return f"{self.statement + ': ' if self.statement else ''}{self.status} ({self.evidence})"


def from_dict(data: Mapping[str, Any]) -> Verdict:
    """The verdict that `as_dict` or `kept` gave; its runs are plain data."""
    found = data["counterexample"]
    return Verdict(
        data["status"],
        tuple(
            Obligation(
                o["name"],
                o["before"],
                o["after"],
                o["status"],
                tuple(o["notes"]),
                o["seconds"],
                o.get("certificate"),
            )
            for o in data["obligations"]
        ),
        found
        and Counterexample(
            tuple(found["point"].items()),
            tuple(found["found"].items()),
            found["expect"],
            tuple(found["runs"]),
        ),
        data["scope"],
        tuple(data["conditions"]),
        data["hint"],
        tuple(data["tried"]),
        data["statement"],
        data["seconds"],
    )


def undecided(*tried: str, obligations: tuple[Obligation, ...] = (), hint: str = "") -> Verdict:
    """A verdict that says only what was tried."""
    return Verdict("undecided", tried=tried, obligations=obligations, hint=hint)

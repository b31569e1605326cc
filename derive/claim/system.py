"""The systems that claims are about: which are plain ones, and what their answers are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import count
from typing import Any

from optwright.derive.error import DeclarationError
from optwright.derive.language.declaration import Family, Optimizer, Route, Schedule

_WANTED: Mapping[str, Any] = {
    "Optimizer": Optimizer,
    "Optimizer | None": (Optimizer, type(None)),
    "Optimizer | Schedule": (Optimizer, Schedule),
}


def check_systems(claim: Any) -> None:
    """Refuse a claim one of whose systems is none. Raises DeclarationError on what to write."""
    if not is_dataclass(claim):
        return
    for field in fields(claim):
        given = getattr(claim, field.name)
        wanted = _WANTED.get(field.type) if isinstance(field.type, str) else None
        if wanted is not None and not isinstance(given, wanted):
            where = f"{type(claim).__name__}, {field.name}"
            raise DeclarationError(where, _name(given), _instead(given))


def _name(given: Any) -> str:
    shown = getattr(given, "id", " ".join(repr(given).split()))
    return f"{shown:.60}"


def _instead(given: Any) -> str:
    if isinstance(given, str):
        return f"is a name, no rule: write catalog.system({given!r})"
    if isinstance(given, Family):
        return (
            f"is a family: write {given.name}.default, or a member such as {given.name}(flag=value)"
        )
    if isinstance(given, Route):
        return "routes tensors to several systems: write one of its branches"
    return f"is a {type(given).__name__}: write an Optimizer, such as catalog.system('Adam')"


def answer_names(system: Optimizer) -> Iterator[str]:
    """What answers are called in obligations: g, g_2, … unless the system uses the name."""
    taken = {"theta", *(s.name for s in system.state), *(h.name for h in system.hyper)}
    for number in count(1):
        name = "g" if number == 1 else f"g_{number}"
        if name not in taken:
            yield name


__all__ = ["answer_names", "check_systems"]

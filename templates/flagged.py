"""Code that some members of a family carry out, under conditions on their flags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from optwright.derive.lower.flag import ALWAYS, Condition, Flags, Literal, Only


@dataclass(frozen=True)
class Branches:
    """How a language writes conditions on flags and branches.

    opening, further, otherwise, closing    the lines of "if", "else if", "else" and the end
    words       and, or, not
    """

    opening: str
    further: str
    otherwise: str
    closing: str
    words: tuple[str, str, str]
    compares: bool
    """Whether flags that are no truth values are compared; else each value is a constant."""

    def condition(self, condition: Condition, prefix: str = "{}") -> str:
        """A condition on flags; `prefix` is where a flag of that name is found."""
        both, either, _ = self.words
        ways = [f" {both} ".join(self._literal(x, prefix) for x in way) for way in condition]
        if len(ways) == 1:
            return ways[0]
        return f" {either} ".join(f"({w})" if f" {both} " in w else w for w in ways)

    def _literal(self, literal: Literal, prefix: str) -> str:
        flag, value, holds = literal
        if isinstance(value, bool):
            return (
                prefix.format(flag) if holds == value else f"{self.words[2]}{prefix.format(flag)}"
            )
        if self.compares:
            equal = ("is", "is not") if value is None else ("==", "!=")
            shown = f'"{value}"' if isinstance(value, str) else repr(value)
            return f"{prefix.format(flag)} {equal[not holds]} {shown}"
        return ("" if holds else self.words[2]) + constant(flag, value)

    def constants(self, condition: Condition) -> list[str]:
        """The constants by which a condition is decided, flags or whether they have a value."""
        literals = [literal for way in condition for literal in way]
        return [
            flag if self.compares or isinstance(value, bool) else constant(flag, value)
            for flag, value, _ in literals
        ]

    def written(
        self,
        parts: Iterable[tuple[Sequence[str], Only]],
        flags: Flags,
        prefix: str = "{}",
        used: dict[str, None] | None = None,
    ) -> list[str]:
        """Lines in order; those that some members carry out stand in branches.

        The constants on which branches depend are noted in `used`.
        """
        lines: list[str] = []
        chain: Only = ALWAYS
        """The members of the branches that are open."""
        for only, group in _groups(parts):
            if chain and (only == ALWAYS or only & chain):
                lines += [self.closing] * bool(self.closing)
                chain = ALWAYS
            if only == ALWAYS:
                lines += group
                continue
            rest = flags.others(chain) if chain else ALWAYS
            ways = flags.condition(only, rest)
            condition = self.condition(ways, prefix)
            if used is not None and only != rest:
                used.update(dict.fromkeys(self.constants(ways)))
            if not chain:
                lines.append(self.opening.format(condition))
            elif only == rest:
                lines.append(self.otherwise)
            else:
                lines.append(self.further.format(condition))
            chain |= only
            lines += [f"    {line}" for line in group]
        return lines + [self.closing] * bool(chain and self.closing)


def _groups(parts: Iterable[tuple[Sequence[str], Only]]) -> list[tuple[Only, list[str]]]:
    """Neighbours of the same members together."""
    found: list[tuple[Only, list[str]]] = []
    for lines, only in parts:
        if lines and found and found[-1][0] == only:
            found[-1][1].extend(lines)
        elif lines:
            found.append((only, list(lines)))
    return found


def constant(flag: str, value: Any) -> str:
    """The name of the truth value that a flag has a value, in languages that know only these."""
    word = "".join(c if c.isalnum() else "_" for c in str(value))
    return f"{flag}_is_{word}"


PYTHON = Branches("if {}:", "elif {}:", "else:", "", ("and", "or", "not "), True)
C = Branches("if ({}) {{", "}} else if ({}) {{", "} else {", "}", ("&&", "||", "!"), False)

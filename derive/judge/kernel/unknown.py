"""Unknowns of polynomials by name, roots of numbers among them."""

from __future__ import annotations

from fractions import Fraction

from optwright.derive.judge.kernel.polynomial import Fractional, Poly


class Unknowns:
    """Unknowns by name. A root of a number is one too, whose square is known."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}
        self.squares: dict[int, Fraction] = {}

    def __call__(self, name: str) -> Fractional:
        """The letter of this name."""
        return Fractional(Poly.unknown(self.index.setdefault(name, len(self.index))))

    def root(self, x: Fraction) -> Fractional:
        """The positive root of a positive number."""
        found = self(f"root of {x}")
        self.squares[self.index[f"root of {x}"]] = x
        return found

    def reduced(self, p: Poly) -> Poly:
        """The polynomial with the squares of roots put in."""
        for index, square in self.squares.items():
            p = p.put(index, Poly.number(square), 2)
        return p


__all__ = ["Unknowns"]

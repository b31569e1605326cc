"""That polynomial equations have no common solution: 1 is found in the ideal they generate."""

from __future__ import annotations

from collections.abc import Sequence

from optwright.derive.judge.kernel.polynomial import Monomial, Poly, over, times

MAX_PAIRS = 400
"""Pairs of polynomials that are looked at before giving up."""


def inconsistent(equations: Sequence[Poly]) -> bool:
    """Whether 1 is a combination of the polynomials, found by Buchberger's algorithm.

    True is a proof that they have no common zero; False says that none was found.
    """
    order = sorted({i for p in equations for i in p.unknowns()})

    def rank(m: Monomial) -> tuple[int, ...]:
        powers = dict(m)
        return (sum(powers.values()), *(powers.get(i, 0) for i in order))

    def lead(p: Poly) -> Monomial:
        return max(p.terms, key=rank)

    def rest(p: Poly, basis: Sequence[Poly]) -> Poly:
        """The remainder of p, its leading terms taken away by those of the basis."""
        while p:
            top = lead(p)
            for q in basis:
                shift = over(top, lead(q))
                if shift is not None:
                    p = p - q * Poly({shift: p.terms[top] / q.terms[lead(q)]})
                    break
            else:
                return p.primitive()[1]
        return p

    basis: list[Poly] = []
    for p in sorted(equations, key=lambda p: rank(lead(p)) if p else ()):
        left = rest(p, basis)
        if left:
            basis.append(left)
    pairs = [(i, j) for j in range(len(basis)) for i in range(j)]
    for _ in range(MAX_PAIRS):
        if any(p.constant is not None for p in basis):
            return True
        if not pairs:
            return False
        pairs.sort(key=lambda pair: -sum(rank(lead(basis[k]))[0] for k in pair))
        i, j = pairs.pop()
        a, b = basis[i], basis[j]
        common = tuple(sorted((dict(lead(a)) | {
            k: max(n, dict(lead(a)).get(k, 0)) for k, n in lead(b)
        }).items()))  # fmt: skip
        shift_a, shift_b = over(common, lead(a)), over(common, lead(b))
        assert shift_a is not None and shift_b is not None
        if common == times(lead(a), lead(b)):  # their combination is nothing new
            continue
        gap = a * Poly({shift_a: 1 / a.terms[lead(a)]}) - b * Poly({shift_b: 1 / b.terms[lead(b)]})
        left = rest(gap, basis)
        if left:
            pairs += [(k, len(basis)) for k in range(len(basis))]
            basis.append(left)
    return False


__all__ = ["inconsistent"]

"""Determinants of changed matrices, at exact random matrices."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from optwright.derive.certificate.word import identity_data, word_steps
from optwright.derive.claim.formula.matrix import Determinant
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.word import Table, evaluate
from optwright.derive.judge.kind.formula.matrix import SIZES, model, suitable, word_equations
from optwright.derive.judge.point.found import matrix_of
from optwright.derive.judge.point.obligation import Obligations, Unbound
from optwright.derive.judge.registry import proved, refuted


def determinant(a: Table) -> Fraction:
    """The determinant, by elimination."""
    rows, found = [list(row) for row in a], Fraction(1)
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            rows[k], rows[pivot], found = rows[pivot], rows[k], -found
        found *= rows[k][k]
        for i in range(k + 1, len(rows)):
            scale = rows[i][k] / rows[k][k]
            rows[i] = [x - scale * y for x, y in zip(rows[i], rows[k], strict=True)]
    return found


def sides(claim: Any, matrices: Mapping[str, Table], n: int) -> tuple[Fraction, Fraction] | None:
    """det(after) and ratio*det(before); None where something is divided by zero."""
    steps, places = word_steps([claim.before, claim.after, claim.ratio])
    values = evaluate(steps, matrices, n)
    before, after, ratio = (values[k] for k in places)
    if before is None or after is None or ratio is None:
        return None
    return determinant(after), ratio[0][0] * determinant(before)


@proved.register
def bound(claim: Determinant, known: Obligations) -> None:
    """The two equations between words as they stand, and the determinants themselves."""
    change = sum((u @ v.T for u, v in claim.pairs[1:]), claim.pairs[0][0] @ claim.pairs[0][1].T)
    table = [
        [v.T @ u + int(i == k) for k, (u, _) in enumerate(claim.pairs)]
        for i, (_, v) in enumerate(claim.pairs)
    ]
    small = table[0][0]
    if len(claim.pairs) == 2:
        small = small @ table[1][1] - table[0][1] @ table[1][0]
    said = {
        "factors": (claim.after, claim.before + claim.before @ change),
        "det(I + V'U) = ratio": (small, claim.ratio),
    }
    word_equations(said, claim.rules, known)
    data = identity_data(claim.after, claim.before, claim.rules)
    for n in SIZES:
        for attempt in range(20):
            matrices = model(data["steps"], data["rules"], n, random.Random(attempt))
            pair = matrices and sides(claim, matrices, n)
            if pair:
                if pair[0] != pair[1]:
                    raise Rejected(f"the determinant is another at matrices of dimension {n}")
                known.points += 1
                break
        else:
            raise Unbound(f"no matrices of dimension {n} were found")


@refuted.register
def replayed(claim: Determinant, found: Mapping[str, Any]) -> None:
    """Matrices at which the determinant is another."""
    matrices = {name: matrix_of(text) for name, text in found["point"].items()}
    n = max((len(x) for x in matrices.values()), default=1)
    data = identity_data(claim.after, claim.before, claim.rules)
    suitable([*data["steps"], *word_steps([claim.ratio])[0]], matrices, n)
    values = evaluate(data["steps"], matrices, n)
    if any(values[a] is None or values[a] != values[b] for a, b in data["rules"]):
        raise Rejected("a counterexample that breaks the rules")
    pair = sides(claim, matrices, n)
    scale = determinant(matrices[str(claim.before)]) if str(claim.before) in matrices else None
    if pair is None or pair[0] == pair[1]:
        raise Rejected("the determinant is as claimed at the counterexample")
    if scale and matrix_of(*found["found"].values()) != (((pair[0] - pair[1]) / scale,),):
        raise Rejected("the determinants of a counterexample are apart by another number")


__all__ = ["bound", "determinant", "replayed", "sides"]

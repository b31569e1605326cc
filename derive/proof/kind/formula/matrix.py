"""Claims about vectors and matrices of every dimension, by `optwright.derive.proof.algebra.word`.

What is proved of words holds for every n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from optwright.derive.claim.formula.matrix import (
    Determinant,
    MatrixIdentity,
    Minimiser,
    WordIdentity,
)
from optwright.derive.claim.formula.word import WordRule, Words
from optwright.derive.claim.verdict import Counterexample, Obligation, Status, Verdict, undecided
from optwright.derive.error import Unsupported
from optwright.derive.proof.algebra.word import WordDecision, decide_word, evaluate, forget, text
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign import certify


@decide.register
def _matrix_identity(claim: MatrixIdentity, budget_s: float = 5.0) -> Verdict:
    """Prove for every n, or refute by small exact matrices."""
    try:
        step = claim.lowered()
    except Unsupported as error:
        return undecided(str(error))
    said = tuple(f"{c} is {'true' if v else 'false'}" for c, v in claim.given.items())
    said += tuple(f"{name} symmetric" for name in claim.symmetric) + tuple(claim.conditions)
    return decide_words(claim.said(step), (*step.rules, *claim.rules), said, step.positive)


def decide_words(
    equations: Mapping[str, tuple[Words, Words]],
    rules: Sequence[WordRule],
    conditions: Sequence[str] = (),
    positive: Sequence[Words] = (),
    definite: Sequence[Words] = (),
) -> Verdict:
    """The verdict on equations between words, given rewriting rules.

    Refutations are exact matrices at which the numbers of `positive` are positive and the matrix
    letters of `definite` are positive definite.
    """
    forget()
    obligations: list[Obligation] = []
    found: Counterexample | None = None
    for name, (left, right) in equations.items():
        status: Status = "undecided"
        for seed in range(_SEEDS):
            decision = decide_word(left - right, rules, seed=seed)
            if decision.status == "zero":
                status = "proved"
            if decision.witness is None:
                break
            if _admissible(decision, positive, definite):
                status = "refuted"
                point = tuple(sorted((n, _table(x)) for n, x in decision.witness.items()))
                found = found or Counterexample(
                    point, ((f"left - right of {name}", _table(decision.value or ())),), "it is 0"
                )
                break
        notes = tuple(f"where {c}" for c in decision.side_conditions)
        obligations.append(
            Obligation(
                name,
                f"{text(left)} = {text(right)}",
                decision.normal_form,
                status,
                notes,
                decision.seconds,
                certify.words(left, right, rules) if status == "proved" else None,
            )
        )
    if found is not None:
        return Verdict(
            "refuted", tuple(obligations), found, f"n = {_dimension(found)}", tuple(conditions)
        )
    if any(o.status != "proved" for o in obligations):
        return undecided(
            "rewriting of words",
            "exact matrices of dimension 1 to 3",
            obligations=tuple(obligations),
        )
    return Verdict("proved", tuple(obligations), None, "all n", tuple(conditions))


_SEEDS = 60
"""How many random exact matrices are tried for a refutation that fulfils the conditions."""


def _dimension(found: Counterexample) -> int:
    return max(text.count("], [") + 1 for _, text in found.point)


def _admissible(
    decision: WordDecision, positive: Sequence[Words], definite: Sequence[Words]
) -> bool:
    witness, n = decision.witness or {}, decision.dimension or 1

    def there(expr: Words) -> bool:
        return {x.name for x in expr.letters()} <= set(witness)

    try:
        if any(evaluate(e, witness, n)[0][0] <= 0 for e in positive if there(e)):
            return False
        return all(_definite(evaluate(e, witness, n)) for e in definite if there(e))
    except ZeroDivisionError:
        return False


def _definite(table: Sequence[Sequence[Fraction]]) -> bool:
    """Whether a symmetric matrix is positive definite: all pivots of elimination are positive."""
    rows = [list(row) for row in table]
    for k, row in enumerate(rows):
        if row[k] <= 0:
            return False
        for other in rows[k + 1 :]:
            factor = other[k] / row[k]
            for j in range(k, len(row)):
                other[j] -= factor * row[j]
    return True


def _table(rows: Sequence[Sequence[Fraction]]) -> str:
    return str([[str(x) for x in row] for row in rows]).replace("'", "")


@decide.register
def _minimiser(claim: Minimiser, budget_s: float = 5.0) -> Verdict:
    """Prove for every n, or refute by small exact matrices."""
    try:
        step = claim.lowered()
    except Unsupported as error:
        return undecided(str(error))
    return decide_words(
        claim.said(step), step.rules, (claim.positive,), step.positive, claim.definite
    )


@decide.register
def _word_identity(claim: WordIdentity, budget_s: float = 5.0) -> Verdict:
    """Prove for every n, or refute by small exact matrices."""
    return decide_words(claim.equations, claim.rules, claim.conditions)


@decide.register
def _determinant(claim: Determinant, budget_s: float = 5.0) -> Verdict:
    """Prove for every n, or refute the ratio by small exact matrices."""
    change = sum((u @ v.T for u, v in claim.pairs[1:]), claim.pairs[0][0] @ claim.pairs[0][1].T)
    product = {"factors": (claim.after, claim.before + claim.before @ change)}
    said = ("before invertible", "Sylvester's identity", *claim.conditions)
    split = decide_words(product, claim.rules, said)
    if split.status != "proved":
        return undecided("after is not before times the sum", obligations=split.obligations)
    table = [
        [v.T @ u + (1 if i == k else 0) for k, (u, _) in enumerate(claim.pairs)]
        for i, (_, v) in enumerate(claim.pairs)
    ]
    small = table[0][0]
    if len(claim.pairs) == 2:
        small = small @ table[1][1] - table[0][1] @ table[1][0]
    ratio = decide_words({"det(I + V'U) = ratio": (small, claim.ratio)}, claim.rules, said)
    shown = (*split.obligations, *ratio.obligations)
    return replace(ratio, obligations=shown)


__all__ = ["decide_words"]

"""Relations between numbers and powers b**t that hold in every step t.

The first steps are evaluated exactly. After them every power b**t of a fraction 0 < b < 1 is a
letter of its own between 0 and its value at the last step evaluated: what holds for all such
letters, and all later t, holds of the powers. So a bound that is attained early needs only enough
steps evaluated for the rest of it to be slack.
"""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr, Integer, Pow, Symbol

from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.language.symbol import t
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign.evaluate import holds, value_at
from optwright.derive.proof.sign.obligation import decide_relation

DIGITS = 60
"""A side with more digits is shown by its decimals; the step at which it arises is exact."""


@decide.register
def _every_step(claim: EveryStep, budget_s: float = 5.0) -> Verdict:
    """Evaluate the first steps exactly, and prove the rest on a box of letters."""
    deadline = time.process_time() + budget_s
    end = claim.last or max(claim.until, claim.first)
    said = str(claim.relation)
    for number in range(claim.first, end + 1):
        truth = holds(claim.relation, {t: Integer(number)}, Domain())
        if truth is None or time.process_time() > deadline:
            return undecided(f"{said} is not settled at t = {number}")
        if not truth:
            return Verdict("refuted", (), _fails(claim, number), _scope(claim))
    shown = f"t = {claim.first} … {end}" if end > claim.first else f"t = {end}"
    answers = [Obligation(f"{shown}, evaluated exactly", said, "true", "proved")]
    if claim.last is None:
        letters: dict[Expr, Symbol] = {}
        try:
            moved = _lettered(claim.relation, letters)
        except ValueError as error:
            return undecided(str(error), obligations=tuple(answers))
        facts = [fact for power, s in letters.items() for fact in (s > 0, s <= power ** (end + 1))]
        rest = decide_relation(
            f"t > {end}, with a letter for each power",
            moved,
            Domain.where(*facts, t >= end + 1, integers=[t]),
            max(0.05, deadline - time.process_time()),
        ).obligation
        # The letters are more than the powers: where they fail, nothing is known.
        if rest.status != "proved":
            return undecided(f"{said} for t > {end}: {rest.notes}", obligations=tuple(answers))
        answers.append(rest)
    return Verdict("proved", tuple(answers), None, _scope(claim))


def _scope(claim: EveryStep) -> str:
    if claim.last is None:
        return "all t" if claim.first == 1 else f"t >= {claim.first}"
    return f"t = {claim.first} … {claim.last}"


def _fails(claim: EveryStep, number: int) -> Counterexample:
    sides = tuple((str(x), _shown(x, number)) for x in claim.relation.args)
    return Counterexample((("t", str(number)),), sides, str(claim.relation))


def _lettered(relation: Any, letters: dict[Expr, Symbol]) -> Any:
    """The relation with b**(k*t + c) as b**c*s**k; `letters` keeps the letter s for b**t, by b."""
    table = {}
    for power in sorted(relation.atoms(Pow), key=str):
        if not power.exp.has(t):
            continue
        base, exponent = power.base, power.exp
        if base.is_Rational and base > 1:  # SymPy 1.13 writes (30/37)**t as (37/30)**-t
            base, exponent = 1 / base, -exponent
        times = exponent.expand().coeff(t)
        plus = sympy.expand(exponent - times * t)
        if not (base.is_Rational and 0 < base < 1) or plus.has(t):
            raise ValueError(f"{power} is no power of a fraction between 0 and 1")
        if not times.is_Integer:
            raise ValueError(f"{power}: t stands there with a factor that is no integer")
        s = letters.setdefault(base, Symbol(f"p{len(letters) + 1}", positive=True))
        table[power] = base**plus * s**times
    return relation.xreplace(table)


def _shown(side: Expr, number: int) -> str:
    value = value_at(side, {t: Integer(number)}, Domain())
    if isinstance(value, Fraction) and len(str(value)) <= DIGITS:
        return str(value)
    return f"{sympy.N(side.subs(t, number), 20)}…"

"""Relations in t at their first steps, and with letters for powers after them."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import permutations

import sympy

from optwright.derive.certificate.form import Tree
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.interpret import DECIMAL50, Field
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.found import Found, either, is_false, last_step
from optwright.derive.judge.point.obligation import Allowed, Obligations
from optwright.derive.judge.point.pair import in_fields
from optwright.derive.judge.point.run import Values
from optwright.derive.judge.point.value import Point
from optwright.derive.judge.registry import proved, refuted


@proved.register
def every_step(claim: EveryStep, known: Obligations) -> None:
    """A relation in t at its first steps, and with letters for powers after them."""
    fact = tree(claim.relation)
    end = claim.last or max(claim.until, claim.first) + 2

    def at(n: int, f: Field) -> None:
        if not Point({"t": Fraction(n)}, f).truth(fact):
            raise Rejected(f"the relation fails at t = {n}")
        known.points += 1

    for n in range(claim.first, end + 1):
        in_fields(partial(at, n))
    bases = {
        str(p.base)
        for p in claim.relation.atoms(sympy.Pow)
        if sympy.Symbol("t", integer=True, positive=True) in p.exp.free_symbols
    }
    for name in known.found:
        certificate = known.take(name)
        if name.endswith("evaluated exactly"):
            known.evaluated.add(name)
        if certificate is None:
            continue
        after = int(name.split(",")[0].removeprefix("t > "))
        for order in permutations(sorted(bases)):
            letters = {f"p{k}": Fraction(base) for k, base in enumerate(order, 1)}
            facts: list[Tree] = [[">=", ["x", "t"], str(after + 1)]]
            for letter, base in letters.items():
                facts.append([">", ["x", letter], "0"])
                facts.append([">=", str(base ** (after + 1)), ["x", letter]])
            try:
                for n in (after + 1, after + 2):
                    values: Values = {"t": Fraction(n)} | {k: b**n for k, b in letters.items()}
                    point = Point(values, DECIMAL50)
                    allowed = Allowed({}, facts, after + 1)
                    known.relation(name, point, fact, point, allowed)
                break
            except Rejected:
                continue
        else:
            raise Rejected(f"{name}: it is not what the claim says")


@refuted.register
def fails_at(claim: EveryStep, found: Found) -> None:
    """A step at which a relation in t fails."""
    n = last_step(found)
    if n < claim.first or (claim.last is not None and n > claim.last):
        raise Rejected("a counterexample of a step of which nothing is claimed")

    def at(f: Field) -> None:
        if not is_false(tree(claim.relation), Point({"t": Fraction(n)}, f)):
            raise Rejected("the relation holds at the counterexample")

    either(at)


__all__ = ["every_step", "fails_at"]

"""Claims about positive integers: updates per epoch, sizes of batches, numbers kept by a rule.

A ceiling is the integer q with q - 1 < x <= q; with these facts in place of the function the claim
is decided as any relation. Small integers are tried first, and refute.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import chain, count, product
from typing import Any

import sympy
from sympy import Expr, Integer, Symbol, ceiling, sympify

from optwright.derive.claim.formula.counting import Counting, Kept, n
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import Unsupported
from optwright.derive.language.declaration import History, Optimizer
from optwright.derive.proof.algebra.domain import Domain
from optwright.derive.proof.kind.formula.expression import conclude
from optwright.derive.proof.registry import decide
from optwright.derive.proof.sign.obligation import decide_equation, decide_relation

LARGEST = 12
"""Up to which integers a relation is tried."""


@decide.register
def _counting(claim: Counting, budget_s: float = 5.0) -> Verdict:
    """Try small integers, then prove with a letter for each ceiling."""
    begun = time.perf_counter()
    relation = claim.relation
    if relation in (sympy.true, sympy.false):
        return undecided("SymPy evaluated the relation: write it with evaluate=False")
    letters = sorted(relation.free_symbols, key=str)
    found = _miscounted(claim, letters)
    if found is not None:
        failed = Obligation("small integers", str(relation), "false", "refuted")
        return Verdict("refuted", (failed,), found, _scope(letters))
    if not letters:
        seconds = time.perf_counter() - begun
        sides = [sympify(side).doit() for side in relation.args]
        shown = ", ".join(f"{a} = {x}" for a, x in zip(relation.args, sides, strict=True))
        done = Obligation("arithmetic", str(relation), shown, "proved", (), seconds)
        return Verdict("proved", (done,), None, "these numbers")
    left, right = relation.args
    domain = Domain.where(*claim.where)

    def always(name: str, fact: Any) -> bool:
        return decide_relation(name, fact, domain, budget_s).status == "proved"

    for node in relation.atoms(ceiling):
        below = sympy.fraction(sympy.together(node.args[0]))[1]
        if not always("divisor", below > 0):
            return undecided(f"whether {below} > 0, by which {node} divides")
    if isinstance(relation, sympy.Eq) and isinstance(left, ceiling) and right.is_integer:
        above, below = sympy.fraction(sympy.together(left.args[0]))
        ends = ((right - 1) * below < above, above <= right * below)
        answers = [decide_relation(str(fact), fact, domain, budget_s) for fact in ends]
        if all(a.status == "proved" for a in answers):
            return conclude(answers, _scope(letters), claim.where)
    table, facts = {}, list(claim.where)
    taken = {s.name for x in (relation, *facts) for s in x.free_symbols}
    names = (name for name in chain("q", map("q_{}".format, count(2))) if name not in taken)
    for node in sorted(relation.atoms(ceiling), key=str):
        above, below = sympy.fraction(sympy.together(node.args[0]))
        q = Symbol(next(names), integer=True, positive=True if always("", above > 0) else None)
        table[node] = q
        whole = above.is_integer and below.is_integer
        least = (q - 1) * below + 1 <= above if whole else (q - 1) * below < above
        facts += [least, above <= q * below]
    answer = decide_relation(
        str(relation), relation.xreplace(table), Domain.where(*facts), budget_s
    )
    if answer.status == "refuted":
        # A point of the relaxed facts, not of the ceilings: nothing is refuted by it.
        return undecided(f"integers up to {LARGEST}, and the facts {facts}")
    said = [f"{q} = {node}" for node, q in table.items()]
    return conclude([answer], _scope(letters), (*claim.where, *said))


def _miscounted(claim: Counting, letters: Sequence[Expr]) -> Counterexample | None:
    """Small integers at which the relation fails."""
    relation = claim.relation
    for numbers in product(range(1, LARGEST + 1), repeat=len(letters)):
        here = dict(zip(letters, map(Integer, numbers), strict=True))
        if not all(sympify(fact).subs(here) == sympy.true for fact in claim.where):
            continue
        sides = [sympify(side).subs(here).doit() for side in relation.args]
        if relation.func(*sides) == sympy.false:
            found = tuple((str(a), str(x)) for a, x in zip(relation.args, sides, strict=True))
            point = tuple((str(x), str(k)) for x, k in here.items())
            return Counterexample(point, found, str(relation))
    return None


def _scope(letters: Sequence[Expr]) -> str:
    return f"all integers {', '.join(map(str, letters))} >= 1" if letters else "these numbers"


@decide.register
def _kept(claim: Kept, budget_s: float = 5.0) -> Verdict:
    """Add up the extents that the declaration gives its states."""
    try:
        sizes = {s.name: size(s, claim.system) for s in claim.system.state}
    except Unsupported as error:
        return undecided(str(error))
    found = sum(sizes.values(), Integer(0))
    positive = {s: Symbol(str(s), integer=True, positive=True) for s in found.free_symbols}
    left = sympy.expand(found.subs(positive))
    right = sympy.expand(sympify(claim.total).subs(positive))
    kept = "; ".join(f"{name}: {x}" for name, x in sizes.items()) or "nothing"
    answer = decide_equation("numbers kept", left, right, Domain(), budget_s)
    return conclude([answer], "all n", (kept,))


def size(state: Any, system: Optimizer) -> Expr:
    """The numbers of one state. Raises Unsupported where n alone does not tell."""
    extent = state.extent
    match extent.kind:
        case "coordinate":
            one: Expr = n
        case "host" | "all" | "tensor":
            one = Integer(1)
        case "matrix" if set(extent.dims) == {"n"}:
            one = n ** len(extent.dims)
        case _:
            raise Unsupported(f"{state.name} of {system.id} has the extent {extent}")
    return one * sympify(state.length) if isinstance(state, History) else one


__all__ = ["size"]

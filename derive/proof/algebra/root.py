"""Which roots expressions take, so that all are powers of one letter."""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm

from sympy import Add, Basic, Expr, exp, expand

from optwright.derive.proof.algebra.domain import Domain, is_atom


def root_order(exprs: Iterable[Basic], domain: Domain) -> int:
    """The least common order of all roots in some expressions (at least 2)."""
    order = 2
    stack = list(exprs)
    while stack:
        node = stack.pop()
        if is_atom(node, domain):
            continue
        exponent = node.args[1] if node.is_Pow else node.args[0] if isinstance(node, exp) else None
        if exponent is not None:
            for term in Add.make_args(exponent if exponent.is_Rational else expand(exponent)):
                coefficient = term.as_coeff_Mul()[0]
                if coefficient.is_Rational:
                    order = lcm(order, int(coefficient.q))
        stack.extend(node.args)
    return order


def rooted_atoms(exprs: Iterable[Basic], domain: Domain) -> list[Expr]:
    """Atoms that are factors of what stands under a root."""
    found: set[Expr] = set()
    stack = [(expr, False) for expr in exprs]
    while stack:
        node, under = stack.pop()
        if is_atom(node, domain):
            found |= {node} if under else set()
        elif node.is_Pow:
            rational = node.args[1].is_Rational
            rooted = rational and not node.args[1].is_Integer
            stack += [(node.args[0], rooted or (under and rational)), (node.args[1], False)]
        else:
            stack += [(arg, under and node.is_Mul) for arg in node.args]
    return sorted(found, key=str)


__all__ = ["root_order", "rooted_atoms"]

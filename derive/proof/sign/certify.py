"""Certificates: what a proof rests on, as plain data that `optwright.derive.judge` follows.

The prover knows the format (`optwright.derive.certificate`), never the judge: whether the judge
follows what it writes is seen by the tests, and by everyone who rechecks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sympy import Basic, Expr, Function
from sympy.core.relational import Relational

from optwright.derive.certificate.form import Certificate
from optwright.derive.certificate.tree import NoTree, tree
from optwright.derive.certificate.word import identity_data
from optwright.derive.claim.formula.word import WordRule, Words
from optwright.derive.error import NotReal, OutOfTime, Unsupported
from optwright.derive.proof.algebra.domain import Domain, Interval, is_atom
from optwright.derive.proof.algebra.normal import Algebra
from optwright.derive.proof.algebra.polynomial import Poly, Quotient, factor
from optwright.derive.proof.algebra.sign import Infeasible, Sign, Split
from optwright.derive.proof.sign.zero import regions

_SIDES = Function("sides")
UNSAID = (ArithmeticError, Infeasible, OutOfTime, Split)
"""What stops a conversion: there is no certificate then, and the proof stands as it is."""


def same(side: Expr, domain: Domain) -> Certificate | None:
    """That an expression equals itself."""
    try:
        said = tree(side, lambda x: is_atom(x, domain))
    except NoTree:
        return None
    return {"form": "same", "left": said, "right": said}


def true() -> Certificate:
    """That a relation holds as it stands, such as 0 <= 1; exact points bind it to the claim."""
    return {"form": "true"}


def equality(left: Expr, right: Expr, domain: Domain, deadline: float) -> Certificate | None:
    """That two expressions have one normal form in every region; None where the checker cannot."""
    try:
        leaves = [
            leaf(algebra, both, domain, signs)
            for both, domain, signs, algebra in regions(
                _SIDES(left, right), domain, deadline=deadline
            )
        ]
        return _followed(
            {
                "form": "zero",
                "left": _tree(left, domain),
                "right": _tree(right, domain),
                "domain": domain_data(domain, (left, right)),
                "leaves": leaves,
            }
        )
    except (NoTree, *UNSAID):
        return None


def sign(
    gap: Expr, domain: Domain, strict: bool, leaves: Sequence[dict[str, Any] | None]
) -> Certificate | None:
    """That an expression is nowhere negative, from the leaves of its proof."""
    try:
        return _followed(
            {
                "form": "sign",
                "gap": _tree(gap, domain),
                "strict": strict,
                "domain": domain_data(domain, (gap,)),
                "leaves": list(leaves),
            }
        )
    except NoTree:
        return None


def vanishes(defect: Expr) -> Certificate | None:
    """That an equation is one of those assumed, to be led to a contradiction."""
    try:
        return {"form": "vanishes", "gap": tree(defect)}
    except NoTree:
        return None


def inconsistent(equations: Sequence[Certificate | None]) -> Certificate | None:
    """That equations have no common solution."""
    if any(e is None for e in equations):
        return None
    return {"form": "inconsistent", "equations": [e["gap"] for e in equations if e]}


def words(left: Words, right: Words, rules: Sequence[WordRule]) -> Certificate | None:
    """That two sums of words are equal in every dimension under rules."""
    return identity_data(left, right, rules)


def _followed(certificate: dict[str, Any]) -> Certificate | None:
    if any(leaf is None for leaf in certificate["leaves"]):
        return None
    return certificate


def leaf(
    algebra: Algebra | None,
    expr: Basic,
    domain: Domain,
    signs: Sequence[Sign],
    steps: Iterable[dict[str, Any]] = (),
) -> dict[str, Any]:
    """One region: its case distinctions, letters, the values of roots, and factors."""
    path = [_distinction(s, domain) for s in signs if not s.given]
    if algebra is None:
        return {"path": path, "letters": [], "roots": [], "factors": [], "steps": []}
    roots: dict[Basic, Quotient] = {}
    products: dict[Poly, None] = {}
    _walk(expr, domain, algebra, roots, products)
    for fact in (*(f.args[0] - f.args[1] for f in domain.facts), *(s.expr for s in signs)):
        _walk(fact, domain, algebra, roots, products)
    letters = _letters(algebra, domain)
    factors = [[data(p), [[data(q), n] for q, n in factor(p)[1]]] for p in products]
    return {
        "path": path,
        "letters": letters,
        "roots": [
            [_tree(node, domain), data(q.num), [[data(p), n] for p, n in q.den.items()]]
            for node, q in roots.items()
        ],
        "factors": factors,
        "steps": list(steps),
    }


def _distinction(sign_: Sign, domain: Domain) -> list[Any]:
    on = sign_.expr if sign_.origin is None else sign_.origin
    put = sign_.put and [str(sign_.put[0]), _tree(sign_.put[1], domain)]
    return [_tree(on, domain), sign_.mask, put]


def _walk(
    expr: Basic,
    domain: Domain,
    algebra: Algebra,
    roots: dict[Basic, Quotient],
    products: dict[Poly, None],
) -> None:
    """Values of all roots below an expression, and the polynomials that factor."""
    if not expr.args or is_atom(expr, domain):
        return
    for arg in expr.args:
        _walk(arg, domain, algebra, roots, products)
    if isinstance(expr, Relational):
        _products((expr.args[0] - expr.args[1],), algebra, products)
    if not isinstance(expr, Expr):
        return
    try:
        value = algebra.convert(expr)
        if expr.is_Pow and expr.args[1].is_Rational and not expr.args[1].is_Integer:
            roots[expr] = value
    except (Split, NotReal, Unsupported):  # in an arm that is not taken
        return
    if not (expr.is_Add or expr.is_Mul):
        _products((expr, *(a for a in expr.args if isinstance(a, Expr))), algebra, products)


def _products(exprs: Iterable[Expr], algebra: Algebra, products: dict[Poly, None]) -> None:
    """Keep the polynomials of some expressions that are products."""
    for expr in exprs:
        try:
            value = algebra.convert(expr)
        except (Split, NotReal, Unsupported):
            continue
        for p in (algebra.reduce(value.num), value.num, *value.den):
            if len(p.terms) > 1 and len(factor(p)[1]) > 1:
                products[p] = None


def _letters(algebra: Algebra, domain: Domain) -> list[dict[str, Any]]:
    """The definitions of the letters, in their order."""
    said: dict[int, dict[str, Any]] = {}
    for key, index in algebra.index.items():
        kind, *rest = key
        if kind == "atom":
            said[index] = {"atom": str(rest[0])}
        elif kind == "root":
            said[index] = {"root": algebra.order, "of": data(rest[0])}
        elif kind == "root of number":
            said[index] = {"root": algebra.order, "of": data(Poly.constant(rest[0]))}
        elif kind == "power":
            base, exponent = rest
            base = base if isinstance(base, Poly) else Poly.constant(base)
            start = algebra.starts.get(index, 0)
            said[index] = {
                "power": data(base),
                "exponent": _tree(exponent, domain),
                "start": start,
            }
        elif kind == "exp":
            said[index] = {"exp": _tree(rest[0], domain)}
        elif kind == "apply" and rest[0].func is not _SIDES:
            said[index] = {"call": _tree(rest[0], domain)}
        elif kind == "constant":
            said[index] = {"pi": ["pi"]}
    return [said.get(i, {}) for i in range(len(algebra.letters))]


def data(poly: Poly) -> list[Any]:
    """A polynomial as data."""
    return [[str(x), [list(pair) for pair in m]] for m, x in sorted(poly.terms.items())]


def _tree(expr: Basic, domain: Domain) -> Any:
    return tree(expr, lambda x: is_atom(x, domain))


def domain_data(domain: Domain, exprs: Iterable[Basic]) -> dict[str, Any]:
    """Boxes of all unknowns of some expressions, and the facts between them."""
    atoms = {a for e in (*exprs, *domain.facts) for a in domain.atoms(e)}
    if len({str(a) for a in atoms}) < len(atoms):
        raise NoTree("two unknowns of one name")
    return {
        "bounds": {str(a): _ends(domain.interval(a)) for a in sorted(atoms, key=str)},
        "facts": [_tree(f, domain) for f in domain.facts],
    }


def _ends(own: Interval) -> list[Any]:
    low, high = (None if x is None else str(x) for x in (own.lo, own.hi))
    return [low, high, own.lo_open, own.hi_open, own.integer]


__all__ = [
    "UNSAID",
    "Certificate",
    "data",
    "domain_data",
    "equality",
    "inconsistent",
    "leaf",
    "same",
    "sign",
    "true",
    "vanishes",
    "words",
]

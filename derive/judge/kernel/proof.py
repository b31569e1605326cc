"""Proofs by normal form and by sums of known signs, expanded again.

The forms are those of `optwright.derive.certificate.form`. What is shown holds wherever the claim
is defined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optwright.derive.certificate.form import Certificate, Tree, renamed, unknowns
from optwright.derive.judge.kernel import word
from optwright.derive.judge.kernel.algebra import EmptyRegion, LeafRegion, Unsettled, poly
from optwright.derive.judge.kernel.box import (
    ANY,
    MASK,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Box,
    Rejected,
    box,
    flipped,
)
from optwright.derive.judge.kernel.ideal import inconsistent
from optwright.derive.judge.kernel.polynomial import Poly, TooLarge, product


def check(certificate: Certificate) -> None:
    """Follow a certificate; raises Rejected where it does not show what it says."""
    try:
        match certificate["form"]:
            case "same":
                if certificate["left"] != certificate["right"]:
                    raise Rejected("the two sides are not the same")
            case "true" | "vanishes":
                return
            case "inconsistent":
                region = LeafRegion({})
                tops = [region.value(node).top for node in certificate["equations"]]
                if not inconsistent(tops):
                    raise Rejected("the equations were not led to a contradiction")
            case "word":
                word.check(certificate)
            case "zero" | "sign":
                _leaves(certificate, certificate["leaves"], 0)
            case form:
                raise Rejected(f"a certificate of no known form: {form}")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, Rejected):
            raise
        raise Rejected(f"a damaged certificate: {type(error).__name__}: {error}") from error
    except (TooLarge, RecursionError) as error:
        raise Rejected(f"a certificate that is not followed to its end: {error}") from error


def _leaves(certificate: Certificate, leaves: Sequence[Any], depth: int) -> None:
    """Regions that agree in their first `depth` case distinctions; they must cover these."""
    if len(leaves) == 1 and len(leaves[0]["path"]) == depth:
        _leaf(certificate, leaves[0])
        return
    if not leaves or any(len(leaf["path"]) <= depth for leaf in leaves):
        raise Rejected("regions that are not told apart")
    on = leaves[0]["path"][depth][0]
    groups: dict[int, list[Any]] = {}
    for leaf in leaves:
        split, mask, _ = leaf["path"][depth]
        if split != on or not isinstance(mask, int) or not 0 < mask <= ANY:
            raise Rejected("regions that split on different things")
        groups.setdefault(mask, []).append(leaf)
    missing = ANY
    for mask, members in groups.items():
        missing &= ~mask
        puts = {repr(leaf["path"][depth][2]) for leaf in members}
        if len(puts) != 1:
            raise Rejected("one region with two substitutions")
        _leaves(certificate, members, depth + 1)
    for mask in (NEGATIVE, ZERO, POSITIVE):
        if mask & missing and not _empty(certificate, leaves, depth, on, mask):
            raise Rejected(f"the case where {on} is {_WORDS[mask]} is missing")


_WORDS = {NEGATIVE: "negative", ZERO: "zero", POSITIVE: "positive"}


def _empty(
    certificate: Certificate, leaves: Sequence[Any], depth: int, on: Tree, mask: int
) -> bool:
    """Whether nothing is in the region that assumes `mask` after the first distinctions."""
    for leaf in leaves:
        cut = {**leaf, "path": [*leaf["path"][:depth], [on, mask, None]]}
        try:
            region, sides = _region(certificate, cut)
            for side in sides:
                region.value(side)
        except EmptyRegion:
            return True
        except Rejected:
            continue
    return False


def _region(certificate: Certificate, leaf: Mapping[str, Any]) -> tuple[LeafRegion, list[Tree]]:
    """The algebra of a leaf, with everything assumed, and the sides of the claim there."""
    domain = certificate["domain"]
    bounds = {name: box(data) for name, data in domain["bounds"].items()}
    given = [(["+", a, ["*", "-1", b]], MASK[head]) for head, a, b in domain["facts"]]
    names = ("left", "right") if certificate["form"] == "zero" else ("gap",)
    sides = [certificate[name] for name in names]
    assumed: list[tuple[Tree, int]] = []
    for on, mask, put in leaf["path"]:
        if put is None:
            assumed.append((on, mask))
            continue
        name, value = put
        if mask != ZERO or name in unknowns(value) or not _solves(on, name, value):
            raise Rejected(f"{name} = {value} does not follow from {on} = 0")

        def moved(node: Tree, name: str = name, value: Tree = value) -> Tree:
            return renamed(node, lambda other: value if other == name else ["x", other])

        given = [(moved(node), m) for node, m in given]
        assumed = [(moved(node), m) for node, m in assumed]
        sides = [moved(node) for node in sides]
        given += _ends(value, bounds.pop(name, Box()))
    region = LeafRegion(bounds, leaf["letters"], leaf["roots"], leaf["factors"])
    for _ in range(2):  # facts that rest on later ones
        for node, mask in (*given, *assumed):
            region.assume(node, mask)
    return region, sides


def _solves(on: Tree, name: str, value: Tree) -> bool:
    """Whether `on` is a multiple of name - value, all other parts being letters of their own."""
    names = sorted({*unknowns(on), *unknowns(value), name})
    region = LeafRegion({}, [{"atom": n} for n in names])
    gap = region.value(["+", ["x", name], ["*", "-1", value]])
    return bool(region.value(on).top.primitive()[1] == gap.top.primitive()[1]) and not (
        region.value(on).below or gap.below
    )


def _ends(value: Tree, own: Box) -> list[tuple[Tree, int]]:
    """That an expression lies in a box, as facts; integrality is not used."""
    found: list[tuple[Tree, int]] = []
    if own.low is not None:
        mask = POSITIVE if own.low_open else POSITIVE | ZERO
        found.append((["+", value, str(-own.low)], mask))
    if own.high is not None:
        mask = NEGATIVE if own.high_open else NEGATIVE | ZERO
        found.append((["+", value, str(-own.high)], mask))
    return found


def _leaf(certificate: Certificate, leaf: Mapping[str, Any]) -> None:
    try:
        region, sides = _region(certificate, leaf)
        if certificate["form"] == "zero":
            left, right = sides
            gap = region.value(left) - region.value(right)
            if region.reduced(gap.top):
                raise Rejected("the two sides differ")
            return
        value = region.value(sides[0])
        top = region.reduced(value.top)
        below = POSITIVE
        for p, n in value.below.items():
            own = region.sign(p) & ~ZERO if n % 2 else POSITIVE
            if own not in (POSITIVE, NEGATIVE):
                raise Unsettled("the sign of a denominator is not settled")
            below = below if own == POSITIVE else flipped(below)
        steps = list(leaf["steps"])
        target = top if below == POSITIVE else top.scaled(-1)
        _nonnegative(region, target, steps, bool(certificate["strict"]))
        if steps:
            raise Rejected("a proof with more steps than it needs")
    except EmptyRegion:
        return


def _nonnegative(region: LeafRegion, target: Poly, steps: list[Any], strict: bool) -> None:
    """Follow the steps that show target >= 0 (> 0 if strict); they are used up from the front."""
    target = region.reduced(target)
    unwanted = NEGATIVE | (ZERO if strict else 0)
    if not steps:
        raise Rejected("a proof that ends too early")
    step = steps.pop(0)
    match step["by"]:
        case "signs":
            if region.sign(target) & unwanted:
                raise Unsettled("the sign of a polynomial is not settled")
        case "factors":
            _factors(region, target, step, steps, strict)
        case "root":
            _root(region, target, int(step["letter"]), steps, strict)
        case "square":
            _square(region, target, int(step["letter"]), steps, strict)
        case "fact":
            fact, factor = region.admitted(poly(step["fact"])), region.admitted(poly(step["times"]))
            if region.sign(fact) & NEGATIVE or region.sign(factor) & NEGATIVE:
                raise Unsettled("what is subtracted may be negative")
            _nonnegative(region, target - fact * factor, steps, strict)
        case other:
            raise Rejected(f"a step of no known kind: {other}")


def _root(region: LeafRegion, target: Poly, i: int, steps: list[Any], strict: bool) -> None:
    """a + b*r >= 0 for a root r, by the sign of a**2 - b**2*r**2."""
    region.letter(i)
    parts = target.parts(i)
    if "root" not in region.letters[i] or set(parts) != {0, 1}:
        raise Rejected("not of the form a + b*r with a root r")
    a, b = region.sign(parts[0]), region.sign(parts[1])
    square = parts[0] ** 2 - parts[1] ** 2 * Poly.unknown(i, 2)
    if not a & NEGATIVE and not b & POSITIVE:
        _nonnegative(region, square, steps, strict)
    elif not a & POSITIVE and not b & NEGATIVE:
        _nonnegative(region, square.scaled(-1), steps, strict)
    else:
        raise Unsettled("the signs of a and b in a + b*r are not settled")


def _square(region: LeafRegion, target: Poly, i: int, steps: list[Any], strict: bool) -> None:
    """A quadratic in a power of a letter that is >= 0, by its discriminant."""
    parts = target.parts(i)
    top = max(parts)
    if top % 2 or top == 0 or set(parts) - {0, top // 2, top}:
        raise Rejected("not a quadratic in a power of the letter")
    first, second, third = (parts.get(n, Poly({})) for n in (top, top // 2, 0))
    if region.sign(first) & (NEGATIVE | (ZERO if strict else 0)):
        raise Unsettled("the leading coefficient may be negative")
    _nonnegative(region, first.scaled(4) * third - second**2, steps, strict)
    if region.sign(first) & ZERO:
        _nonnegative(region, third, steps, strict)


def _factors(
    region: LeafRegion, target: Poly, step: Mapping[str, Any], steps: list[Any], strict: bool
) -> None:
    pieces = [(region.admitted(poly(p)), int(n), how) for p, n, how in step["factors"]]
    scale, part = target.primitive()
    inner, whole = product((p, n) for p, n, _ in pieces).primitive()
    if whole != part:
        raise Rejected("factors whose product is another polynomial")
    direction = 1 if (scale > 0) == (inner > 0) else -1
    zero = ZERO if strict else 0
    for p, n, how in pieces:
        match how:
            case "even":
                if n % 2 or region.sign(p) & zero:
                    raise Unsettled("a factor is no square, or may be zero")
            case "+" | "-":
                if region.sign(p) & ((NEGATIVE if how == "+" else POSITIVE) | zero):
                    raise Unsettled("the sign of a factor is not settled")
            case "prove +" | "prove -":
                _nonnegative(region, p if how[-1] == "+" else p.scaled(-1), steps, strict)
            case _:
                raise Rejected(f"a factor treated in no known way: {how}")
        if how[-1] == "-" and n % 2:
            direction = -direction
    if direction < 0:
        raise Rejected("the factors make a negative number")


__all__ = ["Certificate", "check"]

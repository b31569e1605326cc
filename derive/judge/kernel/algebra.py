"""One region of a proof: letters, what is known of their signs, and expressions as fractions.

The certificate names the letters (unknowns, roots, powers b**(t - 1), functions) and says what each
root in the claim is in terms of them; all of it is checked here before it is used. A sign is a mask
of possibilities: 1 negative, 2 zero, 4 positive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import product as combinations
from typing import Any

from optwright.derive.certificate.form import Tree
from optwright.derive.judge.kernel.box import (
    ANY,
    MASK,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Box,
    Rejected,
    flipped,
    multiplied_sign,
    raised_sign,
)
from optwright.derive.judge.kernel.polynomial import Fractional, Monomial, Poly, over, product


class Unsettled(Rejected):
    """A sign on which the certificate relies is not to be seen."""


class EmptyRegion(Exception):
    """No point of the region has a value of the claim, or there is no point in it at all."""


def poly(data: Sequence[Any]) -> Poly:
    """A polynomial from the data of a certificate."""
    terms: dict[Monomial, Fraction] = {}
    for x, powers in data:
        m = tuple(sorted((int(i), int(n)) for i, n in powers))
        if m in terms:
            raise Rejected("a monomial occurs twice in one polynomial")
        terms[m] = Fraction(x)
    return Poly(terms)


class LeafRegion:
    """The algebra of one region.

    bounds: boxes by unknown. letters, roots, factors: as the certificate gives them. Raises
    Rejected for what is wrong in them, EmptyRegion where the region has no point.
    """

    def __init__(
        self,
        bounds: Mapping[str, Box],
        letters: Sequence[Mapping[str, Any]] = (),
        roots: Sequence[Any] = (),
        factors: Sequence[Any] = (),
    ) -> None:
        self.bounds = bounds
        self.letters = list(letters)
        self.boxes: dict[int, Box] = {}
        self.rules: dict[int, tuple[int, Poly]] = {}
        self.known: dict[Poly, int] = {}
        self.nonzero: set[Poly] = set()
        self.equations: list[Poly] = []
        self.atoms = {x["atom"]: i for i, x in enumerate(letters) if "atom" in x}
        self.roots = {_key(node): (poly(top), below) for node, top, below in roots}
        self.factored: dict[Poly, list[tuple[Poly, int]]] = {}
        self._signs: dict[Poly, int] = {}
        self._values: dict[str, Fractional] = {}
        self._depth = 0
        self._claimed = True  # what is evaluated is the claim's, so it is defined
        for whole, pieces in factors:
            p, parts = poly(whole), [(poly(q), int(n)) for q, n in pieces]
            if product(parts).primitive()[1] != p.primitive()[1]:
                raise Rejected("factors whose product is another polynomial")
            self.factored[p.primitive()[1]] = parts

    # ---- letters

    def letter(self, index: int) -> Poly:
        """A letter, its definition checked when it is first used."""
        if index in self.boxes:
            return Poly.unknown(index)
        if not 0 <= index < len(self.letters):
            raise Rejected(f"there is no letter {index}")
        said = self.letters[index]
        self.boxes[index] = Box()  # so that a definition by itself is met again, and fails
        if "atom" in said:
            self.boxes[index] = self.bounds.get(said["atom"], Box())
        elif "root" in said:
            self._root(index, self.admitted(poly(said["of"])), int(said["root"]))
        elif "power" in said:
            base = self.admitted(poly(said["power"]))
            with self._defining():
                self.boxes[index] = self._power_box(base, said["exponent"], int(said["start"]))
            if poly(said["power"]).constant == -1:
                self.rules[index] = (2, Poly.number(1))
        elif "exp" in said:
            self.boxes[index] = Box(Fraction(0), None, True)
        elif "call" in said:
            head = said["call"][0] if said["call"][0] != "call" else said["call"][1].split("_")[0]
            if head in ("norm", "abs"):
                self.boxes[index] = Box(Fraction(0))
            if head in ("cos", "sin"):
                self.boxes[index] = Box(Fraction(-1), Fraction(1))
        elif "pi" in said:
            self.boxes[index] = Box(Fraction(3), Fraction(4), True, True)
        else:
            raise Rejected(f"letter {index} is not defined")
        return Poly.unknown(index)

    @contextmanager
    def _defining(self) -> Iterator[None]:
        """While a letter's definition is evaluated: that it is defined may not be assumed."""
        before, self._claimed = self._claimed, False
        try:
            yield
        except EmptyRegion as error:
            if before:
                raise Rejected(f"a letter that is not defined: {error}") from error
            raise
        finally:
            self._claimed = before

    def _root(self, index: int, radicand: Poly, order: int) -> None:
        if order < 2 or self.sign(radicand) & NEGATIVE:
            raise Unsettled(f"letter {index} is the root of what may be negative")
        below = self.sign(radicand - Poly.number(1))
        zero = self.sign(radicand) & ZERO
        low, high = (1 if not below & NEGATIVE else 0), (1 if not below & POSITIVE else None)
        self.boxes[index] = Box(
            Fraction(low),
            None if high is None else Fraction(high),
            below == POSITIVE if low else not zero,
            high == 1 and not below & ZERO,
        )
        whole, single = Poly.unknown(index, order), radicand.single
        if single is not None and single not in self.rules:
            self.rules[single] = (1, whole)
        else:
            self.rules[index] = (order, radicand)
        self._signs.clear()
        self.equations = [self.reduced(p) for p in self.equations]
        self.known = {self.reduced(p): mask for p, mask in self.known.items()}

    def _power_box(self, base: Poly, exponent: Tree, start: int) -> Box:
        if start:
            own = self.bounds.get(exponent[1], Box()) if exponent[0] == "x" else Box()
            if not own.whole or own.low is None or own.low < start:
                raise Rejected(f"an exponent that need not be at least {start}")
            positive = own.low > start
            sign = POSITIVE if positive else POSITIVE | ZERO
        else:
            sign = self.sign_of(self.value(exponent))
        mask, one = self.sign(base), self.sign(base - Poly.number(1))
        if mask & NEGATIVE:
            return Box()
        open_ = not mask & ZERO
        if not sign & NEGATIVE and not one & POSITIVE:
            strict = sign == POSITIVE and one == NEGATIVE
            return Box(Fraction(0), Fraction(1), open_, strict)
        if not sign & NEGATIVE and not one & NEGATIVE:
            return Box(Fraction(1))
        return Box(Fraction(0), None, open_)

    def admitted(self, p: Poly) -> Poly:
        """A polynomial of the certificate, once all its letters have been checked."""
        for i in sorted(p.unknowns()):
            self.letter(i)
        return p

    # ---- expressions

    def value(self, node: Tree) -> Fractional:
        """An expression in letters.

        Raises Rejected, Unsettled, or EmptyRegion where it has no value.
        """
        key = _key(node)
        if key not in self._values:
            found = self._value(node)
            self._values[key] = Fractional(self.reduced(found.top), found.below)
        return self._values[key]

    def _value(self, node: Tree) -> Fractional:
        if isinstance(node, str):
            return _number(Fraction(node))
        head, *args = node
        if head == "x":
            if args[0] not in self.atoms:
                self.atoms[args[0]] = len(self.letters)
                self.letters.append({"atom": args[0]})
            return Fractional(self.letter(self.atoms[args[0]]))
        if head in ("+", "*"):
            total = self.value(args[0])
            for x in args[1:]:
                total = total + self.value(x) if head == "+" else total * self.value(x)
            return total
        if head == "^":
            return self._power(node, self.value(args[0]), args[1])
        if head == "exp":
            return self._symbolic(None, args[0])
        if head in ("abs", "sign"):
            return self._by_sign(head, self.value(args[0]))
        if head in ("max", "min"):
            return self._extreme(head, args)
        if head == "cases":
            pairs = zip(args[:-1:2], args[1::2], strict=True)
            return self.value(next((x for x, holds in pairs if self.truth(holds)), args[-1]))
        return self._called(node)

    def _extreme(self, head: str, nodes: Sequence[Tree]) -> Fractional:
        """The largest (max) or smallest (min) of several; raises Unsettled if that is open."""
        wrong, right = (NEGATIVE, POSITIVE) if head == "max" else (POSITIVE, NEGATIVE)
        best = self.value(nodes[0])
        for node in nodes[1:]:
            gap = self.sign_of(self.value(node) - best)
            if not gap & wrong:
                best = self.value(node)
            elif gap & right:
                raise Unsettled(f"which is the {head}imum is not settled")
        return best

    def _power(self, node: Tree, base: Fractional, said: Tree) -> Fractional:
        if not isinstance(said, str):
            return self._symbolic(base, said)
        exponent = Fraction(said)
        if exponent.denominator == 1:
            return self._whole(base, int(exponent))
        return self._rooted(node, base, exponent)

    def _whole(self, base: Fractional, power: int) -> Fractional:
        if power >= 0:
            return base**power
        top = self.reduced(base.top)
        if not top:
            raise EmptyRegion("division by zero")
        self._nowhere_zero(top)
        return Fractional(top, base.below).inverse() ** -power

    def _nowhere_zero(self, p: Poly) -> None:
        """What is divided by is not zero where the claim means something."""
        if not self._claimed:
            if self.sign(p) & ZERO:
                raise Unsettled("a letter's definition divides by what may be zero")
            return
        self.nonzero.add(p.primitive()[1])
        for q, _ in self.pieces(p):
            self.nonzero.add(q.primitive()[1])
        self._signs.clear()

    def _rooted(self, node: Tree, base: Fractional, exponent: Fraction) -> Fractional:
        base = Fractional(self.reduced(base.top), base.below)
        if not base.top:
            if exponent < 0:
                raise EmptyRegion("division by zero")
            return base
        wanted = POSITIVE if exponent < 0 else POSITIVE | ZERO
        if self._claimed:
            self.learn(base, wanted)
        elif self.sign_of(base) & ~wanted:
            raise Unsettled("a letter's definition takes the root of what may be negative")
        if _key(node) not in self.roots:
            raise Rejected(f"no value of {node} is given")
        top, below = self.roots[_key(node)]
        found = Fractional(self.admitted(top), {self.admitted(poly(p)): int(n) for p, n in below})
        if any(self.sign(p) & ZERO for p in found.below):
            raise Unsettled(f"the value of {node} is divided by what may be zero")
        left, right = found**exponent.denominator, base ** abs(exponent.numerator)
        gap = left - right if exponent > 0 else left * right - _number(Fraction(1))
        if self.reduced(gap.top):
            raise Rejected(f"the value given for {node} has another power")
        if self.sign_of(found) & NEGATIVE:
            raise Unsettled(f"the value given for {node} may be negative")
        return found

    def _by_sign(self, head: str, x: Fractional) -> Fractional:
        mask = self.sign_of(x)
        if head == "abs":
            if not mask & NEGATIVE:
                return x
            if not mask & POSITIVE:
                return _number(Fraction(-1)) * x
        elif mask in (NEGATIVE, ZERO, POSITIVE):
            return _number(Fraction({NEGATIVE: -1, ZERO: 0, POSITIVE: 1}[mask]))
        raise Unsettled("an absolute value or a sign is not settled")

    def truth(self, node: Tree) -> bool:
        """Whether a condition holds everywhere in the region, or nowhere."""
        head, *args = node
        if head in ("true", "false"):
            return bool(head == "true")
        if head == "and":
            return all(self.truth(x) for x in args)
        if head == "or":
            return any(self.truth(x) for x in args)
        if head == "not":
            return not self.truth(args[0])
        if head not in MASK:
            raise Rejected(f"{head} is no condition")
        mask = self.sign_of(self.value(args[0]) - self.value(args[1]))
        if mask & MASK[head] and mask & ~MASK[head]:
            raise Unsettled(f"whether {node} is not settled")
        return bool(mask & MASK[head])

    def _symbolic(self, base: Fractional | None, exponent: Tree) -> Fractional:
        """base**exponent, or exp(exponent): a product of letters, by the laws of powers."""
        result, offset = _number(Fraction(1)), Fraction(0)
        for scale, term in _terms(exponent):
            if term is None and base is not None:
                offset += scale
                continue
            for letter, power, start in self._powers(base, term or "1"):
                if scale.denominator != 1:
                    raise Unsettled("a fractional multiple of a symbolic exponent")
                result = result * self._whole(Fractional(letter), int(scale) * power)
                offset += scale * start if start else 0
        if base is None:
            return result
        if offset.denominator != 1:
            raise Unsettled("a fractional offset of a symbolic exponent")
        return result * self._whole(base, int(offset))

    def _powers(self, base: Fractional | None, term: Tree) -> Iterator[tuple[Poly, int, int]]:
        """Letters whose powers make up base**(term - start), with start once."""
        if base is None:
            for i, said in enumerate(self.letters):
                if "exp" in said and self.same(said["exp"], term):
                    yield self.letter(i), 1, 0
                    return
            raise Rejected(f"no letter for exp of {term}")
        scale, part = base.top.primitive()
        wanted = self.pieces(part) if part.constant is None else []
        wanted += [(q, -n * k) for p, n in base.below.items() for q, k in self.pieces(p)]
        wanted += [(Poly.number(p), n) for p, n in _primes(scale)]
        first = True
        for p, n in wanted:
            for i, said in enumerate(self.letters):
                found = "power" in said and poly(said["power"]) == p
                if found and self.same(said["exponent"], term):
                    yield self.letter(i), n, int(said["start"]) if first else 0
                    first = False
                    break
            else:
                raise Rejected(f"no letter for a power with exponent {term}")

    def _called(self, node: Tree) -> Fractional:
        """The letter of a function: the same for equal arguments."""
        for i, said in enumerate(self.letters):
            own = said.get("pi" if node == ["pi"] else "call")
            if own is None:
                continue
            if node == ["pi"]:
                return Fractional(self.letter(i))
            skip = 2 if node[0] == "call" else 1
            if own[:skip] == node[:skip] and len(own) == len(node):
                pairs = zip(own[skip:], node[skip:], strict=True)
                if all(self.same(a, b) for a, b in pairs):
                    return Fractional(self.letter(i))
        raise Rejected(f"no letter for {node[:2]}")

    def same(self, a: Tree, b: Tree) -> bool:
        """Whether two expressions, the first a letter's, are equal in the region."""
        if a == b:
            return True
        right = self.value(b)
        with self._defining():
            return not self.reduced((self.value(a) - right).top)

    def reduced(self, p: Poly) -> Poly:
        """A polynomial with the rules of its letters and the equations of the region applied."""
        for _ in range(50):
            before = p
            for i in sorted(p.unknowns(), reverse=True):
                if i in self.rules:
                    p = p.put(i, self.rules[i][1], self.rules[i][0])
            for equation in self.equations:
                if equation:
                    p = p.remainder(equation)[1]
            if p == before:
                break
        return p

    # ---- signs

    def pieces(self, p: Poly) -> list[tuple[Poly, int]]:
        """Polynomials whose powers have p as their product, up to a number."""
        whole = p.primitive()[1]
        if whole in self.factored:
            return self.factored[whole]
        content = p.content()
        found = [(Poly.unknown(i), n) for i, n in content]
        rest = Poly({over(m, content) or (): x for m, x in p.terms.items()}).primitive()[1]
        return found if rest.constant is not None else found + self.factored.get(rest, [(rest, 1)])

    def sign_of(self, x: Fractional) -> int:
        """Possible signs of a fraction, where it is defined."""
        mask = self.sign(self.reduced(x.top))
        for p, n in x.below.items():
            mask = multiplied_sign(mask, raised_sign(self.sign(p) & ~ZERO, n))
        return mask

    def sign(self, p: Poly) -> int:
        """Possible signs of a polynomial."""
        if p not in self._signs:
            if self._depth > 6:
                return ANY
            self._depth += 1
            mask = self._sign(p)
            self._depth -= 1
            if self._depth:
                return mask
            self._signs[p] = mask
        return self._signs[p]

    def _sign(self, p: Poly) -> int:
        value = p.constant
        if value is not None:
            return POSITIVE if value > 0 else NEGATIVE if value < 0 else ZERO
        scale, part = p.primitive()
        mask = self._boxed(part) & self.known.get(part, ANY)
        if part in self.nonzero:
            mask &= ~ZERO
        pieces = self.pieces(part)
        if len(pieces) > 1 or pieces[0][1] > 1:
            own = POSITIVE if product(pieces).primitive()[0] > 0 else NEGATIVE
            for q, n in pieces:
                own = multiplied_sign(own, raised_sign(self.sign(q), n))
            mask &= own
        reduced = self.reduced(part)
        if reduced != part:
            mask &= self.sign(reduced)
        if mask in (NEGATIVE, ZERO, POSITIVE):
            return mask if scale > 0 else flipped(mask)
        mask &= self._by_roots(part) & self._quadratic(part) & self._by_known(part)
        return mask if scale > 0 else flipped(mask)

    def _by_known(self, p: Poly) -> int:
        """By subtracting a multiple of what is known."""
        mask = ANY
        for fact, signs in self.known.items():
            for m in fact.terms.keys() & p.terms.keys():
                ratio = p.terms[m] / fact.terms[m]
                rest = self._boxed(p - fact.scaled(ratio))
                own = signs if ratio > 0 else flipped(signs)
                both = own | rest
                if both in (POSITIVE | ZERO, NEGATIVE | ZERO):
                    strict = own == both & ~ZERO or rest == both & ~ZERO
                    mask &= both & (~ZERO if strict else ANY)
                elif both in (POSITIVE, NEGATIVE, ZERO):
                    mask &= both
        return mask

    def _by_roots(self, p: Poly) -> int:
        """a + b*r with a root r >= 0 has the sign of a**2 - b**2*r**2 where a, b differ in sign."""
        mask = ANY
        for i in p.unknowns():
            if i >= len(self.letters) or "root" not in self.letters[i]:
                continue
            parts = p.parts(i)
            if set(parts) != {0, 1}:
                continue
            a, b = self.sign(parts[0]), self.sign(parts[1])
            gap = self.reduced(parts[0] ** 2 - parts[1] ** 2 * Poly.unknown(i, 2))
            if not a & NEGATIVE and not b & POSITIVE:
                mask &= self.sign(gap)
            elif not a & POSITIVE and not b & NEGATIVE:
                mask &= flipped(self.sign(gap))
        return mask

    def _quadratic(self, p: Poly) -> int:
        """a*x**(2k) + b*x**k + c with numbers, without real zeros."""
        if len(p.unknowns()) != 1:
            return ANY
        (i,) = p.unknowns()
        parts = p.parts(i)
        top = max(parts)
        if top % 2 or set(parts) - {0, top // 2, top}:
            return ANY
        a, b, c = (parts[n].constant or 0 if n in parts else 0 for n in (top, top // 2, 0))
        return ANY if b * b >= 4 * a * c else POSITIVE if a > 0 else NEGATIVE

    def _boxed(self, p: Poly) -> int:
        """By the signs of the coefficients, once every letter is moved to one that is >= 0."""
        value = p.constant
        if value is not None:
            return POSITIVE if value > 0 else NEGATIVE if value < 0 else ZERO
        faces: list[tuple[int, tuple[str, ...]]] = []
        top: dict[int, int] = {}
        for i in sorted(p.unknowns()):
            own, u = self.boxes.get(i, Box()), Poly.unknown(i)
            near = ["inside"]
            if own.low is not None and own.high is not None:
                degree = top[i] = max(p.parts(i))
                ends = Poly.number(own.low) + u.scaled(own.high)
                moved = Poly({})
                for n, part in p.parts(i).items():
                    moved = moved + part * ends**n * (Poly.number(1) + u) ** (degree - n)
                p = moved
                near += ["low"] * (not own.low_open) + ["high"] * (not own.high_open)
            elif own.low is not None:
                p = p.put(i, u + Poly.number(own.low)) if own.low else p
                near += ["low"] * (not own.low_open)
            elif own.high is not None:
                p = p.put(i, Poly.number(own.high) - u)
                near += ["low"] * (not own.high_open)
            else:
                if any(dict(m).get(i, 0) % 2 for m in p.terms):
                    return ANY
                near.append("low")
            faces.append((i, tuple(near)))
            if len(p.terms) > 2000:
                return ANY
        signs = {x > 0 for x in p.terms.values()}
        if len(signs) != 1:
            return ANY if signs else ZERO
        sign = POSITIVE if signs.pop() else NEGATIVE
        for face in combinations(*(near for _, near in faces)):
            sides = {i: side for (i, _), side in zip(faces, face, strict=True)}
            if not any(_survives(dict(m), sides, top) for m in p.terms):
                return sign | ZERO
        return sign

    # ---- what is assumed

    def assume(self, node: Tree, mask: int) -> None:
        """Take a relation to zero as given; what does not convert is left out, which is safe."""
        try:
            value = self.value(node)
        except Unsettled:
            return
        self.learn(value, mask)

    def learn(self, x: Fractional, mask: int) -> None:
        """Keep what the sign of a fraction tells of its factors.

        Raises EmptyRegion if it cannot be.
        """
        top = self.reduced(x.top)
        for p, n in x.below.items():
            own = raised_sign(self.sign(p) & ~ZERO, n)
            if own not in (POSITIVE, NEGATIVE):
                if not mask & ZERO:
                    self._nowhere_zero(top)
                return
            mask = mask if own == POSITIVE else flipped(mask)
        self._keep(top, mask)
        if not top or top.constant is not None:
            return
        pieces = self.pieces(top)
        scale = top.primitive()[0] * product(pieces).primitive()[0]
        if not mask & ZERO:
            self._nowhere_zero(top)
        open_ = []
        for p, n in pieces:
            own = self.sign(p)
            if n % 2 and own not in (NEGATIVE, POSITIVE):
                open_.append(p)
            elif n % 2:
                scale = scale if own == POSITIVE else -scale
            elif own & ZERO:
                open_ += [p] if mask == ZERO else [p, p]
        if len(open_) == 1:
            self._keep(open_[0], mask if scale > 0 else flipped(mask))

    def _keep(self, p: Poly, mask: int) -> None:
        own = self.sign(p)
        if not own & mask:
            raise EmptyRegion("what is assumed contradicts what is known")
        if not own & ~mask or p.constant is not None:
            return
        scale, part = p.primitive()
        mask = mask if scale > 0 else flipped(mask)
        self.known[part] = self.known.get(part, ANY) & mask
        if self.known[part] == ZERO:
            self.equations.append(part)
            self._values.clear()
        self._signs.clear()
        if len(part.unknowns()) == 1:
            (i,) = part.unknowns()
            parts = part.parts(i)
            if max(parts) == 1 and mask != POSITIVE | NEGATIVE:
                slope, start = parts[1].constant, parts[0].constant if 0 in parts else 0
                if slope is not None and start is not None:
                    self._narrow(i, -Fraction(start) / slope, mask if slope > 0 else flipped(mask))
        self._signs.clear()

    def _narrow(self, i: int, edge: Fraction, mask: int) -> None:
        old, open_ = self.boxes[i], not mask & ZERO
        new = Box(old.low, old.high, old.low_open, old.high_open, old.whole)
        if not mask & NEGATIVE and (old.low is None or old.low <= edge):
            new.low_open = open_ or (old.low == edge and old.low_open)
            new.low = edge
        if not mask & POSITIVE and (old.high is None or old.high >= edge):
            new.high_open = open_ or (old.high == edge and old.high_open)
            new.high = edge
        if (
            new.low is not None
            and new.high is not None
            and (new.low > new.high or (new.low == new.high and (new.low_open or new.high_open)))
        ):
            raise EmptyRegion("an interval is empty")
        self.boxes[i] = new


def _survives(powers: Mapping[int, int], sides: Mapping[int, str], top: Mapping[int, int]) -> bool:
    for i, side in sides.items():
        n = powers.get(i, 0)
        if (side == "low" and n) or (side == "high" and n != top[i]):
            return False
    return True


def _terms(node: Tree) -> list[tuple[Fraction, Tree | None]]:
    """A sum as pairs of a number and a product (None for the number alone)."""
    if isinstance(node, str):
        return [(Fraction(node), None)]
    if node[0] == "+":
        return [pair for x in node[1:] for pair in _terms(x)]
    if node[0] == "*":
        scale, rest = Fraction(1), []
        sums = [x for x in node[1:] if isinstance(x, list) and x[0] == "+"]
        if sums:
            others = [x for x in node[1:] if x is not sums[0]]
            return [pair for x in sums[0][1:] for pair in _terms(["*", *others, x])]
        for x in node[1:]:
            if isinstance(x, str):
                scale *= Fraction(x)
            elif x[0] == "*":
                return _terms(["*", *[y for y in node[1:] if y is not x], *x[1:]])
            else:
                rest.append(x)
        return [(scale, (rest[0] if len(rest) == 1 else ["*", *rest]) if rest else None)]
    return [(Fraction(1), node)]


def _primes(x: Fraction) -> list[tuple[int, int]]:
    """The primes of a rational with their exponents, -1 for its sign."""
    found = [(-1, 1)] if x < 0 else []
    for number, direction in ((abs(x.numerator), 1), (x.denominator, -1)):
        p = 2
        while number > 1:
            n = 0
            while number % p == 0:
                number, n = number // p, n + 1
            found += [(p, direction * n)] if n else []
            p = number if p * p > number else p + 1
    return found


def _number(x: Fraction) -> Fractional:
    return Fractional(Poly.number(x))


def _key(node: Tree) -> str:
    return repr(node)


__all__ = ["EmptyRegion", "LeafRegion", "Unsettled", "poly"]

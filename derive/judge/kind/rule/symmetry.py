"""Symmetries, seen at exact points: a run and its image, value by value.

A proof says what becomes of every value of a step (m' = Q m R'). A random member of the group is
drawn, the rule is run on random losses and on the same losses in the other coordinates, and each
value of the image must be what its form says. A counterexample must be a member of the group, and
its two runs must part when they are run again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
import sympy

from optwright.derive.certificate.form import Tree
from optwright.derive.certificate.tree import tree
from optwright.derive.claim.rule.symmetry import Symmetry
from optwright.derive.interpret import DECIMAL50, EXACT, Field, Inexact
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.word import Table, inverse, multiplied, unit
from optwright.derive.judge.point.array import (
    Change,
    Loss,
    Trial,
    applied,
    boxed,
    flat,
    kron,
    plain,
    truth,
    turned,
    vector,
)
from optwright.derive.judge.point.found import matrix_of
from optwright.derive.judge.point.obligation import Obligations, Unbound, contains, range_box
from optwright.derive.judge.point.pair import STEPS, in_fields
from optwright.derive.judge.point.run import draw, inside
from optwright.derive.judge.point.value import Point, Unvalued, near
from optwright.derive.judge.registry import proved, refuted
from optwright.derive.language.declaration import History, Loop, Push

_TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17))


# ---- members of a group


def _power(base: Fraction, exponent: Any) -> Fraction:
    """base**exponent where base is a square and the exponent a multiple of 1/2."""
    half = Fraction(str(sympy.sympify(exponent))) * 2
    if half.denominator != 1:
        raise Unbound(f"c**({exponent}) is not rational")
    root = Point({}, EXACT)(["^", str(base), "1/2"])
    return Fraction(root) ** int(half)


def _rotation(n: int, rng: random.Random) -> Table:
    found = unit(n)
    for i, j in combinations(range(n), 2):
        a, b, c = rng.choice(_TRIPLES)
        one = [list(row) for row in unit(n)]
        one[i][i] = one[j][j] = Fraction(a, c)
        one[i][j], one[j][i] = Fraction(-b, c), Fraction(b, c)
        found = multiplied(tuple(map(tuple, one)), found)
    return found


def _permutation(n: int, rng: random.Random) -> Table:
    first = rng.randrange(1, n) if n > 1 else 0
    rest = [k for k in range(n) if k != first]
    rng.shuffle(rest)
    return tuple(unit(n)[k] for k in (first, *rest))


def _invertible(n: int, rng: random.Random) -> Table:
    while True:
        found = tuple(tuple(Fraction(rng.randrange(-3, 4)) for _ in range(n)) for _ in range(n))
        if inverse(found) is not None and multiplied(found, turned(found)) != unit(n):
            return found


def members(group: Any, shape: tuple[int, ...], rng: random.Random) -> Iterator[Change]:
    """Random members of a group, one for each of the forms that its proof gives."""
    n = prod(shape)
    still = (Fraction(0),) * n
    match type(group).__name__:
        case "Scalings":
            c = Fraction(rng.choice((2, 3, Fraction(1, 2), Fraction(3, 2)))) ** 2
            size = _power(c, group.theta)
            matrix = tuple(tuple(size * x for x in row) for row in unit(n))
            yield Change(matrix, still, _power(c, group.loss), factor=c)
        case "Translations":
            yield Change(unit(n), tuple(draw(rng) for _ in range(n)))
        case "SignChanges":
            signs = [-1, *(rng.choice((1, -1)) for _ in range(n - 1))]
            d = tuple(tuple(s * x for x in row) for s, row in zip(signs, unit(n), strict=True))
            yield Change(d, still, letters={"D": d}, noise=True)
        case "Permutations" | "Rotations" as kind:
            make = _permutation if kind == "Permutations" else _rotation
            letter = kind[0] if kind == "Permutations" else "Q"
            if group.sides == 1:
                one = make(n, rng)
                yield Change(one, still, letters={letter: one}, noise=True)
                return
            left, right = make(shape[0], rng), make(shape[1], rng)
            both = kron(left, right)
            yield Change(both, still, letters={letter: left, "R": right}, noise=True)
        case "LinearMaps" | "AffineMaps" as kind:
            one = _invertible(n, rng)
            yield Change(one, still, letters={"M": one})
            if kind == "AffineMaps":
                yield Change(unit(n), tuple(draw(rng) for _ in range(n)))
        case other:
            raise Unbound(f"the group {other}")


def belongs(group: Any, change: Change, shape: tuple[int, ...]) -> bool:
    """Whether a change of coordinates is a member of a group; its factor c is checked elsewhere."""
    m, n = change.matrix, len(change.matrix)
    still = not any(change.shift)
    orthogonal = multiplied(m, turned(m)) == unit(n)
    whole = all(x in (0, 1) for row in m for x in row)
    parted = group.sides == 1 or _parts(m, shape)
    match type(group).__name__:
        case "Scalings":
            size = _power(change.factor, group.theta)
            scaled = tuple(tuple(size * x for x in row) for row in unit(n))
            return m == scaled and still and change.loss == _power(change.factor, group.loss)
        case "Translations":
            return m == unit(n) and change.loss == 1
        case "SignChanges":
            diagonal = all(not x for i, row in enumerate(m) for k, x in enumerate(row) if i != k)
            return orthogonal and diagonal and still and change.loss == 1
        case "Permutations":
            return orthogonal and whole and still and change.loss == 1 and parted
        case "Rotations":
            return orthogonal and still and change.loss == 1 and parted
        case "LinearMaps" | "AffineMaps" as kind:
            moves = kind == "AffineMaps" or still
            return inverse(m) is not None and moves and change.loss == 1
    raise Unbound(f"the group {type(group).__name__}")


def _parts(m: Table, shape: tuple[int, ...]) -> bool:
    """Whether a matrix on entries by rows turns rows and columns apart: it has rank one so."""
    columns = shape[1]
    rows = [
        [m[i * columns + k][j * columns + v] for k in range(columns) for v in range(columns)]
        for i in range(shape[0])
        for j in range(shape[0])
    ]
    return all(
        p[k] * q[v] == p[v] * q[k]
        for p, q in combinations(rows, 2)
        for k, v in combinations(range(len(p)), 2)
    )


# ---- forms


def image(text: str, name: str, data: Any, change: Change, f: Field, hyper: Any) -> Any:
    """What a form says becomes of a value; raises Rejected for what is no form."""
    data = plain(data)
    if text in (name, "I"):
        return data
    if text == "0":
        return 0 if not isinstance(data, (np.ndarray, tuple)) else _each(data, lambda x: 0 * x)
    if text.endswith(f"*{name}"):
        factor = _value(text.removesuffix(f"*{name}"), {"c": change.factor}, f)
        return _each(data, lambda x: f.multiply([factor, x]))
    if text.startswith(f"{name} + "):
        said = text.removeprefix(f"{name} + ")
        times = "1" if said == "c" else said.removesuffix(")*c").removeprefix("(")
        if said not in ("c", f"({times})*c"):
            raise Rejected(f"{text} is no form")
        scale = _value(times, hyper, f)
        shift = boxed(change.shift, f)
        for k, x in enumerate(shift):
            shift[k] = f.multiply([scale, x])
        return _sum(data, shift, f)
    if text == f"{name} along each axis":
        return _axes(data, change, f)
    words = text.split()
    place = int(len(words) > 2 or not words[-1].endswith("'"))  # a letter may bear a value's name
    left, right = words[:place], words[place + 1 :]
    if len(right) > 1 or words[place : place + 1] != [name] or not isinstance(data, np.ndarray):
        raise Rejected(f"{text} is no form of {name}")
    if left:
        data = _along(_letter(left[0], change), data, 0, f)
    if right:
        data = _along(turned(_letter(right[0], change)), data, 1, f)
    return data


def _value(text: str, values: Mapping[str, Any], f: Field) -> Any:
    return Point(values, f)(_parsed(text, tuple(values)))


@cache
def _parsed(text: str, names: tuple[str, ...]) -> Tree:
    if text in names:
        return ["x", text]
    return tree(sympy.sympify(text, locals={name: sympy.Symbol(name) for name in names}))


def _letter(word: str, change: Change) -> Table:
    """The matrix of a letter: Q, Q', inv(M) or inv(M)'."""
    plainly = word.removesuffix("'")
    name = plainly.removeprefix("inv(").removesuffix(")")
    if name not in change.letters:
        raise Rejected(f"{word} is no letter of this group")
    found: Table | None = change.letters[name]
    if plainly != name:
        assert found is not None
        found = inverse(found)
    if found is None:
        raise Rejected(f"{word} has no inverse")
    return turned(found) if word.endswith("'") else found


def _along(matrix: Table, data: Any, axis: int, f: Field) -> Any:
    """A matrix applied along an axis of an array, or to all its entries as one vector."""
    shape = data.shape
    if axis == 0 and shape[0] != len(matrix):
        data = data.reshape(-1)
    if axis >= data.ndim or data.shape[axis] != len(matrix):
        raise Rejected("a form of another shape")
    moved = np.moveaxis(data, axis, 0)
    found = np.empty(moved.shape, dtype=object)
    for place in np.ndindex(moved.shape):
        row = matrix[place[0]]
        terms = [f.multiply([f.number(x), moved[(k, *place[1:])]]) for k, x in enumerate(row) if x]
        found[place] = f.settle(f.add(terms))
    return np.moveaxis(found, 0, axis).reshape(shape)


def _axes(data: Any, change: Change, f: Field) -> Any:
    """Numbers along each axis, turned as the axes are; without a letter nothing is moved."""
    parts = data if isinstance(data, tuple) else (data,)
    letters = [m for name, m in change.letters.items() if name != "D"]
    return tuple(
        _along(letters[k], x, 0, f) if k < len(letters) and isinstance(x, np.ndarray) else x
        for k, x in enumerate(parts)
    )


def _each(data: Any, function: Any) -> Any:
    if isinstance(data, tuple):
        return tuple(_each(x, function) for x in data)
    if not isinstance(data, np.ndarray):
        return function(data)
    found = np.empty(data.shape, dtype=object)
    for place in np.ndindex(data.shape):
        found[place] = function(data[place])
    return found


def _sum(data: Any, shift: Any, f: Field) -> Any:
    if not isinstance(data, np.ndarray) or data.size != len(shift):
        raise Rejected("a shift of what is no array of the parameters' shape")
    found = data.copy()
    for place, x in zip(np.ndindex(data.shape), shift, strict=True):
        found[place] = f.add([data[place], x])
    return found


def _alike(a: Any, b: Any) -> bool:
    x, y = flat(plain(a)), flat(plain(b))
    return len(x) == len(y) and all(near(p, q) for p, q in zip(x, y, strict=True))


# ---- proofs


def assigned(statement: Any) -> list[str]:
    """The names of what a statement of a step assigns."""
    if isinstance(statement, Loop):
        found = {e.lhs.name for e in (*statement.init, *statement.body)}
    elif isinstance(statement, Push):
        found = {history.name for history, _ in statement.values}
    else:
        found = {statement.lhs.name}
    return sorted(found)


@proved.register
def bound(claim: Symmetry, known: Obligations) -> None:
    """The forms of all values, at random members of the group."""
    for place, _ in enumerate(members(claim.group, (2, 2), random.Random(0))):
        forms = _forms(claim, known, place)
        in_fields(partial(_seen, claim, known, forms, place))


def _forms(claim: Any, known: Obligations, place: int) -> dict[str, str]:
    """What the obligations say becomes of each name."""
    found: dict[str, str] = {}

    def said(name: str, before: str) -> str:
        if known.take(name, place) is not None:
            raise Rejected(f"{name}: a certificate of another kind of claim")
        told = known.texts[name][place]
        if told[0] != before:
            raise Rejected(f"{name}: it is about {told[0]}, not {before}")
        return told[1]

    starts = {s.name: str(getattr(s, "init", "empty")) for s in claim.system.state}
    for name, before in {"theta": "theta[0]", **starts}.items():
        found[name] = said(f"start: {name}", before)
    for statement in claim.system.step:
        names = assigned(statement)
        rest = said(f"step: {', '.join(names)}", str(statement))
        for name, following in zip(names, [*names[1:], ""], strict=True):
            own, _, rest = rest.partition(f", {following}' = ") if following else (rest, "", "")
            text = own.removeprefix(f"{name}' = ") if name == names[0] else own
            if found.setdefault(name, text) != text:
                raise Rejected(f"{name} has two forms: {found[name]} and {text}")
    return found


def _seen(claim: Any, known: Obligations, forms: Mapping[str, str], place: int, f: Field) -> None:
    rng = random.Random(place)
    matrix = claim.group.sides == 2 or claim.system.shape == "matrix"
    shape = tuple(claim.shape) or ((2, 3) if matrix else (3,))
    for _ in range(40):
        change = list(members(claim.group, shape, rng))[place]
        hyper = {h.name: inside(h.range, rng) for h in claim.system.hyper}
        moved = _moved(claim, hyper, change)
        if moved is None:
            continue
        n = prod(shape)
        losses = [_loss(n, rng) for _ in range(STEPS)]
        theta = [draw(rng) for _ in range(n)]
        first = Trial(claim.system, theta, shape, hyper, losses)
        second = _other(first, moved, change)
        try:
            runs = _runs(claim, first, second, change, forms, f, rng)
        except Inexact:
            if f is EXACT:
                raise
            continue  # a root of a negative number, no minimum along a line: nothing is claimed
        if all(_given(claim, x, f) for run in runs for x in run[1:]):
            break
    else:
        raise Unbound("no run was found that fulfils the conditions")
    for k, (mine, other) in enumerate(zip(*runs, strict=True)):
        for name, a, b in _values(mine, other, claim.system, initial=k == 0):
            if not _alike(image(forms[name], name, a, change, f, hyper), b):
                raise Rejected(f"{name}' is not {forms[name]} after step {k} of an exact run")
        known.points += 1


def _runs(
    claim: Any,
    first: Trial,
    second: Trial,
    change: Change,
    forms: Mapping[str, str],
    f: Field,
    rng: random.Random,
) -> tuple[list[Any], list[Any]]:
    """A run and its image, from the start, or from states that are assumed to correspond."""
    if not claim.start:
        return first.run(f, STEPS), second.run(f, STEPS)
    size = len(first.theta)
    mine: dict[str, Any] = {}
    begun = first.run(f, 0)[0].state
    for name, data in begun.items():
        own = plain(data)
        if isinstance(own, np.ndarray) and own.ndim == 2:
            own = np.array([[f.number(x) for x in r] for r in _definite(size, rng)], dtype=object)
        elif isinstance(own, np.ndarray):
            own = boxed([draw(rng) for _ in range(own.size)], f).reshape(own.shape)
        mine[name] = (own,) if isinstance(data, tuple) and data else own
    other = {
        name: (image(forms[name], name, x, change, f, first.hyper),)
        if isinstance(x, tuple) and x
        else image(forms[name], name, x, change, f, first.hyper)
        for name, x in mine.items()
    }
    return first.run(f, STEPS, mine, 1), second.run(f, STEPS, other, 1)


def _values(mine: Any, other: Any, system: Any, initial: bool) -> Iterator[tuple[str, Any, Any]]:
    """All values of a step in both runs, by name."""
    yield "theta", mine.theta, other.theta
    for s in system.state:
        pair = mine.state[s.name], other.state[s.name]
        if not isinstance(s, History):
            yield s.name, *pair
            continue
        if len(pair[0]) != len(pair[1]):
            raise Rejected(f"{s.name} has another length in the image")
        yield from ((s.name, a, b) for a, b in zip(*pair, strict=True))
    for name, data in {} if initial else mine.values.items():
        if name in ("theta", "turn"):
            continue
        if isinstance(data, dict):
            yield from ((name, x, other.values[name][k]) for k, x in data.items())
        else:
            yield name, data, other.values[name]


def _moved(claim: Any, hyper: Mapping[str, Fraction], change: Change) -> dict[str, Fraction] | None:
    """The hyperparameters of the image; None if they are outside their ranges."""
    found = {name: x * _power(change.factor, claim.hyper.get(name, 0)) for name, x in hyper.items()}
    ranges = {h.name: range_box(h.range) for h in claim.system.hyper}
    inside_all = all(contains(ranges[name], x) for row in (hyper, found) for name, x in row.items())
    return found if inside_all else None


def _other(first: Trial, hyper: Mapping[str, Any], change: Change) -> Trial:
    theta = applied(change.matrix, [Fraction(x) for x in first.theta])
    start = [x + y for x, y in zip(theta, change.shift, strict=True)]
    losses = [loss.seen(change) for loss in first.losses]
    turn = change.matrix if change.noise else None
    return Trial(first.system, start, first.shape, hyper, losses, turn)


def _given(claim: Any, snapshot: Any, f: Field) -> bool:
    return all(
        truth(tree(condition), snapshot, f) == holds for condition, holds in claim.given.items()
    )


def _loss(n: int, rng: random.Random) -> Loss:
    return Loss(_definite(n, rng), tuple(draw(rng) for _ in range(n)), draw(rng))


def _definite(n: int, rng: random.Random) -> Table:
    """A random positive definite matrix."""
    root = tuple(tuple(Fraction(rng.randrange(-2, 3)) for _ in range(n)) for _ in range(n))
    square = multiplied(root, turned(root))
    return tuple(tuple(x + (i == k) for k, x in enumerate(r)) for i, r in enumerate(square))


# ---- counterexamples


@refuted.register
def replayed(claim: Symmetry, found: Mapping[str, Any]) -> None:
    """A run and its image that part."""
    if claim.start:
        raise Unbound("a counterexample from states that are assumed")
    change, first, steps = _record(claim, found)
    if not belongs(claim.group, change, first.shape):
        raise Rejected(f"the change of coordinates is none of the {claim.group.name}")
    moved = _moved(claim, {k: Fraction(x) for k, x in first.hyper.items()}, change)
    if moved is None:
        raise Rejected("the hyperparameters of a counterexample are not allowed")
    second = _other(first, moved, change)
    try:
        ends = _ends(claim, first, second, change, steps, EXACT)
    except (Inexact, Unvalued):
        ends = _ends(claim, first, second, change, steps, DECIMAL50)
    if _alike(*ends):
        raise Rejected("the run and its image do not part")
    for key, end in zip((f"image of theta[{steps}]", f"theta'[{steps}]"), ends, strict=True):
        if not _written(found["found"].get(key, ""), flat(end)):
            raise Rejected(f"{key} of a counterexample is another number")


def _record(claim: Any, found: Mapping[str, Any]) -> tuple[Change, Trial, int]:
    """The change, the run and the number of steps that a counterexample names."""
    point, record = found["point"], found["runs"][0]
    matrix, _, shift = point["theta'"].partition(" theta + ")
    loss = Fraction(point.get("loss'", "1*loss").removesuffix("*loss"))
    steps = next(int(m[1]) for k in found["found"] if (m := re.match(r"theta'\[(\d+)\]$", k)))
    hyper = {name: Fraction(x) for name, x in record["hyper"][0].items()}
    theta, moved = vector(record["theta"]), matrix_of(matrix)
    n = len(theta)
    if len(moved) != n or any(len(row) != n for row in moved) or len(vector(shift)) != n:
        raise Rejected("a change of coordinates of another size")
    noise = type(claim.group).__name__ in ("SignChanges", "Permutations", "Rotations")
    change = Change(moved, vector(shift), loss, {}, _factor(claim.group, moved, loss), noise)
    sides = record["objective"]
    curvature = tuple(tuple(map(Fraction, row)) for row in sides["curvature"])
    offsets = [Fraction(x) for x in sides["offset"]] or [Fraction(0)]
    losses = [
        Loss(curvature, tuple(map(Fraction, c)), offsets[min(k, len(offsets) - 1)])
        for k, c in enumerate(sides["slope"])
    ]
    if point["theta[0]"] != record["theta"] or any(
        point.get(name) != str(x) for name, x in hyper.items()
    ):
        raise Rejected("a counterexample that tells another point than that of its run")
    return change, Trial(claim.system, theta, tuple(record["shape"]), hyper, losses), steps


def _factor(group: Any, matrix: Table, loss: Fraction) -> Fraction:
    """The number c of a scaling, from how it changes theta or the loss."""
    if type(group).__name__ != "Scalings":
        return Fraction(1)
    for exponent, size in ((group.theta, matrix[0][0]), (group.loss, loss)):
        if exponent != 0:
            power = 1 / Fraction(str(sympy.sympify(exponent)))
            if power.denominator != 1:
                raise Unbound("a scaling by a root")
            return size ** int(power)
    raise Rejected("a scaling of nothing")


def _ends(
    claim: Any, first: Trial, second: Trial, change: Change, steps: int, f: Field
) -> tuple[Any, Any]:
    """What becomes of theta in the first run, and theta of its image."""
    runs = first.run(f, steps), second.run(f, steps)
    if not all(_given(claim, x, f) for run in runs for x in run[1:]):
        raise Rejected("a counterexample that does not fulfil the conditions")
    theta = runs[0][-1].theta[0]
    wanted = _along(change.matrix, theta.reshape(-1), 0, f)
    return _sum(wanted, boxed(change.shift, f), f), runs[1][-1].theta[0].reshape(-1)


def _written(text: str, numbers: Sequence[Any]) -> bool:
    """Whether numbers are those of a text, of rounded ones twelve digits."""
    parts = [x.strip() for x in text.removeprefix("(").removesuffix(")").split(",")]
    if len(parts) != len(numbers):
        return False
    for part, x in zip(parts, numbers, strict=True):
        rounded = part.endswith("…")
        said = Fraction(part.rstrip("…"))
        slack = Fraction(1, 10**9) * (1 + abs(said)) if rounded else Fraction(0)
        if not (abs(Fraction(x) - said) <= slack if rounded else near(said, x)):
            return False
    return True


__all__ = ["belongs", "bound", "image", "members", "replayed"]

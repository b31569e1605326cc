"""Identities between words bound to a declaration's step, at exact random matrices."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from optwright.derive import interpret as reference
from optwright.derive.certificate.tree import tree
from optwright.derive.certificate.word import identity_data, word_steps
from optwright.derive.claim.formula.matrix import MatrixIdentity, Minimiser, WordIdentity
from optwright.derive.claim.formula.word import WordRule, Words
from optwright.derive.interpret import EXACT, Inexact
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.kernel.word import Table, evaluate, inverse, unit
from optwright.derive.judge.point.found import Found, matrix_of
from optwright.derive.judge.point.obligation import Obligations, Unbound
from optwright.derive.judge.point.run import draw, inside
from optwright.derive.judge.point.value import Point, Unvalued
from optwright.derive.judge.registry import proved, refuted

SIZES = (1, 2, 3)


@proved.register
def word_identity(claim: WordIdentity, known: Obligations) -> None:
    """Equations between words as they stand."""
    word_equations(claim.equations, claim.rules, known)


@proved.register
def matrix_identity(claim: MatrixIdentity | Minimiser, known: Obligations) -> None:
    """Equations between words of a step that is what the declaration computes."""
    step = claim.lowered()
    rules = (*step.rules, *getattr(claim, "rules", ()))
    said = claim.said(step)
    word_equations(said, rules, known)
    for n in SIZES:
        for attempt in range(60):
            if _stepped(claim, step, n, random.Random(100 * n + attempt)):
                known.points += 1
                break
        else:
            raise Unbound(f"no exact step of {claim.system.id} was found in dimension {n}")


def word_equations(
    said: Mapping[str, tuple[Any, Any]], rules: Sequence[Any], known: Obligations
) -> None:
    """Equations between words, by name, at random exact matrices of small dimensions."""
    for name, (left, right) in said.items():
        certificate = known.take(name)
        wanted = identity_data(left, right, rules)
        if certificate is not None and dict(certificate) != wanted:
            raise Rejected(f"{name}: its certificate is of other words")
        for n in SIZES:
            for attempt in range(20):
                matrices = model(wanted["steps"], wanted["rules"], n, random.Random(attempt))
                values = matrices and evaluate(wanted["steps"], matrices, n)
                if values and values[wanted["left"]] and values[wanted["right"]]:
                    if values[wanted["left"]] != values[wanted["right"]]:
                        raise Rejected(f"{name}: it fails at matrices of dimension {n}")
                    known.points += 1
                    break


def model(
    steps: Sequence[Any], rules: Sequence[Any], n: int, rng: random.Random
) -> dict[str, Table] | None:
    """Random exact matrices for all letters that fulfil the rules; None where that failed."""
    found: dict[str, Table] = {}
    for step in steps:
        if step[0] == "letter":
            found.setdefault(step[1], _random(*step[2:], n, rng))  # type: ignore[call-arg]
    for left, right in rules:
        head, *args = steps[left]
        names = [steps[i][1] for i in args if head == "matmul" and steps[i][0] == "letter"]
        if len(names) == 2 and steps[right][0] == "identity":
            other = inverse(found[names[0]])
            if other is None:
                return None
            found[names[1]] = other
    values = evaluate(steps, found, n)
    return found if all(values[a] == values[b] for a, b in rules) else None


def _random(rows: Any, columns: Any, symmetric: bool, n: int, rng: random.Random) -> Table:
    height, width = (n if isinstance(x, str) else x for x in (rows, columns))
    entries = [[Fraction(rng.randrange(-4, 5)) for _ in range(width)] for _ in range(height)]
    if symmetric:
        entries = [[entries[min(i, j)][max(i, j)] for j in range(width)] for i in range(height)]
    return tuple(map(tuple, entries))


def _column(xs: Any) -> Table:
    return tuple((x,) for x in np.asarray(xs, dtype=object).flat)


def _table(data: Any) -> Table:
    """A sequence of a snapshot as a matrix: a number, a column, or a square."""
    while isinstance(data, tuple):
        data = data[0]
    if not isinstance(data, np.ndarray):
        return ((data,),)
    return tuple(map(tuple, data)) if data.ndim == 2 else _column(data)


def _stepped(claim: Any, step: Any, n: int, rng: random.Random) -> bool:
    """Whether an exact step was found; raises Rejected where the words say another one."""
    system = claim.system
    hyper = {h.name: inside(h.range, rng) for h in system.hyper}
    matrices: dict[str, Table] = {name: ((x,),) for name, x in hyper.items()}
    theta = _array([[draw(rng)] for _ in range(n)]).reshape(n)
    first = reference.start(system, [theta], hyper, EXACT)
    symmetric = set(getattr(claim, "symmetric", ()))
    state: dict[str, Any] = {}
    for s in system.states:
        own = first.state[s.name]
        while isinstance(own, tuple):
            own = own[0]
        if not isinstance(own, np.ndarray):
            data: Any = Fraction(rng.randrange(1, 5))
        elif own.ndim == 2:
            data = _array(_random(n, n, s.name in symmetric, n, rng))
        else:
            data = _array([[draw(rng)] for _ in range(n)]).reshape(n)
        matrices[s.name] = _table(data)
        state[s.name] = (data,) if isinstance(data, np.ndarray) else data
    matrices["theta"] = _table(theta)
    before = dict(matrices)
    free = _random(n, n, True, n, rng)
    oracles = _oracles(claim, step, n, matrices, free, rng)
    try:
        snapshot = reference.load(system, 1, [theta], state, EXACT)
        if any(str(c) == "Eq(t, 1)" and holds for c, holds in claim.given.items()):
            snapshot = reference.load(system, 0, [theta], state, EXACT)
        after = reference.advance(system, snapshot, hyper, oracles)
    except Inexact:
        return False
    values = {name: _table(x) for name, x in after.values.items() if not isinstance(x, dict)}
    if not _given(claim, values, after.t):
        return False
    return _same(claim, step, n, matrices, before, values, free)


def _oracles(
    claim: Any, step: Any, n: int, matrices: dict[str, Table], free: Table, rng: random.Random
) -> dict[str, Any]:
    """What the oracles answer: what the claim says of them, or anything."""
    oracles: dict[str, Any] = {}
    for kind in claim.system.oracles:
        said = getattr(claim, "oracles", {}).get(kind)
        if said is not None:
            if kind not in ("grad", "hessian"):
                raise Unbound(f"an answer that is given to {kind}")
            steps, (place,) = word_steps([said(step.before["theta"])])
            for x in steps:
                if x[0] == "letter":
                    matrices.setdefault(x[1], _random(*x[2:], n, rng))  # type: ignore[call-arg]

            def ask(points: Any, steps: Any = steps, place: int = place, kind: str = kind) -> Any:
                values = evaluate(steps, {**matrices, "theta": _table(points[0])}, n)
                found = values[place]
                assert found is not None
                return _array(found) if kind == "hessian" else [_array(found).reshape(n)]

            oracles[kind] = ask
        elif kind == "hessian":
            oracles[kind] = _array(free)
        elif kind in ("value", "line_search"):
            oracles[kind] = abs(draw(rng))
        else:
            oracles[kind] = lambda *_: [_array([[draw(rng)] for _ in range(n)]).reshape(n)]
    return oracles


def _given(claim: Any, values: Mapping[str, Table], clock: int) -> bool:
    """Whether the conditions that the claim speaks of are as it says."""
    numbers = {f"{name}[t]": x[0][0] for name, x in values.items() if len(x) == 1}
    point = Point({**numbers, "t": Fraction(clock)}, EXACT)
    try:
        return all(point.truth(tree(c)) == holds for c, holds in claim.given.items())
    except Unvalued:
        return False


def _same(
    claim: Any,
    step: Any,
    n: int,
    matrices: dict[str, Table],
    before: Mapping[str, Table],
    values: Mapping[str, Table],
    free: Table,
) -> bool:
    """Whether the words of a step could be evaluated; raises Rejected where they are not it."""
    own = set(getattr(claim, "letters", ()))
    fixed = set(getattr(claim, "oracles", {}))
    for name, x in values.items():  # letters that the step assigns: forgotten ones and answers
        word = step.after.get(name)
        if word is not None and word.made[0] == "letter" and name not in before:
            matrices.setdefault(name, x)
    if any(name in before for name in own):
        raise Unbound("a letter that is also a state")
    matrices.setdefault("hessian", free)
    names = [name for name in step.after if name in values]
    steps, places = word_steps([step.after[name] for name in names])
    for x in steps:
        if x[0] == "letter" and x[1].startswith("inverse_") and x[1] not in matrices:
            found = inverse(matrices.get(x[1].removeprefix("inverse_"), unit(n)))
            if found is None:
                return False
            matrices[x[1]] = found
        elif x[0] == "letter" and x[1] not in matrices:
            if x[1] != "one":
                raise Unbound(f"the letter {x[1]} is not of the step")
            matrices["one"] = ((Fraction(1),),)
    found_at = evaluate(steps, matrices, n)
    for name, place in zip(names, places, strict=True):
        if found_at[place] is None:
            return False
        if found_at[place] != values[name] and name not in fixed:
            raise Rejected(f"{name} in words is not what the declaration computes")
    return True


def _array(rows: Sequence[Sequence[Any]]) -> np.ndarray[Any, Any]:
    made = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        for j, x in enumerate(row):
            made[i, j] = x
    return made


@refuted.register
def broken(claim: MatrixIdentity | Minimiser | WordIdentity, found: Found) -> None:
    """Exact matrices at which an equation between words fails."""
    positive: Sequence[Words] = ()
    rules: Sequence[WordRule] = getattr(claim, "rules", ())
    if isinstance(claim, WordIdentity):
        said = claim.equations
    else:
        step = claim.lowered()
        said, positive, rules = claim.said(step), step.positive, (*step.rules, *rules)
    matrices = {name: matrix_of(text) for name, text in found["point"].items()}
    n = max((len(x) for x in matrices.values()), default=1)
    for name, (left, right) in said.items():
        if not any(str(where).endswith(name) for where in found["found"]):
            continue
        data = identity_data(left, right, rules)
        suitable(data["steps"], matrices, n)
        values = evaluate(data["steps"], matrices, n)
        if any(values[a] is None or values[a] != values[b] for a, b in data["rules"]):
            raise Rejected("a counterexample that breaks the rules")
        _positive(positive, matrices, n)
        a, b = values[data["left"]], values[data["right"]]
        if a is not None and b is not None and a != b:
            return
        raise Rejected(f"{name} holds at the counterexample")
    raise Unbound("a counterexample that names no equation")


def suitable(steps: Sequence[Any], matrices: Mapping[str, Table], n: int) -> None:
    """Raise unless all letters have matrices of their shape and symmetry.

    Unbound for a letter without one, Rejected for one of another form.
    """
    for head, *args in steps:
        if head != "letter":
            continue
        letter, rows, columns, symmetric = args
        x = matrices.get(letter)
        if x is None:
            raise Unbound(f"a counterexample without {letter}")
        shape = tuple(n if isinstance(k, str) else k for k in (rows, columns))
        if (len(x), len(x[0])) != shape or (symmetric and x != tuple(zip(*x, strict=True))):
            raise Rejected(f"{letter} of a counterexample is no such matrix")


def _positive(numbers: Sequence[Words], matrices: Mapping[str, Table], n: int) -> None:
    """Raise Rejected unless the numbers whose letters are given are positive."""
    for number in numbers:
        own = identity_data(number, number, ())
        if {s[1] for s in own["steps"] if s[0] == "letter"} <= set(matrices):
            value = evaluate(own["steps"], matrices, n)[own["left"]]
            if value is None or value[0][0] <= 0:
                raise Rejected("a counterexample with a number that is not positive")


__all__ = ["matrix_identity", "model", "suitable", "word_equations", "word_identity"]

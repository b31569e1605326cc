"""Equations of runs that would have to agree, at random hyperparameters."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import partial
from typing import Any

from optwright.derive.certificate.form import Tree
from optwright.derive.claim.rule.exclusion import Impossible
from optwright.derive.interpret import Field
from optwright.derive.judge.kernel.box import Rejected
from optwright.derive.judge.point.obligation import Obligations, Unbound
from optwright.derive.judge.point.pair import in_fields
from optwright.derive.judge.point.run import RunningSystem, entry, inside
from optwright.derive.judge.point.value import Point, near
from optwright.derive.judge.registry import proved


@proved.register
def impossible(claim: Impossible, known: Obligations) -> None:
    """The equations of runs that would have to agree, at random hyperparameters."""
    in_fields(partial(_contradiction, claim, known))


def _contradiction(claim: Any, known: Obligations, f: Field) -> None:
    closing = known.take("the equations contradict each other")
    given = {name: f.number(Fraction(str(x))) for name, x in claim.hyper.items()}
    ranges = {h.name: h.range for h in claim.right.hyper}
    equations: list[Tree] = []
    rng = random.Random(1)
    for problem in claim.problems:
        for trial in range(3):
            unknown = {name: f.number(inside(ranges[name], rng)) for name in claim.unknown}
            theta = [f.number(Fraction(str(claim.start)))]
            left = RunningSystem(claim.left, theta, given, f)
            right = RunningSystem(claim.right, theta, given | unknown, f)
            point = Point({f"{name}'": x for name, x in unknown.items()}, f)
            for n in range(1, claim.steps + 1):

                def answer(kind: str, args: Any, n: int = n, problem: Any = problem) -> Any:
                    return [f.number(_loss_of(problem, n, kind, args))]

                left.step(given, answer)
                right.step(given | unknown, answer)
                for mine, theirs in claim.observe:
                    name = f"{problem}, step {n}: {mine}"
                    if name not in known.found:
                        continue
                    certificate = known.take(name)
                    gap = f.subtract(entry(right.state[mine], 0), entry(left.state[theirs], 0))
                    if certificate is None or certificate["form"] != "vanishes":
                        raise Unbound(f"{name}: no certificate")
                    if not near(point(certificate["gap"]), gap):
                        raise Rejected(f"{name}: not how far the runs are apart")
                    known.points += 1
                    equations += [certificate["gap"]] if trial == 0 else []
    if closing is not None and not all(e in equations for e in closing["equations"]):
        raise Rejected("an equation that is of none of the runs")


def _loss_of(problem: Any, step: int, kind: str, args: Any) -> Fraction:
    """What the losses a*x**2/2 + c*x of a claim answer in a step."""
    sides = (problem.curvature, problem.slope)
    a, c = (Fraction(str(xs[min(step, len(xs)) - 1])) for xs in sides)
    x = Fraction(args[0][0])
    known = {"grad": a * x + c, "value": a * x * x / 2 + c * x, "hessian": a}
    if kind not in known:
        raise Unbound(f"a run that asks {kind}")
    return Fraction(known[kind])


__all__ = ["impossible"]

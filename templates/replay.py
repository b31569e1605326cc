"""Counterexamples run by generated code: the NumPy classes in float64, beside exact fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

import optwright.generated.numpy as generated
from optwright.derive.claim.statement import Statement
from optwright.derive.compose.origin import Origin, origin
from optwright.derive.error import Unsupported
from optwright.derive.interpret import Inexact
from optwright.derive.language.declaration import Declaration, Family, Optimizer
from optwright.derive.proof.run.exact import Run
from optwright.derive.proof.run.replay import (
    Contradiction,
    EngineRun,
    NoRun,
    contradiction,
    first,
    follows,
    interpreted,
    oracles,
    replay,
    revived,
)
from optwright.derive.proof.run.system import evaluate
from optwright.derive.rule import catalog
from optwright.derive.tell.formula import (
    Unreadable,
    refuted_at,
    relation,
    shown,
    unnamed,
)
from optwright.derive.work.prover import prove
from optwright.runtime import HyperparameterError
from optwright.templates.backend import backend

TOLERANCE = Fraction(1, 10**9)
"""By how much float64 may differ from an exact run, relatively."""

FIFTY = Fraction(1, 10**40)
"""The same of fifty-digit numbers."""


_SECONDS = 30.0

INTERPRETER, GENERATED = "the reference interpreter", "the generated code"


@dataclass(frozen=True)
class Made:
    """A generated class, what it is called with to be a system, and where it comes from."""

    cls: Any
    flags: Mapping[str, Any]
    fixed: Mapping[str, Any]
    where: str


def made(system: Optimizer, known: Mapping[str, Declaration]) -> Made:
    """The generated class that runs a system.

    That of the package where the system is the catalogue's or a special case of it, else one that
    is made from the system in memory.
    """
    found = origin(system, known)
    if found is None:
        where = f"{system.id} as the claim has it, its class generated in memory"
        return Made(_class(system), {}, {}, where)
    where = f"{found}, its class generated in memory"
    if catalog.get(found.declaration.id) is found.declaration:
        return _packaged(found)
    return Made(_class(found.declaration), dict(found.flags), dict(found.fixed), where)


def _packaged(found: Origin) -> Made:
    declaration = found.declaration
    paper = declaration.dialect == "paper"
    package = generated if paper else getattr(generated, declaration.dialect)
    cls = getattr(package, declaration.name)
    return Made(cls, dict(found.flags), dict(found.fixed), f"{found} of optwright.generated.numpy")


@cache
def _class(declaration: Optimizer | Family) -> Any:
    text = backend("numpy").module(declaration, lambda _: (), "gen prove --replay")
    scope: dict[str, Any] = {"__name__": "replayed"}
    exec(compile(text, declaration.name, "exec"), scope)
    return scope[declaration.name]


def computed(run: Run, by: Made) -> EngineRun:
    """A run in float64 by a generated class."""
    theta = np.array([float(run.theta)])
    optimizer = by.cls([theta], **by.flags, **_hyper(run, 1, by))
    names = [s.name for s in run.system.state]

    def seen() -> dict[str, float]:
        kept = optimizer.state_dict()
        (group,) = kept["groups"]
        state = dict(group["state"])
        for more in (*kept["memory"], *(tensor["state"] for tensor in group["tensors"])):
            state |= more
        return {"theta": float(theta[0])} | {n: float(first(state[n])) for n in names if n in state}

    states, answers = [{"theta": float(theta[0])}], []
    for number in range(1, run.steps + 1):
        for name, x in _hyper(run, number, by).items():
            optimizer.groups[0][name] = x
        heard: list[Any] = []
        draws = [q.args[0] for q, _ in run.step(number).questions if q.kind == "noise"]
        asked = _floats(oracles(run, number, heard), draws)
        grad = asked.pop("grad")
        optimizer.step(grad, **{n: f for n, f in asked.items() if n in run.system.oracles})
        states.append(seen())
        answers.append(tuple(float(x) for x in heard))
    return EngineRun("float64", tuple(states), (), tuple(answers))


def _hyper(run: Run, step: int, by: Made) -> dict[str, float]:
    """What the class is given: the run's hyperparameters, and those that its special case fixes."""
    values = dict(run.hyper_at(step))
    mine = {h.name: values[h.name] for h in run.system.hyper}
    fixed = {n: evaluate(x, {}, mine, None) for n, x in by.fixed.items()}
    return {n: float(x) for n, x in (mine | fixed).items()}


def _floats(asked: Mapping[str, Any], draws: Sequence[Any]) -> dict[str, Any]:
    """Oracles on one entry that take and give floats; `draws` are the numbers of the draws."""
    numbered = iter(draws)

    def plain(x: Any) -> Any:
        if isinstance(x, list):
            return [plain(y) for y in x]
        return x.astype(float) if isinstance(x, np.ndarray) else float(x)

    def asking(oracle: Any) -> Any:
        return lambda *question: plain(oracle(*question))

    found = {name: asking(oracle) for name, oracle in asked.items()}
    return found | {"noise": lambda point: plain(asked["noise"](next(numbered)))}


# --- a whole replay ------------------------------------------------------------------------------


def replayed(
    statement: Statement, record: Mapping[str, Any], known: Mapping[str, Declaration]
) -> dict[str, Any]:
    """A refuted statement's counterexample computed again, as plain data.

    confirmed: whether every engine finds what the record says and the claim fails there.
    problems: what stood against it. how: how the contradiction was seen again. runs: of claims
    about runs, the classes and the steps. check: of formulas, both sides at the exact point.
    """
    found = {"id": record["id"], "status": record["status"], "words": record["words"]}
    example = record["counterexample"]
    if example is None:
        raise Unreadable(
            f"{record['id']} is {record['status']}, only a refuted statement has numbers to replay"
        )
    if "no real number" in example["found"].values():
        return found | _decided_again(statement, example)
    if not example["runs"]:
        return found | (_replayed_point(record) or _decided_again(statement, example))
    try:
        claim, runs = revived(statement.claim, example["runs"])
    except NoRun:
        return found | _decided_again(statement, example)
    try:
        exact = [interpreted(run) for run in runs]
    except Inexact:
        return found | _decided_again(statement, example)
    return found | _replayed_runs(statement, example, claim, runs, exact, known)


def _decided_again(statement: Statement, example: Mapping[str, Any]) -> dict[str, Any]:
    """Of a claim that is neither a formula nor about runs that can be followed: the prover's word.

    Runs on arrays are those that the interpreter repeats to fifty digits.
    """
    verdict = prove(statement, _SECONDS)
    again = verdict.counterexample
    problems = []
    if again is None:
        problems.append(f"decided again, it is {verdict.status}")
    elif again.as_dict()["found"] != example["found"]:
        problems.append("decided again, it is refuted by other numbers")
    elif not replay(again, statement.claim):
        problems.append("the reference interpreter has other states to fifty digits")
    return {
        "confirmed": not problems,
        "problems": problems,
        "how": "decided again in this process: the same numbers",
        "point": example["point"],
        "expect": example["expect"],
        "found": {"the prover": [list(pair) for pair in example["found"].items()]},
        "runs": [],
    }


def _replayed_runs(
    statement: Statement,
    example: Mapping[str, Any],
    claim: Any,
    runs: Sequence[Run],
    exact: Sequence[EngineRun],
    known: Mapping[str, Declaration],
) -> dict[str, Any]:
    classes = [made(run.system, known) for run in runs]
    floats: list[EngineRun] = []
    how = "run again exactly and in float64"
    try:
        floats = [computed(run, by) for run, by in zip(runs, classes, strict=True)]
    except HyperparameterError as error:  # a claim may be about numbers that no class takes
        how = f"run again exactly; the generated code refuses: {error}"
    problems: list[str] = []
    failures: dict[str, Contradiction] = {}
    for name, found, tolerance in (
        (INTERPRETER, exact, _tolerance(exact)),
        (GENERATED, floats, TOLERANCE),
    ):
        if not found:
            continue
        for run, trajectory in zip(runs, found, strict=True):
            if not follows(trajectory, run, tolerance):
                problems.append(f"{name} has other states of {run.system.id}")
        try:
            failure = contradiction(claim, runs, found, tolerance)
        except Unsupported:
            continue  # the states are the same; what they contradict is for the prover to say
        if failure is None:
            problems.append(f"in the numbers of {name} the claim does not fail")
        else:
            failures[name] = failure
    told = {
        name: [
            [what, _shown(x) if name == INTERPRETER else f"{float(x):.12g}"]
            for what, x in failure.numbers
        ]
        for name, failure in failures.items()
    }
    if not failures and not problems:
        again = _decided_again(statement, example)
        problems, told = again["problems"], again["found"]
        how = f"{how}; the contradiction {again['how']}"
    there: list[EngineRun | None] = [*floats] or [None] * len(runs)
    return {
        "confirmed": not problems,
        "problems": problems,
        "how": how,
        "runs": [
            _steps(run, trajectory, other, by)
            for run, trajectory, other, by in zip(runs, exact, there, classes, strict=True)
        ],
        "expect": example["expect"],
        "found": told,
    }


def _tolerance(found: Sequence[EngineRun]) -> Fraction:
    return Fraction(0) if all(x.engine == "exact" for x in found) else FIFTY


def _steps(run: Run, exact: EngineRun, floats: EngineRun | None, by: Made) -> dict[str, Any]:
    """The steps of a run: each number exactly, and by the generated class if it was run."""
    computed_ = floats.states if floats else ({},) * len(exact.states)
    return {
        "optimizer": run.system.id,
        "class": by.where if floats else run.system.id,
        "interpreter": exact.engine,
        "hyper": [
            {h.name: str(run.hyper_at(k)[h.name]) for h in run.system.hyper}
            for k in range(1, run.steps + 1)
        ],
        "losses": str(run.objective),
        "states": [
            {
                name: [_shown(x), repr(there[name]) if name in there else ""]
                for name, x in here.items()
            }
            for here, there in zip(exact.states, computed_, strict=True)
        ],
    }


def _shown(x: Any) -> str:
    if isinstance(x, Fraction):
        # Floats and roots come as fractions, too.
        return str(x) if len(str(x)) <= 24 else f"{float(x):.12g}"
    return f"{x:.12g}" if not isinstance(x, float) else repr(x)


def _replayed_point(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """The formula that fails, at the exact point; None where the record has none that says it."""
    example = record["counterexample"]
    texts = [o["before"] for o in record["obligations"] if o["status"] == "refuted"]
    for text in (example["expect"], *texts):
        try:
            said = relation(text)
            free = unnamed(said, example["point"])
            if not all(name.endswith("]") for name in free):
                continue
            found = refuted_at(said, example["point"] | dict.fromkeys(free, "1"))
        except Unreadable:
            continue
        return {
            "confirmed": found.fails,
            "problems": [] if found.fails else ["the claim does not fail there"],
            "how": f"evaluated again in {'exact fractions' if found.exact else 'fifty digits'}",
            "point": example["point"],
            "any": free,
            "check": {"said": text, "left": shown(found.left), "right": shown(found.right)},
            "runs": [],
        }
    return None


__all__ = ["Made", "computed", "made", "replayed"]

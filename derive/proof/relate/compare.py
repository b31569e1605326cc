"""Whether two optimizers are the same, and if so how, and if not, where they part.

    compare("Momentum", "MomentumSum").map.state

Maps of hyperparameters and states are proposed by a search in floats (`search`) and verified by
`Simulation`, exactly; only verified ones are reported. A difference is an exact run under the
natural map, and for symbolic hyperparameters that no other map does better. What is neither is
undecided, with what was tried.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any

from sympy import Expr, Integer, Symbol, sympify

from optwright.derive.claim.rule.exclusion import NoMap
from optwright.derive.claim.rule.simulation import Simulation
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict, undecided
from optwright.derive.error import TimeIsOver, Unsupported
from optwright.derive.language import operation as op
from optwright.derive.language.declaration import (
    Declaration,
    DeclarationError,
    Family,
    Optimizer,
    theta,
)
from optwright.derive.language.symbol import Hyper, Parameter, Value, Variable, t
from optwright.derive.proof.kind.rule.exclusion import contradiction
from optwright.derive.proof.kind.rule.only_if import only_if
from optwright.derive.proof.kind.rule.simulation import proof, refute
from optwright.derive.proof.registry import decide
from optwright.derive.proof.relate.limits import attempts, narrower
from optwright.derive.proof.relate.relation import Comparison, Relation, is_condition
from optwright.derive.proof.relate.renaming import Renaming, renaming
from optwright.derive.proof.relate.search import (
    POINTS,
    HyperMap,
    Search,
    canonical,
    naturals,
    neutral,
    specialised,
)
from optwright.derive.proof.run.numeric import NoValue
from optwright.derive.proof.run.system import THETA
from optwright.derive.proof.time_limit import guard


def compare(
    a: str | Declaration,
    b: str | Declaration,
    *,
    known: Mapping[str, Declaration] | None = None,
    budget_s: float = 5.0,
) -> Comparison:
    """Find how two optimizers are related: equal, different, or undecided in the time.

    a, b: declarations, or calls as text such as `"keras.RMSprop(rho=0.9)"`; a family stands for
    its default flags. known: where names are looked up, unless in the catalogue. With numbers the
    answer is about these numbers, with symbols about all in their ranges.

    Raises DeclarationError for what is no optimizer, or if they have no oracle in common.
    """
    one, other = _system(a, known), _system(b, known)  # the first call loads the catalogue
    start = time.process_time()
    if not set(one.oracles) & set(other.oracles):
        raise DeclarationError(
            "compare",
            f"{one.id} and {other.id}",
            f"have no oracle in common: one asks {_list(one.oracles)}, the other "
            f"{_list(other.oracles)}",
        )
    names = (_shown(a, one), _shown(b, other))
    if names[0] == names[1] and one != other:
        names = (f"{names[0]} (first)", f"{names[1]} (second)")
    work = _Work(one, other, names, start + budget_s)
    try:
        with guard(1.2 * budget_s):
            found = work.decide()
    except TimeIsOver:
        found = work.undecided("out of time")
    return replace(found, seconds=time.process_time() - start, systems=(one, other))


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def _system(given: str | Declaration, known: Mapping[str, Declaration] | None) -> Optimizer:
    if isinstance(given, str):
        if known is None:
            from optwright.derive.rule import catalog

            known = catalog
        found = known[given]
    else:
        found = given
    if isinstance(found, Family):
        found = found.default
    if not isinstance(found, Optimizer):
        raise DeclarationError(
            "compare", str(given), "is no single optimizer: give one, by its name or a call"
        )
    return found


def _shown(given: str | Declaration, system: Optimizer) -> str:
    return " ".join(given.split()) if isinstance(given, str) else system.id


class _Work:
    """One comparison in progress."""

    def __init__(
        self, one: Optimizer, other: Optimizer, names: tuple[str, str], deadline: float
    ) -> None:
        self.one, self.other, self.names, self.deadline = one, other, names, deadline
        self.tried: list[str] = []
        self.searches: dict[tuple[bool, int], Search | None] = {}
        self.nearly: set[str] = set()
        self.complete = True

    @property
    def left_s(self) -> float:
        return self.deadline - time.process_time()

    def undecided(self, why: str) -> Comparison:
        tried = tuple(dict.fromkeys([*self.tried, why]))
        return Comparison("undecided", *self.names, proof=undecided(*tried), tried=tried)

    def systems(self, turned: bool) -> tuple[Optimizer, Optimizer]:
        return (self.other, self.one) if turned else (self.one, self.other)

    def called(self, turned: bool) -> tuple[str, str]:
        return (self.names[1], self.names[0]) if turned else self.names

    def search(self, turned: bool, ahead: int = 0) -> Search | None:
        if (turned, ahead) not in self.searches:
            left, right = self.systems(turned)
            try:
                self.searches[turned, ahead] = Search(left, right, self.deadline, ahead=ahead)
            except (Unsupported, NoValue, DeclarationError) as error:
                self.searches[turned, ahead] = None
                self.tried.append(f"a search in floats: {error}")
        found = self.searches[turned, ahead]
        if found is not None:
            found.deadline = self.deadline
        return found

    # ---- the whole

    def decide(self) -> Comparison:
        names = renaming(self.one, self.other)
        if names is not None:
            return self.equal(self.identity(names), "equivalent")
        if not self.one.hyper and not self.other.hyper and not self.asks_elsewhere():
            parted = self.counterexample(False)  # no map to be looked for
            if parted is not None:
                return self.unequal(parted)
        # The one with fewer hyperparameters is the more special.
        order = [False, True] if len(self.one.hyper) <= len(self.other.hyper) else [True, False]
        end, self.deadline = self.deadline, time.process_time() + 0.5 * self.left_s
        for observe in (THETA, POINTS) if self.asks_elsewhere() else (THETA,):
            found = self.relation(order, observe)
            if found is not None:
                self.deadline = end
                return self.settled(found)
        self.complete = self.left_s > 0 and None not in self.searches.values()
        self.deadline = end
        return self.unequal()

    def identity(self, names: Renaming) -> Relation:
        """The relation of a system to itself under other names."""
        one, other = self.one, self.other
        shown = Obligation("the equations", "the same", "as written, up to names", "proved")
        state = {n: Variable(mine)[t] for n, mine in names.state.items()}
        return Relation(
            *self.names,
            names.hyper,
            state,
            Simulation(one, other, names.hyper, state, invariants=one.invariants),
            Verdict("proved", (shown,), scope="all losses, all t"),
            varying=tuple(h.name for h in one.hyper),
        )

    def asks_elsewhere(self) -> bool:
        here = theta[t - 1]
        for system in (self.one, self.other):
            for e in system.equations:
                for asked in e.rhs.atoms(op.Oracle):
                    if asked.args and asked.args[0] != here and asked.word != "noise":
                        return True
        return False

    def relation(self, order: Sequence[bool], observe: str, ahead: int = 0) -> Relation | None:
        """A verified map that does not depend on t; one without divisions if there is one."""
        second = None
        for turned in order:
            if ahead and not _clocked(self.systems(turned)[1]):
                continue  # its first steps are like all others
            search = self.search(turned, ahead)
            if search is None:
                continue
            for hyper in islice(search.constants(observe), 4):
                found = self.verified(turned, hyper, {}, observe, ahead)
                if found is None:
                    if not ahead and (observe == POINTS or not self.parts(turned, hyper)):
                        self.nearly.add(observe)
                    self.tried.append(f"{self.called(turned)[1]} with {_map(hyper)}: not verified")
                    continue
                if not any(is_condition(n) for o in found.proof.obligations for n in o.notes):
                    return found
                second = second or found
                break
        return second

    def settled(self, found: Relation) -> Comparison:
        """The comparison of an equality: what may vary, and whether it goes both ways."""
        turned = found.left != self.names[0] or (
            self.names[0] == self.names[1] and found.claim.left != self.one
        )
        kind, wide = "special case", found
        end = self.deadline
        try:  # what is known is not lost to what is only nice to know
            with guard(max(0.1, self.left_s)):
                wide = self.loosened(found)
                if found.pins:  # rarely both ways: a short look
                    self.deadline = min(end, time.process_time() + 1.0)
                back = self.inverse(found, turned)
                if back is not None:
                    meet = back or found.assume
                    kind = "equivalent where their ranges meet" if meet else "equivalent"
                self.deadline = end
                wide = self.sharpened(wide)
        except TimeIsOver:
            self.tried.append("what may vary, and the other direction: out of time")
        self.deadline = end
        return self.equal(wide, kind)

    def inverse(self, found: Relation, turned: bool) -> tuple[Any, ...] | None:
        """What the other direction assumes, if it holds too; None if that was not verified."""
        names = list(found.hyper.values())
        mine = {h.symbol for h in self.systems(turned)[0].hyper}
        if mine == set(names) and len(mine) == len(names):
            return ()  # renamed one by one: the same map read backwards
        search = self.search(not turned)
        if search is None or self.left_s < 0.5:
            return None
        for hyper in islice(search.constants(POINTS if found.shifted else THETA), 2):
            back = self.verified(not turned, hyper, {}, POINTS if found.shifted else THETA)
            if back is not None and not back.pins:
                return back.assume
        return None

    def equal(self, found: Relation, kind: str) -> Comparison:
        return Comparison(
            "equal",
            *self.names,
            map=found,
            kind=kind,
            conditions=found.conditions(),
            proof=found.proof,
            tried=tuple(x for x in self.tried if x.endswith("out of time")),
        )

    # ---- verification

    def verified(
        self,
        turned: bool,
        hyper: HyperMap,
        given: Mapping[str, Expr],
        observe: str = THETA,
        ahead: int = 0,
    ) -> Relation | None:
        """A proposal as a relation, proved by simulation; None if it was not."""
        left, right = self.systems(turned)
        search = self.search(turned, ahead)
        if search is None:
            return None
        try:
            if given:
                search = search.fixed(given)
                numbers = {h.symbol: given[h.name] for h in left.hyper if h.name in given}
                left = specialised(left, given)
                hyper = {n: sympify(x).subs(numbers) for n, x in hyper.items()}
            fixed = {n: sympify(x) for n, x in hyper.items() if sympify(x).is_number}
            small = specialised(right, fixed)
            kept = {h.name for h in small.hyper}
            used = {n: sympify(x) for n, x in hyper.items() if n in kept}
            state = search.states(small, used)
        except (DeclarationError, Unsupported, NoValue):
            return None
        if state is None:
            return None
        if observe == THETA and state.get(THETA) != theta[t]:
            return None
        claim = Simulation(
            left,
            small,
            hyper=used,
            state={n: x for n, x in state.items() if n != THETA or x != theta[t]},
            invariants=left.invariants,
            assume=narrower(left, small, used),
            shift=ahead,
        )
        for attempt in attempts(claim):
            if attempt.assume and not search.inside(attempt.assume):
                continue
            claim, verdict = attempt, self.proved(attempt)
            if verdict is not None:
                break
        else:
            return None
        decays = [h.name for h in self.systems(turned)[0].hyper if h.symbol.role == "decay"]
        return Relation(
            *self.called(turned),
            dict(hyper),
            dict(state),
            claim,
            verdict,
            dict(given),
            tuple(claim.assume),
            constant=tuple(h.name for h in left.hyper),
            degenerate=any(n in decays for n in given),
        )

    def proved(self, claim: Simulation) -> Verdict | None:
        budget = max(0.5, self.left_s / 2)
        try:
            return proof(claim, budget)
        except (Unsupported, ValueError, ArithmeticError, TypeError):
            return None

    def loosened(self, found: Relation) -> Relation:
        """The relation with as many hyperparameters varying as a proof allows."""
        names = tuple(h.name for h in found.claim.left.hyper)
        if not names or self.left_s < 0.3:
            return found
        everything = self.varied(found, names)
        if everything is not None:
            return everything
        good: tuple[str, ...] = ()
        for name in names:
            if self.left_s < 0.3:
                break
            wider = self.varied(found, (*good, name))
            if wider is not None:
                good, found = (*good, name), wider
        return found

    def varied(self, found: Relation, names: tuple[str, ...]) -> Relation | None:
        """The relation with these varying: coefficients of states at t, or else at t + 1."""
        later = {Symbol(n): n for n in names}
        states = [found.claim.state]
        if found.shifted:
            moved = {
                s: Variable(h.name)[t + 1]
                for h in found.claim.left.hyper
                for s in [h.symbol]
                if h.name in later.values()
            }
            states.append({n: sympify(x).xreplace(moved) for n, x in found.claim.state.items()})
        for state in states:
            claim = replace(found.claim, varying=names, state=state)
            try:
                verdict = proof(claim, max(0.2, self.left_s / 4))
            except (Unsupported, ValueError, ArithmeticError, TypeError):
                return None
            if verdict is not None:
                rest = tuple(h.name for h in claim.left.hyper if h.name not in names)
                merged = {**found.state, **state}
                return replace(
                    found,
                    claim=claim,
                    proof=verdict,
                    varying=names,
                    constant=rest,
                    state=merged,
                )
        return None

    # ---- differences

    def unequal(self, counterexample: Counterexample | None = None) -> Comparison:
        """They were not found equal: a counterexample, the scope of it, and what would rescue."""
        if POINTS in self.nearly:
            return self.undecided("they agree in runs by floats, but no proof was found")
        for turned in (False, True):
            counterexample = counterexample or self.counterexample(turned)
        if counterexample is None:
            return self.undecided("exact runs under the natural map: none was found that parts")
        scope = self.scope()
        rescues = self.rescues()
        conditions = tuple(", ".join(r.conditions()) for r in rescues)
        proof = Verdict("refuted", (), counterexample, scope, conditions)
        if not scope:
            found = self.undecided("whether some other map makes them equal")
            return replace(
                found, counterexample=counterexample, rescues=rescues, conditions=conditions
            )
        return Comparison(
            "different",
            *self.names,
            scope=scope,
            conditions=conditions,
            rescues=rescues,
            counterexample=counterexample,
            proof=proof,
        )

    def counterexample(self, turned: bool) -> Counterexample | None:
        """Exact runs that part under the first natural map."""
        for claim in islice(self.natural_claims(turned), 1):
            try:
                found = refute(claim, max(0.3, self.left_s / 5))
            except (Unsupported, ValueError, ArithmeticError, TypeError):
                return None
            return found
        return None

    def parts(self, turned: bool, hyper: HyperMap) -> bool:
        """Whether exact runs part under a map that floats agree with, in the steps they took."""
        left, right = self.systems(turned)
        try:
            states = {s.name: 0 for s in right.states}
            claim = Simulation(left, right, hyper=hyper, state=states)
            return refute(claim, max(0.3, self.left_s / 5)) is not None
        except (Unsupported, ValueError, ArithmeticError, TypeError):
            return False

    def natural_claims(self, turned: bool) -> Iterator[Simulation]:
        """The claims that systems agree under maps by name and role, the rest neutral."""
        left, right = self.systems(turned)
        for natural in naturals(left, right):
            for fixed in product(*map(neutral, natural.rest)):
                hyper: dict[str, Any] = dict(natural.same)
                hyper |= {h.name: x for h, x in zip(natural.rest, fixed, strict=True)}
                # Runs need no map of states: they start as declared, and theta is compared.
                try:
                    yield Simulation(
                        left, right, hyper=hyper, state={s.name: 0 for s in right.states}
                    )
                except ValueError:
                    continue

    def scope(self) -> str:
        """For which maps they differ: of these numbers, of every map, or of the natural ones."""
        if not self.one.hyper and not self.other.hyper:
            return "these numbers"
        parts, open_ = [], []
        for turned in (False, True):
            said = self.no_map(turned)
            parts += [said] if said else []
            open_ += [] if said else [turned]
        if not open_ and all(p.startswith(_EVERY) for p in parts):
            return f"{_EVERY}, in either direction"
        if self.nearly:
            self.tried.append("they agree in runs by floats, but no proof was found")
            return ""
        searches = self.searches.values()
        if any(s is not None and s.unexplained for s in searches):
            self.tried.append(
                "numbers that make them agree in floats: no expression was recognised"
            )
            return ""
        if not self.complete:
            self.tried.append("a search for other maps: out of time, or not possible in floats")
            return ""
        for turned in open_:
            count = 0
            for count, claim in enumerate(self.natural_claims(turned), 1):
                if count > 40 or self.left_s < 0:
                    self.tried.append("maps by name and role: too many for the time")
                    return ""
                try:
                    parted = refute(claim, max(0.5, self.left_s / 10))
                except (Unsupported, ValueError, ArithmeticError, TypeError):
                    parted = None
                if parted is None:
                    self.tried.append(f"maps by name and role: {_map(claim.hyper)} stays open")
                    return ""
            if not count:
                return ""
        parts += [_NATURAL] if open_ else []
        return "; ".join(dict.fromkeys(parts))

    def no_map(self, turned: bool) -> str:
        """For which maps in one direction a difference is proved at once, or nothing."""
        left, right = self.systems(turned)
        decays = {h.name for h in right.hyper if h.symbol.role == "decay"}
        ways: list[dict[str, Expr]] = []
        for natural in naturals(left, right):
            kept = {n: x for n, x in natural.same.items() if n in decays}
            ways += [] if kept in ways else [kept]
        few = len(ways) <= 2
        for kept in ways if few else ():
            budget = max(0.2, min(1.0, self.left_s / 5))
            if isinstance(contradiction(NoMap(left, right, kept), budget), str):
                return ""  # nor can it be of every map
        alone = not any(ways)
        budget = max(0.2, min(0.5, self.left_s / 10))
        if alone or not isinstance(contradiction(NoMap(left, right), budget), str):
            return f"{_EVERY} to {self.called(turned)[1]}"
        if not few:
            return ""
        free = [h.name for h in right.hyper if h.name not in ways[0]]
        held = " or ".join(_map(kept) for kept in ways)
        return f"all constant {', '.join(free)} of {self.called(turned)[1]}, at {held}"

    # ---- what would rescue

    def rescues(self) -> tuple[Relation, ...]:
        found = []
        for share, look in ((0.3, self.later), (0.6, self.moving), (0.9, self.condition)):
            try:
                with guard(max(0.1, share * self.left_s)):
                    relation = look()
            except TimeIsOver:
                self.tried.append("conditions that would rescue: out of time")
                continue
            found += [relation] if relation is not None else []
        return tuple(map(self.widened, found))

    def widened(self, relation: Relation) -> Relation:
        """The relation loosened and sharpened, or as it is where the time is over."""
        for better in (self.loosened, self.sharpened):
            try:
                with guard(max(0.1, self.left_s / 2)):
                    relation = better(relation)
            except TimeIsOver:
                continue
        return relation

    def sharpened(self, relation: Relation) -> Relation:
        """The relation with the conditions that are also necessary, from its factored defects."""
        said = []
        for claim, symbol, value in self.weaker(relation):
            if self.left_s < 0.5:
                break
            sharp = only_if(claim, symbol, value, max(0.5, self.left_s / 3))
            if sharp is None or decide(sharp, max(0.5, self.left_s / 2)).status != "proved":
                continue
            where = ", ".join(f"{fact.lhs} != 0" for fact in sharp.where)
            said.append(f"{symbol} = {value}" + (f", in steps where {where}" if where else ""))
        return replace(relation, exactly=tuple(said)) if said else relation

    def weaker(self, relation: Relation) -> Iterator[tuple[Simulation, Expr, Expr]]:
        """Claims without one condition of a relation, with what has to be what instead."""
        claim = relation.claim
        for name in relation.constant if len(relation.constant) <= 2 else ():
            varying = (*relation.varying, name)
            sequence = Variable(name)
            yield replace(claim, varying=varying), sequence[t - 1], sequence[t]
        moved = [n for n, x in claim.hyper.items() if sympify(x).has(t)]
        if len(moved) == 1:
            (name,) = moved
            own = next(h for h in claim.right.hyper if h.name == name)
            free = Parameter(f"{name}_t", own.range, own.symbol.role)
            loose = {**claim.hyper, name: free}
            extra = (Hyper(free, None, own.range),)
            weak = replace(claim, hyper=loose, parameters=extra, varying=())
            yield weak, free, sympify(claim.hyper[name])
        if len(relation.given) == 1 and not moved:
            loosened = self.ungiven(relation)
            if loosened is not None:
                ((name, value),) = relation.given.items()
                symbol = next(h.symbol for h in loosened.left.hyper if h.name == name)
                yield loosened, symbol, value

    def ungiven(self, relation: Relation) -> Simulation | None:
        """The claim of a relation without the value that it gives one hyperparameter."""
        ((name, value),) = relation.given.items()
        left, right = self.systems(relation.left != self.names[0])
        mine = next((h.symbol for h in left.hyper if h.name == name), None)
        if mine is None:
            return None
        hyper = {
            n: mine if canonical(n) == canonical(name) and x == value else sympify(x)
            for n, x in relation.hyper.items()
        }
        try:
            small = specialised(right, {n: x for n, x in hyper.items() if x.is_number})
            kept = {h.name for h in small.hyper}
            used = {n: x for n, x in hyper.items() if n in kept}
            states = {n: x for n, x in relation.claim.state.items() if n in _kept(small)}
            return Simulation(left, small, used, states, invariants=left.invariants)
        except (DeclarationError, ValueError):
            return None

    def later(self) -> Relation | None:
        """The same rule a clock apart: one of the two idles in its first steps."""
        for ahead in (1, 2):
            found = self.relation((False, True), THETA, ahead)
            if found is not None:
                return found
        return None

    def moving(self) -> Relation | None:
        """A verified map in which hyperparameters depend on t."""
        end, self.deadline = self.deadline, time.process_time() + max(0.3, 0.6 * self.left_s)
        try:
            for turned in (False, True):
                search = self.search(turned)
                if search is None:
                    continue
                left, _ = self.systems(turned)
                decay = {h.name: Integer(0) for h in left.hyper if _is_penalty(h)}
                for given in ({}, decay) if decay else ({},):
                    for hyper in (search.fixed(given) if given else search).moving():
                        relation = self.verified(turned, hyper, given)
                        if relation is not None:
                            return relation
        finally:
            self.deadline = end
        return None

    def condition(self) -> Relation | None:
        """Values of hyperparameters at which they agree: as few as suffice, decays last."""
        for decays in (False, True):
            for turned in (False, True):
                search = self.search(turned)
                if search is None or self.left_s < 0:
                    continue
                found = self.least(search, turned, decays)
                if found is not None:
                    return found
        return None

    def least(self, search: Search, turned: bool, decays: bool) -> Relation | None:
        left, _ = self.systems(turned)
        able = [
            h
            for h in left.hyper
            if h.symbol.role != "lr" and (decays or h.symbol.role != "decay") and neutral(h)
        ]
        able.sort(key=lambda h: _PRIORITY.get(h.symbol.role, 0))
        if not able:
            return None
        for values in islice(product(*[neutral(h)[:2] for h in able]), 8):
            given = {h.name: x for h, x in zip(able, values, strict=True)}
            if not self.fits(search, given):
                continue
            for name in list(given):
                fewer = {n: x for n, x in given.items() if n != name}
                if self.left_s > 0 and self.fits(search, fewer):
                    given = fewer
            small = search.fixed(given)
            for hyper in islice(small.constants(THETA, solving=False), 2):
                relation = self.verified(turned, hyper, given)
                if relation is not None:
                    return relation
        return None

    def fits(self, search: Search, given: Mapping[str, Expr]) -> bool:
        try:
            maps = search.fixed(given).constants(THETA, solving=False)
            return next(iter(maps), None) is not None
        except NoValue:
            return False


def _kept(system: Optimizer) -> set[str]:
    return {THETA, *(s.name for s in system.state)}


def _is_penalty(h: Hyper) -> bool:
    return h.symbol.role == "regularization" and 0 in h.range


_EVERY = "every map of constant hyperparameters"
_NATURAL = "every map to hyperparameters of the same name or role, the rest 0, 1 or their default"
_PRIORITY = {"decay": 0, "coefficient": 1, "other": 2, "regularization": 3, "eps": 4}


def _clocked(system: Optimizer) -> bool:
    """Whether what a step does depends on its number, other than through the state."""
    unseen = Symbol("unseen")
    return any(
        e.rhs.xreplace(dict.fromkeys(e.rhs.atoms(Value), unseen)).has(t) for e in system.equations
    )


def _map(hyper: Mapping[str, Any]) -> str:
    return ", ".join(f"{n} = {x}" for n, x in hyper.items()) or "no hyperparameters"


__all__ = ["compare"]

"""The list form of a blocked pass: calls (function, operands, place) on whole blocks.

Every operation makes a new value; where it lies is decided by what is read later. A kept array's
new value lies in the array itself once its old value has been read for the last time, partial
results too; other values lie in blocks, which are taken over as soon as what they hold is not read
any more. So Adam needs two blocks. `listed` gives the calls of a pass for any array library that
has functions with a place for the result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from sympy import S

from optwright.derive.lower.flag import ALWAYS, Only, joined, meets
from optwright.derive.lower.node import Apply, Name, Node, Number, is_number, names
from optwright.derive.lower.program import Line, Pass, Program

COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
LOGIC = ("and", "or", "not")
APART = frozenset({"sign"})
"""Functions that are slow where the result replaces the operand."""

_KIND = {
    "add": "total",
    "subtract": "total",
    "multiply": "product",
    "divide": "quotient",
    "sqrt": "root",
    "cbrt": "root",
    "power": "power",
    "absolute": "magnitude",
    "sign": "signs",
    "maximum": "larger",
    "minimum": "smaller",
    "select": "choice",
    "round_to": "rounded",
    "negative": "opposite",
}
"""What a value is called that has no name of its own."""


@dataclass(eq=False)
class Made:
    """What one operation makes. `place` is known from the start where it is an array of its own."""

    base: str
    mask: bool = False
    place: str = ""
    variable: str = ""
    alias: bool = False
    """Whether it is, for some members, an array that is given: then it lies there."""


Operand: TypeAlias = Made | Name | Number
Later: TypeAlias = dict[Operand, Only]
"""What is still read, and by which members."""


@dataclass
class ArrayCall:
    """`out = function(operands)`; `target` is the value to which it is a step."""

    function: str
    operands: tuple[Operand, ...]
    out: Made
    target: Made
    option: object = None
    only: Only = ALWAYS


@dataclass
class Choice:
    """`out` is made by one of two lists of calls, as a number decides."""

    condition: Node
    arms: tuple[list[Item], list[Item]]
    out: Made
    target: Made
    only: Only = ALWAYS


@dataclass
class Remark:
    """An equation, above the calls that carry it out."""

    text: str
    only: Only = ALWAYS


Item: TypeAlias = ArrayCall | Choice | Remark


@dataclass
class ListedPass:
    """A pass in list form.

    work     blocks for values, `masks` blocks for truth values
    arrays   the arrays that are read or written, `scalars` the numbers that enter
    results  what is to be reduced afterwards, with its reduction's name
    """

    items: list[Item] = field(default_factory=list)
    work: list[str] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    arrays: dict[str, None] = field(default_factory=dict)
    scalars: dict[str, None] = field(default_factory=dict)
    results: list[Operand] = field(default_factory=list)


def listed(program: Program, phase: Pass) -> ListedPass:
    """The calls of a blocked pass, with everything in its place."""
    made_here = _Listing(program, phase)
    made_here.run()
    _Placing(made_here).run()
    return made_here.result


class _Listing:
    """Operations in order, without places."""

    def __init__(self, program: Program, phase: Pass) -> None:
        self.program, self.phase = program, phase
        self.result = ListedPass()
        self.values: dict[str, Made] = {}
        self.items = self.result.items
        self.only = ALWAYS
        self.late, self.stored = program.late(phase), program.stored(phase)

    def run(self) -> None:
        for line in self.phase.lines:
            assert isinstance(line, Line)
            self.only = line.only
            if line.equation:
                self.items.append(Remark(line.equation, line.only))
            self.into(line.value, self.value(line.name))
        for r in self.phase.reduces:
            self.only = r.only
            operand = self.operand(r.value, None)
            if isinstance(operand, Name) and operand.name in self.late.values():
                operand = self._apart(operand)
            if r.only != ALWAYS:
                operand = self._always(operand)
            self.result.results.append(operand)
        self.only = ALWAYS
        for old in self.late.values():
            value = Made(old, place=old, variable=old)
            self.result.arrays.setdefault(old)
            only = self.program.only(self.phase, old)
            self.items.append(ArrayCall("copy", (self.values[old],), value, value, only=only))

    def _apart(self, name: Name) -> Made:
        """A copy of what is written over before it is reduced."""
        out = Made(f"{name.name}_before")
        self.call("copy", (name,), out, out)
        return out

    def _always(self, operand: Operand) -> Made:
        """What some members reduce; in others nothing is, and the sum is zero."""
        out = Made("operand")
        self.items.append(ArrayCall("copy", (operand,), out, out, only=self.only))
        others = self.program.flags.others(self.only)
        self.items.append(ArrayCall("fill", (Number(S.Zero),), out, out, only=others))
        return out

    def value(self, name: Name) -> Made:
        """The value that a line makes."""
        if name.name not in self.values:
            variable = self.program.variable(name)
            own = variable in self.stored or name.name in self.program.arrays
            place = variable if own and variable not in self.late else ""
            if place:
                self.result.arrays.setdefault(place)
            self.values[name.name] = Made(variable, place=place, variable=place)
        return self.values[name.name]

    # --- expressions -----------------------------------------------------------------------------

    def operand(self, node: Node, target: Made | None) -> Operand:
        """A leaf, or a value that is made on the way to `target`."""
        if isinstance(node, (Name, Number)):
            return self.leaf(node)
        assert isinstance(node, Apply), node
        mask = node.function in (*COMPARISONS, *LOGIC)
        out = Made("mask" if mask else _KIND.get(node.function, "result"), mask)
        self.into(node, out, target)
        return out

    def leaf(self, node: Name | Number) -> Operand:
        if isinstance(node, Number):
            return node
        if not node.old and node.name in self.values:
            return self.values[node.name]
        variable = self.program.variable(node)
        (self.result.scalars if is_number(node) else self.result.arrays).setdefault(variable)
        return node

    def into(self, node: Node, out: Made, target: Made | None = None) -> None:
        """Calls that make `out`."""
        target = target or out
        if isinstance(node, (Name, Number)):
            leaf = self.leaf(node)
            given = isinstance(leaf, Name) and leaf.name not in self.program.kept
            alias = given and out is target and not out.place and out in self.values.values()
            function = "fill" if is_number(node) else "alias" if alias else "copy"
            self.call(function, (leaf,), out, target)
            return
        assert isinstance(node, Apply)
        if node.function == "select" and is_number(node.operands[0]):
            self.choice(node, out, target)
            return
        operands = tuple(self.operand(x, target) for x in node.operands)
        if node.function == "divide":
            below = operands[1]
            if isinstance(below, Made) and not below.place and below.base in _KIND.values():
                below.base = "denominator"
        self.call(node.function, operands, out, target, node.option)

    def call(
        self,
        function: str,
        operands: tuple[Operand, ...],
        out: Made,
        target: Made,
        option: object = None,
    ) -> None:
        self.items.append(ArrayCall(function, operands, out, target, option, self.only))

    def choice(self, node: Apply, out: Made, target: Made) -> None:
        condition, *values = node.operands
        for name in names(condition):
            self.result.scalars.setdefault(self.program.variable(name))
        outer, arms = self.items, []
        for value in values:
            self.items = []
            self.into(value, out, out)
            arms.append(self.items)
        self.items = outer
        self.items.append(Choice(condition, (arms[0], arms[1]), out, target, self.only))


def reads(item: Item) -> Iterator[Operand]:
    """What a call reads, the arms of a choice together."""
    if isinstance(item, ArrayCall):
        yield from item.operands
    elif isinstance(item, Choice):
        for arm in item.arms:
            for inner in arm:
                yield from reads(inner)


class _Placing:
    """Gives every value a place and a variable, by what is read later."""

    def __init__(self, listing: _Listing) -> None:
        self.listing, self.result = listing, listing.result
        self.program = listing.program
        taken = {*self.result.arrays, *self.result.scalars, *self.program.extents}
        self.taken = taken - {v.base for v in listing.values.values()}
        self.reserved = {v.base for v in listing.values.values()}
        self.free: dict[bool, list[str]] = {False: [], True: []}
        self.lying: dict[str, Made] = {}
        """The value in each place."""

    def run(self) -> None:
        self.place(self.result.items, dict.fromkeys(self.result.results, ALWAYS))

    def place(self, items: list[Item], ends: Later) -> None:
        """Places for the values of some calls; `ends` are read after them."""
        live = dict(ends)
        after: list[Later] = []
        for item in reversed(items):
            after.append(dict(live))
            for x in reads(item):
                live[x] = item.only if x not in live else joined(live[x], item.only)
        result: list[Item] = []
        for item, later in zip(items, reversed(after), strict=True):
            if isinstance(item, Remark):
                result.append(item)
            elif isinstance(item, Choice):
                result.append(self.chosen(item, later))
            else:
                result += self.called(item, later)
            if not isinstance(item, Remark):
                self.release(item, later)
        items[:] = result

    def called(self, call: ArrayCall, later: Later) -> list[Item]:
        """One call in its place; where it must not lie there, it is made elsewhere and copied."""
        barred = self.barred(call)
        out = call.out
        if call.function == "alias":  # of an array that is never written: it may lie there
            out.variable, out.alias = out.base, True
            return [call]
        if out.place and out.place in barred:
            apart = Made(out.base, out.mask)
            self.settle(apart, call, later, barred)
            self.free[out.mask].append(apart.place)
            del self.lying[apart.place]
            made_ = replace(call, out=apart)
            return [made_, ArrayCall("copy", (apart,), out, out, only=call.only)]
        self.settle(out, call, later, barred)
        return [call]

    def barred(self, call: ArrayCall) -> set[str]:
        """Places in which the result must not lie."""
        if call.function in APART:
            return {self.where(x) for x in call.operands}
        return {self.where(call.operands[1])} if call.function == "select" else set()

    def where(self, operand: Operand) -> str:
        """The place of an operand; a number has none."""
        if isinstance(operand, Made):
            return operand.place
        if isinstance(operand, Number) or operand.extent.scalar:
            return ""
        return self.program.variable(operand)

    def settle(self, out: Made, call: ArrayCall, later: Later, barred: Collection[str]) -> None:
        """Give a value a place and a variable."""
        if not out.place:
            target = call.target.place
            dying = [
                x.place
                for x in call.operands
                if isinstance(x, Made)
                and x not in later
                and x.mask == out.mask
                and self.lying.get(x.place) is x
                and x.place in (*self.result.work, *self.result.masks)
            ]
            choices = (
                [target] if target and not out.mask and self.is_free(target, call, later) else []
            )
            choices += dying
            choices += self.free[out.mask][::-1]
            place = next((p for p in choices if p not in barred), None) or self.block(out.mask)
            out.place = place
        if out.place in self.free[out.mask]:
            self.free[out.mask].remove(out.place)
        self.lying[out.place] = out
        if not out.variable:
            out.variable = self.variable(out)

    def is_free(self, target: str, call: ArrayCall, later: Later) -> bool:
        """Whether a partial result may lie where the whole will."""
        if any(
            isinstance(x, Name) and self.where(x) == target and meets(only, call.only)
            for x, only in later.items()
        ):
            return False
        lies = self.lying.get(target)
        return lies is None or lies is call.target or lies not in later

    def block(self, mask: bool) -> str:
        """One more block."""
        pool = self.result.masks if mask else self.result.work
        k = len(pool) + 1
        name = ("mask" if k == 1 else f"mask{k}") if mask else f"block{k}"
        while name in self.taken | self.reserved:
            k += 1
            name = f"mask{k}" if mask else f"block{k}"
        pool.append(name)
        self.taken.add(name)
        return name

    def variable(self, out: Made) -> str:
        """A name for a value, that of its place where that is an array of its own."""
        if out.place not in self.result.work:
            return out.place
        if out in self.listing.values.values():
            return out.base
        used = {v.variable for v in self.lying.values() if v is not out}
        name, k = out.base, 2
        while name in used or name in self.taken or name in self.reserved:
            name, k = f"{out.base}{k}", k + 1
        return name

    def release(self, item: ArrayCall | Choice, later: Later) -> None:
        """Free the blocks of what is not read any more."""
        for value in [v for v in self.lying.values() if v not in later]:
            if value.place in self.result.work or value.place in self.result.masks:
                pool = self.free[value.mask]
                if value.place not in pool:
                    pool.append(value.place)
                del self.lying[value.place]

    def chosen(self, choice: Choice, later: Later) -> Choice:
        """A choice: each arm has the blocks that are free before it."""
        if not choice.out.place:
            free = self.free[choice.out.mask]
            choice.out.place = free.pop() if free else self.block(choice.out.mask)
        elif choice.out.place in self.free[choice.out.mask]:
            self.free[choice.out.mask].remove(choice.out.place)
        if not choice.out.variable:
            choice.out.variable = self.variable(choice.out)
        before = {mask: list(places) for mask, places in self.free.items()}
        lying = dict(self.lying)
        added: dict[bool, list[str]] = {False: [], True: []}
        for arm in choice.arms:
            known = [*self.result.work], [*self.result.masks]
            self.free = {m: [*before[m], *added[m]] for m in before}
            self.lying = dict(lying)
            self.place(arm, {**later, choice.out: ALWAYS})
            added[False] += [x for x in self.result.work if x not in known[0]]
            added[True] += [x for x in self.result.masks if x not in known[1]]
        self.free = {m: [*before[m], *added[m]] for m in before}
        self.lying = {**lying, choice.out.place: choice.out}
        return choice

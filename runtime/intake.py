"""What an optimizer is given: flags, hyperparameters and parameters, checked before any is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

from optwright.runtime.error import HyperparameterError, ParameterError, suggest
from optwright.runtime.group import Group
from optwright.runtime.kept.slot import Slot, compute_dtype
from optwright.runtime.overlap import Regions
from optwright.runtime.rule import Hyper, Rule, Where
from optwright.runtime.step.library import Library
from optwright.runtime.tree import Tree

Choices = Mapping[str, Sequence[Any]]
Branches = Sequence[tuple[Where, Rule]]


# --- flags ---------------------------------------------------------------------------------------


def chosen(owner: str, choices: Choices, given: dict[str, Any]) -> dict[str, Any]:
    """The flags, taken out of what was given; None stands for the default, the first choice."""
    return {name: _choice(owner, name, all, given.pop(name, None)) for name, all in choices.items()}


def _choice(owner: str, name: str, allowed: Sequence[Any], value: Any) -> Any:
    if value is None:
        return allowed[0]
    for choice in allowed:
        if choice == value and type(choice) is type(value):
            return choice
    raise HyperparameterError(
        f"{owner}: {name} = {value!r} is not one of {', '.join(map(repr, allowed))}"
    )


def members(
    rules: Iterable[tuple[Any, Rule]],
    make: Callable[..., Rule | None] | None,
    choices: Choices,
) -> Iterator[tuple[dict[str, Any], Rule]]:
    """The flags and the rule of each member of a family, from a table or a function or both."""
    for flags, rule in rules:
        yield dict(flags), rule
    if make is not None:
        for values in product(*choices.values()):
            flags = dict(zip(choices, values, strict=True))
            if (made := _member(make, *flags.items())) is not None:
                yield flags, made


@cache
def _member(make: Callable[..., Rule | None], *flags: tuple[str, Any]) -> Rule | None:
    return make(**dict(flags))


def rule_for(
    owner: str,
    rules: Iterable[tuple[Any, Rule]],
    make: Callable[..., Rule | None] | None,
    flags: Mapping[str, Any],
) -> Rule:
    """The member with these flags."""
    for others, rule in members(rules, make, {name: (value,) for name, value in flags.items()}):
        if all(flags[name] == value for name, value in others.items()):
            return rule
    raise HyperparameterError(f"{owner} is not defined for {_listed(flags)}")


def _listed(flags: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in flags.items())


# --- hyperparameters -----------------------------------------------------------------------------


def drop_idle(
    name: str,
    family: Iterable[Rule],
    specs: Mapping[str, Hyper],
    flags: Mapping[str, Any],
    given: dict[str, Any],
) -> None:
    """Drop hyperparameters that only other members of the family have, if they are the default."""
    if given.keys() <= specs.keys():
        return
    for spec in (h for rule in family for h in rule.hyper if h.name not in specs):
        value = given.get(spec.name)
        if value is None or (not callable(value) and value == spec.default):
            given.pop(spec.name, None)
        elif spec.name in given:
            raise HyperparameterError(
                f"{name}: {spec.name} = {value!r} has no effect with {_listed(flags)}: leave it out"
            )


def check_names(
    name: str, specs: Mapping[str, Hyper], choices: Choices, given: Iterable[str]
) -> None:
    """Refuse hyperparameters that the rule has not, and flags where only hyperparameters may be."""
    for other in given:
        if other in choices:
            raise HyperparameterError(
                f"{name}: {other} holds for all groups; pass it to the constructor"
            )
        if other not in specs:
            raise HyperparameterError(
                f"{name} has no hyperparameter {other!r}; {suggest(other, [*specs, *choices])}"
            )


def agree(rules: Iterable[Rule], hyper: Sequence[Mapping[str, Any]]) -> None:
    """Refuse groups that differ where a value over all tensors needs one number."""
    for rule in rules:
        names = [h.name for h in rule.hyper] if rule.scope == "all" else rule.shared
        for name in names:
            first = hyper[0].get(name)
            for index, other in enumerate(hyper):
                if other.get(name) != first and not (callable(first) or callable(other.get(name))):
                    raise HyperparameterError(
                        f"{rule.id}: {name} must be the same in all groups, but it is {first}"
                        f" in group 0 and {other.get(name)} in group {index}"
                    )


# --- parameters ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What groups must fit: an optimizer's name, hyperparameters, flags, rules and defaults."""

    name: str
    specs: Mapping[str, Hyper]
    choices: Choices
    branches: Branches
    defaults: Mapping[str, Any]
    library: Library


@dataclass(frozen=True)
class Taken:
    """Groups, the trees of their parameters, and all tensors: their memory, and the indices of
    those that each branch has.
    """

    groups: tuple[Group, ...] = ()
    trees: tuple[Tree, ...] = ()
    slots: tuple[Slot, ...] = ()
    regions: Regions = field(default_factory=lambda: Regions(()))
    within: tuple[list[int], ...] = ()


def is_grouped(params: Any) -> bool:
    """Whether it is a list of groups: dicts that each have "params"."""
    return (
        isinstance(params, (list, tuple))
        and len(params) > 0
        and all(isinstance(item, Mapping) and "params" in item for item in params)
    )


def take(terms: Terms, before: Taken, described: Iterable[Mapping[str, Any]]) -> Taken:
    """What there was before, with more groups. Raises ParameterError or HyperparameterError."""
    groups, slots, trees = list(before.groups), list(before.slots), list(before.trees)
    for given in described:
        params = given["params"]
        given = {k: v for k, v in given.items() if k != "params"}
        check_names(terms.name, terms.specs, terms.choices, given)
        given = {k: v for k, v in given.items() if v is not None}
        tree = Tree.of(params)
        names = tree.names()
        arrays = [
            terms.library.parameter(leaf, f"the parameter {name!r}" if name else "params")
            for leaf, name in zip(tree.flatten(params, "params"), names, strict=True)
        ]
        if len(set(names)) < len(names):
            doubled = min(name for name in names if names.count(name) > 1)
            raise ParameterError(f"two parameters have the same path {doubled!r}")
        given = {**terms.defaults, **given}
        group = Group(len(groups), terms.name, terms.specs, given, params)
        groups.append(group)
        trees.append(tree)
        slots += [
            Slot(name, array, group, compute_dtype(array.dtype))
            for name, array in zip(names, arrays, strict=True)
        ]
    if not slots:
        raise ParameterError("params has no arrays")
    regions = _apart(terms.library, slots)
    within = _routed(terms, slots)
    agree((rule for _, rule in terms.branches), [group.hyper for group in groups])
    return Taken(tuple(groups), tuple(trees), tuple(slots), regions, within)


def _apart(library: Library, slots: Sequence[Slot]) -> Regions:
    """The tensors' memory, of which no part may be given twice."""
    regions = library.regions([slot.array for slot in slots])
    for i, slot in enumerate(slots):
        if (other := regions.meets(slot.array, but=i)) is not None:
            first, second = (slots[j].name for j in sorted((i, other)))
            raise ParameterError(
                f"the parameters {first!r} and {second!r} share memory: each array may be"
                " given once"
            )
    return regions


def _routed(terms: Terms, slots: Sequence[Slot]) -> tuple[list[int], ...]:
    """For each branch the indices of its tensors."""
    within: tuple[list[int], ...] = tuple([] for _ in terms.branches)
    for i, slot in enumerate(slots):
        for branch, (where, rule) in zip(within, terms.branches, strict=True):
            if _holds(where, slot):
                branch.append(i)
                if rule.shape == "matrix" and slot.array.ndim != 2:
                    raise ParameterError(
                        f"{rule.id} is for two-dimensional arrays, but the parameter"
                        f" {slot.name!r} has shape {slot.array.shape}"
                    )
                break
        else:
            raise ParameterError(
                f"{terms.name} has no rule for the parameter {slot.name!r} of shape"
                f" {slot.array.shape}"
            )
    return within


def _holds(where: Where, slot: Slot) -> bool:
    most = where.ndim_at_most
    return (
        slot.array.ndim >= where.ndim_at_least
        and (most is None or slot.array.ndim <= most)
        and (where.name is None or re.search(where.name, slot.name) is not None)
    )

"""Nested dicts, lists and tuples: taken apart in one fixed order and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from optwright.runtime.error import OptwrightError


@dataclass(frozen=True)
class Tree:
    """The shape of a nesting.

    kind      "leaf", "dict", or the type of a list or tuple
    keys      a dict's keys in their order at construction, or a sequence's indices
    children  the trees below, in that order
    """

    kind: str | type
    keys: tuple[Any, ...] = ()
    children: tuple[Tree, ...] = ()

    @cached_property
    def flat(self) -> bool:
        """Whether all children are leaves."""
        return all(child.kind == "leaf" for child in self.children)

    @staticmethod
    def of(tree: object) -> Tree:
        """The shape of `tree`. Whatever is no dict, list or tuple is a leaf."""
        if isinstance(tree, Mapping):
            return Tree("dict", tuple(tree), tuple(Tree.of(child) for child in tree.values()))
        if isinstance(tree, (list, tuple)):
            return Tree(
                type(tree), tuple(range(len(tree))), tuple(Tree.of(child) for child in tree)
            )
        return LEAF

    def names(self, prefix: str = "") -> list[str]:
        """One path per leaf, such as "layer1/w"; "" for a single leaf."""
        if self.kind == "leaf":
            return [prefix]
        start = f"{prefix}/" if prefix else ""
        return [
            name
            for key, child in zip(self.keys, self.children, strict=True)
            for name in child.names(f"{start}{key}")
        ]

    def flatten(
        self, tree: object, what: str, error: type[OptwrightError] = OptwrightError
    ) -> list[Any]:
        """The leaves of `tree` in this tree's order.

        Lists and tuples may stand for each other, and a dict's order does not matter.
        Raises `error` with the path in `what` where `tree` is nested otherwise.
        """
        leaves: list[Any] = []
        try:
            self.collect(tree, leaves)
        except _Misfit as misfit:
            path = "".join(f"[{key!r}]" for key in reversed(misfit.path))
            raise error(f"{what}{path} {misfit}") from None
        return leaves

    def collect(self, tree: Any, leaves: list[Any]) -> None:
        """Append the leaves of `tree` to those given. Raises _Misfit where it is another shape."""
        if self.kind == "leaf":
            if isinstance(tree, _NESTED):
                raise _Misfit(f"is a {type(tree).__name__}, but the parameter there is one array")
            leaves.append(tree)
            return
        if reason := self._misfit(tree):
            raise _Misfit(reason)
        if self.flat:
            items = [tree[key] for key in self.keys] if self.kind == "dict" else tree
            if not any(issubclass(kind, _NESTED) for kind in set(map(type, items))):
                leaves += items
                return
        for key, child in zip(self.keys, self.children, strict=True):
            try:
                child.collect(tree[key], leaves)
            except _Misfit as misfit:
                misfit.path.append(key)
                raise

    def _misfit(self, tree: Any) -> str:
        """Why `tree` is not a dict, or a sequence, with the same keys; "" where it is one."""
        if self.kind == "dict":
            if not isinstance(tree, Mapping):
                return f"is {_kind(tree)}, but the parameters are a dict there"
            if missing := [key for key in self.keys if key not in tree]:
                return f"lacks {_listed(missing)}"
            extra = len(tree) > len(self.keys) and [key for key in tree if key not in self.keys]
            return f"has {_listed(extra)}, which the parameters have not" if extra else ""
        if not isinstance(tree, (list, tuple)):
            return f"is {_kind(tree)}, but the parameters are a sequence there"
        if len(tree) != len(self.keys):
            return f"has length {len(tree)}, but the parameters have {len(self.keys)} there"
        return ""

    def unflatten(self, leaves: Sequence[Any]) -> Any:
        """A tree of this shape with these leaves: dicts, lists, and tuples of their own type."""
        return self.build(iter(leaves))

    def build(self, leaves: Iterator[Any]) -> Any:
        """A tree of this shape with the next leaves."""
        if self.kind == "leaf":
            return next(leaves)
        children = [child.build(leaves) for child in self.children]
        if isinstance(self.kind, str):
            return dict(zip(self.keys, children, strict=True))
        if issubclass(self.kind, list):
            return children
        # A named tuple's constructor takes its fields one by one.
        return self.kind(*children) if hasattr(self.kind, "_fields") else tuple(children)

    def fits(self, tree: object) -> bool:
        """Whether `tree` is nested like this one."""
        try:
            self.flatten(tree, "")
        except OptwrightError:
            return False
        return True


LEAF = Tree("leaf")
_NESTED = (dict, list, tuple, Mapping)


class _Misfit(Exception):
    """Why a tree is nested otherwise, and where: the keys from there to the root."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.path: list[Any] = []


def _kind(tree: object) -> str:
    if isinstance(tree, Mapping):
        return "a dict"
    if isinstance(tree, (list, tuple)):
        return f"a {type(tree).__name__}"
    return "missing (None)" if tree is None else f"one {type(tree).__name__}"


def _listed(keys: Sequence[Any]) -> str:
    """At most three keys in full."""
    text = ", ".join(repr(key) for key in keys[:3])
    return text if len(keys) <= 3 else f"{text} and {len(keys) - 3} more"

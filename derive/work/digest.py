"""A digest of what a claim says, the same in every process: equal data, equal digest.

It holds everything that the claim is made of: the declarations with their equations, the maps, the
assumptions. Where a claim holds a function, its compiled code stands for it, with all that it reads
of its own modules. What it calls of the prover is not in it: `kept` adds that.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from enum import Enum
from fractions import Fraction
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from sympy import Basic, Dummy, Number, Symbol

from optwright.derive.work.kept import ROOMS


class Opaque(TypeError):
    """Something whose content cannot be told: a program of the user's, a symbol without a name."""


def digest(claim: Any) -> str | None:
    """The digest of a claim, or None if it holds what cannot be told.

    Claims of a user's own classes are such: their programs may read anything, so that no verdict on
    them may be kept.
    """
    try:
        return _Digests().of(claim)
    except Opaque:
        return None


class _Digests:
    """Digests by object; each object is looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}  # with the object, so that no id is used again

    def of(self, x: Any) -> str:
        if id(x) not in self._known:
            self._known[id(x)] = (x, "itself")  # where a function calls itself
            self._known[id(x)] = (x, _mixed(*self._parts(x)))
        return self._known[id(x)][1]

    def _parts(self, x: Any) -> Iterable[str]:
        kind = type(x)
        name = f"{kind.__module__}.{kind.__qualname__}"
        if x is None or isinstance(x, (bool, int, float, str, bytes, Fraction)):
            return name, repr(x)
        if isinstance(x, Basic):
            return name, *self._expression(x)
        if isinstance(x, Mapping):
            return "mapping", *map(self.of, (y for pair in x.items() for y in pair))
        if isinstance(x, (tuple, list)):
            return "sequence", *map(self.of, x)
        if isinstance(x, (set, frozenset)):
            return "set", *sorted(map(self.of, x))
        if isinstance(x, Enum):
            return name, x.name
        if isinstance(x, (type, BuiltinFunctionType, ModuleType)):
            return "named", _named(x)
        if isinstance(x, FunctionType):
            return "function", *self._function(x)
        if isinstance(x, CodeType):
            return "code", *self._code(x)
        return name, *self._fields(x)

    def _expression(self, x: Basic) -> Iterable[str]:
        if x.args:
            return type(x).__name__, *map(self.of, x.args)
        if isinstance(x, Dummy):
            raise Opaque(str(x))
        if isinstance(x, Symbol):
            assumed = sorted(x.assumptions0.items())
            return x.name, repr(assumed), str(getattr(x, "range", "")), getattr(x, "role", "")
        return (repr(x), str(getattr(x, "_prec", "")) if isinstance(x, Number) else "")

    def _fields(self, x: Any) -> Iterable[str]:
        """The fields of an object of the project's, but for those that play no part in equality."""
        if not _ours(type(x)):
            raise Opaque(repr(type(x)))
        if dataclasses.is_dataclass(x):
            names = [f.name for f in dataclasses.fields(x) if f.compare]
        elif hasattr(type(x), "__slots__"):
            names = list(type(x).__slots__)
        else:
            raise Opaque(repr(type(x)))
        return [y for n in names for y in (n, self.of(getattr(x, n)))]

    def _function(self, f: FunctionType) -> Iterable[str]:
        if not _ours(f) or f.__module__.startswith(
            tuple(f"optwright.derive.{room}." for room in ROOMS)
        ):
            return (_named(f),)
        held = [cell.cell_contents for cell in f.__closure__ or ()]
        read = {n: f.__globals__[n] for n in _names(f.__code__) if n in f.__globals__}
        return map(self.of, (f.__code__, f.__defaults__, f.__kwdefaults__, held, read))

    def _code(self, code: CodeType) -> Iterable[str]:
        plain = [repr(sorted(x)) if isinstance(x, frozenset) else x for x in code.co_consts]
        return code.co_code.hex(), repr(code.co_names), repr(code.co_varnames), self.of(plain)


def _names(code: CodeType) -> list[str]:
    """The names that a function and those in it look up."""
    inner = [n for x in code.co_consts if isinstance(x, CodeType) for n in _names(x)]
    return list(dict.fromkeys((*code.co_names, *inner)))


def _ours(thing: Any) -> bool:
    return _package(thing) == "optwright"


def _package(thing: Any) -> str:
    module = thing.__name__ if isinstance(thing, ModuleType) else str(thing.__module__)
    return module.partition(".")[0]


def _named(thing: Any) -> str:
    """A class, function or module by its name; one of the user's is opaque."""
    if _package(thing) not in ("optwright", "sympy", "builtins"):
        raise Opaque(thing.__name__)
    return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', thing.__name__)}"


def _mixed(*parts: str) -> str:
    mixed = hashlib.sha256()
    for part in parts:
        mixed.update(f"{len(part)}:{part}".encode())
    return mixed.hexdigest()


__all__ = ["digest"]

"""Declarations found by name: the catalogue, and a user's own file.

catalog["Adam"]    catalog["torch.SGD(nesterov=True)"]    load("my_rule.py")["MyRule"]
"""

from __future__ import annotations

import difflib
import runpy
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from optwright.derive.language.call import parse, specialise
from optwright.derive.language.check.python import said
from optwright.derive.language.declaration import (
    Declaration,
    DeclarationError,
    Family,
    Optimizer,
    Route,
)


class UnknownName(DeclarationError, KeyError):
    """No declaration has this name; the message suggests the nearest."""

    __str__ = DeclarationError.__str__  # KeyError would print it quoted


class Registry(Mapping[str, Declaration]):
    """A read-only mapping from ids to declarations, in a fixed order.

    Indexing also takes calls: `registry["Adam(beta1=0)"]` fixes a hyperparameter,
    `registry["torch.SGD(nesterov=True)"]` chooses the member of a family. Raises UnknownName (a
    DeclarationError and a KeyError) for a name that is not there, DeclarationError for a bad call.
    """

    def __init__(self, declarations: Iterable[Declaration], where: str = "catalog") -> None:
        self._where = where
        self._declarations: dict[str, Declaration] = {}
        self._called: dict[str, Declaration] = {}
        for declaration in declarations:
            if declaration.id in self._declarations:
                raise DeclarationError(
                    where, declaration.id, "is the name of two declarations: rename one"
                )
            self._declarations[declaration.id] = declaration

    def __getitem__(self, text: str) -> Declaration:
        if text in self._declarations:
            return self._declarations[text]
        if text in self._called:
            return self._called[text]
        call = parse(text)
        if call.name not in self._declarations:
            raise UnknownName(self._where, call.name, f"is not declared{self._nearest(call.name)}")
        self._called[text] = specialise(self._declarations[call.name], call.arguments)
        return self._called[text]

    def __contains__(self, text: object) -> bool:
        return text in self._declarations

    def __iter__(self) -> Iterator[str]:
        return iter(self._declarations)

    def __len__(self) -> int:
        return len(self._declarations)

    def __repr__(self) -> str:
        return f"<{self._where}: {len(self)} declarations>"

    def system(self, text: str) -> Optimizer:
        """The plain system of this name or call; a family gives the member of its default flags.

        Raises DeclarationError for a route or a schedule, which are no single system.
        """
        found = self[text]
        if isinstance(found, Family):
            return found.default
        if isinstance(found, Optimizer):
            return found
        kind = "routes tensors to several systems" if isinstance(found, Route) else "is a schedule"
        raise DeclarationError(self._where, text, f"{kind}: give an optimizer that is one system")

    def union(self, other: Registry) -> Registry:
        """Both together, this one first. Raises DeclarationError for a name in both."""
        return Registry([*self.values(), *other.values()], f"{self._where} and {other._where}")

    def _nearest(self, name: str) -> str:
        """The nearest ids: spelled alike but for case, with another dialect, or nearly so."""

        def bare(text: str) -> str:
            return text.rpartition(".")[2].lower()

        alike = [known for known in self if known.lower() == name.lower()]
        alike += [known for known in self if bare(known) == bare(name) and known not in alike]
        if not alike:
            lower = {known.lower(): known for known in reversed(tuple(self))}
            alike = [lower[near] for near in difflib.get_close_matches(name.lower(), lower, n=2)]
        return (
            f", did you mean {' or '.join(alike[:2])}?"
            if alike
            else "; the names are those of `gen list`"
        )


def load(path: str | Path, known: Mapping[str, Declaration] | None = None) -> Registry:
    """The declarations that a Python file binds at its top level to public names, in its order,
    and those of a tuple `declarations`.

    The file is run as it is. Declarations taken unchanged from `known` (the catalogue) are left
    out, so a file may build on them. Raises DeclarationError, with file and line where there is
    one, if the file cannot be read or run, if it declares nothing, or if two of its declarations
    share a name.
    """
    path = Path(path)
    taken = {id(declaration) for declaration in (known or {}).values()}
    if not path.is_file():
        why = "is no file" if path.exists() else "does not exist"
        raise DeclarationError(str(path), "file", f"{why}: give a Python file of declarations")
    try:
        names = runpy.run_path(str(path), run_name=path.stem)
    except SyntaxError as error:
        line = error.lineno if error.filename == str(path) else _line(error, path)
        raise DeclarationError(f"{path}:{line}", "syntax", str(error.msg)) from error
    except (Exception, SystemExit) as error:
        kind = type(error).__name__
        raise DeclarationError(f"{path}:{_line(error, path)}", kind, said(error)) from error
    found: dict[str, tuple[str, Declaration]] = {}
    for name, thing in _bound(names):
        if id(thing) in taken:
            continue
        if thing.id in found and found[thing.id][1] is not thing:
            reason = f"is the name of both {found[thing.id][0]} and {name}: rename one"
            raise DeclarationError(str(path), thing.id, reason)
        found.setdefault(thing.id, (name, thing))
    if not found:
        reason = (
            "binds no Optimizer, Family, Route or Schedule at its top level: write "
            "rule = Optimizer(…), or declarations = (…,)"
        )
        raise DeclarationError(str(path), "file", reason)
    return Registry((declaration for _, declaration in found.values()), str(path))


def _bound(names: Mapping[str, Any]) -> Iterator[tuple[str, Declaration]]:
    """The declarations bound to public names, and those of a tuple `declarations`."""
    several = names.get("declarations", ())
    for name, thing in names.items():
        if not name.startswith("_") and isinstance(thing, Declaration):
            yield name, thing
    if isinstance(several, (tuple, list)):
        for place, thing in enumerate(several):
            if isinstance(thing, Declaration):
                yield f"declarations[{place}]", thing


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file itself that was running when the error was raised."""
    lines = [
        frame.lineno or 0
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    return lines[-1] if lines else 1


__all__ = ["Registry", "UnknownName", "load"]

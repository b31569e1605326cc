"""Passes bound to their tensors: names are looked up once, not in every step.

A step calls the same functions on the same tensors again and again. What a function's parameters
name is found when it is first called, and kept as lists of arguments in which only that is filled
in which is new in a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from optwright.runtime.step.reduction import CHUNK
from optwright.runtime.step.seat import Array, Function, Place, Seat, parameters

Find = Callable[[str, Seat], Place]
Temporary = Callable[[str, np.dtype[Any]], Array]
Reduce = Sequence[Callable[[Any], Any]]

SMALL = 2048
"""Tensors of at most so many entries are joined, `JOINT` entries together: to copy them costs less
than to call each of NumPy's functions once more."""
JOINT = 16 * SMALL


class _Number:
    """A number that a pass takes: as an array without dimensions, its cell, or as it stands.

    An array of the tensors' own type spares NumPy a conversion in every operation. Numbers over
    all tensors of a group are one object for all of these.
    """

    def __init__(self, place: Place, name: str, dtype: np.dtype[Any]) -> None:
        self.place, self.name = place, name
        self.last: Any = None
        self.cell = np.empty((), dtype) if isinstance(place[name], float) else None
        self.spots: list[tuple[list[Any], int]] = []

    def take(self, value: Any) -> bool:
        """Take over another value. False if it is a float and was none, or the reverse."""
        if self.cell is not None and type(value) is int:
            value = float(value)
        if isinstance(value, float) != (self.cell is not None):
            return False
        if self.cell is not None:
            self.cell[()] = value
        for arguments, k in self.spots:
            arguments[k] = value
        self.last = value
        return True

    def put(self, arguments: list[Any], k: int) -> None:
        """Have it in a list of arguments."""
        arguments[k] = self.cell
        if self.cell is None:
            self.spots.append((arguments, k))


class _Array:
    """An array that a pass takes, of one tensor: `kept` is its vector if it stays where it is."""

    def __init__(self, place: Place, name: str, kept: Array | None) -> None:
        self.place, self.name, self.kept = place, name, kept

    def flat(self) -> Any:
        """The array as a vector; None if there is none in this step."""
        if self.kept is not None:
            return self.kept
        value = self.place[self.name]
        return value if value is None or value.ndim == 1 else value.reshape(-1)


Source = _Number | _Array | np.dtype[Any]
"""Where an argument comes from; a type stands for a temporary block."""


class _Alone:
    """The calls for one tensor, chunk by chunk."""

    def __init__(
        self, seat: Seat, names: Sequence[str], sources: Sequence[Source], temporary: Temporary
    ) -> None:
        size = seat.size
        cuts = [slice(i, min(i + CHUNK, size)) for i in range(0, size, CHUNK)]
        self.chunks: list[tuple[slice, list[Any]]] = [(cut, [None] * len(names)) for cut in cuts]
        self.new: list[tuple[int, _Array]] = []
        for k, (name, source) in enumerate(zip(names, sources, strict=True)):
            if isinstance(source, _Array):
                self._fill(k, source.flat())
                if source.kept is None:
                    self.new.append((k, source))
                continue
            for cut, arguments in self.chunks:
                if isinstance(source, _Number):
                    source.put(arguments, k)
                else:
                    arguments[k] = temporary(name, source)[: cut.stop - cut.start]

    def _fill(self, k: int, value: Any) -> None:
        whole = value is None or len(self.chunks) == 1
        for cut, arguments in self.chunks:
            arguments[k] = value if whole else value[cut]

    def __call__(self, function: Function, reduce: Reduce) -> list[list[list[Any]]]:
        for k, array in self.new:
            self._fill(k, array.flat())
        results: list[list[Any]] = [[] for _ in reduce]
        for _, arguments in self.chunks:
            operands = function(*arguments)
            if reduce:
                for result, reduced, operand in zip(results, reduce, operands, strict=True):
                    result.append(reduced(operand))
        for k, _ in self.new:
            self._fill(k, None)
        return [results]


class _Joined:
    """One call for several small tensors that have all numbers in common.

    Their arrays are copied into blocks and, where they can be written to, back.
    """

    def __init__(
        self,
        seats: Sequence[Seat],
        names: Sequence[str],
        sources: Sequence[Sequence[Source]],
        temporary: Temporary,
    ) -> None:
        ends = np.cumsum([seat.size for seat in seats]).tolist()
        self.cuts = [slice(end - seat.size, end) for seat, end in zip(seats, ends, strict=True)]
        self.arguments: list[Any] = [None] * len(names)
        self.arrays: list[tuple[int, tuple[Array, Array], list[Array], list[_Array]]] = []
        for k, (name, *each) in enumerate(zip(names, *sources, strict=True)):
            first = each[0]
            if isinstance(first, _Number):
                first.put(self.arguments, k)
            elif isinstance(first, _Array):
                block = temporary(f"{name} joined", seats[0].dtype)[: ends[-1]]
                sealed = block.view()
                sealed.flags.writeable = False
                self.arrays.append((k, (block, sealed), [block[cut] for cut in self.cuts], each))
            else:
                self.arguments[k] = temporary(name, first)[: ends[-1]]

    def __call__(self, function: Function, reduce: Reduce) -> list[list[list[Any]]]:
        back = []
        for k, (block, sealed), parts, arrays in self.arrays:
            flat = [array.flat() for array in arrays]
            if flat[0] is None:
                self.arguments[k] = None
                continue
            np.concatenate(flat, out=block)
            if flat[0].flags.writeable:
                self.arguments[k] = block
                back.append((flat, parts))
            else:
                self.arguments[k] = sealed
        operands = function(*self.arguments)
        results = [
            [[reduced(operand[cut])] for reduced, operand in zip(reduce, operands, strict=True)]
            for cut in (self.cuts if reduce else ())
        ]
        for flat, parts in back:
            for target, part in zip(flat, parts, strict=True):
                target[...] = part
        return results


class Pass:
    """An entrywise function bound to tensors: large ones alone, small ones joined.

    Arrays that stay where they are, parameters and states, are cut into chunks once. Those that are
    new in each step are cut when it comes and let go when their tensor is done. A float is written
    to its cell where it has changed.

    `find` gives the mapping that has a value, `temporary` a block for a name and a type.
    """

    def __init__(
        self, function: Function, seats: Sequence[Seat], find: Find, temporary: Temporary
    ) -> None:
        self._blocks = dict.fromkeys(function.work, False)  # type: ignore[attr-defined]
        self._blocks |= dict.fromkeys(function.masks, True)  # type: ignore[attr-defined]
        self._find = find
        self._numbers: dict[tuple[int, str, str], _Number] = {}
        self.count = len(seats)
        names = parameters(function)
        sources = [[self._source(seat, name) for name in names] for seat in seats]
        self._calls: list[tuple[list[int], _Alone | _Joined]] = []
        for batch in _batches(seats, sources):
            one, *more = batch
            call: _Alone | _Joined = (
                _Joined([seats[i] for i in batch], names, [sources[i] for i in batch], temporary)
                if more
                else _Alone(seats[one], names, sources[one], temporary)
            )
            self._calls.append((batch, call))

    def _source(self, seat: Seat, name: str) -> Source:
        if name in self._blocks:
            return np.dtype(bool) if self._blocks[name] else seat.dtype
        place = self._find(name, seat)
        value = place[name]
        if isinstance(value, np.ndarray) and seat.stays(place):
            return _Array(place, name, value.reshape(-1))
        if isinstance(value, np.ndarray) or place is seat.arrays:
            return _Array(place, name, None)
        key = (id(place), name, seat.dtype.char)
        if key not in self._numbers:
            self._numbers[key] = _Number(place, name, seat.dtype)
        return self._numbers[key]

    def renew(self) -> bool:
        """Take over the present numbers. False if one has become of another kind, so that this must
        be bound anew.
        """
        for number in self._numbers.values():
            value = number.place[number.name]
            if value is number.last:
                continue
            if number.cell is not None and isinstance(value, float):
                number.cell[()] = float(value)  # NumPy takes longer for a number of its own
                number.last = value
            elif not number.take(value):
                return False
        return True

    def run(self, function: Function, reduce: Reduce) -> list[list[list[Any]]]:
        """Call the function on every block.

        Gives, for each tensor and each function of `reduce`, the list of what that makes of the
        chunks' operands in its place.
        """
        found: list[list[list[Any]]] = [[]] * self.count
        for batch, call in self._calls:
            results = call(function, reduce)
            if reduce:
                for i, result in zip(batch, results, strict=True):
                    found[i] = result
        return found


def _batches(seats: Sequence[Seat], sources: Sequence[Sequence[Source]]) -> Iterator[list[int]]:
    """The indices of tensors that may be worked on together, the others one by one."""
    alike: dict[Any, list[int]] = {}
    for i, (seat, each) in enumerate(zip(seats, sources, strict=True)):
        kinds = (id(s) if isinstance(s, _Number) else isinstance(s, _Array) for s in each)
        alike.setdefault((seat.dtype, *kinds) if seat.size <= SMALL else i, []).append(i)
    for indices in alike.values():
        batch: list[int] = []
        total = 0
        for i in indices:
            if batch and total + seats[i].size > JOINT:
                yield batch
                batch, total = [], 0
            batch.append(i)
            total += seats[i].size
        yield batch

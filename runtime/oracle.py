"""The answers that a step asks for: gradients, losses, Hessians, noise, step lengths."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from optwright.runtime.error import OracleError
from optwright.runtime.kept.slot import Slot
from optwright.runtime.line_search import CONTRACTS, VALUE_ONLY
from optwright.runtime.overlap import Regions
from optwright.runtime.step.library import Library, is_number, kind
from optwright.runtime.tree import Tree

NAMES = ("value", "hessian", "hvp", "hessian_diagonal", "noise")
"""The oracles that `step` takes by name, besides the gradient."""

_MISSING = {
    "grad": "pass the gradients, or a function of the parameters that gives them: opt.step(grads)",
    "value": "pass opt.step(grads, value=loss), or a function of the parameters that gives"
    " (loss, gradients)",
    "hessian": "pass opt.step(grads, hessian=matrix), or a function of the parameters",
    "hvp": "pass opt.step(grads, hvp=function of (parameters, vector))",
    "hessian_diagonal": "pass opt.step(grads, hessian_diagonal=arrays), or a function of the"
    " parameters",
    "noise": "pass opt.step(grads, noise=arrays), or a function of the parameters",
}
_WORDS = {
    "grad": "the gradient",
    "value": "the loss",
    "hessian": "the Hessian",
    "hvp": "Hessian-vector products",
    "hessian_diagonal": "the Hessian's diagonal",
    "noise": "noise",
}

Arrays = list[np.ndarray]
_LOSS = ("loss",)


class Oracles:
    """What one step may ask, and the answers so far.

    Answers given as arrays hold at the current parameters. Functions are called with copies of the
    parameters, nested as the user nested them; their answers are copied at once, kept, and given
    again when the same point (bit for bit) is asked again within the step. All answers are
    read-only arrays in the compute dtype of their tensor, C-contiguous.

    Raises OracleError for whatever does not fit, before anything is changed.

    `library` says what depends on the array library: NumPy here, others in subclasses.
    """

    library: Library = Library()

    def __init__(
        self,
        rule: str,
        tree: Tree,
        slots: Sequence[Slot],
        given: Mapping[str, Any],
        regions: Regions,
        generator: np.random.Generator | None = None,
        elsewhere: bool = False,
        workspace: dict[Any, Any] | None = None,
    ) -> None:
        """Read what `step` was given by name; `elsewhere`: questions will come at other points too.

        `workspace` is kept from step to step, for libraries that keep their memory there.
        """
        self.rule, self.xp = rule, self.library.xp
        # A step that asks again after it has moved must not take the new point for the old one.
        self._here = [
            self._copy(("here", i), slot.array, slot.array.dtype) if elsewhere else slot.array
            for i, slot in enumerate(slots)
        ]
        self._tree = tree
        self._slots = slots
        self._regions = regions
        self._generator = generator
        self.within: Sequence[int] = range(len(slots))
        self._functions: dict[str, Callable[..., Any]] = {}
        self._answers: dict[tuple[Any, ...], Any] = {}
        for name, answer in given.items():
            if answer is None:
                continue
            if callable(answer):
                self._functions[name] = answer
            elif name == "hvp":
                raise OracleError(f"hvp is {kind(answer)}: pass a function of (parameters, vector)")
            else:
                what = "grads" if name == "grad" else name
                self._answers[name, None] = self._read(name, answer, what, own=False)
        # How the user's functions are to be called; to look takes time where there are none.
        self._settings: Any = np.geterr() if self._functions else None
        if ("value", None) in self._answers:
            self._answers[_LOSS] = self._answers["value", None]

    def restrict(self, within: Sequence[int]) -> Oracles:
        """The same oracles as a rule over some of the tensors sees them: the others stay put."""
        if len(within) == len(self._slots):
            return self
        part = copy.copy(self)
        part.within = within
        return part  # Answers are kept in one dict for all parts of a step.

    @property
    def loss(self) -> float | None:
        """The first loss that became known in this step."""
        return self._answers.get(_LOSS)

    # --- questions -------------------------------------------------------------------------------

    def ask(self, name: str, points: Arrays | None = None, vector: Arrays | None = None) -> Any:
        """The answer of an oracle at the current parameters, or at `points`, one array per tensor.

        "grad", "hvp" (with `vector`) and "hessian_diagonal" give a list of arrays, "value" a float,
        "hessian" a matrix over all parameters in order.
        """
        if points is None and (name, None) in self._answers and name != "hvp":
            return self._told(name, None)
        handed, key = self._place(points)
        if name == "hvp":
            assert vector is not None
            function = self._function(name, key)
            along = [self._copy(("along", i), x, x.dtype) for i, x in enumerate(self._here)]
            for array in along:
                array.fill(0)
            given = self._call(function, handed(), self._complete(vector, along))
            return self._part(self._read(name, given, "the answer of hvp", own=True))
        if (name, key) not in self._answers:
            self._answer(name, handed, key)
        return self._told(name, key)

    def _told(self, name: str, key: bytes | None) -> Any:
        """A known answer as it concerns the tensors within."""
        answer = self._answers[name, key]
        if name == "value":
            return answer
        return self._block(answer) if name == "hessian" else self._part(answer)

    def moved(self) -> None:
        """The parameters have moved within the call: what was answered before is void."""
        self._answers.clear()

    def noise(self, k: int) -> Arrays:
        """Standard normal numbers (float64), one array per tensor: the k-th draw of this step."""
        if ("noise", k) not in self._answers:
            if "noise" in self._functions:
                handed, _ = self._place(None)
                given = self._call(self._functions["noise"], handed())
                drawn = self._read("noise", given, "the answer of noise", own=True)
            elif ("noise", None) in self._answers:
                drawn = self._answers.pop(("noise", None))
            elif any(key[0] == "noise" for key in self._answers) and self._generator is None:
                raise OracleError(f"{self.rule} draws noise several times a step: pass a function")
            elif self._generator is None:
                raise OracleError(f"{self.rule} needs noise: {_MISSING['noise']}")
            else:
                drawn = [self._generator.standard_normal(slot.array.shape) for slot in self._slots]
                drawn = [self.xp.asarray(x) for x in drawn]
            self._answers["noise", k] = drawn
        return self._part(self._answers["noise", k])

    def search(
        self,
        contract: str,
        points: Arrays | None,
        directions: Arrays,
        start: float,
        constants: tuple[float, ...] = (),
    ) -> tuple[float, int]:
        """A step length from `points` along `directions` by a procedure of `line_search`, and the
        number of trials that it took.

        A trial's point is points + a·directions in the arrays' dtype, so asking there again costs
        nothing; slopes are summed in float64.
        """
        if contract not in CONTRACTS:
            raise OracleError(f"no line search {contract!r}; known: {', '.join(CONTRACTS)}")
        if points is None:
            points = [self._slots[i].array.astype(self._slots[i].compute) for i in self.within]

        def slope(at: Arrays | None) -> float:
            gradients = self.ask("grad", at)
            with np.errstate(all="ignore"):
                pairs = zip(gradients, directions, strict=True)
                return float(sum(self._dot(g, d) for g, d in pairs))

        trials = 0

        def phi(a: float) -> tuple[float, float]:
            nonlocal trials
            trials += 1
            with np.errstate(all="ignore"):
                trial = [
                    self.xp.add(self.xp.multiply(d, d.dtype.type(a)), p)
                    for d, p in zip(directions, points, strict=True)
                ]
            value = self.ask("value", trial)
            return value, 0.0 if contract in VALUE_ONLY else slope(trial)

        more = {}
        if contract == "strong_wolfe_torch":
            more["largest"] = max(
                (float(self.xp.max(self.xp.abs(d))) for d in directions if d.size),
                default=0.0,
            )
        value = self.ask("value", points)
        found = CONTRACTS[contract](phi, value, slope(points), float(start), *constants, **more)
        return float(found), trials

    # --- answers ---------------------------------------------------------------------------------

    def _answer(self, name: str, handed: Callable[[], Arrays], key: bytes | None) -> None:
        """Call the function for `name` and keep what it gives."""
        source = name
        if name == "value" and "value" not in self._functions:
            source = "grad"
        if source == "grad" and source not in self._functions:
            raise self._missing(name, key)
        given = self._call(self._function(source, key), handed())
        if source != "grad":
            answer = self._read(name, given, f"the answer of {name}", own=True)
            self._answers[name, key] = answer
            if name == "value":
                self._answers.setdefault(_LOSS, answer)
            return
        value, gradient = self._split(given)
        if gradient is not None:
            self._answers["grad", key] = self._read("grad", gradient, "the gradient", own=True)
        if value is not None and ("value", key) not in self._answers:
            self._answers["value", key] = self._read("value", value, "the loss", own=True)
            self._answers.setdefault(_LOSS, self._answers["value", key])
        if (name, key) not in self._answers:
            if name == "value":
                raise OracleError(
                    f"{self.rule} needs the loss: return (loss, gradients) from the function, or"
                    " pass value=function of the parameters as well"
                )
            raise OracleError(
                f"{self.rule} needs the gradient, but the function gives one number only"
            )

    def _call(self, function: Callable[..., Any], *arrays: Arrays) -> Any:
        """Call a function of the user's, under the user's floating-point settings."""
        with np.errstate(**self._settings):
            return function(*(self._tree.unflatten(each) for each in arrays))

    def _split(self, given: Any) -> tuple[Any, Any]:
        """(loss, gradients), either None if absent, from what the user's function returned."""
        pair = isinstance(given, tuple) and len(given) == 2 and self._tree.fits(given[1])
        if pair and (self._tree.kind != "leaf" or is_number(self.library.number(given[0]))):
            return given[0], given[1]
        single = self._slots[0].array.shape if self._tree.kind == "leaf" else None
        if getattr(given, "shape", ()) != single and is_number(self.library.number(given)):
            return given, None
        return None, given

    def _function(self, name: str, key: bytes | None) -> Callable[..., Any]:
        if name not in self._functions:
            raise self._missing(name, key)
        return self._functions[name]

    def _missing(self, name: str, key: bytes | None) -> OracleError:
        if key is not None and (name, None) in self._answers:
            return OracleError(
                f"{self.rule} asks for {_WORDS[name]} at other points than the parameters: pass a"
                " function of the parameters, not values"
            )
        return OracleError(f"{self.rule} needs {_WORDS[name]} ({name}): {_MISSING[name]}")

    def _read(self, name: str, given: Any, what: str, own: bool) -> Any:
        """Check an answer and bring it into the form of `ask`; `own`: in memory of its own."""
        if name == "value":
            given = self.library.number(given)
            if not is_number(given):
                raise OracleError(f"{what} is {kind(given)}, not one real number")
            return float(np.asarray(given).reshape(()))
        if name == "hessian":
            n = sum(slot.array.size for slot in self._slots)
            dtype = np.result_type(np.float32, *(slot.compute for slot in self._slots))
            return self._array(given, (n, n), dtype, what, own)
        leaves = self._tree.flatten(given, what, OracleError)
        answer = []
        for i, (leaf, slot) in enumerate(zip(leaves, self._slots, strict=True)):
            dtype = np.dtype(np.float64) if name == "noise" else slot.compute
            answer.append(self._array(leaf, slot.array.shape, dtype, what, own, i))
        return answer

    def _array(
        self,
        given: Any,
        shape: tuple[int, ...],
        dtype: np.dtype,
        what: str,
        own: bool,
        place: int | None = None,
    ) -> Any:
        """The array as `dtype`, or OracleError; `place` is the index of its tensor."""
        array, reason = self.library.answer(given, shape)
        if reason is None and not own and (met := self._regions.meets(array)) is not None:
            name = f" {self._slots[met].name!r}" if self._slots[met].name else ""
            reason = f"shares memory with the parameter{name}: pass a copy"
        if reason is not None:
            label = "" if place is None else self._tree.names()[place]
            raise OracleError(f"{what} at {label!r} {reason}" if label else f"{what} {reason}")
        if own or array.dtype != dtype or not array.flags.c_contiguous:
            with np.errstate(all="ignore"):
                array = self._copy((what, place), array, dtype)
        return self.library.read_only(array)

    def _copy(self, name: Hashable, given: Any, dtype: np.dtype) -> Any:
        """A copy in C order; `name` says of what."""
        return self.xp.array(given, dtype, order="C")

    # --- points ----------------------------------------------------------------------------------

    def _complete(self, arrays: Arrays, fill: Arrays) -> Arrays:
        """Copies of arrays, one per tensor within, in the tensors' dtype; others from `fill`."""
        whole = list(fill)
        with np.errstate(all="ignore"):
            for i, array in zip(self.within, arrays, strict=True):
                here = self._here[i]
                whole[i] = self._copy(("handed", i), array.reshape(here.shape), here.dtype)
        return whole

    def _place(self, points: Arrays | None) -> tuple[Callable[[], Arrays], bytes | None]:
        """What functions are handed at a point, and its key: None for the current parameters."""
        if points is None:
            return self._current, None
        whole = self._complete(points, self._here)
        if all(a.tobytes() == b.tobytes() for a, b in zip(whole, self._here, strict=True)):
            return self._current, None
        from hashlib import blake2b  # Only rules that ask elsewhere pay for this import.

        digest = blake2b(digest_size=16)
        for array in whole:
            digest.update(array.tobytes())
        return lambda: [self.xp.array(array, order="C") for array in whole], digest.digest()

    def _current(self) -> Arrays:
        return [self._copy(("handed", i), x, x.dtype) for i, x in enumerate(self._here)]

    def _part(self, answer: Arrays) -> Arrays:
        if len(self.within) == len(answer):
            return answer
        return [answer[i] for i in self.within]

    def _block(self, matrix: Any) -> Any:
        """The rows and columns of the tensors within."""
        if len(self.within) == len(self._slots):
            return matrix
        ends = np.cumsum([slot.array.size for slot in self._slots])
        kept = np.concatenate(
            [np.arange(ends[i] - self._slots[i].array.size, ends[i]) for i in self.within]
        )
        index = self.xp.asarray(kept)
        return matrix[index][:, index]

    def _dot(self, one: Any, other: Any) -> np.float64:
        product = self.library.dot(one.astype(np.float64), other.astype(np.float64))
        return np.float64(float(product))

"""Linear algebra and rounding that generated code calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from optwright.runtime.error import OptwrightError


class SingularMatrixError(OptwrightError):
    """A linear system without a unique solution."""


class Algebra:
    """Linear algebra of the library `xp`; under `noticing` it raises for a singular matrix."""

    def __init__(self, xp: Any, noticing: Callable[[], AbstractContextManager[Any]]) -> None:
        self.xp, self.noticing = xp, noticing

    def solve(self, matrix: Any, right: Any) -> Any:
        """The solution of `matrix @ x = right` (LAPACK). Raises SingularMatrixError for none."""
        if not bool(self.xp.isfinite(matrix).all()):
            return self.xp.full_like(right, np.nan)
        try:
            with self.noticing():
                return self.xp.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            raise SingularMatrixError(
                f"the {matrix.shape[0]} x {matrix.shape[1]} matrix of this step is singular: "
                "add damping to the rule or start elsewhere"
            ) from None

    def outer(self, a: Any, b: Any) -> Any:
        """The matrix of all products a[i]*b[j]."""
        return self.xp.outer(a, b)

    def identity(self, like: Any) -> Any:
        """The unit matrix with as many rows as `like`, in its type."""
        return self.xp.eye(like.shape[0], dtype=like.dtype)

    def inverse_root(self, matrix: Any, p: Any) -> Any:
        """matrix**(-1/p) of a symmetric positive definite matrix, by its eigenvalues."""
        if not bool(self.xp.isfinite(matrix).all()):
            return self.xp.full_like(matrix, np.nan)
        values, vectors = self.xp.linalg.eigh(matrix)
        return (vectors * values ** (-1.0 / float(p))) @ vectors.T

    def round_to(self, x: Any, dtype: str) -> Any:
        """Each entry rounded to a storage type (to nearest, ties to even), in the type of `x`.

        A number of the host gives one: `x` may be a NumPy or Python float.
        """
        if not isinstance(x, (np.ndarray, self.xp.ndarray)):
            return np.float64(_numpy.round_to(np.array([x], dtype=float), dtype)[0])
        if dtype != "bfloat16":
            return x.astype(dtype).astype(x.dtype)
        single = self.xp.ascontiguousarray(x, dtype=np.float32)
        bits = single.view(np.uint32)
        carry = ((bits >> np.uint32(16)) & np.uint32(1)) + np.uint32(0x7FFF)
        rounded = ((bits + carry) & np.uint32(0xFFFF0000)).view(np.float32)
        return self.xp.where(self.xp.isnan(single), single, rounded).astype(x.dtype)


_numpy = Algebra(np, nullcontext)
solve, outer, identity = _numpy.solve, _numpy.outer, _numpy.identity
inverse_root, round_to = _numpy.inverse_root, _numpy.round_to

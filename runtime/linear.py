"""Linear algebra and rounding that generated code calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from optwright.runtime.error import OptwrightError

Array = np.ndarray[Any, Any]


class SingularMatrixError(OptwrightError):
    """A linear system without a unique solution."""


def solve(matrix: Array, right: Array) -> Array:
    """The solution of `matrix @ x = right` (LAPACK). Raises SingularMatrixError for none."""
    if not np.isfinite(matrix).all():
        return np.full_like(right, np.nan)
    try:
        return np.asarray(np.linalg.solve(matrix, right))
    except np.linalg.LinAlgError:
        raise SingularMatrixError(
            f"the {matrix.shape[0]} x {matrix.shape[1]} matrix of this step is singular: "
            "add damping to the rule or start elsewhere"
        ) from None


def outer(a: Array, b: Array) -> Array:
    """The matrix of all products a[i]*b[j]."""
    return np.multiply.outer(a, b)


def identity(like: Array) -> Array:
    """The unit matrix with as many rows as `like`, in its type."""
    return np.eye(like.shape[0], dtype=like.dtype)


def inverse_root(matrix: Array, p: Any) -> Array:
    """matrix**(-1/p) of a symmetric positive definite matrix, by its eigenvalues."""
    if not np.isfinite(matrix).all():
        return np.full_like(matrix, np.nan)
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values ** (-1.0 / float(p))) @ vectors.T)


def round_to(x: Array, dtype: str) -> Array:
    """Each entry rounded to a storage type (to nearest, ties to even), in the type of `x`."""
    if dtype == "bfloat16":
        return _bfloat16(x)
    return x.astype(dtype).astype(x.dtype)


def _bfloat16(x: Array) -> Array:
    """Rounding to the upper 16 bits of a float32, ties to even."""
    single = np.ascontiguousarray(x, dtype=np.float32)
    bits = single.view(np.uint32)
    carry = ((bits >> np.uint32(16)) & np.uint32(1)) + np.uint32(0x7FFF)
    rounded = ((bits + carry) & np.uint32(0xFFFF0000)).view(np.float32)
    result = np.where(np.isnan(single), single, rounded)
    return result.astype(x.dtype)

"""Linear algebra and rounding on the device, as `optwright.runtime.linear` has it for NumPy."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from optwright.runtime.device.library import cp
from optwright.runtime.linear import SingularMatrixError


def solve(matrix: Any, right: Any) -> Any:
    """The solution of `matrix @ x = right`. Raises SingularMatrixError for none."""
    if not bool(cp.isfinite(matrix).all()):
        return cp.full_like(right, np.nan)
    try:
        # Without this a singular matrix is not noticed.
        with import_module("cupyx").errstate(linalg="raise"):
            return cp.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        raise SingularMatrixError(
            f"the {matrix.shape[0]} x {matrix.shape[1]} matrix of this step is singular: "
            "add damping to the rule or start elsewhere"
        ) from None


def outer(a: Any, b: Any) -> Any:
    """The matrix of all products a[i]*b[j]."""
    return cp.outer(a, b)


def identity(like: Any) -> Any:
    """The unit matrix with as many rows as `like`, in its type."""
    return cp.eye(like.shape[0], dtype=like.dtype)


def inverse_root(matrix: Any, p: Any) -> Any:
    """matrix**(-1/p) of a symmetric positive definite matrix, by its eigenvalues."""
    if not bool(cp.isfinite(matrix).all()):
        return cp.full_like(matrix, np.nan)
    values, vectors = cp.linalg.eigh(matrix)
    return (vectors * values ** (-1.0 / float(p))) @ vectors.T


def round_to(x: Any, dtype: str) -> Any:
    """Each entry rounded to a storage type (to nearest, ties to even), in the type of `x`."""
    if dtype != "bfloat16":
        return x.astype(dtype).astype(x.dtype)
    single = cp.ascontiguousarray(x, dtype=np.float32)
    bits = single.view(np.uint32)
    carry = ((bits >> np.uint32(16)) & np.uint32(1)) + np.uint32(0x7FFF)
    rounded = ((bits + carry) & np.uint32(0xFFFF0000)).view(np.float32)
    return cp.where(cp.isnan(single), single, rounded).astype(x.dtype)

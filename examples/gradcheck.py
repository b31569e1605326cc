"""Check gradients against centred differences, (f(x + h) − f(x − h))/2h with h = 1e-5.

A model whose gradient is wrong still trains, only worse; this is how one finds out. The error of
the difference is h²·f‴/6 + (rounding of f)/h, about 1e-11 here, so a right gradient agrees to some
nine digits and a wrong one to none.

    python examples/gradcheck.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from model import CLASSIFIERS, Array, LogisticRegression, breast_cancer, digits

H = 1e-5
TOLERANCE = 1e-7


def leaves(tree: Any) -> list[Array]:
    """The arrays of nested dicts, in the dicts' order."""
    if isinstance(tree, Mapping):
        return [leaf for child in tree.values() for leaf in leaves(child)]
    return [tree]


def copied(tree: Any) -> Any:
    """Nested dicts with copies of their arrays."""
    if isinstance(tree, Mapping):
        return {key: copied(child) for key, child in tree.items()}
    return tree.copy()


def flat(tree: Any) -> Array:
    """All entries as one vector."""
    return np.concatenate([leaf.reshape(-1) for leaf in leaves(tree)])


def differences(f: Callable[[Any], Any], params: Any, h: float = H) -> Array:
    """The centred differences of f in every entry of the parameters, stacked along axis 0.

    f may give a number (the result is a gradient) or a vector (a Jacobian, row i for entry i).
    """
    moved = copied(params)
    slopes = []
    for leaf in leaves(moved):
        entries = leaf.reshape(-1)  # a view: the copies are contiguous
        for i, x in enumerate(entries.copy()):
            entries[i] = x + h
            above = f(moved)
            entries[i] = x - h
            below = f(moved)
            entries[i] = x
            slopes.append((above - below) / (2 * h))
    return np.array(slopes)


def relative_error(found: Array, expected: Array) -> float:
    """|found − expected| / max(|found|, |expected|) in the Euclidean norm; 0 for 0 and 0."""
    size = max(np.linalg.norm(found), np.linalg.norm(expected))
    return float(np.linalg.norm(found - expected) / size) if size else 0.0


def gradient_error(loss: Callable[[Any], tuple[float, Any]], params: Any, h: float = H) -> float:
    """How far the gradients that `loss` gives are from its centred differences."""
    return relative_error(flat(loss(params)[1]), differences(lambda at: loss(at)[0], params, h))


def errors(seed: int = 0, rows: int = 20) -> dict[str, float]:
    """The relative error of each derivative of each model, at random parameters."""
    rng = np.random.default_rng(seed)
    images, table = digits(seed), breast_cancer(seed)
    found = {}
    for model in CLASSIFIERS:
        params = model.start(rng, (images.x.shape[1], 10))
        oracle = model.oracle(images.x[:rows], images.y[:rows])
        found[f"{model.name}: gradient"] = gradient_error(oracle, params)
    logistic = LogisticRegression(table.x[:rows], table.y[:rows], l2=1e-2)
    point = {"w": rng.normal(size=30), "b": rng.normal(size=1)}
    found["logistic regression: gradient"] = gradient_error(logistic.loss, point)
    found["logistic regression: Hessian"] = relative_error(
        logistic.hessian(point).ravel(),
        differences(lambda at: flat(logistic.loss(at)[1]), point).ravel(),
    )
    return found


def main() -> None:
    """Print a table of errors; exit status 1 if one is too large."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="of the data's split and the point")
    parser.add_argument("--rows", type=int, default=20, help="examples in the loss (default: 20)")
    arguments = parser.parse_args()
    found = errors(arguments.seed, arguments.rows)
    print(f"centred differences, h = {H:g}; tolerance {TOLERANCE:g}")
    for name, error in found.items():
        print(f"  {name:<32}{error:9.1e}  {'ok' if error < TOLERANCE else 'WRONG'}")
    if max(found.values()) >= TOLERANCE:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

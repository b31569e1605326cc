"""Composition: functions from declarations to declarations.

    chain(clip_by_global_norm(1.0), coupled_decay(1e-4), sgd)
    sam(adam, rho=0.05)            lookahead(adam, k=5, alpha=0.5)       accumulate(sgd, k=4)

Each works on any rule, a `Family` or `Route` included, by substitution in its equations: the result
is a plain declaration again, so everything that can be proved, generated or printed of a rule can
be of a composition. What is impossible is refused with a DeclarationError that says why.

Names. A combinator adds hyperparameters, states and intermediate values of its own. If the rule has
such a name already, the added one gets the combinator's name in front (`max_norm` of a second
clipping is `clip_max_norm`, a third `clip_max_norm_2`), and the note of the result says so.
"""

from optwright.derive.compose.chain import chain, named, rename, repeat, scheduled
from optwright.derive.compose.transform import (
    Transform,
    clip_by_global_norm,
    clip_by_value,
    coupled_decay,
    decoupled_decay,
)
from optwright.derive.compose.wrap import (
    accumulate,
    ema_of_parameters,
    lookahead,
    master_weights,
    sam,
    skip_nonfinite,
)

__all__ = [
    "Transform",
    "accumulate",
    "chain",
    "clip_by_global_norm",
    "clip_by_value",
    "coupled_decay",
    "decoupled_decay",
    "ema_of_parameters",
    "lookahead",
    "master_weights",
    "named",
    "rename",
    "repeat",
    "sam",
    "scheduled",
    "skip_nonfinite",
]

"""Compositions: transforms and wrappers around the catalogue's rules."""

from __future__ import annotations

from optwright.derive.compose import chain, clip_by_global_norm, lookahead, named, sam
from optwright.derive.language import Source
from optwright.derive.language.declaration import Declaration
from optwright.derive.rule.family.adam import adam
from optwright.derive.rule.family.gradient import gradient_descent
from optwright.derive.rule.family.layerwise import lamb

clipped_sgd = named(
    chain(clip_by_global_norm(1), gradient_descent),
    "ClippedSGD",
    Source("Pascanu, Mikolov & Bengio 2013", "Algorithm 1", arxiv="1211.5063"),
    "composition",
    "A gradient longer than max_norm, over all tensors together, is shortened to it.",
)

clipped_adam = named(
    chain(clip_by_global_norm(1), adam),
    "ClippedAdam",
    family="composition",
    note="Adam on the clipped gradient: its moments see what clipping left.",
)

clipped_lamb = named(
    chain(clip_by_global_norm(1), lamb),
    "ClippedLAMB",
    family="composition",
    note="LAMB as its authors train: the global norm is clipped before the moments.",
)

sam_sgd = named(
    sam(gradient_descent),
    "SAM",
    Source("Foret et al. 2021", "Algorithm 1", arxiv="2010.01412"),
    "composition",
    "The gradient step uses the gradient at the worst point, to first order, within rho.",
)

lookahead_adam = named(
    lookahead(adam, k=5, alpha=0.5),
    "LookaheadAdam",
    Source("Zhang et al. 2019", "Algorithm 1", arxiv="1907.08610"),
    "composition",
    "k steps of Adam forward, then part of the way back. The state of Adam is kept.",
)

declarations: tuple[Declaration, ...] = (
    clipped_sgd,
    clipped_adam,
    clipped_lamb,
    sam_sgd,
    lookahead_adam,
)

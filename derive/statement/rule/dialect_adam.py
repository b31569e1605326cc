"""The Adam family and the signs in the frameworks' dialects: where they are one, and where not."""

from __future__ import annotations

from sympy import sqrt

from optwright.derive.claim.problem import script
from optwright.derive.claim.statement import Statement
from optwright.derive.language import Parameter, Unequal, beta2, eps, g, lr, t
from optwright.derive.statement.rule.dialect import decay_sources, row, same, squares, v_max

outside_eps = eps * sqrt(1 - beta2**t)
amsgrad_sources = "pytorch#142323, optax#1389"
nadam_sources = "pytorch#92699, keras.optimizers.Nadam"

statements: tuple[Statement, ...] = (
    # Adam and AdamW
    row(
        "DL5",
        "Adam of torch is optax's at eps_root = 0; all may vary.",
        same(
            "torch.Adam(weight_decay=0)",
            "optax.adam(eps_root=0)",
            varying=("lr", "beta1", "beta2", "eps"),
            invariants=squares,
        ),
        "proved",
        "torch.optim.Adam, optax.adam",
        "torch.Adam = optax.adam(eps_root=0)",
    ),
    row(
        "DL5a",
        "optax's eps_root does what eps does in torch.",
        same("torch.Adam(weight_decay=0)", "optax.adam(eps=0)", hyper={"eps_root": eps}),
        "refuted",
        "optax.adam",
    ),
    row(
        "DL5b",
        "Adam of torch is Keras's at the same numbers.",
        same("torch.Adam(weight_decay=0)", "keras.Adam(weight_decay=0)"),
        "refuted",
        "keras#17391, tensorflow#35102",
    ),
    row(
        "DL5c",
        "torch's Adam with decoupled_weight_decay is its AdamW; all may vary.",
        same(
            "torch.Adam(decoupled_weight_decay=True)",
            "torch.AdamW",
            varying=("lr", "beta1", "beta2", "eps", "weight_decay"),
        ),
        "proved",
        "torch.optim.Adam",
        "torch.Adam(decoupled_weight_decay=True) = torch.AdamW",
    ),
    row(
        "DL5d",
        "torch's Adam with decay is its AdamW.",
        same("torch.Adam", "torch.AdamW"),
        "refuted",
        "pytorch#3740, Loshchilov & Hutter 2019",
    ),
    row(
        "DL5e",
        "AdamW of torch is optax's at eps_root = 0; all may vary.",
        same(
            "torch.AdamW",
            "optax.adamw(eps_root=0)",
            varying=("lr", "beta1", "beta2", "eps", "weight_decay"),
            invariants=squares,
        ),
        "proved",
        "optax#292, torch.optim.AdamW",
        "torch.AdamW = optax.adamw(eps_root=0)",
    ),
    row(
        "DL5f",
        "AdamW of torch is Keras's at the same numbers.",
        same("torch.AdamW", "keras.AdamW"),
        "refuted",
        "keras#17391",
    ),
    row(
        "DL5g",
        "AdamW of torch is Keras's with epsilon = eps*sqrt(1 - beta2**t).",
        same(
            "torch.AdamW",
            "keras.AdamW",
            hyper={"eps": outside_eps},
            invariants=squares,
            varying=("lr", "eps", "weight_decay"),
        ),
        "proved",
        "keras#17391",
        "torch.AdamW(eps) = keras.AdamW(epsilon=eps*sqrt(1 - beta2**t))",
    ),
    row(
        "DL5h",
        "AdamW of Keras is its Adam with the same decay; all may vary.",
        same(
            "keras.AdamW",
            "keras.Adam",
            varying=("lr", "beta1", "beta2", "eps", "weight_decay"),
        ),
        "proved",
        "keras.optimizers.AdamW",
        "keras.AdamW = keras.Adam(weight_decay)",
    ),
    row(
        "DL5i",
        "Adam of Keras with decay is torch's with decay, at eps = 0.",
        same("keras.Adam(epsilon=0)", "torch.Adam(eps=0)", invariants=squares),
        "refuted",
        decay_sources,
    ),
    row(
        "DL5j",
        "torch's SparseAdam, on gradients that are never 0, is Keras's Adam.",
        same(
            "torch.SparseAdam",
            "keras.Adam(weight_decay=0)",
            assume=(Unequal(g[t], 0),),
            varying=("lr", "eps"),
        ),
        "proved",
        "torch.optim.SparseAdam",
        "torch.SparseAdam = keras.Adam where no gradient is 0",
    ),
    row(
        "DL5k",
        "torch's SparseAdam is Keras's Adam also where gradients are 0.",
        same("torch.SparseAdam", "keras.Adam(weight_decay=0)"),
        "refuted",
        "torch.optim.SparseAdam",
    ),
    # AMSGrad
    row(
        "DL6",
        "AMSGrad of torch, which takes the maximum before the correction, is optax's, which takes "
        "it after.",
        same(
            "torch.Adam(amsgrad=True, weight_decay=0)",
            "optax.amsgrad(eps_root=0)",
            problems=(script(2, 1, 1, 1),),
        ),
        "refuted",
        amsgrad_sources,
    ),
    row(
        "DL6a",
        "AMSGrad of torch is Keras's at eps = 0.",
        same(
            "torch.Adam(amsgrad=True, weight_decay=0, eps=0)",
            "keras.Adam(amsgrad=True, weight_decay=0, epsilon=0)",
            invariants=(*squares, v_max[t] >= 0),
            varying=("lr",),
        ),
        "proved",
        amsgrad_sources,
        "torch.Adam(amsgrad=True, eps=0) = keras.Adam(amsgrad=True, epsilon=0)",
    ),
    row(
        "DL6b",
        "AMSGrad of optax is its Adam.",
        same("optax.amsgrad", "optax.adam", problems=(script(2, 0, 1, 1),)),
        "refuted",
        "Reddi, Kale & Kumar 2018",
    ),
    # Adamax
    row(
        "DL7",
        "Adamax of torch is optax's; all may vary.",
        same(
            "torch.Adamax(weight_decay=0)",
            "optax.adamax",
            varying=("lr", "beta1", "beta2", "eps"),
        ),
        "proved",
        "torch.optim.Adamax, optax.adamax",
        "torch.Adamax = optax.adamax",
    ),
    row(
        "DL7a",
        "Adamax of torch is Keras's at the same numbers.",
        same("torch.Adamax(weight_decay=0)", "keras.Adamax(weight_decay=0)"),
        "refuted",
        "torch.optim.Adamax, keras.optimizers.Adamax",
    ),
    row(
        "DL7b",
        "Adamax of torch is Keras's at eps = 0.",
        same(
            "torch.Adamax(weight_decay=0, eps=0)",
            "keras.Adamax(weight_decay=0, epsilon=0)",
            varying=("lr",),
        ),
        "proved",
        "torch.optim.Adamax, keras.optimizers.Adamax",
        "torch.Adamax(eps=0) = keras.Adamax(epsilon=0)",
    ),
    row(
        "DL7c",
        "optax's adamaxw without decay is its adamax; all may vary.",
        same(
            "optax.adamaxw(weight_decay=0)",
            "optax.adamax",
            varying=("lr", "beta1", "beta2", "eps"),
        ),
        "proved",
        "optax.adamaxw",
        "optax.adamaxw(weight_decay=0) = optax.adamax",
    ),
    row(
        "DL7d",
        "The decay of torch's Adamax is that of optax's adamaxw.",
        same("torch.Adamax", "optax.adamaxw"),
        "refuted",
        decay_sources,
    ),
    # NAdam
    row(
        "DL8",
        "Nadam of Keras is torch's NAdam with momentum_decay = 1.",
        same(
            "torch.NAdam(momentum_decay=1, weight_decay=0)",
            "keras.Nadam(weight_decay=0)",
            varying=("lr", "eps"),
        ),
        "proved",
        nadam_sources,
        "torch.NAdam(momentum_decay=1) = keras.Nadam",
    ),
    row(
        "DL8a",
        "Nadam of Keras is torch's NAdam also with momentum_decay = 2.",
        same("torch.NAdam(momentum_decay=2, weight_decay=0)", "keras.Nadam(weight_decay=0)"),
        "refuted",
        nadam_sources,
    ),
    row(
        "DL8b",
        "nadam of optax, whose momentum does not warm up, is Keras's Nadam.",
        same("optax.nadam(eps_root=0)", "keras.Nadam(weight_decay=0)", state={"mu_product": 0}),
        "refuted",
        nadam_sources,
    ),
    row(
        "DL8c",
        "nadam of optax is its adam with nesterov=True; all may vary.",
        same(
            "optax.nadam",
            "optax.adam(nesterov=True)",
            varying=("lr", "beta1", "beta2", "eps", "eps_root"),
        ),
        "proved",
        "optax.nadam",
        "optax.nadam = optax.adam(nesterov=True)",
    ),
    row(
        "DL8d",
        "nadam of optax is its adam.",
        same("optax.nadam", "optax.adam"),
        "refuted",
        "Dozat 2016",
    ),
    # RAdam
    row(
        "DL9",
        "RAdam of torch is optax's at the same numbers.",
        same("torch.RAdam(weight_decay=0)", "optax.radam(eps_root=0, threshold=5)"),
        "refuted",
        "keras-radam#29, pytorch#58968",
    ),
    row(
        "DL9a",
        "RAdam of optax is the same with the thresholds 4 and 5 (at b2 = 15/16).",
        same(
            "optax.radam(b2=0.9375, eps_root=0, threshold=5)",
            "optax.radam(b2=0.9375, eps_root=0, threshold=4)",
        ),
        "refuted",
        "RAdam-Tensorflow#2, optax#15",
    ),
    # Signs
    row(
        "DL10",
        "Lion of Keras is optax's and the paper's, decay included; all may vary.",
        same("keras.Lion", "optax.lion", varying=("lr", "beta1", "beta2", "weight_decay")),
        "proved",
        "keras.optimizers.Lion, optax.lion",
        "keras.Lion = optax.lion",
    ),
    row(
        "DL10a",
        "Lion of the paper is optax's.",
        same("Lion", "optax.lion", varying=("lr", "beta1", "beta2", "weight_decay")),
        "proved",
        "Chen et al. 2023, optax.lion",
        "Lion = optax.lion",
    ),
    row(
        "DL10b",
        "Lion of optax is its signum.",
        same("optax.lion(weight_decay=0)", "optax.signum", hyper={"beta": Parameter("b2")}),
        "refuted",
        "Chen et al. 2023",
    ),
    row(
        "DL10c",
        "signum of optax is the paper's.",
        same("Signum", "optax.signum", varying=("lr",)),
        "proved",
        "Bernstein et al. 2018, optax.signum",
        "Signum = optax.signum",
    ),
    row(
        "DL11",
        "torch's Rprop, without weight-backtracking, is the paper's.",
        same(
            "torch.Rprop",
            "Rprop",
            hyper={"step_size_init": lr},
            state={"move": 0},
            problems=(script(1, -1, 1),),
        ),
        "refuted",
        "Riedmiller & Braun 1993, torch.optim.Rprop",
    ),
)

__all__ = ["statements"]

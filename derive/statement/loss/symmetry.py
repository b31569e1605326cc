"""In which coordinates a rule is the same: rotations, scalings, shifts, linear and affine maps."""

from __future__ import annotations

from typing import Any

from optwright.derive.claim.formula.expression import Conjunction
from optwright.derive.claim.relation import Equal
from optwright.derive.claim.rule.symmetry import (
    AffineMaps,
    Group,
    Index,
    LinearMaps,
    Permutations,
    Rotations,
    Scalings,
    SignChanges,
    Symmetry,
    Translations,
)
from optwright.derive.claim.statement import Statement
from optwright.derive.language import (
    Eq,
    Optimizer,
    Source,
    State,
    Variable,
    eps,
    g,
    identity,
    inverse_root,
    lr,
    matmul,
    matrix,
    norm,
    t,
    theta,
    transpose,
    variables,
)
from optwright.derive.rule import catalog
from optwright.derive.rule.family.factored import adafactor
from optwright.derive.rule.family.muon import matrices

normalized = Optimizer(
    name="NormalizedDescent",
    source=Source("Nesterov 2004", "section 3.2.3, steps along g/|g|"),
    hyper=(lr(0.01),),
    step=(Eq(theta[t], theta[t - 1] - lr * g[t] / norm(g[t])),),
)
multiplicative = Optimizer(
    name="MultiplicativeWeights",
    source=Source("Arora, Hazan & Kale 2012", "section 2.1, without normalisation"),
    hyper=(lr(0.01),),
    step=(Eq(theta[t], theta[t - 1] * (1 - lr * g[t])),),
)
left, right = (
    State(Variable("L"), init=eps * identity(theta[0]), extent=matrix("rows", "rows")),
    (
        State(
            Variable("R"),
            init=eps * identity(transpose(theta[0])),
            extent=matrix("columns", "columns"),
        )
    ),
)
(scaled,) = variables("scaled")
shampoo = Optimizer(
    name="Shampoo",
    source=Source("Gupta, Koren & Singer 2018", "Algorithm 1", arxiv="1802.09568"),
    shape="matrix",
    hyper=(lr(0.1), eps(1e-4)),
    state=(left, right),
    step=(
        Eq(left.variable[t], left.variable[t - 1] + matmul(g[t], transpose(g[t]))),
        Eq(right.variable[t], right.variable[t - 1] + matmul(transpose(g[t]), g[t])),
        Eq(
            scaled[t],
            matmul(inverse_root(left.variable[t], 4), g[t], inverse_root(right.variable[t], 4)),
        ),
        Eq(theta[t], theta[t - 1] - lr * scaled[t]),
    ),
)
factored, unfactored = (branch for _, branch in adafactor.branches)
assert isinstance(factored, Optimizer) and isinstance(unfactored, Optimizer)
rotations, permutations, signs = Rotations(), Permutations(), SignChanges()
shifts, linear, affine = Translations(), LinearMaps(), AffineMaps()
loss, units = Scalings(loss=1), Scalings(theta=1)
both_sides, rows_and_columns = Rotations(sides=2), Permutations(sides=2)
inverse_hessian = (Index("n", 1), Index("n", 1))


def of(name: str, group: Group, **more: Any) -> Symmetry:
    """The claim about a rule of the catalogue."""
    return Symmetry(catalog.system(name), group, **more)


def all_of(group: Group, *names: str) -> Conjunction:
    """The claim about several rules."""
    return Conjunction({name: of(name, group) for name in names})


def row(
    id: str,
    words: str,
    claim: Any,
    expected: Any,
    source: str,
    about: str = "",
    brief: str = "",
    rows: tuple[str, ...] = (),
) -> Statement:
    """A statement, its optimizers in one string."""
    return Statement(id, words, claim, expected, source, tuple(about.split()), rows, brief)


balles = "Balles & Hennig 2018"
ling = "Ling, Sharp & Jacobson 2022, VectorAdam"
nocedal = "Nocedal & Wright 2006"
jordan = "Jordan et al. 2024"
gupta = "Gupta, Koren & Singer 2018"
shazeer = "Shazeer & Stern 2018"

statements: tuple[Statement, ...] = (
    # Rotations
    row(
        "SY1",
        "Gradient descent, momentum and Nesterov's rule turn with the coordinates.",
        all_of(rotations, "GradientDescent", "MomentumSum", "HeavyBall", "Nesterov"),
        "proved",
        ling,
        "GradientDescent MomentumSum HeavyBall Nesterov",
        "turns with the coordinates: theta' = Q theta for every orthogonal Q",
    ),
    row(
        "D18",
        "Adam turns with the coordinates.",
        of("Adam", rotations),
        "refuted",
        ling,
        "Adam",
        rows=("C66",),
    ),
    row(
        "SY2",
        "RMSProp turns with the coordinates.",
        of("RMSProp", rotations),
        "refuted",
        "a chapter on PyTorch optimizers (D3); " + ling,
        "RMSProp",
        rows=("C66",),
    ),
    row(
        "SY3",
        "Adagrad with its diagonal turns with the coordinates.",
        of("Adagrad", rotations),
        "refuted",
        "Duchi, Hazan & Singer 2011",
        "Adagrad",
        rows=("C66",),
    ),
    row(
        "SY4",
        "Lion turns with the coordinates.",
        of("Lion(weight_decay=0)", rotations),
        "refuted",
        "Chen et al. 2023",
        "Lion",
    ),
    row(
        "SY5",
        "Descent by signs turns with the coordinates.",
        of("SignSGD", rotations),
        "refuted",
        balles,
        "SignSGD",
        rows=("C66",),
    ),
    row(
        "SY6",
        "Rprop turns with the coordinates.",
        of("Rprop", rotations),
        "refuted",
        "Riedmiller & Braun 1993",
        "Rprop",
    ),
    row(
        "SY7",
        "BFGS and L-BFGS turn with the coordinates.",
        all_of(rotations, "BFGS", "LBFGS"),
        "proved",
        nocedal + ", section 6.1",
        "BFGS LBFGS",
        "turns with the coordinates, line searches answered alike",
    ),
    row(
        "SY8",
        "PyTorch's L-BFGS, which stops by the largest entry of the gradient, turns with the "
        "coordinates.",
        of("torch.LBFGS", rotations),
        "refuted",
        "torch.optim.LBFGS, tolerance_grad",
        "torch.LBFGS",
    ),
    row(
        "SY9",
        "Normalized descent turns with the coordinates.",
        Symmetry(normalized, rotations),
        "proved",
        "Nesterov 2004, section 3.2.3",
    ),
    row(
        "SY10",
        "LARS turns with the coordinates of each tensor.",
        of("LARS", rotations),
        "proved",
        "You, Gitman & Ginsburg 2017",
        "LARS",
        "turns with the coordinates of each tensor",
    ),
    row(
        "SY11",
        "LAMB turns with the coordinates of each tensor.",
        of("LAMB", rotations),
        "refuted",
        "You et al. 2020",
        "LAMB",
    ),
    row(
        "SY12",
        "Clipping by the norm, SAM and Polyak's step keep descent turning with the coordinates.",
        all_of(rotations, "ClippedSGD", "SAM", "PolyakStep"),
        "proved",
        "Pascanu, Mikolov & Bengio 2013; Foret et al. 2021; Polyak 1987",
        "ClippedSGD SAM PolyakStep",
        "turns with the coordinates: theta' = Q theta for every orthogonal Q",
    ),
    row(
        "SY13",
        "Clipping by the norm makes Adam turn with the coordinates.",
        of("ClippedAdam", rotations),
        "refuted",
        ling,
        "ClippedAdam",
    ),
    row(
        "SY14",
        "Schedule-free descent turns with the coordinates, its decay included.",
        of("ScheduleFreeSGD", rotations),
        "proved",
        "Defazio et al. 2024",
        "ScheduleFreeSGD",
        "turns with the coordinates: theta' = Q theta for every orthogonal Q",
    ),
    row(
        "SY15",
        "Soft thresholding turns with the coordinates, as descent does.",
        of("ISTA", rotations),
        "refuted",
        "Daubechies, Defrise & De Mol 2004",
        "ISTA",
    ),
    row(
        "SY16",
        "Descent with normal noise turns with the coordinates, if the draws do.",
        of("NoisySGD", rotations),
        "proved",
        "Neelakantan et al. 2015",
        "NoisySGD",
        "turns with the coordinates if the draws do",
    ),
    # Linear and affine maps
    row(
        "SY17",
        "Newton's method, also with a fixed rate or a line search, is the same in all affine "
        "coordinates.",
        all_of(affine, "Newton", "RelaxedNewton", "DampedNewton"),
        "proved",
        "Boyd & Vandenberghe 2004, section 9.5.1",
        "Newton RelaxedNewton DampedNewton",
        "the same in all affine coordinates",
    ),
    row(
        "SY18",
        "Momentum is the same in all linear coordinates.",
        of("MomentumSum", linear),
        "refuted",
        "Boyd & Vandenberghe 2004, section 9.4",
        "MomentumSum",
    ),
    row(
        "SY19",
        "After the first step BFGS is the same in all linear coordinates, if H starts as M H M'.",
        Symmetry(
            catalog.system("BFGS"),
            linear,
            given={Equal(t, 1): False},
            start={"H": inverse_hessian},
        ),
        "proved",
        nocedal + ", section 6.1",
        "BFGS",
        "the same in all linear coordinates after the first step, if H starts as M H M'",
    ),
    row(
        "SY20",
        "BFGS is the same in all linear coordinates though it starts with a multiple of I.",
        of("BFGS", linear),
        "refuted",
        nocedal + ", section 6.1",
        "BFGS",
    ),
    row(
        "SY21",
        "L-BFGS is the same in all linear coordinates.",
        of("LBFGS", linear),
        "refuted",
        nocedal + ", section 7.2",
        "LBFGS",
    ),
    row(
        "SY22",
        "Normalized descent is the same in all linear coordinates.",
        Symmetry(normalized, linear),
        "refuted",
        "Boyd & Vandenberghe 2004, section 9.4",
    ),
    row(
        "SY23",
        "Polyak's step is the same in all affine coordinates, as it needs no rate.",
        of("PolyakStep", affine),
        "refuted",
        "Polyak 1987, section 5.3",
        "PolyakStep",
    ),
    # Shifts
    row(
        "SY24",
        "Where the origin lies means nothing to Adam, Adagrad, RMSProp, Adadelta, Lion and Rprop "
        "without decay.",
        all_of(shifts, "Adam", "Adagrad", "RMSProp", "Adadelta", "Lion(weight_decay=0)", "Rprop"),
        "proved",
        "Loshchilov & Hutter 2019, section 2",
        "Adam Adagrad RMSProp Adadelta Lion Rprop",
        "the same when theta is shifted (without decay)",
    ),
    row(
        "SY25",
        "Where the origin lies means nothing to BFGS, L-BFGS, SAM and Lookahead.",
        all_of(shifts, "BFGS", "LBFGS", "SAM", "LookaheadAdam"),
        "proved",
        nocedal + "; Zhang et al. 2019",
        "BFGS LBFGS SAM LookaheadAdam",
        "the same when theta is shifted",
    ),
    row(
        "SY26",
        "Where the origin lies means nothing to AdamW.",
        of("AdamW", shifts),
        "refuted",
        "Loshchilov & Hutter 2019, section 2",
        "AdamW",
        rows=("C89",),
    ),
    row(
        "SY27",
        "Where the origin lies means nothing to descent with an L2 penalty.",
        of("GradientDescentL2", shifts),
        "refuted",
        "Hoerl & Kennard 1970",
        "GradientDescentL2",
    ),
    row(
        "SY28",
        "Where the origin lies means nothing to LARS, if it is without decay.",
        of("LARS(weight_decay=0)", shifts),
        "refuted",
        "You, Gitman & Ginsburg 2017",
        "LARS",
    ),
    row(
        "SY29",
        "Where the origin lies means nothing to Adafactor.",
        Symmetry(unfactored, shifts),
        "refuted",
        shazeer + ", section 8",
        "Adafactor",
    ),
    row(
        "SY30",
        "Where the origin lies means nothing to multiplicative weights.",
        Symmetry(multiplicative, shifts),
        "refuted",
        "Arora, Hazan & Kale 2012",
    ),
    row(
        "SY31",
        "Schedule-free descent without decay is the same when theta is shifted: y, z and x shift "
        "together.",
        of("ScheduleFreeSGD(weight_decay=0)", shifts),
        "proved",
        "Defazio et al. 2024",
        "ScheduleFreeSGD",
        "the same when theta is shifted (without decay)",
    ),
    # Signs and orders of entries
    row(
        "SY32",
        "Entrywise rules do not care about the order of entries: Adam, AdamW, RMSProp, Adagrad, "
        "Adadelta, Lion, Rprop.",
        all_of(permutations, "Adam", "AdamW", "RMSProp", "Adagrad", "Adadelta", "Lion", "Rprop"),
        "proved",
        balles,
        "Adam AdamW RMSProp Adagrad Adadelta Lion Rprop",
    ),
    row(
        "SY33",
        "The same entrywise rules do not care about the signs of coordinates.",
        all_of(signs, "Adam", "AdamW", "RMSProp", "Adagrad", "Adadelta", "Lion", "Rprop"),
        "proved",
        balles,
        "Adam AdamW RMSProp Adagrad Adadelta Lion Rprop",
    ),
    row(
        "SY34",
        "Multiplicative weights do not care about the signs of coordinates.",
        Symmetry(multiplicative, signs),
        "refuted",
        "Arora, Hazan & Kale 2012",
    ),
    row(
        "SY35",
        "Multiplicative weights do not care about the order of entries.",
        Symmetry(multiplicative, permutations),
        "proved",
        "Arora, Hazan & Kale 2012",
    ),
    row(
        "SY36",
        "Adafactor and SM3 do not care about the order of the rows, nor of the columns.",
        Conjunction(
            {
                "Adafactor": Symmetry(factored, rows_and_columns),
                "SM3": of("SM3", rows_and_columns),
            }
        ),
        "proved",
        shazeer + "; Anil et al. 2019",
        "Adafactor SM3",
        "the same when rows, or columns, change places",
    ),
    row(
        "SY37",
        "SM3 does not care about the order of a matrix's entries.",
        of(
            "SM3",
            permutations,
            shape=(2, 2),
            runs=({"slopes": ((4, 3, 0, 0), (1, 2, 1, 1))},),
        ),
        "refuted",
        "Anil et al. 2019",
        "SM3",
    ),
    row(
        "SY38",
        "Adafactor does not care about the order of a matrix's entries.",
        Symmetry(factored, permutations, shape=(2, 2)),
        "refuted",
        shazeer + ", Algorithm 4",
        "Adafactor",
    ),
    row(
        "SY39",
        "Adafactor turns with the coordinates of rows and of columns.",
        Symmetry(factored, both_sides),
        "refuted",
        shazeer + ", Algorithm 4",
        "Adafactor",
    ),
    # Matrices
    row(
        "SY40",
        "Muon turns with the coordinates of rows and of columns, its decay included.",
        Symmetry(matrices, both_sides),
        "proved",
        jordan,
        "Muon",
        "on matrices turns with the coordinates of rows and of columns",
    ),
    row(
        "SY41",
        "Muon turns with the coordinates of a matrix taken as one vector.",
        Symmetry(matrices, rotations, runs=({"hyper": {"ns_steps": 1}},)),
        "refuted",
        jordan,
        "Muon",
    ),
    row(
        "SY42",
        "Muon is the same when the loss is multiplied, if eps is multiplied too.",
        Symmetry(matrices, loss, hyper={"eps": 1}),
        "proved",
        jordan,
        "Muon",
        "on matrices the same when loss and eps are multiplied by one number",
    ),
    row(
        "SY43",
        "Muon is the same when the loss is multiplied.",
        Symmetry(
            matrices,
            loss,
            runs=({"slopes": (("1/8", 0, 0, 0),), "hyper": {"eps": 1, "ns_steps": 1}},),
        ),
        "refuted",
        jordan,
        "Muon",
    ),
    row(
        "SY44",
        "Shampoo turns with the coordinates of rows and of columns.",
        Symmetry(shampoo, both_sides),
        "proved",
        gupta,
    ),
    row(
        "SY45",
        "Shampoo turns with the coordinates of a matrix taken as one vector.",
        Symmetry(
            shampoo,
            rotations,
            runs=({"slopes": ((4, 0, 0, 3),), "hyper": {"eps": 1, "lr": 1}},),
        ),
        "refuted",
        gupta,
    ),
)

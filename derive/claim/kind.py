"""Every kind of claim, with statements and verdicts: what `optwright.derive.claim` gives."""

from optwright.derive.claim.formula.counting import Counting, Kept
from optwright.derive.claim.formula.every_step import EveryStep
from optwright.derive.claim.formula.expression import (
    Conjunction,
    Identity,
    Inequality,
    Refutation,
    SumOf,
)
from optwright.derive.claim.formula.interval import OnInterval
from optwright.derive.claim.formula.matrix import (
    Determinant,
    MatrixIdentity,
    Minimiser,
    WordIdentity,
)
from optwright.derive.claim.formula.word import (
    Column,
    Matrix,
    Scalar,
    UnitMatrix,
    WordRule,
    inverse_rules,
)
from optwright.derive.claim.loss.landscape import CriticalPoint, MixedPartials
from optwright.derive.claim.loss.order import (
    AgreeToOrder,
    AtLeastAsClose,
    DifferenceError,
    DifferenceQuotient,
    Steps,
    Vanishes,
)
from optwright.derive.claim.loss.path import FirstStep, Path, Reaches, Settles
from optwright.derive.claim.loss.quadratic import FixedPoint, Optimal, Oscillates, Rate, Stable
from optwright.derive.claim.loss.smooth import Contraction, Descent, Trajectory
from optwright.derive.claim.problem import ANSWER, POINT, Objective, script
from optwright.derive.claim.rule.declared import Declared
from optwright.derive.claim.rule.exclusion import Impossible, NoMap
from optwright.derive.claim.rule.expectation import BatchMoment, MeanStep
from optwright.derive.claim.rule.gathered import Gathered
from optwright.derive.claim.rule.invariant import Always, StepFrom
from optwright.derive.claim.rule.limit import FamilyLimit, Limit
from optwright.derive.claim.rule.simulation import OnlyIf, Simulation
from optwright.derive.claim.rule.symmetry import (
    AffineMaps,
    LinearMaps,
    Permutations,
    Rotations,
    Scalings,
    SignChanges,
    Symmetry,
    Translations,
)
from optwright.derive.claim.statement import Statement, StatementError, Statements
from optwright.derive.claim.verdict import Counterexample, Obligation, Verdict

__all__ = [
    "ANSWER",
    "POINT",
    "AffineMaps",
    "AgreeToOrder",
    "Always",
    "AtLeastAsClose",
    "BatchMoment",
    "Column",
    "Conjunction",
    "Contraction",
    "Counterexample",
    "Counting",
    "CriticalPoint",
    "Declared",
    "Descent",
    "Determinant",
    "DifferenceError",
    "DifferenceQuotient",
    "EveryStep",
    "FamilyLimit",
    "FirstStep",
    "FixedPoint",
    "Gathered",
    "Identity",
    "Impossible",
    "Inequality",
    "Kept",
    "Limit",
    "LinearMaps",
    "Matrix",
    "MatrixIdentity",
    "MeanStep",
    "Minimiser",
    "MixedPartials",
    "NoMap",
    "Objective",
    "Obligation",
    "OnInterval",
    "OnlyIf",
    "Optimal",
    "Oscillates",
    "Path",
    "Permutations",
    "Rate",
    "Reaches",
    "Refutation",
    "Rotations",
    "Scalar",
    "Scalings",
    "Settles",
    "SignChanges",
    "Simulation",
    "Stable",
    "Statement",
    "StatementError",
    "Statements",
    "StepFrom",
    "Steps",
    "SumOf",
    "Symmetry",
    "Trajectory",
    "Translations",
    "UnitMatrix",
    "Vanishes",
    "Verdict",
    "WordIdentity",
    "WordRule",
    "inverse_rules",
    "script",
]

"""What a declaration computes, in the arithmetic of a chosen field: the oracle of every test.

The equations themselves are evaluated, statement by statement, on arrays of numbers of a `Field`:

    from optwright.derive.interpret import DECIMAL50, advance, start

    before = start(adam, [weights, bias], {"lr": 0.1}, DECIMAL50)
    after = advance(adam, before, {"lr": 0.1}, {"grad": lambda points: gradients})
    after.theta, after.state["m"], after.values["m_hat"]

    EXACT               fractions; what is no fraction, or undefined, raises `Inexact` once needed
    CERTAIN             fractions, and spans that hold a number for sure where it is none
    DECIMAL50           fifty decimal digits, with infinities and NaN; nothing raises
    bounded("float32")  fifty digits, and a range that holds whatever a straightforward evaluation
                        in the format may give, in any order of its sums and products

Floats are taken exactly, as the binary numbers they are; defaults are the decimal numbers that the
declaration says. Every function is pure: snapshots are never changed.
"""

from optwright.derive.interpret.decimals import DECIMAL50, Decimals
from optwright.derive.interpret.evaluation import AnswerError, Oracles, Script
from optwright.derive.interpret.exact import EXACT, Exact, NoFraction
from optwright.derive.interpret.field import Ambiguous, Array, Field, Inexact, fraction
from optwright.derive.interpret.format import FORMATS, Format
from optwright.derive.interpret.interval import CERTAIN, Certain, Enclosed
from optwright.derive.interpret.quantity import Data, contains, floats, numbers, outside
from optwright.derive.interpret.rounding import Bounded, Enclosure, bounded
from optwright.derive.interpret.snapshot import (
    RouteSnapshot,
    ScheduleSnapshot,
    Snapshot,
    advance,
    advance_schedule,
    hyperparameters,
    load,
    meets,
    run,
    start,
    start_schedule,
    view,
)

__all__ = [
    "CERTAIN",
    "DECIMAL50",
    "EXACT",
    "FORMATS",
    "Ambiguous",
    "AnswerError",
    "Array",
    "Bounded",
    "Certain",
    "Data",
    "Decimals",
    "Enclosed",
    "Enclosure",
    "Exact",
    "Field",
    "Format",
    "Inexact",
    "NoFraction",
    "Oracles",
    "RouteSnapshot",
    "ScheduleSnapshot",
    "Script",
    "Snapshot",
    "advance",
    "advance_schedule",
    "bounded",
    "contains",
    "floats",
    "fraction",
    "hyperparameters",
    "load",
    "meets",
    "numbers",
    "outside",
    "run",
    "start",
    "start_schedule",
    "view",
]

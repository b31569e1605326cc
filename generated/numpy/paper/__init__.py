"""The papers' forms on NumPy arrays.

Do not edit. Remake it with: gen kernels --backend numpy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.numpy.paper.adadelta import Adadelta as Adadelta
    from optwright.generated.numpy.paper.adafactor import Adafactor as Adafactor
    from optwright.generated.numpy.paper.adagrad import Adagrad as Adagrad
    from optwright.generated.numpy.paper.adam import Adam as Adam
    from optwright.generated.numpy.paper.adamepshat import AdamEpsHat as AdamEpsHat
    from optwright.generated.numpy.paper.adamepsinside import AdamEpsInside as AdamEpsInside
    from optwright.generated.numpy.paper.adaml2 import AdamL2 as AdamL2
    from optwright.generated.numpy.paper.adamnocorrection import AdamNoCorrection as AdamNoCorrection
    from optwright.generated.numpy.paper.adamw import AdamW as AdamW
    from optwright.generated.numpy.paper.bfgs import BFGS as BFGS
    from optwright.generated.numpy.paper.clippedadam import ClippedAdam as ClippedAdam
    from optwright.generated.numpy.paper.clippedlamb import ClippedLAMB as ClippedLAMB
    from optwright.generated.numpy.paper.clippedsgd import ClippedSGD as ClippedSGD
    from optwright.generated.numpy.paper.constant import Constant as Constant
    from optwright.generated.numpy.paper.cosine import Cosine as Cosine
    from optwright.generated.numpy.paper.dampednewton import DampedNewton as DampedNewton
    from optwright.generated.numpy.paper.exponential import Exponential as Exponential
    from optwright.generated.numpy.paper.gradientdescent import GradientDescent as GradientDescent
    from optwright.generated.numpy.paper.gradientdescentl2 import GradientDescentL2 as GradientDescentL2
    from optwright.generated.numpy.paper.heavyball import HeavyBall as HeavyBall
    from optwright.generated.numpy.paper.ista import ISTA as ISTA
    from optwright.generated.numpy.paper.inversesqrt import InverseSqrt as InverseSqrt
    from optwright.generated.numpy.paper.inversetime import InverseTime as InverseTime
    from optwright.generated.numpy.paper.lamb import LAMB as LAMB
    from optwright.generated.numpy.paper.lars import LARS as LARS
    from optwright.generated.numpy.paper.lbfgs import LBFGS as LBFGS
    from optwright.generated.numpy.paper.leakyadagrad import LeakyAdagrad as LeakyAdagrad
    from optwright.generated.numpy.paper.linear import Linear as Linear
    from optwright.generated.numpy.paper.linearscaling import LinearScaling as LinearScaling
    from optwright.generated.numpy.paper.linearwarmup import LinearWarmup as LinearWarmup
    from optwright.generated.numpy.paper.lion import Lion as Lion
    from optwright.generated.numpy.paper.lookaheadadam import LookaheadAdam as LookaheadAdam
    from optwright.generated.numpy.paper.minibatchgradientdescent import MiniBatchGradientDescent as MiniBatchGradientDescent
    from optwright.generated.numpy.paper.momentum import Momentum as Momentum
    from optwright.generated.numpy.paper.momentumema import MomentumEMA as MomentumEMA
    from optwright.generated.numpy.paper.momentumsum import MomentumSum as MomentumSum
    from optwright.generated.numpy.paper.momentumsutskever import MomentumSutskever as MomentumSutskever
    from optwright.generated.numpy.paper.momentumwarmup import MomentumWarmup as MomentumWarmup
    from optwright.generated.numpy.paper.muon import Muon as Muon
    from optwright.generated.numpy.paper.nadam import NAdam as NAdam
    from optwright.generated.numpy.paper.nesterov import Nesterov as Nesterov
    from optwright.generated.numpy.paper.nesterovrearranged import NesterovRearranged as NesterovRearranged
    from optwright.generated.numpy.paper.newton import Newton as Newton
    from optwright.generated.numpy.paper.noisysgd import NoisySGD as NoisySGD
    from optwright.generated.numpy.paper.polyakstep import PolyakStep as PolyakStep
    from optwright.generated.numpy.paper.prodigy import Prodigy as Prodigy
    from optwright.generated.numpy.paper.radam import RAdam as RAdam
    from optwright.generated.numpy.paper.rmsprop import RMSProp as RMSProp
    from optwright.generated.numpy.paper.rmspropepsinside import RMSPropEpsInside as RMSPropEpsInside
    from optwright.generated.numpy.paper.rmspropgraves import RMSPropGraves as RMSPropGraves
    from optwright.generated.numpy.paper.rmspropnoroot import RMSPropNoRoot as RMSPropNoRoot
    from optwright.generated.numpy.paper.randomlocalsearch import RandomLocalSearch as RandomLocalSearch
    from optwright.generated.numpy.paper.randomsearch import RandomSearch as RandomSearch
    from optwright.generated.numpy.paper.relaxednewton import RelaxedNewton as RelaxedNewton
    from optwright.generated.numpy.paper.rprop import Rprop as Rprop
    from optwright.generated.numpy.paper.sam import SAM as SAM
    from optwright.generated.numpy.paper.sgd import SGD as SGD
    from optwright.generated.numpy.paper.sm3 import SM3 as SM3
    from optwright.generated.numpy.paper.schedulefreeadamw import ScheduleFreeAdamW as ScheduleFreeAdamW
    from optwright.generated.numpy.paper.schedulefreesgd import ScheduleFreeSGD as ScheduleFreeSGD
    from optwright.generated.numpy.paper.signsgd import SignSGD as SignSGD
    from optwright.generated.numpy.paper.signum import Signum as Signum
    from optwright.generated.numpy.paper.stepdecay import StepDecay as StepDecay
    from optwright.generated.numpy.paper.subgradientl1 import SubgradientL1 as SubgradientL1
    from optwright.generated.numpy.paper.warmupcosine import WarmupCosine as WarmupCosine
    from optwright.generated.numpy.paper.warmupinversesqrt import WarmupInverseSqrt as WarmupInverseSqrt
    from optwright.generated.numpy.paper.warmuplinear import WarmupLinear as WarmupLinear

_MODULES = {
    "Adadelta": "numpy.paper.adadelta", "Adafactor": "numpy.paper.adafactor",
    "Adagrad": "numpy.paper.adagrad", "Adam": "numpy.paper.adam",
    "AdamEpsHat": "numpy.paper.adamepshat", "AdamEpsInside": "numpy.paper.adamepsinside",
    "AdamL2": "numpy.paper.adaml2", "AdamNoCorrection": "numpy.paper.adamnocorrection",
    "AdamW": "numpy.paper.adamw", "BFGS": "numpy.paper.bfgs",
    "ClippedAdam": "numpy.paper.clippedadam", "ClippedLAMB": "numpy.paper.clippedlamb",
    "ClippedSGD": "numpy.paper.clippedsgd", "Constant": "numpy.paper.constant",
    "Cosine": "numpy.paper.cosine", "DampedNewton": "numpy.paper.dampednewton",
    "Exponential": "numpy.paper.exponential", "GradientDescent": "numpy.paper.gradientdescent",
    "GradientDescentL2": "numpy.paper.gradientdescentl2", "HeavyBall": "numpy.paper.heavyball",
    "ISTA": "numpy.paper.ista", "InverseSqrt": "numpy.paper.inversesqrt",
    "InverseTime": "numpy.paper.inversetime", "LAMB": "numpy.paper.lamb",
    "LARS": "numpy.paper.lars", "LBFGS": "numpy.paper.lbfgs",
    "LeakyAdagrad": "numpy.paper.leakyadagrad", "Linear": "numpy.paper.linear",
    "LinearScaling": "numpy.paper.linearscaling", "LinearWarmup": "numpy.paper.linearwarmup",
    "Lion": "numpy.paper.lion", "LookaheadAdam": "numpy.paper.lookaheadadam",
    "MiniBatchGradientDescent": "numpy.paper.minibatchgradientdescent",
    "Momentum": "numpy.paper.momentum", "MomentumEMA": "numpy.paper.momentumema",
    "MomentumSum": "numpy.paper.momentumsum", "MomentumSutskever": "numpy.paper.momentumsutskever",
    "MomentumWarmup": "numpy.paper.momentumwarmup", "Muon": "numpy.paper.muon",
    "NAdam": "numpy.paper.nadam", "Nesterov": "numpy.paper.nesterov",
    "NesterovRearranged": "numpy.paper.nesterovrearranged", "Newton": "numpy.paper.newton",
    "NoisySGD": "numpy.paper.noisysgd", "PolyakStep": "numpy.paper.polyakstep",
    "Prodigy": "numpy.paper.prodigy", "RAdam": "numpy.paper.radam",
    "RMSProp": "numpy.paper.rmsprop", "RMSPropEpsInside": "numpy.paper.rmspropepsinside",
    "RMSPropGraves": "numpy.paper.rmspropgraves", "RMSPropNoRoot": "numpy.paper.rmspropnoroot",
    "RandomLocalSearch": "numpy.paper.randomlocalsearch",
    "RandomSearch": "numpy.paper.randomsearch", "RelaxedNewton": "numpy.paper.relaxednewton",
    "Rprop": "numpy.paper.rprop", "SAM": "numpy.paper.sam", "SGD": "numpy.paper.sgd",
    "SM3": "numpy.paper.sm3", "ScheduleFreeAdamW": "numpy.paper.schedulefreeadamw",
    "ScheduleFreeSGD": "numpy.paper.schedulefreesgd", "SignSGD": "numpy.paper.signsgd",
    "Signum": "numpy.paper.signum", "StepDecay": "numpy.paper.stepdecay",
    "SubgradientL1": "numpy.paper.subgradientl1", "WarmupCosine": "numpy.paper.warmupcosine",
    "WarmupInverseSqrt": "numpy.paper.warmupinversesqrt", "WarmupLinear": "numpy.paper.warmuplinear",
}

__all__ = [
    "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamEpsHat", "AdamEpsInside", "AdamL2",
    "AdamNoCorrection", "AdamW", "BFGS", "ClippedAdam", "ClippedLAMB", "ClippedSGD", "Constant",
    "Cosine", "DampedNewton", "Exponential", "GradientDescent", "GradientDescentL2", "HeavyBall",
    "ISTA", "InverseSqrt", "InverseTime", "LAMB", "LARS", "LBFGS", "LeakyAdagrad", "Linear",
    "LinearScaling", "LinearWarmup", "Lion", "LookaheadAdam", "MiniBatchGradientDescent",
    "Momentum", "MomentumEMA", "MomentumSum", "MomentumSutskever", "MomentumWarmup", "Muon",
    "NAdam", "Nesterov", "NesterovRearranged", "Newton", "NoisySGD", "PolyakStep", "Prodigy",
    "RAdam", "RMSProp", "RMSPropEpsInside", "RMSPropGraves", "RMSPropNoRoot", "RandomLocalSearch",
    "RandomSearch", "RelaxedNewton", "Rprop", "SAM", "SGD", "SM3", "ScheduleFreeAdamW",
    "ScheduleFreeSGD", "SignSGD", "Signum", "StepDecay", "SubgradientL1", "WarmupCosine",
    "WarmupInverseSqrt", "WarmupLinear",
]


def __getattr__(name: str) -> Any:
    """Load a class when it is first used."""
    if name in _MODULES:
        found = getattr(import_module(f"optwright.generated.{_MODULES[name]}"), name)
    else:
        from optwright.runtime.error import suggest

        raise AttributeError(f"{__name__} has no {name!r}; {suggest(name, __all__)}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The names that can be imported."""
    return sorted(__all__)

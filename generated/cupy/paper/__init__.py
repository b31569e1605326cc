"""The papers' forms on CuPy arrays.

Do not edit. Remake it with: gen kernels --backend cupy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.cupy.paper.adadelta import Adadelta as Adadelta
    from optwright.generated.cupy.paper.adafactor import Adafactor as Adafactor
    from optwright.generated.cupy.paper.adagrad import Adagrad as Adagrad
    from optwright.generated.cupy.paper.adam import Adam as Adam
    from optwright.generated.cupy.paper.adamepshat import AdamEpsHat as AdamEpsHat
    from optwright.generated.cupy.paper.adamepsinside import AdamEpsInside as AdamEpsInside
    from optwright.generated.cupy.paper.adaml2 import AdamL2 as AdamL2
    from optwright.generated.cupy.paper.adamnocorrection import AdamNoCorrection as AdamNoCorrection
    from optwright.generated.cupy.paper.adamw import AdamW as AdamW
    from optwright.generated.cupy.paper.bfgs import BFGS as BFGS
    from optwright.generated.cupy.paper.clippedadam import ClippedAdam as ClippedAdam
    from optwright.generated.cupy.paper.clippedlamb import ClippedLAMB as ClippedLAMB
    from optwright.generated.cupy.paper.clippedsgd import ClippedSGD as ClippedSGD
    from optwright.generated.numpy.paper.constant import Constant as Constant
    from optwright.generated.numpy.paper.cosine import Cosine as Cosine
    from optwright.generated.cupy.paper.dampednewton import DampedNewton as DampedNewton
    from optwright.generated.numpy.paper.exponential import Exponential as Exponential
    from optwright.generated.cupy.paper.gradientdescent import GradientDescent as GradientDescent
    from optwright.generated.cupy.paper.gradientdescentl2 import GradientDescentL2 as GradientDescentL2
    from optwright.generated.cupy.paper.heavyball import HeavyBall as HeavyBall
    from optwright.generated.cupy.paper.ista import ISTA as ISTA
    from optwright.generated.numpy.paper.inversesqrt import InverseSqrt as InverseSqrt
    from optwright.generated.numpy.paper.inversetime import InverseTime as InverseTime
    from optwright.generated.cupy.paper.lamb import LAMB as LAMB
    from optwright.generated.cupy.paper.lars import LARS as LARS
    from optwright.generated.cupy.paper.lbfgs import LBFGS as LBFGS
    from optwright.generated.cupy.paper.leakyadagrad import LeakyAdagrad as LeakyAdagrad
    from optwright.generated.numpy.paper.linear import Linear as Linear
    from optwright.generated.numpy.paper.linearscaling import LinearScaling as LinearScaling
    from optwright.generated.numpy.paper.linearwarmup import LinearWarmup as LinearWarmup
    from optwright.generated.cupy.paper.lion import Lion as Lion
    from optwright.generated.cupy.paper.lookaheadadam import LookaheadAdam as LookaheadAdam
    from optwright.generated.cupy.paper.minibatchgradientdescent import MiniBatchGradientDescent as MiniBatchGradientDescent
    from optwright.generated.cupy.paper.momentum import Momentum as Momentum
    from optwright.generated.cupy.paper.momentumema import MomentumEMA as MomentumEMA
    from optwright.generated.cupy.paper.momentumsum import MomentumSum as MomentumSum
    from optwright.generated.numpy.paper.momentumsutskever import MomentumSutskever as MomentumSutskever
    from optwright.generated.numpy.paper.momentumwarmup import MomentumWarmup as MomentumWarmup
    from optwright.generated.cupy.paper.muon import Muon as Muon
    from optwright.generated.cupy.paper.nadam import NAdam as NAdam
    from optwright.generated.cupy.paper.nesterov import Nesterov as Nesterov
    from optwright.generated.cupy.paper.nesterovrearranged import NesterovRearranged as NesterovRearranged
    from optwright.generated.cupy.paper.newton import Newton as Newton
    from optwright.generated.cupy.paper.noisysgd import NoisySGD as NoisySGD
    from optwright.generated.cupy.paper.polyakstep import PolyakStep as PolyakStep
    from optwright.generated.cupy.paper.prodigy import Prodigy as Prodigy
    from optwright.generated.cupy.paper.radam import RAdam as RAdam
    from optwright.generated.cupy.paper.rmsprop import RMSProp as RMSProp
    from optwright.generated.cupy.paper.rmspropepsinside import RMSPropEpsInside as RMSPropEpsInside
    from optwright.generated.cupy.paper.rmspropgraves import RMSPropGraves as RMSPropGraves
    from optwright.generated.cupy.paper.rmspropnoroot import RMSPropNoRoot as RMSPropNoRoot
    from optwright.generated.cupy.paper.randomlocalsearch import RandomLocalSearch as RandomLocalSearch
    from optwright.generated.cupy.paper.randomsearch import RandomSearch as RandomSearch
    from optwright.generated.cupy.paper.relaxednewton import RelaxedNewton as RelaxedNewton
    from optwright.generated.cupy.paper.rprop import Rprop as Rprop
    from optwright.generated.cupy.paper.sam import SAM as SAM
    from optwright.generated.cupy.paper.sgd import SGD as SGD
    from optwright.generated.cupy.paper.sm3 import SM3 as SM3
    from optwright.generated.cupy.paper.schedulefreeadamw import ScheduleFreeAdamW as ScheduleFreeAdamW
    from optwright.generated.cupy.paper.schedulefreesgd import ScheduleFreeSGD as ScheduleFreeSGD
    from optwright.generated.cupy.paper.signsgd import SignSGD as SignSGD
    from optwright.generated.cupy.paper.signum import Signum as Signum
    from optwright.generated.numpy.paper.stepdecay import StepDecay as StepDecay
    from optwright.generated.cupy.paper.subgradientl1 import SubgradientL1 as SubgradientL1
    from optwright.generated.numpy.paper.warmupcosine import WarmupCosine as WarmupCosine
    from optwright.generated.numpy.paper.warmupinversesqrt import WarmupInverseSqrt as WarmupInverseSqrt
    from optwright.generated.numpy.paper.warmuplinear import WarmupLinear as WarmupLinear

_MODULES = {
    "Adadelta": "cupy.paper.adadelta", "Adafactor": "cupy.paper.adafactor",
    "Adagrad": "cupy.paper.adagrad", "Adam": "cupy.paper.adam",
    "AdamEpsHat": "cupy.paper.adamepshat", "AdamEpsInside": "cupy.paper.adamepsinside",
    "AdamL2": "cupy.paper.adaml2", "AdamNoCorrection": "cupy.paper.adamnocorrection",
    "AdamW": "cupy.paper.adamw", "BFGS": "cupy.paper.bfgs", "ClippedAdam": "cupy.paper.clippedadam",
    "ClippedLAMB": "cupy.paper.clippedlamb", "ClippedSGD": "cupy.paper.clippedsgd",
    "Constant": "numpy.paper.constant", "Cosine": "numpy.paper.cosine",
    "DampedNewton": "cupy.paper.dampednewton", "Exponential": "numpy.paper.exponential",
    "GradientDescent": "cupy.paper.gradientdescent",
    "GradientDescentL2": "cupy.paper.gradientdescentl2", "HeavyBall": "cupy.paper.heavyball",
    "ISTA": "cupy.paper.ista", "InverseSqrt": "numpy.paper.inversesqrt",
    "InverseTime": "numpy.paper.inversetime", "LAMB": "cupy.paper.lamb", "LARS": "cupy.paper.lars",
    "LBFGS": "cupy.paper.lbfgs", "LeakyAdagrad": "cupy.paper.leakyadagrad",
    "Linear": "numpy.paper.linear", "LinearScaling": "numpy.paper.linearscaling",
    "LinearWarmup": "numpy.paper.linearwarmup", "Lion": "cupy.paper.lion",
    "LookaheadAdam": "cupy.paper.lookaheadadam",
    "MiniBatchGradientDescent": "cupy.paper.minibatchgradientdescent",
    "Momentum": "cupy.paper.momentum", "MomentumEMA": "cupy.paper.momentumema",
    "MomentumSum": "cupy.paper.momentumsum", "MomentumSutskever": "numpy.paper.momentumsutskever",
    "MomentumWarmup": "numpy.paper.momentumwarmup", "Muon": "cupy.paper.muon",
    "NAdam": "cupy.paper.nadam", "Nesterov": "cupy.paper.nesterov",
    "NesterovRearranged": "cupy.paper.nesterovrearranged", "Newton": "cupy.paper.newton",
    "NoisySGD": "cupy.paper.noisysgd", "PolyakStep": "cupy.paper.polyakstep",
    "Prodigy": "cupy.paper.prodigy", "RAdam": "cupy.paper.radam", "RMSProp": "cupy.paper.rmsprop",
    "RMSPropEpsInside": "cupy.paper.rmspropepsinside", "RMSPropGraves": "cupy.paper.rmspropgraves",
    "RMSPropNoRoot": "cupy.paper.rmspropnoroot",
    "RandomLocalSearch": "cupy.paper.randomlocalsearch", "RandomSearch": "cupy.paper.randomsearch",
    "RelaxedNewton": "cupy.paper.relaxednewton", "Rprop": "cupy.paper.rprop",
    "SAM": "cupy.paper.sam", "SGD": "cupy.paper.sgd", "SM3": "cupy.paper.sm3",
    "ScheduleFreeAdamW": "cupy.paper.schedulefreeadamw",
    "ScheduleFreeSGD": "cupy.paper.schedulefreesgd", "SignSGD": "cupy.paper.signsgd",
    "Signum": "cupy.paper.signum", "StepDecay": "numpy.paper.stepdecay",
    "SubgradientL1": "cupy.paper.subgradientl1", "WarmupCosine": "numpy.paper.warmupcosine",
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

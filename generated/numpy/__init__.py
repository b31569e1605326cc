"""Optimizers on NumPy arrays: the papers' forms here, frameworks' dialects in the packages.

Do not edit. Remake it with: gen kernels --backend numpy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.numpy import keras as keras
    from optwright.generated.numpy import optax as optax
    from optwright.generated.numpy import texts as texts
    from optwright.generated.numpy import torch as torch
    from optwright.generated.numpy.paper import (
        Adadelta as Adadelta, Adafactor as Adafactor, Adagrad as Adagrad, Adam as Adam,
        AdamEpsHat as AdamEpsHat, AdamEpsInside as AdamEpsInside, AdamL2 as AdamL2,
        AdamNoCorrection as AdamNoCorrection, AdamW as AdamW, BFGS as BFGS,
        ClippedAdam as ClippedAdam, ClippedLAMB as ClippedLAMB, ClippedSGD as ClippedSGD,
        Constant as Constant, Cosine as Cosine, DampedNewton as DampedNewton,
        Exponential as Exponential, GradientDescent as GradientDescent,
        GradientDescentL2 as GradientDescentL2, HeavyBall as HeavyBall, ISTA as ISTA,
        InverseSqrt as InverseSqrt, InverseTime as InverseTime, LAMB as LAMB, LARS as LARS,
        LBFGS as LBFGS, LeakyAdagrad as LeakyAdagrad, Linear as Linear,
        LinearScaling as LinearScaling, LinearWarmup as LinearWarmup, Lion as Lion,
        LookaheadAdam as LookaheadAdam, MiniBatchGradientDescent as MiniBatchGradientDescent,
        Momentum as Momentum, MomentumEMA as MomentumEMA, MomentumSum as MomentumSum,
        MomentumSutskever as MomentumSutskever, MomentumWarmup as MomentumWarmup, Muon as Muon,
        NAdam as NAdam, Nesterov as Nesterov, NesterovRearranged as NesterovRearranged,
        Newton as Newton, NoisySGD as NoisySGD, PolyakStep as PolyakStep, Prodigy as Prodigy,
        RAdam as RAdam, RMSProp as RMSProp, RMSPropEpsInside as RMSPropEpsInside,
        RMSPropGraves as RMSPropGraves, RMSPropNoRoot as RMSPropNoRoot,
        RandomLocalSearch as RandomLocalSearch, RandomSearch as RandomSearch,
        RelaxedNewton as RelaxedNewton, Rprop as Rprop, SAM as SAM, SGD as SGD, SM3 as SM3,
        ScheduleFreeAdamW as ScheduleFreeAdamW, ScheduleFreeSGD as ScheduleFreeSGD,
        SignSGD as SignSGD, Signum as Signum, StepDecay as StepDecay,
        SubgradientL1 as SubgradientL1, WarmupCosine as WarmupCosine,
        WarmupInverseSqrt as WarmupInverseSqrt, WarmupLinear as WarmupLinear,
    )

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
_PACKAGES = ("keras", "optax", "texts", "torch")

__all__ = [
    "keras", "optax", "texts", "torch", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamEpsHat",
    "AdamEpsInside", "AdamL2", "AdamNoCorrection", "AdamW", "BFGS", "ClippedAdam", "ClippedLAMB",
    "ClippedSGD", "Constant", "Cosine", "DampedNewton", "Exponential", "GradientDescent",
    "GradientDescentL2", "HeavyBall", "ISTA", "InverseSqrt", "InverseTime", "LAMB", "LARS", "LBFGS",
    "LeakyAdagrad", "Linear", "LinearScaling", "LinearWarmup", "Lion", "LookaheadAdam",
    "MiniBatchGradientDescent", "Momentum", "MomentumEMA", "MomentumSum", "MomentumSutskever",
    "MomentumWarmup", "Muon", "NAdam", "Nesterov", "NesterovRearranged", "Newton", "NoisySGD",
    "PolyakStep", "Prodigy", "RAdam", "RMSProp", "RMSPropEpsInside", "RMSPropGraves",
    "RMSPropNoRoot", "RandomLocalSearch", "RandomSearch", "RelaxedNewton", "Rprop", "SAM", "SGD",
    "SM3", "ScheduleFreeAdamW", "ScheduleFreeSGD", "SignSGD", "Signum", "StepDecay",
    "SubgradientL1", "WarmupCosine", "WarmupInverseSqrt", "WarmupLinear",
]


def __getattr__(name: str) -> Any:
    """Load a class or package when it is first used."""
    if name in _MODULES:
        found = getattr(import_module(f"optwright.generated.{_MODULES[name]}"), name)
    elif name in _PACKAGES:
        found = import_module(f"{__name__}.{name}")
    else:
        from optwright.runtime.error import suggest

        raise AttributeError(f"{__name__} has no {name!r}; {suggest(name, __all__)}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The names that can be imported."""
    return sorted(__all__)

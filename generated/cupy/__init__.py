"""Optimizers on CuPy arrays: the papers' forms here, frameworks' dialects in the packages.

Do not edit. Remake it with: gen kernels --backend cupy
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optwright.generated.cupy import keras as keras
    from optwright.generated.cupy import optax as optax
    from optwright.generated.cupy import texts as texts
    from optwright.generated.cupy import torch as torch
    from optwright.generated.cupy.paper import (
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

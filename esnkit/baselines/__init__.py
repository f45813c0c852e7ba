"""Networks trained by gradient: the rivals of the echo state network."""

from esnkit.baselines.fir_network import FIRNetwork
from esnkit.baselines.hessian_free import HessianFree
from esnkit.baselines.initialization import EchoState, Glorot, Orthogonal
from esnkit.baselines.inspection import GradientFlow, gradient_flow
from esnkit.baselines.kalman import ExtendedKalman
from esnkit.baselines.network import Network
from esnkit.baselines.optimizers import SGD, Adam, Momentum, Nesterov, RMSprop
from esnkit.baselines.schedules import (
    CosineDecay,
    ExponentialDecay,
    GeometricDecay,
    MomentumSchedule,
    Stages,
    StepDecay,
)

__all__ = [
    "SGD",
    "Adam",
    "CosineDecay",
    "EchoState",
    "ExponentialDecay",
    "ExtendedKalman",
    "FIRNetwork",
    "GeometricDecay",
    "Glorot",
    "GradientFlow",
    "HessianFree",
    "Momentum",
    "MomentumSchedule",
    "Nesterov",
    "Network",
    "Orthogonal",
    "RMSprop",
    "Stages",
    "StepDecay",
    "gradient_flow",
]

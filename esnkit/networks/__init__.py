"""Networks trained by gradient: the rivals of the echo state network."""

from esnkit.networks.fir_network import FIRNetwork
from esnkit.networks.gradient_flow import GradientFlow, gradient_flow
from esnkit.networks.initialization import EchoState, Glorot, Orthogonal
from esnkit.networks.learners.hessian_free import HessianFree
from esnkit.networks.learners.kalman import ExtendedKalman
from esnkit.networks.network import Network
from esnkit.networks.training.optimizers import SGD, Adam, Momentum, Nesterov, RMSprop
from esnkit.networks.training.schedules import (
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

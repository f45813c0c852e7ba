"""Networks trained by gradient: the rivals of the echo state network."""

from esnkit.networks.architectures import fir_network, recurrent_network
from esnkit.networks.gradient_flow import GradientFlow, gradient_flow
from esnkit.networks.holdout import EarlyStopping
from esnkit.networks.initialization import EchoState, Glorot, Orthogonal
from esnkit.networks.layers.cells import GRU, LSTM, Elman, Jordan, NumpyCell
from esnkit.networks.learners.base import Learner
from esnkit.networks.learners.bptt import BPTT, TBPTT
from esnkit.networks.learners.hessian_free import HessianFree
from esnkit.networks.learners.kalman import ExtendedKalman
from esnkit.networks.learners.online import RTRL
from esnkit.networks.learners.temporal_backprop import TemporalBackprop
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
from esnkit.networks.training.trainer import Trainer

__all__ = [
    "BPTT",
    "GRU",
    "LSTM",
    "RTRL",
    "SGD",
    "TBPTT",
    "Adam",
    "CosineDecay",
    "EarlyStopping",
    "EchoState",
    "Elman",
    "ExponentialDecay",
    "ExtendedKalman",
    "GeometricDecay",
    "Glorot",
    "GradientFlow",
    "HessianFree",
    "Jordan",
    "Learner",
    "Momentum",
    "MomentumSchedule",
    "Nesterov",
    "Network",
    "NumpyCell",
    "Orthogonal",
    "RMSprop",
    "Stages",
    "StepDecay",
    "TemporalBackprop",
    "Trainer",
    "fir_network",
    "gradient_flow",
    "recurrent_network",
]

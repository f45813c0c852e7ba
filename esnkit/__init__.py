"""Echo state networks for scikit-learn.

A **memory** turns a sequence into states; a **readout** turns states into outputs.
"""

from esnkit import analysis, datasets, metrics, topology
from esnkit.core.exceptions import DivergenceWarning
from esnkit.core.state import State
from esnkit.core.trees import Tree
from esnkit.forecasting.analogues import AnalogueForecaster
from esnkit.forecasting.auto.autoesn import AutoESN
from esnkit.forecasting.autoregression import AutoregressiveForecaster
from esnkit.forecasting.classical import ExponentialSmoothing, NaiveForecaster, SeasonalNaive
from esnkit.forecasting.forecaster import Forecaster
from esnkit.forecasting.intermittent import IntermittentForecaster
from esnkit.forecasting.local import LocalForecaster
from esnkit.forecasting.theta import ThetaForecaster
from esnkit.memories.composition import Bidirectional, Parallel, Stacked
from esnkit.memories.delayed import DelayedReservoir
from esnkit.memories.delays import TappedDelayLine
from esnkit.memories.es2n import ES2N
from esnkit.memories.gamma import GammaMemory
from esnkit.memories.legendre import LegendreMemory
from esnkit.memories.nvar import NVAR
from esnkit.memories.plasticity import IntrinsicPlasticity
from esnkit.memories.reservoir import Reservoir
from esnkit.memories.spiking import SpikingReservoir
from esnkit.memories.trees import TreeReservoir
from esnkit.models.classifier import ESNClassifier
from esnkit.models.esn import ESNRegressor
from esnkit.models.tdnn import TDNNRegressor
from esnkit.models.trees import TreeESNRegressor
from esnkit.models.warmup import warmup
from esnkit.networks.classifier import RNNClassifier
from esnkit.networks.fir import FIRRegressor
from esnkit.networks.rnn import RNNRegressor
from esnkit.persistence import load, save
from esnkit.readouts.mlp import MLPReadout
from esnkit.readouts.online import LMSReadout, RLSReadout
from esnkit.readouts.ridge import RidgeReadout

__version__ = "0.1.0"

__all__ = [
    "ES2N",
    "NVAR",
    "AnalogueForecaster",
    "AutoESN",
    "AutoregressiveForecaster",
    "Bidirectional",
    "DelayedReservoir",
    "DivergenceWarning",
    "ESNClassifier",
    "ESNRegressor",
    "ExponentialSmoothing",
    "FIRRegressor",
    "Forecaster",
    "GammaMemory",
    "IntermittentForecaster",
    "IntrinsicPlasticity",
    "LMSReadout",
    "LegendreMemory",
    "LocalForecaster",
    "MLPReadout",
    "NaiveForecaster",
    "Parallel",
    "RLSReadout",
    "RNNClassifier",
    "RNNRegressor",
    "Reservoir",
    "RidgeReadout",
    "SeasonalNaive",
    "SpikingReservoir",
    "Stacked",
    "State",
    "TDNNRegressor",
    "TappedDelayLine",
    "ThetaForecaster",
    "Tree",
    "TreeESNRegressor",
    "TreeReservoir",
    "analysis",
    "datasets",
    "load",
    "metrics",
    "save",
    "topology",
    "warmup",
]

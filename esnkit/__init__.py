"""Echo state networks for scikit-learn.

A **memory** turns a sequence into states; a **readout** turns states into outputs.
"""

from esnkit import analysis, datasets, metrics, topology
from esnkit.autoesn import AutoESN
from esnkit.baselines.fir import FIRRegressor
from esnkit.baselines.rnn import RNNRegressor
from esnkit.baselines.tdnn import TDNNRegressor
from esnkit.exceptions import DivergenceWarning
from esnkit.forecaster import Forecaster
from esnkit.gamma_memory import GammaMemory
from esnkit.local import LocalForecaster
from esnkit.memories import NVAR, TappedDelayLine
from esnkit.readout import RidgeReadout
from esnkit.regressor import ESNRegressor
from esnkit.reservoir import Reservoir
from esnkit.state import State

__version__ = "0.1.0"

__all__ = [
    "NVAR",
    "AutoESN",
    "DivergenceWarning",
    "ESNRegressor",
    "FIRRegressor",
    "Forecaster",
    "GammaMemory",
    "LocalForecaster",
    "RNNRegressor",
    "Reservoir",
    "RidgeReadout",
    "State",
    "TDNNRegressor",
    "TappedDelayLine",
    "analysis",
    "datasets",
    "metrics",
    "topology",
]

"""FIRRegressor: a network with taps in every layer, as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esnkit.core.parameters import store_parameters
from esnkit.core.seeding import RandomState
from esnkit.networks.architectures import fir_network
from esnkit.networks.base import NetworkRegressor
from esnkit.networks.holdout import EarlyStopping
from esnkit.networks.learners.base import Learner
from esnkit.networks.network import Network


class FIRRegressor(NetworkRegressor):
    r"""Distributed time-lagged network: every connection of every layer is an FIR filter [1]_.

    .. math:: h_j(n) = f\Bigl(b_j + \sum_i \sum_{k=0}^{K-1} w_{jik}\, x_i(n-k)\Bigr)

    in each hidden layer, and the same without f at the output; x is what the layer below puts out.
    `TDNNRegressor` has all its taps at the input. Here hidden units are remembered too: what one of
    them detects is seen for some steps, and need not be learned once for every delay. Inputs and
    targets are standardised inside, so that learning rates mean the same everywhere.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, default=(16,)
        Units of each hidden layer, the lowest first; none makes a linear filter.
    n_taps : int or sequence of int, default=5
        Inputs that a layer sees, the present one included: one number for all, or one for each
        hidden layer and for the output. With 1 everywhere this is a multilayer perceptron.
    activation : {"tanh", "relu", "logistic", "identity"}, default="tanh"
        The function f of the hidden units.
    loss : {"squared_error", "cross_entropy"}, default="squared_error"
        What is minimised. For cross-entropy y holds the probabilities of the classes, e.g. one-hot
        rows, and so do predictions.
    initialization : {"glorot"} or callable, default="glorot"
        Weights before training: the name, or any callable ``(network, seed) -> params``.
    learner : str or Learner, default="auto"
        What trains the weights: a `BPTT`, `TemporalBackprop`, `TBPTT`, `ExtendedKalman` or
        `HessianFree` with its own settings, or the name that stands for its defaults: ``"bptt"``,
        which ``"auto"`` means too, ``"temporal"``, ``"tbptt"``, ``"ekf"``, ``"hessian-free"``.
        ``"bptt"`` takes the exact gradient, over windows that bring all the past they depend on.
        ``"temporal"``, temporal backpropagation [1]_, moves the weights at every step, and training
        can go on with `partial_fit`.
    alpha : float, default=0.0
        Half of it times the squared weights, biases left out, is added to the mean loss.
        `ExtendedKalman` has an `initial_variance` instead.
    max_iter : int, default=200
        How often all data are presented, at most: the epochs.
    early_stopping : bool, EarlyStopping or "auto", default="auto"
        Whether a tenth of the data is held out, and training stops when its loss has not fallen
        for 20 epochs; an `EarlyStopping` has other numbers. ``"auto"`` does so where the learner
        is `BPTT` or `TBPTT` and 100 rows or more count: without it a network learns noise by
        heart.
    washout : int, default=0
        First steps of each sequence that are not fitted. Where the past is not zero before a
        sequence starts, as many as the network reaches back, ``network_.n_delays``.
    start : {"zero", "last"}, default="zero"
        Where `predict` starts if no state is given: with empty taps, or at the final training row.
    standardize : bool, default=True
        Whether the network sees inputs, and targets of squared error, with mean 0 and standard
        deviation 1. Its outputs are in the targets' own units in any case.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to.
    warm_start : bool, default=False
        Whether `fit` goes on from where the last one ended: weights, optimizer, scales and curves.
    progress : bool, default=False
        Whether to show a progress bar.
    dtype : {"float64", "float32"}, default="float64"
        Precision of the network.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the weights and the order of the data.

    Attributes
    ----------
    network_ : Network
        Describes the network, and names its weights: ``model.network_.views(model.params_)``.
    params_ : ndarray of shape (n_parameters,)
        All weights: those after the epoch with the lowest loss.
    learner_ : Learner
        The learner in use, a copy.
    loss_curve_ : list of float
        Mean loss of the mini-batches of each epoch, as they were met; of standardised targets.
    validation_loss_curve_ : list of float
        Loss of what is held out after each epoch; empty without early stopping.
    n_iter_ : int
        The epochs of training so far.
    best_epoch_ : int
        The epoch, from 1, after which the weights are those of `params_`.
    n_updates_ : int
        How often the weights have been moved.
    state_ : State or None
        The state after the final training row, the last inputs of all layers; None after fitting
        many sequences.
    output_range_ : ndarray of shape (2, n_outputs)
        Bounds in which outputs that are fed back are clipped: the range of the training targets,
        wider by ten times its width on both sides.
    n_outputs_ : int
        Number of targets.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    TDNNRegressor : All taps at the input.
    RNNRegressor : Networks that recur, whose memory has no end.
    esnkit.networks.fir_network : The network by itself.

    References
    ----------
    .. [1] E. A. Wan, "Temporal backpropagation for FIR neural networks", IJCNN 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import FIRRegressor
    >>> wave = np.sin(np.arange(401) / 5)
    >>> model = FIRRegressor((8,), n_taps=(6, 3), max_iter=50, random_state=0)
    >>> model.fit(wave[:-1, None], wave[1:]).free_run(3).shape
    (3,)
    >>> model.score(wave[:-1, None], wave[1:]) > 0.99
    True
    """

    _shape_names = ("hidden_layer_sizes", "n_taps", "activation", "dtype", "standardize", "loss")

    n_taps: int | Sequence[int]
    activation: str

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (16,),
        *,
        n_taps: int | Sequence[int] = 5,
        activation: str = "tanh",
        loss: str = "squared_error",
        initialization: Any = "glorot",
        learner: str | Learner = "auto",
        alpha: float = 0.0,
        max_iter: int = 200,
        early_stopping: bool | str | EarlyStopping = "auto",
        washout: int = 0,
        start: str = "zero",
        standardize: bool = True,
        id_column: str | int | None = None,
        warm_start: bool = False,
        progress: bool = False,
        dtype: str = "float64",
        random_state: RandomState = None,
    ) -> None:
        store_parameters(self, locals())

    def _describe(self, n_features: int) -> Network:
        return fir_network(
            n_features,
            self.n_outputs_,
            hidden_layer_sizes=self.hidden_layer_sizes,
            n_taps=self.n_taps,
            activation=self.activation,
            dtype=self.dtype,
        )

"""FIRRegressor: a network with taps in every layer, as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esnkit.core.seeding import RandomState
from esnkit.networks.base import NetworkRegressor
from esnkit.networks.fir_network import FIRNetwork
from esnkit.networks.learners.hessian_free import HessianFree
from esnkit.networks.learners.kalman import ExtendedKalman
from esnkit.networks.training.optimizers import Optimizer
from esnkit.networks.training.schedules import Schedule


class FIRRegressor(NetworkRegressor):
    r"""Distributed time-lagged network: every connection of every layer is an FIR filter [1]_.

    .. math:: h_j(n) = f\Bigl(b_j + \sum_i \sum_{k=0}^{K-1} w_{jik}\, x_i(n-k)\Bigr)

    in each hidden layer, and the same without f at the output; x is what the layer below puts out.
    `TDNNRegressor` has all its taps at the input. Here hidden units are remembered too: what one of
    them detects is seen for some steps, and need not be learned once for every delay. Inputs and
    targets are standardised inside, so that learning rates mean the same everywhere.

    Parameters
    ----------
    hidden_sizes : sequence of int, default=(16,)
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
    learner : str, ExtendedKalman or HessianFree, default="auto"
        ``"backpropagation"``, which ``"auto"`` stands for: the exact gradient, over windows that
        bring all the past they depend on. ``"temporal"``, temporal backpropagation [1]_: the
        weights move at every step, and each layer learns from errors of as many steps ago as the
        taps above it reach back; training can go on with `partial_fit`. ``"ekf"``,
        ``"hessian-free"``, ``"bptt"`` and ``"tbptt"`` are those of `RNNRegressor`.
    window : int, default=None
        Steps that are learned from at a time. None means 50 for ``"backpropagation"``, or as many
        as taps reach back if they are more, and whole sequences if these are shorter; for others
        what it means there.
    optimizer : {"adam", "rmsprop", "nesterov", "momentum", "sgd"} or Optimizer, default="adam"
        What moves the weights: a name, or an `Adam`, `RMSprop`, `Nesterov`, `Momentum` or `SGD`
        with its own settings.
    learning_rate : float or callable, default=0.003
        The rate, or a schedule such as `CosineDecay`: a function of the number of updates.
        ``"temporal"`` moves the weights so often that it wants a smaller one.
    max_gradient_norm : float, default=1.0
        Longer gradients are scaled down to this; None leaves them.
    weight_decay : float, default=0.0
        Rate at which weights decay, as a penalty of half of it times their squares. Biases are
        left alone.
    skip_below : float, default=0.0
        Mini-batches, or steps, with a loss below this do not move the weights.
    batch_size : int, default=None
        Windows side by side. None means 32, or less where an epoch would have fewer than ten
        updates.
    max_epochs : int, default=200
        How often all data are presented.
    early_stopping : bool, default=False
        Whether a part of the data is held out and training stops when its loss no longer falls.
    validation_fraction : float, default=0.1
        How much is held out: the last sequences if there are enough of them, or else the tail of
        each. In tails the network is run over all that came before.
    patience : int, default=20
        Epochs without a better validation loss after which training stops.
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
    network_ : FIRNetwork
        Describes the network, and names its weights: ``model.network_.views(model.params_)``.
    params_ : ndarray of shape (n_parameters,)
        All weights: those after the epoch with the lowest loss.
    learner_ : str
        The learner in use.
    loss_curve_ : list of float
        Mean loss of the mini-batches of each epoch, as they were met; of standardised targets.
    validation_loss_curve_ : list of float
        Loss of what is held out after each epoch; empty without early stopping.
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
    esnkit.networks.FIRNetwork : The network by itself.

    References
    ----------
    .. [1] E. A. Wan, "Temporal backpropagation for FIR neural networks", IJCNN 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import FIRRegressor
    >>> wave = np.sin(np.arange(401) / 5)
    >>> model = FIRRegressor((8,), n_taps=(6, 3), max_epochs=50, random_state=0)
    >>> model.fit(wave[:-1, None], wave[1:]).free_run(3).shape
    (3,)
    >>> model.score(wave[:-1, None], wave[1:]) > 0.99
    True
    """

    # What a network of this kind does not have, or does in one way only.
    cell = "fir"
    bidirectional = False
    feedback = False
    teacher_forcing = True
    output = "all"
    order = "shuffled"
    stride = None
    continuous = False

    _shape_names = ("hidden_sizes", "n_taps", "activation", "dtype", "standardize", "loss")

    def __init__(
        self,
        hidden_sizes: Sequence[int] = (16,),
        *,
        n_taps: int | Sequence[int] = 5,
        activation: str = "tanh",
        loss: str = "squared_error",
        initialization: Any = "glorot",
        learner: str | ExtendedKalman | HessianFree = "auto",
        window: int | None = None,
        optimizer: str | Optimizer = "adam",
        learning_rate: float | Schedule = 3e-3,
        max_gradient_norm: float | None = 1.0,
        weight_decay: float = 0.0,
        skip_below: float = 0.0,
        batch_size: int | None = None,
        max_epochs: int = 200,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 20,
        washout: int = 0,
        start: str = "zero",
        standardize: bool = True,
        id_column: str | int | None = None,
        warm_start: bool = False,
        progress: bool = False,
        dtype: str = "float64",
        random_state: RandomState = None,
    ) -> None:
        self.hidden_sizes = hidden_sizes
        self.n_taps = n_taps
        self.activation = activation
        self.loss = loss
        self.initialization = initialization
        self.learner = learner
        self.window = window
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.max_gradient_norm = max_gradient_norm
        self.weight_decay = weight_decay
        self.skip_below = skip_below
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.washout = washout
        self.start = start
        self.standardize = standardize
        self.id_column = id_column
        self.warm_start = warm_start
        self.progress = progress
        self.dtype = dtype
        self.random_state = random_state

    def _describe(self, n_features: int) -> FIRNetwork:
        return FIRNetwork(
            n_features,
            self.n_outputs_,
            hidden_sizes=self.hidden_sizes,
            n_taps=self.n_taps,
            activation=self.activation,
            dtype=self.dtype,
        )

    def _automatic_learner(self) -> str:
        return "backpropagation"

"""RNNRegressor: a recurrent network trained by gradient, as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils import check_array

from esnkit.core.seeding import RandomState
from esnkit.core.sequences import Sequences, check_weights, read_sequences
from esnkit.core.state import State
from esnkit.models.base import TrainingData
from esnkit.networks.base import NetworkRegressor
from esnkit.networks.learners.hessian_free import HessianFree
from esnkit.networks.learners.kalman import ExtendedKalman
from esnkit.networks.network import Network
from esnkit.networks.runner import FloatArray
from esnkit.networks.training.optimizers import Optimizer
from esnkit.networks.training.schedules import Schedule


class RNNRegressor(NetworkRegressor):
    """Recurrent network whose weights are all learned by gradient.

    The same verbs as `esnkit.ESNRegressor`: fit, predict, continue from a state, run freely.
    Inputs and targets are standardised inside, so that learning rates mean the same everywhere.

    Parameters
    ----------
    cell : {"elman", "jordan", "lstm", "gru"}, default="elman"
        The recurrent units, see `Network` for their equations.
    hidden_sizes : sequence of int, default=(64,)
        Units of each recurrent layer, the lowest first.
    activation : {"tanh", "relu", "logistic", "identity"}, default="tanh"
        Activation of Elman and Jordan units, and of the head's.
    bidirectional : bool, default=False
        Whether each layer also reads the sequence backwards. Such a network needs whole
        sequences: it neither goes on from a state nor runs freely.
    head_sizes : sequence of int, default=()
        Units of hidden layers between the recurrent layers and the output, as in a recurrent
        multilayer perceptron.
    feedback : bool, default=False
        Whether y(n-1) enters the first layer beside x(n); a Jordan network has that by itself.
    teacher_forcing : bool, default=True
        Whether the target y(n-1), and not the network's own output, is fed back while fitting.
    output : {"all", "last"}, default="all"
        Whether each row of X has a target, or each sequence as a whole (many-to-one): then y has
        one row for each sequence, which the output at its last row is fitted to.
    loss : {"squared_error", "cross_entropy"}, default="squared_error"
        What is minimised. For cross-entropy y holds the probabilities of the classes, e.g. one-hot
        rows, and so do predictions.
    initialization : {"glorot", "orthogonal", "echo-state"} or callable, default="glorot"
        Weights before training: a name, a `Glorot`, `Orthogonal` or `EchoState` with its own
        settings, or any callable ``(network, seed) -> params``.
    learner : str, ExtendedKalman or HessianFree, default="auto"
        ``"bptt"``: errors are taken back through whole sequences, or through windows that start
        at the zero state. ``"tbptt"``, truncated: sequences are run through window by window, and
        the state is carried on, as it is in `predict`. ``"auto"`` takes the latter, unless
        `output` is ``"last"`` or the network is bidirectional. ``"hessian-free"``, or a
        `HessianFree` with its own settings: few large steps, each to about the minimum of a
        quadratic model of the loss, over what ``"bptt"`` would be shown. The others move the
        weights at every step of a sequence and can go on with `partial_fit`. ``"rtrl"``, real-time
        recurrent learning: the exact gradient, carried forward, for one layer of up to 64 Elman
        units. ``"ekf"``, or an `ExtendedKalman` with its own settings: the extended Kalman filter,
        for up to 3000 weights, or more if decoupled. `optimizer`, `learning_rate` and what belongs
        to them are not used by ``"hessian-free"`` and ``"ekf"``.
    window : int, default=None
        Steps that errors are taken back at most. None means whole sequences for ``"bptt"`` and
        ``"hessian-free"``, and 50 steps, less if sequences are shorter, for ``"tbptt"``. For
        ``"ekf"`` it means exact derivatives where ``"rtrl"`` would serve, and elsewhere 20 steps.
    stride : int, default=None
        Steps from the beginning of one window to that of the next; None means `window`. For
        ``"tbptt"`` an update takes the errors of so many steps (k1) back through a window (k2).
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of sequences in an epoch. Shortest first is known to help with long lags.
    continuous : bool, default=False
        Whether the state goes on from each sequence to the next, from epoch to epoch, instead of
        starting at zero. Only for ``"tbptt"``.
    optimizer : {"adam", "rmsprop", "nesterov", "momentum", "sgd"} or Optimizer, default="adam"
        What moves the weights: a name, or an `Adam`, `RMSprop`, `Nesterov`, `Momentum` or `SGD`
        with its own settings.
    learning_rate : float or callable, default=0.003
        The rate, or a schedule such as `CosineDecay`: a function of the number of updates.
    max_gradient_norm : float, default=1.0
        Longer gradients are scaled down to this; None leaves them.
    weight_decay : float, default=0.0
        Rate at which weights decay, as a penalty of half of it times their squares. Biases are
        left alone.
    skip_below : float, default=0.0
        Mini-batches, or steps, with a loss below this do not move the weights.
    batch_size : int, default=None
        Pieces of sequences side by side. None means 32, or less where an epoch would have fewer
        than ten updates; for ``"hessian-free"`` all of them, up to 1000 and to 200 000 steps.
    max_epochs : int, default=200
        How often all data are presented.
    early_stopping : bool, default=False
        Whether a part of the data is held out and training stops when its loss no longer falls;
        worth its price on short or noisy series.
    validation_fraction : float, default=0.1
        How much is held out: the last sequences if there are enough of them, or else the tail of
        each. In tails the network is run over all that came before.
    patience : int, default=20
        Epochs without a better validation loss after which training stops.
    washout : int, default=0
        First steps of each sequence that are not fitted. Windows of ``"bptt"`` and
        ``"hessian-free"`` inside a sequence start so many steps earlier.
    start : {"zero", "last"}, default="zero"
        Where `predict` starts if no state is given: at the zero state, or at the final training
        row.
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
        Precision of the network; single precision is faster.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the weights and the order of the data.

    Attributes
    ----------
    network_ : Network
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
        The state after the final training row; None after fitting many sequences.
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
    esnkit.ESNRegressor : Learns only its readout, at once.
    esnkit.plotting.LossCurveDisplay : Draws the loss curves.

    Notes
    -----
    Whatever `validation_fraction` holds out, `state_` is that after all rows. If the loss explodes
    or training is interrupted from the keyboard, the best weights until then are kept and a
    warning tells so.

    References
    ----------
    .. [1] P. J. Werbos, "Backpropagation through time: what it does and how to do it",
       Proceedings of the IEEE 78, 1990.
    .. [2] R. J. Williams and J. Peng, "An efficient gradient-based algorithm for on-line training
       of recurrent network trajectories", Neural Computation 2, 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import RNNRegressor
    >>> wave = np.sin(np.arange(401) / 5)
    >>> model = RNNRegressor("lstm", (16,), max_epochs=100, random_state=0)
    >>> model.fit(wave[:-1, None], wave[1:]).free_run(3).shape
    (3,)
    >>> model.score(wave[:-1, None], wave[1:]) > 0.99
    True
    """

    _shape_names = (
        *("cell", "hidden_sizes", "activation", "bidirectional", "head_sizes", "feedback"),
        *("dtype", "standardize", "loss"),
    )

    def __init__(
        self,
        cell: str = "elman",
        hidden_sizes: Sequence[int] = (64,),
        *,
        activation: str = "tanh",
        bidirectional: bool = False,
        head_sizes: Sequence[int] = (),
        feedback: bool = False,
        teacher_forcing: bool = True,
        output: str = "all",
        loss: str = "squared_error",
        initialization: Any = "glorot",
        learner: str | ExtendedKalman | HessianFree = "auto",
        window: int | None = None,
        stride: int | None = None,
        order: str = "shuffled",
        continuous: bool = False,
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
        self.cell = cell
        self.hidden_sizes = hidden_sizes
        self.activation = activation
        self.bidirectional = bidirectional
        self.head_sizes = head_sizes
        self.feedback = feedback
        self.teacher_forcing = teacher_forcing
        self.output = output
        self.loss = loss
        self.initialization = initialization
        self.learner = learner
        self.window = window
        self.stride = stride
        self.order = order
        self.continuous = continuous
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

    def _describe(self, n_features: int) -> Network:
        return Network(
            n_features,
            self.n_outputs_,
            cell=self.cell,
            hidden_sizes=self.hidden_sizes,
            activation=self.activation,
            bidirectional=self.bidirectional,
            head_sizes=self.head_sizes,
            feedback=self.feedback,
            dtype=self.dtype,
        )

    def _automatic_learner(self) -> str:
        return "bptt" if self.bidirectional or self.output == "last" else "tbptt"

    def _read(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> TrainingData:
        """Check the training data; targets of whole sequences are put at their last rows."""
        if self.output == "all":
            return super()._read(X, y, sample_weight, reset)
        sequences = read_sequences(self, X, id_column=self.id_column, reset=reset)
        labels = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        if len(labels) != len(sequences):
            raise ValueError(
                f"y has {len(labels)} row(s), but X holds {len(sequences)} sequence(s), and "
                "output='last' needs one row for each."
            )
        self._flat = labels.ndim == 1
        last = self._labelled(sequences)
        targets = np.zeros((len(sequences.rows), labels.size // len(labels)))
        targets[last] = labels.reshape(len(labels), -1)
        weights = np.zeros(len(targets))
        given = check_weights(sample_weight, len(labels))
        weights[last] = 1 if given is None else given
        return TrainingData(sequences, targets, weights)

    def _give_back(self, sequences: Sequences, outputs: FloatArray) -> Any:
        """Return what rows, or sequences, are predicted to have."""
        if self.output == "all":
            return super()._give_back(sequences, outputs)
        return outputs[self._labelled(sequences)]

    def _start_state(self, state: State | None) -> State:
        if state is not None:
            self._check_continuable()
        return super()._start_state(state)

    def _last_state(self) -> State:
        self._check_continuable()
        return super()._last_state()

    def _check_continuable(self) -> None:
        """Refuse to go on with a network that has to see the end of a sequence."""
        if self.bidirectional:
            raise ValueError(
                "A bidirectional network needs whole sequences: it cannot go on from a state."
            )

    def _labelled(self, sequences: Sequences) -> Any:
        """Return an index of the rows that have targets, and predictions."""
        return slice(None) if self.output == "all" else sequences.offsets[1:] - 1

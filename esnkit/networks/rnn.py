"""RNNRegressor: a recurrent network trained by gradient, as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from esnkit.core.checks import check_name
from esnkit.core.parameters import store_parameters
from esnkit.core.seeding import RandomState
from esnkit.core.sequences import Sequences
from esnkit.models.base import TrainingData
from esnkit.models.whole_sequences import answers_for_rows, read_whole
from esnkit.networks.architectures import recurrent_network
from esnkit.networks.base import NetworkRegressor
from esnkit.networks.holdout import EarlyStopping
from esnkit.networks.layers.cells import RecurrentCell, find_cell
from esnkit.networks.learners.base import Learner
from esnkit.networks.network import Network
from esnkit.networks.runner import FloatArray


class RNNRegressor(NetworkRegressor):
    """Recurrent network whose weights are all learned by gradient.

    The same verbs as `esnkit.ESNRegressor`: fit, predict, continue from a state, run freely.
    Inputs and targets are standardised inside, so that learning rates mean the same everywhere.

    Parameters
    ----------
    cell : {"elman", "jordan", "lstm", "gru"} or RecurrentCell, default="elman"
        The recurrent units, see `recurrent_network` for their equations: a name, an `Elman` or
        `Jordan` with another activation, or a cell of your own, see `NumpyCell`.
    hidden_layer_sizes : sequence of int, default=(64,)
        Units of each recurrent layer, the lowest first.
    bidirectional : bool, default=False
        Whether each layer also reads the sequence backwards. Such a network needs whole
        sequences: it neither goes on from a state nor runs freely.
    head_layer_sizes : sequence of int, default=()
        Units of hidden layers between the recurrent layers and the output, as in a recurrent
        multilayer perceptron.
    feedback : bool or "free", default=False
        Whether y(n-1) enters the first layer beside x(n); a Jordan network has that by itself.
        While fitting, that is the target (teacher forcing), or with ``"free"`` the network's own
        output.
    output : {"step", "sequence"}, default="step"
        Whether each row of X has a target, or each sequence as a whole (many-to-one): then y has
        one row for each sequence, which the output at its last row is fitted to.
    loss : {"squared_error", "cross_entropy"}, default="squared_error"
        What is minimised. For cross-entropy y holds the probabilities of the classes, e.g. one-hot
        rows, and so do predictions; `RNNClassifier` takes labels.
    initialization : {"glorot", "orthogonal", "echo-state"} or callable, default="glorot"
        Weights before training: a name, a `Glorot`, `Orthogonal` or `EchoState` with its own
        settings, or any callable ``(network, seed) -> params``.
    learner : str or Learner, default="auto"
        What trains the weights: a `BPTT`, `TBPTT`, `RTRL`, `ExtendedKalman` or `HessianFree` with
        its own settings, or the name that stands for its defaults: ``"bptt"``, ``"tbptt"``,
        ``"rtrl"``, ``"ekf"``, ``"hessian-free"``. ``"auto"`` takes ``"tbptt"``, unless `output` is
        ``"sequence"`` or the network is bidirectional, where it takes ``"bptt"``.
    alpha : float, default=0.0
        Half of it times the squared weights, biases left out, is added to the mean loss.
        `ExtendedKalman` has an `initial_variance` instead.
    max_iter : int, default=200
        How often all data are presented, at most: the epochs.
    early_stopping : bool, EarlyStopping or "auto", default="auto"
        Whether a tenth of the data is held out, and training stops when its loss has not fallen
        for 20 epochs; an `EarlyStopping` has other numbers. ``"auto"`` does so where the learner
        is `BPTT` or `TBPTT` and 100 rows or more count: without it a network learns noise by heart.
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
    Whatever early stopping holds out, `state_` is that after all rows. If the loss explodes
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
    >>> model = RNNRegressor("lstm", (16,), max_iter=100, random_state=0)
    >>> model.fit(wave[:-1, None], wave[1:]).free_run(3).shape
    (3,)
    >>> model.score(wave[:-1, None], wave[1:]) > 0.99
    True
    """

    _shape_names = (
        *("cell", "hidden_layer_sizes", "bidirectional", "head_layer_sizes", "feedback"),
        *("dtype", "standardize", "loss"),
    )

    cell: str | RecurrentCell
    bidirectional: bool
    head_layer_sizes: Sequence[int]
    feedback: bool | str
    output: str

    def __init__(
        self,
        cell: str | RecurrentCell = "elman",
        hidden_layer_sizes: Sequence[int] = (64,),
        *,
        bidirectional: bool = False,
        head_layer_sizes: Sequence[int] = (),
        feedback: bool | str = False,
        output: str = "step",
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
        return recurrent_network(
            n_features,
            self.n_outputs_,
            cell=self.cell,
            hidden_layer_sizes=self.hidden_layer_sizes,
            bidirectional=self.bidirectional,
            head_layer_sizes=self.head_layer_sizes,
            feedback=bool(self.feedback),
            dtype=self.dtype,
        )

    @property
    def can_continue(self) -> bool:  # type: ignore[override]
        """Whether the model can go on from a given state: if it does not read backwards too."""
        return not self.bidirectional

    @property
    def limitation(self) -> str:  # type: ignore[override]
        """Why the model cannot, if it cannot."""
        if self.bidirectional:
            return "bidirectional=True needs whole sequences."
        return super().limitation

    def _automatic_learner(self) -> str:
        return "bptt" if self.bidirectional or self._one_target_per_sequence else "tbptt"

    @property
    def _teacher_forcing(self) -> bool:
        return self.feedback != "free"

    @property
    def _one_target_per_sequence(self) -> bool:
        return self.output == "sequence"

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_name("output", self.output, ("step", "sequence"))
        check_name("feedback", self.feedback, (True, False, "free"))
        if self.feedback or find_cell(self.cell).feeds_back_outputs:
            given = f"got cell={self.cell!r} with feedback={self.feedback!r}."
            if self.loss == "cross_entropy":
                raise ValueError(
                    "loss='cross_entropy' has probabilities for targets, which cannot be fed back: "
                    + given
                )
            if self._teacher_forcing and self._one_target_per_sequence:
                raise ValueError(
                    "output='sequence' knows no target to feed back before the last: it needs "
                    f"feedback='free', {given}"
                )
        if self.bidirectional and self.start == "last":
            raise ValueError(
                "bidirectional=True needs whole sequences, so there is no going on with "
                "start='last'."
            )

    def _read(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> TrainingData:
        """Check the training data; targets of whole sequences are put at their last rows."""
        if self.output == "step":
            return super()._read(X, y, sample_weight, reset)
        data, self._flat = read_whole(self, X, y, sample_weight, reset)
        last = self._labelled(data.sequences)
        targets = np.zeros((len(data.sequences.rows), data.targets.shape[1]))
        targets[last] = data.targets
        weights = np.zeros(len(targets))
        weights[last] = 1 if data.weights is None else data.weights
        return TrainingData(data.sequences, targets, weights)

    def _give_back(self, sequences: Sequences, outputs: FloatArray) -> Any:
        """Return what rows, or sequences, are predicted to have."""
        if self.output == "step":
            return super()._give_back(sequences, outputs)
        return answers_for_rows(sequences, outputs[self._labelled(sequences)], self.id_column)

    def _labelled(self, sequences: Sequences) -> Any:
        """Return an index of the rows that have targets, and predictions."""
        return slice(None) if self.output == "step" else sequences.offsets[1:] - 1

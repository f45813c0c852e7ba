"""RNNClassifier: labels of sequences, or of their steps, by a recurrent network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from esnkit.core.checks import check_name
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.sequences import Sequences
from esnkit.core.typing import FloatArray
from esnkit.models.labelled import SequenceClassifier, mix_classes
from esnkit.networks.holdout import EarlyStopping
from esnkit.networks.layers.cells import RecurrentCell
from esnkit.networks.learners.base import Learner
from esnkit.networks.rnn import RNNRegressor


class RNNClassifier(SequenceClassifier):
    """Classify sequences, or the steps of sequences, by a recurrent network.

    A softmax over the network's outputs gives probabilities of the classes, and cross-entropy is
    minimised. With ``output="sequence"`` the outputs at the last row of a sequence are taken; a
    bidirectional network has then read it both ways.

    Parameters
    ----------
    cell : {"elman", "jordan", "lstm", "gru"} or RecurrentCell, default="lstm"
        The recurrent units, as in `RNNRegressor`; those of Jordan, which see the last output, are
        refused.
    hidden_layer_sizes : sequence of int, default=(64,)
        Units of each recurrent layer, the lowest first.
    bidirectional : bool, default=False
        Whether each layer also reads the sequence backwards.
    head_layer_sizes : sequence of int, default=()
        Units of hidden layers between the recurrent layers and the output.
    output : {"sequence", "step"}, default="sequence"
        What a label belongs to.
    initialization : {"glorot", "orthogonal", "echo-state"} or callable, default="glorot"
        Weights before training, as in `RNNRegressor`.
    learner : str or Learner, default="auto"
        What trains the weights, as in `RNNRegressor`.
    alpha : float, default=0.0
        Half of it times the squared weights, biases left out, is added to the mean loss.
    max_iter : int, default=200
        How often all data are presented, at most: the epochs.
    early_stopping : bool, EarlyStopping or "auto", default="auto"
        Whether a tenth of the data is held out to stop by, as in `RNNRegressor`. Of sequences every
        class has its share in it.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, as in scikit-learn.
    standardize : bool, default=True
        Whether the network sees inputs with mean 0 and standard deviation 1.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence.
    progress : bool, default=False
        Whether to show a progress bar.
    dtype : {"float64", "float32"}, default="float64"
        Precision of the network; single precision is faster.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the weights and the order of the data.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    model_ : RNNRegressor
        The fitted network, whose outputs are the probabilities.
    loss_curve_ : list of float
        Mean loss of the mini-batches of each epoch, as they were met.
    validation_loss_curve_ : list of float
        Loss of what is held out after each epoch; empty without early stopping.
    n_iter_ : int
        The epochs of training.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    esnkit.ESNClassifier : Learns only its readout, in a moment.
    RNNRegressor : Numbers instead of labels.

    Examples
    --------
    Slow waves and quick ones:

    >>> import numpy as np
    >>> from esnkit import RNNClassifier
    >>> X = [np.sin(np.arange(30) * (0.3 + 0.4 * (n % 2)) + n)[:, None] for n in range(60)]
    >>> y = np.array(["slow", "quick"])[np.arange(60) % 2]
    >>> classifier = RNNClassifier("gru", (8,), max_iter=60, random_state=0).fit(X[:40], y[:40])
    >>> classifier.score(X[40:], y[40:]) > 0.9
    True
    """

    def __init__(
        self,
        cell: str | RecurrentCell = "lstm",
        hidden_layer_sizes: Sequence[int] = (64,),
        *,
        bidirectional: bool = False,
        head_layer_sizes: Sequence[int] = (),
        output: str = "sequence",
        initialization: Any = "glorot",
        learner: str | Learner = "auto",
        alpha: float = 0.0,
        max_iter: int = 200,
        early_stopping: bool | str | EarlyStopping = "auto",
        class_weight: Any = None,
        standardize: bool = True,
        id_column: str | int | None = None,
        progress: bool = False,
        dtype: str = "float64",
        random_state: RandomState = None,
    ) -> None:
        self.cell = cell
        self.hidden_layer_sizes = hidden_layer_sizes
        self.bidirectional = bidirectional
        self.head_layer_sizes = head_layer_sizes
        self.output = output
        self.initialization = initialization
        self.learner = learner
        self.alpha = alpha
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.class_weight = class_weight
        self.standardize = standardize
        self.id_column = id_column
        self.progress = progress
        self.dtype = dtype
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            One sequence, or many; with `id_column`, rows of many sequences.
        y : array-like of shape (n_sequences,) or (n_steps,), or a list of such
            Labels: one for each sequence; with `id_column`, one for each row, alike in a sequence,
            or one for each sequence. With ``output="step"``, one for each row, in a list of arrays
            if X is a list.
        sample_weight : array-like, default=None
            Weights, in the form of y.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described, there is one class only, or the learner
            does not serve the network.

        Warns
        -----
        ConvergenceWarning
            If the loss or its gradient exploded. The best weights until then are kept.
        """
        check_name("output", self.output, ("sequence", "step"))
        sequences = self._read(X, reset=True)
        codes, weights = self._read_labels(sequences, y, sample_weight)
        targets = np.eye(len(self.classes_))[codes]
        parts = list(sequences.parts())
        wanted: Any
        counts: Any
        if self.output == "sequence":
            # The last ones may be held out, so all classes must be among them.
            order = mix_classes(codes, child_generator(root_seed(self.random_state), "data"))
            rows = [sequences.rows[parts[i]] for i in order]
            wanted, counts = targets[order], None if weights is None else weights[order]
        else:
            rows = [sequences.rows[part] for part in parts]
            wanted = [targets[part] for part in parts]
            counts = None if weights is None else [weights[part] for part in parts]
        shared = {"class_weight", "id_column"}
        options = {k: v for k, v in self.get_params(deep=False).items() if k not in shared}
        self.model_ = RNNRegressor(loss="cross_entropy", **options).fit(rows, wanted, counts)
        self.loss_curve_ = self.model_.loss_curve_
        self.validation_loss_curve_ = self.model_.validation_loss_curve_
        self.n_iter_ = self.model_.n_iter_
        return self

    def _probabilities(self, sequences: Sequences) -> FloatArray:
        """Return one row for each sequence, or for each step."""
        parts = [sequences.rows[part] for part in sequences.parts()]
        outputs = self.model_.predict(parts)
        return np.concatenate(outputs) if self.output == "step" else np.asarray(outputs)

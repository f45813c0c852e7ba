"""TDNNRegressor: a delay memory in front of a multi-layer perceptron."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import scipy.special
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import has_fit_parameter

from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.memories.base import Memory
from esnkit.memories.delays import TappedDelayLine
from esnkit.models.base import TrainingData
from esnkit.models.memory_regressor import MemoryRegressor, own_copy

if TYPE_CHECKING:
    from sklearn.neural_network import MLPRegressor


_LINE_SEARCH_FAILED = r"lbfgs failed to converge[\s\S]*ABNORMAL"


class TDNNRegressor(MemoryRegressor):
    r"""Focused time-lagged network: a memory of delays with a multi-layer perceptron.

    .. math:: y(n) = c + V f\bigl(b + U [g_0(n); g_1(n); \dots; g_K(n)]\bigr)

    All memory is at the input, in fixed taps g, and what is learned is a static map of them, above
    with one hidden layer. Over a `TappedDelayLine` this is the time-delay network [1]_ in its
    focused form, over a `GammaMemory` the gamma network [2]_. The perceptron is scikit-learn's. It
    sees taps and targets of mean 0 and standard deviation 1; the outputs come back in the units of
    the targets.

    Parameters
    ----------
    memory : memory, default=None
        What turns the input into taps; None means ``TappedDelayLine()``.
    hidden_layer_sizes : sequence of int, default=(32,)
        Units of each hidden layer.
    activation : {"tanh", "relu", "logistic", "identity"}, default="tanh"
        The function f of the hidden units.
    solver : {"lbfgs", "adam", "sgd"}, default="lbfgs"
        How weights are found: by a quasi-Newton method over all rows, or by mini-batches.
    alpha : float, default=1.0
        Penalty on the squared weights, against the sum of squared errors, both over standardised
        values; as in a ridge regression.
    learning_rate_init : float, default=0.001
        Step size of ``"adam"`` and ``"sgd"``.
    batch_size : int or "auto", default="auto"
        Rows in a mini-batch of ``"adam"`` and ``"sgd"``; ``"auto"`` is 200, or all if fewer.
    max_iter : int, default=1000
        Largest number of iterations, or of passes over the rows for ``"adam"`` and ``"sgd"``.
    tol : float, default=0.0001
        Training ends when the loss no longer falls by so much.
    washout : int, default=0
        First steps of each sequence that are not fitted. Where the past is not zero before a
        sequence starts, as many as the memory reaches back.
    start : {"zero", "last"}, default="zero"
        Where `predict` starts if no state is given: ``"zero"`` with empty taps; ``"last"`` at the
        final training row, for input that continues the training sequence.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence, and each starts with empty taps.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the initial weights and of mini-batches.

    Attributes
    ----------
    memory_ : memory
        The fitted copy of `memory`.
    network_ : MLPRegressor
        The fitted perceptron, which takes and gives standardised values.
    n_iter_ : int
        Iterations that the training took.
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
    TappedDelayLine : The default memory.
    GammaMemory : The memory that makes this the gamma network.
    FIRRegressor : Taps in every layer.
    esnkit.ESNRegressor : Any memory with any regressor, as it is.

    References
    ----------
    .. [1] A. Waibel, T. Hanazawa, G. Hinton, K. Shikano and K. J. Lang, "Phoneme recognition
       using time-delay neural networks", IEEE Transactions on Acoustics, Speech, and Signal
       Processing 37, 328-339, 1989.
    .. [2] B. de Vries and J. C. Principe, "The gamma model: a new neural model for temporal
       processing", Neural Networks 5, 565-576, 1992.

    Examples
    --------
    >>> from esnkit import GammaMemory, TDNNRegressor
    >>> from esnkit.datasets import mackey_glass
    >>> series = mackey_glass(1500, random_state=0)
    >>> network = TDNNRegressor(GammaMemory(10, mu=0.7), washout=30, random_state=0)
    >>> network.fit(series[:1000, None], series[1:1001])
    TDNNRegressor(memory=GammaMemory(mu=0.7), random_state=0, washout=30)
    >>> network.free_run(84).shape
    (84,)
    """

    def __init__(
        self,
        memory: Any = None,
        *,
        hidden_layer_sizes: Sequence[int] = (32,),
        activation: str = "tanh",
        solver: str = "lbfgs",
        alpha: float = 1.0,
        learning_rate_init: float = 0.001,
        batch_size: int | str = "auto",
        max_iter: int = 1000,
        tol: float = 0.0001,
        washout: int = 0,
        start: str = "zero",
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.memory = memory
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.washout = washout
        self.start = start
        self.id_column = id_column
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Run the memory over the input and train the perceptron on its taps.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The targets; row n belongs to row n of X.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows in the training of the perceptron. Rows of weight zero are passed
            through the memory only; other weights than 0 and 1 need scikit-learn 1.7.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described, `washout` leaves a sequence nothing
            to fit, or scikit-learn's perceptron does not take such weights.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` ends the training.
        """
        return self._fit(X, y, sample_weight)

    @property
    def _memory(self) -> Memory:
        return TappedDelayLine() if self.memory is None else self.memory

    def _check_parameters(self) -> None:
        super()._check_parameters()
        self._check_memory(self.memory, "memory")

    def _make_parts(self, seed: np.random.SeedSequence | None) -> Memory:
        from sklearn.neural_network import MLPRegressor

        self.memory_ = own_copy(self.memory, TappedDelayLine, seed, "reservoir")
        rng = child_generator(root_seed(None) if seed is None else seed, "readout")
        self.network_ = MLPRegressor(
            hidden_layer_sizes=self.hidden_layer_sizes,
            activation=self.activation,
            solver=self.solver,
            alpha=self.alpha,
            learning_rate_init=self.learning_rate_init,
            batch_size=self.batch_size,
            max_iter=self.max_iter,
            tol=self.tol,
            random_state=int(rng.integers(2**31)),
        )
        return self.memory_

    def _fit_readout(self, data: TrainingData) -> None:
        self._fit_at_once(_Standardised(self.network_), data)
        self.n_iter_ = self.network_.n_iter_


class _Standardised:
    """A perceptron between values of mean 0 and deviation 1, and its outputs without ceremony.

    In a free run a single row comes at a time, for which scikit-learn's own checks would take
    most of the time.
    """

    def __init__(self, network: MLPRegressor) -> None:
        self.network = network

    def fit(
        self, features: FloatArray, targets: FloatArray, sample_weight: FloatArray | None = None
    ) -> None:
        """Find the scales, and train the perceptron."""
        if sample_weight is not None:
            present = sample_weight > 0
            if not present.any():
                raise ValueError("sample_weight is zero for every row.")
            features, targets, sample_weight = (
                values[present] for values in (features, targets, sample_weight)
            )
        weights = self._options(sample_weight)
        columns = targets.reshape(len(targets), -1)
        self.input_scale = StandardScaler().fit(features, **weights)
        self.output_scale = StandardScaler().fit(columns, **weights)
        scaled = self.output_scale.transform(columns).reshape(targets.shape)
        with warnings.catch_warnings():
            if columns.shape[1] > 1:
                # The gradient is then not quite that of the loss (scikit-learn's issue 8349), so
                # close to the minimum a line search may find no step that lowers the loss.
                warnings.filterwarnings("ignore", _LINE_SEARCH_FAILED, ConvergenceWarning)
            self.network.fit(self.input_scale.transform(features), scaled, **weights)

    def _options(self, sample_weight: FloatArray | None) -> dict[str, FloatArray]:
        """Return the weights as arguments if they make a difference, and if they can be given."""
        if sample_weight is None or (sample_weight == 1).all():
            return {}
        if not has_fit_parameter(self.network, "sample_weight"):
            other = sample_weight[sample_weight != 1][0]
            raise ValueError(
                f"sample_weight holds other weights than 0 and 1, such as {other}: the perceptron "
                "takes them from scikit-learn 1.7 on."
            )
        return {"sample_weight": sample_weight}

    def predict(self, features: FloatArray) -> FloatArray:
        """Return the outputs of shape (n_steps, n_outputs)."""
        *hidden, last = zip(self.network.coefs_, self.network.intercepts_, strict=True)
        squash = _ACTIVATIONS[self.network.activation]
        values = (features - self.input_scale.mean_) / self.input_scale.scale_
        for weights, bias in hidden:
            values = squash(values @ weights + bias)
        weights, bias = last
        return (values @ weights + bias) * self.output_scale.scale_ + self.output_scale.mean_


def _relu(values: FloatArray) -> FloatArray:
    return np.maximum(values, 0)


def _identity(values: FloatArray) -> FloatArray:
    return values


_ACTIVATIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "tanh": np.tanh,
    "relu": _relu,
    "logistic": scipy.special.expit,
    "identity": _identity,
}

"""TDNNRegressor: a delay memory in front of a multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esnkit.core.parameters import store_parameters
from esnkit.core.seeding import RandomState
from esnkit.memories.base import Memory
from esnkit.memories.delays import TappedDelayLine
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.mlp import MLPReadout


class TDNNRegressor(ESNRegressor):
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
    clip_margin : float, default=10.0
        How far outputs that are fed back may leave the range of the training targets, in widths
        of that range. They are clipped there, with a warning.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence, and each starts with empty taps.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the initial weights and of mini-batches.

    Attributes
    ----------
    reservoir_ : memory
        The fitted copy of `memory`.
    readout_ : MLPReadout
        The fitted perceptron.
    n_iter_ : int
        Iterations that its training took.
    state_ : State or None
        The state after the final training row; None after fitting many sequences.
    output_range_ : ndarray of shape (2, n_outputs)
        Bounds in which outputs that are fed back are clipped: the range of the training targets,
        wider by `clip_margin` times its width on both sides.
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
    esnkit.ESNRegressor : Any memory with any readout; this is one with an `MLPReadout`.

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

    include_input = False  # the memory's taps are all that the perceptron sees
    output = "step"
    pooling = "last"
    squared_states = False
    training_feedback = "teacher"
    output, pooling = "step", "last"
    _memory_name = "memory"

    memory: Any
    hidden_layer_sizes: Sequence[int]
    activation: str
    solver: str
    alpha: float
    learning_rate_init: float
    batch_size: int | str
    max_iter: int
    tol: float

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
        clip_margin: float = 10.0,
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        store_parameters(self, locals())

    @property
    def _memory(self) -> Memory:
        return TappedDelayLine() if self.memory is None else self.memory

    @property
    def _readout(self) -> MLPReadout:
        names = MLPReadout().get_params().keys() - {"random_state"}
        return MLPReadout(**{name: getattr(self, name) for name in names})

    @property
    def n_iter_(self) -> int:
        """Iterations that the training took."""
        return self.readout_.n_iter_

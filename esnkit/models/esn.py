"""ESNRegressor: a memory and a readout, fitted, predicted, continued and left to run."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from esnkit.core.seeding import RandomState
from esnkit.memories.base import Memory
from esnkit.memories.reservoir import Reservoir
from esnkit.models.base import TrainingData
from esnkit.models.memory_regressor import MemoryRegressor, own_copy
from esnkit.readouts.ridge import RidgeReadout


def _readout_can_go_on(model: ESNRegressor) -> bool:
    """Tell whether the readout has ``partial_fit``, and so the model has it."""
    return model.readout is None or hasattr(model.readout, "partial_fit")


class ESNRegressor(MemoryRegressor):
    r"""Echo state network: a random memory with a readout fitted by regression.

    .. math:: y(n) = W_{out} [1; h(n); x(n)]

    Only the readout is learned [1]_. With output feedback the memory sees the teacher's y(n-1)
    while fitting and the model's own while predicting.

    Parameters
    ----------
    reservoir : memory, default=None
        What turns the input into states; None means ``Reservoir()``.
    readout : regressor, default=None
        What turns states into outputs; None means ``RidgeReadout()``. Any scikit-learn regressor
        serves. `RidgeReadout` is fitted chunk by chunk; others need all states at once. Linear
        ones run inside the compiled loop, others are stepped in Python.
    washout : int, default=0
        First steps of each sequence that the readout is not fitted to.
    start : {"zero", "last"}, default="zero"
        Where `predict` starts if no state is given: ``"zero"`` at the zero state, so that scores
        include the transient; ``"last"`` at the final training row, for input that continues the
        training sequence, as in `sklearn.model_selection.TimeSeriesSplit`.
    include_input : bool, default=True
        Whether the readout sees x(n) beside h(n).
    squared_states : bool, default=False
        Whether the readout sees the squares of h(n) too: [h(n); h(n)²; x(n)].
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence, and each starts from the zero state.
    random_state : int, Generator, RandomState or None, default=None
        Seed for those components whose own `random_state` is None.

    Attributes
    ----------
    reservoir_ : memory
        The fitted copy of `reservoir`.
    readout_ : regressor
        The fitted copy of `readout`.
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
    Reservoir : The memory alone, as a transformer.
    RidgeReadout : The default readout, which chooses its penalty.

    References
    ----------
    .. [1] H. Jaeger and H. Haas, "Harnessing nonlinearity: predicting chaotic systems and saving
       energy in wireless communication", Science 304, 2004.

    Examples
    --------
    Learn to predict a series one step ahead, then let it run on its own predictions:

    >>> import numpy as np
    >>> from esnkit import ESNRegressor, Reservoir, RidgeReadout
    >>> series = np.sin(np.arange(501) / 5)
    >>> X, y = series[:-1, None], series[1:]
    >>> reservoir = Reservoir(50, leak_rate=0.5, random_state=0)
    >>> model = ESNRegressor(reservoir, RidgeReadout(), washout=100).fit(X, y)
    >>> forecast = model.free_run(100)
    >>> bool(np.abs(forecast - np.sin(np.arange(501, 601) / 5)).max() < 1e-6)
    True
    """

    def __init__(
        self,
        reservoir: Any = None,
        readout: Any = None,
        *,
        washout: int = 0,
        start: str = "zero",
        include_input: bool = True,
        squared_states: bool = False,
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.reservoir = reservoir
        self.readout = readout
        self.washout = washout
        self.start = start
        self.include_input = include_input
        self.squared_states = squared_states
        self.id_column = id_column
        self.random_state = random_state

    # ------------------------------------------------------------------ fitting

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Draw the memory, run it over the input and fit the readout.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The targets; row n belongs to row n of X.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows in the fit of the readout.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described, or `washout` leaves a sequence
            nothing to fit.
        """
        return self._fit(X, y, sample_weight)

    @available_if(_readout_can_go_on)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go on fitting with one more block of data, if the readout can.

        The first call draws the memory. The state carries over from call to call while the
        sequence goes on: a plain array goes on with the one before, rows whose id column names
        another sequence start a new one, and so does every array of a list. The washout is taken
        where a sequence starts.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The block's input.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The block's targets.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows in the fit of the readout.

        Returns
        -------
        self

        Raises
        ------
        AttributeError
            If the readout has no ``partial_fit``.
        ValueError
            If the data or a parameter are not as described, or their widths change.
        """
        self._check_parameters()
        first = not hasattr(self, "readout_")
        data = self._read(X, y, sample_weight, reset=first)
        if first:
            self._prepare(data)
        self._check_width(data.targets, "y")
        self._see_targets(data.targets)
        self._fit_readout(data, "partial_fit")
        return self

    def with_readout(self, readout: Any) -> Self:
        """Return a copy of this fitted model that reads the same states by another readout.

        Parameters
        ----------
        readout : regressor
            Fitted to the features of this model, e.g. by `RidgeReadout.path`.

        Returns
        -------
        ESNRegressor
        """
        check_is_fitted(self)
        model = copy.copy(self)
        model.readout = model.readout_ = readout
        model._runner = copy.copy(self._runner)
        model._runner.attach(readout)
        return model

    # ------------------------------------------------------------------ fitting, step by step

    @property
    def _memory(self) -> Memory:
        return Reservoir() if self.reservoir is None else self.reservoir

    def _check_parameters(self) -> None:
        super()._check_parameters()
        self._check_memory(self.reservoir, "reservoir")
        if self.readout is not None and not (
            hasattr(self.readout, "fit") and hasattr(self.readout, "predict")
        ):
            raise TypeError(
                f"readout must be a regressor with fit and predict, got {self.readout!r}."
            )

    def _make_parts(self, seed: np.random.SeedSequence | None) -> Any:
        self.reservoir_ = own_copy(self.reservoir, Reservoir, seed, "reservoir")
        self.readout_ = own_copy(self.readout, RidgeReadout, seed, "readout")
        return self.reservoir_

    def _fit_readout(self, data: TrainingData, method: str = "fit") -> None:
        fit_chunks = getattr(self.readout_, f"{method}_chunks", None)
        if fit_chunks is None:
            self._fit_at_once(self.readout_, data, method)
        else:
            self._fit_in_chunks(fit_chunks, data)

    def _fit_in_chunks(self, fit_chunks: Callable[..., Any], data: TrainingData) -> None:
        """Fit a readout that takes a stream, so that memory does not grow with the data."""
        n_rows, chunks = self._n_rows_to_fit(data), self._training_chunks(data)
        if n_rows:
            fit_chunks(chunks, n_rows, target_ndim=1 if self._flat else 2)
            self._runner.attach(self.readout_)
        else:  # a block of partial_fit that lies within the washout
            deque(chunks, maxlen=0)

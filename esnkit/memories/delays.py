"""Delay lines: past inputs as they are."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from itertools import combinations_with_replacement
from numbers import Integral
from typing import Any

import numpy as np
import scipy.special
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_scalar
from esnkit.core.process import refuse_too_large
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.closed_loop import Loop
from esnkit.kernels.delays import DelayLayout, free_run_delays, run_delays
from esnkit.memories.base import Memory

_MOST_FEATURES = 100_000  # beyond it a polynomial is a slip of the hand, not a model


class InputMemory(Memory):
    """A memory that is made of inputs of the past, and whose features are named after them."""

    @abstractmethod
    def _name_features(self, inputs: Sequence[str]) -> list[str]:
        """Name the features, given the names of the inputs."""

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[Any]:
        """Name the features: ``x0(n-2)`` or ``x0(n)*x1(n-1)`` by delay, ``g2(x0)`` by tap.

        Parameters
        ----------
        input_features : array-like of str of shape (n_columns,), default=None
            Names of the columns of X. None takes those seen in `fit`, or else ``x0``, ``x1``, ...

        Returns
        -------
        ndarray of str
            One name for each feature, the id column left out.

        Raises
        ------
        ValueError
            If `input_features` has another length than X has columns, or contradicts the names
            seen in `fit`.
        """
        check_is_fitted(self)
        return np.array(self._name_features(self._input_names(input_features)), dtype=object)

    def _input_names(self, input_features: ArrayLike | None) -> Any:
        """Return a name for each input, the id column left out."""
        if not hasattr(self, "n_features_in_"):  # prepared by a model, which has read the data
            return [f"x{i}" for i in range(self.n_inputs_)]
        # The names of the columns, checked as by any transformer that passes columns on.
        names = OneToOneFeatureMixin.get_feature_names_out(self, input_features)
        column = self.id_column
        if column is None:
            return names
        return names[names != column] if isinstance(column, str) else np.delete(names, column)


class DelayMemory(InputMemory):
    """Past inputs at equal distances, and their monomials up to some order."""

    n_taps: int
    stride: int
    order: int = 1  # the delay line alone
    begins_with_input = True
    compiled = True

    def _name_features(self, inputs: Sequence[str]) -> list[str]:
        delays = [k * self._delays.stride for k in range(self._delays.n_taps)]
        taps = [
            f"{name}(n-{delay})" if delay else f"{name}(n)" for delay in delays for name in inputs
        ]
        return [
            _monomial(factors)
            for degree in range(1, self.order + 1)
            for factors in combinations_with_replacement(taps, degree)
        ]

    @property
    def n_features_out_(self) -> int:
        """Number of features that a step gives: taps and monomials."""
        n_linear = self._delays.n_taps * self.n_inputs_
        return n_linear + int((n_linear - self._delays.last_factors).sum())

    # ------------------------------------------------------------------ what a memory says

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        for name in ("n_taps", "stride", "order"):
            check_scalar(getattr(self, name), name, Integral, min_val=1)
        n_linear = int(self.n_taps) * n_features
        refuse_too_large(
            64 * n_linear * int(self.stride),
            f"n_taps={self.n_taps} with stride={self.stride} and {n_features} features",
        )
        if self.order > 1:
            _check_number_of_monomials(n_linear, self.order)
        self._delays = DelayLayout(self.n_taps, self.stride, _last_factors(n_linear, self.order))

    def _initial_states(self) -> FloatArray:
        n_past = (self._delays.n_taps - 1) * self._delays.stride
        return np.zeros(n_past * self.n_inputs_)

    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: np.random.Generator | None,
        out: NDArray[Any],
    ) -> FloatArray:
        inputs = np.concatenate([self._past(state), rows])
        run_delays(self._delays, inputs, out)
        return inputs[len(rows) :].ravel()

    def _free_run(
        self, loop: Loop, rows: FloatArray, state: State, outputs: FloatArray
    ) -> tuple[FloatArray, int]:
        past, y = self._past(state), state.output.copy()
        inputs = np.zeros((len(past) + len(outputs), self.n_inputs_))
        inputs[: len(past)] = past
        inputs[len(past) :, self.n_inputs_ - rows.shape[1] :] = rows  # the fed ones come first
        first_clipped = free_run_delays(self._delays, loop, inputs, y, outputs)
        return inputs[len(outputs) :].ravel(), first_clipped

    # ------------------------------------------------------------------ inside

    def _past(self, state: State) -> FloatArray:
        """Return the inputs that a state holds, one in each row, the oldest first."""
        return state.states.reshape(-1, self.n_inputs_)


class TappedDelayLine(DelayMemory):
    """Memory of the last inputs as they were.

    Row n of the output is [x(n), x(n - stride), ..., x(n - (n_taps - 1) stride)], with all
    features of x(n) first. What lies before the start of a sequence is zero. With a multi-layer
    perceptron as readout this is the time-delay network [1]_, with a linear one an
    autoregression.

    Parameters
    ----------
    n_taps : int, default=10
        Number of inputs given at each step, the present one included; at least 1.
    stride : int, default=1
        Steps between two taps, at least 1.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence, and each starts from zeros.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    NVAR : The same with products of taps.
    esnkit.ESNRegressor : A memory with a readout.

    Notes
    -----
    The ``states`` of a `State` are the last (n_taps - 1) stride rows of the input, the oldest
    first, one after the other in a flat array.

    References
    ----------
    .. [1] A. Waibel, T. Hanazawa, G. Hinton, K. Shikano and K. J. Lang, "Phoneme recognition
       using time-delay neural networks", IEEE Transactions on Acoustics, Speech, and Signal
       Processing 37, 328-339, 1989.

    Examples
    --------
    >>> from esnkit import TappedDelayLine
    >>> X = [[1.0], [2.0], [3.0], [4.0]]
    >>> line = TappedDelayLine(2, stride=2).fit(X)
    >>> line.transform(X)
    array([[1., 0.],
           [2., 0.],
           [3., 1.],
           [4., 2.]])
    >>> line.get_feature_names_out()
    array(['x0(n)', 'x0(n-2)'], dtype=object)
    """

    def __init__(
        self, n_taps: int = 10, *, stride: int = 1, id_column: str | int | None = None
    ) -> None:
        self.n_taps = n_taps
        self.stride = stride
        self.id_column = id_column


def _check_number_of_monomials(n_linear: int, order: int) -> None:
    """Refuse a polynomial that is too long to be meant."""
    # In floating point, as the exact number may have millions of digits.
    count = scipy.special.comb(n_linear + order, order) - 1
    if count > _MOST_FEATURES:
        raise ValueError(
            f"order={order} over {n_linear} taps of single features makes {count:.6g} features, "
            f"but at most {_MOST_FEATURES} are allowed: take fewer n_taps or a smaller order."
        )


def _last_factors(n_linear: int, order: int) -> NDArray[np.int64]:
    """Return the last factor of each monomial of degree below ``order``, in order."""
    parents = np.zeros(1, np.int64)  # the constant, whose children are the taps
    degrees = [np.zeros(0, np.int64)]
    for _ in range(1, order):
        parents = np.concatenate([np.arange(last, n_linear) for last in parents])
        degrees.append(parents)
    return np.concatenate(degrees)


def _monomial(factors: tuple[str, ...]) -> str:
    """Spell a product: equal factors, which are neighbours, as a power."""
    powers = Counter(factors).items()
    return "*".join(name if power == 1 else f"{name}^{power}" for name, power in powers)

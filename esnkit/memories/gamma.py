"""The gamma memory: a delay line whose taps leak, so that few of them reach far back."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.core.checks import check_real, check_scalar
from esnkit.core.process import refuse_too_large
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.closed_loop import Loop
from esnkit.kernels.gamma import free_run_gamma, run_gamma
from esnkit.memories.delays import InputMemory


class GammaMemory(InputMemory):
    r"""Memory of the past through a cascade of leaky integrators.

    The taps of [1]_ are

    .. math::

        g_0(n) = x(n), \qquad g_k(n) = (1 - \mu)\, g_k(n-1) + \mu\, g_{k-1}(n-1)

    and row n of the output is [g_0(n), g_1(n), ..., g_K(n)] with K = n_taps - 1, all features of
    g_0 first. What lies before the start of a sequence is zero. With mu = 1 this is a
    `TappedDelayLine`; with a smaller mu the same number of taps reaches further back, but blurs
    what it remembers. With a multi-layer perceptron as readout it is the gamma network.

    Parameters
    ----------
    n_taps : int, default=10
        Number of taps, the present input included; at least 1.
    mu : float, default=0.5
        Which part of a tap comes from the one before it, in (0, 2). Below 1 a tap is a low-pass
        filter of the past; above 1 its weights alternate in sign.
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
    TappedDelayLine : The inputs as they were.
    esnkit.TDNNRegressor : With this memory, the gamma network.

    Notes
    -----
    Tap k answers a unit impulse by :math:`\binom{n-1}{k-1} \mu^k (1-\mu)^{n-k}` after n steps, for
    k and n from 1. Its weights sum to 1, and their mean delay is :math:`k / \mu`: a memory of order
    K has the depth :math:`K / \mu` at the resolution :math:`\mu`, taps for each step, and the
    product of the two is K.

    The ``states`` of a `State` are the taps after the last step, one after the other in a flat
    array.

    References
    ----------
    .. [1] B. de Vries and J. C. Principe, "The gamma model: a new neural model for temporal
       processing", Neural Networks 5, 565-576, 1992.

    Examples
    --------
    >>> from esnkit import GammaMemory
    >>> impulse = [[1.0], [0.0], [0.0], [0.0]]
    >>> GammaMemory(3, mu=0.5).fit_transform(impulse)
    array([[1.   , 0.   , 0.   ],
           [0.   , 0.5  , 0.   ],
           [0.   , 0.25 , 0.25 ],
           [0.   , 0.125, 0.25 ]])
    """

    begins_with_input = True
    compiled = True

    def __init__(
        self, n_taps: int = 10, *, mu: float = 0.5, id_column: str | int | None = None
    ) -> None:
        self.n_taps = n_taps
        self.mu = mu
        self.id_column = id_column

    def _name_features(self, inputs: Sequence[str]) -> list[str]:
        return [f"g{k}({name})" for k in range(self._shape[0]) for name in inputs]

    @property
    def n_features_out_(self) -> int:
        """Number of features that a step gives: taps times inputs."""
        return int(np.prod(self._shape))

    # ------------------------------------------------------------------ what a memory says

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        check_scalar(self.n_taps, "n_taps", Integral, min_val=1)
        check_real(self.mu, "mu", min_val=0, max_val=2, include_boundaries="neither")
        refuse_too_large(64 * int(self.n_taps) * n_features, f"n_taps={self.n_taps}")
        self._shape = (int(self.n_taps), n_features)
        self._mu = float(self.mu)

    def _initial_states(self) -> FloatArray:
        return np.zeros(self.n_features_out_)

    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: np.random.Generator | None,
        out: NDArray[Any],
    ) -> FloatArray:
        taps = self._taps(state)
        run_gamma(self._mu, rows, taps, out)
        return taps.ravel()

    def _free_run(
        self, loop: Loop, rows: FloatArray, state: State, outputs: FloatArray
    ) -> tuple[FloatArray, int]:
        taps, y = self._taps(state), state.output.copy()
        inputs = np.zeros((len(outputs), self.n_inputs_))
        inputs[:, self.n_inputs_ - rows.shape[1] :] = rows  # the fed ones come first
        first_clipped = free_run_gamma(self._mu, loop, inputs, taps, y, outputs)
        return taps.ravel(), first_clipped

    def _taps(self, state: State) -> FloatArray:
        """Return a copy of the taps that a state holds, one in each row."""
        return state.states.reshape(self._shape).copy()

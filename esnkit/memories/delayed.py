"""DelayedReservoir: a reservoir whose connections take their time."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from esnkit.core.checks import check_scalar
from esnkit.core.process import refuse_too_large
from esnkit.core.seeding import RandomState, child_generator
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.delayed import run_delayed
from esnkit.kernels.reservoir import weigh
from esnkit.kernels.sparse_layout import slice_rows
from esnkit.memories.reservoir import ReservoirVariant


class DelayedReservoir(ReservoirVariant):
    r"""Reservoir in which a part of the connections hand on what was some steps ago.

    .. math::

        \tilde h_i(n) = f\Bigl(\sum_j W_{ij} h_j(n - d_{ij}) +
        \sum_k (W_{in})_{ik} x_k(n - e_{ik}) + b_i\Bigr), \qquad
        h(n) = (1 - a) h(n-1) + a \tilde h(n)

    with delays drawn once: d from 1 to `max_delay` and e from 0 to `max_input_delay`, evenly, for
    a fraction of the connections; the others have d = 1 and e = 0. Delays lengthen the memory
    without more units [1]_.

    Parameters
    ----------
    n_units : int, default=100
        Number of units, at least 1.
    max_delay : int, default=10
        Longest delay of a recurrent connection in steps, at least 1.
    max_input_delay : int, default=0
        Longest delay of an input in steps, at least 0.
    delayed_fraction : float, default=1.0
        Part of the connections, recurrent and from the input, that draw a delay, from 0 to 1.
    spectral_radius : float or None, default=0.9
        Largest absolute eigenvalue of W, delays left aside.
    leak_rate : float or array-like of shape (n_units,), default=1.0
        a, in (0, 1].
    input_scaling : float or array-like of shape (n_features,), default=1.0
        W_in is uniform in [-input_scaling, input_scaling].
    input_connectivity : int or float, default=1.0
        Features that each unit sees: a number (int) or a fraction (float in (0, 1]).
    bias_scaling : float, default=0.2
        b is uniform in [-bias_scaling, bias_scaling].
    connectivity : int or float, default=10
        Units that each unit listens to, as for `Reservoir`.
    topology : str, array, sparse matrix or callable, default="random"
        Who listens to whom, as for `Reservoir`.
    activation : {"tanh", "identity", "relu", "logistic"}, default="tanh"
        The function f.
    noise : float, default=0.0
        Standard deviation of Gaussian noise inside the activation, drawn only while fitting.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to.
    random_state : int, Generator, RandomState or None, default=None
        Seed; delays have a child seed of their own.

    Attributes
    ----------
    W_, W_in_, bias_ : arrays
        Weights, as those of `Reservoir`.
    delays_ : csr_array of shape (n_units, n_units)
        The delay of each recurrent connection, stored where W has an entry.
    input_delays_ : ndarray of shape (n_units, n_features)
        The delay of each input.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    Reservoir : All delays are one step.
    TappedDelayLine : Past inputs as they are.

    References
    ----------
    .. [1] G. Holzmann and H. Hauser, "Echo state networks with filter neurons and a delay&sum
       readout", Neural Networks 23, 244-256, 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import DelayedReservoir
    >>> X = np.sin(np.arange(200) / 5).reshape(-1, 1)
    >>> memory = DelayedReservoir(50, random_state=0).fit(X)
    >>> memory.transform(X).shape, int(memory.delays_.data.max())
    ((200, 50), 10)
    """

    def __init__(
        self,
        n_units: int = 100,
        *,
        max_delay: int = 10,
        max_input_delay: int = 0,
        delayed_fraction: float = 1.0,
        spectral_radius: float | None = 0.9,
        leak_rate: float | ArrayLike = 1.0,
        input_scaling: float | ArrayLike = 1.0,
        input_connectivity: float = 1.0,
        bias_scaling: float = 0.2,
        connectivity: float = 10,
        topology: str | Any | Callable[..., Any] = "random",
        activation: str = "tanh",
        noise: float = 0.0,
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.n_units = n_units
        self.max_delay = max_delay
        self.max_input_delay = max_input_delay
        self.delayed_fraction = delayed_fraction
        self.spectral_radius = spectral_radius
        self.leak_rate = leak_rate
        self.input_scaling = input_scaling
        self.input_connectivity = input_connectivity
        self.bias_scaling = bias_scaling
        self.connectivity = connectivity
        self.topology = topology
        self.activation = activation
        self.noise = noise
        self.id_column = id_column
        self.random_state = random_state

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        check_scalar(self.n_units, "n_units", Integral, min_val=1)
        check_scalar(self.max_delay, "max_delay", Integral, min_val=1)
        check_scalar(self.max_input_delay, "max_input_delay", Integral, min_val=0)
        check_scalar(self.delayed_fraction, "delayed_fraction", Real, min_val=0, max_val=1)
        refuse_too_large(
            8 * int(self.max_delay) * int(self.n_units),
            f"max_delay={self.max_delay} for n_units={self.n_units}",
        )
        refuse_too_large(
            16 * int(self.max_input_delay) * n_features, f"max_input_delay={self.max_input_delay}"
        )
        drawn = self._draw_weights(n_features)
        rng = child_generator(drawn.seed_, "recurrence", 1)
        W = scipy.sparse.csr_array(self.W_)
        self.delays_ = scipy.sparse.csr_array(
            (self._draw_delays(rng, 1, self.max_delay, W.nnz), W.indices, W.indptr), shape=W.shape
        )
        self.input_delays_ = self._draw_delays(rng, 0, self.max_input_delay, self.W_in_.shape)
        self._lay_out()

    def _draw_delays(self, rng: np.random.Generator, least: int, most: int, shape: Any) -> Any:
        """Draw a delay for a fraction of the connections; the others have the least."""
        drawn = rng.integers(least, most, size=shape, endpoint=True)
        return np.where(rng.random(shape) < self.delayed_fraction, drawn, least)

    def _lay_out(self) -> None:
        """Give each delay columns of its own, in the past of the states and of the inputs."""
        n_units, n_past, W = self.n_units, int(self.max_delay), scipy.sparse.csr_array(self.W_)
        columns = W.indices + n_units * (self.delays_.data - 1)
        unfolded = scipy.sparse.csr_array(
            (W.data, columns, W.indptr), shape=(n_units, n_units * n_past)
        )
        ages = np.arange(self.max_input_delay + 1)[:, None, None]
        drive = np.where(ages == self.input_delays_.T, self.W_in_.T, 0.0)
        drawn = self._drawn._network
        self._network = weigh(
            slice_rows(unfolded),
            drive.reshape(-1, n_units),
            drawn.bias,
            drawn.leak,
            drawn.activation,
        )

    def _initial_states(self) -> NDArray[Any]:
        return np.zeros(self.max_delay * self.n_units + self.max_input_delay * self.n_inputs_)

    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: np.random.Generator | None,
        out: NDArray[Any],
    ) -> NDArray[Any]:
        states, inputs = np.split(state.states, [self.max_delay * self.n_units])
        past = states.reshape(self.max_delay, -1).copy()
        seen = np.vstack([inputs.reshape(self.max_input_delay, self.n_inputs_), rows])
        ages = range(self.max_input_delay, -1, -1)  # the present input first
        drive = np.hstack([seen[age : age + len(rows)] for age in ages])
        draws = self._draw_noise(len(rows), noise)
        run_delayed(self._network, drive, draws, past, out)
        return np.concatenate([past.ravel(), seen[len(rows) :].ravel()])

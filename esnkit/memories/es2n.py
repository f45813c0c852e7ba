"""ES2N: a reservoir at the edge of stability, between a tanh and a rotation."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from esnkit.core.checks import check_scalar
from esnkit.core.seeding import RandomState, child_generator
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.es2n import run_es2n
from esnkit.memories.reservoir import ReservoirVariant
from esnkit.topology.random_graphs import orthogonal


class ES2N(ReservoirVariant):
    r"""Edge-of-stability network: a small step of a reservoir and a large one of a rotation.

    .. math::

        h(n) = \beta \tanh\bigl(W h(n-1) + W_{in} x(n) + b\bigr) + (1 - \beta) O h(n-1)

    with an orthogonal matrix O [1]_. The rotation forgets nothing, so with a small proximity
    :math:`\beta` the memory is nearly as long as there are units, while the tanh still computes.

    Parameters
    ----------
    n_units : int, default=100
        Number of units, at least 1.
    proximity : float, default=0.1
        :math:`\beta`, in (0, 1]. With 1 this is a `Reservoir` without leak.
    spectral_radius : float or None, default=0.9
        Largest absolute eigenvalue of W, as for `Reservoir`.
    input_scaling : float or array-like of shape (n_features,), default=1.0
        W_in is uniform in [-input_scaling, input_scaling].
    input_connectivity : int or float, default=1.0
        Features that each unit sees: a number (int) or a fraction (float in (0, 1]).
    bias_scaling : float, default=0.0
        b is uniform in [-bias_scaling, bias_scaling].
    connectivity : int or float, default=10
        Units that each unit listens to by W, as for `Reservoir`.
    topology : str, array, sparse matrix or callable, default="random"
        W, as for `Reservoir`.
    noise : float, default=0.0
        Standard deviation of Gaussian noise inside the tanh, drawn only while fitting.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to.
    random_state : int, Generator, RandomState or None, default=None
        Seed; W, W_in, b and O have child seeds of their own.

    Attributes
    ----------
    W_, W_in_, bias_ : arrays
        Weights, as those of `Reservoir`.
    O_ : ndarray of shape (n_units, n_units)
        The rotation, drawn from the uniform (Haar) measure.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    Reservoir : The same without a rotation.

    References
    ----------
    .. [1] A. Ceni and C. Gallicchio, "Edge of stability echo state network", IEEE Transactions on
       Neural Networks and Learning Systems, 2024, arXiv 2308.02902.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import ES2N
    >>> X = np.sin(np.arange(200) / 5).reshape(-1, 1)
    >>> ES2N(50, random_state=0).fit_transform(X).shape
    (200, 50)
    """

    def __init__(
        self,
        n_units: int = 100,
        *,
        proximity: float = 0.1,
        spectral_radius: float | None = 0.9,
        input_scaling: float | ArrayLike = 1.0,
        input_connectivity: float = 1.0,
        bias_scaling: float = 0.0,
        connectivity: float = 10,
        topology: str | Any | Callable[..., Any] = "random",
        noise: float = 0.0,
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.n_units = n_units
        self.proximity = proximity
        self.spectral_radius = spectral_radius
        self.input_scaling = input_scaling
        self.input_connectivity = input_connectivity
        self.bias_scaling = bias_scaling
        self.connectivity = connectivity
        self.topology = topology
        self.noise = noise
        self.id_column = id_column
        self.random_state = random_state

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        check_scalar(
            self.proximity, "proximity", Real, min_val=0, max_val=1, include_boundaries="right"
        )
        drawn = self._draw_weights(n_features)
        rng = child_generator(drawn.seed_, "recurrence", 1)
        self.O_, _ = orthogonal(self.n_units, rng)

    def _initial_states(self) -> NDArray[Any]:
        return np.zeros(self.n_units)

    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: np.random.Generator | None,
        out: NDArray[Any],
    ) -> NDArray[Any]:
        h = state.states.copy()
        draws = self._draw_noise(len(rows), noise)
        run_es2n(self._drawn._network, self.O_, float(self.proximity), rows, draws, h, out)
        return h

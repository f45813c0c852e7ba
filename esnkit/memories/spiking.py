"""SpikingReservoir: leaky integrate-and-fire units, the liquid of a liquid state machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from esnkit.core.checks import LARGEST_SCALE, Range, check_numbers, check_ranges
from esnkit.core.seeding import RandomState, child_generator
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.reservoir import weigh
from esnkit.kernels.sparse_layout import slice_rows
from esnkit.kernels.spiking import run_spiking
from esnkit.memories.reservoir import ReservoirVariant


class SpikingReservoir(ReservoirVariant):
    r"""Leaky integrate-and-fire units: a liquid state machine, once a readout is put on it.

    A unit adds up what it is given and forgets with the membrane constant; at the threshold it
    fires, falls back to zero and rests [1]_:

    .. math::

        v(n) = e^{-1/\tau_m} v(n-1) + W s(n-1) + W_{in} x(n) + b, \qquad
        s(n) = [v(n) \ge \theta]

    What is read are exponential traces of the spikes,
    :math:`r(n) = e^{-1/\tau} r(n-1) + (1 - e^{-1/\tau}) s(n)`: the share of the recent steps in
    which a unit fired.

    Parameters
    ----------
    n_units : int, default=100
        Number of units, at least 1.
    membrane_constant : float, default=20.0
        :math:`\tau_m` in steps, above 0.
    trace_constants : float or sequence of float, default=20.0
        :math:`\tau` in steps, above 0; one feature of each unit for each of them.
    threshold : float, default=1.0
        :math:`\theta`, above 0.
    refractory : int, default=2
        Steps for which a unit rests after it has fired, at least 0.
    input_scaling : float or array-like of shape (n_features,), default=1.0
        W_in is uniform in [-input_scaling, input_scaling].
    input_connectivity : int or float, default=0.3
        Features that each unit sees: a number (int) or a fraction (float in (0, 1]).
    recurrent_scaling : float, default=0.1
        Largest weight between units; weights are uniform from 0 to it.
    inhibitory : float, default=0.2
        Part of the units whose weights on others are negative, from 0 to 1.
    bias_scaling : float, default=0.0
        b is uniform in [-bias_scaling, bias_scaling].
    connectivity : int or float, default=10
        Units that each unit listens to, as for `Reservoir`.
    topology : str, array, sparse matrix or callable, default="random"
        Who listens to whom, as for `Reservoir`; of a matrix only the places count.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to.
    random_state : int, Generator, RandomState or None, default=None
        Seed.

    Attributes
    ----------
    W_ : csr_array of shape (n_units, n_units)
        Row i holds the weights of what unit i listens to.
    W_in_ : ndarray of shape (n_units, n_features)
        Input weights.
    bias_ : ndarray of shape (n_units,)
        The bias b.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    Reservoir : Units whose output is a number at each step.

    References
    ----------
    .. [1] W. Maass, T. Natschläger and H. Markram, "Real-time computing without stable states: a
       new framework for neural computation based on perturbations", Neural Computation 14, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import SpikingReservoir
    >>> X = np.random.default_rng(0).poisson(0.1, (300, 4))
    >>> rates = SpikingReservoir(50, random_state=0).fit_transform(X)
    >>> rates.shape, bool((rates >= 0).all() and (rates <= 1 / 3).all())
    ((300, 50), True)
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "membrane_constant": Range(Real, 0, ends="neither"),
        "threshold": Range(Real, 0, ends="neither"),
        "refractory": Range(Integral, 0),
        "inhibitory": Range(Real, 0, 1),
        "recurrent_scaling": Range(Real, 0, LARGEST_SCALE),
    }

    def __init__(
        self,
        n_units: int = 100,
        *,
        membrane_constant: float = 20.0,
        trace_constants: float | Sequence[float] = 20.0,
        threshold: float = 1.0,
        refractory: int = 2,
        input_scaling: float | ArrayLike = 1.0,
        input_connectivity: float = 0.3,
        recurrent_scaling: float = 0.1,
        inhibitory: float = 0.2,
        bias_scaling: float = 0.0,
        connectivity: float = 10,
        topology: str | Any | Callable[..., Any] = "random",
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.n_units = n_units
        self.membrane_constant = membrane_constant
        self.trace_constants = trace_constants
        self.threshold = threshold
        self.refractory = refractory
        self.input_scaling = input_scaling
        self.input_connectivity = input_connectivity
        self.recurrent_scaling = recurrent_scaling
        self.inhibitory = inhibitory
        self.bias_scaling = bias_scaling
        self.connectivity = connectivity
        self.topology = topology
        self.id_column = id_column
        self.random_state = random_state

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        self._check_parameters()
        drawn = self._draw_weights(n_features, spectral_radius=None)
        rng = child_generator(drawn.seed_, "recurrence", 1)
        W = scipy.sparse.csr_array(drawn.W_)
        n_negative = round(self._given["inhibitory"] * self.n_units)
        signs = rng.permutation(np.where(np.arange(self.n_units) < n_negative, -1.0, 1.0))
        strengths = self._given["recurrent_scaling"] * rng.uniform(size=W.nnz) * signs[W.indices]
        self.W_ = scipy.sparse.csr_array((strengths, W.indices, W.indptr), shape=W.shape)
        plain = drawn._network
        self._network = weigh(
            slice_rows(self.W_), self.W_in_.T, plain.bias, plain.leak, plain.activation
        )

    def _check_parameters(self) -> None:
        self._given = check_ranges(self)
        constants = np.atleast_1d(check_numbers(self.trace_constants, "trace_constants"))
        if constants.ndim != 1 or not len(constants) or not (constants > 0).all():
            raise ValueError(
                "trace_constants must be a number above 0, or several, "
                f"got {self.trace_constants!r}."
            )
        self._decay = np.exp(-1 / constants)

    def _initial_states(self) -> NDArray[Any]:
        return np.zeros((3 + len(self._decay), self.n_units))

    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: np.random.Generator | None,
        out: NDArray[Any],
    ) -> NDArray[Any]:
        states = state.states.copy()
        run_spiking(
            self._network,
            float(np.exp(-1 / self._given["membrane_constant"])),
            self._given["threshold"],
            float(self._given["refractory"]),
            self._decay,
            rows,
            states,
            out,
        )
        return states

    @property
    def n_features_out_(self) -> int:
        """Number of features that a step gives: a trace of each unit for each constant."""
        return self.n_units * len(self._decay)

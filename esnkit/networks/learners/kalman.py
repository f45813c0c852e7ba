"""Train weights with an extended Kalman filter."""

from __future__ import annotations

from typing import Any

import numpy as np

from esnkit.core.checks import check_count, check_name, check_non_negative, check_positive
from esnkit.core.process import refuse_too_large
from esnkit.core.typing import Array, FloatArray, Indices
from esnkit.kernels import kalman
from esnkit.networks.learners.derivatives import Derivatives, ForwardDerivatives, WindowDerivatives
from esnkit.networks.learners.online import OnlineLearner, OnlineTrainer
from esnkit.networks.network import Network
from esnkit.networks.training.schedules import GeometricDecay, Rate, check_rate, value_at
from esnkit.networks.training.trainer import ExplosionError, Trainer, UpdateRule

DEFAULT_WINDOW = 20
_COUPLINGS = ("global", "decoupled")
MEASUREMENT_NOISE = GeometricDecay(1.0, 0.001, 3000)
_PROCESS_NOISE = GeometricDecay(0.0001, 1e-07, 3000)
_MOST_WEIGHTS = 3000  # of the global filter; the decoupled one may keep as many numbers
_FLOOR = 1e-12  # of the eigenvalues of a repaired covariance, relative to the largest


class ExtendedKalman(OnlineLearner):
    r"""Train weights with an extended Kalman filter [1]_.

    Weights :math:`w` are estimated, together with the covariance :math:`P` of their errors, from
    targets that are taken for outputs plus noise. With the derivatives :math:`H` of the outputs of
    a step by the weights and the error :math:`e`,

    .. math:: K = P H' (R + H P H')^{-1}, \quad w \leftarrow w + K e, \quad
              P \leftarrow P - K H P + Q

    One pass does what takes gradient descent many, at :math:`n^2` operations a step for :math:`n`
    weights.

    Parameters
    ----------
    coupling : {"global", "decoupled"}, default="global"
        ``"decoupled"`` [2]_ keeps covariances only among the weights that lead to the same unit,
        which is quicker, and serves larger networks.
    initial_variance : float, default=1.0
        Variance of each weight before training.
    measurement_noise : float or callable, default=None
        Variance of the noise of targets, :math:`R`, where those of a standardised network have
        variance 1; or a schedule. More means smaller steps. None means that it falls from 1 to
        0.001 within 3000 updates.
    process_noise : float or callable, default=None
        What is added to the variance of each weight at each step, :math:`Q`; or a schedule. It
        keeps the filter open to what comes, and its covariance positive. None means that it falls
        from 0.0001 to 1e-7 within 3000 updates.
    window : int, default=None
        Steps that derivatives are taken back. None means exact derivatives where `RTRL` would
        serve, and elsewhere 20 steps.
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of sequences in an epoch.

    References
    ----------
    .. [1] R. J. Williams, "Training recurrent networks using the extended Kalman filter", IJCNN
       1992.
    .. [2] G. V. Puskorius and L. A. Feldkamp, "Neurocontrol of nonlinear dynamical systems with
       Kalman filter trained recurrent networks", IEEE Transactions on Neural Networks 5, 1994.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import ExtendedKalman
    >>> wave = np.sin(np.arange(401) / 5)
    >>> filter = ExtendedKalman(coupling="decoupled")
    >>> model = RNNRegressor("elman", (8,), learner=filter, max_iter=3, random_state=0)
    >>> model.fit(wave[:-1, None], wave[1:]).score(wave[:-1, None], wave[1:]) > 0.99
    True
    """

    squared_error_only = True

    def __init__(
        self,
        *,
        coupling: str = "global",
        initial_variance: float = 1.0,
        measurement_noise: Rate | None = None,
        process_noise: Rate | None = None,
        window: int | None = None,
        order: str = "shuffled",
    ) -> None:
        self.coupling = coupling
        self.initial_variance = initial_variance
        self.measurement_noise = measurement_noise
        self.process_noise = process_noise
        self.window = window
        self.order = order

    def check(self) -> None:
        """Refuse settings that make no filter."""
        super().check()
        check_name("coupling", self.coupling, _COUPLINGS)
        check_positive(self.initial_variance, "initial_variance")
        if self.window is not None:
            check_count(self.window, "window")
        if self.measurement_noise is not None:
            check_rate(self.measurement_noise, "measurement_noise")
        if callable(self.process_noise):
            check_rate(self.process_noise, "process_noise")
        elif self.process_noise is not None:
            check_non_negative(self.process_noise, "process_noise")

    def refusal(self, network: Network) -> str | None:
        """Serve networks that run step by step, and have a covariance of bearable size."""
        n = network.n_parameters
        n_kept = int((np.diff(groups(network, "decoupled")[1]) ** 2).sum())
        if n_kept > _MOST_WEIGHTS**2:
            return (
                f"each step changes a covariance of {n_kept:.1e} numbers, even of the decoupled "
                f"filter, too many above {_MOST_WEIGHTS**2:.0e}"
            )
        if self.coupling == "global" and n > _MOST_WEIGHTS:
            return (
                f"each step changes a covariance of n_parameters^2 numbers, for {n} parameters "
                f"{n**2:.1e}, too many above {_MOST_WEIGHTS} parameters; "
                "ExtendedKalman(coupling='decoupled') has fewer"
            )
        return WindowDerivatives.refusal(network)

    def make_trainer(self, network: Network, params: Array, rule: UpdateRule) -> Trainer:
        """Return what moves the weights at every step."""
        return KalmanTrainer(network, params, rule, self)


class KalmanFilter:
    """Weights, as they are known from noisy measurements of what depends on them.

    Parameters
    ----------
    members : ndarray of shape (n_weights,)
        Numbers of the weights, group after group; weights of different groups are taken for
        uncorrelated.
    offsets : ndarray of shape (n_groups + 1,)
        Where groups begin in `members`.
    initial_variance : float
        Variance of each weight at first.

    Attributes
    ----------
    covariances : list of ndarray
        That of each group, (size, size): views of what is kept.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks.learners.kalman import KalmanFilter
    >>> weights = np.zeros(1)
    >>> state = KalmanFilter(np.array([0]), np.array([0, 1]), initial_variance=1.0)
    >>> state.update(weights, np.ones((1, 1)), np.array([2.0]), 1.0, 0.0)
    True
    >>> weights  # half way, for it was as uncertain as the measurement
    array([1.])
    """

    def __init__(self, members: Any, offsets: Any, initial_variance: float) -> None:
        self.members, self.offsets = members, offsets
        sizes = np.diff(offsets).astype(float)
        refuse_too_large(
            16 * int(sizes @ sizes),
            f"the covariance of {len(members):,} weights in groups of up to {sizes.max():,.0f} "
            "(hidden_layer_sizes and coupling say how many)",
        )
        self._G, self._L = np.empty((0, len(members))), np.empty((0, 0))
        self._blocks = np.concatenate(
            [initial_variance * np.eye(size).ravel() for size in np.diff(offsets)]
        )

    @property
    def covariances(self) -> list[FloatArray]:
        """That of each group, (size, size): views of what is kept."""
        sizes = np.diff(self.offsets)
        parts = np.split(self._blocks, np.cumsum(sizes**2)[:-1])
        return [part.reshape(n, n) for part, n in zip(parts, sizes, strict=True)]

    def update(
        self,
        weights: Array,
        derivatives: FloatArray,
        error: FloatArray,
        measurement_noise: float,
        process_noise: float,
    ) -> bool:
        """Take a measurement, and tell whether the covariance was good for it.

        Parameters
        ----------
        weights : ndarray of shape (n_weights,)
            The estimate; moved.
        derivatives : ndarray of shape (n_outputs, n_weights)
            How the measured outputs depend on the weights.
        error : ndarray of shape (n_outputs,)
            What was measured, less what was expected; overwritten.
        measurement_noise : float
            Variance of each measurement.
        process_noise : float
            What is added to the variance of each weight.

        Returns
        -------
        bool
            False if the covariance is not positive definite; nothing has been changed then.
        """
        n = len(error)
        if len(self._L) != n:
            self._G, self._L = np.empty((n, len(self.members))), np.empty((n, n))
        return kalman.update(
            weights,
            self._blocks,
            self.members,
            self.offsets,
            derivatives,
            error,
            measurement_noise,
            process_noise,
            self._G,
            self._L,
        )

    def repair(self) -> bool:
        """Make the covariance positive definite again, if it is finite; tell whether it is.

        Eigenvalues that should not be there are raised to a small one.
        """
        if not np.isfinite(self._blocks).all():
            return False
        for covariance in self.covariances:
            values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
            np.maximum(values, _FLOOR * max(values.max(), _FLOOR), out=values)
            repaired = (vectors * values) @ vectors.T
            covariance[...] = (repaired + repaired.T) / 2
        return True


class KalmanTrainer(OnlineTrainer):
    """The weights in training by the extended Kalman filter.

    Parameters
    ----------
    network, params, rule
        See `Trainer`; the filter has no use for an optimizer.
    settings : ExtendedKalman
        Those of the filter.
    """

    def __init__(
        self, network: Network, params: Array, rule: UpdateRule, settings: ExtendedKalman
    ) -> None:
        super().__init__(network, params, rule, _derivatives(network, settings.window))
        self._noise: Rate = MEASUREMENT_NOISE
        if settings.measurement_noise is not None:
            self._noise = settings.measurement_noise
        self._drift: Rate = _PROCESS_NOISE
        if settings.process_noise is not None:
            self._drift = settings.process_noise
        self.filter = KalmanFilter(*groups(network, settings.coupling), settings.initial_variance)
        self._H = np.empty((network.n_outputs, network.n_parameters))
        self._units = np.eye(network.n_outputs, dtype=network.dtype)

    def _learn(self, outputs: Array, target: Array, weight: float) -> None:
        error = np.subtract(target, outputs, dtype=np.float64)
        value = float(np.dot(error, error)) / error.size
        self._losses.append((value, weight))
        if not weight:
            return
        if not value <= self._limit:
            update = self.n_updates + 1
            raise ExplosionError(f"the squared error was {value:.3g} in update {update}")
        for row, unit in zip(self._H, self._units, strict=True):
            row[:] = self.derivatives.gradient(self.params, unit)
        n = self.n_updates
        # A step that counts less is one that was measured less exactly.
        noise = value_at(self._noise, n, "measurement_noise") / weight
        drift = value_at(self._drift, n, "process_noise")
        measured = (self.params, self._H, error, noise, drift)
        if not self.filter.update(*measured) and not (
            self.filter.repair() and self.filter.update(*measured)
        ):
            raise ExplosionError(
                f"the covariance of the weights was no longer positive definite in update {n + 1}"
            )
        self.n_updates += 1


def groups(network: Network, coupling: str) -> tuple[Indices, Indices]:
    """Return the numbers of the weights, group after group, and where groups begin.

    A group is all weights, or those that lead to the same unit; of a gated cell, to the same gate.
    """
    numbers = np.arange(network.n_parameters)
    if coupling == "global":
        return numbers, np.array([0, len(numbers)])
    rows: dict[tuple[str, int], list[Indices]] = {}
    views = network.views(numbers)
    for name, view in views.items():
        layer = name.rpartition(".")[0]
        n_rows = len(views[f"{layer}.bias"])
        # The second bias of a GRU belongs to its last gate.
        for row, part in enumerate(view, start=n_rows - len(view)):
            rows.setdefault((layer, row), []).append(np.atleast_1d(part))
    members = [np.concatenate(parts) for parts in rows.values()]
    return np.concatenate(members), np.cumsum([0, *map(len, members)])


def _derivatives(network: Network, window: int | None) -> Derivatives:
    """Choose how derivatives are taken."""
    if window is None and ForwardDerivatives.refusal(network) is None:
        return ForwardDerivatives(network)
    return WindowDerivatives(network, window or DEFAULT_WINDOW)

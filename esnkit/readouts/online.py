"""Linear readouts that learn row by row and follow a plant that changes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import (
    LARGEST_SCALE,
    Range,
    check_ranges,
)
from esnkit.kernels.jit import one_layout
from esnkit.kernels.online import LMS, RLS, AdaptiveFilter, learn_rows, new_learner
from esnkit.readouts.base import Chunk, LinearReadout, check_all_came

__all__ = ["LMSReadout", "OnlineReadout", "RLSReadout"]

# The constant is a feature like others, but so much less penalised.
_CONSTANT_PENALTY = 1e-8


class OnlineReadout(LinearReadout):
    """A linear readout whose weights move with each row: the base of `RLSReadout`, `LMSReadout`.

    Models run its `learner` inside their own loops, where learning and running cannot be parted.

    Examples
    --------
    >>> from esnkit import RLSReadout
    >>> readout = RLSReadout().start_learning(n_features=3, n_outputs=2)
    >>> readout.learner.weights.shape[0], readout.n_samples_seen_
    (2, 0)
    """

    fit_intercept: bool
    _learner: AdaptiveFilter

    @abstractmethod
    def _start(self, n_features: int, n_weights: int, n_outputs: int) -> AdaptiveFilter:
        """Check the parameters, and return a learner that has seen nothing."""

    # ------------------------------------------------------------------ what models build on

    def start_learning(self, n_features: int, n_outputs: int, target_ndim: int = 2) -> Self:
        """Set the weights to zero for given widths; `fit` does so before its first row.

        Parameters
        ----------
        n_features, n_outputs : int
            Widths of the rows and of the targets.
        target_ndim : {1, 2}, default=2
            Dimension of the `y` that is meant.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter is out of its range.
        """
        self.n_features_in_ = n_features
        self._learner = self._start(n_features, n_features + bool(self.fit_intercept), n_outputs)
        if self.fit_intercept:
            self._learner.z[n_features] = 1.0
        self._flat = target_ndim == 1
        self.take_weights()
        return self

    @property
    def learner(self) -> AdaptiveFilter:
        """What the kernels change while they learn; `take_weights` has to follow."""
        check_is_fitted(self)
        return self._learner

    def take_weights(self) -> None:
        """Set `coef_` and `intercept_` to the weights that the learner has come to."""
        weights, n_features = self._learner.weights, self.n_features_in_
        coef = weights[:, :n_features].copy()
        intercept = weights[:, n_features].copy() if self.fit_intercept else np.zeros(len(coef))
        self._set_solution(coef, intercept, self._flat)
        self.n_samples_seen_ = int(self._learner.n_learned[0])

    # ------------------------------------------------------------------ inside

    def _fit_chunks(
        self, chunks: Iterable[Chunk], n_samples: int, target_ndim: int, forget: bool
    ) -> Self:
        n_seen = 0
        for features, targets, weights in chunks:
            if forget and not n_seen:
                self.start_learning(features.shape[1], targets.shape[1], target_ndim)
            self._learn(features, targets, weights)
            n_seen += len(features)
        check_all_came(n_samples, n_seen)
        self.take_weights()
        return self

    def _learn(
        self, features: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None
    ) -> None:
        """Learn checked rows of the right widths."""
        n_outputs = len(self._learner.weights)
        expected = ((len(features), self.n_features_in_), (len(features), n_outputs))
        if (features.shape, targets.shape) != expected:
            raise ValueError(
                f"features and targets must have the shapes {expected[0]} and {expected[1]}, "
                f"got {features.shape} and {targets.shape}."
            )
        rows, aims = (one_layout(values, np.float64) for values in (features, targets))
        shares = np.zeros(0) if weights is None else one_layout(weights, np.float64)
        learn_rows(self._learner, rows, aims, shares, np.empty(aims.shape))


class RLSReadout(OnlineReadout):
    r"""Linear readout by recursive least squares, which forgets exponentially.

    After row n the weights minimise
    :math:`\sum_{i \le n} \lambda^{n-i} \|y_i - C x_i - b\|^2 + \lambda^n \alpha \|C\|^2`, where
    :math:`\lambda` is the forgetting factor [1]_. The inverse of the matrix of products is kept as
    U D U', with D positive by construction [2]_: the textbook's update of the inverse itself loses
    its sign after some ten thousand rows.

    Parameters
    ----------
    forgetting : float, default=0.998
        The factor :math:`\lambda`, in (0, 1], by which a row counts less with each row that
        follows: the memory is about ``1 / (1 - forgetting)`` rows long. 1 forgets nothing and
        comes to ridge regression.
    alpha : float, default=0.0001
        Penalty on the coefficients at the start, above zero, in squared units of the features:
        the inverse starts as 1/alpha times the identity. An intercept is penalised 1e-8 as much.
    guard : float, default=0.0001
        What keeps the inverse bounded when directions are not seen for long, as in silences, in
        squared units of the features: about the least that the matrix of products has in any
        direction. With every row, one coefficient more is taken to be known as it stands, which
        leaves the coefficients where they are. 0 turns it off; without forgetting it is off.
    fit_intercept : bool, default=True
        Whether an intercept is learned.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        Coefficients; the first shape if `y` has one dimension.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercepts.
    n_samples_seen_ : int
        Number of rows learned.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, if `X` has them.

    See Also
    --------
    LMSReadout : Cheaper, but slow where features are correlated.
    RidgeReadout : Fits to all rows alike, and chooses its penalty.

    Notes
    -----
    A row costs about twice `n_features` squared multiplications, whatever the number of targets.

    References
    ----------
    .. [1] S. Haykin, "Adaptive filter theory", chapter 10, Pearson, 5th edition, 2013.
    .. [2] G. J. Bierman, "Measurement updating using the U-D factorization", Automatica 12,
       375-382, 1976.

    Examples
    --------
    A plant changes its sign half-way:

    >>> import numpy as np
    >>> from esnkit import RLSReadout
    >>> X = np.random.default_rng(0).normal(size=(1000, 2))
    >>> y = X @ [1.0, 2.0] * np.repeat([1, -1], 500)
    >>> readout = RLSReadout(forgetting=0.95).fit(X[:500], y[:500])
    >>> readout.coef_.round(3)
    array([1., 2.])
    >>> readout.partial_fit(X[500:], y[500:]).coef_.round(3)
    array([-1., -2.])
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "forgetting": Range(Real, 1 / LARGEST_SCALE, 1),
        "alpha": Range(Real, 1 / LARGEST_SCALE, LARGEST_SCALE),
        "guard": Range(Real, 0, LARGEST_SCALE),
    }

    def __init__(
        self,
        forgetting: float = 0.998,
        *,
        alpha: float = 1e-4,
        guard: float = 1e-4,
        fit_intercept: bool = True,
    ) -> None:
        self.forgetting = forgetting
        self.alpha = alpha
        self.guard = guard
        self.fit_intercept = fit_intercept

    def _start(self, n_features: int, n_weights: int, n_outputs: int) -> AdaptiveFilter:
        given = check_ranges(self)
        spread = np.full(n_weights, 1.0 / given["alpha"])
        spread[n_features:] /= _CONSTANT_PENALTY
        return new_learner(
            RLS,
            n_weights,
            n_outputs,
            spread=spread,
            forgetting=given["forgetting"],
            excitation=np.sqrt(n_weights * given["guard"] * (1.0 - given["forgetting"])),
        )


class LMSReadout(OnlineReadout):
    r"""Linear readout by normalised least mean squares.

    Each row moves the weights by a part of what would make its error zero [1]_:

    .. math:: C \leftarrow C + \mu \frac{(y_n - C x_n) x_n'}{\|x_n\|^2}

    The norm makes the step the same whatever the units. A row costs 2 `n_features`
    multiplications for each target. Where features are strongly correlated, as the states of a
    reservoir are, it learns slowly in most directions; `RLSReadout` does not.

    Parameters
    ----------
    step_size : float, default=0.1
        The part :math:`\mu`, in (0, 2). Small steps average more noise away, and follow slower.
    fit_intercept : bool, default=True
        Whether an intercept is learned, as the weight of one more feature that is always 1.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        Coefficients; the first shape if `y` has one dimension.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercepts.
    n_samples_seen_ : int
        Number of rows learned.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, if `X` has them.

    See Also
    --------
    RLSReadout : Learns as fast in all directions.

    Notes
    -----
    A sample weight multiplies the step of its row.

    References
    ----------
    .. [1] S. Haykin, "Adaptive filter theory", chapter 7, Pearson, 5th edition, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import LMSReadout
    >>> X = np.random.default_rng(0).normal(size=(1000, 2))
    >>> LMSReadout().fit(X, X @ [1.0, 2.0] + 3.0).coef_.round(3)
    array([1., 2.])
    """

    ranges: ClassVar[Mapping[str, Range]] = {"step_size": Range(Real, 0, 2, "neither")}

    def __init__(self, step_size: float = 0.1, *, fit_intercept: bool = True) -> None:
        self.step_size = step_size
        self.fit_intercept = fit_intercept

    def _start(self, n_features: int, n_weights: int, n_outputs: int) -> AdaptiveFilter:
        return new_learner(
            LMS, n_weights, n_outputs, spread=np.zeros(0), step_size=check_ranges(self)["step_size"]
        )

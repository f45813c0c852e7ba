"""MLPReadout: a multi-layer perceptron as a readout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Self

import numpy as np
import scipy.special
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from esnkit.core.checks import check_count, check_non_negative, plain_copy, validate_data
from esnkit.core.process import ignored, refuse_too_large
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.readouts.base import read_rows

__all__ = ["MLPReadout"]

_LINE_SEARCH_FAILED = r"lbfgs failed to converge[\s\S]*ABNORMAL"

_ACTIVATIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "tanh": np.tanh,
    "relu": lambda values: np.maximum(values, 0),
    "logistic": scipy.special.expit,
    "identity": lambda values: values,
}


class MLPReadout(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """Multi-layer perceptron between standardised features and standardised targets.

    The perceptron is scikit-learn's. It sees features and targets of mean 0 and standard deviation
    1; predictions come back in the units of the targets.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, default=(32,)
        Units of each hidden layer.
    activation : {"tanh", "relu", "logistic", "identity"}, default="tanh"
        The function of the hidden units.
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
    random_state : int, Generator, RandomState or None, default=None
        Seed of the initial weights and of mini-batches.

    Attributes
    ----------
    network_ : MLPRegressor
        The fitted perceptron, which takes and gives standardised values.
    n_iter_ : int
        Iterations that the training took.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Names of the features, if they have any.

    See Also
    --------
    esnkit.TDNNRegressor : A delay memory with this readout.
    RidgeReadout : The linear readout.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import ESNRegressor, MLPReadout, Reservoir
    >>> u = np.random.default_rng(0).uniform(-1, 1, 500)
    >>> product = u * np.roll(u, 1)
    >>> model = ESNRegressor(Reservoir(20), MLPReadout((16,)), washout=10, random_state=0)
    >>> model.fit(u[:, None], product).score(u[:, None], product) > 0.9
    True
    """

    n_features_in_: int

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (32,),
        *,
        activation: str = "tanh",
        solver: str = "lbfgs",
        alpha: float = 1.0,
        learning_rate_init: float = 0.001,
        batch_size: int | str = "auto",
        max_iter: int = 1000,
        tol: float = 0.0001,
        random_state: RandomState = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Find the scales, and train the perceptron.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, not negative. Rows of weight zero are left out; other weights than 0 and 1
            need scikit-learn 1.7.

        Returns
        -------
        MLPReadout
            This readout, fitted.

        Raises
        ------
        ValueError
            If a parameter or the data are not as described, or scikit-learn's perceptron does not
            take such weights.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` ends the training.
        """
        from sklearn.neural_network import MLPRegressor

        X, y, weights = read_rows(self, X, y, sample_weight, reset=True)
        rows, y = X.astype(np.float64), y.astype(np.float64)
        for i, size in enumerate(np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=object))):
            n_units = check_count(size, f"hidden_layer_sizes[{i}]")
            refuse_too_large(64 * n_units * rows.shape[1], f"hidden_layer_sizes[{i}]={n_units}")
        for name in ("alpha", "tol"):
            check_non_negative(getattr(self, name), name)
        seed = child_generator(root_seed(self.random_state), "readout")
        parameters = plain_copy(self).get_params() | {"random_state": int(seed.integers(2**31))}
        self.network_ = MLPRegressor(**parameters)
        options = self._weights_as_options(weights)
        columns = y.reshape(len(y), -1)
        self._inputs = StandardScaler().fit(rows, **options)
        self._targets = StandardScaler().fit(columns, **options)
        scaled = self._targets.transform(columns).reshape(y.shape)
        # With several targets the gradient is not quite that of the loss (scikit-learn's issue
        # 8349), so close to the minimum a line search may find no step that lowers the loss.
        several = columns.shape[1] > 1
        with ignored(ConvergenceWarning, _LINE_SEARCH_FAILED) if several else nullcontext():
            self.network_.fit(self._inputs.transform(rows), scaled, **options)
        self.n_iter_ = self.network_.n_iter_
        self._flat = y.ndim == 1
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Predict the targets of rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predictions, in units of the targets.
        """
        check_is_fitted(self)
        # In a free run rows come one at a time, where scikit-learn's checks would take most of it.
        shape = (1, self.n_features_in_)
        if not (type(X) is np.ndarray and X.shape == shape and np.isfinite(X).all()):
            X = validate_data(self, X, dtype=np.float64, reset=False)
        *hidden, last = zip(self.network_.coefs_, self.network_.intercepts_, strict=True)
        squash = _ACTIVATIONS[self.network_.activation]
        values = (X - self._inputs.mean_) / self._inputs.scale_
        for coef, bias in hidden:
            values = squash(values @ coef + bias)
        coef, bias = last
        outputs = (values @ coef + bias) * self._targets.scale_ + self._targets.mean_
        return outputs[:, 0] if self._flat else outputs

    def _weights_as_options(self, weights: FloatArray | None) -> dict[str, FloatArray]:
        """Return weights as arguments if they make a difference, and if they can be given."""
        if weights is None or (weights == 1).all():
            return {}
        if not has_fit_parameter(self.network_, "sample_weight"):
            other = weights[weights != 1][0]
            raise ValueError(
                f"sample_weight holds other weights than 0 and 1, such as {other}: the perceptron "
                "takes them from scikit-learn 1.7 on."
            )
        return {"sample_weight": weights}

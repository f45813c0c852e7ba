"""LegendreMemory: a window of the past as coefficients of Legendre polynomials."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import scipy.linalg
import scipy.special
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_real, check_scalar
from esnkit.core.process import refuse_too_large
from esnkit.core.typing import FloatArray
from esnkit.kernels.activations import CODES
from esnkit.kernels.reservoir import weigh
from esnkit.kernels.sparse_layout import arrange
from esnkit.memories.reservoir import RecurrentMemory

_SHORTEST = 0.01  # the past of windows below one step has left them before the next row comes


class LegendreMemory(RecurrentMemory):
    r"""Linear memory of a sliding window, the best that so many numbers can keep of it.

    For each input u, the state m follows :math:`\theta \dot m = A m + B u` with

    .. math::

        A_{ij} = (2i + 1) \cdot \begin{cases} -1 & i < j \\ (-1)^{i-j+1} & i \ge j \end{cases},
        \qquad B_i = (2i + 1) (-1)^i,

    and then :math:`u(t - \delta) \approx \sum_i P_i(2 \delta / \theta - 1) m_i(t)` for every delay
    :math:`\delta` up to the window :math:`\theta`, with the Legendre polynomials :math:`P_i` [1]_.
    The step from row to row is exact for an input that is constant in between.

    Parameters
    ----------
    order : int, default=8
        Number of polynomials, and of features for each input, at least 1.
    window : float, default=20.0
        Length of the window in steps, at least 0.01.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence, and each starts from zeros.

    Attributes
    ----------
    A_ : ndarray of shape (order, order)
        The step of the state, in steps of one row.
    B_ : ndarray of shape (order,)
        What an input adds to the state.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    GammaMemory : A cascade of leaky taps, whose depth and resolution are traded.
    TappedDelayLine : Past inputs as they are.

    References
    ----------
    .. [1] A. R. Voelker, I. Kajic and C. Eliasmith, "Legendre memory units: continuous-time
       representation in recurrent neural networks", NeurIPS 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import LegendreMemory
    >>> X = np.sin(np.arange(200) / 10).reshape(-1, 1)
    >>> memory = LegendreMemory(8, window=20).fit(X)
    >>> past = memory.transform(X) @ memory.delay_weights(15)
    >>> bool(np.abs(past[60:] - X[45:-15, 0]).max() < 0.06)
    True
    """

    compiled = True
    is_reservoir = True

    def __init__(
        self, order: int = 8, *, window: float = 20.0, id_column: str | int | None = None
    ) -> None:
        self.order = order
        self.window = window
        self.id_column = id_column

    def delay_weights(self, delay: float) -> FloatArray:
        """Return weights of the features of one input that give it as it was some steps ago.

        Parameters
        ----------
        delay : float
            Steps, from 0 to the window.

        Returns
        -------
        ndarray of shape (order,)
            Values of the Legendre polynomials.

        Raises
        ------
        ValueError
            If the delay lies outside of the window.
        """
        check_is_fitted(self)
        check_scalar(delay, "delay", Real, min_val=0, max_val=float(self.window))
        place = 2 * delay / self.window - 1
        return np.array([scipy.special.eval_legendre(i, place) for i in range(self.order)])

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        check_scalar(self.order, "order", Integral, min_val=1)
        check_real(self.window, "window", min_val=_SHORTEST)
        refuse_too_large(32 * (int(self.order) * n_features) ** 2, f"order={self.order}")
        self.A_, self.B_ = _exact_step(int(self.order), float(self.window))
        self.n_inputs_ = n_features
        self._lay_out()

    def _lay_out(self) -> None:
        n_features = self.n_inputs_
        self._network = weigh(
            recurrence=arrange(scipy.linalg.block_diag(*[self.A_] * n_features), np.dtype(float)),
            drive=np.kron(np.eye(n_features), self.B_),
            bias=np.zeros(n_features * self.order),
            leak=np.ones(n_features * self.order),
            activation=CODES["identity"],
        )

    @property
    def n_features_out_(self) -> int:
        """Number of features that a step gives: `order` for each input."""
        return self._network.n_units


def _exact_step(order: int, window: float) -> tuple[FloatArray, FloatArray]:
    """Return the step of the state and of the input over one row (zero-order hold)."""
    i, j = np.indices((order, order))
    odd = (2 * np.arange(order) + 1) / window
    system = np.zeros((order + 1, order + 1))
    system[:order, :order] = odd[:, None] * np.where(i < j, -1.0, (-1.0) ** (i - j + 1))
    system[:order, order] = odd * (-1.0) ** np.arange(order)
    step = scipy.linalg.expm(system)
    return step[:order, :order], step[:order, order]

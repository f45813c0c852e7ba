"""IntrinsicPlasticity: units of a reservoir find gain and bias of their own, from the input."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from esnkit.core.checks import check_scalar
from esnkit.core.typing import FloatArray
from esnkit.kernels.plasticity import adapt_gains
from esnkit.kernels.reservoir import ReservoirWeights


class IntrinsicPlasticity(BaseEstimator):
    r"""Let each unit adapt until its activity is distributed as wanted.

    Before the readout is fitted, the reservoir runs over the input, and gain a and bias b of each
    unit, :math:`y = \tanh(a z + b)` with z what the unit is given, follow [1]_

    .. math::

        \Delta b = -\eta \Bigl(-\frac{\mu}{\sigma^2} +
        \frac{y}{\sigma^2} (2 \sigma^2 + 1 - y^2 + \mu y)\Bigr), \qquad
        \Delta a = \frac{\eta}{a} + z \, \Delta b

    which is gradient descent on the divergence of y from a Gaussian of mean :math:`\mu` and
    deviation :math:`\sigma`. Their averages over the last pass become part of the weights. So a
    reservoir comes to use as much of its tanh as is wanted, however large the input is.

    Parameters
    ----------
    mean : float, default=0.0
        The mean :math:`\mu`, in (-1, 1).
    deviation : float, default=0.2
        The standard deviation :math:`\sigma`, in (0, 1).
    learning_rate : float, default=0.0005
        The step :math:`\eta`, above 0 and at most 0.1.
    n_epochs : int, default=5
        Passes over the input, at least 1.

    See Also
    --------
    esnkit.Reservoir : Takes one as ``plasticity``.

    Notes
    -----
    A tanh is no Gaussian: deviations above 0.4 come out smaller than asked for, and where the input
    is far from Gaussian itself, as a sine is, so does the shape. The radius of W changes with the
    gains; where it comes beyond 1, single units may settle at means of their own. A learning rate
    that is large beside the square of the deviation makes gains swing, and may turn their signs.

    References
    ----------
    .. [1] B. Schrauwen, M. Wardermann, D. Verstraeten, J. J. Steil and D. Stroobandt, "Improving
       reservoirs using intrinsic plasticity", Neurocomputing 71, 1159-1171, 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import IntrinsicPlasticity, Reservoir
    >>> X = np.random.default_rng(0).normal(size=(5000, 1))
    >>> plasticity = IntrinsicPlasticity(deviation=0.3, learning_rate=0.002)
    >>> reservoir = Reservoir(20, plasticity=plasticity, random_state=0).fit(X)
    >>> bool(abs(reservoir.transform(X).std() - 0.3) < 0.03)
    True
    """

    def __init__(
        self,
        mean: float = 0.0,
        deviation: float = 0.2,
        *,
        learning_rate: float = 5e-4,
        n_epochs: int = 5,
    ) -> None:
        self.mean = mean
        self.deviation = deviation
        self.learning_rate = learning_rate
        self.n_epochs = n_epochs

    def check(self) -> None:
        """Refuse parameters that are out of range.

        Raises
        ------
        TypeError, ValueError
            If there are any.
        """
        check_scalar(self.mean, "mean", Real, min_val=-1, max_val=1, include_boundaries="neither")
        check_scalar(
            self.deviation, "deviation", Real, min_val=0.01, max_val=1, include_boundaries="left"
        )
        check_scalar(
            self.learning_rate,
            "learning_rate",
            Real,
            min_val=0,
            max_val=0.1,
            include_boundaries="right",
        )
        check_scalar(self.n_epochs, "n_epochs", Integral, min_val=1)

    def adapt(self, network: ReservoirWeights, drives: list[Any]) -> tuple[FloatArray, FloatArray]:
        """Run over sequences, and return what the units have come to.

        Parameters
        ----------
        network : ReservoirWeights
            The reservoir, in double precision.
        drives : list of ndarray of shape (n_steps, n_drive)
            What drives it; each sequence starts from the zero state.

        Returns
        -------
        gains, shifts : ndarray of shape (n_units,)
            The gain a, and what is added to it times what the unit is given.
        """
        n_units = network.n_units
        gains, shifts = np.ones(n_units), np.zeros(n_units)
        settings = (float(self.learning_rate), float(self.mean), float(self.deviation))
        for _ in range(int(self.n_epochs)):
            totals = np.zeros((2, n_units))
            for drive in drives:
                h = np.zeros(n_units)
                adapt_gains(network, *settings, drive, gains, shifts, totals, h)
        mean_gains, mean_shifts = totals / sum(len(drive) for drive in drives)
        return mean_gains, mean_shifts

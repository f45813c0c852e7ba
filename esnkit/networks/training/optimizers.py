"""Optimizers: what a gradient does to the weights.

An optimizer holds settings only. What it remembers from one update to the next, such as a
velocity, are rows of an array that the training keeps for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from esnkit.core.checks import Range, check_name, check_ranges
from esnkit.kernels import optimizers as kernels
from esnkit.networks.training.schedules import MOMENTA, Rate, check_rate, value_at

Vector = NDArray[Any]

_SHARE = Range(Real, 0, 1, "left")
_ABOVE_ZERO = Range(Real, 0, None, "neither")


class Optimizer(BaseEstimator, ABC):
    """Settings by which a gradient moves the weights."""

    n_slots: ClassVar[int] = 0  # vectors as long as the weights that it remembers, zero at first
    learning_rate_init: Rate
    ranges: ClassVar[Mapping[str, Range]] = {}  # of the parameters that are numbers

    def check(self) -> None:
        """Refuse a rate that is none, and numbers out of their ranges."""
        check_rate(self.learning_rate_init, "learning_rate_init")
        check_ranges(self)
        momentum = getattr(self, "momentum", 0.0)
        if callable(momentum):
            check_rate(momentum, "momentum")
        else:
            MOMENTA.check(momentum, "momentum")

    def update(
        self,
        params: NDArray[Any],
        gradient: NDArray[Any],
        slots: NDArray[Any],
        n_before: int,
    ) -> None:
        """Move the weights in place.

        Parameters
        ----------
        params : ndarray of shape (n_parameters,)
            The weights.
        gradient : ndarray of shape (n_parameters,)
            The gradient of the loss there.
        slots : ndarray of shape (n_slots, n_parameters)
            What is remembered; changed in place.
        n_before : int
            Number of updates made before.
        """
        rate = value_at(self.learning_rate_init, n_before)
        self._move(params, gradient, slots, rate, n_before)

    @abstractmethod
    def _move(self, params: Vector, gradient: Vector, slots: Vector, rate: float, n: int) -> None:
        """Move the weights in update ``n``, the first of which is number 0."""


class SGD(Optimizer):
    """Stochastic gradient descent: move against the gradient.

    Parameters
    ----------
    learning_rate_init : float or callable, default=0.003
        The rate, or a schedule such as `CosineDecay`: a function of the number of updates.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import SGD
    >>> weights = np.array([1.0, 2.0])
    >>> SGD(0.01).update(weights, np.array([10.0, 0.0]), np.zeros((0, 2)), 0)
    >>> weights
    array([0.9, 2. ])
    """

    def __init__(
        self,
        learning_rate_init: Rate = 3e-3,
    ) -> None:
        self.learning_rate_init = learning_rate_init

    def _move(self, params: Vector, gradient: Vector, slots: Vector, rate: float, n: int) -> None:
        params -= rate * gradient


class Momentum(Optimizer):
    r"""Gradient descent with classical momentum [1]_.

    .. math:: v_{t+1} = \mu v_t - \epsilon \nabla f(\theta_t), \quad
              \theta_{t+1} = \theta_t + v_{t+1}

    Parameters
    ----------
    learning_rate_init : float or callable, default=0.003
        The rate, or a schedule such as `CosineDecay`: a function of the number of updates.
    momentum : float or callable, default=0.9
        :math:`\mu`, a number in [0, 1) or a schedule.

    References
    ----------
    .. [1] I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of initialization
       and momentum in deep learning", ICML 2013, equations 1 and 2.

    Examples
    --------
    >>> from esnkit.networks import Momentum, MomentumSchedule
    >>> optimizer = Momentum(0.01, MomentumSchedule(0.99))
    """

    n_slots: ClassVar[int] = 1

    def __init__(
        self,
        learning_rate_init: Rate = 3e-3,
        momentum: Rate = 0.9,
    ) -> None:
        self.learning_rate_init = learning_rate_init
        self.momentum = momentum

    def _move(self, params: Vector, gradient: Vector, slots: Vector, rate: float, n: int) -> None:
        keep = value_at(self.momentum, n, "momentum")
        kernels.momentum(params, gradient, slots[0], rate, keep, 0.0, 0.0)


class Nesterov(Optimizer):
    r"""Gradient descent with Nesterov's momentum in the form of Sutskever et al. (2013) [1]_.

    .. math:: v_{t+1} = \mu_t v_t - \epsilon \nabla f(\theta_t + \mu_t v_t), \quad
              \theta_{t+1} = \theta_t + v_{t+1}

    The weights that are kept are those at which the gradient is taken,
    :math:`\theta_t + \mu_t v_t`.

    Parameters
    ----------
    learning_rate_init : float or callable, default=0.003
        The rate, or a schedule such as `CosineDecay`: a function of the number of updates.
    momentum : float or callable, default=0.9
        :math:`\mu`, a number in [0, 1) or a schedule.

    References
    ----------
    .. [1] I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of initialization
       and momentum in deep learning", ICML 2013, equations 3 and 4.

    Examples
    --------
    >>> from esnkit.networks import Nesterov, Stages
    >>> optimizer = Nesterov(0.01, Stages((0.9, 0.98), boundaries=(1000,)))
    """

    n_slots: ClassVar[int] = 1

    def __init__(
        self,
        learning_rate_init: Rate = 3e-3,
        momentum: Rate = 0.9,
    ) -> None:
        self.learning_rate_init = learning_rate_init
        self.momentum = momentum

    def _move(self, params: Vector, gradient: Vector, slots: Vector, rate: float, n: int) -> None:
        keep = value_at(self.momentum, n, "momentum")
        following = value_at(self.momentum, n + 1, "momentum")
        kernels.momentum(params, gradient, slots[0], rate, keep, keep, following)


class RMSprop(Optimizer):
    """Divide the gradient by the root of its running mean square [1]_.

    Parameters
    ----------
    learning_rate_init : float or callable, default=0.003
        The rate, or a schedule such as `CosineDecay`: a function of the number of updates.
    decay : float, default=0.99
        How much of the running mean is kept at an update.
    epsilon : float, default=1e-08
        Added to the root.

    References
    ----------
    .. [1] T. Tieleman and G. Hinton, "Lecture 6.5: RMSProp", COURSERA: Neural networks for
       machine learning, 2012.

    Examples
    --------
    >>> from esnkit.networks import RMSprop
    >>> RMSprop(decay=0.9)
    RMSprop(decay=0.9)
    """

    n_slots: ClassVar[int] = 1
    ranges: ClassVar[Mapping[str, Range]] = {"decay": _SHARE, "epsilon": _ABOVE_ZERO}

    def __init__(
        self,
        learning_rate_init: Rate = 3e-3,
        decay: float = 0.99,
        epsilon: float = 1e-8,
    ) -> None:
        self.learning_rate_init = learning_rate_init
        self.decay = decay
        self.epsilon = epsilon

    def _move(self, params: Vector, gradient: Vector, slots: Vector, rate: float, n: int) -> None:
        kernels.rmsprop(params, gradient, slots[0], rate, float(self.decay), float(self.epsilon))


class Adam(Optimizer):
    """Divide the running mean of the gradient by the root of its running mean square [1]_.

    Parameters
    ----------
    learning_rate_init : float or callable, default=0.003
        The rate, or a schedule such as `CosineDecay`: a function of the number of updates.
    beta_1 : float, default=0.9
        How much of the running mean is kept at an update.
    beta_2 : float, default=0.999
        How much of the running mean square is kept.
    epsilon : float, default=1e-08
        Added to the root.

    References
    ----------
    .. [1] D. P. Kingma and J. Ba, "Adam: A method for stochastic optimization", ICLR 2015.

    Examples
    --------
    >>> from esnkit.networks import Adam
    >>> Adam(beta_2=0.99)
    Adam(beta_2=0.99)
    """

    n_slots: ClassVar[int] = 2
    ranges: ClassVar[Mapping[str, Range]] = {
        "beta_1": _SHARE,
        "beta_2": _SHARE,
        "epsilon": _ABOVE_ZERO,
    }

    def __init__(
        self,
        learning_rate_init: Rate = 3e-3,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.learning_rate_init = learning_rate_init
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def _move(self, params: Vector, gradient: Vector, slots: Vector, rate: float, n: int) -> None:
        mean, square = slots
        rates = (rate, float(self.beta_1), float(self.beta_2), float(self.epsilon))
        kernels.adam(params, gradient, mean, square, *rates, n + 1)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSprop,
    "adam": Adam,
}


def find_optimizer(given: Any) -> Optimizer:
    """Return an optimizer, given itself or by the name that stands for its defaults."""
    if isinstance(given, Optimizer):
        return given
    check_name("optimizer", given, OPTIMIZERS)
    return OPTIMIZERS[given]()

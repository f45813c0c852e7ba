"""Rates and momenta that change while a network is trained: functions of the update."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from esnkit.core.checks import Range, check_count, check_positive, check_ranges, check_real

Rate = float | Callable[[int], float]


_RATE = Range(Real, 0, None, "neither")
_COUNT = Range(Integral, 1)
MOMENTA = Range(Real, 0, 1, "left")  # what a momentum may be


class Schedule(BaseEstimator, ABC):
    """A value that changes while a network is trained.

    A class declares in ``ranges`` which numbers its parameters may be.
    """

    ranges: ClassVar[Mapping[str, Range]] = {}

    def check(self) -> None:
        """Refuse settings that make no schedule."""
        check_ranges(self)

    @abstractmethod
    def __call__(self, update: int) -> float:
        """Return the value for an update, the first of which is number 0."""


class StepDecay(Schedule):
    """Multiply a rate by a factor every so many updates.

    Parameters
    ----------
    initial : float
        The rate of the first updates.
    every : int
        Updates for which a rate is kept.
    factor : float, default=0.1
        What it is then multiplied by.

    Examples
    --------
    >>> from esnkit.networks import StepDecay
    >>> schedule = StepDecay(1.0, every=100, factor=0.5)
    >>> [schedule(update) for update in (0, 99, 100, 200)]
    [1.0, 1.0, 0.5, 0.25]
    """

    ranges: ClassVar[Mapping[str, Range]] = {"initial": _RATE, "every": _COUNT, "factor": _RATE}

    def __init__(self, initial: float, every: int, factor: float = 0.1) -> None:
        self.initial = initial
        self.every = every
        self.factor = factor

    def __call__(self, update: int) -> float:
        """Return the value for an update, the first of which is number 0."""
        return self.initial * self.factor ** (update // self.every)


class ExponentialDecay(Schedule):
    """Multiply a rate by a factor at every update.

    Parameters
    ----------
    initial : float
        The rate of the first update.
    factor : float
        What it is multiplied by from one update to the next, a little below 1.

    Examples
    --------
    >>> from esnkit.networks import ExponentialDecay
    >>> schedule = ExponentialDecay(1.0, factor=0.5)
    >>> [schedule(update) for update in range(3)]
    [1.0, 0.5, 0.25]
    """

    ranges: ClassVar[Mapping[str, Range]] = {"initial": _RATE, "factor": _RATE}

    def __init__(self, initial: float, factor: float) -> None:
        self.initial = initial
        self.factor = factor

    def __call__(self, update: int) -> float:
        """Return the value for an update, the first of which is number 0."""
        return self.initial * self.factor**update


class GeometricDecay(Schedule):
    """Lower a value by the same factor at every update, and keep it at the end.

    Parameters
    ----------
    initial : float
        The value of the first update, above zero.
    final : float
        The value at the end, above zero.
    n_updates : int
        Updates after which it is reached.

    Examples
    --------
    >>> from esnkit.networks import GeometricDecay
    >>> schedule = GeometricDecay(1.0, 0.01, n_updates=100)
    >>> [round(schedule(update), 3) for update in (0, 50, 100, 200)]
    [1.0, 0.1, 0.01, 0.01]
    """

    ranges: ClassVar[Mapping[str, Range]] = {"initial": _RATE, "final": _RATE, "n_updates": _COUNT}

    def __init__(self, initial: float, final: float, n_updates: int) -> None:
        self.initial = initial
        self.final = final
        self.n_updates = n_updates

    def __call__(self, update: int) -> float:
        """Return the value for an update, the first of which is number 0."""
        share = min(update / self.n_updates, 1.0)
        return self.initial * (self.final / self.initial) ** share


class CosineDecay(Schedule):
    """Lower a rate along half a period of a cosine [1]_, and keep it at the end.

    Parameters
    ----------
    initial : float
        The rate of the first update.
    n_updates : int
        Updates after which the final rate is reached.
    final : float, default=0.0
        The rate from then on.

    References
    ----------
    .. [1] I. Loshchilov and F. Hutter, "SGDR: Stochastic gradient descent with warm restarts",
       ICLR 2017, equation 5.

    Examples
    --------
    >>> from esnkit.networks import CosineDecay
    >>> schedule = CosineDecay(1.0, n_updates=100)
    >>> [round(schedule(update), 3) for update in (0, 50, 100, 200)]
    [1.0, 0.5, 0.0, 0.0]
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "initial": _RATE,
        "n_updates": _COUNT,
        "final": Range(Real, 0),
    }

    def __init__(self, initial: float, n_updates: int, final: float = 0.0) -> None:
        self.initial = initial
        self.n_updates = n_updates
        self.final = final

    def __call__(self, update: int) -> float:
        """Return the value for an update, the first of which is number 0."""
        angle = math.pi * min(update / self.n_updates, 1.0)
        return self.final + (self.initial - self.final) * (1 + math.cos(angle)) / 2


class Stages(Schedule):
    """Keep one value until a given update, then another, and so on.

    Parameters
    ----------
    values : sequence of float
        The values, one more than there are boundaries.
    boundaries : sequence of int
        The updates at which the next value begins, in increasing order.

    Raises
    ------
    ValueError
        If the numbers of values and boundaries do not fit, or the boundaries do not increase.

    Examples
    --------
    Momentum as in the experiments on long lags of Sutskever et al. (2013):

    >>> from esnkit.networks import Stages
    >>> schedule = Stages((0.9, 0.98), boundaries=(1000,))
    >>> schedule(999), schedule(1000)
    (0.9, 0.98)
    """

    def __init__(self, values: Sequence[float], boundaries: Sequence[int]) -> None:
        self.values = values
        self.boundaries = boundaries

    def check(self) -> None:
        """Refuse numbers that do not go together."""
        for name in ("values", "boundaries"):
            if not isinstance(getattr(self, name), Sequence | np.ndarray) or isinstance(
                getattr(self, name), str | bytes
            ):
                raise TypeError(
                    f"{name} must be a sequence of numbers, got {getattr(self, name)!r}."
                )
        for i, value in enumerate(self.values):
            check_real(value, f"values[{i}]", min_val=0)
        for i, boundary in enumerate(self.boundaries):
            check_count(boundary, f"boundaries[{i}]")
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"The {len(self.boundaries)} boundaries part {len(self.boundaries) + 1} values, "
                f"got {len(self.values)}."
            )
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise ValueError(f"boundaries must increase, got {self.boundaries}.")

    def __call__(self, update: int) -> float:
        """Return the value for an update, the first of which is number 0."""
        return self.values[sum(update >= boundary for boundary in self.boundaries)]


class MomentumSchedule(Schedule):
    r"""Raise the momentum in steps towards its maximum, as Sutskever et al. (2013) [1]_ do.

    .. math:: \mu_t = \min(1 - 2^{-1 - \log_2(\lfloor t / 250 \rfloor + 1)}, \mu_{max})

    Parameters
    ----------
    maximum : float, default=0.99
        Where the momentum ends.
    every : int, default=250
        Updates for which a momentum is kept.

    References
    ----------
    .. [1] I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of initialization
       and momentum in deep learning", ICML 2013, equation 5.

    Examples
    --------
    >>> from esnkit.networks import MomentumSchedule
    >>> schedule = MomentumSchedule(0.9)
    >>> [schedule(update) for update in (0, 250, 750, 100_000)]
    [0.5, 0.75, 0.875, 0.9]
    """

    ranges: ClassVar[Mapping[str, Range]] = {"maximum": MOMENTA, "every": _COUNT}

    def __init__(self, maximum: float = 0.99, every: int = 250) -> None:
        self.maximum = maximum
        self.every = every

    def __call__(self, update: int) -> float:
        """Return the value for an update, the first of which is number 0."""
        return min(1 - 0.5 / (update // self.every + 1), self.maximum)


def check_rate(value: Rate, name: str) -> None:
    """Refuse what is no rate: a number above zero, or a function of the update."""
    if isinstance(value, type):
        raise TypeError(f"{name} must be a number or a schedule, got the class {value!r}.")
    if isinstance(value, Schedule):
        value.check()
    elif not callable(value):
        check_positive(value, name)


def value_at(value: Rate, update: int, name: str = "learning_rate_init") -> float:
    """Return a constant, or what a schedule says for an update; the first one is number 0."""
    if not callable(value):
        return float(value)
    given = value(update)
    if not isinstance(given, Real) or math.isnan(given):
        raise ValueError(
            f"{name} is a schedule that gives {given!r} for update {update}: it must give a number."
        )
    return float(given)

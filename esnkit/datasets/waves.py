"""Periodic series, with and without noise."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from esnkit.core.checks import LARGEST_SCALE, check_non_negative, check_real, check_scalar
from esnkit.core.process import check_length
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray

__all__ = ["mso", "noisy_sine", "sine"]

# Angular frequencies that have no common period; the usual order.
_FREQUENCIES = (0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97)


def sine(n_steps: int, *, frequency: float = 0.2, phase: float = 0.0) -> FloatArray:
    r"""Sample a sine wave of amplitude one.

    .. math:: x(n) = \sin(\omega n + \varphi), \qquad n = 0, 1, \ldots

    Parameters
    ----------
    n_steps : int
        Number of time steps.
    frequency : float, default=0.2
        Angular frequency :math:`\omega` in radians per step. With ``4 * pi / 999``, 1000 steps
        cover two periods: the interval from 0 to 4 pi with both of its ends.
    phase : float, default=0.0
        Angle :math:`\varphi` of the first sample, in radians.

    Returns
    -------
    numpy.ndarray of shape (n_steps,)
        The samples.

    Examples
    --------
    >>> import math
    >>> from esnkit.datasets import sine
    >>> sine(5, frequency=math.pi / 2).round(12) + 0.0
    array([ 0.,  1.,  0., -1.,  0.])
    """
    n_steps = check_length(n_steps, "n_steps")
    frequency = check_real(frequency, "frequency", min_val=-LARGEST_SCALE, max_val=LARGEST_SCALE)
    phase = check_real(phase, "phase")
    return np.sin(frequency * np.arange(n_steps) + phase)


def noisy_sine(
    n_steps: int,
    *,
    frequency: float = 0.02,
    noise: float = 2.0,
    random_state: RandomState = None,
) -> FloatArray:
    r"""Sample a sine wave under uniform noise.

    .. math:: x(n) = \sin(\omega n) + c\,\nu(n), \qquad \nu(n) \sim U[0, 1]

    The noise is not centred: its mean is ``noise / 2`` and its variance ``noise**2 / 12``, which
    is the least mean squared error that any forecast can reach.

    Parameters
    ----------
    n_steps : int
        Number of time steps.
    frequency : float, default=0.02
        Angular frequency :math:`\omega` in radians per step.
    noise : float, default=2.0
        Width :math:`c` of the interval that the noise is drawn from, zero or above.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the noise.

    Returns
    -------
    numpy.ndarray of shape (n_steps,)
        The samples, within [-1, 1 + noise].

    Examples
    --------
    >>> from esnkit.datasets import noisy_sine
    >>> noisy_sine(1000, random_state=0).shape
    (1000,)
    """
    noise = check_non_negative(noise, "noise")
    clean = sine(n_steps, frequency=frequency)
    rng = child_generator(root_seed(random_state), "data")
    return clean + noise * rng.uniform(size=clean.shape)


def mso(n_steps: int, *, n_sines: int = 8) -> FloatArray:
    r"""Sample multiple superimposed oscillators: a sum of sines without a common period.

    .. math:: x(n) = \sum_{i=1}^{k} \sin(\omega_i n), \qquad n = 0, 1, \ldots

    The angular frequencies are the first k of 0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85 and 0.97
    radians per step [1]_. The usual short protocol leaves out 100 steps as washout, trains on 300
    and lets the model run freely for 300.

    Parameters
    ----------
    n_steps : int
        Number of time steps.
    n_sines : int, default=8
        Number of sines k, from 1 to 8; the series is called MSO-k.

    Returns
    -------
    numpy.ndarray of shape (n_steps,)
        The samples.

    References
    ----------
    .. [1] D. Koryakin, J. Lohmann and M. V. Butz, "Balanced echo state networks", Neural Networks
       36, 35-45, 2012.

    Examples
    --------
    >>> from esnkit.datasets import mso
    >>> mso(3, n_sines=2).round(3)
    array([0.   , 0.505, 0.972])
    """
    n_steps = check_length(n_steps, "n_steps")
    n_sines = int(check_scalar(n_sines, "n_sines", Integral, min_val=1, max_val=len(_FREQUENCIES)))
    waves = (sine(n_steps, frequency=frequency) for frequency in _FREQUENCIES[:n_sines])
    return np.sum(list(waves), axis=0)

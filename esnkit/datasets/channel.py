"""Channel equalisation: recover a message sent through a bad radio channel."""

from __future__ import annotations

import numpy as np

from esnkit.core.checks import check_real
from esnkit.core.process import check_length
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray

__all__ = ["channel_equalization"]


_SYMBOLS = np.array([-3.0, -1.0, 1.0, 3.0])
# The answer of the channel to a unit symbol, from two steps before it to seven after.
_ECHOES = np.array([0.08, -0.12, 1.0, 0.18, -0.1, 0.091, -0.05, 0.04, 0.03, 0.01])
_AHEAD = 2


def channel_equalization(
    n_steps: int, *, snr: float = 28.0, random_state: RandomState = None
) -> tuple[FloatArray, FloatArray]:
    r"""Send symbols through a channel with echoes, a bent characteristic and noise.

    The symbols :math:`d(n)` are drawn from -3, -1, 1 and 3. They interfere with their neighbours,
    pass an amplifier that is not linear, and meet Gaussian noise [1]_ [2]_:

    .. math::

        q(n) = {} & 0.08\, d(n+2) - 0.12\, d(n+1) + d(n) + 0.18\, d(n-1) - 0.1\, d(n-2) \\
        & {} + 0.091\, d(n-3) - 0.05\, d(n-4) + 0.04\, d(n-5) + 0.03\, d(n-6) + 0.01\, d(n-7) \\
        u(n) = {} & q(n) + 0.036\, q(n)^2 - 0.011\, q(n)^3 + \nu(n)

    To be recovered is :math:`d(n-2)`. The usual protocol trains on 5000 symbols, tests on a
    million, and counts wrong symbols by `esnkit.metrics.symbol_error_rate`.

    Parameters
    ----------
    n_steps : int
        Number of time steps.
    snr : float, default=28.0
        Signal-to-noise ratio in decibels: the mean square of u without noise over the variance
        of the noise. From 12 to 32 in the literature; infinity means no noise.
    random_state : int, Generator, RandomState or None, default=None
        Seed of symbols and noise, drawn apart: another ratio leaves the message as it is.

    Returns
    -------
    u : numpy.ndarray of shape (n_steps, 1)
        The received signal.
    d : numpy.ndarray of shape (n_steps,)
        The symbol to be recovered: row ``n`` holds :math:`d(n-2)`.

    See Also
    --------
    esnkit.metrics.symbol_error_rate : The fraction of symbols that are not recovered.

    References
    ----------
    .. [1] V. J. Mathews and J. Lee, "Adaptive algorithms for bilinear filtering", Proceedings of
       SPIE 2296, 317-327, 1994.
    .. [2] H. Jaeger and H. Haas, "Harnessing nonlinearity: predicting chaotic systems and saving
       energy in wireless communication", Science 304, 2004.

    Examples
    --------
    >>> from esnkit.datasets import channel_equalization
    >>> u, d = channel_equalization(5000, snr=24.0, random_state=0)
    >>> u.shape, sorted(set(d.tolist()))
    ((5000, 1), [-3.0, -1.0, 1.0, 3.0])
    """
    n_steps = check_length(n_steps, "n_steps")
    snr = (
        np.inf
        if isinstance(snr, float) and snr == np.inf
        else check_real(snr, "snr", min_val=-1000)
    )
    seed = root_seed(random_state)
    # Before the first step and after the last as many symbols as the echoes reach.
    message = child_generator(seed, "data").choice(_SYMBOLS, size=n_steps + len(_ECHOES) - 1)
    q = np.convolve(message, _ECHOES, mode="valid")
    clean = q + 0.036 * q**2 - 0.011 * q**3
    deviation = np.sqrt(np.mean(clean**2) * 10 ** (-snr / 10))
    u = clean + deviation * child_generator(seed, "noise").standard_normal(n_steps)
    # q(n) is centred on message[n + 7], so d(n - 2) is message[n + 5].
    start = len(_ECHOES) - 1 - 2 * _AHEAD
    return u[:, np.newaxis], message[start : start + n_steps]

"""Tasks whose input is trains of spikes."""

from __future__ import annotations

import numpy as np

from esnkit.core.checks import check_count, check_real
from esnkit.core.process import check_length, refuse_too_large
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray, Indices

__all__ = ["delayed_xor"]


def delayed_xor(
    n_sequences: int,
    *,
    delay: int = 50,
    duration: int = 20,
    n_trains: int = 10,
    rate: float = 0.2,
    background: float = 0.01,
    random_state: RandomState = None,
) -> tuple[list[FloatArray], Indices]:
    r"""Show two bits as bursts of spikes, a delay apart: the exclusive or of both is asked for.

    A bit is shown for `duration` steps: for a 1 the first half of the trains fires, for a 0 the
    second half, each with the chance `rate` in a step. Between the bits are `delay` steps in
    which, as at all other times, each train fires with the chance `background`. Both bits excite
    alike, so how much was fired says nothing, nor does one of the bits alone. A step may be taken
    for a millisecond; the rates are then 200 and 10 spikes in a second.

    It is exclusive or over time, a usual question to liquid state machines [1]_: the first bit has
    to last in the states until the second comes, and the two have to meet there, for no linear
    readout joins them.

    Parameters
    ----------
    n_sequences : int
        Number of sequences, half of them with the label 1.
    delay : int, default=50
        Steps from the end of the first bit to the beginning of the second, at least 0.
    duration : int, default=20
        Steps for which a bit is shown, at least 1.
    n_trains : int, default=10
        Number of spike trains, at least 2.
    rate : float, default=0.2
        Chance of a spike in a step of a train that shows a bit, in [0, 1].
    background : float, default=0.01
        Chance of a spike in any other step, in [0, 1].
    random_state : int, Generator, RandomState or None, default=None
        Seed of bits and spikes.

    Returns
    -------
    X : list of numpy.ndarray of shape (2 * duration + delay, n_trains)
        The trains: 1 where there is a spike, else 0.
    y : numpy.ndarray of shape (n_sequences,)
        Labels: 1 where the bits differ, 0 where they are alike.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    See Also
    --------
    esnkit.SpikingReservoir : Units that fire.

    References
    ----------
    .. [1] W. Maass, T. Natschläger and H. Markram, "Real-time computing without stable states: a
       new framework for neural computation based on perturbations", Neural Computation 14, 2002.

    Examples
    --------
    >>> from esnkit.datasets import delayed_xor
    >>> X, y = delayed_xor(100, delay=30, random_state=0)
    >>> X[0].shape, int(y.sum())
    ((70, 10), 50)
    """
    n_sequences = check_length(n_sequences, "n_sequences")
    delay, duration = check_length(delay, "delay", minimum=0), check_length(duration, "duration")
    n_trains = check_count(n_trains, "n_trains", minimum=2)
    rate = check_real(rate, "rate", min_val=0, max_val=1)
    background = check_real(background, "background", min_val=0, max_val=1)
    n_steps = 2 * duration + delay
    refuse_too_large(
        24 * n_sequences * n_steps * n_trains,
        f"n_sequences={n_sequences} of delay={delay}, duration={duration} and n_trains={n_trains}",
    )
    rng = child_generator(root_seed(random_state), "data")
    labels = rng.permutation(np.arange(n_sequences) % 2)
    first = rng.integers(2, size=n_sequences)
    chances = np.full((n_sequences, n_steps, n_trains), background)
    for bits, start in ((first, 0), (first ^ labels, duration + delay)):
        shows = (np.arange(n_trains) < n_trains // 2) == bits[:, np.newaxis]
        chances[:, start : start + duration] = np.where(shows, rate, background)[:, np.newaxis]
    return list((rng.random(chances.shape) < chances).astype(np.float64)), labels

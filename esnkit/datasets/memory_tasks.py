"""Memory tasks: the target depends on inputs of long ago, and on nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from esnkit.core.checks import check_scale
from esnkit.core.process import check_length
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray

__all__ = ["adding", "delayed_inputs", "memorization", "multiplying"]


_SHORTEST = 20  # so that the first ten steps come before the middle


def adding(
    n_sequences: int, *, length: int = 100, random_state: RandomState = None
) -> tuple[list[FloatArray], FloatArray]:
    r"""Make sequences of numbers of which two are marked: the mean of the two is asked for.

    The adding problem of [1]_ in the form of [2]_. The first input is drawn from U[0, 1]. The
    second is a marker: 1 at the two numbers a and b that count, -1 at both ends of the sequence,
    0 elsewhere. One of the marked steps is among the first ten, the other before the middle
    (step ``length // 2``), neither is the very first, which bears the -1. The length of each
    sequence is a whole number drawn from ``length`` to ``1.1 * length``. At the end of the
    sequence the target is (a + b) / 2.

    The problem is usually called solved when, of 1000 new sequences, at most 1 % are off by more
    than 0.04: `esnkit.metrics.tolerance_error_rate` counts them. The target's mean, for
    comparison, is off by more for 85 % of the sequences.

    Parameters
    ----------
    n_sequences : int
        Number of sequences.
    length : int, default=100
        Smallest length of a sequence, called T or T0 in the literature; at least 20.
    random_state : int, Generator, RandomState or None, default=None
        Seed of everything.

    Returns
    -------
    X : list of numpy.ndarray of shape (n_steps, 2)
        Numbers and markers.
    y : numpy.ndarray of shape (n_sequences,)
        One target for each sequence.

    See Also
    --------
    multiplying : The same, with the product for a target.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9,
       1735-1780, 1997.
    .. [2] I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of initialization
       and momentum in deep learning", Proceedings of ICML, 2013.

    Examples
    --------
    >>> from esnkit.datasets import adding
    >>> X, y = adding(1000, length=80, random_state=0)
    >>> numbers, markers = X[0].T
    >>> bool(y[0] == numbers[markers == 1].mean())
    True
    """
    return _marked_pairs(n_sequences, length, random_state, np.mean)


def multiplying(
    n_sequences: int, *, length: int = 100, random_state: RandomState = None
) -> tuple[list[FloatArray], FloatArray]:
    r"""Make sequences of numbers of which two are marked: the product of the two is asked for.

    Numbers, markers, lengths and the criterion are those of `adding`; the target is a b [1]_.

    Parameters
    ----------
    n_sequences : int
        Number of sequences.
    length : int, default=100
        Smallest length of a sequence, called T or T0 in the literature; at least 20.
    random_state : int, Generator, RandomState or None, default=None
        Seed of everything.

    Returns
    -------
    X : list of numpy.ndarray of shape (n_steps, 2)
        Numbers and markers.
    y : numpy.ndarray of shape (n_sequences,)
        One target for each sequence.

    See Also
    --------
    adding : The same, with the mean for a target.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9,
       1735-1780, 1997.

    Examples
    --------
    >>> from esnkit.datasets import multiplying
    >>> X, y = multiplying(1000, length=80, random_state=0)
    >>> numbers, markers = X[0].T
    >>> bool(y[0] == numbers[markers == 1].prod())
    True
    """
    return _marked_pairs(n_sequences, length, random_state, np.prod)


def _marked_pairs(
    n_sequences: int,
    length: int,
    random_state: RandomState,
    combine: Callable[[FloatArray], Any],
) -> tuple[list[FloatArray], FloatArray]:
    """Draw the sequences, and combine the marked numbers of each into its target."""
    n_sequences = check_length(n_sequences, "n_sequences")
    length = check_length(length, "length", minimum=_SHORTEST)
    rng = child_generator(root_seed(random_state), "data")
    sequences, targets = [], np.empty(n_sequences)
    for i in range(n_sequences):
        n_steps = rng.integers(length, length * 11 // 10, endpoint=True)
        sequence = np.zeros((n_steps, 2))
        sequence[:, 0] = rng.uniform(size=n_steps)
        sequence[[0, -1], 1] = -1.0
        first = rng.integers(1, 10)
        second = rng.choice(np.delete(np.arange(1, length // 2), first - 1))
        sequence[[first, second], 1] = 1.0
        targets[i] = combine(sequence[[first, second], 0])
        sequences.append(sequence)
    return sequences, targets


def memorization(
    n_sequences: int,
    *,
    delay: int = 200,
    n_symbols: int = 2,
    n_items: int = 5,
    random_state: RandomState = None,
) -> tuple[list[FloatArray], list[FloatArray]]:
    r"""Make sequences that begin with symbols to be repeated at the end.

    The noiseless memory problems of [1]_ in the form of [2]_. ``n_items`` symbols are shown, one
    at each step. Then follow ``delay - 1`` steps of a blank, a cue, and ``n_items`` steps of the
    blank again, during which the symbols are asked for in their order; before that, the blank is.
    Everything is encoded one-hot: the inputs are the symbols, the blank and the cue, the outputs
    the symbols and the blank.

    The 5-bit problem is the default. The 20-bit one has five symbols and ten items. Errors
    are counted in wrong symbols per sequence: guessing leaves 2.5 and 8 of them.

    Parameters
    ----------
    n_sequences : int
        Number of sequences.
    delay : int, default=200
        Steps from the last item to the cue, called T in the literature.
    n_symbols : int, default=2
        Number of symbols to choose from, at least 2.
    n_items : int, default=5
        Number of symbols to remember.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the symbols.

    Returns
    -------
    X : list of numpy.ndarray of shape (delay + 2 * n_items, n_symbols + 2)
        The inputs.
    Y : list of numpy.ndarray of shape (delay + 2 * n_items, n_symbols + 1)
        The outputs, of which the last ``n_items`` rows count.

    References
    ----------
    .. [1] J. Martens and I. Sutskever, "Learning recurrent neural networks with Hessian-free
       optimization", Proceedings of ICML, 2011.
    .. [2] H. Jaeger, "Long short-term memory in echo state networks: details of a simulation
       study", Technical Report 27, Jacobs University Bremen, 2012.

    Examples
    --------
    Two symbols A and B, with a blank and a cue behind them:

    >>> from esnkit.datasets import memorization
    >>> X, Y = memorization(10, delay=3, n_items=2, random_state=0)
    >>> ["AB_!"[k] for k in X[0].argmax(axis=1)]
    ['A', 'B', '_', '_', '!', '_', '_']
    >>> ["AB_"[k] for k in Y[0].argmax(axis=1)]
    ['_', '_', '_', '_', '_', 'A', 'B']
    """
    n_sequences = check_length(n_sequences, "n_sequences")
    delay = check_length(delay, "delay")
    n_symbols = check_length(n_symbols, "n_symbols", minimum=2)
    n_items = check_length(n_items, "n_items")
    rng = child_generator(root_seed(random_state), "data")
    blank, cue = n_symbols, n_symbols + 1
    shown = np.full((n_sequences, delay + 2 * n_items), blank)
    asked = shown.copy()
    items = rng.integers(n_symbols, size=(n_sequences, n_items))
    shown[:, :n_items] = asked[:, -n_items:] = items
    shown[:, n_items + delay - 1] = cue
    return list(np.eye(n_symbols + 2)[shown]), list(np.eye(n_symbols + 1)[asked])


def delayed_inputs(
    n_steps: int,
    *,
    max_delay: int = 20,
    amplitude: float = 0.8,
    random_state: RandomState = None,
) -> tuple[FloatArray, FloatArray]:
    r"""Draw random numbers, and ask for the past ones at every step.

    The task that memory capacity is measured by [1]_: :math:`u(n) \sim U[-A, A]`, and output k is
    :math:`u(n - k)`. Before the first step the input is zero.

    Parameters
    ----------
    n_steps : int
        Number of time steps.
    max_delay : int, default=20
        Largest delay asked for, zero or above.
    amplitude : float, default=0.8
        Largest input :math:`A`, above zero.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the input.

    Returns
    -------
    u : numpy.ndarray of shape (n_steps, 1)
        The input.
    delayed : numpy.ndarray of shape (n_steps, max_delay + 1)
        Column ``k`` holds the input of ``k`` steps before.

    See Also
    --------
    esnkit.analysis.memory_capacity.memory_capacity : How much of this a memory can do.

    References
    ----------
    .. [1] H. Jaeger, "Short term memory in echo state networks", GMD Report 152, 2001.

    Examples
    --------
    >>> from esnkit.datasets import delayed_inputs
    >>> u, delayed = delayed_inputs(1000, max_delay=3, random_state=0)
    >>> bool((delayed[3:, 3] == u[:-3, 0]).all())
    True
    """
    n_steps = check_length(n_steps, "n_steps")
    max_delay = check_length(max_delay, "max_delay", minimum=0)
    amplitude = check_scale(amplitude, "amplitude")
    rng = child_generator(root_seed(random_state), "data")
    u = rng.uniform(-amplitude, amplitude, size=n_steps)
    padded = np.concatenate([np.zeros(max_delay), u])
    windows = np.lib.stride_tricks.sliding_window_view(padded, max_delay + 1)
    return u[:, np.newaxis], windows[:, ::-1].copy()

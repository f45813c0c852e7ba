"""Systems driven by a random input, to be learned from input and output."""

from __future__ import annotations

import math
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from esnkit.core.checks import (
    check_name,
    check_numbers,
    check_real,
    check_scale,
)
from esnkit.core.process import check_length, refuse_too_large
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray

__all__ = ["damped_oscillator", "narma", "time_scales"]

_EXTREME = 1e6  # beyond it the matrix exponential of an oscillator leaves double precision


@dataclass(frozen=True)
class _NarmaSystem:
    """The constants of one order; ``squashed`` puts the right-hand side inside a tanh."""

    order: int
    linear: float
    product: float
    drive: float
    constant: float
    squashed: bool = False


_NARMA_SYSTEMS = {
    system.order: system
    for system in (
        _NarmaSystem(10, linear=0.3, product=0.05, drive=1.5, constant=0.1),
        _NarmaSystem(20, linear=0.3, product=0.05, drive=1.5, constant=0.01, squashed=True),
        _NarmaSystem(30, linear=0.2, product=0.04, drive=1.5, constant=0.001),
    )
}

# In ten million steps of each order, no output beyond 1.3 ever came back.
_NARMA_LIMIT = 2.0
_NARMA_DRAWS = 100


def narma(
    n_steps: int, *, order: int = 10, random_state: RandomState = None
) -> tuple[FloatArray, FloatArray]:
    r"""Drive a nonlinear autoregressive moving average system with uniform noise.

    With :math:`u \sim U[0, 0.5]`, order 10 [1]_ is

    .. math::

        y(t+1) = 0.3\, y(t) + 0.05\, y(t) \sum_{i=0}^{9} y(t-i) + 1.5\, u(t-9)\, u(t) + 0.1

    Order 20 [2]_ sums over 20 outputs, reaches back to :math:`u(t-19)`, has the constant 0.01 and
    stands inside a tanh. Order 30 [3]_ has 30, :math:`u(t-29)`, no tanh, and the constants 0.2,
    0.04, 1.5 and 0.001. Before the first step the system is at rest: input and output are zero.

    Orders 10 and 30 run away on some inputs (order 10: six in a million steps). The input is then
    drawn anew as a whole, with a warning; long series of order 10 may exhaust the 100 draws.

    Parameters
    ----------
    n_steps : int
        Number of time steps.
    order : {10, 20, 30}, default=10
        Which of the three systems.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the input.

    Returns
    -------
    u : numpy.ndarray of shape (n_steps, 1)
        The input.
    y : numpy.ndarray of shape (n_steps,)
        The output that has seen the input of its row: row ``t`` holds :math:`y(t+1)`.

    Raises
    ------
    ValueError
        If ``order`` is none of the three.
    RuntimeError
        If the output ran away for each of 100 inputs.

    Warns
    -----
    RuntimeWarning
        If the output ran away and the input was drawn anew.

    References
    ----------
    .. [1] A. F. Atiya and A. G. Parlos, "New results on recurrent network training: unifying the
       algorithms and accelerating convergence", IEEE Transactions on Neural Networks 11,
       697-709, 2000.
    .. [2] A. Rodan and P. Tino, "Minimum complexity echo state network", IEEE Transactions on
       Neural Networks 22, 131-144, 2011.
    .. [3] B. Schrauwen, M. Wardermann, D. Verstraeten, J. J. Steil and D. Stroobandt, "Improving
       reservoirs using intrinsic plasticity", Neurocomputing 71, 1159-1171, 2008.

    Examples
    --------
    >>> from esnkit.datasets import narma
    >>> u, y = narma(2000, order=10, random_state=0)
    >>> u.shape, y.shape
    ((2000, 1), (2000,))
    """
    n_steps = check_length(n_steps, "n_steps")
    check_name("order", order, _NARMA_SYSTEMS)
    seed = root_seed(random_state)
    for draw in range(_NARMA_DRAWS):
        u = child_generator(seed, "data", draw).uniform(0, 0.5, size=n_steps)
        y = np.fromiter(_narma_outputs(_NARMA_SYSTEMS[order], u), dtype=np.float64)
        if len(y) == n_steps:
            if draw:
                warnings.warn(
                    f"NARMA-{order} ran away and its input was drawn anew, {draw} time(s).",
                    RuntimeWarning,
                    stacklevel=2,
                )
            return u[:, np.newaxis], y
    raise RuntimeError(
        f"NARMA-{order} ran away for {_NARMA_DRAWS} inputs of n_steps={n_steps}; "
        "shorter series survive more often."
    )


def _narma_outputs(system: _NarmaSystem, u: FloatArray) -> Iterator[float]:
    """Yield the outputs one by one, and stop before the first that has run away."""
    past = deque([0.0] * system.order, maxlen=system.order)
    delayed = np.concatenate([np.zeros(system.order - 1), u])
    for u_now, u_delayed in zip(u.tolist(), delayed.tolist(), strict=False):
        y = (
            system.linear * past[-1]
            + system.product * past[-1] * sum(past)
            + system.drive * u_delayed * u_now
            + system.constant
        )
        if system.squashed:
            y = math.tanh(y)
        if y > _NARMA_LIMIT:
            return
        yield y
        past.append(y)


def damped_oscillator(
    n_steps: int,
    *,
    damping: float = 0.1,
    dt: float = 0.1,
    hold: int = 10,
    amplitude: float = 1.0,
    random_state: RandomState = None,
) -> tuple[FloatArray, FloatArray]:
    r"""Drive a damped oscillator with a random force.

    .. math:: \ddot x + \eta\, \dot x + x = F(t)

    Time is in units of the inverse natural frequency: without damping, a period is
    :math:`2 \pi`. The force keeps a level drawn from :math:`U[-A, A]` for ``hold`` steps, then
    takes another. Such a force is constant within a step, so the matrix exponential steps the
    oscillator exactly, whatever ``dt`` [1]_. It starts at rest.

    Parameters
    ----------
    n_steps : int
        Number of time steps.
    damping : float, default=0.1
        Damping :math:`\eta`, from 0 to 1e6; 2 is critical.
    dt : float, default=0.1
        Length of a step, in time units, from 1e-6 to 1e6.
    hold : int, default=10
        Steps for which the force keeps a level.
    amplitude : float, default=1.0
        Largest force :math:`A`, above zero.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the force.

    Returns
    -------
    force : numpy.ndarray of shape (n_steps, 1)
        Row ``n`` acts from time ``n * dt`` to ``(n + 1) * dt``.
    motion : numpy.ndarray of shape (n_steps, 2)
        Displacement and velocity at the end of that step, when they have seen the force of
        their row.

    References
    ----------
    .. [1] C. F. Van Loan, "Computing integrals involving the matrix exponential", IEEE
       Transactions on Automatic Control 23, 395-404, 1978.

    Examples
    --------
    A force held for good moves the oscillator to a displacement of the same size:

    >>> from esnkit.datasets import damped_oscillator
    >>> force, motion = damped_oscillator(5000, hold=5000, damping=1.0, random_state=0)
    >>> bool(abs(motion[-1, 0] - force[-1, 0]) < 1e-12)
    True
    """
    n_steps = check_length(n_steps, "n_steps")
    damping = check_real(damping, "damping", min_val=0, max_val=_EXTREME)
    dt = check_real(dt, "dt", min_val=1 / _EXTREME, max_val=_EXTREME)
    hold = check_length(hold, "hold")
    amplitude = check_scale(amplitude, "amplitude")
    rng = child_generator(root_seed(random_state), "data")
    levels = rng.uniform(-amplitude, amplitude, size=math.ceil(n_steps / hold))
    force = np.repeat(levels, hold)[:n_steps]

    advance, push = _held_force_step(damping, dt)
    pushes = force[:, np.newaxis] * push
    motion = np.empty((n_steps, 2))
    now = np.zeros(2)
    for row, kick in zip(motion, pushes, strict=True):
        np.add(advance @ now, kick, out=row)
        now = row
    return force[:, np.newaxis], motion


def _held_force_step(damping: float, dt: float) -> tuple[FloatArray, FloatArray]:
    """Return how one step moves (x, dx/dt): the part of the past, and that of a unit force."""
    from scipy.linalg import expm

    # The held force is a third state that never changes.
    flow = np.array([[0.0, 1.0, 0.0], [-1.0, -damping, 1.0], [0.0, 0.0, 0.0]])
    step = expm(flow * dt)
    return step[:2, :2], step[:2, 2]


def time_scales(
    n_steps: int,
    *,
    constants: Sequence[float] = (1, 4, 16, 64, 256),
    random_state: RandomState = None,
) -> tuple[FloatArray, FloatArray]:
    r"""Drive leaky averages of several time constants by noise; their squares are asked for.

    .. math::

        m_k(n) = e^{-1/\tau_k} m_k(n-1) + \bigl(1 - e^{-1/\tau_k}\bigr) u(n), \qquad
        y_k(n) = m_k(n)^2 / \sigma_k^2, \qquad u \sim N(0, 1)

    where :math:`\sigma_k^2 = (1 - e^{-1/\tau_k}) / (1 + e^{-1/\tau_k})` is the variance of the
    average, so that each output has the mean 1 once the averages, zero before the first step, have
    forgotten that. What is asked for is how strongly the input moved of late, on each scale. It
    needs fast and slow memory at once, and a square in both.

    Parameters
    ----------
    n_steps : int
        Number of time steps.
    constants : sequence of float, default=(1, 4, 16, 64, 256)
        Time constants :math:`\tau_k` in steps, each above zero.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the input.

    Returns
    -------
    u : numpy.ndarray of shape (n_steps, 1)
        The input.
    y : numpy.ndarray of shape (n_steps, n_constants)
        The outputs, which have seen the input of their row.

    Raises
    ------
    ValueError
        If there is no time constant, or one is not above zero.

    See Also
    --------
    esnkit.Reservoir : Its ``leak_range`` spreads leak rates over several scales.

    Examples
    --------
    >>> from esnkit.datasets import time_scales
    >>> u, y = time_scales(1000, constants=(2, 50), random_state=0)
    >>> u.shape, y.shape
    ((1000, 1), (1000, 2))
    """
    from scipy.signal import lfilter

    n_steps = check_length(n_steps, "n_steps")
    taus = check_numbers(constants, "constants")
    if taus.ndim != 1 or not len(taus) or not np.all(taus > 0):
        raise ValueError(f"constants must be several numbers above 0, got {constants!r}.")
    refuse_too_large(24 * n_steps * len(taus), f"n_steps={n_steps} of {len(taus)} constants")
    u = child_generator(root_seed(random_state), "data").standard_normal(n_steps)
    y = np.empty((n_steps, len(taus)))
    for k, renewed in enumerate(-np.expm1(-1 / taus)):
        average = lfilter([renewed], [1.0, renewed - 1.0], u)
        y[:, k] = np.square(average * np.sqrt((2 - renewed) / renewed))
    return u[:, np.newaxis], y

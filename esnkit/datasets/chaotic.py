"""Chaotic series: a delay equation and an ordinary differential equation."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Literal

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from esnkit.core.checks import check_name, check_scale
from esnkit.core.process import refuse_too_large
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.datasets.schedule import check_schedule

__all__ = ["lorenz63", "mackey_glass"]


# The constants of the Mackey-Glass equation: production, decay, and the power in the production.
_PRODUCTION, _DECAY, _POWER = 0.2, 0.1, 10

# A panel at most this long (in time units), on this many Chebyshev points, holds the solution
# to rounding error; half the points still leave 1e-9.
_PANEL_LENGTH, _N_NODES = 1.0, 16

# About the step that the Dormand-Prince method takes along the Lorenz attractor.
_LORENZ_STEP = 0.01


def mackey_glass(
    n_steps: int,
    *,
    tau: float = 17.0,
    method: Literal["euler", "dde"] = "euler",
    dt: float = 1.0,
    substeps: int = 10,
    discard: float = 1000.0,
    random_state: RandomState = None,
) -> FloatArray:
    r"""Sample the Mackey-Glass delay equation, a model of blood cell production.

    .. math:: \dot y(t) = \frac{0.2\, y(t - \tau)}{1 + y(t - \tau)^{10}} - 0.1\, y(t)

    ``method="euler"`` is the benchmark series of the echo state literature, which is defined by a
    coarse Euler scheme and not by the equation: inner steps of ``dt / substeps``, of which every
    ``substeps``-th is kept [2]_. ``method="dde"`` solves the equation itself: between two
    multiples of the delay it is linear with a known drive (the method of steps [3]_), and
    collocation at Chebyshev points solves it there to rounding error. The two give different
    series, of different statistics: always say which one was used.

    Before time zero the series has the constant value :math:`1.2 + U[-0.2, 0.2]`, one number from
    the seed, the same for both methods. Sample ``k`` is the value at time ``discard + k * dt``.

    Parameters
    ----------
    n_steps : int
        Number of samples.
    tau : float, default=17.0
        Delay, in time units. The attractor is chaotic above about 16.8; 17 and 30 are usual.
    method : {"euler", "dde"}, default="euler"
        What is computed, see above.
    dt : float, default=1.0
        Time between two samples, in time units.
    substeps : int, default=10
        Euler steps per sample. The delay must be a whole number of Euler steps, and a step must
        not exceed 10 time units, the decay time. Not used by ``"dde"``.
    discard : float, default=1000.0
        Time before the first sample, in time units. The Euler method rounds it to whole steps.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the value before time zero.

    Returns
    -------
    numpy.ndarray of shape (n_steps,)
        The samples, positive; on the attractor between about 0.2 and 1.4.

    Raises
    ------
    ValueError
        If ``method`` is unknown, or the Euler step is too long or does not divide the delay.

    References
    ----------
    .. [1] M. C. Mackey and L. Glass, "Oscillation and chaos in physiological control systems",
       Science 197, 287-289, 1977.
    .. [2] H. Jaeger, "The 'echo state' approach to analysing and training recurrent neural
       networks", GMD Report 148, 2001.
    .. [3] A. Bellen and M. Zennaro, "Numerical Methods for Delay Differential Equations", Oxford
       University Press, 2003.

    Examples
    --------
    >>> from esnkit.datasets import mackey_glass
    >>> series = mackey_glass(3000, random_state=0)
    >>> series.shape, bool(0.9 < series.mean() < 0.95)
    ((3000,), True)
    """
    schedule = check_schedule(n_steps, dt, discard, substeps=substeps)
    tau = check_scale(tau, "tau")
    start = 1.2 + child_generator(root_seed(random_state), "data").uniform(-0.2, 0.2)
    check_name("method", method, ("euler", "dde"))
    if method == "euler":
        orbit = _euler_orbit(start, _delay_in_steps(tau, schedule.step), schedule.step)
        kept = islice(orbit, schedule.n_discard, None, schedule.substeps)
        return np.fromiter(kept, dtype=np.float64, count=schedule.n_samples)
    refuse_too_large(math.ceil(tau / _PANEL_LENGTH) * _N_NODES * 64, f"tau={tau:g}")
    return _dde_samples(schedule.times, tau, start)


def _delay_in_steps(tau: float, step: float) -> int:
    if step > 1 / _DECAY:
        raise ValueError(
            f"dt / substeps, the Euler step, must be at most {1 / _DECAY:g}, got {step:g}."
        )
    delay = round(tau / step)
    refuse_too_large(40 * delay, f"tau={tau:g} with dt / substeps={step:g}")
    if delay < 1 or not math.isclose(delay * step, tau, rel_tol=1e-9):
        raise ValueError(
            "With method='euler', tau must be a whole number of steps dt / substeps, "
            f"got tau={tau:g} and dt / substeps={step:g}; method='dde' takes any tau."
        )
    return delay


def _euler_orbit(start: float, delay: int, step: float) -> Iterator[float]:
    """Yield the values at times 0, step, 2 * step, ... without end."""
    line = deque([start] * (delay + 1), maxlen=delay + 1)  # y(t - tau), ..., y(t)
    while True:
        past, now = line[0], line[-1]
        yield now
        line.append(now + step * (_PRODUCTION * past / (1 + past**_POWER) - _DECAY * now))


def _dde_samples(times: FloatArray, tau: float, start: float) -> FloatArray:
    """Evaluate the solution at increasing times, interval by interval of one delay."""
    n_panels = math.ceil(tau / _PANEL_LENGTH)
    panel = times * (n_panels / tau)
    index = panel.astype(np.intp)
    _, to_coefficients = _chebyshev_grid()
    n_intervals = index[-1] // n_panels + 1
    bounds = np.searchsorted(index, n_panels * np.arange(n_intervals + 1))
    samples = np.empty_like(times)
    for k, values in enumerate(islice(_delay_intervals(tau, start, n_panels), n_intervals)):
        rows = slice(bounds[k], bounds[k + 1])
        coefficients = to_coefficients @ values[index[rows] - k * n_panels].T
        position = 2 * (panel[rows] - index[rows]) - 1
        samples[rows] = chebyshev.chebval(position, coefficients, tensor=False)
    return samples


def _delay_intervals(tau: float, start: float, n_panels: int) -> Iterator[FloatArray]:
    """Yield the solution on [0, tau], [tau, 2 tau], ... as values at the nodes of each panel.

    Every array has the shape (n_panels, n_nodes), so the delayed values that drive a panel stand
    at the same place of the array before it, and nothing is ever interpolated.
    """
    decay, driven = _panel_propagator(tau / n_panels)
    values = np.full((n_panels, _N_NODES), start)
    while True:
        responses = _PRODUCTION * values / (1 + values**_POWER) @ driven.T
        entry = values[-1, -1]
        values = np.empty_like(values)
        for panel, response in zip(values, responses, strict=True):
            panel[:] = entry * decay + response
            entry = panel[-1]
        yield values


def _panel_propagator(length: float) -> tuple[npt.NDArray[np.floating], ...]:
    """Solve dy/dt = drive - decay * y on one panel by collocation at the Chebyshev points.

    Returns the answer at the nodes to a unit initial value, shape (n_nodes,), and the matrix that
    takes the drive at the nodes to the answer from rest, shape (n_nodes, n_nodes).
    """
    nodes, to_coefficients = _chebyshev_grid()
    slopes = chebyshev.chebval(nodes, chebyshev.chebder(np.eye(_N_NODES))).T
    derivative = slopes @ to_coefficients * (2 / length)
    equations = derivative + _DECAY * np.eye(_N_NODES)
    equations[0] = np.eye(_N_NODES)[0]  # the first node states the initial value instead
    propagator = np.linalg.inv(equations)
    decay = propagator[:, 0].copy()
    propagator[:, 0] = 0.0
    return decay, propagator


def _chebyshev_grid() -> tuple[npt.NDArray[np.floating], ...]:
    """Return the nodes, from -1 to 1 with both ends, and the matrix from values to coefficients."""
    nodes = chebyshev.chebpts2(_N_NODES)
    return nodes, np.linalg.inv(chebyshev.chebvander(nodes, _N_NODES - 1))


def lorenz63(
    n_steps: int,
    *,
    dt: float = 0.02,
    discard: float = 50.0,
    random_state: RandomState = None,
) -> FloatArray:
    r"""Sample the Lorenz system, three equations for convection in a fluid.

    .. math::

        \dot x = 10\,(y - x), \qquad \dot y = x\,(28 - z) - y, \qquad \dot z = x y - \tfrac83 z

    Integrated by the Dormand-Prince method of order 8 at relative and absolute tolerance 1e-12,
    from a point drawn from the cube :math:`(1, 1, 1) + U[-0.5, 0.5]^3`. The largest Lyapunov
    exponent is 0.906, so errors grow e-fold in 1.104 time units, the integrator's included: after
    about 30 Lyapunov times the samples are a trajectory, but no longer *the* trajectory.

    Parameters
    ----------
    n_steps : int
        Number of samples.
    dt : float, default=0.02
        Time between two samples, in time units. It has no influence on the accuracy.
    discard : float, default=50.0
        Time before the first sample, in time units.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the initial point.

    Returns
    -------
    numpy.ndarray of shape (n_steps, 3)
        The columns x, y and z.

    References
    ----------
    .. [1] E. N. Lorenz, "Deterministic nonperiodic flow", Journal of the Atmospheric Sciences 20,
       130-141, 1963.

    Examples
    --------
    >>> from esnkit.datasets import lorenz63
    >>> lorenz63(500, dt=0.025, random_state=0).shape
    (500, 3)
    """
    from scipy.integrate import solve_ivp

    times = check_schedule(n_steps, dt, discard, longest_step=_LORENZ_STEP).times
    start = 1 + child_generator(root_seed(random_state), "data").uniform(-0.5, 0.5, size=3)
    solution = solve_ivp(
        _lorenz_slope,
        (0.0, times[-1] + dt),
        start,
        method="DOP853",
        t_eval=times,
        rtol=1e-12,
        atol=1e-12,
    )
    return np.ascontiguousarray(solution.y.T)


def _lorenz_slope(_time: float, point: FloatArray) -> tuple[float, float, float]:
    x, y, z = point.tolist()
    return 10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z

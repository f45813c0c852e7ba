"""Chaos that extends in space: a ring of coupled variables and a partial differential equation."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import accumulate, islice, repeat
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from esnkit.core.checks import check_real
from esnkit.core.process import check_length
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.datasets.schedule import SamplingSchedule, check_schedule

__all__ = ["kuramoto_sivashinsky", "lorenz96"]

ComplexArray = npt.NDArray[np.complex128]
StateT = TypeVar("StateT", FloatArray, ComplexArray)

# A solution that runs away is reported once, at the end, and not by each operation on the way.
_QUIET = np.errstate(over="ignore", invalid="ignore")

# Points on the upper half of a unit circle, over which the coefficients of ETDRK4 are averaged. The
# mean converges geometrically: half as many leave only rounding error.
_N_CONTOUR = 16

# A grid must carry waves of this number. They decay eight times as fast as any wave grows from
# rest; on grids that end much below, the energy has nowhere to go and the solution runs away.
_SHORT_WAVE = 2**0.5

# On shorter domains nothing moves, and the waves are so short that their rates of decay overflow.
_SHORTEST = 0.01


def lorenz96(
    n_steps: int,
    *,
    n_variables: int = 40,
    forcing: float = 8.0,
    dt: float = 0.01,
    substeps: int = 1,
    discard: float = 50.0,
    random_state: RandomState = None,
) -> FloatArray:
    r"""Sample the Lorenz-96 system, a caricature of the weather along a circle of latitude.

    .. math:: \dot x_j = (x_{j+1} - x_{j-2})\, x_{j-1} - x_j + F, \qquad j = 1, \dots, J,

    with indices modulo :math:`J`. The quadratic term conserves the energy
    :math:`\tfrac12 \sum_j x_j^2`; damping and forcing balance on average. Integrated by the
    classical Runge-Kutta method of order 4 with steps of ``dt / substeps``, from a point drawn
    near the unstable fixed point, :math:`x_j = F + U[-0.5, 0.5]`. Sample ``k`` is the state at
    time ``discard + k * dt``. One unit of time on, the default step has erred by about 2e-5.

    With 40 variables the largest Lyapunov exponent is 1.68 at :math:`F = 8` and 2.27 at
    :math:`F = 10`, so errors grow e-fold in about 0.6 and 0.44 time units.

    Parameters
    ----------
    n_steps : int
        Number of samples.
    n_variables : int, default=40
        Number :math:`J` of variables on the ring, at least 4.
    forcing : float, default=8.0
        Forcing :math:`F`. Waves set in at 8/9; full chaos is usual from 8 on.
    dt : float, default=0.01
        Time between two samples, in time units (one stands for five days of weather).
    substeps : int, default=1
        Runge-Kutta steps per sample.
    discard : float, default=50.0
        Time before the first sample, in time units, rounded to whole Runge-Kutta steps.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the initial point.

    Returns
    -------
    numpy.ndarray of shape (n_steps, n_variables)
        The states; neighbours on the ring stand in neighbouring columns.

    Raises
    ------
    ValueError
        If an argument is out of range, or the Runge-Kutta step so long that the numbers run away.

    References
    ----------
    .. [1] E. N. Lorenz, "Predictability: a problem partly solved", Proceedings of the ECMWF
       Seminar on Predictability 1, 1-18, 1996.
    .. [2] P. R. Vlachas, J. Pathak, B. R. Hunt, T. P. Sapsis, M. Girvan, E. Ott and
       P. Koumoutsakos, "Backpropagation algorithms and reservoir computing in recurrent neural
       networks for the forecasting of complex spatiotemporal dynamics", Neural Networks 126,
       191-217, 2020.

    Examples
    --------
    >>> from esnkit.datasets import lorenz96
    >>> series = lorenz96(200, random_state=0)
    >>> series.shape
    (200, 40)
    """
    schedule = check_schedule(n_steps, dt, discard, substeps=substeps)
    n_variables = check_length(n_variables, "n_variables", minimum=4)
    forcing = check_real(forcing, "forcing")
    rng = child_generator(root_seed(random_state), "data")
    start = forcing + rng.uniform(-0.5, 0.5, size=n_variables)
    advance = _rk4(lambda x: _lorenz96_slope(x, forcing), schedule.step)
    return _sample(advance, start, schedule, f"for forcing={forcing:g}")


def _lorenz96_slope(x: FloatArray, forcing: float) -> FloatArray:
    """Return dx/dt for states of shape (..., n_variables)."""
    # An array that laps the ring is one copy, whose slices stand for three of np.roll.
    lap = np.concatenate((x[..., -2:], x, x[..., :1]), axis=-1)
    return (lap[..., 3:] - lap[..., :-3]) * lap[..., 1:-2] - x + forcing


def _rk4(slope: Callable[[FloatArray], FloatArray], h: float) -> Callable[[FloatArray], FloatArray]:
    """Return the map over one step ``h`` of the classical Runge-Kutta method."""

    def advance(x: FloatArray) -> FloatArray:
        k1 = slope(x)
        k2 = slope(x + h / 2 * k1)
        k3 = slope(x + h / 2 * k2)
        k4 = slope(x + h * k3)
        return x + h / 6 * (k1 + 2 * (k2 + k3) + k4)

    return advance


def kuramoto_sivashinsky(
    n_steps: int,
    *,
    length: float = 22.0,
    n_points: int = 64,
    dt: float = 0.25,
    substeps: int = 1,
    discard: float = 500.0,
    random_state: RandomState = None,
) -> FloatArray:
    r"""Sample the Kuramoto-Sivashinsky equation, a model of flame fronts and thin films.

    .. math:: u_t = -u\, u_x - u_{xx} - u_{xxxx}, \qquad u(x + L, t) = u(x, t)

    Waves of number :math:`k` grow from rest at the rate :math:`k^2 - k^4`, so long ones feed on
    the second derivative, short ones die by the fourth, and the quadratic term carries energy
    from the former to the latter. In space the equation is solved for its Fourier coefficients;
    products are formed on a grid finer by half (the 3/2 rule), which leaves no aliasing error. In
    time it is solved by exponential time differencing of order 4 (ETDRK4 [3]_) with steps of
    ``dt / substeps``, whose linear part is exact and whose coefficients are means over a circle.

    The start is a random sum of the waves that grow, of amplitude about 0.1 each, the same for a
    given seed and length whatever ``n_points``. Its mean, zero, stays. Sample ``k`` is the state
    at time ``discard + k * dt``. Ten units of time on, the default step has erred by about 5e-4.

    For :math:`L = 22` the largest Lyapunov exponent is 0.048 [4]_, so errors grow e-fold in 21
    time units; for :math:`L = 200` it is about 0.1.

    Parameters
    ----------
    n_steps : int
        Number of samples.
    length : float, default=22.0
        Period :math:`L` of the domain, at least 0.01. Below :math:`2 \pi` nothing grows and the
        front is flat.
    n_points : int, default=64
        Number of equidistant points :math:`x_i = i L / n`, :math:`i = 0, \dots, n - 1`. Two per
        unit of length resolve the solution to eight digits; about one per two units is the least
        allowed, for with fewer the short waves, whose decay bounds the solution, are missing.
    dt : float, default=0.25
        Time between two samples, in time units.
    substeps : int, default=1
        ETDRK4 steps per sample.
    discard : float, default=500.0
        Time before the first sample, in time units, rounded to whole ETDRK4 steps.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the initial front.

    Returns
    -------
    numpy.ndarray of shape (n_steps, n_points)
        The values :math:`u(x_i, t)`, of zero mean in space; on the attractor within about 3.5.

    Raises
    ------
    ValueError
        If an argument is out of range, the points are too few for the length, or the ETDRK4 step
        so long that the numbers run away.

    References
    ----------
    .. [1] Y. Kuramoto and T. Tsuzuki, "Persistent propagation of concentration waves in
       dissipative media far from thermal equilibrium", Progress of Theoretical Physics 55,
       356-369, 1976.
    .. [2] G. I. Sivashinsky, "Nonlinear analysis of hydrodynamic instability in laminar flames",
       Acta Astronautica 4, 1177-1206, 1977.
    .. [3] A.-K. Kassam and L. N. Trefethen, "Fourth-order time-stepping for stiff PDEs", SIAM
       Journal on Scientific Computing 26, 1214-1233, 2005.
    .. [4] P. Cvitanović, R. L. Davidchack and E. Siminos, "On the state space geometry of the
       Kuramoto-Sivashinsky flow in a periodic domain", SIAM Journal on Applied Dynamical Systems
       9, 1-33, 2010.

    Examples
    --------
    >>> from esnkit.datasets import kuramoto_sivashinsky
    >>> front = kuramoto_sivashinsky(200, random_state=0)
    >>> front.shape, bool(abs(front.mean(axis=1)).max() < 1e-12)
    ((200, 64), True)
    """
    schedule = check_schedule(n_steps, dt, discard, substeps=substeps)
    length = check_real(length, "length", min_val=_SHORTEST)
    n_points = check_length(n_points, "n_points")
    wavenumbers = _wavenumbers(length, n_points)
    start = _growing_waves(wavenumbers, child_generator(root_seed(random_state), "data"))
    growth = wavenumbers**2 - wavenumbers**4
    advance = _etdrk4(growth, _advection(wavenumbers, n_points), schedule.step)
    spectra = _sample(advance, start, schedule, f"for length={length:g}")
    return np.asarray(np.fft.irfft(spectra, n_points, norm="forward"), dtype=np.float64)


def _wavenumbers(length: float, n_points: int) -> FloatArray:
    """Return k of the waves that a grid can carry, the ambiguous one at n_points / 2 left out."""
    n_least = 2 * math.ceil(_SHORT_WAVE * length / (2 * np.pi)) + 1
    if n_points < n_least:
        raise ValueError(
            f"n_points must be at least {n_least} for length={length:g}, so that short waves can "
            f"decay, got {n_points}."
        )
    return 2 * np.pi / length * np.arange((n_points + 1) // 2, dtype=np.float64)


def _growing_waves(wavenumbers: FloatArray, rng: np.random.Generator) -> ComplexArray:
    """Draw the coefficients of the waves with 0 < k < 1, and leave the others at zero."""
    spectrum = np.zeros(len(wavenumbers), dtype=np.complex128)
    growing = (wavenumbers > 0) & (wavenumbers < 1)
    parts = rng.normal(scale=0.05, size=(np.count_nonzero(growing), 2))
    spectrum[growing] = parts @ (1, 1j)
    return spectrum


def _advection(wavenumbers: FloatArray, n_points: int) -> Callable[[ComplexArray], ComplexArray]:
    """Return the map from the coefficients of u to those of -u u_x, the derivative of -u^2 / 2."""
    n_modes, n_fine = len(wavenumbers), 3 * n_points // 2
    derivative = -0.5j * wavenumbers

    def advection(spectrum: ComplexArray) -> ComplexArray:
        u = np.fft.irfft(spectrum, n_fine, norm="forward")
        return derivative * np.fft.rfft(u * u, norm="forward")[..., :n_modes]

    return advection


def _etdrk4(
    linear: FloatArray, nonlinear: Callable[[ComplexArray], ComplexArray], h: float
) -> Callable[[ComplexArray], ComplexArray]:
    """Return the map over one step ``h`` of dv/dt = linear * v + nonlinear(v)."""
    whole, half = np.exp(h * linear), np.exp(h / 2 * linear)
    q, f1, f2, f3 = _etdrk4_weights(h * linear, h)

    def advance(v: ComplexArray) -> ComplexArray:
        n_v, v_half = nonlinear(v), half * v
        a = v_half + q * n_v
        n_a = nonlinear(a)
        n_b = nonlinear(v_half + q * n_a)
        n_c = nonlinear(half * a + q * (2 * n_b - n_v))
        return whole * v + f1 * n_v + f2 * (n_a + n_b) + f3 * n_c

    return advance


@_QUIET
def _etdrk4_weights(centres: FloatArray, h: float) -> tuple[FloatArray, ...]:
    """Return the weights of the nonlinear term at the stages, each of the shape of the centres.

    Computed as written they cancel to nothing near zero. By Cauchy's formula they equal their
    mean over a unit circle around each centre; the centres are real, so the upper half will do.
    """
    angles = np.pi * (np.arange(_N_CONTOUR) + 0.5) / _N_CONTOUR
    z = centres[:, np.newaxis] + np.exp(1j * angles)
    e = np.exp(z)
    weights = (
        (np.exp(z / 2) - 1) / z,
        (-4 - z + e * (4 - 3 * z + z**2)) / z**3,
        2 * (2 + z + e * (z - 2)) / z**3,
        (-4 - 3 * z - z**2 + e * (4 - z)) / z**3,
    )
    return tuple(h * weight.mean(axis=1).real for weight in weights)


@_QUIET
def _sample(
    advance: Callable[[StateT], StateT], start: StateT, schedule: SamplingSchedule, of: str
) -> StateT:
    """Iterate the map of one step, and stack the states of the schedule."""
    orbit = accumulate(repeat(start), lambda state, _: advance(state))
    kept = islice(orbit, schedule.n_discard, None, schedule.substeps)
    row: np.dtype[Any] = np.dtype((start.dtype, start.shape))
    samples = np.fromiter(kept, dtype=row, count=schedule.n_samples)
    if not np.isfinite(samples[-1]).all():
        raise ValueError(
            f"dt / substeps, the integration step, must be shorter than {schedule.step:g}: "
            f"the solution {of} ran away."
        )
    return samples

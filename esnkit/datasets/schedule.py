"""When a simulated system is sampled, and whether that can be waited for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from esnkit.core.checks import check_count, check_scale
from esnkit.core.process import check_length
from esnkit.core.typing import FloatArray

# More steps of integration than these would take days.
_MOST_STEPS = 10**9


@dataclass(frozen=True)
class SamplingSchedule:
    """Samples every ``dt`` from the time ``discard`` on, and integration steps in between."""

    n_samples: int
    dt: float
    discard: float
    substeps: int

    @property
    def step(self) -> float:
        """Time from one step of integration to the next."""
        return self.dt / self.substeps

    @property
    def n_discard(self) -> int:
        """Whole steps before the first sample."""
        return round(self.discard / self.step)

    @property
    def times(self) -> FloatArray:
        """Times of the samples."""
        return self.discard + self.dt * np.arange(self.n_samples, dtype=np.float64)


def check_schedule(
    n_steps: int, dt: float, discard: float, *, substeps: int = 1, longest_step: float = np.inf
) -> SamplingSchedule:
    """Check the arguments by which a system is sampled, and that the work has an end.

    Parameters
    ----------
    n_steps : int
        Number of samples.
    dt : float
        Time between two samples.
    discard : float
        Time before the first.
    substeps : int, default=1
        Steps of integration between two samples.
    longest_step : float, default=inf
        The longest step that the method takes, where it chooses its own.

    Returns
    -------
    SamplingSchedule

    Raises
    ------
    ValueError
        If an argument is out of its range, or all together ask for too many steps.

    Examples
    --------
    >>> from esnkit.datasets.schedule import check_schedule
    >>> check_schedule(3, 0.5, 10.0).times
    array([10. , 10.5, 11. ])
    """
    schedule = SamplingSchedule(
        check_length(n_steps, "n_steps"),
        check_scale(dt, "dt"),
        check_scale(discard, "discard", zero=True),
        check_count(substeps, "substeps"),
    )
    duration = schedule.discard + schedule.dt * schedule.n_samples
    n_integrated = duration / min(schedule.step, longest_step)
    if n_integrated > _MOST_STEPS:
        raise ValueError(
            f"n_steps={n_steps}, dt={dt:g}, substeps={substeps} and discard={discard:g} ask for "
            f"{n_integrated:.2g} steps of integration, but at most {_MOST_STEPS:g} are made."
        )
    return schedule

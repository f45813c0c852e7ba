"""Rolling origins: where forecasts of a known series begin."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RollingOrigins:
    """Origins at equal distances, the last one a horizon before the end of a series.

    Parameters
    ----------
    horizon : int
        Steps that are forecast from each origin.
    n_origins : int
        Number of origins.
    stride : int
        Steps between neighbours.

    Examples
    --------
    >>> from esnkit.search.rolling_origins import RollingOrigins
    >>> RollingOrigins(horizon=10, n_origins=3, stride=5).cuts(100)
    [80, 85, 90]
    """

    horizon: int
    n_origins: int
    stride: int

    @classmethod
    def within(
        cls, n_last: int, horizon: int, n_origins: int, *, widest: int | None = None
    ) -> RollingOrigins:
        """Spread origins over the last steps of a series.

        Parameters
        ----------
        n_last : int
            Steps at the end of the series that all forecasts together may take up.
        horizon : int
            Steps that are forecast from each origin.
        n_origins : int
            The most origins; fewer if there is no room for so many, but always one.
        widest : int, default=None
            The longest stride. None means the horizon, so that forecasts share no step if there is
            room enough.

        Returns
        -------
        RollingOrigins
        """
        room = max(0, n_last - horizon)
        longest = horizon if widest is None else widest
        stride = max(1, min(longest, room // max(1, n_origins - 1)))
        return cls(horizon, min(n_origins, room // stride + 1), stride)

    @classmethod
    def apart(cls, n_last: int, horizon: int, n_origins: int) -> RollingOrigins:
        """Lay out origins whose forecasts share no step.

        Parameters
        ----------
        n_last : int
            Steps at the end of the series that all forecasts together may take up.
        horizon : int
            Steps that are forecast from each origin.
        n_origins : int
            The most origins; fewer if there is no room for so many, and none if there is for none.

        Returns
        -------
        RollingOrigins
        """
        return cls(horizon, max(0, min(n_origins, n_last // horizon)), horizon)

    @property
    def steps_back(self) -> list[int]:
        """How many steps before the end of the series each origin lies, the earliest first."""
        return [self.horizon + self.stride * i for i in reversed(range(self.n_origins))]

    def cuts(self, n_steps: int) -> list[int]:
        """Return how many of the steps of a series are known at each origin, the fewest first.

        Parameters
        ----------
        n_steps : int
            Length of the series.

        Returns
        -------
        list of int
        """
        return [n_steps - back for back in self.steps_back]

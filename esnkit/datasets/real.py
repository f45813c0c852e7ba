"""Measured series that are shipped with the package, as pandas Series with dates.

Where each comes from and under which licence stands in ``data/LICENSES.md``.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["load_co2", "load_el_nino", "load_sunspots"]


def load_sunspots() -> pd.Series:
    """Load the yearly mean sunspot number, 1700 to 2008.

    The relative number of dark spots on the sun (ten for each group and one for each spot, scaled
    to one observer), on the classic scale that was in use until the recalibration of 2015. The
    cycle of about 11 years differs in height and length from one time to the next.

    Returns
    -------
    pandas.Series of shape (309,)
        Mean number of the year, named ``"sunspots"``; the dates are the first of January, with
        yearly frequency.

    Examples
    --------
    >>> from esnkit.datasets import load_sunspots
    >>> sunspots = load_sunspots()
    >>> sunspots.idxmax().year, float(sunspots.max())
    (1957, 190.2)
    """
    return _read("sunspots", frequency="YS")


def load_co2(*, fill: Literal["linear"] | None = "linear") -> pd.Series:
    """Load the weekly carbon dioxide concentration at Mauna Loa, March 1958 to December 2001.

    A rising trend under a yearly cycle. In 59 of the 2284 weeks nothing was measured, in 18 of
    them one after the other (January to May 1964).

    Parameters
    ----------
    fill : {"linear"} or None, default="linear"
        What stands for the missing weeks: the straight line between the weeks around them, or
        NaN.

    Returns
    -------
    pandas.Series of shape (2284,)
        Mole fraction in dry air in parts per million by volume, the mean of the week, named
        ``"co2"``; the dates are Saturdays, with weekly frequency.

    Raises
    ------
    ValueError
        If ``fill`` is neither of the two.

    Examples
    --------
    >>> from esnkit.datasets import load_co2
    >>> int(load_co2().isna().sum()), int(load_co2(fill=None).isna().sum())
    (0, 59)
    """
    if fill not in ("linear", None):
        raise ValueError(f"fill must be 'linear' or None, got {fill!r}.")
    series = _read("co2", frequency="W-SAT")
    return series.interpolate("linear") if fill else series


def load_el_nino() -> pd.Series:
    """Load the monthly sea surface temperature off Peru and Ecuador, 1950 to 2010.

    The mean over the region Nino 1+2 (0 to 10 degrees south, 80 to 90 degrees west): a yearly
    cycle with warm excursions, the El Nino events, every few years.

    Returns
    -------
    pandas.Series of shape (732,)
        Mean of the month in degrees Celsius, named ``"el_nino"``; the dates are the first of the
        month, with monthly frequency.

    Examples
    --------
    >>> from esnkit.datasets import load_el_nino
    >>> load_el_nino().idxmax().strftime("%B %Y")
    'March 1998'
    """
    return _read("el_nino", frequency="MS")


def _read(name: str, *, frequency: str) -> pd.Series:
    import pandas as pd

    with files("esnkit.datasets").joinpath("data", f"{name}.csv").open(encoding="utf-8") as file:
        series = pd.read_csv(file, index_col="date")[name]
    series.index = pd.DatetimeIndex(series.index, freq=frequency, name="date")
    return series

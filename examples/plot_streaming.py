"""
A signal watched live
=====================

Values come in one at a time. After each, a stepper says in some microseconds what it expects of
the next twelve. As long as the machine behind the signal is the one that the model has learned, it
is hardly ever surprised; when the machine changes, it is, at once, although every single value
still looks as it always did.
"""

# %%
# A machine that wears out
# ------------------------
# The signal is that of Mackey and Glass's equation for the production of blood cells, measured
# with noise of 0.5 %. At step 600 of the live part cells begin to decay a tenth faster. Sometimes
# the sensor says nothing.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import ESNRegressor, Forecaster, Reservoir, RidgeReadout

N_HISTORY, N_LIVE, CHANGE = 2000, 1000, 600
HORIZON = 12


def production(n_steps, change, delay=17, substeps=10):
    """Integrate the Mackey-Glass equation by Euler's method; decay rises after `change`."""
    x = np.full((n_steps + 100) * substeps + delay * substeps, 1.2)
    for i in range(delay * substeps, len(x)):
        decay = 0.11 if i > (change + 100 + delay) * substeps else 0.1
        past = x[i - delay * substeps]
        x[i] = x[i - 1] + (0.2 * past / (1 + past**10) - decay * x[i - 1]) / substeps
    return x[::substeps][-n_steps:]


rng = np.random.default_rng(0)
signal = production(N_HISTORY + N_LIVE, N_HISTORY + CHANGE)
signal += 0.005 * signal.std() * rng.normal(size=len(signal))
history, live = signal[:N_HISTORY], signal[N_HISTORY:]
live[rng.choice(N_LIVE, 20, replace=False)] = np.nan

# %%
# What surprise is normal
# -----------------------
# The model is fitted to the first three quarters of the history and steps through the rest, so
# that the errors are those of values it has not seen. The largest of five hundred is where the
# alarm is set, with a margin of a half.

model = ESNRegressor(Reservoir(200, leak_rate=0.6), RidgeReadout(), washout=100)
forecaster = Forecaster(model, random_state=0).fit(history[:1500])
stepper = forecaster.stepper(HORIZON)
errors = []
for value in history[1500:]:
    errors.append(abs(stepper.forecast[0] - value))
    stepper.step(value)
alarm_level = 1.5 * max(errors)

# %%
# Watching
# --------
# The stepper goes on from the end of the history. It refuses a value that is missing and stays
# where it was, so we tell it what it expected instead.

forecasts, surprise = np.empty((N_LIVE, HORIZON)), np.empty(N_LIVE)
for n, value in enumerate(live):
    forecasts[n] = stepper.forecast
    surprise[n] = abs(value - stepper.forecast[0])
    stepper.step(stepper.forecast[0] if np.isnan(value) else value)

alarms = np.flatnonzero(surprise > alarm_level)
print(f"alarms before the change: {np.sum(alarms < CHANGE)}, after it: {np.sum(alarms >= CHANGE)}")
print(f"first alarm: {alarms[alarms >= CHANGE][0] - CHANGE} steps after the change")

# %%
# What was expected, and what came
# --------------------------------
# Each strand is a forecast of twelve steps. Before the change they lie on the signal; after it the
# model expects more than the machine now yields.

shown = slice(CHANGE - 160, CHANGE + 160)
steps = np.arange(N_LIVE)
figure, (above, below) = plt.subplots(
    2, 1, figsize=(9, 5.5), sharex=True, height_ratios=[2, 1], layout="constrained"
)
above.plot(steps[shown], live[shown], color="#b0b0b0", linewidth=5, label="signal")
for n in range(shown.start, shown.stop - HORIZON, 8):
    label = f"forecasts, {HORIZON} steps each" if n == shown.start else None
    above.plot(np.arange(n, n + HORIZON), forecasts[n], color="#0072B2", linewidth=1.3, label=label)
above.set_ylabel("signal")
above.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1), borderpad=0)

below.semilogy(steps[shown], surprise[shown], ".", color="#0072B2", markersize=4)
late = alarms[(alarms >= shown.start) & (alarms < shown.stop)]
below.semilogy(late, surprise[late], ".", color="#D55E00", markersize=6, label="alarm")
below.axhline(alarm_level, color="#404040", linewidth=1, linestyle="--")
below.set(xlabel="live step", ylabel="surprise", ylim=(1e-5, 0.1))
below.legend(frameon=False, loc="lower right")

for ax in (above, below):
    ax.axvspan(CHANGE, shown.stop, color="#D55E00", alpha=0.08, linewidth=0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.margins(x=0)
above.annotate("decay rises", (CHANGE + 3, 0.97), xycoords=("data", "axes fraction"), va="top")
plt.show()

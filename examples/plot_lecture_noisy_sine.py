"""
The noisy sine: what can be forecast, and what cannot
=====================================================

A classic of lectures on neural networks for time series: a sine buried in noise of about its own
size. A network is to say the next value from the last four. Nobody can foresee the noise, so the
least possible error is known, and the question is how near a network gets.
"""

# %%
# A window of four, or a state
# ----------------------------
# The noise is uniform on [0, 2], with standard deviation 0.577. The first 800 points are for
# training. The lecture's network is a perceptron behind a delay line of four taps. But four noisy
# values do not tell well where the sine is. A network that carries a state averages over many more:
# the echo state network leaks slowly, so that it remembers some tens of steps, and a penalty
# keeps its readout calm.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import ESNRegressor, Reservoir, RidgeReadout, TappedDelayLine, TDNNRegressor
from esnkit.datasets import noisy_sine, sine

N_TRAIN, N_TEST = 800, 200
GREY, BLUE, ORANGE, GREEN = "#404040", "#0072B2", "#D55E00", "#009E73"

expected = sine(N_TRAIN + N_TEST, frequency=0.02) + 1  # the noise has mean 1


def forecasts(model, series):
    """Fit to the past, and forecast each of the last points from those before it."""
    model.fit(series[: N_TRAIN - 1, None], series[1:N_TRAIN])
    return model.predict(series[N_TRAIN - 1 : -1, None], state=model.state_)


def rmse(series, forecast):
    """Return the root of the mean squared error on the last points."""
    return np.sqrt(np.mean((series[N_TRAIN:] - forecast) ** 2))


models = {
    "window of 4, perceptron": TDNNRegressor(
        TappedDelayLine(4), hidden_layer_sizes=(4,), alpha=10, washout=4, random_state=0
    ),
    "echo state network": ESNRegressor(
        Reservoir(50, leak_rate=0.05, input_scaling=0.3, random_state=0),
        RidgeReadout(1.0),
        washout=100,
    ),
}
series = noisy_sine(N_TRAIN + N_TEST, random_state=0)
found = {name: forecasts(model, series) for name, model in models.items()}

floor = rmse(series, expected[N_TRAIN:])
print(f"who knows the sine: RMSE {floor:.3f}")
for name, forecast in found.items():
    error = rmse(series, forecast)
    print(f"{name}: RMSE {error:.3f}, {error / floor:.2f} times as much")

# %%
# Neither can follow the points, and neither should. The better forecast is the smoother one.

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
steps = np.arange(N_TRAIN, N_TRAIN + N_TEST)
ax.plot(steps, series[N_TRAIN:], ".", color=GREY, markersize=4, alpha=0.6, label="series")
ax.plot(steps, expected[N_TRAIN:], color=GREEN, linestyle=":", linewidth=2.5, label="sine + 1")
for (name, forecast), color in zip(found.items(), (ORANGE, BLUE), strict=True):
    ax.plot(steps, forecast, color=color, linewidth=1.4, label=name)
ax.set(xlabel="step", xlim=(steps[0], steps[-1]))
ax.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside upper right", ncols=4, frameon=False)
plt.show()

# %%
# How long a window?
# ------------------
# With more taps the delay line closes in on the floor as well, until it has so many weights that it
# learns the noise. For a linear readout of the taps the least error that a window permits is known
# in closed form, from the covariance of sine and noise. The dots are medians over twenty series.


def limit(n_taps):
    """Return the error of the best linear forecast from so many taps, in units of the noise."""
    lags = np.arange(n_taps + 1)
    covariance = np.cos(0.02 * (lags[:, None] - lags)) / 2 + np.eye(n_taps + 1) / 3
    seen, sought = covariance[:-1, :-1], covariance[:-1, -1]
    return np.sqrt(3 * (covariance[-1, -1] - sought @ np.linalg.solve(seen, sought)))


def ratio(n_taps, seed):
    """Return the error of a linear readout, divided by that of who knows the sine."""
    series = noisy_sine(N_TRAIN + N_TEST, random_state=seed)
    line = ESNRegressor(TappedDelayLine(n_taps), RidgeReadout(1e-6), washout=n_taps)
    return rmse(series, forecasts(line, series)) / rmse(series, expected[N_TRAIN:])


windows = [1, 2, 4, 8, 16, 32, 64, 128]
measured = [np.median([ratio(n_taps, seed) for seed in range(20)]) for n_taps in windows]

figure, ax = plt.subplots(figsize=(8, 3.2), layout="constrained")
every = np.unique(np.geomspace(1, 128, 60).astype(int))
ax.plot(every, [limit(n_taps) for n_taps in every], color=GREEN, label="least possible")
ax.plot(windows, measured, "o", color=ORANGE, label="after 800 points")
ax.axvline(4, color=GREY, linestyle=":", linewidth=1.2)
ax.annotate("the lecture's window", (4, 1.4), xytext=(6, 0), textcoords="offset points")
ax.set_xscale("log", base=2)
ax.set_xticks(windows, windows)
ax.set(xlabel="taps of the delay line", ylabel="error / noise", ylim=(0.98, 1.5))
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False)
plt.show()

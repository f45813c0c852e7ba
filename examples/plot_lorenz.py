"""
Chaos: the Lorenz attractor
===========================

Two trajectories of the Lorenz system that start close together are soon far apart, so no model can
forecast for ever. A good one follows for many Lyapunov times, and when it loses the way it still
walks on the same attractor. An echo state network of 300 units does both.
"""

# %%
# Learn and let run
# -----------------
# The network sees all three variables and learns to predict the next sample, 0.02 time units later.
# Noiseless series want a tiny penalty.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.datasets import lorenz63
from esnkit.metrics import valid_prediction_time

DT, LYAPUNOV_TIME = 0.02, 1.104
N_TRAIN, N_FREE = 8000, 6000

series = lorenz63(N_TRAIN + N_FREE, dt=DT, random_state=0)
history, truth = series[:N_TRAIN], series[N_TRAIN:]

reservoir = Reservoir(300, leak_rate=0.9, spectral_radius=0.4, input_scaling=0.1, random_state=0)
model = ESNRegressor(reservoir, RidgeReadout(1e-12), washout=100)
run = Forecaster(model).fit(history).forecast(N_FREE)

valid = valid_prediction_time(truth, run, dt=DT, lyapunov_time=LYAPUNOV_TIME)
print(f"valid for {valid:.1f} Lyapunov times (normalised error below 0.4)")

# %%
# The forecast follows the truth, then loses it
# ---------------------------------------------

time = DT * np.arange(N_FREE) / LYAPUNOV_TIME
shown = time < 2 * valid + 5
figure, axes = plt.subplots(3, 1, figsize=(8, 5), sharex=True, layout="constrained")
for ax, name, true, predicted in zip(axes, "xyz", truth.T, run.T, strict=True):
    ax.plot(time[shown], true[shown], color="#404040", label="truth")
    ax.plot(time[shown], predicted[shown], color="#0072B2", linestyle="--", label="forecast")
    ax.axvline(valid, color="#D55E00", linewidth=1)
    ax.set_ylabel(name)
    ax.spines[["top", "right"]].set_visible(False)
figure.legend(
    *axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False
)
axes[-1].set_xlabel("Lyapunov times")
plt.show()

# %%
# It stays on the attractor
# -------------------------
# Long after the forecast has parted from the truth, the free run draws the same butterfly.

figure, axes = plt.subplots(1, 2, figsize=(8, 3.5), sharex=True, sharey=True, layout="constrained")
pictures = [("truth", truth, "#404040"), ("free run", run, "#0072B2")]
for ax, (name, points, color) in zip(axes, pictures, strict=True):
    ax.plot(points[:, 0], points[:, 2], color=color, linewidth=0.4)
    ax.set(title=name, xlabel="x")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("z")
plt.show()

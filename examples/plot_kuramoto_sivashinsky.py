"""
Chaos in space and time: a flame front
======================================

The Kuramoto-Sivashinsky equation describes how a flame front wrinkles. It is chaotic everywhere
along the front, and the longer the front, the more chaos there is to forecast: one reservoir would
have to grow with it. But what happens at a place depends only on what is near. So many small
reservoirs, each for a few points, can forecast a front of any length together.
"""

# %%
# One reservoir for eight points
# ------------------------------
# The front is 200 long and known at 512 points. Each reservoir predicts eight of them and sees six
# more on either side. The equation is the same everywhere, and so is the readout, ``shared=True``:
# it learns from all 64 places together, and a short history is enough.

import matplotlib.pyplot as plt

from esnkit import ESNRegressor, LocalForecaster, Reservoir, RidgeReadout
from esnkit.datasets import kuramoto_sivashinsky
from esnkit.metrics import valid_prediction_time

LENGTH, DT, LYAPUNOV_TIME = 200, 0.25, 10
N_TRAIN, N_FREE = 1000, 480

front = kuramoto_sivashinsky(N_TRAIN + N_FREE, length=LENGTH, n_points=512, dt=DT, random_state=0)
history, truth = front[:N_TRAIN], front[N_TRAIN:]

reservoir = Reservoir(400, spectral_radius=0.3, input_scaling=0.1, bias_scaling=0.5)
model = ESNRegressor(reservoir, RidgeReadout(1e-6), washout=50, squared_states=True)
forecaster = LocalForecaster(model, patch_size=8, overlap=6, shared=True, random_state=0)
forecast = forecaster.fit(history).forecast(N_FREE)

valid = valid_prediction_time(truth, forecast, threshold=0.5, dt=DT, lyapunov_time=LYAPUNOV_TIME)
print(f"valid for {valid:.1f} Lyapunov times (normalised error below 0.5)")

# %%
# Truth, forecast and error
# -------------------------
# Cells are born and merge all along the front. The forecast follows them until small errors, which
# begin at a few places and spread, have grown as large as the cells.

figure, axes = plt.subplots(3, 1, figsize=(8, 6.5), sharex=True, sharey=True, layout="constrained")
extent = (0, N_FREE * DT / LYAPUNOV_TIME, 0, LENGTH)
pictures = {"truth": truth, "forecast": forecast, "forecast − truth": forecast - truth}
for ax, (title, field) in zip(axes, pictures.items(), strict=True):
    image = ax.imshow(
        field.T, extent=extent, aspect="auto", origin="lower", cmap="RdBu_r", vmin=-3, vmax=3
    )
    ax.axvline(valid, color="black", linewidth=1, linestyle="--")
    ax.set_title(title, loc="left", fontsize="medium")
    ax.set_ylabel("place")
axes[-1].set_xlabel("Lyapunov times")
figure.colorbar(image, ax=axes, label="slope of the front, u", shrink=0.5)
plt.show()

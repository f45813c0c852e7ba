"""
Two periods of a sine: learning curves that promise too much
============================================================

Many a first program with a recurrent network does this: sample a sine on [0, 4 pi] at 1000 points,
train on the first 800, and let the network draw the last 200. Its learning curves look splendid.
The forecast may be anything.
"""

# %%
# The lecture's network
# ---------------------
# 64 units see windows of 20 points and say the next one; Adam, mini-batches of 32, 100 epochs. The
# last windows are held out, for a second curve.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import ESNRegressor, Reservoir, RidgeReadout, RNNRegressor
from esnkit.datasets import sine
from esnkit.metrics import nrmse
from esnkit.networks import BPTT, Adam, EarlyStopping
from esnkit.plotting import LossCurveDisplay

N_TRAIN, N_TEST, WINDOW = 800, 200, 20
GREY, BLUE, ORANGE = "#404040", "#0072B2", "#D55E00"

series = sine(N_TRAIN + N_TEST, frequency=4 * np.pi / (N_TRAIN + N_TEST - 1))
past, future = series[:N_TRAIN], series[N_TRAIN:]
windows = np.lib.stride_tricks.sliding_window_view(past, WINDOW)[:-1, :, None]


def train(seed):
    """Train the lecture's network."""
    network = RNNRegressor(
        "elman",
        hidden_layer_sizes=(64,),
        output="sequence",
        learner=BPTT(batch_size=32, optimizer=Adam(0.001)),
        max_iter=100,
        # The lecture does not stop early; the curve is what is wanted.
        early_stopping=EarlyStopping(n_iter_no_change=100),
        dtype="float32",
        random_state=seed,
    )
    return network.fit(windows, past[WINDOW:])


networks = [train(seed) for seed in range(5)]
LossCurveDisplay.from_estimator(networks[0])
plt.show()

# %%
# The forecast
# ------------
# Both curves fall by orders of magnitude. Now each predicted point enters the next window, two
# hundred times. The same program with five seeds draws five different futures: one step ahead the
# error is tiny, but the points lie so close that every small error of the slope is repeated and
# grows; some networks even start to swing.


def recursive(network):
    """Let each predicted point enter the next window."""
    points = list(past[-WINDOW:])
    for _ in range(N_TEST):
        window = np.array(points[-WINDOW:])[:, None]
        points.append(network.predict([window])[0])
    return np.array(points[WINDOW:])


drawn = [recursive(network) for network in networks]
errors = [nrmse(future, forecast) for forecast in drawn]
print("NRMSE of the lecture's network:", ", ".join(f"{error:.2f}" for error in errors))

# %%
# An echo state network carries its state along and has no window. Its readout is one least-squares
# problem, solved to many more digits than an optimizer reaches, and those digits are what two
# hundred steps on one's own output need.

reservoir = Reservoir(100, leak_rate=0.3, input_scaling=0.5, random_state=0)
echo_state = ESNRegressor(reservoir, RidgeReadout(1e-12), washout=100)
forecast = echo_state.fit(past[:-1, None], past[1:]).free_run(N_TEST)
print(f"NRMSE of the echo state network: {nrmse(future, forecast):.1e}")

# %%

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
shown = np.arange(500, N_TRAIN)
steps = np.arange(N_TRAIN, N_TRAIN + N_TEST)
ax.plot(shown, series[shown], color=GREY, label="past")
ax.plot(steps, future, color=GREY, linestyle=":", linewidth=4, alpha=0.6, label="future")
for number, line in enumerate(drawn):
    name = None if number else "lecture's network, five seeds"
    ax.plot(steps, line, color=ORANGE, linewidth=0.8, alpha=0.7, label=name)
ax.plot(steps, forecast, color=BLUE, linewidth=1.6, label="echo state network")
ax.axvline(N_TRAIN, color=GREY, linewidth=0.8)
ax.set(xlabel="point", xlim=(shown[0], steps[-1]))
ax.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside upper right", ncols=4, frameon=False)
plt.show()

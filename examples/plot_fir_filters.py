"""
Filters in every layer: the distributed time-lagged network
===========================================================

In a time-delay network all taps are at the input. In a distributed one every connection is a filter
of a few taps (Wan, 1990). This page gives such a network a system of its own kind, looks at what it
has found inside, and lets it learn while the data come in.
"""

# %%
# A system that filters twice
# ---------------------------
# A signal is filtered, squashed and filtered again, as by an amplifier between two loudspeakers.
# Only what goes in and what comes out is seen.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import FIRRegressor, TappedDelayLine, TDNNRegressor
from esnkit.metrics import nrmse
from esnkit.networks import BPTT, Adam, CosineDecay

N_TAPS, N_TRAIN, N_TEST = 12, 1500, 500
INK, BLUE, ORANGE = "#404040", "#0072B2", "#D55E00"


def tidy(ax):
    """Leave out the lines that frame nothing."""
    ax.spines[["top", "right"]].set_visible(False)


delays = np.arange(N_TAPS)
first = np.exp(-((delays - 4) ** 2) / 12)
first /= np.linalg.norm(first)
second = np.exp(-delays / 4) * np.cos(delays)

rng = np.random.default_rng(0)
x = rng.normal(size=N_TRAIN + N_TEST)
hidden = np.tanh(2 * np.convolve(x, first)[: x.size])
y = np.convolve(hidden, second)[: x.size]
X = x[:, None]

# %%
# What it finds inside
# --------------------
# A network with one hidden unit and twelve taps in both layers is trained on input and output. Its
# weights, drawn by their delay, are the two filters. A sign may go from one to the other, as may
# what is left to the scales of input and output, so each is drawn with norm 1.

network = FIRRegressor(
    (1,),
    n_taps=N_TAPS,
    learner=BPTT(optimizer=Adam(CosineDecay(0.1, n_updates=1000))),
    max_iter=100,
    early_stopping=False,
    washout=2 * (N_TAPS - 1),
    random_state=0,
)
network.fit(X[:N_TRAIN], y[:N_TRAIN])
error = nrmse(y[N_TRAIN:], network.predict(X[N_TRAIN:], state=network.state_))
print(f"NRMSE on new data: {error:.4f}")

weights = network.network_.views(network.params_)
found = [weights[f"{layer}.weights"].ravel() for layer in ("layer0", "output")]
sign = np.sign(found[0] @ first)

figure, axes = plt.subplots(1, 2, figsize=(8, 2.8), sharex=True, layout="constrained")
for ax, name, true, taps in zip(
    axes, ("input to hidden unit", "hidden unit to output"), (first, second), found, strict=True
):
    ax.axhline(0, color=INK, linewidth=0.6)
    ax.bar(delays, true / np.linalg.norm(true), color=INK, alpha=0.25, width=0.5, label="system")
    ax.plot(delays, sign * taps / np.linalg.norm(taps), "o", color=BLUE, label="network")
    ax.set_title(name, loc="left", fontsize="medium")
    ax.set(xlabel="delay in steps", xticks=range(0, N_TAPS, 2))
    tidy(ax)
axes[0].set_ylabel("weight, norm 1")
figure.legend(
    *axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False
)
plt.show()

# %%
# Taps at the input only
# ----------------------
# A time-delay network that reaches back as far sees 23 inputs. Whatever the one hidden unit above
# detects, it has to learn anew for each of twelve delays. More units do better, up to a point, and
# with many times the weights they do not come near.


def focused(n_units):
    """Return weights and error of a network with all its taps at the input."""
    model = TDNNRegressor(
        TappedDelayLine(2 * N_TAPS - 1),
        hidden_layer_sizes=(n_units,),
        alpha=0.1,
        washout=2 * (N_TAPS - 1),
        random_state=0,
    )
    model.fit(X[:N_TRAIN], y[:N_TRAIN])
    perceptron = model.readout_.network_
    n_weights = sum(part.size for part in (*perceptron.coefs_, *perceptron.intercepts_))
    return n_weights, nrmse(y[N_TRAIN:], model.predict(X[N_TRAIN:], state=model.state_))


units = (1, 2, 4, 8, 12, 24)
sizes, errors = zip(*(focused(n_units) for n_units in units), strict=True)
figure, ax = plt.subplots(figsize=(8, 3), layout="constrained")
ax.plot(sizes, errors, "o-", color=ORANGE)
for n_units, size, value in zip(units, sizes, errors, strict=True):
    label = f"{n_units} unit" + "s" * (n_units > 1)
    ax.annotate(label, (size, value), xytext=(0, 7), textcoords="offset points", fontsize="small")
ax.plot(network.network_.n_parameters, error, "o", color=BLUE)
ax.annotate(
    "taps in both layers, 1 unit",
    (network.network_.n_parameters, error),
    xytext=(8, -3),
    textcoords="offset points",
    fontsize="small",
)
ax.set(xlabel="weights", ylabel="NRMSE on new data", xscale="log", yscale="log")
ax.set_xticks([30, 60, 120, 240, 480], labels=[30, 60, 120, 240, 480], minor=False)
ax.set_xticks([], minor=True)
ax.margins(y=0.12)
tidy(ax)
plt.show()

# %%
# Learning while it changes
# -------------------------
# Temporal backpropagation moves the weights at every step. An error of the output is one of the
# hidden unit too, but of its state up to eleven steps ago; so the first layer learns eleven steps
# late, and needs nothing from before. Here the second filter turns round half way, and the network
# follows with ``partial_fit``.

N_STEPS, N_BLOCK = 6000, 50
x = rng.normal(size=N_STEPS)
bent = np.tanh(2 * np.convolve(x, first)[:N_STEPS])
turned = np.where(np.arange(N_STEPS) < N_STEPS // 2, 1, -1)
y = turned * np.convolve(bent, second)[:N_STEPS]
online = FIRRegressor((2,), n_taps=N_TAPS, learner="temporal", random_state=0)
for start in range(0, N_STEPS, N_BLOCK):
    block = slice(start, start + N_BLOCK)
    online.partial_fit(x[block, None], y[block])

figure, ax = plt.subplots(figsize=(8, 3), layout="constrained")
steps = np.arange(N_BLOCK, N_STEPS + 1, N_BLOCK)
ax.plot(steps, np.sqrt(online.loss_curve_), color=BLUE)
ax.axvline(N_STEPS // 2, color=INK, linewidth=0.8, linestyle=":")
ax.text(N_STEPS // 2 - 60, 1.5, "the filter turns round", ha="right")
ax.set(xlabel="step", ylabel="error before learning", ylim=(0, None), xlim=(0, N_STEPS))
tidy(ax)
plt.show()

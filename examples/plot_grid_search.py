"""
Search over a reservoir in a pipeline
=====================================

An echo state network is a scikit-learn regressor, so scikit-learn's own tools tune it. Here a grid
search looks for the spectral radius and the ridge penalty with which a network best imitates a
nonlinear system that it sees only from outside.
"""

# %%
# The task
# --------
# NARMA-10 is a system driven by random numbers; its output depends on its own last ten outputs and
# on products of inputs ten steps apart. The network gets the input and is to say the output. The
# last thousand steps are set aside for the end.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.datasets import narma
from esnkit.metrics import nrmse

X, y = narma(4000, order=10, random_state=0)
X_train, X_test, y_train, y_test = X[:-1000], X[-1000:], y[:-1000], y[-1000:]

# %%
# The search
# ----------
# Parameters of the parts are reached by scikit-learn's double underscores, which need the parts
# written out: ``ESNRegressor(Reservoir(), RidgeReadout())``. Two choices keep time in order.
# ``TimeSeriesSplit`` trains on the past and tests on what follows; the default splitter would cut
# the sequence anywhere. ``start="last"`` lets each prediction continue from the last training row
# instead of waking up from zero.
#
# One seed for the model means one set of random weights, scaled to each radius in turn, so that the
# comparison is fair.

network = ESNRegressor(
    Reservoir(n_units=200, input_scaling=0.1),
    RidgeReadout(),
    washout=100,
    start="last",
    random_state=0,
)
pipeline = make_pipeline(StandardScaler(), network)
radii = [0.3, 0.5, 0.7, 0.8, 0.9, 1.0]
penalties = [1e-10, 1e-8, 1e-6, 1e-4, 1e-2]
search = GridSearchCV(
    pipeline,
    {
        "esnregressor__reservoir__spectral_radius": radii,
        "esnregressor__readout__alpha": penalties,
    },
    scoring=make_scorer(nrmse, greater_is_better=False),
    cv=TimeSeriesSplit(n_splits=4),
)
search.fit(X_train, y_train)
print(search.best_params_)

# %%
# The landscape
# -------------
# Mean error over the four splits. An error of 1 is what predicting the mean would earn. The smaller
# the radius, the smaller the best penalty: what is left of old inputs in the state has become
# faint, and only large weights can bring it back.

# The grid varies the last of its parameter names, in alphabetical order, fastest.
errors = -search.cv_results_["mean_test_score"].reshape(len(penalties), len(radii))

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
image = ax.imshow(errors, cmap="viridis_r", aspect="auto")
for (row, column), error in np.ndenumerate(errors):
    colour = "black" if error < errors.mean() else "white"
    ax.text(column, row, f"{error:.2f}", ha="center", va="center", color=colour)
ax.set_xticks(range(len(radii)), radii)
ax.set_yticks(range(len(penalties)), [f"{alpha:.0e}" for alpha in penalties])
ax.set(xlabel="spectral radius", ylabel="ridge penalty alpha", title="NRMSE in the search")
fig.colorbar(image, label="NRMSE")
plt.show()

# %%
# The result
# ----------
# The search has refitted the best pipeline to all training data. Its memory stands at the final
# training row, so it goes on where the test begins.

predicted = search.predict(X_test)
print(f"NRMSE on the steps set aside: {nrmse(y_test, predicted):.3f}")

fig, ax = plt.subplots(figsize=(9, 3), layout="constrained")
ax.plot(y_test[:150], color="0.6", linewidth=4, label="system")
ax.plot(predicted[:150], label="network")
ax.set(xlabel="step after training", ylabel="output")
ax.legend(loc="lower right")
plt.show()

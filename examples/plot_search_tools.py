"""
Search by successive halving, and with Optuna
=============================================

A grid tries everything at full price. Two other tools find settings for less: scikit-learn's
successive halving gives many candidates a small budget and the best of them more, and Optuna learns
from each trial where to look next. Both take an echo state network as it is.
"""

# %%
# The task
# --------
# NARMA-10 is to be imitated, as in :ref:`sphx_glr_gallery_plot_grid_search.py`. Time stays in
# order: ``TimeSeriesSplit`` tests on what follows, and ``start="last"`` goes on from the last
# training row.

import matplotlib.pyplot as plt
import optuna
from scipy.stats import loguniform, uniform
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import make_scorer
from sklearn.model_selection import HalvingRandomSearchCV, TimeSeriesSplit, cross_val_score

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.datasets import narma
from esnkit.metrics import nrmse

X, y = narma(3000, order=10, random_state=0)
X_train, X_test, y_train, y_test = X[:-1000], X[-1000:], y[:-1000], y[-1000:]
model = ESNRegressor(Reservoir(), RidgeReadout(), washout=100, start="last", random_state=0)
splits = TimeSeriesSplit(n_splits=3)
scorer = make_scorer(nrmse, greater_is_better=False)

# %%
# Successive halving
# ------------------
# By default halving begins with a random part of the rows, which would tear a sequence apart. What
# may be small at first is the reservoir: its units are the resource, from 25 to 225.

halving = HalvingRandomSearchCV(
    model,
    {
        "reservoir__spectral_radius": uniform(0.1, 1.1),
        "reservoir__input_scaling": loguniform(0.01, 2),
        "reservoir__bias_scaling": loguniform(0.01, 2),
    },
    n_candidates=27,
    resource="reservoir__n_units",
    min_resources=25,
    max_resources=225,
    factor=3,
    cv=splits,
    scoring=scorer,
    random_state=0,
).fit(X_train, y_train)
print({name.split("__")[1]: round(float(value), 2) for name, value in halving.best_params_.items()})

# %%
# Optuna
# ------
# An objective sets the parameters and returns the error; Optuna's sampler does the rest.


def objective(trial):
    """Return the mean error over the splits with the settings that a trial suggests."""
    model.set_params(
        reservoir__n_units=225,
        reservoir__spectral_radius=trial.suggest_float("spectral_radius", 0.1, 1.2),
        reservoir__input_scaling=trial.suggest_float("input_scaling", 0.01, 2, log=True),
        reservoir__bias_scaling=trial.suggest_float("bias_scaling", 0.01, 2, log=True),
    )
    return -cross_val_score(model, X_train, y_train, cv=splits, scoring=scorer).mean()


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
study.optimize(objective, n_trials=27)
print({name: round(value, 2) for name, value in study.best_params.items()})

# %%
# What they found
# ---------------
# Points are what was tried, dark where the error was small. The last thousand steps were never
# seen.

best = model.set_params(**{f"reservoir__{name}": v for name, v in study.best_params.items()})
best.fit(X_train, y_train)
found = {"halving": halving.predict(X_test), "Optuna": best.predict(X_test)}

tried = halving.cv_results_
points = {
    "halving": (
        tried["param_reservoir__spectral_radius"].astype(float),
        tried["param_reservoir__input_scaling"].astype(float),
        -tried["mean_test_score"],
        tried["n_resources"] / 4,
    ),
    "Optuna": (
        [trial.params["spectral_radius"] for trial in study.trials],
        [trial.params["input_scaling"] for trial in study.trials],
        [trial.value for trial in study.trials],
        225 / 4,
    ),
}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained", sharey=True)
for ax, (name, (radius, scaling, error, size)) in zip(axes, points.items(), strict=True):
    drawn = ax.scatter(radius, scaling, c=error, s=size, cmap="viridis", vmin=0.1, vmax=1)
    score = nrmse(y_test, found[name])
    ax.set_title(f"{name}: NRMSE {score:.2f} on the steps set aside", fontsize="medium")
    ax.set(xlabel="spectral radius", yscale="log")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("input scaling")
figure.colorbar(drawn, ax=axes, label="NRMSE in the search")
plt.show()

# %%
# The size of a point is the number of units. Halving ran 39 small and large networks, Optuna 27
# large ones. Another 27 trials, or another seed, may turn the order of the two.

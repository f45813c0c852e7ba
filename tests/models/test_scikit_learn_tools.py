"""esnkit inside scikit-learn's own machinery, right and not only without an error."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.datasets import narma

U, TARGET = narma(400, random_state=0)
TARGET = TARGET.ravel()

LENGTHS = [40, 60, 50, 70, 45, 55]
IDS = np.repeat(np.arange(6) * 10.0, LENGTHS)
ROWS = np.column_stack([IDS, U[: len(IDS)]])
Y = TARGET[: len(IDS)]
WHOLE = list(GroupKFold(3).split(ROWS, Y, groups=IDS))


def model(**options):
    return ESNRegressor(Reservoir(20, random_state=0), RidgeReadout(1e-3), **options)


def predict_alone(rows, y, train, test):
    """What cross-validation has to come to: fit on whole sequences, predict whole sequences."""
    scaler = StandardScaler().fit(rows[train][:, 1:])

    def split(part):
        ids = rows[part][:, 0]
        cuts = np.flatnonzero(np.diff(ids)) + 1
        return np.split(scaler.transform(rows[part][:, 1:]), cuts), np.split(y[part], cuts)

    return np.concatenate(model().fit(*split(train)).predict(split(test)[0]))


def test_grid_search_in_a_pipeline_over_time():
    pipeline = make_pipeline(StandardScaler(), model(start="last"))
    grid = {
        "esnregressor__reservoir__spectral_radius": [0.3, 0.9],
        "esnregressor__readout__alpha": [1e-4, 1e6],
    }
    splits = TimeSeriesSplit(3)
    search = GridSearchCV(pipeline, grid, cv=splits, scoring="neg_mean_squared_error")
    search.fit(U, TARGET)
    assert search.best_params_["esnregressor__readout__alpha"] == 1e-4

    best = clone(pipeline).set_params(**search.best_params_)
    scores = []
    for train, test in splits.split(U):
        scaler = StandardScaler().fit(U[train])
        esn = clone(best[-1]).fit(scaler.transform(U[train]), TARGET[train])
        forecast = esn.predict(scaler.transform(U[test]), state=esn.state_)
        scores.append(-mean_squared_error(TARGET[test], forecast))
    assert search.best_score_ == pytest.approx(np.mean(scores), rel=1e-9)


def test_cross_val_predict_keeps_sequences_whole():
    pipeline = make_pipeline(StandardScaler(), model(id_column=0))
    predictions = cross_val_predict(pipeline, ROWS, Y, cv=WHOLE)
    for train, test in WHOLE:
        expected = predict_alone(ROWS, Y, train, test)
        np.testing.assert_allclose(predictions[test], expected, atol=1e-9)


def test_string_scorers_and_tables():
    table = pd.DataFrame(ROWS, columns=["id", "u"])
    scores = cross_val_score(model(id_column="id"), table, Y, cv=WHOLE, scoring="r2")
    for score, (train, test) in zip(scores, WHOLE, strict=True):
        esn = model(id_column="id").fit(table.iloc[train], Y[train])
        assert score == pytest.approx(r2_score(Y[test], esn.predict(table.iloc[test])))


def test_transformed_targets():
    plain = model().fit(U, (TARGET - 3) / 2)
    wrapped = TransformedTargetRegressor(
        model(), func=lambda y: (y - 3) / 2, inverse_func=lambda z: 2 * z + 3
    ).fit(U, TARGET)
    np.testing.assert_allclose(wrapped.predict(U), 2 * plain.predict(U) + 3, atol=1e-12)


def test_one_model_for_each_target():
    targets = np.column_stack([Y, -2 * Y + 1])
    wrapped = MultiOutputRegressor(model(id_column=0)).fit(ROWS, targets)
    together = model(id_column=0).fit(ROWS, targets)
    np.testing.assert_allclose(wrapped.predict(ROWS), together.predict(ROWS), atol=1e-8)


def test_stacking_with_a_list_of_splits():
    stack = StackingRegressor(
        [("esn", model(id_column=0)), ("ridge", Ridge())], final_estimator=Ridge(), cv=WHOLE
    ).fit(ROWS, Y)
    held_out = cross_val_predict(model(id_column=0), ROWS, Y, cv=WHOLE)
    final = Ridge().fit(
        np.column_stack([held_out, cross_val_predict(Ridge(), ROWS, Y, cv=WHOLE)]), Y
    )
    np.testing.assert_allclose(stack.final_estimator_.coef_, final.coef_, atol=1e-9)


def test_the_reservoir_as_a_step_of_a_pipeline():
    """Reservoir then Ridge is an ESN without a view of the input."""
    pipeline = make_pipeline(Reservoir(20, id_column=0, random_state=0), Ridge(1e-3))
    esn = ESNRegressor(Reservoir(20, random_state=0), Ridge(1e-3), include_input=False, id_column=0)
    np.testing.assert_allclose(
        pipeline.fit(ROWS, Y).predict(ROWS), esn.fit(ROWS, Y).predict(ROWS), atol=1e-12
    )


def test_clone_and_pickle_keep_everything():
    fitted = model(washout=10, squared_states=True).fit(U, TARGET)
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.predict(U), fitted.predict(U))
    np.testing.assert_array_equal(copy.state_.states, fitted.state_.states)
    fresh = clone(fitted)
    assert not hasattr(fresh, "readout_")
    np.testing.assert_array_equal(fresh.fit(U, TARGET).predict(U), fitted.predict(U))


def test_parallel_search_gives_the_same_scores():
    grid = {"reservoir__leak_rate": [0.5, 1.0], "readout__alpha": [1e-6, 1e-2]}
    scores = [
        GridSearchCV(model(), grid, cv=TimeSeriesSplit(2), n_jobs=n_jobs)
        .fit(U, TARGET)
        .cv_results_["mean_test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(*scores)

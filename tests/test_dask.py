"""Fits that are spread over processes equal those in one, also if a process is killed."""

from __future__ import annotations

import os
import signal

import numpy as np
import pandas as pd
import pytest

from esnkit import ESNRegressor, Forecaster, LMSReadout, Reservoir, RidgeReadout

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")

pytestmark = pytest.mark.filterwarnings("ignore")  # what a cluster warns of is its own

RNG = np.random.default_rng(0)
SEQUENCES = [
    (X, np.column_stack([np.roll(X[:, 0], 1), X[:, 1] * X[:, 0]]))
    for X in (RNG.uniform(-1, 1, (length, 2)) for length in (80, 120, 60, 150, 90, 70))
]


def esn(readout=None, **options):
    reservoir = Reservoir(30, random_state=0, **options)
    return ESNRegressor(reservoir, RidgeReadout(1e-3) if readout is None else readout, washout=10)


def check_equal(ours, theirs, tolerance=1e-9):
    scale = np.abs(theirs.readout_.coef_).max()
    np.testing.assert_allclose(ours.readout_.coef_, theirs.readout_.coef_, atol=tolerance * scale)
    np.testing.assert_allclose(ours.predict(SEQUENCES[0][0]), theirs.predict(SEQUENCES[0][0]),
                               atol=1e-8)  # fmt: skip
    np.testing.assert_array_equal(ours.output_range_, theirs.output_range_)


@pytest.fixture(scope="module")
def cluster():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        yield cluster


def in_one_process(model):
    return model.fit([X for X, _ in SEQUENCES], [y for _, y in SEQUENCES])


@pytest.mark.parametrize("options", [{}, {"feedback_scaling": 0.3}, {"noise": 1e-3}])
@pytest.mark.parametrize("solver", ["qr", "gram"])
def test_a_list_of_delayed_sequences(cluster, solver, options):
    from esnkit.dask import fit_sequences

    model = esn(RidgeReadout(1e-3, solver=solver), **options)
    parts = [dask.delayed(pair) for pair in SEQUENCES]
    fitted = fit_sequences(model, parts)
    assert not hasattr(model, "readout_")
    check_equal(fitted, in_one_process(model))


def test_a_bag(cluster):
    import dask.bag

    from esnkit.dask import fit_sequences

    bag = dask.bag.from_sequence(SEQUENCES, npartitions=3)
    check_equal(fit_sequences(esn(noise=1e-3), bag), in_one_process(esn(noise=1e-3)))


def test_the_penalty_is_chosen_among_blocks_of_sequences(cluster):
    from esnkit.dask import fit_sequences

    fitted = fit_sequences(esn(RidgeReadout(n_blocks=3)), [dask.delayed(p) for p in SEQUENCES])
    assert fitted.readout_.validation_scores_.shape[1] == 3
    assert len(fitted.readout_.statistics_) == 3


def test_what_travels_is_as_large_as_the_statistics():
    from esnkit.dask import _draw, _gather

    model = esn(RidgeReadout(1e-3))
    statistics, *_ = _gather(_draw(model, 2, 2, False), SEQUENCES[0], False, 0)
    n, k = 32, 2
    assert len(distributed.protocol.pickle.dumps(statistics)) < 16 * (n**2 + n * k) + 4000


@pytest.mark.parametrize("options", [{}, {"feedback_scaling": 0.3}])
def test_a_long_array_cut_in_time(cluster, options):
    from esnkit.dask import fit_long

    X = RNG.uniform(-1, 1, (2000, 2))
    y = np.column_stack([np.roll(X[:, 0], 1), X[:, 1] * X[:, 0]])
    model = esn(leak_rate=0.7, **options)
    ours = fit_long(model, da.from_array(X, (1000, 2)), da.from_array(y, (1000, 2)))
    check_equal(ours, model.fit(X, y))
    assert 50 <= ours.spin_up_ < 1000
    assert ours.spin_up_residual_ <= 1e-12
    short = fit_long(model, da.from_array(X, (400, 2)), da.from_array(y, (400, 2)), spin_up=500)
    check_equal(short, model.fit(X, y))
    with pytest.raises(ValueError, match="does not forget within the first 40 steps"):
        fit_long(model, da.from_array(X, (40, 2)), da.from_array(y, (40, 2)))


def test_a_table_by_id(cluster):
    import dask.dataframe as dd

    from esnkit.dask import fit_frame

    tables = [
        pd.DataFrame(np.hstack(pair), columns=["a", "b", "y", "z"]).assign(id=i, t=range(len(X)))
        for i, pair in enumerate(SEQUENCES)
        for X in pair[:1]
    ]
    table = pd.concat(tables).sample(frac=1, random_state=0, ignore_index=True)
    frame = dd.from_pandas(table, npartitions=4)
    ours = fit_frame(esn(), frame, target=["y", "z"], id_column="id", time_column="t")
    check_equal(ours, in_one_process(esn()))


def test_a_worker_that_is_killed_changes_nothing(cluster, tmp_path):
    from esnkit.dask import fit_sequences

    mark = str(tmp_path / "killed")

    def deadly(pair):
        if not os.path.exists(mark):
            open(mark, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return pair

    parts = [dask.delayed(pair) for pair in SEQUENCES[:3]]
    parts += [dask.delayed(deadly)(pair) for pair in SEQUENCES[3:4]]
    parts += [dask.delayed(pair) for pair in SEQUENCES[4:]]
    check_equal(fit_sequences(esn(), parts), in_one_process(esn()))
    assert os.path.exists(mark)


def test_many_series_and_those_that_fail(cluster):
    from esnkit.dask import forecast_series

    forecaster = Forecaster(ESNRegressor(Reservoir(20)), random_state=0)
    series = {name: np.sin(np.arange(100) / pace) for name, pace in (("a", 5), ("b", 7))}
    table = forecast_series(forecaster, series | {"short": np.arange(3.0)}, 4)
    assert table.index.tolist() == ["a", "b", "short"]
    for name in series:
        expected = forecaster.fit(series[name]).forecast(4)
        np.testing.assert_allclose(table.loc[name, [1, 2, 3, 4]].to_numpy(float), expected)
    assert table.loc["short", "failure"].startswith("TooFewStepsError: Series 0 of y has 3 steps")


def test_models_whose_statistics_do_not_add_up_are_refused():
    from esnkit.dask import fit_sequences

    for model in (esn(LMSReadout()), Reservoir()):
        with pytest.raises(TypeError, match="whose statistics can be added up"):
            fit_sequences(model, [dask.delayed(SEQUENCES[0])])
    with pytest.raises(ValueError, match="at least one sequence"):
        fit_sequences(esn(), [])


def test_comparisons_and_searches_run_on_a_cluster(cluster):
    from joblib import parallel_config
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

    from esnkit.comparison import SeriesTask, compare

    task = SeriesTask(np.sin(np.arange(120) / 5), 5, name="wave")
    options = {"seeds": 2, "progress": False}
    X, y = SEQUENCES[3]
    search = GridSearchCV(
        esn(), {"reservoir__spectral_radius": [0.5, 0.9]}, cv=TimeSeriesSplit(2), n_jobs=2
    )
    alone = compare(["mean", "linear"], [task], **options)
    best = search.fit(X, y).cv_results_["mean_test_score"]
    with parallel_config("dask"):
        spread = compare(["mean", "linear"], [task], n_jobs=2, **options)
        searched = search.fit(X, y).cv_results_["mean_test_score"]
    for name in ("mean", "linear"):
        np.testing.assert_array_equal(spread.scores("wave", name), alone.scores("wave", name))
    np.testing.assert_allclose(searched, best, rtol=1e-9)

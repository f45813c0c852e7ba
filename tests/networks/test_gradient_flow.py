"""The flow of gradients against powers of a matrix and differences, and the two displays."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt

from esnkit import RNNRegressor, State
from esnkit.networks import GradientFlow, gradient_flow
from esnkit.plotting import GradientFlowDisplay, LossCurveDisplay
from tests.networks.making import sort_options

X = np.random.default_rng(0).uniform(-1, 1, (60, 2))
Y = np.roll(X[:, 0], 1)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def untrained(cell, **options):
    """Trained so slowly that nothing moves."""
    options = {"cell": cell, "max_iter": 1, "learning_rate": 1e-12, "random_state": 0} | options
    return RNNRegressor(hidden_layer_sizes=(6,), **sort_options(options)).fit(X, Y)


def test_a_linear_network_has_powers_of_its_matrix():
    model = untrained("elman", activation="identity")
    W = model.network_.views(model.params_)["layer0.recurrent_weights"]
    flow = gradient_flow(model, X, max_lag=10, n_times=3)
    powers = [np.linalg.matrix_power(W, k) for k in range(11)]
    np.testing.assert_allclose(flow.largest, [np.linalg.norm(P, 2) for P in powers], rtol=1e-9)
    expected = [np.linalg.norm(P) / np.sqrt(6) for P in powers]
    np.testing.assert_allclose(flow.typical, expected, rtol=1e-9)
    np.testing.assert_array_equal(flow.lags, np.arange(11))


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_every_cell_has_the_flow_of_its_differences(cell):
    """The state after the last step, with each number of an earlier one moved a little."""
    model = untrained(cell)
    max_lag = 59
    flow = gradient_flow(model, X, max_lag=max_lag, n_times=1)
    for lag in (1, 4):
        stop = max_lag + 1  # errors are taken back from step max_lag
        _, before = model.predict(X[: stop - lag], return_state=True)
        columns = []
        for move in 1e-5 * np.eye(len(before.states)):
            ends = [
                model.predict(
                    X[stop - lag : stop],
                    state=State(before.states + sign * move, before.output),
                    return_state=True,
                )[1].states
                for sign in (1, -1)
            ]
            columns.append((ends[0] - ends[1]) / 2e-5)
        product = np.array(columns).T
        assert flow.largest[lag] == pytest.approx(np.linalg.norm(product, 2), rel=1e-6)
        typical = np.linalg.norm(product) / np.sqrt(len(product))
        assert flow.typical[lag] == pytest.approx(typical, rel=1e-6)


def test_what_is_fed_back_flows_too():
    """A Jordan network remembers nothing but its output."""
    flow = gradient_flow(untrained("jordan"), X, max_lag=5)
    assert flow.largest.shape == (6,)
    np.testing.assert_allclose(flow.largest, flow.typical)  # of one number all errors are alike
    assert 0 < flow.largest[5] < flow.largest[1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:20], r"more than max_lag=20 steps, got 1 sequence\(s\) with 20 steps"),
        ([X, X], r"got 2 sequence\(s\)"),
    ],
)
def test_too_little_to_look_at_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        gradient_flow(untrained("elman"), rows, max_lag=20)


def test_networks_that_read_backwards_are_refused():
    with pytest.raises(ValueError, match="backwards"):
        gradient_flow(untrained("elman", bidirectional=True), X, max_lag=5)


def test_the_flow_is_drawn():
    flows = {
        name: GradientFlow(np.arange(30), rate ** np.arange(30), rate ** np.arange(30) / 2)
        for name, rate in (("fast", 0.5), ("slow", 0.9))
    }
    display = GradientFlowDisplay.from_flows(flows)
    for line, largest, flow in zip(
        display.lines_, display.largest_lines_, flows.values(), strict=True
    ):
        np.testing.assert_array_equal(line.get_ydata(), flow.typical)
        np.testing.assert_array_equal(largest.get_ydata(), flow.largest)
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert names == ["fast", "slow", "largest"]
    assert display.ax_.get_yscale() == "log"
    _, ax = plt.subplots()
    assert display.plot(ax).ax_ is ax
    with pytest.raises(ValueError, match="at least one"):
        GradientFlowDisplay.from_flows({})


def test_loss_curves_are_drawn():
    model = RNNRegressor("elman", (4,), max_iter=8, early_stopping=True, random_state=0)
    display = LossCurveDisplay.from_estimator(model.fit(X, Y))
    np.testing.assert_array_equal(display.training_line_.get_ydata(), model.loss_curve_)
    np.testing.assert_array_equal(
        display.validation_line_.get_ydata(), model.validation_loss_curve_
    )
    assert display.training_line_.get_xdata()[0] == 1
    assert display.best_line_.get_xdata()[0] == model.best_epoch_
    plain = LossCurveDisplay.from_estimator(model.set_params(early_stopping=False).fit(X, Y))
    assert plain.validation_line_ is None


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        (([],), r"shape \(n_epochs,\), not empty; got \(0,\)"),
        (([1, 2], [1]), r"validation has shape \(1,\), but training has \(2,\)"),
    ],
)
def test_curves_that_do_not_fit_are_refused(curves, message):
    with pytest.raises(ValueError, match=message):
        LossCurveDisplay.from_curves(*curves)

"""Counts and rounded values are known to their last digit only; what repeats itself, exactly."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.datasets import lorenz63, mackey_glass
from esnkit.forecasting.auto.candidates import Candidate, Naive, Preprocessing
from esnkit.forecasting.auto.evaluation import Validation
from esnkit.forecasting.auto.resolution import resolution
from esnkit.forecasting.series import read_series
from esnkit.search.rolling_origins import RollingOrigins

ROUNDING = 12**-0.5
STEPS = np.arange(200)


@pytest.mark.parametrize("rate", [0.3, 0.7, 2.0, 8.0])
@pytest.mark.parametrize("unit", [1.0, 0.1, 250.0])
@pytest.mark.parametrize("n_steps", [45, 200])
def test_counts_are_known_to_a_unit(rate, unit, n_steps):
    counts = np.random.default_rng(0).poisson(rate, size=n_steps)
    assert resolution(unit * counts) == pytest.approx(unit * ROUNDING)


@pytest.mark.parametrize("digits", [0, 1])
def test_rounded_values_are_known_to_their_last_digit(digits):
    walk = np.random.default_rng(1).normal(size=300).cumsum()
    assert resolution(walk.round(digits)) == pytest.approx(ROUNDING * 10.0**-digits)


@pytest.mark.parametrize(
    "signal",
    [
        (STEPS % 40 < 20) * 1.0,
        (STEPS % 25) / 25,
        np.abs((STEPS % 30) - 15) / 15,
        np.tile([1.0, 5.0, 2.0, 2.0, 7.0], 40),
        np.sin(STEPS),
        lorenz63(300, random_state=0)[:, 0],
        np.ravel(mackey_glass(300, random_state=0)),
        np.random.default_rng(0).normal(size=200),
        np.full(60, 3.0),
        np.arange(3.0),
    ],
    ids=["square", "saw", "triangle", "pattern", "sine", "Lorenz", "Mackey", "noise", "one", "few"],
)
def test_what_is_exact_stays_exact(signal):
    assert resolution(signal) == 0.0


def test_exact_hits_of_counts_are_no_eight_decades_better():
    counts = np.random.default_rng(0).poisson(0.7, size=60).astype(float)
    rolling = RollingOrigins(horizon=6, n_origins=4, stride=3)
    validation = Validation(read_series(counts), None, rolling)
    last = validation.measure(Candidate(Naive(False), Preprocessing((1,))))
    assert (validation.deviations_of(last.forecasts)[0] == 0).any()
    assert np.nanmin(last.runs) > -1
    clean = Validation(read_series(np.sin(STEPS)), None, rolling)
    assert np.nanmin(clean.errors_of([np.zeros((6, 6, 1))])) > -8
    truth = np.array([np.sin(cut + np.arange(6)) for cut in 200 - np.array(clean.steps_back)])
    assert np.nanmax(clean.errors_of([truth[..., np.newaxis]])) < -7

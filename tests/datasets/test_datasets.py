"""Generators against equations, closed forms and scipy; shipped series against their sources."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from esnkit import datasets
from esnkit.datasets import (
    channel_equalization,
    damped_oscillator,
    delayed_inputs,
    driven,
    kuramoto_sivashinsky,
    list_datasets,
    load,
    load_co2,
    load_el_nino,
    load_sunspots,
    lorenz63,
    lorenz96,
    mackey_glass,
    mso,
    narma,
    noisy_sine,
    sine,
    time_scales,
)

DATA = files("esnkit.datasets") / "data"
GENERATORS: list[Callable[..., Any]] = [
    channel_equalization,
    damped_oscillator,
    delayed_inputs,
    kuramoto_sivashinsky,
    lorenz63,
    lorenz96,
    mackey_glass,
    mso,
    narma,
    noisy_sine,
    sine,
    time_scales,
]
SEEDED = [generator for generator in GENERATORS if generator not in (mso, sine)]
# These count sequences, not steps, and are tested in a file of their own.
MAKERS = {
    *("adding", "delayed_xor", "memorization", "multiplying"),
    *("permuted_digits", "tree_expressions"),
}


def arrays_of(made: Any) -> tuple[np.ndarray, ...]:
    return made if isinstance(made, tuple) else (made,)


# Every generator


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("n_steps", [1, 7])
def test_generators_return_as_many_finite_doubles_as_asked(generator, n_steps):
    for array in arrays_of(generator(n_steps)):
        assert len(array) == n_steps
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert np.isfinite(array).all()


@pytest.mark.parametrize("generator", SEEDED)
def test_a_seed_makes_the_series(generator):
    first, again, other = (
        np.column_stack(arrays_of(generator(30, random_state=seed))) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize(
    ("n_steps", "error"),
    [(0, ValueError), (-3, ValueError), (2.5, TypeError), (np.nan, TypeError), ("9", TypeError)],
)
def test_n_steps_must_be_a_positive_integer(generator, n_steps, error):
    with pytest.raises(error, match="n_steps"):
        generator(n_steps)


@pytest.mark.parametrize(
    ("generator", "argument", "value"),
    [
        (mackey_glass, "tau", 0),
        (mackey_glass, "tau", np.nan),
        (mackey_glass, "dt", -1.0),
        (mackey_glass, "substeps", 0),
        (mackey_glass, "discard", -1.0),
        (mackey_glass, "discard", np.inf),
        (mackey_glass, "method", "rk4"),
        (mackey_glass, "random_state", -1),
        (lorenz63, "dt", 0.0),
        (lorenz63, "dt", np.inf),
        (lorenz63, "discard", -0.1),
        (narma, "order", 5),
        (damped_oscillator, "damping", -0.1),
        (damped_oscillator, "dt", 0.0),
        (damped_oscillator, "hold", 0),
        (damped_oscillator, "amplitude", 0.0),
        (damped_oscillator, "amplitude", np.nan),
        (sine, "frequency", np.nan),
        (sine, "phase", np.inf),
        (noisy_sine, "noise", -1.0),
        (noisy_sine, "frequency", np.inf),
        (time_scales, "constants", ()),
        (time_scales, "constants", (1.0, 0.0)),
        (time_scales, "constants", 3.0),
    ],
)
def test_values_out_of_range_are_named(generator, argument, value):
    with pytest.raises(ValueError, match=argument):
        generator(10, **{argument: value})


@pytest.mark.parametrize("argument", ["tau", "dt", "substeps", "discard"])
def test_text_is_no_number(argument):
    with pytest.raises(TypeError, match=argument):
        mackey_glass(10, **{argument: "1"})


# Mackey-Glass


def naive_mackey_glass(n_inner: int, start: float, tau: float, d: float) -> np.ndarray:
    """Jaeger's recursion, index by index."""
    delay = round(tau / d)
    y = [start] * (delay + 1)
    for n in range(delay, delay + n_inner - 1):
        y.append(y[n] + d * (0.2 * y[n - delay] / (1 + y[n - delay] ** 10) - 0.1 * y[n]))
    return np.array(y[delay:])


@pytest.mark.parametrize("tau", [17, 30.0])
def test_mackey_glass_is_the_euler_recursion_bit_for_bit(tau):
    series = mackey_glass(400, tau=tau, discard=0, random_state=1)
    expected = naive_mackey_glass(4000, series[0], tau, 0.1)
    np.testing.assert_array_equal(series, expected[::10])


@pytest.mark.parametrize(("method", "tolerance"), [("euler", 0), ("dde", 1e-12)])
def test_mackey_glass_discards_what_came_before(method, tolerance):
    whole = mackey_glass(150, method=method, discard=0, random_state=2)
    tail = mackey_glass(50, method=method, discard=100, random_state=2)
    np.testing.assert_allclose(tail, whole[100:], rtol=tolerance)


def test_mackey_glass_before_the_first_delay_is_an_exponential():
    times = np.arange(40) * 0.4
    series = mackey_glass(40, method="dde", dt=0.4, discard=0, random_state=3)
    drive = 0.2 * series[0] / (1 + series[0] ** 10)
    expected = series[0] * np.exp(-0.1 * times) + drive / 0.1 * (1 - np.exp(-0.1 * times))
    np.testing.assert_allclose(series, expected, rtol=1e-13)


def scipy_mackey_glass(times: np.ndarray, start: float, tau: float) -> np.ndarray:
    """Solve one delay after the other, each driven by the dense output of the one before."""
    history: Callable[[float], np.ndarray] = lambda _: np.array([start])  # noqa: E731
    y, samples = np.array([start]), np.empty_like(times)
    for k in range(int(times[-1] // tau) + 1):

        def slope(t, y, past=history):
            delayed = past(t - tau)
            return 0.2 * delayed / (1 + delayed**10) - 0.1 * y

        span = (k * tau, (k + 1) * tau)
        solution = solve_ivp(
            slope, span, y, method="DOP853", rtol=1e-11, atol=1e-12, dense_output=True
        )
        inside = (times >= span[0]) & (times < span[1])
        samples[inside] = solution.sol(times[inside])[0]
        history, y = solution.sol, solution.y[:, -1]
    return samples


@pytest.mark.parametrize(("tau", "dt"), [(17, 197 / 75), (30, 1.0), (2.3, 0.7)])
def test_mackey_glass_dde_agrees_with_scipy(tau, dt):
    series = mackey_glass(60, tau=tau, method="dde", dt=dt, discard=0, random_state=4)
    expected = scipy_mackey_glass(dt * np.arange(60), series[0], tau)
    np.testing.assert_allclose(series, expected, rtol=1e-8)


def test_mackey_glass_dde_has_converged(monkeypatch):
    series = mackey_glass(500, method="dde", discard=0, random_state=4)
    monkeypatch.setattr("esnkit.datasets.chaotic._N_NODES", 24)
    monkeypatch.setattr("esnkit.datasets.chaotic._PANEL_LENGTH", 0.5)
    finer = mackey_glass(500, method="dde", discard=0, random_state=4)
    assert 0 < np.abs(series - finer).max() < 1e-10


def test_mackey_glass_euler_approaches_the_equation_at_first_order():
    def error(substeps):
        exact, euler = (
            mackey_glass(40, method=method, substeps=substeps, discard=0, random_state=5)
            for method in ("dde", "euler")
        )
        return np.abs(exact - euler).max()

    errors = [error(substeps) for substeps in (50, 100, 200)]
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("method", ["euler", "dde"])
def test_mackey_glass_starts_to_oscillate_at_the_known_delay(method):
    # Linearised at the fixed point 1: y' = -0.1 y - 0.4 y(t - tau), which loses its stability at
    # tau = arccos(-1/4) / sqrt(0.15) = 4.708.
    below = mackey_glass(100, tau=4.3, method=method, discard=3000, random_state=0)
    above = mackey_glass(100, tau=5.1, method=method, discard=3000, random_state=0)
    np.testing.assert_allclose(below, 1, atol=1e-9)
    assert np.ptp(above) > 0.1


def test_mackey_glass_euler_needs_a_delay_of_whole_steps():
    with pytest.raises(ValueError, match=r"tau=17\.03 and dt / substeps=0\.1;"):
        mackey_glass(10, tau=17.03)
    with pytest.raises(ValueError, match=r"tau=17 and dt / substeps=0\.262"):
        mackey_glass(10, dt=2.62)
    with pytest.raises(ValueError, match="at most 10, got 20"):
        mackey_glass(10, tau=200, dt=20, substeps=1)


# Lorenz


def runge_kutta_step(points: np.ndarray, h: float) -> np.ndarray:
    """One classical Runge-Kutta step of the Lorenz system for many points of shape (n, 3)."""

    def slope(p):
        x, y, z = p.T
        return np.column_stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])

    k1 = slope(points)
    k2 = slope(points + h / 2 * k1)
    k3 = slope(points + h / 2 * k2)
    k4 = slope(points + h * k3)
    return points + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def test_lorenz_rows_follow_the_flow():
    series = lorenz63(200, dt=0.025, random_state=0)
    points = series[:-1]
    for _ in range(100):
        points = runge_kutta_step(points, 0.025 / 100)
    np.testing.assert_allclose(series[1:], points, atol=1e-8)


def test_lorenz_sampling_does_not_change_the_trajectory():
    fine = lorenz63(101, dt=0.01, discard=5, random_state=1)
    coarse = lorenz63(11, dt=0.1, discard=5, random_state=1)
    np.testing.assert_allclose(coarse, fine[::10], rtol=1e-6)
    np.testing.assert_array_less(np.abs(lorenz63(1, discard=0, random_state=1) - 1), 0.5)


def test_lorenz_long_run_averages():
    x, _, z = series = lorenz63(2000, dt=0.1, random_state=2).T
    assert np.mean(x > 0) == pytest.approx(0.5, abs=0.1)  # two symmetric lobes
    assert z.mean() == pytest.approx(23.55, abs=0.2)
    # The averages of d(x^2)/dt and dz/dt vanish: <x^2> = <xy> = 8/3 <z>.
    assert np.mean(x**2) == pytest.approx(8 / 3 * z.mean(), rel=0.01)
    assert np.abs(series).max() < 55


# NARMA

NARMA_EQUATIONS = {
    10: lambda y, total, uu: 0.3 * y + 0.05 * y * total + 1.5 * uu + 0.1,
    20: lambda y, total, uu: np.tanh(0.3 * y + 0.05 * y * total + 1.5 * uu + 0.01),
    30: lambda y, total, uu: 0.2 * y + 0.04 * y * total + 1.5 * uu + 0.001,
}


@pytest.mark.parametrize("order", [10, 20, 30])
def test_narma_is_the_published_recursion(order):
    u, outputs = narma(300, order=order, random_state=0)
    assert u.shape == (300, 1)
    assert 0 <= u.min() < u.max() <= 0.5
    rest = np.zeros(order)
    u, y = np.append(rest, u), np.zeros(order + 301)  # time t stands at t + order
    for t in range(order, order + 300):
        total = sum(y[t - i] for i in range(order))
        y[t + 1] = NARMA_EQUATIONS[order](y[t], total, u[t - order + 1] * u[t])
    np.testing.assert_allclose(outputs, y[order + 1 :], rtol=1e-12)


RUNAWAY_SEED = 93


def test_time_scales_are_squares_of_leaky_averages():
    """Each average, and its variance, by plain sums over all of the past."""
    u, y = time_scales(200, constants=(0.5, 3, 40), random_state=0)
    for tau, output in zip((0.5, 3, 40), y.T, strict=True):
        weights = (1 - np.exp(-1 / tau)) * np.exp(-np.arange(4000) / tau)
        averages = [u[n::-1, 0] @ weights[: n + 1] for n in range(200)]
        np.testing.assert_allclose(output, np.square(averages) / (weights @ weights), rtol=1e-9)


def test_narma_that_runs_away_is_drawn_anew():
    with pytest.warns(RuntimeWarning, match=r"NARMA-10 .* 1 time"):
        u, y = narma(1000, random_state=RUNAWAY_SEED)
    assert y.max() < 1.5
    with pytest.warns(RuntimeWarning):
        again = narma(1000, random_state=RUNAWAY_SEED)
    np.testing.assert_array_equal(u, again[0])


def test_narma_gives_up_in_the_end(monkeypatch):
    monkeypatch.setattr(driven, "_NARMA_DRAWS", 1)
    with pytest.raises(RuntimeError, match=r"NARMA-10 .*n_steps=1000"):
        narma(1000, random_state=RUNAWAY_SEED)


@pytest.mark.slow
def test_narma_runs_away_about_six_times_in_a_million_steps():
    lengths = []
    for seed in range(2000):
        u = np.random.default_rng(seed).uniform(0, 0.5, 5000)
        lengths.append(len(list(driven._narma_outputs(driven._NARMA_SYSTEMS[10], u))))
    runaways = sum(length < 5000 for length in lengths)
    assert 4e-6 < runaways / sum(lengths) < 8e-6


# Damped oscillator


@pytest.mark.parametrize(
    ("damping", "response"),
    [
        (0.0, lambda t: 1 - np.cos(t)),
        (2.0, lambda t: 1 - (1 + t) * np.exp(-t)),
        (2.5, lambda t: 1 - (4 * np.exp(-t / 2) - np.exp(-2 * t)) / 3),
        (1.2, lambda t: 1 - np.exp(-0.6 * t) * (np.cos(0.8 * t) + 0.75 * np.sin(0.8 * t))),
    ],
)
def test_oscillator_answers_a_step_in_closed_form(damping, response):
    dt = 0.3
    force, motion = damped_oscillator(200, damping=damping, dt=dt, hold=200, random_state=0)
    times = dt * np.arange(1, 201)
    np.testing.assert_allclose(motion[:, 0] / force[0], response(times), atol=1e-11)
    velocity = (response(times + 1e-5) - response(times - 1e-5)) / 2e-5
    np.testing.assert_allclose(motion[:, 1] / force[0], velocity, atol=1e-8)


@settings(max_examples=25)
@given(st.floats(0, 3), st.floats(0.01, 2), st.integers(1, 20), st.integers(0, 99))
def test_oscillator_steps_are_exact(damping, dt, hold, seed):
    shared = {"damping": damping, "random_state": seed}
    force, motion = damped_oscillator(60, dt=dt, hold=hold, **shared)
    fine_force, fine = damped_oscillator(120, dt=dt / 2, hold=2 * hold, **shared)
    np.testing.assert_array_equal(force, fine_force[::2])
    np.testing.assert_allclose(motion, fine[1::2], atol=1e-9)


def test_oscillator_force_keeps_its_level():
    force, _ = damped_oscillator(1000, hold=20, amplitude=3.0, random_state=0)
    levels = force.reshape(-1, 20)
    assert (levels == levels[:, :1]).all()
    assert len(np.unique(levels)) == 50
    assert 2 < np.abs(force).max() <= 3


# Waves


def test_sine_covers_two_periods_with_both_ends():
    expected = np.sin(np.linspace(0, 4 * np.pi, 1000))
    np.testing.assert_allclose(sine(1000, frequency=4 * np.pi / 999), expected, atol=1e-13)
    np.testing.assert_allclose(sine(50, phase=np.pi / 2), np.cos(0.2 * np.arange(50)), atol=1e-13)


def test_noisy_sine_is_a_sine_under_uniform_noise():
    noise = noisy_sine(20_000, random_state=0) - np.sin(0.02 * np.arange(20_000))
    assert -1e-12 < noise.min() < noise.max() < 2 + 1e-12
    assert noise.mean() == pytest.approx(1, abs=0.02)
    assert noise.var() == pytest.approx(4 / 12, rel=0.02)
    np.testing.assert_array_equal(noisy_sine(9, noise=0), sine(9, frequency=0.02))


# Real series


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("co2", "2737f74222cf1fb702d41058927d2b8d2a34778d519bfa6b1dea2f1b47c234f4"),
        ("el_nino", "345dfd056ae1ae679ffad5a4b8ca35620d7484168a8a3f5a3ced311c181cd9ad"),
        ("sunspots", "de0f402cceabbc207e27e22e4d6196c16e1d21b59c1f64e93cbd2f8ef7f2cce7"),
    ],
)
def test_shipped_files_are_untouched(name, digest):
    text = (DATA / f"{name}.csv").read_text(encoding="utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() == digest


@pytest.mark.parametrize(
    ("series", "frequency", "first", "last"),
    [
        (load_sunspots(), "YS-JAN", "1700-01-01", "2008-01-01"),
        (load_co2(), "W-SAT", "1958-03-29", "2001-12-29"),
        (load_el_nino(), "MS", "1950-01-01", "2010-12-01"),
    ],
    ids=["sunspots", "co2", "el_nino"],
)
def test_real_series_have_dates_of_a_known_frequency(series, frequency, first, last):
    assert isinstance(series.index, pd.DatetimeIndex)
    assert series.index.freqstr == frequency
    assert list(series.index[[0, -1]]) == [pd.Timestamp(first), pd.Timestamp(last)]
    assert series.dtype == np.float64
    assert series.notna().all()


@pytest.mark.parametrize("name", ["sunspots", "co2", "el_nino"])
def test_real_series_are_what_the_file_says(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        (_, column), *rows = csv.reader(file)
    series = load(name)
    assert series.name == column == name
    kept = {date: float(value) for date, value in rows if value}
    assert series[list(kept)].tolist() == list(kept.values())
    assert series.index.strftime("%Y-%m-%d").tolist() == [date for date, _ in rows]


def test_sunspots_have_the_known_extremes():
    series = load_sunspots()
    by_year = series.set_axis(series.index.year)
    assert by_year[[1816, 1957, 1958, 1979]].tolist() == [45.8, 190.2, 184.8, 155.4]
    assert by_year.idxmax() == 1957
    assert by_year[by_year == 0].index.tolist() == [1711, 1712, 1810]


def test_co2_gaps_are_filled_by_straight_lines_or_left():
    filled, raw = load_co2(), load_co2(fill=None)
    assert raw.isna().sum() == 59
    pd.testing.assert_series_equal(filled[raw.notna()], raw.dropna(), check_freq=False)
    gap = filled["1964-01-18":"1964-05-30"]
    np.testing.assert_allclose(gap, np.linspace(319.8, 322.0, 20))
    with pytest.raises(ValueError, match="fill must be 'linear' or None, got 'cubic'"):
        load_co2(fill="cubic")


def test_co2_rises_and_breathes():
    yearly = load_co2().resample("YS").mean()
    assert yearly.iloc[1] == pytest.approx(316, abs=1)  # 1959
    assert (yearly.diff().dropna() > 0).all()
    monthly = load_co2().groupby(lambda date: date.month).mean()
    assert monthly.idxmax() == 5
    assert monthly.idxmin() in (9, 10)


def test_el_nino_is_warm_when_it_should_be():
    series = load_el_nino()
    anomaly = series - series.groupby(series.index.month).transform("mean")
    strongest = anomaly.resample("YS").max().nlargest(3).index.year
    assert set(strongest) == {1983, 1997, 1998}


# The registry


def test_the_registry_lists_every_series_and_generator():
    table = list_datasets()
    assert table.index.is_unique
    generators = {generator.__name__ for generator in GENERATORS} | MAKERS
    loaders = {name for name in datasets.__all__ if name.startswith("load_")}
    assert set(table.index[table["kind"] == "synthetic"]) == generators
    shipped = table.index[table["kind"].isin(["real", "labelled"])]
    assert {f"load_{name}" for name in shipped} == loaders
    tools = {"load", "list_datasets", "read_ts", "read_ucr"}
    assert generators | loaders | tools == set(datasets.__all__)
    assert table.loc[table["kind"] == "synthetic", "length"].isna().all()


@pytest.mark.parametrize("name", ["sunspots", "co2", "el_nino"])
def test_the_registry_knows_the_real_series(name):
    series, entry = load(name), list_datasets().loc[name]
    pd.testing.assert_series_equal(series, getattr(datasets, f"load_{name}")())
    assert entry["length"] == len(series)
    codes = {"YS-JAN": "yearly", "W-SAT": "weekly", "MS": "monthly"}
    assert entry["frequency"] == codes[series.index.freqstr]
    assert entry["description"].endswith(f"{series.index[0].year} to {series.index[-1].year}")
    assert f"`{name}.csv`" in (DATA / "LICENSES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sunspot", "'sunspots', 'co2', 'el_nino', got 'sunspot'. Did you mean 'sunspots'?"),
        ("elnino", "Did you mean 'el_nino'?"),
        ("weather", "'sunspots', 'co2', 'el_nino', got 'weather'."),
        ("narma", r"generated, not shipped: call esnkit.datasets.narma\."),
        (7, "got 7"),
    ],
)
def test_unknown_names_get_a_hint(name, message):
    with pytest.raises(ValueError, match=message):
        load(name)

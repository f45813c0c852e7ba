"""Spatially extended systems against scipy, conservation laws, symmetries and known exponents."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import simpson, solve_ivp

from esnkit.datasets import kuramoto_sivashinsky, lorenz96, spatial

GENERATORS = [kuramoto_sivashinsky, lorenz96]


def scipy_rows(slope, start: np.ndarray, times: np.ndarray) -> np.ndarray:
    solution = solve_ivp(
        slope, (times[0], times[-1]), start, "DOP853", times, rtol=1e-10, atol=1e-10
    )
    return solution.y.T


def error_ratios(errors: list[float]) -> np.ndarray:
    return np.array([coarse / fine for coarse, fine in pairwise(errors)])


# Both


@pytest.mark.parametrize("generator", GENERATORS)
def test_substeps_and_discard_only_move_the_samples(generator):
    whole = generator(21, dt=0.125, discard=0, random_state=1)
    sparse = generator(6, dt=0.5, substeps=4, discard=0, random_state=1)
    tail = generator(11, dt=0.25, substeps=2, discard=0.5, random_state=1)
    np.testing.assert_array_equal(sparse, whole[::4])
    np.testing.assert_array_equal(tail[:9], whole[4::2])


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("dt", 0.0, ValueError),
        ("dt", np.nan, ValueError),
        ("dt", "1", TypeError),
        ("substeps", 0, ValueError),
        ("substeps", 1.5, TypeError),
        ("discard", -1.0, ValueError),
        ("discard", np.inf, ValueError),
        ("random_state", -1, ValueError),
        ("random_state", "seed", TypeError),
    ],
)
def test_bad_values_are_named(generator, argument, value, error):
    with pytest.raises(error, match=argument):
        generator(5, **{argument: value})


@pytest.mark.parametrize(
    ("generator", "argument", "value", "error"),
    [
        (lorenz96, "n_variables", 3, ValueError),
        (lorenz96, "n_variables", 40.0, TypeError),
        (lorenz96, "forcing", np.inf, ValueError),
        (lorenz96, "forcing", None, TypeError),
        (kuramoto_sivashinsky, "length", 0.0, ValueError),
        (kuramoto_sivashinsky, "length", np.nan, ValueError),
        (kuramoto_sivashinsky, "n_points", 0, ValueError),
        (kuramoto_sivashinsky, "n_points", 64.0, TypeError),
    ],
)
def test_bad_values_of_one_system_are_named(generator, argument, value, error):
    with pytest.raises(error, match=argument):
        generator(5, **{argument: value})


@pytest.mark.parametrize(("generator", "dt"), [(lorenz96, 0.2), (kuramoto_sivashinsky, 4.0)])
def test_a_step_that_is_too_long_is_refused(generator, dt):
    with pytest.raises(ValueError, match=rf"dt / substeps.* must be shorter than {dt:g}"):
        generator(500, dt=dt, random_state=0)
    assert np.isfinite(generator(500, dt=dt, substeps=10, random_state=0)).all()


# Lorenz-96


def naive_lorenz96(_time: float, x: np.ndarray, forcing: float) -> np.ndarray:
    """The equation, index by index."""
    n = len(x)
    slopes = [(x[(j + 1) % n] - x[j - 2]) * x[j - 1] - x[j] + forcing for j in range(n)]
    return np.array(slopes)


@pytest.mark.parametrize(("n_variables", "forcing"), [(40, 8.0), (4, 10.0), (7, -3.0)])
def test_lorenz96_agrees_with_scipy(n_variables, forcing):
    system = {"n_variables": n_variables, "forcing": forcing}
    series = lorenz96(51, discard=2.0, random_state=0, **system)
    times = 0.01 * np.arange(51)
    expected = scipy_rows(lambda t, x: naive_lorenz96(t, x, forcing), series[0], times)
    np.testing.assert_allclose(series, expected, atol=2e-4)


def test_lorenz96_is_of_fourth_order():
    start, *_, exact = lorenz96(6, dt=0.1, substeps=160, discard=0, random_state=2)
    errors = []
    for substeps in (5, 10, 20, 40):
        first, *_, last = lorenz96(6, dt=0.1, substeps=substeps, discard=0, random_state=2)
        np.testing.assert_array_equal(first, start)
        errors.append(np.abs(last - exact).max())
    np.testing.assert_allclose(error_ratios(errors), 16, rtol=0.15)


@settings(max_examples=20)
@given(st.integers(4, 50), st.integers(0, 99))
def test_lorenz96_without_forcing_only_damps_the_energy(n_variables, seed):
    system = {"n_variables": n_variables, "forcing": 0.0}
    series = lorenz96(50, discard=0, random_state=seed, **system)
    energy = np.sum(series**2, axis=1)
    np.testing.assert_allclose(energy, energy[0] * np.exp(-0.02 * np.arange(50)), rtol=1e-8)


def test_lorenz96_starts_near_the_fixed_point_and_returns_to_it_below_the_first_wave():
    start, *_, end = lorenz96(201, dt=0.5, substeps=10, forcing=0.5, discard=0, random_state=0)
    assert 0.4 < np.abs(start - 0.5).max() < 0.5
    np.testing.assert_allclose(end, 0.5, atol=1e-12)


def test_lorenz96_balances_forcing_and_damping():
    series = lorenz96(10_001, dt=0.02, substeps=4, random_state=0)
    energy = np.mean(series**2, axis=1) / 2
    power = 8 * series.mean(axis=1) - 2 * energy
    # The energy gained is the power integrated; over long times the mean power vanishes.
    assert energy[-1] - energy[0] == pytest.approx(simpson(power, dx=0.02), abs=1e-3)
    assert np.mean(series**2) == pytest.approx(8 * series.mean(), rel=0.01)
    assert series.mean() == pytest.approx(2.34, abs=0.05)
    assert series.std() == pytest.approx(3.64, abs=0.05)


# Kuramoto-Sivashinsky


@pytest.fixture
def start_from(monkeypatch):
    """Replace the random start by the coefficients that a function makes of the wavenumbers."""

    def replace(coefficients):
        monkeypatch.setattr(spatial, "_growing_waves", lambda k, rng: coefficients(k))

    return replace


def few_waves(k: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(k)) < 5, 0.4 * np.exp(1j * np.arange(len(k)) ** 2), 0)


def spectral_derivative(n_points: int, length: float) -> np.ndarray:
    """The matrix that differentiates trigonometric interpolants on an odd number of points."""
    i = np.arange(1, n_points)
    column = np.append(0, np.pi / length * (-1.0) ** i / np.sin(np.pi * i / n_points))
    return column[np.subtract.outer(np.arange(n_points), np.arange(n_points))]


@pytest.mark.parametrize(("length", "n_points"), [(22.0, 49), (12.0, 31)])
def test_ks_agrees_with_scipy(length, n_points):
    grid = {"length": length, "n_points": n_points}
    series = kuramoto_sivashinsky(9, dt=0.5, substeps=64, discard=20, random_state=0, **grid)
    d = spectral_derivative(n_points, length)
    d2 = d @ d

    def slope(_time, u):
        return -u * (d @ u) - d2 @ (u + d2 @ u)

    expected = scipy_rows(slope, series[0], 0.5 * np.arange(9))
    assert np.abs(expected[-1] - expected[0]).max() > 0.1
    np.testing.assert_allclose(series, expected, atol=1e-6)


def test_ks_small_waves_grow_at_their_own_rates(start_from):
    start_from(lambda k: np.full(len(k), 1e-9 + 0j))
    series = kuramoto_sivashinsky(5, n_points=64, discard=0)
    amplitudes = np.abs(np.fft.rfft(series, axis=1))[:, :8]
    k = 2 * np.pi / 22 * np.arange(8)
    rates = np.log(amplitudes[1:] / amplitudes[:-1]) / 0.25
    np.testing.assert_allclose(rates, np.tile(k**2 - k**4, (4, 1)), atol=1e-5)


@pytest.mark.parametrize("growth", [-30.0, -1.0, 0.0, 0.25])
def test_etdrk4_solves_the_logistic_equation_at_fourth_order(growth):
    def closed_form(t):
        if growth == 0:
            return 1 / (1 + t)
        return growth / (1 + (growth - 1) * np.exp(-growth * t))

    def error(n_steps):
        v = np.ones(1)
        advance = spatial._etdrk4(np.array([growth]), lambda v: -v * v, 1 / n_steps)
        for _ in range(n_steps):
            v = advance(v)
        return np.abs(v - closed_form(1.0)).max() / closed_form(1.0)

    errors = [error(n_steps) for n_steps in (32, 64, 128)]
    np.testing.assert_allclose(error_ratios(errors), 16, rtol=0.2)


def test_ks_is_of_fourth_order():
    def last(substeps):
        grid = {"length": 12.0, "n_points": 24}
        return kuramoto_sivashinsky(
            2, dt=10, substeps=substeps, discard=20, random_state=0, **grid
        )[-1]

    exact = last(2560)
    errors = [np.abs(last(substeps) - exact).max() for substeps in (160, 320, 640)]
    np.testing.assert_allclose(error_ratios(errors), 16, rtol=0.15)


def test_ks_moves_with_its_start(start_from):
    start_from(few_waves)
    series = kuramoto_sivashinsky(100, discard=0)
    start_from(lambda k: few_waves(k) * np.exp(-1j * k * 5 * 22 / 64))
    np.testing.assert_allclose(
        kuramoto_sivashinsky(100, discard=0), np.roll(series, 5, axis=1), atol=1e-11
    )


def test_ks_turns_with_its_mirrored_start(start_from):
    start_from(few_waves)
    series = kuramoto_sivashinsky(100, discard=0)
    start_from(lambda k: -few_waves(k).conj())
    mirrored = -series[:, -np.arange(64)]  # u(x, t) becomes -u(-x, t)
    np.testing.assert_allclose(kuramoto_sivashinsky(100, discard=0), mirrored, atol=1e-11)


def test_ks_looks_the_same_to_a_moving_observer(start_from):
    start_from(few_waves)
    series = kuramoto_sivashinsky(20, substeps=16, discard=0)
    speed = 22 / 64 / 0.25  # one point per sample
    start_from(lambda k: np.where(k == 0, few_waves(k) + speed, few_waves(k)))
    moving = kuramoto_sivashinsky(20, substeps=16, discard=0)
    expected = [speed + np.roll(row, shift) for shift, row in enumerate(series)]
    np.testing.assert_allclose(moving, expected, atol=1e-5)


def test_ks_does_not_depend_on_the_grid():
    fine = kuramoto_sivashinsky(40, n_points=96, discard=20, random_state=3)
    coarse = kuramoto_sivashinsky(40, n_points=48, discard=20, random_state=3)
    odd = kuramoto_sivashinsky(40, n_points=51, discard=20, random_state=3)
    np.testing.assert_allclose(coarse, fine[:, ::2], atol=1e-7)
    np.testing.assert_allclose(odd[:, ::17], fine[:, ::32], atol=1e-7)


@pytest.mark.parametrize("n_points", [11, 12, 13, 14])
def test_ks_products_have_no_aliasing_error(n_points):
    k = 2 * np.pi / 22 * np.arange((n_points + 1) // 2)
    v = np.random.default_rng(n_points).normal(size=(len(k), 2)) @ (1, 1j)
    v[0] = v[0].real
    both = np.append(v, v[:0:-1].conj())  # indices 0, 1, ..., -2, -1
    square = [
        sum(both[i] * both[m - i] for i in range(m - len(k) + 1, len(k))) for m in range(len(k))
    ]
    advection = spatial._advection(k, n_points)(v)
    np.testing.assert_allclose(advection, -0.5j * k * square, atol=1e-12)


def test_ks_conserves_the_mean_and_balances_the_energy():
    series = kuramoto_sivashinsky(12_000, n_points=63, random_state=0)
    np.testing.assert_allclose(series.mean(axis=1), 0, atol=1e-14)
    assert np.abs(series).max() < 3.6
    d = spectral_derivative(63, 22.0)
    fed, lost = np.mean((series @ d.T) ** 2), np.mean((series @ (d @ d).T) ** 2)
    assert fed == pytest.approx(lost, rel=1e-3)
    assert series.std() == pytest.approx(1.2, abs=0.1)


def test_ks_on_a_long_domain():
    series = kuramoto_sivashinsky(100, length=200, n_points=512, discard=100, random_state=0)
    assert series.shape == (100, 512)
    assert 1.1 < series.std() < 1.5
    # Far apart, the front is as good as independent; nearby, it is not.
    correlation = [np.mean(series * np.roll(series, lag, axis=1)) for lag in (1, 256)]
    assert abs(correlation[1]) < 0.2 * correlation[0]


def test_ks_on_a_short_domain_is_flat():
    assert not kuramoto_sivashinsky(10, length=6.0, n_points=16, random_state=0).any()


@pytest.mark.parametrize(("length", "least"), [(22.0, 11), (200.0, 93), (5.0, 5)])
def test_ks_needs_enough_points(length, least):
    with pytest.raises(ValueError, match=rf"n_points must be at least {least} .*{least - 1}\."):
        kuramoto_sivashinsky(10, length=length, n_points=least - 1)
    series = kuramoto_sivashinsky(800, length=length, n_points=least, random_state=0)
    assert np.abs(series).max() < 20


# Lyapunov exponents


def largest_exponent(advance, states, dt, n_steps, rng, n_align=500):
    """Mean growth rate of small differences, brought back to their size after every step."""
    size = 1e-7
    difference, growth = rng.normal(size=states.shape), 0.0
    for n in range(n_align + n_steps):
        norm = np.linalg.norm(difference, axis=1, keepdims=True)
        growth += np.log(norm / size).mean() * (n >= n_align)
        moved = states + difference * (size / norm)
        states, moved = np.split(advance(np.concatenate([states, moved])), 2)
        difference = moved - states
    return growth / (n_steps * dt)


@pytest.mark.slow
@pytest.mark.parametrize(("forcing", "exponent"), [(8.0, 1.68), (10.0, 2.27)])
def test_lorenz96_has_the_known_exponent(forcing, exponent):
    states = lorenz96(100, forcing=forcing, dt=5.0, substeps=500, random_state=0)
    advance = spatial._rk4(lambda x: spatial._lorenz96_slope(x, forcing), 0.01)
    found = largest_exponent(advance, states, 0.01, 8000, np.random.default_rng(0))
    assert found == pytest.approx(exponent, rel=0.05)


@pytest.mark.slow
def test_ks_has_the_known_exponent():
    series = kuramoto_sivashinsky(20, n_points=32, dt=50.0, substeps=200, random_state=0)
    k = spatial._wavenumbers(22.0, 32)
    advance = spatial._etdrk4(k**2 - k**4, spatial._advection(k, 32), 0.25)
    spectra = np.fft.rfft(series, norm="forward")[:, : len(k)]
    found = largest_exponent(advance, spectra, 0.25, 12_000, np.random.default_rng(0))
    assert found == pytest.approx(0.048, rel=0.15)

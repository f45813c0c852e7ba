"""Tasks with a question: marked numbers, symbols to repeat, a message to recover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit.datasets import (
    adding,
    channel_equalization,
    delayed_inputs,
    delayed_xor,
    memorization,
    mso,
    multiplying,
)
from esnkit.metrics import symbol_error_rate, tolerance_error_rate

MAKERS = [adding, multiplying, memorization, delayed_xor]


def arrays_of(made):
    X, y = made
    return [*X, *y]


# ---------------------------------------------------------------------- sequences by number


@pytest.mark.parametrize("maker", MAKERS)
def test_a_seed_makes_the_sequences(maker):
    first, again, other = (arrays_of(maker(30, random_state=seed)) for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(("count", "error"), [(0, ValueError), (2.5, TypeError)])
def test_the_number_of_sequences_is_a_positive_integer(maker, count, error):
    with pytest.raises(error, match="n_sequences"):
        maker(count)


# ---------------------------------------------------------------------- two marked numbers


@given(length=st.integers(20, 60), seed=st.integers(0, 2**31))
@settings(max_examples=60)
def test_two_numbers_are_marked_where_they_may_be(length, seed):
    X, y = adding(5, length=length, random_state=seed)
    products = multiplying(5, length=length, random_state=seed)[1]
    for sequence, mean, product in zip(X, y, products, strict=True):
        numbers, markers = sequence.T
        assert length <= len(sequence) <= 1.1 * length
        assert np.all((numbers >= 0) & (numbers <= 1))
        first, second = np.flatnonzero(markers == 1)
        assert 0 < first < 10
        assert second < length // 2
        assert markers[0] == markers[-1] == -1
        assert np.count_nonzero(markers) == 4
        assert mean == (numbers[first] + numbers[second]) / 2
        assert product == numbers[first] * numbers[second]


def test_every_place_and_length_occurs():
    X, _ = adding(3000, length=30, random_state=0)
    assert {len(sequence) for sequence in X} == {30, 31, 32, 33}
    marked = np.concatenate([np.flatnonzero(sequence[:, 1] == 1) for sequence in X])
    assert set(marked) == set(range(1, 15))


def test_guessing_the_mean_is_wrong_as_often_as_it_must_be():
    """The mean of two uniform numbers lies within 0.04 of 1/2 with chance 1 - 0.92^2."""
    _, y = adding(20_000, length=20, random_state=1)
    wrong = tolerance_error_rate(y, np.full_like(y, 0.5))
    assert abs(wrong - 0.92**2) < 4 * np.sqrt(0.92**2 * (1 - 0.92**2) / 20_000)
    _, y = multiplying(20_000, length=20, random_state=1)
    assert abs(y.mean() - 0.25) < 4 * np.sqrt((1 / 9 - 1 / 16) / 20_000)


@pytest.mark.parametrize("maker", [adding, multiplying])
def test_sequences_too_short_for_two_markers_are_refused(maker):
    with pytest.raises(ValueError, match="length == 19, must be >= 20"):
        maker(1, length=19)


# ---------------------------------------------------------------------- symbols to repeat


@pytest.mark.parametrize(("delay", "n_symbols", "n_items"), [(200, 2, 5), (80, 5, 10), (1, 3, 1)])
def test_symbols_are_shown_and_asked_for_after_the_cue(delay, n_symbols, n_items):
    X, Y = memorization(20, delay=delay, n_symbols=n_symbols, n_items=n_items, random_state=0)
    for shown, asked in zip(X, Y, strict=True):
        assert shown.shape == (delay + 2 * n_items, n_symbols + 2)
        assert asked.shape == (delay + 2 * n_items, n_symbols + 1)
        assert np.all(shown.sum(axis=1) == 1)
        assert np.all(asked.sum(axis=1) == 1)
        np.testing.assert_array_equal(shown[:n_items, :n_symbols], asked[-n_items:, :n_symbols])
        assert shown[:n_items, :n_symbols].sum() == n_items
        np.testing.assert_array_equal(np.flatnonzero(shown[:, -1]), [n_items + delay - 1])
        assert np.all(asked[:-n_items, -1] == 1)


@pytest.mark.parametrize(("n_symbols", "n_items", "left"), [(2, 5, 2.5), (5, 10, 8.0)])
def test_guessing_leaves_the_published_number_of_wrong_symbols(n_symbols, n_items, left):
    """The column "biases only" of the table in Sutskever et al. 2013."""
    _, Y = memorization(2000, delay=1, n_symbols=n_symbols, n_items=n_items, random_state=0)
    wrong = np.mean([np.sum(asked[-n_items:].argmax(axis=1) != 0) for asked in Y])
    assert abs(wrong - left) < 0.15


def test_one_symbol_is_nothing_to_remember():
    with pytest.raises(ValueError, match="n_symbols == 1, must be >= 2"):
        memorization(1, n_symbols=1)


# ---------------------------------------------------------------------- past inputs, sines


def test_past_inputs_stand_in_columns():
    u, delayed = delayed_inputs(50, max_delay=4, amplitude=0.5, random_state=0)
    assert delayed.shape == (50, 5)
    assert 0.45 < np.abs(u).max() <= 0.5
    for k in range(5):
        np.testing.assert_array_equal(delayed[k:, k], u[: 50 - k, 0])
        assert not delayed[:k, k].any()
    wider = delayed_inputs(50, max_delay=0, random_state=0)[0]
    np.testing.assert_allclose(u, wider * 0.5 / 0.8, rtol=1e-12)


def test_the_superimposed_oscillators_are_a_sum_of_sines():
    n = np.arange(500)
    frequencies = [0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97]
    for k in (1, 5, 8):
        expected = np.sin(np.outer(n, frequencies[:k])).sum(axis=1)
        np.testing.assert_allclose(mso(500, n_sines=k), expected, atol=1e-12)
    with pytest.raises(ValueError, match="n_sines == 9, must be <= 8"):
        mso(10, n_sines=9)


# ---------------------------------------------------------------------- the channel


def test_the_channel_is_the_published_one():
    """Without noise, each output from the ten symbols around it, by the printed formula."""
    u, recovered = channel_equalization(300, snr=np.inf, random_state=0)
    d = dict(zip(range(-2, 298), recovered, strict=True))  # row n holds d(n - 2)
    for n in range(5, 290):
        q = (
            0.08 * d[n + 2] - 0.12 * d[n + 1] + d[n] + 0.18 * d[n - 1] - 0.1 * d[n - 2]
            + 0.091 * d[n - 3] - 0.05 * d[n - 4] + 0.04 * d[n - 5] + 0.03 * d[n - 6]
            + 0.01 * d[n - 7]
        )  # fmt: skip
        assert abs(u[n, 0] - (q + 0.036 * q**2 - 0.011 * q**3)) < 1e-12


@pytest.mark.parametrize("snr", [12.0, 32.0])
def test_the_noise_has_its_ratio_to_the_power_of_the_signal(snr):
    clean, symbols = channel_equalization(100_000, snr=np.inf, random_state=0)
    noisy, same = channel_equalization(100_000, snr=snr, random_state=0)
    np.testing.assert_array_equal(symbols, same)
    found = 10 * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))
    assert abs(found - snr) < 0.1
    assert set(symbols) == {-3.0, -1.0, 1.0, 3.0}


def test_the_ratio_is_a_number():
    with pytest.raises(ValueError, match="snr must be finite, got nan"):
        channel_equalization(10, snr=np.nan)
    with pytest.raises(TypeError, match="snr must be an instance of"):
        channel_equalization(10, snr="28 dB")


# ---------------------------------------------------------------------- wrong decisions


def test_symbols_are_told_apart_half_way():
    outputs = [-9.0, -2.01, -1.99, 0.01, 1.9, 2.1]
    assert symbol_error_rate([-3, -3, -1, 1, 1, 3], outputs) == 0
    assert symbol_error_rate([-3, -1, -1, -1, 1, 1], outputs, symbols=[-3, -1, 1, 3]) == 3 / 6
    assert symbol_error_rate([1, 1, 1], [-0.2, 0.2, 3.0], symbols=[-1, 1]) == 1 / 3
    assert symbol_error_rate([1, 1, 1], [-0.2, 0.2, 3.0]) == 0  # no other symbol is known


def test_the_symbols_hold_the_true_ones():
    with pytest.raises(ValueError, match=r"y_true holds 2, which is none of symbols=\[-1, 1\]"):
        symbol_error_rate([1, 2], [1, 2], symbols=[-1, 1])


def test_a_tolerance_forgives_up_to_itself():
    assert tolerance_error_rate([[0.0, 1.0]], [[0.25, 1.5]], tolerance=0.25) == 0.5
    with pytest.raises(ValueError, match="tolerance == 0, must be >= 1e-40"):
        tolerance_error_rate([0.0], [0.0], tolerance=0)
    with pytest.raises(ValueError, match="same shape"):
        tolerance_error_rate([0.0], [0.0, 1.0])


# ---------------------------------------------------------------------- spikes


@given(
    n_trains=st.integers(2, 9),
    delay=st.integers(0, 30),
    duration=st.integers(1, 20),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=50)
def test_the_label_of_spikes_that_never_fail_is_their_exclusive_or(n_trains, delay, duration, seed):
    X, y = delayed_xor(
        7,
        delay=delay,
        duration=duration,
        n_trains=n_trains,
        rate=1.0,
        background=0.0,
        random_state=seed,
    )
    assert int(y.sum()) in (3, 4)
    half = n_trains // 2
    for trains, label in zip(X, y, strict=True):
        assert trains.shape == (2 * duration + delay, n_trains)
        shown = trains[:duration], trains[duration + delay :]
        assert not trains[duration : duration + delay].any()
        bits = [bool(burst[:, :half].all()) for burst in shown]
        others = [bool(burst[:, half:].all()) for burst in shown]
        assert others == [not bit for bit in bits]
        assert label == (bits[0] != bits[1])


def test_spikes_come_as_often_as_asked():
    X, _ = delayed_xor(400, delay=40, duration=40, n_trains=10, random_state=0)
    shares = np.stack(X).mean(axis=(0, 2))
    expected = np.repeat([0.105, 0.01, 0.105], 40)  # half of the trains show a bit
    assert np.abs(shares - expected).max() < 5 * np.sqrt(0.105 / 4000)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("delay", -1), ("duration", 0), ("n_trains", 1), ("rate", 1.1), ("background", -0.1)],
)
def test_bursts_out_of_range_are_named(argument, value):
    with pytest.raises(ValueError, match=argument):
        delayed_xor(3, **{argument: value})

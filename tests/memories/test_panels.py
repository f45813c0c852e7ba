"""Many sequences at once: each is what it is alone; for threads to the bit."""

from __future__ import annotations

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit import (
    ES2N,
    NVAR,
    Bidirectional,
    DelayedReservoir,
    GammaMemory,
    Parallel,
    Reservoir,
    SpikingReservoir,
    Stacked,
    TappedDelayLine,
)
from esnkit.memories.legendre import LegendreMemory

APART = 1e-12  # of a sequence in a panel from the same one alone

MEMORIES = {
    "reservoir": Reservoir(30, leak_rate=0.6, random_state=0),
    "dense reservoir": Reservoir(20, connectivity=1.0, random_state=0),
    "leaks": Reservoir(30, leak_range=(0.1, 1.0), activation="logistic", random_state=0),
    "delayed": DelayedReservoir(20, random_state=0),
    "es2n": ES2N(20, random_state=0),
    "spiking": SpikingReservoir(20, random_state=0),
    "legendre": LegendreMemory(window=9),
    "gamma": GammaMemory(4),
    "delays": TappedDelayLine(3),
    "nvar": NVAR(2),
    "stacked": Stacked([Reservoir(20), Reservoir(15)], random_state=0),
    "parallel": Parallel([Reservoir(20), TappedDelayLine(2)], random_state=0),
    "bidirectional": Bidirectional(Reservoir(20, random_state=0)),
}
CONTINUING = [name for name, memory in MEMORIES.items() if memory.can_continue]


def make_panel(lengths, n_features=2):
    rng = np.random.default_rng(0)
    return [rng.uniform(-1, 1, (n, n_features)) for n in lengths]


def ragged(n_sequences):
    """Lengths that differ, among them twice the same."""
    return [5 + (7 * i) % 23 for i in range(n_sequences)]


def assert_alike(panel, alone):
    for one, other in zip(panel, alone, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=APART)


@pytest.mark.parametrize("n_sequences", [1, 7, 8, 16, 17, 29])
@pytest.mark.parametrize("name", MEMORIES)
def test_a_sequence_of_a_panel_is_what_it_is_alone(name, n_sequences):
    panel = make_panel(ragged(n_sequences))
    memory = MEMORIES[name].fit(panel)
    assert_alike(memory.transform(panel), [memory.transform(x) for x in panel])


@pytest.mark.parametrize("name", CONTINUING)
def test_two_parts_of_a_panel_are_the_whole(name):
    panel = make_panel(ragged(19))
    memory = MEMORIES[name].fit(panel)
    first, states = memory.transform([x[:4] for x in panel], return_state=True)
    second, ends = memory.transform([x[4:] for x in panel], state=states, return_state=True)
    whole, expected = memory.transform(panel, return_state=True)
    assert_alike([np.vstack(parts) for parts in zip(first, second, strict=True)], whole)
    assert_alike([end.states for end in ends], [end.states for end in expected])


@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=40))
@settings(max_examples=30, deadline=None)
def test_a_teacher_is_shifted_within_each_sequence(lengths):
    panel, teachers = make_panel(lengths), make_panel(lengths, 3)
    memory = Reservoir(25, feedback_scaling=0.8, random_state=0).fit(panel, teachers)
    states, ends = memory.transform(panel, feedback=teachers, return_state=True)
    alone = [memory.transform(x, feedback=y) for x, y in zip(panel, teachers, strict=True)]
    assert_alike(states, alone)
    assert_alike([end.output for end in ends], [y[-1] for y in teachers])


def test_single_precision_stays_single():
    panel = make_panel(ragged(20))
    memory = Reservoir(30, dtype="float32", random_state=0).fit(panel)
    states = memory.transform(panel)
    assert {x.dtype for x in states} == {np.dtype("float32")}
    exact = memory.set_params(dtype="float64").fit(panel).transform(panel)
    for one, other in zip(states, exact, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-5)


@pytest.mark.parametrize("n_units", [30, 450])
def test_threads_and_repetitions_change_no_bit(n_units):
    panel = make_panel(ragged(40))
    memory = Reservoir(n_units, random_state=0).fit(panel)
    expected = memory.transform(panel)
    with joblib.parallel_config("threading", n_jobs=2):
        side_by_side = memory.transform(panel)
    for again in (side_by_side, memory.transform(panel)):
        for one, other in zip(again, expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_noise_of_a_sequence_has_its_own_seed():
    """Sequence 3 of a panel hears the noise that it heard among other sequences."""
    panel = make_panel(ragged(12))
    memory = Reservoir(20, noise=0.1, random_state=0)
    noisy = memory.fit_transform(panel)
    assert_alike(noisy[:4], memory.fit_transform(panel[:4]))
    assert np.abs(noisy[3] - memory.transform(panel[3])).max() > 0.01


def test_a_changed_step_is_kept_in_a_panel():
    class Shifted(Reservoir):
        def _run(self, rows, state, teacher, noise, out):
            states = super()._run(rows, state, teacher, noise, out)
            out += 3.0
            return states

    panel = make_panel(ragged(20))
    changed = Shifted(20, random_state=0).fit(panel).transform(panel)
    plain = Reservoir(20, random_state=0).fit(panel).transform(panel)
    assert_alike(changed, [states + 3.0 for states in plain])

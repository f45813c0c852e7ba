"""A short race: the answers are compared, and nothing is timed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from esnkit import Reservoir

BENCHMARKS = Path(__file__).parents[1] / "docs" / "benchmarks"


@pytest.fixture(scope="module")
def race() -> ModuleType:
    """The script, imported as it imports its neighbours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import race
    return race


def answers(race: ModuleType, part: str, reservoir: Reservoir, *task: object) -> dict[str, object]:
    """What all give that can be had here; esnkit must be among them."""
    runs, absent = race.line_up(race.ALL, part, reservoir, *task)
    assert race.Esnkit in runs
    assert all(absent.values())
    return runs


@pytest.mark.filterwarnings("ignore")  # of the rivals
@pytest.mark.parametrize(("n_units", "connectivity"), [(37, 5), (100, 10), (48, 48)])
def test_states_are_those_of_the_plain_loop(
    race: ModuleType, n_units: int, connectivity: int
) -> None:
    reservoir, X = race.states_case(n_units, connectivity, 60)
    race.check_answers(
        answers(race, "states", reservoir, X), race.Plain(reservoir).states(X)(), 1e-12
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("n_sequences", [2, 19])
def test_a_panel_is_that_of_the_plain_loop(race: ModuleType, n_sequences: int) -> None:
    reservoir, sequences = race.panel_case(50, n_sequences, 30)
    expected = race.Plain(reservoir).panel(sequences)()
    race.check_answers(answers(race, "panel", reservoir, sequences), expected, 1e-12)


@pytest.mark.filterwarnings("ignore")
def test_free_runs_are_those_of_the_plain_loop(race: ModuleType) -> None:
    reservoir, closing = race.free_case(50, n_training=400)
    expected = race.Plain(reservoir).free(closing, 30)()
    race.check_answers(answers(race, "free", reservoir, closing, 40), expected, 1e-8)


def test_a_wrong_answer_stops_the_race(race: ModuleType) -> None:
    reservoir, X = race.states_case(20, 5, 30)
    states = race.Plain(reservoir).states(X)()
    runs = {race.Esnkit: lambda: states + 1e-6}
    with pytest.raises(AssertionError, match="esnkit"):
        race.check_answers(runs, states)


def test_who_is_missing_is_told(race: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reservoirpy", None)
    monkeypatch.setattr(race.CKernel, "compiler", "no-such-compiler")
    reservoir, X = race.states_case(20, 5, 30)
    runs, absent = race.line_up((race.ReservoirPy, race.CKernel), "states", reservoir, X)
    assert not runs
    assert "reservoirpy" in absent[race.ReservoirPy]
    assert absent[race.CKernel] == "no such compiler"


def test_exponents_are_slopes_of_logarithms(race: ModuleType) -> None:
    sweep = {n: {race.Esnkit: 3e-6 * n**1.5} for n in (10, 100, 1000, 10_000)}
    assert race.exponents(sweep) == ["10", "10000", "1.50", "1.50"]


def test_every_contestant_runs_over_one_sequence_or_freely(race: ModuleType) -> None:
    for contestant in race.ALL:
        assert contestant.title().startswith(contestant.name)
        assert hasattr(contestant, "states") or hasattr(contestant, "free")


def test_panels_are_checked_whole(race: ModuleType) -> None:
    reservoir, sequences = race.panel_case(20, 3, 10)
    expected = race.Plain(reservoir).panel(sequences)()
    wrong = np.array(expected)
    wrong[2, 9, 19] += 1e-6
    with pytest.raises(AssertionError):
        race.check_answers({race.Esnkit: lambda: wrong}, expected)


def test_other_work_is_what_the_system_counts_without_ones_own(
    race: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
    clock = {"wall": 0.0, "own": 0.0}
    common = sys.modules["common"]
    monkeypatch.setattr(common.time, "perf_counter", lambda: clock["wall"])
    monkeypatch.setattr(common.os, "times", lambda: (clock["own"], 0, 0, 0, 0))
    counters = tmp_path / "stat"

    def at(wall: int, own: int, busy: int) -> None:
        clock.update(wall=wall, own=own)
        counters.write_text(f"cpu  {busy * second} 0 0 77 88 0 0 0 0 0\ncpu0 1 1\n")

    at(10, 5, 100)
    beside = common.OtherWork(counters)
    at(20, 14, 112)  # of 12 seconds 9 were its own
    assert "kept 0.30 of" in beside.said()
    at(20, 15, 112)
    beside.restart()
    at(24, 19, 116)
    assert "kept 0.00 of" in beside.said()
    counters.unlink()
    assert "not measured" in beside.said()

"""Results: the file gives back what was written, and nothing else passes for it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from esnkit.comparison import Comparison, ResultsError
from tests.comparison.samples import N_REPLICATES, sample_comparison


@pytest.fixture(scope="module")
def sample() -> Comparison:
    return sample_comparison()


def test_file_gives_back_what_was_written(sample: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    sample.to_json(path)
    assert Comparison.from_json(path) == sample
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]  # no draft stays behind


def test_every_float_survives_the_file_bit_for_bit(sample: Comparison, tmp_path: Path) -> None:
    sample.to_json(tmp_path / "results.json")
    read = Comparison.from_json(tmp_path / "results.json")
    for task in sample.tasks:
        before, after = sample.scores(task.name, "esn"), read.scores(task.name, "esn")
        assert before.tobytes() == after.tobytes()


def test_scores_are_nan_where_there_are_none(sample: Comparison) -> None:
    assert sample.scores("sunspots", "esn").shape == (3, N_REPLICATES)
    assert np.isnan(sample.scores("narma10", "nvar")).all()
    assert sample.scores("narma10", "seasonal-naive").shape == (3, N_REPLICATES)


def test_frame_has_a_row_for_each_score(sample: Comparison) -> None:
    frame = sample.to_frame()
    assert len(frame) == sum(len(s) for cell in sample.cells for s in cell.scores.values())
    row = frame.query("task == 'lorenz63' and contestant == 'lstm' and seed == 2").iloc[4]
    assert row.score == sample.scores("lorenz63", "lstm")[2, 4]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(schema="other"), "holds no results of esnkit compare"),
        (lambda c: c.update(version=99), "version 99"),
        (lambda c: c.pop("cells"), "damaged"),
        (lambda c: c.update(surprise=1), "unknown field 'surprise'"),
        (
            lambda c: c["tasks"][0].update(n_train="many"),
            "tasks\\[0\\].n_train is 'many', which is no int",
        ),
        (
            lambda c: c["cells"][0].update(status="fine"),
            "cells\\[0\\].status is 'fine', which is none of",
        ),
        (lambda c: c["cells"][0].update(scores=[1.0]), "which is no dict"),
    ],
)
def test_other_files_are_refused(
    sample: Comparison, tmp_path: Path, change: object, message: str
) -> None:
    path = tmp_path / "results.json"
    sample.to_json(path)
    content = json.loads(path.read_text())
    change(content)  # type: ignore[operator]
    path.write_text(json.dumps(content))
    with pytest.raises(ResultsError, match=message):
        Comparison.from_json(path)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "\x00"])
def test_what_is_no_results_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(ResultsError, match=r"results\.json: holds no"):
        Comparison.from_json(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="cannot be read"):
        Comparison.from_json(tmp_path / "nothing.json")

"""``esnkit compare``: what it writes, and what it says to bad input."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from esnkit.cli.main import main
from esnkit.comparison import Comparison
from tests.comparison.samples import sample_comparison

QUICK = ["--models", "linear,mean", "--seeds", "1", "--budget", "1", "--jobs", "1"]


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def csv() -> str:
    rng = np.random.default_rng(0)
    months = [f"{2000 + i // 12}-{i % 12 + 1:02d}" for i in range(120)]
    rows = [f"{m},{v:.3f},{w:.3f}" for m, (v, w) in zip(months, rng.random((120, 2)), strict=True)]
    Path("sales.csv").write_text("\n".join(["month,<script>,other", *rows]) + "\n")
    return "sales.csv"


def test_report_markdown_and_results_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "sunspots", *QUICK]) == 0
    assert sorted(os.listdir()) == ["esnkit-report.html", "esnkit-report.json", "esnkit-report.md"]
    found = Comparison.from_json("esnkit-report.json")
    assert [c.status for c in found.cells] == ["done", "done"]
    said = capsys.readouterr().out
    assert "Sunspots  MASE: linear" in said
    assert "wrote esnkit-report.html" in said


def test_column_of_a_file_is_a_task(csv: str) -> None:
    arguments = ["--target", "<script>", "--date", "month", "--horizon", "6", *QUICK]
    assert main(["compare", csv, *arguments]) == 0
    (task,) = Comparison.from_json("esnkit-report.json").tasks
    assert (task.name, task.source, task.horizon) == ("sales", "file", 6)
    assert task.variables == ["<script>"]
    assert task.step_unit == "months"
    assert task.windows[0].labels[-1] == "2005-06-01"  # 60 months, and six of the first window
    assert "<script>" not in Path("esnkit-report.html").read_text().split("<body")[1]


def test_what_followed_is_held_out_in_a_file_of_its_own(
    csv: str, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *rows = Path(csv).read_text().splitlines()
    Path("until.csv").write_text("\n".join([header, *rows[:100]]))
    Path("later.csv").write_text("\n".join([header, *rows[100:]]))
    arguments = ["--target", "other", "--date", "month", "--horizon", "6", *QUICK]
    arguments[arguments.index("linear,mean")] = "theta,mean"
    assert main(["compare", "until.csv", "--held-out", "later.csv", *arguments]) == 0
    found = Comparison.from_json("esnkit-report.json")
    (task,) = found.tasks
    assert (task.n_train, task.n_test) == (100, 18)
    assert task.windows[0].labels[-1] == "2008-10-01"
    assert task.description == "Judged by later.csv, kept apart until the end."
    assert [cell.status for cell in found.cells] == ["done", "done"]
    assert len(found.scores("until", "theta")[0]) == 3


def test_what_is_held_out_belongs_to_one_file(csv: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("copy.csv").write_text(Path(csv).read_text())
    for given, message in (
        (["sunspots"], "--held-out is for files"),
        ([csv, "copy.csv"], "--held-out continues one file, and 2 were given"),
        ([csv, "--target", "other"], "y must continue the series"),
    ):
        assert main(["compare", *given, "--held-out", "copy.csv", *QUICK]) != 0
        assert message in capsys.readouterr().err


@pytest.mark.parametrize("given", ["Waves_TRAIN.tsv", "Waves_TEST.tsv", "Alone.tsv"])
def test_files_of_labelled_sequences_are_tasks(given: str) -> None:
    """Of two files that belong together either may be named."""
    rng = np.random.default_rng(0)
    for name, n in (("Waves_TRAIN", 12), ("Waves_TEST", 20), ("Alone", 30)):
        rows = [[k % 2, *np.sin(np.arange(20) * (0.3 + 0.4 * (k % 2)) + k)] for k in range(n)]
        noisy = np.array(rows) + np.pad(0.1 * rng.normal(size=(n, 20)), ((0, 0), (1, 0)))
        np.savetxt(f"{name}.tsv", noisy, delimiter="\t")
    models = ["--models", "nearest-neighbour,majority", *QUICK[2:]]
    assert main(["compare", "--classify", given, *models]) == 0
    (task,) = Comparison.from_json("esnkit-report.json").tasks
    alone = given == "Alone.tsv"
    assert (task.name, task.source) == ("Alone" if alone else "Waves", "file")
    assert (task.n_train, task.n_test) == ((20 * 20, 10) if alone else (12 * 20, 20))


def test_results_are_rendered_again_without_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esnkit.cli.compare.compare", None)
    sample_comparison().to_json("old.json")
    before = Path("old.json").read_bytes()
    assert main(["compare", "--from", "old.json", "--output", "new"]) == 0
    assert sorted(os.listdir()) == ["new.html", "new.md", "old.json"]
    assert Path("old.json").read_bytes() == before


def test_resume_goes_on_with_the_journal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "sunspots", *QUICK, "--output", "whole"]) == 0
    whole = Comparison.from_json("whole.json")
    arguments = ["compare", "sunspots", *QUICK, "--output", "part"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("esnkit.cli.compare.render_html", interrupt)
        assert main(arguments) == 130
    assert Path("part.journal").exists()
    assert main(arguments) == 2
    assert "--resume continues it" in capsys.readouterr().err
    assert main([*arguments, "--resume"]) == 0
    part = Comparison.from_json("part.json")
    assert [c.scores for c in part.cells] == [c.scores for c in whole.cells]
    assert not Path("part.journal").exists()


def interrupt(found: Comparison) -> str:
    raise KeyboardInterrupt


def test_what_is_shipped_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--list"]) == 0
    said = capsys.readouterr().out
    assert all(
        name in said
        for name in ("lorenz63", "adding", "autoesn", "gamma", "japanese-vowels", "minirocket")
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sunspot"], "did you mean sunspots"),
        (["sunspots", "--models", "esn2"], "did you mean esn"),
        (["sunspots", "--budget", "0"], "--budget must be above zero"),
        (["sunspots", "--seconds", "0"], "--seconds must be above zero"),
        (["sunspots", "--seconds", "nan"], "--seconds must be above zero"),
        (["sunspots", "--seconds", "inf"], "--seconds must be above zero"),
        (["sunspots", "--jobs", "999999"], "--jobs must be at most"),
        (["sunspots", "--seeds", "0"], "--seeds must be above zero"),
        (["sunspots", "--jobs", "0"], "--jobs must not be zero"),
        (["sunspots", "--horizon", "3"], "--horizon is for files"),
        (["sunspots", "--models", "mean", "--reference", "esn"], "reference must be one of mean"),
        (["missing.csv"], "there is no such file"),
        (["--classify"], "--classify needs a file"),
        (["--classify", "missing.ts"], "there is no such file"),
        (["--classify", "broken.csv"], "broken.csv"),
        (["--classify", "broken.csv", "--horizon", "3"], "--horizon is for series"),
        (["sales.csv", "--target", "profit"], "profit"),
        (["sales.csv", "--target", "other", "--horizon", "0"], "--horizon must be at least 1"),
        (["sales.csv", "--target", "other", "--horizon", "50"], "120 steps, but at least 134"),
        (["broken.csv"], "broken.csv"),
        (["--from", "missing.json"], "cannot be read"),
        (["--from", "sales.csv"], "holds no JSON"),
        (["--from", "other.json"], "version 99"),
        (["sunspots", "--output", "sales.csv/report"], "is a file, no folder"),
        (["sunspots", "--output", "nowhere/report"], "does not exist"),
        (["sunspots", "--output", "taken"], "exists already; --force overwrites"),
        (["sunspots", "--output", "folder"], "is a folder"),
        (["sunspots", "--resume", "--output", "odd"], "no results of esnkit compare"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    csv: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("broken.csv").write_text("a,b\n1,2\n3\n")
    Path("other.json").write_text('{"schema": "esnkit-comparison", "version": 99}')
    Path("taken.html").write_text("mine")
    Path("folder.html").mkdir()
    Path("odd.journal").write_text("{}\n")
    assert main(["compare", *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.startswith("esnkit: error: ")
    assert said.count("\n") == 1
    assert Path("taken.html").read_text() == "mine"


def test_folder_that_is_not_writable_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "access", lambda *arguments: False)  # root may write anywhere
    assert main(["compare", "sunspots", *QUICK]) == 2
    assert "is not writable" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--seeds", "x"], ["--budget", "2", "--seconds", "3"]])
def test_arguments_that_cannot_be_read_exit_with_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["compare", *arguments])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("", "--output must be what file names begin with"),
        (".", "--output must be"),
        ("..", "--output must be"),
        ("folder/", "--output must be"),
        ("x" * 300, "File name too long"),
        ("kept", "'kept.journal' is a folder"),
    ],
)
def test_names_that_no_file_can_have_are_refused(
    output: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("kept.journal").mkdir()
    assert main(["compare", "sunspots", *QUICK, "--output", output]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_a_full_disk_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("full.journal").symlink_to("/dev/full")
    assert main(["compare", "sunspots", *QUICK, "--output", "full", "--force"]) == 2
    assert capsys.readouterr().err == (
        "esnkit: error: full.journal: cannot be written (No space left on device)\n"
    )

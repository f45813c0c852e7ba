"""What a comparison found, and its file.

A `Comparison` holds everything that a report shows; nothing in it has to be computed again.

- ``environment``: versions, machine, when.
- ``protocol``: seeds, budget, the rule of validation.
- ``tasks``: a `TaskRecord` each. Its ``windows`` are the stretches of truth that forecasts are
  drawn over, for the first seed only.
- ``contestants``: a `ContestantRecord` each, with the search space.
- ``cells``: a `Cell` for each task, contestant and seed, in that order: status, scores,
  errors by step, runs to draw over the windows, trials of the search, costs.

Scores come one for each *replicate* of a task: a forecast origin, or an independent draw of the
test data. Two contestants' scores of one (task, seed, replicate) are a pair, having had the same
data. Where ``fresh_data`` is true every seed has data of its own; otherwise seeds vary only the
models, and do not count as replicates.

The file is JSON of the same structure, under ``"schema": "esnkit-comparison"`` and
``"version": 1``. It holds no NaN or infinity: what does not exist is null, and what failed has a
reason instead of scores. The annotations of the fields are the schema, limits included (see
`esnkit.comparison.json_records`); what must agree between records, `check_comparison` says.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np

from esnkit.comparison.json_records import (
    VERSION,
    Count,
    Limit,
    Name,
    Number,
    ResultsError,
    Seconds,
    Size,
    Text,
    check_schema,
    parse,
    read_file,
    read_value,
    to_plain,
)
from esnkit.core.files import write_files
from esnkit.core.typing import FloatArray
from esnkit.search.space import Dimension, Settings

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["forecast", "generate", "filter", "classify", "remember"]
Family = Literal["reservoir", "trained network", "delay line", "classical", "naive", "yours"]
Status = Literal["done", "failed", "inapplicable"]

MOST_VARIABLES = 3  # that are drawn
MOST_STEPS = 400

Row = Annotated[list[Number], Limit(1, MOST_VARIABLES)]
Rows = Annotated[list[Row], Limit(0, MOST_STEPS)]
Seed = Annotated[int, Limit(0, 2.0**128)]
Scores = Annotated[list[Number], Limit(1, 10_000)]
Lags = Annotated[list[Size], Limit(0, 100)]

SCHEMA = "esnkit-comparison"


@dataclass(frozen=True)
class Environment:
    """Where and when a comparison ran.

    ``packages`` maps names to versions, esnkit's own first; ``n_cores`` is what the machine has;
    ``blas_threads`` how many each cell used; ``started`` an ISO 8601 time in UTC; ``seconds``
    wall time, all interrupted parts together.
    """

    packages: Annotated[dict[Name, Text], Limit(0, 100)]
    python: Text
    platform: Text
    processor: Text
    n_cores: Size
    blas_threads: Size
    started: Text
    seconds: Seconds


@dataclass(frozen=True)
class Protocol:
    """The rules that were the same for all.

    ``budget`` counts candidates for each cell, or is None where ``budget_seconds`` was given;
    ``validation`` says in words how candidates were judged; ``reference`` is the contestant that
    the others are tested against.
    """

    seeds: Annotated[list[Seed], Limit(1, 10_000)]
    budget: Size | None
    budget_seconds: Seconds | None
    n_jobs: Size
    validation: Text
    preprocessing: Text
    reference: Name


@dataclass(frozen=True)
class Window:
    """A stretch of truth: ``labels`` are dates if there are any, for history and truth together.

    ``history`` (n_before, n_variables) and ``truth`` (n_steps, n_variables) are in the units of
    the series; ``replicate`` is the place of this origin or draw among the scores. The first
    three variables are kept, and at most 400 steps.
    """

    seed: Seed
    replicate: Count
    history: Rows
    truth: Rows
    labels: Annotated[list[Text], Limit(0, 1000)]


@dataclass(frozen=True)
class TaskRecord:
    """A task.

    ``metric`` names the score that decides, a key of every cell's ``scores``, and
    ``greater_is_better`` its direction. ``step`` is one step in the unit named by ``step_unit``
    (years, Lyapunov times ...). ``horizon`` is None for tasks that are not forecast; the others
    list under ``differences`` the ways to difference the series, lags one after the other, which
    the candidates of all contestants take in turn. ``chaotic`` tasks have scores ``"valid time"``
    too. ``source`` is ``"shipped"``, ``"file"`` or
    ``"user"``; names of files and columns are data, not markup.
    """

    name: Name
    title: Text
    description: Text
    kind: Kind
    source: Literal["shipped", "file", "user"]
    metric: Name
    metric_unit: Text
    greater_is_better: bool
    chaotic: bool
    fresh_data: bool
    replicate: Literal["forecast origin", "independent draw", "test part"]
    n_replicates: Annotated[int, Limit(1, 10_000)]
    n_train: Size
    n_test: Size
    horizon: Size | None
    period: Size | None
    differences: Annotated[list[Lags], Limit(0, 100)]
    step: Annotated[float, Limit(1e-100, 1e100)]
    step_unit: Text
    variables: Annotated[list[Text], Limit(1, 100_000)]
    windows: Annotated[list[Window], Limit(0, 100)]


@dataclass(frozen=True)
class ContestantRecord:
    """A contestant; ``space`` is empty if there is nothing to tune."""

    name: Name
    title: Text
    description: Text
    family: Family
    space: Annotated[list[Dimension], Limit(0, 1000)]


@dataclass(frozen=True)
class TrialRecord:
    """What a file keeps of a `esnkit.search.engine.Trial`.

    ``seconds`` have passed since the search began when its validation ``score`` was known, which
    is in the unit and direction of the task's metric, or None with the ``failure``'s reason.
    """

    settings: Settings
    seconds: Seconds
    score: Number | None
    failure: Text = ""


@dataclass(frozen=True)
class Run:
    """A forecast to draw over the window of the same replicate.

    ``values`` (n_steps, n_variables) are cut as the window's truth is.
    """

    replicate: Count
    values: Rows


@dataclass(frozen=True)
class Cell:
    """One contestant on one task with one seed.

    ``status`` is ``"done"``, ``"failed"`` (``reason`` says why) or ``"inapplicable"`` (as a
    seasonal forecast is to a driven system; ``reason`` says why). ``scores`` maps metrics to one
    score for each replicate. ``step_errors`` are root mean squared errors over replicates and
    variables, in standard deviations of the training data, at the steps ahead listed in ``steps``
    (empty unless the task is a forecast). ``settings`` won the search, whose ``trials`` are in the
    order tried.

    Seconds: ``compile_seconds`` before anything was timed; ``search_seconds`` for all trials;
    ``fit_seconds`` for the last fit alone, to all training data; ``predict_seconds`` for the
    median forecast of ``n_steps`` steps. ``peak_memory`` is in bytes beyond what the process had
    before, or None where it cannot be measured; ``n_parameters`` counts trained ones, None if
    unknown. ``n_diverged`` forecasts left the range of the training data and were clipped.
    """

    task: Name
    contestant: Name
    seed: Seed
    status: Status
    reason: Text = ""
    scores: Annotated[dict[Name, Scores], Limit(0, 100)] = field(default_factory=dict)
    steps: Annotated[list[Size], Limit(0, MOST_STEPS)] = field(default_factory=list)
    step_errors: Annotated[list[Number], Limit(0, MOST_STEPS)] = field(default_factory=list)
    runs: Annotated[list[Run], Limit(0, 100)] = field(default_factory=list)
    settings: Settings = field(default_factory=dict)
    trials: Annotated[list[TrialRecord], Limit(0, 1_000_000)] = field(default_factory=list)
    compile_seconds: Seconds = 0.0
    search_seconds: Seconds = 0.0
    fit_seconds: Seconds | None = None
    predict_seconds: Seconds | None = None
    n_steps: Size | None = None
    n_parameters: Count | None = None
    peak_memory: Count | None = None
    n_diverged: Count = 0

    @property
    def key(self) -> tuple[str, str, int]:
        """Task, contestant and seed."""
        return self.task, self.contestant, self.seed


@dataclass(frozen=True)
class Comparison:
    """What `compare` found: all scores and costs, and how they came about.

    Parameters
    ----------
    environment : Environment
        Versions and machine.
    protocol : Protocol
        Seeds, budget and rules.
    tasks : list of TaskRecord
        The tasks.
    contestants : list of ContestantRecord
        The contestants and their search spaces.
    cells : list of Cell
        One for each task, contestant and seed.

    See Also
    --------
    esnkit.comparison.compare : Runs a comparison.

    Examples
    --------
    >>> from esnkit.comparison import compare
    >>> found = compare(["mean", "seasonal-naive"], ["sunspots"], seeds=1, progress=False)
    >>> found.to_frame()[["contestant", "metric", "replicate"]].head(2)
      contestant metric  replicate
    0       mean   MASE          0
    1       mean   MASE          1
    """

    environment: Environment
    protocol: Protocol
    tasks: Annotated[list[TaskRecord], Limit(1, 1000)]
    contestants: Annotated[list[ContestantRecord], Limit(1, 1000)]
    cells: Annotated[list[Cell], Limit(1, 1_000_000)]

    def task(self, name: str) -> TaskRecord:
        """Return the task of a name.

        Parameters
        ----------
        name : str
            The task's name.

        Returns
        -------
        TaskRecord
        """
        return next(task for task in self.tasks if task.name == name)

    def cells_of(self, task: str, contestant: str) -> list[Cell]:
        """Return the cells of a pair, one for each seed.

        Parameters
        ----------
        task, contestant : str
            Their names.

        Returns
        -------
        list of Cell
        """
        return [c for c in self.cells if c.task == task and c.contestant == contestant]

    def scores(self, task: str, contestant: str) -> FloatArray:
        """Return the scores that decide.

        Parameters
        ----------
        task, contestant : str
            Their names.

        Returns
        -------
        ndarray of shape (n_seeds, n_replicates)
            NaN where a cell failed or does not apply.
        """
        record = self.task(task)
        missing = [np.nan] * record.n_replicates
        cells = self.cells_of(task, contestant)
        return np.array([cell.scores.get(record.metric, missing) for cell in cells])

    def to_frame(self) -> pd.DataFrame:
        """Return every raw score as a table.

        Returns
        -------
        pandas.DataFrame
            A row for each score: ``task``, ``contestant``, ``seed``, ``metric``, ``replicate``,
            ``score``. Cells that failed have none.
        """
        import pandas as pd

        columns = ["task", "contestant", "seed", "metric", "replicate", "score"]
        return pd.DataFrame(list(self._score_rows()), columns=columns)

    def _score_rows(self) -> Iterator[tuple[str, str, int, str, int, float]]:
        for cell in self.cells:
            for metric, scores in cell.scores.items():
                for i, score in enumerate(scores):
                    yield (*cell.key, metric, i, score)

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write everything to a file, whole or not at all.

        Parameters
        ----------
        path : str or path-like
            The file; it is replaced if it exists.
        """
        content = {"schema": SCHEMA, "version": VERSION} | to_plain(self)
        write_files({Path(path): json.dumps(content, allow_nan=False, separators=(",", ":"))})

    @classmethod
    def from_json(cls, path: str | os.PathLike[str]) -> Comparison:
        """Read what `to_json` wrote.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Comparison

        Raises
        ------
        ResultsError
            If the file cannot be read, is damaged, or has another schema.
        """
        content = parse(read_file(path), path)
        check_schema(path, content, SCHEMA)
        del content["schema"], content["version"]
        found: Comparison = read_value(cls, content, path)
        try:
            check_comparison(found)
        except ValueError as error:
            raise ResultsError(f"{path}: is damaged ({error})") from None
        return found


def check_comparison(comparison: Comparison) -> None:
    """Check what must agree between the records of a comparison.

    Parameters
    ----------
    comparison : Comparison
        Whose fields have been checked one by one.

    Raises
    ------
    ValueError
        If names or cells come twice or are missing, or lengths differ.
    """
    tasks = {task.name: task for task in comparison.tasks}
    names = {contestant.name for contestant in comparison.contestants}
    seeds = comparison.protocol.seeds
    for what, found, given in (
        ("tasks", tasks, comparison.tasks),
        ("contestants", names, comparison.contestants),
        ("seeds", set(seeds), seeds),
    ):
        if len(found) < len(given):
            raise ValueError(f"one of its {what} comes twice")
    if comparison.protocol.reference not in names:
        raise ValueError(f"its reference {comparison.protocol.reference!r} is no contestant")
    check_cells(comparison.cells, comparison.tasks, names, seeds)
    if len(comparison.cells) < len(tasks) * len(names) * len(seeds):
        raise ValueError(
            f"it holds {len(comparison.cells)} cells, not one for each of {len(tasks)} tasks, "
            f"{len(names)} contestants and {len(seeds)} seeds"
        )


def check_cells(
    cells: Sequence[Cell],
    tasks: Sequence[TaskRecord],
    contestants: Sequence[str] | set[str],
    seeds: Sequence[int],
) -> None:
    """Check that cells are of a comparison, each of another place in it.

    Parameters
    ----------
    cells : sequence of Cell
        All of them, or the first.
    tasks : sequence of TaskRecord
        The tasks.
    contestants : collection of str
        Names of the contestants.
    seeds : sequence of int
        The seeds.

    Raises
    ------
    ValueError
        If a cell has no place in it or comes twice, or its lengths are not those of its task.
    """
    known, seen = {task.name: task for task in tasks}, set()
    for task in tasks:
        for window in task.windows:
            _check_window(task, window)
    for cell in cells:
        name = f"the cell {cell.key}"
        if cell.task not in known or cell.contestant not in contestants or cell.seed not in seeds:
            raise ValueError(f"{name} is of another comparison")
        if cell.key in seen:
            raise ValueError(f"{name} comes twice")
        seen.add(cell.key)
        if fault := _fault(cell, known[cell.task]):
            raise ValueError(f"{name} {fault}")


def _check_window(task: TaskRecord, window: Window) -> None:
    """Check that a stretch of truth is a table, with a label for each row if there are any."""
    rows = window.history + window.truth
    if not window.truth or len({len(row) for row in rows}) > 1:
        raise ValueError(f"a window of {task.name!r} is ragged or empty")
    if len(window.labels) not in (0, len(rows)):
        raise ValueError(f"a window of {task.name!r} has {len(window.labels)} labels")


def _fault(cell: Cell, task: TaskRecord) -> str:
    """Say in what a cell does not fit its task."""
    if cell.status != "done":
        return "has scores, but no result" if cell.scores else ""
    if task.metric not in cell.scores:
        return f"has no {task.metric!r}"
    if any(len(scores) != task.n_replicates for scores in cell.scores.values()):
        return f"has not {task.n_replicates} scores"
    n_steps = min(task.horizon or 0, MOST_STEPS)
    if not len(cell.steps) == len(cell.step_errors) == n_steps:
        return f"has not the errors at {n_steps} steps"
    shapes = {(w.seed, w.replicate): [len(row) for row in w.truth] for w in task.windows}
    for run in cell.runs:
        if [len(row) for row in run.values] != shapes.get((cell.seed, run.replicate)):
            return "has a run of another shape than the truth"
    return ""

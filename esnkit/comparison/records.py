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
reason instead of scores.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from esnkit.comparison.json_records import VERSION, from_plain, read_json
from esnkit.core.files import write_files
from esnkit.core.typing import FloatArray
from esnkit.search.space import Dimension, Settings

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["forecast", "generate", "filter", "classify", "remember"]
Family = Literal["reservoir", "trained network", "delay line", "naive", "yours"]
Status = Literal["done", "failed", "inapplicable"]

SCHEMA = "esnkit-comparison"


@dataclass(frozen=True)
class Environment:
    """Where and when a comparison ran.

    ``packages`` maps names to versions, esnkit's own first; ``n_cores`` is what the machine has;
    ``blas_threads`` how many each cell used; ``started`` an ISO 8601 time in UTC; ``seconds``
    wall time, all interrupted parts together.
    """

    packages: dict[str, str]
    python: str
    platform: str
    processor: str
    n_cores: int
    blas_threads: int
    started: str
    seconds: float


@dataclass(frozen=True)
class Protocol:
    """The rules that were the same for all.

    ``budget`` counts candidates for each cell, or is None where ``budget_seconds`` was given;
    ``validation`` says in words how candidates were judged; ``reference`` is the contestant that
    the others are tested against.
    """

    seeds: list[int]
    budget: int | None
    budget_seconds: float | None
    n_jobs: int
    validation: str
    preprocessing: str
    reference: str


@dataclass(frozen=True)
class Window:
    """A stretch of truth: ``labels`` are dates if there are any, for history and truth together.

    ``history`` (n_before, n_variables) and ``truth`` (n_steps, n_variables) are in the units of
    the series; ``replicate`` is the place of this origin or draw among the scores. The first
    three variables are kept, and at most 400 steps.
    """

    seed: int
    replicate: int
    history: list[list[float]]
    truth: list[list[float]]
    labels: list[str]


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

    name: str
    title: str
    description: str
    kind: Kind
    source: Literal["shipped", "file", "user"]
    metric: str
    metric_unit: str
    greater_is_better: bool
    chaotic: bool
    fresh_data: bool
    replicate: Literal["forecast origin", "independent draw"]
    n_replicates: int
    n_train: int
    n_test: int
    horizon: int | None
    period: int | None
    differences: list[list[int]]
    step: float
    step_unit: str
    variables: list[str]
    windows: list[Window]


@dataclass(frozen=True)
class ContestantRecord:
    """A contestant; ``space`` is empty if there is nothing to tune."""

    name: str
    title: str
    description: str
    family: Family
    space: list[Dimension]


@dataclass(frozen=True)
class Trial:
    """A candidate of a search.

    ``seconds`` have passed since the search began when its validation ``score`` was known, which
    is in the unit and direction of the task's metric, or None with the ``failure``'s reason.
    """

    settings: Settings
    seconds: float
    score: float | None
    failure: str = ""


@dataclass(frozen=True)
class Run:
    """A forecast to draw over the window of the same replicate.

    ``values`` (n_steps, n_variables) are cut as the window's truth is.
    """

    replicate: int
    values: list[list[float]]


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

    task: str
    contestant: str
    seed: int
    status: Status
    reason: str = ""
    scores: dict[str, list[float]] = field(default_factory=dict)
    steps: list[int] = field(default_factory=list)
    step_errors: list[float] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    settings: Settings = field(default_factory=dict)
    trials: list[Trial] = field(default_factory=list)
    compile_seconds: float = 0.0
    search_seconds: float = 0.0
    fit_seconds: float | None = None
    predict_seconds: float | None = None
    n_steps: int | None = None
    n_parameters: int | None = None
    peak_memory: int | None = None
    n_diverged: int = 0

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
    tasks: list[TaskRecord]
    contestants: list[ContestantRecord]
    cells: list[Cell]

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
        content = {"schema": SCHEMA, "version": VERSION} | asdict(self)
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
        content = read_json(path, SCHEMA)
        del content["schema"], content["version"]
        return from_plain(cls, content, path)

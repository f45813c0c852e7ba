"""Fit a contestant and score its predictions, in validation and test alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.comparison.contestants.base import Contestant, Problem
from esnkit.comparison.records import TrialRecord
from esnkit.comparison.tasks.scores import Metric, Scale
from esnkit.comparison.tasks.splits import DrivenSplit, LabelledSplit, SeriesSplit, Split
from esnkit.core.typing import FloatArray
from esnkit.search.engine import Budget, Trial, search
from esnkit.search.space import Settings, candidates

_LONGEST = 500  # characters of a reason


@dataclass(frozen=True, eq=False)
class Outcome:
    """Predictions of a test part: pairs of truth and prediction, one for each replicate."""

    fitted: Any
    truths: list[FloatArray]
    guesses: list[FloatArray]
    fit_seconds: float
    predict_seconds: list[float] = field(default_factory=list)

    def scores(self, metric: Metric, scale: Scale) -> list[float]:
        """Measure every replicate."""
        pairs = zip(self.truths, self.guesses, strict=True)
        return [metric.function(truth, guess, scale) for truth, guess in pairs]


def play(
    contestant: Contestant, settings: Settings, split: Split, problem: Problem, seed: int
) -> Outcome:
    """Fit a contestant to the training part of a split, and predict the rest.

    Raises
    ------
    ValueError
        If a prediction has another shape than the truth, or is not finite.
    """
    if isinstance(split, SeriesSplit):
        outcome = _play_series(contestant.forecaster(settings, problem, seed), split)
    else:
        own = {name: value for name, value in settings.items() if name != "differences"}
        run = _play_labelled if isinstance(split, LabelledSplit) else _play_driven
        outcome = run(contestant.model(own, problem, seed), split)
    for truth, guess in zip(outcome.truths, outcome.guesses, strict=True):
        if guess.shape != truth.shape:
            raise ValueError(f"it predicted shape {guess.shape}, but {truth.shape} was asked for")
        if not np.isfinite(guess).all():
            raise ValueError("it predicted a value that is not finite")
    return outcome


def _play_series(forecaster: Any, split: SeriesSplit) -> Outcome:
    """Forecast from origin to origin; in between the forecaster sees what really came."""
    values, horizon = split.values, split.horizon
    start = time.perf_counter()
    forecaster.fit(split.train)
    outcome = Outcome(forecaster, [], [], time.perf_counter() - start)
    known = split.n_train
    for origin in split.origins:
        if origin > known:
            forecaster.update(values[known:origin])
            known = origin
        start = time.perf_counter()
        forecast = np.asarray(forecaster.forecast(horizon), dtype=np.float64)
        outcome.predict_seconds.append(time.perf_counter() - start)
        outcome.truths.append(values[origin : origin + horizon])
        outcome.guesses.append(forecast.reshape(len(forecast), -1))
    return outcome


def _play_driven(model: Any, split: DrivenSplit) -> Outcome:
    """Predict every draw; all contestants see inputs and targets of mean 0 and deviation 1."""
    rows = np.concatenate(split.train.inputs)
    input_mean, input_unit = _scales(rows)
    mean, unit = _scales(split.train.wanted())
    inputs = [(x - input_mean) / input_unit for x in split.train.inputs]
    targets = [_flat((y - mean) / unit) for y in split.train.targets]
    start = time.perf_counter()
    _fit_model(model, inputs, targets, split.train.counted)
    outcome = Outcome(model, [], [], time.perf_counter() - start)
    for draw in split.draws:
        start = time.perf_counter()
        outputs = [model.predict((x - input_mean) / input_unit) for x in draw.inputs]
        outcome.predict_seconds.append(time.perf_counter() - start)
        counted = zip(outputs, draw.counted, strict=True)
        guesses = [np.reshape(y, (len(y), -1))[c] * unit + mean for y, c in counted]
        outcome.guesses.append(np.concatenate(guesses))
        outcome.truths.append(draw.wanted())
    return outcome


def _play_labelled(model: Any, split: DrivenSplit) -> Outcome:
    """Tell the classes of every draw, by number, from inputs of mean 0 and deviation 1."""
    mean, unit = _scales(np.concatenate(split.train.inputs))
    inputs = [(x - mean) / unit for x in split.train.inputs]
    start = time.perf_counter()
    model.fit(inputs, split.train.wanted()[:, 0].astype(np.intp))
    outcome = Outcome(model, [], [], time.perf_counter() - start)
    for draw in split.draws:
        start = time.perf_counter()
        guesses = np.asarray(model.predict([(x - mean) / unit for x in draw.inputs]))
        outcome.predict_seconds.append(time.perf_counter() - start)
        outcome.guesses.append(guesses.astype(np.float64).reshape(len(guesses), -1))
        outcome.truths.append(draw.wanted())
    return outcome


def _fit_model(
    model: Any,
    inputs: list[FloatArray],
    targets: list[FloatArray],
    counted: list[NDArray[np.bool_]],
) -> None:
    """Fit to one sequence, or to many, whose rows that do not count have no weight."""
    if len(inputs) == 1:  # what washes out is left to the model's own washout
        model.fit(inputs[0], targets[0])
    elif all(c.all() for c in counted):
        model.fit(inputs, targets)
    else:
        model.fit(inputs, targets, sample_weight=[c.astype(np.float64) for c in counted])


def _scales(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of columns, 1 for those that are constant."""
    deviation = rows.std(axis=0)
    return rows.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


def _flat(targets: FloatArray) -> FloatArray:
    """Give a single target the shape that regressors expect."""
    return targets[:, 0] if targets.shape[1] == 1 else targets


@dataclass(frozen=True)
class Choice:
    """What a search chose, and how it came to it."""

    settings: Settings
    seed: int
    trials: list[TrialRecord]


def choose_settings(
    contestant: Contestant,
    split: Split,
    lags: Sequence[list[int]],
    metric: Metric,
    scale_of: Callable[[Split], Scale],
    budget: Budget,
    rng: np.random.Generator,
) -> Choice:
    """Choose settings by the validation: predictions of the last part of the training data.

    The test part is not touched. Candidates come from the contestant's space, the defaults first;
    candidate k takes the k-th way to difference, in turn, whoever the contestant is.

    Raises
    ------
    ValueError
        If every candidate failed; the message is that of the first.
    """
    fold = split.fold()
    problem, scale = Problem.of(fold), scale_of(fold)

    def tasks(*_: Any) -> Iterator[tuple[Settings, int]]:
        for number, own in enumerate(candidates(contestant.space, rng)):
            yield own | {"differences": lags[number % len(lags)]}, int(rng.integers(2**31))

    def measure(task: tuple[Settings, int]) -> Trial:
        settings, seed = task
        score, failure = _validate(contestant, settings, fold, problem, metric, scale, seed)
        return Trial(settings, 0.0, score, failure, seed)

    found = search(measure, tasks, budget, greater_is_better=metric.greater_is_better)
    if not found.ranked:
        first = found.trials[0].failure
        raise ValueError(f"all {len(found.trials)} candidates failed, the first by {first}")
    best = found.ranked[0]
    records = [TrialRecord(t.settings, t.seconds, t.score, t.failure) for t in found.trials]
    return Choice(best.settings, best.seed, records)


def _validate(
    contestant: Contestant,
    settings: Settings,
    fold: Split,
    problem: Problem,
    metric: Metric,
    scale: Scale,
    seed: int,
) -> tuple[float | None, str]:
    """Score settings on the validation, or say why they cannot be."""
    try:
        outcome = play(contestant, settings, fold, problem, seed)
        score = float(np.mean(outcome.scores(metric, scale)))
        return (score, "") if np.isfinite(score) else (None, "its score is not finite")
    except Exception as error:  # whatever a contestant throws is its own failure
        return None, describe(error)


def describe(error: BaseException) -> str:
    """Name an error in one line."""
    lines = str(error).strip().splitlines() or [""]
    text = f"{type(error).__name__}: {lines[0]}".removesuffix(": ")
    return text.encode(errors="replace").decode()[:_LONGEST]  # as a file can hold it

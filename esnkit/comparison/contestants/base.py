"""What a contestant is: how it is built from settings, and the space they are searched in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from esnkit.comparison.records import ContestantRecord, Family
from esnkit.comparison.tasks.splits import LabelledSplit, SeriesSplit, Split
from esnkit.core.sequences import default_washout
from esnkit.forecasting.classical import ClassicalForecaster
from esnkit.forecasting.forecaster import Forecaster
from esnkit.search.space import Dimension, Settings


@dataclass(frozen=True)
class Problem:
    """What a contestant may know of a task beforehand.

    Parameters
    ----------
    n_steps : int
        Length of the training sequence, or of the shortest of many.
    n_inputs, n_outputs : int
        Widths. A forecaster's model sees the series itself, so both are its variables.
    horizon : int, default=None
        Steps to forecast; None for driven systems.
    period : int, default=None
        The season of a series.
    n_candidates : int, default=None
        The budget, for contestants that search by themselves; None if it is in seconds.
    seconds : float, default=None
        The budget in seconds.

    Examples
    --------
    >>> from esnkit.comparison import Problem
    >>> Problem(n_steps=500, n_inputs=1, n_outputs=1).washout
    50
    """

    n_steps: int
    n_inputs: int
    n_outputs: int
    horizon: int | None = None
    period: int | None = None
    n_candidates: int | None = None
    seconds: float | None = None

    @property
    def washout(self) -> int:
        """First steps that a memory with a transient should not be fitted to."""
        return default_washout(self.n_steps)

    @classmethod
    def of(
        cls, split: Split, n_candidates: int | None = None, seconds: float | None = None
    ) -> Problem:
        """Describe the part of a split that is for learning.

        Parameters
        ----------
        split : SeriesSplit or DrivenSplit
            The data.
        n_candidates : int, default=None
            The budget, if it is in candidates.
        seconds : float, default=None
            The budget, if it is in seconds.

        Returns
        -------
        Problem
        """
        if isinstance(split, SeriesSplit):
            width = split.values.shape[1]
            return cls(
                split.n_train, width, width, split.horizon, split.period, n_candidates, seconds
            )
        inputs, targets = split.train.inputs, split.train.targets
        shortest = min(map(len, inputs))
        return cls(
            shortest, inputs[0].shape[1], targets[0].shape[1], None, None, n_candidates, seconds
        )


@dataclass(frozen=True, eq=False)
class Contestant:
    """A model with its search space, as it takes part in a comparison.

    Parameters
    ----------
    name : str
        How it is called on the command line.
    build : callable
        Takes settings and a `Problem`, and returns what `makes` says, unfitted.
    space : tuple of Dimension, default=()
        What is tuned; empty for what has nothing to tune.
    makes : {"model", "forecaster", "classifier"}, default="model"
        A model has ``fit`` and ``predict``, and ``free_run`` as well for forecasts, which a
        `Forecaster` makes with it. A forecaster has ``fit(y)``, ``update(y)`` and
        ``forecast(horizon)``, and takes no part in tasks that are not forecasts. A classifier has
        ``fit`` and ``predict`` for a list of sequences and one label for each, and takes part in
        no other tasks.
    title : str, default=""
        For the report; empty means the name.
    description : str, default=""
        For the report.
    family : str, default="yours"
        For the report: ``"reservoir"``, ``"trained network"``, ``"delay line"``,
        ``"classical"``, ``"naive"`` or ``"yours"``.
    any_of : tuple of str, default=()
        Packages one of which has to be installed; empty if none is needed.

    Examples
    --------
    >>> from esnkit import ESNRegressor, Reservoir
    >>> from esnkit.comparison import Contestant, Dimension, compare
    >>> ring = Contestant(
    ...     "ring",
    ...     lambda settings, problem: ESNRegressor(
    ...         Reservoir(50, topology="cycle", **settings), washout=problem.washout
    ...     ),
    ...     space=(Dimension("spectral_radius", "linear", 0.9, 0.5, 1.0),),
    ... )
    >>> found = compare([ring, "mean"], ["sunspots"], seeds=1, budget=2, progress=False)
    >>> [trial.settings for trial in found.cells[0].trials][0]
    {'spectral_radius': 0.9, 'differences': []}
    """

    name: str
    build: Callable[[Settings, Problem], Any]
    space: tuple[Dimension, ...] = ()
    makes: Literal["model", "forecaster", "classifier"] = "model"
    title: str = ""
    description: str = ""
    family: Family = "yours"
    any_of: tuple[str, ...] = ()

    def objection(self, split: Split) -> str:
        """Say why the contestant takes no part in a task, or nothing if it does.

        Parameters
        ----------
        split : SeriesSplit or DrivenSplit
            The task's data.

        Returns
        -------
        str
        """
        labelled = isinstance(split, LabelledSplit)
        if self.makes == "classifier" and not labelled:
            return "it tells labels of sequences, and here numbers are asked for"
        if self.makes != "classifier" and labelled:
            return "it predicts numbers, and here labels of sequences are asked for"
        if self.makes == "forecaster" and not isinstance(split, SeriesSplit):
            return "it only continues series, and here inputs are mapped to targets"
        if self.any_of and not any(find_spec(package) for package in self.any_of):
            return f"{' or '.join(self.any_of)} is not installed"
        return ""

    def forecaster(self, settings: Settings, problem: Problem, seed: int) -> Any:
        """Make a forecaster, unfitted.

        Parameters
        ----------
        settings : dict
            Values of the space, and ``differences``.
        problem : Problem
            What may be known of the task.
        seed : int
            For what is random.

        Returns
        -------
        forecaster
        """
        lags = tuple(settings.get("differences", ()))
        own = {name: value for name, value in settings.items() if name != "differences"}
        made = self.build(own, problem)
        if self.makes == "model":
            return Forecaster(made, differences=lags, random_state=seed)
        return _seeded(made, seed)

    def model(self, settings: Settings, problem: Problem, seed: int) -> Any:
        """Make a model, unfitted.

        Parameters
        ----------
        settings : dict
            Values of the space.
        problem : Problem
            What may be known of the task.
        seed : int
            For what is random.

        Returns
        -------
        estimator
        """
        return _seeded(self.build(settings, problem), seed)

    def record(self) -> ContestantRecord:
        """Return what a report needs to know.

        Returns
        -------
        ContestantRecord
        """
        return ContestantRecord(
            self.name, self.title or self.name, self.description, self.family, list(self.space)
        )


def _seeded(estimator: Any, seed: int) -> Any:
    """Give an estimator a seed if it takes one and has none."""
    parameters = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    if "random_state" in parameters and parameters["random_state"] is None:
        estimator.set_params(random_state=seed)
    return estimator


def count_parameters(fitted: Any) -> int | None:
    """Count what was trained, or return None where that is not known.

    Parameters
    ----------
    fitted : estimator or forecaster
        Linear models, multi-layer perceptrons, networks of this package, and what is made of
        them.

    Returns
    -------
    int or None
    """
    if hasattr(fitted, "params_"):
        return int(np.size(fitted.params_))
    if isinstance(fitted, ClassicalForecaster):
        return int(np.size(getattr(fitted, "smoothing_", ())))
    for part in ("best_forecaster_", "forecaster_", "model_", "readout_", "network_"):
        if hasattr(fitted, part):
            return count_parameters(getattr(fitted, part))
    for parts in ("members_", "estimators_"):
        members = getattr(fitted, parts, None)
        if members is not None:
            counts = [count_parameters(member) for member in np.ravel(np.array(members, object))]
            return None if None in counts else sum(c for c in counts if c is not None)
    for weights, biases in (("coefs_", "intercepts_"), ("coef_", "intercept_")):
        if hasattr(fitted, weights):
            arrays = (*_arrays(getattr(fitted, weights)), *_arrays(getattr(fitted, biases)))
            return sum(int(np.size(array)) for array in arrays)
    return None


def _arrays(value: Any) -> tuple[Any, ...]:
    """Return the arrays of a list, or a single one."""
    return tuple(value) if isinstance(value, list) else (value,)

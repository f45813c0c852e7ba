"""The contestants that are shipped, by name, and what users may send in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.dummy import DummyRegressor
from sklearn.multioutput import MultiOutputRegressor
from sklearn.utils import get_tags

from esnkit.comparison.contestants.base import Contestant, Problem
from esnkit.comparison.contestants.classifiers import CLASSIFIERS, ResampledClassifier
from esnkit.comparison.contestants.networks import NETWORKS, TAPS
from esnkit.comparison.tasks.base import TaskError
from esnkit.comparison.tasks.registry import unknown
from esnkit.forecasting.analogues import AnalogueForecaster
from esnkit.forecasting.auto.autoesn import AutoESN
from esnkit.forecasting.classical import (
    ExponentialSmoothing,
    NaiveForecaster,
    SeasonalNaive,
)
from esnkit.forecasting.theta import ThetaForecaster
from esnkit.memories.delays import TappedDelayLine
from esnkit.memories.nvar import NVAR
from esnkit.memories.reservoir import Reservoir
from esnkit.models.base import SequenceModel
from esnkit.models.esn import ESNRegressor
from esnkit.models.labelled import SequenceClassifier
from esnkit.readouts.ridge import RidgeReadout
from esnkit.search.space import Dimension, Settings

_MOST_FEATURES = 2000  # of a polynomial, so that a candidate takes seconds, not minutes
_MOST_CANDIDATES = 10_000  # of AutoESN, where the budget is in seconds


def _esn(settings: Settings, problem: Problem) -> ESNRegressor:
    own = dict(settings)
    squared = own.pop("squared_states")
    return ESNRegressor(
        Reservoir(**own), RidgeReadout(), washout=problem.washout, squared_states=squared
    )


def _autoesn(settings: Settings, problem: Problem) -> AutoESN:
    return AutoESN(
        n_candidates=problem.n_candidates or _MOST_CANDIDATES,
        time_budget=problem.seconds,
        horizon=problem.horizon,
    )


def _on_delay_line(n_taps: int, readout: Any, problem: Problem) -> ESNRegressor:
    """Let a regressor see the last inputs."""
    line = TappedDelayLine(min(n_taps, problem.n_steps // 4))
    return ESNRegressor(line, readout, washout=line.n_taps - 1, include_input=False)


def _linear(settings: Settings, problem: Problem) -> ESNRegressor:
    return _on_delay_line(settings["n_taps"], RidgeReadout(), problem)


def _nvar(settings: Settings, problem: Problem) -> ESNRegressor:
    memory = NVAR(settings["n_taps"], stride=settings["stride"], order=settings["order"])
    n_features, n_linear = 1, memory.n_taps * problem.n_inputs
    for degree in range(1, memory.order + 1):
        n_features = n_features * (n_linear + degree) // degree
    if n_features > _MOST_FEATURES:
        raise ValueError(f"{n_features} products of {n_linear} taps are too many")
    washout = min((memory.n_taps - 1) * memory.stride, problem.n_steps // 4)
    readout = RidgeReadout(settings["alpha"] * problem.n_steps)
    return ESNRegressor(memory, readout, washout=washout, include_input=False)


def _smoothing(settings: Settings, problem: Problem) -> ExponentialSmoothing:
    seasonal = problem.period is not None and 2 * problem.period <= problem.n_steps
    return ExponentialSmoothing(
        settings["trend"], season_length=problem.period if seasonal else None
    )


def _mean(settings: Settings, problem: Problem) -> ESNRegressor:
    return ESNRegressor(TappedDelayLine(1), DummyRegressor(), include_input=False)


_SHIPPED = (
    Contestant(
        "esn",
        _esn,
        (
            Dimension("n_units", "log", 200, 100, 300, integer=True),
            Dimension("spectral_radius", "linear", 0.9, 0.5, 1.2),
            Dimension("leak_rate", "choice", 1.0, choices=(1.0, 0.5, 0.25)),
            Dimension("input_scaling", "log", 0.2, 0.03, 1.0),
            Dimension("squared_states", "choice", False, choices=(False, True)),
        ),
        title="ESN",
        description="Echo state network: a random reservoir with a ridge readout, whose penalty "
        "is validated on blocks of the training data.",
        family="reservoir",
    ),
    Contestant(
        "autoesn",
        _autoesn,
        makes="forecaster",
        title="AutoESN",
        description="Echo state networks that choose their settings by themselves, with the same "
        "budget of candidates; the median of the best, averaged with a naive forecast and "
        "exponential smoothing, which are not counted. Its time to fit includes its search.",
        family="reservoir",
    ),
    *NETWORKS,
    Contestant(
        "nvar",
        _nvar,
        (
            Dimension("n_taps", "choice", 2, choices=(2, 1, 3, 4, 6, 10)),
            Dimension("stride", "choice", 1, choices=(1, 2, 4)),
            Dimension("order", "choice", 2, choices=(2, 3)),
            Dimension("alpha", "log", 1e-6, 1e-10, 1e-1),
        ),
        title="NVAR",
        description="Next-generation reservoir computing: ridge regression on products of the "
        "last inputs; its penalty is per row.",
        family="delay line",
    ),
    Contestant(
        "linear",
        _linear,
        (TAPS,),
        title="Linear",
        description="Ridge regression on the last inputs: linear autoregression of series, a "
        "finite impulse response of driven systems.",
        family="delay line",
    ),
    Contestant(
        "ets",
        _smoothing,
        (Dimension("trend", "choice", None, choices=(None, "additive", "damped")),),
        makes="forecaster",
        title="Exponential smoothing",
        description="Exponential smoothing of level, trend and season, the smoothing chosen by "
        "one-step errors.",
        family="classical",
    ),
    Contestant(
        "theta",
        lambda settings, problem: ThetaForecaster(None),
        makes="forecaster",
        title="Theta",
        description="Exponential smoothing that climbs along a share of the line through the "
        "series, the share and the smoothing chosen by one-step errors.",
        family="classical",
    ),
    Contestant(
        "analogues",
        lambda settings, problem: AnalogueForecaster(),
        makes="forecaster",
        title="Analogues",
        description="Continues what followed the stretches of the past that look most like the "
        "present; how long they are, and how many, is chosen by forecasts of the past.",
        family="classical",
    ),
    Contestant(
        "drift",
        lambda settings, problem: NaiveForecaster("drift"),
        makes="forecaster",
        title="Drift",
        description="Continues the line from the first value to the last.",
        family="naive",
    ),
    Contestant(
        "seasonal-naive",
        lambda settings, problem: (
            SeasonalNaive(problem.period) if problem.period else NaiveForecaster()
        ),
        makes="forecaster",
        title="Seasonal naive",
        description="Repeats the last season, or the last value where there is no season.",
        family="naive",
    ),
    Contestant(
        "mean",
        _mean,
        title="Mean",
        description="The mean of the training data.",
        family="naive",
    ),
)
CONTESTANTS = {contestant.name: contestant for contestant in _SHIPPED}
DEFAULT_CONTESTANTS = (
    *("esn", "autoesn", "elman", "lstm", "tdnn"),
    *("nvar", "linear", "seasonal-naive", "mean"),
)


def read_contestants(
    models: Sequence[Any] | Mapping[str, Any] | None, labelled: bool = False
) -> list[Contestant]:
    """Turn names, estimators and contestants into contestants.

    Parameters
    ----------
    models : sequence or mapping, or None
        Names of shipped contestants or of regressors of scikit-learn, models and forecasters of
        this package, regressors, contestants of your own; a mapping names them. None means a
        default set of nine, or of five for labels.
    labelled : bool, default=False
        Whether labels are to be told: names are then those of classifiers.

    Returns
    -------
    list of Contestant

    Raises
    ------
    TaskError
        If a name is unknown or used twice, an object is none of these, or there are none.
    """
    if models is None:
        models = tuple(CLASSIFIERS) if labelled else DEFAULT_CONTESTANTS
    pairs = models.items() if isinstance(models, Mapping) else [(None, item) for item in models]
    found = [_read_contestant(name, item, labelled) for name, item in pairs]
    if not found:
        raise TaskError("at least one contestant is needed")
    names = [contestant.name for contestant in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise TaskError(f"contestants' names must differ, but {min(twice)!r} comes more than once")
    return found


def _read_contestant(name: str | None, item: Any, labelled: bool) -> Contestant:
    if isinstance(item, Contestant):
        return item
    if isinstance(item, str):
        known = CLASSIFIERS if labelled else CONTESTANTS
        return known[item] if item in known else _from_scikit_learn(item, known, labelled)
    name = name or type(item).__name__
    if hasattr(item, "forecast"):
        return Contestant(
            name, lambda settings, problem: clone(item, safe=False), makes="forecaster"
        )
    if isinstance(item, SequenceModel):
        return Contestant(name, lambda settings, problem: clone(item))
    if isinstance(item, SequenceClassifier):
        return Contestant(name, lambda settings, problem: clone(item), makes="classifier")
    if isinstance(item, BaseEstimator) and (is_regressor(item) or is_classifier(item)):
        return _classifier(name, item) if is_classifier(item) else _regressor(name, item)
    raise TaskError(
        f"{item!r} is no contestant: a name, a regressor or classifier, a model of this package, a "
        "forecaster or a Contestant is needed"
    )


def _regressor(name: str, estimator: Any) -> Contestant:
    """Let a regressor of scikit-learn take part, on the last inputs."""

    def build(settings: Settings, problem: Problem) -> ESNRegressor:
        own = clone(estimator)
        if problem.n_outputs > 1 and not get_tags(own).target_tags.multi_output:
            own = MultiOutputRegressor(own)
        return _on_delay_line(settings["n_taps"], own, problem)

    description = "Your regressor on the last inputs, whose number is all that is tuned."
    return Contestant(name, build, (TAPS,), description=description)


def _classifier(name: str, estimator: Any) -> Contestant:
    """Let a classifier of scikit-learn take part, on sequences of one length."""
    description = "Your classifier on sequences that are stretched to one length."
    return Contestant(
        name,
        lambda settings, problem: ResampledClassifier(clone(estimator)),
        makes="classifier",
        description=description,
    )


def _from_scikit_learn(name: str, known: Mapping[str, Contestant], labelled: bool) -> Contestant:
    """Find a regressor or classifier of scikit-learn by the name of its class."""
    from sklearn.utils import all_estimators

    classes = dict(all_estimators(type_filter="classifier" if labelled else "regressor"))
    if name not in classes:
        raise TaskError(unknown("contestant", name, known, classes))
    try:
        return (_classifier if labelled else _regressor)(name, classes[name]())
    except TypeError:
        raise TaskError(f"{name} of scikit-learn needs arguments: send it in from Python") from None

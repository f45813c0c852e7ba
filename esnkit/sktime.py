"""esnkit's forecasters and classifiers as sktime's: for its pipelines, evaluation and intervals."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone
from sktime.classification.base import BaseClassifier
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from esnkit.core.typing import FloatArray, Indices
from esnkit.forecasting.forecaster import Forecaster
from esnkit.memories.reservoir import Reservoir
from esnkit.models.classifier import ESNClassifier
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.ridge import RidgeReadout

__all__ = ["ESNForecaster", "ESNPanelClassifier"]


class ESNForecaster(BaseForecaster):
    """An esnkit forecaster with sktime's methods.

    Parameters
    ----------
    forecaster : AutoESN, Forecaster or other forecaster of esnkit, default=None
        What forecasts; None means ``Forecaster()``.
    random_state : int or None, default=None
        Seed; None leaves that of `forecaster`.

    Attributes
    ----------
    forecaster_ : forecaster
        The fitted copy.

    Notes
    -----
    Intervals come from the errors of past forecasts. A series that is too short for those gets the
    spread of models with other seeds, which leaves the noise of the series out.

    Exogenous data are inputs that are known beforehand. A model that runs on its own output needs
    those of every step up to the last that is asked for; where a row between is missing, the one
    before stands in for it, with a warning.

    An update takes new steps into the state of the model, whether or not parameters are to be
    updated. Steps that it has seen are passed over.

    Examples
    --------
    >>> import pandas as pd
    >>> import numpy as np
    >>> from esnkit.sktime import ESNForecaster
    >>> y = pd.Series(np.sin(np.arange(100) / 5))
    >>> ESNForecaster(random_state=0).fit(y, fh=[1, 2, 3]).predict().index.tolist()
    [100, 101, 102]
    """

    _tags = {  # noqa: RUF012 - sktime's form
        "authors": ["esnkit"],
        "y_inner_mtype": "pd.DataFrame",
        "X_inner_mtype": "pd.DataFrame",
        "X-y-must-have-same-index": True,
        "capability:multivariate": True,
        "capability:exogenous": True,
        "capability:missing_values": False,
        "capability:pred_int": True,
        "capability:pred_int:insample": False,
        "capability:insample": False,
        "capability:update": True,
        "capability:random_state": True,
        "requires-fh-in-fit": False,
    }

    def __init__(self, forecaster: Any = None, random_state: int | None = None) -> None:
        self.forecaster = forecaster
        self.random_state = random_state
        super().__init__()

    def _fit(self, y: pd.DataFrame, X: pd.DataFrame | None, fh: ForecastingHorizon) -> Self:
        own = _seeded(Forecaster() if self.forecaster is None else self.forecaster, self)
        self.forecaster_ = own.fit(_numbers(y), _numbers(X))
        self._seen = y.index[-1]
        return self

    def _update(
        self, y: pd.DataFrame, X: pd.DataFrame | None = None, update_params: bool = True
    ) -> Self:
        new = y.index > self._seen
        if new.any():
            known = None if X is None else X.loc[y.index[new]]
            self.forecaster_.update(_numbers(y[new]), _numbers(known))
            self._seen = y.index[-1]
        return self

    def _predict(self, fh: ForecastingHorizon, X: pd.DataFrame | None) -> pd.DataFrame:
        steps = self._steps(fh)
        values = self.forecaster_.forecast(int(steps.max()), self._known(steps, X))
        return pd.DataFrame(
            values.reshape(len(values), -1)[steps - 1],
            index=fh.to_absolute_index(self.cutoff),
            columns=self._get_varnames(),
        )

    def _predict_interval(
        self, fh: ForecastingHorizon, X: pd.DataFrame | None, coverage: list[float]
    ) -> pd.DataFrame:
        steps = self._steps(fh)
        names = self._get_varnames()
        known = self._known(steps, X)
        columns = pd.MultiIndex.from_product([names, coverage, ["lower", "upper"]])
        table = pd.DataFrame(index=fh.to_absolute_index(self.cutoff), columns=columns, dtype=float)
        for level in coverage:
            bounds = self._bounds(steps, known, level)
            for side, bound in zip(("lower", "upper"), bounds, strict=True):
                for k, name in enumerate(names):
                    table[(name, level, side)] = bound[:, k]
        return table

    def _steps(self, fh: ForecastingHorizon) -> Indices:
        return np.asarray(fh.to_relative(self.cutoff), dtype=np.intp)

    def _known(self, steps: Indices, X: pd.DataFrame | None) -> FloatArray | None:
        """Return the known inputs of all steps up to the last."""
        if X is None:
            return None
        every = ForecastingHorizon(np.arange(1, int(steps.max()) + 1))
        needed = every.to_absolute_index(self.cutoff)
        missing = needed.difference(X.index)
        if len(missing):
            warnings.warn(
                f"X has no row for {len(missing)} step(s) up to {needed[-1]}, the first at "
                f"{missing[0]}: the row before is taken, or the one after it.",
                stacklevel=2,
            )
        return _numbers(X.reindex(needed).ffill().bfill())

    def _bounds(self, steps: Indices, X: FloatArray | None, level: float) -> list[FloatArray]:
        horizon = int(steps.max())
        try:
            bounds = self.forecaster_.predict_interval(horizon, X, level)
        except ValueError:  # too short for a backtest
            bounds = self.forecaster_.predict_interval(horizon, X, level, method="ensemble")
        return [bound.reshape(horizon, -1)[steps - 1] for bound in bounds]

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:
        """Return settings for sktime's own checks.

        Parameters
        ----------
        parameter_set : str, default="default"
            There is one set only.

        Returns
        -------
        list of dict
            Arguments of the constructor.
        """
        model = ESNRegressor(Reservoir(10), RidgeReadout(1e-3))
        return [
            {"forecaster": Forecaster(model), "random_state": 0},
            {"forecaster": Forecaster(model, differences=1), "random_state": 1},
        ]


class ESNPanelClassifier(BaseClassifier):
    """An esnkit classifier of sequences with sktime's methods.

    Parameters
    ----------
    classifier : ESNClassifier or other classifier of esnkit, default=None
        What tells the classes apart, with ``output="sequence"``; None means ``ESNClassifier()``.
    random_state : int or None, default=None
        Seed; None leaves that of `classifier`.

    Attributes
    ----------
    classifier_ : classifier
        The fitted copy.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.sktime import ESNPanelClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(20, 1, 50))  # instances, channels, steps
    >>> X[10:] = X[10:].cumsum(axis=2)
    >>> classifier = ESNPanelClassifier(random_state=0).fit(X, np.repeat(["noise", "walk"], 10))
    >>> classifier.predict(X[[0, -1]]).tolist()
    ['noise', 'walk']
    """

    _tags = {  # noqa: RUF012 - sktime's form
        "authors": ["esnkit"],
        "X_inner_mtype": "df-list",
        "capability:multivariate": True,
        "capability:unequal_length": True,
        "capability:missing_values": False,
        "capability:predict_proba": True,
        "capability:random_state": True,
    }

    def __init__(self, classifier: Any = None, random_state: int | None = None) -> None:
        self.classifier = classifier
        self.random_state = random_state
        super().__init__()

    def _fit(self, X: list[pd.DataFrame], y: Any) -> Self:
        own = _seeded(ESNClassifier() if self.classifier is None else self.classifier, self)
        self.classifier_ = own.fit([_numbers(rows) for rows in X], y)
        return self

    def _predict(self, X: list[pd.DataFrame]) -> Any:
        return self.classifier_.predict([_numbers(rows) for rows in X])

    def _predict_proba(self, X: list[pd.DataFrame]) -> FloatArray:
        return np.asarray(self.classifier_.predict_proba([_numbers(rows) for rows in X]))

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:
        """Return settings for sktime's own checks.

        Parameters
        ----------
        parameter_set : str, default="default"
            There is one set only.

        Returns
        -------
        list of dict
            Arguments of the constructor.
        """
        return [
            {"classifier": ESNClassifier(Reservoir(10)), "random_state": 0},
            {"classifier": ESNClassifier(Reservoir(10), pooling="mean"), "random_state": 1},
        ]


def _seeded(component: Any, adapter: Any) -> Any:
    """Return a copy of a component, with the seed of its adapter if that has one."""
    own = clone(component)
    if adapter.random_state is not None:
        own.set_params(random_state=adapter.random_state)
    return own


def _numbers(table: pd.DataFrame | None) -> FloatArray | None:
    return None if table is None else table.to_numpy(dtype=float)

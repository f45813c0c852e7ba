"""esnkit's forecasters as sktime's: for its pipelines, its evaluation and its intervals."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from esnkit.core.typing import Indices
from esnkit.forecasting.forecaster import Forecaster
from esnkit.memories.reservoir import Reservoir
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.ridge import RidgeReadout

__all__ = ["ESNForecaster"]


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
        "capability:multivariate": True,
        "capability:exogenous": False,
        "capability:missing_values": False,
        "capability:pred_int": True,
        "capability:pred_int:insample": False,
        "capability:insample": False,
        "capability:random_state": True,
        "requires-fh-in-fit": False,
    }

    def __init__(self, forecaster: Any = None, random_state: int | None = None) -> None:
        self.forecaster = forecaster
        self.random_state = random_state
        super().__init__()

    def _fit(self, y: pd.DataFrame, X: Any, fh: ForecastingHorizon) -> Self:
        own = Forecaster() if self.forecaster is None else clone(self.forecaster)
        if self.random_state is not None:
            own.set_params(random_state=self.random_state)
        self.forecaster_ = own.fit(y.to_numpy(dtype=float))
        return self

    def _update(self, y: pd.DataFrame, X: Any = None, update_params: bool = True) -> Self:
        self.forecaster_.update(y.to_numpy(dtype=float))
        return self

    def _predict(self, fh: ForecastingHorizon, X: Any) -> pd.DataFrame:
        steps = self._steps(fh)
        values = self.forecaster_.forecast(int(steps.max()))
        return pd.DataFrame(
            values.reshape(len(values), -1)[steps - 1],
            index=fh.to_absolute_index(self.cutoff),
            columns=self._get_varnames(),
        )

    def _predict_interval(
        self, fh: ForecastingHorizon, X: Any, coverage: list[float]
    ) -> pd.DataFrame:
        steps = self._steps(fh)
        names = self._get_varnames()
        columns = pd.MultiIndex.from_product([names, coverage, ["lower", "upper"]])
        table = pd.DataFrame(index=fh.to_absolute_index(self.cutoff), columns=columns, dtype=float)
        for level in coverage:
            for side, bound in zip(("lower", "upper"), self._bounds(steps, level), strict=True):
                for k, name in enumerate(names):
                    table[(name, level, side)] = bound[:, k]
        return table

    def _steps(self, fh: ForecastingHorizon) -> Indices:
        return np.asarray(fh.to_relative(self.cutoff), dtype=np.intp)

    def _bounds(self, steps: Indices, level: float) -> list[Any]:
        horizon = int(steps.max())
        try:
            bounds = self.forecaster_.predict_interval(horizon, level=level)
        except ValueError:  # too short for a backtest
            bounds = self.forecaster_.predict_interval(horizon, level=level, method="ensemble")
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

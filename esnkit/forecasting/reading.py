"""How forecasters read series, their known inputs, and how far ahead they are asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from esnkit.core.process import check_length
from esnkit.core.typing import FloatArray
from esnkit.forecasting.long_frames import Layout
from esnkit.forecasting.series import SeriesSet, read_series


class SeriesReader:
    """Reads what a forecaster is given, by its parameters, and checks it against what it knows."""

    id_column: Any = None
    time_column: Any = None
    target_column: Any = None
    missing: str = "refuse"
    series_: SeriesSet
    _n_inputs: int | None = None
    _input_names: tuple[Any, ...] | None  # of the columns of a table

    @property
    def _layout(self) -> Layout:
        return Layout(self.id_column, self.time_column, self.target_column)

    def _read(self, y: Any, X: Any) -> tuple[SeriesSet, Any]:
        """Read series, and find their known inputs, which may stand in the same table."""
        y, layout = self._layout.open(y, "y")
        data = read_series(y, layout=layout, missing=self.missing)
        return data, layout.inputs_beside(y, X)

    def _read_inputs(self, X: Any, data: SeriesSet, fitting: bool) -> list[FloatArray] | None:
        """Check known inputs against the series that they belong to."""
        if fitting:
            self._n_inputs = None
        if X is None:
            if self._n_inputs is not None:
                raise ValueError(
                    f"The forecaster was fitted with {self._n_inputs} known input(s): X must give "
                    "them for the new steps too."
                )
            return None
        X, layout = self._layout.of_inputs(X)
        read = data.beside(read_series(X, layout=layout, name="X"), "X")
        first = read.members[0]
        names = first.names if first.kind == "table" else None
        if fitting:
            self._n_inputs, self._input_names = read.n_variables, names
        self._check_known(read.n_variables, names)
        return [member.values for member in read.members]

    def _check_known(self, n_inputs: int, names: tuple[Any, ...] | None) -> None:
        """Refuse known inputs that are not those of the fit."""
        if self._n_inputs is None:
            raise ValueError("X was given, but the forecaster was fitted without known inputs.")
        if n_inputs != self._n_inputs:
            raise ValueError(
                f"X has {n_inputs} input(s), but the forecaster was fitted with {self._n_inputs}."
            )
        if names and self._input_names and names != self._input_names:
            raise ValueError(
                f"X has the columns {list(names)}, but the forecaster was fitted with "
                f"{list(self._input_names)}."
            )

    def _read_horizon(self, horizon: Any) -> int:
        """Check a number of steps ahead, of which there must be room for the forecast."""
        n_steps = check_length(horizon, "horizon")
        self._check_horizon(n_steps)
        return n_steps

    def _read_future(self, horizon: int, X: Any) -> list[FloatArray] | None:
        """Check the known inputs of the steps to come."""
        coming = tuple(m.to_come(horizon) for m in self.series_.members)
        return self._read_inputs(X, replace(self.series_, members=coming), fitting=False)

    def _check_horizon(self, horizon: int) -> None:
        """Refuse a horizon beyond what was fitted; most can go on for ever."""

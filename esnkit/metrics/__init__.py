"""Errors of predictions and forecasts, each with its definition and its unit.

All take ``(y_true, y_pred, ...)``, time along the first axis, and serve
`sklearn.metrics.make_scorer` (with ``greater_is_better=False`` for all but
`valid_prediction_time`). Names such as "NRMSE" mean different things to different authors: what
each means here stands in its formula.
"""

from __future__ import annotations

from esnkit.metrics.classification import symbol_error_rate, tolerance_error_rate
from esnkit.metrics.regression import mase, nmse, nrmse, smape, valid_prediction_time

__all__ = [
    "mase",
    "nmse",
    "nrmse",
    "smape",
    "symbol_error_rate",
    "tolerance_error_rate",
    "valid_prediction_time",
]

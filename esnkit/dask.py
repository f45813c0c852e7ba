"""Echo state networks fitted where the data are: what travels is the statistics of the readout."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from esnkit.core.checks import check_count
from esnkit.core.sequences import read_washout
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.ridge import RidgeReadout
from esnkit.readouts.ridge_statistics import RidgeStatistics

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fit_frame", "fit_long", "fit_sequences", "forecast_series"]

_FORGOTTEN = 1e-12  # of the first difference between two runs, when a part is taken to have spun up


def fit_sequences(model: ESNRegressor, sequences: Any) -> ESNRegressor:
    """Fit a model to many sequences, each on the worker that has it.

    Every worker runs the memory over its sequences and takes the states into the statistics of a
    ridge regression. These, 8 (n_features + n_targets)^2 bytes for a sequence, are added up as a
    tree; they are all that travels. To rounding the result is that of ``model.fit`` in one process;
    with ``alpha="auto"`` blocks of validation are made of whole sequences.

    Parameters
    ----------
    model : ESNRegressor
        Unfitted, with a `RidgeReadout` or none.
    sequences : list of delayed, or dask.bag.Bag
        Each is a pair (X, y) of arrays of shapes (n_steps, n_features) and (n_steps,) or
        (n_steps, n_outputs).

    Returns
    -------
    ESNRegressor
        A fitted copy, without a state to go on from.

    Raises
    ------
    TypeError
        If the readout is no `RidgeReadout`.
    ValueError
        If there is no sequence, or a sequence is not as ``fit`` needs it.

    Examples
    --------
    >>> import dask
    >>> import numpy as np
    >>> from esnkit import ESNRegressor, Reservoir, RidgeReadout
    >>> from esnkit.dask import fit_sequences
    >>> X = np.sin(np.arange(200) / 5)[:, None]
    >>> parts = [dask.delayed((X[i:], X[i:, 0])) for i in range(3)]
    >>> model = ESNRegressor(Reservoir(20, random_state=0), RidgeReadout(1e-6), washout=20)
    >>> fit_sequences(model, parts).predict(X).shape
    (200,)
    """
    import dask

    _check_model(model)
    parts = sequences.to_delayed() if hasattr(sequences, "to_delayed") else list(sequences)
    in_bag = hasattr(sequences, "to_delayed")
    if not parts:
        raise ValueError("sequences must hold at least one sequence, got none.")
    widths = dask.delayed(_widths)(parts[0], in_bag)
    template = _draw(model, *dask.compute(widths)[0])
    shared = dask.delayed(template)
    counts = _count(parts) if in_bag else range(len(parts))
    gathered = [
        dask.delayed(_gather)(shared, part, in_bag, number)
        for part, number in zip(parts, counts, strict=True)
    ]
    return _finish(template, gathered)


def fit_long(model: ESNRegressor, X: Any, y: Any, *, spin_up: int | None = None) -> ESNRegressor:
    """Fit a model to one long sequence that is cut in time.

    Every part but the first starts from the zero state some steps before its own, and drops them:
    a memory that forgets is then where it would have been.

    Parameters
    ----------
    model : ESNRegressor
        Unfitted, with a `RidgeReadout` or none, and a memory that forgets.
    X : dask.array.Array of shape (n_steps, n_features)
        The input, in chunks of whole rows.
    y : dask.array.Array of shape (n_steps,) or (n_steps, n_outputs)
        The targets.
    spin_up : int, default=None
        Steps that each part runs before its own. None measures on the first chunk how many it
        takes until two runs from different states agree to 1e-12 of their first difference.

    Returns
    -------
    ESNRegressor
        A fitted copy, whose ``spin_up_`` is the number of steps and ``spin_up_residual_`` the part
        of a difference between states that is left after them; NaN if the number was given.

    Raises
    ------
    TypeError
        If the readout is no `RidgeReadout`.
    ValueError
        If the first chunk is too short to forget in.

    Examples
    --------
    >>> import dask.array as da
    >>> import numpy as np
    >>> from esnkit import ESNRegressor, Reservoir, RidgeReadout
    >>> from esnkit.dask import fit_long
    >>> wave = da.from_array(np.sin(np.arange(2001) / 5), chunks=1000)
    >>> model = ESNRegressor(Reservoir(20, random_state=0), RidgeReadout(1e-6), washout=20)
    >>> fitted = fit_long(model, wave[:-1, None].rechunk((1000, 1)), wave[1:])
    >>> bool(fitted.spin_up_residual_ < 1e-12)
    True
    """
    import dask

    _check_model(model)
    X = X.rechunk({1: -1})
    stops = np.cumsum(X.chunks[0])
    n_outputs = 1 if y.ndim == 1 else y.shape[1]
    template = _draw(model, X.shape[1], n_outputs, y.ndim == 1)
    residual = float("nan")
    if spin_up is None:
        head = slice(0, int(stops[0]))
        measured = dask.delayed(_measure_forgetting)(template, X[head], y[head])
        spin_up, residual = dask.compute(measured)[0]
    else:
        spin_up = check_count(spin_up, "spin_up", minimum=0)
    shared = dask.delayed(template)
    gathered = []
    for start, stop in zip([0, *stops[:-1]], stops, strict=True):
        first = max(int(start) - spin_up, 0)
        washout = max(int(start), read_washout(model)) - first
        if washout < stop - first:
            part = dask.delayed(_pair)(X[first : int(stop)], y[first : int(stop)])
            gathered.append(dask.delayed(_gather)(shared, part, False, 0, washout))
    fitted: Any = _finish(template, gathered)  # takes two attributes more than models have
    fitted.spin_up_, fitted.spin_up_residual_ = spin_up, residual
    return fitted


def fit_frame(
    model: ESNRegressor, frame: Any, *, target: Any, id_column: Any, time_column: Any = None
) -> ESNRegressor:
    """Fit a model to a table in long format: a sequence for each id.

    Parameters
    ----------
    model : ESNRegressor
        Unfitted, with a `RidgeReadout` or none.
    frame : dask.dataframe.DataFrame
        Rows of all sequences; those of one id are brought to one partition.
    target : str or list of str
        The column or columns to be predicted; the others are the input.
    id_column : str
        What names the sequence of a row.
    time_column : str, default=None
        What the rows of a sequence are sorted by; None leaves them in their order.

    Returns
    -------
    ESNRegressor
        A fitted copy, without a state to go on from.

    Raises
    ------
    TypeError
        If the readout is no `RidgeReadout`.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import numpy as np
    >>> import pandas as pd
    >>> from esnkit import ESNRegressor, Reservoir, RidgeReadout
    >>> from esnkit.dask import fit_frame
    >>> wave = np.sin(np.arange(200) / 5)
    >>> table = pd.DataFrame({"id": [0] * 100 + [1] * 100, "x": wave, "y": np.roll(wave, 1)})
    >>> model = ESNRegressor(Reservoir(20, random_state=0), RidgeReadout(1e-6), washout=20)
    >>> frame = dd.from_pandas(table, npartitions=2)
    >>> fit_frame(model, frame, target="y", id_column="id").n_outputs_
    1
    """
    import dask

    _check_model(model)
    partitions = frame.shuffle(on=id_column).to_delayed()
    pairs = [dask.delayed(_cut_by_id)(part, target, id_column, time_column) for part in partitions]
    kept = dask.compute(*[dask.delayed(len)(pair) for pair in pairs])
    present = [pair for pair, n in zip(pairs, kept, strict=True) if n]
    template = _draw(model, *dask.compute(dask.delayed(_widths)(present[0], True))[0])
    shared = dask.delayed(template)
    counts = np.cumsum([0, *(n for n in kept if n)])
    gathered = [
        dask.delayed(_gather)(shared, pair, True, int(number))
        for pair, number in zip(present, counts, strict=False)
    ]
    return _finish(template, gathered)


def forecast_series(forecaster: Any, series: Mapping[Any, Any], horizon: int) -> pd.DataFrame:
    """Forecast many series by themselves, each on some worker.

    Parameters
    ----------
    forecaster : AutoESN or Forecaster
        Unfitted; a copy is fitted to each series.
    series : mapping
        The series, or what computes one, by id.
    horizon : int
        Steps to forecast.

    Returns
    -------
    pandas.DataFrame
        A row for each id: the forecast, by the number of steps ahead from 1, and ``failure``, which
        says why there is none, or is empty.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import ESNRegressor, Forecaster, Reservoir
    >>> from esnkit.dask import forecast_series
    >>> forecaster = Forecaster(ESNRegressor(Reservoir(20)), random_state=0)
    >>> series = {"a": np.sin(np.arange(100) / 5), "b": np.arange(2.0)}
    >>> table = forecast_series(forecaster, series, 3)
    >>> table.loc["a", "failure"], table.loc["b", "failure"].split(":")[0]
    ('', 'TooFewStepsError')
    """
    import dask
    import pandas as pd

    names = list(series)
    rows = dask.compute(
        *[dask.delayed(_forecast_one)(forecaster, series[name], horizon) for name in names]
    )
    columns = [*range(1, horizon + 1), "failure"]
    return pd.DataFrame(list(rows), index=pd.Index(names, name="id"), columns=columns)


# ---------------------------------------------------------------------- here and on the workers


def _check_model(model: ESNRegressor) -> None:
    mergeable = isinstance(model, ESNRegressor) and (
        model.readout is None or isinstance(model.readout, RidgeReadout)
    )
    if not mergeable or getattr(model.readout, "validation", "blocks") != "blocks":
        raise TypeError(
            "model must be an ESNRegressor with a RidgeReadout, whose statistics can be added up, "
            f"got {model!r}."
        )
    if model.output != "step" or model._memory.adapts:
        raise ValueError(
            "model must have output='step' and a memory without plasticity, which would have to "
            f"see all of the data, got {model!r}."
        )


def _draw(model: ESNRegressor, n_features: int, n_outputs: int, flat: bool) -> ESNRegressor:
    """Return a copy with its memory drawn, which all workers then share."""
    template = clone(model)
    n_rows = read_washout(model) + 2
    y = np.zeros(n_rows) if flat else np.zeros((n_rows, n_outputs))
    readout = RidgeReadout() if model.readout is None else model.readout
    template.set_params(readout=clone(readout).set_params(alpha=1.0))
    template.fit(np.zeros((n_rows, n_features)), y)
    template.set_params(readout=clone(readout))
    return template


def _widths(part: Any, in_bag: bool) -> tuple[int, int, bool]:
    X, y = part[0] if in_bag else part
    return np.shape(X)[1], 1 if np.ndim(y) == 1 else np.shape(y)[1], np.ndim(y) == 1


def _count(parts: Sequence[Any]) -> list[int]:
    """Return the number of the first sequence of each partition."""
    import dask

    lengths = dask.compute(*[dask.delayed(len)(dask.delayed(list)(part)) for part in parts])
    return [int(n) for n in np.cumsum([0, *lengths[:-1]])]


def _pair(X: Any, y: Any) -> tuple[Any, Any]:
    return np.asarray(X), np.asarray(y)


Gathered = tuple[RidgeStatistics, FloatArray, FloatArray]


def _gather(
    template: ESNRegressor, part: Any, many: bool, number: int, washout: int | None = None
) -> Gathered:
    """Run over the sequences of a part; return statistics of the states, and the targets' range."""
    pairs = list(part) if many else [part]
    worker = copy.deepcopy(template)
    worker.readout_ = clone(template.readout).set_params(alpha=1.0)  # one block, chosen later
    worker._position, worker._n_sequences = None, number
    worker._runner.low[:], worker._runner.high[:] = np.inf, -np.inf
    if washout is not None:
        worker.washout = washout
    for X, y in pairs:
        worker.partial_fit([np.asarray(X)], [np.asarray(y)])
    return worker.readout_.statistics_[0], worker._runner.low, worker._runner.high


def _add(first: Gathered, second: Gathered) -> Gathered:
    return (
        first[0] + second[0],
        np.minimum(first[1], second[1]),
        np.maximum(first[2], second[2]),
    )


def _merge(parts: list[Any]) -> Any:
    """Add statistics up as a tree, two by two."""
    import dask

    while len(parts) > 1:
        pairs = [parts[i : i + 2] for i in range(0, len(parts), 2)]
        parts = [dask.delayed(_add)(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return parts[0]


def _finish(template: ESNRegressor, gathered: list[Any]) -> ESNRegressor:
    """Merge what was gathered, block by block, and solve."""
    import dask

    readout = clone(template.readout)
    n_blocks = min(len(gathered), readout.n_blocks if isinstance(readout.alpha, str) else 1)
    cuts = np.arange(n_blocks + 1) * len(gathered) // n_blocks
    blocks = dask.compute(*[_merge(gathered[a:b]) for a, b in pairwise(cuts)])
    fitted = copy.deepcopy(template)
    readout._solve([block[0] for block in blocks], 1 if fitted._flat else 2)
    fitted.readout_ = readout
    runner = fitted._runner
    runner.low = np.min([block[1] for block in blocks], axis=0)
    runner.high = np.max([block[2] for block in blocks], axis=0)
    runner.attach(fitted.readout_)
    fitted.output_range_ = runner.output_range
    fitted.state_ = fitted._position = None
    return fitted


def _measure_forgetting(model: ESNRegressor, X: Any, y: Any) -> tuple[int, float]:
    """Return after how many steps two runs agree, and what is left of their difference."""
    rows = np.asarray(X, dtype=np.float64)
    teacher = np.asarray(y, dtype=np.float64).reshape(len(rows), -1)
    runner = model._runner
    start = runner.initial_state()
    other = State(np.full_like(start.states, 0.5), teacher.mean(axis=0))
    gap, step = 0.5, 50
    for n in range(0, len(rows), step):
        part = slice(n, n + step)
        fed = teacher[part] if runner.memory.n_feedback_ else None
        _, start = runner.memory.run(rows[part], start, fed)
        _, other = runner.memory.run(rows[part], other, fed)
        gap = float(np.abs(start.states - other.states).max())
        if gap <= _FORGOTTEN * 0.5:
            return n + len(rows[part]), gap / 0.5
    raise ValueError(
        f"The memory does not forget within the first {len(rows)} steps: of a difference of 0.5 "
        f"between two states {gap:.2g} is left. Make chunks longer, or give spin_up."
    )


def _cut_by_id(table: Any, target: Any, id_column: Any, time_column: Any) -> list[Any]:
    """Return a pair (X, y) for each id."""
    pairs = []
    for _, rows in table.groupby(id_column, sort=True):
        ordered = rows if time_column is None else rows.sort_values(time_column)
        out = [*np.atleast_1d(target), id_column, *([] if time_column is None else [time_column])]
        pairs.append((ordered.drop(columns=out).to_numpy(float), ordered[target].to_numpy(float)))
    return pairs


def _forecast_one(forecaster: Any, y: Any, horizon: int) -> list[Any]:
    try:
        values = np.asarray(clone(forecaster).fit(y).forecast(horizon), dtype=float)
        return [*values.ravel()[:horizon], ""]
    except Exception as error:  # a series that fails is a row that says why
        return [*[float("nan")] * horizon, f"{type(error).__name__}: {error}"]

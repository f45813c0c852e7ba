"""Models at work on live data: one observation at a time, in microseconds."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from esnkit.core.process import warn_of_divergence
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.closed_loop import stack
from esnkit.kernels.lanes import pack_coef
from esnkit.kernels.stepper import (
    NOT_FINITE,
    all_finite,
    observe,
    restore,
    stack_constants,
    stream,
)
from esnkit.models.runner import Runner, clip_outputs
from esnkit.readouts.online import OnlineReadout

__all__ = ["ForecastStepper", "OutputStepper"]


class OutputStepper:
    """A fitted model that is given its input step by step: `ESNRegressor.stepper` makes it.

    It keeps the state between calls and can be pickled at any time; what is loaded goes on as if
    nothing had happened, bit by bit.

    Parameters
    ----------
    model : estimator
        A fitted model of this package.
    state : State
        Where to start.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import ESNRegressor, Reservoir, RidgeReadout
    >>> X = np.random.default_rng(0).uniform(-1, 1, (300, 1))
    >>> y = np.roll(X[:, 0], 2)
    >>> model = ESNRegressor(Reservoir(50, random_state=0), RidgeReadout(1e-6), washout=10)
    >>> stepper = model.fit(X, y).stepper()
    >>> outputs = np.array([stepper.step(x) for x in X])
    >>> bool(np.allclose(outputs[:, 0], model.predict(X), rtol=0, atol=1e-9))
    True
    """

    def __init__(self, model: Any, state: State) -> None:
        n_features = model._runner.n_features
        self._shape = (1, model.n_outputs_)
        self._n_features = n_features
        self._learning = None
        if isinstance(getattr(model, "readout_", None), OnlineReadout):
            self._learning = _Learning(model, state)
            return
        self._nothing = np.zeros(0)
        self._stream = open_stream(
            model,
            state,
            LoopWiring(through_input=False, closed=False),
            Scaling(np.zeros(0, np.int64), _no_scale(model.n_outputs_ + n_features), state.output),
        )

    @property
    def readout(self) -> Any:
        """A copy of the readout as learning has left it: for the model's ``with_readout``."""
        return self._learner().readout_so_far()

    def step(self, x: ArrayLike, y: ArrayLike | None = None) -> FloatArray:
        """Take in the input of a time step, and learn its target if that is known.

        Parameters
        ----------
        x : array-like of shape (n_features,)
            The input x(n); a number if there is a single feature.
        y : array-like of shape (n_outputs,), default=None
            The target y(n), from which a readout such as `RLSReadout` learns. The model that made
            this stepper stays as it was. With output feedback the next step sees this target, or
            the output if the model says ``training_feedback="output"``.

        Returns
        -------
        ndarray of shape (n_outputs,)
            The output y(n), as the readout stood before it learned the target.

        Raises
        ------
        ValueError
            If x or y have another width, or a value is missing or infinite. The stepper stays
            where it was.
        TypeError
            If y is given and the readout does not learn step by step.

        Warns
        -----
        DivergenceWarning
            If outputs that are fed back leave the model's `output_range_`.
        """
        row = _read_row(x, self._n_features, "x")
        if self._learning is not None or y is not None:
            target = None if y is None else _read_row(y, self._shape[1], "y")
            return self._learner().step(row, target)
        outputs = np.empty(self._shape)
        _report(self._stream.step(self._nothing, row.reshape(1, -1), outputs), 1, "x", x)
        return outputs[0]

    def _learner(self) -> _Learning:
        """Return what learns, if the readout does."""
        if self._learning is None:
            raise TypeError(
                "The readout does not learn step by step: give the model one that does, such as "
                "RLSReadout."
            )
        return self._learning


class ForecastStepper:
    """A fitted forecaster that is told every new value: `Forecaster.stepper` makes it.

    It has a copy of all that changes, so the forecaster stays where it is. It can be pickled at
    any time; what is loaded goes on as if nothing had happened, bit by bit.

    Parameters
    ----------
    stream : object
        What `open_stream` returned.
    transformer : transformer or None
        The fitted one of the forecaster.
    shape : tuple of int
        Shape of a forecast: (horizon,) or (horizon, n_variables).
    n_inputs : int
        Number of known inputs.
    known : ndarray of shape (horizon, n_given)
        Known inputs of the coming steps, or what stands in for them.

    Attributes
    ----------
    forecast : ndarray of shape (horizon,) or (horizon, n_variables)
        What is forecast for the steps after the last value.

    See Also
    --------
    Forecaster.update : Takes new values into the forecaster itself.

    Examples
    --------
    >>> from esnkit import Forecaster
    >>> from esnkit.datasets import mackey_glass
    >>> series = mackey_glass(1000, random_state=0)
    >>> stepper = Forecaster(random_state=0).fit(series[:900]).stepper()
    >>> errors = []
    >>> for y in series[900:]:
    ...     errors.append(abs(stepper.forecast[0] - y))
    ...     forecast = stepper.step(y)
    >>> bool(max(errors) < 0.01)
    True
    """

    def __init__(
        self,
        stream: Stream,
        transformer: Any,
        shape: tuple[int, ...],
        n_inputs: int,
        known: FloatArray,
    ) -> None:
        self._stream = stream
        self._transformer = transformer
        self._shape = shape
        self._flat = len(shape) == 1
        self._n_values = 1 if self._flat else shape[1]
        self._n_inputs = n_inputs
        self._stand_in = known  # of the right shape, and zero where there is nothing to know
        self.forecast = self._move(np.zeros(0), known, None)

    def step(self, y_new: ArrayLike, x_next: ArrayLike | None = None) -> FloatArray:
        """Take in the value of a time step, and forecast what follows.

        Parameters
        ----------
        y_new : float or array-like of shape (n_variables,)
            The value that follows those before, in its own units.
        x_next : array-like of shape (horizon, n_inputs), default=None
            The known inputs of the steps to be forecast, if the forecaster was fitted with any;
            one dimension is enough if the other is 1. Those of the first of these steps are taken
            as they are when its value comes in.

        Returns
        -------
        ndarray of shape (horizon,) or (horizon, n_variables)
            The forecast, in the units of the series; of one dimension if the series has.

        Raises
        ------
        ValueError
            If y_new or x_next have another shape, or a value is missing or infinite. The stepper
            stays where it was.

        Warns
        -----
        DivergenceWarning
            If the forecast left the range of the training data and was clipped at its bounds.
        """
        value = _read_row(y_new, self._n_values, "y_new")
        known = self._stand_in
        if self._n_inputs or x_next is not None:
            known = self._read_known(x_next)
        if self._transformer is not None:
            value = np.array(self._transformer.transform(value[None]), dtype=np.float64)[0]
        self.forecast = self._move(value, known, y_new)
        return self.forecast

    def _move(self, value: FloatArray, known: FloatArray, given: Any) -> FloatArray:
        """Let the stream move on, and make of its outputs a forecast."""
        outputs = np.empty((self._shape[0], self._n_values))
        clipped = self._stream.step(value, known, outputs)
        if clipped != -1:
            _report(clipped, self._shape[0], "y_new or x_next", given)
        if self._transformer is not None:
            outputs = np.asarray(self._transformer.inverse_transform(outputs), dtype=np.float64)
        return outputs[:, 0] if self._flat else outputs

    def _read_known(self, x_next: ArrayLike | None) -> FloatArray:
        """Check the known inputs of the coming steps."""
        n_steps, n_inputs = self._shape[0], self._n_inputs
        if not n_inputs:
            raise ValueError(
                "x_next was given, but the forecaster was fitted without known inputs."
            )
        if x_next is None:
            raise ValueError(
                f"The forecaster was fitted with {n_inputs} known input(s): x_next must give them "
                f"for the {n_steps} coming step(s)."
            )
        known = np.array(x_next, dtype=np.float64, order="C")
        if known.ndim < 2 and known.size == n_steps * n_inputs and 1 in (n_steps, n_inputs):
            known = known.reshape(n_steps, n_inputs)
        if known.shape != (n_steps, n_inputs):
            raise ValueError(
                f"x_next has shape {known.shape}, but ({n_steps}, {n_inputs}) is needed: a row "
                "for each coming step."
            )
        return known


# ---------------------------------------------------------------------- what does the work


@dataclass(frozen=True)
class LoopWiring:
    """How a model is linked to the series.

    Parameters
    ----------
    through_input : bool
        Whether the last value is the first part of the model's input.
    closed : bool
        Whether the model runs on its own outputs, which are clipped to their bounds.
    """

    through_input: bool
    closed: bool


@dataclass
class Scaling:
    """How what a model sees is made from the values of a series, and where that stands.

    Parameters
    ----------
    lags : ndarray of shape (n_lags,)
        Of the differences that are taken.
    scale : ndarray of shape (2, n_values + n_given)
        Means and spreads of the differenced values, and of the known inputs.
    past : ndarray
        See `kernels.streams.observe`.
    """

    lags: NDArray[np.int64]
    scale: FloatArray
    past: FloatArray


class Stream(Protocol):
    """Moves on by one step, and runs ahead of itself."""

    def step(self, value: FloatArray, given: FloatArray, outputs: FloatArray) -> int:
        """Do what `kernels.stepper.stream` does."""


def open_stream(model: Any, state: State, link: LoopWiring, units: Scaling) -> Stream:
    """Lay a fitted model out for live use: compiled, if the model declares that it is."""
    if getattr(model, "compiled", False):
        return _Compiled(model._runner, state, link, units)
    return _Stepped(model, state, link, units)


class _Compiled:
    """One call of a kernel for each step."""

    def __init__(self, run: Runner, state: State, link: LoopWiring, units: Scaling) -> None:
        network, loop = run.reservoir_weights, run.loop(link.through_input)
        assert network is not None
        bounds = np.array([loop.lower, loop.upper])
        if not (link.closed or loop.through_feedback):
            bounds[:] = [[-np.inf], [np.inf]]
        self._arrays = (
            *stack_constants(network, loop, units.lags),
            network.per_unit,
            pack_coef(network, stack([loop]), 1, 1),
            bounds,
            units.scale.copy(),
            state.states[np.newaxis].copy(),
            units.past.copy(),
        )

    def step(self, value: FloatArray, given: FloatArray, outputs: FloatArray) -> int:
        """Call the kernel."""
        return stream(*self._arrays, value, given, outputs)


class _Stepped:
    """The same with any model that steps and runs freely, by its own methods."""

    def __init__(self, model: Any, state: State, link: LoopWiring, units: Scaling) -> None:
        self._model = model
        self._state = state
        self._link = link
        self._units = replace(units, past=units.past.copy())

    def step(self, value: FloatArray, given: FloatArray, outputs: FloatArray) -> int:
        """Do what the kernel does."""
        if not (all_finite(value) and all_finite(given.reshape(-1))):
            return NOT_FINITE
        lags, scale, past = self._units.lags, self._units.scale, self._units.past.copy()
        n_values = outputs.shape[1]
        if len(value):
            observe(value, lags, scale[:, :n_values], past)
        latest = past[:n_values].copy()
        rows = (given - scale[0, n_values:]) / scale[1, n_values:]
        first, state = self._advance(latest, rows[0])
        if self._link.closed:
            start = replace(self._state, output=latest)
            known = rows if rows.shape[1] else None
            run = self._model.free_run(len(outputs), X=known, state=start)
            outputs[:] = run.reshape(outputs.shape)
        else:
            outputs[:] = first.reshape(-1, n_values)[: len(outputs)]
        if not len(value):
            past[:n_values] = outputs[0]
        restore(outputs, lags, scale[:, :n_values], past[n_values:])
        self._state, self._units.past = state, past
        return -1

    def _advance(self, latest: FloatArray, known: FloatArray) -> tuple[FloatArray, State]:
        """Step once from the last value; return the outputs and the state after."""
        row = np.concatenate([latest, known]) if self._link.through_input else known
        state = self._state
        if len(state.output) == len(latest):  # not where it has the outputs of many steps ahead
            state = replace(state, output=latest)
        return self._model.step(row, state)


class _Learning:
    """A model at work whose readout learns on."""

    def __init__(self, model: Any, state: State) -> None:
        self._runner = model._runner
        self._readout = copy.deepcopy(model.readout_)
        self._own = model.training_feedback == "output"
        self._bounds = model.output_range_
        self._state = state

    def step(self, row: FloatArray, target: FloatArray | None) -> FloatArray:
        """Step, and learn the target if there is one."""
        for name, values in (("x", row), ("y", target)):
            if values is not None and not all_finite(values):
                _report(NOT_FINITE, 1, name, values)
        outputs, self._state = self._runner.learn(
            self._readout.learner,
            row[None],
            np.zeros((1, self._runner.n_outputs)) if target is None else target[None],
            np.array([float(target is not None)]),
            self._state,
            own=self._own or target is None,
        )
        if target is None and self._runner.memory.n_feedback_:
            outputs[0], clipped = clip_outputs(outputs[0], *self._bounds)
            self._state = replace(self._state, output=outputs[0])
            _report(clipped - 1, 1, "x", row)
        return outputs[0]

    def readout_so_far(self) -> Any:
        """Return a copy of the readout as it stands."""
        readout = copy.deepcopy(self._readout)
        readout.take_weights()
        return readout


def _no_scale(n_columns: int) -> FloatArray:
    """Return means and spreads that change nothing."""
    return np.vstack([np.zeros(n_columns), np.ones(n_columns)])


def _read_row(values: ArrayLike, width: int, name: str) -> FloatArray:
    """Return a fresh row of numbers; refuse another width."""
    try:
        row = np.array(values, dtype=np.float64, ndmin=1)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold real numbers: {error}.") from error
    if row.shape != (width,):
        allowed = "a number or shape (1,)" if width == 1 else f"shape ({width},)"
        raise ValueError(f"{name} has shape {np.shape(values)}, but {allowed} is needed.")
    return row


def _report(clipped: int, n_steps: int, name: str, given: Any) -> None:
    """Raise or warn of what the stream reported."""
    if clipped == NOT_FINITE:
        raise ValueError(
            f"{name} has a missing or infinite value, got {given!r}: it is not taken in, and the "
            "stepper stays where it was. Fill the value in, e.g. by the last forecast."
        )
    if clipped >= 0:
        warn_of_divergence(
            f"The outputs left the range of the training data in step {clipped} of "
            f"{n_steps} and were clipped at its bounds.",
            stacklevel=4,
        )

"""LocalForecaster: fields, such as weather or turbulence, forecast patch by patch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone

from esnkit.core.checks import check_scalar, check_scale
from esnkit.core.process import one_thread_each, warn_of_divergence
from esnkit.core.seeding import RandomState, child_generator, own_copy, root_seed
from esnkit.core.sequences import default_washout, read_washout
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.preprocessing import Preprocessor
from esnkit.forecasting.series import SeriesSet
from esnkit.memories.reservoir import Reservoir
from esnkit.models.coupled import neighbourhoods, run_together
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.ridge import RidgeReadout

_FEWEST_ROWS = 10  # fewer pairs of a row and the next one are nothing to learn from


class LocalForecaster(BaseForecaster):
    r"""Forecasts a field by many small models, each of a patch of it and what lies around.

    The variables of the series are places in a row, such as points of a grid. Every
    ``patch_size`` of them are a patch. Its model sees the patch and ``overlap`` places more on
    either side, and learns to predict the patch one step ahead. In a forecast all patches run
    together and see one another's outputs [1]_. So the effort grows in proportion to the size of
    the field, and that what is far away does not matter for one step need not be learned.

    The models are copies of one random reservoir: patches differ in what they see and in their
    readouts, and with ``shared=True`` only in what they see.

    Parameters
    ----------
    model : ESNRegressor, default=None
        What predicts a patch, without output feedback. None means 200 units of short memory,
        whose readout sees their squares too and whose washout is a tenth of the series, at most
        100 steps.
    patch_size : int
        Number of neighbouring variables in a patch; it must divide the number of variables.
    overlap : int
        Number of variables beyond either edge of a patch that its model sees: at least as far as
        anything spreads in one step.
    periodic : bool, default=True
        Whether the first variable is the neighbour of the last. If not, models at the edges see
        zeros beyond, the mean of the field where ``scale`` is on.
    shared : bool, default=False
        Whether one readout, fitted to all patches together, serves them all. For fields that
        follow the same law everywhere it learns from many times the data.
    noise : float, default=0.0001
        Standard deviation of the Gaussian noise that is added to what the models see while they
        are fitted, but not to their targets, in units of the scaled values [2]_. A field that is
        smooth in space has directions in which it never moves. Noise teaches the models to pay
        them no heed; without it forecasts run away along them.
    scale : bool, default=True
        Whether the models see values of mean 0 and standard deviation 1: of each variable by
        itself, or, with ``shared``, of all together.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.
    n_jobs : int, default=None
        Threads that fit and update the models of patches. None means 1, -1 all processors. The
        result does not depend on it.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the model, if its own `random_state` is None.

    Attributes
    ----------
    models_ : list of ESNRegressor
        The fitted models, one for each patch; a single one if `shared`.
    states_ : list of list of State
        For each series, the states of its patches at its end.
    neighbourhoods_ : ndarray of shape (n_patches, patch_size + 2 * overlap)
        The variables that each patch sees, by number; ``n_variables`` stands for a place beyond
        the edge.
    series_ : SeriesSet
        The series so far, those of `update` included.

    See Also
    --------
    Forecaster : One model for all variables.

    Notes
    -----
    In [1]_ each patch draws a reservoir of its own. One reservoir for all is as good a draw for
    each of them, is drawn once, and stays in the processor's cache while the patches take turns.

    References
    ----------
    .. [1] J. Pathak, B. Hunt, M. Girvan, Z. Lu and E. Ott, "Model-free prediction of large
       spatiotemporally chaotic systems from data: a reservoir computing approach", Physical Review
       Letters 120, 024102, 2018.
    .. [2] A. Wikner, J. Harvey, M. Girvan, B. R. Hunt, A. Pomerance, T. Antonsen and E. Ott,
       "Stabilizing machine learning prediction of dynamics: novel noise-inspired regularization
       tested with reservoir computing", Neural Networks 170, 94-110, 2024.

    Examples
    --------
    A caricature of the weather on a ring of 40 places, forecast one and a half time units ahead:

    >>> from esnkit import LocalForecaster
    >>> from esnkit.datasets import lorenz96
    >>> from esnkit.metrics import valid_prediction_time
    >>> weather = lorenz96(1300, random_state=0)
    >>> forecaster = LocalForecaster(patch_size=2, overlap=4, shared=True, random_state=0)
    >>> run = forecaster.fit(weather[:1000]).forecast(300)
    >>> bool(valid_prediction_time(weather[1000:], run, threshold=0.5, dt=0.01) > 1.5)
    True
    """

    def __init__(
        self,
        model: Any = None,
        *,
        patch_size: int,
        overlap: int,
        periodic: bool = True,
        shared: bool = False,
        noise: float = 0.0001,
        scale: bool = True,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
        n_jobs: int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.model = model
        self.patch_size = patch_size
        self.overlap = overlap
        self.periodic = periodic
        self.shared = shared
        self.noise = noise
        self.scale = scale
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column
        self.n_jobs = n_jobs
        self.random_state = random_state

    # ------------------------------------------------------------------ what is asked of it

    def _check_parameters(self) -> None:
        check_scalar(self.patch_size, "patch_size", Integral, min_val=1)
        check_scalar(self.overlap, "overlap", Integral, min_val=0)
        check_scale(self.noise, "noise", zero=True)
        if self.model is not None and not isinstance(self.model, ESNRegressor):
            raise TypeError(f"model must be an ESNRegressor, got {self.model!r}.")
        feedback = 0.0 if self.model is None else self.model._memory.feedback_scaling
        if feedback:
            raise ValueError(
                f"model has output feedback (feedback_scaling={feedback}), but patches see one "
                "another's outputs as their input: it must be 0."
            )

    def _check_learning(self, n_series: int) -> None:
        if self.shared or n_series > 1:
            raise TypeError(
                "learn=True needs a single series and models that are not shared, got "
                f"{n_series} series and shared={self.shared}."
            )
        if not hasattr(self.models_[0], "partial_fit"):
            raise TypeError("learn=True needs a model whose readout has partial_fit.")

    def _frozen_clone(self) -> LocalForecaster:
        return clone(self)

    def _reseeded(self, seed: int) -> LocalForecaster:
        return clone(self).set_params(random_state=seed)

    def _check_field(self, data: SeriesSet) -> None:
        """Refuse series without neighbours, which the patches do not fill, or too short."""
        n_variables = data.n_variables
        if n_variables == 1:
            raise ValueError("y has 1 variable, which has no neighbours: use Forecaster.")
        if n_variables % self.patch_size:
            raise ValueError(
                f"patch_size={self.patch_size} must divide the number of variables of y, which is "
                f"{n_variables}."
            )
        n_seen = int(self.patch_size) + 2 * int(self.overlap)
        if n_seen > n_variables:
            raise ValueError(
                f"patch_size={self.patch_size} and overlap={self.overlap} make patches see "
                f"{n_seen} variables, but y has only {n_variables}."
            )
        washout = read_washout(self.model)
        needed = washout + 1 + _FEWEST_ROWS
        for i, member in enumerate(data.members):
            if len(member.values) < needed:
                raise ValueError(
                    f"{data.label(i)} of y has {len(member.values)} steps, but at least {needed} "
                    f"are needed: {washout} for the washout and {1 + _FEWEST_ROWS} to learn from."
                )

    # ------------------------------------------------------------------ fitting

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        self._check_parameters()
        self._check_field(data)
        values = [member.values for member in data.members]
        places = [v[:, [j]] for v in values for j in range(data.n_variables)]
        self._preparation = Preprocessor(None, (), self.scale).fit(
            places if self.shared else values
        )
        if inputs is not None:
            self._input_scale = Preprocessor(None, (), self.scale).fit(inputs)
        self.series_, self._inputs = data, inputs
        self.neighbourhoods_ = neighbourhoods(
            data.n_variables, int(self.patch_size), int(self.overlap), self.periodic
        )
        seed = root_seed(self.random_state)
        fields = [self._preparation.forward(v) for v in values]
        noisy = [
            z + self.noise * child_generator(seed, "noise", i).standard_normal(z.shape)
            for i, z in enumerate(fields)
        ]
        known = [x[1:] for x in self._scaled(inputs, [len(v) for v in values])]
        self._fit_models(self._own_model(min(len(v) for v in values), seed), fields, noisy, known)
        return self

    def _own_model(self, n_steps: int, seed: np.random.SeedSequence) -> Any:
        """Copy the model and lay down its seed, so that all patches draw the same reservoir."""
        model = _default_model(n_steps) if self.model is None else self.model
        return own_copy(model, seed, "reservoir")

    def _fit_models(
        self,
        model: Any,
        fields: list[FloatArray],
        noisy: list[FloatArray],
        known: list[FloatArray],
    ) -> None:
        """Fit a model to each patch, or one to all, and take each patch to its series' end."""
        n_patches, n_seen = self.neighbourhoods_.shape
        groups = [range(n_patches)] if self.shared else [range(p, p + 1) for p in range(n_patches)]
        if len(groups) > 1:
            _keep_recurrence(model, n_seen + known[0].shape[1])
        fitted = self._in_threads(
            delayed(_fit_model)(
                clone(model),
                [self._rows(p, z, x) for p in group for z, x in zip(noisy, known, strict=True)],
                [self._rows(p, z, x) for p in group for z, x in zip(fields, known, strict=True)],
                [self._targets(p, z) for p in group for z in fields],
            )
            for group in groups
        )
        self.models_ = [one for one, _ in fitted]
        ends = [end for _, ends in fitted for end in ends]  # patch by patch, its series together
        self.states_ = [ends[i :: len(fields)] for i in range(len(fields))]

    def _rows(self, patch: int, z: FloatArray, x: FloatArray) -> FloatArray:
        """Make the inputs of a patch: what it sees, and the known inputs of the step after."""
        n_variables, seen = z.shape[1], self.neighbourhoods_[patch]
        rows = z[:-1, np.minimum(seen, n_variables - 1)]
        rows[:, seen == n_variables] = 0.0  # beyond the edge
        return np.hstack([rows, x])

    def _targets(self, patch: int, z: FloatArray) -> FloatArray:
        """Make the targets of a patch: its own next values."""
        return z[1:, patch * int(self.patch_size) : (patch + 1) * int(self.patch_size)]

    def _scaled(
        self, inputs: Sequence[FloatArray] | None, lengths: Sequence[int]
    ) -> list[FloatArray]:
        """Bring known inputs to scale; no input is an array without columns."""
        if inputs is None:
            return [np.zeros((n, 0)) for n in lengths]
        return [self._input_scale.forward(x) for x in inputs]

    def _in_threads(self, jobs: Iterable[Any]) -> list[Any]:
        """Run jobs side by side; one BLAS thread for each gives the same bits for any `n_jobs`."""
        with one_thread_each():
            return list(Parallel(n_jobs=self.n_jobs, prefer="threads")(jobs))

    # ------------------------------------------------------------------ moving on

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        n_old = [len(member.values) for member in self.series_.members]
        lengths = [len(m.values) - n for m, n in zip(data.members, n_old, strict=True)]
        known = self._scaled(inputs, lengths)
        for i, (member, n, x) in enumerate(zip(data.members, n_old, known, strict=True)):
            if len(member.values) == n:
                continue
            z = self._preparation.forward(member.values[n - 1 :])
            self.states_[i] = self._in_threads(
                delayed(_advance)(
                    self.models_[p % len(self.models_)],
                    state,
                    self._rows(p, z, x),
                    self._targets(p, z),
                    learn,
                )
                for p, state in enumerate(self.states_[i])
            )
        self._grow(data, inputs)

    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        self._check_field(data)
        self.series_, self._inputs = data, inputs
        known = self._scaled(inputs, [len(m.values) for m in data.members])
        for i, (member, x) in enumerate(zip(data.members, known, strict=True)):
            z = self._preparation.forward(member.values)
            self.states_[i] = self._in_threads(
                delayed(_advance)(
                    self.models_[p % len(self.models_)],
                    None,
                    self._rows(p, z, x[1:]),
                    self._targets(p, z),
                    learn=False,
                )
                for p in range(len(self.neighbourhoods_))
            )

    def _fitted(self) -> list[FloatArray]:
        values = [member.values for member in self.series_.members]
        known = self._scaled(self._inputs, [len(v) for v in values])
        fitted = [np.full_like(v, np.nan) for v in values]
        for one, v, x in zip(fitted, values, known, strict=True):
            z = self._preparation.forward(v)
            outputs = self._in_threads(
                delayed(self.models_[p % len(self.models_)].predict)(self._rows(p, z, x[1:]))
                for p in range(len(self.neighbourhoods_))
            )
            washout = read_washout(self.models_[0])
            one[1 + washout :] = self._preparation.back(np.hstack(outputs)[washout:], v)
        return fitted

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        known = self._scaled(inputs, [horizon] * len(self.series_))
        futures, clipped = [], []
        for states, x in zip(self.states_, known, strict=True):
            outputs, first_clipped = run_together(self.models_, self.neighbourhoods_, x, states)
            futures.append(self._preparation.back(outputs, outputs))
            clipped += [first_clipped] if first_clipped >= 0 else []
        if clipped:
            warn_of_divergence(
                f"The forecast left the range of the training data by far in step "
                f"{min(clipped)} of {horizon} and was clipped at its bounds.",
                stacklevel=3,
            )
        return futures


def _default_model(n_steps: int) -> ESNRegressor:
    """Make a model of short memory: a patch and its neighbours nearly tell their own future."""
    reservoir = Reservoir(200, spectral_radius=0.1, input_scaling=0.05, bias_scaling=0.5)
    washout = default_washout(n_steps)
    return ESNRegressor(reservoir, RidgeReadout(), washout=washout, squared_states=True)


def _keep_recurrence(model: Any, n_features: int) -> None:
    """Draw the recurrent weights now, so that each patch need not find their spectral radius."""
    if isinstance(getattr(model, "reservoir", None), Reservoir):
        W = clone(model.reservoir).prepare(n_features).W_
        model.reservoir.set_params(topology=W, spectral_radius=None)


def _fit_model(
    model: Any, noisy: list[FloatArray], rows: list[FloatArray], targets: list[FloatArray]
) -> tuple[Any, list[State]]:
    """Fit a model to noisy rows; return it with its state at the end of each sequence of rows."""
    if len(rows) == 1:  # an array, not a list of one, so that partial_fit can go on
        model.fit(noisy[0], targets[0])
    else:
        model.fit(noisy, targets)
    _, ends = model.predict(rows, return_state=True)
    return model, [replace(end, output=y[-1]) for end, y in zip(ends, targets, strict=True)]


def _advance(
    model: Any, state: State | None, rows: FloatArray, targets: FloatArray, learn: bool
) -> State:
    """Move the state of a patch over rows whose targets are known, and learn from them if asked."""
    _, end = model.predict(rows, state=state, return_state=True)
    if learn:
        model.partial_fit(rows, targets)
    return replace(end, output=targets[-1])

"""The reservoir: a random recurrent memory that turns a sequence into states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
import scipy.sparse
from joblib import Parallel, delayed
from numpy.typing import ArrayLike, NDArray

from esnkit import topology as topologies
from esnkit.core.checks import check_name, check_numbers, check_scalar, plain_copy
from esnkit.core.process import refuse_too_large
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.sequences import CHUNK, Sequences, chunks
from esnkit.core.state import State
from esnkit.core.typing import FloatArray, Indices
from esnkit.kernels.activations import CODES
from esnkit.kernels.closed_loop import Loop, stack
from esnkit.kernels.jit import one_layout
from esnkit.kernels.lanes import (
    fewest_lanes,
    group,
    lanes_for,
    run_group_driven,
    run_many_free,
)
from esnkit.kernels.reservoir import ReservoirWeights, run_driven, weigh
from esnkit.kernels.sparse_layout import arrange
from esnkit.memories.base import Memory
from esnkit.memories.plasticity import IntrinsicPlasticity
from esnkit.topology.spectral_radius import scale_to_radius


class RecurrentMemory(Memory):
    """A memory that steps as a reservoir does, wherever its weights ``_network`` come from."""

    noise: float = 0.0
    dtype: str = "float64"
    _network: ReservoirWeights

    def _initial_states(self) -> NDArray[Any]:
        return np.zeros(self._network.n_units, self.dtype)

    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: np.random.Generator | None,
        out: NDArray[Any],
    ) -> NDArray[Any]:
        noise = noise if self.noise else None
        h = state.states.copy()
        previous = self._one_step_later(teacher, state.output, len(rows))
        for part in chunks(len(rows), len(rows) if noise is None else CHUNK):
            drive = self._stack_drive(rows[part], None if previous is None else previous[part])
            run_driven(self._network, drive, self.draw_noise(len(drive), noise), h, out[part])
        return h

    def _run_many(
        self,
        rows: FloatArray,
        offsets: Indices,
        states: Sequence[State],
        teacher: FloatArray | None,
        noises: Sequence[Any],
        out: NDArray[Any],
    ) -> Sequence[NDArray[Any]]:
        # To draw noise takes longer than the steps themselves.
        noisy = self.noise and noises[0] is not None
        fewest = fewest_lanes(self._network)
        if noisy or not self.is_reservoir or len(states) < fewest:
            return super()._run_many(rows, offsets, states, teacher, noises, out)
        previous = None
        if self.n_feedback_:
            before = np.stack([state.output for state in states])
            previous = _shift_each(self._check_teacher(teacher, "teacher"), offsets, before)
        drive = self._stack_drive(rows, previous)
        H = np.stack([state.states for state in states])
        no_noise = self.draw_noise(len(rows), None)
        Parallel(require="sharedmem")(
            delayed(run_group_driven)(self._network, fewest, drive, no_noise, offsets, runs, H, out)
            for runs in group(offsets)
        )
        return list(H)

    def _free_run(
        self, loop: Loop, rows: FloatArray, state: State, outputs: FloatArray
    ) -> tuple[NDArray[Any], int]:
        own = np.arange(len(state.output) if loop.through_input else 0)[np.newaxis]
        run, ends, first_clipped = self._run_lanes(stack([loop]), own, rows[:, np.newaxis], [state])
        outputs[:] = run
        return ends[0], int(first_clipped[0])

    def _free_run_many(
        self, loops: Loop, rows: FloatArray, states: Sequence[State]
    ) -> tuple[FloatArray, NDArray[Any], NDArray[np.int64]]:
        n_runs, n_outputs = len(states), loops.coef.shape[1]
        own = np.arange(n_runs * n_outputs).reshape(n_runs, n_outputs)
        seen = own if loops.through_input else own[:, :0]
        return self._run_lanes(loops, seen, rows, states)

    def _run_lanes(
        self, loops: Loop, seen: Indices, rows: FloatArray, states: Sequence[State]
    ) -> tuple[FloatArray, NDArray[Any], NDArray[np.int64]]:
        """Run on outputs, in lanes if there are enough runs: outputs, ends, first steps clipped."""
        H = np.stack([state.states for state in states])
        y = np.concatenate([state.output for state in states])
        outputs, first_clipped = np.empty((len(rows), len(y))), np.empty(len(states), np.int64)
        given = one_layout(rows, self.dtype)
        n_lanes = lanes_for(self._network, len(states))
        run_many_free(self._network, loops, seen, given, n_lanes, H, y, outputs, first_clipped)
        return outputs, H, first_clipped

    @property
    def _feature_type(self) -> Any:
        return self.dtype

    def _stack_drive(self, rows: FloatArray, previous: FloatArray | None) -> NDArray[Any]:
        """Put input and last outputs side by side: u(n) = [x(n); y(n-1)]."""
        n_features = self.n_inputs_
        drive = np.empty((len(rows), n_features + self.n_feedback_), self.dtype)
        drive[:, :n_features] = rows
        if previous is not None:
            drive[:, n_features:] = previous
        return drive

    def draw_noise(self, n_steps: int, rng: np.random.Generator | None) -> NDArray[Any]:
        """Draw the noise of some steps.

        Parameters
        ----------
        n_steps : int
            Number of steps.
        rng : numpy.random.Generator or None
            What to draw from; None for no noise.

        Returns
        -------
        ndarray of shape (n_steps, n_units) or (n_steps, 0)
            The noise inside the activation, or nothing.
        """
        if rng is None:
            return np.zeros((n_steps, 0), self.dtype)
        return (self.noise * rng.standard_normal((n_steps, self._network.n_units))).astype(
            self.dtype
        )


class Reservoir(RecurrentMemory):
    r"""Random recurrent network whose states echo the past of its input.

    The states follow the leaky update of [1]_ and [2]_,

    .. math::

        \tilde h(n) &= f\bigl(W_{in} x(n) + b + W h(n-1) + W_{fb} y(n-1) + \nu(n)\bigr) \\
        h(n) &= (1 - a) h(n-1) + a \tilde h(n)

    with h(-1) = 0. Row n of the output is h(n), which has seen x(n).

    Parameters
    ----------
    n_units : int, default=100
        Number of units, at least 1.
    spectral_radius : float or None, default=0.9
        Largest absolute eigenvalue of W, before the leak. None leaves W as it is drawn or given;
        0 means no recurrence. A nilpotent W, such as a delay line, requires None.
    leak_rate : float or array-like of shape (n_units,), default=1.0
        a, in (0, 1]: the part of a state that is renewed at each step.
    leak_range : tuple of two floats, default=None
        Lowest and highest leak rate, in (0, 1]: the rates of the units are spread geometrically
        between them, in an order of their own seed, so that some units forget at once and some
        remember long. Takes the place of `leak_rate`, which then has to be left alone.
    input_scaling : float or array-like of shape (n_features,), default=1.0
        W_in is uniform in [-input_scaling, input_scaling]; one number for each feature if an
        array is given.
    input_connectivity : int or float, default=1.0
        Features that each unit sees: a number (int) or a fraction (float in (0, 1]).
    bias_scaling : float, default=0.2
        b is uniform in [-bias_scaling, bias_scaling].
    feedback_scaling : float, default=0.0
        W_fb is uniform in [-feedback_scaling, feedback_scaling]. Above zero, `fit` needs y.
    feedback_connectivity : int or float, default=1.0
        Outputs that each unit sees, as for `input_connectivity`.
    connectivity : int or float, default=10
        Units that each unit listens to: an int is a number (above `n_units`: all), a float in
        (0, 1] a fraction. Note that 1 is one connection and 1.0 all of them.
    topology : str, array, sparse matrix or callable, default="random"
        Who listens to whom: ``"random"`` (fixed in-degree), ``"erdos-renyi"``,
        ``"small-world"``, ``"cycle"``, ``"cycle-jumps"``, ``"delay-line"``, ``"orthogonal"``,
        ``"ring-lattice"``; or W itself, of shape (n_units, n_units); or a function
        ``(n_units, rng) -> W``, such as those of `esnkit.topology`.
    activation : {"tanh", "identity", "relu", "logistic"}, default="tanh"
        The function f.
    noise : float, default=0.0
        Standard deviation of the Gaussian noise inside the activation. Drawn only while fitting
        (`fit_transform`, or the `fit` of a model), never by `transform`.
    plasticity : IntrinsicPlasticity or None, default=None
        How units adapt gain and bias to the input before anything is read out; needs tanh. It
        happens in `fit`, from the input alone, and changes W, W_in, b and W_fb.
    dtype : {"float64", "float32"}, default="float64"
        Precision of the states.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence, and each starts from the zero state.
    random_state : int, Generator, RandomState or None, default=None
        Seed. W, W_in, b, W_fb and the noise have child seeds of their own, so changing the
        scaling of one of them redraws nothing else. None takes fresh entropy.

    Attributes
    ----------
    W_ : csr_array or ndarray of shape (n_units, n_units)
        Row i holds the weights of what unit i listens to.
    leak_rates_ : ndarray of shape (n_units,)
        The leak rate of each unit.
    W_in_ : ndarray of shape (n_units, n_features)
        Input weights.
    bias_ : ndarray of shape (n_units,)
        The bias b.
    W_fb_ : ndarray of shape (n_units, n_outputs)
        Feedback weights; (n_units, 0) without feedback.
    gains_, shifts_ : ndarray of shape (n_units,)
        What `plasticity` multiplied all weights of a unit by, and then added to its bias.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    esnkit.ESNRegressor : A reservoir with a readout.

    Notes
    -----
    The weights are read-only, because what runs is a copy of them laid out for speed. To run
    other weights, pass a matrix as `topology`.

    References
    ----------
    .. [1] H. Jaeger, "The echo state approach to analysing and training recurrent neural
       networks", GMD Report 148, 2001.
    .. [2] H. Jaeger, M. Lukosevicius, D. Popovici and U. Siewert, "Optimization and applications
       of echo state networks with leaky-integrator neurons", Neural Networks 20, 2007.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import Reservoir
    >>> X = np.sin(np.arange(200) / 5).reshape(-1, 1)
    >>> reservoir = Reservoir(50, leak_rate=0.5, random_state=0).fit(X)
    >>> reservoir.transform(X).shape
    (200, 50)

    A run can be cut in two and continued from the state between:

    >>> first, state = reservoir.transform(X[:120], return_state=True)
    >>> second = reservoir.transform(X[120:], state=state)
    >>> bool(np.all(np.vstack([first, second]) == reservoir.transform(X)))
    True
    """

    compiled = True
    is_reservoir = True

    def __init__(
        self,
        n_units: int = 100,
        *,
        spectral_radius: float | None = 0.9,
        leak_rate: float | ArrayLike = 1.0,
        leak_range: tuple[float, float] | None = None,
        input_scaling: float | ArrayLike = 1.0,
        input_connectivity: float = 1.0,
        bias_scaling: float = 0.2,
        feedback_scaling: float = 0.0,
        feedback_connectivity: float = 1.0,
        connectivity: float = 10,
        topology: str | Any | Callable[..., Any] = "random",
        activation: str = "tanh",
        noise: float = 0.0,
        plasticity: IntrinsicPlasticity | None = None,
        dtype: str = "float64",
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.n_units = n_units
        self.spectral_radius = spectral_radius
        self.leak_rate = leak_rate
        self.leak_range = leak_range
        self.input_scaling = input_scaling
        self.input_connectivity = input_connectivity
        self.bias_scaling = bias_scaling
        self.feedback_scaling = feedback_scaling
        self.feedback_connectivity = feedback_connectivity
        self.connectivity = connectivity
        self.topology = topology
        self.activation = activation
        self.noise = noise
        self.plasticity = plasticity
        self.dtype = dtype
        self.id_column = id_column
        self.random_state = random_state

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        self._check_parameters(n_features, n_outputs)
        seed = root_seed(self.random_state)
        self._seed = (seed.entropy, seed.spawn_key)  # files keep numbers, but no SeedSequence
        self.W_ = self._draw_recurrence()
        self.W_in_ = self._draw("input", n_features, self.input_connectivity, self.input_scaling)
        bias = child_generator(self.seed_, "bias").uniform(-1, 1, self.n_units)
        self.bias_ = _frozen(bias * self.bias_scaling)
        self.leak_rates_ = self._draw_leaks()
        fed_back = n_outputs if self.feedback_scaling else 0
        self.W_fb_ = self._draw(
            "feedback", fed_back, self.feedback_connectivity, self.feedback_scaling
        )
        self._lay_out()

    @property
    def seed_(self) -> np.random.SeedSequence:
        """The root of the seeds of weights and noise."""
        entropy, spawn_key = self._seed
        return np.random.SeedSequence(entropy, spawn_key=spawn_key)

    @property
    def adapts(self) -> bool:  # type: ignore[override]
        """Whether `adapt` changes anything: if there is `plasticity`."""
        return self.plasticity is not None

    def adapt(self, sequences: Sequences, teacher: FloatArray | None = None) -> Self:
        """Let the units find their gains, if they are plastic."""
        if self.plasticity is None:
            return self
        double = np.dtype(np.float64)
        drives = []
        for part in sequences.parts():
            fed_back = None
            if teacher is not None:
                first = np.zeros(self.n_feedback_)
                fed_back = self._one_step_later(teacher[part], first, part.stop - part.start)
            drives.append(self._stack_drive(sequences.rows[part], fed_back).astype(double))
        gains, shifts = self.plasticity.adapt(self._laid_out(double), drives)
        self.gains_, self.shifts_ = _frozen(gains), _frozen(shifts)
        scale: Any = scipy.sparse.diags_array(gains)
        self.W_ = scale @ self.W_
        _frozen(self.W_ if isinstance(self.W_, np.ndarray) else self.W_.data)
        self.W_in_, self.W_fb_ = _frozen(scale @ self.W_in_), _frozen(scale @ self.W_fb_)
        self.bias_ = _frozen(gains * self.bias_ + shifts)
        self._lay_out()
        return self

    def run_patches(
        self,
        loops: Loop,
        seen: Indices,
        rows: FloatArray,
        states: Sequence[State],
    ) -> tuple[FloatArray, int]:
        """Run copies of this reservoir side by side, each on its patch of a field.

        Parameters
        ----------
        loops : Loop
            The readouts: its arrays have a first axis, of length n_patches or, if all patches
            have the same readout, 1.
        seen : ndarray of shape (n_patches, n_seen)
            The variables that each patch sees, by number; the number of variables stands for a
            place beyond the edge, where all is zero.
        rows : ndarray of shape (n_steps, n_given)
            Inputs that every patch is given behind what it sees.
        states : sequence of State
            Where each patch starts; their outputs together are the field y(-1).

        Returns
        -------
        outputs : ndarray of shape (n_steps, n_variables)
            The field y(n).
        first_clipped : int
            The first step at which an output was clipped in its bounds, or -1.
        """
        outputs, _, clipped = self._run_lanes(loops, seen, rows[:, np.newaxis], states)
        clipped = clipped[clipped >= 0]
        return outputs, int(clipped.min()) if len(clipped) else -1

    def noise_generator(self, index: int) -> np.random.Generator:
        """Return the generator of the noise for sequence number `index`.

        Parameters
        ----------
        index : int
            Each sequence has a child seed of its own.

        Returns
        -------
        numpy.random.Generator
            The same for the same index.
        """
        return child_generator(self.seed_, "noise", index)

    @property
    def n_features_out_(self) -> int:
        """Number of features that a step gives: one for each unit."""
        return self.W_.shape[0]

    @property
    def n_feedback_(self) -> int:
        """Number of outputs that are fed back."""
        return self.W_fb_.shape[1]

    # ------------------------------------------------------------------ drawing the weights

    def _check_parameters(self, n_features: int, n_outputs: int) -> None:
        """Refuse what is out of range; topology and radius are checked where they are used."""
        check_scalar(self.n_units, "n_units", Integral, min_val=1)
        refuse_too_large(200 * int(self.n_units), f"n_units={self.n_units}")
        for name in ("bias_scaling", "feedback_scaling", "noise"):
            check_scalar(getattr(self, name), name, Real, min_val=0)
        check_name("activation", self.activation, CODES)
        check_name("dtype", self.dtype, ("float64", "float32"))
        self._check_plasticity()
        leak = _as_vector(self.leak_rate, self.n_units, "leak_rate", "n_units")
        if leak.min() <= 0 or leak.max() > 1:
            raise ValueError(f"leak_rate must lie in (0, 1], got {self.leak_rate!r}.")
        if self.leak_range is not None:
            ends = check_numbers(self.leak_range, "leak_range")
            if ends.shape != (2,) or not 0 < ends[0] <= ends[1] <= 1:
                raise ValueError(
                    f"leak_range must be a pair 0 < low <= high <= 1, got {self.leak_range!r}."
                )
            if np.any(leak != 1):
                raise ValueError(
                    f"leak_rate={self.leak_rate!r} and leak_range={self.leak_range!r} are both "
                    "given: use one or the other."
                )
        scaling = _as_vector(self.input_scaling, n_features, "input_scaling", "n_features")
        if scaling.min() < 0:
            raise ValueError(f"input_scaling must not be negative, got {self.input_scaling!r}.")
        if self.feedback_scaling and not n_outputs:
            raise ValueError(
                f"feedback_scaling={self.feedback_scaling} asks for output feedback, whose width "
                "comes from y, but y is None."
            )

    def _check_plasticity(self) -> None:
        if self.plasticity is None:
            return
        if not isinstance(self.plasticity, IntrinsicPlasticity):
            raise TypeError(
                f"plasticity must be an IntrinsicPlasticity or None, got {self.plasticity!r}."
            )
        self.plasticity.check()
        if self.activation != "tanh":
            raise ValueError(f"plasticity needs activation='tanh', got {self.activation!r}.")

    def _draw_recurrence(self) -> Any:
        """Draw W and scale it to the spectral radius."""
        rng = child_generator(self.seed_, "recurrence")
        W, radius = topologies.build(self.topology, self.n_units, self.connectivity, rng)
        W = scale_to_radius(W, self.spectral_radius, known=radius)
        _frozen(W if isinstance(W, np.ndarray) else W.data)
        return W

    def _draw_leaks(self) -> FloatArray:
        """Spread the leak rates over their range, or give all units theirs."""
        if self.leak_range is None:
            return _as_vector(self.leak_rate, self.n_units, "leak_rate", "n_units")
        leaks = np.geomspace(*self.leak_range, int(self.n_units))
        return child_generator(self.seed_, "leak").permutation(leaks)

    def _draw(
        self, purpose: Any, n_columns: int, connectivity: float, scaling: float | ArrayLike
    ) -> FloatArray:
        """Draw weights from the input or from the outputs."""
        if n_columns == 0:
            return _frozen(np.zeros((self.n_units, 0)))
        rng = child_generator(self.seed_, purpose)
        weights = topologies.random_matrix(
            self.n_units, n_columns, connectivity, rng, name=f"{purpose}_connectivity"
        )
        return _frozen(weights.toarray() * np.asarray(scaling, dtype=np.float64))

    def _lay_out(self) -> None:
        self._network = self._laid_out(np.dtype(self.dtype))

    def _laid_out(self, dtype: np.dtype[Any]) -> ReservoirWeights:
        """Copy the weights into the form in which the kernels read them."""
        return weigh(
            arrange(self.W_, dtype),
            np.vstack([self.W_in_.T, self.W_fb_.T]),
            self.bias_,
            self.leak_rates_,
            CODES[self.activation],
        )


class ReservoirVariant(Memory):
    """A memory with weights and noise drawn as those of a `Reservoir`, that steps otherwise."""

    noise: float = 0.0
    _drawn: Reservoir

    def _draw_weights(self, n_features: int, **options: Any) -> Reservoir:
        """Draw what a reservoir with the parameters that both have, and these, would draw."""
        shared = set(self.get_params()) & set(Reservoir().get_params())
        plain = plain_copy(self)
        given = {name: getattr(plain, name) for name in shared}
        self._drawn = Reservoir(**given | options).prepare(n_features)
        self.W_, self.W_in_, self.bias_ = self._drawn.W_, self._drawn.W_in_, self._drawn.bias_
        return self._drawn

    def _draw_noise(self, n_steps: int, rng: np.random.Generator | None) -> NDArray[Any]:
        """Draw the noise of some steps, if there is any."""
        return self._drawn.draw_noise(n_steps, rng if self.noise else None)

    def noise_generator(self, index: int) -> np.random.Generator:
        """Return the generator of the noise for sequence number `index`.

        Parameters
        ----------
        index : int
            Each sequence has a child seed of its own.

        Returns
        -------
        numpy.random.Generator
            The same for the same index.
        """
        return self._drawn.noise_generator(index)

    @property
    def n_features_out_(self) -> int:
        """Number of features that a step gives: one for each unit."""
        return self._drawn.n_features_out_


def _shift_each(teacher: FloatArray, offsets: Indices, first: FloatArray) -> FloatArray:
    """Shift y(n) to y(n-1) within each sequence, with ``first`` (n_sequences, n_outputs) ahead."""
    previous = np.roll(teacher, 1, axis=0)
    previous[offsets[:-1]] = first
    return previous


def _as_vector(values: float | ArrayLike, length: int, name: str, what: str) -> FloatArray:
    """Spread a number over a vector, or check that an array has its length."""
    vector = check_numbers(values, name)
    if vector.ndim and vector.shape != (length,):
        raise ValueError(
            f"{name} has shape {vector.shape}, but a number or shape ({length},), one for each "
            f"of {what}, is needed."
        )
    return np.broadcast_to(vector, (length,))


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Make an array read-only, so that nobody edits weights that would not be used."""
    array.setflags(write=False)
    return array

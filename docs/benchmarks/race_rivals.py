"""Who runs in the race: each in its own idiom, with the weights of one fitted reservoir.

Every method gets ready and returns a function without arguments, which is what is timed. What a
contestant cannot do, it has no method for.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.base import clone

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.kernels.sparse_layout import slice_rows

# JAX reads these when it is imported.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)
os.environ.setdefault("JAX_ENABLE_X64", "1")

FloatArray = NDArray[np.float64]
Run = Callable[[], Any]

WASHOUT = 100
SOURCE = Path(__file__).with_name("race.c")
FLAGS = ["-O3", "-march=native", "-ffp-contract=fast", "-shared", "-fPIC"]
SLICE = 16


class AbsentError(Exception):
    """Why a contestant does not start."""


class Closing(NamedTuple):
    """A readout, and what is heard before the loop is closed on the last output."""

    coef: FloatArray  # (n_outputs, n_units), without an intercept
    heard: FloatArray  # (n_heard, n_outputs)


class Contestant:
    """Someone with the weights of a fitted reservoir, whose leak rate is 1."""

    name = ""
    packages: tuple[str, ...] = ()
    most_units = 20_000

    def __init__(self, reservoir: Reservoir) -> None:
        self.reservoir = reservoir
        self.W = scipy.sparse.csr_matrix(reservoir.W_)
        self.W_in, self.bias = np.array(reservoir.W_in_), np.array(reservoir.bias_)

    @classmethod
    def title(cls) -> str:
        """Name it with its version, if it is installed."""
        try:
            return " ".join([cls.name, *(version(package) for package in cls.packages)])
        except PackageNotFoundError:
            return cls.name

    def dense(self) -> FloatArray:
        """W with all its zeros."""
        return self.W.toarray()


class Plain(Contestant):
    """The update as it is written, in numpy and scipy: what all others are compared with."""

    name = "plain loop, scipy"
    packages = ("scipy",)

    def states(self, X: FloatArray) -> Run:
        """Run over one sequence."""
        return partial(self.run, X[np.newaxis])

    def panel(self, sequences: FloatArray) -> Run:
        """Run over (n_sequences, n_steps, n_features) side by side."""
        return partial(self.run, sequences)

    def run(self, sequences: FloatArray) -> FloatArray:
        """Return the states, (n_steps, n_units) of a single sequence."""
        n_sequences, n_steps, _ = sequences.shape
        H, states = np.zeros((len(self.bias), n_sequences)), []
        for t in range(n_steps):
            H = np.tanh(self.W @ H + self.W_in @ sequences[:, t].T + self.bias[:, np.newaxis])
            states.append(H.T)
        return np.stack(states, axis=1).squeeze(axis=0 if n_sequences == 1 else ())

    def free(self, closing: Closing, n_steps: int) -> Run:
        """Hear something, then run on the outputs."""

        def run() -> FloatArray:
            h, outputs = self.run(closing.heard[np.newaxis])[-1], []
            for _ in range(n_steps):
                outputs.append(closing.coef @ h)
                h = np.tanh(self.W @ h + self.W_in @ outputs[-1] + self.bias)
            return np.array(outputs)

        return run


class Esnkit(Contestant):
    """Us."""

    name = "esnkit"
    readout: Any = RidgeReadout(1e-6)

    def states(self, X: FloatArray) -> Run:
        """Run over one sequence."""
        return partial(self.reservoir.transform, X)

    def panel(self, sequences: FloatArray) -> Run:
        """Run over a list of sequences."""
        return partial(self.reservoir.transform, list(sequences))

    def free(self, closing: Closing, n_steps: int) -> Run:
        """Hear something, then run on the outputs."""
        model = self.model(RidgeReadout(1e-6, fit_intercept=False))
        model.fit(closing.heard[:-1], closing.heard[1:])
        model.readout_.coef_ = closing.coef
        model = model.with_readout(model.readout_)

        def run() -> FloatArray:
            first, state = model.predict(closing.heard, return_state=True)
            return np.concatenate([first[-1:], model.free_run(n_steps - 1, state=state)])

        return run

    def forecast(self, series: FloatArray, n_steps: int, alpha: float) -> Run:
        """Fit and run on."""
        return partial(self.fit_and_run, self.readout_for(alpha), series, n_steps)

    def fit_and_run(self, readout: RidgeReadout, series: FloatArray, n_steps: int) -> FloatArray:
        """Fit to a series and go on behind its end."""
        return self.model(readout).fit(series[:-1], series[1:]).free_run(n_steps)

    def readout_for(self, alpha: float) -> RidgeReadout:
        """Return the readout of a forecast."""
        return RidgeReadout(alpha)

    def model(self, readout: RidgeReadout) -> ESNRegressor:
        """Put a readout behind a reservoir that is given W and draws the rest, as the first did."""
        reservoir = clone(self.reservoir).set_params(topology=self.W, spectral_radius=None)
        return ESNRegressor(reservoir, readout, washout=WASHOUT, include_input=False)


class EsnkitGram(Esnkit):
    """Us by normal equations."""

    name = 'esnkit, solver="gram"'

    def readout_for(self, alpha: float) -> RidgeReadout:
        """Return the readout of a forecast."""
        return RidgeReadout(alpha, solver="gram")


class EsnkitAuto(Esnkit):
    """Us, choosing the penalty."""

    name = 'esnkit, alpha="auto"'

    def readout_for(self, alpha: float) -> RidgeReadout:
        """Return the readout of a forecast."""
        return RidgeReadout()


@cache
def compiled(compiler: str) -> ctypes.CDLL:
    """Compile the C kernel and load it."""
    if shutil.which(compiler) is None:
        raise AbsentError("no such compiler")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = str(Path(folder) / "race.so")
        command = [compiler, *FLAGS, "-o", library, str(SOURCE)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.splitlines() or ["no message"])[0]
            raise AbsentError(f"does not compile: {reason}")
        return ctypes.CDLL(library)


class CKernel(Contestant):
    """The state loop of race.c."""

    name = "C, gcc"
    compiler = "gcc"

    def __init__(self, reservoir: Reservoir) -> None:
        super().__init__(reservoir)
        self.library = compiled(self.compiler)
        self.laid_out = slice_rows(scipy.sparse.csr_array(self.W))
        self.n_units = len(self.bias)
        self.n_padded = -(-self.n_units // SLICE) * SLICE
        self.drive = np.zeros((self.W_in.shape[1], self.n_padded))
        self.drive[:, : self.n_units] = self.W_in.T
        self.padded_bias = np.zeros(self.n_padded)
        self.padded_bias[: self.n_units] = self.bias

    def call(self, function: str, sizes: list[int], *arrays: FloatArray) -> None:
        """Call a function of the library with the network and some arrays."""
        network = [*self.laid_out[:3], self.drive, self.padded_bias]
        getattr(self.library, function)(
            *map(ctypes.c_int64, sizes),
            *(ctypes.c_void_p(array.ctypes.data) for array in network),
            ctypes.c_double(1.0),
            *(ctypes.c_void_p(array.ctypes.data) for array in arrays),
        )

    def states(self, X: FloatArray) -> Run:
        """Run over one sequence; the array of states is new for each run, as everyone's is."""
        X = np.ascontiguousarray(X)

        def run() -> FloatArray:
            states = np.empty((len(X) + 1, self.n_padded))
            states[0] = 0
            self.call("run_one", [len(X), self.n_padded, X.shape[1]], X, states)
            return states[1:, : self.n_units]

        return run

    def panel(self, sequences: FloatArray) -> Run:
        """Run over groups of sixteen sequences, the last of them filled up with zeros."""
        n_sequences, n_steps, n_features = sequences.shape
        padded = np.zeros((-(-n_sequences // SLICE) * SLICE, n_steps, n_features))
        padded[:n_sequences] = sequences

        def run() -> FloatArray:
            states = np.empty((len(padded), n_steps, self.n_units))
            for first in range(0, len(padded), SLICE):
                work = np.zeros(2 * SLICE * self.n_units + 8)
                work = work[-work.ctypes.data % 64 // 8 :]  # begins where a cache line does
                sizes = [n_steps, self.n_units, self.n_padded, n_features]
                self.call("run_lanes", sizes, padded[first:], states[first:], work)
            return states[:n_sequences]

        return run


class CKernelClang(CKernel):
    """The same, compiled by clang."""

    name = "C, clang"
    compiler = "clang"


class ReservoirPy(Contestant):
    """A sparse product in scipy for each step."""

    name = "ReservoirPy"
    packages = ("reservoirpy",)

    def __init__(self, reservoir: Reservoir) -> None:
        super().__init__(reservoir)
        from reservoirpy import nodes

        self.nodes = nodes

    def node(self) -> Any:
        """Make a reservoir."""
        return self.nodes.Reservoir(W=self.W, Win=self.W_in, bias=self.bias, lr=1.0)

    def states(self, X: FloatArray) -> Run:
        """Run over one sequence."""
        node = self.node()
        node.initialize(X)

        def run() -> FloatArray:
            node.reset()
            return node.run(X)

        return run

    def panel(self, sequences: FloatArray) -> Run:
        """Run over one sequence after the other."""
        node = self.node()
        node.initialize(sequences[0])

        def run() -> list[FloatArray]:
            states = []
            for X in sequences:
                node.reset()
                states.append(node.run(X))
            return states

        return run

    def free(self, closing: Closing, n_steps: int) -> Run:
        """Hear something, then step on each output."""
        n_outputs = len(closing.coef)
        readout = self.nodes.Ridge(Wout=closing.coef.T, bias=np.zeros(n_outputs))
        node = self.node()
        model = node >> readout
        model.initialize(closing.heard, closing.heard)

        def run() -> FloatArray:
            node.reset()
            return self.go_on(model, model.run(closing.heard)[-1], n_steps)

        return run

    @staticmethod
    def go_on(model: Any, y: FloatArray, n_steps: int) -> FloatArray:
        """Return an output and those that follow it."""
        outputs = [y]
        for _ in range(n_steps - 1):
            y = model.step(y)
            outputs.append(y)
        return np.array(outputs)

    def forecast(self, series: FloatArray, n_steps: int, alpha: float) -> Run:
        """Fit and step on each output."""

        def run() -> FloatArray:
            model = self.node() >> self.nodes.Ridge(ridge=alpha)
            model.fit(series[:-1], series[1:], warmup=WASHOUT)
            return self.go_on(model, model.step(series[-1]), n_steps)

        return run


class Echoes(Contestant):
    """A dense product in numba for each step. It leaves out the first input."""

    name = "echoes"
    packages = ("echoes",)
    most_units = 1000

    def __init__(self, reservoir: Reservoir) -> None:
        super().__init__(reservoir)
        from echoes import ESNGenerator
        from echoes.reservoir import ReservoirLeakyNeurons
        from echoes.utils import tanh

        self.generator, self.neurons, self.tanh = ESNGenerator, ReservoirLeakyNeurons, tanh

    def states(self, X: FloatArray) -> Run:
        """Run over one sequence."""
        neurons = self.neurons(
            W_in=self.W_in,
            W=self.dense(),
            W_fb=np.zeros((len(self.bias), 1)),
            bias=self.bias,
            activation=self.tanh,
        )
        X = np.concatenate([np.zeros((1, X.shape[1])), X])
        y = np.zeros((len(X), 1))
        return lambda: neurons.harvest_states(X, y)[1:]

    def panel(self, sequences: FloatArray) -> Run:
        """Run over one sequence after the other."""
        runs = [self.states(X) for X in sequences]
        return lambda: [run() for run in runs]

    def model(self, n_steps: int, alpha: float) -> Any:
        """Make what generates a series from nothing but its own outputs."""
        radius = float(np.abs(np.linalg.eigvals(self.dense())).max())  # it scales what it is given
        return self.generator(
            n_steps=n_steps,
            W=self.dense(),
            W_in=np.zeros((len(self.bias), 1)),
            W_fb=self.W_in,
            spectral_radius=radius,
            bias=self.bias,
            activation=self.tanh,
            fit_only_states=True,
            regression_method="ridge",
            ridge_alpha=alpha,
            ridge_fit_intercept=False,
        )

    def free(self, closing: Closing, n_steps: int) -> Run:
        """Run on the outputs; what was heard before is not timed."""
        model = self.model(n_steps, 1.0).fit(None, closing.heard)
        model.W_out_ = closing.coef
        last = model.last_state_, model.last_input_, model.last_output_

        def run() -> FloatArray:
            model.last_state_, model.last_input_, model.last_output_ = last
            return model.predict()

        return run

    def forecast(self, series: FloatArray, n_steps: int, alpha: float) -> Run:
        """Fit and generate."""
        model = self.model(n_steps, alpha).set_params(n_transient=WASHOUT)
        return lambda: model.fit(None, series).predict()


class Torch(Contestant):
    """`torch.nn.RNN` in double precision; its matrix is dense."""

    name = "torch"
    packages = ("torch",)
    most_units = 1000

    def __init__(self, reservoir: Reservoir) -> None:
        super().__init__(reservoir)
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        self.tensor = partial(torch.tensor, dtype=torch.float64)
        n_units, n_features = self.W_in.shape
        self.layer = torch.nn.RNN(n_features, n_units, batch_first=True, dtype=torch.float64)
        with torch.no_grad():
            self.layer.weight_hh_l0.copy_(self.tensor(self.dense()))
            self.layer.weight_ih_l0.copy_(self.tensor(self.W_in))
            self.layer.bias_ih_l0.copy_(self.tensor(self.bias))
            self.layer.bias_hh_l0.zero_()

    def states(self, X: FloatArray) -> Run:
        """Run over one sequence."""
        return self.run(self.tensor(X))

    def panel(self, sequences: FloatArray) -> Run:
        """Run over a batch."""
        return self.run(self.tensor(sequences))

    def run(self, rows: Any) -> Run:
        """Return what runs over rows or a batch of them."""

        def run() -> Any:
            with self.torch.inference_mode():
                return self.layer(rows)[0].numpy()

        return run

    def free(self, closing: Closing, n_steps: int) -> Run:
        """Hear something, then step on each output."""
        coef, heard = self.tensor(closing.coef), self.tensor(closing.heard)

        def run() -> FloatArray:
            with self.torch.inference_mode():
                return self.go_on(self.layer(heard)[1], coef, 0.0, n_steps)

        return run

    def go_on(self, h: Any, coef: Any, intercept: Any, n_steps: int) -> FloatArray:
        """Return the output of a state and those that follow it."""
        y, outputs = h @ coef.T + intercept, []
        for _ in range(n_steps):
            outputs.append(y)
            _, h = self.layer(y, h)
            y = h @ coef.T + intercept
        return self.torch.cat(outputs).numpy()

    def forecast(self, series: FloatArray, n_steps: int, alpha: float) -> Run:
        """Solve the normal equations, and step on each output."""
        rows = self.tensor(series)

        def run() -> FloatArray:
            with self.torch.inference_mode():
                states, _ = self.layer(rows)
                Z, Y = states[WASHOUT:-1], rows[WASHOUT + 1 :]
                mean, target = Z.mean(0), Y.mean(0)
                Z, Y = Z - mean, Y - target
                gram = Z.T @ Z + alpha * self.torch.eye(Z.shape[1], dtype=Z.dtype)
                coef = self.torch.linalg.solve(gram, Z.T @ Y).T
                return self.go_on(states[-1:], coef, target - coef @ mean, n_steps)

        return run


class Xesn(Contestant):
    """A sparse product in scipy for each step. It shows no states."""

    name = "xesn"
    packages = ("xesn",)

    def __init__(self, reservoir: Reservoir) -> None:
        super().__init__(reservoir)
        import xarray
        import xesn

        self.ESN, self.DataArray = xesn.ESN, xarray.DataArray

    def model(self, alpha: float) -> Any:
        """Make a network with the weights."""
        n_units, n_features = self.W_in.shape
        esn = self.ESN(n_features, n_features, n_units, leak_rate=1.0, tikhonov_parameter=alpha)
        esn.W, esn.Win, esn.bias_vector = self.W, self.W_in, self.bias
        return esn

    def as_data(self, rows: FloatArray, n_ahead: int = 0) -> Any:
        """Put time last, as it asks for, and give the steps to be predicted their times."""
        rows = np.concatenate([rows, np.zeros((n_ahead, rows.shape[1]))])
        time = {"time": np.arange(len(rows), dtype=float)}
        data = self.DataArray(np.ascontiguousarray(rows.T), dims=("x", "time"), coords=time)
        data["time"].attrs["delta_t"] = 1.0
        return data

    def free(self, closing: Closing, n_steps: int) -> Run:
        """Hear something, then run on the outputs."""
        model, heard = self.model(1.0), self.as_data(closing.heard, n_steps)
        model.Wout = closing.coef
        return lambda: model.predict(heard, n_steps, len(closing.heard) - 1).values[:, 1:].T

    def forecast(self, series: FloatArray, n_steps: int, alpha: float) -> Run:
        """Train, spin up over the last rows, and predict."""
        known = self.as_data(series)
        last = self.as_data(series[-WASHOUT:], n_steps)

        def run() -> FloatArray:
            model = self.model(alpha)
            model.train(known, n_spinup=WASHOUT)  # by itself to the step that follows
            return model.predict(last, n_steps, WASHOUT - 1).values[:, 1:].T

        return run


class ResDAG(Contestant):
    """Modules of PyTorch."""

    name = "ResDAG"
    packages = ("resdag",)
    most_units = 1000

    def __init__(self, reservoir: Reservoir) -> None:
        super().__init__(reservoir)
        import resdag
        import torch

        torch.set_num_threads(1)
        self.torch, self.resdag = torch, resdag
        self.tensor = partial(torch.tensor, dtype=torch.float64)

    def layer(self) -> Any:
        """Make a reservoir; whether its matrix is sparse is left to it."""
        n_units, n_features = self.W_in.shape
        options = {"sparse": "auto", "dtype": self.torch.float64}
        layer = self.resdag.layers.ESNLayer(n_units, n_features, **options)
        self.give_weights(layer)
        return layer.eval()

    def give_weights(self, model: Any) -> None:
        """Put the weights in their places."""
        given = {"weight_hh": self.dense(), "weight_feedback": self.W_in, "bias_h": self.bias}
        state = model.state_dict()
        for name in state:
            if name.split(".")[-1] in given:
                state[name] = self.tensor(given[name.split(".")[-1]])
        model.load_state_dict(state)

    def states(self, X: FloatArray) -> Run:
        """Run over one sequence."""
        run = self.panel(X[np.newaxis])
        return lambda: run()[0]

    def panel(self, sequences: FloatArray) -> Run:
        """Run over a batch."""
        layer, batch = self.layer(), self.tensor(sequences)

        def run() -> FloatArray:
            with self.torch.inference_mode():
                layer.reset_state()
                return layer(batch).numpy()

        return run

    def free(self, closing: Closing, n_steps: int) -> Run:
        """Hear something, then run on the outputs."""
        n_units, n_features = self.W_in.shape
        model = self.resdag.models.classic_esn(
            n_units, n_features, n_features, input_to_readout=False, readout_bias=False
        ).double()
        self.give_weights(model)
        state = model.state_dict()
        state[next(name for name in state if "Readout" in name)] = self.tensor(closing.coef)
        model.load_state_dict(state)
        heard = self.tensor(closing.heard)[None]
        return lambda: model.eval().forecast(heard, horizon=n_steps)[0].numpy()

    def forecast(self, series: FloatArray, n_steps: int, alpha: float) -> Run:
        """Fit and forecast through its front door."""
        n_units, n_features = self.W_in.shape
        rows = self.tensor(series)

        def run() -> FloatArray:
            esn = self.resdag.ESN(
                n_units,
                washout=WASHOUT,
                alpha=alpha,
                preprocessing=None,
                input_to_readout=False,
                dtype=self.torch.float64,
            )
            self.give_weights(esn.build(n_features))
            return esn.fit(rows).forecast(horizon=n_steps).numpy()

        return run


class OpenReservoirComputing(Contestant):
    """JAX, compiled for the CPU."""

    name = "OpenReservoirComputing"
    packages = ("OpenReservoirComputing",)
    most_units = 10_000

    def __init__(self, reservoir: Reservoir) -> None:
        super().__init__(reservoir)
        import equinox
        import jax
        from orc import forecaster

        jax.config.update("jax_enable_x64", True)
        self.jax, self.equinox, self.forecaster = jax, equinox, forecaster
        n_units, n_features = self.W_in.shape
        model = forecaster.ESNForecaster(n_features, n_units, leak_rate=1.0, Wr_density=0.01)
        W = jax.experimental.sparse.BCOO.from_scipy_sparse(self.W)
        W = jax.experimental.sparse.BCOO(
            (W.data[None], W.indices[None]), shape=(1, n_units, n_units)
        )
        self.model = equinox.tree_at(
            lambda m: (m.driver.wr, m.embedding.win, m.driver.bias),
            model,
            (W, jax.numpy.array(self.W_in[None]), jax.numpy.array(self.bias[None])),
        )

    def states(self, X: FloatArray) -> Run:
        """Run over one sequence."""
        rows, start = self.jax.numpy.array(X), self.model.driver.default_state()
        return lambda: np.asarray(self.model.force(rows, start))[:, 0]

    def panel(self, sequences: FloatArray) -> Run:
        """Run over a batch."""
        batch, start = self.jax.numpy.array(sequences), self.model.driver.default_state()
        force = self.equinox.filter_jit(self.jax.vmap(self.model.force, in_axes=(0, None)))
        return lambda: np.asarray(force(batch, start))[:, :, 0]

    def free(self, closing: Closing, n_steps: int) -> Run:
        """Hear something, then run on the outputs."""
        coef = self.jax.numpy.array(closing.coef[None])
        model = self.equinox.tree_at(lambda m: m.readout.wout, self.model, coef)
        heard = self.jax.numpy.array(closing.heard)
        return lambda: np.asarray(model.forecast_from_IC(n_steps, heard))

    def forecast(self, series: FloatArray, n_steps: int, alpha: float) -> Run:
        """Train and forecast."""
        rows = self.jax.numpy.array(series)

        def run() -> FloatArray:
            model, states = self.forecaster.train_ESNForecaster(
                self.model, rows[:-1], rows[1:], spinup=WASHOUT, beta=alpha
            )
            return np.asarray(model.forecast(n_steps, states[-1]))

        return run


KERNELS = (CKernel, CKernelClang)
RIVALS = (ReservoirPy, Echoes, Torch, ResDAG, OpenReservoirComputing, Xesn, Plain)


def enter(contestant: type[Contestant], part: str, reservoir: Reservoir, *task: Any) -> Run:
    """Get a contestant ready for a part of the race, or say why it does not start."""
    n_units = len(reservoir.bias_)
    if not hasattr(contestant, part):
        raise AbsentError("shows no states")
    if n_units > contestant.most_units:
        raise AbsentError("too large to wait for")
    try:
        return getattr(contestant(reservoir), part)(*task)
    except ImportError as error:
        raise AbsentError(f"cannot be imported: {error}") from error

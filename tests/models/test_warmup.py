"""Compiling ahead, and processes that find no compiled code at the same time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from numba import config

import esnkit
from esnkit.memories.base import Memory

pytestmark = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")

# Each process tells of every kernel how often it compiled it and how often it found it compiled.
REPORT = """
import json, sys
import numpy as np
from esnkit.kernels import activations, closed_loop, lanes, reservoir, stepper
{body}
found = {{}}
for module in (activations, closed_loop, lanes, reservoir, stepper):
    for name, value in vars(module).items():
        if hasattr(value, "stats") and getattr(value, "__module__", "") == module.__name__:
            compiled = sum(value.stats.cache_misses.values())
            found[name] = [compiled, sum(value.stats.cache_hits.values())]
print(json.dumps(found))
"""
ONE_KERNEL = """
values = np.linspace(-2, 2, 50)
activations.activate(activations.TANH, values)
assert np.allclose(values, np.tanh(np.linspace(-2, 2, 50)))
"""
FIT = """
from esnkit import ESNRegressor, Reservoir, warmup
warmup(progress=False) if sys.argv[1:] else None
wave = np.sin(np.arange(300) / 5)
model = ESNRegressor(Reservoir(30, random_state=0)).fit(wave[:-1, None], wave[1:])
model.free_run(10)
"""


def start(body, folder, *arguments):
    """Start a process whose compiled code is kept in a folder."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    command = [sys.executable, "-c", REPORT.format(body=body), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)


def finish(process):
    output, _ = process.communicate(timeout=900)
    assert process.returncode == 0
    return json.loads(output)


def test_four_processes_that_start_together_compile_once(tmp_path):
    reports = [finish(process) for process in [start(ONE_KERNEL, tmp_path) for _ in range(4)]]
    for name in ("activate", "tanh"):
        assert sum(report[name][0] for report in reports) == 1
    assert sum(report["activate"][1] for report in reports) == 3
    again = finish(start(ONE_KERNEL, tmp_path))
    assert again["activate"] == [0, 1]


@pytest.mark.slow
def test_nothing_is_left_to_compile_for_a_first_fit(tmp_path):
    first = finish(start(FIT, tmp_path, "warm"))
    assert first["run_driven"][0] == 1
    second = finish(start(FIT, tmp_path))
    assert {name: count for name, (count, _) in second.items() if count} == {}


def signatures():
    """How many kinds of arrays each kernel is compiled for in this process."""
    return {
        f"{module}.{name}": len(value.signatures)
        for module, content in list(sys.modules.items())
        if module.startswith("esnkit.kernels.")
        for name, value in vars(content).items()
        if hasattr(value, "signatures")
    }


def of_fortran(X):
    return np.asfortranarray(X)


def of_slices(X):
    return X.repeat(2, axis=1)[:, ::2]


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def use(model, X, y):
    """Use the verbs of a model, on inputs of which the first stands for its own outputs."""
    if isinstance(model, Memory):
        model.fit(X).transform(X)
        return
    model.fit(X, y).predict(X)
    if getattr(model, "can_run_freely", True):
        model.free_run(4, X[:4, 1:])


USED = [
    *(
        memory
        for kind in (
            esnkit.ES2N(8),
            esnkit.DelayedReservoir(8),
            esnkit.SpikingReservoir(8),
            esnkit.Reservoir(8),
            esnkit.TappedDelayLine(2),
            esnkit.GammaMemory(2),
        )
        for memory in (kind, esnkit.ESNRegressor(kind))
    ),
    esnkit.ESNRegressor(esnkit.Reservoir(8), esnkit.RLSReadout()),
    esnkit.RNNRegressor(hidden_layer_sizes=(4,), max_iter=1),
]


@pytest.mark.parametrize("layout", [of_fortran, of_slices, read_only])
@pytest.mark.parametrize("model", USED, ids=lambda m: f"{m}"[:60])
def test_no_layout_of_inputs_is_compiled_anew(model, layout):
    X = np.random.default_rng(0).normal(size=(40, 3))
    use(model, X, X[:, 0])
    before = signatures()
    use(model, layout(X), X[:, 0])
    assert signatures() == before


def test_no_field_is_compiled_anew():
    """Flags of the closed loop are flags, whatever stands for them in the parameters."""
    field = np.random.default_rng(0).normal(size=(60, 4))
    model = esnkit.ESNRegressor(esnkit.Reservoir(8))
    esnkit.Forecaster(model).fit(field).forecast(2)
    before = signatures()
    esnkit.LocalForecaster(model, patch_size=2, overlap=1).fit(field).forecast(2)
    assert signatures() == before


def test_progress_is_one_line(capsys):
    esnkit.warmup(progress=False)
    assert capsys.readouterr() == ("", "")
    esnkit.warmup()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Compiling" in captured.err
    assert "steppers" in captured.err

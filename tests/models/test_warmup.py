"""Compiling ahead, and processes that find no compiled code at the same time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from numba import config

import esnkit

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


def test_progress_is_one_line(capsys):
    esnkit.warmup(progress=False)
    assert capsys.readouterr() == ("", "")
    esnkit.warmup()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Compiling" in captured.err
    assert "steppers" in captured.err

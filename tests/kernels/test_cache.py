"""The cache of compiled code: what is wrong with it costs time, and nothing else."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numba
import pytest

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled"
)

# A package with one kernel, so that nothing else has to be compiled.
KERNEL = """
import resource, signal, warnings
import numpy as np
{before}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from doubling import quadruple
    values = np.ones(3)
    quadruple(values)
print(values.tolist(), [str(one.message) for one in caught])
"""
DOUBLING = """
from esnkit.kernels.jit import kernel


@kernel
def double(values):
    for i in range(len(values)):
        values[i] *= 2


@kernel
def quadruple(values):
    double(values)
    double(values)
"""


def run(folder: Path, before: str = "", **environment: str | None) -> str:
    if not (folder / "doubling.py").exists():  # a new date would make the cache stale
        (folder / "doubling.py").write_text(DOUBLING)
    known = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")} | environment
    known["PYTHONPATH"] = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", KERNEL.format(before=before)],
        env={name: value for name, value in known.items() if value is not None},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_told_once(said: str) -> None:
    assert said.startswith("[4.0, 4.0, 4.0]")
    assert said.count("The cache of compiled code") == 1
    assert "ESNKIT_CACHE=0" in said
    assert "NUMBA_CACHE_DIR" in said


def test_a_sound_cache_is_not_spoken_of_and_is_used(tmp_path):
    assert run(tmp_path) == "[4.0, 4.0, 4.0] []\n"
    files = {file: file.stat().st_mtime_ns for file in (tmp_path / "cache").rglob("*.nbc")}
    assert len(files) == 2
    assert run(tmp_path) == "[4.0, 4.0, 4.0] []\n"
    assert files == {file: file.stat().st_mtime_ns for file in files}


def test_only_what_this_source_and_processor_can_use_counts_as_usable(tmp_path):
    count = """
import atexit
def say():
    import doubling
    from esnkit.kernels.jit import count_usable
    print(count_usable(doubling.double), count_usable(doubling.quadruple), count_usable(say))
atexit.register(say)
"""
    assert run(tmp_path, count).endswith("1 1 0\n")
    cold = run(tmp_path, "import doubling\n" + count + "say()", NUMBA_CPU_NAME="generic")
    assert cold.startswith("0 0 0\n")
    (tmp_path / "doubling.py").write_text(f"{DOUBLING}\n# another source\n")
    assert run(tmp_path, count + "say()").startswith("0 0 0\n")


def test_a_full_volume_is_done_without(tmp_path):
    full = (
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "import numba, sklearn, scipy\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    )
    assert_told_once(run(tmp_path, full))


def test_where_no_folder_is_writable_it_is_done_without(tmp_path):
    nowhere = (
        "from numba.core.caching import CompileResultCacheImpl\n"
        "CompileResultCacheImpl._locator_classes = []"
    )
    assert_told_once(run(tmp_path, nowhere))
    (tmp_path / "cache").write_text("a file")  # then numba takes a folder of its own choice
    assert run(tmp_path).startswith("[4.0, 4.0, 4.0]")


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "damage",
    ["cut", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("empty", "text", "gone"))],
)
def test_damaged_files_are_replaced(tmp_path, ending, damage):
    run(tmp_path)
    for file in (tmp_path / "cache").rglob(f"*.{ending}"):
        whole = file.read_bytes()
        missing = b"cesnkit.core.state\nClassOfAnOlderVersion\n."
        head = pickle.dumps(numba.__version__, protocol=-1) if ending == "nbi" else b""
        file.write_bytes(
            {"cut": whole[:-9], "empty": b"", "text": b"no pickle", "gone": head + missing}[damage]
        )
    assert_told_once(run(tmp_path))
    assert run(tmp_path) == "[4.0, 4.0, 4.0] []\n"


def test_without_a_home_and_without_a_cache(tmp_path):
    assert run(tmp_path, HOME=None) == "[4.0, 4.0, 4.0] []\n"
    assert run(tmp_path, ESNKIT_CACHE="0", NUMBA_CACHE_DIR="/proc/none") == "[4.0, 4.0, 4.0] []\n"

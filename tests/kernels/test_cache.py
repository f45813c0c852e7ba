"""The cache of compiled code: what is wrong with it costs time, and nothing else."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
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
# A process that has imported all but esnkit, which takes longest, and forks for each request.
SERVER = """
import json, os, sys
import numba, pandas, scipy.linalg, scipy.sparse, sklearn.base, sklearn.linear_model
for line in sys.stdin:
    request = json.loads(line)
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([code, said]), flush=True)
        continue
    os.environ.clear()
    os.environ.update(request["environment"])
    numba.config.reload_config()
    sys.path[:0] = request["path"]
    os.dup2(writing, 1)
    os.close(writing)
    os.dup2(os.open(request["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    exec(request["code"], {"__name__": "__main__"})
    sys.exit()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.communicate()  # no more requests, so that it ends


@pytest.fixture
def run(server: subprocess.Popen[str], tmp_path: Path) -> Callable[..., str]:
    """Return what a process of its own prints that uses the kernel."""

    def ask(before: str = "", **environment: str | None) -> str:
        if not (tmp_path / "doubling.py").exists():  # a new date would make the cache stale
            (tmp_path / "doubling.py").write_text(DOUBLING)
        known = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")} | environment
        request = {
            "code": KERNEL.format(before=before),
            "environment": {name: value for name, value in known.items() if value is not None},
            "path": [str(tmp_path), str(Path(__file__).parents[2])],
            "errors": str(tmp_path / "errors"),
        }
        assert server.stdin is not None
        assert server.stdout is not None
        print(json.dumps(request), file=server.stdin, flush=True)
        code, said = json.loads(server.stdout.readline())
        assert code == 0, (tmp_path / "errors").read_text()
        return said

    return ask


def assert_told_once(said: str) -> None:
    assert said.startswith("[4.0, 4.0, 4.0]")
    assert said.count("The cache of compiled code") == 1
    assert "ESNKIT_CACHE=0" in said
    assert "NUMBA_CACHE_DIR" in said


def test_a_sound_cache_is_not_spoken_of_and_is_used(run, tmp_path):
    assert run() == "[4.0, 4.0, 4.0] []\n"
    files = {file: file.stat().st_mtime_ns for file in (tmp_path / "cache").rglob("*.nbc")}
    assert len(files) == 2
    assert run() == "[4.0, 4.0, 4.0] []\n"
    assert files == {file: file.stat().st_mtime_ns for file in files}


def test_only_what_this_source_and_processor_can_use_counts_as_usable(run, tmp_path):
    count = """
import atexit
def say():
    import doubling
    from esnkit.kernels.jit import count_usable
    print(count_usable(doubling.double), count_usable(doubling.quadruple), count_usable(say))
atexit.register(say)
"""
    assert run(count).endswith("1 1 0\n")
    cold = run("import doubling\n" + count + "say()", NUMBA_CPU_NAME="generic")
    assert cold.startswith("0 0 0\n")
    (tmp_path / "doubling.py").write_text(f"{DOUBLING}\n# another source\n")
    assert run(count + "say()").startswith("0 0 0\n")


def test_a_full_volume_is_done_without(run, tmp_path):
    full = (
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "import numba, sklearn, scipy\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    )
    assert_told_once(run(full))


def test_where_no_folder_is_writable_it_is_done_without(run, tmp_path):
    nowhere = (
        "from numba.core.caching import CompileResultCacheImpl\n"
        "CompileResultCacheImpl._locator_classes = []"
    )
    assert_told_once(run(nowhere))
    (tmp_path / "cache").write_text("a file")  # then numba takes a folder of its own choice
    assert run().startswith("[4.0, 4.0, 4.0]")


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "damage",
    ["cut", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("empty", "text", "gone"))],
)
def test_damaged_files_are_replaced(run, tmp_path, ending, damage):
    run()
    for file in (tmp_path / "cache").rglob(f"*.{ending}"):
        whole = file.read_bytes()
        missing = b"cesnkit.core.state\nClassOfAnOlderVersion\n."
        head = pickle.dumps(numba.__version__, protocol=-1) if ending == "nbi" else b""
        file.write_bytes(
            {"cut": whole[:-9], "empty": b"", "text": b"no pickle", "gone": head + missing}[damage]
        )
    assert_told_once(run())
    assert run() == "[4.0, 4.0, 4.0] []\n"


def test_without_a_home_and_without_a_cache(run, tmp_path):
    assert run(HOME=None) == "[4.0, 4.0, 4.0] []\n"
    assert run(ESNKIT_CACHE="0", NUMBA_CACHE_DIR="/proc/none") == "[4.0, 4.0, 4.0] []\n"

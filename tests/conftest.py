"""What every test starts from, before anything else is imported."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import pytest
from hypothesis import settings

# Before numpy is imported, or it is too late: results differ in the last bit between thread
# counts, and threads of several test runs on one machine only stand in each other's way.
for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("SCIPY_ARRAY_API", "1")  # or scikit-learn skips its checks of array types

# The first call of a kernel compiles it, which is no fault of the example that happens to call.
# The same examples each time, so that a change is judged by what it changes; look for others by
# --hypothesis-profile=explore.
settings.register_profile("esnkit", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("esnkit")

# Where models are fitted, so that results hang on the kernels of linear algebra.
_FOLDERS_THAT_FIT = {
    "analysis",
    "forecasting",
    "memories",
    "models",
    "networks",
    "plotting",
    "readouts",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let tests be repeated under other seeds, to find those that pass by luck."""
    parser.addoption(
        "--shift-seeds",
        type=int,
        default=0,
        help="add this to every integer seed of data and models; tests of exact figures then fail",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Shift the seeds before any module of tests draws its data, in processes of tests too."""
    shift = config.getoption("--shift-seeds")
    if shift:
        folder = str(Path(__file__).parent / "shifted")
        paths = [folder, os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        os.environ["ESNKIT_TESTS_SHIFT_SEEDS"] = str(shift)
        runpy.run_path(f"{folder}/sitecustomize.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is repeated under the kernels of another processor."""
    for item in items:
        if _FOLDERS_THAT_FIT & set(item.path.parts):
            item.add_marker("fits_models")

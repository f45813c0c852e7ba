"""The structure of the package, in counts, before it was rebuilt and now.

Files that a series passes are the distinct modules of esnkit of which a line runs between entering
`AutoESN.fit` and the return of the forecast; for `ESNRegressor.fit`, until it returns. Places
written twice are what pylint's duplicate-code finds: six lines or more, without docstrings, imports
and signatures. Kernels are also counted by what they serve: those of reservoirs took the place of
special cases, and some rooms came since. The state before is the last commit before the rebuilding,
or the tag or commit given by `--before`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from common import publish

ROOT = Path(__file__).parents[2]
KERNELS = {  # what they serve, and their names then and now
    "a reservoir's step and runs, driven, free, many at once, or live": (
        *("states", "loop", "patches", "lanes", "streams", "layout", "activations"),
        *("reservoir", "closed_loop", "stepper", "sparse_layout", "simd"),
    ),
    "delays and gamma memories": ("delays", "gamma"),
    "networks trained by gradient": (
        *("recurrent", "recurrent_free", "recurrent_tangent"),
        *("fir", "kalman", "optimizers", "rtrl"),
    ),
    "compiling and its cache": ("jit", "__init__"),
    "memories that came since": ("delayed", "es2n", "plasticity", "spiking", "trees"),
    "readouts and searches that came since": ("bidiagonal", "lapack", "online", "summaries"),
}
ROWS = (
    "modules at the top of esnkit",
    "files that y passes from AutoESN.fit to the forecast",
    "files that X passes in ESNRegressor.fit",
    "lines of esnkit",
    "lines of esnkit/kernels",
    *(f"of these, {serves}" for serves in KERNELS),
    "of these, others",
    "parameters of RNNRegressor",
    "places written twice",
)

TRACE = """
import sys, numpy as np, esnkit
from pathlib import Path
from inspect import signature
house = str(Path(esnkit.__file__).parent)
t = np.arange(300)
y = np.sin(t / 5) + 0.3 * np.cos(t / 3)

def files(call):
    seen = set()
    def trace(frame, event, argument):
        name = frame.f_code.co_filename
        if not name.startswith(house):
            return None
        if event == "line":
            seen.add(name)
        return trace
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(None)
    return len(seen)

def forecast():
    esnkit.AutoESN(n_candidates=4, random_state=0).fit(y).forecast(10)

def fit():
    model = esnkit.ESNRegressor(esnkit.Reservoir(20), esnkit.RidgeReadout(), random_state=0)
    model.fit(y[:-1, None], y[1:])

forecast(), fit()  # what is imported and compiled at the first call counts for neither
print(files(forecast), files(fit), len(signature(esnkit.RNNRegressor).parameters))
"""


def count(root: Path) -> list[int]:
    """Count everything in one checkout, in the order of `ROWS`."""
    package = root / "esnkit"
    python = {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    with tempfile.TemporaryDirectory() as cache:
        traced = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", TRACE],
            cwd=root,
            env=python | {"NUMBA_CACHE_DIR": cache},
            capture_output=True,
            text=True,
            check=True,
        )
    series, inputs, parameters = map(int, traced.stdout.split()[-3:])
    top = [p for p in package.glob("*.py") if not p.stem.startswith("__")]
    return [
        len(top),
        series,
        inputs,
        lines(package),
        *kernel_lines(package / "kernels"),
        parameters,
        duplicates(root),
    ]


def lines(folder: Path) -> int:
    """Count the lines of all modules below a folder."""
    return sum(path.read_text("utf-8").count("\n") for path in folder.rglob("*.py"))


def kernel_lines(folder: Path) -> list[int]:
    """Count the lines of all kernels, of those that serve each purpose, and of what is left."""
    by_name = {path.stem: path.read_text("utf-8").count("\n") for path in folder.rglob("*.py")}
    served = [sum(by_name.pop(name, 0) for name in names) for names in KERNELS.values()]
    others = sum(by_name.values())
    return [sum(served) + others, *served, others]


def duplicates(root: Path) -> int:
    """Count pylint's messages of duplicate code."""
    options = ["--disable=all", "--enable=duplicate-code", "--min-similarity-lines=6"]
    ignored = [f"--ignore-{what}=y" for what in ("comments", "docstrings", "imports", "signatures")]
    found = subprocess.run(
        [sys.executable, "-m", "pylint", *options, *ignored, "esnkit"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,  # its exit code counts messages
    )
    return found.stdout.count("R0801")


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the structure of the package.")
    parser.add_argument("--before", default="1837afa", help="tag or commit")
    before = parser.parse_args().before
    archive = subprocess.run(
        ["git", "archive", before, "esnkit"], cwd=ROOT, capture_output=True, check=True
    )
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        then, now = count(Path(folder)), count(ROOT)
    publish(
        __file__,
        ["what", "before", "now", "ratio"],
        [
            (name, old, new, f"{new / old:.2f}" if old else "")
            for name, old, new in zip(ROWS, then, now, strict=True)
        ],
    )


if __name__ == "__main__":
    main()

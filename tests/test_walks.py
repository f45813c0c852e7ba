"""The walks on the page about the architecture name every file that the data pass, and no other."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import esnkit
from esnkit.cli.main import main

PACKAGE = Path(esnkit.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
SERIES = np.sin(np.arange(300) / 5) + 0.3 * np.cos(np.arange(300) / 3)
# A trace sees no compiled code, and how that is cached is no part of a walk.
UNSEEN = re.compile(r"kernels/\w+\.py")


def named(title: str) -> tuple[set[str], set[str]]:
    """The files and the folders that a walk names."""
    (walk,) = re.findall(rf"^\*\*`{re.escape(title)}`.*?(?=^\*\*`|^## )", PAGE, re.M | re.S)
    files = set(re.findall(r"`(\w+(?:/\w+)*\.py)`", walk))
    folders = {name for name in re.findall(r"`(\w+(?:/\w+)*)`", walk) if (PACKAGE / name).is_dir()}
    return files, folders


def passed(call: Callable[[], object]) -> set[str]:
    """The files of the package of which a line of a function runs."""
    seen, before = set(), sys.gettrace()

    def trace(frame, event, argument):
        # Bodies of modules and classes run at a first import, which may have been before.
        name = frame.f_code.co_filename
        in_function = frame.f_code.co_flags & inspect.CO_OPTIMIZED
        if in_function and name.startswith(str(PACKAGE)) and name.endswith(".py"):
            seen.add(name)

    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return {Path(name).relative_to(PACKAGE).as_posix() for name in seen}


def fit():
    model = esnkit.ESNRegressor(esnkit.Reservoir(20), esnkit.RidgeReadout(), random_state=0)
    model.fit(SERIES[:-1, None], SERIES[1:])


def forecast():
    esnkit.AutoESN(n_candidates=4, random_state=0).fit(SERIES).forecast(10)


def compare(folder: Path) -> None:
    rows = "".join(f"{2000 + i // 12}-{i % 12 + 1:02}-01,{SERIES[i]:.6f}\n" for i in range(120))
    (folder / "my.csv").write_text("date,value\n" + rows, encoding="utf-8")
    options = ["--models", "esn", "--budget", "2", "--seeds", "1", "--jobs", "1"]
    main(["compare", str(folder / "my.csv"), *options, "--output", str(folder / "report")])


def check(title: str, call: Callable[[], object]) -> None:
    seen = {name for name in passed(call) if not UNSEEN.fullmatch(name)}
    files, folders = named(title)
    told = files | named("ESNRegressor.fit(X, y)")[0]
    missed = {name for name in seen - told if not any(name.startswith(f"{f}/") for f in folders)}
    assert not missed, "the page does not name these"
    assert not {name for name in files - seen if not UNSEEN.fullmatch(name)}, "nobody comes by here"


@pytest.mark.fits_models
@pytest.mark.parametrize(
    ("title", "call"), [("ESNRegressor.fit(X, y)", fit), ("AutoESN.fit(y)", forecast)]
)
def test_a_walk_is_true(title, call):
    check(title, call)


@pytest.mark.slow
def test_the_walk_of_a_comparison_is_true(tmp_path):
    check("esnkit compare my.csv", lambda: compare(tmp_path))

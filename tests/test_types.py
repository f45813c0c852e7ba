"""Types bite: misspelt methods fail, for those who write esnkit and for those who use it."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STUBS = ROOT / "stubs"

# Each line marked `wrong` must be an error, and no other.
INSIDE = """\
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

from esnkit import ESNRegressor, Forecaster, NVAR, RNNClassifier, Reservoir, RidgeReadout

Reservoir(10).fit_transfrom([[1.0]])  # wrong
Reservoir(10).fit_transform([[1.0]])
NVAR().get_feature_names()  # wrong
RidgeReadout().fitt([[1.0]], [1.0])  # wrong
clone(ESNRegressor()).predict_free([[1.0]])  # wrong
ESNRegressor().set_params(washout=3).fit([[1.0]], [1.0]).state_
RNNClassifier().fit([[1.0]], [1]).predict_probability([[1.0]])  # wrong
Forecaster().fit([1.0, 2.0]).forcast(3)  # wrong
StandardScaler().fit([[1.0]]).transfrom([[1.0]])  # wrong
"""

OUTSIDE = """\
import numpy as np
from numpy.typing import NDArray

import esnkit
from esnkit import AutoESN, ESNRegressor, Reservoir, RidgeReadout, metrics

X: NDArray[np.float64] = np.zeros((50, 1))
model = ESNRegressor(Reservoir(100, leak_rate=0.5), RidgeReadout(1e-6), washout=10)
model = model.fit(X, X[:, 0])
values = model.predict(X)
error = metrics.nrmse(X, values)
AutoESN(random_state=0).fit(X[:, 0]).forecast(horizon=12)
Reservoir(n_units="many")  # wrong
ESNRegressor(Reservoir(), washout=[3])  # wrong
AutoESN().forecast()  # wrong
AutoESN(seed=0)  # wrong
metrics.nrmse(X)  # wrong
esnkit.Resevoir  # wrong
"""


def check_types(code: str, folder: Path, *options: str) -> list[str]:
    """Check a snippet with mypy; return its lines that are errors."""
    path = folder / "snippet.py"
    path.write_text(code, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", *options, str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT if "--config-file=pyproject.toml" in options else folder,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        check=False,  # its exit code says that there are errors
    )
    assert not run.stderr
    found = [line.split(":") for line in run.stdout.splitlines() if ": error:" in line]
    assert all(Path(name).name == path.name for name, *_ in found), run.stdout
    return [code.splitlines()[int(number) - 1] for _, number, *_ in found]


def wrong_lines(code: str) -> list[str]:
    return [line for line in code.splitlines() if line.endswith("# wrong")]


@pytest.mark.slow
def test_misspelt_methods_of_estimators_fail_inside_the_package(tmp_path: Path) -> None:
    assert check_types(INSIDE, tmp_path, "--config-file=pyproject.toml") == wrong_lines(INSIDE)


@pytest.mark.slow
def test_code_of_users_is_checked_against_the_installed_package(tmp_path: Path) -> None:
    """In an environment where esnkit is installed and nothing types scikit-learn."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    bases = dict.fromkeys(("base", "platbase"), str(environment))
    installed = Path(sysconfig.get_path("purelib", "venv", bases))
    shutil.copytree(ROOT / "esnkit", installed / "esnkit")
    (installed / "others.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    python = Path(sysconfig.get_path("scripts", "venv", bases)) / "python"
    options = ("--strict", f"--python-executable={python}", f"--cache-dir={tmp_path / 'cache'}")
    assert check_types(OUTSIDE, tmp_path, *options) == wrong_lines(OUTSIDE)


def declared(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """The classes and functions of a stub, with the name of the module they stand for."""
    parts = path.relative_to(STUBS).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield module, node


@pytest.mark.parametrize(
    ("module", "node"),
    [
        pytest.param(module, node, id=f"{module}.{node.name}")
        for path in sorted(STUBS.rglob("*.pyi"))
        for module, node in declared(path)
    ],
)
def test_the_stubs_declare_what_scikit_learn_has(module: str, node: ast.stmt) -> None:
    real = getattr(importlib.import_module(module), node.name)
    functions = [(real, node)]
    if isinstance(node, ast.ClassDef):
        functions = [
            (getattr(real, item.name), item)
            for item in node.body
            if isinstance(item, ast.FunctionDef)
        ]
    for function, stub in functions:
        arguments = stub.args
        known = set(inspect.signature(function).parameters)
        named = {a.arg for a in arguments.posonlyargs + arguments.args + arguments.kwonlyargs}
        assert named <= known, f"{module}: {stub.name} has no {sorted(named - known)}"

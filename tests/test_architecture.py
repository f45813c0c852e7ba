"""The plan of the house: who may import whom, and what no module may do."""

from __future__ import annotations

import ast
import collections
import graphlib
import importlib
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator

import esnkit

PACKAGE = Path(esnkit.__file__).parent

# The floors, lowest first. A module may import from its own floor and from those below. A name
# stands for the module and, if it is a package, for everything inside. A new module has no floor
# until it is written down here, and the first test fails until it is.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("esnkit.kernels",),
    ("esnkit.core", "esnkit.metrics"),
    ("esnkit.topology", "esnkit.readouts", "esnkit.datasets", "esnkit.search"),
    ("esnkit.memories",),
    ("esnkit.models",),
    ("esnkit.networks", "esnkit.analysis", "esnkit.forecasting"),
    ("esnkit.plotting",),
    ("esnkit.comparison", "esnkit.dask", "esnkit.persistence", "esnkit.sktime"),
    ("esnkit",),
    ("esnkit.cli", "esnkit.__main__"),
)
TOP = len(FLOORS) - 1  # the command line, the only place that prints
# Who runs compiled loops.
KERNEL_USERS = ("kernels", "topology", "readouts", "memories", "models", "networks")

# Everything in numpy.random that carries its own state; the rest reads or sets the global one.
SEEDED_RANDOM = {
    "BitGenerator",
    "Generator",
    "MT19937",
    "PCG64",
    "PCG64DXSM",
    "Philox",
    "RandomState",
    "SFC64",
    "SeedSequence",
    "default_rng",
}

# Paid for by those who draw, tabulate or integrate, not by everyone who imports the package.
HEAVY = (
    "dask", "jinja2", "matplotlib", "narwhals", "openpyxl", "pandas", "scipy.integrate",
    "scipy.sparse.linalg", "skops", "sktime", "tqdm",
)  # fmt: skip

# Written in two halves, so that this file does not find itself.
MARKERS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NotImplemented" + "Error")


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Every dotted name a module imports, those imported inside functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_modules(name: str) -> set[str]:
    """The modules of the package that a module imports: ``from a import b`` may mean ``a.b``."""
    dotted = (d for d in imported_names(TREES[name]) if d.split(".")[0] == "esnkit")
    return {d if d in SOURCES else d.rpartition(".")[0] for d in dotted}


def floor_of(name: str) -> int | None:
    """The floor of the longest listed name that is the module itself or a package around it."""
    candidate = name
    while candidate:
        for number, floor in enumerate(FLOORS):
            if candidate in floor and (candidate != "esnkit" or name == "esnkit"):
                return number
        candidate = candidate.rpartition(".")[0]
    return None


def is_guarded(statement: ast.stmt) -> bool:
    """Whether a top-level statement is not executed, at least not whole, when a module loads."""
    return isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.If)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def dotted_name(node: ast.AST) -> str:
    """``np.random.seed`` for the expression that spells it, an empty string for any other."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def global_random_uses(tree: ast.AST) -> list[str]:
    """Names that touch a global generator: numpy's legacy functions and the standard library's."""
    imported = list(imported_names(tree))
    spelled = [dotted_name(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    members = [d for d in spelled + imported if d.startswith(("np.random.", "numpy.random."))]
    unseeded = [d for d in members if d.split(".")[2] not in SEEDED_RANDOM]
    return unseeded + [d for d in imported if d == "numpy.random" or is_within(d, "random")]


@pytest.mark.parametrize("name", SOURCES)
def test_every_module_has_a_floor(name: str) -> None:
    assert floor_of(name) is not None, f"place {name} in FLOORS of {Path(__file__).name}"


@pytest.mark.parametrize("name", [name for floor in FLOORS for name in floor])
def test_the_plan_is_drawn_in_the_documentation(name: str) -> None:
    page = PACKAGE.parent / "docs" / "architecture.md"
    assert f"`{name.removeprefix('esnkit.')}`" in page.read_text(encoding="utf-8")


def test_the_picture_shows_the_rooms_and_files_there_are() -> None:
    drawing = runpy.run_path(str(PACKAGE.parent / "docs" / "_ext" / "house_picture.py"))
    drawn = drawing["PICTURE"].read_text(encoding="utf-8")
    assert drawn == drawing["draw"](), "draw it again: python docs/_ext/house_picture.py"


@pytest.mark.parametrize("name", SOURCES)
def test_imports_never_go_up(name: str) -> None:
    own_floor = floor_of(name) or 0
    upward = {m for m in imported_modules(name) if (floor_of(m) or 0) > own_floor}
    assert not upward, f"{name} imports from a floor above its own: {sorted(upward)}"


def test_imports_have_no_cycle() -> None:
    graph = {name: imported_modules(name) - {name} for name in SOURCES}
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("name", [n for n in SOURCES if not is_within(n, "esnkit.kernels")])
def test_numba_lives_in_the_kernels(name: str) -> None:
    found = [d for d in imported_names(TREES[name]) if d.split(".")[0] in {"numba", "llvmlite"}]
    assert not found, f"{name} imports {found}; numba belongs in esnkit/kernels/"


@pytest.mark.parametrize(
    "name", [n for n in SOURCES if n.partition(".")[2].split(".")[0] not in KERNEL_USERS]
)
def test_who_is_no_memory_model_or_network_touches_no_kernel(name: str) -> None:
    assert not [m for m in imported_modules(name) if is_within(m, "esnkit.kernels")]


@pytest.mark.parametrize("name", SOURCES)
def test_no_global_random_state(name: str) -> None:
    assert not global_random_uses(TREES[name])


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.random.seed(0)",
        "import numpy\nx = numpy.random.uniform",
        "from numpy.random import rand",
        "from numpy import random",
        "import random",
        "def f():\n    from random import choice",
    ],
)
def test_the_global_generator_is_recognised_in_every_spelling(source: str) -> None:
    assert global_random_uses(ast.parse(source))


def test_seeded_generators_are_welcome() -> None:
    assert not global_random_uses(ast.parse("rng = np.random.default_rng(np.random.PCG64(1))"))


@pytest.mark.parametrize("name", [n for n in SOURCES if floor_of(n) != TOP])
def test_libraries_do_not_print(name: str) -> None:
    calls = [node for node in ast.walk(TREES[name]) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if dotted_name(call.func) == "print"]


@pytest.mark.parametrize("name", SOURCES)
def test_no_marker_comments_and_no_stubs(name: str) -> None:
    lines = SOURCES[name].read_text(encoding="utf-8").splitlines()
    found = [(i, m) for i, line in enumerate(lines, 1) for m in MARKERS if m in line]
    assert not found


# Whoever imports the adapter has sktime, and its base class stands at the head.
@pytest.mark.parametrize("name", [name for name in SOURCES if name != "esnkit.sktime"])
def test_heavy_packages_are_imported_where_they_are_used(name: str) -> None:
    at_import = ast.Module([n for n in TREES[name].body if not is_guarded(n)], type_ignores=[])
    assert not [d for d in imported_names(at_import) for heavy in HEAVY if is_within(d, heavy)]


def test_import_loads_nothing_that_scikit_learn_and_numba_do_not() -> None:
    code = """if True:
        import numba, scipy.sparse, sklearn.linear_model, sys
        before = set(sys.modules)
        import esnkit
        print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) - sys.stdlib_module_names == {"esnkit"}


@pytest.mark.parametrize("name", SOURCES)
def test_arguments_and_arrays_are_checked_through_core(name):
    """scikit-learn's own checks let NaN, booleans and masked arrays pass."""
    direct = {
        f"sklearn.utils{inner}.{check}"
        for inner in ("", ".validation")
        for check in ("check_array", "check_scalar", "validate_data", "check_X_y")
    }
    assert not direct & set(imported_names(TREES[name]))


def test_no_class_name_stands_for_two_things():
    classes = [
        node.name for tree in TREES.values() for node in tree.body if isinstance(node, ast.ClassDef)
    ]
    assert not [name for name, count in collections.Counter(classes).items() if count > 1]


def test_every_estimator_of_arrays_meets_scikit_learns_contract():
    """Each is named in a call of its checks; forecasters take series, and trees are no arrays."""
    namespaces = (esnkit, importlib.import_module("esnkit.networks"))
    public = {name: getattr(module, name) for module in namespaces for name in module.__all__}
    others = (importlib.import_module("esnkit.forecasting.base").BaseForecaster,)
    others += (esnkit.TreeReservoir, esnkit.TreeESNRegressor)
    of_arrays = {
        name
        for name, kind in public.items()
        if isinstance(kind, type) and issubclass(kind, BaseEstimator) and hasattr(kind, "fit")
        if not issubclass(kind, others)
    }
    checked = {
        name.id
        for path in Path(__file__).parent.rglob("test_*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == "parametrize_with_checks"
        for name in ast.walk(call)
        if isinstance(name, ast.Name)
    }
    assert len(of_arrays) > 15
    assert not of_arrays - checked

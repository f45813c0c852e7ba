"""``esnkit info``: versions and machine, for bug reports, or what a file holds."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import joblib
from threadpoolctl import threadpool_info

import esnkit
from esnkit.cli.terminal import UserError, say
from esnkit.core.files import fault
from esnkit.persistence import describe

_PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "numba",
    "pandas",
    "matplotlib",
    "openpyxl",
    "pyarrow",
)


def add_info(commands: Any) -> None:
    """Add the subcommand to a parser.

    Parameters
    ----------
    commands : object
        What `argparse.ArgumentParser.add_subparsers` returns.
    """
    parser = commands.add_parser(
        "info", help="show versions, processor, threads and the cache, or what a saved model is"
    )
    parser.add_argument("file", nargs="?", help="a file of esnkit.save, which is not loaded")
    parser.set_defaults(run=run_info)


def run_info(options: argparse.Namespace) -> None:
    """Print versions, cores, threads, and where compiled code is kept; or what a file holds.

    Parameters
    ----------
    options : argparse.Namespace
        The arguments: the file, or None.
    """
    if options.file is not None:
        try:
            _say_rows(_describe_model(options.file))
        except (OSError, ValueError) as error:
            raise UserError(fault(error) if isinstance(error, OSError) else error) from None
        return
    rows = {"esnkit": esnkit.__version__, "python": platform.python_version()}
    rows |= {name: _version(name) for name in _PACKAGES}
    rows["platform"] = platform.platform()
    rows["cores"] = f"{os.cpu_count()}, of which {joblib.cpu_count()} may be used"
    for library in threadpool_info():
        rows[f"{library['internal_api']} threads"] = str(library["num_threads"])
    rows["cache"] = _describe_cache()
    _say_rows(rows)


def _say_rows(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        say(f"{name:<{width}}  {value}")


def _describe_model(path: str) -> dict[str, str]:
    """Tell class, parameters, versions and checksum of a saved model."""
    header = describe(path)
    rows = {"class": header["class"], "schema": str(header["schema"])}
    rows |= {f"  {name}": text for name, text in header["parameters"].items()}
    rows |= {f"{name} then": text for name, text in header["versions"].items()}
    return rows | {"sha256": f"{header['sha256']}, as the content has it"}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _describe_cache() -> str:
    """Say where compiled kernels are kept, and whether there are any."""
    if os.environ.get("ESNKIT_CACHE") == "0":
        return "off (ESNKIT_CACHE=0)"
    kernels = Path(esnkit.__file__).parent / "kernels"
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or kernels / "__pycache__")
    n_files = sum(1 for _ in folder.rglob("*.nbc")) if folder.is_dir() else 0
    names = [module.name for module in pkgutil.iter_modules([str(kernels)])]
    # Imported by name: the command looks at what is compiled, and runs none of it.
    modules = [importlib.import_module(f"esnkit.kernels.{name}") for name in names]
    known = {id(value): value for module in modules for value in vars(module).values()}
    count = next(module.count_usable for module in modules if hasattr(module, "count_usable"))
    n_usable = sum(map(count, known.values()))
    state = f"warm, {n_usable} compiled" if n_usable else "cold, the first run compiles"
    if n_files > n_usable:
        state += f"; {n_files - n_usable} of another version or processor"
    return f"{folder} ({state})"

"""``esnkit info``: what a report of a fault should begin with."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import joblib
from threadpoolctl import threadpool_info

import esnkit
from esnkit.cli.terminal import say

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
    parser = commands.add_parser("info", help="show versions, processor, threads and the cache")
    parser.set_defaults(run=run_info)


def run_info(options: argparse.Namespace) -> None:
    """Print versions, cores, threads, and where compiled code is kept.

    Parameters
    ----------
    options : argparse.Namespace
        The arguments, of which there are none.
    """
    rows = {"esnkit": esnkit.__version__, "python": platform.python_version()}
    rows |= {name: _version(name) for name in _PACKAGES}
    rows["platform"] = platform.platform()
    rows["cores"] = f"{os.cpu_count()}, of which {joblib.cpu_count()} may be used"
    for library in threadpool_info():
        rows[f"{library['internal_api']} threads"] = str(library["num_threads"])
    rows["cache"] = _describe_cache()
    width = max(map(len, rows))
    for name, value in rows.items():
        say(f"{name:<{width}}  {value}")


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
    state = f"warm, {n_files} compiled" if n_files else "cold, the first run compiles"
    return f"{folder} ({state})"

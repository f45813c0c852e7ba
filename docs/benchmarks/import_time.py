"""What ``import esnkit`` costs beside the imports it cannot do without."""

from __future__ import annotations

import os
import subprocess
import sys

from common import machine, median_seconds, publish

BASE = "import sklearn.linear_model, scipy.sparse, numba"


def start(code: str) -> None:
    """Run a line in a new interpreter, which keeps bytecode as an installed package has it."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", code], check=True, env=known)


def main() -> None:
    """Measure, print the table and write it down."""
    empty, base, ours = median_seconds(
        lambda: start("pass"), lambda: start(BASE), lambda: start("import esnkit"), repeats=11
    )
    rows = [
        [f"`{BASE}`", f"{base - empty:.2f}", ""],
        ["`import esnkit`", f"{ours - empty:.2f}", f"{(ours - empty) / (base - empty):.2f}"],
    ]
    publish(__file__, ["statement", "seconds", "ratio"], rows, f"Disk cache warm. {machine()}")


if __name__ == "__main__":
    main()

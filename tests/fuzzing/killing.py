"""Commands that are killed at any moment, and the good files that they were to replace."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = {
    "forecast": ["forecast", "sales.csv", "--horizon", "3", "--output", "good", "--force"],
    "compare": ["compare", "sales.csv", "--models", "mean,linear", "--seeds", "1", "--budget", "1",
                "--jobs", "1", "--output", "good", "--force"],
}  # fmt: skip
FILES = {"forecast": ("good.csv", "good.png"), "compare": ("good.html", "good.md", "good.json")}
ENDS = {".png": b"IEND\xaeB`\x82", ".html": b"</html>", ".json": b"}", ".csv": b"\n", ".md": b"\n"}


def run(command: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start a command in a folder, without a word."""
    return subprocess.Popen(
        [sys.executable, "-m", "esnkit", *COMMANDS[command]],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def prepare(command: str, folder: Path) -> float:
    """Write the series and good files, and return the seconds that this takes."""
    rows = "".join(f"{2000 + i // 12}-{i % 12 + 1:02},{i % 12 + i / 50}\n" for i in range(140))
    (folder / "sales.csv").write_text(f"month,sales\n{rows}")
    started = time.perf_counter()
    assert run(command, folder).wait() == 0
    return time.perf_counter() - started


def lost_files(command: str, folder: Path, seconds: float, seed: int) -> list[str]:
    """Kill a command at a random moment, and return the good files that are gone or cut."""
    process = run(command, folder)
    # Late moments, when files are written, are tried more often.
    time.sleep(seconds * random.Random(seed).betavariate(4, 1))
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = []
    for name in FILES[command]:
        path = folder / name
        content = path.read_bytes() if path.exists() else b""
        if not content.rstrip(b"\n").endswith(ENDS[path.suffix].rstrip(b"\n")) or not content:
            found.append(name)
    return found

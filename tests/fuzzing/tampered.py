"""Result files and journals as they come from full disks, bad copies and ill will."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from esnkit.cli.main import main
from esnkit.comparison import Comparison
from esnkit.comparison.journal import chained_checksum
from tests.comparison.samples import sample_comparison

QUICK = ["compare", "sunspots", "--models", "seasonal-naive,mean", "--seeds", "2", "--jobs", "1"]
DEEP = 100_000
VALUES: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: True,
    lambda: -1,
    lambda: 0,
    lambda: 1,
    lambda: 2.5,
    lambda: 1e308,
    lambda: -5e-324,
    lambda: 10**400,
    lambda: -(10**30),
    lambda: float("nan"),
    lambda: float("inf"),
    lambda: "",
    lambda: "nan",
    lambda: "x" * 100_000,
    lambda: "\ud800",
    lambda: "\x1b[31m\x00\r\n",
    lambda: "<script>$\\frac{$",
    lambda: "\u202e日本",
    list,
    dict,
    lambda: [[]],
    lambda: [0.5] * 1_000_000,
    lambda: nested(50),
    lambda: {"__class__": "os.system"},
)
# What the format allows, but nobody measures.
EXTREMES: dict[type, tuple[Any, ...]] = {
    float: (1e299, -1e299, 1e-300, 0.0, -1.0, 5e-324),
    int: (0, 1, 2, 10**11),
    str: ("", "\x1b[31m\x00\r\n", "<script>$\\frac{$", "\u202e日本", "- [x](y)", "x" * 9999),
}


@dataclass(frozen=True)
class Outcome:
    """What came of one file: ``result`` is "read", "refused", or what must not be."""

    kind: str
    result: str
    said: str
    seconds: float


def nested(depth: int) -> Any:
    """Make lists within lists."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def small_results() -> Comparison:
    """Make results that are rendered in no time: two tasks, three contestants, one seed."""
    found = sample_comparison(n_seeds=1)
    tasks, kept = found.tasks[:2], {"esn", "seasonal-naive", "linear"}
    return replace(
        found,
        tasks=tasks,
        contestants=[c for c in found.contestants if c.name in kept],
        cells=[
            c for c in found.cells if c.contestant in kept and c.task in {t.name for t in tasks}
        ],
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value within, of long lists to the first three only."""
    yield path
    items = list(value.items()) if isinstance(value, dict) else []
    items = list(enumerate(value[:3])) if isinstance(value, list) else items
    for key, item in items:
        yield from places(item, (*path, key))


def tampered_value(content: Any, rng: np.random.Generator) -> str:
    """Change one value somewhere within, in place, and say how."""
    ways = [path for path in places(content) if path]
    *way, last = ways[rng.integers(len(ways))]
    parent = content
    for key in way:
        parent = parent[key]
    kind = str(
        rng.choice(["replaced", "extreme", "extreme", "removed", "doubled", "cut", "copied"])
    )
    extremes = EXTREMES.get(type(parent[last]))
    if kind == "extreme" and extremes is not None:
        parent[last] = extremes[rng.integers(len(extremes))]
    elif kind in ("replaced", "extreme"):
        parent[last] = VALUES[rng.integers(len(VALUES))]()
    elif kind == "removed":
        del parent[last]
    elif kind == "doubled":
        if isinstance(parent, list):
            parent.append(parent[last])
        else:
            parent[f"{last}2"] = parent[last]
    elif kind == "cut" and isinstance(parent[last], list | str):
        parent[last] = parent[last][: len(parent[last]) // 2]
    else:
        source = content
        for key in ways[rng.integers(len(ways))]:
            source = source[key]
        parent[last] = json.loads(json.dumps(source))
    return kind


def tampered_bytes(content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """Change bytes as disks, editors and transfers do."""
    cut = int(rng.integers(len(content)))
    changes: dict[str, Callable[[], bytes]] = {
        "cut off": lambda: content[:cut],
        "byte changed": lambda: content[:cut] + bytes([rng.integers(256)]) + content[cut + 1 :],
        "zeros at the end": lambda: content[:cut] + bytes(len(content) - cut),
        "twice": lambda: content + content,
        "part twice": lambda: content[: cut + 1] + content[cut:],
        "line ends of Windows": lambda: content.replace(b"\n", b"\r\n") + b"\r\n",
        "other encoding": lambda: content.decode(errors="replace").encode("utf-16"),
        "byte order mark": lambda: b"\xef\xbb\xbf" + content,
        "deep": lambda: b"[" * DEEP + b"]" * DEEP,
        "deep within": lambda: content.replace(b"1", b'{"a":' * DEEP + b"1" + b"}" * DEEP, 1),
        "empty": lambda: b"",
        "endless number": lambda: content.replace(b":0.", b":" + b"9" * 10_000 + b".", 1),
        "NaN": lambda: content.replace(b":0.", b":NaN,", 1),
    }
    kind = str(rng.choice(list(changes)))
    return kind, changes[kind]()


def tampered_results(seed: int, good: bytes) -> tuple[str, bytes]:
    """Tamper with a results file."""
    rng = np.random.default_rng([1, seed])
    if seed % 4 == 0:
        return tampered_bytes(good, rng)
    content = json.loads(good)
    kinds = [tampered_value(content, rng) for _ in range(1 + seed % 2)]
    return f"value {kinds[0]}", json.dumps(content).encode()


def tampered_journal(seed: int, good: bytes) -> tuple[str, bytes]:
    """Tamper with a journal: its bytes, its lines, or, with the right checksums, its values."""
    rng = np.random.default_rng([2, seed])
    if seed % 3 == 0:
        return tampered_bytes(good, rng)
    lines = good.splitlines()
    if seed % 3 == 1:
        i, j = rng.integers(len(lines), size=2)
        lines[i], lines[j] = lines[j], lines[i]
        return "lines exchanged", b"\n".join(lines[: 1 + max(i, j)]) + b"\n"
    entries = [json.loads(line.partition(b" ")[2]) for line in lines]
    kind = tampered_value(entries, rng)
    forged, before = b"", b""
    for entry in entries:
        line = json.dumps(entry).encode()
        before = chained_checksum(before, line)
        forged += before + b" " + line + b"\n"
    return f"forged, value {kind}", forged


def run(arguments: list[str], kind: str) -> Outcome:
    """Run the command line, and judge what it says to the user."""
    out, err = io.StringIO(), io.StringIO()
    start = time.perf_counter()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
    except Exception as error:
        return Outcome(kind, "traceback", repr(error)[:500], time.perf_counter() - start)
    said, told = err.getvalue(), out.getvalue()
    result = {0: "read", 2: "refused"}.get(code, f"exit code {code}")
    if not all(char.isprintable() or char == "\n" for char in said + told):
        result = "control characters"
    elif code == 2 and not (said.startswith("esnkit: error: ") and said.count("\n") == 1):
        result = "not one line"
    elif len(said) > 500:
        result = "a long line"
    return Outcome(kind, result, said or told, time.perf_counter() - start)


def try_results(seed: int, folder: Path) -> Outcome:
    """Tamper with a results file, and render it."""
    good = folder / "good.json"
    if not good.exists():
        small_results().to_json(good)
    kind, content = tampered_results(seed, good.read_bytes())
    (folder / "bad.json").write_bytes(content)
    output = str(folder / "report")
    return run(["compare", "--from", str(folder / "bad.json"), "--output", output, "--force"], kind)


def try_journal(seed: int, folder: Path) -> Outcome:
    """Tamper with the journal of a run that did not finish, and go on with it."""
    good, prefix = folder / "good.journal", folder / "resumed"
    if not good.exists():
        from esnkit.comparison import compare

        compare(["seasonal-naive", "mean"], ["sunspots"], seeds=2, progress=False, journal=good)
        good.write_bytes(b"".join(good.read_bytes().splitlines(keepends=True)[:-1]))
    kind, content = tampered_journal(seed, good.read_bytes())
    Path(f"{prefix}.journal").write_bytes(content)
    return run([*QUICK, "--output", str(prefix), "--resume", "--force"], kind)

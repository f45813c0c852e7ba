"""The journal of a running comparison: cells are kept as they finish, whenever it stops."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from esnkit.comparison.json_records import VERSION, ResultsError, check_schema, from_plain
from esnkit.comparison.records import Cell

_SCHEMA = "esnkit-comparison-journal"


class Journal:
    """A file with a line for the plan, and one for each finished cell.

    Lines are flushed to the disk as they are written, so a process that is killed loses no cell
    that had finished. A last line that is cut off is dropped.

    Parameters
    ----------
    path : Path
        The file.
    plan : mapping
        What was to be done; a journal of another plan cannot be continued.
    resume : bool
        Whether to go on with a file that is there; otherwise it is begun anew.

    Raises
    ------
    ResultsError
        If the file to be continued is no journal, is damaged, or has another plan.
    OSError
        If it cannot be written.
    """

    def __init__(self, path: Path, plan: Mapping[str, Any], resume: bool) -> None:
        self.path = path
        self.cells: list[Cell] = []
        self.seconds = 0.0
        # As JSON gives it back, so that it may be compared.
        head = {"schema": _SCHEMA, "version": VERSION, "plan": json.loads(json.dumps(plan))}
        if resume and path.exists() and self._read(head):
            return
        with path.open("w", encoding="utf-8") as file:
            _write_line(file, head)

    def add(self, cell: Cell, seconds: float) -> None:
        """Keep a cell, and for how long the comparison has been running."""
        self.cells.append(cell)
        with self.path.open("a", encoding="utf-8") as file:
            _write_line(file, {"seconds": seconds, "cell": asdict(cell)})

    def _read(self, head: dict[str, Any]) -> bool:
        """Read what there is and cut off what is incomplete; False if there is nothing yet."""
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.splitlines()
        if not lines:
            return False
        try:
            entries = [json.loads(line) for line in lines]
        except ValueError:
            raise ResultsError(f"{self.path}: is damaged") from None
        check_schema(self.path, entries[0], _SCHEMA)
        _check_plan(self.path, entries[0]["plan"], head["plan"])
        for entry in entries[1:]:
            self.cells.append(from_plain(Cell, entry["cell"], self.path))
            self.seconds = entry["seconds"]
        if len(whole) < len(content):
            os.truncate(self.path, len(whole))
        return True


def _write_line(file: Any, entry: Mapping[str, Any]) -> None:
    file.write(json.dumps(entry, allow_nan=False, separators=(",", ":")) + "\n")
    file.flush()
    os.fsync(file.fileno())


def _check_plan(path: Path, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Refuse to go on with another comparison."""
    different = [name for name in wanted if found.get(name) != wanted[name]]
    if different:
        raise ResultsError(
            f"{path}: was begun with other {' and '.join(different)}; repeat the same command, or "
            "leave out --resume to begin anew"
        )

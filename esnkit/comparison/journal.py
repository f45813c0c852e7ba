"""The journal of a running comparison: each cell is written as soon as it is finished."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from esnkit.comparison.json_records import (
    VERSION,
    ResultsError,
    Seconds,
    check_schema,
    parse,
    read_file,
    read_value,
    to_plain,
)
from esnkit.comparison.records import Cell, TaskRecord, check_cells

_SCHEMA = "esnkit-comparison-journal"


class Journal:
    """A file with a line for the plan, and one for each finished cell.

    A line is a checksum, a blank, and JSON. The checksum covers the lines before as well, so that
    none can be changed, moved or taken out unnoticed. Lines are flushed to the disk as they are
    written, so a process that is killed loses no cell that had finished. A last line that is cut
    off is dropped.

    Parameters
    ----------
    path : Path
        The file.
    plan : mapping
        What was to be done; a journal of another plan cannot be continued.
    tasks : sequence of TaskRecord
        Its tasks.
    resume : bool
        Whether to go on with a file that is there; otherwise it is begun anew.

    Raises
    ------
    ResultsError
        If the file to be continued is no journal, is damaged, or has another plan; or if it
        cannot be written.
    """

    def __init__(
        self, path: Path, plan: Mapping[str, Any], tasks: Sequence[TaskRecord], resume: bool
    ) -> None:
        self.path = path
        self.cells: list[Cell] = []
        self.seconds = 0.0
        self._checksum = b""
        head = {"schema": _SCHEMA, "version": VERSION, "plan": plan}
        if resume and path.exists() and self._read(plan, tasks):
            return
        self._write("wb", head)

    def add(self, cell: Cell, seconds: float) -> None:
        """Keep a cell, and for how long the comparison has been running."""
        self.cells.append(cell)
        self._write("ab", {"seconds": seconds, "cell": to_plain(cell)})

    def _write(self, mode: str, entry: Mapping[str, Any]) -> None:
        line = json.dumps(entry, allow_nan=False, separators=(",", ":")).encode()
        self._checksum = chained_checksum(self._checksum, line)
        try:
            with self.path.open(mode) as file:
                file.write(self._checksum + b" " + line + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ResultsError(f"{self.path}: cannot be written ({error.strerror})") from None

    def _read(self, plan: Mapping[str, Any], tasks: Sequence[TaskRecord]) -> bool:
        """Read what there is and cut off what is incomplete; False if there is nothing yet."""
        content = read_file(self.path)
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.split(b"\n")[:-1]
        if not lines:
            return False
        entries = [self._entry(i, line) for i, line in enumerate(lines, 1)]
        check_schema(self.path, entries[0], _SCHEMA)
        _check_plan(self.path, entries[0].get("plan"), plan)
        for i, entry in enumerate(entries[1:], 2):
            where = f"{self.path}, line {i}"
            found = entry if isinstance(entry, dict) else {}
            self.cells.append(read_value(Cell, found.get("cell"), where))
            self.seconds = read_value(Seconds, found.get("seconds"), where)
        try:
            names = [contestant["name"] for contestant in plan["contestants"]]
            check_cells(self.cells, tasks, names, plan["rules"]["seeds"])
        except ValueError as error:
            raise ResultsError(f"{self.path}: is damaged ({error})") from None
        if len(whole) < len(content):
            os.truncate(self.path, len(whole))
        return True

    def _entry(self, number: int, line: bytes) -> Any:
        """Return what a line holds, if it is as it was written."""
        checksum, _, content = line.partition(b" ")
        self._checksum = chained_checksum(self._checksum, content)
        if checksum != self._checksum:
            # Another kind of file is more likely than damage to the very first line.
            raise ResultsError(
                f"{self.path}: holds no results of esnkit compare"
                if number == 1
                else f"{self.path}: is damaged (line {number} is not as it was written)"
            )
        return parse(content, f"{self.path}, line {number}")


def chained_checksum(before: bytes, line: bytes) -> bytes:
    """Return the checksum of a line and all before it."""
    return hashlib.blake2b(line, digest_size=8, key=before).hexdigest().encode()


def _check_plan(path: Path, found: Any, wanted: Mapping[str, Any]) -> None:
    """Refuse to go on with another comparison."""
    known = found if isinstance(found, dict) else {}
    different = [name for name in wanted if known.get(name) != wanted[name]]
    if different:
        raise ResultsError(
            f"{path}: was begun with other {' and '.join(different)}; repeat the same command, or "
            "leave out --resume to begin anew"
        )

"""Every option that takes a path says in one line what is wrong with a path that is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from esnkit.cli.main import main

READ = {  # where {} is a file that is read
    "SERIES of forecast": ("forecast", "{}"),
    "--model": ("forecast", "sunspots.csv", "--model", "{}"),
    "SERIES of --model": ("forecast", "{}", "--model", "saved.esnkit"),
    "TASK": ("compare", "{}"),
    "TASK of --classify": ("compare", "--classify", "{}"),
    "--held-out": ("compare", "sunspots.csv", "--held-out", "{}"),
    "--from": ("compare", "--from", "{}"),
    "FILE of info": ("info", "{}"),
}
WRITTEN = {  # where {} is what the names of files begin with, or the file that is written
    "--output of forecast": ("forecast", "sunspots", "--output", "{}"),
    "--save": ("forecast", "sunspots", "--save", "{}"),
    "--output of compare": ("compare", "sunspots", "--output", "{}"),
    "--output of --from": ("compare", "--from", "results.json", "--output", "{}"),
}
NO_INPUTS = [
    ".", "folder", "folder/", "folder.ts", "folder.tsv", "missing", "missing.csv", "missing.ts",
    "missing.tsv", "missing.json", "empty", "empty.csv", "empty.ts", "empty.tsv", "blank.csv",
    "blank.ts", "garbage", "garbage.csv", "garbage.ts", "garbage.json", "garbage.xlsx",
    "garbage.parquet", "dangling", "circle", "file/x.csv", "file/x.ts", "closed", "closed.ts",
    "/dev/zero", "/dev/null", "zero.ts", "zero.csv", "~", "-.csv", "", "x" * 300, "x" * 5000,
    "\x1b[31mred", "two\nlines", "nul\0l",
]  # fmt: skip
NO_OUTPUTS = [
    "", "nowhere/x", "file/x", "x" * 300, "nul\0l", "dangling/x", "circle/x", "locked/x", "device",
]  # fmt: skip


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """Change to a folder that holds what can stand in the place of a file."""
    monkeypatch.chdir(tmp_path)
    numbers = "year,spots\n" + "".join(f"{1900 + i},{(7 * i) % 11}\n" for i in range(60))
    for name in ("sunspots.csv", "file", "closed", "closed.ts"):
        Path(name).write_text(numbers)
    Path("closed").chmod(0)
    Path("closed.ts").chmod(0)
    for name in ("folder", "folder.ts", "folder.tsv"):
        Path(name).mkdir()
    Path("locked").mkdir(mode=0o500)
    for ending in ("", ".csv", ".ts", ".tsv"):
        Path(f"empty{ending}").touch()
        Path(f"blank{ending}").write_text("\n \n")
    for ending in ("", ".csv", ".ts", ".json", ".xlsx", ".parquet"):
        Path(f"garbage{ending}").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 4)
    Path("dangling").symlink_to("nothing")
    Path("circle").symlink_to("circle")
    for name in ("zero.ts", "zero.csv"):
        Path(name).symlink_to("/dev/zero")
    for ending in ("csv", "png", "html", "md", "json", "journal"):
        Path(f"taken.{ending}").mkdir()
        Path(f"device.{ending}").symlink_to("/dev/full")
    Path("taken").mkdir()
    Path("device").symlink_to("/dev/full")
    return tmp_path


def refusal(arguments: list[str], capsys) -> str:
    """Run a command that must be refused, and return the one line that it says."""
    try:
        code = main(arguments)
    except SystemExit as stopped:
        code = stopped.code
    error = capsys.readouterr().err
    assert code == 2, error
    lines = error.splitlines()
    assert len(lines) == 1, error
    assert lines[0].startswith("esnkit: error: ")
    assert lines[0].isprintable()
    assert "Errno" not in error
    return lines[0]


@pytest.mark.parametrize("path", NO_INPUTS, ids=lambda path: repr(path)[:20])
@pytest.mark.parametrize("argument", READ)
def test_what_cannot_be_read(argument: str, path: str, place, capsys) -> None:
    if "closed" in path and os.access("closed", os.R_OK):
        pytest.skip("root reads everything")
    if "--model" in argument:
        pytest.importorskip("skops")
    error = refusal([path if word == "{}" else word for word in READ[argument]], capsys)
    shown = path.rstrip("/")[:20].split("\x1b")[0].split("\n")[0].split("\0")[0]
    assert shown in error or argument.split(" ")[0] in error


@pytest.mark.parametrize("path", NO_OUTPUTS, ids=lambda path: repr(path)[:20])
@pytest.mark.parametrize("argument", WRITTEN)
def test_what_cannot_be_written(argument: str, path: str, place, capsys) -> None:
    if "locked" in path and os.access("locked", os.W_OK):
        pytest.skip("root writes everywhere")
    error = refusal([path if word == "{}" else word for word in WRITTEN[argument]], capsys)
    assert path.split("/")[0][:20].split("\0")[0] in error or argument.split(" ")[0] in error

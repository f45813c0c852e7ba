"""Files are there whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from esnkit.core.files import write_files


def fail(file) -> None:
    file.write(b"half")
    raise OSError(28, "No space left on device")


def test_text_bytes_and_functions_are_written(tmp_path):
    write_files(
        {tmp_path / "a": "é", tmp_path / "b": b"\x00", tmp_path / "c": lambda f: f.write(b"x")}
    )
    assert [p.read_bytes() for p in sorted(tmp_path.iterdir())] == ["é".encode(), b"\x00", b"x"]


def test_one_that_fails_leaves_all_as_they_were(tmp_path):
    (tmp_path / "old").write_text("good")
    with pytest.raises(OSError, match="No space left") as caught:
        write_files({tmp_path / "old": "new", tmp_path / "new": fail}, overwrite=True)
    assert caught.value.filename == str(tmp_path / "new")
    assert os.listdir(tmp_path) == ["old"]
    assert (tmp_path / "old").read_text() == "good"


def test_names_taken_already_are_given_back(tmp_path):
    (tmp_path / "old").write_text("good")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_files({tmp_path / "old": "x", tmp_path / "new": "x", tmp_path / "folder": "x"})
    assert sorted(os.listdir(tmp_path)) == ["folder", "old"]
    assert (tmp_path / "old").read_text() == "good"


def test_a_file_is_kept_unless_it_may_be_overwritten(tmp_path):
    (tmp_path / "b").write_text("good")
    with pytest.raises(FileExistsError) as caught:
        write_files({tmp_path / "a": "x", tmp_path / "b": "x"}, overwrite=False)
    assert caught.value.filename == str(tmp_path / "b")
    assert os.listdir(tmp_path) == ["b"]
    assert (tmp_path / "b").read_text() == "good"


def test_links_and_permissions_stay(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    write_files({tmp_path / "link": "new"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640


def test_without_links_files_are_written_all_the_same(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    for text in ("one", "two"):
        write_files({tmp_path / "a": text})
        assert (tmp_path / "a").read_text() == text
    assert os.listdir(tmp_path) == ["a"]


def test_a_pipe_is_not_replaced_by_a_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="is a device or a pipe"):
        write_files({pipe: "text"})
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write_files({Path(tmp_path, "none", "a"): "x"})
    assert caught.value.filename == str(tmp_path / "none" / "a")

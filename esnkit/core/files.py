"""Read files that are files, and write them so that each is complete or absent."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from esnkit.core.process import refuse_too_large

Content = str | bytes | Callable[[BinaryIO], object]

__all__ = ["fault", "read_file", "write_files"]

_FAULTS = {
    errno.ENOENT: "there is no such file",
    errno.EISDIR: "this is a folder, not a file",
    errno.EACCES: "the file may not be read or written by you",
    errno.ENOTDIR: "a part of the path is no folder",
    errno.ELOOP: "the link leads back to itself",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOSPC: "there is no space left",
}


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Return what a file holds, all of it.

    Parameters
    ----------
    path : str or path
        The file; a pipe is read to its end.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    OSError
        If it cannot be read, is a folder, or a device, some of which never end; `fault` says it
        in words.
    ValueError
        If it would take more than half of the free memory.

    Examples
    --------
    >>> import tempfile
    >>> from esnkit.core.files import read_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_file(folder)
    Traceback (most recent call last):
        ...
    IsADirectoryError: [Errno 21] this is a folder, not a file: '...'
    """
    name = os.fspath(path)
    if "\0" in os.fsdecode(name):
        raise OSError(errno.EINVAL, "names hold no null characters", name)
    with _named(path):
        if stat.S_ISDIR(os.stat(path).st_mode):
            raise OSError(errno.EISDIR, _FAULTS[errno.EISDIR])
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            device = stat.S_ISBLK(found.st_mode) or stat.S_ISCHR(found.st_mode)
            if device and not file.isatty():
                raise OSError(errno.EINVAL, "this is a device, not a file")
            refuse_too_large(found.st_size, f"reading {os.fsdecode(name)!r}")
            return file.read()


def fault(error: OSError) -> str:
    """Say in words which file could not be read or written, and why.

    Parameters
    ----------
    error : OSError
        What the system said.

    Returns
    -------
    str
        The words, without the number of the error.

    Examples
    --------
    >>> from esnkit.core.files import fault, read_file
    >>> try:
    ...     read_file("no_such_file")
    ... except OSError as error:
    ...     print(fault(error))
    no_such_file: there is no such file
    """
    why = _FAULTS.get(error.errno or 0) or error.strerror or str(error)
    return why if error.filename is None else f"{os.fsdecode(error.filename)}: {why}"


def write_files(
    contents: Mapping[str, Content] | Mapping[Path, Content], overwrite: bool = True
) -> None:
    r"""Write one file or several together: all of them, or none.

    Every file is first written under a temporary name in its own folder and brought to the disk;
    only then do they take their names, one by one. A process that is killed leaves the old file or
    the new one, never part of one. If one cannot take its name, those before it are taken back.

    Parameters
    ----------
    contents : mapping of path to str, bytes or callable
        What to write: text (as UTF-8), bytes, or a function that writes to a binary file.
    overwrite : bool, default=True
        Whether a file that is there already may be replaced. A link stays a link.

    Raises
    ------
    OSError
        If a file cannot be written, or is a device or a pipe; its `filename` is the path that
        was asked for.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from esnkit.core.files import write_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_files({Path(folder, "a.txt"): "text\n", Path(folder, "b.bin"): b"\x00"})
    ...     print(sorted(path.name for path in Path(folder).iterdir()))
    ['a.txt', 'b.bin']
    """
    with contextlib.ExitStack() as stack:
        drafts = []
        for name, content in contents.items():
            with _named(name):
                path = Path(os.path.realpath(name))
                _refuse_special(path)
                drafts.append((name, path, _write_draft(path, content, stack)))
        with contextlib.ExitStack() as undo:
            for name, path, draft in drafts:
                with _named(name):
                    undo.callback(_take_name(draft, path, overwrite, stack))
            undo.pop_all()
    for folder in {path.parent for _, path, _ in drafts}:
        _sync_folder(folder)


def _refuse_special(path: Path) -> None:
    """Refuse a device or a pipe: a file that takes its name would be the end of it."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "is a device or a pipe, which no file may replace")


@contextlib.contextmanager
def _named(name: str | os.PathLike[str]) -> Iterator[None]:
    """Let an error name the file that was asked for, not a temporary one."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), os.fspath(name)) from error


def _write_draft(path: Path, content: Content, stack: contextlib.ExitStack) -> Path:
    """Write a file under a temporary name, which is gone when the stack is left."""
    draft = path.with_name(f".esnkit-{secrets.token_hex(8)}")
    stack.callback(draft.unlink, missing_ok=True)
    with draft.open("xb") as file:
        if callable(content):
            content(file)
        else:
            file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, draft)
    return draft


def _take_name(
    draft: Path, path: Path, overwrite: bool, stack: contextlib.ExitStack
) -> Callable[[], object]:
    """Give a file its name, and return how to take that back."""
    if overwrite and path.exists():
        kept = draft.with_suffix(".old")
        stack.callback(kept.unlink, missing_ok=True)
        with contextlib.suppress(OSError):  # a file system without links
            os.link(path, kept)
        draft.replace(path)
        return lambda: kept.exists() and kept.replace(path)
    try:
        os.link(draft, path)  # fails if the name is taken, even this very moment
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        draft.replace(path)
    return lambda: path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Bring the new names to the disk, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

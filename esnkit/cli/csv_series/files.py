"""Files and standard input as text, or as rows of cells where the format has them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import sys
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

_ENDINGS = {  # what files begin with that are no text
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls): save it as .xlsx or as CSV",
    b"%PDF": "a PDF file: export the table as CSV",
    b"SQLite": "a database: export the table as CSV",
    b"\x89PNG": "a picture, not a table",
}

# A run of three bytes above 127 is Cyrillic, Greek or Asian text far more often than Western.
_FOREIGN = re.compile(rb"[\x80-\x9f\xaa-\xaf\xb4-\xff]{3}")
_WESTERN = set("€£¥¢§©®°±²³µ·¼½¾«»’‘“”–—…´¨ªº¿¡ŠšŽžŒœŸ¬¶ \xad†‡•‰™") | {
    chr(code) for code in range(0xC0, 0x100)
}


class TableError(ValueError):
    """A file that does not hold one regular series of numbers.

    The message names the file and, where they apply, the line, the column and the option that
    decides.

    Examples
    --------
    >>> from esnkit.cli.csv_series import TableError, read_csv_series
    >>> try:
    ...     read_csv_series("no_such_file.csv")
    ... except TableError as error:
    ...     print(error)
    no_such_file.csv: there is no such file.
    """


def read_content(path: str) -> bytes:
    """Read a file, or standard input for a dash, and unpack it."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise TableError(f"{path}: this is a folder, not a CSV file.") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or error
        raise TableError(f"{path}: the file cannot be read ({reason}).") from None
    try:
        return _unpack(path, content)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise TableError(f"{path}: the packed file is damaged ({error}).") from None


def _unpack(path: str, content: bytes) -> bytes:
    for magic, unpack in (
        (b"\x1f\x8b", gzip.decompress),
        (b"BZh", bz2.decompress),
        (b"\xfd7zXZ", lzma.decompress),
    ):
        if content.startswith(magic):
            return unpack(content)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:  # a workbook
                return content
            if len(names) == 1:
                return archive.read(names[0])
        kind = "an OpenDocument file: save it as .xlsx or as CSV"
        if "mimetype" not in names:
            kind = f"an archive of {len(names)} files: unpack it, and name one of them"
        raise TableError(f"{path}: this is {kind}.")
    for magic, kind in _ENDINGS.items():
        if content.startswith(magic):
            raise TableError(f"{path}: this is {kind}.")
    return content


def read_workbook(path: str, content: bytes, sheet: str | None) -> tuple[list[list[str]], str]:
    """Read the cells of one sheet as text, and the sheet's name."""
    try:
        import openpyxl
    except ImportError:
        raise TableError(
            f"{path}: reading .xlsx needs openpyxl: pip install 'esnkit[excel]', or save as CSV."
        ) from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parser meets
        raise TableError(f"{path}: the workbook cannot be read ({error}).") from None
    filled = [s.title for s in book.worksheets if any(True for _ in s.iter_rows(max_row=2))]
    if sheet is None and len(filled) > 1:
        raise TableError(f"{path}: there are several sheets, choose with --sheet: {filled}.")
    name = sheet or (filled or [book.worksheets[0].title])[0]
    if name not in book.sheetnames:
        raise TableError(f"{path}: --sheet {name!r} is none of {book.sheetnames}.")
    return [[_cell(v) for v in row] for row in book[name].iter_rows(values_only=True)], name


def read_parquet(path: str, content: bytes) -> list[list[str]]:
    """Read the cells of a Parquet file as text, its index first if it has one."""
    import pandas as pd

    try:
        table = pd.read_parquet(io.BytesIO(content))
    except ImportError:
        raise TableError(
            f"{path}: reading .parquet needs pyarrow: pip install 'esnkit[parquet]', or save as "
            "CSV."
        ) from None
    except Exception as error:  # pyarrow has errors of its own
        raise TableError(f"{path}: the Parquet file cannot be read ({error}).") from None
    if not (isinstance(table.index, pd.RangeIndex) and table.index.name is None):
        table = table.reset_index()
    columns = [[_cell(value) for value in table[name]] for name in table.columns]
    return [[str(name) for name in table.columns], *map(list, zip(*columns, strict=True))]


def _cell(value: Any) -> str:
    """Write a value of a typed file as a person would."""
    import pandas as pd

    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return repr(float(value)) if isinstance(value, float) else str(value)


def decode(path: str, content: bytes, encoding: str | None) -> tuple[str, str]:
    """Turn bytes to text, and say by which encoding."""
    found = encoding or _guess_encoding(content)
    if found is None:
        raise TableError(
            f"{path}, line {_line_of_high_byte(content)}: the text is not UTF-8, and may be in "
            "several encodings; name one, e.g. --encoding cp1252 or --encoding cp1251."
        )
    try:
        text = content.decode(found)
    except LookupError:
        raise TableError(f"{path}: --encoding {found!r} is not an encoding.") from None
    except UnicodeError as error:
        place = getattr(error, "start", 0)
        line = content.count(b"\n", 0, place) + 1
        raise TableError(
            f"{path}, line {line}: this is not {found} text; name another --encoding."
        ) from None
    text = text.removeprefix("\ufeff").replace("\r\r\n", "\n").replace("\r\n", "\n")
    text = text.replace("\r", "\n").rstrip("\x00\x1a")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise TableError(
            f"{path}, line {line}: the text holds null characters: the file is damaged, or of "
            "another encoding, which --encoding names."
        )
    if not text.strip():
        raise TableError(f"{path}: the file is empty.")
    return text, found


def _guess_encoding(content: bytes) -> str | None:
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return name
    sample = content[:2000]
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[offset::2]
        if len(half) > 3 and half.count(0) > 0.8 * len(half):
            return name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if _is_western(content) else None
    return "utf-8"


def _is_western(content: bytes) -> bool:
    """Tell whether text reads as Western European, in the encoding of Windows or in Latin-1."""
    if _FOREIGN.search(content):
        return False
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    if re.search(
        r"[^\W\d][§”“‡†™…‰•¶¬¨´°±²³·¼½¾¿¡«»][^\W\d]|[a-zà-ÿ][ŽŠŸŒ]|[a-z][š§][a-zß§]", text
    ):
        return False  # as when text of DOS or of an old Macintosh is taken for Windows'
    return all(ord(char) < 128 or char in _WESTERN or char == "\xa0" for char in set(text))


def _line_of_high_byte(content: bytes) -> int:
    found = re.search(rb"[\x80-\xff]", content)
    return content.count(b"\n", 0, found.start() if found else 0) + 1

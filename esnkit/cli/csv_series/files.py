"""Files and standard input as text, or as rows of cells where the format has them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

from esnkit.cli.csv_series.table import TableError, listing, quote
from esnkit.core.files import fault, read_file

_ENDINGS = {  # what files begin with that are no text
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls): save it as .xlsx or as CSV",
    b"%PDF": "a PDF file: export the table as CSV",
    b"SQLite": "a database: export the table as CSV",
    b"\x89PNG": "a picture, not a table",
    b"ARROW1": "a Feather file: save it as .parquet or as CSV",
    b"\x80\x04": "a pickle, which is not opened: save the table as CSV",
    b"\x93NUMPY": "an array of numpy: save it with numpy.savetxt",
    b"\x89HDF": "an HDF5 file: export the table as CSV",
    b"MATLAB": "a file of Matlab: save the table with writetable",
    b"<stata_dta>": "a file of Stata: save it with export delimited",
    b"{\\rtf": "rich text: save it as plain text",
}
_TABLES = ((".csv", ".tsv", ".tab"), (".txt", ".dat"))  # what an archive is opened for


def read_content(path: str, member: str | None = None) -> bytes:
    """Read a file, or standard input for a dash, and unpack it, or one member of an archive."""
    if path == "-" and sys.stdin is None:
        raise TableError("-: standard input is closed.")
    try:
        content = sys.stdin.buffer.read() if path == "-" else read_file(path)
    except OSError as error:
        raise TableError(f"{fault(error)}.") from None
    except ValueError as error:  # larger than the memory
        raise TableError(f"{path}: {error}") from None
    try:
        return _unpack(path, content, member)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise TableError(f"{path}: the packed file is damaged ({error}).") from None


def _unpack(path: str, content: bytes, member: str | None) -> bytes:
    for magic, unpack in (
        (b"\x1f\x8b", gzip.decompress),
        (b"BZh", bz2.decompress),
        (b"\xfd7zXZ", lzma.decompress),
    ):
        if content.startswith(magic):
            content = unpack(content)
            break
    if content.startswith(b"PK\x03\x04"):
        return _unzip(path, content, member)
    if content[257:262] == b"ustar":
        raise TableError(f"{path}: this is a tar archive: unpack it, and name one of its files.")
    for magic, kind in _ENDINGS.items():
        if content.startswith(magic):
            raise TableError(f"{path}: this is {kind}.")
    return content


def _unzip(path: str, content: bytes, member: str | None) -> bytes:
    """Take the only table out of an archive, or the one that the user names."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names:  # a workbook
            return content
        if "mimetype" in names:
            raise TableError(f"{path}: this is an OpenDocument file: save it as .xlsx or as CSV.")
        files = [n for n in names if not n.endswith("/") and not n.startswith("__MACOSX/")]
        kinds = ([n for n in files if Path(n).suffix.lower() in group] for group in _TABLES)
        tables = next(filter(None, kinds), files)
        if member in files:
            tables = [member]
        if len(tables) != 1:
            raise TableError(
                f"{path}: this is an archive of {len(tables)} files, name one with --sheet: "
                f"{listing(tables)}."
            )
        return archive.read(tables[0])


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
    tables = [name for name in filled if _holds_table(book[name])] or filled
    if sheet is None and len(tables) > 1:
        raise TableError(
            f"{path}: there are several sheets, choose with --sheet: {listing(filled)}."
        )
    name = sheet or (tables or [book.worksheets[0].title])[0]
    if name not in book.sheetnames:
        raise TableError(f"{path}: --sheet {quote(name)} is none of {listing(book.sheetnames)}.")
    rows = [[_cell(v) for v in row] for row in book[name].iter_rows(values_only=True)]
    _refuse_formulas(path, content, name, rows)
    return rows, name


def _refuse_formulas(path: str, content: bytes, sheet: str, rows: list[list[str]]) -> None:
    """Refuse formulas without results, as programs write them that do not compute."""
    import openpyxl

    n_empty = sum(cell == "" for row in rows for cell in row)
    if 4 * n_empty < sum(map(len, rows)):
        return  # a few gaps are no column of formulas, and reading once more takes long
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    for row, (told, cells) in enumerate(zip(book[sheet].iter_rows(), rows, strict=False), 1):
        for formula, cell in zip(told, cells, strict=False):
            if cell == "" and formula.data_type == "f":
                raise TableError(
                    f"{path}, line {row}: {quote(str(formula.value))} is a formula that was never "
                    "computed: open the workbook in a spreadsheet, and save it."
                )


def _holds_table(sheet: Any) -> bool:
    """Tell whether a sheet has a row of several cells, unlike one of notes."""
    return any(sum(v is not None for v in row) > 1 for row in sheet.iter_rows(values_only=True))


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
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return repr(float(value)) if isinstance(value, float) else str(value)

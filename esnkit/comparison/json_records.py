"""Records as JSON and back, held to the types and limits that their fields declare.

The dataclasses of `esnkit.comparison.records` are the schema: `read_value` and `to_plain`
hold a value to the annotation of its field, and to the `Limit` in it. A file may come from
anywhere, so whatever is wrong with it ends in a `ResultsError` of one line that names the place.
"""

from __future__ import annotations

import json
import os
import types
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

VERSION = 1  # of the schema
MOST_BYTES = 200_000_000  # of a file
_SHOWN = 40  # characters of a value in a message
_DEEPEST = 4  # lists within lists, where any value may stand


class ResultsError(ValueError):
    """A file that holds no results, or results of another schema; the message is one line.

    Examples
    --------
    >>> from esnkit.comparison import Comparison, ResultsError
    >>> try:
    ...     Comparison.from_json("no_such_file.json")
    ... except ResultsError as error:
    ...     print(error)
    no_such_file.json: cannot be read (No such file or directory)
    """


@dataclass(frozen=True)
class Limit:
    """What a number, or the length of a text, list or mapping, must lie between, ends included."""

    low: float
    high: float


Text = Annotated[str, Limit(0, 10_000)]
Name = Annotated[str, Limit(1, 1000)]
Count = Annotated[int, Limit(0, 1e12)]
Size = Annotated[int, Limit(1, 1e12)]
Seconds = Annotated[float, Limit(0, 1e12)]
Number = Annotated[float, Limit(-1e300, 1e300)]


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Return what a file of a sensible size holds.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    bytes

    Raises
    ------
    ResultsError
        If it cannot be read, is no regular file, or too large.
    """
    if "\0" in os.fspath(path):
        raise ResultsError(f"{path}: names hold no null characters")
    try:
        found = Path(path)
        if found.exists() and not found.is_file():
            raise ResultsError(f"{path}: is no file")
        if found.stat().st_size > MOST_BYTES:
            raise ResultsError(f"{path}: is larger than {MOST_BYTES / 1e6:.0f} MB")
        return found.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror})") from None


def parse(content: bytes, path: str | os.PathLike[str]) -> Any:
    """Turn JSON into values; NaN and infinity are none.

    Parameters
    ----------
    content : bytes
        In UTF-8.
    path : str or path-like
        What messages call it.

    Returns
    -------
    object

    Raises
    ------
    ResultsError
        If it is no JSON, or nested deeper than any result.
    """
    try:
        return json.loads(content.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise ResultsError(f"{path}: is damaged (it is nested too deeply)") from None
    except ValueError:
        raise ResultsError(f"{path}: holds no JSON, or is damaged") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def check_schema(path: Any, content: Any, schema: str) -> None:
    """Refuse a file of another kind or version.

    Parameters
    ----------
    path : str or path-like
        What messages call the file.
    content : object
        What it holds.
    schema : str
        The kind that is wanted.

    Raises
    ------
    ResultsError
        If it is another.
    """
    found = content.get("schema") if isinstance(content, dict) else None
    if found != schema:
        raise ResultsError(f"{path}: holds no results of esnkit compare")
    if content.get("version") != VERSION:
        raise ResultsError(
            f"{path}: has version {_shown(content.get('version'))} of the schema, but this esnkit "
            f"reads version {VERSION}"
        )


def read_value(wanted: Any, content: Any, path: Any) -> Any:
    """Make a record, and all within, from what JSON gives.

    Parameters
    ----------
    wanted : type
        A dataclass, or any type that a field of one may have.
    content : object
        What JSON gave.
    path : str or path-like
        What messages call the file.

    Returns
    -------
    object of that type

    Raises
    ------
    ResultsError
        If a field is missing, unknown, of another type, or beyond its limit.
    """
    try:
        return _convert(wanted, content, "")
    except ValueError as error:
        raise ResultsError(f"{path}: is damaged ({error})") from None


def to_plain(record: Any) -> dict[str, Any]:
    """Return a record as `read_value` takes it, checked by the same rules.

    Parameters
    ----------
    record : dataclass
        Any record.

    Returns
    -------
    dict
        Of what JSON can hold. Settings that it cannot hold are written as text.

    Raises
    ------
    ValueError
        If a field is of another type, or beyond its limit.
    """
    plain: dict[str, Any] = json.loads(json.dumps(asdict(record), default=_as_text))
    _convert(type(record), plain, "")
    return plain


def _as_text(value: Any) -> Any:
    """Write what JSON has no form for: numpy's numbers as numbers, objects by their names."""
    return value.item() if hasattr(value, "item") else str(value)[:1000]


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


def _convert(wanted: Any, value: Any, where: str) -> Any:
    """Turn a value of JSON into the type that a field has, or say where it is another."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        return _limited(_convert(arguments[0], value, where), arguments[1], where)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return _record(wanted, value, where)
    if origin is list:
        items = _checked(value, list, where)
        if arguments[0] == Number and all(type(x) is float and abs(x) <= 1e300 for x in items):
            return items  # most of a file
        return [_convert(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(items)]
    if origin is tuple:
        return tuple(_plain(item, where) for item in _checked(value, list, where))
    if origin is dict:
        items = _checked(value, dict, where).items()
        return {
            _convert(arguments[0], key, f"{where} has a key that"): _convert(
                arguments[1], item, f"{where}[{_shown(key)}]"
            )
            for key, item in items
        }
    if origin in (Union, types.UnionType):
        inner = next(t for t in arguments if t is not type(None))
        return None if value is None else _convert(inner, value, where)
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"{where} is {_shown(value)}, which is none of {arguments}")
        return value
    return _plain(value, where) if wanted is Any else _checked(value, wanted, where)


def _record(cls: type, value: Any, where: str) -> Any:
    """Make a record of which nothing is missing and nothing unknown."""
    hints, content = _hints(cls), _checked(value, dict, where or "the file")
    unknown = set(content) - set(hints)
    if unknown:
        raise ValueError(f"unknown field {_shown(min(unknown))} of {cls.__name__}")
    dot = f"{where}." if where else ""
    found = {name: _convert(hints[name], item, dot + name) for name, item in content.items()}
    missing = [f.name for f in fields(cls) if f.name not in found]
    if missing:
        raise ValueError(f"{dot}{missing[0]} is missing")
    return cls(**found)


def _limited(value: Any, limit: Limit, where: str) -> Any:
    """Return a value that lies within its limits, or whose length does."""
    size = value if isinstance(value, int | float) else len(value)
    if not limit.low <= size <= limit.high:
        what = "is" if size is value else "has length"
        raise ValueError(f"{where} {what} {_shown(size)}, not {limit.low:g} to {limit.high:g}")
    return value


def _checked(value: Any, wanted: type, where: str) -> Any:
    """Return a value that has the type; whole numbers are floats too."""
    if wanted is float and type(value) is int:
        # Beyond what a float holds, the limit will say so.
        return float(value) if abs(value) < 1 << 1000 else float("inf")
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise ValueError(f"{where} is {_shown(value)}, which is no {wanted.__name__}")
    if isinstance(value, str) and not _is_text(value):
        raise ValueError(f"{where} is {_shown(value)}, which is no text")
    return value


def _is_text(value: str) -> bool:
    """Tell a text from one with halves of characters in it, which cannot be written."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(value: Any, where: str, depth: int = 0) -> Any:
    """Return a value of a setting: a number, a text, true, false, null, or lists of them."""
    if isinstance(value, list):
        if depth >= _DEEPEST:
            raise ValueError(f"{where} is nested deeper than {_DEEPEST} lists")
        return [_plain(item, where, depth + 1) for item in value]
    if isinstance(value, str):
        return _limited(_checked(value, str, where), Limit(0, 10_000), where)
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, int | float):
        raise ValueError(f"{where} is {_shown(value)}, which is no value of a setting")
    return _limited(value, Limit(-1e300, 1e300), where)


def _shown(value: Any) -> str:
    """Write a value into a message, cut and without what moves a cursor."""
    if isinstance(value, list | dict):
        return f"a {type(value).__name__} of length {len(value)}"
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:
        return f"{'-' if value < 0 else ''}a whole number of {value.bit_length()} bits"
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."

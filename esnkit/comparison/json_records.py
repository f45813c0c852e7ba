"""Records as JSON and back: files that are there whole or not at all, and of one schema."""

from __future__ import annotations

import json
import os
import types
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

VERSION = 1  # of the schema

Record = TypeVar("Record")


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


def read_json(path: str | os.PathLike[str], schema: str) -> dict[str, Any]:
    """Read a file of a schema, or say why it is none."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise ResultsError(f"{path}: holds no JSON, or is damaged") from None
    check_schema(path, content, schema)
    found: dict[str, Any] = content
    return found


def check_schema(path: Any, content: Any, schema: str) -> None:
    """Refuse a file of another kind or version."""
    found = content.get("schema") if isinstance(content, dict) else None
    if found != schema:
        raise ResultsError(f"{path}: holds no results of esnkit compare")
    if content.get("version") != VERSION:
        raise ResultsError(
            f"{path}: has version {content.get('version')!r} of the schema, but this esnkit reads "
            f"version {VERSION}"
        )


def from_plain(cls: type[Record], content: Any, path: Any) -> Record:
    """Make a record, and all within, from what JSON gives."""
    try:
        record: Record = _convert(cls, content)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise ResultsError(f"{path}: is damaged ({error})") from None
    return record


def _convert(wanted: Any, value: Any) -> Any:
    """Turn a value of JSON into the type that a field has."""
    origin = get_origin(wanted)
    if isinstance(wanted, type) and is_dataclass(wanted):
        hints = get_type_hints(wanted)
        unknown = set(value) - {f.name for f in fields(wanted)}
        if unknown:
            raise ValueError(f"unknown field {min(unknown)!r} of {wanted.__name__}")
        return wanted(**{name: _convert(hints[name], item) for name, item in value.items()})
    if origin is list:
        (item_type,) = get_args(wanted)
        return [_convert(item_type, item) for item in _checked(value, list)]
    if origin is tuple:
        return tuple(_checked(value, list))
    if origin is dict:
        item_type = get_args(wanted)[1]
        return {key: _convert(item_type, item) for key, item in _checked(value, dict).items()}
    if origin in (Union, types.UnionType):
        inner = next(t for t in get_args(wanted) if t is not type(None))
        return None if value is None else _convert(inner, value)
    if origin is Literal:
        if value not in get_args(wanted):
            raise ValueError(f"{value!r} is none of {get_args(wanted)}")
        return value
    return value if wanted is Any else _checked(value, wanted)


def _checked(value: Any, wanted: type) -> Any:
    """Return a value that has the type; whole numbers are floats too."""
    if wanted is float and type(value) is int:
        return float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise TypeError(f"{value!r} is no {wanted.__name__}")
    return value

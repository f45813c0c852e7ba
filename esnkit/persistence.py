"""Models in files: saved without pickle, and loaded without running what a file says.

A file is a zip archive of skops' making, uncompressed: ``schema.json`` describes the object, arrays
lie beside it in numpy's own format, and ``esnkit.json`` says what the whole is. All of it is looked
at before anything is built.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import inspect
import io
import json
import math
import os
import platform
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from esnkit.core.checks import naming
from esnkit.core.files import read_file, write_files

__all__ = ["describe", "load", "save"]

SCHEMA = 1  # of esnkit.json and of what our classes keep; a file of a later one is refused

Members = dict[str, bytes]  # of an archive, by name; each is read only once

_HEADER = "esnkit.json"
_CONTENT = "schema.json"
_ARRAYS = re.compile(r"[0-9a-f-]+\.(npy|npz|bin)")  # the names that skops gives
_LOST = re.compile(rb'"__main__"|"__class__": "[^"]*<')  # what no other process could find
_NOTE_LENGTH = 200  # characters of a parameter that are noted

# An array that is compressed inside its member, as sparse matrices are, may grow by so much.
_LARGEST_RATIO = 50

# Rooms whose classes may be built, with attributes set but no constructor called.
_ROOMS = tuple(
    f"esnkit.{room}."
    for room in ("core", "kernels", "memories", "readouts", "models", "networks", "forecasting",
                 "search", "topology")
)  # fmt: skip
# Where functions live that models hold as parameters, such as builders of topologies.
_FUNCTION_ROOMS = ("esnkit.topology", "esnkit.forecasting.auto", "esnkit.search")
# What skops does not trust by itself, and how it may be built.
_KNOWN = {
    "numpy.dtype": "DTypeNode",
    "numpy.random.bit_generator.SeedSequence": "ObjectNode",
    "scipy.sparse._csr.csr_array": "SparseMatrixNode",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer": "ObjectNode",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer": "ObjectNode",
}


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Save an estimator, forecaster, stepper or pipeline to a file, without pickle.

    Needs skops: ``pip install "esnkit[skops]"``.

    Parameters
    ----------
    model : object
        What to save, fitted or not.
    path : str or path
        Where to. A file that is there is replaced once the new one is whole and on the disk.

    Raises
    ------
    ImportError
        If skops is not installed.
    TypeError
        If the model holds something that cannot be saved, such as a lambda.
    OSError
        If the file cannot be written.

    See Also
    --------
    load : Reads it back.
    describe : What a file holds, without loading it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import esnkit
    >>> model = esnkit.ESNRegressor(esnkit.Reservoir(20), random_state=0)
    >>> X = np.sin(np.arange(100) / 5)[:, None]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     esnkit.save(model.fit(X, X[:, 0]), Path(folder, "model.esnkit"))
    ...     loaded = esnkit.load(Path(folder, "model.esnkit"))
    >>> bool(np.all(loaded.predict(X) == model.predict(X)))
    True
    """
    sio = _skops()
    target = _as_path(path)
    try:
        buffer = io.BytesIO(sio.dumps(model))
    except Exception as error:  # whatever an attribute's own code raises
        raise TypeError(f"The model, a {type(model).__name__}, cannot be saved: {error}") from error
    with zipfile.ZipFile(buffer, "a") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
        archive.writestr(_HEADER, json.dumps(_header(model, _checksum(members)), indent=2))
    if _LOST.search(members[_CONTENT]):
        builders = _builders(_read_json(members, _CONTENT, path))
        lost = [name for name in builders if name.startswith("__main__.") or "<" in name]
        raise TypeError(
            f"The model, a {type(model).__name__}, holds {sorted(lost)}, which no other process "
            "could find: define it in a module that can be imported."
        )
    write_files({target: buffer.getvalue()})


def load(path: str | os.PathLike[str], trusted: Sequence[str] = ()) -> Any:
    """Load what `save` wrote.

    Nothing in the file is run. Types of esnkit, scikit-learn, numpy and scipy are built as they
    were; any other has to be named.

    Parameters
    ----------
    path : str or path
        The file.
    trusted : sequence of str, default=()
        Further types and functions that the file may hold, by their full names, such as
        ``"my_module.MyReadout"``. Name only what you know: building it runs its code.

    Returns
    -------
    object
        The model, which predicts the same to the last bit.

    Raises
    ------
    ImportError
        If skops is not installed.
    ValueError
        If the file is damaged, cut off, of another kind or of a later esnkit, or holds what is
        not trusted.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import esnkit
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "model.esnkit")
    ...     esnkit.save(esnkit.Reservoir(20), path)
    ...     esnkit.load(path)
    Reservoir(n_units=20)
    """
    sio = _skops()
    given = list(trusted) if isinstance(trusted, list | tuple | set) else [None]
    if not all(isinstance(name, str) for name in given):
        raise TypeError(f"trusted must be a sequence of names, got {trusted!r}.")
    data = read_file(_as_path(path))
    members = _open(data, path)
    _check_header(members, path)
    _check_members(members, path)
    builders = _builders(_read_json(members, _CONTENT, path))
    try:
        names = set(sio.get_untrusted_types(data=data)) - set(trusted)
    except Exception as error:  # what skops meets in content that was made by hand
        raise ValueError(f"{path} is damaged: {type(error).__name__}: {error}") from error
    ours = _check_types(sorted(names), builders, path)
    try:
        model = sio.loads(data, trusted=[*trusted, *ours])
        _fill_in(model)
        return model
    except Exception as error:  # what hand-made content makes a class's own code raise
        raise ValueError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Tell what a saved file holds, without loading it.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    dict
        Class, parameters, versions and the checksum, which has been compared with the content.

    Raises
    ------
    ValueError
        If the file is damaged, cut off, of another kind or of a later esnkit.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import esnkit
    >>> from esnkit.persistence import describe
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     esnkit.save(esnkit.Reservoir(20), Path(folder, "model.esnkit"))
    ...     describe(Path(folder, "model.esnkit"))["parameters"]["n_units"]
    '20'
    """
    return _check_header(_open(read_file(_as_path(path)), path), path)


# ---------------------------------------------------------------------- what a file says of itself


def _as_path(path: Any) -> Path:
    with naming("path"):
        if os.fspath(path) in ("", b""):
            raise ValueError("it is empty.")
        return Path(path)


def _skops() -> Any:
    try:
        import skops.io
    except ImportError as error:
        raise ImportError('Saving and loading need skops: pip install "esnkit[skops]".') from error
    return skops.io


def _header(model: Any, checksum: str) -> dict[str, Any]:
    import scipy
    import sklearn

    parameters = model.get_params(deep=False) if hasattr(model, "get_params") else {}
    return {
        "format": "esnkit",
        "schema": SCHEMA,
        "class": f"{type(model).__module__}.{type(model).__qualname__}",
        "parameters": {name: _note(value) for name, value in parameters.items()},
        "versions": {
            "esnkit": sys.modules["esnkit"].__version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "sha256": checksum,
    }


def _note(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= _NOTE_LENGTH else text[: _NOTE_LENGTH - 3] + "..."


def _checksum(members: Members) -> str:
    """Return the SHA-256 of names, lengths and contents, that of the header left out."""
    total = hashlib.sha256()
    for name in sorted(set(members) - {_HEADER}):
        content = members[name]
        total.update(f"{name} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


# ---------------------------------------------------------------------- looking before building


def _open(data: bytes, path: Any) -> Members:
    """Read a file that is a plain archive: members side by side, uncompressed, well named."""
    if not data.startswith(b"PK"):
        kind = "It looks like a pickle, which could run any code." if data[:1] == b"\x80" else ""
        raise ValueError(f"{path} was not saved by esnkit: it is no zip archive. {kind}".rstrip())
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise ValueError(f"{path} is damaged or cut off: {error}.") from error
    members = archive.infolist()
    names = [member.filename for member in members]
    for member in members:
        name = member.filename
        if name not in (_HEADER, _CONTENT) and not _ARRAYS.fullmatch(name):
            raise ValueError(f"{path} was not saved by esnkit: it has a member named {name!r}.")
        stored = member.compress_type == zipfile.ZIP_STORED
        if not stored or member.file_size != member.compress_size or member.file_size > len(data):
            raise ValueError(
                f"{path} was not saved by esnkit: its member {name!r} is compressed, from "
                f"{member.file_size:,} to {member.compress_size:,} bytes."
            )
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{path} was not saved by esnkit: it has {name!r} twice.")
    for name in (_HEADER, _CONTENT):
        if name not in names:
            raise ValueError(f"{path} was not saved by esnkit: it has no {name}.")
    try:
        return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError) as error:
        raise ValueError(f"{path} is damaged: {error}.") from error


def _read_json(members: Members, name: str, path: Any) -> dict[str, Any]:
    try:
        content = json.loads(members[name])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged: its {name} cannot be read: {error}.") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} is damaged: its {name} holds a {type(content).__name__}.")
    return content


def _check_header(members: Members, path: Any) -> dict[str, Any]:
    """Refuse files of another kind or of a later esnkit, and those that changed on their way."""
    header = _read_json(members, _HEADER, path)
    schema = header.get("schema")
    if header.get("format") != "esnkit" or type(schema) is not int or schema < 1:
        raise ValueError(f"{path} was not saved by esnkit: its {_HEADER} does not say so.")
    if schema > SCHEMA:
        versions = header.get("versions")
        version = versions.get("esnkit") if isinstance(versions, dict) else None
        raise ValueError(
            f"{path} has schema {schema}, saved by esnkit {version}, but this esnkit reads up to "
            f"schema {SCHEMA}: update esnkit."
        )
    checksum = _checksum(members)
    if header.get("sha256") != checksum:
        raise ValueError(
            f"{path} is damaged: the SHA-256 of its content is {checksum}, but "
            f"{header.get('sha256')} is noted."
        )
    return header


def _check_members(members: Members, path: Any) -> None:
    """Refuse arrays of objects, and arrays that are not as large as they say."""
    for name, content in members.items():
        where = f"{path} is damaged or hostile: its array {name!r}"
        if name.endswith(".npy"):
            _check_array(content, where)
        elif name.endswith(".npz"):
            try:
                inner = zipfile.ZipFile(io.BytesIO(content))
            except zipfile.BadZipFile as error:
                raise ValueError(f"{where} cannot be read: {error}.") from error
            size = sum(member.file_size for member in inner.infolist())
            if size > _LARGEST_RATIO * len(content):
                raise ValueError(f"{where} would grow from {len(content):,} to {size:,} bytes.")
            for member in inner.namelist():
                _check_array(inner.read(member), where)


def _check_array(content: bytes, where: str) -> None:
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, _, dtype = read_header(stream)
    except (ValueError, KeyError, EOFError) as error:
        raise ValueError(f"{where} cannot be read: {error}.") from error
    if dtype.hasobject:
        raise ValueError(f"{where} holds Python objects, which only pickle could read.")
    size, left = math.prod(shape) * dtype.itemsize, len(content) - stream.tell()
    if size != left:
        raise ValueError(
            f"{where} has the shape {shape} of {dtype}, {size:,} bytes, but {left:,} are there."
        )


def _builders(node: Any) -> dict[str, set[str]]:
    """Return how a schema would have each type or function that it names built."""
    found: dict[str, set[str]] = {}
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if "__loader__" in node:
                name = f"{node.get('__module__')}.{node.get('__class__')}"
                found.setdefault(name, set()).add(str(node["__loader__"]))
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return found


def _check_types(names: list[str], builders: dict[str, set[str]], path: Any) -> list[str]:
    """Return those of the untrusted names that are ours; refuse a file that holds any other."""
    strange = [name for name in names if not _is_ours(name, builders.get(name, {""}))]
    if strange:
        raise ValueError(
            f"{path} holds what is not loaded without a word: {strange}. If you know where the "
            f"file comes from, and what these do, pass trusted={strange}."
        )
    return names


def _is_ours(name: str, loaders: set[str]) -> bool:
    """Tell whether a name is one of our classes, and is built without calling anything."""
    if name in _KNOWN:
        return loaders == {_KNOWN[name]}
    module, _, attribute = name.rpartition(".")
    if not f"{module}.".startswith(_ROOMS):
        return False
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        return False
    if getattr(found, "__module__", None) != module:
        return False
    if isinstance(found, type):
        return loaders <= {"ObjectNode", "TupleNode", "TypeNode"}
    return loaders == {"FunctionNode"} and module.startswith(_FUNCTION_ROOMS)


# ---------------------------------------------------------------------- files of older versions


def _fill_in(model: Any) -> None:
    """Give what an older esnkit saved the parameters that came since, at their defaults."""
    pending, seen = [model], set()
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, list | tuple | set):
            pending.extend(item)
        if isinstance(item, dict):
            pending.extend(item.values())
        if not type(item).__module__.startswith(("esnkit.", "sklearn.")):
            continue
        for name, value in _defaults(item):
            object.__setattr__(item, name, value)
        pending.extend(getattr(item, "__dict__", {}).values())


def _defaults(item: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of an object of ours that it lacks, with their defaults."""
    if not isinstance(item, BaseEstimator) and not dataclasses.is_dataclass(item):
        return
    for name, parameter in inspect.signature(type(item)).parameters.items():
        if hasattr(item, name) or parameter.default is parameter.empty:
            continue
        fields = getattr(item, "__dataclass_fields__", {})
        makes = name in fields and fields[name].default_factory is not dataclasses.MISSING
        yield name, fields[name].default_factory() if makes else parameter.default

"""Every public name explains itself: numpydoc sections, and parameters as in the signature."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterator

import pytest
from numpydoc.docscrape import FunctionDoc
from numpydoc.validate import validate

import esnkit

# What is asked of a docstring, by numpydoc's codes. Left out: GL01 (where the first line starts),
# ES01 (an extended summary), SA01 (a See Also section), RT02 (names of returned values), and PR08
# and RT04 (a capital at the start of a description, which may well be a symbol such as h(n)).
CHECKS = {
    *("GL02", "GL03", "GL05", "GL06", "GL07", "GL08", "GL09", "GL10"),
    *("SS01", "SS02", "SS03", "SS04", "SS05", "SS06"),
    *("PR01", "PR02", "PR03", "PR04", "PR05", "PR06", "PR07", "PR09", "PR10"),
    *("RT01", "RT03", "RT05", "YD01"),
    *("SA02", "SA03", "SA04", "EX01"),
}
# One example shows a class at work, so its methods need none of their own; and that a method
# returns its estimator, or a state, is said by the type alone.
METHOD_CHECKS = CHECKS - {"EX01", "RT03"}


def public_modules() -> Iterator[str]:
    """The package and every module in it that says, by ``__all__``, what it offers."""
    yield "esnkit"
    for info in pkgutil.walk_packages(esnkit.__path__, "esnkit."):
        parts = info.name.split(".")
        if parts[1] in ("kernels", "sktime") or any(part.startswith("_") for part in parts):
            continue
        if hasattr(importlib.import_module(info.name), "__all__"):
            yield info.name


def public_objects() -> dict[str, object]:
    """Public classes and functions by the name they are defined under, each once."""
    found = {}
    for module in map(importlib.import_module, public_modules()):
        for name in getattr(module, "__all__", ()):
            public = getattr(module, name)
            if inspect.isclass(public) or inspect.isroutine(public):
                found[f"{public.__module__}.{public.__qualname__}"] = public
    return found


def is_inherited(cls: type, name: str) -> bool:
    """Tell whether a base class documents a method in full."""
    docs = [vars(base)[name].__doc__ or "" for base in cls.__mro__ if name in vars(base)]
    return any("\n" in doc for doc in docs[1:])


def own_methods(cls: type) -> Iterator[tuple[str, Callable[..., object]]]:
    """Public methods and properties written in this package, inherited ones included.

    What overrides a documented method needs no more than a line about what is different.
    """
    for name, member in inspect.getmembers_static(cls):
        function = member.fget if isinstance(member, property) else member
        function = getattr(function, "__func__", function)  # class and static methods
        if (
            not name.startswith("_")
            and inspect.isfunction(function)
            and function.__module__.split(".")[0] == "esnkit"
            and not ("\n" not in (function.__doc__ or "\n") and is_inherited(cls, name))
        ):
            yield f"{function.__module__}.{function.__qualname__}", function


OBJECTS = public_objects()
METHODS = {
    name: method
    for cls in OBJECTS.values()
    if inspect.isclass(cls)
    for name, method in own_methods(cls)
}


def faults(name: str, checks: set[str]) -> list[str]:
    return [f"{code}: {text}" for code, text in validate(name)["errors"] if code in checks]


def raises_directly(function: Callable[..., object]) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return any(isinstance(node, ast.Raise) for node in ast.walk(tree))


def stated_defaults(documented: object) -> dict[str, str]:
    """The ``default=...`` of every documented parameter that states one."""
    parameters = FunctionDoc(documented)["Parameters"]
    matches = ((p.name, re.search(r"default=(.+)$", p.type)) for p in parameters)
    return {name: match[1].strip("`") for name, match in matches if match}


def true_default(documented: object, name: str) -> str:
    return repr(inspect.signature(documented).parameters[name].default)


def test_the_package_says_what_is_public() -> None:
    assert esnkit.__all__
    assert all(hasattr(esnkit, name) for name in esnkit.__all__)


@pytest.mark.parametrize("name", OBJECTS)
def test_public_name_is_documented(name: str) -> None:
    assert not faults(name, CHECKS)


@pytest.mark.parametrize("name", METHODS)
def test_method_is_documented(name: str) -> None:
    assert not faults(name, METHOD_CHECKS)


@pytest.mark.parametrize("name", OBJECTS | METHODS)
def test_stated_defaults_are_the_defaults(name: str) -> None:
    documented = (OBJECTS | METHODS)[name]
    for parameter, stated in stated_defaults(documented).items():
        true = true_default(documented, parameter)
        assert stated.replace('"', "'") == true, f"{parameter}: {stated} is documented, not {true}"


@pytest.mark.parametrize("name", [n for n in OBJECTS if inspect.isfunction(OBJECTS[n])])
def test_what_a_function_raises_is_documented(name: str) -> None:
    if raises_directly(OBJECTS[name]):
        assert FunctionDoc(OBJECTS[name])["Raises"], f"{name} raises, and does not say what"

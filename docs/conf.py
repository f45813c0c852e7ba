"""How Sphinx builds the site: ``python -m sphinx -W --keep-going docs docs/_build/html``."""

from __future__ import annotations

import inspect
import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

# Examples draw into files, with one BLAS thread, as the tests do.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("OMP_NUM_THREADS", "1")

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "esnkit"
author = "The esnkit developers"
project_copyright = "The esnkit developers, MIT licence"
release = installed_version("esnkit")
version = release

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "benchmark_tables",
]
exclude_patterns = ["_build", "benchmarks"]
templates_path = ["_templates"]
default_role = "py:obj"  # single backticks in docstrings link to what they name

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
# The blank line that ends an expected output in a page is for doctest, not for the reader.
highlight_options = {"python": {"stripnl": True}}

# `__all__` is the only list of public names: the reference follows it, imported names included.
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "none"  # numpydoc states the types, with shapes
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "abort_on_example_error": True,
    "backreferences_dir": "api/generated/backreferences",
    "doc_module": ("esnkit",),
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
}

html_theme = "pydata_sphinx_theme"
html_title = f"esnkit {release}"
html_static_path = ["_static"]
html_css_files = ["esnkit.css"]
html_favicon = "_static/logo.svg"
html_show_sourcelink = False
html_theme_options = {
    "logo": {"image_light": "_static/logo.svg", "image_dark": "_static/logo.svg", "text": "esnkit"},
    "header_links_before_dropdown": 5,
    "navbar_align": "left",
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "show_toc_level": 2,
}
# Only the reference has so many pages that it needs a column to find them; code needs the width.
html_sidebars = {"gallery/*": [], **{page.stem: [] for page in Path(__file__).parent.glob("*.md")}}


def skip_foreign_member(
    app: object, what: str, name: str, member: object, skip: bool, options: object
) -> bool | None:
    """Leave out of a class page what scikit-learn or Python wrote: their own pages explain it."""
    function = member.fget if isinstance(member, property) else member
    owner = getattr(function, "__objclass__", function)
    ours = (owner.__module__ or "").startswith("esnkit") if inspect.isroutine(function) else True
    return None if ours else True


def setup(app: Any) -> None:
    app.connect("autodoc-skip-member", skip_foreign_member)

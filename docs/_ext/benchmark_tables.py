"""A directive that shows every benchmark: what its script says, how to run it, what it printed.

The script's docstring is the only description there is, and the table is the file it wrote. The
heading is the docstring up to its first stop, comma or colon.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class BenchmarkTables(SphinxDirective):
    """One section for each script in ``docs/benchmarks`` that has left its results there.

    With names of scripts as arguments, only those, in that order; without, all that the page has
    not shown yet.
    """

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        folder = Path(self.env.srcdir) / "benchmarks"
        shown = self.env.temp_data.setdefault("benchmarks_shown", set())
        names = self.arguments[0].split() if self.arguments else self.rest(folder, shown)
        shown.update(names)
        text = "\n\n".join(
            self.describe(folder / f"{name}.py", folder / "results" / f"{name}.md")
            for name in names
        )
        return self.parse_text_to_nodes(text, allow_section_headings=True)

    def rest(self, folder: Path, shown: set[str]) -> list[str]:
        # A table beside a script's own, of no script's name, is included where it belongs.
        found = sorted(r.stem for r in (folder / "results").glob("*.md"))
        return [n for n in found if n not in shown and (folder / f"{n}.py").exists()]

    def describe(self, script: Path, result: Path) -> str:
        for path in (script, result):
            self.env.note_dependency(str(path))
        docstring = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
        title = re.split(r"[.,:]", docstring, maxsplit=1)[0]
        command = f"```bash\npython docs/benchmarks/{script.name}\n```"
        # Before its script has run there is a command and no table.
        table = result.read_text(encoding="utf-8") if result.exists() else "Not printed yet."
        return "\n\n".join([f"### {title}", docstring, command, table])


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("benchmark-tables", BenchmarkTables)
    return {"parallel_read_safe": True}

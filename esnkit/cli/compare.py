"""``esnkit compare``: arguments in, a report out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from esnkit.cli.csv_series import ReadOptions, add_read_options, read_csv_series
from esnkit.cli.terminal import one_line, say
from esnkit.comparison.compare import compare
from esnkit.comparison.contestants.classifiers import CLASSIFIERS
from esnkit.comparison.contestants.registry import CONTESTANTS
from esnkit.comparison.json_records import ResultsError
from esnkit.comparison.records import Comparison
from esnkit.comparison.report.render import render_html, render_markdown
from esnkit.comparison.report.significance import findings
from esnkit.comparison.report.summary import answer
from esnkit.comparison.tasks.base import SeriesTask, Task, TaskError
from esnkit.comparison.tasks.labelled import LabelledTask
from esnkit.comparison.tasks.registry import DEFAULT_TASKS, TASKS, unknown
from esnkit.core.files import fault, write_files
from esnkit.datasets import read_ts, read_ucr

_DEFAULT_OUTPUT = "esnkit-report"
_MOST_JOBS = 10_000  # more than any machine has cores
_SHOWN = 3  # contestants in the line of a task

_EXAMPLES = """\
examples:
  esnkit compare
  esnkit compare sunspots lorenz63 --models esn,lstm,linear --jobs 2
  esnkit compare sales.csv --target revenue --horizon 12
  esnkit compare until-2023.csv --held-out 2024.csv --horizon 12
  esnkit compare --classify Gestures_TRAIN.ts --models esn,minirocket
  esnkit compare --resume
  esnkit compare --from esnkit-report.json --force
"""

_HELP = f"""\
Compare echo state networks with other models, all under the same rules, and write a report.

TASK is a shipped task (see --list) or a CSV file with a header; without any these are taken:
{", ".join(DEFAULT_TASKS)}. With --classify it is a file of
labelled sequences, .ts or .tsv as the public archives have them; of NAME_TRAIN and NAME_TEST name
one, else a third is kept back to be judged by. What is written: PREFIX.html, the same
as PREFIX.md, and all scores as PREFIX.json. Cells are kept in PREFIX.journal as they finish, so
that an interrupted run may be continued with --resume.
"""


def add_compare(commands: Any) -> None:
    """Add the subcommand to a parser.

    Parameters
    ----------
    commands : object
        What `argparse.ArgumentParser.add_subparsers` returns.
    """
    parser = commands.add_parser(
        "compare",
        help="compare models, and write a report",
        description=_HELP,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("tasks", metavar="TASK", nargs="*", help="a shipped task, or a CSV file")
    add("--classify", action="store_true", help="files hold labelled sequences (.ts, .tsv)")
    add("--list", action="store_true", help="list shipped tasks and contestants")
    add("--models", metavar="A,B,...", help="contestants, or regressors of scikit-learn (nine)")
    add("--horizon", type=int, metavar="H", help="steps to forecast a file's series ahead")
    add("--held-out", metavar="FILE", help="what followed a file's series: the test, seen last")
    add("--seeds", type=int, default=3, metavar="N", help="seeds of each cell (3)")
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--budget", type=int, metavar="N", help="candidates for each search (8)")
    limit.add_argument("--seconds", type=float, metavar="S", help="seconds for each search instead")
    add("--reference", metavar="NAME", help="whom the others are tested against (esn)")
    add("--jobs", type=int, default=-1, metavar="N", help="cells at a time (as many as cores)")
    add("--output", metavar="PREFIX", default=_DEFAULT_OUTPUT, help="what files begin with")
    add("--resume", action="store_true", help="continue a run that did not finish")
    add("--force", action="store_true", help="overwrite files, and begin anew")
    add("--from", dest="results", metavar="FILE", help="render results again, without computing")
    add_read_options(parser)
    parser.set_defaults(run=run_compare)


def run_compare(options: argparse.Namespace) -> None:
    """Run the subcommand.

    Parameters
    ----------
    options : argparse.Namespace
        The arguments.

    Raises
    ------
    TaskError, TableError, ResultsError
        For what the user has to put right; the message is one line.
    """
    if options.list:
        say(_listing())
        return
    files = _files(options.output)
    if options.results is not None:
        files.check_unwritten(options.force, [files.html, files.markdown])
        found = Comparison.from_json(options.results)
        say(_report(found, files))
        return
    tasks = _tasks(options)
    files.check(options)
    found = _compute(options, tasks, files)
    _write(lambda: found.to_json(files.json))
    say(f"{_report(found, files)} and {files.json}")
    files.journal.unlink(missing_ok=True)


def _report(found: Comparison, files: _Files) -> str:
    """Write the report, and return its summary."""
    pages = {files.html: render_html(found), files.markdown: render_markdown(found)}
    _write(lambda: write_files(pages))
    return f"{_summary(found)}\n\nwrote {files.html}, {files.markdown}"


def _files(prefix: str) -> _Files:
    """Name what is written, if the prefix is one."""
    named = Path(prefix)
    if not named.name or named.name == ".." or prefix.endswith((os.sep, "/")) or "\0" in prefix:
        raise TaskError(f"--output must be what file names begin with, got {prefix!r}")
    return _Files(named)


@dataclass(frozen=True)
class _Files:
    """What is written, all beginning with one prefix."""

    prefix: Path

    def _named(self, ending: str) -> Path:
        return self.prefix.with_name(f"{self.prefix.name}.{ending}")

    @property
    def html(self) -> Path:
        return self._named("html")

    @property
    def markdown(self) -> Path:
        return self._named("md")

    @property
    def json(self) -> Path:
        return self._named("json")

    @property
    def journal(self) -> Path:
        return self._named("journal")

    def check(self, options: argparse.Namespace) -> None:
        """Refuse before any work what cannot be written or must not be overwritten."""
        self.check_unwritten(True, [self.journal])
        goes_on = options.resume and self.journal.exists()
        if self.journal.exists() and not (goes_on or options.force):
            raise TaskError(
                f"{str(self.journal)!r} is of a run that did not finish: --resume continues it, "
                "--force begins anew"
            )
        self.check_unwritten(options.force or goes_on, [self.html, self.markdown, self.json])

    def check_unwritten(self, may_overwrite: bool, paths: Sequence[Path]) -> None:
        """Refuse paths that cannot be written or must not be overwritten."""
        folder = self.prefix.parent
        try:
            if not folder.is_dir():
                fault = "is a file, no folder" if folder.exists() else "does not exist"
                raise TaskError(f"the folder for the report, {str(folder)!r}, {fault}")
            if not os.access(folder, os.W_OK):
                raise TaskError(f"the folder {str(folder)!r} is not writable")
            for path in paths:
                if path.is_dir():
                    raise TaskError(f"{str(path)!r} is a folder, choose another --output")
                if path.exists() and not may_overwrite:
                    raise TaskError(f"{str(path)!r} exists already; --force overwrites it")
        except OSError as error:  # such as a name that is too long
            raise TaskError(f"--output {_cut(str(self.prefix))!r}: {error.strerror}") from None


def _compute(
    options: argparse.Namespace, tasks: Sequence[Task] | None, files: _Files
) -> Comparison:
    seconds = options.seconds
    budget = None if seconds is not None else options.budget
    for name, value in (("seeds", options.seeds), ("budget", budget), ("seconds", seconds)):
        if value is not None and not 0 < value < float("inf"):
            raise TaskError(f"--{name} must be above zero, and finite, got {value:g}")
    if options.jobs == 0:
        raise TaskError("--jobs must not be zero; -1 takes all cores")
    if abs(options.jobs or 1) > _MOST_JOBS:
        raise TaskError(f"--jobs must be at most {_MOST_JOBS}, got {options.jobs}")
    return compare(
        None if options.models is None else [n.strip() for n in options.models.split(",")],
        tasks,
        seeds=options.seeds,
        **({} if budget is None else {"budget": budget}),
        budget_seconds=seconds,
        reference=options.reference,
        n_jobs=options.jobs,
        journal=files.journal,
        resume=options.resume,
        progress=sys.stderr.isatty(),
    )


def _tasks(options: argparse.Namespace) -> list[Task] | None:
    """Turn names and files into tasks."""
    given: Sequence[str] = options.tasks
    files = [name for name in given if name not in TASKS]
    about_files = ReadOptions.from_arguments(options).given()
    if options.horizon is not None:
        about_files.append("--horizon")
    if options.held_out is not None:
        about_files.append("--held-out")
        if len(files) > 1:
            raise TaskError(f"--held-out continues one file, and {len(files)} were given")
    if about_files and not files:
        raise TaskError(f"{about_files[0]} is for files, and no file was given")
    if options.horizon is not None and options.horizon < 1:
        raise TaskError(f"--horizon must be at least 1, got {options.horizon}")
    if options.classify:
        if about_files:
            raise TaskError(f"{about_files[0]} is for series, and --classify for labels")
        if not files:
            raise TaskError("--classify needs a file of labelled sequences, .ts or .tsv")
    return [_task(name, options) for name in given] or None


def _task(name: str, options: argparse.Namespace) -> Task:
    if name in TASKS:
        return TASKS[name]()
    if name != "-" and not os.path.exists(name):
        raise TaskError(f"{unknown('task', name, TASKS)}; and there is no such file")
    if options.classify:
        if os.path.isdir(name):
            raise TaskError(f"{name}: this is a folder, not a file of labelled sequences")
        return _labelled_task(Path(name))
    if name.endswith(".ts"):
        raise TaskError(f"{name}: labelled sequences need --classify")
    series = _series(name, options)
    about: dict[str, Any] = {"title": f"{Path(name).name}: {series.name}"}
    if options.held_out is not None:
        coming = _series(options.held_out, options)
        if coming.name != series.name:
            raise TaskError(
                f"{options.held_out}: the series is {coming.name!r}, but that of {name} is "
                f"{series.name!r}; name it by --target"
            )
        kept = Path(options.held_out).name
        about |= {"held_out": coming, "description": f"Judged by {kept}, kept apart until the end."}
    try:
        return SeriesTask(series, options.horizon, name=Path(name).stem, source="file", **about)
    except TaskError as error:
        raise TaskError(f"{name}: {error}") from None


def _series(name: str, options: argparse.Namespace) -> Any:
    """Read the series of a file, and say how it was read."""
    series, how = read_csv_series(name, ReadOptions.from_arguments(options))
    say(f"read: {one_line(how)}")
    return series


def _labelled_task(path: Path) -> Task:
    """Make a task of labelled sequences, with the test that is kept beside them if there is one."""
    train = path.with_name(path.name.replace("_TEST", "_TRAIN"))
    test = path.with_name(path.name.replace("_TRAIN", "_TEST"))
    paths = [train, test] if train != test and train.exists() and test.exists() else [path]
    try:
        parts = [read_ts(p) if p.suffix == ".ts" else read_ucr(p) for p in paths]
    except OSError as error:
        raise TaskError(fault(error)) from None
    except ValueError as error:
        raise TaskError(str(error)) from None
    said = " and ".join(
        f"{p.name}, {len(y)} sequences" for p, (_, y) in zip(paths, parts, strict=True)
    )
    say(f"read: {one_line(said)}")
    name = train.stem.removesuffix("_TRAIN")
    try:
        return LabelledTask(*(one for part in parts for one in part), name=name, source="file")
    except TaskError as error:
        raise TaskError(f"{path}: {error}") from None


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."


def _write(action: Callable[[], None]) -> None:
    try:
        action()
    except OSError as error:
        raise ResultsError(f"{error.filename}: cannot be written ({error.strerror})") from None


def _summary(comparison: Comparison) -> str:
    """Say the answer, and who is ahead on each task."""
    found = findings(comparison)
    lines = [*map(one_line, answer(comparison, found)), ""]
    width = max(len(task.title) for task in comparison.tasks)
    for task in comparison.tasks:
        best = found[task.name].standings[:_SHOWN]
        scores = ", ".join(f"{s.contestant} {s.median:.3g}" for s in best) or "nobody finished"
        lines.append(f"{one_line(f'{task.title:<{width}}  {task.metric}: {scores}')}")
    failed = {cell.contestant: cell for cell in comparison.cells if cell.status == "failed"}
    lines += [
        f"failed: {one_line(c.contestant)} on {one_line(c.task)}: {one_line(c.reason)}"
        for c in failed.values()
    ]
    return "\n".join(lines)


def _listing() -> str:
    """List what is shipped."""
    tasks = [TASKS[name]() for name in TASKS]
    width = max(map(len, (*TASKS, *CONTESTANTS, *CLASSIFIERS)))
    rows = ["tasks:"]
    rows += [f"  {t.name:<{width}}  {t.kind:<8}  {t.description}" for t in tasks]
    rows += [
        "",
        "contestants, beside all regressors of scikit-learn by the names of their classes:",
    ]
    rows += [f"  {c.name:<{width}}  {c.description}" for c in CONTESTANTS.values()]
    rows += ["", "where labels of sequences are asked for, beside all classifiers of scikit-learn:"]
    rows += [f"  {c.name:<{width}}  {c.description}" for c in CLASSIFIERS.values()]
    return "\n".join(rows)

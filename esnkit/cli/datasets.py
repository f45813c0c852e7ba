"""``esnkit datasets``: the series that are shipped."""

from __future__ import annotations

import argparse
from typing import Any

from esnkit.cli.terminal import say
from esnkit.datasets import list_datasets


def add_datasets(commands: Any) -> None:
    """Add the subcommand to a parser.

    Parameters
    ----------
    commands : object
        What `argparse.ArgumentParser.add_subparsers` returns.
    """
    parser = commands.add_parser("datasets", help="list the shipped series")
    parser.set_defaults(run=run_datasets)


def run_datasets(options: argparse.Namespace) -> None:
    """Print the series that ``esnkit forecast`` knows by name.

    Parameters
    ----------
    options : argparse.Namespace
        The arguments, of which there are none.
    """
    table = list_datasets().query("kind == 'real'").drop(columns="kind")
    say(table.reset_index().to_string(index=False))

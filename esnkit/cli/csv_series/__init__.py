"""One regular series from a CSV file, workbook or Parquet file that people have."""

from __future__ import annotations

from esnkit.cli.csv_series.options import ReadOptions, add_read_options
from esnkit.cli.csv_series.reader import read_csv_series
from esnkit.cli.csv_series.table import TableError

__all__ = ["ReadOptions", "TableError", "add_read_options", "read_csv_series"]

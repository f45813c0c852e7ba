"""Run the command line by ``python -m esnkit``."""

from __future__ import annotations

import sys

from esnkit.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

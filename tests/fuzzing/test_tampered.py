"""Whatever a results file or a journal holds, it is read or refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzzing.tampered import try_journal, try_results


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tampered")


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize(
    "first", [0, *(pytest.param(k, marks=pytest.mark.slow) for k in range(30, 300, 30))]
)
@pytest.mark.parametrize("attempt", [try_results, try_journal])
def test_tampered_files_are_read_or_refused(attempt: object, first: int, folder: Path) -> None:
    outcomes = [attempt(seed, folder) for seed in range(first, first + 30)]  # type: ignore[operator]
    assert [o for o in outcomes if o.result not in ("read", "refused")] == []
    assert max(o.seconds for o in outcomes) < 60

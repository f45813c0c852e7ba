"""Every kind of file is read rightly, asked about, or refused; none is read wrongly."""

from __future__ import annotations

import pytest

from tests.fuzzing.csv_kinds import Kind, all_kinds, judge


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.name)
def test_kind(kind: Kind, tmp_path) -> None:
    outcome, said = judge(kind, tmp_path)
    expected = "asked" if kind.asks else "refused" if kind.refused else "read"
    assert outcome == expected, said
    assert "\n" not in said

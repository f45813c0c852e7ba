"""Every file of the second corpus is read rightly, asked about, or refused in one line."""

from __future__ import annotations

import pytest

from tests.fuzzing.exports import Export, all_exports, judge


@pytest.mark.parametrize("kind", all_exports(), ids=lambda kind: kind.name)
def test_file_is_read_rightly_or_asked_about(kind: Export, tmp_path) -> None:
    outcome, said = judge(kind, tmp_path)
    assert outcome in ("read", "asked", "refused"), said
    assert "\n" not in said

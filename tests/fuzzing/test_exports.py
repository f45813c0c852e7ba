"""No file of the second corpus is read wrongly in silence, and each refusal is one line."""

from __future__ import annotations

import pytest

from tests.fuzzing.exports import Export, all_exports, judge


@pytest.mark.parametrize("kind", all_exports(), ids=lambda kind: kind.name)
def test_nothing_is_read_wrongly_in_silence(kind: Export, tmp_path) -> None:
    outcome, said = judge(kind, tmp_path)
    assert outcome != "wrong", said
    assert "\n" not in said

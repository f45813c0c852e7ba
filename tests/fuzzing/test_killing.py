"""No command that is killed costs a good file."""

from __future__ import annotations

import pytest

from tests.fuzzing.killing import COMMANDS, lost_files, prepare

N_KILLS = 25  # of each command


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_no_good_file_is_lost(command: str, tmp_path) -> None:
    seconds = prepare(command, tmp_path)
    lost = [lost_files(command, tmp_path, seconds, seed) for seed in range(N_KILLS)]
    assert not any(lost), lost

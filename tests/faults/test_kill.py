"""kill -9 of the server while fifty clients cast: nothing acknowledged is lost, nothing doubled."""

from __future__ import annotations

from benchmarks.kill import besiege

KILLS = 50
AFRESH = 3


def test_every_receipt_that_a_client_holds_is_on_the_board_after_each_of_fifty_kills(
    database_url, tmp_path
):
    siege = besiege(tmp_path, database_url, KILLS, seed=7)
    assert siege.kills == KILLS
    # That the kills did hit something: ballots were answered, and others cut off in between.
    assert len(siege.held) > KILLS
    assert siege.retried > KILLS


def test_so_it_is_with_servers_started_from_the_command_line(database_url, tmp_path):
    siege = besiege(tmp_path, database_url, AFRESH, seed=11, afresh=True)
    assert siege.kills == AFRESH
    assert siege.held

"""Records to download: everything that is needed to recount a vote, or all votes of a meeting."""

from __future__ import annotations

from litestar import Response, get

from ballots import record
from governance import polls, records
from web.auth import Visitor
from web.house import House
from web.pages.documents import file, meeting_for


@get("/meetings/{meeting_id:int}/record.zip", sync_to_thread=True)
def of_meeting(house: House, visitor: Visitor, meeting_id: int) -> Response[bytes]:
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        files = records.of_meeting(db, house.board, meeting)
    return file(record.zipped(files), f"record-meeting-{meeting_id}.zip", "application/zip")


@get("/polls/{poll_id:int}/record.zip", sync_to_thread=True)
def of_poll(house: House, visitor: Visitor, poll_id: int) -> Response[bytes]:
    with house.database.reading() as db:
        poll = polls.get(db, house.association_id, poll_id)
        meeting_for(db, visitor, poll.meeting_id)
        files = records.of_poll(db, house.board, poll)
    return file(record.zipped(files), f"record-vote-{poll_id}.zip", "application/zip")


handlers = [of_meeting, of_poll]

"""Records to download: everything that is needed to recount a vote, or all votes of a meeting."""

from __future__ import annotations

from litestar import Response, get

from ballots import record, record_profile
from ballots.counting import formats
from ballots.errors import Malformed
from governance import polls, records
from governance.errors import N_, NotFound
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


@get("/polls/{poll_id:int}/ballots.blt", sync_to_thread=True)
def as_blt(house: House, visitor: Visitor, poll_id: int) -> Response[bytes]:
    return _ballots(house, visitor, poll_id, "blt", "text/plain")


@get("/polls/{poll_id:int}/ballots.json", sync_to_thread=True)
def as_json(house: House, visitor: Visitor, poll_id: int) -> Response[bytes]:
    return _ballots(house, visitor, poll_id, "json", "application/json")


def _ballots(
    house: House, visitor: Visitor, poll_id: int, ending: str, media: str
) -> Response[bytes]:
    """The record's open ballots, without names, for another program to count."""
    with house.database.reading() as db:
        poll = polls.get(db, house.association_id, poll_id)
        meeting_for(db, visitor, poll.meeting_id)
        files = dict(records.of_poll(db, house.board, poll))
    try:
        manifest = record_profile.find(files, poll.election)
        text = formats.write(record_profile.profile(files, manifest), ending)
    except Malformed as error:
        raise NotFound(N_("These ballots cannot be written so.")) from error
    return file(text.encode(), f"ballots-{poll_id}.{ending}", media)


handlers = [of_meeting, of_poll, as_blt, as_json]

"""Elections' work in the background: letters, results that are declared, terms, what is forgotten.

Each step can be done twice without harm, as all of `worker.py`.
"""

from __future__ import annotations

from email.errors import MessageError

from governance import agenda, elections, nomination_letters, nominations, offices
from governance.associations import Association
from governance.candidates import Candidate
from governance.electing import Election
from governance.meetings import Meeting
from governance.members import Member
from governance.nomination_letters import NominationLetter
from web.election_letters import Occasion, letter
from web.house import House
from web.letters import Sender
from web.mail import Mailer, MailRefused

BATCH = 50
MOST_BATCHES = 20


def send_election_letters(house: House) -> int:
    """Send what is due over one connection; returns how many letters left."""
    left = 0
    with house.mailer.session() as mailer:
        for _ in range(MOST_BATCHES):
            with house.database.writing() as db:
                claimed = nomination_letters.due(db, house.clock(), BATCH)
            taken = sum(_send(house, mailer, each) for each in claimed)
            left += taken
            if not taken:
                break
    return left


def _send(house: House, mailer: Mailer, asked: NominationLetter) -> bool:
    with house.database.reading() as db:
        meeting = db.get_one(Meeting, asked.meeting_id)
        member = db.get_one(Member, asked.member_id)
        association = db.get_one(Association, meeting.association_id)
        office: dict[str, str] = {}
        if asked.candidate_id is not None:
            candidate = db.get(Candidate, asked.candidate_id)
            if candidate is None:  # deleted meanwhile
                return False
            election = db.get_one(Election, candidate.election_id)
            office = agenda.get(db, meeting.id, election.item_id).title
        call = nominations.call_of(db, meeting.id)
    sender = Sender(
        association=association,
        address=house.settings.mail_from,
        base_url=house.settings.base_url.rstrip("/"),
    )
    occasion = Occasion(meeting=meeting, call=call, office=office)
    now = house.clock()
    try:
        mailer.send(letter(sender, member, asked, occasion, now=now))
    except MailRefused as refused:
        return _failed(house, asked, permanent=refused.permanent)
    except (MessageError, ValueError):  # no mail can be written to such an address
        return _failed(house, asked, permanent=True)
    with house.database.writing() as db:
        nomination_letters.sent(db, asked.id, now=now)
    return True


def _failed(house: House, asked: NominationLetter, *, permanent: bool) -> bool:
    with house.database.writing() as db:
        nomination_letters.failed(db, asked.id, permanent=permanent, now=house.clock())
    return False


def settle_elections(house: House) -> int:
    """Enter declared results, end terms that a meeting has ended, forget what is to be forgotten;
    returns how many results."""
    now = house.clock()
    with house.database.writing() as db:
        taken = elections.take_results(db, now=now)
        offices.advance(db, now=now)
        nominations.forget(db, now=now)
    return taken

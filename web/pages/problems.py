"""Report a problem with a vote; the meeting's tellers and checkers read the reports."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy.orm import Session

from ballots.board import BallotEntry, parse_entry
from ballots.checkpoint import VerifierKey
from ballots.errors import Fault
from ballots.receipt import verify_receipt
from governance import polls, problems
from governance.errors import N_, Invalid, NotAllowed
from governance.meetings import Meeting
from governance.members import Member
from governance.polls import Poll
from governance.problems import READERS, Problem
from web import i18n, logs
from web.auth import Visitor
from web.house import House
from web.mail import MailRefused
from web.pages.board import stands_at
from web.pages.check import REASONS
from web.pages.documents import meeting_for
from web.pages.polls import own, poll_for
from web.render import page, see

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@dataclass(frozen=True)
class Read:
    """A report as a teller reads it; `fault` is what is wrong with its receipt, "" for nothing."""

    problem: Problem
    poll: Poll
    fault: str


@get("/polls/{poll_id:int}/report", sync_to_thread=True)
def ask(house: House, visitor: Visitor, poll_id: int) -> Response[str]:
    return _page(house, visitor, poll_id, {"text": "", "receipt": ""})


def _page(
    house: House,
    visitor: Visitor,
    poll_id: int,
    form: dict[str, str],
    error: Invalid | None = None,
) -> Response[str]:
    visitor.require()
    with house.database.reading() as db:
        poll, meeting = poll_for(db, visitor, poll_id)
        readers = problems.readers(db, meeting.id)
        mine = own(db, visitor, poll)
    return page(
        visitor,
        "polls/report.html",
        status=422 if error else 200,
        meeting=meeting,
        poll=poll,
        own=mine,
        readers=readers,
        form=form,
        error=error,
    )


@post("/polls/{poll_id:int}/report", sync_to_thread=True)
def report(house: House, visitor: Visitor, poll_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    # The receipt is evidence: nothing of it is mended but the ends of lines, which a form changes.
    form = {name: str(data.get(name) or "").replace("\r\n", "\n") for name in ("text", "receipt")}
    try:
        with house.database.writing() as db:
            poll, meeting = poll_for(db, visitor, poll_id)
            problems.report(db, poll, member, form["text"], form["receipt"], now=house.clock())
            readers = problems.readers(db, meeting.id)
    except Invalid as error:
        return _page(house, visitor, poll_id, form, error)
    house.live.publish(meeting.id)
    answer = see(f"/polls/{poll_id}", notice="problem-reported")
    answer.background = BackgroundTask(_tell, house, visitor, meeting, readers)
    return answer


def _tell(house: House, visitor: Visitor, meeting: Meeting, readers: list[Member]) -> None:
    """By e-mail as well: they may not be looking. It says that there is a report, not whose."""
    for reader in readers:
        if reader.email is None:
            continue
        try:
            house.mailer.send(_letter(house, visitor, meeting, reader, reader.email))
        except MailRefused as refused:
            logs.failed("problem.mail", refused)


def _letter(
    house: House, visitor: Visitor, meeting: Meeting, reader: Member, address: str
) -> EmailMessage:
    language = i18n.chosen(reader.language)

    def say(text: str) -> str:
        return i18n.translate(language, text)

    letter = EmailMessage()
    letter["From"] = house.settings.mail_from
    letter["To"] = address
    letter["Subject"] = say(N_("A member reports a problem with a vote"))
    paragraphs = (
        say(N_("You are teller or checker of the meeting. The report is read here:")),
        f"{visitor.base_url}/meetings/{meeting.id}/reports",
        say(N_("It is open to the meeting's tellers and checkers, and to nobody else.")),
    )
    letter.set_content("\n\n".join(paragraphs) + "\n")
    return letter


@get("/meetings/{meeting_id:int}/reports", sync_to_thread=True)
def read(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    visitor.require()
    key = VerifierKey.parse(house.signer.verifier_key)
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        if not visitor.roles_in(meeting_id) & set(READERS):
            raise NotAllowed(N_("Reports are read by the meeting's tellers and checkers alone."))
        by_id = {poll.id: poll for poll in polls.of_meeting(db, meeting_id)}
        told = [
            Read(each, by_id[each.poll_id], _fault(db, each, by_id[each.poll_id], key))
            for each in problems.of_meeting(db, meeting_id)
        ]
    return page(visitor, "polls/reports.html", meeting=meeting, reports=told, faults=REASONS)


def _fault(db: Session, problem: Problem, poll: Poll, key: VerifierKey) -> str:
    """What is wrong with the receipt that was handed in, by REASONS; "" where it holds."""
    # A textarea may lose the last line's end; nothing else of a receipt is mended.
    text = problem.receipt if problem.receipt.endswith("\n") else problem.receipt + "\n"
    try:
        proved = verify_receipt(text, key)
        entry = parse_entry(proved.entry)
    except Fault as fault:
        return fault.code
    slot = polls.voter_slot(db, poll.id, problem.member_id)
    if not isinstance(entry, BallotEntry) or (entry.election, entry.slot) != (poll.election, slot):
        return "other-voter"
    return "" if stands_at(db, entry.election, entry.slot) == proved.index else "not-counted"


handlers = [ask, report, read]

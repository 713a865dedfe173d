"""An election on a meeting's agenda: office, seats, term, conditions, and the committee's proposal.

The nomination committee works here, and where there is none the directors: what either has done
stands in the journal, so that nobody steers an election unseen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import agenda, journal, meetings, roles, rulebook
from governance.agenda import AgendaItem, ItemKind, ItemState
from governance.associations import Association
from governance.database import Base, Instant, Word
from governance.errors import N_, Invalid, NotAllowed, NotFound, WrongState
from governance.meetings import Meeting, MeetingState
from governance.offices import OF_THE_MEETING, Office, Term
from governance.roles import Role
from governance.units import Unit

MOST_SEATS, MOST_YEARS = 60, 10
# While a committee prepares; the meeting itself goes on from there.
BEFORE = frozenset(
    {MeetingState.DRAFT, MeetingState.ANNOUNCED, MeetingState.APPROVED, MeetingState.CALLED}
)
FROZEN = frozenset({MeetingState.APPROVED, MeetingState.CALLED})  # the notice says what it says
# What the rulebook's items elect to.
OFFICE_OF = {
    "board": Office.BOARD,
    "auditor": Office.AUDITOR,
    "nominators": Office.NOMINATORS,
    "chair": Office.CHAIR,
    "checkers": Office.CHECKERS,
}
USUAL_SEATS = {Office.BOARD: 5, Office.AUDITOR: 1, Office.NOMINATORS: 3, Office.CHECKERS: 2}


class Election(Base):
    __tablename__ = "election"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(
        sa.ForeignKey("agenda_item.id", ondelete="CASCADE"), unique=True
    )
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    office: Mapped[Office] = mapped_column(Word(Office))
    of_deputies: Mapped[bool] = mapped_column(default=False)  # who is elected sits as a deputy
    # Another office's own name, by language; empty: the item's title is its name.
    title: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    # As the committee proposes them, and as the meeting has decided.
    proposed_seats: Mapped[int]
    proposed_deputies: Mapped[int] = mapped_column(default=0)
    seats: Mapped[int | None]
    deputies: Mapped[int | None]
    # The decision under the agenda's own item on the number, where it has one.
    seats_poll_id: Mapped[int | None] = mapped_column(sa.ForeignKey("poll.id"))
    years: Mapped[int]  # from annual meeting to annual meeting; 0: held in the meeting alone
    starts_on: Mapped[dt.date | None]  # None: the day of the meeting
    members_only: Mapped[bool] = mapped_column(default=True)
    # [{"unit": id, "least": 1}, {"unit": id, "most": 2}]: of those elected
    conditions: Mapped[list[dict[str, int]]] = mapped_column(sa.JSON, default=list)
    reason: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # Markdown, by language
    proposed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # Changed when the notice had been approved: its readers are told.
    changed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    floor_closed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # Whose result stands in its candidates.
    poll_id: Mapped[int | None] = mapped_column(sa.ForeignKey("poll.id"))

    @property
    def filled(self) -> int:
        """Ordinary seats: those the meeting has decided, until then those proposed."""
        return self.proposed_seats if self.seats is None else self.seats

    @property
    def filled_deputies(self) -> int:
        return self.proposed_deputies if self.deputies is None else self.deputies

    @property
    def most_deputies(self) -> int:
        """Beside the ordinary seats; where deputies alone are elected, none."""
        return 0 if self.of_deputies else MOST_SEATS

    @property
    def of_directors(self) -> bool:
        return self.office is Office.BOARD and not self.of_deputies


class NotOfTheCommittee(NotAllowed):
    message = N_("The nomination committee does this; where there is none, the board.")


class TermTooLong(Invalid):
    code = "term-too-long"
    message = N_("A term is at most %(most)s financial years (%(paragraph)s).")


def committee(db: Session, association_id: int) -> Role:
    """Whose the preparation is: the nomination committee's, or the directors' where none sits."""
    sits = roles.holders(db, Role.NOMINATOR, association_id=association_id)
    return Role.NOMINATOR if sits else Role.DIRECTOR


def works_here(db: Session, association_id: int, member_id: int) -> bool:
    return committee(db, association_id) in roles.held(db, member_id)


def require(db: Session, meeting: Meeting, by_id: int) -> None:
    """Raises NotOfTheCommittee."""
    if not works_here(db, meeting.association_id, by_id):
        raise NotOfTheCommittee


def get(db: Session, association_id: int, election_id: int) -> Election:
    """Raises NotFound, also for another association's."""
    found = db.get(Election, election_id)
    if found is None or db.get_one(Meeting, found.meeting_id).association_id != association_id:
        raise NotFound
    return found


def of_item(db: Session, item_id: int) -> Election | None:
    return db.scalar(sa.select(Election).where(Election.item_id == item_id))


def of_meeting(db: Session, meeting_id: int) -> Sequence[tuple[Election, AgendaItem]]:
    """In the agenda's order."""
    rows = sa.select(Election, AgendaItem).join(AgendaItem, AgendaItem.id == Election.item_id)
    ordered = rows.where(Election.meeting_id == meeting_id).order_by(AgendaItem.position)
    return [(election, item) for election, item in db.execute(ordered)]


def not_set_up(db: Session, meeting_id: int) -> list[AgendaItem]:
    """Items that elect and for which nothing has been prepared."""
    begun = {election.item_id for election, _ in of_meeting(db, meeting_id)}
    items = agenda.items(db, meeting_id)
    return [each for each in items if each.kind is ItemKind.ELECTION and each.id not in begun]


def set_up(
    db: Session, meeting: Meeting, item: AgendaItem, *, by_id: int, now: dt.datetime
) -> Election:
    """Prepare the election with what the rulebook and the terms that run out suggest."""
    require(db, meeting, by_id)
    if item.meeting_id != meeting.id or item.kind is not ItemKind.ELECTION:
        raise NotFound
    _check_ahead(db, meeting, item)
    if (standing := of_item(db, item.id)) is not None:
        return standing
    made = begin(db, meeting, item, OFFICE_OF.get(item.key, Office.OTHER))
    record(db, "election.set-up", made, by_id=by_id, now=now)
    return made


def begin(
    db: Session, meeting: Meeting, item: AgendaItem, office: Office, *, of_deputies: bool = False
) -> Election:
    """With as many seats and as long a term as is usual."""
    law = rulebook.of(meeting.association).elections.get(office.value)
    made = Election(
        item_id=item.id,
        meeting_id=meeting.id,
        office=office,
        of_deputies=of_deputies,
        title={},
        proposed_seats=usual_seats(db, meeting, office, of_deputies=of_deputies),
        years=0 if office in OF_THE_MEETING else 1,
        members_only=law is not None and law.members is not None,
        conditions=[],
        reason={},
    )
    db.add(made)
    db.flush()
    return made


def usual_seats(db: Session, meeting: Meeting, office: Office, *, of_deputies: bool = False) -> int:
    """As many as run out at this meeting; as many as usual where nobody sits yet."""
    year = meeting.association.today(meeting.starts_at).year
    runs_out = sa.select(sa.func.count(Term.id)).where(
        Term.association_id == meeting.association_id,
        Term.office == office,
        Term.deputy.is_(of_deputies),
        Term.ended_on.is_(None),
        Term.until_year <= year,
    )
    usual = 1 if of_deputies else USUAL_SEATS.get(office, 1)
    return db.scalar(runs_out) or usual


def change(
    db: Session,
    election: Election,
    *,
    seats: int,
    deputies: int,
    years: int,
    starts_on: dt.date | None,
    members_only: bool,
    conditions: Sequence[Mapping[str, int]],
    by_id: int,
    now: dt.datetime,
) -> None:
    """What is to be filled and for how long, before the meeting. Raises Invalid, TermTooLong."""
    meeting = to_prepare(db, election, by_id)
    check_number(seats, 1, MOST_SEATS, "seats")
    check_number(deputies, 0, election.most_deputies, "deputies")
    _check_years(meeting.association, election.office, years)
    if starts_on is not None and starts_on < meeting.association.today(meeting.starts_at):
        raise Invalid(N_("A term begins on the day of the meeting or later."), field="starts_on")
    election.proposed_seats, election.proposed_deputies = seats, deputies
    election.years, election.starts_on = years, starts_on
    election.members_only = members_only
    election.conditions = [_condition(db, meeting, each, seats) for each in conditions]
    mark(db, election, now)
    db.flush()
    said = {"seats": seats, "deputies": deputies, "years": years}
    record(db, "election.changed", election, by_id=by_id, now=now, **said)


def check_number(number: int, least: int, most: int, field: str) -> None:
    if not least <= number <= most:
        raise Invalid(
            N_("Enter a whole number from %(least)s to %(most)s."),
            field=field,
            least=least,
            most=most,
        )


def _check_years(association: Association, office: Office, years: int) -> None:
    if office in OF_THE_MEETING:
        check_number(years, 0, 0, "years")
        return
    check_number(years, 1, MOST_YEARS, "years")
    law = rulebook.of(association).elections.get(office.value)
    if law is not None and law.term is not None and years > law.term.length:
        raise TermTooLong(field="years", most=law.term.length, paragraph=law.term.paragraph)


def _condition(
    db: Session, meeting: Meeting, given: Mapping[str, int], seats: int
) -> dict[str, int]:
    unit = db.get(Unit, given.get("unit", 0))
    if unit is None or unit.association_id != meeting.association_id:
        raise Invalid(N_("Choose a section or a group."), field="conditions")
    kept = {key: given[key] for key in ("least", "most") if key in given}
    if not kept or any(not 0 <= number <= seats for number in kept.values()):
        raise Invalid(N_("A condition has a number of seats."), field="conditions")
    return {"unit": unit.id, **kept}


def mark(db: Session, election: Election, now: dt.datetime) -> None:
    """That it has changed since the notice was approved, if it was."""
    if db.get_one(Meeting, election.meeting_id).state in FROZEN:
        election.changed_at = now


def to_prepare(db: Session, election: Election, by_id: int) -> Meeting:
    """Its meeting, locked, if this member may prepare the election now."""
    meeting = db.get_one(Meeting, election.meeting_id)
    require(db, meeting, by_id)
    meetings.lock(db, meeting)
    _check_ahead(db, meeting, db.get_one(AgendaItem, election.item_id))
    return meeting


def _check_ahead(db: Session, meeting: Meeting, item: AgendaItem) -> None:
    if meeting.state not in BEFORE and item.state is not ItemState.AHEAD:
        raise WrongState(N_("The meeting has taken this election up: it is the meeting's now."))
    if meeting.state in (MeetingState.CLOSED, MeetingState.CANCELLED):
        raise WrongState(N_("The meeting is over."))


def record(
    db: Session,
    act: str,
    election: Election,
    *,
    by_id: int | None,
    now: dt.datetime,
    **details: Any,
) -> None:
    """In the journal; never who was nominated or what they answered."""
    journal.record(
        db,
        act,
        association_id=db.get_one(Meeting, election.meeting_id).association_id,
        meeting_id=election.meeting_id,
        by_id=by_id,
        subject=f"election:{election.id}",
        now=now,
        **details,
    )

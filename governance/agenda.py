"""The agenda: items from the rulebook, from the board and from motions, in the order they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import journal, roles, rulebook, texts
from governance.database import Base, Word
from governance.errors import N_, Invalid, NotFound, Refused, WrongState
from governance.roles import Role
from governance.rulebook import ItemKind as ItemKind

if TYPE_CHECKING:  # a meeting is created with its agenda: at run time that arrow points here
    from governance.meetings import Meeting

PREPARERS = (Role.DIRECTOR, Role.ADMINISTRATOR)
FIRST, LAST = "opening", "closing"
AFTER_ALL = frozenset({"other", LAST})  # what is added comes before these
LONGEST_TITLE, LONGEST_TEXT = 200, 20_000


class ItemState(StrEnum):
    AHEAD = "ahead"
    CURRENT = "current"
    DONE = "done"


class AgendaItem(Base):
    __tablename__ = "agenda_item"
    __table_args__ = (sa.Index("ix_agenda_item_order", "meeting_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    position: Mapped[int]  # from 1; the paragraph number of the minutes
    key: Mapped[str] = mapped_column(sa.String(40), default="")  # the rulebook's item, "discharge"
    kind: Mapped[ItemKind] = mapped_column(Word(ItemKind))
    title: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # {language: title}
    text: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # the proposal, Markdown
    paragraph: Mapped[str] = mapped_column(sa.String(60), default="")  # the law's, where it asks
    majority: Mapped[str] = mapped_column(sa.String(40), default="ordinary")  # rulebook key
    motion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("motion.id"), unique=True)
    state: Mapped[ItemState] = mapped_column(Word(ItemState), default=ItemState.AHEAD)


class AskedByLaw(Refused):
    code = "asked-by-law"
    message = N_("The law asks for this item (%(paragraph)s), so it stays on the agenda.")


class StaysInPlace(Refused):
    code = "stays-in-place"
    message = N_("A meeting begins with its opening and ends with its closing.")


def items(db: Session, meeting_id: int) -> Sequence[AgendaItem]:
    """The agenda in its order."""
    rows = sa.select(AgendaItem).where(AgendaItem.meeting_id == meeting_id)
    return db.scalars(rows.order_by(AgendaItem.position, AgendaItem.id)).all()


def get(db: Session, meeting_id: int, item_id: int) -> AgendaItem:
    """Raises NotFound, also for another meeting's item."""
    found = db.get(AgendaItem, item_id)
    if found is None or found.meeting_id != meeting_id:
        raise NotFound
    return found


def lay_out(db: Session, meeting: Meeting) -> None:
    """The agenda that the rulebook gives a new meeting of its kind."""
    book, languages = rulebook.of(meeting.association), meeting.association.languages
    for position, item in enumerate(book.agenda(meeting.kind), 1):
        added = AgendaItem(
            meeting_id=meeting.id,
            position=position,
            key=item.key,
            kind=item.kind,
            title={code: item.title[code] for code in languages if code in item.title},
            paragraph=item.paragraph,
            majority=item.majority,
        )
        db.add(added)
    db.flush()


def add(
    db: Session,
    meeting: Meeting,
    *,
    kind: ItemKind,
    title: Mapping[str, str],
    text: Mapping[str, str],
    majority: str = "ordinary",
    by_id: int,
    now: dt.datetime,
) -> AgendaItem:
    """Put an item of the board's own on the agenda, last before other matters and the closing."""
    standing = _to_change(db, meeting, by_id)
    if kind is ItemKind.MOTION:
        raise Invalid(N_("Motions come onto the agenda when the notice is approved."), field="kind")
    added = AgendaItem(meeting_id=meeting.id, kind=kind)
    _write(meeting, added, title, text, majority)
    insert(db, standing, [added])
    _record(db, "agenda.added", meeting, added, by_id=by_id, now=now)
    return added


def edit(
    db: Session,
    meeting: Meeting,
    item: AgendaItem,
    *,
    title: Mapping[str, str],
    text: Mapping[str, str],
    majority: str,
    by_id: int,
    now: dt.datetime,
) -> None:
    _to_change(db, meeting, by_id)
    _write(meeting, item, title, text, majority)
    db.flush()
    _record(db, "agenda.edited", meeting, item, by_id=by_id, now=now)


def shift(
    db: Session, meeting: Meeting, item: AgendaItem, *, up: bool, by_id: int, now: dt.datetime
) -> None:
    """Exchange places with the item before or after. The opening and the closing stay in place."""
    standing = _to_change(db, meeting, by_id)
    here = standing.index(item)
    there = here - 1 if up else here + 1
    ends = {FIRST, LAST}
    if not 0 <= there < len(standing) or ends & {item.key, standing[there].key}:
        raise StaysInPlace
    standing[here], standing[there] = standing[there], standing[here]
    _number(db, standing)
    _record(db, "agenda.shifted", meeting, item, by_id=by_id, now=now, up=up)


def remove(
    db: Session, meeting: Meeting, item: AgendaItem, *, by_id: int, now: dt.datetime
) -> None:
    """Take off an item that neither law nor a member's motion has put there."""
    standing = _to_change(db, meeting, by_id)
    if item.paragraph:
        raise AskedByLaw(paragraph=item.paragraph)
    if item.key in (FIRST, LAST):
        raise StaysInPlace
    if item.motion_id is not None:
        raise WrongState(N_("A motion that came in time stays on the agenda (6:15)."))
    _record(db, "agenda.removed", meeting, item, by_id=by_id, now=now, title=item.title)
    take_off(db, standing, [item])


def insert(db: Session, standing: list[AgendaItem], added: list[AgendaItem]) -> None:
    """Place them after everything but other matters and the closing."""
    place = len(standing)
    while place and standing[place - 1].key in AFTER_ALL:
        place -= 1
    standing[place:place] = added
    db.add_all(added)
    _number(db, standing)


def take_off(db: Session, standing: list[AgendaItem], gone: list[AgendaItem]) -> None:
    for item in gone:
        standing.remove(item)
        db.delete(item)
    _number(db, standing)


def _to_change(db: Session, meeting: Meeting, by_id: int) -> list[AgendaItem]:
    """The agenda as it stands, locked against others, if this member may change it now."""
    roles.require(db, by_id, *PREPARERS)
    meeting.require_preparation(db)
    return list(db.scalars(_afresh(meeting.id)))


def _afresh(meeting_id: int) -> sa.Select[AgendaItem]:
    # Read before the lock, it may have been renumbered since.
    rows = sa.select(AgendaItem).where(AgendaItem.meeting_id == meeting_id)
    ordered = rows.order_by(AgendaItem.position, AgendaItem.id)
    return ordered.execution_options(populate_existing=True)


def _write(
    meeting: Meeting,
    item: AgendaItem,
    title: Mapping[str, str],
    text: Mapping[str, str],
    majority: str,
) -> None:
    rulebook.of(meeting.association).majority(majority)
    languages = meeting.association.languages
    item.title = texts.required(title, languages, LONGEST_TITLE, field="title")
    item.text = texts.within(text, languages, LONGEST_TEXT, field="text")
    # What decides nothing needs no majority; an election is won by the most votes (6:34).
    item.majority = majority if item.kind in (ItemKind.DECISION, ItemKind.MOTION) else "ordinary"


def _number(db: Session, ordered: Sequence[AgendaItem]) -> None:
    for position, item in enumerate(ordered, 1):
        item.position = position
    db.flush()


def _record(
    db: Session,
    act: str,
    meeting: Meeting,
    item: AgendaItem,
    *,
    by_id: int,
    now: dt.datetime,
    **details: object,
) -> None:
    journal.record(
        db,
        act,
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        by_id=by_id,
        subject=f"item:{item.id}",
        now=now,
        **details,
    )

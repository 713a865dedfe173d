"""Elections that the board itself puts on the agenda: it says which office each of them fills.

Acceptance then gives the role and the term of that office, as in the rulebook's own elections.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from governance import agenda, candidates, electing, roles, texts
from governance.agenda import LONGEST_TITLE, AgendaItem, ItemKind
from governance.electing import Election
from governance.errors import N_, Invalid
from governance.meetings import Meeting
from governance.offices import DEPUTIES, OF_THE_MEETING, Office


def is_own(item: AgendaItem) -> bool:
    """Whether the rulebook does not say what is elected under this item."""
    return item.kind is ItemKind.ELECTION and item.key not in electing.OFFICE_OF


def fill(
    db: Session,
    meeting: Meeting,
    item: AgendaItem,
    office: Office,
    *,
    of_deputies: bool = False,
    title: Mapping[str, str] | None = None,
    by_id: int,
    now: dt.datetime,
) -> Election:
    """Say which office is filled. `title` is another office's own name, in each language.

    Said anew, what has been prepared for the earlier office begins again. Raises Invalid, also
    where members have been nominated for it.
    """
    roles.require(db, by_id, *agenda.PREPARERS)
    meeting.require_preparation(db)
    if not is_own(item) or office in OF_THE_MEETING or (of_deputies and office not in DEPUTIES):
        raise Invalid(N_("Choose an office."), field="office")
    made = _of_office(db, item, office, of_deputies)
    if made is None:
        made = electing.begin(db, meeting, item, office, of_deputies=of_deputies)
        said = {"office": office.value, "of_deputies": of_deputies}
        electing.record(db, "election.office-chosen", made, by_id=by_id, now=now, **said)
    named = title if title and office is Office.OTHER else {}
    languages = meeting.association.languages
    made.title = texts.within(named, languages, LONGEST_TITLE, field="office_title")
    db.flush()
    return made


def _of_office(db: Session, item: AgendaItem, office: Office, of_deputies: bool) -> Election | None:
    """The election as it stands, if it is to this office; to another one it is dropped."""
    standing = electing.of_item(db, item.id)
    if standing is None or (standing.office, standing.of_deputies) == (office, of_deputies):
        return standing
    if candidates.of_election(db, standing.id):
        # Whoever has consented has consented to that office.
        raise Invalid(
            N_("Members have been nominated for this office, so it stays."), field="office"
        )
    candidates.drop(db, item)
    return None

"""Writing the minutes: each paragraph as it will read, with fields for the secretary's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import minutes, minutes_prose, minutes_text, naming
from governance.errors import Invalid, NotAllowed, WrongState
from governance.minutes import Minutes, MinutesState
from governance.minutes_prose import ChangedMeanwhile, Typed, mark, merge
from governance.minutes_text import Passage
from governance.naming import NamesSomeone
from web.auth import Visitor
from web.errors import status_of
from web.forms import Form
from web.house import House
from web.pages.minutes import begun
from web.render import page, see

Fields = Mapping[str, Typed]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One text to write: what it says, what it began from, what is wrong with it."""

    name: str
    text: str
    began_from: str
    theirs: str | None  # what somebody else has saved meanwhile
    error: Invalid | None

    @property
    def rows(self) -> int:
        lines = [len(line) // 60 + 1 for line in self.text.splitlines()]
        return min(max(sum(lines), 2), 18)


@dataclass(frozen=True, kw_only=True)
class Section:
    """§ n: the facts as they read to members and to the public, and the two fields."""

    passage: Passage
    to_public: Passage
    prose: Field
    public: Field


@get("/meetings/{meeting_id:int}/minutes/edit", sync_to_thread=True)
def form(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    return _editor(house, visitor, meeting_id, {})


def _editor(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    typed: Fields,
    error: Invalid | WrongState | None = None,
) -> Response[Any]:
    """What was typed and could not be saved stands in its fields."""
    member = visitor.require()
    with house.database.reading() as db:
        written = begun(db, visitor, meeting_id)
        if not minutes.writes(db, meeting_id, member.id):
            raise NotAllowed
        frozen = written.state is not MinutesState.DRAFT
        if frozen and not typed:
            return see(f"/meetings/{meeting_id}/minutes")
        meeting = minutes.writer(db, house.board, written, public=False).meeting
        sections = _sections(db, house, written, typed, error)
    return page(
        visitor,
        "minutes/edit.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        written=written,
        sections=sections,
        frozen=frozen,
        error=error,
    )


def _sections(
    db: Session,
    house: House,
    written: Minutes,
    typed: Fields,
    error: Invalid | WrongState | None,
) -> list[Section]:
    found = minutes_prose.paragraphs(db, written.id)
    bare = [(item, "") for item, _ in found]
    facts, to_public = (
        minutes_text.passages(minutes.writer(db, house.board, written, public=public), bare)
        for public in (False, True)
    )
    fields = [
        [_field(name, text, typed, error) for name, text in paragraph.fields.items()]
        for _, paragraph in found
    ]
    fields = _with_names(db, house, fields)
    return [
        Section(passage=passage, to_public=public_one, prose=prose, public=public)
        for passage, public_one, (prose, public) in zip(facts, to_public, fields, strict=True)
    ]


def _field(name: str, saved: str, typed: Fields, error: Invalid | WrongState | None) -> Field:
    merged = merge(saved, typed.get(name) or Typed(saved, mark(saved)))
    wrong: Invalid | None = None
    if merged.theirs is not None:
        wrong = ChangedMeanwhile(field=name)
    elif isinstance(error, Invalid) and error.field == name:
        wrong = error
    return Field(
        name=name,
        text=merged.text,
        began_from=merged.began_from,
        theirs=merged.theirs,
        error=wrong,
    )


def _with_names(db: Session, house: House, fields: list[list[Field]]) -> list[list[Field]]:
    """Said where it stands, before signing refuses it: a name in a text for the public."""
    whole = "\n\n".join(public.text for _, public in fields)
    names = naming.named_in(db, house.association_id, whole)
    return [[prose, _named(public, names)] for prose, public in fields]


def _named(field: Field, names: list[str]) -> Field:
    there = [name for name in names if naming.without(field.text, [name], "") != field.text]
    if field.error is not None or not there:
        return field
    return replace(field, error=NamesSomeone(field=field.name, names=", ".join(there)))


@post("/meetings/{meeting_id:int}/minutes/edit", sync_to_thread=True)
def save(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    """All is saved, or nothing and the page comes back with everything that was typed."""
    member = visitor.require()
    typed = {
        name: Typed(str(text), str(data.get(f"was-{name}") or ""))
        for name, text in data.items()
        if name.startswith(("prose-", "public-"))
    }
    try:
        with house.database.writing() as db:
            written = begun(db, visitor, meeting_id)
            minutes.edit(db, written, typed, by_id=member.id, now=house.clock())
    except (Invalid, WrongState) as error:
        return _editor(house, visitor, meeting_id, typed, error)
    house.live.publish(meeting_id)
    at = f"/meetings/{meeting_id}/minutes"
    return see(at if data.get("then") == "read" else f"{at}/edit", notice="saved")


handlers = [form, save]

"""The agenda: the rulebook's items stay; the board's own come and go until the notice stands."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import agenda, meetings, roles
from governance.agenda import AgendaItem, AskedByLaw, ItemKind, StaysInPlace
from governance.associations import Association
from governance.errors import Invalid, NotAllowed, NotFound, WrongState
from governance.meetings import MeetingKind, MeetingState
from governance.roles import Role

TITLE = {"sv": "Nya stadgar", "en": "New bylaws"}


@pytest.fixture
def director(database, make_member, now):
    made = make_member("9", given_name="Disa", family_name="Ek")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def db(database, association, director, anna):
    with database.writing() as db:
        yield db


@pytest.fixture
def meeting(db, association, director, now):
    return meetings.create(
        db,
        db.get_one(Association, association.id),
        kind=MeetingKind.ANNUAL,
        title={"sv": "Årsstämma", "en": "Annual meeting"},
        starts_at=dt.datetime(2027, 6, 10, 12, tzinfo=dt.UTC),
        place="Umeå",
        link="",
        by_id=director.id,
        now=now,
    )


@pytest.fixture
def add(db, meeting, director, now):
    def add(**changed) -> AgendaItem:
        given = {"kind": ItemKind.DECISION, "title": TITLE, "text": {}}
        return agenda.add(db, meeting, **{**given, **changed}, by_id=director.id, now=now)

    return add


def keys(db, meeting) -> list[str]:
    items = agenda.items(db, meeting.id)
    assert [item.position for item in items] == list(range(1, len(items) + 1))
    return [item.key or item.title["en"] for item in items]


def named(db, meeting, key: str) -> AgendaItem:
    return next(item for item in agenda.items(db, meeting.id) if item.key == key)


def test_what_the_board_adds_comes_before_other_matters_and_the_closing(db, meeting, add):
    add()
    add(title={"sv": "Ny logotyp", "en": "New logo"}, kind=ItemKind.INFORMATION)
    assert keys(db, meeting)[-5:] == ["nominators", "New bylaws", "New logo", "other", "closing"]


def test_an_item_keeps_its_proposal_and_the_majority_that_it_needs(add):
    added = add(text={"sv": " Stadgarna **ändras**.\r\n", "en": ""}, majority="bylaws")
    assert added.text == {"sv": "Stadgarna **ändras**."}
    assert added.majority == "bylaws"


def test_what_decides_nothing_keeps_no_majority(add):
    assert add(kind=ItemKind.INFORMATION, majority="bylaws").majority == "ordinary"
    assert add(kind=ItemKind.ELECTION, majority="bylaws").majority == "ordinary"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": {"en": "New bylaws"}}, "title_sv"),
        ({"title": {**TITLE, "en": "x" * 201}}, "title_en"),
        ({"text": {"sv": "x" * 20_001}}, "text_sv"),
        ({"majority": "unanimous"}, "majority"),
        ({"kind": ItemKind.MOTION}, "kind"),
    ],
)
def test_what_cannot_be_an_item_is_refused_beside_its_field(db, meeting, add, changed, field):
    with pytest.raises(Invalid) as refused:
        add(**changed)
    assert refused.value.field == field
    assert len(keys(db, meeting)) == 18


def test_an_item_is_edited_in_its_place(db, meeting, add, director, now):
    item = add()
    agenda.edit(
        db,
        meeting,
        item,
        title={"sv": "Höjda\n insatser", "en": "Higher dues"},
        text={"sv": "Insatsen blir 200 kronor."},
        majority="dues",
        by_id=director.id,
        now=now,
    )
    assert keys(db, meeting)[-3] == "Higher dues"
    assert (item.title["sv"], item.majority) == ("Höjda insatser", "dues")


def test_items_exchange_places(db, meeting, director, now):
    fees = named(db, meeting, "fees")
    agenda.shift(db, meeting, fees, up=True, by_id=director.id, now=now)
    assert keys(db, meeting)[10:13] == ["fees", "discharge", "seats"]
    agenda.shift(db, meeting, fees, up=False, by_id=director.id, now=now)
    agenda.shift(db, meeting, fees, up=False, by_id=director.id, now=now)
    assert keys(db, meeting)[10:13] == ["discharge", "seats", "fees"]


@pytest.mark.parametrize(
    ("key", "up"),
    [("opening", False), ("opening", True), ("closing", True), ("chair", True), ("other", False)],
)
def test_the_opening_stays_first_and_the_closing_last(db, meeting, director, now, key, up):
    before = keys(db, meeting)
    item = named(db, meeting, key)
    with pytest.raises(StaysInPlace):
        agenda.shift(db, meeting, item, up=up, by_id=director.id, now=now)
    assert keys(db, meeting) == before


def test_the_boards_own_items_are_removed_and_the_others_close_up(db, meeting, add, director, now):
    add()
    last = add(title={"sv": "Ny logotyp", "en": "New logo"})
    agenda.remove(db, meeting, last, by_id=director.id, now=now)
    seats = named(db, meeting, "seats")
    agenda.remove(db, meeting, seats, by_id=director.id, now=now)
    assert "seats" not in keys(db, meeting)
    assert keys(db, meeting)[-3:] == ["New bylaws", "other", "closing"]


@pytest.mark.parametrize("key", ["chair", "roll", "accounts", "discharge", "fees"])
def test_what_the_law_asks_for_is_not_removed(db, meeting, director, now, key):
    item = named(db, meeting, key)
    with pytest.raises(AskedByLaw) as refused:
        agenda.remove(db, meeting, item, by_id=director.id, now=now)
    assert refused.value.facts == {"paragraph": item.paragraph}
    assert key in keys(db, meeting)


@pytest.mark.parametrize("key", ["opening", "closing"])
def test_the_opening_and_the_closing_are_not_removed(db, meeting, director, now, key):
    with pytest.raises(StaysInPlace):
        agenda.remove(db, meeting, named(db, meeting, key), by_id=director.id, now=now)


def test_only_the_board_changes_the_agenda(db, meeting, add, anna, now):
    item = add()
    for by_another in (
        lambda: agenda.add(
            db,
            meeting,
            kind=ItemKind.DECISION,
            title=TITLE,
            text={},
            by_id=anna.id,
            now=now,
        ),
        lambda: agenda.edit(
            db, meeting, item, title=TITLE, text={}, majority="ordinary", by_id=anna.id, now=now
        ),
        lambda: agenda.shift(db, meeting, item, up=True, by_id=anna.id, now=now),
        lambda: agenda.remove(db, meeting, item, by_id=anna.id, now=now),
    ):
        with pytest.raises(NotAllowed):
            by_another()
    assert len(keys(db, meeting)) == 19


@pytest.mark.parametrize(
    "state", [state for state in MeetingState if state not in meetings.PREPARATION]
)
def test_the_agenda_of_an_approved_notice_is_frozen(db, meeting, add, director, now, state):
    item = add()
    meeting.state = state
    with pytest.raises(WrongState):
        add()
    with pytest.raises(WrongState):
        agenda.edit(
            db,
            meeting,
            item,
            title=TITLE,
            text={},
            majority="ordinary",
            by_id=director.id,
            now=now,
        )
    with pytest.raises(WrongState):
        agenda.shift(db, meeting, item, up=True, by_id=director.id, now=now)
    with pytest.raises(WrongState):
        agenda.remove(db, meeting, item, by_id=director.id, now=now)


def test_another_meetings_item_is_not_found(db, meeting):
    item = named(db, meeting, "fees")
    assert agenda.get(db, meeting.id, item.id) is item
    with pytest.raises(NotFound):
        agenda.get(db, meeting.id + 1, item.id)
    with pytest.raises(NotFound):
        agenda.get(db, meeting.id, item.id + 1000)

"""The register of members: who has a vote when, and what members correct."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import members
from governance.errors import Invalid, NotFound
from governance.members import Member

CORRECT = {
    "given_name": "Anna",
    "family_name": "Åberg",
    "country": "FI",
    "place": "Visby",
    "language": "en",
    "skills": "foto",
    "by_post": False,
}


def test_a_member_has_a_vote_from_the_day_of_joining_to_the_day_of_leaving(
    database, association, make_member
):
    make_member("1", joined=dt.date(2027, 1, 1), left=dt.date(2027, 3, 1))
    for day, expected in [
        (dt.date(2026, 12, 31), 0),
        (dt.date(2027, 1, 1), 1),
        (dt.date(2027, 3, 1), 1),
        (dt.date(2027, 3, 2), 0),
    ]:
        with database.reading() as db:
            assert members.count(db, association.id, day) == expected


def test_a_member_of_another_association_is_not_found(database, anna):
    with database.reading() as db, pytest.raises(NotFound):
        members.get(db, anna.association_id + 1, anna.id)


@pytest.mark.parametrize("words", ["öst", "ÖST", "Bo Öst", "st bo", "bo@", "2"])
def test_search_finds_every_word_in_any_case(database, association, anna, bo, words):
    with database.reading() as db:
        found, total = members.search(db, association.id, words)
        assert ([member.id for member in found], total) == ([bo.id], 1)


def test_search_finds_a_member_under_the_new_name(database, association, anna, now):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        members.correct(db, mine, **{**CORRECT, "family_name": "Ängström"}, by_id=anna.id, now=now)
        assert members.search(db, association.id, "ängström")[1] == 1
        assert members.search(db, association.id, "åberg")[1] == 0


def test_the_longest_names_in_the_widest_letters_are_kept_and_found(
    database, association, make_member
):
    letters = "".join(chr(0x1F300 + number) for number in range(120))
    made = make_member("7", given_name=letters, family_name=letters[::-1], email=None)
    with database.reading() as db:
        found, _ = members.search(db, association.id, letters)
        assert [member.id for member in found] == [made.id]


def test_each_page_tells_how_many_there_are_in_all(database, association, make_member):
    for number in range(1, 6):
        make_member(str(number), family_name=f"Öst{number}")
    with database.reading() as db:
        for offset, expected in [(0, 2), (2, 2), (4, 1), (6, 0)]:
            page, total = members.search(db, association.id, "öst", offset=offset, limit=2)
            assert (len(page), total) == (expected, 5)


def test_a_percent_sign_is_looked_for_as_it_is(database, association, anna):
    with database.reading() as db:
        assert members.search(db, association.id, "%")[1] == 0


def test_a_member_corrects_the_record_but_not_into_nothing(database, anna, now):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        members.correct(db, mine, **CORRECT, by_id=anna.id, now=now)
        assert (mine.place, mine.language) == ("Visby", "en")
        with pytest.raises(Invalid) as refused:
            members.correct(db, mine, **{**CORRECT, "given_name": ""}, by_id=anna.id, now=now)
        assert refused.value.field == "given_name"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("given_name", "  "),
        ("family_name", "x" * 121),
        ("skills", "x" * 401),
        ("country", "XX"),
        ("language", "tlh"),
    ],
)
def test_a_correction_that_cannot_be_is_named_by_its_field(database, anna, now, field, text):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        with pytest.raises(Invalid) as refused:
            members.correct(db, mine, **{**CORRECT, field: text}, by_id=anna.id, now=now)
    assert refused.value.field == field


def test_who_has_resigned_stays_until_the_day_and_may_come_back(database, anna, now):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        with pytest.raises(Invalid):
            members.note_leaving(db, mine, dt.date(2019, 12, 31), by_id=anna.id, now=now)
        members.note_leaving(db, mine, dt.date(2027, 12, 31), by_id=anna.id, now=now)
        assert mine.is_member_on(dt.date(2027, 12, 31))
        assert not mine.is_member_on(dt.date(2028, 1, 1))
        members.note_leaving(db, mine, None, by_id=anna.id, now=now)
        assert mine.is_member_on(dt.date(2028, 1, 1))

"""Whom a text names, so that what is public names nobody."""

from __future__ import annotations

import pytest

from governance import naming
from governance.naming import NamesSomeone


@pytest.fixture
def named(database, association, make_member):
    def named(text: str) -> list[str]:
        with database.reading() as db:
            return naming.named_in(db, association.id, text)

    make_member("1", given_name="Anna-Karin Maria", family_name="Åberg")
    make_member("2", given_name="Bo", family_name="Öst")
    make_member("3", given_name="Jürgen", family_name="Strauß")
    return named


@pytest.mark.parametrize(
    "text",
    [
        "Ordet gavs till Bo Öst.",
        "**Bo** Öst yrkade",
        "> bo\n> öst",
        "BO ÖST",
        "Bo O\u0308st",
        "Bo\u00a0Östs förslag och Bo Öst",
    ],
)
def test_a_name_is_found_whatever_its_case_and_markup(named, text):
    assert named(text) == ["Bo Öst"]


@pytest.mark.parametrize("text", ["Bosse Öst", "Bo Östberg", "Bo", "Öst", "Bo. Ost", "Åbo Öst"])
def test_other_words_are_no_name(named, text):
    assert named(text) == []


def test_the_first_of_several_given_names_is_enough(named):
    assert named("Anna-Karin Åberg yrkade bifall.") == ["Anna-Karin Åberg"]
    assert named("Anna Karin Maria Åberg") == ["Anna-Karin Maria Åberg"]


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ("Från Bo Öst.", "Bo Öst", "Från en medlem."),
        ("**Bo** *Öst*, 17", "Bo Öst", "**en medlem*, 17"),
        ("> valde bo\n> öst igen", "Bo Öst", "> valde en medlem igen"),
        ("Anna Karin Åberg", "Anna-Karin Åberg", "en medlem"),
        ("JÜRGEN STRAUSS sade", "Jürgen Strauß", "en medlem sade"),
        ("Bo O\u0308st", "Bo Öst", "en medlem"),
        ("Bo\n\nÖst", "Bo Öst", "Bo\n\nÖst"),
        ("Bo Östberg", "Bo Öst", "Bo Östberg"),
        ("Bo Öst Bo Öst", "Bo Öst", "en medlem en medlem"),
    ],
)
def test_a_name_is_replaced_as_it_is_found(text, name, left):
    assert naming.without(text, [name], "en medlem") == left


def test_the_longer_of_two_names_goes_first():
    names = ["Bo Öst", "Bo Öst Berg"]
    assert naming.without("Bo Öst Berg och Bo Öst", names, "X") == "X och X"


def test_whoever_has_left_is_not_named_either(database, association, make_member, now):
    make_member("9", given_name="Ida", family_name="Gran", left=now.date())
    with database.reading() as db, pytest.raises(NamesSomeone) as refused:
        naming.refuse(db, association.id, "Ida Gran tackades.", field="text")
    assert refused.value.facts == {"names": "Ida Gran"}


def test_another_associations_member_is_a_stranger_here(database, association, make_member):
    make_member("9", given_name="Ida", family_name="Gran")
    with database.reading() as db:
        assert naming.named_in(db, association.id + 1, "Ida Gran") == []

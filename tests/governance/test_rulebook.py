"""The rulebook: read strictly from its file, each value with its paragraph, bylaws laid over."""

from __future__ import annotations

import copy
import tomllib

import pytest

from governance import rulebook
from governance.agenda import ItemKind
from governance.associations import Association
from governance.errors import Invalid
from governance.meetings import MeetingKind
from governance.rulebook import BeyondTheLaw, RulebookFault

KEY = "se-ekonomisk-forening"


@pytest.fixture
def data():
    """The file as it is, to be spoilt."""
    text = (rulebook.DIRECTORY / f"{KEY}.toml").read_text(encoding="utf-8")
    return copy.deepcopy(tomllib.loads(text))


def with_bylaws(**bylaws: object) -> Association:
    return Association(rulebook=KEY, bylaws=bylaws)


def test_every_rulebook_here_is_read():
    keys = [path.stem for path in rulebook.DIRECTORY.glob("*.toml")]
    assert KEY in keys
    assert [rulebook.load(key).key for key in keys] == keys


@pytest.mark.parametrize("key", ["nowhere", "../secret", "", "se-ekonomisk-forening.toml"])
def test_a_rulebook_that_is_not_here_is_a_fault(key):
    with pytest.raises(RulebookFault):
        rulebook.load(key)


def test_an_annual_agenda_holds_what_the_law_asks_for():
    items = rulebook.load(KEY).agenda(MeetingKind.ANNUAL)
    asked = {item.key: item.paragraph for item in items if item.paragraph}
    assert asked == {
        "chair": "6:28",
        "checkers": "6:39",
        "roll": "6:27",
        "reports": "6:10",
        "accounts": "6:10",
        "result": "6:10",
        "discharge": "6:10",
        "fees": "7:26",
    }
    assert (items[0].key, items[-1].key) == ("opening", "closing")
    assert items[-2].kind is ItemKind.INFORMATION, "other matters decide nothing"


def test_every_item_and_majority_has_its_words_in_swedish_and_english():
    book = rulebook.load(KEY)
    named = [item.title for items in book.agendas.values() for item in items]
    named += [majority.name for majority in book.majorities.values()]
    assert all(texts.keys() >= {"sv", "en"} and all(texts.values()) for texts in named)


def test_a_meeting_without_an_agenda_of_its_own_gets_that_of_an_extra_one():
    book = rulebook.load(KEY)
    assert book.agenda(MeetingKind.CONTINUED) == book.agenda(MeetingKind.EXTRA)


def test_a_majority_is_frozen_as_integers_with_its_paragraph():
    assert rulebook.load(KEY).majority("bylaws") == {
        "key": "bylaws",
        "name": {
            "sv": "Minst två tredjedelar av de röstande",
            "en": "At least two thirds of those voting",
        },
        "base": "voting",
        "operator": ">=",
        "share": [2, 3],
        "tie": "not-carried",
        "paragraph": "6:35",
    }


def test_an_unknown_majority_is_refused_beside_its_field():
    with pytest.raises(Invalid) as refused:
        rulebook.load(KEY).majority("unanimous")
    assert refused.value.field == "majority"


def test_bylaws_move_the_annual_notice_and_leave_the_book_as_it_was():
    windows = rulebook.of(with_bylaws(notice_latest_weeks=2)).notice
    assert windows[MeetingKind.ANNUAL].latest_weeks == 2
    assert windows[MeetingKind.CONTINUED] == rulebook.load(KEY).notice[MeetingKind.CONTINUED]
    assert rulebook.of(with_bylaws()).notice[MeetingKind.ANNUAL].latest_weeks == 4


def test_bylaws_may_ask_for_the_notice_sooner():
    windows = rulebook.of(with_bylaws(notice_latest_weeks=5)).notice
    assert windows[MeetingKind.ANNUAL].latest_weeks == 5
    assert windows[MeetingKind.EXTRA].latest([]) == 2
    assert windows[MeetingKind.EXTRA].latest(["ordinary", "bylaws"]) == 5


@pytest.mark.parametrize("weeks", [1, 0, -2, 6, 7, "2", 2.0, True])
def test_bylaws_beyond_the_law_are_refused_with_the_paragraph(weeks):
    with pytest.raises(BeyondTheLaw) as refused:
        rulebook.of(with_bylaws(notice_latest_weeks=weeks))
    assert refused.value.facts == {"paragraph": "6:17"}


def spoil_section(data):
    del data["minutes"]


def spoil_with_an_unknown_section(data):
    data["quorum"] = {}


def spoil_with_an_unknown_key(data):
    data["notice"]["annual"]["lates_weeks"] = 2


def spoil_paragraph(data):
    data["documents"]["paragraph"] = ""


def spoil_number(data):
    data["annual"]["months_after_year_end"] = "6"


def spoil_verified(data):
    data["motions"]["verified"] = "no"


def spoil_window(data):
    data["notice"]["annual"]["latest_weeks"] = 6


def spoil_weighty(data):
    data["notice"]["extra"]["weighty"] = ["bylaw"]


def spoil_share(data):
    data["majorities"]["bylaws"]["share"] = [3, 2]


def spoil_base(data):
    data["majorities"]["bylaws"]["base"] = "those awake"


def spoil_kind_of_item(data):
    data["agenda"]["annual"][0]["kind"] = "ceremony"


def spoil_majority_of_item(data):
    data["agenda"]["annual"][0]["majority"] = "unanimous"


@pytest.mark.parametrize(
    "spoil", [each for name, each in sorted(globals().items()) if name.startswith("spoil_")]
)
def test_a_rulebook_that_says_something_else_is_a_fault(data, spoil):
    rulebook.parse(data)
    spoil(data)
    with pytest.raises(RulebookFault):
        rulebook.parse(data)


def test_an_item_may_need_another_majority_than_the_ordinary(data):
    data["agenda"]["annual"][8]["majority"] = "bylaws"
    items = rulebook.parse(data).agenda(MeetingKind.ANNUAL)
    assert [item.key for item in items if item.majority == "bylaws"] == ["accounts"]

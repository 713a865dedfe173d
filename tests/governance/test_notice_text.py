from __future__ import annotations

import datetime as dt

import pytest

from governance import notice_text
from governance.agenda import AgendaItem, ItemKind
from governance.associations import Association
from governance.documents import Document
from governance.markdown import to_html
from governance.meetings import Meeting, MeetingKind
from governance.members import Member
from governance.motions import Motion, MotionState, Opinion
from governance.notice_text import Matter


def item(position: int, sv: str, en: str, **changed) -> AgendaItem:
    return AgendaItem(
        position=position, kind=ItemKind.DECISION, title={"sv": sv, "en": en}, **changed
    )


@pytest.fixture
def motion() -> Motion:
    return Motion(
        number=1,
        state=MotionState.IN_NOTICE,
        language="sv",
        title="Cykelställ",
        text="# Bakgrund\n\nDet saknas *cykelställ*.",
        clauses=["att ställ köps in", "att styrelsen väljer plats"],
        opinion=Opinion.REJECT,
        opinion_text="Hyresvärden ordnar det.",
        author=Member(given_name="Åsa", family_name="Öst"),
    )


@pytest.fixture
def matter(motion) -> Matter:
    return Matter(
        association=Association(
            name="Frilansarnas kooperativ",
            registration_number="769600-0000",
            time_zone="Europe/Stockholm",
        ),
        meeting=Meeting(
            kind=MeetingKind.ANNUAL,
            title={"sv": "Årsstämma 2027", "en": "Annual meeting 2027"},
            starts_at=dt.datetime(2027, 6, 10, 12, tzinfo=dt.UTC),
            place="Folkets hus, Umeå",
            link="https://meet.example/stamma",
        ),
        items=[
            item(1, "Stämman öppnas", "Opening"),
            item(2, "Nya stadgar", "New bylaws", text={"sv": "Stadgarna **ändras**."}),
        ],
        motions=[motion],
        documents=[Document(name="bokslut_2026.pdf", kind="accounts")],
        page="https://stamma.example/meetings/1",
        today=dt.date(2027, 5, 1),
    )


def test_a_notice_says_when_in_the_time_of_the_seat(matter):
    assert "torsdag 10 juni 2027 klockan 14:00" in notice_text.compose(matter, "sv")
    assert "Thursday, 10 June 2027 at 14:00" in notice_text.compose(matter, "en")


def test_a_notice_says_where_and_how_to_take_part_from_afar(matter):
    text = notice_text.compose(matter, "sv")
    assert "Folkets hus, Umeå" in text
    assert "<https://meet.example/stamma>" in text
    assert "769600-0000" in text


def test_a_notice_holds_the_agenda_the_proposals_and_the_documents(matter):
    html = to_html(notice_text.compose(matter, "sv"))
    assert "<li>Stämman öppnas</li>" in html
    assert "Stadgarna <strong>ändras</strong>." in html
    assert "bokslut_2026.pdf" in html


def test_the_agenda_says_where_a_decision_takes_more_than_the_ordinary_majority(matter):
    matter.association.rulebook, matter.association.bylaws = "se-ekonomisk-forening", {}
    matter.items[0].majority, matter.items[1].majority = "ordinary", "bylaws"
    html = to_html(notice_text.compose(matter, "sv"))
    assert "<li>Stämman öppnas</li>" in html
    assert "Nya stadgar. <em>Minst två tredjedelar av de röstande (6:35).</em></li>" in html


def test_a_motion_stands_with_its_author_its_clauses_and_the_boards_opinion(matter):
    text = notice_text.compose(matter, "sv")
    assert "### Motion 1: Cykelställ" in text
    assert "Från Åsa Öst." in text
    assert "2. att styrelsen väljer plats" in text
    assert "Styrelsen föreslår att stämman avslår motionen.\n\n> Hyresvärden" in text


def test_a_motion_without_an_opinion_says_so(matter, motion):
    motion.opinion, motion.opinion_text = None, ""
    assert "The board has given no opinion." in notice_text.compose(matter, "en")


def test_what_a_motion_leaves_open_swallows_nothing_after_it(matter, motion):
    motion.text = "```\nöppet"
    motion.title = "# ![x](y) <script>"
    html = to_html(notice_text.compose(matter, "sv"))
    assert "Motion 1: # ![x](y) &lt;script&gt;</h3>" in html
    assert "Styrelsens yttrande</strong>" in html


def test_a_language_without_words_yet_is_written_in_english(matter):
    assert notice_text.compose(matter, "hu").startswith("The board of")


def test_swedish_and_english_have_the_same_words():
    assert notice_text.SV.keys() == notice_text.EN.keys()

"""What minutes say: complete without a written word, true to the polls, to the public nameless."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
from hashlib import sha256

import pytest

from ballots.checkpoint import VerifierKey, open_note
from governance import agenda, minutes, minutes_prose, minutes_words, polls, roll
from governance.agenda import ItemState
from governance.markdown import to_html
from governance.meetings import Meeting
from governance.minutes_text import Signature, addendum, body, passages, signatures
from governance.minutes_writer import Writer
from governance.roles import Role
from tests import held_meeting


@pytest.fixture
def hall(database, board, association, now):
    """The meeting is over; everything is committed."""
    with database.writing() as db:
        hall = held_meeting.call(db, board, association, now)
        held_meeting.hold(hall)
    return hall


@pytest.fixture
def db(database, hall):
    with database.writing() as db:
        yield db


@pytest.fixture
def meeting(db, hall):
    return db.get_one(Meeting, hall.meeting.id)


@pytest.fixture
def drafted(db, board, meeting, hall, now):
    return minutes.draft(db, board, meeting, by_id=hall.people.secretary.id, now=now)


@pytest.fixture
def full(db, board, drafted):
    return minutes.texts(db, board, drafted)[0]


@pytest.fixture
def public(db, board, drafted):
    return minutes.texts(db, board, drafted)[1]


@pytest.fixture
def w(db, board, meeting):
    return Writer(db, board, meeting, "sv", public=False)


def section(text: str, number: int) -> str:
    """The text of § n."""
    return re.split(r"\n## ", text.split(f"\n## § {number} ")[1])[0]


def number_of(db, meeting, key: str) -> int:
    return next(each.position for each in agenda.items(db, meeting.id) if each.key == key)


def test_the_head_says_when_where_and_who(full):
    head = full.split("\n## ")[0]
    assert head.startswith("# Protokoll fört vid årsstämma 2027\n\nFrilansarnas kooperativ, org")
    for line in (
        "**Tid:** 1 mars 2027 klockan 13:01 till 13:54",
        "**Ajournering:** klockan 13:10 till klockan 13:30",
        "**Plats:** Folkets hus, Umeå",
        "**Ordförande:** Cleo Strand",
        "**Protokollförare:** Sia Lund",
        "**Justerare:** Kim Vik",
        "**Röstberättigade enligt röstlängden:** 6 (version 1), 5 (version 2)",
    ):
        assert line in head


def test_every_item_has_its_paragraph_also_one_that_was_not_taken_up(db, meeting, full):
    numbers = [int(number) for number in re.findall(r"^## § (\d+) ", full, re.MULTILINE)]
    assert numbers == [each.position for each in agenda.items(db, meeting.id)]
    assert "Punkten togs inte upp." in section(full, number_of(db, meeting, "discharge"))


def test_no_paragraph_is_empty_before_anybody_has_written_a_word(db, meeting, full, public):
    for text in (full, public):
        for item in agenda.items(db, meeting.id):
            assert len(section(text, item.position).partition("\n\n")[2].strip()) > 10


ON_RECORD = [
    ("opening", "Stämman öppnades klockan 13:01."),
    ("chair", "Till ordförande vid stämman valdes Cleo Strand."),
    ("secretary", "Till protokollförare utsågs Sia Lund."),
    ("checkers", "Till justerare valdes Kim Vik."),
    ("roll", "Röstlängden, version 2, godkändes klockan 13:32. Röstberättigade: 5."),
    ("called", "Kallelsen utfärdades den 9 februari 2027."),
    ("called", "utanför tiden för kallelse. Styrelsens skäl: Eva Ek var sjuk."),
    ("reports", "Informationen lades till handlingarna."),
    (
        "accounts",
        "Frågan avgjordes med acklamation.\n\n**Beslut:** Stämman beslutade att bifalla",
    ),
    ("closing", "Stämman avslutades klockan 13:54."),
]


def test_what_is_on_record_under_an_item_is_said(db, meeting, full):
    for key, said in ON_RECORD:
        assert said in section(full, number_of(db, meeting, key))


def test_a_motion_stands_with_its_author_clauses_opinion_and_votes_in_order(db, meeting, full):
    said = section(full, number_of(db, meeting, "motion"))
    in_order = [
        "Från Anna Åberg.",
        "> 1. att ställa upp ett cykelställ\n> 2. att Eva Ek väljer plats",
        "Styrelsen föreslår att stämman avslår motionen.",
        "**Omröstning om att-sats 1:** att ställa upp ett cykelställ\\\nÖppen omröstning enligt "
        "röstlängden, version 2.",
        "| Bifall | 2 |\n| Avslag | 2 |\n| Avstår | 0 |",
        "Närvarande vid omröstningen: 5. Regel: Mer än hälften av de avgivna rösterna (6:33). "
        "För bifall krävdes 3 av 4. Lika röstetal. Ordföranden avgjorde: Avslag.",
        "**Beslut:** Stämman beslutade att avslå: att ställa upp ett cykelställ",
        "**Reservation:** Anna Åberg: Fler \\| cyklar.",
        "**Omröstning om att-sats 2:** att Eva Ek väljer plats\\\nRösterna räknades genom handup",
        "| Bifall | 1 |\n| Avslag | 3 |\n| Avstår | 1 |",
        "**Beslut:** Stämman beslutade att avslå: att Eva Ek väljer plats",
    ]
    places = [said.index(each) for each in in_order]
    assert places == sorted(places)


def test_a_void_vote_stays_with_its_reason_and_without_a_result(db, meeting, full):
    said = section(full, number_of(db, meeting, "auditor"))
    void = said.split("**Omröstning:**")[1]
    assert "Omröstningen förklarades ogiltig: Bo Öst saknades bland kandidaterna." in void
    assert "|" not in void
    assert "Beslut" not in void


def test_an_election_says_who_was_elected_to_members_and_by_number_to_the_public(
    db, meeting, full, public
):
    number = number_of(db, meeting, "auditor")
    assert "| Anna Åberg | 1 |\n| Bo Öst | 2 |\n| Avstår | 0 |" in section(full, number)
    assert "Stämman valde Bo Öst" in section(full, number)
    assert "| Kandidat 1 | 1 |\n| Kandidat 2 | 2 |\n| Avstår | 0 |" in section(public, number)
    assert "**Beslut:** Stämman valde Kandidat 2." in section(public, number)


def test_a_lot_is_minuted_with_its_seed(db, meeting, full):
    said = section(full, number_of(db, meeting, "board"))
    assert f"Lotten avgjorde, dragen ur talet `{held_meeting.SEED}`." in said


def test_the_log_is_printed_as_it_stood_with_its_key_and_each_votes_checksum(
    db, board, meeting, full, public
):
    for text in (full, public):
        log = text.split("\n## Loggen\n")[1].split("\n## ")[0]
        note, key = re.findall(r"```\n(.*?)\n```", log, re.DOTALL)[:2]
        assert key == board.signer.verifier_key
        # Everything of the meeting is in it.
        checkpoint = open_note(note + "\n", VerifierKey.parse(key))
        assert checkpoint.size == board.size(db.connection())
        for poll in polls.of_meeting(db, meeting.id):
            assert poll.election is None or f"`{poll.election}`" in log


def test_the_public_text_vouches_for_the_full_one(full, public):
    assert f"```\n{sha256(full.encode()).hexdigest()}\n```" in public


def test_the_roll_of_each_version_can_be_read_and_proven(db, meeting, full):
    annex = full.split("\n## Bilaga: röstlängd\n")[1].split("\n## ")[0]
    first, second = annex.split("\n### ")[1:]
    numbers = re.findall(r"\((\d+)\)", first)
    gone = re.findall(r"\((\d+)\)", second.split("**Utgick:**")[1])
    versions = [numbers, [each for each in numbers if each not in gone]]
    for version, (text, voters) in enumerate(zip((first, second), versions, strict=True), 1):
        salt, hashed = re.search(r"salt (\w+)\nsha256 (\w+)", text).groups()
        assert roll.hashed(meeting.id, version, salt, voters) == hashed


def test_open_ballots_stand_by_name_for_members(full):
    annex = full.split("\n## Bilaga: avgivna röster\n")[1]
    motion = next(each for each in annex.split("\n### ") if "cykelställ" in each)
    assert "**Bifall, 2:** Cleo Strand (101); Anna Åberg (104)" in motion
    assert "**Avslag, 2:** Kim Vik (103); Bo Öst (105)" in motion


def test_ballots_of_a_void_vote_are_nobodys_recorded_choice(full):
    annex = full.split("\n## Bilaga: avgivna röster\n")[1]
    assert annex.count("### § 15") == 1


def test_the_public_text_names_nobody(hall, full, public):
    assert len(held_meeting.named_in(full, hall.people)) == 12
    assert held_meeting.named_in(public, hall.people) == set()
    for left_out in (*(f"({each.number})" for each in hall.people.all), "Bilaga", "\nsalt "):
        assert left_out not in public


def test_the_public_text_still_says_everything_that_was_decided(full, public):
    decided = re.findall(r"\*\*Beslut:\*\* (.*)", full)
    told = re.findall(r"\*\*Beslut:\*\* (.*)", public)
    assert len(told) == len(decided) == 5
    assert "Stämman beslutade att avslå: att en medlem väljer plats" in told
    assert "**Reservation:** en person." in public


def test_prose_stands_between_the_proposal_and_the_vote(db, board, drafted, meeting):
    number = number_of(db, meeting, "motion")
    for item, paragraph in minutes_prose.paragraphs(db, drafted.id):
        if item.position == number:
            paragraph.prose = "Anna Åberg talade för motionen."
            paragraph.public_prose = "Motionären talade för motionen."
    db.flush()
    full, public = minutes.texts(db, board, drafted)
    said = section(full, number)
    assert said.index("föreslår") < said.index("Anna Åberg talade") < said.index("**Omröstning")
    assert "Motionären talade" in section(public, number)


PROSE = ("3. att allt bifalles", "   inryckt", "> - citat", "- punkt", "| a |\n|---|", "[a]: x")
PROPOSALS = ("- ett\n- två", "1. ett\n2. två", "```\nöppet", "> citat")


def test_no_prose_becomes_part_of_the_facts_beside_it(db, meeting, w):
    item = next(each for each in agenda.items(db, meeting.id) if each.key == "accounts")
    for proposal, prose in itertools.product(PROPOSALS, PROSE):
        item.text = {"sv": proposal}
        (found,) = passages(w, [(item, prose)])
        html = to_html(found.text)
        assert html.startswith(to_html(f"## {found.heading}\n\n{found.before}\n"))
        assert html.endswith(to_html(found.after))


def test_the_secretary_sees_each_paragraph_as_it_will_read(db, board, drafted, meeting):
    for public in (False, True):
        w = minutes.writer(db, board, drafted, public=public)
        text = minutes.texts(db, board, drafted)[public]
        for each in passages(w, minutes.prose(db, drafted, public=public)):
            assert each.text in text


def test_what_people_typed_is_said_literally(db, board, drafted, meeting):
    meeting.title = {"sv": "# *Stämma* | <b>"}
    meeting.place = "[här](http://x) `kod`"
    html = to_html(minutes.texts(db, board, drafted)[0])
    assert "<h2>Protokoll fört vid # *Stämma* | &lt;b&gt;</h2>" in html
    assert "<strong>Plats:</strong> [här](http://x) `kod`<br>" in html


def test_times_of_another_day_carry_their_date(w, meeting):
    assert w.at(meeting.opened_at + dt.timedelta(days=1)) == "den 2 mars 2027 klockan 13:01"
    assert w.at(meeting.opened_at) == "klockan 13:01"


def test_times_are_those_of_the_seat_in_summer_too(w):
    assert w.moment(dt.datetime(2027, 6, 30, 22, 30, tzinfo=dt.UTC)) == (
        "den 1 juli 2027 klockan 00:30"
    )


def test_signatures_are_roles_alone_to_the_public(w, hall, now):
    signed = [
        Signature(Role.SECRETARY, hall.people.secretary, now),
        Signature(Role.CHAIR, hall.people.chair, now),
    ]
    assert "| Protokollförare | Sia Lund | den 1 mars 2027 klockan 13:00 |" in signatures(w, signed)
    to_public = signatures(dataclasses.replace(w, public=True), signed)
    assert "| Ordförande | den 1 mars 2027 klockan 13:00 |" in to_public
    assert "Cleo" not in to_public


def test_a_correction_is_dated_and_numbered(w, now):
    text = addendum(w, 2, "I § 3 skall stå *fyra*.", now)
    assert text.startswith("# Rättelse 2 till protokoll fört vid årsstämma 2027\n\n*1 mars 2027*")
    assert "I § 3 skall stå *fyra*.\n" in text


def test_the_body_is_the_text_without_its_title(full):
    assert body(full).startswith("Frilansarnas kooperativ")


def test_an_english_association_has_english_minutes(db, board, meeting):
    w = Writer(db, board, meeting, "en", public=False)
    motion = next(each for each in agenda.items(db, meeting.id) if each.key == "motion")
    (found,) = passages(w, [(motion, "")])
    assert "The votes were equal. The chair decided: Reject." in found.text
    assert "Present at the vote: 5. Rule: More than half of the votes cast (6:33)." in found.text


def test_swedish_and_english_have_the_same_words_with_the_same_facts():
    facts = [
        {key: set(re.findall(r"%\((\w+)\)s", text)) for key, text in words.items()}
        for words in (minutes_words.SV, minutes_words.EN)
    ]
    assert facts[0] == facts[1]


def test_a_meeting_that_broke_up_at_once_has_minutes_too(db, board, meeting, w):
    for item in agenda.items(db, meeting.id):
        item.state = ItemState.AHEAD
        assert passages(w, [(item, "")])[0].text.strip()

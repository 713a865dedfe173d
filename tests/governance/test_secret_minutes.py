"""What the minutes say of a secret vote: the numbers, who held the key, and nobody's choice."""

from __future__ import annotations

import pytest

from governance import electoral_boards, minutes_facts, opening, polls, server_keys
from governance.agenda import ItemKind
from governance.minutes_text import _ballot_annex
from governance.minutes_writer import Writer
from tests.governance.booth import Booth, chance


@pytest.fixture
def booth(hall) -> Booth:
    return Booth(hall)


def told(hall, item, language="sv", public=False):
    writer = Writer(hall.db, hall.board, hall.meeting, language, public)
    return "\n\n".join(minutes_facts.after(writer, item))


def decided(hall, booth, item, *choices, **given):
    poll = booth.put(item, **given)
    booth.vote(poll, *choices)
    hall.close(poll)
    booth.open_part(poll, 1)
    booth.open_part(poll, 2)
    return hall.declare(poll)


def test_the_numbers_the_trustees_and_the_share_of_own_keys_stand_there(hall, booth):
    booth.register(hall.people[0])
    booth.board()
    item = hall.item()
    decided(hall, booth, item, "adopt", "adopt", "reject", "adopt", "abstain")
    text = told(hall, item)
    assert "Sluten omröstning enligt röstlängden, version 1." in text
    assert "| Bifall | 3 |\n| Avslag | 1 |\n| Avstår | 1 |" in text
    names = [each.name for each in hall.people[:3]]
    assert f"delades mellan {names[0]}, {names[1]} och {names[2]}." in text
    assert "egen nyckel: 1; med överlämnad: 4." in text
    public = told(hall, item, "en", public=True)
    assert "shared by 3 people. At least 2 of them" in public
    assert not any(name in public for name in names)


def test_a_vote_that_nobody_could_open_stands_there_with_its_reason_and_its_rerun(hall, booth):
    standing = booth.board()
    item = hall.item()
    poll = booth.put(item)
    booth.vote(poll, "adopt", "adopt", "reject", "adopt", "adopt")
    hall.close(poll)
    for lost in electoral_boards.trustees(hall.db, standing.id)[:2]:
        electoral_boards.lose(hall.db, lost, by_id=hall.chair.id, now=hall.now)
    opening.void_unopenable(hall.db, hall.board, poll, by_id=hall.chair.id, now=hall.now)
    booth.board(hall.people[2:5])
    decided(hall, booth, item, "adopt", "adopt", "reject", "adopt", "abstain")
    text = told(hall, item)
    assert "förklarades ogiltig: För få nyckelhållare har sin nyckel kvar" in text
    assert "| Bifall | 3 |\n| Avslag | 1 |\n| Avstår | 1 |" in text


def test_of_few_voters_the_decision_alone(hall, booth):
    booth.board()
    item = hall.item()
    decided(hall, booth, item, "adopt", "adopt", "reject")
    text = told(hall, item, "en")
    assert "So few voted that the numbers would show" in text
    assert "| " not in text
    assert "To adopt took" not in text
    assert "The meeting decided to adopt" in text


def test_the_server_alone_is_named_as_the_keys_holder(hall, booth):
    key = server_keys.make(chance)
    item = hall.item()
    poll = booth.put(item, server_key=key.public)
    booth.vote(poll, *["adopt"] * 5)
    hall.close(poll)
    opening.open_alone(hall.db, poll, key.private, now=hall.now, chance=chance)
    hall.declare(poll)
    assert "Servern hade ensam nyckeln till rösterna." in told(hall, item)


def test_a_blank_vote_is_no_candidate_in_the_public_minutes(hall, booth):
    booth.board()
    item = hall.item(ItemKind.ELECTION, title={"sv": "Val av revisor", "en": "Auditor"})
    choices = ["candidate-1", "candidate-1", "blank", "candidate-2", "candidate-1"]
    decided(hall, booth, item, *choices, candidates=["Eva Ek", "Ali Al"])
    public = told(hall, item, public=True)
    assert "| Kandidat 1 | 3 |\n| Kandidat 2 | 1 |\n| Blankt | 1 |" in public
    assert "Eva" not in public


def test_nobodys_choice_is_in_the_annex_of_votes(hall, booth):
    booth.board()
    item = hall.item()
    decided(hall, booth, item, *["adopt"] * 5)
    writer = Writer(hall.db, hall.board, hall.meeting, "sv", False)
    assert list(_ballot_annex(writer)) == []
    assert polls.of_item(hall.db, item.id)[0].election

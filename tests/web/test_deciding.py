"""The chair decides with the meeting: question, way, count, tie, declaration, dissent."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from ballots.counting import lot
from governance import polls, roles
from governance.agenda import AgendaItem, ItemKind
from governance.journal import JournalEntry
from governance.motions import Motion, MotionState, Opinion
from governance.polls import PollKind, PollState
from governance.roles import Role
from tests.web.reading import filled
from web import forms

SEED = "5e" * 32


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def chair(database, make_member, open_meeting, now):
    made = make_member("90", given_name="Cleo", family_name="Ordförande", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.CHAIR, now=now, by_id=None, meeting_id=open_meeting.id)
    return made


@pytest.fixture
def path(open_meeting) -> str:
    return f"/meetings/{open_meeting.id}"


@pytest.fixture
def page_path(client, log_in, chair, path) -> str:
    """The elected chair looks at the page."""
    log_in(client, chair)
    return f"{path}/chair"


@pytest.fixture
def item(floor, page_path, anna, bo) -> AgendaItem:
    """A decision is up; Anna and Bo are here and on the roll."""
    made = floor.item(ItemKind.DECISION, key="discharge")
    floor.come(anna, bo)
    floor.approve_roll()
    floor.take_up(made)
    return made


@pytest.fixture
def election(floor, item) -> AgendaItem:
    made = floor.item(ItemKind.ELECTION, key="auditor", title={"sv": "Revisor", "en": "Auditor"})
    floor.take_up(made)
    return made


@pytest.fixture
def motion_item(floor, item, database, open_meeting, bo, now) -> AgendaItem:
    motion = Motion(
        meeting_id=open_meeting.id,
        author_id=bo.id,
        number=3,
        state=MotionState.IN_NOTICE,
        language="sv",
        title="Öppna protokoll",
        text="",
        clauses=["att protokollen publiceras", "att de sammanfattas"],
        submitted_at=now,
        opinion=Opinion.ADOPT,
    )
    with database.writing() as db:
        db.add(motion)
    made = floor.item(ItemKind.MOTION, title={"en": "Motion 3"}, motion_id=motion.id)
    floor.take_up(made)
    return made


@pytest.fixture
def taken(house, open_meeting):
    def taken():
        with house.database.reading() as db:
            return polls.of_meeting(db, open_meeting.id)

    return taken


@pytest.fixture
def decide(client, path, association):
    """Send the form of one of the ways, as the page draws it for an item without votes."""

    def decide(item, way, question=None, **fields):
        asked = {"sv": "Ansvarsfrihet"} if question is None else question
        form = {"seen": "0", **forms.spread(association, "question", asked), **fields}
        return client.post(f"{path}/items/{item.id}/{way}", data=form)

    return decide


def value_of(page, name: str) -> str:
    return page.text.split(f'name="{name}"')[1].split(">", 1)[1].split("</textarea>")[0]


def test_the_question_is_proposed_in_every_language_and_can_be_changed(
    client, page_path, item, association, decide, taken
):
    sv, en = forms.fields(association, "question")
    page = client.get(page_path)
    assert (value_of(page, sv), value_of(page, en)) == ("Ansvarsfrihet", "Discharge")
    decide(item, "acclaim", {"sv": "Beviljas ansvarsfrihet?", "en": "Granted?"}, outcome="adopt")
    assert taken()[0].question == {"sv": "Beviljas ansvarsfrihet?", "en": "Granted?"}


def test_a_short_proposal_is_the_question_and_a_long_one_is_read_beside_it(
    client, page_path, item, floor, association
):
    sv, en = forms.fields(association, "question")
    short = {"sv": "Styrelsen föreslår\n\nansvarsfrihet.", "en": "Long. " * 100}
    other = floor.item(title={"sv": "Frihet", "en": "Freedom"}, text=short)
    floor.take_up(other)
    page = client.get(page_path)
    assert value_of(page, sv) == "Styrelsen föreslår ansvarsfrihet."
    assert value_of(page, en) == "Freedom"
    assert "The proposal" in page.text


def test_an_acclamation_is_declared_at_once_and_the_next_item_is_next(
    client, page_path, item, floor, decide, taken
):
    floor.item(title={"en": "Fees"})
    assert "Declared at once; this cannot be undone." in client.get(page_path).text
    answer = decide(item, "acclaim", outcome="adopt")
    assert answer.headers["location"] == f"{page_path}?notice=vote-declared"
    (poll,) = taken()
    assert (poll.kind, poll.state) == (PollKind.ACCLAMATION, PollState.DECLARED)
    page = client.get(page_path)
    assert filled(page) == ["Next: § 2 Fees"]
    assert "The meeting decided to adopt: Ansvarsfrihet" in page.text


@pytest.mark.parametrize("outcome", ["", "abstain", "perhaps"])
def test_an_acclamation_without_its_outcome_is_told_beside_the_choice(
    client, page_path, item, decide, taken, outcome
):
    answer = decide(item, "acclaim", {"sv": "En egen fråga"}, outcome=outcome)
    assert answer.status_code == 422
    assert "Choose whether" in answer.text.split('id="outcome-error"')[1]
    assert "En egen fråga" in answer.text  # what was typed is kept
    assert taken() == []


def test_a_vote_without_a_question_is_told_beside_its_field(page_path, item, decide, taken):
    answer = decide(item, "acclaim", {"sv": " "}, outcome="adopt")
    assert answer.status_code == 422
    assert 'class="field wrong"' in answer.text
    assert taken() == []


@pytest.mark.parametrize(
    ("way", "fields"),
    [("acclaim", {"outcome": "adopt"}), ("hands", {"adopt": "1", "reject": "0"}), ("ballot", {})],
)
def test_a_form_that_is_sent_twice_takes_one_vote(page_path, item, decide, taken, way, fields):
    for _ in range(2):
        assert decide(item, way, **fields).status_code == 303
    assert len(taken()) == 1


def test_hands_are_counted_seen_and_then_declared(client, page_path, item, decide, taken):
    decide(item, "hands", adopt="2", reject="0", abstain="")
    assert taken()[0].state is PollState.CLOSED
    page = client.get(page_path)
    assert filled(page) == ["Declare the result"]
    assert "To be declared:" in page.text
    for _ in range(2):
        answer = client.post(f"/polls/{taken()[0].id}/declare")
        assert answer.headers["location"] == f"{page_path}?notice=vote-declared"
    assert (taken()[0].state, taken()[0].outcome) == (PollState.DECLARED, "adopt")


@pytest.mark.parametrize(
    ("adopt", "said"),
    [
        ("3", "3 counted, 2 with a vote are here."),
        ("-1", "Enter a whole number."),
        ("1,5", "Enter a whole number."),
        ("²", "Enter a whole number."),
        ("9" * 30, "Enter a whole number."),
        ("0", "Enter how many hands were raised."),
    ],
)
def test_hands_that_cannot_be_are_told_beside_the_number(
    page_path, item, decide, taken, adopt, said
):
    answer = decide(item, "hands", adopt=adopt, reject="0")
    assert answer.status_code == 422
    assert said in answer.text.split('id="adopt-error"')[1]
    assert f'value="{adopt}"' in answer.text
    assert taken() == []


def test_equal_hands_wait_for_the_chairs_vote_which_is_given_once(
    client, page_path, item, decide, taken
):
    decide(item, "hands", adopt="1", reject="1")
    poll = taken()[0]
    page = client.get(page_path)
    assert filled(page) == ["Give the chair's vote"]
    assert "It cannot be changed." in page.text
    answer = client.post(f"/polls/{poll.id}/declare")
    assert answer.status_code == 409
    assert "The tie must be broken" in answer.text
    answer = client.post(f"/polls/{poll.id}/casting-vote", data={"choice": ""})
    assert answer.status_code == 422
    assert "Choose to adopt or to reject." in answer.text.split('id="choice-error"')[1]
    for choice in ("reject", "adopt"):
        client.post(f"/polls/{poll.id}/casting-vote", data={"choice": choice})
    assert taken()[0].result["casting_vote"] == "reject"
    assert filled(client.get(page_path)) == ["Declare the result"]


def test_a_ballot_without_a_roll_leads_to_the_roll_and_is_refused(
    client, page_path, floor, decide, taken
):
    item = floor.item()
    floor.take_up(item)
    page = client.get(f"{page_path}?panel=decide&way=ballot")
    assert filled(page) == ["Draw the roll"]
    answer = decide(item, "ballot")
    assert answer.status_code == 409
    assert "needs an electoral roll" in answer.text
    assert taken() == []


def test_a_ballot_says_what_opening_freezes_and_on_which_roll(client, page_path, item, floor, bo):
    text = client.get(f"{page_path}?panel=decide&way=ballot").text
    for said in (
        "Opening freezes question, options, rule and roll.",
        "Taken on the roll, version 1: 2 voters.",
        "More than half of the votes cast",
        "6:33",
    ):
        assert said in text
    assert "People have come or left since." not in text
    floor.come(floor.chair)
    text = client.get(f"{page_path}?panel=decide&way=ballot").text
    assert "People have come or left since." in text


def test_an_open_ballot_shows_its_turnout_and_nothing_of_its_result(
    client, page_path, item, floor, decide, taken, anna
):
    decide(item, "ballot")
    floor.cast(taken()[0], anna, "adopt")
    page = client.get(page_path)
    assert filled(page) == ["Close the vote …"]
    assert "<strong>1</strong> have voted" in page.text
    assert 'class="result' not in page.text


def test_closing_a_ballot_asks_first_and_cannot_be_undone(
    client, page_path, item, floor, decide, taken, anna, bo
):
    decide(item, "ballot")
    poll = taken()[0]
    floor.cast(poll, anna, "adopt")
    page = client.get(f"{page_path}?panel=close-vote")
    assert filled(page) == ["Close the vote and count"]
    assert "This cannot be undone." in page.text
    for _ in range(2):
        answer = client.post(f"/polls/{poll.id}/close")
        assert answer.headers["location"] == f"{page_path}?notice=vote-closed"
    assert taken()[0].state is PollState.CLOSED
    assert taken()[0].result["votes"] == {"adopt": 1, "reject": 0, "abstain": 0}
    # The address that asked for the close shows what there is to do now.
    assert filled(client.get(f"{page_path}?panel=close-vote")) == ["Declare the result"]


def test_a_ballot_may_close_by_itself(client, page_path, item, decide, taken, now):
    decide(item, "ballot", minutes="5")
    assert taken()[0].closes_at == now + dt.timedelta(minutes=5)
    assert "Closes by itself at" in client.get(page_path).text


@pytest.mark.parametrize("minutes", ["0", "-5", "five", "1441", "9" * 40])
def test_minutes_that_cannot_be_are_told_beside_their_field(
    page_path, item, decide, taken, minutes
):
    answer = decide(item, "ballot", minutes=minutes)
    assert answer.status_code == 422
    assert 'id="minutes-error"' in answer.text
    assert taken() == []


def test_equal_candidates_go_to_the_lot_of_a_published_seed(
    client, page_path, election, floor, decide, taken, anna, bo
):
    decide(election, "ballot", candidates="Hanna Sjö\n\nIvar Dahl\n")
    poll = taken()[0]
    floor.cast(poll, anna, "candidate-1")
    floor.cast(poll, bo, "candidate-2")
    client.post(f"/polls/{poll.id}/close")
    page = client.get(page_path)
    assert filled(page) == ["Draw the lot"]
    assert "It is drawn once." in page.text
    answer = client.post(f"/polls/{poll.id}/lot", data={"seed": "a coin"})
    assert answer.status_code == 422
    assert "64 characters" in answer.text.split('id="seed-error"')[1]
    client.post(f"/polls/{poll.id}/lot", data={"seed": f" {SEED.upper()} "})
    client.post(f"/polls/{poll.id}/lot", data={"seed": "11" * 32})  # drawn once
    assert taken()[0].result["seed"] == SEED
    winner = lot.draw(["candidate-1", "candidate-2"], SEED)
    page = client.get(page_path)
    assert SEED in page.text
    client.post(f"/polls/{poll.id}/declare")
    assert taken()[0].outcome == winner


def test_without_a_seed_the_server_draws_one_and_shows_it(
    client, page_path, election, floor, decide, taken, anna, bo
):
    decide(election, "ballot", candidates="Hanna\nIvar")
    poll = taken()[0]
    floor.cast(poll, anna, "candidate-1")
    floor.cast(poll, bo, "candidate-2")
    client.post(f"/polls/{poll.id}/close")
    client.post(f"/polls/{poll.id}/lot", data={"seed": ""})
    seed = taken()[0].result["seed"]
    assert re.fullmatch(r"[0-9a-f]{64}", seed)
    assert seed in client.get(page_path).text


def test_candidates_named_twice_are_told_beside_their_field(page_path, election, decide, taken):
    answer = decide(election, "ballot", candidates="Ivar\nivar")
    assert answer.status_code == 422
    assert "each once" in answer.text.split('id="candidates-error"')[1]
    assert taken() == []


def test_a_vote_opened_by_mistake_is_void_for_a_reason_and_the_question_is_free_again(
    client, page_path, item, decide, taken
):
    decide(item, "ballot")
    poll = taken()[0]
    answer = client.post(f"/polls/{poll.id}/void", data={"reason": " "})
    assert answer.status_code == 422
    assert "Say why the vote is void." in answer.text.split('id="reason-error"')[1]
    for _ in range(2):
        client.post(f"/polls/{poll.id}/void", data={"reason": "Wrong question"})
    assert taken()[0].state is PollState.VOID
    page = client.get(page_path)
    assert filled(page) == ["Record and declare"]
    assert "Wrong question" in page.text
    assert f'name="seen" value="{poll.id}"' in page.text


def test_a_declared_decision_cannot_be_declared_void(client, page_path, item, decide, taken):
    decide(item, "acclaim", outcome="adopt")
    answer = client.post(f"/polls/{taken()[0].id}/void", data={"reason": "Second thoughts"})
    assert answer.status_code == 409
    assert taken()[0].state is PollState.DECLARED


def test_a_motion_is_decided_clause_by_clause(
    client, page_path, motion_item, decide, taken, database, association
):
    sv, en = forms.fields(association, "question")
    page = client.get(page_path)
    assert filled(page) == ["Open the ballot"]
    assert (value_of(page, sv), value_of(page, en)) == ("att protokollen publiceras", "")
    assert "opinion: Adopt the motion" in page.text
    decide(motion_item, "acclaim", {"sv": "ett"}, outcome="adopt", clause="1")
    page = client.get(page_path)
    assert value_of(page, sv) == "att de sammanfattas"
    seen = str(taken()[0].id)
    decide(motion_item, "acclaim", {"sv": "två"}, outcome="reject", clause="2", seen=seen)
    assert [(each.clause, each.outcome) for each in taken()] == [(1, "adopt"), (2, "reject")]
    with database.reading() as db:
        assert db.get_one(Motion, motion_item.motion_id).state is MotionState.DECIDED
    assert filled(client.get(page_path)) == ["Close the meeting …"]


def test_a_later_clause_may_be_decided_first(client, page_path, motion_item, association):
    sv = forms.fields(association, "question")[0]
    page = client.get(f"{page_path}?panel=decide&clause=2")
    assert value_of(page, sv) == "att de sammanfattas"
    assert 'name="clause" value="2"' in page.text


def test_a_more_exact_count_can_be_asked_for_after_an_acclamation(
    client, page_path, item, decide, taken
):
    decide(item, "acclaim", outcome="adopt")
    assert "panel=decide&amp;way=hands" in client.get(page_path).text
    seen = str(taken()[0].id)
    assert decide(item, "hands", adopt="1", reject="0", seen=seen).status_code == 303
    client.post(f"/polls/{taken()[1].id}/declare")
    seen = str(taken()[1].id)
    answer = decide(item, "acclaim", outcome="reject", seen=seen)
    assert answer.status_code == 409
    assert "This question has been decided" in answer.text


def test_an_information_item_decides_nothing(client, page_path, item, floor, decide, taken):
    other = floor.item(ItemKind.INFORMATION, title={"en": "Other matters"})
    floor.take_up(other)
    page = client.get(f"{page_path}?panel=decide")
    assert "Record and declare" not in page.text
    answer = decide(other, "acclaim", outcome="adopt")
    assert answer.status_code == 409
    assert "Nothing can be decided under it." in answer.text
    assert taken() == []


@pytest.mark.parametrize("who", ["1", "åberg", "anna å"])
def test_the_chair_records_a_dissent_for_whoever_asks(
    client, page_path, item, decide, taken, who, house, floor
):
    decide(item, "acclaim", outcome="adopt")
    poll = taken()[0].id
    form = {f"who-{poll}": who, f"text-{poll}": "Not without the audit."}
    answer = client.post(f"/polls/{poll}/dissents", data=form)
    assert answer.headers["location"] == f"{page_path}?notice=dissent-noted"
    text = client.get(page_path).text.split("Dissent:")[1]
    assert "Anna Åberg" in text
    assert "Not without the audit." in text
    with house.database.reading() as db:
        [entry] = db.query(JournalEntry).filter_by(act="dissent.recorded")
    assert entry.by_id == floor.chair.id  # who wrote it down, not who dissents


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("", "Nobody present has this name or number."),
        ("Zorn", "Nobody present has this name or number."),
        ("a", "2 people present match. Write the member number."),
    ],
)
def test_a_dissent_of_nobody_or_of_several_is_told_beside_the_name(
    client, page_path, item, floor, make_member, decide, taken, house, who, said
):
    floor.come(make_member("4", given_name="Maj", family_name="Ek"))
    decide(item, "acclaim", outcome="adopt")
    poll = taken()[0].id
    answer = client.post(f"/polls/{poll}/dissents", data={f"who-{poll}": who})
    assert answer.status_code == 422
    assert said in answer.text.split(f'id="who-{poll}-error"')[1]
    with house.database.reading() as db:
        assert polls.dissents(db, poll) == []


def test_only_who_presides_decides(client, log_in, anna, item, page_path, decide, taken, director):
    decide(item, "ballot")
    poll = taken()[0].id
    for other in (anna, director):
        log_in(client, other)
        assert decide(item, "acclaim", outcome="adopt").status_code == 403
        for step in ("close", "declare"):
            assert client.post(f"/polls/{poll}/{step}").status_code == 403
        for step in ("casting-vote", "lot", "void", "dissents"):
            assert client.post(f"/polls/{poll}/{step}", data={"x": "y"}).status_code == 403
    client.cookies.clear()
    assert client.post(f"/polls/{poll}/close").headers["location"].startswith("/login")
    assert [each.state for each in taken()] == [PollState.OPEN]

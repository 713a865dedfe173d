"""Elections on their pages: the committee prepares, members nominate, the chair leads."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import re
import secrets

import pytest
import sqlalchemy as sa
from PIL import Image

from governance import (
    agenda,
    attendance,
    electing,
    polls,
    presiding,
    recounts,
    roles,
    roll,
    seating,
)
from governance.attendance import Presence
from governance.candidates import Candidate, CandidateState
from governance.electing import Election
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.nomination_letters import NominationLetter
from governance.notices import DispatchState
from governance.roles import Role
from tests.floor import Floor
from tests.web.reading import filled
from web import worker


@pytest.fixture
def nominator(database, make_member, now) -> Member:
    made = make_member("80", given_name="Nils", family_name="Val", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.NOMINATOR, now=now, by_id=None)
    return made


@pytest.fixture
def cleo(make_member) -> Member:
    """Who is in the chair."""
    return make_member("90", given_name="Cleo", family_name="Strand", language="en")


@pytest.fixture
def path(announced) -> str:
    return f"/meetings/{announced.id}"


@pytest.fixture
def election(database, announced, nominator, now) -> Election:
    """The board's election, set up by the committee: two seats and a deputy."""
    with database.writing() as db:
        meeting = db.get_one(Meeting, announced.id)
        item = next(each for each in agenda.items(db, meeting.id) if each.key == "board")
        made = electing.set_up(db, meeting, item, by_id=nominator.id, now=now)
        made.proposed_seats, made.proposed_deputies = 2, 1
    return made


@pytest.fixture
def called(client, log_in, election, path, nominator) -> Election:
    log_in(client, nominator)
    answer = client.post(
        f"{path}/elections/call", data={"closes_on": "2027-04-15", "text_sv": "Vi söker **två**."}
    )
    assert answer.headers["location"].endswith("?notice=nominations-called")
    return election


@pytest.fixture
def nominate(client, log_in, path):
    def nominate(election, by, whom=None, **changed):
        log_in(client, by)
        who = "" if whom is None else whom.number
        form = {"election": election.id, "whom": "other" if who else "self", "who": who}
        return client.post(f"{path}/nominate", data={**form, "reason": "Klok.", **changed})

    return nominate


@pytest.fixture
def stand(client, log_in, database, called, nominate):
    """A member nominates themselves and stands."""

    def stand(member) -> Candidate:
        nominate(called, member)
        with database.reading() as db:
            return db.scalars(sa.select(Candidate).filter_by(member_id=member.id)).one()

    return stand


def reread(database, made):
    with database.reading() as db:
        return db.get_one(type(made), made.id)


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (900, 900), "green").save(written, "PNG")
    return written.getvalue()


def posted(house) -> list[email.message.EmailMessage]:
    return [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in sorted(house.settings.mailbox.glob("*.eml"))
    ]


def test_who_is_not_logged_in_is_asked_to(client, path, election):
    for address in (
        f"{path}/elections",
        f"{path}/nominate",
        f"/elections/{election.id}",
        "/offices",
    ):
        assert client.get(address).headers["location"].startswith("/login")


def test_the_committee_sets_up_every_election_on_the_agenda(
    client, log_in, path, nominator, database
):
    log_in(client, nominator)
    page = client.get(f"{path}/elections")
    assert filled(page) == ["Set up the elections"]
    client.post(f"{path}/elections/set-up")
    with database.reading() as db:
        offices = [each.office for each in db.scalars(sa.select(Election).order_by(Election.id))]
    assert offices == ["chair", "checkers", "board", "auditor", "nominators"]
    page = client.get(f"{path}/elections")
    assert "Election of the board" in page.text
    assert "Nils Val: set the election up" in page.text


def test_directors_prepare_nothing_where_a_committee_sits(client, log_in, path, election, director):
    log_in(client, director)
    assert client.post(f"{path}/elections/set-up").status_code == 403
    assert client.get(f"/elections/{election.id}/edit").status_code == 403
    assert client.get(f"/elections/{election.id}/proposal").status_code == 403
    day = {"closes_on": "2027-04-15"}
    assert client.post(f"{path}/elections/call", data=day).status_code == 403


def test_an_empty_page_says_what_will_be_here_and_who_starts_it(client, log_in, path, anna):
    log_in(client, anna)
    page = client.get(f"{path}/elections", headers={"accept-language": "sv"})
    assert "Valberedningen" in page.text
    assert "Här kommer" in client.get("/offices").text


def test_the_call_reaches_every_member_in_their_language(
    client, anna, bo, called, house, path, log_in
):
    worker.run_due(house)
    mails = {str(each["To"].addresses[0].addr_spec): each for each in posted(house)}
    assert mails["anna@example.org"]["Subject"] == "Nominera: Årsstämma 2027"
    assert "15 april 2027" in mails["anna@example.org"].get_content()
    assert mails["bo@example.org"]["Subject"] == "Nominate: Annual meeting 2027"
    assert "http://stamma.example/meetings/" in mails["bo@example.org"].get_content()
    before = len(mails)
    client.post(f"{path}/elections/call", data={"closes_on": "2027-04-20"})
    worker.run_due(house)
    assert len(posted(house)) == before, "a later day is no second letter"
    log_in(client, bo)
    page = client.get(f"{path}/elections")
    assert "20 April 2027" in page.text
    assert filled(page) == ["Nominate"]


def test_a_day_that_is_no_day_stands_beside_its_field(client, called, path):
    page = client.post(f"{path}/elections/call", data={"closes_on": "soon", "text_en": "Hello"})
    assert page.status_code == 422
    assert 'id="closes_on-error"' in page.text
    assert ">Hello</textarea>" in page.text


def test_the_committee_writes_seats_term_and_whether_others_may(
    client, log_in, election, nominator, database
):
    log_in(client, nominator)
    form = {"seats": "5", "deputies": "2", "years": "2", "starts_on": "", "members_only": "yes"}
    answer = client.post(f"/elections/{election.id}/edit", data=form)
    assert answer.headers["location"] == f"/elections/{election.id}?notice=saved"
    kept = reread(database, election)
    assert (kept.proposed_seats, kept.proposed_deputies, kept.years) == (5, 2, 2)
    page = client.post(f"/elections/{election.id}/edit", data={**form, "years": "5"})
    assert "at most 4 financial years (7:12)" in page.text
    assert 'id="years-error"' in page.text


def test_whoever_is_nominated_is_asked_and_until_then_nobody_sees(
    client, log_in, database, house, called, nominate, anna, bo, director
):
    answer = nominate(called, anna, bo)
    assert answer.headers["location"].endswith("?notice=nominated")
    with database.reading() as db:
        made = db.scalars(sa.select(Candidate)).one()
    assert made.state is CandidateState.NOMINATED
    worker.run_due(house)
    (mail,) = [each for each in posted(house) if "nominated" in str(each["Subject"])]
    assert mail["To"].addresses[0].addr_spec == "bo@example.org"
    assert f"/candidates/{made.id}" in mail.get_content()
    assert "Anna" not in mail.get_content(), "who it was stands on the page alone"
    for other in (anna, director):
        log_in(client, other)
        assert client.get(f"/candidates/{made.id}").status_code == 404
        assert "Bo Öst" not in client.get(f"/elections/{called.id}").text
    log_in(client, bo)
    assert "Do you stand?" in client.get("/me").text
    assert "Do you stand?" in client.get("/").text
    page = client.get(f"/candidates/{made.id}")
    assert filled(page) == ["Yes, I stand"]
    assert "Anna Åberg: Klok." in page.text
    answer = client.post(f"/candidates/{made.id}/answer", data={"answer": "yes"})
    assert answer.headers["location"].startswith(f"/candidates/{made.id}/edit")
    log_in(client, anna)
    assert client.get(f"/candidates/{made.id}").status_code == 200
    assert "Klok." not in client.get(f"/candidates/{made.id}").text
    assert "Bo Öst" in client.get(f"/elections/{called.id}").text


def test_a_no_is_the_committees_alone_to_see(
    client, log_in, database, called, nominate, anna, bo, nominator
):
    nominate(called, anna, bo)
    with database.reading() as db:
        made = db.scalars(sa.select(Candidate)).one()
    log_in(client, bo)
    client.post(f"/candidates/{made.id}/answer", data={"answer": "no"})
    log_in(client, nominator)
    assert "Said no" in client.get(f"/elections/{called.id}").text
    log_in(client, anna)
    assert "Bo Öst" not in client.get(f"/elections/{called.id}").text
    page = client.get(f"/meetings/{called.meeting_id}/nominate")
    assert "Bo Öst" in page.text
    assert "Said no" not in page.text


@pytest.mark.parametrize("who", ["4711", "Nobody Here", ""])
def test_a_name_that_no_member_has_stands_beside_its_field(client, called, log_in, anna, who):
    log_in(client, anna)
    page = client.post(
        f"/meetings/{called.meeting_id}/nominate",
        data={"election": called.id, "whom": "other", "who": who, "reason": "Bra"},
    )
    assert page.status_code == 422
    assert 'id="who-error"' in page.text
    assert ">Bra</textarea>" in page.text


def test_after_the_last_day_the_list_is_closed(client, called, nominate, anna, clock, log_in):
    clock.now = dt.datetime(2027, 4, 15, 22, 0, tzinfo=dt.UTC)
    answer = nominate(called, anna)
    assert answer.status_code == 409
    assert "15 April 2027" in answer.text or "15 april 2027" in answer.text
    page = client.get(f"/meetings/{called.meeting_id}/elections")
    assert "Nominera" not in filled(page)


def test_candidates_write_their_page_with_a_picture(client, stand, anna, bo, log_in):
    made = stand(bo)
    page = client.get(f"/candidates/{made.id}")
    assert filled(page) == ["Write your page"]
    at = f"/candidates/{made.id}"
    text = {"text_sv": "Jag *kan*.", "text_en": "I *can*.", "speaks": ["sv", "fi"]}
    page = client.post(f"{at}/edit", data={**text, "step": "preview"})
    assert "<em>can</em>" in page.text
    assert client.post(f"{at}/edit", data=text).headers["location"] == f"{at}?notice=saved"
    page = client.post(f"{at}/picture", files={"picture": ("bo.png", b"no picture", "image/png")})
    assert page.status_code == 422
    assert 'id="picture-error"' in page.text
    client.post(f"{at}/picture", files={"picture": ("bo.png", picture(), "image/png")})
    client.post(f"{at}/edit", data={**text, "alt_en": "Bo at sea"})
    log_in(client, anna)
    page = client.get(at)
    assert "<em>kan</em>" in page.text
    assert 'alt="Bo at sea"' in page.text
    assert "Suomi" in page.text
    shown = client.get(f"{at}/picture")
    assert (shown.headers["content-type"], shown.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    for address in ("edit", "picture", "withdraw"):
        assert client.post(
            f"{at}/{address}", files={"picture": ("a.png", b"", "x/y")}
        ).status_code in (
            400,
            403,
        )
    client.cookies.clear()
    assert client.get(f"{at}/picture").headers["location"].startswith("/login")


def test_who_withdraws_is_shown_as_withdrawn(client, stand, bo, anna, log_in):
    made = stand(bo)
    client.post(f"/candidates/{made.id}/withdraw")
    log_in(client, anna)
    assert "har dragit sig ur" in client.get(f"/candidates/{made.id}").text


def test_the_proposal_is_made_and_stands_in_the_draft_of_the_notice(
    client, log_in, database, called, stand, anna, bo, nominator, director, clock
):
    first, second = stand(bo), stand(anna)
    clock.now = dt.datetime(2027, 4, 16, 12, tzinfo=dt.UTC)
    log_in(client, nominator)
    page = client.get(f"/meetings/{called.meeting_id}/elections")
    assert filled(page) == ["Write the first proposal"]
    at = f"/elections/{called.id}"
    twice = {f"rank_{first.id}": "1", f"rank_{second.id}": "1"}
    page = client.post(f"{at}/proposal", data={**twice, "reason_sv": "Bra"})
    assert page.status_code == 422
    assert 'id="ranks-error"' in page.text
    form = {f"rank_{first.id}": "2", f"rank_{second.id}": "1", "reason_sv": "De *kan*."}
    assert client.post(f"{at}/proposal", data=form).headers["location"].startswith(at)
    log_in(client, director)
    page = client.get(f"/meetings/{called.meeting_id}/notice")
    assert page.text.index("Anna Åberg") < page.text.index("Bo Öst")
    assert "<em>kan</em>" in client.get(at).text


def approve_roll(database, board, election, chair, now, *present) -> Meeting:
    """These come into the room, and the meeting approves its roll."""
    with database.writing() as db:
        meeting = db.get_one(Meeting, election.meeting_id)
        for each in present:
            attendance.arrive(db, meeting, each, Presence.ROOM, by_id=each.id, now=now)
        chance = secrets.token_bytes
        roll.approve(db, board, meeting, by_id=chair.id, now=now, chance=chance)
    return meeting


def begin(database, election, chair, now) -> None:
    """The meeting is open, led by `chair`, and has taken the board's election up."""
    with database.writing() as db:
        meeting = db.get_one(Meeting, election.meeting_id)
        meeting.state, meeting.opened_at = MeetingState.OPEN, now
        roles.grant(db, chair, Role.CHAIR, now=now, by_id=None, meeting_id=meeting.id)
        items = {each.key: each for each in agenda.items(db, meeting.id)}
        polls.acclaim(db, meeting, items["seats"], outcome="adopt", by_id=chair.id, now=now)
        presiding.take_up(db, meeting, items["board"], by_id=chair.id, now=now)


def test_the_chair_leads_the_election_to_terms_of_office(
    client, log_in, database, house, called, stand, anna, bo, cleo, make_member, clock
):
    per = make_member("91", given_name="Per", family_name="Ek", language="en")
    made = stand(bo)
    clock.now = dt.datetime(2027, 6, 10, 17, tzinfo=dt.UTC)
    begin(database, called, cleo, clock.now)
    log_in(client, cleo)
    at = f"/elections/{called.id}"
    assert filled(client.get(at)) == ["Close the nominations"]
    form = {"who": "Per Ek", "consents": "yes"}
    assert client.post(f"{at}/floor", data=form).headers["location"] == f"{at}?notice=nominated"
    page = client.post(f"{at}/floor", data={"who": "Nobody"})
    assert page.status_code == 422
    client.post(f"{at}/floor/close")
    assert filled(client.get(at)) == ["Enter the number"]
    page = client.post(f"{at}/seats", data={"seats": "x", "deputies": "0"})
    assert page.status_code == 422
    client.post(f"{at}/seats", data={"seats": "2", "deputies": "0"})
    assert filled(client.get(at)) == ["The meeting has elected them as proposed"]
    client.post(f"{at}/acclaim")
    log_in(client, bo)
    assert "Do you accept?" in client.get("/me").text
    page = client.get(f"/candidates/{made.id}")
    assert filled(page) == ["I accept"]
    client.post(f"/candidates/{made.id}/seat", data={"answer": "accept"})
    with database.reading() as db:
        assert Role.DIRECTOR in roles.held(db, bo.id)
        floor = db.scalars(sa.select(Candidate).filter_by(member_id=per.id)).one()
    log_in(client, cleo)
    client.post(f"/candidates/{floor.id}/seat", data={"answer": "decline"})
    page = client.get(at)
    assert "1 seat is vacant." in page.text
    page = client.get("/offices")
    assert "Bo Öst" in page.text
    assert "the annual meeting of 2028" in page.text
    assert "Vacant" in page.text


def test_members_in_the_room_give_names_and_the_one_named_is_asked(
    client, log_in, database, called, anna, bo, cleo, clock, house
):
    clock.now = dt.datetime(2027, 6, 10, 17, tzinfo=dt.UTC)
    begin(database, called, cleo, clock.now)
    log_in(client, bo)
    at = f"/elections/{called.id}"
    assert filled(client.get(at)) == ["Give the name"]
    assert client.post(f"{at}/floor", data={"who": "1"}).status_code == 403
    client.post(f"/meetings/{called.meeting_id}/check-in", data={"presence": "online"})
    client.post(f"{at}/floor", data={"who": "1", "consents": "yes"})
    with database.reading() as db:
        made = db.scalars(sa.select(Candidate)).one()
    assert (made.state, made.from_floor) == (CandidateState.NOMINATED, True)
    log_in(client, cleo)
    assert "Anna Åberg" in client.get(at).text
    client.post(f"/candidates/{made.id}/answer", data={"answer": "yes"})
    assert reread(database, made).state is CandidateState.STANDING


def test_a_ballot_from_the_chairs_page_seats_whom_it_elects(
    client, log_in, database, called, stand, anna, bo, cleo, clock, house, board
):
    for each in (anna, bo):
        stand(each)
    clock.now = dt.datetime(2027, 6, 10, 17, tzinfo=dt.UTC)
    begin(database, called, cleo, clock.now)
    meeting = approve_roll(database, board, called, cleo, clock.now, anna, bo)
    log_in(client, cleo)
    for step in ("floor/close", "seats"):
        client.post(f"/elections/{called.id}/{step}", data={"seats": "1", "deputies": "1"})
    at = f"/meetings/{called.meeting_id}"
    page = client.get(f"{at}/chair?panel=decide&way=ballot")
    names = re.findall(r'<textarea id="candidates"[^>]*>([^<]*)<', page.text)
    assert names == ["Anna Åberg\nBo Öst"]
    with database.reading() as db:
        seen = polls.of_item(db, called.item_id)
    form = {"question_sv": "Val av styrelse", "candidates": names[0], "seen": len(seen)}
    answer = client.post(f"{at}/items/{called.item_id}/ballot", data=form)
    assert "vote-opened" in answer.headers["location"], answer.text
    floor = Floor(database, board, meeting, cleo, clock.now)
    with database.reading() as db:
        (poll,) = polls.of_item(db, called.item_id)
    for each in (anna, bo):
        floor.cast(poll, each, "bo-ost")
    floor.close(poll)
    client.post(f"/polls/{poll.id}/declare")
    assert "Has not answered" in client.get(f"/elections/{called.id}").text
    with database.reading() as db:
        (made,) = seating.elected(db, called.id)
    assert (made.name, made.deputy) == ("Bo Öst", False)


@pytest.fixture
def floor_of_three(database, log_in, client, called, stand, anna, bo, cleo, clock, board):
    """The election is taken up, Anna stands, and the roll is approved; the chair is logged in."""
    stand(anna)
    clock.now = dt.datetime(2027, 6, 10, 17, tzinfo=dt.UTC)
    begin(database, called, cleo, clock.now)
    approve_roll(database, board, called, cleo, clock.now, anna, bo)
    log_in(client, cleo)
    return called


def put_to_vote(client, election, names, **changed):
    form = {"question_sv": "Val av styrelse", "candidates": names, "seen": 0, **changed}
    at = f"/meetings/{election.meeting_id}/items/{election.item_id}/ballot"
    return client.post(at, data=form)


def test_a_name_written_by_the_chair_is_nominated_where_they_consent(
    client, database, floor_of_three
):
    refused = put_to_vote(client, floor_of_three, "Anna Åberg\nBo Öst")
    assert 'id="candidates-error"' in refused.text
    assert "Bo Öst does not stand" in refused.text
    answer = put_to_vote(client, floor_of_three, "Anna Åberg\nBo Öst", consents="yes")
    assert "vote-opened" in answer.headers["location"], answer.text
    with database.reading() as db:
        (poll,) = polls.of_item(db, floor_of_three.item_id)
        made = db.scalars(sa.select(Candidate).where(Candidate.key == "bo-ost")).one()
    assert [each["id"] for each in poll.options][:2] == ["anna-aberg", "bo-ost"]
    assert (made.state, made.from_floor) == (CandidateState.STANDING, True)


def test_of_two_members_of_one_name_the_chair_has_to_say_which(
    client, database, floor_of_three, make_member
):
    for number in ("71", "72"):
        make_member(number, given_name="Eva", family_name="Ek")
    names = "Anna Åberg\nEva Ek"
    refused = put_to_vote(client, floor_of_three, names, consents="yes")
    assert "2 members have this name" in refused.text
    with database.reading() as db:
        assert not polls.of_item(db, floor_of_three.item_id)
    answer = put_to_vote(client, floor_of_three, "Anna Åberg\n72", consents="yes")
    assert "vote-opened" in answer.headers["location"], answer.text
    with database.reading() as db:
        made = db.scalars(sa.select(Candidate).where(Candidate.key == "eva-ek")).one()
        assert db.get_one(Member, made.member_id).number == "72"


def test_after_the_floor_is_closed_the_chair_adds_nobody(client, database, floor_of_three):
    client.post(f"/elections/{floor_of_three.id}/floor/close")
    refused = put_to_vote(client, floor_of_three, "Anna Åberg\nBo Öst", consents="yes")
    assert "Nominations are closed" in refused.text
    with database.reading() as db:
        assert not polls.of_item(db, floor_of_three.item_id)


def test_a_recount_that_meets_a_new_tie_asks_for_a_new_lots_seed(
    client, log_in, database, called, stand, anna, bo, nominator, cleo, clock, house, board
):
    for each in (anna, bo, nominator):
        stand(each)
    clock.now = dt.datetime(2027, 6, 10, 17, tzinfo=dt.UTC)
    begin(database, called, cleo, clock.now)
    here = (anna, bo, nominator, cleo)
    meeting = approve_roll(database, board, called, cleo, clock.now, *here)
    log_in(client, cleo)
    at = f"/elections/{called.id}"
    for step in ("floor/close", "seats"):
        client.post(f"{at}/{step}", data={"seats": "1", "deputies": "0"})
    names = "Anna Åberg\nBo Öst\nNils Val"
    form = {"question_sv": "Val av styrelse", "candidates": names, "seen": 0}
    client.post(f"/meetings/{called.meeting_id}/items/{called.item_id}/ballot", data=form)
    floor = Floor(database, board, meeting, cleo, clock.now)
    with database.reading() as db:
        (poll,) = polls.of_item(db, called.item_id)
    for each, choice in zip(here, ("anna-aberg", "anna-aberg", "bo-ost", "nils-val"), strict=True):
        floor.cast(poll, each, choice)
    floor.close(poll)
    client.post(f"/polls/{poll.id}/declare")
    with database.reading() as db:
        (made,) = seating.elected(db, called.id)
    client.post(f"/candidates/{made.id}/seat", data={"answer": "decline"})
    assert 'id="seed"' not in client.get(at).text, "asked for only where it is needed"
    tied = client.post(f"{at}/recount")
    assert tied.status_code == 409
    assert 'id="seed"' in tied.text
    wrong = client.post(f"{at}/recount", data={"lot": "yes", "seed": "7"})
    assert 'id="seed-error"' in wrong.text
    drawn = client.post(f"{at}/recount", data={"lot": "yes", "seed": "5e" * 32})
    assert drawn.headers["location"].endswith("?notice=seat-recounted")
    with database.reading() as db:
        assert recounts.of_poll(db, poll.id)[0].result["lots"] == [
            {"between": ["bo-ost", "nils-val"], "seed": "5e" * 32}
        ]
        assert len(seating.sitting(db, called.id)) == 1


def test_the_worker_enters_what_was_declared_and_gives_letters_up(
    database, house, called, client, stand, bo, cleo, clock, nominator, log_in
):
    made = stand(bo)
    log_in(client, nominator)
    client.post(f"/elections/{called.id}/proposal", data={f"rank_{made.id}": "1"})
    clock.now = dt.datetime(2027, 6, 10, 17, tzinfo=dt.UTC)
    begin(database, called, cleo, clock.now)
    with database.writing() as db:
        meeting = db.get_one(Meeting, called.meeting_id)
        item = agenda.get(db, meeting.id, called.item_id)
        polls.acclaim(db, meeting, item, outcome="adopt", by_id=cleo.id, now=clock.now)
    worker.run_due(house)
    assert reread(database, made).place == 1
    worker.run_due(house)
    with database.reading() as db:
        states = set(db.scalars(sa.select(NominationLetter.state)))
    assert states == {DispatchState.SENT}


def test_a_term_can_end_before_its_time(
    client, log_in, database, called, stand, bo, director, clock, cleo
):
    made = stand(bo)
    clock.now = dt.datetime(2027, 6, 10, 17, tzinfo=dt.UTC)
    begin(database, called, cleo, clock.now)
    log_in(client, cleo)
    for step in ("floor/close", "seats", "acclaim"):
        client.post(f"/elections/{called.id}/{step}", data={"seats": "2", "deputies": "0"})
    client.post(f"/candidates/{made.id}/seat", data={"answer": "accept"})
    assert client.post("/offices/1/end").status_code == 403
    log_in(client, director)
    client.post("/offices/1/end")
    assert "Bo Öst" in client.get("/offices").text
    with database.reading() as db:
        assert Role.DIRECTOR not in roles.held(db, bo.id)

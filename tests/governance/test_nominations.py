"""From the call to the proposal: who may nominate, who consents, what is said and forgotten."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from governance import (
    agenda,
    candidates,
    electing,
    elections,
    nomination_letters,
    nominations,
    notices,
    proposals,
    roles,
)
from governance.candidates import Candidate, CandidateState, HasNominees, Nomination, NotYours
from governance.electing import NotOfTheCommittee, TermTooLong
from governance.errors import Invalid, NotAllowed, NotFound, WrongState
from governance.journal import JournalEntry
from governance.meetings import MeetingState
from governance.nomination_letters import About, NominationLetter
from governance.nominations import NominationsClosed, NotCalled
from governance.notices import DispatchState
from governance.offices import Office
from governance.roles import Role
from governance.units import Unit, UnitKind, UnitMember

DAY = dt.timedelta(days=1)


def test_an_election_begins_with_what_the_rulebook_and_the_office_suggest(committee):
    board = committee.election("board")
    assert (board.office, board.proposed_seats, board.years) == (Office.BOARD, 5, 1)
    assert board.members_only, "directors are members (7:7)"
    assert committee.election("auditor").members_only is False
    chair = committee.election("chair")
    assert (chair.office, chair.years) == (Office.CHAIR, 0), "held in the meeting alone"
    assert committee.election("board") is board
    with pytest.raises(NotFound):
        committee.election("discharge")


def test_where_a_committee_sits_the_directors_keep_their_hands_off(committee):
    item, by = committee.item(), committee.director.id
    with pytest.raises(NotOfTheCommittee):
        electing.set_up(committee.db, committee.meeting, item, by_id=by, now=committee.now)


def test_where_none_sits_the_directors_prepare_and_the_journal_says_who(committee):
    grant = committee.db.scalars(sa.select(roles.Grant).filter_by(role=Role.NOMINATOR)).one()
    roles.end(committee.db, grant, now=committee.now, by_id=None)
    item, by = committee.item(), committee.director.id
    made = electing.set_up(committee.db, committee.meeting, item, by_id=by, now=committee.now)
    entry = committee.db.scalars(sa.select(JournalEntry).filter_by(act="election.set-up")).one()
    assert (entry.by_id, entry.subject) == (by, f"election:{made.id}")
    with pytest.raises(NotOfTheCommittee):
        committee.election("auditor")


def test_a_director_sits_for_at_most_four_financial_years(committee):
    board = committee.election(seats=5, deputies=2, years=4)
    assert (board.proposed_seats, board.proposed_deputies, board.years) == (5, 2, 4)
    with pytest.raises(TermTooLong) as refused:
        committee.change(board, years=5)
    assert refused.value.facts == {"most": 4, "paragraph": "7:12"}
    committee.change(committee.election("auditor"), years=5)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"seats": 0}, "seats"),
        ({"seats": 61}, "seats"),
        ({"deputies": -1}, "deputies"),
        ({"years": 0}, "years"),
        ({"starts_on": dt.date(2027, 6, 9)}, "starts_on"),
        ({"conditions": [{"unit": 77, "least": 1}]}, "conditions"),
    ],
)
def test_what_cannot_be_filled_is_refused_beside_its_field(committee, changed, field):
    with pytest.raises(Invalid) as refused:
        committee.election(**changed)
    assert refused.value.field == field


def test_the_call_writes_once_to_everybody_with_an_address(committee, make_member):
    committee.election()
    called = committee.call()
    letters = committee.db.scalars(sa.select(NominationLetter)).all()
    assert {each.member_id for each in letters} == {
        each.id for each in (*committee.people, committee.nominator, committee.director)
    }
    assert {each.about for each in letters} == {About.CALL}
    assert committee.call(days=30) is called, "called again it moves the day"
    assert called.closes_on == dt.date(2027, 3, 31)
    assert committee.db.scalar(sa.select(sa.func.count(NominationLetter.id))) == len(letters)


def test_a_call_without_elections_or_after_the_meeting_is_refused(committee):
    with pytest.raises(WrongState):
        committee.call()
    committee.election()
    for days in (-1, 101):
        with pytest.raises(Invalid) as refused:
            committee.call(days)
        assert refused.value.field == "closes_on"


def test_members_nominate_when_called_and_until_its_last_day_has_passed_at_the_seat(committee):
    board = committee.election()
    with pytest.raises(NotCalled):
        committee.nominate(board, committee.bo, committee.anna)
    committee.call(days=20)
    committee.now = dt.datetime(2027, 3, 21, 22, 59, tzinfo=dt.UTC)  # 23:59 in Stockholm
    made = committee.nominate(board, committee.bo, committee.anna)
    assert made.state is CandidateState.NOMINATED
    committee.now += dt.timedelta(minutes=1)
    with pytest.raises(NominationsClosed):
        committee.nominate(board, committee.people[2], committee.anna)
    committee.nominate(board, committee.people[2]), "the committee goes on until the meeting"


def test_two_who_nominate_the_same_member_make_one_candidate_and_one_letter(committee):
    board = committee.election()
    committee.call()
    first = committee.nominate(board, committee.bo, committee.anna)
    assert committee.nominate(board, committee.bo, committee.people[2]) is first
    committee.nominate(board, committee.bo, committee.anna)
    assert len(candidates.reasons(committee.db, first.id)) == 2
    asked = sa.select(NominationLetter).filter_by(about=About.CONSENT)
    assert [each.member_id for each in committee.db.scalars(asked)] == [committee.bo.id]


def test_who_nominates_themselves_has_consented(committee):
    board = committee.election()
    committee.call()
    made = committee.nominate(board, committee.anna, committee.anna)
    assert made.state is CandidateState.STANDING
    assert (made.key, made.name) == ("anna-aberg", "Anna Åberg")


def test_two_of_the_same_name_have_options_of_their_own(committee):
    board = committee.election()
    keys = [committee.stands(board, each).key for each in committee.people[2:4]]
    assert keys == ["per3-aberg", "per4-aberg"]
    auditor = committee.election("auditor")
    names = ["Abstain", "Blank", "Å", "å é", "!!!", "x" * 90]
    made = [committee.nominate(auditor, name).key for name in names]
    assert made == ["abstain-2", "blank-2", "a", "a-e", "candidate-2", "x" * 36]


def test_a_firm_may_be_nominated_to_audit_and_not_to_the_board(committee):
    with pytest.raises(Invalid) as refused:
        committee.nominate(committee.election(), "Revisionsbyrån Eken")
    assert refused.value.field == "who"
    auditor = committee.election("auditor")
    firm = committee.nominate(auditor, "Revisionsbyrån Eken")
    assert committee.nominate(auditor, " revisionsbyrån  eken") is firm
    candidates.answer(committee.db, firm, True, by_id=committee.nominator.id, now=committee.now)
    assert elections.standing(committee.db, auditor) == [
        ("revisionsbyran-eken", "Revisionsbyrån Eken")
    ]


def test_a_member_is_found_by_number_address_and_whole_name(committee, make_member):
    db, association = committee.db, committee.meeting.association_id
    today = committee.meeting.association.today(committee.now)
    for who in ("1", "anna@example.org", "anna  åberg"):
        assert nominations.find(db, association, who, today).id == committee.anna.id
    for who in ("", "Anna", "Nobody At-All", "77"):
        with pytest.raises(Invalid) as refused:
            nominations.find(db, association, who, today)
        assert refused.value.field == "who"


def test_only_the_nominated_answer_and_nobody_is_proposed_without_consent(committee):
    board = committee.election()
    made = committee.nominate(board, committee.bo)
    for member in (committee.nominator, committee.director, committee.anna):
        with pytest.raises(NotYours):
            candidates.answer(committee.db, made, True, by_id=member.id, now=committee.now)
    with pytest.raises(Invalid):
        committee.propose(board, made)
    candidates.answer(committee.db, made, False, by_id=committee.bo.id, now=committee.now)
    with pytest.raises(Invalid):
        committee.propose(board, made)
    candidates.answer(committee.db, made, True, by_id=committee.bo.id, now=committee.now)
    committee.propose(board, made)
    assert proposals.proposed(committee.db, board) == [made]


def test_the_journal_holds_no_answer_and_no_name(committee):
    made = committee.nominate(committee.election(), committee.bo)
    candidates.answer(committee.db, made, False, by_id=committee.bo.id, now=committee.now)
    rows = committee.db.scalars(sa.select(JournalEntry).order_by(JournalEntry.id.desc())).all()
    assert (rows[0].act, rows[0].by_id, rows[0].details) == ("consent.answered", None, {})
    assert rows[1].act == "nomination.made"
    assert str(committee.bo.id) not in rows[1].subject.split(":")[1] or rows[1].by_id is not None


def test_the_committee_records_what_somebody_without_an_address_has_said(committee, make_member):
    nobody = committee.people[4]
    committee.db.get_one(type(nobody), nobody.id).email = None
    made = committee.nominate(committee.election(), nobody)
    assert not committee.db.scalars(sa.select(NominationLetter)).all()
    candidates.answer(committee.db, made, True, by_id=committee.nominator.id, now=committee.now)
    assert made.state is CandidateState.STANDING


def test_the_proposal_names_each_once_and_no_more_than_are_elected(committee):
    board = committee.election(seats=1, deputies=1)
    made = [committee.stands(board, each) for each in committee.people[:3]]
    with pytest.raises(Invalid):
        committee.propose(board, *made)
    with pytest.raises(Invalid):
        committee.propose(board, made[0], made[0])
    committee.propose(board, made[1], made[0])
    assert [each.rank for each in made] == [2, 1, None]
    assert elections.standing(committee.db, board) == [
        ("bo-ost", "Bo Öst"),
        ("anna-aberg", "Anna Åberg"),
        ("per3-aberg", "Per3 Åberg"),
    ]


def test_who_withdraws_leaves_the_proposal_and_stands_no_more(committee):
    board = committee.election()
    made = committee.stands(board, committee.anna)
    committee.propose(board, made)
    candidates.withdraw(committee.db, made, by_id=committee.anna.id, now=committee.now)
    assert (made.state, made.rank) == (CandidateState.WITHDRAWN, None)
    assert elections.standing(committee.db, board) == []


def test_a_condition_on_a_section_is_held_against_the_proposal(committee):
    north = Unit(
        association_id=committee.meeting.association_id, kind=UnitKind.SECTION, name="Norr"
    )
    committee.db.add(north)
    committee.db.flush()
    committee.db.add(UnitMember(unit_id=north.id, member_id=committee.bo.id))
    board = committee.election(seats=2, conditions=[{"unit": north.id, "least": 1}])
    anna, bo = (committee.stands(board, each) for each in (committee.anna, committee.bo))
    (lacking,) = proposals.unmet(committee.db, board, [anna])
    assert (lacking.unit, lacking.least, lacking.count) == ("Norr", 1, 0)
    assert proposals.unmet(committee.db, board, [anna, bo]) == []


def test_the_proposal_stands_in_the_notice_in_each_language(committee):
    board = committee.election(seats=1, deputies=1, years=2)
    first, second = (committee.stands(board, each) for each in (committee.bo, committee.anna))
    committee.propose(board, first, second, reason="*Lång* erfarenhet.")
    said = notices.draft(committee.db, committee.meeting, now=committee.now)
    assert "**Valberedningens förslag**" in said["sv"]
    assert "1. Bo Öst\n2. Anna Åberg (ersättare)" in said["sv"]
    assert "Mandattid: till årsstämman 2029." in said["sv"]
    assert "> *Lång* erfarenhet." in said["sv"]
    assert "2. Anna Åberg (deputy)" in said["en"]


def test_a_change_after_the_approval_is_marked_and_leaves_the_notice_as_it_is(committee):
    board = committee.election(seats=1)
    made = [committee.stands(board, each) for each in committee.people[:2]]
    committee.propose(board, made[0])
    committee.now = dt.datetime(2027, 5, 3, 12, tzinfo=dt.UTC)
    notice = notices.approve(
        committee.db, committee.meeting, by_id=committee.director.id, now=committee.now
    )
    committee.propose(board, made[0])
    assert board.changed_at is None, "the same again is no change"
    committee.propose(board, made[1])
    assert board.changed_at == committee.now
    assert "Anna Åberg" in notice.texts["sv"]
    assert "Bo Öst" not in notice.texts["sv"]


def test_an_item_under_which_members_are_nominated_stays_on_the_agenda(committee):
    committee.nominate(committee.election("nominators"), committee.bo)
    with pytest.raises(HasNominees):
        candidates.drop(committee.db, committee.item("nominators"))
    committee.election("auditor")
    item = committee.item("auditor")
    candidates.drop(committee.db, item)
    by = committee.director.id
    agenda.remove(committee.db, committee.meeting, item, by_id=by, now=committee.now)
    assert [each.office for each, _ in electing.of_meeting(committee.db, committee.meeting.id)] == [
        Office.NOMINATORS
    ]


def test_letters_are_claimed_tried_again_and_given_up(committee):
    committee.nominate(committee.election(), committee.bo)
    db, now = committee.db, committee.now
    (letter,) = nomination_letters.due(db, now, 10)
    assert nomination_letters.due(db, now, 10) == []
    nomination_letters.failed(db, letter.id, permanent=False, now=now)
    (again,) = nomination_letters.due(db, now + dt.timedelta(minutes=5), 10)
    assert again.attempts == 2
    nomination_letters.failed(db, again.id, permanent=True, now=now)
    assert again.state is DispatchState.FAILED
    nomination_letters.sent(db, 4711, now=now), "what is deleted meanwhile stops nobody"


def test_thirty_days_after_the_meeting_nominations_and_answers_are_gone(committee):
    board = committee.election(seats=1)
    committee.call()
    elected = committee.stands(board, committee.anna)
    committee.stands(board, committee.bo)
    refused = committee.nominate(board, committee.people[2])
    candidates.answer(committee.db, refused, False, by_id=committee.people[2].id, now=committee.now)
    elected.place, elected.acceptance = 1, candidates.Acceptance.ACCEPTED
    committee.meeting.state = MeetingState.CLOSED
    committee.meeting.closed_at = closed = committee.meeting.starts_at
    committee.db.flush()
    assert nominations.forget(committee.db, now=closed + 29 * DAY) == 0
    assert nominations.forget(committee.db, now=closed + 30 * DAY) == 1
    left = committee.db.scalars(sa.select(Candidate)).all()
    assert [(each.name, each.answered_at) for each in left] == [("Anna Åberg", None)]
    assert not committee.db.scalars(sa.select(Nomination)).all()
    assert not committee.db.scalars(sa.select(NominationLetter)).all()
    assert nominations.forget(committee.db, now=closed + 31 * DAY) == 0


def test_outsiders_and_former_members_nominate_nobody(committee, make_member):
    board = committee.election()
    committee.call()
    gone = committee.db.get_one(type(committee.anna), committee.people[3].id)
    gone.left = committee.now.date() - DAY
    with pytest.raises(NotAllowed):
        committee.nominate(board, committee.bo, gone)

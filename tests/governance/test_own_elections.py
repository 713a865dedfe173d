"""Elections that the board puts on the agenda itself."""

from __future__ import annotations

import pytest

from governance import agenda, floor_nominations, own_elections, roles, seating
from governance.agenda import ItemKind
from governance.electing import TermTooLong
from governance.errors import Invalid, NotAllowed
from governance.offices import Office
from governance.roles import Role


@pytest.fixture
def item(committee):
    return agenda.add(
        committee.db,
        committee.meeting,
        kind=ItemKind.ELECTION,
        title={"sv": "Fyllnadsval", "en": "By-election"},
        text={},
        by_id=committee.director.id,
        now=committee.now,
    )


def fill(committee, item, office, **given):
    by = given.pop("by", committee.director)
    return own_elections.fill(
        committee.db, committee.meeting, item, office, by_id=by.id, now=committee.now, **given
    )


def elected(committee, election, item, whom):
    """Nominated, taken up, elected by acclamation, and has accepted."""
    committee.stands(election, whom)
    committee.begin(whom)
    item.key = "own"  # by which the committee's steps find it
    election.seats = 1  # as the meeting has decided
    committee.take_up("own")
    floor_nominations.close(committee.db, election, by_id=committee.nominator.id, now=committee.now)
    floor_nominations.acclaim(
        committee.db, election, by_id=committee.nominator.id, now=committee.now
    )
    (made,) = seating.elected(committee.db, election.id)
    return seating.accept(committee.db, made, by_id=whom.id, now=committee.now)


@pytest.mark.parametrize(
    ("office", "role"), [(Office.BOARD, Role.DIRECTOR), (Office.NOMINATORS, Role.NOMINATOR)]
)
def test_acceptance_gives_the_role_and_term_of_the_office_that_the_board_said(
    committee, item, office, role
):
    election = fill(committee, item, office)
    term = elected(committee, election, item, committee.anna)
    assert (term.office, term.deputy) == (office, False)
    assert role in roles.held(committee.db, committee.anna.id)


def test_who_is_elected_a_deputy_has_the_offices_term_without_its_role(committee, item):
    election = fill(committee, item, Office.BOARD, of_deputies=True)
    term = elected(committee, election, item, committee.anna)
    assert (term.office, term.deputy) == (Office.BOARD, True)
    assert Role.DIRECTOR not in roles.held(committee.db, committee.anna.id)
    (seats,) = seating.seats(committee.db, committee.meeting.association_id)
    assert (seats.sitting, seats.vacant) == ([term], 0)


def test_another_office_is_called_by_its_own_name_or_by_its_item(committee, item):
    election = fill(committee, item, Office.OTHER, title={"sv": "Arkivarie", "en": "Archivist"})
    assert fill(committee, item, Office.OTHER, title={"sv": "Arkivarie"}).id == election.id
    term = elected(committee, election, item, committee.anna)
    assert term.title == {"sv": "Arkivarie"}
    election.title = {}
    committee.db.delete(term)
    (made,) = seating.elected(committee.db, election.id)
    again = seating.accept(committee.db, made, by_id=committee.anna.id, now=committee.now)
    assert again.title == {"sv": "Fyllnadsval", "en": "By-election"}


def test_the_law_on_the_office_holds_for_the_boards_own_election_too(committee, item):
    election = fill(committee, item, Office.BOARD)
    assert election.members_only
    with pytest.raises(TermTooLong):
        committee.change(election, years=5)


def test_deputies_have_no_deputies(committee, item):
    election = fill(committee, item, Office.AUDITOR, of_deputies=True)
    with pytest.raises(Invalid):
        committee.change(election, deputies=1)


def test_the_office_is_changed_until_somebody_is_nominated(committee, item):
    fill(committee, item, Office.AUDITOR)
    election = fill(committee, item, Office.BOARD)
    committee.nominate(election, committee.anna)
    assert fill(committee, item, Office.BOARD).id == election.id
    with pytest.raises(Invalid, match="nominated"):
        fill(committee, item, Office.NOMINATORS)


def test_only_the_board_says_so_and_only_of_its_own_items(committee, item):
    with pytest.raises(NotAllowed):
        fill(committee, item, Office.BOARD, by=committee.nominator)
    with pytest.raises(Invalid):
        fill(committee, committee.item("auditor"), Office.BOARD)
    with pytest.raises(Invalid):
        fill(committee, item, Office.CHAIR)
    with pytest.raises(Invalid):
        fill(committee, item, Office.OTHER, of_deputies=True)

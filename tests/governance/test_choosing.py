"""Whole small elections of every method, from the manifest to the record that anybody recounts."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256

import pytest

from ballots import record
from ballots.__main__ import main
from ballots.board import ResultEntry
from ballots.verify import verify
from governance import minutes_facts, polls, records
from governance.agenda import ItemKind
from governance.errors import Invalid, WrongState
from governance.minutes_text import _ballot_annex
from governance.minutes_writer import Writer
from governance.polls import NoNumbers, PollKind, PollState, RecountTied, TieWaits
from governance.presiding import NotPresiding
from tests.governance.booth import Booth

NAMES = [("anna", "Anna Berg"), ("bo", "Bo Dal"), ("cilla", "Cilla Ek"), ("dan", "Dan Falk")]
PROPOSALS = ["Cyklar", "Bastu", "Odling"]
SEED = "5e" * 32

# What five members choose, in what settings, and who is elected in what order.
ELECTIONS = {
    "plurality": (2, {}, ["anna+bo", "anna+bo", "anna", "cilla", "abstain"], ["anna", "bo"]),
    "approval": (1, {}, ["anna+bo", "bo+cilla", "bo", "dan", "blank"], ["bo"]),
    "scottish-stv": (
        2,
        {},
        ["anna>bo", "anna>bo", "anna>bo", "bo>cilla", "blank"],
        ["anna", "bo"],
    ),
    "ers97-stv": (2, {}, ["anna>bo", "anna>bo", "anna>bo", "cilla", "cilla"], ["anna", "cilla"]),
    "meek-stv": (2, {}, ["anna>bo", "anna>bo", "anna>bo", "cilla", "cilla"], ["anna", "cilla"]),
    "irv": (1, {}, ["anna", "anna", "bo>cilla", "cilla>bo", "cilla>bo"], ["cilla"]),
    "schulze": (
        1,
        {"equal": True},
        ["anna=bo>cilla", "bo>anna", "cilla>bo", "bo", "blank"],
        ["bo"],
    ),
    "ranked-pairs": (1, {}, ["anna>bo", "bo>anna", "cilla>bo", "bo", "blank"], ["bo"]),
    "score": (
        1,
        {"highest": 10},
        ["anna:10+bo:0", "anna:3+bo:9", "bo:6", "cilla:1", "blank"],
        ["bo"],
    ),
    "majority-judgment": (
        1,
        {},
        ["anna:5+bo:4+cilla:0+dan:0", "anna:0+bo:4+cilla:1+dan:0", "anna:0+bo:3+cilla:5+dan:0"],
        ["bo"],
    ),
    "cumulative": (
        2,
        {"points": 10},
        ["anna:10", "bo:6+cilla:4", "bo:3", "blank"],
        ["anna", "bo"],
    ),
}


def elect(hall, method, seats=1, settings=None, **given):
    item = hall.item(ItemKind.ELECTION, title={"sv": "Val av styrelse", "en": "Board"})
    given = {"candidates": NAMES, **given}
    return hall.open_ballot(item, method=method, seats=seats, settings=settings or {}, **given)


def published(hall, poll, tmp_path):
    """The record's directory, once what it proves is committed."""
    hall.db.commit()
    directory = tmp_path / secrets.token_hex(4)
    record.write_directory(directory, records.of_poll(hall.db, hall.board, poll))
    return directory


@pytest.mark.parametrize("method", ELECTIONS)
def test_a_small_election_of_each_method_is_counted_declared_and_recounted(hall, tmp_path, method):
    seats, settings, choices, elected = ELECTIONS[method]
    poll = elect(hall, method, seats, settings)
    hall.vote(poll, *choices)
    hall.declare(hall.close(poll))
    assert (poll.method, poll.state) == (method, PollState.DECLARED)
    assert poll.result["elected"] == elected
    assert poll.outcome == elected[0]
    names = dict(NAMES)
    assert ", ".join(names[each] for each in elected) in poll.decision["sv"]
    assert verify(published(hall, poll, tmp_path)) == []


def test_a_lot_waits_for_its_public_seed_whatever_the_method(hall, tmp_path):
    poll = elect(hall, "scottish-stv")
    hall.vote(poll, "anna", "bo", "blank")
    hall.close(poll)
    assert (poll.tie_waits_for, poll.result["elected"]) == ("lot", [])
    with pytest.raises(TieWaits):
        hall.declare(poll)
    polls.lot(hall.db, poll, seed=SEED, by_id=hall.chair.id, now=hall.now)
    assert (poll.tie_waits_for, poll.result["seed"]) == (None, SEED)
    hall.declare(poll)
    assert len(poll.result["elected"]) == 1
    assert verify(published(hall, poll, tmp_path)) == []


def test_a_blank_vote_is_counted_as_blank_and_elects_nobody(hall):
    poll = elect(hall, "schulze")
    hall.vote(poll, "blank", "blank")
    hall.declare(hall.close(poll))
    assert (poll.result["blank"], poll.result["elected"], poll.outcome) == (2, [], "")
    assert poll.decision["sv"].startswith("Ingen valdes")


def test_seats_for_which_nobody_stands_stay_vacant_and_the_decision_says_so(hall):
    poll = elect(hall, "meek-stv", seats=6)
    hall.vote(poll, "anna>bo>cilla>dan", "dan>cilla>bo>anna")
    hall.declare(hall.close(poll))
    assert sorted(poll.result["elected"]) == ["anna", "bo", "cilla", "dan"]
    assert "Vacant seats: 2." in poll.decision["en"]


def test_the_box_takes_what_the_rule_allows_and_names_what_it_does_not(hall):
    poll = elect(hall, "cumulative", settings={"points": 5, "highest": 3})
    codes = {
        "anna:3+bo:3": "overspent",
        "anna:4": "mark-range",
        "eva:1": "wrong-option",
        "bo:1+anna:1": "malformed",
        "anna>bo": "malformed",
    }
    for text, code in codes.items():
        assert hall.cast(poll, hall.people[0], text).code == code
    hall.vote(poll, "anna:3+bo:2")
    assert polls.turnout(hall.db, hall.board, poll) == 1


def test_a_later_count_without_who_declines_stands_beside_the_first_one(hall, tmp_path):
    poll = elect(hall, "scottish-stv", 2)
    hall.vote(poll, "anna>bo", "anna>bo", "anna>bo", "cilla", "cilla>dan")
    hall.declare(hall.close(poll))
    first = polls.public_result(poll)
    assert poll.result["elected"] == ["anna", "cilla"]
    assert without(hall, poll, "anna").result["elected"] == ["bo", "cilla"]
    second = without(hall, poll, "cilla")
    assert (second.number, second.withdrawn) == (2, ["anna", "cilla"])
    assert sorted(second.result["elected"]) == ["bo", "dan"]
    assert second.decision["sv"].startswith("Omräkning utan Anna Berg, Cilla Ek. Stämman valde ")
    assert polls.public_result(poll) == first
    assert polls.in_force(hall.db, poll) == second.result
    directory = published(hall, poll, tmp_path)
    assert verify(directory) == []
    logged = [entry.result_sha256 for entry in hall.entries(ResultEntry)]
    at = directory / "polls" / poll.election
    names = ("result.json", "recount-1.json", "recount-2.json")
    assert logged == [sha256((at / name).read_bytes()).hexdigest() for name in names]


def without(hall, poll, *withdrawn, **given):
    given = {"by_id": hall.chair.id, "now": hall.now, **given}
    return polls.recount_without(hall.db, hall.board, poll, withdrawn=withdrawn, **given)


def test_a_recount_whose_votes_are_equal_needs_a_number_for_its_lot(hall):
    poll = elect(hall, "plurality")
    hall.vote(poll, "anna", "anna", "bo", "cilla", "abstain")
    hall.declare(hall.close(poll))
    with pytest.raises(RecountTied):
        without(hall, poll, "anna")
    with pytest.raises(Invalid):
        without(hall, poll, "anna", seed="7")
    assert without(hall, poll, "anna", seed=SEED).result["seed"] == SEED


@pytest.mark.parametrize("method", ["plurality", "scottish-stv"])
def test_the_first_lot_holds_among_those_it_was_drawn_among_and_no_others(hall, tmp_path, method):
    poll = elect(hall, method)
    hall.vote(poll, "anna", "bo", "cilla")
    hall.close(poll)
    polls.lot(hall.db, poll, seed=SEED, by_id=hall.chair.id, now=hall.now)
    hall.declare(poll)
    (first,) = poll.result["elected"]
    held = without(hall, poll, first, seed="77" * 32).result
    left = sorted({"anna", "bo", "cilla"} - {first})
    assert {"between": left, "seed": SEED} in held["lots"]
    assert {each["seed"] for each in held["lots"]} == {SEED}
    assert verify(published(hall, poll, tmp_path)) == []


def test_a_tie_that_the_first_lot_did_not_settle_needs_a_seed_of_its_own(hall, tmp_path):
    poll = elect(hall, "plurality")
    hall.vote(poll, "anna", "anna", "bo", "cilla")
    hall.declare(hall.close(poll))
    with pytest.raises(RecountTied):
        without(hall, poll, "anna")
    made = without(hall, poll, "anna", seed=SEED)
    assert made.result["lots"] == [{"between": ["bo", "cilla"], "seed": SEED}]
    assert verify(published(hall, poll, tmp_path)) == []


def test_a_recount_is_the_chairs_of_a_declared_election_without_a_candidate(hall):
    poll = elect(hall, "irv")
    hall.vote(poll, "anna")
    hall.close(poll)
    with pytest.raises(WrongState):
        without(hall, poll, "anna")
    hall.declare(poll)
    for nobody in ((), ("eva",), ("blank",)):
        with pytest.raises(Invalid):
            without(hall, poll, *nobody)
    with pytest.raises(NotPresiding):
        without(hall, poll, "anna", by_id=hall.people[0].id)
    decision = hall.decide(hall.item(), "adopt")
    with pytest.raises(WrongState):
        without(hall, decision, "adopt")


def tampered(hall, poll, tmp_path, name, old, new):
    directory = published(hall, poll, tmp_path)
    path = directory / "polls" / poll.election / name
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    return {finding.code for finding in verify(directory)}


def test_tampering_with_an_elections_record_is_named(hall, tmp_path):
    poll = elect(hall, "meek-stv", 2)
    hall.vote(poll, "anna>bo", "anna>bo", "bo", "cilla>bo", "blank")
    hall.declare(hall.close(poll))
    without(hall, poll, "bo")
    for name, old, new, code in (
        ("ballots.txt", b"choice anna>bo", b"choice anna>bo>cilla", "ballot-changed"),
        ("ballots.txt", b"choice anna>bo", b"choice anna=bo", "rank-twice"),
        ("ballots.txt", b"choice anna>bo", b"choice anna>eva", "wrong-option"),
        ("result.json", b'"elected":["anna","bo"]', b'"elected":["bo","anna"]', "result"),
        ("result.json", b'"blank":1', b'"blank":2', "result"),
        ("manifest.json", b'"seats":2', b'"seats":1', "manifest"),
        ("recount-1.json", b'"withdrawn":["bo"]', b'"withdrawn":[]', "withdrawn"),
        ("recount-1.json", b'"withdrawn":["bo"]', b'"withdrawn":["eva"]', "result"),
        ("recount-1.json", b'"withdrawn":["bo"]', b'"withdrawn":"bo"', "result"),
    ):
        assert code in tampered(hall, poll, tmp_path, name, old, new), (name, new)
    directory = published(hall, poll, tmp_path)
    (directory / "polls" / poll.election / "recount-1.json").unlink()
    assert [finding.code for finding in verify(directory)] == ["missing-file"]


def test_the_published_record_is_counted_again_by_one_command(hall, tmp_path, capsys):
    poll = elect(hall, "scottish-stv", 2)
    hall.vote(poll, "anna>bo", "anna>bo", "anna>bo", "cilla", "cilla>dan")
    hall.declare(hall.close(poll))
    directory = published(hall, poll, tmp_path)
    packed = tmp_path / "record.zip"
    packed.write_bytes(record.zipped(records.of_poll(hall.db, hall.board, poll)))
    for path in (directory, packed):
        assert main(["count", str(path), "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["elected"] == ["Anna Berg", "Cilla Ek"]
        assert said["elected_ids"] == poll.result["elected"]
        assert len(said["rounds"]) == len(poll.result["rounds"])
    assert main(["count", str(directory), "--poll", poll.election[:8]]) == 0
    assert "Elected: Anna Berg, Cilla Ek" in capsys.readouterr().out
    assert main(["count", str(directory), "--withdrawn", "Anna Berg", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["elected_ids"] == ["bo", "cilla"]
    assert main(["count", str(directory), "--export", "blt"]) == 0
    exported = tmp_path / "election.blt"
    exported.write_text(capsys.readouterr().out)
    assert main(["count", str(exported), "--method", "scottish-stv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["elected"] == ["Anna Berg", "Cilla Ek"]
    assert main(["count", str(exported), "--method", "irv", "--export", "csv"]) == 2
    assert main(["count", str(directory), "--poll", "x"]) == 1
    decision = hall.decide(hall.item(), "adopt")
    assert main(["count", str(published(hall, decision, tmp_path))]) == 1


def test_proposals_are_put_in_an_order_of_priority(hall, tmp_path):
    item = hall.item(title={"sv": "Årets satsning", "en": "This year"})
    settings = {"points": 10}
    poll = hall.open_ballot(
        item, candidates=PROPOSALS, method="cumulative", seats=3, settings=settings
    )
    assert poll.option_ids == ["proposal-1", "proposal-2", "proposal-3", "blank"]
    assert poll.rule["paragraph"] == "6:33"
    hall.vote(poll, "proposal-1:3+proposal-2:7", "proposal-2:5+proposal-3:1", "blank")
    hall.declare(hall.close(poll))
    assert poll.decision["en"] == (
        "The meeting gave this order of priority: Bastu, Cyklar, Odling (This year)"
    )
    assert verify(published(hall, poll, tmp_path)) == []


def test_a_budget_is_shared_equally_among_those_who_chose(hall, tmp_path):
    settings = {"costs": [40, 70, 10], "budget": 100}
    poll = hall.open_ballot(
        hall.item(), candidates=PROPOSALS, method="equal-shares", settings=settings
    )
    both = "proposal-1:1+proposal-3:1"
    hall.vote(poll, both, both, "proposal-2:1", "proposal-3:1", "blank")
    hall.declare(hall.close(poll))
    assert sorted(poll.result["elected"]) == ["proposal-1", "proposal-3"]
    assert poll.decision["sv"].startswith("Stämman fördelade budgeten till: ")
    assert verify(published(hall, poll, tmp_path)) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"method": "guess"}, "method"),
        ({"method": "majority"}, "method"),
        ({"method": "equal-shares"}, "method"),
        ({"method": "irv", "seats": 2}, "seats"),
        ({"seats": 0}, "seats"),
        ({"method": "cumulative"}, "points"),
        ({"method": "score", "settings": {"lowest": 5, "highest": 5}}, "highest"),
        ({"method": "approval", "settings": {"most": 9}}, "most"),
        ({"method": "majority-judgment", "settings": {"grades": [{"sv": "Bra"}]}}, "grades"),
        ({"settings": {"order": "alphabet"}}, "order"),
        ({"settings": {"conditions": [{"options": ["eva"], "least": 1}]}}, "conditions"),
        ({"candidates": [("anna", "Anna"), ("anna", "Anna B")]}, "candidates"),
        ({"candidates": [("blank", "Anna")]}, "candidates"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_at_its_field(hall, given, field):
    with pytest.raises(Invalid) as refused:
        elect(hall, **{"method": "plurality", **given})
    assert refused.value.field == field


@pytest.mark.parametrize("settings", [{}, {"costs": [1, 2]}, {"costs": [1, 2, 0], "budget": 9}])
def test_a_budget_needs_the_cost_of_every_proposal(hall, settings):
    with pytest.raises(Invalid) as refused:
        hall.open_ballot(
            hall.item(), candidates=PROPOSALS, method="equal-shares", settings=settings
        )
    assert refused.value.field == "costs"


def test_the_order_of_the_options_can_be_drawn_once_by_a_seed_that_is_published(hall):
    drawn = set()
    for _ in range(12):
        poll = elect(hall, "irv", settings={"order": "lot"})
        assert len(poll.rule["order_seed"]) == 64
        assert sorted(poll.option_ids[:-1]) == ["anna", "bo", "cilla", "dan"]
        drawn.add(tuple(poll.option_ids))
        hall.void(poll)
    assert len(drawn) > 1
    assert elect(hall, "irv", settings={"order": "per-voter"}).rule["order"] == "per-voter"


def told(hall, poll, *, public=False, language="sv"):
    writer = Writer(hall.db, hall.board, hall.meeting, language, public)
    item = hall.db.get_one(polls.Poll, poll.id).item_id
    found = hall.db.get_one(minutes_facts.AgendaItem, item)
    annex = [] if public else list(_ballot_annex(writer))
    return "\n\n".join([*minutes_facts.after(writer, found), *annex])


def test_the_members_minutes_say_who_was_elected_and_who_chose_what_in_words(hall):
    poll = elect(hall, "scottish-stv", 2)
    hall.vote(poll, "anna>bo", "anna>bo", "anna>bo", "cilla", "blank")
    hall.declare(hall.close(poll))
    without(hall, poll, "anna")
    text = told(hall, poll)
    assert "| Anna Berg | 3 |" in text.replace("3.00000", "3")
    assert "Giltiga röster: 4. Blanka: 1." in text
    assert "**1. Anna Berg, 2. Bo Dal, 3:** " in text
    assert f"**Blankt, 1:** {hall.people[4].name}" in text
    assert "**Omräkning 1:** Rösterna räknades om utan Anna Berg" in text
    public = told(hall, poll, public=True)
    assert "Kandidat 1" in public
    assert not any(name in public for _, name in NAMES)


def test_marks_stand_in_the_minutes_by_the_name_of_their_grade(hall):
    poll = elect(hall, "majority-judgment")
    hall.vote(poll, "anna:5+bo:0")
    hall.declare(hall.close(poll))
    text = told(hall, poll)
    assert "| Alternativ | Medianbetyg | Valordning |" in text
    assert "| Anna Berg | Utmärkt | 1 |\n| Bo Dal | Underkänd |  |" in text
    assert "**Anna Berg (Utmärkt), Bo Dal (Underkänd), 1:**" in text


def test_no_minutes_say_who_chose_what_in_a_pseudonymous_ballot(hall, tmp_path):
    poll = elect(hall, "schulze", pseudonymous=True)
    assert poll.kind is PollKind.PSEUDONYMOUS_BALLOT
    manifest = hall.board.manifest(hall.db.connection(), poll.election)
    assert (manifest.ballots, manifest.secret) == ("pseudonymous", None)
    hall.vote(poll, "anna>bo", "bo>anna", "bo")
    hall.declare(hall.close(poll))
    text = told(hall, poll)
    assert "Vem som valde vad står inte i protokollet." in text
    assert not any(each.name in text for each in hall.people)
    assert verify(published(hall, poll, tmp_path)) == []


def test_deputies_follow_in_order_and_a_condition_on_the_seats_is_kept(hall, tmp_path):
    conditions = [{"options": ["cilla", "dan"], "least": 1, "name": {"sv": "Uppsala"}}]
    poll = elect(hall, "plurality", 2, {"deputies": 2, "conditions": conditions})
    hall.vote(poll, "anna+bo", "anna+bo", "anna+bo", "anna+cilla", "anna")
    hall.declare(hall.close(poll))
    # Bo has more votes than Cilla; with Bo nobody of Uppsala would sit.
    assert poll.result["elected"] == ["anna", "cilla"]
    assert poll.result["deputies"] == ["bo"]
    assert poll.decision["sv"] == (
        "Stämman valde Anna Berg, Cilla Ek: Val av styrelse. Suppleanter, i ordning: Bo Dal."
    )
    assert "suppleanter, i ordning: kandidat 2" in told(hall, poll, public=True).lower()
    assert verify(published(hall, poll, tmp_path)) == []


def test_deputies_of_a_transferable_vote_are_counted_and_published_too(hall, tmp_path):
    poll = elect(hall, "scottish-stv", 1, {"deputies": 1})
    hall.vote(poll, "anna>bo", "anna>bo", "anna>bo", "cilla")
    hall.declare(hall.close(poll))
    assert (poll.result["elected"], poll.result["deputies"]) == (["anna"], ["bo"])
    assert "| Bo Dal | 0 | suppleant 1 |" in told(hall, poll).replace("0.00000", "0")
    assert verify(published(hall, poll, tmp_path)) == []


def test_a_tie_between_deputies_waits_for_the_lot_as_well(hall, tmp_path):
    poll = elect(hall, "scottish-stv", 1, {"deputies": 1})
    hall.vote(poll, "anna>bo", "anna>cilla", "anna")
    hall.close(poll)
    assert (poll.result["elected"], poll.tie_waits_for) == (["anna"], "lot")
    polls.lot(hall.db, poll, seed=SEED, by_id=hall.chair.id, now=hall.now)
    hall.declare(poll)
    assert poll.result["deputies"][0] in ("bo", "cilla")
    assert verify(published(hall, poll, tmp_path)) == []


def open_secretly(booth, *choices, **given):
    """A secret election that two trustees have opened."""
    booth.board()
    item = booth.hall.item(ItemKind.ELECTION, title={"sv": "Val av styrelse", "en": "Board"})
    poll = booth.put(item, candidates=NAMES, **given)
    for member, chosen in zip(booth.hall.people, choices, strict=False):
        booth.cast(poll, member, *chosen)
    booth.hall.close(poll)
    booth.open_part(poll, 1)
    booth.open_part(poll, 2)
    return booth.hall.declare(poll)


def test_a_secret_vote_by_approval_is_opened_as_a_sum(hall, tmp_path):
    votes = (["anna", "bo"], ["bo", "cilla"], ["bo"], ["blank"], ["anna", "bo", "dan"])
    poll = open_secretly(Booth(hall), *votes, method="approval", seats=2)
    assert poll.result["method"] == "approval"
    assert poll.result["votes"] == {"anna": 2, "bo": 4, "cilla": 1, "dan": 1, "blank": 1}
    assert poll.result["elected"] == ["bo", "anna"]
    assert without(hall, poll, "bo", seed=SEED).result["elected"][0] == "anna"
    assert verify(published(hall, poll, tmp_path)) == []


def test_of_so_few_secret_votes_that_no_number_was_kept_there_is_no_recount(hall):
    poll = open_secretly(Booth(hall), ["anna"], ["anna"], method="approval")
    with pytest.raises(NoNumbers):
        without(hall, poll, "anna")


def test_a_secret_vote_takes_no_ranking(hall):
    booth = Booth(hall)
    booth.board()
    with pytest.raises(Invalid) as refused:
        booth.put(hall.item(ItemKind.ELECTION), candidates=NAMES, method="irv")
    assert refused.value.field == "method"


def test_conditions_that_cannot_all_be_met_are_told_with_the_seats_that_stay_vacant(hall):
    conditions = [
        {"options": ["anna", "bo", "cilla"], "most": 1, "name": {"sv": "Lund", "en": "Lund"}},
        {"options": ["dan"], "least": 2, "name": {"sv": "Uppsala", "en": "Uppsala"}},
    ]
    poll = elect(hall, "plurality", 3, {"conditions": conditions})
    hall.vote(poll, "anna+bo+dan", "anna+bo", "anna+dan", "anna")
    hall.declare(hall.close(poll))
    assert poll.result["elected"] == ["anna", "dan"]
    assert "Villkoren kunde inte alla uppfyllas, så platser står vakanta (1)" in told(hall, poll)
    assert "från Lund högst 1, valda 1; från Uppsala minst 2, valda 1" in told(hall, poll)


def test_seats_for_which_nobody_stands_are_no_fault_of_a_condition_that_is_met(hall):
    conditions = [{"options": ["anna", "bo"], "least": 1, "name": {"sv": "Lund"}}]
    poll = elect(hall, "plurality", 3, {"conditions": conditions})
    hall.vote(poll, "anna", "anna", "dan")
    hall.declare(hall.close(poll))
    assert len(poll.result["elected"]) == 2
    assert "Villkoren" not in told(hall, poll)

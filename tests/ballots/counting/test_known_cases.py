"""The small cases that every count must always pass, from the vectors, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from ballots.counting import greedy, majority, plurality
from ballots.counting.budget import Poll
from ballots.counting.conditions import Condition
from ballots.counting.count import UNDRAWN
from ballots.counting.majority import MajorityRule
from ballots.counting.methods import count
from ballots.counting.options import Options
from ballots.counting.profile import BudgetProfile, grouped, marked, ranked
from ballots.counting.proposals import run_off
from tests.ballots.counting.profiles import vectors

CASES = {each["id"]: each for each in vectors("decisions.json")}
BASES = {
    "YN": "cast_valid",
    "YNA": "voting",
    "cast": "voting",
    "entitled": "all_eligible",
    "entitled_present": "present_or_represented",
}


def cases(start: str) -> list[Any]:
    return [
        pytest.param(each, id=known) for known, each in CASES.items() if known.startswith(start)
    ]


def share(text: str) -> tuple[int, int]:
    numerator, _, denominator = text.partition("/")
    return int(numerator), int(denominator)


def outcome(rule: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    votes = {"adopt": given["yes"], "reject": given["no"], "abstain": given["abstain"]}
    votes["invalid"] = given.get("invalid", 0)
    chair = {"yes": "adopt", "no": "reject"}.get(given.get("chair", ""))
    cast = sum(votes.values())
    quorum = rule.get("quorum")
    made = MajorityRule(
        base=BASES[rule["base"]],
        operator=rule["op"],
        share=share(rule["share"]),
        tie="chair" if chair else "not-carried",
        quorum=share(quorum["share"]) if quorum else None,
    )
    present = cast if quorum and quorum["count"] == "cast" else given.get("present")
    counted = majority.count(
        votes,
        made,
        present=present,
        eligible=given.get("entitled"),
        members=given.get("entitled"),
        casting_vote=chair,
    )
    return "carried" if counted.outcome == "adopt" else "not carried"


@pytest.mark.parametrize("case", cases("motion"))
def test_each_motion_is_carried_or_not(case):
    rule, given = case["rule"], case["input"]
    wanted = case["expected"].partition(" (")[0]
    found = {outcome(each, given) for each in (rule, *rule.get("also", ()))}
    assert ("carried" if found == {"carried"} else "not carried") == wanted


@pytest.mark.parametrize("case", cases("plurality"))
def test_each_vote_for_one_elects_who_it_should_or_waits(case):
    given, wanted = case["input"], case["expected"]
    if "ballots" in given:
        names = sorted({each for ballot in given["ballots"] for each in ballot})
        papers = [(1, [ballot] if ballot else []) for ballot in given["ballots"]]
        counted = count("plurality", ranked(names, papers))
        assert (counted.elected, counted.invalid, counted.blank) == (
            (wanted["winner"],),
            wanted["invalid"],
            wanted["blank"],
        )
        assert counted.rounds[0].votes == wanted["tally"]
        return
    votes = given["votes"]
    if "runoff" in wanted:
        assert list(run_off({**votes, "blank": given["blank"]}).through) == wanted["runoff"]
        return
    counted = plurality.count({**votes, "blank": given.get("blank", 0)})
    assert counted.elected == ([wanted["winner"]] if wanted["winner"] else [])
    assert counted.tied == wanted.get("tie", [])


def test_who_has_withdrawn_is_out_and_the_next_is_elected():
    case = CASES["withdrawn-01"]
    papers = [(votes, [name]) for name, votes in case["input"]["votes"].items()]
    profile = ranked(case["input"]["votes"], papers).without(case["rule"]["withdrawn"])
    counted = count("plurality", profile)
    assert counted.elected == (case["expected"]["winner"],)
    assert counted.blank == case["expected"]["votes_for_withdrawn"]


def test_candidates_who_are_no_more_than_the_seats_each_need_more_for_than_against():
    case = CASES["uncontested-01"]
    rule = MajorityRule("cast_valid", ">", (1, 2), "not-carried")
    elected = [
        name
        for name, (yes, no) in case["input"]["yes_no"].items()
        if majority.count({"adopt": yes, "reject": no}, rule).outcome == "adopt"
    ]
    assert elected == case["expected"]["elected"]


@pytest.mark.parametrize("case", cases("quota"))
def test_seats_with_conditions_pass_over_whoever_would_make_them_impossible(case):
    votes, rule = case["input"]["votes"], case["rule"]
    groups = {letter: {name for name in votes if name[0] == letter} for letter in "MWNS"}
    least = [
        Condition(of=name, group=frozenset(groups[name]), least=many)
        for name, many in rule.get("min", {}).items()
    ]
    most = [
        Condition(of=letter, group=frozenset(groups[letter]), most=rule["max_per_region"])
        for letter in "NS"
        if "max_per_region" in rule
    ]
    counted = plurality.count(votes, seats=rule["seats"], conditions=[*least, *most])
    assert counted.elected == case["expected"]["elected"]
    assert all(counted.passed_over.values())


@pytest.mark.parametrize("case", cases("approval"))
def test_each_approval_vote_has_its_tally_and_its_tie(case):
    ballots, wanted = case["input"]["ballots"], case["expected"]
    names = sorted({each for ballot in ballots for each in ballot})
    papers = [(1, dict.fromkeys(ballot, 1)) for ballot in ballots]
    counted = count("approval", marked(names, papers, seats=case["rule"]["seats"]))
    assert counted.rounds[0].votes == wanted["tally"]
    assert list(counted.elected) == wanted["elected"]
    waiting = [sorted(tie.between) for tie in counted.ties if tie.waits]
    assert waiting == ([wanted["tie_for_last_seat"]] if "tie_for_last_seat" in wanted else [])


@pytest.mark.parametrize("case", cases("score"))
def test_the_sum_and_the_mean_elect_different_people(case):
    papers = [(1, ballot) for ballot in case["input"]["ballots"]]
    known = "sums" if "sums" in case["expected"] else "means"
    options = Options(highest=5, of=known.rstrip("s"))
    counted = count("score", marked("AB", papers), options=options)
    assert counted.elected == (case["expected"]["winner"],)
    assert {name: str(value) for name, value in counted.rounds[0].votes.items()} == {
        name: str(value) for name, value in case["expected"][known].items()
    }


@pytest.mark.parametrize("case", cases("mj"))
def test_majority_judgement_takes_the_worse_middle_grade(case):
    # There 1 is the best grade, and here the highest.
    given = case["input"]["grades"]
    worst = max(max(grades) for grades in given.values())
    papers = [
        (1, {name: worst - grade for name, grade in zip(given, row, strict=True)})
        for row in zip(*given.values(), strict=True)
    ]
    options = Options(highest=worst)
    counted = count("majority-judgment", marked(given, papers), options=options)
    order = [sorted(layer) for layer in counted.facts["order"]]
    assert order == [sorted(layer) for layer in case["expected"]["ranking"]]


def test_whoever_gives_away_more_points_than_there_are_gives_none():
    case = CASES["dots-01"]
    papers = [(1, ballot) for ballot in case["input"]["ballots"]]
    options = Options(points=case["rule"]["dots"])
    counted = count("cumulative", marked("ABC", papers, seats=3), options=options)
    wanted = case["expected"]
    assert counted.rounds[0].votes == wanted["tally"]
    assert (counted.invalid, list(counted.elected)) == (wanted["invalid"], wanted["ranking"])


def budget(given: Mapping[str, Any], limit: int) -> BudgetProfile:
    costs = {name: Fraction(cost) for name, cost in given["costs"].items()}
    papers = given.get("approvals") or [[votes, [name]] for name, votes in given["votes"].items()]
    return BudgetProfile(
        candidates=tuple(costs),
        ballots=grouped((tuple((each, 1) for each in names), many) for many, names in papers),
        costs=costs,
        budget=Fraction(limit),
    )


def test_the_greedy_way_passes_over_what_cannot_be_paid_for():
    case = CASES["pb-01"]
    profile = budget(case["input"], case["rule"]["budget"])
    bought = greedy.complete(Poll.of(profile, Options()), [], UNDRAWN)
    assert bought.chosen == case["expected"]["selected"]
    assert profile.budget - bought.left == case["expected"]["spent"]


@pytest.mark.parametrize("case", cases("mes"))
def test_equal_shares_buy_in_their_order_at_their_price(case):
    profile, wanted = budget(case["input"], case["rule"]["budget"]), case["expected"]["plain"]
    counted = count("equal-shares", profile)
    if "unresolved_tie" in wanted:
        [tie] = [each for each in counted.ties if each.waits]
        assert sorted(tie.between) == wanted["unresolved_tie"]
        return
    assert list(counted.elected) == wanted["order"]
    assert counted.facts["spent"] == wanted["spent"]
    paid = {
        name: {str(amount) for amount, _ in one.purchase.payments}
        for one in counted.rounds
        if one.purchase
        for name in one.elected
    }
    assert paid == {name: {amount} for name, amount in wanted["pay_per_supporter"].items()}


@pytest.mark.parametrize("case", cases("mes"))
def test_one_more_for_each_voter_stops_before_the_budget_is_overspent(case):
    profile, wanted = budget(case["input"], case["rule"]["budget"]), case["expected"]
    options = Options(completion="add1", exhaustive=True)
    counted = count("equal-shares", profile, options=options)
    if "unresolved_tie" in wanted["add1_exhaustive"]:
        assert not counted.decided or not counted.elected
        return
    assert sorted(counted.elected) == wanted["add1_exhaustive"]["selected"]
    assert counted.facts["raised_to"] == wanted["add1_exhaustive"]["endowment"]

"""Ballots of every method, filled in without scripts: mistakes shown, nothing lost, then cast."""

from __future__ import annotations

import html
import re

import pytest

from ballots.checkpoint import VerifierKey
from ballots.receipt import verify_receipt
from governance.agenda import ItemKind
from web import choosing

NAMES = [("anna", "Anna Berg"), ("bo", "Bo Dal"), ("cilla", "Cilla Ek"), ("dan", "Dan Falk")]
BUDGET = {"costs": {"anna": 100, "bo": 200, "cilla": 300, "dan": 400}, "budget": 500}

# Method, seats, settings; what the form sends; what the ballot says; what the review page says.
FILLED = [
    ("plurality", 1, {}, {"choice": "bo"}, "bo", ["Bo Dal"]),
    ("plurality", 2, {}, {"choice": ["cilla", "anna"]}, "anna+cilla", ["Anna Berg", "Cilla Ek"]),
    ("approval", 1, {}, {"choice": ["dan", "bo"]}, "bo+dan", ["Bo Dal", "Dan Falk"]),
    (
        "scottish-stv",
        2,
        {},
        {"rank.anna": "2", "rank.bo": "", "rank.cilla": "1"},
        "cilla>anna",
        ["1. Cilla Ek", "2. Anna Berg"],
    ),
    (
        "schulze",
        1,
        {"equal": True},
        {"rank.anna": "1", "rank.bo": "1", "rank.dan": "2"},
        "anna=bo>dan",
        ["1. Anna Berg = Bo Dal", "2. Dan Falk"],
    ),
    (
        "score",
        1,
        {"highest": 5},
        {"mark.anna": "5", "mark.bo": "0", "mark.cilla": ""},
        "anna:5+bo:0",
        ["Anna Berg</strong>: 5", "Bo Dal</strong>: 0"],
    ),
    (
        "majority-judgment",
        1,
        {},
        {"mark.anna": "5", "mark.bo": "3"},
        "anna:5+bo:3",
        ["Anna Berg</strong>: Excellent", "Bo Dal</strong>: Good"],
    ),
    (
        "cumulative",
        1,
        {"points": 5},
        {"mark.anna": "3", "mark.bo": "2"},
        "anna:3+bo:2",
        ["Anna Berg</strong>: 3", "Bo Dal</strong>: 2"],
    ),
    (
        "equal-shares",
        1,
        BUDGET,
        {"mark.bo": "1", "mark.dan": "1"},
        "bo:1+dan:1",
        ["Bo Dal", "Dan Falk"],
    ),
    ("irv", 1, {}, {"choice": "blank"}, "blank", ["Blank"]),
]

# What is wrong, what is said of it, and beside whom.
MISTAKEN = [
    ("plurality", 2, {}, {"choice": ["anna", "bo", "cilla"]}, "You have chosen 3.", []),
    ("approval", 1, {}, {}, "Choose at least one, or vote blank.", []),
    ("approval", 1, {}, {"choice": ["anna", "blank"]}, "A blank vote goes to nobody.", []),
    ("irv", 1, {}, {"rank.anna": "1", "rank.bo": "1"}, "The same rank", ["anna", "bo"]),
    ("irv", 1, {}, {"rank.anna": "1", "rank.bo": "3"}, "Nobody has rank 2", ["bo"]),
    ("irv", 1, {}, {"rank.anna": "one"}, "A rank is a whole number", ["anna"]),
    ("irv", 1, {}, {}, "Give at least one a rank", []),
    ("irv", 1, {}, {"rank.anna": "1", "choice": "blank"}, "A blank vote goes to nobody.", []),
    ("score", 1, {}, {"mark.anna": "9"}, "Enter a whole number from 0 to 5", ["anna"]),
    ("cumulative", 1, {"points": 5}, {"mark.anna": "3", "mark.bo": "4"}, "given 7 points", []),
    ("cumulative", 1, {"points": 5}, {"mark.anna": "-1"}, "Enter a whole number", ["anna"]),
    ("equal-shares", 1, BUDGET, {}, "Give at least one something", []),
]


def named(case) -> str:
    return f"{case[0]}-{case[2] and 'set'}-{len(str(case[3]))}"


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def election(floor, anna, bo):
    """Open a vote of a method; Anna and Bo are on its roll."""
    floor.come(anna, bo)
    floor.approve_roll()

    def election(method="irv", seats=1, settings=None, **asked):
        # A budget is spent on proposals, which nobody is elected by.
        kind = ItemKind.DECISION if method == "equal-shares" else ItemKind.ELECTION
        item = floor.item(kind, title={"sv": "Val", "en": "Election"})
        return floor.open_ballot(
            item, candidates=NAMES, method=method, seats=seats, settings=settings, **asked
        )

    return election


def hidden(page) -> dict[str, str]:
    main = page.text.split("<main")[1].split("</main>")[0]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main)
    return {name: html.unescape(value) for name, value in found}


@pytest.mark.parametrize("case", FILLED, ids=named)
def test_a_form_is_reviewed_in_words_cast_and_proved(
    client, log_in, floor, anna, election, board, case
):
    method, seats, settings, sent, choice, said = case
    poll = election(method, seats, settings)
    log_in(client, anna)
    for page in (client.get(f"/polls/{poll.id}"), client.get(f"/meetings/{poll.meeting_id}")):
        assert f'action="/polls/{poll.id}/vote"' in page.text
        assert all(f'name="{name}"' in page.text for name in sent)
    review = client.get(f"/polls/{poll.id}/vote", params={"sent": "1", **sent})
    assert review.status_code == 200
    chosen = review.text.split('class="choice"')[1].split("</div>")[0]
    assert all(words in chosen for words in said)
    form = hidden(review)
    assert form["choice"] == choice
    assert client.post(f"/polls/{poll.id}/vote", data=form).status_code == 303
    assert floor.ballots(poll) == {floor.slot(poll, anna): choice}
    receipt = html.unescape(hidden(client.get(f"/polls/{poll.id}"))["receipt"])
    verify_receipt(receipt, VerifierKey.parse(board.signer.verifier_key))


@pytest.mark.parametrize("case", MISTAKEN, ids=named)
def test_a_mistake_is_said_above_and_beside_its_field_and_nothing_is_lost(
    client, log_in, anna, election, case
):
    method, seats, settings, sent, said, beside = case
    poll = election(method, seats, settings)
    log_in(client, anna)
    page = client.get(f"/polls/{poll.id}/vote", params={"sent": "1", **sent})
    assert page.status_code == 422
    target, told = re.search(r'role="alert">\s*<p><a href="#([^"]+)">([^<]+)<', page.text).groups()
    assert said in told
    assert f'id="{target}"' in page.text
    field = "rank" if method == "irv" else "mark"
    assert re.findall(rf'class="error" id="{field}-(\w+)-error"', page.text) == beside
    assert kept(page, sent)


def kept(page, sent) -> bool:
    """Whether the form says what was sent; a select cannot hold what it never offered."""
    for name, values in sent.items():
        for value in values if isinstance(values, list) else [values]:
            tags = re.findall(rf'<(?:input|select)[^>]*name="{re.escape(name)}".*?>', page.text)
            ticked = any(f'value="{value}"' in tag and "checked" in tag for tag in tags)
            typed = any(f'value="{value}"' in tag for tag in tags if "numeric" in tag)
            listed = f'<option value="{value}" selected>' in page.text
            offered = f'<option value="{value}"' in page.text
            if tags[0].startswith("<select") and not offered:
                continue
            if not (ticked or typed or listed):
                return False
    return True


def test_choosing_again_finds_the_form_as_it_was(client, log_in, anna, election):
    poll = election("irv")
    log_in(client, anna)
    sent = {"sent": "1", "rank.anna": "2", "rank.bo": "1"}
    review = client.get(f"/polls/{poll.id}/vote", params=sent)
    again = html.unescape(re.search(r'href="([^"]+)">Choose again', review.text)[1])
    page = client.get(again)
    assert page.status_code == 200
    assert "error" not in page.text.split("<main")[1].split("</fieldset>")[0]
    assert page.text.count("selected") == 2


def test_a_blank_vote_is_asked_back_once(client, log_in, anna, election):
    poll = election("score")
    log_in(client, anna)
    page = client.get(f"/polls/{poll.id}/vote", params={"sent": "1", "choice": "blank"})
    assert "<h1>Do you want to vote blank?</h1>" in page.text
    assert "Yes, cast a blank vote" in page.text


def test_each_voter_has_an_order_of_their_own_that_stays(client, log_in, anna, bo, election):
    poll = election("irv", settings={"order": "per-voter"})
    orders = []
    for who in (anna, bo, anna):
        log_in(client, who)
        page = client.get(f"/polls/{poll.id}")
        assert "so that nobody gains by standing first" in page.text or who is bo
        orders.append(re.findall(r'name="rank\.(\w+)"', page.text))
    assert orders[0] == orders[2]
    assert sorted(orders[1]) == sorted(orders[0])


def test_many_slots_see_every_candidate_first(election):
    poll = election("irv", settings={"order": "per-voter"})
    firsts = {choosing.ordered(poll, f"{slot:032x}")[0]["id"] for slot in range(100)}
    assert firsts == {"anna", "bo", "cilla", "dan"}
    assert choosing.ordered(poll, "0" * 32)[-1]["id"] == "blank"


def test_a_vote_without_names_says_who_could_learn_what(client, log_in, anna, election):
    poll = election("irv", pseudonymous=True)
    log_in(client, anna)
    page = client.get(f"/polls/{poll.id}")
    assert "could find out which number is yours" in page.text
    assert "will stand in the members" not in page.text
    review = client.get(f"/polls/{poll.id}/vote", params={"sent": "1", "rank.bo": "1"})
    assert "The minutes name nobody." in review.text
    assert "will stand in the members" not in review.text


@pytest.mark.parametrize(
    ("method", "asks", "said"),
    [
        ("approval", {}, "Approve of as many as you like."),
        ("approval", {"most": 2}, "Approve of as many as you like, at most 2."),
        ("approval", {"most": 1}, "Approve of at most 1."),
        ("irv", {"most": 2}, "At most 2 can be ranked."),
        ("cumulative", {"points": 9, "most": 2}, "At most 2 can be given something."),
        ("equal-shares", {**BUDGET, "most": 2}, "At most 2 can be chosen."),
        ("equal-shares", {**BUDGET, "most": 2, "highest": 5}, "At most 2 can be given something."),
    ],
)
def test_a_ballot_says_how_many_it_may_name(client, log_in, anna, election, method, asks, said):
    poll = election(method, 1, asks)
    log_in(client, anna)
    assert said in client.get(f"/polls/{poll.id}/vote").text


@pytest.mark.parametrize(
    ("method", "asks", "sent"),
    [
        ("approval", {"most": 1}, {"choice": ["anna", "bo"]}),
        ("cumulative", {"points": 9, "most": 1}, {"mark.anna": "1", "mark.bo": "2"}),
        ("equal-shares", {**BUDGET, "most": 1}, {"mark.anna": "1", "mark.bo": "1"}),
    ],
)
def test_a_ballot_that_names_more_than_the_chair_has_set_is_not_taken(
    client, log_in, anna, election, method, asks, sent
):
    poll = election(method, 1, asks)
    log_in(client, anna)
    refused = client.get(f"/polls/{poll.id}/vote", params={"sent": "1", **sent})
    assert refused.status_code == 422
    assert "At most 1 can be chosen. You have chosen 2." in refused.text

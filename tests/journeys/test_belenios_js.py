"""Secret ballots and trustees in a real browser, judged by Python and by `belenios-tool`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page

from ballots.belenios import credential
from ballots.belenios.ballot import Ballot, check_ballot, parse_ballot
from ballots.belenios.election import Question
from ballots.belenios.group import BELENIOS_2048 as GROUP
from tests.ballots.belenios import refused
from tests.ballots.belenios.conftest import APPROVAL, UP_TO_TWO, YES_NO, Made, begun
from tests.ballots.belenios.vectors import MAKERS, read
from tests.journeys.judged import judged

VECTORS = Path(__file__).with_name("belenios_vectors.js").read_text(encoding="utf-8")
CEREMONY = read("ceremony.json")[0]
EXTRA = {"election": read("ballots.json")[0]["given"]["election"], "ceremony": CEREMONY}


@pytest.mark.parametrize("name", MAKERS)
def test_the_browser_makes_every_vector_byte_for_byte(device, name):
    vectors = read(name)
    assert vectors
    for vector in vectors:
        made = device.evaluate(VECTORS, ["make", name, vector["given"], EXTRA])
        assert made == vector["made"]


def test_the_browser_refuses_every_broken_vector_by_its_code(device):
    listed = read(refused.NAME)
    said = {
        each["name"]: device.evaluate(VECTORS, ["refuse", each["part"], each["given"], EXTRA])
        for each in listed
    }
    assert said == {each["name"]: each["code"] for each in listed}


VOTE = """async ([raw, secret, choices]) => {
  const { makeBallot, parseElection } = await import("/static/js/belenios.js");
  return makeBallot(await parseElection(raw), BigInt(secret), choices);
}"""


@dataclass
class Voters:
    """The voters of an election, who all vote on this device."""

    device: Page
    made: Made

    def vote(self, voter: int, choices: Sequence[Sequence[int]]) -> Ballot:
        """What Python finds in the ballot's bytes, once it has checked every proof."""
        election = self.made.election
        given = [election.raw.decode(), str(self.made.secrets[voter]), choices]
        sent = self.device.evaluate(VOTE, given)
        ballot = parse_ballot(sent["body"].encode(), election)
        check_ballot(ballot, election)
        assert sent == {
            "body": ballot.encode().decode(),
            "credential": str(ballot.credential),
            "tracker": ballot.tracker,
            "sha256": sha256(ballot.encode()).hexdigest(),
        }
        self.made.ballots.append(ballot)
        self.made.archive.add_event("Ballot", ballot.encode())
        return ballot


TWO = Question("Ordförande", ("Anna", "Bo"), 1, 1)
ALL_OR_NONE = Question("Alla?", ("A", "B"), 2, 2, blank=True)


def test_ballots_of_every_kind_are_accepted_by_python_and_by_the_tool(device, tmp_path):
    made = begun(YES_NO, APPROVAL, UP_TO_TWO, TWO, ALL_OR_NONE, voters=4)
    voters = Voters(device, made)
    voters.vote(0, [[1, 0, 0], [1, 1, 0, 1], [0, 1, 1, 0], [1, 0], [0, 1, 1]])
    voters.vote(1, [[0, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 1], [1, 0, 0]])  # blank twice
    voters.vote(2, [[0, 0, 1], [1, 1, 1, 1], [0, 0, 0, 1], [0, 1], [0, 1, 1]])
    voters.vote(1, [[1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0], [1, 0], [1, 0, 0]])  # votes again
    result = made.open([1])
    assert result == [[2, 0, 1], [2, 2, 1, 3], [1, 1, 1, 1], [2, 1], [1, 2, 2]]
    assert judged(made, tmp_path) == result


@pytest.mark.parametrize("chosen", [[], [3], [0, 39], range(40)], ids=str)
def test_forty_options_of_which_any_number_may_be_chosen(device, tmp_path, chosen):
    options = tuple(f"Nr {number}" for number in range(40))
    made = begun(Question("Vilka av de fyrtio?", options, 0, 40), voters=1)
    bits = [int(at in chosen) for at in range(40)]
    Voters(device, made).vote(0, [bits])
    assert made.open([1]) == [bits]
    assert judged(made, tmp_path) == [bits]


def test_the_same_vote_twice_has_nothing_in_common(device):
    voters = Voters(device, begun(YES_NO))
    one, other = (voters.vote(0, [[1, 0, 0]]).answers[0] for _ in range(2))
    numbers = [{each.alpha for each in answer.choices} for answer in (one, other)]
    assert len(numbers[0] | numbers[1]) == 6
    assert not set(one.overall_proof) & set(other.overall_proof)


OWN_KEY = """async ([raw, uuid, shared, choices]) => {
  const belenios = await import("/static/js/belenios.js");
  const own = await belenios.secretOfCode(await belenios.makeCode(), "vote.example/board");
  const tweak = await belenios.tweak(Uint8Array.from(shared), uuid);
  const secret = belenios.tweakedSecret(own, tweak);
  const election = await belenios.parseElection(raw);
  const { body } = await belenios.makeBallot(election, secret, choices);
  return [String(belenios.publicOf(own)), body];
}"""


def test_a_members_own_key_signs_under_the_credential_that_the_server_lists(device):
    election, shared = begun(YES_NO).election, secrets.token_bytes(32)
    given = [election.raw.decode(), election.uuid, list(shared), [[0, 1, 0]]]
    public, body = device.evaluate(OWN_KEY, given)
    ballot = parse_ballot(body.encode(), election)
    check_ballot(ballot, election)
    tweak = credential.tweak(shared, election.uuid, GROUP)
    assert ballot.credential == credential.tweaked_public(int(public), tweak, GROUP)


PLACES = """async ([raw, places]) => {
  const { chosenBits, parseElection } = await import("/static/js/belenios.js");
  return chosenBits((await parseElection(raw)).questions[0], places);
}"""


def test_places_become_bits_with_the_blank_vote_first(device):
    plain, blank = (begun(each).election.raw.decode() for each in (APPROVAL, UP_TO_TWO))
    assert device.evaluate(PLACES, [plain, [0, 3]]) == [1, 0, 0, 1]
    assert device.evaluate(PLACES, [plain, []]) == [0, 0, 0, 0]
    assert device.evaluate(PLACES, [blank, [2]]) == [0, 0, 0, 1]
    assert device.evaluate(PLACES, [blank, []]) == [1, 0, 0, 0]


def test_a_ballot_is_made_under_the_servers_own_policy(page):
    """No script but the house's own runs there, and nothing is evaluated."""
    page.goto("/check")
    Voters(page, begun(YES_NO)).vote(0, [[0, 0, 1]])

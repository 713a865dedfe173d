"""Trustees in a real browser among trustees in Python: one ceremony, one key, one opening."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Page

from ballots.belenios import ceremony, key_check, tally
from ballots.belenios.archive import add_partial
from ballots.belenios.ceremony import derived_chance
from ballots.belenios.election import Election
from ballots.belenios.encoding import compact
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.proof import Proof, parse_proof
from ballots.belenios.trustee import Pedersen, encode_trustees, parse_public_key
from ballots.errors import Rejected
from tests.ballots.belenios.conftest import YES_NO, Made, begun
from tests.journeys.judged import judged

NEEDED = 2
chance = secrets.token_bytes

Json = Any


class Trustee(Protocol):
    """One of three, who keeps a seed and nothing else; everything else comes as it was sent."""

    def certificate(self) -> Json: ...
    def contribution(self, certificates: Json) -> Json: ...
    def key(self, received: Json) -> Json: ...
    def answer(self, received: Json, nonce: str) -> Json: ...
    def opening(self, received: Json, election: Election, bodies: list[str]) -> Json: ...


class InPython:
    def __init__(self) -> None:
        self.seed = ceremony.make_seed(chance)
        self.keys = ceremony.Keys.of(GROUP, self.seed)

    def certificate(self) -> Json:
        return ceremony.make_certificate(self.keys, derived_chance(self.seed, "", "certificate"))

    def contribution(self, certificates: Json) -> Json:
        parsed = ceremony.parse_certificates(certificates, GROUP)
        bound = ceremony.ceremony_id(parsed, NEEDED)
        own = derived_chance(self.seed, bound, "contribution")
        made = ceremony.contribute(self.keys, parsed, NEEDED, own)
        pledge = ceremony.pledge(made.commitments)
        return {"commitments": made.commitments, "secrets": made.secrets, "pledge": pledge}

    def _share(self, received: Json) -> ceremony.Share:
        parsed = ceremony.parse_certificates(received["certificates"], GROUP)
        pledges, given = received["pledges"], received["contributions"]
        return ceremony.finish(self.keys, parsed, NEEDED, pledges, given, chance)

    def key(self, received: Json) -> Json:
        return self._share(received).key.as_json()

    def answer(self, received: Json, nonce: str) -> Json:
        private = self._share(received).private
        return key_check.answer(GROUP, private, nonce, chance).as_json()

    def opening(self, received: Json, election: Election, bodies: list[str]) -> Json:
        raise AssertionError("in these tests the browsers open")


class InBrowser:
    """Each step begins from the seed, as on a device that was closed in between."""

    def __init__(self, device: Page) -> None:
        self.device = device
        self.seed = self._do("", "return ceremony.makeSeed();")

    def _do(self, given: Json, steps: str) -> Json:
        script = f"""async ([seed, given]) => {{
          const ceremony = await import("/static/js/ceremony.js");
          const share = async ({{ certificates, pledges, contributions }}) => ceremony.finish(
            await ceremony.keysOf(seed), await ceremony.parseCertificates(certificates),
            {NEEDED}, pledges, contributions);
          try {{ {steps} }} catch (error) {{
            if (!(error instanceof ceremony.Fault)) throw error;
            return {{ fault: error.code, facts: error.facts }};
          }}
        }}"""
        return self.device.evaluate(script, [getattr(self, "seed", ""), given])

    def certificate(self) -> Json:
        return self._do("", "return ceremony.makeCertificate(await ceremony.keysOf(seed));")

    def contribution(self, certificates: Json) -> Json:
        return self._do(
            certificates,
            f"""const certificates = await ceremony.parseCertificates(given);
            const keys = await ceremony.keysOf(seed);
            const made = await ceremony.contribute(keys, certificates, {NEEDED});
            return {{ ...made, pledge: await ceremony.pledge(made.commitments) }};""",
        )

    def key(self, received: Json) -> Json:
        return self._do(received, "return (await share(given)).key;")

    def answer(self, received: Json, nonce: str) -> Json:
        return self._do(
            [received, nonce],
            """const { secret } = await share(given[0]);
            return ceremony.answerKeyCheck(secret, given[1]);""",
        )

    def opening(self, received: Json, election: Election, bodies: list[str]) -> Json:
        return self._do(
            [received, election.raw.decode(), bodies],
            """const { number, secret } = await share(given[0]);
            const election = await ceremony.parseElection(given[1]);
            const { raw, trackers } = await ceremony.addUp(election, given[2]);
            const tally = ceremony.parseTally(raw, election);
            const { keys } = await ceremony.parseTrustees(given[0].trustees, election.group);
            const made = await ceremony.decrypt(election, tally, secret, keys[number - 1]);
            return { ...made, raw, trackers };""",
        )


class Round:
    """Whoever carries the messages: it knows nobody's seed."""

    def __init__(self, three: list[Trustee]) -> None:
        self.three = three
        self.certificates = [each.certificate() for each in three]
        self.given = [each.contribution(self.certificates) for each in three]
        self.keys = [each.key(self.to(at)) for at, each in enumerate(three)]
        self.item = self._assembled()

    def _assembled(self) -> Pedersen:
        return ceremony.assemble(
            GROUP,
            NEEDED,
            ceremony.parse_certificates(self.certificates, GROUP),
            [each["commitments"] for each in self.given],
            [parse_public_key(each, GROUP) for each in self.keys],
        )

    def to(self, at: int) -> Json:
        return {
            "certificates": self.certificates,
            "pledges": [each["pledge"] for each in self.given],
            "contributions": [
                {"commitments": each["commitments"], "secret": each["secrets"][at]}
                for each in self.given
            ],
        }

    def listed(self, at: int) -> Json:
        """The same, with the archive's list of trustees."""
        return {**self.to(at), "trustees": encode_trustees([self.item]).decode()}


@pytest.fixture(scope="module")
def started(device) -> Callable[[str], Round]:
    kinds: dict[str, Callable[[], Trustee]] = {"J": lambda: InBrowser(device), "P": InPython}
    return lambda who: Round([kinds[letter]() for letter in who])


@pytest.fixture(scope="module")
def mixed(started) -> Round:
    """The first and the last of the three have browsers."""
    return started("JPJ")


def opened(mixed: Round, directory: Path) -> Made:
    made = begun(YES_NO, trustees=((mixed.item,), {}))
    made.vote(0, [[1, 0, 0]])
    made.vote(1, [[1, 0, 0]])
    made.vote(2, [[0, 0, 1]])
    added = made.count()
    bodies = [ballot.encode().decode() for ballot in made.ballots]
    partials, strong = {}, {}
    for at in (0, 2):
        sent = mixed.three[at].opening(mixed.listed(at), made.election, bodies)
        assert sent["raw"].encode() == tally.encode_tally(added)
        assert sent["trackers"] == [ballot.tracker for ballot in made.ballots]
        partial = tally.parse_partial(sent["partial"].encode(), added, GROUP)
        assert partial.encode().decode() == sent["partial"]
        partials[at + 1] = partial
        strong[at + 1] = [[parse_proof(each, GROUP) for each in row] for row in sent["strong"]]
        add_partial(made.archive, at + 1, sent["partial"].encode())
    result = tally.open_tally(made.election, [mixed.item], added, partials, 3)
    made.archive.add_event("Result", tally.encode_result(result))
    assert result == judged(made, directory, tally.encode_strong(strong))
    return made


def test_browsers_among_others_make_a_key_and_open_a_tally(mixed, tmp_path):
    assert opened(mixed, tmp_path).election.public_key == mixed.item.public


@pytest.mark.parametrize("who", ["PJP", "JJJ"])
def test_every_mixture_of_devices_makes_a_key(started, who):
    item = started(who).item
    assert (item.needed, len(item.keys)) == (NEEDED, 3)


def test_the_seed_alone_gives_the_same_contribution_again(mixed):
    assert mixed.three[0].contribution(mixed.certificates) == mixed.given[0]


def test_every_device_passes_the_key_check_and_only_with_its_own_key(mixed):
    for at, each in enumerate(mixed.three):
        nonce = key_check.make_nonce(chance)
        answer = parse_proof(each.answer(mixed.to(at), nonce), GROUP)
        key_check.check_answer(GROUP, mixed.item.keys[at].public, nonce, answer)
        with pytest.raises(Rejected):
            key_check.check_answer(GROUP, mixed.item.keys[at - 1].public, nonce, answer)
        other = Proof(answer.challenge, answer.response + 1)
        with pytest.raises(Rejected):
            key_check.check_answer(GROUP, mixed.item.keys[at].public, nonce, other)


def test_whoever_shows_other_commitments_than_were_pledged_is_named(mixed):
    received = mixed.to(0)
    received["contributions"][1]["commitments"] = mixed.given[2]["commitments"]
    assert mixed.three[0].key(received) == {"fault": "pledge", "facts": {"trustee": 2}}


def test_whoever_sends_a_broken_message_is_named(mixed):
    received = mixed.to(0)
    received["contributions"][2]["secret"] = mixed.given[2]["secrets"][1]
    assert mixed.three[0].key(received) == {"fault": "channel", "facts": {"trustee": 3}}


def test_a_device_opens_nothing_with_a_key_that_the_archive_does_not_list(mixed):
    """Somebody else's list of trustees, in which the share of this device has no place."""
    election = begun(YES_NO, trustees=((mixed.item,), {})).election
    value = json.loads(mixed.listed(0)["trustees"])
    keys = value[0][1]["verification_keys"]
    keys[0], keys[1] = keys[1], keys[0]
    exchanged = {**mixed.listed(0), "trustees": compact(value).decode()}
    made = mixed.three[0].opening(exchanged, election, [])
    assert made == {"fault": "trustee-key", "facts": {}}

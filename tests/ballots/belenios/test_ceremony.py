"""The trustees' ceremony: a key that nobody holds alone, and what happens when somebody cheats."""

from __future__ import annotations

import json
import secrets

import pytest

from ballots.belenios import ceremony
from ballots.belenios.encoding import compact
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.trustee import parse_trustees, public_key
from ballots.errors import Malformed, Rejected
from tests.ballots.belenios.conftest import threshold

chance = secrets.token_bytes


class Round:
    """Three trustees as far as their contributions."""

    def __init__(self, needed: int = 2, number: int = 3) -> None:
        self.needed = needed
        self.seeds = [ceremony.make_seed(chance) for _ in range(number)]
        self.keys = [ceremony.Keys.of(GROUP, seed) for seed in self.seeds]
        made = [ceremony.make_certificate(own, chance) for own in self.keys]
        self.certificates = ceremony.parse_certificates(made, GROUP)
        self.given = [self.contribute(at) for at in range(number)]
        self.pledges = [ceremony.pledge(each.commitments) for each in self.given]

    def contribute(self, at: int) -> ceremony.Contribution:
        bound = ceremony.ceremony_id(self.certificates, self.needed)
        own = ceremony.derived_chance(self.seeds[at], bound, "contribution")
        return ceremony.contribute(self.keys[at], self.certificates, self.needed, own)

    def to(self, at: int) -> list[dict[str, object]]:
        return [
            {"commitments": each.commitments, "secret": each.secrets[at]} for each in self.given
        ]

    def finish(self, at: int, received: list[dict[str, object]] | None = None) -> ceremony.Share:
        return ceremony.finish(
            self.keys[at],
            self.certificates,
            self.needed,
            self.pledges,
            received or self.to(at),
            chance,
        )


@pytest.fixture(scope="module")
def three() -> Round:
    return Round()


def test_any_two_shares_make_the_key_and_one_does_not(three):
    shares = {share.number: share.private for share in map(three.finish, range(3))}
    secrets_by_pair = {
        (one, other): interpolated({each: shares[each] for each in (one, other)})
        for one, other in ((1, 2), (1, 3), (2, 3))
    }
    assert len(set(secrets_by_pair.values())) == 1
    item = ceremony.assemble(
        GROUP,
        2,
        three.certificates,
        [each.commitments for each in three.given],
        [three.finish(at).key for at in range(3)],
    )
    assert item.public == GROUP.power(GROUP.g, secrets_by_pair[1, 2])
    assert all(share != secrets_by_pair[1, 2] for share in shares.values())


def interpolated(shares: dict[int, int]) -> int:
    total = 0
    for number, share in shares.items():
        weight = 1
        for other in shares:
            if other != number:
                weight = weight * other * pow(other - number, -1, GROUP.q) % GROUP.q
        total += share * weight
    return total % GROUP.q


def test_the_seed_alone_gives_the_same_contribution_again(three):
    assert three.contribute(1).commitments == three.given[1].commitments


def test_whoever_shows_other_commitments_than_were_pledged_is_named(three):
    received = three.to(0)
    received[1] = {**received[1], "commitments": Round().given[1].commitments}
    with pytest.raises(Rejected, match="trustee 2") as refused:
        three.finish(0, received)
    assert refused.value.code == "pledge"


def test_a_secret_that_does_not_fit_is_named(three):
    """Trustee 2 sends trustee 1 what was meant for trustee 3, encrypted to trustee 1."""
    bound = ceremony.ceremony_id(three.certificates, 2)
    wrong = ceremony._send(three.keys[1], three.certificates, bound, 1, "12345", chance)
    received = three.to(0)
    received[1] = {**received[1], "secret": wrong}
    with pytest.raises(Rejected, match="trustee 2") as refused:
        three.finish(0, received)
    assert refused.value.code == "secret"


@pytest.mark.parametrize("case", ["another receiver's", "another sender's", "altered"])
def test_a_message_that_was_tampered_with_is_refused(three, case):
    received = three.to(0)
    if case == "another receiver's":
        received[1] = {**received[1], "secret": three.given[1].secrets[2]}
    elif case == "another sender's":
        received[1] = {**received[1], "secret": three.given[2].secrets[0]}
    else:
        sealed = dict(three.given[1].secrets[0])
        sealed["sealed"] = "00" + sealed["sealed"][2:]
        received[1] = {**received[1], "secret": sealed}
    with pytest.raises(Rejected) as refused:
        three.finish(0, received)
    assert refused.value.code == "channel"


def test_a_stranger_cannot_take_part(three):
    stranger = ceremony.Keys.of(GROUP, ceremony.make_seed(chance))
    with pytest.raises(Rejected) as refused:
        ceremony.contribute(stranger, three.certificates, 2, chance)
    assert refused.value.code == "not-a-trustee"


def test_two_trustees_with_the_same_key_are_refused(three):
    own = ceremony.make_certificate(three.keys[0], chance)
    with pytest.raises(Rejected) as refused:
        ceremony.parse_certificates([own, own], GROUP)
    assert refused.value.code == "trustee-twice"


@pytest.mark.parametrize("seed", ["", "short", "0" * 22, "å" * 22, "A" * 23])
def test_a_seed_that_is_none_is_malformed(seed):
    with pytest.raises(Malformed):
        ceremony.Keys.of(GROUP, seed)


def test_derived_chance_goes_on_and_does_not_repeat():
    stream = ceremony.derived_chance("a", "b", "c")
    assert stream(5) + stream(60) == ceremony.derived_chance("a", "b", "c")(65)
    assert ceremony.derived_chance("a", "bc", "")(32) != ceremony.derived_chance("ab", "c", "")(32)


def test_fields_that_newer_versions_add_are_passed_over():
    """What 2.5.1 and later write beside ours; version 2.0 does not read them either."""
    (item,), _ = threshold(2, 3)
    value = [json.loads(compact(item.as_json()))]
    value[0][1]["context"] = {"group": GROUP.name, "size": 3, "threshold": 2}
    value[0][1]["signatures"] = []
    value[0][1]["verification_keys"][0]["signature"] = {"challenge": "1", "response": "2"}
    parsed = parse_trustees(compact(value), GROUP)
    assert public_key(GROUP, parsed) == item.public

"""Small elections, made by our own code from chance that a test may fix."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from ballots.belenios import archive as archive_
from ballots.belenios import ceremony, tally
from ballots.belenios.ballot import Ballot, make_ballot
from ballots.belenios.credential import make_code, public_of, secret_of_code
from ballots.belenios.election import BASE58, Election, Question, make_election
from ballots.belenios.encoding import compact
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.trustee import Item, Single, encode_trustees, make_public_key, public_key
from tests.ballots.belenios import tool

chance = secrets.token_bytes

YES_NO = Question("Ska vi köpa cykelställ?", ("Ja", "Nej", "Avstår"), 1, 1)
APPROVAL = Question('Vilka? "Alla" \\ någon', ("A", "B", "C", "D"), 0, 4)
UP_TO_TWO = Question("Två platser", ("A", "B", "C"), 1, 2, blank=True)


@pytest.fixture
def needs_tool() -> None:
    tool.require()


@dataclass
class Made:
    """An election with what only its voters and trustees would know."""

    election: Election
    trustees: tuple[Item, ...]
    privates: dict[int, int]  # by trustee's number
    secrets: list[int]  # of each voter
    archive: archive_.Archive
    ballots: list[Ballot] = field(default_factory=list)

    def vote(self, voter: int, choices: Sequence[Sequence[int]]) -> Ballot:
        ballot = make_ballot(self.election, self.secrets[voter], choices, chance)
        self.ballots.append(ballot)
        self.archive.add_event("Ballot", ballot.encode())
        return ballot

    def count(self) -> tally.Tally:
        self.archive.add_event("EndBallots")
        counted = tally.last_ballots(self.ballots)
        added = tally.add_up(self.election, counted)
        archive_.add_tally(self.archive, tally.encode_tally(added), len(counted))
        return added

    def open(self, openers: Sequence[int]) -> list[list[int]]:
        added = self.count()
        partials = {}
        for number in openers:
            partials[number] = tally.decrypt(self.election, added, self.privates[number], chance)
            archive_.add_partial(self.archive, number, partials[number].encode())
        voters = len(tally.last_ballots(self.ballots))
        result = tally.open_tally(self.election, self.trustees, added, partials, voters)
        self.archive.add_event("Result", tally.encode_result(result))
        return result


def single() -> tuple[tuple[Item, ...], dict[int, int]]:
    private = GROUP.scalar(chance)
    return (Single(make_public_key(GROUP, private, chance)),), {1: private}


def threshold(needed: int, number: int) -> tuple[tuple[Item, ...], dict[int, int]]:
    """The whole ceremony, each step on its own, as it runs between devices."""
    keys = [ceremony.Keys.of(GROUP, ceremony.make_seed(chance)) for _ in range(number)]
    certificates = ceremony.parse_certificates(
        [ceremony.make_certificate(own, chance) for own in keys], GROUP
    )
    given = [ceremony.contribute(own, certificates, needed, chance) for own in keys]
    pledges = [ceremony.pledge(each.commitments) for each in given]
    shares = []
    for at, own in enumerate(keys):
        to_this = [{"commitments": each.commitments, "secret": each.secrets[at]} for each in given]
        shares.append(ceremony.finish(own, certificates, needed, pledges, to_this, chance))
    item = ceremony.assemble(
        GROUP, needed, certificates, [each.commitments for each in given], [s.key for s in shares]
    )
    return (item,), {share.number: share.private for share in shares}


def begun(
    *questions: Question,
    voters: int = 3,
    trustees: tuple[tuple[Item, ...], dict[int, int]] | None = None,
) -> Made:
    """An election that is open for votes."""
    held, privates = trustees or single()
    uuid = "".join(secrets.choice(BASE58) for _ in range(14))
    election = make_election(
        uuid=uuid,
        name="Stämma",
        description="Prövas",
        group=GROUP,
        public_key=public_key(GROUP, held),
        questions=questions or (YES_NO,),
    )
    own = [secret_of_code(make_code(chance), uuid, GROUP) for _ in range(voters)]
    credentials = [str(public_of(each, GROUP)) for each in own]
    archive = archive_.Archive(1_795_000_000)
    archive_.set_up(archive, election.raw, encode_trustees(held), compact(sorted(credentials)))
    return Made(election, held, privates, own, archive)


@pytest.fixture
def make() -> Callable[..., Made]:
    return begun

"""Verify one secret poll of a record: its archive, and that archive and board tell the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from ballots import secret_poll
from ballots.belenios.credential import slot_of
from ballots.belenios.verify import Audit, verify_archive
from ballots.board import BallotEntry, Closed
from ballots.errors import Malformed
from ballots.findings import Finding
from ballots.manifest import Secrecy
from ballots.verify_poll import PollCheck

# Of fewer ballots than this the numbers would say how people voted: only the outcome is published.
FEWEST = 5


@dataclass
class SecretPoll(PollCheck):
    audit: Audit = field(default_factory=Audit)

    @property
    def secrecy(self) -> Secrecy:
        if self.manifest.secret is None:
            raise Malformed("the poll is not a secret one")
        return self.manifest.secret

    @property
    def may_vote_again(self) -> bool:
        return self.secrecy.revote

    def check_ballots(self) -> Iterator[Finding]:
        archive = self.file("archive.bel")
        if archive is None:
            yield from self._check_withheld()
            return
        self.audit = verify_archive(archive, strong=self.file("strong.json"), progress=self.step)
        for each in self.audit.findings:
            yield self.finding(each.code, f"archive: {each.message}")
        yield from self._check_set_up()
        yield from self._check_board()

    def _check_withheld(self) -> Iterator[Finding]:
        """Only where so few voted that the numbers would tell how may a record lack its archive."""
        closed = self.entries(Closed)
        if not closed or closed[0][1].ballots >= FEWEST <= self.manifest.voters:
            yield self.finding("missing-file", "archive.bel is missing")

    def _check_set_up(self) -> Iterator[Finding]:
        audit, secrecy = self.audit, self.secrecy
        if audit.election is None:
            return
        said = (secrecy.election, secrecy.trustees, secrecy.credentials)
        if said != audit.set_up:
            yield self.finding("set-up", "the archive was set up with other files than logged")
        if {slot_of(each) for each in audit.credentials} != self.slots:
            yield self.finding("roll", "the archive's credentials are not the slots of the roll")
        asked = audit.election.questions
        if len(asked) != 1 or not self._is_asked(asked[0].options):
            yield self.finding("question", "the archive asks something else than the manifest")

    def _is_asked(self, options: tuple[str, ...]) -> bool:
        """Whether they are the poll's, in one of its languages, in its order."""
        named = [each for each in self.manifest.options if each["id"] != secret_poll.BLANK]
        return len(options) == len(named) and all(
            label in option["label"].values() for label, option in zip(options, named, strict=True)
        )

    def _check_board(self) -> Iterator[Finding]:
        """Every ballot of the archive stands on the board, in its order, and no other one does."""
        logged = [(entry.slot, entry.ballot_sha256) for _, entry in self.entries(BallotEntry)]
        held = [
            (slot_of(ballot.credential), sha256(ballot.encode()).hexdigest())
            for ballot in self.audit.ballots
        ]
        for slot, digest in sorted(set(logged) - set(held)):
            yield self.finding("ballot-missing", f"ballot {digest[:8]} of slot {slot} is not here")
        for slot, digest in sorted(set(held) - set(logged)):
            yield self.finding(
                "ballot-not-on-board", f"ballot {digest[:8]} of slot {slot} is not on the board"
            )
        if set(logged) == set(held) and logged != held:
            yield self.finding("order", "the archive holds the ballots in another order")

    def choices(self) -> Mapping[str, int] | None:
        if self.file("archive.bel") is None:
            return None
        if self.audit.election is None or self.audit.result is None:
            raise Malformed("the archive has no result")
        asked = self.audit.election.questions[0]
        return secret_poll.votes(self.manifest.option_ids, asked, self.audit.result[0])

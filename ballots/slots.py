"""The slots of one batch: who may put which ballot where. Pure rules; `store.py` has the tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from ballots.errors import Rejected
from ballots.manifest import Manifest
from ballots.open_ballot import check as check_ballot
from ballots.open_ballot import parse_open_ballot


@dataclass(frozen=True)
class Cast:
    """A ballot to be placed; `key` is the same in every retry of one act of casting."""

    election: str
    slot: str
    body: bytes
    key: str
    # Of a secret ballot: the SHA-256 of the Belenios election in which its proofs were checked, in
    # another process, before it came here (`secret_ballot.py`).
    proven_in: str = field(default="", compare=False)


@dataclass(frozen=True)
class Placed:
    """Where a ballot stands, and the size of the tree that its receipt proves against."""

    index: int
    size: int
    entry: bytes


def open_manifest(election: str, elections: dict[str, Manifest | None]) -> Manifest:
    """The manifest of a poll that is open. Raises Rejected."""
    if election not in elections:
        raise Rejected("unknown-poll", "there is no such poll on this board")
    manifest = elections[election]
    if manifest is None:
        raise Rejected("poll-closed", "the poll is closed")
    return manifest


Act = tuple[str, str, str]  # election, slot, key: one act of casting, however often it is tried


def act_of(cast: Cast) -> Act:
    return (cast.election, cast.slot, cast.key)


class Slots:
    """The slots of one batch: what stands in them already, and what is accepted into them."""

    def __init__(
        self,
        elections: dict[str, Manifest | None],
        before: dict[tuple[str, str], list[tuple[Cast, Placed]]],
    ) -> None:
        self.elections = elections
        self.before = before
        self.accepted: list[tuple[Cast, int]] = []  # with the revision that each becomes
        self._now: dict[tuple[str, str], list[Cast]] = {}

    def judge(self, cast: Cast) -> Placed | Cast:
        """Where it stands already, or the ballot itself if it may be placed. Raises Fault."""
        slot = (cast.election, cast.slot)
        earlier, now = self.before.get(slot, []), self._now.setdefault(slot, [])
        for stands, place in earlier:
            if stands == cast:
                # Also after the close: whoever lost the reply gets the receipt.
                return place
        if cast in now:
            return cast
        keys = {stands.key for stands, _ in earlier} | {stands.key for stands in now}
        if keys and (cast.key in keys or not self._may_again(cast.election)):
            raise Rejected("already-voted", "this voter has voted in this poll")
        _check(cast, open_manifest(cast.election, self.elections))
        now.append(cast)
        self.accepted.append((cast, len(keys) + 1))
        return cast

    def _may_again(self, election: str) -> bool:
        manifest = self.elections.get(election)
        return manifest is not None and manifest.secret is not None and manifest.secret.revote


def _check(cast: Cast, manifest: Manifest) -> None:
    """Raises Fault."""
    if manifest.secret is None:
        check_ballot(parse_open_ballot(cast.body), manifest, cast.slot)
    elif cast.proven_in != manifest.secret.election:
        raise Rejected("wrong-poll", "this ballot was made for another poll")

"""Verify one poll of a record against the entries of the board: opening, ballots, close, result.

What an open poll and a secret one have in common; what a ballot is, each says for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

from ballots import record
from ballots.board import BallotEntry, Closed, Entry, Opened, ResultEntry, VoidEntry
from ballots.errors import Fault, Malformed
from ballots.findings import Finding
from ballots.manifest import Manifest, parse_canonical_json, parse_manifest
from ballots.open_ballot import OpenBallot, parse_open_ballot
from ballots.recount import recount

BALLOT_LINES = 5
STRIDE = 1_000  # entries or ballots from one word about the progress to the next

Item = TypeVar("Item")
Step = Callable[[int], object]  # told how many more are done
Watch = Callable[[int], Step]  # told how many there are
Board = list[tuple[bytes, Entry]]


def unwatched(total: int) -> Step:
    return lambda done: None


def counted(items: Iterable[Item], step: Step) -> Iterator[Item]:
    number = 0
    for number, item in enumerate(items, 1):
        yield item
        if number % STRIDE == 0:
            step(STRIDE)
    step(number % STRIDE)


def text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"{name} is not UTF-8") from error


def hashed(content: bytes) -> str:
    return sha256(content).hexdigest()


@dataclass
class PollCheck:
    """One poll of the record."""

    election: str
    files: Mapping[str, bytes]
    board: Board
    step: Step
    manifest: Manifest
    slots: set[str] = field(default_factory=set)
    on_board: dict[str, list[BallotEntry]] = field(default_factory=dict)  # by slot, last one last

    def findings(self) -> Iterator[Finding]:
        try:
            self.slots = self._roll()
        except Fault as fault:
            yield self.finding("roll", fault.message)
            return
        yield from self._check_opening()
        yield from self._check_entries()
        yield from self.check_ballots()
        yield from self._check_result()

    # What a kind of poll says for itself.

    def check_ballots(self) -> Iterator[Finding]:
        raise NotImplementedError

    def choices(self) -> Mapping[str, int] | None:
        """How many ballots say what, after `check_ballots`; None where the record withholds it."""
        raise NotImplementedError

    @property
    def may_vote_again(self) -> bool:
        return False

    # What they share.

    def file(self, name: str) -> bytes | None:
        return self.files.get(f"polls/{self.election}/{name}")

    def finding(self, code: str, message: str) -> Finding:
        return Finding(code, f"poll {self.election[:8]}: {message}")

    def _roll(self) -> set[str]:
        content = self.file("roll.txt") or b""
        slots = text(content, "roll.txt").splitlines()[1:]
        if record.encode_roll(slots) != content or len(set(slots)) != len(slots):
            raise Malformed("roll.txt is not in its form")
        return set(slots)

    def entries(self, kind: type[Entry]) -> list[tuple[int, Any]]:
        return [
            (index, entry)
            for index, (_, entry) in enumerate(self.board)
            if isinstance(entry, kind) and getattr(entry, "election", None) == self.election
        ]

    def _check_opening(self) -> Iterator[Finding]:
        manifest = self.manifest
        origin = text(self.files["checkpoint.txt"], "checkpoint.txt").partition("\n")[0]
        if manifest.election != self.election:
            yield self.finding("manifest", "the manifest is not the one its directory names")
        if manifest.origin != origin:
            yield self.finding("origin", "the poll belongs to another log")
        if hashed(self.file("roll.txt") or b"") != manifest.roll_sha256:
            yield self.finding("roll", "roll.txt is not the roll of the manifest")
        elif len(self.slots) != manifest.voters:
            yield self.finding("voters", "the manifest says another number of voters")
        opened = self.entries(Opened)
        if len(opened) != 1:
            yield self.finding("not-opened", "the board does not hold its opening, once")
        elif (opened[0][1].roll_sha256, opened[0][1].voters) != (
            manifest.roll_sha256,
            manifest.voters,
        ):
            yield self.finding("roll", "the board opened the poll with another roll")

    def _check_entries(self) -> Iterator[Finding]:
        placed = self.entries(BallotEntry)
        for _, entry in placed:
            earlier = self.on_board.setdefault(entry.slot, [])
            if earlier and not self.may_vote_again:
                yield self.finding("double-entry", f"slot {entry.slot} stands there twice")
            earlier.append(entry)
            if self.may_vote_again and entry.revision != len(earlier):
                yield self.finding("revision", f"slot {entry.slot}: a revision out of its order")
        opened = self.entries(Opened)
        if opened and any(index < opened[0][0] for index, _ in placed):
            yield self.finding("before-open", "a ballot stands before the opening")
        yield from self._check_close([index for index, _ in placed])

    def _check_close(self, placed: list[int]) -> Iterator[Finding]:
        closed = self.entries(Closed)
        if not closed:
            if not self.entries(VoidEntry):
                yield self.finding("not-closed", "the board does not hold its close")
            return
        if any(index > closed[0][0] for index in placed):
            yield self.finding("after-close", "a ballot stands after the close")
        if closed[0][1].ballots != len(self.on_board):
            yield self.finding("count", "the close says another number of ballots")

    def _check_result(self) -> Iterator[Finding]:
        logged = [entry.result_sha256 for _, entry in self.entries(ResultEntry)]
        names = ["result.json", *sorted(self._recounts(), key=lambda name: (len(name), name))]
        if "result.json" not in self._names() and (logged or names[1:]):
            yield self.finding("missing-file", "result.json is missing")
        if len(logged) > len(names):
            yield self.finding("missing-file", "the board holds a recount that is not here")
        for number, name in enumerate(names):
            content = self.file(name)
            if content is None:
                continue
            if number and name != f"recount-{number}.json":
                yield self.finding("missing-file", f"recount-{number}.json is missing")
            if logged[number : number + 1] != [hashed(content)]:
                yield self.finding("result-not-on-board", f"{name} is not what the board holds")
            yield from self._check_count(name, content)

    def _names(self) -> list[str]:
        start = f"polls/{self.election}/"
        return [name.removeprefix(start) for name in self.files if name.startswith(start)]

    def _recounts(self) -> list[str]:
        return [name for name in self._names() if name.startswith("recount-")]

    def _check_count(self, name: str, content: bytes) -> Iterator[Finding]:
        try:
            said = parse_canonical_json(content)
            if not isinstance(said, dict):
                raise Malformed(f"{name} is no object")
            choices = self.choices()
            expected = {} if choices is None else recount(self.manifest, choices, said)
        except Fault as fault:
            yield self.finding("result", fault.message)
            return
        if {key: said.get(key) for key in expected} != expected:
            yield self.finding("result", f"counting again gives another {name}")
        # A first count is of everybody who stood, and a later one says who is out.
        if bool(said.get("withdrawn")) != (name != "result.json"):
            yield self.finding("withdrawn", f"{name} does not say rightly who has withdrawn")


@dataclass
class OpenPoll(PollCheck):
    ballots: list[OpenBallot] = field(default_factory=list)

    def check_ballots(self) -> Iterator[Finding]:
        content = self.file("ballots.txt")
        if content is None:
            yield self.finding("missing-file", "ballots.txt is missing")
            return
        seen: set[str] = set()
        for body in counted(split_ballots(content), self.step):
            try:
                ballot = parse_open_ballot(body)
            except Fault as fault:
                yield self.finding("ballot", fault.message)
                continue
            yield from self._check_ballot(ballot, body, seen)
            seen.add(ballot.slot)
            self.ballots.append(ballot)
        for slot in sorted(self.on_board.keys() - seen):
            yield self.finding("ballot-missing", f"the ballot of slot {slot} is not here")

    def _check_ballot(self, ballot: OpenBallot, body: bytes, seen: set[str]) -> Iterator[Finding]:
        entries = self.on_board.get(ballot.slot)
        if ballot.election != self.election:
            yield self.finding("wrong-poll", f"slot {ballot.slot} voted in another poll")
        if ballot.slot in seen:
            yield self.finding("double-vote", f"slot {ballot.slot} has two ballots")
        if ballot.slot not in self.slots:
            yield self.finding("not-on-roll", f"slot {ballot.slot} is not on the roll")
        try:
            self.manifest.asked.parse(ballot.choice)
        except Fault as fault:
            code = "ballot" if fault.code == "malformed" else fault.code
            yield self.finding(code, f"slot {ballot.slot}: {fault.message}")
        if not entries:
            yield self.finding("ballot-not-on-board", f"slot {ballot.slot} is not on the board")
        elif entries[-1].ballot_sha256 != hashed(body):
            yield self.finding("ballot-changed", f"slot {ballot.slot}: not the ballot logged")

    def choices(self) -> Mapping[str, int]:
        return Counter(ballot.choice for ballot in self.ballots)


def split_ballots(content: bytes) -> Iterator[bytes]:
    lines = content.splitlines(keepends=True)
    for at in range(0, len(lines), BALLOT_LINES):
        yield b"".join(lines[at : at + BALLOT_LINES])


def read_manifest(files: Mapping[str, bytes], election: str) -> Manifest:
    """Raises Malformed."""
    content = files.get(f"polls/{election}/manifest.json")
    if content is None:
        raise Malformed("manifest.json is missing")
    return parse_manifest(content)

"""Verify an archive, ours or anyone's: setup, ballots, tally, decryptions, result.

Every fault is named; the ballots are checked by several processes. The judge beside us is Debian's
`belenios-tool` 2.0, whose verdict the tests compare with this one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext

from ballots.belenios.archive import Archive, Event, check_places, parse_archive
from ballots.belenios.ballot import Ballot, check_ballot, parse_ballot
from ballots.belenios.election import Election, parse_election
from ballots.belenios.encoding import fields, items, parse_json, text, whole
from ballots.belenios.group import Group
from ballots.belenios.membership import Deferred, can_defer
from ballots.belenios.tally import (
    PartialDecryption,
    Tally,
    add_up,
    check_partial,
    check_strongly,
    encode_result,
    encode_tally,
    last_ballots,
    open_tally,
    parse_partial,
    parse_strong,
    parse_tally,
)
from ballots.belenios.trustee import Item, owners, parse_trustees, public_key
from ballots.errors import Fault, Malformed, Rejected
from ballots.findings import Finding

CHUNK = 128  # ballots that a process takes at once, so that their numbers are asked together

FEWEST = 40  # ballots for which a process of their own pays

Progress = Callable[[int], object]  # so many more ballots are checked


@dataclass
class Audit:
    """What an archive holds, as far as it could be read, and what does not hold in it."""

    findings: list[Finding] = field(default_factory=list)
    set_up: tuple[str, str, str] = ("", "", "")  # SHA-256 of election, trustees, credentials
    election: Election | None = None
    trustees: tuple[Item, ...] = ()
    credentials: frozenset[int] = frozenset()
    ballots: list[Ballot] = field(default_factory=list)
    tally: Tally | None = None
    partials: dict[int, PartialDecryption] = field(default_factory=dict)
    result: list[list[int]] | None = None

    @property
    def holds(self) -> bool:
        return not self.findings


def verify_archive(
    encoded: bytes,
    *,
    strong: bytes | None = None,
    processes: int | None = None,
    progress: Progress = lambda ballots: None,
) -> Audit:
    """Everything that does not hold in a finished or a growing archive.

    `strong` is the file of strong decryption proofs, where one is published beside it.
    """
    audit = Audit()
    try:
        archive = parse_archive(encoded)
        check_places(archive)
        _Verifier(archive, audit, processes or os.cpu_count() or 1, progress).run()
        if strong is not None:
            _check_strong(audit, strong)
    except Fault as fault:
        audit.findings.append(Finding(fault.code, fault.message))
    return audit


def extends(old: bytes, new: bytes) -> bool:
    """Whether the newer copy of an archive holds all of the older one, as it only grows."""
    return new.startswith(old)


@dataclass
class _Verifier:
    archive: Archive
    audit: Audit
    processes: int
    progress: Progress

    def run(self) -> None:
        """The events in their order; what cannot be read ends the run by its fault."""
        events = iter(self.archive.events)
        self._set_up(next(events, None))
        rest = list(events)
        ballots = _leading(rest, "Ballot")
        self._check_ballots(ballots)
        rest = rest[len(ballots) :]
        if not rest:
            return  # still open
        self._expect(rest, "EndBallots")
        if rest[0].payload is not None:
            raise Malformed("the end of the ballots has a payload")
        if len(rest) == 1:
            return
        self._expect(rest[1:], "EncryptedTally")
        self._check_tally(rest[1])
        partials = _leading(rest[2:], "PartialDecryption")
        for event in partials:
            self._check_partial(event)
        rest = rest[2 + len(partials) :]
        if rest:
            self._expect(rest, "Result")
            self._check_result(rest[0])
            if len(rest) > 1:
                raise Rejected("order", "something follows the result")

    def _expect(self, events: Sequence[Event], kind: str) -> None:
        if events[0].kind != kind:
            raise Rejected("order", f"{events[0].kind} stands where {kind} should")

    def _set_up(self, event: Event | None) -> None:
        if event is None or event.kind != "Setup":
            raise Rejected("order", "the archive does not begin with its setup")
        named = fields(
            parse_json(self.archive.payload(event)), ("election", "trustees", "credentials")
        )
        election, trustees, credentials = (
            self._data(named[name]) for name in ("election", "trustees", "credentials")
        )
        audit = self.audit
        audit.set_up = (named["election"], named["trustees"], named["credentials"])
        audit.election = parse_election(election)
        audit.trustees = parse_trustees(trustees, audit.election.group)
        audit.credentials = _credentials(credentials, audit.election)
        if public_key(audit.election.group, audit.trustees) != audit.election.public_key:
            raise Rejected("public-key", "the election's key is not that of its trustees")

    def _data(self, digest: object) -> bytes:
        found = self.archive.data.get(text(digest))
        if found is None:
            raise Malformed("the setup names what is not there")
        return found

    @property
    def election(self) -> Election:
        if self.audit.election is None:
            raise Malformed("the archive has no election")
        return self.audit.election

    def _check_ballots(self, events: Sequence[Event]) -> None:
        bodies = [self.archive.payload(event) for event in events]
        outcomes = check_bodies(self.election, bodies, self.processes, self.progress)
        seen: set[bytes] = set()
        for body, outcome in zip(bodies, outcomes, strict=True):
            if isinstance(outcome, Finding):
                self.audit.findings.append(outcome)
                continue
            self.audit.ballots.append(outcome)
            if body in seen:
                self._find("duplicate-ballot", f"ballot {outcome.tracker} is there twice")
            seen.add(body)
            if outcome.credential not in self.audit.credentials:
                self._find("unknown-credential", f"ballot {outcome.tracker} has no right to vote")

    def _find(self, code: str, message: str) -> None:
        self.audit.findings.append(Finding(code, message))

    def _check_tally(self, event: Event) -> None:
        sized = fields(
            parse_json(self.archive.payload(event)),
            ("num_tallied", "total_weight", "encrypted_tally"),
        )
        body = self._data(sized["encrypted_tally"])
        self.audit.tally = parse_tally(body, self.election)
        counted = last_ballots(self.audit.ballots)
        if (whole(sized["num_tallied"]), whole(sized["total_weight"])) != (len(counted),) * 2:
            self._find("tally-size", "the tally says another number of ballots")
        if body != encode_tally(add_up(self.election, counted)):
            self._find("tally", "the tally is not the sum of the ballots")

    def _check_partial(self, event: Event) -> None:
        owned = fields(parse_json(self.archive.payload(event)), ("owner", "payload"))
        keys = owners(self.audit.trustees)
        number = whole(owned["owner"])
        if not 1 <= number <= len(keys) or number in self.audit.partials:
            raise Rejected("decryption-owner", "a partial decryption is nobody's, or not the first")
        if self.audit.tally is None:
            raise Malformed("nothing is there to decrypt")
        group = self.election.group
        partial = parse_partial(self._data(owned["payload"]), self.audit.tally, group)
        self.audit.partials[number] = partial
        try:
            check_partial(self.election, self.audit.tally, keys[number - 1].public, partial)
        except Rejected as fault:
            self._find(fault.code, f"trustee {number}: {fault.message}")

    def _check_result(self, event: Event) -> None:
        body = self.archive.payload(event)
        if self.audit.tally is None:
            raise Malformed("nothing is there to open")
        voters = len(last_ballots(self.audit.ballots))
        if not self.audit.holds:
            return  # what was opened follows from faults that are named already
        result = open_tally(
            self.election, self.audit.trustees, self.audit.tally, self.audit.partials, voters
        )
        if body != encode_result(result):
            self._find("result", "the result is not what the trustees have opened")
        self.audit.result = result


def _leading(events: Sequence[Event], kind: str) -> list[Event]:
    found = []
    for event in events:
        if event.kind != kind:
            break
        found.append(event)
    return found


def _credentials(encoded: bytes, election: Election) -> frozenset[int]:
    listed = _elements([text(each) for each in items(parse_json(encoded))], election.group)
    if len(set(listed)) != len(listed):
        raise Rejected("credentials", "the same credential is listed twice")
    return frozenset(listed)


def _elements(texts: Sequence[str], group: Group) -> list[int]:
    """Asked together where that is sound; else, or where one is none, each alone."""
    if can_defer(group):
        deferred = Deferred(group)
        found = [deferred.parse_element(each) for each in texts]
        if deferred.hold():
            return found
    return [group.parse_element(each) for each in texts]


def check_bodies(
    election: Election,
    bodies: Sequence[bytes],
    processes: int = 1,
    progress: Progress = lambda ballots: None,
) -> Iterator[Ballot | Finding]:
    """Each ballot, or what is wrong with it, in order, over several processes."""
    if len(bodies) < FEWEST:
        processes = 1
    size = min(CHUNK, max(1, -(-len(bodies) // max(processes, 1))))
    chunks = [bodies[at : at + size] for at in range(0, len(bodies), size)]
    if processes < 2 or len(chunks) < 2:
        for chunk in chunks:
            yield from _check_chunk(election, chunk)
            progress(len(chunk))
        return
    election.group.powers, election.group.fixed_base(election.public_key)  # shared where forked
    with ProcessPoolExecutor(
        processes, mp_context=_context(), initializer=_begin, initargs=(election.raw,)
    ) as pool:
        for chunk, found in zip(chunks, pool.map(_check_raw, chunks), strict=True):
            yield from found
            progress(len(chunk))


def _context() -> BaseContext:
    """Forking shares the tables of powers; where other threads run, it could copy a held lock."""
    alone = threading.active_count() == 1 and "fork" in get_all_start_methods()
    return get_context("fork" if alone else "spawn")


_elections: dict[str, Election] = {}


def _begin(raw: bytes) -> None:
    _elections["own"] = parse_election(raw)


def _check_raw(bodies: Sequence[bytes]) -> list[Ballot | Finding]:
    return _check_chunk(_elections["own"], bodies)


def _check_chunk(election: Election, bodies: Sequence[bytes]) -> list[Ballot | Finding]:
    if can_defer(election.group):
        group = Deferred(election.group)
        outcomes = [_check_body(replace(election, group=group), body) for body in bodies]
        if group.hold():
            return outcomes
    # Somewhere a number lies outside: each is asked, so that its ballot is named.
    return [_check_body(election, body) for body in bodies]


def _check_body(election: Election, body: bytes) -> Ballot | Finding:
    try:
        ballot = parse_ballot(body, election)
        check_ballot(ballot, election)
    except Fault as fault:
        return Finding(fault.code, f"a ballot: {fault.message}")
    return ballot


def _check_strong(audit: Audit, encoded: bytes) -> None:
    if audit.election is None or audit.tally is None:
        return
    given = parse_strong(encoded, audit.election.group)
    keys = owners(audit.trustees)
    for number, partial in audit.partials.items():
        try:
            check_strongly(
                audit.election, audit.tally, keys[number - 1].public, partial, given.get(number, [])
            )
        except Rejected as fault:
            audit.findings.append(Finding(fault.code, f"trustee {number}: {fault.message}"))


def summary(audit: Audit) -> Mapping[str, object]:
    """What a machine is told."""
    findings = [{"code": each.code, "message": each.message} for each in audit.findings]
    told: dict[str, object] = {"ok": audit.holds, "findings": findings}
    if audit.election is not None:
        told["election"] = audit.election.hash
        told["ballots"] = len(audit.ballots)
    if audit.result is not None:
        told["result"] = audit.result
    return told

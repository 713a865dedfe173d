"""Verify a published record: the log, each poll's ballots and count, the minutes.

Every fault has a code of its own, and all of them are found, not only the first. What cannot be
checked is said in `docs/spec/record.md`: who stands behind a slot, and whether a ballot says what
its voter meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ballots import merkle, record
from ballots.board import AddendumEntry, MinutesEntry, parse_entry
from ballots.checkpoint import Checkpoint, VerifierKey, decode_base64, open_note
from ballots.errors import Fault
from ballots.findings import Finding as Finding
from ballots.verify_poll import (
    BALLOT_LINES,
    Board,
    OpenPoll,
    PollCheck,
    Step,
    Watch,
    counted,
    hashed,
    read_manifest,
    text,
    unwatched,
)
from ballots.verify_secret import SecretPoll


def verify(
    path: Path, log_key: VerifierKey | None = None, watch: Watch = unwatched
) -> list[Finding]:
    """All that does not hold in the record; an empty list means that everything does.

    Without `log_key` the record's own key.txt is used: then the record agrees with itself, and
    whether it is that association's is left to whoever compares the key.
    """
    try:
        files = record.read(path)
    except Fault as fault:
        return [Finding(fault.code, fault.message)]
    return list(_verify(files, log_key, watch))


def _verify(
    files: Mapping[str, bytes], log_key: VerifierKey | None, watch: Watch
) -> Iterator[Finding]:
    for name in ("key.txt", "checkpoint.txt", "board.txt"):
        if name not in files:
            yield Finding("missing-file", f"{name} is missing")
            return
    step = watch(_how_many(files))
    try:
        board = _board(files, step)
    except Fault as fault:
        yield Finding("entry" if fault.code == "malformed" else fault.code, fault.message)
        return
    yield from _check_log(files, board, log_key)
    for election in sorted({name.split("/")[1] for name in files if name.startswith("polls/")}):
        try:
            poll = _poll(election, files, board, step)
        except Fault as fault:
            yield Finding("manifest", f"poll {election[:8]}: {fault.message}")
            continue
        yield from poll.findings()
    yield from _check_minutes(files, board)


def _how_many(files: Mapping[str, bytes]) -> int:
    """Entries and ballots together: what takes the time."""
    ballots = sum(
        content.count(b"\n") // BALLOT_LINES
        for name, content in files.items()
        if name.endswith("/ballots.txt")
    )
    return files["board.txt"].count(b"\n") + ballots


def _poll(election: str, files: Mapping[str, bytes], board: Board, step: Step) -> PollCheck:
    manifest = read_manifest(files, election)
    kind = OpenPoll if manifest.secret is None else SecretPoll
    return kind(election, files, board, step, manifest)


def _board(files: Mapping[str, bytes], step: Step) -> Board:
    lines = text(files["board.txt"], "board.txt").splitlines()
    entries = (decode_base64(line) for line in counted(lines, step))
    return [(entry, parse_entry(entry)) for entry in entries]


def _check_log(
    files: Mapping[str, bytes], board: Board, log_key: VerifierKey | None
) -> Iterator[Finding]:
    try:
        own = VerifierKey.parse(text(files["key.txt"], "key.txt"))
        if log_key is not None and own != log_key:
            yield Finding("log-key", "key.txt is not the key that was asked for")
        checkpoint = open_note(text(files["checkpoint.txt"], "checkpoint.txt"), log_key or own)
    except Fault as fault:
        code = "checkpoint" if fault.code == "malformed" else fault.code
        yield Finding(code, f"checkpoint: {fault.message}")
        return
    yield from _check_tree(board, checkpoint)


def _check_tree(board: Board, checkpoint: Checkpoint) -> Iterator[Finding]:
    if len(board) != checkpoint.size:
        yield Finding(
            "board-size",
            f"board.txt holds {len(board)} entries, the checkpoint was signed at {checkpoint.size}",
        )
    elif merkle.root(merkle.leaf_hash(entry) for entry, _ in board) != checkpoint.root:
        yield Finding("board-root", "the entries of board.txt are not those that were signed")


def _check_minutes(files: Mapping[str, bytes], board: Board) -> Iterator[Finding]:
    minutes = {entry.sha256 for _, entry in board if isinstance(entry, MinutesEntry)}
    addenda = {entry.sha256 for _, entry in board if isinstance(entry, AddendumEntry)}
    if "minutes.md" in files and hashed(files["minutes.md"]) not in minutes:
        yield Finding("minutes", "minutes.md is not the text whose hash is on the board")
    for name in sorted(files):
        if name.startswith("addenda/") and hashed(files[name]) not in addenda:
            yield Finding("addendum", f"{name} is not a text whose hash is on the board")

"""Trustees: the messages by which their devices make a key together, carried and checked here.

The ceremony is that of `ballots/belenios/ceremony.py`. Everything that is handed in is public or
encrypted to another trustee; nothing of it gives the server a private key.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.belenios import ceremony, key_check
from ballots.belenios.encoding import fields, items, text
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.proof import parse_proof
from ballots.belenios.trustee import (
    Certificate,
    Pedersen,
    check_public_key,
    parse_certificate,
    parse_commitments,
    parse_public_key,
    parse_signed,
    share_key,
)
from ballots.errors import Fault, Malformed, Rejected
from governance import electoral_boards
from governance.electoral_boards import ElectoralBoard, Step, Trustee
from governance.errors import N_, NotAllowed, NotFound, Refused, WrongState

PLEDGE = re.compile(r"[0-9a-f]{64}")
SEALED = re.compile(r"(?:[0-9a-f]{2}){1,4000}")


class NotYourTurn(WrongState):
    code = "not-your-turn"
    message = N_("The electoral board waits for another step. Reload the page.")


class MessageRefused(Refused):
    """What a trustee's device sent does not hold: it is at fault, or somebody between."""

    code = "message-refused"
    message = N_("What the device of %(name)s sent does not hold, and was not taken (%(fault)s).")


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a trustee's device is given: everything that its part of the ceremony needs by now.

    Once the ceremony is over it is all that the device needs to make its private share again.
    """

    board: int
    number: int  # of this trustee
    needed: int
    step: Step  # what the board waits for
    yours: bool  # whether it waits for this trustee
    ceremony: str  # its id; "" until everybody's certificate is there
    certificates: Sequence[Any]  # everybody's in order; empty until all are there, as are these:
    pledges: Sequence[str]
    contributions: Sequence[Any]  # {"commitments": signed, "secret": to this trustee}
    public_key: Any | None  # of this trustee, once it is handed in
    nonce: str  # what the key check asks with, once it does

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def task(db: Session, trustee: Trustee) -> Task:
    board = db.get_one(ElectoralBoard, trustee.board_id)
    everybody = electoral_boards.trustees(db, board.id)
    at = electoral_boards.step(everybody)
    passed = list(Step).index(at)  # so many steps everybody has taken
    certificates = [each.certificate for each in everybody] if passed >= 1 else []
    return Task(
        board=board.id,
        number=trustee.number,
        needed=board.needed,
        step=at,
        yours=board.ended_at is None and electoral_boards.waits_for(trustee, at),
        ceremony=_ceremony(board, everybody) if passed >= 1 else "",
        certificates=certificates,
        pledges=[str(each.pledge) for each in everybody] if passed >= 2 else [],
        contributions=[_to(trustee, each) for each in everybody] if passed >= 3 else [],
        public_key=trustee.public_key,
        nonce=trustee.nonce or "",
    )


def of_member(db: Session, member_id: int) -> Sequence[Trustee]:
    """Where the member is trustee of a standing board, the latest first."""
    standing = (
        sa.select(Trustee)
        .join(ElectoralBoard, ElectoralBoard.id == Trustee.board_id)
        .where(Trustee.member_id == member_id, ElectoralBoard.ended_at.is_(None))
    )
    return db.scalars(standing.order_by(Trustee.id.desc())).all()


def fingerprint(trustee: Trustee) -> str:
    """What people compare by telephone; "" until the certificate is there."""
    if trustee.certificate is None:
        return ""
    return ceremony.fingerprint(parse_certificate(trustee.certificate, GROUP))


def give_certificate(db: Session, trustee: Trustee, certificate: Any, *, by_id: int) -> None:
    """Another may be given (from another device) until everybody's is there."""
    _hold(db, trustee, by_id)
    everybody = electoral_boards.trustees(db, trustee.board_id)
    if electoral_boards.step(everybody) is not Step.CERTIFICATE:
        _same_or_late(trustee.certificate, certificate)
        return
    with _refusing(trustee):
        parse_certificate(certificate, GROUP)
        others = [each.certificate for each in everybody if each.id != trustee.id]
        given = [each for each in others if each is not None]
        ceremony.parse_certificates([*given, certificate], GROUP)
    trustee.certificate = certificate
    db.flush()


def give_pledge(db: Session, trustee: Trustee, pledge: str, *, by_id: int) -> None:
    """The hash of the commitments that this trustee's contribution will show."""
    if not _turn(db, trustee, Step.PLEDGE, trustee.pledge, pledge, by_id=by_id):
        return
    with _refusing(trustee):
        if not PLEDGE.fullmatch(text(pledge)):
            raise Malformed("a pledge is a SHA-256")
    trustee.pledge = pledge
    db.flush()


def give_contribution(db: Session, trustee: Trustee, contribution: Any, *, by_id: int) -> None:
    """{"commitments": signed, "secrets": [{"key", "sealed"} for each trustee, in order]}."""
    with _refusing(trustee):
        found = fields(contribution, ("commitments", "secrets"))
    commitments, secrets = found["commitments"], found["secrets"]
    if not _turn(db, trustee, Step.CONTRIBUTION, trustee.commitments, commitments, by_id=by_id):
        return
    board = db.get_one(ElectoralBoard, trustee.board_id)
    everybody = electoral_boards.trustees(db, board.id)
    with _refusing(trustee):
        if ceremony.pledge(commitments) != trustee.pledge:
            raise Rejected("pledge", "these are other commitments than were pledged")
        own = parse_certificate(trustee.certificate, GROUP)
        parse_commitments(parse_signed(commitments, GROUP), own, board.needed, GROUP)
        _check_sealed(secrets, len(everybody))
    trustee.commitments, trustee.secrets = commitments, secrets
    db.flush()


def give_public_key(
    db: Session,
    trustee: Trustee,
    public_key: Any,
    *,
    by_id: int,
    chance: Callable[[int], bytes],
) -> None:
    """{"pok", "public_key"}; from then on the key check asks."""
    with _refusing(trustee):
        fields(public_key, ("pok", "public_key"))
    # Its proof is made anew each time, so that it is the key that says whether it is the same.
    given, again = (each and each["public_key"] for each in (trustee.public_key, public_key))
    if not _turn(db, trustee, Step.PUBLIC_KEY, given, again, by_id=by_id):
        return
    board = db.get_one(ElectoralBoard, trustee.board_id)
    everybody = electoral_boards.trustees(db, board.id)
    with _refusing(trustee):
        key = parse_public_key(public_key, GROUP)
        check_public_key(GROUP, key)
        shown = [
            parse_commitments(
                parse_signed(each.commitments, GROUP), certificate, board.needed, GROUP
            )
            for each, certificate in zip(everybody, _certificates(everybody), strict=True)
        ]
        if key.public != share_key(GROUP, shown, trustee.number):
            raise Rejected("trustee-key", "this key is not the one committed to")
    trustee.public_key, trustee.blames = public_key, None
    trustee.nonce = key_check.make_nonce(chance)
    db.flush()


def blame(db: Session, trustee: Trustee, number: int, *, by_id: int, now: dt.datetime) -> None:
    """The trustee's device found that what another sent it does not hold; a new board is needed."""
    _turn(db, trustee, Step.PUBLIC_KEY, None, number, by_id=by_id)
    everybody = electoral_boards.trustees(db, trustee.board_id)
    if number not in {each.number for each in everybody}:
        raise NotFound
    trustee.blames = number
    db.flush()
    board = db.get_one(ElectoralBoard, trustee.board_id)
    electoral_boards.record(
        db, "trustee.blamed", board, by_id=by_id, now=now, number=trustee.number, blames=number
    )


def answer_check(
    db: Session, trustee: Trustee, answer: Any, *, by_id: int, now: dt.datetime
) -> None:
    """{"challenge", "response"}, by `key_check.answer`: the trustee has the key, and no vote opens
    before all have shown so."""
    if trustee.checked_at is not None and by_id == trustee.member_id:
        return
    if not _turn(db, trustee, Step.CHECK, None, answer, by_id=by_id):
        return
    with _refusing(trustee):
        public = parse_public_key(trustee.public_key, GROUP).public
        proof = parse_proof(answer, GROUP)
        key_check.check_answer(GROUP, public, str(trustee.nonce), proof)
    trustee.checked_at = now
    db.flush()
    board = db.get_one(ElectoralBoard, trustee.board_id)
    electoral_boards.record(
        db, "trustee.checked", board, by_id=by_id, now=now, number=trustee.number
    )


def assemble(db: Session, board: ElectoralBoard) -> Pedersen:
    """The trustees as the archive lists them."""
    everybody = electoral_boards.trustees(db, board.id)
    return ceremony.assemble(
        GROUP,
        board.needed,
        _certificates(everybody),
        [each.commitments for each in everybody],
        [parse_public_key(each.public_key, GROUP) for each in everybody],
    )


def _ceremony(board: ElectoralBoard, everybody: Sequence[Trustee]) -> str:
    return ceremony.ceremony_id(_certificates(everybody), board.needed)


def _certificates(everybody: Sequence[Trustee]) -> tuple[Certificate, ...]:
    return ceremony.parse_certificates([each.certificate for each in everybody], GROUP)


def _to(trustee: Trustee, sender: Trustee) -> dict[str, Any]:
    """Another's contribution as this trustee is given it."""
    secrets = sender.secrets or []
    return {"commitments": sender.commitments, "secret": secrets[trustee.number - 1]}


def _check_sealed(secrets: Any, number: int) -> None:
    if len(items(secrets)) != number:
        raise Malformed("there is a secret for each trustee")
    for secret in secrets:
        found = fields(secret, ("key", "sealed"))
        GROUP.parse_element(found["key"])
        if not SEALED.fullmatch(text(found["sealed"])):
            raise Malformed("a sealed secret is hexadecimal")


@contextmanager
def _refusing(trustee: Trustee) -> Iterator[None]:
    try:
        yield
    except Fault as fault:
        raise MessageRefused(name=trustee.member.name, fault=fault.message) from fault


def _turn(
    db: Session, trustee: Trustee, step: Step, given: Any | None, again: Any, *, by_id: int
) -> bool:
    """Whether it is to be taken now; False where it has been already. Raises NotYourTurn."""
    _hold(db, trustee, by_id)
    at = electoral_boards.step(electoral_boards.trustees(db, trustee.board_id))
    if at is step and electoral_boards.waits_for(trustee, at):
        return True
    _same_or_late(given, again)
    return False


def _same_or_late(given: Any | None, again: Any) -> None:
    """A reply was lost and the device sends the same again; anything else comes too late."""
    if given is None or given != again:
        raise NotYourTurn


def _hold(db: Session, trustee: Trustee, by_id: int) -> None:
    """Until the transaction ends nobody else moves this board; its trustees are read anew."""
    if by_id != trustee.member_id:
        raise NotAllowed
    db.flush()
    board = db.get_one(ElectoralBoard, trustee.board_id)
    db.refresh(board, with_for_update={"key_share": True})
    electoral_boards.trustees(db, board.id, anew=True)
    if board.ended_at is not None:
        raise NotYourTurn

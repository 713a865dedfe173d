"""The trustees' ceremony: they make a key together that none of them ever holds (§4.6).

Each trustee's device keeps one seed and does four steps; whoever carries the messages learns
nothing. Beyond the specification, each first hands in a hash of its commitments, so that nobody
can choose theirs after having seen the others', and every private message is bound to its sender,
its receiver and this ceremony.

    certificate  → everybody's keys for signing and for being written to
    pledge       → the hash of the commitments
    contribution → commitments, signed, and a secret for each trustee, encrypted to them
    finish       → secrets checked against the commitments; the trustee's share and public key
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ballots.belenios.election import BASE58
from ballots.belenios.encoding import compact, fields, parse_json, text
from ballots.belenios.group import Chance, Group
from ballots.belenios.trustee import (
    Certificate,
    Pedersen,
    PublicKey,
    check_public_key,
    check_signed,
    make_public_key,
    parse_certificate,
    parse_commitments,
    parse_signed,
    share_key,
    sign,
)
from ballots.errors import Malformed, Rejected

SEED = 22  # letters of base 58: 128 bits
CHANNEL = "stamma-channel/v1"
CHANCE = "stamma-ceremony-chance/v1"
PLEDGE = b"stamma-pledge/v1\0"
NONCE = bytes(12)  # each message has a key of its own


def make_seed(chance: Chance) -> str:
    number = int.from_bytes(chance(48), "big") % 58**SEED
    return "".join(BASE58[number // 58**at % 58] for at in range(SEED))


def derived_chance(seed: str, ceremony: str, label: str) -> Chance:
    """Chance that is the same each time: the seed alone is all that a trustee has to keep.

    Block n is SHA-256 of the tag, seed, ceremony, label and n, framed by lengths; bytes are taken
    from the blocks in turn. `ceremony` is `ceremony_id`, or "" before there is one.
    """
    parts = "".join(f"{len(part)}:{part}" for part in (CHANCE, seed, ceremony, label))
    taken = bytearray()
    blocks = count()

    def chance(number: int) -> bytes:
        while len(taken) < number:
            taken.extend(sha256(f"{parts}{next(blocks)}".encode()).digest())
        given = bytes(taken[:number])
        del taken[:number]
        return given

    return chance


@dataclass(frozen=True)
class Keys:
    """A trustee's own keys, all derived from the seed."""

    group: Group
    signing: int
    decryption: int

    @classmethod
    def of(cls, group: Group, seed: str) -> Keys:
        """Raises Malformed where the seed is none."""
        if len(seed) != SEED or not set(seed) <= set(BASE58):
            raise Malformed("a trustee's seed is 22 letters and digits")
        return cls(group, group.challenge(f"sk|{seed}"), group.challenge(f"dk|{seed}"))

    @property
    def verification(self) -> int:
        return self.group.power_secret(self.group.g, self.signing)

    @property
    def encryption(self) -> int:
        return self.group.power_secret(self.group.g, self.decryption)


def make_certificate(keys: Keys, chance: Chance) -> dict[str, Any]:
    public = {"verification": str(keys.verification), "encryption": str(keys.encryption)}
    return sign(keys.group, keys.signing, compact(public).decode(), chance).as_json()


def parse_certificates(values: Sequence[Any], group: Group) -> tuple[Certificate, ...]:
    """Raises Malformed, Rejected; also where two trustees have the same keys."""
    found = tuple(parse_certificate(value, group) for value in values)
    if len({each.encryption for each in found}) != len(found):
        raise Rejected("trustee-twice", "two trustees have the same keys")
    return found


def ceremony_id(certificates: Sequence[Certificate], needed: int) -> str:
    """What every message of this ceremony is bound to."""
    listed = "\0".join(each.signed.message for each in certificates)
    return sha256(f"{CHANNEL}\0{needed}\0{listed}".encode()).hexdigest()


def pledge(commitments: dict[str, Any]) -> str:
    """The hash of signed commitments, handed in before anybody shows theirs."""
    return sha256(PLEDGE + compact(commitments)).hexdigest()


@dataclass(frozen=True)
class Contribution:
    commitments: dict[str, Any]  # signed, as it is published
    secrets: list[dict[str, str]]  # for each trustee, in order


def contribute(
    keys: Keys, certificates: Sequence[Certificate], needed: int, chance: Chance
) -> Contribution:
    """A random polynomial of degree `needed` - 1: shown by commitments, given away in shares."""
    group = keys.group
    _own_number(keys, certificates)
    polynomial = [group.scalar(chance) for _ in range(needed)]
    commitments = [str(group.power_secret(group.g, each)) for each in polynomial]
    message = compact({"coefexps": commitments}).decode()
    ceremony = ceremony_id(certificates, needed)
    secrets = [
        _send(keys, certificates, ceremony, number, str(_value(group, polynomial, number)), chance)
        for number in range(1, len(certificates) + 1)
    ]
    return Contribution(sign(group, keys.signing, message, chance).as_json(), secrets)


def _own_number(keys: Keys, certificates: Sequence[Certificate]) -> int:
    own = (keys.verification, keys.encryption)
    for number, each in enumerate(certificates, 1):
        if (each.verification, each.encryption) == own:
            return number
    raise Rejected("not-a-trustee", "this key belongs to none of the trustees")


def _value(group: Group, polynomial: Sequence[int], at: int) -> int:
    value = 0
    for coefficient in reversed(polynomial):
        value = (value * at + coefficient) % group.q
    return value


def _bound(ceremony: str, sender: int, receiver: int) -> str:
    return f"{CHANNEL}|{ceremony}|{sender}|{receiver}"


def _send(
    keys: Keys,
    certificates: Sequence[Certificate],
    ceremony: str,
    receiver: int,
    message: str,
    chance: Chance,
) -> dict[str, str]:
    """Sign and encrypt: a one-time key agreed with the receiver's, AES-256-GCM."""
    group = keys.group
    bound = _bound(ceremony, _own_number(keys, certificates), receiver)
    signed = sign(group, keys.signing, f"{bound}|{message}", chance)
    once = group.scalar(chance)
    shared = group.power_secret(certificates[receiver - 1].encryption, once)
    shown = group.powers(once)
    sealed = AESGCM(_message_key(bound, shown, shared)).encrypt(
        NONCE, compact(signed.as_json()), bound.encode()
    )
    return {"key": str(shown), "sealed": sealed.hex()}


def _message_key(bound: str, shown: int, shared: int) -> bytes:
    return sha256(f"{bound}|{shown}|{shared}".encode()).digest()


def _receive(
    keys: Keys, certificates: Sequence[Certificate], ceremony: str, sender: int, value: Any
) -> str:
    """Raises Malformed, Rejected."""
    group = keys.group
    found = fields(value, ("key", "sealed"))
    shown = group.parse_element(found["key"])
    receiver = _own_number(keys, certificates)
    bound = _bound(ceremony, sender, receiver)
    shared = group.power_secret(shown, keys.decryption)
    try:
        opened = AESGCM(_message_key(bound, shown, shared)).decrypt(
            NONCE, bytes.fromhex(text(found["sealed"])), bound.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise Rejected("channel", f"trustee {sender}'s message to this one is broken") from error
    signed = parse_signed(parse_json(opened), group)
    start = f"{bound}|"
    check_signed(group, certificates[sender - 1].verification, signed)
    if not signed.message.startswith(start):
        raise Rejected("channel", f"trustee {sender} signed this message for somebody else")
    return signed.message.removeprefix(start)


@dataclass(frozen=True)
class Share:
    """What a trustee takes home: the number in the ceremony, the private share, the public key."""

    number: int
    private: int
    key: PublicKey


def finish(
    keys: Keys,
    certificates: Sequence[Certificate],
    needed: int,
    pledges: Sequence[str],
    contributions: Sequence[Any],
    chance: Chance,
) -> Share:
    """Check everybody's contribution and add up what they sent.

    `contributions`: of each trustee in order {"commitments": signed, "secret": to this trustee}.
    Raises Rejected, naming whose contribution does not hold.
    """
    group = keys.group
    number = _own_number(keys, certificates)
    ceremony = ceremony_id(certificates, needed)
    if not len(certificates) == len(pledges) == len(contributions):
        raise Malformed("a trustee's contribution is missing")
    private = 0
    for sender, given in enumerate(contributions, 1):
        found = fields(given, ("commitments", "secret"))
        if pledge(found["commitments"]) != pledges[sender - 1]:
            raise Rejected("pledge", f"trustee {sender} shows another commitment than was pledged")
        commitments = parse_commitments(
            parse_signed(found["commitments"], group), certificates[sender - 1], needed, group
        )
        secret = group.parse_scalar(_receive(keys, certificates, ceremony, sender, found["secret"]))
        if group.power_secret(group.g, secret) != share_key(group, [commitments], number):
            raise Rejected("secret", f"trustee {sender} sent a secret that does not fit")
        private = (private + secret) % group.q
    return Share(number, private, make_public_key(group, private, chance))


def assemble(
    group: Group,
    needed: int,
    certificates: Sequence[Certificate],
    commitments: Sequence[Any],
    keys: Sequence[PublicKey],
) -> Pedersen:
    """What the archive lists. Raises Malformed, Rejected where a key does not fit."""
    signed = tuple(parse_signed(each, group) for each in commitments)
    if not len(certificates) == len(signed) == len(keys):
        raise Malformed("a trustee's part is missing")
    shown = tuple(
        parse_commitments(each, certificate, needed, group)
        for each, certificate in zip(signed, certificates, strict=True)
    )
    for number, key in enumerate(keys, 1):
        check_public_key(group, key)
        if key.public != share_key(group, shown, number):
            raise Rejected("trustee-key", f"trustee {number}'s key is not the one committed to")
    return Pedersen(group, needed, tuple(certificates), signed, shown, tuple(keys))


def fingerprint(certificate: Certificate) -> str:
    """What two people compare by telephone: 8 groups of 4 hexadecimal digits."""
    return _spoken(sha256(certificate.signed.message.encode()).hexdigest())


def board_fingerprint(certificates: Sequence[Certificate], needed: int) -> str:
    """The same of a whole board. Where two trustees' devices differ in it, somebody between them
    has put other keys in the place of theirs."""
    return _spoken(ceremony_id(certificates, needed))


def _spoken(digest: str) -> str:
    short = digest[:32].upper()
    return " ".join(short[at : at + 4] for at in range(0, 32, 4))

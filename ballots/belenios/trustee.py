"""Trustees as the archive lists them: who holds which key, whether the keys fit (§4.5 to 4.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ballots.belenios.encoding import compact, fields, items, parse_json, text, whole
from ballots.belenios.group import Chance, Group
from ballots.belenios.proof import Proof, knowledge_holds, parse_proof, prove_knowledge
from ballots.errors import Malformed, Rejected

LARGEST = 5_000_000  # bytes
MOST_TRUSTEES = 50


@dataclass(frozen=True)
class PublicKey:
    """A trustee's public key, with the proof that its owner knows the private one."""

    pok: Proof
    public: int

    def as_json(self) -> dict[str, Any]:
        return {"pok": self.pok.as_json(), "public_key": str(self.public)}


def make_public_key(group: Group, private: int, chance: Chance) -> PublicKey:
    public = group.power_secret(group.g, private)
    return PublicKey(prove_knowledge(group, _pok_head(group, public), private, chance), public)


def _pok_head(group: Group, public: int) -> str:
    return f"pok|{group.name}|{public}|"


def check_public_key(group: Group, key: PublicKey) -> None:
    """Raises Rejected unless its owner has proven to know the private key."""
    if not knowledge_holds(group, _pok_head(group, key.public), key.public, key.pok):
        raise Rejected("trustee-proof", "a trustee has not proven to know the private key")


def parse_public_key(value: Any, group: Group) -> PublicKey:
    # A newer version adds a name and a signature, which version 1 does not read.
    found = fields(value, ("pok", "public_key"), ("name", "signature"))
    return PublicKey(parse_proof(found["pok"], group), group.parse_element(found["public_key"]))


@dataclass(frozen=True)
class Signed:
    """A message with the signature of a trustee; the message is text, hashed as it stands."""

    message: str
    signature: Proof

    def as_json(self) -> dict[str, Any]:
        return {"message": self.message, "signature": self.signature.as_json()}


def sign(group: Group, key: int, message: str, chance: Chance) -> Signed:
    return Signed(message, prove_knowledge(group, f"sigmsg|{message}|", key, chance))


def check_signed(group: Group, key: int, signed: Signed) -> None:
    if not knowledge_holds(group, f"sigmsg|{signed.message}|", key, signed.signature):
        raise Rejected("trustee-signature", "a trustee's signature does not hold")


def parse_signed(value: Any, group: Group) -> Signed:
    found = fields(value, ("message", "signature"))
    return Signed(text(found["message"]), parse_proof(found["signature"], group))


@dataclass(frozen=True)
class Certificate:
    """The keys by which a trustee signs and is written to."""

    signed: Signed
    verification: int
    encryption: int


def parse_certificate(value: Any, group: Group) -> Certificate:
    """Raises Malformed, and Rejected where it is not signed by its own key."""
    signed = parse_signed(fields(value, ("message", "signature")), group)
    keys = fields(parse_json(signed.message.encode()), ("verification", "encryption"), ("context",))
    found = Certificate(
        signed,
        group.parse_element(keys["verification"]),
        group.parse_element(keys["encryption"]),
    )
    check_signed(group, found.verification, signed)
    return found


@dataclass(frozen=True)
class Single:
    """One trustee, without whom nothing is opened."""

    key: PublicKey

    keys: tuple[PublicKey, ...] = ()
    needed: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", (self.key,))

    @property
    def public(self) -> int:
        return self.key.public

    def as_json(self) -> list[Any]:
        return ["Single", self.key.as_json()]


@dataclass(frozen=True)
class Pedersen:
    """Several trustees, any `needed` of whom open the tally."""

    group: Group
    needed: int
    certificates: tuple[Certificate, ...]
    signed_commitments: tuple[Signed, ...]
    commitments: tuple[tuple[int, ...], ...]  # by trustee: g^a0 … g^at of their polynomial
    keys: tuple[PublicKey, ...]

    @property
    def public(self) -> int:
        public = 1
        for own in self.commitments:
            public = self.group.multiply(public, own[0])
        return public

    def as_json(self) -> list[Any]:
        value = {
            "threshold": self.needed,
            "certs": [each.signed.as_json() for each in self.certificates],
            "coefexps": [each.as_json() for each in self.signed_commitments],
            "verification_keys": [key.as_json() for key in self.keys],
        }
        return ["Pedersen", value]


Item = Single | Pedersen


def share_key(group: Group, commitments: Sequence[Sequence[int]], number: int) -> int:
    """g to the share of the trustee with that number, from 1, by everybody's commitments."""
    public = 1
    for own in commitments:
        for degree, element in enumerate(own):
            public = group.multiply(public, group.power(element, number**degree))
    return public


def encode_trustees(trustees: Sequence[Item]) -> bytes:
    return compact([item.as_json() for item in trustees])


def parse_trustees(encoded: bytes, group: Group) -> tuple[Item, ...]:
    """Raises Malformed, and Rejected where a key does not fit what was committed to."""
    if len(encoded) > LARGEST:
        raise Malformed("the list of trustees is too large")
    trustees = tuple(_parse_item(each, group) for each in items(parse_json(encoded)))
    if not 1 <= len(owners(trustees)) <= MOST_TRUSTEES:
        raise Malformed("there is another number of trustees than can be")
    return trustees


def _parse_item(value: Any, group: Group) -> Item:
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed("a trustee is a kind and its keys")
    kind, content = value
    if kind == "Single":
        key = parse_public_key(content, group)
        check_public_key(group, key)
        return Single(key)
    if kind == "Pedersen":
        return _parse_pedersen(content, group)
    raise Malformed("there are no trustees of this kind")


def _parse_pedersen(value: Any, group: Group) -> Pedersen:
    found = fields(
        value, ("threshold", "certs", "coefexps", "verification_keys"), ("context", "signatures")
    )
    certificates = tuple(parse_certificate(each, group) for each in items(found["certs"]))
    signed = tuple(parse_signed(each, group) for each in items(found["coefexps"]))
    keys = tuple(parse_public_key(each, group) for each in items(found["verification_keys"]))
    needed = whole(found["threshold"])
    if not len(certificates) == len(signed) == len(keys) or not 1 <= needed <= len(keys):
        raise Malformed("the threshold does not fit the number of trustees")
    commitments = tuple(
        parse_commitments(each, certificate, needed, group)
        for each, certificate in zip(signed, certificates, strict=True)
    )
    for number, key in enumerate(keys, 1):
        check_public_key(group, key)
        if key.public != share_key(group, commitments, number):
            raise Rejected("trustee-key", "a trustee's key is not the one committed to")
    return Pedersen(group, needed, certificates, signed, commitments, keys)


def parse_commitments(
    signed: Signed, certificate: Certificate, needed: int, group: Group
) -> tuple[int, ...]:
    check_signed(group, certificate.verification, signed)
    value = fields(parse_json(signed.message.encode()), ("coefexps",))
    made = tuple(group.parse_element(each) for each in items(value["coefexps"]))
    if len(made) != needed:
        raise Malformed("a trustee's polynomial has another degree than the threshold asks")
    return made


def owners(trustees: Sequence[Item]) -> list[PublicKey]:
    """Every trustee's key in order; the first has number 1 in the archive."""
    return [key for item in trustees for key in item.keys]


def public_key(group: Group, trustees: Sequence[Item]) -> int:
    """What votes are encrypted with."""
    public = 1
    for item in trustees:
        public = group.multiply(public, item.public)
    return public

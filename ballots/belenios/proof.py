"""Proofs that something hidden is well-formed: knowledge, equality, membership of an interval.

Each proof is a challenge and a response. Making one simulates every branch but the true one;
checking one computes the commitments again and hashes them (§4.12 to 4.14, §4.5, §4.18).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ballots.belenios.group import Chance, Group
from ballots.errors import Malformed


@dataclass(frozen=True)
class Proof:
    challenge: int
    response: int

    def as_json(self) -> dict[str, str]:
        return {"challenge": str(self.challenge), "response": str(self.response)}


def parse_proof(value: Any, group: Group) -> Proof:
    if not isinstance(value, dict) or list(value) != ["challenge", "response"]:
        raise Malformed("a proof is a challenge and a response")
    return Proof(group.parse_scalar(value["challenge"]), group.parse_scalar(value["response"]))


def parse_proofs(value: Any, group: Group, number: int) -> tuple[Proof, ...]:
    if not isinstance(value, list) or len(value) != number:
        raise Malformed("there is another number of proofs than there should be")
    return tuple(parse_proof(each, group) for each in value)


@dataclass(frozen=True)
class Ciphertext:
    """ElGamal: alpha = g^r, beta = y^r·g^m."""

    alpha: int
    beta: int

    def as_json(self) -> dict[str, str]:
        return {"alpha": str(self.alpha), "beta": str(self.beta)}

    def __str__(self) -> str:
        return f"{self.alpha},{self.beta}"


def parse_ciphertext(value: Any, group: Group) -> Ciphertext:
    if not isinstance(value, dict) or list(value) != ["alpha", "beta"]:
        raise Malformed("a ciphertext is an alpha and a beta")
    return Ciphertext(group.parse_element(value["alpha"]), group.parse_element(value["beta"]))


@dataclass(frozen=True)
class Key:
    """An election's public key with the tables for its powers and the generator's."""

    group: Group
    y: int

    def encrypt(self, message: int, r: int) -> Ciphertext:
        group = self.group
        masked = group.fixed_base(self.y)(r)
        return Ciphertext(group.powers(r), group.multiply(masked, group.powers(message)))

    def commitment(self, ciphertext: Ciphertext, message: int, proof: Proof) -> str:
        """ "A,B" for "this ciphertext holds that message", as prover and verifier hash it."""
        group, challenge = self.group, proof.challenge
        first = self._commit(group.powers(proof.response), ciphertext.alpha, challenge)
        known = group.fixed_base(self.y)(proof.response)
        if message:
            # (beta / g^m)^c is beta^c · g^-mc: a power of g costs less than a division.
            known = group.multiply(known, group.powers(-message * challenge))
        return f"{first},{self._commit(known, ciphertext.beta, challenge)}"

    def _commit(self, known: int, base: int, challenge: int) -> str:
        return str(self.group.multiply(known, self.group.power(base, challenge)))

    def fresh(self, w: int) -> str:
        return f"{self.group.powers(w)},{self.group.fixed_base(self.y)(w)}"


@dataclass(frozen=True)
class Claim:
    """One branch of a disjunction: "this ciphertext holds that message"."""

    ciphertext: Ciphertext
    message: int


def prove_one_of(
    key: Key, head: str, claims: Sequence[Claim], true: int, r: int, chance: Chance
) -> tuple[Proof, ...]:
    """Prove that one of the claims holds without saying which; `r` is the true one's randomness.

    `head` is the text before the commitments, up to and including its last bar.
    """
    group = key.group
    proofs = [Proof(group.scalar(chance), group.scalar(chance)) for _ in claims]
    w = group.scalar(chance)
    commitments = [
        key.fresh(w) if at == true else key.commitment(claim.ciphertext, claim.message, proofs[at])
        for at, claim in enumerate(claims)
    ]
    others = sum(proof.challenge for at, proof in enumerate(proofs) if at != true)
    challenge = (group.challenge(head + ",".join(commitments)) - others) % group.q
    proofs[true] = Proof(challenge, (w - r * challenge) % group.q)
    return tuple(proofs)


def one_of_holds(key: Key, head: str, claims: Sequence[Claim], proofs: Sequence[Proof]) -> bool:
    if len(proofs) != len(claims):
        return False
    commitments = [
        key.commitment(claim.ciphertext, claim.message, proof)
        for claim, proof in zip(claims, proofs, strict=True)
    ]
    total = sum(proof.challenge for proof in proofs) % key.group.q
    return key.group.challenge(head + ",".join(commitments)) == total


def prove_knowledge(group: Group, head: str, secret: int, chance: Chance) -> Proof:
    """Schnorr's proof of the exponent; `head` is what is hashed before the commitment."""
    w = group.scalar(chance)
    challenge = group.challenge(head + str(group.powers(w)))
    return Proof(challenge, (w - secret * challenge) % group.q)


def knowledge_holds(group: Group, head: str, public: int, proof: Proof) -> bool:
    commitment = group.multiply(group.powers(proof.response), group.power(public, proof.challenge))
    return group.challenge(head + str(commitment)) == proof.challenge


def prove_equal(group: Group, head: str, base: int, secret: int, chance: Chance) -> Proof:
    """Chaum and Pedersen: the exponent of g^secret is that of base^secret."""
    w = group.scalar(chance)
    challenge = group.challenge(f"{head}{group.powers(w)},{group.power_secret(base, w)}")
    return Proof(challenge, (w - secret * challenge) % group.q)


def equal_holds(group: Group, head: str, base: int, public: int, power: int, proof: Proof) -> bool:
    """Whether `public` = g^x and `power` = base^x for one x."""
    known = group.powers(proof.response)
    one = group.multiply(known, group.power(public, proof.challenge))
    other = group.multiply(group.power(base, proof.response), group.power(power, proof.challenge))
    return group.challenge(f"{head}{one},{other}") == proof.challenge

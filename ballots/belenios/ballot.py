"""A secret ballot: answers encrypted, each proven well-formed, the whole signed (§4.11 to 4.15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ballots.belenios.election import Election, Question
from ballots.belenios.encoding import compact, fingerprint, items, parse_json
from ballots.belenios.group import Chance, Group
from ballots.belenios.proof import (
    Ciphertext,
    Claim,
    Key,
    Proof,
    knowledge_holds,
    one_of_holds,
    parse_ciphertext,
    parse_proof,
    parse_proofs,
    prove_knowledge,
    prove_one_of,
)
from ballots.errors import Malformed, Rejected

LARGEST = 600_000  # bytes; 40 options of which any number may be chosen need 90,000


@dataclass(frozen=True)
class Answer:
    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]
    blank_proof: tuple[Proof, ...] | None

    def as_json(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "choices": [choice.as_json() for choice in self.choices],
            "individual_proofs": [_json(proofs) for proofs in self.individual_proofs],
            "overall_proof": _json(self.overall_proof),
        }
        if self.blank_proof is not None:
            made["blank_proof"] = _json(self.blank_proof)
        return made


def _json(proofs: Sequence[Proof]) -> list[dict[str, str]]:
    return [proof.as_json() for proof in proofs]


@dataclass(frozen=True)
class Ballot:
    election_uuid: str
    election_hash: str
    credential: int
    answers: tuple[Answer, ...]
    signed_hash: str
    signature: Proof

    def unsigned(self) -> dict[str, Any]:
        return {
            "election_uuid": self.election_uuid,
            "election_hash": self.election_hash,
            "credential": str(self.credential),
            "answers": [answer.as_json() for answer in self.answers],
        }

    def encode(self) -> bytes:
        signature = {"hash": self.signed_hash, "proof": self.signature.as_json()}
        return compact({**self.unsigned(), "signature": signature})

    @cached_property
    def tracker(self) -> str:
        return fingerprint(self.encode())


def make_ballot(
    election: Election, secret: int, choices: Sequence[Sequence[int]], chance: Chance
) -> Ballot:
    """Encrypt and sign. `choices`: for each question a 0 or 1 per option, the blank one first.

    Raises Rejected for a choice that the question does not allow.
    """
    if len(choices) != len(election.questions):
        raise Rejected("wrong-option", "there is an answer to each question")
    group = election.group
    credential = group.power_secret(group.g, secret)
    head = _head(election, credential)
    answers = tuple(
        _answer(election.key, question, chosen, head, chance)
        for question, chosen in zip(election.questions, choices, strict=True)
    )
    unsigned = Ballot(election.uuid, election.hash, credential, answers, "", Proof(0, 0))
    signed_hash = fingerprint(compact(unsigned.unsigned()))
    signature = prove_knowledge(group, f"sig|{signed_hash}|", secret, chance)
    return Ballot(election.uuid, election.hash, credential, answers, signed_hash, signature)


def _head(election: Election, credential: int) -> str:
    """S0: a proof holds in this election and under this credential only."""
    return f"{election.hash}|{credential}"


def check_choice(question: Question, chosen: Sequence[int]) -> None:
    """Raises Rejected."""
    allowed = len(chosen) == question.length and set(chosen) <= {0, 1}
    if allowed and question.blank and chosen[0]:
        allowed = sum(chosen) == 1
    elif allowed:
        allowed = sum(chosen) in question.sums
    if not allowed:
        raise Rejected("wrong-option", "the question does not allow this choice")


def _answer(
    key: Key, question: Question, chosen: Sequence[int], head: str, chance: Chance
) -> Answer:
    check_choice(question, chosen)
    secrets = [key.group.scalar(chance) for _ in chosen]
    choices = tuple(key.encrypt(m, r) for m, r in zip(chosen, secrets, strict=True))
    individual = tuple(
        prove_one_of(key, _bit_head(head, choice), _bits(choice), m, r, chance)
        for choice, m, r in zip(choices, chosen, secrets, strict=True)
    )
    whole = _whole_head(head, choices)
    skip = 1 if question.blank else 0
    total = _product(key.group, choices[skip:])
    r_total, m_total = sum(secrets[skip:]), sum(chosen[skip:])
    if not question.blank:
        text = f"prove|{whole}|{total}|"
        claims = [Claim(total, m) for m in question.sums]
        at = m_total - question.least
        return Answer(
            choices, individual, prove_one_of(key, text, claims, at, r_total, chance), None
        )
    blank_claims, overall_claims = _blank_claims(question, choices[0], total)
    if chosen[0]:
        first, second = (1, r_total), (0, secrets[0])
    else:
        first, second = (0, secrets[0]), (1 + m_total - question.least, r_total)
    blank = prove_one_of(key, f"bproof0|{whole}|", blank_claims, *first, chance)
    overall = prove_one_of(key, f"bproof1|{whole}|", overall_claims, *second, chance)
    return Answer(choices, individual, overall, blank)


def _bit_head(head: str, choice: Ciphertext) -> str:
    return f"prove|{head}|{choice}|"


def _bits(choice: Ciphertext) -> list[Claim]:
    return [Claim(choice, 0), Claim(choice, 1)]


def _whole_head(head: str, choices: Sequence[Ciphertext]) -> str:
    return f"{head}|" + ",".join(str(choice) for choice in choices)


def _product(group: Group, choices: Sequence[Ciphertext]) -> Ciphertext:
    alpha, beta = 1, 1
    for choice in choices:
        alpha = group.multiply(alpha, choice.alpha)
        beta = group.multiply(beta, choice.beta)
    return Ciphertext(alpha, beta)


def _blank_claims(
    question: Question, blank: Ciphertext, total: Ciphertext
) -> tuple[list[Claim], list[Claim]]:
    """Not blank, or nothing chosen; and blank, or as many chosen as are asked for (§4.13)."""
    overall = [Claim(blank, 1), *(Claim(total, m) for m in question.sums)]
    return [Claim(blank, 0), Claim(total, 0)], overall


def parse_ballot(encoded: bytes, election: Election) -> Ballot:
    """Strictly: re-encoding gives the same bytes, every element is one. Raises Malformed."""
    if len(encoded) > LARGEST:
        raise Malformed("the ballot is too large")
    value = parse_json(encoded)
    names = ["election_uuid", "election_hash", "credential", "answers", "signature"]
    if not isinstance(value, dict) or list(value) != names:
        raise Malformed("this is not a ballot")
    signature = value["signature"]
    if not isinstance(signature, dict) or list(signature) != ["hash", "proof"]:
        raise Malformed("this is not a signature")
    answers = items(value["answers"])
    if len(answers) != len(election.questions):
        raise Malformed("there is another number of answers than of questions")
    ballot = Ballot(
        value["election_uuid"],
        value["election_hash"],
        election.group.parse_element(value["credential"]),
        tuple(
            _parse_answer(answer, question, election.group)
            for answer, question in zip(answers, election.questions, strict=True)
        ),
        signature["hash"],
        parse_proof(signature["proof"], election.group),
    )
    if ballot.encode() != encoded:
        raise Malformed("the ballot is not in its canonical form")
    return ballot


def _parse_answer(value: Any, question: Question, group: Group) -> Answer:
    names = ["choices", "individual_proofs", "overall_proof"]
    if question.blank:
        names.append("blank_proof")
    if not isinstance(value, dict) or list(value) != names:
        raise Malformed("this is not an answer")
    choices, proofs = items(value["choices"]), items(value["individual_proofs"])
    if len(choices) != question.length or len(proofs) != question.length:
        raise Malformed("the answer has another number of choices than the question")
    overall = len(question.sums) + question.blank
    return Answer(
        tuple(parse_ciphertext(each, group) for each in choices),
        tuple(parse_proofs(each, group, 2) for each in proofs),
        parse_proofs(value["overall_proof"], group, overall),
        parse_proofs(value["blank_proof"], group, 2) if question.blank else None,
    )


def check_ballot(ballot: Ballot, election: Election) -> None:
    """Raises Rejected unless the ballot is for this election and every proof of it holds.

    Whether its credential may vote is the caller's to say.
    """
    if (ballot.election_uuid, ballot.election_hash) != (election.uuid, election.hash):
        raise Rejected("wrong-poll", "this ballot was made for another election")
    if ballot.signed_hash != fingerprint(compact(ballot.unsigned())):
        raise Rejected("signature", "the signature is of another ballot")
    head = f"sig|{ballot.signed_hash}|"
    if not knowledge_holds(election.group, head, ballot.credential, ballot.signature):
        raise Rejected("signature", "the signature does not hold")
    for question, answer in zip(election.questions, ballot.answers, strict=True):
        _check_answer(election.key, question, answer, _head(election, ballot.credential))


def _check_answer(key: Key, question: Question, answer: Answer, head: str) -> None:
    for choice, proofs in zip(answer.choices, answer.individual_proofs, strict=True):
        if not one_of_holds(key, _bit_head(head, choice), _bits(choice), proofs):
            raise Rejected("individual-proof", "a choice is not proven to be 0 or 1")
    whole = _whole_head(head, answer.choices)
    total = _product(key.group, answer.choices[1 if question.blank else 0 :])
    if answer.blank_proof is None:
        claims = [Claim(total, m) for m in question.sums]
        text = f"prove|{whole}|{total}|"
    else:
        blank_claims, claims = _blank_claims(question, answer.choices[0], total)
        text = f"bproof1|{whole}|"
        if not one_of_holds(key, f"bproof0|{whole}|", blank_claims, answer.blank_proof):
            raise Rejected("blank-proof", "a blank vote is not proven to choose nothing")
    if not one_of_holds(key, text, claims, answer.overall_proof):
        raise Rejected("overall-proof", "the number of choices is not proven to be allowed")

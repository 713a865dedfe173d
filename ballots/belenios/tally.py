"""The tally: all ballots multiplied together, opened by the trustees, read off (§4.16 to 4.19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ballots.belenios.ballot import Ballot
from ballots.belenios.election import Election
from ballots.belenios.encoding import compact, fields, items, parse_json, text
from ballots.belenios.group import Chance, Group
from ballots.belenios.proof import (
    Ciphertext,
    Proof,
    equal_holds,
    parse_ciphertext,
    parse_proof,
    prove_equal,
)
from ballots.belenios.trustee import Item
from ballots.errors import Malformed, Rejected

STRONG = "stamma-decryption/v1"

Tally = tuple[tuple[Ciphertext, ...], ...]  # a ciphertext per question and option


def last_ballots(ballots: Sequence[Ballot]) -> list[Ballot]:
    """Of each credential the last ballot, in the order in which these came."""
    last: dict[int, Ballot] = {}
    for ballot in ballots:
        last.pop(ballot.credential, None)
        last[ballot.credential] = ballot
    return list(last.values())


def add_up(election: Election, ballots: Sequence[Ballot]) -> Tally:
    """The encrypted sums over ballots of which each is its voter's last."""
    group = election.group
    sums = [[(1, 1)] * question.length for question in election.questions]
    for ballot in ballots:
        for row, answer in zip(sums, ballot.answers, strict=True):
            for at, choice in enumerate(answer.choices):
                alpha, beta = row[at]
                row[at] = (
                    group.multiply(alpha, choice.alpha),
                    group.multiply(beta, choice.beta),
                )
    return tuple(tuple(Ciphertext(alpha, beta) for alpha, beta in row) for row in sums)


def encode_tally(tally: Tally) -> bytes:
    return compact([[each.as_json() for each in row] for row in tally])


def parse_tally(encoded: bytes, election: Election) -> Tally:
    rows = items(parse_json(encoded))
    # A sum over no ballots is (1, 1), which is an element.
    tally = tuple(
        tuple(parse_ciphertext(each, election.group) for each in items(row)) for row in rows
    )
    if [len(row) for row in tally] != [question.length for question in election.questions]:
        raise Malformed("the tally has another shape than the questions")
    return tally


@dataclass(frozen=True)
class PartialDecryption:
    factors: tuple[tuple[int, ...], ...]
    proofs: tuple[tuple[Proof, ...], ...]

    def encode(self) -> bytes:
        return compact(
            {
                "decryption_factors": [[str(each) for each in row] for row in self.factors],
                "decryption_proofs": [[each.as_json() for each in row] for row in self.proofs],
            }
        )


def parse_partial(encoded: bytes, tally: Tally, group: Group) -> PartialDecryption:
    found = fields(parse_json(encoded), ("decryption_factors", "decryption_proofs"))
    factors = tuple(
        tuple(group.parse_element(each) for each in items(row))
        for row in items(found["decryption_factors"])
    )
    proofs = tuple(
        tuple(parse_proof(each, group) for each in items(row))
        for row in items(found["decryption_proofs"])
    )
    shape = [len(row) for row in tally]
    if [len(row) for row in factors] != shape or [len(row) for row in proofs] != shape:
        raise Malformed("a partial decryption has another shape than the tally")
    return PartialDecryption(factors, proofs)


def decrypt(election: Election, tally: Tally, private: int, chance: Chance) -> PartialDecryption:
    """A trustee's part of opening the tally, with the proof that it was done rightly."""
    group = election.group
    head = _head(election, group.power_secret(group.g, private))
    return PartialDecryption(
        factors=tuple(
            tuple(group.power_secret(each.alpha, private) for each in row) for row in tally
        ),
        proofs=tuple(
            tuple(prove_equal(group, head, each.alpha, private, chance) for each in row)
            for row in tally
        ),
    )


def _head(election: Election, public: int) -> str:
    return f"decrypt|{election.hash}|{public}|"


def check_partial(
    election: Election, tally: Tally, public: int, partial: PartialDecryption
) -> None:
    """Raises Rejected unless every factor is proven to be made with that key."""
    head = _head(election, public)
    for row, factors, proofs in zip(tally, partial.factors, partial.proofs, strict=True):
        for each, factor, proof in zip(row, factors, proofs, strict=True):
            if not equal_holds(election.group, head, each.alpha, public, factor, proof):
                raise Rejected("decryption-proof", "a partial decryption is not proven")


# The proof above hashes neither the ciphertext nor the factor, so that a trustee could spoil the
# opening and not be named. This one, beside the archive, hashes the whole statement.


def prove_strongly(
    election: Election, tally: Tally, private: int, chance: Chance
) -> list[list[Proof]]:
    group = election.group
    public = group.power_secret(group.g, private)
    made = []
    for row in tally:
        factors = [group.power_secret(each.alpha, private) for each in row]
        made.append(
            [
                prove_equal(
                    group, _strong(election, public, each, factor), each.alpha, private, chance
                )
                for each, factor in zip(row, factors, strict=True)
            ]
        )
    return made


def _strong(election: Election, public: int, ciphertext: Ciphertext, factor: int) -> str:
    group = election.group
    return f"{STRONG}|{group.name}|{election.hash}|{public}|{ciphertext}|{factor}|"


def check_strongly(
    election: Election,
    tally: Tally,
    public: int,
    partial: PartialDecryption,
    proofs: Sequence[Sequence[Proof]],
) -> None:
    """Raises Rejected."""
    if [len(row) for row in proofs] != [len(row) for row in tally]:
        raise Rejected("strong-proof", "a strong decryption proof has another shape")
    for row, factors, given in zip(tally, partial.factors, proofs, strict=True):
        for each, factor, proof in zip(row, factors, given, strict=True):
            head = _strong(election, public, each, factor)
            if not equal_holds(election.group, head, each.alpha, public, factor, proof):
                raise Rejected("strong-proof", "a decryption is not proven in the strong form")


def encode_strong(proofs: Mapping[int, Sequence[Sequence[Proof]]]) -> bytes:
    """By trustee's number, as it lies beside the archive."""
    value = [
        {"owner": owner, "proofs": [[each.as_json() for each in row] for row in rows]}
        for owner, rows in sorted(proofs.items())
    ]
    return compact({"format": STRONG, "trustees": value})


def parse_strong(encoded: bytes, group: Group) -> dict[int, list[list[Proof]]]:
    found = fields(parse_json(encoded), ("format", "trustees"))
    if text(found["format"]) != STRONG:
        raise Malformed("these are not strong decryption proofs")
    made: dict[int, list[list[Proof]]] = {}
    for each in items(found["trustees"]):
        owned = fields(each, ("owner", "proofs"))
        made[owned["owner"]] = [
            [parse_proof(proof, group) for proof in items(row)] for row in items(owned["proofs"])
        ]
    return made


def open_tally(
    election: Election,
    trustees: Sequence[Item],
    tally: Tally,
    partials: Mapping[int, PartialDecryption],
    voters: int,
) -> list[list[int]]:
    """The numbers of votes, from checked decryptions by the trustees' numbers.

    Raises Rejected where too few have opened, or where what they opened is no number of votes.
    """
    group = election.group
    opened: list[list[int]] = [[1] * len(row) for row in tally]
    first = 1
    for item in trustees:
        numbers = range(first, first + len(item.keys))
        own = {n - first + 1: partials[n] for n in numbers if n in partials}
        first += len(item.keys)
        if len(own) < item.needed:
            raise Rejected("too-few-trustees", "too few trustees have opened the tally")
        chosen = sorted(own)[: item.needed]
        for number in chosen:
            weight = _lagrange(group, number, chosen)
            for row, factors in zip(opened, own[number].factors, strict=True):
                for at, factor in enumerate(factors):
                    row[at] = group.multiply(row[at], group.power(factor, weight))
    return [
        _read_off(group, row, factors, _logarithms(group, voters))
        for row, factors in zip(tally, opened, strict=True)
    ]


def _read_off(
    group: Group, row: Sequence[Ciphertext], factors: Sequence[int], logarithms: Mapping[int, int]
) -> list[int]:
    numbers = []
    for each, factor in zip(row, factors, strict=True):
        number = logarithms.get(group.divide(each.beta, factor))
        if number is None:
            raise Rejected("result", "what was opened is no number of votes")
        numbers.append(number)
    return numbers


def _lagrange(group: Group, number: int, chosen: Sequence[int]) -> int:
    weight = 1
    for other in chosen:
        if other != number:
            weight = weight * other * pow(other - number, -1, group.q) % group.q
    return weight


def _logarithms(group: Group, most: int) -> dict[int, int]:
    element, found = 1, {}
    for exponent in range(most + 1):
        found[element] = exponent
        element = group.multiply(element, group.g)
    return found


def encode_result(result: Sequence[Sequence[int]]) -> bytes:
    return compact({"result": [list(row) for row in result]})

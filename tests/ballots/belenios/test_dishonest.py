"""Archives that lie, each in its own way: named by ours, and refused by `belenios-tool` too.

Every lie is told with honest hashes around it, so that it is the lie that is found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest

from ballots.belenios import tally
from ballots.belenios.archive import Archive
from ballots.belenios.ballot import Ballot, make_ballot
from ballots.belenios.credential import public_of
from ballots.belenios.election import parse_election
from ballots.belenios.encoding import compact, fingerprint
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.proof import Proof, prove_knowledge
from ballots.belenios.trustee import make_public_key
from ballots.belenios.verify import verify_archive
from tests.ballots.belenios import tool
from tests.ballots.belenios.conftest import UP_TO_TWO, YES_NO, Made, chance, threshold
from tests.ballots.belenios.parts import Part, changed, of_kind, put_together, taken_apart

Lie = Callable[[Made, list[Part]], Any]
LIES: dict[str, tuple[str, Lie]] = {}


def lie(code: str) -> Callable[[Lie], Lie]:
    """Register a lie under its name, with the code that our verifier gives it."""

    def register(told: Lie) -> Lie:
        LIES[told.__name__.replace("_", " ")] = (code, told)
        return told

    return register


def signed_again(made: Made, voter: int, body: bytes, change: Callable[[Any], Any]) -> bytes:
    """A ballot altered by its own voter, who signs it as it is then."""
    value = json.loads(body)
    change(value)
    del value["signature"]
    hashed = fingerprint(compact(value))
    proof = prove_knowledge(GROUP, f"sig|{hashed}|", made.secrets[voter], chance)
    value["signature"] = {"hash": hashed, "proof": proof.as_json()}
    return compact(value)


def outside() -> str:
    """A number that is no element: not of order q."""
    number = next(n for n in range(2, 99) if not GROUP.contains(n))
    return str(number)


@lie("individual-proof")
def a_ballot_worth_a_hundred(made, parts):
    """One ciphertext holds 100, and the proof that it holds 0 or 1 is a forgery."""
    ballot = of_kind(parts, "Ballot")[0]

    def stuff(value):
        choice = value["answers"][0]["choices"][0]
        heavier = GROUP.multiply(int(choice["beta"]), GROUP.power(GROUP.g, 99))
        choice["beta"] = str(heavier)

    ballot["body"] = signed_again(made, 0, ballot["body"], stuff)


@lie("overall-proof")
def two_options_where_one_may_be_chosen(made, parts):
    """Each choice is an honest 0 or 1, and their sum is 2."""
    ballot = of_kind(parts, "Ballot")[0]

    def choose_two(value):
        answer = value["answers"][0]
        answer["choices"][1], answer["individual_proofs"][1] = _true_bit(made, 0)

    ballot["body"] = signed_again(made, 0, ballot["body"], choose_two)


def _true_bit(made: Made, voter: int) -> tuple[Any, Any]:
    """An honestly encrypted and proven 1 of this voter."""
    ballot = make_ballot(made.election, made.secrets[voter], [[0, 1, 0], [0, 0, 0, 1]], chance)
    answer = ballot.answers[0]
    return answer.choices[1].as_json(), [each.as_json() for each in answer.individual_proofs[1]]


@lie("blank-proof")
def blank_and_chosen_at_once(made, parts):
    ballot = of_kind(parts, "Ballot")[1]

    def also_blank(value):
        answer = value["answers"][1]
        blank = make_ballot(
            made.election, made.secrets[1], [[1, 0, 0], [1, 0, 0, 0]], chance
        ).answers[1]
        answer["choices"][0] = blank.choices[0].as_json()
        answer["individual_proofs"][0] = [each.as_json() for each in blank.individual_proofs[0]]

    ballot["body"] = signed_again(made, 1, ballot["body"], also_blank)


@lie("signature")
def a_signature_by_somebody_else(made, parts):
    ballot = of_kind(parts, "Ballot")[0]
    value = json.loads(ballot["body"])
    hashed = value["signature"]["hash"]
    forged = prove_knowledge(GROUP, f"sig|{hashed}|", made.secrets[1], chance)
    value["signature"]["proof"] = forged.as_json()
    ballot["body"] = compact(value)


@lie("signature")
def a_signature_of_another_ballot(made, parts):
    first, second = of_kind(parts, "Ballot")[:2]
    value, other = json.loads(first["body"]), json.loads(second["body"])
    value["signature"] = other["signature"]
    first["body"] = compact(value)


@lie("unknown-credential")
def a_ballot_without_a_right_to_vote(made, parts):
    stranger = GROUP.scalar(chance)
    ballot = make_ballot(made.election, stranger, [[1, 0, 0], [0, 1, 0, 0]], chance)
    _add_and_count_again(made, parts, ballot)


def _add_and_count_again(made: Made, parts: list[Part], ballot: Ballot) -> None:
    """The tally and its opening follow, so that the ballot alone is at fault."""
    at = parts.index(of_kind(parts, "EndBallots")[0])
    parts.insert(at, {"kind": "Ballot", "body": ballot.encode()})
    made.ballots.append(ballot)
    _count_again(made, parts, tally.last_ballots(made.ballots))


def _count_again(made: Made, parts: list[Part], counted: list[Ballot]) -> None:
    sized = of_kind(parts, "EncryptedTally")[0]
    added = tally.add_up(made.election, counted)
    sized |= {
        "body": tally.encode_tally(added),
        "num_tallied": len(counted),
        "total_weight": len(counted),
    }
    partials = {}
    for part in of_kind(parts, "PartialDecryption"):
        partial = tally.decrypt(made.election, added, made.privates[part["owner"]], chance)
        part["body"] = partial.encode()
        partials[part["owner"]] = partial
    result = tally.open_tally(made.election, made.trustees, added, partials, len(counted))
    of_kind(parts, "Result")[0]["body"] = tally.encode_result(result)


@lie("tally")
def a_ballot_left_out_of_the_tally(made, parts):
    counted = tally.last_ballots(made.ballots)
    _count_again(made, parts, counted[1:])
    sized = of_kind(parts, "EncryptedTally")[0]
    sized |= {"num_tallied": len(counted), "total_weight": len(counted)}


@lie("tally")
def a_vote_that_was_taken_back_is_counted(made, parts):
    """The first of two ballots of one voter is counted instead of the last."""
    again = make_ballot(made.election, made.secrets[0], [[0, 1, 0], [1, 0, 0, 0]], chance)
    before = tally.last_ballots(made.ballots)
    at = parts.index(of_kind(parts, "EndBallots")[0])
    parts.insert(at, {"kind": "Ballot", "body": again.encode()})
    _count_again(made, parts, before)


@lie("tally")
def a_tally_written_otherwise_than_it_was_opened(made, parts):
    """What was decrypted is the honest sum; what stands there is not."""

    def write(value):
        value[0][0]["alpha"] = value[0][1]["alpha"]

    changed(of_kind(parts, "EncryptedTally")[0], write)


@lie("tally-size")
def a_tally_that_says_more_ballots(made, parts):
    of_kind(parts, "EncryptedTally")[0]["num_tallied"] += 1


@lie("tally-size")
def a_tally_that_says_more_weight(made, parts):
    of_kind(parts, "EncryptedTally")[0]["total_weight"] += 1


@lie("duplicate-ballot")
def the_same_ballot_twice(made, parts):
    ballot = of_kind(parts, "Ballot")[0]
    parts.insert(parts.index(ballot) + 1, dict(ballot))


@lie("wrong-poll")
def a_ballot_replayed_from_another_election(made, parts):
    """The same questions and voters, another name: another election."""
    value = json.loads(made.election.raw)
    value["name"] = "Förra årets stämma"
    earlier = parse_election(compact(value))
    ballot = make_ballot(earlier, made.secrets[2], [[1, 0, 0], [0, 1, 0, 0]], chance)
    of_kind(parts, "Ballot")[2]["body"] = ballot.encode()


@lie("individual-proof")
def somebodys_answers_under_another_credential(made, parts):
    """Copying an encrypted vote would show how its owner voted: the proofs are bound to a voter."""
    first, second = of_kind(parts, "Ballot")[:2]
    copied = json.loads(first["body"])["answers"]
    second["body"] = signed_again(
        made, 1, second["body"], lambda value: value.update(answers=copied)
    )


@lie("malformed")
def a_number_with_a_leading_zero(made, parts):
    ballot = of_kind(parts, "Ballot")[0]

    def pad(value):
        proof = value["answers"][0]["overall_proof"][0]
        proof["response"] = "0" + proof["response"]

    ballot["body"] = signed_again(made, 0, ballot["body"], pad)


@lie("malformed")
def a_response_beyond_the_groups_order(made, parts):
    ballot = of_kind(parts, "Ballot")[0]

    def wrap(value):
        proof = value["answers"][0]["overall_proof"][0]
        proof["response"] = str(int(proof["response"]) + GROUP.q)

    ballot["body"] = signed_again(made, 0, ballot["body"], wrap)


@lie("malformed")
def a_ciphertext_outside_the_group(made, parts):
    ballot = of_kind(parts, "Ballot")[0]

    def leave(value):
        value["answers"][0]["choices"][0]["alpha"] = outside()

    ballot["body"] = signed_again(made, 0, ballot["body"], leave)


@lie("malformed")
def a_ciphertext_of_zero(made, parts):
    ballot = of_kind(parts, "Ballot")[0]

    def vanish(value):
        value["answers"][0]["choices"][0]["alpha"] = "0"

    ballot["body"] = signed_again(made, 0, ballot["body"], vanish)


@lie("malformed")
def an_answer_with_an_option_more(made, parts):
    ballot = of_kind(parts, "Ballot")[0]

    def widen(value):
        answer = value["answers"][0]
        answer["choices"].append(answer["choices"][0])
        answer["individual_proofs"].append(answer["individual_proofs"][0])

    ballot["body"] = signed_again(made, 0, ballot["body"], widen)


@lie("decryption-proof")
def a_decryption_that_moves_a_vote(made, parts):
    partial = of_kind(parts, "PartialDecryption")[0]

    def move(value):
        factors = value["decryption_factors"][0]
        factors[0] = str(GROUP.multiply(int(factors[0]), GROUP.g))

    changed(partial, move)


@lie("decryption-proof")
def a_decryption_with_another_key(made, parts):
    partial = of_kind(parts, "PartialDecryption")[0]
    added = tally.add_up(made.election, tally.last_ballots(made.ballots))
    partial["body"] = tally.decrypt(made.election, added, GROUP.scalar(chance), chance).encode()


@lie("decryption-owner")
def a_trustee_who_opens_twice(made, parts):
    first, second = of_kind(parts, "PartialDecryption")
    second |= first


@lie("decryption-owner")
def a_trustee_who_is_none(made, parts):
    of_kind(parts, "PartialDecryption")[0]["owner"] = 9


@lie("too-few-trustees")
def a_result_opened_by_one_of_two(made, parts):
    parts.remove(of_kind(parts, "PartialDecryption")[1])


@lie("result")
def a_result_that_says_otherwise(made, parts):
    changed(
        of_kind(parts, "Result")[0], lambda value: {"result": [[0, 3, 0], *value["result"][1:]]}
    )


@lie("order")
def a_ballot_after_the_end(made, parts):
    ballot = parts.pop(parts.index(of_kind(parts, "Ballot")[2]))
    parts.insert(parts.index(of_kind(parts, "EndBallots")[0]) + 1, ballot)


@lie("too-few-trustees")
def a_result_before_the_decryptions(made, parts):
    result = parts.pop(parts.index(of_kind(parts, "Result")[0]))
    parts.insert(parts.index(of_kind(parts, "PartialDecryption")[0]), result)


@lie("order")
def something_after_the_result(made, parts):
    parts.append(dict(of_kind(parts, "PartialDecryption")[0]))


@lie("credentials")
def a_credential_listed_twice(made, parts):
    listed = json.loads(parts[0]["credentials"])
    parts[0]["credentials"] = compact([*listed, listed[0]])


@lie("public-key")
def a_key_that_is_not_the_trustees(made, parts):
    """Whoever chose it could open every ballot alone."""
    value = json.loads(parts[0]["election"])
    value["public_key"] = str(public_of(GROUP.scalar(chance), GROUP))
    parts[0]["election"] = compact(value)
    del parts[1:]


@lie("trustee-key")
def a_trustees_key_that_was_not_committed_to(made, parts):
    value = json.loads(parts[0]["trustees"])
    own = make_public_key(GROUP, GROUP.scalar(chance), chance)
    value[0][1]["verification_keys"][0] = own.as_json()
    parts[0]["trustees"] = compact(value)


@lie("trustee-proof")
def a_trustee_who_does_not_know_the_key(made, parts):
    value = json.loads(parts[0]["trustees"])
    value[0][1]["verification_keys"][0]["pok"] = Proof(1, 2).as_json()
    parts[0]["trustees"] = compact(value)


@lie("trustee-signature")
def commitments_that_nobody_signed(made, parts):
    value = json.loads(parts[0]["trustees"])
    value[0][1]["coefexps"][0]["signature"] = Proof(1, 2).as_json()
    parts[0]["trustees"] = compact(value)


def election(make) -> Made:
    made = make(YES_NO, UP_TO_TWO, voters=4, trustees=threshold(2, 3))
    made.vote(0, [[1, 0, 0], [0, 1, 1, 0]])
    made.vote(1, [[0, 1, 0], [0, 0, 0, 1]])
    made.vote(2, [[1, 0, 0], [1, 0, 0, 0]])
    made.open([1, 3])
    return made


@pytest.fixture
def made(make) -> Made:
    return election(make)


# What version 2.0 lets pass, each with what it does instead.
STRICTER = {
    "a tally written otherwise than it was opened": "it adds the ballots up itself",
    "a tally that says more ballots": "it counts the ballots itself",
    "a tally that says more weight": "it adds the weights itself",
    "a number with a leading zero": "it reads numbers, not their digits",
    "a result before the decryptions": "it takes events of one state in any order",
}


@pytest.mark.usefixtures("needs_tool")
@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_named_and_the_judge_agrees(made, tmp_path, name):
    code, told = LIES[name]
    parts = taken_apart(made.archive.encode())
    assert put_together(parts) == made.archive.encode()
    told(made, parts)
    encoded = put_together(parts)
    audit = verify_archive(encoded, processes=1)
    assert code in {finding.code for finding in audit.findings}
    assert tool.accepts(tmp_path, made.election.uuid, encoded) == (name in STRICTER)


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "cut off in a file": lambda whole: whole[:-700],
    "cut off after a header": lambda whole: whole[: 512 * 40],
    "blocks of an end": lambda whole: whole + bytes(1024),
    "another mode": lambda whole: whole.replace(b"0000644\0", b"0000600\0", 1),
    "a file of another name": lambda whole: whole.replace(b".data.json", b".dato.json", 1),
    "a changed byte of a ballot": lambda whole: whole.replace(b'"alpha":"1', b'"alpha":"2', 1),
    "a header without its time": lambda whole: whole.replace(b'"timestamp"', b'"timestamq"', 1),
    "nothing": lambda whole: b"",
    "no tar": lambda whole: b"PK\x03\x04" + bytes(2000),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_archive_are_malformed_and_nothing_else(made, name):
    broken = BYTES[name](made.archive.encode())
    assert broken != made.archive.encode()
    [finding] = verify_archive(broken, processes=1).findings
    assert finding.code == "malformed"


def kinds_of(files: list[tuple[str, bytes]]) -> list[str]:
    return [json.loads(each)["type"] if "event" in name else "data" for name, each in files]


def displaced(files: list[tuple[str, bytes]]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """The same files, each time with one that nobody names, or with two in another order."""
    content = b'{"nobody":"names this"}'
    stray = (f"{sha256(content).hexdigest()}.data.json", content)
    for at, kind in enumerate([*kinds_of(files), "the end"]):
        yield f"a stray file before {kind} at {at}", [*files[:at], stray, *files[at:]]
    kinds = kinds_of(files)
    for at, (one, other) in enumerate(pairwise(kinds)):
        if one == other == "data":
            swapped = [*files[:at], files[at + 1], files[at], *files[at + 2 :]]
            yield f"data at {at} after the next", swapped
    first, second, *_ = (at for at, kind in enumerate(kinds) if kind == "Ballot")
    rest = [each for at, each in enumerate(files) if at != second - 1]
    early = [*rest[: first - 1], files[second - 1], *rest[first - 1 :]]
    yield "a ballot long before its event", early


@pytest.mark.usefixtures("needs_tool")
def test_data_stand_where_an_event_names_them_and_the_judge_agrees(made, tmp_path):
    archive, told = made.archive, 0
    for name, files in displaced(archive.files):
        encoded = Archive(archive.timestamp, files).encode()
        [finding] = verify_archive(encoded, processes=1).findings
        assert finding.code == "malformed", name
        assert not tool.accepts(tmp_path, made.election.uuid, encoded), name
        told += 1
    assert told > 20


@pytest.mark.usefixtures("needs_tool")
def test_of_a_growing_archive_whole_events_are_accepted_and_nothing_between(made, tmp_path):
    """Cut off after any of its files: both programs take it where an event is the last one."""
    archive = made.archive
    kinds = kinds_of(archive.files)
    for at in range(len(kinds) + 1):
        encoded = Archive(archive.timestamp, archive.files[:at]).encode()
        whole = at > 0 and kinds[at - 1] != "data"
        assert verify_archive(encoded, processes=1).holds == whole, at
        assert tool.accepts(tmp_path, made.election.uuid, encoded) == whole, at


def test_at_least_twenty_kinds_of_lies_are_told():
    assert len(LIES) >= 20


def test_a_spoiled_decryption_is_named_by_the_strong_proof(made):
    """The specification's proof hashes neither ciphertext nor factor; ours hashes both."""
    added = tally.add_up(made.election, tally.last_ballots(made.ballots))
    strong = {
        number: tally.prove_strongly(made.election, added, made.privates[number], chance)
        for number in (1, 3)
    }
    whole = made.archive.encode()
    encoded = tally.encode_strong(strong)
    assert verify_archive(whole, strong=encoded, processes=1).findings == []
    assert tally.encode_strong(tally.parse_strong(encoded, GROUP)) == encoded
    swapped = tally.encode_strong({1: strong[3], 3: strong[1]})
    codes = {each.code for each in verify_archive(whole, strong=swapped, processes=1).findings}
    assert codes == {"strong-proof"}
    missing = tally.encode_strong({1: strong[1]})
    assert verify_archive(whole, strong=missing, processes=1).findings

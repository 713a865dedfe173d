"""Broken vectors: what Python and the browser have to refuse, each with the same code.

`python -m tests.ballots.belenios.refused` writes them anew, from the vectors that hold.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from ballots.belenios import ceremony, credential, key_check, trustee
from ballots.belenios.ballot import check_choice
from ballots.belenios.election import parse_election
from ballots.belenios.encoding import compact
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.tally import parse_tally
from ballots.errors import Fault, Rejected
from tests.ballots.belenios.vectors import HERE, derived_chance, read

NAME = "refused.json"
Verdict = Callable[[Any], object]


def of_election(given: str) -> None:
    parse_election(given.encode())


def of_choice(given: Any) -> None:
    election = parse_election(given["election"].encode())
    if len(given["choices"]) != len(election.questions):
        raise Rejected("wrong-option", "there is an answer to each question")
    for question, chosen in zip(election.questions, given["choices"], strict=True):
        check_choice(question, chosen)


def of_code(given: str) -> None:
    credential.check_code(given)


def of_seed(given: str) -> None:
    ceremony.Keys.of(GROUP, given)


def of_certificates(given: Any) -> None:
    ceremony.parse_certificates(given, GROUP)


def of_contribution(given: Any) -> None:
    keys = ceremony.Keys.of(GROUP, given["seed"])
    certificates = ceremony.parse_certificates(given["certificates"], GROUP)
    ceremony.contribute(keys, certificates, 2, derived_chance("", "", ""))


def received(change: Any) -> dict[str, Any]:
    """What the first trustee of the worked ceremony receives, with one thing changed."""
    whole = read("ceremony.json")[0]
    made = whole["made"]
    value = {
        "seed": whole["given"]["seeds"][0],
        "certificates": made["certificates"],
        "pledges": made["pledges"],
        "contributions": [
            {"commitments": each["commitments"], "secret": each["secrets"][0]}
            for each in made["contributions"]
        ],
    }
    return changed(value, change)


def of_finish(given: Any) -> None:
    value = received(given)
    keys = ceremony.Keys.of(GROUP, value["seed"])
    certificates = ceremony.parse_certificates(value["certificates"], GROUP)
    ceremony.finish(
        keys, certificates, 2, value["pledges"], value["contributions"], derived_chance("", "", "")
    )


def of_trustees(given: Any) -> None:
    """The worked ceremony's list of trustees, with one thing changed."""
    value = changed(json.loads(read("ceremony.json")[0]["made"]["trustees"]), given)
    trustee.parse_trustees(compact(value), GROUP)


def of_tally(given: Any) -> None:
    parse_tally(given["tally"].encode(), parse_election(given["election"].encode()))


def of_key_check(given: str) -> None:
    key_check.answer(GROUP, 5, given, derived_chance("", "", ""))


VERDICTS: dict[str, Verdict] = {
    "election": of_election,
    "choice": of_choice,
    "code": of_code,
    "seed": of_seed,
    "certificates": of_certificates,
    "contribution": of_contribution,
    "finish": of_finish,
    "trustees": of_trustees,
    "tally": of_tally,
    "key check": of_key_check,
}


def verdict(part: str, given: Any) -> str:
    try:
        VERDICTS[part](given)
    except Fault as fault:
        return fault.code
    return "holds"


def changed(value: Any, change: Any) -> Any:
    """A copy in which the thing at the path `at` is `to`; without `to` it is left out."""
    whole = copy.deepcopy(value)
    *path, last = change["at"]
    at = whole
    for step in path:
        at = at[step]
    if "to" in change:
        at[last] = change["to"]
    else:
        del at[last]
    return whole


Broken = tuple[str, str, Any, str]
OUTSIDE = str(next(n for n in range(2, 99) if not GROUP.contains(n)))


def broken() -> Iterator[Broken]:
    """Its fault, the part that refuses it, what is given, the code."""
    yield from _elections()
    yield from _choices()
    yield from _words()
    yield from _ceremonies()
    yield from _trustees()


def _elections() -> Iterator[Broken]:
    raw = read("ballots.json")[0]["given"]["election"]
    key = json.loads(raw)["public_key"]
    edits = {
        "a key outside the group": raw.replace(key, OUTSIDE),
        "a key of zero": raw.replace(key, "0"),
        "a key beyond the prime": raw.replace(key, str(GROUP.p + 1)),
        "a key with a leading zero": raw.replace(key, f"0{key}"),
        "a key in hexadecimal": raw.replace(key, hex(int(key))),
        "another group": raw.replace("BELENIOS-2048", "RFC-3526-2048"),
        "another version": raw.replace('"version":1', '"version":2'),
        "a name given twice": raw.replace('"name":', '"name":"A","name":'),
        "an unknown field": raw.replace('"name":', '"weights":[],"name":'),
        "more asked for than there is": raw.replace('"max":1', '"max":4'),
        "less at most than at least": raw.replace('"max":1', '"max":0'),
        "a fraction": raw.replace('"max":1', '"max":1.5'),
        "a blank that is a number": raw.replace('"min":1', '"blank":1,"min":1'),
        "a uuid with a slash": raw.replace("StammaVectors1", "Stamma/Vectors"),
        "no questions": raw.replace(raw[raw.index("[{") : raw.index("}]") + 2], "[]"),
        "cut off": raw[:-1],
    }
    for name, text in edits.items():
        assert text != raw
        yield f"an election with {name}", "election", text, "malformed"
    tally = json.loads(read("decryptions.json")[0]["made"]["tally"])
    election = read("decryptions.json")[0]["given"]["election"]
    for name, change in (
        ("an option too few", {"at": [0, 3]}),
        ("an element outside the group", {"at": [0, 0, "alpha"], "to": OUTSIDE}),
        ("beta before alpha", {"at": [0, 0], "to": dict(reversed(tally[0][0].items()))}),
    ):
        text = compact(changed(tally, change)).decode()
        yield f"a tally with {name}", "tally", {"election": election, "tally": text}, "malformed"


def _choices() -> Iterator[Broken]:
    by_length = {
        len(each["given"]["choices"][0]): each["given"]["election"]
        for each in read("ballots.json")[:6]
    }
    one, blank = by_length[3], read("ballots.json")[5]["given"]["election"]
    for name, election, choices in (
        ("two where one may be chosen", one, [[1, 1, 0]]),
        ("none where one has to be chosen", one, [[0, 0, 0]]),
        ("a vote of two", one, [[2, 0, 0]]),
        ("a vote against", one, [[1, 1, -1]]),
        ("an option too many", one, [[1, 0, 0, 0]]),
        ("no answer", one, []),
        ("blank and chosen at once", blank, [[1, 1, 0, 0]]),
        ("three where two may be chosen", blank, [[0, 1, 1, 1]]),
        ("neither blank nor chosen", blank, [[0, 0, 0, 0]]),
    ):
        yield name, "choice", {"election": election, "choices": choices}, "wrong-option"


def _words() -> Iterator[Broken]:
    code, seed = (
        read("codes.json")[0]["made"]["code"],
        read("ceremony.json")[0]["given"]["seeds"][0],
    )
    other = "2" if code[0] != "2" else "3"
    for name, part, text in (
        ("a code with a mistyped letter", "code", other + code[1:]),
        ("a code that is too short", "code", code[:-1]),
        ("a code with a letter that is none", "code", "0" + code[1:]),
        ("a seed that is too short", "seed", seed[:-1]),
        ("a seed with a letter that is none", "seed", "0" + seed[1:]),
        ("a key check that asks for less", "key check", "5a" * 31),
        ("a key check that asks in capitals", "key check", "5A" * 32),
        ("a key check that asks for more", "key check", "5a" * 32 + "|"),
    ):
        yield name, part, text, "malformed"


def _ceremonies() -> Iterator[Broken]:
    whole = read("ceremony.json")[0]
    seeds, made = whole["given"]["seeds"], whole["made"]
    certificates = made["certificates"]
    forged = {"challenge": "1", "response": "2"}
    unsigned = changed(certificates, {"at": [1, "signature"], "to": forged})
    keys = json.loads(certificates[1]["message"])
    odd = compact({**keys, "encryption": OUTSIDE}).decode()
    outside = changed(certificates, {"at": [1, "message"], "to": odd})
    yield "a certificate that nobody signed", "certificates", unsigned, "trustee-signature"
    yield "a certificate with a key outside the group", "certificates", outside, "malformed"
    yield (
        "the same trustee twice",
        "certificates",
        [*certificates, certificates[0]],
        "trustee-twice",
    )
    stranger = {"seed": seeds[0], "certificates": certificates[1:]}
    yield "a stranger's contribution", "contribution", stranger, "not-a-trustee"
    contributions = made["contributions"]
    sealed = contributions[1]["secrets"][0]["sealed"]
    at_secret: list[Any] = ["contributions", 1, "secret"]
    commitments = ["contributions", 1, "commitments"]
    listed: list[tuple[str, Any, str]] = [
        ("a pledge of something else", {"at": ["pledges", 1], "to": "00" * 32}, "pledge"),
        ("other commitments", {"at": commitments, "to": contributions[2]["commitments"]}, "pledge"),
        ("commitments reordered", {"at": commitments, "to": _turned(contributions[1])}, "pledge"),
        ("a missing contribution", {"at": ["contributions", 1]}, "malformed"),
        ("a missing pledge", {"at": ["pledges", 1]}, "malformed"),
        (
            "a message for another trustee",
            {"at": at_secret, "to": contributions[1]["secrets"][2]},
            "channel",
        ),
        (
            "a message by another trustee",
            {"at": at_secret, "to": contributions[2]["secrets"][0]},
            "channel",
        ),
        (
            "a message that was altered",
            {"at": [*at_secret, "sealed"], "to": f"{int(sealed[0], 16) ^ 1:x}{sealed[1:]}"},
            "channel",
        ),
        ("a message cut off", {"at": [*at_secret, "sealed"], "to": sealed[:20]}, "channel"),
        ("a message that is no hexadecimal", {"at": [*at_secret, "sealed"], "to": "zz"}, "channel"),
        (
            "a message's key outside the group",
            {"at": [*at_secret, "key"], "to": OUTSIDE},
            "malformed",
        ),
        ("a secret that does not fit", {"at": at_secret, "to": _misfit(whole)}, "secret"),
        ("another trustee's seed", {"at": ["seed"], "to": seeds[1]}, "channel"),
        ("a stranger's seed", {"at": ["seed"], "to": "9" * 22}, "not-a-trustee"),
    ]
    for name, change, code in listed:
        yield f"finishing with {name}", "finish", change, code


def _turned(contribution: Any) -> Any:
    return dict(reversed(contribution["commitments"].items()))


def _misfit(whole: Any) -> Any:
    """Trustee 2 sends trustee 1 a number that is no value of the polynomial shown."""
    keys = ceremony.Keys.of(GROUP, whole["given"]["seeds"][1])
    certificates = ceremony.parse_certificates(whole["made"]["certificates"], GROUP)
    bound, chance = whole["made"]["ceremony"], derived_chance("misfit", "", "")
    return ceremony._send(keys, certificates, bound, 1, "12345", chance)


def _trustees() -> Iterator[Broken]:
    value = json.loads(read("ceremony.json")[0]["made"]["trustees"])
    forged = {"challenge": "1", "response": "2"}
    own: list[Any] = [0, 1, "verification_keys"]
    for name, change, code in (
        ("a key without knowledge", {"at": [*own, 0, "pok"], "to": forged}, "trustee-proof"),
        (
            "keys exchanged",
            {"at": own, "to": value[0][1]["verification_keys"][::-1]},
            "trustee-key",
        ),
        (
            "commitments that nobody signed",
            {"at": [0, 1, "coefexps", 0, "signature"], "to": forged},
            "trustee-signature",
        ),
        ("a threshold of none", {"at": [0, 1, "threshold"], "to": 0}, "malformed"),
        ("a threshold above their number", {"at": [0, 1, "threshold"], "to": 4}, "malformed"),
        ("another threshold than agreed", {"at": [0, 1, "threshold"], "to": 3}, "malformed"),
        ("a trustee without a certificate", {"at": [0, 1, "certs", 0]}, "malformed"),
        ("a key outside the group", {"at": [*own, 0, "public_key"], "to": OUTSIDE}, "malformed"),
        ("an unknown kind", {"at": [0, 0], "to": "Shamir"}, "malformed"),
        ("nobody", {"at": [0]}, "malformed"),
    ):
        yield f"trustees with {name}", "trustees", change, code


def write() -> None:
    listed = [
        {"name": name, "part": part, "given": given, "code": code}
        for name, part, given, code in broken()
    ]
    text = json.dumps(listed, ensure_ascii=False, indent=1) + "\n"
    (HERE / NAME).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()

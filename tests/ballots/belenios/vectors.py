"""Shared vectors: what Python makes of fixed input, which the browser has to make too.

`python -m tests.ballots.belenios.vectors` writes them anew into tests/vectors/belenios/.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from ballots.belenios import ceremony, credential, key_check, tally, trustee
from ballots.belenios.ballot import make_ballot, parse_ballot
from ballots.belenios.ceremony import derived_chance
from ballots.belenios.election import Election, Question, make_election, parse_election
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.group import Chance

HERE = Path(__file__).parents[2] / "vectors" / "belenios"
Given = dict[str, Any]
Made = dict[str, Any]

UUID = "StammaVectors1"
SEEDS = ("1Stamma1vector1seed1AA", "2Stamma2vector2seed2BB", "3Stamma3vector3seed3CC")
QUESTIONS = (
    Question("Ska vi köpa cykelställ?", ("Ja", "Nej", "Avstår"), 1, 1),
    Question('Vilka? "Alla" \\ någon\u2028', ("A", "B", "C 😀", "D"), 0, 4),
    Question("Two seats", ("A", "B", "C"), 1, 2, blank=True),
)


def read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def _fixed(label: str) -> Chance:
    return derived_chance("vector", "", label)


def of_chance(given: Given) -> Made:
    chance = derived_chance(given["seed"], given["ceremony"], given["label"])
    return {"bytes": [chance(number).hex() for number in given["numbers"]]}


def of_code(given: Given) -> Made:
    code = credential.make_code(_fixed(given["chance"]))
    secret = credential.secret_of_code(code, given["uuid"], GROUP)
    public = credential.public_of(secret, GROUP)
    slot = credential.slot_of(public)
    return {"code": code, "secret": str(secret), "public": str(public), "slot": slot}


def of_tweak(given: Given) -> Made:
    shared, secret = bytes.fromhex(given["shared"]), int(given["secret"])
    tweak = credential.tweak(shared, given["uuid"], GROUP)
    own = credential.tweaked_secret(secret, tweak, GROUP)
    public = credential.tweaked_public(credential.public_of(secret, GROUP), tweak, GROUP)
    return {"tweak": str(tweak), "secret": str(own), "public": str(public)}


def of_ballot(given: Given) -> Made:
    election = parse_election(given["election"].encode())
    chance = _fixed(given["chance"])
    ballot = make_ballot(election, int(given["secret"]), given["choices"], chance)
    body = ballot.encode()
    return {
        "body": body.decode(),
        "credential": str(ballot.credential),
        "tracker": ballot.tracker,
        "sha256": sha256(body).hexdigest(),
    }


def of_ceremony(given: Given) -> Made:
    keys = [ceremony.Keys.of(GROUP, seed) for seed in given["seeds"]]
    needed = given["needed"]
    written = [
        ceremony.make_certificate(own, derived_chance(seed, "", "certificate"))
        for own, seed in zip(keys, given["seeds"], strict=True)
    ]
    certificates = ceremony.parse_certificates(written, GROUP)
    bound = ceremony.ceremony_id(certificates, needed)
    contributions = [
        ceremony.contribute(own, certificates, needed, derived_chance(seed, bound, "contribution"))
        for own, seed in zip(keys, given["seeds"], strict=True)
    ]
    pledges = [ceremony.pledge(each.commitments) for each in contributions]
    shares = [
        ceremony.finish(
            own,
            certificates,
            needed,
            pledges,
            [{"commitments": c.commitments, "secret": c.secrets[at]} for c in contributions],
            _fixed(given["chance"]),
        )
        for at, own in enumerate(keys)
    ]
    answers = [
        key_check.answer(GROUP, share.private, given["nonce"], _fixed(given["chance"]))
        for share in shares
    ]
    made = {
        "certificates": written,
        "fingerprints": [ceremony.fingerprint(each) for each in certificates],
        "ceremony": bound,
        "contributions": [
            {"commitments": each.commitments, "secrets": each.secrets} for each in contributions
        ],
        "pledges": pledges,
        "shares": [
            {"number": share.number, "secret": str(share.private), "key": share.key.as_json()}
            for share in shares
        ],
        "answers": [answer.as_json() for answer in answers],
    }
    trustees = (_assembled(made, needed),)
    key = trustee.public_key(GROUP, trustees)
    return {**made, "trustees": trustee.encode_trustees(trustees).decode(), "key": str(key)}


def _assembled(made: Made, needed: int) -> trustee.Pedersen:
    return ceremony.assemble(
        GROUP,
        needed,
        ceremony.parse_certificates(made["certificates"], GROUP),
        [each["commitments"] for each in made["contributions"]],
        [trustee.parse_public_key(share["key"], GROUP) for share in made["shares"]],
    )


def of_decryption(given: Given) -> Made:
    """The bodies added up and opened by one trustee."""
    election = parse_election(given["election"].encode())
    bodies = [body.encode() for body in given["bodies"]]
    ballots = [parse_ballot(body, election) for body in bodies]
    added = tally.add_up(election, ballots)
    secret, chance = int(given["secret"]), _fixed(given["chance"])
    partial = tally.decrypt(election, added, secret, chance)
    strong = tally.prove_strongly(election, added, secret, chance)
    return {
        "tally": tally.encode_tally(added).decode(),
        "trackers": [ballot.tracker for ballot in ballots],
        "partial": partial.encode().decode(),
        "strong": [[proof.as_json() for proof in row] for row in strong],
    }


MAKERS = {
    "chance.json": of_chance,
    "codes.json": of_code,
    "tweaks.json": of_tweak,
    "ballots.json": of_ballot,
    "ceremony.json": of_ceremony,
    "decryptions.json": of_decryption,
}


CEREMONY = {"seeds": list(SEEDS), "needed": 2, "nonce": "5a" * 32, "chance": "ceremony"}


def _elections(key: str) -> list[Election]:
    """One election per question and one of all, under the key of the vectors' own trustees."""
    return [
        make_election(
            uuid=UUID,
            name="Stämma",
            description="Prövas",
            group=GROUP,
            public_key=int(key),
            questions=questions,
        )
        for questions in (*((each,) for each in QUESTIONS), QUESTIONS)
    ]


CHOICES: tuple[tuple[int, list[list[int]]], ...] = (
    (0, [[1, 0, 0]]),
    (0, [[0, 0, 1]]),
    (1, [[0, 0, 0, 0]]),
    (1, [[1, 1, 1, 1]]),
    (2, [[1, 0, 0, 0]]),
    (2, [[0, 1, 0, 1]]),
    (3, [[0, 1, 0], [0, 1, 1, 0], [0, 0, 1, 0]]),
)


def given() -> dict[str, list[Given]]:
    made = of_ceremony(CEREMONY)
    elections = _elections(made["key"])
    ballots = [
        {
            "election": elections[number].raw.decode(),
            "secret": str(GROUP.scalar(_fixed(f"voter {at}"))),
            "choices": choices,
            "chance": f"ballot {at}",
        }
        for at, (number, choices) in enumerate(CHOICES)
    ]
    blank = [each for each in ballots if each["election"] == elections[2].raw.decode()]
    return {
        "chance.json": [
            {"seed": SEEDS[0], "ceremony": "ab" * 32, "label": "contribution", "numbers": [5, 60]},
            {"seed": SEEDS[0], "ceremony": "", "label": "certificate", "numbers": [64, 1, 0, 33]},
            {"seed": "1", "ceremony": "2:3", "label": "", "numbers": [32]},
        ],
        "codes.json": [{"chance": f"code {at}", "uuid": UUID} for at in range(3)],
        "tweaks.json": [
            {"shared": _fixed("shared")(32).hex(), "uuid": uuid, "secret": secret}
            for uuid in (UUID, UUID[::-1])
            for secret in ("5", str(GROUP.q - 1))
        ],
        "ballots.json": ballots,
        "ceremony.json": [
            CEREMONY,
            {"seeds": list(SEEDS[1:]), "needed": 1, "nonce": "00" * 32, "chance": "another"},
        ],
        "decryptions.json": [
            {
                "election": blank[0]["election"],
                "bodies": [of_ballot(each)["body"] for each in blank],
                "secret": share["secret"],
                "chance": f"decryption {share['number']}",
            }
            for share in made["shares"][:2]
        ],
    }


def write() -> None:
    for name, listed in given().items():
        made = [{"given": each, "made": MAKERS[name](each)} for each in listed]
        text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()

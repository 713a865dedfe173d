"""The manifest: one encoding, one name, nothing inexact."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ballots.errors import Malformed
from ballots.manifest import Manifest, Secrecy, check, parse_manifest, roll_sha256

SLOTS = ["0a" * 16, "0b" * 16]
MANIFEST = Manifest(
    origin="stamma.example/board",
    meeting="7",
    question={"sv": "Bifaller stämman motion 1?", "en": "Does the meeting adopt motion 1?"},
    options=[
        {"id": "adopt", "label": {"sv": "Bifall", "en": "Adopt"}},
        {"id": "reject", "label": {"sv": "Avslag", "en": "Reject"}},
        {"id": "abstain", "label": {"sv": "Avstår", "en": "Abstain"}},
    ],
    method="majority",
    rule={"base": "cast_valid", "operator": ">", "share": [1, 2], "paragraph": "6:31"},
    voters=2,
    roll_sha256=roll_sha256(SLOTS),
)


def test_a_manifest_is_read_back_as_it_was_written():
    assert parse_manifest(MANIFEST.encode()) == MANIFEST
    assert parse_manifest(MANIFEST.encode()).election == MANIFEST.election


def test_any_change_gives_another_election():
    changed = replace(MANIFEST, rule={**MANIFEST.rule, "share": [2, 3]})
    assert changed.election != MANIFEST.election


def test_only_the_canonical_encoding_is_read():
    value = json.loads(MANIFEST.encode())
    for loose in (json.dumps(value), json.dumps(value, indent=1, sort_keys=True)):
        with pytest.raises(Malformed):
            parse_manifest(loose.encode())


@pytest.mark.parametrize(
    "fault",
    [
        {"rule": {"share": 0.5}},
        {"rule": {"deep": [{"share": 1.5}]}},
        {"voters": True},
        {"voters": -1},
        {"options": []},
        {"options": [{"id": "adopt", "label": {"sv": "Bifall"}}] * 2},
        {"options": [{"id": "Adopt!", "label": {"sv": "Bifall"}}]},
        {"options": [{"id": "adopt", "label": {}}]},
        {"roll_sha256": "0A" * 32},
        {"method": "guess"},
        {"ballots": "secret"},
        {"format": "stamma-manifest/v2"},
        {"question": "?"},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_a_field_that_does_not_hold_what_it_should_is_refused(fault):
    with pytest.raises(Malformed):
        check(replace(MANIFEST, **fault))


@pytest.mark.parametrize(
    "encoded", [b"", b"null", b"[]", b"{}", b"[" * 100_000, b"\xff", b'{"a":1}', b"9" * 6_000]
)
def test_what_is_no_manifest_is_malformed_and_nothing_worse(encoded):
    with pytest.raises(Malformed):
        parse_manifest(encoded)


def test_the_roll_is_a_set_whatever_its_order():
    assert roll_sha256(SLOTS) == roll_sha256(reversed(SLOTS))
    with pytest.raises(Malformed):
        roll_sha256([*SLOTS, SLOTS[0]])
    with pytest.raises(Malformed):
        roll_sha256(["anna"])


SECRET = Secrecy(
    election="ab" * 32,
    trustees="cd" * 32,
    credentials="ef" * 32,
    needed=2,
    holders=3,
    server_alone=False,
    revote=True,
)


def test_a_secret_polls_manifest_is_read_again_and_an_open_ones_has_no_such_field():
    secret = replace(MANIFEST, ballots="secret", secret=SECRET)
    assert parse_manifest(secret.encode()) == secret
    assert b'"secret"' not in MANIFEST.encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"ballots": "secret"},
        {"secret": SECRET},
        {"ballots": "secret", "secret": replace(SECRET, needed=4)},
        {"ballots": "secret", "secret": replace(SECRET, needed=0)},
        {"ballots": "secret", "secret": replace(SECRET, election="AB" * 32)},
        {"ballots": "secret", "secret": replace(SECRET, revote=1)},
    ],
)
def test_secrecy_that_does_not_fit_is_malformed(changes):
    with pytest.raises(Malformed):
        parse_manifest(replace(MANIFEST, **changes).encode())


RANKED = replace(
    MANIFEST,
    options=[{"id": each, "label": {"en": each}} for each in ("anna", "bo", "blank")],
    method="irv",
    rule={"key": "irv", "seats": 1, "form": "ranking", "tie": "lot", "paragraph": "6:34"},
)


def test_a_pseudonymous_polls_manifest_is_an_open_ones_but_for_its_word():
    pseudonymous = replace(RANKED, ballots="pseudonymous")
    assert parse_manifest(pseudonymous.encode()) == pseudonymous
    assert pseudonymous.election != RANKED.election
    with pytest.raises(Malformed):
        check(replace(pseudonymous, secret=SECRET))


def test_what_a_ballot_may_choose_follows_from_method_rule_and_options():
    asked = RANKED.asked
    assert (asked.form, asked.options, asked.blank) == ("ranking", ("anna", "bo"), "blank")
    with pytest.raises(Malformed):
        check(replace(RANKED, rule={**RANKED.rule, "form": "marks"}))
    with pytest.raises(Malformed):
        check(replace(RANKED, method="cumulative"))

"""The register: what offices export is read, each fault is named, and nothing is lost."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from governance import addresses
from governance.agenda import AgendaItem
from governance.journal import JournalEntry
from governance.members import Member
from governance.polling import Poll, PollKind, PollVoter
from governance.register import import_register
from governance.register_file import Unreadable, export_register, table

HEAD = "medlemsnummer;förnamn;efternamn;e-post;land;ort;språk;inträde;utträde;kompetens\n"
GOOD = "0001;Åsa;Öberg;asa@example.org;SE;Umeå;sv;2024-06-16;;dans\n"
TODAY = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def read(database, association):
    def read(text, **options):
        data = text if isinstance(text, bytes) else text.encode()
        with database.writing() as db:
            return import_register(db, association, data, now=TODAY, **options)

    return read


@pytest.fixture
def register(database):
    def register():
        with database.reading() as db:
            return {member.number: member for member in db.scalars(sa.select(Member))}

    return register


def test_a_register_is_read_and_numbers_keep_their_zeros(read, register):
    report = read(HEAD + GOOD)
    assert report.as_dict() == {"read": 1, "new": 1, "updated": 0, "refused": [], "warnings": []}
    [member] = register().values()
    assert (member.number, member.name, member.joined) == (
        "0001",
        "Åsa Öberg",
        dt.date(2024, 6, 16),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found_out(read, register, encoding):
    read((HEAD + GOOD).encode(encoding))
    assert register()["0001"].name == "Åsa Öberg"


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_separators_are_found_out(read, register, separator):
    read((HEAD + GOOD).replace(";", separator))
    assert register()["0001"].place == "Umeå"


def test_english_headings_in_any_order_do_as_well(read, register):
    read("First name,Last name,Joined,Member number,Shoe size\nBo,Ek,2020-02-29,7,43\n")
    assert register()["7"].name == "Bo Ek"


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("1;Bo;Ek;inte-en-adress;SE;;sv;2020-01-01;;", "email", "bad-address"),
        ("1;Bo;Ek;a@b;SE;;sv;2020-01-01;;", "email", "bad-address"),
        ("1;Bo;Ek;;SE;;sv;2019-02-30;;", "joined", "bad-date"),
        ("1;Bo;Ek;;XX;;sv;2019-02-01;;", "country", "unknown-country"),
        ("1;;Ek;;SE;;sv;2019-02-01;;", "given_name", "missing"),
        ("1;Bo;;;SE;;sv;2019-02-01;;", "family_name", "missing"),
        (";Bo;Ek;;SE;;sv;2019-02-01;;", "number", "missing"),
        ("1;Bo;Ek;;SE;;sv;;;", "joined", "missing"),
        ("1;Bo;Ek;;SE;;sv;2024-01-01;2010-01-01;", "left", "left-before-joining"),
        ("1;Bo;Ek;;SE;;sv;2031-01-01;;", "joined", "joins-in-future"),
        ("1;Bo;Ek;asa@example.org;SE;;sv;2024-01-01;;", "email", "duplicate-address"),
        ("0001;Bo;Ek;;SE;;sv;2024-01-01;;", "number", "duplicate-number"),
        ("1;Bo;Ek", "", "too-few-columns"),
        (f"1;{'x' * 121};Ek;;SE;;sv;2024-01-01;;", "given_name", "too-long"),
    ],
)
def test_a_fault_is_named_with_its_row_and_field_and_the_others_are_read(
    read, register, row, field, code
):
    report = read(HEAD + GOOD + row + "\n")
    assert [(f.row, f.field, f.code) for f in report.refused] == [(2, field, code)]
    assert list(register()) == ["0001"]


def test_an_unsupported_language_falls_back_and_a_line_break_becomes_a_space(read, register):
    report = read(HEAD + '1;"Anna\nMaria";Ek;;SE;;tlh;2024-01-01;;\n')
    assert {(f.row, f.code) for f in report.warnings} == {
        (1, "unsupported-language"),
        (1, "line-break"),
    }
    assert (register()["1"].given_name, register()["1"].language) == ("Anna Maria", "sv")


def test_a_second_import_updates_and_removes_nobody(read, register):
    read(HEAD + GOOD + "2;Bo;Ek;bo@example.org;SE;;sv;2020-01-01;;\n")
    report = read(HEAD + GOOD.replace("Umeå", "Kiruna"))
    assert (report.new, report.updated) == (0, 1)
    assert register()["0001"].place == "Kiruna"
    assert register()["2"].name == "Bo Ek"


def test_an_address_of_somebody_else_in_the_register_is_refused(read):
    read(HEAD + GOOD)
    [fault] = read(HEAD + "2;Bo;Ek;asa@example.org;SE;;sv;2020-01-01;;\n").refused
    assert (fault.code, fault.facts) == ("address-in-use", {"other": "0001"})


def test_a_dry_run_says_the_same_and_writes_nothing(read, register):
    assert read(HEAD + GOOD, dry_run=True).new == 1
    assert register() == {}


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02", b"PK\x03\x04\x00", b"a;b\n1;2\n", b"\xff\xfe"]
)
def test_what_is_no_register_is_refused_whole(read, data):
    with pytest.raises(Unreadable):
        read(data)


def test_the_export_runs_nothing_and_is_read_back_as_it_was(database, association, read, register):
    read(HEAD + GOOD + "2;=CMD();-Ek;;SE;;sv;2020-01-01;;@x\n")
    with database.reading() as db:
        exported = "".join(export_register(db, association))
    cells = [cell.strip('"') for line in exported.splitlines() for cell in line.split(";")]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    before = {number: (m.name, m.skills) for number, m in register().items()}
    assert read(exported).updated == 2
    assert {number: (m.name, m.skills) for number, m in register().items()} == before


def test_of_a_member_there_is_only_what_the_file_has_a_column_for_changes(read, register):
    read(HEAD + GOOD)
    read("medlemsnummer;förnamn;efternamn;inträde;ort\n0001;Åsa;Ek;2024-06-16;Kiruna\n")
    member = register()["0001"]
    assert (member.family_name, member.place) == ("Ek", "Kiruna")
    assert (member.email, member.skills) == ("asa@example.org", "dans")


def test_the_same_file_again_changes_nothing_and_says_so(read, database):
    read(HEAD + GOOD)
    report = read(HEAD + GOOD)
    assert (report.updated, report.unchanged) == (1, 1)
    with database.reading() as db:
        acts = db.scalars(sa.select(JournalEntry.act)).all()
    assert acts == ["members.imported"]


def test_a_language_that_a_member_chose_stays_where_the_file_says_none(read, register):
    read(HEAD + GOOD.replace(";sv;", ";fi;"))
    read(HEAD + GOOD.replace(";sv;", ";;"))
    assert register()["0001"].language == "fi"


def test_what_changes_is_told_from_and_to(read):
    read(HEAD + GOOD)
    report = read(HEAD + GOOD.replace("Umeå", "Kiruna").replace(";;dans", ";2027-01-31;dans"))
    [entry] = report.changing
    assert (entry.row, entry.number, entry.name) == (1, "0001", "Åsa Öberg")
    assert entry.changes == {"place": ("Umeå", "Kiruna"), "left": ("", "2027-01-31")}


def test_an_address_that_a_register_changes_is_told_to_the_old_one(read, database):
    read(HEAD + GOOD)
    read(HEAD + GOOD.replace("asa@", "ny@"))
    with database.writing() as db:
        [change] = addresses.to_tell(db, TODAY, 10)
        assert (change.old_email, change.email, change.at_once) == (
            "asa@example.org",
            "ny@example.org",
            True,
        )
        assert addresses.take_due(db, TODAY) == 0


def test_a_register_changes_no_address_in_the_middle_of_a_vote(
    read, register, database, open_meeting, now
):
    read(HEAD + GOOD)
    with database.writing() as db:
        item = AgendaItem(meeting_id=open_meeting.id, position=1, kind="motion", title={})
        db.add(item)
        db.flush()
        poll = Poll(
            meeting_id=open_meeting.id,
            item_id=item.id,
            kind=PollKind.OPEN_BALLOT,
            question={},
            options=[],
            rule={},
            opened_at=now,
        )
        db.add(poll)
        db.flush()
        db.add(PollVoter(poll_id=poll.id, member_id=register()["0001"].id, slot="a" * 32))
    report = read(HEAD + GOOD.replace("asa@", "ny@").replace("Umeå", "Kiruna"))
    assert [(fault.row, fault.field, fault.code) for fault in report.warnings] == [
        (1, "email", "address-frozen")
    ]
    assert (register()["0001"].email, register()["0001"].place) == ("asa@example.org", "Kiruna")


# Row, field and code of each fault that data/README.md names.
REFUSED = [
    (11, "email", "bad-address"),
    (31, "joined", "bad-date"),
    (41, "number", "duplicate-number"),
    (51, "email", "duplicate-address"),
    (61, "country", "unknown-country"),
    (71, "given_name", "missing"),
    (72, "family_name", "missing"),
    (91, "left", "left-before-joining"),
    (92, "joined", "joins-in-future"),
]
WARNINGS = [(81, "language", "unsupported-language"), (103, "given_name", "line-break")]


def test_the_shared_register_is_judged_row_by_row(read, register, shared_data):
    report = read((shared_data / "members-1200-utf8.csv").read_bytes())
    assert [(fault.row, fault.field, fault.code) for fault in report.refused] == REFUSED
    assert [(fault.row, fault.field, fault.code) for fault in report.warnings] == WARNINGS
    assert (report.read, report.new, report.updated) == (1200, 1191, 0)
    found = register()
    assert found["000021"].email is None
    assert found["000081"].language == "sv"
    assert found["000101"].given_name == "=CMD()"
    assert found["000102"].family_name == "Lind;ström"
    assert found["000103"].given_name == "Anna Maria"


def test_the_other_rows_of_a_pair_are_named(read, shared_data):
    report = read((shared_data / "members-1200-utf8.csv").read_bytes(), dry_run=True)
    facts = {fault.row: fault.facts for fault in report.refused}
    assert (facts[41], facts[51]) == ({"other": 40}, {"other": 50})


def test_the_shared_register_from_a_spreadsheet_has_the_same_faults(read, register, shared_data):
    data = (shared_data / "members-excel-cp1252.csv").read_bytes()
    report = read(data)
    # It leaves out whom Windows-1252 cannot write, so rows have moved: find each by its address.
    _, rows = table(data)
    addresses_of = {row: cells[3] for row, cells in rows}
    found = {(addresses_of[fault.row], fault.code) for fault in report.refused}
    assert found == {
        ("inte-en-adress", "bad-address"),
        ("medlem000031@example.org", "bad-date"),
        ("medlem000041@example.org", "duplicate-number"),
        ("medlem000050@example.org", "duplicate-address"),
        ("medlem000061@example.org", "unknown-country"),
        ("medlem000071@example.org", "missing"),
        ("medlem000072@example.org", "missing"),
        ("medlem000091@example.org", "left-before-joining"),
        ("medlem000092@example.org", "joins-in-future"),
    }
    assert [fault.code for fault in report.warnings] == ["line-break"]
    assert register()["000001"].family_name == "Ås"
    assert report.read == 997

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from governance import documents
from governance.errors import Invalid, NotFound
from governance.meetings import Meeting, MeetingKind

PDF = b"%PDF-1.7 accounts"


@pytest.fixture
def meeting(database, association, now) -> Meeting:
    made = Meeting(
        association_id=association.id,
        kind=MeetingKind.ANNUAL,
        title={"sv": "Årsstämma"},
        starts_at=now,
        motions_close=dt.date(2027, 2, 1),
    )
    with database.writing() as db:
        db.add(made)
    return made


def add(db, meeting, body=PDF, **changed):
    given = {"kind": "accounts", "language": "sv", "name": "a.pdf", "media": "application/pdf"}
    given |= changed
    now = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    return documents.add(db, meeting.id, body=body, public=False, now=now, **given)


def test_a_document_comes_back_as_the_bytes_it_was(database, association, meeting):
    with database.writing() as db:
        added = add(db, meeting)
    with database.reading() as db:
        found = documents.get(db, association.id, added.id)
        assert (found.body, found.size) == (PDF, len(PDF))
        assert found.sha256 == hashlib.sha256(PDF).hexdigest()


def test_the_same_file_sent_twice_is_one_document(database, meeting):
    with database.writing() as db:
        assert add(db, meeting).id == add(db, meeting).id
        assert len(documents.of(db, meeting.id)) == 1
        assert add(db, meeting, language="en").id != documents.of(db, meeting.id)[0].id


def test_another_association_does_not_find_the_document(database, association, meeting):
    with database.writing() as db:
        added = add(db, meeting)
        with pytest.raises(NotFound):
            documents.get(db, association.id + 1, added.id)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"body": b""}, "file"),
        ({"body": b"x" * (documents.LARGEST + 1)}, "file"),
        ({"kind": "poem"}, "kind"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_what_is_no_document_of_a_meeting_is_refused(database, meeting, changed, field):
    with database.writing() as db, pytest.raises(Invalid) as refused:
        add(db, meeting, **changed)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("run.exe", b"MZ"),
        ("page.html", b"<script>"),
        ("picture.svg", b"<svg/>"),
        ("report.pdf", b"<html>not a PDF"),
        ("picture.png", b"GIF89a"),
        ("list.csv", b"a;b\0"),
        ("noending", b"%PDF-"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(name, body):
    with pytest.raises(Invalid):
        documents.media_of(name, body)


def test_a_file_is_known_by_its_name_and_its_first_bytes():
    assert documents.media_of("Bokslut 2026.PDF", PDF) == "application/pdf"
    assert documents.media_of("hus.JPEG", b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert documents.media_of("förslag.md", "# Å".encode()) == "text/markdown"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Åsa\\Bokslut 2026.pdf", "Bokslut 2026.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "abSet-Cookie x.pdf"),
        ("...", "document"),
        ("å" * 400 + ".pdf", "å" * 180 + ".pdf"),
    ],
)
def test_a_name_cannot_be_more_than_a_name(given, kept):
    assert documents.file_name(given) == kept

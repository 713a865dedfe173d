"""A candidate's page: who writes it, what it takes, and what is left of a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from governance import candidate_pages, candidates, pictures
from governance.candidate_pages import NotTheirPage
from governance.errors import Invalid, WrongState
from governance.pictures import tidy


@pytest.fixture
def candidate(committee):
    return committee.stands(committee.election(), committee.anna)


def write(committee, candidate, by=None, **changed):
    given = {
        "text": {"sv": "Jag *heter* Anna.", "en": "I am Anna.", "fi": "Olen Anna."},
        "speaks": ["en", "sv"],
        "alt": {"sv": "Anna vid havet"},
    }
    by_id = (by or committee.anna).id
    candidate_pages.write(
        committee.db, candidate, **{**given, **changed}, by_id=by_id, now=committee.now
    )


def drawn(kind: str = "PNG", size=(1200, 600), **options) -> bytes:
    written = io.BytesIO()
    image = Image.new("RGB", size, "green")
    image.save(written, kind, **options)
    return written.getvalue()


def test_candidates_write_of_themselves_in_the_associations_languages(committee, candidate):
    write(committee, candidate)
    assert candidate.texts == {"sv": "Jag *heter* Anna.", "en": "I am Anna."}
    assert candidate.speaks == ["sv", "en"]
    assert candidate.picture_alt == {"sv": "Anna vid havet"}


def test_nobody_else_writes_it_not_even_the_committee(committee, candidate):
    for member in (committee.nominator, committee.director, committee.bo):
        with pytest.raises(NotTheirPage):
            write(committee, candidate, by=member)


def test_the_committee_writes_a_firms_page(committee):
    firm = committee.nominate(committee.election("auditor"), "Revisionsbyrån Eken")
    with pytest.raises(WrongState):
        write(committee, firm, by=committee.nominator)
    candidates.answer(committee.db, firm, True, by_id=committee.nominator.id, now=committee.now)
    write(committee, firm, by=committee.nominator)
    assert firm.texts["en"] == "I am Anna."


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": {"sv": "x" * 10_001}}, "text_sv"),
        ({"alt": {"en": "x" * 301}}, "alt_en"),
        ({"speaks": ["tlh"]}, "speaks"),
    ],
)
def test_what_is_too_long_or_unknown_is_refused_beside_its_field(
    committee, candidate, changed, field
):
    with pytest.raises(Invalid) as refused:
        write(committee, candidate, **changed)
    assert refused.value.field == field


def test_a_picture_is_kept_and_taken_away(committee, candidate):
    by = committee.anna.id
    candidate_pages.show_picture(committee.db, candidate, drawn(), by_id=by, now=committee.now)
    assert (candidate.picture_media, candidate.picture[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    candidate_pages.take_picture_away(committee.db, candidate, by_id=by, now=committee.now)
    assert (candidate.picture, candidate.picture_media) == (None, "")


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_a_picture_becomes_small_whatever_its_format(kind):
    kept = Image.open(io.BytesIO(tidy(drawn(kind))))
    assert (kept.format, kept.size) == ("JPEG", (800, 400))


def test_where_and_with_what_it_was_taken_is_not_kept_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Kamera från Umeå"
    body = drawn("JPEG", exif=exif)
    assert b"Kamera" in body
    kept = Image.open(io.BytesIO(tidy(body)))
    assert kept.size == (400, 800)
    assert dict(kept.getexif()) == {}
    assert b"Kamera" not in tidy(body)


def test_transparency_becomes_white_paper():
    written = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    assert Image.open(io.BytesIO(tidy(written.getvalue()))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\nand then nothing",
        b"\xff\xd8\xff and then nothing",
        drawn()[:200],
        drawn("GIF"),
        drawn("BMP"),
    ],
)
def test_what_is_no_picture_of_these_formats_is_refused(body):
    with pytest.raises(Invalid) as refused:
        tidy(body)
    assert refused.value.field == "picture"


def test_a_small_file_that_unfolds_into_too_much_is_refused():
    with pytest.raises(Invalid):
        tidy(drawn(size=(10_000, 6_000)))
    with pytest.raises(Invalid):
        tidy(b"\xff" * (pictures.LARGEST + 1))

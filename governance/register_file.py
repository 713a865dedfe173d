"""A register as a file: tables as offices save them, and one that a spreadsheet opens safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance.associations import Association
from governance.errors import N_, Invalid
from governance.members import Member

HEADINGS = {
    "number": {"medlemsnummer", "medlemsnr", "nummer", "number", "member number", "member"},
    "given_name": {"förnamn", "fornamn", "given name", "first name", "given_name"},
    "family_name": {"efternamn", "family name", "last name", "surname", "family_name"},
    "email": {"e-post", "epost", "e-postadress", "email", "e-mail", "mail"},
    "country": {"land", "country"},
    "place": {"ort", "stad", "place", "city", "town"},
    "language": {"språk", "sprak", "language"},
    "joined": {"inträde", "intrade", "medlem sedan", "joined", "member since"},
    "left": {"utträde", "uttrade", "left"},
    "skills": {"kompetens", "kompetenser", "skills"},
    "by_post": {"per post", "by post"},
}
HEADING = {
    "number": "medlemsnummer",
    "given_name": "förnamn",
    "family_name": "efternamn",
    "email": "e-post",
    "country": "land",
    "place": "ort",
    "language": "språk",
    "joined": "inträde",
    "left": "utträde",
    "skills": "kompetens",
    "by_post": "per post",
}
NEEDED = ("number", "given_name", "family_name", "joined")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(Invalid):
    code = "unreadable-register"
    message = N_("The file cannot be read as a table. Save it as CSV, with headings.")

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message, field="file", **facts)


def table(data: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The field of each column ("" where we keep nothing of it), and the rows with their number."""
    text = _decoded(data)
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        headings = next(reader)
    except (StopIteration, csv.Error):
        raise Unreadable from None
    names = [_field(heading) for heading in headings]
    for needed in NEEDED:
        if needed not in names:
            raise Unreadable(N_("There is no column “%(heading)s”."), heading=HEADING[needed])
    return names, _numbered(reader)


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    row = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row += 1
                yield row, cells
    except csv.Error:
        raise Unreadable from None


def _field(heading: str) -> str:
    heading = heading.strip().casefold()
    return next((name for name, known in HEADINGS.items() if heading in known), "")


def _decoded(data: bytes) -> str:
    """UTF-16 by its mark, UTF-8 where it is that, else Windows-1252, as spreadsheets write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable


# Tells spreadsheets that this is UTF-8.
MARK = "\ufeff"


def export_register(db: Session, association: Association) -> Iterator[str]:
    """The register as CSV, line by line: what import reads, and what a spreadsheet opens safely."""
    columns = list(HEADINGS)
    yield MARK + line([HEADING[name] for name in columns])
    members = (
        sa.select(Member).where(Member.association_id == association.id).order_by(Member.number)
    )
    for some in db.scalars(members).partitions(1_000):
        yield from (line([getattr(member, name) for name in columns]) for member in some)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else ""
    text = "" if value is None else str(value)
    # A spreadsheet runs a cell that begins like a formula.
    return f"'{text}" if text.startswith(FORMULA) else text


def spreadsheet(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A whole table as a file."""
    return "".join([MARK, line(columns), *map(line, rows)]).encode()


def line(values: Iterable[object]) -> str:
    """A row of a table for a spreadsheet, in which nothing runs."""
    out = io.StringIO()
    cells = [_cell(value) for value in values]
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(cells)
    return out.getvalue()

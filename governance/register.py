"""The register of members as a file: read what offices export, and write what holds of it.

A row is found again by its member number. An import adds and updates; it never removes anybody,
and of a member there is it changes only what the file has a column for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance import addresses, countries, journal
from governance.addresses import AddressChange
from governance.associations import Association
from governance.languages import DEFAULT, LANGUAGES
from governance.members import LONGEST, Member, folded, is_address
from governance.register_file import FORMULA, NEEDED, table
from governance.register_report import LISTED, Entry, Fault, Report

BATCH = 5_000
# Who is admitted may join on a day to come; a date further off is a slip of the pen.
JOINS_WITHIN = dt.timedelta(days=366)
KEPT = (
    Member.id,
    Member.number,
    Member.given_name,
    Member.family_name,
    Member.email,
    Member.country,
    Member.place,
    Member.language,
    Member.joined,
    Member.left,
    Member.skills,
    Member.by_post,
)


class _RowRefused(Exception):
    def __init__(self, name: str, code: str, **facts: Any) -> None:
        self.name, self.code, self.facts = name, code, facts
        super().__init__(code)


def import_register(
    db: Session,
    association: Association,
    data: bytes,
    *,
    now: dt.datetime,
    dry_run: bool = False,
    by_id: int | None = None,
    progress: Callable[[int], object] = lambda rows: None,
) -> Report:
    """Read a whole register; write the rows that hold unless it is a dry run.

    `progress` is told after each batch how many more rows are done. Raises Unreadable where it is
    no table at all, and then nothing is written.
    """
    reader = _Reader(db, association, association.today(now))
    batch = _Batch(db, now, by_id)
    for values in reader.rows(data, progress):
        if not dry_run:
            batch.take(values, reader.standing.get(values["number"]))
    report = reader.report
    batch.write()
    if not batch.written:
        return report
    db.expire_all()
    journal.record(
        db,
        "members.imported",
        association_id=association.id,
        by_id=by_id,
        now=now,
        new=report.new,
        updated=report.updated - report.unchanged,
        refused=len(report.refused),
    )
    return report


@dataclass
class _Batch:
    """What waits to be written; written as it fills, so that a large register stays on disk."""

    db: Session
    now: dt.datetime
    by_id: int | None
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    written: int = 0

    def take(self, values: dict[str, Any], standing: Any) -> None:
        if standing is None:
            self.new.append(values)
        else:
            whole = {**standing._mapping, **values}
            self.changed.append({"id": standing.id, **values, "folded": folded(whole)})
            if "email" in values and values["email"] != standing.email:
                self.addresses.append(self._address(standing, values["email"]))
        if len(self.new) + len(self.changed) >= BATCH:
            self.write()

    def _address(self, standing: Any, email: str | None) -> dict[str, Any]:
        # The register is the office's to keep, so it does not wait; the old address is still told.
        return {
            "member_id": standing.id,
            "email": email,
            "old_email": standing.email,
            "by_id": self.by_id,
            "requested_at": self.now,
            "due_at": self.now,
            "settled_at": self.now,
            "tell_at": self.now if standing.email else None,
        }

    def write(self) -> None:
        if self.changed:
            self.db.execute(sa.update(Member), self.changed)
        if self.new:
            self.db.execute(sa.insert(Member), self.new)
        if self.addresses:
            self.db.execute(sa.insert(AddressChange), self.addresses)
        self.written += len(self.new) + len(self.changed)
        for rows in (self.new, self.changed, self.addresses):
            rows.clear()


class _Reader:
    """One pass over a file, against the register as it stands."""

    def __init__(self, db: Session, association: Association, today: dt.date) -> None:
        self.association_id = association.id
        self.default_language = next(iter(association.languages), DEFAULT)
        self.today = today
        self.report = Report()
        register = db.execute(sa.select(*KEPT).where(Member.association_id == association.id))
        self.standing = {row.number: row for row in register}
        self.owners = {row.email: row.number for row in self.standing.values() if row.email}
        self.frozen = set(db.scalars(addresses.voting()))
        self.seen_numbers: dict[str, int] = {}
        self.seen_addresses: dict[str, int] = {}

    def rows(self, data: bytes, progress: Callable[[int], object]) -> Iterator[dict[str, Any]]:
        """The rows that are to be written: those that hold and say anything new."""
        names, rows = table(data)
        for row, cells in rows:
            self.report.read += 1
            if self.report.read % BATCH == 0:
                progress(BATCH)
            try:
                if len(cells) != len(names):
                    raise _RowRefused("", "too-few-columns")
                values = dict(zip(names, cells, strict=True))
                member = self._member(row, {k: v for k, v in values.items() if k})
            except _RowRefused as refused:
                fault = Fault(row, refused.name, refused.code, refused.facts)
                self.report.refused.append(fault)
                continue
            if self._says_something(row, member):
                yield member
        progress(self.report.read % BATCH)

    def _says_something(self, row: int, member: dict[str, Any]) -> bool:
        report, standing = self.report, self.standing.get(member["number"])
        if standing is None:
            report.new += 1
            kind, changes = report.arriving, {}
        else:
            report.updated += 1
            changes = {
                name: (_written(before), _written(after))
                for name, after in member.items()
                if name != "association_id" and after != (before := getattr(standing, name))
            }
            if not changes:
                report.unchanged += 1
                return False
            kind = report.changing
        if len(kind) < LISTED:
            name = f"{member['given_name']} {member['family_name']}"
            kind.append(Entry(row, member["number"], name, changes))
        return True

    def _member(self, row: int, values: dict[str, str]) -> dict[str, Any]:
        values = {name: self._text(row, name, value) for name, value in values.items()}
        number = values["number"]
        if number in self.seen_numbers:
            other = self.seen_numbers[number]
            raise _RowRefused("number", "duplicate-number", other=other)
        standing = self.standing.get(number)
        made: dict[str, Any] = {name: values[name] for name in LONGEST if name in values}
        made["joined"] = _date("joined", values["joined"])
        for name, read in (
            ("left", lambda text: _date("left", text)),
            ("email", lambda text: self._address(row, values)),
            ("country", _country),
            ("language", lambda text: self._language(row, text, standing)),
            ("by_post", lambda text: text.casefold() in {"1", "ja", "yes", "x", "true"}),
        ):
            if name in values or standing is None:
                made[name] = read(values.get(name, ""))
        self._check_dates(made, standing)
        self.seen_numbers[number] = row
        if made.get("email"):
            self.seen_addresses[made["email"]] = row
        return {"association_id": self.association_id, **made}

    def _text(self, row: int, name: str, value: str) -> str:
        if "\n" in value or "\r" in value:
            self.report.warnings.append(Fault(row, name, "line-break"))
        value = " ".join(value.split())
        # What export put before a formula, so that a spreadsheet shows it as text.
        if value.startswith("'") and value[1:2] and value[1] in FORMULA:
            value = value[1:]
        if not value and name in NEEDED:
            raise _RowRefused(name, "missing")
        if len(value) > LONGEST.get(name, 400):
            raise _RowRefused(name, "too-long", most=LONGEST.get(name, 400))
        return value

    def _address(self, row: int, values: dict[str, str]) -> str | None:
        address, number = values.get("email", "").lower(), values["number"]
        if address:
            self._check_address(address, number)
        standing = self.standing.get(number)
        if standing is None or standing.email == (address or None):
            return address or None
        if standing.id in self.frozen:
            self.report.warnings.append(Fault(row, "email", "address-frozen"))
            kept: str | None = standing.email
            return kept
        return address or None

    def _check_address(self, address: str, number: str) -> None:
        if not is_address(address):
            raise _RowRefused("email", "bad-address")
        if address in self.seen_addresses:
            other = self.seen_addresses[address]
            raise _RowRefused("email", "duplicate-address", other=other)
        owner = self.owners.get(address)
        if owner is not None and owner != number:
            raise _RowRefused("email", "address-in-use", other=owner)

    def _language(self, row: int, code: str, standing: Any) -> str:
        code = code.lower()
        if not code:
            # What members chose themselves stays where the office does not know better.
            return standing.language if standing else self.default_language
        if code not in LANGUAGES:
            instead = LANGUAGES[self.default_language]
            fault = Fault(row, "language", "unsupported-language", {"instead": instead})
            self.report.warnings.append(fault)
            return self.default_language
        return code

    def _check_dates(self, made: dict[str, Any], standing: Any) -> None:
        left = made.get("left", standing.left if standing else None)
        if left is not None and left < made["joined"]:
            raise _RowRefused("left", "left-before-joining")
        if made["joined"] > self.today + JOINS_WITHIN:
            raise _RowRefused("joined", "joins-in-future")


def _written(value: object) -> str:
    """As the file would say it."""
    if isinstance(value, bool):
        return "ja" if value else ""
    return "" if value is None else str(value)


def _date(name: str, text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _RowRefused(name, "bad-date") from None


def _country(text: str) -> str:
    code = text.upper() or countries.DEFAULT
    if code not in countries.codes():
        raise _RowRefused("country", "unknown-country")
    return code

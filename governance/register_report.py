"""What an import says: each row's fault with its remedy, who is new, what changes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from governance.errors import N_

# Listed for whoever looks before confirming; the counts are always whole.
LISTED = 1_000

MESSAGES = {
    "too-few-columns": N_("The row has another number of columns than the heading."),
    "missing": N_("This must not be empty."),
    "too-long": N_("This is longer than %(most)s characters."),
    "duplicate-number": N_("Row %(other)s has this member number. Give each member their own."),
    "bad-address": N_("This is not an e-mail address. Mend it, or leave it empty: then post."),
    "duplicate-address": N_("Row %(other)s has this address. Two members cannot share one."),
    "address-in-use": N_("Member %(other)s has this address. Two members cannot share one."),
    "bad-date": N_("There is no such date. Write it as 2027-03-31."),
    "unknown-country": N_("This is not a country. Use its two letters, as in SE."),
    "left-before-joining": N_("The member left before joining. Mend one of the two dates."),
    "joins-in-future": N_("The member joins more than a year ahead. Mend the date."),
    "unsupported-language": N_("This language is not offered; the member gets %(instead)s."),
    "line-break": N_("A line break stands in the text; it has become a space."),
    "address-frozen": N_(
        "The member may vote in an open vote, so the address stays. Import again."
    ),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row; rows are counted from 1, the heading not among them."""

    row: int
    field: str
    code: str
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def message(self) -> str:
        """The msgid; `facts` fill it in."""
        return MESSAGES[self.code]

    def as_dict(self) -> dict[str, Any]:
        message = self.message % self.facts if self.facts else self.message
        return {"row": self.row, "field": self.field, "code": self.code, "message": message}


@dataclass(frozen=True)
class Entry:
    """A row that holds: whom it is about and, for a member there is, each field from and to."""

    row: int
    number: str
    name: str
    changes: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)


@dataclass
class Report:
    read: int = 0
    new: int = 0
    updated: int = 0  # rows of members there are, whether anything differs or not
    unchanged: int = 0  # those of them in which nothing differs
    refused: list[Fault] = dataclasses.field(default_factory=list)
    warnings: list[Fault] = dataclasses.field(default_factory=list)
    arriving: list[Entry] = dataclasses.field(default_factory=list)  # the first that are new
    changing: list[Entry] = dataclasses.field(default_factory=list)  # the first that change

    def as_dict(self) -> dict[str, Any]:
        """As commands say it."""
        return {
            "read": self.read,
            "new": self.new,
            "updated": self.updated,
            "refused": [fault.as_dict() for fault in self.refused],
            "warnings": [fault.as_dict() for fault in self.warnings],
        }

    def as_preview(self) -> dict[str, Any]:
        """As it is kept until somebody confirms: whole counts, and the first of each kind."""
        return {
            "read": self.read,
            "new": self.new,
            "changed": self.updated - self.unchanged,
            "unchanged": self.unchanged,
            "refused": len(self.refused),
            "warnings": len(self.warnings),
            "listed": {
                "refused": [dataclasses.asdict(fault) for fault in self.refused[:LISTED]],
                "warnings": [dataclasses.asdict(fault) for fault in self.warnings[:LISTED]],
                "new": [dataclasses.asdict(entry) for entry in self.arriving],
                "changed": [
                    {**dataclasses.asdict(entry), "changes": _pairs(entry)}
                    for entry in self.changing
                ],
            },
        }


def _pairs(entry: Entry) -> dict[str, list[str]]:
    # Lists, as JSON gives them back: what was kept can be compared with what would be now.
    return {name: list(pair) for name, pair in entry.changes.items()}

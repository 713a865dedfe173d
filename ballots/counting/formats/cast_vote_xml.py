"""NIST SP 1500-103 cast vote records in XML, read into the same report as those in JSON.

An element's name is the key, its ObjectId the "@id", and its text the value. Document types and the
entities that they define are refused: what is counted is what is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from ballots.counting.formats.cast_vote_records import profile
from ballots.counting.formats.text import Unreadable
from ballots.counting.profile import RankedProfile

ROOT = "CastVoteRecordReport"
DEEPEST = 60
# What may occur several times, and so is a list also where there is one of it.
SEVERAL = frozenset(
    {
        "CVR",
        "CVRSnapshot",
        "CVRContest",
        "CVRContestSelection",
        "SelectionPosition",
        "Election",
        "Contest",
        "ContestSelection",
        "Candidate",
    }
)
NUMBERS = frozenset({"Rank", "VotesAllowed"})
REFERENCES = frozenset({"CandidateIds"})


@dataclass
class _Element:
    name: str
    children: dict[str, Any] = field(default_factory=dict)
    text: str = ""

    def value(self) -> Any:
        if self.children:
            return self.children
        said = " ".join(self.text.split())
        if self.name in NUMBERS and said.isascii() and said.isdecimal() and len(said) < 10:
            return int(said)
        return said.split() if self.name in REFERENCES else said


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse
        self.open: list[_Element] = [_Element("")]

    def refuse(self, *_: Any) -> None:
        raise Unreadable(self.parser.CurrentLineNumber, "a document type is not read")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) > DEEPEST:
            raise Unreadable(self.parser.CurrentLineNumber, "this XML is nested too deeply")
        element = _Element(name.rpartition(":")[2])
        if "ObjectId" in attributes:
            element.children["@id"] = attributes["ObjectId"]
        self.open.append(element)

    def end(self, _: str) -> None:
        element = self.open.pop()
        siblings = self.open[-1].children
        if element.name in SEVERAL:
            siblings.setdefault(element.name, []).append(element.value())
        elif element.name not in siblings:  # of what we do not read, the first is as good
            siblings[element.name] = element.value()

    def characters(self, text: str) -> None:
        self.open[-1].text += text


def parse(text: str, contest: str | None = None) -> RankedProfile:
    """`contest`: its id, where the report has several. Raises Unreadable."""
    reader = _Reader()
    try:
        reader.parser.Parse(text, True)
    except expat.ExpatError as error:
        fault = expat.errors.messages[error.code]
        raise Unreadable(error.lineno, f"this is not XML: {fault}") from error
    report = reader.open[0].children.get(ROOT)
    if not isinstance(report, dict):
        raise Unreadable(1, "this is no report of cast vote records")
    return profile(report, contest)

"""An election: its questions, its public key, and the bytes that everybody hashes (§4.9, §4.10)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ballots.belenios.encoding import compact, fields, fingerprint, items, parse_json, text, whole
from ballots.belenios.group import Group, group_named
from ballots.belenios.proof import Key
from ballots.errors import Malformed

VERSION = 1
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
UUID = re.compile(f"[{BASE58}]{{14,40}}")
LARGEST = 200_000  # bytes
MOST_OPTIONS = 100


@dataclass(frozen=True)
class Question:
    """Choose at least `least` and at most `most` of the options, or, where it may be, none."""

    question: str
    options: tuple[str, ...]
    least: int
    most: int
    blank: bool = False

    @property
    def length(self) -> int:
        """How many ciphertexts an answer has: the blank one first."""
        return len(self.options) + self.blank

    @property
    def sums(self) -> range:
        """How many options a vote that is not blank may choose."""
        return range(self.least, self.most + 1)

    def as_json(self) -> dict[str, Any]:
        blank = {"blank": True} if self.blank else {}
        return {
            "answers": list(self.options),
            **blank,
            "min": self.least,
            "max": self.most,
            "question": self.question,
        }


def parse_question(value: Any) -> Question:
    found = fields(value, ("answers", "min", "max", "question"), ("blank",))
    blank = found.get("blank", False)
    question = Question(
        question=text(found["question"]),
        options=tuple(text(option) for option in items(found["answers"])),
        least=whole(found["min"]),
        most=whole(found["max"]),
        blank=blank is True,
    )
    if not isinstance(blank, bool) or not 1 <= len(question.options) <= MOST_OPTIONS:
        raise Malformed("a question has options, and a blank vote or none")
    if not question.least <= question.most <= len(question.options):
        raise Malformed("a question asks for more options than it has")
    return question


@dataclass(frozen=True)
class Election:
    """`raw` is the election as it was written: it is hashed as it stands, never written again."""

    raw: bytes
    uuid: str
    name: str
    description: str
    group: Group
    public_key: int
    questions: tuple[Question, ...]

    @cached_property
    def hash(self) -> str:
        return fingerprint(self.raw)

    @property
    def key(self) -> Key:
        return Key(self.group, self.public_key)


def make_election(
    *,
    uuid: str,
    name: str,
    description: str,
    group: Group,
    public_key: int,
    questions: tuple[Question, ...],
    administrator: str = "",
    credential_authority: str = "",
) -> Election:
    value: dict[str, Any] = {
        "version": VERSION,
        "description": description,
        "name": name,
        "group": group.name,
        "public_key": str(public_key),
        "questions": [question.as_json() for question in questions],
        "uuid": uuid,
    }
    if administrator:
        value["administrator"] = administrator
    if credential_authority:
        value["credential_authority"] = credential_authority
    return parse_election(compact(value))


def parse_election(raw: bytes) -> Election:
    """Raises Malformed, also for questions that cannot be summed up without opening ballots."""
    if len(raw) > LARGEST:
        raise Malformed("the election is too large")
    value = fields(
        parse_json(raw),
        ("version", "description", "name", "group", "public_key", "questions", "uuid"),
        ("administrator", "credential_authority"),
    )
    if value["version"] != VERSION:
        raise Malformed("the election is of another version")
    if not UUID.fullmatch(text(value["uuid"])):
        raise Malformed("the election's uuid is not well-formed")
    group = group_named(value["group"])
    questions = tuple(parse_question(each) for each in items(value["questions"]))
    if not questions:
        raise Malformed("the election asks nothing")
    return Election(
        raw=raw,
        uuid=value["uuid"],
        name=text(value["name"]),
        description=text(value["description"]),
        group=group,
        public_key=group.parse_element(value["public_key"]),
        questions=questions,
    )

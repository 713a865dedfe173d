"""What every file format has in common: a text in lines, and a fault that names its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ballots.errors import Malformed

LINE_END = re.compile(r"\r\n|\r|\n")


class Unreadable(Malformed):
    """A file that cannot be read; says in which line and why."""

    def __init__(self, line: int | None, fault: str) -> None:
        self.line = line
        self.fault = fault
        super().__init__(fault if line is None else f"line {line}: {fault}")


def decoded(content: bytes) -> str:
    """UTF-8, or else Windows-1252, in which older programs write names. Raises Unreadable."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unreadable(None, "this is no text")


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line that is not empty, with its number, without the spaces around it."""
    for number, line in enumerate(LINE_END.split(text), start=1):
        if stripped := line.strip():
            yield number, stripped


def whole(text: str, line: int, what: str) -> int:
    """A whole number, not negative, such as int() takes too readily. Raises Unreadable."""
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise Unreadable(line, f"{what} is a whole number, and this is {shown(text)}")
    return int(text)


def shown(text: str) -> str:
    """A piece of a file in an error message, not too much of it."""
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def told_apart(names: Sequence[str]) -> list[str]:
    """The names as ids: those that several bear get their number, from 1, behind them."""
    return [
        name if names.count(name) == 1 else f"{name} ({number})"
        for number, name in enumerate(names, start=1)
    ]

"""Names in texts: whom a text names by given and family name, for what must name nobody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance.errors import N_, Invalid
from governance.members import Member

Words = tuple[str, ...]

WORD = re.compile(r"\w+")
EMPTY_LINE = re.compile(r"\n\s*\n")


class NamesSomeone(Invalid):
    code = "names-someone"
    message = N_("The public version must not name a member: %(names)s.")


def refuse(db: Session, association_id: int, text: str, *, field: str) -> None:
    """Raises NamesSomeone where a text for the public holds a member's full name."""
    if named := named_in(db, association_id, text):
        raise NamesSomeone(field=field, names=", ".join(named))


def named_in(db: Session, association_id: int, text: str) -> list[str]:
    """The members, past ones too, whose full name stands in the text, by name.

    It finds names written as the register writes them, whatever case and markup, also with the
    first of several given names alone. A nickname, a family name alone or an office it cannot find.
    """
    words = f" {' '.join(_words(text))} "
    names = db.execute(
        sa.select(Member.given_name, Member.family_name)
        .where(Member.association_id == association_id)
        .distinct()
    )
    found = {name for row in names for name in _written(*row) if _within(name, words)}
    return sorted(found)


def without(text: str, names: Iterable[str], instead: str) -> str:
    """The text with each of these names replaced, as `named_in` finds them."""
    text = unicodedata.normalize("NFC", text)
    wanted = sorted(filter(None, map(_words, names)), key=len, reverse=True)
    found = list(WORD.finditer(text))
    parts: list[str] = []
    end = at = 0
    while at < len(found):
        length = next((len(each) for each in wanted if _stands(each, found, at, text)), 0)
        if length:
            parts += [text[end : found[at].start()], instead]
            end = found[at + length - 1].end()
        at += length or 1
    return "".join(parts) + text[end:]


def _within(name: str, words: str) -> bool:
    return f" {' '.join(_words(name))} " in words


def _stands(name: Words, found: list[re.Match[str]], at: int, text: str) -> bool:
    here = found[at : at + len(name)]
    if name != tuple(word[0].casefold() for word in here):
        return False
    # A name does not go on in the next paragraph.
    return not EMPTY_LINE.search(text, here[0].start(), here[-1].end())


def _written(given: str, family: str) -> Iterator[str]:
    yield f"{given} {family}"
    yield f"{given.partition(' ')[0]} {family}"


def _words(text: str) -> Words:
    """The words alone, so that "**Anna** Åberg's" holds "anna åberg"."""
    return tuple(word.casefold() for word in WORD.findall(unicodedata.normalize("NFC", text)))

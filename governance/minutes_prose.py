"""The secretary's prose: what it may hold, and how two tabs that edit it lose nothing."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import markdown, texts
from governance.agenda import AgendaItem
from governance.database import Base
from governance.errors import N_, Invalid

LONGEST = 20_000  # characters in one paragraph


class Paragraph(Base):
    """The secretary's prose in one § of the minutes."""

    __tablename__ = "minutes_paragraph"
    __table_args__ = (sa.UniqueConstraint("minutes_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"))
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_item.id"))
    prose: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown, for members
    public_prose: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown, names nobody

    @property
    def fields(self) -> dict[str, str]:
        """Both texts, by the names of their fields in a form."""
        return {f"prose-{self.id}": self.prose, f"public-{self.id}": self.public_prose}


class ChangedMeanwhile(Invalid):
    code = "changed-meanwhile"
    message = N_(
        "Somebody has saved this text since you opened the page. Nothing was saved now; "
        "what you wrote and what was saved stand side by side."
    )


@dataclass(frozen=True)
class Typed:
    """What a field holds when its form is sent, and the mark of the text that it began from."""

    text: str
    began_from: str


@dataclass(frozen=True)
class Merged:
    """What the field should say now; `theirs` is what somebody else has saved there meanwhile."""

    text: str
    began_from: str
    theirs: str | None = None


def paragraphs(db: Session, minutes_id: int) -> list[tuple[AgendaItem, Paragraph]]:
    """The paragraphs in the order of the agenda, each with its item, as they are saved now."""
    rows = db.execute(
        sa.select(AgendaItem, Paragraph)
        .join(Paragraph, Paragraph.item_id == AgendaItem.id)
        .where(Paragraph.minutes_id == minutes_id)
        .order_by(AgendaItem.position)
        .execution_options(populate_existing=True)
    )
    return [(item, paragraph) for item, paragraph in rows]


def mark(text: str) -> str:
    """By which a form says which text it began from."""
    return sha256(text.encode()).hexdigest()[:16]


def merge(saved: str, typed: Typed) -> Merged:
    """A field that nobody touched follows what is saved; one that both touched keeps both."""
    text = trimmed(typed.text)
    if mark(text) == typed.began_from or text == saved:
        return Merged(saved, mark(saved))
    theirs = saved if mark(saved) != typed.began_from else None
    return Merged(typed.text, mark(saved), theirs)


def checked(text: str, field: str) -> str:
    """The text as it is kept. Raises Invalid for what would reach beyond its own paragraph."""
    text = texts.trimmed(trimmed(text), LONGEST, field=field)
    found = {token.type for token in markdown.tokens(text)}
    if "heading_open" in found:
        # A heading of the secretary's could pass for a paragraph of the minutes.
        raise Invalid(N_("A paragraph of the minutes has no headings of its own."), field=field)
    if "fence" in found:
        # One that is left open would swallow the result after it.
        raise Invalid(N_("Leave out the lines of ``` or ~~~."), field=field)
    return text


def trimmed(text: str) -> str:
    # A database that keeps text keeps no NUL.
    return text.replace("\0", "").replace("\r\n", "\n").strip()

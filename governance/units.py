"""Units of an association: sections (a country, a city) and working groups."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from governance.database import Base, Word


class UnitKind(StrEnum):
    SECTION = "section"
    GROUP = "group"


class Unit(Base):
    __tablename__ = "unit"
    __table_args__ = (sa.UniqueConstraint("association_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("association.id"))
    kind: Mapped[UnitKind] = mapped_column(Word(UnitKind))
    name: Mapped[str] = mapped_column(sa.String(120))


class UnitMember(Base):
    __tablename__ = "unit_member"

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), primary_key=True, index=True)

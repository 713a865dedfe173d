"""The whole schema: every table of this package, and beside them those of the board.

Two metadata objects and no foreign key between them; one chain of migrations covers both.
"""

from __future__ import annotations

import sqlalchemy as sa

from ballots import tables as board
from governance import (  # noqa: F401 - importing a module declares its tables
    addresses,
    agenda,
    associations,
    attendance,
    candidates,
    credentials,
    documents,
    electing,
    electoral_boards,
    journal,
    logins,
    meetings,
    member_keys,
    members,
    minutes,
    minutes_published,
    motions,
    nomination_letters,
    nominations,
    notices,
    offices,
    polls,
    problems,
    register_upload,
    roles,
    roll,
    secret,
    units,
)
from governance.database import Base

METADATA: tuple[sa.MetaData, ...] = (board.metadata, Base.metadata)

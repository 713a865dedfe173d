"""A member's own key for secret votes: its public half, as their browser hands it in."""

from __future__ import annotations

import secrets
from typing import Any

from litestar import get, post
from litestar.params import RawBody
from litestar.response import Redirect

from ballots.errors import Malformed
from governance import member_keys
from governance.members import Member
from web.auth import Visitor
from web.booth_words import words
from web.house import House
from web.pages.cast import from_json
from web.render import see

LARGEST = 2_000  # bytes of a body; a public key has up to 617 digits


@get("/me/key", sync_to_thread=True)
def key(house: House, visitor: Visitor) -> dict[str, Any]:
    """What the booth's page of the key needs, with all that it says."""
    member = visitor.require()
    with house.database.reading() as db:
        standing = member_keys.of(db, member.id)
    return {
        "association": visitor.association.name,
        "language": visitor.language,
        "words": words(visitor.language),
        "origin": house.board.origin,
        "registered": standing.public if standing else "",
        "addresses": {"me": "/me"},
    }


@post("/me/key", status_code=200, sync_to_thread=True, request_max_body_size=LARGEST)
def register(house: House, visitor: Visitor, body: RawBody) -> dict[str, str]:
    """The same key handed in again changes nothing; another one takes the place of the first."""
    member = visitor.require()
    public = from_json(body).get("public")
    if not isinstance(public, str):
        raise Malformed("a key is handed in as its public half")
    with house.database.writing() as db:
        mine = db.get_one(Member, member.id)
        made = member_keys.register(db, mine, public, now=house.clock(), chance=secrets.token_bytes)
    return {"public": made.public}


@post("/me/key/end", sync_to_thread=True)
def end(house: House, visitor: Visitor) -> Redirect:
    member = visitor.require()
    with house.database.writing() as db:
        member_keys.end(db, db.get_one(Member, member.id), now=house.clock())
    return see("/me", notice="own-key-ended")


handlers = [key, register, end]

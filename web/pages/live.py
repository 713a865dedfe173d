"""The stream that tells a page to look again."""

from __future__ import annotations

from litestar import get
from litestar.exceptions import HTTPException
from litestar.response import Stream

from web.house import House


@get("/live/{meeting_id:int}")
async def watch(house: House, meeting_id: int) -> Stream:
    # Open to strangers too: it says no more than the number that they ask for.
    if house.live.is_full:
        raise HTTPException(status_code=503)
    return Stream(
        house.live.watch(meeting_id),
        media_type="text/event-stream",
        # nginx would gather the news in a buffer.
        headers={"x-accel-buffering": "no"},
    )


handlers = [watch]

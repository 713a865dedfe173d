"""The least that a server can do: read a body as large as a ballot, answer as much as a receipt."""

from __future__ import annotations

from typing import Any

ANSWER = b'{"receipt": "%s"}' % (b"x" * 1_200)
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(ANSWER)).encode()),
]


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})

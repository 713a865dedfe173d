"""A lean HTTP/1.1 client: many connections, one request each at a time, everything timed.

It has to take little of the machine that it shares with the server, so it knows only the answers
that our own server gives: a head, a content-length, a body.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial


@dataclass(slots=True)
class Exchange:
    """One request and what became of it; no status: the connection broke before the answer."""

    label: int
    request: bytes
    status: int | None = None
    body: bytes = b""
    sent: float = 0.0
    took: float = 0.0


@dataclass
class Load:
    """Requests handed out to whichever connection is free, and all that came of them."""

    waiting: Iterator[Exchange]
    done: list[Exchange] = field(default_factory=list)
    stopped: bool = False

    def take(self) -> Exchange | None:
        return None if self.stopped else next(self.waiting, None)


def post(path: str, values: dict[str, str], *, cookie: str, host: str) -> bytes:
    body = json.dumps(values).encode()
    head = (
        f"POST {path} HTTP/1.1\r\n"
        f"host: {host}\r\n"
        f"cookie: {cookie}\r\n"
        "sec-fetch-site: same-origin\r\n"
        "content-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, load: Load, ended: asyncio.Future[None]) -> None:
        self.load = load
        self.ended = ended
        self.buffer = b""
        self.current: Exchange | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what TCP gives
        self.transport = transport
        self._next()

    def _next(self) -> None:
        assert self.transport is not None  # noqa: S101 - called after connection_made
        self.current = self.load.take()
        if self.current is None:
            self.transport.close()
            return
        self.current.sent = time.perf_counter()
        self.transport.write(self.current.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or self.current is None:
            return
        length = content_length(head)
        if len(body) < length:
            return
        self.buffer = b""
        self.current.took = time.perf_counter() - self.current.sent
        self.current.status = int(head[9:12])
        self.current.body = body
        self.load.done.append(self.current)
        self.current = None
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if self.current is not None:
            self.load.done.append(self.current)
        if not self.ended.done():
            self.ended.set_result(None)


def content_length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.index(b"content-length:") + len(b"content-length:")
    return int(lowered[at:].split(b"\r\n", 1)[0])


async def send(load: Load, port: int, connections: int) -> None:
    """Send everything over so many connections; returns when the last one has ended."""
    loop = asyncio.get_running_loop()
    ends = []
    for _ in range(connections):
        ended: asyncio.Future[None] = loop.create_future()
        try:
            await loop.create_connection(partial(_Connection, load, ended), "127.0.0.1", port)
        except OSError:  # the server has died while we were connecting
            continue
        ends.append(ended)
    await asyncio.gather(*ends)


def run(requests: Iterable[bytes], port: int, connections: int) -> list[Exchange]:
    load = Load(iter([Exchange(label, request) for label, request in enumerate(requests)]))
    asyncio.run(send(load, port, connections))
    return load.done


def percentile(took: list[float], share: float) -> float:
    """Of an ordered or unordered list of seconds; by the nearest rank."""
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

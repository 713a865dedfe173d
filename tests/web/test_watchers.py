"""More people than a server usually has connections watch a meeting, and pages still come."""

from __future__ import annotations

import asyncio

from benchmarks import client, server

WATCHERS = 1_100  # Granian takes 1,024 requests at a time unless it is told otherwise
PATIENCE = 30.0  # seconds; without room for more the page would never come


def test_a_page_comes_while_more_than_a_thousand_watch(tmp_path):
    site = server.prepare(tmp_path / "site")
    with server.running(site):
        asyncio.run(asyncio.wait_for(_watch_and_ask(site.settings.port), PATIENCE))


async def _watch_and_ask(port: int) -> None:
    watching = [await _get(port, "/live/1", b"retry:") for _ in range(WATCHERS)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /login HTTP/1.1\r\nhost: here\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    await reader.readexactly(client.content_length(head))
    for each in (*watching, writer):
        each.close()


async def _get(port: int, path: str, until: bytes) -> asyncio.StreamWriter:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: here\r\n\r\n".encode())
    await reader.readuntil(until)
    return writer

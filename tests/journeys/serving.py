"""The application, served on loopback by a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def in_service(app: Litestar, port: int) -> Iterator[str]:
    """A server for the application in a thread of this process; where it answers."""
    serving = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serving.serve(),), daemon=True)
    thread.start()
    _wait_for(port)
    yield f"http://localhost:{port}"
    loop.call_soon_threadsafe(serving.stop)
    thread.join(timeout=10)
    loop.close()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    raise TimeoutError("the server did not start")

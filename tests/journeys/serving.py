"""The application, served on loopback by a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class _Counted:
    """An application that counts the requests it is answering."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app
        self.answering = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = scope["type"] != "lifespan"
        self.answering += request
        try:
            await self.app(scope, receive, send)
        finally:
            self.answering -= request

    async def rest(self) -> None:
        """Until nothing has been asked for a while, or someone does not stop asking."""
        still = 0
        for _ in range(500):
            still = 0 if self.answering else still + 1
            if still == 5:
                return
            await asyncio.sleep(0.01)


@contextmanager
def in_service(app: Callable[..., Awaitable[None]], port: int) -> Iterator[str]:
    """A server for the application in a thread of this process; where it answers."""
    counted = _Counted(app)
    serving = Server(counted, address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        await serving.serve()
        await counted.rest()
        await loop.shutdown_default_executor()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    _wait_for(port)
    yield f"http://localhost:{port}"
    # What a browser asked as it was closed reaches the application after its connection is gone:
    # its answer needs the loop, and has a connection to the database to give back.
    asyncio.run_coroutine_threadsafe(counted.rest(), loop).result()
    loop.call_soon_threadsafe(serving.stop)
    thread.join(timeout=30)
    loop.close()


@contextmanager
def forwarded(port: int, to: int) -> Iterator[None]:
    """What arrives at one port is carried to another, byte for byte, as by a proxy in front."""
    with ExitStack() as sockets:
        listening = sockets.enter_context(socket.create_server(("127.0.0.1", port)))
        carrying: list[threading.Thread] = []

        def begin(work: Callable[..., None], *given: socket.socket) -> None:
            carrying.append(threading.Thread(target=work, args=given, daemon=True))
            carrying[-1].start()

        def accept() -> None:
            with suppress(OSError):  # it is closed at the end
                while True:
                    near = sockets.enter_context(listening.accept()[0])
                    far = sockets.enter_context(socket.create_connection(("127.0.0.1", to)))
                    sockets.callback(_end, near, far)
                    begin(_carry, near, far)
                    begin(_carry, far, near)

        begin(accept)
        sockets.callback(_end, listening)
        yield
        _end(listening)
        carrying[0].join(timeout=10)
    for each in carrying:
        each.join(timeout=10)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    raise TimeoutError("the server did not start")

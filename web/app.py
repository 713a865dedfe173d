"""The application: pages, dependencies and what stands before them."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.utils.sync import AsyncCallable

from governance.associations import Association
from web import booth, crowd, errors, logs, pages, security, worker
from web.auth import Visitor, provide_visitor
from web.house import Clock, House, open_house, utc_now
from web.settings import Settings, load


def create_app(
    settings: Settings | None = None, *, clock: Clock = utc_now, house: House | None = None
) -> Litestar:
    """The application around a house that is given, or opened from the settings.

    Raises `NotSetUp` where the database has no association yet.
    """
    if house is None:
        house = open_house(settings or load(), clock=clock)
        booth.log_files(house)
    # Litestar 3 wants dependencies and parameters marked. We pin <3, and `house: House` and
    # `meeting_id: int` are what a handler should say.
    warnings.filterwarnings("ignore", r"(?s).*(Inferred dependency|deprecated inferred style)")
    app = Litestar(
        pages.ALL,
        dependencies={
            "house": Provide(_house_of, sync_to_thread=False),
            "visitor": Provide(provide_visitor, sync_to_thread=True),
        },
        exception_handlers=errors.HANDLERS,
        before_request=_no_such_number,
        middleware=[
            security.Trace(),
            *([security.BoothOrigin(house.settings)] if house.settings.booth_origin else []),
            security.SameOrigin(house.settings),
        ],
        before_send=[security.SendHeaders(house.settings)],
        request_max_body_size=security.MOST_BODY,
        lifespan=[_in_service],
        signature_types=[House, Visitor],
        openapi_config=None,
        logging_config=None,
    )
    _send_to_one_thread(app)
    move_in(app, house)
    return app


def move_in(app: Litestar, house: House) -> None:
    """Serve this house from now on: its settings are those that the application was made with."""
    logs.set_up(house.settings.log_level)
    app.state.update({"house": house, "association": _association(house)})


def _house_of(state: State) -> House:
    house: House = state.house
    return house


async def _no_such_number(request: Request[Any, Any, Any]) -> None:
    """A number in an address that no row of any database can have names nothing.

    Async, though it awaits nothing: Litestar would send it to a thread, for every request.
    """
    for value in request.path_params.values():
        if isinstance(value, int) and not 0 <= value < 2**31:
            raise NotFoundException


def _send_to_one_thread(app: Litestar) -> None:
    """Litestar 2.25 registers a handler again for each further method of its path, and wraps
    a synchronous one in a thread each time; of two wrappers the outer returns a coroutine."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            while isinstance(getattr(handler.fn, "func", None), AsyncCallable):
                handler._fn = handler.fn.func


@asynccontextmanager
async def _in_service(app: Litestar) -> AsyncIterator[None]:
    house: House = app.state.house
    house.live.start(asyncio.get_running_loop())
    work = worker.in_background(house) if house.settings.work_in_server else nullcontext()
    others = crowd.in_background(house) if house.settings.demo_crowd else nullcontext()
    try:
        with work, others:
            yield
    finally:
        await asyncio.to_thread(house.live.close)


def _association(house: House) -> Association:
    with house.database.reading() as db:
        return db.get_one(Association, house.association_id)

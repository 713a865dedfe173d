"""A real browser against a real server in a thread of this process."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.serving import free_port, in_service
from tests.journeys.static import served
from web.app import create_app
from web.house import House, furnish
from web.settings import Settings

# The steps of a long journey stand in modules of their own; what fails there is told as in a test.
pytest.register_assert_rewrite("tests.journeys.ceremony")

# A machine with other work to do is slow, not wrong.
expect.set_options(timeout=20_000)

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")  # its event loop must be gone when other tests run one
def browser() -> Iterator[Browser]:
    path = os.environ.get("STAMMA_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    """A phone's page; a script that fails makes the test fail."""
    context = browser.new_context(
        base_url=server, viewport={"width": 390, "height": 844}, locale="en"
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def device(browser) -> Iterator[Page]:
    """A page with the browser's modules and no house behind it: nothing else may be asked for."""
    with served() as address:
        context = browser.new_context(base_url=address)
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(request.url.removeprefix(address)))
        page.goto("/static/mark.svg")
        yield page
        context.close()
        assert faults == []
        asked.discard("/favicon.ico")
        assert all(re.fullmatch(r"/static/[a-z/]+\.(js|svg)", each) for each in asked), asked


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def house(tmp_path, database, association, board, port, now) -> Iterator[House]:
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=database.url.render_as_string(hide_password=False),
        base_url=f"http://localhost:{port}",
        demo=True,
        port=port,
    )
    made = furnish(settings, database, association.id, board, board.signer, clock=lambda: now)
    yield made
    made.live.close()
    made.checker.close()
    made.sequencer.close()


@pytest.fixture
def server(house, port) -> Iterator[str]:
    """The address at which the house is served."""
    with in_service(create_app(house=house), port) as address:
        yield address

"""Every page, on a phone and on a desk, by day and by night: looked at with axe and a ruler."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from litestar import Litestar
from playwright.sync_api import Page, expect

from ballots.checkpoint import SigningKey
from ballots.signer import Signer
from ballots.store import SqlBoard
from governance.database import Database
from tests.journeys import showcase
from tests.journeys.addresses import ANYONE, FILES, OTHER, PAGES, route_of, routes
from tests.journeys.serving import free_port, in_service
from tests.journeys.showcase import NOW, Showcase
from web.app import create_app
from web.auth import session_cookie
from web.house import furnish
from web.settings import Settings

PHONE, DESK = (390, 844), (1280, 900)
# All rules once at each width; the colours, which alone hang on day and night, four times.
LOOKS = (
    (PHONE, "light", None),
    (PHONE, "dark", ["color-contrast"]),
    (DESK, "light", ["color-contrast"]),
    (DESK, "dark", None),
)
MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def shown(sqlite_template, tmp_path_factory, port) -> Iterator[Showcase]:
    """The story is told once; the pages do not change it."""
    home = tmp_path_factory.mktemp("showcase")
    shutil.copy(sqlite_template, home / "stamma.db")
    database = Database(f"sqlite:///{home / 'stamma.db'}")
    base_url = f"http://localhost:{port}"
    signer = Signer(SigningKey.generate("localhost/demo"), home / "guard")
    board = SqlBoard("localhost/demo", signer)
    association_id, tour = showcase.story(database, board, base_url)
    settings = Settings(
        data_dir=home, base_url=base_url, port=port, demo=True, work_in_server=False
    )
    house = furnish(settings, database, association_id, board, signer, clock=lambda: NOW)
    yield showcase.furnish(house, tour)
    house.close()


@pytest.fixture(scope="module")
def app(shown) -> Litestar:
    return create_app(house=shown.house)


@pytest.fixture(scope="module")
def look(browser, app, shown, port) -> Iterator[Page]:
    """One page for all."""
    with in_service(app, port) as address:
        context = browser.new_context(base_url=address, locale="en", reduced_motion="reduce")
        yield context.new_page()
        context.close()


@pytest.fixture
def be(look, shown):
    """Log in as somebody."""
    sessions: dict[str, str] = {}

    def be(who: str) -> None:
        look.context.clear_cookies()
        if who == ANYONE:
            return
        token = sessions.setdefault(who, shown.session(who))
        cookie = {"name": session_cookie(shown.house.settings), "value": token}
        look.context.add_cookies([{**cookie, "url": shown.house.settings.base_url}])

    return be


@pytest.mark.parametrize(("who", "template"), PAGES, ids=lambda each: each)
def test_a_page_is_for_everyone(look, be, shown, who, template):
    be(who)
    errors: list[str] = []
    look.goto("about:blank")
    look.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    look.emulate_media(color_scheme="light")
    answer = look.goto(shown.address(template))
    assert answer is not None
    assert answer.status == (404 if template == "/nowhere" else 200)
    language = "en" if who == ANYONE else shown.people[who].language
    expect(look.locator("html")).to_have_attribute("lang", language)
    look.evaluate(AXE_SCRIPT)
    for (width, height), scheme, rules in LOOKS:
        look.set_viewport_size({"width": width, "height": height})
        look.emulate_media(color_scheme=scheme)
        errors += [f"{width} {scheme}: {each}" for each in violations(look, rules)]
        if rules is None:
            errors += [f"{width}: {each}" for each in look.evaluate(MEASURE, width == PHONE[0])]
    assert not errors, "\n".join(errors)


def violations(page: Page, rules: list[str] | None) -> list[str]:
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = rules
    found = page.evaluate(f"axe.run({json.dumps(options)})")["violations"]
    return [
        f"{each['id']} ({each['impact']}) {node['target']} {node['html'][:160]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def test_no_page_is_forgotten(app):
    known = routes(app)
    names = dict.fromkeys(("election", "slot", "mail"), "x")

    class Numbers(dict):
        def __missing__(self, name):
            return 1

    looked_at = {
        route_of(re.split("[?#]", template.format_map(Numbers(names)))[0], known)
        for _, template in [*PAGES, *FILES, *OTHER]
    }
    forgotten = sorted(set(known) - looked_at)
    assert not forgotten, f"in addresses.py they are neither PAGES nor FILES: {forgotten}"


@pytest.mark.parametrize(("who", "template"), FILES, ids=lambda each: each)
def test_what_is_not_looked_at_is_no_page(look, be, shown, who, template):
    be(who)
    answer = look.context.request.get(shown.address(template))
    assert answer.status == 200
    assert "html" not in answer.headers["content-type"]

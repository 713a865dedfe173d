"""Take the pictures in docs/screenshots: the demo, started afresh, on a phone and on a desk.

`make screenshots`, or `.venv/bin/python docs/screenshots.py`. They need Chromium, as the browser
tests do.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "screenshots"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# The phone's pictures are taller than its screen: what is below the fold belongs to them.
SIZES = {"390": (390, 1000), "1280": (1280, 900)}
PATIENCE = 120  # seconds, for the demo's story to be told


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    path = os.environ.get("STAMMA_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)))
    with demo() as (address, told), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        member(browser, address, told["Member"])
        others(browser, address, told)
        browser.close()
    for each in sorted(PICTURES.glob("*.png")):
        print(f"{each.stat().st_size // 1024:4} kB  {each.name}")


@contextmanager
def demo() -> Iterator[tuple[str, dict[str, str]]]:
    """The demo on a free port: its address, and where each of its people begins."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / "demo"
        command = ["-m", "web.cli", "demo", "--data-dir", str(data), "--port", str(port)]
        running = subprocess.Popen([sys.executable, *command], cwd=HERE.parent)  # noqa: S603
        try:
            wait_for(port)
            signposts = json.loads((data / "demo.json").read_text(encoding="utf-8"))
            told = {each["who"].partition(":")[0]: each["path"] for each in signposts}
            yield f"http://localhost:{port}", told
        finally:
            running.terminate()
            running.wait(timeout=20)


def wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise TimeoutError("the demo did not start")


def visitor(
    browser: Browser,
    address: str,
    language: str,
    path: str = "",
    color_scheme: Literal["light", "dark"] = "light",
) -> Page:
    """A visitor who reads the language; one with a signpost's path has logged in there."""
    context = browser.new_context(
        base_url=address,
        locale=language,
        device_scale_factor=1.75,
        reduced_motion="reduce",
        color_scheme=color_scheme,
    )
    page = context.new_page()
    page.goto(path or "/")
    if path.startswith("/login"):
        page.locator("form.people button").first.click()
    page.locator(f"form.languages button[value={language}]").click()
    return page


def take(page: Page, name: str, path: str = "") -> None:
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if path:
            page.goto(path)
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        shoot(page, f"{name}-{size}")


def shoot(page: Page, name: str) -> None:
    """A desk's picture is large enough as it is; a phone's is drawn finer."""
    scale: Literal["css", "device"] = "device" if name.endswith("-390") else "css"
    page.screenshot(path=PICTURES / f"{name}.png", scale=scale)


def member(browser: Browser, address: str, path: str) -> None:
    """Swedish: a vote is open, is reviewed and cast; then its receipt is checked."""
    page = visitor(browser, address, "sv", path)
    meeting = page.url.partition("?")[0]
    take(page, "meeting", meeting)
    page.get_by_role("radio").first.check()
    page.locator("form.ballot button").click()
    take(page, "review")
    page.locator("form[data-ready] button").click()
    page.locator("[data-outcome=voted]").wait_for()
    take(page, "voted")
    page.locator("[data-outcome] a.primary").click()
    page.locator("[data-live-part=now] a[href^='/polls/']").first.click()
    page.locator("[data-check-vote] button").click()
    page.locator("[data-outcome=holds]").wait_for()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.locator("[data-mine]").evaluate("mine => scrollTo(0, mine.offsetTop - 24)")
        shoot(page, f"check-{size}")


def others(browser: Browser, address: str, told: dict[str, str]) -> None:
    chair = visitor(browser, address, "sv", told["Chair"])
    take(chair, "chair", chair.url.partition("?")[0])
    director = visitor(browser, address, "en", told["Board"])
    take(director, "board", director.url.partition("?")[0])
    reader = visitor(browser, address, "en", told["Member"])
    take(reader, "notice", reader.url.partition("?")[0] + "/notice")
    take(visitor(browser, address, "en"), "minutes", told["Public"])
    by_night = visitor(browser, address, "en", told["Chair"], color_scheme="dark")
    take(by_night, "meeting-dark", by_night.url.partition("/chair")[0])


if __name__ == "__main__":
    main()

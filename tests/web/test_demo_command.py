"""The demo as it is started for a first look: built and served by one command."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture
def demo(tmp_path) -> Iterator[httpx.Client]:
    """A demo that has just been built, and a browser logged in as one of its board."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "web.cli", "demo"]
    where = ["--data-dir", str(tmp_path / "demo"), "--port", str(port)]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*command, *where], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said = []
        for line in server.stdout:
            said.append(line)
            if "Started worker" in line:
                break
        else:
            pytest.fail("".join(said))
        whole = "".join(said)
        base = f"http://localhost:{port}"
        with httpx.Client(base_url=base, timeout=60, follow_redirects=True) as browser:
            browser.headers["sec-fetch-site"] = "same-origin"
            browser.headers["accept-language"] = "sv"
            yield as_director(browser, whole)
    finally:
        server.terminate()
        server.wait(timeout=60)
        server.stdout.close()


def as_director(browser: httpx.Client, said: str) -> httpx.Client:
    address = said.partition("Board: ")[2].split("http://")[1].split()[0]
    page = browser.get("http://" + address)
    member = page.text.partition('name="member" value="')[2].partition('"')[0]
    browser.post("/login/demo", data={"member": member, "next": "/"})
    return browser


def test_a_demo_that_was_just_built_typesets(demo):
    # Building it typesets too, in the process that then starts the server's.
    notice = demo.get("/meetings/3/notice.pdf")
    assert notice.status_code == 200
    assert notice.content.startswith(b"%PDF")
    assert "Väntar på dig" in demo.get("/").text

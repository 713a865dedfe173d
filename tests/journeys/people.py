"""A person with a browser: they read a page by its headings, labels and buttons, and act on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect

from tests.web.smtp import Post
from web import i18n

PHONE = (390, 844)
DESK = (1280, 900)


def check_my_vote(page: Page, words: str = "Check my vote") -> None:
    """On the vote's own page, once its script is there."""
    page.locator("[data-mine][data-ready]").wait_for()
    page.get_by_role("button", name=words, exact=True).click()


@dataclass
class Person:
    """Reads the pages in their own language; a script that fails makes the test fail."""

    name: str
    page: Page
    language: str
    email: str = ""
    scripts: bool = True
    faults: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def say(self, words: str, /, **facts: object) -> str:
        """The page's words in this person's language."""
        return i18n.translate(self.language, words, **facts)

    def pick(self, texts: dict[str, str]) -> str:
        """A text of the association's in this person's language."""
        return texts[self.language]

    def visit(self, path: str) -> None:
        self.page.goto(path)

    def button(self, words: str, /, **facts: object) -> Locator:
        return self.page.get_by_role("button", name=self.say(words, **facts), exact=True)

    def link(self, words: str, /, **facts: object) -> Locator:
        return self.page.get_by_role("link", name=self.say(words, **facts), exact=True)

    def press(self, words: str, /, **facts: object) -> None:
        self.button(words, **facts).click()

    def follow(self, words: str, /, **facts: object) -> None:
        self.link(words, **facts).first.click()

    def open(self, words: str, /, **facts: object) -> None:
        """What is folded away under these words."""
        self.page.locator("summary").filter(has_text=self.say(words, **facts)).click()

    def label(self, words: str, /, **facts: object) -> Locator:
        return self.page.get_by_label(self.say(words, **facts))

    def write(self, words: str, text: str, /, **facts: object) -> None:
        self.label(words, **facts).fill(text)

    def choose(self, words: str, /, **facts: object) -> None:
        self.page.get_by_role("radio", name=self.say(words, **facts)).check()

    def tick(self, words: str) -> None:
        self.page.get_by_role("checkbox", name=words).check()

    def sees(self, words: str, /, **facts: object) -> None:
        text = self.say(words, **facts)
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def sees_no(self, words: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(words)

    def heading(self, words: str, /, **facts: object) -> None:
        name = self.say(words, **facts)
        expect(self.page.get_by_role("heading", name=name).first).to_be_visible()

    def next_is(self, words: str, /, **facts: object) -> None:
        """The page's one filled button."""
        expect(self.page.locator(".primary:visible")).to_have_text([self.say(words, **facts)])

    def ready(self) -> None:
        """Whoever is quicker than the script votes as if scripts were off."""
        self.page.locator("form[data-ready]").wait_for()

    def check_my_vote(self) -> None:
        check_my_vote(self.page, self.say("Check my vote"))

    def news(self, words: str) -> None:
        """What the page tells by itself, without a reload."""
        expect(self.page.get_by_role("status").filter(has_text=words).first).to_be_visible()

    def download(self, words: str, to: Path) -> None:
        with self.page.expect_download() as download:
            self.follow(words)
        download.value.save_as(to)

    def leave(self) -> None:
        """A page left open weeks ago goes to log in by itself, perhaps at this very moment."""
        try:
            self.visit("about:blank")
        except Error as error:
            if "interrupted by another navigation" not in str(error):
                raise
            self.page.wait_for_load_state()
            self.visit("about:blank")

    def log_in(self, post: Post, to: str = "/") -> None:
        """By a code that comes by e-mail."""
        before = len(post.to(self.email, most=-1))
        self.leave()
        self.visit(f"/login?next={to}")
        self.write("Your e-mail address", self.email)
        self.press("Send me a code")
        subject = post.to(self.email, most=before)[-1]["Subject"]
        self.write("The six digits", re.findall(r"\d{6}", subject)[0])
        self.press("Log in")
        self.page.wait_for_url(f"**{to}")


def arrive(
    browser: Browser,
    address: str,
    name: str,
    *,
    email: str = "",
    language: str = "en",
    size: tuple[int, int] = PHONE,
    scripts: bool = True,
) -> Person:
    """Somebody with a browser of their own."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        java_script_enabled=scripts,
    )
    context.set_default_timeout(30_000)
    person = Person(name, context.new_page(), language, email, scripts)
    context.on("weberror", lambda error: person.faults.append(str(error.error)))
    return person

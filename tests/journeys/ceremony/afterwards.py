"""Steps 6 and 7: the minutes, and whether all of it holds."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.ceremony import ADVANCE, LIES, MEETING, REGISTER, TITLE, Company, stamma, tamper


def the_secretary_writes_the_minutes(company: Company) -> None:
    company.clock.now = dt.datetime(2027, 6, 11, 8, tzinfo=dt.UTC)
    siv = company.siv
    siv.log_in(company.post)
    siv.follow("The minutes are yours to write: %(meeting)s.", meeting=MEETING["sv"])
    siv.press("Draft the minutes")
    # What was decided stands there, and there is no field to change it in.
    siv.sees(f"Stämman beslutade att bifalla: {ADVANCE}")
    paragraph = siv.page.locator("section.paragraph").filter(has_text=TITLE)
    full, public = (paragraph.get_by_role("textbox").nth(number) for number in (0, 1))
    full.fill("Åsa Dubois föredrog motionen.")
    public.fill("Åsa Dubois föredrog motionen.")
    siv.press("Save and read it through")
    siv.press("Sign the minutes")
    siv.sees("Åsa Dubois")
    siv.follow("Go to the paragraph")
    public.fill("Motionären föredrog motionen.")
    siv.press("Save and read it through")
    siv.press("Sign the minutes")
    siv.sees("You have signed. The chair and the checkers approve now.")


def chair_and_checker_approve_them(company: Company) -> None:
    company.clock.later(hours=2)
    for person in (company.jorg, company.mira):
        person.log_in(company.post)
        person.follow(
            "The minutes wait for your approval: %(meeting)s.", meeting=person.pick(MEETING)
        )
        person.sees("Förskott på sena fakturor")
        person.press("Approve the minutes")
    siv = company.siv
    siv.visit("/")
    siv.follow("The minutes are approved and can be published: %(meeting)s.", meeting=MEETING["sv"])
    siv.press("Publish the minutes")
    siv.sees("The minutes are published.")


def anyone_reads_them_and_finds_nobody_named(company: Company) -> None:
    anyone = company.anyone
    anyone.visit("/")
    anyone.follow("Minutes")
    anyone.follow(MEETING["en"])
    anyone.heading(TITLE)
    anyone.sees("Motionären föredrog motionen.")
    for line in REGISTER.splitlines()[1:]:
        _, given, family, *_ = line.split(";")
        anyone.sees_no(f"{given} {family}")


def a_member_checks_the_vote(company: Company) -> None:
    asa = company.asa
    asa.log_in(company.post)
    asa.follow(MEETING["sv"])
    asa.follow("Clause %(number)s", number=1)
    asa.check_my_vote()
    asa.heading("Your vote is on the log")
    expect(asa.page.locator("[data-outcome]")).to_contain_text("Bifall")


def the_record_and_a_receipt_are_verified_elsewhere(company: Company, there: Path) -> None:
    anyone, asa = company.anyone, company.asa
    key = re.findall(r"localhost/frilans\+[0-9a-f]{8}\+\S+", anyone.page.inner_text("article"))[0]
    record, receipt = there / "record.zip", there / "my-vote.tlog-proof"
    anyone.download("The record of the meeting: text, votes and log, to recount and check", record)
    asa.download("Download the receipt", receipt)
    for checked in (("verify", str(record)), ("receipt", str(receipt))):
        code, said = stamma(*checked, "--log-key", key)
        assert (code, said.split()[0]) == (0, "HOLDS"), said
    for name, was, now, finding in LIES:
        changed = there / f"{finding}.zip"
        tamper(record, changed, name, was, now)
        code, said = stamma("verify", str(changed), "--log-key", key)
        assert code == 1, said
        assert f"{finding}:" in said
    # The same on a page, of which nothing but the text is known.
    text = receipt.read_text(encoding="utf-8")
    for handed_in, verdict in (
        (text, "Your vote is on the log"),
        (text.replace("index ", "index 1"), "This receipt does not hold"),
    ):
        anyone.visit("/check")
        anyone.write("The receipt's text", handed_in)
        anyone.press("Check")
        anyone.heading(verdict)

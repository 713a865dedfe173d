"""Steps 3, 4 and 5: the meeting, its vote and the result."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from playwright.sync_api import expect

from tests.journeys.ceremony import ADVANCE, KEPT, MEETING, TITLE, Company
from tests.journeys.people import Person


def members_check_in(company: Company) -> None:
    company.clock.now = dt.datetime(2027, 6, 10, 15, 30, tzinfo=dt.UTC)
    for person in (company.jorg, company.siv, company.mira, company.asa):
        person.log_in(company.post)
        person.follow("Check in to the meeting")
        person.press("Check in: I am in the room")
        person.sees("You are checked in")
    for person in (company.bo, company.eva):
        person.log_in(company.post)
        person.follow("Check in to the meeting")
        person.press("Check in: I take part online")
        person.sees("You are checked in")
    yusuf = company.yusuf
    yusuf.log_in(company.post)
    yusuf.follow("Check in to the meeting")
    yusuf.follow("Check-in desk")
    yusuf.write("Name or member number", "Nils")
    yusuf.press("Check in %(name)s", name="Nils Holm")
    expect(yusuf.button("%(name)s has left", name="Nils Holm").first).to_be_visible()


def the_meeting_opens_and_elects_its_officers(company: Company) -> None:
    yusuf, jorg = company.yusuf, company.jorg
    company.clock.now = dt.datetime(2027, 6, 10, 16, 0, tzinfo=dt.UTC)
    yusuf.follow(MEETING["en"])
    yusuf.follow("Chair the meeting")
    yusuf.press("Open the meeting")
    yusuf.press("Next: § 1 Opening of the meeting")
    yusuf.press("Next: § 2 Election of the meeting's chair")
    company.asa.news("§ 2 Val av ordförande vid stämman")
    yusuf.choose("Jörg Söderqvist")
    yusuf.press("Record who was elected")
    yusuf.sees("Jörg Söderqvist presides.")
    company.clock.later(minutes=2)
    jorg.follow("Chair the meeting")
    acclaim(jorg)
    go_on(jorg, 3, "Anmälan av protokollförare")
    jorg.choose("Siv Åkesson")
    jorg.press("Record who was elected")
    acclaim(jorg)
    go_on(jorg, 4, "Val av justerare och rösträknare")
    jorg.tick("Mira Holst")
    jorg.press("Record who was elected")
    acclaim(jorg)
    go_on(jorg, 5, "Upprättande och godkännande av röstlängd")
    jorg.press("The meeting has approved it")
    jorg.sees("The roll is approved and frozen.")


def acclaim(chair: Person) -> None:
    chair.choose("It was adopted")
    chair.press("Record and declare")


def go_on(chair: Person, number: int, title: str) -> None:
    chair.press("Next: § %(number)s %(title)s", number=number, title=title)


def the_chair_puts_the_motion_to_the_vote(company: Company) -> None:
    jorg, asa = company.jorg, company.asa
    company.clock.later(minutes=40)
    motion = f"Motion 1: {TITLE}"
    jorg.press("Take up § %(number)s %(title)s", number=17, title=motion)
    asa.news(f"§ 17 {motion}")
    jorg.press("Open the ballot")
    jorg.sees("The vote is open.")


def three_members_vote(company: Company) -> None:
    company.clock.later(minutes=1)
    asa, bo, eva = company.asa, company.bo, company.eva
    # Three taps on the page that has followed the meeting by itself.
    vote(asa, "Bifall")
    asa.press("Cast my vote")
    asa.heading("You have voted")
    expect(asa.page.locator("[data-outcome]")).to_contain_text("Bifall")
    # Without scripts the page is loaded again, and the server makes the ballot.
    bo.page.reload()
    vote(bo, "Reject")
    bo.press("Cast my vote")
    bo.sees("Your ballot has been received")
    # Two tabs at once: one vote, the same receipt.
    other = replace(eva, page=eva.context.new_page())
    other.visit(eva.page.url)
    tabs = (eva, other)
    for tab in tabs:
        vote(tab, "Avstår")
    for tab in tabs:
        tab.button("Cast my vote").evaluate("button => button.click()")
    for tab in tabs:
        tab.heading("You have voted")
    codes = {tab.page.locator("[data-outcome] .short-code").inner_text() for tab in tabs}
    assert len(codes) == 1
    other.page.close()
    expect(company.jorg.page.locator("[data-live-part=turnout]")).to_contain_text("3")
    assert [len(each.page.evaluate(KEPT)) for each in (asa, eva)] == [1, 1]


def vote(member: Person, choice: str) -> None:
    """Choose and review; the third tap casts."""
    member.choose(choice)
    member.press("Review my vote")
    member.heading("Review your vote")
    expect(member.page.locator(".choice")).to_contain_text(choice)
    if member.scripts:
        member.ready()


def the_chair_breaks_the_tie_and_declares(company: Company) -> None:
    jorg, asa = company.jorg, company.asa
    company.clock.later(minutes=3)
    asa.follow("Back to the meeting")
    jorg.follow("Close the vote …")
    jorg.press("Close the vote and count")
    jorg.sees("The chair's vote is to decide.")
    jorg.choose("Adopt")
    jorg.press("Give the chair's vote")
    jorg.sees("The tie is broken. The result can be declared.")
    jorg.press("Declare the result")
    jorg.sees("The decision is declared.")
    decision = f"Stämman beslutade att bifalla: {ADVANCE}"
    asa.news(decision)
    asa.sees(decision)
    asa.sees("Mer än hälften av de avgivna rösterna")
    asa.sees("6:33")
    asa.sees("The chair's vote decided.")
    bo = company.bo
    bo.follow("Back to the meeting")
    bo.follow("The vote, your receipt, and check my vote")
    bo.open("Have my dissent recorded")
    bo.write("Your reason", "The reserve is too small for it.")
    bo.press("Record my dissent")
    bo.sees("Your dissent is recorded.")


def the_meeting_is_closed(company: Company) -> None:
    company.clock.later(hours=1)
    jorg, asa = company.jorg, company.asa
    jorg.press("Take up § %(number)s %(title)s", number=19, title="Stämmans avslutande")
    jorg.next_is("Close the meeting …")
    jorg.follow("Close the meeting …")
    jorg.sees("Fråga om stämman blivit behörigen sammankallad")  # among what is left out
    jorg.press("Close the meeting")
    jorg.heading("The meeting is closed")
    asa.sees("The meeting is closed. The minutes appear here when they are approved.")

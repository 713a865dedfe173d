"""Steps 1 and 2: the members, and the call."""

from __future__ import annotations

import datetime as dt

from icalendar import Calendar
from playwright.sync_api import expect

from tests.journeys.ceremony import ADVANCE, MEETING, REGISTER, TITLE, Company


def the_administrator_imports_the_register(company: Company) -> None:
    karin = company.karin
    karin.log_in(company.post)
    karin.follow("Members")
    karin.follow("Import a register")
    karin.label("File").set_input_files(
        {"name": "medlemmar.csv", "mimeType": "text/csv", "buffer": REGISTER.encode("cp1252")}
    )
    karin.press("Look at what would happen")
    karin.heading("What would happen")
    karin.sees("Nothing has been written yet.")
    row = karin.page.get_by_role("row").filter(
        has=karin.page.get_by_role("rowheader", name="Row 10")
    )
    expect(row).to_contain_text("There is no such date. Write it as 2027-03-31.")
    karin.press("Import 9 rows")
    karin.sees("The register is imported.")
    karin.follow("Members")
    karin.sees("9 members in the register")
    karin.follow("Roles")
    karin.write("Member number or e-mail address", "1002")
    karin.page.get_by_label("Role", exact=True).select_option(label="Director")
    karin.press("Give the role")
    karin.sees("Yusuf Nyström")


def the_board_creates_the_meeting_and_sees_its_deadlines(company: Company) -> None:
    yusuf = company.yusuf
    yusuf.log_in(company.post)
    yusuf.next_is("New meeting")
    yusuf.follow("New meeting")
    yusuf.write("Title, Svenska", MEETING["sv"])
    yusuf.write("Title, English", MEETING["en"])
    yusuf.write("Date", "2027-06-10")
    yusuf.write("Time", "18:00")
    yusuf.write("Place", "Folkets hus, Umeå")
    yusuf.write("Link for those who meet online", "https://moten.example.org/stamma")
    yusuf.press("Create the draft")
    yusuf.sees("The draft is made. Only the board sees it.")
    deadlines = yusuf.page.get_by_role("region", name="Deadlines")
    for title, days, paragraph in (
        ("Motions from members", "29 April 2027", "6:15"),
        ("Notice of the meeting", "from 29 April 2027 to 13 May 2027", "6:17"),
        ("Annual report and audit report", "27 May 2027", "6:23"),
        ("Annual meeting", "30 June 2027", "6:9"),
        ("Minutes available to members", "1 July 2027", "6:40"),
    ):
        line = deadlines.get_by_role("listitem").filter(has_text=title)
        expect(line).to_contain_text(days)
        expect(line).to_contain_text(paragraph)
    missing = yusuf.page.get_by_role("region", name="Missing before a lawful notice")
    expect(missing).to_contain_text("The annual report is not there")
    # The board wants the motions earlier than the rulebook proposes.
    yusuf.follow("Change")
    yusuf.write("Last day for motions", "2027-04-15")
    yusuf.press("Save")
    yusuf.next_is("Announce the meeting")
    yusuf.press("Announce the meeting")
    yusuf.sees("The meeting is announced.")


def a_member_sends_a_motion(company: Company) -> None:
    company.clock.later(days=20)
    asa = company.asa
    asa.log_in(company.post)
    expect(asa.page.locator("html")).to_have_attribute("lang", "sv")
    asa.next_is("Write a motion")
    asa.follow("Write a motion")
    asa.write("Title", TITLE)
    asa.write("Reasons", "Många väntar *länge* på sina pengar.")
    asa.write("Clause %(number)s", ADVANCE, number=1)
    asa.press("Preview")
    asa.heading("As it will be read")
    expect(asa.page.locator("[data-preview] em")).to_have_text("länge")
    asa.press("Save the draft")
    asa.sees("The motion is kept as a draft. It has not been sent in.")
    asa.press("Send it in")
    asa.sees("The motion is sent in. The board treats it now.")


def the_board_admits_it_with_its_opinion(company: Company) -> None:
    yusuf = company.yusuf
    yusuf.log_in(company.post)
    yusuf.follow("Go on preparing the meeting")
    yusuf.follow("Treat the first motion")
    yusuf.heading(TITLE)
    yusuf.press("Admit the motion")
    yusuf.page.get_by_label("The board proposes that the meeting").select_option(index=2)
    yusuf.write("Why", "Reserven räcker inte till.")
    yusuf.press("Save the opinion")
    yusuf.sees("The board's opinion is saved.")
    yusuf.follow("To the board's page")


def a_notice_too_early_is_refused_with_the_reason(company: Company) -> None:
    company.clock.now = dt.datetime(2027, 4, 16, 8, tzinfo=dt.UTC)
    yusuf = company.yusuf
    yusuf.log_in(company.post)
    yusuf.follow("Go on preparing the meeting")
    yusuf.follow("Approve the notice")
    yusuf.press("Approve the notice")
    yusuf.sees("The notice is approved and frozen. It has not been sent yet.")
    yusuf.sees("Today is outside the window.")
    yusuf.press("Issue it nevertheless …")
    yusuf.sees("The notice is to be issued from 29 April 2027 to 13 May 2027 (6:17).")
    yusuf.follow("Do not issue it")
    assert [each for each in company.post.arrived if "2027" in each["Subject"]] == []


def the_notice_goes_out(company: Company) -> None:
    company.clock.now = dt.datetime(2027, 4, 30, 7, tzinfo=dt.UTC)
    yusuf = company.yusuf
    yusuf.log_in(company.post)
    yusuf.follow("Go on preparing the meeting")
    yusuf.follow("Issue the notice")
    yusuf.press("Issue the notice")
    yusuf.heading("Letters of the notice")


def each_member_has_a_letter_or_stands_on_the_list_for_post(company: Company) -> None:
    letter = company.post.to("asa@example.org", most=1)[-1]
    assert letter["Subject"] == "Kallelse: Årsstämma 2027"
    assert TITLE in letter.get_body(("plain",)).get_content()
    in_english = company.post.to("bo@example.org")[-1]
    assert in_english["Subject"] == "Notice: Annual meeting 2027"
    [entry] = list(letter.iter_attachments())
    [event] = Calendar.from_ical(entry.get_payload(decode=True)).walk("VEVENT")
    assert event.start == dt.datetime(2027, 6, 10, 16, tzinfo=dt.UTC)
    yusuf = company.yusuf
    yusuf.follow("Need post")
    expect(yusuf.page.get_by_role("row").filter(has_text="Nils Holm")).to_contain_text("Post")
    yusuf.press("All of these are in the post")
    yusuf.sees("Noted as put in the post.")

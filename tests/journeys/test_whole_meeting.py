"""One meeting, walked through as its people do: from the register to the published minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.clock import Clock
from tests.journeys.ceremony import FIRST, Company, afterwards, calling, meeting, stamma
from tests.journeys.people import DESK, PHONE, Person, arrive
from tests.web.smtp import SmtpServer
from web.house import House, open_house
from web.settings import load


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock(dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC))


@pytest.fixture
def house(tmp_path, database, port, clock, mail) -> Iterator[House]:
    """Set up by its operator with three commands, and then opened."""
    environment = {
        "STAMMA_DATA_DIR": str(tmp_path / "data"),
        "STAMMA_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "STAMMA_BASE_URL": f"http://localhost:{port}",
        "STAMMA_SMTP_URL": mail.url,
        "STAMMA_MAIL_FROM": "stamma@example.org",
        "STAMMA_LOG_LEVEL": "warning",
    }
    (tmp_path / "first.csv").write_text(FIRST, encoding="utf-8")
    for command in (
        ["admin", "create-association", "--name", "Frilansarnas kooperativ", "--slug", "frilans"],
        ["import-members", str(tmp_path / "first.csv")],
        ["admin", "appoint", "1001"],
    ):
        code, said = stamma(*command, settings=environment)
        assert code == 0, said
    made = open_house(load(environment), clock=clock)
    yield made
    made.close()


@pytest.fixture
def company(browser: Browser, server: str, clock, mail) -> Iterator[Company]:
    def someone(
        name: str, language: str, size: tuple[int, int] = PHONE, scripts: bool = True
    ) -> Person:
        given = {"email": f"{name}@example.org", "language": language}
        return arrive(browser, server, name, size=size, scripts=scripts, **given)

    made = Company(
        clock=clock,
        post=mail.post,
        karin=someone("karin", "en", DESK),
        yusuf=someone("yusuf", "en", DESK),
        jorg=someone("jorg", "sv", DESK),
        siv=someone("siv", "sv", DESK),
        mira=someone("mira", "en"),
        asa=someone("asa", "sv"),
        bo=someone("bo", "en", scripts=False),
        eva=someone("eva", "sv"),
        anyone=arrive(browser, server, "anyone", language="en"),
    )
    yield made
    for each in made.all:
        each.context.close()
    assert [fault for each in made.all for fault in each.faults] == []


def test_a_meeting_from_the_register_to_its_published_minutes(company, tmp_path):
    # 1. Members
    calling.the_administrator_imports_the_register(company)
    # 2. Call
    calling.the_board_creates_the_meeting_and_sees_its_deadlines(company)
    calling.a_member_sends_a_motion(company)
    calling.the_board_admits_it_with_its_opinion(company)
    calling.a_notice_too_early_is_refused_with_the_reason(company)
    calling.the_notice_goes_out(company)
    calling.each_member_has_a_letter_or_stands_on_the_list_for_post(company)
    # 3. Meet
    meeting.members_check_in(company)
    meeting.the_meeting_opens_and_elects_its_officers(company)
    # 4. Vote
    meeting.the_chair_puts_the_motion_to_the_vote(company)
    meeting.three_members_vote(company)
    # 5. Result
    meeting.the_chair_breaks_the_tie_and_declares(company)
    meeting.the_meeting_is_closed(company)
    # 6. Minutes
    afterwards.the_secretary_writes_the_minutes(company)
    afterwards.chair_and_checker_approve_them(company)
    # 7. Verify
    afterwards.anyone_reads_them_and_finds_nobody_named(company)
    afterwards.a_member_checks_the_vote(company)
    afterwards.the_record_and_a_receipt_are_verified_elsewhere(company, tmp_path)

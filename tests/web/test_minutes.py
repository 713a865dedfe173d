"""Minutes on their pages: who sees what, two tabs, approval, publication, corrections."""

from __future__ import annotations

import html
import re
from hashlib import sha256

import pytest
import sqlalchemy as sa

from ballots.board import MinutesEntry, parse_entry
from governance import minutes, minutes_prose, roles
from governance.meetings import MeetingState
from governance.minutes import MinutesState
from governance.minutes_prose import mark
from governance.roles import Grant, Role
from tests import held_meeting


@pytest.fixture
def hall(database, board, association, now):
    """The meeting is over."""
    with database.writing() as db:
        hall = held_meeting.call(db, board, association, now)
        held_meeting.hold(hall)
    return hall


@pytest.fixture
def there(hall):
    return hall.people


@pytest.fixture
def path(hall) -> str:
    return f"/meetings/{hall.meeting.id}/minutes"


@pytest.fixture
def act(client, log_in, path):
    """Send a form of the minutes as this member."""

    def act(member, step: str, **form: str):
        log_in(client, member)
        return client.post(f"{path}/{step}", data=form)

    return act


@pytest.fixture
def written(database, hall):
    def written() -> minutes.Minutes:
        with database.reading() as db:
            return minutes.of_meeting(db, hall.meeting.id)

    return written


@pytest.fixture
def drafted(act, there):
    assert act(there.secretary, "draft").status_code == 303


@pytest.fixture
def signed(drafted, act, there):
    assert act(there.secretary, "sign").status_code == 303


@pytest.fixture
def approved(signed, act, there, written):
    for member in (there.checker, there.chair):
        act(member, "approve", sha256=written().sha256)
    assert written().state is MinutesState.APPROVED


@pytest.fixture
def published(approved, act, there):
    assert act(there.secretary, "publish").status_code == 303


def fields(page) -> dict[str, str]:
    """The edit form as the browser holds it: text areas and hidden fields."""
    areas = re.findall(r'(?s)<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page.text)
    hidden = re.findall(r'type="hidden" name="(was-[^"]+)" value="([^"]*)"', page.text)
    return {name: html.unescape(text) for name, text in [*areas, *hidden]}


def field_of(page, which: str, number: int = 1) -> str:
    return [name for name in fields(page) if name.startswith(f"{which}-")][number - 1]


def area(page, name: str) -> str:
    return fields(page)[name]


# Who sees them


def test_until_they_are_published_they_are_for_those_who_write_and_check_them(
    client, log_in, drafted, there, path
):
    client.cookies.clear()
    answer = client.get(path)
    assert answer.status_code == 404
    assert "have not been published yet" in answer.text
    log_in(client, there.anna)
    for address in (path, f"{path}/edit", f"{path}.pdf", f"{path}.md", f"{path}?version=public"):
        assert client.get(address).status_code == 404
    for member in (there.secretary, there.chair, there.checker):
        log_in(client, member)
        assert "Protokoll fört vid årsstämma 2027" in client.get(path).text


def test_a_draft_that_nobody_has_begun_is_offered_to_the_secretary(client, log_in, there, path):
    log_in(client, there.secretary)
    assert "Draft the minutes" in client.get(path).text
    log_in(client, there.checker)
    page = client.get(path).text
    assert "Draft the minutes" not in page
    assert "has not begun" in page


def test_while_the_meeting_goes_on_nothing_is_drafted(
    client, log_in, act, database, hall, there, path
):
    with database.writing() as db:
        db.merge(hall.meeting).state = MeetingState.OPEN
    log_in(client, there.secretary)
    assert "Draft the minutes" not in client.get(path).text
    assert act(there.secretary, "draft").status_code == 409


def test_strangers_read_the_public_version_and_members_the_full_one(
    client, log_in, published, there, path
):
    client.cookies.clear()
    page = client.get(path)
    assert page.status_code == 200
    article = page.text.split("<article")[1].split("</article>")[0]
    assert held_meeting.named_in(article, there) == set()
    assert "Stämman beslutade att avslå" in article
    log_in(client, there.bo)
    assert "Anna Åberg (104)" in client.get(path).text
    assert "Anna Åberg (104)" not in client.get(f"{path}?version=public").text


def test_a_stranger_who_asks_for_the_full_version_is_asked_to_log_in(client, published, path):
    client.cookies.clear()
    for address in (f"{path}?version=full", f"{path}.pdf?version=full", f"{path}.md?version=full"):
        assert client.get(address).headers["location"].startswith("/login")


def test_every_published_text_is_listed_for_everyone(client, published, path):
    client.cookies.clear()
    page = client.get("/minutes")
    assert f'href="{path}"' in page.text
    assert client.get("/minutes?number=9").status_code == 200


def test_the_empty_list_says_what_will_be_here(client, approved):
    client.cookies.clear()
    assert "No minutes have been published" in client.get("/minutes").text


# Writing


def test_the_secretary_sees_each_paragraph_with_its_facts_and_two_fields(
    client, drafted, hall, path
):
    page = client.get(f"{path}/edit")
    count = len(re.findall("<textarea", page.text))
    assert count == 2 * len(re.findall('<section class="paragraph">', page.text)) == 38
    section = next(s for s in page.text.split("<section") if "§ 17 Motion 1" in s)
    facts = section.replace("\n", " ")
    in_order = ["att ställa upp ett cykelställ", "<textarea", "Röster", "Beslut"]
    places = [facts.index(each) for each in in_order]
    assert places == sorted(places)
    # Facts are no fields.
    assert "Beslut" not in "".join(fields(page).values())
    assert "en medlem väljer plats" in section.split("<details>")[1]


def test_what_is_written_is_saved_and_read(client, drafted, there, path):
    page = client.get(f"{path}/edit")
    form = fields(page) | {field_of(page, "prose"): "Anna Åberg hälsade **välkommen**."}
    answer = client.post(f"{path}/edit", data={**form, "then": "read"})
    assert answer.headers["location"] == f"{path}?notice=saved"
    assert "Anna Åberg hälsade <strong>välkommen</strong>." in client.get(path).text
    again = client.get(f"{path}/edit")
    assert area(again, field_of(page, "prose")) == "Anna Åberg hälsade **välkommen**."


def test_two_tabs_keep_both_texts_and_save_neither_silently(client, drafted, path):
    tab = client.get(f"{path}/edit")
    mine, other = field_of(tab, "prose"), field_of(tab, "prose", 3)
    client.post(f"{path}/edit", data=fields(tab) | {mine: "Från den ena fliken."})
    answer = client.post(
        f"{path}/edit", data=fields(tab) | {mine: "Från den andra.", other: "Mer text."}
    )
    assert answer.status_code == 409
    assert area(answer, mine) == "Från den andra."
    assert area(answer, other) == "Mer text."
    theirs = answer.text.split('class="theirs"')[1].split("</div>")[0]
    assert "Från den ena fliken." in theirs
    assert answer.text.count('class="theirs"') == 1
    assert f'href="#{mine}"' in answer.text  # the summary leads to the field
    # Nothing was saved; knowing both, the secretary saves again.
    assert area(client.get(f"{path}/edit"), mine) == "Från den ena fliken."
    assert client.post(f"{path}/edit", data=fields(answer)).status_code == 303
    saved = client.get(f"{path}/edit")
    assert (area(saved, mine), area(saved, other)) == ("Från den andra.", "Mer text.")


def test_two_tabs_in_different_paragraphs_both_save(client, drafted, path):
    tab = client.get(f"{path}/edit")
    first, third = field_of(tab, "prose", 1), field_of(tab, "prose", 3)
    for name in (first, third):
        answer = client.post(f"{path}/edit", data=fields(tab) | {name: f"Om {name}."})
        assert answer.status_code == 303
    saved = client.get(f"{path}/edit")
    assert (area(saved, first), area(saved, third)) == (f"Om {first}.", f"Om {third}.")


def test_what_is_typed_after_the_signature_is_not_saved_and_not_lost(
    client, act, drafted, there, path, written
):
    tab = client.get(f"{path}/edit")
    act(there.secretary, "sign")
    frozen = written().text
    answer = client.post(f"{path}/edit", data=fields(tab) | {field_of(tab, "prose"): "För sent."})
    assert answer.status_code == 409
    assert area(answer, field_of(tab, "prose")) == "För sent."
    assert "for you to copy" in answer.text
    assert "Save and read" not in answer.text
    assert written().text == frozen
    assert client.get(f"{path}/edit").headers["location"] == path


def test_what_is_refused_stands_beside_its_field_with_all_that_was_typed(client, drafted, path):
    tab = client.get(f"{path}/edit")
    wrong, other = field_of(tab, "prose", 2), field_of(tab, "prose", 3)
    typed = {wrong: "# § 3 Ansvarsfrihet", other: "Bra text."}
    answer = client.post(f"{path}/edit", data=fields(tab) | typed)
    assert answer.status_code == 422
    assert "no headings" in answer.text.split(f'id="{wrong}-error"')[1].split("</p>")[0]
    assert {name: area(answer, name) for name in typed} == typed
    assert area(client.get(f"{path}/edit"), other) != "Bra text."


def test_a_form_sent_with_forged_marks_or_facts_changes_no_result(client, drafted, path, hall):
    before = client.get(path).text
    data = {"poll-1": "adopt", "before-1": "x", "prose-99999": "x", "public-": "x", "text": "x"}
    assert client.post(f"{path}/edit", data=data).status_code == 303
    assert client.get(path).text.split("<article")[1] == before.split("<article")[1]


def test_nobody_but_the_secretary_writes(client, log_in, drafted, there, path, database, hall):
    for member, status in ((there.chair, 403), (there.checker, 403), (there.anna, 404)):
        log_in(client, member)
        assert client.get(f"{path}/edit").status_code == status
        assert client.post(f"{path}/edit", data={"prose-1": "Nej."}).status_code == status
    client.cookies.clear()
    assert client.post(f"{path}/edit", data={}).status_code == 303  # to the login
    with database.reading() as db:
        texts = [each.prose for _, each in minutes_prose.paragraphs(db, 1)]
    assert "Nej." not in texts


def test_a_name_in_the_public_text_is_told_before_and_refused_at_signing(
    client, act, drafted, there, path, written
):
    tab = client.get(f"{path}/edit")
    public = field_of(tab, "public", 2)
    client.post(f"{path}/edit", data=fields(tab) | {public: "Tack till Bo Öst."})
    page = client.get(f"{path}/edit").text
    assert "Bo Öst" in page.split(f'id="{public}-error"')[1].split("</p>")[0]
    answer = act(there.secretary, "sign")
    assert answer.status_code == 422
    assert f'href="{path}/edit#{public}"' in answer.text
    assert written().state is MinutesState.DRAFT


def test_hostile_prose_is_shown_as_the_text_it_is(client, drafted, path):
    tab = client.get(f"{path}/edit")
    hostile = '</textarea><script>alert(1)</script> [a](javascript:alert(1)) "&amp;'
    name = field_of(tab, "prose")
    client.post(f"{path}/edit", data=fields(tab) | {name: hostile})
    page = client.get(f"{path}/edit")
    assert area(page, name) == hostile
    for text in (page.text, client.get(path).text):
        assert "<script>alert" not in text
        assert 'href="javascript' not in text


def test_a_checker_whom_nobody_recorded_is_asked_for_before_the_signature(
    client, log_in, act, drafted, there, path, database, now
):
    with database.writing() as db:
        for grant in db.scalars(sa.select(Grant).where(Grant.role == Role.CHECKER)):
            roles.end(db, grant, now=now, by_id=None)
    assert act(there.secretary, "sign").status_code == 409
    log_in(client, there.chair)
    assert "Member number of a checker" in client.get(path).text
    answer = act(there.chair, "officers", office="checker", number="x<y")
    assert answer.status_code == 422
    assert "There is no member with this number." in answer.text
    assert 'value="x&lt;y"' in answer.text
    assert act(there.chair, "officers", office="emperor", number="105").status_code == 404
    assert act(there.chair, "officers", office="checker", number="105").status_code == 303
    assert act(there.secretary, "sign").status_code == 303


# Approving and publishing


def test_the_page_leads_each_through_their_next_step(client, log_in, act, there, path, written):
    def primary(member) -> list[str]:
        log_in(client, member)
        return re.findall(r'class="(?:button )?primary"[^>]*>([^<]+)<', client.get(path).text)

    assert primary(there.secretary) == ["Draft the minutes"]
    act(there.secretary, "draft")
    assert primary(there.secretary) == ["Sign the minutes"]
    assert primary(there.checker) == []
    act(there.secretary, "sign")
    assert primary(there.secretary) == []
    assert primary(there.checker) == primary(there.chair) == ["Approve the minutes"]
    act(there.checker, "approve", sha256=written().sha256)
    assert primary(there.checker) == []
    answer = act(there.chair, "approve", sha256=written().sha256)
    assert answer.headers["location"] == f"{path}?notice=minutes-approved"
    assert primary(there.secretary) == primary(there.chair) == ["Publish the minutes"]
    act(there.secretary, "publish")
    assert primary(there.secretary) == primary(there.anna) == []


def test_the_text_that_was_read_is_the_one_that_is_approved(
    client, log_in, act, signed, there, path, written
):
    log_in(client, there.chair)
    read = client.get(path).text.split('name="sha256" value="')[1].split('"')[0]
    act(there.checker, "send-back", fault="Fel tid.")
    log_in(client, there.secretary)
    tab = client.get(f"{path}/edit")
    client.post(f"{path}/edit", data=fields(tab) | {field_of(tab, "prose"): "Något nytt."})
    act(there.secretary, "sign")
    for stale in (read, "", "0" * 64):
        answer = act(there.chair, "approve", sha256=stale)
        assert answer.status_code == 409
        assert "Read it again" in answer.text
    assert written().state is MinutesState.SIGNING


def test_a_fault_goes_back_with_its_reason(client, log_in, act, signed, there, path, written):
    answer = act(there.checker, "send-back", fault=" ")
    assert answer.status_code == 422
    assert "Say what must be mended." in answer.text
    act(there.checker, "send-back", fault="Tiden i § 1 är fel.")
    assert written().state is MinutesState.DRAFT
    log_in(client, there.secretary)
    for address in (path, f"{path}/edit"):
        assert "Tiden i § 1 är fel." in client.get(address).text


def test_members_take_no_step(client, act, approved, there, written):
    for step in ("draft", "sign", "approve", "send-back", "publish", "addenda", "edit"):
        assert act(there.anna, step, fault="x", sha256="x", text="x").status_code in (403, 404)
    assert written().state is MinutesState.APPROVED


def test_approved_minutes_take_no_step_back(client, act, approved, there, written):
    before = written()
    for member, step in (
        (there.secretary, "sign"),
        (there.secretary, "edit"),
        (there.checker, "approve"),
        (there.checker, "send-back"),
    ):
        form = {"fault": "x", "sha256": before.sha256, "prose-1": "x"}
        assert act(member, step, **form).status_code == 409
    after = written()
    assert (after.text, after.public_text, after.state) == (
        before.text,
        before.public_text,
        MinutesState.APPROVED,
    )


def test_published_twice_they_are_published_once(client, act, published, there, board, database):
    assert act(there.secretary, "publish").status_code == 409
    with database.reading() as db:
        found = [parse_entry(each) for each in board.entries(db.connection())]
    assert len([each for each in found if isinstance(each, MinutesEntry)]) == 1


def test_the_text_as_a_file_has_the_hash_that_stands_on_the_board(
    client, log_in, published, there, path, board, database
):
    client.cookies.clear()
    text = client.get(f"{path}.md")
    assert text.headers["content-type"].startswith("text/markdown")
    with database.reading() as db:
        found = [parse_entry(each) for each in board.entries(db.connection())]
    (entry,) = [each for each in found if isinstance(each, MinutesEntry)]
    assert sha256(text.content).hexdigest() == entry.sha256
    assert entry.sha256 in client.get(path).text
    log_in(client, there.anna)
    full = client.get(f"{path}.md?version=full")
    assert sha256(full.content).hexdigest() in text.text


def test_a_draft_is_no_file_to_keep(client, drafted, path):
    assert client.get(f"{path}.md").status_code == 404


def test_the_paper_is_the_one_that_was_kept(client, log_in, published, there, path, hall):
    client.cookies.clear()
    public = client.get(f"{path}.pdf")
    assert public.headers["content-type"] == "application/pdf"
    assert "minutes-1-public.pdf" in public.headers["content-disposition"]
    kept = client.get(f"/meetings/{hall.meeting.id}/documents").text
    assert sha256(public.content).hexdigest()[:16] in kept
    log_in(client, there.anna)
    full = client.get(f"{path}.pdf")
    assert full.content != public.content
    kept = client.get(f"/meetings/{hall.meeting.id}/documents").text
    assert sha256(full.content).hexdigest()[:16] in kept


def test_strangers_do_not_get_the_full_paper_by_its_number(client, published, there, log_in, hall):
    log_in(client, there.anna)
    listed = client.get(f"/meetings/{hall.meeting.id}/documents").text
    addresses = re.findall(r'href="(/documents/\d+)"', listed)
    client.cookies.clear()
    answers = [client.get(each) for each in addresses]
    assert sorted(each.status_code for each in answers) == [200, 303]


def test_a_draft_has_a_paper_that_says_so(client, drafted, path):
    answer = client.get(f"{path}.pdf")
    assert answer.content.startswith(b"%PDF")
    assert "draft" in answer.headers["content-disposition"]


# Corrections


def test_a_correction_stands_below_in_the_version_that_one_may_read(
    client, log_in, act, published, there, path
):
    form = {"text": "Eva Ek var **kvar**.", "public_text": "En till var kvar."}
    answer = act(there.secretary, "addenda", **form)
    assert answer.headers["location"] == f"{path}?notice=minutes-corrected"
    log_in(client, there.anna)
    assert "Eva Ek var <strong>kvar</strong>." in client.get(path).text
    client.cookies.clear()
    page = client.get(path).text
    assert "En till var kvar." in page
    assert "Eva Ek" not in page


def test_a_correction_that_names_somebody_to_all_comes_back_with_its_text(
    client, act, published, there
):
    form = {"text": "Eva Ek var kvar.", "public_text": "Eva Ek var kvar."}
    answer = act(there.secretary, "addenda", **form)
    assert answer.status_code == 422
    assert "Eva Ek" in answer.text.split('id="public_text-error"')[1].split("</p>")[0]
    assert answer.text.count("Eva Ek var kvar.</textarea>") == 2


def test_what_a_tab_sends_as_its_mark_is_that_of_the_saved_text(client, drafted, path):
    tab = client.get(f"{path}/edit")
    for name, text in fields(tab).items():
        if not name.startswith("was-"):
            assert fields(tab)[f"was-{name}"] == mark(text)


def test_the_pages_are_there_in_swedish(client, drafted, path):
    client.headers["accept-language"] = "sv"
    assert client.get(f"{path}/edit").status_code == 200
    assert '<article class="document minutes" lang="sv">' in client.get(path).text

"""Minutes from the draft to the published text: who may do what, and what can change no more."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
import sqlalchemy as sa

from ballots import record, verify
from ballots.board import AddendumEntry, MinutesEntry, parse_entry
from governance import documents, minutes, minutes_prose, minutes_published, records, roles
from governance.errors import Invalid, NotAllowed, WrongState
from governance.journal import JournalEntry
from governance.meetings import Meeting, MeetingState
from governance.minutes import AnotherText, Approval, Minutes, MinutesState, NoChecker
from governance.minutes_prose import ChangedMeanwhile, Typed, mark
from governance.naming import NamesSomeone
from governance.polls import Poll, PollState
from governance.roles import Grant, Role
from tests import held_meeting


@pytest.fixture
def hall(database, board, association, now):
    """The meeting is over; everything is committed."""
    with database.writing() as db:
        hall = held_meeting.call(db, board, association, now)
        held_meeting.hold(hall)
    return hall


@pytest.fixture
def there(hall):
    return hall.people


@pytest.fixture
def db(database, hall):
    with database.writing() as db:
        yield db


@pytest.fixture
def meeting(db, hall):
    return db.get_one(Meeting, hall.meeting.id)


@pytest.fixture
def drafted(db, board, meeting, there, now):
    return minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now)


@pytest.fixture
def signed(db, board, drafted, there, now):
    minutes.sign(db, board, drafted, by_id=there.secretary.id, now=now)
    return drafted


@pytest.fixture
def approved(db, signed, there, now):
    for member in (there.checker, there.chair):
        minutes.approve(db, signed, signed.sha256, by_id=member.id, now=now)
    return signed


@pytest.fixture
def published(db, board, approved, there, now):
    minutes_published.publish(db, board, approved, by_id=there.secretary.id, now=now)
    return approved


@pytest.fixture
def write(db, there, now):
    """Write into a field of a paragraph as the secretary, having seen what is saved."""

    def write(written: Minutes, text: str, field: str = "prose", *, by=None) -> str:
        _, paragraph = minutes_prose.paragraphs(db, written.id)[0]
        saved = paragraph.prose if field == "prose" else paragraph.public_prose
        typed = {f"{field}-{paragraph.id}": Typed(text, mark(saved))}
        minutes.edit(db, written, typed, by_id=(by or there.secretary).id, now=now)
        return f"{field}-{paragraph.id}"

    return write


def end(db, office: Role, now) -> None:
    """Nobody is recorded to hold it."""
    for grant in db.scalars(sa.select(Grant).where(Grant.role == office)):
        roles.end(db, grant, now=now, by_id=None)
    db.flush()


def prose(db, written: Minutes) -> list[str]:
    return [each.prose for _, each in minutes_prose.paragraphs(db, written.id)]


# Drafting


def test_a_meeting_that_goes_on_has_no_minutes_yet(db, board, meeting, there, now):
    meeting.state = MeetingState.ADJOURNED
    db.flush()
    with pytest.raises(WrongState, match="closed"):
        minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now)


def test_a_vote_without_a_decision_is_not_minuted(db, board, meeting, there, now):
    db.scalars(sa.select(Poll)).first().state = PollState.CLOSED
    db.flush()
    with pytest.raises(minutes.UnfinishedPoll):
        minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now)


def test_the_secretary_drafts_them_and_nobody_else(db, board, meeting, there, now):
    for member in (there.anna, there.checker, there.chair):
        with pytest.raises(NotAllowed):
            minutes.draft(db, board, meeting, by_id=member.id, now=now)


def test_without_a_secretary_the_chair_answers_for_the_minutes(db, board, meeting, there, now):
    end(db, Role.SECRETARY, now)
    drafted = minutes.draft(db, board, meeting, by_id=there.chair.id, now=now)
    minutes.sign(db, board, drafted, by_id=there.chair.id, now=now)
    assert drafted.state is MinutesState.SIGNING


def test_drafted_twice_they_are_the_same_minutes(db, board, meeting, drafted, there, now):
    assert minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now) is drafted


def test_drafted_in_two_tabs_at_once_they_are_the_same_minutes(database, board, hall, there, now):
    def once(_):
        with database.writing() as db:
            meeting = db.get_one(Meeting, hall.meeting.id)
            return minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now).id

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(once, range(6)))) == 1


# Editing


def test_the_secretary_writes_and_nobody_else(db, drafted, there, write):
    write(drafted, "Ordet var fritt.")
    assert "Ordet var fritt." in prose(db, drafted)
    for member in (there.anna, there.checker, there.chair):
        with pytest.raises(NotAllowed):
            write(drafted, "Nej.", by=member)


def test_a_stale_save_is_refused_and_changes_nothing(db, drafted, there, now):
    (_, first), (_, second) = minutes_prose.paragraphs(db, drafted.id)[:2]
    began = mark(first.prose)
    typed = {f"prose-{first.id}": Typed("Från den ena fliken.", began)}
    minutes.edit(db, drafted, typed, by_id=there.secretary.id, now=now)
    stale = {
        f"prose-{second.id}": Typed("Också nytt.", mark(second.prose)),
        f"prose-{first.id}": Typed("Från den andra fliken.", began),
    }
    with pytest.raises(ChangedMeanwhile) as refused, db.begin_nested():
        minutes.edit(db, drafted, stale, by_id=there.secretary.id, now=now)
    assert refused.value.field == f"prose-{first.id}"
    assert prose(db, drafted)[:2] == ["Från den ena fliken.", second.prose]


def test_two_tabs_that_write_in_different_paragraphs_lose_nothing(db, drafted, there, now):
    fields = {
        f"prose-{paragraph.id}": (paragraph.prose, mark(paragraph.prose))
        for _, paragraph in minutes_prose.paragraphs(db, drafted.id)
    }
    for at in (0, 3):
        typed = {
            field: Typed(f"Tillägg {at}." if number == at else text, began)
            for number, (field, (text, began)) in enumerate(fields.items())
        }
        minutes.edit(db, drafted, typed, by_id=there.secretary.id, now=now)
    assert [text for text in prose(db, drafted) if "Tillägg" in text] == [
        "Tillägg 0.",
        "Tillägg 3.",
    ]


def test_results_are_no_fields_of_the_form(db, board, drafted, there, now):
    before = minutes.texts(db, board, drafted)
    hostile = {"result": Typed("Bifall", ""), "prose-999999": Typed("Bifall", "")}
    minutes.edit(db, drafted, hostile, by_id=there.secretary.id, now=now)
    assert minutes.texts(db, board, drafted) == before


def test_an_empty_paragraph_may_be_left_empty(db, drafted, write):
    write(drafted, "Något.")
    write(drafted, "  ")
    assert prose(db, drafted)[0] == ""


# Signing


def test_signing_freezes_what_was_read(db, board, signed):
    assert signed.state is MinutesState.SIGNING
    assert signed.sha256 == sha256(signed.text.encode()).hexdigest()
    assert signed.sha256 in signed.public_text
    frozen = minutes.texts(db, board, signed)
    for name in db.scalars(sa.select(Poll)):
        name.decision = {"sv": "Något helt annat."}
    db.flush()
    assert minutes.texts(db, board, signed) == frozen == (signed.text, signed.public_text)


def test_a_later_change_of_name_changes_no_signed_text(db, board, signed, there):
    before = minutes.texts(db, board, signed)
    db.merge(there.anna).family_name = "Nyman"
    db.flush()
    assert minutes.texts(db, board, signed) == before


def test_nothing_is_signed_that_names_a_member_to_the_public(db, board, drafted, there, write, now):
    field = write(drafted, "Tack till **Bo** Öst.", "public")
    with pytest.raises(NamesSomeone) as refused:
        minutes.sign(db, board, drafted, by_id=there.secretary.id, now=now)
    assert (refused.value.field, refused.value.facts) == (field, {"names": "Bo Öst"})
    assert drafted.state is MinutesState.DRAFT


def test_members_are_named_to_members(db, board, drafted, there, write, now):
    write(drafted, "Tack till Bo Öst.")
    minutes.sign(db, board, drafted, by_id=there.secretary.id, now=now)
    assert "Tack till Bo Öst." in drafted.text
    assert "Bo Öst" not in drafted.public_text


def test_minutes_need_a_chair_and_a_checker(db, board, drafted, there, now):
    end(db, Role.CHECKER, now)
    with pytest.raises(NoChecker):
        minutes.sign(db, board, drafted, by_id=there.secretary.id, now=now)


def test_a_checker_whom_nobody_recorded_is_recorded_late_by_the_chair(
    db, board, drafted, there, now
):
    end(db, Role.CHECKER, now)
    for member in (there.secretary, there.anna):
        with pytest.raises(NotAllowed):
            minutes.record_late(db, drafted, Role.CHECKER, "105", by_id=member.id, now=now)
    for number in ("999", there.chair.number):
        with pytest.raises(Invalid) as refused:
            minutes.record_late(db, drafted, Role.CHECKER, number, by_id=there.chair.id, now=now)
        assert refused.value.field == "number"
    minutes.record_late(db, drafted, Role.CHECKER, " 105 ", by_id=there.chair.id, now=now)
    minutes.sign(db, board, drafted, by_id=there.secretary.id, now=now)
    assert "**Justerare:** Bo Öst" in drafted.text


def test_nobody_chooses_other_checkers_when_the_meeting_is_over(db, drafted, there, now):
    for office in (Role.CHECKER, Role.CHAIR, Role.SECRETARY, Role.TELLER):
        with pytest.raises(WrongState):
            minutes.record_late(db, drafted, office, "105", by_id=there.chair.id, now=now)


def test_where_nobody_was_elected_whoever_presided_for_the_board_ends_it_lawfully(
    db, board, meeting, there, now
):
    for office in (Role.CHAIR, Role.CHECKER, Role.SECRETARY):
        end(db, office, now)
    drafted = minutes.draft(db, board, meeting, by_id=there.chair.id, now=now)  # a director too
    for office, member in ((Role.CHAIR, there.chair), (Role.CHECKER, there.bo)):
        minutes.record_late(db, drafted, office, member.number, by_id=there.chair.id, now=now)
    minutes.sign(db, board, drafted, by_id=there.chair.id, now=now)
    for member in (there.bo, there.chair):
        minutes.approve(db, drafted, drafted.sha256, by_id=member.id, now=now)
    assert drafted.state is MinutesState.APPROVED


def test_chair_and_checker_do_not_sign_for_the_secretary(db, board, drafted, there, now):
    for member in (there.chair, there.checker, there.anna):
        with pytest.raises(NotAllowed):
            minutes.sign(db, board, drafted, by_id=member.id, now=now)


# Approving


def test_the_last_approval_that_was_awaited_makes_them_approved(db, signed, there, now):
    assert [member.id for member, _ in minutes.awaited(db, signed)] == [
        there.chair.id,
        there.checker.id,
    ]
    minutes.approve(db, signed, signed.sha256, by_id=there.checker.id, now=now)
    assert signed.state is MinutesState.SIGNING
    minutes.approve(db, signed, signed.sha256, by_id=there.chair.id, now=now)
    assert (signed.state, signed.approved_at) == (MinutesState.APPROVED, now)
    assert [(each.role, each.member.id) for each in minutes.signatures(db, signed)] == [
        (Role.SECRETARY, there.secretary.id),
        (Role.CHECKER, there.checker.id),
        (Role.CHAIR, there.chair.id),
    ]


def test_two_who_approve_at_once_leave_nothing_awaited(database, board, hall, there, now):
    with database.writing() as db:
        meeting = db.get_one(Meeting, hall.meeting.id)
        written = minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now)
        minutes.sign(db, board, written, by_id=there.secretary.id, now=now)

    def approve(member):
        with database.writing() as db:
            mine = db.get_one(Minutes, written.id)
            minutes.approve(db, mine, written.sha256, by_id=member.id, now=now)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(approve, [there.chair, there.checker]))
    with database.reading() as db:
        assert db.get_one(Minutes, written.id).state is MinutesState.APPROVED


def test_approving_twice_is_one_approval(db, signed, there, now):
    for _ in range(2):
        minutes.approve(db, signed, signed.sha256, by_id=there.checker.id, now=now)
    assert signed.state is MinutesState.SIGNING
    assert len(minutes.signatures(db, signed)) == 2


def test_nobody_else_approves(db, signed, there, now):
    for member in (there.secretary, there.anna):
        with pytest.raises(NotAllowed):
            minutes.approve(db, signed, signed.sha256, by_id=member.id, now=now)


def test_what_was_not_read_is_not_approved(db, board, signed, there, write, now):
    read = signed.sha256
    minutes.send_back(db, signed, "Fel i § 3.", by_id=there.checker.id, now=now)
    write(signed, "Något nytt.")
    minutes.sign(db, board, signed, by_id=there.secretary.id, now=now)
    with pytest.raises(AnotherText):
        minutes.approve(db, signed, read, by_id=there.chair.id, now=now)


def test_a_fault_sends_them_back_and_every_signature_falls(db, board, signed, there, now):
    minutes.approve(db, signed, signed.sha256, by_id=there.chair.id, now=now)
    minutes.send_back(db, signed, "Tiden är fel.", by_id=there.checker.id, now=now)
    assert (signed.state, signed.fault, signed.text) == (MinutesState.DRAFT, "Tiden är fel.", "")
    assert minutes.signatures(db, signed) == []
    minutes.sign(db, board, signed, by_id=there.secretary.id, now=now)
    assert signed.fault == ""
    assert len(minutes.awaited(db, signed)) == 2


def test_a_fault_is_named(db, signed, there, now):
    with pytest.raises(Invalid):
        minutes.send_back(db, signed, "  ", by_id=there.checker.id, now=now)
    with pytest.raises(NotAllowed):
        minutes.send_back(db, signed, "Nej.", by_id=there.anna.id, now=now)


# Immutable


@pytest.fixture(params=["approved", "published"])
def final(request):
    return request.getfixturevalue(request.param)


def test_no_operation_changes_approved_minutes(db, board, meeting, final, there, write, now):
    def everything() -> list[object]:
        texts = (final.text, final.public_text, final.sha256, final.language, final.approved_at)
        rows = db.scalars(sa.select(Approval).order_by(Approval.id)).all()
        given = [(each.member_id, each.role, each.sha256, each.at) for each in rows]
        return [texts, given, prose(db, final), final.state]

    def publish() -> None:
        if final.state is MinutesState.APPROVED:
            raise WrongState  # the one step that is left, and it changes no text
        minutes_published.publish(db, board, final, by_id=there.chair.id, now=now)

    before = everything()
    steps = {
        "edit": lambda: write(final, "Nytt."),
        "edit-public": lambda: write(final, "Nytt.", "public"),
        "sign": lambda: minutes.sign(db, board, final, by_id=there.secretary.id, now=now),
        "approve": lambda: minutes.approve(db, final, final.sha256, by_id=there.chair.id, now=now),
        "send-back": lambda: minutes.send_back(db, final, "Fel.", by_id=there.chair.id, now=now),
        "publish": publish,
    }
    for step in steps.values():
        with pytest.raises(WrongState):
            step()
        assert everything() == before
    assert minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now) is final
    correct(db, board, final, there.secretary, now)
    assert everything() == before


def test_every_state_but_the_draft_has_its_text_frozen(db, board, signed, there, write, now):
    with pytest.raises(WrongState):
        write(signed, "Nytt.")
    with pytest.raises(WrongState):
        minutes.sign(db, board, signed, by_id=there.secretary.id, now=now)
    with pytest.raises(WrongState):
        minutes_published.publish(db, board, signed, by_id=there.secretary.id, now=now)


# Publishing


def entries(db, board, kind):
    found = (parse_entry(each) for each in board.entries(db.connection()))
    return [each for each in found if isinstance(each, kind)]


def test_publishing_puts_the_public_texts_hash_on_the_board(db, board, meeting, published, now):
    (entry,) = entries(db, board, MinutesEntry)
    assert entry.meeting == str(meeting.id)
    assert entry.sha256 == sha256(published.public_text.encode()).hexdigest()
    assert published.published_at == now


def test_who_may_publish(db, board, approved, there, now):
    for member in (there.anna, there.checker):
        with pytest.raises(NotAllowed):
            minutes_published.publish(db, board, approved, by_id=member.id, now=now)
    roles.grant(db, there.eva, Role.DIRECTOR, now=now, by_id=None)
    minutes_published.publish(db, board, approved, by_id=there.eva.id, now=now)


def test_both_papers_are_kept_one_for_everyone_and_one_for_members(db, meeting, published):
    kept = [each for each in documents.of(db, meeting.id) if each.kind == "minutes"]
    assert [(each.public, each.language) for each in kept] == [(False, "sv"), (True, "sv")]
    for public in (False, True):
        paper = minutes_published.kept_pdf(db, published, public=public)
        assert paper.body.startswith(b"%PDF")
        assert paper.sha256 == sha256(paper.body).hexdigest()


def test_papers_are_kept_when_the_minutes_are_published_and_not_before(db, meeting, approved):
    assert not [each for each in documents.of(db, meeting.id) if each.kind == "minutes"]
    assert minutes_published.kept_pdf(db, approved, public=True) is None


def test_the_list_has_what_is_published_alone_the_latest_first(db, association, published):
    (found,), total = minutes_published.latest(db, association.id)
    assert (found[0], total) == (published, 1)
    assert minutes_published.latest(db, association.id + 1) == ([], 0)
    published.state = MinutesState.APPROVED
    db.flush()
    assert minutes_published.latest(db, association.id) == ([], 0)


def test_the_record_holds_the_text_whose_hash_is_on_the_board(
    database, board, hall, there, now, tmp_path
):
    with database.writing() as db:
        meeting = db.get_one(Meeting, hall.meeting.id)
        written = minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now)
        minutes.sign(db, board, written, by_id=there.secretary.id, now=now)
        for member in (there.checker, there.chair):
            minutes.approve(db, written, written.sha256, by_id=member.id, now=now)
        minutes_published.publish(db, board, written, by_id=there.secretary.id, now=now)
        correct(db, board, written, there.secretary, now)
    with database.reading() as db:
        files = records.of_meeting(db, board, db.get_one(Meeting, hall.meeting.id))
        (added,) = minutes_published.addenda(db, written)
    held = dict(files)
    assert held["minutes.md"] == written.public_text.encode()
    assert held["addenda/1.md"] == added.public_text.encode()
    path = tmp_path / "record.zip"
    path.write_bytes(record.zipped(files))
    assert verify.verify(path) == []
    changed = [(name, b + b"!" if name == "minutes.md" else b) for name, b in files]
    path.write_bytes(record.zipped(changed))
    assert [each.code for each in verify.verify(path)] == ["minutes"]


# Correcting


def correct(db, board, written, member, now, text="Anna Åberg var närvarande.", public="En till."):
    return minutes_published.correct(db, board, written, text, public, by_id=member.id, now=now)


def test_a_correction_is_dated_numbered_and_on_the_board(db, board, published, there, now):
    later = now + dt.timedelta(days=9)
    first = correct(db, board, published, there.secretary, now)
    second = correct(db, board, published, there.chair, later)
    assert "# Rättelse 1 till" in first.text
    assert "# Rättelse 2 till" in second.public_text
    assert "*10 mars 2027*" in second.public_text
    hashes = [entry.sha256 for entry in entries(db, board, AddendumEntry)]
    assert hashes == [sha256(each.public_text.encode()).hexdigest() for each in (first, second)]
    assert sha256(second.text.encode()).hexdigest() in second.public_text
    assert list(minutes_published.addenda(db, published)) == [first, second]


def test_a_correction_names_people_to_members_alone(db, board, published, there, now):
    with pytest.raises(NamesSomeone) as refused:
        correct(db, board, published, there.secretary, now, public="Anna Åberg var här.")
    assert refused.value.field == "public_text"
    added = correct(db, board, published, there.secretary, now)
    assert "Anna Åberg" in added.text
    assert "Anna" not in added.public_text


def test_an_empty_correction_is_none(db, board, published, there, now):
    for texts in ({"text": " "}, {"public": ""}):
        with pytest.raises(Invalid, match="Write the correction"):
            correct(db, board, published, there.secretary, now, **texts)


def test_what_is_not_approved_is_sent_back_and_not_corrected(db, board, signed, there, now):
    with pytest.raises(WrongState):
        correct(db, board, signed, there.secretary, now)


def test_members_correct_nothing(db, board, published, there, now):
    with pytest.raises(NotAllowed):
        correct(db, board, published, there.anna, now)


def test_the_journal_tells_each_step_and_no_word_of_the_text(db, published):
    acts = db.scalars(
        sa.select(JournalEntry.act)
        .where(JournalEntry.subject == f"minutes:{published.id}")
        .order_by(JournalEntry.id)
    ).all()
    assert acts == [
        "minutes.drafted",
        "minutes.signed",
        "minutes.checked",
        "minutes.checked",
        "minutes.published",
    ]

"""After a secret vote nothing is left anywhere by which somebody could learn who voted what.

The whole database is read through, as rows and, where it is a file, as bytes; and the journal.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from ballots.belenios.ceremony import Keys
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.counting.majority import ABSTAIN, ADOPT, REJECT
from governance import opening, server_keys, trustees
from governance.credentials import PollCredential
from governance.journal import JournalEntry
from governance.polls import Poll, PollVoter
from governance.schema import METADATA
from tests.governance.booth import Booth, chance

# Where the options of a vote stand because everybody may read them; a question may name them, too.
PUBLIC = {"poll", "board_election", "agenda_item", "secret_poll", "alembic_version"}


@pytest.fixture
def booth(hall) -> Booth:
    return Booth(hall)


def rows(db):
    """Every cell of every table, with the table's name."""
    for metadata in METADATA:
        for table in metadata.sorted_tables:
            for row in db.execute(sa.select(table)):
                yield table.name, row


def cells(db):
    for name, row in rows(db):
        for value in row:
            if isinstance(value, bytes):
                yield name, value
            elif value is not None:
                yield name, str(value).encode()


def written(number):
    """A number as it could have been written down."""
    return {
        str(number).encode(),
        f"{number:x}".encode(),
        f"{number:X}".encode(),
        number.to_bytes(64, "big").lstrip(b"\0"),
        number.to_bytes(64, "little").rstrip(b"\0"),
    }


def kept_apart(booth, poll):
    """What only devices, and for a while the server's key file, may hold."""
    numbers = set(booth.own.values()) | set(booth.held.values())
    texts = set()
    for trustee in (booth.trustee(poll, number) for number in (1, 2, 3)):
        device = booth.device(trustee)
        keys = Keys.of(GROUP, device.seed)
        task = trustees.task(booth.hall.db, trustee).as_json()
        numbers |= {keys.signing, keys.decryption, device.share(task).private}
        texts.add(device.seed.encode())
    return texts | {form for number in numbers for form in written(number)}


def held(hall, booth, poll):
    """From the first ballot to the declared result, with revotes and somebody who stays away."""
    anna, bo, cia, dan, eva = hall.people
    for member, choice in ((anna, ADOPT), (bo, REJECT), (cia, ADOPT), (dan, ABSTAIN), (eva, ADOPT)):
        booth.cast(poll, member, choice)
    booth.cast(poll, bo, ADOPT)
    hall.close(poll)
    booth.open_part(poll, 1)
    booth.open_part(poll, 3)
    hall.declare(poll)
    hall.db.commit()


def test_no_private_number_and_no_link_from_a_member_to_a_choice_is_left(
    database, hall, booth, caplog
):
    caplog.set_level(logging.DEBUG)
    booth.register(hall.people[0])
    booth.board()
    poll = booth.put(hall.item(), revote=True)
    held(hall, booth, poll)
    needles = kept_apart(booth, poll)
    assert len(needles) > 60
    for name, cell in cells(hall.db):
        assert not any(needle in cell for needle in needles), name
        if name not in PUBLIC:
            assert not any(word.encode() in cell for word in (ADOPT, REJECT, ABSTAIN)), name
    assert not any(needle.decode("latin-1") in caplog.text for needle in needles)
    hall.db.close()
    assert [needle for needle in needles if needle in backup(database)] == []


def backup(database):
    """A copy of the database as an operator takes it."""
    if database.is_sqlite:
        database.scrub("poll_credential")
        directory = Path(str(database.url.database)).parent
        return b"".join(path.read_bytes() for path in sorted(directory.glob("stamma.db*")))
    with database.engine.connect() as conn:
        cursor = conn.connection.cursor()
        copied = []
        for metadata in METADATA:
            for table in metadata.sorted_tables:
                with cursor.copy(f'COPY "{table.name}" TO STDOUT') as out:
                    copied.extend(bytes(each) for each in out)
        return b"".join(copied)


def test_the_database_holds_of_each_member_whether_they_voted_and_a_ciphertext(hall, booth):
    """All that joins a member to a ballot is its slot, and what lies there is encrypted."""
    booth.board()
    poll = booth.put(hall.item())
    held(hall, booth, poll)
    bodies = dict(hall.board.ballots(hall.db.connection(), poll.election))
    sizes = {len(str(each).split(",")) for each in bodies.values()}
    assert len(bodies) == 5
    assert len(sizes) == 1  # whatever the choice, the same shape
    by_member = {slot for _, slot in slots(hall, poll)}
    assert by_member == bodies.keys()


def slots(hall, poll):
    wanted = sa.select(PollVoter.member_id, PollVoter.slot)
    return hall.db.execute(wanted.where(PollVoter.poll_id == poll.id)).all()


def test_the_journal_says_nothing_of_when_somebody_voted(hall, booth):
    booth.register(hall.people[0])
    booth.board()
    poll = booth.put(hall.item(), revote=True)
    hall.db.flush()
    before = hall.db.query(JournalEntry).count()
    for member in hall.people:
        booth.cast(poll, member, ADOPT)
        booth.cast(poll, member, REJECT)
    hall.db.flush()
    assert hall.db.query(JournalEntry).count() == before


def test_a_credential_that_was_handed_over_is_in_no_byte_of_the_file(database, hall, booth):
    booth.board()
    poll = booth.put(hall.item())
    waiting = [int(each.secret) for each in hall.db.query(PollCredential)]
    assert len(waiting) == 5
    hall.db.commit()
    poll_id = poll.id
    hall.db.close()
    needles = {form for number in waiting for form in written(number)}
    assert sum(needle in backup(database) for needle in needles) == 5  # while it is open
    with database.writing() as db:
        hall.db = db
        hall.void(db.get_one(Poll, poll_id))
    assert [needle for needle in needles if needle in backup(database)] == []


def test_the_servers_key_is_in_no_row(hall, booth, tmp_path):
    key = server_keys.make(chance)
    poll = booth.put(hall.item(), server_key=key.public)
    booth.vote(poll, *[ADOPT] * 5)
    hall.close(poll)
    opening.open_alone(hall.db, poll, key.private, now=hall.now, chance=chance)
    hall.declare(poll)
    forms = written(key.private)
    assert not [name for name, cell in cells(hall.db) if any(form in cell for form in forms)]

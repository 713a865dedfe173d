"""The messages that the server carries between trustees' devices, and those it does not take."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest

from ballots.belenios.ceremony import make_seed
from ballots.belenios.device import Device
from ballots.errors import Rejected
from governance import electoral_boards, trustees
from governance.electoral_boards import Step, Trustee
from governance.errors import NotAllowed, NotFound
from governance.trustees import MessageRefused, NotYourTurn
from tests.governance.booth import Booth, chance

ORDER = [step for step in Step if step is not Step.READY]


@pytest.fixture
def booth(hall) -> Booth:
    return Booth(hall)


def as_far_as(booth, step):
    """A board that waits for this step, and its trustees."""
    made = booth.set_up(booth.hall.people[:3])
    for each in ORDER[: ORDER.index(step)]:
        booth.take(made, each)
    found = electoral_boards.trustees(booth.hall.db, made.id)
    assert electoral_boards.step(found) is step
    return made, found


def test_each_step_waits_for_everybody(hall, booth):
    made = booth.set_up(hall.people[:3])
    for step in ORDER:
        first, second, third = electoral_boards.trustees(hall.db, made.id)
        for each in (third, first):
            booth.hand_in(each, step, booth.answer(each))
            assert not trustees.task(hall.db, each).yours
        assert trustees.task(hall.db, second).yours
        assert electoral_boards.step([first, second, third]) is step
        booth.hand_in(second, step, booth.answer(second))
    assert electoral_boards.require_ready(hall.db, hall.meeting.id) is made
    assert all(each.checked_at == hall.now for each in electoral_boards.trustees(hall.db, made.id))


def test_devices_that_hand_in_at_the_same_moment_are_all_taken(database, hall, booth):
    made = booth.set_up(hall.people[:3])
    found = electoral_boards.trustees(hall.db, made.id)
    messages = {each.id: booth.answer(each) for each in found}
    hall.db.commit()

    def enrol(trustee_id):
        with database.writing() as db:
            trustee = db.get_one(Trustee, trustee_id)
            message = messages[trustee_id]
            trustees.give_certificate(db, trustee, message, by_id=trustee.member_id)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(enrol, messages))
    hall.db.expire_all()
    assert {trustees.task(hall.db, each).step for each in found} == {Step.PLEDGE}


def test_nobody_sees_the_others_commitments_before_all_have_pledged_theirs(hall, booth):
    _, found = as_far_as(booth, Step.CONTRIBUTION)
    booth.hand_in(found[0], Step.CONTRIBUTION, booth.answer(found[0]))
    task = trustees.task(hall.db, found[1])
    assert (len(task.pledges), task.contributions) == (3, [])


def test_each_trustee_is_given_the_secrets_that_are_to_them(hall, booth):
    _, found = as_far_as(booth, Step.PUBLIC_KEY)
    tasks = [trustees.task(hall.db, each) for each in found]
    sealed = {secret["secret"]["sealed"] for task in tasks for secret in task.contributions}
    assert len(sealed) == 9
    assert tasks[0].ceremony == tasks[1].ceremony != ""


def test_the_same_message_again_changes_nothing(hall, booth):
    for step in ORDER:
        made = booth.set_up(hall.people[:3])
        for each in ORDER[: ORDER.index(step)]:
            booth.take(made, each)
        first = electoral_boards.trustees(hall.db, made.id)[0]
        message = booth.answer(first)
        booth.hand_in(first, step, message)
        booth.hand_in(first, step, message)
        assert not electoral_boards.waits_for(first, step)


def test_a_step_that_is_not_the_boards_is_refused(hall, booth):
    _, found = as_far_as(booth, Step.PLEDGE)
    first = found[0]
    other = Device(make_seed(chance), chance).answer({"step": "certificate"})
    for step, message in (
        (Step.CERTIFICATE, other),
        (Step.CONTRIBUTION, {"commitments": {}, "secrets": []}),
        (Step.PUBLIC_KEY, {"pok": {}, "public_key": "1"}),
        (Step.CHECK, {}),
    ):
        with pytest.raises(NotYourTurn):
            booth.hand_in(first, step, message)
    booth.hand_in(first, Step.PLEDGE, booth.answer(first))
    with pytest.raises(NotYourTurn):
        booth.hand_in(first, Step.PLEDGE, "0" * 64)


def test_another_device_may_be_enrolled_until_everybody_is(hall, booth):
    made = booth.set_up(hall.people[:3])
    first, second, third = electoral_boards.trustees(hall.db, made.id)
    booth.hand_in(first, Step.CERTIFICATE, booth.answer(first))
    shown = trustees.fingerprint(first)
    booth.devices.pop(first.member_id)
    booth.hand_in(first, Step.CERTIFICATE, booth.answer(first))
    assert trustees.fingerprint(first) != shown
    assert trustees.fingerprint(second) == ""
    for each in (second, third):
        booth.hand_in(each, Step.CERTIFICATE, booth.answer(each))
    assert trustees.task(hall.db, first).step is Step.PLEDGE


def test_only_the_trustee_hands_in_for_the_trustee(hall, booth):
    _, found = as_far_as(booth, Step.CERTIFICATE)
    with pytest.raises(NotAllowed):
        booth.hand_in(found[0], Step.CERTIFICATE, booth.answer(found[0]), by=hall.chair)


def test_a_board_that_was_replaced_takes_nothing(hall, booth):
    _, [first, *_] = as_far_as(booth, Step.CERTIFICATE)
    booth.set_up(hall.people[1:4])
    with pytest.raises(NotYourTurn):
        booth.hand_in(first, Step.CERTIFICATE, booth.answer(first))
    assert not trustees.task(hall.db, first).yours


def test_two_trustees_with_one_device_are_refused(hall, booth):
    _, [first, second, _] = as_far_as(booth, Step.CERTIFICATE)
    message = booth.answer(first)
    booth.hand_in(first, Step.CERTIFICATE, message)
    with pytest.raises(MessageRefused) as refused:
        booth.hand_in(second, Step.CERTIFICATE, message)
    assert refused.value.facts["name"] == second.member.name


def broken(message):
    """The same shape with one number of a proof changed."""
    changed = copy.deepcopy(message)
    for key, value in changed.items():
        if key in ("challenge", "response"):
            changed[key] = str(int(value) ^ 1)
            return changed
        if isinstance(value, dict):
            changed[key] = broken(value)
            return changed
    raise AssertionError(message)


NONSENSE = [None, 17, "text", [], {}, {"message": 1}, {"pok": 1, "public_key": []}]


@pytest.mark.parametrize("step", ORDER)
def test_what_does_not_hold_is_refused_and_the_trustee_may_try_again(hall, booth, step):
    _, [first, *_] = as_far_as(booth, step)
    message = booth.answer(first)
    wrong = [*NONSENSE, "0" * 63] if step is Step.PLEDGE else [*NONSENSE, broken(message)]
    for each in wrong:
        with pytest.raises(MessageRefused) as refused:
            booth.hand_in(first, step, each)
        assert refused.value.facts["name"] == first.member.name
    booth.hand_in(first, step, message)
    assert not electoral_boards.waits_for(first, step)


def test_other_commitments_than_were_pledged_are_refused(hall, booth):
    made, found = as_far_as(booth, Step.PLEDGE)
    honest = booth.answer(found[0])
    booth.hand_in(found[0], Step.PLEDGE, "ab" * 32)
    for each in found[1:]:
        booth.hand_in(each, Step.PLEDGE, booth.answer(each))
    assert honest != found[0].pledge
    with pytest.raises(MessageRefused) as refused:
        booth.hand_in(found[0], Step.CONTRIBUTION, booth.answer(found[0]))
    assert "pledged" in str(refused.value.facts["fault"])
    assert made.ended_at is None


@pytest.mark.parametrize(
    "secrets",
    [
        [],
        [{"key": "1", "sealed": "00"}] * 4,
        [{"key": "0", "sealed": "00"}] * 3,
        [{"key": "1", "sealed": "zz"}] * 3,
        [{"key": "1", "sealed": "00" * 4001}] * 3,
        [{"key": "1"}] * 3,
    ],
)
def test_secrets_are_sealed_one_for_each(hall, booth, secrets):
    _, [first, *_] = as_far_as(booth, Step.CONTRIBUTION)
    message = {**booth.answer(first), "secrets": secrets}
    with pytest.raises(MessageRefused):
        booth.hand_in(first, Step.CONTRIBUTION, message)


def test_a_key_that_was_not_committed_to_is_refused(hall, booth):
    _, [first, second, _] = as_far_as(booth, Step.PUBLIC_KEY)
    with pytest.raises(MessageRefused):
        booth.hand_in(first, Step.PUBLIC_KEY, booth.answer(second))


def test_a_check_that_another_trustee_answered_is_refused(hall, booth):
    _, [first, second, _] = as_far_as(booth, Step.CHECK)
    with pytest.raises(MessageRefused):
        booth.hand_in(first, Step.CHECK, booth.answer(second))
    assert first.nonce != second.nonce


def test_a_device_names_whose_secret_does_not_fit_and_the_board_is_set_up_again(hall, booth):
    _, found = as_far_as(booth, Step.CONTRIBUTION)
    for each in found:
        message = booth.answer(each)
        if each.number == 2:  # it sends to the first what is for the third
            message["secrets"][0] = message["secrets"][2]
        booth.hand_in(each, Step.CONTRIBUTION, message)
    first = found[0]
    with pytest.raises(Rejected, match="trustee 2"):
        booth.answer(first)
    with pytest.raises(NotFound):
        trustees.blame(hall.db, first, 4, by_id=first.member_id, now=hall.now)
    trustees.blame(hall.db, first, 2, by_id=first.member_id, now=hall.now)
    assert first.blames == 2
    booth.board(hall.people[1:4])

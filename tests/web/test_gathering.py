"""Who asks while another is answered is answered together with others, and each by themselves."""

from __future__ import annotations

import asyncio
import threading

import pytest

from web.gathering import Gathering


def test_a_lone_question_is_answered_at_once_and_those_that_come_meanwhile_together():
    batches: list[list[int]] = []
    go_on = threading.Event()

    def answer(questions):
        batches.append(list(questions))
        go_on.wait(timeout=10)
        return [number * 2 for number in questions]

    async def many():
        gathering = Gathering(answer)
        first = asyncio.create_task(gathering.ask(1))
        while not batches:
            await asyncio.sleep(0.01)
        rest = [asyncio.create_task(gathering.ask(number)) for number in range(2, 7)]
        await asyncio.sleep(0.05)
        go_on.set()
        return await asyncio.gather(first, *rest)

    assert asyncio.run(many()) == [2, 4, 6, 8, 10, 12]
    assert batches == [[1], [2, 3, 4, 5, 6]]


def test_one_refusal_is_nobody_elses_and_a_failure_is_everybodys():
    def answer(questions):
        if 0 in questions:
            raise ConnectionError
        return [KeyError(each) if each == 13 else each for each in questions]

    async def many(*numbers):
        gathering = Gathering(answer)
        asked = (gathering.ask(number) for number in numbers)
        found = await asyncio.gather(*asked, return_exceptions=True)
        return found, await gathering.ask(5)

    found, later = asyncio.run(many(12, 13, 14))
    assert (found[0], type(found[1]), found[2], later) == (12, KeyError, 14, 5)
    found, later = asyncio.run(many(0, 14))
    assert [type(each) for each in found] == [ConnectionError, ConnectionError]
    assert later == 5  # it goes on


def test_whoever_gives_up_does_not_hold_the_others_up():
    async def many():
        gathering = Gathering(list)
        gone = asyncio.create_task(gathering.ask(1))
        stays = asyncio.create_task(gathering.ask(2))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays

    assert asyncio.run(many()) == 2

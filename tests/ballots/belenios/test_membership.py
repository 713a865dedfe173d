"""Asking many numbers together finds a single stranger among them."""

from __future__ import annotations

import secrets

import pytest

from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.membership import Deferred, all_elements, can_defer


def elements(many: int) -> list[int]:
    return [GROUP.powers(GROUP.scalar(secrets.token_bytes)) for _ in range(many)]


def of_order(order: int) -> int:
    """A number of that small order: what an element may be multiplied with to leave the group."""
    for base in range(2, 100):
        found = GROUP.power(base, (GROUP.p - 1) // order)
        if found != 1:
            return found
    raise LookupError(order)


def test_the_group_is_one_in_which_deferring_is_sound():
    assert can_defer(GROUP)
    assert GROUP.p % 4 == 3


@pytest.mark.parametrize("many", [3, 70, 200])
def test_elements_hold_together(many):
    assert all_elements(GROUP, elements(many))


@pytest.mark.parametrize("many", [3, 70, 200])
def test_one_number_of_a_small_odd_part_is_found_every_time(many):
    stranger = GROUP.multiply(elements(1)[0], of_order(3))
    assert GROUP.symbol(stranger) == 1
    for _ in range(5):
        numbers = elements(many)
        numbers[secrets.randbelow(many)] = stranger
        assert not all_elements(GROUP, numbers)


def test_two_strangers_whose_product_is_an_element_are_found():
    part = of_order(3)
    one, other = elements(2)
    numbers = elements(100)
    numbers[10] = GROUP.multiply(one, part)
    numbers[20] = GROUP.multiply(other, GROUP.multiply(part, part))
    assert GROUP.contains(GROUP.multiply(numbers[10], numbers[20]))
    assert not all_elements(GROUP, numbers)


def test_a_part_of_order_two_is_seen_at_once():
    stranger = GROUP.multiply(elements(1)[0], GROUP.p - 1)
    assert not Deferred(GROUP).contains(stranger)


@pytest.mark.parametrize("number", [0, -1, GROUP.p, GROUP.p + 1])
def test_what_is_no_number_modulo_p_is_refused(number):
    assert not Deferred(GROUP).contains(number)

"""Whether many numbers are all elements of the group, for a fraction of asking each.

Asking one costs an exponentiation. Here each is asked for its Jacobi symbol, which costs a fiftieth
of that, and then products of random choices of them are asked together.

Why this is enough: the numbers modulo p form a group of order 2·m, m odd, since p is 3 modulo 4.
Elements have odd order, so their symbol is 1, and a symbol of 1 leaves no part of order 2. If a
number still lies outside, it has a part of some odd order, at least 3. A round multiplies each
number to a power of 0, 1 or 2 that is chosen at random; whatever the others are, at most one of
these three makes the whole an element. So a round passes over it with probability 1/3 at most,
and all `ROUNDS` of them with less than 2^-63. A refusal is never wrong.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from ballots.belenios.group import FixedBase, Group

ROUNDS = 40
FEWEST = 64  # below that many, asking each costs less


class Deferred(Group):
    """The group while a batch is read: what it takes for an element it remembers, to be asked."""

    def __init__(self, group: Group) -> None:
        super().__init__(group.name, group.p, group.q, group.g)
        object.__setattr__(self, "_group", group)
        object.__setattr__(self, "asked", [])

    _group: Group
    asked: list[int]

    @property
    def powers(self) -> FixedBase:  # the same table, made once
        return self._group.powers

    def fixed_base(self, base: int) -> FixedBase:
        return self._group.fixed_base(base)

    def contains(self, number: int) -> bool:
        if not (0 < number < self.p and self.symbol(number) == 1):
            return False
        self.asked.append(number)
        return True

    def hold(self) -> bool:
        """Whether everything that was taken for an element is one."""
        return all_elements(self._group, self.asked)


def can_defer(group: Group) -> bool:
    return group.p % 4 == 3


def all_elements(group: Group, numbers: Sequence[int]) -> bool:
    """Of numbers whose Jacobi symbol is 1."""
    if len(numbers) < FEWEST:
        return all(group.contains(number) for number in numbers)
    p = group.p
    squares = [number * number % p for number in numbers]
    for _ in range(ROUNDS):
        product = 1
        for number, square, power in zip(numbers, squares, _powers(len(numbers)), strict=True):
            if power:
                product = product * (number if power == 1 else square) % p
        if group.power(product, group.q) != 1:
            return False
    return True


def _powers(many: int) -> list[int]:
    """So many of 0, 1, 2, each as likely: a byte holds five of them where it is below 3^5."""
    powers: list[int] = []
    while len(powers) < many:
        for byte in secrets.token_bytes(many // 4 + 8):
            if byte < 243:
                for _ in range(5):
                    byte, power = divmod(byte, 3)
                    powers.append(power)
    return powers[:many]

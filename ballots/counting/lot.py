"""The lot: an order that nobody chose and anybody can draw again.

The things drawn among are fixed and known before the seed is; each is placed by the SHA-256 of seed
and name. Whoever has the published seed gets the same order.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from ballots.errors import Malformed

SEED_BYTES = 32


def order(names: Iterable[str], seed: str) -> list[str]:
    """The names in the order of the lot; `seed` is 32 bytes in hexadecimal. Raises Malformed."""
    drawn = list(names)
    if len(set(drawn)) != len(drawn):
        raise Malformed("a lot is drawn among different things")
    return sorted(drawn, key=lambda name: (_ticket(name, seed), name))


def draw(names: Iterable[str], seed: str) -> str:
    """The first in the order of the lot."""
    return order(names, seed)[0]


def _ticket(name: str, seed: str) -> bytes:
    try:
        value = bytes.fromhex(seed)
    except ValueError as error:
        raise Malformed("a seed is written in hexadecimal") from error
    if len(value) != SEED_BYTES or value.hex() != seed:
        raise Malformed("a seed is 32 bytes in lower-case hexadecimal")
    return sha256(value + name.encode()).digest()

"""Credentials: what signs a voter's ballots, and the public half that the election lists (§4.8)."""

from __future__ import annotations

from hashlib import pbkdf2_hmac, sha256

from ballots.belenios.election import BASE58
from ballots.belenios.group import Chance, Group
from ballots.errors import Malformed

LETTERS = 14
ROUNDS = 1_000
TWEAK = b"stamma-credential-tweak/v1"
SLOT = b"stamma-slot/v1\0"


def make_code(chance: Chance) -> str:
    """A credential to write down: XXX-XXX-XXX-XXX-XXX, its last letter a check on the others."""
    # 32 bytes: the bias of 58^14 (82 bits) cannot be noticed.
    number = int.from_bytes(chance(32), "big") % 58**LETTERS
    letters = "".join(BASE58[number // 58**at % 58] for at in range(LETTERS - 1, -1, -1))
    whole = letters + BASE58[-number % 53]
    return "-".join(whole[at : at + 3] for at in range(0, 15, 3))


def check_code(code: str) -> None:
    """Raises Malformed where a letter was mistyped."""
    letters = code.replace("-", "")
    if len(letters) != LETTERS + 1 or not set(letters) <= set(BASE58):
        raise Malformed("a credential is 15 letters and digits")
    number = 0
    for letter in letters[:LETTERS]:
        number = number * 58 + BASE58.index(letter)
    if BASE58.index(letters[-1]) != -number % 53:
        raise Malformed("a letter of the credential is mistyped")


def secret_of_code(code: str, uuid: str, group: Group) -> int:
    check_code(code)
    derived = pbkdf2_hmac("sha256", code.encode(), uuid.encode(), ROUNDS)
    return int.from_bytes(derived, "big") % group.q


def public_of(secret: int, group: Group) -> int:
    return group.power_secret(group.g, secret)


def slot_of(public: int) -> str:
    """The 128 bits under which the board knows a public credential, in hexadecimal."""
    return sha256(SLOT + str(public).encode()).hexdigest()[:32]


def tweak(shared: bytes, uuid: str, group: Group) -> int:
    """What is added to a member's long-lived credential in one election.

    Our own design, which wants review: pk' = pk·g^t and sk' = sk + t, so that the public keys of
    two elections cannot be linked by whoever lacks `shared`, 32 random bytes that the member and
    the server alone have. It is no part of the Belenios specification and no verifier needs it.
    """
    first, second = (
        sha256(b"%s\0%d\0%d\0%s%s" % (TWEAK, part, len(shared), shared, uuid.encode())).digest()
        for part in (1, 2)
    )
    return int.from_bytes(first + second, "big") % group.q


def tweaked_secret(secret: int, tweak: int, group: Group) -> int:
    return (secret + tweak) % group.q


def tweaked_public(public: int, tweak: int, group: Group) -> int:
    return group.multiply(public, group.power_secret(group.g, tweak))
